-- import_file on files damaged by hand: nothing is stored by guess, nothing is
-- lost without a word, and what is refused says why. Whole files of every
-- layout and how they end are in 060_files.pl.
\ir include/warehouse.sql
SET client_min_messages = warning;
SELECT no_plan();

-- Imports a text as the bytes \copy would bring: kind and counts, or the error.
CREATE FUNCTION helper.load(name text, body text, encoding text DEFAULT 'UTF8', more text DEFAULT '')
RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM monitoring.open_lines();
    INSERT INTO pg_temp.import_line (raw)
    SELECT convert_from(convert_to(l, encoding), 'LATIN1')
    FROM string_to_table(body, E'\n') WITH ORDINALITY AS t (l, n) ORDER BY n;
    RETURN helper.call(name, more);
END
$$;
CREATE FUNCTION helper.call(name text, more text DEFAULT '')
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    answer text;
BEGIN
    EXECUTE format('SELECT helper.counts(f) FROM monitoring.import_file(%L%s) AS f', name, more) INTO answer;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    DECLARE
        detail text;
    BEGIN
        GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
        RETURN concat_ws(E'\n', sqlstate, sqlerrm, nullif(detail, ''));
    END;
END
$$;
-- Lines and reasons of the last import's refused rows.
CREATE FUNCTION helper.refused()
RETURNS text
LANGUAGE sql
RETURN (SELECT string_agg(format('%s %s', r.line, r.reason), E'\n' ORDER BY r.line)
        FROM monitoring.import_reject AS r
        WHERE r.import_file_id = (SELECT max(f.import_file_id) FROM monitoring.import_file AS f));
-- What a file of this name has stored.
CREATE FUNCTION helper.stored(name text)
RETURNS text
LANGUAGE sql
RETURN (SELECT string_agg(format('%s:%s=%s/%s%s', s.code || n.grade, r.participant, coalesce(r.score::text, '-'),
                                 coalesce(r.mark::text, '-'), coalesce(' ' || r.task_scores::text, '')),
                          ' ' ORDER BY s.code, r.participant COLLATE "C")
        FROM monitoring.result AS r
        JOIN monitoring.import_file AS f USING (import_file_id)
        JOIN monitoring.administration AS a USING (administration_id)
        JOIN monitoring.assessment AS n USING (assessment_id)
        JOIN monitoring.subject AS s USING (subject_id)
        WHERE f.file_name = stored.name);
DO $$
BEGIN
    PERFORM open_administration(2023, 'oge', 'math', 9, max_score => 31);
    PERFORM open_administration(2023, 'oge', 'rus', 9, max_score => 33);
    PERFORM open_administration(2023, 'ege', 'math', 11, 'base', max_score => 21);
    PERFORM open_year(2024);
    PERFORM open_administration(2024, 'vpr', 'math', 5, max_score => 20);
    PERFORM open_administration(2024, 'oge', 'math', 9, max_score => 31);
END
$$;
\set title 'ВПР 2023 Математика 5 класс\n'
\set form 'ОО;Название ОО;Код участника;Класс;1 (2б);2 (2б);Первичный балл;Отметка;Отметка по журналу\n'

-- --- rows torn or joined ---------------------------------------------------
SELECT is(load('comma.csv', E'academic_year,exam,subject,grade,school_code_kind,school_code,participant,score,mark\n'
               '2023,vpr,math,5,fis_oko,edu990001,c1,7,5,3\n2023,vpr,math,5,fis_oko,edu990001,c2,7,3\n'
               '2023,vpr,math,5,fis_oko,edu990001,c3,8,4,,a note apart'),
          '3 = 2 + 0 + 0 + 1, 0', 'a decimal comma between commas makes a cell too many');
SELECT is(refused(), '2 в строке больше ячеек, чем в заголовке: значения могли сдвинуться', 'such a row is refused');
SELECT is(stored('comma.csv'), 'math5:c2=7/3 math5:c3=8/4', 'a note that stands apart is no shift');

SELECT is(load('quote.csv', :'title' || :'form'
               || E'edu990001;"Школа № 1;q1;5;1;1;2;2;3\nedu990001;"Школа № 1;q2;5;1;1;2;3;3\n'
               || E'edu990001;Школа № 1;q3;5;2;2;4;4;4\nedu990001;"Школа\n№ 1";q4;5;2;2;4;5;4\nedu990001;"Школа № 1";q5;5;0;0;0;2;2'),
          '5 = 3 + 0 + 0 + 2, 0', 'two rows with a lost quote each do not become one');
