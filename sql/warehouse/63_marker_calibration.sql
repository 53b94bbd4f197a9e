-- Thresholds fitted on works written under observation, where what a marker
-- finds is a false alarm.

CREATE TABLE marker_calibration (
    marker_calibration_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    marker_rule_id integer NOT NULL REFERENCES marker_rule ON DELETE CASCADE,
    administrations text NOT NULL,
    tested integer NOT NULL CHECK (tested >= 0),
    alarmed integer CHECK (alarmed BETWEEN 0 AND tested),
    wanted_rate double precision NOT NULL CHECK (wanted_rate > 0 AND wanted_rate < 1),
    former_kind text NOT NULL,
    former_threshold double precision NOT NULL,
    threshold_kind text,
    threshold double precision,
    fitted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    fitted_by text NOT NULL DEFAULT current_user,
    CHECK (num_nulls(alarmed, threshold_kind, threshold) IN (0, 3))
);
CREATE INDEX ON marker_calibration (marker_rule_id);
COMMENT ON TABLE marker_calibration IS 'На чём подобраны пороги признаков: проведения под наблюдением, сколько проверено, сколько сработало';
COMMENT ON COLUMN marker_calibration.marker_calibration_id IS 'Ключ строки';
COMMENT ON COLUMN marker_calibration.marker_rule_id IS 'Порог, который подбирался';
COMMENT ON COLUMN marker_calibration.administrations IS 'Проведения под наблюдением, по которым он подбирался';
COMMENT ON COLUMN marker_calibration.tested IS 'Сколько на них проверок, в которых признак оценён';
COMMENT ON COLUMN marker_calibration.alarmed IS 'Сколько из них сработало бы при подобранном пороге; пусто — порог подобрать не удалось';
COMMENT ON COLUMN marker_calibration.wanted_rate IS 'Какая доля срабатываний допускалась';
COMMENT ON COLUMN marker_calibration.former_kind IS 'Вид прежнего порога';
COMMENT ON COLUMN marker_calibration.former_threshold IS 'Прежний порог';
COMMENT ON COLUMN marker_calibration.threshold_kind IS 'Вид подобранного порога; пусто — проверок слишком мало, порог оставлен прежним';
COMMENT ON COLUMN marker_calibration.threshold IS 'Подобранный порог';
COMMENT ON COLUMN marker_calibration.fitted_at IS 'Когда подобран';
COMMENT ON COLUMN marker_calibration.fitted_by IS 'Кем подобран';

-- How far out a test is: the greater the further. A threshold is the least
-- distance that no more than so many tests reach.
CREATE FUNCTION fit_marker_thresholds(preset marker_preset, alarm_rate double precision, controlled integer[])
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    WITH test AS (
        SELECT r.marker_rule_id, m.direction, k.kind,
               CASE WHEN k.kind = 'p_value' THEN -v.p
                    WHEN m.direction = 'higher' THEN v.size WHEN m.direction = 'lower' THEN -v.size
                    ELSE abs(v.size) END AS distance
        FROM marker_rule AS r
        JOIN marker AS m USING (marker_id)
        JOIN marker_verdicts(controlled, preset.marker_preset_id) AS v ON v.marker_id = r.marker_id AND v.reason IS NULL
        CROSS JOIN LATERAL (
            SELECT CASE WHEN r.threshold_kind IN ('p_value', 'q_value') THEN 'p_value' ELSE 'absolute' END AS kind) AS k
        WHERE r.marker_preset_id = preset.marker_preset_id
    ), reached AS (
        SELECT t.*, count(*) OVER (PARTITION BY t.marker_rule_id) AS tested,
               count(*) OVER (PARTITION BY t.marker_rule_id ORDER BY t.distance DESC) AS alarmed
        FROM test AS t
    ), fitted AS (
        SELECT r.marker_rule_id, r.kind, r.tested, max(r.alarmed) AS alarmed,
               min(CASE WHEN r.kind = 'p_value' THEN -1 WHEN r.direction = 'lower' THEN -1 ELSE 1 END * r.distance) AS nearest,
               max(CASE WHEN r.kind = 'p_value' THEN -1 WHEN r.direction = 'lower' THEN -1 ELSE 1 END * r.distance) AS furthest,
               r.direction
        FROM reached AS r
        WHERE r.alarmed <= alarm_rate * r.tested
        GROUP BY r.marker_rule_id, r.kind, r.tested, r.direction
    ), usable AS (
        SELECT f.marker_rule_id, f.kind, f.alarmed, f.tested,
               -- the last digit of a test may come out otherwise another time
               CASE WHEN f.kind = 'p_value' OR f.direction = 'lower' THEN f.furthest + 1e-9 * abs(f.furthest)
                    ELSE f.nearest - 1e-9 * abs(f.nearest) END AS threshold
        FROM fitted AS f
    )
    INSERT INTO marker_calibration (marker_rule_id, administrations, tested, alarmed, wanted_rate, former_kind,
                                    former_threshold, threshold_kind, threshold)
    SELECT r.marker_rule_id,
           (SELECT string_agg(format('%s, %s', n.name, a.academic_year), '; ' ORDER BY a.academic_year, n.name)
            FROM administration AS a JOIN assessment AS n USING (assessment_id)
            WHERE a.administration_id = ANY (controlled)),
           (SELECT count(*) FROM test AS t WHERE t.marker_rule_id = r.marker_rule_id), u.alarmed,
           fit_marker_thresholds.alarm_rate, r.threshold_kind, r.threshold, u.kind, u.threshold
    FROM marker_rule AS r
    LEFT JOIN usable AS u ON u.marker_rule_id = r.marker_rule_id
                         AND (u.kind = 'absolute' OR u.threshold > 0 AND u.threshold < 1)
    WHERE r.marker_preset_id = preset.marker_preset_id;
