/*
 * score_dist_stats.c
 *		Statistics of a score_dist: everything an analyst reads from one.
 *
 * The functions only read.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "common/int.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "compat.h"
#include "score_dist.h"

PG_FUNCTION_INFO_V1(score_dist_participants);
PG_FUNCTION_INFO_V1(score_dist_marked);
PG_FUNCTION_INFO_V1(score_dist_scored);
PG_FUNCTION_INFO_V1(score_dist_fail_count);
PG_FUNCTION_INFO_V1(score_dist_fail_share);
PG_FUNCTION_INFO_V1(score_dist_low_result);
PG_FUNCTION_INFO_V1(score_dist_mark_count);
PG_FUNCTION_INFO_V1(score_dist_mark_share);
PG_FUNCTION_INFO_V1(score_dist_mean);
PG_FUNCTION_INFO_V1(score_dist_stddev);
PG_FUNCTION_INFO_V1(score_dist_percentile);
PG_FUNCTION_INFO_V1(score_dist_score_counts);
PG_FUNCTION_INFO_V1(score_dist_scores);
PG_FUNCTION_INFO_V1(score_dist_journal_compared);
PG_FUNCTION_INFO_V1(score_dist_journal_lower);
PG_FUNCTION_INFO_V1(score_dist_journal_same);
PG_FUNCTION_INFO_V1(score_dist_journal_higher);
PG_FUNCTION_INFO_V1(score_dist_journal_gap2);
PG_FUNCTION_INFO_V1(score_dist_journal_count);

/* Has any participant a mark? */
static bool
has_marks(const ScoreDist *dist)
{
	return dist->participants > score_dist_unmarked(dist);
}

/*
 * Sets *failed to the participants who failed: by a score below argument n
 * where the function has that argument, else by a mark of 2.  Returns false
 * when the value has no scores, or no marks, to tell that from.
 */
static bool
get_failed(FunctionCallInfo fcinfo, int n, const ScoreDist *dist,
		   int64 *failed)
{
	if (PG_NARGS() > n)
	{
		*failed = score_dist_below(dist, PG_GETARG_INT32(n));
		return dist->scored > 0;
	}
	*failed = score_dist_with_mark(dist, score_dist_mark_index(2));
	return has_marks(dist);
}

/* Returns dividend / divisor; the divisor is not zero. */
static Datum
divide(int64 dividend, int64 divisor)
{
	return DirectFunctionCall2(numeric_div,
							   NumericGetDatum(int64_to_numeric(dividend)),
							   NumericGetDatum(int64_to_numeric(divisor)));
}

/* participants(d) */
Datum
score_dist_participants(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_READARG_SCORE_DIST(0)->participants);
}

/* marked(d) */
Datum
score_dist_marked(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);

	PG_RETURN_INT64(dist->participants - score_dist_unmarked(dist));
}

/* scored(d) */
Datum
score_dist_scored(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_READARG_SCORE_DIST(0)->scored);
}

/* fail_count(d [, min_score]) */
Datum
score_dist_fail_count(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	int64		failed;

	if (!get_failed(fcinfo, 1, dist, &failed))
		PG_RETURN_NULL();
	PG_RETURN_INT64(failed);
}

/* fail_share(d [, min_score]) */
Datum
score_dist_fail_share(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	int64		failed;

	if (!get_failed(fcinfo, 1, dist, &failed))
		PG_RETURN_NULL();
	return divide(failed, dist->participants);
}

/*
 * low_result(d, percent, min_participants [, min_score]): compares in
 * integers, 100 * failed >= percent * participants, which stay below 10^14.
 */
Datum
score_dist_low_result(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	int32		percent = PG_GETARG_INT32(1);
	int32		min_participants = PG_GETARG_INT32(2);
	int64		failed;

	if (percent < 0 || percent > 100)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("percent out of range: %d", percent),
				 errdetail("A percent is an integer from 0 to 100."),
				 errhint("Pass 30 for a threshold of 30 %%.")));
	if (!get_failed(fcinfo, 3, dist, &failed))
		PG_RETURN_NULL();
	PG_RETURN_BOOL(dist->participants >= min_participants &&
				   100 * failed >= percent * dist->participants);
}

/* mark_count(d, mark) */
Datum
score_dist_mark_count(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	int			m = score_dist_mark_index(PG_GETARG_INT32(1));

	if (!has_marks(dist))
		PG_RETURN_NULL();
	PG_RETURN_INT64(score_dist_with_mark(dist, m));
}

/* mark_share(d, mark) */
Datum
score_dist_mark_share(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	int			m = score_dist_mark_index(PG_GETARG_INT32(1));

	if (!has_marks(dist))
		PG_RETURN_NULL();
	return divide(score_dist_with_mark(dist, m), dist->participants);
}

/*
 * Sets the sum of the scores, and of their squares where sum2 is given:
 * exact, see SHNOR_MAX_PARTICIPANTS.
 */
