-- Who may do what: every role of sql/shnor_roles.sql with every table, view and
-- routine of a warehouse, by its privileges and by trying.
\ir include/warehouse.sql
BEGIN;
\ir ../../sql/shnor_roles.sql
\ir ../../sql/shnor_roles.sql
SELECT plan(26);

SELECT is((SELECT count(*) FROM pg_roles WHERE rolname ~ '^shnor_(reader|analyst|loader|admin|municipal|bi)$' AND NOT rolcanlogin
              AND NOT rolsuper AND NOT rolcreaterole AND NOT rolcreatedb AND NOT rolbypassrls),
          6::bigint, 'six roles, that cannot log in and are nothing special; made once');

-- Before and after.
CREATE TEMP VIEW relation AS
SELECT c.oid, c.relname::text AS name, c.relkind, c.relispartition FROM pg_class AS c
WHERE c.relnamespace = 'monitoring'::regnamespace AND c.relkind IN ('r', 'p', 'v');
CREATE TEMP TABLE role (place integer, name text);
INSERT INTO role VALUES (1, 'shnor_reader'), (2, 'shnor_analyst'), (3, 'shnor_loader'), (4, 'shnor_admin'),
                        (5, 'shnor_municipal'), (6, 'shnor_bi');
CREATE FUNCTION pg_temp.rights(role text, relation oid)
RETURNS text
LANGUAGE sql
RETURN concat(CASE WHEN has_table_privilege(role, relation, 'SELECT') THEN 'r' END,
              CASE WHEN has_table_privilege(role, relation, 'INSERT') THEN 'a' END,
              CASE WHEN has_table_privilege(role, relation, 'UPDATE') THEN 'c' END,
              CASE WHEN has_table_privilege(role, relation, 'DELETE') THEN 'd' END,
              CASE WHEN has_table_privilege(role, relation, 'TRUNCATE, REFERENCES, TRIGGER') THEN 'x' END);

SELECT is_empty($$SELECT r.name, pg_temp.rights(o.name, r.oid) FROM relation AS r, role AS o WHERE pg_temp.rights(o.name, r.oid) <> ''$$,
                'nobody has any right on a new warehouse');
CREATE ROLE regress_shnor_stranger;
GRANT USAGE ON SCHEMA monitoring, helper, tap TO regress_shnor_stranger;
GRANT EXECUTE ON FUNCTION grant_roles() TO regress_shnor_stranger;
SET ROLE regress_shnor_stranger;
SELECT is(error_of('SELECT monitoring.grant_roles()') ~ '^42501\nправа на хранилище раздаёт его владелец', true, 'the owner grants');
RESET ROLE;
SAVEPOINT no_role;
DROP ROLE shnor_bi;
SELECT is(error_of('SELECT grant_roles()') ~ E'^42704\nнет ролей: shnor_bi\n.*shnor_roles.sql', true, 'roles that are missing are named, with the way to make them');
ROLLBACK TO no_role;
SELECT lives_ok('SELECT grant_roles()', 'rights are granted');
SELECT lives_ok('SELECT grant_roles()', 'again too');

