-- Summaries are in step with results after every kind of statement, against an
-- oracle in plain SQL that knows neither the kernels nor the triggers.
\ir include/warehouse.sql
BEGIN;
SELECT plan(158);
\ir include/summary_oracle.sql
SELECT administration(2023, 'vpr', 'math', 5) AS math, administration(2023, 'vpr', 'rus', 5) AS rus,
       administration(2023, 'ege', 'rus', 11) AS ege, administration(2022, 'vpr', 'math', 5) AS math_before \gset
INSERT INTO import_file (file_name, version, fingerprint, rows_read, rows_stored, rows_replaced, rows_unchanged, rows_rejected, rows_withdrawn)
SELECT f, 1, repeat('0', 64), 0, 0, 0, 0, 0, 0 FROM unnest(ARRAY['a', 'b']) AS f;
SELECT (SELECT import_file_id FROM import_file WHERE file_name = 'a') AS file_a,
       (SELECT import_file_id FROM import_file WHERE file_name = 'b') AS file_b \gset

-- INSERT and COPY.
SELECT in_step('nothing yet');
INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark, journal_mark)
VALUES (:math, 1, 2023, 'p1', '5A', 3, 2, 3);
SELECT in_step('a row');
SELECT is((SELECT (judged, failed, results, participants)::text FROM school_summary), '(1,1,1,1)', 'is counted');
INSERT INTO result (administration_id, school_id, academic_year, import_file_id, participant, attempt, class, score, mark, journal_mark)
SELECT a, s, 2023, CASE WHEN n % 3 > 0 THEN CASE WHEN n % 2 = 0 THEN :file_a ELSE :file_b END END, 'i' || n, t, '5' || chr(65 + n % 3),
       CASE WHEN n % 7 > 0 THEN n END, CASE WHEN n % 5 > 0 OR n % 7 = 0 THEN 2 + n % 4 END, CASE WHEN n % 4 > 0 THEN 2 + n % 3 END
FROM unnest(ARRAY[:math, :rus, :ege]) AS a, generate_series(1, 3) AS s, generate_series(1, 20) AS n, generate_series(1, 2) AS t
WHERE t = 1 OR n % 4 = 0;
SELECT in_step('many rows of several groups');
SELECT results_eq('SELECT count(*), sum(participants), sum(results) FROM school_summary', 'VALUES (9::bigint, 181::bigint, 226::bigint)', 'all of them');
INSERT INTO result_2023 (administration_id, school_id, academic_year, participant, class, score, mark)
VALUES (:math, 1, 2023, 'p2', '5A', 4, 2), (:math, 1, 2023, 'p3', '', NULL, 5);
SELECT in_step('rows straight into a partition, of a new class too');
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark)
VALUES (:math, 1, 2023, 'p4', 4, 2), (:math_before, 1, 2022, 'p4', 4, 2);
SELECT in_step('rows of two years');
INSERT INTO result (administration_id, school_id, academic_year, participant, mark) SELECT 1, 1, 2023, 'none', 3 WHERE false;
SELECT in_step('no row');
CREATE TEMP TABLE before AS SELECT (SELECT sum(results) FROM school_summary) AS n;
COPY result (administration_id, school_id, academic_year, participant, class, score, mark) FROM STDIN;
1	4	2022	c1	5A	7	3
1	4	2022	c2	5B	8	2
2	4	2023	c1	5A	9	4
2	4	2023	c2	5A	9	4
\.
SELECT in_step('COPY into two years');
COPY result_2022 (administration_id, school_id, academic_year, participant, attempt, score) FROM STDIN;
1	4	2022	c3	1	7
1	4	2022	c3	2	9
\.
SELECT in_step('COPY straight into a partition');
SELECT is((SELECT sum(results) FROM school_summary) - n, 6::bigint, 'six rows') FROM before;

