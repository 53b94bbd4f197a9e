-- Markers judged. What schools are compared by comes from the summaries; only
-- what pupils' answers show, M8 and M10, reads results, once.
--
-- The steps hand their rows on in temporary tables of the session: marker_school
-- (schools' distributions), marker_point and marker_share (what the two general
-- tests read), marker_test (values of every marker), marker_verdict.

CREATE TABLE marker_outcome (
    marker_outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL,
    region_id integer NOT NULL,
    administration_id integer NOT NULL,
    academic_year integer NOT NULL,
    school_id integer NOT NULL,
    marker_id integer NOT NULL,
    sample integer NOT NULL CHECK (sample >= 0),
    value double precision,
    expected double precision,
    size double precision,
    p double precision CHECK (p BETWEEN 0 AND 1),
    q double precision CHECK (q BETWEEN 0 AND 1),
    is_flagged boolean NOT NULL,
    direction text CHECK (direction IN ('higher', 'lower')),
    reason text CHECK (reason IN ('small_sample', 'exempt', 'few_schools', 'not_defined', 'no_scores', 'no_marks',
                                  'no_journal', 'no_cuts', 'no_items', 'no_pair')),
    class text NOT NULL,
    UNIQUE (cycle_id, school_id, administration_id, marker_id, class),
    CHECK (reason IS NULL OR NOT is_flagged AND num_nonnulls(value, expected, size, p, q, direction) = 0)
);
CREATE INDEX marker_outcome_flagged ON marker_outcome (cycle_id, school_id) WHERE is_flagged;
COMMENT ON TABLE marker_outcome IS 'Признаки необъективности ВПР: что показал каждый признак у каждой организации в цикле, за оцениваемый год и два года до него';
COMMENT ON COLUMN marker_outcome.marker_outcome_id IS 'Ключ строки';
COMMENT ON COLUMN marker_outcome.cycle_id IS 'Цикл';
COMMENT ON COLUMN marker_outcome.region_id IS 'Регион, с организациями которого сравнивается эта';
COMMENT ON COLUMN marker_outcome.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN marker_outcome.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN marker_outcome.school_id IS 'Организация';
COMMENT ON COLUMN marker_outcome.marker_id IS 'Признак';
COMMENT ON COLUMN marker_outcome.sample IS 'Сколько участников учтено; у признаков изменения — в меньшей из двух работ';
COMMENT ON COLUMN marker_outcome.value IS 'Величина организации (что это — marker.formula)';
COMMENT ON COLUMN marker_outcome.expected IS 'Ожидаемая величина: у остальных организаций региона или по общей зависимости';
COMMENT ON COLUMN marker_outcome.size IS 'Размер отличия, с которым сравниваются пороги видов absolute и region';
COMMENT ON COLUMN marker_outcome.p IS 'Вероятность такого же или большего отличия у организации, которая отличается от других не больше обычного; пусто — не вычисляется';
COMMENT ON COLUMN marker_outcome.q IS 'Доля ложных срабатываний среди всех признаков не слабее этого (поправка на число проверок); пусто — порог не этого вида';
COMMENT ON COLUMN marker_outcome.is_flagged IS 'Признак есть: требует анализа';
COMMENT ON COLUMN marker_outcome.direction IS 'Величина выше (higher) или ниже (lower) ожидаемой';
COMMENT ON COLUMN marker_outcome.reason IS 'Почему признак не оценён: small_sample — мало участников, exempt — тип организации по признаку не оценивается, few_schools — не с кем сравнить, not_defined — величина не определена, no_… — нет нужных данных; пусто — оценён';
COMMENT ON COLUMN marker_outcome.class IS 'Класс, если признак оценивается по классам; иначе пусто';

CREATE TABLE marker_run (
    marker_run_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL REFERENCES cycle ON DELETE CASCADE,
    region_id integer NOT NULL REFERENCES region,
    administration_id integer NOT NULL REFERENCES administration,
    academic_year integer NOT NULL,
    marker_id integer NOT NULL REFERENCES marker,
    threshold_kind text NOT NULL,
    threshold double precision NOT NULL,
    min_sample integer NOT NULL,
    schools integer NOT NULL,
    tested integer NOT NULL,
    flagged integer NOT NULL,
    flagged_higher integer NOT NULL,
    flagged_lower integer NOT NULL,
    expected_false double precision,
    reason text,
    UNIQUE (cycle_id, region_id, administration_id, marker_id),
    CHECK (flagged = flagged_higher + flagged_lower AND flagged <= tested)
);
CREATE INDEX ON marker_run (region_id);
CREATE INDEX ON marker_run (administration_id);
CREATE INDEX ON marker_run (marker_id);
COMMENT ON TABLE marker_run IS 'Проверки признаков: сколько проверено, сколько отмечено, сколько ждать ложных; строка — признак по процедуре в регионе';
COMMENT ON COLUMN marker_run.marker_run_id IS 'Ключ проверки';
COMMENT ON COLUMN marker_run.cycle_id IS 'Цикл';
COMMENT ON COLUMN marker_run.region_id IS 'Регион';
COMMENT ON COLUMN marker_run.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN marker_run.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN marker_run.marker_id IS 'Признак';
COMMENT ON COLUMN marker_run.threshold_kind IS 'Вид порога (marker_rule.threshold_kind)';
COMMENT ON COLUMN marker_run.threshold IS 'Порог';
COMMENT ON COLUMN marker_run.min_sample IS 'Наименьшее число участников';
COMMENT ON COLUMN marker_run.schools IS 'Организаций с результатами процедуры';
COMMENT ON COLUMN marker_run.tested IS 'Проверок, в которых признак оценён: организаций, а у признаков по классам — классов';
COMMENT ON COLUMN marker_run.flagged IS 'Из них отмечено';
COMMENT ON COLUMN marker_run.flagged_higher IS 'Отмечено с величиной выше ожидаемой';
COMMENT ON COLUMN marker_run.flagged_lower IS 'Отмечено с величиной ниже ожидаемой';
COMMENT ON COLUMN marker_run.expected_false IS 'Сколько отмеченных ожидается случайно: при пороге q_value — не больше стольких; пусто — неизвестно (порог задан не вероятностью)';
COMMENT ON COLUMN marker_run.reason IS 'Почему признак не оценён ни у кого: нужных данных нет во всём регионе; строк marker_outcome тогда нет';

