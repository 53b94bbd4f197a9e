-- score_dist: a million made-up results; every way to aggregate them gives
-- the same summaries, equal to what plain SQL says.
SET search_path = shnor, public;
SET work_mem = '64MB';
SET jit = off;

-- Rows by arithmetic hashing with the seed 1; nothing depends on random().
-- Group g: g % 50 = 0 has no scores, 1 no marks, 2 no journal marks, 3 nothing
-- that counts, 4 few rows; scores up to 1 (two bins), 38, 199 or 1000.
CREATE TABLE sd_row (g integer, s integer, m integer, j integer) PARTITION BY HASH (g);
CREATE TABLE sd_row_0 PARTITION OF sd_row FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE sd_row_1 PARTITION OF sd_row FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO sd_row
SELECT g,
       CASE WHEN g % 50 NOT IN (0, 3) AND h1 % 17 > 0
            THEN h1 / 32 % (CASE g % 4 WHEN 0 THEN 2 WHEN 1 THEN 39 WHEN 2 THEN 200 ELSE 1001 END) END,
       CASE WHEN g % 50 NOT IN (1, 3) AND h2 % 13 > 0 THEN 2 + h2 / 16 % 4 END,
       CASE WHEN g % 50 <> 2 AND h3 % 11 > 0 THEN 2 + h3 / 16 % 4 END
FROM generate_series(1::bigint, 1000000) AS i,
     LATERAL (SELECT (i + 1) * 2654435761 % 4294967291 / 64 AS h1,
                     (i + 1) * 2246822519 % 4294967279 / 64 AS h2,
                     (i + 1) * 3266489917 % 4294967231 / 64 AS h3) AS h,
     LATERAL (SELECT (h1 / 4096 + h2 / 8192) % 500 AS g) AS k
WHERE g % 50 <> 4 OR i < 100000 AND h3 % 199 = 0;
ANALYZE sd_row;
SELECT count(*) > 900000 AS enough_rows, count(DISTINCT g) AS groups FROM sd_row;

-- Does the plan of a query contain all these phrases?
CREATE FUNCTION pg_temp.plan_has(query text, VARIADIC phrases text[]) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
    phrase text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    FOREACH phrase IN ARRAY phrases LOOP
        IF strpos(plan, phrase) = 0 THEN
            RAISE NOTICE 'no "%" in %', phrase, plan;
            RETURN false;
        END IF;
    END LOOP;
    RETURN true;
END
$$;
\set by_group 'SELECT g, score_dist(s) AS d1, score_dist(s, m) AS d2, score_dist(s, m, j) AS d3 FROM sd_row GROUP BY g'

SET max_parallel_workers_per_gather = 0;
CREATE TABLE sd_serial AS :by_group;
SELECT count(*) AS groups, count(d1) AS with_scores, count(d3) AS with_results FROM sd_serial;

-- Sorted instead of hashed
SET enable_hashagg = off;
SELECT pg_temp.plan_has(:'by_group', 'GroupAggregate', 'Sort') AS is_sorted;
CREATE TEMP TABLE sd_sorted AS :by_group;
RESET enable_hashagg;

-- In parallel
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT pg_temp.plan_has(:'by_group', 'Partial', 'Finalize', 'Gather') AS is_parallel;
CREATE TEMP TABLE sd_parallel AS :by_group;
SET enable_hashagg = off;
SELECT pg_temp.plan_has(:'by_group', 'Partial GroupAggregate', 'Finalize GroupAggregate') AS is_parallel_sorted;
CREATE TEMP TABLE sd_parallel_sorted AS :by_group;
RESET enable_hashagg;

-- Partition by partition; by the key of the partitions, and by another
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = on;
SELECT pg_temp.plan_has(:'by_group', E'Append\n  ->  HashAggregate') AS is_partitionwise;
CREATE TEMP TABLE sd_partitionwise AS :by_group;
\set by_another 'SELECT g % 7 AS k, score_dist(s, m, j) AS d FROM sd_row GROUP BY g % 7'
SELECT pg_temp.plan_has(:'by_another', 'Partial', 'Finalize', 'Append') AS is_partial;
CREATE TEMP TABLE sd_another AS :by_another;
SET enable_partitionwise_aggregate = off;
SELECT count(*) AS groups, bool_and(a.d = b.d) AS partial_equal
FROM sd_another AS a JOIN (:by_another) AS b USING (k);

