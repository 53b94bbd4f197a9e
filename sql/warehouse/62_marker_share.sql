-- M2, M3, M4, M9 by shares.

-- M3, M4, M9: a share against the shares of the region's schools. Of the able
-- both marks are 5 whoever marks: M4 leaves them out. Where these
-- vary no more than chance makes them, the distribution is binomial: the limit
-- of large shapes.
CREATE FUNCTION share_tests(work marker_work, rule marker_applied)
RETURNS SETOF marker_test
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH share AS MATERIALIZED (
        SELECT s.school_id, s.school_type = ANY ((rule).exempt) AS is_exempt,
               CASE (rule).code WHEN 'journal_lower' THEN journal_lower(s.dist) WHEN 'journal_higher' THEN journal_higher(s.dist)
                                WHEN 'journal_gap' THEN journal_gap2(s.dist)
                                WHEN 'journal_same' THEN journal_same(s.dist) - journal_count(s.dist, 5, 5)
                                ELSE failed_count(s.dist, (work).fail_by, (work).min_score) END::integer AS k,
               CASE (rule).code WHEN 'no_fail' THEN judged_count(s.dist, (work).fail_by)
                                WHEN 'journal_same' THEN journal_compared(s.dist) - coalesce(journal_count(s.dist, 5, 5), 0)
                                ELSE journal_compared(s.dist) END::integer AS n
        FROM unnest((work).schools) AS s
    ), shape AS (
        SELECT coalesce((b.fit).alpha, b.alpha) AS alpha, coalesce((b.fit).beta, b.beta) AS beta
        FROM (
            SELECT beta_binomial_fit(u.k, u.n) AS fit,
                   -- a school of none or all in each has no such limit
                   CASE WHEN bool_or(u.k BETWEEN 1 AND u.n - 1) OR sum(u.k) IN (0, sum(u.n))
                        THEN greatest(1e9 * sum(u.k) / sum(u.n), 1e-3) END::double precision AS alpha,
                   greatest(1e9 * (sum(u.n) - sum(u.k)) / sum(u.n), 1e-3)::double precision AS beta
            FROM share AS u
            WHERE u.n > 0
            OFFSET 0) AS b
    )
    SELECT (work).administration_id, (rule).marker_id, s.school_id, s.n, e.value, e.expected,
           CASE WHEN (rule).code <> 'no_fail' THEN e.value WHEN s.k = 0 THEN e.expected ELSE 0 END,
           CASE WHEN s.n >= (rule).min_sample
                THEN beta_binomial_test(s.k, s.n, f.alpha, f.beta, CASE (rule).direction WHEN 'lower' THEN 'less' ELSE 'greater' END) END,
           '', s.is_exempt
    FROM share AS s
    CROSS JOIN shape AS f
    CROSS JOIN LATERAL (SELECT s.k / nullif(s.n, 0)::double precision AS value, f.alpha / (f.alpha + f.beta) AS expected) AS e;
END;
COMMENT ON FUNCTION share_tests(marker_work, marker_applied) IS
'Признаки M3, M4 и M9 (нет не справившихся): доля организации против бета-биномиального распределения долей региона';

-- M2 by shares of marks 4 and 5.
CREATE FUNCTION share_change_tests(work marker_work, rule marker_applied)
RETURNS SETOF marker_test
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT (work).administration_id, (rule).marker_id, t.school_id, t.sample, (t.test).change, (t.test).rest_change, (t.test).net,
           two_sided((t.test).p_higher, (t.test).p_lower), '', t.is_exempt
    FROM (
        SELECT p.school_id, p.is_exempt, p.sample,
               CASE WHEN p.sample >= (rule).min_sample
                    THEN share_change_test(p.k1, p.n1, p.k2, p.n2, (sum(p.k1) OVER () - p.k1)::bigint,
                                           (sum(p.n1) OVER () - p.n1)::bigint, (sum(p.k2) OVER () - p.k2)::bigint,
                                           (sum(p.n2) OVER () - p.n2)::bigint) END AS test
        FROM (
            SELECT s.school_id, s.school_type = ANY ((rule).exempt) AS is_exempt,
                   coalesce(CASE WHEN s.cohort_marked > 0 THEN least(s.marked, s.cohort_marked) END, 0) AS sample,
                   s.cohort_good AS k1, s.cohort_marked AS n1, CASE WHEN s.cohort_marked > 0 THEN s.good END AS k2,
                   CASE WHEN s.cohort_marked > 0 THEN s.marked END AS n2
            FROM unnest((work).schools) AS s) AS p
        OFFSET 0) AS t;
END;
COMMENT ON FUNCTION share_change_tests(marker_work, marker_applied) IS 'Признак M2 по доле отметок «4» и «5»';
