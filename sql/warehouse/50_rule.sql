-- Rule sets: what "low", "in the list" and "risk zone" mean, as dated rows.

CREATE TABLE rule_set (
    rule_set_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    name text NOT NULL CHECK (name <> ''),
    first_result_year integer CHECK (first_result_year BETWEEN 2000 AND 2100),
    is_automatic boolean NOT NULL DEFAULT false,
    threshold_percent integer NOT NULL DEFAULT 30 CHECK (threshold_percent BETWEEN 1 AND 100),
    min_participants integer NOT NULL DEFAULT 1 CHECK (min_participants >= 1),
    low_needed integer NOT NULL DEFAULT 2 CHECK (low_needed >= 1),
    same_assessment boolean NOT NULL,
    risk_one_low boolean NOT NULL DEFAULT true,
    risk_within_points integer CHECK (risk_within_points BETWEEN 1 AND 100),
    risk_growth boolean NOT NULL DEFAULT false,
    risk_combine text NOT NULL DEFAULT 'any' CHECK (risk_combine IN ('any', 'all')),
    list_year_offset integer NOT NULL DEFAULT 0 CHECK (list_year_offset BETWEEN 0 AND 2),
    interval_level numeric NOT NULL DEFAULT 0.95 CHECK (interval_level > 0 AND interval_level < 1),
    source text NOT NULL CHECK (source <> '')
);
COMMENT ON TABLE rule_set IS 'Наборы правил отбора школ с низкими образовательными результатами';
COMMENT ON COLUMN rule_set.rule_set_id IS 'Ключ набора правил';
COMMENT ON COLUMN rule_set.code IS 'Код набора правил';
COMMENT ON COLUMN rule_set.name IS 'Наименование набора правил';
COMMENT ON COLUMN rule_set.first_result_year IS 'С результатов какого года применяется; пусто — с любого';
COMMENT ON COLUMN rule_set.is_automatic IS 'Берётся, когда набор не назван; из нескольких — с наибольшим подходящим первым годом';
COMMENT ON COLUMN rule_set.threshold_percent IS 'Порог доли не справившихся, процентов; ровно порог — уже низкий результат';
COMMENT ON COLUMN rule_set.min_participants IS 'Наименьшее число участников, при котором процедура учитывается';
COMMENT ON COLUMN rule_set.low_needed IS 'Сколько процедур с низкими результатами в одном году включают в список';
COMMENT ON COLUMN rule_set.same_assessment IS 'Двухлетнее условие требует одной и той же процедуры в оба года';
COMMENT ON COLUMN rule_set.risk_one_low IS 'Зона риска: ровно одна процедура с низкими результатами, годом раньше ни одной';
COMMENT ON COLUMN rule_set.risk_within_points IS 'Зона риска: доля не справившихся не дальше стольких процентных пунктов ниже порога; пусто — не применяется';
COMMENT ON COLUMN rule_set.risk_growth IS 'Зона риска: доля не справившихся по одной процедуре растёт два года подряд';
COMMENT ON COLUMN rule_set.risk_combine IS 'Как сочетаются условия зоны риска: any — достаточно одного, all — нужны все включённые';
COMMENT ON COLUMN rule_set.list_year_offset IS 'На сколько лет год списка больше года результатов: 0 — список называют по году результатов, 1 — по году формирования';
COMMENT ON COLUMN rule_set.interval_level IS 'Уровень доверия интервала доли';
COMMENT ON COLUMN rule_set.source IS 'Документ, из которого взяты правила';

CREATE TABLE rule_assessment (
    rule_assessment_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_set_id integer NOT NULL REFERENCES rule_set ON DELETE CASCADE,
    assessment_id integer NOT NULL REFERENCES assessment,
    indicator_number integer NOT NULL CHECK (indicator_number >= 1),
    UNIQUE (rule_set_id, assessment_id),
    UNIQUE (rule_set_id, indicator_number)
);
CREATE INDEX ON rule_assessment (assessment_id);
COMMENT ON TABLE rule_assessment IS 'Процедуры, которые учитывает набор правил';
COMMENT ON COLUMN rule_assessment.rule_assessment_id IS 'Ключ строки';
COMMENT ON COLUMN rule_assessment.rule_set_id IS 'Набор правил';
COMMENT ON COLUMN rule_assessment.assessment_id IS 'Процедура';
COMMENT ON COLUMN rule_assessment.indicator_number IS 'Номер показателя в документе';

