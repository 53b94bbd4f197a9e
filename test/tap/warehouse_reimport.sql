-- Several files and the same file again: what is replaced, withdrawn, left
-- alone or refused, and what an interrupted import leaves.
\ir include/warehouse.sql
SELECT plan(45);

-- Everything an import may touch, with the versions of the rows.
CREATE FUNCTION helper.stored_state()
RETURNS text
LANGUAGE sql
RETURN (SELECT md5(string_agg(line, E'\n' ORDER BY line COLLATE "C")) FROM (
    SELECT 'result ' || r::text || r.xmin || r.ctid AS line FROM monitoring.result AS r
    UNION ALL SELECT 'file ' || f::text || f.xmin || f.ctid FROM monitoring.import_file AS f
    UNION ALL SELECT 'reject ' || j::text || j.xmin || j.ctid FROM monitoring.import_reject AS j) AS t);
-- Participants with their scores and files, in one line.
CREATE FUNCTION helper.results()
RETURNS text
LANGUAGE sql
RETURN (SELECT string_agg(format('%s=%s/%s', r.participant, r.score, coalesce(f.file_name, '-')), ' '
                          ORDER BY r.school_id, r.participant COLLATE "C")
        FROM monitoring.result AS r LEFT JOIN monitoring.import_file AS f USING (import_file_id));
-- Stages lines such as 'p1=10': participants and scores.
CREATE FUNCTION helper.stage_lines(lines text)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM monitoring.open_staging();
    PERFORM helper.stage(split_part(l, '=', 1), split_part(l, '=', 2))
    FROM string_to_table(lines, ' ') WITH ORDINALITY AS u (l, n);
END
$$;
CREATE FUNCTION helper.import(name text, lines text)
RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM helper.stage_lines(lines);
    RETURN helper.counts(monitoring.import_results(name));
END
$$;
CREATE FUNCTION helper.last_reasons()
RETURNS text
LANGUAGE sql
RETURN (SELECT string_agg(format('%s: %s', line, reason), E'\n' ORDER BY line)
        FROM monitoring.import_reject
        WHERE import_file_id = (SELECT max(import_file_id) FROM monitoring.import_file));

-- The same file twice.
SELECT is(import('a', 'p1=1 p2=2 p3=99 p4=4'), '4 = 3 + 0 + 0 + 1, 0', 'a file');
SELECT stored_state() AS state \gset
SELECT is(import('a', 'p1=1 p2=2 p3=99 p4=4'), '4 = 3 + 0 + 0 + 1, 0', 'the same file gives the same import');
SELECT is(stored_state(), :'state', 'and leaves every row, its xmin included, as it was');

-- Corrected: p1 changes, p2 goes, p3 is mended, p5 comes, p4 stays.
SELECT import('b', 'q1=1 q2=2') \g /dev/null
SELECT xmin AS p4_xmin FROM result WHERE participant = 'p4' \gset
SELECT is(import('a', 'p1=11 p3=3 p4=4 p5=5'), '4 = 2 + 1 + 1 + 0, 1', 'the corrected file replaces, adds and withdraws');
SELECT is(results(), 'p1=11/a p3=3/a p4=4/a p5=5/a q1=1/b q2=2/b', 'its own rows only');
SELECT is((SELECT version FROM import_file ORDER BY import_file_id DESC LIMIT 1), 2, 'it is version 2');
SELECT is((SELECT xmin::text FROM result WHERE participant = 'p4'), :'p4_xmin', 'an unchanged row is not rewritten');
SELECT is(import('a', 'p1=1 p2=2 p3=99 p4=4'), '4 = 1 + 1 + 1 + 1, 2', 'the first version again is a third');
SELECT is(results(), 'p1=1/a p2=2/a p4=4/a q1=1/b q2=2/b', 'and takes the results back');
SELECT is(import('a', 'p1=1 p2=2 p3=99 p4=99'), '4 = 0 + 0 + 2 + 2, 1', 'a row made wrong');
SELECT is(results(), 'p1=1/a p2=2/a q1=1/b q2=2/b', 'withdraws its result');
SELECT is(import('a', 'p3=99'), '1 = 0 + 0 + 0 + 1, 2', 'a version without one good row');
SELECT is(results(), 'q1=1/b q2=2/b', 'withdraws all of the file');
SELECT is(import('a', 'p1=1 p2=2'), '2 = 2 + 0 + 0 + 0, 0', 'which comes back');