-- UPDATE: what is counted, and where.
UPDATE result SET score = 11 WHERE participant = 'p1';
SELECT in_step('a score');
UPDATE result SET mark = 3, journal_mark = 4 WHERE participant IN ('p1', 'i3', 'i8');
SELECT in_step('marks');
UPDATE result_2023 SET score = coalesce(score, 0) + 1 WHERE score IS DISTINCT FROM 20;
SELECT in_step('scores of a partition, some from none');
UPDATE result SET mark = NULL WHERE score IS NOT NULL AND participant LIKE 'i1_';
SELECT in_step('marks removed');
UPDATE result SET class = '5Я' WHERE participant IN ('i1', 'i2', 'p1');
SELECT in_step('a new class');
UPDATE result SET class = '5A';
SELECT in_step('all classes one');
SELECT is((SELECT count(*) FROM result_summary), (SELECT count(*) FROM school_summary), 'and the emptied ones are gone');
UPDATE result SET class = '5' || chr(65 + score % 3) WHERE score IS NOT NULL;
SELECT in_step('and apart again');
UPDATE result SET attempt = 3 WHERE participant = 'i5';
SELECT in_step('a first attempt turned a re-sit');
UPDATE result SET attempt = 1 WHERE participant = 'i5';
SELECT in_step('and back');
UPDATE result SET import_file_id = :file_a WHERE participant IN ('i1', 'i2', 'i3', 'i4');
SELECT in_step('another file');
UPDATE result SET import_file_id = NULL WHERE import_file_id = :file_b;
SELECT in_step('a file of which nothing is left');
SELECT is((SELECT count(*) FROM import_file_summary WHERE import_file_id = :file_b), 0::bigint, 'has no summary');
UPDATE result SET import_file_id = :file_b, school_id = 4 WHERE participant IN ('i6', 'i7') AND administration_id = :rus AND school_id = 1;
SELECT in_step('another school');
UPDATE result SET school_id = 4, participant = 'x' || participant WHERE school_id = 3;
SELECT in_step('a school that lost everything');
SELECT is((SELECT count(*) FROM school_summary WHERE school_id = 3), 0::bigint, 'has no summary');
UPDATE result SET administration_id = :rus, participant = 'y' || participant WHERE administration_id = :ege AND school_id = 2;
SELECT in_step('another administration');
UPDATE result SET administration_id = :math_before, academic_year = 2022, participant = 'z' || participant
WHERE administration_id = :math AND school_id = 2;
SELECT in_step('another year, which is another partition');
SELECT ok((SELECT count(*) > 20 FROM result_2022), 'where the rows are now');
UPDATE result AS r SET score = v.score, class = v.class
FROM (VALUES ('zi1', 2, 'q'), ('zi2', 20, 'q'), ('p4', 0, '5A')) AS v (participant, score, class)
WHERE r.participant = v.participant;
SELECT in_step('UPDATE ... FROM over both years');

-- What is not counted leaves the summaries' rows where they are.
CREATE FUNCTION helper.places()
RETURNS TABLE (summary regclass, place tid)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT tableoid, ctid FROM school_summary UNION ALL SELECT tableoid, ctid FROM result_summary
    UNION ALL SELECT tableoid, ctid FROM import_file_summary;
END;
CREATE TEMP TABLE place AS SELECT * FROM places();
CREATE FUNCTION pg_temp.untouched(description text)
RETURNS text
LANGUAGE sql
RETURN is_empty('SELECT * FROM places() EXCEPT SELECT * FROM place', description);
UPDATE result SET score = score, mark = mark, class = class, school_id = school_id;
SELECT pg_temp.untouched('an update to the same values touches no summary');
UPDATE result SET task_scores = '{1,NULL,0}';
SELECT pg_temp.untouched('nor one of task scores touches those of scores and marks');
SELECT in_step('but those of item scores');
UPDATE result SET participant = 'w' || participant WHERE school_id = 2;
SELECT pg_temp.untouched('nor one of participants'' codes');
UPDATE result SET attempt = 4 WHERE attempt = 2;
SELECT pg_temp.untouched('nor one of the number of a re-sit');
UPDATE result SET score = 1 + score % 20 WHERE attempt = 4;
SELECT pg_temp.untouched('nor one of scores of re-sits');
UPDATE result SET mark = 2 WHERE false;
DELETE FROM result WHERE false;
SELECT pg_temp.untouched('nor one of no row');
INSERT INTO result SELECT * FROM result ON CONFLICT DO NOTHING;
SELECT pg_temp.untouched('nor rows that are there already');
UPDATE result SET mark = CASE mark WHEN 4 THEN 5 ELSE 4 END
WHERE (participant, mark) IN (SELECT min(participant), mark FROM result
    WHERE administration_id = :rus AND school_id = 1 AND mark IN (4, 5) AND attempt = 1 GROUP BY class, mark);
SELECT in_step('marks that change places or not');

