-- The welfare index of schools (ИСБШ): its versions as rows, and the sample
-- each cycle computed it on, so that any past index can be computed again and
-- another year's school put on an old scale.

CREATE TABLE welfare_index (
    welfare_index_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    name text NOT NULL CHECK (name <> ''),
    normalisation text NOT NULL DEFAULT 'z'
        CHECK (normalisation IN ('z', 'min_max', 'percentile_rank', 'percent_of_best')),
    combine text NOT NULL DEFAULT 'weighted_mean' CHECK (combine IN ('weighted_mean', 'principal_component')),
    output_scale text NOT NULL DEFAULT 't' CHECK (output_scale IN ('z', 't', 'percent')),
    missing text NOT NULL DEFAULT 'require' CHECK (missing IN ('require', 'renormalise', 'mean')),
    min_present integer NOT NULL DEFAULT 1 CHECK (min_present >= 1),
    value_years integer NOT NULL DEFAULT 2 CHECK (value_years BETWEEN 1 AND 10),
    cluster_by text NOT NULL DEFAULT 'optimal' CHECK (cluster_by IN ('optimal', 'quantile', 'k_means')),
    clusters integer NOT NULL DEFAULT 5 CHECK (clusters BETWEEN 2 AND 16),
    clusters_max integer CHECK (clusters_max BETWEEN 2 AND 16),
    source text NOT NULL CHECK (source <> ''),
    CHECK (combine = 'weighted_mean' OR missing <> 'renormalise'),
    CHECK (cluster_by = 'optimal' OR clusters_max IS NULL),
    CHECK (clusters <= clusters_max)
);
COMMENT ON TABLE welfare_index IS 'Версии индекса социального благополучия школы; использованную версию не правят, а копируют (copy_welfare_index)';
COMMENT ON COLUMN welfare_index.welfare_index_id IS 'Ключ версии';
COMMENT ON COLUMN welfare_index.code IS 'Код версии';
COMMENT ON COLUMN welfare_index.name IS 'Наименование версии';
COMMENT ON COLUMN welfare_index.normalisation IS 'Приведение показателей к одной шкале: z — отклонения от среднего в стандартных отклонениях, min_max — от худшего до лучшего, percentile_rank — доля школ с меньшим значением, percent_of_best — процент от лучшего';
COMMENT ON COLUMN welfare_index.combine IS 'Как показатели сводятся в индекс: weighted_mean — взвешенное среднее, principal_component — первая главная компонента';
COMMENT ON COLUMN welfare_index.output_scale IS 'Шкала индекса: z — среднее 0, t — 50 + 10z, percent — от 0 у худшей до 100 у лучшей школы';
COMMENT ON COLUMN welfare_index.missing IS 'Если у школы нет части показателей: require — индекса нет, renormalise — веса делятся между имеющимися, mean — вместо пропуска среднее по школам';
COMMENT ON COLUMN welfare_index.min_present IS 'Скольких показателей достаточно, если пропуски допускаются';
COMMENT ON COLUMN welfare_index.value_years IS 'За сколько последних учебных лет годится значение показателя: 1 — только за год результатов';
COMMENT ON COLUMN welfare_index.cluster_by IS 'Группировка школ: optimal — наилучшее разбиение индекса (сумма квадратов внутри групп наименьшая), quantile — равные по числу школ группы, k_means — по всем показателям сразу';
COMMENT ON COLUMN welfare_index.clusters IS 'Число групп, а если указано clusters_max — наименьшее';
COMMENT ON COLUMN welfare_index.clusters_max IS 'Наибольшее число групп: выбирается то, при котором средний силуэт наибольший; пусто — групп столько, сколько в clusters';
COMMENT ON COLUMN welfare_index.source IS 'Документ, по которому составлена версия, и что в ней допущение';

