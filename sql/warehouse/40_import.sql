-- Import of the canonical form: staged text rows become results or rejects.

CREATE TABLE import_form (
    academic_year text,
    exam text,
    subject text,
    level text,
    grade text,
    school_code_kind text,
    school_code text,
    participant text,
    class text,
    attempt text,
    score text,
    mark text,
    journal_mark text,
    task_scores text,
    CHECK (false) NO INHERIT
);
COMMENT ON TABLE import_form IS 'Образец канонической формы загрузки: всегда пуст, по нему создаются таблицы для строк файла';
COMMENT ON COLUMN import_form.academic_year IS 'Учебный год по году окончания, например 2023';
COMMENT ON COLUMN import_form.exam IS 'Вид процедуры: vpr, oge, ege, ...';
COMMENT ON COLUMN import_form.subject IS 'Предмет: rus, math, ...';
COMMENT ON COLUMN import_form.level IS 'Уровень: base, profile, advanced; пусто — не различается';
COMMENT ON COLUMN import_form.grade IS 'Класс программы';
COMMENT ON COLUMN import_form.school_code_kind IS 'Система кода организации: fis_oko, ris_gia, inn, local';
COMMENT ON COLUMN import_form.school_code IS 'Код организации в этой системе';
COMMENT ON COLUMN import_form.participant IS 'Код участника';
COMMENT ON COLUMN import_form.class IS 'Класс; можно не указывать';
COMMENT ON COLUMN import_form.attempt IS 'Попытка; пусто — первая';
COMMENT ON COLUMN import_form.score IS 'Балл; пусто — нет';
COMMENT ON COLUMN import_form.mark IS 'Отметка 2–5; пусто — нет';
COMMENT ON COLUMN import_form.journal_mark IS 'Отметка по журналу 2–5; пусто — нет';
COMMENT ON COLUMN import_form.task_scores IS 'Баллы за задания через точку с запятой, X — не приступал; пусто — нет';

-- Rows of different lengths do not lie in a table in the order they came: a
-- short one fills a gap on an earlier page. So the staging table numbers its
-- rows in a generated column, the only kind that \copy without a list of
-- columns leaves out.
CREATE FUNCTION open_staging()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.import_staging;
    DROP SEQUENCE IF EXISTS pg_temp.import_staging_line;
    CREATE TEMPORARY SEQUENCE import_staging_line;
    CREATE TEMPORARY TABLE import_staging (
        LIKE import_form,
        file_line bigint GENERATED ALWAYS AS (next_file_line(academic_year, 'pg_temp.import_staging_line')) STORED);
END
$$;
COMMENT ON FUNCTION open_staging() IS
'Создаёт в этом сеансе пустую временную таблицу import_staging для строк файла (столбцы — как у import_form, и file_line — порядок строк, заполняется сам); прежняя удаляется';

