-- What is done by itself: CALL run_job(), by pg_cron or by any other scheduler,
-- and the record of what came of it.

CREATE TABLE job_run (
    job_run_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job text NOT NULL CHECK (job IN ('checks', 'cycle', 'deadlines', 'retention')),
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    seconds numeric,
    outcome text NOT NULL DEFAULT 'running'
        CHECK (outcome IN ('running', 'done', 'nothing', 'skipped', 'failed', 'lost')),
    details text,
    error_state text,
    error_text text,
    run_by text NOT NULL DEFAULT current_user,
    process_id integer NOT NULL DEFAULT pg_backend_pid()
);
CREATE INDEX ON job_run (job, started_at);
COMMENT ON TABLE job_run IS 'Выполнение заданий: что, когда, сколько длилось, чем кончилось';
COMMENT ON COLUMN job_run.job_run_id IS 'Ключ записи';
COMMENT ON COLUMN job_run.job IS 'Задание: checks — проверки данных, cycle — цикл мониторинга, deadlines — сроки дорожных карт, retention — удаление старого';
COMMENT ON COLUMN job_run.started_at IS 'Когда начато';
COMMENT ON COLUMN job_run.finished_at IS 'Когда закончено; пусто — выполняется или прервано';
COMMENT ON COLUMN job_run.seconds IS 'Длительность, секунды';
COMMENT ON COLUMN job_run.outcome IS 'running — выполняется, done — выполнено, nothing — делать было нечего, skipped — такое же задание ещё выполнялось, failed — ошибка, lost — прервано вместе с сервером или сеансом';
COMMENT ON COLUMN job_run.details IS 'Что сделано или почему не сделано';
COMMENT ON COLUMN job_run.error_state IS 'Код ошибки (SQLSTATE)';
COMMENT ON COLUMN job_run.error_text IS 'Ошибка: сообщение, подробности, что делать';
COMMENT ON COLUMN job_run.run_by IS 'Роль, от имени которой выполнялось';
COMMENT ON COLUMN job_run.process_id IS 'Номер процесса сервера, как в pg_stat_activity и журнале сервера';

CREATE TABLE data_check_found (
    data_check_found_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    academic_year integer NOT NULL,
    check_code text NOT NULL REFERENCES data_check (check_code) ON DELETE CASCADE,
    found bigint NOT NULL CHECK (found >= 0),
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (academic_year, check_code)
);
CREATE INDEX ON data_check_found (check_code);
COMMENT ON TABLE data_check_found IS 'Сколько нашли проверки данных, когда их выполняло задание checks; сами находки — SELECT * FROM data_checks(год)';
COMMENT ON COLUMN data_check_found.data_check_found_id IS 'Ключ строки';
COMMENT ON COLUMN data_check_found.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN data_check_found.check_code IS 'Проверка (data_check.check_code)';
COMMENT ON COLUMN data_check_found.found IS 'Сколько найдено';
COMMENT ON COLUMN data_check_found.checked_at IS 'Когда проверено';

CREATE VIEW job_status WITH (security_invoker = true) AS
SELECT l.job, l.started_at, l.finished_at, l.seconds, l.outcome, l.details, l.error_state, l.error_text, l.run_by,
       d.started_at AS done_at,
       (SELECT count(*) FROM job_run AS f
        WHERE f.job = l.job AND f.outcome IN ('failed', 'lost')
          AND f.started_at > coalesce(d.started_at, '-infinity')) AS failures_since
FROM (SELECT DISTINCT ON (r.job) r.* FROM job_run AS r
      WHERE r.outcome <> 'skipped'
      ORDER BY r.job, r.started_at DESC, r.job_run_id DESC) AS l
LEFT JOIN (SELECT r.job, max(r.started_at) AS started_at FROM job_run AS r
           WHERE r.outcome IN ('done', 'nothing') GROUP BY r.job) AS d USING (job);
COMMENT ON VIEW job_status IS 'Чем кончилось последнее выполнение каждого задания';
COMMENT ON COLUMN job_status.job IS 'Задание (см. job_run)';
COMMENT ON COLUMN job_status.started_at IS 'Когда начато последнее выполнение';
COMMENT ON COLUMN job_status.finished_at IS 'Когда закончено; пусто — выполняется или прервано';
COMMENT ON COLUMN job_status.seconds IS 'Длительность, секунды';
COMMENT ON COLUMN job_status.outcome IS 'Чем кончилось (см. job_run)';
COMMENT ON COLUMN job_status.details IS 'Что сделано';
COMMENT ON COLUMN job_status.error_state IS 'Код ошибки (SQLSTATE)';
COMMENT ON COLUMN job_status.error_text IS 'Ошибка';
COMMENT ON COLUMN job_status.run_by IS 'От имени какой роли';
COMMENT ON COLUMN job_status.done_at IS 'Когда начато последнее успешное выполнение; пусто — такого не было';
COMMENT ON COLUMN job_status.failures_since IS 'Сколько раз после него не удалось';

