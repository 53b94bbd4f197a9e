-- What a cycle says of schools in their context: index, cluster, expected
-- result, type. run_cycle calls write_context.

CREATE TABLE context_cluster (
    context_cluster_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL REFERENCES cycle ON DELETE CASCADE,
    label integer NOT NULL,
    position integer NOT NULL,
    is_matched boolean NOT NULL,
    schools bigint NOT NULL,
    centre text NOT NULL,
    index_low double precision NOT NULL,
    index_mean double precision NOT NULL,
    index_high double precision NOT NULL,
    silhouette double precision,
    fail_share double precision,
    mean_result double precision,
    UNIQUE (cycle_id, label)
);
COMMENT ON TABLE context_cluster IS 'Группы школ по условиям в цикле';
COMMENT ON COLUMN context_cluster.context_cluster_id IS 'Ключ группы';
COMMENT ON COLUMN context_cluster.cycle_id IS 'Цикл';
COMMENT ON COLUMN context_cluster.label IS 'Номер группы, постоянный из года в год: за прежней группой остаётся её номер';
COMMENT ON COLUMN context_cluster.position IS 'Место группы: 1 — с самыми сложными условиями';
COMMENT ON COLUMN context_cluster.is_matched IS 'Соответствует группе предыдущего цикла с тем же номером; ложно — такой группы там не было';
COMMENT ON COLUMN context_cluster.schools IS 'Школ в группе';
COMMENT ON COLUMN context_cluster.centre IS 'Центр группы: индекс (z), а при k_means — приведённые показатели по порядку; массив чисел в виде текста';
COMMENT ON COLUMN context_cluster.index_low IS 'Наименьший индекс в группе';
COMMENT ON COLUMN context_cluster.index_mean IS 'Средний индекс';
COMMENT ON COLUMN context_cluster.index_high IS 'Наибольший индекс';
COMMENT ON COLUMN context_cluster.silhouette IS 'Средний силуэт школ группы';
COMMENT ON COLUMN context_cluster.fail_share IS 'Доля не справившихся во всех школах группы вместе, от 0 до 1';
COMMENT ON COLUMN context_cluster.mean_result IS 'Средний результат школ группы (см. context_outcome.mean_result)';

CREATE TABLE context_cluster_mean (
    context_cluster_mean_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    context_cluster_id integer NOT NULL REFERENCES context_cluster ON DELETE CASCADE,
    context_indicator_id integer NOT NULL REFERENCES context_indicator,
    schools bigint NOT NULL,
    mean double precision NOT NULL,
    region_mean double precision NOT NULL,
    UNIQUE (context_cluster_id, context_indicator_id)
);
CREATE INDEX ON context_cluster_mean (context_indicator_id);
COMMENT ON TABLE context_cluster_mean IS 'Что значит группа: средние её показателей рядом со средними по всем школам';
COMMENT ON COLUMN context_cluster_mean.context_cluster_mean_id IS 'Ключ строки';
COMMENT ON COLUMN context_cluster_mean.context_cluster_id IS 'Группа';
COMMENT ON COLUMN context_cluster_mean.context_indicator_id IS 'Показатель';
COMMENT ON COLUMN context_cluster_mean.schools IS 'Школ группы, у которых показатель есть';
COMMENT ON COLUMN context_cluster_mean.mean IS 'Среднее по этим школам';
COMMENT ON COLUMN context_cluster_mean.region_mean IS 'Среднее по всем школам цикла';

CREATE TABLE context_fit (
    context_fit_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL REFERENCES cycle ON DELETE CASCADE,
    outcome text NOT NULL CHECK (outcome IN ('fail_share', 'mean_result')),
    predictors text NOT NULL CHECK (predictors IN ('index', 'indicators')),
    schools bigint NOT NULL,
    df bigint NOT NULL,
    coefficients text NOT NULL,
    standard_errors text,
    sigma double precision,
    r2 double precision,
    UNIQUE (cycle_id, outcome, predictors)
);
COMMENT ON TABLE context_fit IS 'Как результат связан с условиями в цикле: взвешенные по числу участников наименьшие квадраты';
COMMENT ON COLUMN context_fit.context_fit_id IS 'Ключ строки';
COMMENT ON COLUMN context_fit.cycle_id IS 'Цикл';
COMMENT ON COLUMN context_fit.outcome IS 'Результат: fail_share — доля не справившихся, mean_result — средний результат';
COMMENT ON COLUMN context_fit.predictors IS 'Условия: index — индекс (z), indicators — приведённые показатели по порядку';
COMMENT ON COLUMN context_fit.schools IS 'По скольким школам';
COMMENT ON COLUMN context_fit.df IS 'Степеней свободы';
COMMENT ON COLUMN context_fit.coefficients IS 'Коэффициенты: свободный член, затем условия по порядку; массив чисел в виде текста';
COMMENT ON COLUMN context_fit.standard_errors IS 'Их стандартные ошибки; массив чисел в виде текста';
COMMENT ON COLUMN context_fit.sigma IS 'Стандартное отклонение остатка у школы с одним участником';
COMMENT ON COLUMN context_fit.r2 IS 'Доля различий между школами, которая связана с условиями (R2), от 0 до 1';

