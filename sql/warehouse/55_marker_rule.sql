-- Markers of ВПР objectivity as data: what each shows, and by which thresholds
-- a preset judges it. How they are computed is in 62_marker_*.sql.

CREATE TABLE marker (
    marker_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    number text NOT NULL CHECK (number <> ''),
    name text NOT NULL CHECK (name <> ''),
    shows text NOT NULL CHECK (shows <> ''),
    direction text NOT NULL CHECK (direction IN ('higher', 'lower', 'both')),
    aspect text NOT NULL CHECK (aspect IN ('level', 'change', 'journal', 'shape', 'items')),
    needs text NOT NULL CHECK (needs IN ('scores', 'marks', 'journal', 'cuts', 'items', 'pair')),
    unit text NOT NULL CHECK (unit IN ('number', 'share', 'count')),
    evidence text NOT NULL CHECK (evidence <> ''),
    formula text NOT NULL CHECK (formula <> ''),
    source text NOT NULL CHECK (source <> '')
);
COMMENT ON TABLE marker IS 'Признаки, требующие анализа объективности ВПР';
COMMENT ON COLUMN marker.marker_id IS 'Ключ признака';
COMMENT ON COLUMN marker.code IS 'Код признака';
COMMENT ON COLUMN marker.number IS 'Номер в перечне методики: M1–M10; ОЖ — отметки и журнал';
COMMENT ON COLUMN marker.name IS 'Наименование признака';
COMMENT ON COLUMN marker.shows IS 'Что признак показывает и чем ещё это может объясняться';
COMMENT ON COLUMN marker.direction IS 'В какую сторону отличие считается признаком: higher — выше, lower — ниже, both — в любую';
COMMENT ON COLUMN marker.aspect IS 'О чём свидетельствует: level — уровень результатов, change — изменение, journal — журнал, shape — распределение баллов, items — задания';
COMMENT ON COLUMN marker.needs IS 'Какие данные нужны: scores — баллы, marks — отметки, journal — отметки по журналу, cuts — официальные границы отметок, items — баллы за задания, pair — результат, с которым сравнивать';
COMMENT ON COLUMN marker.unit IS 'Как показывать величины: number — число, share — доля (в процентах), count — целое';
COMMENT ON COLUMN marker.evidence IS 'Что видно, словами: %1$s — величина организации, %2$s — ожидаемая, %3$s — размер отличия, %4$s — участников';
COMMENT ON COLUMN marker.formula IS 'Как вычисляются величина (value), ожидаемая величина (expected), размер отличия (size) и вероятность (p)';
COMMENT ON COLUMN marker.source IS 'Откуда взят признак';

CREATE TABLE marker_preset (
    marker_preset_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    name text NOT NULL CHECK (name <> ''),
    fdr_scope text NOT NULL DEFAULT 'year' CHECK (fdr_scope IN ('year', 'marker')),
    aspects_needed integer NOT NULL DEFAULT 1 CHECK (aspects_needed BETWEEN 1 AND 5),
    source text NOT NULL CHECK (source <> '')
);
COMMENT ON TABLE marker_preset IS 'Наборы признаков с порогами; набор правил (rule_set) называет тот, по которому их проверяет цикл';
COMMENT ON COLUMN marker_preset.marker_preset_id IS 'Ключ набора';
COMMENT ON COLUMN marker_preset.code IS 'Код набора';
COMMENT ON COLUMN marker_preset.name IS 'Наименование набора';
COMMENT ON COLUMN marker_preset.fdr_scope IS 'Среди чего удерживается доля ложных срабатываний (пороги вида q_value): year — среди всех признаков региона за учебный год, marker — по каждому признаку отдельно';
COMMENT ON COLUMN marker_preset.aspects_needed IS 'Сколько разных аспектов (marker.aspect) должны указывать на организацию, чтобы она была отмечена по процедуре; один лишь уровень результатов не признак никогда';
COMMENT ON COLUMN marker_preset.source IS 'Документ или метод, из которого взят набор';

