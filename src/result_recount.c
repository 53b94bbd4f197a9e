/*
 * result_recount.c
 *		recount_results(): all results of a table added up by administration,
 *		school, year and class, and counted by file, in one pass.
 *
 * One state holds all groups, so the aggregate is used without GROUP BY; the
 * planner reads the table in parallel, and the parts of the workers are
 * combined.  What workers send, and what the aggregate returns, are the same
 * bytes, which only summary_differences() reads.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "result_recount.h"

PG_FUNCTION_INFO_V1(recount_accum);
PG_FUNCTION_INFO_V1(recount_combine);
PG_FUNCTION_INFO_V1(recount_serialize);
PG_FUNCTION_INFO_V1(recount_deserialize);

/* Returns the state of a call, made if it is new. */
static ResultGroups *
get_sums(FunctionCallInfo fcinfo)
{
	MemoryContext aggcontext;
	MemoryContext caller;
	ResultGroups *sums;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (!PG_ARGISNULL(0))
		return (ResultGroups *) PG_GETARG_POINTER(0);
	caller = MemoryContextSwitchTo(aggcontext);
	sums = palloc(sizeof(ResultGroups));
	result_groups_init(sums, aggcontext);
	MemoryContextSwitchTo(caller);
	return sums;
}

/* The place in a cell of a mark that may be NULL; an error if it is none. */
#define MARK_INDEX(n) \
	(PG_ARGISNULL(n) ? 0 : score_dist_mark_index(PG_GETARG_INT16(n)))

/*
 * Transition: (state, administration, school, year, class, file, attempt,
 * score, mark, journal mark, item scores).  Rows without one of the keys but
 * the file are not results and are left out.
 */
Datum
recount_accum(PG_FUNCTION_ARGS)
{
	ResultGroups *sums = get_sums(fcinfo);
	struct varlena *class_name;
	CountedResult row;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) ||
		PG_ARGISNULL(4) || PG_ARGISNULL(6))
		PG_RETURN_POINTER(sums);
	class_name = PG_GETARG_VARLENA_PP(4);
	row.key.administration = PG_GETARG_INT32(1);
	row.key.school = PG_GETARG_INT32(2);
	row.key.academic_year = PG_GETARG_INT32(3);
	row.key.class_len = VARSIZE_ANY_EXHDR(class_name);
	row.key.class_name = VARDATA_ANY(class_name);
	row.has_file = !PG_ARGISNULL(5);
	row.import_file = row.has_file ? PG_GETARG_INT32(5) : 0;
	row.is_first = PG_GETARG_INT16(6) == 1;
	row.score = PG_ARGISNULL(7) ? -1 : PG_GETARG_INT16(7);
	if (unlikely(!PG_ARGISNULL(7) &&
				 (row.score < 0 || row.score > SHNOR_MAX_SCORE)))
		score_dist_bad_score(row.score);
	row.cell = SCORE_DIST_CELL(MARK_INDEX(8), MARK_INDEX(9));
	row.has_tasks = !PG_ARGISNULL(10);
	row.tasks = row.has_tasks ? PG_GETARG_DATUM(10) : (Datum) 0;
	result_groups_count(sums, &row, +1);
	PG_RETURN_POINTER(sums);
}

/*
 * The packed form: the numbers of groups and files, the files' tallies, then
 * for each group a PackedGroup, the class, the state of its score_dist, and for each number
 * of items the packed task_dist.  Nothing is aligned.
 */
typedef struct PackedGroup
{
	GroupKey	key;			/* its class_name means nothing */
	int64		results;
	Size		dist_size;		/* 0 for none */
	int			n_tasks;
} PackedGroup;

/* Appends bytes, whose sum is bounded by what a value may have. */
static void
append_bytes(StringInfo packed, const void *bytes, Size len)
{
	if (unlikely(len >= MaxAllocSize - packed->len))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many results to be counted at once"),
				 errdetail("The groups need more than %zu bytes.",
						   (Size) MaxAllocSize),
				 errhint("Count one academic year at a time.")));
	appendBinaryStringInfo(packed, bytes, (int) len);
}

static void
pack_group(StringInfo packed, const ResultGroup *group)
{
	PackedGroup head = {.key = group->key,.results = group->results};

	head.key.class_name = NULL;
	if (group->added != NULL)
		head.dist_size = VARSIZE(group->added);
	for (TaskGroup *t = group->tasks; t != NULL; t = t->next)
		head.n_tasks++;
	append_bytes(packed, &head, sizeof(head));
	append_bytes(packed, group->key.class_name, group->key.class_len);
	append_bytes(packed, group->added, head.dist_size);
	for (TaskGroup *t = group->tasks; t != NULL; t = t->next)
	{
		struct varlena *dist = (struct varlena *)
		DatumGetPointer(task_dist_flat_datum(&t->added));

		append_bytes(packed, dist, VARSIZE(dist));
		pfree(dist);
	}
}

