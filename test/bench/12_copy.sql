-- COPY of the files of one administration, each into the warehouse without
-- summaries and then into the one with them, so that noise falls on both.
\set QUIET on
SELECT set_config('bench.administration', :'administration', false) \g /dev/null
DO $$
DECLARE
    f bench.file;
    variant text;
    started float8;
BEGIN
    FOR f IN SELECT * FROM bench.file AS b
             WHERE b.administration_id = current_setting('bench.administration')::integer ORDER BY b.file LOOP
        FOREACH variant IN ARRAY ARRAY['bare', 'country'] LOOP
            started := bench.clock_ms();
            EXECUTE format('COPY %I.result FROM %L', variant, bench.file_name(f.file));
            COMMIT;
            INSERT INTO bench.copied
            VALUES (bench.input_rows(), variant, f.file, bench.clock_ms() - started);
            COMMIT;
        END LOOP;
    END LOOP;
END
$$;
