-- Exact summaries of results, kept in step with them by triggers within the
-- same transaction. shnor.collect_result_changes() adds up what a statement
-- changed; the functions here apply it.

-- What the rule reads: nothing but fixed-width integers, so that the list of a
-- country is one pass over a small table.
CREATE TABLE school_summary (
    school_summary_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    academic_year integer NOT NULL,
    administration_id integer NOT NULL,
    school_id integer NOT NULL REFERENCES school,
    judged integer NOT NULL,
    failed integer NOT NULL,
    results integer NOT NULL,
    participants integer NOT NULL,
    UNIQUE (administration_id, school_id),
    FOREIGN KEY (administration_id, academic_year)
        REFERENCES administration (administration_id, academic_year),
    CHECK (failed BETWEEN 0 AND judged AND judged <= participants AND participants <= results)
);
CREATE INDEX ON school_summary (school_id);
COMMENT ON TABLE school_summary IS 'Счёт результатов: проведение, организация; ведётся триггерами result в той же транзакции';
COMMENT ON COLUMN school_summary.school_summary_id IS 'Ключ сводки';
COMMENT ON COLUMN school_summary.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN school_summary.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN school_summary.school_id IS 'Организация';
COMMENT ON COLUMN school_summary.judged IS 'Участников (первая попытка), у которых есть то, по чему оценивается проведение: отметка или балл';
COMMENT ON COLUMN school_summary.failed IS 'Из них не справились: отметка «2» или балл ниже минимального (administration.fail_by)';
COMMENT ON COLUMN school_summary.results IS 'Сколько результатов хранится, всех попыток';
COMMENT ON COLUMN school_summary.participants IS 'Участников: первых попыток';

-- Classes have their school's row in school_summary, and its references.
CREATE TABLE result_summary (
    result_summary_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    academic_year integer NOT NULL,
    administration_id integer NOT NULL,
    school_id integer NOT NULL,
    results integer NOT NULL CHECK (results >= 0),
    class text NOT NULL,
    dist score_dist NOT NULL,
    UNIQUE (administration_id, school_id, class)
) WITH (fillfactor = 90);       -- corrections stay in their page (HOT)
CREATE INDEX ON result_summary (school_id);
COMMENT ON TABLE result_summary IS 'Точные сводки результатов: проведение, организация, класс; ведутся триггерами result в той же транзакции';
COMMENT ON COLUMN result_summary.result_summary_id IS 'Ключ сводки';
COMMENT ON COLUMN result_summary.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN result_summary.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN result_summary.school_id IS 'Организация';
COMMENT ON COLUMN result_summary.results IS 'Сколько результатов хранится, всех попыток';
COMMENT ON COLUMN result_summary.class IS 'Класс';
COMMENT ON COLUMN result_summary.dist IS 'Распределение баллов и отметок первых попыток (тип score_dist); пустое, если есть только пересдачи';

CREATE TABLE import_file_summary (
    import_file_summary_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    import_file_id integer NOT NULL REFERENCES import_file,
    administration_id integer NOT NULL,
    academic_year integer NOT NULL,
    results bigint NOT NULL CHECK (results >= 0),
    UNIQUE (import_file_id, administration_id),
    FOREIGN KEY (administration_id, academic_year)
        REFERENCES administration (administration_id, academic_year)
);
CREATE INDEX ON import_file_summary (administration_id);
COMMENT ON TABLE import_file_summary IS 'Сколько результатов каждого файла хранится; ведётся триггерами result в той же транзакции';
COMMENT ON COLUMN import_file_summary.import_file_summary_id IS 'Ключ сводки';
COMMENT ON COLUMN import_file_summary.import_file_id IS 'Загрузка';
COMMENT ON COLUMN import_file_summary.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN import_file_summary.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN import_file_summary.results IS 'Сколько результатов этого проведения хранится из этого файла';

