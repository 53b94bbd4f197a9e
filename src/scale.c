/*
 * scale.c
 *		SQL functions that put values on a common scale, and their weighted
 *		mean.
 */
#include "postgres.h"

#include <math.h>

#include "utils/builtins.h"

#include "compat.h"
#include "marker.h"
#include "partition_values.h"
#include "sample.h"
#include "scale_core.h"

PG_FUNCTION_INFO_V1(shnor_scale_reference);
PG_FUNCTION_INFO_V1(shnor_scaled_sql);
PG_FUNCTION_INFO_V1(shnor_scaled_window);
PG_FUNCTION_INFO_V1(shnor_percentile_rank);
PG_FUNCTION_INFO_V1(shnor_weighted_mean_sql);

static const char *const scaling_name[] = {
	[SHNOR_SCALE_Z] = "z",
	[SHNOR_SCALE_T] = "t",
	[SHNOR_SCALE_MIN_MAX] = "min_max",
	[SHNOR_SCALE_PERCENT] = "percent",
	[SHNOR_SCALE_PERCENT_OF_BEST] = "percent_of_best",
	[SHNOR_SCALE_PERCENTILE_RANK] = "percentile_rank",
};

/*
 * The way of scaling of that name.
 */
static ShnorScaling
get_scaling(Datum datum)
{
	text	   *name = DatumGetTextPP(datum);

	for (size_t i = 0; i < lengthof(scaling_name); i++)
		if (strlen(scaling_name[i]) == VARSIZE_ANY_EXHDR(name) &&
			memcmp(scaling_name[i], VARDATA_ANY(name),
				   VARSIZE_ANY_EXHDR(name)) == 0)
			return (ShnorScaling) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown way of scaling"),
			 errdetail("It is \"%s\".", text_to_cstring(name)),
			 errhint("Known are z, t, min_max, percent, percent_of_best, percentile_rank.")));
}

/*
 * A value on a scale, verified: not a number for NULL, an error where the
 * value cannot be on it.
 */
static double
scaled_value(double value, const ShnorScale *scale, ShnorScaling scaling,
			 bool higher_is_better)
{
	double		result;

	shnor_check_number(value, 0);
	if (scaling == SHNOR_SCALE_PERCENT_OF_BEST &&
		(value < 0.0 || scale->min < 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value has no percent of the best one"),
				 errdetail("The value is %g, the least one %g.",
						   value, scale->min),
				 errhint("Values must not be negative; use min_max or z for those that are.")));
	result = shnor_scaled(value, scale, scaling, higher_is_better);
	if (isinf(result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("scaled value is out of range"),
				 errdetail("The value is %g, the scale has mean %g and standard deviation %g.",
						   value, scale->mean, scale->sd)));
	return result;
}

/*
 * Final function of scale_reference: NULL over no numbers.
 */
Datum
shnor_scale_reference(PG_FUNCTION_ARGS)
{
	const ShnorSample *sample = PG_GETARG_SAMPLE(0);
	double	   *sorted;
	ShnorScale	scale;
	ShnorRow	row = {0};

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (sample->len == 0)
		PG_RETURN_NULL();
	sorted = shnor_sample_sorted(sample);
	shnor_scale_of(sorted, sample->len, &scale);
	pfree(sorted);

	shnor_row_int64(&row, sample->len);
	shnor_row_float8(&row, scale.mean);
	shnor_row_float8(&row, scale.sd);
	shnor_row_float8(&row, scale.min);
	shnor_row_float8(&row, scale.max);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}

/*
 * scaled(value, reference, method, higher_is_better)
 */
