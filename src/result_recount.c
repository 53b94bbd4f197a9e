/*
 * result_recount.c
 *		recount_results(): all results of a table counted by administration,
 *		school, year, class and file in one pass, as fast as they can be read.
 *
 * GROUP BY looks a group up for every row and keeps a state for each; here a
 * row of the same group as the row before it costs no lookup, and rows come
 * in groups, since files are loaded one after another.  A group keeps its
 * rows as they are, two bytes each, and they are counted at the end; so a
 * group is as small as its rows, and two parts of it are put together by
 * appending.  One state holds all groups, so the aggregate is used without
 * GROUP BY; the planner reads the table in parallel, and the parts of the
 * workers are combined.
 *
 * recounted() unpacks the result.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "score_dist.h"

PG_FUNCTION_INFO_V1(recount_accum);
PG_FUNCTION_INFO_V1(recount_combine);
PG_FUNCTION_INFO_V1(recount_serialize);
PG_FUNCTION_INFO_V1(recount_deserialize);
PG_FUNCTION_INFO_V1(recounted);

/*
 * A first attempt in 16 bits: its cell, whether it has a score, the score.
 * 25 cells need 5 bits, scores up to 1000 need 10.
 */
typedef uint16 RowCode;

#define ROW_CODE(cell, score) \
	((RowCode) ((cell) | ((score) >= 0 ? 32 | ((score) << 6) : 0)))
#define ROW_CELL(code)		((code) & 31)
#define ROW_SCORE(code)		(((code) & 32) ? (code) >> 6 : -1)

/* Rows kept as they are; more are counted, so that no group grows large. */
#define MIN_CODES	16
#define MAX_CODES	4096

typedef struct CountKey
{
	int32		administration;
	int32		school;
	int32		academic_year;
	int32		import_file;	/* 0 when has_file is 0 */
	int32		has_file;
	int32		class_len;
	const char *class_name;		/* not terminated */
} CountKey;

typedef struct CountGroup
{
	CountKey	key;
	int32		n_codes;
	int32		max_codes;
	int64		results;
	RowCode    *codes;
	ScoreDist  *counted;		/* rows that were not kept; NULL for none */
} CountGroup;

/* Entries of the hash table move when others come, groups do not. */
typedef struct CountEntry
{
	CountKey	key;
	uint32		hash;
	char		status;
	CountGroup *group;
} CountEntry;

static inline uint32
count_hash(CountKey key)
{
	uint32		hash = murmurhash32((uint32) key.school);

	hash = hash_combine(hash, murmurhash32((uint32) key.administration));
	hash = hash_combine(hash, murmurhash32((uint32) key.import_file));
	hash = hash_combine(hash, (uint32) key.academic_year);
	return hash_combine(hash, hash_bytes((const unsigned char *) key.class_name,
										 key.class_len));
}

static inline bool
count_equal(CountKey a, CountKey b)
{
	return a.school == b.school && a.administration == b.administration &&
		a.import_file == b.import_file && a.has_file == b.has_file &&
		a.academic_year == b.academic_year && a.class_len == b.class_len &&
		memcmp(a.class_name, b.class_name, a.class_len) == 0;
}

#define SH_PREFIX counts
#define SH_ELEMENT_TYPE CountEntry
#define SH_KEY_TYPE CountKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) count_hash(key)
#define SH_EQUAL(tb, a, b) count_equal(a, b)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) (a)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

typedef struct Recount
{
	MemoryContext context;		/* lives as long as the aggregate */
	counts_hash *groups;
	CountGroup *latest;			/* rows of one group come in a row, or */
	CountGroup *before;			/* those of a school's two classes mixed */
} Recount;

static Recount *
make_recount(MemoryContext aggcontext)
{
	Recount    *recount = MemoryContextAllocZero(aggcontext, sizeof(Recount));

	recount->context = aggcontext;
	recount->groups = counts_create(aggcontext, 1024, NULL);
	return recount;
}

/* Makes an empty group and its entry's key point to the group's own. */
static void
start_group(Recount *recount, CountEntry *entry)
{
	CountGroup *group = MemoryContextAllocZero(recount->context,
											   sizeof(CountGroup) +
											   entry->key.class_len);
	char	   *class_name = (char *) (group + 1);

	memcpy(class_name, entry->key.class_name, entry->key.class_len);
	entry->key.class_name = class_name;
	group->key = entry->key;
	entry->group = group;
}