-- INSERT ... ON CONFLICT and MERGE.
INSERT INTO result AS r (administration_id, school_id, academic_year, participant, score, mark, class)
VALUES (:math, 1, 2023, 'p1', 19, 5, 'new'), (:math, 1, 2023, 'p9', 18, 5, 'new'), (:math_before, 1, 2022, 'p4', 18, 5, '5A')
ON CONFLICT (administration_id, school_id, participant, attempt, academic_year) DO UPDATE
SET score = excluded.score, mark = excluded.mark, class = r.class || '!';
SELECT in_step('ON CONFLICT DO UPDATE that inserts and updates');
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark)
VALUES (:math, 1, 2023, 'p1', 1, 2), (:math, 1, 2023, 'p10', 18, 5) ON CONFLICT DO NOTHING;
SELECT in_step('ON CONFLICT DO NOTHING');
INSERT INTO result_2023 AS r (administration_id, school_id, academic_year, participant, score, mark)
VALUES (:math, 1, 2023, 'p1', 1, 2), (:math, 1, 2023, 'p11', 18, 5)
ON CONFLICT (administration_id, school_id, participant, attempt, academic_year) DO UPDATE SET mark = 2;
SELECT in_step('the same in a partition');
CREATE TEMP TABLE news (adm integer, year integer, school integer, code text, what text);
INSERT INTO news VALUES (:math, 2023, 1, 'p1', 'delete'), (:math, 2023, 1, 'p2', 'update'), (:math, 2023, 1, 'p3', 'move'),
    (:math, 2023, 1, 'm1', 'insert'), (:rus, 2023, 3, 'm1', 'insert'), (:math_before, 2022, 1, 'p4', 'delete'),
    (:math, 2023, 1, 'p4', 'year'), (:math, 2023, 1, 'p9', 'nothing'), (:math, 2023, 3, 'none', 'nothing');
MERGE INTO result AS r USING news AS n
ON (r.administration_id, r.academic_year, r.school_id, r.participant) = (n.adm, n.year, n.school, n.code)
WHEN MATCHED AND n.what = 'delete' THEN DELETE
WHEN MATCHED AND n.what = 'update' THEN UPDATE SET score = 6, class = 'merged', import_file_id = :file_b
WHEN MATCHED AND n.what = 'move' THEN UPDATE SET school_id = 3, administration_id = :rus
WHEN MATCHED AND n.what = 'year' THEN UPDATE SET academic_year = 2022, administration_id = :math_before, participant = 'moved'
WHEN MATCHED THEN DO NOTHING
WHEN NOT MATCHED AND n.what = 'insert' THEN
    INSERT (administration_id, school_id, academic_year, participant, score, mark) VALUES (n.adm, n.school, n.year, n.code, 5, 2)
WHEN NOT MATCHED THEN DO NOTHING;
SELECT in_step('MERGE with all actions');
SELECT is((SELECT count(*) FROM result WHERE participant IN ('m1', 'moved') OR class = 'merged' OR (school_id, participant) = (3, 'p3')),
          5::bigint, 'which happened');
MERGE INTO result_2023 AS r USING news AS n ON (r.administration_id, r.school_id, r.participant) = (n.adm, n.school, n.code)
WHEN MATCHED THEN DELETE
WHEN NOT MATCHED AND n.year = 2023 THEN
    INSERT (administration_id, school_id, academic_year, participant, mark) VALUES (n.adm, n.school, 2023, n.code, 2);
SELECT in_step('MERGE of a partition');

-- Several changes in one statement.
WITH gone AS (DELETE FROM result WHERE participant LIKE 'i1%' AND administration_id = :rus RETURNING *)
INSERT INTO result (administration_id, school_id, academic_year, import_file_id, attempt, score, mark, participant, class)
SELECT administration_id, school_id, academic_year, :file_b, attempt, score, 4, 'cte' || participant, 'cte' FROM gone;
SELECT in_step('DELETE and INSERT in one statement');
WITH a AS (INSERT INTO result (administration_id, school_id, academic_year, participant, mark) VALUES (:math, 1, 2023, 'two1', 2)),
     b AS (INSERT INTO result (administration_id, school_id, academic_year, participant, mark) VALUES (:rus, 1, 2023, 'two2', 2)),
     c AS (INSERT INTO result_2023 (administration_id, school_id, academic_year, participant, mark) VALUES (:rus, 1, 2023, 'two3', 2)),
     d AS (UPDATE result SET mark = 5 WHERE participant = 'p10'),
     e AS (DELETE FROM result_2023 WHERE participant = 'p11')
DELETE FROM result WHERE participant = 'c1';
SELECT in_step('two INSERTs, a third into the partition, an UPDATE and two DELETEs in one statement');
SELECT is((SELECT count(*) FROM result WHERE participant LIKE 'two_'), 3::bigint, 'which happened');

-- Rolled back to a savepoint.
SAVEPOINT here;
CREATE TEMP TABLE seen AS SELECT * FROM school_summary;
INSERT INTO result (administration_id, school_id, academic_year, participant, mark) VALUES (:math, 3, 2023, 'back', 2);
DELETE FROM result WHERE school_id = 4;
SELECT in_step('before the rollback');
ROLLBACK TO here;
SELECT in_step('after it');
SELECT is(error_of('UPDATE result SET score = 30 WHERE academic_year = 2023') ~ '^23514', true, 'a refused statement');
SELECT in_step('changes nothing');

