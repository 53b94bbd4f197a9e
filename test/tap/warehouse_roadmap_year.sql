-- A year of a roadmap: plan, marks, moved and changed deadlines, the state as
-- of five days, the calendar; then random changes against what must always hold.
\ir include/warehouse.sql
BEGIN;
SELECT plan(48);

-- A roadmap of one section with these deadlines, numbered.
CREATE FUNCTION helper.plan(own text, deadlines text[], shift text DEFAULT 'none')
RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    new_id integer := add_roadmap(own, 'region', 1, '2023-01-01', '2023-12-31', due_shift => shift);
    section_id integer;
BEGIN
    INSERT INTO roadmap_section (roadmap_id, place, level, number, title)
    VALUES (new_id, 1, 'region', 'I', 'Раздел')
    RETURNING roadmap_section_id INTO section_id;
    INSERT INTO roadmap_event (roadmap_section_id, place, number, title, deadline)
    SELECT section_id, n, n::text, 'Мероприятие ' || n, d
    FROM unnest(deadlines) WITH ORDINALITY AS u (d, n);
    RETURN new_id;
END
$$;
-- The occurrence of the event of this number that is due (now) on this day.
CREATE FUNCTION helper.at(the_number text, due date)
RETURNS bigint
LANGUAGE sql STABLE
RETURN (SELECT o.roadmap_occurrence_id FROM roadmap_occurrence AS o JOIN roadmap_event AS e USING (roadmap_event_id)
        WHERE e.number = the_number AND o.due_on IS NOT DISTINCT FROM due AND o.withdrawn_on IS NULL);
CREATE FUNCTION helper.picture(day date, the_number text DEFAULT NULL)
RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT string_agg(format('%s: %s', p.number, p.line), E'\n' ORDER BY p.number)
        FROM (SELECT e.number, string_agg(concat_ws(' ', o.status, to_char(o.due_on, 'MM-DD')), ', '
                                          ORDER BY o.due_on, o.roadmap_occurrence_id) AS line
              FROM occurrences_as_of(day) AS o JOIN roadmap_event AS e USING (roadmap_event_id)
              WHERE e.number = coalesce(the_number, e.number)
              GROUP BY e.number) AS p);

SELECT plan('План', ARRAY['до 30 января 2023 г.', 'ежеквартально', 'март-ноябрь 2023 г.', 'май 2023 г.',
                          'по плану работы', 'февраль, июнь 2023 г.']) AS plan_id \gset
