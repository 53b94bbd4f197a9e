-- Indicators of roadmaps: what their tables refuse, the import of values, what
-- is computed of results, values against targets, events and their indicators.
\ir include/warehouse.sql
BEGIN;
SELECT plan(49);

INSERT INTO indicator (code, name, unit, direction, numerator, denominator) VALUES
    ('1.1', 'Доля ОО с внутришкольной системой профилактики', 'share', 'up', 'ОО с системой', 'ОО'),
    ('3.3', 'Практики, внесённые в региональный атлас', 'count', 'up', NULL, NULL),
    ('учёт', 'Обучающиеся на профилактическом учёте на 1000', 'number', 'down', NULL, NULL),
    ('село', 'Доля сельских обучающихся', 'share', 'none', NULL, NULL);
CREATE FUNCTION helper.key(own text) RETURNS integer LANGUAGE sql STABLE
RETURN (SELECT indicator_id FROM monitoring.indicator WHERE code = own);

-- What is shipped.
SELECT is((SELECT string_agg(code, ' ' ORDER BY indicator_id) FROM indicator WHERE computed_by IS NOT NULL),
          'failed_vpr_math_5 failed_vpr_math_6 failed_vpr_rus_5 failed_vpr_rus_6 failed_oge_math failed_oge_rus failed_ege_math_base failed_ege_math_profile failed_ege_rus listed_schools',
          'the nine indicators of the list and its share are shipped');

-- What the tables refuse.
SELECT is(split_part(error_of(format('INSERT INTO indicator_value (indicator_id, municipality_id, measured_on, %s) VALUES (key(%L), 1, %s)', v.cols, v.own, v.vals)), E'\n', 1),
          v.state, v.what)
