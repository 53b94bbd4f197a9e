-- When events fall due and what became of that: occurrences are expanded from
-- the deadline's phrase, expanded anew when the phrase, the plan's period or
-- the calendar changes, and marked by people; every change is kept.

CREATE FUNCTION roadmap_region(own_roadmap roadmap)
RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(own_roadmap.region_id, m.region_id)
    FROM (SELECT 1) AS one
    LEFT JOIN school AS s ON s.school_id = own_roadmap.school_id
    LEFT JOIN municipality AS m ON m.municipality_id = coalesce(own_roadmap.municipality_id, s.municipality_id);
END;
COMMENT ON FUNCTION roadmap_region(roadmap) IS 'Регион, по календарю которого живёт дорожная карта';

-- Every event has at least one occurrence: one without a date when its
-- deadline has none, so that nothing is lost from sight.
CREATE FUNCTION event_dates(deadline text, plan_from date, plan_to date, terms date[])
RETURNS TABLE (starts_on date, due_on date, kind text, part integer, note text, place bigint)
LANGUAGE sql STABLE ROWS 4
BEGIN ATOMIC
    SELECT o.starts_on, o.due_on, coalesce(o.kind, 'undated'), o.part,
           CASE WHEN event_dates.deadline IS NULL THEN 'срок не указан'
                WHEN o.kind IS NULL THEN 'в сроке нет дат' ELSE o.note END,
           coalesce(o.ordinality, 1)
    FROM (SELECT 1) AS one
    LEFT JOIN deadline_occurrences(event_dates.deadline, event_dates.plan_from, event_dates.plan_to,
                                   event_dates.terms) WITH ORDINALITY AS o ON true;
END;
COMMENT ON FUNCTION event_dates(text, date, date, date[]) IS
'Наступления срока в периоде плана по учебным четвертям (см. term_calendar); у срока без дат — одно, без даты';

-- A roadmap's calendar is looked up once.
CREATE FUNCTION planned_occurrences(event_ids integer[])
RETURNS TABLE (event_id integer, starts_on date, due_on date, phrase_due_on date, kind text, part integer, note text,
               place bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH plan AS MATERIALIZED (
        SELECT p.roadmap_id, p.plan_from, p.plan_to, p.due_shift, p.own_region, term_calendar(p.own_region) AS terms
        FROM (
            SELECT r.roadmap_id, r.plan_from, r.plan_to, r.due_shift, roadmap_region(r) AS own_region
            FROM roadmap AS r
            WHERE r.roadmap_id IN (
                SELECT s.roadmap_id
                FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id)
                WHERE e.roadmap_event_id = ANY (event_ids))) AS p
    )
    SELECT e.roadmap_event_id, d.starts_on,
           CASE r.due_shift WHEN 'none' THEN d.due_on
                            ELSE greatest(d.starts_on, shifted_day(d.due_on, r.due_shift, r.own_region)) END,
           d.due_on, d.kind, d.part, d.note, d.place
    FROM roadmap_event AS e
    JOIN roadmap_section AS s USING (roadmap_section_id)
    JOIN plan AS r USING (roadmap_id)
    CROSS JOIN LATERAL event_dates(e.deadline, r.plan_from, r.plan_to, r.terms) AS d
    WHERE e.roadmap_event_id = ANY (event_ids)
    ORDER BY s.roadmap_id, s.place, e.place, d.place;
END;
COMMENT ON FUNCTION planned_occurrences(integer[]) IS
'Наступления этих мероприятий по их сроку, периоду плана и календарю региона, в порядке документа: due_on — после переноса с выходного, phrase_due_on — до него. Вызывается из expand_events';

-- What the stored occurrences of these events become. Same last day: kept. The
-- rest are paired in order when there are as many old as new ones, else month by
-- month, and take the new dates; what has no pair is withdrawn if nothing was
-- done about it, and stays if it was done. How many rows the steps have is not
-- known when they are planned: a nested loop could be over all of a region's.
CREATE FUNCTION replan_events(event_ids integer[], changed_on date)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET jit = off
SET enable_nestloop = off
AS $$
#variable_conflict use_column
DECLARE
    written bigint;