END
$$;
COMMENT ON FUNCTION fit_marker_thresholds(marker_preset, double precision, integer[]) IS
'Часть calibrate_markers: подбирает пороги по проведениям под наблюдением и записывает их в marker_calibration';

CREATE FUNCTION calibrate_markers(from_preset text, to_preset text, name text, alarm_rate double precision DEFAULT 0.01)
RETURNS TABLE (marker text, tested integer, alarmed integer, former_kind text, former_threshold double precision,
               threshold_kind text, threshold double precision)
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    controlled integer[] := ARRAY(SELECT a.administration_id FROM administration AS a WHERE a.is_controlled
                                  ORDER BY a.administration_id);
    preset marker_preset;
BEGIN
    IF alarm_rate IS NULL OR NOT (alarm_rate > 0 AND alarm_rate < 1) THEN
        RAISE EXCEPTION 'доля срабатываний вне допустимых пределов'
            USING ERRCODE = 'numeric_value_out_of_range',
                  DETAIL = format('Получено: %s.', coalesce(alarm_rate::text, 'NULL')),
                  HINT = 'Укажите долю больше 0 и меньше 1, например 0.01.';
    END IF;
    IF cardinality(controlled) = 0 THEN
        RAISE EXCEPTION 'нет проведений под наблюдением'
            USING ERRCODE = 'no_data_found',
                  HINT = 'Отметьте их: UPDATE administration SET is_controlled = true WHERE ...';
    END IF;
    PERFORM copy_marker_preset(from_preset, to_preset, calibrate_markers.name);
    preset := find_marker_preset(to_preset);
    PERFORM fit_marker_thresholds(preset, alarm_rate, controlled);
    UPDATE marker_rule AS r
    SET threshold_kind = c.threshold_kind, threshold = c.threshold, alarm_rate = c.alarmed / c.tested::double precision,
        source = format('Подобран по проведениям под наблюдением: сработало %s из %s. Прежний: %s', c.alarmed, c.tested, r.source)
    FROM marker_calibration AS c
    WHERE c.marker_rule_id = r.marker_rule_id AND r.marker_preset_id = preset.marker_preset_id AND c.threshold IS NOT NULL;
    RETURN QUERY
    SELECT m.code, c.tested, c.alarmed, c.former_kind, c.former_threshold, c.threshold_kind, c.threshold
    FROM marker_calibration AS c
    JOIN marker_rule AS r USING (marker_rule_id)
    JOIN marker AS m USING (marker_id)
    WHERE r.marker_preset_id = preset.marker_preset_id
    ORDER BY m.marker_id;
END
$$;
COMMENT ON FUNCTION calibrate_markers(text, text, text, double precision) IS
'Копирует набор признаков и подбирает в копии пороги по проведениям под наблюдением (administration.is_controlled): такие, чтобы на них срабатывало не больше указанной доли проверок. Где проверок для этого мало (доля меньше одной), порог остаётся прежним. Возвращает, что подобрано; хранится в marker_calibration. Ошибки: P0002 — нет таких проведений или набора, 22003 — доля не от 0 до 1';
