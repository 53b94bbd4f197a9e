-- The star that BI tools read: what is measured (fact_), by what (dim_).
--
-- A view has no keys, so tools go by names: the key of every view here is "id",
-- a reference to view v is "v_id", and what may be added up ends in "_count".
-- The facts are those of the current cycles, each of the year it judged, so
-- that nothing is counted twice.

CREATE VIEW dim_school WITH (security_invoker = true) AS
SELECT s.school_id AS id, s.name, m.municipality_id, m.name AS municipality, r.region_id, r.name AS region,
       (SELECT string_agg(c.code, '; ' ORDER BY c.code)
        FROM school_code AS c WHERE c.school_id = s.school_id AND c.kind = 'fis_oko') AS fis_oko_code,
       (SELECT string_agg(c.code, '; ' ORDER BY c.code)
        FROM school_code AS c WHERE c.school_id = s.school_id AND c.kind = 'ris_gia') AS ris_gia_code,
       s.is_rural, s.first_year, s.last_year
FROM school AS s
JOIN municipality AS m USING (municipality_id)
JOIN region AS r USING (region_id);
COMMENT ON VIEW dim_school IS 'Измерение «организация»: школа, её муниципалитет и регион, коды';
COMMENT ON COLUMN dim_school.id IS 'Ключ организации (school_id); на него ссылается dim_school_id';
COMMENT ON COLUMN dim_school.name IS 'Наименование организации';
COMMENT ON COLUMN dim_school.municipality_id IS 'Ключ муниципального образования';
COMMENT ON COLUMN dim_school.municipality IS 'Муниципальное образование';
COMMENT ON COLUMN dim_school.region_id IS 'Ключ региона';
COMMENT ON COLUMN dim_school.region IS 'Регион';
COMMENT ON COLUMN dim_school.fis_oko_code IS 'Логин ФИС ОКО; если их несколько — через точку с запятой';
COMMENT ON COLUMN dim_school.ris_gia_code IS 'Код ОО в РИС ГИА; если их несколько — через точку с запятой';
COMMENT ON COLUMN dim_school.is_rural IS 'Сельская организация; пусто — не указано';
COMMENT ON COLUMN dim_school.first_year IS 'Первый учебный год работы (год окончания); пусто — работала всегда';
COMMENT ON COLUMN dim_school.last_year IS 'Последний учебный год работы (год окончания); пусто — работает';

CREATE VIEW dim_assessment WITH (security_invoker = true) AS
SELECT a.assessment_id AS id, a.name, e.code AS exam_code, e.name AS exam, s.code AS subject_code, s.name AS subject,
       a.level, a.grade
FROM assessment AS a
JOIN exam AS e USING (exam_id)
JOIN subject AS s USING (subject_id);
COMMENT ON VIEW dim_assessment IS 'Измерение «процедура»: вид, предмет, уровень, класс программы';
COMMENT ON COLUMN dim_assessment.id IS 'Ключ процедуры (assessment_id); на него ссылается dim_assessment_id';
COMMENT ON COLUMN dim_assessment.name IS 'Наименование процедуры';
COMMENT ON COLUMN dim_assessment.exam_code IS 'Код вида: vpr, oge, ege, ...';
COMMENT ON COLUMN dim_assessment.exam IS 'Вид процедуры';
COMMENT ON COLUMN dim_assessment.subject_code IS 'Код предмета: rus, math, ...';
COMMENT ON COLUMN dim_assessment.subject IS 'Учебный предмет';
COMMENT ON COLUMN dim_assessment.level IS 'Уровень: none — не различается, base — базовый, profile — профильный, advanced — углублённый';
COMMENT ON COLUMN dim_assessment.grade IS 'Класс программы';

-- Every year from the first to the last that any fact may fall in. A day
-- belongs to the academic year that ends in the calendar year four months on.
CREATE VIEW dim_year WITH (security_invoker = true) AS
SELECT y.academic_year AS id, y.academic_year,
       format('%s/%s', y.academic_year - 1, lpad((y.academic_year % 100)::text, 2, '0')) AS name,
       make_date(y.academic_year - 1, 9, 1) AS first_day, make_date(y.academic_year, 8, 31) AS last_day,
       c.cycle_id, c.list_year, r.code AS rule_set, c.run_at,
       coalesce(c.result_year = max(c.result_year) OVER (), false) AS is_latest
