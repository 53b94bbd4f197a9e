-- import_file, pupils' results: records of any individual layout become rows
-- of the canonical form, in which no name and no document has a place.

-- Makes the codes of participants whom a file tells apart only by documents:
-- neither the document nor anything that leads back to it is stored.
CREATE TABLE participant_secret (
    participant_secret_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    secret text NOT NULL DEFAULT gen_random_uuid()::text || gen_random_uuid()::text
);
COMMENT ON TABLE participant_secret IS 'Тайный ключ хранилища: по нему строятся коды участников там, где в файле нет кода';
COMMENT ON COLUMN participant_secret.participant_secret_id IS 'Ключ строки';
COMMENT ON COLUMN participant_secret.secret IS 'Случайный текст; не менять и не показывать: с другим ключом коды будут другими';
INSERT INTO participant_secret DEFAULT VALUES;

CREATE FUNCTION participant_code(document text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'd' || left(encode(sha256(convert_to(s.secret || document || s.secret, 'UTF8')), 'hex'), 24)
    FROM participant_secret AS s;
END;
COMMENT ON FUNCTION participant_code(text) IS
'Код участника по реквизитам документа и тайному ключу хранилища; NULL, если реквизитов нет';

-- X, Х, - and «нет отметки» stand for no value. A number is told first, since
-- it is what most cells hold.
CREATE FUNCTION present_value(cell text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN int_or_null(cell, 0, 1000) IS NOT NULL THEN cell
            WHEN lower_text(cell) IN ('x', 'х', '-', '–', '—', 'нет отметки') THEN NULL ELSE cell END;
COMMENT ON FUNCTION present_value(text) IS
'Значение ячейки или NULL, если в ней знак отсутствия значения: X, «-», «нет отметки»';

-- Every exam named in the file, by its line or by the text of its cell. A line
-- that cannot be read hides the one above it from the rows below.
CREATE FUNCTION read_exams(own_layout layout, file_name text)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    unread record;
BEGIN
    CREATE TEMPORARY TABLE import_exam AS
    SELECT t.line, t.wording, e.exam, e.subject, e.level, e.grade, e.academic_year, e.held_on
    FROM (
        SELECT r.line, NULL::text AS wording, (array_remove(r.cells, NULL))[1] AS source
        FROM import_record AS r WHERE r.kind = 'exam'
        UNION ALL
        SELECT DISTINCT NULL::bigint, r.cells[h.place], r.cells[h.place]
        FROM import_record AS r
        JOIN import_header AS h ON h.line = r.header_line AND h.role = 'exam_name'
        WHERE r.kind = 'data' AND r.cells[h.place] IS NOT NULL
        UNION ALL
        SELECT 0, NULL, file_name) AS t
    CROSS JOIN LATERAL exam_of_text(t.source, coalesce(own_layout.exam, 'vpr')) AS e;
    FOR unread IN
        SELECT r.line, left((array_remove(r.cells, NULL))[1], 80) AS wording
        FROM import_record AS r
        WHERE r.kind = 'exam' AND NOT EXISTS (SELECT FROM import_exam AS e WHERE e.line = r.line)
        ORDER BY r.line
        LIMIT 20
    LOOP
        RAISE WARNING 'строка %: из «%» неясно, о какой процедуре строки под ней', unread.line, unread.wording
            USING HINT = 'Пишется так: «ВПР 2026 Русский язык 4 класс», «01 - Русский язык 2025.05.30»; иначе укажите academic_year, subject, grade.';
    END LOOP;
END
$$;
COMMENT ON FUNCTION read_exams(layout, text) IS
'Собирает процедуры, названные в файле (временная таблица import_exam); о строках, которые похожи на название процедуры, но не поняты, предупреждает. Вызывается из import_file';

-- Values the caller gave stand before those of the file. array_append gives an
-- array taken apart, whose elements are then found at once; in a stored one each
-- is searched from the beginning.
CREATE FUNCTION write_import_rows(own_layout layout, given import_form)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    written bigint;
BEGIN
    CREATE TEMPORARY TABLE import_rows (LIKE import_form, file_line bigint, held_on date, refusal text);
    INSERT INTO import_rows
    SELECT coalesce(given.academic_year, r.cells[p.academic_year], x.academic_year),
           coalesce(given.exam, r.cells[p.exam], x.exam, own_layout.exam),
           coalesce(given.subject, r.cells[p.subject], x.subject),
           v.level,
           coalesce(given.grade, r.cells[p.grade], x.grade, own_layout.grade::text),
           coalesce(given.school_code_kind, r.cells[p.school_code_kind], own_layout.school_code_kind),
           coalesce(given.school_code, school_login(r.cells[p.school_code]), r.cells[p.school_code]),
           CASE WHEN p.document_number IS NULL THEN r.cells[p.participant]
                ELSE participant_code(r.cells[p.document_series] || '|' || r.cells[p.document_number]) END,
           r.cells[p.class],
           coalesce(r.cells[p.attempt], given.attempt),
           CASE WHEN p.final_score IS NULL THEN present_value(r.cells[p.score])
                WHEN v.level = 'base' THEN present_value(r.cells[p.primary_score])
                ELSE present_value(r.cells[p.final_score]) END,
           CASE WHEN v.level = 'base' AND p.final_score IS NOT NULL THEN present_value(r.cells[p.final_score])
                ELSE present_value(r.cells[p.mark]) END,
           present_value(r.cells[p.journal_mark]),
           CASE WHEN p.items IS NOT NULL THEN translate(csv_pick(r.cells, p.items), '-–—', 'XXX')
                WHEN r.cells[p.short_answers] IS NOT NULL OR r.cells[p.long_answers] IS NOT NULL
                THEN coalesce(answer_scores(r.cells[p.short_answers], r.cells[p.long_answers]),
                              concat_ws(' ', r.cells[p.short_answers], r.cells[p.long_answers]))
                ELSE r.cells[p.task_scores] END,
           r.line, x.held_on, nullif(concat_ws('; ', r.refusal, torn_row(r.cells[p.width + 1]), v.contradiction), '')
    FROM (
        SELECT d.line, array_append(d.cells, NULL) AS cells, d.header_line, d.exam_line, d.refusal
        FROM import_record AS d
        WHERE d.kind = 'data'
        OFFSET 0) AS r
    JOIN column_places() AS p ON p.line = r.header_line
    LEFT JOIN LATERAL (
        SELECT e.* FROM import_exam AS e
        WHERE e.wording = r.cells[p.exam_name]
           OR p.exam_name IS NULL AND e.wording IS NULL AND e.line = coalesce(r.exam_line, 0)) AS x ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(given.level, r.cells[p.level], x.level) AS level,
               CASE WHEN lower_text(r.cells[p.variant]) = 'отсутствовал' AND int_or_null(r.cells[p.score], 1, 1000) IS NOT NULL
                    THEN 'отмечен как отсутствовавший, а балл есть' END AS contradiction) AS v
    WHERE p.variant IS NULL OR lower_text(coalesce(r.cells[p.variant], '')) <> 'отсутствовал'
       OR v.contradiction IS NOT NULL;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
COMMENT ON FUNCTION write_import_rows(layout, import_form) IS
'Переводит записи файла в каноническую форму (временная таблица import_rows); возвращает, сколько их. Вызывается из import_file';

-- One participant's results of one exam on several days of a file are attempts
-- in the order of the days. Which rows are one participant's does not depend on
-- the collation; with "C" they are sorted by bytes.
CREATE FUNCTION number_attempts()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF (SELECT min(i.held_on) = max(i.held_on) FROM import_rows AS i) IS NOT FALSE THEN
        RETURN;
    END IF;
    UPDATE import_rows AS i
    SET attempt = n.attempt::text
    FROM (
        SELECT r.file_line,
               dense_rank() OVER (PARTITION BY r.participant COLLATE "C", r.school_code COLLATE "C",
                                               r.subject COLLATE "C", r.level COLLATE "C", r.exam COLLATE "C"
                                  ORDER BY r.held_on) AS attempt
        FROM import_rows AS r
        WHERE r.attempt IS NULL AND r.held_on IS NOT NULL) AS n
    WHERE n.file_line = i.file_line AND n.attempt > 1;
END
$$;
COMMENT ON FUNCTION number_attempts() IS
'Нумерует попытки участника по дням экзамена в одном файле. Вызывается из import_file';

-- A form without marks is marked by the administration's own cuts, if any.
CREATE FUNCTION derive_marks()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE import_rows AS i
    SET mark = (2 + (int_or_null(i.score, 0, a.max_score) >= a.cut_3)::integer
                  + (int_or_null(i.score, 0, a.max_score) >= a.cut_4)::integer
                  + (int_or_null(i.score, 0, a.max_score) >= a.cut_5)::integer)::text
    FROM administration AS a
    WHERE a.assessment_id = find_assessment(i.exam, i.subject, coalesce(i.level, 'none'),
                                            int_or_null(i.grade, 1, 12))
      AND a.academic_year = int_or_null(i.academic_year, 2000, 2100)
      AND i.mark IS NULL;
END
$$;
COMMENT ON FUNCTION derive_marks() IS
'Ставит отметки по шкале проведения там, где в форме их нет. Вызывается из import_file';
