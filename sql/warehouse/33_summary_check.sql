-- Summaries against a recount of the results: proof, and repair.

-- One pass over the results serves the summaries of scores and marks: those by
-- school and by class are sums over the files. Item scores take a second one.
CREATE FUNCTION recounted_results(first_year integer, last_year integer)
RETURNS TABLE (academic_year integer, administration_id integer, school_id integer, class text,
               import_file_id integer, results bigint, dist score_dist)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.academic_year, c.administration_id, c.school_id, c.class, c.import_file_id, c.results, c.dist
    FROM recounted((
        SELECT recount_results(r.administration_id, r.school_id, r.academic_year, r.class, r.import_file_id,
                               r.attempt, r.score, r.mark, r.journal_mark)
        FROM result AS r
        WHERE r.academic_year BETWEEN first_year AND last_year)) AS c;
END;
COMMENT ON FUNCTION recounted_results(integer, integer) IS
'Пересчёт результатов учебных лет от первого до последнего: сколько их по проведениям, организациям, классам и файлам и каково распределение первых попыток (пусто, если их нет)';

-- One statement, so that results and summaries are seen as of one moment; full
-- joins, so that stale statistics cannot talk the planner into a nested loop.
-- (No IS DISTINCT FROM between dists: a dump would not name its operator's
-- schema.)
CREATE FUNCTION verify_summaries(first_year integer, last_year integer)
RETURNS TABLE (kind text, academic_year integer, administration_id integer, school_id integer, class text,
               import_file_id integer, kept integer[], counted integer[], kept_dist score_dist, counted_dist score_dist,
               kept_tasks task_dist, counted_tasks task_dist)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH recount AS MATERIALIZED (
        SELECT * FROM recounted_results(first_year, last_year)
    )
    SELECT 'school', coalesce(c.academic_year, s.academic_year), administration_id, school_id, NULL::text,
           NULL::integer, s.counts, c.counts, NULL::score_dist, NULL::score_dist, NULL::task_dist, NULL::task_dist
    FROM (
        SELECT r.academic_year, r.administration_id, r.school_id,
               ARRAY[sum(judged_count(r.dist, a.fail_by)), sum(failed_count(r.dist, a.fail_by, a.min_score)),
                     sum(r.results), sum(coalesce(participants(r.dist), 0))]::integer[] AS counts
        FROM recount AS r
        JOIN administration AS a USING (administration_id)
        GROUP BY r.academic_year, r.administration_id, r.school_id) AS c
    FULL JOIN (
        SELECT k.academic_year, k.administration_id, k.school_id,
               ARRAY[k.judged, k.failed, k.results, k.participants] AS counts
        FROM school_summary AS k
        WHERE k.academic_year BETWEEN first_year AND last_year) AS s
        USING (administration_id, school_id)
    WHERE (c.academic_year, c.counts) IS DISTINCT FROM (s.academic_year, s.counts)
    UNION ALL
    SELECT 'class', coalesce(c.academic_year, s.academic_year), administration_id, school_id, class,
           NULL, s.counts, c.counts, s.dist, c.dist, NULL, NULL
    FROM (
        SELECT r.academic_year, r.administration_id, r.school_id, r.class,
               ARRAY[sum(r.results)]::integer[] AS counts, coalesce(rollup(r.dist), '{}'::score_dist) AS dist
        FROM recount AS r
        GROUP BY r.academic_year, r.administration_id, r.school_id, r.class) AS c
    FULL JOIN (
        SELECT k.academic_year, k.administration_id, k.school_id, k.class, ARRAY[k.results] AS counts, k.dist
        FROM result_summary AS k
        WHERE k.academic_year BETWEEN first_year AND last_year) AS s
        USING (administration_id, school_id, class)
    WHERE ((c.academic_year, c.counts) = (s.academic_year, s.counts) AND c.dist = s.dist) IS NOT TRUE
    UNION ALL
    SELECT 'file', coalesce(c.academic_year, s.academic_year), administration_id, NULL, NULL,
           import_file_id, s.counts, c.counts, NULL, NULL, NULL, NULL
    FROM (
        SELECT r.academic_year, r.administration_id, r.import_file_id, ARRAY[sum(r.results)]::integer[] AS counts
        FROM recount AS r
        WHERE r.import_file_id IS NOT NULL
        GROUP BY r.academic_year, r.administration_id, r.import_file_id) AS c
    FULL JOIN (
        SELECT k.academic_year, k.administration_id, k.import_file_id, ARRAY[k.results]::integer[] AS counts
        FROM import_file_summary AS k
        WHERE k.academic_year BETWEEN first_year AND last_year) AS s
        USING (administration_id, import_file_id)
    WHERE (c.academic_year, c.counts) IS DISTINCT FROM (s.academic_year, s.counts)
    UNION ALL
    SELECT 'tasks', coalesce(c.academic_year, s.academic_year), administration_id, school_id, class,
           NULL, ARRAY[participants(s.dist)]::integer[], ARRAY[participants(c.dist)]::integer[], NULL, NULL, s.dist, c.dist
    FROM (
        SELECT r.academic_year, r.administration_id, r.school_id, r.class, cardinality(r.task_scores) AS items,
               task_dist(r.task_scores) AS dist
        FROM result AS r
        WHERE r.academic_year BETWEEN first_year AND last_year AND r.attempt = 1 AND r.task_scores IS NOT NULL
        GROUP BY r.academic_year, r.administration_id, r.school_id, r.class, cardinality(r.task_scores)) AS c
    FULL JOIN (
        SELECT k.academic_year, k.administration_id, k.school_id, k.class, k.items, k.dist
        FROM task_summary AS k
        WHERE k.academic_year BETWEEN first_year AND last_year) AS s
        USING (administration_id, school_id, class, items)
    WHERE (c.academic_year = s.academic_year AND c.dist = s.dist) IS NOT TRUE;
