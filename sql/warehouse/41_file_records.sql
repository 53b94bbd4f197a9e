-- import_file, reading: lines of a file become records of cells, its layout is
-- recognised, and every record learns its header and its exam.

-- The order of lines is kept as in open_staging().
CREATE FUNCTION open_lines()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.import_line;
    DROP SEQUENCE IF EXISTS pg_temp.import_staging_line;
    CREATE TEMPORARY SEQUENCE import_staging_line;
    CREATE TEMPORARY TABLE import_line (
        raw text,
        file_line bigint GENERATED ALWAYS AS (next_file_line(raw, 'pg_temp.import_staging_line')) STORED);
END
$$;
COMMENT ON FUNCTION open_lines() IS
'Создаёт в этом сеансе пустую временную таблицу import_line для строк файла как они есть; загрузите её командой \copy import_line FROM PROGRAM ''tr -d "\r\000" < файл.csv'' WITH (FORMAT csv, DELIMITER E''\x01'', QUOTE E''\x02'', ENCODING ''LATIN1'')';

-- What an import that failed half way, or the one before, left in the session.
CREATE FUNCTION clear_file_tables()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.import_text, pg_temp.import_record, pg_temp.import_header,
        pg_temp.import_exam, pg_temp.import_rows, pg_temp.import_work;
END
$$;
COMMENT ON FUNCTION clear_file_tables() IS
'Удаляет временные таблицы разбора файла. Вызывается из import_file';

-- A line read as LATIN1 carries the file's bytes: UTF-8 if all lines are valid
-- UTF-8, else Windows-1251. A line with other characters was decoded by COPY.
CREATE FUNCTION line_encoding()
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    decoded boolean;
    utf8 boolean;
    long_line bigint;
    good_lines bigint;
    bad_lines bigint;
    first_bad bigint;
BEGIN
    SELECT bool_or(u.is_utf8 IS NULL), bool_and(u.is_utf8), min(u.file_line) FILTER (WHERE u.is_long),
           count(*) FILTER (WHERE u.is_utf8 AND NOT u.is_ascii), count(*) FILTER (WHERE NOT u.is_utf8),
           min(u.file_line) FILTER (WHERE NOT u.is_utf8)
    INTO decoded, utf8, long_line, good_lines, bad_lines, first_bad
    FROM (SELECT octet_length(l.raw) > 16000000 AS is_long, octet_length(l.raw) = length(l.raw) AS is_ascii,
                 raw_is_utf8(coalesce(l.raw, '')) AS is_utf8, l.file_line
          FROM import_line AS l) AS u;
    IF long_line IS NOT NULL THEN
        RAISE EXCEPTION 'строка % файла длиннее 16 миллионов байт', long_line
            USING ERRCODE = 'program_limit_exceeded',
                  HINT = 'Это не таблица в форме CSV: сохраните файл из программы электронных таблиц заново.';
    END IF;
    -- Without its zero bytes UTF-16 has its mark, or the byte 4 of Russian letters.
    IF EXISTS (
        SELECT FROM import_line AS l
        WHERE l.file_line <= 100
          AND (l.raw ~ ('^(' || chr(255) || chr(254) || '|' || chr(254) || chr(255) || ')')
               OR length(l.raw) - length(replace(l.raw, chr(4), '')) >= 5))
    THEN
        RAISE EXCEPTION 'файл в кодировке UTF-16'
            USING ERRCODE = 'character_not_in_repertoire',
                  HINT = 'Сохраните его как CSV в кодировке UTF-8 и загрузите снова.';
    END IF;
    -- Russian text in Windows-1251 is hardly ever valid UTF-8.
    IF bad_lines > 0 AND good_lines >= bad_lines AND NOT decoded THEN
        RAISE EXCEPTION 'файл в кодировке UTF-8, но строка % в ней не читается', first_bad
            USING ERRCODE = 'character_not_in_repertoire',
                  DETAIL = format('Таких строк %s, в UTF-8 — %s.', bad_lines, good_lines),
                  HINT = 'Файл повреждён или собран из частей в разных кодировках: сохраните его как CSV в кодировке UTF-8 и загрузите снова.';
    END IF;
    RETURN CASE WHEN decoded THEN NULL WHEN utf8 THEN 'UTF8' ELSE 'WIN1251' END;