CREATE TRIGGER refuse_orphan_markers AFTER DELETE OR TRUNCATE ON school
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphan_outcomes('school_id', 'marker_outcome');
CREATE TRIGGER refuse_orphan_markers AFTER DELETE OR TRUNCATE ON administration
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphan_outcomes('administration_id', 'marker_outcome');
CREATE TRIGGER refuse_orphan_markers AFTER DELETE OR TRUNCATE ON marker
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphan_outcomes('marker_id', 'marker_outcome');

-- least() alone would take a missing p-value for the other one.
CREATE FUNCTION two_sided(p_one double precision, p_other double precision)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN num_nulls(p_one, p_other) = 0 THEN least(2 * least(p_one, p_other), 1) END;
COMMENT ON FUNCTION two_sided(double precision, double precision) IS
'Вероятность наименьшей из двух вероятностей двух проверок (двусторонней проверки): удвоенная меньшая, не больше 1; NULL, если одной нет';

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

CREATE FUNCTION gather_marker_schools()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    judged integer[] := ARRAY(SELECT DISTINCT a.administration_id FROM pg_temp.marker_applied AS a);
    needed integer[] := judged || ARRAY(SELECT p.partner_id FROM pg_temp.marker_pair AS p);
BEGIN
    CREATE TEMPORARY TABLE marker_school AS
    SELECT m.region_id, c.administration_id, c.school_id, y.school_type, c.dist,
           scored(c.dist)::integer AS n, mean(c.dist)::double precision AS mean,
           stddev(c.dist)::double precision AS deviation, marked(c.dist)::integer AS marked,
           mark_count(c.dist, 4)::integer + mark_count(c.dist, 5)::integer AS good
    FROM (
        SELECT s.administration_id, s.academic_year, s.school_id, rollup(s.dist) AS dist
        FROM result_summary AS s
        WHERE s.administration_id = ANY (needed) AND participants(s.dist) > 0
        GROUP BY s.administration_id, s.academic_year, s.school_id) AS c
    JOIN school AS s USING (school_id)
    JOIN municipality AS m USING (municipality_id)
    LEFT JOIN school_year AS y USING (school_id, academic_year);
    ANALYZE pg_temp.marker_school (region_id, administration_id, school_id);
    CREATE TEMPORARY TABLE marker_region AS
    SELECT s.region_id, s.administration_id, count(*)::integer AS schools, rollup(s.dist) AS total,
           variance_components(s.dist) AS spread
    FROM pg_temp.marker_school AS s
    WHERE s.administration_id = ANY (judged)
    GROUP BY s.region_id, s.administration_id;
    ANALYZE pg_temp.marker_region;
END
$$;
COMMENT ON FUNCTION gather_marker_schools() IS
'Часть test_markers: распределения организаций и их регионов из result_summary';

-- M1: does the mean differ from other schools' means more than these differ.
-- Means are compared on the logistic scale, where the ends of the score scale
-- do not draw them together; exempt schools are no measure for the others.
CREATE FUNCTION test_marker_means()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    WITH school AS (
        SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, coalesce(s.n, 0) AS n, s.mean,
               CASE WHEN v.usable THEN mean_test(s.dist, g.total - s.dist) END AS test,
               CASE WHEN v.usable AND x.school_type IS NULL THEN ln(v.got / v.lost) END AS level,
               CASE WHEN v.usable AND x.school_type IS NULL
                    THEN (power(s.deviation, 2) + 1.0 / 12) * power(a.max_score / (v.got * v.lost), 2) * power(s.n, 3)
               END::double precision AS noise
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_school AS s USING (administration_id)
        JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
        LEFT JOIN marker_rule_exempt AS x ON (x.marker_rule_id, x.school_type) = (a.marker_rule_id, s.school_type)
        CROSS JOIN LATERAL (
            SELECT s.n >= greatest(a.min_sample, 2) AS usable, s.n * s.mean + 0.5 AS got,
                   s.n * (a.max_score - s.mean) + 0.5 AS lost) AS v
        WHERE a.code = 'mean_high'
        OFFSET 0
    ), compared AS (
        -- where nearly all have everything, or nothing, the level is anywhere
        SELECT s.*, count(k.level) OVER region - num_nonnulls(k.level) AS others,
               sum(k.level) OVER region - coalesce(k.level, 0) AS total,
               sum(power(k.level, 2)) OVER region - coalesce(power(k.level, 2), 0) AS squares,
               sum(k.noise) OVER region - coalesce(k.noise, 0) AS noises
        FROM school AS s
        LEFT JOIN LATERAL (SELECT s.level, s.noise WHERE s.noise < 1) AS k ON true
        WINDOW region AS (PARTITION BY s.region_id, s.administration_id, s.marker_id)
    )
    SELECT c.region_id, c.administration_id, c.school_id, c.marker_id, c.n, c.mean, c.mean - (c.test).difference,
           (c.test).effect,
           CASE WHEN c.others >= 3 AND c.level IS NOT NULL
                THEN student_cdf((c.total / c.others - c.level)
                                 / sqrt(greatest(o.variance - c.noises / c.others, 0) + o.variance / c.others + c.noise),
                                 c.others - 1) END
    FROM compared AS c
    CROSS JOIN LATERAL (
        SELECT greatest(c.squares - c.total * c.total / nullif(c.others, 0), 0) / nullif(c.others - 1, 0) AS variance) AS o;
END
$$;
COMMENT ON FUNCTION test_marker_means() IS 'Часть test_markers: признак M1';

