-- Data checks: each finds what it should and passes over what only looks like
-- it; data_checks gathers them, run_cycle heeds them.
\ir include/warehouse.sql
BEGIN;
SELECT plan(76 + count(*)::integer) FROM data_check;
SET client_min_messages = warning;

-- A clean year: four schools, 24 pupils each in both ВПР, marks by the cuts;
-- eight in ЕГЭ. Codes are region-wide.
SELECT open_administration(y, 'vpr', 'math', 5, max_score => 20, cut_3 => 7, cut_4 => 11, cut_5 => 15),
       open_administration(y, 'vpr', 'rus', 5, max_score => 45, cut_3 => 18, cut_4 => 29, cut_5 => 39)
FROM generate_series(2022, 2023) AS y \g /dev/null
INSERT INTO result (administration_id, school_id, academic_year, score, mark, participant, class)
SELECT a.administration_id, s.school_id, a.academic_year, v.score,
       CASE WHEN a.fail_by = 'mark' THEN 2 + (v.score >= a.cut_3)::integer + (v.score >= a.cut_4)::integer
                                           + (v.score >= a.cut_5)::integer END,
       format('%s-%s', s.school_id, p), CASE WHEN p % 2 = 0 THEN '5А' ELSE '5Б' END
FROM administration AS a
CROSS JOIN school AS s
CROSS JOIN generate_series(1, 24) AS p
CROSS JOIN LATERAL (SELECT (p * 7 + s.school_id) % (a.max_score + 1) AS score) AS v
WHERE a.fail_by = 'mark' OR p <= 8;
INSERT INTO school_year (school_id, academic_year, enrolment) SELECT school_id, y, 32 FROM school, generate_series(2022, 2023) AS y;

-- The rule's other assessments have nothing to show; the rest is clean.
DELETE FROM rule_assessment WHERE assessment_id NOT IN (SELECT assessment_id FROM administration);
SELECT is(d.found, 0::bigint, format('a clean year: %s', d.check_code)) FROM data_checks(2023) AS d ORDER BY d.check_code;
SELECT is((SELECT count(*) FROM data_checks(2023)), (SELECT count(*) FROM data_check), 'every check was run');
SELECT administration(2023, 'vpr', 'math', 5) AS math, administration(2023, 'vpr', 'rus', 5) AS rus,
       administration(2023, 'ege', 'rus', 11) AS ege, administration(2022, 'vpr', 'math', 5) AS math_before \gset

-- What one check finds, a line a finding, without the words that repeat.
CREATE FUNCTION helper.found(check_code text, academic_year integer DEFAULT 2023)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    lines text;
BEGIN
    EXECUTE format($q$SELECT string_agg(format('%%s|%%s', subject, detail), E'\n' ORDER BY subject, detail) FROM monitoring.check_%s(%s)$q$,
                   check_code, academic_year) INTO lines;
    RETURN lines;
END
$$;
SAVEPOINT clean;

-- uncovered_results
DELETE FROM rule_assessment WHERE assessment_id = find_assessment('vpr', 'rus', 'none', 5) AND rule_set_id = 1;
SELECT is(found('uncovered_results'), NULL, 'an assessment one rule set counts is covered');
DELETE FROM rule_assessment WHERE assessment_id = find_assessment('vpr', 'rus', 'none', 5);
SELECT is(found('uncovered_results'), 'ВПР, русский язык, 5 класс, 2023 год|результатов: 96', 'one that none counts');
DELETE FROM result WHERE administration_id = :rus;
SELECT is(found('uncovered_results'), NULL, 'an administration without results is no matter');
ROLLBACK TO clean;

-- no_cuts
UPDATE administration SET cut_3 = NULL, cut_4 = NULL, cut_5 = NULL WHERE administration_id = :math;
SELECT is(found('no_cuts'), 'ВПР, математика, 5 класс, 2023 год|максимальный балл 20, отметок не проверить', 'no cuts');
SELECT is(found('no_cuts', 2022), NULL, 'in that year only');
UPDATE administration SET min_score = 7 WHERE administration_id = :math;
SELECT is(found('no_cuts'), NULL, 'a minimum will do');
ROLLBACK TO clean;