-- A name written where a number or a code belongs must not be kept with the
-- refused row: words that begin with a capital are not shown.
CREATE FUNCTION masked(cell text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN cell ~ '[А-ЯЁA-Z][а-яёa-z]{2}|[А-ЯЁ]{3}' THEN '***' ELSE cell END;
COMMENT ON FUNCTION masked(text) IS
'Значение ячейки для отчёта об отказе; похожее на имя заменено на ***';

-- What is wrong with the value of one column, in a clerk's words.
CREATE FUNCTION bad_value(column_name text, value text, expected text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN format('%s: «%s» — %s', column_name, left(masked(value), 40), expected);
COMMENT ON FUNCTION bad_value(text, text, text) IS
'Текст причины отказа: столбец, значение (не длиннее 40 знаков), что ожидалось';

-- The order of a staging table's rows in the file.
CREATE FUNCTION line_order(staging regclass)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT CASE WHEN EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = staging AND a.attname = 'file_line' AND NOT a.attisdropped)
        THEN 'file_line' ELSE 'ctid' END;
END;
COMMENT ON FUNCTION line_order(regclass) IS
'Столбец, по которому упорядочены строки файла: file_line, если он есть в таблице, иначе место строки в ней (ctid). Вызывается из import_results';

-- Reads the staging table into import_work: one row a line, with either the
-- parsed values or the reasons why they cannot be taken.
CREATE FUNCTION parse_staging(staging regclass, keep_lines boolean)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    open_years integer[] := ARRAY(
        SELECT DISTINCT a.academic_year FROM administration AS a WHERE year_is_open(a.academic_year));
BEGIN
    DROP TABLE IF EXISTS pg_temp.import_work;
    CREATE TEMPORARY TABLE import_work (
        tid tid, line bigint, state text NOT NULL DEFAULT 'new',
        administration_id integer, school_id integer, academic_year integer,
        attempt smallint, score smallint, mark smallint, journal_mark smallint,
        participant text, class text, task_scores smallint[], reason text);

    -- OFFSET 0 keeps the planner from computing a cell anew wherever it is used.
    EXECUTE format($query$
        INSERT INTO import_work (tid, line, administration_id, school_id, academic_year, attempt,
                                 score, mark, journal_mark, participant, class, task_scores, reason)
        SELECT p.tid, p.line, a.administration_id, c.school_id, p.academic_year, p.attempt,
               p.score, p.mark, p.journal_mark, p.participant, coalesce(p.class, ''),
               p.task_scores,
               nullif(concat_ws('; ',
                   p.refusal,
                   CASE WHEN p.academic_year IS NULL
                        THEN bad_value('учебный год', p.year_text, 'ожидается год от 2000 до 2100')
                        WHEN n.assessment_id IS NULL
                        THEN format('процедура «%%s, %%s, %%s, %%s» не заведена в assessment',
                                    left(masked(p.exam_text), 40), left(masked(p.subject_text), 40),
                                    left(coalesce(masked(p.level_text), 'none'), 40), left(masked(p.grade_text), 40))
                        WHEN a.administration_id IS NULL
                        THEN format('проведение «%%s» в %%s учебном году не заведено: выполните SELECT open_administration(%%s, %%L, %%L, %%s, ...)',
                                    n.name, p.academic_year, p.academic_year, p.exam, p.subject, p.grade)
                        WHEN p.academic_year <> ALL ($1)
                        THEN format('учебный год %%s не открыт: выполните SELECT open_year(%%s)',
                                    p.academic_year, p.academic_year) END,
                   CASE WHEN p.school_code IS NULL THEN 'нет кода организации'
                        WHEN c.school_id IS NULL
                        THEN bad_value('код организации', concat_ws(' ', p.school_code_kind, p.school_code),
                                       'нет в school_code') END,
                   CASE WHEN p.participant IS NULL THEN 'нет кода участника'
                        WHEN NOT is_code(p.participant, 40)
                        THEN 'код участника — не код из латинских букв, цифр, _ и - (до 40 знаков); сам он здесь не показан' END,
                   CASE WHEN octet_length(p.class) > 40 OR p.class ~ '[А-ЯЁA-Z][а-яёa-z]{3}|^[=+@-].|[[:cntrl:]]'
                        THEN bad_value('класс', p.class, 'не похоже на обозначение класса') END,
                   CASE WHEN p.attempt IS NULL
                        THEN bad_value('попытка', p.attempt_text, 'ожидается целое от 1 до 9') END,
                   CASE WHEN p.score IS NULL AND p.score_text IS NOT NULL
                        THEN bad_value('балл', p.score_text, 'ожидается целое от 0 до 1000')
                        WHEN p.score > a.max_score
                        THEN bad_value('балл', p.score_text, format('больше максимального %%s', a.max_score)) END,
                   CASE WHEN p.mark IS NULL AND p.mark_text IS NOT NULL
                        THEN bad_value('отметка', p.mark_text, 'ожидается 2, 3, 4 или 5') END,
                   CASE WHEN p.journal_mark IS NULL AND p.journal_mark_text IS NOT NULL
                        THEN bad_value('отметка по журналу', p.journal_mark_text, 'ожидается 2, 3, 4 или 5') END,
                   CASE WHEN p.score_text IS NULL AND p.mark_text IS NULL
                        THEN 'нет ни балла, ни отметки'
                        WHEN p.mark_text IS NULL AND a.fail_by = 'mark'
                        THEN 'нет отметки, а эта процедура оценивается по отметке'
                        WHEN p.score_text IS NULL AND a.fail_by = 'min_score'
                        THEN 'нет балла, а эта процедура оценивается по минимальному баллу' END,
                   CASE WHEN p.task_scores IS NULL AND p.tasks_text IS NOT NULL
                        THEN bad_value('баллы за задания', translate(p.tasks_text, 'xхХ', 'XXX'),
                                       'ожидаются целые от 0 до 100 через точку с запятой, не больше ста, X — не приступал') END),
               '')
        FROM (
            SELECT t.*,
                   int_or_null(t.year_text, 2000, 2100) AS academic_year,
                   int_or_null(t.grade_text, 1, 12) AS grade,
                   int_or_null(t.attempt_text, 1, 9)::smallint AS attempt,
                   int_or_null(t.score_text, 0, 1000)::smallint AS score,
                   int_or_null(t.mark_text, 2, 5)::smallint AS mark,
                   int_or_null(t.journal_mark_text, 2, 5)::smallint AS journal_mark,
                   scores_or_null(t.tasks_text) AS task_scores
            FROM (
                SELECT s.ctid AS tid,
                       %s AS line,
                       cell_text(s.academic_year) AS year_text,
                       cell_code(s.exam) AS exam, cell_text(s.exam) AS exam_text,
                       cell_code(s.subject) AS subject, cell_text(s.subject) AS subject_text,
                       coalesce(cell_code(s.level), 'none') AS level, cell_text(s.level) AS level_text,
                       cell_text(s.grade) AS grade_text,
                       cell_code(s.school_code_kind) AS school_code_kind,
                       cell_text(s.school_code) AS school_code,
                       cell_text(s.participant) AS participant,
                       cell_text(s.class) AS class,
                       coalesce(cell_text(s.attempt), '1') AS attempt_text,
                       cell_text(s.score) AS score_text,
                       cell_text(s.mark) AS mark_text,
                       cell_text(s.journal_mark) AS journal_mark_text,
                       cell_text(s.task_scores) AS tasks_text,
                       %s AS refusal
                FROM %s AS s
                OFFSET 0) AS t
            OFFSET 0) AS p
        LEFT JOIN (
            SELECT n.assessment_id, n.name, e.code AS exam, s.code AS subject, n.level, n.grade
            FROM assessment AS n JOIN exam AS e USING (exam_id) JOIN subject AS s USING (subject_id)) AS n
          ON (n.exam, n.subject, n.level, n.grade) = (p.exam, p.subject, p.level, p.grade)
        LEFT JOIN administration AS a
          ON (a.assessment_id, a.academic_year) = (n.assessment_id, p.academic_year)
        LEFT JOIN school_code AS c
          ON (c.kind, c.code) = (p.school_code_kind, p.school_code)
        $query$, CASE WHEN keep_lines THEN 's.file_line'
                      ELSE format('1 + row_number() OVER (ORDER BY s.%I)', line_order(staging)) END,
                 CASE WHEN keep_lines THEN 's.refusal' ELSE 'NULL::text' END, staging)
    USING open_years;
    UPDATE import_work SET state = 'reject' WHERE reason IS NOT NULL;
    ANALYZE import_work;
END
$$;
COMMENT ON FUNCTION parse_staging(regclass, boolean) IS
'Разбирает строки файла во временную таблицу import_work: значения либо причины отказа; номера строк — из file_line или по порядку после заголовка. У строк файла (keep_lines) причина отказа может быть и в столбце refusal. Вызывается из import_staged';

-- Rows of one file that claim the same result: equal ones after the first are
-- repeats, unequal ones are all refused since none can be preferred.
CREATE FUNCTION reject_repeated_rows()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    WITH claimed AS (
        SELECT administration_id, school_id, participant, attempt
        FROM import_work
        WHERE state = 'new'
        GROUP BY administration_id, school_id, participant, attempt
        HAVING count(*) > 1
    ), repeated AS (
        SELECT administration_id, school_id, participant, attempt,
               min(line) AS first_line,
               count(DISTINCT (class, score, mark, journal_mark, task_scores)) AS variants
        FROM import_work JOIN claimed USING (administration_id, school_id, participant, attempt)
        WHERE state = 'new'
        GROUP BY administration_id, school_id, participant, attempt
    )
    UPDATE import_work AS w
    SET state = 'reject',
        reason = CASE WHEN r.variants > 1
                      THEN format('в файле несколько разных строк об этом результате (первая — %s): неизвестно, какая верна', r.first_line)
                      ELSE format('повторяет строку %s', r.first_line) END
    FROM repeated AS r
    WHERE (w.administration_id, w.school_id, w.participant, w.attempt)
          = (r.administration_id, r.school_id, r.participant, r.attempt)
      AND w.state = 'new'
      AND (r.variants > 1 OR w.line > r.first_line);
END
$$;
COMMENT ON FUNCTION reject_repeated_rows() IS
'Отклоняет повторные и противоречащие друг другу строки файла. Вызывается из import_results';

-- Rows whose result is already stored: same values, own older values, or
-- another owner's other values.
CREATE FUNCTION match_stored_rows(own_name text)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE import_work AS w
    SET state = CASE
            WHEN (r.class, r.score, r.mark, r.journal_mark, r.task_scores)
                 IS NOT DISTINCT FROM (w.class, w.score, w.mark, w.journal_mark, w.task_scores)
            THEN 'unchanged'
            WHEN f.file_name = own_name THEN 'replace'
            ELSE 'reject' END,
        reason = CASE
            WHEN (r.class, r.score, r.mark, r.journal_mark, r.task_scores)
                 IS NOT DISTINCT FROM (w.class, w.score, w.mark, w.journal_mark, w.task_scores)
                 OR f.file_name = own_name
            THEN NULL
            ELSE format('результат уже внесён %s с другими значениями',
                        coalesce('из файла «' || f.file_name || '»', 'без файла')) END
    FROM result AS r
    LEFT JOIN import_file AS f USING (import_file_id)
    WHERE (r.administration_id, r.school_id, r.participant, r.attempt, r.academic_year)
          = (w.administration_id, w.school_id, w.participant, w.attempt, w.academic_year)
      AND w.state = 'new';
END
$$;
COMMENT ON FUNCTION match_stored_rows(text) IS
'Сверяет строки файла с хранимыми результатами: прежние, заменяемые, спорные. Вызывается из import_results';

-- Imports into the same administrations go one after another, those into
-- different ones side by side; the fixed order of locks excludes deadlocks.
CREATE FUNCTION lock_administrations(own_name text)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM FROM administration
    WHERE administration_id IN (
        SELECT w.administration_id FROM import_work AS w WHERE w.state = 'new'
        UNION
        SELECT r.administration_id
        FROM result AS r JOIN import_file AS f USING (import_file_id)
        WHERE f.file_name = own_name)
    ORDER BY administration_id
    FOR NO KEY UPDATE;
END
$$;
COMMENT ON FUNCTION lock_administrations(text) IS
'Блокирует проведения, которых касается файл, в порядке ключей. Вызывается из import_results';

CREATE FUNCTION write_results(own_file import_file, staging regclass)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    withdrawn bigint;
BEGIN
    DELETE FROM result AS r
    USING import_file AS f
    WHERE f.file_name = own_file.file_name
      AND f.import_file_id = r.import_file_id
      AND NOT EXISTS (
          SELECT FROM import_work AS w
          WHERE w.state IN ('unchanged', 'replace')
            AND (w.administration_id, w.school_id, w.participant, w.attempt, w.academic_year)
                = (r.administration_id, r.school_id, r.participant, r.attempt, r.academic_year));
    GET DIAGNOSTICS withdrawn = ROW_COUNT;

    IF own_file.rows_replaced > 0 THEN
        UPDATE result AS r
        SET class = w.class, score = w.score, mark = w.mark, journal_mark = w.journal_mark,
            task_scores = w.task_scores, import_file_id = own_file.import_file_id
        FROM import_work AS w
        WHERE w.state = 'replace'
          AND (w.administration_id, w.school_id, w.participant, w.attempt, w.academic_year)
              = (r.administration_id, r.school_id, r.participant, r.attempt, r.academic_year);
    END IF;

    INSERT INTO result (administration_id, school_id, academic_year, import_file_id, attempt,
                        score, mark, journal_mark, participant, class, task_scores)
    SELECT administration_id, school_id, academic_year, own_file.import_file_id, attempt,
           score, mark, journal_mark, participant, class, task_scores
    FROM import_work
    WHERE state = 'new'
    ORDER BY academic_year, administration_id, school_id, participant, attempt;
    IF own_file.rows_rejected > 0 THEN
        PERFORM write_rejects(own_file.import_file_id, staging);
        PERFORM note_unmatched_schools(own_file.import_file_id, staged_unknown_codes(staging));
    END IF;
    RETURN withdrawn;
END
$$;
COMMENT ON FUNCTION write_results(import_file, regclass) IS
'Пишет разобранные строки в result, отказы в import_reject и удаляет отозванные результаты; возвращает число удалённых. Вызывается из record_import';

CREATE FUNCTION write_rejects(own_file_id integer, staging regclass)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    EXECUTE format($query$
        INSERT INTO import_reject (import_file_id, line, row_text, reason)
        SELECT $1, w.line,
               concat_ws(';', coalesce(masked(s.academic_year), ''), coalesce(masked(s.exam), ''),
                   coalesce(masked(s.subject), ''), coalesce(masked(s.level), ''), coalesce(masked(s.grade), ''),
                   coalesce(masked(s.school_code_kind), ''), coalesce(masked(s.school_code), ''),
                   CASE WHEN is_code(cell_text(s.participant), 40) THEN s.participant
                        WHEN cell_text(s.participant) IS NULL THEN '' ELSE '***' END,
                   coalesce(masked(s.class), ''), coalesce(masked(s.attempt), ''), coalesce(masked(s.score), ''),
                   coalesce(masked(s.mark), ''), coalesce(masked(s.journal_mark), ''), coalesce(masked(s.task_scores), '')),
               w.reason
        FROM import_work AS w
        JOIN %s AS s ON s.ctid = w.tid
        WHERE w.state = 'reject'
        ORDER BY w.line
        $query$, staging)
    USING own_file_id;
END
$$;
COMMENT ON FUNCTION write_rejects(integer, regclass) IS
'Сохраняет отклонённые строки с причинами. Вызывается из write_results';

-- A row is found again by its place in the table, which only an ordinary table
-- has: in a foreign or a partitioned one two rows may have the same.
CREATE FUNCTION check_staging(staging regclass)
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    unfit text;
BEGIN
    IF (SELECT c.relkind <> 'r' OR EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhparent = c.oid)
        FROM pg_class AS c WHERE c.oid = staging)
    THEN
        RAISE EXCEPTION 'строки файла должны лежать в обычной таблице'
            USING ERRCODE = 'wrong_object_type',
                  DETAIL = format('%s — не обычная таблица или состоит из секций.', staging),
                  HINT = 'Скопируйте строки: CREATE TABLE staging AS SELECT * FROM ...';
    END IF;
    SELECT string_agg(f.attname, ', ' ORDER BY f.attnum) INTO unfit
    FROM pg_attribute AS f
    WHERE f.attrelid = 'import_form'::regclass AND f.attnum > 0 AND NOT f.attisdropped
      AND NOT EXISTS (
          SELECT FROM pg_attribute AS s
          WHERE s.attrelid = staging AND s.attname = f.attname AND s.atttypid = 'text'::regtype);
    IF unfit IS NOT NULL THEN
        RAISE EXCEPTION 'столбцы таблицы со строками файла — не те, что у import_form'
            USING ERRCODE = 'undefined_column',
                  DETAIL = format('В таблице %s нет столбцов типа text: %s.', staging, unfit),
                  HINT = 'Создайте её так: CREATE TABLE staging (LIKE import_form).';
    END IF;