-- What a job does; each returns what it did in words, NULL when nothing was due.

CREATE FUNCTION latest_result_year()
RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
RETURN greatest((SELECT max(s.academic_year) FROM school_summary AS s),
                (SELECT max(p.academic_year) FROM published_group AS p));
COMMENT ON FUNCTION latest_result_year() IS 'Последний учебный год, за который есть результаты или опубликованные данные; NULL, если их нет';

CREATE FUNCTION do_checks()
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    year integer := latest_result_year();
    report text;
BEGIN
    IF year IS NULL THEN
        RETURN NULL;
    END IF;
    DELETE FROM data_check_found AS f WHERE f.academic_year = year;
    WITH written AS (
        INSERT INTO data_check_found AS f (academic_year, check_code, found)
        SELECT year, d.check_code, d.found FROM data_checks(year) AS d
        RETURNING f.check_code, f.found
    )
    SELECT format('%s год: проверок, что-то нашедших: ошибок — %s, предупреждений — %s, к сведению — %s', year,
                  count(*) FILTER (WHERE c.severity = 'error'), count(*) FILTER (WHERE c.severity = 'warning'),
                  count(*) FILTER (WHERE c.severity = 'info'))
    INTO report
    FROM written AS w JOIN data_check AS c USING (check_code)
    WHERE w.found > 0;
    RETURN report;
END
$$;
COMMENT ON FUNCTION do_checks() IS 'Задание checks: выполняет все проверки данных последнего года и записывает число находок в data_check_found';

-- run_cycle knows itself whether anything changed: results, rules, schools.
CREATE FUNCTION do_cycle()
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    year integer := latest_result_year();
    before integer := (SELECT c.cycle_id FROM cycle AS c WHERE c.is_current AND c.result_year = year);
    made cycle_summary;
BEGIN
    IF year IS NULL THEN
        RETURN NULL;
    END IF;
    made := run_cycle(year);
    IF made.cycle_id = before THEN
        RETURN NULL;
    END IF;
    RETURN format('%s год: цикл %s, организаций %s, в списке %s, в зоне риска %s',
                  year, made.cycle_id, made.schools, made.in_list, made.risk_zone);
END
$$;
COMMENT ON FUNCTION do_cycle() IS 'Задание cycle: выполняет цикл последнего года, если с прежнего цикла изменились результаты, правила или справочники';

-- Plans in force, in case a trigger was off when their calendar changed.
CREATE FUNCTION do_deadlines()
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    in_force integer[] := ARRAY(
        SELECT e.roadmap_event_id
        FROM roadmap AS r
        JOIN roadmap_section AS s USING (roadmap_id)
        JOIN roadmap_event AS e USING (roadmap_section_id)
        WHERE current_date BETWEEN r.plan_from AND r.plan_to
        ORDER BY e.roadmap_event_id);
    changed bigint;
BEGIN
    IF cardinality(in_force) = 0 THEN
        RETURN NULL;
    END IF;
    changed := expand_events(in_force);
    RETURN (SELECT format('действующих мероприятий %s: наступлений сроков изменено %s, просрочено %s, в ближайшие 7 дней %s',
                          cardinality(in_force), changed, count(*) FILTER (WHERE t.status = 'overdue'),
                          count(*) FILTER (WHERE t.due_on BETWEEN current_date AND current_date + 6
                                             AND t.status IN ('planned', 'moved')))
            FROM roadmap_today AS t
            WHERE t.roadmap_event_id = ANY (in_force));
END
$$;
COMMENT ON FUNCTION do_deadlines() IS 'Задание deadlines: приводит сроки действующих дорожных карт к календарю и считает просроченные и ближайшие';

CREATE FUNCTION do_retention()
RETURNS text
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    rejects bigint;
    runs bigint;