BEGIN
    -- A changed deadline and a changed calendar must not expand an event at once.
    PERFORM FROM roadmap_event AS e
    WHERE e.roadmap_event_id = ANY (event_ids)
    ORDER BY e.roadmap_event_id
    FOR NO KEY UPDATE;
    WITH fresh AS MATERIALIZED (
        SELECT p.*, row_number() OVER (PARTITION BY p.event_id, p.phrase_due_on ORDER BY p.starts_on, p.place) AS copy
        FROM planned_occurrences(event_ids) AS p
    ), stored AS MATERIALIZED (
        SELECT o.roadmap_occurrence_id, o.roadmap_event_id AS event_id, o.starts_on, o.due_on, o.phrase_due_on,
               o.kind, o.part, o.note, o.is_moved, o.done_on, o.cancelled_on,
               row_number() OVER (PARTITION BY o.roadmap_event_id, o.phrase_due_on
                                  ORDER BY o.starts_on, o.roadmap_occurrence_id) AS copy
        FROM roadmap_occurrence AS o
        WHERE o.roadmap_event_id = ANY (event_ids) AND o.withdrawn_on IS NULL
    ), same AS MATERIALIZED (
        SELECT f.event_id, f.place, o.roadmap_occurrence_id
        FROM fresh AS f
        JOIN stored AS o USING (event_id, copy)
        WHERE f.phrase_due_on IS NOT DISTINCT FROM o.phrase_due_on
    ), rest_new AS MATERIALIZED (
        SELECT f.event_id, f.place, date_trunc('month', f.phrase_due_on) AS month,
               row_number() OVER own AS rank, count(*) OVER (PARTITION BY f.event_id) AS total,
               row_number() OVER (PARTITION BY f.event_id, date_trunc('month', f.phrase_due_on)
                                  ORDER BY f.phrase_due_on, f.place) AS rank_in_month
        FROM fresh AS f
        WHERE (f.event_id, f.place) NOT IN (SELECT s.event_id, s.place FROM same AS s)
        WINDOW own AS (PARTITION BY f.event_id ORDER BY f.phrase_due_on, f.place)
    ), rest_old AS MATERIALIZED (
        SELECT o.event_id, o.roadmap_occurrence_id, date_trunc('month', o.phrase_due_on) AS month,
               row_number() OVER own AS rank, count(*) OVER (PARTITION BY o.event_id) AS total,
               row_number() OVER (PARTITION BY o.event_id, date_trunc('month', o.phrase_due_on)
                                  ORDER BY o.phrase_due_on, o.roadmap_occurrence_id) AS rank_in_month
        FROM stored AS o
        WHERE o.roadmap_occurrence_id NOT IN (SELECT s.roadmap_occurrence_id FROM same AS s)
        WINDOW own AS (PARTITION BY o.event_id ORDER BY o.phrase_due_on, o.roadmap_occurrence_id)
    ), paired AS MATERIALIZED (
        SELECT n.event_id, n.place, o.roadmap_occurrence_id
        FROM rest_new AS n
        JOIN rest_old AS o USING (event_id)
        WHERE CASE WHEN n.total = o.total THEN n.rank = o.rank
                   ELSE n.rank_in_month = o.rank_in_month AND n.month IS NOT DISTINCT FROM o.month END
        UNION ALL
        SELECT s.event_id, s.place, s.roadmap_occurrence_id FROM same AS s
    ), kept AS (
        UPDATE roadmap_occurrence AS o
        SET starts_on = v.starts_on, due_on = v.due_on, is_moved = v.is_moved, phrase_due_on = f.phrase_due_on,
            kind = f.kind, part = f.part, note = f.note, changed_on = replan_events.changed_on, reason = NULL
        FROM paired AS p
        JOIN fresh AS f USING (event_id, place)
        JOIN stored AS b USING (roadmap_occurrence_id)
        -- A day a person chose stands as long as the deadline's own day does.
        CROSS JOIN LATERAL (
            SELECT b.is_moved AND b.phrase_due_on IS NOT DISTINCT FROM f.phrase_due_on AS is_moved) AS m
        CROSS JOIN LATERAL (
            SELECT m.is_moved, CASE WHEN m.is_moved THEN b.due_on ELSE f.due_on END AS due_on,
                   CASE WHEN m.is_moved THEN least(f.starts_on, b.due_on) ELSE f.starts_on END AS starts_on) AS v
        WHERE o.roadmap_occurrence_id = p.roadmap_occurrence_id
          AND (b.starts_on, b.due_on, b.phrase_due_on, b.is_moved, b.kind, b.part, b.note)
              IS DISTINCT FROM (v.starts_on, v.due_on, f.phrase_due_on, v.is_moved, f.kind, f.part, f.note)
        RETURNING 1
    ), gone AS (
        UPDATE roadmap_occurrence AS o
        SET withdrawn_on = greatest(replan_events.changed_on, o.valid_from), changed_on = replan_events.changed_on,
            reason = NULL
        WHERE o.roadmap_occurrence_id IN (
                SELECT r.roadmap_occurrence_id FROM rest_old AS r
                EXCEPT SELECT p.roadmap_occurrence_id FROM paired AS p)
          AND o.done_on IS NULL
          AND NOT EXISTS (SELECT FROM roadmap_evidence AS v WHERE v.roadmap_occurrence_id = o.roadmap_occurrence_id)
        RETURNING 1
    ), added AS (
        INSERT INTO roadmap_occurrence (roadmap_event_id, starts_on, due_on, phrase_due_on, kind, part, note, valid_from)
        SELECT f.event_id, f.starts_on, f.due_on, f.phrase_due_on, f.kind, f.part, f.note,
               CASE WHEN EXISTS (SELECT FROM roadmap_occurrence AS b WHERE b.roadmap_event_id = f.event_id)
                    THEN replan_events.changed_on END
        FROM fresh AS f
        WHERE (f.event_id, f.place) NOT IN (SELECT p.event_id, p.place FROM paired AS p)
        ORDER BY f.event_id, f.place
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM kept) + (SELECT count(*) FROM gone) + (SELECT count(*) FROM added) INTO written;
    RETURN written;