-- Tables: reader, analyst, loader, admin, municipal, bi.
CREATE TEMP TABLE wanted (name text, rights text[]);
INSERT INTO wanted
SELECT n, string_to_array(k.rights, ' ', '-')
FROM (VALUES
    ('r r r racd r r', 'region municipality school school_code school_type school_year school_name exam subject assessment
        mark_cut administration layout layout_column subject_code rule_set rule_assessment rule_excluded_type cycle
        data_check school_term calendar_day body indicator setting public_count marker marker_preset marker_rule
        marker_rule_assessment marker_rule_exempt marker_calibration marker_judgement cycle_judgement marker_run
        context_indicator context_level context_rule context_cluster context_cluster_mean context_fit welfare_index
        welfare_component welfare_run welfare_run_component risk_factor'),
    ('r r racd racd r r', 'school_context school_context_change risk_profile risk_profile_change antirisk_programme'),
    ('- r racd r r -', 'result'),
    ('- r r r r -', 'result_summary task_summary'),
    ('r r r r r r', 'school_summary'),
    ('r r racd r r -', 'published_group'),
    ('r r r racd r r', 'assessment_outcome school_outcome marker_outcome context_outcome expected_outcome'),
    ('r r - racd r r', 'roadmap roadmap_section roadmap_event roadmap_event_body roadmap_event_school roadmap_effect
        roadmap_occurrence roadmap_occurrence_change roadmap_evidence roadmap_review body_alias indicator_target indicator_value'),
    ('r r racd r - -', 'import_form import_file import_file_summary'),
    ('r r racd racd - -', 'unmatched_school'),
    ('- r racd rd - -', 'import_reject'),
    ('- - r - - -', 'participant_secret'),
    ('r r - racd - -', 'job_run data_check_found'),
    ('- - - racd r -', 'municipality_member')
) AS k (rights, names), regexp_split_to_table(k.names, '\s+') AS n;

SELECT is_empty($$SELECT r.name FROM relation AS r WHERE r.relkind <> 'v' AND NOT r.relispartition
                  AND r.name NOT IN (SELECT t.table_name FROM table_kinds() AS t)$$,
                'every table has a kind (table_kinds), so that its rights are decided');
SELECT is_empty('SELECT t.table_name FROM table_kinds() AS t GROUP BY t.table_name HAVING count(*) > 1', 'one');
SELECT is_empty('SELECT t.kind FROM table_kinds() AS t EXCEPT SELECT k.kind FROM kind_rights() AS k', 'that is known');
SELECT set_eq($$SELECT r.name FROM relation AS r WHERE r.relkind <> 'v' AND NOT r.relispartition$$, 'SELECT name FROM wanted',
              'this test knows every table');
SELECT is_empty($$SELECT w.name, o.name, coalesce(w.rights[o.place], ''), pg_temp.rights(o.name, r.oid)
                  FROM wanted AS w JOIN relation AS r USING (name), role AS o
                  WHERE pg_temp.rights(o.name, r.oid) <> coalesce(w.rights[o.place], '')$$,
                'privileges on tables are as wanted, role by role');
SELECT is_empty($$SELECT r.name, o.name FROM relation AS r, role AS o WHERE r.relispartition AND pg_temp.rights(o.name, r.oid) <> ''$$,
                'none on partitions');
SELECT set_eq($$SELECT a.attrelid::regclass::text, a.attname::text, o.name
                FROM pg_attribute AS a JOIN relation AS r ON r.oid = a.attrelid, role AS o WHERE a.attacl::text ~ o.name$$,
              $$VALUES ('administration', 'source', 'shnor_loader')$$, 'of columns, that one which an import locks by');

-- By trying, as the role.
GRANT USAGE ON SCHEMA helper TO shnor_reader, shnor_analyst, shnor_loader, shnor_admin, shnor_municipal, shnor_bi;
CREATE FUNCTION helper.denied(role text, command text)
RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    BEGIN
        EXECUTE command;
        RAISE EXCEPTION 'done, and undone' USING ERRCODE = 'ZZ000';
    EXCEPTION
        WHEN insufficient_privilege THEN
            SET LOCAL ROLE NONE;
            RETURN sqlerrm ~ '^permission denied';
        WHEN OTHERS THEN
            SET LOCAL ROLE NONE;
            RETURN false;
    END;
END
$$;
SELECT is_empty($$SELECT w.name, o.name, v.letter
                  FROM wanted AS w, role AS o,
                      LATERAL (VALUES ('r', format('SELECT FROM monitoring.%I LIMIT 1', w.name)),
                                      ('a', format('INSERT INTO monitoring.%I DEFAULT VALUES', w.name)),
                                      ('d', format('DELETE FROM monitoring.%I WHERE false', w.name))) AS v (letter, command)
                  WHERE helper.denied(o.name, v.command) <> (coalesce(w.rights[o.place], '') !~ v.letter)$$,
                'and so are attempts');
SELECT is_empty($$SELECT w.name, o.name
                  FROM wanted AS w JOIN relation AS r USING (name), role AS o,
                      LATERAL (SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = r.oid AND a.attnum > 0
                                 AND a.attidentity = '' AND a.attgenerated = '' AND a.attname <> 'source' ORDER BY a.attnum LIMIT 1) AS a
                  WHERE helper.denied(o.name, format('UPDATE monitoring.%I SET %I = NULL WHERE false', w.name, a.attname))
                        <> (coalesce(w.rights[o.place], '') !~ 'c')$$, 'to change rows too');
SELECT is_empty($$SELECT r.name, o.name FROM relation AS r, role AS o
                  WHERE r.relispartition AND NOT helper.denied(o.name, format('SELECT FROM monitoring.%I', r.name))$$,
                'nobody reads a partition by itself');

-- Views: whoever could read one if it were granted, may; the others may not.
SELECT is_empty($$SELECT r.name, o.name FROM relation AS r, role AS o WHERE r.relkind = 'v' AND pg_temp.rights(o.name, r.oid) NOT IN ('r', '')$$,
                'nobody writes through a view');
CREATE TEMP TABLE granted AS
SELECT r.name AS view, o.name AS role, pg_temp.rights(o.name, r.oid) = 'r' AS is_granted FROM relation AS r, role AS o WHERE r.relkind = 'v';
GRANT SELECT ON ALL TABLES IN SCHEMA pg_temp TO PUBLIC;
SAVEPOINT all_views;
SELECT format('GRANT SELECT ON monitoring.%I TO shnor_reader, shnor_analyst, shnor_loader, shnor_admin, shnor_municipal, shnor_bi', name)
FROM relation WHERE relkind = 'v' \gexec
SELECT is_empty($$SELECT g.view, g.role, g.is_granted FROM granted AS g
                  WHERE helper.denied(g.role, format('SELECT * FROM monitoring.%I', g.view)) = g.is_granted$$,
                'a view is granted to exactly those who may read all that it reads');
ROLLBACK TO all_views;
SELECT set_eq($$SELECT view FROM granted WHERE role = 'shnor_bi' AND NOT is_granted$$, ARRAY['import_status', 'job_status'],
              'BI reads all views but those of imports and jobs');

-- Routines.
CREATE TEMP VIEW routine AS
SELECT p.oid, p.proname::text AS name, p.provolatile <> 'v' AS only_reads, o.name AS role, has_function_privilege(o.name, p.oid, 'EXECUTE') AS may
FROM pg_proc AS p, role AS o
WHERE p.pronamespace = 'monitoring'::regnamespace AND p.prorettype <> 'trigger'::regtype;
SELECT is_empty($$SELECT name, role FROM routine WHERE only_reads AND NOT may
                  AND name <> ALL (owner_routines())$$, 'all roles execute what only reads');
SELECT set_eq($$SELECT DISTINCT role FROM routine WHERE NOT only_reads AND may$$, ARRAY['shnor_loader', 'shnor_admin'],
              'what writes, only two');
SELECT is_empty($$SELECT name FROM routine WHERE NOT only_reads GROUP BY oid, name HAVING count(*) FILTER (WHERE may) > 1$$, 'never both');
SELECT is_empty($$SELECT name FROM routine WHERE may AND name IN
                  ('grant_roles', 'match_server', 'open_year', 'rebuild_summaries', 'follow_partitions', 'apply_result_changes')
                  AND NOT only_reads$$, 'nor what is the owner''s');
SELECT set_eq($$SELECT DISTINCT name FROM routine WHERE may AND role = 'shnor_admin' AND name ~ '^(run_cycle|open_administration|copy_rule_set|import_file|undo_import|mark_done)$'$$,
              ARRAY['run_cycle', 'open_administration', 'copy_rule_set', 'mark_done'], 'the administrator runs cycles and imports nothing');
SELECT set_eq($$SELECT DISTINCT name FROM routine WHERE may AND role = 'shnor_loader' AND name ~ '^(run_cycle|open_administration|copy_rule_set|import_file|undo_import|mark_done)$'$$,
              ARRAY['import_file', 'undo_import'], 'the loader imports and runs no cycle');
SELECT is_empty($$SELECT n FROM unnest(loader_routines() || owner_routines()) AS n
                  WHERE NOT EXISTS (SELECT FROM pg_proc AS p WHERE p.proname = n AND p.pronamespace = 'monitoring'::regnamespace)$$,
                'the lists name routines that exist');

SELECT * FROM finish();
ROLLBACK;
