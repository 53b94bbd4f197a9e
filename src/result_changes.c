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
 * lost no row.  Without item scores apply_task_changes() is not called.  When
 * the groups do not fit hash_mem they are handed over in several portions, the
 * losses before the gains, so that no portion takes away what is not there
 * yet.
 *
 * After TRUNCATE the trigger calls forget_missing_results().  On a table that
 * is no part of a table result, one that was detached for example, the trigger
 * does nothing.
 */
#include "postgres.h"

#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/nodeHash.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "owner_call.h"
#include "result_groups.h"

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
	ResultGroups sums;			/* forgotten by each portion but the files */
	tally_table_hash *administrations;	/* those of the groups */
	Size		memory_limit;
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

/* The place in a cell of a mark that may be NULL. */
static inline int
mark_index(TupleTableSlot *slot, AttrNumber number)
{
	return slot->tts_isnull[number - 1] ? 0 :
		score_dist_mark_index(DatumGetInt16(slot->tts_values[number - 1]));
}

/* Reads a row of a transition table. */
static inline CountedResult
read_row(Changes *changes, TupleTableSlot *slot)
{
	const AttrNumber *column = changes->column;
	const Datum *value = slot->tts_values - 1;
	const bool *isnull = slot->tts_isnull - 1;
	struct varlena *class_name;
	CountedResult row;

	slot_getsomeattrs(slot, changes->last_column);
	class_name = PG_DETOAST_DATUM_PACKED(value[column[CLASS]]);
	row.key.administration = DatumGetInt32(value[column[ADMINISTRATION]]);
	row.key.school = DatumGetInt32(value[column[SCHOOL]]);
	row.key.academic_year = DatumGetInt32(value[column[ACADEMIC_YEAR]]);
	row.key.class_len = VARSIZE_ANY_EXHDR(class_name);
	row.key.class_name = VARDATA_ANY(class_name);
	row.has_file = !isnull[column[IMPORT_FILE]];
	row.import_file = DatumGetInt32(value[column[IMPORT_FILE]]);
	row.is_first = DatumGetInt16(value[column[ATTEMPT]]) == 1;
	row.score = isnull[column[SCORE]] ? -1 :
		DatumGetInt16(value[column[SCORE]]);
	row.cell = SCORE_DIST_CELL(mark_index(slot, column[MARK]),
							   mark_index(slot, column[JOURNAL_MARK]));
	row.has_tasks = !isnull[column[TASK_SCORES]];
	row.tasks = value[column[TASK_SCORES]];
	return row;
}

/* Forgets the groups and their administrations. */
static void
start_portion(Changes *changes)
{
	result_groups_restart(&changes->sums);
	changes->administrations = tally_table_create(changes->sums.context, 16,
												  NULL);
}

