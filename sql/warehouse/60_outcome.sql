-- Outcomes: one cycle is one run of the monitoring for a result year.

CREATE TABLE cycle (
    cycle_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    result_year integer NOT NULL CHECK (result_year BETWEEN 2000 AND 2100),
    list_year integer NOT NULL,
    is_current boolean NOT NULL,
    rule_set_id integer NOT NULL REFERENCES rule_set,
    rule_snapshot text NOT NULL,
    input_fingerprint text NOT NULL CHECK (input_fingerprint ~ '^[0-9a-f]{64}$'),
    previous_cycle_id integer REFERENCES cycle,
    run_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_by text NOT NULL DEFAULT current_user,
    seconds numeric,
    schools integer,
    judged integer,
    no_data integer,
    excluded integer,
    in_list integer,
    risk_zone integer,
    previous_in_list integer,
    stayed integer,
    appeared integer,
    returned integer,
    departed integer,
    departed_unjudged integer,
    checks_error integer,
    checks_warning integer,
    checks_info integer
);
CREATE UNIQUE INDEX cycle_current ON cycle (result_year) WHERE is_current;
CREATE INDEX ON cycle (rule_set_id);
CREATE INDEX ON cycle (previous_cycle_id);
COMMENT ON TABLE cycle IS 'Циклы мониторинга: каждый расчёт за год сохраняется, новейший — текущий';
COMMENT ON COLUMN cycle.cycle_id IS 'Ключ цикла';
COMMENT ON COLUMN cycle.result_year IS 'Год результатов, последний из оцениваемых';
COMMENT ON COLUMN cycle.list_year IS 'Год, которым называют список';
COMMENT ON COLUMN cycle.is_current IS 'Текущий цикл этого года результатов';
COMMENT ON COLUMN cycle.rule_set_id IS 'Набор правил';
COMMENT ON COLUMN cycle.rule_snapshot IS 'Набор правил, каким он был при расчёте (JSON)';
COMMENT ON COLUMN cycle.input_fingerprint IS 'Отпечаток исходных данных, правил и прежних списков (SHA-256)';
COMMENT ON COLUMN cycle.previous_cycle_id IS 'Цикл, со списком которого сравнивается этот; пусто — первый';
COMMENT ON COLUMN cycle.run_at IS 'Когда рассчитан';
COMMENT ON COLUMN cycle.run_by IS 'Роль, выполнившая расчёт';
COMMENT ON COLUMN cycle.seconds IS 'Длительность расчёта, секунды';
COMMENT ON COLUMN cycle.schools IS 'Всего организаций, работавших в этом году';
COMMENT ON COLUMN cycle.judged IS 'Из них оценено';
COMMENT ON COLUMN cycle.no_data IS 'Нет данных за оцениваемый год';
COMMENT ON COLUMN cycle.excluded IS 'Исключены из оценки';
COMMENT ON COLUMN cycle.in_list IS 'В списке ШНОР';
COMMENT ON COLUMN cycle.risk_zone IS 'В зоне риска';
COMMENT ON COLUMN cycle.previous_in_list IS 'Было в предыдущем списке; пусто — предыдущего нет';
COMMENT ON COLUMN cycle.stayed IS 'Остались: в этом и в предыдущем списках';
COMMENT ON COLUMN cycle.appeared IS 'Попали впервые';
COMMENT ON COLUMN cycle.returned IS 'Вернулись: в предыдущем не было, были раньше';
COMMENT ON COLUMN cycle.departed IS 'Вышли: были в предыдущем, в этом нет';
COMMENT ON COLUMN cycle.departed_unjudged IS 'Из вышедших не оценены в этом году (нет данных, исключены, закрыты или присоединены)';
COMMENT ON COLUMN cycle.checks_error IS 'Сколько проверок данных этого года важности error что-то нашли при расчёте';
COMMENT ON COLUMN cycle.checks_warning IS 'То же важности warning';
COMMENT ON COLUMN cycle.checks_info IS 'То же важности info';

