/*
 * multiple_testing.c
 *		Window functions over all rows of a partition: p-values adjusted for
 *		the number of tests, and mid-rank percentiles.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "windowapi.h"

PG_FUNCTION_INFO_V1(shnor_bh_adjust);
PG_FUNCTION_INFO_V1(shnor_by_adjust);
PG_FUNCTION_INFO_V1(shnor_mid_percentile);

/*
 * A row's argument.
 */
typedef struct RankedValue
{
	double		value;
	int64		row;			/* place in the partition, from 0 */
} RankedValue;

/*
 * What a function keeps of a partition: the result of each of its rows, not a
 * number where the argument is NULL.
 */
typedef struct PartitionResult
{
	double	   *result;			/* NULL until the first row is asked for */
} PartitionResult;

/*
 * qsort comparator of RankedValue.
 */
static int
ranked_value_compare(const void *left, const void *right)
{
	double		a = ((const RankedValue *) left)->value;
	double		b = ((const RankedValue *) right)->value;

	return a < b ? -1 : a > b;
}

/*
 * Argument 0 of all rows of the partition that is not NULL, ascending, in a
 * palloc'd array; sets *len to their number.  An error for a value outside
 * [low, high]; the text says what the values must be.
 */
static RankedValue *
sorted_values(WindowObject winobj, int64 rows, double low, double high,
			  const char *hint, int64 *len)
{
	RankedValue *values = palloc_extended(Max(rows, 1) * sizeof(RankedValue),
										  MCXT_ALLOC_HUGE);
	int64		used = 0;

	for (int64 row = 0; row < rows; row++)
	{
		bool		isnull;
		bool		isout;
		double		value;

		CHECK_FOR_INTERRUPTS();
		value = DatumGetFloat8(WinGetFuncArgInPartition(winobj, 0, row,
														WINDOW_SEEK_HEAD,
														false, &isnull,
														&isout));
		if (isnull || isout)
			continue;
		if (!(value >= low && value <= high))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("argument of a window function is out of range"),
					 errdetail("The value is %g.", value),
					 errhint("%s", hint)));
		values[used].value = value;
		values[used].row = row;
		used++;
	}
	qsort(values, used, sizeof(RankedValue), ranked_value_compare);
	*len = used;
	return values;
}

/*
 * The partition's results, computed by `compute` when the first row asks, and
 * of them that of the current row, or NULL.
 */
static Datum
partition_result(FunctionCallInfo fcinfo, double low, double high,
				 const char *hint,
				 void (*compute) (const RankedValue *values, int64 len,
								  double *result))
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	PartitionResult *state;
	double		result;

	if (!WindowObjectIsValid(winobj))
		elog(ERROR, "window function called in non-window context");
	state = WinGetPartitionLocalMemory(winobj, sizeof(PartitionResult));
	if (state->result == NULL)
	{
		int64		rows = WinGetPartitionRowCount(winobj);
		int64		len;
		RankedValue *values = sorted_values(winobj, rows, low, high, hint,
											&len);
		double	   *results;

		results = MemoryContextAllocHuge(GetMemoryChunkContext(state),
										 Max(rows, 1) * sizeof(double));
		for (int64 row = 0; row < rows; row++)
			results[row] = NAN;
		compute(values, len, results);
		pfree(values);
		state->result = results;
	}
	result = state->result[WinGetCurrentPosition(winobj)];
	if (isnan(result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

/*
 * Step-up adjustment: of m ascending p-values the i-th becomes the least of
 * factor m / j p over j >= i, and at most 1.  Equal p-values get equal
 * results, those of the last of them.
 */
static void
step_up(const RankedValue *values, int64 len, double factor, double *result)
{
	double		least = 1.0;

	for (int64 i = len; i > 0; i--)
	{
		double		adjusted = factor * (double) len / (double) i *
		values[i - 1].value;

		least = Min(least, adjusted);
		result[values[i - 1].row] = least;
	}
}

/*
 * Benjamini and Hochberg (1995).
 */
static void
adjust_bh(const RankedValue *values, int64 len, double *result)
{
	step_up(values, len, 1.0, result);
}

/*
 * Benjamini and Yekutieli (2001): the same times the sum of 1 / i.
 */
static void
adjust_by(const RankedValue *values, int64 len, double *result)
{
	double		factor = 0.0;

	for (int64 i = len; i > 0; i--)
		factor += 1.0 / (double) i;
	step_up(values, len, factor, result);
}

/*
 * The share of values below plus half of the share of equal ones, the value
 * itself among them.
 */
static void
rank_middle(const RankedValue *values, int64 len, double *result)
{
	int64		first = 0;

	while (first < len)
	{
		int64		end = first + 1;
		double		share;

		while (end < len && values[end].value == values[first].value)
			end++;
		share = ((double) first + (double) (end - first) / 2.0) / (double) len;
		for (int64 i = first; i < end; i++)
			result[values[i].row] = share;
		first = end;
	}
}

/*
 * bh_adjust(p) OVER (...)
 */
Datum
shnor_bh_adjust(PG_FUNCTION_ARGS)
{
	return partition_result(fcinfo, 0.0, 1.0,
							"A p-value must be between 0 and 1.", adjust_bh);
}

/*
 * by_adjust(p) OVER (...)
 */
Datum
shnor_by_adjust(PG_FUNCTION_ARGS)
{
	return partition_result(fcinfo, 0.0, 1.0,
							"A p-value must be between 0 and 1.", adjust_by);
}

/*
 * mid_percentile(value) OVER (...)
 */
Datum
shnor_mid_percentile(PG_FUNCTION_ARGS)
{
	return partition_result(fcinfo, -HUGE_VAL, HUGE_VAL,
							"The value must be a number.", rank_middle);
}
