/*
 * item_pattern.c
 *		SQL functions of answer patterns: pattern_baseline, and the aggregate
 *		pattern_similarity.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"

#include "compat.h"
#include "item_pattern.h"
#include "item_pattern_core.h"
#include "score_dist.h"
#include "task_dist.h"
#include "task_dist_stats.h"

PG_FUNCTION_INFO_V1(shnor_pattern_baseline);
PG_FUNCTION_INFO_V1(shnor_pattern_similarity_accum);
PG_FUNCTION_INFO_V1(shnor_pattern_similarity_final);

/* A fit ends at this difference, or after so many rounds. */
#define FIT_TOLERANCE	1e-9
#define FIT_ROUNDS		500

/* Participants of one group: their patterns take 100 MB. */
#define PATTERN_MAX_ROWS	1000000

/* Verifies that the totals are those of the reference's participants. */
static void
check_totals(const TaskDist *reference, const ScoreDist *totals, int most)
{
	int64		by_items = 0;
	int64		by_totals = 0;

	for (int i = 0; i < reference->items; i++)
		by_items += task_dist_item_sum(reference, i);
	for (int64 t = 0; t < totals->nbins; t++)
		by_totals += t * totals->bin[t];
	if (totals->scored != reference->participants || by_items != by_totals ||
		score_dist_highest(totals) > most)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("totals are not those of the item scores"),
				 errdetail("%lld participants have item scores that sum to %lld, %lld have totals that sum to %lld.",
						   (long long) reference->participants,
						   (long long) by_items,
						   (long long) totals->scored,
						   (long long) by_totals),
				 errhint("Pass score_dist() of the sums of the same rows' item scores.")));
}

/* pattern_baseline(reference, totals, most_alike) */
Datum
shnor_pattern_baseline(PG_FUNCTION_ARGS)
{
	const TaskDist *reference = PG_GETARG_TASK_DIST(0);
	ScoreDistBuffer buffer;
	const ScoreDist *totals = PG_GETARG_SCORE_DIST(1, &buffer);
	double		most_alike = PG_GETARG_FLOAT8(2);
	int			most = pattern_most_points(reference);
	int64		by_total[PATTERN_MAX_TOTAL + 1] = {0};
	PatternSeries chance[2];
	PatternModel *model;
	Datum	   *values;
	bool	   *nulls;
	int			dims[2];
	int			lower_bounds[2] = {1, 0};

	if (!(most_alike > 0 && most_alike <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("chance of identical works out of range"),
				 errdetail("most_alike is %g.", most_alike),
				 errhint("It must be greater than 0 and at most 1, for example 0.01.")));
	if (reference->participants == 0)
		PG_RETURN_NULL();
	if (most > PATTERN_MAX_TOTAL)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many points: %d", most),
				 errdetail("Patterns are compared in works of at most %d points.",
						   PATTERN_MAX_TOTAL)));
	check_totals(reference, totals, most);
	for (int t = 0; t <= Min(most, totals->nbins - 1); t++)
		by_total[t] = totals->bin[t];

	model = palloc0(sizeof(PatternModel));
	model->reference = reference;
	model->by_total = by_total;
	model->most_points = most;
	pattern_start(model);
	for (int round = 0; round < FIT_ROUNDS; round++)
	{
		CHECK_FOR_INTERRUPTS();
		if (pattern_improve(model) < FIT_TOLERANCE)
			break;
	}
	pattern_chances(model, chance[0], chance[1]);

	dims[0] = 2;
	dims[1] = most + 1;
	values = palloc(sizeof(Datum) * 2 * (most + 1));
	nulls = palloc(sizeof(bool) * 2 * (most + 1));
	for (int row = 0; row < 2; row++)
		for (int t = 0; t <= most; t++)
		{
			int			at = row * (most + 1) + t;

			nulls[at] = chance[row][t] < 0 || chance[0][t] > most_alike;
			values[at] = Float8GetDatum(nulls[at] ? 0 : chance[row][t]);
		}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 2, dims,
											 lower_bounds, FLOAT8OID,
											 sizeof(float8), FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}

/* Bytes of a row before its items. */
#define ROW_TOTAL_BYTES	2

struct Similarity
{
	int			items;			/* of every row */
	int			width;			/* bytes of a row, see put_row() */
	int			nrows;
	int			capacity;		/* rows there is room for */
	uint8	   *rows;
	const ArrayType *baseline;	/* NULL: nothing is expected */
};

/*
 * Returns a copy of a baseline, NULL for a NULL one; an error if it has not
 * the form of one.
 */