FROM (
    SELECT generate_series(
               least(a.first_year, extract(year FROM d.first_day + interval '4 months')::integer,
                     extract(year FROM p.first_day + interval '4 months')::integer),
               greatest(a.last_year, extract(year FROM d.last_day + interval '4 months')::integer,
                        extract(year FROM p.last_day + interval '4 months')::integer)) AS academic_year
    FROM (SELECT min(t.academic_year) AS first_year, max(t.academic_year) AS last_year FROM administration AS t) AS a
    CROSS JOIN (SELECT min(o.due_on) AS first_day, max(o.due_on) AS last_day
                FROM roadmap_occurrence AS o WHERE o.withdrawn_on IS NULL) AS d
    CROSS JOIN (SELECT min(t.plan_to) AS first_day, max(t.plan_to) AS last_day FROM roadmap AS t) AS p) AS y
LEFT JOIN cycle AS c ON c.is_current AND c.result_year = y.academic_year
LEFT JOIN rule_set AS r USING (rule_set_id);
COMMENT ON VIEW dim_year IS 'Измерение «учебный год»: годы подряд и текущий цикл каждого';
COMMENT ON COLUMN dim_year.id IS 'Ключ года, он же учебный год по году окончания; на него ссылается dim_year_id';
COMMENT ON COLUMN dim_year.academic_year IS 'Учебный год по году окончания (2023 — это 2022/23)';
COMMENT ON COLUMN dim_year.name IS 'Учебный год, как его пишут: 2022/23';
COMMENT ON COLUMN dim_year.first_day IS 'Первый день учебного года, 1 сентября';
COMMENT ON COLUMN dim_year.last_day IS 'Последний день, 31 августа';
COMMENT ON COLUMN dim_year.cycle_id IS 'Текущий цикл этого года результатов; пусто — цикла нет';
COMMENT ON COLUMN dim_year.list_year IS 'Год, которым называют список';
COMMENT ON COLUMN dim_year.rule_set IS 'Код набора правил цикла';
COMMENT ON COLUMN dim_year.run_at IS 'Когда цикл рассчитан';
COMMENT ON COLUMN dim_year.is_latest IS 'Последний год, за который есть цикл';

CREATE VIEW fact_assessment_outcome WITH (security_invoker = true) AS
SELECT o.assessment_outcome_id AS id, o.school_id AS dim_school_id, o.assessment_id AS dim_assessment_id,
       o.academic_year AS dim_year_id, o.academic_year,
       o.participants AS participant_count, o.failed AS failed_count,
       o.fail_share::double precision AS fail_share, o.share_low, o.share_high,
       o.is_low, (o.is_low IS NOT NULL)::integer AS judged_count, (o.is_low IS TRUE)::integer AS low_count,
       o.band, o.pupils_from_threshold
FROM assessment_outcome AS o
JOIN cycle AS c USING (cycle_id)
WHERE c.is_current AND o.academic_year = c.result_year;
COMMENT ON VIEW fact_assessment_outcome IS 'Факт: итог организации по процедуре в учебном году';
COMMENT ON COLUMN fact_assessment_outcome.id IS 'Ключ итога по процедуре (assessment_outcome_id)';
COMMENT ON COLUMN fact_assessment_outcome.participant_count IS 'Участников, чей результат можно оценить';
COMMENT ON COLUMN fact_assessment_outcome.failed_count IS 'Из них не справились';
COMMENT ON COLUMN fact_assessment_outcome.fail_share IS 'Доля не справившихся, от 0 до 1; по нескольким строкам — сумма failed_count к сумме participant_count';
COMMENT ON COLUMN fact_assessment_outcome.share_low IS 'Нижняя граница интервала Уилсона для доли';
COMMENT ON COLUMN fact_assessment_outcome.share_high IS 'Верхняя граница интервала Уилсона для доли';
COMMENT ON COLUMN fact_assessment_outcome.is_low IS 'Низкий результат по правилу; пусто — участников меньше минимума правила';
COMMENT ON COLUMN fact_assessment_outcome.judged_count IS '1 — участников достаточно, чтобы судить по правилу, иначе 0; сумма — число таких результатов';
COMMENT ON COLUMN fact_assessment_outcome.low_count IS '1 — результат низкий, иначе 0; сумма — число низких результатов';
COMMENT ON COLUMN fact_assessment_outcome.band IS 'Группа по доле не справившихся: none — до 30 %, basic — 30–40, moderate — 40–50, severe — более 50';
COMMENT ON COLUMN fact_assessment_outcome.pupils_from_threshold IS 'Сколько обучающихся отделяет от порога (см. assessment_outcome)';

