-- A cycle on a region small enough to check by hand: the threshold, what a
-- rerun changes and what it leaves, rule sets and their errors. Random regions
-- are in warehouse_cycle_random.sql.
\ir include/warehouse.sql
BEGIN;
SELECT plan(61);
-- Markers depend on more than a list does, and have a test of their own.
UPDATE rule_set SET marker_preset_id = NULL;

-- N results of a school in an administration, the first of them failed.
CREATE FUNCTION helper.add_results(the_school integer, year integer, subject text, n integer, failed integer,
                                   attempt integer DEFAULT 1)
RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO monitoring.result (administration_id, school_id, academic_year, participant, attempt, score, mark)
    SELECT helper.administration(year, 'vpr', subject, 5), the_school, year, 'p' || i, attempt, 10,
           CASE WHEN i <= failed THEN 2 ELSE 3 END
    FROM generate_series(1, n) AS i;
END;
CREATE FUNCTION helper.outcome(the_school integer, year integer)
RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT format('%s %s %s %s', data_status, verdict, dynamics, CASE WHEN in_list THEN 'in' ELSE 'out' END)
        FROM monitoring.school_status WHERE school_id = the_school AND result_year = year);

-- School 1: 30 % exactly in two assessments. School 2: one pupil less in one
-- of them. School 3: low in one assessment in both years. School 4: no data.
SELECT add_results(1, 2023, 'math', 10, 3), add_results(1, 2023, 'rus', 20, 6),
       add_results(2, 2023, 'math', 10, 3), add_results(2, 2023, 'rus', 20, 5),
       add_results(3, 2022, 'math', 10, 4), add_results(3, 2022, 'rus', 10, 0),
       add_results(3, 2023, 'math', 7, 4), add_results(3, 2023, 'rus', 10, 0),
       -- a re-sit that everybody passed changes nothing
       add_results(1, 2023, 'math', 10, 0, attempt => 2) \g /dev/null
SELECT cycle_id AS first_id FROM run_cycle(2022) \gset
SELECT cycle_id AS second_id, in_list, stayed, appeared, no_data, risk_zone, rule_set FROM run_cycle(2023) \gset
SELECT is(outcome(1, 2023), 'judged two_assessments new in', '30 % exactly in two assessments is the list');
SELECT is(outcome(2, 2023), 'judged none never out', '30 % in one assessment, 25 % in the other is not');
SELECT is((SELECT risk_reason FROM risk_zone WHERE school_id = 2),
          'одна процедура с низкими результатами, годом раньше ни одной', 'it is the risk zone');
SELECT is(outcome(3, 2023), 'judged two_years new in', 'low in both years is the list');
SELECT is(outcome(4, 2023), 'no_data  never out', 'no data is no verdict');
SELECT is(:'rule_set'::text, 'plan_2024', 'the rule set that applies to the year was taken');
SELECT is(ARRAY[:in_list, :stayed, :appeared, :no_data, :risk_zone], ARRAY[2, 0, 2, 1, 1], 'totals returned');
SELECT results_eq(
    'SELECT school_id, worst_assessment, band, participants, failed, round(fail_share, 4), pupils_from_threshold, list_year FROM shnor_list ORDER BY school_id',
    $$VALUES (1, 'ВПР, русский язык, 5 класс', 'basic', 20::bigint, 6::bigint, 0.3, 1::bigint, 2024),
             (3, 'ВПР, математика, 5 класс', 'severe', 7, 4, 0.5714, 2, 2024)$$,
    'the list as people read it; of equal shares the one of more pupils is the worst');

-- The same again.
CREATE FUNCTION helper.outcomes(cycle integer, with_keys boolean)
RETURNS text
LANGUAGE sql STABLE
RETURN (
    SELECT md5(string_agg(line, E'\n' ORDER BY line COLLATE "C"))
    FROM (SELECT (to_jsonb(o) - CASE WHEN with_keys THEN '' ELSE 'school_outcome_id' END
                  - CASE WHEN with_keys THEN '' ELSE 'cycle_id' END)::text
                 || CASE WHEN with_keys THEN o.ctid || o.xmin::text ELSE '' END
          FROM monitoring.school_outcome AS o WHERE o.cycle_id = outcomes.cycle
          UNION ALL
          SELECT (to_jsonb(o) - CASE WHEN with_keys THEN '' ELSE 'assessment_outcome_id' END
                  - CASE WHEN with_keys THEN '' ELSE 'cycle_id' END)::text
                 || CASE WHEN with_keys THEN o.ctid || o.xmin::text ELSE '' END
          FROM monitoring.assessment_outcome AS o WHERE o.cycle_id = outcomes.cycle) AS t (line));
