-- data.sql: the generator. The same numbers on every machine: whatever varies
-- is a hash of the school, the administration and the pupil's place in it.
--
-- Nine administrations of assessments that the default rule set counts, in two
-- academic years, so that the two-year condition has something to find:
-- 2024 ВПР 5 mathematics and Russian, ОГЭ mathematics and Russian; 2025 ВПР 6
-- mathematics and Russian, ОГЭ mathematics and Russian, ЕГЭ Russian. About 55
-- pupils each; ВПР is written in two classes and has journal marks and, in
-- 2025, the scores of 15 items; who failed ОГЭ or ЕГЭ mostly sits again.
--
-- A file is one administration in one region of 500 schools, as files come.

CREATE SCHEMA bench;

CREATE TABLE bench.plan (
    administration_id integer PRIMARY KEY, academic_year integer, exam text, subject text, grade integer,
    max_score integer, min_score integer, cut_3 integer, cut_4 integer, cut_5 integer);
INSERT INTO bench.plan VALUES
    (1, 2024, 'vpr', 'math', 5, 20, NULL, 7, 11, 15),
    (2, 2024, 'vpr', 'rus', 5, 45, NULL, 18, 29, 39),
    (3, 2024, 'oge', 'math', 9, 31, NULL, 8, 15, 22),
    (4, 2024, 'oge', 'rus', 9, 33, NULL, 15, 23, 29),
    (5, 2025, 'vpr', 'math', 6, 16, NULL, 6, 10, 14),
    (6, 2025, 'vpr', 'rus', 6, 51, NULL, 25, 35, 45),
    (7, 2025, 'oge', 'math', 9, 31, NULL, 8, 15, 22),
    (8, 2025, 'oge', 'rus', 9, 33, NULL, 15, 23, 29),
    (9, 2025, 'ege', 'rus', 11, 100, 24, NULL, NULL, NULL);

CREATE FUNCTION bench.schools(result_rows bigint)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (result_rows / 500)::integer;

CREATE FUNCTION bench.regions(schools integer)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (schools + 499) / 500;

-- A number from 0 to sides - 1.
CREATE FUNCTION bench.dice(key bigint, seed bigint, sides integer)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(key, seed) & 4294967295) * sides >> 32)::integer;

-- The rows of one file, in the order they lie in it.
CREATE FUNCTION bench.results(administration integer, first_school integer, last_school integer, file integer)
RETURNS TABLE (administration_id integer, school_id integer, academic_year integer, import_file_id integer,
               attempt integer, score integer, mark integer, journal_mark integer,
               participant text, class text, task_scores integer[])
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH cell AS MATERIALIZED (
        -- one school in ten fails a quarter of its pupils or more
        SELECT a.*, s AS school_id, k AS key,
               19 + bench.dice(k, 1, 70) AS pupils,
               5 + (60 * power(bench.dice(s, 2, 1000) / 1000.0::float8, 8))::integer
                 + bench.dice(k, 3, 9) - 4 AS percent
        FROM bench.plan AS a,
             generate_series(first_school, last_school) AS s,
             LATERAL (SELECT s * 16::bigint + a.administration_id AS k OFFSET 0) AS h
        WHERE a.administration_id = administration
    ), pupil AS MATERIALIZED (
        SELECT c.*, p, c.exam = 'vpr' AS is_vpr,
               CASE WHEN (h & 1023) * 100 < percent * 1024 THEN 2
                    WHEN (h >> 10) & 127 < 58 THEN 3
                    WHEN (h >> 10) & 127 < 105 THEN 4
                    ELSE 5 END AS step,
               (h >> 17) & 1023 AS luck, (h >> 27) & 1023 AS fate
        FROM cell AS c,
             LATERAL (SELECT p, hashint8extended(c.key * 128 + p, 4) AS h
                      FROM generate_series(1, c.pupils) AS p OFFSET 0) AS h
    ), scored AS (
        SELECT i.*, t AS attempt,
               CASE WHEN t = 2 THEN coalesce(cut_3, min_score) + (luck % 3)::integer
                    WHEN cut_3 IS NULL AND step = 2 THEN (luck * min_score >> 10)::integer
                    WHEN cut_3 IS NULL THEN min_score + (luck * (max_score + 1 - min_score) >> 10)::integer
                    WHEN step = 2 THEN (luck * cut_3 >> 10)::integer
                    WHEN step = 3 THEN cut_3 + (luck * (cut_4 - cut_3) >> 10)::integer
                    WHEN step = 4 THEN cut_4 + (luck * (cut_5 - cut_4) >> 10)::integer
                    ELSE cut_5 + (luck * (max_score + 1 - cut_5) >> 10)::integer END AS score
        FROM pupil AS i,
             generate_series(1, CASE WHEN step = 2 AND NOT is_vpr AND fate < 700 THEN 2 ELSE 1 END) AS t
    )
    SELECT administration_id, school_id, academic_year, file, attempt, score,
           CASE WHEN cut_3 IS NULL THEN NULL WHEN attempt = 2 THEN 3 ELSE step END,
           CASE WHEN NOT is_vpr THEN NULL
                WHEN fate < 350 THEN least(step + 1, 5)
                WHEN fate < 365 THEN least(step + 2, 5)
                WHEN fate < 405 THEN greatest(step - 1, 2)
                ELSE step END,
           (100000 + school_id) || '-' || grade || '-' || (100 + p),
           CASE WHEN is_vpr THEN grade || CASE WHEN p * 2 <= pupils THEN 'А' ELSE 'Б' END ELSE '' END,
           -- the items add up to the score
           CASE WHEN is_vpr AND academic_year = 2025 THEN
               ARRAY[score / 15, score * 2 / 15 - score / 15, score * 3 / 15 - score * 2 / 15,
                     score * 4 / 15 - score * 3 / 15, score * 5 / 15 - score * 4 / 15,
                     score * 6 / 15 - score * 5 / 15, score * 7 / 15 - score * 6 / 15,
                     score * 8 / 15 - score * 7 / 15, score * 9 / 15 - score * 8 / 15,
                     score * 10 / 15 - score * 9 / 15, score * 11 / 15 - score * 10 / 15,
                     score * 12 / 15 - score * 11 / 15, score * 13 / 15 - score * 12 / 15,
                     score * 14 / 15 - score * 13 / 15, score - score * 14 / 15] END
    FROM scored;