-- Hash tables that do not fit in memory
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
CREATE FUNCTION pg_temp.batches(query text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) ' || query INTO plan;
    RETURN (SELECT max(m[1]::integer) FROM regexp_matches(plan::text, '"HashAgg Batches": (\d+)', 'g') AS m);
END
$$;
SET enable_sort = off;
SELECT pg_temp.batches(:'by_group') > 1 AS is_spilled;
CREATE TEMP TABLE sd_spilled AS :by_group;
RESET enable_sort;
RESET hash_mem_multiplier;
SET work_mem = '64MB';

-- Rolled up from finer groups, and from single rows
CREATE TEMP TABLE sd_part AS
SELECT g, s % 10 AS part, score_dist(s) AS d1, score_dist(s, m) AS d2, score_dist(s, m, j) AS d3
FROM sd_row GROUP BY g, s % 10;
CREATE TEMP TABLE sd_rolled AS
SELECT g, rollup(d1) AS d1, rollup(d2) AS d2, rollup(d3) AS d3 FROM sd_part GROUP BY g;
CREATE TABLE sd_seventh AS SELECT g % 7 AS k, d3 FROM sd_serial;
ANALYZE sd_seventh;
\set by_seventh 'SELECT k, rollup(d3) AS d FROM sd_seventh GROUP BY k'
SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.plan_has(:'by_seventh', 'Partial', 'Finalize', 'Gather') AS is_parallel_rollup;
SELECT count(*) AS keys, bool_and(a.d = b.d) AS rollup_equal
FROM (:by_seventh) AS a JOIN sd_another AS b USING (k);
SET max_parallel_workers_per_gather = 0;

SELECT way, count(*) AS groups,
       bool_and(score_dist_send(x.d1) IS NOT DISTINCT FROM score_dist_send(s.d1)) AS d1_equal,
       bool_and(score_dist_send(x.d2) IS NOT DISTINCT FROM score_dist_send(s.d2)) AS d2_equal,
       bool_and(score_dist_send(x.d3) IS NOT DISTINCT FROM score_dist_send(s.d3)) AS d3_equal
FROM (SELECT 'sorted' AS way, * FROM sd_sorted
      UNION ALL SELECT 'parallel', * FROM sd_parallel
      UNION ALL SELECT 'parallel sorted', * FROM sd_parallel_sorted
      UNION ALL SELECT 'partitionwise', * FROM sd_partitionwise
      UNION ALL SELECT 'spilled', * FROM sd_spilled
      UNION ALL SELECT 'rolled up', * FROM sd_rolled) AS x
JOIN sd_serial AS s USING (g)
GROUP BY way ORDER BY way;

-- Every accessor says what plain SQL says.
CREATE TEMP TABLE sd_plain AS
SELECT g,
       count(*) FILTER (WHERE s IS NOT NULL OR m IS NOT NULL) AS n,
       count(s) AS n_scores, count(m) AS n_marks,
       count(*) FILTER (WHERE m IS NOT NULL AND j IS NOT NULL) AS n_both,
       count(*) FILTER (WHERE m = 2) AS m2, count(*) FILTER (WHERE m = 3) AS m3,
       count(*) FILTER (WHERE m = 4) AS m4, count(*) FILTER (WHERE m = 5) AS m5,
       count(*) FILTER (WHERE s < 20) AS below,
       avg(s) AS mean, stddev_samp(s) AS stddev,
       percentile_cont(ARRAY[0, 0.1, 0.25, 0.5, 0.777, 1]) WITHIN GROUP (ORDER BY s) AS p,
       count(*) FILTER (WHERE m < j) AS lower, count(*) FILTER (WHERE m = j) AS same,
       count(*) FILTER (WHERE m > j) AS higher, count(*) FILTER (WHERE abs(m - j) >= 2) AS gap2
