-- Which school a result counts for when schools merge, change codes or names,
-- and what becomes of codes that nobody knows.
\ir include/warehouse.sql
BEGIN;
SELECT plan(69);

-- Successors: what is refused.
SELECT is(error_of('UPDATE school SET successor_id = 2 WHERE school_id = 1') LIKE E'23514\n%', true,
          'a successor without a year');
SELECT is(error_of('UPDATE school SET succeeded_in = 2023 WHERE school_id = 1') LIKE E'23514\n%', true,
          'a year without a successor');
SELECT is(error_of('SELECT merge_schools(1, 1, 2023)') LIKE E'23514\n%', true, 'a school into itself');
SELECT is(error_of('SELECT merge_schools(1, 99, 2023)') LIKE E'P0002\nорганизация не найдена\nКлюч 99.%', true,
          'into a school there is not');
SELECT is(error_of('SELECT merge_schools(NULL, 1, 2023)') LIKE E'P0002\n%', true, 'of no school');
SELECT is(error_of('SELECT merge_schools(1, 2, 1999)') LIKE E'22003\n%', true, 'in a year out of range');
SELECT is(error_of('SELECT merge_schools(1, 2, NULL)') LIKE E'22003\n%', true, 'in no year');
SAVEPOINT ring;
SELECT merge_schools(1, 2, 2021), merge_schools(2, 3, 2022) \g /dev/null
SELECT is(error_of('SELECT merge_schools(3, 1, 2023)') LIKE E'22023\nорганизация 1 (%', true,
          'into a school already succeeded');
SELECT is(split_part(error_of('SELECT merge_schools(3, 1, 2020)'), E'\n', 2),
          'организация не может быть правопреемником самой себя', 'a ring of three');
SELECT is(error_of('UPDATE school SET successor_id = 1, succeeded_in = 2030 WHERE school_id = 3') LIKE E'23514\n%',
          true, 'by hand as well');
SELECT is(error_of('SELECT merge_schools(1, 4, 2021)') LIKE E'22023\nу организации 1 (%', true,
          'a second successor');
SELECT is(error_of('SELECT merge_schools(1, 2, 2020)'), NULL, 'another year of the same succession');
SELECT is((SELECT succeeded_in FROM school WHERE school_id = 1), 2020, 'is a correction');

-- Who stands for whom, year by year: 1 -> 2 in 2020, 2 -> 3 in 2022.
SELECT is((SELECT string_agg(format('%s:%s%s', school_id, standing_id, coalesce('/' || succeeded_in, '')), ' '
                             ORDER BY school_id)
           FROM standing_schools(v.year)), v.expected, format('who stands for whom in %s', v.year))
FROM (VALUES (2019, '1:1 2:2 3:3 4:4'), (2020, '1:2/2020 2:2 3:3 4:4'), (2021, '1:2/2020 2:2 3:3 4:4'),
             (2022, '1:3/2020 2:3/2022 3:3 4:4'), (2023, '1:3/2020 2:3/2022 3:3 4:4')) AS v (year, expected);
-- A link that comes into force before the one it hangs on.
UPDATE school SET succeeded_in = 2025 WHERE school_id = 1;
SELECT is((SELECT string_agg(format('%s:%s', school_id, standing_id), ' ' ORDER BY school_id)
           FROM standing_schools(v.year)), v.expected, format('and in %s with the first link later', v.year))
FROM (VALUES (2023, '1:1 2:3 3:3 4:4'), (2025, '1:3 2:3 3:3 4:4')) AS v (year, expected);
UPDATE school SET first_year = 2018, last_year = 2020 WHERE school_id = 4;
SELECT is((SELECT string_agg(y::text, ' ' ORDER BY y) FROM generate_series(2016, 2026) AS y
           WHERE works_in((SELECT s FROM school AS s WHERE school_id = v.school_id), y)), v.years,
          format('years in which school %s works', v.school_id))
FROM (VALUES (1, '2016 2017 2018 2019 2020 2021 2022 2023 2024'),
             (2, '2016 2017 2018 2019 2020 2021'), (4, '2018 2019 2020')) AS v (school_id, years);
ROLLBACK TO ring;

-- The cycle. Random results of three years in twelve schools, four of which
-- are succeeded; what should count for whom is written out by hand.
SELECT setseed(0.47) \g /dev/null
INSERT INTO school (municipality_id, name) SELECT 1, format('Школа № %s', n) FROM generate_series(5, 12) AS n;
SELECT open_year(2021), open_administration(2021, 'vpr', 'math', 5, max_score => 20),
       open_administration(2021, 'vpr', 'rus', 5, max_score => 45), open_administration(2021, 'ege', 'rus', 11) \g /dev/null
