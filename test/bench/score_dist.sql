-- How long score_dist(score, mark, journal_mark) with its accessors takes per
-- group, against the plain SQL that gives the same 14 columns in one pass.
--
--   psql -X -v rows=5000000 -v group_size=100 -v runs=5 -f test/bench/score_dist.sql
--
-- Both are timed in turn, so that they share whatever else the machine does;
-- a figure is the median of the runs, without sending rows to the client.
\set QUIET on
\if :{?rows} \else \set rows 5000000 \endif
\if :{?group_size} \else \set group_size 100 \endif
\if :{?runs} \else \set runs 5 \endif

SET client_min_messages = warning;
SET jit = off;
SET work_mem = '512MB';

CREATE TEMP TABLE bench_time (mode text, method text, ms double precision);
CREATE TEMP TABLE bench_query (method text, query text);

-- Not temporary: parallel workers cannot read temporary tables.
DROP TABLE IF EXISTS shnor_bench_result;
CREATE UNLOGGED TABLE shnor_bench_result AS
SELECT (h1 % greatest(:rows / :group_size, 1))::integer AS school,
       (h2 % 39)::integer AS score,
       (2 + h3 % 4)::integer AS mark,
       CASE WHEN (h3 / 512) % 10 > 0 THEN (2 + (h2 / 64 + h3) % 4)::integer END AS journal_mark
FROM generate_series(1::bigint, :rows) AS i,
     LATERAL (SELECT (i * 2654435761) % 4294967291 / 7 AS h1,
                     (i * 2246822519) % 4294967279 / 5 AS h2,
                     (i * 3266489917) % 4294967231 / 3 AS h3) AS h;
VACUUM ANALYZE shnor_bench_result;

INSERT INTO bench_query VALUES
('plain SQL', $$
SELECT school,
       count(*) AS participants,
       count(*) FILTER (WHERE mark = 2) AS mark_2,
       count(*) FILTER (WHERE mark = 3) AS mark_3,
       count(*) FILTER (WHERE mark = 4) AS mark_4,
       count(*) FILTER (WHERE mark = 5) AS mark_5,
       count(*) FILTER (WHERE mark = 2)::numeric / count(*) AS fail_share,
       avg(score) AS mean,
       stddev_samp(score) AS stddev,
       min(score) AS lowest,
       max(score) AS highest,
       count(*) FILTER (WHERE mark < journal_mark) AS journal_lower,
       count(*) FILTER (WHERE mark = journal_mark) AS journal_same,
       count(*) FILTER (WHERE mark > journal_mark) AS journal_higher,
       count(*) FILTER (WHERE abs(mark - journal_mark) >= 2) AS journal_gap2
FROM shnor_bench_result GROUP BY school$$),
('score_dist', $$
SELECT school,
       shnor.participants(d) AS participants,
       shnor.mark_count(d, 2) AS mark_2,
       shnor.mark_count(d, 3) AS mark_3,
       shnor.mark_count(d, 4) AS mark_4,
       shnor.mark_count(d, 5) AS mark_5,
       shnor.fail_share(d) AS fail_share,
       shnor.mean(d) AS mean,
       shnor.stddev(d) AS stddev,
       shnor.percentile(d, 0)::integer AS lowest,
       shnor.percentile(d, 1)::integer AS highest,
       shnor.journal_lower(d) AS journal_lower,
       shnor.journal_same(d) AS journal_same,
       shnor.journal_higher(d) AS journal_higher,
       shnor.journal_gap2(d) AS journal_gap2
FROM (SELECT school, shnor.score_dist(score, mark, journal_mark) AS d
      FROM shnor_bench_result GROUP BY school) AS s$$);

-- Both queries must say the same before it is worth timing them.
SELECT format('SELECT count(*) AS rows_that_differ FROM ((%s) EXCEPT ALL (%s)) AS x',
              a.query, b.query)
FROM bench_query AS a, bench_query AS b
WHERE a.method = 'plain SQL' AND b.method = 'score_dist' \gexec

SELECT set_config('bench.runs', :'runs', false) \g /dev/null

DO $$
DECLARE
    q record;
    mode text;
    plan json;
BEGIN
    FOREACH mode IN ARRAY ARRAY['serial', 'parallel'] LOOP
        IF mode = 'serial' THEN
            SET LOCAL max_parallel_workers_per_gather = 0;
        ELSE
            SET LOCAL max_parallel_workers_per_gather = 2;
            SET LOCAL parallel_setup_cost = 0;
            SET LOCAL parallel_tuple_cost = 0;
            SET LOCAL min_parallel_table_scan_size = 0;
        END IF;
        FOR run IN 0 .. current_setting('bench.runs')::integer LOOP
            FOR q IN SELECT method, query FROM bench_query ORDER BY method DESC LOOP
                EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || q.query INTO plan;
                IF mode = 'parallel' AND plan::text NOT LIKE '%"Partial Mode": "Partial"%' THEN
                    RAISE WARNING '% is not parallel', q.method;
                END IF;
                -- run 0 warms the caches
                IF run > 0 THEN
                    INSERT INTO bench_time
                    VALUES (mode, q.method, (plan -> 0 ->> 'Execution Time')::double precision);
                END IF;
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;

WITH median AS (
    SELECT mode, method,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms,
           min(ms) AS fastest, max(ms) AS slowest
    FROM bench_time GROUP BY mode, method
)
SELECT m.mode, m.method, :rows AS input_rows, :group_size AS group_size,
       round(m.ms) AS median_ms, round(m.fastest) AS fastest, round(m.slowest) AS slowest,
       round((m.ms / p.ms)::numeric, 3) AS ratio_to_plain
FROM median AS m
JOIN median AS p ON p.mode = m.mode AND p.method = 'plain SQL'
ORDER BY m.mode DESC, m.method;

DROP TABLE shnor_bench_result;
