-- Roadmaps against bad input: odd tables, a megabyte in a cell, periods and
-- days that cannot be, texts that would break an iCalendar.
\ir include/warehouse.sql
BEGIN;
SELECT plan(44);
SET LOCAL statement_timeout = '60s';

CREATE FUNCTION helper.load(own text, document text)
RETURNS text
LANGUAGE sql
RETURN (SELECT concat_ws(' ', sections, events, occurrences) FROM import_roadmap(document, own, 'region', 1, '2023-01-01', '2023-12-31'));
CREATE FUNCTION helper.rows_of(own text)
RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT string_agg(concat_ws('|', coalesce(e.number, '-'), e.title, coalesce(e.deadline, '-'), coalesce(e.responsible, '-')), E'\n' ORDER BY s.place, e.place)
        FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id) JOIN roadmap AS r USING (roadmap_id) WHERE r.name = own);

-- Numbers missing, repeated, of other kinds; cells empty, merged, too many; the
-- header once more; a row whose words are those of a header.
SELECT is(load('odd', $$№	Мероприятие	Срок	Ответственные
1	Первое	март	ИРО
			
		май	
3		июнь	ИРО
3	Третье		
		
	продолжение	июнь	ЦОКО
abc	Четвёртое	32 марта	
1.1.1.1	Шестое	до 30 января 2023 г.	ИРО
99999999999	Седьмое	март	
№	Мероприятие	Срок	Ответственные
8	Проведение мероприятий	период: март 2023 г.	ИРО
	<br>	<p></p>	
9	Содержание работы	срок не установлен	ИРО	лишняя	ещё
$$), '1 9 10', 'an odd table loads');
SELECT is(rows_of('odd'), $$1|Первое|март май|ИРО
3|(без названия)|июнь|ИРО
3|Третье|-|-
-|продолжение|июнь|ЦОКО
abc|Четвёртое|32 марта|-
1.1.1.1|Шестое|до 30 января 2023 г.|ИРО
99999999999|Седьмое|март|-
8|Проведение мероприятий|период: март 2023 г.|ИРО
9|Содержание работы|срок не установлен|ИРО лишняя ещё$$, 'no row is lost or invented');
SELECT results_eq($$SELECT line, reason FROM roadmap_attention WHERE roadmap = 'odd' AND reason !~ '^ответственн' ORDER BY line, reason$$,
    $$VALUES (5, 'название не указано'), (5, 'пропущены номера перед 3'), (6, 'номер 3 повторяется'), (6, 'срок не указан'), (8, 'номера нет'),
             (8, 'строка без номера начата со строчной буквы, но срок у неё свой: принята за мероприятие'),
             (9, 'срок не распознан'), (13, 'пропущены номера перед 8'), (15, 'срок не распознан')$$, 'and a person is told');
SELECT is(load('two', E'|Мероприятие|Срок|\n|---|---|\n|Дело \\| второе; "кавычки", запятая|март|\n| 😀 эмодзи | июнь |'), '1 2 2', 'a table of two columns');
SELECT is(load('headings', E'Мероприятие\tСрок\tОтветственные\nМУНИЦИПАЛЬНЫЙ УРОВЕНЬ\nПервое\tмарт\tУО\nII. Помощь\nшколам\nВторое\tапрель\tУО\n'), '2 2 2', 'headings on lines of their own');
SELECT is((SELECT string_agg(concat_ws(' ', s.level, s.number, s.title), '; ' ORDER BY s.place) FROM roadmap_section AS s JOIN roadmap AS r USING (roadmap_id) WHERE r.name = 'headings')
          || ': ' || rows_of('headings'), E'municipality; municipality II Помощь школам: -|Первое|март|УО\n-|Второе|апрель|УО', 'are no part of the row after them');
