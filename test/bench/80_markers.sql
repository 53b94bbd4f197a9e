-- All markers of the statistical preset: 1,088 schools a region, four ВПР a
-- year with item scores, three years; judged without a cycle, and with the
-- outcomes written by run_cycle: the first one, the next year's, and one after
-- a correction in one school. One region is made up, the others copy it.
-- Expects :regions.
\set QUIET on
SET client_min_messages = warning;
\ir ../../demo/tools.sql
DROP SCHEMA IF EXISTS marked CASCADE;
CALL shnor.create_warehouse('marked');
SET search_path = marked, shnor, public;
INSERT INTO region (code, name) SELECT r::text, 'Регион ' || r FROM generate_series(1, :regions) AS r;
INSERT INTO municipality (region_id, code, name) SELECT region_id, '1', 'Муниципалитет' FROM region ORDER BY region_id;
INSERT INTO school (municipality_id, name)
SELECT m.municipality_id, 'Школа № ' || s FROM municipality AS m, generate_series(1, 1088) AS s ORDER BY m.municipality_id, s;
SELECT open_year(y) FROM generate_series(2023, 2025) AS y \g /dev/null
CREATE TEMP TABLE work AS
SELECT w.assessment_no, y AS academic_year,
       open_administration(y, 'vpr', w.subject, w.grade, max_score => w.max_score, cut_3 => w.cut3, cut_4 => w.cut4,
                           cut_5 => w.cut5, source => 'Вымышленные данные') AS administration_id
FROM vpr_work AS w, generate_series(2023, 2025) AS y
WHERE w.grade <= 5;
SELECT pg_temp.vpr_region(1, 1088, 2023, 2025, 22) \g /dev/null
INSERT INTO school_year (school_id, academic_year, school_type)
SELECT s.school_no + 1088 * (r - 1), y, s.school_type
FROM vpr_school AS s, generate_series(1, :regions) AS r, generate_series(2023, 2025) AS y;
CREATE TEMP TABLE pupil AS
SELECT w.administration_id, y AS academic_year, p.*
FROM generate_series(2023, 2025) AS y
CROSS JOIN LATERAL pg_temp.vpr_pupil(y) AS p
JOIN work AS w ON w.assessment_no = p.assessment_no AND w.academic_year = y;
-- summaries are made at once afterwards
SET session_replication_role = replica;
DO $$
BEGIN
    FOR r IN 0 .. (SELECT max(region_id) FROM region) - 1 LOOP
        INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark, journal_mark, task_scores)
        SELECT administration_id, school_no + 1088 * r, academic_year, number::text, class, score, mark, journal_mark, task_scores
        FROM pupil;
        COMMIT;
    END LOOP;
END
$$;
RESET session_replication_role;
SELECT rebuild_summaries(2023, 2025) \g /dev/null
DROP TABLE pupil;
VACUUM (ANALYZE) result, result_summary, school_summary, task_summary, school_year;

INSERT INTO bench.query (measure, place, variant, kind, query) VALUES
    ('markers', 1, 'judge_markers, three years', 'select',
     'SELECT count(*) FROM marked.judge_markers(ARRAY(SELECT administration_id FROM marked.administration))'),
    ('markers', 2, 'run_cycle, the first', 'undone', 'SELECT marked.run_cycle(2025, NULL, true)'),
    ('markers', 3, 'run_cycle without markers', 'undone',
     'UPDATE marked.rule_set SET marker_preset_id = NULL; SELECT marked.run_cycle(2025, NULL, true)');
CALL bench.run('markers');
SELECT run_cycle(2024, NULL, true) \g /dev/null
INSERT INTO bench.query (measure, place, variant, kind, query) VALUES
    ('markers', 4, 'run_cycle, two years judged by last year''s', 'undone', 'SELECT marked.run_cycle(2025, NULL, true)');
CALL bench.run('markers');
SELECT run_cycle(2025, NULL, true) \g /dev/null
INSERT INTO bench.query (measure, place, variant, kind, query) VALUES
    ('markers', 5, 'run_cycle after a correction in one school', 'undone',
     'UPDATE marked.result SET score = score - 1 WHERE school_id = 500 AND academic_year = 2025 AND score > 0;
      SELECT marked.run_cycle(2025, NULL, true)');
CALL bench.run('markers');
INSERT INTO bench.fact SELECT 'markers', 'schools', bench.input_rows(), count(*) FROM school;
DROP SCHEMA marked CASCADE;