-- M2, M7, M9 and the pupils' marks: what a general test by a line reads. The
-- variance of y is taken as what schools differ by plus noise, as large as the
-- sample is small.
CREATE FUNCTION gather_marker_points()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_point
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction,
           v.sample, v.sample >= a.min_sample, b.mean, s.mean, 1.0 / nullif(s.n, 0) + 1.0 / nullif(b.n, 0),
           CASE a.code WHEN 'exam_gap' THEN mid_percentile(CASE WHEN v.sample >= a.min_sample THEN s.mean END) OVER region END,
           CASE a.code WHEN 'exam_gap' THEN mid_percentile(CASE WHEN v.sample >= a.min_sample THEN b.mean END) OVER region END,
           0
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    LEFT JOIN pg_temp.marker_pair AS k
      ON k.administration_id = a.administration_id
     AND k.kind = CASE a.code WHEN 'year_change' THEN 'year' WHEN 'cohort_change' THEN 'cohort' ELSE 'exam' END
    LEFT JOIN pg_temp.marker_school AS b ON b.administration_id = k.partner_id AND b.school_id = s.school_id
    CROSS JOIN LATERAL (SELECT coalesce(CASE WHEN b.n > 0 THEN least(s.n, b.n) END, 0) AS sample) AS v
    WHERE a.code IN ('year_change', 'cohort_change', 'exam_gap')
    WINDOW region AS (PARTITION BY s.region_id, s.administration_id, a.marker_id);

    INSERT INTO pg_temp.marker_point
    SELECT t.region_id, t.administration_id, t.school_id, t.marker_id, t.code, t.direction, t.n, t.usable,
           power(t.mean / t.max_score - 0.5, 2), ln((t.test).variance + 1.0 / 12), 1.0 / greatest(t.n - 1, 1),
           sqrt((t.test).variance), NULL, coalesce((t.test).p_lower, 1)
    FROM (
        SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction, coalesce(s.n, 0) AS n,
               s.n >= greatest(a.min_sample, 2) AS usable, s.mean, a.max_score,
               CASE WHEN s.n >= greatest(a.min_sample, 2) THEN variance_test(s.dist, g.spread) END AS test
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_school AS s USING (administration_id)
        JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
        WHERE a.code = 'variance_small'
        OFFSET 0) AS t;

    -- Where marks are alike their correlation is low by itself: r / sqrt(1 - r^2)
    -- goes with their deviation, and where that is small r says nothing.
    INSERT INTO pg_temp.marker_point
    SELECT t.region_id, t.administration_id, t.school_id, t.marker_id, t.code, t.direction, t.compared, t.usable,
           CASE t.code WHEN 'journal_correlation' THEN CASE WHEN t.deviation >= 0.4 THEN t.deviation END
                       ELSE t.mean - (t.agreement).mean_difference END,
           CASE t.code WHEN 'journal_correlation' THEN CASE WHEN (t.agreement).correlation IS NOT NULL
                                                            THEN least(greatest((t.agreement).correlation, -0.99), 0.99)
                                                                 / sqrt(1 - power(least(abs((t.agreement).correlation), 0.99), 2)) END
                       ELSE (t.agreement).mean_difference END,
           1.0 / greatest(t.compared - 3, 1),
           CASE t.code WHEN 'journal_correlation' THEN (t.agreement).correlation ELSE (t.agreement).mean_difference END,
           NULL, 0
    FROM (
        SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction,
               coalesce(journal_compared(s.dist), 0)::integer AS compared, journal_compared(s.dist) >= a.min_sample AS usable,
               journal_agreement(s.dist) AS agreement, m.mean, sqrt(greatest(m.squares - m.mean * m.mean, 0)) AS deviation
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_school AS s USING (administration_id)
        CROSS JOIN LATERAL (
            SELECT mark_count(s.dist, 2) AS marks_2, mark_count(s.dist, 3) AS marks_3, mark_count(s.dist, 4) AS marks_4,
                   mark_count(s.dist, 5) AS marks_5
            OFFSET 0) AS k
        CROSS JOIN LATERAL (
            SELECT (2 * k.marks_2 + 3 * k.marks_3 + 4 * k.marks_4 + 5 * k.marks_5)::double precision / nullif(s.marked, 0) AS mean,
                   (4 * k.marks_2 + 9 * k.marks_3 + 16 * k.marks_4 + 25 * k.marks_5)::double precision / nullif(s.marked, 0) AS squares
            OFFSET 0) AS m
        WHERE a.code IN ('journal_correlation', 'journal_difference')
        OFFSET 0) AS t;
END
$$;
COMMENT ON FUNCTION gather_marker_points() IS
'Часть test_markers: точки организаций для сравнения с общей зависимостью — признаки M2, M7, M9 и согласие отметок с журналом';

-- The line is fitted twice: its first residuals tell how much of their variance
-- goes with the size of the sample, which gives the weights of the second.
CREATE FUNCTION test_marker_points()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    WITH unweighted AS (
        SELECT p.*, power((line_residual(p.x, p.y, CASE WHEN p.usable AND p.noise IS NOT NULL THEN 1 END) OVER region).residual, 2)
                        AS square
        FROM pg_temp.marker_point AS p
        WINDOW region AS (PARTITION BY p.region_id, p.administration_id, p.marker_id)
    ), spread AS (
        SELECT u.*, avg(u.square) OVER region AS average, regr_intercept(u.square, u.noise) OVER region AS constant,
               regr_slope(u.square, u.noise) OVER region AS slope
        FROM unweighted AS u
        WINDOW region AS (PARTITION BY u.region_id, u.administration_id, u.marker_id)
    ), weighted AS (
        SELECT s.*, line_residual(s.x, s.y, CASE WHEN s.usable AND s.noise IS NOT NULL THEN
                   CASE WHEN s.average > 0
                        THEN s.average / greatest(s.constant + s.slope * s.noise, s.average / 10, 0) ELSE 1 END END) OVER region AS fit
        FROM spread AS s
        WINDOW region AS (PARTITION BY s.region_id, s.administration_id, s.marker_id)
    )
    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT w.region_id, w.administration_id, w.school_id, w.marker_id, w.sample, e.value, e.expected,
           CASE w.code WHEN 'variance_small' THEN e.value / nullif(e.expected, 0)
                       WHEN 'item_inversion' THEN w.y
                       WHEN 'year_change' THEN (w.fit).residual / d.deviation
                       WHEN 'cohort_change' THEN (w.fit).residual / d.deviation
                       ELSE e.value - e.expected END,
           CASE WHEN (w.fit).t IS NOT NULL
                THEN greatest(w.p_least, CASE w.direction WHEN 'higher' THEN (w.fit).p_higher WHEN 'lower' THEN (w.fit).p_lower
                                                          ELSE two_sided((w.fit).p_higher, (w.fit).p_lower) END) END
    FROM weighted AS w
    JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
    CROSS JOIN LATERAL (SELECT nullif(sqrt((g.spread).variance_within), 0) AS deviation) AS d
    CROSS JOIN LATERAL (
        SELECT coalesce(w.value, w.y) AS value,
               CASE w.code WHEN 'variance_small' THEN sqrt(greatest(exp((w.fit).fitted) - 1.0 / 12, 0))
                           WHEN 'journal_correlation' THEN (w.fit).fitted / sqrt(1 + power((w.fit).fitted, 2))
                           ELSE coalesce(w.expected, (w.fit).fitted) END AS expected) AS e;
END
$$;
COMMENT ON FUNCTION test_marker_points() IS
'Часть test_markers: насколько точка организации отстоит от общей зависимости региона — взвешенная регрессия, студентизированный остаток без этой точки';

