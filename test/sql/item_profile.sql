-- Item profiles: rank correlations, inversion against a reference, crossing of
-- mark groups. Oracles: R (test/data/item_statistics.R), plain SQL, by hand.
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
-- equal but for rounding, or both NULL
CREATE FUNCTION pg_temp.near(a double precision, b double precision) RETURNS boolean
    RETURN CASE WHEN a IS NULL OR b IS NULL THEN a IS NULL AND b IS NULL ELSE abs(a - b) < 1e-12 END;

-- Published textbook case without ties, and R's figures with them
SELECT profile_spearman('{1,2,3,4,5}', '{2,1,4,3,5}') AS spearman, profile_kendall('{1,2,3,4,5}', '{2,1,4,3,5}') AS kendall;
SELECT pg_temp.near(profile_spearman(x, y), rho) AS spearman, pg_temp.near(profile_kendall(x, y), tau) AS kendall
FROM (VALUES ('{1,2,2,4,5,5,7}'::float8[], '{2,1,4,3,3,6,6}'::float8[], 0.722222222222222, 0.578947368421053),
             ('{.91,.85,.85,.7,.62,.55,.55,.55,.3,.12}', '{.88,.9,.8,.75,.5,.5,.61,.4,.4,.2}', 0.922640416101155, 0.833569639401696)) AS v (x, y, rho, tau);
SELECT profile_spearman(a, b) AS spearman, profile_kendall(a, b) AS kendall
FROM (VALUES ('{1,2,3}'::float8[], '{10,20,30}'::float8[]), ('{1,2,3}', '{3,2,1}'), ('{1,2}', '{5,4}'), ('{1,1}', '{5,4}'),
             ('{1}', '{5}'), ('{}', '{}'), ('{1,NULL,3,4}', '{2,9,NULL,5}'), ('{1,NULL}', '{NULL,2}'), (NULL, '{1}'),
             ('{1e308,-1e308,0}', '{1e-308,0,5e-324}')) AS v (a, b);
SELECT q AS statement, pg_temp.try(q) AS result
FROM unnest(ARRAY[
    $$SELECT profile_spearman('{1,2}', '{1}')$$, $$SELECT profile_kendall('{1,NaN}', '{1,2}')$$,
    $$SELECT profile_spearman('{1,2}', '{Infinity,2}')$$, $$SELECT profile_spearman('{{1,2}}', '{1,2}')$$,
    $$SELECT profile_spearman(array_fill(1::float8, '{101}'), array_fill(1::float8, '{101}'))$$,
    $$SELECT item_inversion('{1|1:1}', '{1|1:1|1:1}', '{1}')$$, $$SELECT item_inversion('{1|2:1}', '{1|1:1}', '{1}')$$,
    $$SELECT item_inversion('{1|1:1}', '{1|1:1}', '{1,1}')$$, $$SELECT item_inversion('{}', '{1|1:1}', '{1}')$$,
    $$SELECT item_inversion('{1|1:1}', NULL, '{1}')$$, $$SELECT item_contrast('{1,0}', '{1|1:1}', '{1}')$$,
    $$SELECT item_contrast('{2,0}', '{1|1:1|0:1}', '{1,1}')$$, $$SELECT item_contrast('{}', '{1|1:1}', '{1}')$$,
    $$SELECT item_contrast('{1}', '{1|1:1}', '{1}')$$, $$SELECT item_contrast('{1}', '{}', '{1}')$$,
    $$SELECT count(*) FROM item_crossing('{}', '{1|1:1}', '{1}')$$, $$SELECT count(*) FROM item_crossing('{1|1:1}', '{1||}', '{1}')$$
]) AS q;