END
$$;
COMMENT ON FUNCTION check_staging(regclass) IS
'Ошибка 42809, если это не обычная таблица, и 42703, если у неё нет столбцов import_form типа text. Вызывается из import_results';

CREATE FUNCTION staging_fingerprint(staging regclass)
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    result_text text;
BEGIN
    EXECUTE format($query$
        SELECT fingerprint(ROW(s.academic_year, s.exam, s.subject, s.level, s.grade, s.school_code_kind,
                               s.school_code, s.participant, s.class, s.attempt, s.score, s.mark,
                               s.journal_mark, s.task_scores)::text ORDER BY s.%I)
        FROM %s AS s
        $query$, line_order(staging), staging)
    INTO result_text;
    RETURN result_text;
END
$$;
COMMENT ON FUNCTION staging_fingerprint(regclass) IS
'Отпечаток (SHA-256) строк файла в их порядке, по столбцам формы; NULL, если строк нет';

-- One file of a name at a time.
CREATE FUNCTION lock_file(file_name text)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF cell_text(file_name) IS NULL THEN
        RAISE EXCEPTION 'не указано имя файла'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'По имени узнаётся исправленная редакция файла, например results_2023.csv.';
    END IF;
    PERFORM pg_advisory_xact_lock('import_file'::regclass::oid::integer, hashtext(file_name));
