-- What the pgTAP files on the warehouse share: a warehouse "monitoring" with
-- four schools and the administrations of two years, and a few helpers, which
-- live in schema helper so that the warehouse's own schema stays as created.
SET client_min_messages = warning;
CREATE SCHEMA helper;

-- SQLSTATE, message, detail and hint, a line each, of the error a command ends
-- with; NULL when it succeeds.
CREATE FUNCTION helper.error_of(command text)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE command;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', sqlstate, message, nullif(detail, ''), nullif(hint, ''));
END
$$;

CALL shnor.create_warehouse('monitoring');
SET search_path = monitoring, shnor, helper, public, tap;

INSERT INTO region (code, name) VALUES ('99', 'Область');
INSERT INTO municipality (region_id, code, name)
SELECT region_id, v.code, v.name
FROM region, (VALUES ('01', 'Первый район'), ('02', 'Второй район')) AS v (code, name);
INSERT INTO school (municipality_id, name)
SELECT m.municipality_id, format('Школа № %s', n)
FROM generate_series(1, 4) AS n
JOIN municipality AS m ON m.code = CASE WHEN n <= 2 THEN '01' ELSE '02' END
ORDER BY n;
INSERT INTO school_code (school_id, kind, code)
SELECT s.school_id, k.kind, k.prefix || s.school_id
FROM school AS s, (VALUES ('fis_oko', 'edu99000'), ('ris_gia', '99000')) AS k (kind, prefix);

DO $$
BEGIN
    PERFORM open_year(y) FROM generate_series(2022, 2023) AS y;
    PERFORM open_administration(y, 'vpr', 'math', 5, max_score => 20)
    FROM generate_series(2022, 2023) AS y;
    PERFORM open_administration(y, 'vpr', 'rus', 5, max_score => 45)
    FROM generate_series(2022, 2023) AS y;
    PERFORM open_administration(y, 'ege', 'rus', 11) FROM generate_series(2022, 2023) AS y;
END
$$;

-- The key of an administration of level none.
CREATE FUNCTION helper.administration(year integer, exam text, subject text, grade integer)
RETURNS integer
LANGUAGE sql STABLE
RETURN (SELECT a.administration_id
        FROM monitoring.administration AS a
        WHERE a.academic_year = administration.year
          AND a.assessment_id = monitoring.find_assessment(exam, subject, 'none', grade));

-- One line of a file, by default a good one, into import_staging.
CREATE FUNCTION helper.stage(
    participant text, score text DEFAULT '10', mark text DEFAULT '3',
    journal_mark text DEFAULT '', task_scores text DEFAULT '', class text DEFAULT '5А',
    attempt text DEFAULT '', school_code text DEFAULT 'edu990001',
    school_code_kind text DEFAULT 'fis_oko', academic_year text DEFAULT '2023',
    exam text DEFAULT 'vpr', subject text DEFAULT 'math', grade text DEFAULT '5',
    level text DEFAULT '')
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO pg_temp.import_staging VALUES
        (academic_year, exam, subject, level, grade, school_code_kind, school_code,
         participant, class, attempt, score, mark, journal_mark, task_scores);
END
$$;

-- The counts of one import in words: read = stored + replaced + unchanged +
-- rejected, withdrawn.
CREATE FUNCTION helper.counts(f monitoring.import_file)
RETURNS text
LANGUAGE sql IMMUTABLE
RETURN format('%s = %s + %s + %s + %s, %s', f.rows_read, f.rows_stored, f.rows_replaced,
              f.rows_unchanged, f.rows_rejected, f.rows_withdrawn);
