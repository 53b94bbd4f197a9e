-- round_trip.sql: the demo region, exported into each layout that the rule can
-- read and imported into empty warehouses, must give the same cycles.
--
--   psql -X -q -v schools=1088 -f test/round_trip.sql    in an empty database
--
-- Prints a row a way back: files, rows refused, school outcomes compared and
-- how many of them differ.
\set ON_ERROR_STOP on
\if :{?schools}
\else
    \set schools 1088
\endif
SET client_min_messages = error;
CREATE EXTENSION shnor;
CALL shnor.create_warehouse('origin');
SET search_path = origin, shnor, public;
\ir ../demo/tools.sql
\ir ../demo/region.sql
DELETE FROM demo_cell WHERE school_no > :schools;
\set year 2020
\ir ../demo/load_year.sql
SELECT FROM import_results('results_2020.csv') \g /dev/null
\set year 2021
\ir ../demo/load_year.sql
SELECT FROM import_results('results_2021.csv') \g /dev/null
\set year 2022
\ir ../demo/load_year.sql
SELECT FROM import_results('results_2022.csv') \g /dev/null
ANALYZE;
SELECT run_cycle(y) FROM generate_series(2020, 2022) AS y ORDER BY y \g /dev/null

\ir layout_export.sql
CREATE TEMP TABLE exported AS
SELECT 'protocols' AS way, f.file_name, f.place, f.line
FROM pg_temp.export_files() AS f WHERE f.kind <> 'f1'
UNION ALL
SELECT 'f1', f.file_name, f.place, f.line
FROM pg_temp.export_files() AS f WHERE f.kind = 'f1'
UNION ALL
SELECT 'marks', format('marks_%s.csv', a.administration_id), f.place, f.line
FROM export_administration AS a
CROSS JOIN LATERAL pg_temp.export_marks(a.administration_id) WITH ORDINALITY AS f (line, place)
WHERE a.exam = 'vpr' AND EXISTS (SELECT FROM result AS r WHERE r.administration_id = a.administration_id)
UNION ALL
SELECT 'canonical', format('canonical_%s.csv', y), f.place, f.line
FROM generate_series(2020, 2022) AS y
CROSS JOIN LATERAL pg_temp.export_canonical(y) WITH ORDINALITY AS f (line, place);
ANALYZE exported;

-- An empty warehouse with the same schools and administrations, filled from the
-- files of the given ways, and its cycles.
CREATE FUNCTION pg_temp.come_back(way text, ways text[])
RETURNS TABLE (imported bigint, refused numeric, outcomes bigint, different bigint)
LANGUAGE plpgsql
AS $$
DECLARE
    reference text;
    file text;
BEGIN
    EXECUTE format('CALL shnor.create_warehouse(%L)', way);
    PERFORM set_config('search_path', way || ', shnor, public', false);
    FOREACH reference IN ARRAY ARRAY['region', 'municipality', 'school', 'school_code', 'school_year'] LOOP
        EXECUTE format('INSERT INTO %I OVERRIDING SYSTEM VALUE SELECT * FROM origin.%I', reference, reference);
    END LOOP;
    PERFORM open_year(y) FROM generate_series(2020, 2022) AS y;
    INSERT INTO administration OVERRIDING SYSTEM VALUE SELECT * FROM origin.administration;
    FOR file IN SELECT DISTINCT e.file_name FROM exported AS e WHERE e.way = ANY (ways) ORDER BY 1 LOOP
        PERFORM open_lines();
        INSERT INTO import_line (raw) SELECT e.line FROM exported AS e WHERE e.file_name = file ORDER BY e.place;
        PERFORM import_file(file);
    END LOOP;
    PERFORM run_cycle(y) FROM generate_series(2020, 2022) AS y;
    RETURN QUERY EXECUTE $query$
        WITH before AS (
            SELECT result_year, school_id, data_status, verdict, in_list, in_risk_zone, risk_reason, dynamics,
                   low_count, low_count_before, worst_assessment, participants, failed
            FROM origin.school_status
        ), after AS (
            SELECT result_year, school_id, data_status, verdict, in_list, in_risk_zone, risk_reason, dynamics,
                   low_count, low_count_before, worst_assessment, participants, failed
            FROM school_status
        )
        SELECT (SELECT count(*) FROM import_file), (SELECT sum(rows_rejected) FROM import_file),
               (SELECT count(*) FROM after),
               (SELECT count(*) FROM ((TABLE before EXCEPT ALL TABLE after)
                                      UNION ALL (TABLE after EXCEPT ALL TABLE before)) AS d)$query$;
END
$$;

\pset format unaligned
\pset tuples_only on
SELECT v.way, c.*
FROM (VALUES (1, 'canonical', ARRAY['canonical']), (2, 'individual', ARRAY['f1', 'protocols']),
             (3, 'published', ARRAY['marks', 'protocols'])) AS v (place, way, ways)
CROSS JOIN LATERAL pg_temp.come_back(v.way, v.ways) AS c
ORDER BY v.place;
