-- open_administration: what it takes from the published cuts of the year, what
-- the caller overrides, and what it refuses.
\ir include/warehouse.sql
BEGIN;
SELECT plan(22);

-- What a call stores, in one line.
CREATE FUNCTION pg_temp.stored(key integer)
RETURNS text
LANGUAGE sql
RETURN (SELECT format('%s: max %s, %s, min %s, cuts %s %s %s, %s', academic_year, max_score, fail_by,
                      coalesce(min_score::text, '-'), coalesce(cut_3::text, '-'), coalesce(cut_4::text, '-'),
                      coalesce(cut_5::text, '-'), CASE WHEN is_controlled THEN 'controlled' ELSE 'not controlled' END)
        FROM administration WHERE administration_id = key);

-- Published cuts: a scale without years, one of certain years, none.
SELECT is(pg_temp.stored(open_administration(2023, 'ege', 'rus', 11)),
          '2023: max 100, min_score, min 24, cuts - - -, not controlled', 'a scale without years, judged by score');
SELECT is(pg_temp.stored(open_administration(2024, 'vpr', 'math', 8)),
          '2024: max 25, mark, min -, cuts 8 15 21, not controlled', 'the last year of a scale');
SELECT matches(error_of($$SELECT open_administration(2025, 'vpr', 'math', 8)$$),
               '^22004\n.*max_score => 20', 'the year after it has no maximum to take');
SELECT is(pg_temp.stored(open_administration(2023, 'oge', 'rus', 9)),
          '2023: max 33, mark, min 15, cuts 15 23 29, not controlled', 'a scale of one year');
SELECT matches(error_of($$SELECT open_administration(2022, 'oge', 'rus', 9)$$), '^22004\n', 'not of the year before');
SELECT matches(error_of($$SELECT open_administration(2024, 'oge', 'rus', 9)$$), '^22004\n', 'nor of the year after');
SELECT is(pg_temp.stored(open_administration(2030, 'oge', 'math', 9)),
          '2030: max 31, mark, min 8, cuts 8 15 22, not controlled', 'a scale open towards the future');

-- Of two scales the later; of scales with other maxima the one of the maximum given.
INSERT INTO mark_cut (assessment_id, first_year, last_year, max_score, cut_3, cut_4, cut_5, source)
SELECT find_assessment('vpr', 'math', 'none', 6), v.* FROM (VALUES
    (NULL::integer, NULL::integer, 16, 6, 10, 14, 'старая'), (2022, NULL, 18, 7, 11, 15, 'новая')) AS v;
SELECT is(pg_temp.stored(open_administration(2021, 'vpr', 'math', 6)),
          '2021: max 16, mark, min -, cuts 6 10 14, not controlled', 'before the new scale the old one');
SELECT is(pg_temp.stored(open_administration(2022, 'vpr', 'math', 6)),
          '2022: max 18, mark, min -, cuts 7 11 15, not controlled', 'then the new one');
SELECT is(pg_temp.stored(open_administration(2023, 'vpr', 'math', 6, max_score => 16)),
          '2023: max 16, mark, min -, cuts 6 10 14, not controlled', 'the maximum given picks the scale');
SELECT is(pg_temp.stored(open_administration(2023, 'vpr', 'math', 6, max_score => 17)),
          '2023: max 17, mark, min -, cuts - - -, not controlled', 'a maximum no scale has: no cuts');

-- Own values go first; the same call again changes the same administration.
SELECT is(pg_temp.stored(open_administration(2024, 'oge', 'math', 9, min_score => 6, cut_3 => 6, cut_4 => 12, cut_5 => 20,
                                             is_controlled => true, source => 'Приказ региона')),
          '2024: max 31, mark, min 6, cuts 6 12 20, controlled', 'own values');
SELECT is((SELECT source FROM administration WHERE academic_year = 2024 AND cut_5 = 20), 'Приказ региона', 'own source');
SELECT is((SELECT a.source FROM administration AS a WHERE academic_year = 2030),
          (SELECT c.source FROM mark_cut AS c JOIN assessment AS n USING (assessment_id) WHERE n.name = 'ОГЭ, математика'),
          'otherwise that of the scale');
SELECT is(pg_temp.stored(open_administration(2023, 'ege', 'math', 11, level => 'profile', fail_by => 'mark')),
          '2023: max 100, mark, min 27, cuts - - -, not controlled', 'own way of judging');
SELECT is(open_administration(2024, 'vpr', 'math', 8, max_score => 26),
          (SELECT administration_id FROM administration
           WHERE academic_year = 2024 AND assessment_id = find_assessment('vpr', 'math', 'none', 8)),
          'a second call changes the administration of that year');
SELECT is((SELECT max_score FROM administration
           WHERE academic_year = 2024 AND assessment_id = find_assessment('vpr', 'math', 'none', 8)),
          26, 'as it says');

-- Refused.
SELECT is(error_of($$SELECT open_administration(2023, 'vpr', 'latin', 5)$$),
          E'P0002\nпроцедура не найдена в таблице assessment\nВид vpr, предмет latin, уровень none, класс 5.\nДобавьте строку в assessment или проверьте коды в exam и subject.',
          'an unknown assessment');
SELECT matches(error_of($$SELECT open_administration(2023, 'kdr', 'math', 5, max_score => 10)$$), '^P0002\n',
               'known codes in an unknown combination');
SELECT matches(error_of($$SELECT open_administration(2023, 'vpr', 'math', 5, max_score => 20, fail_by => 'min_score')$$),
               '^23514\n', 'judged by score without a minimum');
SELECT matches(error_of($$SELECT open_administration(2023, 'vpr', 'math', 5, max_score => 20, cut_3 => 5)$$),
               '^23514\n', 'one cut without the others');
SELECT matches(error_of($$SELECT open_administration(1999, 'vpr', 'math', 5, max_score => 20)$$),
               '^22003\n.*Получено: 1999', 'a year out of range');

SELECT * FROM finish();
ROLLBACK;
