-- Deadlines built at random, with the dates they must have, and read back.
-- The dates are computed here from the same choices as the phrase, by the
-- server's own date arithmetic.
SELECT setseed(0.7);
\echo seed 0.7

CREATE FUNCTION pg_temp.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE
RETURN choices[1 + floor(random() * cardinality(choices))::int];
CREATE FUNCTION pg_temp.among(low int, high int) RETURNS int LANGUAGE sql VOLATILE
RETURN low + floor(random() * (high - low + 1))::int;

CREATE TEMP SEQUENCE misspelt;
-- One letter dropped, doubled, replaced or swapped with the next.
CREATE FUNCTION pg_temp.misspell(word text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    at int := pg_temp.among(2, length(word) - 1);
BEGIN
    PERFORM nextval('misspelt');
    RETURN left(word, at - 1) ||
        CASE pg_temp.among(1, 4)
            WHEN 1 THEN substr(word, at + 1)
            WHEN 2 THEN substr(word, at, 1) || substr(word, at)
            WHEN 3 THEN substr('абвгдеиклмнопрст', pg_temp.among(1, 16), 1) || substr(word, at + 1)
            ELSE substr(word, at + 1, 1) || substr(word, at, 1) || substr(word, at + 2)
        END;
END $$;

-- A word of six letters or more, misspelt one time in eight.
CREATE FUNCTION pg_temp.word(w text) RETURNS text LANGUAGE sql VOLATILE
RETURN CASE WHEN length(w) >= 6 AND random() < 0.125 THEN pg_temp.misspell(w) ELSE w END;

CREATE FUNCTION pg_temp.month(m int, which int) RETURNS text LANGUAGE sql VOLATILE
RETURN pg_temp.word(split_part(CASE which
    WHEN 1 THEN 'январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь'
    WHEN 2 THEN 'января февраля марта апреля мая июня июля августа сентября октября ноября декабря'
    ELSE 'январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре' END, ' ', m));

CREATE FUNCTION pg_temp.year(y int) RETURNS text LANGUAGE sql VOLATILE
RETURN CASE WHEN y IS NULL THEN '' ELSE pg_temp.pick(' ' || y, ' ' || y || ' г.', ' ' || y || 'г.', ' ' || y || ' года', ' ' || y || ' г', ' ' || y % 100 || ' г.') END;

CREATE FUNCTION pg_temp.dash() RETURNS text LANGUAGE sql VOLATILE
RETURN pg_temp.pick('-', ' - ', '–', ' – ', ' — ', '- ', ' -', '−');

CREATE FUNCTION pg_temp.ordinal(n int) RETURNS text LANGUAGE sql VOLATILE
RETURN pg_temp.pick(n::text, n || '-й', split_part('I II III IV', ' ', n), split_part('I II III IV', ' ', n),
                    split_part('первый второй третий четвертый', ' ', n), translate(split_part('I II III IV', ' ', n), 'I', 'І'));

CREATE FUNCTION pg_temp.day(d int, m int, y int) RETURNS text LANGUAGE sql VOLATILE
RETURN CASE WHEN y IS NULL OR random() < 0.5 THEN d || pg_temp.pick('', '', '-го') || ' ' || pg_temp.month(m, 2) || pg_temp.year(y)
            ELSE pg_temp.pick(lpad(d::text, 2, '0') || '.' || lpad(m::text, 2, '0') || '.' || y, d || '.' || m || '.' || y || pg_temp.pick('г.', ' г.', ' года'),
                              y || '-' || lpad(m::text, 2, '0') || '-' || lpad(d::text, 2, '0'), d || '.' || lpad(m::text, 2, '0') || '.' || y % 100) END;

-- The dates of one span that begins in year y; the start is NULL for bounds.
CREATE FUNCTION pg_temp.dates(code text, a int, b int, y int) RETURNS date[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE code
        WHEN 'day' THEN ARRAY[make_date(y, b, a), make_date(y, b, a)]
        WHEN 'until day' THEN ARRAY[NULL, make_date(y, b, a)]
        WHEN 'month' THEN ARRAY[make_date(y, a, 1), (make_date(y, a, 1) + interval '1 month')::date - 1]
        WHEN 'until month' THEN ARRAY[NULL, make_date(y, a, 1) - 1]
        WHEN 'by month' THEN ARRAY[NULL, (make_date(y, a, 1) + interval '1 month')::date - 1]
        WHEN 'months' THEN ARRAY[make_date(y, a, 1), (make_date(y + (b < a)::int, b, 1) + interval '1 month')::date - 1]
        WHEN 'quarter' THEN ARRAY[make_date(y, 3 * a - 2, 1), (make_date(y, 3 * a - 2, 1) + interval '3 months')::date - 1]
        WHEN 'half' THEN ARRAY[make_date(y, 6 * a - 5, 1), (make_date(y, 6 * a - 5, 1) + interval '6 months')::date - 1]
        WHEN 'term' THEN CASE a WHEN 1 THEN ARRAY[make_date(y, 9, 1), make_date(y, 10, 27)]
                                WHEN 2 THEN ARRAY[make_date(y, 11, 6), make_date(y, 12, 30)]
                                WHEN 3 THEN ARRAY[make_date(y, 1, 9), make_date(y, 3, 22)]
                                ELSE ARRAY[make_date(y, 4, 1), make_date(y, 5, 26)] END
        WHEN 'year' THEN ARRAY[make_date(y, 1, 1), make_date(y, 12, 31)]
        WHEN 'school year' THEN ARRAY[make_date(y, 9, 1), make_date(y + 1, 8, 31)]
    END;
END $$;

-- Those of a span in a plan; without a year, in every year of the plan: those
-- in it, of those over New Year those that begin in it, or else the nearest.
CREATE FUNCTION pg_temp.in_plan(code text, a int, b int, y int, plan_from date, plan_to date, OUT starts_on date, OUT due_on date)
RETURNS SETOF record LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF y IS NOT NULL THEN
        RETURN QUERY SELECT d[1], d[2] FROM pg_temp.dates(code, a, b, y) AS d;
    ELSIF code IN ('year', 'school year') THEN
        RETURN QUERY
        SELECT greatest(d[1], plan_from), least(d[2], plan_to)
        FROM generate_series(extract(year FROM plan_from)::int - 1, extract(year FROM plan_to)::int) AS i
        CROSS JOIN pg_temp.dates(code, a, b, i) AS d
        WHERE d[1] <= plan_to AND d[2] >= plan_from;
    ELSE
        RETURN QUERY
        WITH candidate AS (
            SELECT d[1] AS s, d[2] AS e, coalesce(d[1], d[2]) <= plan_to AND d[2] >= plan_from AS touches,
                   coalesce(d[1], d[2]) BETWEEN plan_from AND plan_to AS begins,
                   extract(year FROM coalesce(d[1], d[2])) <> extract(year FROM d[2]) AS over,
                   greatest(coalesce(d[1], d[2]) - plan_to, plan_from - d[2]) AS gap
            FROM generate_series(extract(year FROM plan_from)::int - 1, extract(year FROM plan_to)::int + 1) AS i
            CROSS JOIN pg_temp.dates(code, a, b, i) AS d
        )
        SELECT s, e FROM candidate
        WHERE touches AND (begins OR NOT over OR NOT (SELECT bool_or(touches AND begins) FROM candidate))
           OR NOT (SELECT bool_or(touches) FROM candidate) AND gap = (SELECT min(gap) FROM candidate)
        ORDER BY e LIMIT CASE WHEN NOT (SELECT bool_or(touches) FROM candidate) THEN 1 END;
    END IF;
END $$;

CREATE TEMP TABLE generated (id int PRIMARY KEY, template int, phrase text, kind text, plan_from date, plan_to date, position int);
CREATE TEMP TABLE expected (id int, part int, kind text, starts_on date, due_on date);

-- What a template needs to note an expected part: the spans as (code, a, b, y).
CREATE FUNCTION pg_temp.expect(i int, part int, kind text, plan_from date, plan_to date, code text, a int, b int, y int)
RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO expected SELECT i, part, kind, d.starts_on, d.due_on FROM pg_temp.in_plan(code, a, b, y, plan_from, plan_to) AS d;
END;

-- Periods of so many months from January, cut to a window.
CREATE FUNCTION pg_temp.expect_every(i int, part int, months int, win_from date, win_to date) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO expected
    SELECT i, part, 'recurring', greatest(d::date, win_from), least((d + make_interval(months => months))::date - 1, win_to)
    FROM generate_series(date_trunc('year', win_from), win_to, make_interval(months => months)) AS d
    WHERE (d + make_interval(months => months))::date > win_from;
END;

DO $$
DECLARE
    plans date[] := '{{2023-01-01,2023-12-31},{2023-09-01,2024-08-31},{2024-01-01,2026-12-31},{2023-03-06,2023-12-31}}';
    plan_from date;
    plan_to date;
    which int;
    template int;
    phrase text;
    kind text;
    place int;
    a int;
    b int;
    c int;
    n int;
    y int;
    y2 int;
    months int[];
    sep text;
    win date[];
    unit text;
    extra text;
BEGIN
    FOR i IN 1 .. 10000 LOOP
        which := pg_temp.among(1, 4);
        plan_from := plans[which][1];
        plan_to := plans[which][2];
        template := pg_temp.among(1, 22);
        y := CASE WHEN random() < 0.6 THEN pg_temp.among(2022, 2026) END;
        a := pg_temp.among(1, 12);
        b := pg_temp.among(1, 12);
        place := NULL;
        CASE template
        WHEN 1 THEN  -- a month
            kind := 'once';
            phrase := pg_temp.pick(pg_temp.month(a, 1), pg_temp.month(a, 1), 'в ' || pg_temp.month(a, 3), 'в течение ' || pg_temp.month(a, 2)) || pg_temp.year(y);
            PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'month', a, 0, y);
        WHEN 2 THEN  -- up to a day
            kind := 'once';
            b := pg_temp.among(1, 28);
            phrase := pg_temp.pick('до ', 'к ', 'не позднее ', 'в срок до ', 'не позже ', 'до ') || pg_temp.day(b, a, y);
            PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'until day', b, a, y);
        WHEN 3 THEN  -- before, or to the end of, a month
            kind := 'once';
            IF random() < 0.5 THEN
                phrase := pg_temp.pick('до ', 'до начала ') || pg_temp.month(a, 2) || pg_temp.year(y);
                PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'until month', a, 0, y);
            ELSE
                phrase := pg_temp.pick('до конца ', 'не позднее ', 'не позднее конца ') || pg_temp.month(a, 2) || pg_temp.year(y);
                PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'by month', a, 0, y);
            END IF;
        WHEN 4, 5 THEN  -- months of one or two years
            IF a = b THEN
                b := 1 + a % 12;
            END IF;
            kind := CASE WHEN a = 1 AND b = 12 OR a = 9 AND b BETWEEN 5 AND 8 THEN 'continuous' ELSE 'range' END;
            y2 := y + (b < a)::int;
            phrase := CASE pg_temp.among(1, 3)
                WHEN 1 THEN pg_temp.month(a, 1) || pg_temp.year(y) || pg_temp.dash() || pg_temp.month(b, 1) || pg_temp.year(y2)
                WHEN 2 THEN pg_temp.month(a, 1) || pg_temp.dash() || pg_temp.month(b, 1) || pg_temp.year(y2)
                ELSE 'с ' || pg_temp.month(a, 2) || ' по ' || pg_temp.month(b, 1) || pg_temp.year(y2) END;
            PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'months', a, b, y);
        WHEN 6, 7 THEN  -- a list of months
            SELECT array_agg(m ORDER BY m), count(*) INTO months, n
            FROM (SELECT m FROM generate_series(1, 12) AS m ORDER BY random() LIMIT pg_temp.among(2, 5)) AS s;
            kind := 'multi';
            IF y IS NOT NULL AND random() < 0.4 THEN
                SELECT string_agg(pg_temp.month(m, 1) || pg_temp.year(y), pg_temp.pick(' ', ', ', '; ', ' и ', '/') ORDER BY m) INTO phrase FROM unnest(months) AS m;
            ELSE
                sep := pg_temp.pick(', ', ',', '/', ' / ');
                SELECT string_agg(pg_temp.month(m, 1), sep ORDER BY m) INTO phrase FROM unnest(months[:n - 1]) AS m;
                phrase := phrase || pg_temp.pick(sep, ' и ') || pg_temp.month(months[n], 1) || pg_temp.year(y);
            END IF;
            FOREACH c IN ARRAY months LOOP
                PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'month', c, 0, y);
            END LOOP;
        WHEN 8 THEN  -- quarter, half-year, term
            kind := 'range';
            unit := pg_temp.pick('quarter', 'half', 'term');
            a := pg_temp.among(1, CASE unit WHEN 'half' THEN 2 ELSE 4 END);
            phrase := pg_temp.pick('', 'в течение ') || pg_temp.ordinal(a) || ' ' ||
                CASE unit WHEN 'quarter' THEN pg_temp.pick('квартал', pg_temp.word('квартала'), 'кв.') WHEN 'half' THEN 'полугодие' ELSE pg_temp.pick('четверть', 'четверти') END || pg_temp.year(y);
            PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, unit, a, 0, y);
        WHEN 9 THEN  -- quarters
            kind := 'multi';
            a := pg_temp.among(1, 3);
            b := pg_temp.among(a + 1, 4);
            phrase := split_part('I II III IV', ' ', a) || pg_temp.pick(', ', ' и ', ',') || split_part('I II III IV', ' ', b) || pg_temp.pick(' квартал', ' кварталы') || pg_temp.year(y);
            PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'quarter', a, 0, y);
            PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'quarter', b, 0, y);
        WHEN 10 THEN  -- school year
            kind := 'continuous';
            phrase := CASE WHEN y IS NULL THEN pg_temp.pick('в течение учебного года', 'весь учебный год', 'учебный год')
                ELSE pg_temp.pick('', 'в течение ') || y || pg_temp.pick('/', '-', ' – ') || (y + 1) || pg_temp.pick(' учебный год', ' учебного года', ' уч. года', ' уч.г.') END;
            PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'school year', 0, 0, y);
        WHEN 11 THEN  -- calendar year
            kind := 'continuous';
            phrase := CASE WHEN y IS NULL THEN pg_temp.pick('в течение года', 'в течении всего года', 'круглогодично', 'весь год')
                ELSE pg_temp.pick(y || ' год', 'в течение ' || y || ' года', 'в ' || y || ' году') END;
            PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'year', 0, 0, y);
        WHEN 12 THEN  -- how often, by months
            kind := 'recurring';
            n := (ARRAY[1, 2, 3, 4, 6, 12])[pg_temp.among(1, 6)];
            phrase := CASE n
                WHEN 1 THEN pg_temp.pick('ежемесячно', pg_temp.word('ежемесячно'), '1 раз в месяц', 'раз в месяц', 'каждый месяц', 'не реже 1 раза в месяц', 'не менее одного раза в месяц')
                WHEN 2 THEN pg_temp.pick('1 раз в два месяца', 'каждые 2 месяца', 'не реже одного в два месяца', 'раз в 2 месяца', 'шесть раз в год')
                WHEN 3 THEN pg_temp.pick('ежеквартально', pg_temp.word('ежеквартально'), '1 раз в квартал', 'один раз в квартал', 'каждый квартал', 'по кварталам', '4 раза в год')
                WHEN 4 THEN pg_temp.pick('3 раза в год', 'трижды в год', 'не реже трех раз в год', 'раз в 4 месяца')
                WHEN 6 THEN pg_temp.pick('2 раза в год', 'дважды в год', 'каждое полугодие', 'один раз в полгода', 'не реже 2 раз в год', '1 раз в полугодие')
                ELSE pg_temp.pick('ежегодно', pg_temp.word('ежегодно'), '1 раз в год', 'каждый год') END;
            IF which = 2 AND (n = 12 OR phrase LIKE '%в год') THEN  -- the year of the plan
                INSERT INTO expected
                SELECT i, 1, kind, d::date, (d + make_interval(months => n))::date - 1
                FROM generate_series(plan_from, plan_to, make_interval(months => n)) AS d;
            ELSE
                PERFORM pg_temp.expect_every(i, 1, n, plan_from, plan_to);
            END IF;
        WHEN 13 THEN  -- terms
            kind := 'recurring';
            phrase := pg_temp.pick('1 раз в четверть', 'не реже одного раза в четверть', 'не реже одного в четверть', 'каждую четверть', 'по четвертям', 'раз в учебную четверть');
            IF phrase LIKE '%учебную%' THEN
                phrase := 'раз в четверть';
            END IF;
            INSERT INTO expected
            SELECT i, 1, kind, greatest(d[1], plan_from), least(d[2], plan_to)
            FROM generate_series(2022, 2027) AS yy CROSS JOIN generate_series(1, 4) AS t CROSS JOIN pg_temp.dates('term', t, 0, yy) AS d
            WHERE d[1] <= plan_to AND d[2] >= plan_from;
        WHEN 14 THEN  -- weeks
            kind := 'recurring';
            n := pg_temp.among(1, 7);
            IF random() < 0.5 THEN
                phrase := pg_temp.pick('еженедельно', pg_temp.word('еженедельно'), '1 раз в неделю', 'каждую неделю');
                INSERT INTO expected
                SELECT i, 1, kind, greatest(d::date, plan_from), least(d::date + 6, plan_to)
                FROM generate_series(date_trunc('week', plan_from), plan_to, '7 days') AS d;
            ELSE
                phrase := pg_temp.pick('еженедельно по ', 'по ', 'еженедельно, по ') || split_part('понедельникам вторникам средам четвергам пятницам субботам воскресеньям', ' ', n);
                INSERT INTO expected
                SELECT i, 1, kind, d::date, d::date FROM generate_series(plan_from, plan_to, '1 day') AS d WHERE extract(isodow FROM d) = n;
            END IF;
        WHEN 15 THEN  -- so many times, on these months
            SELECT array_agg(m ORDER BY m), count(*) INTO months, n
            FROM (SELECT m FROM generate_series(1, 12) AS m ORDER BY random() LIMIT pg_temp.among(2, 4)) AS s;
            kind := 'multi';
            SELECT string_agg(pg_temp.month(m, 1), ', ' ORDER BY m) INTO phrase FROM unnest(months) AS m;
            phrase := n || CASE WHEN n < 5 THEN ' раза' ELSE ' раз' END || ' в год' || pg_temp.pick(' (' || phrase || ')', ': ' || phrase, ' ' || phrase, ', ' || phrase);
            FOREACH c IN ARRAY months LOOP
                PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'month', c, 0, NULL);
            END LOOP;
        WHEN 16 THEN  -- every year, in a month or up to a day
            kind := 'recurring';
            b := pg_temp.among(1, 28);
            IF random() < 0.5 THEN
                phrase := pg_temp.pick('ежегодно, ' || pg_temp.month(a, 1), 'ежегодно в ' || pg_temp.month(a, 3), pg_temp.month(a, 1) || ' ежегодно', 'ежегодно (' || pg_temp.month(a, 1) || ')', '1 раз в год, ' || pg_temp.month(a, 1));
                PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'month', a, 0, NULL);
            ELSE
                phrase := pg_temp.pick('ежегодно до ' || pg_temp.day(b, a, NULL), 'ежегодно, до ' || pg_temp.day(b, a, NULL), 'до ' || pg_temp.day(b, a, NULL) || ' ежегодно');
                PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'until day', b, a, NULL);
            END IF;
        WHEN 17 THEN  -- every month of a time
            kind := 'recurring';
            y := coalesce(y, 2024);
            b := pg_temp.among(a, 12);
            win := pg_temp.dates('months', a, b, y);
            IF a = b THEN
                b := 1 + a % 12;
                win := pg_temp.dates('months', a, b, y);
            END IF;
            extra := pg_temp.month(a, 1) || pg_temp.year(y) || pg_temp.dash() || pg_temp.month(b, 1) || pg_temp.year(y + (b < a)::int);
            phrase := pg_temp.pick('ежемесячно, ' || extra, 'ежемесячно (' || extra || ')',
                'ежемесячно с ' || pg_temp.month(a, 2) || pg_temp.year(y) || ' по ' || pg_temp.month(b, 1) || pg_temp.year(y + (b < a)::int));
            PERFORM pg_temp.expect_every(i, 1, 1, win[1], win[2]);
        WHEN 18 THEN  -- the day of every month
            kind := 'recurring';
            n := pg_temp.among(1, 28);
            phrase := pg_temp.pick('ежемесячно до ' || n || ' числа', 'ежемесячно, до ' || n || '-го числа', 'до ' || n || ' числа каждого месяца', 'не позднее ' || n || ' числа каждого месяца');
            INSERT INTO expected
            SELECT i, 1, kind, greatest(d::date, plan_from), d::date + n - 1
            FROM generate_series(date_trunc('month', plan_from), plan_to, '1 month') AS d
            WHERE d::date + n - 1 BETWEEN plan_from AND plan_to;
        WHEN 19 THEN  -- no date
            kind := 'undated';
            phrase := pg_temp.pick('по отдельному плану', 'по отдельному графику', 'по ' || pg_temp.word('отдельному') || ' плану', 'по плану работы', 'по плану работы ЦНППМ', 'по мере необходимости',
                'после получения результатов', 'в соответствии со сроками ВПР, ОГЭ', 'согласно графику ГИА', '', ' - ', 'в течение 10 дней после получения результатов', 'по графику проведения мониторингов');
            INSERT INTO expected VALUES (i, 1, kind, NULL, NULL);
        WHEN 20 THEN  -- one thing, then another
            kind := 'composite';
            y := coalesce(y, 2024);
            c := pg_temp.among(1, 12);
            b := pg_temp.among(1, 28);
            n := 1 + (a + pg_temp.among(0, 10)) % 12;
            y2 := y + (n < a)::int;
            phrase := pg_temp.month(a, 1) || pg_temp.year(y) || pg_temp.dash() || pg_temp.month(n, 1) || pg_temp.year(y2) ||
                pg_temp.pick(', ', '; ', E'\n', ' ') || pg_temp.pick('до ', 'не позднее ') || pg_temp.day(b, c, y2) || pg_temp.pick(', ', '; ', '; далее ', ' и далее ') || 'ежеквартально';
            PERFORM pg_temp.expect(i, 1, CASE WHEN a = 1 AND n = 12 OR a = 9 AND n BETWEEN 5 AND 8 THEN 'continuous' ELSE 'range' END, plan_from, plan_to, 'months', a, n, y);
            PERFORM pg_temp.expect(i, 2, 'once', plan_from, plan_to, 'until day', b, c, y2);
            PERFORM pg_temp.expect_every(i, 3, 3, plan_from, plan_to);
        WHEN 21 THEN  -- days
            a := pg_temp.among(1, 14);
            b := pg_temp.among(15, 28);
            c := pg_temp.among(1, 12);
            IF random() < 0.5 THEN
                kind := 'range';
                phrase := pg_temp.pick(a || pg_temp.dash() || pg_temp.day(b, c, NULL), 'с ' || a || ' по ' || pg_temp.day(b, c, NULL), 'с ' || pg_temp.day(a, c, NULL) || ' по ' || pg_temp.day(b, c, NULL)) || pg_temp.year(y);
                INSERT INTO expected
                SELECT i, 1, kind, d.starts_on - (b - a), d.due_on FROM pg_temp.in_plan('day', b, c, y, plan_from, plan_to) AS d;
                IF y IS NULL AND which = 4 AND c = 3 THEN  -- a plan that begins within the range
                    DELETE FROM expected WHERE id = i;
                    INSERT INTO expected VALUES (i, 1, kind, make_date(2023, 3, a), make_date(2023, 3, b));
                END IF;
            ELSE
                kind := 'multi';
                phrase := a || pg_temp.pick(', ', ' и ') || pg_temp.day(b, c, NULL) || pg_temp.year(y);
                PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'day', a, c, y);
                PERFORM pg_temp.expect(i, 1, kind, plan_from, plan_to, 'day', b, c, y);
            END IF;
        ELSE  -- something else in it
            kind := 'unrecognised';
            phrase := pg_temp.month(a, 1) || ' ' || coalesce(y, 2024) || pg_temp.pick(' ', ', ', ' (');
            place := length(phrase) + 1;
            phrase := phrase || pg_temp.pick('зелень', 'стул', 'примерно', 'мартобрь', 'если получится', '1000', '%', 'до вечера', '32 марта', '31.02.2023');
            IF phrase LIKE '%до вечера' THEN
                place := place + 3;
            END IF;
            INSERT INTO expected VALUES (i, 1, kind, NULL, NULL);
        END CASE;

        -- as documents have it: any case, Latin letters, odd blanks
        IF random() < 0.3 THEN
            phrase := translate(left(phrase, 1), 'абвгдежзийклмнопрстуфхцчшщыьэюяе', 'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЬЭЮЯЕ') || substr(phrase, 2);
        ELSIF random() < 0.15 THEN
            phrase := translate(phrase, 'абвгдежзийклмнопрстуфхцчшщыьэюя', 'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЬЭЮЯ');
        END IF;
        IF random() < 0.2 THEN
            phrase := translate(phrase, 'аеорсх', pg_temp.pick('aеорсх', 'aeopcx', 'аеoрсх', 'аeоpсх'));
        END IF;
        IF random() < 0.2 THEN
            phrase := replace(phrase, ' ', pg_temp.pick(U&'\00A0', U&'\2009', E'\n'));
        END IF;
        IF kind <> 'unrecognised' AND random() < 0.2 THEN
            phrase := pg_temp.pick('  ', '«', E'\t') || phrase || pg_temp.pick(' ', '»', E'\n', '  ');
        END IF;
        INSERT INTO generated VALUES (i, template, phrase, kind, plan_from, plan_to, place);
    END LOOP;
