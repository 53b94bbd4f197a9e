-- DuckDB's times, and whether its answers from raw rows are the warehouse's.
\set QUIET on
SET search_path = country, shnor;
SELECT bench.load_duckdb() \g /dev/null
SELECT bench.must_be_equal('list',
    'SELECT school_id FROM shnor_list', 'SELECT school_id FROM bench.duckdb_list') \g /dev/null
SELECT to_regprocedure('live_list(integer, text)') IS NOT NULL AS live \gset
\if :live
SELECT bench.must_be_equal('list computed from summaries',
    'SELECT (to_jsonb(l) - ''school_outcome_id'')::text FROM shnor_list AS l',
    'SELECT (to_jsonb(l) - ''school_outcome_id'')::text FROM live_list(2025) AS l') \g /dev/null
\endif
SELECT bench.must_be_equal('share', $$
    SELECT s.administration_id, s.school_id, participants(d),
           CASE WHEN a.fail_by = 'mark' THEN fail_count(d) ELSE fail_count(d, a.min_score) END
    FROM (SELECT administration_id, school_id, rollup(dist) AS d FROM result_summary GROUP BY 1, 2) AS s
    JOIN administration AS a USING (administration_id)$$, 'TABLE bench.duckdb_share') \g /dev/null
SELECT bench.must_be_equal('14 columns', $$
    SELECT administration_id, school_id, class, participants(dist), coalesce(mark_count(dist, 2), 0), coalesce(mark_count(dist, 3), 0),
           coalesce(mark_count(dist, 4), 0), coalesce(mark_count(dist, 5), 0), round(coalesce(fail_share(dist), 0)::numeric, 8),
           round(mean(dist)::numeric, 8), round(stddev(dist)::numeric, 8),
           percentile(dist, 0)::integer, percentile(dist, 1)::integer,
           coalesce(journal_lower(dist), 0), coalesce(journal_same(dist), 0),
           coalesce(journal_higher(dist), 0), coalesce(journal_gap2(dist), 0)
    FROM result_summary$$, 'TABLE bench.duckdb_columns') \g /dev/null
SELECT bench.must_be_equal('histogram', $$
    SELECT s.administration_id, s.school_id, s.class, n.score, n.participants
    FROM result_summary AS s, scores(s.dist) AS n WHERE s.school_id % 20 = 0$$,
    'TABLE bench.duckdb_histogram') \g /dev/null
