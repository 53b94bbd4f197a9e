-- task_dist: aggregates over item scores and over summaries.

CREATE FUNCTION shnor.task_dist_accum(state shnor.task_dist, scores smallint[])
    RETURNS shnor.task_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_accum';
COMMENT ON FUNCTION shnor.task_dist_accum(shnor.task_dist, smallint[]) IS
    'Transition of the aggregate task_dist: counts a row; a row whose array is NULL or empty counts for nothing, and leaves a NULL state NULL. Errors: 22003 for a score outside 0..100 or more than 100 items, 22023 for another number of items than before or more than one dimension';

CREATE FUNCTION shnor.task_dist_moving_accum(state shnor.task_dist, scores smallint[])
    RETURNS shnor.task_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_moving_accum';
COMMENT ON FUNCTION shnor.task_dist_moving_accum(shnor.task_dist, smallint[]) IS
    'Transition of task_dist in moving windows: as task_dist_accum, but never NULL';

CREATE FUNCTION shnor.task_dist_moving_remove(state shnor.task_dist, scores smallint[])
    RETURNS shnor.task_dist
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_moving_remove';
COMMENT ON FUNCTION shnor.task_dist_moving_remove(shnor.task_dist, smallint[]) IS
    'Inverse transition of task_dist in moving windows: takes a row back. Errors: 22003 if the row was not counted';

CREATE FUNCTION shnor.task_dist_moving_final(state shnor.task_dist)
    RETURNS shnor.task_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_moving_final';
COMMENT ON FUNCTION shnor.task_dist_moving_final(shnor.task_dist) IS
    'Final function of task_dist in moving windows: NULL for the empty value, else the value';

-- A state has 8 bytes for every item and possible score: 20 items of up to 6
-- points take 1280, 20 items of up to 2 points half of that.
CREATE AGGREGATE shnor.task_dist(scores smallint[]) (
    SFUNC = shnor.task_dist_accum,
    STYPE = shnor.task_dist,
    SSPACE = 1280,
    COMBINEFUNC = shnor.task_dist_plus,
    MSFUNC = shnor.task_dist_moving_accum,
    MINVFUNC = shnor.task_dist_moving_remove,
    MSTYPE = shnor.task_dist,
    MSSPACE = 2048,
    MFINALFUNC = shnor.task_dist_moving_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.task_dist(smallint[]) IS
    'Summary of participants'' item scores: element i is the score in item i (0..100), NULL if it was not attempted; a row whose array is NULL or empty counts for nothing. NULL when no row counts. All rows of a group must have the same number of items (1..100), that is be of one form: group by administration and variant. Errors: 22003 for a value out of range, 22023 for different numbers of items';

CREATE AGGREGATE shnor.rollup(d shnor.task_dist) (
    SFUNC = shnor.task_dist_plus,
    STYPE = shnor.task_dist,
    SSPACE = 1280,
    COMBINEFUNC = shnor.task_dist_plus,
    MSFUNC = shnor.task_dist_plus,
    MINVFUNC = shnor.task_dist_minus,
    MSTYPE = shnor.task_dist,
    MSSPACE = 2048,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.rollup(shnor.task_dist) IS
    'Sum of summaries: of classes to a school, of schools to a region. NULL inputs are skipped; NULL when there is no other. Errors: 22003 above 10^12 participants, 22023 for different numbers of items';
