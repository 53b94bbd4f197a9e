-- A coordinator of one municipality tries to see pupils of another: two hundred
-- queries drawn by a printed seed from every combination of a way to look and
-- a place to look at, then every function the role may execute, the server's
-- statistics, and ways to become somebody else. Rows of the other municipality
-- bear marks: codes that begin with zz, class 7Щ, 987 pupils. The same attempts
-- by a role that may see everything show that they would find them.
\ir include/warehouse.sql
BEGIN;
\ir ../../sql/shnor_roles.sql
SELECT plan(22);
CREATE ROLE regress_shnor_first IN ROLE shnor_municipal;
CREATE ROLE regress_shnor_sees_all IN ROLE shnor_analyst;
GRANT USAGE ON SCHEMA helper, tap TO PUBLIC;
SELECT grant_roles();
INSERT INTO municipality_member (role_name, municipality_id)
SELECT 'regress_shnor_first', m.municipality_id FROM municipality AS m WHERE m.code = '01';
SELECT throws_ok('INSERT INTO municipality_member (role_name, municipality_id) VALUES (''regress_shnor_frist'', 1)', '42704',
                 'нет такой роли', 'nobody of this name');

INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark, journal_mark)
SELECT administration(y, 'vpr', v, 5), s, y, format('own%s-%s', s, n), '5А', n % 20, 2 + n % 4, 3
FROM generate_series(1, 2) AS s, generate_series(1, 30) AS n, unnest(ARRAY['math', 'rus']) AS v, generate_series(2022, 2023) AS y;
INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark, journal_mark)
SELECT administration(2023, 'vpr', 'math', 5), s, 2023, 'zz' || substr(md5(s || '/' || n), 1, 12), '7Щ', n % 20, 2 + n % 2, 5
FROM generate_series(3, 4) AS s, generate_series(1, 987) AS n WHERE s = 3 OR n <= 41;
SELECT open_staging();
SELECT stage('zz' || substr(md5(n::text), 1, 12), class => '7Щ', school_code => 'edu990009') FROM generate_series(1, 5) AS n \g /dev/null
SELECT (import_results('zz0123456789.csv')).rows_rejected \g /dev/null
SELECT (run_cycle(2023)).in_list \g /dev/null
ANALYZE;

CREATE FUNCTION helper.foreign_codes() RETURNS text LANGUAGE sql IMMUTABLE RETURN 'zz[0-9a-f]{10}|7Щ';
CREATE FUNCTION helper.foreign_marks() RETURNS text LANGUAGE sql IMMUTABLE RETURN foreign_codes() || '|\m987\M';

-- What an attempt shows: rows, all of an error, what leak() was given. Always
-- undone.
CREATE FUNCTION helper.attempt(command text)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    seen text := '';
    message text;
    detail text;
    hint text;
    context text;
    line record;
BEGIN
    PERFORM set_config('leak.seen', '', false);
    BEGIN
        IF command ~ '^(SELECT|EXPLAIN|TABLE|DELETE|UPDATE|INSERT|WITH)' AND command ~ '^(SELECT|EXPLAIN|TABLE|WITH)|RETURNING' THEN
            FOR line IN EXECUTE command LOOP
                seen := seen || line::text;
            END LOOP;
        ELSE
            EXECUTE command;
        END IF;
        seen := seen || current_setting('leak.seen');
        RAISE EXCEPTION USING ERRCODE = 'ZZ000';
    EXCEPTION WHEN OTHERS THEN
        IF sqlstate <> 'ZZ000' THEN
            GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT,
                context = PG_EXCEPTION_CONTEXT;
            seen := concat_ws(' ', seen, message, detail, hint, context);
        END IF;
    END;
    RETURN replace(seen, command, '');
END
$$;
CREATE FUNCTION helper.leak(value text)
RETURNS boolean
LANGUAGE plpgsql
COST 0.0000001
AS $$
BEGIN
    IF length(current_setting('leak.seen')) < 1000 OR value ~ foreign_marks() THEN
        PERFORM set_config('leak.seen', right(current_setting('leak.seen') || value, 2000), false);
    END IF;
    RETURN true;
END
$$;
CREATE FUNCTION helper.shout(value text)
RETURNS boolean
LANGUAGE plpgsql
COST 0.0000001
AS $$
BEGIN
    IF value ~ foreign_marks() THEN
        RAISE EXCEPTION '%', value;
    END IF;
    RETURN true;