SELECT is(refused(),
          E'3 кавычка, которой начинается ячейка, не закрыта; нет кода участника; нет ни балла, ни отметки\n'
          '4 кавычка, которой начинается ячейка, не закрыта; нет кода участника; нет ни балла, ни отметки', 'both are refused');
SELECT is(stored('quote.csv'), 'math5:q3=4/4 {2,2} math5:q4=4/5 {2,2} math5:q5=0/2 {0,0}', 'rows below are read, a cell of two lines too');
SELECT is(load('quote_other_column.csv', :'title' || :'form'
               || E'edu990001;"Школа № 1;r1;5;1;1;2;2;3\nedu990001;Школа № 1;r2;5";1;1;2;3;3\nedu990001;Школа № 1;r3;5;2;2;4;4;4'),
          '3 = 2 + 0 + 0 + 1, 0', 'nor when the next quote is in another column');
SELECT is(load('behind_quote.csv', :'title' || :'form'
               || E'edu990001;Школа;t1;5;1;1;"1"2;3;3\nedu990001;"МБОУ "Лицей" № 1";t2;5;1;1;2;3;3'),
          '2 = 1 + 0 + 0 + 1, 0', 'text behind a closing quote is not dropped');
SELECT is(refused(), '3 балл: «"1"2» — ожидается целое от 0 до 1000', 'a number with it is no number');

-- The layout is looked for in the first hundred lines; a record may go on behind them.
SELECT is(load('hundredth.csv', E'\n' || :'title' || E'ОО;"Код\nучастника";1 (2б);"Первичный\nбалл";Отметка;Название ОО\n'
               || (SELECT string_agg(format(E'edu990001;h%s;1;1;3;"Школа\nномер\n1"', n), E'\n') FROM generate_series(1, 40) AS n)),
          '40 = 40 + 0 + 0 + 0, 0', 'a cell that goes on behind the hundredth line does not hide the header');

-- --- items ------------------------------------------------------------------
SELECT is(load('items.csv', :'title' || :'form' || E'edu990001;Школа;i1;5;"1;2";1;2;3;3\nedu990001;Школа;i2;5;1 2;1;2;3;3'),
          '2 = 0 + 0 + 0 + 2, 0', 'two numbers in an item''s cell are not two items, nor one');
SELECT is(refused(),
          E'3 баллы за задания: «1,2;1» — ожидаются целые от 0 до 100 через точку с запятой, не больше ста, X — не приступал\n'
          '4 баллы за задания: «1 2;1» — ожидаются целые от 0 до 100 через точку с запятой, не больше ста, X — не приступал', 'as written');

SELECT is(load('item_order.csv', :'title' || E'ОО;10 (1б);Код участника;4К2 (2б);4К1 (3б);9.1 (5б);Первичный балл;Отметка\nedu990001;1;o1;2;3;5;11;4'),
          '1 = 1 + 0 + 0 + 0, 0', 'columns of items in another order');
SELECT is(stored('item_order.csv'), 'math5:o1=11/4 {3,2,5,1}', 'are put in the order of their numbers');
SELECT is(load('same_score.csv', E'Группы участников;Кол-во участников;0;1;2;3;4;5;05\nШкола (edu990001);10;10;10;10;10;10;40;10', 'UTF8',
               $$, academic_year => 2023, subject => 'math', grade => 5$$), E'22P02\nстолбцы «05», «5» означают одно и то же\nСтрока 1, столбцы 8, 9.', 'one score has one column');
SELECT is(load('scores_above.csv', E'Группы участников;Кол-во участников;0;1;2;3;4;5;21\nШкола (edu990001);10;10;10;10;10;10;40;10\nШкола (edu990002);10;10;10;10;10;10;50;0', 'UTF8',
               $$, academic_year => 2023, subject => 'math', grade => 5$$), '2 = 1 + 0 + 0 + 1, 0', 'a score above the maximum in a distribution');
SELECT is(refused(), '2 балл 21 больше максимального 20', 'is named');

-- --- headers ----------------------------------------------------------------
SELECT is(load('broken_header.csv', :'title' || :'form' || E'edu990001;Школа;b1;5;1;1;2;3;3\n'
               || E'ОО;Название ОО;Код участника;Класс;1 (2б);2 (2б);3 (5б);4 (5б);Первичный балл;Оценка;Отметка по журналу\n'
               || E'edu990001;Школа;b2;5;1;1;4;5;11;3;3'),
          E'22P02\nстрока 4 похожа на заголовок, но записана иначе, чем первый\nНе найдено: «отметка».',
          'rows below a header with a column amiss are not read by the header above');
