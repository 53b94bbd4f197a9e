-- Reading cells: int_or_null, is_code, cell_text, scores_or_null; what is a value, what is not.
\pset null '(null)'

SELECT v AS written, shnor.int_or_null(v, -1000, 1000)
FROM (VALUES ('5'), ('+5'), ('-5'), ('-0'), ('007'), (' 5'), ('5 '), ('  5  '), ('1000'), ('-1000'),
             ('1001'), ('-1001'), (''), (' '), ('+'), ('-'), ('- 5'), ('+-5'), ('--5'), ('5-'),
             ('5 5'), ('5,0'), ('5.0'), ('5e1'), ('0x5'), ('0b1'), ('0o7'), ('1_000'), ('5a'), ('a5'),
             ('Н'), ('н/я'), ('٥'), ('５'), ('−5'), ('NULL'), ('NaN')) AS t (v);

-- white space: all six of ASCII and the no-break space, in any mixture; no
-- other character, not inside the number
SELECT shnor.int_or_null(E' \t\n\x0b\f\r\u00A0 5\u00A0 \r\f\x0b\n\t', 0, 9) AS all_of_it,
       shnor.int_or_null(E'\u00A0', 0, 9) AS only_no_break,
       shnor.int_or_null(E'\u00A05', 0, 9) AS no_break_before,
       shnor.int_or_null(E'5\u00A0\u00A0', 0, 9) AS no_break_after,
       shnor.int_or_null(E'1\u00A0000', 0, 9999) AS no_break_inside,
       shnor.int_or_null(E'-\u00A05', -9, 9) AS after_the_sign,
       shnor.int_or_null(E'\u2003\u0035', 0, 9) AS em_space,
       shnor.int_or_null(E'\u202F5', 0, 9) AS narrow_no_break,
       shnor.int_or_null(E'\uFEFF5', 0, 9) AS byte_order_mark,
       shnor.int_or_null(E'5\u0420', 0, 9) AS ends_in_byte_a0,
       shnor.int_or_null(E'5\x1f', 0, 9) AS control_after,
       shnor.int_or_null(E'\x085', 0, 9) AS control_before;

-- bounds: the ends of integer, just beyond, far beyond, leading zeros
SELECT v AS written, shnor.int_or_null(v, -2147483648, 2147483647) AS whole_range,
       shnor.int_or_null(v, 2147483647, 2147483647) AS top,
       shnor.int_or_null(v, -2147483648, -2147483648) AS bottom
FROM (VALUES ('2147483647'), ('2147483648'), ('-2147483648'), ('-2147483649'), ('4294967296'),
             ('4294967301'), ('9223372036854775807'), ('9223372036854775808'),
             ('18446744073709551621'), ('-18446744073709551621'),
             ('00000000000000000000000000002147483647')) AS t (v);
SELECT shnor.int_or_null(repeat('9', 100000), -2147483648, 2147483647) AS long_number,
       shnor.int_or_null(repeat('0', 100000) || '7', 0, 9) AS long_zeros,
       shnor.int_or_null(repeat(E' \u00A0', 100000) || '7' || repeat(E'\u00A0 ', 100000), 0, 9) AS long_space;
SELECT shnor.int_or_null('5', 5, 5) AS exact, shnor.int_or_null('5', 6, 4) AS empty_range,
       shnor.int_or_null(NULL, 0, 9) AS no_value, shnor.int_or_null('5', NULL, 9) AS no_low,
       shnor.int_or_null('5', 0, NULL) AS no_high;

-- values stored compressed and out of line
CREATE TEMPORARY TABLE stored (v text);
INSERT INTO stored VALUES (repeat(' ', 100000) || '42');
ALTER TABLE stored ALTER COLUMN v SET STORAGE EXTERNAL;
INSERT INTO stored VALUES (repeat(' ', 100000) || '43');
SELECT shnor.int_or_null(v, 0, 99) AS answer FROM stored ORDER BY answer;

