/*
 * task_dist_agg.c
 *		Transition functions of the aggregates over item scores and over
 *		task_dist; the latter are the operators + and -.
 *
 * In an aggregate the state is an expanded object that is updated in place;
 * nothing is allocated per row.  A state can also come flat: the first input
 * of a strict aggregate, or a partial result.  Called as plain functions they
 * leave their arguments alone and return flat values.
 */
#include "postgres.h"

#include "compat.h"
#include "item_scores.h"
#include "task_dist.h"

PG_FUNCTION_INFO_V1(task_dist_accum);
PG_FUNCTION_INFO_V1(task_dist_moving_accum);
PG_FUNCTION_INFO_V1(task_dist_moving_remove);
PG_FUNCTION_INFO_V1(task_dist_moving_final);
PG_FUNCTION_INFO_V1(task_dist_plus);
PG_FUNCTION_INFO_V1(task_dist_minus);

/* A state to be changed: an aggregate's object, or a copy of argument 0. */
typedef struct State
{
	ExpandedTaskDist *exp;		/* NULL when no aggregate is calling */
	TaskDist   *dist;			/* its working form, or copy */
	MemoryContext context;		/* of the working form's cells */
	TaskDist	copy;
} State;

/* The part of get_state() for a state that is not an expanded object yet. */
static pg_noinline void
make_state(FunctionCallInfo fcinfo, MemoryContext aggcontext, State *state)
{
	const TaskDist *value = PG_ARGISNULL(0) ? NULL : PG_GETARG_TASK_DIST(0);

	if (aggcontext != NULL)
	{
		state->exp = task_dist_make_expanded(fcinfo, aggcontext, value);
		state->dist = &state->exp->dist;
		state->context = state->exp->hdr.eoh_context;
		return;
	}
	state->exp = NULL;
	state->dist = &state->copy;
	state->context = CurrentMemoryContext;
	memset(&state->copy, 0, sizeof(TaskDist));
	state->copy.columns = TASK_DIST_MIN_COLUMNS;
	if (value != NULL && value->participants > 0)
	{
		task_dist_reserve(&state->copy, state->context, value->items,
						  value->columns);
		(void) task_dist_add(&state->copy, value);
	}
}

/* Sets *state to argument 0, empty when that is NULL, ready to be changed. */
static inline void
get_state(FunctionCallInfo fcinfo, State *state)
{
	MemoryContext aggcontext = NULL;

	if (likely(AggCheckCallContext(fcinfo, &aggcontext)) &&
		likely(!PG_ARGISNULL(0)))
	{
		state->exp = task_dist_get_expanded_rw(PG_GETARG_DATUM(0));
		if (likely(state->exp != NULL))
		{
			state->dist = &state->exp->dist;
			state->context = state->exp->hdr.eoh_context;
			return;
		}
	}
	make_state(fcinfo, aggcontext, state);
}

/* Returns the datum of a state. */
static inline Datum
state_datum(State *state)
{
	return likely(state->exp != NULL) ? EOHPGetRWDatum(&state->exp->hdr) :
		task_dist_flat_datum(state->dist);
}

/* Raises the error for what cannot be. */
static inline void
require_ok(TaskDistResult result)
{
	if (unlikely(result != TASK_DIST_OK))
		task_dist_complain(result);
}

/*
 * Sets *row to argument 1, of no items when that is NULL; returns whether it
 * counts.
 */
static inline bool
get_row(FunctionCallInfo fcinfo, ItemScores *row)
{
	if (PG_ARGISNULL(1))
		return false;
	PG_GETARG_ITEM_SCORES(1, row);
	return row->items > 0;
}

/* Counts a row that counts: the common part of both accum functions. */
static inline Datum
accumulate(FunctionCallInfo fcinfo, const ItemScores *row)
{
	State		state;

	get_state(fcinfo, &state);
	task_dist_reserve(state.dist, state.context, row->items,
					  task_dist_columns_for(row->highest));
	require_ok(task_dist_count_row(state.dist, row));
	return state_datum(&state);
}

/*
 * Transition of task_dist(scores).  The state stays NULL until a row counts,
 * so that a group without results has no summary.
 */
Datum
task_dist_accum(PG_FUNCTION_ARGS)
{
	ItemScores	row;

	if (get_row(fcinfo, &row))
		return accumulate(fcinfo, &row);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return PG_GETARG_DATUM(0);
}

/*
 * The same for moving windows, where a state may never be NULL: rows that do
 * not count leave the empty value.
 */
Datum
task_dist_moving_accum(PG_FUNCTION_ARGS)
{
	ItemScores	row;
	State		state;

	if (get_row(fcinfo, &row))
		return accumulate(fcinfo, &row);
	get_state(fcinfo, &state);
	return state_datum(&state);
}

/* Inverse transition for moving windows: takes a counted row back. */
Datum
task_dist_moving_remove(PG_FUNCTION_ARGS)
{
	ItemScores	row;
	bool		counts = get_row(fcinfo, &row);
	State		state;

	get_state(fcinfo, &state);
	if (counts)
		require_ok(task_dist_remove_row(state.dist, &row));
	return state_datum(&state);
}

/* Final function for moving windows: NULL for a frame where nothing counts. */
Datum
task_dist_moving_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_GETARG_TASK_DIST(0)->participants == 0)
		PG_RETURN_NULL();
	return PG_GETARG_DATUM(0);
}

/*
 * a + b: the operator, the combine function, and the transition of rollup.
 * Requires arguments that are not NULL.
 */
Datum
task_dist_plus(PG_FUNCTION_ARGS)
{
	const TaskDist *other = PG_GETARG_TASK_DIST(1);
	State		state;

	get_state(fcinfo, &state);
	if (other->participants > 0)
	{
		task_dist_reserve(state.dist, state.context, other->items,
						  other->columns);
		require_ok(task_dist_add(state.dist, other));
	}
	return state_datum(&state);
}

/*
 * a - b: the operator and the inverse transition of rollup.  Requires
 * arguments that are not NULL.
 */
Datum
task_dist_minus(PG_FUNCTION_ARGS)
{
	const TaskDist *other = PG_GETARG_TASK_DIST(1);
	State		state;

	get_state(fcinfo, &state);
	require_ok(task_dist_subtract(state.dist, other));
	return state_datum(&state);
}
