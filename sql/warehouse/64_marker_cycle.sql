-- Markers of a cycle: written, and what they depend on.

CREATE FUNCTION write_marker_outcomes(own_cycle cycle, rules rule_set)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    administrations integer[] := ARRAY(
        SELECT a.administration_id FROM administration AS a
        WHERE a.academic_year BETWEEN own_cycle.result_year - 2 AND own_cycle.result_year);
    written bigint;
BEGIN
    IF rules.marker_preset_id IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO marker_outcome (cycle_id, region_id, administration_id, academic_year, school_id, marker_id, sample,
                                value, expected, size, p, q, is_flagged, direction, reason, class)
    SELECT own_cycle.cycle_id, v.*
    FROM marker_verdicts(administrations, rules.marker_preset_id) AS v;
    GET DIAGNOSTICS written = ROW_COUNT;
    INSERT INTO marker_run (cycle_id, region_id, administration_id, academic_year, marker_id, threshold_kind, threshold,
                            min_sample, schools, tested, flagged, flagged_higher, flagged_lower, expected_false, reason)
    SELECT own_cycle.cycle_id, g.region_id, a.administration_id, a.academic_year, a.marker_id, a.threshold_kind, a.threshold,
           a.min_sample, g.schools, coalesce(v.tested, 0), coalesce(v.higher + v.lower, 0), coalesce(v.higher, 0),
           coalesce(v.lower, 0),
           CASE WHEN a.alarm_rate IS NOT NULL THEN coalesce(v.tested, 0) * a.alarm_rate
                WHEN a.threshold_kind = 'p_value' THEN coalesce(v.tested, 0) * a.threshold
                WHEN a.threshold_kind = 'q_value' THEN coalesce(v.higher + v.lower, 0) * a.threshold
                WHEN a.threshold_kind = 'region' THEN coalesce(v.tested, 0) * normal_cdf(-a.threshold)
                     * CASE a.direction WHEN 'both' THEN 2 ELSE 1 END END,
           CASE WHEN v.marker_id IS NULL THEN 'no_' || a.needs END
    FROM applied_markers(administrations, rules.marker_preset_id) AS a
    JOIN (
        SELECT m.region_id, s.administration_id, count(*)::integer AS schools
        FROM school_summary AS s
        JOIN school AS c USING (school_id)
        JOIN municipality AS m USING (municipality_id)
        WHERE s.administration_id = ANY (administrations) AND s.participants > 0
        GROUP BY m.region_id, s.administration_id) AS g USING (administration_id)
    LEFT JOIN (
        SELECT o.region_id, o.administration_id, o.marker_id, count(*) FILTER (WHERE o.reason IS NULL) AS tested,
               count(*) FILTER (WHERE o.is_flagged AND o.direction = 'higher') AS higher,
               count(*) FILTER (WHERE o.is_flagged AND o.direction = 'lower') AS lower
        FROM marker_outcome AS o
        WHERE o.cycle_id = own_cycle.cycle_id
        GROUP BY o.region_id, o.administration_id, o.marker_id) AS v USING (region_id, administration_id, marker_id);
    RETURN written;
END
$$;
COMMENT ON FUNCTION write_marker_outcomes(cycle, rule_set) IS
'Шаг run_cycle: признаки необъективности ВПР за оцениваемый год и два года до него по набору признаков; возвращает число итогов. Набор правил без набора признаков ничего не проверяет';

-- Of summaries a sum of hashes, which needs no order.
CREATE FUNCTION marker_fingerprint(result_year integer)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT fingerprint(i.line ORDER BY i.part, i.key)
    FROM (
        SELECT 1 AS part, a.administration_id AS key,
               concat_ws('|', a.administration_id, a.assessment_id, a.academic_year, a.max_score, a.fail_by, a.min_score,
                         a.cut_3, a.cut_4, a.cut_5, d.hash, t.hash) AS line
        FROM administration AS a
        LEFT JOIN (
            SELECT s.administration_id, sum(score_dist_hash_extended(s.dist, s.school_id)) AS hash
            FROM result_summary AS s
            WHERE s.academic_year BETWEEN marker_fingerprint.result_year - 3 AND marker_fingerprint.result_year
            GROUP BY s.administration_id) AS d USING (administration_id)
        LEFT JOIN (
            SELECT s.administration_id, sum(task_dist_hash_extended(s.dist, s.school_id)) AS hash
            FROM task_summary AS s
            WHERE s.academic_year BETWEEN marker_fingerprint.result_year - 3 AND marker_fingerprint.result_year
            GROUP BY s.administration_id) AS t USING (administration_id)
        WHERE a.academic_year BETWEEN marker_fingerprint.result_year - 3 AND marker_fingerprint.result_year
        UNION ALL
        SELECT 2, y.academic_year, concat_ws('|', y.academic_year, fingerprint(y.school_id || '|' || y.school_type ORDER BY y.school_id))
        FROM school_year AS y
        WHERE y.academic_year BETWEEN marker_fingerprint.result_year - 2 AND marker_fingerprint.result_year
        GROUP BY y.academic_year
        UNION ALL
        SELECT 3, m.region_id, concat_ws('|', m.region_id, fingerprint(s.school_id::text ORDER BY s.school_id))
        FROM school AS s JOIN municipality AS m USING (municipality_id)
        GROUP BY m.region_id
    ) AS i;
END;
COMMENT ON FUNCTION marker_fingerprint(integer) IS
'Часть cycle_fingerprint: от чего зависят признаки — сводки, шкалы, типы и регионы организаций';