/* Returns the group of a key, made empty if it is new. */
static inline CountGroup *
get_count_group(Recount *recount, const CountKey *key)
{
	CountGroup *group = recount->latest;
	CountEntry *entry;
	bool		found;

	if (group != NULL && count_equal(group->key, *key))
		return group;
	recount->latest = recount->before;
	recount->before = group;
	group = recount->latest;
	if (group != NULL && count_equal(group->key, *key))
		return group;
	entry = counts_insert(recount->groups, *key, &found);
	if (!found)
		start_group(recount, entry);
	return recount->latest = entry->group;
}

/* Counts rows into dist, which has room for any score. */
static void
count_codes(ScoreDist *dist, const RowCode *codes, int n)
{
	for (int i = 0; i < n; i++)
		if (score_dist_count_one(dist, ROW_SCORE(codes[i]),
								 ROW_CELL(codes[i])) != SCORE_DIST_OK)
			score_dist_complain(SCORE_DIST_TOO_MANY);
}

/* Counts the rows kept so far, and keeps them no more. */
static void
count_kept(Recount *recount, CountGroup *group)
{
	if (group->counted == NULL)
	{
		int64	   *bin = MemoryContextAlloc(recount->context,
											 sizeof(int64) * SCORE_DIST_MAX_BINS);

		group->counted = MemoryContextAlloc(recount->context,
											sizeof(ScoreDist));
		score_dist_init(group->counted, bin, SCORE_DIST_MAX_BINS);
	}
	count_codes(group->counted, group->codes, group->n_codes);
	group->n_codes = 0;
}

/* Makes room for n <= MAX_CODES more rows. */
static void
make_room(Recount *recount, CountGroup *group, int n)
{
	int			wanted = Max(group->max_codes, MIN_CODES);
	RowCode    *codes;

	if (group->n_codes + n > MAX_CODES)
		count_kept(recount, group);
	while (wanted < group->n_codes + n)
		wanted *= 2;
	if (wanted <= group->max_codes)
		return;
	codes = MemoryContextAlloc(recount->context, sizeof(RowCode) * wanted);
	if (group->codes != NULL)
	{
		memcpy(codes, group->codes, sizeof(RowCode) * group->n_codes);
		pfree(group->codes);
	}
	group->codes = codes;
	group->max_codes = wanted;
}

/* Reads the keys of a row, arguments 1 to 5. */
static inline CountKey
row_key(FunctionCallInfo fcinfo, struct varlena *class_name)
{
	CountKey	key;

	key.administration = PG_GETARG_INT32(1);
	key.school = PG_GETARG_INT32(2);
	key.academic_year = PG_GETARG_INT32(3);
	key.class_len = VARSIZE_ANY_EXHDR(class_name);
	key.class_name = VARDATA_ANY(class_name);
	key.has_file = !PG_ARGISNULL(5);
	key.import_file = key.has_file ? PG_GETARG_INT32(5) : 0;
	return key;
}

/* Returns the code of a row, arguments 7 to 9; false if it does not count. */
static inline bool
row_code(FunctionCallInfo fcinfo, RowCode *code)
{
	int			score = -1;
	int			cell = 0;

	if (!PG_ARGISNULL(7))
	{
		score = PG_GETARG_INT16(7);
		if (unlikely(score < 0 || score > SHNOR_MAX_SCORE))
			score_dist_bad_score(score);
	}
	if (!PG_ARGISNULL(8))
		cell = SCORE_DIST_CELL(score_dist_mark_index(PG_GETARG_INT16(8)), 0);
	if (score < 0 && cell == 0)
		return false;
	if (!PG_ARGISNULL(9))
		cell += score_dist_mark_index(PG_GETARG_INT16(9));
	*code = ROW_CODE(cell, score);
	return true;
}

/*
 * Transition: (state, administration, school, year, class, file, attempt,
 * score, mark, journal mark).  Rows without one of the keys but the file are
 * not results and are left out.
 */
Datum
recount_accum(PG_FUNCTION_ARGS)
{
	MemoryContext aggcontext;
	Recount    *recount;
	struct varlena *class_name;
	CountKey	key;
	CountGroup *group;
	RowCode		code;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "recount_accum called in a non-aggregate context");
	recount = PG_ARGISNULL(0) ? make_recount(aggcontext) :
		(Recount *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) ||
		PG_ARGISNULL(4) || PG_ARGISNULL(6))
		PG_RETURN_POINTER(recount);

	class_name = PG_GETARG_VARLENA_PP(4);
	key = row_key(fcinfo, class_name);
	group = get_count_group(recount, &key);
	group->results++;
	if (PG_GETARG_INT16(6) == 1 && row_code(fcinfo, &code))
	{
		if (unlikely(group->n_codes == group->max_codes))
			make_room(recount, group, 1);
		group->codes[group->n_codes++] = code;
	}
	PG_RETURN_POINTER(recount);
}