END
$$;
COMMENT ON FUNCTION line_encoding() IS
'Кодировка строк import_line, прочитанных как LATIN1: UTF8 или WIN1251; NULL — строки прочитаны в своей кодировке. UTF-16 и UTF-8 с испорченными строками — ошибка 22021, слишком длинная строка — 54000. Вызывается из import_file';

-- Decoded lines, without the byte order mark and the carriage returns.
CREATE FUNCTION decode_lines(encoding text, first_line bigint, last_line bigint)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    lines bigint;
BEGIN
    CREATE TEMPORARY TABLE IF NOT EXISTS import_text (line bigint, body text);
    INSERT INTO import_text (line, body)
    SELECT l.file_line,
           CASE WHEN encoding IS NULL THEN btrim(coalesce(l.raw, ''), chr(65279) || E'\r')
                ELSE raw_text(coalesce(l.raw, ''), encoding) END
    FROM import_line AS l
    WHERE l.file_line BETWEEN first_line AND last_line;
    GET DIAGNOSTICS lines = ROW_COUNT;
    RETURN lines;
EXCEPTION
    WHEN character_not_in_repertoire OR untranslatable_character THEN
        RAISE EXCEPTION 'файл не в UTF-8 и не в Windows-1251'
            USING ERRCODE = 'character_not_in_repertoire',
                  DETAIL = sqlerrm,
                  HINT = 'Сохраните его как CSV в кодировке UTF-8 и загрузите снова.';
END
$$;
COMMENT ON FUNCTION decode_lines(text, bigint, bigint) IS
'Раскодирует строки файла с такими номерами во временную таблицу import_text; возвращает, сколько их. Вызывается из import_file';

-- Lines joined where a quoted cell goes on in the next one. What cannot be
-- meant so: a record of more than twenty lines, quotes that never close, and a
-- cell of several lines that has in it the delimiters of a whole row: a lost
-- quote has made it swallow the rest of one row and the beginning of another.
CREATE FUNCTION join_quoted(delimiter text, stray bigint[])
RETURNS TABLE (line bigint, body text, is_broken boolean)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH quoted AS (
            SELECT t.line, t.body,
                   csv_inside(CASE WHEN t.line <> ALL (stray) THEN t.body END, delimiter) OVER (ORDER BY t.line) AS inside
            FROM import_text AS t
        ), begun AS (
            SELECT q.line, q.body, q.inside,
                   count(*) FILTER (WHERE NOT q.was_inside) OVER (ORDER BY q.line) AS number
            FROM (SELECT q.*, lag(q.inside, 1, false) OVER (ORDER BY q.line) AS was_inside FROM quoted AS q) AS q
        ), joined AS (
            SELECT min(b.line) AS line, string_agg(b.body, E'\n' ORDER BY b.line) AS body, count(*) AS lines,
                   count(*) > 20 OR bool_and(b.inside) AS is_endless
            FROM begun AS b
            GROUP BY b.number
        )
        SELECT j.line, j.body,
               j.is_endless OR j.lines > 1 AND EXISTS (
                   SELECT
                   FROM (SELECT csv_cells(j.body, delimiter) AS cells OFFSET 0) AS r, unnest(r.cells) AS c (cell)
                   WHERE position(E'\n' IN c.cell) > 0
                     AND length(c.cell) - length(replace(c.cell, delimiter, ''))
                         >= greatest(cardinality(r.cells) - 1, 1))
        FROM joined AS j;
END
$$;
COMMENT ON FUNCTION join_quoted(text, bigint[]) IS
'Строки файла, соединённые там, где ячейка в кавычках переходит на следующую; строки stray не соединяются. is_broken — соединённое не может быть одной записью. Вызывается из file_records';

-- Records of the lines read so far. A quote that makes an impossible record is
-- no quote: its line is a record, and the lines below are read anew. Where that
-- happens often, quotes mean nothing, and each line is a record.
CREATE FUNCTION file_records(delimiter text)
RETURNS TABLE (line bigint, body text)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    stray bigint[] := '{}';
    next_stray bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM import_text AS t
        WHERE position('"' IN t.body) > 0 AND csv_inside_accum(false, t.body, delimiter))
    THEN
        RETURN QUERY SELECT t.line, t.body FROM import_text AS t;
        RETURN;
    END IF;

    FOR attempt IN 1..10 LOOP
        next_stray := (SELECT min(j.line) FROM join_quoted(delimiter, stray) AS j WHERE j.is_broken);
        IF next_stray IS NULL THEN
            RETURN QUERY SELECT j.line, j.body FROM join_quoted(delimiter, stray) AS j;
            RETURN;
        END IF;
        stray := stray || next_stray;
    END LOOP;
    RETURN QUERY SELECT t.line, t.body FROM import_text AS t;
