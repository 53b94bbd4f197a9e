-- Which markers are judged by which thresholds, and what is compared with what.

CREATE TYPE marker_applied AS (
    administration_id integer,
    academic_year integer,
    marker_id integer,
    code text,
    direction text,
    needs text,
    threshold_kind text,
    threshold double precision,
    min_sample integer,
    min_schools integer,
    alarm_rate double precision,
    exempt text[],
    family integer
);
COMMENT ON TYPE marker_applied IS 'Признак с порогом, по которому он оценивается в проведении';
COMMENT ON COLUMN marker_applied.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN marker_applied.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN marker_applied.marker_id IS 'Признак';
COMMENT ON COLUMN marker_applied.code IS 'Код признака';
COMMENT ON COLUMN marker_applied.direction IS 'marker.direction';
COMMENT ON COLUMN marker_applied.needs IS 'marker.needs';
COMMENT ON COLUMN marker_applied.threshold_kind IS 'marker_rule.threshold_kind';
COMMENT ON COLUMN marker_applied.threshold IS 'marker_rule.threshold';
COMMENT ON COLUMN marker_applied.min_sample IS 'marker_rule.min_sample';
COMMENT ON COLUMN marker_applied.min_schools IS 'marker_rule.min_schools';
COMMENT ON COLUMN marker_applied.alarm_rate IS 'marker_rule.alarm_rate';
COMMENT ON COLUMN marker_applied.exempt IS 'Типы организаций, которые по признаку не оцениваются; пусто — нет таких';
COMMENT ON COLUMN marker_applied.family IS 'Признаки с одним номером проверяются вместе (marker_preset.fdr_scope)';

CREATE FUNCTION applied_markers(administrations integer[], marker_preset_id integer)
RETURNS SETOF marker_applied
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a.administration_id, a.academic_year, m.marker_id, m.code, m.direction, m.needs, r.threshold_kind, r.threshold,
           r.min_sample, r.min_schools, r.alarm_rate,
           (SELECT array_agg(x.school_type) FROM marker_rule_exempt AS x WHERE x.marker_rule_id = r.marker_rule_id),
           CASE p.fdr_scope WHEN 'marker' THEN m.marker_id ELSE 0 END
    FROM administration AS a
    JOIN assessment AS n USING (assessment_id)
    JOIN exam AS e USING (exam_id)
    JOIN marker_preset AS p ON p.marker_preset_id = applied_markers.marker_preset_id
    JOIN marker_rule AS r ON r.marker_preset_id = p.marker_preset_id
    JOIN marker AS m USING (marker_id)
    LEFT JOIN marker_rule_assessment AS o USING (marker_rule_id, assessment_id)
    WHERE a.administration_id = ANY (administrations)
      AND CASE WHEN EXISTS (SELECT FROM marker_rule_assessment AS k WHERE k.marker_rule_id = r.marker_rule_id)
               THEN o.assessment_id IS NOT NULL
               ELSE e.code = 'vpr' END;
END;
COMMENT ON FUNCTION applied_markers(integer[], integer) IS
'Какие признаки набора с какими порогами оцениваются у каких проведений';

-- A cohort is a grade older a year later. An examination of the same cohort is
-- years ahead; while there is none, that of the same year stands for it.
CREATE FUNCTION marker_pairs(administrations integer[])
RETURNS TABLE (administration_id integer, kind text, partner_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH held AS (
        SELECT a.administration_id, a.academic_year, n.assessment_id, n.exam_id, e.code AS exam, n.subject_id, n.level, n.grade
        FROM administration AS a
        JOIN assessment AS n USING (assessment_id)
        JOIN exam AS e USING (exam_id)
        WHERE a.academic_year <= (SELECT max(j.academic_year) FROM administration AS j
                                  WHERE j.administration_id = ANY (administrations))
    )
    SELECT h.administration_id, 'year', p.administration_id
    FROM held AS h
    JOIN held AS p ON p.assessment_id = h.assessment_id AND p.academic_year = h.academic_year - 1
    WHERE h.administration_id = ANY (administrations)
    UNION ALL
    SELECT h.administration_id, 'cohort', p.administration_id
    FROM held AS h
    JOIN held AS p ON (p.exam_id, p.subject_id, p.level, p.grade, p.academic_year)
                    = (h.exam_id, h.subject_id, h.level, h.grade - 1, h.academic_year - 1)
    WHERE h.administration_id = ANY (administrations)
    UNION ALL
    (SELECT DISTINCT ON (h.administration_id) h.administration_id, 'exam', p.administration_id
     FROM held AS h
     JOIN held AS p ON p.subject_id = h.subject_id AND p.exam IN ('oge', 'ege') AND p.exam <> h.exam
                   AND p.academic_year IN (h.academic_year, h.academic_year + p.grade - h.grade)
     WHERE h.administration_id = ANY (administrations)
     ORDER BY h.administration_id, p.academic_year = h.academic_year + p.grade - h.grade DESC, p.exam DESC, p.administration_id);
END;
COMMENT ON FUNCTION marker_pairs(integer[]) IS
'С какими проведениями сравниваются данные: year — та же процедура годом раньше, cohort — те же обучающиеся классом и годом раньше, exam — ОГЭ или ЕГЭ по тому же предмету, тех же обучающихся, а пока их нет — того же года';