CREATE TABLE marker_rule (
    marker_rule_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    marker_preset_id integer NOT NULL REFERENCES marker_preset ON DELETE CASCADE,
    marker_id integer NOT NULL REFERENCES marker,
    threshold_kind text NOT NULL CHECK (threshold_kind IN ('absolute', 'region', 'p_value', 'q_value')),
    threshold double precision NOT NULL CHECK (abs(threshold) < 1e10),
    min_sample integer NOT NULL CHECK (min_sample >= 1),
    min_schools integer NOT NULL DEFAULT 1 CHECK (min_schools >= 1),
    alarm_rate double precision CHECK (alarm_rate > 0 AND alarm_rate < 1),
    source text NOT NULL CHECK (source <> ''),
    UNIQUE (marker_preset_id, marker_id),
    CHECK (threshold_kind NOT IN ('p_value', 'q_value') OR (threshold > 0 AND threshold < 1))
);
CREATE INDEX ON marker_rule (marker_id);
COMMENT ON TABLE marker_rule IS 'Пороги признаков в наборе';
COMMENT ON COLUMN marker_rule.marker_rule_id IS 'Ключ порога';
COMMENT ON COLUMN marker_rule.marker_preset_id IS 'Набор';
COMMENT ON COLUMN marker_rule.marker_id IS 'Признак';
COMMENT ON COLUMN marker_rule.threshold_kind IS 'Вид порога: absolute — размер отличия (size), region — на сколько стандартных отклонений организаций размер отличается от среднего по региону, p_value — вероятность, q_value — доля ложных срабатываний (поправка Бенджамини — Хохберга)';
COMMENT ON COLUMN marker_rule.threshold IS 'Порог; ровно порог — уже признак';
COMMENT ON COLUMN marker_rule.min_sample IS 'Наименьшее число участников; меньше — признак не оценивается';
COMMENT ON COLUMN marker_rule.min_schools IS 'Наименьшее число организаций региона, с которыми можно сравнивать; меньше — признак не оценивается';
COMMENT ON COLUMN marker_rule.alarm_rate IS 'Доля срабатываний на проведениях под наблюдением, по которой подобран порог (calibrate_markers); пусто — порог не подбирался';
COMMENT ON COLUMN marker_rule.source IS 'Откуда взят порог; «параметр» — источника нет, задайте свой';

CREATE TABLE marker_rule_assessment (
    marker_rule_assessment_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    marker_rule_id integer NOT NULL REFERENCES marker_rule ON DELETE CASCADE,
    assessment_id integer NOT NULL REFERENCES assessment,
    UNIQUE (marker_rule_id, assessment_id)
);
CREATE INDEX ON marker_rule_assessment (assessment_id);
COMMENT ON TABLE marker_rule_assessment IS 'К каким процедурам применяется порог; ни одной строки — ко всем ВПР';
COMMENT ON COLUMN marker_rule_assessment.marker_rule_assessment_id IS 'Ключ строки';
COMMENT ON COLUMN marker_rule_assessment.marker_rule_id IS 'Порог';
COMMENT ON COLUMN marker_rule_assessment.assessment_id IS 'Процедура';

CREATE TABLE marker_rule_exempt (
    marker_rule_exempt_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    marker_rule_id integer NOT NULL REFERENCES marker_rule ON DELETE CASCADE,
    school_type text NOT NULL REFERENCES school_type (code),
    reason text NOT NULL CHECK (reason <> ''),
    UNIQUE (marker_rule_id, school_type)
);
CREATE INDEX ON marker_rule_exempt (school_type);
COMMENT ON TABLE marker_rule_exempt IS 'Типы организаций, которые по признаку не оцениваются';
COMMENT ON COLUMN marker_rule_exempt.marker_rule_exempt_id IS 'Ключ строки';
COMMENT ON COLUMN marker_rule_exempt.marker_rule_id IS 'Порог';
COMMENT ON COLUMN marker_rule_exempt.school_type IS 'Тип организации (school_type.code)';
COMMENT ON COLUMN marker_rule_exempt.reason IS 'Основание';

ALTER TABLE rule_set ADD COLUMN marker_preset_id integer REFERENCES marker_preset;
COMMENT ON COLUMN rule_set.marker_preset_id IS 'По какому набору цикл проверяет признаки необъективности ВПР; пусто — не проверяет';
CREATE INDEX ON rule_set (marker_preset_id);

