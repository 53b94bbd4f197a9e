/*
 * marker.h
 *		What the files of markers and fits share: building their composite
 *		results.
 */
#ifndef SHNOR_MARKER_H
#define SHNOR_MARKER_H

#include "access/tupdesc.h"
#include "fmgr.h"

#define SHNOR_ROW_MAX	16

/*
 * A composite value under construction, column by column.
 */
typedef struct ShnorRow
{
	int			len;
	Datum		values[SHNOR_ROW_MAX];
	bool		nulls[SHNOR_ROW_MAX];
} ShnorRow;

extern void shnor_row_int64(ShnorRow *row, int64 value);
extern void shnor_row_float8(ShnorRow *row, double value);
extern void shnor_row_tails(ShnorRow *row, double t, double df);
extern void shnor_row_any(ShnorRow *row, Datum value);
extern Datum shnor_row_datum(FunctionCallInfo fcinfo, ShnorRow *row);
extern Datum shnor_row_tuple(TupleDesc desc, ShnorRow *row);

#endif							/* SHNOR_MARKER_H */
