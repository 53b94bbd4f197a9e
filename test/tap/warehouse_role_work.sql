-- What each role is for, done by a member of it in a warehouse whose owner is
-- another: importing, rules and cycles, plans, reading.
\ir include/warehouse.sql
BEGIN;
\ir ../../sql/shnor_roles.sql
SELECT plan(38);
CREATE ROLE regress_shnor_loader IN ROLE shnor_loader;
CREATE ROLE regress_shnor_admin IN ROLE shnor_admin;
CREATE ROLE regress_shnor_analyst IN ROLE shnor_analyst;
CREATE ROLE regress_shnor_reader IN ROLE shnor_reader;
CREATE ROLE regress_shnor_first IN ROLE shnor_municipal;
CREATE ROLE regress_shnor_nowhere IN ROLE shnor_municipal;
CREATE ROLE regress_shnor_both IN ROLE shnor_municipal, shnor_reader;
GRANT USAGE ON SCHEMA helper, tap TO PUBLIC;
SELECT grant_roles();
INSERT INTO municipality_member (role_name, municipality_id)
SELECT 'regress_shnor_first', m.municipality_id FROM municipality AS m WHERE m.code = '01';

-- A file: five pupils of each of four schools in two subjects, one row wrong.
SET ROLE regress_shnor_loader;
SELECT open_staging();
SELECT stage(format('s%s-%s', s, n), n::text, CASE WHEN n <= s THEN '2' ELSE '4' END, subject => v,
             school_code => format('edu99000%s', s))
FROM generate_series(1, 4) AS s, generate_series(1, 5) AS n, unnest(ARRAY['math', 'rus']) AS v \g /dev/null
SELECT stage('s9-1', '3', '2', school_code => 'edu999999') \g /dev/null
SELECT is(counts(import_results('a.csv')), '41 = 40 + 0 + 0 + 1, 0', 'a loader imports');
SELECT open_staging();
SELECT stage(format('s%s-%s', s, n), (n + 1)::text, CASE WHEN n <= s THEN '2' ELSE '4' END, subject => v,
             school_code => format('edu99000%s', s))
FROM generate_series(1, 4) AS s, generate_series(1, 4) AS n, unnest(ARRAY['math', 'rus']) AS v \g /dev/null
SELECT is(counts(import_results('a.csv')), '32 = 0 + 32 + 0 + 0, 8', 'corrects');
SELECT is(undo_import('a.csv'), 32::bigint, 'takes back');
SELECT open_staging();
SELECT stage(format('s%s-%s', s, n), n::text, CASE WHEN n <= s THEN '2' ELSE '4' END, subject => v,
             school_code => format('edu99000%s', s))
FROM generate_series(1, 4) AS s, generate_series(1, 5) AS n, unnest(ARRAY['math', 'rus']) AS v \g /dev/null
SELECT stage('s9-1', '3', '2', school_code => 'edu999999') \g /dev/null
SELECT is(counts(import_results('a.csv')), '41 = 40 + 0 + 0 + 1, 0', 'and imports again');
SELECT is((SELECT count(*) FROM import_status), 3::bigint, 'sees what became of it');
SELECT is(error_of('UPDATE administration SET min_score = 1') ~ '^42501', true, 'does not change what is judged');
SELECT is(error_of('SELECT run_cycle(2023)') ~ '^42501', true, 'and runs no cycle');
SELECT is(error_of('COPY result (administration_id) FROM STDIN') ~ '^0A000', true, 'COPY into result itself is the owner''s');
RESET ROLE;
SELECT is_empty('SELECT * FROM verify_summaries()', 'summaries followed');

-- Conditions of the four schools, and a deficit measured twice.
INSERT INTO school_context (school_id, context_indicator_id, academic_year, numerator, denominator)
SELECT s, i.context_indicator_id, 2023, s * (1 + i.context_indicator_id % 2), 10
FROM generate_series(1, 4) AS s, context_indicator AS i
WHERE i.code IN ('incomplete_families', 'both_parents_higher', 'registered_pupils');
INSERT INTO school_context (school_id, context_indicator_id, academic_year, measurement, amount)
SELECT s, i.context_indicator_id, 2023, m, CASE WHEN m = 1 THEN 1 ELSE 1 + s % 2 END
FROM generate_series(1, 4) AS s, generate_series(1, 2) AS m, context_indicator AS i
WHERE i.code = 'equipment';