SELECT is(load('wrapped', $$| № | Мероприятие   | Форма   | Срок         | Ответственные |
|---|---------------|---------|--------------|---------------|
| 1 | Определение   | приказ  | до 30        | ДО            |
|   | координаторов |         | января 2023  | ЦОКО          |
|   |               |         | г.           |               |
| 2 | Мониторинг    | справка | февраль,     | ЦОКО          |
|   | динамики      |         | июнь 2023 г. |               |
| 3 | Совещания     | приказ  | не реже      | УО            |
|   | с районами    |         | одного раза  |               |
|   |               |         | в четверть   |               |
| 4 | Выезды        | план    | март -       | УО            |
|   | в школы       |         | ноябрь       |               |
| 5 | Иное          | план    | март         | УО            |
|   | Второе иное   | план    | апрель       | УО            |
|   | третье иное   | план    | май          | УО            |$$), '1 7 11', 'cells wrapped over rows of bars');
SELECT is(rows_of('wrapped'), $$1|Определение координаторов|до 30 января 2023 г.|ДО ЦОКО
2|Мониторинг динамики|февраль, июнь 2023 г.|ЦОКО
3|Совещания с районами|не реже одного раза в четверть|УО
4|Выезды в школы|март - ноябрь|УО
5|Иное|март|УО
-|Второе иное|апрель|УО
-|третье иное|май|УО$$, 'a deadline wrapped in its cell is no row of its own, one whole is');
SELECT is(load('sections', $$Направление	Мероприятия	Сроки	Ответственные	Показатели
1. Нормативное обеспечение
	1.1. Разработка приказа	сентябрь 2023	УО	Приказ
	1.2. Разработка плана	до 01.10.2023	УО, ММС	План
2. Методическое сопровождение
	2.1. Семинар	ноябрь 2023, март 2024	ММС	1. Протокол
2. Справка
	2.2. Консультации	по запросу	ММС	Не менее 5$$), '2 4 5', 'sections numbered in Arabic figures');
SELECT is((SELECT string_agg(format('%s %s: %s', s.number, s.title, (SELECT string_agg(concat_ws(' ', e.number, e.indicator), ', ' ORDER BY e.place) FROM roadmap_event AS e
                                                                       WHERE e.roadmap_section_id = s.roadmap_section_id)), '; ' ORDER BY s.place)
           FROM roadmap_section AS s JOIN roadmap AS r USING (roadmap_id) WHERE r.name = 'sections'),
          '1 Нормативное обеспечение: 1.1 Приказ, 1.2 План; 2 Методическое сопровождение: 2.1 1. Протокол 2. Справка, 2.2 Не менее 5',
          'are told from a list in a cell by the number after them');
SELECT is(load('days', $$№|Вид деятельности|Дата начала|Дата окончания|Ответственный
1|Приказ|01.09.2023|15.09.2023|УО
2|Анализ|||УО
||||ЦОКО
3|Совещание|01.10.2023|20.10.2023|УО$$), '1 3 3', 'bars without a frame, two columns of days');
SELECT is(rows_of('days'), $$1|Приказ|15.09.2023|УО
2|Анализ|-|УО ЦОКО
3|Совещание|20.10.2023|УО$$, 'the last day is the deadline, an empty first cell is one');
SELECT is(load('empty', E'№\tМероприятие\tСрок\n'), '0 0 0', 'a header without rows');
SELECT is(load('crlf', E'\uFEFF№\tМероприятие\tСрок\r\n1\tДело\tмарт\r\n2\tВторое\tапрель\r\n'), '1 2 2', 'ends of lines of Windows');
SELECT is(split_part(error_of(format('SELECT load(%L, %L)', 'none', v)), E'\n', 1), '22023', 'no table in: ' || left(translate(coalesce(v, 'NULL'), E'\n\t', '  '), 20))
FROM unnest(ARRAY[NULL, '', 'Мероприятие Срок', repeat(E'x\ty\tz\n', 20000), repeat(E'\t', 500000)]) AS v;
SELECT is(error_of($$SELECT load('bytes', convert_from('\xd0ff', 'UTF8'))$$) ~ '^22021', true, 'bytes that are no text');

-- A megabyte.
SELECT is(ARRAY[deadline_kind(repeat('ежеквартально, ', 40000)), deadline_kind(repeat('(', 1000000)), deadline_kind(repeat('1-', 500000)),
                deadline_kind(repeat('после ', 100000)), (SELECT kind FROM deadline_occurrences(repeat('с марта по ', 60000), '2023-01-01', '2023-12-31'))],
          array_fill('unrecognised'::text, ARRAY[5]), 'phrases of a megabyte are unrecognised');