-- every text of up to four characters out of ten, 11111 of them, against a
-- regular expression and a cast
WITH RECURSIVE written (v, l) AS (
    SELECT '', 0
    UNION ALL
    SELECT v || c, l + 1
    FROM written, unnest(ARRAY['0', '1', '9', '-', '+', ' ', E'\t', E'\u00A0', '.', E'\u0440']) AS c
    WHERE l < 4
), judged AS (
    SELECT v, shnor.int_or_null(v, -90, 900) AS answer,
           (regexp_match(v, E'^[ \t\u00A0]*([-+]?[0-9]+)[ \t\u00A0]*$'))[1]::integer AS number
    FROM written
)
SELECT count(*) AS compared, count(number) AS numbers, count(answer) AS accepted,
       count(*) FILTER (WHERE answer IS DISTINCT FROM
                              CASE WHEN number BETWEEN -90 AND 900 THEN number END) AS differ
FROM judged;

-- is_code against the regular expression it stands for.
SELECT count(*) AS values_tried, count(*) FILTER (WHERE is_code IS DISTINCT FROM expected) AS wrong,
       count(*) FILTER (WHERE expected) AS codes
FROM (
    SELECT shnor.is_code(v, 5), v ~ '^[0-9A-Za-z_-]+$' AND octet_length(v) <= 5 AS expected
    FROM (
        SELECT chr(c) FROM generate_series(1, 1200) AS c
        UNION ALL
        SELECT 'a' || chr(c) FROM generate_series(1, 1200) AS c
        UNION ALL
        SELECT repeat('Z9', n) || repeat('_', n % 2) FROM generate_series(0, 6) AS n
        UNION ALL
        VALUES (''), ('a b'), (E'a\n'), ('Ж'), ('-'), ('12345'), ('123456'), (NULL)) AS s (v)) AS t;
SELECT shnor.is_code('a', 0) AS too_long, shnor.is_code('a', NULL) AS no_bound;

-- cell_text and cell_code: every text of up to five characters out of seven,
-- the last of which ends in the byte A0, against btrim and lower.
WITH RECURSIVE written (v, l) AS (
    SELECT '', 0
    UNION ALL
    SELECT v || c, l + 1
    FROM written, unnest(ARRAY[' ', E'\t', 'B', E'\r', E'\u00A0', 'a', E'\u0420']) AS c
    WHERE l < 5
)
SELECT count(*) AS compared, count(shnor.cell_text(v)) AS with_text,
       count(*) FILTER (WHERE shnor.cell_text(v) IS DISTINCT FROM
                              nullif(btrim(v, E' \t\n\x0b\f\r\u00A0'), '')) AS differ,
       count(*) FILTER (WHERE shnor.cell_code(v) IS DISTINCT FROM lower(shnor.cell_text(v))) AS codes_differ
FROM written;
SELECT shnor.cell_text(E' \n\x0b\f5\f\x0b\n ') AS other_blanks;
SELECT length(shnor.cell_text(v)) AS stored FROM stored ORDER BY v;

-- scores_or_null: every text of up to five pieces out of ten against a regular
-- expression and a cast.
WITH RECURSIVE written (v, l) AS (
    SELECT '', 0
    UNION ALL
    SELECT v || c, l + 1
    FROM written, unnest(ARRAY['0', '1', '10', 'X', E'\u0445', ' ', E'\u00A0', ';', '-', E'\u0446']) AS c
    WHERE l < 5
), read AS (
    SELECT shnor.scores_or_null(v) AS scores,
           regexp_replace(translate(v, E'x\u0445\u0425\u00A0', 'XXX '), ' *(;|^|$) *', '\1', 'g') AS plain
    FROM written
), expected AS (
    SELECT scores, CASE WHEN plain ~ '^(0?[0-9]{1,2}|100|X)(;(0?[0-9]{1,2}|100|X))*$'
                        THEN string_to_array(plain, ';', 'X')::smallint[] END AS oracle
    FROM read
)
SELECT count(*) AS compared, count(scores) AS accepted, count(*) FILTER (WHERE scores IS DISTINCT FROM oracle) AS differ
FROM expected;
SELECT v AS written, shnor.scores_or_null(v)
FROM (VALUES ('1;X;2'), (E'\u0425;\u0445;x;X'), (' 1 ; 0 2 '), ('099;100;000'), ('101'), ('0100'), ('1;'), (';1'), ('1,5'), (NULL)) AS t (v);
SELECT cardinality(shnor.scores_or_null(repeat('100;', 99) || 'X')) AS hundred,
       shnor.scores_or_null(repeat('1;', 100) || '1') AS one_more;
