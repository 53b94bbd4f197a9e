/*
 * regression.c
 *		The window function line_residual: each row against a weighted line
 *		through its partition.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/memutils.h"
#include "windowapi.h"

#include "marker.h"
#include "regression_core.h"

PG_FUNCTION_INFO_V1(shnor_line_residual_sql);

/*
 * What the function keeps of a partition.
 */
typedef struct PartitionLine
{
	bool		is_fitted;		/* was the fit tried? */
	bool		is_line;		/* was it possible? */
	ShnorLine	line;
} PartitionLine;

/*
 * Argument n of a row of the partition, or of the current row for row -1.
 * Returns false for NULL; an error for a value out of range.
 */
static bool
get_argument(WindowObject winobj, int n, int64 row, double low, double *value)
{
	bool		isnull;
	bool		isout;
	Datum		datum;

	if (row < 0)
		datum = WinGetFuncArgCurrent(winobj, n, &isnull);
	else
		datum = WinGetFuncArgInPartition(winobj, n, row, WINDOW_SEEK_HEAD,
										 false, &isnull, &isout);
	if (isnull)
		return false;
	*value = DatumGetFloat8(datum);
	if (!(*value >= low && *value <= SHNOR_REGRESSION_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument of a regression is out of range"),
				 errdetail("Argument %d is %g.", n + 1, *value),
				 errhint("Numbers must be between %g and %g, weights not negative.",
						 -SHNOR_REGRESSION_MAX, SHNOR_REGRESSION_MAX)));
	return true;
}

/*
 * A row's point; false when it has none: an argument is NULL or the weight 0.
 * Too small a weight beside the greatest one would make 0 of it, so the least
 * weight that counts is fixed.
 */
static bool
get_point(WindowObject winobj, int64 row, ShnorPoint *point)
{
	return get_argument(winobj, 0, row, -SHNOR_REGRESSION_MAX, &point->x) &&
		get_argument(winobj, 1, row, -SHNOR_REGRESSION_MAX, &point->y) &&
		get_argument(winobj, 2, row, 0.0, &point->w) &&
		point->w >= 1.0 / SHNOR_REGRESSION_MAX;
}

/*
 * Fit the line through the partition's points.
 */
static void
fit_partition(WindowObject winobj, PartitionLine *state)
{
	int64		rows = WinGetPartitionRowCount(winobj);
	ShnorPoint *points = palloc_extended(Max(rows, 1) * sizeof(ShnorPoint),
										 MCXT_ALLOC_HUGE);
	size_t		len = 0;

	for (int64 row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		if (get_point(winobj, row, &points[len]))
			len++;
	}
	state->is_line = shnor_fit_line(points, len, &state->line);
	state->is_fitted = true;
	pfree(points);
}

/*
 * line_residual(x, y, w) OVER (...): NULL for a row without a point, and when
 * there is no line.
 */
Datum
shnor_line_residual_sql(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	PartitionLine *state;
	ShnorPoint	point;
	ShnorResidual residual;
	ShnorRow	row = {0};

	if (!WindowObjectIsValid(winobj))
		elog(ERROR, "window function called in non-window context");
	state = WinGetPartitionLocalMemory(winobj, sizeof(PartitionLine));
	if (!state->is_fitted)
		fit_partition(winobj, state);
	if (!state->is_line || !get_point(winobj, -1, &point))
		PG_RETURN_NULL();

	shnor_line_residual(&state->line, &point, &residual);
	shnor_row_int64(&row, (int64) state->line.points);
	shnor_row_float8(&row, residual.fitted);
	shnor_row_float8(&row, residual.residual);
	shnor_row_float8(&row, residual.leverage);
	shnor_row_tails(&row, residual.t, residual.df);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}
