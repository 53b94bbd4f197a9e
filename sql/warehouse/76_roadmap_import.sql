-- import_roadmap: the rows of a document become sections and events; whatever
-- is not certain is listed with its line.

-- The tail of a row that a page break cut may stand in the row after it
-- together with the next point and a deadline of its own.
CREATE FUNCTION cut_tail(title text)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_match(title, '^([а-яё].*?)\s+([0-9]{1,2}[.)]\s+\S.*)$');
COMMENT ON FUNCTION cut_tail(text) IS
'Для текста, начатого со строчной буквы, в котором дальше идёт пронумерованный пункт: конец предыдущего пункта и этот пункт; NULL — текст не такой';

-- A deadline that is wrapped in its cell goes on with a year, or where it could
-- not be read or ends in a comma or a dash and makes sense together.
CREATE FUNCTION own_deadline(cell text, before text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN is_deadline(cell)
    AND NOT (cell ~ '^(19|20)[0-9]{2}(\s*(г\.?|год|года))?$' AND before <> '' AND before !~ '(19|20)[0-9]{2}')
    AND NOT (before <> '' AND (before ~ '[,;/–—-]$' OR NOT is_deadline(before)) AND is_deadline(concat(before, ' ', cell)));
COMMENT ON FUNCTION own_deadline(text, text) IS
'Свой ли это срок у строки без номера, а не продолжение срока предыдущей строки (before)';

-- Items in the document's order: alias (cells: alias, body), section (number,
-- title), event, more (what continues the event before, by the same places),
-- review. Cells of events: number, title, school_activity, goal, deadline,
-- evidence_form, expected_result, indicator, responsible, other.
CREATE FUNCTION read_roadmap(document text, level text)
RETURNS TABLE (item text, line integer, section_place integer, event_place integer, section_level text,
               cells text[], reason text, excerpt text)
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
SET jit = off
AS $$
DECLARE
    places constant text[] := ARRAY['number', 'title', 'school_activity', 'goal', 'deadline', 'evidence_form',
                                    'expected_result', 'indicator', 'responsible', 'other'];
    lines text[] := string_to_array(replace(document, E'\r', ''), E'\n');
    own record;
    filled text[];
    vals text[];             -- this row, by places
    cut text[];              -- of them, what belongs to the event before
    tail text[];
    event_vals text[];       -- the event before, as its first row had it, the deadline so far; NULL: none
    sections integer := 0;
    events integer := 0;
    needs_section boolean := true;
    last_number integer;
    heading_level text;
    remarks text[];
    is_start boolean;
    role integer;
    i integer;
