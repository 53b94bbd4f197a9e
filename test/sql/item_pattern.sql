-- Answer patterns: the baseline against R and against the patterns themselves,
-- the aggregate against plain SQL, by hand, and on simulated classes.
SET search_path = shnor, public;
SET extra_float_digits = 0;

CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE statement INTO result;
    RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
    RETURN format('%s: %s', SQLSTATE, SQLERRM);
END
$$;
CREATE FUNCTION pg_temp.near(a double precision, b double precision, tolerance double precision = 1e-9) RETURNS boolean
    RETURN CASE WHEN a IS NULL OR b IS NULL THEN a IS NULL AND b IS NULL ELSE abs(a - b) <= tolerance * greatest(1, abs(b)) END;
CREATE FUNCTION pg_temp.total(a int2[]) RETURNS integer RETURN (SELECT coalesce(sum(x), 0)::integer FROM unnest(a) AS x);

-- The 36 patterns of test/data/item_statistics.R with their counts; R's glm
-- fits the same model as a log-linear one.
CREATE TEMP TABLE counted AS
SELECT ARRAY[nullif((k - 1) % 3, 0) - 1, (k - 1) / 3 % 2, (k - 1) / 6 % 3, (k - 1) / 18]::int2[] AS a, 1 + k * 37 % 101 AS n
FROM generate_series(1, 36) AS k;
CREATE TEMP TABLE baseline AS
SELECT pattern_baseline(task_dist(a), score_dist(pg_temp.total(a))) AS b FROM counted, generate_series(1, n);
SELECT array_dims(b) AS dims, pg_temp.near(b[1][t], pair, 1e-8) AS pair, pg_temp.near(b[2][t], triple, 1e-8) AS triple
FROM baseline, (VALUES (0, 0.5005023093673162, 0.25075346405097432), (1, 0.1435166015021839, 0.02069028743029219),
                       (2, 0.0916475700455521, 0.00846742717127192), (3, 0.1010268153357407, 0.01031094588884178),
                       (4, 0.2013599672959605, 0.04081924637023918), (5, 1, 1)) AS r (t, pair, triple) ORDER BY t;

-- By hand: two items of one point with equal shares: of two patterns of total
-- 1 each has the chance 1/2; odds of 3 to 1 give 9/16 + 1/16. Totals 0 and 2
-- have one pattern. Nobody can have a total that no pattern has.
SELECT b[1][0] AS p0, round(b[1][1]::numeric, 9) AS p1, b[1][2] AS p2, round(b[2][1]::numeric, 9) AS q1
FROM (VALUES (pattern_baseline('{4|0:2,1:2|0:2,1:2}', '{0:1,1:2,2:1}')), (pattern_baseline('{4|0:1,1:3|0:3,1:1}', '{1:4}'))) AS v (b);
SELECT pattern_baseline('{4|0:2,2:2}', '{0:2,2:2}') AS odd_totals, pattern_baseline('{4|}', '{0:4}') AS not_attempted,
       pattern_baseline('{}', '{}') IS NULL AS nobody;
SELECT q AS statement, pg_temp.try(q) AS result
FROM unnest(ARRAY[
    $$SELECT pattern_baseline('{4|0:2,1:2}', '{0:2,1:1}')$$, $$SELECT pattern_baseline('{4|0:2,1:2}', '{0:1,1:3}')$$,
    $$SELECT pattern_baseline('{4|0:2,1:2}', '{0:2,1:2}', 0)$$, $$SELECT pattern_baseline('{4|0:2,1:2}', '{0:2,1:2}', 'NaN')$$,
    $$SELECT pattern_baseline('{4|0:2,1:2}', '{0:3,2:1}')$$, $$SELECT pattern_baseline('{1|100:1|100:1|100:1|1:1}', '{301:1}')$$,
    $$SELECT pattern_similarity(a, b) FROM (VALUES ('{1,0}'::int2[], '{{1,1},{1,1}}'::float8[]), ('{1}', '{{1,1},{1,1}}')) AS v (a, b)$$,
    $$SELECT pattern_similarity(a, b) FROM (VALUES ('{1}'::int2[], '{{1,1},{1,1}}'::float8[]), ('{1}', '{{1,0.5},{1,0.25}}')) AS v (a, b)$$,
    $$SELECT pattern_similarity(a, b) FROM (VALUES ('{1}'::int2[], '{{1,1},{1,1}}'::float8[]), ('{1}', NULL)) AS v (a, b)$$,
    $$SELECT pattern_similarity('{1}', '{1,1}')$$, $$SELECT pattern_similarity('{1}', '{{1,1}}')$$, $$SELECT pattern_similarity('{1}', '{}')$$,
    $$SELECT pattern_similarity('{1}', '{{1,2},{1,1}}')$$, $$SELECT pattern_similarity('{1}', '{{1,NaN},{1,1}}')$$,
    $$SELECT pattern_similarity('{1}', '{{1,0.1},{1,0.2}}')$$, $$SELECT pattern_similarity('{101}', '{{1,1},{1,1}}')$$,
    $$SELECT pattern_similarity_accum(NULL, '{1}', NULL)$$,
    $$SELECT pattern_similarity(a, NULL) FROM (VALUES (NULL::int2[]), ('{}')) AS v (a)$$
]) AS q;