-- missing_mark
UPDATE result SET mark = NULL WHERE administration_id = :math AND participant IN ('1-1', '1-2');
UPDATE result SET mark = 3, score = NULL WHERE administration_id = :ege AND participant = '2-1';
UPDATE result SET score = NULL WHERE administration_id = :math AND participant = '3-1';
INSERT INTO result (administration_id, school_id, academic_year, attempt, score, participant) VALUES (:math, 1, 2023, 2, 10, '1-3');
SELECT is(found('missing_mark'),
          E'Школа № 1, Первый район: ВПР, математика, 5 класс, 2023 год|без отметки: 2, например 1-1\nШкола № 2, Первый район: ЕГЭ, русский язык, 2023 год|без балла: 1, например 2-1',
          'no mark where the mark decides, no score where the score does');
ROLLBACK TO clean;

-- mark_against_cuts, mark_below_cuts
UPDATE result SET mark = 3, score = 6 WHERE administration_id = :math AND participant = '1-1';
UPDATE result SET mark = 4, score = 15 WHERE administration_id = :math AND participant = '1-2';
UPDATE result SET mark = 3, score = 7 WHERE administration_id = :math AND participant = '2-1';
UPDATE result SET mark = 3, score = NULL WHERE administration_id = :math AND participant = '2-2';
INSERT INTO result (administration_id, school_id, academic_year, attempt, score, mark, participant) VALUES (:math, 2, 2023, 2, 1, 5, '2-3');
SELECT is(found('mark_against_cuts'),
          'Школа № 1, Первый район: ВПР, математика, 5 класс, 2023 год|таких отметок: 2, например 1-1 — балл 6, отметка 3 вместо 2',
          'marks above and below the cuts, not at them; first attempts; with a score');
UPDATE administration SET cut_3 = NULL, cut_4 = NULL, cut_5 = NULL, min_score = 7 WHERE administration_id = :math;
SELECT is(found('mark_against_cuts'), NULL, 'without cuts nothing contradicts them');
ROLLBACK TO clean;
SELECT open_administration(2023, 'oge', 'math', 9) AS oge \gset
INSERT INTO result (administration_id, school_id, academic_year, score, mark, participant)
VALUES (:oge, 1, 2023, 8, 2, 'g1'), (:oge, 1, 2023, 8, 3, 'g2'), (:oge, 2, 2023, 14, 4, 'g3');
SELECT is(found('mark_against_cuts'),
          'Школа № 2, Первый район: ОГЭ, математика, 2023 год|таких отметок: 1, например g3 — балл 14, отметка 4 вместо 3',
          'ОГЭ: a mark above the cuts is wrong');
SELECT is(found('mark_below_cuts'),
          'Школа № 1, Первый район: ОГЭ, математика, 2023 год|таких отметок: 1, например g1 — балл 8, отметка 2 вместо 3',
          'one below them may be lawful');
ROLLBACK TO clean;
-- Random marks against the scale spelled out.
SELECT setseed(0.65) \g /dev/null
DELETE FROM result;
INSERT INTO result (administration_id, school_id, academic_year, score, mark, participant)
SELECT :math, 1 + n % 4, 2023, floor(random() * 21), 2 + floor(random() * 4), 'r' || n FROM generate_series(1, 400) AS n;
SELECT is((SELECT sum(substring(detail FROM 'отметок: (\d+)')::integer) FROM check_mark_against_cuts(2023)),
          (SELECT count(*) FROM result
           WHERE mark <> CASE WHEN score BETWEEN 0 AND 6 THEN 2 WHEN score BETWEEN 7 AND 10 THEN 3
                              WHEN score BETWEEN 11 AND 14 THEN 4 ELSE 5 END),
          'random marks against the scale spelled out');
ROLLBACK TO clean;

-- swapped_marks: exchanged within a class its counts are as they should be.
UPDATE result AS r SET mark = o.mark
FROM result AS o
WHERE (r.administration_id, o.administration_id, r.school_id, o.school_id) = (:math, :math, 1, 1)
  AND (r.participant, o.participant) IN (('1-2', '1-4'), ('1-4', '1-2'));
SELECT is((SELECT count(DISTINCT mark) FROM result WHERE administration_id = :math AND participant IN ('1-2', '1-4')), 2::bigint,
          'two marks to exchange');
SELECT matches(found('swapped_marks'),
               '^Школа № 1, Первый район: ВПР, математика, 5 класс, 2023 год\|таких отметок: 2, например 1-2 — балл 15, отметка \d вместо 5$',
               'marks exchanged in a class are found among its results');
SELECT is(found('mark_against_cuts'), NULL, 'its counts do not tell');
UPDATE result SET mark = 2 WHERE administration_id = :math AND participant = '1-8' AND mark > 2;
SELECT is(found('swapped_marks'), NULL, 'with one mark more off the counts do');
SELECT matches(found('mark_against_cuts'), '\|таких отметок: 3, например 1-2 ', 'and all of them are found by their summary');
ROLLBACK TO clean;

