-- Markers of a cycle against plain SQL over the results: what each compares,
-- p-values, adjustment, flags, what a run reports.
\ir include/warehouse.sql
\ir include/markers.sql
BEGIN;
SELECT plan(32);
\set seed 20231
SELECT diag('seed ' || :'seed');
SELECT add_schools(40) \g /dev/null
SELECT open_administration(2022, 'vpr', 'math', 4, max_score => 15, cut_3 => 4, cut_4 => 8, cut_5 => 12),
       open_administration(2023, 'oge', 'math', 9, max_score => 31) \g /dev/null
SELECT administration(2022, 'vpr', 'math', 5) AS before, administration(2023, 'vpr', 'math', 5) AS now,
       administration(2022, 'vpr', 'math', 4) AS grade_4, administration(2023, 'oge', 'math', 9) AS oge,
       administration(2023, 'vpr', 'rus', 5) AS rus \gset
-- Schools 1 to 38 of 14 to 51 pupils, school 39 of three, school 40 without results now.
SELECT write_works(:seed, a, 1, 38, 13) FROM unnest(ARRAY[:before, :now, :grade_4]) AS a \g /dev/null
SELECT write_works(:seed, a, 39, 39, 3 - 39) FROM unnest(ARRAY[:before, :now]) AS a \g /dev/null
SELECT write_works(:seed, :before, 40, 40, 30 - 40) \g /dev/null
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark)
SELECT :oge, s, 2023, 'o' || p, greatest(0, least(31, round(15 + 3 * gauss(:seed, s, 2, 2) + 5 * gauss(:seed, s, p, 9)))), 3
FROM generate_series(1, 38) AS s, generate_series(1, 20) AS p;
-- School 25 copies, school 6 lifts its marks over the cuts, school 7 writes the journal's marks down.
UPDATE result AS r SET (score, mark, task_scores) = (SELECT o.score, o.mark, o.task_scores FROM result AS o
    WHERE (o.administration_id, o.school_id, o.academic_year, o.participant) = (:now, 25, 2023, 'p2'))
WHERE (r.administration_id, r.school_id, r.academic_year) = (:now, 25, 2023) AND r.class = '50' AND r.participant <> 'p2';
UPDATE result SET score = score + 1, mark = mark + 1, task_scores[1] = 1
WHERE (administration_id, school_id, academic_year) = (:now, 6, 2023) AND score IN (4, 7, 10);
UPDATE result SET journal_mark = mark WHERE (administration_id, school_id, academic_year) = (:now, 7, 2023);
-- School 8 is a lyceum.
INSERT INTO school_year (school_id, academic_year, school_type) VALUES (8, 2023, 'lyceum');

-- The schools are small for M9.
UPDATE marker_rule AS r SET min_sample = 10 FROM marker AS m WHERE m.marker_id = r.marker_id AND m.code = 'variance_small';

SELECT cycle_id AS cycle FROM run_cycle(2023, allow_errors => true) \gset
CREATE TEMP VIEW outcome AS
SELECT m.code, j.academic_year, o.*
FROM cycle_judgement AS k JOIN marker_judgement AS j USING (marker_judgement_id)
JOIN marker_outcome AS o USING (marker_judgement_id) JOIN marker AS m USING (marker_id)
WHERE k.cycle_id = :cycle;
CREATE TEMP VIEW run AS
SELECT r.* FROM cycle_judgement AS k JOIN marker_run AS r USING (marker_judgement_id) WHERE k.cycle_id = :cycle;
CREATE TEMP VIEW work AS
SELECT administration_id, school_id, participant, class, score::double precision AS score, mark, journal_mark, task_scores
FROM result WHERE attempt = 1;
CREATE FUNCTION pg_temp.close(a double precision, b double precision)
RETURNS boolean
LANGUAGE sql
RETURN abs(a - b) <= 1e-9 * greatest(abs(a), abs(b), 1e-3);
-- NULL when all of a query's rows (school, own, other) agree, and there are some.
CREATE FUNCTION pg_temp.agree(query text)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    result text;
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*), string_agg(format(''%%s: %%s %%s'', k, own, other), ''; '') FILTER (WHERE pg_temp.close(own, other) IS NOT TRUE)
                    FROM (%s) AS q (k, own, other)', query) INTO n, result;
    RETURN coalesce(result, CASE WHEN n < 12 THEN 'only ' || n END);
