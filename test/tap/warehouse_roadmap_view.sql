-- What people read of roadmaps: what is due and overdue, progress, load, the
-- calendar, evidence; plans made after a template and who has none; listed
-- schools and their measures; indicators before and after.
\ir include/warehouse.sql
BEGIN;
SELECT plan(67);

-- Days are counted from today, since views are.
CREATE FUNCTION helper.by(days integer)
RETURNS text
LANGUAGE sql STABLE
RETURN 'до ' || to_char(current_date + days, 'DD.MM.YYYY');
CREATE FUNCTION helper.occurrence(own text, the_title text)
RETURNS bigint
LANGUAGE sql STABLE
RETURN (SELECT max(o.roadmap_occurrence_id)
        FROM roadmap_occurrence AS o JOIN roadmap_event AS e USING (roadmap_event_id)
        JOIN roadmap_section AS s USING (roadmap_section_id) JOIN roadmap AS r USING (roadmap_id)
        WHERE r.name = own AND e.title = the_title AND o.withdrawn_on IS NULL);

-- The region's roadmap, with sections of all three levels.
SELECT * FROM import_roadmap(format($$Принятые сокращения:

МОН – министерство;

ЦОКО – центр оценки;

УО – управление образования;

ОО – школа.

№	Мероприятие	Форма	Срок	Ответственные
РЕГИОНАЛЬНЫЙ УРОВЕНЬ				
I. Анализ				
1	Анализ, общий	справка	%s	ЦОКО МОН
2	Сбор сведений	письмо	%s	ЦОКО
3	Совещание	протокол	%s	МОН
4	Отчёт	отчёт	%s	МОН
5	Разное	письмо	по отдельному плану	УО
МУНИЦИПАЛЬНЫЙ УРОВЕНЬ				
II. Помощь школам				
1	Семинары	вебинар	%s	УО
2	Выезды	план	%s	УО, методисты
УРОВЕНЬ ОО				
III. Работа школы				
1	Программа	программа	%s	ОО$$, by(-10), by(-1), by(0), by(40), by(-3), by(20), by(-5)),
    'Регион', 'region', 1, (current_date - 100)::date, (current_date + 200)::date) \gset reg_
SELECT is(ARRAY[:reg_sections, :reg_events, :reg_occurrences]::bigint[], ARRAY[3, 8, 8]::bigint[], 'the template is loaded');

-- Plans after the template.
SELECT derive_roadmap(:reg_roadmap_id, 'municipality', 1) AS first_id \gset
SELECT derive_roadmap(:reg_roadmap_id, 'school', 3, 'Школа 3', '5', '2023-02-01') AS school_id \gset
SELECT is((SELECT concat_ws('|', roadmap, level, municipality, parent) FROM roadmap_list WHERE roadmap_id = :first_id),
          'Регион — Первый район|municipality|Первый район|Регион', 'a plan derived for a municipality');
SELECT is((SELECT string_agg(concat_ws(' ', s.number, e.number, e.title, event_bodies(e.roadmap_event_id)), '; ' ORDER BY s.place, e.place)
           FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id) WHERE s.roadmap_id = :first_id),
          'II 1 Семинары управление образования; II 2 Выезды управление образования', 'it has the events of its level and their bodies');
SELECT is((SELECT count(*) FROM roadmap_occurrence AS o JOIN roadmap_event AS e USING (roadmap_event_id)
           JOIN roadmap_section AS s USING (roadmap_section_id) WHERE s.roadmap_id = :first_id), 2::bigint, 'and occurrences');
SELECT matches(error_of(format('SELECT derive_roadmap(%s, ''region'', 1)', :first_id)), E'^P0002\nв образце нет мероприятий этого уровня',
               'a template without the level');
SELECT matches(error_of(format('SELECT derive_roadmap(%s, ''municipality'', 1)', :reg_roadmap_id)), E'^23505', 'the same plan twice');
WITH other AS (INSERT INTO region (code, name) VALUES ('98', 'Другой регион') RETURNING region_id)
INSERT INTO municipality (region_id, code, name) SELECT o.region_id, '01', 'Чужой район' FROM other AS o
RETURNING municipality_id AS foreign_id \gset
SELECT matches(error_of(format('SELECT derive_roadmap(%s, ''municipality'', %s)', :reg_roadmap_id, :foreign_id)),
               E'^22023\nобразец другого региона', 'a municipality of another region');
