-- Views people and BI tools read: only outcome tables, nothing computed anew
-- beyond the text of codes and the ratio of two stored counts.

CREATE VIEW cycle_summary WITH (security_invoker = true) AS
SELECT c.cycle_id, c.result_year, c.list_year, c.is_current, r.code AS rule_set,
       c.schools, c.judged, c.no_data, c.excluded,
       c.in_list, c.in_list::numeric / nullif(c.schools, 0) AS share_of_schools,
       c.previous_in_list, c.stayed,
       c.stayed::numeric / nullif(c.previous_in_list, 0) AS stayed_share_of_previous,
       CASE WHEN c.previous_in_list IS NOT NULL
            THEN c.stayed::numeric / nullif(c.in_list, 0) END AS stayed_share_of_present,
       c.appeared, c.returned, c.departed, c.departed_unjudged, c.risk_zone,
       c.checks_error, c.checks_warning, c.checks_info,
       c.run_at, c.run_by, c.seconds
FROM cycle AS c
JOIN rule_set AS r USING (rule_set_id);
COMMENT ON VIEW cycle_summary IS 'Сводка циклов мониторинга: одна строка — один цикл';
COMMENT ON COLUMN cycle_summary.cycle_id IS 'Ключ цикла';
COMMENT ON COLUMN cycle_summary.result_year IS 'Год результатов';
COMMENT ON COLUMN cycle_summary.list_year IS 'Год, которым называют список';
COMMENT ON COLUMN cycle_summary.is_current IS 'Текущий цикл этого года результатов';
COMMENT ON COLUMN cycle_summary.rule_set IS 'Код набора правил';
COMMENT ON COLUMN cycle_summary.schools IS 'Всего организаций';
COMMENT ON COLUMN cycle_summary.judged IS 'Оценено организаций';
COMMENT ON COLUMN cycle_summary.no_data IS 'Нет данных';
COMMENT ON COLUMN cycle_summary.excluded IS 'Исключены из оценки';
COMMENT ON COLUMN cycle_summary.in_list IS 'В списке ШНОР';
COMMENT ON COLUMN cycle_summary.share_of_schools IS 'Доля списка от всех организаций, от 0 до 1';
COMMENT ON COLUMN cycle_summary.previous_in_list IS 'Было в предыдущем списке';
COMMENT ON COLUMN cycle_summary.stayed IS 'Остались в списке';
COMMENT ON COLUMN cycle_summary.stayed_share_of_previous IS 'Доля оставшихся от предыдущего списка, от 0 до 1';
COMMENT ON COLUMN cycle_summary.stayed_share_of_present IS 'Доля оставшихся от нынешнего списка, от 0 до 1';
COMMENT ON COLUMN cycle_summary.appeared IS 'Попали впервые';
COMMENT ON COLUMN cycle_summary.returned IS 'Вернулись';
COMMENT ON COLUMN cycle_summary.departed IS 'Вышли из списка';
COMMENT ON COLUMN cycle_summary.departed_unjudged IS 'Из вышедших не оценены в этом году';
COMMENT ON COLUMN cycle_summary.risk_zone IS 'В зоне риска';
COMMENT ON COLUMN cycle_summary.checks_error IS 'Проверок данных важности error, что-то нашедших при расчёте; не 0 — расчёт выполнен вопреки им';
COMMENT ON COLUMN cycle_summary.checks_warning IS 'Проверок данных важности warning, что-то нашедших';
COMMENT ON COLUMN cycle_summary.checks_info IS 'Проверок данных важности info, что-то нашедших';
COMMENT ON COLUMN cycle_summary.run_at IS 'Когда рассчитан';
COMMENT ON COLUMN cycle_summary.run_by IS 'Кем рассчитан';
COMMENT ON COLUMN cycle_summary.seconds IS 'Длительность расчёта, секунды';

