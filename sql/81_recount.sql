-- Counting all results of a table in one pass.

CREATE FUNCTION shnor.recount_accum(internal, integer, integer, integer, text, integer, smallint, smallint, smallint, smallint, smallint[])
RETURNS internal
LANGUAGE c IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'recount_accum';
COMMENT ON FUNCTION shnor.recount_accum(internal, integer, integer, integer, text, integer, smallint, smallint, smallint, smallint, smallint[]) IS
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
    attempt smallint, score smallint, mark smallint, journal_mark smallint, task_scores smallint[]) (
    SFUNC = shnor.recount_accum,
    STYPE = internal,
    FINALFUNC = shnor.recount_serialize,
    COMBINEFUNC = shnor.recount_combine,
    SERIALFUNC = shnor.recount_serialize,
    DESERIALFUNC = shnor.recount_deserialize,
    PARALLEL = SAFE);
COMMENT ON AGGREGATE shnor.recount_results(integer, integer, integer, text, integer, smallint, smallint, smallint, smallint, smallint[]) IS
'All results given, added up by administration, school, academic year and class at once, and counted by file: what GROUP BY with count(*), score_dist(score, mark, journal_mark) and task_dist(task_scores) FILTER (WHERE attempt = 1) gives, faster for rows that come group by group. Used without GROUP BY. A row with a NULL among its keys (the file excepted) or without an attempt is left out. Memory: about 550 bytes a group without item scores (180,000 of them took 95 MB); the result at most 1 GB (error 54000: count one academic year at a time). Errors: 22003 for a score, mark or item score out of range. The bytes are for summary_differences() of the same server only.';

CREATE FUNCTION shnor.summary_differences(result regclass, first_year integer, last_year integer,
    OUT kind text, OUT academic_year integer, OUT administration_id integer, OUT school_id integer, OUT class text,
    OUT import_file_id integer, OUT kept integer[], OUT counted integer[],
    OUT kept_dist shnor.score_dist, OUT counted_dist shnor.score_dist,
    OUT kept_tasks shnor.task_dist, OUT counted_tasks shnor.task_dist)
RETURNS SETOF record
LANGUAGE c STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
COST 1000000 ROWS 1000
AS 'MODULE_PATHNAME', 'summary_differences';
COMMENT ON FUNCTION shnor.summary_differences(regclass, integer, integer) IS
'The summaries of a warehouse, of academic years from first to last, that differ from a recount of its results, both seen as of the moment of the calling statement: what verify_summaries() of the warehouse shows, which see. result: the table result of the warehouse; school_summary, result_summary, import_file_summary, task_summary and administration are those of the same schema. The caller needs SELECT on all of them, and sees all rows only where row security lets. Reads the results once, in parallel. NULL gives no row. Errors: 42P01 when one of the tables is not there, 22003 for a result out of range, 54000 when the groups exceed 1 GB, XX001 when the results of one administration lie in two years.';
