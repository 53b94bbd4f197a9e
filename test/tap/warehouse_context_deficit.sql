-- Resource deficits, measured twice a year: levels, changes, the map, the
-- statement on a repeated measurement; against counts over the raw values.
\ir include/warehouse.sql
BEGIN;
SELECT plan(18);
SET client_min_messages = warning;

-- Forty more schools in the second district, so that a sign test can tell.
INSERT INTO school (municipality_id, name)
SELECT municipality_id, format('Школа № %s', n) FROM municipality, generate_series(5, 44) AS n WHERE code = '02' ORDER BY n;
CREATE FUNCTION helper.id(indicator text)
RETURNS integer
LANGUAGE sql STABLE
RETURN (SELECT i.context_indicator_id FROM monitoring.context_indicator AS i WHERE i.code = id.indicator);
INSERT INTO school_context (school_id, context_indicator_id, academic_year, measurement, amount)
SELECT s.school_id, id(v.code), 2023, v.measurement, v.level
FROM school AS s
CROSS JOIN LATERAL (VALUES
    -- equipment: better in 30 schools, worse in none
    ('equipment', 1, 1 + s.school_id % 2), ('equipment', 2, CASE WHEN s.school_id % 4 < 3 THEN 3 ELSE 2 END),
    -- staff: as many better as worse
    ('staff_deficit', 1, 1), ('staff_deficit', 2, s.school_id % 2 * 2),
    -- remoteness and the type of settlement do not change
    ('remoteness', 1, 1 + s.school_id % 2), ('remoteness', 2, 1 + s.school_id % 2),
    ('settlement_type', 1, 2), ('settlement_type', 2, 2),
    ('economic_potential', 1, 1 + s.school_id % 3)) AS v (code, measurement, level);
INSERT INTO school_context (school_id, context_indicator_id, academic_year, measurement, amount)
VALUES (1, id('economic_potential'), 2024, 1, 2), (1, id('settlement_size'), 2023, 1, 2.5);

SELECT is((SELECT string_agg(format('%s %s', name, deficit), ', ' ORDER BY level) FROM context_level WHERE context_indicator_id = id('economic_potential')),
          'низкий 2, средний 1, высокий 0', 'a low potential is a high deficit');
SELECT is((SELECT string_agg(format('%s %s', name, deficit), ', ' ORDER BY level) FROM context_level WHERE context_indicator_id = id('staff_deficit')),
          'отсутствует 0, средний 1, высокий 2', 'the lack of staff is named as it is');
SELECT is((SELECT string_agg(DISTINCT factor_code, ' ' ORDER BY factor_code) FROM deficit_level), 'economic_potential equipment remoteness staff_deficit',
          'an indicator that says nothing of a deficit, or has no threshold, is none');
SELECT is((SELECT ROW(measured, value_text, deficit, deficit_text)::text FROM deficit_level
           WHERE school_id = 1 AND factor_code = 'economic_potential' AND academic_year = 2024),
          '("октябрь 2023",средний,1,"средний дефицит")', 'a level in words, October of the calendar year before');
SELECT results_eq(
    $$SELECT school_id, factor_code, measurement, deficit FROM deficit_level ORDER BY 1, 2, academic_year, 3$$,
    $$SELECT k.school_id, i.code, k.measurement, CASE i.code WHEN 'staff_deficit' THEN k.amount WHEN 'remoteness' THEN 2 * (k.amount - 1) ELSE 3 - k.amount END::integer
      FROM school_context AS k JOIN context_indicator AS i USING (context_indicator_id)
      WHERE i.code IN ('economic_potential', 'equipment', 'remoteness', 'staff_deficit') ORDER BY 1, 2, k.academic_year, 3$$,
    'all levels, counted from the raw values');

-- Thresholds make a share or a number a factor.
UPDATE context_indicator SET medium_deficit_from = 50, high_deficit_from = 5 WHERE code = 'settlement_size';
SELECT is((SELECT string_agg(format('%s %s', value_text, deficit), ', ') FROM deficit_level WHERE factor_code = 'settlement_size'), '2.500 2',
          'a number below its threshold, where more is better');
