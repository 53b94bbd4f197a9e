-- First principal component of several indicators.

CREATE TYPE shnor.principal_component AS (
    rows bigint,
    skipped bigint,
    sign_by integer,
    is_standardised boolean,
    means double precision[],
    sds double precision[],
    loadings double precision[],
    variance double precision,
    share double precision,
    next_share double precision
);
COMMENT ON TYPE shnor.principal_component IS
'First principal component of several indicators: the weighted sum of them, weights of unit length, that varies most';
COMMENT ON COLUMN shnor.principal_component.rows IS
'Rows it rests on, those without a NULL; 2 or more';
COMMENT ON COLUMN shnor.principal_component.skipped IS
'Rows left out because something in them is NULL';
COMMENT ON COLUMN shnor.principal_component.sign_by IS
'Number of the indicator, from 1, whose loading was made positive';
COMMENT ON COLUMN shnor.principal_component.is_standardised IS
'Are the indicators divided by their standard deviations';
COMMENT ON COLUMN shnor.principal_component.means IS
'Means of the indicators';
COMMENT ON COLUMN shnor.principal_component.sds IS
'Their standard deviations, divisor rows - 1; 0 for a constant one';
COMMENT ON COLUMN shnor.principal_component.loadings IS
'Weights of the indicators, the sum of their squares is 1; 0 for a constant one';
COMMENT ON COLUMN shnor.principal_component.variance IS
'Variance of the scores: the largest eigenvalue of the matrix of correlations or covariances';
COMMENT ON COLUMN shnor.principal_component.share IS
'Its share of the variance of all indicators, 0 to 1';
COMMENT ON COLUMN shnor.principal_component.next_share IS
'Share of the second component: near to share, the first is not much more than chance; NULL with one indicator';

CREATE FUNCTION shnor.sample_accum(state internal, indicators double precision[], parameter integer)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_accum';
COMMENT ON FUNCTION shnor.sample_accum(internal, double precision[], integer) IS
'Transition function of principal_component and k_means; not for direct use';

CREATE FUNCTION shnor.sample_accum(state internal, indicators double precision[], parameter integer, second_parameter boolean)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_accum';
COMMENT ON FUNCTION shnor.sample_accum(internal, double precision[], integer, boolean) IS
'Transition function of principal_component; not for direct use';

CREATE FUNCTION shnor.principal_component_final(state internal)
RETURNS shnor.principal_component
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_principal_component';
COMMENT ON FUNCTION shnor.principal_component_final(internal) IS
'Final function of principal_component; not for direct use';

CREATE AGGREGATE shnor.principal_component(indicators double precision[], sign_by integer) (
    SFUNC = shnor.sample_accum,
    STYPE = internal,
    FINALFUNC = shnor.principal_component_final,
    COMBINEFUNC = shnor.sample_combine,
    SERIALFUNC = shnor.sample_serialize,
    DESERIALFUNC = shnor.sample_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.principal_component(double precision[], integer) IS
'First principal component of the indicators'' correlations; the result does not depend on the order of rows, to the last bit. Arguments: indicators, an array of one dimension with the same indicators in the same order in every row, at most 100, numbers within 1e50 of 0; sign_by, the same in every row, the number (from 1) of the indicator whose loading is to be positive, since the sign of a component is arbitrary. A row with a NULL element or a NULL array is left out and counted in skipped. A constant indicator has loading 0. NULL with fewer than two rows and when nothing varies. Errors: 22023 for arrays of different or wrong sizes, a sign_by that varies, is no indicator or has no part in the component, and when the two largest variances are equal; 22004 for a NULL sign_by; 22003 for a number out of range. Source: Hotelling 1933, as prcomp(scale. = TRUE) of R; eigenvectors by the cyclic method of Jacobi, Golub and Van Loan 2013, 8.5';

CREATE AGGREGATE shnor.principal_component(indicators double precision[], sign_by integer, standardise boolean) (
    SFUNC = shnor.sample_accum,
    STYPE = internal,
    FINALFUNC = shnor.principal_component_final,
    COMBINEFUNC = shnor.sample_combine,
    SERIALFUNC = shnor.sample_serialize,
    DESERIALFUNC = shnor.sample_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.principal_component(double precision[], integer, boolean) IS
'As principal_component(indicators, sign_by) when standardise, the same in every row, is true; when it is false, of the indicators'' covariances, as prcomp(scale. = FALSE) of R: for indicators of one unit. Errors: the same';

CREATE FUNCTION shnor.component_score(indicators double precision[], component shnor.principal_component)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_component_score';
COMMENT ON FUNCTION shnor.component_score(double precision[], shnor.principal_component) IS
'Score of a row on a principal component: the sum of loading (indicator - mean) / sd, without sd when the component is not standardised. Over the rows of the fit the mean is 0 and the variance that of the component; the row need not be one of them. Arguments: indicators, as for the component. NULL for a NULL, also for a NULL indicator that has part in the component. Errors: 22023 for another number of indicators and for a component that principal_component() did not make; 22003 for a number out of range';
