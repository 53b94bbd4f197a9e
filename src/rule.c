/*
 * rule.c
 *		SQL face of the rules about one administration's failing share.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "compat.h"
#include "rule_core.h"

PG_FUNCTION_INFO_V1(failure_band);
PG_FUNCTION_INFO_V1(low_result_counts);
PG_FUNCTION_INFO_V1(pupils_from_threshold);

/* Require 0 <= failed <= n. */
static void
check_counts(int64 failed, int64 n)
{
	if (failed < 0 || failed > n)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of failed participants is out of range"),
				 errdetail("failed is %lld, n is %lld.",
						   (long long) failed, (long long) n),
				 errhint("The counts must satisfy 0 <= failed <= n.")));
}

/* Require lowest <= percent <= 100. */
static void
check_percent(int32 percent, int32 lowest)
{
	if (percent < lowest || percent > 100)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("percent is out of range"),
				 errdetail("percent is %d.", percent),
				 errhint("Give a whole percentage from %d to 100.", lowest)));
}

/* failure_band(failed bigint, n bigint) -> text; strict */
Datum
failure_band(PG_FUNCTION_ARGS)
{
	int64		failed = PG_GETARG_INT64(0);
	int64		n = PG_GETARG_INT64(1);

	check_counts(failed, n);
	if (n == 0)
		PG_RETURN_NULL();

	PG_RETURN_TEXT_P(cstring_to_text(rule_failure_band(failed, n)));
}

/*
 * low_result(failed bigint, n bigint, percent integer,
 *			  min_participants integer) -> boolean; strict
 */
Datum
low_result_counts(PG_FUNCTION_ARGS)
{
	int64		failed = PG_GETARG_INT64(0);
	int64		n = PG_GETARG_INT64(1);
	int32		percent = PG_GETARG_INT32(2);
	int32		min_participants = PG_GETARG_INT32(3);

	check_percent(percent, 0);
	if (min_participants < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("minimum number of participants is negative"),
				 errdetail("min_participants is %d.", min_participants),
				 errhint("Give 0 for no minimum.")));
	check_counts(failed, n);
	if (n == 0)
		PG_RETURN_NULL();

	PG_RETURN_BOOL(rule_is_low(failed, n, percent, min_participants));
}

/*
 * pupils_from_threshold(failed bigint, n bigint, percent integer) -> bigint;
 * strict
 */
Datum
pupils_from_threshold(PG_FUNCTION_ARGS)
{
	int64		failed = PG_GETARG_INT64(0);
	int64		n = PG_GETARG_INT64(1);
	int32		percent = PG_GETARG_INT32(2);

	check_percent(percent, 1);
	check_counts(failed, n);
	if (n == 0)
		PG_RETURN_NULL();

	PG_RETURN_INT64(rule_pupils_from_threshold(failed, n, percent));
}
