-- M8 and M10 look at pupils' answers together: the only ones that read results.

-- Scores are mostly the sums of the items' scores, and known from summaries;
-- where they are not, the sums are counted.
CREATE FUNCTION marker_totals(work marker_work)
RETURNS score_dist
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    IF scored(work.total) = participants(work.tasks)
        AND (SELECT sum(t.score * t.participants) FROM scores(work.total) AS t)
          = (SELECT sum(score_sum(work.tasks, i)) FROM generate_series(1, work.items) AS i) THEN
        RETURN work.total;
    END IF;
    RETURN (
        SELECT score_dist(t.total)
        FROM unnest(work.schools) AS s
        JOIN result AS r ON (r.administration_id, r.academic_year, r.school_id)
                          = (work.administration_id, work.academic_year, s.school_id)
        CROSS JOIN LATERAL (SELECT coalesce(sum(u.score), 0)::integer AS total FROM unnest(r.task_scores) AS u (score)) AS t
        WHERE r.attempt = 1 AND cardinality(r.task_scores) = work.items);
END
$$;
COMMENT ON FUNCTION marker_totals(marker_work) IS 'Распределение сумм баллов за задания участников региона';

-- Results are read by school: a scan of the administration would read every
-- region's results for each.
CREATE FUNCTION answer_tests(work marker_work, same marker_applied, crossing marker_applied)
RETURNS SETOF marker_test
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
DECLARE
    baseline double precision[] := CASE WHEN same.marker_id IS NOT NULL AND work.tasks IS NOT NULL THEN
        pattern_baseline(work.tasks, marker_totals(work), 0.01) END;
BEGIN
    RETURN QUERY
    WITH school AS MATERIALIZED (
        SELECT s.school_id, s.school_type, (r.answers).*
        FROM unnest(work.schools) AS s
        CROSS JOIN LATERAL (
            SELECT answer_groups(i.class, i.mark, i.task_scores, work.items, baseline) AS answers
            FROM result AS i
            WHERE (i.administration_id, i.academic_year, i.school_id) = (work.administration_id, work.academic_year, s.school_id)
              AND i.attempt = 1
            OFFSET 0) AS r
    )
    SELECT work.administration_id, same.marker_id, m.school_id, coalesce(c.participants, 0)::integer,
           v.identical, v.expected, v.identical - v.expected, v.p, coalesce(c.class, ''), m.school_type = ANY (same.exempt)
    FROM school AS m
    LEFT JOIN LATERAL unnest(m.classes, m.similarity)
           AS c (class, participants, pairs, identical, largest, expected, deviation, p_value) ON true
    LEFT JOIN LATERAL (
        SELECT c.identical::double precision AS identical, c.expected, c.p_value AS p
        WHERE c.participants >= same.min_sample) AS v ON true
    WHERE same.marker_id IS NOT NULL
    UNION ALL
    SELECT work.administration_id, crossing.marker_id, m.school_id, coalesce(x.sample, 0)::integer,
           x.item[3], x.item[4], -x.item[2], CASE WHEN x.item[1] IS NOT NULL THEN least(x.item[1] * x.tests, 1) END,
           '', m.school_type = ANY (crossing.exempt)
    FROM school AS m
    LEFT JOIN LATERAL (
        -- the least array is the most unusual item
        SELECT max(p.sample) AS sample, count(t.p_value) AS tests,
               min(ARRAY[t.p_value, -t.excess, t.weaker_completion, t.stronger_completion]) AS item
        FROM (
            SELECT m.tasks[w] AS weaker, m.tasks[w + 1] AS stronger,
                   least(participants(m.tasks[w]), participants(m.tasks[w + 1])) AS sample
            FROM generate_series(2, 4) AS w
            WHERE num_nulls(m.tasks[w], m.tasks[w + 1]) = 0
            OFFSET 0) AS p
        LEFT JOIN LATERAL item_crossing(CASE WHEN p.sample >= crossing.min_sample THEN p.weaker END, p.stronger, work.maxima) AS t
               ON true) AS x ON true
    WHERE crossing.marker_id IS NOT NULL;
END
$$;
COMMENT ON FUNCTION answer_tests(marker_work, marker_applied, marker_applied) IS
'Признаки M10 (одинаковые ответы в классе) и M8 (пересечение групп отметок по заданиям), какие заданы; единственный шаг, который читает результаты';
