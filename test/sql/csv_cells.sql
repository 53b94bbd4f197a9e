-- Lines of files: cells, quotes over line ends, bytes behind LATIN1, answers.
SET search_path = public, shnor;

SELECT csv_cells(E'a; "b;""x""\ny" ;;  c ; ', ';') AS quoted,
       csv_cells('', ';') AS nothing,
       csv_cells('"not closed; x', ';') AS not_closed,
       csv_cells('a"b;c" d;"e"f', ';') AS stray_quotes,
       csv_cells(E'1\t\t3', E'\t') AS tabs,
       csv_cells(NULL, ';') IS NULL AS of_null;
SELECT cardinality(csv_cells(repeat(',', 1999), ',')) AS most_cells, csv_cells(repeat(',', 2000), ',') IS NULL AS too_many;

-- What a spreadsheet program writes, read back: random cells with delimiters,
-- quotes, blanks inside and line ends, quoted by an independent expression.
SELECT setseed(0.41);
\echo seed 0.41
WITH cell AS (
    SELECT r AS record, c AS place,
           nullif((SELECT btrim(string_agg(substr(E'ab";, \n\tЯ1', 1 + floor(random() * 10)::int, 1), ''), E' \t\n')
                   FROM generate_series(1, (random() * 6)::int + 0 * (r + c))), '') AS value
    FROM generate_series(1, 3000) AS r, generate_series(1, 4) AS c
), written AS (
    SELECT record, array_agg(value ORDER BY place) AS cells,
           string_agg('"' || replace(coalesce(value, ''), '"', '""') || '"', d.delimiter ORDER BY place) AS body, d.delimiter
    FROM cell CROSS JOIN (VALUES (';'), (','), (E'\t')) AS d (delimiter)
    GROUP BY record, d.delimiter
)
SELECT count(*) AS records, count(DISTINCT cells) > 1000 AS varied, count(*) FILTER (WHERE position(E'\n' IN body) > 0) > 100 AS with_line_ends,
       bool_and(csv_cells(body, delimiter) = cells) AS read_back,
       bool_and((SELECT csv_inside(line, delimiter ORDER BY place) FROM string_to_table(body, E'\n') WITH ORDINALITY AS l (line, place)) = false) AS closed,
       bool_and((SELECT csv_inside(line, delimiter ORDER BY place) FROM string_to_table(left(body, -1) || 'x', E'\n') WITH ORDINALITY AS l (line, place))) AS left_open
FROM written;
SELECT line, csv_inside(line, ';') OVER (ORDER BY place) AS inside
FROM (VALUES (1, 'a;"b'), (2, NULL), (3, 'c";d'), (4, 'g "h'), (5, ';"')) AS v (place, line);

-- Bytes that COPY read as LATIN1.
SELECT raw_is_utf8(convert_from(convert_to('Привет, ёж', 'UTF8'), 'LATIN1')) AS utf8,
       raw_is_utf8(convert_from(convert_to('Привет', 'WIN1251'), 'LATIN1')) AS win1251,
       raw_is_utf8('plain') AS ascii, raw_is_utf8('Привет') IS NULL AS read_otherwise,
       raw_is_utf8(convert_from('\xc0af', 'LATIN1')) AS overlong, raw_is_utf8(convert_from('\xd0', 'LATIN1')) AS cut;
-- Their text: every one of up to five pieces out of six, in both encodings.
WITH RECURSIVE written (body, l) AS (
    SELECT '', 0
    UNION ALL
    SELECT body || c, l + 1 FROM written, unnest(ARRAY[E'\r', ' ', 'a', 'я', '»', '№']) AS c WHERE l < 5
), read AS (
    SELECT body, e AS encoding, convert_from(convert_to(body, e), 'LATIN1') AS raw
    FROM written, unnest(ARRAY['UTF8', 'WIN1251']) AS e
)
SELECT encoding, count(*) AS lines, count(*) FILTER (WHERE raw_text(raw, encoding) IS DISTINCT FROM btrim(body, E'\r')) AS differ
FROM read GROUP BY encoding ORDER BY encoding;
SELECT raw_text(convert_from('\xefbbbf0defbbbf61efbbbfefbbbf0d', 'LATIN1'), 'UTF8') AS marks,
       raw_text(convert_from('\xefbbbf', 'LATIN1'), 'WIN1251') AS no_mark_in_win1251,
       raw_text('', 'UTF8') = '' AS empty, raw_text(NULL, 'UTF8') IS NULL AS of_nothing;
\set VERBOSITY sqlstate
SELECT raw_text(convert_from('\x98', 'LATIN1'), 'WIN1251');
SELECT raw_text(convert_from('\xd0', 'LATIN1'), 'UTF8');
SELECT raw_text('Привет', 'UTF8');
SELECT raw_text('a', 'EBCDIC');
\set VERBOSITY default

-- Numbers of lines, in the order they come, whatever is in them.
CREATE TEMPORARY SEQUENCE line_number;
CREATE TEMPORARY TABLE numbered (body text, place bigint GENERATED ALWAYS AS (next_file_line(body, 'pg_temp.line_number')) STORED);
COPY numbered FROM STDIN;
b
\N
a
\.
SELECT place, body FROM numbered ORDER BY place;
DROP SEQUENCE line_number;
CREATE TEMPORARY SEQUENCE line_number START 10;
INSERT INTO numbered VALUES ('c');
SELECT place, body FROM numbered ORDER BY place DESC LIMIT 1;
SELECT next_file_line('a', NULL) IS NULL AS no_sequence;
CREATE TEMPORARY SEQUENCE other_number START 50;
SELECT next_file_line('a', name) AS of_each FROM (VALUES ('pg_temp.line_number'), ('pg_temp.other_number')) AS v (name);

SELECT csv_filled('{a,NULL,c}') AS filled, csv_filled('{}') AS of_none, csv_filled('{a,b}') AS all_filled,
       csv_filled(array_fill(NULL::text, '{70}') || '{x}'::text[]) AS last_of_71;
SELECT csv_pick('{a,NULL,c}', '{3,1,2,9,NULL,0}') AS picked, csv_pick('{}', '{1}') AS from_nothing, csv_pick('{a}', '{}') AS of_nothing,
       csv_pick('{1;2,3}', '{1,2}') AS two_in_one;

SELECT answer_scores('++-2', '1(1)2(3)') AS both, answer_scores('+-', NULL) AS short, answer_scores(NULL, '0(2)') AS long,
       answer_scores('+x', NULL) IS NULL AND answer_scores('+', '1(1') IS NULL AND answer_scores('', '') IS NULL
       AND answer_scores(NULL, '3(2)') IS NULL AND answer_scores(NULL, '1(1)x') IS NULL AND answer_scores(NULL, '1111(2222)') IS NULL AS refused;

DO $$
DECLARE
    bad text;
BEGIN
    FOREACH bad IN ARRAY ARRAY['', ';;', '"', 'ж'] LOOP
        BEGIN
            PERFORM csv_cells('a', bad);
            RAISE NOTICE 'delimiter % taken', bad;
        EXCEPTION WHEN invalid_parameter_value THEN
            RAISE NOTICE 'delimiter % refused: %', bad, SQLSTATE;
        END;
    END LOOP;
END
$$;
