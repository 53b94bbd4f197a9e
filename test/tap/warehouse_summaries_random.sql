-- Random statements over small tables of results: after each one the summaries
-- are in step with the results.
\ir include/warehouse.sql
SELECT plan(4);
\ir include/summary_oracle.sql
\set seed 0.31415
SELECT diag('seed ' || :'seed');
SELECT setseed(:seed) \g /dev/null
INSERT INTO import_file (file_name, version, fingerprint, rows_read, rows_stored, rows_replaced, rows_unchanged, rows_rejected, rows_withdrawn)
SELECT 'f' || n, 1, repeat('0', 64), 0, 0, 0, 0, 0, 0 FROM generate_series(1, 3) AS n;
UPDATE administration SET max_score = 100, min_score = 30;

CREATE FUNCTION helper.dice(sides integer)
RETURNS integer
LANGUAGE sql VOLATILE
RETURN floor(random() * sides)::integer;
-- So many random rows of result, without two of one key.
CREATE FUNCTION helper.random_rows(n integer)
RETURNS SETOF result
LANGUAGE sql VOLATILE
SET search_path = monitoring, helper
BEGIN ATOMIC
    SELECT DISTINCT ON (administration_id, school_id, participant, attempt)
           administration_id, school_id, academic_year, nullif(dice(4), 0), attempt::smallint,
           CASE WHEN dice(5) > 0 OR mark IS NULL THEN dice(101) END::smallint, mark::smallint,
           CASE WHEN dice(3) > 0 THEN 2 + dice(4) END::smallint, participant, '5' || dice(3),
           (ARRAY[NULL, '{1}', '{2}', '{0,NULL,3}', '{NULL,1,100}', '{1,1,1}'])[1 + dice(6)]::smallint[]
    FROM (
        SELECT a.administration_id, a.academic_year, 1 + dice(4) AS school_id, 'p' || dice(25) AS participant,
               1 + dice(2) * dice(2) AS attempt, CASE WHEN dice(5) > 0 THEN 2 + dice(4) END AS mark
        FROM generate_series(1, n) AS i
        CROSS JOIN LATERAL (
            SELECT * FROM administration WHERE i IS NOT NULL ORDER BY random() LIMIT 1) AS a) AS r;
END;
-- A random condition on result.
CREATE FUNCTION helper.random_condition()
RETURNS text
LANGUAGE sql VOLATILE
SET search_path = helper, pg_catalog
BEGIN ATOMIC
    SELECT CASE dice(8)
        WHEN 0 THEN format('r.participant = ''p%s''', dice(25))
        WHEN 1 THEN format('r.school_id = %s', 1 + dice(4))
        WHEN 2 THEN format('r.administration_id = %s AND r.school_id = %s', 1 + dice(6), 1 + dice(4))
        WHEN 3 THEN format('r.class = ''5%s'' AND r.participant < ''p%s''', dice(3), dice(25))
        WHEN 4 THEN format('r.import_file_id = %s', 1 + dice(3))
        WHEN 5 THEN format('r.attempt = %s', 1 + dice(2))
        WHEN 6 THEN 'random() < 0.1'
        ELSE format('r.score < %s', dice(50)) END;
END;
-- A random statement.
CREATE FUNCTION helper.random_statement()
RETURNS text
LANGUAGE plpgsql
SET search_path = monitoring, helper
AS $$
DECLARE
    target text := (ARRAY['result', 'result', 'result_2022', 'result_2023'])[1 + dice(4)];
    rows_of text := format('(SELECT * FROM random_rows(%s)%s)', 1 + dice(40),
                           CASE WHEN target <> 'result' THEN format(' WHERE academic_year = %s', right(target, 4)) END);
    condition text := random_condition();
    key text := '(administration_id, school_id, participant, attempt, academic_year)';
    changes text[] := ARRAY['score = (r.score + 7) % 101', 'mark = 2 + (r.score + 1) % 4', 'mark = 2', 'journal_mark = 3', 'class = ''5'' || coalesce(r.score % 3, 7)',
        'class = ''5'' || dice(5)', 'import_file_id = nullif(dice(4), 0)', 'attempt = 3 - r.attempt', 'school_id = 1 + dice(4)', 'school_id = 5 - r.school_id',
        'score = coalesce(r.score, 50)', 'participant = ''p'' || dice(25)', 'task_scores = ''{1}''',
        'task_scores = r.task_scores || 1::smallint', 'task_scores[2] = 4'];
    change text := changes[1 + dice(15)] || CASE dice(3) WHEN 0 THEN ', journal_mark = 2 + dice(4)' WHEN 1 THEN ', task_scores = ''{2}''' ELSE '' END;
