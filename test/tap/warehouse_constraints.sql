-- What the tables of a warehouse refuse: results that contradict their
-- administration, personal names, unopened years, loose ends.
\ir include/warehouse.sql
BEGIN;
SELECT plan(52);

SELECT administration(2023, 'vpr', 'math', 5) AS adm,
       administration(2022, 'vpr', 'math', 5) AS adm_before \gset
-- A valid row of result, and what differs from it in each test.
CREATE TEMP TABLE valid_row AS
SELECT :adm AS administration_id, 1 AS school_id, 2023 AS academic_year, NULL::integer AS import_file_id,
       1::smallint AS attempt, 20::smallint AS score, 3::smallint AS mark, 3::smallint AS journal_mark,
       'p1'::text AS participant, '5A'::text AS class, ARRAY[1, NULL, 2]::smallint[] AS task_scores;
CREATE FUNCTION pg_temp.insert_row(target regclass, change jsonb)
RETURNS text
LANGUAGE sql
RETURN error_of(format('INSERT INTO %s SELECT (jsonb_populate_record(NULL::result, to_jsonb(v) || %L)).* FROM valid_row AS v',
                       target, change));

SELECT is(pg_temp.insert_row('result', '{}'), NULL, 'the maximum score itself is accepted');

-- Scores above the maximum of the administration, 20.
SELECT is(pg_temp.insert_row('result', '{"participant": "p2", "score": 21}'),
          E'23514\nбалл 21 больше максимального 20\nПроцедура «ВПР, математика, 5 класс», 2023 учебный год, организация 1, участник p2.\nИсправьте балл или максимальный балл в administration.',
          'a score above the maximum is refused on insert');
SELECT matches(pg_temp.insert_row('result_2023', '{"participant": "p2", "score": 21}'), '^23514\nбалл 21',
               'and straight into the partition');
SELECT is(pg_temp.insert_row('result', '{"participant": "p1a"}'), NULL, 'a second row');
SELECT matches(error_of('UPDATE result SET score = 21'), '^23514\nбалл 21', 'on update');
SELECT matches(error_of('UPDATE result_2023 SET score = 21'), '^23514\nбалл 21', 'on update of the partition');
SELECT matches(error_of(format('INSERT INTO result SELECT * FROM valid_row
    ON CONFLICT (administration_id, school_id, participant, attempt, academic_year) DO UPDATE SET score = 21')),
    '^23514\nбалл 21', 'on INSERT ... ON CONFLICT DO UPDATE');
SELECT matches(error_of('MERGE INTO result AS r USING valid_row AS v
    ON (r.administration_id, r.participant) = (v.administration_id, v.participant)
    WHEN MATCHED THEN UPDATE SET score = 21'), '^23514\nбалл 21', 'on MERGE');
SELECT matches(error_of(format('UPDATE result SET administration_id = %s, academic_year = 2022, score = 21 WHERE participant = ''p1a''', :adm_before)),
    '^23514\nбалл 21', 'on moving a row to another year');
SELECT is(error_of(format('UPDATE result SET administration_id = %s, academic_year = 2022, score = 19 WHERE participant = ''p1a''', :adm_before)),
    NULL, 'a row with a good score moves');

-- COPY cannot run in a function: of two lines, good and bad, none is taken;
-- the good line alone is.
SELECT is(:adm, 2, 'the administration in the lines copied');
\set VERBOSITY sqlstate
\set ON_ERROR_STOP off
SAVEPOINT s;
COPY result (administration_id, school_id, academic_year, participant, score, mark) FROM STDIN;
2	1	2023	c1	20	3
2	1	2023	c2	21	3
\.
ROLLBACK TO s;
COPY result_2023 (administration_id, school_id, academic_year, participant, score, mark) FROM STDIN;
2	1	2023	c1	20	3
2	1	2023	c2	21	3
\.
ROLLBACK TO s;
\set ON_ERROR_STOP on
\set VERBOSITY default
SELECT is((SELECT count(*) FROM result WHERE participant ~ '^c'), 0::bigint, 'on COPY');
COPY result (administration_id, school_id, academic_year, participant, score, mark) FROM STDIN;
2	1	2023	c1	20	3
\.
COPY result_2023 (administration_id, school_id, academic_year, participant, score, mark) FROM STDIN;
2	1	2023	c3	20	3
\.
SELECT is((SELECT count(*) FROM result WHERE participant ~ '^c'), 2::bigint, 'which takes good lines');

-- The maximum itself.
SELECT is(error_of(format('UPDATE administration SET max_score = 19 WHERE administration_id = %s', :adm)),
    E'23514\nесть результаты с баллом больше нового максимального 19\nНаибольший хранимый балл — 20.\nСначала исправьте результаты.',
    'the maximum cannot go under a stored score');
SELECT is(error_of(format('UPDATE administration SET max_score = 19 WHERE administration_id = %s', :adm_before)),
    NULL, 'that of another year can');
SELECT matches(error_of($$SELECT open_administration(2023, 'vpr', 'math', 5, max_score => 19)$$),
    '^23514\nесть результаты', 'nor through open_administration');

-- Values out of range.
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "mark": 1}'), '^23514\n.*result_mark_check', 'mark 1');
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "mark": 6}'), '^23514\n.*result_mark_check', 'mark 6');
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "journal_mark": 1}'), '^23514\n.*result_journal_mark_check', 'journal mark 1');
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "journal_mark": 6}'), '^23514\n.*result_journal_mark_check', 'journal mark 6');
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "score": -1}'), '^23514\n.*result_score_check', 'score -1');
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "attempt": 0}'), '^23514\n.*result_attempt_check', 'attempt 0');
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "attempt": 10}'), '^23514\n.*result_attempt_check', 'attempt 10');
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "score": null, "mark": null}'), '^23514\n.*result_check', 'neither score nor mark');
SELECT is(pg_temp.insert_row('result', '{"participant": "p3", "mark": null}'), NULL, 'a score alone');
SELECT is(pg_temp.insert_row('result', '{"participant": "p4", "score": null}'), NULL, 'a mark alone');
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "task_scores": []}'), '^23514\n.*result_task_scores_check', 'no task at all in task_scores');
SELECT matches(pg_temp.insert_row('result', format('{"participant": "p2", "task_scores": [1, %s, null]}', v)::jsonb),
               '^23514\n.*result_task_scores_check', 'a task score of ' || v)
