/*
 * score_dist_agg.c
 *		Transition and final functions of the aggregates over results and over
 *		score_dist, and the operators + and -.
 *
 * In an aggregate the state is updated in place; nothing is allocated per row.
 * A state can also come packed: the first input of a strict aggregate.  Called
 * as plain functions they leave their arguments alone and return packed
 * values.
 */
#include "postgres.h"

#include "nodes/execnodes.h"

#include "compat.h"
#include "score_dist.h"

PG_FUNCTION_INFO_V1(score_dist_accum);
PG_FUNCTION_INFO_V1(score_dist_moving_accum);
PG_FUNCTION_INFO_V1(score_dist_moving_remove);
PG_FUNCTION_INFO_V1(score_dist_moving_final);
PG_FUNCTION_INFO_V1(score_dist_final);
PG_FUNCTION_INFO_V1(score_dist_combine);
PG_FUNCTION_INFO_V1(score_dist_moving_subtract);
PG_FUNCTION_INFO_V1(score_dist_plus);
PG_FUNCTION_INFO_V1(score_dist_minus);

/* One row of results, validated. */
typedef struct ResultRow
{
	int			score;			/* -1 for none */
	int			cell;			/* of the mark and the journal mark */
	bool		counts;			/* it has a score or a mark */
} ResultRow;

/*
 * Reads the arguments after the state: score [, mark [, journal mark]].
 * Every value is verified, also those of a row that does not count.
 */
static inline ResultRow
get_row(FunctionCallInfo fcinfo)
{
	ResultRow	row = {-1, 0, false};

	if (!PG_ARGISNULL(1))
	{
		row.score = PG_GETARG_INT32(1);
		if (unlikely(row.score < 0 || row.score > SHNOR_MAX_SCORE))
			score_dist_bad_score(row.score);
		row.counts = true;
	}
	if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
	{
		int			m = score_dist_mark_index(PG_GETARG_INT32(2));

		row.cell = SCORE_DIST_CELL(m, 0);
		row.counts = true;
	}
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		row.cell += score_dist_mark_index(PG_GETARG_INT32(3));
	return row;
}

/*
 * Is an aggregate calling, so that argument 0 is its state?  The question
 * AggCheckCallContext() answers, without a call per row.
 */
static inline bool
in_aggregate(FunctionCallInfo fcinfo)
{
	return fcinfo->context != NULL &&
		(IsA(fcinfo->context, AggState) ||
		 IsA(fcinfo->context, WindowAggState));
}

/*
 * Returns the state an aggregate is calling with, argument 0, to be changed in
 * place; made now if it is NULL or packed.
 */
static inline ScoreDistState *
get_state(FunctionCallInfo fcinfo)
{
	ScoreDistState *state;

	if (PG_ARGISNULL(0))
		return score_dist_make_empty_state();
	state = score_dist_get_state(PG_GETARG_DATUM(0));
	if (state == NULL)
		return score_dist_make_state(PG_GETARG_DATUM(0));
	/* the first value that rollup met may come from a table */
	score_dist_check_state((const uint8 *) VARDATA(state),
						   VARSIZE(state) - VARHDRSZ);
	return state;
}

/*
 * Copies argument 0, empty when it is NULL, into a buffer with room for any
 * score: what get_state() is for calls that are not by an aggregate.
 */
static ScoreDist *
copy_argument(FunctionCallInfo fcinfo, ScoreDistBuffer *buffer)
{
	ScoreDistBuffer decoded;

	score_dist_init(&buffer->dist, buffer->bin, SCORE_DIST_MAX_BINS);
	if (!PG_ARGISNULL(0))
		(void) score_dist_add(&buffer->dist,
							  PG_GETARG_SCORE_DIST(0, &decoded));
	return &buffer->dist;
}

/*
 * What accumulate() does when no aggregate is calling, the state is new, or
 * needs more room or has already more than the smallest counts.
 */
static pg_noinline Datum
accumulate_slowly(FunctionCallInfo fcinfo, ResultRow row)
{
	ScoreDistBuffer buffer;
	ScoreDist  *dist;
	ScoreDistResult result;

	if (in_aggregate(fcinfo))
		return PointerGetDatum(score_dist_state_count(get_state(fcinfo),
													  row.score, row.cell));
	dist = copy_argument(fcinfo, &buffer);
	result = score_dist_count_one(dist, row.score, row.cell);
	if (result != SCORE_DIST_OK)
		score_dist_complain(result);
	return score_dist_flat_datum(dist);
}

