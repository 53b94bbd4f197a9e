-- All tests of a preset, and what they come to. A region's year is judged by
-- itself, and regions by as many processes as the server gives.

CREATE FUNCTION marker_tests(region_id integer, administrations integer[], marker_preset_id integer)
RETURNS SETOF marker_test
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 70000
SET search_path FROM CURRENT
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    with_items boolean := EXISTS (SELECT FROM applied_markers(administrations, marker_preset_id) AS a WHERE a.needs = 'items');
    work marker_work;
    rules marker_applied[];
    rule marker_applied;
    same marker_applied;
    crossing marker_applied;
BEGIN
    FOR work IN SELECT * FROM marker_works(region_id, administrations, with_items) LOOP
        rules := ARRAY(SELECT r FROM applied_markers(ARRAY[work.administration_id], marker_preset_id) AS r);
        same := NULL;
        crossing := NULL;
        FOREACH rule IN ARRAY rules LOOP
            CASE
            WHEN rule.code = 'same_answers' THEN
                same := rule;
            WHEN rule.code = 'group_crossing' THEN
                crossing := rule;
            WHEN rule.code = 'mean_high' THEN
                RETURN QUERY SELECT * FROM mean_tests(work, rule);
            WHEN rule.code IN ('year_change', 'cohort_change', 'exam_gap', 'variance_small', 'journal_correlation',
                               'journal_difference', 'item_inversion') THEN
                RETURN QUERY SELECT * FROM line_tests(work, rule);
            WHEN rule.code IN ('journal_lower', 'journal_higher', 'journal_gap', 'journal_same', 'no_fail') THEN
                RETURN QUERY SELECT * FROM share_tests(work, rule);
            WHEN rule.code = 'share_change' THEN
                RETURN QUERY SELECT * FROM share_change_tests(work, rule);
            WHEN rule.code = 'cut_heaping' THEN
                RETURN QUERY SELECT * FROM cut_heaping_tests(work, rule);
            WHEN rule.code = 'cut_mass' THEN
                RETURN QUERY SELECT * FROM cut_mass_tests(work, rule);
            WHEN rule.code = 'cut_peak' THEN
                RETURN QUERY SELECT * FROM cut_peak_tests(work, rule);
            ELSE
            END CASE;
        END LOOP;
        IF num_nonnulls(same.marker_id, crossing.marker_id) > 0 THEN
            RETURN QUERY SELECT * FROM answer_tests(work, same, crossing);
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION marker_tests(integer, integer[], integer) IS
'Что показывают признаки набора у организаций региона в проведениях одного учебного года';

CREATE TYPE marker_verdict AS (
    region_id integer,
    administration_id integer,
    academic_year integer,
    school_id integer,
    marker_id integer,
    sample integer,
    value double precision,
    expected double precision,
    size double precision,
    p double precision,
    q double precision,
    is_flagged boolean,
    direction text,
    reason text,
    class text
);
COMMENT ON TYPE marker_verdict IS 'Итог проверки признака у организации; столбцы — как в marker_outcome';
COMMENT ON COLUMN marker_verdict.region_id IS 'Регион, с организациями которого сравнивается эта';
COMMENT ON COLUMN marker_verdict.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN marker_verdict.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN marker_verdict.school_id IS 'Организация';
COMMENT ON COLUMN marker_verdict.marker_id IS 'Признак';
COMMENT ON COLUMN marker_verdict.sample IS 'Сколько участников учтено; у признаков изменения — в меньшей из двух работ';
COMMENT ON COLUMN marker_verdict.value IS 'Величина организации (что это — marker.formula)';
COMMENT ON COLUMN marker_verdict.expected IS 'Ожидаемая величина: у остальных организаций региона или по общей зависимости';
COMMENT ON COLUMN marker_verdict.size IS 'Размер отличия, с которым сравниваются пороги видов absolute и region';
COMMENT ON COLUMN marker_verdict.p IS 'Вероятность такого же или большего отличия у организации, которая отличается от других не больше обычного; пусто — не вычисляется';
COMMENT ON COLUMN marker_verdict.q IS 'Доля ложных срабатываний среди всех признаков не слабее этого (поправка на число проверок); пусто — порог не этого вида';
COMMENT ON COLUMN marker_verdict.is_flagged IS 'Признак есть: требует анализа';
COMMENT ON COLUMN marker_verdict.direction IS 'Величина выше (higher) или ниже (lower) ожидаемой';
COMMENT ON COLUMN marker_verdict.reason IS 'Почему признак не оценён: small_sample — мало участников, exempt — тип организации по признаку не оценивается, few_schools — не с кем сравнить, not_defined — величина не определена, no_… — нет нужных данных; пусто — оценён';
COMMENT ON COLUMN marker_verdict.class IS 'Класс, если признак оценивается по классам; иначе пусто';

