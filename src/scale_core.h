/*
 * scale_core.h
 *		The scale of a set of values, a value on it, and weighted means.
 *
 * Pure C: nothing here reports an error, allocates, or knows PostgreSQL.
 */
#ifndef SHNOR_SCALE_CORE_H
#define SHNOR_SCALE_CORE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A set of values as a scale for others.
 */
typedef struct ShnorScale
{
	double		n;
	double		mean;
	double		sd;				/* of a sample; not a number for one value, 0
								 * when all are equal but for rounding */
	double		min;
	double		max;
} ShnorScale;

typedef enum ShnorScaling
{
	SHNOR_SCALE_Z,
	SHNOR_SCALE_T,
	SHNOR_SCALE_MIN_MAX,
	SHNOR_SCALE_PERCENT,
	SHNOR_SCALE_PERCENT_OF_BEST,
	SHNOR_SCALE_PERCENTILE_RANK
} ShnorScaling;

extern void shnor_scale_of(const double *sorted, size_t len,
						   ShnorScale *scale);
extern double shnor_scaled(double value, const ShnorScale *scale,
						   ShnorScaling scaling, bool higher_is_better);
extern double shnor_weighted_mean(const double *value, const bool *missing,
								  const double *weight, int len,
								  int min_present);

#endif							/* SHNOR_SCALE_CORE_H */
