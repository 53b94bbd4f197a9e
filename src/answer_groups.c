/*
 * answer_groups.c
 *		The aggregate answer_groups: what pattern_similarity by class and
 *		task_dist by mark give, in one pass over the participants of a school.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#include "compat.h"
#include "item_pattern.h"
#include "score_dist.h"
#include "task_dist.h"

PG_FUNCTION_INFO_V1(shnor_answer_groups_accum);
PG_FUNCTION_INFO_V1(shnor_answer_groups_final);

#define NMARKS	(SHNOR_MAX_MARK - SHNOR_MIN_MARK + 1)

/* The name of a class: bytes, of no collation. */
typedef struct ClassName
{
	const char *bytes;
	int			len;
} ClassName;

/* The participants of a class. */
typedef struct ClassEntry
{
	ClassName	name;
	Similarity *similarity;
	char		status;
} ClassEntry;

#define SH_PREFIX class_table
#define SH_ELEMENT_TYPE ClassEntry
#define SH_KEY_TYPE ClassName
#define SH_KEY name
#define SH_HASH_KEY(tb, key) \
	hash_bytes((const unsigned char *) (key).bytes, (key).len)
#define SH_EQUAL(tb, a, b) \
	((a).len == (b).len && memcmp((a).bytes, (b).bytes, (a).len) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct AnswerGroups
{
	MemoryContext context;
	int			items;			/* of every row */
	const ArrayType *baseline;	/* of every row, NULL for a NULL one */
	class_table_hash *classes;
	TaskDist	tasks[NMARKS];	/* by mark */
} AnswerGroups;

/* The types of the result, looked up once a query. */
typedef struct ResultTypes
{
	TupleDesc	result;
	TupleDesc	similarity;
	Oid			task_dist;
	int16		task_dist_len;
	bool		task_dist_byval;
	char		task_dist_align;
} ResultTypes;

/* Makes the state, for works of so many items, with the row's baseline. */
static AnswerGroups *
make_groups(MemoryContext context, int items, Datum baseline, bool isnull)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	AnswerGroups *groups = palloc0(sizeof(AnswerGroups));

	groups->context = context;
	groups->items = items;
	groups->baseline = similarity_baseline(baseline, isnull);
	groups->classes = class_table_create(context, 8, NULL);
	for (int m = 0; m < NMARKS; m++)
		groups->tasks[m].columns = TASK_DIST_MIN_COLUMNS;
	MemoryContextSwitchTo(oldcontext);
	return groups;
}

/* Returns the participants of a class, nobody as yet if it is new. */
static Similarity *
find_class(AnswerGroups *groups, Datum class, bool isnull)
{
	text	   *given = isnull ? NULL : DatumGetTextPP(class);
	ClassName	name = {"", 0};
	ClassEntry *entry;
	bool		found;

	if (given != NULL)
	{
		name.bytes = VARDATA_ANY(given);
		name.len = VARSIZE_ANY_EXHDR(given);
	}
	entry = class_table_insert(groups->classes, name, &found);
	if (!found)
	{
		char	   *bytes = MemoryContextAlloc(groups->context, name.len + 1);

		memcpy(bytes, name.bytes, name.len);
		entry->name.bytes = bytes;
		entry->similarity = similarity_make(groups->context, groups->items,
											groups->baseline);
	}
	return entry->similarity;
}

/* Counts a participant with a mark. */
static void
count_mark(AnswerGroups *groups, int mark, const ItemScores *row)
{
	TaskDist   *tasks = &groups->tasks[score_dist_mark_index(mark) - 1];
	TaskDistResult result;

	task_dist_reserve(tasks, groups->context, row->items,
					  task_dist_columns_for(row->highest));
	result = task_dist_count_row(tasks, row);
	if (result != TASK_DIST_OK)
		task_dist_complain(result);
}

/* Transition of answer_groups(class, mark, scores, items, baseline) */
Datum
shnor_answer_groups_accum(PG_FUNCTION_ARGS)
{
	MemoryContext aggcontext;
	AnswerGroups *groups;
	ItemScores	row;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "aggregate function called in non-aggregate context");
	groups = PG_ARGISNULL(0) ? NULL : (AnswerGroups *) PG_GETARG_POINTER(0);
	row.items = 0;
	if (!PG_ARGISNULL(3))
		PG_GETARG_ITEM_SCORES(3, &row);
	if (row.items == 0 ||
		(!PG_ARGISNULL(4) && row.items != PG_GETARG_INT32(4)))
	{
		if (groups == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(groups);
	}

	if (groups == NULL)
		groups = make_groups(aggcontext, row.items, PG_GETARG_DATUM(5),
							 PG_ARGISNULL(5));
	else if (groups->items != row.items)
		task_dist_bad_length(groups->items, row.items);
	else
		similarity_check_baseline(groups->baseline, PG_GETARG_DATUM(5),
								  PG_ARGISNULL(5));
	similarity_count(find_class(groups, PG_GETARG_DATUM(1), PG_ARGISNULL(1)),
					 &row);
	if (!PG_ARGISNULL(2))
		count_mark(groups, PG_GETARG_INT16(2), &row);
	PG_RETURN_POINTER(groups);
}

