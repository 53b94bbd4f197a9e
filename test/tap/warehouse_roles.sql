-- Who may do what: a role without privileges uses the kernels on tables of its
-- own and nothing of a warehouse; an owner need not be superuser.
\ir include/warehouse.sql
BEGIN;
SELECT plan(33);
CREATE ROLE regress_shnor_reader;
CREATE ROLE regress_shnor_owner;
GRANT USAGE ON SCHEMA helper, tap TO regress_shnor_reader, regress_shnor_owner;
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark)
VALUES (administration(2023, 'vpr', 'math', 5), 1, 2023, 'p1', 1, 2);
SELECT error_of($$SELECT run_cycle(2023)$$) \g /dev/null

-- Kernels on a temporary table.
SET ROLE regress_shnor_reader;
CREATE TEMP TABLE my_result AS
SELECT s AS school, n AS score, CASE WHEN n <= s THEN 2 ELSE 3 END AS mark, y AS year
FROM generate_series(1, 4) AS s, generate_series(1, 10) AS n, generate_series(2022, 2023) AS y;
SELECT results_eq(
    $$SELECT school, shnor.fail_count(shnor.score_dist(score, mark)), shnor.participants(shnor.score_dist(score, mark))
      FROM my_result WHERE year = 2023 GROUP BY school ORDER BY school$$,
    $$SELECT s, s::bigint, 10::bigint FROM generate_series(1, 4) AS s$$, 'an ordinary role uses score_dist');
SELECT results_eq(
    $$SELECT school, shnor.shnor_rule(year, 'math', shnor.low_result(failed, 10, 30, 1), 2023)
      FROM (SELECT school, year, count(*) FILTER (WHERE mark = 2) AS failed FROM my_result GROUP BY school, year) AS c
      GROUP BY school ORDER BY school$$,
    $$VALUES (1, 'none'), (2, 'none'), (3, 'two_years'), (4, 'two_years')$$, 'and the rule');
SELECT is(shnor.int_or_null('7', 1, 9), 7, 'and the reading of cells');

-- Nothing of the warehouse.
SELECT matches(error_of(v), '^42501\n', v)
FROM unnest(ARRAY[
    'CALL shnor.create_warehouse(''regress_shnor'')',
    'SELECT * FROM monitoring.result', 'SELECT * FROM monitoring.shnor_list',
    'SELECT * FROM monitoring.import_reject',
    'INSERT INTO monitoring.region (code, name) VALUES (''1'', ''1'')',
    'UPDATE monitoring.rule_set SET threshold_percent = 99', 'DELETE FROM monitoring.result',
    'TRUNCATE monitoring.result', 'SELECT monitoring.run_cycle(2023)', 'SELECT monitoring.open_year(2030)']) AS v;
RESET ROLE;

-- With USAGE on the schema its routines and tables stay closed.
GRANT USAGE ON SCHEMA monitoring TO regress_shnor_reader;
SET ROLE regress_shnor_reader;
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc AS p
                  WHERE p.pronamespace = 'monitoring'::regnamespace
                    AND p.proname NOT IN ('branch_text', 'dynamics_text', 'number_text', 'odds_text', 'chance_text', 'evidence_text', 'marker_reason_text', 'occurrence_status', 'reaches',
                                          'measurement_text', 'deficit_text', 'effect_text', 'significance_text', 'conditions_text', 'outcome_type_text',
                                          'sees_every_school', 'sees_municipality')
                    AND has_function_privilege(p.oid, 'EXECUTE')$$, 'no routine may be executed, but those that views call');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c
                  WHERE c.relnamespace = 'monitoring'::regnamespace AND c.relkind IN ('r', 'p', 'v')
                    AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')$$,
                'no table or view may be touched');
