-- Social context: indicators as data, their values by school and measurement,
-- and the import of forms in which schools give them.

CREATE TABLE context_indicator (
    context_indicator_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    topic text NOT NULL CHECK (topic <> ''),
    name text NOT NULL CHECK (name <> ''),
    unit text NOT NULL CHECK (unit <> ''),
    kind text NOT NULL CHECK (kind IN ('share', 'number', 'level')),
    numerator text CHECK (numerator <> ''),
    denominator text CHECK (denominator <> ''),
    denominator_role text CHECK (denominator_role ~ '^[a-z_0-9]+$'),
    direction integer NOT NULL CHECK (direction IN (-1, 0, 1)),
    low_value double precision,
    high_value double precision,
    medium_deficit_from double precision,
    high_deficit_from double precision,
    first_year integer CHECK (first_year BETWEEN 2000 AND 2100),
    last_year integer CHECK (last_year BETWEEN 2000 AND 2100),
    source text NOT NULL CHECK (source <> ''),
    CHECK (num_nonnulls(numerator, denominator, denominator_role) = CASE kind WHEN 'share' THEN 3 ELSE 0 END),
    CHECK (low_value <= high_value),
    -- NaN is above infinity
    CHECK (greatest(abs(low_value), abs(high_value), abs(medium_deficit_from), abs(high_deficit_from)) <= 1e15),
    CHECK (num_nulls(medium_deficit_from, high_deficit_from) = 2 OR (kind <> 'level' AND direction <> 0)),
    CHECK (direction * high_deficit_from <= direction * medium_deficit_from),
    CHECK (first_year <= last_year)
);
COMMENT ON TABLE context_indicator IS 'Показатели условий, в которых работает школа (контекстные данные); перечень дополняется строками';
COMMENT ON COLUMN context_indicator.context_indicator_id IS 'Ключ показателя';
COMMENT ON COLUMN context_indicator.code IS 'Код показателя; он же — роль столбца в layout_column';
COMMENT ON COLUMN context_indicator.topic IS 'Группа показателей: территория, экономика, кадры, контингент, ...';
COMMENT ON COLUMN context_indicator.name IS 'Наименование показателя';
COMMENT ON COLUMN context_indicator.unit IS 'Единица измерения';
COMMENT ON COLUMN context_indicator.kind IS 'share — доля (числитель и знаменатель), number — число, level — уровень по шкале context_level';
COMMENT ON COLUMN context_indicator.numerator IS 'Что в числителе доли';
COMMENT ON COLUMN context_indicator.denominator IS 'Что в знаменателе доли';
COMMENT ON COLUMN context_indicator.denominator_role IS 'Роль столбца со знаменателем в форме загрузки (layout_column.role)';
COMMENT ON COLUMN context_indicator.direction IS '1 — чем больше, тем лучше условия; -1 — чем больше, тем хуже; 0 — неизвестно';
COMMENT ON COLUMN context_indicator.low_value IS 'Наименьшее допустимое значение; пусто — не ограничено';
COMMENT ON COLUMN context_indicator.high_value IS 'Наибольшее допустимое значение; пусто — не ограничено';
COMMENT ON COLUMN context_indicator.medium_deficit_from IS 'Значение доли или числа, с которого дефицит средний; пусто — порог не задан (у уровней — context_level.deficit)';
COMMENT ON COLUMN context_indicator.high_deficit_from IS 'Значение доли или числа, с которого дефицит высокий; пусто — порог не задан';
COMMENT ON COLUMN context_indicator.first_year IS 'Первый учебный год действия показателя; пусто — не ограничен';
COMMENT ON COLUMN context_indicator.last_year IS 'Последний учебный год действия показателя; пусто — не ограничен';
COMMENT ON COLUMN context_indicator.source IS 'Документ, из которого взят показатель';

CREATE TABLE context_level (
    context_level_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    context_indicator_id integer NOT NULL REFERENCES context_indicator ON DELETE CASCADE,
    level integer NOT NULL CHECK (level BETWEEN 0 AND 10),
    name text NOT NULL CHECK (name <> ''),
    deficit integer CHECK (deficit BETWEEN 0 AND 2),
    UNIQUE (context_indicator_id, level),
    UNIQUE (context_indicator_id, name)
);
COMMENT ON TABLE context_level IS 'Шкалы показателей, измеряемых уровнями';
COMMENT ON COLUMN context_level.context_level_id IS 'Ключ уровня';
COMMENT ON COLUMN context_level.context_indicator_id IS 'Показатель';
COMMENT ON COLUMN context_level.level IS 'Номер уровня: больше — больше того, что названо показателем';
COMMENT ON COLUMN context_level.name IS 'Уровень словами, как в форме';
COMMENT ON COLUMN context_level.deficit IS 'Какой это дефицит: 0 — нет, 1 — средний, 2 — высокий; пусто — показатель о дефиците не говорит';

