-- What the markers of the statistical preset find, in regions where it is
-- known who tampered with what (demo/vpr.sql), and what they find where nobody
-- did. Regions follow each other in one warehouse, seed by seed; each has a
-- year before, in which everybody is honest, for the markers of change.
--
-- Of the settings bench.schools is the schools of a region, bench.honest and
-- bench.tampered the numbers of regions.
\set QUIET on
SET client_min_messages = warning;
SET search_path = detect, shnor, public;
\ir ../../demo/tools.sql

DROP SCHEMA IF EXISTS detect CASCADE;
CALL create_warehouse('detect');
SELECT current_setting('bench.schools') AS schools, current_setting('bench.honest') AS honest,
       current_setting('bench.tampered') AS tampered \gset

INSERT INTO region (code, name) VALUES ('1', 'Регион');
INSERT INTO municipality (region_id, code, name) SELECT region_id, '1', 'Муниципалитет' FROM region;
INSERT INTO school (municipality_id, name)
SELECT m.municipality_id, 'Школа № ' || s FROM municipality AS m, generate_series(1, :schools) AS s ORDER BY s;
SELECT open_year(y) FROM generate_series(2024, 2025) AS y \g /dev/null
CREATE TABLE bench.work AS
SELECT w.assessment_no, w.subject || w.grade AS work, y AS academic_year,
       open_administration(y, 'vpr', w.subject, w.grade, max_score => w.max_score, cut_3 => w.cut3, cut_4 => w.cut4,
                           cut_5 => w.cut5, source => 'Вымышленные данные') AS administration_id
FROM vpr_work AS w, generate_series(2024, 2025) AS y
WHERE w.grade <= 5;

-- A row for a school's work, or for the school of those of the region, a
-- marker, and how it was tested; several_aspects stands for two flagged
-- markers that look at different things.
CREATE TABLE bench.detection (
    seed integer, is_tampered boolean, tampering text, strength integer, size integer, school_type text,
    marker text, works bigint, evaluated bigint, flagged bigint, tests bigint, test_flags bigint);

CREATE PROCEDURE bench.detect(seed integer, schools integer, every integer)
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_temp.vpr_region(seed, schools, 2024, 2025, every);
    TRUNCATE school_year;
    INSERT INTO school_year (school_id, academic_year, school_type)
    SELECT s.school_no, y, s.school_type FROM vpr_school AS s, generate_series(2024, 2025) AS y;
    FOR year IN 2024 .. 2025 LOOP
        INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark, journal_mark, task_scores)
        SELECT w.administration_id, p.school_no, year, p.number::text, p.class, p.score, p.mark, p.journal_mark, p.task_scores
        FROM pg_temp.vpr_pupil(year) AS p
        JOIN bench.work AS w ON w.assessment_no = p.assessment_no AND w.academic_year = year;
    END LOOP;
    ANALYZE result_2024, result_2025, result_summary, school_summary, task_summary;

    INSERT INTO bench.detection
    WITH judged AS MATERIALIZED (
        SELECT j.*, m.aspect
        FROM judge_markers(ARRAY(SELECT w.administration_id FROM bench.work AS w WHERE w.academic_year = 2025)) AS j
        JOIN marker AS m ON m.code = j.marker
    ), by_work AS (
        SELECT j.school_id, j.administration_id, j.marker, bool_or(j.reason IS NULL) AS evaluated,
               bool_or(j.is_flagged) AS flagged, count(*) FILTER (WHERE j.reason IS NULL) AS tests,
               count(*) FILTER (WHERE j.is_flagged) AS test_flags
        FROM judged AS j
        GROUP BY j.school_id, j.administration_id, j.marker
        UNION ALL
        SELECT j.school_id, j.administration_id, 'several_aspects', bool_or(j.reason IS NULL),
               count(DISTINCT j.aspect) FILTER (WHERE j.is_flagged) >= 2, 0, 0
        FROM judged AS j
        GROUP BY j.school_id, j.administration_id
    )
    SELECT seed, every IS NOT NULL, s.tampering, s.strength, s.size, s.school_type, b.marker,
           count(*), count(*) FILTER (WHERE b.evaluated), count(*) FILTER (WHERE b.flagged), sum(b.tests), sum(b.test_flags)
    FROM by_work AS b
    JOIN vpr_school AS s ON s.school_no = b.school_id
    GROUP BY s.tampering, s.strength, s.size, s.school_type, b.marker;
    TRUNCATE result;
    COMMIT;
END
$$;
-- Seeds of honest and of tampered regions are different; honest ones are half as
-- large.
SELECT format('CALL bench.detect(%s, %s, %s)', s, CASE WHEN s > 100 THEN :schools ELSE :schools / 2 END,
              CASE WHEN s > 100 THEN '22' ELSE 'NULL' END)
FROM (SELECT generate_series(1, :honest) UNION ALL SELECT generate_series(101, 100 + :tampered)) AS r (s) \gexec
DROP TABLE bench.work;
DROP SCHEMA detect CASCADE;
