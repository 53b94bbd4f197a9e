/*
 * partition_values.c
 *		Window functions whose result for a row depends on the values of its
 *		whole partition.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "partition_values.h"

/*
 * What a function keeps of a partition: the result of each of its rows, not a
 * number where it is NULL.
 */
typedef struct PartitionResult
{
	double	   *result;			/* NULL until the first row is asked for */
} PartitionResult;

/*
 * qsort comparator of ShnorPartitionValue: by value, equal ones by row.
 */
static int
partition_value_compare(const void *left, const void *right)
{
	const ShnorPartitionValue *a = left;
	const ShnorPartitionValue *b = right;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return a->row < b->row ? -1 : a->row > b->row;
}

/*
 * Argument n of a row of the partition.
 */
Datum
shnor_partition_datum(WindowObject winobj, int n, int64 row, bool *isnull)
{
	bool		isout;

	return WinGetFuncArgInPartition(winobj, n, row, WINDOW_SEEK_HEAD, false,
									isnull, &isout);
}

/*
 * Argument n of the partition's first row, for arguments that do not vary; an
 * error when it is NULL.
 */
Datum
shnor_partition_constant(WindowObject winobj, int n)
{
	bool		isnull;
	Datum		datum = shnor_partition_datum(winobj, n, 0, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("parameter of a window function must not be null"),
				 errdetail("Argument %d is.", n + 1)));
	return datum;
}

/*
 * Argument 0 of all rows of the partition that is not NULL, ascending, in a
 * palloc'd array; sets *len to their number.  An error for a value outside
 * [low, high]; the text says what the values must be.
 */
static ShnorPartitionValue *
sorted_values(WindowObject winobj, int64 rows, double low, double high,
			  const char *hint, int64 *len)
{
	ShnorPartitionValue *values =
	palloc_extended(Max(rows, 1) * sizeof(ShnorPartitionValue),
					MCXT_ALLOC_HUGE);
	int64		used = 0;

	for (int64 row = 0; row < rows; row++)
	{
		bool		isnull;
		double		value;

		CHECK_FOR_INTERRUPTS();
		value = DatumGetFloat8(shnor_partition_datum(winobj, 0, row, &isnull));
		if (isnull)
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
	qsort(values, used, sizeof(ShnorPartitionValue), partition_value_compare);
	*len = used;
	return values;
}

/*
 * Sets *result to that of the current row; all are computed when the
 * partition's first row asks.  False for NULL.
 */
bool
shnor_partition_result(FunctionCallInfo fcinfo, double low, double high,
					   const char *hint, ShnorPartitionCompute compute,
					   double *result)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	PartitionResult *state;

	if (!WindowObjectIsValid(winobj))
		elog(ERROR, "window function called in non-window context");
	state = WinGetPartitionLocalMemory(winobj, sizeof(PartitionResult));
	if (state->result == NULL)
	{
		int64		rows = WinGetPartitionRowCount(winobj);
		int64		len;
		ShnorPartitionValue *values = sorted_values(winobj, rows, low, high,
													hint, &len);
		double	   *results;

		results = MemoryContextAllocHuge(GetMemoryChunkContext(state),
										 Max(rows, 1) * sizeof(double));
		for (int64 row = 0; row < rows; row++)
			results[row] = NAN;
		if (len > 0)
			compute(winobj, values, len, results);
		pfree(values);
		state->result = results;
	}
	*result = state->result[WinGetCurrentPosition(winobj)];
	return !isnan(*result);
}

/*
 * The share of values below plus half of the share of equal ones, the value
 * itself among them.
 */
void
shnor_partition_mid_ranks(const ShnorPartitionValue *values, int64 len,
						  double *result)
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
