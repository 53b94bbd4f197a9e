-- What BI tools rely on in a warehouse, looked up in the catalog: names, keys,
-- types, comments in Russian, indexes, privileges. What every object of the
-- project must be, catalog_policy.sql tests.
\ir include/warehouse.sql
BEGIN;
SELECT plan(13);

CREATE TEMP VIEW relation AS
SELECT c.oid, c.oid::regclass AS name, c.relname, c.relkind, c.relispartition, c.relacl, c.relowner
FROM pg_class AS c
WHERE c.relnamespace = 'monitoring'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f');
CREATE TEMP VIEW attribute AS
SELECT r.name, r.relkind, a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod
FROM relation AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped;

-- But titles of reports, which are read in spreadsheets.
SELECT is_empty($$SELECT n FROM (
                      SELECT relname FROM relation
                      UNION ALL SELECT attname FROM attribute WHERE name::text !~ '\mreport_'
                      UNION ALL SELECT proname FROM pg_proc
                      WHERE pronamespace = 'monitoring'::regnamespace) AS names (n)
                  WHERE n !~ '^[a-z][a-z0-9_]*$'$$,
                'names are lower-case ASCII');
SELECT is_empty($$SELECT name FROM relation
                  WHERE relname ~ '^(config|batch|queue|registry.*|.*_cache)$' OR relname ~ 'pg_'$$,
                'no table has a name that BI tools hide');

-- Every table but result with its partitions and the form, which is always empty.
SELECT is_empty(
    $$SELECT r.name
      FROM relation AS r
      LEFT JOIN pg_constraint AS k ON k.conrelid = r.oid AND k.contype = 'p'
      LEFT JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum = k.conkey[1]
      WHERE r.relkind IN ('r', 'p') AND NOT r.relispartition AND r.relname NOT IN ('result', 'import_form')
        AND NOT coalesce(cardinality(k.conkey) = 1 AND a.attname = r.relname || '_id'
                         AND a.atttypid IN ('integer'::regtype, 'bigint'::regtype), false)$$,
    'the primary key is one integer column <table>_id');
SELECT is_empty(
    $$SELECT name, attname, format_type(atttypid, atttypmod)
      FROM attribute
      JOIN pg_type AS t ON t.oid = atttypid
      WHERE t.typtype NOT IN ('b', 'p')$$,
    'no column is of an enum, domain, range or row type');
SELECT is_empty($$SELECT oid::regtype FROM pg_type
                  WHERE typnamespace = 'monitoring'::regnamespace AND typtype NOT IN ('b', 'c')$$,
                'and the schema has none');
SELECT is_empty(
    $$SELECT name, attname, format_type(atttypid, NULL)
      FROM attribute
      WHERE relkind = 'v'
        AND format_type(atttypid, NULL) NOT IN ('text', 'integer', 'bigint', 'numeric', 'double precision', 'boolean',
                                                'date', 'timestamp with time zone')$$,
    'columns of views are of the eight types of the contract');

-- Comments, in the readers' language.
SELECT is_empty($$SELECT name FROM relation WHERE obj_description(oid, 'pg_class') !~ '[А-Яа-яЁё]'
                                               OR obj_description(oid, 'pg_class') IS NULL$$,
                'every table, partition and view is commented in Russian');
SELECT is_empty($$SELECT name, attname FROM attribute
                  WHERE col_description(attrelid, attnum) !~ '[А-Яа-яЁё]'
                     OR col_description(attrelid, attnum) IS NULL$$,
                'and every column');
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc
                  WHERE pronamespace = 'monitoring'::regnamespace
                    AND (obj_description(oid, 'pg_proc') !~ '[А-Яа-яЁё]' OR obj_description(oid, 'pg_proc') IS NULL)$$,
                'and every routine');
SELECT is(obj_description('monitoring'::regnamespace, 'pg_namespace') ~ '[А-Яа-яЁё]', true, 'and the schema');

-- A foreign key whose columns start no index makes every delete and every
-- merge of two referenced rows read the whole table.
SELECT is_empty(
    $$SELECT k.conrelid::regclass, k.conname
      FROM pg_constraint AS k
      JOIN relation AS r ON r.oid = k.conrelid AND NOT r.relispartition
      WHERE k.contype = 'f'
        AND NOT EXISTS (
            SELECT FROM pg_index AS i
            WHERE i.indrelid = k.conrelid AND i.indpred IS NULL
              AND i.indkey[0] = ANY (k.conkey))$$,
    'every foreign key starts an index');

SELECT is_empty(
    $$SELECT p.oid::regprocedure
      FROM pg_proc AS p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS x
      WHERE p.pronamespace = 'monitoring'::regnamespace AND x.grantee = 0
        AND p.proname NOT IN ('branch_text', 'dynamics_text', 'number_text', 'odds_text', 'chance_text', 'evidence_text', 'marker_reason_text', 'occurrence_status', 'reaches',
                              'measurement_text', 'deficit_text', 'effect_text', 'significance_text', 'conditions_text', 'outcome_type_text',
                              'sees_every_school', 'sees_municipality')$$,
    'PUBLIC has no privilege on any routine but those that views call');
SELECT is_empty(
    $$SELECT r.relname
      FROM relation AS r, aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) AS x
      WHERE x.grantee = 0
      UNION ALL
      SELECT n.nspname
      FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS x
      WHERE n.nspname = 'monitoring' AND x.grantee = 0$$,
    'nor on any table, view or the schema');

SELECT * FROM finish();
ROLLBACK;
