-- Exact summaries of item scores, kept in step with results like the others.

-- Items are compared by their place, so works of different forms are summed
-- apart: the number of items is part of the key. Who has item scores has a row
-- in result_summary and, for the school, in school_summary with its references.
CREATE TABLE task_summary (
    task_summary_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    academic_year integer NOT NULL,
    administration_id integer NOT NULL,
    school_id integer NOT NULL,
    items integer NOT NULL CHECK (items BETWEEN 1 AND 100),
    class text NOT NULL,
    dist task_dist NOT NULL,
    UNIQUE (administration_id, school_id, class, items)
);
CREATE INDEX ON task_summary (school_id);
COMMENT ON TABLE task_summary IS 'Точные сводки баллов за задания: проведение, организация, класс; ведутся триггерами result в той же транзакции';
COMMENT ON COLUMN task_summary.task_summary_id IS 'Ключ сводки';
COMMENT ON COLUMN task_summary.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN task_summary.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN task_summary.school_id IS 'Организация';
COMMENT ON COLUMN task_summary.items IS 'Сколько заданий в работе; у работ с разным числом заданий сводки разные';
COMMENT ON COLUMN task_summary.class IS 'Класс';
COMMENT ON COLUMN task_summary.dist IS 'Распределение баллов за каждое задание в первых попытках (тип task_dist)';

CREATE TRIGGER refuse_truncate AFTER TRUNCATE ON task_summary
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncated_summaries();

CREATE FUNCTION apply_task_changes(administrations integer[], schools integer[], academic_years integer[],
                                   classes text[], item_counts integer[], added task_dist[], removed task_dist[])
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
    groups bigint := cardinality(array_remove(removed, NULL));
    found_groups bigint;
BEGIN
    IF groups > 0 THEN
        UPDATE task_summary AS s
        SET dist = s.dist + c.added - c.removed
        FROM unnest(administrations, schools, classes, item_counts, apply_task_changes.added,
                    apply_task_changes.removed)
            AS c (administration_id, school_id, class, items, added, removed)
        WHERE c.removed IS NOT NULL
          AND (s.administration_id, s.school_id, s.class, s.items) = (c.administration_id, c.school_id, c.class, c.items);
        GET DIAGNOSTICS found_groups = ROW_COUNT;
        IF found_groups <> groups THEN
            RAISE EXCEPTION 'сводки заданий расходятся с результатами: нет % из %', groups - found_groups, groups
                USING ERRCODE = 'data_corrupted',
                      HINT = 'Что расходится — SELECT * FROM verify_summaries(); исправить — SELECT rebuild_summaries().';
        END IF;
        -- by their keys: the planner takes empty summaries for rare
        DELETE FROM task_summary AS e
        USING (
            SELECT s.task_summary_id, s.dist
            FROM unnest(administrations, schools, classes, item_counts) AS c (administration_id, school_id, class, items)
            JOIN task_summary AS s USING (administration_id, school_id, class, items)
            OFFSET 0) AS k
        WHERE e.task_summary_id = k.task_summary_id AND k.dist = '{}'::task_dist;
    END IF;
    INSERT INTO task_summary AS s (academic_year, administration_id, school_id, items, class, dist)
    SELECT c.academic_year, c.administration_id, c.school_id, c.items, c.class, c.added
    FROM unnest(administrations, schools, academic_years, classes, item_counts,
                apply_task_changes.added, apply_task_changes.removed)
        AS c (administration_id, school_id, academic_year, class, items, added, removed)
    WHERE c.removed IS NULL
    ON CONFLICT (administration_id, school_id, class, items) DO UPDATE
    SET dist = s.dist + excluded.dist;
END
$$;
COMMENT ON FUNCTION apply_task_changes(integer[], integer[], integer[], text[], integer[], task_dist[], task_dist[]) IS
'Шаг триггеров result: прибавляет к task_summary и вычитает из неё то, что команда изменила в баллах за задания. Нет сводки, из которой вычитать, — ошибка XX001';