FROM sd_row GROUP BY g;
SELECT count(*) AS groups,
       bool_and(coalesce(participants(d3), 0) = n) AS participants,
       bool_and(fail_count(d3) IS NOT DISTINCT FROM CASE WHEN n_marks > 0 THEN m2 END) AS fail_count,
       bool_and(fail_share(d3) IS NOT DISTINCT FROM CASE WHEN n_marks > 0 THEN m2::numeric / n END) AS fail_share,
       bool_and(fail_count(d3, 20) IS NOT DISTINCT FROM CASE WHEN n_scores > 0 THEN below END) AS fail_count_by_score,
       bool_and(fail_share(d3, 20) IS NOT DISTINCT FROM CASE WHEN n_scores > 0 THEN below::numeric / n END)
           AS fail_share_by_score,
       bool_and(low_result(d3, 23, 1500) IS NOT DISTINCT FROM
                CASE WHEN n_marks > 0 THEN n >= 1500 AND 100 * m2 >= 23 * n END) AS low_result,
       count(*) FILTER (WHERE low_result(d3, 23, 1500)) BETWEEN 1 AND 400 AS some_low,
       bool_and(low_result(d3, 50, 1, 20) IS NOT DISTINCT FROM
                CASE WHEN n_scores > 0 THEN 100 * below >= 50 * n END) AS low_result_by_score,
       bool_and((mark_count(d3, 2), mark_count(d3, 3), mark_count(d3, 4), mark_count(d3, 5)) IS NOT DISTINCT FROM
                CASE WHEN n_marks > 0 THEN (m2, m3, m4, m5) ELSE (NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint) END)
           AS mark_count,
       bool_and(mark_share(d3, 4) IS NOT DISTINCT FROM CASE WHEN n_marks > 0 THEN m4::numeric / n END) AS mark_share
FROM sd_serial JOIN sd_plain USING (g);
SELECT count(*) AS groups,
       bool_and(mean(d3)::text IS NOT DISTINCT FROM x.mean::text) AS mean,
       bool_and(stddev(d3)::text IS NOT DISTINCT FROM x.stddev::text) AS stddev,
       bool_and(ARRAY[percentile(d3, 0), percentile(d3, 0.1), percentile(d3, 0.25), percentile(d3, 0.5),
                      percentile(d3, 0.777), percentile(d3, 1)] IS NOT DISTINCT FROM
                coalesce(p, array_fill(NULL::float8, '{6}'))
                OR d3 IS NULL) AS percentile,
       bool_and(coalesce(journal_compared(d3), 0) = n_both) AS journal_compared,
       bool_and((journal_lower(d3), journal_same(d3), journal_higher(d3), journal_gap2(d3)) IS NOT DISTINCT FROM
                CASE WHEN n_both > 0 THEN (lower, same, higher, gap2)
                     ELSE (NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint) END) AS journal
FROM sd_serial JOIN sd_plain AS x USING (g);
SELECT count(*) AS score_rows, sum(differs) AS differ
FROM (SELECT g, s, (a.n IS DISTINCT FROM b.n)::integer AS differs
      FROM (SELECT g, s, count(*) AS n FROM sd_row WHERE s IS NOT NULL GROUP BY g, s) AS a
      FULL JOIN (SELECT g, score AS s, x.participants AS n FROM sd_serial, scores(d3) AS x) AS b USING (g, s)) AS y;
SELECT count(*) AS cells, bool_and((score_counts(d3))[x.score] = x.participants) AS score_counts
FROM sd_serial, scores(d3) AS x;

-- NULL and empty states, combined with each other and with values
SELECT a, b, (SELECT rollup(d) FROM (VALUES (a), (b)) AS v (d)) AS rollup, a + b AS plus
FROM unnest(ARRAY[NULL, '{}', '{7:1}', '{|2:1}']::score_dist[]) AS a,
     unnest(ARRAY[NULL, '{}', '{100:1|5:1}']::score_dist[]) AS b;
SELECT rollup(NULL::score_dist) AS of_null, rollup('{}'::score_dist) AS of_empty,
       (SELECT rollup(d) FROM (VALUES ('{}'::score_dist)) AS v (d) WHERE false) AS of_nothing,
       (SELECT score_dist(1) WHERE false) AS rows_of_nothing,
       (SELECT score_dist(s, m, j) FROM (VALUES (NULL::int, NULL::int, 4)) AS v (s, m, j)) AS uncounted;