END
$$;
COMMENT ON FUNCTION replan_events(integer[], date) IS
'Приводит наступления мероприятий к нынешним сроку, периоду и календарю днём changed_on: отметки о выполнении, перенос и история сохраняются. Вызывается из expand_events. Возвращает число новых и изменённых наступлений';

CREATE FUNCTION expand_events(event_ids integer[], changed_on date DEFAULT current_date)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    written bigint;
BEGIN
    IF EXISTS (SELECT FROM roadmap_occurrence AS o WHERE o.roadmap_event_id = ANY (event_ids)) THEN
        RETURN replan_events(event_ids, expand_events.changed_on);
    END IF;
    INSERT INTO roadmap_occurrence (roadmap_event_id, starts_on, due_on, phrase_due_on, kind, part, note)
    SELECT p.event_id, p.starts_on, p.due_on, p.phrase_due_on, p.kind, p.part, p.note
    FROM planned_occurrences(event_ids) AS p;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
COMMENT ON FUNCTION expand_events(integer[], date) IS
'Составляет наступления мероприятий по их срокам или, если они уже есть, приводит к нынешним (см. replan_events). Вызывается сама, когда меняются срок, период или календарь. Возвращает число новых и изменённых наступлений';

CREATE FUNCTION read_event_deadline()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    NEW.deadline_kind := CASE WHEN NEW.deadline IS NULL THEN 'undated' ELSE deadline_kind(NEW.deadline) END;
    NEW.deadline_canonical := deadline_canonical(NEW.deadline);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION read_event_deadline() IS 'Триггер roadmap_event: вид срока и его единообразная запись';
CREATE TRIGGER read_event_deadline
    BEFORE INSERT OR UPDATE OF deadline, deadline_kind, deadline_canonical ON roadmap_event
    FOR EACH ROW EXECUTE FUNCTION read_event_deadline();

CREATE FUNCTION expand_new_events()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM expand_events(ARRAY(SELECT n.roadmap_event_id FROM new_rows AS n));
    PERFORM assign_bodies(r.roadmap_id)
    FROM (SELECT DISTINCT s.roadmap_id
          FROM new_rows AS n JOIN roadmap_section AS s USING (roadmap_section_id)
          WHERE n.responsible IS NOT NULL) AS r;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION expand_new_events() IS 'Триггер roadmap_event: наступления и исполнители новых мероприятий';
