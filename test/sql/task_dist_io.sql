-- task_dist: text and binary forms, canonical form, errors.
SET search_path = shnor, public;

-- Runs a statement; gives its one result, or SQLSTATE, message and detail.
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    detail text;
BEGIN
    EXECUTE statement INTO result;
    RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN format('%s: %s / %s', SQLSTATE, SQLERRM, detail);
END
$$;
CREATE FUNCTION pg_temp.try_text(value text) RETURNS text
    RETURN pg_temp.try(format('SELECT %L::task_dist', value));

-- Text in, text out, and the bytes by which it is stored.
SELECT t AS given, t::task_dist AS text, task_dist_send(t::task_dist) AS bytes
FROM unnest(ARRAY[
    '{}', '{1|}', '{1|0:1}', '{3|2:3}', '{3||}', '{25|0:5,1:20||0:1,1:8,2:16}', '{200|0:72,1:128|1:128}',
    '{1|100:1}', '{1000000000000|1:1000000000000}'
]) AS t;
SELECT ('{7' || repeat('|0:3,1:4', 100) || '}')::task_dist::text = '{7' || repeat('|0:3,1:4', 100) || '}' AS hundred_items;

-- White space, order and leading zeros are tolerated; one form comes out.
SELECT t::task_dist AS text
FROM unnest(ARRAY[
    ' { } ', E'\t{\n5 | 1 : 2 ,0:3\r|\x0b| 002:1 \f}', '{007|2:1,1:6}'
]) AS t;

-- Malformed texts are 22P02.
SELECT t AS given, pg_temp.try_text(t) AS result
FROM unnest(ARRAY[
    '', ' ', '{', '}', '{}}', '{} x', 'x', '{x}', '{|}', '{|1:1}', '{3', '{3|', '{3|1}', '{3|1:}', '{3|:1}', '{3|1:1',
    '{3|1:1,}', '{3|,1:1}', '{3|1:1;2:1}', '{3|1:1 2:1}', '{3|-1:1}', '{3|1:-1}', '{-3|1:1}', '{3|1:1.5}', '{3|-:1}',
    '{ф|1:1}', '{3|1:1|ф', '{3|１:1}', '{3,1:1}', '{1:1}',
    '{3|1:1,1:1}', '{3|1:1,001:2}', '{3|1:0}', '{0|}', '{0}', '{3}', '{3|1:4}', '{3|1:2,0:2}', '{3|1:3|1:1,0:3}'
]) AS t;

-- Values out of range are 22003.
SELECT t AS given, pg_temp.try_text(t) AS result
FROM unnest(ARRAY[
    '{1|101:1}', '{ 1 | 99999999999999999999 :1}', '{1000000000001|}', '{18446744073709551617|}', '{1|1:1000000000001}',
    '{1|1:9223372036854775808}'
]) AS t;
SELECT pg_temp.try_text('{7' || repeat('|', 101) || '}') LIKE '22003: % In it there are more than 100 items.' AS too_many_items;

-- Rows out of range are named, and rows of different lengths refused.
SELECT q AS statement, pg_temp.try(q) AS result
FROM unnest(ARRAY[
    $$SELECT task_dist('{101}'::int2[])$$, $$SELECT task_dist('{0,NULL,-1}'::int2[])$$, $$SELECT task_dist('{1,32767}'::int2[])$$,
    $$SELECT task_dist('{{1,0},{0,1}}'::int2[])$$, $$SELECT task_dist('{100,0}'::int2[])$$, $$SELECT task_dist('{NULL}'::int2[])$$,
    $$SELECT task_dist('{}'::int2[])$$, $$SELECT task_dist(NULL::int2[])$$, $$SELECT task_dist('[0:2]={5,6,7}'::int2[])$$,
    $$SELECT task_dist('[-3:-3]={NULL}'::int2[])$$,
    $$SELECT task_dist(array_fill(1::int2, '{100}'))::text LIKE '{1|1:1|%'$$,
    $$SELECT task_dist(array_fill(1::int2, '{101}'))$$,
    $$SELECT task_dist(a) FROM (VALUES ('{1,0}'::int2[]), ('{1,0,1}')) AS v (a)$$,
    $$SELECT task_dist(a) FROM (VALUES ('{1,0}'::int2[]), ('{}'), (NULL), ('{1,1}')) AS v (a)$$
]) AS q;