BEGIN
    DELETE FROM import_reject AS r
    USING import_file AS f
    WHERE f.import_file_id = r.import_file_id
      AND f.imported_at < now() - make_interval(days => setting_value('keep_reject_days'));
    GET DIAGNOSTICS rejects = ROW_COUNT;
    DELETE FROM job_run AS r
    WHERE r.started_at < now() - make_interval(days => setting_value('keep_job_run_days'));
    GET DIAGNOSTICS runs = ROW_COUNT;
    IF rejects + runs = 0 THEN
        RETURN NULL;
    END IF;
    RETURN format('удалено отклонённых строк файлов %s, записей о заданиях %s', rejects, runs);
END
$$;
COMMENT ON FUNCTION do_retention() IS 'Задание retention: удаляет отклонённые строки файлов и записи о заданиях старше, чем велят настройки keep_reject_days и keep_job_run_days';

CREATE FUNCTION job_list(job text)
RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    jobs CONSTANT text[] := ARRAY['checks', 'cycle', 'deadlines', 'retention'];
BEGIN
    IF job = 'all' THEN
        RETURN jobs;
    ELSIF job = ANY (jobs) THEN
        RETURN ARRAY[job];
    END IF;
    RAISE EXCEPTION 'нет такого задания'
        USING ERRCODE = 'invalid_parameter_value',
              DETAIL = format('Получено: %s.', coalesce(quote_literal(job), 'NULL')),
              HINT = format('Есть задания %s и all — все по порядку.', array_to_string(jobs, ', '));
END
$$;
COMMENT ON FUNCTION job_list(text) IS 'Какие задания выполнить: названное или, если названо all, все; другое — ошибка 22023';

CREATE FUNCTION begin_job(job text)
RETURNS bigint
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO job_run (job) VALUES (begin_job.job) RETURNING job_run_id;
END;
COMMENT ON FUNCTION begin_job(text) IS 'Шаг run_job: записывает начало задания';

-- The lock is the transaction's: however it ends, the next run can begin. Who
-- has it knows that another run still "running" is not.
CREATE FUNCTION do_job(run_id bigint)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    own job_run;
    report text;
BEGIN
    SELECT * INTO STRICT own FROM job_run AS r WHERE r.job_run_id = run_id;
    IF NOT pg_try_advisory_xact_lock('job_run'::regclass::oid::integer, array_position(job_list('all'), own.job)) THEN
        PERFORM end_job(run_id, 'skipped', 'такое же задание ещё выполняется');
        RETURN;
    END IF;
    UPDATE job_run AS r SET outcome = 'lost'
    WHERE r.job = own.job AND r.outcome = 'running' AND r.job_run_id < run_id;
    report := CASE own.job WHEN 'checks' THEN do_checks()
                           WHEN 'cycle' THEN do_cycle()
                           WHEN 'deadlines' THEN do_deadlines()
                           WHEN 'retention' THEN do_retention() END;
    PERFORM end_job(run_id, CASE WHEN report IS NULL THEN 'nothing' ELSE 'done' END, report);
END
$$;
COMMENT ON FUNCTION do_job(bigint) IS 'Шаг run_job: выполняет задание, если такое же не выполняется в другом сеансе';

CREATE FUNCTION end_job(run_id bigint, outcome text, details text, error_state text DEFAULT NULL, error_text text DEFAULT NULL)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    UPDATE job_run AS r
    SET outcome = end_job.outcome, details = end_job.details, error_state = end_job.error_state,
        error_text = end_job.error_text, finished_at = clock_timestamp(),
        seconds = round(extract(epoch FROM clock_timestamp() - r.started_at), 3)
    WHERE r.job_run_id = run_id;
END;
COMMENT ON FUNCTION end_job(bigint, text, text, text, text) IS 'Шаг run_job: записывает, чем кончилось задание';

