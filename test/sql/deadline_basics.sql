-- Deadlines: settings of the ambiguous ones, calendars, bounds, what is refused,
-- hostile texts.
SET search_path = public, shnor;
SET datestyle = 'ISO';
SET statement_timeout = '20s';

CREATE FUNCTION pg_temp.rows(phrase text, plan_from date DEFAULT '2024-01-01', plan_to date DEFAULT '2024-12-31', calendar date[] DEFAULT NULL)
RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(part || ' ' || kind || ' ' || coalesce(starts_on::text, '-') || '..' || coalesce(due_on::text, '-') || coalesce(' ' || note, ''), E'\n')
        FROM shnor.deadline_occurrences(phrase, plan_from, plan_to, calendar));

-- A year left to the plan.
SELECT p.name, phrase, pg_temp.rows(phrase, plan_from, plan_to)
FROM (VALUES ('three years', date '2024-01-01', date '2026-12-31'), ('school year', '2023-09-01', '2024-08-31'), ('late order', '2023-03-06', '2023-12-31')) AS p (name, plan_from, plan_to)
CROSS JOIN (VALUES ('февраль'), ('до 1 марта'), ('ноябрь-январь'), ('29 февраля'), ('в течение года'), ('с октября')) AS v (phrase)
ORDER BY p.name, phrase COLLATE "C";

-- A year for a list or a range: in order of time.
SELECT phrase, deadline_canonical(phrase) AS canonical
FROM (VALUES (1, 'октябрь, март 2024'), (2, 'декабрь 2023, январь, март'), (3, 'ноябрь - январь, март 2024'), (4, 'октябрь 2023 - март'), (5, 'с октября по март 2024'),
             (6, 'III, IV четверть 2024'), (7, 'II четверть 2023, III четверть'), (8, 'март, в течение 2024 года, июнь'), (9, 'в течение 2023/2024 учебного года, до 1 марта'),
             (10, '1 октября 2023 - конец учебного года'), (11, 'с октября 2023 до конца учебного года'), (12, 'с марта 2024 до конца года'), (13, 'до 1 июня, 1 декабря 2024'),
             (14, '20 декабря 2023 - 10 января'), (15, 'октябрь - март 2023/2024 учебного года'), (16, 'II полугодие 2023/2024 учебного года, I полугодие')) AS v (place, phrase)
ORDER BY place;

-- до: a day inclusive, before a period; terms; the end of a school year.
SELECT phrase, pg_temp.rows(phrase)
FROM (VALUES (1, 'до 1 декабря'), (2, 'до декабря'), (3, 'до декабря включительно'), (4, 'не позднее декабря'), (5, 'до конца декабря'), (6, 'к II кварталу'),
             (7, 'до 2025 года'), (8, 'до IV четверти'), (9, 'до конца III четверти'), (10, 'до начала учебного года'), (11, 'до конца учебного года'),
             (12, 'до конца 2023/2024 учебного года'), (13, 'до 1 марта, 1 июня и 1 декабря'), (14, 'к концу полугодия')) AS v (place, phrase)
ORDER BY place;

-- Terms against quarters, halves of either year, parts of months.
SELECT phrase, pg_temp.rows(phrase)
FROM (VALUES (1, 'III четверть'), (2, 'III квартал'), (3, 'II полугодие'), (4, 'II полугодие 2023/2024 учебного года'), (5, 'I и II четверть 2024/2025 учебного года'),
             (6, '3 декада марта'), (7, 'последняя неделя августа'), (8, 'вторая половина мая 2024 г.'), (9, 'в конце мая'), (10, 'в начале учебного года'),
             (11, 'сентябрь 2024/2025 учебного года'), (12, 'по итогам четверти'), (13, 'по окончании учебного года'),
             (14, 'в конце 1 полугодия'), (15, 'конец 2 четверти'), (16, 'по итогам 1 четверти'), (17, 'в конце I четверти')) AS v (place, phrase)
ORDER BY place;

-- Recurrences: count, moment, window.
SELECT phrase, pg_temp.rows(phrase)
FROM (VALUES (1, '3 раза в год'), (2, 'раз в полгода'), (3, '2 раза в квартал, в 2023 году'), (4, 'ежеквартально до 10 числа месяца, следующего за отчетным'), (5, 'ежемесячно, октябрь-декабрь'),
             (6, 'ежемесячно до 31 числа: январь, февраль'), (7, '1 раз в квартал (март, июнь, сентябрь, декабрь)'), (8, '2 раза в год: май'), (9, 'в конце каждого квартала'),
             (10, '1 раз в 5 месяцев'), (11, 'ежегодно до 1 марта 2026'), (12, 'февраль 2024 г. ноябрь ежегодно'), (13, 'не чаще 1 раза в 3 года')) AS v (place, phrase)
ORDER BY place;

SELECT pg_temp.rows('2 раза в год', '2023-09-01', '2024-08-31') AS school_year, pg_temp.rows('ежегодно', '2023-09-15', '2024-05-31') AS shorter;