-- Reasons, adjusted p-values, flags. A marker nobody in the region has data
-- for leaves no rows. Its cost is what was measured for 1,088 schools, so that
-- regions are shared among processes.
CREATE FUNCTION judge_region(region_id integer, administrations integer[], marker_preset_id integer)
RETURNS SETOF marker_verdict
LANGUAGE sql STABLE PARALLEL SAFE
COST 40000000 ROWS 70000
SET enable_nestloop = off
SET enable_sort = off
BEGIN ATOMIC
    WITH test AS MATERIALIZED (
        SELECT * FROM marker_tests(judge_region.region_id, administrations, judge_region.marker_preset_id)
    ), applied AS MATERIALIZED (
        SELECT a.*, a.threshold_kind IN ('p_value', 'q_value') AS is_p
        FROM applied_markers(administrations, judge_region.marker_preset_id) AS a
    ), compared AS (
        SELECT a.*, c.schools < a.min_schools AS is_few, c.average, c.deviation
        FROM (
            SELECT t.administration_id, t.marker_id, count(*) FILTER (WHERE t.sample >= a.min_sample) AS schools,
                   avg(t.size) FILTER (WHERE a.threshold_kind = 'region') AS average,
                   nullif(greatest(stddev_samp(t.size) FILTER (WHERE a.threshold_kind = 'region'), 1e-9), 1e-9) AS deviation
            FROM test AS t
            JOIN applied AS a USING (administration_id, marker_id)
            GROUP BY t.administration_id, t.marker_id
            HAVING max(t.sample) > 0) AS c
        JOIN applied AS a USING (administration_id, marker_id)
    ), reasoned AS (
        SELECT t.*, c.academic_year, c.family, c.threshold, c.threshold_kind, c.direction AS sought, c.average, c.deviation,
               CASE WHEN t.is_exempt THEN 'exempt'
                    WHEN t.sample = 0 THEN 'no_' || c.needs
                    WHEN t.sample < c.min_sample THEN 'small_sample'
                    WHEN c.is_few THEN 'few_schools'
                    WHEN CASE WHEN c.is_p THEN t.p ELSE t.size END IS NULL THEN 'not_defined' END AS reason
        FROM test AS t
        JOIN compared AS c USING (administration_id, marker_id)
    ), decided AS (
        -- narrow rows, without thresholds, are what the window sorts and keeps
        SELECT r.administration_id, r.academic_year, r.family, r.school_id, r.marker_id, r.sample, r.reason, r.class,
               CASE WHEN r.reason IS NULL THEN r.value END AS value, CASE WHEN r.reason IS NULL THEN r.expected END AS expected,
               CASE WHEN r.reason IS NULL THEN r.size END AS size, CASE WHEN r.reason IS NULL THEN r.p END AS p,
               CASE WHEN r.threshold_kind = 'q_value' THEN r.threshold END AS q_threshold,
               r.reason IS NULL AND CASE r.threshold_kind
                   WHEN 'q_value' THEN false
                   WHEN 'p_value' THEN r.p <= r.threshold
                   ELSE CASE r.sought WHEN 'higher' THEN d.distance >= r.threshold
                                      WHEN 'lower' THEN CASE r.threshold_kind WHEN 'region' THEN -d.distance >= r.threshold
                                                                              ELSE d.distance <= r.threshold END
                                      ELSE abs(d.distance) >= r.threshold END END AS is_flagged
        FROM reasoned AS r
        CROSS JOIN LATERAL (
            SELECT CASE r.threshold_kind WHEN 'region' THEN (r.size - r.average) / r.deviation ELSE r.size END AS distance) AS d
    ), adjusted AS (
        -- ordered, for its rows are written as they come and read by school
        SELECT d.*, bh_adjust(CASE WHEN d.q_threshold IS NOT NULL THEN d.p END) OVER (PARTITION BY d.family ORDER BY d.school_id) AS q
        FROM decided AS d
    )
    SELECT judge_region.region_id, j.administration_id, j.academic_year, j.school_id, j.marker_id, j.sample, j.value, j.expected,
           j.size, j.p, j.q, coalesce(j.is_flagged OR j.q <= j.q_threshold, false),
           CASE WHEN j.reason IS NULL THEN CASE WHEN j.value < j.expected THEN 'lower' ELSE 'higher' END END, j.reason, j.class
    FROM adjusted AS j;
