-- The text of a roadmap, as a converter leaves it: where its table is, what its
-- columns are for, its rows with every cell in the header's column, the
-- abbreviations before it. What rows mean is 76_roadmap_import.sql's.

-- What a column is for, by the words of its header. Order matters: "форма
-- реализации мероприятий" is a form, "ответственные за мероприятие" a body.
CREATE FUNCTION column_role(header text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.role
    FROM (VALUES
        (1, '^(№|n|no)([ ./]*п[ ./]*п)?\.?$', 'number'),
        (2, 'срок|период|^дата', 'deadline'),
        (3, 'ответствен|исполнител', 'responsible'),
        (4, 'форма|вид документа|отчетн|подтвержд', 'evidence_form'),
        (5, 'показател|индикатор', 'indicator'),
        (6, 'результат', 'expected_result'),
        (7, '(мероприят|действи|работа).* (оо|школ|общеобразоват|образовательных орг)', 'school_activity'),
        (8, 'мероприят|содержание|наименование|действи|вид деятельности', 'title'),
        (9, 'задач|цель|направлени', 'goal')) AS r (place, pattern, role)
    WHERE length(header) <= 100 AND header_text(header) ~ r.pattern
    ORDER BY r.place
    LIMIT 1;
END;
COMMENT ON FUNCTION column_role(text) IS
'Назначение столбца дорожной карты по его заголовку: number, title, school_activity, goal, deadline, evidence_form, expected_result, indicator, responsible; NULL — не узнано';

CREATE FUNCTION column_roles(cells text[])
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    roles text[] := '{}';
    role text;
    i integer;
BEGIN
    -- Most rows are no header, which is cheap to see.
    IF coalesce(cardinality(cells), 0) NOT BETWEEN 2 AND 20
        OR lower_text(array_to_string(cells, ' ')) !~ 'срок|период|дата'
        OR length(array_to_string(cells, '')) > 1000
    THEN
        RETURN NULL;
    END IF;
    FOR i IN 1 .. cardinality(cells) LOOP
        role := column_role(cells[i]);
        -- Of the first and the last day, each in a column, the last is the deadline.
        IF role = 'deadline' AND role = ANY (roles) AND header_text(cells[i]) ~ 'оконч|заверш' THEN
            roles[array_position(roles, role)] := 'other';
        END IF;
        roles := roles || CASE WHEN role = ANY (roles) AND role = 'title' AND 'school_activity' <> ALL (roles)
                               THEN 'school_activity'
                               WHEN role IS NULL OR role = ANY (roles) THEN 'other'
                               ELSE role END;
    END LOOP;
    -- A row of the plan may have these words too; it has a number or a deadline.
    IF roles @> ARRAY['title', 'deadline']
        AND NOT EXISTS (SELECT FROM unnest(cells) AS c WHERE item_number(plain_cell(c)) IS NOT NULL OR is_deadline(plain_cell(c)))
    THEN
        RETURN roles;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION column_roles(text[]) IS
'Назначения столбцов строки заголовка (other — прочее); NULL, если это не заголовок дорожной карты: в нём нет мероприятия и срока';

-- A cell without markup of converters, line ends and repeated blanks.
CREATE FUNCTION plain_cell(cell text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(btrim(regexp_replace(
    regexp_replace(translate(cell, chr(160) || chr(65279) || chr(8203) || E'\r', '  '), '</?(p|br|b|i|strong|em)\s*/?>|\*\*', ' ', 'gi'),
    '\s+', ' ', 'g')), '');
COMMENT ON FUNCTION plain_cell(text) IS
'Текст ячейки документа: без разметки <p>, <br>, **, переводов строки и повторных пробелов; пустая строка вместо NULL';

CREATE FUNCTION split_cells(line text, delimiter text, is_framed boolean DEFAULT true)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN delimiter <> '|' THEN string_to_array(line, delimiter)
    ELSE string_to_array(replace(regexp_replace(btrim(replace(line, '\|', chr(1))), CASE WHEN is_framed THEN '^\||\|$' ELSE '\|$' END, '', 'g'),
                                 chr(1), '¦'), '|') END;
COMMENT ON FUNCTION split_cells(text, text, boolean) IS
'Ячейки строки таблицы; крайние черты отбрасываются (первая — если is_framed: строки таблицы с неё начинаются), \| внутри ячейки становится ¦';

-- Layout "cells": the converter put each cell on lines of its own, opened by a
-- tab, so that rows have to be counted off; layout "rows": a line is a row.
CREATE FUNCTION find_header(lines text[])
RETURNS TABLE (first_line integer, last_line integer, layout text, delimiter text, roles text[], labels text[])
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    one_cell constant text := '^\s*\t\s*\S[^\t]*$';
    i integer;
BEGIN
    FOR i IN 1 .. coalesce(cardinality(lines), 0) LOOP
        first_line := i;
        last_line := i;
        layout := 'rows';
        FOREACH delimiter IN ARRAY ARRAY[E'\t', '|'] LOOP
            CONTINUE WHEN position(delimiter IN lines[i]) = 0;
            labels := split_cells(lines[i], delimiter);
            roles := column_roles(labels);
            EXIT WHEN roles IS NOT NULL;
        END LOOP;
        IF roles IS NULL AND lines[i] ~ one_cell AND (i = 1 OR lines[i - 1] !~ one_cell) THEN
            layout := 'cells';
            delimiter := E'\t';
            WHILE lines[last_line + 1] ~ one_cell AND last_line < i + 19 LOOP
                last_line := last_line + 1;
            END LOOP;
            labels := ARRAY(SELECT plain_cell(c) FROM unnest(lines[i:last_line]) WITH ORDINALITY AS u (c, place) ORDER BY place);
            roles := column_roles(labels);
        END IF;
        IF roles IS NOT NULL THEN
            RETURN NEXT;
            RETURN;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION find_header(text[]) IS
'Первая строка документа, в которой узнаётся заголовок дорожной карты: строки, способ записи (rows — строка таблицы в строке текста, cells — каждая ячейка с новой строки), разделитель, назначения и заголовки столбцов. Ничего, если заголовка нет';

CREATE FUNCTION level_of_heading(heading text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN h.word !~ 'уров(е|н)' OR length(h.word) > 60 THEN NULL
        WHEN h.word ~ 'краев|регион|област|республикан|окружной' THEN 'region'
        WHEN h.word ~ 'муницип|район' THEN 'municipality'
        WHEN h.word ~ 'образовательн|школ|учрежден|институц|^оо|оо$' THEN 'school' END
    FROM (SELECT replace(header_text(level_of_heading.heading), ' ', '') AS word) AS h;
END;
COMMENT ON FUNCTION level_of_heading(text) IS
'Уровень, названный строкой вроде «МУНИЦИПАЛЬНЫЙ УРОВЕНЬ» (и вразрядку); NULL — строка не об уровне';

CREATE FUNCTION section_number(heading text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substring(heading FROM '^\s*((?:[Рр]аздел|РАЗДЕЛ)?\s*(?:[IVXLХІ]+|[0-9]{1,2}(?:\.[0-9]{1,2})*))[.):]?\s+\S');
COMMENT ON FUNCTION section_number(text) IS
'Номер в начале заголовка раздела (римский, арабский, «Раздел N»); NULL — номера нет';

CREATE FUNCTION item_number(cell text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substring(cell FROM '^\s*([0-9]{1,3}(?:\.[0-9]{1,3})*)[.)]?\s*$');
COMMENT ON FUNCTION item_number(text) IS
'Номер, если в ячейке только он; иначе NULL';

CREATE FUNCTION leading_number(cell text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substring(cell FROM '^\s*([0-9]{1,3}(?:\.[0-9]{1,3})*)[.)]\s+\S');
COMMENT ON FUNCTION leading_number(text) IS
'Номер в начале текста мероприятия, если у документа нет столбца номеров; NULL — номера нет';

CREATE FUNCTION is_deadline(cell text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cell <> '' AND length(cell) <= 300 AND item_number(cell) IS NULL
    AND deadline_kind(cell) <> 'unrecognised';
COMMENT ON FUNCTION is_deadline(text) IS
'Читается ли ячейка как срок';

CREATE FUNCTION table_rows(lines text[])
RETURNS TABLE (line integer, block integer, cells text[], is_outside boolean)
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    header record;
    width integer;
    own_line integer;
    own_cells text[];
    own_heading boolean := false;   -- a level or a section on a line of its own
    parts text[];
    after_gap boolean := false;
    texts text[] := '{}';
    places integer[] := '{}';
    gaps boolean[] := '{}';
    taken integer;
    i integer;
    j integer;
BEGIN
    SELECT * INTO header FROM find_header(lines);
    IF header.first_line IS NULL THEN
        RETURN;
    END IF;
    width := cardinality(header.roles);
    block := 1;

    IF header.layout = 'rows' THEN
        FOR i IN header.last_line + 1 .. cardinality(lines) + 1 LOOP
            IF i > cardinality(lines) OR btrim(lines[i], E' \t|' || chr(160)) = '' THEN
                after_gap := true;
                CONTINUE WHEN i <= cardinality(lines);
            ELSIF position(header.delimiter IN lines[i]) > 0 THEN
                parts := split_cells(lines[i], header.delimiter, lines[header.first_line] ~ '^\s*\|');
                IF own_cells IS NOT NULL AND NOT own_heading AND NOT after_gap AND cardinality(own_cells) < width
                    AND cardinality(own_cells) + cardinality(parts) - 1 <= width
                    AND item_number(plain_cell(parts[1])) IS NULL AND plain_cell(parts[1]) <> ''
                THEN
                    own_cells[cardinality(own_cells)] := own_cells[cardinality(own_cells)] || ' ' || parts[1];
                    own_cells := own_cells || parts[2:];
                    CONTINUE;
                END IF;
            ELSIF level_of_heading(lines[i]) IS NOT NULL OR section_number(lines[i]) ~ '[IVXLХІРр]'
                OR lines[i + 1] ~ format('^[\s|]*%s\.1\D', replace(section_number(lines[i]), '.', '\.'))
            THEN
                parts := ARRAY[lines[i]];
            ELSIF own_cells IS NOT NULL AND NOT after_gap THEN
                own_cells[cardinality(own_cells)] := own_cells[cardinality(own_cells)] || ' ' || lines[i];
                CONTINUE;
            ELSE
                parts := NULL;
            END IF;

            IF own_cells IS NOT NULL THEN
                line := own_line;
                cells := ARRAY(SELECT plain_cell(c) FROM unnest(own_cells) WITH ORDINALITY AS u (c, place) ORDER BY place);
                is_outside := false;
                RETURN NEXT;
            END IF;
            EXIT WHEN i > cardinality(lines);
            IF after_gap OR column_roles(parts) IS NOT NULL THEN
                block := block + 1;
                width := coalesce(cardinality(column_roles(parts)), width);
            END IF;
            after_gap := false;
            own_cells := parts;
            own_heading := position(header.delimiter IN lines[i]) = 0;
            own_line := i;
            IF parts IS NULL THEN
                line := i;
                cells := ARRAY[plain_cell(lines[i])];
                is_outside := true;
                RETURN NEXT;
            END IF;
        END LOOP;
        RETURN;
    END IF;

    -- Layout "cells": first the cells, with the blank lines before them.
    FOR i IN header.last_line + 1 .. cardinality(lines) LOOP
        IF btrim(lines[i], E' \t\r' || chr(160)) = '' AND position(E'\t' IN lines[i]) = 0 THEN
            after_gap := true;
        ELSIF position(E'\t' IN lines[i]) > 0 THEN
            -- Blanks and tabs at a line's end open no cell.
            parts := string_to_array(CASE WHEN btrim(lines[i], E' \t' || chr(160)) = '' THEN E'\t'
                                          ELSE rtrim(lines[i], E' \t' || chr(160)) END, E'\t');
            IF btrim(parts[1]) <> '' AND cardinality(texts) > 0 THEN
                texts[cardinality(texts)] := texts[cardinality(texts)] || ' ' || parts[1];
            END IF;
            FOR j IN 2 .. cardinality(parts) LOOP
                texts := texts || parts[j];
                places := places || i;
                gaps := gaps || (after_gap AND j = 2);
            END LOOP;
            after_gap := false;
        ELSIF cardinality(texts) > 0 AND (NOT after_gap OR btrim(texts[cardinality(texts)]) = '') THEN
            texts[cardinality(texts)] := texts[cardinality(texts)] || ' ' || lines[i];
            after_gap := false;
        ELSE
            line := i;
            cells := ARRAY[plain_cell(lines[i])];
            is_outside := true;
            RETURN NEXT;
        END IF;
    END LOOP;

    -- Then the rows: as many cells as the header has, fewer when a numbered
    -- row begins after a blank line before that, two for a section's heading.
    texts := ARRAY(SELECT plain_cell(c) FROM unnest(texts) WITH ORDINALITY AS u (c, place) ORDER BY place);
    i := 1;
    is_outside := false;
    WHILE i <= cardinality(texts) LOOP
        taken := least(width, cardinality(texts) - i + 1);
        FOR j IN 1 .. taken - 1 LOOP
            IF gaps[i + j] AND item_number(texts[i + j]) IS NOT NULL THEN
                taken := j;
                EXIT;
            END IF;
        END LOOP;
        IF taken > 2 AND texts[i] = '' AND section_number(texts[i + 1]) IS NOT NULL AND gaps[i + 2] THEN
            taken := 2;
        END IF;
        line := places[i];
        cells := texts[i:i + taken - 1];
        RETURN NEXT;
        i := i + taken;
    END LOOP;
END
$$;
COMMENT ON FUNCTION table_rows(text[]) IS
'Строки таблицы дорожной карты после её заголовка: номер строки текста, номер части (части разделены пустыми строками — это страницы), ячейки; is_outside — текст вне таблицы. Строки, разорванные переносом, склеены';

CREATE FUNCTION aligned_cells(cells text[], width integer, deadline_place integer, shift integer, is_pure boolean)
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    aligned text[] := array_fill(''::text, ARRAY[width]);
    target integer;
    i integer;
BEGIN
    FOR i IN 1 .. cardinality(cells) LOOP
        CONTINUE WHEN cells[i] = '';
        target := CASE
            WHEN is_pure OR i >= deadline_place + shift THEN i - shift
            WHEN shift > 0 THEN least(i, deadline_place - 1)
            ELSE i END;
        target := greatest(1, least(target, width));
        aligned[target] := concat_ws(' ', nullif(aligned[target], ''), cells[i]);
    END LOOP;
    RETURN aligned;
END
$$;
COMMENT ON FUNCTION aligned_cells(text[], integer, integer, integer, boolean) IS
'Ячейки строки на местах столбцов заголовка. Срок в этой части стоит на shift мест правее, чем в заголовке: либо сдвинута вся строка (is_pure), либо лишние (недостающие) ячейки стоят перед сроком';

-- Where a part of the table has its deadlines tells how its cells are shifted
-- against the header: converters lose and add cells page by page.
CREATE FUNCTION aligned_rows(lines text[])
RETURNS TABLE (line integer, cells text[], aligned text[], roles text[], labels text[], is_outside boolean)
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
SET jit = off
AS $$
DECLARE
    header record;
    own record;
    own_roles text[];
    own_labels text[];
    new_roles text[];
    anchor integer;
    deadline_place integer;
    shift integer := 0;
    is_pure boolean := false;
    block_width integer := 0;
    last_block integer := 0;
BEGIN
    SELECT * INTO header FROM find_header(lines);
    own_roles := header.roles;
    own_labels := header.labels;
    FOR own IN
        WITH raw AS MATERIALIZED (
            SELECT t.* FROM table_rows(lines) AS t
        ), cell AS MATERIALIZED (
            SELECT r.block, u.place, u.cell, is_deadline(u.cell) AS is_due,
                   item_number(u.cell) IS NOT NULL OR leading_number(u.cell) IS NOT NULL AS is_numbered
            FROM raw AS r
            CROSS JOIN LATERAL unnest(r.cells) WITH ORDINALITY AS u (cell, place)
            WHERE NOT r.is_outside AND u.cell <> '' AND cardinality(r.cells) > 1
        )
        SELECT r.line, r.block, r.cells, r.is_outside, b.dues, b.numbers, b.width
        FROM raw AS r
        LEFT JOIN (
            SELECT c.block, max(c.place)::integer AS width,
                   jsonb_object_agg(c.place, c.dues) AS dues, jsonb_object_agg(c.place, c.numbers) AS numbers
            FROM (
                SELECT l.block, l.place, count(*) FILTER (WHERE l.is_due) AS dues,
                       count(*) FILTER (WHERE l.is_numbered) AS numbers
                FROM cell AS l
                GROUP BY l.block, l.place) AS c
            GROUP BY c.block) AS b USING (block)
        ORDER BY r.line
    LOOP
        new_roles := column_roles(own.cells);
        IF new_roles IS NOT NULL THEN
            own_roles := new_roles;
            own_labels := own.cells;
            last_block := 0;
        END IF;
        IF own.block <> last_block AND NOT own.is_outside THEN
            last_block := own.block;
            deadline_place := array_position(own_roles, 'deadline');
            anchor := coalesce(array_position(own_roles, 'number'), array_position(own_roles, 'title'));
            IF own.width IS DISTINCT FROM block_width
                OR EXISTS (SELECT FROM jsonb_each_text(own.dues) AS d WHERE d.value::integer > 0)
            THEN
                block_width := coalesce(own.width, 0);
                SELECT d.key::integer - deadline_place INTO shift
                FROM jsonb_each_text(own.dues) AS d
                WHERE d.value::integer > 0
                ORDER BY d.value::integer DESC, abs(d.key::integer - deadline_place), d.key::integer
                LIMIT 1;
                shift := coalesce(shift, 0);
                is_pure := shift <> 0 AND coalesce((own.numbers ->> (anchor + shift)::text)::integer, 0)
                           > coalesce((own.numbers ->> anchor::text)::integer, 0);
            END IF;
        END IF;
        line := own.line;
        cells := own.cells;
        roles := own_roles;
        labels := own_labels;
        is_outside := own.is_outside;
        aligned := CASE WHEN own.is_outside THEN own.cells
                        ELSE aligned_cells(own.cells, cardinality(own_roles), deadline_place, shift, is_pure) END;
        RETURN NEXT;
    END LOOP;
END
$$;
COMMENT ON FUNCTION aligned_rows(text[]) IS
'Строки таблицы дорожной карты с ячейками на местах столбцов заголовка: сдвиг каждой части таблицы узнаётся по тому, где в ней стоят сроки';

CREATE FUNCTION document_aliases(lines text[])
RETURNS TABLE (line integer, alias text, body text)
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    last_line integer := (SELECT h.first_line - 1 FROM find_header(lines) AS h);
    in_list boolean := false;
    parts text[];
    i integer;
BEGIN
    FOR i IN 1 .. coalesce(last_line, 0) LOOP
        IF header_text(lines[i]) ~ '(принятые|используемые|список|перечень) сокращени' THEN
            in_list := true;
            CONTINUE;
        END IF;
        CONTINUE WHEN NOT in_list OR plain_cell(lines[i]) = '' OR length(lines[i]) > 1000;
        parts := regexp_match(plain_cell(lines[i]), '^([^–—]{1,40}?) +[–—-] +(\S.*?)[;.]?$');
        IF parts IS NULL THEN
            IF line IS NULL OR line < i - 1 THEN
                in_list := false;
                CONTINUE;
            END IF;
            body := body || ' ' || regexp_replace(plain_cell(lines[i]), '[;.]$', '');
            line := i;
            CONTINUE;
        END IF;
        IF alias IS NOT NULL THEN
            RETURN NEXT;
        END IF;
        line := i;
        alias := parts[1];
        body := parts[2];
    END LOOP;
    IF alias IS NOT NULL THEN
        RETURN NEXT;
    END IF;
END
$$;
COMMENT ON FUNCTION document_aliases(text[]) IS
'Сокращения из перечня, который стоит в документе перед таблицей: «ЦОКО – государственное казённое учреждение ...»';