END
$$;
COMMENT ON FUNCTION file_records(text) IS
'Записи файла при данном разделителе: строки, соединённые там, где ячейка в кавычках переходит на следующую. Вызывается из import_file';

-- Where the layouts' headers are found among the records given.
CREATE FUNCTION match_headers(delimiter text, only_layout text DEFAULT NULL)
RETURNS TABLE (layout_id integer, line bigint, matched bigint)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH header AS MATERIALIZED (
            SELECT r.line, header_text(c.cell) AS header
            FROM file_records(delimiter) AS r
            CROSS JOIN LATERAL unnest(csv_cells(r.body, delimiter)) AS c (cell)
            WHERE length(c.cell) <= 200
        ), found AS (
            SELECT h.line, k.layout_id, k.role, k.is_forbidden
            FROM header AS h JOIN layout_column AS k ON k.header = h.header
            UNION
            SELECT h.line, k.layout_id, k.role, k.is_forbidden
            FROM header AS h JOIN layout_column AS k ON h.header ~ k.header_pattern
        )
        SELECT f.layout_id, f.line, count(*) AS matched
        FROM found AS f
        JOIN layout AS l USING (layout_id)
        WHERE l.code = coalesce(only_layout, l.code)
        GROUP BY f.layout_id, f.line
        HAVING NOT bool_or(f.is_forbidden) AND NOT EXISTS (
            SELECT FROM layout_column AS k
            WHERE k.layout_id = f.layout_id AND k.is_required
              AND k.role <> ALL (array_agg(f.role)));
END
$$;
COMMENT ON FUNCTION match_headers(text, text) IS
'В каких записях есть все обязательные столбцы какой формы. Вызывается из import_file';

-- The layout and the delimiter that explain the most header cells of the lines
-- read so far, which are the first hundred.
CREATE FUNCTION recognise_layout(wanted text, OUT layout_code text, OUT delimiter text, OUT header_line bigint)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
BEGIN
    IF wanted IS NOT NULL AND NOT EXISTS (SELECT FROM layout AS l WHERE l.code = wanted) THEN
        RAISE EXCEPTION 'формы «%» нет', wanted
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Известные формы: %s.', (SELECT string_agg(l.code, ', ' ORDER BY l.layout_id) FROM layout AS l));
    END IF;
    SELECT l.code, d.delimiter, m.line
    INTO layout_code, delimiter, header_line
    FROM (VALUES (1, ';'), (2, ','), (3, E'\t'), (4, '|')) AS d (place, delimiter)
    CROSS JOIN LATERAL match_headers(d.delimiter, wanted) AS m
    JOIN layout AS l USING (layout_id)
    ORDER BY m.matched DESC, d.place, m.layout_id
    LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'форма файла не узнана'
            USING ERRCODE = 'invalid_text_representation',
                  DETAIL = format('В первых ста строках нет заголовка %s. Первая непустая строка: «%s».',
                                  coalesce('формы ' || wanted, 'ни одной известной формы'),
                                  (SELECT left(t.body, 60) FROM import_text AS t
                                   WHERE t.body <> '' ORDER BY t.line LIMIT 1)),
                  HINT = 'Известные формы — в таблице layout, их заголовки — в layout_column; там же добавляется свой вариант заголовка. Если строка файла здесь нечитаема, сохраните его как CSV в кодировке UTF-8.';
    END IF;
END
$$;
COMMENT ON FUNCTION recognise_layout(text) IS
'Узнаёт форму, разделитель и строку первого заголовка файла; форма не узнана — ошибка 22P02, названной нет — 22023. Вызывается из import_file';

