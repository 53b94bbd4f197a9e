-- Bands, low results and the aggregate shnor_rule: examples, borders, errors,
-- order, parallel and partitionwise plans.
\pset null '(null)'

--
-- failure_band and low_result against numeric arithmetic
--
SELECT shnor.failure_band(f, n), shnor.low_result(f, n, 30, 1) AS low, f, n
FROM (VALUES (0, 10), (2, 7), (299, 1000), (3, 10), (1, 3), (399, 1000),
             (2, 5), (4, 10), (1, 2), (501, 1000), (1, 1), (0, 0)) AS v (f, n);

-- every share of up to 250 participants
SELECT count(*) AS compared,
       count(*) FILTER (WHERE shnor.failure_band(f, n) IS DISTINCT FROM
           CASE WHEN 100.0 * f / n > 50 THEN 'severe'
                WHEN 100.0 * f / n >= 40 THEN 'moderate'
                WHEN 100.0 * f / n >= 30 THEN 'basic'
                ELSE 'none' END) AS bands_differ,
       count(*) FILTER (WHERE shnor.low_result(f, n, 30, 0) IS DISTINCT FROM
           (10 * f >= 3 * n)) AS low_differ,
       count(DISTINCT shnor.failure_band(f, n)) AS bands
FROM generate_series(1, 250) AS n, generate_series(0, n) AS f;

-- every percentage and several minimums, also near the end of bigint
CREATE TEMPORARY TABLE share (f bigint, n bigint);
INSERT INTO share
SELECT f, n FROM generate_series(0, 23) AS n, generate_series(0, n) AS f;
INSERT INTO share
SELECT f, n
FROM (SELECT 9223372036854775807 - d AS n FROM generate_series(0, 101) AS d) AS big,
     LATERAL (SELECT least(n, greatest(0, div(p * n::numeric, 100) + e))::bigint AS f
              FROM unnest(ARRAY[0, 1, 30, 40, 50, 99, 100]) AS p,
                   generate_series(-1, 1) AS e) AS near;
SELECT count(*) AS compared,
       count(*) FILTER (WHERE shnor.low_result(f, n, p, m) IS DISTINCT FROM
           CASE WHEN n > 0
                THEN n >= m AND 100 * f::numeric >= p * n::numeric END) AS differ,
       count(DISTINCT shnor.low_result(f, n, p, m)) AS answers
FROM share, generate_series(0, 100) AS p,
     unnest(ARRAY[0, 1, 10, 2147483647]) AS m;
SELECT count(*) AS compared,
       count(*) FILTER (WHERE shnor.failure_band(f, n) IS DISTINCT FROM
           CASE WHEN 2 * f::numeric > n THEN 'severe'
                WHEN 5 * f::numeric >= 2 * n::numeric THEN 'moderate'
                WHEN 10 * f::numeric >= 3 * n::numeric THEN 'basic'
                ELSE 'none' END) AS differ
FROM share WHERE n > 0;

--
-- pupils_from_threshold: the definition, and what it promises
--
SELECT shnor.pupils_from_threshold(f, 10, 30) AS k, f FROM generate_series(0, 10) AS f;
SELECT count(*) AS compared,
       count(*) FILTER (WHERE k IS DISTINCT FROM
           CASE WHEN f >= c THEN f - c + 1 ELSE f - c END::bigint) AS differ,
       bool_and(k <> 0) AS never_zero,
       bool_and(CASE WHEN k > 0
                     THEN shnor.low_result(f - k + 1, n, p, 0)
                          AND NOT shnor.low_result(f - k, n, p, 0)
                     ELSE shnor.low_result(f - k, n, p, 0)
                          AND NOT shnor.low_result(f - k - 1, n, p, 0) END) AS promise_kept
FROM share, generate_series(1, 100) AS p,
     LATERAL (SELECT shnor.pupils_from_threshold(f, n, p) AS k,
                     div(p * n::numeric + 99, 100) AS c) AS t
WHERE n > 0;

-- NULL and no data
SELECT shnor.failure_band(0, 0), shnor.failure_band(NULL, 1), shnor.failure_band(0, NULL),
       shnor.low_result(0, 0, 30, 0), shnor.low_result(NULL, 1, 30, 0),
       shnor.low_result(0, 1, NULL, 0), shnor.low_result(0, 1, 30, NULL),
       shnor.pupils_from_threshold(0, 0, 30), shnor.pupils_from_threshold(0, 1, NULL);