-- No foreign keys, for the reason given at assessment_outcome: a country has
-- 160,000 of these a cycle. Its schools are those of context_outcome, which
-- has them; the trigger below removes its rows with their cycle.
CREATE TABLE expected_outcome (
    expected_outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL,
    school_id integer NOT NULL,
    outcome text NOT NULL,
    predictors text NOT NULL,
    participants bigint NOT NULL,
    observed double precision NOT NULL,
    expected double precision NOT NULL,
    expected_low double precision,
    expected_high double precision,
    residual double precision NOT NULL,
    leverage double precision,
    studentised double precision,
    p_higher double precision,
    p_lower double precision,
    UNIQUE (cycle_id, school_id, outcome, predictors)
);
COMMENT ON TABLE expected_outcome IS 'Ожидаемый при таких условиях результат школ и отклонение от него';
COMMENT ON COLUMN expected_outcome.expected_outcome_id IS 'Ключ строки';
COMMENT ON COLUMN expected_outcome.cycle_id IS 'Цикл';
COMMENT ON COLUMN expected_outcome.school_id IS 'Организация';
COMMENT ON COLUMN expected_outcome.outcome IS 'Результат: fail_share — доля не справившихся, mean_result — средний результат';
COMMENT ON COLUMN expected_outcome.predictors IS 'Условия: index — по индексу, indicators — по всем показателям';
COMMENT ON COLUMN expected_outcome.participants IS 'Участий в процедурах';
COMMENT ON COLUMN expected_outcome.observed IS 'Результат школы';
COMMENT ON COLUMN expected_outcome.expected IS 'Ожидаемый у школы с такими условиями';
COMMENT ON COLUMN expected_outcome.expected_low IS 'Нижняя граница, в которую укладывается результат школы такого размера с такими условиями';
COMMENT ON COLUMN expected_outcome.expected_high IS 'Верхняя граница';
COMMENT ON COLUMN expected_outcome.residual IS 'Отклонение: результат минус ожидаемый';
COMMENT ON COLUMN expected_outcome.leverage IS 'Насколько школа сама определяет своё ожидание, от 0 до 1';
COMMENT ON COLUMN expected_outcome.studentised IS 'Отклонение в его стандартных ошибках, оценённых без этой школы; пусто — не определено';
COMMENT ON COLUMN expected_outcome.p_higher IS 'Вероятность случайно получить отклонение не меньше';
COMMENT ON COLUMN expected_outcome.p_lower IS 'Вероятность случайно получить отклонение не больше';