END
$$;
COMMENT ON FUNCTION lock_file(text) IS
'До конца транзакции не даёт другим сеансам загружать файл с этим именем; пустое имя — ошибка 22023. Вызывается из import_results и import_file';

-- A row that two files have belongs to the one that came first, and goes with it.
CREATE FUNCTION sharing_files(file_name text)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT string_agg(format('«%s»', f.file_name), ', ' ORDER BY f.file_name)
    FROM (
        SELECT DISTINCT ON (i.file_name) i.*
        FROM import_file AS i
        WHERE i.file_name <> sharing_files.file_name AND i.undone_at IS NULL
        ORDER BY i.file_name, i.version DESC) AS f
    JOIN (
        SELECT i.file_name, sum(i.rows_stored - i.rows_withdrawn) AS own
        FROM import_file AS i
        WHERE i.undone_at IS NULL
        GROUP BY i.file_name) AS o USING (file_name)
    WHERE f.rows_stored + f.rows_replaced + f.rows_unchanged > o.own
      AND f.import_file_id > (SELECT min(i.import_file_id) FROM import_file AS i
                              WHERE i.file_name = sharing_files.file_name);
END;
COMMENT ON FUNCTION sharing_files(text) IS
'Более поздние файлы, часть строк которых числится за другими и, может быть, за этим; NULL — таких нет. Вызывается из record_import и undo_import';