CREATE TABLE welfare_component (
    welfare_component_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    welfare_index_id integer NOT NULL REFERENCES welfare_index ON DELETE CASCADE,
    context_indicator_id integer NOT NULL REFERENCES context_indicator,
    place integer NOT NULL CHECK (place BETWEEN 1 AND 100),
    sign integer NOT NULL CHECK (sign IN (-1, 1)),
    weight double precision NOT NULL DEFAULT 1 CHECK (weight > 0 AND weight <= 1e6),
    fixes_sign boolean NOT NULL DEFAULT false,
    UNIQUE (welfare_index_id, context_indicator_id),
    UNIQUE (welfare_index_id, place)
);
CREATE INDEX ON welfare_component (context_indicator_id);
CREATE UNIQUE INDEX welfare_component_fixes_sign ON welfare_component (welfare_index_id) WHERE fixes_sign;
COMMENT ON TABLE welfare_component IS 'Показатели, из которых состоит версия индекса';
COMMENT ON COLUMN welfare_component.welfare_component_id IS 'Ключ строки';
COMMENT ON COLUMN welfare_component.welfare_index_id IS 'Версия индекса';
COMMENT ON COLUMN welfare_component.context_indicator_id IS 'Показатель';
COMMENT ON COLUMN welfare_component.place IS 'Порядок';
COMMENT ON COLUMN welfare_component.sign IS '1 — больше значит благополучнее, -1 — больше значит хуже';
COMMENT ON COLUMN welfare_component.weight IS 'Вес во взвешенном среднем';
COMMENT ON COLUMN welfare_component.fixes_sign IS 'По этому показателю выбирается знак главной компоненты; не указан ни один — по первому';

CREATE TABLE context_rule (
    context_rule_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    name text NOT NULL CHECK (name <> ''),
    first_result_year integer CHECK (first_result_year BETWEEN 2000 AND 2100),
    is_automatic boolean NOT NULL DEFAULT false,
    welfare_index_id integer NOT NULL REFERENCES welfare_index,
    hard_percent numeric NOT NULL DEFAULT 33 CHECK (hard_percent > 0 AND hard_percent < 100),
    good_percent numeric NOT NULL DEFAULT 67 CHECK (good_percent > 0 AND good_percent < 100),
    low_by text NOT NULL DEFAULT 'list' CHECK (low_by IN ('list', 'rank')),
    low_percent numeric NOT NULL DEFAULT 50 CHECK (low_percent > 0 AND low_percent < 100),
    high_percent numeric NOT NULL DEFAULT 50 CHECK (high_percent > 0 AND high_percent < 100),
    high_sigmas numeric CHECK (high_sigmas BETWEEN 0 AND 100),
    predictors text NOT NULL DEFAULT 'index' CHECK (predictors IN ('index', 'indicators')),
    interval_level numeric NOT NULL DEFAULT 0.95 CHECK (interval_level > 0 AND interval_level < 1),
    resilient_years integer NOT NULL DEFAULT 3 CHECK (resilient_years BETWEEN 1 AND 10),
    resilient_needed integer NOT NULL DEFAULT 2 CHECK (resilient_needed >= 1),
    many_deficits integer NOT NULL DEFAULT 3 CHECK (many_deficits >= 1),
    source text NOT NULL CHECK (source <> ''),
    CHECK (hard_percent + good_percent <= 100),
    CHECK (low_percent + high_percent <= 100),
    CHECK (resilient_needed <= resilient_years)
);
CREATE INDEX ON context_rule (welfare_index_id);
COMMENT ON TABLE context_rule IS 'Пороги: что считать сложными условиями, высоким результатом, устойчивостью';
COMMENT ON COLUMN context_rule.context_rule_id IS 'Ключ набора порогов';
COMMENT ON COLUMN context_rule.code IS 'Код набора порогов';
COMMENT ON COLUMN context_rule.name IS 'Наименование';
COMMENT ON COLUMN context_rule.first_result_year IS 'С результатов какого года применяется; пусто — с любого';
COMMENT ON COLUMN context_rule.is_automatic IS 'Применяется в циклах; из нескольких — с наибольшим подходящим первым годом';
COMMENT ON COLUMN context_rule.welfare_index_id IS 'Версия индекса';
COMMENT ON COLUMN context_rule.hard_percent IS 'Сложные условия: столько процентов школ с наименьшим индексом';
COMMENT ON COLUMN context_rule.good_percent IS 'Благоприятные условия: столько процентов школ с наибольшим индексом';
COMMENT ON COLUMN context_rule.low_by IS 'Низкий результат: list — школа в списке ШНОР, rank — по месту среди школ';
COMMENT ON COLUMN context_rule.low_percent IS 'При low_by = rank: столько процентов школ с наибольшей долей не справившихся';
COMMENT ON COLUMN context_rule.high_percent IS 'Высокий результат: столько процентов школ с наименьшей долей не справившихся (сглаженной)';
COMMENT ON COLUMN context_rule.high_sigmas IS 'Высокий результат требует ещё, чтобы доля была ниже ожидаемой при таких условиях на столько стандартных ошибок; пусто — не требуется';
COMMENT ON COLUMN context_rule.predictors IS 'По чему считается ожидаемый результат: index — по индексу, indicators — по всем показателям индекса';
COMMENT ON COLUMN context_rule.interval_level IS 'Уровень доверия интервала ожидаемого результата';
COMMENT ON COLUMN context_rule.resilient_years IS 'За сколько лет оценивается устойчивость';
COMMENT ON COLUMN context_rule.resilient_needed IS 'В скольких из них школа должна быть резильентной';
COMMENT ON COLUMN context_rule.many_deficits IS 'Со скольких высоких дефицитов школа попадает в school_with_deficits';
COMMENT ON COLUMN context_rule.source IS 'Откуда взяты пороги';

