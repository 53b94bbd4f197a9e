-- context.sql: conditions of the made-up region's schools, as the forms in
-- which schools give them, loaded into the warehouse that search_path names.
--
-- By construction the conditions lean on what region.sql calls trouble (the
-- village, the municipality, chance), so hard conditions explain a part of
-- the failures and no more.  Twenty-five schools of good results, those of
-- demo_resilient, are given the hardest conditions: the views must find them.
-- In October 2021 and June 2022 deficits are measured; in between three
-- schools in four of municipalities 5 to 20 were given equipment.
--
-- Needs tools.sql and region.sql; before the cycles, which read what it loads.

CREATE TEMP TABLE demo_resilient AS
SELECT school_no
FROM demo_school
WHERE course_no = 21 AND course_rank NOT IN (700, 720, 740, 760, 780, 800)
  AND pg_temp.dice(school_no, 16, 50) < 10
ORDER BY pg_temp.dice(school_no, 31, 1000000)
LIMIT 25;

-- Hardness of conditions, 0 to 100, and everything else by dice around it.
CREATE TEMP TABLE demo_context AS
SELECT s.school_no, s.municipality_no, s.fis_oko, s.is_rural, y AS academic_year, e.enrolment AS pupils,
       CASE WHEN r.school_no IS NOT NULL THEN 80 + pg_temp.dice(s.school_no, 32, 15)
            ELSE CASE WHEN s.is_rural THEN 20 ELSE 0 END
                 + pg_temp.dice(s.municipality_no, 4, 300) / 15
                 + pg_temp.dice(s.school_no, 5, 1000) * 35 / 1000
                 + pg_temp.dice(s.school_no, 33, 20) END
           + pg_temp.dice(s.school_no * 10 + y % 10, 34, 6) AS hardness
FROM demo_school AS s
CROSS JOIN generate_series(2020, 2022) AS y
JOIN school_code AS c ON c.kind = 'fis_oko' AND c.code = s.fis_oko
JOIN school_year AS e ON e.school_id = c.school_id AND e.academic_year = y
LEFT JOIN demo_resilient AS r USING (school_no);

-- How many of the pupils: a base and a slope in percent, and chance.
CREATE FUNCTION pg_temp.pupils_of(c demo_context, throw integer, base integer, slope integer, spread integer)
RETURNS bigint
STABLE
LANGUAGE sql
RETURN round(c.pupils * (base + slope * c.hardness / 100.0
                         + pg_temp.dice(c.school_no * 10 + c.academic_year % 10, throw, 10 * spread) / 10.0) / 100);

SELECT open_lines() \g /dev/null
INSERT INTO import_line (raw)
VALUES ('Социальные паспорта школ'),
       ('Учебный год;Логин;Обучающихся всего;Дети из неполных семей;Дети из неблагополучных семей;Дети из малообеспеченных семей;'
        'Дети, у родителей которых невысокий уровень образования;Дети с проблемами поведения;Дети с проблемами здоровья;'
        'Обучающиеся с ОВЗ;Обучающиеся, для которых русский язык не родной;Обучающиеся на учёте;'
        'Дети из семей, где оба родителя имеют высшее образование');
INSERT INTO import_line (raw)
SELECT concat_ws(';', c.academic_year, c.fis_oko, c.pupils,
                 pg_temp.pupils_of(c, 41, 10, 30, 10), pg_temp.pupils_of(c, 42, 1, 7, 3), pg_temp.pupils_of(c, 43, 5, 35, 12),
                 pg_temp.pupils_of(c, 44, 8, 45, 12), pg_temp.pupils_of(c, 45, 1, 8, 4), pg_temp.pupils_of(c, 46, 10, 5, 15),
                 pg_temp.pupils_of(c, 47, 3, 4, 4), pg_temp.pupils_of(c, 48, 0, c.municipality_no % 5 * 3, 3),
                 pg_temp.pupils_of(c, 49, 0, 5, 2), pg_temp.pupils_of(c, 50, 43, -38, 10))
FROM demo_context AS c
ORDER BY c.academic_year, c.school_no;
-- A school that counted more children than it has.
UPDATE import_line SET raw = regexp_replace(raw, '^2022;edu230007;(\d+);\d+;', '2022;edu230007;\1;9999;') WHERE raw LIKE '2022;edu230007;%';
SELECT FROM import_file('social_passports.csv') \g /dev/null

SELECT open_lines() \g /dev/null
INSERT INTO import_line (raw)
VALUES ('Учебный год;Логин;Замер;Тип населённого пункта;Территориальная отдалённость школы;Экономический потенциал района;'
        'Культурные и образовательные ресурсы;Оснащённость техникой и доступ в интернет;Дефицит педагогических кадров');
INSERT INTO import_line (raw)
SELECT concat_ws(';', c.academic_year, c.fis_oko, m.name,
                 CASE WHEN c.is_rural THEN 'сельская' ELSE 'городская' END,
                 CASE WHEN c.is_rural AND pg_temp.dice(c.school_no, 61, 3) = 0 THEN 'отдалённая' ELSE 'близлежащая' END,
                 (ARRAY['высокий', 'средний', 'низкий'])[1 + pg_temp.dice(c.municipality_no, 4, 300) / 100],
                 (ARRAY['высокий', 'средний', 'низкий'])[1 + (c.hardness + pg_temp.dice(c.school_no, 62, 40)) / 50],
                 CASE WHEN m.place = 2 AND c.municipality_no BETWEEN 5 AND 20 AND pg_temp.dice(c.school_no, 63, 4) > 0 THEN 'высокий'
                      ELSE (ARRAY['низкий', 'средний', 'высокий'])[1 + pg_temp.dice(c.school_no, 64, 3)] END,
                 (ARRAY['отсутствует', 'средний', 'высокий'])[1 + pg_temp.dice(c.school_no * 10 + CASE WHEN pg_temp.dice(c.school_no, 65, 5) = 0 THEN m.place ELSE 0 END, 66, 3)])
FROM demo_context AS c
CROSS JOIN (VALUES (1, 'октябрь'), (2, 'июнь')) AS m (place, name)
WHERE c.academic_year = 2022
ORDER BY m.place, c.school_no;
SELECT FROM import_file('deficits_2022.csv') \g /dev/null
