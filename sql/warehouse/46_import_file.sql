-- import_file: one call for a file of any known layout.

CREATE FUNCTION import_file(name text, kind text DEFAULT 'auto',
    academic_year integer DEFAULT NULL, exam text DEFAULT NULL, subject text DEFAULT NULL,
    level text DEFAULT NULL, grade integer DEFAULT NULL,
    school_code_kind text DEFAULT NULL, school_code text DEFAULT NULL, attempt integer DEFAULT NULL)
RETURNS import_file
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_variable
DECLARE
    started timestamptz := clock_timestamp();
    new_file import_file;
    own_layout layout;
    given import_form;
    delimiter text;
    first_header bigint;
    left_out text;
BEGIN
    PERFORM lock_file(name);
    IF to_regclass('pg_temp.import_line') IS NULL THEN
        RAISE EXCEPTION 'нет таблицы со строками файла'
            USING ERRCODE = 'undefined_table',
                  HINT = 'Выполните SELECT open_lines(), затем \copy import_line FROM ... и повторите вызов в том же сеансе.';
    END IF;
    PERFORM clear_file_tables();
    new_file.file_name := name;
    new_file.encoding := line_encoding();
    IF NOT EXISTS (SELECT FROM import_line) THEN
        RAISE EXCEPTION 'файл «%» пуст', name
            USING ERRCODE = 'no_data_found', HINT = 'Сначала загрузите строки файла командой \copy import_line FROM ...';
    END IF;
    IF (SELECT count(*) = 1 AND max(length(l.raw)) > 2000 FROM (SELECT i.raw FROM import_line AS i LIMIT 2) AS l) THEN
        RAISE EXCEPTION 'в файле «%» одна длинная строка', name
            USING ERRCODE = 'no_data_found',
                  HINT = 'Вероятно, строки в нём оканчиваются знаком CR: сохраните файл заново как CSV в кодировке UTF-8.';
    END IF;
    new_file.lines_service := decode_lines(new_file.encoding, 1, 100);
    SELECT r.layout_code, r.delimiter, r.header_line INTO new_file.kind, delimiter, first_header
    FROM recognise_layout(nullif(kind, 'auto')) AS r;
    SELECT l.* INTO own_layout FROM layout AS l WHERE l.code = new_file.kind;
    new_file.lines_service := new_file.lines_service + decode_lines(new_file.encoding, 101, 9223372036854775807);
    SELECT fingerprint(t.body ORDER BY t.line) INTO new_file.fingerprint FROM import_text AS t;
    PERFORM join_lines(delimiter);
    PERFORM read_records(own_layout, delimiter, first_header);
    PERFORM read_headers(own_layout);
    left_out := unknown_columns();
    IF left_out IS NOT NULL THEN
        RAISE NOTICE 'не загружаются столбцы: %', translate(left_out, E'\n', ' ');
    END IF;
    PERFORM read_exams(own_layout, name);

    given.academic_year := academic_year::text;
    given.exam := exam;
    given.subject := subject;
    given.level := level;
    given.grade := grade::text;
    given.school_code_kind := school_code_kind;
    given.school_code := school_code;
    given.attempt := attempt::text;
    IF own_layout.content = 'individual' THEN
        PERFORM compare_announced();
        new_file.lines_service := new_file.lines_service - write_import_rows(own_layout, given);
        PERFORM refuse_broken_header(own_layout, ARRAY(
            SELECT i.file_line FROM import_rows AS i
            WHERE int_or_null(i.score, 0, 1000) IS NULL AND int_or_null(i.mark, 2, 5) IS NULL));
        PERFORM number_attempts();
        IF own_layout.derives_mark THEN
            PERFORM derive_marks();
        END IF;
        new_file := import_staged(new_file, 'pg_temp.import_rows', true, started);
    ELSIF own_layout.content = 'context' THEN
        new_file := import_context_values(new_file, own_layout, given, started);
    ELSE
        PERFORM refuse_broken_header(own_layout, ARRAY(
            SELECT r.line FROM import_record AS r WHERE r.kind = 'data'));
        IF own_layout.code = 'fis_journal_long' THEN
            PERFORM fold_journal();
        END IF;
        new_file := import_groups(new_file, own_layout, given, started);
    END IF;
    PERFORM clear_file_tables();
    -- The next file may follow without open_lines().
    TRUNCATE pg_temp.import_line;
    PERFORM setval('pg_temp.import_staging_line', 1, false);
    RETURN new_file;
END
$$;
COMMENT ON FUNCTION import_file(text, text, integer, text, text, text, integer, text, text, integer) IS
'Загружает файл из временной таблицы import_line (см. open_lines), узнавая форму по заголовку (или названную форму kind из layout.code): результаты участников — в result, сводные данные — в published_group, показатели условий — в school_context, остальное — в import_reject. Чего в файле нет (год, предмет, класс, организация, попытка), задаётся параметрами; заданное важнее написанного в файле. Повторная загрузка ничего не меняет, исправленный файл с тем же именем заменяет свои строки. Возвращает строку import_file';
