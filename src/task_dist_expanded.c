/*
 * task_dist_expanded.c
 *		Between datums and working forms of task_dist: the expanded object of
 *		a running aggregate, flat values, and the errors they share.
 */
#include "postgres.h"

#include "nodes/memnodes.h"
#include "utils/memutils.h"

#include "compat.h"
#include "task_dist.h"

static Size expanded_flat_size(ExpandedObjectHeader *eohptr);
static void expanded_flatten(ExpandedObjectHeader *eohptr, void *result,
							 Size allocated_size);

static const ExpandedObjectMethods methods = {
	expanded_flat_size,
	expanded_flatten
};

#define SHARED_CONTEXT_NAME	"shnor task_dist states"

/* Returns the working form of an expanded object. */
static const TaskDist *
read_expanded(ExpandedObjectHeader *eohptr)
{
	ExpandedTaskDist *exp = (ExpandedTaskDist *) eohptr;

	Assert(exp->magic == EXPANDED_TASK_DIST_MAGIC);
	return &exp->dist;
}

/* Returns the size of the flat form, header included. */
static Size
expanded_flat_size(ExpandedObjectHeader *eohptr)
{
	return VARHDRSZ + task_dist_encoded_size(read_expanded(eohptr));
}

/* Writes the flat form, allocated_size bytes, at result. */
static void
expanded_flatten(ExpandedObjectHeader *eohptr, void *result,
				 Size allocated_size)
{
	const TaskDist *dist = read_expanded(eohptr);

	Assert(task_dist_check(dist) == TASK_DIST_OK);
	Assert(allocated_size == expanded_flat_size(eohptr));
	SET_VARSIZE(result, allocated_size);
	task_dist_encode(dist, (uint8_t *) VARDATA(result));
}

/*
 * Gives *dist as many items, and at least as many columns (a power of two),
 * in memory of context, keeping its counts if it has any.  An error if it has
 * participants with another number of items.
 */
void
task_dist_reserve(TaskDist *dist, MemoryContext context, int items,
				  int columns)
{
	TaskDist	old = *dist;

	if (likely(dist->items == items && dist->columns >= columns))
		return;
	if (dist->items != items && dist->participants > 0)
		task_dist_bad_length(dist->items, items);
	task_dist_init(dist,
				   MemoryContextAlloc(context,
									  sizeof(int64) * Max(items, 1) * columns),
				   items, columns);
	if (old.participants > 0)
	{
		dist->participants = old.participants;
		for (int i = 0; i < items; i++)
			memcpy(task_dist_item(dist, i), task_dist_item(&old, i),
				   sizeof(int64) * old.columns);
	}
	if (old.cell != NULL)
		pfree(old.cell);
}

/*
 * Returns the context for a new state: a child of aggcontext, as nodeAgg.c
 * and nodeWindowAgg.c demand for adopting an expanded object without copying.
 * Requires a call by an aggregate.
 *
 * Plain aggregation keeps one state per group, and for each new group walks
 * over all contexts under aggcontext to learn how much memory is in use; a
 * context per state would make hashing quadratic in the number of groups.  So
 * all states of one aggcontext share a context.  That is safe because nobody
 * but our transition functions sees a read-write pointer to a state, and they
 * never replace it by another object: nothing deletes or reparents eoh_context
 * but the end of aggcontext itself.  In a window each state has its own.
 */
static MemoryContext
state_context(FunctionCallInfo fcinfo, MemoryContext aggcontext)
{
	if (AggCheckCallContext(fcinfo, NULL) == AGG_CONTEXT_AGGREGATE)
	{
		for (MemoryContext child = aggcontext->firstchild; child != NULL;
			 child = child->nextchild)
			if (strcmp(child->name, SHARED_CONTEXT_NAME) == 0)
				return child;
		return AllocSetContextCreate(aggcontext, SHARED_CONTEXT_NAME,
									 ALLOCSET_DEFAULT_SIZES);
	}
	return AllocSetContextCreate(aggcontext, "shnor task_dist state",
								 ALLOCSET_SMALL_SIZES);
}

/*
 * Returns a new expanded object equal to value, or empty when that is NULL,
 * that lives as long as aggcontext.  Requires a call by an aggregate.
 */
ExpandedTaskDist *
task_dist_make_expanded(FunctionCallInfo fcinfo, MemoryContext aggcontext,
						const TaskDist *value)
{
	MemoryContext context = state_context(fcinfo, aggcontext);
	ExpandedTaskDist *exp;

	exp = MemoryContextAllocZero(context, sizeof(ExpandedTaskDist));
	EOH_init_header(&exp->hdr, &methods, context);
	exp->magic = EXPANDED_TASK_DIST_MAGIC;
	exp->dist.columns = TASK_DIST_MIN_COLUMNS;
	if (value != NULL && value->participants > 0)
	{
		task_dist_reserve(&exp->dist, context, value->items, value->columns);
		(void) task_dist_add(&exp->dist, value);
	}
	return exp;
}

/*
 * Returns the working form of a datum for reading: the one of an expanded
 * object, else a new one in the current context.
 */
const TaskDist *
task_dist_get(Datum value)
{
	struct varlena *flat = (struct varlena *) DatumGetPointer(value);
	struct varlena *plain;
	TaskDist   *dist;
	int			items;
	int			columns;
	TaskDistResult result;

	if (VARATT_IS_EXTERNAL_EXPANDED(flat))
		return read_expanded(DatumGetEOHP(value));
	plain = pg_detoast_datum_packed(flat);
	result = task_dist_measure((const uint8_t *) VARDATA_ANY(plain),
							   VARSIZE_ANY_EXHDR(plain), &items, &columns);
	if (result != TASK_DIST_OK)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value of type task_dist is damaged"),
				 errdetail("In its bytes %s.",
						   task_dist_result_text(result))));
	dist = palloc(sizeof(TaskDist) + sizeof(int64) * items * columns);
	task_dist_init(dist, (int64_t *) (dist + 1), items, columns);
	task_dist_decode((const uint8_t *) VARDATA_ANY(plain),
					 VARSIZE_ANY_EXHDR(plain), dist);
	if (plain != flat)
		pfree(plain);
	return dist;
}

/* Returns a flat datum in the current context; *dist must be valid. */
Datum
task_dist_flat_datum(const TaskDist *dist)
{
	Size		size = VARHDRSZ + task_dist_encoded_size(dist);
	struct varlena *flat = palloc(size);

	Assert(task_dist_check(dist) == TASK_DIST_OK);
	SET_VARSIZE(flat, size);
	task_dist_encode(dist, (uint8_t *) VARDATA(flat));
	return PointerGetDatum(flat);
}

/* Raises the error for an operation that would give no valid task_dist. */
void
task_dist_complain(TaskDistResult result)
{
	if (task_dist_result_is_range(result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("task_dist out of range"),
				 errdetail("In the result %s.",
						   task_dist_result_text(result))));
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("cannot subtract what a task_dist does not contain"),
			 errdetail("In the result %s.", task_dist_result_text(result)),
			 errhint("Subtract only a part of the same group.")));
}

/* Raises the error for works of different lengths in one place. */
void
task_dist_bad_length(int has, int got)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("numbers of items differ"),
			 errdetail("One work has %d items, another %d.", has, got),
			 errhint("Items are compared by their place: put only works of one form together, for example by adding the administration and the variant to GROUP BY.")));
}