END
$$;
CREATE FUNCTION helper.same(a text, b text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$BEGIN RETURN leak(a); END$$;
CREATE OPERATOR helper.=== (LEFTARG = text, RIGHTARG = text, FUNCTION = helper.same, RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE AGGREGATE helper.gather(text) (SFUNC = textcat, STYPE = text, INITCOND = '');

CREATE TEMP TABLE way (way text);
INSERT INTO way VALUES
    ('SELECT * FROM %1$s AS t'),
    ('TABLE %1$s'),
    ('SELECT t::text FROM %1$s AS t'),
    ('SELECT gather(t::text) FROM %1$s AS t'),
    ('SELECT max(t::text), min(t::text) FROM %1$s AS t'),
    ('SELECT lag(t::text) OVER (), lead(t::text) OVER () FROM %1$s AS t'),
    ('SELECT 1 FROM %1$s AS t WHERE leak(t::text)'),
    ('SELECT 1 FROM %1$s AS t WHERE shout(t::text)'),
    ('SELECT 1 FROM %1$s AS t WHERE t::text === ''x'''),
    ('SELECT 1 FROM %1$s AS t WHERE (t::text)::integer > 0'),
    ('SELECT 1 FROM %1$s AS t WHERE t::text LIKE ''%%zz%%'' AND (regexp_match(t::text, ''zz[^,]*''))[1]::date < current_date'),
    ('SELECT 1 FROM %1$s AS t ORDER BY leak(t::text)'),
    ('SELECT 1 FROM %1$s AS t GROUP BY t::text HAVING leak(t::text)'),
    ('SELECT 1 FROM (SELECT 1) AS o LEFT JOIN LATERAL (SELECT t::text AS x FROM %1$s AS t) AS s ON leak(s.x)'),
    ('SELECT 1 FROM %1$s AS a JOIN (SELECT u::text AS x FROM %1$s AS u LIMIT 2) AS b ON leak(a::text || b.x)'),
    ('SELECT t::text FROM %1$s AS t TABLESAMPLE BERNOULLI (100)'),
    ('SELECT t::text FROM ONLY %1$s AS t'),
    ('SELECT ctid, tableoid, t::text FROM %1$s AS t'),
    ('SELECT t::text FROM %1$s AS t FOR SHARE'),
    ('EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM %1$s AS t WHERE leak(t::text) AND shout(t::text)'),
    ('EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM %1$s AS t WHERE t::text > ''zz'''),
    ('SELECT query_to_xml(''SELECT * FROM %1$s'', true, true, '''')'),
    ('SELECT table_to_xml(''%1$s'', true, true, '''')'),
    ('SELECT to_jsonb(t), row_to_json(t), t IS NULL FROM %1$s AS t'),
    ('WITH w AS MATERIALIZED (SELECT t::text AS x FROM %1$s AS t) SELECT x FROM w WHERE leak(x)'),
    ('WITH RECURSIVE w AS (SELECT 1 AS n, ''''::text AS x UNION ALL SELECT n + 1, (SELECT gather(t::text) FROM %1$s AS t) FROM w WHERE n < 2) SELECT x FROM w'),
    ('SELECT 1 FROM %1$s AS t WHERE EXISTS (SELECT FROM %1$s AS u WHERE leak(u::text) AND u::text <> t::text)'),
    ('DELETE FROM %1$s AS t RETURNING t::text'),
    ('INSERT INTO %1$s SELECT * FROM %1$s RETURNING *'),
    ('INSERT INTO %1$s SELECT * FROM %1$s ON CONFLICT DO NOTHING RETURNING *'),
    ('DO $d$ BEGIN SET LOCAL row_security = off; PERFORM leak(t::text) FROM %1$s AS t; END $d$'),
    ('DO $d$ DECLARE r record; BEGIN FOR r IN SELECT t::text AS x FROM %1$s AS t LOOP PERFORM leak(r.x); END LOOP; END $d$'),
    ('DO $d$ DECLARE c refcursor; r record; BEGIN OPEN c SCROLL FOR SELECT t::text AS x FROM %1$s AS t; FETCH LAST FROM c INTO r; PERFORM leak(r.x); END $d$'),
    ('DO $d$ BEGIN CREATE TEMP VIEW own_view AS SELECT t::text AS x FROM %1$s AS t; PERFORM leak(x) FROM pg_temp.own_view; END $d$'),
    ('DO $d$ BEGIN CREATE TEMP TABLE own_copy AS SELECT t::text AS x FROM %1$s AS t; PERFORM leak(x) FROM pg_temp.own_copy; END $d$'),
    ('DO $d$ BEGIN CREATE FUNCTION pg_temp.own() RETURNS text LANGUAGE sql SECURITY DEFINER AS ''SELECT helper.gather(t::text) FROM %1$s AS t''; PERFORM leak(pg_temp.own()); END $d$'),
    ('DO $d$ BEGIN CREATE TEMP TABLE municipality_member (role_name text, municipality_id integer);
      INSERT INTO pg_temp.municipality_member SELECT current_user, m FROM generate_series(1, 9) AS m;
      SET LOCAL search_path = pg_temp, monitoring, helper, pg_catalog; PERFORM leak(t::text) FROM %1$s AS t; END $d$'),
    ('DO $d$ BEGIN CREATE FUNCTION pg_temp.own_schools() RETURNS integer[] LANGUAGE sql AS ''SELECT ARRAY[1, 2, 3, 4]'';
      SET LOCAL search_path = pg_temp, monitoring, helper; PERFORM leak(t::text) FROM %1$s AS t; END $d$'),
    ('DO $d$ BEGIN PERFORM leak(v::text) FROM (SELECT count(*), t::text FROM %1$s AS t GROUP BY CUBE (t::text)) AS v; END $d$');
CREATE TEMP TABLE place (place text);
INSERT INTO place VALUES ('monitoring.result'), ('monitoring.result_2023'), ('monitoring.result_summary'), ('monitoring.school_summary'),
    ('monitoring.assessment_outcome'), ('monitoring.school_status'), ('monitoring.school_profile'), ('monitoring.import_reject'),
    ('monitoring.import_file'), ('monitoring.import_status'), ('monitoring.result'), ('monitoring.result');

SELECT setseed(0.8);
\echo # seed 0.8
CREATE TEMP TABLE attempt AS
SELECT row_number() OVER () AS number, format(c.way, c.place) AS command
FROM (SELECT way, place FROM way, place ORDER BY random() LIMIT 200) AS c;
SELECT is((SELECT count(DISTINCT number) FROM attempt), 200::bigint, 'two hundred attempts');
GRANT SELECT ON attempt TO PUBLIC;

-- Every function the coordinator may execute, with arguments of every kind.
CREATE TEMP TABLE call AS
SELECT p.oid::regprocedure AS routine,
       format('SELECT f::text FROM monitoring.%I(%s) AS f', p.proname, (
           SELECT string_agg(CASE a.type
                      WHEN 'integer'::regtype THEN CASE WHEN p.proargnames[a.place] ~ 'year' THEN v.year::text
                                                        WHEN p.proargnames[a.place] ~ 'school_id' THEN '3'
                                                        WHEN p.proargnames[a.place] ~ 'rule_set' THEN '(SELECT rule_set_id FROM monitoring.find_rule_set(2023))'
                                                        WHEN p.proargnames[a.place] ~ 'percent' THEN '0'
                                                        ELSE '1' END
                      WHEN 'integer[]'::regtype THEN CASE WHEN p.proargnames[a.place] ~ 'year' THEN 'ARRAY[2022, 2023]' ELSE '''{}''' END
                      WHEN 'bigint'::regtype THEN '1'
                      WHEN 'date'::regtype THEN '''2023-10-01'''
                      WHEN 'boolean'::regtype THEN 'true'
                      WHEN 'monitoring.rule_set'::regtype THEN '(SELECT s FROM monitoring.find_rule_set(2023) AS s)'
                      WHEN 'monitoring.cycle'::regtype THEN '(SELECT c FROM monitoring.cycle AS c LIMIT 1)'
                      ELSE 'NULL::' || a.type END, ', ' ORDER BY a.place)
           FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, place))) AS command
FROM pg_proc AS p, (VALUES (2023), (0)) AS v (year)
WHERE p.pronamespace = 'monitoring'::regnamespace AND has_function_privilege('regress_shnor_first', p.oid, 'EXECUTE')
  AND p.prorettype <> 'trigger'::regtype;
GRANT SELECT ON call TO PUBLIC;
CREATE TEMP TABLE look (command text);
INSERT INTO look
SELECT format('SELECT string_agg(v::text, '' '') FROM %s AS v', c.oid::regclass) FROM pg_class AS c
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'v'
   OR c.oid IN ('pg_statistic'::regclass, 'pg_statistic_ext_data'::regclass, 'pg_largeobject'::regclass);
INSERT INTO look VALUES
    ('INSERT INTO monitoring.municipality_member (role_name, municipality_id) VALUES (current_user, 2) RETURNING *'),
    ('UPDATE monitoring.municipality_member SET municipality_id = 2 RETURNING *'),
    ('UPDATE monitoring.school SET municipality_id = 1 RETURNING *'),
    ('ALTER TABLE monitoring.result DISABLE ROW LEVEL SECURITY'),
    ('DROP POLICY own_row ON monitoring.result'),
    ('CREATE POLICY mine ON monitoring.result USING (true)'),
    ('ALTER ROLE regress_shnor_first BYPASSRLS'),
    ('GRANT shnor_analyst TO regress_shnor_first'),
    ('ALTER ROLE regress_shnor_first RENAME TO regress_shnor_other'),
    ('CREATE VIEW monitoring.mine AS SELECT * FROM monitoring.result'),
    ('CREATE STATISTICS monitoring.mine ON participant, class FROM monitoring.result_2023'),
    ('COPY monitoring.result TO PROGRAM ''cat'''),
    ('CREATE TABLE monitoring.mine (LIKE monitoring.result)'),
    ('CREATE RULE mine AS ON SELECT TO monitoring.result DO INSTEAD SELECT 1');
GRANT SELECT ON look TO PUBLIC;

-- Somebody who sees all, with these attempts, sees them.
SET ROLE regress_shnor_sees_all;
SELECT cmp_ok((SELECT count(*) FROM attempt WHERE attempt(command) ~ foreign_marks()), '>', 120::bigint,
              'most of the attempts would find foreign rows') ;
SELECT cmp_ok((SELECT count(*) FROM call WHERE attempt(command) ~ foreign_marks()), '>', 8::bigint, 'so would calls of functions');
SELECT cmp_ok((SELECT count(*) FROM attempt WHERE attempt(command) ~ foreign_marks() AND command ~ 'leak|shout|===|::integer|::date|EXPLAIN'), '>', 40::bigint,
              'and leaky functions, errors and EXPLAIN among them');
RESET ROLE;
SELECT cmp_ok((SELECT count(*) FROM look WHERE attempt(command) ~ foreign_codes()), '>', 1::bigint, 'statistics hold them');

SET ROLE regress_shnor_first;
SELECT is_empty($$SELECT number, command, substring(shown FROM foreign_marks())
                  FROM (SELECT number, command, attempt(command) AS shown FROM attempt OFFSET 0) AS a WHERE shown ~ foreign_marks()$$,
                'the coordinator sees no foreign row by any of the two hundred');
SELECT cmp_ok((SELECT count(*) FROM attempt WHERE attempt(command) ~ 'own[12]-|5А'), '>', 30::bigint, 'but own rows by many');
SELECT is_empty($$SELECT routine, command, substring(shown FROM foreign_marks())
                  FROM (SELECT routine, command, attempt(command) AS shown FROM call OFFSET 0) AS a WHERE shown ~ foreign_marks()$$,
                'none by any function');
SELECT is_empty($$SELECT command, mark FROM (SELECT command, substring(attempt(command) FROM foreign_codes()) AS mark FROM look OFFSET 0) AS a
                  WHERE mark IS NOT NULL$$,
                'none in the system''s views');
SELECT is_empty($$SELECT command, attempt(command) FROM look WHERE command !~ '^SELECT'
                  AND attempt(command) !~ 'permission denied|must (be|have)|cannot'$$,
                'nor becomes somebody else');
SELECT is_empty('SELECT * FROM result WHERE school_id NOT IN (1, 2)', 'results are of own schools');
SELECT is_empty('SELECT * FROM result_summary WHERE school_id NOT IN (1, 2)', 'summaries of classes');
SELECT is_empty('SELECT * FROM school_summary WHERE school_id NOT IN (1, 2)', 'counts');
SELECT is_empty('SELECT * FROM school_status WHERE school_id NOT IN (1, 2)', 'outcomes');
SELECT is_empty('SELECT * FROM school_profile WHERE school_id NOT IN (1, 2)', 'in every view');
SELECT is_empty($$SELECT relation, column_name FROM (
                      SELECT c.oid::regclass AS relation, a.attname AS column_name,
                             attempt(format('SELECT %2$I FROM %1$s WHERE %2$I NOT IN (1, 2)', c.oid::regclass, a.attname)) AS shown
                      FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
                      WHERE c.relnamespace = 'monitoring'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND a.attname ~ 'school_id$'
                        AND c.relname NOT IN ('school', 'school_code', 'school_name', 'school_year', 'school_known_name', 'dim_school')
                      OFFSET 0) AS r
                  WHERE shown ~ '^\('$$, 'nor does any table or view that names a school show another one, but the reference');
SELECT is_empty($$SELECT tablename FROM pg_stats WHERE schemaname = 'monitoring' AND tablename ~ '^(result|school_summary|.*_outcome)'$$,
                'the statistics of restricted tables are hidden');
SELECT isnt_empty($$SELECT tablename FROM pg_stats WHERE schemaname = 'monitoring' AND tablename = 'subject'$$, 'those of others are not');
RESET ROLE;

-- Rights given in another way open nothing.
GRANT SELECT ON ALL TABLES IN SCHEMA monitoring TO shnor_municipal;
SET ROLE regress_shnor_first;
SELECT is((SELECT count(*) FROM result_2023), 0::bigint, 'a partition shows nothing even when granted');
SELECT is_empty($$SELECT number, command FROM attempt WHERE command !~ 'import_' AND attempt(command) ~ foreign_marks()$$,
                'nor do the attempts that read results');
RESET ROLE;
SELECT open_year(2024) \g /dev/null
SELECT is((SELECT relrowsecurity FROM pg_class WHERE oid = 'result_2024'::regclass), true, 'and so a year opened later');

SELECT * FROM finish();
ROLLBACK;
