-- M2, M6, M7, M9 and the pupils' marks: a school's point against the region's line.

-- least() alone would take a missing p-value for the other one.
CREATE FUNCTION two_sided(p_one double precision, p_other double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN num_nulls(p_one, p_other) = 0 THEN least(2 * least(p_one, p_other), 1) END;
COMMENT ON FUNCTION two_sided(double precision, double precision) IS
'Вероятность наименьшей из двух вероятностей двух проверок (двусторонней проверки): удвоенная меньшая, не больше 1; NULL, если одной нет';

-- M2, M7, M9 and the pupils' marks: what a general test by a line reads. The
-- variance of y is taken as what schools differ by plus noise, as large as the
-- sample is small.
CREATE FUNCTION gather_marker_points()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_point
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction,
           v.sample, v.sample >= a.min_sample, b.mean, s.mean, 1.0 / nullif(s.n, 0) + 1.0 / nullif(b.n, 0),
           CASE a.code WHEN 'exam_gap' THEN mid_percentile(CASE WHEN v.sample >= a.min_sample THEN s.mean END) OVER region END,
           CASE a.code WHEN 'exam_gap' THEN mid_percentile(CASE WHEN v.sample >= a.min_sample THEN b.mean END) OVER region END,
           0
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    LEFT JOIN pg_temp.marker_pair AS k
      ON k.administration_id = a.administration_id
     AND k.kind = CASE a.code WHEN 'year_change' THEN 'year' WHEN 'cohort_change' THEN 'cohort' ELSE 'exam' END
    LEFT JOIN pg_temp.marker_school AS b ON b.administration_id = k.partner_id AND b.school_id = s.school_id
    CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN b.n > 0 THEN least(s.n, b.n) END, 0) AS sample) AS v
    WHERE a.code IN ('year_change', 'cohort_change', 'exam_gap')
    WINDOW region AS (PARTITION BY s.region_id, s.administration_id, a.marker_id);

    INSERT INTO pg_temp.marker_point
    SELECT t.region_id, t.administration_id, t.school_id, t.marker_id, t.code, t.direction, t.n, t.usable,
           power(t.mean / t.max_score - 0.5, 2), ln((t.test).variance + 1.0 / 12), 1.0 / greatest(t.n - 1, 1),
           sqrt((t.test).variance), NULL, coalesce((t.test).p_lower, 1)
    FROM (
        SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction, coalesce(s.n, 0) AS n,
               s.n >= greatest(a.min_sample, 2) AS usable, s.mean, a.max_score,
               CASE WHEN s.n >= greatest(a.min_sample, 2) THEN variance_test(s.dist, g.spread) END AS test
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_school AS s USING (administration_id)
        JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
        WHERE a.code = 'variance_small'
        OFFSET 0) AS t;

    -- Where marks are alike their correlation is low by itself: r / sqrt(1 - r^2)
    -- goes with their deviation, and where that is small r says nothing.
    INSERT INTO pg_temp.marker_point
    SELECT t.region_id, t.administration_id, t.school_id, t.marker_id, t.code, t.direction, t.compared, t.usable,
           CASE t.code WHEN 'journal_correlation' THEN CASE WHEN t.deviation >= 0.4 THEN t.deviation END
                       ELSE t.mean - (t.agreement).mean_difference END,
           CASE t.code WHEN 'journal_correlation' THEN CASE WHEN (t.agreement).correlation IS NOT NULL
                                                            THEN least(greatest((t.agreement).correlation, -0.99), 0.99)
                                                                 / sqrt(1 - power(least(abs((t.agreement).correlation), 0.99), 2)) END
                       ELSE (t.agreement).mean_difference END,
           1.0 / greatest(t.compared - 3, 1),
           CASE t.code WHEN 'journal_correlation' THEN (t.agreement).correlation ELSE (t.agreement).mean_difference END,
           NULL, 0
    FROM (
        SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction,
               coalesce(journal_compared(s.dist), 0)::integer AS compared, journal_compared(s.dist) >= a.min_sample AS usable,
               journal_agreement(s.dist) AS agreement, m.mean, sqrt(greatest(m.squares - m.mean * m.mean, 0)) AS deviation
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_school AS s USING (administration_id)
        CROSS JOIN LATERAL (
            SELECT mark_count(s.dist, 2) AS marks_2, mark_count(s.dist, 3) AS marks_3, mark_count(s.dist, 4) AS marks_4,
                   mark_count(s.dist, 5) AS marks_5
            OFFSET 0) AS k
        CROSS JOIN LATERAL (
            SELECT (2 * k.marks_2 + 3 * k.marks_3 + 4 * k.marks_4 + 5 * k.marks_5)::double precision / nullif(s.marked, 0) AS mean,
                   (4 * k.marks_2 + 9 * k.marks_3 + 16 * k.marks_4 + 25 * k.marks_5)::double precision / nullif(s.marked, 0) AS squares
            OFFSET 0) AS m
        WHERE a.code IN ('journal_correlation', 'journal_difference')
        OFFSET 0) AS t;
