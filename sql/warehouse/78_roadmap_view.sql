-- What people and BI tools read of roadmaps: views show today, functions any
-- day. Of the warehouse's functions the views call immutable ones only, and
-- those of 56_row_scope.sql: those who may only read the views may execute them
-- too (90_privileges.sql).

-- A roadmap and where it belongs, from the school up to the region.
CREATE VIEW roadmap_list WITH (security_invoker = true) AS
SELECT r.roadmap_id, r.name AS roadmap, r.level,
       coalesce(r.region_id, m.region_id) AS region_id, m.municipality_id, m.name AS municipality,
       r.school_id, s.name AS school, r.parent_id, p.name AS parent,
       r.order_number, r.order_date, r.plan_from, r.plan_to, r.due_shift
FROM roadmap AS r
LEFT JOIN school AS s ON s.school_id = r.school_id
LEFT JOIN municipality AS m ON m.municipality_id = coalesce(r.municipality_id, s.municipality_id)
LEFT JOIN roadmap AS p ON p.roadmap_id = r.parent_id;
COMMENT ON VIEW roadmap_list IS 'Дорожные карты и чьи они';
COMMENT ON COLUMN roadmap_list.roadmap_id IS 'Ключ дорожной карты';
COMMENT ON COLUMN roadmap_list.roadmap IS 'Дорожная карта';
COMMENT ON COLUMN roadmap_list.level IS 'Кем принята: region, municipality, school';
COMMENT ON COLUMN roadmap_list.region_id IS 'Ключ региона';
COMMENT ON COLUMN roadmap_list.municipality_id IS 'Ключ муниципального образования; пусто — карта региона';
COMMENT ON COLUMN roadmap_list.municipality IS 'Муниципальное образование';
COMMENT ON COLUMN roadmap_list.school_id IS 'Ключ организации; пусто — карта не школьная';
COMMENT ON COLUMN roadmap_list.school IS 'Организация';
COMMENT ON COLUMN roadmap_list.parent_id IS 'Ключ карты-образца';
COMMENT ON COLUMN roadmap_list.parent IS 'Карта-образец';
COMMENT ON COLUMN roadmap_list.order_number IS 'Номер утвердившего приказа';
COMMENT ON COLUMN roadmap_list.order_date IS 'Дата приказа';
COMMENT ON COLUMN roadmap_list.plan_from IS 'Первый день периода плана';
COMMENT ON COLUMN roadmap_list.plan_to IS 'Последний день периода плана';
COMMENT ON COLUMN roadmap_list.due_shift IS 'Перенос сроков с выходных: none, next, previous';

CREATE FUNCTION event_bodies(event_id integer)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT string_agg(b.name, '; ' ORDER BY l.roadmap_event_body_id)
    FROM roadmap_event_body AS l
    JOIN body AS b USING (body_id)
    WHERE l.roadmap_event_id = event_id;
END;
COMMENT ON FUNCTION event_bodies(integer) IS 'Исполнители мероприятия через точку с запятой; NULL — не установлены';