CREATE FUNCTION branch_text(verdict text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE verdict
    WHEN 'excluded' THEN 'исключена из оценки'
    WHEN 'two_assessments' THEN 'несколько процедур за год'
    WHEN 'two_years' THEN 'два года подряд'
    WHEN 'both' THEN 'оба условия'
    WHEN 'none' THEN 'условия не выполнены'
    ELSE 'нет данных' END;
COMMENT ON FUNCTION branch_text(text) IS 'Выполненное условие правила (или excluded) словами';

CREATE FUNCTION dynamics_text(dynamics text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE dynamics
    WHEN 'new' THEN 'впервые'
    WHEN 'stayed' THEN 'осталась'
    WHEN 'returned' THEN 'вернулась'
    WHEN 'left' THEN 'вышла'
    WHEN 'left_earlier' THEN 'вышла раньше'
    ELSE 'не была' END;
COMMENT ON FUNCTION dynamics_text(text) IS 'Динамика словами';

CREATE VIEW school_status WITH (security_invoker = true) AS
SELECT o.school_outcome_id, o.cycle_id, c.result_year, c.list_year, o.academic_year,
       c.result_year = (SELECT max(l.result_year) FROM cycle AS l WHERE l.is_current) AS is_latest,
       o.school_id, s.name AS school, m.municipality_id, m.name AS municipality,
       o.data_status, o.exclusion_reason, o.verdict,
       branch_text(CASE WHEN o.data_status = 'excluded' THEN 'excluded' ELSE o.verdict END) AS branch,
       o.in_list, o.in_risk_zone, o.risk_reason, o.dynamics,
       dynamics_text(o.dynamics) AS dynamics_text,
       o.low_count, o.low_count_before,
       o.worst_assessment_id, a.name AS worst_assessment,
       o.band, o.participants, o.failed, o.fail_share, o.share_low, o.share_high,
       o.pupils_from_threshold
FROM school_outcome AS o
JOIN cycle AS c USING (cycle_id)
JOIN school AS s USING (school_id)
JOIN municipality AS m USING (municipality_id)
LEFT JOIN assessment AS a ON a.assessment_id = o.worst_assessment_id
WHERE c.is_current;
COMMENT ON VIEW school_status IS 'Положение каждой организации по годам: текущие циклы всех лет';
COMMENT ON COLUMN school_status.school_outcome_id IS 'Ключ итога организации';
COMMENT ON COLUMN school_status.cycle_id IS 'Цикл';
COMMENT ON COLUMN school_status.result_year IS 'Год результатов';
COMMENT ON COLUMN school_status.list_year IS 'Год, которым называют список';
COMMENT ON COLUMN school_status.academic_year IS 'Оцениваемый учебный год по году окончания';
COMMENT ON COLUMN school_status.is_latest IS 'Последний год, за который есть цикл';
COMMENT ON COLUMN school_status.school_id IS 'Организация';
COMMENT ON COLUMN school_status.school IS 'Наименование организации';
COMMENT ON COLUMN school_status.municipality_id IS 'Ключ муниципального образования';
COMMENT ON COLUMN school_status.municipality IS 'Муниципальное образование';
COMMENT ON COLUMN school_status.data_status IS 'judged — оценена, no_data — нет данных, excluded — исключена';
COMMENT ON COLUMN school_status.exclusion_reason IS 'Почему исключена';
COMMENT ON COLUMN school_status.verdict IS 'Код выполненного условия';
COMMENT ON COLUMN school_status.branch IS 'Выполненное условие словами';
COMMENT ON COLUMN school_status.in_list IS 'В списке ШНОР';
COMMENT ON COLUMN school_status.in_risk_zone IS 'В зоне риска';
COMMENT ON COLUMN school_status.risk_reason IS 'Почему в зоне риска';
COMMENT ON COLUMN school_status.dynamics IS 'Код динамики относительно предыдущего списка';
COMMENT ON COLUMN school_status.dynamics_text IS 'Динамика словами';
COMMENT ON COLUMN school_status.low_count IS 'Процедур с низкими результатами в этом году';
COMMENT ON COLUMN school_status.low_count_before IS 'Процедур с низкими результатами годом раньше';
COMMENT ON COLUMN school_status.worst_assessment_id IS 'Ключ худшей процедуры года';
COMMENT ON COLUMN school_status.worst_assessment IS 'Худшая процедура года';
COMMENT ON COLUMN school_status.band IS 'Группа по худшей процедуре: none, basic, moderate, severe';
COMMENT ON COLUMN school_status.participants IS 'Участников худшей процедуры';
COMMENT ON COLUMN school_status.failed IS 'Из них не справились';
COMMENT ON COLUMN school_status.fail_share IS 'Доля не справившихся, от 0 до 1';
COMMENT ON COLUMN school_status.share_low IS 'Нижняя граница интервала доли';
COMMENT ON COLUMN school_status.share_high IS 'Верхняя граница интервала доли';
COMMENT ON COLUMN school_status.pupils_from_threshold IS 'Сколько обучающихся отделяет от порога (см. assessment_outcome)';

CREATE VIEW shnor_list WITH (security_invoker = true) AS
SELECT school_outcome_id, result_year, list_year, academic_year, municipality_id, municipality,
       school_id, school, verdict, branch, dynamics, dynamics_text, low_count, low_count_before,
       worst_assessment, band, participants, failed, fail_share, share_low, share_high,
       pupils_from_threshold
FROM school_status
WHERE is_latest AND in_list;
COMMENT ON VIEW shnor_list IS 'Действующий список школ с низкими образовательными результатами';

CREATE VIEW risk_zone WITH (security_invoker = true) AS
SELECT school_outcome_id, result_year, list_year, academic_year, municipality_id, municipality,
       school_id, school, risk_reason, dynamics, dynamics_text, low_count, low_count_before,
       worst_assessment, band, participants, failed, fail_share, share_low, share_high,
       pupils_from_threshold
FROM school_status
WHERE is_latest AND in_risk_zone;
COMMENT ON VIEW risk_zone IS 'Школы в зоне риска снижения образовательных результатов (не в списке)';

CREATE VIEW school_profile WITH (security_invoker = true) AS
SELECT o.assessment_outcome_id, c.cycle_id, c.result_year, o.academic_year,
       m.municipality_id, m.name AS municipality,
       o.school_id, s.name AS school, o.assessment_id, a.name AS assessment,
       o.participants, o.failed, o.fail_share, o.share_low, o.share_high, o.is_low, o.band,
       o.pupils_from_threshold, y.in_list, y.in_risk_zone, y.dynamics, y.verdict
FROM assessment_outcome AS o
JOIN cycle AS c USING (cycle_id)
JOIN school_outcome AS y USING (cycle_id, school_id)
JOIN school AS s USING (school_id)
JOIN municipality AS m USING (municipality_id)
JOIN assessment AS a USING (assessment_id)
WHERE c.is_current AND o.academic_year = c.result_year;
COMMENT ON VIEW school_profile IS 'Профиль организации: итоги по процедурам за все годы, по которым есть циклы';
COMMENT ON COLUMN school_profile.assessment_outcome_id IS 'Ключ итога по процедуре';
COMMENT ON COLUMN school_profile.cycle_id IS 'Цикл';
COMMENT ON COLUMN school_profile.assessment_id IS 'Ключ процедуры';
COMMENT ON COLUMN school_profile.assessment IS 'Процедура';
COMMENT ON COLUMN school_profile.participants IS 'Участников';
COMMENT ON COLUMN school_profile.failed IS 'Из них не справились';
COMMENT ON COLUMN school_profile.is_low IS 'Низкий результат по правилу; пусто — участников меньше минимума';
COMMENT ON COLUMN school_profile.band IS 'Группа по доле не справившихся';

CREATE VIEW dynamics_by_municipality WITH (security_invoker = true) AS
SELECT c.result_year, c.result_year AS academic_year, m.municipality_id, m.name AS municipality,
       count(*) AS schools,
       count(*) FILTER (WHERE o.data_status = 'judged') AS judged,
       count(*) FILTER (WHERE o.in_list) AS in_list,
       count(*) FILTER (WHERE o.in_list)::numeric / count(*) AS share_of_schools,
       count(*) FILTER (WHERE o.dynamics = 'new') AS appeared,
       count(*) FILTER (WHERE o.dynamics = 'stayed') AS stayed,
       count(*) FILTER (WHERE o.dynamics = 'returned') AS returned,
       count(*) FILTER (WHERE o.dynamics = 'left') AS departed,
       count(*) FILTER (WHERE o.in_risk_zone) AS risk_zone
FROM school_outcome AS o
JOIN cycle AS c USING (cycle_id)
JOIN school AS s USING (school_id)
JOIN municipality AS m USING (municipality_id)
WHERE c.is_current
GROUP BY c.result_year, m.municipality_id;
COMMENT ON VIEW dynamics_by_municipality IS 'Динамика списка по муниципальным образованиям и годам';
COMMENT ON COLUMN dynamics_by_municipality.schools IS 'Всего организаций';
COMMENT ON COLUMN dynamics_by_municipality.judged IS 'Оценено организаций';
COMMENT ON COLUMN dynamics_by_municipality.in_list IS 'В списке ШНОР';
COMMENT ON COLUMN dynamics_by_municipality.share_of_schools IS 'Доля списка от организаций муниципалитета, от 0 до 1';
COMMENT ON COLUMN dynamics_by_municipality.appeared IS 'Попали впервые';
COMMENT ON COLUMN dynamics_by_municipality.stayed IS 'Остались';
COMMENT ON COLUMN dynamics_by_municipality.returned IS 'Вернулись';
COMMENT ON COLUMN dynamics_by_municipality.departed IS 'Вышли';
COMMENT ON COLUMN dynamics_by_municipality.risk_zone IS 'В зоне риска';

-- Columns that repeat a column of school_status keep its comment.
DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT v.view_name, a.attname, d.description
        FROM (VALUES ('shnor_list'), ('risk_zone'), ('school_profile'), ('dynamics_by_municipality')) AS v (view_name)
        JOIN pg_attribute AS a ON a.attrelid = v.view_name::regclass AND a.attnum > 0
        JOIN pg_attribute AS o ON o.attrelid = 'school_status'::regclass AND o.attname = a.attname
        JOIN pg_description AS d
          ON (d.objoid, d.classoid, d.objsubid) = (o.attrelid, 'pg_class'::regclass, o.attnum)
        WHERE col_description(a.attrelid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', col.view_name, col.attname, col.description);
    END LOOP;
END
$$;
