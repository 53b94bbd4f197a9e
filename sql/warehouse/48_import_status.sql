-- What became of every file, and taking a file back.

-- The reasons of refused rows without the values in them, so that rows wrong
-- in the same way count together.
CREATE FUNCTION reason_kinds(reason text)
RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT k
    FROM regexp_split_to_table(
        regexp_replace(regexp_replace(reason, '«[^»]*»', '«…»', 'g'),
                       '(строку|строки|строке|первая —) [0-9]+', '\1 …', 'g'), '; ') AS k;
END;
COMMENT ON FUNCTION reason_kinds(text) IS
'Причины отказа одной строки файла по отдельности, без самих значений (они заменены на …)';

CREATE FUNCTION reject_reasons(file_id integer, max_count integer DEFAULT 10)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH counted AS (
        SELECT k AS reason, count(*) AS found, row_number() OVER (ORDER BY count(*) DESC, k) AS place
        FROM import_reject AS r, reason_kinds(r.reason) AS k
        WHERE r.import_file_id = file_id
        GROUP BY k
    )
    SELECT concat_ws('; ',
        string_agg(format('%s: %s', c.reason, c.found), '; ' ORDER BY c.place) FILTER (WHERE c.place <= max_count),
        CASE WHEN count(*) > max_count THEN format('и ещё причин: %s', count(*) - max_count) END)
    FROM counted AS c
    HAVING count(*) > 0;
END;
COMMENT ON FUNCTION reject_reasons(integer, integer) IS
'Причины отказа строк загрузки с числом строк, самые частые первыми; остальные — числом. NULL, если ничего не отклонено';

-- Kept in import_file: people who may not read refused rows read the reasons.
CREATE FUNCTION keep_reject_reasons()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE import_file AS f
    SET reject_reasons = reject_reasons(f.import_file_id)
    WHERE f.import_file_id IN (SELECT n.import_file_id FROM new_rows AS n);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_reject_reasons() IS
'Триггер import_reject: причины отказа с числом строк — в import_file.reject_reasons';
CREATE TRIGGER keep_reject_reasons
    AFTER INSERT ON import_reject REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION keep_reject_reasons();

CREATE VIEW import_status WITH (security_invoker = true) AS
SELECT f.import_file_id, f.file_name, f.kind, f.version,
       f.version = max(f.version) OVER (PARTITION BY f.file_name) AS is_latest,
       f.rows_read, f.rows_stored, f.rows_replaced, f.rows_unchanged, f.rows_rejected, f.rows_withdrawn,
       f.reject_reasons, f.seconds, f.imported_at, f.imported_by, f.undone_at, f.undone_by
FROM import_file AS f;
COMMENT ON VIEW import_status IS 'Что стало с каждым загруженным файлом; одна строка — одна редакция файла';
COMMENT ON COLUMN import_status.import_file_id IS 'Ключ загрузки';
COMMENT ON COLUMN import_status.file_name IS 'Имя файла';
COMMENT ON COLUMN import_status.kind IS 'Форма файла';
COMMENT ON COLUMN import_status.version IS 'Номер редакции файла с этим именем';
COMMENT ON COLUMN import_status.is_latest IS 'Последняя редакция этого файла';
COMMENT ON COLUMN import_status.rows_read IS 'Прочитано строк';
COMMENT ON COLUMN import_status.rows_stored IS 'Сохранено новых результатов';
COMMENT ON COLUMN import_status.rows_replaced IS 'Заменено результатов прежней редакции';
COMMENT ON COLUMN import_status.rows_unchanged IS 'Результаты, которые уже хранились такими же';
COMMENT ON COLUMN import_status.rows_rejected IS 'Отклонено строк';
COMMENT ON COLUMN import_status.rows_withdrawn IS 'Удалено результатов: отозванных этой редакцией или отменой загрузки';
COMMENT ON COLUMN import_status.reject_reasons IS 'Причины отказа с числом строк: «причина: n; ...»; у строки может быть несколько причин';
COMMENT ON COLUMN import_status.seconds IS 'Длительность загрузки, секунды';
COMMENT ON COLUMN import_status.imported_at IS 'Когда загружен';
COMMENT ON COLUMN import_status.imported_by IS 'Кем загружен';
COMMENT ON COLUMN import_status.undone_at IS 'Когда загрузка отменена; пусто — не отменена';
COMMENT ON COLUMN import_status.undone_by IS 'Кем отменена';

