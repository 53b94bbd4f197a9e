/*
 * marker_row.c
 *		Composite results of markers and fits.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "funcapi.h"

#include "distribution_core.h"
#include "marker.h"

/*
 * Append a count.
 */
void
shnor_row_int64(ShnorRow *row, int64 value)
{
	Assert(row->len < SHNOR_ROW_MAX);
	row->values[row->len] = Int64GetDatum(value);
	row->nulls[row->len++] = false;
}

/*
 * Append a number; what is not finite is undefined and becomes NULL.
 */
void
shnor_row_float8(ShnorRow *row, double value)
{
	Assert(row->len < SHNOR_ROW_MAX);
	row->values[row->len] = Float8GetDatum(value);
	row->nulls[row->len++] = !isfinite(value);
}

/*
 * Append a statistic, its degrees of freedom, and the probabilities that it is
 * that high or higher, and that low or lower.  All are NULL when either number
 * is not finite or the degrees of freedom are out of bounds.
 */
void
shnor_row_tails(ShnorRow *row, double t, double df)
{
	double		lower = NAN;
	double		upper = NAN;

	if (!isfinite(t) || !(df >= SHNOR_DF_MIN && df <= SHNOR_DF_MAX))
		t = df = NAN;
	else
		shnor_student_tails(t, df, &lower, &upper);
	shnor_row_float8(row, t);
	shnor_row_float8(row, df);
	shnor_row_float8(row, upper);
	shnor_row_float8(row, lower);
}

/*
 * Append a value of any type.
 */
void
shnor_row_any(ShnorRow *row, Datum value)
{
	Assert(row->len < SHNOR_ROW_MAX);
	row->values[row->len] = value;
	row->nulls[row->len++] = false;
}

/*
 * The composite value, of the function's result type, which is looked up once
 * a query.
 */
Datum
shnor_row_datum(FunctionCallInfo fcinfo, ShnorRow *row)
{
	TupleDesc	desc = fcinfo->flinfo->fn_extra;

	if (desc == NULL)
	{
		MemoryContext context = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		desc = BlessTupleDesc(desc);
		MemoryContextSwitchTo(context);
		fcinfo->flinfo->fn_extra = desc;
	}
	return shnor_row_tuple(desc, row);
}

/*
 * The composite value, of the type described.
 */
Datum
shnor_row_tuple(TupleDesc desc, ShnorRow *row)
{
	if (desc->natts != row->len)
		elog(ERROR, "result has %d columns instead of %d", row->len,
			 desc->natts);
	return HeapTupleGetDatum(heap_form_tuple(desc, row->values, row->nulls));
}
