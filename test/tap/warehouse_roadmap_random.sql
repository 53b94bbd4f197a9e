-- Random roadmaps, written out as converters write them - cells behind tabs or
-- bars or on lines of their own, rows wrapped and cut, headers and rules
-- repeated, pages shifted, empty rows - are read back to what they were.
\ir include/warehouse.sql
BEGIN;
SELECT plan(12);

-- The plan itself: sections and events, known beforehand.
CREATE TEMP TABLE truth (section integer, place integer, number text, title text, deadline text, form text, bodies text);
CREATE FUNCTION helper.make_truth()
RETURNS void
LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO truth (section, place, number, title, deadline, form, bodies)
    SELECT s, p,
           -- one number in ten is missing, one in ten repeats the one before
           CASE n.kind WHEN 0 THEN NULL WHEN 1 THEN greatest(p - 1, 1)::text ELSE p::text END,
           'Мероприятие ' || (SELECT string_agg((ARRAY['по', 'повышению', 'качества', 'школ', 'совместно', 'с', 'муниципалитетами',
                                                       '(по отдельной', 'программе)', '«Опыт»', 'адресной', 'помощи', '5-9', 'классов'])
                                                       [1 + floor(random() * 14)::integer], ' ')
                              FROM generate_series(1, 3 + floor(random() * 12)::integer + 0 * p)),
           CASE WHEN n.kind <> 0 AND random() < 0.1 THEN NULL
                ELSE (ARRAY['ежеквартально', 'до 30 января 2023 г.', 'февраль, июнь 2023 г.', 'март-ноябрь', 'по отдельному плану',
                            'не реже одного раза в четверть', 'в течение года', 'апрель, сентябрь-декабрь 2023 г.',
                            '2 раза в год июнь, октябрь', 'II квартал'])[1 + floor(random() * 10)::integer] END,
           (ARRAY['приказ', 'аналитическая справка', 'цикл вебинаров', 'план, график'])[1 + floor(random() * 4)::integer],
           (ARRAY['ЦОКО', 'ЦОКО ИРО', 'УО, ТМС', 'ИРО'])[1 + floor(random() * 4)::integer]
    FROM generate_series(1, 3) AS s, generate_series(1, 5) AS p,
         LATERAL (SELECT floor(random() * 10)::integer + 0 * (s + p) AS kind) AS n;
END;

-- A row a line. What may happen to a row: its title goes on in the next row,
-- its last cell on the next line; before it stands an empty row, a rule, the
-- header again. A page may have empty cells more before the deadline.
CREATE FUNCTION helper.written(layout text)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    d text := CASE layout WHEN 'bars' THEN ' | ' WHEN 'cells' THEN E'\n\t' ELSE E'\t' END;
    head constant text[] := ARRAY['№ п/п', 'Наименование мероприятий', 'Форма', 'Сроки', 'Ответственные'];
    body text := 'Приложение 1' || E'\n\n';
    own truth;
    extra text[];
    cut integer;
    section integer := 0;
    page integer := 0;
    opening text := CASE layout WHEN 'bars' THEN '| ' WHEN 'cells' THEN E'\t' ELSE '' END;
    ending text := CASE layout WHEN 'bars' THEN E' |\n' WHEN 'cells' THEN E'\n\n' ELSE E'\n' END;