-- M3, M4, M9: a share against the shares of the region's schools. Of the able
-- both marks are 5 whoever marks: M4 leaves them out. Where these
-- vary no more than chance makes them, the distribution is binomial: the limit
-- of large shapes.
CREATE FUNCTION test_marker_shares()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_share
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction, v.k, v.n, v.n >= a.min_sample
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    CROSS JOIN LATERAL (
        SELECT CASE a.code WHEN 'journal_lower' THEN journal_lower(s.dist) WHEN 'journal_higher' THEN journal_higher(s.dist)
                           WHEN 'journal_gap' THEN journal_gap2(s.dist)
                           WHEN 'journal_same' THEN journal_same(s.dist) - journal_count(s.dist, 5, 5)
                           ELSE failed_count(s.dist, a.fail_by, a.min_score) END::integer AS k,
               CASE a.code WHEN 'no_fail' THEN judged_count(s.dist, a.fail_by)
                           WHEN 'journal_same' THEN journal_compared(s.dist) - coalesce(journal_count(s.dist, 5, 5), 0)
                           ELSE journal_compared(s.dist) END::integer AS n) AS v
    WHERE a.code IN ('journal_lower', 'journal_higher', 'journal_gap', 'journal_same', 'no_fail');

    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT s.region_id, s.administration_id, s.school_id, s.marker_id, s.n, e.value, e.expected,
           CASE WHEN s.code <> 'no_fail' THEN e.value WHEN s.k = 0 THEN e.expected ELSE 0 END,
           CASE WHEN s.usable THEN beta_binomial_test(s.k, s.n, f.alpha, f.beta,
                                                      CASE s.direction WHEN 'lower' THEN 'less' ELSE 'greater' END) END
    FROM pg_temp.marker_share AS s
    LEFT JOIN (
        SELECT b.region_id, b.administration_id, b.marker_id,
               coalesce((b.fit).alpha, b.alpha) AS alpha, coalesce((b.fit).beta, b.beta) AS beta
        FROM (
            SELECT u.region_id, u.administration_id, u.marker_id, beta_binomial_fit(u.k, u.n) AS fit,
                   -- a school of none or all in each has no such limit
                   CASE WHEN bool_or(u.k BETWEEN 1 AND u.n - 1) OR sum(u.k) IN (0, sum(u.n))
                        THEN greatest(1e9 * sum(u.k) / sum(u.n), 1e-3) END::double precision AS alpha,
                   greatest(1e9 * (sum(u.n) - sum(u.k)) / sum(u.n), 1e-3)::double precision AS beta
            FROM pg_temp.marker_share AS u
            WHERE u.n > 0
            GROUP BY u.region_id, u.administration_id, u.marker_id
            OFFSET 0) AS b) AS f USING (region_id, administration_id, marker_id)
    CROSS JOIN LATERAL (SELECT s.k / nullif(s.n, 0)::double precision AS value, f.alpha / (f.alpha + f.beta) AS expected) AS e;
END
$$;
COMMENT ON FUNCTION test_marker_shares() IS
'Часть test_markers: признаки M3, M4 и M9 (нет не справившихся) — доля организации против бета-биномиального распределения долей региона';

-- M2 by shares of marks 4 and 5.
CREATE FUNCTION test_marker_share_changes()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT t.region_id, t.administration_id, t.school_id, t.marker_id, t.sample, (t.test).change, (t.test).rest_change,
           (t.test).net, two_sided((t.test).p_higher, (t.test).p_lower)
    FROM (
        SELECT p.region_id, p.administration_id, p.school_id, p.marker_id, p.sample,
               CASE WHEN p.sample >= p.min_sample
                    THEN share_change_test(p.k1, p.n1, p.k2, p.n2, (sum(p.k1) OVER region - p.k1)::bigint,
                                           (sum(p.n1) OVER region - p.n1)::bigint, (sum(p.k2) OVER region - p.k2)::bigint,
                                           (sum(p.n2) OVER region - p.n2)::bigint) END AS test
        FROM (
            SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.min_sample,
                   coalesce(CASE WHEN b.marked > 0 THEN least(s.marked, b.marked) END, 0) AS sample,
                   b.good AS k1, b.marked AS n1, CASE WHEN b.marked > 0 THEN s.good END AS k2,
                   CASE WHEN b.marked > 0 THEN s.marked END AS n2
            FROM pg_temp.marker_applied AS a
            JOIN pg_temp.marker_school AS s USING (administration_id)
            LEFT JOIN pg_temp.marker_pair AS k ON k.administration_id = a.administration_id AND k.kind = 'cohort'
            LEFT JOIN pg_temp.marker_school AS b ON b.administration_id = k.partner_id AND b.school_id = s.school_id
            WHERE a.code = 'share_change') AS p
        WINDOW region AS (PARTITION BY p.region_id, p.administration_id, p.marker_id)
        OFFSET 0) AS t;
END
$$;
COMMENT ON FUNCTION test_marker_share_changes() IS 'Часть test_markers: признак M2 по доле отметок «4» и «5»';

