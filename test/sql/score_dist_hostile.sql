-- score_dist: 100,000 mutated inputs, each accepted whole or refused by a
-- code of class 22. Half are texts; half are binary forms, sent as bytea by
-- COPY BINARY and received as score_dist by COPY BINARY.
SET search_path = shnor, public;
SET client_min_messages = warning;
\set seed 0.2026
SELECT setseed(:seed), :seed AS seed \gset said_
\echo seed :said_seed

CREATE TEMP TABLE valid (id serial, d score_dist);
INSERT INTO valid (d) VALUES ('{}'), ('{7:1}'), ('{7:1,8:3,12:4}'), ('{|2:1,3:3}'), ('{1:1|-:1,2:1}'),
    ('{7:1,8:3,12:4|2:3,3/3:3,-/4:2}'), ('{1000:1000000000000}'), ('{|5/5:999999999999}'),
    ('{0:128,300:16384|-/2:200,4/4:16312}'), ('{0:1,1000:1|-/3:1,4/5:1}');
INSERT INTO valid (d)
SELECT score_dist(i * 7 % 60, 2 + i % 4, CASE WHEN i % 3 > 0 THEN 2 + i * 3 % 4 END) FROM generate_series(1, 300) AS i;

CREATE FUNCTION pg_temp.some(n integer) RETURNS integer RETURN floor(random() * n)::integer;