END;
COMMENT ON FUNCTION judge_region(integer, integer[], integer) IS
'Итоги признаков набора у организаций региона в проведениях одного учебного года: почему не оценён, поправка на число проверок, отмечен ли';

-- A query of one branch for each region and year: branches of UNION ALL are
-- what the server shares among processes. Who calls it only collects: workers
-- would wait for a leader that judges a region itself.
CREATE FUNCTION judging_query(administrations integer[], marker_preset_id integer, due marker_judgement[])
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(string_agg(format('SELECT * FROM judge_region(%s, %L, %s)', d.region_id, y.administrations,
                                      judging_query.marker_preset_id), ' UNION ALL ' ORDER BY d.region_id, y.academic_year),
                    'SELECT * FROM judge_region(NULL, NULL, NULL)')
    FROM (
        SELECT a.academic_year, array_agg(a.administration_id ORDER BY a.administration_id) AS administrations
        FROM administration AS a
        WHERE a.administration_id = ANY (judging_query.administrations)
        GROUP BY a.academic_year) AS y
    JOIN (
        SELECT r.region_id, NULL::integer AS academic_year FROM region AS r WHERE due IS NULL
        UNION ALL
        SELECT u.region_id, u.academic_year FROM unnest(due) AS u) AS d
      ON coalesce(d.academic_year, y.academic_year) = y.academic_year;
END;
COMMENT ON FUNCTION judging_query(integer[], integer, marker_judgement[]) IS
'Запрос, который оценивает признаки набора по проведениям: строки marker_verdict тех регионов и лет, что названы в due; NULL — всех';

CREATE FUNCTION marker_verdicts(administrations integer[], marker_preset_id integer, due marker_judgement[] DEFAULT NULL)
RETURNS SETOF marker_verdict
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path FROM CURRENT
SET jit = off
SET parallel_leader_participation = off
AS $$
BEGIN
    RETURN QUERY EXECUTE judging_query(administrations, marker_preset_id, due);
END
$$;
COMMENT ON FUNCTION marker_verdicts(integer[], integer, marker_judgement[]) IS
'Итоги признаков набора по проведениям в регионах и годах, названных в due; NULL — во всех';

CREATE FUNCTION judge_markers(administrations integer[], marker_preset text DEFAULT 'statistical')
RETURNS TABLE (region_id integer, administration_id integer, academic_year integer, school_id integer, marker text,
               class text, sample integer, value double precision, expected double precision, size double precision,
               direction text, p double precision, q double precision, is_flagged boolean, reason text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
SET search_path FROM CURRENT
SET jit = off
SET parallel_leader_participation = off
AS $$
DECLARE
    preset marker_preset := find_marker_preset(marker_preset);
    unknown text := (
        SELECT string_agg(coalesce(u.id::text, 'NULL'), ', ' ORDER BY u.id)
        FROM unnest(administrations) AS u (id)
        WHERE NOT EXISTS (SELECT FROM administration AS a WHERE a.administration_id = u.id));
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'нет такого проведения процедуры'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('administration_id: %s.', unknown),
                  HINT = 'Ключи проведений: SELECT a.administration_id, n.name, a.academic_year FROM administration AS a JOIN assessment AS n USING (assessment_id).';
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT v.region_id, v.administration_id, v.academic_year, v.school_id, m.code, v.class, v.sample, v.value, v.expected,
                v.size, v.direction, v.p, v.q, v.is_flagged, v.reason
         FROM (%s) AS v
         JOIN marker AS m USING (marker_id)', judging_query(administrations, preset.marker_preset_id, NULL));
END
$$;
COMMENT ON FUNCTION judge_markers(integer[], text) IS
'Признаки необъективности по проведениям (administration_id) и набору признаков без цикла и без записи: что показал каждый признак у каждой организации; столбцы — как в marker_outcome. Неизвестные проведение или набор — ошибка P0002';
