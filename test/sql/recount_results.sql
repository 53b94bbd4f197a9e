-- recount_results() against GROUP BY, which it stands for.
SET search_path = shnor, public;
CREATE FUNCTION dice(i integer, salt integer, sides integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((i::bigint * 2654435761 + salt * 40503) % 4294967291 / 7 % sides)::integer;

-- Groups of 1 to many thousands of rows, in order and not; NULLs everywhere.
CREATE TABLE recount_row AS
SELECT 1 + dice(i, 1, 3) AS administration_id, CASE WHEN i < 20000 THEN 7 ELSE i / 40 END AS school_id,
       2020 + dice(i, 2, 2) AS academic_year, (ARRAY['', '5А', '5Б', repeat('щ', 40)])[1 + dice(i, 3, 4)] AS class,
       nullif(dice(i, 4, 3), 0) AS import_file_id, (1 + dice(i, 5, 10) / 9)::smallint AS attempt,
       CASE WHEN dice(i, 6, 9) > 0 THEN dice(i, 7, CASE WHEN i % 50 = 0 THEN 1001 ELSE 40 END) END::smallint AS score,
       nullif(dice(i, 8, 5) + 1, 1)::smallint AS mark, nullif(dice(i, 9, 5) + 1, 1)::smallint AS journal_mark
FROM generate_series(1, 60000) AS i;
CREATE VIEW by_group AS
SELECT administration_id, school_id, academic_year, class, import_file_id, count(*) AS results,
       score_dist(score, mark, journal_mark) FILTER (WHERE attempt = 1) AS dist
FROM recount_row GROUP BY 1, 2, 3, 4, 5;
CREATE VIEW by_recount AS
SELECT * FROM recounted((
    SELECT recount_results(administration_id, school_id, academic_year, class, import_file_id,
                           attempt, score, mark, journal_mark)
    FROM recount_row));
CREATE VIEW difference AS
(SELECT * FROM by_group EXCEPT ALL SELECT * FROM by_recount)
UNION ALL
(SELECT * FROM by_recount EXCEPT ALL SELECT * FROM by_group);

SELECT count(*) AS groups, max(results) AS largest, count(*) - count(dist) AS without_dist FROM by_group;
SELECT count(*) AS differ FROM difference;

-- In parallel, as partial states.
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END $$;
SELECT count(*) > 0 AS partial FROM plan_of('SELECT * FROM by_recount') AS p WHERE p LIKE '%Partial Aggregate%';
SELECT count(*) AS differ FROM difference;
RESET ALL;
SET search_path = shnor, public;

-- A group that outgrows what is kept of its rows, put together of parts.
SELECT results, dist::text
FROM recounted((SELECT recount_results(1, 1, 2020, 'x', 1, 1::smallint, 5::smallint, NULL, NULL)
                FROM generate_series(1, 10000)));

-- No rows, rows left out, rows that count for nothing.
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1::smallint, 2::smallint, 2::smallint) FROM recount_row WHERE false;
SELECT count(*) FROM recounted((
    SELECT recount_results(a, s, y, c, 1, t, 1::smallint, 2::smallint, 2::smallint)
    FROM (VALUES (NULL::integer, 1, 1, 'c', 1::smallint), (1, NULL, 1, 'c', 1::smallint), (1, 1, NULL, 'c', 1::smallint),
                 (1, 1, 1, NULL, 1::smallint), (1, 1, 1, 'c', NULL)) AS v (a, s, y, c, t)));
SELECT * FROM recounted((SELECT recount_results(1, 1, 2020, '', NULL, 1::smallint, NULL, NULL, 5::smallint)));
SELECT * FROM recounted(NULL);
SELECT count(*) FROM recounted('');

-- What is out of range.
\set VERBOSITY sqlstate
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1001::smallint, 2::smallint, 2::smallint);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, (-1)::smallint, 2::smallint, 2::smallint);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1::smallint, 1::smallint, 2::smallint);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1::smallint, 2::smallint, 6::smallint);

-- Bytes that it did not write: cut off anywhere, and each byte changed, give
-- an error or a valid value, never more.
CREATE TABLE packed AS
SELECT recount_results(1, 2, 2020, 'ab', 3, 1::smallint, (i % 50)::smallint, (2 + i % 4)::smallint, NULL) AS bytes
FROM generate_series(1, 4200) AS i;
CREATE FUNCTION outcome(bytes bytea) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT CASE WHEN count(*) <= 1 AND coalesce(bool_and(dist = dist::text::score_dist), true) THEN 'value' END
            FROM recounted(bytes));
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END $$;
SELECT outcome(substr(bytes, 1, n)) AS outcome, count(*) > 0 AS some
FROM packed, generate_series(1, length(bytes) - 1) AS n GROUP BY 1 ORDER BY 1;
SELECT count(*) > 300 AS tried,
       count(*) FILTER (WHERE outcome NOT IN ('value', '22P03') OR outcome IS NULL) AS unexpected,
       count(*) FILTER (WHERE outcome = '22P03') > 50 AS some_refused
FROM packed, generate_series(0, length(bytes) - 1) AS n, unnest(ARRAY[0, 1, 127, 128, 255]) AS b,
     LATERAL (SELECT outcome(set_byte(bytes, n, b))) AS o;