-- No foreign keys: a country has 360,000 of these a cycle, and verifying three
-- references row by row takes longer than writing them. run_cycle makes them
-- from rows that have the references; the triggers below keep them.
CREATE TABLE assessment_outcome (
    assessment_outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL,
    school_id integer NOT NULL,
    assessment_id integer NOT NULL,
    academic_year integer NOT NULL,
    participants bigint NOT NULL CHECK (participants > 0),
    failed bigint NOT NULL CHECK (failed BETWEEN 0 AND participants),
    fail_share numeric NOT NULL,
    share_low double precision NOT NULL,
    share_high double precision NOT NULL,
    is_low boolean,
    pupils_from_threshold bigint NOT NULL,
    band text NOT NULL CHECK (band IN ('none', 'basic', 'moderate', 'severe')),
    UNIQUE (cycle_id, school_id, assessment_id, academic_year)
);
COMMENT ON TABLE assessment_outcome IS 'Итоги организаций по процедурам в цикле: за оцениваемый год и два года до него';
COMMENT ON COLUMN assessment_outcome.assessment_outcome_id IS 'Ключ итога';
COMMENT ON COLUMN assessment_outcome.cycle_id IS 'Цикл';
COMMENT ON COLUMN assessment_outcome.school_id IS 'Организация';
COMMENT ON COLUMN assessment_outcome.assessment_id IS 'Процедура';
COMMENT ON COLUMN assessment_outcome.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN assessment_outcome.participants IS 'Участников первой попытки, чей результат можно оценить';
COMMENT ON COLUMN assessment_outcome.failed IS 'Из них получили «2» или не преодолели минимальный порог';
COMMENT ON COLUMN assessment_outcome.fail_share IS 'Доля не справившихся, от 0 до 1';
COMMENT ON COLUMN assessment_outcome.share_low IS 'Нижняя граница интервала Уилсона для доли';
COMMENT ON COLUMN assessment_outcome.share_high IS 'Верхняя граница интервала Уилсона для доли';
COMMENT ON COLUMN assessment_outcome.is_low IS 'Низкий результат по правилу; пусто — участников меньше минимума правила';
COMMENT ON COLUMN assessment_outcome.pupils_from_threshold IS 'Сколько обучающихся отделяет от порога: положительное — на столько меньше должно не справиться, чтобы результат перестал быть низким; отрицательное — на столько больше, чтобы стал';
COMMENT ON COLUMN assessment_outcome.band IS 'Группа по доле не справившихся: none — до 30 %, basic — базово (30–40), moderate — умеренно (40–50), severe — сильно неуспевающие (более 50)';