BEGIN
    IF change ~ 'journal_mark.*journal_mark|task_scores.*task_scores' THEN
        change := 'score = 1';
    END IF;
    RETURN CASE dice(17)
        WHEN 0 THEN format('DELETE FROM %s AS r WHERE %s', target, condition)
        WHEN 1 THEN format('WITH gone AS (DELETE FROM result AS r WHERE %s RETURNING r.*)
                            INSERT INTO result SELECT administration_id, 1 + dice(4), academic_year, import_file_id, attempt, score, mark, journal_mark, participant, class, task_scores
                            FROM gone', condition)
        WHEN 2 THEN format('UPDATE administration SET fail_by = %L, min_score = %s WHERE administration_id = %s',
                           (ARRAY['mark', 'min_score'])[1 + dice(2)], 20 + dice(30), 1 + dice(6))
        WHEN 3 THEN format('MERGE INTO %s AS r USING %s AS n ON (r.administration_id, r.school_id, r.participant, r.attempt)
                                = (n.administration_id, n.school_id, n.participant, n.attempt)
                            WHEN MATCHED AND r.mark = 2 THEN DELETE
                            WHEN MATCHED AND r.mark = 3 THEN UPDATE SET class = n.class, import_file_id = n.import_file_id
                            WHEN MATCHED THEN UPDATE SET score = n.score, mark = n.mark
                            WHEN NOT MATCHED AND n.journal_mark = 2 THEN DO NOTHING
                            WHEN NOT MATCHED THEN INSERT VALUES (n.administration_id, n.school_id, n.academic_year, n.import_file_id, n.attempt,
                                n.score, n.mark, n.journal_mark, n.participant, n.class, n.task_scores)', target, rows_of)
        WHEN 4 THEN format('WITH a AS (DELETE FROM %s AS r WHERE %s), b AS (INSERT INTO result SELECT * FROM random_rows(3) ON CONFLICT DO NOTHING)
                            INSERT INTO %s SELECT * FROM %s AS n ON CONFLICT DO NOTHING', target, condition, target, rows_of)
        WHEN 5 THEN format('UPDATE result AS r SET administration_id = a.administration_id, academic_year = a.academic_year
                            FROM (SELECT * FROM administration ORDER BY random() LIMIT 1) AS a WHERE %s', condition)
        WHEN 6 THEN CASE dice(8)
            WHEN 0 THEN format('TRUNCATE %s', target)
            WHEN 1 THEN 'ALTER TABLE result DETACH PARTITION result_2022; UPDATE result_2022 SET mark = 2 WHERE score < 50;
                         ALTER TABLE result ATTACH PARTITION result_2022 FOR VALUES IN (2022)'
            ELSE format('UPDATE result AS r SET score = r.score, mark = r.mark WHERE %s', condition) END
        WHEN 7 THEN format('INSERT INTO %s AS r SELECT * FROM %s AS n ON CONFLICT %s DO UPDATE SET score = excluded.score, mark = excluded.mark, class = excluded.class',
                           target, rows_of, key)
        WHEN 8 THEN format('INSERT INTO %s AS r SELECT * FROM %s AS n ON CONFLICT %s DO UPDATE SET %s', target, rows_of, key, change)
        WHEN 9 THEN format('INSERT INTO %s SELECT * FROM %s AS n', target, rows_of)
        WHEN 10 THEN format('INSERT INTO %s SELECT * FROM %s AS n ON CONFLICT DO NOTHING', target, rows_of)
        WHEN 11 THEN format('INSERT INTO %s SELECT * FROM %s AS n ON CONFLICT DO NOTHING', target, rows_of)
        ELSE format('UPDATE %s AS r SET %s WHERE %s', target, change, condition) END;
END
$$;

-- Runs n of them, some rolled back, and returns what came of them.
CREATE TABLE helper.done (n integer, statement text, outcome text, out_of_step text);
CREATE FUNCTION helper.run_statements(n integer)
RETURNS void
LANGUAGE plpgsql
SET search_path = monitoring, shnor, helper
AS $$
DECLARE
    statement text;
    outcome text;
BEGIN
    FOR i IN 1..n LOOP
        statement := random_statement();
        BEGIN
            EXECUTE statement;
            IF dice(10) = 0 THEN
                RAISE EXCEPTION 'thought better of' USING ERRCODE = 'P0001';
            END IF;
            outcome := 'done';
        EXCEPTION WHEN OTHERS THEN
            outcome := sqlstate;
        END;
        INSERT INTO done VALUES (i, statement, outcome, out_of_step());
    END LOOP;
END
$$;
SELECT run_statements(200) \g /dev/null
-- In portions, with a memory for few groups.
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SELECT run_statements(40) \g /dev/null
RESET work_mem;
RESET hash_mem_multiplier;
SELECT is_empty('SELECT n, statement, out_of_step FROM done WHERE out_of_step IS NOT NULL ORDER BY n LIMIT 3', 'in step after each of 240 random statements');
SELECT is_empty('SELECT outcome, min(statement) FROM done WHERE outcome NOT IN (''done'', ''P0001'', ''23505'', ''23514'', ''21000'') GROUP BY outcome',
                'none of which failed but by a key, a limit or a rollback');
SELECT cmp_ok((SELECT count(*) FROM done WHERE outcome = 'done'), '>', 120::bigint, 'most succeeded');
SELECT cmp_ok((SELECT count(*) FROM result), '>', 50::bigint, 'and results are left');
SELECT * FROM finish();
