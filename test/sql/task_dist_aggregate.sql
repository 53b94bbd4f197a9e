-- task_dist: made-up item scores; every way to aggregate them gives the same
-- summaries, equal to what plain SQL says.
SET search_path = shnor, public;
SET work_mem = '64MB';
SET jit = off;

-- Rows by arithmetic hashing with the seed 1; nothing depends on random().
-- Group g: works of 1 + g % 25 items with scores up to 1, 2, 6 or 100;
-- g % 50 = 3 has nothing that counts, 4 few rows.
CREATE TABLE td_row (g integer, a int2[]) PARTITION BY HASH (g);
CREATE TABLE td_row_0 PARTITION OF td_row FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE td_row_1 PARTITION OF td_row FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO td_row
SELECT g, CASE WHEN g % 50 <> 3 AND h1 % 17 > 0
               THEN ARRAY(SELECT CASE WHEN (h2 + k * h1) / 64 % 11 > 0
                                      THEN (h1 + k * h2) / 1024 % (CASE g % 4 WHEN 0 THEN 2 WHEN 1 THEN 3 WHEN 2 THEN 7 ELSE 101 END) END
                          FROM generate_series(1, 1 + g % 25) AS k)::int2[]
               WHEN h2 % 2 = 0 THEN '{}' END
FROM generate_series(1::bigint, 60000) AS i,
     LATERAL (SELECT (i + 1) * 2654435761 % 4294967291 / 64 AS h1, (i + 1) * 2246822519 % 4294967279 / 64 AS h2) AS h,
     LATERAL (SELECT ((h1 / 4096 + h2 / 8192) % 500)::integer AS g) AS k
WHERE g % 50 <> 4 OR h2 % 19 = 0;
ANALYZE td_row;
SELECT count(*) > 50000 AS enough_rows, count(DISTINCT g) AS groups FROM td_row;

-- Does the plan of a query contain all these phrases?
CREATE FUNCTION pg_temp.plan_has(query text, VARIADIC phrases text[]) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
    plan text := '';
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        plan := plan || line || E'\n';
    END LOOP;
    RETURN (SELECT bool_and(strpos(plan, phrase) > 0) FROM unnest(phrases) AS phrase);
END
$$;
\set by_group 'SELECT g, task_dist(a) AS d FROM td_row GROUP BY g'

SET max_parallel_workers_per_gather = 0;
CREATE TABLE td_serial AS :by_group;
SELECT count(*) AS groups, count(d) AS with_results FROM td_serial;

SET enable_hashagg = off;
SELECT pg_temp.plan_has(:'by_group', 'GroupAggregate', 'Sort') AS is_sorted;
CREATE TEMP TABLE td_sorted AS :by_group;
RESET enable_hashagg;

SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT pg_temp.plan_has(:'by_group', 'Partial', 'Finalize', 'Gather') AS is_parallel;
CREATE TEMP TABLE td_parallel AS :by_group;
SET max_parallel_workers_per_gather = 0;

SET enable_partitionwise_aggregate = on;
SELECT pg_temp.plan_has(:'by_group', E'Append\n  ->  HashAggregate') AS is_partitionwise;
CREATE TEMP TABLE td_partitionwise AS :by_group;
SET enable_partitionwise_aggregate = off;

-- Hash tables that do not fit in memory
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SET enable_sort = off;
CREATE FUNCTION pg_temp.batches(query text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) ' || query INTO plan;
    RETURN (SELECT max(m[1]::integer) FROM regexp_matches(plan::text, '"HashAgg Batches": (\d+)', 'g') AS m);
END
$$;
SELECT pg_temp.batches(:'by_group') > 1 AS is_spilled;
CREATE TEMP TABLE td_spilled AS :by_group;
RESET enable_sort;
RESET hash_mem_multiplier;
SET work_mem = '64MB';

-- Rolled up from finer groups
CREATE TEMP TABLE td_rolled AS
SELECT g, rollup(d) AS d FROM (SELECT g, a[1] % 10 AS part, task_dist(a) AS d FROM td_row GROUP BY g, a[1] % 10) AS p GROUP BY g;