ArrayType *
similarity_baseline(Datum baseline, bool isnull)
{
	ArrayType  *copy;

	if (isnull)
		return NULL;
	copy = DatumGetArrayTypePCopy(baseline);
	if (ARR_NDIM(copy) != 2 || ARR_DIMS(copy)[0] != 2)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("baseline must have two rows"),
				 errhint("Pass the value of pattern_baseline(), or an array of its form: chances for pairs, then chances for triples, by total from 0.")));
	return copy;
}

/* Verifies that the baseline of a row is that of the rows before. */
void
similarity_check_baseline(const ArrayType *before, Datum baseline, bool isnull)
{
	ArrayType  *array = isnull ? NULL : DatumGetArrayTypeP(baseline);

	if ((array == NULL) != (before == NULL) ||
		(array != NULL &&
		 (VARSIZE(array) != VARSIZE(before) ||
		  memcmp(array, before, VARSIZE(array)) != 0)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("baselines differ within a group"),
				 errhint("Pass one baseline with all rows of a group, that of their administration and variant.")));
}

/* Makes a group of nobody, of works of so many items, in a memory context. */
Similarity *
similarity_make(MemoryContext context, int items, const ArrayType *baseline)
{
	Similarity *state = MemoryContextAlloc(context, sizeof(Similarity));

	state->items = items;
	state->width = ROW_TOTAL_BYTES + items;
	state->nrows = 0;
	state->capacity = 32;
	state->rows = MemoryContextAlloc(context, state->capacity * state->width);
	state->baseline = baseline;
	return state;
}

/*
 * Stores a participant's scores: two bytes of the total, the high one first,
 * so that comparing bytes compares totals first; then the column of each
 * item's outcome.
 */
static void
put_row(uint8 *at, const ItemScores *row)
{
	int			total = 0;

	for (int i = 0; i < row->items; i++)
	{
		at[ROW_TOTAL_BYTES + i] = (uint8) TASK_DIST_COLUMN(row->score[i]);
		total += Max(row->score[i], 0);
	}
	/* at most 100 * 100 */
	at[0] = (uint8) (total >> 8);
	at[1] = (uint8) total;
}

/* Returns the total of a stored row. */
static int
row_total(const uint8 *row)
{
	return (row[0] << 8) + row[1];
}

/* Counts a participant, whose work has as many items as the group's. */
void
similarity_count(Similarity *state, const ItemScores *row)
{
	Assert(row->items == state->items);
	if (state->nrows == state->capacity)
	{
		if (state->nrows >= PATTERN_MAX_ROWS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many participants in a group"),
					 errdetail("Patterns are compared among at most %d participants.",
							   PATTERN_MAX_ROWS),
					 errhint("Group by class or school.")));
		state->capacity = Min(state->capacity * 2, PATTERN_MAX_ROWS);
		state->rows = repalloc(state->rows, state->capacity * state->width);
	}
	put_row(state->rows + (Size) state->nrows++ * state->width, row);
}

/* Transition of pattern_similarity(scores, baseline) */
Datum
shnor_pattern_similarity_accum(PG_FUNCTION_ARGS)
{
	MemoryContext aggcontext;
	Similarity *state;
	ItemScores	row;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "aggregate function called in non-aggregate context");
	state = PG_ARGISNULL(0) ? NULL : (Similarity *) PG_GETARG_POINTER(0);
	row.items = 0;
	if (!PG_ARGISNULL(1))
		PG_GETARG_ITEM_SCORES(1, &row);
	if (row.items == 0)
	{
		if (state == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(state);
	}

	if (state == NULL)
	{
		MemoryContext oldcontext = MemoryContextSwitchTo(aggcontext);

		state = similarity_make(aggcontext, row.items,
								similarity_baseline(PG_GETARG_DATUM(2),
													PG_ARGISNULL(2)));
		MemoryContextSwitchTo(oldcontext);
	}
	else if (state->items != row.items)
		task_dist_bad_length(state->items, row.items);
	else
		similarity_check_baseline(state->baseline, PG_GETARG_DATUM(2),
								  PG_ARGISNULL(2));
	similarity_count(state, &row);
	PG_RETURN_POINTER(state);
}

/* qsort_arg() comparison of rows: by total, then by pattern. */
static int
compare_rows(const void *a, const void *b, void *width)
{
	return memcmp(*(uint8 *const *) a, *(uint8 *const *) b, *(int *) width);
}

