-- Which school a name, a code or an earlier result belongs to: successors,
-- names over the years, and the work list of codes nobody knows yet.

CREATE FUNCTION works_in(school school, academic_year integer)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN academic_year BETWEEN coalesce(school.first_year, academic_year)
                         AND coalesce(school.last_year, academic_year)
       AND academic_year < coalesce(school.succeeded_in, academic_year + 1);
COMMENT ON FUNCTION works_in(school, integer) IS
'Работала ли организация в учебном году сама: не раньше первого и не позже последнего года и до года, с которого её заменяет правопреемник';

-- A chain of successors is followed as far as it reaches by that year.
CREATE FUNCTION standing_schools(academic_year integer)
RETURNS TABLE (school_id integer, standing_id integer, succeeded_in integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH RECURSIVE chain AS (
        SELECT s.school_id, s.successor_id AS standing_id, s.succeeded_in
        FROM school AS s
        WHERE s.succeeded_in <= standing_schools.academic_year
        UNION ALL
        SELECT c.school_id, s.successor_id, c.succeeded_in
        FROM chain AS c
        JOIN school AS s ON s.school_id = c.standing_id
        WHERE s.succeeded_in <= standing_schools.academic_year
    )
    SELECT s.school_id, s.school_id, NULL::integer
    FROM school AS s
    WHERE s.succeeded_in IS NULL OR s.succeeded_in > standing_schools.academic_year
    UNION ALL
    SELECT c.school_id, c.standing_id, c.succeeded_in
    FROM chain AS c
    JOIN school AS s ON s.school_id = c.standing_id
    WHERE s.succeeded_in IS NULL OR s.succeeded_in > standing_schools.academic_year;
END;
COMMENT ON FUNCTION standing_schools(integer) IS
'Для каждой организации — кто стоит за неё в учебном году: она сама или последний в цепочке правопреемников; succeeded_in — с какого года (пусто — она сама). Её результаты до этого года считаются результатами правопреемника';

-- Few schools were ever joined to another: only their results are added up.
CREATE FUNCTION joined_schools(academic_year integer)
RETURNS integer[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ARRAY(
    SELECT s.school_id FROM school AS s WHERE s.succeeded_in <= joined_schools.academic_year
    UNION
    SELECT s.successor_id FROM school AS s WHERE s.succeeded_in <= joined_schools.academic_year);
COMMENT ON FUNCTION joined_schools(integer) IS
'Организации, у которых к учебному году есть правопреемник, и сами правопреемники';

CREATE FUNCTION refuse_successor_cycle()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    next_id integer := new.successor_id;
BEGIN
    -- Two sessions could each close half of a ring.
    PERFORM pg_advisory_xact_lock('school'::regclass::oid::integer, 0);
    WHILE next_id IS NOT NULL LOOP
        IF next_id = new.school_id THEN
            RAISE EXCEPTION 'организация не может быть правопреемником самой себя'
                USING ERRCODE = 'check_violation',
                      DETAIL = format('Цепочка правопреемников от организации %s (%s) возвращается к ней же.',
                                      new.school_id, new.name),
                      HINT = 'Уберите прежнее правопреемство: UPDATE school SET successor_id = NULL, succeeded_in = NULL WHERE school_id = ...',
                      SCHEMA = tg_table_schema, TABLE = tg_table_name, COLUMN = 'successor_id';
        END IF;
        next_id := (SELECT s.successor_id FROM school AS s WHERE s.school_id = next_id);
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_successor_cycle() IS
'Триггер school: цепочка правопреемников не замыкается (ошибка 23514)';
CREATE TRIGGER refuse_successor_cycle
    AFTER INSERT OR UPDATE OF successor_id ON school
    FOR EACH ROW WHEN (new.successor_id IS NOT NULL)
    EXECUTE FUNCTION refuse_successor_cycle();

CREATE FUNCTION require_school(school_id integer)
RETURNS school
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    found_school school;
BEGIN
    SELECT * INTO found_school FROM school AS s WHERE s.school_id = require_school.school_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'организация не найдена'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Ключ %s.', coalesce(school_id::text, 'NULL')),
                  HINT = 'Ключи — в столбце school.school_id; по имени, в том числе прежнему, их находит school_known_name.';
    END IF;
    RETURN found_school;
END
$$;
COMMENT ON FUNCTION require_school(integer) IS
'Строка организации с этим ключом; нет такой — ошибка P0002';

CREATE FUNCTION merge_schools(from_school integer, into_school integer, academic_year integer)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    old school := require_school(from_school);
    heir school := require_school(into_school);
    since integer := academic_year;
BEGIN
    PERFORM check_year(since);
    IF heir.succeeded_in <= since THEN
        RAISE EXCEPTION 'организация % (%) сама заменена правопреемником с % года',
                        heir.school_id, heir.name, heir.succeeded_in
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Назовите её правопреемника: merge_schools(%s, %s, %s).',
                                from_school, heir.successor_id, since);
    END IF;
    IF old.successor_id <> into_school THEN
        RAISE EXCEPTION 'у организации % (%) уже есть другой правопреемник', old.school_id, old.name
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Правопреемник — организация %s с %s года.', old.successor_id, old.succeeded_in),
                  HINT = 'Если он записан ошибочно: UPDATE school SET successor_id = NULL, succeeded_in = NULL WHERE school_id = ...';
    END IF;
    UPDATE school AS s
    SET successor_id = into_school, succeeded_in = since
    WHERE s.school_id = from_school;
END
$$;
COMMENT ON FUNCTION merge_schools(integer, integer, integer) IS
'Записывает, что с учебного года вместо первой организации стоит вторая (присоединение, слияние, новое юридическое лицо): более ранние результаты и списки первой учитываются у второй, сама первая с этого года не оценивается. Коды первой остаются за ней. Нет такой организации — P0002, у второй тоже есть правопреемник или у первой уже другой — 22023, цепочка замыкается — 23514';

CREATE TABLE school_name (
    school_name_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer NOT NULL REFERENCES school ON DELETE CASCADE,
    first_year integer CHECK (first_year BETWEEN 2000 AND 2100),
    name text NOT NULL CHECK (name <> ''),
    UNIQUE NULLS NOT DISTINCT (school_id, first_year)
);
COMMENT ON TABLE school_name IS 'Наименования переименованных организаций по годам; пишет rename_school';
COMMENT ON COLUMN school_name.school_name_id IS 'Ключ строки';
COMMENT ON COLUMN school_name.school_id IS 'Организация';
COMMENT ON COLUMN school_name.first_year IS 'С какого учебного года действует; пусто — с начала';
COMMENT ON COLUMN school_name.name IS 'Наименование';

-- The name of the latest year is the one in school.name.
CREATE FUNCTION rename_school(school_id integer, name text, academic_year integer)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    old school := require_school(rename_school.school_id);
    since integer := rename_school.academic_year;
    new_name text := btrim(coalesce(rename_school.name, ''));
BEGIN
    PERFORM check_year(since);
    IF new_name = '' THEN
        RAISE EXCEPTION 'не указано новое наименование'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Например: rename_school(%s, ''МБОУ СОШ № 1'', %s).', old.school_id, since);
    END IF;
    IF NOT EXISTS (SELECT FROM school_name AS n WHERE n.school_id = old.school_id) THEN
        INSERT INTO school_name (school_id, first_year, name) VALUES (old.school_id, NULL, old.name);
    END IF;
    INSERT INTO school_name (school_id, first_year, name)
    VALUES (old.school_id, since, new_name)
    ON CONFLICT (school_id, first_year) DO UPDATE SET name = excluded.name;
    UPDATE school AS s
    SET name = (SELECT n.name FROM school_name AS n
                WHERE n.school_id = old.school_id
                ORDER BY n.first_year DESC NULLS LAST LIMIT 1)
    WHERE s.school_id = old.school_id;
END
$$;
COMMENT ON FUNCTION rename_school(integer, text, integer) IS
'Переименовывает организацию с учебного года; прежние наименования остаются в school_name. Название более раннего года, чем последнее записанное, меняет только историю. Нет организации — P0002, пустое название — 22023, год вне 2000–2100 — 22003';

CREATE VIEW school_known_name WITH (security_invoker = true) AS
SELECT n.school_id, n.name, n.first_year,
       lead(n.first_year) OVER (PARTITION BY n.school_id ORDER BY n.first_year NULLS FIRST) - 1 AS last_year,
       row_number() OVER (PARTITION BY n.school_id ORDER BY n.first_year DESC NULLS LAST) = 1 AS is_current
FROM school_name AS n
UNION ALL
SELECT s.school_id, s.name, NULL, NULL, true
FROM school AS s
WHERE NOT EXISTS (SELECT FROM school_name AS n WHERE n.school_id = s.school_id);
COMMENT ON VIEW school_known_name IS 'Все наименования организаций, нынешние и прежние, с годами действия';
COMMENT ON COLUMN school_known_name.school_id IS 'Организация';
COMMENT ON COLUMN school_known_name.name IS 'Наименование';
COMMENT ON COLUMN school_known_name.first_year IS 'С какого учебного года действует; пусто — с начала';
COMMENT ON COLUMN school_known_name.last_year IS 'По какой учебный год действует; пусто — по сей день';
COMMENT ON COLUMN school_known_name.is_current IS 'Нынешнее наименование';

-- The work list of codes that files name and school_code does not have.
CREATE TABLE unmatched_school (
    unmatched_school_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind <> ''),
    code text NOT NULL CHECK (code <> ''),
    name text,
    municipality text,
    first_file_id integer NOT NULL REFERENCES import_file,
    last_file_id integer NOT NULL REFERENCES import_file,
    row_count bigint NOT NULL CHECK (row_count >= 0),
    resolved_at timestamptz,
    UNIQUE (kind, code)
);
CREATE INDEX ON unmatched_school (first_file_id);
CREATE INDEX ON unmatched_school (last_file_id);
COMMENT ON TABLE unmatched_school IS 'Коды организаций из файлов, которых нет в school_code: список для разбора. Новая организация сама собой никогда не заводится';
COMMENT ON COLUMN unmatched_school.unmatched_school_id IS 'Ключ строки';
COMMENT ON COLUMN unmatched_school.kind IS 'Система кода (school_code.kind)';
COMMENT ON COLUMN unmatched_school.code IS 'Код, как он записан в файле';
COMMENT ON COLUMN unmatched_school.name IS 'Наименование организации в файле, если оно там есть';
COMMENT ON COLUMN unmatched_school.municipality IS 'Муниципальное образование в файле, если оно там есть';
COMMENT ON COLUMN unmatched_school.first_file_id IS 'Загрузка, в которой код встретился впервые';
COMMENT ON COLUMN unmatched_school.last_file_id IS 'Последняя загрузка, в которой он встретился';
COMMENT ON COLUMN unmatched_school.row_count IS 'Отклонено строк с этим кодом в последней такой загрузке';
COMMENT ON COLUMN unmatched_school.resolved_at IS 'Когда код отнесён к организации; пусто — ждёт разбора';