-- M5: the cuts together, by one and, where they are apart enough, by two scores
-- on either side, and the cut that stands out most. What is expected near a cut
-- is what the rest of the region has there; how much schools differ in it, the
-- beta-binomial distribution of their shares tells.
CREATE FUNCTION test_marker_cuts()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    WITH spot AS MATERIALIZED (
        SELECT g.region_id, g.administration_id, a.marker_id, a.min_sample, w AS width, u.cut,
               cut_test(g.total, u.cut, w) AS region
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_region AS g USING (administration_id), generate_series(1, 2) AS w, unnest(a.cuts) AS u (cut)
        WHERE a.code = 'cut_heaping'
          AND (w = 1 OR a.cuts[1] >= 2 AND a.cuts[2] - a.cuts[1] >= 4 AND a.cuts[3] - a.cuts[2] >= 4)
    ), counted AS (
        SELECT p.region_id, p.administration_id, p.marker_id, s.school_id, p.width, (p.region).above AS all_above,
               (p.region).below + (p.region).above AS all_near, cut_test(s.dist, p.cut, p.width) AS own
        FROM spot AS p
        JOIN pg_temp.marker_school AS s USING (region_id, administration_id)
        WHERE s.n >= p.min_sample
        OFFSET 0
    ), near AS (
        SELECT c.region_id, c.administration_id, c.marker_id, c.school_id, c.width, sum(n.above) AS above, sum(n.near) AS near,
               sum(n.near * n.share) / nullif(sum(n.near), 0) AS share,
               count(*) * min(CASE WHEN c.width = 1 THEN binomial_test(n.above, n.near, n.share, 'greater') END) AS notable
        FROM counted AS c
        CROSS JOIN LATERAL (
            SELECT (c.own).above::integer AS above, ((c.own).below + (c.own).above)::integer AS near) AS k
        CROSS JOIN LATERAL (
            SELECT k.above, k.near, (c.all_above - k.above + 0.5::double precision) / (c.all_near - k.near + 1) AS share) AS n
        GROUP BY c.region_id, c.administration_id, c.marker_id, c.school_id, c.width
    ), fitted AS (
        SELECT n.region_id, n.administration_id, n.marker_id, n.width, beta_binomial_fit(n.above, n.near) AS fit
        FROM near AS n
        WHERE n.near > 0
        GROUP BY n.region_id, n.administration_id, n.marker_id, n.width
    ), tested AS (
        SELECT n.*,
               CASE WHEN f.fit IS NULL THEN binomial_test(n.above, n.near, n.share, 'greater')
                    ELSE beta_binomial_test(n.above, n.near, ((f.fit).alpha + (f.fit).beta) * n.share,
                                            ((f.fit).alpha + (f.fit).beta) * (1 - n.share), 'greater') END AS p
        FROM near AS n
        LEFT JOIN fitted AS f USING (region_id, administration_id, marker_id, width)
    ), best AS (
        SELECT t.region_id, t.administration_id, t.marker_id, t.school_id,
               min(t.above::numeric / nullif(t.near, 0)) FILTER (WHERE t.width = 1)::double precision AS value,
               min(t.share) FILTER (WHERE t.width = 1) AS expected,
               least((count(t.p) + 1) * least(min(t.p), min(t.notable)), 1) AS p
        FROM tested AS t
        GROUP BY t.region_id, t.administration_id, t.marker_id, t.school_id
    )
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, CASE WHEN a.cuts IS NULL THEN 0 ELSE coalesce(s.n, 0) END,
           b.value, b.expected, b.value - b.expected, CASE WHEN b.value IS NOT NULL THEN b.p END
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    LEFT JOIN best AS b ON (b.region_id, b.administration_id, b.marker_id, b.school_id)
                         = (s.region_id, s.administration_id, a.marker_id, s.school_id)
    WHERE a.code = 'cut_heaping';

    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT t.region_id, t.administration_id, t.school_id, t.marker_id, t.sample, (t.mass).moved, 0,
           (t.mass).moved / (t.mass).scored, (t.mass).p_higher
    FROM (
        SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, v.sample,
               CASE WHEN v.sample >= a.min_sample THEN excess_mass(s.dist, a.cuts, a.max_score) END AS mass
        FROM pg_temp.marker_applied AS a
        JOIN pg_temp.marker_school AS s USING (administration_id)
        CROSS JOIN LATERAL (SELECT CASE WHEN a.cuts IS NULL THEN 0 ELSE coalesce(s.n, 0) END AS sample) AS v
        WHERE a.code = 'cut_mass'
        OFFSET 0) AS t;

    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size)
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, v.sample, k.at, k.beside, k.ratio
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    CROSS JOIN LATERAL (SELECT CASE WHEN a.cuts IS NULL THEN 0 ELSE coalesce(s.n, 0) END AS sample) AS v
    LEFT JOIN LATERAL (
        SELECT c.at, c.beside, c.ratio
        FROM (SELECT score_counts(s.dist) AS counts OFFSET 0) AS d, unnest(a.cuts) AS u (cut)
        CROSS JOIN LATERAL (
            SELECT coalesce(d.counts[u.cut + 1], 0) AS at,
                   (coalesce(d.counts[u.cut], 0) + coalesce(d.counts[u.cut + 2], 0)) / 2.0 AS beside) AS n
        CROSS JOIN LATERAL (
            SELECT n.at, n.beside,
                   CASE WHEN n.at >= n.beside + 2 THEN n.at / greatest(n.beside, 1) ELSE least(n.at / greatest(n.beside, 1), 1) END AS ratio) AS c
        ORDER BY c.ratio DESC, u.cut
        LIMIT 1) AS k ON v.sample >= a.min_sample
    WHERE a.code = 'cut_peak';
END
$$;
COMMENT ON FUNCTION test_marker_cuts() IS 'Часть test_markers: признаки M5 у официальных границ отметок';

-- Works of one form: those with the number of items most have. The maximum of
-- an item is the highest score anybody has in it.
CREATE FUNCTION gather_marker_tasks()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    judged integer[] := ARRAY(SELECT DISTINCT a.administration_id FROM pg_temp.marker_applied AS a WHERE a.needs = 'items');
BEGIN
    CREATE TEMPORARY TABLE marker_task AS
    SELECT m.region_id, c.administration_id, c.school_id, c.items, c.dist
    FROM (
        SELECT t.administration_id, t.school_id, t.items, rollup(t.dist) AS dist
        FROM task_summary AS t
        JOIN (
            SELECT DISTINCT ON (k.administration_id) k.administration_id, k.items
            FROM task_summary AS k
            WHERE k.administration_id = ANY (judged)
            GROUP BY k.administration_id, k.items
            ORDER BY k.administration_id, sum(participants(k.dist)) DESC, k.items) AS f USING (administration_id, items)
        GROUP BY t.administration_id, t.school_id, t.items) AS c
    JOIN school AS s USING (school_id)
    JOIN municipality AS m USING (municipality_id);
    ANALYZE pg_temp.marker_task (region_id, administration_id, school_id);
    ALTER TABLE pg_temp.marker_region ADD COLUMN items integer, ADD COLUMN tasks task_dist, ADD COLUMN maxima integer[];
    UPDATE pg_temp.marker_region AS g
    SET items = t.items, tasks = t.tasks,
        maxima = ARRAY(SELECT greatest(max(i.score), 1) FROM item_scores(t.tasks) AS i GROUP BY i.item ORDER BY i.item)
    FROM (
        SELECT k.region_id, k.administration_id, k.items, rollup(k.dist) AS tasks
        FROM pg_temp.marker_task AS k
        GROUP BY k.region_id, k.administration_id, k.items) AS t
    WHERE (g.region_id, g.administration_id) = (t.region_id, t.administration_id);
END
$$;
COMMENT ON FUNCTION gather_marker_tasks() IS
'Часть test_markers: баллы за задания организаций и их регионов из task_summary';

