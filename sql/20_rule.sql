-- Low results: the failing share of one administration, and the two-year rule.

CREATE FUNCTION shnor.failure_band(failed bigint, n bigint)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'failure_band';
COMMENT ON FUNCTION shnor.failure_band(bigint, bigint) IS
'Band of the failing share of n participants: none below 30 %, basic from 30 to below 40 %, moderate from 40 to 50 %, severe above 50 %; compared in integers, so 30 % itself is basic and 50 % moderate. NULL if n is 0 or an argument is NULL. Error 22003 unless 0 <= failed <= n. Source: the bands of the plan of Poshekhonye municipal district for 2024, whose borders overlap; "more than 50" makes 50 % itself moderate.';

CREATE FUNCTION shnor.low_result(failed bigint, n bigint, percent integer, min_participants integer)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'low_result_counts';
COMMENT ON FUNCTION shnor.low_result(bigint, bigint, integer, integer) IS
'Whether the result of n participants is low: n >= min_participants and 100 * failed >= percent * n, in integers (3 of 10 is 30 % and low). NULL if n is 0 (no data) or an argument is NULL. Error 22003 unless 0 <= failed <= n; error 22023 if percent is outside 0..100 or min_participants is negative. Source: "at least 30 %" in the act of the education ministry of Omsk region, December 2025.';

CREATE FUNCTION shnor.pupils_from_threshold(failed bigint, n bigint, percent integer)
RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'pupils_from_threshold';
COMMENT ON FUNCTION shnor.pupils_from_threshold(bigint, bigint, integer) IS
'Distance of a result from the border of low, in pupils, never 0. With c = ceil(percent * n / 100), the smallest low number of failing participants: failed - c + 1 > 0 if the result is low (so many fewer failing pupils would take it out), failed - c < 0 if not (so many more would make it low). NULL if n is 0 or an argument is NULL. Error 22003 unless 0 <= failed <= n; error 22023 if percent is outside 1..100. Source: arithmetic of shnor.low_result without a minimum of participants.';

-- The two-year rule.  Support functions first: a transition for every
-- signature, the rest in common.

CREATE FUNCTION shnor.shnor_rule_accum(state internal, result_year integer, assessment bigint, is_low boolean, year integer)
RETURNS internal
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_accum_int8';
COMMENT ON FUNCTION shnor.shnor_rule_accum(internal, integer, bigint, boolean, integer) IS
'Transition of the aggregate shnor.shnor_rule; not for direct use';

CREATE FUNCTION shnor.shnor_rule_accum(state internal, result_year integer, assessment bigint, is_low boolean, year integer, same_assessment boolean)
RETURNS internal
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_accum_int8';
COMMENT ON FUNCTION shnor.shnor_rule_accum(internal, integer, bigint, boolean, integer, boolean) IS
'Transition of the aggregate shnor.shnor_rule; not for direct use';

CREATE FUNCTION shnor.shnor_rule_accum(state internal, result_year integer, assessment bigint, is_low boolean, year integer, same_assessment boolean, low_needed integer)
RETURNS internal
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_accum_int8';
COMMENT ON FUNCTION shnor.shnor_rule_accum(internal, integer, bigint, boolean, integer, boolean, integer) IS
'Transition of the aggregate shnor.shnor_rule; not for direct use';

CREATE FUNCTION shnor.shnor_rule_accum(state internal, result_year integer, assessment text, is_low boolean, year integer)
RETURNS internal
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_accum_text';
COMMENT ON FUNCTION shnor.shnor_rule_accum(internal, integer, text, boolean, integer) IS
'Transition of the aggregate shnor.shnor_rule; not for direct use';

CREATE FUNCTION shnor.shnor_rule_accum(state internal, result_year integer, assessment text, is_low boolean, year integer, same_assessment boolean)
RETURNS internal
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_accum_text';
COMMENT ON FUNCTION shnor.shnor_rule_accum(internal, integer, text, boolean, integer, boolean) IS
'Transition of the aggregate shnor.shnor_rule; not for direct use';

CREATE FUNCTION shnor.shnor_rule_accum(state internal, result_year integer, assessment text, is_low boolean, year integer, same_assessment boolean, low_needed integer)
RETURNS internal
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_accum_text';
COMMENT ON FUNCTION shnor.shnor_rule_accum(internal, integer, text, boolean, integer, boolean, integer) IS
'Transition of the aggregate shnor.shnor_rule; not for direct use';

