-- M2, M6, M7, M9 and the pupils' marks: a school's point against the region's line.

-- least() alone would take a missing p-value for the other one.
CREATE FUNCTION two_sided(p_one double precision, p_other double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN num_nulls(p_one, p_other) = 0 THEN least(2 * least(p_one, p_other), 1) END;
COMMENT ON FUNCTION two_sided(double precision, double precision) IS
'Вероятность наименьшей из двух вероятностей двух проверок (двусторонней проверки): удвоенная меньшая, не больше 1; NULL, если одной нет';

CREATE TYPE marker_point AS (
    school_id integer,
    sample integer,
    is_usable boolean,
    is_exempt boolean,
    x double precision,
    y double precision,
    noise double precision,
    value double precision,
    expected double precision,
    p_least double precision
);
COMMENT ON TYPE marker_point IS 'Точка организации, которую сравнивают с общей зависимостью региона';
COMMENT ON COLUMN marker_point.school_id IS 'Организация';
COMMENT ON COLUMN marker_point.sample IS 'Сколько участников учтено';
COMMENT ON COLUMN marker_point.is_usable IS 'Их достаточно; пусто — нет';
COMMENT ON COLUMN marker_point.is_exempt IS 'Организация такого типа по признаку не оценивается';
COMMENT ON COLUMN marker_point.x IS 'То, от чего зависит y';
COMMENT ON COLUMN marker_point.y IS 'То, чем точка отличается от зависимости';
COMMENT ON COLUMN marker_point.noise IS 'Дисперсия y — то, чем различаются организации, и доля от этой величины: тем больше, чем меньше участников';
COMMENT ON COLUMN marker_point.value IS 'Величина организации; пусто — y';
COMMENT ON COLUMN marker_point.expected IS 'Ожидаемая величина; пусто — значение зависимости';
COMMENT ON COLUMN marker_point.p_least IS 'Вероятность не меньше этой';

-- M2 and M7: this mean by that one.
CREATE FUNCTION mean_points(work marker_work, rule marker_applied)
RETURNS SETOF marker_point
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.school_id, v.sample, v.sample >= (rule).min_sample, s.school_type = ANY ((rule).exempt), b.mean, s.mean,
           1.0::double precision / nullif(s.n, 0) + 1.0::double precision / nullif(b.n, 0),
           CASE (rule).code WHEN 'exam_gap' THEN mid_percentile(CASE WHEN v.sample >= (rule).min_sample THEN s.mean END) OVER () END,
           CASE (rule).code WHEN 'exam_gap' THEN mid_percentile(CASE WHEN v.sample >= (rule).min_sample THEN b.mean END) OVER () END,
           0::double precision
    FROM unnest((work).schools) AS s
    CROSS JOIN LATERAL (
        SELECT CASE (rule).code WHEN 'year_change' THEN s.year_n WHEN 'cohort_change' THEN s.cohort_n ELSE s.exam_n END AS n,
               CASE (rule).code WHEN 'year_change' THEN s.year_mean WHEN 'cohort_change' THEN s.cohort_mean
                                ELSE s.exam_mean END AS mean) AS b
    CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN b.n > 0 THEN least(s.n, b.n) END, 0) AS sample) AS v;
END;
COMMENT ON FUNCTION mean_points(marker_work, marker_applied) IS 'Точки признаков M2 и M7: средний балл и тот, с которым он сравнивается';

-- M9: the variance goes with how far from the middle of the scale the mean is.
CREATE FUNCTION variance_points(work marker_work, rule marker_applied)
RETURNS SETOF marker_point
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT t.school_id, t.n, t.is_usable, t.school_type = ANY ((rule).exempt), power(t.mean / (work).max_score - 0.5, 2),
           ln((t.test).variance + 1.0 / 12), 1.0::double precision / greatest(t.n - 1, 1), sqrt((t.test).variance),
           NULL::double precision, coalesce((t.test).p_lower, 1)
    FROM (
        SELECT s.school_id, s.school_type, coalesce(s.n, 0) AS n, u.is_usable, s.mean,
               CASE WHEN u.is_usable THEN variance_test(s.dist, (work).spread) END AS test
        FROM unnest((work).schools) AS s
        CROSS JOIN LATERAL (SELECT s.n >= greatest((rule).min_sample, 2) AS is_usable) AS u
        OFFSET 0) AS t;
