/*
 * packed_value.h
 *		Operators of types whose equal values have equal bytes: comparison and
 *		hashing of the bytes.
 */
#ifndef SHNOR_PACKED_VALUE_H
#define SHNOR_PACKED_VALUE_H

#include "common/hashfn.h"
#include "fmgr.h"

#include "compat.h"

/* Compares bytes, then lengths; frees what is not the argument itself. */
static inline int
packed_compare(FunctionCallInfo fcinfo, struct varlena *a, struct varlena *b)
{
	Size		alen = VARSIZE_ANY_EXHDR(a);
	Size		blen = VARSIZE_ANY_EXHDR(b);
	int			result = memcmp(VARDATA_ANY(a), VARDATA_ANY(b),
								Min(alen, blen));

	if (result == 0 && alen != blen)
		result = alen < blen ? -1 : 1;
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return result < 0 ? -1 : result > 0;
}

static inline Datum
packed_hash(FunctionCallInfo fcinfo, struct varlena *value)
{
	Datum		result = hash_any((unsigned char *) VARDATA_ANY(value),
								  VARSIZE_ANY_EXHDR(value));

	PG_FREE_IF_COPY(value, 0);
	return result;
}

static inline Datum
packed_hash_extended(FunctionCallInfo fcinfo, struct varlena *value)
{
	Datum		result = hash_any_extended((unsigned char *) VARDATA_ANY(value),
										   VARSIZE_ANY_EXHDR(value),
										   PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(value, 0);
	return result;
}

/* Defines one SQL function, whose body is the value it returns. */
#define DEFINE_PACKED_FUNCTION(name, value) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { return (value); } \
	extern Datum name(PG_FUNCTION_ARGS)

/*
 * Defines the operators of a type, and the support functions of its btree and
 * hash classes.  fetch(datum) returns the value with its canonical bytes.
 */
#define DEFINE_PACKED_OPERATORS(type, fetch) \
	static int \
	type##_compare(FunctionCallInfo fcinfo) \
	{ \
		return packed_compare(fcinfo, fetch(PG_GETARG_DATUM(0)), \
							  fetch(PG_GETARG_DATUM(1))); \
	} \
	DEFINE_PACKED_FUNCTION(type##_eq, BoolGetDatum(type##_compare(fcinfo) == 0)); \
	DEFINE_PACKED_FUNCTION(type##_ne, BoolGetDatum(type##_compare(fcinfo) != 0)); \
	DEFINE_PACKED_FUNCTION(type##_lt, BoolGetDatum(type##_compare(fcinfo) < 0)); \
	DEFINE_PACKED_FUNCTION(type##_le, BoolGetDatum(type##_compare(fcinfo) <= 0)); \
	DEFINE_PACKED_FUNCTION(type##_gt, BoolGetDatum(type##_compare(fcinfo) > 0)); \
	DEFINE_PACKED_FUNCTION(type##_ge, BoolGetDatum(type##_compare(fcinfo) >= 0)); \
	DEFINE_PACKED_FUNCTION(type##_cmp, Int32GetDatum(type##_compare(fcinfo))); \
	DEFINE_PACKED_FUNCTION(type##_hash, packed_hash(fcinfo, fetch(PG_GETARG_DATUM(0)))); \
	DEFINE_PACKED_FUNCTION(type##_hash_extended, packed_hash_extended(fcinfo, fetch(PG_GETARG_DATUM(0))))

#endif							/* SHNOR_PACKED_VALUE_H */
