-- Means, variances and changes of shares of a group against the rest.

CREATE TYPE shnor.mean_test AS (
    n bigint,
    rest_n bigint,
    difference double precision,
    effect double precision,
    t double precision,
    df double precision,
    p_higher double precision,
    p_lower double precision
);
COMMENT ON TYPE shnor.mean_test IS
'A group''s mean against the mean of the rest';
COMMENT ON COLUMN shnor.mean_test.n IS
'Participants of the group with a score';
COMMENT ON COLUMN shnor.mean_test.rest_n IS
'Participants of the rest with a score';
COMMENT ON COLUMN shnor.mean_test.difference IS
'Mean of the group minus mean of the rest, in points: positive is higher. NULL when either has no scores';
COMMENT ON COLUMN shnor.mean_test.effect IS
'The difference in standard deviations of the rest (Glass''s delta). NULL when the rest has none';
COMMENT ON COLUMN shnor.mean_test.t IS
'The difference over its standard error. NULL when either side has fewer than two scores, or both no variance';
COMMENT ON COLUMN shnor.mean_test.df IS
'Degrees of freedom of t, after Satterthwaite; not a whole number';
COMMENT ON COLUMN shnor.mean_test.p_higher IS
'Probability of a t that high or higher by chance; the two-sided p-value is twice the lesser of p_higher and p_lower';
COMMENT ON COLUMN shnor.mean_test.p_lower IS
'Probability of a t that low or lower by chance';

CREATE FUNCTION shnor.mean_test(d shnor.score_dist, rest shnor.score_dist, variance_between double precision DEFAULT 0)
RETURNS shnor.mean_test
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_mean_test';
COMMENT ON FUNCTION shnor.mean_test(shnor.score_dist, shnor.score_dist, double precision) IS
'A group''s mean score against that of the rest, marker M1; rest is the region minus the group, region - d. Arguments: summaries; variance_between, the variance of schools'' true means, 0 or more: with 0 the test asks whether the group differs from the rest at all, which every large enough school does; with variance_between of variance_components, whether it differs more than schools do. Range: see the columns of the type. NULL gives NULL; what is undefined is a NULL column. Errors: 22003 for a variance that is negative, above 1e100 or NaN. Source: Welch 1947; Satterthwaite 1946';

CREATE FUNCTION shnor.welch_test(n bigint, mean double precision, stddev double precision, rest_n bigint, rest_mean double precision, rest_stddev double precision, variance_between double precision DEFAULT 0)
RETURNS shnor.mean_test
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_welch_test';
COMMENT ON FUNCTION shnor.welch_test(bigint, double precision, double precision, bigint, double precision, double precision, double precision) IS
'mean_test from numbers: participants, mean and sample standard deviation of the group and of the rest, as count, avg and stddev_samp give them. NULL for a NULL number of participants or variance_between; a NULL mean or deviation makes what needs it a NULL column. Errors: 22003 for a negative number or deviation, more than 10^12 participants, a number above 1e100 or NaN. Source: Welch 1947; Satterthwaite 1946';

CREATE TYPE shnor.variance_components AS (
    groups bigint,
    participants bigint,
    mean double precision,
    variance_within double precision,
    df_within bigint,
    variance_between double precision,
    sum_squares double precision,
    sum_fourths double precision
);
COMMENT ON TYPE shnor.variance_components IS
'Variance of scores within and between groups, usually the schools of a region';
COMMENT ON COLUMN shnor.variance_components.groups IS
'Groups with scores';
COMMENT ON COLUMN shnor.variance_components.participants IS
'Participants with a score';
COMMENT ON COLUMN shnor.variance_components.mean IS
'Mean score of all of them';
COMMENT ON COLUMN shnor.variance_components.variance_within IS
'Pooled variance of scores within groups, in squared points. NULL when every group has one score';
COMMENT ON COLUMN shnor.variance_components.df_within IS
'Its degrees of freedom: participants - groups';
COMMENT ON COLUMN shnor.variance_components.variance_between IS
'Variance of the groups'' true means, in squared points: what their means vary beyond what the scores within groups explain; 0 when they vary no more. NULL with fewer than two groups';
COMMENT ON COLUMN shnor.variance_components.sum_squares IS
'Sum of squared differences of scores from their group''s mean';
COMMENT ON COLUMN shnor.variance_components.sum_fourths IS
'Sum of fourth powers of the same differences';

