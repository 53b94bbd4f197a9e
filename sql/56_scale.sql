-- Values on a common scale, and their weighted mean.

CREATE TYPE shnor.value_scale AS (
    n bigint,
    mean double precision,
    sd double precision,
    min double precision,
    max double precision
);
COMMENT ON TYPE shnor.value_scale IS
'A set of values as a scale for its own and for other values, kept to put an old school on today''s scale or the reverse';
COMMENT ON COLUMN shnor.value_scale.n IS
'How many values, 1 or more';
COMMENT ON COLUMN shnor.value_scale.mean IS
'Their mean';
COMMENT ON COLUMN shnor.value_scale.sd IS
'Their standard deviation, divisor n - 1: 0 when all are equal but for rounding, NULL for one value';
COMMENT ON COLUMN shnor.value_scale.min IS
'The least value';
COMMENT ON COLUMN shnor.value_scale.max IS
'The greatest value';

CREATE FUNCTION shnor.sample_accum(state internal, value double precision)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_accum';
COMMENT ON FUNCTION shnor.sample_accum(internal, double precision) IS
'Transition function of scale_reference; not for direct use';

CREATE FUNCTION shnor.sample_combine(state internal, other internal)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_combine';
COMMENT ON FUNCTION shnor.sample_combine(internal, internal) IS
'Combine function of scale_reference and of the fits of context; not for direct use';

CREATE FUNCTION shnor.sample_serialize(state internal)
RETURNS bytea
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_serialize';
COMMENT ON FUNCTION shnor.sample_serialize(internal) IS
'Serialisation function of scale_reference and of the fits of context; not for direct use';

CREATE FUNCTION shnor.sample_deserialize(bytes bytea, state internal)
RETURNS internal
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_deserialize';
COMMENT ON FUNCTION shnor.sample_deserialize(bytea, internal) IS
'Deserialisation function of scale_reference and of the fits of context; not for direct use';

CREATE FUNCTION shnor.scale_reference_final(state internal)
RETURNS shnor.value_scale
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_scale_reference';
COMMENT ON FUNCTION shnor.scale_reference_final(internal) IS
'Final function of scale_reference; not for direct use';

CREATE AGGREGATE shnor.scale_reference(value double precision) (
    SFUNC = shnor.sample_accum,
    STYPE = internal,
    FINALFUNC = shnor.scale_reference_final,
    COMBINEFUNC = shnor.sample_combine,
    SERIALFUNC = shnor.sample_serialize,
    DESERIALFUNC = shnor.sample_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.scale_reference(double precision) IS
'Number, mean, standard deviation, least and greatest of the values, for scaled(); the result does not depend on the order of rows, to the last bit. Arguments: value, within 1e50 of 0. NULLs are skipped; NULL over no values. Errors: 22003 for a value out of range or NaN';

CREATE FUNCTION shnor.scaled(value double precision, reference shnor.value_scale, method text, higher_is_better boolean DEFAULT true)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_scaled_sql';
COMMENT ON FUNCTION shnor.scaled(double precision, shnor.value_scale, text, boolean) IS
'A value on the scale of a reference set, whether it belongs to the set or not. Arguments: value, within 1e50 of 0; reference, of scale_reference(); method: z, (value - mean) / sd; t, 50 + 10 z; min_max, 0 for the least and 1 for the greatest value of the set; percent, 100 times that; percent_of_best, 100 value / max, for values that are not negative; higher_is_better: false turns the scale round (z changes its sign, min_max becomes 1 - min_max, percent_of_best 100 min / value). A value outside the set may leave 0..1 and 0..100. NULL for a NULL, and where the set makes no such scale: all its values are equal, or the best one is 0. Errors: 22023 for an unknown method and for percentile_rank, which needs all values: use percentile_rank(); 22003 for a value out of range and for percent_of_best with negative values';

CREATE FUNCTION shnor.scaled(value double precision, method text, higher_is_better boolean DEFAULT true)
RETURNS double precision
WINDOW LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_scaled_window';
COMMENT ON FUNCTION shnor.scaled(double precision, text, boolean) IS
'Window function: the value on the scale that the values of its partition make. All rows of the partition count, ORDER BY and frame make no difference. Arguments: as of scaled(value, reference, method, higher_is_better), and method percentile_rank, the share of values below plus half of that of equal ones, or 1 less it where less is better; method and direction of the partition''s first row hold for all. A NULL value gives NULL and does not count; NULL also where the partition makes no such scale: all values are equal (but for percentile_rank and percent_of_best), or the best one is 0. Errors: 22023 for an unknown method, 22004 for a NULL method or direction, 22003 for a value out of range and for percent_of_best with negative values';

CREATE FUNCTION shnor.percentile_rank(value double precision, sample double precision[], higher_is_better boolean DEFAULT true)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_percentile_rank';
COMMENT ON FUNCTION shnor.percentile_rank(double precision, double precision[], boolean) IS
'The share of a sample''s values below this one plus half of the share of equal ones, for a value that need not belong to it: a school of today among those of an earlier year. Arguments: value; sample, in any order, NULL elements ignored, all within 1e50 of 0; higher_is_better: false gives 1 less the rank. Range: 0 to 1; for a member of the sample as scaled(value, ''percentile_rank'') OVER (...) and mid_percentile. NULL for a NULL and for a sample without values. Errors: 22003 for a number out of range or NaN';

CREATE FUNCTION shnor.weighted_mean(indicators double precision[], weights double precision[], min_present integer DEFAULT 1)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_weighted_mean_sql';
COMMENT ON FUNCTION shnor.weighted_mean(double precision[], double precision[], integer) IS
'Sum of weight times value over the sum of weights, of the values that are present. Arguments: indicators, NULL for a missing one, and their weights, 0 or more, arrays of one dimension and of the same number of elements, at most 100; min_present: how many values must be present: 1 takes whatever there is, the number of weights requires all. NULL for a NULL array, when fewer are present, and when the weights of those present are 0. Errors: 22023 for arrays of different or wrong sizes and min_present below 1; 22004 for a NULL weight; 22003 for a negative weight and numbers out of range';
