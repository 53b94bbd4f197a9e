-- The calendar that deadlines are read and moved by: school terms, days off.

CREATE TABLE school_term (
    school_term_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer REFERENCES region,
    academic_year integer NOT NULL CHECK (academic_year BETWEEN 2000 AND 2100),
    term integer NOT NULL CHECK (term BETWEEN 1 AND 4),
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    CHECK (starts_on <= ends_on),
    CHECK (starts_on >= make_date(academic_year - 1, 8, 1) AND ends_on < make_date(academic_year, 9, 1)),
    UNIQUE NULLS NOT DISTINCT (region_id, academic_year, term)
);
COMMENT ON TABLE school_term IS 'Учебные четверти: даты по регионам и учебным годам; где строк нет, сроки читаются по четвертям, принятым по умолчанию (см. deadline_occurrences)';
COMMENT ON COLUMN school_term.school_term_id IS 'Ключ четверти';
COMMENT ON COLUMN school_term.region_id IS 'Регион; пусто — для всех регионов, у которых своих дат нет';
COMMENT ON COLUMN school_term.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN school_term.term IS 'Номер четверти, от 1 до 4';
COMMENT ON COLUMN school_term.starts_on IS 'Первый день четверти';
COMMENT ON COLUMN school_term.ends_on IS 'Последний день четверти';

-- A region's own terms of a year stand for all of the common ones.
CREATE FUNCTION term_calendar(region_id integer)
RETURNS date[]
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(ARRAY[t.starts_on, t.ends_on] ORDER BY t.academic_year, t.term)
    FROM school_term AS t
    WHERE t.region_id = term_calendar.region_id
       OR t.region_id IS NULL
          AND NOT EXISTS (
              SELECT FROM school_term AS o
              WHERE o.region_id = term_calendar.region_id AND o.academic_year = t.academic_year);
END;
COMMENT ON FUNCTION term_calendar(integer) IS
'Учебные четверти региона для deadline_occurrences: первый и последний день каждой, по порядку; за год, в котором у региона своих дат нет, — общие. NULL, если дат нет вовсе';

CREATE FUNCTION check_term_order()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    bad record;
BEGIN
    SELECT a.academic_year, a.term, b.term AS other INTO bad
    FROM school_term AS a
    JOIN school_term AS b
      ON b.academic_year = a.academic_year AND b.region_id IS NOT DISTINCT FROM a.region_id AND b.term > a.term
    WHERE b.starts_on <= a.ends_on
    ORDER BY a.academic_year, a.term
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'четверти идут не по порядку'
            USING ERRCODE = 'check_violation',
                  DETAIL = format('Учебный год %s: четверть %s начинается не позже, чем кончается четверть %s.',
                                  bad.academic_year, bad.other, bad.term),
                  HINT = 'Исправьте даты: четверти одного года не пересекаются.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION check_term_order() IS 'Триггер school_term: четверти одного года следуют друг за другом';
CREATE TRIGGER check_term_order
    AFTER INSERT OR UPDATE ON school_term
    FOR EACH STATEMENT EXECUTE FUNCTION check_term_order();

CREATE TABLE calendar_day (
    calendar_day_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer REFERENCES region,
    day date NOT NULL,
    is_working boolean NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    source text NOT NULL CHECK (source <> ''),
    UNIQUE NULLS NOT DISTINCT (region_id, day)
);
CREATE INDEX ON calendar_day (day);
COMMENT ON TABLE calendar_day IS 'Дни, отличающиеся от обычной недели: праздники, перенесённые выходные, рабочие субботы. Суббота и воскресенье, которых здесь нет, — выходные';
COMMENT ON COLUMN calendar_day.calendar_day_id IS 'Ключ дня';
COMMENT ON COLUMN calendar_day.region_id IS 'Регион; пусто — вся страна. Строка региона важнее общей';
COMMENT ON COLUMN calendar_day.day IS 'День';
COMMENT ON COLUMN calendar_day.is_working IS 'Рабочий ли день';
COMMENT ON COLUMN calendar_day.name IS 'Чем отличается: название праздника, перенос';
COMMENT ON COLUMN calendar_day.source IS 'Акт, которым день установлен';