-- Re-sits.
INSERT INTO result (administration_id, school_id, academic_year, participant, attempt, class, score, mark)
VALUES (:ege, 3, 2023, 'late', 2, '11', 50, 5);
SELECT is((SELECT (judged, failed, results, participants)::text FROM school_summary WHERE (administration_id, school_id) = (:ege, 3)),
          '(0,0,1,0)', 'a re-sit alone is stored, and nobody''s result');
SELECT in_step('its class has an empty distribution');
INSERT INTO result (administration_id, school_id, academic_year, participant, attempt, class, score, mark)
VALUES (:ege, 3, 2023, 'late', 1, '11', 1, 2);
SELECT is((SELECT (judged, failed, results, participants)::text FROM school_summary WHERE (administration_id, school_id) = (:ege, 3)),
          '(1,1,2,1)', 'the late first attempt counts');
SELECT in_step('in the class too');
DELETE FROM result WHERE participant = 'late' AND attempt = 1;
SELECT is((SELECT (judged, failed, results, participants)::text FROM school_summary WHERE (administration_id, school_id) = (:ege, 3)),
          '(0,0,1,0)', 'until it is withdrawn');
SELECT in_step('from the class too');
SELECT matches(error_of('UPDATE result SET score = 101 WHERE participant = ''late'''), '^23514\n', 'a re-sit''s score above the maximum is refused on UPDATE');
SELECT is(error_of('UPDATE result SET score = 100 WHERE participant = ''late'''), NULL, 'the maximum is not');
DELETE FROM result WHERE participant = 'late';
SELECT is((SELECT count(*) FROM school_summary WHERE (administration_id, school_id) = (:ege, 3)), 0::bigint, 'the last row takes the summary with it');
SELECT in_step('of the class too');

