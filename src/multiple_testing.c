/*
 * multiple_testing.c
 *		Window functions over all rows of a partition: p-values adjusted for
 *		the number of tests, and mid-rank percentiles.
 */
#include "postgres.h"

#include <math.h>

#include "partition_values.h"

PG_FUNCTION_INFO_V1(shnor_bh_adjust);
PG_FUNCTION_INFO_V1(shnor_by_adjust);
PG_FUNCTION_INFO_V1(shnor_mid_percentile);

/*
 * A window function's result for the current row.
 */
static Datum
partition_float8(FunctionCallInfo fcinfo, double low, double high,
				 const char *hint, ShnorPartitionCompute compute)
{
	double		result;

	if (!shnor_partition_result(fcinfo, low, high, hint, compute, &result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

/*
 * Step-up adjustment: of m ascending p-values the i-th becomes the least of
 * factor m / j p over j >= i, and at most 1.  Equal p-values get equal
 * results, those of the last of them.
 */
static void
step_up(const ShnorPartition *partition, double factor, double *result)
{
	const ShnorPartitionValue *values = partition->values;
	int64		len = partition->len;
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
adjust_bh(const ShnorPartition *partition, double *result)
{
	step_up(partition, 1.0, result);
}

/*
 * Benjamini and Yekutieli (2001): the same times the sum of 1 / i.
 */
static void
adjust_by(const ShnorPartition *partition, double *result)
{
	double		factor = 0.0;

	for (int64 i = partition->len; i > 0; i--)
		factor += 1.0 / (double) i;
	step_up(partition, factor, result);
}

/*
 * bh_adjust(p) OVER (...)
 */
Datum
shnor_bh_adjust(PG_FUNCTION_ARGS)
{
	return partition_float8(fcinfo, 0.0, 1.0,
							"A p-value must be between 0 and 1.", adjust_bh);
}

/*
 * by_adjust(p) OVER (...)
 */
Datum
shnor_by_adjust(PG_FUNCTION_ARGS)
{
	return partition_float8(fcinfo, 0.0, 1.0,
							"A p-value must be between 0 and 1.", adjust_by);
}

/*
 * mid_percentile(value) OVER (...)
 */
Datum
shnor_mid_percentile(PG_FUNCTION_ARGS)
{
	return partition_float8(fcinfo, -HUGE_VAL, HUGE_VAL,
							"The value must be a number.",
							shnor_partition_mid_ranks);
}
