-- Texts of roadmaps as converters leave them become events: every row one, none
-- lost, none invented, and what is not certain is listed. The excerpts have the
-- shapes and the deadlines of real documents; their titles are made up. Tabs at
-- the ends of their lines are empty cells.
\ir include/warehouse.sql
BEGIN;
SELECT plan(54);

-- The words of a text, of three letters and more, with how often they occur.
CREATE FUNCTION helper.words(value text)
RETURNS TABLE (word text, times bigint)
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT w, count(*)
    FROM regexp_split_to_table(lower_text(regexp_replace(value, '</?p>', ' ', 'g')), '[^а-яёa-z0-9]+') AS w
    WHERE length(w) > 2
    GROUP BY w;
END;
-- All that was stored of a roadmap's table.
CREATE FUNCTION helper.stored(own text)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT string_agg(t.line, ' ')
    FROM (
        SELECT concat_ws(' ', s.number, s.title) AS line
        FROM roadmap_section AS s JOIN roadmap AS r USING (roadmap_id) WHERE r.name = own
        UNION ALL
        SELECT concat_ws(' ', CASE WHEN leading_number(e.title) IS NULL THEN e.number END, e.title, e.school_activity,
                         e.goal, e.deadline, e.evidence_form, e.expected_result, e.indicator, e.responsible, e.other)
        FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id)
        JOIN roadmap AS r USING (roadmap_id) WHERE r.name = own) AS t;
END;
-- Words that a text's table has and the roadmap has not, or not as often, or the other way round.
CREATE FUNCTION helper.lost_or_invented(body text, own text)
RETURNS TABLE (word text, in_text bigint, in_roadmap bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT word, t.times, s.times
    FROM words(body) AS t FULL JOIN words(stored(own)) AS s USING (word)
    -- Rows that name a level become the level of what follows.
    WHERE t.times IS DISTINCT FROM s.times
      AND word NOT IN ('муниципальный', 'уровень', 'образовательной', 'организации');
END;
CREATE FUNCTION helper.event(own text, section integer, place integer)
RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT concat_ws('|', e.number, e.title, e.deadline, e.evidence_form, e.responsible)
        FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id) JOIN roadmap AS r USING (roadmap_id)
        WHERE r.name = own AND s.place = section AND e.place = event.place);
CREATE FUNCTION helper.sections(own text)
RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT string_agg(format('%s %s %s', s.level, coalesce(s.number, '-'),
                                 (SELECT count(*) FROM roadmap_event AS e WHERE e.roadmap_section_id = s.roadmap_section_id)),
                          ', ' ORDER BY s.place)
        FROM roadmap_section AS s JOIN roadmap AS r USING (roadmap_id) WHERE r.name = own);
CREATE FUNCTION helper.bodies_of(own text, section integer, place integer)
RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT event_bodies(e.roadmap_event_id)
        FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id) JOIN roadmap AS r USING (roadmap_id)
        WHERE r.name = own AND s.place = section AND e.place = bodies_of.place);

-- A line a row, tabs between cells; three levels; a page with two cells more
-- and one whose bodies all fell into one cell.
SELECT $$ПРИКАЗ
1. Утвердить дорожную карту.

Принятые сокращения:

МОН – министерство образования области;

ЦОКО – центр оценки
качества образования;

ИРО – институт развития образования;

УО – управление образования.

№	Наименование мероприятия	Форма реализации мероприятий	Сроки выполнения	Ответственные лица
$$ AS head,
$$1	2	3	4	5
К Р А Е В О Й У Р О В Е Н Ь				
I. Организация работы				
1	Назначение координаторов	приказ МОН	до 30 января 2023 г.	МОН
2	Совещание с районами	протокол	ежемесячно	ЦОКО МОН
3	Сбор сведений	письмо	февраль 2023 г. ноябрь ежегодно	МОН

4	Наблюдение за динамикой	приказ	о проведении	письмо	февраль 2023 г. июнь 2023 г.	ЦОКО
5	Наблюдение за ресурсами	справка			2 раза в год июнь, октябрь	ИРО ЦОКО
6	Рекомендации по ресурсам	письмо				МОН ИРО

II. Профилактика неуспешности				
1	Показатели профилактики: наличие акта;	справка	февраль, июнь 2023 г.	МОН
	<p>доля школ с системой;</p> <p>доля обучающихся с маршрутом</p>				ЦОКО ИРО УО ИРО УО ИРО УО
