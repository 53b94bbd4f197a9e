-- bad_rows.sql: rows no warehouse should take, staged beside those of 2022:
-- an unknown school, a mark of 6, a score above the maximum, no participant,
-- a score in letters.
INSERT INTO import_staging (
    academic_year, exam, subject, level, grade, school_code_kind,
    school_code, participant, class, attempt, score, mark, journal_mark)
SELECT '2022', 'vpr', 'math', 'none', '5', 'fis_oko',
       school_code, participant, '5А', '1', score, mark, '4'
FROM (VALUES
    ('edu239999', '9999-5-001', '12', '4'),
    ('edu230001', '0001-5-901', '12', '6'),
    ('edu230002', '0002-5-901', '25', '5'),
    ('edu230003', '',           '12', '4'),
    ('edu230004', '0004-5-901', 'двенадцать', '4')
) AS bad (school_code, participant, score, mark);
