-- open_years.sql: opens the academic years :first_year .. :last_year and the
-- administration of all nine assessments in each.
SELECT open_year(y) FROM generate_series(:first_year, :last_year) AS y
\g /dev/null

SELECT open_administration(
           academic_year => y, exam => exam, subject => subject,
           level => level, grade => grade, max_score => max_score,
           fail_by => CASE WHEN cut5 IS NULL THEN 'min_score' ELSE 'mark' END,
           min_score => CASE WHEN cut5 IS NULL THEN cut3 END,
           cut_3 => CASE WHEN cut5 IS NOT NULL THEN cut3 END,
           cut_4 => cut4, cut_5 => cut5, source => 'Вымышленные данные')
FROM generate_series(:first_year, :last_year) AS y
CROSS JOIN demo_assessment
ORDER BY y, assessment_no
\g /dev/null