-- What counts as failing.
CREATE TEMP TABLE judged_before AS SELECT * FROM school_summary;
UPDATE administration SET min_score = 7 WHERE administration_id = :rus;
SELECT in_step('a minimum that does not judge');
UPDATE administration SET fail_by = 'min_score' WHERE administration_id = :rus;
SELECT in_step('judged by score');
SELECT isnt_empty('SELECT school_id, administration_id, judged, failed FROM school_summary EXCEPT
                   SELECT school_id, administration_id, judged, failed FROM judged_before', 'which is another count');
UPDATE administration SET min_score = 12, fail_by = 'min_score';
SELECT in_step('another minimum, everywhere');
INSERT INTO result (administration_id, school_id, academic_year, participant, score)
SELECT :rus, 3, 2023, 'cut' || n, n FROM generate_series(10, 14) AS n;
UPDATE result SET score = score + 1 WHERE participant LIKE 'cut%';
SELECT in_step('results entered under it');
UPDATE administration SET max_score = 90, min_score = 13 WHERE administration_id = :rus;
SELECT in_step('another maximum and minimum');
SELECT open_administration(2023, 'vpr', 'rus', 5, max_score => 45) \g /dev/null
SELECT in_step('opened again as it was');

-- DELETE and TRUNCATE.
DELETE FROM result WHERE participant LIKE 'cut%';
DELETE FROM result_2023 WHERE school_id = 4 AND mark = 3;
SELECT in_step('DELETE, of a partition too');
DELETE FROM result WHERE administration_id = :rus;
SELECT in_step('an administration without results');
SELECT is((SELECT count(*) FROM school_summary WHERE administration_id = :rus), 0::bigint, 'has no summaries');
TRUNCATE result_2022;
SELECT in_step('TRUNCATE of a partition');
SELECT is((SELECT array_agg(DISTINCT academic_year) FROM school_summary), '{2023}', 'leaves the other year');
SELECT matches(error_of(format('TRUNCATE %s', t)), '^55000\n.*TRUNCATE result', format('TRUNCATE of %s', t))
FROM unnest(ARRAY['school_summary CASCADE', 'result_summary', 'import_file_summary', 'school CASCADE']) AS t;
TRUNCATE result;
SELECT in_step('TRUNCATE of all');
SELECT is((SELECT count(*) FROM school_summary) + (SELECT count(*) FROM result_summary) + (SELECT count(*) FROM import_file_summary),
          0::bigint, 'leaves no summary');
SELECT is(error_of(format('TRUNCATE %s', t)), NULL, format('now %s may be truncated', t))
FROM unnest(ARRAY['school_summary CASCADE', 'result_summary', 'import_file_summary']) AS t;

-- Partitions that come and go. The new one has its columns in another order.
SELECT open_administration(2021, 'vpr', s, 5, max_score => 20) FROM unnest(ARRAY['math', 'rus']) AS s \g /dev/null
SELECT administration(2021, 'vpr', 'math', 5) AS math_2021, administration(2021, 'vpr', 'rus', 5) AS rus_2021 \gset
CREATE TABLE other_order (
    class text NOT NULL DEFAULT '', dropped integer, mark smallint, task_scores smallint[], journal_mark smallint, score smallint,
    participant text NOT NULL, attempt smallint NOT NULL DEFAULT 1, import_file_id integer,
    academic_year integer NOT NULL, school_id integer NOT NULL, administration_id integer NOT NULL);
ALTER TABLE other_order DROP COLUMN dropped;
INSERT INTO other_order (administration_id, school_id, academic_year, import_file_id, participant, class, score, mark)
SELECT a, s, 2021, :file_a, 'a' || n, '5', n, 2 + n % 4 FROM unnest(ARRAY[:math_2021, :rus_2021]) AS a, generate_series(1, 2) AS s, generate_series(1, 9) AS n;
DO $$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT conname, pg_get_constraintdef(oid) AS def FROM pg_constraint WHERE conrelid = 'result'::regclass AND contype = 'c' LOOP
        EXECUTE format('ALTER TABLE other_order ADD CONSTRAINT %I %s', c.conname, c.def);
    END LOOP;
END
$$;
ALTER TABLE result ATTACH PARTITION other_order FOR VALUES IN (2021);
SELECT in_step('a partition attached with its data');
SELECT is((SELECT count(*) FROM school_summary WHERE academic_year = 2021), 4::bigint, 'which is counted');
INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark) VALUES (:math_2021, 3, 2021, 'b', '6', 1, 2);
UPDATE other_order SET mark = 3, class = '7' WHERE participant = 'a1';
UPDATE result SET mark = 2 WHERE participant = 'a3';
SELECT in_step('and followed, columns in another order');
ALTER TABLE result DETACH PARTITION other_order;
SELECT in_step('detached');
SELECT is((SELECT count(*) FROM school_summary), 0::bigint, 'its summaries are gone');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'other_order'::regclass), 0::bigint, 'and its triggers');
INSERT INTO other_order (administration_id, school_id, academic_year, participant, score) VALUES (:math_2021, 3, 2021, 'c', 1);
UPDATE other_order SET mark = 4;
DELETE FROM other_order WHERE school_id = 2;
SELECT in_step('changes of a detached partition are its own');
ALTER TABLE result ATTACH PARTITION other_order FOR VALUES IN (2021);
SELECT in_step('attached again');
DROP TABLE other_order;
SELECT in_step('dropped');
SELECT is((SELECT count(*) FROM school_summary), 0::bigint, 'its summaries are gone again');
CREATE TABLE bad (LIKE result INCLUDING ALL);
INSERT INTO bad (administration_id, school_id, academic_year, participant, score) VALUES (:math_before, 1, 2021, 'c', 1);
SELECT matches(error_of('ALTER TABLE result ATTACH PARTITION bad FOR VALUES IN (2021)'), '^23503\n', 'results of a wrong year are not attached');
UPDATE bad SET administration_id = :math_2021, school_id = 100000;
SELECT matches(error_of('ALTER TABLE result ATTACH PARTITION bad FOR VALUES IN (2021)'), '^23503\n', 'nor those of an unknown school');
UPDATE bad SET school_id = 1, score = 21;
SELECT matches(error_of('ALTER TABLE result ATTACH PARTITION bad FOR VALUES IN (2021)'), '^23514\nбалл 21', 'nor a score above the maximum');
DROP TABLE bad;