3	Опыт школ	вебинар	апрель 2023 г.		
3	Стажировка	стажировка	по отделному плану		
МУНИЦИПАЛЬНЫЙ УРОВЕНЬ				
1	Районная карта	приказ	до 1 апреля 2023 г.	УО, методисты
2	Круглые столы	протокол	не реже одного раза в четверть	УО,
ЦОКО

УРОВЕНЬ ОБРАЗОВАТЕЛЬНОЙ ОРГАНИЗАЦИИ

III. Работа школы				
	Программа перехода	программа	март	руководство
2	Паспорт школы	паспорт	по плану работу	руководство

$$ AS body,
$$Начальник отдела
А.А. Примеров
$$ AS tail \gset rows_
SELECT * FROM import_roadmap(:'rows_head' || :'rows_body' || :'rows_tail', 'Карта области', 'region', 1,
                             '2023-01-01', '2023-12-31', '681', '2023-03-06') \gset rows_
SELECT is(ARRAY[:rows_sections, :rows_events]::bigint[], ARRAY[4, 13]::bigint[], 'sections and events');
SELECT is(sections('Карта области'), 'region I 6, region II 3, municipality - 2, school III 2',
          'the levels, their sections, how many events each has');
SELECT is_empty(format('SELECT * FROM lost_or_invented(%L, %L)', :'rows_body', 'Карта области'),
                'every word of the table is stored, as often as it stands there');
SELECT is(event('Карта области', 1, 1), '1|Назначение координаторов|до 30 января 2023 г.|приказ МОН|МОН', 'a plain row');
SELECT is(event('Карта области', 1, 4),
          '4|Наблюдение за динамикой|февраль 2023 г. июнь 2023 г.|приказ о проведении письмо|ЦОКО',
          'on a page with two cells more the deadline tells the columns');
SELECT is(event('Карта области', 1, 6), '6|Рекомендации по ресурсам|письмо|МОН ИРО', 'an empty deadline stays empty');
SELECT is((SELECT count(*) FROM roadmap_occurrence AS o JOIN roadmap_event AS e USING (roadmap_event_id)
           WHERE e.title = 'Рекомендации по ресурсам' AND o.due_on IS NULL AND o.kind = 'undated'), 1::bigint,
          'and gives one occurrence without a date');
SELECT is(event('Карта области', 2, 1),
          '1|Показатели профилактики: наличие акта; доля школ с системой; доля обучающихся с маршрутом|февраль, июнь 2023 г.|справка|МОН ЦОКО ИРО УО ИРО УО ИРО УО',
          'a row that a page break cut is one');
SELECT is(event('Карта области', 3, 2), '2|Круглые столы|не реже одного раза в четверть|протокол|УО, ЦОКО',
          'a cell wrapped over two lines is one');
SELECT is(bodies_of('Карта области', 1, 5), 'институт развития образования; центр оценки качества образования',
          'bodies without a separator are told apart by the list of abbreviations');
SELECT is((SELECT e.responsible_rest FROM roadmap_event AS e WHERE e.title = 'Районная карта'), 'методисты',
          'what the list does not know is left over');
SELECT results_eq(
    format($$SELECT line - %s, reason FROM roadmap_attention WHERE roadmap_id = %s
             AND reason !~ '^(ответственн|у срока нет)' ORDER BY line, reason$$,
           cardinality(string_to_array(:'rows_head', E'\n')) - 1, :rows_roadmap_id),
    $$VALUES (10, 'срок не указан'),
             (14, 'в ячейке ответственных один исполнитель повторён: вероятно, в ней слились ячейки нескольких строк'),
             (15, 'пропущены номера перед 3'), (16, 'номер 3 повторяется'),
             (25, 'номера нет'),
             (26, 'пропущены номера перед 2'),
             (28, 'текст вне таблицы, в план не вошёл'), (29, 'текст вне таблицы, в план не вошёл')$$,
    'what a person must look at, by line');
SELECT is((SELECT string_agg(excerpt, ' ' ORDER BY line) FROM roadmap_review WHERE reason ~ 'вне таблицы'),
          'Начальник отдела ***', 'with the words, but no name');
SELECT is((SELECT count(*) FROM roadmap_attention WHERE reason = 'ответственный не указан'), 2::bigint,
          'events whose body is not known');
SELECT is(resolve_review(:rows_roadmap_id, (SELECT min(line) FROM roadmap_review WHERE reason ~ 'вне таблицы')), 1::bigint,
          'a remark is resolved');
SELECT is((SELECT count(*) FROM roadmap_attention WHERE reason ~ 'вне таблицы'), 1::bigint, 'and gone');

