/*
 * worst_result.c
 *		Aggregate worst_result: of some results, the one with the largest share
 *		of failed participants.
 *
 * The state is the result: an array of three, {key, failed, n}.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"

#include "compat.h"
#include "rule_core.h"

#define WORST_RESULT_LENGTH		3

PG_FUNCTION_INFO_V1(worst_result_accum);
PG_FUNCTION_INFO_V1(worst_result_combine);

/*
 * Returns the three numbers of a state, an error if it is not one: anybody may
 * call the support functions with an array of his own.
 */
static int64 *
worst_result_get(ArrayType *array)
{
	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != WORST_RESULT_LENGTH ||
		ARR_HASNULL(array) || ARR_ELEMTYPE(array) != INT8OID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("state of worst_result must be an array of %d numbers",
						WORST_RESULT_LENGTH),
				 errhint("Call the aggregate, not its support functions.")));
	return (int64 *) ARR_DATA_PTR(array);
}

/*
 * Puts a result into the state if it is worse: a larger share, of equal shares
 * the one of more participants, of equal numbers the lower key.
 */
static void
worst_result_put(int64 *worst, int64 key, int64 failed, int64 n)
{
	int			order = rule_compare_shares(failed, n, worst[1], worst[2]);

	if (order == 0)
		order = (n > worst[2]) - (n < worst[2]);
	if (order == 0)
		order = (key < worst[0]) - (key > worst[0]);
	if (order > 0)
	{
		worst[0] = key;
		worst[1] = failed;
		worst[2] = n;
	}
}

/* Require 0 <= failed <= n and n > 0. */
static void
worst_result_check(int64 failed, int64 n)
{
	if (failed < 0 || failed > n || n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of failed participants is out of range"),
				 errdetail("failed is %lld, n is %lld.",
						   (long long) failed, (long long) n),
				 errhint("The counts must satisfy 0 <= failed <= n.")));
}

/*
 * Transition: (bigint[], key bigint, failed bigint, n bigint) -> bigint[];
 * called on NULL input.  The state is changed in place.
 */
Datum
worst_result_accum(PG_FUNCTION_ARGS)
{
	int64		key;
	int64		failed;
	int64		n;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) ||
		PG_GETARG_INT64(3) == 0)
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	key = PG_GETARG_INT64(1);
	failed = PG_GETARG_INT64(2);
	n = PG_GETARG_INT64(3);
	worst_result_check(failed, n);

	if (PG_ARGISNULL(0))
	{
		const int	size = ARR_OVERHEAD_NONULLS(1) +
		WORST_RESULT_LENGTH * sizeof(int64);
		ArrayType  *array = palloc0(size);
		int64	   *worst;

		SET_VARSIZE(array, size);
		array->ndim = 1;
		array->dataoffset = 0;
		array->elemtype = INT8OID;
		ARR_DIMS(array)[0] = WORST_RESULT_LENGTH;
		ARR_LBOUND(array)[0] = 1;
		worst = (int64 *) ARR_DATA_PTR(array);
		worst[0] = key;
		worst[1] = failed;
		worst[2] = n;
		PG_RETURN_ARRAYTYPE_P(array);
	}
	else
	{
		ArrayType  *array = AggCheckCallContext(fcinfo, NULL) ?
		PG_GETARG_ARRAYTYPE_P(0) : PG_GETARG_ARRAYTYPE_P_COPY(0);
		int64	   *worst = worst_result_get(array);

		worst_result_check(worst[1], worst[2]);
		worst_result_put(worst, key, failed, n);
		PG_RETURN_ARRAYTYPE_P(array);
	}
}

/* Combine: (bigint[], bigint[]) -> bigint[]; strict; in place */
Datum
worst_result_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *array = AggCheckCallContext(fcinfo, NULL) ?
	PG_GETARG_ARRAYTYPE_P(0) : PG_GETARG_ARRAYTYPE_P_COPY(0);
	int64	   *worst = worst_result_get(array);
	int64	   *other = worst_result_get(PG_GETARG_ARRAYTYPE_P(1));

	worst_result_check(worst[1], worst[2]);
	worst_result_check(other[1], other[2]);
	worst_result_put(worst, other[0], other[1], other[2]);
	PG_RETURN_ARRAYTYPE_P(array);
}
