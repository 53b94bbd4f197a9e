-- Indicators of roadmaps: what is measured, what is to be reached and by when,
-- what was measured, and the import of that.

CREATE TABLE indicator (
    indicator_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^\S{1,40}$'),
    name text NOT NULL UNIQUE CHECK (name <> ''),
    unit text NOT NULL CHECK (unit IN ('share', 'count', 'number')),
    direction text NOT NULL CHECK (direction IN ('up', 'down', 'none')),
    numerator text CHECK (numerator <> ''),
    denominator text CHECK (denominator <> ''),
    computed_by text CHECK (computed_by IN ('failed', 'listed')),
    assessment_id integer REFERENCES assessment,
    source text CHECK (source <> ''),
    CHECK ((computed_by IS NOT DISTINCT FROM 'failed') = (assessment_id IS NOT NULL)),
    CHECK (computed_by IS NULL OR unit = 'share')
);
CREATE INDEX ON indicator (assessment_id);
COMMENT ON TABLE indicator IS 'Показатели дорожных карт: что измеряется';
COMMENT ON COLUMN indicator.indicator_id IS 'Ключ показателя';
COMMENT ON COLUMN indicator.code IS 'Краткое обозначение без пробелов, по которому показатель называют в файлах';
COMMENT ON COLUMN indicator.name IS 'Наименование показателя';
COMMENT ON COLUMN indicator.unit IS 'Единица: share — доля от 0 до 1, count — количество, number — иное число';
COMMENT ON COLUMN indicator.direction IS 'Какое изменение — улучшение: up — рост, down — снижение, none — показатель лишь описывает условия';
COMMENT ON COLUMN indicator.numerator IS 'Что считают: числитель доли или само количество';
COMMENT ON COLUMN indicator.denominator IS 'От чего считают долю';
COMMENT ON COLUMN indicator.computed_by IS 'Чем вычисляется: failed — доля не справившихся по процедуре, listed — доля школ списка ШНОР среди оценённых (обе — по текущим циклам); пусто — значения сообщают';
COMMENT ON COLUMN indicator.assessment_id IS 'Процедура, если показатель — доля не справившихся';
COMMENT ON COLUMN indicator.source IS 'Документ, которым показатель установлен';

CREATE TABLE indicator_target (
    indicator_target_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    indicator_id integer NOT NULL REFERENCES indicator,
    region_id integer REFERENCES region,
    municipality_id integer REFERENCES municipality,
    school_id integer REFERENCES school,
    due_on date NOT NULL CHECK (due_on BETWEEN DATE '2000-01-01' AND DATE '2100-12-31'),
    value numeric NOT NULL CHECK (value BETWEEN -1000000000 AND 1000000000),
    source text CHECK (source <> ''),
    CHECK (num_nonnulls(region_id, municipality_id, school_id) <= 1),
    UNIQUE NULLS NOT DISTINCT (indicator_id, region_id, municipality_id, school_id, due_on)
);
CREATE INDEX ON indicator_target (region_id);
CREATE INDEX ON indicator_target (municipality_id);
CREATE INDEX ON indicator_target (school_id);
COMMENT ON TABLE indicator_target IS 'Целевые значения показателей: чего достичь и к какому дню';
COMMENT ON COLUMN indicator_target.indicator_target_id IS 'Ключ целевого значения';
COMMENT ON COLUMN indicator_target.indicator_id IS 'Показатель';
COMMENT ON COLUMN indicator_target.region_id IS 'Регион, для которого цель поставлена';
COMMENT ON COLUMN indicator_target.municipality_id IS 'Муниципальное образование, для которого цель поставлена';
COMMENT ON COLUMN indicator_target.school_id IS 'Организация, для которой цель поставлена; если пусты все три столбца, цель общая — для всех, у кого нет своей';
COMMENT ON COLUMN indicator_target.due_on IS 'К какому дню (включительно)';
COMMENT ON COLUMN indicator_target.value IS 'Целевое значение в единицах показателя; доля — от 0 до 1';
COMMENT ON COLUMN indicator_target.source IS 'Документ, которым цель поставлена';

