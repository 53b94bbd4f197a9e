/*
 * result_changes.c
 *		The statement trigger that sums up what a statement changed in a table
 *		of results, group by group, for the summaries to follow.
 *
 * The trigger reads the transition tables, adds the rows up in memory by
 * administration, school and class, and hands the sums to functions of the
 * schema the warehouse's table result lives in:
 *
 *	check_changed_results(administration integer[], academic_year integer[],
 *		highest_score integer[])
 *	apply_result_changes(administration integer[], school integer[],
 *		academic_year integer[], class text[], results integer[],
 *		added score_dist[], removed score_dist[])
 *	apply_task_changes(administration integer[], school integer[],
 *		academic_year integer[], class text[], items integer[],
 *		added task_dist[], removed task_dist[])
 *	apply_file_changes(import_file integer[], administration integer[],
 *		academic_year integer[], results integer[])
 *
 * Groups come in the order of their keys.  removed is NULL for a group that
 * lost no row.  The item scores of a group are counted apart by their number,
 * so that works of different forms in one class are no error.  Without item
 * scores apply_task_changes() is not called.  When the groups do not fit hash_mem they are handed over in
 * several portions, the losses before the gains, so that no portion takes
 * away what is not there yet.
 *
 * After TRUNCATE the trigger calls forget_missing_results().  On a table that
 * is no part of a table result, one that was detached for example, the trigger
 * does nothing.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "executor/nodeHash.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "item_scores.h"
#include "owner_call.h"
#include "score_dist.h"
#include "task_dist.h"

PG_FUNCTION_INFO_V1(collect_result_changes);

/* The columns that are read, and where they are. */
typedef enum ResultColumn
{
	ADMINISTRATION, SCHOOL, ACADEMIC_YEAR, IMPORT_FILE, ATTEMPT, SCORE, MARK,
	JOURNAL_MARK, CLASS, TASK_SCORES, N_COLUMNS
} ResultColumn;

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

typedef struct GroupKey
{
	int32		administration;
	int32		school;
	int32		academic_year;
	int32		class_len;
	const char *class_name;		/* not terminated */
} GroupKey;

/* What a statement changed in a group's works of so many items. */
typedef struct TaskChange
{
	struct TaskChange *next;
	int			items;
	bool		lost;			/* a work was removed */
	TaskDist	added;			/* first attempts */
	TaskDist	removed;
} TaskChange;

/* What a statement changed in one group. */
typedef struct ResultGroup
{
	GroupKey	key;
	uint32		hash;
	char		status;
	int			highest;		/* score added, -1 for none */
	int			highest_removed;	/* score removed, -1 for none */
	int64		results;		/* rows added less rows removed */
	bool		lost;			/* a row was removed */
	ScoreDist  *added;			/* first attempts; NULL for none */
	ScoreDist  *removed;
	TaskChange *tasks;			/* by number of items, latest first */
} ResultGroup;

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

#define SH_PREFIX groups
#define SH_ELEMENT_TYPE ResultGroup
#define SH_KEY_TYPE GroupKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) group_hash(key)
#define SH_EQUAL(tb, a, b) group_equal(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Counts by administration and, for the files, by import file. */
typedef struct TallyKey
{
	int32		import_file;	/* 0 where only administrations matter */
	int32		administration;
	int32		academic_year;
} TallyKey;

typedef struct Tally
{
	TallyKey	key;
	char		status;
	int			highest;
	int64		results;
} Tally;

static inline TallyKey
tally_key(int32 import_file, int32 administration, int32 academic_year)
{
	TallyKey	key = {import_file, administration, academic_year};

	return key;
}

static inline uint32
tally_hash(TallyKey key)
{
	return hash_combine(hash_combine(murmurhash32((uint32) key.import_file),
									 murmurhash32((uint32) key.administration)),
						(uint32) key.academic_year);
}

#define SH_PREFIX tallies
#define SH_ELEMENT_TYPE Tally
#define SH_KEY_TYPE TallyKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) tally_hash(key)
#define SH_EQUAL(tb, a, b) (memcmp(&(a), &(b), sizeof(TallyKey)) == 0)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Groups handed over by one call; bounds for the size of an array. */
#define GROUPS_PER_CALL	16384
#define TASKS_PER_CALL	4096	/* times 60 kB, TASK_DIST_MAX_BYTES */

