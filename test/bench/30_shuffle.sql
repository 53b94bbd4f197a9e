-- The same results in random order, without what the aggregate does not read.
\set QUIET on
SET client_min_messages = warning;
DROP TABLE IF EXISTS bench.shuffled;
SET max_parallel_workers_per_gather = 0;
CREATE UNLOGGED TABLE bench.shuffled AS
SELECT administration_id, school_id, academic_year, import_file_id, attempt, score, mark, journal_mark, participant, class
FROM country.result
ORDER BY hashint8extended(hashtextextended(participant, administration_id), school_id);
VACUUM (ANALYZE) bench.shuffled;