CREATE FUNCTION find_context_rule(result_year integer)
RETURNS context_rule
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.*
    FROM context_rule AS r
    WHERE r.is_automatic AND coalesce(r.first_result_year, 0) <= find_context_rule.result_year
    ORDER BY coalesce(r.first_result_year, 0) DESC, r.context_rule_id
    LIMIT 1;
END;
COMMENT ON FUNCTION find_context_rule(integer) IS
'Набор порогов, действующий для года результатов; NULL, если такого нет';

CREATE FUNCTION copy_welfare_index(from_code text, to_code text, name text)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    original welfare_index;
    copy_id integer;
BEGIN
    SELECT w.* INTO original FROM welfare_index AS w WHERE w.code = from_code;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'версия индекса % не найдена', coalesce(quote_literal(from_code), 'NULL')
            USING ERRCODE = 'no_data_found',
                  HINT = format('Известны версии: %s.', (SELECT string_agg(w.code, ', ' ORDER BY w.code) FROM welfare_index AS w));
    END IF;
    IF to_code IS NULL OR to_code !~ '^[a-z][a-z0-9_]*$' OR coalesce(copy_welfare_index.name, '') = '' THEN
        RAISE EXCEPTION 'код или наименование версии индекса не годится'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Код %s, наименование %s.', quote_nullable(to_code), quote_nullable(copy_welfare_index.name)),
                  HINT = 'Код — строчные латинские буквы, цифры и _, первая — буква; наименование не пустое.';
    END IF;
    IF EXISTS (SELECT FROM welfare_index AS w WHERE w.code = to_code) THEN
        RAISE EXCEPTION 'версия индекса % уже есть', to_code
            USING ERRCODE = 'duplicate_object',
                  HINT = 'Возьмите другой код или меняйте саму версию, если по ней ещё не считали: UPDATE welfare_index SET ... WHERE code = ...';
    END IF;
    INSERT INTO welfare_index (code, name, normalisation, combine, output_scale, missing, min_present, value_years,
                               cluster_by, clusters, clusters_max, source)
    VALUES (to_code, copy_welfare_index.name, original.normalisation, original.combine, original.output_scale,
            original.missing, original.min_present, original.value_years, original.cluster_by, original.clusters,
            original.clusters_max, format('Копия версии %s: %s', original.code, original.source))
    RETURNING welfare_index_id INTO copy_id;
    INSERT INTO welfare_component (welfare_index_id, context_indicator_id, place, sign, weight, fixes_sign)
    SELECT copy_id, c.context_indicator_id, c.place, c.sign, c.weight, c.fixes_sign
    FROM welfare_component AS c
    WHERE c.welfare_index_id = original.welfare_index_id;
    RETURN copy_id;
END
$$;
COMMENT ON FUNCTION copy_welfare_index(text, text, text) IS
'Копирует версию индекса с её показателями под новым кодом, чтобы менять копию; возвращает её ключ. Нет такой версии — ошибка P0002, такая уже есть — 42710, код не годится — 22023';

