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
\set step 'Результаты 2021–2023 годов загружены'
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
\echo 'Как менялось положение школ (остальные шесть — ни в списке, ни в зоне риска):'
SELECT school AS "Школа", y2021 AS "2021", y2022 AS "2022", y2023 AS "2023"
FROM (
    SELECT o.school_id, o.school,
           max(t.status) FILTER (WHERE o.result_year = 2021) AS y2021,
           max(t.status) FILTER (WHERE o.result_year = 2022) AS y2022,
           max(t.status) FILTER (WHERE o.result_year = 2023) AS y2023
    FROM school_status AS o
    CROSS JOIN LATERAL (
        SELECT CASE
                   -- nothing is known of the lists before the first cycle
                   WHEN o.in_list AND o.result_year = 2021 THEN 'в списке'
                   WHEN o.in_list THEN 'в списке: ' || o.dynamics_text
                   WHEN o.in_risk_zone THEN 'зона риска'
                   WHEN o.data_status = 'no_data' THEN 'нет данных'
                   ELSE 'вне списка'
               END) AS t (status)
    WHERE o.school !~ 'пример'
    GROUP BY o.school_id, o.school
) AS p
ORDER BY school_id;

\echo 'Почему: доли не справившихся от 25 % (порог — 30 %, ровно 30 % — низкий результат):'
SELECT o.academic_year AS "Год", o.school AS "Школа",
       o.assessment AS "Процедура",
       o.participants AS "Участников", o.failed AS "Не справились",
       pg_temp.percent(o.fail_share) AS "Доля",
       CASE WHEN o.is_low THEN 'да' ELSE 'нет' END AS "Низкий"
FROM school_profile AS o
WHERE 100 * o.failed >= 25 * o.participants
ORDER BY o.academic_year, o.school_id, o.assessment_id;

------------------------------------------------------------------------------
SET search_path = monitoring, shnor, public;

\echo
\echo '2. КРАЙ: 44 МУНИЦИПАЛИТЕТА, 1088 ШКОЛ, 1,5 МЛН РЕЗУЛЬТАТОВ'
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
\ir context.sql
\set step 'Паспорта трёх лет и замеры дефицитов загружены'
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

\echo
\echo 'Списки по годам. Первый год не с чем сравнить: двухлетнее условие действует с 2021.'
\echo 'У доли оставшихся два знаменателя: прежний список и новый.'
SELECT result_year AS "Год", list_year AS "Год списка", schools AS "Школ", no_data AS "Нет данных",
       in_list AS "В списке", pg_temp.percent(share_of_schools) AS "Доля школ",
       CASE WHEN previous_in_list IS NOT NULL THEN appeared END AS "Впервые",
       CASE WHEN previous_in_list IS NOT NULL THEN returned END AS "Вернулись",
       CASE WHEN previous_in_list IS NOT NULL THEN stayed END AS "Остались",
       pg_temp.percent(stayed_share_of_previous) AS "от прежнего",
       pg_temp.percent(stayed_share_of_present) AS "от нового",
       departed AS "Вышли", risk_zone AS "Зона риска"
FROM cycle_summary
WHERE is_current
ORDER BY result_year;

\echo 'Список по результатам 2022 года, десять школ с наибольшей долей не справившихся:'
SELECT municipality AS "Муниципалитет", split_part(school, ' (', 1) AS "Школа",
       branch AS "Основание", dynamics_text AS "Динамика",
       worst_assessment AS "Худшая процедура",
       failed || ' из ' || participants AS "Не справились",
       pg_temp.percent(fail_share) AS "Доля",
       format('%s–%s', pg_temp.hundredths(share_low::numeric),
              pg_temp.hundredths(share_high::numeric)) AS "Интервал 95 %"
FROM shnor_list
ORDER BY fail_share DESC, participants DESC, school_id
LIMIT 10;

\echo 'Зона риска — одна низкая процедура и ни одной годом раньше; пять школ,'
\echo 'которым до выхода из неё ближе всего:'
SELECT municipality AS "Муниципалитет", split_part(school, ' (', 1) AS "Школа",
       worst_assessment AS "Процедура",
       failed || ' из ' || participants AS "Не справились",
       pg_temp.percent(fail_share) AS "Доля",
       pupils_from_threshold AS "До порога, чел."
FROM risk_zone
ORDER BY pupils_from_threshold, fail_share, school_id
LIMIT 5;

\echo 'Муниципалитеты, где доля школ в этом списке наибольшая:'
SELECT municipality AS "Муниципалитет", schools AS "Школ",
       in_list AS "В списке", pg_temp.percent(share_of_schools) AS "Доля",
       appeared AS "Впервые", returned AS "Вернулись", stayed AS "Остались",
       departed AS "Вышли", risk_zone AS "Зона риска"
FROM dynamics_by_municipality
WHERE result_year = 2022
ORDER BY share_of_schools DESC, municipality_id
LIMIT 8;

