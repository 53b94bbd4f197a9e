-- worst_result against a sort of exact fractions, and marks_by_cuts against
-- marks counted one by one. Data by hashing, the same every time.
\pset null '(null)'

SELECT shnor.worst_result(k, f, n) FROM (VALUES (1, 3, 10), (2, 6, 20), (3, 5, 20), (4, 6, 20), (5, NULL, 9), (6, 0, 0)) AS v (k, f, n);
SELECT shnor.worst_result(k, f, n) FROM (VALUES (1, 0, 0), (2, NULL, 1)) AS v (k, f, n);
SELECT shnor.worst_result(1, 4, 3);
SELECT shnor.worst_result(1, -1, 3);
-- shares that differ by one part in 10^36, and equal ones of large counts
SELECT shnor.worst_result(k, f, n) FROM (VALUES (1, 333333333333333333, 1000000000000000000), (2, 333333333333333334, 1000000000000000001)) AS v (k, f, n);
SELECT shnor.worst_result(k, f, n) FROM (VALUES (2, 4000000000000000000, 8000000000000000000), (1, 2000000000, 4000000000)) AS v (k, f, n);
SELECT shnor.worst_result_accum('{1,2}', 1, 1, 1);

CREATE TEMPORARY TABLE result_of_group AS
SELECT g, k, (abs(hashint8(g * 1000 + k)::bigint) % (n + 1)) AS f, n
FROM generate_series(1, 2000) AS g, generate_series(1, 9) AS k,
     LATERAL (SELECT (CASE WHEN g % 3 = 0 THEN 5000000000 ELSE 1 END) * (1 + abs(hashint8(g * 77 + k)::bigint) % 12) AS n) AS s;
SELECT count(*) AS compared, count(*) FILTER (WHERE w IS DISTINCT FROM expected) AS differ
FROM (SELECT g, shnor.worst_result(k, f, n) AS w FROM result_of_group GROUP BY g) AS a
JOIN (SELECT DISTINCT ON (g) g, ARRAY[k, f, n] AS expected
      FROM result_of_group ORDER BY g, round(f::numeric / n, 40) DESC, n DESC, k) AS b USING (g);
-- partial states
SELECT count(*) AS compared, count(*) FILTER (WHERE shnor.worst_result_combine(a.w, b.w) IS DISTINCT FROM c.w) AS differ
FROM (SELECT g, shnor.worst_result(k, f, n) AS w FROM result_of_group WHERE k % 2 = 0 GROUP BY g) AS a
JOIN (SELECT g, shnor.worst_result(k, f, n) AS w FROM result_of_group WHERE k % 2 = 1 GROUP BY g) AS b USING (g)
JOIN (SELECT g, shnor.worst_result(k, f, n) AS w FROM result_of_group GROUP BY g) AS c USING (g);

-- marks_by_cuts: pupils with small scores and marks, some without one of them
CREATE TEMPORARY TABLE pupil AS
SELECT g, CASE WHEN NOT (g % 5 = 0 AND h % 7 = 0) THEN score END AS score,
       CASE WHEN NOT (g % 5 = 1 AND h % 7 = 0) OR score IS NULL THEN
           CASE WHEN h % 11 < g % 4 THEN (2 + h % 4)::integer
                ELSE 2 + (score >= 4)::integer + (score >= 6)::integer + (score >= 8)::integer END END::integer AS mark
FROM generate_series(1, 3000) AS g, generate_series(1, 5) AS p,
     LATERAL (SELECT abs(hashint8(g * 100 + p)::bigint) AS h) AS x, LATERAL (SELECT (h / 100 % 10)::integer AS score) AS y;
SELECT got, count(*) > 100 AS many, count(*) FILTER (WHERE got IS DISTINCT FROM expected) AS differ
FROM (SELECT g, shnor.marks_by_cuts(shnor.score_dist(score, mark), 4, 6, 8) AS got,
             CASE WHEN count(score) = 0 OR count(mark) = 0 THEN true
                  ELSE count(*) FILTER (WHERE num_nulls(score, mark) = 1) = 0
                       AND count(*) FILTER (WHERE score < 4) = count(*) FILTER (WHERE mark = 2)
                       AND count(*) FILTER (WHERE score BETWEEN 4 AND 5) = count(*) FILTER (WHERE mark = 3)
                       AND count(*) FILTER (WHERE score BETWEEN 6 AND 7) = count(*) FILTER (WHERE mark = 4)
                       AND count(*) FILTER (WHERE score >= 8) = count(*) FILTER (WHERE mark = 5) END AS expected
      FROM pupil GROUP BY g) AS t
GROUP BY got ORDER BY got;
SELECT shnor.marks_by_cuts(d, 4, 6, c) FROM (VALUES ('{}'::shnor.score_dist, 8), ('{1:2}', 8), ('{|2:5}', 8), ('{900:1|5:1}', 2000), ('{1:1|2:1}', NULL)) AS v (d, c);
