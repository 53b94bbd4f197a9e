-- report.sql: RESULTS.md, one query a table, from what the measures stored.
\set QUIET on
\pset format unaligned
\pset tuples_only on

CREATE FUNCTION bench.fact_of(measure text, variant text, rows bigint)
RETURNS numeric
LANGUAGE sql STABLE
RETURN (SELECT f.value FROM bench.fact AS f
        WHERE (f.measure, f.variant, f.rows) = (fact_of.measure, fact_of.variant, fact_of.rows));

-- Loading is timed file by file, one half of them into the partitioned table,
-- the other into its partitions: each is scaled to all results. Of DuckDB the
-- faster way to both the columns and the histogram is compared.
INSERT INTO bench.bench_time
SELECT CASE WHEN c.into_partition THEN 'copy into the partition' ELSE 'copy' END,
       CASE c.variant WHEN 'bare' THEN 'without summaries' ELSE 'with summaries' END, c.rows, 1,
       sum(c.ms) * bench.fact_of('count', 'results', c.rows)::float8 / sum(c.copied)
FROM bench.copied AS c GROUP BY c.rows, c.variant, c.into_partition;

CREATE VIEW bench.median AS
SELECT t.measure, t.variant, t.rows, count(*) AS runs,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY t.ms) AS ms, min(t.ms) AS fastest, max(t.ms) AS slowest,
       bool_and(t.is_parallel) AS is_parallel
FROM bench.bench_time AS t
GROUP BY t.measure, t.variant, t.rows;

CREATE FUNCTION bench.ms(measure text, variant text, rows bigint)
RETURNS float8
LANGUAGE sql STABLE
RETURN (SELECT m.ms FROM bench.median AS m
        WHERE (m.measure, m.variant, m.rows) = (ms.measure, ms.variant, ms.rows));

-- Microseconds a result.
CREATE FUNCTION bench.per_row(measure text, variant text, rows bigint)
RETURNS float8
LANGUAGE sql STABLE
RETURN 1000 * bench.ms(measure, variant, rows) / bench.fact_of('count', 'results', rows);

-- Three significant digits.
CREATE FUNCTION bench.figure(value float8)
RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN value = 0 THEN '0'
            ELSE round(value::numeric, greatest(0, 2 - floor(log(abs(value)::numeric))::integer))::text END;

SELECT min(rows) AS small, max(rows) AS large FROM bench.fact
WHERE rows <> current_setting('bench.region')::bigint \gset

\qecho '# Measured speed'
\qecho
\qecho 'Written by `make bench`; settings are in `settings.sh`, the generator of the data in `data.sql`, each measure in one file `NN_name.sql`. Timings are medians in milliseconds of runs that took turns with those they are compared with, after one that warmed the caches.'
\qecho
SELECT format('- %s: %s', m.name, m.value) FROM bench.machine AS m ORDER BY m.place;
SELECT format('- Data: two academic years, nine administrations, %s results of %s schools in %s groups of administration, school and class; loaded administration by administration, region by region of 500 schools, as files come.',
              string_agg(to_char(bench.fact_of('count', 'results', f.rows), 'FM999,999,999'), ' / ' ORDER BY f.rows),
              string_agg(to_char(bench.schools(f.rows), 'FM999,999,999'), ' / ' ORDER BY f.rows),
              string_agg(to_char(f.value, 'FM999,999,999'), ' / ' ORDER BY f.rows))
