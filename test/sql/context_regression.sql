-- linear_fit and linear_residual: against lm of R on 420 Californian schools
-- (test/data/context_reference.R made the numbers), against leaving each row
-- out, against line_residual, edge cases.
\getenv abs_srcdir PG_ABS_SRCDIR
\if :{?abs_srcdir}
\else
    \set abs_srcdir test
\endif
\set file :abs_srcdir '/data/caschools.csv'
\set content `cat :'file'`
CREATE TEMP TABLE school AS
SELECT cell[1]::int AS school, ARRAY[cell[4], cell[5], cell[9], cell[8], cell[7]]::double precision[] AS x,
       (cell[10]::double precision + cell[11]::double precision) / 2 AS y, cell[2]::double precision AS w
FROM (SELECT string_to_array(line, ',') AS cell
      FROM string_to_table(:'content', E'\n') AS line WHERE line ~ '^[0-9]') AS file;
\set file :abs_srcdir '/data/caschools_reference.csv'
\set content `cat :'file'`
CREATE TEMP TABLE reference AS
SELECT cell[1]::int AS school, cell[3] AS fitted, cell[4] AS low, cell[5] AS high, cell[6] AS residual,
       cell[7] AS leverage, cell[8] AS standardised, cell[9] AS t
FROM (SELECT string_to_array(line, ',')::double precision[] AS cell
      FROM string_to_table(:'content', E'\n') AS line WHERE line ~ '^[0-9]') AS file;