CREATE TYPE school_mention AS (
    kind text,
    code text,
    name text,
    municipality text,
    row_count bigint
);
COMMENT ON TYPE school_mention IS 'Неизвестный код организации из файла: система, код, наименование и муниципалитет, как в файле (или NULL), число строк';

-- A code of a system the warehouse does not know cannot be resolved, and a
-- long "code" is something else that got into the column: neither is listed.
-- A name does not begin as a spreadsheet's formula, which the list may end in.
CREATE FUNCTION note_unmatched_schools(file_id integer, mentions school_mention[])
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    noted bigint;
BEGIN
    IF cardinality(mentions) = 0 THEN
        RETURN 0;
    END IF;
    INSERT INTO unmatched_school AS u (kind, code, name, municipality, first_file_id, last_file_id, row_count)
    SELECT m.kind, m.code, min(nullif(ltrim(cell_text(m.name), '=+@-'), '')),
           min(nullif(ltrim(cell_text(m.municipality), '=+@-'), '')), file_id, file_id,
           coalesce(sum(m.row_count), 0)
    FROM unnest(mentions) AS m
    WHERE m.kind IN ('fis_oko', 'ris_gia', 'inn', 'local')
      AND m.code <> '' AND length(m.code) <= 40
      AND NOT EXISTS (SELECT FROM school_code AS c WHERE (c.kind, c.code) = (m.kind, m.code))
    GROUP BY m.kind, m.code
    ORDER BY m.kind, m.code
    ON CONFLICT (kind, code) DO UPDATE
    SET name = coalesce(excluded.name, u.name),
        municipality = coalesce(excluded.municipality, u.municipality),
        last_file_id = excluded.last_file_id, row_count = excluded.row_count,
        resolved_at = NULL;
    GET DIAGNOSTICS noted = ROW_COUNT;
    RETURN noted;
