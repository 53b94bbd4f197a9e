/*
 * result_groups.c
 *		Adding up the rows a statement changed in a table of results, by
 *		administration, school, year and class.
 *
 * A group has the distribution of its first attempts added and removed, and
 * of their item scores, apart by the number of items, so that works of
 * different forms in one class are no error.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "item_scores.h"
#include "result_groups.h"

static const struct
{
	const char *name;
	Oid			type;
}			column_rule[N_COLUMNS] =

{
	[ADMINISTRATION] = {"administration_id", INT4OID},
	[SCHOOL] = {"school_id", INT4OID},
	[ACADEMIC_YEAR] = {"academic_year", INT4OID},
	[IMPORT_FILE] = {"import_file_id", INT4OID},
	[ATTEMPT] = {"attempt", INT2OID},
	[SCORE] = {"score", INT2OID},
	[MARK] = {"mark", INT2OID},
	[JOURNAL_MARK] = {"journal_mark", INT2OID},
	[CLASS] = {"class", TEXTOID},
	[TASK_SCORES] = {"task_scores", INT2ARRAYOID}
};

static inline uint32
group_hash(GroupKey key)
{
	uint32		hash = murmurhash32((uint32) key.school);

	hash = hash_combine(hash, murmurhash32((uint32) key.administration));
	hash = hash_combine(hash, (uint32) key.academic_year);
	return hash_combine(hash, hash_bytes((const unsigned char *) key.class_name,
										 key.class_len));
}

static inline bool
group_equal(GroupKey a, GroupKey b)
{
	return a.school == b.school && a.administration == b.administration &&
		a.academic_year == b.academic_year && a.class_len == b.class_len &&
		memcmp(a.class_name, b.class_name, a.class_len) == 0;
}

#define SH_PREFIX group_table
#define SH_ELEMENT_TYPE ResultGroup
#define SH_KEY_TYPE GroupKey
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

/* Finds the columns; a table that lacks one is not a table of results. */
static void
find_columns(ResultGroups *sums, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);

	sums->last_column = 0;
	for (int c = 0; c < N_COLUMNS; c++)
	{
		int			number = SPI_fnumber(desc, column_rule[c].name);

		if (number <= 0 ||
			TupleDescAttr(desc, number - 1)->atttypid != column_rule[c].type)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("table \"%s\" is not a table of results",
							RelationGetRelationName(rel)),
					 errdetail("There is no column %s of type %s.",
							   column_rule[c].name,
							   format_type_be(column_rule[c].type)),
					 errhint("Put this trigger only on the table result of a warehouse and on its partitions.")));
		sums->column[c] = number;
		sums->last_column = Max(sums->last_column, number);
	}
}

/* Prepares for the rows of rel; the files' sums live in the current context. */
void
result_groups_init(ResultGroups *sums, Relation rel, MemoryContext context)
{
	find_columns(sums, rel);
	sums->context = context;
	sums->files = tally_table_create(CurrentMemoryContext, 16, NULL);
	result_groups_restart(sums);
}

/* Makes the groups empty, and forgets their memory. */
void
result_groups_restart(ResultGroups *sums)
{
	MemoryContextReset(sums->context);
	sums->groups = group_table_create(sums->context, 256, NULL);
	sums->administrations = tally_table_create(sums->context, 16, NULL);
	sums->latest = NULL;
}

/* Returns an empty working form with room for the score, or *dist grown. */
static ScoreDist *
dist_with_room(ScoreDist *dist, int score, MemoryContext context)
{
	int			nbins = score_dist_bins_for(score);
	int64	   *bin;

	if (dist != NULL && nbins <= dist->nbins)
		return dist;
	bin = MemoryContextAllocZero(context, sizeof(int64) * nbins);
	if (dist == NULL)
	{
		dist = MemoryContextAlloc(context, sizeof(ScoreDist));
		score_dist_init(dist, bin, nbins);
	}
	else
	{
		memcpy(bin, dist->bin, sizeof(int64) * dist->nbins);
		pfree(dist->bin);
		dist->bin = bin;
		dist->nbins = nbins;
	}
	return dist;
}