CREATE TABLE context_outcome (
    context_outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL REFERENCES cycle ON DELETE CASCADE,
    school_id integer NOT NULL REFERENCES school,
    academic_year integer NOT NULL,
    component_values text NOT NULL,
    composite double precision,
    index_z double precision,
    index_value double precision,
    index_rank double precision,
    cluster integer,
    silhouette double precision,
    conditions text CHECK (conditions IN ('hard', 'middle', 'good')),
    participants bigint,
    failed bigint,
    fail_share double precision,
    shrunken_share double precision,
    share_rank double precision,
    mean_result double precision,
    result_level text CHECK (result_level IN ('low', 'middle', 'high')),
    outcome_type text CHECK (outcome_type IN ('shnor_hard', 'resilient', 'underperforming', 'strong', 'middle')),
    resilient_years integer NOT NULL,
    is_resilient boolean NOT NULL,
    UNIQUE (cycle_id, school_id)
);
CREATE INDEX ON context_outcome (school_id);
CREATE INDEX ON context_outcome (cycle_id, index_z, school_id);
COMMENT ON TABLE context_outcome IS 'Итоги организаций в цикле в сопоставлении с условиями';
COMMENT ON COLUMN context_outcome.context_outcome_id IS 'Ключ итога';
COMMENT ON COLUMN context_outcome.cycle_id IS 'Цикл';
COMMENT ON COLUMN context_outcome.school_id IS 'Организация';
COMMENT ON COLUMN context_outcome.academic_year IS 'Оцениваемый учебный год';
COMMENT ON COLUMN context_outcome.component_values IS 'Значения показателей индекса по порядку welfare_run_component.place, какими они были при расчёте; массив чисел в виде текста';
COMMENT ON COLUMN context_outcome.composite IS 'Сводное значение до шкалы индекса';
COMMENT ON COLUMN context_outcome.index_z IS 'Индекс в стандартных отклонениях от среднего; пусто — показателей не хватает';
COMMENT ON COLUMN context_outcome.index_value IS 'Индекс на шкале версии: больше — благополучнее';
COMMENT ON COLUMN context_outcome.index_rank IS 'Доля школ, чей индекс меньше, от 0 до 1';
COMMENT ON COLUMN context_outcome.cluster IS 'Группа по условиям (context_cluster.label)';
COMMENT ON COLUMN context_outcome.silhouette IS 'Силуэт: близкий к 1 — школа в середине группы, около 0 и меньше — на границе с соседней';
COMMENT ON COLUMN context_outcome.conditions IS 'hard — сложные условия, good — благоприятные, middle — между ними; пусто — индекса нет';
COMMENT ON COLUMN context_outcome.participants IS 'Участий в процедурах набора правил за год';
COMMENT ON COLUMN context_outcome.failed IS 'Из них не справились';
COMMENT ON COLUMN context_outcome.fail_share IS 'Доля не справившихся, от 0 до 1';
COMMENT ON COLUMN context_outcome.shrunken_share IS 'Она же, сглаженная: у малых школ притянута к средней по всем школам';
COMMENT ON COLUMN context_outcome.share_rank IS 'Доля оценённых школ, у которых сглаженная доля меньше, от 0 до 1';
COMMENT ON COLUMN context_outcome.mean_result IS 'Средний результат: отклонение от среднего по процедуре в её стандартных отклонениях, среднее по участникам';
COMMENT ON COLUMN context_outcome.result_level IS 'Результат по порогам context_rule: low, middle, high; пусто — школа не оценена';
COMMENT ON COLUMN context_outcome.outcome_type IS 'shnor_hard — низкие результаты в сложных условиях, resilient — высокие в сложных, underperforming — низкие в благоприятных, strong — высокие в благоприятных, middle — остальные';
COMMENT ON COLUMN context_outcome.resilient_years IS 'Сколько лет из оцениваемых школа резильентна, этот год считая';
COMMENT ON COLUMN context_outcome.is_resilient IS 'Устойчиво резильентна: столько лет, сколько требуют пороги';

CREATE FUNCTION drop_expected_outcomes()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM expected_outcome AS e WHERE NOT EXISTS (SELECT FROM cycle AS c WHERE c.cycle_id = e.cycle_id);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION drop_expected_outcomes() IS
'Триггер cycle: ожидаемые результаты удаляются вместе со своим циклом';
CREATE TRIGGER drop_expected AFTER DELETE ON cycle
    FOR EACH STATEMENT EXECUTE FUNCTION drop_expected_outcomes();
CREATE TRIGGER drop_expected_truncated AFTER TRUNCATE ON cycle
    FOR EACH STATEMENT EXECUTE FUNCTION drop_expected_outcomes();

ALTER TABLE welfare_run ADD FOREIGN KEY (cycle_id) REFERENCES cycle ON DELETE CASCADE;

-- The mean result puts assessments of different scales and difficulty on one:
-- points of each in its own standard deviations, over pupils.
CREATE FUNCTION school_mean_results(own_cycle cycle, rule_set_id integer)
RETURNS TABLE (school_id integer, mean_result double precision)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH counted AS (
        SELECT p.standing_id AS school_id, s.administration_id, rollup(s.dist) AS dist
        FROM result_summary AS s
        JOIN administration AS a USING (administration_id)
        JOIN rule_assessment AS r USING (assessment_id)
        JOIN standing_schools(own_cycle.result_year) AS p USING (school_id)
        WHERE r.rule_set_id = school_mean_results.rule_set_id
          AND s.academic_year = own_cycle.result_year
          AND (p.succeeded_in IS NULL OR s.academic_year < p.succeeded_in)
        GROUP BY p.standing_id, s.administration_id
    ), whole AS (
        SELECT c.administration_id, rollup(c.dist) AS dist FROM counted AS c GROUP BY c.administration_id
    )
    SELECT c.school_id,
           sum(n.scored * (mean(c.dist) - w.mean) / w.sd) / sum(n.scored)
    FROM counted AS c
    JOIN (SELECT t.administration_id, mean(t.dist)::double precision AS mean, stddev(t.dist) AS sd FROM whole AS t) AS w
      USING (administration_id)
    CROSS JOIN LATERAL (SELECT scored(c.dist) AS scored) AS n
    WHERE n.scored > 0 AND w.sd > 0
    GROUP BY c.school_id;
