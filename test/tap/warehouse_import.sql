-- One file: what becomes a result and what is refused with which words, how
-- cells may be written, which staging table is read.
\ir include/warehouse.sql
SELECT plan(66);

-- The reasons of the last import, a line each.
CREATE FUNCTION helper.reasons()
RETURNS text
LANGUAGE sql
RETURN (SELECT string_agg(format('%s: %s', line, reason), E'\n' ORDER BY line, import_reject_id)
        FROM import_reject WHERE import_file_id = (SELECT max(import_file_id) FROM import_file));

-- Good rows of all three kinds of administration.
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage('p-1', '20', '5', '4', '1;0;X;2');
    PERFORM stage('p-1', '3', '2', attempt => '2');
    PERFORM stage('p_1', NULL, '3', NULL, NULL, NULL, school_code => 'edu990002');
    PERFORM stage('77', '0', '2', exam => 'VPR ', subject => ' Rus', level => 'NONE', grade => '05',
                  school_code_kind => 'FIS_OKO');
    PERFORM stage('77', '45', '+5', exam => 'vpr', subject => 'rus', academic_year => '2022');
    PERFORM stage('77', '23', '', exam => 'ege', subject => 'rus', grade => '11',
                  school_code_kind => 'ris_gia', school_code => '990003');
END
$$;
SELECT is(counts(import_results('good.csv')), '6 = 6 + 0 + 0 + 0, 0', 'six good rows');
SELECT results_eq(
    $$SELECT format('%s %s', n.name, r.academic_year), r.school_id, r.participant, r.attempt::integer, r.class,
             r.score::integer, r.mark::integer, r.journal_mark::integer, r.task_scores::text
      FROM result AS r JOIN administration USING (administration_id) JOIN assessment AS n USING (assessment_id)
      ORDER BY r.academic_year, n.name COLLATE "C", r.school_id, r.attempt$$,
    $$VALUES ('ВПР, русский язык, 5 класс 2022', 1, '77', 1, '5А', 45, 5, NULL::integer, NULL),
             ('ВПР, математика, 5 класс 2023', 1, 'p-1', 1, '5А', 20, 5, 4, '{1,0,NULL,2}'),
             ('ВПР, математика, 5 класс 2023', 1, 'p-1', 2, '5А', 3, 2, NULL, NULL),
             ('ВПР, математика, 5 класс 2023', 2, 'p_1', 1, '', NULL, 3, NULL, NULL),
             ('ВПР, русский язык, 5 класс 2023', 1, '77', 1, '5А', 0, 2, NULL, NULL),
             ('ЕГЭ, русский язык 2023', 3, '77', 1, '5А', 23, NULL, NULL, NULL)$$,
    'stored as the file says');
SELECT is((SELECT count(*) FROM pg_temp.import_staging), 0::bigint, 'the staging table is emptied');
SELECT is((SELECT format('%s %s %s %s', file_name, version, kind, imported_by = current_user) FROM import_file),
          'good.csv 1 canonical t', 'the file is recorded');
SELECT is((SELECT count(*) FROM result AS r JOIN import_file USING (import_file_id)), 6::bigint, 'results point at it');

-- Every reason by itself: what is staged, and what the clerk reads.
SELECT open_administration(2021, 'vpr', 'math', 5, max_score => 20) IS NOT NULL AS administration_of_unopened_year \gset
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage('q1', academic_year => '23');                 -- line 2
    PERFORM stage('q1', academic_year => '');
    PERFORM stage('q1', exam => 'впр');
    PERFORM stage('q1', grade => '13');                         -- line 5
    PERFORM stage('q1', level => 'profile');
    PERFORM stage('q1', exam => 'oge', grade => '9');
    PERFORM stage('q1', academic_year => '2021');
    PERFORM stage('q1', school_code => 'edu000000');
    PERFORM stage('q1', school_code_kind => 'ris_gia');         -- line 10
    PERFORM stage('');
    PERFORM stage('Иванов Иван');
    PERFORM stage(repeat('1', 41));
    PERFORM stage('q2', class => repeat('Я', 21));
    PERFORM stage('q2', attempt => '0');                        -- line 15
    PERFORM stage('q2', attempt => 'вторая');
    PERFORM stage('q2', score => '10,5');
    PERFORM stage('q2', score => '21');
    PERFORM stage('q2', score => '-1');
    PERFORM stage('q2', mark => '6');                           -- line 20
    PERFORM stage('q2', mark => 'зачёт');
    PERFORM stage('q2', journal_mark => 'нет отметки');
    PERFORM stage('q2', score => '', mark => '');
    PERFORM stage('q2', score => '10', mark => '');
    PERFORM stage('q2', score => '', mark => '3', exam => 'ege', subject => 'rus', grade => '11'); -- line 25
    PERFORM stage('q2', task_scores => '1,2');
    PERFORM stage('q2', task_scores => '1;;2');
    PERFORM stage('q2', task_scores => repeat('1;', 100) || '1');