static void
get_sums(const ScoreDist *dist, int64 *sum, int64 *sum2)
{
	int64		s1 = 0;
	int64		s2 = 0;

	for (int64 s = 0; s < dist->nbins; s++)
	{
		s1 += s * dist->bin[s];
		s2 += s * s * dist->bin[s];
	}
	*sum = s1;
	if (sum2 != NULL)
		*sum2 = s2;
}

/* mean(d): the same division as in avg(integer) */
Datum
score_dist_mean(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	int64		sum;

	if (dist->scored == 0)
		PG_RETURN_NULL();
	get_sums(dist, &sum, NULL);
	return divide(sum, dist->scored);
}

/* Returns a * b. */
static Numeric
multiply(int64 a, int64 b)
{
	int64		product;

	if (!pg_mul_s64_overflow(a, b, &product))
		return int64_to_numeric(product);
	return DatumGetNumeric(DirectFunctionCall2(numeric_mul,
											   NumericGetDatum(int64_to_numeric(a)),
											   NumericGetDatum(int64_to_numeric(b))));
}

/*
 * stddev(d): sqrt((n * sum of squares - sum^2) / (n * (n - 1))), the formula
 * of stddev_samp(integer), to as many digits.
 *
 * stddev_samp rounds the root to the digits of the quotient; numeric_sqrt may
 * choose more, and rounding its result again could differ in the last digit.
 * So the root is taken to more than twice the digits: the root of a number
 * with q decimals comes no closer to a rounding border than its (2q+5)th
 * decimal, unless it is below 10^-3, which a variance of integers is not.
 */
Datum
score_dist_stddev(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	int64		n = dist->scored;
	int64		sum;
	int64		sum2;
	int64		product;
	int64		square;
	Datum		numerator;
	Datum		variance;
	Datum		root;
	int32		digits;

	if (n < 2)
		PG_RETURN_NULL();
	get_sums(dist, &sum, &sum2);
	if (!pg_mul_s64_overflow(n, sum2, &product) &&
		!pg_mul_s64_overflow(sum, sum, &square))
		numerator = NumericGetDatum(int64_to_numeric(product - square));
	else
		numerator = DirectFunctionCall2(numeric_sub,
										NumericGetDatum(multiply(n, sum2)),
										NumericGetDatum(multiply(sum, sum)));
	if (score_dist_lowest(dist) == score_dist_highest(dist))
		return numerator;
	variance = DirectFunctionCall2(numeric_div, numerator,
								   NumericGetDatum(multiply(n, n - 1)));
	digits = DatumGetInt32(DirectFunctionCall1(numeric_scale, variance));
	root = DirectFunctionCall1(numeric_sqrt, variance);
	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, root)) == digits)
		return root;
	variance = DirectFunctionCall2(numeric_round, variance,
								   Int32GetDatum(2 * digits + 8));
	root = DirectFunctionCall1(numeric_sqrt, variance);
	return DirectFunctionCall2(numeric_round, root, Int32GetDatum(digits));
}

/* Returns the score of the participant of that rank, 0 being the lowest. */
static int
score_at_rank(const ScoreDist *dist, int64 rank)
{
	int64		below = 0;

	for (int s = 0; s < dist->nbins; s++)
	{
		below += dist->bin[s];
		if (below > rank)
			return s;
	}
	return score_dist_highest(dist);
}

/*
 * percentile(d, p): linear interpolation between the two closest ranks, the
 * arithmetic of percentile_cont(p) (Hyndman and Fan 1996, definition 7)
 */
Datum
score_dist_percentile(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	float8		p = PG_GETARG_FLOAT8(1);
	float8		rank;
	float8		first;
	float8		second;
	float8		low;
	float8		high;

	if (isnan(p) || p < 0 || p > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("percentile value %g is not between 0 and 1", p),
				 errhint("Pass 0.5 for the median.")));
	if (dist->scored == 0)
		PG_RETURN_NULL();
	rank = p * (float8) (dist->scored - 1);
	first = floor(rank);
	second = ceil(rank);
	low = score_at_rank(dist, (int64) first);
	if (first == second)
		PG_RETURN_FLOAT8(low);
	high = score_at_rank(dist, (int64) second);
	PG_RETURN_FLOAT8(low + (rank - first) * (high - low));
}