FROM bench.fact AS f WHERE f.variant = 'summaries';
\qecho '- Processes: PostgreSQL with one worker is two processes, for the leader works too; DuckDB has as many threads as the machine has cores.'
\qecho
\qecho '## What it must show'
\qecho
\qecho '| measure | ours | compared with | ratio | target | met |'
\qecho '|---|---|---|---|---|---|'
WITH n AS (
    SELECT :small::bigint AS small, :large::bigint AS large, current_setting('bench.region')::bigint AS region
), target (place, name, ours, other, ratio, wanted, met) AS (
    SELECT 1, 'list of the country, stored; DuckDB: share query', o, d, d / o, '10 or more', d / o >= 10
    FROM n, LATERAL (SELECT bench.ms('list', 'stored list', large) AS o, bench.ms('duckdb', 'share', large) AS d) AS x
    UNION ALL
    SELECT 2, 'list of the country, computed from summaries when asked; DuckDB: share query', o, d, d / o, '10 or more', d / o >= 10
    FROM n, LATERAL (SELECT bench.ms('list', 'computed from summaries', large) AS o, bench.ms('duckdb', 'share', large) AS d) AS x
    UNION ALL
    SELECT 3, 'the same; DuckDB: share and rule', o, d, d / o, '', NULL
    FROM n, LATERAL (SELECT bench.ms('list', 'computed from summaries', large) AS o, bench.ms('duckdb', 'list', large) AS d) AS x
    UNION ALL
    SELECT 4, 'list of a region of 1,088 schools, stored; DuckDB: share query', o, d, d / o, 'under 10 ms', o < 10
    FROM n, LATERAL (SELECT bench.ms('list', 'stored list', region) AS o, bench.ms('duckdb', 'share', region) AS d) AS x
    UNION ALL
    SELECT 5, 'list of a region, computed from summaries when asked; DuckDB: share query', o, d, d / o, 'under 10 ms', o < 10
    FROM n, LATERAL (SELECT bench.ms('list', 'computed from summaries', region) AS o, bench.ms('duckdb', 'share', region) AS d) AS x
    UNION ALL
    SELECT 6, 'run_cycle, all outcomes written, without markers', bench.ms('cycle', 'run_cycle', large), NULL, NULL, 'under 5 s',
           bench.ms('cycle', 'run_cycle', large) < 5000
    FROM n
    UNION ALL
    SELECT 7 + 4 * x.place + v.place, format('all markers of %s schools, four ВПР a year, three years: %s', to_char(bench.fact_of('markers', 'schools', x.rows), 'FM999,999'), v.name),
           bench.ms('markers', v.variant, x.rows), NULL, NULL, format('under %s s', x.seconds),
           bench.ms('markers', v.variant, x.rows) < 1000 * x.seconds
    FROM n, LATERAL (VALUES (0, n.region, 3), (1, n.large, 60)) AS x (place, rows, seconds),
         (VALUES (0, 'judge_markers, three years', 'judged'), (1, 'run_cycle, the first', 'the first cycle'),
                 (2, 'run_cycle, two years judged by last year''s', 'the next year''s cycle'),
                 (3, 'run_cycle after a correction in one school', 'a cycle after a correction in one school')) AS v (place, variant, name)
    WHERE bench.fact_of('markers', 'schools', x.rows) IS NOT NULL
    UNION ALL
    SELECT 10 + 10 * a.place + p.place, format('score_dist and 14 columns of it, %s, %s; plain SQL', a.how, p.processes), o, d, d / o,
           CASE WHEN p.place > 0 THEN '2 or more' ELSE '' END, CASE WHEN p.place > 0 THEN d / o >= 2 END
    FROM n, (VALUES (1, 'in the order loaded'), (2, 'in random order')) AS a (place, how),
         (VALUES (0, 'one process'), (1, 'two processes')) AS p (place, processes),
         LATERAL (SELECT bench.ms('aggregate, ' || a.how, 'score_dist, ' || p.processes, large) AS o,
                         bench.ms('aggregate, ' || a.how, 'plain SQL, ' || p.processes, large) AS d) AS x
    UNION ALL
    SELECT 40, 'rebuild, nothing to correct; DuckDB: 14 columns, and the histogram', o, d, d / o, '1 or more', d / o >= 1
    FROM n, LATERAL (SELECT bench.ms('rebuild', 'nothing to correct', large) AS o,
                            least(bench.ms('duckdb', 'columns_14', large) + bench.ms('duckdb', 'histogram', large),
                                  bench.ms('duckdb', 'columns_14_and_histogram', large)) AS d) AS x
    UNION ALL
    SELECT 41, 'rebuild from nothing; DuckDB: the same', o, d, d / o, '1 or more', d / o >= 1
    FROM n, LATERAL (SELECT bench.ms('rebuild', 'from nothing', large) AS o,
                            least(bench.ms('duckdb', 'columns_14', large) + bench.ms('duckdb', 'histogram', large),
                                  bench.ms('duckdb', 'columns_14_and_histogram', large)) AS d) AS x
    UNION ALL
    SELECT 42, 'rebuild, nothing to correct; count(*)', o, d, o / d, '3 or less', o / d <= 3
    FROM n, LATERAL (SELECT bench.ms('rebuild', 'nothing to correct', large) AS o, bench.ms('rebuild', 'count(*)', large) AS d) AS x
    UNION ALL
    SELECT 43, 'rebuild from nothing; count(*)', o, d, o / d, '3 or less', o / d <= 3
    FROM n, LATERAL (SELECT bench.ms('rebuild', 'from nothing', large) AS o, bench.ms('rebuild', 'count(*)', large) AS d) AS x
    UNION ALL
    SELECT 50, 'COPY with summaries kept; into the same table without', o, d, o / d, '1.25 or less', o / d <= 1.25
    FROM n, LATERAL (SELECT bench.ms('copy', 'with summaries', large) AS o, bench.ms('copy', 'without summaries', large) AS d) AS x
    UNION ALL
    SELECT 51, 'the same, into the partition of the year', o, d, o / d, '1.25 or less', o / d <= 1.25
    FROM n, LATERAL (SELECT bench.ms('copy into the partition', 'with summaries', large) AS o,
                            bench.ms('copy into the partition', 'without summaries', large) AS d) AS x
    UNION ALL
    SELECT 60 + v.place, format('one school''s results replaced, %s; in the smallest table', v.variant), o, d, o / d, '1', NULL
    FROM n, (VALUES (1, 'DELETE and INSERT'), (2, 'UPDATE')) AS v (place, variant),
         LATERAL (SELECT bench.ms('replace', v.variant, large) AS o, bench.ms('replace', v.variant, small) AS d) AS x
    UNION ALL
    SELECT 70 + v.place, format('microseconds a result, %s; in the smallest table', v.name), o, d, o / d, '1.1 or less', o / d <= 1.1
    FROM n, (VALUES (1, 'rebuild', 'nothing to correct', 'rebuild, nothing to correct'), (2, 'rebuild', 'from nothing', 'rebuild from nothing'),
                    (3, 'copy', 'with summaries', 'COPY with summaries')) AS v (place, measure, variant, name),
         LATERAL (SELECT bench.per_row(v.measure, v.variant, large) AS o, bench.per_row(v.measure, v.variant, small) AS d) AS x
    UNION ALL
    SELECT 80, 'rebuild, two processes; one process', o, d, d / o, '1.7 or more', d / o >= 1.7
    FROM n, LATERAL (SELECT bench.ms('rebuild', 'nothing to correct, two processes', large) AS o,
                            bench.ms('rebuild', 'nothing to correct, one process', large) AS d) AS x
    UNION ALL
    SELECT 80 + a.place, format('score_dist and 14 columns of it, %s, two processes; one process', a.how), o, d, d / o, '1.7 or more', d / o >= 1.7
    FROM n, (VALUES (1, 'in the order loaded'), (2, 'in random order')) AS a (place, how),
         LATERAL (SELECT bench.ms('aggregate, ' || a.how, 'score_dist, two processes', large) AS o,
                         bench.ms('aggregate, ' || a.how, 'score_dist, one process', large) AS d) AS x
    UNION ALL
    SELECT 90, format('import_file of a file of %s results; COPY of the same rows', to_char(x.rows, 'FM999,999,999')), o, d, o / d, '', NULL
    FROM LATERAL (SELECT m.rows, m.ms AS o, bench.ms('copy', 'with summaries', m.rows) AS d
                  FROM bench.median AS m WHERE m.measure = 'import') AS x
    UNION ALL
    SELECT 100 + 10 * s.place + f.place, format('thousands of %s a second, one process: %s', s.source, f.name), o, NULL, NULL,
           CASE f.place WHEN 1 THEN '300 or more' ELSE '' END, CASE f.place WHEN 1 THEN o >= 300 END
    FROM n, (VALUES (1, 'phrases of documents'), (2, 'generated phrases')) AS s (place, source),
         (VALUES (1, 'kind'), (2, 'normal form'), (3, 'dates in a year')) AS f (place, name),
         LATERAL (SELECT bench.fact_of('count', s.source, region)::float8
                         / bench.ms('deadline', s.source || ': ' || f.name, region) AS o) AS x
    UNION ALL
    SELECT 130 + v.place, format('roadmap of a year, %s', v.variant), o, NULL, NULL, CASE v.place WHEN 1 THEN 'under 10 ms' ELSE '' END,
           CASE v.place WHEN 1 THEN o < 10 END
    FROM n, (VALUES (1, '150 events expanded'), (2, '150 events expanded anew, nothing to change')) AS v (place, variant),
         LATERAL (SELECT bench.ms('roadmap', v.variant, region) AS o) AS x
)
SELECT format('| %s | %s | %s | %s | %s | %s |', t.name, coalesce(bench.figure(t.ours), '—'), coalesce(bench.figure(t.other), ''),
              coalesce(bench.figure(t.ratio), ''), t.wanted, CASE t.met WHEN true THEN 'yes' WHEN false THEN '**no**' ELSE '' END)