CREATE TABLE school_context (
    school_context_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer NOT NULL REFERENCES school,
    context_indicator_id integer NOT NULL REFERENCES context_indicator,
    academic_year integer NOT NULL CHECK (academic_year BETWEEN 2000 AND 2100),
    measurement integer NOT NULL DEFAULT 1 CHECK (measurement IN (1, 2)),
    numerator bigint CHECK (numerator BETWEEN 0 AND 1000000000),
    denominator bigint CHECK (denominator BETWEEN 1 AND 1000000000),
    amount double precision CHECK (abs(amount) <= 1e15),
    value double precision NOT NULL
        GENERATED ALWAYS AS (coalesce(numerator::double precision / nullif(denominator, 0), amount)) STORED,
    import_file_id integer REFERENCES import_file,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user,
    CHECK (num_nulls(numerator, denominator) IN (0, 2)),
    CHECK (num_nonnulls(numerator, amount) = 1),
    CHECK (numerator <= denominator),
    UNIQUE (school_id, context_indicator_id, academic_year, measurement)
);
CREATE INDEX ON school_context (context_indicator_id, academic_year, measurement);
CREATE INDEX ON school_context (academic_year);
CREATE INDEX ON school_context (import_file_id);
COMMENT ON TABLE school_context IS 'Значения показателей условий по организациям и замерам; правки сохраняются в school_context_change';
COMMENT ON COLUMN school_context.school_context_id IS 'Ключ значения';
COMMENT ON COLUMN school_context.school_id IS 'Организация';
COMMENT ON COLUMN school_context.context_indicator_id IS 'Показатель';
COMMENT ON COLUMN school_context.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN school_context.measurement IS 'Замер учебного года: 1 — октябрь, 2 — июнь';
COMMENT ON COLUMN school_context.numerator IS 'Числитель доли';
COMMENT ON COLUMN school_context.denominator IS 'Знаменатель доли';
COMMENT ON COLUMN school_context.amount IS 'Число или номер уровня; у долей пусто';
COMMENT ON COLUMN school_context.value IS 'Значение: доля от 0 до 1, число или номер уровня';
COMMENT ON COLUMN school_context.import_file_id IS 'Загрузка, из которой взято значение; пусто — внесено без файла';
COMMENT ON COLUMN school_context.recorded_at IS 'Когда записано';
COMMENT ON COLUMN school_context.recorded_by IS 'Кем записано';

CREATE TABLE school_context_change (
    school_context_change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer NOT NULL REFERENCES school,
    context_indicator_id integer NOT NULL REFERENCES context_indicator,
    academic_year integer NOT NULL,
    measurement integer NOT NULL,
    numerator_before bigint,
    denominator_before bigint,
    value_before double precision NOT NULL,
    value_after double precision,
    file_before_id integer REFERENCES import_file,
    recorded_before timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user
);
CREATE INDEX ON school_context_change (school_id);
CREATE INDEX ON school_context_change (context_indicator_id);
CREATE INDEX ON school_context_change (file_before_id);
COMMENT ON TABLE school_context_change IS 'История правок school_context: прежние значения; записывается сама';
COMMENT ON COLUMN school_context_change.school_context_change_id IS 'Ключ правки';
COMMENT ON COLUMN school_context_change.school_id IS 'Организация';
COMMENT ON COLUMN school_context_change.context_indicator_id IS 'Показатель';
COMMENT ON COLUMN school_context_change.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN school_context_change.measurement IS 'Замер учебного года: 1 — октябрь, 2 — июнь';
COMMENT ON COLUMN school_context_change.numerator_before IS 'Прежний числитель доли';
COMMENT ON COLUMN school_context_change.denominator_before IS 'Прежний знаменатель доли';
COMMENT ON COLUMN school_context_change.value_before IS 'Прежнее значение';
COMMENT ON COLUMN school_context_change.value_after IS 'Новое значение; пусто — значение удалено';
COMMENT ON COLUMN school_context_change.file_before_id IS 'Загрузка, из которой было прежнее значение';
COMMENT ON COLUMN school_context_change.recorded_before IS 'Когда было записано прежнее значение';
COMMENT ON COLUMN school_context_change.recorded_at IS 'Когда исправлено';
COMMENT ON COLUMN school_context_change.recorded_by IS 'Кем исправлено';