-- A year that is itself partitioned, and a partition in another schema.
CREATE SCHEMA archive;
CREATE TABLE result_2021 PARTITION OF result FOR VALUES IN (2021) PARTITION BY LIST (administration_id);
SELECT format('CREATE TABLE archive.math_2021 PARTITION OF result_2021 FOR VALUES IN (%s)', :math_2021) \gexec
CREATE TABLE rus_2021 PARTITION OF result_2021 DEFAULT;
INSERT INTO result (administration_id, school_id, academic_year, participant, score)
SELECT a, s, 2021, 'a', 5 FROM unnest(ARRAY[:math_2021, :rus_2021]) AS a, generate_series(1, 2) AS s;
SELECT in_step('a year in two parts');
UPDATE result_2021 SET score = 6 WHERE school_id = 1;
INSERT INTO archive.math_2021 (administration_id, school_id, academic_year, participant, score) VALUES (:math_2021, 3, 2021, 'a', 5);
UPDATE rus_2021 SET mark = 2;
SELECT in_step('followed by each of its tables, wherever they lie');
TRUNCATE archive.math_2021;
SELECT in_step('one part truncated');
SELECT is((SELECT count(*) FROM school_summary), 2::bigint, 'the other is left');
INSERT INTO result (administration_id, school_id, academic_year, participant, score) VALUES (:math_2021, 3, 2021, 'a', 5);
ALTER TABLE result_2021 DETACH PARTITION rus_2021;
SELECT in_step('one part detached');
DELETE FROM rus_2021;
SELECT in_step('and on its own');
ALTER TABLE result_2021 ATTACH PARTITION rus_2021 DEFAULT;
INSERT INTO result (administration_id, school_id, academic_year, participant, score) VALUES (:rus_2021, 3, 2021, 'a', 5);
SELECT in_step('and attached');
ALTER TABLE result DETACH PARTITION result_2021;
SELECT in_step('all of it detached');
INSERT INTO result_2021 (administration_id, school_id, academic_year, participant, score) VALUES (:rus_2021, 2, 2021, 'b', 5);
UPDATE archive.math_2021 SET score = 3;
SELECT in_step('and on its own, every part');
SELECT is((SELECT count(*) FROM school_summary), 0::bigint, 'no summary of it');
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'keep_summaries%' AND tgrelid::regclass::text LIKE '%2021'), 0::bigint, 'no trigger on it');
ALTER TABLE result ATTACH PARTITION result_2021 FOR VALUES IN (2021);
SELECT in_step('attached again, in parts');
SELECT is((SELECT count(*) FROM school_summary), 3::bigint, 'with its summaries');
DROP SCHEMA archive CASCADE;
SELECT in_step('a part dropped with its schema');
DROP TABLE result_2021;
SELECT in_step('the year dropped');
SELECT is((SELECT count(*) FROM school_summary), 0::bigint, 'no summary is left');

-- References and limits.
PREPARE one_row AS INSERT INTO result (administration_id, school_id, academic_year, import_file_id, participant, score) VALUES ($1, $2, 2023, $3, 'e', $4);
CREATE FUNCTION pg_temp.row_error(administration integer, school integer, file integer, score integer)
RETURNS text
LANGUAGE sql
RETURN left(error_of(format('EXECUTE one_row (%s, %s, %s, %s)', administration, school, coalesce(file::text, 'NULL'), score)), 5);
SELECT is(pg_temp.row_error(:math_before, 1, NULL, 1), '23503', 'an administration of another year');
SELECT is(pg_temp.row_error(:math, 100000, NULL, 1), '23503', 'an unknown school');
SELECT is(pg_temp.row_error(:math, 1, 100000, 1), '23503', 'an unknown file');
SELECT is(pg_temp.row_error(:math, 1, NULL, 21), '23514', 'a score above the maximum');
SELECT is(pg_temp.row_error(:math, 1, NULL, 20), NULL, 'the maximum');
SELECT in_step('one row was taken');
SELECT matches(error_of('DELETE FROM school WHERE school_id = 1'), '^23503\n', 'its school stays');

-- Triggers off: what differs is shown, and repaired.
UPDATE administration SET fail_by = 'mark' WHERE administration_id = :math;
INSERT INTO result (administration_id, school_id, academic_year, import_file_id, participant, class, score, mark)
SELECT :math, s, 2023, :file_a, 'v' || n, '5A', n, 2 FROM generate_series(1, 3) AS s, generate_series(1, 10) AS n;
ALTER TABLE result DISABLE TRIGGER USER;
INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark) VALUES (:math, 1, 2023, 'off', '5B', 1, 5);
UPDATE result SET import_file_id = :file_b WHERE participant = 'v1' AND school_id = 2;
DELETE FROM result WHERE school_id = 3;
UPDATE result SET mark = 3 WHERE participant = 'v2' AND school_id = 2;
ALTER TABLE result ENABLE TRIGGER USER;
SELECT results_eq(
    $$SELECT kind, academic_year, school_id, class, import_file_id = (SELECT min(import_file_id) FROM import_file), kept, counted,
             participants(kept_dist), participants(counted_dist)
      FROM verify_summaries() ORDER BY kind, school_id, class, import_file_id$$,
    $$VALUES ('class', 2023, 1, '5B', NULL, NULL::integer[], '{1}'::integer[], NULL::bigint, 1::bigint),
             ('class', 2023, 2, '5A', NULL, '{10}', '{10}', 10, 10),
             ('class', 2023, 3, '5A', NULL, '{10}', NULL, 10, NULL),
             ('file', 2023, NULL, NULL, true, '{30}', '{19}', NULL, NULL),
             ('file', 2023, NULL, NULL, false, NULL, '{1}', NULL, NULL),
             ('school', 2023, 1, NULL, NULL, '{10,10,11,11}', '{11,10,12,12}', NULL, NULL),
             ('school', 2023, 2, NULL, NULL, '{10,10,10,10}', '{10,9,10,10}', NULL, NULL),
             ('school', 2023, 3, NULL, NULL, '{10,10,10,10}', NULL, NULL, NULL)$$,
    'verify_summaries shows exactly what differs');
