-- region.sql: a made-up region of 1,088 schools in 44 municipalities and its
-- results of 2020-2022, written into the warehouse that search_path names.
--
-- Nothing here is real: schools are numbered, every figure comes from a hash
-- of the school's number, so each run and each server version gives the same
-- rows.  What is fixed by construction, under the shipped rule set:
--
--   cycle 2021: 233 schools in the list; cycle 2022: 223 (20.5 % of 1,088);
--   112 schools in both; of the 223, nine were in the list of 2020 and not
--   in that of 2021; two schools have no results at all in 2022;
--   48 schools that were in no list tamper with their ВПР of 2022: four of
--   them in each of four ways (see vpr.sql) at each of three strengths; those
--   of the strongest kind did so in 2021, too.
--
-- Needs tools.sql.  Makes the reference data, opens the years and leaves in
-- demo_cell what load_year.sql turns into rows.

-- How many assessments are low in 2020, 2021, 2022 (2 stands for "two or
-- more") and in how many schools.  A school is in the list of a year with two
-- low ones, or with one low after a year that had one: the comment gives the
-- lists the row belongs to.
CREATE TEMP TABLE demo_course AS
SELECT c.*,
       sum(schools) OVER (ORDER BY course_no) - schools AS rank_from,
       sum(schools) OVER (ORDER BY course_no) AS rank_to
FROM (VALUES
    ( 1, 2, 2, 2,  46),     -- 2020 2021 2022
    ( 2, 1, 1, 1,  12),     --      2021 2022
    ( 3, 0, 2, 1,  18),     --      2021 2022
    ( 4, 2, 1, 1,  12),     -- 2020 2021 2022
    ( 5, 1, 1, 2,  10),     --      2021 2022
    ( 6, 0, 2, 2,  14),     --      2021 2022
    ( 7, 0, 2, 0,  40),     --      2021
    ( 8, 1, 1, 0,  26),     --      2021
    ( 9, 2, 2, 0,  37),     -- 2020 2021
    (10, 2, 1, 0,  18),     -- 2020 2021
    (11, 2, 0, 2,   9),     -- 2020      2022: returned
    (12, 0, 0, 2,  52),     --           2022
    (13, 0, 1, 1,  22),     --           2022
    (14, 0, 1, 2,  18),     --           2022
    (15, 1, 0, 2,  10),     --           2022
    (16, 0, 0, 1,  46),     --           risk zone of 2022
    (17, 1, 0, 1,   6),     --           risk zone of 2022
    (18, 0, 1, 0,  40),     --           risk zone of 2021
    (19, 1, 0, 0,  44),     --           risk zone of 2020
    (20, 2, 0, 0,  52),     -- 2020
    (21, 0, 0, 0, 556)      --           never
) AS c (course_no, lows_2020, lows_2021, lows_2022, schools);

-- Schools: four cities, forty districts with a town and villages.
CREATE TEMP TABLE demo_school AS
WITH place AS (
    SELECT m.ordinality::integer AS municipality_no, n AS number
    FROM unnest(ARRAY[104, 68, 48, 36,
                      31, 29, 28, 27, 27, 26, 26, 25, 25, 24, 24, 24, 23, 23,
                      23, 22, 22, 22, 21, 21, 21, 20, 20, 20, 20, 19, 19, 19,
                      18, 18, 18, 17, 17, 17, 16, 16, 15, 15, 13, 11])
         WITH ORDINALITY AS m (schools, ordinality)
    CROSS JOIN generate_series(1, m.schools) AS n
), numbered AS (
    SELECT row_number() OVER (ORDER BY municipality_no, number)::integer
               AS school_no,
           municipality_no, number,
           municipality_no > 4 AND number > 7 AS is_rural
    FROM place
), drawn AS (
    SELECT *,
           CASE WHEN is_rural
                THEN 20 + pg_temp.dice(school_no, 1, 21)
                        + pg_temp.dice(school_no, 2, 20)
                ELSE 46 + pg_temp.dice(school_no, 1, 38)
                        + pg_temp.dice(school_no, 2, 37)
           END AS parallel_size,
           pg_temp.dice(school_no, 3, 100) >=
               CASE WHEN is_rural THEN 24 ELSE 5 END AS has_seniors,
           -- what pulls a school down: the village, the municipality, chance
           CASE WHEN is_rural THEN 350 ELSE 0 END
               + pg_temp.dice(municipality_no, 4, 300)
               + pg_temp.dice(school_no, 5, 1000) AS trouble
    FROM numbered
), troubled AS (
    SELECT *,
           row_number() OVER (ORDER BY trouble DESC, school_no)
               <= (SELECT rank_from FROM demo_course WHERE course_no = 21)
               AS is_troubled
    FROM drawn
), ranked AS (
    SELECT *,
           row_number() OVER (ORDER BY is_troubled DESC,
                                       pg_temp.dice(school_no, 6, 1000000),
                                       school_no) AS course_rank
    FROM troubled
)
SELECT r.school_no, r.municipality_no, r.number, r.is_rural,
       r.parallel_size, r.has_seniors, r.is_troubled, r.course_rank,
       c.course_no, ARRAY[c.lows_2020, c.lows_2021, c.lows_2022] AS lows,
       CASE WHEN r.course_rank BETWEEN 533 AND 580
            THEN (ARRAY['lifted', 'copied', 'raised', 'matched'])
                     [1 + (r.course_rank - 533) % 4]
            ELSE 'none'
       END AS tampering,
       CASE WHEN r.course_rank BETWEEN 533 AND 580
            THEN 1 + (r.course_rank - 533) / 16
            ELSE 0
       END AS strength,
       r.course_rank > 580 AND NOT r.is_rural
           AND pg_temp.dice(r.school_no, 19, 12) = 0 AS is_lyceum,
       'edu23' || lpad(r.school_no::text, 4, '0') AS fis_oko,
       (300000 + 1000 * r.municipality_no + r.number)::text AS ris_gia
FROM ranked AS r
JOIN demo_course AS c ON r.course_rank > c.rank_from
                     AND r.course_rank <= c.rank_to;

-- How many write each assessment and how many fail.  The choice of the low
-- ones leans on the school, so that weak spots persist over the years.
TRUNCATE demo_cell;
INSERT INTO demo_cell (school_no, academic_year, assessment_no,
                       school_code_kind, school_code, participants, failed)
WITH seat AS (
    SELECT s.school_no, s.is_rural, s.is_troubled, s.fis_oko, s.ris_gia,
           y AS academic_year, a.assessment_no, a.exam, a.usual,
           s.lows[y - 2019] AS lows_wanted,
           s.school_no * 1000 + (y - 2000) * 10 + a.assessment_no AS cell_key,
           s.school_no * 10 + a.assessment_no AS habit_key,
           a.proneness,
           s.parallel_size * (95 + pg_temp.dice(s.school_no * 100 + y, 7, 11))
               * CASE
                     WHEN a.exam = 'vpr' THEN 92
                     WHEN a.exam = 'oge' THEN 86
                     WHEN a.level = 'base' THEN 18
                     WHEN a.level = 'profile' THEN 24
                     ELSE 42
                 END / 10000 AS size
    FROM demo_school AS s
    CROSS JOIN generate_series(2020, 2022) AS y
    CROSS JOIN demo_assessment AS a
    WHERE a.proneness IS NOT NULL AND (a.exam <> 'ege' OR s.has_seniors)
      -- schools of the untroubled kind that a year has passed by
      AND NOT (s.course_rank = 700 AND y = 2020
               OR s.course_rank IN (720, 740, 760) AND y = 2021
               OR s.course_rank IN (780, 800) AND y = 2022)
), sized AS (
    SELECT seat.*,
           greatest(size - pg_temp.dice(cell_key, 8, 3), 1) AS n,
           row_number() OVER (
               PARTITION BY school_no, academic_year
               ORDER BY exam = 'ege' AND size < 8,
                        (3 * pg_temp.dice(habit_key, 9, 10000)
                         + 2 * pg_temp.dice(cell_key, 10, 10000)) / proneness,
                        assessment_no) AS low_rank
    FROM seat
), judged AS (
    SELECT sized.*,
           low_rank <= CASE
                           WHEN lows_wanted < 2 THEN lows_wanted
                           ELSE 2 + (ARRAY[0, 0, 0, 0, 0, 0, 1, 1, 1, 2])
                                    [1 + pg_temp.dice(cell_key - assessment_no,
                                                      11, 10)]
                       END AS is_low
    FROM sized
), shaped AS (
    -- one low result in nine is exactly 30 %: 3 of 10, 6 of 20, ...
    SELECT judged.*,
           is_low AND n >= 10 AND pg_temp.dice(cell_key, 12, 9) = 0 AS is_exact
    FROM judged
    -- a few procedures simply did not take place
    WHERE is_low OR pg_temp.dice(cell_key, 13, 60) > 0
), counted AS (
    SELECT shaped.*,
           CASE WHEN is_exact THEN n - n % 10 ELSE n END AS participants,
           -- smallest number of failures that makes a result low
           (3 * CASE WHEN is_exact THEN n - n % 10 ELSE n END + 9) / 10
               AS low_from,
           pg_temp.dice(cell_key, 14, 1000)::bigint AS luck
    FROM shaped
)
SELECT school_no, academic_year, assessment_no,
       CASE exam WHEN 'vpr' THEN 'fis_oko' ELSE 'ris_gia' END,
       CASE exam WHEN 'vpr' THEN fis_oko ELSE ris_gia END,
       participants,
       CASE
           WHEN is_exact THEN low_from
           WHEN is_low THEN
               greatest(low_from,
                        participants
                        -- from 30 to 73 %, most of them not far above 30
                        * (300 + luck * luck * luck * luck / 2300000000)
                        / 1000)
           -- a near miss: one failure fewer and the result is not low
           WHEN pg_temp.dice(cell_key, 15, 150) = 0 THEN low_from - 1
           ELSE
               least(low_from - 1,
                     (participants * usual
                      * (CASE WHEN is_troubled THEN 45 ELSE 20 END
                         + pg_temp.dice(school_no, 16, 50)
                         + pg_temp.dice(cell_key, 17, 80)
                         -- now and then a bad year
                         + pg_temp.dice(cell_key, 18, 9) / 8 * 70)
                      + 5000) / 10000)
       END
FROM counted;

\ir grade_4.sql
UPDATE demo_cell AS c
SET is_lyceum = s.is_lyceum,
    failed = CASE WHEN s.is_lyceum THEN c.failed / 3 ELSE c.failed END,
    tampering = CASE WHEN w.is_tampered THEN s.tampering ELSE 'none' END,
    strength = CASE WHEN w.is_tampered THEN s.strength ELSE 0 END
FROM demo_school AS s
CROSS JOIN demo_assessment AS a
CROSS JOIN generate_series(2020, 2022) AS y
CROSS JOIN LATERAL (
    SELECT a.exam = 'vpr'
           AND (y = 2022 OR y = 2021 AND s.strength = 3) AS is_tampered
) AS w
WHERE (s.school_no, a.assessment_no, y)
      = (c.school_no, c.assessment_no, c.academic_year)
  AND (s.is_lyceum OR s.strength > 0);

-- Reference data.
INSERT INTO region (code, name)
VALUES ('23', 'Учебный край (вымышленные данные)');

INSERT INTO municipality (region_id, code, name)
SELECT region_id, lpad(m::text, 2, '0'),
       'Муниципалитет ' || lpad(m::text, 2, '0')
FROM region
CROSS JOIN generate_series(1, 44) AS m
ORDER BY m;

INSERT INTO school (municipality_id, name, is_rural)
SELECT m.municipality_id,
       format('Школа № %s (муниципалитет %s)', s.number, m.code),
       s.is_rural
FROM demo_school AS s
JOIN municipality AS m ON m.code = lpad(s.municipality_no::text, 2, '0')
ORDER BY s.school_no;

INSERT INTO school_code (school_id, kind, code)
SELECT t.school_id, k.kind, k.code
FROM demo_school AS s
JOIN municipality AS m ON m.code = lpad(s.municipality_no::text, 2, '0')
JOIN school AS t ON t.municipality_id = m.municipality_id
     AND t.name = format('Школа № %s (муниципалитет %s)', s.number, m.code)
CROSS JOIN LATERAL (VALUES ('fis_oko', s.fis_oko),
                           ('ris_gia', s.ris_gia)) AS k (kind, code)
ORDER BY s.school_no, k.kind;

INSERT INTO school_year (school_id, academic_year, school_type, enrolment)
SELECT c.school_id, y, CASE WHEN s.is_lyceum THEN 'lyceum' ELSE 'general' END,
       s.parallel_size * (95 + pg_temp.dice(s.school_no * 100 + y, 7, 11))
           * CASE WHEN s.has_seniors THEN 98 ELSE 90 END / 1000
FROM demo_school AS s
JOIN school_code AS c ON c.kind = 'fis_oko' AND c.code = s.fis_oko
CROSS JOIN generate_series(2020, 2022) AS y
ORDER BY s.school_no, y;

\set first_year 2020
\set last_year 2022
\ir open_years.sql
