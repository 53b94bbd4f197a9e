-- M1: a school's mean against the others'.

-- M1: does the mean differ from other schools' means more than these differ.
-- Means are compared on the logistic scale, where the ends of the score scale
-- do not draw them together; exempt schools are no measure for the others.
CREATE FUNCTION test_marker_means()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    WITH school AS (
        SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, coalesce(s.n, 0) AS n, s.mean,
               CASE WHEN v.usable THEN mean_test(s.dist, g.total - s.dist) END AS test,
               CASE WHEN v.usable AND x.school_type IS NULL THEN ln(v.got / v.lost) END AS level,
               CASE WHEN v.usable AND x.school_type IS NULL
                    THEN (power(s.deviation, 2) + 1.0 / 12) * power(a.max_score / (v.got * v.lost), 2) * power(s.n, 3)
               END::double precision AS noise
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_school AS s USING (administration_id)
        JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
        LEFT JOIN marker_rule_exempt AS x ON (x.marker_rule_id, x.school_type) = (a.marker_rule_id, s.school_type)
        CROSS JOIN LATERAL (
            SELECT s.n >= greatest(a.min_sample, 2) AS usable, s.n * s.mean + 0.5 AS got,
                   s.n * (a.max_score - s.mean) + 0.5 AS lost) AS v
        WHERE a.code = 'mean_high'
        OFFSET 0
    ), compared AS (
        -- where nearly all have everything, or nothing, the level is anywhere
        SELECT s.*, count(k.level) OVER region - num_nonnulls(k.level) AS others,
               sum(k.level) OVER region - coalesce(k.level, 0) AS total,
               sum(power(k.level, 2)) OVER region - coalesce(power(k.level, 2), 0) AS squares,
               sum(k.noise) OVER region - coalesce(k.noise, 0) AS noises
        FROM school AS s
        LEFT JOIN LATERAL (SELECT s.level, s.noise WHERE s.noise < 1) AS k ON true
        WINDOW region AS (PARTITION BY s.region_id, s.administration_id, s.marker_id)
    )
    SELECT c.region_id, c.administration_id, c.school_id, c.marker_id, c.n, c.mean, c.mean - (c.test).difference,
           (c.test).effect,
           CASE WHEN c.others >= 3 AND c.level IS NOT NULL
                THEN student_cdf((c.total / c.others - c.level)
                                 / sqrt(greatest(o.variance - c.noises / c.others, 0) + o.variance / c.others + c.noise),
                                 c.others - 1) END
    FROM compared AS c
    CROSS JOIN LATERAL (
        SELECT greatest(c.squares - c.total * c.total / nullif(c.others, 0), 0) / nullif(c.others - 1, 0) AS variance) AS o;
END
$$;
COMMENT ON FUNCTION test_marker_means() IS 'Часть test_markers: признак M1';