-- Writes the rows of import_work, and the file's own, unless the whole import
-- would change nothing.
CREATE FUNCTION record_import(new_file import_file, staging regclass, started timestamptz)
RETURNS import_file
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    last_file import_file;
    withdrawn bigint;
    shared text;
BEGIN
    SELECT count(*), count(*) FILTER (WHERE w.state = 'new'), count(*) FILTER (WHERE w.state = 'replace'),
           count(*) FILTER (WHERE w.state = 'unchanged'), count(*) FILTER (WHERE w.state = 'reject')
    INTO new_file.rows_read, new_file.rows_stored, new_file.rows_replaced, new_file.rows_unchanged,
         new_file.rows_rejected
    FROM import_work AS w;
    SELECT * INTO last_file
    FROM import_file AS f
    WHERE f.file_name = new_file.file_name
    ORDER BY f.version DESC
    LIMIT 1;
    IF new_file.fingerprint = last_file.fingerprint
        AND last_file.undone_at IS NULL
        AND new_file.rows_stored + new_file.rows_replaced = 0
        AND new_file.rows_rejected = last_file.rows_rejected
        AND NOT EXISTS (
            SELECT w.line, w.reason FROM import_work AS w WHERE w.state = 'reject'
            EXCEPT
            SELECT r.line, r.reason FROM import_reject AS r
            WHERE r.import_file_id = last_file.import_file_id)
    THEN
        RAISE NOTICE 'файл «%» уже загружен (редакция %): изменений нет', new_file.file_name, last_file.version;
        RETURN last_file;
    END IF;

    INSERT INTO import_file (file_name, version, kind, encoding, lines_service, fingerprint, rows_read,
                             rows_stored, rows_replaced, rows_unchanged, rows_rejected, rows_withdrawn)
    VALUES (new_file.file_name, coalesce(last_file.version, 0) + 1, new_file.kind, new_file.encoding,
            new_file.lines_service, new_file.fingerprint, new_file.rows_read, new_file.rows_stored, new_file.rows_replaced,
            new_file.rows_unchanged, new_file.rows_rejected, 0)
    RETURNING * INTO new_file;
    withdrawn := CASE (SELECT l.content FROM layout AS l WHERE l.code = new_file.kind)
                     WHEN 'individual' THEN write_results(new_file, staging)
                     WHEN 'group' THEN write_groups(new_file)
                     ELSE write_context_values(new_file) END;
    IF withdrawn > 0 AND new_file.rows_rejected = new_file.rows_read THEN
        RAISE WARNING 'из файла «%» не принята ни одна строка, а результаты его прежней редакции удалены: %',
                      new_file.file_name, withdrawn
            USING HINT = 'Если это другой файл под тем же именем, загрузите прежний под этим именем ещё раз, а этот назовите иначе.';
    ELSIF withdrawn > 0 THEN
        RAISE NOTICE 'удалено результатов прежней редакции, которых в файле «%» нет или строки которых отклонены: %',
                     new_file.file_name, withdrawn;
    END IF;
    shared := sharing_files(new_file.file_name);
    IF withdrawn > 0 AND shared IS NOT NULL THEN
        RAISE NOTICE 'если удалённое есть и в файлах %, загрузите их ещё раз', shared;
    END IF;
    UPDATE import_file AS f
    SET rows_withdrawn = withdrawn, seconds = round(extract(epoch FROM clock_timestamp() - started), 3)
    WHERE f.import_file_id = new_file.import_file_id
    RETURNING * INTO new_file;
    RETURN new_file;
