-- create_warehouse and open_year: names and years they take and refuse, and
-- what repeated calls change.
\ir include/warehouse.sql
BEGIN;
SELECT plan(37);

-- Names of warehouses.
SELECT matches(error_of(format('CALL shnor.create_warehouse(%L)', v)),
               '^3F000\ninvalid warehouse schema name\n.*CALL shnor.create_warehouse',
               format('no warehouse named %s', coalesce(quote_literal(v), 'NULL')))
FROM unnest(ARRAY[NULL, '', 'Region', '1region', 'my region', 'my-region', 'регион', 'pg_region',
                  'my_pg_region', 'shnor', 'public', 'information_schema', repeat('a', 64), E'region\n',
                  'a"; DROP SCHEMA monitoring; --']) AS v;
SELECT matches(error_of($$CALL shnor.create_warehouse('monitoring')$$), '^42P06\n',
               'an existing schema is refused');
SELECT is((SELECT count(*) FROM region), 1::bigint, 'and keeps its data');
SELECT is(error_of(format('CALL shnor.create_warehouse(%L)', v)), NULL, format('a warehouse named %s', quote_literal(v)))
FROM unnest(ARRAY['a', repeat('b', 63), 'select', 'region_23', 'pgregion']) AS v;
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = 'region_23'::regnamespace AND relkind = 'v'),
          (SELECT count(*) FROM pg_class WHERE relnamespace = 'monitoring'::regnamespace AND relkind = 'v'),
          'it is complete');
SELECT is((SELECT count(*) FROM region_23.region), 0::bigint, 'it is empty');
SELECT is((SELECT count(*) FROM pg_depend AS d
           JOIN pg_namespace AS n ON n.nspname IN ('monitoring', 'region_23')
           WHERE d.deptype = 'e'
             AND ((d.classid = 'pg_namespace'::regclass AND d.objid = n.oid)
                  OR (d.classid = 'pg_class'::regclass
                      AND d.objid IN (SELECT oid FROM pg_class WHERE relnamespace = n.oid))
                  OR (d.classid = 'pg_proc'::regclass
                      AND d.objid IN (SELECT oid FROM pg_proc WHERE pronamespace = n.oid)))),
          0::bigint, 'nothing of a warehouse is a member of the extension');
SELECT is(current_setting('search_path'), 'monitoring, shnor, helper, public, tap',
          'creating a warehouse leaves the search path as it was');
SELECT is(error_of('CALL shnor.create_warehouse()'), E'42P06\nschema "monitoring" already exists',
          'the default name is monitoring');

-- Academic years.
SELECT is(open_year(2021), true, 'opening a year says so');
SELECT is(open_year(2021), false, 'opening it again says that nothing changed');
SELECT is((SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = 'result_2021'::regclass),
          'FOR VALUES IN (2021)', 'the partition is that of the year');
SELECT is(open_year(2000) AND open_year(2100), true, 'the first and the last year possible');
SELECT matches(error_of(format('SELECT open_year(%L)', v)), '^22003\nучебный год вне допустимых пределов\n.*от 2000 до 2100',
               format('not %s', coalesce(v::text, 'NULL')))
FROM unnest(ARRAY[NULL, 1999, 2101, -1]) AS v;
SELECT is(array_agg(y ORDER BY y) FILTER (WHERE year_is_open(y)), ARRAY[2000, 2021, 2022, 2023, 2100], 'the years now open')
FROM generate_series(1990, 2110) AS y;
SELECT is((SELECT count(*) FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
           WHERE t.tgrelid = 'result_2021'::regclass AND p.proname = 'collect_result_changes'),
          4::bigint, 'the summaries follow a new partition on insert, update, delete and truncate');

SELECT * FROM finish();
ROLLBACK;