CREATE VIEW fact_school_outcome WITH (security_invoker = true) AS
SELECT o.school_outcome_id AS id, o.school_id AS dim_school_id, o.academic_year AS dim_year_id, o.academic_year,
       coalesce(t.name, 'не указан') AS school_type, y.enrolment AS enrolment_count,
       o.data_status, o.exclusion_reason, o.verdict,
       branch_text(CASE WHEN o.data_status = 'excluded' THEN 'excluded' ELSE o.verdict END) AS branch,
       o.in_list, o.in_risk_zone, o.risk_reason, o.dynamics, dynamics_text(o.dynamics) AS dynamics_text,
       (o.data_status = 'judged')::integer AS judged_count, o.in_list::integer AS listed_count,
       o.in_risk_zone::integer AS risk_zone_count, (o.dynamics = 'new')::integer AS new_count,
       (o.dynamics = 'stayed')::integer AS stayed_count, (o.dynamics = 'returned')::integer AS returned_count,
       (o.dynamics = 'left')::integer AS left_count,
       o.low_count AS low_assessment_count, o.low_count_before AS low_assessment_before_count,
       a.name AS worst_assessment, o.band AS worst_band, o.participants AS worst_participants, o.failed AS worst_failed,
       o.fail_share::double precision AS worst_fail_share, o.share_low AS worst_share_low, o.share_high AS worst_share_high,
       o.pupils_from_threshold AS worst_pupils_from_threshold
FROM school_outcome AS o
JOIN cycle AS c USING (cycle_id)
LEFT JOIN school_year AS y ON y.school_id = o.school_id AND y.academic_year = o.academic_year
LEFT JOIN school_type AS t ON t.code = y.school_type
LEFT JOIN assessment AS a ON a.assessment_id = o.worst_assessment_id
WHERE c.is_current;
COMMENT ON VIEW fact_school_outcome IS 'Факт: итог организации в учебном году — список ШНОР, зона риска, динамика';
COMMENT ON COLUMN fact_school_outcome.id IS 'Ключ итога организации (school_outcome_id)';
COMMENT ON COLUMN fact_school_outcome.school_type IS 'Тип организации в этом году';
COMMENT ON COLUMN fact_school_outcome.enrolment_count IS 'Численность обучающихся; пусто — не указана';
COMMENT ON COLUMN fact_school_outcome.data_status IS 'judged — оценена, no_data — нет данных, excluded — исключена';
COMMENT ON COLUMN fact_school_outcome.exclusion_reason IS 'Почему исключена';
COMMENT ON COLUMN fact_school_outcome.verdict IS 'Код выполненного условия: two_assessments, two_years, both, none; пусто — нет данных';
COMMENT ON COLUMN fact_school_outcome.branch IS 'Выполненное условие словами';
COMMENT ON COLUMN fact_school_outcome.in_list IS 'В списке ШНОР';
COMMENT ON COLUMN fact_school_outcome.in_risk_zone IS 'В зоне риска';
COMMENT ON COLUMN fact_school_outcome.risk_reason IS 'Почему в зоне риска';
COMMENT ON COLUMN fact_school_outcome.dynamics IS 'Код динамики относительно предыдущего списка: new, stayed, returned, left, left_earlier, never';
COMMENT ON COLUMN fact_school_outcome.dynamics_text IS 'Динамика словами';
COMMENT ON COLUMN fact_school_outcome.judged_count IS '1 — оценена, иначе 0; сумма — число оценённых организаций';
COMMENT ON COLUMN fact_school_outcome.listed_count IS '1 — в списке ШНОР, иначе 0';
COMMENT ON COLUMN fact_school_outcome.risk_zone_count IS '1 — в зоне риска, иначе 0';
COMMENT ON COLUMN fact_school_outcome.new_count IS '1 — в списке впервые, иначе 0';
COMMENT ON COLUMN fact_school_outcome.stayed_count IS '1 — осталась в списке, иначе 0';
COMMENT ON COLUMN fact_school_outcome.returned_count IS '1 — вернулась в список, иначе 0';
COMMENT ON COLUMN fact_school_outcome.left_count IS '1 — вышла из списка, иначе 0';
COMMENT ON COLUMN fact_school_outcome.low_assessment_count IS 'Процедур с низкими результатами в этом году';
COMMENT ON COLUMN fact_school_outcome.low_assessment_before_count IS 'Процедур с низкими результатами годом раньше';
COMMENT ON COLUMN fact_school_outcome.worst_assessment IS 'Худшая процедура года';
COMMENT ON COLUMN fact_school_outcome.worst_band IS 'Группа по худшей процедуре: none, basic, moderate, severe';
COMMENT ON COLUMN fact_school_outcome.worst_participants IS 'Участников худшей процедуры';
COMMENT ON COLUMN fact_school_outcome.worst_failed IS 'Из них не справились';
COMMENT ON COLUMN fact_school_outcome.worst_fail_share IS 'Доля не справившихся в худшей процедуре, от 0 до 1';
COMMENT ON COLUMN fact_school_outcome.worst_share_low IS 'Нижняя граница интервала этой доли';
COMMENT ON COLUMN fact_school_outcome.worst_share_high IS 'Верхняя граница интервала этой доли';
COMMENT ON COLUMN fact_school_outcome.worst_pupils_from_threshold IS 'Сколько обучающихся отделяет худшую процедуру от порога (см. assessment_outcome)';

