-- Markers in the star, and their report. What is marked asks for analysis and
-- proves nothing, so it is worded as school_markers words it.

CREATE VIEW fact_marker WITH (security_invoker = true) AS
SELECT o.marker_outcome_id AS id, o.school_id AS dim_school_id, a.assessment_id AS dim_assessment_id,
       y.academic_year AS dim_year_id, y.academic_year,
       m.code AS marker_code, m.number AS marker_number, m.name AS marker, m.aspect, o.class,
       CASE WHEN o.is_flagged THEN 'признак, требует анализа' WHEN o.reason IS NULL THEN 'признака нет'
            ELSE 'не оценён' END AS status, o.reason,
       o.sample, o.value AS observed, o.expected, o.size AS difference, o.direction, o.p, o.q, o.is_flagged,
       (o.reason IS NULL)::integer AS evaluated_count, o.is_flagged::integer AS flagged_count
FROM marker_outcome AS o
JOIN marker_year AS y USING (marker_judgement_id)
LEFT JOIN marker AS m USING (marker_id)
LEFT JOIN administration AS a USING (administration_id);
COMMENT ON VIEW fact_marker IS 'Факт: признак необъективности у организации по процедуре; признак требует анализа и сам по себе ничего не доказывает';
COMMENT ON COLUMN fact_marker.id IS 'Ключ строки (marker_outcome_id)';
COMMENT ON COLUMN fact_marker.dim_school_id IS 'Организация: dim_school.id';
COMMENT ON COLUMN fact_marker.dim_assessment_id IS 'Процедура: dim_assessment.id';
COMMENT ON COLUMN fact_marker.dim_year_id IS 'Учебный год: dim_year.id';
COMMENT ON COLUMN fact_marker.academic_year IS 'Учебный год по году окончания (2023 — это 2022/23)';
COMMENT ON COLUMN fact_marker.marker_code IS 'Код признака';
COMMENT ON COLUMN fact_marker.marker_number IS 'Номер признака в методике';
COMMENT ON COLUMN fact_marker.marker IS 'Признак';
COMMENT ON COLUMN fact_marker.aspect IS 'О чём свидетельствует: level — уровень, change — изменение, journal — журнал, shape — распределение баллов, items — задания';
COMMENT ON COLUMN fact_marker.class IS 'Класс, если признак оценивается по классам; иначе пустая строка';
COMMENT ON COLUMN fact_marker.status IS 'Итог словами: признак, требует анализа; признака нет; не оценён';
COMMENT ON COLUMN fact_marker.reason IS 'Почему не оценён, кодом (marker_outcome.reason); пусто — оценён';
COMMENT ON COLUMN fact_marker.sample IS 'Сколько участников учтено';
COMMENT ON COLUMN fact_marker.observed IS 'Величина у организации (что это — marker.formula)';
COMMENT ON COLUMN fact_marker.expected IS 'Ожидаемая величина';
COMMENT ON COLUMN fact_marker.difference IS 'Размер отличия';
COMMENT ON COLUMN fact_marker.direction IS 'Величина выше (higher) или ниже (lower) ожидаемой';
COMMENT ON COLUMN fact_marker.p IS 'Вероятность такого же или большего отличия случайно; пусто — не вычисляется';
COMMENT ON COLUMN fact_marker.q IS 'Доля ложных срабатываний среди признаков не слабее этого; пусто — не вычисляется';
COMMENT ON COLUMN fact_marker.is_flagged IS 'Признак есть: требует анализа';
COMMENT ON COLUMN fact_marker.evaluated_count IS '1 — признак оценён, иначе 0; сумма — число оценённых';
COMMENT ON COLUMN fact_marker.flagged_count IS '1 — признак есть, иначе 0; рядом показывайте evaluated_count';

CREATE VIEW report_marker WITH (security_invoker = true) AS
SELECT o.academic_year AS "Год результатов", o.municipality AS "Муниципалитет", o.school AS "Организация",
       o.assessment AS "Процедура", nullif(o.class, '') AS "Класс", o.marker AS "Признак, требует анализа",
       o.what_is_seen AS "Что видно", o.how_unusual AS "Насколько необычно", o.by_chance AS "Сколько таких",
       o.sample AS "Участников", o.shows AS "Чем ещё объясняется"
FROM markers AS o;
COMMENT ON VIEW report_marker IS 'Отчёт: признаки необъективности, которые требуют анализа; ни один из них не доказательство';
COMMENT ON COLUMN report_marker."Год результатов" IS 'Учебный год по году окончания';
COMMENT ON COLUMN report_marker."Муниципалитет" IS 'Муниципальное образование';
COMMENT ON COLUMN report_marker."Организация" IS 'Наименование организации';
COMMENT ON COLUMN report_marker."Процедура" IS 'Наименование процедуры';
COMMENT ON COLUMN report_marker."Класс" IS 'Класс, если признак оценивается по классам';
COMMENT ON COLUMN report_marker."Признак, требует анализа" IS 'Наименование признака';
COMMENT ON COLUMN report_marker."Что видно" IS 'Величина у организации и ожидаемая, словами';
COMMENT ON COLUMN report_marker."Насколько необычно" IS 'Как часто такое бывает случайно';
COMMENT ON COLUMN report_marker."Сколько таких" IS 'Сколько по этому признаку и процедуре отмечено, проверено и ожидается случайно';
COMMENT ON COLUMN report_marker."Участников" IS 'Сколько участников учтено';
COMMENT ON COLUMN report_marker."Чем ещё объясняется" IS 'Что признак показывает и чем, кроме необъективности, объясняется';