SELECT matches(error_of(format('SELECT derive_roadmap(%s, ''municipality'', 100000)', :reg_roadmap_id)),
               E'^P0002\nнет такой территории', 'no municipality at all');

-- The cycle of 2023 lists schools 1 and 3 (see warehouse_cycle.sql).
CREATE FUNCTION helper.add_results(the_school integer, year integer, subject text, n integer, failed integer)
RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO monitoring.result (administration_id, school_id, academic_year, participant, attempt, score, mark)
    SELECT helper.administration(year, 'vpr', subject, 5), the_school, year, 'p' || i, 1, 10, CASE WHEN i <= failed THEN 2 ELSE 3 END
    FROM generate_series(1, n) AS i;
END;
SELECT add_results(s, y, t, 10, CASE WHEN s IN (1, 3) AND y = 2023 THEN 4 ELSE s - 1 END)
FROM generate_series(1, 3) AS s, generate_series(2022, 2023) AS y, unnest(ARRAY['math', 'rus']) AS t \g /dev/null
SELECT run_cycle(2022), run_cycle(2023) \g /dev/null
SELECT is((SELECT array_agg(school_id ORDER BY school_id) FROM shnor_list), ARRAY[1, 3], 'the list');

SELECT results_eq('SELECT template, level, municipality, school FROM roadmap_not_derived ORDER BY level, municipality_id, school_id',
                  $$VALUES ('Регион', 'municipality', 'Второй район', NULL::text), ('Регион', 'school', 'Первый район', 'Школа № 1')$$,
                  'who has no plan of their own');
SELECT is((SELECT string_agg(school || ' ' || measures || ' ' || own_measures, ', ' ORDER BY school_id) FROM school_support),
          'Школа № 1 0 0, Школа № 3 1 1', 'measures of listed schools');
SELECT results_eq('SELECT school FROM school_without_support', $$VALUES ('Школа № 1')$$, 'listed schools without any');
SELECT results_eq('SELECT school, roadmap, title, is_own, occurrences, overdue FROM school_measure', $$VALUES ('Школа № 3', 'Школа 3', 'Программа', true, 1::bigint, 1::bigint)$$,
                  'the events of a listed school''s own roadmap');
INSERT INTO roadmap_event_school (roadmap_event_id, school_id)
SELECT roadmap_event_id, 1 FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id)
WHERE s.roadmap_id = :first_id AND e.title = 'Семинары';
SELECT is_empty('SELECT school FROM school_without_support', 'one event addressed to it is a measure');
SELECT results_eq(format('SELECT roadmap_id, title, is_own, next_due_on FROM school_measure WHERE school_id = 1'),
                  format('VALUES (%s, ''Семинары'', false, NULL::date)', :first_id), 'and listed, with the roadmap it is from');
UPDATE roadmap SET plan_from = '2023-01-01', plan_to = '2023-12-31' WHERE roadmap_id = :first_id;
SELECT is((SELECT count(*) FROM school_without_support), 1::bigint, 'not so in a plan that ended with the year of the results');
SELECT derive_roadmap(:first_id, 'municipality', 2, 'Второй') AS second_id \gset
SELECT is((SELECT count(*) FROM roadmap_not_derived WHERE level = 'municipality'), 1::bigint,
          'a plan after another municipality''s is not one after the region''s');
SELECT is(error_of('INSERT INTO roadmap_event_school SELECT 0, min(roadmap_event_id), 99 FROM roadmap_event') ~ '^428C9|^23503', true,
          'a school that does not exist');
DELETE FROM roadmap WHERE name = 'Второй';

-- Marks.
SELECT mark_done(occurrence('Регион', 'Программа'), current_date - 5) \g /dev/null
SELECT mark_done(occurrence('Регион', 'Анализ, общий'), current_date - 9) \g /dev/null
SELECT is((SELECT string_agg(status || ' ' || e.number, ', ' ORDER BY o.due_on)
           FROM occurrences_as_of() AS o JOIN roadmap_event AS e USING (roadmap_event_id)
           WHERE o.roadmap_id = :reg_roadmap_id AND o.level = 'region' AND o.due_on IS NOT NULL),
          'done_late 1, overdue 2, planned 3, planned 4', 'states; what is due today is not overdue');
