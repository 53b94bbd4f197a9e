-- Distribution functions, confidence intervals for a share, exact binomial test.

CREATE FUNCTION shnor.normal_cdf(z double precision)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_normal_cdf_sql';
COMMENT ON FUNCTION shnor.normal_cdf(double precision) IS
'Probability that a standard normal variable is at most z. Arguments: z, any number, infinities give 0 and 1. Range: 0 to 1. NULL gives NULL. Errors: 22003 for NaN. Source: Abramowitz and Stegun 26.2.29';

CREATE FUNCTION shnor.normal_quantile(p double precision)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_normal_quantile_sql';
COMMENT ON FUNCTION shnor.normal_quantile(double precision) IS
'The z at which normal_cdf(z) is p. Arguments: p, greater than 0 and less than 1. Range: finite, about -38.5 to 8.3. NULL gives NULL. Errors: 22003 for p outside (0, 1) or NaN. Source: Abramowitz and Stegun 26.2.23, refined by Halley''s iteration';

CREATE FUNCTION shnor.beta_cdf(x double precision, a double precision, b double precision)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_beta_cdf_sql';
COMMENT ON FUNCTION shnor.beta_cdf(double precision, double precision, double precision) IS
'Regularised incomplete beta function: probability that a variable with the beta distribution of shapes a and b is at most x. Arguments: x from 0 to 1; a and b from 0.001 to 1e19. Range: 0 to 1; what is below 1e-308 may be 0. NULL gives NULL. Errors: 22003 for an argument out of range or NaN. Source: DLMF 8.17; Loader 2000; DiDonato and Morris 1992 (TOMS 708)';

CREATE FUNCTION shnor.beta_quantile(p double precision, a double precision, b double precision)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_beta_quantile_sql';
COMMENT ON FUNCTION shnor.beta_quantile(double precision, double precision, double precision) IS
'The x at which beta_cdf(x, a, b) is p. Arguments: p from 0 to 1; a and b from 0.001 to 1e19. Range: 0 to 1; what is below 1e-304 is 0. NULL gives NULL. Errors: 22003 for an argument out of range or NaN. Source: Newton''s iteration on the logarithm of beta_cdf in the log odds of x';

CREATE FUNCTION shnor.wilson_low(k bigint, n bigint, level double precision DEFAULT 0.95)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_wilson_low';
COMMENT ON FUNCTION shnor.wilson_low(bigint, bigint, double precision) IS
'Lower end of Wilson''s score interval, without continuity correction, for a share of k out of n. Arguments: counts 0 <= k <= n; confidence level, greater than 0 and less than 1. Range: 0 to k / n, a part of one, not percent; exactly 0 for k = 0. NULL for n = 0 or a NULL argument. Errors: 22003 for impossible counts, 22023 for a level out of range. Source: Wilson 1927; Newcombe 1998, method 3';

CREATE FUNCTION shnor.wilson_high(k bigint, n bigint, level double precision DEFAULT 0.95)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_wilson_high';
COMMENT ON FUNCTION shnor.wilson_high(bigint, bigint, double precision) IS
'Upper end of Wilson''s score interval, without continuity correction, for a share of k out of n. Arguments: counts 0 <= k <= n; confidence level, greater than 0 and less than 1. Range: k / n to 1, a part of one, not percent; exactly 1 for k = n. NULL for n = 0 or a NULL argument. Errors: 22003 for impossible counts, 22023 for a level out of range. Source: Wilson 1927; Newcombe 1998, method 3';

CREATE FUNCTION shnor.clopper_pearson_low(k bigint, n bigint, level double precision DEFAULT 0.95)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_clopper_pearson_low';
COMMENT ON FUNCTION shnor.clopper_pearson_low(bigint, bigint, double precision) IS
'Lower end of Clopper and Pearson''s exact interval for a share of k out of n: the share at which k or more have probability (1 - level) / 2. Arguments: counts 0 <= k <= n; confidence level, greater than 0 and less than 1. Range: 0 to 1, a part of one, not percent; exactly 0 for k = 0. NULL for n = 0 or a NULL argument. Errors: 22003 for impossible counts, 22023 for a level out of range. Source: Clopper and Pearson 1934, by the beta quantile of shapes k and n - k + 1';

CREATE FUNCTION shnor.clopper_pearson_high(k bigint, n bigint, level double precision DEFAULT 0.95)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_clopper_pearson_high';
COMMENT ON FUNCTION shnor.clopper_pearson_high(bigint, bigint, double precision) IS
'Upper end of Clopper and Pearson''s exact interval for a share of k out of n: the share at which k or fewer have probability (1 - level) / 2. Arguments: counts 0 <= k <= n; confidence level, greater than 0 and less than 1. Range: 0 to 1, a part of one, not percent; exactly 1 for k = n. NULL for n = 0 or a NULL argument. Errors: 22003 for impossible counts, 22023 for a level out of range. Source: Clopper and Pearson 1934, by the beta quantile of shapes k + 1 and n - k';

CREATE FUNCTION shnor.binomial_test(k bigint, n bigint, p double precision DEFAULT 0.5, alternative text DEFAULT 'two_sided')
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_binomial_test';
COMMENT ON FUNCTION shnor.binomial_test(bigint, bigint, double precision, text) IS
'P-value of the exact binomial test that k successes in n trials have probability p each. Arguments: counts 0 <= k <= n; p from 0 to 1; alternative: less (probability of k or fewer), greater (of k or more), two_sided (of all outcomes no more probable than k, ties within one part in ten million). Range: 0 to 1. NULL for n = 0 or a NULL argument. Errors: 22003 for impossible counts, 22023 for p out of range or an unknown alternative. Source: the definition of binom.test in R; tails by Abramowitz and Stegun 26.5.24';