-- Sums have a bound and one length, differences stay a summary.
SELECT q AS statement, pg_temp.try(q) AS result
FROM unnest(ARRAY[
    $$SELECT '{1000000000000|}'::task_dist + '{}'$$,
    $$SELECT '{999999999999|1:1}'::task_dist + '{1|1:1}'$$,
    $$SELECT '{1000000000000|}'::task_dist + '{1|}'$$,
    $$SELECT '{3|1:1|}'::task_dist + '{3|1:1}'$$,
    $$SELECT '{}'::task_dist + '{3|1:1|}'$$,
    $$SELECT task_dist_accum('{1000000000000|1:1}', '{1}')$$,
    $$SELECT rollup(d) FROM (VALUES ('{1000000000000|}'::task_dist), ('{1|}')) AS v (d)$$,
    $$SELECT rollup(d) FROM (VALUES ('{1||}'::task_dist), ('{}'), ('{1|}')) AS v (d)$$,
    $$SELECT '{3|1:2|2:3}'::task_dist - '{3|1:2|2:3}'$$,
    $$SELECT '{}'::task_dist - '{}'$$,
    $$SELECT '{3|1:2|2:3}'::task_dist - '{}'$$,
    $$SELECT '{3|1:2,90:1}'::task_dist - '{1|90:1}'$$,
    $$SELECT '{3|1:3}'::task_dist - '{1|90:1}'$$,
    $$SELECT '{3|1:3}'::task_dist - '{4|1:3}'$$,
    $$SELECT '{3|1:3}'::task_dist - '{1|}'$$,
    $$SELECT '{3|}'::task_dist - '{1|1:1}'$$,
    $$SELECT '{3|1:3|}'::task_dist - '{1|1:1}'$$,
    $$SELECT '{}'::task_dist - '{1|1:1}'$$,
    $$SELECT task_dist_moving_remove('{3|1:3}', '{0}')$$,
    $$SELECT task_dist_moving_remove('{3|1:3}', '{100}')$$,
    $$SELECT task_dist_moving_remove('{3|1:3}', '{1,1}')$$,
    $$SELECT task_dist_moving_remove('{}', '{1}')$$,
    $$SELECT task_dist_moving_remove('{1|1:1}', '{1}')$$
]) AS q;

-- Transition functions called by hand leave their arguments alone.
SELECT task_dist_accum(NULL, '{1,2}') AS one, task_dist_accum('{1|1:1}', '{100}') AS two,
       task_dist_accum('{1|1:1}', NULL) AS same, task_dist_accum(NULL, '{}') IS NULL AS none,
       task_dist_moving_accum(NULL, NULL) AS empty, task_dist_moving_accum('{1|1:1}', '{1}') AS twice,
       task_dist_moving_final('{}') IS NULL AS final_none, task_dist_moving_final('{1|1:1}') AS final_one;
DO $$
DECLARE
    a task_dist := '{1|1:1}';
    b task_dist;
BEGIN
    b := a + '{1|90:1}';
    b := task_dist_accum(b, '{3}');
    a := task_dist_moving_remove(b, '{3}') - '{1|1:1}';
    RAISE NOTICE 'a % b %', a, b;
END
$$;

-- Text and binary forms bring back thousands of made-up values; equal values
-- have equal bytes however they were made.
CREATE TEMP VIEW made_row AS
SELECT i % 3000 AS g, i,
       ARRAY(SELECT nullif((i * 7919 + k * 31) / 8 % (2 + (i % 3000 + k) % 9), 3) * (CASE WHEN i % 3000 % 40 = 0 THEN 11 ELSE 1 END)
             FROM generate_series(1, 1 + i % 3000 % 23) AS k)::int2[] AS a
