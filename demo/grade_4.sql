-- grade_4.sql: ВПР of grade 4, written by about as many as those of grade 5 in
-- the same school and failed by fewer, added to the cells in demo_cell.
INSERT INTO demo_cell (school_no, academic_year, assessment_no,
                       school_code_kind, school_code, participants, failed)
SELECT c.school_no, c.academic_year, v.grade_4,
       c.school_code_kind, c.school_code, n.participants,
       least(n.participants,
             c.failed * (20 + pg_temp.dice(k.key, 42, 50)) / 100)
FROM demo_cell AS c
JOIN (VALUES (1, 10), (3, 11)) AS v (grade_5, grade_4)
     ON v.grade_5 = c.assessment_no
CROSS JOIN LATERAL (
    SELECT (c.school_no * 100 + c.academic_year % 100) * 100 + v.grade_4
               AS key
) AS k
CROSS JOIN LATERAL (
    SELECT greatest(c.participants
                    + pg_temp.dice(k.key, 41, 1 + c.participants / 5)
                    - c.participants / 10, 1) AS participants
) AS n;