CREATE TABLE indicator_value (
    indicator_value_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    indicator_id integer NOT NULL REFERENCES indicator,
    region_id integer REFERENCES region,
    municipality_id integer REFERENCES municipality,
    school_id integer REFERENCES school,
    measured_on date NOT NULL CHECK (measured_on BETWEEN DATE '2000-01-01' AND DATE '2100-08-31'),
    academic_year integer NOT NULL GENERATED ALWAYS AS
        (extract(year FROM measured_on)::integer
         + CASE WHEN extract(month FROM measured_on) >= 9 THEN 1 ELSE 0 END) STORED,
    numerator numeric CHECK (numerator BETWEEN 0 AND 1000000000),
    denominator numeric CHECK (denominator > 0 AND denominator <= 1000000000),
    given numeric CHECK (given BETWEEN -1000000000 AND 1000000000),
    value numeric GENERATED ALWAYS AS (coalesce(given, numerator / nullif(denominator, 0))) STORED,
    source text CHECK (source <> ''),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user,
    CHECK (num_nonnulls(region_id, municipality_id, school_id) = 1),
    CHECK (num_nulls(numerator, denominator) IN (0, 2)),
    CHECK (num_nonnulls(numerator, given) = 1),
    UNIQUE NULLS NOT DISTINCT (indicator_id, region_id, municipality_id, school_id, measured_on)
);
CREATE INDEX ON indicator_value (region_id);
CREATE INDEX ON indicator_value (municipality_id);
CREATE INDEX ON indicator_value (school_id);
COMMENT ON TABLE indicator_value IS 'Сообщённые значения показателей';
COMMENT ON COLUMN indicator_value.indicator_value_id IS 'Ключ значения';
COMMENT ON COLUMN indicator_value.indicator_id IS 'Показатель';
COMMENT ON COLUMN indicator_value.region_id IS 'Регион, если значение — региона';
COMMENT ON COLUMN indicator_value.municipality_id IS 'Муниципальное образование, если значение — муниципалитета';
COMMENT ON COLUMN indicator_value.school_id IS 'Организация, если значение — школы';
COMMENT ON COLUMN indicator_value.measured_on IS 'По состоянию на какой день';
COMMENT ON COLUMN indicator_value.academic_year IS 'Учебный год этого дня (с сентября) по году окончания';
COMMENT ON COLUMN indicator_value.numerator IS 'Числитель, если сообщён вместе со знаменателем';
COMMENT ON COLUMN indicator_value.denominator IS 'Знаменатель';
COMMENT ON COLUMN indicator_value.given IS 'Само значение, если сообщено оно, а не числитель и знаменатель';
COMMENT ON COLUMN indicator_value.value IS 'Значение в единицах показателя; доля — от 0 до 1';
COMMENT ON COLUMN indicator_value.source IS 'Откуда значение: отчёт, письмо';
COMMENT ON COLUMN indicator_value.recorded_at IS 'Когда записано';
COMMENT ON COLUMN indicator_value.recorded_by IS 'Кем записано';

CREATE FUNCTION unfit_indicator_value(unit text, value numeric)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN unit = 'share' AND value NOT BETWEEN 0 AND 1
    THEN 'доля должна быть от 0 до 1; процент пишут со знаком %'
    WHEN unit = 'count' AND (value < 0 OR value <> trunc(value))
    THEN 'количество — целое неотрицательное число' END;
COMMENT ON FUNCTION unfit_indicator_value(text, numeric) IS
'Почему показатель с такой единицей не может иметь такого значения; NULL — может';

-- After the row, when the generated value is known.
CREATE FUNCTION check_indicator_value()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    own indicator;
    reason text;
BEGIN
    SELECT i.* INTO own FROM indicator AS i WHERE i.indicator_id = NEW.indicator_id;
    reason := CASE WHEN own.computed_by IS NOT NULL AND TG_TABLE_NAME = 'indicator_value'
                   THEN 'показатель вычисляется по результатам'
                   ELSE unfit_indicator_value(own.unit, NEW.value) END;
    IF reason IS NOT NULL THEN
        RAISE EXCEPTION 'значение показателя не годится'
            USING ERRCODE = 'check_violation',
                  DETAIL = format('Показатель %s, значение %s: %s.', own.code, NEW.value, reason),
                  HINT = 'Единица и способ вычисления — в таблице indicator, столбцы unit и computed_by.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION check_indicator_value() IS
'Триггер indicator_value и indicator_target: значение отвечает единице показателя, вычисляемого показателя не сообщают';
CREATE TRIGGER check_indicator_value
    AFTER INSERT OR UPDATE ON indicator_value
    FOR EACH ROW EXECUTE FUNCTION check_indicator_value();
CREATE TRIGGER check_indicator_value
    AFTER INSERT OR UPDATE ON indicator_target
    FOR EACH ROW EXECUTE FUNCTION check_indicator_value();