CREATE FUNCTION shnor.shnor_rule_combine(state internal, other internal)
RETURNS internal
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_combine';
COMMENT ON FUNCTION shnor.shnor_rule_combine(internal, internal) IS
'Combination of partial states of the aggregate shnor.shnor_rule; not for direct use';

CREATE FUNCTION shnor.shnor_rule_serial(state internal)
RETURNS bytea
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_serial';
COMMENT ON FUNCTION shnor.shnor_rule_serial(internal) IS
'Serialization of a partial state of the aggregate shnor.shnor_rule; not for direct use';

CREATE FUNCTION shnor.shnor_rule_deserial(bytes bytea, unused internal)
RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_deserial';
COMMENT ON FUNCTION shnor.shnor_rule_deserial(bytea, internal) IS
'Deserialization of a partial state of the aggregate shnor.shnor_rule, error 22P03 for bytes that make no sense; not for direct use';

CREATE FUNCTION shnor.shnor_rule_final(state internal)
RETURNS text
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_rule_final';
COMMENT ON FUNCTION shnor.shnor_rule_final(internal) IS
'Final function of the aggregate shnor.shnor_rule; not for direct use';

CREATE AGGREGATE shnor.shnor_rule(result_year integer, assessment bigint, is_low boolean, year integer)
(
    SFUNC = shnor.shnor_rule_accum,
    STYPE = internal,
    SSPACE = 512,
    FINALFUNC = shnor.shnor_rule_final,
    COMBINEFUNC = shnor.shnor_rule_combine,
    SERIALFUNC = shnor.shnor_rule_serial,
    DESERIALFUNC = shnor.shnor_rule_deserial,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.shnor_rule(integer, bigint, boolean, integer) IS
'The two-year rule over the assessments of one school, as shnor.shnor_rule(integer, bigint, boolean, integer, boolean, integer) with same_assessment false and low_needed 2. Source: as there.';

CREATE AGGREGATE shnor.shnor_rule(result_year integer, assessment bigint, is_low boolean, year integer, same_assessment boolean)
(
    SFUNC = shnor.shnor_rule_accum,
    STYPE = internal,
    SSPACE = 512,
    FINALFUNC = shnor.shnor_rule_final,
    COMBINEFUNC = shnor.shnor_rule_combine,
    SERIALFUNC = shnor.shnor_rule_serial,
    DESERIALFUNC = shnor.shnor_rule_deserial,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.shnor_rule(integer, bigint, boolean, integer, boolean) IS
'The two-year rule over the assessments of one school, as shnor.shnor_rule(integer, bigint, boolean, integer, boolean, integer) with low_needed 2. Source: as there.';

CREATE AGGREGATE shnor.shnor_rule(result_year integer, assessment bigint, is_low boolean, year integer, same_assessment boolean, low_needed integer)
(
    SFUNC = shnor.shnor_rule_accum,
    STYPE = internal,
    SSPACE = 512,
    FINALFUNC = shnor.shnor_rule_final,
    COMBINEFUNC = shnor.shnor_rule_combine,
    SERIALFUNC = shnor.shnor_rule_serial,
    DESERIALFUNC = shnor.shnor_rule_deserial,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.shnor_rule(integer, bigint, boolean, integer, boolean, integer) IS
'The two-year rule over the assessments of one school. A row says whether an assessment of a result year is low (NULL: no data, the row is ignored); year is the judged, last result year, one for the group; rows of years other than year and year - 1 are ignored. Branch A: at least low_needed (default 2) different assessments low in year. Branch B: at least one low in year and one in year - 1, with same_assessment (default false) the same one. Result: two_assessments (A only), two_years (B only), both, none, or NULL if no row of year has data. Text keys are told apart by their bytes. Error 22004 for a NULL result_year, assessment or year in a row with data, or a NULL same_assessment or low_needed in any row; 22023 if year, same_assessment or low_needed differ inside the group, low_needed is below 1, or one assessment and year of the two years is both low and not low (aggregate first; equal repeats count once); 54000 over 10000 assessments. Source: plan of Poshekhonye municipal district for 2024 (both branches); act of the education ministry of Omsk region, December 2025 (the same assessment).';

CREATE AGGREGATE shnor.shnor_rule(result_year integer, assessment text, is_low boolean, year integer)
(
    SFUNC = shnor.shnor_rule_accum,
    STYPE = internal,
    SSPACE = 512,
    FINALFUNC = shnor.shnor_rule_final,
    COMBINEFUNC = shnor.shnor_rule_combine,
    SERIALFUNC = shnor.shnor_rule_serial,
    DESERIALFUNC = shnor.shnor_rule_deserial,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.shnor_rule(integer, text, boolean, integer) IS
'The two-year rule over the assessments of one school, as shnor.shnor_rule(integer, text, boolean, integer, boolean, integer) with same_assessment false and low_needed 2. Source: as there.';

CREATE AGGREGATE shnor.shnor_rule(result_year integer, assessment text, is_low boolean, year integer, same_assessment boolean)
(
    SFUNC = shnor.shnor_rule_accum,
    STYPE = internal,
    SSPACE = 512,
    FINALFUNC = shnor.shnor_rule_final,
    COMBINEFUNC = shnor.shnor_rule_combine,
    SERIALFUNC = shnor.shnor_rule_serial,
    DESERIALFUNC = shnor.shnor_rule_deserial,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.shnor_rule(integer, text, boolean, integer, boolean) IS
'The two-year rule over the assessments of one school, as shnor.shnor_rule(integer, text, boolean, integer, boolean, integer) with low_needed 2. Source: as there.';

CREATE AGGREGATE shnor.shnor_rule(result_year integer, assessment text, is_low boolean, year integer, same_assessment boolean, low_needed integer)
(
    SFUNC = shnor.shnor_rule_accum,
    STYPE = internal,
    SSPACE = 512,
    FINALFUNC = shnor.shnor_rule_final,
    COMBINEFUNC = shnor.shnor_rule_combine,
    SERIALFUNC = shnor.shnor_rule_serial,
    DESERIALFUNC = shnor.shnor_rule_deserial,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.shnor_rule(integer, text, boolean, integer, boolean, integer) IS
'The two-year rule over the assessments of one school. A row says whether an assessment of a result year is low (NULL: no data, the row is ignored); year is the judged, last result year, one for the group; rows of years other than year and year - 1 are ignored. Branch A: at least low_needed (default 2) different assessments low in year. Branch B: at least one low in year and one in year - 1, with same_assessment (default false) the same one. Result: two_assessments (A only), two_years (B only), both, none, or NULL if no row of year has data. Text keys are told apart by their bytes. Error 22004 for a NULL result_year, assessment or year in a row with data, or a NULL same_assessment or low_needed in any row; 22023 if year, same_assessment or low_needed differ inside the group, low_needed is below 1, or one assessment and year of the two years is both low and not low (aggregate first; equal repeats count once); 54000 over 10000 assessments. Source: plan of Poshekhonye municipal district for 2024 (both branches); act of the education ministry of Omsk region, December 2025 (the same assessment).';

CREATE FUNCTION shnor.worst_result_accum(state bigint[], key bigint, failed bigint, n bigint)
RETURNS bigint[]
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'worst_result_accum';
COMMENT ON FUNCTION shnor.worst_result_accum(bigint[], bigint, bigint, bigint) IS
'Transition of the aggregate shnor.worst_result; not for direct use';

CREATE FUNCTION shnor.worst_result_combine(state bigint[], other bigint[])
RETURNS bigint[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'worst_result_combine';
COMMENT ON FUNCTION shnor.worst_result_combine(bigint[], bigint[]) IS
'Combination of partial states of the aggregate shnor.worst_result; not for direct use';

CREATE AGGREGATE shnor.worst_result(key bigint, failed bigint, n bigint)
(
    SFUNC = shnor.worst_result_accum,
    STYPE = bigint[],
    SSPACE = 48,
    COMBINEFUNC = shnor.worst_result_combine,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.worst_result(bigint, bigint, bigint) IS
'Of several results, the one with the largest share failed / n, as an array {key, failed, n}: of equal shares the one with more participants, then the lower key; shares are compared exactly. A row with a NULL argument or n = 0 is ignored; NULL over no other rows. Error 22003 unless 0 <= failed <= n.';