Datum
shnor_scaled_sql(PG_FUNCTION_ARGS)
{
	HeapTupleHeader reference = PG_GETARG_HEAPTUPLEHEADER(1);
	ShnorScaling scaling = get_scaling(PG_GETARG_DATUM(2));
	ShnorScale	scale;
	double		result;

	if (scaling == SHNOR_SCALE_PERCENTILE_RANK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a percentile rank needs the values of the reference"),
				 errhint("Use percentile_rank(value, sample), or scaled(value, 'percentile_rank') OVER (...).")));
	scale.mean = shnor_column_number(reference, "mean");
	scale.sd = shnor_column_number(reference, "sd");
	scale.min = shnor_column_number(reference, "min");
	scale.max = shnor_column_number(reference, "max");
	result = scaled_value(PG_GETARG_FLOAT8(0), &scale, scaling,
						  PG_GETARG_BOOL(3));
	if (isnan(result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

/*
 * All values of a partition on the scale they make.
 */
static void
scale_partition(const ShnorPartition *partition, double *result)
{
	const ShnorPartitionValue *values = partition->values;
	int64		len = partition->len;
	ShnorScaling scaling = get_scaling(shnor_partition_constant(partition, 1));
	bool		higher_is_better =
	DatumGetBool(shnor_partition_constant(partition, 2));
	double	   *sorted;
	ShnorScale	scale;

	if (scaling == SHNOR_SCALE_PERCENTILE_RANK)
	{
		shnor_partition_mid_ranks(partition, result);
		for (int64 i = 0; i < len && !higher_is_better; i++)
			result[values[i].row] = 1.0 - result[values[i].row];
		return;
	}
	sorted = shnor_partition_numbers(partition);
	shnor_scale_of(sorted, len, &scale);
	pfree(sorted);
	for (int64 i = 0; i < len; i++)
		result[values[i].row] = scaled_value(values[i].value, &scale, scaling,
											 higher_is_better);
}

/*
 * scaled(value, method, higher_is_better) OVER (...)
 */
Datum
shnor_scaled_window(PG_FUNCTION_ARGS)
{
	double		result;

	if (!shnor_partition_result(fcinfo, -SHNOR_NUMBER_LIMIT,
								SHNOR_NUMBER_LIMIT,
								"Pass NULL for a missing value.",
								scale_partition, &result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}

/*
 * percentile_rank(value, sample, higher_is_better): NULL for a sample without
 * numbers.  The sample is counted through, so it need not be sorted.
 */
Datum
shnor_percentile_rank(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	ArrayType  *sample = PG_GETARG_ARRAYTYPE_P(1);
	int			len = ArrayGetNItems(ARR_NDIM(sample), ARR_DIMS(sample));
	const double *member = (const double *) ARR_DATA_PTR(sample);
	int			present = 0;
	int			below = 0;
	int			equal = 0;
	double		rank;

	shnor_check_number(value, 0);
	for (int i = 0; i < len; i++)
	{
		if (shnor_element_is_null(sample, i))
			continue;
		shnor_check_number(*member, i + 1);
		below += *member < value;
		equal += *member == value;
		present++;
		member++;
	}
	if (present == 0)
		PG_RETURN_NULL();
	rank = ((double) below + (double) equal / 2.0) / (double) present;
	PG_RETURN_FLOAT8(PG_GETARG_BOOL(2) ? rank : 1.0 - rank);
}

/*
 * weighted_mean(values, weights, min_present): NULL when fewer are present, or
 * the weights of those present are 0.
 */
Datum
shnor_weighted_mean_sql(PG_FUNCTION_ARGS)
{
	int			min_present = PG_GETARG_INT32(2);
	ShnorNumbers values;
	ShnorNumbers weights;
	double		mean;

	shnor_get_numbers(PG_GETARG_DATUM(0), &values);
	shnor_get_numbers(PG_GETARG_DATUM(1), &weights);
	shnor_check_same_length(weights.len, values.len);
	if (min_present < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of values needed is out of range"),
				 errdetail("min_present is %d.", min_present),
				 errhint("Pass 1 to take whatever is present, the number of weights to require all.")));
	for (int i = 0; i < weights.len; i++)
		if (weights.isnull[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("weight must not be null"),
					 errdetail("Element %d is.", i + 1),
					 errhint("Pass 0 for an indicator that does not count.")));
		else if (weights.value[i] < 0.0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("weight is negative"),
					 errdetail("Element %d is %g.", i + 1, weights.value[i]),
					 errhint("Turn the indicator's direction instead.")));
	mean = shnor_weighted_mean(values.value, values.isnull, weights.value,
							   values.len, min_present);
	if (isnan(mean))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(mean);
}
