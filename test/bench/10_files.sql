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
    -- and what DuckDB has to know of the administrations
    EXECUTE format('COPY (SELECT p.administration_id, p.academic_year,
                                 dense_rank() OVER (ORDER BY p.exam, p.subject, p.grade) AS assessment,
                                 CASE WHEN p.cut_3 IS NULL THEN p.min_score END AS min_score
                          FROM bench.plan AS p) TO %L (FORMAT csv, HEADER)', current_setting('bench.dir') || '/plan.csv');
END
$$;