-- What a cycle computed the index by: enough to compute it again without
-- welfare_index, which may have been edited since.
CREATE TABLE welfare_run (
    welfare_run_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL UNIQUE,
    context_rule_id integer NOT NULL REFERENCES context_rule,
    welfare_index_id integer NOT NULL REFERENCES welfare_index,
    rule_snapshot text NOT NULL,
    normalisation text NOT NULL,
    combine text NOT NULL,
    output_scale text NOT NULL,
    missing text NOT NULL,
    min_present integer NOT NULL,
    schools bigint,
    mean double precision,
    sd double precision,
    low double precision,
    high double precision,
    variance_share double precision,
    next_share double precision,
    cluster_by text NOT NULL,
    clusters integer,
    silhouette double precision,
    alpha double precision,
    beta double precision
);
CREATE INDEX ON welfare_run (context_rule_id);
CREATE INDEX ON welfare_run (welfare_index_id);
COMMENT ON TABLE welfare_run IS 'Расчёт индекса в цикле: определение версии и шкала, какими они были';
COMMENT ON COLUMN welfare_run.welfare_run_id IS 'Ключ расчёта';
COMMENT ON COLUMN welfare_run.cycle_id IS 'Цикл';
COMMENT ON COLUMN welfare_run.context_rule_id IS 'Набор порогов';
COMMENT ON COLUMN welfare_run.welfare_index_id IS 'Версия индекса';
COMMENT ON COLUMN welfare_run.rule_snapshot IS 'Пороги и версия индекса, какими они были при расчёте (JSON)';
COMMENT ON COLUMN welfare_run.normalisation IS 'Приведение показателей к одной шкале (см. welfare_index)';
COMMENT ON COLUMN welfare_run.combine IS 'Как показатели сведены в индекс (см. welfare_index)';
COMMENT ON COLUMN welfare_run.output_scale IS 'Шкала индекса (см. welfare_index)';
COMMENT ON COLUMN welfare_run.missing IS 'Что делалось с пропусками (см. welfare_index)';
COMMENT ON COLUMN welfare_run.min_present IS 'Скольких показателей было достаточно';
COMMENT ON COLUMN welfare_run.schools IS 'У скольких школ индекс есть';
COMMENT ON COLUMN welfare_run.mean IS 'Среднее сводного значения по этим школам, до шкалы индекса';
COMMENT ON COLUMN welfare_run.sd IS 'Его стандартное отклонение';
COMMENT ON COLUMN welfare_run.low IS 'Наименьшее сводное значение';
COMMENT ON COLUMN welfare_run.high IS 'Наибольшее сводное значение';
COMMENT ON COLUMN welfare_run.variance_share IS 'Доля разброса показателей, которую несёт первая главная компонента; пусто — взвешенное среднее';
COMMENT ON COLUMN welfare_run.next_share IS 'Доля второй компоненты: если она близка к первой, один индекс плохо описывает условия';
COMMENT ON COLUMN welfare_run.cluster_by IS 'Как школы сгруппированы (см. welfare_index)';
COMMENT ON COLUMN welfare_run.clusters IS 'Число групп';
COMMENT ON COLUMN welfare_run.silhouette IS 'Средний силуэт: чем ближе к 1, тем отчётливее группы; около 0 — границы условны';
COMMENT ON COLUMN welfare_run.alpha IS 'Первый параметр распределения долей не справившихся, по которому доли сглажены; пусто — сглаживания нет';
COMMENT ON COLUMN welfare_run.beta IS 'Второй параметр этого распределения';

