-- Agreement of marks with journal marks: cor, kappa and the exact
-- Mantel-Haenszel test of R (test/data/marker_reference.R made the rows).

CREATE FUNCTION pg_temp.rel(got double precision, want double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN CASE WHEN got = want THEN 0 ELSE abs(got - want) / abs(want) END;

CREATE TEMP TABLE reference AS
SELECT d::shnor.score_dist, rest::shnor.score_dist, n, rest_n, agreed, difference, correlation, kappa, weighted_kappa, expected, p_higher
FROM (VALUES
    ('{|2/2:5,2/3:3,3/2:2,3/3:20,3/4:6,4/3:9,4/4:25,4/5:4,5/3:1,5/4:3,5/5:12}', '{|2/2:50,2/3:61,2/4:4,2/5:1,3/2:33,3/3:400,3/4:210,3/5:12,4/2:3,4/3:60,4/4:500,4/5:150,5/3:8,5/4:190,5/5:200}', 90, 1882, 62, 0.033333333333333333, 0.76875192883673527, 0.54773869346733672, 0.76815688881502409, 56.781425474568898, 0.14114371966444134),
    ('{|3/3:8,3/4:1,4/4:10,5/5:6}', '{|2/2:50,2/3:61,2/4:4,2/5:1,3/2:33,3/3:400,3/4:210,3/5:12,4/2:3,4/3:60,4/4:500,4/5:150,5/3:8,5/4:190,5/5:200}', 25, 1882, 24, -0.040000000000000001, 0.96667358301695938, 0.93857493857493857, 0.96493688639551189, 15.55895332742136, 8.532841367776043e-05),
    ('{|2/2:1,2/3:2,3/3:3,3/4:4,4/4:5,4/5:6,5/5:1}', '{|2/2:50,2/3:61,2/4:4,2/5:1,3/2:33,3/3:400,3/4:210,3/5:12,4/2:3,4/3:60,4/4:500,4/5:150,5/3:8,5/4:190,5/5:200}', 22, 1882, 10, -0.54545454545454541, 0.81787463520940584, 0.22352941176470587, 0.66666666666666674, 13.140412033916466, 0.94590147963797955),
    ('{|3/3:7,4/4:9,5/5:5}', '{|2/2:50,2/3:61,2/4:4,2/5:1,3/2:33,3/3:400,3/4:210,3/5:12,4/2:3,4/3:60,4/4:500,4/5:150,5/3:8,5/4:190,5/5:200}', 21, 1882, 21, 0, 0.99999999999999978, 1, 1, 13.118149238449876, 3.8028890208765897e-05)
) AS r (d, rest, n, rest_n, agreed, difference, correlation, kappa, weighted_kappa, expected, p_higher);
SELECT (a).compared = n AND (m).compared = n AND (m).rest_compared = rest_n AND (m).agreed = r.agreed AS counts,
       abs((a).mean_difference - difference) < 1e-14 AS difference,
       pg_temp.rel((a).correlation, r.correlation) < 1e-13 AS correlation,
       pg_temp.rel((a).kappa, r.kappa) < 1e-13 AS kappa,
       pg_temp.rel((a).weighted_kappa, r.weighted_kappa) < 1e-13 AS weighted_kappa,
       pg_temp.rel((m).expected, r.expected) < 1e-13 AS expected,
       pg_temp.rel((m).p_higher, r.p_higher) < 1e-10 AS p_higher
FROM (SELECT *, shnor.journal_agreement(d) AS a, shnor.journal_match_test(d, rest) AS m FROM reference) AS r;

-- One journal mark is Fisher's test; full agreement is a product of ratios of
-- binomial coefficients, here by journal marks 3, 4 and 5.
SELECT bool_and(pg_temp.rel((shnor.journal_match_test(
           format('{|3/3:%s,4/3:%s}', k, 31 - k)::shnor.score_dist, '{|3/3:410,2/3:30,5/3:99,4/4:7}')).p_higher,
           shnor.fisher_test(k, 31, 410, 539, 'greater')) < 1e-10) AS fisher
FROM generate_series(1, 30) AS k;
SELECT pg_temp.rel((shnor.journal_match_test('{|3/3:12,4/4:9,5/5:4}', '{|3/3:300,2/3:200,4/4:500,3/4:250,5/5:90,4/5:110}')).p_higher,
       (SELECT exp(sum(ln(((a - i)::numeric / (b - i)))))::double precision
        FROM (VALUES (12, 312, 512), (9, 509, 759), (4, 94, 204)) AS s (n, a, b), generate_series(0, n - 1) AS i)) < 1e-11 AS full_agreement;

-- A region where everybody lowers marks flags nobody by itself: the school is
-- like the rest. The shares of chapter 2.2 of a real report: 55.91 % of 93
-- lowered where the region has 37.22 % of 29589.
SELECT (shnor.journal_match_test('{|2/3:52,3/3:37,4/3:4}', '{|2/3:16544,3/3:11772,4/3:1273}')).p_higher > 0.4 AS like_the_rest,
       shnor.fisher_test(52, 93, 11013, 29589, 'greater') < 0.001 AS lowers_more,
       shnor.binomial_test(52, 93, 0.4, 'greater') < 0.01 AS above_40_percent;

-- Above 10000 the normal approximation is close to the exact test.
SELECT abs((shnor.journal_match_test('{|3/3:6060,4/3:3940}', '{|3/3:60000,2/3:40000}')).p_higher
           / (shnor.journal_match_test('{|3/3:6061,4/3:3940}', '{|3/3:60000,2/3:40000}')).p_higher - 1) < 0.05 AS close;

-- Property: numbers and NULL from every small table.
WITH small AS (
    SELECT format('{|2/2:%s,2/3:%s,3/2:%s,3/3:%s,5/5:%s}', a, b, c, d, e) AS text
    FROM generate_series(0, 2) AS a, generate_series(0, 1) AS b, generate_series(0, 1) AS c,
         generate_series(0, 2) AS d, generate_series(0, 1) AS e
), value AS (
    SELECT regexp_replace(regexp_replace(text, '[2-5]/[2-5]:0,?', '', 'g'), ',}|\|}', '}')::shnor.score_dist AS d FROM small
)
SELECT count(*), count(m) AS matched, bool_and(NOT coalesce(m::text || a::text, '') ~ 'NaN|Inf') AS finite,
       bool_and((m).p_higher BETWEEN 0 AND 1) AS probability, bool_and((a).correlation BETWEEN -1 AND 1) AS correlation,
       bool_and((a).kappa <= 1 AND (a).weighted_kappa <= 1) AS kappa
FROM (SELECT shnor.journal_match_test(v.d, r.d) AS m, shnor.journal_agreement(v.d) AS a
      FROM value AS v, value AS r) AS x;
SELECT (a).compared, (a).mean_difference, (a).correlation, (a).kappa, (a).weighted_kappa
FROM (SELECT shnor.journal_agreement(d::shnor.score_dist) AS a
      FROM unnest(ARRAY['{|3/3:1}', '{|3/4:2}', '{|3/3:1,4/4:1}', '{|3/4:1,4/3:1}', '{1:1|3:1}']) AS d) AS x;
SELECT shnor.journal_match_test('{|3:4}', '{|3/3:1}') IS NULL AND shnor.journal_match_test('{|3/3:4}', '{|3:1}') IS NULL
   AND shnor.journal_match_test(NULL, '{|3/3:1}') IS NULL AND shnor.journal_agreement('{}') IS NULL AS none,
       (shnor.journal_match_test('{|3/3:4}', '{|4/4:9}')).p_higher AS nobody_alike;
