-- M2, M3, M4, M9 by shares.

-- M3, M4, M9: a share against the shares of the region's schools. Of the able
-- both marks are 5 whoever marks: M4 leaves them out. Where these
-- vary no more than chance makes them, the distribution is binomial: the limit
-- of large shapes.
CREATE FUNCTION test_marker_shares()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_share
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction, v.k, v.n, v.n >= a.min_sample
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    CROSS JOIN LATERAL (
        SELECT CASE a.code WHEN 'journal_lower' THEN journal_lower(s.dist) WHEN 'journal_higher' THEN journal_higher(s.dist)
                           WHEN 'journal_gap' THEN journal_gap2(s.dist)
                           WHEN 'journal_same' THEN journal_same(s.dist) - journal_count(s.dist, 5, 5)
                           ELSE failed_count(s.dist, a.fail_by, a.min_score) END::integer AS k,
               CASE a.code WHEN 'no_fail' THEN judged_count(s.dist, a.fail_by)
                           WHEN 'journal_same' THEN journal_compared(s.dist) - coalesce(journal_count(s.dist, 5, 5), 0)
                           ELSE journal_compared(s.dist) END::integer AS n) AS v
    WHERE a.code IN ('journal_lower', 'journal_higher', 'journal_gap', 'journal_same', 'no_fail');

    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT s.region_id, s.administration_id, s.school_id, s.marker_id, s.n, e.value, e.expected,
           CASE WHEN s.code <> 'no_fail' THEN e.value WHEN s.k = 0 THEN e.expected ELSE 0 END,
           CASE WHEN s.usable THEN beta_binomial_test(s.k, s.n, f.alpha, f.beta,
                                                      CASE s.direction WHEN 'lower' THEN 'less' ELSE 'greater' END) END
    FROM pg_temp.marker_share AS s
    LEFT JOIN (
        SELECT b.region_id, b.administration_id, b.marker_id,
               coalesce((b.fit).alpha, b.alpha) AS alpha, coalesce((b.fit).beta, b.beta) AS beta
        FROM (
            SELECT u.region_id, u.administration_id, u.marker_id, beta_binomial_fit(u.k, u.n) AS fit,
                   -- a school of none or all in each has no such limit
                   CASE WHEN bool_or(u.k BETWEEN 1 AND u.n - 1) OR sum(u.k) IN (0, sum(u.n))
                        THEN greatest(1e9 * sum(u.k) / sum(u.n), 1e-3) END::double precision AS alpha,
                   greatest(1e9 * (sum(u.n) - sum(u.k)) / sum(u.n), 1e-3)::double precision AS beta
            FROM pg_temp.marker_share AS u
            WHERE u.n > 0
            GROUP BY u.region_id, u.administration_id, u.marker_id
            OFFSET 0) AS b) AS f USING (region_id, administration_id, marker_id)
    CROSS JOIN LATERAL (SELECT s.k / nullif(s.n, 0)::double precision AS value, f.alpha / (f.alpha + f.beta) AS expected) AS e;
END
$$;
COMMENT ON FUNCTION test_marker_shares() IS
'Часть test_markers: признаки M3, M4 и M9 (нет не справившихся) — доля организации против бета-биномиального распределения долей региона';

-- M2 by shares of marks 4 and 5.
CREATE FUNCTION test_marker_share_changes()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT t.region_id, t.administration_id, t.school_id, t.marker_id, t.sample, (t.test).change, (t.test).rest_change,
           (t.test).net, two_sided((t.test).p_higher, (t.test).p_lower)
    FROM (
        SELECT p.region_id, p.administration_id, p.school_id, p.marker_id, p.sample,
               CASE WHEN p.sample >= p.min_sample
                    THEN share_change_test(p.k1, p.n1, p.k2, p.n2, (sum(p.k1) OVER region - p.k1)::bigint,
                                           (sum(p.n1) OVER region - p.n1)::bigint, (sum(p.k2) OVER region - p.k2)::bigint,
                                           (sum(p.n2) OVER region - p.n2)::bigint) END AS test
        FROM (
            SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.min_sample,
                   coalesce(CASE WHEN b.marked > 0 THEN least(s.marked, b.marked) END, 0) AS sample,
                   b.good AS k1, b.marked AS n1, CASE WHEN b.marked > 0 THEN s.good END AS k2,
                   CASE WHEN b.marked > 0 THEN s.marked END AS n2
            FROM pg_temp.marker_applied AS a
            JOIN pg_temp.marker_school AS s USING (administration_id)
            LEFT JOIN pg_temp.marker_pair AS k ON k.administration_id = a.administration_id AND k.kind = 'cohort'
            LEFT JOIN pg_temp.marker_school AS b ON b.administration_id = k.partner_id AND b.school_id = s.school_id
            WHERE a.code = 'share_change') AS p
        WINDOW region AS (PARTITION BY p.region_id, p.administration_id, p.marker_id)
        OFFSET 0) AS t;
END
$$;
COMMENT ON FUNCTION test_marker_share_changes() IS 'Часть test_markers: признак M2 по доле отметок «4» и «5»';