-- M6. The hard half of the items gains on the easy half in strong schools and
-- in weak ones, near the ends of the scale: hence x.
CREATE FUNCTION gather_marker_inversions()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_point
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, a.code, a.direction, v.n, v.n >= a.min_sample,
           power((i.hard_gap + i.easy_gap) / 2, 2), i.hard_gap - i.easy_gap, 1.0 / nullif(v.n, 0),
           i.hard_gap, i.easy_gap, CASE WHEN i.is_inverted THEN 0 ELSE 1 END
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
    LEFT JOIN pg_temp.marker_task AS k USING (administration_id, school_id)
    CROSS JOIN LATERAL (SELECT coalesce(participants(k.dist), 0)::integer AS n OFFSET 0) AS v
    LEFT JOIN LATERAL item_inversion(k.dist, g.tasks - k.dist, g.maxima) AS i ON v.n >= a.min_sample
    WHERE a.code = 'item_inversion';
END
$$;
COMMENT ON FUNCTION gather_marker_inversions() IS
'Часть test_markers: точки признака M6 (простые задания хуже, чем в регионе, сложные лучше)';

-- M8 and M10 look at pupils' answers together: the only ones that read results.
-- An administration at a time, so that its baseline is no part of the rows.
CREATE FUNCTION gather_marker_classes()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    g record;
    baseline double precision[];
BEGIN
    CREATE TEMPORARY TABLE marker_class (
        administration_id integer, school_id integer, class text, similarity pattern_similarity,
        tasks_2 task_dist, tasks_3 task_dist, tasks_4 task_dist, tasks_5 task_dist);
    FOR g IN
        SELECT r.region_id, r.administration_id, a.academic_year, r.items, r.tasks,
               bool_or(a.code = 'same_answers') AS answers, bool_or(a.code = 'group_crossing') AS groups
        FROM pg_temp.marker_region AS r
        JOIN pg_temp.marker_applied AS a USING (administration_id)
        WHERE r.items IS NOT NULL AND a.code IN ('same_answers', 'group_crossing')
        GROUP BY r.region_id, r.administration_id, a.academic_year, r.items, r.tasks
    LOOP
        baseline := CASE WHEN g.answers THEN
            pattern_baseline(g.tasks, marker_totals(g.region_id, g.administration_id, g.items, g.tasks), 0.01) END;
        INSERT INTO pg_temp.marker_class
        SELECT g.administration_id, r.school_id, r.class,
               CASE WHEN g.answers THEN pattern_similarity(r.task_scores, baseline) END,
               task_dist(r.task_scores) FILTER (WHERE g.groups AND r.mark = 2),
               task_dist(r.task_scores) FILTER (WHERE g.groups AND r.mark = 3),
               task_dist(r.task_scores) FILTER (WHERE g.groups AND r.mark = 4),
               task_dist(r.task_scores) FILTER (WHERE g.groups AND r.mark = 5)
        FROM pg_temp.marker_school AS s
        -- by school: a scan of the administration would read every region's results for each
        CROSS JOIN LATERAL (
            SELECT i.school_id, i.class, i.mark, i.task_scores
            FROM result AS i
            WHERE (i.administration_id, i.academic_year, i.school_id) = (g.administration_id, g.academic_year, s.school_id)
              AND i.attempt = 1 AND cardinality(i.task_scores) = g.items
            OFFSET 0) AS r
        WHERE (s.administration_id, s.region_id) = (g.administration_id, g.region_id)
        GROUP BY r.school_id, r.class;
    END LOOP;
    ANALYZE pg_temp.marker_class (administration_id, school_id);
END
$$;
COMMENT ON FUNCTION gather_marker_classes() IS
'Часть test_markers: ответы по классам и по группам отметок; единственный шаг, который читает результаты';

-- Scores are mostly the sums of the items' scores, and known from summaries;
-- where they are not, the sums are counted.
CREATE FUNCTION marker_totals(region_id integer, administration_id integer, items integer, tasks task_dist)
RETURNS score_dist
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    totals score_dist;
BEGIN
    SELECT g.total INTO totals
    FROM pg_temp.marker_region AS g
    WHERE (g.region_id, g.administration_id) = (marker_totals.region_id, marker_totals.administration_id);
    IF scored(totals) = participants(tasks)
        AND (SELECT sum(t.score * t.participants) FROM scores(totals) AS t)
          = (SELECT sum(score_sum(tasks, i)) FROM generate_series(1, items) AS i) THEN
        RETURN totals;
    END IF;
    SELECT score_dist(t.total) INTO totals
    FROM pg_temp.marker_school AS s
    JOIN administration AS a USING (administration_id)
    JOIN result AS r USING (administration_id, academic_year, school_id)
    CROSS JOIN LATERAL (SELECT coalesce(sum(u.score), 0)::integer AS total FROM unnest(r.task_scores) AS u (score)) AS t
    WHERE (s.region_id, s.administration_id) = (marker_totals.region_id, marker_totals.administration_id)
      AND r.attempt = 1 AND cardinality(r.task_scores) = items;
    RETURN totals;
END
$$;
COMMENT ON FUNCTION marker_totals(integer, integer, integer, task_dist) IS
'Часть test_markers: распределение сумм баллов за задания участников региона';

CREATE FUNCTION test_marker_answers()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_test
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, coalesce((c.similarity).participants, 0)::integer,
           CASE WHEN v.usable THEN (c.similarity).identical END, CASE WHEN v.usable THEN (c.similarity).expected END,
           CASE WHEN v.usable THEN (c.similarity).identical - (c.similarity).expected END,
           CASE WHEN v.usable THEN (c.similarity).p_value END, coalesce(c.class, '')
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    LEFT JOIN pg_temp.marker_class AS c USING (administration_id, school_id)
    CROSS JOIN LATERAL (SELECT (c.similarity).participants >= a.min_sample AS usable) AS v
    WHERE a.code = 'same_answers';

    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, coalesce(x.sample, 0)::integer,
           x.item[3], x.item[4], -x.item[2], CASE WHEN x.item[1] IS NOT NULL THEN least(x.item[1] * x.tests, 1) END
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
    LEFT JOIN (
        SELECT c.administration_id, c.school_id, ARRAY[rollup(c.tasks_2), rollup(c.tasks_3), rollup(c.tasks_4), rollup(c.tasks_5)] AS tasks
        FROM pg_temp.marker_class AS c
        GROUP BY c.administration_id, c.school_id) AS m USING (administration_id, school_id)
    LEFT JOIN LATERAL (
        -- the least array is the most unusual item
        SELECT max(p.sample) AS sample, count(t.p_value) AS tests,
               min(ARRAY[t.p_value, -t.excess, t.weaker_completion, t.stronger_completion]) AS item
        FROM (
            SELECT m.tasks[w] AS weaker, m.tasks[w + 1] AS stronger,
                   least(participants(m.tasks[w]), participants(m.tasks[w + 1])) AS sample
            FROM generate_series(1, 3) AS w
            WHERE num_nulls(m.tasks[w], m.tasks[w + 1]) = 0
            OFFSET 0) AS p
        LEFT JOIN LATERAL item_crossing(CASE WHEN p.sample >= a.min_sample THEN p.weaker END, p.stronger, g.maxima) AS t
               ON true) AS x ON true
    WHERE a.code = 'group_crossing';