CREATE TRIGGER expand_new_events
    AFTER INSERT ON roadmap_event REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION expand_new_events();

CREATE FUNCTION expand_changed_events()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM expand_events(ARRAY(
        SELECT n.roadmap_event_id
        FROM new_rows AS n JOIN old_rows AS o USING (roadmap_event_id)
        WHERE n.deadline IS DISTINCT FROM o.deadline), change_day());
    PERFORM assign_bodies(r.roadmap_id)
    FROM (SELECT DISTINCT s.roadmap_id
          FROM new_rows AS n
          JOIN old_rows AS o USING (roadmap_event_id)
          JOIN roadmap_section AS s ON s.roadmap_section_id = n.roadmap_section_id
          WHERE n.responsible IS DISTINCT FROM o.responsible) AS r;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION expand_changed_events() IS 'Триггер roadmap_event: наступления мероприятий, срок которых изменён, и исполнители там, где изменена их ячейка';
CREATE TRIGGER expand_changed_events
    AFTER UPDATE ON roadmap_event REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION expand_changed_events();

CREATE FUNCTION expand_roadmaps(roadmap_ids integer[])
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM expand_events(ARRAY(
        SELECT e.roadmap_event_id
        FROM roadmap_section AS s
        JOIN roadmap_event AS e USING (roadmap_section_id)
        WHERE s.roadmap_id = ANY (roadmap_ids)), change_day());
END
$$;
COMMENT ON FUNCTION expand_roadmaps(integer[]) IS 'Приводит наступления этих карт к их нынешнему периоду и календарю. Вызывается триггерами';

CREATE FUNCTION expand_changed_roadmaps()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM expand_roadmaps(ARRAY(
        SELECT n.roadmap_id
        FROM new_rows AS n
        JOIN old_rows AS o USING (roadmap_id)
        WHERE (n.plan_from, n.plan_to, n.due_shift, n.region_id, n.municipality_id, n.school_id)
              IS DISTINCT FROM (o.plan_from, o.plan_to, o.due_shift, o.region_id, o.municipality_id, o.school_id)));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION expand_changed_roadmaps() IS 'Триггер roadmap: наступления карт, у которых изменены период, правило переноса или территория';
CREATE TRIGGER expand_changed_roadmaps
    AFTER UPDATE ON roadmap REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION expand_changed_roadmaps();

CREATE FUNCTION expand_calendar()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM expand_roadmaps(ARRAY(
        SELECT r.roadmap_id FROM roadmap AS r WHERE r.due_shift <> 'none' OR TG_TABLE_NAME = 'school_term'));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION expand_calendar() IS 'Триггер school_term и calendar_day: наступления, зависящие от календаря';
CREATE TRIGGER expand_calendar
    AFTER INSERT OR UPDATE OR DELETE ON school_term
    FOR EACH STATEMENT EXECUTE FUNCTION expand_calendar();
CREATE TRIGGER expand_calendar
    AFTER INSERT OR UPDATE OR DELETE ON calendar_day
    FOR EACH STATEMENT EXECUTE FUNCTION expand_calendar();

-- A change recorded later than it was made is dated by a setting of the session.
CREATE FUNCTION change_day()
RETURNS date
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    given text := nullif(current_setting('shnor.change_day', true), '');
    day date;
BEGIN
    IF given IS NULL THEN
        RETURN current_date;
    END IF;
    BEGIN
        day := given::date;
    EXCEPTION WHEN data_exception THEN
        NULL;
    END;
    IF day BETWEEN DATE '2000-01-01' AND DATE '2100-12-31' THEN
        RETURN day;
    END IF;
    RAISE EXCEPTION 'день изменения сроков назван неверно'
        USING ERRCODE = 'invalid_parameter_value',
              DETAIL = format('Настройка shnor.change_day: %L.', given),
              HINT = 'День с 2000 по 2100 год, например SET shnor.change_day = ''2023-06-01''; сегодняшним днём — RESET shnor.change_day.';
END
$$;
COMMENT ON FUNCTION change_day() IS
'Каким днём записываются изменения сроков и календаря: сегодняшним или названным командой SET shnor.change_day = ''2023-06-01''; назван не день — ошибка 22023';