/* Returns the group of a key, made empty if it is new. */
static ResultGroup *
get_group(ResultGroups *sums, GroupKey key)
{
	ResultGroup *group = sums->latest;
	bool		found;

	if (group != NULL && group_equal(group->key, key))
		return group;
	group = group_table_insert(sums->groups, key, &found);
	if (!found)
	{
		char	   *class_name = MemoryContextAlloc(sums->context,
													Max(key.class_len, 1));

		memcpy(class_name, key.class_name, key.class_len);
		group->key.class_name = class_name;
		group->highest = -1;
		group->highest_removed = -1;
		group->results = 0;
		group->lost = false;
		group->added = NULL;
		group->removed = NULL;
		group->tasks = NULL;
	}
	return sums->latest = group;
}

/* Returns what changed in a group's works of so many items. */
static TaskChange *
get_tasks(ResultGroups *sums, ResultGroup *group, int items)
{
	TaskChange *change = group->tasks;

	while (change != NULL && change->items != items)
		change = change->next;
	if (change == NULL)
	{
		change = MemoryContextAllocZero(sums->context, sizeof(TaskChange));
		change->items = items;
		change->added.columns = TASK_DIST_MIN_COLUMNS;
		change->removed.columns = TASK_DIST_MIN_COLUMNS;
		change->next = group->tasks;
		group->tasks = change;
	}
	return change;
}

/* Counts a first attempt's item scores, as added (+1) or as removed (-1). */
static void
count_tasks(ResultGroups *sums, ResultGroup *group, Datum scores, int sign)
{
	ItemScores	row;
	TaskChange *change;
	TaskDist   *dist;

	item_scores_get(scores, &row);
	if (row.items == 0)
		return;
	change = get_tasks(sums, group, row.items);
	dist = sign > 0 ? &change->added : &change->removed;
	change->lost |= sign < 0;
	task_dist_reserve(dist, sums->context, row.items,
					  task_dist_columns_for(row.highest));
	(void) task_dist_count_row(dist, &row);
}

