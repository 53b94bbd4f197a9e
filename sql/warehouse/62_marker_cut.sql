-- M5: heaping at the official cuts.

-- M5: the cuts together, by one and, where they are apart enough, by two scores
-- on either side, and the cut that stands out most. What is expected near a cut
-- is what the rest of the region has there; how much schools differ in it, the
-- beta-binomial distribution of their shares tells.
CREATE FUNCTION test_marker_cuts()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    WITH spot AS MATERIALIZED (
        SELECT g.region_id, g.administration_id, a.marker_id, a.min_sample, w AS width, u.cut,
               cut_test(g.total, u.cut, w) AS region
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_region AS g USING (administration_id), generate_series(1, 2) AS w, unnest(a.cuts) AS u (cut)
        WHERE a.code = 'cut_heaping'
          AND (w = 1 OR a.cuts[1] >= 2 AND a.cuts[2] - a.cuts[1] >= 4 AND a.cuts[3] - a.cuts[2] >= 4)
    ), counted AS (
        SELECT p.region_id, p.administration_id, p.marker_id, s.school_id, p.width, (p.region).above AS all_above,
               (p.region).below + (p.region).above AS all_near, cut_test(s.dist, p.cut, p.width) AS own
        FROM spot AS p
        JOIN pg_temp.marker_school AS s USING (region_id, administration_id)
        WHERE s.n >= p.min_sample
        OFFSET 0
    ), near AS (
        SELECT c.region_id, c.administration_id, c.marker_id, c.school_id, c.width, sum(n.above) AS above, sum(n.near) AS near,
               sum(n.near * n.share) / nullif(sum(n.near), 0) AS share,
               count(*) * min(CASE WHEN c.width = 1 THEN binomial_test(n.above, n.near, n.share, 'greater') END) AS notable
        FROM counted AS c
        CROSS JOIN LATERAL (
            SELECT (c.own).above::integer AS above, ((c.own).below + (c.own).above)::integer AS near) AS k
        CROSS JOIN LATERAL (
            SELECT k.above, k.near, (c.all_above - k.above + 0.5::double precision) / (c.all_near - k.near + 1) AS share) AS n
        GROUP BY c.region_id, c.administration_id, c.marker_id, c.school_id, c.width
    ), fitted AS (
        SELECT n.region_id, n.administration_id, n.marker_id, n.width, beta_binomial_fit(n.above, n.near) AS fit
        FROM near AS n
        WHERE n.near > 0
        GROUP BY n.region_id, n.administration_id, n.marker_id, n.width
    ), tested AS (
        SELECT n.*,
               CASE WHEN f.fit IS NULL THEN binomial_test(n.above, n.near, n.share, 'greater')
                    ELSE beta_binomial_test(n.above, n.near, ((f.fit).alpha + (f.fit).beta) * n.share,
                                            ((f.fit).alpha + (f.fit).beta) * (1 - n.share), 'greater') END AS p
        FROM near AS n
        LEFT JOIN fitted AS f USING (region_id, administration_id, marker_id, width)
    ), best AS (
        SELECT t.region_id, t.administration_id, t.marker_id, t.school_id,
               min(t.above::numeric / nullif(t.near, 0)) FILTER (WHERE t.width = 1)::double precision AS value,
               min(t.share) FILTER (WHERE t.width = 1) AS expected,
               least((count(t.p) + 1) * least(min(t.p), min(t.notable)), 1) AS p
        FROM tested AS t
        GROUP BY t.region_id, t.administration_id, t.marker_id, t.school_id
    )
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, CASE WHEN a.cuts IS NULL THEN 0 ELSE coalesce(s.n, 0) END,
           b.value, b.expected, b.value - b.expected, CASE WHEN b.value IS NOT NULL THEN b.p END
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    LEFT JOIN best AS b ON (b.region_id, b.administration_id, b.marker_id, b.school_id)
                         = (s.region_id, s.administration_id, a.marker_id, s.school_id)
    WHERE a.code = 'cut_heaping';

    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT t.region_id, t.administration_id, t.school_id, t.marker_id, t.sample, (t.mass).moved, 0,
           (t.mass).moved / (t.mass).scored, (t.mass).p_higher
    FROM (
        SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, v.sample,
               CASE WHEN v.sample >= a.min_sample THEN excess_mass(s.dist, a.cuts, a.max_score) END AS mass
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_school AS s USING (administration_id)
        CROSS JOIN LATERAL (SELECT CASE WHEN a.cuts IS NULL THEN 0 ELSE coalesce(s.n, 0) END AS sample) AS v
        WHERE a.code = 'cut_mass'
        OFFSET 0) AS t;

    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size)
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, v.sample, k.at, k.beside, k.ratio
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    CROSS JOIN LATERAL (SELECT CASE WHEN a.cuts IS NULL THEN 0 ELSE coalesce(s.n, 0) END AS sample) AS v
    LEFT JOIN LATERAL (
        SELECT c.at, c.beside, c.ratio
        FROM (SELECT score_counts(s.dist) AS counts OFFSET 0) AS d, unnest(a.cuts) AS u (cut)
        CROSS JOIN LATERAL (
            SELECT coalesce(d.counts[u.cut + 1], 0) AS at,
                   (coalesce(d.counts[u.cut], 0) + coalesce(d.counts[u.cut + 2], 0)) / 2.0 AS beside) AS n
        CROSS JOIN LATERAL (
            SELECT n.at, n.beside,
                   CASE WHEN n.at >= n.beside + 2 THEN n.at / greatest(n.beside, 1) ELSE least(n.at / greatest(n.beside, 1), 1) END AS ratio) AS c
        ORDER BY c.ratio DESC, u.cut
        LIMIT 1) AS k ON v.sample >= a.min_sample
    WHERE a.code = 'cut_peak';
END
$$;
COMMENT ON FUNCTION test_marker_cuts() IS 'Часть test_markers: признаки M5 у официальных границ отметок';