-- What has no date counts for the year the plan ends in.
CREATE VIEW fact_deadline WITH (security_invoker = true) AS
SELECT o.roadmap_occurrence_id AS id, o.school_id AS dim_school_id,
       extract(year FROM coalesce(o.due_on, p.plan_to) + interval '4 months')::integer AS dim_year_id,
       extract(year FROM coalesce(o.due_on, p.plan_to) + interval '4 months')::integer AS academic_year,
       o.municipality_id, o.municipality, o.roadmap, o.level, o.section, o.number, o.title, o.bodies, o.evidence_form,
       o.deadline, o.starts_on, o.due_on, o.done_on, o.cancelled_on, o.is_moved, o.status,
       CASE WHEN o.status = 'overdue' THEN current_date - o.due_on
            WHEN o.status = 'done_late' THEN o.done_on - o.due_on END AS days_late,
       (o.due_on < current_date AND o.status <> 'cancelled' AND o.due_on IS NOT NULL)::integer AS due_count,
       (o.status IN ('done', 'done_late'))::integer AS done_count, (o.status = 'done_late')::integer AS done_late_count,
       (o.status = 'overdue')::integer AS overdue_count
FROM roadmap_today AS o
JOIN roadmap AS p USING (roadmap_id);
COMMENT ON VIEW fact_deadline IS 'Факт: наступление срока мероприятия дорожной карты в его нынешнем состоянии';
COMMENT ON COLUMN fact_deadline.id IS 'Ключ наступления срока (roadmap_occurrence_id)';
COMMENT ON COLUMN fact_deadline.municipality_id IS 'Ключ муниципального образования; пусто — карта региона';
COMMENT ON COLUMN fact_deadline.municipality IS 'Муниципальное образование, чья это карта или чьей школы';
COMMENT ON COLUMN fact_deadline.roadmap IS 'Дорожная карта';
COMMENT ON COLUMN fact_deadline.level IS 'Кто исполняет: region — регион, municipality — муниципалитет, school — школа';
COMMENT ON COLUMN fact_deadline.section IS 'Раздел';
COMMENT ON COLUMN fact_deadline.number IS 'Номер мероприятия, как напечатан';
COMMENT ON COLUMN fact_deadline.title IS 'Мероприятие';
COMMENT ON COLUMN fact_deadline.bodies IS 'Исполнители через точку с запятой';
COMMENT ON COLUMN fact_deadline.evidence_form IS 'Форма предъявления';
COMMENT ON COLUMN fact_deadline.deadline IS 'Срок, как напечатан';
COMMENT ON COLUMN fact_deadline.starts_on IS 'С какого дня; пусто — не указано';
COMMENT ON COLUMN fact_deadline.due_on IS 'По какой день включительно; пусто — у срока нет даты';
COMMENT ON COLUMN fact_deadline.done_on IS 'Когда выполнено';
COMMENT ON COLUMN fact_deadline.cancelled_on IS 'Когда отменено';
COMMENT ON COLUMN fact_deadline.is_moved IS 'Срок перенесён человеком';
COMMENT ON COLUMN fact_deadline.status IS 'Состояние: planned, moved, overdue, done, done_late, cancelled (см. occurrence_status)';
COMMENT ON COLUMN fact_deadline.days_late IS 'На сколько дней просрочено или выполнено позже; пусто — в срок';
COMMENT ON COLUMN fact_deadline.due_count IS '1 — срок истёк и не отменён, иначе 0';
COMMENT ON COLUMN fact_deadline.done_count IS '1 — выполнено, в том числе с опозданием, иначе 0';
COMMENT ON COLUMN fact_deadline.done_late_count IS '1 — выполнено с опозданием, иначе 0';
COMMENT ON COLUMN fact_deadline.overdue_count IS '1 — просрочено, иначе 0';

-- The references mean the same in every fact.
DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT a.attrelid::regclass AS view_name, a.attname, v.wording
        FROM (VALUES
            ('dim_school_id', 'Организация: dim_school.id'),
            ('dim_assessment_id', 'Процедура: dim_assessment.id'),
            ('dim_year_id', 'Учебный год: dim_year.id'),
            ('academic_year', 'Учебный год по году окончания (2023 — это 2022/23)')) AS v (attname, wording)
        JOIN pg_attribute AS a ON a.attname = v.attname AND a.attnum > 0
        JOIN (VALUES ('fact_assessment_outcome'), ('fact_school_outcome'), ('fact_deadline')) AS w (view_name)
          ON a.attrelid = w.view_name::regclass
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', col.view_name, col.attname, col.wording);
    END LOOP;
END
$$;