-- Bodies that a person names.
SELECT is((SELECT string_agg(words || ' ' || events, ', ' ORDER BY words) FROM roadmap_unknown_body), 'методисты 1, руководство 2',
          'unknown words with the number of their events');
SELECT is(add_body_alias(:rows_roadmap_id, 'руководство', 'директор школы', 'school'), 1, 'one event is left when one is named');
SELECT is(bodies_of('Карта области', 4, 1), 'директор школы', 'the event has it');
SELECT is(adopt_bodies(:rows_roadmap_id), 1, 'the rest is taken as it is');
SELECT is(bodies_of('Карта области', 3, 1), 'управление образования; методисты', 'and assigned');
SELECT matches(error_of(format('SELECT add_body_alias(%s, ''Примерова А.Б.'', ''директор'')', :rows_roadmap_id)), '^22023\nимена людей',
               'a person''s name is refused');
UPDATE roadmap_event SET responsible = 'УО, психологи' WHERE title = 'Районная карта';
SELECT is((SELECT event_bodies(roadmap_event_id) || ' | ' || responsible_rest FROM roadmap_event WHERE title = 'Районная карта'),
          'управление образования | психологи', 'a changed cell is read again');
UPDATE roadmap_event SET responsible = NULL WHERE title = 'Районная карта';
SELECT is((SELECT concat(event_bodies(roadmap_event_id), responsible_rest) FROM roadmap_event WHERE title = 'Районная карта'), '',
          'an emptied one too');
SELECT is((SELECT bodies FROM split_bodies('ЦОКО ИРО КК, ИРО', ARRAY['ИРО', 'ЦОКО', 'ИРО КК'], ARRAY[1, 2, 3])), ARRAY[2, 3, 1],
          'the longest name wins');
SELECT is((SELECT bodies FROM split_bodies('МЦОКО, цоко; центры', ARRAY['ЦОКО', 'центр'], ARRAY[1, 2])), ARRAY[1],
          'only whole words are names');
SELECT is((SELECT rest FROM split_bodies('МЦОКО, цоко; центры', ARRAY['ЦОКО', 'центр'], ARRAY[1, 2])), 'МЦОКО; центры',
          'the rest as it was written');
SELECT results_eq($$SELECT without_names(v) FROM unnest(ARRAY['Примерова О.В.,', 'отчёт Пример-Образцовой О.В', 'О. В. Образцов и',
                        'Примерова Ольга Ильинична', 'ОО АПГО СК', 'г. Пошехонье. Директор', 'ИРО КК. Отчёт о работе']) AS v$$,
                  $$VALUES ('***,'), ('отчёт ***'), ('*** и'), ('***'), ('ОО АПГО СК'), ('г. Пошехонье. Директор'),
                           ('ИРО КК. Отчёт о работе')$$, 'names of people, and what is none');

-- A cell a line, opened by a tab; blank lines anywhere; sections of two cells.
SELECT $$	№ п/п
	Мероприятия муниципального уровня
	Планируемый результат
	Ответственные
	Мероприятия ОО
	Сроки
$$ AS head,
$$
	

1
	Знакомство с
порядком работы
	Знание порядка.
	Координатор, директора.
	Знакомство с порядком.
	Сентябрь 2023 – июнь 2024г. постоянно действующий вебинар

	2
	Ведение страницы 			
	Материалы.
	Примерова О.В.,
Образцов А.Б.
	Чтение материалов.

	Сентябрь 2023 – июнь 2024г.

	
	1. Поддержка школ

	1
	Собеседование со школами
	Справка
	директора.
	Справка и карта
	До 30.09.2023 

	
2


	Семинары:
- первый
- второй
	Пакет
	директора.
	Пакет документов
	Октябрь 2023г.- ноябрь 2024г.

	
	1. Объективность

	1
	Наблюдение
	Акт
	директора.
	Сведения
	Май – июнь 2024г.
 
$$ AS body \gset cells_
SELECT * FROM import_roadmap('План на год' || E'\n\n' || :'cells_head' || :'cells_body', 'План района', 'municipality', 1,
                             '2023-09-01', '2024-12-31') \gset cells_
SELECT is(sections('План района'), 'municipality - 2, municipality 1 2, municipality 1 1', 'cells a line: sections and events');
SELECT is(event('План района', 1, 1),
          '1|Знакомство с порядком работы|Сентябрь 2023 – июнь 2024г. постоянно действующий вебинар|Координатор, директора.',
          'a row put together from its cells');
SELECT is(event('План района', 2, 2), '2|Семинары: - первый - второй|Октябрь 2023г.- ноябрь 2024г.|директора.',
          'blank lines inside a cell end nothing');
