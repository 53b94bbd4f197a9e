-- Beta-binomial fits and shrunken shares, against published numbers, R
-- (test/data/special_functions.R made the rows) and sums in SQL.

-- psql reads the data: the server may run elsewhere or as another user.
\getenv abs_srcdir PG_ABS_SRCDIR
\if :{?abs_srcdir}
\else
    \set abs_srcdir test
\endif
\set file :abs_srcdir '/data/rat_tumour.csv'
\set content `cat :'file'`
CREATE TEMP TABLE rat AS
SELECT split_part(line, ',', 1)::bigint AS k, split_part(line, ',', 2)::bigint AS n
FROM string_to_table(:'content', E'\n') AS line
WHERE line ~ '^[0-9]';
SELECT count(*), sum(k), sum(n) FROM rat;

-- Rat tumours (Gelman et al., Bayesian Data Analysis, ch. 5).
SELECT round(alpha::numeric, 5) AS alpha, round(beta::numeric, 5) AS beta, groups, participants
FROM (SELECT (shnor.beta_binomial_fit(k, n)).* FROM rat) AS fit;
SELECT round(alpha::numeric, 5) AS alpha, round(beta::numeric, 5) AS beta, groups, participants,
       round(shnor.shrunken_share(4, 14, alpha, beta)::numeric, 4) AS new_group
FROM (SELECT (shnor.beta_binomial_moments(k, n)).* FROM rat) AS fit;