END;
COMMENT ON FUNCTION school_mean_results(cycle, integer) IS
'Шаг run_cycle: средний результат организаций за год результатов по процедурам набора правил';

CREATE FUNCTION read_school_results(own_cycle cycle)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE context_work AS w
    SET participants = c.participants, failed = c.failed, fail_share = c.failed::double precision / c.participants,
        mean_result = m.mean_result
    FROM (
        SELECT o.school_id, sum(o.participants)::bigint AS participants, sum(o.failed)::bigint AS failed
        FROM assessment_outcome AS o
        JOIN school_outcome AS s USING (cycle_id, school_id)
        WHERE o.cycle_id = own_cycle.cycle_id AND o.academic_year = own_cycle.result_year AND s.data_status = 'judged'
        GROUP BY o.school_id) AS c
    LEFT JOIN school_mean_results(own_cycle, own_cycle.rule_set_id) AS m USING (school_id)
    WHERE c.school_id = w.school_id;
END
$$;
COMMENT ON FUNCTION read_school_results(cycle) IS
'Шаг run_cycle: результаты оценённых организаций — в context_work';

-- Groups of schools, numbered from the hardest conditions on.
CREATE FUNCTION cluster_context(run welfare_run, own_index welfare_index)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    distinct_values integer;
    most integer;
    split clusters;
BEGIN
    SELECT CASE own_index.cluster_by WHEN 'k_means' THEN count(DISTINCT w.scaled_values) ELSE count(DISTINCT w.index_z) END
    INTO distinct_values
    FROM context_work AS w
    WHERE w.index_z IS NOT NULL AND (own_index.cluster_by <> 'k_means' OR array_position(w.scaled_values, NULL) IS NULL);
    most := least(own_index.clusters, distinct_values);
    IF most < 2 THEN
        RETURN;
    ELSIF own_index.cluster_by = 'quantile' THEN
        UPDATE context_work AS w
        SET cluster = b.band
        FROM (SELECT c.school_id, quantile_band(c.index_z, most) OVER () AS band FROM context_work AS c) AS b
        WHERE b.school_id = w.school_id;
    ELSIF own_index.cluster_by = 'k_means' THEN
        split := (SELECT k_means(w.scaled_values, most) FROM context_work AS w WHERE w.index_z IS NOT NULL);
        UPDATE context_work AS w
        SET cluster = cluster_of(w.scaled_values, split), silhouette = centroid_silhouette(w.scaled_values, split)
        WHERE w.index_z IS NOT NULL;
    ELSE
        split := CASE WHEN own_index.clusters_max > most AND distinct_values > most
                      THEN (SELECT optimal_clusters(w.index_z, most, own_index.clusters_max) FROM context_work AS w)
                      ELSE (SELECT optimal_clusters(w.index_z, most) FROM context_work AS w) END;
        UPDATE context_work AS w SET cluster = cluster_of(w.index_z, split);
    END IF;
    IF own_index.cluster_by <> 'k_means' THEN
        UPDATE context_work AS w
        SET silhouette = s.silhouette
        FROM (SELECT c.school_id, silhouette(c.index_z, c.cluster) OVER () AS silhouette FROM context_work AS c) AS s
        WHERE s.school_id = w.school_id;
    END IF;
END
$$;
COMMENT ON FUNCTION cluster_context(welfare_run, welfare_index) IS
'Шаг run_cycle: группы школ по условиям, от самых сложных; групп не больше, чем разных значений, а при одном значении их нет';

-- A group keeps the number of the group of the previous cycle it is nearest
-- to; one that has none gets a number never used in that cycle.
CREATE FUNCTION name_clusters(own_cycle cycle, run welfare_run)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET extra_float_digits = 1     -- numbers kept as text are exact
AS $$
DECLARE
    centres double precision[];
    old_centres double precision[];
    old_labels integer[];
    matched integer[];