/* What stands before each group in the packed form, which only travels. */
typedef struct PackedGroup
{
	int32		administration;
	int32		school;
	int32		academic_year;
	int32		import_file;
	int32		has_file;
	int32		class_len;
	int32		n_codes;
	int32		counted_len;
	int64		results;
} PackedGroup;

/* Returns the size of a group's packed form. */
static Size
packed_size(const CountGroup *group)
{
	return sizeof(PackedGroup) + group->key.class_len +
		sizeof(RowCode) * group->n_codes +
		(group->counted != NULL ? score_dist_encoded_size(group->counted) : 0);
}

/* Writes a group; returns the place behind it. */
static char *
pack_group(const CountGroup *group, char *to)
{
	PackedGroup head = {
		.administration = group->key.administration,
		.school = group->key.school,
		.academic_year = group->key.academic_year,
		.import_file = group->key.import_file,
		.has_file = group->key.has_file,
		.class_len = group->key.class_len,
		.n_codes = group->n_codes,
		.results = group->results
	};

	if (group->counted != NULL)
		head.counted_len = score_dist_encoded_size(group->counted);
	memcpy(to, &head, sizeof(head));
	to += sizeof(head);
	memcpy(to, group->key.class_name, head.class_len);
	to += head.class_len;
	if (head.n_codes > 0)
		memcpy(to, group->codes, sizeof(RowCode) * head.n_codes);
	to += sizeof(RowCode) * head.n_codes;
	if (group->counted != NULL)
		score_dist_encode(group->counted, (uint8_t *) to);
	return to + head.counted_len;
}

/* Packs the state: what workers send, and the aggregate's result. */
Datum
recount_serialize(PG_FUNCTION_ARGS)
{
	Recount    *recount;
	counts_iterator iterator;
	CountEntry *entry;
	Size		size = VARHDRSZ;
	bytea	   *packed;
	char	   *to;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	recount = (Recount *) PG_GETARG_POINTER(0);
	counts_start_iterate(recount->groups, &iterator);
	while ((entry = counts_iterate(recount->groups, &iterator)) != NULL)
		size += packed_size(entry->group);
	if (size > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many results to be counted at once"),
				 errdetail("The groups need %zu bytes; the limit is %zu.",
						   size, (Size) MaxAllocSize),
				 errhint("Count one academic year at a time.")));

	packed = palloc(size);
	SET_VARSIZE(packed, size);
	to = VARDATA(packed);
	counts_start_iterate(recount->groups, &iterator);
	while ((entry = counts_iterate(recount->groups, &iterator)) != NULL)
		to = pack_group(entry->group, to);
	PG_RETURN_BYTEA_P(packed);
}

/* Raises the error for bytes that recount_results() did not write. */
static void
bad_recount(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid result of recount_results"),
			 errdetail("%s", detail),
			 errhint("Pass what the aggregate recount_results returned, unchanged.")));
}

/*
 * Reads the next group from [*from, end) into *group, pointing into the
 * bytes; the rows that were counted are decoded into *counted.
 */
static void
unpack_group(const char **from, const char *end, CountGroup *group,
			 ScoreDistBuffer *counted)
{
	PackedGroup head;
	Size		left;

	if ((Size) (end - *from) < sizeof(head))
		bad_recount("The last group is cut off.");
	memcpy(&head, *from, sizeof(head));
	*from += sizeof(head);
	left = end - *from;
	if (head.class_len < 0 || head.n_codes < 0 || head.counted_len < 0 ||
		head.n_codes > MAX_CODES || head.results < 0 ||
		(head.has_file != 0 && head.has_file != 1) ||
		(Size) head.class_len + sizeof(RowCode) * head.n_codes +
		head.counted_len > left)
		bad_recount("A group's sizes do not fit its bytes.");

	group->key.administration = head.administration;
	group->key.school = head.school;
	group->key.academic_year = head.academic_year;
	group->key.import_file = head.import_file;
	group->key.has_file = head.has_file;
	group->key.class_len = head.class_len;
	group->key.class_name = *from;
	group->results = head.results;
	group->n_codes = head.n_codes;
	if (!pg_verifymbstr(*from, head.class_len, true))
		bad_recount("A group's class is not valid text.");
	*from += head.class_len;

	/* The rows may lie at an odd address. */
	memcpy(group->codes, *from, sizeof(RowCode) * head.n_codes);
	for (int i = 0; i < head.n_codes; i++)
		if (ROW_CELL(group->codes[i]) >= SCORE_DIST_CELLS ||
			ROW_SCORE(group->codes[i]) > SHNOR_MAX_SCORE ||
			(ROW_SCORE(group->codes[i]) < 0 &&
			 ROW_CELL(group->codes[i]) < SCORE_DIST_MARKS))
			bad_recount("A group has a row that is no result.");
	*from += sizeof(RowCode) * head.n_codes;

	group->counted = NULL;
	if (head.counted_len > 0)
	{
		if (score_dist_decode((const uint8_t *) *from, head.counted_len,
							  counted) != SCORE_DIST_OK)
			bad_recount("A group's counts are no score_dist.");
		group->counted = &counted->dist;
		*from += head.counted_len;
	}
}