END
$$;
SELECT is(counts(import_results('bad.csv')), '27 = 0 + 0 + 0 + 27, 0', 'every row of the second file is refused');
SELECT is(r.reason, v.reason, format('line %s: %s', v.line, v.reason))
FROM (VALUES
    (2, 'учебный год: «23» — ожидается год от 2000 до 2100'),
    (3, 'учебный год: «» — ожидается год от 2000 до 2100'),
    (4, 'процедура «впр, math, none, 5» не заведена в assessment'),
    (5, 'процедура «vpr, math, none, 13» не заведена в assessment'),
    (6, 'процедура «vpr, math, profile, 5» не заведена в assessment'),
    (7, 'проведение «ОГЭ, математика» в 2023 учебном году не заведено: выполните SELECT open_administration(2023, ''oge'', ''math'', 9, ...)'),
    (8, 'учебный год 2021 не открыт: выполните SELECT open_year(2021)'),
    (9, 'код организации: «fis_oko edu000000» — нет в school_code'),
    (10, 'код организации: «ris_gia edu990001» — нет в school_code'),
    (11, 'нет кода участника'),
    (12, 'код участника — не код из латинских букв, цифр, _ и - (до 40 знаков); сам он здесь не показан'),
    (13, 'код участника — не код из латинских букв, цифр, _ и - (до 40 знаков); сам он здесь не показан'),
    (14, 'класс: «***» — не похоже на обозначение класса'),
    (15, 'попытка: «0» — ожидается целое от 1 до 9'),
    (16, 'попытка: «вторая» — ожидается целое от 1 до 9'),
    (17, 'балл: «10,5» — ожидается целое от 0 до 1000'),
    (18, 'балл: «21» — больше максимального 20'),
    (19, 'балл: «-1» — ожидается целое от 0 до 1000'),
    (20, 'отметка: «6» — ожидается 2, 3, 4 или 5'),
    (21, 'отметка: «зачёт» — ожидается 2, 3, 4 или 5'),
    (22, 'отметка по журналу: «нет отметки» — ожидается 2, 3, 4 или 5'),
    (23, 'нет ни балла, ни отметки'),
    (24, 'нет отметки, а эта процедура оценивается по отметке'),
    (25, 'нет балла, а эта процедура оценивается по минимальному баллу'),
    (26, 'баллы за задания: «1,2» — ожидаются целые от 0 до 100 через точку с запятой, не больше ста, X — не приступал'),
    (27, 'баллы за задания: «1;;2» — ожидаются целые от 0 до 100 через точку с запятой, не больше ста, X — не приступал'),
    (28, format('баллы за задания: «%s» — ожидаются целые от 0 до 100 через точку с запятой, не больше ста, X — не приступал', repeat('1;', 20)))
) AS v (line, reason)
LEFT JOIN import_reject AS r ON r.line = v.line
ORDER BY v.line;
SELECT is((SELECT count(*) FROM result), 6::bigint, 'nothing of it is stored');

-- No name gets into the database with a refused row.
SELECT is((SELECT row_text FROM import_reject WHERE line = 12),
          '2023;vpr;math;;5;fis_oko;edu990001;***;5А;;10;3;;', 'a name in the participant''s place is masked');
SELECT is((SELECT row_text FROM import_reject WHERE line = 2),
          '23;vpr;math;;5;fis_oko;edu990001;q1;5А;;10;3;;', 'a code is kept: the clerk must find the row');
SELECT is((SELECT count(*) FROM import_reject AS r WHERE r::text ~* 'иван'), 0::bigint, 'no trace of it anywhere');