-- History. What was done to an occurrence, by comparing it before and after.
CREATE FUNCTION record_occurrence_changes()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO roadmap_occurrence_change (roadmap_occurrence_id, kind, happened_on, starts_before, due_before,
                                           due_after, was_moved, done_before, done_after, reason)
    SELECT n.roadmap_occurrence_id, k.kind, k.happened_on, o.starts_on, o.due_on, n.due_on, o.is_moved,
           o.done_on, n.done_on, n.reason
    FROM new_rows AS n
    JOIN old_rows AS o USING (roadmap_occurrence_id)
    CROSS JOIN LATERAL (VALUES
        (1, 'moved', n.changed_on, n.is_moved AND (n.starts_on, n.due_on) IS DISTINCT FROM (o.starts_on, o.due_on)),
        (2, 'replanned', n.changed_on, NOT n.is_moved AND (n.starts_on, n.due_on) IS DISTINCT FROM (o.starts_on, o.due_on)),
        (3, 'done', n.done_on, n.done_on IS NOT NULL AND n.done_on IS DISTINCT FROM o.done_on),
        (4, 'reopened', n.changed_on, n.done_on IS NULL AND o.done_on IS NOT NULL),
        (5, 'cancelled', n.cancelled_on, n.cancelled_on IS NOT NULL AND n.cancelled_on IS DISTINCT FROM o.cancelled_on),
        (6, 'restored', n.changed_on, n.cancelled_on IS NULL AND o.cancelled_on IS NOT NULL
                                      OR n.withdrawn_on IS NULL AND o.withdrawn_on IS NOT NULL),
        (7, 'withdrawn', n.withdrawn_on, n.withdrawn_on IS NOT NULL AND o.withdrawn_on IS NULL)
    ) AS k (place, kind, happened_on, is_so)
    WHERE k.is_so
    ORDER BY n.roadmap_occurrence_id, k.place;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_occurrence_changes() IS 'Триггер roadmap_occurrence: история изменений';
CREATE TRIGGER record_occurrence_changes
    AFTER UPDATE ON roadmap_occurrence REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION record_occurrence_changes();

CREATE FUNCTION stamp_occurrence()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    NEW.changed_on := coalesce(NEW.changed_on, current_date);
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION stamp_occurrence() IS 'Триггер roadmap_occurrence: когда изменена';
CREATE TRIGGER stamp_occurrence
    BEFORE UPDATE ON roadmap_occurrence
    FOR EACH ROW EXECUTE FUNCTION stamp_occurrence();

-- Marks of people.

CREATE FUNCTION occurrence_status(due_on date, done_on date, cancelled_on date, is_moved boolean,
                                  as_of date DEFAULT current_date)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN done_on <= as_of AND done_on > due_on THEN 'done_late'
    WHEN done_on <= as_of THEN 'done'
    WHEN cancelled_on <= as_of THEN 'cancelled'
    WHEN due_on < as_of THEN 'overdue'
    WHEN is_moved THEN 'moved'
    ELSE 'planned' END;
COMMENT ON FUNCTION occurrence_status(date, date, date, boolean, date) IS
'Состояние наступления на день as_of: done — выполнено, done_late — выполнено с опозданием, cancelled — отменено, overdue — просрочено (срок прошёл; день срока ещё не просрочка), moved — перенесено и ещё не наступило, planned — предстоит или без даты';

CREATE FUNCTION require_occurrence(occurrence_id bigint)
RETURNS roadmap_occurrence
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    found_one roadmap_occurrence;
BEGIN
    SELECT o.* INTO found_one FROM roadmap_occurrence AS o
    WHERE o.roadmap_occurrence_id = occurrence_id
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'нет такого наступления срока'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Ключ: %s.', coalesce(occurrence_id::text, 'NULL')),
                  HINT = 'Наступления с ключами показывают due(), overdue и occurrences_as_of().';
    END IF;
    IF found_one.withdrawn_on IS NOT NULL THEN
        RAISE EXCEPTION 'этого наступления в плане больше нет'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Ключ %s; срок мероприятия изменён %s.', occurrence_id, found_one.withdrawn_on),
                  HINT = 'Нынешние наступления мероприятия показывает occurrences_as_of().';
    END IF;
    RETURN found_one;