CREATE FUNCTION pg_temp.rel(got double precision, want double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN CASE WHEN got = want THEN 0 ELSE abs(got / want - 1) END;
CREATE FUNCTION pg_temp.apart(got double precision[], want double precision[])
RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN (SELECT max(abs(g / w - 1)) FROM unnest(got, want) AS v (g, w));

WITH wanted (predictors, weighted, df, coefficients, standard_errors, sigma, r2) AS (VALUES
    (5, true, 414, '{647.25096434356942,-0.074783163518648721,-0.35262019582922832,-0.17410208584401882,0.79969797768448969,0.0025321407150115756}', '{4.1537344250754451,0.046070705739715993,0.034655597616926916,0.029045630746415741,0.086058118885585247,0.00084166712942061457}', 335.07032008725787, 0.86711253995311466),
    (5, false, 414, '{654.0083222194412,-0.089301206529643434,-0.37267261554459913,-0.21109129665766435,0.6231514984902734,0.0022166025527268637}', '{3.6863976614995249,0.057006114751875961,0.035930620702039881,0.032610637997695709,0.08788742614500783,0.00071630503771456171}', 8.409536710833585, 0.80751897832006747),
    (1, true, 418, '{680.29554185584823,-0.61101225977987073}', '{0.78943860216644846,0.013983384897728404}', 387.67474904431771, 0.82039308677349698)), got AS (
    SELECT 5 AS predictors, true AS weighted, (shnor.linear_fit(x, y, w)).* FROM school
    UNION ALL
    SELECT 5, false, (shnor.linear_fit(x, y)).* FROM school
    UNION ALL
    SELECT 1, true, (shnor.linear_fit(x[2:2], y, w)).* FROM school
)
SELECT predictors, weighted, g.rows, g.skipped, g.df = w.df AS df,
       pg_temp.apart(g.coefficients, w.coefficients::double precision[]) < 1e-10 AS coefficients,
       pg_temp.apart(g.standard_errors, w.standard_errors::double precision[]) < 1e-10 AS standard_errors,
       pg_temp.rel(g.sigma, w.sigma::double precision) < 1e-12 AS sigma, pg_temp.rel(g.r2, w.r2::double precision) < 1e-12 AS r2
FROM got AS g JOIN wanted AS w USING (predictors, weighted) ORDER BY predictors, weighted;

-- School by school.
CREATE TEMP TABLE judged AS
SELECT school, shnor.linear_residual(x, y, w, shnor.linear_fit(x, y, w) OVER (), 0.9) AS g FROM school;
SELECT count(*), max(pg_temp.rel((g).fitted, fitted)) < 1e-10 AS fitted, max(pg_temp.rel((g).low, low)) < 1e-10 AS low,
       max(pg_temp.rel((g).high, high)) < 1e-10 AS high, max(pg_temp.rel((g).residual, residual)) < 1e-8 AS residual,
       max(pg_temp.rel((g).leverage, leverage)) < 1e-10 AS leverage,
       max(pg_temp.rel((g).standardised, standardised)) < 1e-8 AS standardised, max(pg_temp.rel((g).t, t)) < 1e-8 AS t,
       max(abs((g).p_lower - shnor.student_cdf(t, 413))) < 1e-10 AS p_lower,
       max(abs((g).p_higher - shnor.student_cdf(-t, 413))) < 1e-10 AS p_higher, min((g).df) AS df,
       abs(sum((g).leverage) - 6) < 1e-10 AS leverages
FROM judged JOIN reference USING (school);

-- t is the residual from the fit of all other rows over its standard error,
-- which is half of an interval of the level at which Student's t is 1. 40
-- made-up schools, three predictors, weights; seed 0.6141.
SELECT setseed(0.6141);
CREATE TEMP TABLE made AS
SELECT i, ARRAY[10 * random(), random() ^ 3, 2000 + 20 * random()] AS x, 20 * random() AS y, 1 + floor(60 * random()) AS w
FROM generate_series(1, 40) AS i;
WITH own AS (
    SELECT i, x, y, w, shnor.linear_residual(x, y, w, shnor.linear_fit(x, y, w) OVER ()) AS g FROM made
), others AS (
    SELECT o.*, shnor.linear_residual(o.x, o.y, o.w, f, 1 - 2 * shnor.student_cdf(-1, 35)) AS d
    FROM own AS o CROSS JOIN LATERAL (SELECT shnor.linear_fit(x, y, w) AS f FROM made WHERE made.i <> o.i) AS rest
)
SELECT count(*), min((g).df) AS df, max(abs((g).t - (d).residual / ((d).high - (d).fitted))) < 1e-9 AS t,
       max(abs((g).residual - (1 - (g).leverage) * (d).residual)) < 1e-9 AS residual,
       max(abs((d).high + (d).low - 2 * (d).fitted)) < 1e-9 AS symmetric
FROM others;

-- One predictor is line_residual's line.
SELECT count(*), max(pg_temp.rel((a).fitted, (b).fitted)) < 1e-12 AS fitted, max(pg_temp.rel((a).leverage, (b).leverage)) < 1e-10 AS leverage,
       max(abs((a).t - (b).t)) < 1e-10 AS t, bool_and((a).df = (b).df) AS df, max(abs((a).p_lower - (b).p_lower)) < 1e-10 AS p_lower
FROM (SELECT shnor.linear_residual(x[2:2], y, w, shnor.linear_fit(x[2:2], y, w) OVER ()) AS a,
             shnor.line_residual(x[2], y, w) OVER () AS b FROM school) AS both_ways;

-- A weight of two is two rows, weights in other units change nothing but
-- sigma, and weight 0 is no row.
SELECT pg_temp.apart((a).coefficients, (b).coefficients) < 1e-9 AS as_two_rows, pg_temp.apart((a).coefficients, (c).coefficients) < 1e-9 AS units,
       pg_temp.rel((c).sigma, (a).sigma * sqrt(1e6)) < 1e-10 AS sigma, (d).rows, (d).skipped, pg_temp.apart((d).coefficients, (e).coefficients) < 1e-12 AS no_row
FROM (SELECT shnor.linear_fit(x, y, i % 3) AS a, shnor.linear_fit(x, y, i % 3 * 1e6) AS c FROM made) AS weighted,
     (SELECT shnor.linear_fit(x, y) AS b FROM made, generate_series(1, i % 3)) AS repeated,
     (SELECT shnor.linear_fit(x, y, CASE WHEN i < 5 THEN 0 WHEN i = 7 THEN NULL ELSE w END) AS d FROM made) AS incomplete,
     (SELECT shnor.linear_fit(x, y, w) AS e FROM made WHERE i NOT IN (1, 2, 3, 4, 7)) AS left_out;

-- Flags of schools without peculiarities: 5 % by construction. Seed 0.615.
SELECT setseed(0.615);
SELECT abs(count(*) FILTER (WHERE 2 * least((g).p_higher, (g).p_lower) < 0.05) / 4000.0 - 0.05) < 0.01 AS five_percent,
       abs(count(*) FILTER (WHERE y NOT BETWEEN (g).low AND (g).high) / 4000.0 - 0.1) < 0.015 AS outside
FROM (SELECT y, shnor.linear_residual(x, y, w, shnor.linear_fit(x, y, w) OVER (), 0.9) AS g
      FROM (SELECT x, w, x[1] - 2 * x[2] + 10 / sqrt(w) * shnor.normal_quantile(random() + 1e-17) AS y
            FROM (SELECT ARRAY[random(), random()] AS x, 5 + floor(90 * random()) AS w FROM generate_series(1, 4000)) AS drawn) AS honest) AS judged;

-- Order of rows and partial aggregation change no bit.
SELECT count(DISTINCT f::text) AS results
FROM (SELECT shnor.linear_fit(x, y, w ORDER BY i) AS f FROM made
      UNION ALL SELECT shnor.linear_fit(x, y, w ORDER BY i DESC) FROM made
      UNION ALL SELECT shnor.linear_fit(x, y, w ORDER BY hashint4(i)) FROM made) AS orders;
CREATE TABLE context_regression_row AS SELECT * FROM school;
ALTER TABLE context_regression_row SET (parallel_workers = 2);
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT shnor.linear_fit(x, y, w)::text = (SELECT shnor.linear_fit(x, y, w)::text FROM school) AS parallel_same FROM context_regression_row;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
DROP TABLE context_regression_row;

-- Few rows, NULLs, exact fits, a row that stands alone.
CREATE TEMP TABLE edge (part, x, y) AS VALUES
    ('1 one row', '{1}'::double precision[], 2.0::double precision),
    ('2 two rows', '{1}', 2), ('2 two rows', '{2}', 2),
    ('3 three rows', '{1}', 2), ('3 three rows', '{2}', 5), ('3 three rows', '{3}', 2),
    ('4 exact', '{1}', 2), ('4 exact', '{2}', 4), ('4 exact', '{3}', 6), ('4 exact', '{5}', 10), ('4 exact', '{NULL}', 1),
    ('5 same results', '{1}', 4), ('5 same results', '{2}', 4), ('5 same results', '{3}', 4), ('5 same results', '{9}', NULL),
    ('6 all but one exact', '{1}', 2), ('6 all but one exact', '{2}', 4), ('6 all but one exact', '{3}', 9),
    ('6 all but one exact', '{4}', 8), ('6 all but one exact', '{5}', 10),
    ('7 one x apart', '{1}', 2), ('7 one x apart', '{1}', 4), ('7 one x apart', '{1}', 3), ('7 one x apart', '{9}', 8),
    ('8 missing', NULL, 1), ('8 missing', '{NULL}', 1), ('8 missing', '{1}', NULL);
SELECT part, x, y, (f).rows, (f).skipped, (f).df, round((f).sigma::numeric, 6) AS sigma, round((f).r2::numeric, 6) AS r2,
       round((g).residual::numeric, 6) AS residual, round((g).leverage::numeric, 6) AS leverage,
       round((g).standardised::numeric, 6) AS standardised, round((g).t::numeric, 6) AS t, (g).df AS t_df, round((g).p_lower::numeric, 6) AS p_lower
FROM (SELECT *, shnor.linear_residual(x, y, 1, f) AS g
      FROM (SELECT *, shnor.linear_fit(x, y) OVER (PARTITION BY part) AS f FROM edge) AS fits) AS residual
ORDER BY part COLLATE "C", x, y;
SELECT shnor.linear_fit(x, y) IS NULL AS no_rows FROM edge WHERE false;
-- Without a result, without a weight, of another year.
SELECT (shnor.linear_residual('{2}', NULL, 1, f, 0.5)).high > 3 AS interval,
       round((shnor.linear_residual('{2}', NULL, 1, f)).fitted::numeric, 6) AS fitted, (shnor.linear_residual('{2}', NULL, 1, f)).low < -4 AS wider,
       (shnor.linear_residual('{2}', NULL, 1, f)).residual, round((shnor.linear_residual('{2}', 4, NULL, f)).residual::numeric, 6) AS unweighted,
       (shnor.linear_residual('{2}', 4, 0, f)).low, (shnor.linear_residual('{2}', 4, 0, f)).t,
       (shnor.linear_residual('{1e9}', 4, 1, f)).leverage AS beyond, (shnor.linear_residual('{1e9}', 4, 1, f)).t AS beyond_t,
       shnor.linear_residual('{NULL}', 4, 1, f) AS no_x, shnor.linear_residual(NULL, 4, 1, f) AS nothing,
       shnor.linear_residual('{2}', 4, 1, NULL) AS no_fit, shnor.linear_residual('{2}', 4, 1, f, NULL) AS no_level
FROM (SELECT shnor.linear_fit(x, y) AS f FROM edge WHERE part = '3 three rows') AS fit;

-- Collinear predictors by their number; nearly collinear ones are not.
SELECT shnor.linear_fit(ARRAY[x[1], 7, x[2]], y, w) FROM made;
SELECT shnor.linear_fit(ARRAY[x[1], x[2], 3 * x[1] - x[2] / 7 + 5], y, w) FROM made;
SELECT shnor.linear_fit(ARRAY[x[1], x[1]], y) FROM made;
SELECT shnor.linear_fit(ARRAY[0], y) FROM made;
SELECT (shnor.linear_fit(ARRAY[x[1], x[1] + x[2] / 1e4], y)).df FROM made;
-- Errors.
SELECT shnor.linear_fit(x, y, CASE i WHEN 3 THEN -1 ELSE 1 END) FROM made;
SELECT shnor.linear_fit(x, CASE i WHEN 3 THEN 'NaN' ELSE y END) FROM made;
SELECT shnor.linear_fit(CASE i WHEN 3 THEN '{1}' ELSE x END, y) FROM made;
SELECT shnor.linear_fit('{}', 1);
SELECT shnor.linear_residual('{1,2}', 1, 1, f) FROM (SELECT shnor.linear_fit(x, y) AS f FROM made) AS fit;
SELECT shnor.linear_residual('{1,2,3}', 1, -1, f) FROM (SELECT shnor.linear_fit(x, y) AS f FROM made) AS fit;
SELECT shnor.linear_residual('{1,2,3}', 'Infinity', 1, f) FROM (SELECT shnor.linear_fit(x, y) AS f FROM made) AS fit;
SELECT shnor.linear_residual('{1,2,3}', 1, 1, f, 1) FROM (SELECT shnor.linear_fit(x, y) AS f FROM made) AS fit;
SELECT shnor.linear_residual('{1}', 1, 1, ROW(9, 0, 7, '{1,2}', '{1,2}', 1, 1, '{{1,0},{0,0}}')::shnor.linear_fit);
SELECT shnor.linear_residual('{1}', 1, 1, ROW(9, 0, 7, '{1,2}', '{1,2}', 'NaN', 1, '{{1,0},{0,1}}')::shnor.linear_fit);
SELECT shnor.linear_residual('{1}', 1, 1, ROW(9, 0, 0, '{1,2}', '{1,2}', 1, 1, '{{1,0},{0,1}}')::shnor.linear_fit);
SELECT shnor.linear_residual('{1}', 1, 1, ROW(9, 0, 7, '{1,2}', '{1,2}', 1, 1, '{1,0}')::shnor.linear_fit);
-- No NaN and no infinity from hostile sizes; some of them are collinear.
CREATE TEMP TABLE hostile AS
SELECT i / 5 AS part, ARRAY[(ARRAY[0, 1, -1e50, 1e50, 1e-100, 3])[1 + (i * 7919 % 6)]]::double precision[] AS x,
       (ARRAY[0, 1e50, 1, 1e-300, -1e50, 2, 5])[1 + (i * 104729 % 7)]::double precision AS y,
       (ARRAY[1, 1e50, 1e-50, 1e-300, 30])[1 + (i * 611953 / 7 % 5)]::double precision AS w
FROM generate_series(5, 2999) AS i;
CREATE TEMP TABLE outcome (part int, g text);
DO $$
BEGIN
    FOR p IN 1..599 LOOP
        BEGIN
            INSERT INTO outcome
            SELECT part, shnor.linear_residual(x, y, w, shnor.linear_fit(x, y, w) OVER ())::text FROM hostile WHERE part = p;
        EXCEPTION WHEN invalid_parameter_value THEN
            INSERT INTO outcome VALUES (p, 'collinear');
        END;
    END LOOP;
END
$$;
SELECT count(DISTINCT part), count(*) FILTER (WHERE g = 'collinear') > 50 AS collinear, count(*) FILTER (WHERE g LIKE '(%') > 500 AS fitted,
       bool_and(g !~ 'NaN|Inf') AS finite
FROM outcome;
