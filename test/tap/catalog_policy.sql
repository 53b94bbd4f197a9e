-- What every object of the extension, and of a warehouse it makes, must be:
-- commented, declared, harmless in the hands of PUBLIC. The rules are in
-- CONTRIBUTING.md; the only exceptions are the ones listed here.

-- Outside the transaction: the procedure sets search_path for its own.
SELECT to_regproc('shnor.create_warehouse') IS NOT NULL AS has_warehouse \gset
\if :has_warehouse
CALL shnor.create_warehouse('monitoring');
\endif

BEGIN;

-- Routines that write: volatile, not parallel safe, not for PUBLIC.
CREATE TEMP TABLE writing_routine (name text);
INSERT INTO writing_routine VALUES
    ('shnor.create_warehouse'), ('shnor.upgrade_warehouse');

-- Functions allowed to be volatile, or not parallel safe, without writing; triggers write as their caller may.
CREATE TEMP TABLE volatile_function (name text);
INSERT INTO volatile_function VALUES
    ('shnor.collect_result_changes'), ('shnor.call_as_table_owner'), ('shnor.follow_partitions');
CREATE TEMP TABLE parallel_exception (name text);
INSERT INTO parallel_exception VALUES
    ('shnor.collect_result_changes'), ('shnor.call_as_table_owner'), ('shnor.follow_partitions'), ('shnor.next_file_line');

-- What commits can pin no search_path; it spells every name out.
CREATE TEMP TABLE committing_procedure (name text);
INSERT INTO committing_procedure VALUES ('monitoring.run_job');

CREATE TEMP VIEW member AS
    SELECT d.classid, d.objid
    FROM pg_depend d
    JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
        AND e.extname = 'shnor';

CREATE TEMP VIEW routine AS
    SELECT p.*, l.lanname, n.nspname, n.nspname || '.' || p.proname AS name,
        p.oid::regprocedure AS signature,
        EXISTS (SELECT FROM member m
                WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid) AS is_member
    FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_language l ON l.oid = p.prolang
    WHERE n.nspname IN ('shnor', 'monitoring');

CREATE TEMP VIEW relation AS
    SELECT c.* FROM pg_class c
    WHERE c.relnamespace = to_regnamespace('monitoring')
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition;

\if :has_warehouse
SELECT plan(19);
\else
SELECT plan(10);
\endif

-- The extension

SELECT isnt_empty(
    'SELECT objid FROM member', 'the extension has members to look at');

SELECT is_empty(
    $$ SELECT signature FROM routine WHERE nspname = 'shnor' AND NOT is_member $$,
    'schema shnor holds members only');

-- The array type and the operator family come with the object that is commented.
SELECT is_empty(
    $$ SELECT (pg_identify_object(m.classid, m.objid, 0)).type,
           (pg_identify_object(m.classid, m.objid, 0)).identity
       FROM member m
       LEFT JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
       WHERE m.classid <> 'pg_opfamily'::regclass
           AND t.typcategory IS DISTINCT FROM 'A'
           AND coalesce(obj_description(m.objid, m.classid::regclass::text), '') = '' $$,
    'every member has a comment');

SELECT is_empty(
    $$ SELECT a.attrelid::regclass, a.attname
       FROM member m
       JOIN pg_attribute a ON m.classid = 'pg_class'::regclass AND a.attrelid = m.objid
       WHERE a.attnum > 0 AND NOT a.attisdropped
           AND col_description(a.attrelid, a.attnum) IS NULL $$,
    'every column of a member has a comment');

SELECT is_empty(
    $$ SELECT signature, proparallel FROM routine
       WHERE is_member AND prokind <> 'p' AND proparallel <> 's'
           AND name NOT IN (SELECT name FROM parallel_exception)
           AND name NOT IN (SELECT name FROM writing_routine) $$,
    'every function is parallel safe');

SELECT is_empty(
    $$ SELECT signature FROM routine
       WHERE is_member AND prokind <> 'p' AND provolatile = 'v'
           AND name NOT IN (SELECT name FROM volatile_function)
           AND name NOT IN (SELECT name FROM writing_routine) $$,
    'no function is volatile but the listed ones');