SELECT matches(error_of(v), '^42501\n', v)
FROM unnest(ARRAY[
    'SELECT monitoring.run_cycle(2023)', 'SELECT monitoring.open_year(2030)', 'SELECT monitoring.open_staging()',
    'SELECT monitoring.import_results(''f'')', 'SELECT monitoring.rebuild_summaries(2023)',
    'SELECT monitoring.open_administration(2023, ''vpr'', ''math'', 5)',
    'SELECT monitoring.copy_rule_set(''plan_2024'', ''mine'', ''mine'')', 'SELECT * FROM monitoring.shnor_list']) AS v;
RESET ROLE;

-- The views look with the reader's eyes: a granted view alone shows nothing.
GRANT SELECT ON shnor_list TO regress_shnor_reader;
SET ROLE regress_shnor_reader;
SELECT matches(error_of('SELECT * FROM monitoring.shnor_list'), '^42501\n', 'a view alone opens no table');
RESET ROLE;
GRANT SELECT ON ALL TABLES IN SCHEMA monitoring TO regress_shnor_reader;
SET ROLE regress_shnor_reader;
SELECT is((SELECT count(*) FROM monitoring.shnor_list), 0::bigint, 'with the tables granted it is readable');
RESET ROLE;

-- An owner who is no superuser.
SELECT format('GRANT CREATE, TEMPORARY ON DATABASE %I TO regress_shnor_owner', current_database()) \gexec
SET ROLE regress_shnor_owner;
SELECT matches(error_of($$CALL shnor.create_warehouse('regress_shnor')$$), '^42501\n', 'CREATE on the database is not enough');
RESET ROLE;
GRANT EXECUTE ON PROCEDURE shnor.create_warehouse(text) TO regress_shnor_owner;
SET ROLE regress_shnor_owner;
CALL shnor.create_warehouse('regress_shnor');
SET search_path = regress_shnor, shnor, helper, tap;
INSERT INTO region (code, name) VALUES ('1', 'Регион');
INSERT INTO municipality (region_id, code, name) SELECT region_id, '1', 'Район' FROM region;
INSERT INTO school (municipality_id, name) SELECT municipality_id, 'Школа' FROM municipality;
INSERT INTO school_code (school_id, kind, code) SELECT school_id, 'fis_oko', 'edu1' FROM school;
DO $$
BEGIN
    PERFORM open_year(2023);
    PERFORM open_administration(2023, 'vpr', v, 5, max_score => 20) FROM unnest(ARRAY['math', 'rus']) AS v;
    PERFORM open_staging();
    INSERT INTO import_staging (academic_year, exam, subject, grade, school_code_kind, school_code, participant, mark)
    SELECT '2023', 'vpr', s, '5', 'fis_oko', 'edu1', 'p' || n, CASE WHEN n <= 3 THEN '2' ELSE '3' END
    FROM generate_series(1, 10) AS n, unnest(ARRAY['math', 'rus']) AS s;
END
$$;
SELECT is((import_results('f.csv')).rows_stored, 20::bigint, 'an owner who is no superuser imports');
SELECT is((run_cycle(2023)).in_list, 1, 'runs a cycle');
SELECT results_eq('SELECT school, verdict, participants, failed FROM shnor_list',
                  $$VALUES ('Школа', 'two_assessments', 10::bigint, 3::bigint)$$, 'and reads the list');
RESET ROLE;
SELECT is(open_year(2024), true, 'somebody else opens a year');
SET ROLE regress_shnor_owner;
SELECT is((SELECT pg_get_userbyid(nspowner)::text FROM pg_namespace WHERE nspname = 'regress_shnor'), 'regress_shnor_owner',
          'the warehouse is the caller''s');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class AS c
                  WHERE c.relnamespace = 'regress_shnor'::regnamespace AND c.relowner <> 'regress_shnor_owner'::regrole$$,
                'with everything in it, that year too');
DROP SCHEMA regress_shnor CASCADE;
SELECT hasnt_schema('regress_shnor', 'and the caller can drop it');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