FROM unnest(ARRAY[-1, 101]) AS v;
SELECT is(pg_temp.insert_row('result', '{"participant": "p30", "task_scores": [0, 100, null]}'), NULL, 'the lowest and the highest');
SELECT matches(pg_temp.insert_row('result', jsonb_build_object('participant', 'p2', 'class', repeat('Я', 21))), '^23514\n.*result_class_check', 'a class of 42 bytes');

-- Participants are codes, never names.
SELECT matches(pg_temp.insert_row('result', jsonb_build_object('participant', v)), '^23514\n.*result_participant_check',
               format('participant %s', quote_literal(v)))
FROM unnest(ARRAY['Иванов Иван', 'Иванов', 'Ivanov Ivan', 'Ivanov I.', '', ' ', E'p\n', 'a1@b', repeat('9', 41)]) AS v;
SELECT is(pg_temp.insert_row('result', jsonb_build_object('participant', repeat('9', 40))), NULL, 'a code of 40 characters');

-- A year that was not opened.
SELECT is(pg_temp.insert_row('result', '{"academic_year": 2019}'),
    E'23514\nучебный год 2019 не открыт\nУ таблицы result нет секции для 2019 года.\nОткройте его: SELECT open_year(2019);',
    'a result of an unopened year names the call that opens it');
SELECT matches(pg_temp.insert_row('result_unopened', '{"academic_year": 2019}'), '^23514\nучебный год 2019 не открыт',
    'also straight into the default partition');
SELECT is((SELECT count(*) FROM result_unopened), 0::bigint, 'which stays empty');

-- Loose ends.
SELECT matches(pg_temp.insert_row('result', format('{"administration_id": %s}', :adm_before)::jsonb), '^23503\n',
    'an administration of another year');
SELECT matches(pg_temp.insert_row('result', '{"administration_id": 100000}'), '^23503\n', 'an unknown administration');
SELECT matches(pg_temp.insert_row('result', '{"school_id": 100000}'), '^23503\n', 'an unknown school');
SELECT matches(pg_temp.insert_row('result', '{"participant": "p2", "import_file_id": 100000}'), '^23503\n', 'an unknown file');
SELECT matches(pg_temp.insert_row('result', '{"mark": 5}'), '^23505\n', 'the same result twice');
SELECT is(pg_temp.insert_row('result', '{"attempt": 2}'), NULL, 'another attempt is another result');
SELECT matches(error_of('DELETE FROM school WHERE school_id = 1'), '^23503\n', 'a school with results stays');
SELECT matches(error_of('DELETE FROM administration'), '^23503\n', 'an administration with results stays');

SELECT * FROM finish();
ROLLBACK;
