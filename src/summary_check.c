/*
 * summary_check.c
 *		summary_differences(): the summaries of a warehouse compared with a
 *		recount of its results.
 *
 * The recount is one query, read by the server in parallel, and so are the
 * summaries kept; all of it is seen as of the moment of the calling statement,
 * with the rights of the caller.  What should be kept is put into one hash
 * table, what is kept goes past it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "tcop/dest.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "result_recount.h"

PG_FUNCTION_INFO_V1(summary_differences);

typedef enum SummaryKind
{
	SCHOOL_SUMMARY, CLASS_SUMMARY, FILE_SUMMARY, TASK_SUMMARY
} SummaryKind;

static const struct
{
	const char *name;
	int			n_counts;
}			kind_rule[] =

{
	[SCHOOL_SUMMARY] = {"school", 4},
	[CLASS_SUMMARY] = {"class", 1},
	[FILE_SUMMARY] = {"file", 1},
	[TASK_SUMMARY] = {"tasks", 1}
};

#define MAX_COUNTS	4

typedef struct SummaryKey
{
	int32		kind;			/* SummaryKind */
	int32		administration;
	int32		owner;			/* school, or import file */
	int32		items;			/* of TASK_SUMMARY, else 0 */
	int32		class_len;
	const char *class_name;		/* not terminated */
} SummaryKey;

/* What a summary says besides its key. */
typedef struct SummaryValue
{
	int32		academic_year;
	int64		count[MAX_COUNTS];
	struct varlena *dist;		/* packed score_dist or task_dist, or NULL */
} SummaryValue;

typedef struct Summary
{
	SummaryKey	key;			/* first: the hash table points to it */
	bool		is_kept;
	SummaryValue counted;
} Summary;

typedef struct SummaryEntry
{
	const SummaryKey *key;		/* the summary's */
	uint32		hash;
	char		status;
} SummaryEntry;

static inline uint32
summary_hash(const SummaryKey *key)
{
	uint32		hash = murmurhash32((uint32) key->owner);

	hash = hash_combine(hash, murmurhash32((uint32) key->administration));
	hash = hash_combine(hash, (uint32) (key->kind + 4 * key->items));
	return hash_combine(hash, hash_bytes((const unsigned char *) key->class_name,
										 key->class_len));
}

static inline bool
summary_equal(const SummaryKey *a, const SummaryKey *b)
{
	return a->owner == b->owner && a->administration == b->administration &&
		a->kind == b->kind && a->items == b->items &&
		a->class_len == b->class_len &&
		memcmp(a->class_name, b->class_name, a->class_len) == 0;
}

#define SH_PREFIX summaries
#define SH_ELEMENT_TYPE SummaryEntry
#define SH_KEY_TYPE const SummaryKey *
#define SH_KEY key
#define SH_HASH_KEY(tb, key) summary_hash(key)
#define SH_EQUAL(tb, a, b) summary_equal(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* What an administration takes for a failure. */
typedef struct FailRule
{
	int32		administration;
	bool		by_mark;
	int32		min_score;
} FailRule;

typedef struct Check
{
	MemoryContext context;
	MemoryContext row_context;	/* reset after each difference */
	ReturnSetInfo *result;
	FailRule   *rules;			/* in the order of administrations */
	int			n_rules;
	int			max_rules;
	summaries_hash *summaries;
} Check;

/* A receiver of a query's rows. */
typedef struct RowReader
{
	DestReceiver pub;
	Check	   *check;
	void		(*read) (Check *check, TupleTableSlot *slot);
} RowReader;

static void
start_reading(DestReceiver *self pg_attribute_unused(),
			  int operation pg_attribute_unused(),
			  TupleDesc desc pg_attribute_unused())
{
}

static bool
read_slot(TupleTableSlot *slot, DestReceiver *self)
{
	RowReader  *reader = (RowReader *) self;

	slot_getallattrs(slot);
	reader->read(reader->check, slot);
	return true;
}

static void
end_reading(DestReceiver *self pg_attribute_unused())
{
}

/* Runs a query as of the moment of the calling statement. */
static void
read_query(Check *check, const char *query,
		   void (*read) (Check *check, TupleTableSlot *slot))
{
	RowReader	reader = {
		{read_slot, start_reading, end_reading, end_reading,
		DestTuplestore},
		check, read
	};
	SPIExecuteOptions options = {
		.read_only = true,
		.dest = &reader.pub
	};
	int			code = SPI_execute_extended(query, &options);

	if (code != SPI_OK_SELECT)
		elog(ERROR, "unexpected result of SPI: %s",
			 SPI_result_code_string(code));
}