SET ROLE regress_shnor_admin;
SELECT is((run_cycle(2023)).in_list, 3, 'an administrator runs a cycle');
SELECT is((SELECT run_by FROM cycle), 'regress_shnor_admin', 'under an own name');
SELECT is(copy_rule_set('plan_2024', 'own', 'Свой') > 0, true, 'copies rules');
UPDATE rule_set SET threshold_percent = 70 WHERE code = 'own';
SELECT is((run_cycle(2023, 'own')).in_list, 1, 'changes them, and runs by them');
SELECT is((run_cycle(2023)).in_list, 3, 'and as before');
SELECT is(open_administration(2023, 'oge', 'rus', 9) > 0, true, 'opens administrations');
SELECT is(assign_school_code('fis_oko', 'edu999999', 1) > 0, true, 'says whose a code is');
SELECT is(add_roadmap('План региона', 'region', 1, '2023-09-01', '2024-05-31') > 0, true, 'makes plans');
SELECT is(add_roadmap('План ' || code, 'municipality', municipality_id, '2023-09-01', '2024-05-31') > 0, true, 'of municipalities')
FROM municipality ORDER BY code;
INSERT INTO roadmap_section (roadmap_id, place, level) SELECT roadmap_id, 1, level FROM roadmap;
INSERT INTO roadmap_event (roadmap_section_id, place, title, deadline)
SELECT roadmap_section_id, 1, 'Событие плана ' || roadmap_id, 'до 1 октября 2023 года' FROM roadmap_section;
SELECT is((SELECT count(*) FROM overdue), 3::bigint, 'with their due days');
SELECT add_roadmap('Образец', 'region', 1, '2024-09-01', '2025-05-31') AS template_id \gset
INSERT INTO roadmap_section (roadmap_id, place, level) VALUES (:template_id, 1, 'municipality');
INSERT INTO roadmap_event (roadmap_section_id, place, title)
SELECT roadmap_section_id, 1, 'Событие образца' FROM roadmap_section WHERE roadmap_id = :template_id;
SELECT derive_roadmap(:template_id, 'municipality', municipality_id) FROM municipality WHERE code = '02' \g /dev/null
SELECT is(mark_done(min(roadmap_occurrence_id), '2023-09-20') IS NOT NULL, true, 'and marks what is done') FROM roadmap_occurrence;
SELECT is(error_of('DELETE FROM result') ~ '^42501', true, 'but changes no result');
RESET ROLE;

SET ROLE regress_shnor_analyst;
SELECT is((SELECT count(*) FROM result), 40::bigint, 'an analyst reads results');
SET ROLE regress_shnor_reader;
SELECT is((SELECT count(*) FROM shnor_list), 3::bigint, 'a reader the list');

SET ROLE regress_shnor_first;
SELECT results_eq('SELECT school_id, count(*) FROM result GROUP BY school_id ORDER BY 1', 'VALUES (1, 10::bigint), (2, 10)',
                  'a coordinator the results of own schools');
SELECT results_eq('SELECT school_id FROM shnor_list', 'VALUES (2)', 'own schools in the list');
SELECT results_eq('SELECT schools, in_list FROM cycle_summary WHERE is_current', 'VALUES (4, 3)', 'and totals of the region');
SELECT results_eq($$SELECT title FROM roadmap_today WHERE title ~ 'плана' ORDER BY 1$$, $$VALUES ('Событие плана 1'), ('Событие плана 2')$$,
                  'the plans of the region and own ones');
-- A sum over own schools must not pass for the region's.
SELECT results_eq($$SELECT DISTINCT level, municipality_id FROM indicator_result ORDER BY 1$$,
                  $$VALUES ('municipality', 1), ('school', 1)$$, 'computed indicators of the own municipality, none of the region');
SELECT results_eq('SELECT municipality_id, schools FROM deficit_effect', 'VALUES (1, 2::bigint)', 'no effect over all schools');
SELECT results_eq('SELECT DISTINCT schools, typed, strong FROM context_summary', 'VALUES (4::bigint, NULL::bigint, NULL::bigint)',
                  'no counts of types beside the number of all schools');
SELECT results_eq('SELECT template, municipality FROM roadmap_not_derived', $$VALUES ('Образец', 'Первый район')$$,
                  'and who has made no plan only of own ones: others'' plans are not seen');
SET ROLE regress_shnor_reader;
SELECT is((SELECT count(*) FROM indicator_result WHERE level = 'region' AND indicator_code = 'listed_schools'), 1::bigint,
          'a reader sees the region''s');
SELECT is((SELECT max(schools) FROM deficit_effect WHERE municipality_id IS NULL), 4::bigint, 'the effect over all');
SELECT is((SELECT typed FROM context_summary WHERE is_current), 4::bigint, 'the types of all');
SELECT results_eq('SELECT municipality FROM roadmap_not_derived', $$VALUES ('Первый район')$$, 'who has made no plan');
SET ROLE regress_shnor_both;
SELECT is((SELECT count(*) FROM indicator_result WHERE level = 'region' AND indicator_code = 'listed_schools'), 1::bigint,
          'so does a coordinator who is a reader too');
SET ROLE regress_shnor_nowhere;
SELECT results_eq('SELECT (SELECT count(*) FROM result), (SELECT count(*) FROM school_status), (SELECT count(*) FROM municipality_member)',
                  'VALUES (0::bigint, 0::bigint, 0::bigint)', 'a coordinator of nothing sees nothing');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
