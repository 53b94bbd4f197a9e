-- Shares failing per school in real exams: 31,022 A-level Chemistry results of
-- 1997 in England (test/data/README.md tells where the counts come from).
\getenv abs_srcdir PG_ABS_SRCDIR
\if :{?abs_srcdir}
\else
    \set abs_srcdir test
\endif
\set file :abs_srcdir '/data/chem97_counts.csv'
\set content `cat :'file'`
-- A row a result, as an analyst has them: 0 points is a fail, 10 the best.
CREATE TEMP TABLE chem97 AS
SELECT split_part(line, ',', 1)::int AS lea, split_part(line, ',', 2)::int AS school, 2 * (i - 3) AS points
FROM string_to_table(:'content', E'\n') AS line
CROSS JOIN generate_series(3, 8) AS i
CROSS JOIN LATERAL generate_series(1, split_part(line, ',', i)::int) AS pupil
WHERE line ~ '^[0-9]';

CREATE TEMP TABLE school AS
SELECT lea, school, dist, shnor.fail_count(dist, 1) AS k, shnor.participants(dist) AS n
FROM (SELECT lea, school, shnor.score_dist(points) AS dist FROM chem97 GROUP BY lea, school) AS summary;

-- The type's own verdicts, and roll-ups of schools to authorities and country.
SELECT count(*) FILTER (WHERE shnor.low_result(dist, 30, 1, 1)) AS low,
       count(*) FILTER (WHERE shnor.low_result(dist, 30, 10, 1)) AS low_of_10,
       count(*) FILTER (WHERE shnor.fail_share(dist, 1) = 0.3) AS exactly_30,
       shnor.participants(shnor.rollup(dist)) AS results,
       round(100 * shnor.fail_share(shnor.rollup(dist), 1), 3) AS percent
FROM school;
SELECT (SELECT shnor.rollup(dist) FROM (SELECT shnor.rollup(dist) AS dist FROM school GROUP BY lea) AS authority)
           OPERATOR(shnor.=) (SELECT shnor.score_dist(points) FROM chem97) AS rolled_up,
       (SELECT bool_and(shnor.mean(s.dist) = p.mean
                        AND round(shnor.stddev(s.dist), 12) IS NOT DISTINCT FROM p.deviation)
        FROM school AS s
        JOIN (SELECT school, avg(points) AS mean, round(stddev_samp(points), 12) AS deviation
              FROM chem97 GROUP BY school) AS p USING (school)) AS as_plain_sql;

SELECT count(*) AS schools, count(DISTINCT lea) AS authorities, sum(n) AS results, sum(k) AS fails,
       round(100 * sum(k) / sum(n), 3) AS percent
FROM school;
SELECT count(*) FILTER (WHERE 100 * k >= 30 * n) AS at_least_30,
       count(*) FILTER (WHERE 100 * k = 30 * n) AS exactly_30,
       count(*) FILTER (WHERE 100 * k >= 30 * n AND n >= 10) AS at_least_30_of_10,
       count(*) FILTER (WHERE shnor.wilson_low(k, n) >= 0.3) AS wilson,
       count(*) FILTER (WHERE shnor.clopper_pearson_low(k, n) >= 0.3) AS clopper_pearson
FROM school;

WITH fit AS (SELECT (shnor.beta_binomial_fit(k, n)).* FROM school)
SELECT abs(alpha - .759251) < 1e-6 AS alpha, abs(beta - 4.230036) < 1e-6 AS beta, groups, participants,
       (SELECT count(*) FROM school WHERE shnor.shrunken_share(k, n, alpha, beta) >= 0.3) AS shrunken_30
FROM fit;
-- R's own maximum (test/data/special_functions.R, section fit).
SELECT abs(alpha / 0.75925142033764748 - 1) < 1e-9 AS alpha,
       abs(beta / 4.2300365582455877 - 1) < 1e-9 AS beta,
       abs(log_likelihood / -3945.4082616129408 - 1) < 1e-11 AS log_likelihood
FROM (SELECT (shnor.beta_binomial_fit(k, n)).* FROM school) AS fit;

-- Shrinkage keeps order within a size, and draws small schools in most.
SELECT bool_and(shrunken >= least(raw, mean) AND shrunken <= greatest(raw, mean)) AS between,
       bool_and(abs(shrunken - mean) < abs(raw - mean) OR raw = mean) AS drawn_in,
       max(shrunken) < max(raw) AND min(shrunken) > min(raw) AS narrower
FROM (SELECT k::double precision / n AS raw, shnor.shrunken_share(k, n, alpha, beta) AS shrunken,
             alpha / (alpha + beta) AS mean
      FROM school, (SELECT (shnor.beta_binomial_fit(k, n)).* FROM school) AS fit) AS share;