-- All reasons of a row at once.
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage('Пётр', '100', '7', '1', 'x;y', repeat('Я', 30), 'z', 'edu1', academic_year => '2023');
END
$$;
SELECT is(counts(import_results('worse.csv')), '1 = 0 + 0 + 0 + 1, 0', 'a row wrong in every way is one refused row');
SELECT is(reasons(), '2: ' || concat_ws('; ', 'код организации: «fis_oko edu1» — нет в school_code',
    'код участника — не код из латинских букв, цифр, _ и - (до 40 знаков); сам он здесь не показан',
    'класс: «***» — не похоже на обозначение класса',
    'попытка: «z» — ожидается целое от 1 до 9', 'балл: «100» — больше максимального 20',
    'отметка: «7» — ожидается 2, 3, 4 или 5', 'отметка по журналу: «1» — ожидается 2, 3, 4 или 5',
    'баллы за задания: «X;y» — ожидаются целые от 0 до 100 через точку с запятой, не больше ста, X — не приступал'),
    'with all its reasons');

-- Cells as spreadsheets write them: blanks, tabs, line ends and no-break
-- spaces around a value mean nothing, quotes are part of it.
CREATE TEMP TABLE blank AS
SELECT b.name, b.blank
FROM (VALUES ('spaces', '  '), ('a tab', E'\t'), ('a line end', E'\r\n'), ('no-break spaces', E'\u00a0 \u00a0')) AS b (name, blank);
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage(v.b || 'w' || n || v.b, v.b || '11' || v.b, v.b || '4' || v.b, v.b || '3' || v.b,
                  v.b || '1;X' || v.b, v.b || '5Б' || v.b, v.b || '1' || v.b, v.b || 'edu990004' || v.b,
                  v.b || 'fis_oko' || v.b, v.b || '2023' || v.b, v.b || 'vpr' || v.b, v.b || 'math' || v.b,
                  v.b || '5' || v.b, v.b || 'none' || v.b)
    FROM (SELECT blank AS b, row_number() OVER () AS n FROM blank) AS v;
    PERFORM stage('e' || n, v.b, '4', v.b, v.b, v.b, v.b, 'edu990004', level => v.b)
    FROM (SELECT blank AS b, row_number() OVER () AS n FROM blank) AS v;
END
$$;
SELECT is(counts(import_results('blanks.csv')), '8 = 8 + 0 + 0 + 0, 0', 'blanks around and instead of values');
SELECT is(format('%s|%s|%s|%s|%s|%s', r.class, r.attempt, r.score, r.mark, r.journal_mark, r.task_scores),
          '5Б|1|11|4|3|{1,NULL}', format('%s around values', b.name))
FROM (SELECT *, row_number() OVER () AS n FROM blank) AS b
LEFT JOIN result AS r ON r.participant = 'w' || b.n AND r.school_id = 4;
SELECT is(format('%s|%s|%s|%s|%s|%s', r.class, r.attempt, r.score, r.mark, r.journal_mark, r.task_scores),
          '|1||4||', format('%s instead of optional values', b.name))
FROM (SELECT *, row_number() OVER () AS n FROM blank) AS b
LEFT JOIN result AS r ON r.participant = 'e' || b.n AND r.school_id = 4;
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage(E'\u00a0', E' \t', E'\u00a0');
    PERFORM stage('"q"');
    PERFORM stage('q9', '"10"');
    PERFORM stage('q9', '1 0');
    PERFORM stage('q9', '10.0');
    PERFORM stage('q9', '１０');
    PERFORM stage('q9', '99999999999999999999');
    PERFORM stage('q9', E'10\n');
END
$$;
SELECT is(counts(import_results('quotes.csv')), '8 = 1 + 0 + 0 + 7, 0', 'what is not a value');
SELECT is(reasons(), concat_ws(E'\n',
    '2: нет кода участника; нет ни балла, ни отметки',
    '3: код участника — не код из латинских букв, цифр, _ и - (до 40 знаков); сам он здесь не показан',
    '4: балл: «"10"» — ожидается целое от 0 до 1000',
    '5: балл: «1 0» — ожидается целое от 0 до 1000',
    '6: балл: «10.0» — ожидается целое от 0 до 1000',
    '7: балл: «１０» — ожидается целое от 0 до 1000',
    '8: балл: «99999999999999999999» — ожидается целое от 0 до 1000'), 'is refused by its column');

-- Very long cells: the row is kept whole, its reason stays readable.
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage(repeat('Ж', 100000), repeat('9', 100000), repeat('q', 100000), repeat('q', 100000),
                  repeat('1;', 100000), repeat('q', 100000), repeat('1', 100000), repeat('q', 100000),
                  repeat('q', 100000), '2023', repeat('q', 100000), repeat('q', 100000), repeat('5', 100000),
                  repeat('q', 100000));
    PERFORM stage('q10', academic_year => repeat('2', 100000));