-- 400 random pairs of profiles with many ties, by plain SQL
SELECT setseed(0.5) AS seed_05 \g /dev/null
CREATE TEMP TABLE profile AS
SELECT g, i, floor(random() * (2 + g % 12)) AS x, floor(random() * (1 + g % 7)) AS y
FROM generate_series(1, 400) AS g, LATERAL generate_series(1, 1 + g % 30) AS i;
CREATE TEMP VIEW by_sql AS
SELECT g, rho, tau
FROM (SELECT g, CASE WHEN count(DISTINCT x) > 1 AND count(DISTINCT y) > 1 THEN corr(rx, ry) END AS rho
      FROM (SELECT g, x, y, rank() OVER (PARTITION BY g ORDER BY x) + (count(*) OVER (PARTITION BY g, x) - 1) / 2.0 AS rx,
                   rank() OVER (PARTITION BY g ORDER BY y) + (count(*) OVER (PARTITION BY g, y) - 1) / 2.0 AS ry
            FROM profile) AS r GROUP BY g) AS s
JOIN (SELECT a.g, sum(sign(a.x - b.x) * sign(a.y - b.y)) / nullif(sqrt(sum(abs(sign(a.x - b.x))) * sum(abs(sign(a.y - b.y)))), 0) AS tau
      FROM profile AS a JOIN profile AS b USING (g) GROUP BY a.g) AS k USING (g);
SELECT count(*) AS profiles, count(rho) > 300 AS many_defined, count(rho) < 400 AS some_not,
       bool_and(pg_temp.near(profile_spearman(x, y), rho)) AS spearman, bool_and(pg_temp.near(profile_kendall(x, y), tau)) AS kendall
FROM (SELECT g, array_agg(x ORDER BY i) AS x, array_agg(y ORDER BY i) AS y FROM profile GROUP BY g) AS p JOIN by_sql USING (g);

-- By hand: the region finds items 1 to 4 ever harder (.9 .8 .5 .2); the school
-- has .8 .4 .9 0. Pairs the wrong way round: (1,3) and (2,3) of six.
\x on
SELECT items, spearman, round(kendall::numeric, 12) AS kendall, inversions, round(inversion_share::numeric, 12) AS inversion_share,
       half_items, easy_below, round(easy_gap::numeric, 12) AS easy_gap, hard_above, round(hard_gap::numeric, 12) AS hard_gap, is_inverted
FROM item_inversion('{10|0:2,1:8|0:6,1:4|0:1,1:9|}', '{100|0:10,1:90|0:20,1:80|0:50,1:50|0:80,1:20}', '{1,1,1,1}');
\x off
-- a school like its region, one item, equal items, an odd number
SELECT d, (i).* FROM (VALUES ('{2|0:1,1:1|0:2}'::task_dist, '{4|0:2,1:2|0:4}'::task_dist, '{1,1}'::int[]),
                             ('{2|1:2}', '{4|1:2}', '{1}'), ('{2|1:2|1:2}', '{4|1:2|1:2}', '{1,1}'),
                             ('{3|0:3|2:3|1:3}', '{3|1:3|1:3|0:3}', '{1,2,1}')) AS v (d, r, m), item_inversion(d, r, m) AS i;

-- 300 made-up schools of works of 1 to 20 items, by plain SQL over the rows;
-- among them tiny ones: nothing is NaN or infinite.
CREATE TEMP TABLE work AS
SELECT g, n, m, ARRAY(SELECT CASE WHEN random() < 0.95 THEN floor(random() ^ (0.3 + (k * 7 + g) % 5 / 2.0) * (m[k] + 1)) END
                      FROM generate_series(1, cardinality(m)) AS k)::int2[] AS a
FROM (SELECT g, array_agg(1 + (g * 3 + k * 5) % 4 ORDER BY k) AS m FROM generate_series(1, 300) AS g, generate_series(1, 1 + g % 20) AS k GROUP BY g) AS w,
     LATERAL generate_series(1, 1 + g % 40) AS n;
