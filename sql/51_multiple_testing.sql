-- Window functions over all rows of a partition: adjusted p-values, percentiles.

CREATE FUNCTION shnor.bh_adjust(p double precision)
RETURNS double precision
WINDOW LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_bh_adjust';
COMMENT ON FUNCTION shnor.bh_adjust(double precision) IS
'Window function: the p-value adjusted for the number of tests so that, of the rows with a result at most q, a share of at most q are false alarms on average (false-discovery rate) when tests are independent or positively dependent. All rows of the partition count, ORDER BY and frame make no difference. Arguments: p from 0 to 1. Range: p to 1; equal p-values get equal results. A NULL gives NULL and does not count as a test. Errors: 22003 for p outside 0..1 or NaN. Source: Benjamini and Hochberg 1995, as p.adjust(method = "BH") of R';

CREATE FUNCTION shnor.by_adjust(p double precision)
RETURNS double precision
WINDOW LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_by_adjust';
COMMENT ON FUNCTION shnor.by_adjust(double precision) IS
'Window function: as bh_adjust, but valid for tests that depend on each other in any way; the result is larger by the factor 1 + 1/2 + ... + 1/m, up to 1. Arguments: p from 0 to 1. Range: p to 1. A NULL gives NULL and does not count as a test. Errors: 22003 for p outside 0..1 or NaN. Source: Benjamini and Yekutieli 2001, as p.adjust(method = "BY") of R';

CREATE FUNCTION shnor.mid_percentile(value double precision)
RETURNS double precision
WINDOW LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_mid_percentile';
COMMENT ON FUNCTION shnor.mid_percentile(double precision) IS
'Window function: the share of the partition''s values below this one plus half of the share of equal ones, itself included; its mean over a partition is 1/2. ORDER BY and frame make no difference. The difference of two of them, a school''s mean in one exam and in another among the schools that have both, is marker M7. Arguments: value, a number, infinities allowed. Range: greater than 0, less than 1; 1/2 for a single value. A NULL gives NULL and does not count. Errors: 22003 for NaN. Source: mid-ranks of Kendall 1945, divided by their number and centred by 1/2';