FROM generate_series(1, 24000) AS i;
CREATE TEMP TABLE made AS SELECT g, task_dist(a) AS d FROM made_row GROUP BY g;
SELECT count(*) AS values, bool_and(d::text::task_dist = d) AS text_comes_back,
       bool_and(task_dist_send(d::text::task_dist) = task_dist_send(d)) AS bytes_by_text,
       bool_and(task_dist_send(d + d - d) = task_dist_send(d)) AS bytes_by_operators,
       bool_and(d - d = '{}') AS nothing_left
FROM made;
SELECT bool_and(task_dist_send(a.d) = task_dist_send(b.d)) AS bytes_by_order
FROM made AS a JOIN (SELECT g, task_dist(a ORDER BY a DESC, i) AS d FROM made_row GROUP BY g) AS b USING (g);

-- COPY BINARY, through a file of the server's data directory.
COPY (SELECT g, d FROM made) TO PROGRAM 'cat > shnor_task_dist_io.bin' WITH (FORMAT binary);
CREATE TEMP TABLE received (g integer, d task_dist);
COPY received FROM PROGRAM 'cat shnor_task_dist_io.bin; rm shnor_task_dist_io.bin' WITH (FORMAT binary);
SELECT count(*) AS values, bool_and(task_dist_send(r.d) = task_dist_send(m.d)) AS bytes_by_copy
FROM received AS r JOIN made AS m USING (g);

-- Storage: short, compressed and external values and arrays; PL/pgSQL; arrays; records.
CREATE TEMP TABLE stored (id integer, d task_dist);
ALTER TABLE stored ALTER d SET STORAGE external;
INSERT INTO stored
SELECT n, format('{%s%s}', 90000 * n, (SELECT string_agg('|' || (SELECT string_agg(s || ':' || 700 * n + s * k % 100, ',')
                                                                 FROM generate_series(0, 100) AS s), '')
                                      FROM generate_series(1, 100) AS k))::task_dist
FROM generate_series(1, 3) AS n;
SELECT pg_relation_size(reltoastrelid) > 0 AS is_external FROM pg_class WHERE oid = 'stored'::regclass;
ALTER TABLE stored ALTER d SET STORAGE main;
INSERT INTO stored SELECT id + 10, d + '{}' FROM stored;
INSERT INTO stored VALUES (0, '{7|1:1}');
SELECT s.id, pg_column_size(s.d) > 1000 AS is_large, participants(s.d), items(s.d),
       s.d = (SELECT f.d FROM stored AS f WHERE f.id = s.id % 10) AS same_as_external
FROM stored AS s ORDER BY s.id;
UPDATE stored SET d = d + d WHERE id IN (0, 1);
SELECT id, participants(d), d - d = '{}' AS nothing_left FROM stored WHERE id IN (0, 1) ORDER BY id;
CREATE TEMP TABLE array_row (a int2[]);
INSERT INTO array_row SELECT array_fill((i % 3)::int2, ARRAY[100]) FROM generate_series(1, 30) AS i;
ALTER TABLE array_row ADD b int2[];
ALTER TABLE array_row ALTER b SET STORAGE external;
UPDATE array_row SET b = a;
SELECT task_dist(a) = task_dist(b) AS same, task_dist(a) = ('{30' || repeat('|0:10,1:10,2:10', 100) || '}')::task_dist AS right
FROM array_row;
CREATE FUNCTION pg_temp.pass(INOUT d task_dist, OUT n bigint) LANGUAGE plpgsql AS $$
DECLARE
    kept task_dist := d;
    list task_dist[];
    scores int2[] := '{1,2}';
BEGIN
    FOR i IN 1 .. 3 LOOP
        d := d + kept;
        list := list || d;
    END LOOP;
    n := participants(d - list[2]);
    scores[2] := 5;
    d := task_dist_accum(d, scores);
END
$$;
SELECT (pg_temp.pass(task_dist(ARRAY[i, i]::int2[]))).* FROM generate_series(0, 2) AS i;
SELECT array_agg(d ORDER BY id) FROM (SELECT i % 2 AS id, task_dist(ARRAY[i]::int2[]) AS d
                                      FROM generate_series(1, 4) AS i GROUP BY 1) AS x;
SELECT ROW(task_dist(ARRAY[i]::int2[]), count(*)) FROM generate_series(1, 4) AS i;