-- the reference: works of the same form, a hundred of them
CREATE TEMP TABLE reference_work AS
SELECT g, n, m, ARRAY(SELECT floor(random() ^ (0.5 + (k * 7 + g) % 5 / 3.0) * (m[k] + 1)) FROM generate_series(1, cardinality(m)) AS k)::int2[] AS a
FROM (SELECT DISTINCT g, m FROM work) AS w, generate_series(1, 100) AS n;
CREATE TEMP TABLE school AS SELECT g, m, task_dist(a) AS d, count(*) AS n FROM work GROUP BY g, m;
CREATE TEMP TABLE region AS SELECT g, task_dist(a) AS r, count(*) AS n FROM reference_work GROUP BY g;
CREATE TEMP TABLE item_share AS
SELECT g, k, p, q, m[k] AS mk, ps, qs, np, nq,
       row_number() OVER (PARTITION BY g ORDER BY q DESC, k) AS place, cardinality(m) AS items
FROM (SELECT g, k, m, sum(coalesce(s, 0)) AS ps, count(*) AS np, sum(coalesce(s, 0))::float8 / (count(*) * m[k]) AS p
      FROM work, unnest(a) WITH ORDINALITY AS u (s, k) GROUP BY g, k, m) AS x
JOIN (SELECT g, k, sum(s) AS qs, count(*) AS nq, sum(s)::float8 / (count(*) * m[k]) AS q
      FROM reference_work, unnest(a) WITH ORDINALITY AS u (s, k) GROUP BY g, k, m) AS y USING (g, k);
SELECT count(*) AS schools,
       bool_and(pg_temp.near(i.spearman, profile_spearman(p, q)) AND pg_temp.near(i.kendall, profile_kendall(p, q))) AS correlations,
       bool_and(i.inversions = w.inversions AND pg_temp.near(i.inversion_share, w.inversions / nullif(w.ordered, 0)::float8)) AS inversions,
       bool_and(i.items = h.items AND i.half_items = h.half AND i.easy_below = h.easy_below AND i.hard_above = h.hard_above) AS halves,
       bool_and(pg_temp.near(i.easy_gap, h.easy_gap) AND pg_temp.near(i.hard_gap, h.hard_gap)
                AND i.is_inverted IS NOT DISTINCT FROM (h.easy_gap < 0 AND h.hard_gap > 0)) AS gaps,
       count(*) FILTER (WHERE i.is_inverted) BETWEEN 1 AND 250 AS some_inverted
FROM school JOIN region USING (g)
JOIN (SELECT g, array_agg(p ORDER BY k) AS p, array_agg(q ORDER BY k) AS q, max(items) AS items, max(items) / 2 AS half,
             count(*) FILTER (WHERE place <= items / 2 AND p < q) AS easy_below,
             count(*) FILTER (WHERE place > items - items / 2 AND p > q) AS hard_above,
             sum(ps) FILTER (WHERE place <= items / 2) / (max(np) * sum(mk) FILTER (WHERE place <= items / 2))::float8
             - sum(qs) FILTER (WHERE place <= items / 2) / (max(nq) * sum(mk) FILTER (WHERE place <= items / 2))::float8 AS easy_gap,
             sum(ps) FILTER (WHERE place > items - items / 2) / (max(np) * sum(mk) FILTER (WHERE place > items - items / 2))::float8
             - sum(qs) FILTER (WHERE place > items - items / 2) / (max(nq) * sum(mk) FILTER (WHERE place > items - items / 2))::float8 AS hard_gap
      FROM item_share GROUP BY g) AS h USING (g)
JOIN (SELECT a.g, count(*) FILTER (WHERE a.q > b.q AND a.p < b.p) AS inversions, count(*) FILTER (WHERE a.q > b.q) AS ordered
      FROM item_share AS a JOIN item_share AS b USING (g) GROUP BY a.g) AS w USING (g),
     item_inversion(d, r, m) AS i;
-- The contrast of the participants averages to the difference of the gaps.
SELECT count(*) AS schools, bool_and(pg_temp.near(i.hard_gap - i.easy_gap, c.mean - e.mean)) AS contrast,
       bool_and(c.low >= -1 AND c.high <= 1) AS within
FROM school JOIN region USING (g), item_inversion(d, r, m) AS i,
     LATERAL (SELECT avg(item_contrast(a, r, work.m)) AS mean, min(item_contrast(a, r, work.m)) AS low, max(item_contrast(a, r, work.m)) AS high
              FROM work WHERE g = school.g) AS c,
     LATERAL (SELECT avg(item_contrast(a, r, reference_work.m)) AS mean FROM reference_work WHERE g = school.g) AS e