/* Counts a row that counts: the common part of both accum functions. */
static inline Datum
accumulate(FunctionCallInfo fcinfo, ResultRow row)
{
	if (likely(in_aggregate(fcinfo) && !PG_ARGISNULL(0)))
	{
		ScoreDistState *state = score_dist_get_state(PG_GETARG_DATUM(0));

		if (likely(state != NULL &&
				   score_dist_state_count_narrow(state, row.score, row.cell)))
			return PointerGetDatum(state);
	}
	return accumulate_slowly(fcinfo, row);
}

/*
 * Transition of score_dist(score [, mark [, journal mark]]).  The state stays
 * NULL until a row counts, so that a group without results has no summary.
 */
Datum
score_dist_accum(PG_FUNCTION_ARGS)
{
	ResultRow	row = get_row(fcinfo);

	if (likely(row.counts))
		return accumulate(fcinfo, row);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return PG_GETARG_DATUM(0);
}

/*
 * The same for moving windows, where a state may never be NULL: rows that do
 * not count leave the empty value.
 */
Datum
score_dist_moving_accum(PG_FUNCTION_ARGS)
{
	ResultRow	row = get_row(fcinfo);
	ScoreDistBuffer buffer;

	if (row.counts)
		return accumulate(fcinfo, row);
	if (in_aggregate(fcinfo))
		return PointerGetDatum(get_state(fcinfo));
	return score_dist_flat_datum(copy_argument(fcinfo, &buffer));
}

/* Inverse transition for moving windows: takes a counted row back. */
Datum
score_dist_moving_remove(PG_FUNCTION_ARGS)
{
	ResultRow	row = get_row(fcinfo);
	ScoreDistBuffer buffer;
	ScoreDist  *dist;

	if (in_aggregate(fcinfo))
	{
		ScoreDistState *state = get_state(fcinfo);

		if (row.counts)
			state = score_dist_state_remove(state, row.score, row.cell);
		return PointerGetDatum(state);
	}

	dist = copy_argument(fcinfo, &buffer);
	if (row.counts)
	{
		ScoreDistResult result = score_dist_remove_one(dist, row.score,
													   row.cell);

		if (result != SCORE_DIST_OK)
			score_dist_complain(result);
	}
	return score_dist_flat_datum(dist);
}

/* Final function: packs the state. */
Datum
score_dist_final(PG_FUNCTION_ARGS)
{
	return PointerGetDatum(score_dist_packed(PG_GETARG_DATUM(0)));
}

/* Final function for moving windows: NULL for a frame where nothing counts. */
Datum
score_dist_moving_final(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	const ScoreDist *dist;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	dist = PG_GETARG_SCORE_DIST(0, &buffer);
	if (dist->participants == 0)
		PG_RETURN_NULL();
	return score_dist_flat_datum(dist);
}

/*
 * Combine function, and transition of rollup.  Requires arguments that are not
 * NULL.
 */
Datum
score_dist_combine(PG_FUNCTION_ARGS)
{
	if (!in_aggregate(fcinfo))
		return score_dist_plus(fcinfo);
	return PointerGetDatum(score_dist_state_add(get_state(fcinfo),
												PG_GETARG_DATUM(1)));
}

/*
 * Inverse transition of rollup in moving windows.  Requires arguments that
 * are not NULL.
 */
Datum
score_dist_moving_subtract(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;

	if (!in_aggregate(fcinfo))
		return score_dist_minus(fcinfo);
	return PointerGetDatum(score_dist_state_subtract(get_state(fcinfo),
													 PG_GETARG_SCORE_DIST(1, &buffer)));
}

/* a + b.  Requires arguments that are not NULL. */
Datum
score_dist_plus(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	ScoreDistBuffer other_buffer;
	ScoreDist  *dist = copy_argument(fcinfo, &buffer);
	ScoreDistResult result;

	result = score_dist_add(dist, PG_GETARG_SCORE_DIST(1, &other_buffer));
	if (result != SCORE_DIST_OK)
		score_dist_complain(result);
	return score_dist_flat_datum(dist);
}

/* a - b.  Requires arguments that are not NULL. */
Datum
score_dist_minus(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	ScoreDistBuffer other_buffer;
	ScoreDist  *dist = copy_argument(fcinfo, &buffer);
	ScoreDistResult result;

	result = score_dist_subtract(dist, PG_GETARG_SCORE_DIST(1, &other_buffer));
	if (result != SCORE_DIST_OK)
		score_dist_complain(result);
	return score_dist_flat_datum(dist);
}
