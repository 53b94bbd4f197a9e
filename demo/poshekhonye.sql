-- poshekhonye.sql: the ten schools of a small district over three years,
-- written into the warehouse that search_path names.
--
-- After the public plan of Пошехонский район for 2024, which names four
-- schools and counts 775 pupils in town and 261 in villages; the other six
-- names and every result are made up so that the cycles come out as the plan
-- tells the story:
--
--   СШ №1 г. Пошехонье   2021 in the list, 2022 risk zone, 2023 in it again
--   Кременевская ОШ      2022 risk zone, 2023 in the list for the first time
--   СШ №2 г. Пошехонье   2023 risk zone
--   Гаютинская СШ        never; its ВПР results are smoother than life
--
-- A school that was in the list and has no low result next year cannot be
-- "one low result away", so the rule set used here also counts as risk a
-- share of failures less than five points below the threshold.
--
-- Needs tools.sql.  Makes the reference data, opens the years and leaves in
-- demo_cell what load_year.sql turns into rows.

CREATE TEMP TABLE demo_district AS
SELECT d.*,
       'edu76' || lpad(school_no::text, 4, '0') AS fis_oko,
       (760400 + school_no)::text AS ris_gia
FROM (VALUES
    ( 1, 'СШ №1 г. Пошехонье', false, true,  395, 36),
    ( 2, 'СШ №2 г. Пошехонье', false, true,  380, 34),
    ( 3, 'Гаютинская СШ',      true,  true,   84,  8),
    ( 4, 'Кременевская ОШ',    true,  false,  39,  5),
    ( 5, 'Школа № 5 (пример)', true,  true,   36,  4),
    ( 6, 'Школа № 6 (пример)', true,  false,  30,  4),
    ( 7, 'Школа № 7 (пример)', true,  false,  24,  3),
    ( 8, 'Школа № 8 (пример)', true,  false,  20,  3),
    ( 9, 'Школа № 9 (пример)', true,  false,  16,  2),
    (10, 'Школа № 10 (пример)', true, false,  12,  2)
) AS d (school_no, name, is_rural, has_seniors, enrolment, parallel_size);

TRUNCATE demo_cell;
INSERT INTO demo_cell (school_no, academic_year, assessment_no,
                       school_code_kind, school_code, participants, failed)
WITH told (school_no, academic_year, assessment_no, participants, failed) AS (
    VALUES
        (1, 2021, 1, 36, 12),       -- 33.3 %
        (1, 2021, 2, 35, 14),       -- 40.0 %
        (1, 2021, 5, 34, 11),       -- 32.4 %
        (1, 2022, 4, 36, 10),       -- 27.8 %: close to the threshold
        (1, 2023, 2, 40, 12),       -- 30.0 % exactly, and that is low
        (1, 2023, 5, 35, 12),       -- 34.3 % before the re-sit
        (2, 2023, 5, 33, 10),       -- 30.3 %: the only low one
        (4, 2022, 4,  6,  2),       -- 33.3 %: the first low one
        (4, 2023, 1,  5,  2)        -- 40.0 %: the second year running
), seat AS (
    SELECT d.*, y AS academic_year, a.assessment_no, a.exam,
           d.school_no * 1000 + (y - 2000) * 10 + a.assessment_no AS cell_key,
           d.parallel_size
               * CASE
                     WHEN a.exam <> 'ege' THEN 100
                     WHEN a.level = 'base' THEN 20
                     WHEN a.level = 'profile' THEN 26
                     ELSE 46
                 END / 100 AS size
    FROM demo_district AS d
    CROSS JOIN generate_series(2021, 2023) AS y
    CROSS JOIN demo_assessment AS a
    WHERE a.proneness IS NOT NULL AND (a.exam <> 'ege' OR d.has_seniors)
), counted AS (
    SELECT seat.*,
           coalesce(t.participants,
                    size + size / 20
                    - pg_temp.dice(cell_key, 31, 1 + least(size / 4, 3)))
               AS participants,
           t.failed AS told_failed
    FROM seat
    LEFT JOIN told AS t USING (school_no, academic_year, assessment_no)
)
SELECT school_no, academic_year, assessment_no,
       CASE exam WHEN 'vpr' THEN 'fis_oko' ELSE 'ris_gia' END,
       CASE exam WHEN 'vpr' THEN fis_oko ELSE ris_gia END,
       participants,
       -- untold results stay under 20 %, well clear of the risk zone
       coalesce(told_failed,
                CASE
                    WHEN name = 'Гаютинская СШ' AND exam = 'vpr' THEN 0
                    ELSE pg_temp.dice(cell_key, 32, (participants + 4) / 5)
                END)
FROM counted
WHERE participants > 0;

\ir grade_4.sql
UPDATE demo_cell AS c
SET tampering = 'copied', strength = 3
FROM demo_district AS d, demo_assessment AS a
WHERE (d.school_no, a.assessment_no) = (c.school_no, c.assessment_no)
  AND d.name = 'Гаютинская СШ' AND a.exam = 'vpr';

-- Reference data.
INSERT INTO region (code, name) VALUES ('76', 'Ярославская область');

INSERT INTO municipality (region_id, code, name)
SELECT region_id, '01', 'Пошехонский район' FROM region;

INSERT INTO school (municipality_id, name, is_rural)
SELECT m.municipality_id, d.name, d.is_rural
FROM demo_district AS d
CROSS JOIN municipality AS m
ORDER BY d.school_no;

INSERT INTO school_code (school_id, kind, code)
SELECT s.school_id, k.kind, k.code
FROM demo_district AS d
JOIN school AS s USING (name)
CROSS JOIN LATERAL (VALUES ('fis_oko', d.fis_oko),
                           ('ris_gia', d.ris_gia)) AS k (kind, code)
ORDER BY d.school_no, k.kind;

INSERT INTO school_year (school_id, academic_year, enrolment)
SELECT s.school_id, y, d.enrolment
FROM demo_district AS d
JOIN school AS s USING (name)
CROSS JOIN generate_series(2021, 2023) AS y
ORDER BY d.school_no, y;

\set first_year 2021
\set last_year 2023
\ir open_years.sql