CREATE FUNCTION keep_indicator_unit()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF (NEW.unit, NEW.computed_by) IS DISTINCT FROM (OLD.unit, OLD.computed_by)
        AND (EXISTS (SELECT FROM indicator_value AS v WHERE v.indicator_id = NEW.indicator_id)
             OR EXISTS (SELECT FROM indicator_target AS t WHERE t.indicator_id = NEW.indicator_id))
    THEN
        RAISE EXCEPTION 'у показателя уже есть значения или цели'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Показатель %s, единица %s.', OLD.code, OLD.unit),
                  HINT = 'Заведите новый показатель: прежние значения выражены в прежних единицах.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_indicator_unit() IS
'Триггер indicator: единица и способ вычисления не меняются, пока у показателя есть значения или цели';
CREATE TRIGGER keep_indicator_unit
    AFTER UPDATE ON indicator
    FOR EACH ROW EXECUTE FUNCTION keep_indicator_unit();

CREATE FUNCTION reaches(direction text, value numeric, target numeric)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE direction WHEN 'up' THEN value >= target WHEN 'down' THEN value <= target END;
COMMENT ON FUNCTION reaches(text, numeric, numeric) IS
'Не хуже ли значение целевого: direction — up (чем больше, тем лучше) или down (чем меньше); иначе и для NULL — NULL';

CREATE FUNCTION cell_number(cell text)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN translate(cell, ' ' || chr(160) || chr(8239), '') ~ '^[+-]?[0-9]{1,9}([.,][0-9]{1,9})?%?$'
    THEN trim_scale(replace(translate(cell, ' %+' || chr(160) || chr(8239), ''), ',', '.')::numeric
                    / CASE WHEN cell ~ '%' THEN 100 ELSE 1 END) END;
COMMENT ON FUNCTION cell_number(text) IS
'Число ячейки (дробная часть после точки или запятой, пробелы между разрядами; со знаком % — делённое на 100) или NULL, если там не число';

CREATE FUNCTION cell_date(cell text)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT o.due_on
    FROM deadline_occurrences(cell, DATE '2000-01-01', DATE '2000-12-31') AS o
    WHERE deadline_kind(cell) = 'once' AND o.starts_on = o.due_on AND o.note IS NULL;
END;
COMMENT ON FUNCTION cell_date(text) IS
'День, записанный в ячейке с годом, цифрами или словами (30.06.2023, 2023-06-30, 30 июня 2023 г.), или NULL';

-- Columns are known by their header in English or in Russian, in any order;
-- a record may go over several lines inside a quoted cell.
CREATE FUNCTION indicator_records(document text)
RETURNS TABLE (line bigint, cells jsonb)
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    WITH line AS MATERIALIZED (
        SELECT t.place, rtrim(t.body, E'\r') AS body
        FROM string_to_table(ltrim(document, chr(65279)), E'\n') WITH ORDINALITY AS t (body, place)
    ), header AS MATERIALIZED (
        SELECT h.place, d.delimiter, csv_cells(h.body, d.delimiter) AS cells
        FROM (SELECT l.place, l.body FROM line AS l WHERE cell_text(l.body) IS NOT NULL ORDER BY l.place LIMIT 1) AS h
        CROSS JOIN LATERAL (
            SELECT v.delimiter
            FROM (VALUES (1, E'\t'), (2, ';'), (3, ',')) AS v (place, delimiter)
            WHERE position(v.delimiter IN h.body) > 0
            ORDER BY v.place
            LIMIT 1) AS d
    ), role AS MATERIALIZED (
        SELECT n.name, min(u.place) AS place
        FROM header AS h
        CROSS JOIN unnest(h.cells) WITH ORDINALITY AS u (cell, place)
        JOIN (VALUES ('indicator', 'показатель'), ('region', 'регион'), ('municipality', 'муниципалитет'),
                     ('school_code_kind', 'система кода'), ('school_code', 'код организации'),
                     ('measured_on', 'дата'), ('numerator', 'числитель'), ('denominator', 'знаменатель'),
                     ('value', 'значение'), ('source', 'источник')) AS n (name, russian)
          ON header_text(u.cell) IN (n.name, n.russian)
        GROUP BY n.name
    ), opened AS (
        SELECT l.place, l.body, h.delimiter, csv_inside(l.body, h.delimiter) OVER (ORDER BY l.place) AS is_open
        FROM line AS l
        CROSS JOIN header AS h
        WHERE l.place > h.place
    ), numbered AS (
        SELECT o.place, o.body, o.delimiter, count(*) FILTER (WHERE NOT o.is_open) OVER (ORDER BY o.place DESC) AS record
        FROM opened AS o
    )
    SELECT r.line, (SELECT jsonb_object_agg(c.name, r.cells[c.place]) FROM role AS c)
    FROM (
        SELECT min(n.place) AS line, csv_cells(string_agg(n.body, E'\n' ORDER BY n.place), min(n.delimiter)) AS cells
        FROM numbered AS n
        GROUP BY n.record) AS r
    WHERE coalesce(csv_filled(r.cells), 1) > 0 AND EXISTS (SELECT FROM role AS c WHERE c.name = 'indicator')
    ORDER BY r.line;
