-- Markers of a cycle: what they depend on, and those judged anew.

-- Of summaries a sum of hashes, which needs no order. What summaries do not
-- tell is which answers a participant gave together: an exchange of answers
-- within a class that leaves every item, score and mark as often as it was is
-- not noticed.
CREATE FUNCTION marker_judgements(result_year integer, marker_preset_id integer)
RETURNS SETOF marker_judgement
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH place AS MATERIALIZED (
        SELECT s.school_id, m.region_id FROM school AS s JOIN municipality AS m USING (municipality_id)
    ), counted AS MATERIALIZED (
        SELECT p.region_id, s.administration_id, s.academic_year, sum(score_dist_hash_extended(s.dist, s.school_id)) AS hash
        FROM result_summary AS s
        JOIN place AS p USING (school_id)
        WHERE s.academic_year BETWEEN marker_judgements.result_year - 3 AND marker_judgements.result_year
          AND participants(s.dist) > 0
        GROUP BY p.region_id, s.administration_id, s.academic_year
    ), answered AS MATERIALIZED (
        SELECT p.region_id, s.administration_id, sum(task_dist_hash_extended(s.dist, s.school_id)) AS hash
        FROM task_summary AS s
        JOIN place AS p USING (school_id)
        WHERE s.academic_year BETWEEN marker_judgements.result_year - 2 AND marker_judgements.result_year
        GROUP BY p.region_id, s.administration_id
    ), typed AS MATERIALIZED (
        SELECT p.region_id, y.academic_year, fingerprint(y.school_id || '|' || y.school_type ORDER BY y.school_id) AS types
        FROM school_year AS y
        JOIN place AS p USING (school_id)
        WHERE y.academic_year BETWEEN marker_judgements.result_year - 2 AND marker_judgements.result_year
        GROUP BY p.region_id, y.academic_year
    ), judged AS (
        SELECT DISTINCT c.region_id, c.academic_year
        FROM counted AS c
        WHERE c.academic_year > marker_judgements.result_year - 3
    )
    SELECT NULL::integer, j.region_id, j.academic_year,
           fingerprint(concat_ws('|', a.administration_id, a.assessment_id, a.academic_year, a.max_score, a.fail_by, a.min_score,
                                 a.cut_3, a.cut_4, a.cut_5, c.hash, CASE WHEN a.academic_year = j.academic_year THEN w.hash END, t.types,
                                 k.rules)
                       ORDER BY a.administration_id),
           NULL::timestamptz
    FROM judged AS j
    CROSS JOIN (
        SELECT fingerprint(marker_preset_snapshot(marker_judgements.marker_preset_id)::text || e.extversion) AS rules
        FROM pg_extension AS e
        WHERE e.extname = 'shnor') AS k
    JOIN administration AS a ON a.academic_year IN (j.academic_year - 1, j.academic_year)
    LEFT JOIN counted AS c ON (c.region_id, c.administration_id) = (j.region_id, a.administration_id)
    LEFT JOIN answered AS w ON (w.region_id, w.administration_id) = (j.region_id, a.administration_id)
    LEFT JOIN typed AS t ON (t.region_id, t.academic_year) = (j.region_id, j.academic_year)
    WHERE marker_judgements.marker_preset_id IS NOT NULL
    GROUP BY j.region_id, j.academic_year;
END;
COMMENT ON FUNCTION marker_judgements(integer, integer) IS
'Проверки признаков, которые входят в цикл года: регионы с результатами за год и два года до него и отпечаток всего, от чего зависит проверка, — сводки этого года и предыдущего, шкалы, типы организаций, набор признаков, версия расширения. Обмен ответами внутри класса, после которого все числа сводок прежние, отпечатка не меняет. Без набора (NULL) — ни одной';

CREATE FUNCTION write_marker_outcomes(own_cycle cycle, rules rule_set, judgements marker_judgement[],
    OUT judged integer, OUT written bigint)
RETURNS record
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    due marker_judgement[];
    administrations integer[];