-- Two files about one result.
SELECT is(import('c', 'q1=1 c1=1'), '2 = 1 + 0 + 1 + 0, 0', 'equal values of another file are no news');
SELECT is(results(), 'c1=1/c p1=1/a p2=2/a q1=1/b q2=2/b', 'the result stays the first file''s');
SELECT is(import('c', 'q1=9 c1=1'), '2 = 0 + 0 + 1 + 1, 0', 'other values of another file');
SELECT is(last_reasons(), '2: результат уже внесён из файла «b» с другими значениями', 'are refused');
SELECT is(results(), 'c1=1/c p1=1/a p2=2/a q1=1/b q2=2/b', 'and change nothing');
SELECT is(import('b', 'q2=2'), '1 = 0 + 0 + 1 + 0, 1', 'the owner withdraws the result');
SELECT is(import('c', 'q1=9 c1=1'), '2 = 1 + 0 + 1 + 0, 0', 'the refused file again, unchanged, now takes it');
SELECT is(results(), 'c1=1/c p1=1/a p2=2/a q1=9/c q2=2/b', 'as its own');
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark)
VALUES (administration(2023, 'vpr', 'math', 5), 1, 2023, 'm1', 7, 3), (administration(2023, 'vpr', 'math', 5), 1, 2023, 'm2', 7, 3);
SELECT is(import('d', 'm1=8'), '1 = 0 + 0 + 0 + 1, 0', 'a result entered by hand');
SELECT is(last_reasons(), '2: результат уже внесён без файла с другими значениями', 'is not replaced');
DELETE FROM result WHERE participant ~ '^m';

-- What an owner differs in besides the score: class, mark, journal, tasks.
SELECT open_staging() \g /dev/null
SELECT stage('v1', '5', '2', '3', '1;X', '5А') \g /dev/null
SELECT is(counts(import_results('v')), '1 = 1 + 0 + 0 + 0, 0', 'a row with every value');
CREATE FUNCTION helper.variant(score text DEFAULT '5', mark text DEFAULT '2', journal text DEFAULT '3',
                               tasks text DEFAULT '1;X', class text DEFAULT '5А')
RETURNS text
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM monitoring.open_staging();
    PERFORM helper.stage('v1', score, mark, journal, tasks, class);
    RETURN helper.counts(monitoring.import_results('other'));
END
$$;
SELECT is(ARRAY[variant(), variant(score => ''), variant(mark => '4'), variant(journal => ''),
                variant(tasks => '1;0'), variant(class => '5Б')],
          ARRAY['1 = 0 + 0 + 1 + 0, 0'] || array_fill('1 = 0 + 0 + 0 + 1, 0'::text, ARRAY[5]),
          'another file agrees only in all of them');

-- Lines of one file about one result.
SELECT is(import('e', 'e1=1 e1=1 e2=2 e1=1'), '4 = 2 + 0 + 0 + 2, 0', 'identical lines');
SELECT is(last_reasons(), E'3: повторяет строку 2\n5: повторяет строку 2', 'count once');
SELECT is(import('e', 'e1=1 e1=2 e2=2 e1=1'), '4 = 0 + 0 + 1 + 3, 1', 'contradictory lines');
SELECT is(last_reasons(),
    (SELECT string_agg(l || ': в файле несколько разных строк об этом результате (первая — 2): неизвестно, какая верна', E'\n')
     FROM unnest(ARRAY[2, 3, 5]) AS l), 'count not at all: neither can be preferred');
SELECT is(import('e', 'e1=1 e1=99 e2=2'), '3 = 1 + 0 + 1 + 1, 0', 'a wrong line does not contradict a good one');