SELECT results_eq('SELECT title, level, bodies, due_on - current_date FROM due(current_date - 1, current_date + 25)',
                  $$VALUES ('Сбор сведений', 'region', 'центр оценки', -1), ('Совещание', 'region', 'министерство', 0),
                           ('Выезды', 'municipality', 'управление образования', 20),
                           ('Выезды', 'municipality', 'управление образования', 20)$$, 'due between two days');
SELECT is((SELECT count(*) FROM due_this_week WHERE title = 'Совещание'), 1::bigint, 'due this week');
SELECT is((SELECT count(*) FROM due_this_month WHERE title = 'Совещание'), 1::bigint, 'due this month');
SELECT is((SELECT count(*) FROM due_this_week WHERE due_on NOT BETWEEN date_trunc('week', current_date)::date
                                                             AND date_trunc('week', current_date)::date + 6), 0::bigint, 'and no other');

SELECT results_eq('SELECT title, level, municipality, body, days_late FROM overdue ORDER BY due_on, roadmap_id, body',
                  $$VALUES ('Программа', 'school', 'Второй район', 'школа', 5),
                           ('Семинары', 'municipality', NULL, 'управление образования', 3),
                           ('Семинары', 'municipality', 'Первый район', 'управление образования', 3),
                           ('Сбор сведений', 'region', NULL, 'центр оценки', 1)$$, 'overdue, whose');
SELECT results_eq('SELECT body, level, overdue, worst_days_late FROM overdue_by_body ORDER BY body, level',
                  $$VALUES ('управление образования', 'municipality', 2::bigint, 3), ('центр оценки', 'region', 1, 1),
                           ('школа', 'school', 1, 5)$$, 'by body and level');
DELETE FROM roadmap_event_body AS b USING roadmap_event AS e WHERE e.roadmap_event_id = b.roadmap_event_id AND e.title = 'Сбор сведений';
SELECT is((SELECT body FROM overdue WHERE title = 'Сбор сведений'), 'исполнитель не установлен', 'nobody''s too');

