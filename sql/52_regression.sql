-- A weighted regression line through a partition, and each row's residual.

CREATE TYPE shnor.line_residual AS (
    points bigint,
    fitted double precision,
    residual double precision,
    leverage double precision,
    t double precision,
    df double precision,
    p_higher double precision,
    p_lower double precision
);
COMMENT ON TYPE shnor.line_residual IS
'One point against the weighted least-squares line through all points of its partition';
COMMENT ON COLUMN shnor.line_residual.points IS
'Points the line rests on: rows with a weight and no NULL; 3 or more';
COMMENT ON COLUMN shnor.line_residual.fitted IS
'Value of the line at x, in units of y';
COMMENT ON COLUMN shnor.line_residual.residual IS
'y minus fitted, in units of y: positive is higher than the line';
COMMENT ON COLUMN shnor.line_residual.leverage IS
'How far the point determines its own fitted value, 0 to 1';
COMMENT ON COLUMN shnor.line_residual.t IS
'Externally studentised residual: the residual over its standard error, estimated without the point. NULL with fewer than four points, and when the other points leave no variance';
COMMENT ON COLUMN shnor.line_residual.df IS
'Degrees of freedom of t: points - 3';
COMMENT ON COLUMN shnor.line_residual.p_higher IS
'Probability of a t that high or higher by chance; the two-sided p-value is twice the lesser of p_higher and p_lower';
COMMENT ON COLUMN shnor.line_residual.p_lower IS
'Probability of a t that low or lower by chance';

CREATE FUNCTION shnor.line_residual(x double precision, y double precision, w double precision)
RETURNS shnor.line_residual
WINDOW LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_line_residual_sql';
COMMENT ON FUNCTION shnor.line_residual(double precision, double precision, double precision) IS
'Window function: the row''s residual from the line y = a + b x fitted to its partition by least squares with weights w; marker M2, with x last year''s mean, y this year''s and w the participants of both: what a school changed beyond the region''s change. All rows of the partition count, ORDER BY and frame make no difference. Arguments: x and y, within 1e50 of 0; weights from 0 to 1e50. A row with a NULL or with a weight below 1e-50 gives NULL and does not count; NULL for all when fewer than three rows count or all x are the same. By construction some rows are extreme: of N honest rows N p have a p-value below p; adjust by bh_adjust. Errors: 22003 for an argument out of range or NaN. Source: Belsley, Kuh and Welsch 1980, as rstudent(lm(y ~ x, weights = w)) of R';