END
$$;
COMMENT ON FUNCTION note_unmatched_schools(integer, school_mention[]) IS
'Вносит в unmatched_school неизвестные коды организаций из загрузки; возвращает их число. Пропускает коды неизвестных систем, длиннее 40 знаков и уже имеющиеся в school_code. Вызывается из загрузок';

CREATE FUNCTION staged_unknown_codes(staging regclass)
RETURNS school_mention[]
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    mentions school_mention[];
    names text := 'NULL::text, NULL::text';
    records text := '';
BEGIN
    -- A file of a federal system also names the school and its municipality.
    IF to_regclass('pg_temp.import_record') IS NOT NULL THEN
        names := $names$min(r.cells[n.place]), min(regexp_replace(r.cells[m.place], '\s*\(.*', ''))$names$;
        records := $records$
            LEFT JOIN import_record AS r ON r.line = w.line
            LEFT JOIN import_header AS n ON n.line = r.header_line AND n.role = 'school_name'
            LEFT JOIN import_header AS m ON m.line = r.header_line AND m.role = 'municipality'$records$;
    END IF;
    EXECUTE format($query$
        SELECT array_agg(ROW(m.kind, m.code, m.name, m.municipality, m.row_count)::school_mention)
        FROM (
            SELECT cell_code(s.school_code_kind), cell_text(s.school_code), %s, count(*)
            FROM import_work AS w
            JOIN %s AS s ON s.ctid = w.tid %s
            WHERE w.school_id IS NULL AND masked(s.school_code) = s.school_code
            GROUP BY 1, 2) AS m (kind, code, name, municipality, row_count)
        $query$, names, staging, records)
    INTO mentions;
    RETURN mentions;