SELECT is((SELECT concat_ws('|', school_activity, expected_result, responsible) FROM roadmap_event WHERE title = 'Ведение страницы'),
          'Чтение материалов.|Материалы.|***, ***', 'what schools do has a column; names are not kept');
SELECT is((SELECT reason FROM roadmap_review WHERE roadmap_id = :cells_roadmap_id), 'имена людей заменены на ***: укажите должности',
          'which is said');
SELECT is_empty(format('SELECT * FROM lost_or_invented(%L, %L)', without_names(:'cells_body'), 'План района'), 'no word is lost or invented');

-- Numbers inside the titles, merged cells, pages one column to the left, a
-- page break in the middle of a row that goes on with the next point.
SELECT $$Задача	Показатели выполнения	Мероприятия	Сроки	Ответственные	Форма предъявления
$$ AS head,
$$I Выявление школ					
1. Профилактика					
Условия в школах.	1. Доля школ с системой. 2. Доля обучающихся с	1. Сбор сведений. 2. Оформление 3. Разбор	В соответствии со сроками ВПР, КДР, ОГЭ, ЕГЭ	УО, ОМЦ	Записка

маршрутом.						
	4. Рекомендации	В течение 2021-2022 учебного года	УО, директора	Рекомендации		
	5. Маршруты обучающихся групп	До 01.10.2022	Директора, заместители	Маршруты		

	риска		по учебной работе			
	6. Положение	В течение учебного года 2021-2022, до декабря 2022 года	Директора	Положение		

		7. Программы школ.	До 01.12.2022	Директора	Программа
2. Факторы риска					
Устранение рисков и	1. Доля школ	1. Сбор данных об условиях в	До 01.10.2022	ОМЦ	Опросы

профилактика	выявленных. 2. Факторы	соответствии с порядком 2. Деление на группы 3. Диагностика	До 01.10.2022	ОМЦ	Записка
---	---	--	---------------	----------	---

		4. Экспертиза документов.	До 01.01.2023	ОМЦ	Заключение
$$ AS body \gset pages_
SELECT * FROM import_roadmap(:'pages_head' || :'pages_body', 'План округа', 'municipality', 2,
                             '2021-09-01', '2022-08-31') \gset pages_
SELECT is(sections('План округа'), 'municipality I 0, municipality 1 5, municipality 2 3', 'numbers in titles: sections and events');
SELECT is(event('План округа', 2, 3),
          '5|5. Маршруты обучающихся групп риска|До 01.10.2022|Маршруты|Директора, заместители по учебной работе',
          'a row cut by a page break, on a page one column to the left');
SELECT is((SELECT indicator FROM roadmap_event AS e WHERE e.title ~ '^1. Сбор сведений'),
          '1. Доля школ с системой. 2. Доля обучающихся с маршрутом.', 'its merged cell too');
SELECT is(event('План округа', 3, 1), '1|1. Сбор данных об условиях в соответствии с порядком|До 01.10.2022|Опросы|ОМЦ',
          'the tail goes to the event before');
SELECT is(event('План округа', 3, 2), '2|2. Деление на группы 3. Диагностика|До 01.10.2022|Записка|ОМЦ',
          'and the point with a deadline of its own is an event');