CREATE TABLE welfare_run_component (
    welfare_run_component_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    welfare_run_id integer NOT NULL REFERENCES welfare_run ON DELETE CASCADE,
    place integer NOT NULL,
    context_indicator_id integer NOT NULL REFERENCES context_indicator,
    sign integer NOT NULL,
    weight double precision NOT NULL,
    takes_part boolean NOT NULL,
    schools bigint NOT NULL,
    mean double precision,
    sd double precision,
    low double precision,
    high double precision,
    usual double precision,
    loading_mean double precision,
    loading_sd double precision,
    loading double precision,
    UNIQUE (welfare_run_id, place)
);
CREATE INDEX ON welfare_run_component (context_indicator_id);
COMMENT ON TABLE welfare_run_component IS 'Показатели индекса в цикле: шкала, на которую они приведены, веса и нагрузки';
COMMENT ON COLUMN welfare_run_component.welfare_run_component_id IS 'Ключ строки';
COMMENT ON COLUMN welfare_run_component.welfare_run_id IS 'Расчёт индекса';
COMMENT ON COLUMN welfare_run_component.place IS 'Порядок; место в context_outcome.component_values';
COMMENT ON COLUMN welfare_run_component.context_indicator_id IS 'Показатель';
COMMENT ON COLUMN welfare_run_component.sign IS '1 — больше значит благополучнее, -1 — больше значит хуже';
COMMENT ON COLUMN welfare_run_component.weight IS 'Вес во взвешенном среднем';
COMMENT ON COLUMN welfare_run_component.takes_part IS 'Вошёл в индекс; ложно — значений нет или они у всех школ одинаковы';
COMMENT ON COLUMN welfare_run_component.schools IS 'У скольких школ есть значение';
COMMENT ON COLUMN welfare_run_component.mean IS 'Среднее по школам';
COMMENT ON COLUMN welfare_run_component.sd IS 'Стандартное отклонение';
COMMENT ON COLUMN welfare_run_component.low IS 'Наименьшее значение';
COMMENT ON COLUMN welfare_run_component.high IS 'Наибольшее значение';
COMMENT ON COLUMN welfare_run_component.usual IS 'Среднее приведённого показателя: им заменяется пропуск, если так сказано в missing';
COMMENT ON COLUMN welfare_run_component.loading_mean IS 'Среднее приведённого показателя, от которого считается главная компонента';
COMMENT ON COLUMN welfare_run_component.loading_sd IS 'Его стандартное отклонение';
COMMENT ON COLUMN welfare_run_component.loading IS 'Нагрузка главной компоненты: с каким весом входит приведённый показатель; пусто — взвешенное среднее';

-- The latest value of each indicator of an index that is not too old.
CREATE FUNCTION context_inputs(academic_year integer, own_index welfare_index)
RETURNS TABLE (school_id integer, place integer, value double precision)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT ON (k.school_id, c.place) k.school_id, c.place, k.value
    FROM welfare_component AS c
    JOIN school_context AS k USING (context_indicator_id)
    JOIN school AS s ON s.school_id = k.school_id
    WHERE c.welfare_index_id = own_index.welfare_index_id
      AND k.academic_year BETWEEN context_inputs.academic_year - own_index.value_years + 1 AND context_inputs.academic_year
      AND works_in(s, context_inputs.academic_year)
    ORDER BY k.school_id, c.place, k.academic_year DESC, k.measurement DESC;
END;
COMMENT ON FUNCTION context_inputs(integer, welfare_index) IS
'Последние к концу учебного года значения показателей версии индекса у работающих организаций, не старше value_years лет';

-- Several steps read the schools' values: they stand in a temporary table, put
-- on one scale where higher is better.
CREATE FUNCTION open_context_work(result_year integer, own_index welfare_index)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
DECLARE
    schools bigint;
BEGIN
    DROP TABLE IF EXISTS pg_temp.context_value, pg_temp.context_work;
    CREATE TEMPORARY TABLE context_value AS
    SELECT i.school_id, i.place, i.value,
           scaled(i.value, own_index.normalisation, c.sign > 0) OVER (PARTITION BY i.place) AS scaled
    FROM context_inputs(open_context_work.result_year, own_index) AS i
    JOIN welfare_component AS c ON (c.welfare_index_id, c.place) = (own_index.welfare_index_id, i.place);
    CREATE TEMPORARY TABLE context_work (
        school_id integer PRIMARY KEY, component_values double precision[], scaled_values double precision[],
        present bigint, composite double precision, index_z double precision, index_value double precision,
        index_rank double precision, cluster integer, silhouette double precision,
        participants bigint, failed bigint, fail_share double precision, mean_result double precision);
    SELECT count(DISTINCT v.school_id) INTO schools FROM context_value AS v;
    ANALYZE context_value;
    RETURN schools;
