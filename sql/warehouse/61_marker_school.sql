-- What is known of an administration in a region: its schools, from the
-- summaries, and all of them together.

CREATE TYPE marker_school AS (
    school_id integer,
    n integer,
    marked integer,
    good integer,
    mean double precision,
    deviation double precision,
    year_n integer,
    year_mean double precision,
    cohort_n integer,
    cohort_mean double precision,
    cohort_marked integer,
    cohort_good integer,
    exam_n integer,
    exam_mean double precision,
    school_type text,
    dist score_dist,
    tasks task_dist
);
COMMENT ON TYPE marker_school IS 'Организация в проведении: её результаты и то, с чем их сравнивают (marker_pairs)';
COMMENT ON COLUMN marker_school.school_id IS 'Организация';
COMMENT ON COLUMN marker_school.n IS 'Участников с баллом';
COMMENT ON COLUMN marker_school.marked IS 'Участников с отметкой';
COMMENT ON COLUMN marker_school.good IS 'Из них с отметками «4» и «5»';
COMMENT ON COLUMN marker_school.mean IS 'Средний балл';
COMMENT ON COLUMN marker_school.deviation IS 'Стандартное отклонение баллов';
COMMENT ON COLUMN marker_school.year_n IS 'Участников с баллом в той же процедуре годом раньше';
COMMENT ON COLUMN marker_school.year_mean IS 'Их средний балл';
COMMENT ON COLUMN marker_school.cohort_n IS 'Участников с баллом в процедуре тех же обучающихся годом раньше';
COMMENT ON COLUMN marker_school.cohort_mean IS 'Их средний балл';
COMMENT ON COLUMN marker_school.cohort_marked IS 'Участников с отметкой там же';
COMMENT ON COLUMN marker_school.cohort_good IS 'Из них с отметками «4» и «5»';
COMMENT ON COLUMN marker_school.exam_n IS 'Участников с баллом на экзамене по тому же предмету';
COMMENT ON COLUMN marker_school.exam_mean IS 'Их средний балл';
COMMENT ON COLUMN marker_school.school_type IS 'Тип организации в этом году (school_type.code)';
COMMENT ON COLUMN marker_school.dist IS 'Распределение баллов и отметок';
COMMENT ON COLUMN marker_school.tasks IS 'Распределение баллов за задания в работах с тем числом заданий, которого больше всего';

CREATE TYPE marker_work AS (
    region_id integer,
    administration_id integer,
    academic_year integer,
    max_score integer,
    min_score integer,
    fail_by text,
    cuts integer[],
    items integer,
    tasks task_dist,
    maxima integer[],
    total score_dist,
    spread variance_components,
    schools marker_school[]
);
COMMENT ON TYPE marker_work IS 'Проведение в регионе: его шкала, организации и сводки региона';
COMMENT ON COLUMN marker_work.region_id IS 'Регион';
COMMENT ON COLUMN marker_work.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN marker_work.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN marker_work.max_score IS 'Наибольший балл';
COMMENT ON COLUMN marker_work.min_score IS 'Минимальный балл';
COMMENT ON COLUMN marker_work.fail_by IS 'administration.fail_by';
COMMENT ON COLUMN marker_work.cuts IS 'Официальные границы отметок «3», «4», «5»; пусто — не утверждены';
COMMENT ON COLUMN marker_work.items IS 'Число заданий, которое в проведении у большинства работ региона';
COMMENT ON COLUMN marker_work.tasks IS 'Распределение баллов за задания в этих работах региона';
COMMENT ON COLUMN marker_work.maxima IS 'Наибольший балл за каждое задание, какой есть в регионе';
COMMENT ON COLUMN marker_work.total IS 'Распределение баллов и отметок региона';
COMMENT ON COLUMN marker_work.spread IS 'Разброс баллов внутри организаций и между ними';
COMMENT ON COLUMN marker_work.schools IS 'Организации по возрастанию ключа: от порядка зависят последние знаки сумм';

