-- Data checks of published groups against pupils' results and each other.
\ir include/warehouse.sql
BEGIN;
SELECT plan(22);
SET client_min_messages = warning;

-- Schools 1 and 2 are of the first municipality, 3 and 4 of the second. Each
-- has 10 pupils: marks 2, 2, 3, 3, 3, 4, 4, 4, 5, 5.
SELECT administration(2023, 'vpr', 'math', 5) AS math \gset
INSERT INTO result (administration_id, school_id, academic_year, mark, participant)
SELECT :math, s, 2023, (ARRAY[2, 2, 3, 3, 3, 4, 4, 4, 5, 5])[p], format('%s-%s', s, p)
FROM generate_series(1, 4) AS s, generate_series(1, 10) AS p;
INSERT INTO import_file (file_name, version, kind, fingerprint, rows_read, rows_stored, rows_replaced, rows_unchanged,
                         rows_rejected, rows_withdrawn)
VALUES ('f3.csv', 1, 'fis_marks', repeat('0', 64), 7, 7, 0, 0, 0, 0) RETURNING import_file_id AS file \gset
INSERT INTO published_group (import_file_id, kind, administration_id, academic_year, level, label, school_id, municipality_id,
                             participants, mark_2, mark_3, mark_4, mark_5)
SELECT :file, 'fis_marks', :math, 2023, 'school', 'ОО ' || s, s, NULL::integer, 10, 2, 3, 3, 2 FROM generate_series(1, 4) AS s
UNION ALL SELECT :file, 'fis_marks', :math, 2023, 'municipality', 'МО ' || m, NULL, m, 20, 4, 6, 6, 4 FROM generate_series(1, 2) AS m
UNION ALL SELECT :file, 'fis_marks', :math, 2023, 'region', 'Область', NULL, NULL, 40, 8, 12, 12, 8;

CREATE FUNCTION helper.found(check_code text)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    lines text;
BEGIN
    EXECUTE format($q$SELECT string_agg(format('%%s|%%s', subject, detail), E'\n' ORDER BY subject, detail) FROM monitoring.check_%s(2023)$q$,
                   check_code) INTO lines;
    RETURN lines;
END
$$;
SELECT is(found(v), NULL, format('all agree: %s', v))
FROM unnest(ARRAY['school_against_published', 'territory_against_published', 'published_sums', 'percent_without_count']) AS v;
SELECT is(found('file_balance'), NULL, 'published groups are counted with their file');
SAVEPOINT clean;

UPDATE published_group SET mark_2 = 3, mark_3 = 2 WHERE school_id = 1;
SELECT is(found('school_against_published'),
          'Школа № 1, Первый район: ВПР, математика, 5 класс, 2023 год|результаты: участников 10, отметки 2–5: 2, 3, 3, 2; опубликовано (f3.csv): участников 10, отметки 2–5: 3, 2, 3, 2',
          'a school''s marks differ');
SELECT is(found('published_sums'),
          'МО 1: ВПР, математика, 5 класс, 2023 год|по организациям: участников 20, отметки 2–5: 5, 5, 6, 4; по муниципалитету (f3.csv): участников 20, отметки 2–5: 4, 6, 6, 4',
          'and do not add up to those of its municipality');
SELECT is(found('territory_against_published'), NULL, 'whose own totals are right');
ROLLBACK TO clean;

DELETE FROM result WHERE participant = '3-1';
SELECT is(found('school_against_published') LIKE 'Школа № 3, %|результаты: участников 9, %', true, 'a pupil missing in a school');
SELECT is((SELECT string_agg(subject, '; ' ORDER BY subject) FROM check_territory_against_published(2023)),
          'МО 2: ВПР, математика, 5 класс, 2023 год; Область: ВПР, математика, 5 класс, 2023 год',
          'is missing in its municipality and in the region');
INSERT INTO result (administration_id, school_id, academic_year, attempt, mark, participant) VALUES (:math, 3, 2023, 2, 2, '3-1');
SELECT is((SELECT count(*) FROM check_school_against_published(2023)), 1::bigint, 'a re-sit does not stand in');
DELETE FROM result WHERE school_id = 3;
SELECT is(found('school_against_published'), NULL, 'a school without results of pupils contradicts nothing');
ROLLBACK TO clean;

UPDATE published_group SET mark_2 = NULL, mark_3 = NULL, mark_4 = NULL, mark_5 = NULL WHERE level <> 'school' OR school_id = 1;
SELECT is(found(v), NULL, format('marks not published contradict nothing: %s', v))
FROM unnest(ARRAY['school_against_published', 'territory_against_published', 'published_sums']) AS v;
UPDATE published_group SET participants = 21 WHERE label = 'МО 1';
SELECT is(found('territory_against_published'),
          'МО 1: ВПР, математика, 5 класс, 2023 год|результаты: участников 20, отметки 2–5: 4, 6, 6, 4; опубликовано (f3.csv): участников 21',
          'participants do');
SELECT is(found('published_sums') IS NOT NULL, true, 'in sums as well');
ROLLBACK TO clean;

INSERT INTO region (code, name) VALUES ('98', 'Край');
UPDATE published_group SET participants = 41, mark_2 = 9 WHERE level = 'region';
SELECT is(found('territory_against_published'), NULL, 'with two regions their rows are not guessed at');
ROLLBACK TO clean;

-- A percentage no count gives, as the import words it.
INSERT INTO import_reject (import_file_id, line, row_text, reason)
VALUES (:file, 9, 'x', nearest_counts(12.40, 89)), (:file, 10, 'x', 'другая причина');
SELECT is(split_part(found('percent_without_count'), '|', 1), 'файл «f3.csv», строка 9', 'a row whose percentages fit no counts');
SELECT is(nearest_counts(12.40, 89),
          '«12,40 %» от «89» не даёт целого числа участников: ближайшие «11 (12,36 %)» и «12 (13,48 %)»', 'the nearest counts are named');
SELECT is((SELECT array_agg(k) FROM unnest(ARRAY[nearest_counts(12.40, 89), nearest_counts(30.1, 21)]) AS r, reason_kinds(r) AS k
           GROUP BY k),
          (SELECT array_fill('«…» от «…» не даёт целого числа участников: ближайшие «…» и «…»'::text, ARRAY[2])),
          'such rows are counted together');
SELECT undo_import('f3.csv') \g /dev/null
SELECT is(found('percent_without_count'), NULL, 'of an undone file they do not matter');

SELECT * FROM finish();
ROLLBACK;