BEGIN
    SELECT array_agg(c.centre ORDER BY c.cluster) INTO centres
    FROM (
        SELECT m.cluster, array_agg(m.mean ORDER BY m.number) AS centre
        FROM (
            SELECT w.cluster, v.number, avg(v.value) AS mean
            FROM context_work AS w
            CROSS JOIN LATERAL unnest(CASE run.cluster_by WHEN 'k_means' THEN w.scaled_values ELSE ARRAY[w.index_z] END)
                WITH ORDINALITY AS v (value, number)
            WHERE w.cluster IS NOT NULL
            GROUP BY w.cluster, v.number) AS m
        GROUP BY m.cluster) AS c;
    IF centres IS NULL THEN
        RETURN;
    END IF;
    SELECT array_agg(c.centre::double precision[] ORDER BY c.position), array_agg(c.label ORDER BY c.position)
    INTO old_centres, old_labels
    FROM context_cluster AS c
    JOIN welfare_run AS r USING (cycle_id)
    WHERE c.cycle_id = own_cycle.previous_cycle_id AND r.cluster_by = run.cluster_by AND run.cluster_by <> 'quantile'
      AND r.welfare_index_id = run.welfare_index_id AND cardinality(c.centre::double precision[]) = array_length(centres, 2);
    matched := coalesce(match_clusters(old_centres, centres),
                        array_fill(NULL::integer, ARRAY[array_length(centres, 1)]));

    INSERT INTO context_cluster (cycle_id, label, position, is_matched, schools, centre, index_low, index_mean, index_high,
                                 silhouette, fail_share, mean_result)
    SELECT own_cycle.cycle_id, l.label, c.cluster, l.is_matched, c.schools,
           ARRAY(SELECT centres[c.cluster][d] FROM generate_series(1, array_length(centres, 2)) AS d ORDER BY d)::text,
           c.index_low, c.index_mean, c.index_high, c.silhouette, c.fail_share, c.mean_result
    FROM (
        SELECT w.cluster, count(*) AS schools, min(w.index_z) AS index_low, avg(w.index_z) AS index_mean,
               max(w.index_z) AS index_high, avg(w.silhouette) AS silhouette,
               sum(w.failed)::double precision / sum(w.participants) AS fail_share, avg(w.mean_result) AS mean_result
        FROM context_work AS w
        WHERE w.cluster IS NOT NULL
        GROUP BY w.cluster) AS c
    JOIN (
        SELECT m.position, m.old IS NOT NULL AS is_matched,
               coalesce(old_labels[m.old],
                        coalesce((SELECT max(o) FROM unnest(old_labels) AS o), 0)
                        + row_number() OVER (PARTITION BY m.old IS NULL ORDER BY m.position))::integer AS label
        FROM unnest(matched) WITH ORDINALITY AS m (old, position)) AS l ON l.position = c.cluster;
    UPDATE context_work AS w
    SET cluster = c.label
    FROM context_cluster AS c
    WHERE c.cycle_id = own_cycle.cycle_id AND c.position = w.cluster;
    UPDATE welfare_run AS r
    SET clusters = array_length(centres, 1), silhouette = (SELECT avg(w.silhouette) FROM context_work AS w)
    WHERE r.welfare_run_id = run.welfare_run_id;
    INSERT INTO context_cluster_mean (context_cluster_id, context_indicator_id, schools, mean, region_mean)
    SELECT k.context_cluster_id, c.context_indicator_id, m.schools, m.mean, c.mean
    FROM (
        SELECT w.cluster, v.place, count(*) AS schools, avg(v.value) AS mean
        FROM context_value AS v
        JOIN context_work AS w USING (school_id)
        WHERE w.cluster IS NOT NULL
        GROUP BY w.cluster, v.place) AS m
    JOIN welfare_run_component AS c ON (c.welfare_run_id, c.place) = (run.welfare_run_id, m.place)
    JOIN context_cluster AS k ON (k.cycle_id, k.label) = (own_cycle.cycle_id, m.cluster);
END
$$;
COMMENT ON FUNCTION name_clusters(cycle, welfare_run) IS
'Шаг run_cycle: номера групп, постоянные из года в год, и средние их показателей';

-- An error of the kernels (indicators that repeat each other) leaves out this
-- one expectation, not the cycle.
CREATE FUNCTION write_expected(own_cycle cycle, outcome text, predictors text, level double precision)
RETURNS boolean
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET extra_float_digits = 1     -- numbers kept as text are exact
AS $$
#variable_conflict use_column
DECLARE
    fit linear_fit;