-- Schools are found by their keys, and joined without a look at statistics:
-- there may be none yet.
CREATE FUNCTION marker_works(region_id integer, administrations integer[], with_items boolean)
RETURNS SETOF marker_work
LANGUAGE sql STABLE PARALLEL SAFE
SET enable_nestloop = off
BEGIN ATOMIC
    WITH pair AS (
        SELECT p.administration_id, min(p.partner_id) FILTER (WHERE p.kind = 'year') AS year_id,
               min(p.partner_id) FILTER (WHERE p.kind = 'cohort') AS cohort_id,
               min(p.partner_id) FILTER (WHERE p.kind = 'exam') AS exam_id
        FROM marker_pairs(administrations) AS p
        GROUP BY p.administration_id
    ), school AS MATERIALIZED (
        SELECT s.school_id
        FROM municipality AS m
        JOIN school AS s USING (municipality_id)
        WHERE m.region_id = marker_works.region_id
    ), dist AS MATERIALIZED (
        SELECT c.administration_id, c.school_id, c.dist, scored(c.dist)::integer AS n, mean(c.dist)::double precision AS mean,
               marked(c.dist)::integer AS marked, mark_count(c.dist, 4)::integer + mark_count(c.dist, 5)::integer AS good
        FROM (
            SELECT r.administration_id, s.school_id, rollup(r.dist) AS dist
            FROM school AS s
            CROSS JOIN LATERAL (
                SELECT i.administration_id, i.dist
                FROM result_summary AS i
                WHERE i.school_id = s.school_id
                  AND i.administration_id = ANY (ARRAY(SELECT unnest(administrations) UNION
                                                       SELECT p.partner_id FROM marker_pairs(administrations) AS p))
                  AND participants(i.dist) > 0
                OFFSET 0) AS r
            GROUP BY r.administration_id, s.school_id) AS c
    ), answered AS MATERIALIZED (
        SELECT r.administration_id, s.school_id, r.items, r.dist
        FROM school AS s
        CROSS JOIN LATERAL (
            SELECT i.administration_id, i.items, i.dist
            FROM task_summary AS i
            WHERE i.school_id = s.school_id AND i.administration_id = ANY (administrations)
            OFFSET 0) AS r
        WHERE with_items
    ), form AS MATERIALIZED (
        -- works of one form: those with the number of items most have
        SELECT DISTINCT ON (w.administration_id) w.administration_id, w.items
        FROM answered AS w
        GROUP BY w.administration_id, w.items
        ORDER BY w.administration_id, sum(participants(w.dist)) DESC, w.items
    ), task AS (
        SELECT w.administration_id, w.school_id, rollup(w.dist) AS dist
        FROM answered AS w
        JOIN form AS f USING (administration_id, items)
        GROUP BY w.administration_id, w.school_id
    ), known AS (
        SELECT d.administration_id, d.school_id, d.dist, t.dist AS tasks,
               ROW(d.school_id, d.n, d.marked, d.good, d.mean, stddev(d.dist)::double precision, y.n, y.mean, c.n, c.mean,
                   c.marked, c.good, e.n, e.mean, k.school_type, d.dist, t.dist)::marker_school AS school
        FROM dist AS d
        JOIN administration AS a USING (administration_id)
        LEFT JOIN pair AS p USING (administration_id)
        LEFT JOIN dist AS y ON (y.administration_id, y.school_id) = (p.year_id, d.school_id)
        LEFT JOIN dist AS c ON (c.administration_id, c.school_id) = (p.cohort_id, d.school_id)
        LEFT JOIN dist AS e ON (e.administration_id, e.school_id) = (p.exam_id, d.school_id)
        LEFT JOIN task AS t ON (t.administration_id, t.school_id) = (d.administration_id, d.school_id)
        LEFT JOIN school_year AS k ON (k.school_id, k.academic_year) = (d.school_id, a.academic_year)
        WHERE d.administration_id = ANY (administrations)
    ), region AS (
        SELECT k.administration_id, rollup(k.dist) AS total, rollup(k.tasks) AS tasks,
               variance_components(k.dist ORDER BY k.school_id) AS spread, array_agg(k.school ORDER BY k.school_id) AS schools
        FROM known AS k
        GROUP BY k.administration_id
    )
    SELECT marker_works.region_id, a.administration_id, a.academic_year, a.max_score, a.min_score, a.fail_by,
           CASE WHEN a.cut_3 IS NOT NULL THEN ARRAY[a.cut_3, a.cut_4, a.cut_5] END,
           f.items, r.tasks,
           CASE WHEN r.tasks IS NOT NULL THEN
               ARRAY(SELECT greatest(max(i.score), 1) FROM item_scores(r.tasks) AS i GROUP BY i.item ORDER BY i.item) END,
           r.total, r.spread, r.schools
    FROM region AS r
    JOIN administration AS a USING (administration_id)
    LEFT JOIN form AS f USING (administration_id)
    ORDER BY a.administration_id;
END;
COMMENT ON FUNCTION marker_works(integer, integer[], boolean) IS
'Проведения в регионе со всем, с чем сравнивают организации, из сводок: регион, проведения одного учебного года, нужны ли баллы за задания';

CREATE TYPE marker_test AS (
    administration_id integer,
    marker_id integer,
    school_id integer,
    sample integer,
    value double precision,
    expected double precision,
    size double precision,
    p double precision,
    class text,
    is_exempt boolean
);
COMMENT ON TYPE marker_test IS 'Что показал признак у организации, до сравнения с порогом; столбцы — как в marker_outcome';
COMMENT ON COLUMN marker_test.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN marker_test.marker_id IS 'Признак';
COMMENT ON COLUMN marker_test.school_id IS 'Организация';
COMMENT ON COLUMN marker_test.sample IS 'Сколько участников учтено';
COMMENT ON COLUMN marker_test.value IS 'Величина организации';
COMMENT ON COLUMN marker_test.expected IS 'Ожидаемая величина';
COMMENT ON COLUMN marker_test.size IS 'Размер отличия';
COMMENT ON COLUMN marker_test.p IS 'Вероятность';
COMMENT ON COLUMN marker_test.class IS 'Класс, если признак оценивается по классам';
COMMENT ON COLUMN marker_test.is_exempt IS 'Организация такого типа по признаку не оценивается; пусто — оценивается';