-- A reject that was mended in the reference, not in the file.
SELECT open_staging() \g /dev/null
SELECT stage('s1', school_code => 'edu99000X'), stage('s2') \g /dev/null
SELECT is(counts(import_results('s')), '2 = 1 + 0 + 0 + 1, 0', 'a row of an unknown school');
INSERT INTO school_code (school_id, kind, code) VALUES (4, 'fis_oko', 'edu99000X');
SELECT open_staging() \g /dev/null
SELECT stage('s1', school_code => 'edu99000X'), stage('s2') \g /dev/null
SELECT is(counts(import_results('s')), '2 = 1 + 0 + 1 + 0, 0', 'the same file after the code was added');
SELECT is((SELECT school_id FROM result WHERE participant = 's1'), 4, 'stores the row');

-- The same file and counts, but other rows refused than before: r1 belongs to
-- file "r0" with another score, r2 is good; then r0 agrees and the maximum of
-- r2's administration refuses it.
SELECT import('r0', 'r1=5') \g /dev/null
CREATE FUNCTION helper.stage_r()
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM monitoring.open_staging();
    PERFORM helper.stage('r1', '6');
    PERFORM helper.stage('r2', '6', school_code => 'edu99000X');
END
$$;
SELECT stage_r() \g /dev/null
SELECT is(counts(import_results('r')), '2 = 1 + 0 + 0 + 1, 0', 'of two rows one is refused');
SELECT import('r0', 'r1=6') \g /dev/null
DELETE FROM school_code WHERE code = 'edu99000X';
SELECT stage_r() \g /dev/null
SELECT is(counts(import_results('r')), '2 = 0 + 0 + 1 + 1, 1', 'the same file: now the other one');
SELECT is(last_reasons(), '3: код организации: «fis_oko edu99000X» — нет в school_code', 'for its own reason');
SELECT is((SELECT string_agg(participant, ' ' ORDER BY participant) FROM result WHERE participant ~ '^r'), 'r1',
          'its result is withdrawn');
INSERT INTO school_code (school_id, kind, code) VALUES (4, 'fis_oko', 'edu99000X');
DELETE FROM result WHERE participant = 's1';
UPDATE administration SET max_score = 15 WHERE administration_id = administration(2023, 'vpr', 'math', 5);
SELECT import('x', 'x1=18') \g /dev/null
UPDATE administration SET max_score = 16 WHERE administration_id = administration(2023, 'vpr', 'math', 5);
SELECT is(import('x', 'x1=18'), '1 = 0 + 0 + 0 + 1, 0', 'a row refused for a new reason');
SELECT is(last_reasons(), '2: балл: «18» — больше максимального 16', 'is recorded with it');

-- An error in the middle: nothing of the import stays, the staged rows do.
CREATE FUNCTION helper.fail()
RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'injected' USING ERRCODE = 'XX000';
END
$$;
SELECT stored_state() AS state \gset
CREATE TRIGGER fail AFTER INSERT ON import_reject FOR EACH STATEMENT EXECUTE FUNCTION helper.fail();
SELECT stage_lines('p1=12 p9=9 p8=99') \g /dev/null
SELECT matches(error_of($$SELECT import_results('a')$$), '^XX000\ninjected', 'an error after the results were written');
SELECT is(stored_state(), :'state', 'leaves no trace');
SELECT is((SELECT count(*) FROM pg_temp.import_staging), 3::bigint, 'the staged rows are still there');
DROP TRIGGER fail ON import_reject;
SELECT is(counts(import_results('a')), '3 = 1 + 1 + 0 + 1, 1', 'and the call repeated succeeds');

SELECT is((SELECT count(*) FROM import_file
           WHERE rows_read <> rows_stored + rows_replaced + rows_unchanged + rows_rejected
              OR rows_rejected <> (SELECT count(*) FROM import_reject AS r WHERE r.import_file_id = import_file.import_file_id)),
          0::bigint, 'every import adds up and has its rejects');

SELECT * FROM finish();