-- By hand, chance 1/2 at total 1: of 101, 011, 101, 110 the three pairs with
-- total 2 differ or not; here all have total 2: one pair of six is identical.
SELECT (s).* FROM (SELECT pattern_similarity(a, '{{1,0.5,0.5,1},{1,0.25,0.25,1}}') AS s
                   FROM (VALUES ('{1,0,1}'::int2[]), ('{0,1,1}'), ('{1,0,1}'), ('{1,1,0}'), (NULL), ('{}')) AS v (a)) AS x;
-- one participant; nothing and everything solved; no baseline; a total without
-- chances; an item not attempted is not one solved wrong
SELECT k, (s).participants, (s).pairs, (s).identical, (s).largest, (s).expected, (s).deviation, (s).p_value
FROM (SELECT k, pattern_similarity(a, b) AS s
      FROM (VALUES ('one', '{1,0}'::int2[], '{{1,0.5,1},{1,0.25,1}}'::float8[]), ('edges', '{0,0}', '{{1,0.5,1},{1,0.25,1}}'),
                   ('edges', '{0,0}', '{{1,0.5,1},{1,0.25,1}}'), ('edges', '{1,1}', '{{1,0.5,1},{1,0.25,1}}'),
                   ('edges', '{1,1}', '{{1,0.5,1},{1,0.25,1}}'), ('no baseline', '{1,1}', NULL), ('no baseline', '{1,1}', NULL),
                   ('no chances', '{1,1}', '{{1,0.5},{1,0.25}}'), ('no chances', '{1,1}', '{{1,0.5},{1,0.25}}'),
                   ('null chances', '{1,0}', '{{1,NULL,1},{1,0.25,1}}'), ('null chances', '{1,0}', '{{1,NULL,1},{1,0.25,1}}'),
                   ('X is not 0', '{0,1}', '{{1,0.5,1},{1,0.25,1}}'), ('X is not 0', '{NULL,1}', '{{1,0.5,1},{1,0.25,1}}'),
                   ('X is not 0', '{NULL,1}', '{{1,0.5,1},{1,0.25,1}}')) AS v (k, a, b) GROUP BY k) AS x ORDER BY k;

-- 20,000 simulated pupils of classes of 25 who work independently: ability a
-- sum of uniforms, items of one and two points; who cannot do item 9 leaves it
-- at times.
SELECT setseed(0.75) AS seed_075 \g /dev/null
CREATE TEMP TABLE pupil AS
SELECT i / 25 AS c, i, theta,
       ARRAY(SELECT CASE WHEN k = 9 AND random() > 1 / (1 + exp((k - 6) / 2.5 - theta)) THEN CASE WHEN random() < 0.7 THEN 0 END
                         WHEN k = 9 THEN 1
                         WHEN k % 4 = 0 THEN (random() < 1 / (1 + exp((k - 7) / 3.0 - theta)))::int + (random() < 1 / (1 + exp((k - 3) / 3.0 - theta)))::int
                         ELSE (random() < 1 / (1 + exp((k - 6) / 2.5 - theta)))::int END
             FROM generate_series(1, 10) AS k)::int2[] AS a
FROM (SELECT i, (random() + random() + random() + random() - 2) * 1.7 AS theta FROM generate_series(0, 19999) AS i OFFSET 0) AS p;
TRUNCATE baseline;
INSERT INTO baseline SELECT pattern_baseline(task_dist(a), score_dist(pg_temp.total(a))) FROM pupil;
-- The model's chances are those that the pupils' own patterns show, within
-- four standard errors of a share of pairs.
SELECT count(*) AS totals, bool_and(abs(b[1][t] - share) <= 4 * sqrt(4 * (b[2][t] - b[1][t] ^ 2) / n + 2 * b[1][t] * (1 - b[1][t]) / (n * (n - 1)))) AS as_observed
FROM baseline, (SELECT t, sum(n * (n - 1))::float8 / (sum(n) * (sum(n) - 1)) AS share, sum(n)::float8 AS n
                FROM (SELECT pg_temp.total(a) AS t, count(*) AS n FROM pupil GROUP BY a) AS x GROUP BY t) AS o;

