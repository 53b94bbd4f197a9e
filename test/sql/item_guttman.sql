-- Guttman errors: by hand, by counting pairs in plain SQL, the maximum by
-- trying every pattern.
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

-- By hand: five items of one point, passed by 90, 70, 50, 30 and 10 of 100.
-- 11010: item 4 passed, item 3 failed: 1. 00111: 3 passed harder than 2 failed
-- ones: 6 = 3 * 2, the most. 10101: 3 over 2; 5 over 2 and 4: 3.
SELECT a, guttman_errors(a, d, m), guttman_max(a, d, m), guttman_normed(a, d, m)
FROM (SELECT '{100|0:10,1:90|0:30,1:70|0:50,1:50|0:70,1:30|0:90,1:10}'::task_dist AS d, '{1,1,1,1,1}'::int[] AS m) AS r,
     unnest(ARRAY['{1,1,1,0,0}', '{1,1,0,1,0}', '{0,0,1,1,1}', '{1,0,1,0,1}', '{0,0,0,0,1}', '{NULL,NULL,1,NULL,NULL}',
                  '{0,0,0,0,0}', '{1,1,1,1,1}']) AS t (v), LATERAL CAST(v AS int2[]) AS a;
-- Two items: 0..2 and 0..1. Steps passed by 80 (1.1), 60 (2.1), 20 (1.2).
-- 2,0: 1.2 passed, 2.1 failed: 1. 0,1: 2.1 passed, 1.1 failed: 1.
SELECT a, guttman_errors(a, d, m), guttman_max(a, d, m), guttman_normed(a, d, m)
FROM (SELECT '{100|0:20,1:60,2:20|0:40,1:60}'::task_dist AS d, '{2,1}'::int[] AS m) AS r,
     unnest(ARRAY['{0,0}', '{1,0}', '{0,1}', '{2,0}', '{1,1}', '{2,1}']) AS t (v), LATERAL CAST(v AS int2[]) AS a;

-- 150 works of up to six items of up to three points: errors as pairs of
-- steps, the most among all patterns of the same total. Nobody may be NaN.
SELECT setseed(0.25) AS seed_025 \g /dev/null
CREATE TEMP TABLE form AS
SELECT g, array_agg(1 + (g * 5 + k * 3) % 3 ORDER BY k) AS m FROM generate_series(1, 150) AS g, generate_series(1, 1 + g % 6) AS k GROUP BY g;
CREATE TEMP TABLE form_reference AS
SELECT g, m, task_dist(a) AS d
FROM (SELECT g, m, ARRAY(SELECT nullif(floor(random() ^ (0.3 + (k * 3 + g) % 4 / 2.0) * (m[k] + 1)), -g % 3 * random())
                         FROM generate_series(1, cardinality(m)) AS k)::int2[] AS a
      FROM form, LATERAL generate_series(1, 2 + g % 30) AS n) AS w
GROUP BY g, m;
-- every pattern of every form
CREATE TEMP TABLE pattern AS
WITH RECURSIVE grown (g, m, a) AS (
    SELECT g, m, '{}'::int2[] FROM form
    UNION ALL
    SELECT g, m, a || x::int2 FROM grown, LATERAL generate_series(0, m[cardinality(a) + 1]) AS x WHERE cardinality(a) < cardinality(m)
)
SELECT g, a, (SELECT sum(x) FROM unnest(a) AS x) AS total FROM grown WHERE cardinality(a) = cardinality(m);
-- the place of every step: how many of the reference passed it
CREATE TEMP TABLE step AS
SELECT g, item, s, row_number() OVER (PARTITION BY g ORDER BY passed DESC, item, s) AS place
FROM (SELECT g, item, s, (SELECT coalesce(sum(x.participants), 0) FROM item_scores(d) AS x WHERE x.item = k.item AND x.score >= s) AS passed
      FROM form_reference, LATERAL generate_series(1, cardinality(m)) AS k (item), LATERAL generate_series(1, m[k.item]) AS s) AS p;
CREATE TEMP TABLE counted AS
SELECT g, a, total,
       (SELECT count(*) FROM step AS e JOIN step AS h ON h.g = e.g AND h.place > e.place
        WHERE e.g = p.g AND p.a[e.item] < e.s AND p.a[h.item] >= h.s) AS errors
FROM pattern AS p WHERE g % 6 < 4 OR g < 30;
SELECT count(*) > 3000 AS many_patterns, bool_and(guttman_errors(a, d, m) = errors) AS errors, bool_and(guttman_max(a, d, m) = most) AS most,
       bool_and(guttman_normed(a, d, m) IS NOT DISTINCT FROM errors::float8 / nullif(most, 0)) AS normed,
       bool_and(least = 0) AS perfect_pattern_exists
FROM (SELECT *, max(errors) OVER w AS most, min(errors) OVER w AS least FROM counted WINDOW w AS (PARTITION BY g, total)) AS c
JOIN form_reference USING (g);
-- for items of one point the most is r (k - r)
SELECT bool_and(guttman_max(a, d, m) = r * (20 - r)) AS most
FROM (SELECT r, ARRAY(SELECT (k % 20 < r)::int FROM generate_series(3, 22) AS k)::int2[] AS a FROM generate_series(0, 20) AS r) AS x,
     (SELECT ('{100' || string_agg(format('|0:%s,1:%s', k, 100 - k), '') || '}')::task_dist AS d, array_agg(1) AS m FROM generate_series(31, 50) AS k) AS y;
-- the reference may change from row to row
SELECT g, guttman_errors('{0,1}', d, m) AS errors, guttman_max('{0,1}', d, m) AS most
FROM (VALUES (1, '{3|0:1,1:2|0:2,1:1}'::task_dist, '{1,1}'::int[]), (2, '{3|0:2,1:1|0:1,1:2}', '{1,1}'), (3, '{3|0:1,1:2|0:2,1:1}', '{1,1}'),
             (4, '{3|0:1,1:2|0:2,1:1}', '{2,2}'), (5, '{}', '{2,2}'), (6, '{3|0:2,1:1|0:1,1:2}', '{1,1}')) AS v (g, d, m) ORDER BY g;
-- the largest work: 100 items of 100 points
SELECT guttman_errors(a, d, m) AS errors, guttman_max(a, d, m) AS most
FROM (SELECT array_fill(100, '{100}') AS m, array_fill(50::int2, '{100}') AS a, ('{7' || repeat('|0:3,100:4', 100) || '}')::task_dist AS d) AS x;

SELECT q AS statement, pg_temp.try(q) AS result
FROM unnest(ARRAY[
    $$SELECT guttman_errors('{1}', '{1|1:1|0:1}', '{1,1}')$$, $$SELECT guttman_errors('{1,1}', '{1|1:1|0:1}', '{1}')$$,
    $$SELECT guttman_errors('{2,0}', '{1|1:1|0:1}', '{1,1}')$$, $$SELECT guttman_errors('{1,0}', '{1|2:1|0:1}', '{1,1}')$$,
    $$SELECT guttman_max('{1,0}', '{1|1:1|0:1}', '{1,0}')$$, $$SELECT guttman_normed('{101,0}', '{1|1:1|0:1}', '{1,1}')$$,
    $$SELECT guttman_errors('{}', '{1|1:1|0:1}', '{1,1}')$$, $$SELECT guttman_max('{1,1}', '{}', '{1,1}')$$,
    $$SELECT guttman_normed(NULL, '{1|1:1|0:1}', '{1,1}')$$, $$SELECT guttman_normed('{1}', '{1|}', '{1}')$$
]) AS q;
