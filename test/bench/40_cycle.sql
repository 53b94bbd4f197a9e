-- A full run_cycle of the year: all outcomes computed and written, then undone,
-- for a second one with the same data would find the first and write nothing.
-- Markers are left out; they are timed by themselves (80_markers.sql).
\set QUIET on
SET client_min_messages = warning;
UPDATE country.rule_set SET marker_preset_id = NULL;
-- What a server does by itself after so many changes; here autovacuum is off.
VACUUM (ANALYZE) country.school_summary, country.result_summary, country.task_summary, country.import_file_summary;
SELECT 1 FROM country.run_cycle(2024, NULL, true) \g /dev/null
VACUUM (ANALYZE) country.assessment_outcome, country.school_outcome;
INSERT INTO bench.query (measure, place, variant, kind, query) VALUES
    ('cycle', 1, 'run_cycle', 'undone', 'SELECT country.run_cycle(2025, NULL, true)');
CALL bench.run('cycle');
SELECT 1 FROM country.run_cycle(2025, NULL, true) \g /dev/null
VACUUM (ANALYZE) country.assessment_outcome, country.school_outcome;
INSERT INTO bench.fact
SELECT 'count', 'outcomes of schools by assessment', bench.input_rows(), count(*) FROM country.assessment_outcome AS o
JOIN country.cycle AS c USING (cycle_id) WHERE c.result_year = 2025
UNION ALL
SELECT 'count', 'schools', bench.input_rows(), c.schools FROM country.cycle AS c WHERE c.result_year = 2025
UNION ALL
SELECT 'count', 'schools in the list', bench.input_rows(), c.in_list FROM country.cycle AS c WHERE c.result_year = 2025;
