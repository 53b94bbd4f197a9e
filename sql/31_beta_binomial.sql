-- Beta-binomial distribution of groups' shares: fits and shrinkage.

CREATE TYPE shnor.beta_binomial AS (
    alpha double precision,
    beta double precision,
    groups bigint,
    participants bigint,
    log_likelihood double precision
);
COMMENT ON TYPE shnor.beta_binomial IS
'Fit of a beta-binomial distribution to groups of k out of n: the groups'' true shares have a beta distribution of shapes alpha and beta, its mean is alpha / (alpha + beta)';
COMMENT ON COLUMN shnor.beta_binomial.alpha IS
'First shape of the beta distribution, greater than 0';
COMMENT ON COLUMN shnor.beta_binomial.beta IS
'Second shape of the beta distribution, greater than 0';
COMMENT ON COLUMN shnor.beta_binomial.groups IS
'Number of groups the fit rests on: rows with n > 0 and no NULL';
COMMENT ON COLUMN shnor.beta_binomial.participants IS
'Sum of n over those groups';
COMMENT ON COLUMN shnor.beta_binomial.log_likelihood IS
'Natural logarithm of the probability of the groups'' counts at alpha and beta, binomial coefficients included; its absolute error is about 1e-15 times participants';

CREATE FUNCTION shnor.beta_binomial_accum(state internal, k bigint, n bigint)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_beta_binomial_accum';
COMMENT ON FUNCTION shnor.beta_binomial_accum(internal, bigint, bigint) IS
'Transition function of beta_binomial_fit and beta_binomial_moments; not for direct use';

CREATE FUNCTION shnor.beta_binomial_combine(state internal, other internal)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_beta_binomial_combine';
COMMENT ON FUNCTION shnor.beta_binomial_combine(internal, internal) IS
'Combine function of beta_binomial_fit and beta_binomial_moments; not for direct use';

CREATE FUNCTION shnor.beta_binomial_serialize(state internal)
RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_beta_binomial_serialize';
COMMENT ON FUNCTION shnor.beta_binomial_serialize(internal) IS
'Serialisation function of beta_binomial_fit and beta_binomial_moments; not for direct use';

CREATE FUNCTION shnor.beta_binomial_deserialize(bytes bytea, state internal)
RETURNS internal
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_beta_binomial_deserialize';
COMMENT ON FUNCTION shnor.beta_binomial_deserialize(bytea, internal) IS
'Deserialisation function of beta_binomial_fit and beta_binomial_moments; not for direct use';

CREATE FUNCTION shnor.beta_binomial_fit_final(state internal)
RETURNS shnor.beta_binomial
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_beta_binomial_fit';
COMMENT ON FUNCTION shnor.beta_binomial_fit_final(internal) IS
'Final function of beta_binomial_fit; not for direct use';

CREATE FUNCTION shnor.beta_binomial_moments_final(state internal)
RETURNS shnor.beta_binomial
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_beta_binomial_moments';
COMMENT ON FUNCTION shnor.beta_binomial_moments_final(internal) IS
'Final function of beta_binomial_moments; not for direct use';

CREATE AGGREGATE shnor.beta_binomial_fit(k bigint, n bigint) (
    SFUNC = shnor.beta_binomial_accum,
    STYPE = internal,
    FINALFUNC = shnor.beta_binomial_fit_final,
    COMBINEFUNC = shnor.beta_binomial_combine,
    SERIALFUNC = shnor.beta_binomial_serialize,
    DESERIALFUNC = shnor.beta_binomial_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.beta_binomial_fit(bigint, bigint) IS
'Maximum likelihood fit of a beta-binomial distribution to groups of k out of n; the result does not depend on the order of rows. Arguments: counts 0 <= k <= n of each group. Rows with a NULL or with n = 0 are ignored. NULL with fewer than two groups, and when the likelihood has no maximum with alpha + beta between 1e-9 and 1e12: the shares vary no more than chance makes them, or every group is all or nothing. Errors: 22003 for impossible counts, more than 10^12 participants of one group, or a sum of n beyond bigint. Source: Skellam 1948';

CREATE AGGREGATE shnor.beta_binomial_moments(k bigint, n bigint) (
    SFUNC = shnor.beta_binomial_accum,
    STYPE = internal,
    FINALFUNC = shnor.beta_binomial_moments_final,
    COMBINEFUNC = shnor.beta_binomial_combine,
    SERIALFUNC = shnor.beta_binomial_serialize,
    DESERIALFUNC = shnor.beta_binomial_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.beta_binomial_moments(bigint, bigint) IS
'Beta-binomial distribution by the method of moments: the beta distribution with the mean and the sample variance of the raw shares k / n, every group of equal weight; the result does not depend on the order of rows. Arguments: counts 0 <= k <= n of each group. Rows with a NULL or with n = 0 are ignored. NULL with fewer than two groups, and when no beta distribution has that variance: it is 0, or mean * (1 - mean) or more. Errors: 22003 for impossible counts, more than 10^12 participants of one group, or a sum of n beyond bigint. Source: Gelman et al., Bayesian Data Analysis, 5.1';

CREATE FUNCTION shnor.shrunken_share(k bigint, n bigint, alpha double precision, beta double precision)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_shrunken_share';
COMMENT ON FUNCTION shnor.shrunken_share(bigint, bigint, double precision, double precision) IS
'A group''s share drawn towards the mean of all groups: (k + alpha) / (n + alpha + beta), the posterior mean under a beta distribution fitted by beta_binomial_fit. Arguments: counts 0 <= k <= n; alpha and beta, finite and greater than 0. Range: 0 to 1, a part of one, not percent. n = 0 gives the mean of all groups, alpha / (alpha + beta). NULL gives NULL. Errors: 22003 for impossible counts or parameters. Source: Gelman et al., Bayesian Data Analysis, 2.4';
