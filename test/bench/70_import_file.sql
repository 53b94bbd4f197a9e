-- import_file of one canonical file with all results, against COPY of the same
-- rows into result; both from empty, with summaries kept.
\set QUIET on
SET client_min_messages = warning;
SELECT current_setting('bench.dir') || '/canonical.csv' AS canonical \gset
SET search_path = country, shnor;
COPY (SELECT r.academic_year, e.code AS exam, j.code AS subject, CASE WHEN n.level <> 'none' THEN n.level END AS level,
             n.grade, 'local' AS school_code_kind, 's' || r.school_id AS school_code, r.participant, r.class,
             r.attempt, r.score, r.mark, r.journal_mark, array_to_string(r.task_scores, ';', 'X') AS task_scores
      FROM result AS r
      JOIN administration AS a USING (administration_id)
      JOIN assessment AS n USING (assessment_id)
      JOIN exam AS e USING (exam_id)
      JOIN subject AS j USING (subject_id)
      ORDER BY r.administration_id, r.school_id, r.participant, r.attempt)
TO :'canonical' WITH (FORMAT csv, HEADER);
DROP SCHEMA IF EXISTS imported CASCADE;
CALL bench.new_warehouse('imported');
SET search_path = imported, shnor;
SELECT open_lines() \g /dev/null
SELECT bench.clock_ms() AS started \gset
COPY import_line FROM :'canonical' WITH (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02', ENCODING 'LATIN1');
SELECT (import_file('canonical.csv')).rows_stored \g /dev/null
INSERT INTO bench.bench_time
SELECT 'import', 'import_file', bench.input_rows(), 1, bench.clock_ms() - :started;
SELECT bench.must_be_equal('import_file',
    'SELECT administration_id, school_id, class, results, dist FROM imported.result_summary',
    'SELECT administration_id, school_id, class, results, dist FROM country.result_summary') \g /dev/null
DROP SCHEMA imported CASCADE;