CREATE FUNCTION is_working_day(day date, region_id integer DEFAULT NULL)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT c.is_working
         FROM calendar_day AS c
         WHERE c.day = is_working_day.day AND (c.region_id = is_working_day.region_id OR c.region_id IS NULL)
         ORDER BY c.region_id NULLS LAST
         LIMIT 1),
        extract(isodow FROM is_working_day.day) < 6);
END;
COMMENT ON FUNCTION is_working_day(date, integer) IS
'Рабочий ли день в регионе: по calendar_day, а если дня там нет — с понедельника по пятницу. NULL для пустой даты';

-- A month without a working day is not to be expected; the bound keeps a table
-- filled by mistake from making the search endless.
CREATE FUNCTION shifted_day(day date, shift text, region_id integer DEFAULT NULL)
RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN shift NOT IN ('none', 'next', 'previous') THEN NULL
        WHEN shift = 'none' OR is_working_day(shifted_day.day, shifted_day.region_id) THEN shifted_day.day
        ELSE coalesce(
            (SELECT shifted_day.day + CASE shift WHEN 'next' THEN n ELSE -n END
             FROM generate_series(1, 31) AS n
             WHERE is_working_day(shifted_day.day + CASE shift WHEN 'next' THEN n ELSE -n END, shifted_day.region_id)
             ORDER BY n
             LIMIT 1),
            shifted_day.day) END;
END;
COMMENT ON FUNCTION shifted_day(date, text, integer) IS
'Срок, перенесённый с выходного: shift — none (не переносить), next (на следующий рабочий день), previous (на предыдущий). Ищет не дальше 31 дня; если рабочих дней нет, срок остаётся. NULL для пустой даты и другого правила';

-- Labour Code, article 112: the days of part one; a day off that coincides with
-- one of them moves to the next working day, those of January as the
-- Government decides, so they are left to people.
CREATE FUNCTION add_official_holidays(calendar_year integer)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    added integer;
BEGIN
    PERFORM check_year(calendar_year);
    WITH holiday AS (
        SELECT make_date(calendar_year, v.month, v.day) AS day, v.name
        FROM (VALUES (1, 1, 'Новогодние каникулы'), (1, 2, 'Новогодние каникулы'), (1, 3, 'Новогодние каникулы'),
                     (1, 4, 'Новогодние каникулы'), (1, 5, 'Новогодние каникулы'), (1, 6, 'Новогодние каникулы'),
                     (1, 7, 'Рождество Христово'), (1, 8, 'Новогодние каникулы'),
                     (2, 23, 'День защитника Отечества'), (3, 8, 'Международный женский день'),
                     (5, 1, 'Праздник Весны и Труда'), (5, 9, 'День Победы'),
                     (6, 12, 'День России'), (11, 4, 'День народного единства')) AS v (month, day, name)
    )
    INSERT INTO calendar_day (region_id, day, is_working, name, source)
    SELECT NULL, d.day, false, d.name, 'статья 112 ТК РФ'
    FROM (
        SELECT h.day, h.name FROM holiday AS h
        UNION ALL
        -- No two of these days are neighbours, so the Monday after is free.
        SELECT h.day + 8 - extract(isodow FROM h.day)::integer,
               format('Выходной, перенесённый с %s', to_char(h.day, 'DD.MM.YYYY'))
        FROM holiday AS h
        WHERE extract(month FROM h.day) > 1 AND extract(isodow FROM h.day) > 5) AS d
    ORDER BY d.day
    ON CONFLICT (region_id, day) DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN added;
END
$$;
COMMENT ON FUNCTION add_official_holidays(integer) IS
'Вносит в calendar_day нерабочие праздничные дни календарного года по статье 112 ТК РФ и перенос совпавших с ними выходных (кроме январских); то, чего требует постановление Правительства о переносе, вносит человек. Дни, которые уже есть, не меняются. Возвращает число добавленных дней';
