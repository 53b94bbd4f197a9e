-- principal_component and component_score: against prcomp of R on 420
-- Californian schools (test/data/context_reference.R made the numbers),
-- against the eigenvalue equation in plain SQL, edge cases.
\getenv abs_srcdir PG_ABS_SRCDIR
\if :{?abs_srcdir}
\else
    \set abs_srcdir test
\endif
\set file :abs_srcdir '/data/caschools.csv'
\set content `cat :'file'`
CREATE TEMP TABLE school AS
SELECT cell[1]::int AS school, ARRAY[cell[4], cell[5], cell[9], cell[8], cell[7]]::double precision[] AS x
FROM (SELECT string_to_array(line, ',') AS cell
      FROM string_to_table(:'content', E'\n') AS line WHERE line ~ '^[0-9]') AS file;
\set file :abs_srcdir '/data/caschools_reference.csv'
\set content `cat :'file'`
CREATE TEMP TABLE reference AS
SELECT cell[1]::int AS school, cell[2]::double precision AS score
FROM (SELECT string_to_array(line, ',') AS cell
      FROM string_to_table(:'content', E'\n') AS line WHERE line ~ '^[0-9]') AS file;

CREATE FUNCTION pg_temp.apart(got double precision[], want double precision[])
RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN (SELECT max(abs(g / w - 1)) FROM unnest(got, want) AS v (g, w));

WITH wanted (standardised, means, sds, loadings, variance, share, next_share) AS (VALUES
    (true, '{13.24604163027945,44.705236865331727,15.768155158630439,15.316588053249177,5312.4075410388768}', '{11.454820990305612,27.123381081356726,18.285927467471829,7.2258897632914287,633.93705310950236}', '{0.48501241239012832,0.58369655482497285,0.41700554784148347,-0.48755004850364519,-0.11163608281591837}', 2.664343189911822, 0.53286863798236472, 0.22143260188613439),
    (false, '{13.24604163027945,44.705236865331727,15.768155158630439}', '{11.454820990305612,27.123381081356726,18.285927467471829}', '{0.26585983343159486,0.85044092228559887,0.45394799996227048}', 980.38831623065062, 0.81612933647566821, 0.14788067323885651)), got AS (
    SELECT (shnor.principal_component(x, 1)).* FROM school
    UNION ALL
    SELECT (shnor.principal_component(x[1:3], 1, false)).* FROM school
)
SELECT standardised, rows, skipped, sign_by, pg_temp.apart(g.means, w.means::double precision[]) < 1e-14 AS means,
       pg_temp.apart(g.sds, w.sds::double precision[]) < 1e-14 AS sds,
       pg_temp.apart(g.loadings, w.loadings::double precision[]) < 1e-12 AS loadings,
       abs(g.variance / w.variance::double precision - 1) < 1e-13 AS variance,
       abs(g.share / w.share::double precision - 1) < 1e-13 AS share,
       abs(g.next_share / w.next_share::double precision - 1) < 1e-12 AS next_share
FROM got AS g JOIN wanted AS w ON w.standardised = g.is_standardised ORDER BY standardised;

-- Scores, school by school.
WITH got AS (
    SELECT school, shnor.component_score(x, shnor.principal_component(x, 1) OVER ()) AS score FROM school
)
SELECT count(*), max(abs(g.score - r.score)) < 1e-11 AS scores, max(abs(g.score / r.score - 1)) < 1e-8 AS relative
FROM got AS g JOIN reference AS r USING (school);

-- Fixed by another indicator, all signs turn; income is the fourth.
SELECT pg_temp.apart(down.loadings, (SELECT array_agg(-l) FROM unnest(up.loadings) AS l)) = 0 AS turned, down.sign_by,
       up.variance = down.variance AS same
FROM (SELECT (shnor.principal_component(x, 2)).* FROM school) AS up
CROSS JOIN (SELECT (shnor.principal_component(x, 4)).* FROM school) AS down;

-- 12 made-up indicators of 300 schools, seed 0.612: the loadings are of unit
-- length and C loadings = variance loadings, C being the correlations by SQL.
SELECT setseed(0.612);
CREATE TEMP TABLE made AS
SELECT i, array_agg(a * 40 + b * (j % 5) * 20 + 30 * random() ORDER BY j) AS x
FROM (SELECT i, random() AS a, random() AS b FROM generate_series(1, 300) AS i) AS s
CROSS JOIN generate_series(1, 12) AS j GROUP BY i;
CREATE TEMP TABLE fit AS SELECT (f).*, f FROM (SELECT shnor.principal_component(x, 3) AS f FROM made) AS f;
WITH c AS (
    SELECT p, q, corr(x[p], x[q]) AS c FROM made, generate_series(1, 12) AS p, generate_series(1, 12) AS q GROUP BY p, q
), image AS (
    SELECT p, sum(c * loadings[q]) - variance * loadings[p] AS rest FROM c, fit GROUP BY p, variance, loadings
)
SELECT count(*), max(abs(rest)) < 1e-12 AS eigenvector,
       (SELECT abs(sum(l * l) - 1) < 1e-14 FROM fit, unnest(loadings) AS l) AS unit,
       (SELECT abs(variance / 12 - share) < 1e-14 AND next_share BETWEEN 0.05 AND share FROM fit) AS share