BEGIN
    fit := (
        SELECT linear_fit(CASE write_expected.predictors WHEN 'index' THEN ARRAY[w.index_z] ELSE w.scaled_values END,
                          CASE write_expected.outcome WHEN 'fail_share' THEN w.fail_share ELSE w.mean_result END,
                          w.participants)
        FROM context_work AS w
        WHERE w.index_z IS NOT NULL AND w.participants IS NOT NULL);
    IF fit IS NULL THEN
        RETURN false;
    END IF;
    INSERT INTO context_fit (cycle_id, outcome, predictors, schools, df, coefficients, standard_errors, sigma, r2)
    VALUES (own_cycle.cycle_id, write_expected.outcome, write_expected.predictors, fit.rows, fit.df, fit.coefficients::text,
            fit.standard_errors::text, fit.sigma, fit.r2);
    INSERT INTO expected_outcome (cycle_id, school_id, outcome, predictors, participants, observed, expected,
                                  expected_low, expected_high, residual, leverage, studentised, p_higher, p_lower)
    SELECT own_cycle.cycle_id, i.school_id, write_expected.outcome, write_expected.predictors, i.participants, i.observed,
           e.fitted, e.low, e.high, e.residual, e.leverage, e.t, e.p_higher, e.p_lower
    FROM (
        SELECT w.school_id, w.participants,
               CASE write_expected.predictors WHEN 'index' THEN ARRAY[w.index_z] ELSE w.scaled_values END AS x,
               CASE write_expected.outcome WHEN 'fail_share' THEN w.fail_share ELSE w.mean_result END AS observed
        FROM context_work AS w
        WHERE w.index_z IS NOT NULL AND w.participants IS NOT NULL) AS i
    CROSS JOIN LATERAL linear_residual(i.x, i.observed, i.participants, fit, level) AS e
    WHERE e.residual IS NOT NULL
    ORDER BY i.school_id;
    RETURN true;
EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
    RAISE WARNING 'ожидаемый результат не рассчитан: %, %',
        CASE outcome WHEN 'fail_share' THEN 'доля не справившихся' ELSE 'средний результат' END,
        CASE predictors WHEN 'index' THEN 'по индексу' ELSE 'по отдельным показателям (они повторяют друг друга?)' END
        USING DETAIL = sqlerrm;
    RETURN false;
END
$$;
COMMENT ON FUNCTION write_expected(cycle, text, text, double precision) IS
'Шаг run_cycle: ожидаемый при таких условиях результат по индексу или по всем показателям; ложь — его не рассчитать (школ мало или показатели повторяют друг друга)';