END;
COMMENT ON FUNCTION indicator_records(text) IS
'Записи текста со значениями показателей: номер строки и ячейки под именами столбцов (см. import_indicator_values); ничего, если в заголовке нет столбца indicator («показатель»)';

CREATE FUNCTION read_indicator_values(document text)
RETURNS TABLE (line bigint, indicator_id integer, region_id integer, municipality_id integer, school_id integer,
               measured_on date, numerator numeric, denominator numeric, given numeric, source text, reason text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH cell AS MATERIALIZED (
        SELECT r.line, x.*, cell_number(x.numerator) AS top, cell_number(x.denominator) AS bottom,
               cell_number(x.value) AS single, cell_date(x.measured_on) AS day,
               concat_ws(', ', x.region, x.municipality, x.school_code_kind || ' ' || x.school_code) AS territory
        FROM indicator_records(document) AS r
        CROSS JOIN LATERAL jsonb_to_record(r.cells) AS x (
            indicator text, region text, municipality text, school_code_kind text, school_code text,
            measured_on text, numerator text, denominator text, value text, source text)
    ), found AS MATERIALIZED (
        SELECT c.*, i.indicator_id, i.unit, i.computed_by, t.territories, t.region_id, t.municipality_id, t.school_id
        FROM cell AS c
        LEFT JOIN LATERAL (
            SELECT n.indicator_id, n.unit, n.computed_by
            FROM indicator AS n
            WHERE c.indicator IN (n.code, n.name)
            ORDER BY n.code = c.indicator DESC
            LIMIT 1) AS i ON true
        CROSS JOIN LATERAL (
            SELECT count(*) AS territories, min(a.region_id) AS region_id, min(a.municipality_id) AS municipality_id,
                   min(a.school_id) AS school_id
            FROM (
                SELECT NULL::integer AS region_id, NULL::integer AS municipality_id, s.school_id
                FROM school_code AS s
                WHERE (s.kind, s.code) = (lower(c.school_code_kind), c.school_code)
                UNION ALL
                SELECT NULL, m.municipality_id, NULL
                FROM municipality AS m
                JOIN region AS r USING (region_id)
                WHERE c.school_code IS NULL AND c.municipality IN (m.code, m.name)
                  AND (c.region IS NULL OR c.region IN (r.code, r.name))
                UNION ALL
                SELECT r.region_id, NULL, NULL
                FROM region AS r
                WHERE c.school_code IS NULL AND c.municipality IS NULL AND c.region IN (r.code, r.name)) AS a) AS t
    ), judged AS (
        SELECT f.*,
               concat_ws('; ',
                   CASE WHEN f.indicator_id IS NULL THEN format('показатель: «%s» — нет в indicator', left(f.indicator, 100))
                        WHEN f.computed_by IS NOT NULL THEN format('показатель: «%s» — вычисляется по результатам', f.indicator) END,
                   CASE WHEN f.territory = '' THEN 'не указано, чьё значение'
                        WHEN f.territories = 0 THEN format('чьё значение: «%s» — не найдено', left(f.territory, 100))
                        WHEN f.territories > 1 THEN format('чьё значение: «%s» — подходит не одно, укажите и регион', left(f.territory, 100)) END,
                   CASE WHEN f.day IS NULL OR f.day NOT BETWEEN DATE '2000-01-01' AND DATE '2100-08-31'
                        THEN bad_value('дата', f.measured_on, 'ожидается день с годом, например 30.06.2023') END,
                   CASE WHEN num_nonnulls(f.numerator, f.denominator) = 0 AND f.value IS NULL THEN 'нет ни значения, ни числителя со знаменателем'
                        WHEN num_nonnulls(f.numerator, f.denominator) = 1 THEN 'числитель и знаменатель указывают вместе'
                        WHEN f.top IS NULL AND f.numerator IS NOT NULL THEN bad_value('числитель', f.numerator, 'не число')
                        WHEN f.bottom IS NULL AND f.denominator IS NOT NULL THEN bad_value('знаменатель', f.denominator, 'не число')
                        WHEN f.single IS NULL AND f.value IS NOT NULL THEN bad_value('значение', f.value, 'не число')
                        WHEN f.top < 0 OR f.bottom <= 0 THEN 'числитель не может быть меньше нуля, знаменатель — нуля и меньше'
                        WHEN abs(f.single - f.top / f.bottom) > 0.0050001
                        THEN bad_value('значение', f.value, 'не равно числителю, делённому на знаменатель')
                        ELSE unfit_indicator_value(f.unit, coalesce(f.top / f.bottom, f.single)) END) AS reason
        FROM found AS f
    )
    -- A row that is refused repeats nothing: its corrected copy is taken.
    SELECT j.line, j.indicator_id, j.region_id, j.municipality_id, j.school_id, j.day, j.top, j.bottom,
           CASE WHEN j.top IS NULL THEN j.single END, j.source,
           coalesce(nullif(j.reason, ''),
                    CASE WHEN row_number() OVER (PARTITION BY j.reason = '', j.indicator_id, j.region_id, j.municipality_id,
                                                              j.school_id, j.day
                                                 ORDER BY j.line) > 1
                         THEN 'повторяет показатель, территорию и дату одной из строк выше' END)
    FROM judged AS j
    ORDER BY j.line;
END;
COMMENT ON FUNCTION read_indicator_values(text) IS
'Читает текст со значениями показателей (см. import_indicator_values), ничего не записывая: строка файла, найденные показатель и территория, день, числитель и знаменатель или само значение; reason — почему строку нельзя взять, NULL — можно';

CREATE FUNCTION import_indicator_values(document text, source text DEFAULT NULL)
RETURNS TABLE (rows_read bigint, rows_stored bigint, rows_replaced bigint, rows_unchanged bigint, rows_rejected bigint)
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM indicator_records(document)) THEN
        RAISE EXCEPTION 'в тексте нет значений показателей'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Знаков: %s; нет строки заголовка со столбцом indicator или строк после неё.',
                                  coalesce(length(document)::text, 'NULL')),
                  HINT = 'Первая строка — заголовок: indicator;region;municipality;school_code_kind;school_code;measured_on;numerator;denominator;value;source.';
    END IF;
    RETURN QUERY
        WITH read AS MATERIALIZED (
            SELECT r.*, coalesce(r.source, import_indicator_values.source) AS own_source
            FROM read_indicator_values(document) AS r
        ), good AS MATERIALIZED (
            SELECT r.*, v.indicator_value_id AS stored_id,
                   (v.numerator, v.denominator, v.given, v.source)
                   IS NOT DISTINCT FROM (r.numerator, r.denominator, r.given, r.own_source) AS is_same
            FROM read AS r
            LEFT JOIN indicator_value AS v
              ON v.indicator_id = r.indicator_id AND v.measured_on = r.measured_on
             AND (v.region_id, v.municipality_id, v.school_id)
                 IS NOT DISTINCT FROM (r.region_id, r.municipality_id, r.school_id)
            WHERE r.reason IS NULL
        ), written AS (
            INSERT INTO indicator_value AS v (indicator_id, region_id, municipality_id, school_id, measured_on,
                                              numerator, denominator, given, source)
            SELECT g.indicator_id, g.region_id, g.municipality_id, g.school_id, g.measured_on,
                   g.numerator, g.denominator, g.given, g.own_source
            FROM good AS g
            WHERE g.stored_id IS NULL OR NOT g.is_same
            ORDER BY g.line
            ON CONFLICT (indicator_id, region_id, municipality_id, school_id, measured_on) DO UPDATE
            SET numerator = excluded.numerator, denominator = excluded.denominator, given = excluded.given,
                source = excluded.source, recorded_at = clock_timestamp(), recorded_by = current_user
        )
        SELECT (SELECT count(*) FROM read), count(*) FILTER (WHERE g.stored_id IS NULL),
               count(*) FILTER (WHERE g.stored_id IS NOT NULL AND NOT g.is_same),
               count(*) FILTER (WHERE g.stored_id IS NOT NULL AND g.is_same),
               (SELECT count(*) FROM read AS r WHERE r.reason IS NOT NULL)
        FROM good AS g;
END
$$;
COMMENT ON FUNCTION import_indicator_values(text, text) IS
'Загружает значения показателей из текста: первая строка — заголовок, ячейки через табуляцию, точку с запятой или запятую. Столбцы: indicator (обозначение или наименование показателя), region, municipality (коды или наименования) или school_code_kind и school_code, measured_on (день), numerator и denominator или value, source; по-русски — показатель, регион, муниципалитет, система кода, код организации, дата, числитель, знаменатель, значение, источник. Значение того же показателя, той же территории на тот же день заменяется. Возвращает, сколько строк прочитано, внесено, заменено, осталось прежними и отклонено; причины называет read_indicator_values';