-- over_enrolment
UPDATE school_year SET enrolment = 31 WHERE school_id = 2 AND academic_year = 2023;
UPDATE school_year SET enrolment = NULL WHERE school_id = 3;
UPDATE school_year SET enrolment = 1 WHERE school_id = 4 AND academic_year = 2022;
SELECT is(found('over_enrolment'),
          'Школа № 2, Первый район|участников по классам: 5 — 24, 11 — 8, вместе 32; обучающихся 31',
          'more pupils in the grades together than there are; as many is no matter');
ROLLBACK TO clean;

-- missing_school
DELETE FROM result WHERE academic_year = 2023 AND school_id <= 3;
UPDATE school SET last_year = 2022 WHERE school_id = 1;
UPDATE school_year SET exclusion_reason = 'закрыта на ремонт' WHERE school_id = 2 AND academic_year = 2023;
SELECT is(found('missing_school'), 'Школа № 3, Второй район|участий в 2022 году: 56',
          'a working school that wrote last year; not one closed or excluded');
SELECT is(found('missing_school', 2022), NULL, 'nobody wrote the year before');
SELECT merge_schools(3, 4, 2023) \g /dev/null
SELECT is(found('missing_school'), NULL, 'a successor writes for it');
UPDATE school SET successor_id = 2 WHERE school_id = 3;
UPDATE school_year SET exclusion_reason = NULL;
DELETE FROM result WHERE school_id = 2;
SELECT is(found('missing_school'), 'Школа № 2, Первый район|участий в 2022 году: 56', 'or is the one missing');
ROLLBACK TO clean;

-- duplicate_participant
UPDATE result SET participant = '1-1' WHERE administration_id = :math AND participant = '3-1';
SELECT is(found('duplicate_participant'),
          'ВПР, математика, 5 класс, 2023 год: участник 1-1|Школа № 1, Первый район; Школа № 3, Второй район',
          'one code in two schools of one administration');
UPDATE data_check SET parameter = 1 WHERE check_code = 'duplicate_participant';
SELECT is(found('duplicate_participant'), NULL, '1 of 95 is more than one percent: the codes are the schools'' own');
UPDATE data_check SET parameter = 1.06 WHERE check_code = 'duplicate_participant';
SELECT is(found('duplicate_participant') IS NOT NULL, true, 'but less than 1.06 percent');
ROLLBACK TO clean;
UPDATE result SET participant = 'p' || substring(participant FROM '-(.*)');
SELECT is(found('duplicate_participant'), NULL, 'codes that every school has are its own');
INSERT INTO result (administration_id, school_id, academic_year, attempt, score, mark, participant, class)
VALUES (:math, 1, 2023, 2, 10, 3, 'p1', '5А'), (:math, 1, 2023, 2, 10, 3, 'p2', '5А'), (:math, 1, 2023, 2, 10, 3, 'p3', '');
SELECT is(found('duplicate_participant'),
          'ВПР, математика, 5 класс, 2023 год: участник p1|Школа № 1, Первый район, классы 5А и 5Б',
          'two classes of one school; a class not given says nothing');
ROLLBACK TO clean;

-- only_high_marks
UPDATE result SET mark = 4 + (score > 10)::integer WHERE administration_id = :math AND school_id IN (1, 2);
UPDATE result SET mark = 3 WHERE administration_id = :math AND participant = '2-24';
SELECT is(found('only_high_marks'), 'Школа № 1, Первый район: ВПР, математика, 5 класс, 2023 год|отметок: 24, «2» и «3» нет',
          'no mark below 4; one is enough to pass');
INSERT INTO result (administration_id, school_id, academic_year, attempt, mark, participant) VALUES (:math, 1, 2023, 2, 2, '1-1');
SELECT is(found('only_high_marks') IS NULL, false, 'a re-sit does not count');
UPDATE data_check SET parameter = 24 WHERE check_code = 'only_high_marks';
SELECT is(found('only_high_marks') IS NULL, false, 'the school is as large as the parameter');
UPDATE data_check SET parameter = 25 WHERE check_code = 'only_high_marks';
SELECT is(found('only_high_marks'), NULL, 'a smaller one is not looked at');
ROLLBACK TO clean;