FROM target AS t
ORDER BY t.place;
\qecho
SELECT format('At %s results unless said otherwise; milliseconds unless said otherwise. What follows the semicolon is what ours is compared with.', to_char(:large, 'FM999,999,999'));
SELECT DISTINCT ON (s.measure) format('Not measured: %s, for %s.', s.measure, s.why) FROM bench.skipped AS s ORDER BY s.measure;

SELECT to_regclass('bench.detection') IS NOT NULL AS detected \gset
\if :detected
\ir report_detection.sql
\endif
\qecho
\qecho '## Every timing'
\qecho
SELECT '| measure | variant |' || string_agg(format(' %s rows |', to_char(r.rows, 'FM999,999,999')), '' ORDER BY r.rows)
       || ' runs | slowest / fastest |'
FROM (SELECT DISTINCT m.rows FROM bench.median AS m) AS r;
SELECT '|---|---|' || repeat('---|', count(DISTINCT m.rows)::integer) || '---|---|' FROM bench.median AS m;
SELECT format('| %s | %s |', v.measure, v.variant)
       || string_agg(format(' %s |', coalesce(bench.figure(m.ms), '')
                            || CASE WHEN m.variant LIKE '%two processes' AND NOT m.is_parallel THEN ' (one)' ELSE '' END),
                     '' ORDER BY r.rows)
       || format(' %s | %s |', string_agg(m.runs::text, ', ' ORDER BY r.rows),
                 bench.figure(max(m.slowest / m.fastest)))