-- errors
\set VERBOSITY sqlstate
SELECT shnor.failure_band(-1, 10);
SELECT shnor.failure_band(11, 10);
SELECT shnor.failure_band(0, -1);
SELECT shnor.failure_band(1, 0);
SELECT shnor.failure_band(-9223372036854775808, -9223372036854775808);
SELECT shnor.low_result(-1, 10, 30, 1);
SELECT shnor.low_result(11, 10, 30, 1);
SELECT shnor.low_result(1, 0, 30, 1);
SELECT shnor.low_result(1, 10, -1, 1);
SELECT shnor.low_result(1, 10, 101, 1);
SELECT shnor.low_result(0, 0, 101, 1);
SELECT shnor.low_result(1, 10, 30, -1);
SELECT shnor.pupils_from_threshold(2, 1, 30);
SELECT shnor.pupils_from_threshold(1, 1, 0);
SELECT shnor.pupils_from_threshold(1, 1, 101);
\set VERBOSITY default
SELECT shnor.failure_band(11, 10);
SELECT shnor.pupils_from_threshold(1, 1, 0);

--
-- shnor_rule: one example of every verdict
--
SELECT example, shnor.shnor_rule(y, a, low, 2023) AS verdict,
       shnor.shnor_rule(y, a, low, 2023, true) AS same,
       shnor.shnor_rule(y, a, low, 2023, false, 1) AS one_is_enough,
       shnor.shnor_rule(y, a::text, low, 2023) AS text_keys
FROM (VALUES
    ('1 no rows of the judged year', 2022, 1, true),
    ('2 no data', 2023, 1, NULL), ('2 no data', 2022, 1, true),
    ('3 one low', 2023, 1, true), ('3 one low', 2023, 2, false), ('3 one low', 2022, 1, false),
    ('4 two low', 2023, 1, true), ('4 two low', 2023, 2, true), ('4 two low', 2022, 1, false),
    ('5 same one twice', 2023, 1, true), ('5 same one twice', 2022, 1, true),
    ('6 others in two years', 2023, 1, true), ('6 others in two years', 2022, 2, true),
    ('7 both', 2023, 1, true), ('7 both', 2023, 2, true), ('7 both', 2022, 2, true),
    ('8 a gap of a year', 2023, 1, true), ('8 a gap of a year', 2021, 1, true),
    ('9 the year before only', 2023, 1, false), ('9 the year before only', 2022, 1, true),
    ('9 the year before only', 2022, 2, true)) AS v (example, y, a, low)
GROUP BY example ORDER BY example;

-- no rows at all; years beyond the judged one; equal repeats count once
SELECT shnor.shnor_rule(2023, 1, true, 2023) FROM generate_series(1, 0);
SELECT shnor.shnor_rule(y, 1, true, 2023) FROM (VALUES (2024), (2023)) AS v (y);
SELECT shnor.shnor_rule(2023, 1, true, 2023) AS int_keys,
       shnor.shnor_rule(2023, 'maths', true, 2023) AS text_keys FROM generate_series(1, 5);

-- keys: ends of bigint, empty and long text, prefixes of one another
SELECT shnor.shnor_rule(2023, a, true, 2023, false, 5)
FROM (VALUES (-9223372036854775808), (9223372036854775807), (0), (-1), (256)) AS v (a);
SELECT shnor.shnor_rule(2023, a, true, 2023, false, 6) AS six,
       shnor.shnor_rule(2023, a, true, 2023, false, 7) AS seven
FROM (VALUES (''), ('a'), ('ab'), ('A'), (repeat('a', 100000)), (repeat('a', 100001)), ('ab')) AS v (a);

-- ends of the range of years: there is no year before the first integer
SELECT shnor.shnor_rule(y, 1, true, '-2147483648') AS first_year,
       shnor.shnor_rule(y, 1, true, 2147483647) AS last_year
FROM (VALUES (-2147483648), (2147483647), (2147483646)) AS v (y);

-- a row without data may leave out everything but the parameters of the rule
SELECT shnor.shnor_rule(NULL, NULL::bigint, NULL, NULL),
       shnor.shnor_rule(NULL, NULL::text, NULL, NULL, true, 1);
SELECT shnor.shnor_rule(y, a, low, j)
FROM (VALUES (NULL::int, NULL::bigint, NULL::boolean, NULL::int), (2023, 1, true, 2023),
             (NULL, NULL, NULL, 2023), (2022, 1, true, 2023)) AS v (y, a, low, j);