END;
COMMENT ON FUNCTION verify_summaries(integer, integer) IS
'Сводки учебных лет от первого до последнего, которые расходятся с пересчётом по результатам: kind — school (school_summary; числа — судимых, не справившихся, результатов, участников), class (result_summary), file (import_file_summary; числа — результатов) или tasks (task_summary; числа — участников с баллами за задания); kept — что хранится, counted — что насчитано (пусто — сводки или результатов нет). Ни одной строки — всё сходится';

CREATE FUNCTION verify_summaries(academic_year integer)
RETURNS TABLE (kind text, academic_year integer, administration_id integer, school_id integer, class text,
               import_file_id integer, kept integer[], counted integer[], kept_dist score_dist, counted_dist score_dist,
               kept_tasks task_dist, counted_tasks task_dist)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM verify_summaries(verify_summaries.academic_year, verify_summaries.academic_year);
END;
COMMENT ON FUNCTION verify_summaries(integer) IS
'Сводки одного учебного года, которые расходятся с пересчётом по результатам';

CREATE FUNCTION verify_summaries()
RETURNS TABLE (kind text, academic_year integer, administration_id integer, school_id integer, class text,
               import_file_id integer, kept integer[], counted integer[], kept_dist score_dist, counted_dist score_dist,
               kept_tasks task_dist, counted_tasks task_dist)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM verify_summaries(0, 9999);
END;
COMMENT ON FUNCTION verify_summaries() IS
'Сводки всех учебных лет, которые расходятся с пересчётом по результатам';

-- Whoever changes results locks their administrations, so nobody does while
-- these locks are held; those who came before have committed or are waited for.
CREATE FUNCTION rebuild_summaries(first_year integer, last_year integer)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    corrected bigint;
BEGIN
    PERFORM FROM administration AS a
    WHERE a.academic_year BETWEEN first_year AND last_year
    ORDER BY a.administration_id
    FOR NO KEY UPDATE;
    -- Only a statement that makes a table may count in parallel.
    DROP TABLE IF EXISTS pg_temp.summary_difference;
    CREATE TEMPORARY TABLE summary_difference AS
    SELECT * FROM verify_summaries(first_year, last_year);
    GET DIAGNOSTICS corrected = ROW_COUNT;
    PERFORM write_school_summaries();
    PERFORM write_class_summaries();
    PERFORM write_file_summaries();
    PERFORM write_task_summaries();
    DROP TABLE pg_temp.summary_difference;
    RETURN corrected;