END;
COMMENT ON FUNCTION variance_points(marker_work, marker_applied) IS 'Точки признака M9: дисперсия баллов и средний балл';

-- Where marks are alike their correlation is low by itself: r / sqrt(1 - r^2)
-- goes with their deviation, and where that is small r says nothing.
CREATE FUNCTION journal_points(work marker_work, rule marker_applied)
RETURNS SETOF marker_point
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT t.school_id, t.compared, t.compared >= (rule).min_sample, t.school_type = ANY ((rule).exempt),
           CASE (rule).code WHEN 'journal_correlation' THEN CASE WHEN t.deviation >= 0.4 THEN t.deviation END
                            ELSE t.mean - (t.agreement).mean_difference END,
           CASE (rule).code WHEN 'journal_correlation' THEN CASE WHEN (t.agreement).correlation IS NOT NULL
                                                                 THEN least(greatest((t.agreement).correlation, -0.99), 0.99)
                                                                      / sqrt(1 - power(least(abs((t.agreement).correlation), 0.99), 2)) END
                            ELSE (t.agreement).mean_difference END,
           1.0::double precision / greatest(t.compared - 3, 1),
           CASE (rule).code WHEN 'journal_correlation' THEN (t.agreement).correlation ELSE (t.agreement).mean_difference END,
           NULL::double precision, 0::double precision
    FROM (
        SELECT s.school_id, s.school_type, coalesce(journal_compared(s.dist), 0)::integer AS compared,
               journal_agreement(s.dist) AS agreement, m.mean, sqrt(greatest(m.squares - m.mean * m.mean, 0)) AS deviation
        FROM unnest((work).schools) AS s
        CROSS JOIN LATERAL (
            SELECT mark_count(s.dist, 2) AS marks_2, mark_count(s.dist, 3) AS marks_3, mark_count(s.dist, 4) AS marks_4,
                   mark_count(s.dist, 5) AS marks_5
            OFFSET 0) AS k
        CROSS JOIN LATERAL (
            SELECT (2 * k.marks_2 + 3 * k.marks_3 + 4 * k.marks_4 + 5 * k.marks_5)::double precision / nullif(s.marked, 0) AS mean,
                   (4 * k.marks_2 + 9 * k.marks_3 + 16 * k.marks_4 + 25 * k.marks_5)::double precision / nullif(s.marked, 0) AS squares
            OFFSET 0) AS m
        OFFSET 0) AS t;
END;
COMMENT ON FUNCTION journal_points(marker_work, marker_applied) IS 'Точки согласия отметок с журналом: корреляция или средняя разность отметок';

-- M6. The hard half of the items gains on the easy half in strong schools and
-- in weak ones, near the ends of the scale: hence x.
CREATE FUNCTION inversion_points(work marker_work, rule marker_applied)
RETURNS SETOF marker_point
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.school_id, v.n, v.n >= (rule).min_sample, s.school_type = ANY ((rule).exempt),
           power((i.hard_gap + i.easy_gap) / 2, 2), i.hard_gap - i.easy_gap, 1.0::double precision / nullif(v.n, 0),
           i.hard_gap, i.easy_gap, CASE WHEN i.is_inverted THEN 0 ELSE 1 END::double precision
    FROM unnest((work).schools) AS s
    CROSS JOIN LATERAL (SELECT coalesce(participants(s.tasks), 0)::integer AS n OFFSET 0) AS v
    LEFT JOIN LATERAL item_inversion(s.tasks, (work).tasks - s.tasks, (work).maxima) AS i ON v.n >= (rule).min_sample;
