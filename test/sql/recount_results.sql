-- recount_results() and summary_differences() against GROUP BY, which they
-- stand for, on tables that look like a warehouse's.
CREATE SCHEMA recount_test;
SET search_path = recount_test, shnor, public;
CREATE FUNCTION dice(i integer, salt integer, sides integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((i::bigint * 2654435761 + salt * 40503) % 4294967291 / 7 % sides)::integer;

-- Groups of 1 to many thousands of rows, in order and not; NULLs everywhere.
CREATE TABLE result AS
SELECT 1 + dice(i, 1, 3) AS administration_id, CASE WHEN i < 20000 THEN 7 ELSE i / 40 END AS school_id,
       2020 + dice(i, 1, 3) % 2 AS academic_year, (ARRAY['', '5А', '5Б', repeat('щ', 40)])[1 + dice(i, 3, 4)] AS class,
       nullif(dice(i, 4, 3), 0) AS import_file_id, (1 + dice(i, 5, 10) / 9)::smallint AS attempt,
       CASE WHEN dice(i, 6, 9) > 0 THEN dice(i, 7, CASE WHEN i % 50 = 0 THEN 1001 ELSE 40 END) END::smallint AS score,
       nullif(dice(i, 8, 5) + 1, 1)::smallint AS mark, nullif(dice(i, 9, 5) + 1, 1)::smallint AS journal_mark,
       CASE WHEN i % 3 > 0 THEN ARRAY[dice(i, 10, 3), nullif(dice(i, 11, 4), 3), dice(i, 12, CASE WHEN i % 99 = 0 THEN 101 ELSE 2 END)]
                                || CASE WHEN i % 7 = 0 THEN ARRAY[1, 0] END END::smallint[] AS task_scores
FROM generate_series(1, 60000) AS i;
CREATE TABLE administration (administration_id integer, fail_by text, min_score integer);
INSERT INTO administration VALUES (1, 'mark', NULL), (2, 'min_score', 10), (3, 'mark', 5);
CREATE TABLE school_summary (academic_year integer, administration_id integer, school_id integer,
                             judged integer, failed integer, results integer, participants integer);
CREATE TABLE result_summary (academic_year integer, administration_id integer, school_id integer, class text,
                             results integer, dist score_dist);
CREATE TABLE import_file_summary (academic_year integer, administration_id integer, import_file_id integer, results bigint);
CREATE TABLE task_summary (academic_year integer, administration_id integer, school_id integer, class text,
                           items integer, dist task_dist);

CREATE VIEW by_group AS
SELECT 'class' AS kind, academic_year, administration_id, school_id, class, NULL::integer AS import_file_id,
       ARRAY[count(*)]::integer[] AS counts,
       coalesce(score_dist(score, mark, journal_mark) FILTER (WHERE attempt = 1), '{}') AS dist, NULL::task_dist AS tasks
FROM result GROUP BY academic_year, administration_id, school_id, class
UNION ALL
SELECT 'tasks', academic_year, administration_id, school_id, class, NULL, ARRAY[count(*)], NULL, task_dist(task_scores)
FROM result WHERE attempt = 1 AND task_scores IS NOT NULL
GROUP BY academic_year, administration_id, school_id, class, cardinality(task_scores)
UNION ALL
SELECT 'file', academic_year, administration_id, NULL, NULL, import_file_id, ARRAY[count(*)], NULL, NULL
FROM result WHERE import_file_id IS NOT NULL GROUP BY academic_year, administration_id, import_file_id
UNION ALL
SELECT 'school', academic_year, administration_id, school_id, NULL, NULL,
       ARRAY[count(CASE fail_by WHEN 'mark' THEN mark ELSE score END) FILTER (WHERE attempt = 1),
             count(*) FILTER (WHERE attempt = 1 AND CASE fail_by WHEN 'mark' THEN mark = 2 ELSE score < min_score END),
             count(*), count(coalesce(score, mark)) FILTER (WHERE attempt = 1)], NULL, NULL
FROM result JOIN administration USING (administration_id) GROUP BY academic_year, administration_id, school_id;
CREATE VIEW by_recount AS
SELECT kind, academic_year, administration_id, school_id, class, import_file_id, counted AS counts, counted_dist AS dist,
       counted_tasks AS tasks
FROM summary_differences('result', 2020, 2021);
CREATE VIEW difference AS
(SELECT * FROM by_group EXCEPT ALL SELECT * FROM by_recount)
UNION ALL
(SELECT * FROM by_recount EXCEPT ALL SELECT * FROM by_group);

SELECT kind, count(*) > 4 AS several, max(counts[1]) > 900 AS large, count(*) FILTER (WHERE dist = '{}') > 0 AS some_empty
FROM by_group GROUP BY kind ORDER BY kind;
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
SELECT count(*) > 0 AS partial
FROM plan_of('SELECT recount_results(administration_id, school_id, academic_year, class, import_file_id, attempt, score,
                                     mark, journal_mark, task_scores) FROM result') AS p
WHERE p LIKE '%Partial Aggregate%';
SELECT count(*) AS differ FROM difference;
RESET ALL;
SET search_path = recount_test, shnor, public;

-- What is kept as it should be does not differ; each kind of difference does.
INSERT INTO school_summary SELECT academic_year, administration_id, school_id, counts[1], counts[2], counts[3], counts[4]
FROM by_group WHERE kind = 'school';
INSERT INTO result_summary SELECT academic_year, administration_id, school_id, class, counts[1], dist
FROM by_group WHERE kind = 'class';
INSERT INTO import_file_summary SELECT academic_year, administration_id, import_file_id, counts[1]
FROM by_group WHERE kind = 'file';
INSERT INTO task_summary SELECT academic_year, administration_id, school_id, class, items(tasks), tasks
FROM by_group WHERE kind = 'tasks';
SELECT count(*) AS differ FROM summary_differences('result', 2020, 2021);
UPDATE result_summary SET dist = dist + score_dist '{3:1|3:1}' WHERE school_id = 7 AND administration_id = 1 AND class = '5А';
UPDATE result_summary SET results = results + 1 WHERE school_id = 7 AND administration_id = 1 AND class = '5Б';
UPDATE result_summary SET class = 'нет' WHERE school_id = 7 AND administration_id = 2 AND class = '';
UPDATE school_summary SET failed = failed - 1 WHERE school_id = 7 AND administration_id = 3;
UPDATE import_file_summary SET academic_year = 2020 WHERE import_file_id = 1 AND academic_year = 2021;
UPDATE task_summary SET dist = dist + dist WHERE school_id = 7 AND administration_id = 1 AND class = '5А' AND items = 5;
DELETE FROM task_summary WHERE school_id = 7 AND administration_id = 1 AND class = '5А' AND items = 3;
SELECT kind, academic_year, administration_id, school_id, class, import_file_id, kept[1] IS NULL AS is_missing,
       counted[1] IS NULL AS is_extra, kept[1] - counted[1] AS more, participants(kept_dist - counted_dist) AS more_participants,
       participants(kept_tasks - counted_tasks) = counted[1] AS twice
FROM summary_differences('result', 2020, 2021) ORDER BY 1, 3, 4, 5, 7;
SELECT DISTINCT academic_year FROM summary_differences('result', 2021, 2021);
SELECT count(*) FROM summary_differences(NULL, 2021, 2021);

-- A group that outgrows narrow counts, and item scores that outgrow theirs.
TRUNCATE result, school_summary, result_summary, import_file_summary, task_summary;
INSERT INTO result (administration_id, school_id, academic_year, class, attempt, score, task_scores)
SELECT 1, 1, 2020, 'x', 1, 5, ARRAY[i % 2, i / 69999] FROM generate_series(1, 70000) AS i;
SELECT kind, counted, counted_dist, counted_tasks FROM summary_differences('result', 2020, 2020) ORDER BY kind;

-- No rows, rows left out, rows that count for nothing.
TRUNCATE result;
SELECT count(*) FROM summary_differences('result', 2020, 2021);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1::smallint, 2::smallint, 2::smallint, NULL) FROM result WHERE false;
INSERT INTO result (administration_id, school_id, academic_year, class, attempt, score)
VALUES (NULL, 1, 2020, 'c', 1, 1), (1, NULL, 2020, 'c', 1, 1), (1, 1, NULL, 'c', 1, 1), (1, 1, 2020, NULL, 1, 1),
       (1, 1, 2020, 'c', NULL, 1);
