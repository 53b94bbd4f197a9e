/*
 * sample.h
 *		The state that the fits' aggregates share: rows of numbers, and the
 *		parameters that do not vary between rows.
 */
#ifndef SHNOR_SAMPLE_H
#define SHNOR_SAMPLE_H

#include "fmgr.h"

#include "numbers.h"

/* Numbers of a row: an array of predictors, a result, a weight. */
#define SHNOR_SAMPLE_WIDTH	(SHNOR_NUMBERS_MAX + 2)

#define SHNOR_SAMPLE_PARAMETERS	2

/*
 * It lives in the aggregate's context.
 */
typedef struct ShnorSample
{
	int			width;			/* numbers of a row; 0 before it is known */
	int			singles;		/* of them, those that are not of the array */
	int			nparameters;
	int32		parameter[SHNOR_SAMPLE_PARAMETERS];
	int64		skipped;		/* rows with a NULL */
	size_t		len;			/* rows without */
	size_t		capacity;		/* numbers there is room for */
	double	   *value;			/* row by row */
} ShnorSample;

#define PG_GETARG_SAMPLE(n)	((ShnorSample *) PG_GETARG_POINTER(n))

extern double *shnor_sample_sorted(const ShnorSample *sample);
extern double *shnor_alloc_numbers(size_t len);
extern void shnor_check_for_interrupts(void);

#endif							/* SHNOR_SAMPLE_H */