-- As people write a line by hand: other dashes, other and more spaces.
CREATE FUNCTION plain_text(wording text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN btrim(regexp_replace(translate(wording, chr(160) || chr(8239) || '–—' || chr(8722), '  ---'), '\s+', ' ', 'g'));
COMMENT ON FUNCTION plain_text(text) IS
'Текст с одиночными обычными пробелами и с дефисами вместо тире. Вызывается из exam_of_text';

-- The exam a line of a file speaks of: a ФИС ОКО title, a РИС exam line, an
-- «Экзамен» cell or a file name. An academic year ends in summer, so autumn
-- belongs to the next one; but the additional days of ОГЭ and ЕГЭ in September
-- belong to the exams of the spring before. A code and a name that speak of
-- different subjects name no exam.
CREATE FUNCTION exam_of_text(wording text, file_exam text)
RETURNS TABLE (exam text, subject text, level text, grade text, academic_year text, held_on date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.exam, s.subject, s.level, p.parts[3],
           CASE WHEN p.parts[5] IS NULL THEN p.parts[4]
                ELSE (p.parts[4]::integer
                      + CASE WHEN p.parts[5]::integer >= CASE WHEN exam_of_text.file_exam = 'vpr' THEN 9 ELSE 10 END
                             THEN 1 ELSE 0 END)::text END,
           make_date(p.parts[4]::integer, p.parts[5]::integer, 1) + p.parts[6]::integer - 1
    FROM (
        SELECT CASE
            WHEN w.body ~ '^(ВПР|впр|Впр),? \d{4},? .+ \d{1,2} ([Кк]ласс|КЛАСС)'
            THEN (SELECT ARRAY[NULL, m[2], m[3], m[1], NULL, NULL]
                  FROM regexp_match(w.body, '^...,? (\d{4}),? (.+?),? (\d{1,2}) (?:[Кк]ласс|КЛАСС)') AS m)
            WHEN w.body ~ '^\d{2} ?- ?.+ \d{4}\.(0[1-9]|1[0-2])\.(0[1-9]|[12]\d|3[01])$'
            THEN (SELECT ARRAY[m[1], m[2], NULL, m[3], m[4], m[5]]
                  FROM regexp_match(w.body, '^(\d{2}) ?- ?(.+) (\d{4})\.(\d{2})\.(\d{2})$') AS m)
            WHEN w.body ~ '^.+\(\d{4}\.(0[1-9]|1[0-2])\.(0[1-9]|[12]\d|3[01])\)$'
            THEN (SELECT ARRAY[NULL, m[1], NULL, m[2], m[3], m[4]]
                  FROM regexp_match(w.body, '^(.+?) ?\((\d{4})\.(\d{2})\.(\d{2})\)$') AS m)
            WHEN w.body ~ '^\d{2}_\d{4}\.(0[1-9]|1[0-2])\.(0[1-9]|[12]\d|3[01])'
            THEN (SELECT ARRAY[m[1], NULL, NULL, m[2], m[3], m[4]]
                  FROM regexp_match(w.body, '^(\d{2})_(\d{4})\.(\d{2})\.(\d{2})') AS m)
            END AS parts
        FROM (SELECT plain_text(exam_of_text.wording) AS body) AS w) AS p
    LEFT JOIN subject_code AS s
      ON s.file_exam = exam_of_text.file_exam
     AND s.code = coalesce(p.parts[1], header_text(p.parts[2]))
    LEFT JOIN subject_code AS n
      ON n.file_exam = exam_of_text.file_exam
     AND n.code = header_text(p.parts[2])
    WHERE p.parts IS NOT NULL AND (s.subject = n.subject) IS NOT FALSE;
END;
COMMENT ON FUNCTION exam_of_text(text, text) IS
'Процедура, о которой говорит заголовок файла, строка экзамена, ячейка «Экзамен» или имя файла; нет строк — текст не о процедуре. Сентябрьские дни ОГЭ и ЕГЭ относятся к закончившемуся учебному году. Вызывается из import_file';

-- Lines that a quoted cell spans become one, at the place of the first.
CREATE FUNCTION join_lines(delimiter text)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF EXISTS (SELECT FROM import_text AS t
               WHERE position('"' IN t.body) > 0 AND csv_inside_accum(false, t.body, delimiter))
    THEN
        CREATE TEMPORARY TABLE import_joined AS SELECT r.line, r.body FROM file_records(delimiter) AS r;
        DROP TABLE pg_temp.import_text;
        ALTER TABLE import_joined RENAME TO import_text;
    END IF;
END
$$;
COMMENT ON FUNCTION join_lines(text) IS
'Соединяет в import_text строки, по которым тянется ячейка в кавычках. Вызывается из import_file';

-- The lines of all headers. A header further down is written as the first one
-- is: it is looked for by the text of one of its cells.
CREATE FUNCTION header_lines(own_layout layout, delimiter text, first_header bigint)
RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    sought text;
BEGIN
    SELECT translate(c.cell, E'\n', ' ') INTO sought
    FROM import_text AS t
    CROSS JOIN LATERAL unnest(csv_cells(t.body, delimiter)) AS c (cell)
    JOIN layout_column AS k ON k.header = header_text(c.cell)
    WHERE t.line = first_header AND k.layout_id = own_layout.layout_id AND k.is_required
    ORDER BY length(c.cell) DESC
    LIMIT 1;
    RETURN ARRAY(
        SELECT t.line FROM import_text AS t
        WHERE t.line = first_header
           OR (position(sought IN CASE WHEN position(E'\n' IN t.body) > 0 THEN translate(t.body, E'\n', ' ')
                                       ELSE t.body END) > 0 AND is_header(csv_cells(t.body, delimiter), own_layout.layout_id))
        ORDER BY t.line);
END
$$;
COMMENT ON FUNCTION header_lines(layout, text, bigint) IS
'Строки всех заголовков файла по порядку. Вызывается из read_records';

-- The lines that name an exam: a ФИС ОКО title or a РИС exam line, alone in
-- their record; also those that seem to and are written in a way exam_of_text
-- does not know, since the rows below them are not of the exam before. What the
-- texts must have in them is looked for before the patterns, which take ten
-- times as long.
CREATE FUNCTION exam_lines()
RETURNS bigint[]
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN ARRAY(
        SELECT t.line FROM import_text AS t
        WHERE (position('ВПР' IN t.body) > 0 OR position('впр' IN t.body) > 0 OR position('Впр' IN t.body) > 0)
              AND t.body ~ '^[;,|\s"]*(ВПР|впр|Впр)[^А-ЯЁа-яё;|\t"][^;|\t"]*(\d{4}|[Кк]ласс|КЛАСС)[^;|\t"]*[;,|\t "]*$'
           OR (position('.' IN t.body) > 0 OR position('-' IN t.body) > 0 OR position('/' IN t.body) > 0)
              AND t.body ~ ('^[;,|\s"]*\d{1,2}\s*[-–—\u2212.][^;|\t"]*'
                            '(\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})[^;|\t"]*[;,|\t "]*$')
        ORDER BY t.line);
END
$$;
COMMENT ON FUNCTION exam_lines() IS
'Строки файла, которые называют процедуру или похожи на такие, по порядку. Вызывается из read_records';

-- Records with their cells, the header above each and the exam line above it.
-- A record is: header, exam, blank, service (titles, difficulty letters, school
-- lines, other lone cells) or data; refusal says why data cannot be read.
CREATE FUNCTION read_records(own_layout layout, delimiter text, first_header bigint)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    headers bigint[] := header_lines(own_layout, delimiter, first_header);
    exams bigint[] := exam_lines();
BEGIN
    CREATE TEMPORARY TABLE import_record (
        line bigint, cells text[], filled integer, kind text, header_line bigint, exam_line bigint, refusal text);

    INSERT INTO import_record (line, cells, filled, header_line, exam_line, refusal, kind)
    SELECT r.line, r.cells, r.filled, r.header_line, exams[width_bucket(r.line, exams)],
           CASE WHEN position('"' IN r.body) > 0 AND csv_inside_accum(false, r.body, delimiter)
                THEN 'кавычка, которой начинается ячейка, не закрыта' END,
           CASE WHEN r.cells IS NULL AND r.body <> '' THEN 'data'
                WHEN r.line = r.header_line THEN 'header'
                WHEN r.filled = 0 THEN 'blank'
                WHEN r.filled <= 2 THEN short_record_kind((array_remove(r.cells, NULL))[1], r.filled, r.body, r.line = ANY (exams))
                WHEN position('Уровень сложности' IN r.body) > 0 THEN 'service'
                WHEN coalesce(r.cells[1], r.cells[2], r.cells[3]) = 'Максимальный балл' THEN 'service'
                WHEN r.header_line IS NULL THEN 'service'
                ELSE 'data' END
    FROM (
        SELECT c.*, csv_filled(c.cells) AS filled, headers[width_bucket(c.line, headers)] AS header_line
        FROM (SELECT t.line, t.body, csv_cells(t.body, delimiter) AS cells FROM import_text AS t OFFSET 0) AS c
        OFFSET 0) AS r;
    CREATE INDEX ON import_record (kind) WHERE kind <> 'data';
    ANALYZE import_record (line, kind, header_line, exam_line);
END
$$;
COMMENT ON FUNCTION read_records(layout, text, bigint) IS
'Разбирает записи файла во временную таблицу import_record: ячейки, вид записи, строки её заголовка и экзамена. Вызывается из import_file';

-- One or two filled cells are a title or a school's line; a lone cell full of
-- delimiters is a row written with another one.
CREATE FUNCTION short_record_kind(lone text, filled integer, body text, is_exam boolean)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN is_exam THEN 'exam'
            WHEN lone IN ('Максимальный балл', 'Уровень сложности задания') THEN 'service'
            WHEN lone ~ '([;,|\t][^;,|\t]*){5}' THEN 'data'
            WHEN filled = 1 THEN 'service'
            WHEN body ~ 'Кол-во участников|^"?(Предмет|Максимальный|Дата)' THEN 'service'
            ELSE 'data' END;
COMMENT ON FUNCTION short_record_kind(text, integer, text, boolean) IS
'Вид записи с одной или двумя заполненными ячейками. Вызывается из read_records';

CREATE FUNCTION is_header(cells text[], layout_id integer)
RETURNS boolean
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT NOT EXISTS (
        SELECT FROM layout_column AS k
        WHERE k.layout_id = is_header.layout_id AND k.is_required
        GROUP BY k.role
        HAVING NOT bool_or(EXISTS (
            SELECT FROM unnest(cells) AS c (cell)
            WHERE header_text(c.cell) = k.header OR header_text(c.cell) ~ k.header_pattern)));
END;
COMMENT ON FUNCTION is_header(text[], integer) IS
'Есть ли в записи все обязательные столбцы формы. Вызывается из import_file';

-- The places of the columns of every header. Two columns with one meaning
-- leave no way to know which is meant.
CREATE FUNCTION read_headers(own_layout layout)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    twice record;
BEGIN
    CREATE TEMPORARY TABLE import_header AS
    SELECT r.line, k.role, c.place::integer AS place, header_text(c.cell) AS header
    FROM import_record AS r
    CROSS JOIN LATERAL unnest(r.cells) WITH ORDINALITY AS c (cell, place)
    JOIN layout_column AS k
      ON k.layout_id = own_layout.layout_id
     AND (k.header = header_text(c.cell) OR header_text(c.cell) ~ k.header_pattern)
    WHERE r.kind = 'header';

    -- Rows filled only beside the form's columns are not the form's rows.
    UPDATE import_record AS r
    SET kind = 'service'
    WHERE r.kind = 'data'
      AND NOT EXISTS (
          SELECT FROM import_header AS h
          WHERE h.line = r.header_line AND r.cells[h.place] IS NOT NULL)
      AND r.cells IS NOT NULL AND r.cells[1] IS NULL;

    -- Items and scores are many, each under its own header.
    SELECT h.line, array_agg(h.place ORDER BY h.place) AS places,
           string_agg(DISTINCT '«' || h.header || '»', ', ') AS headers, count(DISTINCT h.header) AS wordings INTO twice
    FROM (SELECT DISTINCT i.line, i.role, i.place, i.header FROM import_header AS i) AS h
    GROUP BY h.line, h.role, CASE WHEN NOT EXISTS (
                                       SELECT FROM layout_column AS k
                                       WHERE k.layout_id = own_layout.layout_id AND k.role = h.role
                                         AND (k.header IS NOT NULL OR k.role LIKE 'journal%'))
                                  THEN regexp_replace(h.header, '^0+(?=\d)', '') END
    HAVING count(*) > 1
    ORDER BY h.line
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%', CASE WHEN twice.wordings = 1 THEN format('столбец %s встречается дважды', twice.headers)
                                  ELSE format('столбцы %s означают одно и то же', twice.headers) END
            USING ERRCODE = 'invalid_text_representation',
                  DETAIL = format('Строка %s, столбцы %s.', twice.line, array_to_string(twice.places, ', ')),
                  HINT = 'Оставьте в файле один такой столбец.';
    END IF;
END
$$;
COMMENT ON FUNCTION read_headers(layout) IS
'Находит столбцы каждого заголовка файла (временная таблица import_header); два столбца с одним значением — ошибка 22P02. Вызывается из import_file';

-- A column whose header nobody knows is left out: surnames, but also marks under
-- a header written in a way of its own.
CREATE FUNCTION unknown_columns()
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN (
        SELECT string_agg(format('«%s»', left(c.cell, 40)), ', ' ORDER BY c.place)
        FROM import_record AS r
        CROSS JOIN LATERAL unnest(r.cells) WITH ORDINALITY AS c (cell, place)
        WHERE r.line = (SELECT min(h.line) FROM import_header AS h) AND c.cell IS NOT NULL AND c.place <= 100
          AND NOT EXISTS (SELECT FROM import_header AS h WHERE h.line = r.line AND h.place = c.place));
END
$$;
COMMENT ON FUNCTION unknown_columns() IS
'Заголовки столбцов, которых форма не знает и потому не читает; NULL — таких нет. Вызывается из import_file';

-- A header that lacks a column, or is not written as the first one is, was not
-- taken for one: the rows below it would be read by the places of the one above.
CREATE FUNCTION refuse_broken_header(own_layout layout, suspects bigint[])
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    broken record;
BEGIN
    SELECT r.line,
           (SELECT string_agg('«' || m.headers || '»', ', ' ORDER BY m.headers)
            FROM (SELECT string_agg(coalesce(k.header, k.header_pattern), '» или «') AS headers
                  FROM layout_column AS k
                  WHERE k.layout_id = own_layout.layout_id AND k.is_required
                  GROUP BY k.role
                  HAVING NOT bool_or(EXISTS (
                      SELECT FROM unnest(r.cells) AS c (cell)
                      WHERE header_text(c.cell) = k.header OR header_text(c.cell) ~ k.header_pattern))) AS m) AS missing
    INTO broken
    FROM import_record AS r
    WHERE r.line = ANY (suspects) AND r.kind = 'data'
      AND (SELECT count(DISTINCT k.role)
           FROM unnest(r.cells) AS c (cell)
           JOIN layout_column AS k ON k.layout_id = own_layout.layout_id AND k.header = header_text(c.cell)) >= 3
    ORDER BY r.line
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'строка % похожа на заголовок, но записана иначе, чем первый', broken.line
            USING ERRCODE = 'invalid_text_representation',
                  DETAIL = coalesce('Не найдено: ' || broken.missing || '.',
                                    'Столбцы в ней все, но другие буквы или пробелы.'),
                  HINT = 'Запишите его так же, как первый, или добавьте свой вариант названия столбца в layout_column.';
    END IF;
END
$$;
COMMENT ON FUNCTION refuse_broken_header(layout, bigint[]) IS
'Ошибка 22P02, если среди записей с такими номерами есть заголовок формы, которому недостаёт столбцов или который записан иначе, чем первый: строки под ним нельзя читать по столбцам предыдущего. Вызывается из import_file';

-- Items stand in the order of their numbers, wherever their columns are: 9.1,
-- 9.2, 10, and 4К1 before 4К2.
CREATE FUNCTION item_order(header text)
RETURNS numeric[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT m[1]::numeric
             FROM regexp_matches(split_part(header, '(', 1), '\d{1,9}', 'g') WITH ORDINALITY AS r (m, place)
             ORDER BY r.place);
COMMENT ON FUNCTION item_order(text) IS
'Числа из обозначения задания по порядку, без максимального балла в скобках: по ним задания и упорядочены. Вызывается из column_places и read_groups';

-- One row a header: the place of each column.
CREATE FUNCTION column_places()
RETURNS TABLE (line bigint, participant integer, class integer, variant integer, score integer, mark integer,
               journal_mark integer, items integer[], school_code integer, exam_name integer,
               short_answers integer, long_answers integer, primary_score integer, final_score integer,
               document_series integer, document_number integer, academic_year integer, exam integer,
               subject integer, level integer, grade integer, school_code_kind integer, attempt integer,
               task_scores integer, group_name integer, participants integer, subject_name integer,
               school_name integer, measurement integer, width integer)
LANGUAGE plpgsql STABLE ROWS 10
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT h.line,
               min(h.place) FILTER (WHERE h.role = 'participant'), min(h.place) FILTER (WHERE h.role = 'class'),
               min(h.place) FILTER (WHERE h.role = 'variant'), min(h.place) FILTER (WHERE h.role = 'score'),
               min(h.place) FILTER (WHERE h.role = 'mark'), min(h.place) FILTER (WHERE h.role = 'journal_mark'),
               array_agg(h.place ORDER BY item_order(h.header), h.place) FILTER (WHERE h.role = 'item'),
               min(h.place) FILTER (WHERE h.role = 'school_code'), min(h.place) FILTER (WHERE h.role = 'exam_name'),
               min(h.place) FILTER (WHERE h.role = 'short_answers'),
               min(h.place) FILTER (WHERE h.role = 'long_answers'),
               min(h.place) FILTER (WHERE h.role = 'primary_score'),
               min(h.place) FILTER (WHERE h.role = 'final_score'),
               min(h.place) FILTER (WHERE h.role = 'document_series'),
               min(h.place) FILTER (WHERE h.role = 'document_number'),
               min(h.place) FILTER (WHERE h.role = 'academic_year'), min(h.place) FILTER (WHERE h.role = 'exam'),
               min(h.place) FILTER (WHERE h.role = 'subject'), min(h.place) FILTER (WHERE h.role = 'level'),
               min(h.place) FILTER (WHERE h.role = 'grade'),
               min(h.place) FILTER (WHERE h.role = 'school_code_kind'),
               min(h.place) FILTER (WHERE h.role = 'attempt'), min(h.place) FILTER (WHERE h.role = 'task_scores'),
               min(h.place) FILTER (WHERE h.role = 'group'), min(h.place) FILTER (WHERE h.role = 'participants'),
               min(h.place) FILTER (WHERE h.role = 'subject_name'),
               min(h.place) FILTER (WHERE h.role = 'school_name'),
               min(h.place) FILTER (WHERE h.role = 'measurement'),
               (SELECT max(c.place)::integer
                FROM import_record AS r CROSS JOIN LATERAL unnest(r.cells) WITH ORDINALITY AS c (cell, place)
                WHERE r.line = h.line AND c.cell IS NOT NULL)
        FROM import_header AS h
        GROUP BY h.line;
END
$$;
COMMENT ON FUNCTION column_places() IS
'Места столбцов в каждом заголовке файла; NULL — такого столбца в нём нет; width — место последнего заголовка. Вызывается из import_file';

-- A row torn by a delimiter inside a cell is one cell longer than its header.
-- Cells that stand apart, behind an empty one, are somebody's notes.
CREATE FUNCTION torn_row(cell_behind text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN cell_behind IS NOT NULL
            THEN 'в строке больше ячеек, чем в заголовке: значения могли сдвинуться' END;
COMMENT ON FUNCTION torn_row(text) IS
'Причина отказа, если сразу за последним столбцом заголовка в строке есть ещё значение; NULL, если его нет';

-- The login of a school, alone in its cell or in brackets behind the name.
CREATE FUNCTION school_login(cell text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN cell ~ '^edu\d+$' THEN cell
            WHEN cell !~ 'edu\d.*edu\d' THEN substring(cell FROM '\(\s*(edu\d+)\s*\)$') END;
COMMENT ON FUNCTION school_login(text) IS
'Логин ФИС ОКО из ячейки «edu123456» или «название (edu123456)»; NULL, если она записана иначе';

-- A school's line announces how many pupils follow: fewer rows mean that the
-- file was cut or that something in it hides them.
CREATE FUNCTION compare_announced()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    off record;
BEGIN
    FOR off IN
        SELECT a.login, a.announced, coalesce(f.found, 0) AS found
        FROM (
            SELECT substring(r.cells::text FROM 'edu\d+') AS login,
                   sum(substring(r.cells::text FROM 'Кол-во участников: *(\d{1,9})')::bigint) AS announced
            FROM import_record AS r
            WHERE r.kind = 'service' AND r.cells::text ~ 'Кол-во участников: *\d'
            GROUP BY 1) AS a
        LEFT JOIN (
            SELECT substring(c.cell FROM 'edu\d+') AS login, sum(c.found) AS found
            FROM (
                SELECT r.cells[h.place] AS cell, count(*) AS found
                FROM import_record AS r
                JOIN import_header AS h ON h.line = r.header_line AND h.role = 'school_code'
                WHERE r.kind = 'data'
                GROUP BY 1) AS c
            GROUP BY 1) AS f USING (login)
        WHERE a.login IS NOT NULL AND a.announced <> coalesce(f.found, 0)
        ORDER BY a.login
        LIMIT 20
    LOOP
        RAISE WARNING 'организация %: в файле указано участников %, а строк %', off.login, off.announced, off.found
            USING HINT = 'Проверьте, целиком ли сохранён файл.';
    END LOOP;
END
$$;
COMMENT ON FUNCTION compare_announced() IS
'Предупреждает, если строк участников организации не столько, сколько указано в её строке «Кол-во участников». Вызывается из import_file';
