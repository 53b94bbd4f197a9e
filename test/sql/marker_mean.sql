-- Means, variances and changes of shares against the rest: t.test, anova and
-- pf of R (test/data/marker_reference.R made the rows), plain SQL, and edges.

CREATE FUNCTION pg_temp.rel(got double precision, want double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN CASE WHEN got = want THEN 0 ELSE abs(got - want) / abs(want) END;

-- Welch's test: t.test of R, also from numbers.
CREATE TEMP TABLE reference AS
SELECT d::shnor.score_dist, rest::shnor.score_dist, n, rest_n, difference, effect, t, df, p_higher, p_lower
FROM (VALUES
    ('{4:1,6:2,9:5,12:1}', '{2:3,5:8,8:20,10:7,13:2}', 9, 40, 0.56111111111111089, 0.22166546902481019, 0.63385226957966245, 12.470349299274218, 0.26881524759124076, 0.73118475240875924),
    ('{3:2,4:1}', '{3:900,4:1100,5:800}', 3, 2800, -0.63095238095238093, -0.81045749634601982, -1.8910160698063803, 2.0078000910190088, 0.90065774631631657, 0.099342253683683407),
    ('{10:30,11:25,14:40,19:5}', '{0:50,5:400,10:900,15:700,20:100}', 100, 2150, 1.369767441860466, 0.31498558742392058, 5.4382304095448823, 133.27539334324911, 1.2438426080051464e-07, 0.99999987561573922),
    ('{0:1,20:1}', '{7:2,8:1}', 2, 3, 2.666666666666667, 4.6188021535170067, 0.26651864186110785, 1.0022228381340503, 0.41705412665108527, 0.58294587334891479)
) AS r (d, rest, n, rest_n, difference, effect, t, df, p_higher, p_lower);
SELECT (g).n = r.n AND (g).rest_n = r.rest_n AS n,
       pg_temp.rel((g).difference, r.difference) < 1e-12 AS difference,
       pg_temp.rel((g).effect, r.effect) < 1e-12 AS effect,
       pg_temp.rel((g).t, r.t) < 1e-12 AS t, pg_temp.rel((g).df, r.df) < 1e-12 AS df,
       pg_temp.rel((g).p_higher, r.p_higher) < 1e-10 AS p_higher,
       pg_temp.rel((g).p_lower, r.p_lower) < 1e-10 AS p_lower,
       pg_temp.rel((w).t, r.t) < 1e-12 AND pg_temp.rel((w).df, r.df) < 1e-12
           AND (w).n = r.n AND pg_temp.rel((w).effect, r.effect) < 1e-12
           AND pg_temp.rel((w).p_lower, r.p_lower) < 1e-10 AS from_numbers
FROM (SELECT *, shnor.mean_test(d, rest) AS g,
             shnor.welch_test(shnor.scored(d), shnor.mean(d), shnor.stddev(d),
                              shnor.scored(rest), shnor.mean(rest), shnor.stddev(rest)) AS w
      FROM reference) AS r;
-- Allowing for a variance between schools: the formula in SQL.
SELECT bool_and(pg_temp.rel((g).t, t) < 1e-12) AS t, bool_and(pg_temp.rel((g).df, df) < 1e-12) AS df,
       bool_and(abs((g).t) < abs(t0)) AS milder
FROM (SELECT shnor.mean_test(d, rest, 1.7) AS g, (shnor.mean_test(d, rest)).t AS t0,
             (m1 - m2) / sqrt(1.7 + v1 / n1 + v2 / n2) AS t,
             (1.7 + v1 / n1 + v2 / n2) ^ 2 / ((v1 / n1) ^ 2 / (n1 - 1) + (v2 / n2) ^ 2 / (n2 - 1)) AS df
      FROM reference AS r,
           LATERAL (SELECT count(*)::double precision AS n1, avg(score)::double precision AS m1,
                           var_samp(score)::double precision AS v1
                    FROM shnor.scores(r.d), generate_series(1, participants)) AS a,
           LATERAL (SELECT count(*)::double precision AS n2, avg(score)::double precision AS m2,
                           var_samp(score)::double precision AS v2
                    FROM shnor.scores(r.rest), generate_series(1, participants)) AS b) AS x;

-- Variance components: anova of R for the same 30 made-up schools.
CREATE TEMP TABLE school AS
SELECT i AS school, shnor.score_dist((i * 5 + j * (7 + i % 3)) % (6 + i % 9) + i % 4) AS d
FROM generate_series(1, 30) AS i, generate_series(1, 2 + (i * 7) % 23) AS j
GROUP BY i;
WITH reference (groups, participants, mean, within, df, between) AS (VALUES
    (30, 394, 5.9289340101522843, 9.2909772570121287, 364, 1.6756285262821056))
SELECT v.groups = r.groups AND v.participants = r.participants AND v.df_within = r.df AS counts,
       pg_temp.rel(v.mean, r.mean) < 1e-12 AS mean,
       pg_temp.rel(v.variance_within, r.within) < 1e-12 AS within,
       pg_temp.rel(v.variance_between, r.between) < 1e-11 AS between
FROM (SELECT (shnor.variance_components(d)).* FROM school) AS v, reference AS r;
-- Too small a variance: Shoemaker's F1 in R.
WITH reference (school, n, variance, rest_variance, df, rest_df, p_higher, p_lower) AS (VALUES
    (1, 9, 5.75, 9.3705497796416264, 12.18245349543351, 579.00364411884721, 0.83383616763425084, 0.16616383236574916),
    (7, 5, 17, 9.2053214487567185, 5.7885951238493423, 585.52071885912278, 0.09069725034150207, 0.909302749658498),
    (16, 22, 14.616883116883116, 8.9649013880404489, 33.263455425801254, 557.82315949582085, 0.0155836715924693, 0.98441632840753068),
    (23, 2, 2, 9.311062593808316, 1.2393359467845226, 590.40852565821899, 0.6958754225796685, 0.3041245774203315))
SELECT r.school, (g).n = r.n AS n, pg_temp.rel((g).variance, r.variance) < 1e-12 AS variance,
       pg_temp.rel((g).rest_variance, r.rest_variance) < 1e-12 AS rest,
       pg_temp.rel((g).df, r.df) < 1e-11 AS df, pg_temp.rel((g).rest_df, r.rest_df) < 1e-11 AS rest_df,
       pg_temp.rel((g).p_higher, r.p_higher) < 1e-10 AS p_higher,
       pg_temp.rel((g).p_lower, r.p_lower) < 1e-10 AS p_lower
FROM (SELECT school, shnor.variance_test(d, v) AS g
      FROM school, (SELECT shnor.variance_components(d) AS v FROM school) AS components) AS s
JOIN reference AS r USING (school)
ORDER BY school;
-- Partial aggregation gives the same: two halves combined.
WITH half AS (
    SELECT school % 2 AS part, array_agg(d ORDER BY school) AS ds FROM school GROUP BY school % 2
), state AS (
    SELECT shnor.variance_components_combine(a.s, b.s) AS s
    FROM (SELECT s FROM half, LATERAL (
              SELECT shnor.variance_components_accum(shnor.variance_components_accum('{0,0,0,0,0,0,0}', ds[1]), ds[2]) AS s) AS x
          WHERE part = 0) AS a,
         (SELECT s FROM half, LATERAL (
              SELECT shnor.variance_components_accum('{0,0,0,0,0,0,0}', ds[1]) AS s) AS x WHERE part = 1) AS b
)
SELECT pg_temp.rel((f).variance_between, (w).variance_between) < 1e-12
       AND pg_temp.rel((f).variance_within, (w).variance_within) < 1e-12
       AND (f).groups = 3 AND (w).groups = 3 AS combined
FROM (SELECT shnor.variance_components_final(s) AS f FROM state) AS a,
     (SELECT shnor.variance_components(d) AS w FROM school WHERE school IN (1, 2, 4)) AS b;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
CREATE TABLE marker_mean_parallel (d shnor.score_dist);
INSERT INTO marker_mean_parallel SELECT s.d FROM school AS s, generate_series(1, 100);
ANALYZE marker_mean_parallel;
SELECT (v).groups, (v).participants, pg_temp.rel((v).variance_within, (w).variance_within) < 1e-12 AS within
FROM (SELECT shnor.variance_components(d) AS v FROM marker_mean_parallel) AS a,
     (SELECT shnor.variance_components(d) AS w FROM school) AS b;
DROP TABLE marker_mean_parallel;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- Honest schools that differ for real, seed 0.17: allowing for the variance
-- between them the test flags what it should, without it far more; the
-- variance test is at its level, also for small schools.
SELECT setseed(0.17);
CREATE TEMP TABLE honest AS
SELECT i, n, shnor.score_dist(round(greatest(0, least(40, 20 + a + 5 * shnor.normal_quantile(random() + 1e-17))))::int) AS d
FROM (SELECT i, (ARRAY[10, 25, 50, 100])[1 + i % 4] AS n,
             1.5 * shnor.normal_quantile(random() + 1e-17) AS a
      FROM generate_series(1, 1200) AS i) AS s, generate_series(1, n)
GROUP BY i, n;
WITH region AS (
    SELECT shnor.rollup(d) AS d, shnor.variance_components(d) AS v FROM honest
), tested AS (
    SELECT h.n, (shnor.mean_test(h.d, r.d OPERATOR(shnor.-) h.d)).p_higher AS plain,
           (shnor.mean_test(h.d, r.d OPERATOR(shnor.-) h.d, (r.v).variance_between)).p_higher AS allowing,
           (shnor.variance_test(h.d, r.v)).p_lower AS variance
    FROM honest AS h, region AS r
)
SELECT abs(sqrt((SELECT (v).variance_between FROM region)) - 1.5) < 0.1 AS between,
       abs(sqrt((SELECT (v).variance_within FROM region)) - 5) < 0.1 AS within,
       avg((plain < 0.05)::int) > 0.15 AS plain_flags_many,
       abs(avg((allowing < 0.05)::int) - 0.05) < 0.02 AS allowing_flags_five_percent,
       abs(avg((variance < 0.05)::int) - 0.05) < 0.02 AS variance_flags_five_percent,
       abs(avg((variance < 0.05)::int) FILTER (WHERE n = 10) - 0.05) < 0.04 AS also_small
FROM tested;

-- A change net of the rest's: the formula in numeric arithmetic.
WITH counts (k1, n1, k2, n2, rk1, rn1, rk2, rn2) AS (VALUES
    (20, 25, 10, 25, 15000, 25000, 14000, 24000), (0, 12, 12, 12, 3, 50, 4, 60),
    (5, 5, 0, 5, 1, 1, 1, 1), (40, 80, 41, 82, 900, 1800, 950, 1900)
), adjusted AS (
    SELECT *, (k1 + .5) / (n1 + 1) AS p1, (k2 + .5) / (n2 + 1) AS p2,
           (rk1 + .5) / (rn1 + 1) AS p3, (rk2 + .5) / (rn2 + 1) AS p4
    FROM counts
), wanted AS (
    SELECT *, k2::numeric / n2 - k1::numeric / n1 - rk2::numeric / rn2 + rk1::numeric / rn1 AS net,
           (p2 - p1 - p4 + p3) / sqrt(p1 * (1 - p1) / (n1 + 1) + p2 * (1 - p2) / (n2 + 1)
                                      + p3 * (1 - p3) / (rn1 + 1) + p4 * (1 - p4) / (rn2 + 1)) AS z
    FROM adjusted
)
SELECT abs((g).net - net) < 1e-14 AS net, abs((g).z - z) < 1e-12 AS z,
       pg_temp.rel((g).p_lower, shnor.normal_cdf(z)) < 1e-12 AS p_lower,
       pg_temp.rel((g).p_higher, shnor.normal_cdf(-z)) < 1e-12 AS p_higher
FROM (SELECT *, shnor.share_change_test(k1, n1, k2, n2, rk1, rn1, rk2, rn2) AS g FROM wanted) AS x;
SELECT shnor.share_change_test(0, 0, 1, 2, 3, 4, 5, 6) IS NULL AS empty,
       shnor.share_change_test(NULL, 0, 1, 2, 3, 4, 5, 6) IS NULL AS none;

-- Tiny samples and no variance: what is undefined is NULL.
SELECT d, rest, (g).n, (g).rest_n, (g).difference, round((g).effect::numeric, 6) AS effect,
       round((g).t::numeric, 6) AS t, round((g).df::numeric, 6) AS df,
       round((g).p_higher::numeric, 6) AS p_higher, round((g).p_lower::numeric, 6) AS p_lower
FROM (SELECT d, rest, shnor.mean_test(d::shnor.score_dist, rest::shnor.score_dist) AS g
      FROM unnest(ARRAY['{}', '{5:1}', '{5:2}', '{5:1,6:1}', '{|2:3}']) AS d,
           unnest(ARRAY['{}', '{7:1}', '{7:3}', '{7:1,9:1}']) AS rest) AS x;
SELECT d, (g).n, (g).variance, (g).rest_variance, round((g).ratio::numeric, 12) AS ratio, (g).df IS NOT NULL AS df, (g).p_lower IS NOT NULL AS p
FROM (SELECT d, shnor.variance_test(d, v) AS g
      FROM (SELECT d, shnor.variance_components(d) OVER (PARTITION BY part) AS v
            FROM (VALUES (1, '{5:1}'), (2, '{5:1,6:1}'), (3, '{5:3}'), (3, '{4:2}'), (4, '{5:2}'), (4, '{5:1,9:1}'),
                         (5, '{}'), (5, '{1:1,3:1}'), (6, '{5:1}'), (6, '{7:1}'), (7, '{5:1,6:1,7:1}'), (7, '{1:1,1000:1}')
                 ) AS s (part, text), LATERAL (SELECT text::shnor.score_dist AS d) AS t) AS w) AS x
ORDER BY (g).n, d::text COLLATE "C";
SELECT (v).groups, (v).participants, (v).mean, (v).variance_within, (v).df_within, (v).variance_between
FROM (SELECT shnor.variance_components(d::shnor.score_dist) AS v
      FROM (VALUES (1, '{}'), (1, NULL), (2, '{5:1}'), (3, '{5:1}'), (3, '{7:1}'), (4, '{5:2}'), (4, '{5:2}'),
                   (5, '{5:2}'), (5, '{9:2}')) AS s (part, d)
      GROUP BY part ORDER BY part) AS x;
SELECT shnor.welch_test(5, NULL, NULL, 5, 3, 1) AS no_mean, shnor.welch_test(NULL, 1, 1, 5, 3, 1) IS NULL AS no_n,
       (shnor.welch_test(1, 4, NULL, 5, 3, 1)).difference, (shnor.welch_test(1, 4, NULL, 5, 3, 1)).t IS NULL AS no_t;

-- Property: nothing but numbers and NULL from any numbers.
CREATE TEMP TABLE number (v) AS VALUES (0::double precision), (1), (-1), (1e-300), (1e100), (-1e100), (3.5);
SELECT count(*), bool_and(NOT g::text ~ 'NaN|Inf') AS finite
FROM (SELECT shnor.welch_test(n1, m.v, abs(s.v), n2, m2.v, abs(s2.v), b) AS g
      FROM unnest(ARRAY[0, 1, 2, 1000000000000]) AS n1, unnest(ARRAY[0, 1, 2, 3]) AS n2,
           number AS m, number AS s, number AS m2, number AS s2,
           unnest('{0,1e-300,1e100}'::double precision[]) AS b) AS x;
SELECT count(*), bool_and(NOT g::text ~ 'NaN|Inf') AS finite
FROM (SELECT shnor.share_change_test(k1, n1, k2, n2, k3, n3, 1, n4) AS g
      FROM unnest('{0,1,2,9223372036854775807}'::bigint[]) AS n1, unnest('{0,1,9223372036854775807}'::bigint[]) AS n2,
           unnest('{0,1,2}'::bigint[]) AS n3, unnest('{1,2}'::bigint[]) AS n4,
           unnest(ARRAY[0, n1]) AS k1, unnest(ARRAY[0, n2]) AS k2, unnest(ARRAY[0, n3]) AS k3) AS x;

SELECT shnor.mean_test('{1:1}', '{1:1}', -1);
SELECT shnor.mean_test('{1:1}', '{1:1}', 'NaN');
SELECT shnor.welch_test(-1, 1, 1, 5, 3, 1);
SELECT shnor.welch_test(1, 'NaN', 1, 5, 3, 1);
SELECT shnor.welch_test(1, 1, 1, 5, 3, -1);
SELECT shnor.share_change_test(3, 2, 1, 2, 3, 4, 5, 6);
SELECT shnor.variance_test('{1:1,5:1}', v) FROM (SELECT shnor.variance_components('{1:1,2:1}') AS v) AS x;
SELECT shnor.variance_components_final('{1,2,3}');
\set VERBOSITY sqlstate
SELECT shnor.variance_components_final('{NaN,2,3,4,5,6,7}');
SELECT shnor.variance_components_accum('{1,2,3}', '{1:1}');
SELECT shnor.variance_components_combine('{0,0,0,0,0,0,0}', '{1,NULL,3,4,5,6,7}');
SELECT shnor.variance_components_combine('{{0,0,0,0,0,0,0}}', '{0,0,0,0,0,0,0}');