BEGIN
    body := body || opening || array_to_string(head, d) || ending;
    FOR own IN SELECT * FROM truth ORDER BY truth.section, truth.place LOOP
        IF own.section > section THEN
            section := own.section;
            body := body || opening || CASE layout
                WHEN 'cells' THEN array_to_string(ARRAY['', section || '. Раздел плана'], d)
                ELSE array_to_string(ARRAY[repeat('I', section) || '. Раздел плана', '', '', '', ''], d) END || ending;
        END IF;
        extra := '{}';
        IF layout = 'pages' AND random() < 0.2 THEN
            page := 1 - page;
            body := body || E'\n';
        END IF;
        IF page = 1 THEN
            extra := ARRAY['', ''];
        END IF;
        IF layout IN ('tabs', 'bars') THEN
            body := body || CASE floor(random() * 10)::integer
                WHEN 0 THEN opening || array_to_string(head, d) || ending
                WHEN 1 THEN opening || array_to_string(ARRAY['---', '---', '---', '---', '---'], d) || ending
                WHEN 2 THEN opening || array_to_string(ARRAY['', '', '', '', ''], d) || ending
                WHEN 3 THEN E'\n'
                ELSE '' END;
        END IF;
        -- A title is cut before a word that begins with a small letter.
        cut := CASE WHEN layout IN ('tabs', 'bars', 'pages') AND random() < 0.3
                    THEN nullif(regexp_instr(own.title, ' [а-я]', 14), 0) END;
        body := body || opening || array_to_string(ARRAY[coalesce(own.number, ''), coalesce(left(own.title, cut - 1), own.title), own.form]
                                                   || extra || coalesce(own.deadline, '')
                                                   || CASE WHEN layout IN ('tabs', 'cells') AND own.bodies ~ ','
                                                           THEN replace(own.bodies, ', ', E',\n') ELSE own.bodies END, d) || ending;
        IF cut IS NOT NULL THEN
            body := body || CASE WHEN layout = 'pages' AND random() < 0.5 THEN E'\n' ELSE '' END
                    || opening || array_to_string(ARRAY['', substr(own.title, cut + 1), ''] || extra || ARRAY['', ''], d) || ending;
        END IF;
    END LOOP;
    RETURN body || E'\nНачальник отдела';
END
$$;

-- Rows that a roadmap has and the plan has not, or the other way round.
CREATE FUNCTION helper.differences(seed integer, layout text)
RETURNS TABLE (own_seed integer, is_in text, section integer, place integer, line text)
LANGUAGE plpgsql
AS $$
DECLARE
    new_id integer;
BEGIN
    PERFORM setseed(seed / 1000.0);
    DELETE FROM truth;
    PERFORM make_truth();
    SELECT i.roadmap_id INTO new_id
    FROM import_roadmap(written(layout), format('%s %s', layout, seed), 'region', 1, '2023-01-01', '2023-12-31') AS i;
    RETURN QUERY
        WITH stored AS (
            SELECT s.place AS section, e.place, concat_ws('|', e.number, e.title, e.deadline, e.evidence_form, e.responsible) AS line
            FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id) WHERE s.roadmap_id = new_id
        ), wanted AS (
            SELECT t.section, t.place, concat_ws('|', t.number, t.title, t.deadline, t.form, t.bodies) AS line FROM truth AS t
        )
        SELECT seed, 'stored', s.* FROM (SELECT * FROM stored EXCEPT SELECT * FROM wanted) AS s
        UNION ALL
        SELECT seed, 'wanted', w.* FROM (SELECT * FROM wanted EXCEPT SELECT * FROM stored) AS w;
    -- What was not so in the plan is said: rows without a number or deadline, one outside.
    RETURN QUERY
        SELECT seed, 'remarks', NULL::integer, NULL::integer, format('%s %s %s', a.unnumbered, a.undue, a.outside)
        FROM (SELECT count(*) FILTER (WHERE v.reason = 'номера нет') AS unnumbered,
                     count(*) FILTER (WHERE v.reason = 'срок не указан') AS undue,
                     count(*) FILTER (WHERE v.reason ~ 'вне таблицы') AS outside
              FROM roadmap_review AS v WHERE v.roadmap_id = new_id) AS a,
             (SELECT count(*) FILTER (WHERE t.number IS NULL) AS unnumbered, count(*) FILTER (WHERE t.deadline IS NULL) AS undue
              FROM truth AS t) AS b
        WHERE (a.unnumbered, a.undue, a.outside) <> (b.unnumbered, b.undue, 1);
    DELETE FROM roadmap WHERE roadmap_id = new_id;
END
$$;
SELECT is_empty(format('SELECT d.* FROM generate_series(%1$s, %1$s + 9) AS seed, differences(seed, %2$L) AS d ORDER BY 1, 3, 4, 2 LIMIT 6', seed, layout),
                format('ten plans as %s, seeds from %s', layout, seed))
FROM unnest(ARRAY['tabs', 'bars', 'cells', 'pages']) AS layout, generate_series(1, 21, 10) AS seed
ORDER BY layout, seed;

SELECT * FROM finish();
ROLLBACK;