INSERT INTO result (administration_id, school_id, academic_year, attempt, score, mark, participant)
SELECT a.administration_id, s.school_id, a.academic_year, 1,
       CASE WHEN a.fail_by = 'min_score' THEN (random() * 60)::integer END,
       CASE WHEN a.fail_by = 'mark' THEN (ARRAY[2, 2, 3, 4, 5])[1 + floor(random() * 5)::integer] END, 'p' || p
FROM administration AS a
CROSS JOIN school AS s
CROSS JOIN generate_series(1, 10) AS p
WHERE random() < 0.8;
-- One school without results of its own: its code changed in 2023.
DELETE FROM result WHERE school_id = 6 AND academic_year < 2023;
CREATE TEMP TABLE heir (old integer, standing integer, since integer);
INSERT INTO heir VALUES
    (5, 6, 2023),       -- new legal entity: all its past is that of school 5
    (7, 8, 2022),       -- joined to a working school
    (9, 10, 2021),      -- a chain: 9 -> 11 -> 10; nothing of 2021 on counts
    (11, 10, 2023);
SELECT merge_schools(5, 6, 2023), merge_schools(7, 8, 2022), merge_schools(9, 11, 2021),
       merge_schools(11, 10, 2023), merge_schools(12, 1, 2024) \g /dev/null
SET client_min_messages = warning;
SELECT is((run_cycle(2023, allow_errors => true)).schools, 8, 'four of twelve are succeeded by 2023, one only later');
CREATE TEMP VIEW wanted AS
SELECT coalesce(h.standing, r.school_id) AS school_id, a.assessment_id, r.academic_year, count(*) AS participants,
       count(*) FILTER (WHERE CASE WHEN a.fail_by = 'mark' THEN r.mark = 2 ELSE r.score < a.min_score END) AS failed
FROM result AS r
JOIN administration AS a USING (administration_id)
LEFT JOIN heir AS h ON h.old = r.school_id
WHERE h.since IS NULL OR r.academic_year < h.since
GROUP BY 1, 2, 3;
CREATE TEMP VIEW got AS
SELECT o.school_id, o.assessment_id, o.academic_year, o.participants, o.failed
FROM assessment_outcome AS o JOIN cycle AS c USING (cycle_id)
WHERE c.is_current AND c.result_year = 2023;
SELECT is((SELECT count(*) FROM wanted) > 60, true, 'many outcomes to compare');
SELECT is_empty('TABLE wanted EXCEPT ALL TABLE got', 'every outcome expected is there');
SELECT is_empty('TABLE got EXCEPT ALL TABLE wanted', 'and no other');
SELECT is((SELECT string_agg(school_id::text, ' ' ORDER BY school_id) FROM school_outcome
           JOIN cycle USING (cycle_id) WHERE is_current AND result_year = 2023),
          '1 2 3 4 6 8 10 12', 'a succeeded school is not judged itself');
SELECT is((SELECT count(*) > 0 FROM wanted WHERE school_id = 6 AND academic_year = 2022), true,
          'the new legal entity has a past');
SELECT is((SELECT count(*) FROM got WHERE school_id = 10 AND academic_year = 2022), 3::bigint, 'the chain has a past');

-- The fingerprint covers successions.
SELECT count(*) AS cycles FROM cycle \gset
SELECT run_cycle(2023, allow_errors => true) \g /dev/null
SELECT is((SELECT count(*) FROM cycle), :cycles::bigint, 'the same successions: the same cycle');
SELECT merge_schools(12, 1, 2025) \g /dev/null
SELECT run_cycle(2023, allow_errors => true) \g /dev/null
SELECT is((SELECT count(*) FROM cycle), :cycles::bigint, 'a succession after the judged year changes nothing');
UPDATE school SET succeeded_in = 2023 WHERE school_id = 7;
SELECT run_cycle(2023, allow_errors => true) \g /dev/null
SELECT is((SELECT count(*) FROM cycle), :cycles + 1::bigint, 'one in force from another year makes a new cycle');
UPDATE school SET succeeded_in = NULL, successor_id = NULL;
SELECT run_cycle(2023, allow_errors => true) \g /dev/null
SELECT is((SELECT count(*) FROM got WHERE school_id = 5) > 0, true, 'taken back, everyone has his own again');

-- Dynamics. Lists of 2021 and 2022: 1 in both, 2 in 2021, 3 in 2022, 4 never.
-- In 2023 each has a successor with results of 2023 only.
TRUNCATE result, result_summary, cycle CASCADE;
CREATE TEMP TABLE story (school_id integer, academic_year integer, is_low boolean);
INSERT INTO story VALUES
    (1, 2021, true), (1, 2022, true), (2, 2021, true), (2, 2022, false), (3, 2021, false), (3, 2022, true),
    (4, 2021, false), (4, 2022, false),
    (5, 2023, true), (6, 2023, true), (7, 2023, false), (8, 2023, true), (9, 2023, false), (10, 2023, true);
