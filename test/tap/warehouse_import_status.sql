-- import_status: what it shows of every file; undo_import: what it takes back
-- and what it leaves.
\ir include/warehouse.sql
BEGIN;
SELECT plan(31);
SET client_min_messages = warning;

-- Two versions of one file and another file, which repeats a row of the first.
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage('a1'); PERFORM stage('a2'); PERFORM stage('a3');
    PERFORM import_results('first.csv');
    PERFORM stage('a1', '11'); PERFORM stage('a2'); PERFORM stage('a4');
    PERFORM stage('a5', mark => '7'); PERFORM stage('a6', mark => '8'); PERFORM stage('a7', mark => '«; x');
    PERFORM stage('a8', mark => '7', score => '99');
    PERFORM stage('a4'); PERFORM stage('a2');
    PERFORM import_results('first.csv');
    PERFORM stage('a2'); PERFORM stage('b1'); PERFORM stage('b2', academic_year => '2022');
    PERFORM import_results('second.csv');
END
$$;
SELECT is((SELECT string_agg(format('%s %s/%s %s: %s = %s + %s + %s + %s, %s', file_name, version, kind, is_latest,
                                    rows_read, rows_stored, rows_replaced, rows_unchanged, rows_rejected, rows_withdrawn),
                             E'\n' ORDER BY import_file_id) FROM import_status),
          E'first.csv 1/canonical f: 3 = 3 + 0 + 0 + 0, 0\nfirst.csv 2/canonical t: 9 = 1 + 1 + 1 + 6, 1\nsecond.csv 1/canonical t: 3 = 2 + 0 + 1 + 0, 0',
          'a row for every version');
SELECT is((SELECT reject_reasons FROM import_status WHERE file_name = 'first.csv' AND is_latest),
          'отметка: «…» — ожидается 2, 3, 4 или 5: 4; повторяет строку …: 2; балл: «…» — больше максимального 20: 1',
          'reasons counted by kind, the most frequent first');
SELECT is((SELECT count(*) FROM import_status WHERE reject_reasons IS NULL), 2::bigint, 'no rejects, no reasons');
SELECT is((SELECT bool_and(seconds >= 0 AND imported_by = current_user AND imported_at <= clock_timestamp()
                           AND undone_at IS NULL AND undone_by IS NULL) FROM import_status), true, 'who, when, how long');
INSERT INTO import_reject (import_file_id, line, row_text, reason)
SELECT 3, n, '', 'причина ' || chr(1071 + n) FROM generate_series(1, 12) AS n;
SELECT matches(reject_reasons(3), '^причина а: 1; .*причина й: 1; и ещё причин: 2$', 'of many kinds the rest as a number');
SELECT is((SELECT array_agg(DISTINCT k ORDER BY k)
           FROM unnest(ARRAY['повторяет строку 5', 'повторяет строку 6', 'повторяет группу строки 5', 'повторяет группу строки 7',
                             'в файле несколько разных значений показателя «x» (первое — в строке 5): неизвестно, какое верно',
                             'в файле несколько разных значений показателя «y» (первое — в строке 8): неизвестно, какое верно',
                             'повторяет значение показателя «x» из строки 5', 'повторяет значение показателя «x» из строки 9',
                             'в файле несколько разных строк об этом результате (первая — 7): неизвестно, какая верна',
                             bad_total('{40,59.5}'), bad_total('{40,59.4}')]) AS r, reason_kinds(r) AS k),
          ARRAY['в файле несколько разных значений показателя «…» (первое — в строке …): неизвестно, какое верно',
                'в файле несколько разных строк об этом результате (первая — …): неизвестно, какая верна',
                'повторяет группу строки …', 'повторяет значение показателя «…» из строки …', 'повторяет строку …',
                'проценты в сумме дают «…», а не 100'],
          'rows wrong in the same way are of one kind, whatever their lines');
SELECT is(reject_reasons(3, 1), 'причина а: 1; и ещё причин: 11', 'as many as asked for');
DELETE FROM import_reject WHERE import_file_id = 3;

-- Undo: only results owned by that file, of all its versions.
CREATE TEMP TABLE before_undo AS SELECT * FROM result;
CREATE TEMP TABLE journal AS SELECT * FROM import_file;
CREATE TEMP TABLE rejects AS SELECT * FROM import_reject;
SELECT is(undo_import('first.csv'), 3::bigint, 'three results are taken back');
SELECT is_empty($$SELECT * FROM result EXCEPT SELECT * FROM before_undo$$, 'nothing is changed');
SELECT is((SELECT string_agg(participant, ' ' ORDER BY participant) FROM before_undo AS b
           WHERE NOT EXISTS (SELECT FROM result AS r WHERE (r.participant, r.academic_year) = (b.participant, b.academic_year))),
          'a1 a2 a4', 'the file''s results are gone');
