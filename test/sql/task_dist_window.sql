-- task_dist in windows: frames that move, frames that start afresh, and fresh
-- aggregation over the rows of each frame say the same.
SET search_path = shnor, public;

-- Partitions are works of different lengths; p = 5 has nothing that counts,
-- others have runs of such rows.
CREATE TEMP TABLE tw AS
SELECT i AS id, i % 6 AS p,
       CASE WHEN i % 6 < 5 AND i / 6 % 40 > 15
            THEN ARRAY(SELECT nullif((i * 2654435761 + k * 40503) % 4294967291 / 64 % (CASE WHEN i < 270 THEN 3 ELSE 40 END), 1)
                       FROM generate_series(1, 1 + 3 * (i % 6)) AS k)::int2[]
            WHEN i % 2 = 0 THEN '{}' END AS a
FROM generate_series(1::bigint, 540) AS i;

CREATE FUNCTION pg_temp.fresh(ids bigint[]) RETURNS task_dist
    RETURN (SELECT task_dist(a) FROM tw WHERE id = ANY (ids));
CREATE FUNCTION pg_temp.compare(frame text) RETURNS TABLE (rows bigint, nulls boolean, "values" boolean, results boolean, rollups boolean, kept boolean)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        WITH w AS MATERIALIZED (
            SELECT id, array_agg(id) OVER f AS ids, task_dist(a) OVER f AS d, participants(task_dist(a) OVER f) AS n,
                   not_attempted_share(task_dist(a) OVER f, 1) AS x, not_attempted_share(rollup(task_dist_accum(NULL, a)) OVER f, 1) AS y,
                   rollup(task_dist_accum(NULL, a)) OVER f AS r
            FROM tw
            WINDOW f AS (PARTITION BY p ORDER BY id %s))
        SELECT count(*), count(*) > count(d), count(d) > 0,
               bool_and(d IS NOT DISTINCT FROM f AND participants(f) IS NOT DISTINCT FROM n AND not_attempted_share(f, 1) IS NOT DISTINCT FROM x),
               bool_and(r IS NOT DISTINCT FROM f AND not_attempted_share(f, 1) IS NOT DISTINCT FROM y),
               bool_and(d::text::task_dist IS NOT DISTINCT FROM f)
        FROM w, LATERAL pg_temp.fresh(ids) AS f$q$, frame);
END
$$;
SELECT frame, (pg_temp.compare(frame)).*
FROM unnest(ARRAY[
    'ROWS 0 PRECEDING',
    'ROWS 9 PRECEDING',
    'ROWS BETWEEN 12 PRECEDING AND 7 PRECEDING',
    'ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING',
    'ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
    'ROWS UNBOUNDED PRECEDING',
    'ROWS BETWEEN 4 PRECEDING AND 4 FOLLOWING EXCLUDE CURRENT ROW',
    'RANGE BETWEEN 50 PRECEDING AND 30 FOLLOWING'
]) AS frame;

-- A state that has become empty takes works of another length.
SELECT id, task_dist(a) OVER (ORDER BY id ROWS 0 PRECEDING) AS d, rollup(r) OVER (ORDER BY id ROWS 0 PRECEDING) AS r
FROM (VALUES (1, '{1,0}'::int2[], '{1|1:1|}'::task_dist), (2, '{1,0,1}', '{3|1:1}'), (3, NULL, NULL), (4, '{50}', '{}'),
             (5, '{1,1}', '{2|1:1|1:2}')) AS v (id, a, r);
SELECT task_dist(a) OVER (ORDER BY id ROWS 1 PRECEDING) FROM (VALUES (1, '{1,0}'::int2[]), (2, '{1}')) AS v (id, a);

-- A result kept is not changed when the frame moves on.
SELECT array_agg(d ORDER BY id) AS all_kept
FROM (SELECT id, task_dist(ARRAY[id]::int2[]) OVER (ORDER BY id ROWS 1 PRECEDING) AS d FROM generate_series(1, 5) AS id) AS x;
SELECT array_agg(d ORDER BY id) AS all_kept
FROM (SELECT id, task_dist(ARRAY[id]::int2[]) OVER (ORDER BY id) AS d FROM generate_series(1, 4) AS id) AS x;

-- A sum of nothing is NULL, of empties is empty, in frames too.
SELECT id, d, rollup(d) OVER (ORDER BY id ROWS 1 PRECEDING) AS rollup
FROM (VALUES (1, NULL::task_dist), (2, '{}'), (3, '{7|1:1}'), (4, '{}'), (5, '{}'), (6, NULL), (7, NULL)) AS v (id, d)
ORDER BY id;