-- Partial aggregates over partitions of which some count for nothing
CREATE TABLE sd_null (g integer, s integer, m integer) PARTITION BY LIST (g);
CREATE TABLE sd_null_1 PARTITION OF sd_null FOR VALUES IN (1);
CREATE TABLE sd_null_2 PARTITION OF sd_null FOR VALUES IN (2);
CREATE TABLE sd_null_3 PARTITION OF sd_null FOR VALUES IN (3);
INSERT INTO sd_null SELECT 1 + i % 3, nullif(i % 3, 0) * nullif(i % 2, 0) * 7, NULL FROM generate_series(1, 12000) AS i;
ANALYZE sd_null;
SET enable_partitionwise_aggregate = on;
\set null_query 'SELECT s IS NULL AS k, score_dist(s, m) AS d, rollup(score_dist_moving_accum(NULL, s, m)) AS r FROM sd_null GROUP BY 1'
SELECT pg_temp.plan_has(:'null_query', 'Partial', 'Finalize') AS is_partial;
SELECT * FROM (:null_query) AS q ORDER BY k;
\set null_query 'SELECT s % 2 AS k, score_dist(m, NULL) AS d, score_dist(s) AS e FROM sd_null GROUP BY 1'
SELECT * FROM (:null_query) AS q ORDER BY k;
RESET enable_partitionwise_aggregate;

-- Small and large states meet: 2 bins and 200, either way round
SELECT rollup(d ORDER BY o) AS small_first, participants(rollup(d ORDER BY -o)) AS large_first,
       rollup(d ORDER BY o) = rollup(d ORDER BY -o) AS equal
FROM (VALUES (1, '{0:1,1:2}'::score_dist), (2, '{199:3}'), (3, '{1000:1}'), (4, '{64:1,128:1}')) AS v (o, d);
SELECT score_dist(s ORDER BY s) = score_dist(s ORDER BY -s) AS growth_equal,
       participants(score_dist(s)) AS n, percentile(score_dist(s), 1) AS highest
FROM generate_series(0, 1000) AS s;

-- Counts around 2^32, where a state needs more room; the oracle is +.
SELECT rollup(d) AS d, rollup(d) = (SELECT '{7:4294967295|2:4294967295}'::score_dist + '{7:1|2:1}') AS carries
FROM (VALUES ('{7:4294967294|2:4294967294}'::score_dist), ('{7:1|2:1}'), ('{7:1|2:1}')) AS v (d);
SELECT rollup(d) AS d FROM (VALUES ('{7:2,8:3}'::score_dist), ('{7:4294967294}'), ('{7:1000000000}')) AS v (d);
SELECT rollup(d) AS d FROM (VALUES ('{|2:2}'::score_dist), ('{|2:4294967294}')) AS v (d);
CREATE AGGREGATE pg_temp.count_on (integer, integer)
    (SFUNC = shnor.score_dist_accum, STYPE = shnor.score_dist, INITCOND = '{7:4294967294|2:4294967293,3:1}');
SELECT pg_temp.count_on(7, m) AS by_score, pg_temp.count_on(NULL, 2) AS by_mark, pg_temp.count_on(1000, m) AS by_large
FROM unnest(ARRAY[2, 2, 5]) AS m;
CREATE AGGREGATE pg_temp.count_full (integer)
    (SFUNC = shnor.score_dist_accum, STYPE = shnor.score_dist, INITCOND = '{7:999999999999}');
SELECT pg_temp.count_full(s) AS full_value FROM unnest(ARRAY[1]) AS s;
SELECT pg_temp.count_full(s) AS too_many FROM unnest(ARRAY[1, 2]) AS s;
SELECT rollup(d) AS too_many FROM (VALUES ('{7:999999999999}'::score_dist), ('{7:1}'), ('{8:1}')) AS v (d);

-- States begin with counts of one byte and move to two, then to eight, by rows
-- and by partial states; the oracle counts with plain SQL.  In a group of n two
-- rows have a mark of 3 and the others 2; a third of the rows has no score.
CREATE TABLE sd_width (n integer, s integer, m integer) PARTITION BY HASH (s);
CREATE TABLE sd_width_0 PARTITION OF sd_width FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE sd_width_1 PARTITION OF sd_width FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO sd_width
SELECT n, CASE i % 3 WHEN 0 THEN 0 WHEN 2 THEN CASE WHEN i % 2 = 0 THEN 80 ELSE 3 END END, CASE WHEN i > n - 2 THEN 3 ELSE 2 END
FROM unnest(ARRAY[1, 2, 254, 255, 256, 257, 258, 510, 512, 764, 765, 766, 767, 768, 769, 771,
                  65536, 65537, 65538, 65539]) AS n,
     generate_series(1, n) AS i;