SELECT way, count(*) AS groups, bool_and(task_dist_send(x.d) IS NOT DISTINCT FROM task_dist_send(s.d)) AS equal
FROM (SELECT 'sorted' AS way, * FROM td_sorted
      UNION ALL SELECT 'parallel', * FROM td_parallel
      UNION ALL SELECT 'partitionwise', * FROM td_partitionwise
      UNION ALL SELECT 'spilled', * FROM td_spilled
      UNION ALL SELECT 'rolled up', * FROM td_rolled) AS x
JOIN td_serial AS s USING (g)
GROUP BY way ORDER BY way;

-- Every count is that of plain SQL, also of the items not attempted.
SELECT count(*) AS cells, count(*) FILTER (WHERE a.n IS DISTINCT FROM b.n) AS differ
FROM (SELECT g, item, coalesce(score, -1) AS score, count(*) AS n
      FROM td_row, unnest(a) WITH ORDINALITY AS u (score, item) GROUP BY 1, 2, 3) AS a
FULL JOIN (SELECT g, x.item, coalesce(x.score, -1) AS score, x.participants AS n FROM td_serial, item_scores(d) AS x) AS b
USING (g, item, score);
-- So is every statistic; completion by rows, in numeric.
CREATE TEMP VIEW td_max AS SELECT g, array_fill(CASE g % 4 WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 6 ELSE 100 END, ARRAY[1 + g % 25]) AS m FROM td_serial;
SELECT count(*) AS items,
       bool_and(r.participants = n AND r.attempted = done AND r.score_sum = total) AS counts,
       bool_and(r.completion = total::numeric / (n * r.max_score)) AS completion,
       bool_and(r.full_share = full_marks::numeric / n AND r.zero_share = zeros::numeric / n
                AND r.not_attempted_share = (n - done)::numeric / n) AS shares
FROM (SELECT g, item, count(*) AS n, count(score) AS done, coalesce(sum(score), 0) AS total,
             count(*) FILTER (WHERE score = m[1]) AS full_marks, count(*) FILTER (WHERE score = 0) AS zeros
      FROM td_row JOIN td_max USING (g), unnest(a) WITH ORDINALITY AS u (score, item) GROUP BY 1, 2) AS p
JOIN (SELECT g, x.* FROM td_serial JOIN td_max USING (g), item_results(d, m) AS x) AS r USING (g, item);

-- Partial aggregates that count nothing; states that grow by a score in any order
SELECT rollup(NULL::task_dist) AS of_null, rollup('{}'::task_dist) AS of_empty, (SELECT task_dist(a) FROM td_row WHERE false) AS of_nothing;
SELECT task_dist(ARRAY[s, 0]::int2[] ORDER BY s) = task_dist(ARRAY[s, 0]::int2[] ORDER BY -s) AS growth_equal,
       (SELECT count(*) FROM item_scores(task_dist(ARRAY[s, 0]::int2[]))) AS scores
FROM generate_series(0, 100) AS s;
SELECT task_dist(DISTINCT a) AS distinct_works, task_dist(a) FILTER (WHERE a[1] > 0) AS filtered
FROM (SELECT ARRAY[i % 3, 1]::int2[] AS a FROM generate_series(1, 20) AS i) AS x;

-- «Выполнение заданий»: percentages published with two decimals come back
-- from counts. A made-up class of 89: N, maximum and sum, percentage printed.
SELECT bool_and(round(100 * completion(format('{89|0:%s,%s:%s}', 89 - k, m, k)::task_dist, 1, m), 2) = round(100.0 * k / 89, 2)) AS published,
       count(*) AS cases
FROM generate_series(1, 88) AS k, generate_series(1, 5) AS m;
SELECT round(100 * completion('{89|0:11,1:37,2:41}', 1, 2), 2) AS percent, round(100 * (37 + 2 * 41) / (89 * 2.0), 2) AS by_hand;

DROP VIEW td_max;
DROP TABLE td_row, td_serial;