\echo 'ВПР 2022 года. У 48 школ результаты при составлении примера искажены; где и как — известно (region.sql),'
\echo 'и видно, у скольких из них нашлись признаки необъективности и сколько всего признаков. Набор'
\echo 'допускает 5 % случайных; кроме того, у прочих школ бывают неудачные годы, и резкое изменение'
\echo 'после них — тоже признак: он требует анализа и ничего не доказывает.'
SELECT CASE s.tampering WHEN 'lifted' THEN 'балл поднят до границы отметки'
                        WHEN 'copied' THEN 'класс сдал одну работу'
                        WHEN 'raised' THEN 'возвращены потерянные баллы'
                        WHEN 'matched' THEN 'отметки подогнаны под журнал'
                        ELSE 'не искажены' END AS "Что сделано",
       nullif(s.strength, 0) AS "Степень", count(*) AS "Школ",
       count(f.school_id) AS "Отмечено", coalesce(sum(f.markers), 0) AS "Признаков"
FROM demo_school AS s
JOIN school_code AS c ON c.kind = 'fis_oko' AND c.code = s.fis_oko
LEFT JOIN (
    SELECT o.school_id, count(*) AS markers FROM markers AS o WHERE o.academic_year = 2022 GROUP BY o.school_id
) AS f USING (school_id)
GROUP BY s.tampering, s.strength
ORDER BY s.strength = 0, s.tampering, s.strength;

\echo 'Строки файла, которые хранилище не приняло, и почему:'
SELECT f.file_name AS "Файл", r.line AS "Строка", r.reason AS "Причина"
FROM import_reject AS r
JOIN import_file AS f USING (import_file_id)
ORDER BY f.import_file_id, r.line
LIMIT 10;

------------------------------------------------------------------------------
\echo
\echo '3. УСЛОВИЯ: ИНДЕКС БЛАГОПОЛУЧИЯ, РЕЗИЛЬЕНТНЫЕ ШКОЛЫ, ДЕФИЦИТЫ'
\echo

\echo 'Насколько индекс объясняет долю не справившихся (п.п. — при индексе выше на одно'
\echo 'стандартное отклонение) и сколько школ с низкими и высокими результатами в каких условиях:'
SELECT result_year AS "Год", schools AS "Школ", clusters AS "Групп",
       pg_temp.decimal(share_r2, 3) AS "R²", pg_temp.decimal(100 * share_slope, 2) AS "п.п.",
       shnor_hard AS "Низкие в сложных", underperforming AS "Низкие в благоприятных",
       resilient AS "Высокие в сложных", steadily_resilient AS "Устойчиво", strong AS "Высокие в благоприятных"
FROM context_summary
WHERE is_current
ORDER BY result_year;

\echo 'В 25 школах при составлении примера заданы самые сложные условия и хорошие результаты; сколько из них найдено:'
SELECT count(*) AS "Задано", count(v.school_id) AS "Резильентны в 2022",
       count(*) FILTER (WHERE v.is_resilient) AS "Устойчиво",
       (SELECT count(*) FROM resilient_school AS r WHERE r.is_resilient) AS "Всего устойчиво"
FROM demo_resilient AS d
JOIN demo_school AS s USING (school_no)
JOIN school_code AS c ON c.kind = 'fis_oko' AND c.code = s.fis_oko
LEFT JOIN resilient_school AS v ON v.school_id = c.school_id;

\echo 'Группы по условиям, от самых сложных:'
SELECT cluster AS "Группа", schools AS "Школ",
       pg_temp.decimal(50 + 10 * index_mean, 1) AS "Индекс", pg_temp.percent(fail_share::numeric) AS "Не справились",
       max(pg_temp.percent(mean::numeric)) FILTER (WHERE indicator_code = 'both_parents_higher') AS "Оба с высшим",
       max(pg_temp.percent(mean::numeric)) FILTER (WHERE indicator_code = 'incomplete_families') AS "Неполные",
       max(pg_temp.percent(mean::numeric)) FILTER (WHERE indicator_code = 'registered_pupils') AS "На учёте"
FROM context_cluster_profile
WHERE result_year = 2022
GROUP BY cluster, cluster_position, schools, index_mean, fail_share
ORDER BY cluster_position;

\echo 'Устойчиво резильентные школы, которые сильнее всех опережают ожидаемое:'
SELECT municipality AS "Муниципалитет", split_part(school, ' (', 1) AS "Школа", pg_temp.decimal(index_value, 1) AS "Индекс",
       failed || ' из ' || participants AS "Не справились", pg_temp.percent(fail_share::numeric) AS "Доля",
       pg_temp.percent(expected_share::numeric) AS "Ожидаемая", pg_temp.decimal(studentised, 2) AS "Отклонение, σ"
FROM resilient_school
WHERE is_resilient
ORDER BY studentised, school_id
LIMIT 5;