/* score_counts(d): counts subscripted by the score, [0:highest score] */
Datum
score_dist_score_counts(PG_FUNCTION_ARGS)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	Datum		counts[SCORE_DIST_MAX_BINS];
	int			dims[1];
	int			lower_bounds[1] = {0};

	if (dist->scored == 0)
		PG_RETURN_NULL();
	dims[0] = score_dist_highest(dist) + 1;
	for (int s = 0; s < dims[0]; s++)
		counts[s] = Int64GetDatum(dist->bin[s]);
	PG_RETURN_ARRAYTYPE_P(construct_md_array(counts, NULL, 1, dims,
											 lower_bounds, INT8OID,
											 sizeof(int64),
											 FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}

/* scores(d): a row for each score that somebody has, ascending */
Datum
score_dist_scores(PG_FUNCTION_ARGS)
{
	FuncCallContext *funcctx;
	ScoreDist  *dist;
	uint64		s;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext oldcontext;
		const ScoreDist *value;
		TupleDesc	tupdesc;
		int64	   *bin;

		funcctx = SRF_FIRSTCALL_INIT();
		value = PG_READARG_SCORE_DIST(0);
		oldcontext = MemoryContextSwitchTo(funcctx->multi_call_memory_ctx);
		if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		funcctx->tuple_desc = BlessTupleDesc(tupdesc);
		dist = palloc(sizeof(ScoreDist));
		bin = palloc(sizeof(int64) * value->nbins);
		memcpy(bin, value->bin, sizeof(int64) * value->nbins);
		*dist = *value;
		dist->bin = bin;
		funcctx->user_fctx = dist;
		funcctx->max_calls = value->nbins;
		MemoryContextSwitchTo(oldcontext);
	}

	funcctx = SRF_PERCALL_SETUP();
	dist = funcctx->user_fctx;
	for (s = funcctx->call_cntr; s < funcctx->max_calls; s++)
	{
		Datum		values[2];
		bool		nulls[2] = {false, false};
		HeapTuple	tuple;

		if (dist->bin[s] == 0)
			continue;
		values[0] = Int32GetDatum((int32) s);
		values[1] = Int64GetDatum(dist->bin[s]);
		tuple = heap_form_tuple(funcctx->tuple_desc, values, nulls);
		/* the counter is the score to go on after; the macro adds one */
		funcctx->call_cntr = s;
		SRF_RETURN_NEXT(funcctx, HeapTupleGetDatum(tuple));
	}
	SRF_RETURN_DONE(funcctx);
}

/* Participants with both marks, by how the mark compares with the journal. */
typedef struct JournalCounts
{
	int64		compared;
	int64		lower;
	int64		same;
	int64		higher;
	int64		gap2;			/* differs by 2 or more */
} JournalCounts;

/* Counts the participants of argument 0 who have both marks. */
static JournalCounts
count_journal(FunctionCallInfo fcinfo)
{
	const ScoreDist *dist = PG_READARG_SCORE_DIST(0);
	JournalCounts counts = {0, 0, 0, 0, 0};

	for (int m = 1; m < SCORE_DIST_MARKS; m++)
	{
		for (int j = 1; j < SCORE_DIST_MARKS; j++)
		{
			int64		n = dist->cell[SCORE_DIST_CELL(m, j)];

			counts.compared += n;
			if (m < j)
				counts.lower += n;
			else if (m == j)
				counts.same += n;
			else
				counts.higher += n;
			if (abs(m - j) >= 2)
				counts.gap2 += n;
		}
	}
	return counts;
}

/* journal_compared(d) */
Datum
score_dist_journal_compared(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(count_journal(fcinfo).compared);
}

/* journal_lower(d) */
Datum
score_dist_journal_lower(PG_FUNCTION_ARGS)
{
	JournalCounts counts = count_journal(fcinfo);

	if (counts.compared == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(counts.lower);
}

/* journal_same(d) */
Datum
score_dist_journal_same(PG_FUNCTION_ARGS)
{
	JournalCounts counts = count_journal(fcinfo);

	if (counts.compared == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(counts.same);
}

/* journal_higher(d) */
Datum
score_dist_journal_higher(PG_FUNCTION_ARGS)
{
	JournalCounts counts = count_journal(fcinfo);

	if (counts.compared == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(counts.higher);
}

/* journal_gap2(d) */
Datum
score_dist_journal_gap2(PG_FUNCTION_ARGS)
{
	JournalCounts counts = count_journal(fcinfo);

	if (counts.compared == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(counts.gap2);
}

/* journal_count(d, mark, journal_mark) */
Datum
score_dist_journal_count(PG_FUNCTION_ARGS)
{
	int32		mark = PG_GETARG_INT32(1);
	int32		journal_mark = PG_GETARG_INT32(2);

	if (mark < SHNOR_MIN_MARK || mark > SHNOR_MAX_MARK ||
		journal_mark < SHNOR_MIN_MARK || journal_mark > SHNOR_MAX_MARK)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("mark out of range"),
				 errdetail("The mark is %d, the journal mark %d.",
						   mark, journal_mark),
				 errhint("Marks are %d to %d.",
						 SHNOR_MIN_MARK, SHNOR_MAX_MARK)));
	if (count_journal(fcinfo).compared == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(PG_READARG_SCORE_DIST(0)->cell
					[SCORE_DIST_CELL(mark - SHNOR_MIN_MARK + 1,
									 journal_mark - SHNOR_MIN_MARK + 1)]);
}