END
$$;
COMMENT ON FUNCTION open_context_work(integer, welfare_index) IS
'Шаг run_cycle: временные таблицы context_value (значения показателей и они же на одной шкале, больше — лучше) и context_work (организации); возвращает число организаций с показателями';

-- A constant indicator tells schools nothing apart and takes no part.
CREATE FUNCTION write_welfare_run(cycle_id integer, rule context_rule, own_index welfare_index)
RETURNS welfare_run
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    run welfare_run;
BEGIN
    INSERT INTO welfare_run (cycle_id, context_rule_id, welfare_index_id, rule_snapshot, normalisation, combine,
                             output_scale, missing, min_present, cluster_by)
    VALUES (write_welfare_run.cycle_id, rule.context_rule_id, own_index.welfare_index_id, context_snapshot(rule),
            own_index.normalisation, own_index.combine, own_index.output_scale, own_index.missing,
            own_index.min_present, own_index.cluster_by)
    RETURNING * INTO run;
    INSERT INTO welfare_run_component (welfare_run_id, place, context_indicator_id, sign, weight, takes_part, schools,
                                       mean, sd, low, high, usual)
    SELECT run.welfare_run_id, c.place, c.context_indicator_id, c.sign, c.weight,
           coalesce((r.scale).sd > 0, false), coalesce((r.scale).n, 0),
           (r.scale).mean, (r.scale).sd, (r.scale).min, (r.scale).max, r.usual
    FROM welfare_component AS c
    LEFT JOIN (
        SELECT v.place, scale_reference(v.value) AS scale, avg(v.scaled) AS usual
        FROM context_value AS v
        GROUP BY v.place) AS r USING (place)
    WHERE c.welfare_index_id = own_index.welfare_index_id;
    RETURN run;
END
$$;
COMMENT ON FUNCTION write_welfare_run(integer, context_rule, welfare_index) IS
'Шаг run_cycle: записывает, по чему считается индекс: версию, пороги, шкалы показателей';

CREATE FUNCTION context_snapshot(rule context_rule)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT (to_jsonb(rule) || jsonb_build_object(
        'index', to_jsonb(w),
        'components', (
            SELECT jsonb_agg(jsonb_build_object('indicator', i.code, 'sign', c.sign, 'weight', c.weight,
                                                'fixes_sign', c.fixes_sign) ORDER BY c.place)
            FROM welfare_component AS c
            JOIN context_indicator AS i USING (context_indicator_id)
            WHERE c.welfare_index_id = w.welfare_index_id)))::text
    FROM welfare_index AS w
    WHERE w.welfare_index_id = rule.welfare_index_id;
END;
COMMENT ON FUNCTION context_snapshot(context_rule) IS
'Пороги и версия индекса с её показателями в виде JSON — для хранения в цикле';

-- Scaled values of all indicators that take part, higher is better, in the
-- order of place; then one number a school.
CREATE FUNCTION combine_context(run welfare_run)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    weights double precision[];
    sign_by integer;
    component principal_component;