SELECT is(load('broken_group.csv', E'Год;Класс;Предмет;Логин;Кол-во участников;2;3;4;5\n2023;5;Математика;edu990001;4;25,00;25,00;25,00;25,00\n'
               'Год;Класс;Предмет;Логин;Кол-во участников;2;3;4;Пять'),
          E'22P02\nстрока 3 похожа на заголовок, но записана иначе, чем первый\nНе найдено: «5».', 'of groups too');
SELECT is(load('capital_header.csv', :'title' || :'form' || E'edu990001;Школа;b1;5;1;1;2;3;3\n'
               || E'ОО;Название ОО;КОД УЧАСТНИКА;Класс;1 (2б);ПЕРВИЧНЫЙ БАЛЛ;ОТМЕТКА\nedu990001;Школа;b2;5;1;1;3'),
          E'22P02\nстрока 4 похожа на заголовок, но записана иначе, чем первый\nСтолбцы в ней все, но другие буквы или пробелы.', 'nor by one in other letters');
SELECT is(load('two_codes.csv', E'02 - Математика 2023.06.03;\nКод регистрации;Код ОО;Класс;Код участника;Первичный балл;Оценка\n11;990001;9А;22;10;3'),
          E'22P02\nстолбцы «код регистрации», «код участника» означают одно и то же\nСтрока 2, столбцы 1, 4.', 'of two headers of one meaning none is chosen');
SELECT is(load('same_twice.csv', :'title' || E'ОО;Код участника;1 (2б);Первичный балл;Отметка;Отметка\nedu990001;w;1;1;3;4'),
          E'22P02\nстолбец «отметка» встречается дважды\nСтрока 2, столбцы 5, 6.', 'nor of two alike');
SELECT is(load('dressed_header.csv', :'title' || E'ЛОГИН;  код\u00A0 Участника;1 (2б);ПЕРВИЧНЫЙ   БАЛЛ;отметка\nedu990001;d1;1;1;3'),
          '1 = 1 + 0 + 0 + 0, 0', 'case and blanks in headers do not matter');

-- Work tables hide behind the import; the last step is played by hand.
CREATE FUNCTION helper.left_out(header text)
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM clear_file_tables();
    CREATE TEMP TABLE import_text AS SELECT 1::bigint AS line, header AS body;
    PERFORM read_records(l, ';', 1) FROM layout AS l WHERE l.code = 'fis_individual';
    PERFORM read_headers(l) FROM layout AS l WHERE l.code = 'fis_individual';
    RETURN unknown_columns();
END
$$;
SELECT is(left_out('ОО;Фамилия;Код участника;1 (2б);Первичный балл;Отметка;Отметка за журнал'), '«Фамилия», «Отметка за журнал»', 'columns that nobody reads are named');
SELECT is(left_out('ОО;Код участника;1 (2б);Первичный балл;Отметка;Отметка по журналу'), NULL, 'none');
SELECT clear_file_tables();

-- --- which exam --------------------------------------------------------------
\set protocol 'Код ОО;Класс;Код участника;Первичный балл;Оценка\n'
SELECT is(load('dashes.csv', E'02 - Математика 2023.06.03\n' || :'protocol' || E'990001;9А;m1;10;3\n01 –  Русский язык 2023.06.06\n'
               || :'protocol' || E'990001;9А;m2;11;3\n03 - Физика от 06/09/2023\n' || :'protocol' || '990001;9А;m3;12;3'),
          '3 = 2 + 0 + 0 + 1, 0', 'exam lines with another dash are understood');
SELECT is(stored('dashes.csv'), 'math9:m1=10/3 rus9:m2=11/3', 'results go to the exam above them');
SELECT is(refused(), '9 учебный год: «» — ожидается год от 2000 до 2100', 'below a line not understood they do not go to the exam before it');
SELECT is(load('titles.csv', E'ВПР  2023  Математика, 5 класс\n' || :'form' || E'edu990001;Школа;l1;5;1;1;2;3;3\nВПР-2023 Русский язык 5 класс\n'
               || :'form' || E'edu990001;Школа;l2;5;1;1;2;3;3'), '2 = 1 + 0 + 0 + 1, 0', 'titles too');
