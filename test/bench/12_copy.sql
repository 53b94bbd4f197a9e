-- COPY of the files of one administration, each into the warehouse without
-- summaries and then into the one with them, so that noise falls on both; every
-- other file into the partition of its year. PostgreSQL does not write rows to
-- a partitioned table in batches when that has a trigger with a transition
-- table, to a partition it does.
\set QUIET on
SELECT set_config('bench.administration', :'administration', false) \g /dev/null
DO $$
DECLARE
    f bench.file;
    variant text;
    target text;
    started float8;
    copied bigint;
BEGIN
    FOR f IN SELECT * FROM bench.file AS b
             WHERE b.administration_id = current_setting('bench.administration')::integer ORDER BY b.file LOOP
        target := CASE WHEN f.file % 2 = 0 THEN 'result_' || f.academic_year ELSE 'result' END;
        FOREACH variant IN ARRAY ARRAY['bare', 'country'] LOOP
            started := bench.clock_ms();
            EXECUTE format('COPY %I.%I FROM %L', variant, target, bench.file_name(f.file));
            GET DIAGNOSTICS copied = ROW_COUNT;
            COMMIT;
            INSERT INTO bench.copied
            VALUES (bench.input_rows(), variant, target <> 'result', f.file, copied, bench.clock_ms() - started);
            COMMIT;
        END LOOP;
    END LOOP;
END
$$;