END
$$;
COMMENT ON FUNCTION test_marker_answers() IS 'Часть test_markers: признаки M8 и M10';

-- The statistics tell how many regions, markers and the like there are: a small
-- sample does.
CREATE FUNCTION test_markers(administrations integer[], preset marker_preset)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET default_statistics_target = 10
AS $$
BEGIN
    PERFORM open_marker_work(administrations, preset);
    PERFORM gather_marker_schools();
    PERFORM gather_marker_tasks();
    PERFORM gather_marker_classes();
    PERFORM gather_marker_points();
    PERFORM gather_marker_inversions();
    PERFORM test_marker_points();
    PERFORM test_marker_means();
    PERFORM test_marker_shares();
    PERFORM test_marker_share_changes();
    PERFORM test_marker_cuts();
    PERFORM test_marker_answers();
    ANALYZE pg_temp.marker_test (region_id, administration_id, marker_id);
    PERFORM decide_markers();
END
$$;
COMMENT ON FUNCTION test_markers(integer[], marker_preset) IS
'Оценивает признаки набора по указанным проведениям; итог — временная таблица marker_verdict, удаляет её close_marker_work()';

-- Reasons, adjusted p-values, flags. A marker nobody in the region has data
-- for leaves no rows.
CREATE FUNCTION decide_markers()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    -- in a table of its own for its statistics: the join with it grows
    CREATE TEMPORARY TABLE marker_compared AS
    SELECT c.*, a.academic_year, a.threshold_kind, a.threshold, a.direction AS sought, a.family, a.exempt,
           a.threshold_kind = 'q_value' AS is_q, a.threshold_kind IN ('p_value', 'q_value') AS is_p, a.min_sample, c.schools < a.min_schools AS is_few, 'no_' || a.needs AS missing
    FROM (
        SELECT t.region_id, t.administration_id, t.marker_id,
               count(*) FILTER (WHERE t.sample >= a.min_sample) AS schools,
               avg(t.size) FILTER (WHERE a.threshold_kind = 'region') AS average,
               nullif(greatest(stddev_samp(t.size) FILTER (WHERE a.threshold_kind = 'region'), 1e-9), 1e-9) AS deviation
        FROM pg_temp.marker_test AS t
        JOIN pg_temp.marker_applied AS a USING (administration_id, marker_id)
        GROUP BY t.region_id, t.administration_id, t.marker_id
        HAVING max(t.sample) > 0) AS c
    JOIN pg_temp.marker_applied AS a USING (administration_id, marker_id);
    ANALYZE pg_temp.marker_compared (region_id, administration_id, marker_id);
    CREATE TEMPORARY TABLE marker_verdict AS
    WITH reasoned AS (
        SELECT t.*, c.academic_year, c.family, c.is_q, c.threshold, c.threshold_kind, c.sought, c.average, c.deviation,
               CASE WHEN s.school_type = ANY (c.exempt) THEN 'exempt'
                    WHEN t.sample = 0 THEN c.missing
                    WHEN t.sample < c.min_sample THEN 'small_sample'
                    WHEN c.is_few THEN 'few_schools'
                    WHEN CASE WHEN c.is_p THEN t.p ELSE t.size END IS NULL THEN 'not_defined' END AS reason
        FROM pg_temp.marker_test AS t
        JOIN pg_temp.marker_compared AS c USING (region_id, administration_id, marker_id)
        JOIN pg_temp.marker_school AS s USING (administration_id, school_id)
    ), decided AS (
        -- narrow rows, without thresholds, are what the window sorts and keeps
        SELECT r.region_id, r.administration_id, r.academic_year, r.family, r.school_id, r.marker_id, r.sample, r.reason, r.class,
               CASE WHEN r.reason IS NULL THEN r.value END AS value, CASE WHEN r.reason IS NULL THEN r.expected END AS expected,
               CASE WHEN r.reason IS NULL THEN r.size END AS size, CASE WHEN r.reason IS NULL THEN r.p END AS p,
               CASE WHEN r.is_q THEN r.threshold END AS q_threshold,
               r.reason IS NULL AND CASE r.threshold_kind
                   WHEN 'q_value' THEN false
                   WHEN 'p_value' THEN r.p <= r.threshold
                   ELSE CASE r.sought WHEN 'higher' THEN d.distance >= r.threshold
                                      WHEN 'lower' THEN CASE r.threshold_kind WHEN 'region' THEN -d.distance >= r.threshold
                                                                              ELSE d.distance <= r.threshold END
                                      ELSE abs(d.distance) >= r.threshold END END AS is_flagged
        FROM reasoned AS r
        CROSS JOIN LATERAL (
            SELECT CASE r.threshold_kind WHEN 'region' THEN (r.size - r.average) / r.deviation ELSE r.size END AS distance) AS d
    ), adjusted AS (
        SELECT d.*, bh_adjust(CASE WHEN d.q_threshold IS NOT NULL THEN d.p END)
                        OVER (PARTITION BY d.region_id, d.academic_year, d.family) AS q
        FROM decided AS d
    )
    SELECT j.region_id, j.administration_id, j.academic_year, j.school_id, j.marker_id, j.sample, j.value, j.expected, j.size,
           j.p, j.q, coalesce(j.is_flagged OR j.q <= j.q_threshold, false) AS is_flagged,
           CASE WHEN j.reason IS NULL THEN CASE WHEN j.value < j.expected THEN 'lower' ELSE 'higher' END END AS direction,
           j.reason, j.class
    FROM adjusted AS j;
END
$$;
COMMENT ON FUNCTION decide_markers() IS
'Часть test_markers: почему не оценён, поправка на число проверок, отмечен ли';

