-- The rebuild from no summaries at all. They are removed behind the back of
-- the triggers and foreign keys that would not have it.
\set QUIET on
SELECT q.statement
FROM generate_series(1, least(3, current_setting('bench.runs')::integer)) AS n,
     LATERAL (VALUES
        (1, 'CALL bench.empty_summaries()'),
        (2, 'VACUUM country.result_summary, country.school_summary, country.import_file_summary'),
        (3, format($$CALL bench.time_into('rebuild', 'from nothing', %s, 'SELECT country.rebuild_summaries(2024, 2025)')$$, n))
     ) AS q (place, statement)
ORDER BY n, q.place
\gexec
VACUUM (ANALYZE) country.result_summary, country.school_summary, country.import_file_summary;
