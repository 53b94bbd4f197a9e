-- Distributions of Student and Fisher, exact tests of shares.

CREATE FUNCTION shnor.student_cdf(t double precision, df double precision)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_student_cdf';
COMMENT ON FUNCTION shnor.student_cdf(double precision, double precision) IS
'Probability that a variable with Student''s distribution is at most t; that it is at least t is student_cdf(-t, df). Arguments: t, any number, infinities give 0 and 1; df, degrees of freedom, from 0.002 to 2e19. Range: 0 to 1; what is below 1e-300 may be 0. NULL gives NULL. Errors: 22003 for an argument out of range or NaN. Source: Abramowitz and Stegun 26.7.1';

CREATE FUNCTION shnor.f_cdf(f double precision, df1 double precision, df2 double precision)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_f_cdf';
COMMENT ON FUNCTION shnor.f_cdf(double precision, double precision, double precision) IS
'Probability that a ratio of two variances, a variable with the F distribution, is at most f; that it is at least f is f_cdf(1 / f, df2, df1). Arguments: f, 0 or greater, infinity gives 1; df1 and df2, degrees of freedom of the dividend and the divisor, from 0.002 to 2e19. Range: 0 to 1; what is below 1e-300 may be 0. NULL gives NULL. Errors: 22003 for an argument out of range or NaN. Source: Abramowitz and Stegun 26.6.2';

CREATE FUNCTION shnor.fisher_test(k bigint, n bigint, rest_k bigint, rest_n bigint, alternative text DEFAULT 'two_sided')
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_fisher_test';
COMMENT ON FUNCTION shnor.fisher_test(bigint, bigint, bigint, bigint, text) IS
'P-value of the exact test that a share is the same in a group, k of n, and in the rest, rest_k of rest_n: exact for any sizes, given both sizes and the sum of k and rest_k. It asks whether the group differs from the rest at all, which every large enough school does; beta_binomial_test asks whether it differs more than schools do. Arguments: counts 0 <= k <= n of each side; alternative: less (the group''s share is that low or lower), greater (that high or higher), two_sided (all outcomes no more probable than the observed one, ties within one part in ten million). Range: 0 to 1. NULL for n = 0, rest_n = 0 or a NULL argument. Errors: 22003 for impossible counts or more than 10^12 participants, 22023 for an unknown alternative. Source: Fisher 1935; the definition of fisher.test in R';

CREATE FUNCTION shnor.beta_binomial_test(k bigint, n bigint, alpha double precision, beta double precision, alternative text)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_beta_binomial_test_sql';
COMMENT ON FUNCTION shnor.beta_binomial_test(bigint, bigint, double precision, double precision, text) IS
'Probability of k or fewer (alternative less), or of k or more (greater), of n in a school drawn from the schools whose true shares have the beta distribution of shapes alpha and beta, as beta_binomial_fit finds them: unlike binomial_test and fisher_test it allows for honest differences between schools. Arguments: counts 0 <= k <= n; shapes from 0.001 to 1e19; alternative. Range: 0 to 1; what is below 1e-300 may be 0. NULL for n = 0 or a NULL argument. Errors: 22003 for impossible counts, n above 10^7 or shapes out of range, 22023 for an unknown alternative. Source: Skellam 1948';