SELECT is((SELECT string_agg(participant, ' ' ORDER BY participant) FROM result), 'b1 b2', 'those of others stay');
SELECT is((SELECT string_agg(format('%s/%s %s %s', file_name, version, rows_withdrawn, undone_at IS NOT NULL), ', '
                             ORDER BY import_file_id) FROM import_status),
          'first.csv/1 1 t, first.csv/2 3 t, second.csv/1 0 f', 'the journal says what was undone');
SELECT is((SELECT undone_by FROM import_file WHERE import_file_id = 1), current_user::text, 'and by whom');
SELECT is_empty($$SELECT import_file_id, file_name, version, fingerprint, rows_read, rows_stored, rows_rejected, imported_at FROM journal
                  EXCEPT SELECT import_file_id, file_name, version, fingerprint, rows_read, rows_stored, rows_rejected, imported_at FROM import_file$$,
                'the rest of the journal is as it was');
SELECT is_empty('TABLE rejects EXCEPT TABLE import_reject', 'refused rows too');
SELECT is(undo_import('first.csv'), 0::bigint, 'undone again, nothing changes');
SELECT is((SELECT format('%s %s', count(*), max(rows_withdrawn)) FROM import_file WHERE undone_at IS NOT NULL), '2 3', 'nor in the journal');
SELECT is(error_of($$SELECT undo_import('third.csv')$$) LIKE E'P0002\nфайл с таким именем не загружался\nИмя: ''third.csv''.%', true,
          'a file never imported');
SELECT matches(error_of($$SELECT undo_import(NULL)$$), '^(22023|P0002)\n', 'no name');

-- Importing it again afterwards.
DO $$
BEGIN
    PERFORM stage('a1', '11'); PERFORM stage('a2'); PERFORM stage('a4');
END
$$;
SELECT is(counts(import_results('first.csv')), '3 = 3 + 0 + 0 + 0, 0', 'the file goes in again');
SELECT is((SELECT format('%s %s', version, undone_at IS NULL) FROM import_status WHERE file_name = 'first.csv' AND is_latest),
          '3 t', 'as a new version, not undone');
SELECT is_empty($$SELECT administration_id, school_id, participant, attempt, score, mark FROM before_undo
                  EXCEPT SELECT administration_id, school_id, participant, attempt, score, mark FROM result$$,
                'every result is back');
-- A row now owned by the first file that the second has as well.
DO $$
BEGIN
    PERFORM stage('a2'); PERFORM stage('b1'); PERFORM stage('b2', academic_year => '2022');
END
$$;
SELECT is(undo_import('first.csv'), 3::bigint, 'undone once more');
SELECT is(counts(import_results('second.csv')), '3 = 1 + 0 + 2 + 0, 0', 'the other file brings back what both had');
SELECT is(undo_import('second.csv'), 3::bigint, 'and takes it back itself');
SELECT is((SELECT count(*) FROM result), 0::bigint, 'nothing is left');
-- A file of which nothing was stored.
DO $$ BEGIN PERFORM stage('c1', mark => '1'); END $$;
SELECT import_results('refused.csv') \g /dev/null
SELECT is(undo_import('refused.csv'), 0::bigint, 'a file without results is undone too');
DO $$ BEGIN PERFORM stage('c1', mark => '1'); END $$;
SELECT is((import_results('refused.csv')).version, 2, 'and recorded when it comes again');

-- The cycle forgets what was undone.
DO $$
BEGIN
    PERFORM stage('e1', school_code => 'edu990002');
    PERFORM import_results('fine.csv');
    PERFORM stage('d' || n, mark => '2', subject => s) FROM generate_series(1, 5) AS n, unnest(ARRAY['math', 'rus']) AS s;
    PERFORM import_results('low.csv');
END
$$;
SELECT is((run_cycle(2023)).in_list, 1, 'a list');
SELECT undo_import('low.csv') \g /dev/null
SELECT is((run_cycle(2023)).in_list, 0, 'is empty without the file');
SELECT is(result_eq, true, 'journal and results agree')
FROM (SELECT (SELECT sum(rows_stored - rows_withdrawn) FROM import_file) = (SELECT count(*) FROM result) AS result_eq) AS v;

SELECT * FROM finish();
ROLLBACK;
