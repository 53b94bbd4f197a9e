-- How long task_dist(scores) with item_results() takes per row, against plain
-- SQL that unnests the arrays and gives the same columns.
--
--   psql -X -v rows=5000000 -v group_size=100 -v items=15 -v runs=3 -f test/bench/task_dist.sql
--
-- Both are timed in turn, so that they share whatever else the machine does;
-- a figure is the median of the runs, without sending rows to the client. The
-- aggregate is also timed alone, and count(*) that only reads the rows. The
-- works are a fifth of :rows: unnesting them makes three times as many.
\set QUIET on
\if :{?rows} \else \set rows 5000000 \endif
\if :{?group_size} \else \set group_size 100 \endif
\if :{?items} \else \set items 15 \endif
\if :{?runs} \else \set runs 3 \endif

SELECT greatest(:rows / 5, 1) AS rows \gset
SET client_min_messages = warning;
SET jit = off;
SET work_mem = '512MB';
SET max_parallel_workers_per_gather = 0;

CREATE TEMP TABLE bench_time (method text, ms double precision);
CREATE TEMP TABLE bench_query (method text, query text);

-- Items of 1 to 3 points; one of sixteen is not attempted.
DROP TABLE IF EXISTS shnor_bench_work;
CREATE UNLOGGED TABLE shnor_bench_work AS
SELECT (i % greatest(:rows / :group_size, 1))::integer AS school,
       ARRAY(SELECT nullif((i * 2654435761 + k * 40503) % 4294967291 / 64 % 16, 0) * (1 + k % 3) / 15
             FROM generate_series(1, :items) AS k)::smallint[] AS scores
FROM generate_series(1::bigint, :rows) AS i;
VACUUM ANALYZE shnor_bench_work;

INSERT INTO bench_query VALUES
('plain SQL', $$
SELECT school, item, count(*) AS participants, count(score) AS attempted, coalesce(sum(score), 0) AS score_sum,
       coalesce(sum(score), 0)::numeric / (count(*) * (1 + item % 3)) AS completion,
       count(*) FILTER (WHERE score = 1 + item % 3)::numeric / count(*) AS full_share,
       count(*) FILTER (WHERE score = 0)::numeric / count(*) AS zero_share,
       (count(*) - count(score))::numeric / count(*) AS not_attempted_share
FROM shnor_bench_work, unnest(scores) WITH ORDINALITY AS u (score, item) GROUP BY school, item$$),
('task_dist', format($$
SELECT school, item, participants, attempted, score_sum, completion, full_share, zero_share, not_attempted_share
FROM (SELECT school, shnor.task_dist(scores) AS d FROM shnor_bench_work GROUP BY school) AS s,
     shnor.item_results(d, %L)$$, (SELECT array_agg(1 + k % 3 ORDER BY k) FROM generate_series(1, :items) AS k))),
('task_dist alone', 'SELECT school, shnor.task_dist(scores) AS d FROM shnor_bench_work GROUP BY school'),
('count(*) alone', 'SELECT school, count(scores) AS n FROM shnor_bench_work GROUP BY school');

-- Both queries must say the same before it is worth timing them.
SELECT format('SELECT count(*) AS rows_that_differ FROM ((%s) EXCEPT ALL (%s)) AS x', a.query, b.query)
FROM bench_query AS a, bench_query AS b
WHERE a.method = 'plain SQL' AND b.method = 'task_dist' \gexec

SELECT set_config('bench.runs', :'runs', false) \g /dev/null

DO $$
DECLARE
    q record;
    plan json;
BEGIN
    FOR run IN 0 .. current_setting('bench.runs')::integer LOOP
        FOR q IN SELECT method, query FROM bench_query ORDER BY method DESC LOOP
            EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || q.query INTO plan;
            -- run 0 warms the caches
            IF run > 0 THEN
                INSERT INTO bench_time VALUES (q.method, (plan -> 0 ->> 'Execution Time')::double precision);
            END IF;
        END LOOP;
    END LOOP;
END
$$;

WITH median AS (
    SELECT method, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms, min(ms) AS fastest, max(ms) AS slowest
    FROM bench_time GROUP BY method
)
SELECT m.method, :rows AS input_rows, :items AS items, :group_size AS group_size,
       round(m.ms) AS median_ms, round(m.fastest) AS fastest, round(m.slowest) AS slowest,
       round((m.ms * 1e6 / :rows)::numeric) AS ns_per_row, round((p.ms / m.ms)::numeric, 1) AS times_faster
FROM median AS m JOIN median AS p ON p.method = 'plain SQL'
ORDER BY m.ms DESC;

DROP TABLE shnor_bench_work;