END
$$;
COMMENT ON FUNCTION require_occurrence(bigint) IS
'Наступление по ключу, заблокированное для изменения; нет такого — ошибка P0002, больше не предусмотрено — 55000';

CREATE FUNCTION check_mark_day(day date)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
BEGIN
    IF day IS NULL OR day > current_date OR day < DATE '2000-01-01' THEN
        RAISE EXCEPTION 'дата отметки не указана, ещё не наступила или раньше 2000 года'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Дата: %s.', coalesce(day::text, 'NULL')),
                  HINT = 'Отметка ставится тем днём, когда это произошло, не позже сегодняшнего.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_mark_day(date) IS 'Ошибка 22023, если дата не указана, ещё не наступила или раньше 2000 года';

CREATE FUNCTION mark_done(occurrence_id bigint, done_on date DEFAULT current_date, reason text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own roadmap_occurrence := require_occurrence(mark_done.occurrence_id);
BEGIN
    PERFORM check_mark_day(mark_done.done_on);
    IF own.cancelled_on IS NOT NULL THEN
        RAISE EXCEPTION 'наступление отменено'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Ключ %s, отменено %s.', own.roadmap_occurrence_id, own.cancelled_on),
                  HINT = format('Верните его: SELECT reopen_occurrence(%s).', own.roadmap_occurrence_id);
    END IF;
    UPDATE roadmap_occurrence AS o
    SET done_on = mark_done.done_on, changed_on = mark_done.done_on, reason = mark_done.reason
    WHERE o.roadmap_occurrence_id = own.roadmap_occurrence_id AND o.done_on IS DISTINCT FROM mark_done.done_on;
    RETURN occurrence_status(own.due_on, mark_done.done_on, NULL, own.is_moved, mark_done.done_on);
END
$$;
COMMENT ON FUNCTION mark_done(bigint, date, text) IS
'Отмечает наступление выполненным указанным днём; повторная отметка исправляет день. Возвращает done или done_late';

CREATE FUNCTION move_occurrence(occurrence_id bigint, new_due_on date, reason text, moved_on date DEFAULT current_date)
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own roadmap_occurrence := require_occurrence(move_occurrence.occurrence_id);
BEGIN
    PERFORM check_mark_day(move_occurrence.moved_on);
    IF own.done_on IS NOT NULL OR own.cancelled_on IS NOT NULL THEN
        RAISE EXCEPTION 'выполненное и отменённое не переносится'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Ключ %s: %s.', own.roadmap_occurrence_id,
                                  CASE WHEN own.done_on IS NOT NULL THEN format('выполнено %s', own.done_on)
                                       ELSE format('отменено %s', own.cancelled_on) END),
                  HINT = format('Снимите отметку: SELECT reopen_occurrence(%s).', own.roadmap_occurrence_id);
    END IF;
    IF move_occurrence.new_due_on IS NULL OR cell_text(move_occurrence.reason) IS NULL THEN
        RAISE EXCEPTION 'для переноса нужны новый срок и основание'
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('Срок %s, основание %s.', coalesce(new_due_on::text, 'NULL'),
                                  quote_nullable(move_occurrence.reason)),
                  HINT = 'Например: move_occurrence(12, ''2023-06-15'', ''приказ от 10.05.2023 № 77'').';
    END IF;
    IF move_occurrence.new_due_on NOT BETWEEN DATE '2000-01-01' AND DATE '2100-12-31' THEN
        RAISE EXCEPTION 'новый срок вне допустимых пределов'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Срок: %s.', new_due_on),
                  HINT = 'Годы — с 2000 по 2100.';
    END IF;
    UPDATE roadmap_occurrence AS o
    SET due_on = move_occurrence.new_due_on, starts_on = least(o.starts_on, move_occurrence.new_due_on),
        is_moved = true, changed_on = move_occurrence.moved_on, reason = move_occurrence.reason
    WHERE o.roadmap_occurrence_id = own.roadmap_occurrence_id;
    RETURN occurrence_status(move_occurrence.new_due_on, NULL, NULL, true, move_occurrence.moved_on);
