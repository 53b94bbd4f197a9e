-- Which role may do what: the roles of sql/shnor_roles.sql, in one place. An
-- object that is not listed here is nobody's but the owner's.

-- Rights on the rows of a kind of table: r - read, a - add, c - change,
-- d - delete. own: shnor_municipal reads rows of its municipalities only.
CREATE FUNCTION kind_rights()
RETURNS TABLE (kind text, own boolean, reader text, analyst text, loader text, admin text, municipal text, bi text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    VALUES
    --   kind         own    reader analyst loader  admin   munic. bi
        ('reference', false, 'r',   'r',    'r',    'racd', 'r',   'r'),
        ('pupil',     true,  '',    'r',    'racd', 'r',    'r',   ''),
        ('class',     true,  '',    'r',    'r',    'r',    'r',   ''),
        ('count',     true,  'r',   'r',    'r',    'r',    'r',   'r'),
        ('group',     true,  'r',   'r',    'racd', 'r',    'r',   ''),
        ('context',   true,  'r',   'r',    'racd', 'racd', 'r',   'r'),
        ('outcome',   true,  'r',   'r',    'r',    'racd', 'r',   'r'),
        ('public',    false, 'r',   'r',    'r',    'racd', 'r',   'r'),
        ('plan',      true,  'r',   'r',    '',     'racd', 'r',   'r'),
        ('import',    false, 'r',   'r',    'racd', 'r',    '',    ''),
        ('unknown',   false, 'r',   'r',    'racd', 'racd', '',    ''),
        ('refused',   false, '',    'r',    'racd', 'rd',   '',    ''),
        ('secret',    false, '',    '',     'r',    '',     '',    ''),
        ('job',       false, 'r',   'r',    '',     'racd', '',    ''),
        ('member',    true,  '',    '',     '',     'racd', 'r',   '');
END;
COMMENT ON FUNCTION kind_rights() IS
'Права ролей shnor_... на таблицы по видам: r — читать, a — добавлять, c — изменять, d — удалять строки; own — координатор муниципалитета (municipal) видит только свои строки. Виды: reference — справочники и правила, pupil — результаты участников, class — сводки классов, count — счёт по организациям, group — опубликованные данные, context — показатели условий и рисковые профили, outcome — итоги и показатели организаций, public — данные для публикации, plan — дорожные карты, import — загрузки, unknown — неизвестные коды, refused — отклонённые строки, secret — тайный ключ, job — задания, member — назначения координаторов';

-- visible: which rows are own; NULL: those whose school_id is of an own school.
CREATE FUNCTION table_kinds()
RETURNS TABLE (table_name text, kind text, visible text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT n, 'reference', NULL::text
    FROM unnest(ARRAY[
        'region', 'municipality', 'school', 'school_code', 'school_type', 'school_year', 'school_name',
        'exam', 'subject', 'assessment', 'mark_cut', 'administration', 'layout', 'layout_column', 'subject_code',
        'rule_set', 'rule_assessment', 'rule_excluded_type', 'cycle', 'data_check',
        'school_term', 'calendar_day', 'body', 'indicator', 'setting',
        'marker', 'marker_preset', 'marker_rule', 'marker_rule_assessment', 'marker_rule_exempt', 'marker_calibration',
        'marker_judgement', 'cycle_judgement', 'marker_run', 'context_indicator', 'context_level', 'context_rule',
        'context_cluster', 'context_cluster_mean', 'context_fit', 'welfare_index', 'welfare_component', 'welfare_run',
        'welfare_run_component', 'risk_factor']) AS n
    UNION ALL VALUES
        ('result', 'pupil', NULL),
        ('result_summary', 'class', NULL),
        ('task_summary', 'class', NULL),
        ('school_summary', 'count', NULL),
        ('published_group', 'group', 'school_id IS NULL OR school_id = ANY ((SELECT own_schools())::integer[])'),
        ('school_context', 'context', NULL),
        ('school_context_change', 'context', NULL),
        ('risk_profile', 'context', NULL),
        ('risk_profile_change', 'context', NULL),
        ('antirisk_programme', 'context', NULL),
        ('context_outcome', 'outcome', NULL),
        ('expected_outcome', 'outcome', NULL),
        ('assessment_outcome', 'outcome', NULL),
        ('school_outcome', 'outcome', NULL),
        ('marker_outcome', 'outcome', NULL),
        ('import_form', 'import', NULL),
        ('import_file', 'import', NULL),
        ('import_file_summary', 'import', NULL),
        ('unmatched_school', 'unknown', NULL),
        ('import_reject', 'refused', NULL),
        ('participant_secret', 'secret', NULL),
        ('public_count', 'public', NULL),
        ('job_run', 'job', NULL),
        ('data_check_found', 'job', NULL),
        ('municipality_member', 'member', 'role_name = current_user::text'),
        ('roadmap', 'plan', 'level = ''region'' OR municipality_id = ANY ((SELECT own_municipalities())::integer[])
                             OR school_id = ANY ((SELECT own_schools())::integer[])'),
        ('indicator_target', 'plan', 'coalesce(municipality_id, school_id) IS NULL
                             OR municipality_id = ANY ((SELECT own_municipalities())::integer[])
                             OR school_id = ANY ((SELECT own_schools())::integer[])'),
        ('indicator_value', 'plan', 'coalesce(municipality_id, school_id) IS NULL
                             OR municipality_id = ANY ((SELECT own_municipalities())::integer[])
                             OR school_id = ANY ((SELECT own_schools())::integer[])'),
        ('roadmap_section', 'plan', 'roadmap_id IN (SELECT p.roadmap_id FROM roadmap AS p)'),
        ('roadmap_review', 'plan', 'roadmap_id IN (SELECT p.roadmap_id FROM roadmap AS p)'),
        ('body_alias', 'plan', 'roadmap_id IN (SELECT p.roadmap_id FROM roadmap AS p)'),
        ('roadmap_event', 'plan', 'roadmap_section_id IN (SELECT p.roadmap_section_id FROM roadmap_section AS p)'),
        ('roadmap_event_body', 'plan', 'roadmap_event_id IN (SELECT p.roadmap_event_id FROM roadmap_event AS p)'),
        ('roadmap_event_school', 'plan', 'roadmap_event_id IN (SELECT p.roadmap_event_id FROM roadmap_event AS p)'),
        ('roadmap_effect', 'plan', 'roadmap_event_id IN (SELECT p.roadmap_event_id FROM roadmap_event AS p)'),
        ('roadmap_occurrence', 'plan', 'roadmap_event_id IN (SELECT p.roadmap_event_id FROM roadmap_event AS p)'),
        ('roadmap_occurrence_change', 'plan',
         'roadmap_occurrence_id IN (SELECT p.roadmap_occurrence_id FROM roadmap_occurrence AS p)'),
        ('roadmap_evidence', 'plan',
         'roadmap_occurrence_id IN (SELECT p.roadmap_occurrence_id FROM roadmap_occurrence AS p)');
END;
COMMENT ON FUNCTION table_kinds() IS
'К какому виду (см. kind_rights) относится каждая таблица хранилища; visible — какие её строки видит координатор муниципалитета, пусто — строки своих организаций по school_id. Таблица, которой здесь нет, доступна только владельцу';

-- Routines that write: shnor_loader may execute these, shnor_admin the rest but
-- those that only an owner can use. All roles may execute what only reads.
CREATE FUNCTION loader_routines()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[
    'open_staging', 'open_lines', 'import_results', 'import_file', 'undo_import',
    'parse_staging', 'reject_repeated_rows', 'match_stored_rows', 'lock_administrations', 'lock_file',
    'write_results', 'write_rejects', 'staging_fingerprint', 'import_staged', 'record_import',
    'note_unmatched_schools', 'staged_unknown_codes', 'clear_file_tables', 'decode_lines', 'join_lines',
    'recognise_layout', 'read_records', 'read_headers', 'read_exams', 'compare_announced',
    'write_import_rows', 'number_attempts', 'derive_marks', 'fold_journal', 'read_groups', 'judge_groups',
    'import_groups', 'write_groups', 'read_context', 'match_context', 'write_context_values', 'import_context_values'];
COMMENT ON FUNCTION loader_routines() IS 'Изменяющие данные функции загрузки: их выполняет роль shnor_loader';

CREATE FUNCTION owner_routines()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY[
    'grant_roles', 'keep_vacuum_out', 'grant_tables', 'grant_routines', 'restrict_rows',
    'match_server', 'server_captures_merge', 'follow_partitions', 'keep_summaries', 'comment_partition',
    'open_year', 'check_changed_results', 'apply_result_changes', 'apply_losses', 'apply_task_changes', 'apply_file_changes',
    'remove_empty_summaries', 'forget_missing_results', 'recount_judged', 'check_administration_scores', 'analyze_outcomes',
    'rebuild_summaries', 'write_school_summaries', 'write_class_summaries', 'write_file_summaries', 'write_task_summaries'];
COMMENT ON FUNCTION owner_routines() IS
'Функции, которые имеют смысл только у владельца хранилища: триггеры выполняют их от его имени, остальные меняют устройство таблиц';

CREATE FUNCTION role_rights()
RETURNS TABLE (role_name text, relation regclass, kind text, own boolean, visible text, rights text)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT 'shnor_' || r.name, c.oid::regclass, k.kind, k.own,
           coalesce(t.visible, 'school_id = ANY ((SELECT own_schools())::integer[])'), r.rights
    FROM table_kinds() AS t
    JOIN kind_rights() AS k USING (kind)
    JOIN pg_class AS c ON c.relname = t.table_name
                      AND c.relnamespace = (SELECT p.relnamespace FROM pg_class AS p WHERE p.oid = 'cycle'::regclass)
    CROSS JOIN LATERAL (VALUES
        ('reader', k.reader), ('analyst', k.analyst), ('loader', k.loader),
        ('admin', k.admin), ('municipal', k.municipal), ('bi', k.bi)) AS r (name, rights);
END;
COMMENT ON FUNCTION role_rights() IS
'Права каждой роли shnor_... на каждую таблицу хранилища: по table_kinds и kind_rights; rights — буквы r, a, c, d, пустой текст — никаких';

-- A view is for those who may read all it reads, through views and functions.
CREATE FUNCTION view_readers()
RETURNS TABLE (role_name text, view regclass)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE needs AS (
        SELECT w.ev_class AS view, d.refclassid, d.refobjid
        FROM pg_rewrite AS w
        JOIN pg_class AS v ON v.oid = w.ev_class AND v.relkind = 'v'
        JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        WHERE v.relnamespace = (SELECT p.relnamespace FROM pg_class AS p WHERE p.oid = 'cycle'::regclass)
        UNION
        SELECT n.view, d.refclassid, d.refobjid
        FROM needs AS n
        LEFT JOIN pg_rewrite AS w ON n.refclassid = 'pg_class'::regclass AND w.ev_class = n.refobjid
        JOIN pg_depend AS d
          ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
          OR d.classid = 'pg_proc'::regclass AND n.refclassid = 'pg_proc'::regclass AND d.objid = n.refobjid
        WHERE d.refclassid IN ('pg_class'::regclass, 'pg_proc'::regclass)
    )
    SELECT 'shnor_' || r.name, v.view::regclass
    FROM (SELECT DISTINCT n.view FROM needs AS n) AS v
    CROSS JOIN unnest(ARRAY['reader', 'analyst', 'loader', 'admin', 'municipal', 'bi']) AS r (name)
    WHERE NOT EXISTS (
        SELECT FROM needs AS n
        JOIN pg_class AS c ON c.oid = n.refobjid AND c.relkind IN ('r', 'p')
        WHERE n.view = v.view AND n.refclassid = 'pg_class'::regclass
          AND NOT EXISTS (
              SELECT FROM role_rights() AS g
              WHERE g.role_name = 'shnor_' || r.name AND g.relation = c.oid AND g.rights LIKE 'r%'));
END;
COMMENT ON FUNCTION view_readers() IS
'Какой роли какое представление доступно: те, кому можно читать все таблицы, из которых оно берёт данные, прямо или через другие представления и функции';

CREATE FUNCTION grant_tables()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    g record;
BEGIN
    FOR g IN
        SELECT r.role_name, r.relation,
               concat_ws(', ', CASE WHEN r.rights LIKE '%r%' THEN 'SELECT' END,
                         CASE WHEN r.rights LIKE '%a%' THEN 'INSERT' END,
                         CASE WHEN r.rights LIKE '%c%' THEN 'UPDATE' END,
                         CASE WHEN r.rights LIKE '%d%' THEN 'DELETE' END) AS privileges
        FROM role_rights() AS r
        WHERE r.rights <> ''
        UNION ALL
        SELECT v.role_name, v.view, 'SELECT' FROM view_readers() AS v
    LOOP
        EXECUTE format('GRANT %s ON %s TO %I', g.privileges, g.relation, g.role_name);
    END LOOP;
    -- An import locks the administrations it enters results of, and a lock
    -- needs the right to change a column: one that nothing is judged by.
    GRANT UPDATE (source) ON administration TO shnor_loader;
END
$$;
COMMENT ON FUNCTION grant_tables() IS 'Шаг grant_roles: права на таблицы и представления';

CREATE FUNCTION grant_routines()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    g record;
BEGIN
    FOR g IN
        SELECT p.oid::regprocedure AS routine,
               CASE WHEN p.provolatile <> 'v'
                    THEN 'shnor_reader, shnor_analyst, shnor_loader, shnor_admin, shnor_municipal, shnor_bi'
                    WHEN p.proname = ANY (loader_routines()) THEN 'shnor_loader'
                    ELSE 'shnor_admin' END AS roles
        FROM pg_proc AS p
        WHERE p.pronamespace = current_schema()::regnamespace
          AND p.prorettype <> 'trigger'::regtype
          AND p.proname <> ALL (owner_routines())
    LOOP
        EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO %s', g.routine, g.roles);
    END LOOP;
END
$$;
COMMENT ON FUNCTION grant_routines() IS
'Шаг grant_roles: что только читает, выполняют все роли (правами вызвавшего, так что чужого не прочтут); что пишет — shnor_loader и shnor_admin';

-- Row security is for shnor_municipal; other roles that have rights on the table
-- read all of it, and a role that was granted rights otherwise nothing.
CREATE FUNCTION restrict_rows()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    t record;
BEGIN
    FOR t IN
        SELECT r.relation, r.visible, bool_or(r.role_name = 'shnor_municipal') AS has_municipal,
               string_agg(r.role_name, ', ' ORDER BY r.role_name)
                   FILTER (WHERE r.role_name <> 'shnor_municipal') AS others
        FROM role_rights() AS r
        WHERE r.own AND r.rights <> ''
        GROUP BY r.relation, r.visible
    LOOP
        EXECUTE format('DROP POLICY IF EXISTS every_row ON %s', t.relation);
        EXECUTE format('DROP POLICY IF EXISTS own_row ON %s', t.relation);
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.relation);
        EXECUTE format('CREATE POLICY every_row ON %s TO %s USING (true)', t.relation, t.others);
        IF t.has_municipal THEN
            EXECUTE format('CREATE POLICY own_row ON %s FOR SELECT TO shnor_municipal USING (%s)',
                           t.relation, t.visible);
        END IF;
    END LOOP;
    -- Partitions are read through result; by themselves they show nothing.
    FOR t IN SELECT p.relid AS relation FROM pg_partition_tree('result') AS p WHERE p.level > 0 LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.relation);
    END LOOP;
END
$$;
COMMENT ON FUNCTION restrict_rows() IS 'Шаг grant_roles: политики, по которым shnor_municipal видит строки только своих муниципалитетов';

-- GRANT and REVOKE lock no table but change its row of pg_class; VACUUM and
-- ANALYZE, which have it locked, wait for that row to be committed, and
-- restrict_rows would then wait for them: a deadlock, unless they are out before.
CREATE FUNCTION keep_vacuum_out()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    EXECUTE (SELECT format('LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE',
                           string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid))
             FROM pg_class AS c
             WHERE c.relnamespace = current_schema()::regnamespace
               AND c.relkind IN ('r', 'p')
               AND pg_has_role(c.relowner, 'USAGE'));
END
$$;
COMMENT ON FUNCTION keep_vacuum_out() IS
'Шаг grant_roles: блокирует таблицы так, чтобы VACUUM и ANALYZE ждали; данные при этом читаются и пишутся';

CREATE FUNCTION grant_roles()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    own_schema text := current_schema();
    roles CONSTANT text := 'shnor_reader, shnor_analyst, shnor_loader, shnor_admin, shnor_municipal, shnor_bi';
    owner regrole := (SELECT c.relowner FROM pg_class AS c WHERE c.oid = 'cycle'::regclass);
    missing text;
    others text;
BEGIN
    SELECT string_agg(n, ', ') FILTER (WHERE to_regrole(n) IS NULL), string_agg(n, ', ') FILTER (WHERE n <> owner::text)
    INTO missing, others
    FROM unnest(string_to_array(roles, ', ')) AS n;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'нет ролей: %', missing
            USING ERRCODE = 'undefined_object',
                  HINT = 'Роли общие для всего сервера, расширение их не создаёт. Создайте их: psql -f "$(pg_config --sharedir)/extension/shnor_roles.sql".';
    END IF;
    IF NOT pg_has_role(owner, 'USAGE') THEN
        RAISE EXCEPTION 'права на хранилище раздаёт его владелец'
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = format('Владелец — %s.', owner);
    END IF;
    PERFORM keep_vacuum_out();
    -- An owner that is one of the roles keeps an owner's rights.
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %s', own_schema, others);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %s', own_schema, others);
    EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM %s', own_schema, others);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', own_schema, roles);
    PERFORM grant_tables();
    PERFORM grant_routines();
    PERFORM restrict_rows();
END
$$;
COMMENT ON FUNCTION grant_roles() IS
'Раздаёт права ролям shnor_reader, shnor_analyst, shnor_loader, shnor_admin, shnor_municipal, shnor_bi по table_kinds и kind_rights и включает защиту строк. Прежние права этих ролей в хранилище сначала отнимает; права других ролей не трогает, но таблицы с защитой строк им показывают пустыми. Повторите после обновления хранилища или создания в нём своих таблиц. Нет ролей — ошибка 42704, вызвал не владелец — 42501';