BEGIN
    WITH added AS (
        INSERT INTO marker_judgement AS j (region_id, academic_year, input_fingerprint)
        SELECT u.region_id, u.academic_year, u.input_fingerprint
        FROM unnest(judgements) AS u
        WHERE NOT EXISTS (SELECT FROM marker_judgement AS k
                          WHERE (k.region_id, k.academic_year, k.input_fingerprint)
                              = (u.region_id, u.academic_year, u.input_fingerprint))
        RETURNING j AS judgement
    )
    SELECT coalesce(array_agg(a.judgement), '{}') INTO due FROM added AS a;
    INSERT INTO cycle_judgement (cycle_id, marker_judgement_id)
    SELECT own_cycle.cycle_id, j.marker_judgement_id
    FROM unnest(judgements) AS u
    JOIN marker_judgement AS j USING (region_id, academic_year, input_fingerprint);

    administrations := ARRAY(
        SELECT a.administration_id FROM administration AS a
        WHERE a.academic_year IN (SELECT d.academic_year FROM unnest(due) AS d));
    INSERT INTO marker_outcome (marker_judgement_id, administration_id, school_id, marker_id, sample, value, expected, size,
                                p, q, is_flagged, direction, reason, class)
    SELECT d.marker_judgement_id, v.administration_id, v.school_id, v.marker_id, v.sample, v.value, v.expected, v.size,
           v.p, v.q, v.is_flagged, v.direction, v.reason, v.class
    FROM marker_verdicts(administrations, rules.marker_preset_id, due) AS v
    JOIN unnest(due) AS d USING (region_id, academic_year);
    GET DIAGNOSTICS written = ROW_COUNT;
    PERFORM write_marker_runs(due, administrations, rules.marker_preset_id);
    judged := cardinality(due);
END
$$;
COMMENT ON FUNCTION write_marker_outcomes(cycle, rule_set, marker_judgement[]) IS
'Шаг run_cycle: включает в цикл проверки признаков (marker_judgements); каких ещё не было, выполняет. Возвращает, сколько их (judged) и сколько в них итогов (written)';

-- The verdicts were written a moment ago: statistics may say there are none,
-- and a plan for none reads them over and over.
CREATE FUNCTION write_marker_runs(due marker_judgement[], administrations integer[], marker_preset_id integer)
RETURNS void
LANGUAGE sql VOLATILE
SET enable_nestloop = off
SET enable_sort = off
BEGIN ATOMIC
    INSERT INTO marker_run (marker_judgement_id, administration_id, marker_id, threshold_kind, threshold, min_sample, schools,
                            tested, flagged, flagged_higher, flagged_lower, expected_false, reason)
    SELECT d.marker_judgement_id, a.administration_id, a.marker_id, a.threshold_kind, a.threshold, a.min_sample, g.schools,
           coalesce(v.tested, 0), coalesce(v.higher + v.lower, 0), coalesce(v.higher, 0), coalesce(v.lower, 0),
           CASE WHEN a.alarm_rate IS NOT NULL THEN coalesce(v.tested, 0) * a.alarm_rate
                WHEN a.threshold_kind = 'p_value' THEN coalesce(v.tested, 0) * a.threshold
                WHEN a.threshold_kind = 'q_value' THEN coalesce(v.higher + v.lower, 0) * a.threshold
                WHEN a.threshold_kind = 'region' THEN coalesce(v.tested, 0) * normal_cdf(-a.threshold)
                     * CASE a.direction WHEN 'both' THEN 2 ELSE 1 END END,
           CASE WHEN v.marker_id IS NULL THEN 'no_' || a.needs END
    FROM applied_markers(administrations, write_marker_runs.marker_preset_id) AS a
    JOIN (
        SELECT m.region_id, s.administration_id, count(*)::integer AS schools
        FROM school_summary AS s
        JOIN school AS c USING (school_id)
        JOIN municipality AS m USING (municipality_id)
        WHERE s.administration_id = ANY (administrations) AND s.participants > 0
        GROUP BY m.region_id, s.administration_id) AS g USING (administration_id)
    JOIN unnest(due) AS d USING (region_id, academic_year)
    LEFT JOIN (
        SELECT o.marker_judgement_id, o.administration_id, o.marker_id, count(*) FILTER (WHERE o.reason IS NULL) AS tested,
               count(*) FILTER (WHERE o.is_flagged AND o.direction = 'higher') AS higher,
               count(*) FILTER (WHERE o.is_flagged AND o.direction = 'lower') AS lower
        FROM marker_outcome AS o
        WHERE o.marker_judgement_id = ANY (ARRAY(SELECT u.marker_judgement_id FROM unnest(due) AS u))
        GROUP BY o.marker_judgement_id, o.administration_id, o.marker_id) AS v
      USING (marker_judgement_id, administration_id, marker_id);
END;
COMMENT ON FUNCTION write_marker_runs(marker_judgement[], integer[], integer) IS
'Шаг run_cycle: по каждому признаку и проведению проверок due — сколько проверено, отмечено и ожидается случайно';
