-- Context every warehouse starts with: indicators and scales of document 000,
-- the three documented components of ИСБШ, forms to load them by, thresholds.
-- A fact without a published source is a parameter, and its source says so.

INSERT INTO context_indicator (topic, code, name, unit, kind, numerator, denominator, denominator_role, direction,
                               low_value, high_value, source)
SELECT v.topic, v.code, v.name, v.unit, v.kind, v.numerator, v.denominator, v.denominator_role, v.direction,
       v.low_value, v.high_value, v.source
FROM (VALUES
    (1, 'территория', 'settlement_type', 'Тип населённого пункта', 'уровень', 'level', NULL, NULL, NULL, 0, NULL::double precision, NULL::double precision),
    (2, 'территория', 'settlement_size', 'Численность населения пункта', 'тыс. человек', 'number', NULL, NULL, NULL, 1, 0, 20000),
    (3, 'территория', 'remoteness', 'Территориальная отдалённость школы', 'уровень', 'level', NULL, NULL, NULL, -1, NULL, NULL),
    (4, 'экономика', 'economic_potential', 'Экономический потенциал района', 'уровень', 'level', NULL, NULL, NULL, 1, NULL, NULL),
    (5, 'культура', 'cultural_resources', 'Культурные и образовательные ресурсы', 'уровень', 'level', NULL, NULL, NULL, 1, NULL, NULL),
    (6, 'оснащение', 'equipment', 'Оснащённость техникой и доступ в интернет', 'уровень', 'level', NULL, NULL, NULL, 1, NULL, NULL),
    (7, 'кадры', 'staff_deficit', 'Дефицит педагогических кадров', 'уровень', 'level', NULL, NULL, NULL, -1, NULL, NULL),
    (8, 'контингент', 'incomplete_families', 'Дети из неполных семей', '%', 'share', 'детей из неполных семей', 'обучающихся всего', 'pupils', -1, NULL, NULL),
    (9, 'контингент', 'troubled_families', 'Дети из неблагополучных семей', '%', 'share', 'детей из неблагополучных семей', 'обучающихся всего', 'pupils', -1, NULL, NULL),
    (10, 'контингент', 'low_income_families', 'Дети из малообеспеченных семей', '%', 'share', 'детей из малообеспеченных семей', 'обучающихся всего', 'pupils', -1, NULL, NULL),
    (11, 'контингент', 'low_parent_education', 'Дети, у родителей которых невысокий уровень образования', '%', 'share', 'детей, у родителей которых невысокий уровень образования', 'обучающихся всего', 'pupils', -1, NULL, NULL),
    (12, 'контингент', 'behaviour_problems', 'Дети с проблемами поведения', '%', 'share', 'детей с проблемами поведения', 'обучающихся всего', 'pupils', -1, NULL, NULL),
    (13, 'контингент', 'health_problems', 'Дети с проблемами здоровья', '%', 'share', 'детей с проблемами здоровья', 'обучающихся всего', 'pupils', -1, NULL, NULL),
    (14, 'контингент', 'special_needs', 'Обучающиеся с ОВЗ', '%', 'share', 'обучающихся с ОВЗ', 'обучающихся всего', 'pupils', -1, NULL, NULL),
    (15, 'контингент', 'non_native_russian', 'Обучающиеся, для которых русский язык не родной', '%', 'share', 'обучающихся, для которых русский язык не родной', 'обучающихся всего', 'pupils', -1, NULL, NULL),
    (16, 'контингент', 'both_parents_higher', 'Дети из семей, где оба родителя имеют высшее образование', '%', 'share', 'детей из семей, где оба родителя имеют высшее образование', 'обучающихся всего', 'pupils', 1, NULL, NULL),
    (17, 'контингент', 'registered_pupils', 'Обучающиеся на учёте', '%', 'share', 'обучающихся на учёте', 'обучающихся всего', 'pupils', -1, NULL, NULL)
) AS w (place, topic, code, name, unit, kind, numerator, denominator, denominator_role, direction, low_value, high_value)
CROSS JOIN LATERAL (
    SELECT w.*, CASE WHEN w.place <= 13 THEN 'Приказ министерства образования Краснодарского края от 06.03.2023 № 681, раздел I, строка 17'
                     WHEN w.place <= 15 THEN 'Там же, раздел III: контингент, для которого предусмотрены отдельные меры'
                     ELSE 'Описание ИСБШ (apni.ru, статья 7500); каким учётом измерять, источник не уточняет' END AS source) AS v
ORDER BY v.place;

-- The order names levels of deficit for all but the type of settlement.
INSERT INTO context_level (context_indicator_id, level, name, deficit)
SELECT i.context_indicator_id, v.level, v.name, v.deficit
FROM (VALUES
    ('settlement_type', 1, 'сельская', NULL::integer), ('settlement_type', 2, 'городская', NULL),
    ('remoteness', 1, 'близлежащая', 0), ('remoteness', 2, 'отдалённая', 2),
    ('economic_potential', 1, 'низкий', 2), ('economic_potential', 2, 'средний', 1), ('economic_potential', 3, 'высокий', 0),
    ('cultural_resources', 1, 'низкий', 2), ('cultural_resources', 2, 'средний', 1), ('cultural_resources', 3, 'высокий', 0),
    ('equipment', 1, 'низкий', 2), ('equipment', 2, 'средний', 1), ('equipment', 3, 'высокий', 0),
    ('staff_deficit', 0, 'отсутствует', 0), ('staff_deficit', 1, 'средний', 1), ('staff_deficit', 2, 'высокий', 2)
) AS v (code, level, name, deficit)
JOIN context_indicator AS i USING (code);