BEGIN
    section_level := read_roadmap.level;
    FOR own IN SELECT a.* FROM document_aliases(lines) AS a LOOP
        item := 'alias';
        line := own.line;
        cells := ARRAY[own.alias, own.body];
        RETURN NEXT;
    END LOOP;

    FOR own IN SELECT a.* FROM aligned_rows(lines) AS a ORDER BY a.line LOOP
        filled := ARRAY(SELECT c FROM unnest(own.cells) WITH ORDINALITY AS u (c, place) WHERE c <> '' ORDER BY place);
        line := own.line;
        excerpt := left(without_names(array_to_string(filled, ' ')), 200);
        section_place := NULL;
        event_place := NULL;
        cells := NULL;
        reason := NULL;
        remarks := '{}';

        -- What is no row of the plan: rules, a repeated header, column numbers.
        CONTINUE WHEN NOT EXISTS (SELECT FROM unnest(filled) AS c WHERE c !~ '^[-–—:=_ ]*$');
        CONTINUE WHEN NOT own.is_outside AND column_roles(own.cells) IS NOT NULL;
        CONTINUE WHEN cardinality(filled) > 2
                  AND filled = ARRAY(SELECT n::text FROM generate_series(1, cardinality(filled)) AS n);
        IF own.is_outside THEN
            item := 'review';
            reason := 'текст вне таблицы, в план не вошёл';
            RETURN NEXT;
            CONTINUE;
        END IF;

        -- Some converters repeat a merged cell in every column it spans.
        IF cardinality(filled) > 2 AND filled = array_fill(filled[1], ARRAY[cardinality(filled)]) THEN
            filled := filled[1:1];
        END IF;

        -- A level or a section: a single cell that is no piece of the row before.
        IF cardinality(filled) = 1 AND item_number(filled[1]) IS NULL THEN
            heading_level := level_of_heading(filled[1]);
            IF heading_level IS NOT NULL
                OR section_number(filled[1]) IS NOT NULL
                   AND (cardinality(own.cells) < cardinality(own.roles)
                        OR array_position(own.cells, filled[1]) <> array_position(own.roles, 'title')
                        OR section_number(filled[1]) ~ '[IVXLХІ]')
                OR own.cells[1] = filled[1] AND filled[1] ~ '^[^а-яё]*[А-ЯЁа-яё]+\s+\S' AND filled[1] !~ '^[а-яё]'
            THEN
                section_level := coalesce(heading_level, section_level);
                event_vals := NULL;
                last_number := NULL;
                needs_section := heading_level IS NOT NULL AND section_number(filled[1]) IS NULL;
                IF NOT needs_section THEN
                    item := 'section';
                    sections := sections + 1;
                    events := 0;
                    section_place := sections;
                    cells := ARRAY[section_number(filled[1]),
                                   without_names(btrim(ltrim(substr(filled[1], 1 + coalesce(length(section_number(filled[1])), 0)), ' .):')))];
                    RETURN NEXT;
                    IF heading_level IS NULL AND cells[1] IS NULL AND own.roles[1] <> 'number' THEN
                        item := 'review';
                        section_place := NULL;
                        cells := NULL;
                        reason := 'строка, где заполнена только первая ячейка, принята за заголовок раздела';
                        RETURN NEXT;
                    END IF;
                END IF;
                CONTINUE;
            END IF;
        END IF;

        -- The row by what its cells are for.
        vals := array_fill(''::text, ARRAY[10]);
        FOR i IN 1 .. cardinality(own.roles) LOOP
            CONTINUE WHEN own.aligned[i] = '';
            role := array_position(places, own.roles[i]);
            vals[role] := concat_ws('; ', nullif(vals[role], ''),
                CASE own.roles[i] WHEN 'other' THEN format('%s: %s', plain_cell(own.labels[i]), own.aligned[i])
                                  ELSE own.aligned[i] END);
        END LOOP;
        IF without_names(array_to_string(vals, E'\n')) <> array_to_string(vals, E'\n') THEN
            vals := ARRAY(SELECT without_names(v) FROM unnest(vals) WITH ORDINALITY AS u (v, place) ORDER BY place);
            remarks := remarks || 'имена людей заменены на ***: укажите должности'::text;
        END IF;
        IF 'number' <> ALL (own.roles) THEN
            vals[1] := coalesce(leading_number(vals[2]), '');
        END IF;

        cut := NULL;
        IF vals[1] <> '' OR event_vals IS NULL THEN
            is_start := vals[2] <> '' OR vals[1] <> '' AND vals[5] <> '';
        ELSIF vals[2] = '' THEN
            is_start := false;
        ELSIF own_deadline(vals[5], event_vals[5]) THEN
            is_start := true;
            tail := cut_tail(vals[2]);
            IF tail IS NOT NULL THEN
                cut := array_fill(''::text, ARRAY[10]);
                cut[2] := tail[1];
                vals[2] := tail[2];
                vals[1] := leading_number(tail[2]);
                FOREACH i IN ARRAY ARRAY[3, 4, 7, 8] LOOP
                    IF vals[i] ~ '^[а-яё]' THEN
                        cut[i] := vals[i];
                        vals[i] := '';
                    END IF;
                END LOOP;
                remarks := remarks || 'строка разорвана: её начало присоединено к предыдущему мероприятию, пронумерованный пункт — отдельное мероприятие'::text;
            ELSIF vals[2] ~ '^[а-яё]' THEN
                remarks := remarks || 'строка без номера начата со строчной буквы, но срок у неё свой: принята за мероприятие'::text;
            END IF;
        ELSE
            is_start := vals[2] !~ '^[а-яё]' AND 'number' <> ALL (own.roles) AND event_vals[1] = '';
            IF vals[2] !~ '^[а-яё]' AND NOT is_start THEN
                remarks := remarks || 'строка без номера и срока присоединена к предыдущему мероприятию'::text;
            END IF;
        END IF;

        IF is_start THEN
            IF cut IS NOT NULL THEN
                item := 'more';
                section_place := sections;
                event_place := events;
                cells := cut;
                RETURN NEXT;
            END IF;
            IF needs_section THEN
                needs_section := false;
                item := 'section';
                sections := sections + 1;
                events := 0;
                section_place := sections;
                event_place := NULL;
                cells := ARRAY[NULL, NULL]::text[];
                RETURN NEXT;
            END IF;
            events := events + 1;
            event_vals := vals;
            IF vals[2] = '' THEN
                vals[2] := '(без названия)';
                remarks := remarks || 'название не указано'::text;
            END IF;
            IF vals[5] = '' THEN
                remarks := remarks || 'срок не указан'::text;
            END IF;
            IF vals[1] = '' AND ('number' = ANY (own.roles) OR last_number IS NOT NULL) THEN
                remarks := remarks || 'номера нет'::text;
            END IF;
            IF vals[1] ~ '^[0-9]{1,3}$' THEN
                IF vals[1]::integer = last_number THEN
                    remarks := remarks || format('номер %s повторяется', vals[1]);
                ELSIF vals[1]::integer < last_number THEN
                    remarks := remarks || format('номер %s идёт после %s', vals[1], last_number);
                ELSIF vals[1]::integer > coalesce(last_number, 0) + 1 THEN
                    remarks := remarks || format('пропущены номера перед %s', vals[1]);
                END IF;
                last_number := vals[1]::integer;
            END IF;
            IF leading_number(vals[2]) IS NOT NULL AND vals[2] ~ '\S\s+[0-9]{1,2}[.)]\s+[А-ЯЁ]' THEN
                remarks := remarks || 'в строке несколько пунктов с одним сроком: принята за одно мероприятие'::text;
                last_number := NULL;
            END IF;
        ELSIF event_vals IS NULL THEN
            item := 'review';
            reason := 'строка не понята, в план не вошла';
            RETURN NEXT;
            CONTINUE;
        ELSE
            event_vals[5] := btrim(concat(event_vals[5], ' ', vals[5]));
        END IF;
        item := CASE WHEN is_start THEN 'event' ELSE 'more' END;
        section_place := sections;
        event_place := events;
        cells := vals;
        RETURN NEXT;

        -- A cell that names one body many times has swallowed its neighbours. The
        -- pattern takes time with the square of the length and more.
        IF length(vals[9]) <= 500 AND vals[9] ~ '(\S\S+ \S+)( \1){2}' THEN
            remarks := remarks || 'в ячейке ответственных один исполнитель повторён: вероятно, в ней слились ячейки нескольких строк'::text;
        END IF;
        item := 'review';
        cells := NULL;
        FOREACH reason IN ARRAY remarks LOOP
            RETURN NEXT;
        END LOOP;
    END LOOP;