INSERT INTO result (administration_id, school_id, academic_year, mark, participant)
SELECT a.administration_id, s.school_id, s.academic_year, CASE WHEN s.is_low AND p <= 5 THEN 2 ELSE 4 END, 'p' || p
FROM story AS s
JOIN administration AS a USING (academic_year)
CROSS JOIN generate_series(1, 10) AS p
WHERE a.fail_by = 'mark';
SELECT merge_schools(1, 5, 2023), merge_schools(2, 6, 2023), merge_schools(3, 7, 2023), merge_schools(4, 8, 2023) \g /dev/null
SELECT run_cycle(2021), run_cycle(2022) \g /dev/null
SELECT run_cycle(2023) AS c \gset
SELECT is((SELECT dynamics FROM school_outcome JOIN cycle USING (cycle_id)
           WHERE is_current AND result_year = 2023 AND school_id = v.school_id), v.dynamics,
          format('dynamics of school %s', v.school_id))
FROM (VALUES (5, 'stayed'), (6, 'returned'), (7, 'left'), (8, 'new'), (9, 'never'), (10, 'new')) AS v (school_id, dynamics);
SELECT is((SELECT format('%s previous, %s stayed, %s departed, %s of them unjudged', previous_in_list, stayed, departed,
                         departed_unjudged) FROM cycle WHERE is_current AND result_year = 2023),
          '2 previous, 1 stayed, 1 departed, 0 of them unjudged', 'totals of the cycle follow');
-- Two schools of the previous list in one successor.
UPDATE school SET successor_id = 5 WHERE school_id = 3;
SELECT run_cycle(2023, allow_errors => true) \g /dev/null
SELECT is((SELECT format('%s previous, %s stayed, %s departed, %s of them unjudged', previous_in_list, stayed, departed,
                         departed_unjudged) FROM cycle WHERE is_current AND result_year = 2023),
          '2 previous, 1 stayed, 1 departed, 1 of them unjudged', 'of two that became one, one departed by joining');

-- Names over the years.
SELECT rename_school(1, ' СОШ № 1 имени Героя ', 2023) \g /dev/null
SELECT rename_school(1, 'Гимназия № 1', 2022) \g /dev/null
SELECT is((SELECT name FROM school WHERE school_id = 1), 'СОШ № 1 имени Героя', 'the name of the latest year is the name');
SELECT is((SELECT string_agg(format('%s %s-%s %s', name, first_year, last_year, is_current), ', ' ORDER BY first_year NULLS FIRST)
           FROM school_known_name WHERE school_id = 1),
          'Школа № 1 -2021 f, Гимназия № 1 2022-2022 f, СОШ № 1 имени Героя 2023- t', 'earlier names are kept with their years');
SELECT rename_school(1, 'Лицей № 1', 2023) \g /dev/null
SELECT is((SELECT format('%s, %s names', s.name, (SELECT count(*) FROM school_name)) FROM school AS s WHERE school_id = 1),
          'Лицей № 1, 3 names', 'a second name of the same year corrects the first');
SELECT is((SELECT format('%s %s', name, is_current) FROM school_known_name WHERE school_id = 2), 'Школа № 2 t',
          'a school never renamed has its only name');
SELECT is(error_of('SELECT rename_school(1, '' '', 2023)') LIKE E'22023\n%', true, 'no name');
SELECT is(error_of('SELECT rename_school(99, ''x'', 2023)') LIKE E'P0002\n%', true, 'of a school there is not');

-- Unknown codes.
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage('p1', school_code => 'edu990777');
    PERFORM stage('p2', school_code => ' edu990777 ', school_code_kind => 'FIS_OKO');
    PERFORM stage('p3', school_code => '990777', school_code_kind => 'ris_gia');
    PERFORM stage('p4', school_code => '990777', school_code_kind => 'other');
    PERFORM stage('p5', school_code => '');
    PERFORM stage('p6', school_code => repeat('7', 41));
    PERFORM stage('p7', mark => '9');
END
$$;
SELECT count(*) AS schools FROM school \gset
SELECT is(counts(import_results('unknown.csv')), '7 = 0 + 0 + 0 + 7, 0', 'seven refused rows');
SELECT is((SELECT string_agg(format('%s %s %s %s', kind, code, row_count, resolved_at IS NULL), ', ' ORDER BY kind, code)
           FROM unmatched_school),
          'fis_oko edu990777 2 t, ris_gia 990777 1 t', 'the work list has the codes of known systems, each once');
