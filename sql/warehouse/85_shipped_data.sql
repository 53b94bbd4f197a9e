-- Rows every warehouse starts with. A fact without a published source is not
-- here: it is the analyst's parameter.

INSERT INTO exam (code, name, full_name) VALUES
    ('vpr', 'ВПР', 'Всероссийские проверочные работы'),
    ('oge', 'ОГЭ', 'Основной государственный экзамен'),
    ('ege', 'ЕГЭ', 'Единый государственный экзамен'),
    ('gve', 'ГВЭ', 'Государственный выпускной экзамен'),
    ('kdr', 'КДР', 'Краевые диагностические работы'),
    ('niko', 'НИКО', 'Национальные исследования качества образования');

INSERT INTO subject (code, name) VALUES
    ('rus', 'русский язык'),
    ('math', 'математика'),
    ('phys', 'физика'),
    ('chem', 'химия'),
    ('inf', 'информатика'),
    ('bio', 'биология'),
    ('hist', 'история'),
    ('geo', 'география'),
    ('soc', 'обществознание'),
    ('lit', 'литература'),
    ('eng', 'английский язык'),
    ('ger', 'немецкий язык'),
    ('fra', 'французский язык'),
    ('spa', 'испанский язык'),
    ('native', 'родной язык');

INSERT INTO school_type (code, name) VALUES
    ('general', 'общеобразовательная организация'),
    ('gymnasium', 'гимназия'),
    ('lyceum', 'лицей'),
    ('cadet', 'кадетская организация'),
    ('evening', 'вечерняя (сменная) организация'),
    ('correctional', 'организация, работающая по адаптированным программам'),
    ('sanatorium', 'санаторная организация'),
    ('penal', 'организация при учреждении исполнения наказаний');

-- First the nine indicators of document 001 (plan of Poshekhonye district for
-- 2024): ЕГЭ mathematics base and profile are separate, the profile and Russian
-- are judged by test score, the others by the mark "2". Then the assessments
-- that the sourced cuts below or the marker lists of ВПР 4 need.
INSERT INTO assessment (exam_id, subject_id, level, grade, fail_by, name)
SELECT e.exam_id, s.subject_id, v.level, v.grade, v.fail_by, v.name
FROM (VALUES
    (1, 'vpr', 'math', 'none', 5, 'mark', 'ВПР, математика, 5 класс'),
    (2, 'vpr', 'math', 'none', 6, 'mark', 'ВПР, математика, 6 класс'),
    (3, 'vpr', 'rus', 'none', 5, 'mark', 'ВПР, русский язык, 5 класс'),
    (4, 'vpr', 'rus', 'none', 6, 'mark', 'ВПР, русский язык, 6 класс'),
    (5, 'oge', 'math', 'none', 9, 'mark', 'ОГЭ, математика'),
    (6, 'oge', 'rus', 'none', 9, 'mark', 'ОГЭ, русский язык'),
    (7, 'ege', 'math', 'base', 11, 'mark', 'ЕГЭ, математика базовая'),
    (8, 'ege', 'math', 'profile', 11, 'min_score', 'ЕГЭ, математика профильная'),
    (9, 'ege', 'rus', 'none', 11, 'min_score', 'ЕГЭ, русский язык'),
    (10, 'vpr', 'math', 'none', 4, 'mark', 'ВПР, математика, 4 класс'),
    (11, 'vpr', 'rus', 'none', 4, 'mark', 'ВПР, русский язык, 4 класс'),
    (12, 'vpr', 'math', 'none', 8, 'mark', 'ВПР, математика, 8 класс'),
    (13, 'vpr', 'rus', 'none', 8, 'mark', 'ВПР, русский язык, 8 класс'),
    (14, 'gve', 'rus', 'none', 9, 'mark', 'ГВЭ, русский язык, 9 класс'),
    (15, 'gve', 'math', 'none', 9, 'mark', 'ГВЭ, математика, 9 класс')
) AS v (place, exam, subject, level, grade, fail_by, name)
JOIN exam AS e ON e.code = v.exam
JOIN subject AS s ON s.code = v.subject
ORDER BY v.place;