CREATE TABLE school_outcome (
    school_outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL REFERENCES cycle ON DELETE CASCADE,
    school_id integer NOT NULL REFERENCES school,
    academic_year integer NOT NULL,
    data_status text NOT NULL CHECK (data_status IN ('judged', 'no_data', 'excluded')),
    exclusion_reason text,
    verdict text CHECK (verdict IN ('two_assessments', 'two_years', 'both', 'none')),
    in_list boolean NOT NULL,
    low_count integer NOT NULL CHECK (low_count >= 0),
    low_count_before integer NOT NULL CHECK (low_count_before >= 0),
    worst_assessment_id integer,
    participants bigint CHECK (participants > 0),
    failed bigint CHECK (failed BETWEEN 0 AND participants),
    fail_share numeric,
    share_low double precision,
    share_high double precision,
    pupils_from_threshold bigint,
    band text CHECK (band IN ('none', 'basic', 'moderate', 'severe')),
    dynamics text NOT NULL
        CHECK (dynamics IN ('new', 'stayed', 'returned', 'left', 'left_earlier', 'never')),
    in_risk_zone boolean NOT NULL,
    risk_reason text,
    UNIQUE (cycle_id, school_id),
    CHECK (NOT (in_list AND in_risk_zone)),
    CHECK (data_status = 'judged' OR NOT (in_list OR in_risk_zone)),
    CHECK ((data_status = 'excluded') = (exclusion_reason IS NOT NULL)),
    CHECK (in_list = (dynamics IN ('new', 'stayed', 'returned'))),
    CHECK (in_risk_zone = (risk_reason IS NOT NULL)),
    CHECK (num_nulls(worst_assessment_id, participants, failed, fail_share, share_low, share_high,
                     pupils_from_threshold, band) IN (0, 8))
);
CREATE INDEX ON school_outcome (school_id);
CREATE INDEX school_outcome_in_list ON school_outcome (cycle_id) INCLUDE (school_id) WHERE in_list;
COMMENT ON TABLE school_outcome IS 'Итоги организаций в цикле: список, зона риска, динамика';
COMMENT ON COLUMN school_outcome.school_outcome_id IS 'Ключ итога';
COMMENT ON COLUMN school_outcome.cycle_id IS 'Цикл';
COMMENT ON COLUMN school_outcome.school_id IS 'Организация';
COMMENT ON COLUMN school_outcome.academic_year IS 'Оцениваемый учебный год (год результатов цикла)';
COMMENT ON COLUMN school_outcome.data_status IS 'judged — оценена, no_data — нет данных, excluded — исключена из оценки';
COMMENT ON COLUMN school_outcome.exclusion_reason IS 'Почему исключена';
COMMENT ON COLUMN school_outcome.verdict IS 'Правило: two_assessments — достаточно процедур с низкими результатами за год, two_years — низкие результаты два года подряд, both — оба условия, none — ни одного, пусто — нет данных';
COMMENT ON COLUMN school_outcome.in_list IS 'В списке ШНОР';
COMMENT ON COLUMN school_outcome.low_count IS 'Процедур с низкими результатами в оцениваемом году';
COMMENT ON COLUMN school_outcome.low_count_before IS 'Процедур с низкими результатами годом раньше';
COMMENT ON COLUMN school_outcome.worst_assessment_id IS 'Худшая процедура: с наибольшей долей не справившихся в оцениваемом году; пусто, если ни в одной участников недостаточно';
COMMENT ON COLUMN school_outcome.participants IS 'Участников худшей процедуры';
COMMENT ON COLUMN school_outcome.failed IS 'Из них не справились';
COMMENT ON COLUMN school_outcome.fail_share IS 'Доля не справившихся, от 0 до 1, без округления';
COMMENT ON COLUMN school_outcome.share_low IS 'Нижняя граница интервала доли';
COMMENT ON COLUMN school_outcome.share_high IS 'Верхняя граница интервала доли';
COMMENT ON COLUMN school_outcome.pupils_from_threshold IS 'Сколько обучающихся отделяет от порога (см. assessment_outcome)';
COMMENT ON COLUMN school_outcome.band IS 'Группа по худшей процедуре: none, basic, moderate, severe';
COMMENT ON COLUMN school_outcome.dynamics IS 'new — впервые, stayed — осталась, returned — вернулась, left — вышла, left_earlier — вышла раньше, never — не была в списках';
COMMENT ON COLUMN school_outcome.in_risk_zone IS 'В зоне риска';
COMMENT ON COLUMN school_outcome.risk_reason IS 'Почему в зоне риска';

CREATE FUNCTION drop_cycle_outcomes()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    DELETE FROM assessment_outcome AS o WHERE NOT EXISTS (SELECT FROM cycle AS c WHERE c.cycle_id = o.cycle_id);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION drop_cycle_outcomes() IS
'Триггер cycle: итоги по процедурам удаляются вместе со своим циклом';
CREATE TRIGGER drop_outcomes AFTER DELETE ON cycle
    FOR EACH STATEMENT EXECUTE FUNCTION drop_cycle_outcomes();
CREATE TRIGGER drop_outcomes_truncated AFTER TRUNCATE ON cycle
    FOR EACH STATEMENT EXECUTE FUNCTION drop_cycle_outcomes();

CREATE FUNCTION refuse_orphan_outcomes()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    key_name text := tg_argv[0];
    outcomes text := coalesce(tg_argv[1], 'assessment_outcome');
    lost integer;
BEGIN
    EXECUTE format('SELECT o.%1$I FROM %3$I AS o
                    WHERE NOT EXISTS (SELECT FROM %2$I AS k WHERE k.%1$I = o.%1$I) LIMIT 1', key_name, tg_table_name, outcomes)
    INTO lost;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION 'на строку % ссылаются итоги циклов', lost
            USING ERRCODE = 'foreign_key_violation',
                  DETAIL = format('Таблица %s, столбец %s.', outcomes, key_name),
                  HINT = 'Сначала удалите эти циклы: DELETE FROM cycle WHERE ...',
                  SCHEMA = tg_table_schema, TABLE = outcomes, COLUMN = key_name;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_orphan_outcomes() IS
'Триггер: строку нельзя удалить, пока на неё ссылаются итоги циклов, по процедурам или в таблице, названной вторым аргументом (ошибка 23503)';
CREATE TRIGGER refuse_orphan_outcomes AFTER DELETE OR TRUNCATE ON school
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphan_outcomes('school_id');
CREATE TRIGGER refuse_orphan_outcomes AFTER DELETE OR TRUNCATE ON assessment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_orphan_outcomes('assessment_id');