-- The aggregate against a self-join of the classes, mean and variance by their
-- formulas, the tail by summing the negative binomial or Poisson terms, and
-- those of pairs and triples apart.
CREATE TEMP TABLE class AS SELECT c, pattern_similarity(a, b) AS s, pattern_similarity(a, b ORDER BY a, i DESC) AS again FROM pupil, baseline GROUP BY c;
CREATE FUNCTION pg_temp.tail(k bigint, mean double precision, variance double precision) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
    p double precision := mean / variance;
    r double precision := mean * mean / (variance - mean);
    term double precision := CASE WHEN variance > mean THEN p ^ r ELSE exp(-mean) END;
    below double precision := 0;
BEGIN
    FOR j IN 0 .. k - 1 LOOP
        below := below + term;
        term := CASE WHEN variance > mean THEN term * (j + r) / (j + 1) * (1 - p) ELSE term * mean / (j + 1) END;
    END LOOP;
    RETURN 1 - below;
END
$$;
CREATE FUNCTION pg_temp.poisson(k integer, mean double precision) RETURNS double precision LANGUAGE sql AS $$
    SELECT exp(-mean) * coalesce((SELECT exp(sum(ln(mean / i))) FROM generate_series(1, k) AS i), 1)
$$;
CREATE FUNCTION pg_temp.apart(n bigint, pairs double precision, triples double precision) RETURNS double precision LANGUAGE sql AS $$
    SELECT 1 - coalesce(sum(pg_temp.poisson(a, pairs) * pg_temp.poisson(b, triples)), 0)
    FROM generate_series(0, n::integer - 1) AS a, generate_series(0, n::integer / 3) AS b WHERE a + 3 * b < n
$$;
SELECT count(*) AS classes, bool_and(s = again) AS order_is_nothing,
       bool_and((s).pairs = o.pairs AND (s).identical = o.identical) AS counts,
       bool_and(pg_temp.near((s).expected, mean) AND pg_temp.near((s).deviation, sqrt(variance))) AS moments,
       bool_and(pg_temp.near((s).p_value, greatest(pg_temp.tail(o.identical::bigint, mean, variance),
                                                   pg_temp.apart(o.identical::bigint, mean - 3 * triples, triples)))) AS p_value,
       count(*) FILTER (WHERE pg_temp.apart(o.identical::bigint, mean - 3 * triples, triples)
                              > pg_temp.tail(o.identical::bigint, mean, variance)) BETWEEN 10 AND 700 AS both_tails,
       bool_and((s).largest = o.largest) AS largest
FROM class
JOIN (SELECT c, sum(n * (n - 1) / 2) AS pairs, sum(same) AS identical, max(biggest) AS largest, sum(n * (n - 1) / 2 * p) AS mean,
             sum(n * (n - 1) / 2 * p * (1 - p) + n * (n - 1) * (n - 2) * (q - p * p)) AS variance,
             sum(n * (n - 1) * (n - 2) / 6 * q) AS triples
      FROM (SELECT c, t, sum(n)::bigint AS n, sum(n * (n - 1) / 2)::bigint AS same, max(n) AS biggest
            FROM (SELECT c, a, pg_temp.total(a) AS t, count(*) AS n FROM pupil GROUP BY c, a) AS w GROUP BY c, t) AS w,
           LATERAL (SELECT b[1][t] AS p, b[2][t] AS q FROM baseline) AS b
      WHERE p < 1 - 1e-9 GROUP BY c) AS o USING (c);

-- Totals with few patterns can be left out.
SELECT count(*) AS totals, count(few) BETWEEN 1 AND count(*) - 1 AS some, bool_and(few IS NOT DISTINCT FROM CASE WHEN alike <= 0.05 THEN alike END) AS pairs,
       bool_and((triples IS NULL) = (few IS NULL)) AS triples
FROM (SELECT b[1][t] AS alike, f[1][t] AS few, f[2][t] AS triples
      FROM baseline, (SELECT pattern_baseline(task_dist(a), score_dist(pg_temp.total(a)), 0.05) AS f FROM pupil) AS x,
           LATERAL (SELECT generate_subscripts(b, 2) AS t) AS y) AS z;