END
$$;
COMMENT ON FUNCTION staged_unknown_codes(regclass) IS
'Неизвестные коды организаций среди разобранных строк файла, с названиями, если они в файле есть. Вызывается из write_results';

-- However a code gets into school_code, its work is done.
CREATE FUNCTION resolve_unmatched_schools()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE unmatched_school AS u
    SET resolved_at = clock_timestamp()
    FROM new_rows AS c
    WHERE (c.kind, c.code) = (u.kind, u.code) AND u.resolved_at IS NULL;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION resolve_unmatched_schools() IS
'Триггер school_code: код, у которого появилась организация, в unmatched_school отмечается разобранным';
CREATE TRIGGER resolve_unmatched_inserted
    AFTER INSERT ON school_code REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION resolve_unmatched_schools();
CREATE TRIGGER resolve_unmatched_updated
    AFTER UPDATE ON school_code REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION resolve_unmatched_schools();

CREATE FUNCTION assign_school_code(kind text, code text, school_id integer)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    owner_row school := require_school(assign_school_code.school_id);
    listed unmatched_school;
    holder integer;
    code_id integer;
BEGIN
    SELECT * INTO listed
    FROM unmatched_school AS u
    WHERE (u.kind, u.code) = (assign_school_code.kind, assign_school_code.code);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'такого кода нет в списке для разбора'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Код %s %s.', coalesce(assign_school_code.kind, 'NULL'),
                                  coalesce(assign_school_code.code, 'NULL')),
                  HINT = 'Список — таблица unmatched_school. Код, которого в файлах ещё не было, вносят в school_code.';
    END IF;
    holder := (SELECT c.school_id FROM school_code AS c
               WHERE (c.kind, c.code) = (listed.kind, listed.code));
    IF holder = owner_row.school_id THEN
        RETURN (SELECT c.school_code_id FROM school_code AS c
                WHERE (c.kind, c.code) = (listed.kind, listed.code));
    ELSIF holder IS NOT NULL THEN
        RAISE EXCEPTION 'код % % уже принадлежит другой организации', listed.kind, listed.code
            USING ERRCODE = 'unique_violation',
                  DETAIL = format('Организация %s.', holder),
                  HINT = 'Если код передан другой организации, измените строку school_code.';
    END IF;
    INSERT INTO school_code AS c (school_id, kind, code)
    VALUES (owner_row.school_id, listed.kind, listed.code)
    RETURNING c.school_code_id INTO code_id;
    RAISE NOTICE 'код % % отнесён к организации «%»: загрузите файл «%» ещё раз', listed.kind, listed.code,
        owner_row.name, (SELECT f.file_name FROM import_file AS f WHERE f.import_file_id = listed.last_file_id);
    RETURN code_id;
