/*
 * result_groups.c
 *		Adding up rows of a table of results by administration, school, year
 *		and class, and counting them by the files they are from.
 *
 * A row of the same group as the one before it, or the one before that, costs
 * no lookup, and rows come in groups, since files are loaded one after
 * another.  The item scores of a group are counted apart by their number, so
 * that works of different forms in one class are no error.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "compat.h"
#include "item_scores.h"
#include "result_groups.h"

static inline uint32
group_hash(const GroupKey *key)
{
	uint32		hash = murmurhash32((uint32) key->school);

	hash = hash_combine(hash, murmurhash32((uint32) key->administration));
	hash = hash_combine(hash, (uint32) key->academic_year);
	return hash_combine(hash, hash_bytes((const unsigned char *) key->class_name,
										 key->class_len));
}

static inline bool
group_equal(const GroupKey *a, const GroupKey *b)
{
	return a->school == b->school && a->administration == b->administration &&
		a->academic_year == b->academic_year &&
		a->class_len == b->class_len &&
		memcmp(a->class_name, b->class_name, a->class_len) == 0;
}

#define SH_PREFIX group_table
#define SH_ELEMENT_TYPE GroupEntry
#define SH_KEY_TYPE const GroupKey *
#define SH_KEY key
#define SH_HASH_KEY(tb, key) group_hash(key)
#define SH_EQUAL(tb, a, b) group_equal(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE extern
#define SH_DEFINE
#include "lib/simplehash.h"

static inline uint32
tally_hash(TallyKey key)
{
	return hash_combine(hash_combine(murmurhash32((uint32) key.import_file),
									 murmurhash32((uint32) key.administration)),
						(uint32) key.academic_year);
}

#define SH_PREFIX tally_table
#define SH_ELEMENT_TYPE Tally
#define SH_KEY_TYPE TallyKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) tally_hash(key)
#define SH_EQUAL(tb, a, b) (memcmp(&(a), &(b), sizeof(TallyKey)) == 0)
#define SH_SCOPE extern
#define SH_DEFINE
#include "lib/simplehash.h"

/*
 * Prepares for rows.  Groups live in context, the counts of files in the
 * current one, which may be the same if the groups are never forgotten.
 */
void
result_groups_init(ResultGroups *sums, MemoryContext context)
{
	memset(sums, 0, sizeof(ResultGroups));
	sums->context = context;
	sums->groups = group_table_create(context, 256, NULL);
	sums->files = tally_table_create(CurrentMemoryContext, 16, NULL);
}

/* Forgets the groups, and whatever else their context has. */
void
result_groups_restart(ResultGroups *sums)
{
	MemoryContextReset(sums->context);
	sums->groups = group_table_create(sums->context, 256, NULL);
	sums->first = NULL;
	sums->last = NULL;
	sums->latest = NULL;
	sums->before = NULL;
}

/* Returns a new empty group. */
static ResultGroup *
make_group(ResultGroups *sums, const GroupKey *key)
{
	ResultGroup *group = MemoryContextAllocZero(sums->context,
												sizeof(ResultGroup) +
												key->class_len);
	char	   *class_name = (char *) (group + 1);

	memcpy(class_name, key->class_name, key->class_len);
	group->key = *key;
	group->key.class_name = class_name;
	group->highest = -1;
	group->highest_removed = -1;
	if (sums->last == NULL)
		sums->first = group;
	else
		sums->last->next = group;
	sums->last = group;
	return group;
}

/* Returns the group of a key, made empty if it is new. */
ResultGroup *
result_groups_get(ResultGroups *sums, const GroupKey *key)
{
	ResultGroup *group = sums->latest;
	GroupEntry *entry;
	bool		found;

	if (group != NULL && group_equal(&group->key, key))
		return group;
	sums->latest = sums->before;
	sums->before = group;
	group = sums->latest;
	if (group != NULL && group_equal(&group->key, key))
		return group;
	entry = group_table_insert(sums->groups, key, &found);
	if (!found)
		entry->key = &make_group(sums, key)->key;
	return sums->latest = (ResultGroup *) entry->key;
}

