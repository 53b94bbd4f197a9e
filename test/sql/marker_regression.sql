-- line_residual: against rstudent, hatvalues and fitted of R's weighted lm
-- (test/data/marker_reference.R made the rows), against the definition by
-- leaving a point out, and on degenerate partitions.

CREATE FUNCTION pg_temp.rel(got double precision, want double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN CASE WHEN got = want THEN 0 ELSE abs(got - want) / abs(want) END;

CREATE TEMP TABLE reference AS
SELECT part::int, x::double precision, y::double precision, w::double precision,
       fitted::double precision, residual::double precision, leverage::double precision,
       t::double precision, p_higher::double precision, p_lower::double precision
FROM (VALUES
    (0, 9.1999999999999993, 9.6899999999999995, 26, 9.5532300769868748, 0.13676992301312477, 0.16577267548426619, 0.11851559875967299, 0.45413109521305284, 0.54586890478694716),
    (0, 10.4, 9.7799999999999994, 42, 10.287631692563949, -0.50763169256395002, 0.20419167287716866, -0.58265461548235475, 0.71278429627934647, 0.28721570372065353),
    (0, 11.6, 9.8699999999999992, 58, 11.022033308141024, -1.1520333081410248, 0.21061439744702395, -1.781173880596794, 0.94571262862509564, 0.054287371374904435),
    (0, 12.800000000000001, 12.709999999999999, 74, 11.756434923718103, 0.95356507628189524, 0.19866045820806491, 1.6137960566434109, 0.070514688703525438, 0.92948531129647449),
    (0, 14, 12.799999999999999, 90, 12.490836539295179, 0.30916346070481948, 0.18194946417452579, 0.51016624896928497, 0.3111053266135978, 0.6888946733864022),
    (0, 15.199999999999999, 12.889999999999999, 16, 13.225238154872258, -0.33523815487225928, 0.026279399903492734, -0.21128686939857003, 0.5813148939854792, 0.4186851060145208),
    (0, 16.399999999999999, 12.979999999999999, 32, 13.959639770449334, -0.97963977044933537, 0.049504196139184137, -0.92231583094256386, 0.80978769596680711, 0.19021230403319295),
    (0, 17.600000000000001, 15.82, 48, 14.694041386026413, 1.1259586139735869, 0.083293997721307717, 1.3932925710330355, 0.098490294888855107, 0.90150970511114492),
    (0, 18.800000000000001, 15.91, 64, 15.428443001603492, 0.48155699839650867, 0.14126841366409695, 0.6602077210192121, 0.26282747831102837, 0.73717252168897163),
    (0, 20, 16, 80, 16.162844617180568, -0.16284461718056933, 0.23704705298178547, -0.25959192741510723, 0.59949041853248053, 0.40050958146751953),
    (0, 21.199999999999999, 16.089999999999996, 96, 16.897246232757645, -0.80724623275764829, 0.38424952468860629, -1.8316366030569464, 0.94988261933844265, 0.050117380661557409),
    (0, 22.399999999999999, 18.93, 22, 17.631647848334726, 1.298352151665275, 0.11716874671047738, 1.0669107497681369, 0.15689715801164505, 0.84310284198835495),
    (1, 15.1, 12.819999999999999, 63, 13.424980298171016, -0.60498029817101739, 0.098142801708698629, -0.4112642220375487, 0.65475031549464935, 0.34524968450535065),
    (1, 16.300000000000001, 12.91, 79, 14.319616080351736, -1.4096160803517355, 0.1380024885357107, -1.1667650526460362, 0.86335532044789087, 0.13664467955210916),
    (1, 17.5, 15.75, 95, 15.214251862532448, 0.53574813746755234, 0.21762457603134377, 0.48181492205099652, 0.32071868241875479, 0.67928131758124521),
    (1, 18.699999999999999, 15.839999999999998, 21, 16.108887644713157, -0.26888764471316029, 0.066981105480306197, -0.10285506404038496, 0.5398333300012208, 0.4601666699987792),
    (1, 19.899999999999999, 21.93, 37, 17.003523426893871, 4.9264765731061271, 0.16439992681427629, 5.573541031205095, 0.00017290274373372747, 0.99982709725626628),
    (1, 21.100000000000001, 16.02, 53, 17.898159209074585, -1.8781592090745869, 0.32074431097078332, -1.4933407365112137, 0.91522417123451327, 0.084775828765486783),
    (1, 9.3000000000000007, 9.7599999999999998, 69, 9.1009073509642384, 0.6590926490357607, 0.38963161711705718, 0.57496784360795239, 0.2897002658095853, 0.7102997341904147),
    (1, 10.5, 9.8499999999999996, 85, 9.9955431331449507, -0.14554313314495171, 0.35025596577885687, -0.13427647292323411, 0.55193061321028758, 0.44806938678971242),
    (1, 11.699999999999999, 9.9399999999999995, 11, 10.890178915325665, -0.95017891532566545, 0.032442907028335327, -0.25912708313959293, 0.59931663495965914, 0.40068336504034086),
    (1, 12.9, 12.779999999999999, 27, 11.784814697506377, 0.99518530249362203, 0.057588983669191705, 0.4337031010141974, 0.33735708406331044, 0.66264291593668956),
    (1, 14.1, 12.869999999999999, 43, 12.679450479687093, 0.19054952031290689, 0.071868859732522064, 0.10457705979723651, 0.45950245455579941, 0.54049754544420059),
    (1, 15.300000000000001, 12.959999999999999, 59, 13.574086261867805, -0.6140862618678059, 0.092316457132917945, -0.40252982857309422, 0.65165632721516509, 0.34834367278483491)) AS r (part, x, y, w, fitted, residual, leverage, t, p_higher, p_lower);
WITH got AS (
    SELECT r.*, shnor.line_residual(x, y, w) OVER (PARTITION BY part) AS g FROM reference AS r
)
SELECT part, count(*), min((g).points) AS points, min((g).df) AS df,
       max(pg_temp.rel((g).fitted, fitted)) < 1e-12 AS fitted,
       max(abs((g).residual - residual)) < 1e-12 AS residual,
       max(pg_temp.rel((g).leverage, leverage)) < 1e-12 AS leverage,
       max(abs((g).t - t)) < 1e-11 AS t,
       max(pg_temp.rel((g).p_higher, p_higher)) < 1e-10 AS p_higher,
       max(pg_temp.rel((g).p_lower, p_lower)) < 1e-10 AS p_lower,
       count(*) FILTER (WHERE 2 * least((g).p_higher, (g).p_lower) < 0.01) AS unusual
FROM got GROUP BY part ORDER BY part;

-- The residual of a point from the line through the others, over its standard
-- error, is t: 40 made-up schools, weights included, seed 0.1125.
SELECT setseed(0.1125);
CREATE TEMP TABLE school AS
SELECT i AS id, 5 + 20 * random() AS x, 20 * random() AS y, (1 + floor(60 * random()))::int AS w
FROM generate_series(1, 40) AS i;
WITH others AS (
    SELECT s.id, s.x, s.y, s.w, sum(o.w) AS sw, sum(o.w * o.x) / sum(o.w) AS mx,
           sum(o.w * o.y) / sum(o.w) AS my
    FROM school AS s JOIN school AS o ON o.id <> s.id GROUP BY s.id, s.x, s.y, s.w
), slopes AS (
    SELECT s.*, sum(o.w * (o.x - mx) ^ 2) AS sxx,
           sum(o.w * (o.x - mx) * (o.y - my)) / sum(o.w * (o.x - mx) ^ 2) AS b
    FROM others AS s JOIN school AS o ON o.id <> s.id
    GROUP BY s.id, s.x, s.y, s.w, sw, mx, my
), deleted AS (
    SELECT s.*, (s.y - my - b * (s.x - mx))
           / sqrt(sum(o.w * (o.y - my - b * (o.x - mx)) ^ 2) / 37
                  * (1.0 / s.w + 1.0 / sw + (s.x - mx) ^ 2 / sxx)) AS want
    FROM slopes AS s JOIN school AS o ON o.id <> s.id
    GROUP BY s.id, s.x, s.y, s.w, sw, mx, my, sxx, b
), got AS (
    SELECT id, shnor.line_residual(x, y, w) OVER (ORDER BY id DESC ROWS CURRENT ROW) AS g FROM school
)
SELECT count(*), max(abs((g).t - want)) < 1e-10 AS t, sum((g).leverage) - 2 < 1e-12 AS leverages
FROM got JOIN deleted USING (id);

-- Flags of honest schools: 5 % by construction, drops as often as rises. With
-- Student's distribution of min(n1, n2) - 1 degrees of freedom instead of the
-- line's own (Atlanta Journal-Constitution), fewer. Seed 0.4.
SELECT setseed(0.4);
CREATE TEMP TABLE honest AS
SELECT i AS id, n1, n2, x, 3 + 0.8 * x + e * sqrt(50.0 / (n1 + n2)) AS y
FROM (SELECT i, (10 + floor(90 * random()))::int AS n1, (10 + floor(90 * random()))::int AS n2,
             10 + 3 * shnor.normal_quantile(random() + 1e-17) AS x,
             shnor.normal_quantile(random() + 1e-17) AS e
      FROM generate_series(1, 4000) AS i) AS drawn;
SELECT abs(count(*) FILTER (WHERE 2 * least((g).p_higher, (g).p_lower) < 0.05) / 4000.0 - 0.05) < 0.01 AS five_percent,
       abs(count(*) FILTER (WHERE (g).p_higher < 0.025) - count(*) FILTER (WHERE (g).p_lower < 0.025)) < 45 AS both_ways,
       count(*) FILTER (WHERE 2 * shnor.student_cdf(-abs((g).t), least(n1, n2) - 1) < 0.05)
           < count(*) FILTER (WHERE 2 * least((g).p_higher, (g).p_lower) < 0.05) AS fewer
FROM (SELECT *, shnor.line_residual(x, y, n1 + n2) OVER () AS g FROM honest) AS judged;

-- Adding the same to everybody's year changes nobody's residual.
SELECT max(abs((g).t - (moved).t)) < 1e-9 AS net_of_region
FROM (SELECT shnor.line_residual(x, y, w) OVER () AS g,
             shnor.line_residual(x, y - 4, w) OVER () AS moved FROM school) AS pair;

-- Partitions too small or too regular: what is undefined is NULL.
SELECT part, x, y, w, (g).points, round((g).residual::numeric, 6) AS residual,
       round((g).leverage::numeric, 6) AS leverage, round((g).t::numeric, 6) AS t, (g).df,
       round((g).p_higher::numeric, 6) AS p_higher, round((g).p_lower::numeric, 6) AS p_lower
FROM (SELECT *, shnor.line_residual(x, y, w) OVER (PARTITION BY part) AS g FROM (VALUES
    ('1 one point', 1, 2, 5),
    ('2 two points', 1, 2, 5), ('2 two points', 2, 2, 5),
    ('3 three points', 1, 2, 5), ('3 three points', 2, 5, 5), ('3 three points', 3, 2, 5),
    ('4 same x', 1, 2, 5), ('4 same x', 1, 3, 5), ('4 same x', 1, 4, 5), ('4 same x', 1, 5, 5),
    ('5 on a line', 1, 2, 5), ('5 on a line', 2, 4, 1), ('5 on a line', 3, 6, 2), ('5 on a line', 4, 8, 3),
    ('6 all but one on a line', 1, 2, 1), ('6 all but one on a line', 2, 4, 1),
    ('6 all but one on a line', 3, 9, 1), ('6 all but one on a line', 4, 8, 1), ('6 all but one on a line', 5, 10, 1),
    ('7 one x apart', 1, 2, 1), ('7 one x apart', 1, 4, 1), ('7 one x apart', 1, 3, 1), ('7 one x apart', 9, 8, 1),
    ('8 gaps', NULL, 2, 1), ('8 gaps', 1, NULL, 1), ('8 gaps', 1, 2, NULL), ('8 gaps', 1, 2, 0),
    ('9 nothing but zeros', 0, 0, 1), ('9 nothing but zeros', 0, 0, 1), ('9 nothing but zeros', 0, 0, 1), ('9 nothing but zeros', 0, 0, 1)
    ) AS v (part, x, y, w)) AS residual
ORDER BY part COLLATE "C", x, y, w;

-- No NaN and no infinity from hostile sizes.
SELECT count(*), count(g) > 0 AS some, bool_and(coalesce(abs((g).fitted) < 'Infinity', true)
           AND coalesce(abs((g).residual) < 'Infinity', true) AND coalesce((g).leverage <= 1, true)
           AND coalesce(abs((g).t) < 'Infinity', true) AND coalesce((g).p_higher <= 1, true)
           AND coalesce((g).p_lower <= 1, true)) AS finite
FROM (SELECT shnor.line_residual(x, y, w) OVER (PARTITION BY part) AS g
      FROM (SELECT i / 5 AS part,
                   (ARRAY[0, 1, -1e50, 1e50, 1e-300, 3])[1 + (i * 7919 % 6)] AS x,
                   (ARRAY[0, 1e50, 1, 1e-300, -1e50, 2, 5])[1 + (i * 104729 % 7)] AS y,
                   (ARRAY[1, 1e50, 1e-50, 1e-300, 30])[1 + (i * 611953 / 7 % 5)] AS w
            FROM generate_series(1, 3000) AS i) AS hostile) AS residual;

SELECT shnor.line_residual(x, 1, 1) OVER () FROM unnest('{1,2,NaN}'::double precision[]) AS x;
SELECT shnor.line_residual(1, x, 1) OVER () FROM unnest('{1,2,Infinity}'::double precision[]) AS x;
SELECT shnor.line_residual(1, 1, x) OVER () FROM unnest('{1,2,-1}'::double precision[]) AS x;