INSERT INTO mark_cut (assessment_id, first_year, last_year, max_score, min_score, cut_3, cut_4, cut_5, source)
SELECT find_assessment(v.exam, v.subject, v.level, v.grade), v.first_year, v.last_year,
       v.max_score, v.min_score, v.cut_3, v.cut_4, v.cut_5, v.source
FROM (VALUES
    ('vpr', 'rus', 'none', 4, 2026, 2026, 24, NULL::integer, 10, 16, 21,
     'Демоверсия ВПР 2026 года по русскому языку, 4 класс (vpr-ege.ru)'),
    ('vpr', 'math', 'none', 8, NULL, 2024, 25, NULL, 8, 15, 21,
     'Рекомендации по переводу баллов ВПР, 8 класс (vpr-ege.ru)'),
    ('vpr', 'rus', 'none', 8, NULL, 2024, 51, NULL, 26, 32, 45,
     'Рекомендации по переводу баллов ВПР, 8 класс (vpr-ege.ru)'),
    ('oge', 'math', 'none', 9, 2023, NULL, 31, 8, 8, 15, 22,
     'Рекомендации Рособрнадзора 2023–2026 годов; для порога нужны и 2 балла за геометрию, поэтому неудача определяется по отметке'),
    ('oge', 'rus', 'none', 9, 2023, 2023, 33, 15, 15, 23, 29,
     'Рекомендации 2023 года; для «4» и «5» есть условие по грамотности'),
    ('ege', 'rus', 'none', 11, NULL, NULL, 100, 24, NULL, NULL, NULL,
     'Минимальный балл для получения аттестата; для поступления в вуз — 36'),
    ('ege', 'math', 'profile', 11, NULL, NULL, 100, 27, NULL, NULL, NULL,
     'Минимальный балл Рособрнадзора')
) AS v (exam, subject, level, grade, first_year, last_year, max_score, min_score, cut_3, cut_4, cut_5, source);

-- Both readings of branch B are documented; which years each covers is not,
-- so the years below are settings: the later text applies from its own year.
INSERT INTO rule_set (code, name, first_result_year, is_automatic, same_assessment, list_year_offset, source) VALUES
    ('plan_2024', 'Правило списка Рособрнадзора по плану 2024 года: двухлетнее условие по любым процедурам',
     NULL, true, false, 1,
     'План мероприятий Пошехонского муниципального района на 2024 год: 30 % участников; не менее двух процедур в предыдущем учебном году либо хотя бы одна в каждом из двух; результаты до пересдачи. «Не менее 30 %» — по акту 2025 года'),
    ('act_2025', 'Правило по акту 2025 года: двухлетнее условие по одной и той же процедуре',
     2025, true, true, 1,
     'Акт министерства образования Омской области, декабрь 2025 года: не менее 30 % участников, по двум и более процедурам в 2025 году, а также по одной и той же процедуре в 2024 и 2025 годах');

-- Both sets count the nine indicators of document 001, numbered as there.
INSERT INTO rule_assessment (rule_set_id, assessment_id, indicator_number)
SELECT r.rule_set_id, find_assessment(v.exam, v.subject, v.level, v.grade), v.number
FROM rule_set AS r
CROSS JOIN (VALUES
    (1, 'vpr', 'math', 'none', 5),
    (2, 'vpr', 'math', 'none', 6),
    (3, 'vpr', 'rus', 'none', 5),
    (4, 'vpr', 'rus', 'none', 6),
    (5, 'oge', 'math', 'none', 9),
    (6, 'oge', 'rus', 'none', 9),
    (7, 'ege', 'math', 'base', 11),
    (8, 'ege', 'math', 'profile', 11),
    (9, 'ege', 'rus', 'none', 11)
) AS v (number, exam, subject, level, grade);