END
$$;
COMMENT ON FUNCTION gather_marker_points() IS
'Часть test_markers: точки организаций для сравнения с общей зависимостью — признаки M2, M7, M9 и согласие отметок с журналом';

-- M6. The hard half of the items gains on the easy half in strong schools and
-- in weak ones, near the ends of the scale: hence x.
CREATE FUNCTION gather_marker_inversions()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_point
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction, v.n, v.n >= a.min_sample,
           power((i.hard_gap + i.easy_gap) / 2, 2), i.hard_gap - i.easy_gap, 1.0 / nullif(v.n, 0),
           i.hard_gap, i.easy_gap, CASE WHEN i.is_inverted THEN 0 ELSE 1 END
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
    LEFT JOIN pg_temp.marker_task AS k USING (administration_id, school_id)
    CROSS JOIN LATERAL (SELECT coalesce(participants(k.dist), 0)::integer AS n OFFSET 0) AS v
    LEFT JOIN LATERAL item_inversion(k.dist, g.tasks - k.dist, g.maxima) AS i ON v.n >= a.min_sample
    WHERE a.code = 'item_inversion';
END
$$;
COMMENT ON FUNCTION gather_marker_inversions() IS
'Часть test_markers: точки признака M6 (простые задания хуже, чем в регионе, сложные лучше)';

-- The line is fitted twice: its first residuals tell how much of their variance
-- goes with the size of the sample, which gives the weights of the second.
CREATE FUNCTION test_marker_points()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    WITH unweighted AS (
        SELECT p.*, power((line_residual(p.x, p.y, CASE WHEN p.usable AND p.noise IS NOT NULL THEN 1 END) OVER region).residual, 2)
                        AS square
        FROM pg_temp.marker_point AS p
        WINDOW region AS (PARTITION BY p.region_id, p.administration_id, p.marker_id)
    ), spread AS (
        SELECT u.*, avg(u.square) OVER region AS average, regr_intercept(u.square, u.noise) OVER region AS constant,
               regr_slope(u.square, u.noise) OVER region AS slope
        FROM unweighted AS u
        WINDOW region AS (PARTITION BY u.region_id, u.administration_id, u.marker_id)
    ), weighted AS (
        SELECT s.*, line_residual(s.x, s.y, CASE WHEN s.usable AND s.noise IS NOT NULL THEN
                   CASE WHEN s.average > 0
                        THEN s.average / greatest(s.constant + s.slope * s.noise, s.average / 10, 0) ELSE 1 END END) OVER region AS fit
        FROM spread AS s
        WINDOW region AS (PARTITION BY s.region_id, s.administration_id, s.marker_id)
    )
    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT w.region_id, w.administration_id, w.school_id, w.marker_id, w.sample, e.value, e.expected,
           CASE w.code WHEN 'variance_small' THEN e.value / nullif(e.expected, 0)
                       WHEN 'item_inversion' THEN w.y
                       WHEN 'year_change' THEN (w.fit).residual / d.deviation
                       WHEN 'cohort_change' THEN (w.fit).residual / d.deviation
                       ELSE e.value - e.expected END,
           CASE WHEN (w.fit).t IS NOT NULL
                THEN greatest(w.p_least, CASE w.direction WHEN 'higher' THEN (w.fit).p_higher WHEN 'lower' THEN (w.fit).p_lower
                                                          ELSE two_sided((w.fit).p_higher, (w.fit).p_lower) END) END
    FROM weighted AS w
    JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
    CROSS JOIN LATERAL (SELECT nullif(sqrt((g.spread).variance_within), 0) AS deviation) AS d
    CROSS JOIN LATERAL (
        SELECT coalesce(w.value, w.y) AS value,
               CASE w.code WHEN 'variance_small' THEN sqrt(greatest(exp((w.fit).fitted) - 1.0 / 12, 0))
                           WHEN 'journal_correlation' THEN (w.fit).fitted / sqrt(1 + power((w.fit).fitted, 2))
                           ELSE coalesce(w.expected, (w.fit).fitted) END AS expected) AS e;
END
$$;
COMMENT ON FUNCTION test_marker_points() IS
'Часть test_markers: насколько точка организации отстоит от общей зависимости региона — взвешенная регрессия, студентизированный остаток без этой точки';