CREATE FUNCTION measurement_text(academic_year integer, measurement integer)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE measurement WHEN 1 THEN 'октябрь ' || academic_year - 1
                        WHEN 2 THEN 'июнь ' || academic_year END;
COMMENT ON FUNCTION measurement_text(integer, integer) IS
'Замер словами: месяц и календарный год';

CREATE FUNCTION measurement_number(cell text)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE header_text(cell) WHEN 'октябрь' THEN 1 WHEN 'июнь' THEN 2 ELSE int_or_null(cell, 1, 2) END;
COMMENT ON FUNCTION measurement_number(text) IS
'Замер по ячейке файла: октябрь или 1, июнь или 2; NULL, если там другое';

-- What a value of an indicator cannot be, in words; NULL when it can. STABLE,
-- as format() is: declared IMMUTABLE it would not be inlined, and takes ten
-- times as long.
CREATE FUNCTION unfit_value(indicator context_indicator, is_share boolean, is_level boolean, value double precision,
    academic_year integer)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN is_share <> (indicator.kind = 'share')
    THEN CASE indicator.kind WHEN 'share' THEN 'нужны числитель и знаменатель' ELSE 'числитель и знаменатель бывают только у долей' END
    WHEN academic_year NOT BETWEEN coalesce(indicator.first_year, 0) AND coalesce(indicator.last_year, 9999)
    THEN format('показатель в %s учебном году не действует', academic_year)
    WHEN value < indicator.low_value OR value > indicator.high_value
    THEN format('«%s» — вне пределов от %s до %s', value, coalesce(indicator.low_value::text, '…'),
                coalesce(indicator.high_value::text, '…'))
    WHEN indicator.kind = 'level' AND NOT is_level THEN format('«%s» — нет такого уровня', value) END;
COMMENT ON FUNCTION unfit_value(context_indicator, boolean, boolean, double precision, integer) IS
'Почему показатель не может иметь такого значения в этом учебном году (is_share — даны числитель и знаменатель, is_level — такой уровень есть в его шкале); NULL — может';

CREATE FUNCTION check_context_values()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    bad record;
BEGIN
    SELECT i.code, i.name, n.school_id, n.academic_year,
           unfit_value(i, n.numerator IS NOT NULL, l.level IS NOT NULL, n.value, n.academic_year) AS reason
    INTO bad
    FROM new_rows AS n
    JOIN context_indicator AS i USING (context_indicator_id)
    LEFT JOIN context_level AS l ON (l.context_indicator_id, l.level) = (n.context_indicator_id, n.value)
    WHERE unfit_value(i, n.numerator IS NOT NULL, l.level IS NOT NULL, n.value, n.academic_year) IS NOT NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'показатель «%»: %', bad.name, bad.reason
            USING ERRCODE = 'check_violation',
                  DETAIL = format('Организация %s, %s учебный год.', bad.school_id, bad.academic_year),
                  HINT = format('Исправьте значение или показатель %s в context_indicator, context_level.', bad.code),
                  SCHEMA = tg_table_schema, TABLE = tg_table_name, COLUMN = 'value';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION check_context_values() IS
'Триггер school_context: значение должно подходить показателю (ошибка 23514)';
CREATE TRIGGER check_values_inserted AFTER INSERT ON school_context
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION check_context_values();
CREATE TRIGGER check_values_updated AFTER UPDATE ON school_context
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION check_context_values();

