-- Writes the files of results, outside any timing.
\set QUIET on
DO $$
DECLARE
    f bench.file;
BEGIN
    FOR f IN SELECT * FROM bench.file ORDER BY file LOOP
        EXECUTE format('COPY (SELECT * FROM bench.results(%s, %s, %s, %s)) TO %L', f.administration_id,
                       f.first_school, f.last_school, f.file, bench.file_name(f.file));
    END LOOP;
END
$$;