/* A row (administration, by mark?, least score). */
static void
read_rule(Check *check, TupleTableSlot *slot)
{
	if (check->n_rules == check->max_rules)
	{
		check->max_rules *= 2;
		check->rules = repalloc(check->rules,
								sizeof(FailRule) * check->max_rules);
	}
	check->rules[check->n_rules++] = (FailRule)
	{
		DatumGetInt32(slot->tts_values[0]),
			DatumGetBool(slot->tts_values[1]),
			DatumGetInt32(slot->tts_values[2])
	};
}

static int
compare_rules(const void *a, const void *b)
{
	int32		x = ((const FailRule *) a)->administration;
	int32		y = ((const FailRule *) b)->administration;

	return x < y ? -1 : x > y;
}

/*
 * Returns what should be kept for a key, made empty if it is new.  The key's
 * class lives as long as the check does.
 */
static SummaryValue *
get_counted(Check *check, const SummaryKey *key, int32 academic_year)
{
	bool		found;
	SummaryEntry *entry = summaries_insert(check->summaries, key, &found);
	Summary    *summary = (Summary *) entry->key;

	if (!found)
	{
		summary = palloc0(sizeof(Summary));
		summary->key = *key;
		summary->counted.academic_year = academic_year;
		entry->key = &summary->key;
	}
	else if (summary->counted.academic_year != academic_year)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("results of one administration are of several academic years"),
				 errdetail("Administration %d has results of %d and of %d.",
						   key->administration,
						   summary->counted.academic_year, academic_year),
				 errhint("Correct the academic year of these results.")));
	return &summary->counted;
}

/* Adds a class to its school, if the administration is known. */
static void
count_school(Check *check, const RecountedGroup *group, const ScoreDist *dist)
{
	FailRule	wanted = {.administration = group->key.administration};
	FailRule   *rule = bsearch(&wanted, check->rules, check->n_rules,
							   sizeof(FailRule), compare_rules);
	SummaryKey	key = {SCHOOL_SUMMARY, group->key.administration,
	group->key.school, 0, 0, ""};
	SummaryValue *counted;

	if (rule == NULL)
		return;
	counted = get_counted(check, &key, group->key.academic_year);
	counted->count[2] += group->results;
	counted->count[3] += dist->participants;
	if (rule->by_mark)
	{
		counted->count[0] += dist->participants - score_dist_unmarked(dist);
		counted->count[1] += score_dist_with_mark(dist,
												  score_dist_mark_index(2));
	}
	else
	{
		counted->count[0] += dist->scored;
		counted->count[1] += score_dist_below(dist, rule->min_score);
	}
}

/* Enters what should be kept for a class, and what it makes for its school. */
static void
count_class(Check *check, const RecountedGroup *group)
{
	SummaryKey	key = {CLASS_SUMMARY, group->key.administration,
	group->key.school, 0, group->key.class_len, group->key.class_name};
	SummaryValue *counted = get_counted(check, &key, group->key.academic_year);
	ScoreDistBuffer buffer;
	const ScoreDist *dist = &buffer.dist;

	if (group->dist == NULL)
		score_dist_init(&buffer.dist, buffer.bin, SCORE_DIST_MIN_BINS);
	else
		dist = score_dist_get(PointerGetDatum(group->dist), &buffer);
	counted->count[0] = group->results;
	counted->dist = (struct varlena *)
		DatumGetPointer(score_dist_flat_datum(dist));
	count_school(check, group, dist);
}

/* Enters what should be kept for the item scores of a class. */
static void
count_tasks(Check *check, const GroupKey *group, struct varlena *dist)
{
	SummaryKey	key = {TASK_SUMMARY, group->administration, group->school,
	0, group->class_len, group->class_name};
	int			columns;

	if (task_dist_measure((const uint8_t *) VARDATA_ANY(dist),
						  VARSIZE_ANY_EXHDR(dist), &key.items,
						  &columns) != TASK_DIST_OK)
		elog(ERROR, "recount has a damaged task_dist");
	get_counted(check, &key, group->academic_year)->dist = dist;
}

/*
 * Enters what the recount says; its bytes live as long as what points to them.
 * A class has a school, and may have item scores.
 */
