-- M1: a school's mean against the others'.

-- Does the mean differ from other schools' means more than these differ.
-- Means are compared on the logistic scale, where the ends of the score scale
-- do not draw them together; exempt schools are no measure for the others.
CREATE FUNCTION mean_tests(work marker_work, rule marker_applied)
RETURNS SETOF marker_test
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH school AS (
        SELECT s.school_id, v.is_exempt, coalesce(s.n, 0) AS n, s.mean,
               CASE WHEN v.usable THEN mean_test(s.dist, (work).total - s.dist) END AS test,
               CASE WHEN v.usable AND v.is_exempt IS NOT TRUE THEN ln(v.got / v.lost) END AS level,
               CASE WHEN v.usable AND v.is_exempt IS NOT TRUE
                    THEN (power(s.deviation, 2) + 1.0 / 12) * power((work).max_score / (v.got * v.lost), 2) * power(s.n, 3)
               END::double precision AS noise
        FROM unnest((work).schools) AS s
        CROSS JOIN LATERAL (
            SELECT s.n >= greatest((rule).min_sample, 2) AS usable, s.school_type = ANY ((rule).exempt) AS is_exempt,
                   s.n * s.mean + 0.5 AS got, s.n * ((work).max_score - s.mean) + 0.5 AS lost) AS v
        OFFSET 0
    ), compared AS (
        -- where nearly all have everything, or nothing, the level is anywhere
        SELECT s.*, count(k.level) OVER region - num_nonnulls(k.level) AS others,
               sum(k.level) OVER region - coalesce(k.level, 0) AS total,
               sum(power(k.level, 2)) OVER region - coalesce(power(k.level, 2), 0) AS squares,
               sum(k.noise) OVER region - coalesce(k.noise, 0) AS noises
        FROM school AS s
        LEFT JOIN LATERAL (SELECT s.level, s.noise WHERE s.noise < 1) AS k ON true
        WINDOW region AS ()
    )
    SELECT (work).administration_id, (rule).marker_id, c.school_id, c.n, c.mean, c.mean - (c.test).difference, (c.test).effect,
           CASE WHEN c.others >= 3 AND c.level IS NOT NULL
                THEN student_cdf((c.total / c.others - c.level)
                                 / sqrt(greatest(o.variance - c.noises / c.others, 0) + o.variance / c.others + c.noise),
                                 c.others - 1) END,
           '', c.is_exempt
    FROM compared AS c
    CROSS JOIN LATERAL (
        SELECT greatest(c.squares - c.total * c.total / nullif(c.others, 0), 0) / nullif(c.others - 1, 0) AS variance) AS o;
END;
COMMENT ON FUNCTION mean_tests(marker_work, marker_applied) IS 'Признак M1';