SELECT is_empty('SELECT * FROM verify_summaries(2022)', 'of the year asked for');
SELECT is((SELECT count(*) FROM verify_summaries(2023)), 8::bigint, 'or that one');
SELECT is(rebuild_summaries(2022), 0::bigint, 'rebuild_summaries corrects that year''s');
SELECT is(rebuild_summaries(), 8::bigint, 'or all, and says how many');
SELECT in_step('after which all is in step');
SELECT is(rebuild_summaries(), 0::bigint, 'and nothing is left to correct');

SET LOCAL session_replication_role = replica;
INSERT INTO result (administration_id, school_id, academic_year, participant, score) VALUES (:math, 4, 2023, 'replica', 1);
SET LOCAL session_replication_role = origin;
SELECT is((SELECT array_agg(kind ORDER BY kind) FROM verify_summaries()), '{class,school}', 'rows of a replica are not followed, but found');
SELECT is(rebuild_summaries(2023), 2::bigint, 'and repaired');
INSERT INTO school_summary (academic_year, administration_id, school_id, judged, failed, results, participants) VALUES (2023, :ege, 1, 0, 0, 1, 1);
INSERT INTO result_summary (academic_year, administration_id, school_id, results, class, dist) VALUES (2023, :ege, 1, 1, '', '{}');
INSERT INTO import_file_summary (academic_year, administration_id, import_file_id, results) VALUES (2023, :ege, :file_a, 1);
SELECT is(rebuild_summaries(), 3::bigint, 'summaries of nothing go');
SELECT in_step('all of them');
DELETE FROM result_summary WHERE school_id = 2;
SELECT matches(error_of('DELETE FROM result WHERE school_id = 2 AND participant = ''v3'''), '^XX001\n.*verify_summaries',
               'a summary that is missing is noticed');
DELETE FROM school_summary WHERE school_id = 2;
SELECT matches(error_of('DELETE FROM result WHERE school_id = 2 AND participant = ''v3'''), '^XX001\n.*verify_summaries', 'the school''s, too');
CREATE TEMP TABLE difference AS SELECT 1 AS mine;
SELECT is(rebuild_summaries(), 2::bigint, 'and repaired');
SELECT is((SELECT mine FROM difference), 1, 'a temporary table of one''s own is left alone');

-- The trigger function where it does not belong.
CREATE TABLE not_results (administration_id integer, school_id integer, score integer);
CREATE TRIGGER t AFTER INSERT ON not_results REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION collect_result_changes();
SELECT matches(error_of('INSERT INTO not_results VALUES (1, 1, 1)'), '^42703\n', 'on a table that is not of results');
CREATE TRIGGER r AFTER UPDATE ON result_2023 FOR EACH ROW EXECUTE FUNCTION collect_result_changes();
SELECT matches(error_of('UPDATE result SET score = 1'), '^39P01\n', 'for each row');
DROP TRIGGER r ON result_2023;
CREATE TABLE loose (LIKE result INCLUDING ALL);
CREATE TRIGGER t AFTER INSERT ON loose REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION collect_result_changes();
INSERT INTO loose SELECT * FROM result;
SELECT in_step('on a table of results that is part of no warehouse it does nothing');