/* Packs the state: what workers send, and the aggregate's result. */
Datum
recount_serialize(PG_FUNCTION_ARGS)
{
	ResultGroups *sums;
	StringInfoData packed;
	tally_table_iterator files;
	Tally	   *tally;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	sums = (ResultGroups *) PG_GETARG_POINTER(0);
	initStringInfo(&packed);
	appendStringInfoSpaces(&packed, VARHDRSZ);
	append_bytes(&packed, &sums->groups->members, sizeof(uint32));
	append_bytes(&packed, &sums->files->members, sizeof(uint32));
	tally_table_start_iterate(sums->files, &files);
	while ((tally = tally_table_iterate(sums->files, &files)) != NULL)
		append_bytes(&packed, tally, sizeof(Tally));
	for (ResultGroup *g = sums->first; g != NULL; g = g->next)
		pack_group(&packed, g);
	SET_VARSIZE(packed.data, packed.len);
	PG_RETURN_BYTEA_P(packed.data);
}

/* Copies the next bytes. */
static inline void
take_bytes(RecountReader *reader, void *to, Size len)
{
	memcpy(to, reader->from, len);
	reader->from += len;
}

/* Starts to read what recount_serialize() packed. */
void
recount_start(RecountReader *reader, const bytea *packed)
{
	memset(reader, 0, sizeof(RecountReader));
	reader->from = VARDATA_ANY(packed);
	reader->end = reader->from + VARSIZE_ANY_EXHDR(packed);
	take_bytes(reader, &reader->groups, sizeof(uint32));
	take_bytes(reader, &reader->files_left, sizeof(uint32));
	reader->room = SCORE_DIST_STATE_SIZE(1, SCORE_DIST_MIN_BINS);
	reader->dist = palloc(reader->room);
}

/* Reads the next file's count; false after the last. */
bool
recount_next_file(RecountReader *reader, Tally *tally)
{
	if (reader->files_left == 0)
		return false;
	reader->files_left--;
	take_bytes(reader, tally, sizeof(Tally));
	return true;
}

/*
 * Reads the next group, when its files and the item scores of the one before
 * have been read; false after the last.
 */
bool
recount_next_group(RecountReader *reader, RecountedGroup *group)
{
	PackedGroup head;

	Assert(reader->files_left == 0 && reader->tasks_left == 0);
	if (reader->from == reader->end)
		return false;
	take_bytes(reader, &head, sizeof(head));
	group->key = head.key;
	group->key.class_name = reader->from;
	reader->from += head.key.class_len;
	group->results = head.results;
	group->dist = NULL;
	if (head.dist_size > 0)
	{
		if (head.dist_size > reader->room)
		{
			reader->room = head.dist_size;
			reader->dist = repalloc(reader->dist, reader->room);
		}
		take_bytes(reader, reader->dist, head.dist_size);
		group->dist = reader->dist;
	}
	reader->tasks_left = head.n_tasks;
	return true;
}

/* Reads the group's next task_dist, into new memory; NULL after the last. */
struct varlena *
recount_next_tasks(RecountReader *reader)
{
	uint32		header;
	struct varlena *dist;

	if (reader->tasks_left == 0)
		return NULL;
	reader->tasks_left--;
	memcpy(&header, reader->from, sizeof(header));
	dist = palloc(VARSIZE(&header));
	take_bytes(reader, dist, VARSIZE(&header));
	return dist;
}

/* Adds a score_dist to that of a group. */
static void
add_dist(ResultGroups *sums, ResultGroup *group, const ScoreDistState *part)
{
	MemoryContext caller = MemoryContextSwitchTo(sums->context);
	ScoreDistState *before = group->added;

	if (before == NULL)
		group->added = score_dist_make_state(PointerGetDatum(part));
	else
	{
		group->added = score_dist_state_add(before, PointerGetDatum(part));
		if (group->added != before)
			pfree(before);
	}
	MemoryContextSwitchTo(caller);
}

/* Adds a packed task_dist, and frees it. */
static void
add_tasks(ResultGroups *sums, ResultGroup *group, struct varlena *packed)
{
	const TaskDist *part = task_dist_get(PointerGetDatum(packed));
	TaskGroup  *tasks = result_groups_tasks(sums, group, part->items);

	task_dist_reserve(&tasks->added, sums->context, part->items,
					  part->columns);
	if (task_dist_add(&tasks->added, part) != TASK_DIST_OK)
		task_dist_complain(TASK_DIST_TOO_MANY);
	pfree(unconstify(TaskDist *, part));
	pfree(packed);
}

/*
 * What another worker sent stays packed: the combine function, the only
 * reader, unpacks it group by group.
 */
Datum
recount_deserialize(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(PG_GETARG_BYTEA_PP(0));
}

/* Combines a state with one just deserialized. */
Datum
recount_combine(PG_FUNCTION_ARGS)
{
	ResultGroups *sums = get_sums(fcinfo);
	RecountReader reader;
	RecountedGroup part;
	Tally		tally;

	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(sums);
	recount_start(&reader, (bytea *) PG_GETARG_POINTER(1));
	while (recount_next_file(&reader, &tally))
		result_tally(sums->files, tally.key.import_file,
					 tally.key.administration,
					 tally.key.academic_year)->results += tally.results;
	while (recount_next_group(&reader, &part))
	{
		ResultGroup *group = result_groups_get(sums, &part.key);
		struct varlena *tasks;

		CHECK_FOR_INTERRUPTS();
		group->results += part.results;
		if (part.dist != NULL)
			add_dist(sums, group, part.dist);
		while ((tasks = recount_next_tasks(&reader)) != NULL)
			add_tasks(sums, group, tasks);
	}
	PG_RETURN_POINTER(sums);
}