-- missing_first_attempt
INSERT INTO result (administration_id, school_id, academic_year, attempt, mark, participant)
VALUES (:math, 1, 2023, 2, 2, '1-1'), (:math, 1, 2023, 2, 3, 'x1'), (:math, 1, 2023, 3, 3, 'x1'), (:math, 1, 2023, 2, 3, 'x2'),
       (:math, 2, 2023, 2, 3, '1-2');
SELECT is(found('missing_first_attempt'),
          E'Школа № 1, Первый район: ВПР, математика, 5 класс, 2023 год|участников: 2, например x1\nШкола № 2, Первый район: ВПР, математика, 5 класс, 2023 год|участников: 1, например 1-2',
          'later attempts of pupils without a first one in that school');
ROLLBACK TO clean;

-- class_size_jump
DELETE FROM result WHERE administration_id = :math AND school_id = 1 AND participant NOT IN ('1-1', '1-2');
DELETE FROM result WHERE administration_id = :math AND school_id = 2 AND split_part(participant, '-', 2)::integer > 12;
DELETE FROM result WHERE administration_id = :math AND school_id = 3 AND split_part(participant, '-', 2)::integer > 13;
DELETE FROM result WHERE administration_id = :ege AND school_id = 4 AND participant <> '4-1';
DELETE FROM result WHERE administration_id = :math_before AND school_id = 4 AND participant <> '4-1';
SELECT is(found('class_size_jump'), concat_ws(E'\n',
          'Школа № 1, Первый район: ВПР, математика, 5 класс, 2023 год|участников 2, годом раньше 24',
          'Школа № 2, Первый район: ВПР, математика, 5 класс, 2023 год|участников 12, годом раньше 24',
          'Школа № 4, Второй район: ВПР, математика, 5 класс, 2023 год|участников 24, годом раньше 1'),
          'down and up, exactly twice; not less, not by few pupils');
UPDATE data_check SET parameter = 12 WHERE check_code = 'class_size_jump';
SELECT is((SELECT array_agg(school_id ORDER BY school_id) FROM check_class_size_jump(2023)), ARRAY[1, 4], 'as many times as the parameter');
ROLLBACK TO clean;
DELETE FROM result WHERE school_id = 1 AND academic_year = 2023;
UPDATE result SET school_id = 2 WHERE school_id = 3 AND academic_year = 2023;
SELECT is((SELECT count(*) FROM check_class_size_jump(2023) WHERE school_id = 2), 2::bigint, 'a school that took in another jumps');
SELECT merge_schools(3, 2, 2023) \g /dev/null
SELECT is((SELECT count(*) FROM check_class_size_jump(2023)), 0::bigint, 'unless the merger is recorded');
ROLLBACK TO clean;

-- school_without_code
DELETE FROM school_code WHERE kind = 'fis_oko';
SELECT is(found('school_without_code'), NULL, 'one code is enough');
DELETE FROM school_code WHERE school_id IN (1, 2);
UPDATE school SET last_year = 2022 WHERE school_id = 1;
SELECT is(found('school_without_code'), 'Школа № 2, Первый район|нет ни одного кода', 'none; a closed school needs none');
ROLLBACK TO clean;

-- unmatched_code
DO $$ BEGIN PERFORM open_staging(); PERFORM stage('u1', school_code => 'edu1'); PERFORM import_results('u.csv'); END $$;
SELECT is(found('unmatched_code'), 'fis_oko edu1|название не указано; строк 1, файл «u.csv»', 'an unknown code');
INSERT INTO school_code (school_id, kind, code) VALUES (1, 'fis_oko', 'edu1');
SELECT is(found('unmatched_code'), NULL, 'known now');
ROLLBACK TO clean;

-- file_balance: through every path that writes results.
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage('b1'); PERFORM stage('b2'); PERFORM stage('b3'); PERFORM import_results('b.csv');
    PERFORM stage('b1', '11'); PERFORM stage('b4'); PERFORM stage('b5', mark => 'x'); PERFORM import_results('b.csv');
    PERFORM stage('b1', '11'); PERFORM stage('c1'); PERFORM import_results('c.csv');
    PERFORM stage('d1'); PERFORM import_results('d.csv'); PERFORM undo_import('d.csv');
    PERFORM stage('d1'); PERFORM stage('d2'); PERFORM import_results('d.csv');