-- Independent classes are found unusual no oftener than the level says; the
-- sum of what was expected is what was found, within four deviations.
SELECT count(*) AS classes, count(*) FILTER (WHERE (s).p_value <= 0.05) <= 0.05 * count(*) + 2 * sqrt(0.0475 * count(*)) AS at_5_percent,
       count(*) FILTER (WHERE (s).p_value <= 0.01) <= 0.01 * count(*) + 2 * sqrt(0.0099 * count(*)) AS at_1_percent,
       abs(sum((s).identical) - sum((s).expected)) < 4 * sqrt(sum((s).deviation ^ 2)) AS as_expected,
       bool_and((s).p_value BETWEEN 0 AND 1) AS within
FROM class;
-- A class of which ten copied one pupil stands out at any level.
SELECT count(*) AS classes, max((s).p_value) < 1e-6 AS all_found, min((s).largest) >= 10 AS largest
FROM (SELECT c, pattern_similarity(CASE WHEN i % 25 < 10 THEN f ELSE a END, b) AS s
      FROM (SELECT *, first_value(a) OVER (PARTITION BY c ORDER BY pg_temp.total(a) NOT BETWEEN 4 AND 8, i) AS f FROM pupil WHERE c < 40) AS x, baseline
      GROUP BY c) AS y;
-- In a window, in a parallel query, over more rows than the state begins with
SELECT bool_and((pattern_similarity).pairs >= 0) AS window_works
FROM (SELECT pattern_similarity(a, b) OVER (ORDER BY i ROWS 30 PRECEDING) FROM pupil, baseline WHERE i < 200) AS x;
SELECT (s).participants, (s).pairs = (SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) AS n FROM pupil WHERE pg_temp.total(a) BETWEEN 0 AND 11 GROUP BY pg_temp.total(a)) AS x) AS pairs,
       (s).identical > 10000 AS many
FROM (SELECT pattern_similarity(a, b) AS s FROM pupil, baseline) AS y;

-- Tiny samples: one to three pupils, any patterns: figures are finite or NULL
SELECT count(*) AS groups, bool_and(coalesce((s).p_value BETWEEN 0 AND 1, true) AND coalesce((s).expected BETWEEN 0 AND 3, true)
                                    AND coalesce((s).deviation BETWEEN 0 AND 3, true)) AS finite,
       bool_and(((s).pairs = 0) = ((s).p_value IS NULL)) AS null_without_pairs
FROM (SELECT i / 3 * 3 + least(i % 3, i / 3 % 3) AS c, pattern_similarity(a, b) AS s FROM pupil, baseline WHERE i < 3000 GROUP BY 1) AS x;
-- Baselines of one to five pupils of works of one to nine items, and of a long
-- work: chances or NULL, a triple's between the pair's and its square
SELECT count(*) > 1500 AS many_totals, count(pair) < count(*) AS some_impossible,
       bool_and(coalesce(pair > 0 AND pair <= 1 AND triple <= pair AND triple >= pair * pair * (1 - 1e-12), pair IS NULL AND triple IS NULL)) AS chances
FROM (SELECT i / 5 AS c, pattern_baseline(task_dist(a[:1 + i / 5 % 9]), score_dist(pg_temp.total(a[:1 + i / 5 % 9]))) AS b
      FROM pupil WHERE i < 3000 AND i % 5 <= i / 5 % 5 GROUP BY 1, i / 5 % 9) AS x,
     LATERAL (SELECT b[1][t] AS pair, b[2][t] AS triple FROM generate_subscripts(b, 2) AS t) AS y;
SELECT array_dims(b) AS dims, bool_and(b[1][t] > 0 AND b[1][t] < 1 OR t IN (0, 60)) AS chances, min(b[1][t]) < 1e-5 AS rare
FROM (SELECT pattern_baseline(task_dist(w), score_dist(pg_temp.total(w))) AS b
      FROM (SELECT ARRAY(SELECT (i * k * 7919 / 64 % 100 < 20 + 2 * k + i % 40)::int + (i * k * 104729 / 64 % 100 < 3 * k)::int FROM generate_series(1, 30) AS k)::int2[] AS w
            FROM generate_series(1::bigint, 2000) AS i UNION ALL VALUES (array_fill(0::int2, '{30}')), (array_fill(2::int2, '{30}'))) AS v) AS x,
     LATERAL generate_subscripts(b, 2) AS t GROUP BY b;
