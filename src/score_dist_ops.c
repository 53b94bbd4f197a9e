/*
 * score_dist_ops.c
 *		Comparison and hashing of score_dist: equal values have equal bytes,
 *		so all of it is work on bytes.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "compat.h"
#include "score_dist.h"

PG_FUNCTION_INFO_V1(score_dist_eq);
PG_FUNCTION_INFO_V1(score_dist_ne);
PG_FUNCTION_INFO_V1(score_dist_lt);
PG_FUNCTION_INFO_V1(score_dist_le);
PG_FUNCTION_INFO_V1(score_dist_gt);
PG_FUNCTION_INFO_V1(score_dist_ge);
PG_FUNCTION_INFO_V1(score_dist_cmp);
PG_FUNCTION_INFO_V1(score_dist_hash);
PG_FUNCTION_INFO_V1(score_dist_hash_extended);

/*
 * Compares arguments 0 and 1 by their bytes, a prefix before what continues
 * it.  Returns a negative number, zero or a positive number.
 */
static int
compare(FunctionCallInfo fcinfo)
{
	struct varlena *a = score_dist_packed(PG_GETARG_DATUM(0));
	struct varlena *b = score_dist_packed(PG_GETARG_DATUM(1));
	Size		alen = VARSIZE_ANY_EXHDR(a);
	Size		blen = VARSIZE_ANY_EXHDR(b);
	int			result = memcmp(VARDATA_ANY(a), VARDATA_ANY(b),
								Min(alen, blen));

	if (result == 0 && alen != blen)
		result = alen < blen ? -1 : 1;
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return result;
}

Datum
score_dist_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) == 0);
}

Datum
score_dist_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) != 0);
}

Datum
score_dist_lt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

Datum
score_dist_le(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

Datum
score_dist_gt(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

Datum
score_dist_ge(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

/* Support function 1 of the btree class. */
Datum
score_dist_cmp(PG_FUNCTION_ARGS)
{
	int			result = compare(fcinfo);

	PG_RETURN_INT32(result < 0 ? -1 : result > 0);
}

/* Support function 1 of the hash class. */
Datum
score_dist_hash(PG_FUNCTION_ARGS)
{
	struct varlena *value = score_dist_packed(PG_GETARG_DATUM(0));
	Datum		result = hash_any((unsigned char *) VARDATA_ANY(value),
								  VARSIZE_ANY_EXHDR(value));

	PG_FREE_IF_COPY(value, 0);
	return result;
}

/* Support function 2 of the hash class: with a seed. */
Datum
score_dist_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *value = score_dist_packed(PG_GETARG_DATUM(0));
	Datum		result = hash_any_extended((unsigned char *) VARDATA_ANY(value),
										   VARSIZE_ANY_EXHDR(value),
										   PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(value, 0);
	return result;
}