static void
enter_recount(Check *check, const bytea *packed)
{
	RecountReader reader;
	RecountedGroup group;
	Tally		tally;
	struct varlena *tasks;

	recount_start(&reader, packed);
	check->summaries = summaries_create(check->context,
										Max(1024, 2 * reader.groups), NULL);
	while (recount_next_file(&reader, &tally))
	{
		SummaryKey	key = {FILE_SUMMARY, tally.key.administration,
		tally.key.import_file, 0, 0, ""};

		get_counted(check, &key,
					tally.key.academic_year)->count[0] += tally.results;
	}
	while (recount_next_group(&reader, &group))
	{
		CHECK_FOR_INTERRUPTS();
		count_class(check, &group);
		while ((tasks = recount_next_tasks(&reader)) != NULL)
			count_tasks(check, &group.key, tasks);
	}
}

/* The one row of the recount, NULL when there are no results. */
static void
read_recount(Check *check, TupleTableSlot *slot)
{
	MemoryContext caller = MemoryContextSwitchTo(check->context);

	if (slot->tts_isnull[0])
		check->summaries = summaries_create(check->context, 64, NULL);
	else
		enter_recount(check, DatumGetByteaPCopy(slot->tts_values[0]));
	MemoryContextSwitchTo(caller);
}

static Datum
counts_array(const SummaryKey *key, const SummaryValue *value)
{
	Datum		elements[MAX_COUNTS];
	int			n = kind_rule[key->kind].n_counts;

	for (int i = 0; i < n; i++)
		elements[i] = Int32GetDatum((int32) value->count[i]);
	if (key->kind == TASK_SUMMARY)
		elements[0] = Int32GetDatum((int32)
									task_dist_get(PointerGetDatum(value->dist))->participants);
	return PointerGetDatum(construct_array(elements, n, INT4OID,
										   sizeof(int32), true, TYPALIGN_INT));
}

/* Returns a difference; kept or counted is NULL where there is nothing. */
static void
put_difference(Check *check, const SummaryKey *key, const SummaryValue *kept,
			   const SummaryValue *counted)
{
	MemoryContext caller = MemoryContextSwitchTo(check->row_context);
	const SummaryValue *values[] = {kept, counted};
	bool		has_class = key->kind == CLASS_SUMMARY ||
	key->kind == TASK_SUMMARY;
	Datum		row[12] = {0};
	bool		nulls[12];

	memset(nulls, true, sizeof(nulls));
#define PUT(column, value) (row[column] = (value), nulls[column] = false)
	PUT(0, CStringGetTextDatum(kind_rule[key->kind].name));
	PUT(1, Int32GetDatum((counted != NULL ? counted : kept)->academic_year));
	PUT(2, Int32GetDatum(key->administration));
	PUT(key->kind == FILE_SUMMARY ? 5 : 3, Int32GetDatum(key->owner));
	if (has_class)
		PUT(4, PointerGetDatum(cstring_to_text_with_len(key->class_name,
														key->class_len)));
	for (int i = 0; i < 2; i++)
	{
		if (values[i] == NULL)
			continue;
		PUT(6 + i, counts_array(key, values[i]));
		if (has_class)
			PUT((key->kind == CLASS_SUMMARY ? 8 : 10) + i,
				PointerGetDatum(values[i]->dist));
	}
#undef PUT
	tuplestore_putvalues(check->result->setResult, check->result->setDesc,
						 row, nulls);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(check->row_context);
}

static bool
same_value(const SummaryValue *a, const SummaryValue *b)
{
	if (a->academic_year != b->academic_year ||
		memcmp(a->count, b->count, sizeof(a->count)) != 0)
		return false;
	return a->dist == b->dist ||
		(VARSIZE_ANY_EXHDR(a->dist) == VARSIZE_ANY_EXHDR(b->dist) &&
		 memcmp(VARDATA_ANY(a->dist), VARDATA_ANY(b->dist),
				VARSIZE_ANY_EXHDR(a->dist)) == 0);
}

/*
 * A summary kept: kind, year, administration, owner, items, class, counts,
 * score_dist, task_dist.
 */
static void
read_kept(Check *check, TupleTableSlot *slot)
{
	const Datum *value = slot->tts_values;
	struct varlena *class_name = PG_DETOAST_DATUM_PACKED(value[5]);
	SummaryKey	key = {
		DatumGetInt32(value[0]), DatumGetInt32(value[2]),
		DatumGetInt32(value[3]), DatumGetInt32(value[4]),
		VARSIZE_ANY_EXHDR(class_name), VARDATA_ANY(class_name)
	};
	SummaryValue kept = {.academic_year = DatumGetInt32(value[1])};
	SummaryEntry *entry;
	Summary    *summary;

	for (int i = 0; i < MAX_COUNTS; i++)
		kept.count[i] = DatumGetInt32(value[6 + i]);
	for (int i = 10; i <= 11; i++)
		if (!slot->tts_isnull[i])
			kept.dist = PG_DETOAST_DATUM_PACKED(value[i]);
	entry = summaries_lookup(check->summaries, &key);
	if (entry == NULL)
	{
		put_difference(check, &key, &kept, NULL);
		return;
	}
	summary = (Summary *) entry->key;
	summary->is_kept = true;
	if (!same_value(&kept, &summary->counted))
		put_difference(check, &key, &kept, &summary->counted);
}