END
$$;
SELECT is(found('file_balance'), NULL, 'stored, replaced, withdrawn, repeated, undone, stored again: nothing lost');
SELECT is((SELECT count(*) FROM result WHERE import_file_id IS NOT NULL), 5::bigint, 'with something to lose');
SAVEPOINT balanced;
DELETE FROM result WHERE participant = 'b4';
SELECT is(found('file_balance'), 'файл «b.csv»|должно храниться 2, хранится 1', 'a result lost');
DELETE FROM result WHERE import_file_id IN (SELECT import_file_id FROM import_file WHERE file_name = 'c.csv');
SELECT is(found('file_balance'), E'файл «b.csv»|должно храниться 2, хранится 1\nфайл «c.csv»|должно храниться 1, хранится 0', 'all results of a file');
ROLLBACK TO balanced;
UPDATE result SET import_file_id = (SELECT max(import_file_id) FROM import_file) WHERE participant = '1-1' AND administration_id = :math;
SELECT is(found('file_balance', 2022), 'файл «d.csv»|должно храниться 2, хранится 3', 'a result too many, in any year');
ROLLBACK TO balanced;
DELETE FROM result WHERE participant = 'b4';
DO $$ BEGIN PERFORM stage('b1', '11'); PERFORM stage('b4'); PERFORM import_results('b.csv'); END $$;
SELECT is(found('file_balance') IS NOT NULL, true, 'importing the file again leaves the loss on record');
SELECT undo_import('b.csv') \g /dev/null
SELECT is(found('file_balance'), NULL, 'undoing it clears the record');
DO $$ BEGIN PERFORM stage('b1', '11'); PERFORM stage('b4'); PERFORM import_results('b.csv'); END $$;
SELECT is(found('file_balance'), NULL, 'and the file may come again');
ROLLBACK TO clean;

-- closed_school, succeeded_school, excluded_school
UPDATE school SET last_year = 2022 WHERE school_id = 1;
UPDATE school SET first_year = 2024 WHERE school_id = 2;
UPDATE school SET first_year = 2023, last_year = 2023 WHERE school_id = 3;
SELECT is(found('closed_school'), E'Школа № 1, Первый район|результатов 56; работает с … по 2022 год\nШкола № 2, Первый район|результатов 56; работает с 2024 по … год',
          'before the first year and after the last; not in them');
ROLLBACK TO clean;
SELECT merge_schools(1, 2, 2023), merge_schools(3, 4, 2024) \g /dev/null
SELECT is(found('succeeded_school'), 'Школа № 1, Первый район|результатов 56; с 2023 года правопреемник — Школа № 2, Первый район',
          'results in the year of the successor; not before it');
SELECT is(found('succeeded_school', 2022), NULL, 'nor in the year before');
ROLLBACK TO clean;
UPDATE school_year SET exclusion_reason = 'ремонт' WHERE school_id = 1 AND academic_year = 2023;
SELECT is(found('excluded_school'), 'Школа № 1, Первый район|результатов 56; исключена: ремонт', 'an excluded school that wrote');
SELECT is(found('excluded_school', 2022), NULL, 'excluded in that year only');
ROLLBACK TO clean;

-- year_not_open
SELECT open_administration(2024, 'ege', 'rus', 11) \g /dev/null
SELECT is(found('year_not_open', 2024), '2024 учебный год|проведений: 1', 'an administration in a year not opened');
SELECT open_year(2024) \g /dev/null
SELECT is(found('year_not_open', 2024), NULL, 'opened');
SELECT is(found('year_not_open', 2030), NULL, 'a year without administrations');
ROLLBACK TO clean;

-- rule_without_results
DELETE FROM result WHERE administration_id = :ege;
INSERT INTO rule_assessment (rule_set_id, assessment_id, indicator_number)
SELECT 1, find_assessment('oge', 'rus', 'none', 9), 90;
INSERT INTO rule_assessment (rule_set_id, assessment_id, indicator_number)
SELECT rule_set_id, find_assessment('oge', 'math', 'none', 9), 91 FROM rule_set WHERE first_result_year = 2025;
SELECT is(found('rule_without_results'), E'ЕГЭ, русский язык|результатов нет\nОГЭ, русский язык|проведение не заведено',
          'assessments the year''s rule set counts and nobody wrote; another set''s do not matter');
ROLLBACK TO clean;

-- data_checks and the catalogue.
UPDATE result SET mark = NULL WHERE administration_id = :math AND participant IN ('1-1', '2-1', '3-1', '4-1');
SELECT is((SELECT row(d.severity, d.found, d.resolution = c.resolution, d.name = c.name)::text
           FROM data_checks(2023) AS d JOIN data_check AS c USING (check_code) WHERE d.check_code = 'missing_mark'),
          '(error,4,t,t)', 'severity, count, what to do');