BEGIN
    SELECT array_agg(c.weight ORDER BY c.place),
           coalesce(array_position(array_agg(w.fixes_sign ORDER BY c.place), true), 1)
    INTO weights, sign_by
    FROM welfare_run_component AS c
    JOIN welfare_component AS w ON (w.welfare_index_id, w.place) = (run.welfare_index_id, c.place)
    WHERE c.welfare_run_id = run.welfare_run_id AND c.takes_part;

    -- In the order of place, with a NULL for what a school lacks.
    INSERT INTO context_work (school_id, component_values, scaled_values, present)
    SELECT v.school_id, array_agg(v.value), array_agg(v.filled) FILTER (WHERE v.takes_part),
           count(v.scaled) FILTER (WHERE v.takes_part)
    FROM (
        SELECT i.school_id, i.value, i.scaled, c.takes_part,
               coalesce(i.scaled, CASE WHEN run.missing = 'mean' THEN c.usual END) AS filled
        FROM (
            SELECT v.school_id, v.place, v.value, v.scaled FROM context_value AS v
            UNION ALL
            SELECT m.school_id, c.place, NULL, NULL
            FROM (
                SELECT v.school_id, array_agg(v.place) AS places
                FROM context_value AS v
                GROUP BY v.school_id
                HAVING count(*) < (SELECT count(*) FROM welfare_run_component AS c WHERE c.welfare_run_id = run.welfare_run_id)) AS m
            JOIN welfare_run_component AS c ON c.place <> ALL (m.places)
            WHERE c.welfare_run_id = run.welfare_run_id) AS i
        JOIN welfare_run_component AS c ON (c.welfare_run_id, c.place) = (run.welfare_run_id, i.place)
        ORDER BY i.school_id, i.place) AS v
    GROUP BY v.school_id;

    IF weights IS NULL THEN
        RAISE NOTICE 'индекс не рассчитан: ни один показатель не отличает школ друг от друга';
    ELSIF run.combine = 'weighted_mean' THEN
        UPDATE context_work AS w
        SET composite = weighted_mean(w.scaled_values, weights,
                CASE WHEN run.missing = 'require' THEN cardinality(weights) ELSE 1 END)
        WHERE w.present >= CASE WHEN run.missing = 'require' THEN cardinality(weights) ELSE run.min_present END;
    ELSE
        component := (
            SELECT principal_component(w.scaled_values, sign_by)
            FROM context_work AS w
            WHERE run.missing = 'require' OR w.present >= run.min_present);
        UPDATE context_work AS w
        SET composite = component_score(w.scaled_values, component)
        WHERE run.missing = 'require' OR w.present >= run.min_present;
        UPDATE welfare_run AS r
        SET variance_share = component.share, next_share = component.next_share
        WHERE r.welfare_run_id = run.welfare_run_id;
        UPDATE welfare_run_component AS c
        SET loading_mean = component.means[p.number], loading_sd = component.sds[p.number],
            loading = component.loadings[p.number]
        FROM (
            SELECT a.place, row_number() OVER (ORDER BY a.place) AS number
            FROM welfare_run_component AS a
            WHERE a.welfare_run_id = run.welfare_run_id AND a.takes_part) AS p
        WHERE c.welfare_run_id = run.welfare_run_id AND c.place = p.place;
    END IF;
END
$$;
COMMENT ON FUNCTION combine_context(welfare_run) IS
'Шаг run_cycle: приводит показатели к одной шкале и сводит их в одно число (context_work.composite)';

CREATE FUNCTION scale_context(run welfare_run)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    scale value_scale := (SELECT scale_reference(w.composite) FROM context_work AS w);
BEGIN
    IF coalesce(scale.sd, 0) = 0
        AND EXISTS (SELECT FROM welfare_run_component AS c WHERE c.welfare_run_id = run.welfare_run_id AND c.takes_part)
    THEN
        RAISE NOTICE 'индекс не рассчитан: %', CASE coalesce(scale.n, 0)
            WHEN 0 THEN 'ни у одной организации нет достаточного числа показателей'
            WHEN 1 THEN 'достаточно показателей только у одной организации'
            ELSE 'сводное значение показателей у всех организаций одинаково' END
            USING HINT = CASE WHEN scale.n > 1 THEN 'Проверьте значения показателей и их знаки (welfare_component.sign): противоположные взаимно гасятся.'
                              ELSE 'Сколько показателей нужно, говорят welfare_index.missing и min_present.' END;
    END IF;
    UPDATE welfare_run AS r
    SET schools = coalesce(scale.n, 0), mean = scale.mean, sd = scale.sd, low = scale.min, high = scale.max
    WHERE r.welfare_run_id = run.welfare_run_id;
    UPDATE context_work AS w
    SET index_z = scaled(w.composite, scale, 'z'), index_value = scaled(w.composite, scale, run.output_scale),
        index_rank = p.rank
    FROM (SELECT c.school_id, mid_percentile(c.composite) OVER () AS rank FROM context_work AS c) AS p
    WHERE p.school_id = w.school_id;
END
$$;
COMMENT ON FUNCTION scale_context(welfare_run) IS
'Шаг run_cycle: индекс на выбранной шкале и место школы по нему';