/* Returns what was counted and is not kept at all. */
static void
put_missing(Check *check)
{
	summaries_iterator iterator;
	SummaryEntry *entry;

	summaries_start_iterate(check->summaries, &iterator);
	while ((entry = summaries_iterate(check->summaries, &iterator)) != NULL)
	{
		const Summary *summary = (const Summary *) entry->key;

		if (!summary->is_kept)
			put_difference(check, &summary->key, NULL, &summary->counted);
	}
}

/* The queries; %1$s is the warehouse's schema, %2$s the extension's. */
#define RULE_QUERY \
"SELECT administration_id::integer, (fail_by = 'mark')::boolean," \
" coalesce(min_score, 0)::integer" \
" FROM %s.administration ORDER BY administration_id"

#define RECOUNT_QUERY \
"SELECT %2$s.recount_results(administration_id, school_id, academic_year," \
" class, import_file_id, attempt, score, mark, journal_mark, task_scores)" \
" FROM %1$s.result WHERE academic_year BETWEEN %3$d AND %4$d"

#define KEPT_QUERY \
"SELECT 0, academic_year::integer, administration_id::integer," \
" school_id::integer, 0, ''::text, judged::integer, failed::integer," \
" results::integer, participants::integer, NULL::%2$s.score_dist," \
" NULL::%2$s.task_dist" \
" FROM %1$s.school_summary WHERE academic_year BETWEEN %3$d AND %4$d" \
" UNION ALL " \
"SELECT 1, academic_year::integer, administration_id::integer," \
" school_id::integer, 0, coalesce(class::text, ''), results::integer, 0, 0, 0," \
" coalesce(dist::%2$s.score_dist, '{}'), NULL" \
" FROM %1$s.result_summary WHERE academic_year BETWEEN %3$d AND %4$d" \
" UNION ALL " \
"SELECT 2, academic_year::integer, administration_id::integer," \
" import_file_id::integer, 0, '', results::integer, 0, 0, 0, NULL, NULL" \
" FROM %1$s.import_file_summary WHERE academic_year BETWEEN %3$d AND %4$d" \
" UNION ALL " \
"SELECT 3, academic_year::integer, administration_id::integer," \
" school_id::integer, items::integer, coalesce(class::text, '')," \
" 0, 0, 0, 0, NULL," \
" coalesce(dist::%2$s.task_dist, '{}')" \
" FROM %1$s.task_summary WHERE academic_year BETWEEN %3$d AND %4$d"

/*
 * summary_differences(result, first_year, last_year): the summaries of the
 * schema of the table result that are not what its results say.
 */
Datum
summary_differences(PG_FUNCTION_ARGS)
{
	Oid			relid = PG_GETARG_OID(0);
	int32		first_year = PG_GETARG_INT32(1);
	int32		last_year = PG_GETARG_INT32(2);
	const char *own = quote_identifier(get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid)));
	Oid			namespace = get_rel_namespace(relid);
	const char *schema;
	Check		check = {0};

	if (!OidIsValid(namespace))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("there is no table with OID %u", relid)));
	schema = quote_identifier(get_namespace_name(namespace));
	InitMaterializedSRF(fcinfo, 0);
	check.result = (ReturnSetInfo *) fcinfo->resultinfo;
	check.context = AllocSetContextCreate(CurrentMemoryContext,
										  "shnor summary check",
										  ALLOCSET_DEFAULT_SIZES);
	check.row_context = AllocSetContextCreate(check.context,
											  "shnor summary difference",
											  ALLOCSET_DEFAULT_SIZES);
	check.max_rules = 64;
	check.rules = MemoryContextAlloc(check.context,
									 sizeof(FailRule) * check.max_rules);

	SPI_connect();
	read_query(&check, psprintf(RULE_QUERY, schema), read_rule);
	read_query(&check, psprintf(RECOUNT_QUERY, schema, own, first_year,
								last_year), read_recount);
	read_query(&check, psprintf(KEPT_QUERY, schema, own, first_year,
								last_year), read_kept);
	put_missing(&check);
	SPI_finish();
	MemoryContextDelete(check.context);
	return (Datum) 0;
}