-- Runs a cycle; whether it is the one given, by its key.
CREATE FUNCTION helper.rerun(result_year integer, rule_set text DEFAULT NULL)
RETURNS integer
LANGUAGE sql
RETURN (SELECT c.cycle_id FROM monitoring.run_cycle(result_year, rule_set) AS c);
SELECT outcomes(:second_id, true) AS exact, outcomes(:second_id, false) AS loose \gset
SELECT is(rerun(2023), :second_id, 'a rerun returns the cycle it returned');
SELECT is((SELECT count(*) FROM cycle), 2::bigint, 'and makes none');
SELECT is(outcomes(:second_id, true), :'exact', 'nor touches an outcome');
SELECT is((SELECT count(*) FROM cycle WHERE is_current), 2::bigint, 'each year has its current cycle');

-- What the outcome does not depend on.
SELECT add_results(2, 2023, 'math', 10, 10, attempt => 3) \g /dev/null
SELECT is(rerun(2023), :second_id, 'more re-sits: the same cycle');
UPDATE school SET name = name || ' имени примера';
SELECT is(rerun(2023), :second_id, 'schools renamed: the same cycle');
UPDATE administration SET max_score = max_score + 1;
SELECT is(rerun(2023), :second_id, 'another maximum score: the same cycle');
UPDATE result SET task_scores = '{1}' WHERE school_id = 1;
SELECT is(rerun(2023), :second_id, 'task scores: the same cycle');

-- What it depends on: each change makes a new cycle, taking it back another
-- one with the first outcome.
CREATE FUNCTION helper.change_and_back(change text, back text, OUT is_new boolean, OUT is_as_before boolean,
                                       OUT differs boolean)
LANGUAGE plpgsql
AS $$
DECLARE
    before integer := helper.rerun(2023);
    changed integer;
    after integer;
BEGIN
    EXECUTE change;
    changed := helper.rerun(2023);
    EXECUTE back;
    after := helper.rerun(2023);
    is_new := changed > before AND after > changed;
    differs := helper.outcomes(changed, false) <> helper.outcomes(before, false);
    is_as_before := helper.outcomes(after, false) = helper.outcomes(before, false);
