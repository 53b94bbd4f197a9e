-- Facts: what was imported, and pupils' results by academic year.

CREATE TABLE import_file (
    import_file_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_name text NOT NULL CHECK (file_name <> ''),
    version integer NOT NULL CHECK (version >= 1),
    kind text NOT NULL DEFAULT 'canonical' REFERENCES layout (code),
    encoding text,
    lines_service bigint NOT NULL DEFAULT 0 CHECK (lines_service >= 0),
    fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
    rows_read bigint NOT NULL CHECK (rows_read >= 0),
    rows_stored bigint NOT NULL CHECK (rows_stored >= 0),
    rows_replaced bigint NOT NULL CHECK (rows_replaced >= 0),
    rows_unchanged bigint NOT NULL CHECK (rows_unchanged >= 0),
    rows_rejected bigint NOT NULL CHECK (rows_rejected >= 0),
    rows_withdrawn bigint NOT NULL CHECK (rows_withdrawn >= 0),
    imported_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    imported_by text NOT NULL DEFAULT current_user,
    seconds numeric,
    reject_reasons text,
    undone_at timestamptz,
    undone_by text,
    UNIQUE (file_name, version),
    CHECK (rows_read = rows_stored + rows_replaced + rows_unchanged + rows_rejected),
    CHECK (num_nulls(undone_at, undone_by) IN (0, 2))
);
COMMENT ON TABLE import_file IS 'Загруженные файлы: каждая новая редакция файла — отдельная строка';
COMMENT ON COLUMN import_file.import_file_id IS 'Ключ загрузки';
COMMENT ON COLUMN import_file.file_name IS 'Имя файла';
COMMENT ON COLUMN import_file.version IS 'Номер редакции файла с этим именем';
COMMENT ON COLUMN import_file.kind IS 'Форма файла (layout.code)';
COMMENT ON COLUMN import_file.encoding IS 'Кодировка файла; пусто — раскодирован при чтении';
COMMENT ON COLUMN import_file.lines_service IS 'Служебных строк файла: названия, заголовки, строки групп, отсутствовавшие участники';
COMMENT ON COLUMN import_file.fingerprint IS 'Отпечаток содержания (SHA-256)';
COMMENT ON COLUMN import_file.rows_read IS 'Прочитано строк: сохранённые, заменённые, прежние и отклонённые вместе';
COMMENT ON COLUMN import_file.rows_stored IS 'Сохранено новых результатов';
COMMENT ON COLUMN import_file.rows_replaced IS 'Заменено результатов прежней редакции';
COMMENT ON COLUMN import_file.rows_unchanged IS 'Результаты, которые уже хранятся такими же';
COMMENT ON COLUMN import_file.rows_rejected IS 'Отклонено строк (см. import_reject)';
COMMENT ON COLUMN import_file.rows_withdrawn IS 'Удалено результатов: при загрузке — прежней редакции, которых в файле больше нет; при отмене загрузки — принадлежавших этой редакции';
COMMENT ON COLUMN import_file.imported_at IS 'Когда загружен';
COMMENT ON COLUMN import_file.imported_by IS 'Роль, загрузившая файл';
COMMENT ON COLUMN import_file.seconds IS 'Длительность загрузки, секунды';
COMMENT ON COLUMN import_file.reject_reasons IS 'Причины отказа с числом строк: «причина: n; ...»; у строки может быть несколько причин; пусто — ничего не отклонено';
COMMENT ON COLUMN import_file.undone_at IS 'Когда загрузка отменена (undo_import); пусто — не отменена';
COMMENT ON COLUMN import_file.undone_by IS 'Роль, отменившая загрузку';

CREATE INDEX ON import_file (kind);