-- a window adds to the state after every answer
SELECT y, a, low, shnor.shnor_rule(y, a, low, 2023) OVER (ORDER BY i)
FROM (VALUES (1, 2022, 1, true), (2, 2023, 2, false), (3, 2023, 1, true), (4, 2023, 3, true))
     AS v (i, y, a, low) ORDER BY i;

-- errors
\set VERBOSITY sqlstate
SELECT shnor.shnor_rule(NULL, 1, true, 2023);
SELECT shnor.shnor_rule(2023, NULL::bigint, false, 2023);
SELECT shnor.shnor_rule(2023, NULL::text, false, 2023);
SELECT shnor.shnor_rule(2023, 1, true, NULL);
SELECT shnor.shnor_rule(2023, 1, true, 2023, NULL);
SELECT shnor.shnor_rule(2023, 1, NULL, 2023, NULL);
SELECT shnor.shnor_rule(2023, 1, true, 2023, true, NULL);
SELECT shnor.shnor_rule(2023, 1, true, 2023, true, 0);
SELECT shnor.shnor_rule(2023, 'a', true, 2023, true, -2147483648);
SELECT shnor.shnor_rule(2023, 1, true, j) FROM (VALUES (2023), (2024)) AS v (j);
SELECT shnor.shnor_rule(2023, 1, low, j) FROM (VALUES (2023, true), (2024, NULL)) AS v (j, low);
SELECT shnor.shnor_rule(2023, 1, true, 2023, s) FROM (VALUES (true), (false)) AS v (s);
SELECT shnor.shnor_rule(2023, 1, true, 2023, true, k) FROM (VALUES (2), (3)) AS v (k);
SELECT shnor.shnor_rule(2023, 1, low, 2023) FROM (VALUES (true), (false)) AS v (low);
SELECT shnor.shnor_rule(2022, 'a', low, 2023) FROM (VALUES (false), (true)) AS v (low);
SELECT shnor.shnor_rule(2023, a, true, 2023) FROM generate_series(1, 10001) AS a;
\set VERBOSITY default
SELECT shnor.shnor_rule(2023, -7, low, 2023) FROM (VALUES (true), (false)) AS v (low);
SELECT shnor.shnor_rule(2022, repeat('русский ', 10), low, 2023) FROM (VALUES (true), (false)) AS v (low);
SELECT shnor.shnor_rule(2023, 1, true, j) FROM (VALUES (2024), (2023)) AS v (j);
SELECT shnor.shnor_rule(2023, 1, true, 2023, true, 0);
SELECT shnor.shnor_rule(NULL, 1, true, 2023);
-- contradictions in years that do not matter are not looked at
SELECT shnor.shnor_rule(2021, 1, low, 2023) FROM (VALUES (true), (false)) AS v (low);
-- a limit of 10000 assessments, reached
SELECT shnor.shnor_rule(2023, a, true, 2023, false, 10000) FROM generate_series(1, 10000) AS a;

--
-- Order, parallel and partitionwise plans on 120000 rows of 3000 schools; a
-- row's fate is hashed from its number, so the data are the same everywhere.
--
CREATE TABLE rule_row (school integer, result_year integer, assessment bigint,
                       is_low boolean, part integer) PARTITION BY LIST (part);
CREATE TABLE rule_row_0 PARTITION OF rule_row FOR VALUES IN (0);
CREATE TABLE rule_row_1 PARTITION OF rule_row FOR VALUES IN (1);
CREATE TABLE rule_row_2 PARTITION OF rule_row FOR VALUES IN (2);
INSERT INTO rule_row
SELECT school, 2021 + y, CASE WHEN a = 9 THEN -a ELSE a END,
       CASE WHEN h % 10 < 6 THEN false WHEN h % 10 < 8 THEN true END,
       (h / 10) % 3
FROM generate_series(1, 3000) AS school, generate_series(0, 3) AS y,
     generate_series(0, 9) AS a,
     LATERAL (SELECT ('x' || left(md5(format('%s/%s/%s', school, y, a)), 7))::bit(28)::integer AS h) AS hashed
ORDER BY md5(format('%s.%s.%s', a, y, school));
ANALYZE rule_row;
CREATE TABLE rule_serial AS SELECT * FROM rule_row;
ANALYZE rule_serial;