FROM (VALUES
    ('1.1', 'given', '''2023-06-30'', 1.01', '23514', 'a share above one'),
    ('1.1', 'numerator, denominator', '''2023-06-30'', 4, 3', '23514', 'one that its parts give'),
    ('1.1', 'numerator, denominator', '''2023-06-30'', 4, 0', '23514', 'no denominator of nought'),
    ('1.1', 'numerator', '''2023-06-30'', 4', '23514', 'a numerator alone'),
    ('1.1', 'numerator, denominator, given', '''2023-06-30'', 1, 2, 0.5', '23514', 'a value given twice'),
    ('1.1', 'given', '''2023-06-30'', ''NaN''', '23514', 'a value that is no number'),
    ('3.3', 'given', '''2023-06-30'', 2.5', '23514', 'half a thing'),
    ('3.3', 'given', '''2023-06-30'', -1', '23514', 'less than none'),
    ('3.3', 'given', 'NULL, 1', '23502', 'no day'),
    ('3.3', 'given, school_id', '''2023-06-30'', 1, 1', '23514', 'two territories'),
    ('failed_vpr_math_5', 'given', '''2023-06-30'', 0.3', '23514', 'a computed indicator'),
    ('нет', 'given', '''2023-06-30'', 0.3', '23502', 'an unknown one')) AS v (own, cols, vals, state, what);
SELECT matches(error_of('INSERT INTO indicator_target (indicator_id, due_on, value) VALUES (key(''1.1''), ''2023-12-31'', 30)'),
               E'^23514\nзначение показателя не годится\nПоказатель 1.1, значение 30: доля должна быть от 0 до 1', 'a target in percent, with its reason');
SELECT is((SELECT count(*) FROM indicator_value) + (SELECT count(*) FROM indicator_target), 0::bigint, 'nothing was stored');

-- The import. The file has a mark of byte order, ends of lines of Windows, a
-- cell of two lines, no-break spaces.
SELECT chr(65279) || replace(format($$показатель;Муниципалитет;Система кода;Код организации;Дата;Числитель;Знаменатель;Значение;Источник
1.1;01;;;30.06.2022;8;16;;"письмо; от
01.07.2022"
1.1;Первый район;;;30 июня 2023 г.;12;16;75 %%;
"Практики, внесённые в региональный атлас";02;;;2023-06-30;;;1%s250;отчёт
учёт;;fis_oko;edu990003;31.08.2023;;;12,5;
учёт;;FIS_OKO;edu990003;01.09.2023;;;−1;
село;02;;;01.09.2023;;;35,5%%;

1.2;01;;;30.06.2023;1;2;;
1.1;Третий район;;;30.06.2023;1;2;;
1.1;01;;;31.06.2023;1;2;;
1.1;01;;;июнь 2023;1;2;;
1.1;01;;;30 июня;1;2;;
1.1;01;;;30.06.2024;12;;;
1.1;01;;;30.06.2024;;;;
1.1;01;;;30.06.2024;17;16;;
1.1;01;;;30.06.2024;;;85;
1.1;01;;;30.06.2024;много;16;;
1.1;01;;;30.06.2024;8;16;55 %%;
1.1;;fis_oko;edu990009;30.06.2024;8;16;;
failed_ege_rus;01;;;30.06.2024;8;16;;
1.1;01;;;30.06.2023;13;16;;
$$, chr(160)), E'\n', E'\r\n') AS file \gset
SELECT results_eq(format('SELECT * FROM import_indicator_values(%L, ''сводный отчёт'')', :'file'),
                  'VALUES (20::bigint, 5::bigint, 0::bigint, 0::bigint, 15::bigint)', 'counts of an import');
SELECT results_eq('SELECT i.code, m.code, s.school_id, v.measured_on, v.academic_year, v.numerator, v.denominator, v.value, v.source
                   FROM indicator_value AS v JOIN indicator AS i USING (indicator_id) LEFT JOIN municipality AS m USING (municipality_id)
                   LEFT JOIN school AS s USING (school_id) ORDER BY indicator_value_id',
    $$VALUES ('1.1', '01', NULL::integer, DATE '2022-06-30', 2022, 8::numeric, 16::numeric, 0.5, E'письмо; от\n01.07.2022'),
             ('1.1', '01', NULL, '2023-06-30', 2023, 12, 16, 0.75, 'сводный отчёт'),
             ('3.3', '02', NULL, '2023-06-30', 2023, NULL, NULL, 1250, 'отчёт'),
             ('учёт', NULL, 3, '2023-08-31', 2023, NULL, NULL, 12.5, 'сводный отчёт'),
             ('село', '02', NULL, '2023-09-01', 2024, NULL, NULL, 0.355, 'сводный отчёт')$$, 'what is stored, academic years too');
SELECT results_eq(format('SELECT line, reason FROM read_indicator_values(%L) WHERE reason IS NOT NULL ORDER BY line', :'file'),
    $$VALUES (7::bigint, 'значение: «−1» — не число'),
             (10, 'показатель: «1.2» — нет в indicator'),
             (11, 'чьё значение: «Третий район» — не найдено'),
             (12, 'дата: «31.06.2023» — ожидается день с годом, например 30.06.2023'),
             (13, 'дата: «июнь 2023» — ожидается день с годом, например 30.06.2023'),
             (14, 'дата: «30 июня» — ожидается день с годом, например 30.06.2023'),
             (15, 'числитель и знаменатель указывают вместе'),
             (16, 'нет ни значения, ни числителя со знаменателем'),
             (17, 'доля должна быть от 0 до 1; процент пишут со знаком %'),
             (18, 'доля должна быть от 0 до 1; процент пишут со знаком %'),
             (19, 'числитель: «много» — не число'),
             (20, 'значение: «55 %» — не равно числителю, делённому на знаменатель'),
             (21, 'чьё значение: «fis_oko edu990009» — не найдено'),
             (22, 'показатель: «failed_ege_rus» — вычисляется по результатам'),
             (23, 'повторяет показатель, территорию и дату одной из строк выше')$$, 'why the others are not, by line');
SELECT results_eq($$SELECT line, reason FROM read_indicator_values(E'indicator;municipality;measured_on;numerator;denominator\n1.1;01;30.06.2025;1;0\n1.1;01;30.06.2025;3;2\n1.1;01;30.06.2025;1;2\n1.1;01;30.06.2025;1;4\n1.1;;30.06.2025;1;2')$$,
    $$VALUES (2::bigint, 'числитель не может быть меньше нуля, знаменатель — нуля и меньше'),
             (3, 'доля должна быть от 0 до 1; процент пишут со знаком %'),
             (4, NULL),
             (5, 'повторяет показатель, территорию и дату одной из строк выше'),
             (6, 'не указано, чьё значение')$$, 'a row repeats only what is taken, not what was refused');
SELECT results_eq(format('SELECT * FROM import_indicator_values(%L, ''сводный отчёт'')', :'file'),
                  'VALUES (20::bigint, 0::bigint, 0::bigint, 5::bigint, 15::bigint)', 'the same file again changes nothing');
SELECT results_eq($$SELECT * FROM import_indicator_values(E'source,value,measured_on,indicator,region\n,60,2023-06-30,3.3,99\nписьмо,7,01.06.2023,3.3,Область\n,,,,\n')$$,
                  'VALUES (2::bigint, 2::bigint, 0::bigint, 0::bigint, 0::bigint)', 'commas, English headers, a region''s values');
SELECT results_eq($$SELECT * FROM import_indicator_values(E'indicator\tregion\tmeasured_on\tvalue\n3.3\t99\t30.06.2023\t61')$$,
                  'VALUES (1::bigint, 0::bigint, 1::bigint, 0::bigint, 0::bigint)', 'tabs; a value replaced');
SELECT is((SELECT string_agg(value::text, ' ' ORDER BY measured_on) FROM indicator_value WHERE region_id = 1), '7 61', 'it is');
SELECT is(split_part(error_of(format('SELECT import_indicator_values(%L)', v)), E'\n', 1), '22023', 'no values in: ' || left(translate(v, E'\n', ' '), 30))
FROM unnest(ARRAY['', 'indicator', 'показатель;дата', E'a;b\n1;2', repeat('x;', 500000)]) AS v;
SELECT is((SELECT rows_rejected FROM import_indicator_values(E'indicator;value\n"' || repeat(E'3.3;\n', 200000))), 1::bigint,
          'a megabyte in a quote that is never closed is one bad row');
SELECT is((SELECT rows_rejected FROM import_indicator_values(E'indicator;value\n3.3' || repeat(';', 3000))), 1::bigint,
          'a row of too many cells is one too');
SELECT is(ARRAY(SELECT cell_number(v) FROM unnest(ARRAY['1', '-0,5', '12.50', '1 000', '50%', '7,1 %', '1,2,3', '', '.5', 'NaN', '1e3', '1234567890', '٣']) AS v),
          ARRAY[1, -0.5, 12.5, 1000, 0.5, 0.071, NULL, NULL, NULL, NULL, NULL, NULL, NULL]::numeric[], 'numbers of cells');
SELECT is(ARRAY(SELECT cell_date(v) FROM unnest(ARRAY['01.02.2023', '2023-02-01', '1 февраля 2023 года', '1.2.23', '29.02.2023', '1 февраля', 'до 01.02.2023', '01.02.2023, 02.02.2023', '', NULL]) AS v),
          ARRAY['2023-02-01', '2023-02-01', '2023-02-01', '2023-02-01', NULL, NULL, NULL, NULL, NULL, NULL]::date[], 'days of cells');
SELECT matches(error_of('UPDATE indicator SET unit = ''number'' WHERE code = ''3.3'''), E'^55000\nу показателя уже есть значения или цели', 'a unit stays once there are values');

-- Computed of results, against plain SQL over them.
INSERT INTO result (administration_id, school_id, academic_year, participant, attempt, score, mark)
SELECT administration(y, 'vpr', j, 5), s, y, 'p' || n, 1, 10, CASE WHEN abs(hashint4(n * 131 + s * 17 + y + length(j))) % 10 < 4 THEN 2 ELSE 3 END
FROM generate_series(1, 4) AS s, generate_series(2022, 2023) AS y, unnest(ARRAY['math', 'rus']) AS j, generate_series(1, 7 + s) AS n
WHERE s < 4 OR y = 2023;
SELECT run_cycle(2022), run_cycle(2023) \g /dev/null
SELECT bag_eq(
    $$SELECT indicator_code, level, region_id, municipality_id, school_id, measured_on, academic_year, numerator, denominator
      FROM indicator_result WHERE indicator_code LIKE 'failed%'$$,
    $$SELECT 'failed_vpr_' || j.code || '_5' AS c, t.level, 1 AS r, CASE WHEN t.level <> 'region' THEN m.municipality_id END AS m,
             CASE WHEN t.level = 'school' THEN r.school_id END AS s, make_date(r.academic_year, 6, 30), r.academic_year,
             (count(*) FILTER (WHERE r.mark = 2))::numeric AS failed, count(*)::numeric AS n
      FROM result AS r JOIN administration AS a USING (administration_id) JOIN assessment USING (assessment_id) JOIN subject AS j USING (subject_id)
      JOIN school AS m ON m.school_id = r.school_id, (VALUES ('region'), ('municipality'), ('school')) AS t (level)
      GROUP BY 1, 2, 3, 4, 5, r.academic_year$$, 'shares of failures of regions, municipalities and schools');
SELECT bag_eq(
    $$SELECT level, municipality_id, school_id, academic_year, numerator, denominator FROM indicator_result WHERE indicator_code = 'listed_schools' AND level <> 'school'$$,
    $$SELECT 'municipality' AS l, municipality_id, NULL::integer AS s, academic_year, (count(*) FILTER (WHERE in_list))::numeric AS a, count(*)::numeric AS n
      FROM school_status WHERE data_status = 'judged' GROUP BY municipality_id, academic_year
      UNION ALL
      SELECT 'region', NULL, NULL, academic_year, count(*) FILTER (WHERE in_list), count(*) FROM school_status WHERE data_status = 'judged' GROUP BY academic_year$$,
    'and of listed schools');
SELECT results_eq($$SELECT level, region_id, municipality, school, value, is_computed FROM indicator_result WHERE indicator_code = 'учёт'$$,
                  $$VALUES ('school', 1, 'Второй район', 'Школа № 3', 12.5, false)$$, 'what was reported, with where it belongs');

-- Targets.
INSERT INTO indicator_target (indicator_id, municipality_id, school_id, due_on, value, source) VALUES
    (key('1.1'), NULL, NULL, '2022-12-31', 0.5, 'план'), (key('1.1'), NULL, NULL, '2023-12-31', 0.8, 'план'), (key('1.1'), 1, NULL, '2023-12-31', 0.7, 'план района'),
    (key('1.1'), 2, NULL, current_date + 1, 1, NULL), (key('учёт'), NULL, 3, '2023-08-31', 12.4, NULL), (key('село'), NULL, NULL, '2030-01-01', 0.3, NULL);
SELECT results_eq($$SELECT indicator_code, level, municipality_id, school_id, target_due_on < '2025-01-01', target, measured_on, value, is_reached, is_due, target_source
                    FROM indicator_progress ORDER BY indicator_id, target, municipality_id$$,
    $$VALUES ('1.1', 'municipality', 1, NULL::integer, true, 0.5, DATE '2022-06-30', 0.5, true, true, 'план'),
             ('1.1', 'municipality', 1, NULL, true, 0.7, '2023-06-30', 0.75, true, true, 'план района'),
             ('1.1', 'municipality', 2, NULL, false, 1, NULL, NULL, NULL, false, NULL),
             ('учёт', 'school', 2, 3, true, 12.4, '2023-08-31', 12.5, false, true, NULL),
             ('село', 'municipality', 2, NULL, false, 0.3, '2023-09-01', 0.355, NULL, false, NULL)$$,
    'a target of one''s own before the common one; no value; what has no direction is not reached');

-- Events and indicators, of a template and of a plan made after it.
SELECT roadmap_id AS plan_id
FROM import_roadmap(E'Мероприятие\tСрок\tПоказатель\nМУНИЦИПАЛЬНЫЙ УРОВЕНЬ\n\nСистема профилактики\tмарт\tдоля ОО с системой\nПрактики\tмай\t\nМониторинг\tиюнь\t',
                    'Карта', 'region', 1, '2023-01-01', '2023-12-31') \gset
INSERT INTO roadmap_effect (roadmap_event_id, indicator_id)
SELECT e.roadmap_event_id, key(v.code)
FROM roadmap_event AS e
JOIN (VALUES ('Система профилактики', '1.1'), ('Практики', '3.3'), ('Мониторинг', 'failed_vpr_math_5')) AS v (title, code) USING (title);
SELECT derive_roadmap(:plan_id, 'municipality', 1, 'Карта района') AS own_id \gset
SELECT is((SELECT count(*) FROM event_effect WHERE roadmap = 'Карта района'), 3::bigint, 'a plan after a template has its links');
SELECT results_eq($$SELECT title, indicator_code, measured_before, value_before, measured_after, value_after, change, is_better, target, is_reached
                    FROM event_effect WHERE roadmap = 'Карта района' AND indicator_code = '1.1'$$,
                  $$VALUES ('Система профилактики', '1.1', DATE '2022-06-30', 0.5, DATE '2023-06-30', 0.75, 0.25, true, 0.7, true)$$,
                  'before, after and the target, its own');
SELECT results_eq(format($$SELECT numerator_before, denominator_before, numerator_after, denominator_after, is_better FROM event_effect
                           WHERE roadmap = 'Карта района' AND indicator_code = 'failed_vpr_math_5'$$),
    $$SELECT b.failed, b.n, a.failed, a.n, a.failed / a.n < b.failed / b.n
      FROM (SELECT (count(*) FILTER (WHERE mark = 2))::numeric AS failed, count(*)::numeric AS n FROM result
            WHERE administration_id = administration(2022, 'vpr', 'math', 5) AND school_id <= 2) AS b,
           (SELECT (count(*) FILTER (WHERE mark = 2))::numeric AS failed, count(*)::numeric AS n FROM result
            WHERE administration_id = administration(2023, 'vpr', 'math', 5) AND school_id <= 2) AS a$$,
    'a computed indicator of the municipality, before and after');
SELECT results_eq($$SELECT indicator_code, value_before, value_after, target FROM event_effect WHERE roadmap = 'Карта' AND indicator_code <> 'failed_vpr_math_5' ORDER BY 1$$,
                  $$VALUES ('1.1', NULL::numeric, NULL::numeric, 0.8), ('3.3', NULL, 61, NULL)$$, 'of the region: nothing, with the common target; no target');

-- Random values, plans and targets, against correlated subqueries.
DELETE FROM indicator_target;
DELETE FROM indicator_value;
INSERT INTO indicator_value (indicator_id, region_id, municipality_id, school_id, measured_on, given)
SELECT DISTINCT ON (1, 2, 3, 4, 5) key((ARRAY['1.1', 'учёт', 'село'])[1 + h % 3]), CASE WHEN t = 0 THEN 1 END, CASE WHEN t IN (1, 2) THEN t END,
       CASE WHEN t > 2 THEN t - 2 END, DATE '2022-01-01' + h / 7 % 900, (h / 11 % 11) / 10.0
FROM (SELECT abs(hashint4(n)) AS h, abs(hashint4(n + 5000)) % 7 AS t FROM generate_series(1, 400) AS n) AS r;
INSERT INTO indicator_target (indicator_id, region_id, municipality_id, school_id, due_on, value)
SELECT DISTINCT ON (1, 2, 3, 4, 5) key((ARRAY['1.1', 'учёт', 'село'])[1 + h % 3]), CASE WHEN t = 0 THEN 1 END, CASE WHEN t IN (1, 2) THEN t END,
       CASE WHEN t BETWEEN 3 AND 6 THEN t - 2 END, DATE '2022-01-01' + h / 7 % 1100, (h / 11 % 11) / 10.0
FROM (SELECT abs(hashint4(n + 9000)) AS h, abs(hashint4(n + 15000)) % 10 AS t FROM generate_series(1, 60) AS n) AS r;
DELETE FROM roadmap;
INSERT INTO roadmap (name, level, region_id, municipality_id, school_id, plan_from, plan_to)
SELECT 'plan ' || n, CASE WHEN t = 0 THEN 'region' WHEN t < 3 THEN 'municipality' ELSE 'school' END, CASE WHEN t = 0 THEN 1 END,
       CASE WHEN t IN (1, 2) THEN t END, CASE WHEN t > 2 THEN t - 2 END, d, d + abs(hashint4(n + 21000)) % 500
FROM (SELECT n, n % 7 AS t, DATE '2022-01-01' + abs(hashint4(n + 20000)) % 900 AS d FROM generate_series(1, 60) AS n) AS r;
INSERT INTO roadmap_section (roadmap_id, place, level) SELECT roadmap_id, 1, level FROM roadmap;
INSERT INTO roadmap_event (roadmap_section_id, place, title) SELECT roadmap_section_id, 1, 'event' FROM roadmap_section;
INSERT INTO roadmap_effect (roadmap_event_id, indicator_id)
SELECT roadmap_event_id, key(c) FROM roadmap_event, unnest(ARRAY['1.1', 'учёт', 'село']) AS c;
CREATE TEMP VIEW own AS
SELECT f.roadmap_effect_id, f.indicator_id, i.direction, r.*
FROM roadmap_effect AS f JOIN indicator AS i USING (indicator_id) JOIN roadmap_event USING (roadmap_event_id)
JOIN roadmap_section USING (roadmap_section_id) JOIN roadmap AS r USING (roadmap_id);
CREATE TEMP VIEW expected AS
SELECT o.*,
       (SELECT v.value FROM indicator_value AS v WHERE v.indicator_id = o.indicator_id AND v.measured_on < o.plan_from
        AND (v.region_id = o.region_id OR v.municipality_id = o.municipality_id OR v.school_id = o.school_id) ORDER BY v.measured_on DESC LIMIT 1) AS before,
       (SELECT v.value FROM indicator_value AS v WHERE v.indicator_id = o.indicator_id AND v.measured_on >= o.plan_from
        AND (v.region_id = o.region_id OR v.municipality_id = o.municipality_id OR v.school_id = o.school_id) ORDER BY v.measured_on DESC LIMIT 1) AS after,
       (SELECT coalesce(
           (array_agg(t.value ORDER BY t.due_on DESC) FILTER (WHERE t.own AND t.due_on <= o.plan_to))[1],
           (array_agg(t.value ORDER BY t.due_on) FILTER (WHERE t.own))[1],
           (array_agg(t.value ORDER BY t.due_on DESC) FILTER (WHERE t.due_on <= o.plan_to))[1],
           (array_agg(t.value ORDER BY t.due_on))[1])
        FROM (SELECT t.*, num_nonnulls(t.region_id, t.municipality_id, t.school_id) = 1 AS own FROM indicator_target AS t) AS t
        WHERE t.indicator_id = o.indicator_id AND t.due_on >= o.plan_from
          AND (t.region_id = o.region_id OR t.municipality_id = o.municipality_id OR t.school_id = o.school_id OR NOT t.own)) AS target
FROM own AS o;
SELECT is((SELECT array[count(before) > 50, count(after) > 50, count(target) > 50, count(*) = 180] FROM expected), '{t,t,t,t}'::boolean[], 'random plans have values and targets');
SELECT bag_eq('SELECT roadmap_effect_id, value_before, value_after, target, change, is_better, is_reached FROM event_effect',
              $$SELECT roadmap_effect_id, before, after, target, after - before AS change,
                       CASE direction WHEN 'up' THEN after > before WHEN 'down' THEN after < before END AS b,
                       CASE direction WHEN 'up' THEN after >= target WHEN 'down' THEN after <= target END AS r FROM expected$$,
              'and the view agrees with subqueries on each');
SELECT is_empty($$SELECT * FROM indicator_progress AS p
    WHERE p.value IS DISTINCT FROM (
              SELECT v.value FROM indicator_value AS v WHERE v.indicator_id = p.indicator_id AND v.measured_on <= p.target_due_on
              AND CASE p.level WHEN 'region' THEN v.region_id = p.region_id WHEN 'municipality' THEN v.municipality_id = p.municipality_id
                               ELSE v.school_id = p.school_id END
              ORDER BY v.measured_on DESC LIMIT 1)$$, 'values of targets too');
SELECT is((SELECT count(*) FROM indicator_progress),
          (SELECT count(*) FROM indicator_target AS t
           JOIN (VALUES (1, NULL::integer, NULL::integer), (NULL, 1, NULL), (NULL, 2, NULL), (NULL, NULL, 1), (NULL, NULL, 2), (NULL, NULL, 3), (NULL, NULL, 4)) AS w (r, m, s)
             ON (t.region_id, t.municipality_id, t.school_id) IS NOT DISTINCT FROM (w.r, w.m, w.s)
             OR num_nonnulls(t.region_id, t.municipality_id, t.school_id) = 0
                AND EXISTS (SELECT FROM indicator_value AS v WHERE v.indicator_id = t.indicator_id AND (v.region_id = w.r OR v.municipality_id = w.m OR v.school_id = w.s))
                AND NOT EXISTS (SELECT FROM indicator_target AS o WHERE (o.indicator_id, o.due_on) = (t.indicator_id, t.due_on)
                                AND (o.region_id = w.r OR o.municipality_id = w.m OR o.school_id = w.s))),
          'a row a target of one''s own, one a territory of a common one');
SELECT matches(error_of('DELETE FROM indicator'), '^23503', 'an indicator in use is not deleted');

-- Who keeps roadmaps, with the privileges that doc/reference.md names.
CREATE ROLE regress_shnor_keeper;
GRANT USAGE ON SCHEMA monitoring, helper, tap TO regress_shnor_keeper;
GRANT SELECT ON ALL TABLES IN SCHEMA monitoring TO regress_shnor_keeper;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA tap TO regress_shnor_keeper;
SELECT string_agg(oid::regclass::text, ', ') AS kept FROM pg_class
WHERE relnamespace = 'monitoring'::regnamespace AND relkind = 'r' AND (relname ~ '^(roadmap|indicator)' OR relname IN ('body', 'body_alias', 'school_term', 'calendar_day')) \gset
GRANT INSERT, UPDATE, DELETE ON :kept TO regress_shnor_keeper;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA monitoring TO regress_shnor_keeper;
SET ROLE regress_shnor_keeper;
SELECT is(error_of($$DO 'BEGIN
    PERFORM import_roadmap(E''Мероприятие\tСрок\tОтветственные\nМУНИЦИПАЛЬНЫЙ УРОВЕНЬ\nПервое\tежемесячно\tУО\n'', ''Своя'', ''region'', 1, ''2023-01-01'', ''2023-12-31'');
    PERFORM adopt_bodies(max(roadmap_id)), derive_roadmap(max(roadmap_id), ''municipality'', 1, ''Своя района''), add_official_holidays(2023) FROM roadmap;
    PERFORM mark_done(max(roadmap_occurrence_id), ''2023-12-01''), add_evidence(max(roadmap_occurrence_id), ''приказ'', ''2023-12-01'', ''1'') FROM roadmap_occurrence;
    UPDATE roadmap_event SET deadline = ''ежеквартально'' WHERE title = ''Первое'';
    UPDATE roadmap SET due_shift = ''next'';
    INSERT INTO school_term (academic_year, term, starts_on, ends_on) VALUES (2023, 1, ''2022-09-01'', ''2022-10-25'');
    INSERT INTO roadmap_effect (roadmap_event_id, indicator_id) SELECT max(roadmap_event_id), min(indicator_id) FROM roadmap_event, indicator;
END'$$), NULL, 'a keeper loads, derives, marks and changes roadmaps');
SELECT is((import_indicator_values(E'indicator;region;measured_on;value\n3.3;99;2025-06-30;5')).rows_stored, 1::bigint, 'and loads values of indicators');
SELECT is((SELECT count(*) FROM roadmap_today WHERE roadmap = 'Своя района') > 3 AND roadmap_ics() LIKE 'BEGIN:VCALENDAR%', true, 'and reads them');
RESET ROLE;
REVOKE ALL ON ALL TABLES IN SCHEMA monitoring, tap FROM regress_shnor_keeper;
REVOKE ALL ON ALL ROUTINES IN SCHEMA monitoring FROM regress_shnor_keeper;
REVOKE ALL ON SCHEMA monitoring, helper, tap FROM regress_shnor_keeper;
DROP ROLE regress_shnor_keeper;

SELECT * FROM finish();
ROLLBACK;
