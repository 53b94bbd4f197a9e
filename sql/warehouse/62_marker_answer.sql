-- M8 and M10: pupils' answers together.

-- M8 and M10 look at pupils' answers together: the only ones that read results.
-- An administration at a time, so that its baseline is no part of the rows.
CREATE FUNCTION gather_marker_classes()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    g record;
    baseline double precision[];
BEGIN
    CREATE TEMPORARY TABLE marker_class (
        administration_id integer, school_id integer, class text, similarity pattern_similarity,
        tasks_2 task_dist, tasks_3 task_dist, tasks_4 task_dist, tasks_5 task_dist);
    FOR g IN
        SELECT r.region_id, r.administration_id, a.academic_year, r.items, r.tasks,
               bool_or(a.code = 'same_answers') AS answers, bool_or(a.code = 'group_crossing') AS groups
        FROM pg_temp.marker_region AS r
        JOIN pg_temp.marker_applied AS a USING (administration_id)
        WHERE r.items IS NOT NULL AND a.code IN ('same_answers', 'group_crossing')
        GROUP BY r.region_id, r.administration_id, a.academic_year, r.items, r.tasks
    LOOP
        baseline := CASE WHEN g.answers THEN
            pattern_baseline(g.tasks, marker_totals(g.region_id, g.administration_id, g.items, g.tasks), 0.01) END;
        INSERT INTO pg_temp.marker_class
        SELECT g.administration_id, r.school_id, r.class,
               CASE WHEN g.answers THEN pattern_similarity(r.task_scores, baseline) END,
               task_dist(r.task_scores) FILTER (WHERE g.groups AND r.mark = 2),
               task_dist(r.task_scores) FILTER (WHERE g.groups AND r.mark = 3),
               task_dist(r.task_scores) FILTER (WHERE g.groups AND r.mark = 4),
               task_dist(r.task_scores) FILTER (WHERE g.groups AND r.mark = 5)
        FROM pg_temp.marker_school AS s
        -- by school: a scan of the administration would read every region's results for each
        CROSS JOIN LATERAL (
            SELECT i.school_id, i.class, i.mark, i.task_scores
            FROM result AS i
            WHERE (i.administration_id, i.academic_year, i.school_id) = (g.administration_id, g.academic_year, s.school_id)
              AND i.attempt = 1 AND cardinality(i.task_scores) = g.items
            OFFSET 0) AS r
        WHERE (s.administration_id, s.region_id) = (g.administration_id, g.region_id)
        GROUP BY r.school_id, r.class;
    END LOOP;
    ANALYZE pg_temp.marker_class (administration_id, school_id);
END
$$;
COMMENT ON FUNCTION gather_marker_classes() IS
'Часть test_markers: ответы по классам и по группам отметок; единственный шаг, который читает результаты';

-- Scores are mostly the sums of the items' scores, and known from summaries;
-- where they are not, the sums are counted.
CREATE FUNCTION marker_totals(region_id integer, administration_id integer, items integer, tasks task_dist)
RETURNS score_dist
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    totals score_dist;
BEGIN
    SELECT g.total INTO totals
    FROM pg_temp.marker_region AS g
    WHERE (g.region_id, g.administration_id) = (marker_totals.region_id, marker_totals.administration_id);
    IF scored(totals) = participants(tasks)
        AND (SELECT sum(t.score * t.participants) FROM scores(totals) AS t)
          = (SELECT sum(score_sum(tasks, i)) FROM generate_series(1, items) AS i) THEN
        RETURN totals;
    END IF;
    SELECT score_dist(t.total) INTO totals
    FROM pg_temp.marker_school AS s
    JOIN administration AS a USING (administration_id)
    JOIN result AS r USING (administration_id, academic_year, school_id)
    CROSS JOIN LATERAL (SELECT coalesce(sum(u.score), 0)::integer AS total FROM unnest(r.task_scores) AS u (score)) AS t
    WHERE (s.region_id, s.administration_id) = (marker_totals.region_id, marker_totals.administration_id)
      AND r.attempt = 1 AND cardinality(r.task_scores) = items;
    RETURN totals;
END
$$;
COMMENT ON FUNCTION marker_totals(integer, integer, integer, task_dist) IS
'Часть test_markers: распределение сумм баллов за задания участников региона';

CREATE FUNCTION test_marker_answers()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO pg_temp.marker_test
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, coalesce((c.similarity).participants, 0)::integer,
           CASE WHEN v.usable THEN (c.similarity).identical END, CASE WHEN v.usable THEN (c.similarity).expected END,
           CASE WHEN v.usable THEN (c.similarity).identical - (c.similarity).expected END,
           CASE WHEN v.usable THEN (c.similarity).p_value END, coalesce(c.class, '')
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    LEFT JOIN pg_temp.marker_class AS c USING (administration_id, school_id)
    CROSS JOIN LATERAL (SELECT (c.similarity).participants >= a.min_sample AS usable) AS v
    WHERE a.code = 'same_answers';

    INSERT INTO pg_temp.marker_test (region_id, administration_id, school_id, marker_id, sample, value, expected, size, p)
    SELECT s.region_id, s.administration_id, s.school_id, a.marker_id, coalesce(x.sample, 0)::integer,
           x.item[3], x.item[4], -x.item[2], CASE WHEN x.item[1] IS NOT NULL THEN least(x.item[1] * x.tests, 1) END
    FROM pg_temp.marker_applied AS a
    JOIN pg_temp.marker_school AS s USING (administration_id)
    JOIN pg_temp.marker_region AS g USING (region_id, administration_id)
    LEFT JOIN (
        SELECT c.administration_id, c.school_id, ARRAY[rollup(c.tasks_2), rollup(c.tasks_3), rollup(c.tasks_4), rollup(c.tasks_5)] AS tasks
        FROM pg_temp.marker_class AS c
        GROUP BY c.administration_id, c.school_id) AS m USING (administration_id, school_id)
    LEFT JOIN LATERAL (
        -- the least array is the most unusual item
        SELECT max(p.sample) AS sample, count(t.p_value) AS tests,
               min(ARRAY[t.p_value, -t.excess, t.weaker_completion, t.stronger_completion]) AS item
        FROM (
            SELECT m.tasks[w] AS weaker, m.tasks[w + 1] AS stronger,
                   least(participants(m.tasks[w]), participants(m.tasks[w + 1])) AS sample
            FROM generate_series(1, 3) AS w
            WHERE num_nulls(m.tasks[w], m.tasks[w + 1]) = 0
            OFFSET 0) AS p
        LEFT JOIN LATERAL item_crossing(CASE WHEN p.sample >= a.min_sample THEN p.weaker END, p.stronger, g.maxima) AS t
               ON true) AS x ON true
    WHERE a.code = 'group_crossing';
END
$$;
COMMENT ON FUNCTION test_marker_answers() IS 'Часть test_markers: признаки M8 и M10';