CREATE VIEW rule_verdict AS
SELECT school, shnor.shnor_rule(result_year, assessment, is_low, 2024) AS any_int,
       shnor.shnor_rule(result_year, assessment, is_low, 2024, true, 3) AS same_int,
       shnor.shnor_rule(result_year, assessment::text || 'я', is_low, 2024) AS any_text,
       shnor.shnor_rule(result_year, assessment::text || 'я', is_low, 2024, true, 3) AS same_text
FROM rule_row GROUP BY school;
CREATE VIEW rule_verdict_serial AS
SELECT school, shnor.shnor_rule(result_year, assessment, is_low, 2024) AS any_int,
       shnor.shnor_rule(result_year, assessment, is_low, 2024, true, 3) AS same_int,
       shnor.shnor_rule(result_year, assessment::text || 'я', is_low, 2024) AS any_text,
       shnor.shnor_rule(result_year, assessment::text || 'я', is_low, 2024, true, 3) AS same_text
FROM rule_serial GROUP BY school;

-- true if the plan of the query has a node whose line matches the pattern
CREATE FUNCTION plan_has(query text, pattern text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    line text;
    found_it boolean := false;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        found_it := found_it OR line ~ pattern;
    END LOOP;
    RETURN found_it;
END
$$;

SET max_parallel_workers_per_gather = 0;
SELECT plan_has('SELECT * FROM rule_verdict_serial', 'Partial') AS partial_plan;
CREATE TEMPORARY TABLE plain AS SELECT * FROM rule_verdict_serial;
SELECT count(*) AS schools,
       count(*) FILTER (WHERE any_int IS DISTINCT FROM any_text
                           OR same_int IS DISTINCT FROM same_text) AS keys_differ
FROM plain;
SELECT any_int, count(*), count(*) FILTER (WHERE same_int = any_int) AS same_verdict
FROM plain GROUP BY any_int ORDER BY any_int;

-- order: the same rows in other orders
SELECT count(*) AS differ
FROM (SELECT school,
             shnor.shnor_rule(result_year, assessment, is_low, 2024
                              ORDER BY assessment DESC, result_year, school) AS a,
             shnor.shnor_rule(result_year, assessment, is_low, 2024
                              ORDER BY result_year DESC, is_low, assessment) AS b
      FROM rule_serial GROUP BY school) AS o
JOIN plain USING (school)
WHERE any_int IS DISTINCT FROM a OR any_int IS DISTINCT FROM b;

-- parallel: states go through serialization
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
ALTER TABLE rule_serial SET (parallel_workers = 2);
SELECT plan_has('SELECT * FROM rule_verdict_serial', 'Partial (Hash|Group)?Aggregate') AS partial_plan,
       plan_has('SELECT * FROM rule_verdict_serial', 'Gather') AS parallel_plan;
CREATE TEMPORARY TABLE parallel AS SELECT * FROM rule_verdict_serial;
SELECT count(*) AS schools,
       (SELECT count(*) FROM (TABLE plain EXCEPT TABLE parallel) AS d) AS lost,
       (SELECT count(*) FROM (TABLE parallel EXCEPT TABLE plain) AS d) AS made_up
FROM parallel;
-- the same without workers: every state is still serialized and combined
SET max_parallel_workers = 0;
CREATE TEMPORARY TABLE leader_only AS SELECT * FROM rule_verdict_serial;
SELECT count(*) AS schools,
       (SELECT count(*) FROM (TABLE plain EXCEPT TABLE leader_only) AS d) AS lost
FROM leader_only;
RESET max_parallel_workers;

-- partitionwise: states of three tables are combined as they are
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = on;
SELECT plan_has('SELECT * FROM rule_verdict', 'Partial (Hash|Group)?Aggregate') AS partial_plan,
       plan_has('SELECT * FROM rule_verdict', 'Gather') AS parallel_plan;
CREATE TEMPORARY TABLE partitionwise AS SELECT * FROM rule_verdict;
SELECT count(*) AS schools,
       (SELECT count(*) FROM (TABLE plain EXCEPT TABLE partitionwise) AS d) AS lost,
       (SELECT count(*) FROM (TABLE partitionwise EXCEPT TABLE plain) AS d) AS made_up
FROM partitionwise;

-- combine with no state on either side, on one side, on both; a state without
-- a year; what differs between partial states is found too
CREATE TABLE rule_part (g text, y integer, a integer, low boolean, j integer,
                        s boolean, k integer, part integer) PARTITION BY LIST (part);
CREATE TABLE rule_part_1 PARTITION OF rule_part FOR VALUES IN (1);
CREATE TABLE rule_part_2 PARTITION OF rule_part FOR VALUES IN (2);
INSERT INTO rule_part VALUES
    ('0 neither', 0, 1, true, 2023, false, 2, 1), ('0 neither', 0, 1, true, 2023, false, 2, 2),
    ('1 first', 2023, 1, true, 2023, false, 2, 1), ('1 first', 2023, 2, true, 2023, false, 2, 1),
    ('1 first', 0, 3, true, 2023, false, 2, 2),
    ('2 second', 0, 3, true, 2023, false, 2, 1), ('2 second', 2023, 1, true, 2023, false, 2, 2),
    ('2 second', 2022, 2, true, 2023, false, 2, 2),
    ('3 both', 2022, 1, true, 2023, false, 2, 1), ('3 both', 2023, 1, true, 2023, false, 2, 2),
    ('3 both', 2023, 2, true, 2023, false, 2, 1),
    ('4 no year', NULL, NULL, NULL, NULL, false, 2, 1), ('4 no year', 2023, 1, true, 2023, false, 2, 2),
    ('5 no year', 2023, 1, false, 2023, false, 2, 1), ('5 no year', NULL, NULL, NULL, NULL, false, 2, 2),
    ('6 empty', NULL, NULL, NULL, NULL, false, 2, 1), ('6 empty', NULL, NULL, NULL, NULL, false, 2, 2);
-- rows to be ignored, so many that partial states are worth while
INSERT INTO rule_part
SELECT g, 0, 1, NULL, NULL, false, 2, part
FROM (SELECT DISTINCT g, part FROM rule_part) AS p, generate_series(1, 300);
ANALYZE rule_part;
SELECT plan_has('SELECT shnor.shnor_rule(y, a, low, j, s, k) FROM rule_part GROUP BY g',
                'Partial (Hash|Group)?Aggregate') AS partial_plan;
SELECT g, shnor.shnor_rule(y, a, low, j, s, k) FILTER (WHERE y IS DISTINCT FROM 0) AS int_keys,
       shnor.shnor_rule(y, a::text, low, j, s, k) FILTER (WHERE y IS DISTINCT FROM 0) AS text_keys
FROM rule_part GROUP BY g ORDER BY g;
TRUNCATE rule_part;
INSERT INTO rule_part VALUES
    ('contradiction', 2023, 1, true, 2023, false, 2, 1), ('contradiction', 2023, 1, false, 2023, false, 2, 2),
    ('year', 2023, 1, true, 2023, false, 2, 1), ('year', 2023, 1, true, 2024, false, 2, 2),
    ('same', 2023, 1, true, 2023, false, 2, 1), ('same', 2023, 1, true, 2023, true, 2, 2),
    ('needed', 2023, 1, true, 2023, false, 2, 1), ('needed', 2023, 1, true, 2023, false, 3, 2);
INSERT INTO rule_part
SELECT g, 0, 1, NULL, NULL, s, k, part
FROM (SELECT DISTINCT g, s, k, part FROM rule_part) AS p, generate_series(1, 300);
ANALYZE rule_part;
SELECT g, plan_has(format('SELECT shnor.shnor_rule(y, a, low, j, s, k) FROM rule_part WHERE g = %L', g),
                   'Partial Aggregate') AS partial_plan
FROM (SELECT DISTINCT g FROM rule_part) AS p ORDER BY g;
\set VERBOSITY sqlstate
SELECT shnor.shnor_rule(y, a, low, j, s, k) FROM rule_part WHERE g = 'contradiction';
SELECT shnor.shnor_rule(y, a, low, j, s, k) FROM rule_part WHERE g = 'year';
SELECT shnor.shnor_rule(y, a, low, j, s, k) FROM rule_part WHERE g = 'same';
SELECT shnor.shnor_rule(y, a, low, j, s, k) FROM rule_part WHERE g = 'needed';
-- the support functions are no way in
SELECT shnor.shnor_rule_final(NULL);
SELECT shnor.shnor_rule_accum(NULL, 2023, 1, true, 2023);
\set VERBOSITY default

DROP VIEW rule_verdict, rule_verdict_serial;
DROP TABLE rule_row, rule_serial, rule_part;
DROP FUNCTION plan_has(text, text);