/* Is there nothing for the summary of these works to follow? */
static bool
tasks_unchanged(const TaskGroup *tasks)
{
	const TaskDist *added = &tasks->added;
	const TaskDist *removed = &tasks->removed;

	if (added->participants != removed->participants)
		return false;
	for (int i = 0; i < tasks->items; i++)
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

/* Returns the bytes of a distribution, those of the empty one for NULL. */
static struct varlena *
packed_or_empty(const ScoreDistState *dist)
{
	if (dist == NULL)
		dist = score_dist_make_empty_state();
	return score_dist_packed(PointerGetDatum(dist));
}

/* Is there nothing for the summary of this group to follow? */
static bool
group_unchanged(const ResultGroup *group)
{
	struct varlena *added;
	struct varlena *removed;
	bool		same;

	if (group->results != 0)
		return false;
	added = packed_or_empty(group->added);
	removed = packed_or_empty(group->removed);
	same = VARSIZE_ANY(added) == VARSIZE_ANY(removed) &&
		memcmp(added, removed, VARSIZE_ANY(added)) == 0;
	pfree(added);
	pfree(removed);
	return same;
}

/* The same for its item scores. */
static bool
group_tasks_unchanged(const ResultGroup *group)
{
	for (const TaskGroup *c = group->tasks; c != NULL; c = c->next)
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
append_dist(ArrayColumn *column, const ScoreDistState *dist)
{
	column->values[column->n++] = PointerGetDatum(packed_or_empty(dist));
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
sorted_tallies(tally_table_hash * table)
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
	tally_table_iterator iterator;

	tally_table_start_iterate(changes->sums.files, &iterator);
	for (Tally *t; (t = tally_table_iterate(changes->sums.files, &iterator)) != NULL;)
		if (t->results != 0)
			(void) result_tally(changes->administrations, 0,
								t->key.administration,
								t->key.academic_year);
}

/* Has the rows counted by the files they are from. */
static void
apply_files(Changes *changes)
{
	static const Oid types[] = {INT4OID, INT4OID, INT4OID, INT4OID};
	int			n = changes->sums.files->members;
	Tally	  **list = sorted_tallies(changes->sums.files);
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
	const TaskGroup *change;
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
		const TaskGroup *change = list[i].change;

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
	tasks = MemoryContextAlloc(changes->sums.context,
							   sizeof(GroupTasks) * TASKS_PER_CALL);
	for (int i = 0; i < n; i++)
		for (const TaskGroup *c = list[i]->tasks; c != NULL; c = c->next)
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
	for (ResultGroup *g = changes->sums.first; g != NULL; g = g->next)
	{
		bool		changed = !group_unchanged(g);
		bool		tasks_changed = !group_tasks_unchanged(g);
		Tally	   *tally;

		/* A re-sit's score may rise without a change of the summary. */
		if (!changed && !tasks_changed && g->highest <= g->highest_removed)
			continue;
		tally = result_tally(changes->administrations, 0,
							 g->key.administration,
							 g->key.academic_year);
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
	MemoryContext caller = MemoryContextSwitchTo(changes->sums.context);
	Size		size = sizeof(ResultGroup *) * (changes->sums.groups->members + 1);
	ResultGroup **list = palloc(size);
	ResultGroup **task_list = palloc(size);
	MemoryContext slice;
	int			n = 0;
	int			n_tasks = 0;

	sort_changed(changes, list, &n, task_list, &n_tasks);

	/* Arrays of everything at once could exceed what an array may hold. */
	slice = AllocSetContextCreate(changes->sums.context, "shnor changed groups",
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
	for (int i = 0; i < 2; i++)
	{
		CountedResult row;
		int			pointer;

		if (tables[i] == NULL)
			continue;
		pointer = tuplestore_alloc_read_pointer(tables[i], EXEC_FLAG_REWIND);
		tuplestore_select_read_pointer(tables[i], pointer);
		tuplestore_rescan(tables[i]);
		while (tuplestore_gettupleslot(tables[i], true, false, slot))
		{
			CHECK_FOR_INTERRUPTS();
			row = read_row(changes, slot);
			(void) result_tally(changes->administrations, 0,
								row.key.administration,
								row.key.academic_year);
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
	CountedResult row;
	int			pointer;

	if (table == NULL)
		return;
	pointer = tuplestore_alloc_read_pointer(table, EXEC_FLAG_REWIND);
	tuplestore_select_read_pointer(table, pointer);
	tuplestore_rescan(table);
	while (tuplestore_gettupleslot(table, true, false, slot))
	{
		CHECK_FOR_INTERRUPTS();
		row = read_row(changes, slot);
		result_groups_count(&changes->sums, &row, which == 0 ? -1 : +1);
		if (MemoryContextMemAllocated(changes->sums.context, false) <= changes->memory_limit)
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
	find_columns(&changes);
	result_groups_init(&changes.sums,
					   AllocSetContextCreate(context,
											 "shnor groups of changes",
											 ALLOCSET_DEFAULT_SIZES));
	start_portion(&changes);
	if (!OidIsValid(changes.warehouse))
		goto done;
	if (TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event))
	{
		call_as_owner(changes.warehouse, "forget_missing_results", 0, NULL,
					  NULL);
		goto done;
	}

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
