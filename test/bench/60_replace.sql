-- One school's results of all administrations, replaced by the same, and
-- corrected in place.
\set QUIET on
SET client_min_messages = warning;
DROP TABLE IF EXISTS bench.own;
CREATE TABLE bench.own AS
SELECT r.* FROM country.result AS r
WHERE r.school_id = bench.schools(bench.input_rows()) / 2 AND r.administration_id = ANY ('{1,2,3,4,5,6,7,8,9}');
ANALYZE bench.own;
INSERT INTO bench.fact SELECT 'count', 'results of the school replaced', bench.input_rows(), count(*) FROM bench.own;
INSERT INTO bench.query (measure, place, variant, kind, query)
SELECT 'replace', 1, 'DELETE and INSERT', 'statement', format(
    'DELETE FROM country.result WHERE school_id = %s AND administration_id = ANY (''{1,2,3,4,5,6,7,8,9}'');
     INSERT INTO country.result TABLE bench.own', bench.schools(bench.input_rows()) / 2)
UNION ALL
SELECT 'replace', 2, 'UPDATE', 'statement', format(
    'UPDATE country.result SET mark = 7 - mark WHERE school_id = %s AND administration_id = ANY (''{1,2,3,4,5,6,7,8,9}'')',
    bench.schools(bench.input_rows()) / 2);
CALL bench.run('replace');
DO $$
BEGIN
    IF EXISTS (SELECT FROM country.verify_summaries()) THEN
        RAISE EXCEPTION 'summaries differ from a recount';
    END IF;
END
$$;