SELECT results_eq(format('SELECT e.number, v.reason FROM roadmap_review AS v LEFT JOIN roadmap_event AS e USING (roadmap_event_id)
                          WHERE v.roadmap_id = %s ORDER BY v.line, v.roadmap_review_id', :pages_roadmap_id),
    $$VALUES ('1', 'в строке несколько пунктов с одним сроком: принята за одно мероприятие'), ('4', 'пропущены номера перед 4'),
             ('2', 'строка разорвана: её начало присоединено к предыдущему мероприятию, пронумерованный пункт — отдельное мероприятие'),
             ('2', 'в строке несколько пунктов с одним сроком: принята за одно мероприятие'), ('4', 'пропущены номера перед 4')$$,
    'each of which is said');
SELECT is_empty(format('SELECT * FROM lost_or_invented(%L, %L)', :'pages_body', 'План округа'), 'no word is lost or invented');

-- Bars between cells, a column the importer has no place for, markup, a header
-- repeated on the next page, deadlines that cannot be read.
SELECT $$| Мероприятие | Срок исполнения | Исполнители | Примечание |
|---|:---:|---|---|
$$ AS head,
$$| **Работа с родителями** | | | |
| Собрания | ежеквартально | классные руководители | в школе |
| Лектории<br>для родителей | когда получится | психологи | |
| 2. Помощь семье | 2. Помощь семье | 2. Помощь семье | 2. Помощь семье |
| Мероприятие | Срок исполнения | Исполнители | Примечание |
| Консультации \| беседы | Декабрь 2023г. | психологи | по записи |
| | | и педагоги | |
$$ AS body \gset bars_
SELECT * FROM import_roadmap(:'bars_head' || :'bars_body', 'План школы', 'school', 1, '2023-01-01', '2023-12-31') \gset bars_
SELECT is(ARRAY[:bars_sections, :bars_events]::bigint[], ARRAY[2, 3]::bigint[], 'bars: two sections, three events');
SELECT is((SELECT string_agg(concat_ws(' ', number, title), '; ' ORDER BY place) FROM roadmap_section WHERE roadmap_id = :bars_roadmap_id),
          'Работа с родителями; 2 Помощь семье', 'a section without a number, one whose merged cell is repeated');
SELECT is((SELECT reason FROM roadmap_attention WHERE roadmap_id = :bars_roadmap_id AND roadmap_event_id IS NULL),
          'строка, где заполнена только первая ячейка, принята за заголовок раздела', 'which is said');
SELECT is(event('План школы', 2, 1), 'Консультации ¦ беседы|Декабрь 2023г.|психологи и педагоги', 'an escaped bar, a row that goes on');
SELECT is((SELECT other FROM roadmap_event WHERE title = 'Собрания'), 'Примечание: в школе', 'a column of its own is kept with its header');
SELECT is((SELECT format('%s %s', e.deadline, e.deadline_kind) FROM roadmap_event AS e WHERE e.title ~ 'Лектории'),
          'когда получится unrecognised', 'an unreadable deadline is kept as written');
SELECT is((SELECT reason FROM roadmap_attention WHERE detail = 'когда получится'), 'срок не распознан', 'and listed');
UPDATE roadmap_event SET deadline = 'ежеквартально' WHERE deadline = 'когда получится';
SELECT is((SELECT count(*) FROM roadmap_attention WHERE detail = 'когда получится'), 0::bigint, 'until it is corrected');

-- Cells far longer than any real one: patterns must not run away on them.
SET statement_timeout = '60s';
SELECT is((SELECT string_agg(item, ' ') FROM read_roadmap(format(E'№\tМероприятие\tСрок\tОтветственные\n1\t%s\tмарт\t%s', repeat('Слово ', 20000),
              (SELECT string_agg(md5(n::text), ' ') FROM generate_series(1, 3000) AS n)), 'region')), 'section event',
          'a row of long cells is a row');
SELECT is((SELECT string_agg(item, ' ') FROM read_roadmap(format(E'Принятые сокращения:\n%s\n\nИРО – институт.\n№\tМероприятие\tСрок\tЧто\n1\tа\tмарт\tб',
              repeat('а – ', 20000)), 'region')), 'alias section event', 'a long line among abbreviations is none');
RESET statement_timeout;

-- Errors.
SELECT matches(error_of($$SELECT import_roadmap('один, два', 'x', 'region', 1, '2023-01-01', '2023-12-31')$$),
               '^22023\nв тексте нет таблицы дорожной карты\nСтрок: 1;.*\nЯчейки', 'a text without a table');
SELECT is((SELECT count(*) FROM roadmap WHERE name = 'x'), 0::bigint, 'leaves nothing');
SELECT is((SELECT string_agg(split_part(error_of(c), E'\n', 1), ' ' ORDER BY n)
           FROM unnest(ARRAY[$$SELECT add_roadmap(' ', 'region', 1, '2023-01-01', '2023-12-31')$$,
                             $$SELECT add_roadmap('x', 'country', 1, '2023-01-01', '2023-12-31')$$,
                             $$SELECT add_roadmap('x', 'school', 99, '2023-01-01', '2023-12-31')$$,
                             $$SELECT add_roadmap('x', 'region', 1, '2023-12-31', '2023-01-01')$$,
                             $$SELECT add_roadmap('x', 'region', 1, '2023-01-01', '2023-12-31', due_shift => 'up')$$,
                             $$SELECT add_roadmap('Карта области', 'region', 1, '2023-01-01', '2023-12-31')$$,
                             $$SELECT add_body_alias(99, 'а', 'б')$$, $$SELECT assign_bodies(NULL)$$]) WITH ORDINALITY AS u (c, n)),
          '22023 22023 P0002 22023 22023 23505 P0002 P0002', 'errors by their codes');

SELECT * FROM finish();
ROLLBACK;