SELECT results_eq(format('SELECT section_number, section, events, occurrences, undated, due_so_far, done, done_late, overdue, round(done_share, 3)
                          FROM roadmap_progress WHERE roadmap_id = %s ORDER BY section_number', :reg_roadmap_id),
                  $$VALUES ('I', 'Анализ', 5::bigint, 5::bigint, 1::bigint, 2::bigint, 1::bigint, 1::bigint, 1::bigint, 0.200),
                           ('II', 'Помощь школам', 2, 2, 0, 1, 0, 0, 1, 0.000), ('III', 'Работа школы', 1, 1, 0, 1, 1, 0, 0, 1.000)$$,
                  'progress by section');
SELECT results_eq('SELECT municipality, roadmaps, events, due_so_far, done, overdue FROM roadmap_progress_by_municipality ORDER BY municipality_id',
                  $$VALUES ('Первый район', 1::bigint, 2::bigint, 1::bigint, 0::bigint, 1::bigint), ('Второй район', 1, 1, 1, 0, 1)$$,
                  'by municipality, its own and its schools'' roadmaps');

SELECT is((SELECT array_agg(DISTINCT day - lag) FROM (SELECT day, lag(day) OVER (ORDER BY day) FROM roadmap_calendar) AS d WHERE lag IS NOT NULL),
          ARRAY[1], 'the calendar has a row a day, no gaps');
SELECT is((SELECT format('%s %s %s', min(day), max(day) - current_date, count(*) = count(DISTINCT day)) FROM roadmap_calendar),
          '2023-01-01 200 t', 'from the first plan''s beginning to the last one''s end');
SELECT results_eq('SELECT due, open, titles FROM roadmap_calendar WHERE day IN (current_date, current_date - 10, current_date - 4) ORDER BY day',
                  $$VALUES (1::bigint, 0::bigint, '1 Анализ, общий'), (0, 0, NULL), (1, 1, '3 Совещание')$$, 'what is due on a day');
SELECT is((SELECT sum(due) FROM body_load WHERE body = 'министерство'), 3::numeric, 'the load of a body over the months');
SELECT is((SELECT due FROM body_load WHERE body = 'министерство' AND month = date_trunc('month', current_date + 40)), 1::bigint, 'in a month');
SELECT is((SELECT string_agg(title, ', ' ORDER BY title) FROM event_without_evidence), 'Анализ, общий, Программа', 'done without evidence');
SELECT add_evidence(occurrence('Регион', 'Анализ, общий'), 'справка', current_date - 9, link => 'https://example.org/1') \g /dev/null
SELECT is((SELECT string_agg(title, ', ' ORDER BY title) FROM event_without_evidence), 'Программа', 'and with it');

-- Views show what the functions say of today, to a role that may only read.
SELECT is_empty($$SELECT roadmap_occurrence_id, status, due_on, done_on FROM roadmap_today
                  EXCEPT SELECT roadmap_occurrence_id, status, due_on, done_on FROM occurrences_as_of()$$, 'today''s view');
SELECT is((SELECT count(*) FROM roadmap_today), (SELECT count(*) FROM occurrences_as_of()), 'has all');
SELECT bag_eq('SELECT roadmap_occurrence_id, body, section, days_late FROM overdue',
              'SELECT roadmap_occurrence_id, body, regexp_replace(section, ''^[IV]+\. '', ''''), days_late FROM overdue_as_of()', 'overdue');
SELECT bag_eq('SELECT roadmap_section_id, events, occurrences, undated, due_so_far, done, done_late, overdue, cancelled, moved FROM roadmap_progress',
              'SELECT roadmap_section_id, events, occurrences, undated, due_so_far, done, done_late, overdue, cancelled, moved FROM progress_as_of()',
              'progress');
CREATE ROLE regress_shnor_reader;
GRANT USAGE ON SCHEMA monitoring, tap, helper TO regress_shnor_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA monitoring TO regress_shnor_reader;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA tap TO regress_shnor_reader;
SELECT string_agg(format('SELECT count(v::text) AS n FROM %s AS v', oid::regclass), ' UNION ALL ') AS every_view
FROM pg_class WHERE relnamespace = 'monitoring'::regnamespace AND relkind = 'v' \gset
SET ROLE regress_shnor_reader;
SELECT sum(n) > 100 AS all_read FROM (:every_view) AS v \gset
RESET ROLE;
SELECT is(:'all_read'::text, 't', 'a role without a right to any function reads every view');
REVOKE ALL ON ALL TABLES IN SCHEMA monitoring, tap FROM regress_shnor_reader;
REVOKE ALL ON SCHEMA monitoring, tap, helper FROM regress_shnor_reader;
DROP ROLE regress_shnor_reader;

-- Effects: math of the region, 2022 before and 2023 after a plan of 2023.
UPDATE roadmap SET plan_from = '2023-01-01', plan_to = '2023-12-31' WHERE roadmap_id = :reg_roadmap_id;
INSERT INTO roadmap_effect (roadmap_event_id, indicator_id)
SELECT e.roadmap_event_id, i.indicator_id
FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id), indicator AS i
WHERE (e.title = 'Анализ, общий' OR s.roadmap_id = :school_id) AND i.code = 'failed_vpr_math_5';
SELECT results_eq('SELECT title, measured_before, numerator_before, denominator_before, measured_after, numerator_after, denominator_after, round(change, 4), is_better
                   FROM event_effect WHERE roadmap = ''Регион''',
                  $$VALUES ('Анализ, общий', DATE '2022-06-30', 3::numeric, 30::numeric, DATE '2023-06-30', 9::numeric, 30::numeric, 0.2, false)$$,
                  'an indicator of the region before and after');
SELECT is((SELECT format('%s %s', numerator_before, numerator_after) FROM event_effect WHERE roadmap = 'Школа 3'), '4 ',
          'of a school; its plan began after the last results, so there is nothing after');

-- The calendar text.
SELECT roadmap_ics(:school_id) AS ics \gset
SELECT is(replace(regexp_replace(regexp_replace(:'ics', 'UID:[0-9]+\.[0-9a-f-]{36}@', 'UID:x@'), 'DTSTAMP:[0-9]{8}T[0-9]{6}Z', 'DTSTAMP:x'),
                  E'\r\n ', ''),
          replace(format($$BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//shnor//roadmap//RU
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Школа 3
BEGIN:VEVENT
UID:x@shnor
DTSTAMP:x
SEQUENCE:0
DTSTART;VALUE=DATE:%s
DTEND;VALUE=DATE:%s
SUMMARY:1. Программа
DESCRIPTION:Программа\nСрок: %s\nИсполнители: школа\nФорма: программа\nДокумент: Школа 3
CATEGORIES:Школа
STATUS:CONFIRMED
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
$$, to_char(current_date - 5, 'YYYYMMDD'), to_char(current_date - 4, 'YYYYMMDD'), by(-5)), E'\n', E'\r\n'), 'an event, whole');
SELECT is(ics_text(E'а; б, в\\г\r\nд\x07'), E'а\\; б\\, в\\\\г\\nд ', 'special characters are escaped');
SELECT is(ics_line(repeat('x', 75)), repeat('x', 75) || E'\r\n', '75 octets are one line');
SELECT is(ics_line(repeat('x', 76)), repeat('x', 75) || E'\r\n x\r\n', '76 are two');
SELECT is(ics_line('x' || repeat('я', 38)), 'x' || repeat('я', 37) || E'\r\n я\r\n', 'a character of two octets is not cut');
SELECT is_empty($$SELECT n FROM generate_series(1, 300) AS n,
                      LATERAL (SELECT string_agg(substr('aя€😀', 1 + (n * i * 7 + i * i) % 4, 1), '') AS line FROM generate_series(1, n) AS i) AS l,
                      LATERAL ics_line(l.line) AS f
                  WHERE replace(f, E'\r\n ', '') <> l.line || E'\r\n'
                     OR EXISTS (SELECT FROM regexp_split_to_table(f, E'\r\n') AS p WHERE octet_length(p) > 75)$$,
                'any line unfolds to what it was and has no piece above 75 octets');
SELECT is(roadmap_ics(:school_id), :'ics', 'the same text each time');
SELECT roadmap_ics(:reg_roadmap_id) AS before \gset
SELECT move_occurrence(occurrence('Регион', 'Отчёт'), current_date + 50, 'приказ') \g /dev/null
SELECT is(ARRAY(SELECT (regexp_matches(roadmap_ics(:reg_roadmap_id), 'UID:(\S+)', 'g'))[1] ORDER BY 1),
          ARRAY(SELECT (regexp_matches(:'before', 'UID:(\S+)', 'g'))[1] ORDER BY 1), 'UIDs outlive a change');
SELECT is((SELECT count(*) FROM regexp_matches(roadmap_ics(:reg_roadmap_id), E'SEQUENCE:1\r\nDTSTART;VALUE=DATE:' || to_char(current_date + 50, 'YYYYMMDD'), 'g')),
          1::bigint, 'what was changed has a higher sequence and its new day');
SELECT cancel_occurrence(occurrence('Регион', 'Отчёт'), 'приказ') \g /dev/null
UPDATE roadmap_event SET deadline = 'по отдельному плану' WHERE title = 'Совещание';
SELECT is(ARRAY[(SELECT count(*) FROM regexp_matches(roadmap_ics(:reg_roadmap_id), 'STATUS:CANCELLED', 'g')),
                (SELECT count(*) FROM regexp_matches(roadmap_ics(:reg_roadmap_id), 'BEGIN:VEVENT', 'g'))], ARRAY[1, 6]::bigint[],
          'a cancelled event says so, one that has no day any more is left out');
SELECT is((SELECT count(*) FROM regexp_matches(roadmap_ics(from_day => current_date - 3, to_day => current_date - 1), 'BEGIN:VEVENT', 'g')),
          3::bigint, 'of all roadmaps, for a few days');

-- What a calendar is not made of.
SELECT is(error_of('SELECT roadmap_ics(0)'), E'P0002\nнет такой дорожной карты\nКлюч: 0.\nКарты с ключами: SELECT roadmap_id, name FROM roadmap.',
          'no calendar of a roadmap that is not there');
SELECT is(error_of('SELECT roadmap_ics(body_id => 0)'), E'P0002\nнет такого исполнителя\nКлюч: 0.\nИсполнители с ключами: SELECT body_id, name FROM body.',
          'nor of a body');
SELECT is(error_of('SELECT roadmap_ics(from_day => ''2023-05-02'', to_day => ''2023-05-01'')'),
          E'22023\nпериод кончается раньше, чем начинается\nС 2023-05-02 по 2023-05-01.\nПоменяйте дни местами; период без начала или конца не ограничен.',
          'nor of a period upside down');

-- Templates in a circle.
SELECT is(error_of(format('UPDATE roadmap SET parent_id = %s WHERE roadmap_id = %s', :school_id, :reg_roadmap_id)),
          E'23514\nкарты ссылаются друг на друга как на образец\nПо цепочке образцов: «Регион» — «Школа 3» — «Регион».\nОбразцом может быть карта, которая сама не составлена по этой; уберите parent_id одной из них.',
          'no template is made after its own copy');
SELECT matches(error_of(format('UPDATE roadmap SET parent_id = v.p FROM (VALUES (%1$s, %2$s), (%2$s, %3$s), (%3$s, %1$s)) AS v (r, p) WHERE roadmap_id = v.r',
                               :reg_roadmap_id, :first_id, :school_id)), E'^23514\nкарты ссылаются', 'nor do three go round at once');
SELECT is(error_of(format('UPDATE roadmap SET parent_id = %s WHERE roadmap_id = %s', :first_id, :school_id)), NULL, 'a template of a template is one');
SELECT matches(error_of('UPDATE roadmap_event SET parent_event_id = roadmap_event_id'), '^23514', 'no event is taken from itself');

-- What was read with a reservation is listed until the deadline is corrected.
SELECT add_roadmap('Оговорки', 'region', 1, '2023-01-01', '2023-12-31') AS odd_id \gset
INSERT INTO roadmap_section (roadmap_id, place, level) VALUES (:odd_id, 1, 'region');
INSERT INTO roadmap_event (roadmap_section_id, place, title, deadline, responsible)
SELECT s.roadmap_section_id, v.place, v.deadline, v.deadline, NULL
FROM roadmap_section AS s,
     (VALUES (1, '29 февраля'), (2, 'еженедельно до 2023 года'), (3, '3 раза в год: июнь, октябрь'), (4, '2 раза в год: июнь, октябрь'),
             (5, '2 раза в год'), (6, 'до 1 сентября 2024 г.'), (7, '28 февраля'), (8, 'до 1 сентября 2032 г.')) AS v (place, deadline)
WHERE s.roadmap_id = :odd_id;
SELECT results_eq($$SELECT detail, reason FROM roadmap_attention WHERE roadmap = 'Оговорки' AND reason !~ '^ответственн' ORDER BY detail COLLATE "C"$$,
    $$VALUES ('29 февраля', 'в периоде плана такой даты нет: взята ближайшая'),
             ('3 раза в год: июнь, октябрь', 'сколько раз и когда — в сроке не сходится'),
             ('до 1 сентября 2032 г.', 'срок больше чем на год вне периода плана'),
             ('еженедельно до 2023 года', 'дат, названных в сроке, нет')$$, 'dates that had to be chosen, are none, contradict their number or are far away');
UPDATE roadmap_event SET deadline = 'до 28 февраля 2023 г.' WHERE deadline = '29 февраля';
SELECT is((SELECT count(*) FROM roadmap_attention WHERE roadmap = 'Оговорки' AND reason ~ 'ближайшая'), 0::bigint, 'and no more once corrected');

-- The day of a change.
SELECT is(error_of(format('DO $d$ BEGIN SET LOCAL shnor.change_day = %L; UPDATE roadmap_event SET deadline = ''май 2023 г.'' WHERE title = ''28 февраля''; END $d$', v)),
          format(E'22023\nдень изменения сроков назван неверно\nНастройка shnor.change_day: %L.\nДень с 2000 по 2100 год, например SET shnor.change_day = ''2023-06-01''; сегодняшним днём — RESET shnor.change_day.', v),
          'no day to date a change by: ' || v)
FROM unnest(ARRAY['2023-02-31', 'infinity', 'вчера']) AS v;

-- No day, no answer.
SELECT is((SELECT count(*) FROM occurrences_as_of(NULL)) + (SELECT count(*) FROM overdue_as_of(NULL)) + (SELECT count(*) FROM progress_as_of(NULL)), 0::bigint,
          'of no day there is nothing to tell');
SELECT is(ARRAY(SELECT shifted_day('2023-07-01', v) FROM unnest(ARRAY['none', 'next', 'previous', 'forth']) AS v), ARRAY['2023-07-01', '2023-07-03', '2023-06-30', NULL]::date[],
          'nor of a rule there is none');

SELECT * FROM finish();
ROLLBACK;