SELECT is_empty(
    $$ SELECT signature FROM routine WHERE prosecdef $$,
    'nothing is SECURITY DEFINER');

SELECT is_empty(
    $$ SELECT signature FROM routine
       WHERE lanname NOT IN ('c', 'internal') AND prosqlbody IS NULL
           AND NOT EXISTS (SELECT FROM unnest(proconfig) c WHERE c LIKE 'search\_path=%')
           AND name NOT IN (SELECT name FROM committing_procedure) $$,
    'every routine has a standard SQL body or a pinned search_path');

SELECT is_empty(
    $$ SELECT signature FROM routine
       WHERE is_member AND has_function_privilege('public', oid, 'EXECUTE')
           = (prokind = 'p' OR name IN (SELECT name FROM writing_routine)) $$,
    'PUBLIC may execute all but procedures and the listed routines');

SELECT is_empty(
    $$ SELECT signature, i FROM routine, generate_series(1, pronargs) AS i
       WHERE is_member AND coalesce(proargnames[i], '') = ''
           AND NOT EXISTS (SELECT FROM unnest(proargtypes) AS a(t)
                           WHERE t IN ('internal'::regtype, 'cstring'::regtype)) $$,
    'every parameter has a name');

-- A warehouse
\if :has_warehouse

SELECT isnt_empty(
    'SELECT oid FROM relation', 'the warehouse has relations to look at');

SELECT is_empty(
    $$ SELECT d.classid::regclass, d.objid
       FROM pg_depend d
       JOIN pg_depend n ON n.classid = d.classid AND n.objid = d.objid
       WHERE d.deptype = 'e' AND n.refclassid = 'pg_namespace'::regclass
           AND n.refobjid = 'monitoring'::regnamespace $$,
    'nothing in it is a member of an extension');

SELECT is_empty(
    $$ SELECT oid::regclass FROM relation
       WHERE obj_description(oid, 'pg_class') IS NULL $$,
    'every table and view has a comment');

SELECT is_empty(
    $$ SELECT r.oid::regclass, a.attname
       FROM relation r
       JOIN pg_attribute a ON a.attrelid = r.oid
       WHERE a.attnum > 0 AND NOT a.attisdropped
           AND col_description(a.attrelid, a.attnum) IS NULL $$,
    'every column has a comment');

SELECT is_empty(
    $$ SELECT signature FROM routine
       WHERE nspname = 'monitoring' AND obj_description(oid, 'pg_proc') IS NULL $$,
    'every routine has a comment');

SELECT is_empty(
    $$ SELECT signature FROM routine
       WHERE nspname = 'monitoring' AND has_function_privilege('public', oid, 'EXECUTE')
           AND (prokind = 'p' OR provolatile = 'v' AND prorettype <> 'trigger'::regtype) $$,
    'PUBLIC may execute no procedure and no volatile function');

SELECT is_empty(
    $$ SELECT oid::regclass FROM relation
       WHERE relkind = 'v'
           AND NOT coalesce(reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on'] $$,
    'every view is security_invoker');

SELECT is_empty(
    $$ SELECT oid::regclass FROM relation WHERE relkind IN ('m', 'f') $$,
    'there is no materialised view and no foreign table');

SELECT is_empty(
    $$ SELECT r.oid::regclass, a.attname, format_type(a.atttypid, NULL)
       FROM relation r
       JOIN pg_attribute a ON a.attrelid = r.oid
       WHERE r.relkind = 'v' AND a.attnum > 0 AND NOT a.attisdropped
           AND a.atttypid NOT IN (
               'text'::regtype, 'int'::regtype, 'bigint'::regtype, 'numeric'::regtype,
               'double precision'::regtype, 'boolean'::regtype, 'date'::regtype,
               'timestamptz'::regtype) $$,
    'views show only the types that BI tools know');
\endif

SELECT * FROM finish();
ROLLBACK;