SELECT is(stored('titles.csv'), 'math5:l1=2/3 {1,1}', 'of the first only');
SELECT is((SELECT string_agg(format('%s %s %s', e.exam, e.subject, e.academic_year), ', ' ORDER BY v.place)
           FROM (VALUES (1, 'oge', '02 - Математика 2023.09.08'), (2, 'oge', '02 - Математика 2023.10.08'),
                        (3, 'oge', 'Математика(2023.06.02)'), (4, 'oge', '52 — Математика  2023.05.30'),
                        (5, 'vpr', 'Впр 2024 Русский язык 10 КЛАСС'), (6, 'vpr', 'Математика(2023.09.20)')) AS v (place, file_exam, wording)
           CROSS JOIN LATERAL exam_of_text(v.wording, v.file_exam) AS e),
          'oge math 2023, oge math 2024, oge math 2023, gve math 2023, vpr rus 2024, vpr math 2024', 'a re-sit in September is of the year that ended');
SELECT is(load('contradiction.csv', E'01 - Математика 2023.05.30\n' || :'protocol' || '990001;9А;g1;10;3'), '1 = 0 + 0 + 0 + 1, 0',
          'a code and a name of different subjects name neither');
SELECT is(load('form.csv', E'Код участника;Вариант;1 (5б);Порядковый номер класса;Итого баллов\nx1;отсутствовал;;1;\nx2;отсутствовал;3;1;3\nx3;отсутствовал;;1;0', 'UTF8',
               $$, academic_year => 2023, subject => 'math', grade => 5, school_code => 'edu990001'$$), '1 = 0 + 0 + 0 + 1, 0', 'absent pupils are no rows');
SELECT is(refused() ~ '^3 отмечен как отсутствовавший, а балл есть; ', true, 'one absent with a score is a contradiction');
SELECT is(load('base.csv', E'Код ОО;Класс;Код участника;Первичный балл;Итоговый балл\n990001;11;e1;17;5', 'UTF8',
               $$, academic_year => 2023, subject => 'math', level => 'base'$$), '1 = 1 + 0 + 0 + 0, 0', 'a level given counts as one in the file');
SELECT is(stored('base.csv'), 'math11:e1=17/5', 'so that the mark is in its place');

-- --- which school -------------------------------------------------------------
SELECT is(load('logins.csv', :'title' || :'form' || E'edu990001, edu990002;Школа;s1;5;1;1;2;3;3\nedu990001-2;Школа;s2;5;1;1;2;3;3\n'
               'Школа № 1 (edu990001);Школа;s3;5;1;1;2;3;3\nШкола (edu990001) и (edu990002);Школа;s4;5;1;1;2;3;3\nEDU990001;Школа;s5;5;1;1;2;3;3'),
          '5 = 1 + 0 + 0 + 4, 0', 'of a cell with two logins, or with more than a login, none is taken');
SELECT is(stored('logins.csv'), 'math5:s3=2/3 {1,1}', 'a name with the login in brackets is one');

-- --- bytes ---------------------------------------------------------------------
SELECT is(load('cp1251.csv', :'title' || :'form' || E'edu990001;Школа;y1;5Б;1;1;2;3;3', 'WIN1251'), '1 = 1 + 0 + 0 + 0, 0', 'Windows-1251');
SELECT is((SELECT class FROM result WHERE participant = 'y1'), '5Б', 'its letters');
DO $$
BEGIN
    PERFORM open_lines();
    INSERT INTO import_line (raw) VALUES (chr(255) || chr(254) || chr(18) || chr(4)), (chr(31) || chr(4));
END
$$;
SELECT is(call('utf16.csv'), E'22021\nфайл в кодировке UTF-16', 'UTF-16 is called by its name');
DO $$
BEGIN
    PERFORM open_lines();
    INSERT INTO import_line (raw) VALUES (repeat(chr(4) || chr(31), 5)), ('x');
END
$$;
SELECT is(call('utf16.csv'), E'22021\nфайл в кодировке UTF-16', 'without its mark too');
DO $$
BEGIN
    PERFORM open_lines();
    INSERT INTO import_line (raw)
    SELECT convert_from(convert_to(l, CASE n WHEN 3 THEN 'WIN1251' ELSE 'UTF8' END), 'LATIN1')
    FROM unnest(ARRAY['ВПР 2023 Математика 5 класс', 'ОО;Код участника;1 (2б);Первичный балл;Отметка', 'edu990001;Ё', 'edu990001;я']) WITH ORDINALITY AS t (l, n);