-- A calendar replaces the assumed one in the school years it has.
SELECT phrase, pg_temp.rows(phrase, '2023-09-01', '2025-05-31', calendar)
FROM (VALUES (1, 'I четверть'), (2, 'в конце четверти'), (3, 'IV четверть'), (4, 'до конца учебного года')) AS v (place, phrase)
CROSS JOIN (SELECT array_agg(ARRAY[starts_on, ends_on] ORDER BY starts_on) AS calendar
            FROM (VALUES (date '2023-09-04', date '2023-11-24'), ('2023-12-04', '2024-02-22'), ('2024-03-04', '2024-05-30')) AS trimester (starts_on, ends_on)) AS c
ORDER BY place;
SELECT pg_temp.rows('I четверть', calendar => '{}') = pg_temp.rows('I четверть') AS empty_is_default;

-- What documents do to letters: Latin ones, case, dashes, Roman numbers, blanks.
SELECT count(*) AS phrases, bool_and(deadline_canonical(phrase) = normal) AS same
FROM (VALUES ('МАPT 2024', 'март 2024'), ('мaрт2024г.', 'март 2024'), (U&'ма\0301рт 2024', 'март 2024'), (U&'ма\00ADрт 2024', 'март 2024'), (U&'маи\0306 2024', 'май 2024'),
             ('март — май 2024', 'март 2024 - май 2024'), ('Сентебрь 2024', 'сентябрь 2024'), ('ферваль', 'февраль'), ('ежемесячно.', 'ежемесячно'), ('в теч. 2024 г.', '2024 год'), ('еже­квартально', 'ежеквартально'),
             ('П квартал', 'II квартал'), ('Ш кв.', 'III квартал'), ('Ⅳ квартал', 'IV квартал'), ('ІІ квартал', 'II квартал'), ('4-ый квартал', 'IV квартал'), ('ll квартал', 'II квартал'),
             ('«1» марта 2024 года', '1 марта 2024'), ('1-го марта', '1 марта'), ('01.03.24', '1 марта 2024'), ('2024-03-01', '1 марта 2024'),
             ('по отделному плану', 'по отдельному плану'), ('По плану работу', 'по плану работы'), ('ПО  ПЛАНУ РАБОТЫ', 'по плану работы'), ('-', ''), ('', ''),
             (E'март\n2024\tг.', 'март 2024'), ('май/июнь 2024', 'май 2024, июнь 2024')) AS v (phrase, normal);

-- No guesses: the first character that does not fit.
SELECT phrase, deadline_kind(phrase) AS kind, (SELECT string_agg(note, ' ') FROM deadline_occurrences(phrase, '2024-01-01', '2024-12-31')) AS note,
       deadline_canonical(phrase) AS canonical
FROM (VALUES (1, 'карта'), (2, 'июмь'), (3, '2023-2024'), (4, '31.02.2024'), (5, '5 четверть'), (6, 'в течение месяца'), (7, 'март -'), (8, 'март,  июнь и вечер'),
             (9, 'декабрь 2024 - март 2024'), (10, '1. март'), (11, 'ежемесячно 100'), (12, 'в начале года'), (13, 'в течение 10 дней'), (14, '2 раза'), (15, 'год'),
             (16, 'март 1812'), (17, 'до'), (18, 'зимой'), (19, 'детятого марта'), (20, 'III квартал 2023/2024 учебного года'), (21, 'март 2100, январь'),
             (22, '10-1 марта'), (23, 'с 20 по 10 мая'), (24, '20-10 мая 2024'), (25, '5-1, 3 марта'), (26, 'раз в две недели по средам'),
             (27, 'ежемесячно, по понедельникам')) AS v (place, phrase)
ORDER BY place;
SELECT deadline_canonical('ежемесячно; по понедельникам') AS two_parts, deadline_canonical('еженедельно, по средам') AS one;

-- More than the limits: still one row.
SELECT pg_temp.rows('ежедневно', '2020-01-01', '2039-12-31') AS too_many, (SELECT count(*) FROM deadline_occurrences('ежедневно', '2023-01-01', '2025-09-26')) AS most,
       (SELECT count(*) FROM deadline_occurrences('ежедневно', '2023-01-01', '2025-09-27')) AS one_more;
SELECT deadline_kind(repeat('1, ', 600) || 'март') AS many_tokens, deadline_kind(repeat('март 2024, ', 64) || 'май 2024') AS many_dates,
       deadline_kind(repeat('март 2024, ', 63) || 'май 2024') AS most_dates, deadline_kind(repeat(' ', 1996) || 'март') AS longest, deadline_kind(repeat(' ', 1997) || 'март') AS too_long,
       pg_temp.rows(repeat(' ', 1997) || 'март') AS place;
SELECT n, deadline_kind(t) AS kind, length(deadline_canonical(t)) AS canonical
FROM (VALUES (1, repeat('(', 1000000)), (2, repeat('март ', 200000)), (3, repeat('ж', 1000000)), (4, repeat('по плану, 1 ', 80000)), (5, repeat('1', 1000000)),
             (6, repeat(U&'\0301', 500000)), (7, repeat('2024-2025 ', 100000)), (8, repeat(';', 1000000)), (9, repeat('1-', 500000))) AS v (n, t)
ORDER BY n;