-- One to four small changes of a text
CREATE FUNCTION pg_temp.mutate(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    alphabet CONSTANT text := '0123456789:,|/-{}  +.xф' || chr(9) || chr(127);
    place integer;
BEGIN
    FOR change IN 0 .. pg_temp.some(4) LOOP
        place := 1 + pg_temp.some(length(value) + 1);
        value := CASE pg_temp.some(5)
            WHEN 0 THEN overlay(value PLACING substr(alphabet, 1 + pg_temp.some(length(alphabet)), 1) FROM place)
            WHEN 1 THEN overlay(value PLACING substr(alphabet, 1 + pg_temp.some(length(alphabet)), 1) FROM place FOR 0)
            WHEN 2 THEN overlay(value PLACING '' FROM place FOR 1 + pg_temp.some(3))
            WHEN 3 THEN overlay(value PLACING substr(value, 1 + pg_temp.some(length(value) + 1), pg_temp.some(12)) FROM place FOR 0)
            ELSE overlay(value PLACING (10::numeric ^ pg_temp.some(25))::numeric(40, 0)::text FROM place FOR 0)
        END;
    END LOOP;
    RETURN value;
END
$$;

-- One to four small changes of bytes
CREATE FUNCTION pg_temp.mutate(value bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    place integer;
    some_byte bytea;
BEGIN
    FOR change IN 0 .. pg_temp.some(4) LOOP
        place := 1 + pg_temp.some(length(value) + 1);
        some_byte := decode(lpad(to_hex(CASE pg_temp.some(3)
            WHEN 0 THEN (ARRAY[0, 1, 2, 7, 127, 128, 129, 255])[1 + pg_temp.some(8)]
            WHEN 1 THEN 1 << pg_temp.some(8)
            ELSE pg_temp.some(256) END), 2, '0'), 'hex');
        value := CASE pg_temp.some(5)
            WHEN 0 THEN overlay(value PLACING some_byte FROM place)
            WHEN 1 THEN overlay(value PLACING some_byte FROM place FOR 0)
            WHEN 2 THEN overlay(value PLACING '' FROM place FOR 1 + pg_temp.some(3))
            WHEN 3 THEN overlay(value PLACING substr(value, 1 + pg_temp.some(length(value) + 1), pg_temp.some(12)) FROM place FOR 0)
            WHEN 4 THEN CASE WHEN place > length(value) THEN value
                             ELSE set_bit(value, 8 * place - 1 - pg_temp.some(8), pg_temp.some(2)) END
        END;
    END LOOP;
    RETURN value;
END
$$;

CREATE TEMP TABLE outcome (form text, code text, sound boolean);

DO $$
DECLARE
    given text;
    got score_dist;
    sound boolean;
BEGIN
    FOR run IN 1 .. 50000 LOOP
        SELECT pg_temp.mutate(d::text) INTO given FROM valid WHERE id = 1 + run % 11;
        BEGIN
            got := given::score_dist;
            -- what was accepted is a value like any other
            sound := got::text::score_dist = got AND got - got = '{}' AND participants(got) >= 0;
            INSERT INTO outcome VALUES ('text', '00000', sound);
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO outcome VALUES ('text', SQLSTATE, SQLSTATE IN ('22P02', '22003'));
        END;
    END LOOP;
END
$$;

CREATE TEMP TABLE received (d score_dist);
DO $$
DECLARE
    folder CONSTANT text := current_setting('data_directory') || '/shnor_score_dist_hostile';
    path text;
    given bytea;
    got score_dist;
BEGIN
    EXECUTE format('COPY (SELECT) TO PROGRAM %L', 'cat >/dev/null; mkdir -p ' || quote_literal(folder));
    FOR run IN 1 .. 50000 LOOP
        -- a new file each time: some file systems flush one that is overwritten
        path := folder || '/' || run;
        SELECT pg_temp.mutate(score_dist_send(d)) INTO given FROM valid WHERE id = 1 + run % 11;
        EXECUTE format('COPY (SELECT %L::bytea) TO %L WITH (FORMAT binary)', given, path);
        BEGIN
            EXECUTE format('COPY received FROM %L WITH (FORMAT binary)', path);
            DELETE FROM received RETURNING d INTO got;
            -- what was accepted is what was sent, bit by bit
            INSERT INTO outcome VALUES ('binary', '00000', score_dist_send(got) = given AND got::text::score_dist = got);
        EXCEPTION WHEN OTHERS THEN
            INSERT INTO outcome VALUES ('binary', SQLSTATE, SQLSTATE = '22P03');
        END;
        IF run % 1000 = 0 THEN
            EXECUTE format('COPY (SELECT) TO PROGRAM %L', 'cat >/dev/null; rm ' || quote_literal(folder) || '/*');
            -- dead rows make each DELETE slower than the last
            TRUNCATE received;
        END IF;
    END LOOP;
    EXECUTE format('COPY (SELECT) TO PROGRAM %L', 'cat >/dev/null; rmdir ' || quote_literal(folder));
END
$$;
-- What only a damaged disk stores: no bytes at all, after another value.
CREATE CAST (bytea AS score_dist) WITHOUT FUNCTION;
CREATE FUNCTION pg_temp.code_of(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT participants('{7:1}'::score_dist) AS one, pg_temp.code_of($$SELECT score_counts(''::bytea::score_dist)$$) AS nothing,
       pg_temp.code_of($$SELECT participants('\x0101'::bytea::score_dist)$$) AS cut_short,
       pg_temp.code_of($$SELECT participants(''::bytea::score_dist)$$) AS nothing_again;
-- Running states (of a little-endian machine), as an aggregate without its final function stores them, with counts that are none.
SELECT name, pg_temp.code_of(format('SELECT participants(decode(%L, ''hex'')::score_dist)', bytes)) AS read,
       pg_temp.code_of(format('SELECT score_dist_send(decode(%L, ''hex'')::score_dist)', bytes)) AS packed,
       pg_temp.code_of(format('SELECT rollup(decode(%L, ''hex'')::score_dist)', bytes)) AS aggregated
FROM (VALUES ('empty', '00014000' || repeat('00', 96)), ('more scores than participants', '00014000' || repeat('00', 95) || '01'),
             ('negative', '00084000' || repeat('ff', 8 * 96)), ('sums wrap', '00084000' || repeat('ffffffffffffff7f', 96)),
             ('a score above 1000', '00010004' || '01' || repeat('00', 1054) || '01'),
             ('longest', '00080004' || repeat('ff', 8 * 1056)), ('cut short', '00080004'), ('no width', '00034000')) AS v (name, bytes);
DROP CAST (bytea AS score_dist);
SELECT form, count(*) AS inputs, bool_and(sound) AS all_sound,
       count(*) FILTER (WHERE code = '00000') > 500 AS some_accepted,
       count(*) FILTER (WHERE code <> '00000') > 20000 AS many_refused,
       string_agg(DISTINCT code, ' ') AS codes
FROM outcome GROUP BY form ORDER BY form DESC;