/* What is counted over the totals of a group. */
typedef struct Findings
{
	int64		pairs;			/* of equal totals whose patterns can differ */
	int64		identical;		/* of those */
	int			largest;		/* participants with one such pattern */
	double		mean;			/* of the identical pairs, expected */
	double		variance;
	double		triples;		/* identical ones expected */
} Findings;

/*
 * Sets the chances of a total from the values of the baseline, which is not
 * NULL.  Returns false where it has none.
 */
static bool
get_chances(const Similarity *state, const Datum *value, const bool *isnull,
			int total, double *pair, double *triple)
{
	int			totals = ARR_DIMS(state->baseline)[1];

	if (total >= totals || isnull[total] || isnull[totals + total])
		return false;
	*pair = DatumGetFloat8(value[total]);
	*triple = DatumGetFloat8(value[totals + total]);
	if (!(*pair >= 0 && *pair <= 1 && *triple >= 0 && *triple <= *pair))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("chance of a baseline out of range"),
				 errdetail("At total %d the chances are %g for a pair and %g for a triple.",
						   total, *pair, *triple),
				 errhint("Chances are within 0..1, and that of a triple is not above that of a pair.")));
	return true;
}

/*
 * Adds the n rows of one total, sorted.  Their identical pairs number, when
 * independent, n (n - 1) / 2 * p on average; with q for triples the variance
 * is n (n - 1) / 2 * p (1 - p) + n (n - 1) (n - 2) (q - p^2), since two pairs
 * that share a participant are both identical when all three are.
 */
static void
add_total(Findings *found, const Similarity *state, uint8 **row, int n,
		  double p, double q)
{
	double		pairs = (double) n * (n - 1) / 2;
	int			run = 1;

	found->pairs += (int64) n * (n - 1) / 2;
	found->mean += pairs * p;
	found->variance += pairs * p * (1 - p) +
		2 * pairs * (n - 2) * Max(q - p * p, 0);
	found->triples += pairs * (n - 2) / 3 * q;
	for (int r = 1; r <= n; r++)
	{
		if (r < n && memcmp(row[r], row[r - 1], state->width) == 0)
		{
			run++;
			continue;
		}
		found->identical += (int64) run * (run - 1) / 2;
		found->largest = Max(found->largest, run);
		run = 1;
	}
}

/* Appends the columns of a pattern_similarity to *result. */
void
similarity_row(const Similarity *state, ShnorRow *result)
{
	uint8	  **row;
	Findings	found = {0, 0, 0, 0, 0, 0};
	Datum	   *value = NULL;
	bool	   *isnull = NULL;
	int			nvalues;
	bool		is_expected;

	/* pointers are sorted: the state may be read again in a window */
	row = palloc(sizeof(uint8 *) * state->nrows);
	for (int r = 0; r < state->nrows; r++)
		row[r] = state->rows + (Size) r * state->width;
	qsort_arg(row, state->nrows, sizeof(uint8 *), compare_rows,
			  (void *) &state->width);
	if (state->baseline != NULL)
		deconstruct_array((ArrayType *) state->baseline, FLOAT8OID,
						  sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
						  &value, &isnull, &nvalues);

	for (int from = 0, to; from < state->nrows; from = to)
	{
		int			total = row_total(row[from]);
		double		p = 0;
		double		q = 0;

		CHECK_FOR_INTERRUPTS();
		for (to = from + 1; to < state->nrows; to++)
			if (row_total(row[to]) != total)
				break;
		if (state->baseline != NULL &&
			!get_chances(state, value, isnull, total, &p, &q))
			continue;
		/* where a total has only one pattern, being identical says nothing */
		if (p < 1 - 1e-9)
			add_total(&found, state, row + from, to - from, p, q);
	}

	is_expected = found.pairs > 0 && state->baseline != NULL;
	shnor_row_int64(result, state->nrows);
	shnor_row_int64(result, found.pairs);
	shnor_row_int64(result, found.identical);
	shnor_row_any(result, Int32GetDatum(found.largest));
	result->nulls[result->len - 1] = found.largest == 0;
	shnor_row_float8(result, is_expected ? found.mean : NAN);
	shnor_row_float8(result, is_expected ? sqrt(found.variance) : NAN);
	shnor_row_float8(result, is_expected ?
					 pattern_tail((double) found.identical, found.mean,
								  found.variance, found.triples) : NAN);
}

/* Final function of pattern_similarity(scores, baseline) */
Datum
shnor_pattern_similarity_final(PG_FUNCTION_ARGS)
{
	ShnorRow	result = {0};

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	similarity_row((Similarity *) PG_GETARG_POINTER(0), &result);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &result));
}
