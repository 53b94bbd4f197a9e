-- Summaries against a recount of the results: proof, and repair.

-- One statement, so that results and summaries are seen as of one moment; full
-- joins, so that stale statistics cannot talk the planner into a nested loop
-- over the recount.
CREATE FUNCTION verify_summaries(first_year integer, last_year integer)
RETURNS TABLE (academic_year integer, administration_id integer, school_id integer, class text, import_file_id integer,
               results_kept bigint, results_counted bigint, dist_kept text, dist_counted text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT coalesce(c.academic_year, s.academic_year), administration_id, school_id, class, NULL::integer,
           s.results, c.results, s.dist::text, c.dist::text
    FROM recounted_summaries(first_year, last_year) AS c
    FULL JOIN (SELECT k.* FROM result_summary AS k WHERE k.academic_year BETWEEN first_year AND last_year) AS s
        USING (administration_id, school_id, class)
    WHERE (c.academic_year, c.results, c.dist) IS DISTINCT FROM (s.academic_year, s.results, s.dist)
    UNION ALL
    SELECT coalesce(c.academic_year, s.academic_year), administration_id, NULL, NULL, import_file_id,
           s.results, c.results, NULL, NULL
    FROM recounted_files(first_year, last_year) AS c
    FULL JOIN (SELECT k.* FROM import_file_summary AS k WHERE k.academic_year BETWEEN first_year AND last_year) AS s
        USING (import_file_id, administration_id)
    WHERE (c.academic_year, c.results) IS DISTINCT FROM (s.academic_year, s.results);
END;
COMMENT ON FUNCTION verify_summaries(integer, integer) IS
'Сводки учебных лет от первого до последнего, которые расходятся с пересчётом по результатам: что хранится и что насчитано (пусто — такой сводки нет, или результатов нет); ни одной строки — всё сходится';

CREATE FUNCTION verify_summaries(academic_year integer)
RETURNS TABLE (academic_year integer, administration_id integer, school_id integer, class text, import_file_id integer,
               results_kept bigint, results_counted bigint, dist_kept text, dist_counted text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT * FROM verify_summaries(verify_summaries.academic_year, verify_summaries.academic_year);
END;
COMMENT ON FUNCTION verify_summaries(integer) IS
'Сводки одного учебного года, которые расходятся с пересчётом по результатам';

CREATE FUNCTION verify_summaries()
RETURNS TABLE (academic_year integer, administration_id integer, school_id integer, class text, import_file_id integer,
               results_kept bigint, results_counted bigint, dist_kept text, dist_counted text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT * FROM verify_summaries(0, 9999);
END;
COMMENT ON FUNCTION verify_summaries() IS
'Сводки всех учебных лет, которые расходятся с пересчётом по результатам';

CREATE FUNCTION rebuild_result_summaries(first_year integer, last_year integer)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    written bigint;
    removed bigint;
BEGIN
    WITH difference AS MATERIALIZED (
        SELECT s.result_summary_id, c.academic_year, administration_id, school_id, class, c.results, c.dist
        FROM recounted_summaries(first_year, last_year) AS c
        FULL JOIN (SELECT k.* FROM result_summary AS k WHERE k.academic_year BETWEEN first_year AND last_year) AS s
            USING (administration_id, school_id, class)
        WHERE (c.academic_year, c.results, c.dist) IS DISTINCT FROM (s.academic_year, s.results, s.dist)
    ), gone AS (
        DELETE FROM result_summary AS s
        USING difference AS d
        WHERE d.dist IS NULL AND s.result_summary_id = d.result_summary_id
        RETURNING 1
    ), changed AS (
        INSERT INTO result_summary AS s (academic_year, administration_id, school_id, results, class, dist)
        SELECT d.academic_year, d.administration_id, d.school_id, d.results, d.class, d.dist
        FROM difference AS d
        WHERE d.dist IS NOT NULL
        ON CONFLICT (administration_id, school_id, class) DO UPDATE
        SET academic_year = excluded.academic_year, results = excluded.results, dist = excluded.dist
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM gone) INTO written, removed;
    RETURN written + removed;
END
$$;
COMMENT ON FUNCTION rebuild_result_summaries(integer, integer) IS
'Часть rebuild_summaries: сводки по проведениям, организациям и классам';

CREATE FUNCTION rebuild_file_summaries(first_year integer, last_year integer)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    written bigint;
    removed bigint;
BEGIN
    WITH difference AS MATERIALIZED (
        SELECT s.import_file_summary_id, import_file_id, administration_id, c.academic_year, c.results
        FROM recounted_files(first_year, last_year) AS c
        FULL JOIN (SELECT k.* FROM import_file_summary AS k WHERE k.academic_year BETWEEN first_year AND last_year) AS s
            USING (import_file_id, administration_id)
        WHERE (c.academic_year, c.results) IS DISTINCT FROM (s.academic_year, s.results)
    ), gone AS (
        DELETE FROM import_file_summary AS s
        USING difference AS d
        WHERE d.results IS NULL AND s.import_file_summary_id = d.import_file_summary_id
        RETURNING 1
    ), changed AS (
        INSERT INTO import_file_summary AS s (import_file_id, administration_id, academic_year, results)
        SELECT d.import_file_id, d.administration_id, d.academic_year, d.results
        FROM difference AS d
        WHERE d.results IS NOT NULL
        ON CONFLICT (import_file_id, administration_id) DO UPDATE
        SET academic_year = excluded.academic_year, results = excluded.results
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM gone) INTO written, removed;
    RETURN written + removed;
END
$$;
COMMENT ON FUNCTION rebuild_file_summaries(integer, integer) IS
'Часть rebuild_summaries: число хранимых результатов по файлам';

-- Whoever changes results locks their administrations, so nobody does while
-- these locks are held; those who came before have committed or are waited for.
CREATE FUNCTION rebuild_summaries(first_year integer, last_year integer)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM FROM administration AS a
    WHERE a.academic_year BETWEEN first_year AND last_year
    ORDER BY a.administration_id
    FOR NO KEY UPDATE;
    RETURN rebuild_result_summaries(first_year, last_year) + rebuild_file_summaries(first_year, last_year);
END
$$;
COMMENT ON FUNCTION rebuild_summaries(integer, integer) IS
'Пересчитывает сводки учебных лет от первого до последнего по результатам и исправляет отличия; возвращает число исправленных сводок. Нужна лишь после того, что триггеры не видят: их отключения, session_replication_role';

CREATE FUNCTION rebuild_summaries(academic_year integer)
RETURNS bigint
LANGUAGE sql VOLATILE
RETURN rebuild_summaries(academic_year, academic_year);
COMMENT ON FUNCTION rebuild_summaries(integer) IS
'Пересчитывает сводки одного учебного года; возвращает число исправленных сводок';

CREATE FUNCTION rebuild_summaries()
RETURNS bigint
LANGUAGE sql VOLATILE
RETURN rebuild_summaries(0, 9999);
COMMENT ON FUNCTION rebuild_summaries() IS
'Пересчитывает сводки всех учебных лет; возвращает число исправленных сводок';

SELECT keep_summaries('result');
SELECT follow_partitions();
