-- Whoever changes results needs rights on them only: summaries follow with the
-- rights of the warehouse's owner, who need not be a superuser.
\ir include/warehouse.sql
BEGIN;
SELECT plan(20);
\ir include/summary_oracle.sql
CREATE ROLE regress_shnor_writer;
CREATE ROLE regress_shnor_owner;
GRANT USAGE ON SCHEMA monitoring, helper, tap TO regress_shnor_writer;
GRANT USAGE ON SCHEMA helper, tap TO regress_shnor_owner;
GRANT INSERT, TRUNCATE ON result TO regress_shnor_writer;
SELECT administration(2023, 'vpr', 'math', 5) AS math \gset

SET ROLE regress_shnor_writer;
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark)
VALUES (:math, 1, 2023, 'p1', 1, 2), (:math, 2, 2023, 'p1', 1, 2);
SELECT is(error_of('SELECT * FROM school_summary') ~ '^42501', true, 'a role with INSERT on result sees no summary');
SELECT is(error_of(format('INSERT INTO result (administration_id, school_id, academic_year, participant, score) VALUES (%s, 1, 2023, ''q'', 21)', :math)) ~ '^23514',
          true, 'what it enters is checked');
SELECT is(current_user::text, 'regress_shnor_writer', 'after an error too it is who it was');
RESET ROLE;
SELECT in_step('what it entered');
SELECT is((SELECT sum(results) FROM school_summary), 2::bigint, 'is counted');
SET ROLE regress_shnor_writer;
TRUNCATE result;
RESET ROLE;
SELECT in_step('what it emptied');
SELECT is((SELECT count(*) FROM school_summary), 0::bigint, 'is gone');

-- Row security: the writer deals with school 1 only, and reads no summary.
GRANT SELECT, UPDATE, DELETE ON result TO regress_shnor_writer;
ALTER TABLE result ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON result TO regress_shnor_writer USING (school_id = 1);
ALTER TABLE school_summary ENABLE ROW LEVEL SECURITY;
ALTER TABLE school_summary FORCE ROW LEVEL SECURITY;
ALTER TABLE result_summary ENABLE ROW LEVEL SECURITY;
ALTER TABLE result_summary FORCE ROW LEVEL SECURITY;
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark)
SELECT :math, s, 2023, 'p' || n, n, 2 + n % 4 FROM generate_series(1, 2) AS s, generate_series(1, 8) AS n;
SET ROLE regress_shnor_writer;
UPDATE result SET mark = 5 WHERE participant < 'p5';
DELETE FROM result WHERE participant = 'p7';
INSERT INTO result (administration_id, school_id, academic_year, participant, score) VALUES (:math, 1, 2023, 'p9', 20);
SELECT is(error_of(format('INSERT INTO result (administration_id, school_id, academic_year, participant, score) VALUES (%s, 2, 2023, ''p9'', 20)', :math)) ~ '^42501',
          true, 'the policy holds');
RESET ROLE;
SELECT in_step('what row security let through');
SELECT results_eq('SELECT school_id, results FROM school_summary ORDER BY 1', 'VALUES (1, 8), (2, 8)', 'and no more');

-- What fails, and the highest score, are looked up with the owner's eyes too.
GRANT SELECT, UPDATE ON administration TO regress_shnor_writer;
SET ROLE regress_shnor_writer;
UPDATE administration SET fail_by = 'min_score', min_score = 4 WHERE administration_id = :math;
SELECT is(error_of(format('UPDATE administration SET max_score = 19 WHERE administration_id = %s', :math)) ~ '^23514',
          true, 'the maximum does not go under the score of school 1');
RESET ROLE;
SELECT in_step('what is judged in another way');
DELETE FROM result WHERE participant = 'p9';
UPDATE result SET score = 19 WHERE school_id = 2 AND participant = 'p8';
SET ROLE regress_shnor_writer;
SELECT is(error_of(format('UPDATE administration SET max_score = 18 WHERE administration_id = %s', :math)) ~ '^23514',
          true, 'nor under that of school 2, which the role does not see');
RESET ROLE;
SELECT results_eq('SELECT school_id, failed FROM school_summary ORDER BY 1', 'VALUES (1, 3), (2, 3)', 'with all schools counted');

-- An owner who is no superuser.
SELECT format('GRANT CREATE, TEMPORARY ON DATABASE %I TO regress_shnor_owner', current_database()) \gexec
GRANT EXECUTE ON PROCEDURE shnor.create_warehouse(text) TO regress_shnor_owner;
SET ROLE regress_shnor_owner;
CALL shnor.create_warehouse('regress_shnor');
SET search_path = regress_shnor, shnor, helper, tap;
INSERT INTO region (code, name) VALUES ('1', 'Регион');
INSERT INTO municipality (region_id, code, name) SELECT region_id, '1', 'Район' FROM region;
INSERT INTO school (municipality_id, name) SELECT municipality_id, 'Школа' FROM municipality;
SELECT open_year(2023) \g /dev/null
SELECT open_administration(2023, 'vpr', 'math', 5, max_score => 20) \g /dev/null
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark) VALUES (1, 1, 2023, 'p1', 1, 2);
SELECT is_empty('SELECT * FROM verify_summaries()', 'an owner who is no superuser has summaries');
ALTER TABLE result DETACH PARTITION result_2023;
SELECT is((SELECT count(*) FROM school_summary), 0::bigint, 'of the partitions there are');
ALTER TABLE result ATTACH PARTITION result_2023 FOR VALUES IN (2023);
SELECT is((SELECT count(*) FROM school_summary), 1::bigint, 'now and then');
RESET ROLE;
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark) VALUES (1, 1, 2023, 'p2', 1, 2);
ALTER TABLE result DETACH PARTITION result_2023;
ALTER TABLE result ATTACH PARTITION result_2023 FOR VALUES IN (2023);
SELECT is_empty('SELECT * FROM verify_summaries()', 'whoever moves them');
SELECT is((SELECT results FROM school_summary), 2, 'or enters results');
SET ROLE regress_shnor_owner;
SELECT is(rebuild_summaries(), 0::bigint, 'the owner rebuilds');
DROP SCHEMA regress_shnor CASCADE;
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