-- The lock, held to the end of the transaction, puts all who change results of
-- an administration in a row, at the end of their statements; taken in the
-- order of keys it excludes deadlocks. It also stops the administration's
-- maximum score and cuts from changing meanwhile.
CREATE FUNCTION check_changed_results(administrations integer[], academic_years integer[], highest_scores integer[])
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    bad record;
BEGIN
    PERFORM FROM administration AS a
    WHERE a.administration_id = ANY (administrations)
    ORDER BY a.administration_id
    FOR NO KEY UPDATE;

    SELECT c.administration_id, c.academic_year, c.highest, a.max_score INTO bad
    FROM unnest(administrations, academic_years, highest_scores) AS c (administration_id, academic_year, highest)
    LEFT JOIN administration AS a USING (administration_id, academic_year)
    WHERE a.administration_id IS NULL OR c.highest > a.max_score
    ORDER BY a.administration_id
    LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF bad.max_score IS NULL THEN
        RAISE EXCEPTION 'в % учебном году нет проведения %', bad.academic_year, bad.administration_id
            USING ERRCODE = 'foreign_key_violation',
                  DETAIL = coalesce((SELECT format('Проведение %s — %s учебного года.', a.administration_id, a.academic_year)
                                     FROM administration AS a WHERE a.administration_id = bad.administration_id),
                                    'Такого проведения нет и в других годах.'),
                  HINT = 'Заведите его — open_administration(год, ...) — или исправьте учебный год результата.',
                  SCHEMA = current_schema(), TABLE = 'result', COLUMN = 'administration_id';
    END IF;
    RAISE EXCEPTION 'балл % больше максимального %', bad.highest, bad.max_score
        USING ERRCODE = 'check_violation',
              DETAIL = (SELECT format('Процедура «%s», %s учебный год, организация %s, участник %s.',
                                      n.name, bad.academic_year, r.school_id, r.participant)
                        FROM result AS r
                        JOIN administration AS a USING (administration_id)
                        JOIN assessment AS n USING (assessment_id)
                        WHERE r.administration_id = bad.administration_id
                          AND r.academic_year = bad.academic_year AND r.score = bad.highest
                        LIMIT 1),
              HINT = 'Исправьте балл или максимальный балл в administration.',
              SCHEMA = current_schema(), TABLE = 'result', COLUMN = 'score';
END
$$;
COMMENT ON FUNCTION check_changed_results(integer[], integer[], integer[]) IS
'Первый шаг триггеров result: блокирует до конца транзакции проведения, результаты которых изменены, и сверяет с ними учебный год (ошибка 23503) и наибольший внесённый балл (ошибка 23514)';

CREATE FUNCTION remove_empty_summaries(administrations integer[], schools integer[])
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    -- by their keys: the planner takes empty summaries for rare
    DELETE FROM result_summary AS e
    USING (
        SELECT s.result_summary_id, s.results
        FROM (SELECT DISTINCT * FROM unnest(administrations, schools)) AS c (administration_id, school_id)
        JOIN result_summary AS s USING (administration_id, school_id)
        OFFSET 0) AS k
    WHERE e.result_summary_id = k.result_summary_id AND k.results = 0;
    DELETE FROM school_summary AS e
    USING (
        SELECT s.school_summary_id, s.results
        FROM (SELECT DISTINCT * FROM unnest(administrations, schools)) AS c (administration_id, school_id)
        JOIN school_summary AS s USING (administration_id, school_id)
        OFFSET 0) AS k
    WHERE e.school_summary_id = k.school_summary_id AND k.results = 0;
END
$$;
COMMENT ON FUNCTION remove_empty_summaries(integer[], integer[]) IS
'Часть apply_result_changes: удаляет опустевшие сводки';

-- How many of a distribution are judged, and how many of them failed.
CREATE FUNCTION judged_count(dist score_dist, fail_by text)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(CASE fail_by WHEN 'mark' THEN marked(dist) ELSE scored(dist) END, 0);
COMMENT ON FUNCTION judged_count(score_dist, text) IS
'Участники, у которых есть отметка (fail_by = mark) или балл; 0 для пустого распределения';

CREATE FUNCTION failed_count(dist score_dist, fail_by text, min_score integer)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(CASE fail_by WHEN 'mark' THEN fail_count(dist) ELSE fail_count(dist, min_score) END, 0);
COMMENT ON FUNCTION failed_count(score_dist, text, integer) IS
'Сколько участников не справилось: отметка «2» (fail_by = mark) или балл ниже минимального; 0 для пустого распределения';

-- What the changes of classes make for their schools, as differences.
CREATE FUNCTION school_changes(administrations integer[], schools integer[], academic_years integer[],
                               results integer[], added score_dist[], removed score_dist[])