ANALYZE sd_width;
CREATE TABLE sd_width_plain AS
SELECT n, format('{%s|%s}', (SELECT string_agg(s || ':' || k, ',' ORDER BY s)
                             FROM (SELECT s, count(*) AS k FROM sd_width AS y WHERE y.n = x.n AND s IS NOT NULL GROUP BY s) AS z),
                 (SELECT string_agg(m || ':' || k, ',' ORDER BY m)
                  FROM (SELECT m, count(*) AS k FROM sd_width AS y WHERE y.n = x.n GROUP BY m) AS z)) AS d
FROM (SELECT DISTINCT n FROM sd_width) AS x;
\set by_width 'SELECT n, score_dist(s, m) AS d FROM sd_width GROUP BY n'
SELECT count(*) AS groups, bool_and(a.d::text = b.d) AS equal FROM (:by_width) AS a JOIN sd_width_plain AS b USING (n);
SET enable_partitionwise_aggregate = on;
SELECT pg_temp.plan_has(:'by_width', 'Partial', 'Finalize', 'Append') AS is_partial;
SELECT count(*) AS groups, bool_and(a.d::text = b.d) AS equal FROM (:by_width) AS a JOIN sd_width_plain AS b USING (n);
RESET enable_partitionwise_aggregate;
SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.plan_has(:'by_width', 'Partial', 'Finalize', 'Gather') AS is_parallel;
SELECT count(*) AS groups, bool_and(a.d::text = b.d) AS equal FROM (:by_width) AS a JOIN sd_width_plain AS b USING (n);
SET max_parallel_workers_per_gather = 0;
-- rolled up from parts of different sizes, wide first and narrow first
SELECT count(*) AS pairs,
       bool_and((SELECT rollup(v.d ORDER BY v.o) FROM (VALUES (1, a.d), (2, b.d), (3, a.d)) AS v (o, d)) = a.d + b.d + a.d) AS equal
FROM (:by_width) AS a, (:by_width) AS b;

-- The state of an aggregate without a final function is a value like others.
CREATE AGGREGATE pg_temp.unpacked (integer, integer)
    (SFUNC = shnor.score_dist_accum, STYPE = shnor.score_dist, COMBINEFUNC = shnor.score_dist_combine, PARALLEL = SAFE);
CREATE TABLE sd_unpacked AS SELECT n, pg_temp.unpacked(s, m) AS u, score_dist(s, m) AS d FROM sd_width GROUP BY n;
SELECT bool_and(pg_column_size(u) <> pg_column_size(d)) AS differ_inside, bool_and(u = d) AS equal, bool_or(u <> d) AS unequal,
       bool_and(u <= d AND u >= d) AND NOT bool_or(u < d OR u > d) AS in_order,
       bool_and(score_dist_hash(u) = score_dist_hash(d)) AS hash,
       bool_and(score_dist_hash_extended(u, 7) = score_dist_hash_extended(d, 7)) AS hash_extended,
       bool_and(score_dist_send(u) = score_dist_send(d)) AS send, bool_and(u::text = d::text) AS text,
       bool_and(u + d = d + d AND u - d = '{}' AND d - u = '{}') AS arithmetic,
       bool_and(mean(u) = mean(d) AND participants(u) = participants(d)) AS statistics,
       rollup(u) = rollup(d) AS rollup, count(DISTINCT u) = count(DISTINCT d) AS distinct_values
FROM sd_unpacked WHERE n > 2;
DROP TABLE sd_width, sd_width_plain, sd_unpacked;

-- DISTINCT, ORDER BY, FILTER, grouping sets; a result does not change later
SELECT score_dist(DISTINCT s) AS scores, score_dist(s) FILTER (WHERE s > 2) AS filtered
FROM (SELECT i % 5 AS s FROM generate_series(1, 20) AS i) AS x;
SELECT g, k, score_dist(s) AS d
FROM (SELECT i % 2 AS g, i % 3 AS k, i % 5 AS s FROM generate_series(1, 30) AS i) AS x
GROUP BY GROUPING SETS ((g), (k), ()) ORDER BY g, k;
SELECT count(DISTINCT d) AS distinct_groups, bool_and(participants(d) = n) AS each_kept
FROM (SELECT g, score_dist(s, m, j) AS d, count(coalesce(s, m)) AS n FROM sd_row WHERE g % 50 <> 3 GROUP BY g
      ORDER BY g) AS x;

DROP TABLE sd_row, sd_serial, sd_seventh, sd_null;