END
$$;
COMMENT ON FUNCTION rebuild_summaries(integer, integer) IS
'Пересчитывает сводки учебных лет от первого до последнего по результатам и исправляет отличия; возвращает число исправленных сводок. Нужна лишь после того, чего триггеры не видят: их отключения, session_replication_role';

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

CREATE FUNCTION write_school_summaries()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO school_summary AS s (academic_year, administration_id, school_id, judged, failed, results, participants)
    SELECT d.academic_year, d.administration_id, d.school_id, d.counted[1], d.counted[2], d.counted[3], d.counted[4]
    FROM pg_temp.summary_difference AS d
    WHERE d.kind = 'school' AND d.counted IS NOT NULL
    ON CONFLICT (administration_id, school_id) DO UPDATE
    SET academic_year = excluded.academic_year, judged = excluded.judged, failed = excluded.failed,
        results = excluded.results, participants = excluded.participants;
    DELETE FROM school_summary AS s
    USING pg_temp.summary_difference AS d
    WHERE d.kind = 'school' AND d.counted IS NULL
      AND (s.administration_id, s.school_id) = (d.administration_id, d.school_id);
END
$$;
COMMENT ON FUNCTION write_school_summaries() IS
'Часть rebuild_summaries: исправляет school_summary';

CREATE FUNCTION write_class_summaries()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO result_summary AS s (academic_year, administration_id, school_id, results, class, dist)
    SELECT d.academic_year, d.administration_id, d.school_id, d.counted[1], d.class, d.counted_dist
    FROM pg_temp.summary_difference AS d
    WHERE d.kind = 'class' AND d.counted IS NOT NULL
    ON CONFLICT (administration_id, school_id, class) DO UPDATE
    SET academic_year = excluded.academic_year, results = excluded.results, dist = excluded.dist;
    DELETE FROM result_summary AS s
    USING pg_temp.summary_difference AS d
    WHERE d.kind = 'class' AND d.counted IS NULL
      AND (s.administration_id, s.school_id, s.class) = (d.administration_id, d.school_id, d.class);
END
$$;
COMMENT ON FUNCTION write_class_summaries() IS 'Часть rebuild_summaries: исправляет result_summary';

CREATE FUNCTION write_file_summaries()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO import_file_summary AS s (import_file_id, administration_id, academic_year, results)
    SELECT d.import_file_id, d.administration_id, d.academic_year, d.counted[1]
    FROM pg_temp.summary_difference AS d
    WHERE d.kind = 'file' AND d.counted IS NOT NULL
    ON CONFLICT (import_file_id, administration_id) DO UPDATE
    SET academic_year = excluded.academic_year, results = excluded.results;
    DELETE FROM import_file_summary AS s
    USING pg_temp.summary_difference AS d
    WHERE d.kind = 'file' AND d.counted IS NULL
      AND (s.import_file_id, s.administration_id) = (d.import_file_id, d.administration_id);
END
$$;
COMMENT ON FUNCTION write_file_summaries() IS 'Часть rebuild_summaries: исправляет import_file_summary';

CREATE FUNCTION write_task_summaries()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM task_summary AS s
    USING pg_temp.summary_difference AS d
    WHERE d.kind = 'tasks' AND d.counted IS NULL
      AND (s.administration_id, s.school_id, s.class, s.items)
          = (d.administration_id, d.school_id, d.class, items(d.kept_tasks));
    INSERT INTO task_summary AS s (academic_year, administration_id, school_id, items, class, dist)
    SELECT d.academic_year, d.administration_id, d.school_id, items(d.counted_tasks), d.class, d.counted_tasks
    FROM pg_temp.summary_difference AS d
    WHERE d.kind = 'tasks' AND d.counted IS NOT NULL
    ON CONFLICT (administration_id, school_id, class, items) DO UPDATE
    SET academic_year = excluded.academic_year, dist = excluded.dist;
END
$$;
COMMENT ON FUNCTION write_task_summaries() IS 'Часть rebuild_summaries: исправляет task_summary';

SELECT follow_partitions();