END
$$;
COMMENT ON FUNCTION record_import(import_file, regclass, timestamptz) IS
'Конец всякой загрузки: записывает загрузку и строки её import_work (staging — таблица канонической формы, у сводных данных и показателей условий NULL); если она ничего не меняет, возвращает прежнюю. Возвращает строку import_file';

-- What import_results and import_file have in common: canonical rows in a
-- table become results and rejects.
CREATE FUNCTION import_staged(new_file import_file, staging regclass, keep_lines boolean, started timestamptz)
RETURNS import_file
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM parse_staging(staging, keep_lines);
    IF NOT EXISTS (SELECT FROM import_work) THEN
        RAISE EXCEPTION 'в файле нет строк с результатами'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Файл «%s», таблица %s.', new_file.file_name, staging),
                  HINT = 'Сначала загрузите строки файла командой \copy; если они загружены, проверьте, те ли это строки.';
    END IF;
    PERFORM reject_repeated_rows();
    PERFORM lock_administrations(new_file.file_name);
    PERFORM match_stored_rows(new_file.file_name);
    new_file := record_import(new_file, staging, started);
    DROP TABLE pg_temp.import_work;
    RETURN new_file;
END
$$;
COMMENT ON FUNCTION import_staged(import_file, regclass, boolean, timestamptz) IS
'Общая часть import_results и import_file: строки канонической формы становятся результатами и отказами; возвращает строку import_file';