-- The locks are those of an import of the same file, in the same order.
CREATE FUNCTION undo_import(file_name text)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own_name text := undo_import.file_name;
    removed bigint;
    shared text;
BEGIN
    PERFORM lock_file(own_name);
    IF NOT EXISTS (SELECT FROM import_file AS f WHERE f.file_name = own_name) THEN
        RAISE EXCEPTION 'файл с таким именем не загружался'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Имя: %s.', coalesce(quote_literal(own_name), 'NULL')),
                  HINT = 'Загруженные файлы показывает import_status.';
    END IF;
    IF NOT EXISTS (SELECT FROM import_file AS f WHERE f.file_name = own_name AND f.undone_at IS NULL) THEN
        RAISE NOTICE 'загрузка файла «%» уже отменена', own_name;
        RETURN 0;
    END IF;

    PERFORM FROM administration AS a
    WHERE a.administration_id IN (
        SELECT r.administration_id
        FROM result AS r JOIN import_file AS f USING (import_file_id)
        WHERE f.file_name = own_name
        UNION
        SELECT p.administration_id
        FROM published_group AS p JOIN import_file AS f USING (import_file_id)
        WHERE f.file_name = own_name)
    ORDER BY a.administration_id
    FOR NO KEY UPDATE;

    WITH gone AS (
        DELETE FROM result AS r
        USING import_file AS f
        WHERE f.file_name = own_name AND r.import_file_id = f.import_file_id
        RETURNING r.import_file_id
    ), groups_gone AS (
        DELETE FROM published_group AS p
        USING import_file AS f
        WHERE f.file_name = own_name AND p.import_file_id = f.import_file_id
        RETURNING p.import_file_id
    ), context_gone AS (
        DELETE FROM school_context AS k
        USING import_file AS f
        WHERE f.file_name = own_name AND k.import_file_id = f.import_file_id
        RETURNING k.import_file_id
    ), counted AS (
        SELECT g.import_file_id, count(*) AS removed
        FROM (SELECT r.import_file_id FROM gone AS r
              UNION ALL SELECT p.import_file_id FROM groups_gone AS p
              UNION ALL SELECT k.import_file_id FROM context_gone AS k) AS g
        GROUP BY g.import_file_id
    ), undone AS (
        UPDATE import_file AS f
        SET rows_withdrawn = f.rows_withdrawn + coalesce((SELECT c.removed FROM counted AS c
                                                          WHERE c.import_file_id = f.import_file_id), 0),
            undone_at = clock_timestamp(), undone_by = current_user
        WHERE f.file_name = own_name AND f.undone_at IS NULL
        RETURNING 1
    )
    SELECT coalesce(sum(c.removed), 0) INTO removed FROM counted AS c;
    shared := sharing_files(own_name);
    IF removed > 0 AND shared IS NOT NULL THEN
        RAISE NOTICE 'если удалённое есть и в файлах %, загрузите их ещё раз', shared;
    END IF;
    RETURN removed;
END
$$;
COMMENT ON FUNCTION undo_import(text) IS
'Отменяет загрузку файла: удаляет результаты, сводные данные и показатели условий, взятые из всех его редакций, и отмечает это в import_file; больше ничего не меняет. Возвращает число удалённых строк. Тот же файл можно загрузить снова. Результаты, которые были и в другом файле, но считались за этим, вернёт повторная загрузка того файла (называются в NOTICE). Файл не загружался — ошибка P0002';