END $$;

SELECT count(*) AS phrases, count(DISTINCT phrase) > 7500 AS varied, count(DISTINCT kind) AS kinds, min(n) > 300 AS each_template,
       (SELECT last_value FROM misspelt) > 1000 AS misspelt, (SELECT count(*) FROM expected) > 50000 AS many_dates,
       (SELECT count(DISTINCT id) FROM expected) AS with_dates
FROM (SELECT *, count(*) OVER (PARTITION BY template) AS n FROM generated) AS g;

-- Read otherwise than they were built: none.
SELECT template, phrase, kind, shnor.deadline_kind(phrase) AS read
FROM generated WHERE shnor.deadline_kind(phrase) <> kind ORDER BY id LIMIT 10;
CREATE TEMP TABLE read AS
SELECT id, o.* FROM generated CROSS JOIN shnor.deadline_occurrences(phrase, plan_from, plan_to) AS o;
SELECT g.template, g.phrase, g.plan_from, d.*
FROM ((SELECT 'expected' AS side, id, part, kind, starts_on, due_on FROM expected
       EXCEPT ALL SELECT 'expected', id, part, kind, starts_on, due_on FROM read)
      UNION ALL
      (SELECT 'read', id, part, kind, starts_on, due_on FROM read
       EXCEPT ALL SELECT 'read', id, part, kind, starts_on, due_on FROM expected)) AS d
JOIN generated AS g USING (id)
ORDER BY id, side, part, due_on LIMIT 20;
SELECT phrase, position, note
FROM generated JOIN read USING (id)
WHERE generated.kind = 'unrecognised' AND note <> 'position=' || position ORDER BY id LIMIT 10;

-- Normal forms: their own, with the same occurrences.
SELECT phrase, canonical
FROM generated CROSS JOIN shnor.deadline_canonical(phrase) AS canonical
WHERE shnor.deadline_canonical(canonical) <> canonical ORDER BY id LIMIT 10;
SELECT count(*) AS read_otherwise
FROM (SELECT id, part, kind, starts_on, due_on FROM read
      EXCEPT ALL
      SELECT id, part, o.kind, starts_on, due_on
      FROM generated CROSS JOIN shnor.deadline_occurrences(shnor.deadline_canonical(phrase), plan_from, plan_to) AS o) AS d;