END
$$;
COMMENT ON FUNCTION read_roadmap(text, text) IS
'Разбирает текст дорожной карты, ничего не записывая: item — alias (сокращение), section, event, more (продолжение предыдущего мероприятия), review (замечание); cells — ячейки мероприятия в порядке: номер, мероприятие, мероприятия школы, задача, срок, форма, результат, показатель, ответственные, прочее. level — уровень, пока в документе не назван другой';

CREATE FUNCTION joined_cell(cells text[], place integer)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(btrim(regexp_replace(array_to_string(cells[:][place:place], ' '), '\s+', ' ', 'g')), '');
COMMENT ON FUNCTION joined_cell(text[], integer) IS
'Ячейка мероприятия, собранная из его строк (строки — первое измерение, ячейки — второе); NULL, если пуста';

CREATE FUNCTION import_roadmap(document text, name text, level text, territory_id integer,
    plan_from date, plan_to date, order_number text DEFAULT NULL, order_date date DEFAULT NULL,
    due_shift text DEFAULT 'none')
RETURNS TABLE (roadmap_id integer, sections bigint, events bigint, occurrences bigint, to_review bigint)
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    new_id integer;
BEGIN
    new_id := add_roadmap(import_roadmap.name, import_roadmap.level, import_roadmap.territory_id,
                          import_roadmap.plan_from, import_roadmap.plan_to, import_roadmap.order_number,
                          import_roadmap.order_date, import_roadmap.due_shift);
    IF NOT EXISTS (SELECT FROM find_header(string_to_array(replace(document, E'\r', ''), E'\n'))) THEN
        RAISE EXCEPTION 'в тексте нет таблицы дорожной карты'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Строк: %s; нет строки заголовка, в которой были бы и мероприятие, и срок.',
                                  coalesce(cardinality(string_to_array(document, E'\n')), 0)),
                  HINT = 'Ячейки таблицы должны быть разделены табуляцией или чертой |, а заголовок — содержать слова «мероприятие» и «срок».';
    END IF;

    WITH read AS MATERIALIZED (
        SELECT t.item, t.line, t.section_place, t.event_place, t.section_level, t.cells, t.reason, t.excerpt, t.ordinality
        FROM read_roadmap(document, import_roadmap.level) WITH ORDINALITY AS t
    ), new_section AS (
        INSERT INTO roadmap_section (roadmap_id, place, level, number, title, source_line)
        SELECT new_id, r.section_place, r.section_level, nullif(r.cells[1], ''), nullif(r.cells[2], ''), r.line
        FROM read AS r
        WHERE r.item = 'section'
        ORDER BY r.section_place
        RETURNING roadmap_section_id, place
    ), row_of_event AS (
        SELECT r.section_place, r.event_place, min(r.line) FILTER (WHERE r.item = 'event') AS line,
               array_agg(r.cells ORDER BY r.ordinality) AS cells
        FROM read AS r
        WHERE r.item IN ('event', 'more')
        GROUP BY r.section_place, r.event_place
    ), new_event AS (
        INSERT INTO roadmap_event (roadmap_section_id, place, number, title, school_activity, goal, deadline,
                                   evidence_form, expected_result, indicator, responsible, other, source_line)
        SELECT s.roadmap_section_id, e.event_place, joined_cell(e.cells, 1), joined_cell(e.cells, 2),
               joined_cell(e.cells, 3), joined_cell(e.cells, 4), joined_cell(e.cells, 5), joined_cell(e.cells, 6),
               joined_cell(e.cells, 7), joined_cell(e.cells, 8), joined_cell(e.cells, 9), joined_cell(e.cells, 10),
               e.line
        FROM row_of_event AS e
        JOIN new_section AS s ON s.place = e.section_place
        ORDER BY e.section_place, e.event_place
        RETURNING roadmap_event_id, roadmap_section_id, place
    ), new_review AS (
        INSERT INTO roadmap_review (roadmap_id, roadmap_event_id, line, reason, excerpt)
        SELECT new_id, e.roadmap_event_id, r.line, r.reason, r.excerpt
        FROM read AS r
        LEFT JOIN new_section AS s ON s.place = r.section_place
        LEFT JOIN new_event AS e ON (e.roadmap_section_id, e.place) = (s.roadmap_section_id, r.event_place)
        WHERE r.item = 'review'
        ORDER BY r.ordinality
    ), named AS (
        SELECT DISTINCT ON (r.cells[1]) r.cells[1] AS alias, r.cells[2] AS name
        FROM read AS r
        WHERE r.item = 'alias' AND without_names(r.cells[2]) = r.cells[2]
        ORDER BY r.cells[1], r.ordinality
    ), new_body AS (
        INSERT INTO body (name)
        SELECT DISTINCT n.name FROM named AS n
        ON CONFLICT (name) DO NOTHING
        RETURNING body_id, name
    )
    INSERT INTO body_alias (roadmap_id, alias, body_id)
    SELECT new_id, n.alias, coalesce(w.body_id, b.body_id)
    FROM named AS n
    LEFT JOIN new_body AS w USING (name)
    LEFT JOIN body AS b USING (name);

    UPDATE roadmap AS r
    SET lines_read = cardinality(string_to_array(document, E'\n'))
    WHERE r.roadmap_id = new_id;
    RETURN QUERY
        SELECT new_id,
               (SELECT count(*) FROM roadmap_section AS s WHERE s.roadmap_id = new_id),
               (SELECT count(*) FROM roadmap_section AS s JOIN roadmap_event AS e USING (roadmap_section_id)
                WHERE s.roadmap_id = new_id),
               (SELECT count(*) FROM roadmap_section AS s JOIN roadmap_event AS e USING (roadmap_section_id)
                JOIN roadmap_occurrence AS o USING (roadmap_event_id)
                WHERE s.roadmap_id = new_id),
               (SELECT count(*) FROM roadmap_attention AS a WHERE a.roadmap_id = new_id);
END
$$;
COMMENT ON FUNCTION import_roadmap(text, text, text, integer, date, date, text, date, text) IS
'Загружает дорожную карту из текста документа, каким его оставляет преобразователь: таблица с ячейками через табуляцию или черту |, текст до неё и после неё. level и territory_id — чья карта: region и ключ региона, municipality и ключ муниципалитета, school и ключ организации; plan_from и plan_to — период плана. Каждая строка плана становится мероприятием, сроки разворачиваются в наступления, исполнители узнаются по перечню сокращений документа. Возвращает ключ карты и сколько в ней разделов, мероприятий, наступлений и того, на что должен посмотреть человек (roadmap_attention)';