END;

-- Files are numbered administration by administration, region by region. Of
-- the settings bench.rows and bench.dir come from bench.sh.
CREATE VIEW bench.file AS
SELECT a.administration_id, a.academic_year, r AS region, (a.administration_id - 1) * n.regions + r AS file,
       (r - 1) * 500 + 1 AS first_school, least(r * 500, n.schools) AS last_school
FROM bench.plan AS a,
     (SELECT s AS schools, bench.regions(s) AS regions
      FROM bench.schools(current_setting('bench.rows')::bigint) AS s) AS n,
     generate_series(1, n.regions) AS r;

CREATE FUNCTION bench.file_name(file integer)
RETURNS text
LANGUAGE sql STABLE
RETURN format('%s/result_%s.txt', current_setting('bench.dir'), lpad(file::text, 4, '0'));

-- A warehouse that awaits the files.
CREATE PROCEDURE bench.new_warehouse(schema text)
LANGUAGE plpgsql
AS $$
BEGIN
    CALL shnor.create_warehouse(schema);
    PERFORM set_config('search_path', format('%I, shnor', schema), true);
    INSERT INTO region OVERRIDING SYSTEM VALUE
    SELECT f.region, f.region::text, 'Регион ' || f.region
    FROM bench.file AS f WHERE f.administration_id = 1;
    INSERT INTO municipality OVERRIDING SYSTEM VALUE
    SELECT (r.region_id - 1) * 20 + m, r.region_id, m::text, 'Муниципальное образование ' || m
    FROM region AS r, generate_series(1, 20) AS m;
    INSERT INTO school OVERRIDING SYSTEM VALUE
    SELECT s, (f.region - 1) * 20 + s % 20 + 1, 'Школа № ' || s, s % 2 = 0
    FROM bench.file AS f, generate_series(f.first_school, f.last_school) AS s
    WHERE f.administration_id = 1;
    INSERT INTO school_code (school_id, kind, code)
    SELECT s.school_id, 'local', 's' || s.school_id FROM school AS s;
    INSERT INTO administration OVERRIDING SYSTEM VALUE
    SELECT a.administration_id, find_assessment(a.exam, a.subject, 'none', a.grade), a.academic_year, a.max_score,
           CASE WHEN a.cut_3 IS NULL THEN 'min_score' ELSE 'mark' END,
           a.min_score, a.cut_3, a.cut_4, a.cut_5, false, 'Вымышленные данные'
    FROM bench.plan AS a;
    INSERT INTO import_file (import_file_id, file_name, version, fingerprint, rows_read, rows_stored,
                             rows_replaced, rows_unchanged, rows_rejected, rows_withdrawn)
    OVERRIDING SYSTEM VALUE
    SELECT f.file, bench.file_name(f.file), 1, repeat('0', 64), 0, 0, 0, 0, 0, 0 FROM bench.file AS f;
    PERFORM setval(pg_get_serial_sequence('import_file', 'import_file_id'), max(f.file)) FROM bench.file AS f;
    PERFORM open_year(a.academic_year) FROM (SELECT DISTINCT p.academic_year FROM bench.plan AS p) AS a;
    ANALYZE region, municipality, school, school_code, administration, import_file;
    RESET search_path;
END
$$;