END
$$;
SELECT is(call('parts.csv'), E'22021\nфайл в кодировке UTF-8, но строка 3 в ней не читается\nТаких строк 1, в UTF-8 — 3.', 'one line in another encoding is named');
SELECT is(load('cr.csv', :'title' || repeat('x', 3000)), E'22P02\nформа файла не узнана\nВ первых ста строках нет заголовка ни одной известной формы. Первая непустая строка: «ВПР 2023 Математика 5 класс».', 'two lines');
SELECT is(load('cr.csv', repeat('edu990001;', 300)), E'P0002\nв файле «cr.csv» одна длинная строка', 'lines that end otherwise');

-- --- what must not be kept -------------------------------------------------------
SELECT is(load('names.csv', E'academic_year;exam;subject;level;grade;school_code_kind;school_code;participant;class;score;mark\n'
               '2023;Фамилия1;Имя1;Отчество1;5;Фамилия1;edu990001;n1;5;7;3'), '1 = 0 + 0 + 0 + 1, 0', 'names in the columns of codes');
SELECT is((SELECT row_text || ' ' || reason FROM import_reject ORDER BY import_reject_id DESC LIMIT 1) ~ 'Фамилия|Имя|Отчество', false, 'are masked');
SELECT is(load('director.csv', E'Год;Класс;Предмет;Логин;ОО;ФИО директора;Кол-во участников;2;3;4;5\n'
               '2023;5;Математика;edu000001;Школа;Фамилия1 Имя1;4;25,00;25,00;25,00;25,00'), '1 = 0 + 0 + 0 + 1, 0', 'a group of an unknown school');
SELECT is((SELECT row_text FROM import_reject ORDER BY import_reject_id DESC LIMIT 1), '2023;5;Математика;edu000001;4;25,00;25,00;25,00;25,00',
          'is kept without the columns that the form does not have');
SELECT is(load('formula.csv', E'academic_year;exam;subject;grade;school_code_kind;school_code;participant;class;score;mark\n'
               '2023;vpr;math;5;fis_oko;edu990001;f1;=2+2;7;3\n2023;vpr;math;5;fis_oko;edu990001;f2;@SUM(A1);7;3\n'
               '2023;vpr;math;5;fis_oko;edu990001;f3;-5;7;3\n2023;vpr;math;5;fis_oko;edu990001;f4;-;7;3'),
          '4 = 1 + 0 + 0 + 3, 0', 'a formula is no class');
SELECT is(load('formula_group.csv', E'Год;Класс;Предмет;Логин;Кол-во участников;2;3;4;5\n'
               '2023;5;Математика;"=HYPERLINK(""x"";""(edu990001)"")";4;25,00;25,00;25,00;25,00\n2023;5;Математика;=1(edu990001);4;25,00;25,00;25,00;25,00'),
          '2 = 0 + 0 + 0 + 2, 0', 'and no group');
SELECT is(load('formula_name.csv', :'title' || :'form' || 'edu009009;=HYPERLINK(1);fn;5;1;1;2;3;3'), '1 = 0 + 0 + 0 + 1, 0', 'an unknown school with a formula for a name');
SELECT is((SELECT name FROM unmatched_school WHERE code = 'edu009009'), 'HYPERLINK(1)', 'is listed without it');
SELECT is(load('thin.csv', E'Группы участников;Кол-во ОО;Кол-во участников;2;3;4;5\nОбласть;;1\u2009000;25,00;25,00;25,00;25,00', 'UTF8',
               $$, academic_year => 2023, subject => 'math', grade => 5$$), '1 = 1 + 0 + 0 + 0, 0', 'thin spaces between digits');

SELECT is(load('percents.csv', E'Группы участников;Кол-во ОО;Кол-во участников;2;3;4;5\nШкола (edu990001);;4;25,00%;25,00 %;25;25.00\n'
               'Школа (edu990002);;4;четверть;25,00;25,00;25,00\nИтого;;4;25;25;25;25', 'UTF8',
               $$, academic_year => 2024, subject => 'math', grade => 5$$), '3 = 1 + 0 + 0 + 2, 0', 'percent signs');
SELECT is(refused(), E'3 процент: «четверть» — ожидается число от 0 до 100\n4 группа: «Итого» — не логин организации, не регион и не муниципалитет',
          'what stands in place of a percentage, and a group nobody knows, are shown');