CREATE FUNCTION record_context_changes()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF tg_op = 'UPDATE' THEN
        INSERT INTO school_context_change (school_id, context_indicator_id, academic_year, measurement, numerator_before,
                                           denominator_before, value_before, value_after, file_before_id, recorded_before)
        SELECT o.school_id, o.context_indicator_id, o.academic_year, o.measurement, o.numerator, o.denominator,
               o.value, n.value, o.import_file_id, o.recorded_at
        FROM old_rows AS o
        JOIN new_rows AS n USING (school_context_id)
        WHERE (o.school_id, o.context_indicator_id, o.academic_year, o.measurement, o.numerator, o.denominator, o.value)
              IS DISTINCT FROM
              (n.school_id, n.context_indicator_id, n.academic_year, n.measurement, n.numerator, n.denominator, n.value);
    ELSE
        INSERT INTO school_context_change (school_id, context_indicator_id, academic_year, measurement, numerator_before,
                                           denominator_before, value_before, file_before_id, recorded_before)
        SELECT o.school_id, o.context_indicator_id, o.academic_year, o.measurement, o.numerator, o.denominator,
               o.value, o.import_file_id, o.recorded_at
        FROM old_rows AS o;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_context_changes() IS
'Триггер school_context: прежние значения — в school_context_change';
CREATE TRIGGER record_updates AFTER UPDATE ON school_context
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION record_context_changes();
CREATE TRIGGER record_deletes AFTER DELETE ON school_context
    REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION record_context_changes();

-- import_file, context: a record is a school's form, a cell a value; a record
-- without a school or a year is refused as a whole, else cell by cell.

CREATE FUNCTION decimal_number(cell text)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN translate(cell, ' ' || chr(160) || chr(8239), '') ~ '^-?\d{1,12}([.,]\d{1,10})?$'
            THEN translate(cell, ', ' || chr(160) || chr(8239), '.')::double precision END;
COMMENT ON FUNCTION decimal_number(text) IS
'Число ячейки (дробная часть после точки или запятой, пробелы между разрядами допустимы) или NULL, если там не число';

-- Why a cell cannot be taken; NULL when it can.
CREATE FUNCTION cell_reason(indicator context_indicator, cell text, total text, numerator bigint, denominator bigint,
    amount double precision, is_level boolean, academic_year integer)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN indicator.kind = 'share' AND numerator IS NULL THEN bad_value(indicator.name, cell, 'ожидается целое число')
    WHEN indicator.kind = 'share' AND (denominator IS NULL OR denominator = 0)
    THEN bad_value(indicator.denominator, coalesce(total, ''), 'ожидается целое число больше нуля')
    WHEN numerator > denominator THEN bad_value(indicator.name, cell, format('больше, чем всего: «%s»', total))
    WHEN indicator.kind = 'level' AND amount IS NULL THEN bad_value(indicator.name, cell, 'нет такого уровня')
    WHEN indicator.kind = 'number' AND amount IS NULL THEN bad_value(indicator.name, cell, 'ожидается число')
    ELSE indicator.name || ': ' || unfit_value(indicator, numerator IS NOT NULL, is_level,
                                               coalesce(amount, numerator::double precision / denominator), academic_year) END;
COMMENT ON FUNCTION cell_reason(context_indicator, text, text, bigint, bigint, double precision, boolean, integer) IS
'Почему значение ячейки формы не принято; NULL — принято. Вызывается из read_context';

