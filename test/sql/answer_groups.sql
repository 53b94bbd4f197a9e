-- answer_groups: pattern_similarity by class and task_dist by mark in one pass.
SET search_path = shnor, public;
SET extra_float_digits = 0;
CREATE FUNCTION pg_temp.attempt(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r text;
    e text;
BEGIN
    EXECUTE query INTO r;
    RETURN coalesce(r, 'NULL');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS e = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || SQLERRM || ': ' || e;
END
$$;

-- By hand: classes in the order of their bytes, whichever comes first; rows
-- without scores or with another number of items are nobody's.
SELECT (g).classes, (g).similarity, (g).tasks
FROM (SELECT answer_groups(class, mark, scores, 2, '{{1,0.5,1},{1,0.25,1}}') AS g
      FROM (VALUES ('5б', 3::int2, '{1,0}'::int2[]), ('5а', 3::int2, '{1,0}'), ('5а', 5::int2, '{0,1}'), ('5б', NULL, '{1,0}'),
                   (NULL, 3::int2, '{NULL,1}'), ('5в', 4::int2, NULL), ('5в', 4::int2, '{}'), ('5в', 4::int2, '{1,0,1}'),
                   ('', 2::int2, '{0,1}')) AS v (class, mark, scores)) AS x;
SELECT array_lower((g).tasks, 1) AS lowest_mark, array_length((g).tasks, 1) AS marks, (g).tasks[4] IS NULL AS no_4
FROM (SELECT answer_groups('5а', 2::int2, '{1}', NULL, NULL) AS g) AS x;

SELECT q, pg_temp.attempt(q)
FROM unnest(ARRAY[
    $$SELECT answer_groups('a', 3::int2, a, 2, NULL) FROM (VALUES (NULL::int2[]), ('{}'), ('{1}'), ('{1,1,1}')) AS v (a)$$,
    $$SELECT answer_groups('a', 3::int2, a, 2, NULL) FROM (VALUES ('{1}'::int2[])) AS v (a) WHERE false$$,
    $$SELECT answer_groups('a', 3::int2, a, NULL, NULL) FROM (VALUES ('{1}'::int2[]), ('{1,1}')) AS v (a)$$,
    $$SELECT answer_groups('a', m, '{1}', 1, NULL) FROM (VALUES (1::int2)) AS v (m)$$,
    $$SELECT answer_groups('a', m, '{1}', 1, NULL) FROM (VALUES (6::int2)) AS v (m)$$,
    $$SELECT answer_groups('a', 3::int2, '{1}', 1, '{1,1}')$$,
    $$SELECT answer_groups('a', 3::int2, '{1}', 1, b) FROM (VALUES ('{{1,1},{1,1}}'::float8[]), ('{{1,0.5},{1,0.25}}')) AS v (b)$$,
    $$SELECT answer_groups(c, 3::int2, '{1}', 1, b) FROM (VALUES ('a', '{{1,1},{1,1}}'::float8[]), ('b', NULL)) AS v (c, b)$$,
    $$SELECT answer_groups('a', 3::int2, '{101}', 1, NULL)$$,
    $$SELECT answer_groups('a', 3::int2, '{{1}}', 1, NULL)$$
]) AS q;

-- Against the two aggregates with GROUP BY, on 20,000 random participants of
-- 40 schools, of works of two lengths, some without mark or scores, classes
-- of many names.
SELECT setseed(0.25) AS seed_025 \g /dev/null
CREATE TEMP TABLE pupil AS
SELECT i % 40 AS school, CASE WHEN random() < 0.9 THEN (5 + i % 3)::text || chr(1072 + floor(random() * (1 + i % 40))::int) ELSE '' END AS class,
       nullif(1 + floor(random() * 5), 1)::int2 AS mark,
       CASE WHEN random() < 0.95 THEN
           ARRAY(SELECT CASE WHEN random() < 0.9 THEN floor(random() * k / 2)::int END
                 FROM generate_series(1, CASE WHEN random() < 0.9 THEN 4 ELSE 5 END + 0 * i) AS k)::int2[] END AS scores
FROM generate_series(1, 20000) AS i;
CREATE TEMP TABLE baseline AS
SELECT pattern_baseline(task_dist(scores), score_dist(t), 1) AS b
FROM (SELECT scores, (SELECT coalesce(sum(u), 0)::int FROM unnest(scores) AS u) AS t FROM pupil WHERE cardinality(scores) = 4) AS p;
CREATE TEMP TABLE grouped AS
SELECT school, answer_groups(class, mark, scores, 4, b) AS g, answer_groups(class, mark, scores, 4, b ORDER BY scores, class, mark) AS again,
       answer_groups(class, mark, scores, 4, NULL) AS no_baseline
FROM pupil, baseline
GROUP BY school;
SELECT count(*) AS schools, sum(cardinality((g).classes)) AS classes, bool_and(g = again) AS in_any_order,
       bool_and(((no_baseline).similarity[1]).expected IS NULL AND ((no_baseline).similarity[1]).participants = ((g).similarity[1]).participants) AS nothing_expected
FROM grouped;
SELECT count(*) AS classes, count(*) FILTER (WHERE (s.s).expected > 0) AS with_expected, count(*) FILTER (WHERE u IS DISTINCT FROM s.s) AS wrong
FROM (SELECT school, c, u FROM grouped, unnest((g).classes, (g).similarity) AS x (c, participants, pairs, identical, largest, expected, deviation, p),
             LATERAL (SELECT ROW(participants, pairs, identical, largest, expected, deviation, p)::pattern_similarity AS u) AS y) AS a
FULL JOIN (SELECT school, class AS c, pattern_similarity(scores, b) AS s FROM pupil, baseline WHERE cardinality(scores) = 4 GROUP BY school, class) AS s
    USING (school, c);
SELECT count(*) AS tasks, count(*) FILTER (WHERE (a.g).tasks[s.mark] IS DISTINCT FROM s.t) AS wrong,
       count(*) FILTER (WHERE s.t IS NULL) AS of_nobody
FROM grouped AS a
FULL JOIN (SELECT school, mark, task_dist(scores) AS t FROM pupil WHERE cardinality(scores) = 4 AND mark IS NOT NULL GROUP BY school, mark) AS s USING (school);
-- in a window the state is read again and again
SELECT count(*) AS frames, bool_and((g).classes = ARRAY(SELECT DISTINCT c COLLATE "C" FROM unnest(classes) AS c ORDER BY 1)) AS window_works
FROM (SELECT answer_groups(class, mark, scores, NULL, NULL) OVER w AS g, array_agg(class) OVER w AS classes
      FROM pupil WHERE school = 39 AND cardinality(scores) = 4
      WINDOW w AS (ORDER BY scores, class, mark ROWS 20 PRECEDING)) AS x;
-- ten thousand classes
SELECT cardinality((g).classes) AS classes, ((g).similarity[10000]).participants
FROM (SELECT answer_groups('k' || i % 10000, 3::int2, '{1,0}', 2, NULL) AS g FROM generate_series(1, 50000) AS i) AS x;