CREATE FUNCTION judge_markers(administrations integer[], marker_preset text DEFAULT 'statistical')
RETURNS TABLE (region_id integer, administration_id integer, academic_year integer, school_id integer, marker text,
               class text, sample integer, value double precision, expected double precision, size double precision,
               direction text, p double precision, q double precision, is_flagged boolean, reason text)
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET jit = off
AS $$
BEGIN
    PERFORM test_markers(administrations, find_marker_preset(marker_preset));
    RETURN QUERY
    SELECT v.region_id, v.administration_id, v.academic_year, v.school_id, m.code, v.class, v.sample, v.value, v.expected,
           v.size, v.direction, v.p, v.q, v.is_flagged, v.reason
    FROM pg_temp.marker_verdict AS v
    JOIN marker AS m USING (marker_id);
    PERFORM close_marker_work();
END
$$;
COMMENT ON FUNCTION judge_markers(integer[], text) IS
'Признаки необъективности по проведениям (administration_id) и набору признаков без цикла и без записи: что показал каждый признак у каждой организации; столбцы — как в marker_outcome. Неизвестный набор — ошибка P0002';

CREATE FUNCTION write_marker_outcomes(own_cycle cycle, rules rule_set)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    written bigint;
BEGIN
    IF rules.marker_preset_id IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM test_markers(
        ARRAY(SELECT a.administration_id FROM administration AS a
              WHERE a.academic_year BETWEEN own_cycle.result_year - 2 AND own_cycle.result_year),
        (SELECT p FROM marker_preset AS p WHERE p.marker_preset_id = rules.marker_preset_id));
    INSERT INTO marker_outcome (cycle_id, region_id, administration_id, academic_year, school_id, marker_id, sample,
                                value, expected, size, p, q, is_flagged, direction, reason, class)
    SELECT own_cycle.cycle_id, v.region_id, v.administration_id, v.academic_year, v.school_id, v.marker_id, v.sample,
           v.value, v.expected, v.size, v.p, v.q, v.is_flagged, v.direction, v.reason, v.class
    FROM pg_temp.marker_verdict AS v
    ORDER BY v.school_id, v.administration_id, v.marker_id, v.class;
    GET DIAGNOSTICS written = ROW_COUNT;
    INSERT INTO marker_run (cycle_id, region_id, administration_id, academic_year, marker_id, threshold_kind, threshold,
                            min_sample, schools, tested, flagged, flagged_higher, flagged_lower, expected_false, reason)
    SELECT own_cycle.cycle_id, g.region_id, a.administration_id, a.academic_year, a.marker_id, a.threshold_kind, a.threshold,
           a.min_sample, g.schools, coalesce(v.tested, 0), coalesce(v.higher + v.lower, 0), coalesce(v.higher, 0),
           coalesce(v.lower, 0),
           CASE WHEN a.alarm_rate IS NOT NULL THEN coalesce(v.tested, 0) * a.alarm_rate
                WHEN a.threshold_kind = 'p_value' THEN coalesce(v.tested, 0) * a.threshold
                WHEN a.threshold_kind = 'q_value' THEN coalesce(v.higher + v.lower, 0) * a.threshold
                WHEN a.threshold_kind = 'region' THEN coalesce(v.tested, 0) * normal_cdf(-a.threshold)
                     * CASE a.direction WHEN 'both' THEN 2 ELSE 1 END END,
           CASE WHEN v.marker_id IS NULL THEN 'no_' || a.needs END
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_region AS g USING (administration_id)
    LEFT JOIN (
        SELECT d.region_id, d.administration_id, d.marker_id, count(*) FILTER (WHERE d.reason IS NULL) AS tested,
               count(*) FILTER (WHERE d.is_flagged AND d.direction = 'higher') AS higher,
               count(*) FILTER (WHERE d.is_flagged AND d.direction = 'lower') AS lower
        FROM pg_temp.marker_verdict AS d
        GROUP BY d.region_id, d.administration_id, d.marker_id) AS v USING (region_id, administration_id, marker_id);
    PERFORM close_marker_work();
    RETURN written;
END
$$;
COMMENT ON FUNCTION write_marker_outcomes(cycle, rule_set) IS
'Шаг run_cycle: признаки необъективности ВПР за оцениваемый год и два года до него по набору признаков; возвращает число итогов. Набор правил без набора признаков ничего не проверяет';

-- Of summaries a sum of hashes, which needs no order.
CREATE FUNCTION marker_fingerprint(result_year integer)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT fingerprint(i.line ORDER BY i.part, i.key)
    FROM (
        SELECT 1 AS part, a.administration_id AS key,
               concat_ws('|', a.administration_id, a.assessment_id, a.academic_year, a.max_score, a.fail_by, a.min_score,
                         a.cut_3, a.cut_4, a.cut_5, d.hash, t.hash) AS line
        FROM administration AS a
        LEFT JOIN (
            SELECT s.administration_id, sum(score_dist_hash_extended(s.dist, s.school_id)) AS hash
            FROM result_summary AS s
            WHERE s.academic_year BETWEEN marker_fingerprint.result_year - 3 AND marker_fingerprint.result_year
            GROUP BY s.administration_id) AS d USING (administration_id)
        LEFT JOIN (
            SELECT s.administration_id, sum(task_dist_hash_extended(s.dist, s.school_id)) AS hash
            FROM task_summary AS s
            WHERE s.academic_year BETWEEN marker_fingerprint.result_year - 3 AND marker_fingerprint.result_year
            GROUP BY s.administration_id) AS t USING (administration_id)
        WHERE a.academic_year BETWEEN marker_fingerprint.result_year - 3 AND marker_fingerprint.result_year
        UNION ALL
        SELECT 2, y.academic_year, concat_ws('|', y.academic_year, fingerprint(y.school_id || '|' || y.school_type ORDER BY y.school_id))
        FROM school_year AS y
        WHERE y.academic_year BETWEEN marker_fingerprint.result_year - 2 AND marker_fingerprint.result_year
        GROUP BY y.academic_year
        UNION ALL
        SELECT 3, m.region_id, concat_ws('|', m.region_id, fingerprint(s.school_id::text ORDER BY s.school_id))
        FROM school AS s JOIN municipality AS m USING (municipality_id)
        GROUP BY m.region_id
    ) AS i;
END;
COMMENT ON FUNCTION marker_fingerprint(integer) IS
'Часть cycle_fingerprint: от чего зависят признаки — сводки, шкалы, типы и регионы организаций';
