-- Numbers an administrator may change, as data.

CREATE TABLE setting (
    setting_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    value integer NOT NULL CHECK (value BETWEEN 0 AND 100000),
    meaning text NOT NULL CHECK (meaning <> '')
);
COMMENT ON TABLE setting IS 'Настройки хранилища: меняйте value';
COMMENT ON COLUMN setting.setting_id IS 'Ключ настройки';
COMMENT ON COLUMN setting.code IS 'Код настройки';
COMMENT ON COLUMN setting.value IS 'Значение';
COMMENT ON COLUMN setting.meaning IS 'Что значит это число';
INSERT INTO setting (code, value, meaning) VALUES
    ('small_cell_threshold', 5, 'В данных для публикации скрываются числа участников меньше этого и то, из чего их можно вычислить; 0 или 1 — не скрывается ничего'),
    ('keep_reject_days', 1100, 'Сколько дней после загрузки хранятся отклонённые строки файлов; причины с числом строк остаются в import_file'),
    ('keep_job_run_days', 400, 'Сколько дней хранятся записи о выполненных заданиях');

CREATE FUNCTION setting_value(code text)
RETURNS integer
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    found_value integer := (SELECT s.value FROM setting AS s WHERE s.code = setting_value.code);
BEGIN
    IF found_value IS NULL THEN
        RAISE EXCEPTION 'нет такой настройки'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Код %s.', coalesce(quote_literal(code), 'NULL')),
                  HINT = 'Настройки — в таблице setting.';
    END IF;
    RETURN found_value;
END
$$;
COMMENT ON FUNCTION setting_value(text) IS 'Значение настройки с этим кодом из таблицы setting; нет такой — ошибка P0002';