FROM image;
SELECT abs(avg(s)) < 1e-12 AS mean, abs(var_samp(s) - min(variance)) < 1e-11 AS variance
FROM (SELECT shnor.component_score(x, f) AS s, variance FROM made, fit) AS scored;
-- Any other direction varies less: 500 random ones.
WITH direction AS (
    SELECT d, array_agg(random() - 0.5 ORDER BY j) AS u FROM generate_series(1, 500) AS d, generate_series(1, 12) AS j GROUP BY d
), c AS (
    SELECT p, q, corr(x[p], x[q]) AS c FROM made, generate_series(1, 12) AS p, generate_series(1, 12) AS q GROUP BY p, q
)
SELECT count(*), bool_and(v <= variance) AS smaller
FROM (SELECT d, sum(u[p] * u[q] * c) / min((SELECT sum(e * e) FROM unnest(u) AS e)) AS v FROM direction, c GROUP BY d, u) AS varied, fit;

-- Order of rows and partial aggregation change no bit.
SELECT count(DISTINCT f::text) AS results
FROM (SELECT shnor.principal_component(x, 3 ORDER BY i) AS f FROM made
      UNION ALL SELECT shnor.principal_component(x, 3 ORDER BY i DESC) FROM made
      UNION ALL SELECT shnor.principal_component(x, 3 ORDER BY hashint4(i)) FROM made) AS orders;
CREATE TABLE context_component_row AS SELECT * FROM made;
ALTER TABLE context_component_row SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT shnor.principal_component(x, 3)::text = (SELECT f::text FROM fit) AS parallel_same FROM context_component_row;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE context_component_row;

-- Missing values, constants, collinear indicators, few rows.
CREATE TEMP TABLE edge (part, x) AS VALUES
    ('1 one row', '{1,2}'::double precision[]),
    ('2 two rows', '{1,2}'), ('2 two rows', '{3,1}'),
    ('3 constant', '{1,5,1}'), ('3 constant', '{2,5,3}'), ('3 constant', '{4,5,4}'),
    ('4 all constant', '{1,5}'), ('4 all constant', '{1,5}'),
    ('5 collinear', '{1,2}'), ('5 collinear', '{2,4}'), ('5 collinear', '{5,10}'),
    ('6 missing', '{1,2}'), ('6 missing', '{2,NULL}'), ('6 missing', NULL), ('6 missing', '{2,5}'), ('6 missing', '{4,4}'),
    ('7 nothing but missing', '{NULL,1}'), ('7 nothing but missing', NULL),
    ('8 one indicator', '{7}'), ('8 one indicator', '{9}'),
    ('9 constant but for rounding', ARRAY[0.1::double precision + 0.2, 1]), ('9 constant but for rounding', '{0.3,2}');
SELECT part, (f).rows, (f).skipped, (f).sds[1] = 0 AS first_constant,
       (SELECT array_agg(round(l::numeric, 6)) FROM unnest((f).loadings) AS l) AS loadings,
       round((f).variance::numeric, 6) AS variance, round((f).share::numeric, 6) AS share, round((f).next_share::numeric, 6) AS next_share
FROM (SELECT part, shnor.principal_component(x, CASE part WHEN '9 constant but for rounding' THEN 2 ELSE 1 END) AS f
      FROM edge GROUP BY part) AS fits ORDER BY part COLLATE "C";
SELECT shnor.principal_component(x, 1) IS NULL AS no_rows FROM edge WHERE false;
-- A missing indicator makes a missing score, unless it has no part.
SELECT round(shnor.component_score('{2,NULL,3}', f)::numeric, 6) AS without_part, shnor.component_score('{2,5,NULL}', f) AS with_part,
       shnor.component_score(NULL, f) AS nothing
FROM (SELECT shnor.principal_component(x, 1) AS f FROM edge WHERE part = '3 constant') AS fit;

-- Errors.
SELECT shnor.principal_component(x, 2) FROM edge WHERE part = '3 constant';
SELECT shnor.principal_component(x, 0) FROM school;
SELECT shnor.principal_component(x, 6) FROM school;
SELECT shnor.principal_component(x, NULL) FROM school;
SELECT shnor.principal_component(x, school % 2 + 1) FROM school WHERE school < 3;
SELECT shnor.principal_component(x, 1) FROM (VALUES ('{1,1}'::double precision[]), ('{1,-1}'), ('{-1,1}'), ('{-1,-1}')) AS square (x);
SELECT shnor.principal_component(x, 1) FROM (VALUES ('{1,1}'::double precision[]), ('{1}')) AS uneven (x);
SELECT shnor.principal_component(x, 1) FROM (VALUES ('{1,1}'::double precision[]), ('{1,NaN}')) AS hostile (x);
SELECT shnor.principal_component('{}', 1);
SELECT shnor.component_score('{1,2}', f) FROM fit;
SELECT shnor.component_score('{1,2}', ROW(2, 0, 1, true, '{1,NULL}', '{1,1}', '{1,1}', 1, 1, 0)::shnor.principal_component);
SELECT shnor.component_score('{1,2}', ROW(2, 0, 1, true, '{1,2}', '{0,1}', '{1,1}', 1, 1, 0)::shnor.principal_component);
SELECT shnor.component_score('{1,2}', ROW(2, 0, 1, true, '{1,2}', '{1,1}', '{NaN,1}', 1, 1, 0)::shnor.principal_component);
-- No NaN and no infinity from hostile sizes.
SELECT count(f) > 0 AS some, bool_and(coalesce(pg_temp.apart((f).loadings, (f).loadings) = 0
           OR 0 = ANY ((f).loadings), true) AND f::text !~ 'NaN|Inf') AS finite
FROM (SELECT shnor.principal_component(ARRAY[x, y, i], 3) AS f
      FROM (SELECT i / 5 AS part, i,
                   (ARRAY[0, 1, -1e50, 1e50, 1e-300, 3])[1 + (i * 7919 % 6)] AS x,
                   (ARRAY[0, 1e50, 1, 1e-300, -1e50, 2, 5])[1 + (i * 104729 % 7)] AS y
            FROM generate_series(1, 3000) AS i) AS hostile GROUP BY part) AS fits;