typedef struct Changes
{
	Relation	rel;
	Oid			warehouse;		/* the table result that rel is part of */
	AttrNumber	column[N_COLUMNS];
	AttrNumber	last_column;
	Oid			dist_type;
	Oid			task_type;
	MemoryContext context;		/* of the groups; reset by each portion */
	Size		memory_limit;
	groups_hash *groups;
	ResultGroup *latest;		/* rows of one group come in a row */
	tallies_hash *administrations;	/* those of the groups */
	tallies_hash *files;
	bool		administrations_locked;
} Changes;

/* Finds the columns; a table that lacks one is not a table of results. */
static void
find_columns(Changes *changes)
{
	TupleDesc	desc = RelationGetDescr(changes->rel);

	changes->last_column = 0;
	for (int c = 0; c < N_COLUMNS; c++)
	{
		int			number = SPI_fnumber(desc, column_rule[c].name);

		if (number <= 0 ||
			TupleDescAttr(desc, number - 1)->atttypid != column_rule[c].type)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("table \"%s\" is not a table of results",
							RelationGetRelationName(changes->rel)),
					 errdetail("There is no column %s of type %s.",
							   column_rule[c].name,
							   format_type_be(column_rule[c].type)),
					 errhint("Put this trigger only on the table result of a warehouse and on its partitions.")));
		changes->column[c] = number;
		changes->last_column = Max(changes->last_column, number);
	}
}

