-- Summaries against a recount of the results: proof, and repair.

CREATE FUNCTION verify_summaries(first_year integer, last_year integer)
RETURNS TABLE (kind text, academic_year integer, administration_id integer, school_id integer, class text,
               import_file_id integer, kept integer[], counted integer[], kept_dist score_dist, counted_dist score_dist,
               kept_tasks task_dist, counted_tasks task_dist)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM summary_differences('result', first_year, last_year);
END;
COMMENT ON FUNCTION verify_summaries(integer, integer) IS
'Сводки учебных лет от первого до последнего, которые расходятся с пересчётом по результатам: kind — school (school_summary; числа — оцениваемых, не справившихся, результатов, участников), class (result_summary), file (import_file_summary; числа — результатов) или tasks (task_summary; числа — участников с баллами за задания); kept — что хранится, counted — что насчитано (пусто — сводки или результатов нет). Ни одной строки — всё сходится';

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