\echo 'Кто в таких же условиях справляется лучше: соседи по индексу первой школы списка:'
SELECT p.place AS "Место", p.peer_municipality AS "Муниципалитет", split_part(p.peer_school, ' (', 1) AS "Школа",
       pg_temp.decimal(p.peer_index_value, 1) AS "Индекс", pg_temp.percent(p.peer_fail_share::numeric) AS "Доля",
       p.peer_outcome_type_text AS "Тип"
FROM school_peer AS p
WHERE p.school_id = (SELECT l.school_id FROM shnor_list AS l ORDER BY l.fail_share DESC, l.participants DESC, l.school_id LIMIT 1)
  AND p.peer_is_better
ORDER BY p.place
LIMIT 5;

\echo 'Дефициты: что изменилось с октября 2021 по июнь 2022 (оснащение получали муниципалитеты 05–20):'
SELECT factor AS "Фактор", schools AS "Школ", high_before AS "Высокий: было", high_after AS "стало",
       improved AS "Улучшили", worsened AS "Ухудшили", statement AS "Заключение"
FROM deficit_effect
WHERE municipality_id IS NULL
ORDER BY factor;

------------------------------------------------------------------------------
\echo
\echo '4. ДОРОЖНЫЕ КАРТЫ: РЕГИОН, МУНИЦИПАЛИТЕТЫ, ШКОЛЫ СПИСКА'
\echo

\ir roadmap.sql
\set step 'Карта региона загружена, остальные составлены по ней'
\ir took.sql

\echo
\echo 'Ход выполнения на 15 октября 2023 года:'
SELECT pg_temp.level_text(p.level) AS "Уровень", count(DISTINCT p.roadmap_id) AS "Карт",
       sum(p.occurrences) AS "Сроков", sum(p.due_so_far) AS "Истекло",
       sum(p.done) AS "Выполнено", sum(p.done_late) AS "С опозданием",
       sum(p.overdue) AS "Просрочено"
FROM progress_as_of('2023-10-15') AS p
JOIN roadmap AS r USING (roadmap_id)
WHERE r.level = p.level
GROUP BY p.level
ORDER BY min(CASE p.level WHEN 'region' THEN 1 WHEN 'municipality' THEN 2 ELSE 3 END);

\echo 'Просроченное в карте региона:'
SELECT o.body AS "Исполнитель", o.title AS "Мероприятие", to_char(o.due_on, 'DD.MM.YYYY') AS "Срок",
       o.days_late AS "Дней"
FROM overdue_as_of('2023-10-15') AS o
WHERE o.roadmap_id = :region_plan AND o.level = 'region'
ORDER BY o.due_on, o.title, o.body
LIMIT 8;

\echo 'Кто не составил своей карты:'
SELECT pg_temp.level_text(level) AS "Уровень", count(*) AS "Сколько",
       string_agg(municipality, ', ' ORDER BY municipality_id)
           FILTER (WHERE level = 'municipality') AS "Муниципалитеты"
FROM roadmap_not_derived
WHERE template_id = :region_plan
GROUP BY level
ORDER BY level;

\echo 'Показатели, на которые направлены мероприятия муниципалитетов:'
SELECT indicator AS "Показатель", count(*) AS "Карт",
       pg_temp.decimal(avg(value_before)::float8, 3) AS "До плана", pg_temp.decimal(avg(value_after)::float8, 3) AS "После",
       pg_temp.decimal(min(target)::float8, 1) AS "Цель", count(*) FILTER (WHERE is_better) AS "Улучшили",
       count(*) FILTER (WHERE is_reached) AS "Достигли цели"
FROM event_effect
GROUP BY indicator
ORDER BY indicator;

\echo 'На что в загруженном документе посмотреть:'
SELECT number AS "Номер", title AS "Мероприятие", reason AS "В чём дело"
FROM roadmap_attention
WHERE roadmap_id = :region_plan
ORDER BY line, reason;

SELECT :'start' AS mark \gset
\set step 'Всего'
\ir took.sql

\echo
\echo 'КУДА СМОТРЕТЬ ДАЛЬШЕ'
\echo '  SET search_path = monitoring, shnor, public;'
\echo '  SELECT * FROM shnor_list;                 действующий список'
\echo '  SELECT * FROM risk_zone;                  зона риска'
\echo '  SELECT * FROM school_profile              школа по процедурам и годам'
\echo '      WHERE school_id = 1;'
\echo '  SELECT * FROM dynamics_by_municipality;   динамика по муниципалитетам'
\echo '  SELECT * FROM school_in_context;          школы в сопоставлении с условиями'
\echo '  SELECT * FROM overdue;                    просроченное в дорожных картах'
\echo '  SELECT * FROM rule_set;                   правила — это строки таблицы'
\echo '  \\d+ shnor_list                            столбцы с пояснениями'
\echo 'Подробнее — README.md и doc/guide.ru.md.'
\echo
