-- score_dist in windows: frames that move, frames that start afresh, and
-- fresh aggregation over the rows of each frame say the same.
SET search_path = shnor, public;

-- Partition p % 6 = 5 has nothing that counts; others have runs of such rows.
CREATE TEMP TABLE sw AS
SELECT i AS id, i % 6 AS p,
       CASE WHEN i % 6 < 5 AND i / 6 % 40 > 15 THEN (i * 2654435761 % 4294967291 / 64 % (CASE WHEN i < 270 THEN 30 ELSE 900 END))::integer END AS s,
       CASE WHEN i % 6 < 5 AND i / 6 % 40 > 10 THEN (2 + i * 2246822519 % 4294967279 / 64 % 4)::integer END AS m,
       CASE WHEN i % 7 > 2 THEN (2 + i * 3266489917 % 4294967231 / 64 % 4)::integer END AS j
FROM generate_series(1::bigint, 540) AS i;

-- The rows of a frame are collected by their ids and aggregated afresh.
CREATE FUNCTION pg_temp.fresh(ids bigint[]) RETURNS score_dist
    RETURN (SELECT score_dist(s, m, j) FROM sw WHERE id = ANY (ids));
CREATE FUNCTION pg_temp.compare(frame text) RETURNS TABLE (rows bigint, nulls boolean, "values" boolean, results boolean, rollups boolean, kept boolean)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
        WITH w AS MATERIALIZED (
            SELECT id, array_agg(id) OVER f AS ids,
                   score_dist(s, m, j) OVER f AS d3, score_dist(s, m) OVER f AS d2, score_dist(s) OVER f AS d1,
                   participants(score_dist(s, m, j) OVER f) AS n,
                   rollup(score_dist_accum(NULL, s, m, j)) OVER f AS r
            FROM sw
            WINDOW f AS (PARTITION BY p ORDER BY id %s))
        SELECT count(*), count(*) > count(d3), count(d3) > 0,
               bool_and(d3 IS NOT DISTINCT FROM f AND
                        participants(f) IS NOT DISTINCT FROM n AND
                        d2 IS NOT DISTINCT FROM (SELECT score_dist(s, m) FROM sw WHERE sw.id = ANY (ids)) AND
                        d1 IS NOT DISTINCT FROM (SELECT score_dist(s) FROM sw WHERE sw.id = ANY (ids))),
               bool_and(r IS NOT DISTINCT FROM f),
               bool_and(d3::text::score_dist IS NOT DISTINCT FROM f)
        FROM w, LATERAL pg_temp.fresh(ids) AS f$q$, frame);
END
$$;
SELECT frame, (pg_temp.compare(frame)).*
FROM unnest(ARRAY[
    'ROWS 0 PRECEDING',
    'ROWS 9 PRECEDING',
    'ROWS BETWEEN 12 PRECEDING AND 7 PRECEDING',
    'ROWS BETWEEN 3 FOLLOWING AND 11 FOLLOWING',
    'ROWS BETWEEN 5 PRECEDING AND 5 FOLLOWING',
    'ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
    'ROWS UNBOUNDED PRECEDING',
    'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING',
    'ROWS BETWEEN 4 PRECEDING AND 4 FOLLOWING EXCLUDE CURRENT ROW',
    'ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW',
    'RANGE BETWEEN 50 PRECEDING AND 30 FOLLOWING',
    'GROUPS BETWEEN 2 PRECEDING AND 1 FOLLOWING EXCLUDE TIES'
]) AS frame;

-- A result kept is not changed when the frame moves on.
SELECT id, d, lag(d, 2) OVER (ORDER BY id) AS kept, before
FROM (SELECT id, score_dist(id) OVER w AS d, array_agg(id) OVER v AS before
      FROM generate_series(1, 6) AS id
      WINDOW w AS (ORDER BY id ROWS 1 PRECEDING), v AS (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING)) AS x
ORDER BY id;
SELECT array_agg(d ORDER BY id) AS all_kept
FROM (SELECT id, score_dist(id) OVER (ORDER BY id ROWS 1 PRECEDING) AS d FROM generate_series(1, 5) AS id) AS x;
SELECT array_agg(d ORDER BY id) AS all_kept
FROM (SELECT id, score_dist(id) OVER (ORDER BY id) AS d FROM generate_series(1, 4) AS id) AS x;

-- A sum of nothing is NULL, of empties is empty, in frames too.
SELECT id, d, rollup(d) OVER (ORDER BY id ROWS 1 PRECEDING) AS rollup
FROM (VALUES (1, NULL::score_dist), (2, '{}'), (3, '{7:1}'), (4, '{}'), (5, '{}'), (6, NULL), (7, NULL)) AS v (id, d)
ORDER BY id;

-- Two aggregates of one window clause have states of their own, also where
-- states are shared with windows that restart.
SELECT p, id, score_dist(s) OVER a AS d, score_dist(m) OVER a AS e, score_dist(s) OVER b AS f
FROM (SELECT i % 2 AS p, i AS id, i * 3 AS s, 2 * i AS m FROM generate_series(1, 6) AS i) AS x
WINDOW a AS (PARTITION BY p ORDER BY id), b AS (PARTITION BY p ORDER BY id ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING)
ORDER BY p, id;

-- Errors leave by their code in windows too.
SELECT score_dist(s) OVER (ORDER BY s ROWS 1 PRECEDING) FROM unnest(ARRAY[1, 2, 1001]) AS s;