CREATE FUNCTION pg_temp.rel(got double precision, want double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN CASE WHEN got = want THEN 0 ELSE abs(got - want) / abs(want) END;

-- Data sets of several shapes, fitted by R.
CREATE TEMP TABLE sample AS
SELECT 'rats' AS name, k, n FROM rat
UNION ALL
SELECT 'flat', (i * 37) % 11, 10 FROM generate_series(1, 60) AS i
UNION ALL
SELECT 'large', (i * 7919) % 1000, 1000 + i FROM generate_series(1, 60) AS i
UNION ALL
SELECT 'nearly all or nothing', CASE WHEN i % 9 = 0 THEN 3 WHEN i % 2 = 0 THEN 0 ELSE 5 END, 5
FROM generate_series(1, 60) AS i;
WITH reference (name, alpha, beta, log_likelihood) AS (VALUES
    ('rats', 2.3047833121243468, 14.079809031548045, -154.14024966519722),
    ('flat', 1.0453195294404065, 1.0337176175985194, -143.85628252172626),
    ('large', 1.1071051604702304, 1.2364304499114269, -415.56429130794299),
    ('nearly all or nothing', 0.054621313392724628, 0.054359519646193531, -66.467370581394775)
)
SELECT name,
       pg_temp.rel((fit).alpha, r.alpha) < 1e-9 AS alpha,
       pg_temp.rel((fit).beta, r.beta) < 1e-9 AS beta,
       pg_temp.rel((fit).log_likelihood, r.log_likelihood) < 1e-11 AS log_likelihood
FROM (SELECT name, shnor.beta_binomial_fit(k, n) AS fit FROM sample GROUP BY name) AS fitted
JOIN reference AS r USING (name)
ORDER BY name COLLATE "C";

-- Log-likelihood and its slopes by log alpha and log beta, summed term by term.
CREATE FUNCTION pg_temp.log_likelihood(sample text, alpha double precision, beta double precision)
RETURNS double precision LANGUAGE sql STABLE
RETURN (
    SELECT sum((SELECT coalesce(sum(ln(alpha + j)), 0) FROM generate_series(0, k - 1) AS j)
             + (SELECT coalesce(sum(ln(beta + j)), 0) FROM generate_series(0, n - k - 1) AS j)
             - (SELECT sum(ln(alpha + beta + j)) FROM generate_series(0, n - 1) AS j)
             + (SELECT coalesce(sum(ln((n - j)::double precision / (j + 1))), 0) FROM generate_series(0, k - 1) AS j))
    FROM sample AS s
    WHERE s.name = log_likelihood.sample
);
CREATE FUNCTION pg_temp.slope(sample text, alpha double precision, beta double precision, of_alpha boolean)
RETURNS double precision LANGUAGE sql STABLE
RETURN (
    SELECT sum(CASE WHEN of_alpha
                    THEN (SELECT coalesce(sum(alpha / (alpha + j)), 0) FROM generate_series(0, k - 1) AS j)
                    ELSE (SELECT coalesce(sum(beta / (beta + j)), 0) FROM generate_series(0, n - k - 1) AS j) END
             - (SELECT sum(CASE WHEN of_alpha THEN alpha ELSE beta END / (alpha + beta + j))
                FROM generate_series(0, n - 1) AS j))
    FROM sample AS s
    WHERE s.name = slope.sample
);

-- Random schools of random regions, seed 0.7: mean share, spread and size differ.
SELECT setseed(0.7);
INSERT INTO sample
SELECT 'random ' || region, least(n, greatest(0, round(n * (mean + spread * (random() + random() + random() - 1.5))))), n
FROM (
    SELECT region, mean, spread, 1 + floor(power(10, random() * size))::bigint AS n
    FROM (
        SELECT region, 0.02 + 0.96 * random() AS mean, 0.05 + 0.6 * random() AS spread, 1 + 1.5 * random() AS size
        FROM generate_series(1, 20) AS region
    ) AS region, generate_series(1, 50) AS school
    OFFSET 0
) AS school;
CREATE TEMP TABLE fitted AS
SELECT name, (fit).*, moments
FROM (SELECT name, shnor.beta_binomial_fit(k, n) AS fit, shnor.beta_binomial_moments(k, n) AS moments
      FROM sample GROUP BY name) AS fit
WHERE (fit).alpha IS NOT NULL;
SELECT count(*) >= 20 AS most_have_a_maximum,
       max(pg_temp.rel(log_likelihood, pg_temp.log_likelihood(name, alpha, beta))) < 1e-10 AS log_likelihood,
       max(abs(pg_temp.slope(name, alpha, beta, true))) < 1e-7 AS flat_by_alpha,
       max(abs(pg_temp.slope(name, alpha, beta, false))) < 1e-7 AS flat_by_beta,
       bool_and(log_likelihood >= pg_temp.log_likelihood(name, alpha * 1.01, beta)
            AND log_likelihood >= pg_temp.log_likelihood(name, alpha / 1.01, beta)
            AND log_likelihood >= pg_temp.log_likelihood(name, alpha, beta * 1.01)
            AND log_likelihood >= pg_temp.log_likelihood(name, alpha, beta / 1.01)
            AND log_likelihood >= pg_temp.log_likelihood(name, alpha * 10, beta * 10)
            AND log_likelihood >= pg_temp.log_likelihood(name, alpha / 10, beta / 10)) AS top,
       bool_and(log_likelihood >= (moments).log_likelihood) AS above_moments
FROM fitted;
-- The moments give back the shares' mean and sample variance.
SELECT count(*) >= 20 AS enough,
       max(pg_temp.rel(alpha / (alpha + beta), mean)) < 1e-12 AS mean,
       max(pg_temp.rel(alpha * beta / ((alpha + beta) ^ 2 * (alpha + beta + 1)), variance)) < 1e-10 AS variance
FROM (SELECT (moments).alpha, (moments).beta, avg(k::double precision / n) AS mean,
             var_samp(k::double precision / n) AS variance
      FROM fitted JOIN sample USING (name) GROUP BY name, moments) AS checked;

-- Rows that count for nothing.
SELECT shnor.beta_binomial_fit(k, n) *= (SELECT shnor.beta_binomial_fit(k, n) FROM rat) AS same
FROM (SELECT k, n FROM rat UNION ALL VALUES (NULL, 5), (3, NULL), (NULL, NULL), (0, 0), (NULL, -1)) AS more;

-- No finite maximum, no fit: too few groups, no failures, only failures, all
-- or nothing, groups of one, less spread than chance makes, no spread at all.
WITH data (name, k, n) AS (VALUES
    ('a one group', 3, 10),
    ('b one group left', 3, 10), ('b one group left', 0, 0), ('b one group left', NULL, 10),
    ('c no failures', 0, 10), ('c no failures', 0, 20),
    ('d only failures', 10, 10), ('d only failures', 7, 7),
    ('e all or nothing', 0, 10), ('e all or nothing', 10, 10), ('e all or nothing', 5, 5),
    ('f groups of one', 0, 1), ('f groups of one', 1, 1), ('f groups of one', 0, 1),
    ('g little spread', 4, 10), ('g little spread', 5, 10), ('g little spread', 6, 10),
    ('h no spread', 300, 1000), ('h no spread', 300, 1000), ('h no spread', 300000000000, 1000000000000),
    ('i spread', 1, 10), ('i spread', 5, 10), ('i spread', 9, 10),
    ('j one mixed', 0, 10), ('j one mixed', 10, 10), ('j one mixed', 5, 10),
    ('k one mixed of two', 0, 10), ('k one mixed of two', 9, 10)
    -- two maxima: small groups all or nothing against a large one at the mean
    UNION ALL SELECT 'l small groups outweigh', 2 * (i % 2), 2 FROM generate_series(1, 20) AS i
    UNION ALL VALUES ('l small groups outweigh', 500, 1000)
    UNION ALL SELECT 'm large group outweighs', 2 * (i % 2), 2 FROM generate_series(1, 4) AS i
    UNION ALL VALUES ('m large group outweighs', 500, 1000)
)
SELECT name, shnor.beta_binomial_fit(k, n) IS NULL AS no_fit,
       shnor.beta_binomial_moments(k, n) IS NULL AS no_moments
FROM data GROUP BY name ORDER BY name;
SELECT shnor.beta_binomial_fit(k, n) IS NULL AS no_rows FROM rat WHERE n < 0;
-- Groups of 10^12: the fit is that of the shares themselves.
SELECT round((fit).alpha::numeric, 3) AS alpha, round((fit).beta::numeric, 3) AS beta
FROM (SELECT shnor.beta_binomial_fit((1000000000000 * shnor.beta_quantile((i - 0.5) / 2000, 2, 7))::bigint, 1000000000000) AS fit
      FROM generate_series(1, 2000) AS i) AS large;

-- The order of rows and the plan leave every byte of the result alone.
CREATE TABLE spread (part integer, k bigint, n bigint) PARTITION BY LIST (part);
CREATE TABLE spread_1 PARTITION OF spread FOR VALUES IN (1);
CREATE TABLE spread_2 PARTITION OF spread FOR VALUES IN (2);
CREATE TABLE spread_3 PARTITION OF spread FOR VALUES IN (3);
CREATE TABLE spread_4 PARTITION OF spread FOR VALUES IN (4);
INSERT INTO spread
SELECT 1 + i % 2, (i * 7919) % (1 + (i * 31) % 97), (i * 31) % 97 FROM generate_series(1, 20000) AS i;
-- Partition 3 has no groups that count, partition 4 no rows.
INSERT INTO spread SELECT 3, NULL, i FROM generate_series(1, 5000) AS i;
ANALYZE spread;
CREATE TEMP TABLE plain AS
SELECT shnor.beta_binomial_fit(k, n) AS fit, shnor.beta_binomial_moments(k, n) AS moments FROM spread;
SELECT (fit).groups, (fit).participants FROM plain;
SELECT shnor.beta_binomial_fit(k, n ORDER BY md5(k::text || n || part)) *= (SELECT fit FROM plain) AS fit,
       shnor.beta_binomial_moments(k, n ORDER BY k DESC, n) *= (SELECT moments FROM plain) AS moments
FROM spread;
-- Says whether the plan of a query has a node.
CREATE FUNCTION pg_temp.has_node(query text, node text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF position(node IN line) > 0 THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT pg_temp.has_node('SELECT shnor.beta_binomial_fit(k, n) FROM spread', 'Partial Aggregate') AS parallel;
SELECT shnor.beta_binomial_fit(k, n) *= (SELECT fit FROM plain) AS fit FROM spread;
SELECT shnor.beta_binomial_moments(k, n) *= (SELECT moments FROM plain) AS moments FROM spread;
-- Bytes that are not a state's: another aggregate's serial form.
CREATE AGGREGATE pg_temp.foreign_state(bigint) (
    SFUNC = int8_avg_accum, STYPE = internal, FINALFUNC = numeric_poly_avg,
    COMBINEFUNC = shnor.beta_binomial_combine, SERIALFUNC = int8_avg_serialize,
    DESERIALFUNC = shnor.beta_binomial_deserialize, PARALLEL = SAFE
);
SELECT pg_temp.has_node('SELECT pg_temp.foreign_state(n) FROM spread', 'Partial Aggregate') AS parallel;
\set VERBOSITY sqlstate
SELECT pg_temp.foreign_state(n) FROM spread;
\set VERBOSITY default
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SET max_parallel_workers_per_gather = 0;
SET enable_partitionwise_aggregate = on;
SELECT pg_temp.has_node('SELECT shnor.beta_binomial_fit(k, n) FROM spread', 'Partial Aggregate') AS partitionwise;
SELECT shnor.beta_binomial_fit(k, n) *= (SELECT fit FROM plain) AS fit,
       shnor.beta_binomial_moments(k, n) *= (SELECT moments FROM plain) AS moments
FROM spread;
SELECT shnor.beta_binomial_fit(k, n) IS NULL AS nothing_combined FROM spread WHERE part >= 3;
RESET max_parallel_workers_per_gather;
RESET enable_partitionwise_aggregate;
DROP TABLE spread;

-- As a window function: each frame has the fit of its rows.
SELECT count(*), bool_and(running *= (SELECT shnor.beta_binomial_fit(r.k, r.n)
                                      FROM (SELECT k, n FROM rat ORDER BY k, n LIMIT place) AS r)) AS same
FROM (SELECT row_number() OVER w AS place, shnor.beta_binomial_fit(k, n) OVER w AS running
      FROM rat WINDOW w AS (ORDER BY k, n ROWS UNBOUNDED PRECEDING)) AS framed
WHERE place % 10 = 0;

-- Shrunken shares.
SELECT shnor.shrunken_share(3, 10, 1, 4) AS a, shnor.shrunken_share(0, 0, 1, 3) AS prior_mean,
       shnor.shrunken_share(0, 10, 1, 4) > 0 AS never_zero,
       shnor.shrunken_share(9223372036854775807, 9223372036854775807, 1e308, 1e308) AS huge,
       shnor.shrunken_share(0, 0, 5e-324, 5e-324) AS tiny,
       shnor.shrunken_share(NULL, 5, 1, 1) IS NULL AS no_count;
SELECT bool_and(shnor.shrunken_share(k, n, 2, 6) BETWEEN least(0.25, k::double precision / n)
                                                     AND greatest(0.25, k::double precision / n)) AS between
FROM rat;

-- Impossible arguments.
SELECT shnor.beta_binomial_fit(k, n) FROM (VALUES (1, 5), (6, 5)) AS data (k, n);
SELECT shnor.beta_binomial_moments(k, n) FROM (VALUES (1, 5), (-1, 5)) AS data (k, n);
SELECT shnor.beta_binomial_fit(k, n) FROM (VALUES (1, 0)) AS data (k, n);
SELECT shnor.beta_binomial_fit(k, n)
FROM (VALUES (1, 9223372036854775807), (0, 1)) AS data (k, n);
SELECT shnor.beta_binomial_moments(k, n)
FROM (VALUES (1, 1000000000000), (1, 1000000000001)) AS data (k, n);
SELECT shnor.shrunken_share(6, 5, 1, 1);
SELECT shnor.shrunken_share(1, 5, 0, 1);
SELECT shnor.shrunken_share(1, 5, 1, 'Infinity');
SELECT shnor.shrunken_share(1, 5, 'NaN', 1);

-- Declarations.
SELECT proname, prokind, provolatile, proparallel
FROM pg_proc
WHERE pronamespace = 'shnor'::regnamespace
  AND proname ~ '^(beta_binomial|shrunken)'
ORDER BY proname COLLATE "C";