END
$$;
SELECT is(counts(import_results('long.csv')), '2 = 0 + 0 + 0 + 2, 0', 'cells of 100,000 characters');
SELECT is((SELECT string_agg(DISTINCT (length(reason) < 1500)::text, ',') FROM import_reject
           WHERE import_file_id = (SELECT max(import_file_id) FROM import_file)), 'true', 'give short reasons');

-- task_scores in the forms schools use.
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage('t' || n, task_scores => v)
    FROM unnest(ARRAY['7', 'X', 'x;1', 'х;Х;2', ' 1 ; 2 ; x ', '000;100', repeat('0;', 99) || '0']) WITH ORDINALITY AS u (v, n);
    PERFORM stage('u' || n, task_scores => v)
    FROM unnest(ARRAY[';', '1;', ';1', '-1', '1000', 'N', '1;2,3', 'XX', '1 1;1', '1;101']) WITH ORDINALITY AS u (v, n);
END
$$;
SELECT is(counts(import_results('tasks.csv')), '17 = 7 + 0 + 0 + 10, 0', 'forms of task_scores');
SELECT is((SELECT string_agg(participant, ' ' ORDER BY participant) FROM result WHERE participant ~ '^[tu]'),
          't1 t2 t3 t4 t5 t6 t7', 'the good ones');
SELECT is((SELECT array_agg(task_scores::text ORDER BY participant) FROM result WHERE participant ~ '^t[1-6]$'),
          ARRAY['{7}', '{NULL}', '{NULL,1}', '{NULL,NULL,2}', '{1,2,NULL}', '{0,100}'],
          'X, Latin or Cyrillic, is an item not attempted');
SELECT is((SELECT cardinality(task_scores) FROM result WHERE participant = 't7'), 100, 'a hundred items');

-- The table that is read.
CREATE TABLE public.own_staging AS
SELECT 'extra'::text AS another_column, f.* FROM import_form AS f;
INSERT INTO public.own_staging (academic_year, exam, subject, grade, school_code_kind, school_code, participant, mark)
VALUES ('2023', 'vpr', 'math', '5', 'fis_oko', 'edu990001', 'own1', '3');
SELECT is(counts(import_results('own.csv', 'own_staging')), '1 = 1 + 0 + 0 + 0, 0', 'a table of one''s own, more columns or not');
SELECT is((SELECT count(*) FROM public.own_staging), 1::bigint, 'is left as it was');
SELECT is(counts(import_results('own.csv', 'own_staging')), '1 = 1 + 0 + 0 + 0, 0', 'and read again gives the same import');
ALTER TABLE public.own_staging ADD COLUMN file_line integer;
UPDATE public.own_staging SET file_line = 30;
INSERT INTO public.own_staging (participant, file_line) VALUES ('own3', 20), ('own2', 10);
SELECT import_results('own_order.csv', 'own_staging') \g /dev/null
SELECT is((SELECT string_agg(format('%s: %s', line, row_text), ' ' ORDER BY line) FROM import_reject
           WHERE import_file_id = (SELECT max(import_file_id) FROM import_file)),
          '2: ;;;;;;;own2;;;;;; 3: ;;;;;;;own3;;;;;;', 'in the order of its column file_line, when it has one');
DELETE FROM public.own_staging;
SELECT is(error_of($$SELECT import_results('own.csv', 'own_staging')$$),
    E'P0002\nв файле нет строк с результатами\nФайл «own.csv», таблица public.own_staging.\nСначала загрузите строки файла командой \\copy; если они загружены, проверьте, те ли это строки.',
    'an empty table');
SELECT matches(error_of($$SELECT import_results('empty.csv')$$), '^P0002\nв файле нет строк с результатами\n', 'an empty staging table');
DROP TABLE pg_temp.import_staging;
SELECT matches(error_of($$SELECT import_results('none.csv')$$),
    '^42P01\nнет таблицы со строками файла\n.*open_staging\(\)', 'no staging table');
SELECT matches(error_of($$SELECT import_results(NULL)$$), '^22023\nне указано имя файла\n', 'no name');
SELECT matches(error_of($$SELECT import_results(' ')$$), '^22023\nне указано имя файла\n', 'a blank name');
SELECT matches(error_of($$INSERT INTO import_form DEFAULT VALUES$$), '^23514\n', 'the form itself takes no rows');

SELECT * FROM finish();