END
$$;
SELECT is(to_jsonb(c)::text, '{"is_new": true, "differs": true, "is_as_before": true}', v.what)
FROM (VALUES
    ('one more failing pupil', 'UPDATE result SET mark = 2 WHERE school_id = 2 AND participant = ''p9'' AND attempt = 1 AND mark = 3',
     'UPDATE result SET mark = 3 WHERE school_id = 2 AND participant = ''p9'' AND attempt = 1'),
    ('a way of judging', 'UPDATE administration SET fail_by = ''min_score'', min_score = 11 WHERE academic_year = 2023',
     'UPDATE administration SET fail_by = ''mark'', min_score = NULL WHERE academic_year = 2023 AND max_score < 100'),
    ('a threshold', 'UPDATE rule_set SET threshold_percent = 31', 'UPDATE rule_set SET threshold_percent = 30'),
    ('a minimum of participants', 'UPDATE rule_set SET min_participants = 8', 'UPDATE rule_set SET min_participants = 1'),
    ('the assessments counted', 'DELETE FROM rule_assessment WHERE indicator_number = 3',
     'INSERT INTO rule_assessment (rule_set_id, assessment_id, indicator_number)
      SELECT rule_set_id, find_assessment(''vpr'', ''rus'', ''none'', 5), 3 FROM rule_set'),
    ('the types excluded', 'INSERT INTO rule_excluded_type (rule_set_id, school_type, reason) SELECT rule_set_id, ''evening'', ''Вечерняя'' FROM rule_set;
     INSERT INTO school_year (school_id, academic_year, school_type) VALUES (1, 2023, ''evening'')',
     'DELETE FROM rule_excluded_type; DELETE FROM school_year'),
    ('a school excluded', 'INSERT INTO school_year (school_id, academic_year, exclusion_reason) VALUES (1, 2023, ''Капитальный ремонт'')',
     'DELETE FROM school_year'),
    ('a school closed', 'UPDATE school SET last_year = 2022 WHERE school_id = 1', 'UPDATE school SET last_year = NULL'),
    ('a school opened later', 'UPDATE school SET first_year = 2024 WHERE school_id = 4', 'UPDATE school SET first_year = NULL')
) AS v (what, change, back), helper.change_and_back(v.change, v.back) AS c;
SELECT is((SELECT count(*) FROM cycle WHERE is_current), 2::bigint, 'still one current cycle a year');
SELECT is(outcomes(:second_id, true), :'exact', 'the first cycle of the year is readable as it was');
SELECT is((SELECT array_agg(DISTINCT (rule_snapshot::jsonb ->> 'threshold_percent')::integer) FROM cycle), ARRAY[30, 31],
          'cycles keep the rules they were run by');
SELECT is((SELECT count(DISTINCT jsonb_array_length(rule_snapshot::jsonb -> 'assessments')) FROM cycle), 2::bigint,
          'with their assessments');
SELECT is((SELECT rule_snapshot::jsonb -> 'assessments' -> 0 FROM cycle WHERE cycle_id = :second_id),
          '{"number": 1, "assessment": "ВПР, математика, 5 класс"}'::jsonb, 'by number and name');

INSERT INTO school_year (school_id, academic_year, exclusion_reason) VALUES (1, 2023, 'Капитальный ремонт');
SELECT rerun(2023) \g /dev/null
SELECT is((SELECT format('%s, %s: %s', data_status, branch, exclusion_reason) FROM school_status
           WHERE school_id = 1 AND result_year = 2023),
          'excluded, исключена из оценки: Капитальный ремонт', 'an excluded school stays in the table with its reason');
DELETE FROM school_year;

-- An earlier year run again: the later cycles then compare with its new list.
SELECT add_results(1, 2022, 'math', 10, 3), add_results(1, 2022, 'rus', 10, 3) \g /dev/null
SELECT rerun(2023) AS third_id \gset
SELECT is((SELECT previous_cycle_id FROM cycle WHERE cycle_id = :third_id), :first_id,
          'until it is run again, the earlier list is the old one');
SELECT is(outcome(1, 2023), 'judged both new in', 'though its data count');
SELECT rerun(2022) AS earlier_id \gset
SELECT isnt(:earlier_id::integer, :first_id::integer, 'the earlier year has a new cycle');
SELECT rerun(2023) AS fourth_id \gset
SELECT is((SELECT previous_cycle_id FROM cycle WHERE cycle_id = :fourth_id), :earlier_id, 'run again, the later compares with it');
SELECT is(outcome(1, 2023), 'judged both stayed in', 'and its dynamics follow');

-- Rule sets.
SELECT is((find_rule_set(y)).code, v.code, format('the automatic rule set of %s', y))
FROM (VALUES (2000, 'plan_2024'), (2024, 'plan_2024'), (2025, 'act_2025'), (2030, 'act_2025')) AS v (y, code);
SELECT is(error_of($$SELECT run_cycle(2023, 'plan')$$),
          E'P0002\nнабор правил не найден\nКод ''plan'', год результатов 2023.\nИзвестны наборы: act_2025, plan_2024.',
          'an unknown rule set names the known ones');
SELECT add_results(4, 2022, 'math', 10, 3), add_results(4, 2022, 'rus', 10, 0),
       add_results(4, 2023, 'math', 10, 0), add_results(4, 2023, 'rus', 10, 3) \g /dev/null
SELECT rerun(2023) \g /dev/null
SELECT is(outcome(4, 2023), 'judged two_years new in', 'low in different assessments of two years is enough for the plan of 2024');
SELECT rerun(2023, 'act_2025') \g /dev/null
SELECT is(outcome(4, 2023), 'judged none never out', 'and not for the act of 2025');
SELECT is(outcome(3, 2023), 'judged two_years new in', 'in the same assessment it is');
SELECT copy_rule_set('act_2025', 'own', 'Свой набор') \g /dev/null
SELECT is((SELECT count(*) FROM rule_assessment JOIN rule_set USING (rule_set_id) WHERE code = 'own'), 9::bigint,
          'a copy has the assessments');
SELECT is((SELECT to_jsonb(c) - ARRAY['rule_set_id', 'code', 'name', 'source', 'is_automatic'] FROM rule_set AS c WHERE code = 'own'),
          (SELECT to_jsonb(c) - ARRAY['rule_set_id', 'code', 'name', 'source', 'is_automatic'] FROM rule_set AS c WHERE code = 'act_2025'),
          'and every setting');
SELECT is((SELECT is_automatic FROM rule_set WHERE code = 'own'), false, 'but is never taken by itself');
SELECT rerun(2023, 'own') AS own_id \gset
SELECT is((SELECT rule_set FROM cycle_summary WHERE cycle_id = :own_id), 'own', 'named, it is');
SELECT matches(error_of($$SELECT copy_rule_set('own', 'own', 'x')$$), '^42710\nнабор правил own уже есть\n', 'its code is its own');
SELECT matches(error_of($$SELECT copy_rule_set('nothing', 'other', 'x')$$), '^P0002\n', 'nothing is copied from nothing');

-- The list without a cycle: what the next cycle will say.
SELECT rerun(2023) \g /dev/null
SELECT add_results(2, 2023, 'rus', 20, 20, attempt => 4), add_results(4, 2023, 'rus', 20, 20, attempt => 2) \g /dev/null
UPDATE result SET mark = 2 WHERE academic_year = 2023 AND school_id = 2 AND attempt = 1;
SELECT set_eq('SELECT school_id, dynamics, worst_assessment, failed FROM live_list(2023)',
              'SELECT school_id, CASE school_id WHEN 2 THEN ''new'' ELSE dynamics END, worst_assessment,
                      CASE school_id WHEN 2 THEN participants ELSE failed END
               FROM (SELECT * FROM shnor_list UNION ALL
                     SELECT NULL, 2023, 2024, 2023, NULL, NULL, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                            ''ВПР, русский язык, 5 класс'', NULL, 20, 20, NULL, NULL, NULL, NULL) AS l',
              'the live list has what came since the cycle');
SELECT rerun(2023) \g /dev/null
SELECT set_eq('SELECT to_jsonb(l) - ''school_outcome_id'' FROM live_list(2023) AS l',
              'SELECT to_jsonb(l) - ''school_outcome_id'' FROM shnor_list AS l', 'and is the list of the next cycle');
SELECT matches(error_of($$SELECT live_list(2023, 'plan')$$), '^P0002\n', 'it knows no other rule sets');

-- What the outcomes refer to stays; they go with their cycle.
SELECT matches(error_of('TRUNCATE school CASCADE'), '^23503\n', 'schools with outcomes are not truncated away');
DELETE FROM cycle WHERE cycle_id = :own_id;
SELECT is((SELECT count(*) FROM assessment_outcome WHERE cycle_id = :own_id), 0::bigint, 'outcomes go with their cycle');
SELECT isnt((SELECT count(*) FROM assessment_outcome), 0::bigint, 'and only with theirs');

-- Years.
SELECT matches(error_of('SELECT run_cycle(NULL)'), '^22003\nучебный год вне допустимых пределов\n', 'a year must be given');
SELECT matches(error_of($$SELECT run_cycle(NULL, 'plan_2024')$$), '^22003\nучебный год вне допустимых пределов\n', 'with a rule set too');
SELECT matches(error_of('SELECT run_cycle(1999)'), '^2', 'a year out of range');
SELECT matches(error_of('SELECT run_cycle(2024)'), '^P0002\nза 2024 учебный год нет ни одного результата\n',
               'a year without results would empty the list and is refused');
SELECT is((SELECT count(*) FROM cycle WHERE result_year = 2024), 0::bigint, 'and leaves no cycle');

SELECT * FROM finish();
ROLLBACK;
