-- Layouts every warehouse knows; an analyst adds header variants as rows.

INSERT INTO layout (code, name, content, exam, grade, school_code_kind, derives_mark) VALUES
    ('canonical', 'Каноническая форма хранилища', 'individual', NULL, NULL, NULL, false),
    ('fis_individual', 'ФИС ОКО: индивидуальные результаты (Ф1)', 'individual', 'vpr', NULL, 'fis_oko', false),
    ('school_form', 'Форма сбора результатов ВПР', 'individual', 'vpr', NULL, 'fis_oko', true),
    ('ris_oge', 'РИС ГИА: протокол ОГЭ', 'individual', 'oge', 9, 'ris_gia', false),
    ('ris_oge_codes', 'РИС ГИА: выгрузка ОГЭ с латинскими заголовками', 'individual', 'oge', 9, 'ris_gia', false),
    ('ris_ege', 'РИС ГИА: протокол ЕГЭ', 'individual', 'ege', 11, 'ris_gia', false),
    ('fis_marks', 'ФИС ОКО: статистика по отметкам (Ф3)', 'group', 'vpr', NULL, 'fis_oko', false),
    ('fis_journal', 'ФИС ОКО: сравнение отметок с отметками по журналу', 'group', 'vpr', NULL, 'fis_oko', false),
    ('fis_journal_long', 'ФИС ОКО: сравнение с журналом, длинная форма', 'group', 'vpr', NULL, 'fis_oko', false),
    ('fis_scores', 'ФИС ОКО: распределение первичных баллов', 'group', 'vpr', NULL, 'fis_oko', false),
    ('fis_tasks', 'ФИС ОКО: выполнение заданий', 'group', 'vpr', NULL, 'fis_oko', false);

INSERT INTO layout_column (layout_id, role, header, is_required)
SELECT l.layout_id, v.role, v.header, v.is_required
FROM (VALUES
    ('canonical', 'academic_year', 'academic_year', true), ('canonical', 'exam', 'exam', true),
    ('canonical', 'subject', 'subject', true), ('canonical', 'level', 'level', false),
    ('canonical', 'grade', 'grade', true), ('canonical', 'school_code_kind', 'school_code_kind', true),
    ('canonical', 'school_code', 'school_code', true), ('canonical', 'participant', 'participant', true),
    ('canonical', 'class', 'class', false), ('canonical', 'attempt', 'attempt', false),
    ('canonical', 'score', 'score', false), ('canonical', 'mark', 'mark', false),
    ('canonical', 'journal_mark', 'journal_mark', false), ('canonical', 'task_scores', 'task_scores', false),

    ('fis_individual', 'school_code', 'оо', false), ('fis_individual', 'school_code', 'логин', false),
    ('fis_individual', 'municipality', 'муниципалитет', false),
    ('fis_individual', 'school_name', 'название оо', false),
    ('fis_individual', 'participant', 'код участника', true), ('fis_individual', 'class', 'класс', false),
    ('fis_individual', 'variant', 'вариант', false), ('fis_individual', 'score', 'первичный балл', true),
    ('fis_individual', 'mark', 'отметка', true), ('fis_individual', 'journal_mark', 'отметка по журналу', false),

    ('school_form', 'participant', 'код участника', true), ('school_form', 'variant', 'вариант', false),
    ('school_form', 'class', 'порядковый номер класса', true), ('school_form', 'score', 'итого баллов', true),

    ('ris_oge', 'school_code', 'код оо', true), ('ris_oge', 'class', 'класс', false),
    ('ris_oge', 'participant', 'код участника', true), ('ris_oge', 'participant', 'код регистрации', true),
    ('ris_oge', 'exam_name', 'экзамен', false),
    ('ris_oge', 'short_answers', 'ответы в краткой форме', false),
    ('ris_oge', 'short_answers', 'задания с кратким ответом', false),
    ('ris_oge', 'long_answers', 'ответы в развернутой форме', false),
    ('ris_oge', 'long_answers', 'задания с развернутым ответом', false),
    ('ris_oge', 'score', 'первичный балл', true), ('ris_oge', 'mark', 'оценка', true),

    ('ris_oge_codes', 'school_code', 'schoolcode', true), ('ris_oge_codes', 'class', 'classcode', false),
    ('ris_oge_codes', 'document_series', 'documentseriescode', true),
    ('ris_oge_codes', 'document_number', 'documentnumbercode', true),
    ('ris_oge_codes', 'short_answers', 'testresultbcell', false),
    ('ris_oge_codes', 'long_answers', 'testresultccell', false),
    ('ris_oge_codes', 'score', 'primarymark', true), ('ris_oge_codes', 'mark', 'mark5', true),

    ('ris_ege', 'school_code', 'код оо', true), ('ris_ege', 'class', 'класс', false),
    ('ris_ege', 'participant', 'код участника', true), ('ris_ege', 'exam_name', 'экзамен', false),
    ('ris_ege', 'short_answers', 'ответы в краткой форме', false),
    ('ris_ege', 'short_answers', 'задания с кратким ответом', false),
    ('ris_ege', 'long_answers', 'ответы в развернутой форме', false),
    ('ris_ege', 'long_answers', 'задания с развернутым ответом', false),
    ('ris_ege', 'primary_score', 'первичный балл', false),
    ('ris_ege', 'final_score', 'итоговый балл', true), ('ris_ege', 'final_score', 'тестовый балл', true),

    ('fis_marks', 'group', 'группы участников', true), ('fis_marks', 'group', 'логин', true),
    ('fis_marks', 'participants', 'кол-во участников', true),
    ('fis_marks', 'mark_2', '2', true), ('fis_marks', 'mark_3', '3', true),
    ('fis_marks', 'mark_4', '4', true), ('fis_marks', 'mark_5', '5', true),
    ('fis_marks', 'schools', 'кол-во оо', false), ('fis_marks', 'academic_year', 'год', false),
    ('fis_marks', 'grade', 'класс', false), ('fis_marks', 'subject_name', 'предмет', false),

    ('fis_journal', 'group', 'группы участников', true),
    ('fis_journal', 'participants', 'кол-во участников(всего)', true),
    ('fis_journal', 'participants', 'кол-во участников (всего)', true),

    ('fis_journal_long', 'group', 'группы участников', true),
    ('fis_journal_long', 'participants', 'кол-во участников', true),
    ('fis_journal_long', 'percent', '%', true),

    ('fis_scores', 'group', 'группы участников', true), ('fis_scores', 'group', 'логин', true),
    ('fis_scores', 'participants', 'кол-во участников', true), ('fis_scores', 'schools', 'кол-во оо', false),
    ('fis_scores', 'academic_year', 'год', false), ('fis_scores', 'grade', 'класс', false),
    ('fis_scores', 'subject_name', 'предмет', false),
    ('fis_scores', 'score_0', '0', true), ('fis_scores', 'score_1', '1', true),
    ('fis_scores', 'score_2', '2', true), ('fis_scores', 'score_3', '3', true),
    ('fis_scores', 'score_4', '4', true), ('fis_scores', 'score_5', '5', true),

    ('fis_tasks', 'group', 'группы участников', true),
    ('fis_tasks', 'participants', 'кол-во участников', true), ('fis_tasks', 'schools', 'кол-во оо', false)
) AS v (layout, role, header, is_required)
JOIN layout AS l ON l.code = v.layout;