/* Makes the groups empty, and forgets their memory. */
static void
start_portion(Changes *changes)
{
	MemoryContextReset(changes->context);
	changes->groups = groups_create(changes->context, 256, NULL);
	changes->administrations = tallies_create(changes->context, 16, NULL);
	changes->latest = NULL;
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
get_group(Changes *changes, GroupKey key)
{
	ResultGroup *group = changes->latest;
	bool		found;

	if (group != NULL && group_equal(group->key, key))
		return group;
	group = groups_insert(changes->groups, key, &found);
	if (!found)
	{
		char	   *class_name = MemoryContextAlloc(changes->context,
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
	return changes->latest = group;
}

/* Returns what changed in a group's works of so many items. */
static TaskChange *
get_tasks(Changes *changes, ResultGroup *group, int items)
{
	TaskChange *change = group->tasks;

	while (change != NULL && change->items != items)
		change = change->next;
	if (change == NULL)
	{
		change = MemoryContextAllocZero(changes->context, sizeof(TaskChange));
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
count_tasks(Changes *changes, ResultGroup *group, Datum scores, int sign)
{
	ItemScores	row;
	TaskChange *change;
	TaskDist   *dist;

	item_scores_get(scores, &row);
	if (row.items == 0)
		return;
	change = get_tasks(changes, group, row.items);
	dist = sign > 0 ? &change->added : &change->removed;
	change->lost |= sign < 0;
	task_dist_reserve(dist, changes->context, row.items,
					  task_dist_columns_for(row.highest));
	(void) task_dist_count_row(dist, &row);
}

static Tally *
get_tally(struct tallies_hash *table, TallyKey key)
{
	bool		found;
	Tally	   *tally = tallies_insert(table, key, &found);

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
static void
count_row(Changes *changes, TupleTableSlot *slot, int sign)
{
	const AttrNumber *column = changes->column;
	const Datum *value = slot->tts_values - 1;
	struct varlena *class_name;
	GroupKey	key;
	ResultGroup *group;
	int			score;

	slot_getsomeattrs(slot, changes->last_column);
	score = small_or_none(slot, column[SCORE]);
	class_name = PG_DETOAST_DATUM_PACKED(value[column[CLASS]]);
	key.administration = DatumGetInt32(value[column[ADMINISTRATION]]);
	key.school = DatumGetInt32(value[column[SCHOOL]]);
	key.academic_year = DatumGetInt32(value[column[ACADEMIC_YEAR]]);
	key.class_len = VARSIZE_ANY_EXHDR(class_name);
	key.class_name = VARDATA_ANY(class_name);

	group = get_group(changes, key);
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
		*dist = dist_with_room(*dist, score, changes->context);
		(void) score_dist_count_one(*dist, score, cell);
		if (!slot->tts_isnull[column[TASK_SCORES] - 1])
			count_tasks(changes, group, value[column[TASK_SCORES]], sign);
	}
	if (!slot->tts_isnull[column[IMPORT_FILE] - 1])
	{
		int32		file = DatumGetInt32(value[column[IMPORT_FILE]]);

		get_tally(changes->files, tally_key(file, key.administration,
											key.academic_year))->results += sign;
	}
}

/* Is there nothing for the summary of these works to follow? */
static bool
tasks_unchanged(const TaskChange *change)
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
static bool
group_unchanged(const ResultGroup *group)
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
static bool
group_tasks_unchanged(const ResultGroup *group)
{
	for (const TaskChange *c = group->tasks; c != NULL; c = c->next)
		if (!tasks_unchanged(c))
			return false;
	return true;
}

static int
compare_groups(const void *a, const void *b)
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

/* Columns of an argument list: n rows of values and nulls each. */
typedef struct ArrayColumn
{
	Datum	   *values;
	bool	   *nulls;
	int			n;
} ArrayColumn;

#define MAX_ARGUMENTS	7

static void
make_columns(ArrayColumn *columns, int n_columns, int n_rows)
{
	for (int c = 0; c < n_columns; c++)
	{
		columns[c].values = palloc(sizeof(Datum) * n_rows);
		columns[c].nulls = palloc0(sizeof(bool) * n_rows);
		columns[c].n = 0;
	}
}

static inline void
append_int(ArrayColumn *column, int64 value)
{
	column->values[column->n++] = Int32GetDatum((int32) value);
}

static inline void
append_dist(ArrayColumn *column, const ScoreDist *dist)
{
	ScoreDistBuffer none;

	if (dist == NULL)
	{
		score_dist_init(&none.dist, none.bin, SCORE_DIST_MIN_BINS);
		dist = &none.dist;
	}
	column->values[column->n++] = score_dist_flat_datum(dist);
}

static inline void
append_class(ArrayColumn *column, const GroupKey *key)
{
	column->values[column->n++] =
		PointerGetDatum(cstring_to_text_with_len(key->class_name,
												 key->class_len));
}

static inline void
append_tasks(ArrayColumn *column, const TaskDist *dist)
{
	static const TaskDist none = {.columns = TASK_DIST_MIN_COLUMNS};

	column->values[column->n++] =
		task_dist_flat_datum(dist->participants > 0 ? dist : &none);
}

static inline void
append_null(ArrayColumn *column)
{
	column->nulls[column->n] = true;
	column->values[column->n++] = (Datum) 0;
}

static NullableDatum
make_array(ArrayColumn *column, Oid type)
{
	NullableDatum result = {0, false};
	int			lbound = 1;
	int16		len;
	bool		byval;
	char		align;

	get_typlenbyvalalign(type, &len, &byval, &align);
	result.value = PointerGetDatum(construct_md_array(column->values,
													  column->nulls, 1,
													  &column->n, &lbound,
													  type, len, byval,
													  align));
	return result;
}

/* Calls a function of the warehouse with the columns as arrays. */
static void
hand_over(Changes *changes, const char *function, ArrayColumn *columns,
		  const Oid *types, int n_columns)
{
	Oid			array_types[MAX_ARGUMENTS];
	NullableDatum args[MAX_ARGUMENTS];

	for (int c = 0; c < n_columns; c++)
	{
		array_types[c] = get_array_type(types[c]);
		args[c] = make_array(&columns[c], types[c]);
	}
	call_as_owner(changes->warehouse, function, n_columns, array_types, args);
}

static Tally **
sorted_tallies(struct tallies_hash *table)
{
	Tally	  **list = palloc(sizeof(Tally *) * (table->members + 1));
	tallies_iterator iterator;
	int			n = 0;

	tallies_start_iterate(table, &iterator);
	for (Tally *t; (t = tallies_iterate(table, &iterator)) != NULL;)
		list[n++] = t;
	qsort(list, n, sizeof(Tally *), compare_tallies);
	return list;
}

/* Locks the administrations and has them compared with the rows added. */
static void
check_administrations(Changes *changes)
{
	static const Oid types[] = {INT4OID, INT4OID, INT4OID};
	int			n = changes->administrations->members;
	Tally	  **list = sorted_tallies(changes->administrations);
	ArrayColumn columns[lengthof(types)];

	make_columns(columns, lengthof(types), n);
	for (int i = 0; i < n; i++)
	{
		append_int(&columns[0], list[i]->key.administration);
		append_int(&columns[1], list[i]->key.academic_year);
		append_int(&columns[2], list[i]->highest);
	}
	hand_over(changes, "check_changed_results", columns, types,
			  lengthof(types));
}

/* The counts of files change under the administrations' locks, too. */
static void
add_administrations_of_files(Changes *changes)
{
	tallies_iterator iterator;

	tallies_start_iterate(changes->files, &iterator);
	for (Tally *t; (t = tallies_iterate(changes->files, &iterator)) != NULL;)
		if (t->results != 0)
			(void) get_tally(changes->administrations,
							 tally_key(0, t->key.administration,
									   t->key.academic_year));
}

/* Has the rows counted by the files they are from. */
static void
apply_files(Changes *changes)
{
	static const Oid types[] = {INT4OID, INT4OID, INT4OID, INT4OID};
	int			n = changes->files->members;
	Tally	  **list = sorted_tallies(changes->files);
	ArrayColumn columns[lengthof(types)];

	make_columns(columns, lengthof(types), n);
	for (int i = 0; i < n; i++)
	{
		if (list[i]->results == 0)
			continue;
		append_int(&columns[0], list[i]->key.import_file);
		append_int(&columns[1], list[i]->key.administration);
		append_int(&columns[2], list[i]->key.academic_year);
		append_int(&columns[3], list[i]->results);
	}
	if (columns[0].n > 0)
		hand_over(changes, "apply_file_changes", columns, types,
				  lengthof(types));
}

/* Hands n groups over to the summaries. */
static void
apply_groups(Changes *changes, ResultGroup **list, int n)
{
	const Oid	types[] = {INT4OID, INT4OID, INT4OID, TEXTOID, INT4OID,
	changes->dist_type, changes->dist_type};
	ArrayColumn columns[lengthof(types)];

	make_columns(columns, lengthof(types), n);
	for (int i = 0; i < n; i++)
	{
		const ResultGroup *group = list[i];

		append_int(&columns[0], group->key.administration);
		append_int(&columns[1], group->key.school);
		append_int(&columns[2], group->key.academic_year);
		append_class(&columns[3], &group->key);
		append_int(&columns[4], group->results);
		append_dist(&columns[5], group->added);
		if (group->lost)
			append_dist(&columns[6], group->removed);
		else
			append_null(&columns[6]);
	}
	hand_over(changes, "apply_result_changes", columns, types,
			  lengthof(types));
}

/* One change of item scores, to be handed over. */
typedef struct GroupTasks
{
	const GroupKey *key;
	const TaskChange *change;
} GroupTasks;

/* Hands n changes of item scores over to the summaries. */
static void
apply_tasks(Changes *changes, const GroupTasks *list, int n)
{
	const Oid	types[] = {INT4OID, INT4OID, INT4OID, TEXTOID, INT4OID,
	changes->task_type, changes->task_type};
	ArrayColumn columns[lengthof(types)];

	make_columns(columns, lengthof(types), n);
	for (int i = 0; i < n; i++)
	{
		const GroupKey *key = list[i].key;
		const TaskChange *change = list[i].change;

		append_int(&columns[0], key->administration);
		append_int(&columns[1], key->school);
		append_int(&columns[2], key->academic_year);
		append_class(&columns[3], key);
		append_int(&columns[4], change->items);
		append_tasks(&columns[5], &change->added);
		if (change->lost)
			append_tasks(&columns[6], &change->removed);
		else
			append_null(&columns[6]);
	}
	hand_over(changes, "apply_task_changes", columns, types,
			  lengthof(types));
}

/*
 * Hands the changed item scores of n groups over, so many at a time that no
 * array exceeds what an array may hold.
 */
static void
apply_all_tasks(Changes *changes, ResultGroup **list, int n,
				MemoryContext slice)
{
	GroupTasks *tasks;
	int			n_tasks = 0;

	if (n == 0)
		return;
	tasks = MemoryContextAlloc(changes->context,
							   sizeof(GroupTasks) * TASKS_PER_CALL);
	for (int i = 0; i < n; i++)
		for (const TaskChange *c = list[i]->tasks; c != NULL; c = c->next)
		{
			if (tasks_unchanged(c))
				continue;
			tasks[n_tasks++] = (GroupTasks)
			{
				&list[i]->key, c
			};
			if (n_tasks < TASKS_PER_CALL)
				continue;
			apply_tasks(changes, tasks, n_tasks);
			MemoryContextReset(slice);
			n_tasks = 0;
		}
	if (n_tasks > 0)
		apply_tasks(changes, tasks, n_tasks);
}

/* Has what the groups changed checked, and sorts those that changed. */
static void
sort_changed(Changes *changes, ResultGroup **list, int *n,
			 ResultGroup **task_list, int *n_tasks)
{
	groups_iterator iterator;

	groups_start_iterate(changes->groups, &iterator);
	for (ResultGroup *g; (g = groups_iterate(changes->groups, &iterator)) != NULL;)
	{
		bool		changed = !group_unchanged(g);
		bool		tasks_changed = !group_tasks_unchanged(g);
		Tally	   *tally;

		/* A re-sit's score may rise without a change of the summary. */
		if (!changed && !tasks_changed && g->highest <= g->highest_removed)
			continue;
		tally = get_tally(changes->administrations,
						  tally_key(0, g->key.administration,
									g->key.academic_year));
		tally->highest = Max(tally->highest, g->highest);
		if (changed)
			list[(*n)++] = g;
		if (tasks_changed)
			task_list[(*n_tasks)++] = g;
	}
	add_administrations_of_files(changes);
	qsort(list, *n, sizeof(ResultGroup *), compare_groups);
	qsort(task_list, *n_tasks, sizeof(ResultGroup *), compare_groups);
	if (changes->administrations->members > 0)
		check_administrations(changes);
}

/* Hands the groups gathered so far over, and starts anew. */
static void
finish_portion(Changes *changes)
{
	MemoryContext caller = MemoryContextSwitchTo(changes->context);
	Size		size = sizeof(ResultGroup *) * (changes->groups->members + 1);
	ResultGroup **list = palloc(size);
	ResultGroup **task_list = palloc(size);
	MemoryContext slice;
	int			n = 0;
	int			n_tasks = 0;

	sort_changed(changes, list, &n, task_list, &n_tasks);

	/* Arrays of everything at once could exceed what an array may hold. */
	slice = AllocSetContextCreate(changes->context, "shnor changed groups",
								  ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(slice);
	for (int i = 0; i < n; i += GROUPS_PER_CALL)
	{
		apply_groups(changes, list + i, Min(n - i, GROUPS_PER_CALL));
		MemoryContextReset(slice);
	}
	apply_all_tasks(changes, task_list, n_tasks, slice);
	MemoryContextSwitchTo(caller);
	start_portion(changes);
}

/*
 * Before the first portion of several is handed over, all administrations of
 * the statement are locked, in the order of their keys: two statements that
 * each have several portions must not wait for each other.
 */
static void
lock_all_administrations(Changes *changes, Tuplestorestate **tables,
						 TupleTableSlot *slot)
{
	const AttrNumber *column = changes->column;

	for (int i = 0; i < 2; i++)
	{
		int			pointer;

		if (tables[i] == NULL)
			continue;
		pointer = tuplestore_alloc_read_pointer(tables[i], EXEC_FLAG_REWIND);
		tuplestore_select_read_pointer(tables[i], pointer);
		tuplestore_rescan(tables[i]);
		while (tuplestore_gettupleslot(tables[i], true, false, slot))
		{
			const Datum *value = slot->tts_values - 1;

			CHECK_FOR_INTERRUPTS();
			slot_getsomeattrs(slot, changes->last_column);
			(void) get_tally(changes->administrations,
							 tally_key(0, DatumGetInt32(value[column[ADMINISTRATION]]),
									   DatumGetInt32(value[column[ACADEMIC_YEAR]])));
		}
	}
	check_administrations(changes);
}

/* Adds the rows of one transition table up. */
static void
read_table(Changes *changes, Tuplestorestate **tables, int which,
		   TupleTableSlot *slot)
{
	Tuplestorestate *table = tables[which];
	TupleTableSlot *other_slot = NULL;
	int			pointer;

	if (table == NULL)
		return;
	pointer = tuplestore_alloc_read_pointer(table, EXEC_FLAG_REWIND);
	tuplestore_select_read_pointer(table, pointer);
	tuplestore_rescan(table);
	while (tuplestore_gettupleslot(table, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		count_row(changes, slot, which == 0 ? -1 : +1);
		if (MemoryContextMemAllocated(changes->context, false) <= changes->memory_limit)
			continue;
		if (!changes->administrations_locked)
		{
			other_slot = MakeSingleTupleTableSlot(RelationGetDescr(changes->rel),
												  &TTSOpsMinimalTuple);
			lock_all_administrations(changes, tables, other_slot);
			ExecDropSingleTupleTableSlot(other_slot);
			tuplestore_select_read_pointer(table, pointer);
			changes->administrations_locked = true;
		}
		finish_portion(changes);
	}
}

/* Raises an error unless called as the trigger this is. */
static void
check_call(FunctionCallInfo fcinfo)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_AFTER(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) ||
		(!TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event) &&
		 trigger->tg_oldtable == NULL && trigger->tg_newtable == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("collect_result_changes is a trigger function"),
				 errdetail("It belongs to AFTER triggers for each statement of INSERT, UPDATE or DELETE with transition tables, or of TRUNCATE."),
				 errhint("The warehouse's function keep_summaries(table) puts the triggers where they belong.")));
}

/* A type of the extension, which lives where this function does. */
static Oid
own_type(FunctionCallInfo fcinfo, const char *name)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
						   CStringGetDatum(name),
						   ObjectIdGetDatum(get_func_namespace(fcinfo->flinfo->fn_oid)));
}

/*
 * Returns the table result of the warehouse that a table is part of, else
 * InvalidOid.  The lock on rel keeps it where it is.
 */
static Oid
warehouse_table(Relation rel)
{
	Oid			root = RelationGetRelid(rel);
	char	   *name;

	if (rel->rd_rel->relispartition)
		root = llast_oid(get_partition_ancestors(root));
	name = get_rel_name(root);
	if (get_rel_relkind(root) != RELKIND_PARTITIONED_TABLE ||
		name == NULL || strcmp(name, "result") != 0)
		return InvalidOid;
	return root;
}

/* The trigger function; see the head of the file. */
Datum
collect_result_changes(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	MemoryContext context;
	MemoryContext caller;
	Changes		changes = {0};
	Tuplestorestate *tables[2];
	TupleTableSlot *slot;

	check_call(fcinfo);
	context = AllocSetContextCreate(CurrentMemoryContext,
									"shnor changes of results",
									ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(context);
	changes.rel = trigger->tg_relation;
	changes.warehouse = warehouse_table(changes.rel);
	changes.dist_type = own_type(fcinfo, "score_dist");
	changes.task_type = own_type(fcinfo, "task_dist");
	changes.memory_limit = get_hash_memory_limit();
	changes.context = AllocSetContextCreate(context,
											"shnor groups of changes",
											ALLOCSET_DEFAULT_SIZES);
	changes.files = tallies_create(context, 16, NULL);
	find_columns(&changes);
	if (!OidIsValid(changes.warehouse))
		goto done;
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
	{
		call_as_owner(changes.warehouse, "forget_missing_results", 0, NULL,
					  NULL);
		goto done;
	}
	start_portion(&changes);

	tables[0] = trigger->tg_oldtable;
	tables[1] = trigger->tg_newtable;
	slot = MakeSingleTupleTableSlot(RelationGetDescr(changes.rel),
									&TTSOpsMinimalTuple);
	read_table(&changes, tables, 0, slot);
	read_table(&changes, tables, 1, slot);
	ExecDropSingleTupleTableSlot(slot);
	finish_portion(&changes);
	apply_files(&changes);

done:
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return PointerGetDatum(NULL);
}