CREATE TABLE rule_excluded_type (
    rule_excluded_type_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_set_id integer NOT NULL REFERENCES rule_set ON DELETE CASCADE,
    school_type text NOT NULL REFERENCES school_type (code),
    reason text NOT NULL CHECK (reason <> ''),
    UNIQUE (rule_set_id, school_type)
);
CREATE INDEX ON rule_excluded_type (school_type);
COMMENT ON TABLE rule_excluded_type IS 'Типы организаций, которые набор правил не оценивает; по умолчанию пуста';
COMMENT ON COLUMN rule_excluded_type.rule_excluded_type_id IS 'Ключ строки';
COMMENT ON COLUMN rule_excluded_type.rule_set_id IS 'Набор правил';
COMMENT ON COLUMN rule_excluded_type.school_type IS 'Тип организации (school_type.code)';
COMMENT ON COLUMN rule_excluded_type.reason IS 'Основание исключения';

-- No rule set of that code or for that year is an error with the known codes.
CREATE FUNCTION find_rule_set(result_year integer, code text DEFAULT NULL)
RETURNS rule_set
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    found_set rule_set;
BEGIN
    SELECT * INTO found_set
    FROM rule_set AS r
    WHERE CASE WHEN find_rule_set.code IS NULL
               THEN coalesce(r.first_result_year, 0) <= result_year AND r.is_automatic
               ELSE r.code = find_rule_set.code END
    ORDER BY coalesce(r.first_result_year, 0) DESC, r.rule_set_id
    LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'набор правил не найден'
            USING ERRCODE = 'no_data_found',
                  DETAIL = concat_ws(', ', 'Код ' || coalesce(quote_literal(code), 'не указан'), 'год результатов ' || result_year) || '.',
                  HINT = format('Известны наборы: %s.',
                                (SELECT string_agg(r.code, ', ' ORDER BY r.code) FROM rule_set AS r));
    END IF;
    RETURN found_set;
END
$$;
COMMENT ON FUNCTION find_rule_set(integer, text) IS
'Набор правил с данным кодом, а без кода — действующий для года результатов; нет такого — ошибка P0002';

CREATE FUNCTION copy_rule_set(from_code text, to_code text, name text)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    original rule_set := find_rule_set(NULL, from_code);
    copy_id integer;
BEGIN
    IF EXISTS (SELECT FROM rule_set AS r WHERE r.code = to_code) THEN
        RAISE EXCEPTION 'набор правил % уже есть', to_code
            USING ERRCODE = 'duplicate_object',
                  HINT = 'Возьмите другой код или меняйте сам набор: UPDATE rule_set SET ... WHERE code = ...';
    END IF;
    INSERT INTO rule_set (code, name, first_result_year, threshold_percent, min_participants, low_needed,
                          same_assessment, risk_one_low, risk_within_points, risk_growth, risk_combine,
                          list_year_offset, interval_level, source, marker_preset_id)
    VALUES (to_code, copy_rule_set.name, original.first_result_year, original.threshold_percent,
            original.min_participants, original.low_needed, original.same_assessment,
            original.risk_one_low, original.risk_within_points, original.risk_growth,
            original.risk_combine, original.list_year_offset, original.interval_level,
            format('Копия набора %s: %s', original.code, original.source), original.marker_preset_id)
    RETURNING rule_set_id INTO copy_id;
    INSERT INTO rule_assessment (rule_set_id, assessment_id, indicator_number)
    SELECT copy_id, a.assessment_id, a.indicator_number
    FROM rule_assessment AS a WHERE a.rule_set_id = original.rule_set_id;
    INSERT INTO rule_excluded_type (rule_set_id, school_type, reason)
    SELECT copy_id, t.school_type, t.reason
    FROM rule_excluded_type AS t WHERE t.rule_set_id = original.rule_set_id;
    RETURN copy_id;
END
$$;
COMMENT ON FUNCTION copy_rule_set(text, text, text) IS
'Копирует набор правил под новым кодом, чтобы менять копию; возвращает её ключ';

-- A rule's threshold is a whole percent: "at least that share failed" is "at
-- least that fail_percent", so the low results are found by an index.
ALTER TABLE school_summary ADD COLUMN fail_percent smallint NOT NULL
    GENERATED ALWAYS AS (CASE WHEN judged > 0 THEN 100 * failed::bigint / judged ELSE -1 END) STORED;
COMMENT ON COLUMN school_summary.fail_percent IS 'Доля не справившихся в целых процентах, с отброшенной дробью; -1 — оценить некого';
CREATE INDEX school_summary_low ON school_summary (academic_year, fail_percent)
    INCLUDE (administration_id, school_id, judged, failed);

-- What a list looks up in the reference tables.
CREATE INDEX school_succeeded ON school (succeeded_in) INCLUDE (school_id, successor_id) WHERE succeeded_in IS NOT NULL;
CREATE INDEX school_year_excluded ON school_year (academic_year) WHERE exclusion_reason IS NOT NULL;