INSERT INTO layout_column (layout_id, role, header_pattern, is_required, is_forbidden)
SELECT l.layout_id, v.role, v.pattern, v.is_required, NOT v.is_required AND v.role = 'other'
FROM (VALUES
    ('fis_marks', 'other', '^(0|1|[6-9]|\d\d+)([.,]\d+)?([кk]\d+)?(\s*\(\d+\s*б\))?$', false),
    ('fis_tasks', 'other', '^0$', false),
    ('fis_individual', 'item', '^\d+([.,]\d+)?([кk]\d+)?\s*\(\d+\s*б\)$', true),
    ('school_form', 'item', '^\d+([.,]\d+)?([кk]\d+)?\s*\(\d+\s*б\)$', true),
    ('school_form', 'journal_mark', '^отметка за предыдущий', false),
    ('fis_journal', 'journal_lower', '^понизили .*%', true),
    ('fis_journal', 'journal_same', '^подтвердили .*%', true),
    ('fis_journal', 'journal_higher', '^повысили .*%', true),
    ('fis_scores', 'score', '^[0-9]{1,3}$', true),
    ('fis_tasks', 'task', '^\d+([.,]\d+)?([кk]\d+)?(\s*\(\d+\s*б\))?$', true)
) AS v (layout, role, pattern, is_required)
JOIN layout AS l ON l.code = v.layout;

-- ОГЭ: the codes of the РИС protocols; 51 and 52 are ГВЭ, an exam of its own.
INSERT INTO subject_code (file_exam, code, exam, subject, level, source)
SELECT v.file_exam, v.code, v.exam, v.subject, v.level, v.source
FROM (VALUES
    ('oge', '01', 'oge', 'rus', 'none'), ('oge', '02', 'oge', 'math', 'none'),
    ('oge', '03', 'oge', 'phys', 'none'), ('oge', '04', 'oge', 'chem', 'none'),
    ('oge', '05', 'oge', 'inf', 'none'), ('oge', '06', 'oge', 'bio', 'none'),
    ('oge', '07', 'oge', 'hist', 'none'), ('oge', '08', 'oge', 'geo', 'none'),
    ('oge', '09', 'oge', 'soc', 'none'), ('oge', '10', 'oge', 'lit', 'none'),
    ('oge', '11', 'oge', 'eng', 'none'), ('oge', '12', 'oge', 'ger', 'none'),
    ('oge', '13', 'oge', 'fra', 'none'), ('oge', '14', 'oge', 'spa', 'none'),
    ('oge', '18', 'oge', 'native', 'none'),
    ('oge', '51', 'gve', 'rus', 'none'), ('oge', '52', 'gve', 'math', 'none')
) AS w (file_exam, code, exam, subject, level)
CROSS JOIN LATERAL (SELECT w.*, 'Протоколы РИС ГИА' AS source) AS v;

INSERT INTO subject_code (file_exam, code, exam, subject, level, source) VALUES
    ('ege', '01', 'ege', 'rus', 'none', 'Протоколы РИС ГИА'),
    ('ege', '02', 'ege', 'math', 'profile', 'Не подтверждено источником: проверьте по своим протоколам'),
    ('ege', '22', 'ege', 'math', 'base', 'Не подтверждено источником: проверьте по своим протоколам'),
    ('ege', 'математика базовая', 'ege', 'math', 'base', 'Название предмета'),
    ('ege', 'математика профильная', 'ege', 'math', 'profile', 'Название предмета');

INSERT INTO subject_code (file_exam, code, exam, subject, level, source)
SELECT e.code, s.name, e.code, s.code, 'none', 'Название предмета'
FROM exam AS e
CROSS JOIN subject AS s
WHERE e.code IN ('vpr', 'oge')
   OR (e.code = 'ege' AND s.code <> 'math');
