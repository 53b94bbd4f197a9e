-- scaled, scale_reference, percentile_rank, weighted_mean: against R on 420
-- Californian schools (test/data/README.md tells where they come from,
-- test/data/context_reference.R made the rows), against plain SQL, edge cases.
\getenv abs_srcdir PG_ABS_SRCDIR
\if :{?abs_srcdir}
\else
    \set abs_srcdir test
\endif
\set file :abs_srcdir '/data/caschools.csv'
\set content `cat :'file'`
CREATE TEMP TABLE indicator AS
SELECT cell[1]::int AS school, name, cell[place]::double precision AS v
FROM (SELECT string_to_array(line, ',') AS cell
      FROM string_to_table(:'content', E'\n') AS line WHERE line ~ '^[0-9]') AS file
CROSS JOIN (VALUES ('calworks', 4), ('lunch', 5), ('english', 9), ('income', 8), ('expenditure', 7)) AS c (name, place);

CREATE TEMP TABLE reference (name, mean, sd, min, max, z, rank) AS
SELECT name, mean::double precision, sd::double precision, min::double precision, max::double precision,
       z::double precision, rank::double precision FROM (VALUES
    ('calworks', 13.24604163027945, 11.454820990305612, 0, 78.99420166015625, -0.22303634217365725, 0.5083333333333333),
    ('lunch', 44.705236865331727, 27.123381081356726, 0, 100, 0.5537017080472606, 0.69166666666666665),
    ('english', 15.768155158630439, 18.285927467471829, 0, 85.539718627929688, 0.70597822865503568, 0.77500000000000002),
    ('income', 15.316588053249177, 7.2258897632914287, 5.3350000381469727, 55.327999114990234, -0.51860568874706348, 0.32738095238095238),
    ('expenditure', 5312.4075410388768, 633.93705310950236, 3926.069580078125, 7711.5068359375, -0.24390887440904679, 0.44642857142857145)) AS r (name, mean, sd, min, max, z, rank);
WITH scale AS (
    SELECT name, shnor.scale_reference(v) AS s FROM indicator GROUP BY name
), scaled AS (
    SELECT *, shnor.scaled(v, 'z') OVER (PARTITION BY name) AS z,
           shnor.scaled(v, 'percentile_rank') OVER (PARTITION BY name) AS rank
    FROM indicator
)
SELECT count(*), sum((s).n) AS n, max(abs((s).mean / r.mean - 1)) < 1e-14 AS mean, max(abs((s).sd / r.sd - 1)) < 1e-14 AS sd,
       bool_and((s).min = r.min AND (s).max = r.max) AS extremes, max(abs(g.z / r.z - 1)) < 1e-12 AS z,
       max(abs(g.rank / r.rank - 1)) < 1e-14 AS rank
FROM reference AS r JOIN scale USING (name) JOIN scaled AS g USING (name) WHERE g.school = 100;

