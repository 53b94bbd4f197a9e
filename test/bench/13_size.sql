-- Bytes on disk of results and summaries, by heap and index, after a vacuum.
\set QUIET on
SET client_min_messages = warning;
DROP SCHEMA bare CASCADE;
VACUUM (ANALYZE) country.result;
VACUUM (ANALYZE) country.result_summary, country.school_summary, country.import_file_summary;
CHECKPOINT;
INSERT INTO bench.fact
SELECT 'count', 'results', bench.input_rows(), count(*) FROM country.result
UNION ALL
SELECT 'count', 'summaries', bench.input_rows(), count(*) FROM country.result_summary
UNION ALL
SELECT 'count', 'summaries of schools', bench.input_rows(), count(*) FROM country.school_summary;

-- The parts of result are its partitions', those of an index its partitions'.
INSERT INTO bench.fact
SELECT 'bytes', 'result: heap', bench.input_rows(), sum(pg_table_size(t.relid))
FROM pg_partition_tree('country.result') AS t WHERE t.isleaf
UNION ALL
SELECT 'bytes', 'result: index ' || substring(pg_get_indexdef(i.indexrelid) FROM '\(.*\)'), bench.input_rows(),
       (SELECT sum(pg_relation_size(t.relid)) FROM pg_partition_tree(i.indexrelid) AS t WHERE t.isleaf)
FROM pg_index AS i WHERE i.indrelid = 'country.result'::regclass
UNION ALL
SELECT 'bytes', c.relname || ': heap', bench.input_rows(), pg_table_size(c.oid)
FROM pg_class AS c
WHERE c.oid IN ('country.result_summary'::regclass, 'country.school_summary'::regclass)
UNION ALL
SELECT 'bytes', c.relname || ': index ' || substring(pg_get_indexdef(i.indexrelid) FROM '\(.*\)'),
       bench.input_rows(), pg_relation_size(i.indexrelid)
FROM pg_index AS i
JOIN pg_class AS c ON c.oid = i.indrelid
WHERE c.oid IN ('country.result_summary'::regclass, 'country.school_summary'::regclass);

-- What the columns themselves take, and what a heap must add: a row header of
-- 24 bytes, rows aligned to 8, an item pointer of 4, a page header of 24.
DO $$
DECLARE
    t text;
    width text;
BEGIN
    FOREACH t IN ARRAY ARRAY['result', 'result_summary', 'school_summary'] LOOP
        SELECT string_agg(format('coalesce(pg_column_size(%I), 0)', a.attname), ' + ') INTO width
        FROM pg_attribute AS a
        WHERE a.attrelid = ('country.' || t)::regclass AND a.attnum > 0 AND NOT a.attisdropped;
        EXECUTE format($query$
            INSERT INTO bench.fact
            SELECT 'bytes', %1$L || ': columns alone', bench.input_rows(), sum(w)
            FROM (SELECT %2$s AS w FROM country.%1$I) AS s
            UNION ALL
            SELECT 'bytes', %1$L || ': least possible heap', bench.input_rows(),
                   sum(28 + (w + 7) / 8 * 8) * 8192 / 8168
            FROM (SELECT %2$s AS w FROM country.%1$I) AS s$query$, t, width);
    END LOOP;
END
$$;
