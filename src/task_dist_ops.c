/*
 * task_dist_ops.c
 *		Comparison, hashing and sending of task_dist: equal values have equal
 *		bytes, so all of it is work on bytes.
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "compat.h"
#include "packed_value.h"
#include "task_dist.h"

PG_FUNCTION_INFO_V1(task_dist_send);

DEFINE_PACKED_OPERATORS(task_dist, PG_DETOAST_DATUM_PACKED);

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