END
$$;
COMMENT ON FUNCTION move_occurrence(bigint, date, text, date) IS
'Переносит срок одного наступления с указанием основания (срок мероприятия в документе не меняется). Возвращает состояние на день переноса';

CREATE FUNCTION cancel_occurrence(occurrence_id bigint, reason text, cancelled_on date DEFAULT current_date)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own roadmap_occurrence := require_occurrence(cancel_occurrence.occurrence_id);
BEGIN
    PERFORM check_mark_day(cancel_occurrence.cancelled_on);
    IF own.done_on IS NOT NULL THEN
        RAISE EXCEPTION 'выполненное не отменяется'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Ключ %s: выполнено %s.', own.roadmap_occurrence_id, own.done_on),
                  HINT = format('Снимите отметку: SELECT reopen_occurrence(%s).', own.roadmap_occurrence_id);
    END IF;
    IF cell_text(cancel_occurrence.reason) IS NULL THEN
        RAISE EXCEPTION 'для отмены нужно основание'
            USING ERRCODE = 'null_value_not_allowed',
                  HINT = 'Например: cancel_occurrence(12, ''приказ от 10.05.2023 № 77'').';
    END IF;
    UPDATE roadmap_occurrence AS o
    SET cancelled_on = cancel_occurrence.cancelled_on, changed_on = cancel_occurrence.cancelled_on,
        reason = cancel_occurrence.reason
    WHERE o.roadmap_occurrence_id = own.roadmap_occurrence_id;
END
$$;
COMMENT ON FUNCTION cancel_occurrence(bigint, text, date) IS 'Отменяет наступление с указанием основания';

CREATE FUNCTION reopen_occurrence(occurrence_id bigint, reason text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own roadmap_occurrence := require_occurrence(reopen_occurrence.occurrence_id);
BEGIN
    UPDATE roadmap_occurrence AS o
    SET done_on = NULL, cancelled_on = NULL, changed_on = current_date, reason = reopen_occurrence.reason
    WHERE o.roadmap_occurrence_id = own.roadmap_occurrence_id AND num_nonnulls(o.done_on, o.cancelled_on) > 0;
    RETURN occurrence_status(own.due_on, NULL, NULL, own.is_moved);
END
$$;
COMMENT ON FUNCTION reopen_occurrence(bigint, text) IS
'Снимает отметку о выполнении или отмену, поставленную по ошибке: и прошлое показывается без неё, в истории она остаётся. Возвращает нынешнее состояние';

CREATE FUNCTION add_evidence(occurrence_id bigint, what text, presented_on date DEFAULT current_date,
    document_number text DEFAULT NULL, link text DEFAULT NULL, body_id integer DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own roadmap_occurrence := require_occurrence(add_evidence.occurrence_id);
    new_id bigint;
BEGIN
    PERFORM check_mark_day(add_evidence.presented_on);
    IF cell_text(add_evidence.what) IS NULL
        OR num_nonnulls(cell_text(add_evidence.document_number), cell_text(add_evidence.link)) = 0
    THEN
        RAISE EXCEPTION 'у подтверждения должны быть название и номер документа или ссылка'
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('Название %s, номер %s, ссылка %s.', quote_nullable(add_evidence.what),
                                  quote_nullable(add_evidence.document_number), quote_nullable(add_evidence.link)),
                  HINT = 'Например: add_evidence(12, ''приказ'', ''2023-03-01'', document_number => ''№ 45'').';
    END IF;
    INSERT INTO roadmap_evidence (roadmap_occurrence_id, what, presented_on, document_number, link, body_id)
    VALUES (own.roadmap_occurrence_id, without_names(cell_text(add_evidence.what)), add_evidence.presented_on,
            cell_text(add_evidence.document_number), cell_text(add_evidence.link), add_evidence.body_id)
    RETURNING roadmap_evidence_id INTO new_id;
    RETURN new_id;
END
$$;
COMMENT ON FUNCTION add_evidence(bigint, text, date, text, text, integer) IS
'Вносит подтверждение выполнения: что, когда, номер документа или ссылка, каким исполнителем. Отметку о выполнении не ставит (см. mark_done). Возвращает ключ подтверждения';