SELECT count(*) FROM summary_differences('result', 2020, 2021);
INSERT INTO result (administration_id, school_id, academic_year, class, attempt, journal_mark) VALUES (1, 1, 2020, '', 1, 5);
SELECT kind, counted, counted_dist FROM summary_differences('result', 2020, 2021) ORDER BY kind;

-- What is out of range, or no warehouse.
\set VERBOSITY sqlstate
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1001::smallint, 2::smallint, 2::smallint, NULL);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, (-1)::smallint, 2::smallint, 2::smallint, NULL);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1::smallint, 1::smallint, 2::smallint, NULL);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1::smallint, 2::smallint, 6::smallint, NULL);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1::smallint, (-2)::smallint, 5::smallint, NULL);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1::smallint, 2::smallint, (-1)::smallint, NULL);
SELECT recount_results(1, 1, 2020, '', 1, 1::smallint, 1::smallint, 2::smallint, 5::smallint, '{101}');
INSERT INTO result (administration_id, school_id, academic_year, class, attempt, score) VALUES (1, 1, 2021, '', 1, 5);
SELECT * FROM summary_differences('result', 2020, 2021);
SELECT * FROM summary_differences(4294967295, 2020, 2021);
SELECT * FROM summary_differences('pg_class', 2020, 2021);
-- tables of the right names and other types
SET client_min_messages = warning;
DROP VIEW by_group, by_recount CASCADE;
ALTER TABLE task_summary ALTER dist TYPE text, ALTER class TYPE integer USING 1;
ALTER TABLE result_summary DROP class;
ALTER TABLE result_summary ADD class integer;
TRUNCATE result;
INSERT INTO result_summary VALUES (2020, 1, 1, NULL, NULL, NULL);
INSERT INTO task_summary VALUES (2020, 1, 1, NULL, NULL, NULL);
SELECT kind, class, kept, kept_dist, kept_tasks FROM summary_differences('result', 2020, 2021) ORDER BY kind;
ALTER TABLE result_summary ALTER dist TYPE text;
UPDATE result_summary SET dist = 'not a distribution';
SELECT * FROM summary_differences('result', 2020, 2021);
DROP SCHEMA recount_test CASCADE;
