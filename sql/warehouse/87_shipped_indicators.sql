-- Indicators that the warehouse computes. The nine of document 001 (plan of
-- Poshekhonye district for 2024) serve both the list and the watching of its
-- dynamics; the share of listed schools is the second of document 003.
INSERT INTO indicator (code, name, unit, direction, numerator, denominator, computed_by, assessment_id, source)
SELECT concat_ws('_', 'failed', v.exam, v.subject, nullif(v.level, 'none'), CASE WHEN v.exam = 'vpr' THEN v.grade END),
       'Доля не справившихся: ' || a.name, 'share', 'down',
       'участники, получившие «2» или не преодолевшие минимальный порог', 'участники', 'failed', a.assessment_id,
       'план Пошехонского района на 2024 год'
FROM (VALUES
    (1, 'vpr', 'math', 'none', 5), (2, 'vpr', 'math', 'none', 6), (3, 'vpr', 'rus', 'none', 5), (4, 'vpr', 'rus', 'none', 6),
    (5, 'oge', 'math', 'none', 9), (6, 'oge', 'rus', 'none', 9), (7, 'ege', 'math', 'base', 11),
    (8, 'ege', 'math', 'profile', 11), (9, 'ege', 'rus', 'none', 11)) AS v (place, exam, subject, level, grade)
JOIN assessment AS a ON a.assessment_id = find_assessment(v.exam, v.subject, v.level, v.grade)
ORDER BY v.place;
INSERT INTO indicator (code, name, unit, direction, numerator, denominator, computed_by, source)
VALUES ('listed_schools', 'Доля школ с низкими образовательными результатами', 'share', 'down', 'школы списка',
        'оценённые школы', 'listed', 'приказ Петровского городского округа от 21.02.2023 № 86');