SELECT is(load('long line', E'№\tМероприятие\tСрок\n' || repeat('x', 1000000)), '0 0 0', 'a line of a megabyte after the header');
SELECT is(load('wide', E'№\tМероприятие\tСрок\n1\tДело' || repeat(E'\t', 50000) || E'март\n'), '1 1 1', 'a row of fifty thousand cells');
SELECT is(load('big', E'№\tМероприятие\tСрок\tОтветственные\n1\t' || repeat('большое дело, ', 40000) || E'\tмарт\t' || repeat('ИРО ', 10000)), '1 1 1', 'cells of a megabyte');
SELECT roadmap_ics(roadmap_id) AS ics FROM roadmap WHERE name = 'big' \gset
SELECT is(length(replace(replace(:'ics', E'\r\n ', ''), '\,', ',')) > 14 * 40000, true, 'and its iCalendar has it whole');
SELECT is((SELECT max(octet_length(l)) FROM regexp_split_to_table(:'ics', E'\r\n') AS l), 75, 'folded');

-- Texts that mean something in an iCalendar.
UPDATE roadmap_event AS e SET title = E'Дело; второе, "третье"\nстрока\\н END:VEVENT😀\r\nBEGIN:VALARM\x01', evidence_form = E'a\nBEGIN:VEVENT'
FROM roadmap_section AS s JOIN roadmap AS r USING (roadmap_id) WHERE s.roadmap_section_id = e.roadmap_section_id AND r.name = 'two' AND e.place = 1;
UPDATE roadmap SET name = E'Имя;\nкарты, \\' WHERE name = 'two' RETURNING roadmap_id AS two_id \gset
SELECT replace(roadmap_ics(:two_id), E'\r\n ', '') AS ics \gset
SELECT is((SELECT string_agg(l, ' ' ORDER BY place) FROM regexp_split_to_table(:'ics', E'\r\n') WITH ORDINALITY AS t (l, place) WHERE l ~ '^(BEGIN|END)'),
          'BEGIN:VCALENDAR BEGIN:VEVENT END:VEVENT BEGIN:VEVENT END:VEVENT END:VCALENDAR', 'no text opens or closes anything');
SELECT is(:'ics' ~ E'\r\nSUMMARY:Дело\\\\; второе\\\\, "третье"\\\\nстрока\\\\\\\\н END:VEVENT😀\\\\nBEGIN:VALARM \r\n', true, 'a summary, escaped');
SELECT is(:'ics' ~ E'\r\nX-WR-CALNAME:Имя\\\\;\\\\nкарты\\\\, \\\\\\\\\r\n', true, 'the name of the calendar');
SELECT is((SELECT count(*) FROM regexp_split_to_table(:'ics', E'\r\n') AS l WHERE l !~ '^[A-Z-]+(;VALUE=DATE)?:[^[:cntrl:]]*$' AND l <> ''), 0::bigint, 'every line is a property');
SELECT matches(error_of(format('UPDATE roadmap SET uid = E''x\r\nATTENDEE:y'' WHERE roadmap_id = %s', :two_id)), '^23514', 'a UID has no ends of lines');

-- Periods and days.
SELECT is(split_part(error_of(format('SELECT add_roadmap(''p'', ''region'', 1, %L, %L)', f, t)), E'\n', 1), '22023', format('a plan from %s to %s', f, t))
FROM (VALUES ('2023-12-31'::date, '2023-01-01'::date), ('2023-01-01', '2043-01-01'), ('0001-01-01', '2023-01-01'), ('2023-01-01', 'infinity'), (NULL, '2023-01-01')) AS v (f, t);
SELECT max(roadmap_occurrence_id) AS own FROM roadmap_occurrence WHERE due_on = '2023-06-30' \gset
SELECT is(split_part(error_of(format(v.command, :own)), E'\n', 1), '22023', v.command)
FROM (VALUES ('SELECT mark_done(%s, ''0023-02-06'')'), ('SELECT mark_done(%s, ''-infinity'')'), ('SELECT mark_done(%s, current_date + 1)'),
             ('SELECT move_occurrence(%s, ''infinity'', ''x'')'), ('SELECT move_occurrence(%s, ''9999-12-31'', ''x'')'),
             ('SELECT add_evidence(%s, ''x'', ''1023-01-01'', ''1'')')) AS v (command);
SELECT matches(error_of(format('UPDATE roadmap_occurrence SET due_on = ''infinity'' WHERE roadmap_occurrence_id = %s', :own)), '^23514', 'an endless due day');
SELECT is(mark_done(:own, '2023-05-20'), 'done', 'done before the first day of its month is done early');

SELECT * FROM finish();
ROLLBACK;