CREATE FUNCTION find_marker_preset(code text)
RETURNS marker_preset
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    preset marker_preset;
BEGIN
    SELECT * INTO preset FROM marker_preset AS p WHERE p.code = find_marker_preset.code;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'набор признаков не найден'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Код %s.', coalesce(quote_literal(code), 'не указан')),
                  HINT = format('Известны наборы: %s.', (SELECT string_agg(p.code, ', ' ORDER BY p.code) FROM marker_preset AS p));
    END IF;
    RETURN preset;
END
$$;
COMMENT ON FUNCTION find_marker_preset(text) IS 'Набор признаков с данным кодом; нет такого — ошибка P0002';

CREATE FUNCTION copy_marker_preset(from_code text, to_code text, name text)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    original marker_preset := find_marker_preset(from_code);
    copy_id integer;
BEGIN
    IF EXISTS (SELECT FROM marker_preset AS p WHERE p.code = to_code) THEN
        RAISE EXCEPTION 'набор признаков % уже есть', to_code
            USING ERRCODE = 'duplicate_object',
                  HINT = 'Возьмите другой код или меняйте сам набор: UPDATE marker_rule SET ...';
    END IF;
    INSERT INTO marker_preset (code, name, fdr_scope, aspects_needed, source)
    VALUES (to_code, copy_marker_preset.name, original.fdr_scope, original.aspects_needed,
            format('Копия набора %s: %s', original.code, original.source))
    RETURNING marker_preset_id INTO copy_id;
    INSERT INTO marker_rule (marker_preset_id, marker_id, threshold_kind, threshold, min_sample, min_schools,
                             alarm_rate, source)
    SELECT copy_id, r.marker_id, r.threshold_kind, r.threshold, r.min_sample, r.min_schools, r.alarm_rate, r.source
    FROM marker_rule AS r WHERE r.marker_preset_id = original.marker_preset_id;
    INSERT INTO marker_rule_assessment (marker_rule_id, assessment_id)
    SELECT c.marker_rule_id, a.assessment_id
    FROM marker_rule AS r
    JOIN marker_rule_assessment AS a USING (marker_rule_id)
    JOIN marker_rule AS c ON c.marker_preset_id = copy_id AND c.marker_id = r.marker_id
    WHERE r.marker_preset_id = original.marker_preset_id;
    INSERT INTO marker_rule_exempt (marker_rule_id, school_type, reason)
    SELECT c.marker_rule_id, e.school_type, e.reason
    FROM marker_rule AS r
    JOIN marker_rule_exempt AS e USING (marker_rule_id)
    JOIN marker_rule AS c ON c.marker_preset_id = copy_id AND c.marker_id = r.marker_id
    WHERE r.marker_preset_id = original.marker_preset_id;
    RETURN copy_id;
END
$$;
COMMENT ON FUNCTION copy_marker_preset(text, text, text) IS
'Копирует набор признаков под новым кодом, чтобы менять копию; возвращает её ключ';

CREATE FUNCTION marker_preset_snapshot(marker_preset_id integer)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT to_jsonb(p) || jsonb_build_object('rules', (
        SELECT jsonb_agg(jsonb_build_object(
                   'marker', m.code, 'direction', m.direction, 'needs', m.needs, 'kind', r.threshold_kind, 'threshold', r.threshold,
                   'min_sample', r.min_sample, 'min_schools', r.min_schools, 'alarm_rate', r.alarm_rate,
                   'assessments', (SELECT jsonb_agg(a.assessment_id ORDER BY a.assessment_id)
                                   FROM marker_rule_assessment AS a WHERE a.marker_rule_id = r.marker_rule_id),
                   'exempt', (SELECT jsonb_agg(e.school_type ORDER BY e.school_type)
                              FROM marker_rule_exempt AS e WHERE e.marker_rule_id = r.marker_rule_id))
               ORDER BY m.code)
        FROM marker_rule AS r
        JOIN marker AS m USING (marker_id)
        WHERE r.marker_preset_id = p.marker_preset_id))
    FROM marker_preset AS p
    WHERE p.marker_preset_id = marker_preset_snapshot.marker_preset_id;
END;
COMMENT ON FUNCTION marker_preset_snapshot(integer) IS
'Набор признаков со всеми порогами в виде JSON — для хранения в цикле';
