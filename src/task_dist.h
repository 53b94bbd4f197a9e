/*
 * task_dist.h
 *		What the files of the SQL type task_dist share: fetching an argument,
 *		building a value, the expanded object.
 */
#ifndef SHNOR_TASK_DIST_H
#define SHNOR_TASK_DIST_H

#include "fmgr.h"
#include "utils/expandeddatum.h"

#include "compat.h"
#include "task_dist_core.h"

#define EXPANDED_TASK_DIST_MAGIC	0x54444953

/*
 * The expanded object: a working form in the memory context of its header.
 * Only the state of a running aggregate is ever one.  Its cells are NULL until
 * the number of items is known, and again of another number when the state is
 * empty and a row of another length comes.
 */
typedef struct ExpandedTaskDist
{
	ExpandedObjectHeader hdr;
	int			magic;			/* EXPANDED_TASK_DIST_MAGIC */
	TaskDist	dist;
} ExpandedTaskDist;

/* task_dist_expanded.c */
extern ExpandedTaskDist *task_dist_make_expanded(FunctionCallInfo fcinfo,
												 MemoryContext aggcontext,
												 const TaskDist *value);
extern void task_dist_reserve(TaskDist *dist, MemoryContext context,
							  int items, int columns);
extern const TaskDist *task_dist_get(Datum value);
extern Datum task_dist_flat_datum(const TaskDist *dist);
pg_noreturn extern void task_dist_complain(TaskDistResult result);
pg_noreturn extern void task_dist_bad_length(int has, int got);

/* Decodes argument n, or reads it in place when it is an expanded object. */
#define PG_GETARG_TASK_DIST(n)	task_dist_get(PG_GETARG_DATUM(n))

/* Returns the object behind a read-write pointer, NULL for any other datum. */
static inline ExpandedTaskDist *
task_dist_get_expanded_rw(Datum value)
{
	ExpandedTaskDist *exp;

	if (!VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(value)))
		return NULL;
	exp = (ExpandedTaskDist *) DatumGetEOHP(value);
	Assert(exp->magic == EXPANDED_TASK_DIST_MAGIC);
	return exp;
}

#endif							/* SHNOR_TASK_DIST_H */
