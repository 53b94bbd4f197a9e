/*
 * task_dist_ops.c
 *		Comparison, hashing and sending of task_dist: equal values have equal
 *		bytes, so all of it is work on bytes.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "common/hashfn.h"
#include "libpq/pqformat.h"

#include "compat.h"
#include "task_dist.h"

PG_FUNCTION_INFO_V1(task_dist_cmp);
PG_FUNCTION_INFO_V1(task_dist_hash);
PG_FUNCTION_INFO_V1(task_dist_hash_extended);
PG_FUNCTION_INFO_V1(task_dist_send);

/*
 * Compares arguments 0 and 1 by their bytes, a prefix before what continues
 * it.  Returns a negative number, zero or a positive number.
 */
static int
compare(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *b = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
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

/*
 * Are arguments 0 and 1 equal?  Values of different lengths are not, which
 * can be told before they are fetched from a TOAST table.
 */
static bool
equal(FunctionCallInfo fcinfo)
{
	return toast_raw_datum_size(PG_GETARG_DATUM(0)) ==
		toast_raw_datum_size(PG_GETARG_DATUM(1)) &&
		compare(fcinfo) == 0;
}

/* Defines the function of an operator from its answer on two values. */
#define DEFINE_OPERATOR(name, answer) \
	PG_FUNCTION_INFO_V1(name); \
	Datum name(PG_FUNCTION_ARGS) { PG_RETURN_BOOL(answer); } \
	extern Datum name(PG_FUNCTION_ARGS)

DEFINE_OPERATOR(task_dist_eq, equal(fcinfo));
DEFINE_OPERATOR(task_dist_ne, !equal(fcinfo));
DEFINE_OPERATOR(task_dist_lt, compare(fcinfo) < 0);
DEFINE_OPERATOR(task_dist_le, compare(fcinfo) <= 0);
DEFINE_OPERATOR(task_dist_gt, compare(fcinfo) > 0);
DEFINE_OPERATOR(task_dist_ge, compare(fcinfo) >= 0);

/* Support function 1 of the btree class. */
Datum
task_dist_cmp(PG_FUNCTION_ARGS)
{
	int			result = compare(fcinfo);

	PG_RETURN_INT32(result < 0 ? -1 : result > 0);
}

/* Support function 1 of the hash class. */
Datum
task_dist_hash(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Datum		result = hash_any((unsigned char *) VARDATA_ANY(value),
								  VARSIZE_ANY_EXHDR(value));

	PG_FREE_IF_COPY(value, 0);
	return result;
}

/* Support function 2 of the hash class: with a seed. */
Datum
task_dist_hash_extended(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	Datum		result = hash_any_extended((unsigned char *) VARDATA_ANY(value),
										   VARSIZE_ANY_EXHDR(value),
										   PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(value, 0);
	return result;
}

/* task_dist -> binary form: its canonical bytes */
Datum
task_dist_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