CREATE FUNCTION read_context(own_layout layout, given import_form)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
#variable_conflict use_column
BEGIN
    CREATE TEMPORARY TABLE import_work AS
    WITH form AS (
        SELECT r.line, r.header_line, r.cells,
               coalesce(given.school_code_kind, own_layout.school_code_kind) AS kind,
               coalesce(given.school_code, school_login(r.cells[p.school_code]), r.cells[p.school_code]) AS code,
               r.cells[p.school_name] AS school_name,
               coalesce(given.academic_year, r.cells[p.academic_year]) AS year_text,
               int_or_null(coalesce(given.academic_year, r.cells[p.academic_year]), 2000, 2100) AS academic_year,
               r.cells[p.measurement] AS measurement_text,
               measurement_number(coalesce(r.cells[p.measurement], '1')) AS measurement
        FROM import_record AS r
        JOIN column_places() AS p ON p.line = r.header_line
        WHERE r.kind = 'data'
    ), judged AS (
        SELECT f.*, c.school_id,
               nullif(concat_ws('; ',
                   CASE WHEN c.school_id IS NULL
                        THEN bad_value('код организации', concat_ws(' ', f.kind, f.code), 'нет в school_code') END,
                   CASE WHEN f.academic_year IS NULL
                        THEN bad_value('учебный год', f.year_text, 'ожидается год от 2000 до 2100') END,
                   CASE WHEN f.measurement IS NULL
                        THEN bad_value('замер', f.measurement_text, 'ожидается октябрь (1) или июнь (2)') END), '') AS reason
        FROM form AS f
        LEFT JOIN school_code AS c ON (c.kind, c.code) = (f.kind, f.code)
    ), own_column AS (
        SELECT h.line AS header_line, h.place, t.place AS total_place, i AS indicator, i.kind
        FROM import_header AS h
        JOIN context_indicator AS i ON i.code = h.role
        LEFT JOIN import_header AS t ON t.line = h.line AND t.role = i.denominator_role
    ), valued AS (
        SELECT j.line, j.kind, j.code, j.school_name, j.school_id, j.academic_year, j.measurement, o.indicator,
               j.cells[o.place] AS cell, j.cells[o.total_place] AS total,
               CASE o.kind WHEN 'share' THEN whole_number(j.cells[o.place]) END AS numerator,
               CASE o.kind WHEN 'share' THEN whole_number(j.cells[o.total_place]) END AS denominator,
               CASE o.kind WHEN 'number' THEN decimal_number(j.cells[o.place])
                           WHEN 'level' THEN coalesce(l.level, int_or_null(j.cells[o.place], 0, 10)) END AS amount,
               l.level IS NOT NULL AS is_level,
               CASE WHEN j.reason IS NOT NULL THEN j.reason
                    WHEN o.indicator IS NULL THEN 'в строке нет ни одного значения' END AS reason
        FROM judged AS j
        LEFT JOIN own_column AS o
          ON o.header_line = j.header_line AND j.reason IS NULL AND present_value(j.cells[o.place]) IS NOT NULL
        LEFT JOIN context_level AS l
          ON l.context_indicator_id = (o.indicator).context_indicator_id
         AND (header_text(l.name) = header_text(j.cells[o.place]) OR l.level = int_or_null(j.cells[o.place], 0, 10))
        OFFSET 0        -- a cell is read once
    )
    SELECT v.line, v.kind, v.code, v.school_name, v.school_id, (v.indicator).context_indicator_id, v.academic_year, v.measurement,
           v.numerator, v.denominator, v.amount, 'new'::text AS state,
           coalesce(v.reason, cell_reason(v.indicator, v.cell, v.total, v.numerator, v.denominator, v.amount, v.is_level,
                                          v.academic_year)) AS reason
    FROM valued AS v;
    ANALYZE import_work;
    UPDATE import_work SET state = 'reject' WHERE reason IS NOT NULL;
END
$$;
COMMENT ON FUNCTION read_context(layout, import_form) IS
'Разбирает записи с показателями условий во временную таблицу import_work: значения или причины отказа. Вызывается из import_context_values';

-- Values that repeat or contradict each other within the file, and those
-- already stored: the same, the file's own older ones, another owner's.
CREATE FUNCTION match_context(own_name text)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE import_work AS v
    SET state = 'reject',
        reason = CASE WHEN r.variants > 1
                      THEN format('в файле несколько разных значений показателя «%s» (первое — в строке %s): неизвестно, какое верно', i.name, r.first_line)
                      ELSE format('повторяет значение показателя «%s» из строки %s', i.name, r.first_line) END
    FROM (
        SELECT c.school_id, c.context_indicator_id, c.academic_year, c.measurement, min(c.line) AS first_line,
               count(DISTINCT (c.numerator, c.denominator, c.amount)) AS variants
        FROM import_work AS c
        WHERE c.state = 'new'
        GROUP BY c.school_id, c.context_indicator_id, c.academic_year, c.measurement
        HAVING count(*) > 1) AS r
    JOIN context_indicator AS i USING (context_indicator_id)
    WHERE (r.school_id, r.context_indicator_id, r.academic_year, r.measurement)
          = (v.school_id, v.context_indicator_id, v.academic_year, v.measurement)
      AND v.state = 'new' AND (r.variants > 1 OR v.line > r.first_line);

    UPDATE import_work AS v
    SET state = CASE WHEN (v.numerator, v.denominator, v.amount) IS NOT DISTINCT FROM (s.numerator, s.denominator, s.amount)
                     THEN 'unchanged'
                     WHEN s.file_name = own_name THEN 'replace' ELSE 'reject' END,
        reason = CASE WHEN (v.numerator, v.denominator, v.amount) IS DISTINCT FROM (s.numerator, s.denominator, s.amount)
                           AND s.file_name IS DISTINCT FROM own_name
                      THEN format('значение показателя «%s» уже внесено %s другим', s.name,
                                  coalesce('из файла «' || s.file_name || '»', 'без файла')) END
    FROM (
        SELECT k.*, f.file_name, i.name
        FROM school_context AS k
        JOIN context_indicator AS i USING (context_indicator_id)
        LEFT JOIN import_file AS f USING (import_file_id)) AS s
    WHERE (s.school_id, s.context_indicator_id, s.academic_year, s.measurement)
          = (v.school_id, v.context_indicator_id, v.academic_year, v.measurement)
      AND v.state = 'new';