END;
COMMENT ON FUNCTION inversion_points(marker_work, marker_applied) IS
'Точки признака M6 (простые задания хуже, чем в регионе, сложные лучше)';

-- The line is fitted twice: its first residuals tell how much of their variance
-- goes with the size of the sample, which gives the weights of the second.
CREATE FUNCTION line_tests(work marker_work, rule marker_applied)
RETURNS SETOF marker_test
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH point AS (
        SELECT m.* FROM mean_points(work, rule) AS m WHERE (rule).code IN ('year_change', 'cohort_change', 'exam_gap')
        UNION ALL
        SELECT v.* FROM variance_points(work, rule) AS v WHERE (rule).code = 'variance_small'
        UNION ALL
        SELECT j.* FROM journal_points(work, rule) AS j WHERE (rule).code IN ('journal_correlation', 'journal_difference')
        UNION ALL
        SELECT i.* FROM inversion_points(work, rule) AS i WHERE (rule).code = 'item_inversion'
    ), unweighted AS (
        SELECT p.*, CASE WHEN p.is_usable AND p.noise IS NOT NULL THEN
                   power(p.y - (regr_intercept(p.y, p.x) FILTER (WHERE p.is_usable AND p.noise IS NOT NULL) OVER ()
                                + p.x * regr_slope(p.y, p.x) FILTER (WHERE p.is_usable AND p.noise IS NOT NULL) OVER ()), 2) END AS square
        FROM point AS p
    ), spread AS (
        SELECT u.*, avg(u.square) OVER () AS average, regr_intercept(u.square, u.noise) OVER () AS constant,
               regr_slope(u.square, u.noise) OVER () AS slope
        FROM unweighted AS u
    ), weighted AS (
        SELECT s.*, line_residual(s.x, s.y, CASE WHEN s.is_usable AND s.noise IS NOT NULL THEN
                   CASE WHEN s.average > 0
                        THEN s.average / greatest(s.constant + s.slope * s.noise, s.average / 10, 0) ELSE 1 END END) OVER () AS fit
        FROM spread AS s
    )
    SELECT (work).administration_id, (rule).marker_id, w.school_id, w.sample, e.value, e.expected,
           CASE (rule).code WHEN 'variance_small' THEN e.value / nullif(e.expected, 0)
                            WHEN 'item_inversion' THEN w.y
                            WHEN 'year_change' THEN (w.fit).residual / d.deviation
                            WHEN 'cohort_change' THEN (w.fit).residual / d.deviation
                            ELSE e.value - e.expected END,
           CASE WHEN (w.fit).t IS NOT NULL
                THEN greatest(w.p_least, CASE (rule).direction WHEN 'higher' THEN (w.fit).p_higher WHEN 'lower' THEN (w.fit).p_lower
                                                               ELSE two_sided((w.fit).p_higher, (w.fit).p_lower) END) END,
           '', w.is_exempt
    FROM weighted AS w
    CROSS JOIN LATERAL (SELECT nullif(sqrt(((work).spread).variance_within), 0) AS deviation) AS d
    CROSS JOIN LATERAL (
        SELECT coalesce(w.value, w.y) AS value,
               CASE (rule).code WHEN 'variance_small' THEN sqrt(greatest(exp((w.fit).fitted) - 1.0 / 12, 0))
                                WHEN 'journal_correlation' THEN (w.fit).fitted / sqrt(1 + power((w.fit).fitted, 2))
                                ELSE coalesce(w.expected, (w.fit).fitted) END AS expected) AS e;
END;
COMMENT ON FUNCTION line_tests(marker_work, marker_applied) IS
'Признаки M2, M6, M7, M9 и согласие отметок с журналом: насколько точка организации отстоит от общей зависимости региона — взвешенная регрессия, студентизированный остаток без этой точки';