-- Both forms are lines of schools; a column per indicator, named as here or by
-- any variant added to layout_column.
INSERT INTO layout (code, name, content, school_code_kind) VALUES
    ('social_passport', 'Социальный паспорт школы: контингент', 'context', 'fis_oko'),
    ('resource_deficits', 'Мониторинг ресурсных дефицитов', 'context', 'fis_oko');

INSERT INTO layout_column (layout_id, role, header, is_required)
SELECT l.layout_id, c.role, c.header, c.is_required
FROM layout AS l
CROSS JOIN (VALUES
    ('school_code', 'код оо', true), ('school_code', 'логин', true), ('school_name', 'название оо', false),
    ('school_name', 'наименование оо', false), ('academic_year', 'учебный год', false)) AS c (role, header, is_required)
WHERE l.content = 'context';
INSERT INTO layout_column (layout_id, role, header, is_required)
SELECT l.layout_id, v.role, v.header, true
FROM layout AS l
JOIN (VALUES ('social_passport', 'pupils', 'обучающихся всего'), ('social_passport', 'pupils', 'численность обучающихся'),
             ('resource_deficits', 'measurement', 'замер')) AS v (layout, role, header) ON v.layout = l.code;
INSERT INTO layout_column (layout_id, role, header)
SELECT l.layout_id, i.code, header_text(i.name)
FROM context_indicator AS i
JOIN layout AS l ON l.code = CASE i.kind WHEN 'share' THEN 'social_passport' ELSE 'resource_deficits' END
ORDER BY i.context_indicator_id;

INSERT INTO welfare_index (code, name, normalisation, combine, output_scale, missing, min_present, cluster_by, clusters, source) VALUES
    ('isbsh', 'ИСБШ по трём документированным показателям, равные веса', 'z', 'weighted_mean', 't', 'require', 1, 'optimal', 5,
     'Показатели — описание ИСБШ (apni.ru, статья 7500). Веса, шкала и число групп источниками не подтверждены: это параметры, заменяются копией версии'),
    ('isbsh_component', 'Индекс по всем контекстным данным, первая главная компонента', 'z', 'principal_component', 't', 'mean', 12, 'optimal', 5,
     'Показатели — приказ министерства образования Краснодарского края от 06.03.2023 № 681 и описание ИСБШ. Способ сведения — параметр');
INSERT INTO welfare_component (welfare_index_id, context_indicator_id, place, sign)
SELECT w.welfare_index_id, i.context_indicator_id, v.place, i.direction
FROM welfare_index AS w
CROSS JOIN (VALUES (1, 'both_parents_higher'), (2, 'incomplete_families'), (3, 'registered_pupils')) AS v (place, code)
JOIN context_indicator AS i ON i.code = v.code
WHERE w.code = 'isbsh';
INSERT INTO welfare_component (welfare_index_id, context_indicator_id, place, sign, fixes_sign)
SELECT w.welfare_index_id, i.context_indicator_id, row_number() OVER (ORDER BY i.context_indicator_id), i.direction,
       i.code = 'both_parents_higher'
FROM welfare_index AS w
CROSS JOIN context_indicator AS i
WHERE w.code = 'isbsh_component' AND i.direction <> 0;

INSERT INTO context_rule (code, name, is_automatic, welfare_index_id, source)
SELECT 'thirds', 'Сложные условия — треть школ с наименьшим индексом, высокий результат — лучшая половина', true, w.welfare_index_id,
       'Пороги источниками не подтверждены: это параметры. Низкий результат — список ШНОР; резильентность за два года из трёх'
FROM welfare_index AS w
WHERE w.code = 'isbsh';

INSERT INTO risk_factor (number, code, name, source)
SELECT v.number, v.code, v.name,
       CASE v.code WHEN 'failure_risk' THEN 'План мероприятий Пошехонского муниципального района на 2024 год'
                   ELSE 'Не подтверждено источником: сверьте с перечнем проекта «500+» своего года' END
FROM (VALUES
    (1, 'equipment', 'Низкий уровень оснащения школы'),
    (2, 'staff', 'Дефицит педагогических кадров'),
    (3, 'competence', 'Недостаточная предметная и методическая компетентность педагогических работников'),
    (4, 'adaptivity', 'Риски низкой адаптивности учебного процесса'),
    (5, 'training', 'Несформированность внутришкольной системы повышения квалификации'),
    (6, 'special_needs', 'Высокая доля обучающихся с ОВЗ'),
    (7, 'language', 'Низкое качество преодоления языковых и культурных барьеров'),
    (8, 'motivation', 'Низкая учебная мотивация обучающихся'),
    (9, 'climate', 'Пониженный уровень школьного благополучия'),
    (10, 'discipline', 'Низкий уровень дисциплины в классе'),
    (11, 'failure_risk', 'Высокая доля учащихся с рисками учебной неуспешности'),
    (12, 'parents', 'Низкий уровень вовлечённости родителей')
) AS v (number, code, name)
ORDER BY v.number;
