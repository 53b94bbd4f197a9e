-- task_dist: what the accessors say at the edges.
SET search_path = shnor, public;

CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    detail text;
BEGIN
    EXECUTE statement INTO result;
    RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN format('%s: %s / %s', SQLSTATE, SQLERRM, detail);
END
$$;

CREATE TEMP TABLE kind (id integer, d task_dist, m integer[]);
INSERT INTO kind VALUES
    (0, NULL, '{1}'), (1, '{}', '{1}'), (2, '{1|}', '{2}'), (3, '{4|0:4}', '{1}'), (4, '{3|2:3}', '{2}'),
    (5, '{8|0:1,1:2,3:3|1:8|}', '{3,1,5}'), (6, '{1000000000000|0:1,100:999999999999|100:1000000000000}', '{100,100}');
SELECT id, participants(d), items(d), attempted(d, 1), score_sum(d, 1), round(completion(d, 1, m[1]), 15) AS completion,
       round(full_share(d, 1, m[1]), 15) AS full, round(zero_share(d, 1), 15) AS zero,
       round(not_attempted_share(d, 1), 15) AS not_attempted
FROM kind ORDER BY id;
SELECT k.id, s.* FROM kind AS k LEFT JOIN item_scores(k.d) AS s ON true ORDER BY k.id, s.item, s.score;
-- item_results() says what the functions say one by one, and completions()
SELECT k.id, count(r.item) AS items,
       bool_and(r.participants = participants(d) AND r.attempted = attempted(d, r.item) AND r.score_sum = score_sum(d, r.item)
                AND r.max_score = m[r.item]) AS counts,
       bool_and(r.completion = completion(d, r.item, r.max_score) AND r.full_share = full_share(d, r.item, r.max_score)
                AND r.zero_share = zero_share(d, r.item) AND r.not_attempted_share = not_attempted_share(d, r.item)) AS shares,
       array_agg(r.completion ORDER BY r.item) IS NOT DISTINCT FROM coalesce(completions(d, m), ARRAY[NULL]::numeric[]) AS completions
FROM kind AS k LEFT JOIN item_results(d, m) AS r ON true GROUP BY k.id, d, m ORDER BY k.id;
-- Called for every row of a query, they leave nothing behind for its time.
SELECT max(kept) < 4000000 AS scores_leave_nothing
FROM (SELECT CASE WHEN i = 20000 THEN (SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name = 'ExecutorState') END AS kept
      FROM generate_series(1, 20000) AS i, item_scores(CASE i % 2 WHEN 0 THEN '{1|0:1}' ELSE '{1|1:1}' END::task_dist)) AS called;
SELECT max(kept) < 4000000 AS results_leave_nothing
FROM (SELECT CASE WHEN i = 20000 THEN (SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name = 'ExecutorState') END AS kept
      FROM generate_series(1, 20000) AS i, item_results('{1|1:1}', ARRAY[1 + i % 2])) AS called;
-- a maximum above the columns of the value
SELECT completion('{2|1:1}', 1, 100) AS completion, full_share('{2|1:1}', 1, 100) AS full;

-- Parameters out of range
SELECT q AS statement, pg_temp.try(q) AS result
FROM unnest(ARRAY[
    $$SELECT attempted('{1|1:1}', 0)$$, $$SELECT attempted('{1|1:1}', 2)$$, $$SELECT score_sum('{1|1:1}', -2147483648)$$,
    $$SELECT attempted('{}', 7)$$, $$SELECT completion('{1|2:1}', 1, 1)$$, $$SELECT completion('{1|0:1}', 1, 0)$$,
    $$SELECT completion('{1|0:1}', 1, NULL)$$, $$SELECT full_share('{1|2:1}', 1, -1)$$, $$SELECT completion('{1000000000000|2:1}', 1, 2147483647)$$, $$SELECT completions('{1|2:1}', '{2,1}')$$,
    $$SELECT completions('{1|2:1}', '{}')$$, $$SELECT completions('{1|2:1}', '{NULL}')$$, $$SELECT completions('{1|2:1}', '{{2}}')$$,
    $$SELECT completions('{1|2:1}', '{0}')$$, $$SELECT completions('{1|2:1}', '{101}')$$, $$SELECT completions('{1|2:1}', '{1}')$$,
    $$SELECT completions('{}', '{1}')$$, $$SELECT completions('{}', array_fill(1, '{101}'))$$,
    $$SELECT item_results('{1|2:1}', '{1}')$$
]) AS q;