-- More groups than fit the memory: handed over in portions.
SET LOCAL work_mem = '64kB';
SET LOCAL hash_mem_multiplier = 1;
SET LOCAL track_functions = 'all';
CREATE FUNCTION pg_temp.calls(name text)
RETURNS bigint
LANGUAGE sql
RETURN (SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_xact_user_functions WHERE funcname = name AND schemaname = 'monitoring');
CREATE TEMP TABLE calls AS SELECT pg_temp.calls('apply_result_changes') AS n;
INSERT INTO result (administration_id, school_id, academic_year, import_file_id, participant, class, score, mark)
SELECT a, s, 2023, CASE WHEN n % 2 = 0 THEN :file_a END, 'k' || n, 'k' || n % 100, n % 20, 2 + n % 4
FROM unnest(ARRAY[:math, :rus]) AS a, generate_series(1, 4) AS s, generate_series(1, 200) AS n;
SELECT in_step('1,600 rows in 800 groups');
SELECT cmp_ok(pg_temp.calls('apply_result_changes') - n, '>', 2::bigint, 'in several portions') FROM calls;
UPDATE result SET class = 'l' || class WHERE participant LIKE 'k%';
SELECT in_step('all moved to other classes');
UPDATE result SET school_id = 5 - school_id, participant = 'r' || participant, score = 20 - score WHERE participant LIKE 'k%';
SELECT in_step('the schools changed places');
UPDATE result SET administration_id = CASE administration_id WHEN :math THEN :rus ELSE :math END, participant = 's' || participant
WHERE participant LIKE 'rk%';
SELECT in_step('the administrations, too');
SELECT matches(error_of('UPDATE result SET score = 21 WHERE participant = ''srk99'''), '^23514\n', 'the maximum holds');
SELECT matches(error_of(format('UPDATE result SET administration_id = %s WHERE administration_id = %s AND participant LIKE ''srk%%''', :math_before, :math)),
               '^23503\n', 'and the year');
DELETE FROM result WHERE participant LIKE 'srk%';
SELECT in_step('all of them deleted');
RESET work_mem;
RESET hash_mem_multiplier;

-- Row triggers of one's own: before a row is entered they may change it, after
-- it they may not, for the summaries do not know of it yet.
CREATE FUNCTION pg_temp.raise_new() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.mark := 5; RETURN new; END';
CREATE FUNCTION pg_temp.raise_entered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE monitoring.result SET mark = 5
    WHERE (administration_id, school_id, participant) = (new.administration_id, new.school_id, new.participant);
    RETURN NULL;
END
$$;
CREATE TRIGGER own BEFORE INSERT ON result FOR EACH ROW EXECUTE FUNCTION pg_temp.raise_new();
INSERT INTO result (administration_id, school_id, academic_year, participant, mark) VALUES (:math, 1, 2023, 'own1', 2);
SELECT in_step('a row trigger changes the row before');
DROP TRIGGER own ON result;
CREATE TRIGGER own AFTER INSERT ON result FOR EACH ROW EXECUTE FUNCTION pg_temp.raise_entered();
SELECT matches(error_of(format('INSERT INTO result (administration_id, school_id, academic_year, participant, class, mark) VALUES (%s, 1, 2023, ''own2'', %L, 2)', :math, class)),
               '^(XX001|22003)\n', format('or after, in class "%s", which fails', class))
FROM unnest(ARRAY['', '9own']) AS class;
SELECT in_step('and changes nothing');
DROP TRIGGER own ON result;
DELETE FROM result WHERE participant = 'own1';

-- Opening a year and locking: see test/isolation. Two warehouses.
CALL shnor.create_warehouse('another');
INSERT INTO another.region (code, name) VALUES ('1', 'Регион');
INSERT INTO another.municipality (region_id, code, name) SELECT region_id, '1', 'Район' FROM another.region;
INSERT INTO another.school (municipality_id, name) SELECT municipality_id, 'Школа' FROM another.municipality;
SELECT another.open_year(2023) \g /dev/null
SELECT another.open_administration(2023, 'vpr', 'math', 5, max_score => 20) \g /dev/null
INSERT INTO another.result (administration_id, school_id, academic_year, participant, score) VALUES (1, 1, 2023, 'q', 1);
SELECT in_step('another warehouse does not change this one');
SELECT is((SELECT array_agg(results) FROM another.school_summary), '{1}', 'and has its own summaries');
CREATE TEMP TABLE place_before AS SELECT * FROM places();
TRUNCATE another.result;
SELECT is((SELECT count(*) FROM another.school_summary), 0::bigint, 'emptied by itself');
SELECT in_step('it leaves this one');
INSERT INTO another.result (administration_id, school_id, academic_year, participant, score) VALUES (1, 1, 2023, 'q', 1);
DROP TABLE another.result_2023;
SELECT is((SELECT count(*) FROM another.school_summary), 0::bigint, 'its partition is its own');
DROP SCHEMA another CASCADE;
SELECT in_step('and so is its end');
SELECT is_empty('SELECT * FROM place_before EXCEPT SELECT * FROM places()', 'not a row of this one was touched');
INSERT INTO result (administration_id, school_id, academic_year, participant, score) VALUES (:math, 1, 2023, 'q', 1);
SELECT in_step('which goes on');

SELECT * FROM finish();
ROLLBACK;
