-- Which markers are judged by which thresholds, and what is compared with what.
--
-- The steps hand their rows on in temporary tables of the session: marker_school
-- (schools' distributions), marker_point and marker_share (what the two general
-- tests read), marker_test (values of every marker), marker_verdict.

-- What is judged by what, and what it is compared with.
CREATE FUNCTION open_marker_work(administrations integer[], preset marker_preset)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
BEGIN
    PERFORM close_marker_work();
    CREATE TEMPORARY TABLE marker_applied AS
    SELECT a.administration_id, a.academic_year, a.assessment_id, a.max_score, a.fail_by, a.min_score,
           CASE WHEN a.cut_3 IS NOT NULL THEN ARRAY[a.cut_3, a.cut_4, a.cut_5] END AS cuts,
           r.marker_rule_id, r.threshold_kind, r.threshold, r.min_sample, r.min_schools, r.alarm_rate,
           (SELECT array_agg(x.school_type) FROM marker_rule_exempt AS x WHERE x.marker_rule_id = r.marker_rule_id) AS exempt,
           m.marker_id, m.code, m.direction, m.needs,
           CASE preset.fdr_scope WHEN 'marker' THEN m.marker_id ELSE 0 END AS family
    FROM administration AS a
    JOIN assessment AS n USING (assessment_id)
    JOIN exam AS e USING (exam_id)
    JOIN marker_rule AS r ON r.marker_preset_id = preset.marker_preset_id
    JOIN marker AS m USING (marker_id)
    LEFT JOIN marker_rule_assessment AS o USING (marker_rule_id, assessment_id)
    WHERE a.administration_id = ANY (administrations)
      AND CASE WHEN EXISTS (SELECT FROM marker_rule_assessment AS k WHERE k.marker_rule_id = r.marker_rule_id)
               THEN o.assessment_id IS NOT NULL
               ELSE e.code = 'vpr' END;
    CREATE TEMPORARY TABLE marker_pair AS
    SELECT * FROM marker_pairs(administrations);
    CREATE TEMPORARY TABLE marker_point (
        region_id integer, administration_id integer, school_id integer, marker_id integer, code text, direction text,
        sample integer, usable boolean, x double precision, y double precision, noise double precision,
        value double precision, expected double precision, p_least double precision);
    CREATE TEMPORARY TABLE marker_share (
        region_id integer, administration_id integer, school_id integer, marker_id integer, code text, direction text,
        k integer, n integer, usable boolean);
    CREATE TEMPORARY TABLE marker_test (
        region_id integer, administration_id integer, school_id integer, marker_id integer, sample integer,
        value double precision, expected double precision, size double precision, p double precision,
        class text NOT NULL DEFAULT '');
    ANALYZE pg_temp.marker_applied, pg_temp.marker_pair;
END
$$;
COMMENT ON FUNCTION open_marker_work(integer[], marker_preset) IS
'Часть test_markers: временные таблицы расчёта; какие признаки с какими порогами у каких проведений';

CREATE FUNCTION close_marker_work()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.marker_applied, pg_temp.marker_pair, pg_temp.marker_school, pg_temp.marker_region,
        pg_temp.marker_task, pg_temp.marker_class, pg_temp.marker_point, pg_temp.marker_share, pg_temp.marker_test,
        pg_temp.marker_compared, pg_temp.marker_verdict;
END
$$;
COMMENT ON FUNCTION close_marker_work() IS 'Удаляет временные таблицы расчёта признаков';

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
