-- Counting all results of a table in one pass.

CREATE FUNCTION shnor.recount_accum(internal, integer, integer, integer, text, integer, smallint, smallint, smallint, smallint)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'recount_accum';
COMMENT ON FUNCTION shnor.recount_accum(internal, integer, integer, integer, text, integer, smallint, smallint, smallint, smallint) IS
'Transition function of recount_results.';

CREATE FUNCTION shnor.recount_combine(internal, internal)
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'recount_combine';
COMMENT ON FUNCTION shnor.recount_combine(internal, internal) IS
'Combine function of recount_results.';

CREATE FUNCTION shnor.recount_serialize(internal)
RETURNS bytea
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'recount_serialize';
COMMENT ON FUNCTION shnor.recount_serialize(internal) IS
'Serialization and final function of recount_results.';

CREATE FUNCTION shnor.recount_deserialize(bytea, internal)
RETURNS internal
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'recount_deserialize';
COMMENT ON FUNCTION shnor.recount_deserialize(bytea, internal) IS
'Deserialization function of recount_results.';

CREATE AGGREGATE shnor.recount_results(
    administration_id integer, school_id integer, academic_year integer, class text, import_file_id integer,
    attempt smallint, score smallint, mark smallint, journal_mark smallint) (
    SFUNC = shnor.recount_accum,
    STYPE = internal,
    FINALFUNC = shnor.recount_serialize,
    COMBINEFUNC = shnor.recount_combine,
    SERIALFUNC = shnor.recount_serialize,
    DESERIALFUNC = shnor.recount_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE shnor.recount_results(integer, integer, integer, text, integer, smallint, smallint, smallint, smallint) IS
'All results given, counted by administration, school, academic year, class and file at once: what GROUP BY with count(*) and score_dist(score, mark, journal_mark) FILTER (WHERE attempt = 1) gives, faster for rows that come group by group. Used without GROUP BY; recounted() turns the result into rows. A row with a NULL among its keys (the file excepted) or without an attempt is left out. Memory: two bytes a result, and the keys of each group; the result at most 1 GB (error 54000: count one academic year at a time). Errors: 22003 for a score or mark out of range. The bytes are for recounted() of the same server only, not for storing.';

CREATE FUNCTION shnor.recounted(recount bytea,
    OUT administration_id integer, OUT school_id integer, OUT academic_year integer, OUT class text,
    OUT import_file_id integer, OUT results bigint, OUT dist shnor.score_dist)
RETURNS SETOF record
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
COST 1000 ROWS 100000
AS 'MODULE_PATHNAME', 'recounted';
COMMENT ON FUNCTION shnor.recounted(bytea) IS
'The groups of a result of recount_results() as rows in no particular order: the keys, the number of results of all attempts, the score_dist of first attempts (NULL if none counts). NULL gives no row. Error 22P03 for bytes that recount_results() did not make.';