SELECT is((SELECT sample FROM data_checks(2023) WHERE check_code = 'missing_mark'),
          (SELECT string_agg(format('Школа № %s, %s район: ВПР, математика, 5 класс, 2023 год (без отметки: 1, например %s-1)', n,
                                    CASE WHEN n <= 2 THEN 'Первый' ELSE 'Второй' END, n), '; ' ORDER BY n)
           FROM generate_series(1, 3) AS n), 'and the first three findings');
SELECT is((SELECT array_agg(DISTINCT severity) FILTER (WHERE place <= 4) FROM (
               SELECT severity, row_number() OVER () AS place FROM data_checks(2023)) AS d), ARRAY['error'], 'errors come first');
SELECT is((SELECT array_agg(check_code ORDER BY check_code) FROM data_checks(2023, 'result')),
          (SELECT array_agg(check_code ORDER BY check_code) FROM data_check
           WHERE check_code IN ('duplicate_participant', 'missing_first_attempt', 'swapped_marks')),
          'what reads results can be run by itself');
SELECT matches(error_of('SELECT data_checks(NULL)'), '^22003\nучебный год вне допустимых пределов\n', 'no year');
SELECT is((SELECT count(*) FROM data_check WHERE to_regprocedure('check_' || check_code || '(integer)') IS NULL), 0::bigint,
          'every entry has its function');
SELECT is((SELECT count(*) FROM pg_proc AS p WHERE pronamespace = 'monitoring'::regnamespace AND proname LIKE 'check\_%'
           AND pg_get_function_result(p.oid) = 'TABLE(subject text, detail text, school_id integer, administration_id integer)'),
          (SELECT count(*) FROM data_check), 'and every such function its entry');

-- run_cycle.
SELECT is(error_of('SELECT run_cycle(2023)'), concat_ws(E'\n', '22000', 'проверки данных за 2023 год нашли ошибки: итог был бы неверным',
          'Результаты без того, по чему они оцениваются: 4.',
          'Что найдено и что делать — SELECT * FROM data_checks(2023). Рассчитать вопреки ошибкам: run_cycle(2023, allow_errors => true).'),
          'errors stop the cycle');
SELECT is((SELECT count(*) FROM cycle), 0::bigint, 'and leave none');
SELECT is(error_of('SELECT run_cycle(2023, allow_errors => NULL)') LIKE E'22000\n%', true, 'NULL allows nothing');
SELECT merge_schools(1, 2, 2024) \g /dev/null
UPDATE school_year SET exclusion_reason = 'ремонт' WHERE school_id = 1 AND academic_year = 2023;
DELETE FROM school_code WHERE school_id = 2;
SELECT is((SELECT format('%s %s %s', checks_error, checks_warning, checks_info) FROM run_cycle(2023, allow_errors => true)),
          '1 1 1', 'told to go on, it records how many checks found something');
SELECT is((SELECT format('%s %s %s', checks_error, checks_warning, checks_info) FROM cycle WHERE is_current), '1 1 1', 'in the cycle');
UPDATE data_check SET is_enabled = false WHERE check_code = 'missing_mark';
SELECT is((SELECT count(*) FROM data_checks(2023) WHERE check_code = 'missing_mark'), 0::bigint, 'a check switched off is not run');
SELECT is(error_of('SELECT run_cycle(2023)'), NULL, 'and stops nothing');
UPDATE data_check SET is_enabled = true, severity = 'warning' WHERE check_code = 'missing_mark';
SELECT is(error_of('SELECT run_cycle(2023)'), NULL, 'nor does one that only warns');
ROLLBACK TO clean;
UPDATE result SET mark = NULL WHERE academic_year = 2022 AND participant = '1-1' AND mark IS NOT NULL;
SELECT is((SELECT checks_error FROM run_cycle(2023)), 0, 'each year''s cycle asks for its own year');

-- A check of one's own.
CREATE FUNCTION monitoring.check_own(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE AS $$SELECT 'a', 'b', 1, 1$$;
INSERT INTO data_check (check_code, severity, name, meaning, resolution) VALUES ('own', 'info', 'n', 'm', 'r');
SELECT is((SELECT row(severity, found, sample)::text FROM data_checks(2023) WHERE check_code = 'own'), '(info,1,"a (b)")',
          'a function and a row make a check');
DROP FUNCTION monitoring.check_own;
SELECT matches(error_of('SELECT data_checks(2023)'), '^42883\n', 'a row without a function is an error');

SELECT * FROM finish();
ROLLBACK;
