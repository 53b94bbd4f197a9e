/*
 * numbers.c
 *		Arrays of double precision: reading them from arguments and from the
 *		columns of a composite value, and making them.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/array.h"

#include "compat.h"
#include "numbers.h"

/*
 * Raise the error for a composite value that the aggregate did not make.
 */
void
shnor_bad_fit(const char *aggregate)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("fit is not one that %s() makes", aggregate),
			 errhint("Pass the result of %s(), as it was returned or stored.",
					 aggregate)));
}

/*
 * Raise an error unless the number is one the fits take; element is its place
 * in an array, from 1, or 0 for a number that stands alone.
 */
void
shnor_check_number(double value, int element)
{
	if (likely(fabs(value) <= SHNOR_NUMBER_LIMIT))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("number is out of range"),
			 element > 0 ? errdetail("Element %d is %g.", element, value) :
			 errdetail("The number is %g.", value),
			 errhint("Numbers must be between %g and %g; pass NULL for a missing one.",
					 -SHNOR_NUMBER_LIMIT, SHNOR_NUMBER_LIMIT)));
}

/*
 * Raise an error unless an array has as many elements as the others.
 */
void
shnor_check_same_length(int len, int expected)
{
	if (len != expected)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("arrays have different numbers of elements"),
				 errdetail("One has %d, another %d.", expected, len),
				 errhint("Pass the same indicators in the same order, NULL for a missing one.")));
}

/*
 * The elements of a double precision[] in their order, whatever the lower
 * bound; an error for more than one dimension, too many elements, or a number
 * out of range.
 */
void
shnor_get_numbers(Datum datum, ShnorNumbers *numbers)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);
	int			len = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const double *next = (const double *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) > 1 || len > SHNOR_NUMBERS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("array of numbers has the wrong size"),
				 errdetail("It has %d elements in %d dimensions.",
						   len, ARR_NDIM(array)),
				 errhint("Pass one dimension of at most %d elements.",
						 SHNOR_NUMBERS_MAX)));
	numbers->len = len;
	numbers->nulls = 0;
	for (int i = 0; i < len; i++)
	{
		numbers->isnull[i] = shnor_element_is_null(array, i);
		/* -0 becomes 0: equal numbers have equal bits */
		numbers->value[i] = numbers->isnull[i] ? 0.0 : *next++ + 0.0;
		numbers->nulls += numbers->isnull[i];
		shnor_check_number(numbers->value[i], i + 1);
	}
	if ((Pointer) array != DatumGetPointer(datum))
		pfree(array);
}

/*
 * The elements of a double precision[] of one or two dimensions; they stay
 * where they are.  False when it has no element, more dimensions, or an
 * element that is NULL or out of range.
 */
bool
shnor_get_matrix(Datum datum, ShnorMatrix *matrix)
{
	ArrayType  *array = DatumGetArrayTypeP(datum);
	int			ndim = ARR_NDIM(array);
	int			len = ArrayGetNItems(ndim, ARR_DIMS(array));

	if (ndim < 1 || ndim > 2 || array_contains_nulls(array))
		return false;
	matrix->rows = ARR_DIMS(array)[0];
	matrix->columns = ndim == 2 ? ARR_DIMS(array)[1] : 1;
	matrix->value = (const double *) ARR_DATA_PTR(array);
	for (int i = 0; i < len; i++)
		if (!(fabs(matrix->value[i]) <= DBL_MAX))
			return false;
	return true;
}

/*
 * The same of a column of a composite value; false also when it is NULL.
 */
bool
shnor_column_matrix(HeapTupleHeader row, const char *name, ShnorMatrix *matrix)
{
	bool		isnull;
	Datum		datum = GetAttributeByName(row, name, &isnull);

	return !isnull && shnor_get_matrix(datum, matrix);
}

/*
 * A column of a composite value that is double precision; not a number when it
 * is NULL or infinite.
 */
double
shnor_column_number(HeapTupleHeader row, const char *name)
{
	bool		isnull;
	Datum		datum = GetAttributeByName(row, name, &isnull);
	double		value = isnull ? NAN : DatumGetFloat8(datum);

	return isfinite(value) ? value : NAN;
}

/*
 * A double precision[] of one dimension; elements that are not finite become
 * NULL.
 */
Datum
shnor_numbers_datum(const double *value, int len)
{
	Datum	   *elements = palloc(Max(len, 1) * sizeof(Datum));
	bool	   *nulls = palloc(Max(len, 1) * sizeof(bool));
	int			lower = 1;

	for (int i = 0; i < len; i++)
	{
		elements[i] = Float8GetDatum(value[i]);
		nulls[i] = !isfinite(value[i]);
	}
	return PointerGetDatum(construct_md_array(elements, nulls, 1, &len, &lower,
											  FLOAT8OID, sizeof(float8),
											  FLOAT8PASSBYVAL,
											  TYPALIGN_DOUBLE));
}

/*
 * A double precision[] of two dimensions from finite numbers, row by row.
 */
Datum
shnor_matrix_datum(const double *value, int rows, int columns)
{
	Datum	   *elements = palloc(Max(rows * columns, 1) * sizeof(Datum));
	int			dims[2] = {rows, columns};
	int			lower[2] = {1, 1};

	for (int i = 0; i < rows * columns; i++)
		elements[i] = Float8GetDatum(value[i]);
	return PointerGetDatum(construct_md_array(elements, NULL, 2, dims, lower,
											  FLOAT8OID, sizeof(float8),
											  FLOAT8PASSBYVAL,
											  TYPALIGN_DOUBLE));
}