RETURNS TABLE (academic_year integer, administration_id integer, school_id integer,
               judged integer, failed integer, results integer, participants integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.academic_year, c.administration_id, c.school_id,
           sum(judged_count(c.added, a.fail_by) - judged_count(c.removed, a.fail_by))::integer,
           sum(failed_count(c.added, a.fail_by, a.min_score) - failed_count(c.removed, a.fail_by, a.min_score))::integer,
           sum(c.results)::integer,
           sum(coalesce(participants(c.added), 0) - coalesce(participants(c.removed), 0))::integer
    FROM unnest(administrations, schools, academic_years, school_changes.results,
                school_changes.added, school_changes.removed)
        AS c (administration_id, school_id, academic_year, results, added, removed)
    JOIN administration AS a USING (administration_id)
    GROUP BY c.academic_year, c.administration_id, c.school_id;
END;
COMMENT ON FUNCTION school_changes(integer[], integer[], integer[], integer[], score_dist[], score_dist[]) IS
'Часть apply_result_changes: на сколько изменился счёт результатов организаций';

-- Where results were removed. A row that is not there yet is made first: the
-- counts of an inserted row must make sense by themselves, differences need
-- not. Rows are found by their keys whatever the planner believes of the size
-- of the tables.
CREATE FUNCTION apply_losses(administrations integer[], schools integer[], academic_years integer[], classes text[],
                             results integer[], added score_dist[], removed score_dist[])
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    groups bigint := cardinality(array_remove(removed, NULL));
    found_groups bigint;
BEGIN
    UPDATE result_summary AS s
    SET results = s.results + c.results, dist = s.dist + c.added - c.removed
    FROM unnest(administrations, schools, classes, apply_losses.results, apply_losses.added, apply_losses.removed)
        AS c (administration_id, school_id, class, results, added, removed)
    WHERE c.removed IS NOT NULL
      AND (s.administration_id, s.school_id, s.class) = (c.administration_id, c.school_id, c.class);
    GET DIAGNOSTICS found_groups = ROW_COUNT;
    IF found_groups <> groups THEN
        RAISE EXCEPTION 'сводки расходятся с результатами: нет % из %', groups - found_groups, groups
            USING ERRCODE = 'data_corrupted',
                  HINT = 'Что расходится — SELECT * FROM verify_summaries(); исправить — SELECT rebuild_summaries().';
    END IF;

    INSERT INTO school_summary (academic_year, administration_id, school_id, judged, failed, results, participants)
    SELECT DISTINCT c.academic_year, c.administration_id, c.school_id, 0, 0, 0, 0
    FROM unnest(administrations, schools, academic_years) AS c (administration_id, school_id, academic_year)
    ON CONFLICT (administration_id, school_id) DO NOTHING;
    UPDATE school_summary AS s
    SET judged = s.judged + c.judged, failed = s.failed + c.failed,
        results = s.results + c.results, participants = s.participants + c.participants
    FROM school_changes(administrations, schools, academic_years, apply_losses.results,
                        apply_losses.added, apply_losses.removed) AS c
    WHERE (s.administration_id, s.school_id) = (c.administration_id, c.school_id);
END
$$;
COMMENT ON FUNCTION apply_losses(integer[], integer[], integer[], text[], integer[], score_dist[], score_dist[]) IS
'Часть apply_result_changes: счёт организаций и сводки классов, из которых результаты убраны. Нет такой сводки — ошибка XX001';

CREATE FUNCTION apply_result_changes(administrations integer[], schools integer[], academic_years integer[],
                                     classes text[], results integer[], added score_dist[], removed score_dist[])
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    has_losses boolean := array_remove(removed, NULL) <> '{}';
BEGIN
    IF has_losses THEN
        PERFORM apply_losses(administrations, schools, academic_years, classes, results, added, removed);
    ELSE
        INSERT INTO school_summary AS s (academic_year, administration_id, school_id, judged, failed, results, participants)
        SELECT * FROM school_changes(administrations, schools, academic_years, apply_result_changes.results,
                                     apply_result_changes.added, apply_result_changes.removed)
        ON CONFLICT (administration_id, school_id) DO UPDATE
        SET judged = s.judged + excluded.judged, failed = s.failed + excluded.failed,
            results = s.results + excluded.results, participants = s.participants + excluded.participants;
    END IF;
    INSERT INTO result_summary AS s (academic_year, administration_id, school_id, results, class, dist)
    SELECT c.academic_year, c.administration_id, c.school_id, c.results, c.class, c.added
    FROM unnest(administrations, schools, academic_years, classes, apply_result_changes.results,
                apply_result_changes.added, apply_result_changes.removed)
        AS c (administration_id, school_id, academic_year, class, results, added, removed)
    WHERE c.removed IS NULL
    ON CONFLICT (administration_id, school_id, class) DO UPDATE
    SET results = s.results + excluded.results, dist = s.dist + excluded.dist;
    IF has_losses THEN
        PERFORM remove_empty_summaries(administrations, schools);
    END IF;
END
$$;
COMMENT ON FUNCTION apply_result_changes(integer[], integer[], integer[], text[], integer[], score_dist[], score_dist[]) IS
'Шаг триггеров result: прибавляет к сводкам и вычитает из них то, что изменила команда';

CREATE FUNCTION apply_file_changes(import_files integer[], administrations integer[], academic_years integer[], results integer[])
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO import_file_summary AS s (import_file_id, administration_id, academic_year, results)
    SELECT c.import_file_id, c.administration_id, c.academic_year, 0
    FROM unnest(import_files, administrations, academic_years)
        AS c (import_file_id, administration_id, academic_year)
    ON CONFLICT (import_file_id, administration_id) DO NOTHING;
    UPDATE import_file_summary AS s
    SET results = s.results + c.results
    FROM unnest(import_files, administrations, apply_file_changes.results)
        AS c (import_file_id, administration_id, results)
    WHERE (s.import_file_id, s.administration_id) = (c.import_file_id, c.administration_id);
    DELETE FROM import_file_summary AS s
    USING unnest(import_files, administrations) AS c (import_file_id, administration_id)
    WHERE (s.import_file_id, s.administration_id) = (c.import_file_id, c.administration_id)
      AND s.results = 0;
END
$$;
COMMENT ON FUNCTION apply_file_changes(integer[], integer[], integer[], integer[]) IS
'Последний шаг триггеров result: сколько результатов каждого файла хранится';

-- Who judges differently counts anew. Its row is locked, so no result of it is
-- being entered.
CREATE FUNCTION recount_judged(administration_id integer)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    UPDATE school_summary AS s
    SET judged = c.judged, failed = c.failed
    FROM (
        SELECT r.school_id, sum(judged_count(r.dist, a.fail_by)) AS judged,
               sum(failed_count(r.dist, a.fail_by, a.min_score)) AS failed
        FROM result_summary AS r
        JOIN administration AS a USING (administration_id)
        WHERE r.administration_id = recount_judged.administration_id
        GROUP BY r.school_id) AS c
    WHERE s.administration_id = recount_judged.administration_id AND s.school_id = c.school_id;
END;
COMMENT ON FUNCTION recount_judged(integer) IS
'Вызывается триггером administration от имени владельца: когда меняется, что считать неудачей, пересчитывает school_summary';
CREATE TRIGGER recount_judged
    AFTER UPDATE ON administration
    FOR EACH ROW WHEN ((new.fail_by, new.min_score) IS DISTINCT FROM (old.fail_by, old.min_score))
    EXECUTE FUNCTION call_as_table_owner('recount_judged', 'administration_id');

-- TRUNCATE and partitions that come and go change results without a trigger
-- that sees the rows: then a year's summaries go, are made, or, where a part of
-- a year may have come or gone, are counted anew. Whoever is changing results
-- of the year holds a lock that makes this wait, and has committed after it.
CREATE FUNCTION forget_missing_results()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    year integer;
    has_results boolean;
    has_summaries boolean;
    in_parts boolean := EXISTS (SELECT FROM pg_partition_tree('result') AS t WHERE t.level > 1);
BEGIN
    FOR year IN SELECT DISTINCT a.academic_year FROM administration AS a ORDER BY a.academic_year LOOP
        SELECT EXISTS (SELECT FROM result AS r WHERE r.academic_year = year),
               EXISTS (SELECT FROM school_summary AS s WHERE s.academic_year = year)
        INTO has_results, has_summaries;
        IF has_results AND (in_parts OR NOT has_summaries) THEN
            PERFORM rebuild_summaries(year);
        ELSIF has_summaries AND NOT has_results THEN
            PERFORM FROM administration AS a
            WHERE a.academic_year = year
            ORDER BY a.administration_id
            FOR NO KEY UPDATE;
            IF NOT EXISTS (SELECT FROM result AS r WHERE r.academic_year = year) THEN
                DELETE FROM result_summary AS s
                USING administration AS a
                WHERE a.academic_year = year AND s.administration_id = a.administration_id;
                DELETE FROM school_summary AS s WHERE s.academic_year = year;
                DELETE FROM task_summary AS s WHERE s.academic_year = year;
                DELETE FROM import_file_summary AS s WHERE s.academic_year = year;
            END IF;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION forget_missing_results() IS
'Убирает сводки учебных лет, результатов которых больше нет: после TRUNCATE, отсоединения или удаления секции';

-- Summaries hold the references of the results: they do not go before them.
CREATE FUNCTION refuse_truncated_summaries()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF EXISTS (SELECT FROM result) THEN
        RAISE EXCEPTION 'сводки нельзя очистить, пока есть результаты'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'TRUNCATE result очищает и результаты, и их сводки.',
                  SCHEMA = tg_table_schema, TABLE = tg_table_name;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_truncated_summaries() IS
'Триггер TRUNCATE сводок: ошибка 55000, пока есть результаты';
CREATE TRIGGER refuse_truncate AFTER TRUNCATE ON school_summary
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncated_summaries();
CREATE TRIGGER refuse_truncate AFTER TRUNCATE ON result_summary
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncated_summaries();
CREATE TRIGGER refuse_truncate AFTER TRUNCATE ON import_file_summary
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncated_summaries();

-- Statement triggers with transition tables fire for the table named in the
-- statement only, so the parent and every partition carry them.
CREATE FUNCTION keep_summaries(target regclass)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER keep_summaries_inserted AFTER INSERT ON %s
        REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION collect_result_changes()', target);
    EXECUTE format('CREATE TRIGGER keep_summaries_updated AFTER UPDATE ON %s
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION collect_result_changes()', target);
    EXECUTE format('CREATE TRIGGER keep_summaries_deleted AFTER DELETE ON %s
        REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION collect_result_changes()', target);
    EXECUTE format('CREATE TRIGGER keep_summaries_truncated AFTER TRUNCATE ON %s
        FOR EACH STATEMENT EXECUTE FUNCTION collect_result_changes()', target);
END
$$;
COMMENT ON FUNCTION keep_summaries(regclass) IS
'Ставит на result или её секцию триггеры, которые ведут сводки; вызывается из follow_partitions';

-- What has the triggers is what the summaries know of.
CREATE FUNCTION follow_partitions()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    part regclass;
    administrations integer[];
    years integer[];
    highest_scores integer[];
    known regclass[] := ARRAY(
        SELECT t.tgrelid::regclass
        FROM pg_trigger AS t
        WHERE t.tgname = 'keep_summaries_inserted' AND t.tgfoid = 'collect_result_changes'::regproc);
BEGIN
    FOR part IN
        SELECT t.relid FROM pg_partition_tree('result') AS t
        WHERE t.relid <> ALL (known)
        ORDER BY t.level, t.relid
    LOOP
        PERFORM keep_summaries(part);
        IF part <> 'result'::regclass THEN
            EXECUTE format('SELECT array_agg(h.administration_id), array_agg(h.academic_year), array_agg(h.score)
                FROM (SELECT r.administration_id, r.academic_year, max(r.score)::integer AS score
                      FROM %s AS r GROUP BY r.administration_id, r.academic_year) AS h', part)
            INTO administrations, years, highest_scores;
            PERFORM check_changed_results(administrations, years, highest_scores);
            PERFORM rebuild_summaries(y) FROM (SELECT DISTINCT u FROM unnest(years) AS u) AS d (y);
        END IF;
    END LOOP;

    -- A detached table loses them: it is new to the warehouse it comes to next.
    FOR part IN
        SELECT c.oid
        FROM unnest(known) AS k
        JOIN pg_class AS c ON c.oid = k
        LEFT JOIN pg_class AS root ON root.oid = coalesce(pg_partition_root(c.oid), c.oid)
        WHERE (root.relkind <> 'p' OR root.relname <> 'result')
          AND pg_has_role(c.relowner, 'USAGE')
    LOOP
        EXECUTE format('DROP TRIGGER keep_summaries_inserted ON %s', part);
        EXECUTE format('DROP TRIGGER keep_summaries_updated ON %s', part);
        EXECUTE format('DROP TRIGGER keep_summaries_deleted ON %s', part);
        EXECUTE format('DROP TRIGGER keep_summaries_truncated ON %s', part);
    END LOOP;
    PERFORM forget_missing_results();
END
$$;
COMMENT ON FUNCTION follow_partitions() IS
'Приводит триггеры и сводки в соответствие с секциями result; вызывается из open_year и, когда секцию присоединяют, отсоединяют или удаляют, событийным триггером расширения. Секцию, созданную внутри CREATE SCHEMA, он не видит: выполните SELECT follow_partitions()';
