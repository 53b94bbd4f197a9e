-- All tests of a preset, and what they come to.

-- The statistics tell how many regions, markers and the like there are: a small
-- sample does.
CREATE FUNCTION test_markers(administrations integer[], preset marker_preset)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET default_statistics_target = 10
AS $$
BEGIN
    PERFORM open_marker_work(administrations, preset);
    PERFORM gather_marker_schools();
    PERFORM gather_marker_tasks();
    PERFORM gather_marker_classes();
    PERFORM gather_marker_points();
    PERFORM gather_marker_inversions();
    PERFORM test_marker_points();
    PERFORM test_marker_means();
    PERFORM test_marker_shares();
    PERFORM test_marker_share_changes();
    PERFORM test_marker_cuts();
    PERFORM test_marker_answers();
    ANALYZE pg_temp.marker_test (region_id, administration_id, marker_id);
    PERFORM decide_markers();
END
$$;
COMMENT ON FUNCTION test_markers(integer[], marker_preset) IS
'Оценивает признаки набора по указанным проведениям; итог — временная таблица marker_verdict, удаляет её close_marker_work()';

-- Reasons, adjusted p-values, flags. A marker nobody in the region has data
-- for leaves no rows.
CREATE FUNCTION decide_markers()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- in a table of its own for its statistics: the join with it grows
    CREATE TEMPORARY TABLE marker_compared AS
    SELECT c.*, a.academic_year, a.threshold_kind, a.threshold, a.direction AS sought, a.family, a.exempt,
           a.threshold_kind = 'q_value' AS is_q, a.threshold_kind IN ('p_value', 'q_value') AS is_p, a.min_sample, c.schools < a.min_schools AS is_few, 'no_' || a.needs AS missing
    FROM (
        SELECT t.region_id, t.administration_id, t.marker_id,
               count(*) FILTER (WHERE t.sample >= a.min_sample) AS schools,
               avg(t.size) FILTER (WHERE a.threshold_kind = 'region') AS average,
               nullif(greatest(stddev_samp(t.size) FILTER (WHERE a.threshold_kind = 'region'), 1e-9), 1e-9) AS deviation
        FROM pg_temp.marker_test AS t
        JOIN pg_temp.marker_applied AS a USING (administration_id, marker_id)
        GROUP BY t.region_id, t.administration_id, t.marker_id
        HAVING max(t.sample) > 0) AS c
    JOIN pg_temp.marker_applied AS a USING (administration_id, marker_id);
    ANALYZE pg_temp.marker_compared (region_id, administration_id, marker_id);
    CREATE TEMPORARY TABLE marker_verdict AS
    WITH reasoned AS (
        SELECT t.*, c.academic_year, c.family, c.is_q, c.threshold, c.threshold_kind, c.sought, c.average, c.deviation,
               CASE WHEN s.school_type = ANY (c.exempt) THEN 'exempt'
                    WHEN t.sample = 0 THEN c.missing
                    WHEN t.sample < c.min_sample THEN 'small_sample'
                    WHEN c.is_few THEN 'few_schools'
                    WHEN CASE WHEN c.is_p THEN t.p ELSE t.size END IS NULL THEN 'not_defined' END AS reason
        FROM pg_temp.marker_test AS t
        JOIN pg_temp.marker_compared AS c USING (region_id, administration_id, marker_id)
        JOIN pg_temp.marker_school AS s USING (administration_id, school_id)
    ), decided AS (
        -- narrow rows, without thresholds, are what the window sorts and keeps
        SELECT r.region_id, r.administration_id, r.academic_year, r.family, r.school_id, r.marker_id, r.sample, r.reason, r.class,
               CASE WHEN r.reason IS NULL THEN r.value END AS value, CASE WHEN r.reason IS NULL THEN r.expected END AS expected,
               CASE WHEN r.reason IS NULL THEN r.size END AS size, CASE WHEN r.reason IS NULL THEN r.p END AS p,
               CASE WHEN r.is_q THEN r.threshold END AS q_threshold,
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
        SELECT d.*, bh_adjust(CASE WHEN d.q_threshold IS NOT NULL THEN d.p END)
                        OVER (PARTITION BY d.region_id, d.academic_year, d.family) AS q
        FROM decided AS d
    )
    SELECT j.region_id, j.administration_id, j.academic_year, j.school_id, j.marker_id, j.sample, j.value, j.expected, j.size,
           j.p, j.q, coalesce(j.is_flagged OR j.q <= j.q_threshold, false) AS is_flagged,
           CASE WHEN j.reason IS NULL THEN CASE WHEN j.value < j.expected THEN 'lower' ELSE 'higher' END END AS direction,
           j.reason, j.class
    FROM adjusted AS j;
END
$$;
COMMENT ON FUNCTION decide_markers() IS
'Часть test_markers: почему не оценён, поправка на число проверок, отмечен ли';

CREATE FUNCTION judge_markers(administrations integer[], marker_preset text DEFAULT 'statistical')
RETURNS TABLE (region_id integer, administration_id integer, academic_year integer, school_id integer, marker text,
               class text, sample integer, value double precision, expected double precision, size double precision,
               direction text, p double precision, q double precision, is_flagged boolean, reason text)
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET jit = off
AS $$
BEGIN
    PERFORM test_markers(administrations, find_marker_preset(marker_preset));
    RETURN QUERY
    SELECT v.region_id, v.administration_id, v.academic_year, v.school_id, m.code, v.class, v.sample, v.value, v.expected,
           v.size, v.direction, v.p, v.q, v.is_flagged, v.reason
    FROM pg_temp.marker_verdict AS v
    JOIN marker AS m USING (marker_id);
    PERFORM close_marker_work();
END
$$;
COMMENT ON FUNCTION judge_markers(integer[], text) IS
'Признаки необъективности по проведениям (administration_id) и набору признаков без цикла и без записи: что показал каждый признак у каждой организации; столбцы — как в marker_outcome. Неизвестный набор — ошибка P0002';
