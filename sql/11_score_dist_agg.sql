-- score_dist: aggregates over results and over summaries.

CREATE FUNCTION shnor.score_dist_accum(state shnor.score_dist, score integer)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_accum';
COMMENT ON FUNCTION shnor.score_dist_accum(shnor.score_dist, integer) IS
    'Transition of the aggregate score_dist: counts a row; a row with neither score nor mark counts for nothing, and leaves a NULL state NULL. Errors: 22003 for a score outside 0..1000 or a mark outside 2..5';

CREATE FUNCTION shnor.score_dist_accum(state shnor.score_dist, score integer, mark integer)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_accum';
COMMENT ON FUNCTION shnor.score_dist_accum(shnor.score_dist, integer, integer) IS
    'Transition of the aggregate score_dist: counts a row; a row with neither score nor mark counts for nothing, and leaves a NULL state NULL. Errors: 22003 for a score outside 0..1000 or a mark outside 2..5';

CREATE FUNCTION shnor.score_dist_accum(state shnor.score_dist, score integer, mark integer, journal_mark integer)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_accum';
COMMENT ON FUNCTION shnor.score_dist_accum(shnor.score_dist, integer, integer, integer) IS
    'Transition of the aggregate score_dist: counts a row; a row with neither score nor mark counts for nothing, and leaves a NULL state NULL. Errors: 22003 for a score outside 0..1000 or a mark outside 2..5';

CREATE FUNCTION shnor.score_dist_moving_accum(state shnor.score_dist, score integer)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_moving_accum';
COMMENT ON FUNCTION shnor.score_dist_moving_accum(shnor.score_dist, integer) IS
    'Transition of score_dist in moving windows: as score_dist_accum, but never NULL';

CREATE FUNCTION shnor.score_dist_moving_accum(state shnor.score_dist, score integer, mark integer)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_moving_accum';
COMMENT ON FUNCTION shnor.score_dist_moving_accum(shnor.score_dist, integer, integer) IS
    'Transition of score_dist in moving windows: as score_dist_accum, but never NULL';

CREATE FUNCTION shnor.score_dist_moving_accum(state shnor.score_dist, score integer, mark integer, journal_mark integer)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_moving_accum';
COMMENT ON FUNCTION shnor.score_dist_moving_accum(shnor.score_dist, integer, integer, integer) IS
    'Transition of score_dist in moving windows: as score_dist_accum, but never NULL';

CREATE FUNCTION shnor.score_dist_moving_remove(state shnor.score_dist, score integer)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_moving_remove';
COMMENT ON FUNCTION shnor.score_dist_moving_remove(shnor.score_dist, integer) IS
    'Inverse transition of score_dist in moving windows: takes a row back. Errors: 22003 if the row was not counted';

CREATE FUNCTION shnor.score_dist_moving_remove(state shnor.score_dist, score integer, mark integer)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_moving_remove';
COMMENT ON FUNCTION shnor.score_dist_moving_remove(shnor.score_dist, integer, integer) IS
    'Inverse transition of score_dist in moving windows: takes a row back. Errors: 22003 if the row was not counted';

CREATE FUNCTION shnor.score_dist_moving_remove(state shnor.score_dist, score integer, mark integer, journal_mark integer)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_moving_remove';
COMMENT ON FUNCTION shnor.score_dist_moving_remove(shnor.score_dist, integer, integer, integer) IS
    'Inverse transition of score_dist in moving windows: takes a row back. Errors: 22003 if the row was not counted';

CREATE FUNCTION shnor.score_dist_moving_final(state shnor.score_dist)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_moving_final';
COMMENT ON FUNCTION shnor.score_dist_moving_final(shnor.score_dist) IS
    'Final function of score_dist in moving windows: NULL for the empty value, else the value';

CREATE FUNCTION shnor.score_dist_final(state shnor.score_dist)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_final';
COMMENT ON FUNCTION shnor.score_dist_final(shnor.score_dist) IS
    'Final function of score_dist and rollup: the state of the aggregate as packed, canonical bytes; NULL for NULL';

