-- Some servers (seen: 17.11 and 18.6; 15.20 does not) give the trigger of a
-- MERGE that inserts into a partitioned table and then updates it the inserted
-- rows in place of the updated ones. A trigger before each inserted row, even
-- one that never fires, makes them give the right ones, and makes COPY insert
-- row by row. So a warehouse has it only on a server that needs it, which is
-- found out by trying.

CREATE FUNCTION note_merge_probe()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM set_config('shnor.merge_probe', (SELECT string_agg(r::text, ' ') FROM new_rows AS r), true);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_merge_probe() IS 'Триггер пробной таблицы: какие строки он видит после MERGE';

-- The values come first in a nested loop, in their order: insert, then update.
CREATE FUNCTION server_captures_merge()
RETURNS boolean
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    CREATE TEMPORARY TABLE merge_probe (key integer, value integer) PARTITION BY LIST (key);
    CREATE TEMPORARY TABLE merge_probe_rows PARTITION OF merge_probe DEFAULT;
    INSERT INTO pg_temp.merge_probe VALUES (1, 0);
    CREATE TRIGGER note AFTER UPDATE ON pg_temp.merge_probe REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION note_merge_probe();
    MERGE INTO pg_temp.merge_probe AS p
    USING (VALUES (2), (1)) AS v (key) ON p.key = v.key
    WHEN MATCHED THEN UPDATE SET value = 100
    WHEN NOT MATCHED THEN INSERT VALUES (v.key, 7);
    DROP TABLE pg_temp.merge_probe;
    RETURN current_setting('shnor.merge_probe') = '(1,100)';
END
$$;
COMMENT ON FUNCTION server_captures_merge() IS
'Пробует, верные ли строки получает от этого сервера триггер после MERGE, который и вставляет, и изменяет';

CREATE FUNCTION never_called()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN new;
END
$$;
COMMENT ON FUNCTION never_called() IS 'Функция триггера, который никогда не срабатывает (см. match_server)';

CREATE FUNCTION match_server()
RETURNS boolean
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    needed boolean := NOT server_captures_merge();
    present boolean := EXISTS (SELECT FROM pg_trigger AS t
                               WHERE t.tgrelid = 'result'::regclass AND t.tgname = 'keep_inserted_apart');
BEGIN
    IF needed AND NOT present THEN
        CREATE TRIGGER keep_inserted_apart BEFORE INSERT ON result
            FOR EACH ROW WHEN (false) EXECUTE FUNCTION never_called();
    ELSIF present AND NOT needed THEN
        DROP TRIGGER keep_inserted_apart ON result;
    END IF;
    RETURN needed;
END
$$;
COMMENT ON FUNCTION match_server() IS
'Приводит триггеры result в соответствие с сервером: выполняется при создании хранилища; повторите после перехода на другой выпуск PostgreSQL или восстановления на другом сервере. Возвращает true, если серверу нужен триггер, с которым MERGE учитывается верно, а COPY медленнее';
SELECT match_server();
