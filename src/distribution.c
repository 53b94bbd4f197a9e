/*
 * distribution.c
 *		Distribution functions and exact tests of shares as SQL functions.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"

#include "distribution.h"
#include "packing_core.h"
#include "share_interval.h"
#include "special_core.h"

PG_FUNCTION_INFO_V1(shnor_student_cdf);
PG_FUNCTION_INFO_V1(shnor_f_cdf);
PG_FUNCTION_INFO_V1(shnor_fisher_test);
PG_FUNCTION_INFO_V1(shnor_beta_binomial_test_sql);

/*
 * Argument n, the name of an alternative; an error for an unknown one.
 */
ShnorAlternative
shnor_get_alternative(FunctionCallInfo fcinfo, int n, bool allow_two_sided)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(n));

	if (strcmp(name, "less") == 0)
		return SHNOR_LESS;
	if (strcmp(name, "greater") == 0)
		return SHNOR_GREATER;
	if (allow_two_sided && strcmp(name, "two_sided") == 0)
		return SHNOR_TWO_SIDED;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unknown alternative of a test"),
			 errdetail("The alternative is \"%s\".", name),
			 allow_two_sided ?
			 errhint("Use \"two_sided\", \"less\" or \"greater\".") :
			 errhint("Use \"less\" or \"greater\".")));
}

/*
 * Raise an error for a count above the most participants a score_dist has:
 * sums of two of them, and steps that grow as their square root, stay small.
 */
void
shnor_check_count_limit(int64 n)
{
	if (n > SHNOR_MAX_PARTICIPANTS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of participants is out of range"),
				 errdetail("The number is %lld.", (long long) n),
				 errhint("At most %lld participants can be compared.",
						 (long long) SHNOR_MAX_PARTICIPANTS)));
}

/*
 * Raise an error unless the degrees of freedom are ones distribution_core.c
 * takes.
 */
static void
check_df(const char *name, double df)
{
	if (!(df >= SHNOR_DF_MIN && df <= SHNOR_DF_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("degrees of freedom are out of range"),
				 errdetail("%s is %g.", name, df),
				 errhint("Degrees of freedom must be between %g and %g.",
						 SHNOR_DF_MIN, SHNOR_DF_MAX)));
}

/*
 * student_cdf(t, df)
 */
Datum
shnor_student_cdf(PG_FUNCTION_ARGS)
{
	double		t = PG_GETARG_FLOAT8(0);
	double		df = PG_GETARG_FLOAT8(1);
	double		lower;
	double		upper;

	check_df("df", df);
	if (isnan(t))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument of a distribution function is out of range"),
				 errdetail("t is %g.", t),
				 errhint("t must be a number; either infinity is allowed.")));
	shnor_student_tails(t, df, &lower, &upper);
	PG_RETURN_FLOAT8(lower);
}

/*
 * f_cdf(f, df1, df2)
 */
Datum
shnor_f_cdf(PG_FUNCTION_ARGS)
{
	double		f = PG_GETARG_FLOAT8(0);
	double		df1 = PG_GETARG_FLOAT8(1);
	double		df2 = PG_GETARG_FLOAT8(2);
	double		lower;
	double		upper;

	check_df("df1", df1);
	check_df("df2", df2);
	if (!(f >= 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument of a distribution function is out of range"),
				 errdetail("f is %g.", f),
				 errhint("f must be 0 or greater; infinity is allowed.")));
	shnor_f_tails(f, df1, df2, &lower, &upper);
	PG_RETURN_FLOAT8(lower);
}

/*
 * fisher_test(k, n, rest_k, rest_n, alternative): NULL when either group is
 * empty.
 */
Datum
shnor_fisher_test(PG_FUNCTION_ARGS)
{
	int64		k = PG_GETARG_INT64(0);
	int64		n = PG_GETARG_INT64(1);
	int64		rest_k = PG_GETARG_INT64(2);
	int64		rest_n = PG_GETARG_INT64(3);
	ShnorAlternative alternative = shnor_get_alternative(fcinfo, 4, true);
	ShnorStratum stratum;

	shnor_check_share_counts(k, n);
	shnor_check_share_counts(rest_k, rest_n);
	shnor_check_count_limit(n);
	shnor_check_count_limit(rest_n);
	if (n == 0 || rest_n == 0)
		PG_RETURN_NULL();
	stratum.sample = (double) n;
	stratum.successes = (double) (k + rest_k);
	stratum.population = (double) (n + rest_n);
	PG_RETURN_FLOAT8(shnor_hypergeometric_test((double) k, &stratum,
											   alternative));
}

/*
 * beta_binomial_test(k, n, alpha, beta, alternative): NULL for n = 0.
 */
Datum
shnor_beta_binomial_test_sql(PG_FUNCTION_ARGS)
{
	int64		k = PG_GETARG_INT64(0);
	int64		n = PG_GETARG_INT64(1);
	double		alpha = PG_GETARG_FLOAT8(2);
	double		beta = PG_GETARG_FLOAT8(3);
	ShnorAlternative alternative = shnor_get_alternative(fcinfo, 4, false);

	shnor_check_share_counts(k, n);
	if ((double) n > SHNOR_BETA_BINOMIAL_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of participants is out of range"),
				 errdetail("n is %lld.", (long long) n),
				 errhint("At most %.0f participants can be compared.",
						 SHNOR_BETA_BINOMIAL_MAX)));
	if (!(alpha >= SHNOR_SHAPE_MIN && alpha <= SHNOR_SHAPE_MAX &&
		  beta >= SHNOR_SHAPE_MIN && beta <= SHNOR_SHAPE_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("shape of a beta distribution is out of range"),
				 errdetail("alpha is %g, beta is %g.", alpha, beta),
				 errhint("Shapes must be between %g and %g.",
						 SHNOR_SHAPE_MIN, SHNOR_SHAPE_MAX)));
	if (n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(shnor_beta_binomial_test((double) k, (double) n,
											  alpha, beta, alternative));
}