END
$$;
COMMENT ON FUNCTION assign_school_code(text, text, integer) IS
'Относит код из списка unmatched_school к организации; после этого файл загружают ещё раз. Возвращает ключ кода. Нет такого кода в списке или организации — P0002, код у другой организации — 23505';

-- What tells one school of a municipality from another: its numbers.
CREATE FUNCTION numbers_in(name text)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(SELECT ltrim(m[1], '0') FROM regexp_matches(name, '[0-9]+', 'g') AS m ORDER BY 1);
COMMENT ON FUNCTION numbers_in(text) IS 'Числа, встречающиеся в наименовании, по возрастанию их текстов; нулей впереди не учитывает';

CREATE FUNCTION suggest_schools(kind text, code text, max_count integer DEFAULT 5)
RETURNS TABLE (school_id integer, school text, municipality text, similar_name text,
               similarity double precision, same_number boolean)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    trgm_schema name := (
        SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_trgm');
    listed unmatched_school;
BEGIN
    IF trgm_schema IS NULL THEN
        RAISE EXCEPTION 'для сравнения наименований нужно расширение pg_trgm'
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'CREATE EXTENSION pg_trgm';
    END IF;
    SELECT * INTO listed
    FROM unmatched_school AS u
    WHERE (u.kind, u.code) = (suggest_schools.kind, suggest_schools.code);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'такого кода нет в списке для разбора'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Код %s %s.', coalesce(suggest_schools.kind, 'NULL'),
                                  coalesce(suggest_schools.code, 'NULL')),
                  HINT = 'Список — таблица unmatched_school.';
    END IF;
    IF listed.name IS NULL THEN
        RAISE NOTICE 'файл не называет организацию с кодом % %: сравнивать не с чем', listed.kind, listed.code;
        RETURN;
    END IF;
    -- The municipality most like the one in the file, if any is like it at all.
    RETURN QUERY EXECUTE format($query$
        WITH place AS (
            SELECT p.municipality_id
            FROM (SELECT m.municipality_id, rank() OVER (ORDER BY %1$I.similarity(m.name, $2) DESC) AS place,
                         %1$I.similarity(m.name, $2) AS alike
                  FROM municipality AS m) AS p
            WHERE p.place = 1 AND p.alike >= 0.3
        ), named AS (
            SELECT DISTINCT ON (n.school_id)
                   n.school_id, n.name AS similar_name,
                   %1$I.similarity(n.name, $1)::double precision AS similarity,
                   numbers_in(n.name) = numbers_in($1) AS same_number
            FROM school_known_name AS n
            ORDER BY n.school_id, numbers_in(n.name) = numbers_in($1) DESC,
                     %1$I.similarity(n.name, $1) DESC, n.is_current DESC, n.name
        )
        SELECT s.school_id, s.name, m.name, n.similar_name, n.similarity, n.same_number
        FROM named AS n
        JOIN school AS s USING (school_id)
        JOIN municipality AS m USING (municipality_id)
        WHERE (NOT EXISTS (SELECT FROM place) OR s.municipality_id IN (SELECT p.municipality_id FROM place AS p))
          AND n.similarity > 0
        ORDER BY n.same_number DESC, n.similarity DESC, s.school_id
        LIMIT $3
        $query$, trgm_schema)
    USING listed.name, listed.municipality, max_count;
END
$$;
COMMENT ON FUNCTION suggest_schools(text, text, integer) IS
'Организации, похожие на ту, которую файл назвал с этим неизвестным кодом: по сходству наименований, нынешних и прежних (pg_trgm), внутри муниципалитета, названного в файле; сначала с теми же номерами в наименовании. Решает человек: assign_school_code. Без pg_trgm — ошибка 0A000, кода нет в списке — P0002';
