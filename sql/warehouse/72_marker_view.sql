-- Views of markers: neutral words, a number beside every statement. What a
-- marker finds asks for analysis and proves nothing.

-- No format() but in evidence_text(): it is not immutable, and a function with
-- it is not inlined. Immutable ones may be called by who may read the views.
CREATE FUNCTION number_text(value double precision, unit text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(
    CASE WHEN unit = 'share' THEN round(100 * value::numeric, 1)::text || ' %'
         WHEN unit = 'count' AND value = trunc(value) THEN trunc(value::numeric)::text
         ELSE round(value::numeric, 2)::text END,
    '.', ',');
COMMENT ON FUNCTION number_text(double precision, text) IS
'Число для чтения, с запятой: unit — share (доля, в процентах), count (целое) или number; NULL для NULL';

CREATE FUNCTION evidence_text(evidence text, unit text, value double precision, expected double precision,
                              size double precision, sample integer)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN format(evidence, number_text(value, unit), number_text(expected, unit), number_text(size, unit), sample);
COMMENT ON FUNCTION evidence_text(text, text, double precision, double precision, double precision, integer) IS
'Что видно и сколько: слова признака (marker.evidence) с его величинами в его единицах (marker.unit)';

CREATE FUNCTION odds_text(p double precision)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN p IS NULL THEN 'вероятность не вычисляется'
            WHEN p <= 1e-9 THEN 'случайно реже 1 раза на миллиард'
            WHEN p <= 1e-6 THEN 'случайно примерно 1 раз на ' || round(1e-6 / p)::bigint::text || ' млн'
            WHEN p <= 1e-3 THEN 'случайно примерно 1 раз на ' || round(1e-3 / p)::bigint::text || ' тыс.'
            WHEN p <= 0.5 THEN 'случайно примерно 1 раз на ' || round(1 / p)::bigint::text
            ELSE 'обычное отличие' END;
COMMENT ON FUNCTION odds_text(double precision) IS 'Насколько необычно: вероятность словами';

CREATE FUNCTION chance_text(flagged integer, tested integer, expected_false double precision)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 'отмечено ' || flagged::text || ' из ' || tested::text || ' проверенных; '
       || CASE WHEN expected_false IS NULL THEN 'сколько из них случайных, неизвестно'
               ELSE 'случайных ожидается ' || replace(round(expected_false::numeric, 1)::text, '.', ',') END;
COMMENT ON FUNCTION chance_text(integer, integer, double precision) IS
'Сколько отмечено, сколько проверено, сколько отмеченных ожидается случайно (пусто — неизвестно)';

CREATE FUNCTION marker_reason_text(reason text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE reason
    WHEN 'small_sample' THEN 'мало участников'
    WHEN 'exempt' THEN 'тип организации по этому признаку не оценивается'
    WHEN 'few_schools' THEN 'мало организаций, с которыми можно сравнить'
    WHEN 'not_defined' THEN 'величина не определена'
    WHEN 'no_scores' THEN 'нет баллов'
    WHEN 'no_marks' THEN 'нет отметок'
    WHEN 'no_journal' THEN 'нет отметок по журналу'
    WHEN 'no_cuts' THEN 'нет официальных границ отметок'
    WHEN 'no_items' THEN 'нет баллов за задания'
    WHEN 'no_pair' THEN 'нет результата, с которым сравнивать' END;
COMMENT ON FUNCTION marker_reason_text(text) IS 'Почему признак не оценён, словами; NULL — оценён';

-- Cycles overlap: a year is shown as the first current cycle that judged it.
CREATE VIEW marker_year WITH (security_invoker = true) AS
SELECT DISTINCT ON (j.region_id, j.academic_year) j.region_id, j.academic_year, j.marker_judgement_id, c.cycle_id, c.result_year
FROM cycle AS c
JOIN cycle_judgement AS k USING (cycle_id)
JOIN marker_judgement AS j USING (marker_judgement_id)
WHERE c.is_current
ORDER BY j.region_id, j.academic_year, c.result_year;
COMMENT ON VIEW marker_year IS 'По какому текущему циклу показываются признаки региона за учебный год';
COMMENT ON COLUMN marker_year.region_id IS 'Регион';
COMMENT ON COLUMN marker_year.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN marker_year.marker_judgement_id IS 'Проверка региона за год';
COMMENT ON COLUMN marker_year.cycle_id IS 'Цикл';
COMMENT ON COLUMN marker_year.result_year IS 'Год результатов цикла';

-- BI tools read columns of all rows one by one: the tables a column needs are
-- joined by LEFT JOIN to their keys, so that the planner leaves the others out,
-- and only what asks for analysis is worded (school_marker_history words all).
CREATE VIEW school_markers WITH (security_invoker = true) AS
SELECT o.marker_outcome_id, y.cycle_id, y.academic_year, o.school_id, s.name AS school,
       s.municipality_id, u.name AS municipality, o.administration_id, a.assessment_id, n.name AS assessment,
       m.code AS marker_code, m.number AS marker_number, m.name AS marker, m.aspect, o.class, o.is_flagged,
       CASE WHEN o.is_flagged THEN 'признак, требует анализа' WHEN o.reason IS NULL THEN 'признака нет'
            ELSE 'не оценён: ' || marker_reason_text(o.reason) END AS status,
       CASE WHEN o.is_flagged THEN evidence_text(m.evidence, m.unit, o.value, o.expected, o.size, o.sample) END AS what_is_seen,
       CASE WHEN o.is_flagged THEN odds_text(o.p) END AS how_unusual,
       CASE WHEN o.is_flagged THEN chance_text(r.flagged, r.tested, r.expected_false) END AS by_chance,
       o.sample, o.value, o.expected, o.size, o.direction, o.p, o.q, o.reason, m.shows
FROM marker_outcome AS o
JOIN marker_year AS y USING (marker_judgement_id)
LEFT JOIN marker_run AS r USING (marker_judgement_id, administration_id, marker_id)
LEFT JOIN marker AS m USING (marker_id)
LEFT JOIN administration AS a USING (administration_id)
LEFT JOIN assessment AS n USING (assessment_id)
LEFT JOIN school AS s USING (school_id)
LEFT JOIN municipality AS u USING (municipality_id);
COMMENT ON VIEW school_markers IS 'История организации: все признаки по процедурам и годам, и те, что не оценены, с причиной';
COMMENT ON COLUMN school_markers.marker_outcome_id IS 'Ключ строки';
COMMENT ON COLUMN school_markers.cycle_id IS 'Цикл';
COMMENT ON COLUMN school_markers.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN school_markers.school_id IS 'Организация';
COMMENT ON COLUMN school_markers.school IS 'Наименование организации';
COMMENT ON COLUMN school_markers.municipality_id IS 'Муниципальное образование';
COMMENT ON COLUMN school_markers.municipality IS 'Наименование муниципального образования';
COMMENT ON COLUMN school_markers.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN school_markers.assessment_id IS 'Процедура';
COMMENT ON COLUMN school_markers.assessment IS 'Наименование процедуры';
COMMENT ON COLUMN school_markers.marker_code IS 'Код признака';
COMMENT ON COLUMN school_markers.marker_number IS 'Номер признака в методике';
COMMENT ON COLUMN school_markers.marker IS 'Признак';
COMMENT ON COLUMN school_markers.aspect IS 'О чём свидетельствует (marker.aspect)';
COMMENT ON COLUMN school_markers.class IS 'Класс, если признак оценивается по классам';
COMMENT ON COLUMN school_markers.is_flagged IS 'Признак есть: требует анализа';
COMMENT ON COLUMN school_markers.status IS 'Итог словами';
COMMENT ON COLUMN school_markers.what_is_seen IS 'Что видно и сколько, если признак есть (обо всех словами — school_marker_history)';
COMMENT ON COLUMN school_markers.how_unusual IS 'Насколько это необычно, если признак есть';
COMMENT ON COLUMN school_markers.by_chance IS 'Сколько по этому признаку и процедуре отмечено, проверено и ожидается случайно, если признак есть';
COMMENT ON COLUMN school_markers.sample IS 'Сколько участников учтено';
COMMENT ON COLUMN school_markers.value IS 'Величина организации (marker.formula)';
COMMENT ON COLUMN school_markers.expected IS 'Ожидаемая величина';
COMMENT ON COLUMN school_markers.size IS 'Размер отличия';
COMMENT ON COLUMN school_markers.direction IS 'Величина выше (higher) или ниже (lower) ожидаемой';
COMMENT ON COLUMN school_markers.p IS 'Вероятность такого отличия случайно';
COMMENT ON COLUMN school_markers.q IS 'Доля ложных срабатываний среди признаков не слабее этого';
COMMENT ON COLUMN school_markers.reason IS 'Почему не оценён, кодом (marker_outcome.reason); пусто — оценён';
COMMENT ON COLUMN school_markers.shows IS 'Что признак показывает и чем ещё объясняется';

CREATE FUNCTION school_marker_history(school_id integer)
RETURNS TABLE (academic_year integer, assessment text, class text, marker_number text, marker text, is_flagged boolean,
               status text, what_is_seen text, how_unusual text, by_chance text, sample integer, shows text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT v.academic_year, v.assessment, v.class, v.marker_number, v.marker, v.is_flagged, v.status,
           CASE WHEN o.reason IS NULL THEN evidence_text(m.evidence, m.unit, o.value, o.expected, o.size, o.sample) END,
           CASE WHEN o.reason IS NULL THEN odds_text(o.p) END,
           CASE WHEN o.reason IS NULL THEN chance_text(r.flagged, r.tested, r.expected_false) END,
           v.sample, v.shows
    FROM school_markers AS v
    JOIN marker_outcome AS o USING (marker_outcome_id)
    JOIN marker AS m USING (marker_id)
    JOIN marker_run AS r ON (r.marker_judgement_id, r.administration_id, r.marker_id)
                          = (o.marker_judgement_id, o.administration_id, o.marker_id)
    WHERE v.school_id = school_marker_history.school_id
    ORDER BY v.academic_year DESC, v.assessment, m.marker_id, v.class;
END;
COMMENT ON FUNCTION school_marker_history(integer) IS
'История организации словами: все её признаки по процедурам и годам; и у тех, которых нет, — что видно и насколько это необычно, у неоценённых — причина';

CREATE VIEW markers WITH (security_invoker = true) AS
SELECT marker_outcome_id, cycle_id, academic_year, school_id, school, municipality_id, municipality, administration_id,
       assessment_id, assessment, marker_code, marker_number, marker, aspect, class, status, what_is_seen, how_unusual,
       by_chance, sample, value, expected, size, direction, p, q, shows
FROM school_markers
WHERE is_flagged;
COMMENT ON VIEW markers IS 'Признаки, требующие анализа: организация, процедура, что видно, насколько необычно, сколько таких ждали бы случайно';

-- A level that nothing else confirms is no sign.
CREATE VIEW marker_cell WITH (security_invoker = true) AS
SELECT y.cycle_id, y.academic_year, y.region_id, o.school_id, o.administration_id, n.assessment_id, n.name AS assessment,
       count(DISTINCT o.marker_id) AS markers, count(DISTINCT m.aspect) AS aspects,
       count(DISTINCT m.aspect) >= p.aspects_needed AND bool_or(m.aspect <> 'level') AS is_flagged,
       string_agg(DISTINCT m.name, '; ' ORDER BY m.name) AS marker_names
FROM marker_outcome AS o
JOIN marker_year AS y USING (marker_judgement_id)
JOIN marker AS m USING (marker_id)
JOIN cycle AS c USING (cycle_id)
JOIN rule_set AS r USING (rule_set_id)
JOIN marker_preset AS p USING (marker_preset_id)
JOIN administration AS a USING (administration_id)
JOIN assessment AS n USING (assessment_id)
WHERE o.is_flagged
GROUP BY y.cycle_id, y.academic_year, y.region_id, o.school_id, o.administration_id, n.assessment_id, p.aspects_needed;
COMMENT ON VIEW marker_cell IS 'Организация по процедуре: сколько признаков и указывают ли они вместе на необходимость анализа (marker_preset.aspects_needed)';
COMMENT ON COLUMN marker_cell.cycle_id IS 'Цикл';
COMMENT ON COLUMN marker_cell.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN marker_cell.region_id IS 'Регион';
COMMENT ON COLUMN marker_cell.school_id IS 'Организация';
COMMENT ON COLUMN marker_cell.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN marker_cell.assessment_id IS 'Процедура';
COMMENT ON COLUMN marker_cell.assessment IS 'Наименование процедуры';
COMMENT ON COLUMN marker_cell.markers IS 'Сколько разных признаков';
COMMENT ON COLUMN marker_cell.aspects IS 'Сколько разных аспектов';
COMMENT ON COLUMN marker_cell.is_flagged IS 'Признаков разных аспектов достаточно, и это не один лишь уровень результатов';
COMMENT ON COLUMN marker_cell.marker_names IS 'Какие признаки';

CREATE VIEW marker_list WITH (security_invoker = true) AS
SELECT c.cycle_id, c.academic_year, s.school_id, s.name AS school, m.municipality_id, m.name AS municipality,
       count(*) FILTER (WHERE c.grade = 4 AND c.subject = 'rus') AS rus_4,
       count(*) FILTER (WHERE c.grade = 4 AND c.subject = 'math') AS math_4,
       count(*) FILTER (WHERE c.grade = 5 AND c.subject = 'rus') AS rus_5,
       count(*) FILTER (WHERE c.grade = 5 AND c.subject = 'math') AS math_5,
       count(*) AS marker_count
FROM (
    SELECT k.cycle_id, k.academic_year, k.school_id, n.grade, j.code AS subject
    FROM marker_cell AS k
    JOIN assessment AS n USING (assessment_id)
    JOIN exam AS e USING (exam_id)
    JOIN subject AS j USING (subject_id)
    WHERE k.is_flagged AND e.code = 'vpr' AND n.level = 'none' AND n.grade IN (4, 5) AND j.code IN ('rus', 'math')) AS c
JOIN school AS s USING (school_id)
JOIN municipality AS m USING (municipality_id)
GROUP BY c.cycle_id, c.academic_year, s.school_id, m.municipality_id;
COMMENT ON VIEW marker_list IS 'Перечень в форме федерального: организации с признаками по русскому языку и математике 4 и 5 классов и число маркеров от 1 до 4; организации без маркеров в перечень не входят';
COMMENT ON COLUMN marker_list.rus_4 IS '4 РУ: 1 — признаки есть, 0 — нет';
COMMENT ON COLUMN marker_list.math_4 IS '4 МА: 1 — признаки есть, 0 — нет';
COMMENT ON COLUMN marker_list.rus_5 IS '5 РУ: 1 — признаки есть, 0 — нет';
COMMENT ON COLUMN marker_list.math_5 IS '5 МА: 1 — признаки есть, 0 — нет';
COMMENT ON COLUMN marker_list.marker_count IS 'Количество маркеров, от 1 до 4';

CREATE VIEW markers_by_municipality WITH (security_invoker = true) AS
SELECT t.cycle_id, t.academic_year, t.municipality_id, m.name AS municipality, t.schools,
       coalesce(f.flagged, 0) AS flagged_schools,
       coalesce(f.flagged, 0)::numeric / t.schools AS flagged_share,
       coalesce(f.cells, 0) AS flagged_cells
FROM (
    SELECT y.cycle_id, y.academic_year, s.municipality_id, count(DISTINCT u.school_id) AS schools
    FROM marker_year AS y
    JOIN (SELECT DISTINCT r.marker_judgement_id, r.administration_id FROM marker_run AS r) AS r USING (marker_judgement_id)
    JOIN school_summary AS u USING (administration_id)
    JOIN school AS s USING (school_id)
    JOIN municipality AS m USING (municipality_id, region_id)
    WHERE u.participants > 0
    GROUP BY y.cycle_id, y.academic_year, s.municipality_id) AS t
JOIN municipality AS m USING (municipality_id)
LEFT JOIN (
    SELECT k.cycle_id, k.academic_year, s.municipality_id, count(DISTINCT k.school_id) AS flagged, count(*) AS cells
    FROM marker_cell AS k
    JOIN school AS s USING (school_id)
    WHERE k.is_flagged
    GROUP BY k.cycle_id, k.academic_year, s.municipality_id) AS f USING (cycle_id, academic_year, municipality_id);
COMMENT ON VIEW markers_by_municipality IS 'Признаки по муниципальным образованиям: сколько организаций писало проверенные процедуры и по скольким из них требуется анализ';
COMMENT ON COLUMN markers_by_municipality.schools IS 'Организаций с результатами проверенных процедур';
COMMENT ON COLUMN markers_by_municipality.flagged_schools IS 'Из них требующих анализа хотя бы по одной процедуре';
COMMENT ON COLUMN markers_by_municipality.flagged_share IS 'Их доля, от 0 до 1';
COMMENT ON COLUMN markers_by_municipality.flagged_cells IS 'Сколько пар «организация — процедура» требует анализа';

CREATE VIEW markers_repeated WITH (security_invoker = true) AS
SELECT s.school_id, s.name AS school, m.municipality_id, m.name AS municipality, count(*) AS years,
       string_agg(k.academic_year::text, ', ' ORDER BY k.academic_year) AS year_list,
       max(k.academic_year) AS academic_year, sum(k.cells)::bigint AS flagged_cells
FROM (
    SELECT c.school_id, c.academic_year, count(*) AS cells
    FROM marker_cell AS c
    WHERE c.is_flagged
    GROUP BY c.school_id, c.academic_year) AS k
JOIN school AS s USING (school_id)
JOIN municipality AS m USING (municipality_id)
GROUP BY s.school_id, m.municipality_id
HAVING count(*) > 1;
COMMENT ON VIEW markers_repeated IS 'Организации, которые требуют анализа не первый год';
COMMENT ON COLUMN markers_repeated.academic_year IS 'Последний из этих учебных лет';
COMMENT ON COLUMN markers_repeated.years IS 'Сколько лет';
COMMENT ON COLUMN markers_repeated.year_list IS 'Какие учебные годы';
COMMENT ON COLUMN markers_repeated.flagged_cells IS 'Сколько пар «процедура — год» требует анализа';

CREATE VIEW marker_summary WITH (security_invoker = true) AS
SELECT r.marker_run_id, c.cycle_id, c.result_year, c.is_current, j.academic_year, g.region_id, g.name AS region,
       r.administration_id, n.name AS assessment, m.code AS marker_code, m.number AS marker_number, m.name AS marker,
       r.threshold_kind, r.threshold, r.min_sample, r.schools, r.tested, r.flagged, r.flagged_higher, r.flagged_lower,
       r.expected_false, marker_reason_text(r.reason) AS not_judged
FROM marker_run AS r
JOIN marker_judgement AS j USING (marker_judgement_id)
JOIN cycle_judgement AS k USING (marker_judgement_id)
JOIN cycle AS c USING (cycle_id)
JOIN region AS g USING (region_id)
JOIN marker AS m USING (marker_id)
JOIN administration AS a USING (administration_id)
JOIN assessment AS n USING (assessment_id);
COMMENT ON VIEW marker_summary IS 'Проверки признаков: проверено, отмечено, в какую сторону, сколько отмеченных ожидается случайно';
COMMENT ON COLUMN marker_summary.marker_run_id IS 'Ключ проверки';
COMMENT ON COLUMN marker_summary.result_year IS 'Год результатов цикла';
COMMENT ON COLUMN marker_summary.is_current IS 'Текущий цикл этого года результатов';
COMMENT ON COLUMN marker_summary.region_id IS 'Регион';
COMMENT ON COLUMN marker_summary.region IS 'Наименование региона';
COMMENT ON COLUMN marker_summary.threshold_kind IS 'Вид порога (marker_rule.threshold_kind)';
COMMENT ON COLUMN marker_summary.threshold IS 'Порог';
COMMENT ON COLUMN marker_summary.min_sample IS 'Наименьшее число участников';
COMMENT ON COLUMN marker_summary.schools IS 'Организаций с результатами процедуры';
COMMENT ON COLUMN marker_summary.tested IS 'Проверок, в которых признак оценён';
COMMENT ON COLUMN marker_summary.flagged IS 'Из них отмечено';
COMMENT ON COLUMN marker_summary.flagged_higher IS 'Отмечено с величиной выше ожидаемой';
COMMENT ON COLUMN marker_summary.flagged_lower IS 'Отмечено с величиной ниже ожидаемой';
COMMENT ON COLUMN marker_summary.expected_false IS 'Сколько отмеченных ожидается случайно; при пороге q_value — не больше стольких; пусто — неизвестно';
COMMENT ON COLUMN marker_summary.not_judged IS 'Почему признак не оценён ни у кого';

-- Columns that repeat a column of school_markers keep its comment.
DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT v.view_name, a.attname, d.description
        FROM unnest(ARRAY['markers', 'marker_list', 'markers_by_municipality', 'markers_repeated', 'marker_summary']) AS v (view_name)
        JOIN pg_attribute AS a ON a.attrelid = v.view_name::regclass AND a.attnum > 0
        JOIN pg_attribute AS o ON o.attrelid = 'school_markers'::regclass AND o.attname = a.attname
        JOIN pg_description AS d
          ON (d.objoid, d.classoid, d.objsubid) = (o.attrelid, 'pg_class'::regclass, o.attnum)
        WHERE col_description(a.attrelid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', col.view_name, col.attname, col.description);
    END LOOP;
END
$$;