CREATE FUNCTION outcome_type(conditions text, result_level text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN conditions IS NULL OR result_level IS NULL THEN NULL
            WHEN conditions = 'hard' AND result_level = 'low' THEN 'shnor_hard'
            WHEN conditions = 'hard' AND result_level = 'high' THEN 'resilient'
            WHEN conditions = 'good' AND result_level = 'low' THEN 'underperforming'
            WHEN conditions = 'good' AND result_level = 'high' THEN 'strong'
            ELSE 'middle' END;
COMMENT ON FUNCTION outcome_type(text, text) IS
'Тип школы по условиям и результату: shnor_hard, resilient, underperforming, strong, middle; NULL, если чего-то из двух нет';

CREATE FUNCTION write_context_outcomes(own_cycle cycle, run welfare_run, rule context_rule)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET extra_float_digits = 1     -- numbers kept as text are exact
AS $$
DECLARE
    fit beta_binomial := (SELECT beta_binomial_fit(w.failed, w.participants) FROM context_work AS w);
    written bigint;
BEGIN
    UPDATE welfare_run AS r SET alpha = fit.alpha, beta = fit.beta WHERE r.welfare_run_id = run.welfare_run_id;
    INSERT INTO context_outcome (cycle_id, school_id, academic_year, component_values, composite, index_z, index_value,
                                 index_rank, cluster, silhouette, conditions, participants, failed, fail_share,
                                 shrunken_share, share_rank, mean_result, result_level, outcome_type, resilient_years,
                                 is_resilient)
    SELECT own_cycle.cycle_id, t.school_id, own_cycle.result_year, t.component_values::text, t.composite, t.index_z, t.index_value,
           t.index_rank, t.cluster, t.silhouette, t.conditions, t.participants, t.failed, t.fail_share,
           t.shrunken_share, t.share_rank, t.mean_result, t.result_level, t.outcome_type, y.years,
           y.years >= rule.resilient_needed
    FROM (
        SELECT l.*, outcome_type(l.conditions, l.result_level) AS outcome_type
        FROM (
            SELECT r.*,
                   CASE WHEN 100 * r.index_rank <= rule.hard_percent THEN 'hard'
                        WHEN 100 * r.index_rank >= 100 - rule.good_percent THEN 'good'
                        WHEN r.index_rank IS NOT NULL THEN 'middle' END AS conditions,
                   CASE WHEN r.share_rank IS NULL THEN NULL
                        WHEN CASE rule.low_by WHEN 'list' THEN o.in_list
                                  ELSE 100 * r.share_rank > 100 - rule.low_percent END THEN 'low'
                        WHEN NOT o.in_list AND 100 * r.share_rank <= rule.high_percent
                             AND (rule.high_sigmas IS NULL OR e.studentised <= -rule.high_sigmas) THEN 'high'
                        ELSE 'middle' END AS result_level
            FROM (
                SELECT w.*, shrunken_share(w.failed, w.participants, fit.alpha, fit.beta) AS shrunken_share,
                       mid_percentile(coalesce(shrunken_share(w.failed, w.participants, fit.alpha, fit.beta), w.fail_share))
                           OVER () AS share_rank
                FROM context_work AS w) AS r
            JOIN school_outcome AS o ON (o.cycle_id, o.school_id) = (own_cycle.cycle_id, r.school_id)
            LEFT JOIN expected_outcome AS e
              ON (e.cycle_id, e.school_id, e.outcome, e.predictors)
                 = (own_cycle.cycle_id, r.school_id, 'fail_share', rule.predictors)) AS l) AS t
    LEFT JOIN resilient_before(own_cycle.result_year, rule.resilient_years) AS b USING (school_id)
    CROSS JOIN LATERAL (
        SELECT coalesce(b.years, 0) + CASE t.outcome_type WHEN 'resilient' THEN 1 ELSE 0 END AS years) AS y
    ORDER BY t.school_id;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
COMMENT ON FUNCTION write_context_outcomes(cycle, welfare_run, context_rule) IS
'Шаг run_cycle: условия, результат и тип каждой организации; возвращает их число';

CREATE FUNCTION resilient_before(result_year integer, years integer)
RETURNS TABLE (school_id integer, years integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT o.school_id, count(*)::integer
    FROM context_outcome AS o
    JOIN cycle AS c USING (cycle_id)
    WHERE c.is_current AND o.outcome_type = 'resilient'
      AND c.result_year BETWEEN resilient_before.result_year - resilient_before.years + 1 AND resilient_before.result_year - 1
    GROUP BY o.school_id;
END;
COMMENT ON FUNCTION resilient_before(integer, integer) IS
'Сколько раз организации были резильентны в текущих циклах более ранних из стольких последних лет';

-- Without context there is nothing to write, and no error either: the list
-- does not depend on context. So an index that cannot be computed is a warning.
CREATE FUNCTION write_context(own_cycle cycle)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    rule context_rule := find_context_rule(own_cycle.result_year);
    own_index welfare_index;
    run welfare_run;
    written bigint := 0;
BEGIN
    SELECT w.* INTO own_index FROM welfare_index AS w WHERE w.welfare_index_id = rule.welfare_index_id;
    IF FOUND AND open_context_work(own_cycle.result_year, own_index) > 0 THEN
        BEGIN
            run := write_welfare_run(own_cycle.cycle_id, rule, own_index);
            PERFORM combine_context(run);
            PERFORM scale_context(run);
            PERFORM read_school_results(own_cycle);
            PERFORM cluster_context(run, own_index);
            PERFORM name_clusters(own_cycle, run);
            PERFORM write_expected(own_cycle, o.outcome, p.predictors, rule.interval_level::double precision)
            FROM unnest(ARRAY['fail_share', 'mean_result']) AS o (outcome)
            CROSS JOIN unnest(ARRAY['index', 'indicators']) AS p (predictors);
            written := write_context_outcomes(own_cycle, run, rule);
        EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range THEN
            RAISE WARNING 'индекс благополучия не рассчитан'
                USING DETAIL = sqlerrm,
                      HINT = format('Проверьте версию индекса %s и значения её показателей, затем выполните цикл заново.', own_index.code);
        END;
    END IF;
    DROP TABLE IF EXISTS pg_temp.context_value, pg_temp.context_work;
    RETURN written;
END
$$;
COMMENT ON FUNCTION write_context(cycle) IS
'Шаг run_cycle: индекс, группа, ожидаемый результат и тип организаций с показателями условий; возвращает их число, 0 — показателей или порогов на этот год нет';

-- What these outcomes depend on, for the fingerprint of a cycle.
CREATE FUNCTION context_fingerprint(result_year integer, previous_cycle_id integer)
RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH own AS (
        SELECT r AS rule, w AS own_index
        FROM find_context_rule(context_fingerprint.result_year) AS r
        JOIN welfare_index AS w USING (welfare_index_id)
    ), given AS (
        SELECT fingerprint(s.school_id || '|' || s.line ORDER BY s.school_id) AS line
        FROM (
            SELECT i.school_id, string_agg(i.place || ':' || i.value, '|' ORDER BY i.place) AS line
            FROM own AS o
            CROSS JOIN LATERAL context_inputs(context_fingerprint.result_year, o.own_index) AS i
            GROUP BY i.school_id) AS s
    )
    SELECT concat_ws('|', g.line, context_snapshot(o.rule), (
               SELECT string_agg(c.label || ':' || c.centre, '|' ORDER BY c.label)
               FROM context_cluster AS c
               WHERE c.cycle_id = context_fingerprint.previous_cycle_id), (
               SELECT fingerprint(b.school_id || '|' || b.years ORDER BY b.school_id)
               FROM resilient_before(context_fingerprint.result_year, (o.rule).resilient_years) AS b))
    FROM own AS o
    CROSS JOIN given AS g
    WHERE g.line IS NOT NULL;
END;
COMMENT ON FUNCTION context_fingerprint(integer, integer) IS
'Шаг run_cycle: отпечаток показателей условий, порогов, прежних групп и прежней резильентности; нет строк — показателей на этот год нет';
-- The index of stored values, or of another year's, on the scale of a cycle.
CREATE FUNCTION welfare_on_scale(cycle_id integer, academic_year integer DEFAULT NULL)
RETURNS TABLE (school_id integer, composite double precision, index_z double precision, index_value double precision)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH run AS (
        SELECT r.*, ROW(r.schools, r.mean, r.sd, r.low, r.high)::value_scale AS scale
        FROM welfare_run AS r
        WHERE r.cycle_id = welfare_on_scale.cycle_id
    ), part AS (
        SELECT c.*, ROW(c.schools, c.mean, c.sd, c.low, c.high)::value_scale AS scale, r.normalisation, r.missing
        FROM run AS r
        JOIN welfare_run_component AS c USING (welfare_run_id)
        WHERE c.takes_part
    ), sample AS (      -- only ranks need the whole sample
        SELECT p.place, array_agg((o.component_values::double precision[])[p.place]) AS members
        FROM part AS p
        JOIN context_outcome AS o ON o.cycle_id = welfare_on_scale.cycle_id
        WHERE p.normalisation = 'percentile_rank'
        GROUP BY p.place
    ), given AS (
        SELECT o.school_id, p.place, (o.component_values::double precision[])[p.place] AS value
        FROM context_outcome AS o
        CROSS JOIN part AS p
        WHERE o.cycle_id = welfare_on_scale.cycle_id AND welfare_on_scale.academic_year IS NULL
          AND (o.component_values::double precision[])[p.place] IS NOT NULL
        UNION ALL
        SELECT i.school_id, i.place, i.value
        FROM run AS r
        JOIN welfare_index AS w USING (welfare_index_id)
        CROSS JOIN LATERAL context_inputs(welfare_on_scale.academic_year, w) AS i
        WHERE welfare_on_scale.academic_year IS NOT NULL
    ), fitted AS (
        SELECT s.school_id, p.place, p.weight, CASE WHEN p.missing = 'mean' THEN p.usual END AS usual, p.loading_mean, p.loading_sd,
               p.loading,
               CASE WHEN p.normalisation = 'percentile_rank' THEN percentile_rank(g.value, m.members, p.sign > 0)
                    ELSE scaled(g.value, p.scale, p.normalisation, p.sign > 0) END AS scaled
        FROM (SELECT DISTINCT g.school_id FROM given AS g) AS s
        CROSS JOIN part AS p
        LEFT JOIN given AS g USING (school_id, place)
        LEFT JOIN sample AS m USING (place)
    ), summed AS (
        SELECT f.school_id, count(f.scaled) AS present, array_agg(coalesce(f.scaled, f.usual) ORDER BY f.place) AS scaled_values,
               array_agg(f.weight ORDER BY f.place) AS weights,
               sum(f.loading * (coalesce(f.scaled, f.usual) - f.loading_mean) / nullif(f.loading_sd, 0)) AS score,
               count(coalesce(f.scaled, f.usual)) = count(*) AS is_complete
        FROM fitted AS f
        GROUP BY f.school_id
    )
    SELECT s.school_id, c.composite, scaled(c.composite, r.scale, 'z'), scaled(c.composite, r.scale, r.output_scale)
    FROM run AS r
    CROSS JOIN summed AS s
    CROSS JOIN LATERAL (
        SELECT CASE WHEN r.missing <> 'require' AND s.present < r.min_present THEN NULL
                    WHEN r.combine = 'principal_component' THEN CASE WHEN s.is_complete THEN s.score END
                    ELSE weighted_mean(s.scaled_values, s.weights,
                                       CASE WHEN r.missing = 'require' THEN cardinality(s.weights) ELSE 1 END) END AS composite) AS c;
END;
COMMENT ON FUNCTION welfare_on_scale(integer, integer) IS
'Индекс на шкале цикла (его выборка, веса, нагрузки): без года — заново по значениям, сохранённым в цикле; с учебным годом — по значениям показателей этого года, чтобы сравнивать годы по одной шкале. Значения новой школы могут выйти за пределы шкалы';
