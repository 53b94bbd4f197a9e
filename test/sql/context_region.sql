-- Index, component, groups and expectation of the made-up region's 1,088
-- schools against R: prcomp, kmeans, lm, rstudent, cor. The files are those of
-- test/data/context_region.sql and test/data/context_reference.R; what the
-- warehouse makes of the same rows is in test/tap/warehouse_context_region.sql.
\getenv abs_srcdir PG_ABS_SRCDIR
\if :{?abs_srcdir}
\else
    \set abs_srcdir test
\endif
\set file :abs_srcdir '/data/context_region.csv'
\set content `cat :'file'`
CREATE TEMP TABLE line AS
SELECT cell[1]::int AS school, nullif(cell[2], '')::bigint AS participants, nullif(cell[3], '')::bigint AS failed, cell[4:] AS cell
FROM (SELECT string_to_array(line, ',') AS cell
      FROM string_to_table(:'content', E'\n') AS line WHERE line ~ '^[0-9]') AS file;
\set file :abs_srcdir '/data/context_region_fit.csv'
\set content `cat :'file'`
CREATE TEMP TABLE wanted AS
SELECT cell[1] AS quantity, cell[2]::int AS place, cell[3]::double precision AS value
FROM (SELECT string_to_array(line, ',') AS cell
      FROM string_to_table(:'content', E'\n') AS line WHERE line ~ ',[0-9]+,') AS file;
\set file :abs_srcdir '/data/context_region_reference.csv'
\set content `cat :'file'`
CREATE TEMP TABLE wanted_school AS
SELECT cell[1]::int AS school, cell[2] AS index, cell[3] AS component, cell[4] AS fitted, cell[5] AS low, cell[6] AS high,
       cell[7] AS residual, cell[8] AS leverage, cell[9] AS t, cell[10] AS indicators_t
FROM (SELECT string_to_array(line, ',', 'NULL')::double precision[] AS cell
      FROM string_to_table(:'content', E'\n') AS line WHERE line ~ '^[0-9]') AS file;
SELECT count(*) AS schools, count(participants) AS judged, (SELECT count(*) FROM wanted_school) AS wanted,
       (SELECT count(t) FROM wanted_school) AS wanted_judged, (SELECT count(*) FROM wanted) AS numbers FROM line;

-- Agreement, NULL with NULL only.
CREATE FUNCTION pg_temp.agrees(got double precision, want double precision)
RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN coalesce(abs(got - want) <= 1e-8 * abs(want), got IS NULL AND want IS NULL);

-- Levels and shares on the z scale, higher is better; the index of the three.
CREATE TEMP TABLE value AS
SELECT school, place, coalesce(split_part(c, '/', 1)::double precision / nullif(split_part(c, '/', 2), '')::double precision,
                               split_part(c, '/', 1)::double precision) AS value, place IN (2, 3, 4, 14) AS up
FROM line, unnest(cell) WITH ORDINALITY AS v (c, place);
CREATE TEMP TABLE school AS
SELECT school, participants, failed::double precision / participants AS share, z, ARRAY[z[14], z[6], z[15]] AS three,
       shnor.weighted_mean(ARRAY[z[14], z[6], z[15]], '{1,1,1}', 3) AS composite
FROM line
JOIN (SELECT school, array_agg(z ORDER BY place) AS z
      FROM (SELECT school, place, shnor.scaled(value, 'z', up) OVER (PARTITION BY place) AS z FROM value) AS s
      GROUP BY school) AS scaled USING (school);
ALTER TABLE school ADD index double precision;
UPDATE school SET index = s.index
FROM (SELECT school, shnor.scaled(composite, 'z') OVER () AS index FROM school) AS s WHERE s.school = school.school;

CREATE TEMP TABLE got (quantity, place, value) AS
WITH component AS (
    SELECT (shnor.principal_component(z, 14)).* FROM school
), fit AS (
    SELECT 'index' AS name, (shnor.linear_fit(ARRAY[index], share, participants)).* FROM school
    UNION ALL
    SELECT 'indicators', (shnor.linear_fit(three, share, participants)).* FROM school
)
SELECT 'mean', place, (scale).mean FROM (SELECT place, shnor.scale_reference(value) AS scale FROM value GROUP BY place) AS v
UNION ALL
SELECT 'sd', place, (scale).sd FROM (SELECT place, shnor.scale_reference(value) AS scale FROM value GROUP BY place) AS v
UNION ALL
SELECT 'composite_sd', 1, (shnor.scale_reference(composite)).sd FROM school
UNION ALL
SELECT 'loading', place, l FROM component, unnest(loadings) WITH ORDINALITY AS v (l, place)
UNION ALL
SELECT quantity, 1, v FROM component, LATERAL (VALUES ('variance', variance), ('variance_share', share), ('next_share', next_share)) AS n (quantity, v)
UNION ALL
SELECT 'cluster_cost', 1, sum(w) FROM (SELECT shnor.optimal_clusters(index, 5) AS c FROM school) AS s, unnest((c).within) AS w
UNION ALL   -- one predictor: the square of the correlation, with its sign
SELECT quantity, 1, sign((f).coefficients[2]) * sqrt((f).r2)
FROM (SELECT shnor.linear_fit(ARRAY[index], share) AS plain, shnor.linear_fit(ARRAY[index], share, participants) AS weighted FROM school) AS s,
     LATERAL (VALUES ('correlation', plain), ('weighted_correlation', weighted)) AS n (quantity, f)
UNION ALL
SELECT name || '_coefficient', place, c FROM fit, unnest(coefficients) WITH ORDINALITY AS v (c, place)
UNION ALL
SELECT name || '_standard_error', place, c FROM fit, unnest(standard_errors) WITH ORDINALITY AS v (c, place)
UNION ALL
SELECT name || quantity, 1, v FROM fit, LATERAL (VALUES ('_df', df), ('_sigma', sigma), ('_r2', r2)) AS n (quantity, v);
SELECT quantity, count(*) AS numbers, bool_and(pg_temp.agrees(g.value, w.value)) AS agree
FROM got AS g FULL JOIN wanted AS w USING (quantity, place) GROUP BY quantity ORDER BY quantity;

-- School by school.
WITH got AS (
    SELECT school, index, shnor.component_score(z, shnor.principal_component(z, 14) OVER ()) AS component,
           shnor.linear_residual(ARRAY[index], share, participants, shnor.linear_fit(ARRAY[index], share, participants) OVER (), 0.95) AS r,
           shnor.linear_residual(three, share, participants, shnor.linear_fit(three, share, participants) OVER ()) AS i
    FROM school
)
SELECT count(*) AS schools, count(w.t) AS judged, bool_and(pg_temp.agrees(g.index, w.index)) AS index,
       bool_and(pg_temp.agrees(g.component, w.component)) AS component,
       bool_and(w.t IS NULL OR pg_temp.agrees((r).fitted, w.fitted)) AS fitted, bool_and(w.t IS NULL OR pg_temp.agrees((r).low, w.low)) AS low,
       bool_and(w.t IS NULL OR pg_temp.agrees((r).high, w.high)) AS high, bool_and(pg_temp.agrees((r).residual, w.residual)) AS residual,
       bool_and(w.t IS NULL OR pg_temp.agrees((r).leverage, w.leverage)) AS leverage, bool_and(pg_temp.agrees((r).t, w.t)) AS t,
       bool_and(pg_temp.agrees((i).t, w.indicators_t)) AS indicators_t
FROM got AS g FULL JOIN wanted_school AS w USING (school);
