/*
 * item_guttman.c
 *		SQL functions of Guttman errors: guttman_errors, guttman_max and
 *		guttman_normed.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "compat.h"
#include "item_guttman_core.h"
#include "item_scores.h"
#include "task_dist.h"
#include "task_dist_stats.h"

PG_FUNCTION_INFO_V1(shnor_guttman_errors);
PG_FUNCTION_INFO_V1(shnor_guttman_max);
PG_FUNCTION_INFO_V1(shnor_guttman_normed);

/*
 * What a reference group and the maxima say, kept from call to call: rows of
 * one query mostly have the same.
 */
typedef struct Reference
{
	MemoryContext context;		/* of what the pointers point to */
	struct varlena *dist;		/* copies of the arguments */
	struct varlena *maxima;
	bool		is_empty;		/* the reference is of nobody */
	int			items;
	int			max_score[SHNOR_MAX_ITEMS];
	int			first[SHNOR_MAX_ITEMS]; /* places in rank_sum */
	int32	   *rank_sum;		/* see guttman_sum_ranks() */
	int32	   *most;			/* by total; NULL until asked for */
} Reference;

/* Are two values the same bytes?  Both are in memory, not external. */
static bool
same_bytes(struct varlena *a, struct varlena *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/* Returns a copy of a value in the current context. */
static struct varlena *
copy_value(struct varlena *value)
{
	Size		size = VARSIZE_ANY(value);

	return memcpy(palloc(size), value, size);
}

/* Fills *ref, empty but for its context, from arguments 1 and 2. */
static void
make_reference(Reference *ref, struct varlena *dist_value,
			   struct varlena *maxima_value)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(ref->context);
	const TaskDist *dist = task_dist_get(PointerGetDatum(dist_value));
	GuttmanStep *step;
	int			sums = 0;
	int			nsteps;

	ref->items = item_maxima_get(PointerGetDatum(maxima_value),
								 ref->max_score);
	ref->is_empty = dist->participants == 0;
	if (!ref->is_empty)
	{
		task_dist_check_maxima(dist, ref->max_score, ref->items);
		for (int i = 0; i < ref->items; i++)
		{
			ref->first[i] = sums;
			sums += ref->max_score[i] + 1;
		}
		ref->rank_sum = palloc(sizeof(int32) * sums);
		step = palloc(sizeof(GuttmanStep) * sums);
		nsteps = guttman_list_steps(dist, ref->max_score, step);
		qsort(step, nsteps, sizeof(GuttmanStep), guttman_compare_steps);
		guttman_sum_ranks(step, nsteps, ref->first, ref->rank_sum);
		pfree(step);
	}
	/* last: what is kept is whole */
	ref->maxima = copy_value(maxima_value);
	ref->dist = copy_value(dist_value);
	MemoryContextSwitchTo(oldcontext);
}

/* Returns what arguments 1 and 2 say, from the call before if it can. */
static Reference *
get_reference(FunctionCallInfo fcinfo)
{
	struct varlena *dist = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	struct varlena *maxima = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(2));
	Reference  *ref = fcinfo->flinfo->fn_extra;

	if (ref != NULL && ref->dist != NULL && same_bytes(ref->dist, dist) &&
		same_bytes(ref->maxima, maxima))
		return ref;
	if (ref == NULL)
	{
		ref = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt,
									 sizeof(Reference));
		ref->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt,
											 "shnor Guttman reference",
											 ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = ref;
	}
	ref->dist = NULL;
	ref->most = NULL;
	MemoryContextReset(ref->context);
	make_reference(ref, dist, maxima);
	return ref;
}

/*
 * Reads argument 0 into *row and returns what it is to be compared with; NULL
 * when it has no items or the reference is of nobody.
 */
static Reference *
get_arguments(FunctionCallInfo fcinfo, ItemScores *row)
{
	Reference  *ref = get_reference(fcinfo);

	PG_GETARG_ITEM_SCORES(0, row);
	if (row->items == 0 || ref->is_empty)
		return NULL;
	if (row->items != ref->items)
		task_dist_bad_length(row->items, ref->items);
	for (int i = 0; i < row->items; i++)
		if (row->score[i] > ref->max_score[i])
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("item score above its maximum: %d",
							row->score[i]),
					 errdetail("The maximum of item %d is %d.", i + 1,
							   ref->max_score[i])));
	return ref;
}

/* Returns the most Guttman errors that a row's total allows. */
static int32
most_errors(Reference *ref, const ItemScores *row)
{
	int32		total = 0;

	if (ref->most == NULL)
	{
		int32	   *most;
		int			so_far = 0;

		for (int i = 0; i < ref->items; i++)
			so_far += ref->max_score[i];
		most = MemoryContextAllocZero(ref->context,
									  sizeof(int32) * (so_far + 1));
		so_far = 0;
		for (int i = 0; i < ref->items; i++)
		{
			CHECK_FOR_INTERRUPTS();
			guttman_extend_most(most, so_far, ref->max_score[i],
								&ref->rank_sum[ref->first[i]]);
			so_far += ref->max_score[i];
		}
		ref->most = most;
	}
	for (int i = 0; i < row->items; i++)
		total += Max(row->score[i], 0);
	return ref->most[total] - total * (total + 1) / 2;
}

/* guttman_errors(scores, reference, max_scores) */
Datum
shnor_guttman_errors(PG_FUNCTION_ARGS)
{
	ItemScores	row;
	Reference  *ref = get_arguments(fcinfo, &row);

	if (ref == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32(guttman_errors(&row, ref->first, ref->rank_sum));
}

/* guttman_max(scores, reference, max_scores) */
Datum
shnor_guttman_max(PG_FUNCTION_ARGS)
{
	ItemScores	row;
	Reference  *ref = get_arguments(fcinfo, &row);

	if (ref == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32(most_errors(ref, &row));
}

/* guttman_normed(scores, reference, max_scores) */
Datum
shnor_guttman_normed(PG_FUNCTION_ARGS)
{
	ItemScores	row;
	Reference  *ref = get_arguments(fcinfo, &row);
	int32		most;

	if (ref == NULL)
		PG_RETURN_NULL();
	most = most_errors(ref, &row);
	if (most == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((float8) guttman_errors(&row, ref->first,
											 ref->rank_sum) / most);
}
