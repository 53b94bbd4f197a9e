-- Distributions of schools and of their regions, from the summaries.

CREATE FUNCTION gather_marker_schools()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    judged integer[] := ARRAY(SELECT DISTINCT a.administration_id FROM pg_temp.marker_applied AS a);
    needed integer[] := judged || ARRAY(SELECT p.partner_id FROM pg_temp.marker_pair AS p);
BEGIN
    CREATE TEMPORARY TABLE marker_school AS
    SELECT m.region_id, c.administration_id, c.school_id, y.school_type, c.dist,
           scored(c.dist)::integer AS n, mean(c.dist)::double precision AS mean,
           stddev(c.dist)::double precision AS deviation, marked(c.dist)::integer AS marked,
           mark_count(c.dist, 4)::integer + mark_count(c.dist, 5)::integer AS good
    FROM (
        SELECT s.administration_id, s.academic_year, s.school_id, rollup(s.dist) AS dist
        FROM result_summary AS s
        WHERE s.administration_id = ANY (needed) AND participants(s.dist) > 0
        GROUP BY s.administration_id, s.academic_year, s.school_id) AS c
    JOIN school AS s USING (school_id)
    JOIN municipality AS m USING (municipality_id)
    LEFT JOIN school_year AS y USING (school_id, academic_year);
    ANALYZE pg_temp.marker_school (region_id, administration_id, school_id);
    CREATE TEMPORARY TABLE marker_region AS
    SELECT s.region_id, s.administration_id, count(*)::integer AS schools, rollup(s.dist) AS total,
           variance_components(s.dist) AS spread
    FROM pg_temp.marker_school AS s
    WHERE s.administration_id = ANY (judged)
    GROUP BY s.region_id, s.administration_id;
    ANALYZE pg_temp.marker_region;
END
$$;
COMMENT ON FUNCTION gather_marker_schools() IS
'Часть test_markers: распределения организаций и их регионов из result_summary';

-- Works of one form: those with the number of items most have. The maximum of
-- an item is the highest score anybody has in it.
CREATE FUNCTION gather_marker_tasks()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    judged integer[] := ARRAY(SELECT DISTINCT a.administration_id FROM pg_temp.marker_applied AS a WHERE a.needs = 'items');
BEGIN
    CREATE TEMPORARY TABLE marker_task AS
    SELECT m.region_id, c.administration_id, c.school_id, c.items, c.dist
    FROM (
        SELECT t.administration_id, t.school_id, t.items, rollup(t.dist) AS dist
        FROM task_summary AS t
        JOIN (
            SELECT DISTINCT ON (k.administration_id) k.administration_id, k.items
            FROM task_summary AS k
            WHERE k.administration_id = ANY (judged)
            GROUP BY k.administration_id, k.items
            ORDER BY k.administration_id, sum(participants(k.dist)) DESC, k.items) AS f USING (administration_id, items)
        GROUP BY t.administration_id, t.school_id, t.items) AS c
    JOIN school AS s USING (school_id)
    JOIN municipality AS m USING (municipality_id);
    ANALYZE pg_temp.marker_task (region_id, administration_id, school_id);
    ALTER TABLE pg_temp.marker_region ADD COLUMN items integer, ADD COLUMN tasks task_dist, ADD COLUMN maxima integer[];
    UPDATE pg_temp.marker_region AS g
    SET items = t.items, tasks = t.tasks,
        maxima = ARRAY(SELECT greatest(max(i.score), 1) FROM item_scores(t.tasks) AS i GROUP BY i.item ORDER BY i.item)
    FROM (
        SELECT k.region_id, k.administration_id, k.items, rollup(k.dist) AS tasks
        FROM pg_temp.marker_task AS k
        GROUP BY k.region_id, k.administration_id, k.items) AS t
    WHERE (g.region_id, g.administration_id) = (t.region_id, t.administration_id);
END
$$;
COMMENT ON FUNCTION gather_marker_tasks() IS
'Часть test_markers: баллы за задания организаций и их регионов из task_summary';