/* Returns the tally of a key, made empty if it is new. */
Tally *
result_groups_tally(tally_table_hash * table, int32 import_file,
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

/* The value of a column that may be NULL, else -1. */
static inline int
small_or_none(TupleTableSlot *slot, AttrNumber number)
{
	return slot->tts_isnull[number - 1] ? -1 :
		DatumGetInt16(slot->tts_values[number - 1]);
}

/* Counts one row of a transition table, as added (+1) or as removed (-1). */
void
result_groups_count(ResultGroups *sums, TupleTableSlot *slot, int sign)
{
	const AttrNumber *column = sums->column;
	const Datum *value = slot->tts_values - 1;
	struct varlena *class_name;
	GroupKey	key;
	ResultGroup *group;
	int			score;

	slot_getsomeattrs(slot, sums->last_column);
	score = small_or_none(slot, column[SCORE]);
	class_name = PG_DETOAST_DATUM_PACKED(value[column[CLASS]]);
	key.administration = DatumGetInt32(value[column[ADMINISTRATION]]);
	key.school = DatumGetInt32(value[column[SCHOOL]]);
	key.academic_year = DatumGetInt32(value[column[ACADEMIC_YEAR]]);
	key.class_len = VARSIZE_ANY_EXHDR(class_name);
	key.class_name = VARDATA_ANY(class_name);

	group = get_group(sums, key);
	group->results += sign;
	if (sign > 0)
		group->highest = Max(group->highest, score);
	else
	{
		group->highest_removed = Max(group->highest_removed, score);
		group->lost = true;
	}

	if (DatumGetInt16(value[column[ATTEMPT]]) == 1)
	{
		ScoreDist **dist = sign > 0 ? &group->added : &group->removed;
		int			mark = small_or_none(slot, column[MARK]);
		int			journal = small_or_none(slot, column[JOURNAL_MARK]);
		int			cell = 0;

		if (mark >= 0)
			cell = SCORE_DIST_CELL(score_dist_mark_index(mark), 0);
		if (journal >= 0)
			cell += score_dist_mark_index(journal);
		*dist = dist_with_room(*dist, score, sums->context);
		(void) score_dist_count_one(*dist, score, cell);
		if (!slot->tts_isnull[column[TASK_SCORES] - 1])
			count_tasks(sums, group, value[column[TASK_SCORES]], sign);
	}
	if (!slot->tts_isnull[column[IMPORT_FILE] - 1])
	{
		int32		file = DatumGetInt32(value[column[IMPORT_FILE]]);

		result_groups_tally(sums->files, file, key.administration,
							key.academic_year)->results += sign;
	}
}

/* Counts nothing of a row but that its administration has changes. */
void
result_groups_note(ResultGroups *sums, TupleTableSlot *slot)
{
	const Datum *value = slot->tts_values - 1;

	slot_getsomeattrs(slot, sums->last_column);
	(void) result_groups_tally(sums->administrations, 0,
							   DatumGetInt32(value[sums->column[ADMINISTRATION]]),
							   DatumGetInt32(value[sums->column[ACADEMIC_YEAR]]));
}

/* Is there nothing for the summary of these works to follow? */
bool
result_tasks_unchanged(const TaskChange *change)
{
	const TaskDist *added = &change->added;
	const TaskDist *removed = &change->removed;

	if (added->participants != removed->participants)
		return false;
	for (int i = 0; i < change->items; i++)
	{
		const int64 *a = task_dist_item(added, i);
		const int64 *r = task_dist_item(removed, i);

		for (int c = 0; c < Max(added->columns, removed->columns); c++)
			if ((c < added->columns ? a[c] : 0) !=
				(c < removed->columns ? r[c] : 0))
				return false;
	}
	return true;
}

/* Is there nothing for the summary of this group to follow? */
bool
result_group_unchanged(const ResultGroup *group)
{
	static const ScoreDist none;
	const ScoreDist *added = group->added != NULL ? group->added : &none;
	const ScoreDist *removed = group->removed != NULL ? group->removed : &none;
	int			nbins = Max(added->nbins, removed->nbins);

	if (group->results != 0 ||
		memcmp(added->cell, removed->cell, sizeof(added->cell)) != 0)
		return false;
	for (int s = 0; s < nbins; s++)
		if ((s < added->nbins ? added->bin[s] : 0) !=
			(s < removed->nbins ? removed->bin[s] : 0))
			return false;
	return true;
}

/* The same for its item scores. */
bool
result_group_tasks_unchanged(const ResultGroup *group)
{
	for (const TaskChange *c = group->tasks; c != NULL; c = c->next)
		if (!result_tasks_unchanged(c))
			return false;
	return true;
}

/* Compares pointers to groups, for qsort(). */
int
result_group_compare(const void *a, const void *b)
{
	const GroupKey *x = &(*(ResultGroup *const *) a)->key;
	const GroupKey *y = &(*(ResultGroup *const *) b)->key;
	int			order;

	if (x->administration != y->administration)
		return x->administration < y->administration ? -1 : 1;
	if (x->school != y->school)
		return x->school < y->school ? -1 : 1;
	if (x->academic_year != y->academic_year)
		return x->academic_year < y->academic_year ? -1 : 1;
	order = memcmp(x->class_name, y->class_name,
				   Min(x->class_len, y->class_len));
	return order != 0 ? order : x->class_len - y->class_len;
}

static int
compare_tallies(const void *a, const void *b)
{
	const TallyKey *x = &(*(Tally *const *) a)->key;
	const TallyKey *y = &(*(Tally *const *) b)->key;

	if (x->administration != y->administration)
		return x->administration < y->administration ? -1 : 1;
	if (x->import_file != y->import_file)
		return x->import_file < y->import_file ? -1 : 1;
	return x->academic_year - y->academic_year;
}

/* Returns the tallies in the order of administrations, then of files. */
Tally	  **
result_tallies_sorted(tally_table_hash * table)
{
	Tally	  **list = palloc(sizeof(Tally *) * (table->members + 1));
	tally_table_iterator iterator;
	int			n = 0;

	tally_table_start_iterate(table, &iterator);
	for (Tally *t; (t = tally_table_iterate(table, &iterator)) != NULL;)
		list[n++] = t;
	qsort(list, n, sizeof(Tally *), compare_tallies);
	return list;
}