CREATE TABLE import_reject (
    import_reject_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    import_file_id integer NOT NULL REFERENCES import_file ON DELETE CASCADE,
    line bigint NOT NULL,
    row_text text NOT NULL,
    reason text NOT NULL
);
CREATE INDEX ON import_reject (import_file_id, line);
COMMENT ON TABLE import_reject IS 'Отклонённые строки файлов с причинами';
COMMENT ON COLUMN import_reject.import_reject_id IS 'Ключ строки';
COMMENT ON COLUMN import_reject.import_file_id IS 'Загрузка';
COMMENT ON COLUMN import_reject.line IS 'Номер строки файла, считая заголовок первой';
COMMENT ON COLUMN import_reject.row_text IS 'Сама строка; код участника, похожий на персональные данные, заменён на ***';
COMMENT ON COLUMN import_reject.reason IS 'Почему строка не принята';

-- No foreign keys: every result is counted in a row of result_summary, and of
-- import_file_summary when it is from a file, and those rows have them. One
-- reference is verified for a class instead of one for each of its pupils.
CREATE TABLE result (
    administration_id integer NOT NULL,
    school_id integer NOT NULL,
    academic_year integer NOT NULL,
    import_file_id integer,
    attempt smallint NOT NULL DEFAULT 1 CHECK (attempt BETWEEN 1 AND 9),
    score smallint CHECK (score BETWEEN 0 AND 1000),
    mark smallint CHECK (mark BETWEEN 2 AND 5),
    journal_mark smallint CHECK (journal_mark BETWEEN 2 AND 5),
    participant text NOT NULL CHECK (is_code(participant, 40)),
    class text NOT NULL DEFAULT '' CHECK (octet_length(class) <= 40),
    task_scores smallint[] CHECK (cardinality(task_scores) BETWEEN 1 AND 100)
        CHECK (array_ndims(task_scores) = 1) CHECK (0 <= ALL (task_scores) AND 100 >= ALL (task_scores)),
    CHECK (score IS NOT NULL OR mark IS NOT NULL),
    PRIMARY KEY (administration_id, school_id, participant, attempt, academic_year)
) PARTITION BY LIST (academic_year);
CREATE INDEX ON result (import_file_id);
COMMENT ON TABLE result IS 'Результаты участников; секции по учебным годам открывает open_year(год)';
COMMENT ON COLUMN result.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN result.school_id IS 'Организация';
COMMENT ON COLUMN result.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN result.import_file_id IS 'Загрузка, из которой взят результат; пусто — внесён без файла';
COMMENT ON COLUMN result.attempt IS 'Попытка: 1 — первая; в правиле учитывается только она, пересдачи хранятся';
COMMENT ON COLUMN result.score IS 'Первичный балл (ВПР, ОГЭ) или тестовый балл (ЕГЭ)';
COMMENT ON COLUMN result.mark IS 'Отметка за работу, 2–5';
COMMENT ON COLUMN result.journal_mark IS 'Отметка по журналу за предыдущий период, 2–5';
COMMENT ON COLUMN result.participant IS 'Код участника: латинские буквы, цифры, _ и -; персональных данных здесь нет';
COMMENT ON COLUMN result.class IS 'Класс, как он обозначен в файле';
COMMENT ON COLUMN result.task_scores IS 'Баллы за задания по порядку; NULL — не приступал';

-- A year that was not opened has no partition of its own: its rows come here
-- and are refused with the one call that opens the year.
CREATE TABLE result_unopened PARTITION OF result DEFAULT;
COMMENT ON TABLE result_unopened IS 'Всегда пуста: ловит результаты неоткрытых учебных лет и объясняет, что делать';

CREATE FUNCTION refuse_unopened_year()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF new.academic_year IS NULL THEN
        RETURN new;             -- the NOT NULL constraint has its own error
    END IF;
    RAISE EXCEPTION 'учебный год % не открыт', new.academic_year
        USING ERRCODE = 'check_violation',
              DETAIL = format('У таблицы result нет секции для %s года.', new.academic_year),
              HINT = format('Откройте его: SELECT open_year(%s);', new.academic_year),
              SCHEMA = tg_table_schema, TABLE = 'result', COLUMN = 'academic_year';
END
$$;
COMMENT ON FUNCTION refuse_unopened_year() IS
'Триггер секции result_unopened: ошибка 23514 с вызовом, открывающим год';
CREATE TRIGGER refuse_unopened_year
    BEFORE INSERT OR UPDATE ON result_unopened
    FOR EACH ROW EXECUTE FUNCTION refuse_unopened_year();