SELECT is(load('kind.csv', :'title', 'UTF8', $$, kind => 'no_such'$$) ~ E'^22023\nформы «no_such» нет$', true, 'a form that is none');

-- --- one file after another --------------------------------------------------------
SELECT is(load('first.csv', :'title' || :'form' || (SELECT string_agg(format('edu990001;Школа;k%s;5;1;1;2;3;3', n), E'\n') FROM generate_series(1, 120) AS n)),
          '120 = 120 + 0 + 0 + 0, 0', 'a file of more than a hundred lines');
INSERT INTO import_line (raw) SELECT l FROM string_to_table(:'title' || :'form' || 'edu990001;;k121;5;?;1;2;3;3', E'\n') AS l;
SELECT is(call('second.csv'), '1 = 0 + 0 + 0 + 1, 0', 'the next one may follow without open_lines()');
SELECT is((SELECT line FROM import_reject ORDER BY import_reject_id DESC LIMIT 1), 3::bigint, 'its lines are counted from one');

-- --- rows that two files have --------------------------------------------------
SELECT is(load('a_first.csv', :'title' || :'form' || E'edu990002;Школа;v1;5;1;1;2;3;3\nedu990002;Школа;v2;5;1;1;2;3;3'), '2 = 2 + 0 + 0 + 0, 0', 'a file');
SELECT is(load('b_same.csv', :'title' || :'form' || E'edu990002;Школа;v2;5;1;1;2;3;3\nedu990002;Школа;v3;5;1;1;2;3;3'), '2 = 1 + 0 + 1 + 0, 0', 'another with one row of the first');
SELECT is(load('c_apart.csv', :'title' || :'form' || 'edu990002;Школа;v4;5;1;1;2;3;3'), '1 = 1 + 0 + 0 + 0, 0', 'a third with none');
SELECT is(sharing_files('a_first.csv'), '«b_same.csv»', 'the second may lose with the first');
SELECT is(sharing_files('b_same.csv'), NULL, 'nobody with the second');
SELECT is(undo_import('a_first.csv'), 2::bigint, 'the first is taken back');
SELECT is(load('b_same.csv', :'title' || :'form' || E'edu990002;Школа;v2;5;1;1;2;3;3\nedu990002;Школа;v3;5;1;1;2;3;3'), '2 = 1 + 0 + 1 + 0, 0', 'the second brings its row back');
SELECT is(sharing_files('c_apart.csv'), NULL, 'and shares nothing now');

-- --- staging tables of import_results ------------------------------------------------
CREATE TABLE helper.partitioned (LIKE import_form) PARTITION BY LIST (exam);
CREATE TABLE helper.part PARTITION OF helper.partitioned DEFAULT;
CREATE VIEW helper.looking AS SELECT * FROM import_form;
CREATE TABLE helper.numbers (LIKE import_form);
ALTER TABLE helper.numbers ALTER mark TYPE integer USING NULL, DROP score;
SELECT is(error_of(format('SELECT import_results(%L, %L)', 'x', t)), e, t)
FROM (VALUES
    ('helper.partitioned', E'42809\nстроки файла должны лежать в обычной таблице\nhelper.partitioned — не обычная таблица или состоит из секций.\nСкопируйте строки: CREATE TABLE staging AS SELECT * FROM ...'),
    ('helper.looking', E'42809\nстроки файла должны лежать в обычной таблице\nhelper.looking — не обычная таблица или состоит из секций.\nСкопируйте строки: CREATE TABLE staging AS SELECT * FROM ...'),
    ('helper.numbers', E'42703\nстолбцы таблицы со строками файла — не те, что у import_form\nВ таблице helper.numbers нет столбцов типа text: score, mark.\nСоздайте её так: CREATE TABLE staging (LIKE import_form).')) AS v (t, e);

-- --- all of it adds up -----------------------------------------------------------------
SELECT is((SELECT count(*) FROM import_file WHERE rows_read <> rows_stored + rows_replaced + rows_unchanged + rows_rejected), 0::bigint, 'every file adds up');
SELECT is_empty($$SELECT f.file_name, f.rows_rejected, count(r.line) FROM import_file AS f LEFT JOIN import_reject AS r USING (import_file_id)
                  GROUP BY f.import_file_id HAVING count(r.line) <> f.rows_rejected$$, 'as many refused rows as said');
SELECT is_empty('SELECT * FROM check_file_balance(2023)', 'as many stored');
SELECT * FROM finish();