SELECT is(picture('2023-01-01'), '1: planned 01-30
2: planned 03-31, planned 06-30, planned 09-30, planned 12-31
3: planned 11-30
4: planned 05-31
5: planned
6: planned 02-28, planned 06-30', 'the plan as it was loaded');

-- The year, recorded afterwards.
SELECT is(mark_done(at('1', '2023-01-30'), '2023-02-10'), 'done_late', 'done late');
SELECT is(mark_done(at('6', '2023-02-28'), '2023-02-28', 'справка'), 'done', 'done on the day it was due');
SELECT is(mark_done(at('2', '2023-03-31'), '2023-03-20'), 'done', 'done before');
SET shnor.change_day = '2023-05-15';
UPDATE roadmap_event SET deadline = 'сентябрь 2023 г.' WHERE number = '4';
SET shnor.change_day = '2023-06-01';
UPDATE roadmap_event SET deadline = 'февраль, август 2023 г.' WHERE number = '6';
RESET shnor.change_day;
SELECT is(move_occurrence(at('2', '2023-06-30'), '2023-07-15', 'приказ № 7', '2023-06-20'), 'moved', 'moved');
SELECT is(mark_done(at('2', '2023-07-15'), '2023-07-10'), 'done', 'done before the new day');
SELECT is(mark_done(at('4', '2023-09-30'), '2023-09-29'), 'done', 'done by the changed deadline');
SELECT is(cancel_occurrence(at('2', '2023-12-31'), 'приказ № 9', '2023-11-01')::text, '', 'cancelled');
SELECT is(mark_done(at('3', '2023-11-30'), '2023-12-05'), 'done_late', 'done late at the end');

-- The state on five days.
SELECT is(picture('2023-02-05'), '1: overdue 01-30
2: planned 03-31, planned 06-30, planned 09-30, planned 12-31
3: planned 11-30
4: planned 05-31
5: planned
6: planned 02-28, planned 06-30', 'on 5 February one is overdue');
SELECT is(picture('2023-04-01'), '1: done_late 01-30
2: done 03-31, planned 06-30, planned 09-30, planned 12-31
3: planned 11-30
4: planned 05-31
5: planned
6: done 02-28, planned 06-30', 'on 1 April the deadlines are still those of the document');
SELECT is(picture('2023-06-25'), '1: done_late 01-30
2: done 03-31, moved 07-15, planned 09-30, planned 12-31
3: planned 11-30
4: planned 09-30
5: planned
6: done 02-28, planned 08-31', 'on 25 June one is moved, two have a new deadline');
SELECT is(picture('2023-09-30'), '1: done_late 01-30
2: done 03-31, done 07-15, planned 09-30, planned 12-31
3: planned 11-30
4: done 09-30
5: planned
6: done 02-28, overdue 08-31', 'on 30 September what is due that day is not overdue');
SELECT is(picture('2023-12-31'), '1: done_late 01-30
2: done 03-31, done 07-15, overdue 09-30, cancelled 12-31
3: done_late 11-30
4: done 09-30
5: planned
6: done 02-28, overdue 08-31', 'at the end of the year');
SELECT is(ARRAY[picture('2023-02-09', '1'), picture('2023-02-10', '1'), picture('2023-06-19', '2'), picture('2023-06-20', '2'),
                picture('2023-05-14', '4'), picture('2023-05-15', '4')],
          ARRAY['1: overdue 01-30', '1: done_late 01-30', '2: done 03-31, planned 06-30, planned 09-30, planned 12-31',
                '2: done 03-31, moved 07-15, planned 09-30, planned 12-31', '4: planned 05-31', '4: planned 09-30'],
          'a mark, a move and a change hold from their own day');
SELECT is((SELECT concat_ws(' ', events, occurrences, undated, due_so_far, done, done_late, overdue, cancelled, moved)
           FROM progress_as_of('2023-12-31')), '6 10 1 8 6 2 2 1 0', 'progress at the end of the year');
SELECT is((SELECT string_agg(number || ' ' || days_late, ', ' ORDER BY number) FROM overdue_as_of('2023-12-31')), '2 92, 6 122',
          'overdue, with the days');

-- History.
SELECT results_eq($$SELECT e.number, c.kind, c.happened_on, c.due_before, c.due_after, c.reason
                    FROM roadmap_occurrence_change AS c JOIN roadmap_occurrence AS o USING (roadmap_occurrence_id)
                    JOIN roadmap_event AS e USING (roadmap_event_id)
                    WHERE c.kind NOT IN ('done') ORDER BY c.roadmap_occurrence_change_id$$,
                  $$VALUES ('4', 'replanned', '2023-05-15'::date, '2023-05-31'::date, '2023-09-30'::date, NULL),
                           ('6', 'replanned', '2023-06-01', '2023-06-30', '2023-08-31', NULL),
                           ('2', 'moved', '2023-06-20', '2023-06-30', '2023-07-15', 'приказ № 7'),
                           ('2', 'cancelled', '2023-11-01', '2023-12-31', '2023-12-31', 'приказ № 9')$$,
                  'what was changed, when, why');
SELECT is((SELECT count(*) FROM roadmap_occurrence_change WHERE kind = 'done'), 6::bigint, 'and every mark');
SELECT mark_done(at('1', '2023-01-30'), '2023-02-10') \g /dev/null
SELECT is((SELECT count(*) FROM roadmap_occurrence_change WHERE kind = 'done'), 6::bigint, 'the same mark again changes nothing');

-- Another number of days in the deadline.
SET shnor.change_day = '2023-12-01';
UPDATE roadmap_event SET deadline = '2 раза в год июнь, октябрь' WHERE number = '2';
RESET shnor.change_day;
SELECT is(picture('2023-12-31', '2'), '2: done 03-31, done 07-15, overdue 10-31',
          'what was done stays, and the day a person chose for June; what was not is withdrawn, what is new is added');
SELECT is(picture('2023-11-30', '2'), '2: done 03-31, done 07-15, overdue 09-30, cancelled 12-31',
          'the days before are as they were');
SELECT is(picture('2023-12-01', '2'), '2: done 03-31, done 07-15, overdue 10-31', 'the day of the change is as after it');
SELECT matches(error_of('SELECT mark_done((SELECT min(roadmap_occurrence_id) FROM roadmap_occurrence WHERE withdrawn_on IS NOT NULL), ''2023-12-01'')'),
               E'^55000\nэтого наступления', 'a withdrawn occurrence cannot be marked');
SELECT matches(reopen_occurrence(at('1', '2023-01-30'), 'ошибка'), '^overdue$', 'a mark is taken back');
SELECT is(picture('2023-02-20', '1'), '1: overdue 01-30', 'as if it had never been there');
SELECT is((SELECT kind || ' ' || done_before FROM roadmap_occurrence_change ORDER BY roadmap_occurrence_change_id DESC LIMIT 1),
          'reopened 2023-02-10', 'but in the history');

-- Evidence.
SELECT add_evidence(at('3', '2023-11-30'), 'справка', '2023-12-05', document_number => '45') \g /dev/null
SELECT is((SELECT string_agg(number, ' ' ORDER BY number) FROM event_without_evidence), '2 4 6', 'events done without evidence');
UPDATE roadmap_event SET deadline = 'по отдельному плану' WHERE number = '3';
SELECT is((SELECT count(*) FROM roadmap_evidence JOIN roadmap_occurrence USING (roadmap_occurrence_id)
           WHERE withdrawn_on IS NULL AND done_on = '2023-12-05'), 1::bigint, 'evidence and mark outlive any change of the deadline');
SELECT matches(error_of('DELETE FROM roadmap'), '^23503', 'a roadmap with evidence is not deleted by mistake');

-- The calendar.
SELECT is(add_official_holidays(2023) || ' ' || add_official_holidays(2023) || ' ' || add_official_holidays(2024), '15 0 14',
          'official holidays, each once');
SELECT is((SELECT string_agg(day::text, ' ' ORDER BY day) FROM calendar_day WHERE name ~ '^Выходной'), '2023-11-06',
          'a Saturday holiday takes the Monday after; there is none such in 2024 outside January');
DELETE FROM roadmap_evidence;
DELETE FROM roadmap;
SELECT plan('План', ARRAY['декабрь 2023 г.', 'до 30 января 2023 г.', 'ежеквартально'], 'next') AS plan_id \gset
SELECT is(picture('2023-01-01'), '1: planned 01-09
2: planned 01-30
3: planned 03-31, planned 06-30, planned 10-02, planned 01-09', 'due days move off the days off to the next working day');
UPDATE roadmap SET due_shift = 'previous';
SELECT is(picture(current_date, '1'), '1: overdue 12-29', 'or to the one before');
UPDATE roadmap SET due_shift = 'next';
SELECT move_occurrence(at('2', '2023-01-30'), '2023-02-06', 'приказ', '2023-01-25') \g /dev/null
INSERT INTO calendar_day (day, is_working, name, source) VALUES
    ('2023-12-31', true, 'рабочее воскресенье', 'постановление (пример)'), ('2023-02-06', false, 'выходной', 'указ (пример)');
SELECT is(picture(current_date), '1: overdue 12-31
2: overdue 02-06
3: overdue 03-31, overdue 06-30, overdue 10-02, overdue 12-31',
          'a change of the calendar is followed, but the day a person chose stands');
INSERT INTO calendar_day (region_id, day, is_working, name, source) VALUES (1, '2023-12-31', false, 'выходной', 'закон области (пример)');
SELECT is(picture(current_date, '1'), '1: overdue 01-09', 'a region''s own day is stronger');
SELECT is(ARRAY[is_working_day('2023-12-31'), is_working_day('2023-12-31', 1), is_working_day('2023-12-30'), is_working_day('2023-12-29')],
          ARRAY[true, false, false, true], 'working days');

-- School terms: the region's own before the common ones, those before the default.
DELETE FROM roadmap;
SELECT plan('План', ARRAY['в конце четверти']) AS plan_id \gset
SELECT is(cardinality(string_to_array(picture('2023-01-01'), ',')), 4, 'four terms end in a year, by default');
INSERT INTO school_term (region_id, academic_year, term, starts_on, ends_on) VALUES
    (NULL, 2023, 3, '2023-01-10', '2023-03-21'), (NULL, 2023, 4, '2023-04-03', '2023-05-30'),
    (NULL, 2024, 1, '2023-09-01', '2023-10-26'), (NULL, 2024, 2, '2023-11-07', '2023-12-28');
SELECT is((SELECT string_agg(to_char(due_on, 'MM-DD'), ' ' ORDER BY due_on) FROM occurrences_as_of()), '03-21 05-30 10-26 12-28',
          'terms in the table');
INSERT INTO school_term (region_id, academic_year, term, starts_on, ends_on) VALUES
    (1, 2024, 1, '2023-09-01', '2023-10-28'), (1, 2024, 2, '2023-11-07', '2023-12-30');
SELECT is((SELECT string_agg(to_char(due_on, 'MM-DD'), ' ' ORDER BY due_on) FROM occurrences_as_of()), '03-21 05-30 10-28 12-30',
          'a region''s own');
SELECT matches(error_of($$INSERT INTO school_term (region_id, academic_year, term, starts_on, ends_on)
                          VALUES (1, 2024, 3, '2023-12-29', '2024-03-20')$$), E'^23514\nчетверти идут не по порядку\nУчебный год 2024: четверть 3',
               'terms that overlap are refused');

-- Errors of marks.
SELECT is((SELECT string_agg(split_part(error_of(replace(c, '#', min::text)), E'\n', 1), ' ' ORDER BY n)
           FROM (SELECT min(roadmap_occurrence_id) FROM occurrences_as_of()) AS m,
                unnest(ARRAY['SELECT mark_done(0)', 'SELECT mark_done(#, current_date + 1)', 'SELECT mark_done(#, NULL)',
                             'SELECT move_occurrence(#, ''2023-07-01'', '' '', ''2023-01-01'')',
                             'SELECT cancel_occurrence(#, NULL)', 'SELECT add_evidence(#, ''справка'')',
                             'SELECT add_evidence(#, ''справка'', link => ''x'', body_id => 0)'])
                WITH ORDINALITY AS u (c, n)),
          'P0002 22023 22023 22004 22004 22004 23503', 'errors by their codes');
SELECT cancel_occurrence(min(roadmap_occurrence_id), 'приказ', '2023-02-01') FROM occurrences_as_of() \g /dev/null
SELECT matches(error_of('SELECT mark_done(min(roadmap_occurrence_id), ''2023-03-01'') FROM occurrences_as_of()'),
               E'^55000\nнаступление отменено\n.*\nВерните его', 'a cancelled one is first reopened');

-- Random changes. What must hold after each: an event's occurrences in the
-- plan are those of its deadline, and others only if something was done; no
-- mark is lost; the past is what it was when it was looked at.
DELETE FROM roadmap;
CREATE FUNCTION helper.random_year(seed integer, steps integer)
RETURNS TABLE (step integer, problem text)
LANGUAGE plpgsql
AS $$
DECLARE
    phrases constant text[] := ARRAY['май 2023 г.', 'ежеквартально', 'ежемесячно', 'март-ноябрь 2023 г.', 'по плану работы',
        'февраль, июнь 2023 г.', 'февраль, август 2023 г.', '2 раза в год июнь, октябрь', 'март 2023 г. июль 2023 г.',
        'до 1 декабря 2023 г.', 'январь, март, октябрь, декабрь 2023 г.'];
    days date[] := '{}';
    seen text[] := '{}';
    marks bigint := 0;
    today date := '2023-01-01';
    own_event integer;
    own_occurrence bigint;
    n integer;
BEGIN
    PERFORM setseed(seed / 1000.0);
    PERFORM plan('случайный', phrases[1:6]);
    FOR step IN 1 .. steps LOOP
        today := today + 1 + (random() * 4)::integer;
        PERFORM set_config('shnor.change_day', today::text, true);
        SELECT e.roadmap_event_id INTO own_event FROM roadmap_event AS e ORDER BY random() LIMIT 1;
        SELECT o.roadmap_occurrence_id INTO own_occurrence
        FROM roadmap_occurrence AS o
        WHERE o.withdrawn_on IS NULL AND num_nonnulls(o.done_on, o.cancelled_on) = 0 ORDER BY random() LIMIT 1;
        CASE (random() * 5)::integer
            WHEN 0, 5 THEN
                UPDATE roadmap_event SET deadline = phrases[1 + floor(random() * 11)::integer] WHERE roadmap_event_id = own_event;
            WHEN 1, 2 THEN
                PERFORM mark_done(own_occurrence, today) WHERE own_occurrence IS NOT NULL;
                marks := marks + CASE WHEN own_occurrence IS NULL THEN 0 ELSE 1 END;
            WHEN 3 THEN
                PERFORM move_occurrence(own_occurrence, today + 10, 'перенос', today) WHERE own_occurrence IS NOT NULL;
            ELSE
                UPDATE roadmap_event SET deadline = deadline WHERE roadmap_event_id = own_event;
        END CASE;

        RETURN QUERY
            SELECT random_year.step, format('событие %s: %s %s', coalesce(f.roadmap_event_id, s.roadmap_event_id), f.due_on, s.phrase_due_on)
            FROM (SELECT e.roadmap_event_id, d.starts_on, d.due_on
                  FROM roadmap_event AS e, event_dates(e.deadline, '2023-01-01', '2023-12-31', NULL) AS d) AS f
            FULL JOIN (SELECT * FROM roadmap_occurrence AS o WHERE o.withdrawn_on IS NULL) AS s
              ON (s.roadmap_event_id, coalesce(s.phrase_due_on, '1900-01-01'))
                 = (f.roadmap_event_id, coalesce(f.due_on, '1900-01-01'))
            WHERE s.roadmap_event_id IS NULL OR f.roadmap_event_id IS NULL AND s.done_on IS NULL
               OR f.roadmap_event_id IS NOT NULL AND NOT s.is_moved AND (s.starts_on, s.due_on) IS DISTINCT FROM (f.starts_on, f.due_on);
        IF (SELECT count(*) FROM roadmap_occurrence AS o WHERE o.done_on IS NOT NULL) <> marks THEN
            problem := 'отметки потеряны';
            RETURN NEXT;
        END IF;
        -- A mark is dated today, so nothing before today may change any more.
        FOR n IN 1 .. cardinality(days) LOOP
            IF picture(days[n]) IS DISTINCT FROM seen[n] THEN
                problem := format('изменилось прошлое %s', days[n]);
                RETURN NEXT;
            END IF;
        END LOOP;
        days := (days || today)[greatest(1, cardinality(days) - 6):];
        seen := (seen || picture(today))[greatest(1, cardinality(seen) - 6):];
    END LOOP;
    DELETE FROM roadmap WHERE name = 'случайный';
END
$$;
SELECT is_empty(format('SELECT * FROM random_year(%s, 60) LIMIT 5', seed), format('random year, seed %s', seed))
FROM generate_series(1, 5) AS seed;

SELECT * FROM finish();
ROLLBACK;
