-- score_dist: text and binary forms, canonical form, errors.
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
    RETURN pg_temp.try(format('SELECT %L::score_dist', value));

-- Text in, text out, and the bytes by which it is stored.
SELECT t AS given, t::score_dist AS text, score_dist_send(t::score_dist) AS bytes
FROM unnest(ARRAY[
    '{}', '{7:1}', '{0:1}', '{1000:1}', '{7:1,8:3,12:4}', '{7:128}', '{7:127,8:129}',
    '{|2:1}', '{|2:1,3:3}', '{|5/5:1}', '{|2:1,3/4:2}',
    '{7:1|5:1}', '{7:1|-:1,5:1}', '{7:1|-/4:1}', '{7:1,8:3,12:4|2:3,3/3:3,-/4:2}',
    '{7:1000000000000}'
]) AS t;

-- White space, order and leading zeros are tolerated; one form comes out.
SELECT t::score_dist AS text
FROM unnest(ARRAY[
    ' { } ', E'\t{\n12 : 4 , 7:1,8:3\r}\x0b\f', '{007:01}', '{12:4,7:1,8:3|3/3:3,-/4:2,2:3}',
    '{ | 3 : 3 , 2 : 1 }', '{5:2| - / 4 : 1 , - : 1}', '{5:2|-:2}', '{5:2|-:1,2:1}'
]) AS t;
SELECT '{7:3|-:3}'::score_dist = '{7:3}'::score_dist AS one_value_one_form;

-- Malformed texts are 22P02.
SELECT t AS given, pg_temp.try_text(t) AS result
FROM unnest(ARRAY[
    '', ' ', '{', '}', '{}}', '{} x', 'x', '{x}', '{7}', '{7:}', '{:1}', '{7:1', '{7:1,}', '{,7:1}', '{7:1;8:1}',
    '{7:1 8:1}', '{7 7:1}', '{7:-1}', '{-7:1}', '{+7:1}', '{7:1.5}', '{7:1e3}', '{7:0x1}',
    '{|}', '{7:1|}', '{7:1||2:1}', '{|2}', '{|2:}', '{|2/:1}', '{|/2:1}', '{|3/-:1}', '{|--:1}', '{|2/3/4:1}',
    '{|-2:1}', '{ф:1}', '{7:1,ф', '{７:1}',
    '{7:1,7:1}', '{7:1,007:1}', '{|2:1,2:1}', '{|2/3:1,2/3:1}', '{1:2|-:1,-:1}', '{|2 / 3:1, 2/3 :1}',
    '{7:0}', '{|2:0}', '{7:0,7:0}',
    '{7:5|3:2}', '{7:1|-:2}', '{|-:1}', '{|-/4:1}', '{1:1|-:2,2:1}', '{1:1|-/3:2,2:1}'
]) AS t;

-- Values out of range are 22003.
SELECT t AS given, pg_temp.try_text(t) AS result
FROM unnest(ARRAY[
    '{1001:1}', '{ 99999999999999999999999 :1}', '{|1:1}', '{|6:1}', '{|0:1}', '{|23:1}', '{|2/1:1}', '{|2/6:1}',
    '{|-/9:1}', '{7:1000000000001}', '{7:9223372036854775808}', '{7:18446744073709551617}',
    '{|2:1000000000001}', '{7:1000000000000,8:1}', '{|2:1000000000000,3:1}',
    '{7:600000000000,8:400000000001}'
]) AS t;

-- Rows out of range are named, also in rows that do not count.
SELECT q AS statement, pg_temp.try(q) AS result
FROM unnest(ARRAY[
    'SELECT score_dist(1001)', 'SELECT score_dist(-1)', 'SELECT score_dist(-2147483648)', 'SELECT score_dist(7, 1)',
    'SELECT score_dist(7, 6)', 'SELECT score_dist(7, -2147483648)', 'SELECT score_dist(7, 2147483647)',
    'SELECT score_dist(NULL, NULL, 0)', 'SELECT score_dist(7, 2, 6)', 'SELECT score_dist(1000, 5, 2)',
    'SELECT score_dist(0, 2, 5)'
]) AS q;

-- Sums have a bound, differences stay a summary.
SELECT q AS statement, pg_temp.try(q) AS result
FROM unnest(ARRAY[
    $$SELECT '{7:1000000000000}'::score_dist + '{}'$$,
    $$SELECT '{7:999999999999}'::score_dist + '{7:1}'$$,
    $$SELECT '{7:1000000000000}'::score_dist + '{8:1}'$$,
    $$SELECT '{7:500000000001}'::score_dist + '{|2:500000000000}'$$,
    $$SELECT score_dist_accum('{7:1000000000000}', 7)$$,
    $$SELECT rollup(d) FROM (VALUES ('{7:1000000000000}'::score_dist), ('{8:1}')) AS v (d)$$,
    $$SELECT '{7:3|2:3}'::score_dist - '{7:3|2:3}'$$,
    $$SELECT '{}'::score_dist - '{}'$$,
    $$SELECT '{7:3,900:2}'::score_dist - '{900:2}'$$,
    $$SELECT '{7:3}'::score_dist - '{900:2}'$$,
    $$SELECT '{7:3}'::score_dist - '{7:4}'$$,
    $$SELECT '{7:3|2:3}'::score_dist - '{7:3|3:3}'$$,
    $$SELECT '{7:3|2:3}'::score_dist - '{|2:1}'$$,
    $$SELECT '{7:3|-:2,2:3}'::score_dist - '{7:2|2:2}'$$,
    $$SELECT score_dist_moving_remove('{7:3|2:3}', NULL, 2)$$,
    $$SELECT score_dist_moving_remove('{7:3}', 8)$$,
    $$SELECT score_dist_moving_remove('{7:3|2:3}', 7, 3)$$,
    $$SELECT score_dist_moving_remove('{7:3}', 1000)$$,
    $$SELECT score_dist_moving_remove('{7:1}', 7)$$
]) AS q;