CREATE FUNCTION shnor.variance_components_accum(state double precision[], d shnor.score_dist)
RETURNS double precision[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_variance_accum';
COMMENT ON FUNCTION shnor.variance_components_accum(double precision[], shnor.score_dist) IS
'Transition function of variance_components; not for direct use';

CREATE FUNCTION shnor.variance_components_combine(state double precision[], other double precision[])
RETURNS double precision[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_variance_combine';
COMMENT ON FUNCTION shnor.variance_components_combine(double precision[], double precision[]) IS
'Combine function of variance_components; not for direct use';

CREATE FUNCTION shnor.variance_components_final(state double precision[])
RETURNS shnor.variance_components
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_variance_final';
COMMENT ON FUNCTION shnor.variance_components_final(double precision[]) IS
'Final function of variance_components; not for direct use';

CREATE AGGREGATE shnor.variance_components(d shnor.score_dist) (
    SFUNC = shnor.variance_components_accum,
    STYPE = double precision[],
    INITCOND = '{0,0,0,0,0,0,0}',
    FINALFUNC = shnor.variance_components_final,
    COMBINEFUNC = shnor.variance_components_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.variance_components(shnor.score_dist) IS
'Variance of scores within and between groups, one summary a group. NULLs and summaries without scores are ignored; NULL when there are no others. The last digits may depend on the order of rows. Source: analysis of variance of groups of unequal size, Searle, Casella and McCulloch 1992, 3.6; sums by Chan, Golub and LeVeque 1983';

CREATE TYPE shnor.variance_test AS (
    n bigint,
    variance double precision,
    rest_variance double precision,
    ratio double precision,
    df double precision,
    rest_df double precision,
    p_higher double precision,
    p_lower double precision
);
COMMENT ON TYPE shnor.variance_test IS
'A group''s variance of scores against that within the other groups';
COMMENT ON COLUMN shnor.variance_test.n IS
'Participants of the group with a score';
COMMENT ON COLUMN shnor.variance_test.variance IS
'Sample variance of the group''s scores, in squared points. NULL below two scores';
COMMENT ON COLUMN shnor.variance_test.rest_variance IS
'Pooled variance within the other groups, in squared points. NULL when none of them has two scores';
COMMENT ON COLUMN shnor.variance_test.ratio IS
'variance over rest_variance: below 1 is too even. NULL when either is, or rest_variance is 0';
COMMENT ON COLUMN shnor.variance_test.df IS
'Degrees of freedom of variance: n - 1, more or less as the tails of scores are lighter or heavier than normal ones';
COMMENT ON COLUMN shnor.variance_test.rest_df IS
'Degrees of freedom of rest_variance, in the same way';
COMMENT ON COLUMN shnor.variance_test.p_higher IS
'Probability of a ratio that high or higher by chance';
COMMENT ON COLUMN shnor.variance_test.p_lower IS
'Probability of a ratio that low or lower by chance';

CREATE FUNCTION shnor.variance_test(d shnor.score_dist, schools shnor.variance_components)
RETURNS shnor.variance_test
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_variance_test';
COMMENT ON FUNCTION shnor.variance_test(shnor.score_dist, shnor.variance_components) IS
'Is the variance of a group''s scores too small, marker M9: a test of its ratio to the pooled variance within the other groups, with degrees of freedom corrected for the kurtosis of scores. Arguments: a summary; variance_components of all groups, this one among them. Range: see the columns of the type. NULL gives NULL; what is undefined is a NULL column. Errors: 22023 when the group cannot be one of the groups. Source: the F1 test of Shoemaker 2003 (The American Statistician 57:105); approximate';

CREATE TYPE shnor.share_change_test AS (
    change double precision,
    rest_change double precision,
    net double precision,
    z double precision,
    p_higher double precision,
    p_lower double precision
);
COMMENT ON TYPE shnor.share_change_test IS
'The change of a share in a group against its change in the rest';
COMMENT ON COLUMN shnor.share_change_test.change IS
'Second share minus first share of the group, -1 to 1: negative is a drop';
COMMENT ON COLUMN shnor.share_change_test.rest_change IS
'The same of the rest';
COMMENT ON COLUMN shnor.share_change_test.net IS
'change minus rest_change';
COMMENT ON COLUMN shnor.share_change_test.z IS
'The net change over its standard error, both of shares adjusted for small groups: near 0 its sign may differ from that of net';
COMMENT ON COLUMN shnor.share_change_test.p_higher IS
'Probability of a z that high or higher by chance';
COMMENT ON COLUMN shnor.share_change_test.p_lower IS
'Probability of a z that low or lower by chance';

CREATE FUNCTION shnor.share_change_test(k1 bigint, n1 bigint, k2 bigint, n2 bigint, rest_k1 bigint, rest_n1 bigint, rest_k2 bigint, rest_n2 bigint)
RETURNS shnor.share_change_test
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_share_change_test';
COMMENT ON FUNCTION shnor.share_change_test(bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint) IS
'The change of a group''s share from the first of two assessments to the second, net of the change in the rest: marker M2 in its form by shares, for example of marks 4 and 5 in grade 4 and a year later in grade 5. Arguments: counts 0 <= k <= n of the group in the first and the second assessment, then of the rest. Range: see the columns of the type. The pupils are taken as different ones, which is cautious when they are the same. NULL when a group is empty or an argument is NULL. Errors: 22003 for impossible counts. Source: Price and Bonett 2004 (Computational Statistics and Data Analysis 45:449); normal approximation';