-- NULL gives nothing; a plan or a calendar that is none is an error.
SELECT deadline_kind(NULL) IS NULL AND deadline_canonical(NULL) IS NULL AS nothing,
       (SELECT count(*) FROM deadline_occurrences(NULL, '2024-01-01', '2024-12-31')) + (SELECT count(*) FROM deadline_occurrences('март', NULL, '2024-12-31'))
       + (SELECT count(*) FROM deadline_occurrences('март', '2024-01-01', NULL)) AS no_rows,
       (SELECT count(*) FROM deadline_occurrences('март', '2024-01-01', '2024-01-01')) AS one_day;
DO $$
DECLARE
    c record;
    detail text;
BEGIN
    FOR c IN SELECT * FROM (VALUES
        (1, date '2024-01-02', date '2024-01-01', NULL::date[]), (2, '2024-01-01', 'infinity', NULL), (3, '-infinity', '2024-01-01', NULL),
        (4, '2004-12-31', '2024-01-01', NULL), (5, '1800-01-01', '1800-12-31', NULL), (6, '2024-01-01', '2024-12-31', '{2024-01-01,2024-02-01}'),
        (7, '2024-01-01', '2024-12-31', '{{2024-01-01,2024-02-01,2024-03-01}}'), (8, '2024-01-01', '2024-12-31', '{{2024-01-01,NULL}}'),
        (9, '2024-01-01', '2024-12-31', '{{2024-02-01,2024-01-01}}'), (10, '2024-01-01', '2024-12-31', '{{2024-01-01,2024-02-01},{2024-02-01,2024-03-01}}'),
        (11, '2024-01-01', '2024-12-31', '{{2024-01-01,infinity}}'),
        (12, '2024-01-01', '2024-12-31', (SELECT array_agg(ARRAY[d::date, d::date]) FROM generate_series(date '2024-01-01', date '2024-01-01' + 400, '1 day') AS d))
        ) AS v (n, plan_from, plan_to, calendar) ORDER BY n LOOP
        BEGIN
            PERFORM * FROM shnor.deadline_occurrences('март', c.plan_from, c.plan_to, c.calendar);
            RAISE NOTICE '% taken', c.n;
        EXCEPTION WHEN invalid_parameter_value THEN
            GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
            RAISE NOTICE '% refused: %', c.n, detail;
        END;
    END LOOP;
END $$;
SELECT count(*) FROM deadline_occurrences('март', '2005-01-01', '2024-12-31');

-- In the target list, cut short, and more than once.
SELECT (deadline_occurrences('март, май', '2024-01-01', '2024-12-31')).due_on LIMIT 1;
SELECT count(*), count(DISTINCT o.due_on) FROM generate_series(1, 1000) AS i
CROSS JOIN LATERAL deadline_occurrences('до ' || 1 + i % 28 || ' мая', '2024-01-01', '2024-12-31') AS o;

-- Another encoding and locale: the same.
SELECT count(*) AS n, md5(string_agg(deadline_canonical(phrase) || deadline_kind(phrase), ',' ORDER BY place)) AS fingerprint
FROM (VALUES (1, 'ДО 1 МАРТА'), (2, 'Сентебрь-Май'), (3, 'По Плану работы ЦНППМ'), (4, 'ёлка 2024')) AS v (place, phrase) \gset utf8_
CREATE DATABASE regress_shnor_win1251 ENCODING 'WIN1251' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\set main :DBNAME
\connect regress_shnor_win1251
SET client_encoding = 'UTF8';
SET datestyle = 'ISO';
SET client_min_messages = warning;
CREATE EXTENSION shnor;
SELECT count(*) AS n, md5(convert_to(string_agg(shnor.deadline_canonical(phrase) || shnor.deadline_kind(phrase), ',' ORDER BY place), 'UTF8')) = :'utf8_fingerprint' AS same
FROM (VALUES (1, 'ДО 1 МАРТА'), (2, 'Сентебрь-Май'), (3, 'По Плану работы ЦНППМ'), (4, 'ёлка 2024')) AS v (place, phrase);
SELECT * FROM shnor.deadline_occurrences('по плану ЦНППМ: март, стул', '2024-01-01', '2024-12-31')
UNION ALL SELECT * FROM shnor.deadline_occurrences('по плану ЦНППМ: март', '2024-01-01', '2024-12-31');
-- The no-break space of this encoding.
SELECT shnor.int_or_null(' ' || nbsp || '7' || nbsp, 0, 9) AS number, shnor.cell_text(nbsp || 'a') AS cell,
       shnor.scores_or_null('1' || nbsp || ';Х') AS scores, shnor.int_or_null(nbsp, 0, 9) IS NULL AS nothing
FROM convert_from('\xa0', 'WIN1251') AS nbsp;
\connect :main
DROP DATABASE regress_shnor_win1251;
-- Encodings that lack letters of the script.
CREATE DATABASE regress_shnor_koi8r ENCODING 'KOI8R' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\connect regress_shnor_koi8r
\set VERBOSITY sqlstate
CREATE EXTENSION shnor;
\set VERBOSITY default
\connect :main
DROP DATABASE regress_shnor_koi8r;
