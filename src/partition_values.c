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
shnor_partition_datum(const ShnorPartition *partition, int n, int64 row,
					  bool *isnull)
{
	bool		isout;

	return WinGetFuncArgInPartition(partition->winobj, n, row,
									WINDOW_SEEK_HEAD, false, isnull, &isout);
}

/*
 * Argument n of the partition's first row, for arguments that do not vary; an
 * error when it is NULL.
 */
Datum
shnor_partition_constant(const ShnorPartition *partition, int n)
{
	bool		isnull;
	Datum		datum = shnor_partition_datum(partition, n, 0, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("parameter of a window function must not be null"),
				 errdetail("Argument %d is.", n + 1)));
	return datum;
}

/*
 * Read argument 0 of all rows of the partition that is not NULL, ascending,
 * into a palloc'd array.  An error for a value outside [low, high]; the text
 * says what the values must be.
 */
static void
read_values(ShnorPartition *partition, int64 rows, double low, double high,
			const char *hint)
{
	partition->len = 0;
	partition->values = palloc_extended(Max(rows, 1) *
										sizeof(ShnorPartitionValue),
										MCXT_ALLOC_HUGE);
	for (int64 row = 0; row < rows; row++)
	{
		bool		isnull;
		double		value;

		CHECK_FOR_INTERRUPTS();
		value = DatumGetFloat8(shnor_partition_datum(partition, 0, row,
													 &isnull));
		if (isnull)
			continue;
		if (!(value >= low && value <= high))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("argument of a window function is out of range"),
					 errdetail("The value is %g.", value),
					 errhint("%s", hint)));
		partition->values[partition->len].value = value;
		partition->values[partition->len].row = row;
		partition->len++;
	}
	qsort(partition->values, partition->len, sizeof(ShnorPartitionValue),
		  partition_value_compare);
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
		ShnorPartition partition = {.winobj = winobj};
		double	   *results;

		read_values(&partition, rows, low, high, hint);
		results = MemoryContextAllocHuge(GetMemoryChunkContext(state),
										 Max(rows, 1) * sizeof(double));
		for (int64 row = 0; row < rows; row++)
			results[row] = NAN;
		if (partition.len > 0)
			compute(&partition, results);
		pfree(partition.values);
		state->result = results;
	}
	*result = state->result[WinGetCurrentPosition(winobj)];
	return !isnan(*result);
}

/*
 * The values alone, in a palloc'd array.
 */
double *
shnor_partition_numbers(const ShnorPartition *partition)
{
	double	   *numbers = palloc_extended(Max(partition->len, 1) *
										  sizeof(double), MCXT_ALLOC_HUGE);

	for (int64 i = 0; i < partition->len; i++)
		numbers[i] = partition->values[i].value;
	return numbers;
}

/*
 * The share of values below plus half of the share of equal ones, the value
 * itself among them.
 */
void
shnor_partition_mid_ranks(const ShnorPartition *partition, double *result)
{
	const ShnorPartitionValue *values = partition->values;
	int64		len = partition->len;
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