/* Returns the types of the result. */
static ResultTypes *
result_types(FunctionCallInfo fcinfo)
{
	ResultTypes *types = fcinfo->flinfo->fn_extra;
	MemoryContext oldcontext;

	if (types != NULL)
		return types;
	oldcontext = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	types = palloc(sizeof(ResultTypes));
	if (get_call_result_type(fcinfo, NULL,
							 &types->result) != TYPEFUNC_COMPOSITE ||
		types->result->natts != 3)
		elog(ERROR, "return type must be answer_groups");
	types->result = BlessTupleDesc(types->result);
	types->similarity =
		lookup_rowtype_tupdesc_copy(get_element_type(TupleDescAttr(types->result, 1)->atttypid),
									-1);
	types->task_dist = get_element_type(TupleDescAttr(types->result, 2)->atttypid);
	get_typlenbyvalalign(types->task_dist, &types->task_dist_len,
						 &types->task_dist_byval, &types->task_dist_align);
	MemoryContextSwitchTo(oldcontext);
	fcinfo->flinfo->fn_extra = types;
	return types;
}

/* qsort() comparison of classes by their names' bytes. */
static int
compare_classes(const void *a, const void *b)
{
	const ClassName *left = &(*(ClassEntry *const *) a)->name;
	const ClassName *right = &(*(ClassEntry *const *) b)->name;
	int			result = memcmp(left->bytes, right->bytes,
								Min(left->len, right->len));

	return result != 0 ? result : left->len - right->len;
}

/* Appends the names of the classes, in order, and their similarity. */
static void
add_classes(ShnorRow *result, const AnswerGroups *groups,
			const ResultTypes *types)
{
	int			n = groups->classes->members;
	ClassEntry **entry = palloc(sizeof(ClassEntry *) * n);
	Datum	   *name = palloc(sizeof(Datum) * n);
	Datum	   *similarity = palloc(sizeof(Datum) * n);
	class_table_iterator i;

	n = 0;
	class_table_start_iterate(groups->classes, &i);
	for (ClassEntry *e; (e = class_table_iterate(groups->classes, &i)) != NULL;)
		entry[n++] = e;
	qsort(entry, n, sizeof(ClassEntry *), compare_classes);
	for (int c = 0; c < n; c++)
	{
		ShnorRow	row = {0};

		similarity_row(entry[c]->similarity, &row);
		similarity[c] = shnor_row_tuple(types->similarity, &row);
		name[c] = PointerGetDatum(cstring_to_text_with_len(entry[c]->name.bytes,
														   entry[c]->name.len));
	}
	shnor_row_any(result,
				  PointerGetDatum(construct_array(name, n, TEXTOID, -1, false,
												  TYPALIGN_INT)));
	shnor_row_any(result,
				  PointerGetDatum(construct_array(similarity, n,
												  types->similarity->tdtypeid,
												  -1, false,
												  TYPALIGN_DOUBLE)));
}

/* Appends the item scores of those with each mark. */
static void
add_tasks(ShnorRow *result, const TaskDist *tasks, const ResultTypes *types)
{
	Datum		value[NMARKS];
	bool		isnull[NMARKS];
	int			dims[1] = {NMARKS};
	int			lower_bounds[1] = {SHNOR_MIN_MARK};

	for (int m = 0; m < NMARKS; m++)
	{
		isnull[m] = tasks[m].participants == 0;
		value[m] = isnull[m] ? (Datum) 0 : task_dist_flat_datum(&tasks[m]);
	}
	shnor_row_any(result,
				  PointerGetDatum(construct_md_array(value, isnull, 1, dims,
													 lower_bounds,
													 types->task_dist,
													 types->task_dist_len,
													 types->task_dist_byval,
													 types->task_dist_align)));
}

/* Final function of answer_groups(class, mark, scores, items, baseline) */
Datum
shnor_answer_groups_final(PG_FUNCTION_ARGS)
{
	AnswerGroups *groups;
	ResultTypes *types;
	ShnorRow	result = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	groups = (AnswerGroups *) PG_GETARG_POINTER(0);
	types = result_types(fcinfo);
	add_classes(&result, groups, types);
	add_tasks(&result, groups->tasks, types);
	PG_RETURN_DATUM(shnor_row_tuple(types->result, &result));
}
