-- Context of schools: what an indicator's values may be, forms as files,
-- corrections and their history, data checks.
\ir include/warehouse.sql
BEGIN;
SELECT plan(67);
SET client_min_messages = warning;

CREATE FUNCTION helper.import(file text, lines text[], kind text DEFAULT 'auto', academic_year integer DEFAULT NULL)
RETURNS import_file
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM open_lines();
    INSERT INTO import_line (raw) SELECT unnest(lines);
    RETURN import_file(file, kind, academic_year);
END
$$;
CREATE FUNCTION helper.id(indicator text)
RETURNS integer
LANGUAGE sql STABLE
RETURN (SELECT i.context_indicator_id FROM monitoring.context_indicator AS i WHERE i.code = id.indicator);
CREATE FUNCTION helper.add(school integer, indicator text, numerator bigint, denominator bigint, amount double precision DEFAULT NULL,
                           year integer DEFAULT 2023)
RETURNS text
LANGUAGE sql
RETURN error_of(format('INSERT INTO monitoring.school_context (school_id, context_indicator_id, academic_year, numerator, denominator, amount)
                        VALUES (%L, %L, %L, %L, %L, %L)', school, id(indicator), year, numerator, denominator, amount));

-- Shipped: everything document 000 calls context, the components of ИСБШ.
SELECT is((SELECT array_agg(code ORDER BY code) FROM context_indicator),
          ARRAY['behaviour_problems', 'both_parents_higher', 'cultural_resources', 'economic_potential', 'equipment', 'health_problems',
                'incomplete_families', 'low_income_families', 'low_parent_education', 'non_native_russian', 'registered_pupils',
                'remoteness', 'settlement_size', 'settlement_type', 'special_needs', 'staff_deficit', 'troubled_families'],
          'the shipped indicators');
SELECT is_empty($$SELECT i.code FROM context_indicator AS i
                  WHERE i.kind = 'level' AND NOT EXISTS (SELECT FROM context_level AS l WHERE l.context_indicator_id = i.context_indicator_id)$$,
                'every level has its scale');
SELECT is_empty($$SELECT i.code FROM context_indicator AS i
                  WHERE NOT EXISTS (SELECT FROM layout_column AS c JOIN layout AS l USING (layout_id)
                                    WHERE c.role = i.code AND l.content = 'context')$$,
                'every indicator has its column in a form');
SELECT is((SELECT string_agg(i.code, ' ' ORDER BY c.place)
           FROM welfare_component AS c JOIN welfare_index AS w USING (welfare_index_id) JOIN context_indicator AS i USING (context_indicator_id)
           WHERE w.code = 'isbsh'), 'both_parents_higher incomplete_families registered_pupils', 'the documented components of the index');
SELECT is((SELECT count(*) FROM context_rule WHERE is_automatic), 1::bigint, 'one set of thresholds applies');

-- What a value can be.
SELECT is(add(1, 'incomplete_families', 20, 100), NULL, 'a share');
SELECT is((SELECT value FROM school_context), 0.2::double precision, 'is its numerator over its denominator');
SELECT is(add(1, 'settlement_size', NULL, NULL, 1.5), NULL, 'a number');
SELECT is(add(1, 'equipment', NULL, NULL, 3), NULL, 'a level');
SELECT matches(add(1, 'incomplete_families', 20, 100), '^23505\n', 'a measurement has one value');
SELECT matches(add(2, 'incomplete_families', 101, 100), '^23514\n', 'a part is not more than the whole');
SELECT matches(add(2, 'incomplete_families', 0, 0), '^23(514|502)\n', 'a share of nobody');
SELECT matches(add(2, 'incomplete_families', NULL, NULL), '^23(514|502)\n', 'no value at all');
SELECT is(add(2, 'incomplete_families', NULL, NULL, 0.2),
          E'23514\nпоказатель «Дети из неполных семей»: нужны числитель и знаменатель\nОрганизация 2, 2023 учебный год.\nИсправьте значение или показатель incomplete_families в context_indicator, context_level.',
          'a share without its counts');
SELECT matches(add(2, 'equipment', 1, 3), '^23514\n.*бывают только у долей', 'a level is no share');
SELECT matches(add(2, 'equipment', NULL, NULL, 4), '^23514\n.*«4» — нет такого уровня', 'a level its scale does not have');
SELECT matches(add(2, 'equipment', NULL, NULL, 1.5), '^23514\n.*нет такого уровня', 'nor one between two');
SELECT matches(add(2, 'settlement_size', NULL, NULL, -1), '^23514\n.*вне пределов от 0 до 20000', 'a number out of its bounds');
SELECT matches(add(2, 'settlement_size', NULL, NULL, 'NaN'), '^23514\n', 'no NaN');
UPDATE context_indicator SET last_year = 2022 WHERE code = 'equipment';
SELECT matches(add(2, 'equipment', NULL, NULL, 1), '^23514\n.*в 2023 учебном году не действует', 'an indicator that is no longer in use');
SELECT is(add(2, 'equipment', NULL, NULL, 1, 2022), NULL, 'is kept for its years');
UPDATE context_indicator SET last_year = NULL WHERE code = 'equipment';
SELECT matches(error_of('UPDATE school_context SET amount = 9 WHERE amount = 3'), '^23514\n', 'an update is checked as well');

-- History.
SELECT is((SELECT count(*) FROM school_context_change), 0::bigint, 'no history yet');
UPDATE school_context SET numerator = 25, recorded_at = clock_timestamp() WHERE numerator = 20;
UPDATE school_context SET recorded_by = recorded_by;
DELETE FROM school_context WHERE amount = 1.5;
SELECT is((SELECT string_agg(format('%s %s %s→%s', school_id, context_indicator_id - id('incomplete_families'), value_before,
                                    coalesce(value_after::text, '∅')), '; ' ORDER BY school_context_change_id)
           FROM school_context_change), '1 0 0.2→0.25; 1 -6 1.5→∅', 'corrections and deletions keep the former value');
DELETE FROM school_context;

-- The social passport as a file: titles above, an unknown column, gaps.
\set head '\'Учебный год;Логин;Название ОО;Обучающихся всего;Дети из неполных семей;Обучающиеся на учёте;Дети из семей, где оба родителя имеют высшее образование;Примечание\''
SELECT is(counts(import('passport.csv', ARRAY['Социальный паспорт;;;;;;;', :head,
    '2023;edu990001;Школа № 1;100;20;3;40;', '2023;edu990002;Школа № 2;200;50;;30;всё верно', '2023;edu990003;Школа № 3;50;10;1;x;'])),
    '7 = 7 + 0 + 0 + 0, 0', 'a value is a cell that is filled');
SELECT is((SELECT kind FROM import_file), 'social_passport', 'the form is recognised');
SELECT is((SELECT string_agg(format('%s:%s/%s', school_id, numerator, denominator), ' ' ORDER BY school_id, context_indicator_id) FROM school_context),
          '1:20/100 1:40/100 1:3/100 2:50/200 2:30/200 3:10/50 3:1/50', 'the values stored');
SELECT is((SELECT array_agg(DISTINCT measurement) FROM school_context), ARRAY[1], 'of the first measurement');
SELECT is(counts(import('passport.csv', ARRAY['Социальный паспорт;;;;;;;', :head,
    '2023;edu990001;Школа № 1;100;20;3;40;', '2023;edu990002;Школа № 2;200;50;;30;всё верно', '2023;edu990003;Школа № 3;50;10;1;x;'])),
    '7 = 7 + 0 + 0 + 0, 0', 'the same file again is the same import');
SELECT is((SELECT count(*) FROM import_file), 1::bigint, 'and no new one');
SELECT is(counts(import('passport.csv', ARRAY[:head, '2023;edu990001;Школа № 1;100;21;3;40;', '2023;edu990004;Школа № 4;10;2;0;1;'])),
          '6 = 3 + 1 + 2 + 0, 4', 'a corrected file replaces its own values');
SELECT is((SELECT string_agg(format('%s:%s', school_id, numerator), ' ' ORDER BY school_id, context_indicator_id) FROM school_context),
          '1:21 1:40 1:3 4:2 4:1 4:0', 'and withdraws what is no longer in it');
SELECT is((SELECT count(*) FROM school_context_change WHERE file_before_id IS NOT NULL), 5::bigint, 'with history');
SELECT is((SELECT count(*) FROM check_file_balance(2023)), 0::bigint, 'files are in balance');

-- Refused, by line, with reasons.
SELECT is(counts(import('bad.csv', ARRAY[:head,
    '2023;edu990002;Школа № 2;50;60;1;x;',           -- more than all, two good cells but one
    '2023;edu990009;Школа № 9;50;10;1;2;',           -- unknown school: one refusal
    'скоро;edu990002;Иванов Иван;50;10;1;2;',         -- no year, a name
    '2023;edu990003;Школа № 3;;10;;;',                -- no total
    '2023;edu990001;Школа № 1;100;22;;;',             -- another file has it
    '2023;edu990003;Школа № 3;50;;;;',                -- nothing
    '2024;edu990003;Школа № 3;50;10;;;', '2024;edu990003;Школа № 3;50;10;2;;',
    '2024;edu990002;Школа № 2;50;10;;;', '2024;edu990002;Школа № 2;50;11;;;'])),
    '12 = 3 + 0 + 0 + 9, 0', 'good cells are stored, bad ones refused');
SELECT results_eq($$SELECT line, reason FROM import_reject JOIN import_file USING (import_file_id) WHERE file_name = 'bad.csv' ORDER BY line, reason$$,
    $$VALUES (2::bigint, 'Дети из неполных семей: «60» — больше, чем всего: «50»'),
             (3, 'код организации: «fis_oko edu990009» — нет в school_code'),
             (4, 'учебный год: «скоро» — ожидается год от 2000 до 2100'),
             (5, 'обучающихся всего: «» — ожидается целое число больше нуля'),
             (6, 'значение показателя «Дети из неполных семей» уже внесено из файла «passport.csv» другим'),
             (7, 'в строке нет ни одного значения'),
             (9, 'повторяет значение показателя «Дети из неполных семей» из строки 8'),
             (10, 'в файле несколько разных значений показателя «Дети из неполных семей» (первое — в строке 10): неизвестно, какое верно'),
             (11, 'в файле несколько разных значений показателя «Дети из неполных семей» (первое — в строке 10): неизвестно, какое верно')$$,
    'each with its reason and line');
SELECT is((SELECT row_text FROM import_reject WHERE line = 4), 'скоро;edu990002;***;50;10;1;2', 'a name is not kept');
SELECT is((SELECT string_agg(code, ' ') FROM unmatched_school), 'edu990009', 'an unknown code goes to the work list');
SELECT matches(error_of($$SELECT import('empty.csv', ARRAY['Логин;Учебный год;Обучающихся всего;Обучающиеся на учёте'])$$),
               '^P0002\nв файле нет строк организаций', 'a form without schools');
SELECT is(counts(import('own.csv', ARRAY['Код ОО,Численность обучающихся,Обучающиеся с ОВЗ', 'edu990001,100,7'], 'auto', 2022)),
          '1 = 1 + 0 + 0 + 0, 0', 'the year may come from the call, headers in their variants');

-- Levels and numbers, twice a year.
SELECT is(counts(import('deficits.csv', ARRAY['Учебный год;Логин;Замер;Экономический потенциал района;Дефицит педагогических кадров;Численность населения пункта',
    '2023;edu990001;октябрь;Низкий;высокий;1 500,5', '2023;edu990001;Июнь;2;0;–', '2023;edu990002;март;1;1;1', '2023;edu990002;2;7;никакой;много'])),
    '9 = 5 + 0 + 0 + 4, 0', 'levels by word or number');
SELECT is((SELECT string_agg(format('%s %s', measurement, value), ', ' ORDER BY measurement, context_indicator_id)
           FROM school_context WHERE amount IS NOT NULL), '1 1500.5, 1 1, 1 2, 2 2, 2 0', 'as stored');
SELECT is((SELECT string_agg(reason, E'\n' ORDER BY line, reason) FROM import_reject JOIN import_file USING (import_file_id) WHERE file_name = 'deficits.csv'),
E'замер: «март» — ожидается октябрь (1) или июнь (2)\nДефицит педагогических кадров: «никакой» — нет такого уровня\nЧисленность населения пункта: «много» — ожидается число\nЭкономический потенциал района: «7» — нет такого уровня',
          'what is refused of them');

-- An indicator of one's own is a row and a column header.
INSERT INTO context_indicator (code, topic, name, unit, kind, direction, source) VALUES ('bus_km', 'территория', 'Подвоз', 'км', 'number', -1, 'регион');
INSERT INTO layout_column (layout_id, role, header) SELECT layout_id, 'bus_km', 'подвоз, км' FROM layout WHERE code = 'resource_deficits';
SELECT is(counts(import('bus.csv', ARRAY['Логин;Учебный год;Замер;Подвоз, км', 'edu990003;2023;1;12,5'])), '1 = 1 + 0 + 0 + 0, 0', 'an indicator added');
SELECT is((SELECT amount FROM school_context WHERE context_indicator_id = id('bus_km')), 12.5::double precision, 'is loaded');

-- The same file again, refused for another reason: that is recorded.
UPDATE context_indicator SET high_value = 15 WHERE code = 'bus_km';
SELECT counts(import('far.csv', ARRAY['Логин;Учебный год;Замер;Подвоз, км', 'edu990001;2023;1;20'])) \g /dev/null
UPDATE context_indicator SET high_value = 18 WHERE code = 'bus_km';
SELECT counts(import('far.csv', ARRAY['Логин;Учебный год;Замер;Подвоз, км', 'edu990001;2023;1;20'])) \g /dev/null
SELECT counts(import('far.csv', ARRAY['Логин;Учебный год;Замер;Подвоз, км', 'edu990001;2023;1;20'])) \g /dev/null
SELECT is((SELECT string_agg(format('%s %s', version, reason), E'\n' ORDER BY version) FROM import_reject JOIN import_file USING (import_file_id)
           WHERE file_name = 'far.csv'),
          E'1 Подвоз: «20» — вне пределов от … до 15\n2 Подвоз: «20» — вне пределов от … до 18', 'a reason that changed is recorded, once');

-- Taking a file back.
SELECT is(undo_import('passport.csv'), 6::bigint, 'an import is taken back');
SELECT is((SELECT count(*) FROM school_context AS k JOIN import_file AS f USING (import_file_id) WHERE f.file_name = 'passport.csv'), 0::bigint, 'with all its values');
SELECT is((SELECT count(*) FROM check_file_balance(2023)), 0::bigint, 'and all is in balance');
SELECT is(counts(import('passport.csv', ARRAY[:head, '2023;edu990001;Школа № 1;100;21;3;40;'])), '3 = 3 + 0 + 0 + 0, 0', 'it may come again');

-- Data checks.
CREATE FUNCTION helper.found(check_code text, year integer)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    lines text;
BEGIN
    EXECUTE format($q$SELECT string_agg(format('%%s|%%s', subject, detail), E'\n' ORDER BY subject, detail) FROM monitoring.check_%s(%s)$q$,
                   check_code, year) INTO lines;
    RETURN lines;
END
$$;
DELETE FROM school_context;
SELECT is(found(v, 2023), NULL, 'nothing to find without context: ' || v)
FROM unnest(ARRAY['context_missing', 'context_constant', 'context_jump', 'context_pupils']) AS v;
SELECT add(s, i, n, 100, NULL, y) FROM (VALUES
    (1, 'both_parents_higher', 40, 2023), (2, 'both_parents_higher', 30, 2023), (3, 'both_parents_higher', 20, 2022),
    (1, 'incomplete_families', 20, 2023), (2, 'incomplete_families', 20, 2023), (3, 'incomplete_families', 20, 2023),
    (1, 'incomplete_families', 40, 2022), (2, 'incomplete_families', 41, 2022),
    (1, 'registered_pupils', 1, 2023), (2, 'registered_pupils', 2, 2023)) AS v (s, i, n, y) \g /dev/null
SELECT is(found('context_missing', 2023),
E'Школа № 3, Второй район|нет показателей: Обучающиеся на учёте\nШкола № 4, Второй район|нет показателей: Дети из семей, где оба родителя имеют высшее образование, Дети из неполных семей, Обучающиеся на учёте',
          'schools without an indicator of the index; last year''s value will do');
SELECT is(found('context_constant', 2023), 'Дети из неполных семей|у всех организаций (3) одно значение: 0,2', 'an indicator the same for all');
SELECT is(found('context_jump', 2023), 'Школа № 2, Первый район: Дети из неполных семей|было 41.0 %, стало 20.0 %', 'a jump: 21 points, not 20');
INSERT INTO school_year (school_id, academic_year, enrolment) VALUES (1, 2023, 84), (2, 2023, 83);
SELECT is(found('context_pupils', 2023), 'Школа № 2, Первый район|в форме 100, в school_year 83', 'pupils in the form and in school_year');

-- Thresholds are numbers: NaN is above every value and would mark all.
SELECT matches(error_of(format('UPDATE context_indicator SET %1$s = ''NaN'', %2$s = ''NaN'' WHERE code = ''settlement_size''', v.a, v.b)), '^23514\n', 'no NaN in ' || v.a)
FROM (VALUES ('low_value', 'high_value'), ('high_value', 'low_value'), ('medium_deficit_from', 'high_deficit_from')) AS v (a, b);
SELECT matches(error_of(format('UPDATE context_rule SET high_sigmas = %L', v)), '^23514\n', 'nor ' || v || ' standard errors')
FROM unnest(ARRAY['NaN', 'Infinity']) AS v;

-- Copies of an index.
SELECT is(error_of('SELECT copy_welfare_index(''isbsh'', ''isbsh'', ''x'')'),
          E'42710\nверсия индекса isbsh уже есть\nВозьмите другой код или меняйте саму версию, если по ней ещё не считали: UPDATE welfare_index SET ... WHERE code = ...',
          'a code once only');
SELECT matches(error_of(format('SELECT copy_welfare_index(''isbsh'', %L, %L)', v.code, v.name)), E'^22023\nкод или наименование версии индекса не годится\n', 'no code or name: ' || coalesce(v.code, 'NULL'))
FROM (VALUES ('Своя', 'x'), (NULL, 'x'), ('own', NULL)) AS v (code, name);

SELECT * FROM finish();
ROLLBACK;