FROM (SELECT DISTINCT m.measure, m.variant FROM bench.median AS m) AS v
CROSS JOIN (SELECT DISTINCT m.rows FROM bench.median AS m) AS r
LEFT JOIN bench.median AS m USING (measure, variant, rows)
GROUP BY v.measure, v.variant
ORDER BY v.measure, v.variant;
\qecho
SELECT DISTINCT '(one): the planner found no parallel plan.'
FROM bench.median AS m WHERE m.variant LIKE '%two processes' AND NOT m.is_parallel;
SELECT format('COPY: thousands of results a second with summaries %s; without %s (%s). Runs: one pass over all files, each file first into the one and then into the other warehouse, every other one into the partition of its year (scaled to all results).',
              string_agg(round(bench.fact_of('count', 'results', m.rows) / m.ms::numeric)::text, ', ' ORDER BY m.rows),
              string_agg(round(bench.fact_of('count', 'results', m.rows) / b.ms::numeric)::text, ', ' ORDER BY m.rows),
              string_agg(m.rows::text, ', ' ORDER BY m.rows))
FROM bench.median AS m
JOIN bench.median AS b ON b.rows = m.rows AND b.measure = 'copy' AND b.variant = 'without summaries'
WHERE m.measure = 'copy' AND m.variant = 'with summaries';

\qecho
\qecho '## Bytes on disk'
\qecho
SELECT format('After one load and a vacuum, at %s results; the least possible heap is what the columns take, with a row header of 24 bytes, rows aligned to 8 bytes, an item pointer of 4 and page headers. Task scores are kept for two administrations of the nine.', to_char(:large, 'FM999,999,999'));
\qecho
\qecho '| part | bytes each | MB |'
\qecho '|---|---|---|'
WITH part AS (
    SELECT f.variant, f.value, f.value / bench.fact_of('count', CASE split_part(f.variant, ':', 1) WHEN 'result' THEN 'results' WHEN 'result_summary' THEN 'summaries' ELSE 'summaries of schools' END, f.rows) AS each,
           split_part(f.variant, ':', 1) AS relation,
           f.variant !~ '(alone|heap|possible heap)$' AS is_index, f.variant ~ '(alone|possible heap)$' AS is_bound
    FROM bench.fact AS f
    WHERE f.measure = 'bytes' AND f.rows = :large
)
SELECT format('| %s | %s | %s |', p.variant, round(p.each, 1), round(p.value / 1000000))
FROM (
    SELECT relation, is_bound, is_index, variant, each, value FROM part
    UNION ALL
    SELECT relation, false, true, relation || ': in all', sum(each), sum(value) FROM part WHERE NOT is_bound GROUP BY relation
) AS p
ORDER BY p.relation, p.is_bound, p.variant LIKE '%in all', p.is_index, p.variant;

\qecho
\qecho '## Counts'
\qecho
\qecho '| rows | what | count |'
\qecho '|---|---|---|'
SELECT format('| %s | %s | %s |', to_char(f.rows, 'FM999,999,999'), f.variant, to_char(f.value, 'FM999,999,999')) FROM bench.fact AS f WHERE f.measure = 'count' ORDER BY f.rows, f.variant;
