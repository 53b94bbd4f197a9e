-- run.sql: the demonstration, for an empty database:
--
--   createdb demo
--   psql -X -q -d demo -f demo/run.sql
--
-- Creates the extension and two warehouses, fills them with made-up results,
-- runs the cycles and shows what an analyst would look at first.
\set ON_ERROR_STOP on
\set SHOW_CONTEXT never
\encoding UTF8
\pset pager off
\pset footer off
\pset border 2
\pset linestyle unicode
\pset null '—'

SELECT clock_timestamp() AS start, clock_timestamp() AS mark \gset

\echo
\echo 'ШНОР: ДЕМОНСТРАЦИЯ'
\echo 'Все результаты вымышлены; настоящих данных участников здесь нет.'
\echo

CREATE EXTENSION shnor;
CALL shnor.create_warehouse('poshekhonye');
CALL shnor.create_warehouse('monitoring');
\set step 'Расширение и два хранилища'
\ir took.sql
\ir tools.sql

------------------------------------------------------------------------------
SET search_path = poshekhonye, shnor, public;

\echo
\echo '1. ПОШЕХОНСКИЙ РАЙОН: ДЕСЯТЬ ШКОЛ, ТРИ ЦИКЛА'
\echo

\ir poshekhonye.sql
\set year 2021
\ir load_year.sql
SELECT FROM import_results('poshekhonye_2021.csv') \g /dev/null
\set year 2022
\ir load_year.sql
SELECT FROM import_results('poshekhonye_2022.csv') \g /dev/null
\set year 2023
\ir load_year.sql
SELECT FROM import_results('poshekhonye_2023.csv') \g /dev/null
\set step 'Результаты 2021-2023 годов загружены'
\ir took.sql

-- The shipped rules, with a wider risk zone: also a share of failures less
-- than five points below the threshold.
SELECT copy_rule_set((find_rule_set(2021)).code, 'poshekhonye',
                     'Зона риска с запасом в пять пунктов')
\g /dev/null
UPDATE rule_set
SET risk_within_points = 5, risk_combine = 'any'
WHERE code = 'poshekhonye';

SELECT FROM run_cycle(2021, 'poshekhonye') \g /dev/null
SELECT FROM run_cycle(2022, 'poshekhonye') \g /dev/null
SELECT FROM run_cycle(2023, 'poshekhonye') \g /dev/null
\set step 'Три цикла рассчитаны'
\ir took.sql

\echo
\echo 'Как менялось положение школ (остальные шесть - ни в списке, ни в зоне риска):'
SELECT school AS "Школа", y2021 AS "2021", y2022 AS "2022", y2023 AS "2023"
FROM (
    SELECT s.school_id, s.name AS school,
           max(t.status) FILTER (WHERE c.result_year = 2021) AS y2021,
           max(t.status) FILTER (WHERE c.result_year = 2022) AS y2022,
           max(t.status) FILTER (WHERE c.result_year = 2023) AS y2023
    FROM school_outcome AS o
    JOIN cycle AS c USING (cycle_id)
    JOIN school AS s USING (school_id)
    CROSS JOIN LATERAL (
        SELECT CASE
                   WHEN o.in_list AND c.previous_cycle_id IS NULL
                       THEN 'в списке'
                   WHEN o.in_list AND o.dynamics = 'new'
                       THEN 'в списке впервые'
                   WHEN o.in_list AND o.dynamics = 'returned'
                       THEN 'в списке, вернулась'
                   WHEN o.in_list THEN 'в списке, осталась'
                   WHEN o.in_risk_zone THEN 'зона риска'
                   WHEN o.data_status = 'no_data' THEN 'нет данных'
                   ELSE 'вне списка'
               END) AS t (status)
    WHERE c.is_current AND s.name !~ 'пример'
    GROUP BY s.school_id, s.name
) AS p
ORDER BY school_id;

\echo
\echo 'Почему: доли не справившихся от 25 % (порог - 30 %, ровно 30 % - низкий результат):'
SELECT o.academic_year AS "Год", s.name AS "Школа", a.name AS "Процедура",
       o.participants AS "Участников", o.failed AS "Не справились",
       replace(round(100 * o.fail_share, 1)::text, '.', ',') || ' %' AS "Доля",
       CASE WHEN o.is_low THEN 'да' ELSE 'нет' END AS "Низкий"
FROM assessment_outcome AS o
JOIN cycle AS c ON c.cycle_id = o.cycle_id AND c.is_current
               AND c.result_year = o.academic_year
JOIN school AS s USING (school_id)
JOIN assessment AS a USING (assessment_id)
WHERE 100 * o.failed >= 25 * o.participants
ORDER BY o.academic_year, s.school_id, o.assessment_id;

------------------------------------------------------------------------------
SET search_path = monitoring, shnor, public;

\echo
\echo '2. КРАЙ: 44 МУНИЦИПАЛИТЕТА, 1088 ШКОЛ, 1,2 МЛН РЕЗУЛЬТАТОВ'
\echo

SELECT clock_timestamp() AS mark \gset
\ir region.sql
\set step 'Школы и план результатов'
\ir took.sql
\set year 2020
\ir load_year.sql
\set step '2020: строки файла подготовлены'
\ir took.sql
SELECT FROM import_results('results_2020.csv') \g /dev/null
\set step '2020: загружены'
\ir took.sql
\set year 2021
\ir load_year.sql
\set step '2021: строки файла подготовлены'
\ir took.sql
SELECT FROM import_results('results_2021.csv') \g /dev/null
\set step '2021: загружены'
\ir took.sql
\set year 2022
\ir load_year.sql
\ir bad_rows.sql
\set step '2022: строки файла подготовлены'
\ir took.sql
SELECT FROM import_results('results_2022.csv') \g /dev/null
\set step '2022: загружены'
\ir took.sql
ANALYZE;
\set step 'Статистика планировщика'
\ir took.sql

\echo
SELECT FROM run_cycle(2020) \g /dev/null
\set step 'Цикл 2020'
\ir took.sql
SELECT FROM run_cycle(2021) \g /dev/null
\set step 'Цикл 2021'
\ir took.sql
SELECT FROM run_cycle(2022) \g /dev/null
\set step 'Цикл 2022'
\ir took.sql
