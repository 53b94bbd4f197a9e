/*
 * numbers.h
 *		Arrays of double precision: reading them from arguments and from the
 *		columns of a composite value, and making them.
 */
#ifndef SHNOR_NUMBERS_H
#define SHNOR_NUMBERS_H

#include "access/htup_details.h"
#include "fmgr.h"
#include "utils/array.h"

#include "compat.h"

/* Most elements of an array of indicators, weights or predictors. */
#define SHNOR_NUMBERS_MAX	100

/* Numbers beyond this are refused: sums of their squares must stay finite. */
#define SHNOR_NUMBER_LIMIT	1e50

/*
 * An array read.  value[i] is 0 where isnull[i].
 */
typedef struct ShnorNumbers
{
	int			len;
	int			nulls;			/* how many elements are NULL */
	double		value[SHNOR_NUMBERS_MAX];
	bool		isnull[SHNOR_NUMBERS_MAX];
} ShnorNumbers;

/*
 * A column of a fit that is an array of 1 or 2 dimensions without NULLs.
 */
typedef struct ShnorMatrix
{
	int			rows;
	int			columns;		/* 1 for an array of one dimension */
	const double *value;		/* row by row */
} ShnorMatrix;

/*
 * Is element i of an array of one dimension, from 0, NULL?
 */
static inline bool
shnor_element_is_null(const ArrayType *array, int i)
{
	const bits8 *present = ARR_NULLBITMAP(array);

	return present != NULL && (present[i / 8] & (1 << (i % 8))) == 0;
}

pg_noreturn extern void shnor_bad_fit(const char *aggregate);
extern void shnor_check_number(double value, int element);
extern void shnor_get_numbers(Datum array, ShnorNumbers *numbers);
extern void shnor_check_same_length(int len, int expected);
extern bool shnor_get_matrix(Datum array, ShnorMatrix *matrix);
extern bool shnor_column_matrix(HeapTupleHeader row, const char *name,
								ShnorMatrix *matrix);
extern double shnor_column_number(HeapTupleHeader row, const char *name);
extern Datum shnor_numbers_datum(const double *value, int len);
extern Datum shnor_matrix_datum(const double *value, int rows, int columns);

#endif							/* SHNOR_NUMBERS_H */