CREATE FUNCTION shnor.score_dist_combine(state shnor.score_dist, d shnor.score_dist)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_combine';
COMMENT ON FUNCTION shnor.score_dist_combine(shnor.score_dist, shnor.score_dist) IS
    'Combine function of score_dist and transition of rollup: state + d, in place when an aggregate calls; NULL if either is. Errors: 22003 above 10^12 participants';

CREATE FUNCTION shnor.score_dist_moving_subtract(state shnor.score_dist, d shnor.score_dist)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_moving_subtract';
COMMENT ON FUNCTION shnor.score_dist_moving_subtract(shnor.score_dist, shnor.score_dist) IS
    'Inverse transition of rollup in moving windows: state - d, in place when an aggregate calls; NULL if either is. Errors: 22003 if d is no part of the state';

-- SSPACE: most states are of 104 bytes (96 counts of one byte), which take a
-- chunk of 128 and its header.  MSSPACE: those of moving windows have counts
-- of eight bytes.
CREATE AGGREGATE shnor.score_dist(score integer) (
    SFUNC = shnor.score_dist_accum,
    STYPE = shnor.score_dist,
    SSPACE = 144,
    FINALFUNC = shnor.score_dist_final,
    COMBINEFUNC = shnor.score_dist_combine,
    MSFUNC = shnor.score_dist_moving_accum,
    MINVFUNC = shnor.score_dist_moving_remove,
    MSTYPE = shnor.score_dist,
    MSSPACE = 1040,
    MFINALFUNC = shnor.score_dist_moving_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.score_dist(integer) IS
    'Summary of results by score (0..1000; NULL scores count for nothing). NULL when no row counts. Errors: 22003 for a value out of range';

CREATE AGGREGATE shnor.score_dist(score integer, mark integer) (
    SFUNC = shnor.score_dist_accum,
    STYPE = shnor.score_dist,
    SSPACE = 144,
    FINALFUNC = shnor.score_dist_final,
    COMBINEFUNC = shnor.score_dist_combine,
    MSFUNC = shnor.score_dist_moving_accum,
    MINVFUNC = shnor.score_dist_moving_remove,
    MSTYPE = shnor.score_dist,
    MSSPACE = 1040,
    MFINALFUNC = shnor.score_dist_moving_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.score_dist(integer, integer) IS
    'Summary of results by score (0..1000 or NULL) and mark (2..5 or NULL); a row with neither counts for nothing. NULL when no row counts. Errors: 22003 for a value out of range';

CREATE AGGREGATE shnor.score_dist(score integer, mark integer, journal_mark integer) (
    SFUNC = shnor.score_dist_accum,
    STYPE = shnor.score_dist,
    SSPACE = 144,
    FINALFUNC = shnor.score_dist_final,
    COMBINEFUNC = shnor.score_dist_combine,
    MSFUNC = shnor.score_dist_moving_accum,
    MINVFUNC = shnor.score_dist_moving_remove,
    MSTYPE = shnor.score_dist,
    MSSPACE = 1040,
    MFINALFUNC = shnor.score_dist_moving_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.score_dist(integer, integer, integer) IS
    'Summary of results by score (0..1000 or NULL), mark and journal mark (2..5 or NULL); a row with neither score nor mark counts for nothing. NULL when no row counts. Errors: 22003 for a value out of range';

CREATE AGGREGATE shnor.rollup(d shnor.score_dist) (
    SFUNC = shnor.score_dist_combine,
    STYPE = shnor.score_dist,
    SSPACE = 272,
    FINALFUNC = shnor.score_dist_final,
    COMBINEFUNC = shnor.score_dist_combine,
    MSFUNC = shnor.score_dist_combine,
    MINVFUNC = shnor.score_dist_moving_subtract,
    MSTYPE = shnor.score_dist,
    MSSPACE = 1040,
    MFINALFUNC = shnor.score_dist_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.rollup(shnor.score_dist) IS
    'Sum of summaries: of classes to a school, of schools to a region. NULL inputs are skipped; NULL when there is no other. Errors: 22003 above 10^12 participants';