/* Adds a group of another state to the group of the same key. */
static void
join_group(Recount *recount, const CountGroup *part)
{
	CountGroup *group = get_count_group(recount, &part->key);

	group->results += part->results;
	if (group->n_codes + part->n_codes > group->max_codes)
		make_room(recount, group, part->n_codes);
	if (part->n_codes > 0)
		memcpy(group->codes + group->n_codes, part->codes,
			   sizeof(RowCode) * part->n_codes);
	group->n_codes += part->n_codes;
	if (part->counted == NULL)
		return;
	if (group->counted == NULL)
		count_kept(recount, group);
	if (score_dist_add(group->counted, part->counted) != SCORE_DIST_OK)
		score_dist_complain(SCORE_DIST_TOO_MANY);
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
	MemoryContext aggcontext;
	Recount    *recount;
	const char *from;
	const char *end;
	CountGroup	part;
	RowCode		codes[MAX_CODES];
	ScoreDistBuffer counted;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "recount_combine called in a non-aggregate context");
	recount = PG_ARGISNULL(0) ? make_recount(aggcontext) :
		(Recount *) PG_GETARG_POINTER(0);
	if (PG_ARGISNULL(1))
		PG_RETURN_POINTER(recount);

	part.codes = codes;
	from = VARDATA_ANY(PG_GETARG_POINTER(1));
	end = from + VARSIZE_ANY_EXHDR(PG_GETARG_POINTER(1));
	while (from < end)
	{
		CHECK_FOR_INTERRUPTS();
		unpack_group(&from, end, &part, &counted);
		join_group(recount, &part);
	}
	PG_RETURN_POINTER(recount);
}

/* Sets *sum to all rows of a group. */
static void
sum_group(const CountGroup *group, ScoreDistBuffer *sum)
{
	int			highest = -1;

	for (int i = 0; i < group->n_codes; i++)
		highest = Max(highest, ROW_SCORE(group->codes[i]));
	if (group->counted != NULL)
		highest = Max(highest, score_dist_highest(group->counted));
	score_dist_init(&sum->dist, sum->bin, score_dist_bins_for(highest));
	count_codes(&sum->dist, group->codes, group->n_codes);
	if (group->counted != NULL &&
		score_dist_add(&sum->dist, group->counted) != SCORE_DIST_OK)
		score_dist_complain(SCORE_DIST_TOO_MANY);
}

/*
 * The groups of a result of recount_results(), as rows (administration,
 * school, year, class, file, results, score_dist).  dist is NULL when no row
 * counts for it.
 */
Datum
recounted(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	bytea	   *packed = PG_GETARG_BYTEA_PP(0);
	const char *from = VARDATA_ANY(packed);
	const char *end = from + VARSIZE_ANY_EXHDR(packed);
	MemoryContext row_context;
	MemoryContext caller;
	CountGroup	group;
	RowCode		codes[MAX_CODES];
	ScoreDistBuffer counted;
	ScoreDistBuffer sum;

	InitMaterializedSRF(fcinfo, 0);
	row_context = AllocSetContextCreate(CurrentMemoryContext,
										"shnor recounted group",
										ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(row_context);
	group.codes = codes;
	while (from < end)
	{
		Datum		values[7];
		bool		nulls[7] = {false};

		CHECK_FOR_INTERRUPTS();
		unpack_group(&from, end, &group, &counted);
		sum_group(&group, &sum);

		values[0] = Int32GetDatum(group.key.administration);
		values[1] = Int32GetDatum(group.key.school);
		values[2] = Int32GetDatum(group.key.academic_year);
		values[3] = PointerGetDatum(cstring_to_text_with_len(group.key.class_name,
															 group.key.class_len));
		values[4] = Int32GetDatum(group.key.import_file);
		nulls[4] = !group.key.has_file;
		values[5] = Int64GetDatum(group.results);
		nulls[6] = sum.dist.participants == 0;
		values[6] = nulls[6] ? (Datum) 0 : score_dist_flat_datum(&sum.dist);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextReset(row_context);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(row_context);
	return (Datum) 0;
}