-- A procedure that commits cannot pin its search_path, so its names are spelled
-- out. The beginning is committed before the work, the failure after it.
DO $$
BEGIN
    EXECUTE format($procedure$
CREATE PROCEDURE run_job(job text DEFAULT 'all')
LANGUAGE plpgsql
AS $body$
DECLARE
    one text;
    run_id bigint;
    message text;
    detail text;
    hint text;
    failed text;
BEGIN
    FOREACH one IN ARRAY %1$I.job_list(job) LOOP
        run_id := %1$I.begin_job(one);
        COMMIT;
        BEGIN
            PERFORM %1$I.do_job(run_id);
        EXCEPTION WHEN query_canceled OR OTHERS THEN
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
            PERFORM %1$I.end_job(run_id, 'failed', NULL, sqlstate,
                pg_catalog.concat_ws(E'\n', message, nullif(detail, ''), nullif(hint, '')));
            failed := pg_catalog.concat_ws('; ', failed, one || ': ' || message);
        END;
        COMMIT;
    END LOOP;
    IF failed IS NOT NULL THEN
        RAISE EXCEPTION 'задание не выполнено: %%', failed
            USING HINT = 'Подробности — SELECT * FROM job_status.';
    END IF;
END
$body$
$procedure$, current_schema());
END
$$;
COMMENT ON PROCEDURE run_job(text) IS
'Выполняет задание: checks — проверки данных последнего года, cycle — его цикл, если что-то изменилось, deadlines — сроки дорожных карт, retention — удаление старого, all — все по порядку. Каждое оставляет строку в job_run, и неудавшееся тоже; тогда CALL кончается ошибкой, но остальные задания выполнены. Два одинаковых задания сразу не выполняются: второе отступает. Вызывается вне транзакции: CALL run_job()';

CREATE FUNCTION require_cron()
RETURNS void
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pg_cron') THEN
        RAISE EXCEPTION 'в этой базе нет расширения pg_cron'
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = 'Расписание заданий ведёт оно.',
                  HINT = format('Установите пакет postgresql-%s-cron; в postgresql.conf: shared_preload_libraries = ''pg_cron'', cron.database_name = ''%s''; перезапустите сервер; администратор: CREATE EXTENSION pg_cron; GRANT USAGE ON SCHEMA cron TO shnor_admin. Без pg_cron то же делает любой планировщик: CALL %I.run_job().',
                                current_setting('server_version_num')::integer / 10000, current_database(), current_schema());
    END IF;
    IF NOT has_schema_privilege('cron', 'USAGE') THEN
        RAISE EXCEPTION 'роли % нельзя пользоваться pg_cron', current_user
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Администратор сервера: GRANT USAGE ON SCHEMA cron TO shnor_admin.';
    END IF;
    IF (SELECT r.rolsuper OR NOT r.rolcanlogin FROM pg_roles AS r WHERE r.rolname = current_user) THEN
        RAISE EXCEPTION 'задания не ставят от имени роли %', current_user
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'Задание выполняется от имени роли, которая его поставила: она не должна быть суперпользователем и должна входить на сервер.',
                  HINT = 'Войдите под своей ролью, включённой в shnor_admin: CREATE ROLE ... LOGIN IN ROLE shnor_admin.';
    END IF;
END
$$;
COMMENT ON FUNCTION require_cron() IS
'Можно ли нынешней роли ставить задания pg_cron: расширения нет — ошибка 0A000 с тем, что установить; нет прав, роль — суперпользователь или не входит на сервер — 42501';

CREATE FUNCTION schedule_cycle(schedule text DEFAULT '30 3 * * *', job text DEFAULT 'all')
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    cron_job bigint;
BEGIN
    PERFORM job_list(job);
    PERFORM require_cron();
    EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO cron_job
    USING current_schema() || '_' || job, schedule, format('CALL %I.run_job(%L)', current_schema(), job);
    RETURN cron_job;
END
$$;
COMMENT ON FUNCTION schedule_cycle(text, text) IS
'Ставит в pg_cron задание <схема>_<job> по расписанию (минуты, часы, дни месяца, месяцы, дни недели; время — GMT): all — все задания по порядку или одно из них (см. run_job). Поставленное раньше заменяет. Выполняется от имени нынешней роли. Возвращает номер задания в cron.job. Нет pg_cron — ошибка 0A000, нет прав — 42501, нет такого задания — 22023';

CREATE FUNCTION unschedule(job text DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    jobs text[] := CASE WHEN job IS NULL THEN job_list('all') || 'all'::text ELSE ARRAY[job] END;
    removed integer;
BEGIN
    PERFORM job_list(j) FROM unnest(jobs) AS j;
    PERFORM require_cron();
    EXECUTE 'SELECT count(cron.unschedule(c.jobid)) FROM cron.job AS c
             WHERE c.username = current_user AND c.database = current_database() AND c.jobname = ANY ($1)'
    INTO removed
    USING ARRAY(SELECT current_schema() || '_' || j FROM unnest(jobs) AS j);
    RETURN removed;
END
$$;
COMMENT ON FUNCTION unschedule(text) IS
'Снимает с расписания pg_cron задание этого хранилища, поставленное нынешней ролью, а без имени — все; возвращает, сколько снято. Ошибки — как у schedule_cycle';