END
$$;

-- M1: means, Glass's delta, and Student's test among the other schools.
CREATE TEMP VIEW school_mean AS
SELECT administration_id, school_id, count(*) AS n, avg(score) AS mean, var_samp(score) AS variance, sum(score) AS total,
       sum(score * score) AS squares
FROM work GROUP BY administration_id, school_id;
CREATE TEMP VIEW component AS
SELECT m.administration_id, sum(m.squares - m.total * m.total / m.n) / (sum(m.n) - count(*)) AS within
FROM school_mean AS m GROUP BY m.administration_id;
CREATE TEMP TABLE rest AS
SELECT s.school_id, count(*) AS n, avg(w.score) AS mean, stddev_samp(w.score) AS deviation
FROM school_mean AS s JOIN work AS w ON w.administration_id = s.administration_id AND w.school_id <> s.school_id
WHERE s.administration_id = :now GROUP BY s.school_id;
SELECT is(pg_temp.agree(format('SELECT o.school_id, o.value, s.mean FROM outcome AS o JOIN school_mean AS s USING (administration_id, school_id)
    WHERE o.code = ''mean_high'' AND o.reason IS NULL')), NULL, 'M1: the school''s mean');
SELECT is(pg_temp.agree(format('SELECT o.school_id, o.expected, r.mean FROM outcome AS o JOIN rest AS r USING (school_id)
    WHERE o.code = ''mean_high'' AND o.administration_id = %s AND o.reason IS NULL', :now)), NULL, 'the mean of the rest');
SELECT is(pg_temp.agree(format('SELECT o.school_id, o.size, (s.mean - r.mean) / r.deviation
    FROM outcome AS o JOIN school_mean AS s USING (administration_id, school_id) JOIN rest AS r USING (school_id)
    WHERE o.code = ''mean_high'' AND o.administration_id = %s AND o.reason IS NULL', :now)), NULL, 'the difference in deviations');
CREATE TEMP TABLE level AS
SELECT m.school_id, ln((m.total + 0.5) / (15 * m.n - m.total + 0.5)) AS level,
       (m.variance + 1.0 / 12) / m.n * power(15 * power(m.n, 2) / ((m.total + 0.5) * (15 * m.n - m.total + 0.5)), 2) AS noise
FROM school_mean AS m WHERE m.administration_id = :now AND m.n >= 20 AND m.school_id <> 8;
SELECT is(pg_temp.agree(format('SELECT o.school_id, o.p, l.p FROM outcome AS o
    JOIN (SELECT a.school_id, student_cdf((avg(b.level) - a.level) / sqrt(greatest(var_samp(b.level) - avg(b.noise), 0)
                                                                          + var_samp(b.level) / count(*) + a.noise), count(*) - 1) AS p
          FROM level AS a JOIN level AS b ON b.school_id <> a.school_id AND b.noise < 1 GROUP BY a.school_id, a.level, a.noise) AS l USING (school_id)
    WHERE o.code = ''mean_high'' AND o.administration_id = %s AND o.reason IS NULL', :now)), NULL,
    'p on the logistic scale among the other schools, without the lyceum');

-- M2: the line by normal equations without the point, weights by the two steps.
CREATE TEMP TABLE change AS
SELECT o.school_id, b.mean AS x, n.mean AS y, 1.0 / n.n + 1.0 / b.n AS noise, o.expected, o.size, o.p, o.value
FROM outcome AS o
JOIN school_mean AS n ON (n.administration_id, n.school_id) = (:now, o.school_id)
JOIN school_mean AS b ON (b.administration_id, b.school_id) = (:before, o.school_id)
WHERE o.code = 'year_change' AND o.administration_id = :now AND o.reason IS NULL;
ALTER TABLE change ADD COLUMN w double precision;
WITH line AS (SELECT regr_slope(y, x) AS slope, regr_intercept(y, x) AS constant FROM change),
     square AS (SELECT c.school_id, c.noise, power(c.y - l.constant - l.slope * c.x, 2) AS r2 FROM change AS c, line AS l),
     fit AS (SELECT avg(r2) AS average, regr_slope(r2, noise) AS slope, regr_intercept(r2, noise) AS constant FROM square)
UPDATE change AS c SET w = f.average / greatest(f.constant + f.slope * c.noise, f.average / 10) FROM fit AS f;
CREATE TEMP TABLE change_oracle AS
SELECT c.school_id, c.y, c.value, c.expected, c.size, c.p, a.slope * (c.x - a.xm) + a.ym AS fitted,
       (c.y - o.ym - o.slope * (c.x - o.xm))
           / sqrt(o.s2 * (1 / c.w + 1 / o.sw + power(c.x - o.xm, 2) / o.sxx)) AS t, o.n - 2 AS df
FROM change AS c
CROSS JOIN LATERAL (
    SELECT m.sw, m.xm, m.ym, sum(k.w * (k.x - m.xm) * (k.y - m.ym)) / sum(k.w * power(k.x - m.xm, 2)) AS slope
    FROM change AS k, (SELECT sum(w) AS sw, sum(w * x) / sum(w) AS xm, sum(w * y) / sum(w) AS ym FROM change) AS m
    GROUP BY m.sw, m.xm, m.ym) AS a
CROSS JOIN LATERAL (
    SELECT l.*, sum(k.w * power(k.y - l.ym - l.slope * (k.x - l.xm), 2)) / (count(*) - 2) AS s2, count(*) AS n
    FROM change AS k, LATERAL (
        SELECT m.sw, m.xm, m.ym, sum(j.w * power(j.x - m.xm, 2)) AS sxx,
               sum(j.w * (j.x - m.xm) * (j.y - m.ym)) / sum(j.w * power(j.x - m.xm, 2)) AS slope
        FROM change AS j, (SELECT sum(w) AS sw, sum(w * x) / sum(w) AS xm, sum(w * y) / sum(w) AS ym
                           FROM change AS i WHERE i.school_id <> c.school_id) AS m
        WHERE j.school_id <> c.school_id GROUP BY m.sw, m.xm, m.ym) AS l
    WHERE k.school_id <> c.school_id
    GROUP BY l.sw, l.xm, l.ym, l.sxx, l.slope) AS o;
SELECT is(pg_temp.agree('SELECT school_id, expected, fitted FROM change_oracle'), NULL, 'M2: what is expected after last year');
SELECT is(pg_temp.agree(format('SELECT c.school_id, c.size, (c.y - c.fitted) / sqrt(v.within)
    FROM change_oracle AS c, component AS v WHERE v.administration_id = %s', :now)), NULL, 'the residual in deviations of pupils');
SELECT is(pg_temp.agree('SELECT school_id, p, 2 * student_cdf(-abs(t), df) FROM change_oracle'), NULL, 'p of the studentised residual');
SELECT is((SELECT count(*) FROM outcome WHERE code = 'cohort_change' AND administration_id = :now AND reason IS NULL), 38::bigint,
          'the cohort of grade 4 is found');
SELECT is((SELECT string_agg(DISTINCT reason, ' ') FROM outcome WHERE code = 'cohort_change' AND administration_id <> :now), NULL,
          'and where nobody has one, there are no rows');
SELECT is((SELECT reason FROM run JOIN marker USING (marker_id) WHERE code = 'cohort_change' AND administration_id = :before), 'no_pair', 'the run says why');

-- M3, M4, M9: shares.
CREATE TEMP VIEW share AS
SELECT w.administration_id, w.school_id, v.code, v.k, v.n
FROM (SELECT administration_id, school_id, count(journal_mark) AS compared, count(*) FILTER (WHERE mark < journal_mark) AS lower,
             count(*) FILTER (WHERE mark = journal_mark AND mark < 5) AS same,
             count(journal_mark) - count(*) FILTER (WHERE mark = 5 AND journal_mark = 5) AS not_both_5, count(*) FILTER (WHERE mark > journal_mark) AS higher,
             count(*) FILTER (WHERE abs(mark - journal_mark) >= 2) AS gap, count(*) FILTER (WHERE mark = 2) AS failed, count(*) AS marks
      FROM work GROUP BY administration_id, school_id) AS w,
     LATERAL (VALUES ('journal_lower', lower, compared), ('journal_same', same, not_both_5), ('journal_higher', higher, compared),
                     ('journal_gap', gap, compared), ('no_fail', failed, marks)) AS v (code, k, n);
SELECT is(pg_temp.agree('SELECT s.school_id, o.value, s.k::double precision / s.n FROM outcome AS o
    JOIN share AS s USING (administration_id, school_id, code) WHERE o.reason IS NULL'), NULL, 'M3, M4, M9: shares');
SELECT is(pg_temp.agree('SELECT o.school_id, o.p, beta_binomial_test(s.k, s.n, (f.fit).alpha, (f.fit).beta, CASE o.code WHEN ''no_fail'' THEN ''less'' ELSE ''greater'' END)
    FROM outcome AS o JOIN share AS s USING (administration_id, school_id, code)
    JOIN (SELECT administration_id, code, beta_binomial_fit(k, n) AS fit FROM share GROUP BY 1, 2) AS f USING (administration_id, code)
    WHERE o.reason IS NULL AND f.fit IS NOT NULL'), NULL, 'p among the schools'' shares');

-- M5: counts on either side of the cuts, the school's and the rest's; by two
-- scores only in grade 4, where the cuts are apart enough.
CREATE TEMP TABLE near AS
SELECT a.administration_id, s.school_id, c AS cut, g.width,
       count(*) FILTER (WHERE w.school_id = s.school_id AND w.score >= c) AS above, count(*) FILTER (WHERE w.school_id = s.school_id) AS near,
       (count(*) FILTER (WHERE w.school_id <> s.school_id AND w.score >= c) + 0.5)
           / (count(*) FILTER (WHERE w.school_id <> s.school_id) + 1)::double precision AS share
FROM (SELECT administration_id, ARRAY[cut_3, cut_4, cut_5] AS cuts FROM administration WHERE administration_id IN (:now, :grade_4)) AS a
JOIN (SELECT administration_id, school_id FROM work GROUP BY 1, 2 HAVING count(*) >= 20) AS s USING (administration_id)
CROSS JOIN unnest(a.cuts) AS c
JOIN LATERAL (VALUES (1), (2)) AS g (width) ON g.width = 1 OR a.administration_id = :grade_4
LEFT JOIN work AS w ON w.administration_id = a.administration_id AND w.score BETWEEN c - g.width AND c + g.width - 1
GROUP BY a.administration_id, s.school_id, c, g.width;
CREATE TEMP TABLE pooled AS
SELECT administration_id, school_id, width, sum(above)::bigint AS above, sum(near)::bigint AS near, sum(near * share) / sum(near) AS share,
       3 * min(binomial_test(above, near, share, 'greater')) AS notable
FROM near GROUP BY 1, 2, 3;
SELECT is(pg_temp.agree($q$SELECT o.school_id, o.p, least(1, (1 + count(*)) * least(min(t.p), min(t.notable) FILTER (WHERE t.width = 1)))
    FROM outcome AS o
    JOIN (SELECT p.*, CASE WHEN f.fit IS NULL THEN binomial_test(p.above, p.near, p.share, 'greater')
                           ELSE beta_binomial_test(p.above, p.near, s.sum * p.share, s.sum * (1 - p.share), 'greater') END AS p
          FROM pooled AS p
          JOIN (SELECT administration_id, width, beta_binomial_fit(above, near) AS fit FROM pooled GROUP BY 1, 2) AS f USING (administration_id, width)
          CROSS JOIN LATERAL (SELECT (f.fit).alpha + (f.fit).beta AS sum) AS s) AS t USING (administration_id, school_id)
    WHERE o.code = 'cut_heaping' AND o.reason IS NULL GROUP BY o.administration_id, o.school_id, o.p$q$), NULL, 'M5: p at the cuts');
SELECT is((SELECT count(DISTINCT width) FROM pooled WHERE administration_id = :grade_4), 2::bigint, 'by one and by two scores');
SELECT is((SELECT p = (excess_mass(score_dist(w.score::integer), ARRAY[5, 8, 11], 15)).p_higher
           FROM outcome JOIN work AS w USING (administration_id, school_id)
           WHERE code = 'cut_mass' AND administration_id = :now AND school_id = 38 GROUP BY p), true, 'and over the whole distribution');

-- M6, M8, M10 with the region's items from the results.
CREATE TEMP TABLE region_tasks AS SELECT task_dist(task_scores) AS d FROM work WHERE administration_id = :now;
SELECT is(pg_temp.agree(format($q$SELECT o.school_id, o.value - o.expected, i.hard_gap - i.easy_gap
    FROM outcome AS o
    JOIN (SELECT school_id, task_dist(task_scores) AS d FROM work WHERE administration_id = %1$s GROUP BY school_id) AS s USING (school_id)
    CROSS JOIN region_tasks AS r
    CROSS JOIN LATERAL item_inversion(s.d, r.d - s.d, array_fill(1, ARRAY[15])) AS i
    WHERE o.code = 'item_inversion' AND o.administration_id = %1$s AND o.reason IS NULL$q$, :now)), NULL, 'M6: the halves of the items');
SELECT is((SELECT bool_and(p = 1 OR value > 0 AND expected < 0) FROM outcome WHERE code = 'item_inversion'), true, 'no sign without an inversion');
CREATE TEMP TABLE few AS
SELECT w.administration_id, t AS score
FROM (SELECT administration_id, pattern_baseline(task_dist(task_scores), score_dist((SELECT sum(x)::integer FROM unnest(task_scores) AS x))) AS b FROM work
      WHERE task_scores IS NOT NULL GROUP BY 1) AS w, generate_series(0, 15) AS t
WHERE w.b[1][t] <= 0.01;
CREATE TEMP TABLE answer AS
SELECT w.administration_id, w.school_id, w.class, w.participant, w.task_scores, (SELECT sum(x) FROM unnest(w.task_scores) AS x) AS total
FROM work AS w;
ANALYZE few, answer;
SELECT is(pg_temp.agree($q$SELECT o.school_id, o.value, count(b.participant) FROM outcome AS o
    JOIN answer AS a ON (a.administration_id, a.school_id, a.class) = (o.administration_id, o.school_id, o.class)
    JOIN few AS f ON (f.administration_id, f.score) = (a.administration_id, a.total)
    LEFT JOIN answer AS b ON (b.administration_id, b.school_id, b.class) = (a.administration_id, a.school_id, a.class)
                       AND b.participant > a.participant AND a.task_scores = b.task_scores
    WHERE o.code = 'same_answers' AND o.reason IS NULL GROUP BY o.school_id, o.administration_id, o.class, o.value$q$), NULL, 'M10: identical works');
SELECT is((SELECT array_agg(school_id::text || ' ' || class) FROM outcome WHERE code = 'same_answers' AND is_flagged), '{"25 50"}',
          'only the class that copied is flagged');
SELECT is(pg_temp.agree($q$SELECT o.school_id, o.size, max(c.weak - c.strong) FROM outcome AS o
    CROSS JOIN LATERAL (
        SELECT g.m, i, avg(s.score) FILTER (WHERE w.mark = g.m) AS weak, avg(s.score) FILTER (WHERE w.mark = g.m + 1) AS strong
        FROM generate_series(2, 4) AS g (m), work AS w, unnest(w.task_scores) WITH ORDINALITY AS s (score, i)
        WHERE (w.administration_id, w.school_id) = (o.administration_id, o.school_id)
        GROUP BY g.m, i
        HAVING least(count(*) FILTER (WHERE w.mark = g.m), count(*) FILTER (WHERE w.mark = g.m + 1)) >= 10) AS c
    WHERE o.code = 'group_crossing' AND o.reason IS NULL AND abs(o.value - c.weak) < 1e-9 AND abs(o.expected - c.strong) < 1e-9
    GROUP BY o.school_id, o.administration_id, o.size$q$), NULL, 'M8: completions of two groups');

-- M7 and the pupils' marks.
SELECT is(pg_temp.agree(format($q$SELECT o.school_id, o.value, (count(*) FILTER (WHERE u.mean < v.mean) + 0.5 * count(*) FILTER (WHERE u.mean = v.mean)) / count(*)
    FROM outcome AS o
    JOIN school_mean AS v ON (v.administration_id, v.school_id) = (o.administration_id, o.school_id)
    JOIN school_mean AS u ON u.administration_id = o.administration_id AND u.school_id <= 38
    WHERE o.code = 'exam_gap' AND o.administration_id = %s AND o.reason IS NULL GROUP BY o.school_id, o.value$q$, :now)), NULL, 'M7: the rank by ВПР');
SELECT is(pg_temp.agree($q$SELECT o.school_id, o.value, corr(w.mark, w.journal_mark) FROM outcome AS o
    JOIN work AS w USING (administration_id, school_id)
    WHERE o.code = 'journal_correlation' AND o.reason IS NULL GROUP BY o.school_id, o.administration_id, o.value$q$), NULL, 'marks and journal: correlation');
SELECT is(pg_temp.agree($q$SELECT o.school_id, o.value, avg(w.mark - w.journal_mark) FROM outcome AS o
    JOIN work AS w USING (administration_id, school_id)
    WHERE o.code = 'journal_difference' AND o.reason IS NULL GROUP BY o.school_id, o.administration_id, o.value$q$), NULL, 'and mean difference');
SELECT is(pg_temp.agree($q$SELECT o.school_id, o.value, stddev_samp(w.score) FROM outcome AS o
    JOIN work AS w USING (administration_id, school_id)
    WHERE o.code = 'variance_small' AND o.reason IS NULL GROUP BY o.school_id, o.administration_id, o.value$q$), NULL, 'M9: the deviation');

-- Benjamini and Hochberg over a year's tests, by the definition.
CREATE TEMP TABLE ordered AS
SELECT academic_year, marker_outcome_id, p, q, row_number() OVER (PARTITION BY academic_year ORDER BY p, marker_outcome_id) AS i,
       count(*) OVER (PARTITION BY academic_year) AS m
FROM outcome WHERE reason IS NULL;
SELECT is(pg_temp.agree('SELECT marker_outcome_id, q, (SELECT least(1, min(b.p * b.m / b.i)) FROM ordered AS b WHERE b.academic_year = a.academic_year AND b.i >= a.i)
    FROM ordered AS a WHERE a.p < 0.02'), NULL, 'q over all tests of the year');
SELECT is((SELECT bool_and(is_flagged = (q <= 0.05)) FROM outcome WHERE reason IS NULL), true, 'flagged are those at 5 %');
SELECT ok((SELECT bool_or(is_flagged) FILTER (WHERE code = 'journal_same' AND school_id = 7) FROM outcome), 'the school that wrote the journal''s marks down is');
SELECT results_eq(
    $$SELECT administration_id, marker_id, tested, flagged, flagged_higher, flagged_lower FROM run
      WHERE reason IS NULL ORDER BY 1, 2$$,
    $$SELECT administration_id, marker_id, count(*) FILTER (WHERE reason IS NULL)::integer, count(*) FILTER (WHERE is_flagged)::integer,
             count(*) FILTER (WHERE is_flagged AND direction = 'higher')::integer, count(*) FILTER (WHERE is_flagged AND direction = 'lower')::integer
      FROM outcome GROUP BY 1, 2 ORDER BY 1, 2$$, 'a run reports what it tested and flagged');
SELECT is((SELECT bool_and(abs(expected_false - 0.05 * flagged) < 1e-12) FROM run), true, 'and how many chance makes at most');

-- Who is not judged, and why.
SELECT results_eq(
    format($$SELECT school_id, code, reason FROM outcome WHERE administration_id = %s AND code IN ('mean_high', 'journal_same', 'year_change')
             AND school_id IN (1, 8, 39) AND reason IS NOT NULL ORDER BY 1, 2$$, :now),
    $$VALUES (1, 'mean_high', 'small_sample'), (8, 'mean_high', 'exempt'), (39, 'journal_same', 'small_sample'),
             (39, 'mean_high', 'small_sample'), (39, 'year_change', 'small_sample')$$, 'reasons');
SELECT is((SELECT bool_and(num_nonnulls(value, expected, size, p, q) = 0) FROM outcome WHERE reason IS NOT NULL), true, 'without a value');
SELECT is((SELECT count(*) FROM outcome WHERE administration_id = :rus), 0::bigint, 'an administration without results has no rows');

SELECT * FROM finish();
ROLLBACK;