/* Returns a group's works of so many items, made empty if they are new. */
TaskGroup *
result_groups_tasks(ResultGroups *sums, ResultGroup *group, int items)
{
	TaskGroup  *tasks = group->tasks;

	while (tasks != NULL && tasks->items != items)
		tasks = tasks->next;
	if (tasks == NULL)
	{
		tasks = MemoryContextAllocZero(sums->context, sizeof(TaskGroup));
		tasks->items = items;
		tasks->added.columns = TASK_DIST_MIN_COLUMNS;
		tasks->removed.columns = TASK_DIST_MIN_COLUMNS;
		tasks->next = group->tasks;
		group->tasks = tasks;
	}
	return tasks;
}

/* Counts a first attempt's item scores, as added (+1) or as removed (-1). */
static void
count_tasks(ResultGroups *sums, ResultGroup *group, Datum scores, int sign)
{
	ItemScores	row;
	TaskGroup  *tasks;
	TaskDist   *dist;

	item_scores_get(scores, &row);
	if (row.items == 0)
		return;
	tasks = result_groups_tasks(sums, group, row.items);
	dist = sign > 0 ? &tasks->added : &tasks->removed;
	tasks->lost |= sign < 0;
	task_dist_reserve(dist, sums->context, row.items,
					  task_dist_columns_for(row.highest));
	if (task_dist_count_row(dist, &row) != TASK_DIST_OK)
		task_dist_complain(TASK_DIST_TOO_MANY);
}

/* Counts a participant in a state of the groups, which may be NULL. */
static pg_noinline ScoreDistState *
count_slowly(ResultGroups *sums, ScoreDistState *state, int score, int cell)
{
	MemoryContext caller = MemoryContextSwitchTo(sums->context);
	ScoreDistState *old = state;

	if (state == NULL)
		state = score_dist_make_empty_state();
	state = score_dist_state_count(state, score, cell);
	if (old != NULL && old != state)
		pfree(old);
	MemoryContextSwitchTo(caller);
	return state;
}

/* Returns the tally of a key, made empty if it is new. */
Tally *
result_tally(tally_table_hash * table, int32 import_file,
			 int32 administration, int32 academic_year)
{
	TallyKey	key = {import_file, administration, academic_year};
	bool		found;
	Tally	   *tally = tally_table_insert(table, key, &found);

	if (!found)
	{
		tally->highest = -1;
		tally->results = 0;
	}
	return tally;
}

/* Counts a row of a file. */
static inline void
count_file(ResultGroups *sums, const CountedResult *row, int sign)
{
	Tally	   *tally = sums->latest_file;

	if (tally == NULL || tally->key.import_file != row->import_file ||
		tally->key.administration != row->key.administration ||
		tally->key.academic_year != row->key.academic_year)
		tally = result_tally(sums->files, row->import_file,
							 row->key.administration, row->key.academic_year);
	tally->results += sign;
	sums->latest_file = tally;
}

/*
 * Counts a row, as added (+1) or as removed (-1).  Who has neither a score nor
 * a mark is no participant.
 */
void
result_groups_count(ResultGroups *sums, const CountedResult *row, int sign)
{
	ResultGroup *group = result_groups_get(sums, &row->key);

	group->results += sign;
	if (sign > 0)
		group->highest = Max(group->highest, row->score);
	else
	{
		group->highest_removed = Max(group->highest_removed, row->score);
		group->lost = true;
	}
	if (row->is_first)
	{
		ScoreDistState **dist = sign > 0 ? &group->added : &group->removed;

		if (row->score < 0 && row->cell < SCORE_DIST_MARKS)
			 /* no participant */ ;
		else if (*dist == NULL ||
				 !score_dist_state_count_narrow(*dist, row->score, row->cell))
			*dist = count_slowly(sums, *dist, row->score, row->cell);
		if (row->has_tasks)
			count_tasks(sums, group, row->tasks, sign);
	}
	if (row->has_file)
		count_file(sums, row, sign);
}
