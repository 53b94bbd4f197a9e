-- What cycles found: markers of schools, and how many were tested. A region's
-- year is judged once for all cycles that would find the same in it.

CREATE TABLE marker_judgement (
    marker_judgement_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer NOT NULL REFERENCES region,
    academic_year integer NOT NULL,
    input_fingerprint text NOT NULL CHECK (input_fingerprint ~ '^[0-9a-f]{64}$'),
    judged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (region_id, academic_year, input_fingerprint)
);
COMMENT ON TABLE marker_judgement IS 'Проверки признаков в регионе за учебный год; одна на все циклы, у которых те же данные и набор признаков';
COMMENT ON COLUMN marker_judgement.marker_judgement_id IS 'Ключ проверки региона за год';
COMMENT ON COLUMN marker_judgement.region_id IS 'Регион, организации которого сравниваются между собой';
COMMENT ON COLUMN marker_judgement.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN marker_judgement.input_fingerprint IS 'Отпечаток данных и набора признаков, от которых зависит проверка (SHA-256)';
COMMENT ON COLUMN marker_judgement.judged_at IS 'Когда проверено';

CREATE TABLE cycle_judgement (
    cycle_judgement_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL REFERENCES cycle ON DELETE CASCADE,
    marker_judgement_id integer NOT NULL REFERENCES marker_judgement,
    UNIQUE (cycle_id, marker_judgement_id)
);
CREATE INDEX ON cycle_judgement (marker_judgement_id);
COMMENT ON TABLE cycle_judgement IS 'Какие проверки признаков входят в цикл: за оцениваемый год и два года до него';
COMMENT ON COLUMN cycle_judgement.cycle_judgement_id IS 'Ключ строки';
COMMENT ON COLUMN cycle_judgement.cycle_id IS 'Цикл';
COMMENT ON COLUMN cycle_judgement.marker_judgement_id IS 'Проверка региона за год';

-- No foreign keys, as in assessment_outcome.
CREATE TABLE marker_outcome (
    marker_outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    marker_judgement_id integer NOT NULL,
    administration_id integer NOT NULL,
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
    UNIQUE (marker_judgement_id, school_id, administration_id, marker_id, class),
    CHECK (reason IS NULL OR NOT is_flagged AND num_nonnulls(value, expected, size, p, q, direction) = 0)
);
CREATE INDEX marker_outcome_flagged ON marker_outcome (marker_judgement_id, school_id) WHERE is_flagged;
COMMENT ON TABLE marker_outcome IS 'Признаки необъективности ВПР: что показал каждый признак у каждой организации';
COMMENT ON COLUMN marker_outcome.marker_outcome_id IS 'Ключ строки';
COMMENT ON COLUMN marker_outcome.marker_judgement_id IS 'Проверка региона за год: она же говорит, какого и за какой';
COMMENT ON COLUMN marker_outcome.administration_id IS 'Проведение процедуры';
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
    marker_judgement_id integer NOT NULL REFERENCES marker_judgement ON DELETE CASCADE,
    administration_id integer NOT NULL REFERENCES administration,
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
    UNIQUE (marker_judgement_id, administration_id, marker_id),
    CHECK (flagged = flagged_higher + flagged_lower AND flagged <= tested)
);
CREATE INDEX ON marker_run (administration_id);
CREATE INDEX ON marker_run (marker_id);
COMMENT ON TABLE marker_run IS 'Проверки признаков: сколько проверено, сколько отмечено, сколько ждать ложных; строка — признак по процедуре в регионе';
COMMENT ON COLUMN marker_run.marker_run_id IS 'Ключ проверки';
COMMENT ON COLUMN marker_run.marker_judgement_id IS 'Проверка региона за год';
COMMENT ON COLUMN marker_run.administration_id IS 'Проведение процедуры';
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

CREATE FUNCTION drop_unused_judgements()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    WITH unused AS (
        DELETE FROM marker_judgement AS j
        WHERE NOT EXISTS (SELECT FROM cycle_judgement AS c WHERE c.marker_judgement_id = j.marker_judgement_id)
        RETURNING j.marker_judgement_id
    )
    DELETE FROM marker_outcome AS o USING unused AS u WHERE o.marker_judgement_id = u.marker_judgement_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION drop_unused_judgements() IS
'Триггер cycle: с последним циклом, в который входит проверка признаков, удаляются она и её итоги';
CREATE TRIGGER drop_unused_judgements AFTER DELETE ON cycle
    FOR EACH STATEMENT EXECUTE FUNCTION drop_unused_judgements();
CREATE TRIGGER drop_unused_judgements_truncated AFTER TRUNCATE ON cycle
    FOR EACH STATEMENT EXECUTE FUNCTION drop_unused_judgements();