END
$$;
COMMENT ON FUNCTION match_context(text) IS
'Сверяет значения файла между собой и с хранимыми. Вызывается из import_context_values';

CREATE FUNCTION write_context_values(recorded import_file)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    withdrawn bigint;
BEGIN
    DELETE FROM school_context AS k
    USING import_file AS f
    WHERE f.import_file_id = k.import_file_id AND f.file_name = recorded.file_name
      AND NOT EXISTS (
          SELECT FROM import_work AS c
          WHERE c.state IN ('unchanged', 'replace')
            AND (c.school_id, c.context_indicator_id, c.academic_year, c.measurement)
                = (k.school_id, k.context_indicator_id, k.academic_year, k.measurement));
    GET DIAGNOSTICS withdrawn = ROW_COUNT;
    UPDATE school_context AS k
    SET numerator = c.numerator, denominator = c.denominator, amount = c.amount,
        import_file_id = recorded.import_file_id, recorded_at = clock_timestamp(), recorded_by = current_user
    FROM import_work AS c
    WHERE c.state = 'replace'
      AND (c.school_id, c.context_indicator_id, c.academic_year, c.measurement)
          = (k.school_id, k.context_indicator_id, k.academic_year, k.measurement);
    INSERT INTO school_context (school_id, context_indicator_id, academic_year, measurement, numerator, denominator, amount,
                                import_file_id)
    SELECT c.school_id, c.context_indicator_id, c.academic_year, c.measurement, c.numerator, c.denominator, c.amount,
           recorded.import_file_id
    FROM import_work AS c
    WHERE c.state = 'new'
    ORDER BY c.school_id, c.context_indicator_id;
    INSERT INTO import_reject (import_file_id, line, row_text, reason)
    SELECT recorded.import_file_id, c.line,
           (SELECT string_agg(coalesce(masked(t.cell), ''), ';' ORDER BY t.ordinality)
            FROM unnest(r.cells) WITH ORDINALITY AS t (cell)
            WHERE t.ordinality IN (SELECT h.place FROM import_header AS h WHERE h.line = r.header_line)), c.reason
    FROM import_work AS c
    JOIN import_record AS r USING (line)
    WHERE c.state = 'reject'
    ORDER BY c.line, c.context_indicator_id;
    PERFORM note_unmatched_schools(recorded.import_file_id, ARRAY(
        SELECT ROW(c.kind, c.code, min(c.school_name), NULL, count(DISTINCT c.line))::school_mention
        FROM import_work AS c
        WHERE c.school_id IS NULL AND masked(c.code) = c.code
        GROUP BY c.kind, c.code));
    RETURN withdrawn;
END
$$;
COMMENT ON FUNCTION write_context_values(import_file) IS
'Пишет значения и отказы загрузки, удаляет отозванные значения; возвращает число удалённых. Вызывается из record_import';

CREATE FUNCTION import_context_values(new_file import_file, own_layout layout, given import_form, started timestamptz)
RETURNS import_file
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM read_context(own_layout, given);
    IF NOT EXISTS (SELECT FROM import_work) THEN
        RAISE EXCEPTION 'в файле нет строк организаций'
            USING ERRCODE = 'no_data_found', DETAIL = format('Файл «%s».', new_file.file_name),
                  HINT = 'Под заголовком должна быть строка на каждую организацию: её код и значения показателей.';
    END IF;
    PERFORM match_context(new_file.file_name);
    new_file.lines_service := new_file.lines_service - (SELECT count(DISTINCT w.line) FROM import_work AS w);
    RETURN record_import(new_file, NULL, started);
END
$$;
COMMENT ON FUNCTION import_context_values(import_file, layout, import_form, timestamptz) IS
'Общая часть import_file для показателей условий: значения — в school_context, остальное — в import_reject; возвращает строку import_file, в которой строки — значения';