-- Whoever enters results has locked their administration (see 32_summary.sql),
-- so that this UPDATE came after them, and those to come wait for it.
CREATE FUNCTION check_administration_scores(administration_id integer)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    own administration;
    highest integer;
BEGIN
    SELECT a.* INTO own
    FROM administration AS a
    WHERE a.administration_id = check_administration_scores.administration_id;
    SELECT max(r.score) INTO highest
    FROM result AS r
    WHERE r.administration_id = own.administration_id AND r.academic_year = own.academic_year;
    IF highest > own.max_score THEN
        RAISE EXCEPTION 'есть результаты с баллом больше нового максимального %', own.max_score
            USING ERRCODE = 'check_violation',
                  DETAIL = format('Наибольший хранимый балл — %s.', highest),
                  HINT = 'Сначала исправьте результаты.',
                  SCHEMA = current_schema(), TABLE = 'administration', COLUMN = 'max_score';
    END IF;
END
$$;
COMMENT ON FUNCTION check_administration_scores(integer) IS
'Вызывается триггером administration от имени владельца: максимальный балл нельзя сделать меньше хранимых баллов (ошибка 23514)';
CREATE TRIGGER check_scores
    AFTER UPDATE OF max_score ON administration
    FOR EACH ROW WHEN (new.max_score < old.max_score)
    EXECUTE FUNCTION call_as_table_owner('check_administration_scores', 'administration_id');

-- A partition does not inherit comments, and BI tools show it as a table.
CREATE FUNCTION comment_partition(target regclass)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT a.attname, col_description(a.attrelid, a.attnum) AS description
        FROM pg_attribute AS a
        WHERE a.attrelid = 'result'::regclass AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', target, col.attname, col.description);
    END LOOP;
END
$$;
COMMENT ON FUNCTION comment_partition(regclass) IS
'Переносит пояснения столбцов result на её секцию, созданную не через open_year';
SELECT comment_partition('result_unopened');

CREATE FUNCTION open_year(academic_year integer)
RETURNS boolean
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    partition_name text := format('result_%s', academic_year);
BEGIN
    PERFORM check_year(academic_year);
    -- Two sessions opening the same year: the second waits and finds it open.
    PERFORM pg_advisory_xact_lock('result'::regclass::oid::integer, academic_year);
    IF year_is_open(academic_year) THEN
        RETURN false;
    END IF;
    -- Whoever opens the year, its partition belongs to the warehouse's owner, as
    -- whom it is followed once it is attached.
    EXECUTE format('CREATE TABLE %I (LIKE result INCLUDING ALL)', partition_name);
    EXECUTE format('COMMENT ON TABLE %I IS %L', partition_name,
                   format('Результаты %s/%s учебного года', academic_year - 1, to_char(academic_year % 100, 'FM00')));
    -- Read through result, by whose policies; by itself it shows nothing.
    IF (SELECT c.relrowsecurity FROM pg_class AS c WHERE c.oid = 'result'::regclass) THEN
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', partition_name);
    END IF;
    EXECUTE format('ALTER TABLE %I OWNER TO %I', partition_name,
                   (SELECT pg_get_userbyid(c.relowner) FROM pg_class AS c WHERE c.oid = 'result'::regclass));
    EXECUTE format('ALTER TABLE result ATTACH PARTITION %I FOR VALUES IN (%s)', partition_name, academic_year);
    RETURN true;
END
$$;
COMMENT ON FUNCTION open_year(integer) IS
'Открывает учебный год: создаёт секцию result. Возвращает false, если год уже открыт; вне 2000–2100 — ошибка 22003';

CREATE FUNCTION year_is_open(academic_year integer)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM pg_inherits AS i
        JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'result'::regclass
          AND c.relname = format('result_%s', academic_year));
END;
COMMENT ON FUNCTION year_is_open(integer) IS 'Открыт ли учебный год, то есть есть ли у result его секция';
