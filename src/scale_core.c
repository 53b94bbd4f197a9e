/*
 * scale_core.c
 *		The scale of a set of values, a value on it, and weighted means.
 */
#include "scale_core.h"

#include <math.h>

#include "rounding_core.h"

/*
 * The scale of one or more values in ascending order, by two passes: squares
 * are taken about the mean, where nothing cancels.
 */
void
shnor_scale_of(const double *sorted, size_t len, ShnorScale *scale)
{
	double		sum = 0.0;
	double		rest = 0.0;
	double		squares = 0.0;
	double		size = 0.0;

	for (size_t i = 0; i < len; i++)
		sum += sorted[i];
	scale->n = (double) len;
	scale->mean = sum / scale->n;
	for (size_t i = 0; i < len; i++)
		rest += sorted[i] - scale->mean;
	scale->mean += rest / scale->n;

	for (size_t i = 0; i < len; i++)
	{
		double		d = sorted[i] - scale->mean;

		squares += d * d;
		size += sorted[i] * sorted[i];
	}
	if (squares <= SHNOR_ROUNDING_PART * size)
		squares = 0.0;
	scale->sd = len > 1 ? sqrt(squares / (scale->n - 1.0)) : NAN;
	scale->min = sorted[0];
	scale->max = sorted[len - 1];
}

/*
 * value in percent of the best one: of the greatest, or, where less is better,
 * the least in percent of value.  Requires a value that is not negative.
 */
static double
percent_of_best(double value, const ShnorScale *scale, bool higher_is_better)
{
	if (higher_is_better)
		return scale->max > 0.0 ? 100.0 * value / scale->max : NAN;
	if (value > 0.0)
		return 100.0 * scale->min / value;
	return scale->min == 0.0 ? 100.0 : NAN;
}

/*
 * A value on the scale; not a number where the scale has no such place: all its
 * values are equal, or the best one is 0.
 */
double
shnor_scaled(double value, const ShnorScale *scale, ShnorScaling scaling,
			 bool higher_is_better)
{
	double		sign = higher_is_better ? 1.0 : -1.0;
	double		start = higher_is_better ? scale->min : scale->max;
	double		z = NAN;
	double		part = NAN;

	if (scale->sd > 0.0)
	{
		z = sign * (value - scale->mean) / scale->sd;
		if (scale->max > scale->min)
			part = sign * (value - start) / (scale->max - scale->min);
	}
	switch (scaling)
	{
		case SHNOR_SCALE_Z:
			return z;
		case SHNOR_SCALE_T:
			return 50.0 + 10.0 * z;
		case SHNOR_SCALE_MIN_MAX:
			return part;
		case SHNOR_SCALE_PERCENT:
			return 100.0 * part;
		case SHNOR_SCALE_PERCENT_OF_BEST:
			return percent_of_best(value, scale, higher_is_better);
		case SHNOR_SCALE_PERCENTILE_RANK:
			break;
	}
	return NAN;
}

/*
 * Mean of the values that are not missing, weighted, the weights of the others
 * left out; not a number when fewer than min_present are there, or their
 * weights are 0.  Requires weights of 0 or more.
 */
double
shnor_weighted_mean(const double *value, const bool *missing,
					const double *weight, int len, int min_present)
{
	double		sum = 0.0;
	double		weights = 0.0;
	int			present = 0;

	for (int i = 0; i < len; i++)
		if (!missing[i])
		{
			present++;
			sum += weight[i] * value[i];
			weights += weight[i];
		}
	return present >= min_present && weights > 0.0 ? sum / weights : NAN;
}
