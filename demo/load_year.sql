-- load_year.sql: turns the cells of one academic year into rows of
-- import_staging (first attempts, then re-sits of ОГЭ and ЕГЭ).
--
-- Expects :year and a filled demo_cell.  ВПР are written as vpr.sql says.  In
-- the others a pupil's rank in the school decides who fails; the step 7919 is a
-- prime above every class size, so the ranks are a permutation of
-- 0 .. participants - 1.
SELECT open_staging() \g /dev/null

TRUNCATE vpr_cell;
INSERT INTO vpr_cell
SELECT c.school_no, c.academic_year, c.assessment_no, k.cell_key,
       c.participants, c.failed,
       -- the level at which about so many fail, drawn to that of all schools
       pg_temp.logit(w.cut3 / (1.0 + w.max_score))
           - 0.85 * shnor.normal_quantile((c.failed + 1.1)
                                          / (c.participants + 12))
           + CASE WHEN c.is_lyceum THEN 0.8 ELSE 0 END,
       0.4 + 0.12 * pg_temp.normal(c.school_no, 51)
           + 0.08 * pg_temp.normal(k.cell_key, 52),
       c.tampering, c.strength
FROM demo_cell AS c
JOIN vpr_work AS w USING (assessment_no)
CROSS JOIN LATERAL (
    SELECT (c.school_no * 100 + c.academic_year % 100) * 100::bigint
               + c.assessment_no AS cell_key
) AS k
WHERE c.academic_year = :year;
ANALYZE vpr_cell;

INSERT INTO import_staging (
    academic_year, exam, subject, level, grade, school_code_kind,
    school_code, participant, class, attempt, score, mark, journal_mark,
    task_scores)
SELECT :year, a.exam, a.subject, a.level, a.grade::text,
       c.school_code_kind, c.school_code,
       format('%s-%s-%s', lpad(p.school_no::text, 4, '0'), a.grade,
              lpad(p.number::text, 3, '0')),
       p.class, '1', p.score::text, p.mark::text, p.journal_mark::text,
       array_to_string(p.task_scores, ';', 'X')
FROM pg_temp.vpr_pupil(:year) AS p
JOIN demo_cell AS c ON c.school_no = p.school_no
     AND c.academic_year = :year AND c.assessment_no = p.assessment_no
JOIN demo_assessment AS a ON a.assessment_no = p.assessment_no;

INSERT INTO import_staging (
    academic_year, exam, subject, level, grade, school_code_kind,
    school_code, participant, class, attempt, score, mark)
WITH pupil AS (
    SELECT c.*, a.exam, a.subject, a.level, a.grade, a.max_score,
           a.cut3, a.cut4, a.cut5,
           -- those who take the base level are not those of the profile
           CASE WHEN a.level = 'base'
                THEN c.participants * 4 / 3 + 3 + p ELSE p END AS number,
           ((c.school_no * 100 + c.academic_year % 100) * 10
            + c.assessment_no) * 1000::bigint + p AS pupil_key,
           (p * 7919 + pg_temp.dice(c.school_no * 10000
                                    + c.academic_year % 100 * 100 + a.grade,
                                    21, 1000))
               % c.participants AS rank
    FROM demo_cell AS c
    JOIN demo_assessment AS a USING (assessment_no)
    CROSS JOIN generate_series(1, c.participants) AS p
    WHERE c.academic_year = :year AND a.exam <> 'vpr'
), marked AS (
    -- of those who did not fail, 45 % have a 3, 37 % a 4 and 18 % a 5
    SELECT pupil.*,
           CASE
               WHEN rank < failed THEN 2
               WHEN (rank - failed) * 100 < (participants - failed) * 45 THEN 3
               WHEN (rank - failed) * 100 < (participants - failed) * 82 THEN 4
               ELSE 5
           END AS step,
           pg_temp.dice(pupil_key, 22, 1000) AS luck1,
           pg_temp.dice(pupil_key, 23, 1000) AS luck2
    FROM pupil
), bounded AS (
    SELECT marked.*,
           CASE
               WHEN step = 2 THEN cut3 / 4
               WHEN cut5 IS NULL OR step = 3 THEN cut3
               WHEN step = 4 THEN cut4
               ELSE cut5
           END AS low,
           CASE
               WHEN step = 2 THEN cut3
               WHEN cut5 IS NULL THEN 97
               WHEN step = 3 THEN cut4
               WHEN step = 4 THEN cut5
               ELSE max_score + 1
           END AS high
    FROM marked
), attempted AS (
    -- failures crowd towards the cut, top marks towards their lower edge,
    -- test scores towards the middle
    SELECT bounded.*, 1 AS attempt,
           low + (high - low) * CASE
                                    WHEN step = 2 THEN greatest(luck1, luck2)
                                    WHEN cut5 IS NULL THEN (luck1 + luck2) / 2
                                    WHEN step = 5 THEN least(luck1, luck2)
                                    ELSE luck1
                                END / 1000 AS score,
           CASE WHEN cut5 IS NOT NULL THEN step END AS mark
    FROM bounded
    UNION ALL
    -- seven of ten who failed sit again, four of five of them pass
    SELECT bounded.*, 2,
           CASE WHEN luck2 < 800 THEN cut3 + 1 ELSE cut3 - 1 END,
           CASE
               WHEN cut5 IS NULL THEN NULL
               WHEN luck2 < 800 THEN 3
               ELSE 2
           END
    FROM bounded
    WHERE step = 2 AND luck1 < 700
)
SELECT academic_year::text, exam, subject, level, grade::text,
       school_code_kind, school_code,
       format('%s-%s-%s', lpad(school_no::text, 4, '0'), grade,
              lpad(number::text, 3, '0')),
       grade::text || substr('АБВГД', 1 + (number - 1) / 26, 1),
       attempt::text, score::text, mark::text
FROM attempted;