-- Transition functions called by hand leave their arguments alone.
SELECT score_dist_accum(NULL, 7) AS one, score_dist_accum('{7:1}', 1000, 2) AS two,
       score_dist_accum('{7:1}', NULL, NULL, 4) AS same, score_dist_accum(NULL, NULL) IS NULL AS none,
       score_dist_moving_accum(NULL, NULL) AS empty, score_dist_moving_accum('{7:1}', 7) AS twice,
       score_dist_moving_final('{}') IS NULL AS final_none, score_dist_moving_final('{7:1}') AS final_one;
DO $$
DECLARE
    a score_dist := '{7:1}';
    b score_dist;
BEGIN
    b := a + '{900:1|3:1}';
    b := score_dist_accum(b, 3);
    a := score_dist_moving_remove(b, 3) - '{7:1}';
    RAISE NOTICE 'a % b %', a, b;
END
$$;

-- Text and binary forms bring back thousands of made-up values; equal values
-- have equal bytes however they were made.
CREATE TEMP TABLE made AS
SELECT g, score_dist(s, m, j) AS d, string_agg(s || ':1', ',') AS scores
FROM (SELECT i % 3000 AS g,
             nullif((i * 7919) % (2 + i % 3000 % 700), 1) AS s,
             CASE WHEN i % 7 > 0 THEN 2 + (i * 31) / 8 % 4 END AS m,
             CASE WHEN i % 3000 % 3 > 0 THEN 2 + (i * 17) / 16 % 4 END AS j
      FROM generate_series(1, 60000) AS i) AS r
GROUP BY g;
SELECT count(*) AS values, bool_and(d::text::score_dist = d) AS text_comes_back,
       bool_and(score_dist_send(d::text::score_dist) = score_dist_send(d)) AS bytes_by_text,
       bool_and(score_dist_send(d + '{5:1|3:1}' - '{5:1|3:1}') = score_dist_send(d)) AS bytes_by_operators,
       bool_and(d - d = '{}') AS nothing_left
FROM made;
SELECT bool_and(score_dist_send(a.d) = score_dist_send(b.d)) AS bytes_by_order
FROM made AS a
JOIN (SELECT g, score_dist(s, m, j ORDER BY s DESC NULLS FIRST, m, j) AS d
      FROM (SELECT i % 3000 AS g, nullif((i * 7919) % (2 + i % 3000 % 700), 1) AS s,
                   CASE WHEN i % 7 > 0 THEN 2 + (i * 31) / 8 % 4 END AS m,
                   CASE WHEN i % 3000 % 3 > 0 THEN 2 + (i * 17) / 16 % 4 END AS j
            FROM generate_series(1, 60000) AS i) AS r
      GROUP BY g) AS b USING (g);

-- COPY BINARY, through a file of the server's data directory.
COPY (SELECT g, d FROM made) TO PROGRAM 'cat > shnor_score_dist_io.bin' WITH (FORMAT binary);
CREATE TEMP TABLE received (g integer, d score_dist);
COPY received FROM PROGRAM 'cat shnor_score_dist_io.bin; rm shnor_score_dist_io.bin' WITH (FORMAT binary);
SELECT count(*) AS values, bool_and(score_dist_send(r.d) = score_dist_send(m.d)) AS bytes_by_copy
FROM received AS r JOIN made AS m USING (g);

-- Storage: short, compressed and external values; PL/pgSQL; arrays; records.
CREATE TEMP TABLE stored (id integer, d score_dist);
ALTER TABLE stored ALTER d SET STORAGE external;
INSERT INTO stored
SELECT n, format('{%s}', string_agg(s || ':' || 300000 * n + s * s, ','))::score_dist
FROM generate_series(1, 3) AS n, generate_series(0, 1000) AS s GROUP BY n;
SELECT pg_relation_size(reltoastrelid) > 0 AS is_external FROM pg_class WHERE oid = 'stored'::regclass;
ALTER TABLE stored ALTER d SET STORAGE main;
INSERT INTO stored SELECT id + 10, d + '{}' FROM stored;
INSERT INTO stored VALUES (0, '{7:1}');
SELECT s.id, pg_column_size(s.d) > 1000 AS is_large, participants(s.d),
       s.d = (SELECT f.d FROM stored AS f WHERE f.id = s.id % 10) AS same_as_external
FROM stored AS s ORDER BY s.id;
UPDATE stored SET d = d + d WHERE id IN (0, 1);
SELECT id, participants(d), (d - '{7:1}') + '{7:1}' = d AS still_whole FROM stored WHERE id IN (0, 1) ORDER BY id;
CREATE FUNCTION pg_temp.pass(INOUT d score_dist, OUT n bigint) LANGUAGE plpgsql AS $$
DECLARE
    kept score_dist := d;
    list score_dist[];
BEGIN
    FOR i IN 1 .. 3 LOOP
        d := d + kept;
        list := list || d;
    END LOOP;
    n := participants(d - list[2]);
END
$$;
SELECT (pg_temp.pass(score_dist(i, 2 + i % 4))).* FROM generate_series(0, 3) AS i;
SELECT array_agg(d ORDER BY id) FROM (SELECT i % 2 AS id, score_dist(i) AS d
                                      FROM generate_series(1, 4) AS i GROUP BY 1) AS x;
SELECT ROW(score_dist(i), count(*)) FROM generate_series(1, 4) AS i;