-- The due day on a date is that of the first later change, if there is one.
CREATE FUNCTION occurrences_as_of(as_of date DEFAULT current_date)
RETURNS TABLE (roadmap_occurrence_id bigint, roadmap_event_id integer, roadmap_section_id integer, roadmap_id integer,
               level text, starts_on date, due_on date, kind text, note text, is_moved boolean,
               done_on date, cancelled_on date, status text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT o.roadmap_occurrence_id, o.roadmap_event_id, e.roadmap_section_id, s.roadmap_id, s.level,
           d.starts_on, d.due_on, o.kind, o.note, d.is_moved,
           CASE WHEN o.done_on <= as_of THEN o.done_on END,
           CASE WHEN o.cancelled_on <= as_of THEN o.cancelled_on END,
           occurrence_status(d.due_on, o.done_on, o.cancelled_on, d.is_moved, as_of)
    FROM roadmap_occurrence AS o
    JOIN roadmap_event AS e USING (roadmap_event_id)
    JOIN roadmap_section AS s USING (roadmap_section_id)
    LEFT JOIN LATERAL (
        SELECT c.starts_before, c.due_before, c.was_moved
        FROM roadmap_occurrence_change AS c
        WHERE c.roadmap_occurrence_id = o.roadmap_occurrence_id
          AND c.kind IN ('moved', 'replanned') AND c.happened_on > as_of
        ORDER BY c.happened_on, c.roadmap_occurrence_change_id
        LIMIT 1) AS later ON true
    CROSS JOIN LATERAL (
        SELECT CASE WHEN later.was_moved IS NULL THEN o.starts_on ELSE later.starts_before END AS starts_on,
               CASE WHEN later.was_moved IS NULL THEN o.due_on ELSE later.due_before END AS due_on,
               coalesce(later.was_moved, o.is_moved) AS is_moved) AS d
    WHERE as_of IS NOT NULL
      AND (o.valid_from IS NULL OR o.valid_from <= as_of)
      AND (o.withdrawn_on IS NULL OR o.withdrawn_on > as_of);
END;
COMMENT ON FUNCTION occurrences_as_of(date) IS
'Наступления сроков, какими они были на день as_of по всему, что известно сейчас: сроки до более поздних переносов, отметки не позже этого дня, состояние (см. occurrence_status). level — кто исполняет по разделу карты. Для пустого дня — ничего';

CREATE VIEW roadmap_today WITH (security_invoker = true) AS
SELECT o.roadmap_occurrence_id, o.roadmap_event_id, s.roadmap_section_id, r.roadmap_id, r.roadmap, s.level,
       r.region_id, r.municipality_id, r.municipality, r.school_id, r.school,
       s.number AS section_number, coalesce(s.title, 'вне разделов') AS section, e.number, e.title, e.deadline,
       o.kind, o.note, o.starts_on, o.due_on, o.is_moved, o.done_on, o.cancelled_on,
       occurrence_status(o.due_on, o.done_on, o.cancelled_on, o.is_moved, current_date) AS status,
       (SELECT string_agg(b.name, '; ' ORDER BY l.roadmap_event_body_id)
        FROM roadmap_event_body AS l JOIN body AS b USING (body_id)
        WHERE l.roadmap_event_id = e.roadmap_event_id) AS bodies,
       e.evidence_form
FROM roadmap_occurrence AS o
JOIN roadmap_event AS e USING (roadmap_event_id)
JOIN roadmap_section AS s USING (roadmap_section_id)
JOIN roadmap_list AS r USING (roadmap_id)
WHERE (o.valid_from IS NULL OR o.valid_from <= current_date)
  AND (o.withdrawn_on IS NULL OR o.withdrawn_on > current_date);
COMMENT ON VIEW roadmap_today IS 'Все наступления сроков в их нынешнем состоянии, с мероприятием, исполнителями и тем, чья это карта';

CREATE FUNCTION due(from_day date, to_day date)
RETURNS TABLE (roadmap_occurrence_id bigint, due_on date, starts_on date, status text, roadmap text, level text,
               municipality text, school text, number text, title text, deadline text, bodies text,
               evidence_form text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT o.roadmap_occurrence_id, o.due_on, o.starts_on, o.status, o.roadmap, o.level, o.municipality, o.school,
           o.number, o.title, o.deadline, o.bodies, o.evidence_form
    FROM roadmap_today AS o
    WHERE o.due_on BETWEEN from_day AND to_day
    ORDER BY o.due_on, o.roadmap_id, o.roadmap_occurrence_id;
END;
COMMENT ON FUNCTION due(date, date) IS
'Наступления, срок которых истекает в эти дни (включительно), с нынешним состоянием, мероприятием и исполнителями, по порядку дней';

CREATE VIEW due_this_week WITH (security_invoker = true) AS
SELECT o.roadmap_occurrence_id, o.due_on, o.starts_on, o.status, o.roadmap, o.level, o.municipality, o.school,
       o.number, o.title, o.deadline, o.bodies, o.evidence_form
FROM roadmap_today AS o
WHERE o.due_on BETWEEN date_trunc('week', current_date)::date AND date_trunc('week', current_date)::date + 6;
COMMENT ON VIEW due_this_week IS 'Сроки этой недели (с понедельника по воскресенье), в том числе исполненные';

CREATE VIEW due_this_month WITH (security_invoker = true) AS
SELECT o.roadmap_occurrence_id, o.due_on, o.starts_on, o.status, o.roadmap, o.level, o.municipality, o.school,
       o.number, o.title, o.deadline, o.bodies, o.evidence_form
FROM roadmap_today AS o
WHERE date_trunc('month', o.due_on) = date_trunc('month', current_date);
COMMENT ON VIEW due_this_month IS 'Сроки этого месяца, в том числе исполненные';

CREATE FUNCTION overdue_as_of(as_of date DEFAULT current_date)
RETURNS TABLE (roadmap_occurrence_id bigint, roadmap_id integer, roadmap text, level text, municipality_id integer,
               municipality text, school_id integer, school text, section text, number text, title text,
               deadline text, due_on date, days_late integer, body_id integer, body text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT o.roadmap_occurrence_id, r.roadmap_id, r.roadmap, o.level, r.municipality_id, r.municipality,
           r.school_id, r.school, concat_ws('. ', s.number, s.title), e.number, e.title, e.deadline, o.due_on,
           as_of - o.due_on, b.body_id, coalesce(b.name, 'исполнитель не установлен')
    FROM occurrences_as_of(as_of) AS o
    JOIN roadmap_event AS e USING (roadmap_event_id)
    JOIN roadmap_section AS s ON s.roadmap_section_id = o.roadmap_section_id
    JOIN roadmap_list AS r ON r.roadmap_id = o.roadmap_id
    LEFT JOIN roadmap_event_body AS l ON l.roadmap_event_id = o.roadmap_event_id
    LEFT JOIN body AS b USING (body_id)
    WHERE o.status = 'overdue';
END;
COMMENT ON FUNCTION overdue_as_of(date) IS
'Просроченное на день as_of: строка на исполнителя (у мероприятия с двумя исполнителями — две)';

CREATE VIEW overdue WITH (security_invoker = true) AS
SELECT o.roadmap_occurrence_id, o.roadmap_id, o.roadmap, o.level, o.municipality_id, o.municipality, o.school_id,
       o.school, o.section, o.number, o.title, o.deadline, o.due_on, current_date - o.due_on AS days_late,
       b.body_id, coalesce(b.name, 'исполнитель не установлен') AS body
FROM roadmap_today AS o
LEFT JOIN roadmap_event_body AS l USING (roadmap_event_id)
LEFT JOIN body AS b USING (body_id)
WHERE o.status = 'overdue';
COMMENT ON VIEW overdue IS 'Просроченное сегодня; строка на исполнителя (у мероприятия с двумя исполнителями — две)';

CREATE VIEW overdue_by_body WITH (security_invoker = true) AS
SELECT o.body_id, o.body, o.level, count(*) AS overdue, max(o.days_late) AS worst_days_late,
       min(o.due_on) AS earliest_due_on
FROM overdue AS o
GROUP BY o.body_id, o.body, o.level;
COMMENT ON VIEW overdue_by_body IS 'Просроченное по исполнителям и уровням';

CREATE FUNCTION progress_as_of(as_of date DEFAULT current_date)
RETURNS TABLE (roadmap_id integer, roadmap_section_id integer, level text, events bigint, occurrences bigint,
               undated bigint, due_so_far bigint, done bigint, done_late bigint, overdue bigint, cancelled bigint,
               moved bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.roadmap_id, s.roadmap_section_id, s.level, count(DISTINCT e.roadmap_event_id),
           count(o.roadmap_occurrence_id), count(o.roadmap_occurrence_id) FILTER (WHERE o.due_on IS NULL),
           count(*) FILTER (WHERE o.due_on < as_of AND o.status <> 'cancelled'),
           count(*) FILTER (WHERE o.status IN ('done', 'done_late')),
           count(*) FILTER (WHERE o.status = 'done_late'), count(*) FILTER (WHERE o.status = 'overdue'),
           count(*) FILTER (WHERE o.status = 'cancelled'), count(*) FILTER (WHERE o.status = 'moved')
    FROM roadmap_section AS s
    LEFT JOIN roadmap_event AS e USING (roadmap_section_id)
    LEFT JOIN occurrences_as_of(as_of) AS o ON o.roadmap_event_id = e.roadmap_event_id
    WHERE as_of IS NOT NULL
    GROUP BY s.roadmap_section_id;
END;
COMMENT ON FUNCTION progress_as_of(date) IS
'Ход выполнения разделов на день as_of: мероприятий, наступлений, из них без даты, с истёкшим сроком (без отменённых), выполнено (в том числе с опозданием), просрочено, отменено, перенесено. Для пустого дня — ничего';

CREATE VIEW roadmap_progress WITH (security_invoker = true) AS
SELECT s.roadmap_section_id, r.roadmap_id, r.roadmap, r.municipality_id, r.municipality, r.school_id, r.school,
       s.level, s.number AS section_number, coalesce(s.title, 'вне разделов') AS section,
       (SELECT count(*) FROM roadmap_event AS e WHERE e.roadmap_section_id = s.roadmap_section_id) AS events,
       p.occurrences, p.undated, p.due_so_far, p.done, p.done_late, p.overdue, p.cancelled, p.moved,
       p.done::numeric / nullif(p.occurrences - p.cancelled, 0) AS done_share
FROM roadmap_section AS s
JOIN roadmap_list AS r USING (roadmap_id)
CROSS JOIN LATERAL (
    SELECT count(*) AS occurrences, count(*) FILTER (WHERE o.due_on IS NULL) AS undated,
           count(*) FILTER (WHERE o.due_on < current_date AND o.status <> 'cancelled') AS due_so_far,
           count(*) FILTER (WHERE o.status IN ('done', 'done_late')) AS done,
           count(*) FILTER (WHERE o.status = 'done_late') AS done_late,
           count(*) FILTER (WHERE o.status = 'overdue') AS overdue,
           count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled,
           count(*) FILTER (WHERE o.status = 'moved') AS moved
    FROM roadmap_today AS o
    WHERE o.roadmap_section_id = s.roadmap_section_id) AS p;
COMMENT ON VIEW roadmap_progress IS 'Ход выполнения по разделам дорожных карт на сегодня';

CREATE VIEW roadmap_progress_by_municipality WITH (security_invoker = true) AS
SELECT p.municipality_id, p.municipality, count(DISTINCT p.roadmap_id) AS roadmaps,
       sum(p.events)::bigint AS events, sum(p.occurrences)::bigint AS occurrences, sum(p.undated)::bigint AS undated,
       sum(p.due_so_far)::bigint AS due_so_far, sum(p.done)::bigint AS done, sum(p.done_late)::bigint AS done_late,
       sum(p.overdue)::bigint AS overdue, sum(p.cancelled)::bigint AS cancelled, sum(p.moved)::bigint AS moved,
       sum(p.done) / nullif(sum(p.occurrences - p.cancelled), 0) AS done_share
FROM roadmap_progress AS p
WHERE p.municipality_id IS NOT NULL
GROUP BY p.municipality_id, p.municipality;
COMMENT ON VIEW roadmap_progress_by_municipality IS 'Ход выполнения по муниципалитетам на сегодня: карты муниципалитета и его школ';

-- Days from the first plan's beginning to the last one's end or last due day.
CREATE VIEW roadmap_calendar WITH (security_invoker = true) AS
SELECT d.day, extract(isodow FROM d.day)::integer AS weekday,
       coalesce(c.is_working, extract(isodow FROM d.day) < 6) AS is_working,
       coalesce(o.due, 0) AS due, coalesce(o.open, 0) AS open, o.titles
FROM (
    SELECT g::date AS day
    FROM (SELECT min(r.plan_from) AS first_day, max(r.plan_to) AS last_day FROM roadmap AS r) AS p
    CROSS JOIN (SELECT min(t.due_on) AS first_day, max(t.due_on) AS last_day
                FROM roadmap_occurrence AS t WHERE t.withdrawn_on IS NULL) AS t
    CROSS JOIN generate_series(least(p.first_day, t.first_day)::timestamp,
                               greatest(p.last_day, t.last_day)::timestamp, interval '1 day') AS g) AS d
LEFT JOIN (
    SELECT a.due_on, count(*) AS due,
           count(*) FILTER (WHERE a.status IN ('planned', 'moved', 'overdue')) AS open,
           string_agg(concat_ws(' ', a.number, a.title), '; ' ORDER BY a.roadmap_occurrence_id) AS titles
    FROM roadmap_today AS a
    WHERE a.status <> 'cancelled'
    GROUP BY a.due_on) AS o ON o.due_on = d.day
LEFT JOIN calendar_day AS c ON c.day = d.day AND c.region_id IS NULL;
COMMENT ON VIEW roadmap_calendar IS 'Календарь сроков: одна строка — один день';

CREATE VIEW body_load WITH (security_invoker = true) AS
SELECT b.body_id, b.name AS body, date_trunc('month', o.due_on)::date AS month, o.level,
       count(*) AS due, count(*) FILTER (WHERE o.status IN ('done', 'done_late')) AS done,
       count(*) FILTER (WHERE o.status = 'overdue') AS overdue
FROM roadmap_today AS o
JOIN roadmap_event_body AS l USING (roadmap_event_id)
JOIN body AS b USING (body_id)
WHERE o.due_on IS NOT NULL AND o.status <> 'cancelled'
GROUP BY b.body_id, date_trunc('month', o.due_on), o.level;
COMMENT ON VIEW body_load IS 'Загрузка исполнителей по месяцам: сколько сроков истекает';

CREATE VIEW event_without_evidence WITH (security_invoker = true) AS
SELECT o.roadmap_event_id, o.roadmap_id, o.roadmap, o.level, o.municipality_id, o.municipality, o.school_id, o.school,
       o.number, o.title, o.evidence_form, o.bodies, count(*) AS done_occurrences, max(o.done_on) AS last_done_on
FROM roadmap_today AS o
WHERE o.status IN ('done', 'done_late')
  AND NOT EXISTS (SELECT FROM roadmap_evidence AS v WHERE v.roadmap_occurrence_id = o.roadmap_occurrence_id)
GROUP BY o.roadmap_event_id, o.roadmap_id, o.roadmap, o.level, o.municipality_id, o.municipality, o.school_id,
         o.school, o.number, o.title, o.evidence_form, o.bodies;
COMMENT ON VIEW event_without_evidence IS 'Мероприятия, отмеченные выполненными без подтверждения';

-- The school's own roadmap counts as a whole. Plans of the list's year and
-- later: a list of the results of 2022 is worked on from 2023.
CREATE VIEW school_measure WITH (security_invoker = true) AS
SELECT l.school_outcome_id, l.result_year, l.list_year, l.academic_year, l.municipality_id, l.municipality,
       l.school_id, l.school, r.roadmap_id, r.name AS roadmap, c.is_own, e.roadmap_event_id, e.number, e.title, e.deadline,
       coalesce(o.occurrences, 0) AS occurrences, coalesce(o.done, 0) AS done, coalesce(o.overdue, 0) AS overdue,
       o.next_due_on
FROM shnor_list AS l
JOIN (
    SELECT x.school_id, x.roadmap_event_id, bool_or(x.is_own) AS is_own
    FROM (
        SELECT t.school_id, t.roadmap_event_id, false AS is_own
        FROM roadmap_event_school AS t
        UNION ALL
        SELECT p.school_id, v.roadmap_event_id, true
        FROM roadmap AS p
        JOIN roadmap_section AS g USING (roadmap_id)
        JOIN roadmap_event AS v USING (roadmap_section_id)
        WHERE p.school_id IS NOT NULL) AS x
    GROUP BY x.school_id, x.roadmap_event_id) AS c ON c.school_id = l.school_id
JOIN roadmap_event AS e USING (roadmap_event_id)
JOIN roadmap_section AS s USING (roadmap_section_id)
JOIN roadmap AS r ON r.roadmap_id = s.roadmap_id AND r.plan_to > make_date(l.result_year, 12, 31)
LEFT JOIN (
    SELECT t.roadmap_event_id, count(*) AS occurrences, count(*) FILTER (WHERE t.status IN ('done', 'done_late')) AS done,
           count(*) FILTER (WHERE t.status = 'overdue') AS overdue,
           min(t.due_on) FILTER (WHERE t.status IN ('planned', 'moved')) AS next_due_on
    FROM roadmap_today AS t
    GROUP BY t.roadmap_event_id) AS o USING (roadmap_event_id);
COMMENT ON VIEW school_measure IS 'Мероприятия, относящиеся к школам действующего списка ШНОР: адресованные им (roadmap_event_school) и все мероприятия их собственных карт; берутся карты, период которых не кончился до конца года результатов';

CREATE VIEW school_support WITH (security_invoker = true) AS
SELECT l.school_outcome_id, l.result_year, l.list_year, l.academic_year, l.municipality_id, l.municipality,
       l.school_id, l.school, l.dynamics_text, coalesce(m.measures, 0) AS measures, coalesce(m.own_measures, 0) AS own_measures,
       coalesce(m.occurrences, 0) AS occurrences, coalesce(m.done, 0) AS done, coalesce(m.overdue, 0) AS overdue
FROM shnor_list AS l
LEFT JOIN (
    SELECT t.school_id, count(*) AS measures, count(*) FILTER (WHERE t.is_own) AS own_measures,
           sum(t.occurrences)::bigint AS occurrences, sum(t.done)::bigint AS done, sum(t.overdue)::bigint AS overdue
    FROM school_measure AS t
    GROUP BY t.school_id) AS m USING (school_id);
COMMENT ON VIEW school_support IS 'Меры поддержки каждой школы действующего списка ШНОР, числом (см. school_measure)';

CREATE VIEW school_without_support WITH (security_invoker = true) AS
SELECT p.school_outcome_id, p.result_year, p.list_year, p.academic_year, p.municipality_id, p.municipality,
       p.school_id, p.school, p.dynamics_text
FROM school_support AS p
WHERE p.measures = 0;
COMMENT ON VIEW school_without_support IS 'Школы действующего списка ШНОР, для которых не предусмотрено ни одной меры поддержки';

-- Who was to make a roadmap of their own after a template and has not: all
-- municipalities of the region, all listed schools. A school's may come from
-- the municipality's.
CREATE VIEW roadmap_not_derived WITH (security_invoker = true) AS
SELECT t.roadmap_id AS template_id, t.roadmap AS template, 'municipality'::text AS level,
       m.municipality_id, m.name AS municipality, NULL::integer AS school_id, NULL::text AS school
FROM roadmap_list AS t
JOIN municipality AS m ON m.region_id = t.region_id
WHERE t.level = 'region' AND sees_municipality(m.municipality_id)
  AND EXISTS (SELECT FROM roadmap_section AS s JOIN roadmap_event AS e USING (roadmap_section_id)
              WHERE s.roadmap_id = t.roadmap_id AND s.level = 'municipality')
  AND NOT EXISTS (SELECT FROM roadmap AS d
                  WHERE d.parent_id = t.roadmap_id AND d.municipality_id = m.municipality_id)
UNION ALL
SELECT t.roadmap_id, t.roadmap, 'school', l.municipality_id, l.municipality, l.school_id, l.school
FROM roadmap_list AS t
JOIN municipality AS m
  ON m.region_id = t.region_id AND (t.level = 'region' OR m.municipality_id = t.municipality_id)
JOIN shnor_list AS l ON l.municipality_id = m.municipality_id
WHERE t.level <> 'school'
  AND EXISTS (SELECT FROM roadmap_section AS s JOIN roadmap_event AS e USING (roadmap_section_id)
              WHERE s.roadmap_id = t.roadmap_id AND s.level = 'school')
  AND t.plan_to > make_date(l.result_year, 12, 31)
  AND NOT EXISTS (SELECT FROM roadmap AS d
                  LEFT JOIN roadmap AS p ON p.roadmap_id = d.parent_id
                  WHERE t.roadmap_id IN (d.parent_id, p.parent_id) AND d.school_id = l.school_id);
COMMENT ON VIEW roadmap_not_derived IS 'Кто не составил своей карты по образцу: муниципалитеты региона и школы действующего списка ШНОР, если в образце есть разделы их уровня; координатор муниципалитета видит только своих';

-- What a person must look at: remarks of the import and what is still so.
CREATE VIEW roadmap_attention WITH (security_invoker = true) AS
SELECT w.roadmap_id, r.name AS roadmap, w.line, w.roadmap_event_id, e.number, e.title, w.reason, w.detail
FROM (
    SELECT v.roadmap_id, v.line, v.roadmap_event_id, v.reason, v.excerpt AS detail
    FROM roadmap_review AS v
    WHERE v.resolved_at IS NULL AND v.reason <> 'срок не указан'
    UNION ALL
    SELECT s.roadmap_id, t.source_line, t.roadmap_event_id,
           CASE WHEN t.deadline IS NULL THEN 'срок не указан'
                WHEN t.deadline_kind = 'unrecognised' THEN 'срок не распознан'
                ELSE 'у срока нет даты' END, t.deadline
    FROM roadmap_event AS t
    JOIN roadmap_section AS s USING (roadmap_section_id)
    WHERE t.deadline IS NULL OR t.deadline_kind IN ('unrecognised', 'undated')
    UNION ALL
    SELECT DISTINCT s.roadmap_id, t.source_line, t.roadmap_event_id,
           CASE WHEN o.note ~ '\mdate=none\M' THEN 'дат, названных в сроке, нет'
                WHEN o.note ~ '\mexpanded=no\M' THEN 'наступлений слишком много: срок не разложен по датам'
                WHEN o.note ~ '\moutside=plan\M' THEN 'в периоде плана такой даты нет: взята ближайшая'
                ELSE 'срок больше чем на год вне периода плана' END, t.deadline
    FROM roadmap_occurrence AS o
    JOIN roadmap_event AS t USING (roadmap_event_id)
    JOIN roadmap_section AS s USING (roadmap_section_id)
    JOIN roadmap AS p ON p.roadmap_id = s.roadmap_id
    WHERE o.withdrawn_on IS NULL
      AND (o.note ~ '\m(date=none|expanded=no|outside=plan)\M'
           OR o.phrase_due_on > p.plan_to + 366 OR o.phrase_due_on < p.plan_from - 366)
    UNION ALL
    SELECT n.roadmap_id, n.source_line, n.roadmap_event_id, 'сколько раз и когда — в сроке не сходится', n.deadline
    FROM (
        SELECT s.roadmap_id, t.source_line, t.roadmap_event_id, t.deadline, o.part,
               substring(o.note FROM '^freq=([0-9]+)/P1Y\M')::bigint AS times, count(*) AS occurrences
        FROM roadmap_occurrence AS o
        JOIN roadmap_event AS t USING (roadmap_event_id)
        JOIN roadmap_section AS s USING (roadmap_section_id)
        WHERE o.withdrawn_on IS NULL AND o.kind = 'recurring' AND o.note ~ '^freq=[0-9]+/P1Y\M'
          AND t.deadline_canonical ~ 'раза? в год: '
        GROUP BY s.roadmap_id, t.source_line, t.roadmap_event_id, t.deadline, o.part, o.note,
                 extract(year FROM o.phrase_due_on)) AS n
    GROUP BY n.roadmap_id, n.source_line, n.roadmap_event_id, n.deadline, n.part
    HAVING max(n.occurrences) <> max(n.times)
    UNION ALL
    SELECT s.roadmap_id, t.source_line, t.roadmap_event_id,
           CASE WHEN t.responsible IS NULL THEN 'ответственный не указан'
                ELSE 'ответственные узнаны не полностью' END, t.responsible_rest
    FROM roadmap_event AS t
    JOIN roadmap_section AS s USING (roadmap_section_id)
    WHERE (t.responsible IS NULL OR t.responsible_rest IS NOT NULL)
      AND NOT EXISTS (SELECT FROM roadmap_event_body AS b
                      WHERE b.roadmap_event_id = t.roadmap_event_id AND NOT b.from_alias)) AS w
JOIN roadmap AS r USING (roadmap_id)
LEFT JOIN roadmap_event AS e USING (roadmap_event_id);
COMMENT ON VIEW roadmap_attention IS 'На что в дорожных картах должен посмотреть человек: замечания загрузки, сроки без даты, нераспознанные и прочитанные с оговоркой, ответственные; исправленное пропадает само, замечания загрузки — командой resolve_review';

CREATE FUNCTION resolve_review(roadmap_id integer, line integer DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own_roadmap roadmap := require_roadmap(resolve_review.roadmap_id);
    resolved bigint;
BEGIN
    UPDATE roadmap_review AS v
    SET resolved_at = clock_timestamp(), resolved_by = current_user
    WHERE v.roadmap_id = own_roadmap.roadmap_id AND v.resolved_at IS NULL
      AND (resolve_review.line IS NULL OR v.line = resolve_review.line);
    GET DIAGNOSTICS resolved = ROW_COUNT;
    RETURN resolved;
END
$$;
COMMENT ON FUNCTION resolve_review(integer, integer) IS
'Отмечает замечания загрузки карты (всей или одной строки текста) разобранными; возвращает их число';

-- Columns that mean the same in every view above are commented once.
DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT a.attrelid::regclass AS view_name, a.attname, v.wording
        FROM (VALUES
            ('roadmap_occurrence_id', 'Ключ наступления срока'),
            ('roadmap_event_id', 'Ключ мероприятия'),
            ('roadmap_section_id', 'Ключ раздела'),
            ('roadmap_id', 'Ключ дорожной карты'),
            ('region_id', 'Ключ региона'),
            ('roadmap', 'Дорожная карта'),
            ('template_id', 'Ключ карты-образца'),
            ('template', 'Карта-образец'),
            ('level', 'Кто исполняет: region — регион, municipality — муниципалитет, school — школа'),
            ('municipality_id', 'Ключ муниципального образования; пусто — карта региона'),
            ('municipality', 'Муниципальное образование'),
            ('school_id', 'Ключ организации'),
            ('school', 'Организация'),
            ('school_outcome_id', 'Ключ итога организации в цикле'),
            ('result_year', 'Год результатов'),
            ('list_year', 'Год, которым называют список'),
            ('academic_year', 'Оцениваемый учебный год по году окончания'),
            ('dynamics_text', 'Динамика школы в списке'),
            ('section', 'Раздел'),
            ('section_number', 'Номер раздела'),
            ('number', 'Номер мероприятия, как напечатан'),
            ('title', 'Мероприятие'),
            ('deadline', 'Срок, как напечатан'),
            ('evidence_form', 'Форма предъявления'),
            ('bodies', 'Исполнители через точку с запятой'),
            ('body_id', 'Ключ исполнителя'),
            ('body', 'Исполнитель'),
            ('starts_on', 'С какого дня'),
            ('due_on', 'По какой день включительно'),
            ('kind', 'Вид срока (см. deadline_kind)'),
            ('note', 'Пояснение к прочтению срока (см. deadline_occurrences)'),
            ('is_moved', 'Срок перенесён человеком'),
            ('done_on', 'Когда выполнено'),
            ('cancelled_on', 'Когда отменено'),
            ('status', 'Состояние: planned, moved, overdue, done, done_late, cancelled (см. occurrence_status)'),
            ('days_late', 'На сколько дней просрочено'),
            ('worst_days_late', 'Наибольшая просрочка, дней'),
            ('earliest_due_on', 'Самый ранний из просроченных сроков'),
            ('roadmaps', 'Дорожных карт'),
            ('events', 'Мероприятий'),
            ('occurrences', 'Наступлений сроков'),
            ('undated', 'Из них без даты'),
            ('due_so_far', 'Наступлений с истёкшим сроком, кроме отменённых'),
            ('done', 'Выполнено, в том числе с опозданием'),
            ('done_late', 'Выполнено с опозданием'),
            ('overdue', 'Просрочено'),
            ('cancelled', 'Отменено'),
            ('moved', 'Перенесено и ещё не наступило'),
            ('done_share', 'Доля выполненных наступлений среди не отменённых, от 0 до 1'),
            ('day', 'День'),
            ('weekday', 'День недели, 1 — понедельник'),
            ('is_working', 'Рабочий ли день по общему календарю'),
            ('due', 'Сколько сроков истекает'),
            ('open', 'Из них не выполнено'),
            ('titles', 'Мероприятия через точку с запятой'),
            ('month', 'Первый день месяца'),
            ('done_occurrences', 'Выполненных наступлений без подтверждения'),
            ('last_done_on', 'Последняя отметка о выполнении'),
            ('measures', 'Мероприятий, относящихся к школе'),
            ('own_measures', 'Из них в собственной карте школы'),
            ('is_own', 'Из собственной карты школы'),
            ('next_due_on', 'Ближайший предстоящий срок'),
            ('line', 'Строка загруженного текста'),
            ('reason', 'В чём дело'),
            ('detail', 'О чём речь: начало строки, срок, неузнанные слова')) AS v (attname, wording)
        JOIN pg_attribute AS a ON a.attname = v.attname AND a.attnum > 0
        JOIN (VALUES ('roadmap_today'), ('due_this_week'), ('due_this_month'), ('overdue'), ('overdue_by_body'), ('roadmap_progress'),
                     ('roadmap_progress_by_municipality'), ('roadmap_calendar'), ('body_load'),
                     ('event_without_evidence'), ('school_measure'), ('school_support'), ('school_without_support'),
                     ('roadmap_not_derived'), ('roadmap_attention')) AS w (view_name)
          ON a.attrelid = w.view_name::regclass
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', col.view_name, col.attname, col.wording);
    END LOOP;
END
$$;
