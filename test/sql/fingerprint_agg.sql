-- fingerprint: the documented chain computed in plain SQL, for short inputs, at
-- the borders of blocks, and for lines longer than blocks.
\pset null '(null)'

-- the definition over an array of lines
CREATE FUNCTION pg_temp.chain(lines text[]) RETURNS text
LANGUAGE sql AS $$
    WITH RECURSIVE stream (s) AS (
        SELECT string_agg(CASE WHEN line IS NULL THEN '\xffffffff'::bytea
                               ELSE int4send(octet_length(line)) || convert_to(line, getdatabaseencoding()) END,
                          ''::bytea ORDER BY i)
        FROM unnest(lines) WITH ORDINALITY AS t (line, i)
    ), fold (block, state) AS (
        SELECT 0, decode(repeat('00', 32), 'hex')
        UNION ALL
        SELECT block + 1, sha256(state || substring(s FROM block * 65536 + 1 FOR 65536))
        FROM fold, stream WHERE block * 65536 < octet_length(s)
    )
    SELECT encode(state, 'hex') FROM fold ORDER BY block DESC LIMIT 1
$$;

-- one value that anybody can compute: sha256 of 32 zero bytes, 00000001, 61
SELECT shnor.fingerprint('a') AS value,
       shnor.fingerprint('a') = encode(sha256(decode(repeat('00', 32) || '00000001' || '61', 'hex')), 'hex') AS right;
SELECT shnor.fingerprint('a') FROM generate_series(1, 0);

-- inputs that must not be mistaken for one another
CREATE TEMPORARY TABLE input (name text, lines text[]);
INSERT INTO input VALUES
    ('empty line', ARRAY['']), ('null', ARRAY[NULL::text]), ('word null', ARRAY['NULL']),
    ('two empty', ARRAY['', '']), ('two nulls', ARRAY[NULL, NULL]::text[]),
    ('null, empty', ARRAY[NULL, '']), ('empty, null', ARRAY['', NULL]),
    ('ab', ARRAY['ab']), ('a, b', ARRAY['a', 'b']), ('b, a', ARRAY['b', 'a']),
    ('ab, c', ARRAY['ab', 'c']), ('a, bc', ARRAY['a', 'bc']), ('abc, empty', ARRAY['abc', '']),
    ('Cyrillic', ARRAY['Школа № 1', 'Русский язык']);
-- streams of exactly b bytes, b around one, two and three blocks, as one line
-- and as many; a line of five blocks; 20000 lines
INSERT INTO input
SELECT format('one line, stream of %s', b), ARRAY[repeat('x', b - 4)]
FROM unnest(ARRAY[65535, 65536, 65537, 65539, 65540, 65541, 131071, 131072, 131073, 196608]) AS b;
INSERT INTO input
SELECT format('lines, stream of %s', b), array_fill('123456789012'::text, ARRAY[4095]) || repeat('y', b - 4095 * 16 - 4)
FROM unnest(ARRAY[65535, 65536, 65537, 131072, 131073]) AS b;
INSERT INTO input VALUES
    ('five blocks', ARRAY['before', repeat('я', 170000), 'after']),
    ('null over a border', ARRAY[repeat('z', 65536 - 4 - 2), NULL, 'end']),
    ('length over a border', ARRAY[repeat('z', 65536 - 4 - 3), 'end']);
INSERT INTO input
SELECT 'many lines', array_agg(CASE WHEN i % 97 = 0 THEN NULL ELSE md5(i::text) || repeat('-', i % 50) END ORDER BY i)
FROM generate_series(1, 20000) AS i;

SELECT count(*) AS inputs, count(DISTINCT got) AS different,
       count(*) FILTER (WHERE got IS DISTINCT FROM expected) AS wrong,
       bool_and(got ~ '^[0-9a-f]{64}$') AS form,
       max(bytes) AS longest
FROM (SELECT name, pg_temp.chain(lines) AS expected,
             (SELECT shnor.fingerprint(line ORDER BY i)
              FROM unnest(lines) WITH ORDINALITY AS t (line, i)) AS got,
             (SELECT sum(4 + coalesce(octet_length(line), 0)) FROM unnest(lines) AS line) AS bytes
      FROM input) AS f;

-- groups do not mix, and order is the caller's
SELECT g, shnor.fingerprint(line ORDER BY i) = pg_temp.chain(array_agg(line ORDER BY i)) AS right,
       shnor.fingerprint(line ORDER BY i DESC) = pg_temp.chain(array_agg(line ORDER BY i DESC)) AS right_reversed,
       shnor.fingerprint(line ORDER BY i) <> shnor.fingerprint(line ORDER BY i DESC) AS order_matters
FROM (SELECT i, i % 3 AS g, repeat(i::text, 40) AS line FROM generate_series(1, 3000) AS i) AS t
GROUP BY g ORDER BY g;

-- as a window aggregate it goes on after every answer, at borders too
SELECT count(*) AS rows, bool_and(got = pg_temp.chain(so_far)) AS right
FROM (SELECT shnor.fingerprint(line) OVER w AS got, array_agg(line) OVER w AS so_far
      FROM (SELECT i, repeat('w', 16380) AS line FROM generate_series(1, 13) AS i) AS t
      WINDOW w AS (ORDER BY i)) AS f;

-- no parallel or partitionwise plan may take it apart
SELECT aggcombinefn = 0 AS has_no_combine
FROM pg_aggregate WHERE aggfnoid = 'shnor.fingerprint(text)'::regprocedure;