UPDATE context_indicator SET high_deficit_from = 2.4 WHERE code = 'settlement_size';
SELECT is((SELECT deficit FROM deficit_level WHERE factor_code = 'settlement_size'), 1, 'between the two');
UPDATE context_indicator SET medium_deficit_from = 2.4, high_deficit_from = NULL WHERE code = 'settlement_size';
SELECT is((SELECT deficit FROM deficit_level WHERE factor_code = 'settlement_size'), 0, 'beyond them');
INSERT INTO school_context (school_id, context_indicator_id, academic_year, numerator, denominator)
VALUES (1, id('registered_pupils'), 2023, 3, 10), (2, id('registered_pupils'), 2023, 2, 10), (3, id('registered_pupils'), 2023, 1, 10);
UPDATE context_indicator SET medium_deficit_from = 0.2, high_deficit_from = 0.3 WHERE code = 'registered_pupils';
SELECT is((SELECT string_agg(deficit::text, ' ' ORDER BY school_id) FROM deficit_level WHERE factor_code = 'registered_pupils'), '2 1 0',
          'a share from its threshold on, where more is worse');
DELETE FROM school_context WHERE context_indicator_id IN (id('settlement_size'), id('registered_pupils'));

-- Changes.
SELECT is((SELECT count(*) FROM deficit_change), 44 * 3 + 1::bigint, 'every second measurement has a change');
SELECT is((SELECT ROW(measured_before, measured, deficit_before, deficit, change, change_text)::text FROM deficit_change
           WHERE school_id = 1 AND factor_code = 'economic_potential'),
          '("октябрь 2022","октябрь 2023",1,1,0,прежний)', 'a measurement that was left out is stepped over');

-- The map.
SELECT results_eq(
    $$SELECT municipality, factor_code, measurement, schools, high, medium, none, round(mean_deficit, 4) FROM deficit_by_municipality
      WHERE academic_year = 2023 ORDER BY municipality_id, factor_code, measurement$$,
    $$SELECT m.name, i.code, k.measurement, count(*), count(*) FILTER (WHERE l.deficit = 2), count(*) FILTER (WHERE l.deficit = 1),
             count(*) FILTER (WHERE l.deficit = 0), round(avg(l.deficit), 4)
      FROM school_context AS k JOIN context_indicator AS i USING (context_indicator_id) JOIN school AS s USING (school_id)
      JOIN municipality AS m USING (municipality_id)
      JOIN context_level AS l ON (l.context_indicator_id, l.level) = (k.context_indicator_id, k.amount)
      WHERE k.academic_year = 2023 AND l.deficit IS NOT NULL
      GROUP BY m.municipality_id, i.code, k.measurement ORDER BY m.municipality_id, i.code, k.measurement$$, 'deficits by municipality');

-- Several high deficits: odd schools in June have staff and remoteness, those of them with school_id % 3 = 0 potential in October.
SELECT is((SELECT count(*) FROM school_with_deficits), 0::bigint, 'nobody has three');
UPDATE context_rule SET many_deficits = 2;
SELECT is((SELECT string_agg(DISTINCT format('%s: %s', measured, high_factors), '; ') FROM school_with_deficits WHERE measurement = 2),
          'июнь 2023: Дефицит педагогических кадров; Территориальная отдалённость школы', 'the threshold is a row');
SELECT is((SELECT count(*) FROM school_with_deficits WHERE measurement = 2), 22::bigint, 'every odd school');

-- The statement: a sign test over the schools that changed.
SELECT results_eq(
    $$SELECT factor_code, schools, improved, unchanged, worsened, high_before, high_after, high_change, round(p_value::numeric, 6), statement
      FROM deficit_effect WHERE municipality_id IS NULL AND academic_year = 2023 AND measurement = 2 ORDER BY factor_code$$,
    $$VALUES ('equipment', 44::bigint, 33::bigint, 11::bigint, 0::bigint, 22::bigint, 0::bigint, -22::bigint, 0.000000, 'дефицит снизился у большего числа школ, чем бывает случайно'),
             ('remoteness', 44, 0, 44, 0, 22, 22, 0, NULL, 'уровни не изменились'),
             ('staff_deficit', 44, 22, 0, 22, 0, 22, 22, 1.000000, 'изменения в пределах случайных: заключения об эффекте сделать нельзя')$$,
    'what a repeated measurement says of all schools');
SELECT is((SELECT statement FROM deficit_effect WHERE municipality = 'Первый район' AND factor_code = 'equipment'),
          'изменения в пределах случайных: заключения об эффекте сделать нельзя', 'of two schools nothing can be said');
SELECT is(effect_text(0, 20), 'дефицит вырос у большего числа школ, чем бывает случайно', 'nor is growth kept back');

SELECT * FROM finish();
ROLLBACK;