CREATE FUNCTION import_results(file_name text, staging regclass DEFAULT NULL)
RETURNS import_file
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    started timestamptz := clock_timestamp();
    source regclass := coalesce(staging, to_regclass('pg_temp.import_staging'));
    new_file import_file;
BEGIN
    PERFORM lock_file(file_name);
    IF source IS NULL THEN
        RAISE EXCEPTION 'нет таблицы со строками файла'
            USING ERRCODE = 'undefined_table',
                  HINT = 'Выполните SELECT open_staging(), затем \copy import_staging FROM ... и повторите вызов в том же сеансе.';
    END IF;
    new_file.file_name := file_name;
    PERFORM check_staging(source);
    new_file.kind := 'canonical';
    new_file.lines_service := 0;
    new_file.fingerprint := staging_fingerprint(source);
    new_file := import_staged(new_file, source, false, started);
    IF staging IS NULL THEN
        TRUNCATE pg_temp.import_staging;
    END IF;
    RETURN new_file;
END
$$;
COMMENT ON FUNCTION import_results(text, regclass) IS
'Загружает файл канонической формы из временной таблицы import_staging (или названной таблицы с теми же столбцами; порядок её строк — столбец file_line, если он есть): верные строки — в result, остальные — в import_reject с причиной. Повторная загрузка ничего не меняет, исправленный файл с тем же именем заменяет свои строки. Возвращает строку import_file';

-- Writes the file's rows unless the whole import would change nothing.
