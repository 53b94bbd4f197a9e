-- M5: heaping at the official cuts.

-- The cuts together, by one and, where they are apart enough, by two scores
-- on either side, and the cut that stands out most. What is expected near a cut
-- is what the rest of the region has there; how much schools differ in it, the
-- beta-binomial distribution of their shares tells.
CREATE FUNCTION cut_heaping_tests(work marker_work, rule marker_applied)
RETURNS SETOF marker_test
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH spot AS MATERIALIZED (
        SELECT w AS width, u.cut, b.above, b.above + b.below AS near
        FROM generate_series(1, 2) AS w
        CROSS JOIN unnest((work).cuts) AS u (cut)
        CROSS JOIN LATERAL (
            SELECT fail_count((work).total, u.cut + w) - fail_count((work).total, u.cut) AS above,
                   fail_count((work).total, u.cut) - fail_count((work).total, u.cut - w) AS below) AS b
        WHERE w = 1
           OR (work).cuts[1] >= 2 AND (work).cuts[2] - (work).cuts[1] >= 4 AND (work).cuts[3] - (work).cuts[2] >= 4
    ), counted AS (
        SELECT s.school_id, s.n, s.school_type = ANY ((rule).exempt) AS is_exempt, p.width, b.above, b.above + b.below AS near,
               p.above AS all_above, p.near AS all_near
        FROM unnest((work).schools) AS s
        LEFT JOIN spot AS p ON s.n >= (rule).min_sample
        CROSS JOIN LATERAL (
            SELECT fail_count(s.dist, p.cut + p.width) - fail_count(s.dist, p.cut) AS above,
                   fail_count(s.dist, p.cut) - fail_count(s.dist, p.cut - p.width) AS below
            OFFSET 0) AS b
    ), near AS MATERIALIZED (
        SELECT c.school_id, c.n, c.is_exempt, c.width, sum(c.above) AS above, sum(c.near) AS near,
               sum(c.near * e.share) / nullif(sum(c.near), 0) AS share,
               count(*) * min(CASE WHEN c.width = 1 THEN binomial_test(c.above, c.near, e.share, 'greater') END) AS notable
        FROM counted AS c
        CROSS JOIN LATERAL (
            SELECT (c.all_above - c.above + 0.5::double precision) / (c.all_near - c.near + 1) AS share) AS e
        GROUP BY c.school_id, c.n, c.is_exempt, c.width
    ), fitted AS (
        SELECT n.width, beta_binomial_fit(n.above::bigint, n.near::bigint) AS fit
        FROM near AS n
        WHERE n.near > 0
        GROUP BY n.width
    ), tested AS (
        SELECT n.*,
               CASE WHEN f.fit IS NULL THEN binomial_test(n.above::bigint, n.near::bigint, n.share, 'greater')
                    ELSE beta_binomial_test(n.above::bigint, n.near::bigint, ((f.fit).alpha + (f.fit).beta) * n.share,
                                            ((f.fit).alpha + (f.fit).beta) * (1 - n.share), 'greater') END AS p
        FROM near AS n
        LEFT JOIN fitted AS f USING (width)
    ), best AS (
        SELECT t.school_id, t.n, t.is_exempt,
               min(t.above / nullif(t.near, 0)) FILTER (WHERE t.width = 1)::double precision AS value,
               min(t.share) FILTER (WHERE t.width = 1) AS expected,
               least((count(t.p) + 1) * least(min(t.p), min(t.notable)), 1) AS p
        FROM tested AS t
        GROUP BY t.school_id, t.n, t.is_exempt
    )
    SELECT (work).administration_id, (rule).marker_id, b.school_id, CASE WHEN (work).cuts IS NULL THEN 0 ELSE coalesce(b.n, 0) END,
           b.value, b.expected, b.value - b.expected, CASE WHEN b.value IS NOT NULL THEN b.p END, '', b.is_exempt
    FROM best AS b;
END;
COMMENT ON FUNCTION cut_heaping_tests(marker_work, marker_applied) IS
'Признак M5 у официальных границ отметок: больше ли участников сразу за границами, чем у остальных организаций региона';

CREATE FUNCTION cut_mass_tests(work marker_work, rule marker_applied)
RETURNS SETOF marker_test
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT (work).administration_id, (rule).marker_id, t.school_id, t.sample, (t.mass).moved, 0::double precision,
           (t.mass).moved / (t.mass).scored, (t.mass).p_higher, '', t.is_exempt
    FROM (
        SELECT s.school_id, s.school_type = ANY ((rule).exempt) AS is_exempt, v.sample,
               CASE WHEN v.sample >= (rule).min_sample THEN excess_mass(s.dist, (work).cuts, (work).max_score) END AS mass
        FROM unnest((work).schools) AS s
        CROSS JOIN LATERAL (SELECT CASE WHEN (work).cuts IS NULL THEN 0 ELSE coalesce(s.n, 0) END AS sample) AS v
        OFFSET 0) AS t;
END;
COMMENT ON FUNCTION cut_mass_tests(marker_work, marker_applied) IS 'Признак M5: сколько участников перенесено через границы';

CREATE FUNCTION cut_peak_tests(work marker_work, rule marker_applied)
RETURNS SETOF marker_test
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT (work).administration_id, (rule).marker_id, s.school_id, v.sample, k.at, k.beside, k.ratio, NULL::double precision,
           '', s.school_type = ANY ((rule).exempt)
    FROM unnest((work).schools) AS s
    CROSS JOIN LATERAL (SELECT CASE WHEN (work).cuts IS NULL THEN 0 ELSE coalesce(s.n, 0) END AS sample) AS v
    LEFT JOIN LATERAL (
        SELECT c.at, c.beside, c.ratio
        FROM (SELECT score_counts(s.dist) AS counts OFFSET 0) AS d, unnest((work).cuts) AS u (cut)
        CROSS JOIN LATERAL (
            SELECT coalesce(d.counts[u.cut + 1], 0)::double precision AS at,
                   (coalesce(d.counts[u.cut], 0) + coalesce(d.counts[u.cut + 2], 0)) / 2.0::double precision AS beside) AS n
        CROSS JOIN LATERAL (
            SELECT n.at, n.beside,
                   CASE WHEN n.at >= n.beside + 2 THEN n.at / greatest(n.beside, 1) ELSE least(n.at / greatest(n.beside, 1), 1) END AS ratio) AS c
        ORDER BY c.ratio DESC, u.cut
        LIMIT 1) AS k ON v.sample >= (rule).min_sample;
END;
COMMENT ON FUNCTION cut_peak_tests(marker_work, marker_applied) IS 'Признак M5: пик на границе отметки против соседних баллов';
