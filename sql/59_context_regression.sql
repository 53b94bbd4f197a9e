-- Results expected in given conditions: least squares on several predictors.

CREATE TYPE shnor.linear_fit AS (
    rows bigint,
    skipped bigint,
    df bigint,
    coefficients double precision[],
    standard_errors double precision[],
    sigma double precision,
    r2 double precision,
    root double precision[]
);
COMMENT ON TYPE shnor.linear_fit IS
'Weighted least-squares fit with an intercept, kept to tell what is expected of a row';
COMMENT ON COLUMN shnor.linear_fit.rows IS
'Rows it rests on: those with a weight and no NULL';
COMMENT ON COLUMN shnor.linear_fit.skipped IS
'Rows left out because something in them is NULL or their weight is 0';
COMMENT ON COLUMN shnor.linear_fit.df IS
'Degrees of freedom: rows less the number of coefficients, 1 or more';
COMMENT ON COLUMN shnor.linear_fit.coefficients IS
'The intercept, in units of the result, then a coefficient for each predictor, in units of the result per unit of the predictor';
COMMENT ON COLUMN shnor.linear_fit.standard_errors IS
'Standard errors of the coefficients; coefficient over standard error is Student''s t of df degrees of freedom when the predictor has no effect beside the others';
COMMENT ON COLUMN shnor.linear_fit.sigma IS
'Residual standard error of a result of weight 1';
COMMENT ON COLUMN shnor.linear_fit.r2 IS
'Share of the weighted variance of the results that the predictors explain, 0 to 1; NULL when all results are equal';
COMMENT ON COLUMN shnor.linear_fit.root IS
'Upper triangular factor of the QR decomposition, of two dimensions, for leverages and intervals';

CREATE TYPE shnor.linear_residual AS (
    fitted double precision,
    low double precision,
    high double precision,
    residual double precision,
    leverage double precision,
    standardised double precision,
    t double precision,
    df double precision,
    p_higher double precision,
    p_lower double precision
);
COMMENT ON TYPE shnor.linear_residual IS
'One row against a least-squares fit';
COMMENT ON COLUMN shnor.linear_residual.fitted IS
'Result expected at the row''s predictors';
COMMENT ON COLUMN shnor.linear_residual.low IS
'Lower end of the prediction interval of a result of the row''s weight; NULL without a weight';
COMMENT ON COLUMN shnor.linear_residual.high IS
'Upper end of the prediction interval';
COMMENT ON COLUMN shnor.linear_residual.residual IS
'Result minus fitted: positive is higher than expected; NULL without a result';
COMMENT ON COLUMN shnor.linear_residual.leverage IS
'How far a row of the fit determines its own fitted value, 0 to 1';
COMMENT ON COLUMN shnor.linear_residual.standardised IS
'Internally studentised residual of a row of the fit: the residual over its standard error. NULL when the fit is exact or the leverage 1';
COMMENT ON COLUMN shnor.linear_residual.t IS
'Externally studentised residual of a row of the fit: the residual over its standard error, estimated without the row. NULL with fewer than two degrees of freedom, and when the other rows leave no variance';
COMMENT ON COLUMN shnor.linear_residual.df IS
'Degrees of freedom of t: those of the fit less 1';
COMMENT ON COLUMN shnor.linear_residual.p_higher IS
'Probability of a t that high or higher by chance; the two-sided p-value is twice the lesser of p_higher and p_lower';
COMMENT ON COLUMN shnor.linear_residual.p_lower IS
'Probability of a t that low or lower by chance';

CREATE FUNCTION shnor.sample_accum(state internal, x double precision[], y double precision, w double precision)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_accum';
COMMENT ON FUNCTION shnor.sample_accum(internal, double precision[], double precision, double precision) IS
'Transition function of linear_fit; not for direct use';

CREATE FUNCTION shnor.sample_accum(state internal, x double precision[], y double precision)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_accum';
COMMENT ON FUNCTION shnor.sample_accum(internal, double precision[], double precision) IS
'Transition function of linear_fit; not for direct use';

CREATE FUNCTION shnor.linear_fit_final(state internal)
RETURNS shnor.linear_fit
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_linear_fit_final';
COMMENT ON FUNCTION shnor.linear_fit_final(internal) IS
'Final function of linear_fit with weights; not for direct use';

CREATE FUNCTION shnor.linear_fit_unweighted_final(state internal)
RETURNS shnor.linear_fit
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_linear_fit_unweighted';
COMMENT ON FUNCTION shnor.linear_fit_unweighted_final(internal) IS
'Final function of linear_fit without weights; not for direct use';

CREATE AGGREGATE shnor.linear_fit(x double precision[], y double precision, w double precision) (
    SFUNC = shnor.sample_accum,
    STYPE = internal,
    FINALFUNC = shnor.linear_fit_final,
    COMBINEFUNC = shnor.sample_combine,
    SERIALFUNC = shnor.sample_serialize,
    DESERIALFUNC = shnor.sample_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.linear_fit(double precision[], double precision, double precision) IS
'Weighted least squares of a result on predictors and an intercept: the share of failures or the mean result on the welfare index, or on several indicators. The result does not depend on the order of rows, to the last bit. Arguments: x, an array of one dimension with the same predictors in the same order in every row, at most 100; y, the result; w, its weight, the number of participants; numbers within 1e50 of 0. Rows with a NULL, or a weight below 1e-50, are left out and counted in skipped. NULL when there are not more rows than coefficients. Errors: 22023 for a predictor that is constant or a sum of multiples of those before it (what they leave of it is less than 1e-7 of it), named by its number, and for arrays of different or wrong sizes; 22003 for a negative weight or a number out of range. Source: QR decomposition by Householder''s reflections, Golub and Van Loan 2013, 5.3, as lm(y ~ x, weights = w) of R';

CREATE AGGREGATE shnor.linear_fit(x double precision[], y double precision) (
    SFUNC = shnor.sample_accum,
    STYPE = internal,
    FINALFUNC = shnor.linear_fit_unweighted_final,
    COMBINEFUNC = shnor.sample_combine,
    SERIALFUNC = shnor.sample_serialize,
    DESERIALFUNC = shnor.sample_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.linear_fit(double precision[], double precision) IS
'As linear_fit(x, y, w) with every weight 1';

CREATE FUNCTION shnor.linear_residual(x double precision[], y double precision, w double precision, fit shnor.linear_fit, level double precision DEFAULT 0.95)
RETURNS shnor.linear_residual
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_linear_residual';
COMMENT ON FUNCTION shnor.linear_residual(double precision[], double precision, double precision, shnor.linear_fit, double precision) IS
'A row against a fit: what is expected in its conditions, between which bounds, and how far the result is from that. leverage, standardised, t and its probabilities are those of a row of the fit; for any other row use low and high. By construction some rows are extreme: of N rows without peculiarities N p have a p-value below p; adjust by bh_adjust. Arguments: x, y, w, as of linear_fit, w being 1 for a fit without weights; fit, of linear_fit(); level of the prediction interval, between 0 and 1. Without y: fitted, low and high only; with w NULL or below 1e-50: fitted and residual only. NULL for x, an element of it, fit or level NULL. Errors: 22023 for another number of predictors, a level out of range, and a fit that linear_fit() did not make; 22003 for a negative weight or a number out of range. Source: Belsley, Kuh and Welsch 1980, as rstandard, rstudent, hatvalues and predict(interval = "prediction") of R''s lm';