SELECT is((SELECT count(*) FROM school), :schools::bigint, 'and no school came of them');
SELECT note_unmatched_schools(
    (SELECT max(import_file_id) FROM import_file),
    ARRAY[ROW('fis_oko', 'edu990777', 'МБОУ "Школа №3"', 'Второй  район', 5)::school_mention,
          ROW('fis_oko', 'edu990001', 'Школа № 1', NULL, 5)::school_mention]) AS noted \gset
SELECT is(:noted, 1, 'a code known by now is not listed');
SELECT is((SELECT format('%s, %s, %s', name, municipality, row_count) FROM unmatched_school WHERE kind = 'fis_oko'),
          'МБОУ "Школа №3", Второй  район, 5', 'a file that names the school adds its name');

-- Suggestions.
SELECT is(error_of($$SELECT suggest_schools('fis_oko', 'edu990777')$$),
          E'0A000\nдля сравнения наименований нужно расширение pg_trgm\nCREATE EXTENSION pg_trgm', 'without pg_trgm');
CREATE SCHEMA trgm;
CREATE EXTENSION pg_trgm SCHEMA trgm;
SELECT is((SELECT school_id FROM suggest_schools('fis_oko', 'edu990777') LIMIT 1), 3,
          'the school of that number in that municipality is first');
SELECT is((SELECT string_agg(DISTINCT municipality, ',') FROM suggest_schools('fis_oko', 'edu990777')), 'Второй район',
          'only schools of that municipality');
UPDATE unmatched_school SET name = 'МБОУ гимназия №1', municipality = 'Какой-то город' WHERE kind = 'fis_oko';
SELECT is((SELECT format('%s %s %s', school_id, similar_name, same_number) FROM suggest_schools('fis_oko', 'edu990777') LIMIT 1),
          '1 Гимназия № 1 t', 'old names are found; a municipality like none restricts nothing');
SELECT is((SELECT count(*) FROM suggest_schools('fis_oko', 'edu990777', 2)), 2::bigint, 'as many as asked for');
UPDATE school SET name = CASE school_id WHEN 3 THEN 'Школа № 2 имени Героя' ELSE 'СОШ № 12' END WHERE school_id IN (3, 4);
UPDATE unmatched_school SET name = 'Школа № 12 имени Героя', municipality = 'Второй район' WHERE kind = 'fis_oko';
SELECT is((SELECT array_agg(school_id ORDER BY place) FROM suggest_schools('fis_oko', 'edu990777')
           WITH ORDINALITY AS s (school_id, school, municipality, name, similarity, same_number, place)), ARRAY[4, 3],
          'the number counts for more than the other words');
SELECT is((SELECT count(*) FROM suggest_schools('ris_gia', '990777')), 0::bigint, 'no name in the file, nothing to compare');
SELECT is(error_of($$SELECT suggest_schools('fis_oko', 'edu1')$$) LIKE E'P0002\n%', true, 'a code not in the list');

-- Resolution.
SELECT is(error_of($$SELECT assign_school_code('fis_oko', 'edu1', 3)$$) LIKE E'P0002\n%', true, 'a code not in the list is not assigned');
SELECT is(error_of($$SELECT assign_school_code('fis_oko', 'edu990777', 99)$$) LIKE E'P0002\n%', true, 'nor to a school there is not');
SELECT assign_school_code('fis_oko', 'edu990777', 3) AS key \gset
SELECT is((SELECT school_id FROM school_code WHERE school_code_id = :key), 3, 'the code is the school''s');
SELECT is(assign_school_code('fis_oko', 'edu990777', 3), :key, 'assigned again, nothing changes');
SELECT is(error_of($$SELECT assign_school_code('fis_oko', 'edu990777', 4)$$) LIKE E'23505\n%', true, 'to another school it is refused');
INSERT INTO school_code (school_id, kind, code) VALUES (4, 'ris_gia', '990777');
SELECT is((SELECT count(*) FROM unmatched_school WHERE resolved_at IS NULL), 0::bigint,
          'a code entered by hand is off the work list too');
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage('p1', school_code => 'edu990777');
END
$$;
SELECT is(counts(import_results('unknown.csv')), '1 = 1 + 0 + 0 + 0, 0', 'and the file goes in');
DELETE FROM result;
DELETE FROM school_code WHERE code IN ('edu990777', '990777');
DO $$
BEGIN
    PERFORM open_staging();
    PERFORM stage('p1', school_code => 'edu990777');
END
$$;
SELECT import_results('again.csv') \g /dev/null
SELECT is((SELECT format('%s %s', (SELECT file_name FROM import_file WHERE import_file_id = u.last_file_id), u.resolved_at)
           FROM unmatched_school AS u WHERE kind = 'fis_oko'),
          'again.csv ', 'a code unknown again is back on the list');

SELECT * FROM finish();
ROLLBACK;