WHERE i.half_items > 0;

-- Crossing: completions and excess from the rows, z from the definition of the
-- permutation distribution; the exact one of small groups by enumeration.
CREATE TEMP TABLE pooled AS
SELECT g, k, count(*) AS n, avg(coalesce(s, 0))::float8 AS mean, var_pop(coalesce(s, 0))::float8 * count(*) AS deviations
FROM (SELECT g, a FROM work UNION ALL SELECT g, a FROM reference_work) AS both_groups, unnest(a) WITH ORDINALITY AS u (s, k) GROUP BY g, k;
SELECT count(*) AS items, bool_and(pg_temp.near(c.weaker_completion, i.p) AND pg_temp.near(c.stronger_completion, i.q)
                                   AND pg_temp.near(c.excess, i.p - i.q)) AS completions,
       bool_and(pg_temp.near(c.z, (ps - np * mean - 0.5) / nullif(sqrt(np * nq / (o.n * (o.n - 1.0)) * deviations), 0))) AS z,
       bool_and(pg_temp.near(c.p_value, normal_cdf(-c.z))) AS p_value
FROM (SELECT g, (item_crossing(d, r, m)).* FROM school JOIN region USING (g)) AS c
JOIN item_share AS i ON i.g = c.g AND i.k = c.item JOIN pooled AS o ON o.g = c.g AND o.k = c.item;
-- weaker {1,1,2,0}, stronger {0,1,0,2,0}: all 126 ways to deal nine scores
WITH RECURSIVE score (k, s) AS (VALUES (0, 1), (1, 1), (2, 2), (3, 0), (4, 0), (5, 1), (6, 0), (7, 2), (8, 0)),
deal AS (SELECT d, sum(s) FILTER (WHERE d >> k & 1 = 1) AS total
         FROM generate_series(0, 511) AS d, score GROUP BY d HAVING count(*) FILTER (WHERE d >> k & 1 = 1) = 4)
SELECT count(*) AS deals, pg_temp.near((4 - avg(total)::float8 - 0.5) / stddev_pop(total)::float8, c.z) AS z,
       round(avg((total >= 4)::int), 3) AS exact_p, round(c.p_value::numeric, 3) AS p_value
FROM deal, item_crossing('{4|0:1,1:2,2:1}', '{5|0:3,1:1,2:1}', '{2}') AS c GROUP BY c.z, c.p_value;

-- Tiny and extreme samples: every figure is finite, within its range, or NULL
SELECT count(*) AS cases,
       bool_and(coalesce(i.spearman BETWEEN -1 AND 1, true) AND coalesce(i.kendall BETWEEN -1 AND 1, true)
                AND coalesce(i.inversion_share BETWEEN 0 AND 1, true) AND coalesce(i.easy_gap BETWEEN -1 AND 1, true)
                AND coalesce(i.hard_gap BETWEEN -1 AND 1, true)) AS inversion,
       bool_and(coalesce(c.z BETWEEN -1e7 AND 1e7, true) AND coalesce(c.p_value BETWEEN 0 AND 1, true) AND c.excess BETWEEN -1 AND 1) AS crossing
FROM (VALUES ('{1||}'::task_dist), ('{1|0:1|0:1}'), ('{1|1:1|}'), ('{1|2:1|2:1}'), ('{2|0:1,2:1|1:2}'),
             ('{1000000000000|2:1000000000000|0:1000000000000}'), ('{1000000000000|1:1|2:999999999999}')) AS a (d),
     (VALUES ('{1||}'::task_dist), ('{1|0:1|0:1}'), ('{1|1:1|}'), ('{1|2:1|2:1}'), ('{2|0:1,2:1|1:2}'),
             ('{1000000000000|2:1000000000000|0:1000000000000}'), ('{1000000000000|1:1|2:999999999999}')) AS b (r),
     item_inversion(d, r, '{2,2}') AS i, item_crossing(d, r, '{2,2}') AS c;