-- Every method in both directions against plain SQL; the window form and the
-- form with a reference give the same bits; order and frame do not matter.
WITH plain AS (
    SELECT *, avg(v) OVER w AS mean, stddev_samp(v) OVER w AS sd, min(v) OVER w AS low, max(v) OVER w AS high,
           shnor.mid_percentile(v) OVER w AS middle, shnor.scale_reference(v) OVER w AS s,
           array_agg(v) OVER w AS sample
    FROM indicator WINDOW w AS (PARTITION BY name)
), wanted AS (
    SELECT p.*, method, up, CASE method
               WHEN 'z' THEN (v - mean) / sd * CASE WHEN up THEN 1 ELSE -1 END
               WHEN 't' THEN 50 + 10 * (v - mean) / sd * CASE WHEN up THEN 1 ELSE -1 END
               WHEN 'min_max' THEN CASE WHEN up THEN v - low ELSE high - v END / (high - low)
               WHEN 'percent' THEN 100 * CASE WHEN up THEN v - low ELSE high - v END / (high - low)
               WHEN 'percent_of_best' THEN CASE WHEN up THEN 100 * v / high
                                                WHEN v = 0 THEN 100 ELSE 100 * low / v END
               WHEN 'percentile_rank' THEN CASE WHEN up THEN middle ELSE 1 - middle END END AS want
    FROM plain AS p
    CROSS JOIN unnest('{z,t,min_max,percent,percent_of_best,percentile_rank}'::text[]) AS method
    CROSS JOIN unnest('{t,f}'::boolean[]) AS up
), got AS (
    SELECT *, shnor.scaled(v, method, up) OVER (PARTITION BY name, method, up ORDER BY school DESC
                                                ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS by_window,
           CASE method WHEN 'percentile_rank' THEN shnor.percentile_rank(v, sample, up)
                       ELSE shnor.scaled(v, s, method, up) END AS by_reference
    FROM wanted
)
SELECT method, up, count(*), max(abs(by_window - want)) < 1e-10 AS agrees, bool_and(by_window = by_reference) AS same
FROM got GROUP BY method, up ORDER BY method, up;

-- The order of rows changes no bit, nor does a parallel plan.
SELECT count(DISTINCT s::text) AS results
FROM (SELECT shnor.scale_reference(v ORDER BY v) AS s FROM indicator
      UNION ALL SELECT shnor.scale_reference(v ORDER BY v DESC) FROM indicator
      UNION ALL SELECT shnor.scale_reference(v ORDER BY hashfloat8(v)) FROM indicator) AS orders;
CREATE TABLE context_scale_value AS SELECT v FROM indicator;
ALTER TABLE context_scale_value SET (parallel_workers = 2);
SELECT shnor.scale_reference(v)::text AS serial FROM context_scale_value \gset
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT shnor.scale_reference(v)::text = :'serial' AS parallel_same FROM context_scale_value;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE context_scale_value;

-- Another year's school on this scale.
SELECT v, shnor.scaled(v, s, 'z') AS z, shnor.scaled(v, s, 't', false) AS t, shnor.scaled(v, s, 'min_max') AS min_max,
       shnor.scaled(v, s, 'percent') AS percent, round(shnor.scaled(v, s, 'percent_of_best')::numeric, 6) AS of_best,
       shnor.scaled(v, s, 'percent_of_best', false) AS of_best_down,
       round(shnor.percentile_rank(v, '{10,20,NULL,30}')::numeric, 6) AS rank,
       round(shnor.percentile_rank(v, '{10,20,NULL,30}', false)::numeric, 6) AS down
FROM (SELECT shnor.scale_reference(v) AS s FROM unnest('{20,10,NULL,30}'::double precision[]) AS v) AS old
CROSS JOIN unnest('{0,10,20,25,40,NULL}'::double precision[]) AS v;

-- No rows, one row, equal rows, NULLs: what has no scale is NULL.
SELECT shnor.scale_reference(v) FROM unnest('{}'::double precision[]) AS v;
SELECT shnor.scale_reference(v) FROM unnest('{NULL,NULL}'::double precision[]) AS v;
SELECT part, v, shnor.scaled(v, 'z') OVER w AS z, shnor.scaled(v, 'min_max') OVER w AS min_max,
       shnor.scaled(v, 'percent_of_best') OVER w AS of_best, shnor.scaled(v, 'percent_of_best', false) OVER w AS of_best_down,
       shnor.scaled(v, 'percentile_rank') OVER w AS rank, shnor.scale_reference(v) OVER w AS scale
FROM (VALUES (1, 5), (2, 0), (2, 0), (3, NULL), (4, 0.1), (4, 0.1), (4, 0.1), (4, NULL), (5, NULL), (5, 0), (5, 2)) AS p (part, v)
WINDOW w AS (PARTITION BY part) ORDER BY part, v;
-- Equal but for rounding is equal: 0.1 + 0.2 and 0.3.
SELECT (shnor.scale_reference(v)).sd FROM unnest(ARRAY[0.1::double precision + 0.2, 0.3]) AS v;
-- Far from 0 nothing cancels.
SELECT shnor.scaled(1e9 + i, 'z') OVER () = shnor.scaled(i, 'z') OVER () AS same FROM generate_series(1, 3) AS i;

SELECT shnor.scaled(1, 'Z') OVER ();
SELECT shnor.scaled(1, NULL::text) OVER ();
SELECT shnor.scaled(v, 'z') OVER () FROM unnest('{1,NaN}'::double precision[]) AS v;
SELECT shnor.scaled(v, 'percent_of_best') OVER () FROM unnest('{1,-1}'::double precision[]) AS v;
SELECT shnor.scaled(1, shnor.scale_reference(2), 'percentile_rank');
SELECT shnor.scaled('Infinity', shnor.scale_reference(2), 'z');
SELECT shnor.scaled(1e50, ROW(2, 0, 1e-300, 0, 1)::shnor.value_scale, 'z');
SELECT shnor.scaled(1, ROW(NULL, NULL, NULL, NULL, NULL)::shnor.value_scale, 'z') AS nothing,
       shnor.scaled(1, ROW(2, 'NaN', 'Infinity', 0, 1)::shnor.value_scale, 't') AS not_numbers;
SELECT shnor.scale_reference('NaN');
-- 0 and -0 are equal, and which comes first makes no difference.
SELECT bool_and(scale = '(2,0,0,0,0)') AS without_sign
FROM (SELECT shnor.scale_reference(v)::text AS scale
      FROM (VALUES (1, '0'::double precision), (1, '-0'), (2, '-0'), (2, '0'), (3, '-0'), (3, '-0')) AS data (part, v)
      GROUP BY part) AS x;
SELECT shnor.percentile_rank(1, '{NaN}');
SELECT shnor.percentile_rank(1, '{}') AS none, shnor.percentile_rank(1, '{NULL}') AS nulls;

-- Weighted means: the policies are numbers of values that must be present.
SELECT shnor.weighted_mean('{1,2,6}', '{1,1,2}') AS mean, shnor.weighted_mean('{1,NULL,7}', '{1,1,2}') AS renormalised,
       shnor.weighted_mean('{1,NULL,6}', '{1,1,2}', 3) AS all_needed, shnor.weighted_mean('{1,NULL,7}', '{1,1,2}', 2) AS two_needed,
       shnor.weighted_mean('{1,NULL,NULL}', '{0,1,2}') AS no_weight, shnor.weighted_mean('{NULL,NULL}', '{1,2}') AS nothing,
       shnor.weighted_mean('{}', '{}') AS no_indicators, shnor.weighted_mean(NULL, '{1}') AS no_values;
SELECT setseed(0.6011);
SELECT count(*), bool_and(coalesce(abs(got - want) < 1e-12, got IS NULL AND want IS NULL)) AS agrees, count(got) BETWEEN 1 AND 499 AS both
FROM (SELECT i, shnor.weighted_mean(array_agg(v ORDER BY j), array_agg(w ORDER BY j), 2) AS got,
             CASE WHEN count(v) >= 2 THEN sum(v * w) / nullif(sum(w) FILTER (WHERE v IS NOT NULL), 0) END AS want
      FROM (SELECT i, j, CASE WHEN random() < 0.5 THEN random() * 100 - 50 END AS v, floor(4 * random()) AS w
            FROM generate_series(1, 500) AS i CROSS JOIN generate_series(1, 4) AS j) AS drawn
      GROUP BY i) AS means;
SELECT shnor.weighted_mean('{1,2}', '{1}');
SELECT shnor.weighted_mean('{1,2}', '{1,NULL}');
SELECT shnor.weighted_mean('{1,2}', '{1,-1}');
SELECT shnor.weighted_mean('{1,Infinity}', '{1,1}');
SELECT shnor.weighted_mean('{{1,2}}', '{1,1}');
SELECT shnor.weighted_mean('{1,2}', '{1,1}', 0);
SELECT shnor.weighted_mean(array_fill(1.0, ARRAY[101]), array_fill(1.0, ARRAY[101]));
