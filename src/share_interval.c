/*
 * share_interval.c
 *		Confidence intervals for a share of k out of n, and the distribution
 *		functions they rest on, as SQL functions.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"

#include "share_interval.h"
#include "special_core.h"

PG_FUNCTION_INFO_V1(shnor_beta_cdf_sql);
PG_FUNCTION_INFO_V1(shnor_beta_quantile_sql);
PG_FUNCTION_INFO_V1(shnor_normal_cdf_sql);
PG_FUNCTION_INFO_V1(shnor_normal_quantile_sql);
PG_FUNCTION_INFO_V1(shnor_digamma_sql);
PG_FUNCTION_INFO_V1(shnor_trigamma_sql);
PG_FUNCTION_INFO_V1(shnor_wilson_low);
PG_FUNCTION_INFO_V1(shnor_wilson_high);
PG_FUNCTION_INFO_V1(shnor_clopper_pearson_low);
PG_FUNCTION_INFO_V1(shnor_clopper_pearson_high);

/*
 * Raise an error unless 0 <= k <= n.
 */
void
shnor_check_share_counts(int64 k, int64 n)
{
	if (n < 0 || k < 0 || k > n)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("counts of a share are out of range"),
				 errdetail("k is %lld, n is %lld.",
						   (long long) k, (long long) n),
				 errhint("Counts must satisfy 0 <= k <= n.")));
}

/*
 * Raise an error unless the shape parameter is one special_core.c takes.
 */
static void
check_shape(const char *name, double shape)
{
	if (!(shape >= SHNOR_SHAPE_MIN && shape <= SHNOR_SHAPE_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("shape of a beta distribution is out of range"),
				 errdetail("%s is %g.", name, shape),
				 errhint("Shapes must be between %g and %g.",
						 SHNOR_SHAPE_MIN, SHNOR_SHAPE_MAX)));
}

/*
 * Raise an error unless the value is between 0 and 1, the ends included.
 */
static void
check_unit(const char *name, double value)
{
	if (!(value >= 0.0 && value <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument of a distribution function is out of range"),
				 errdetail("%s is %g.", name, value),
				 errhint("%s must be between 0 and 1.", name)));
}

/*
 * Half of what is left outside an interval of the given confidence level, or
 * an error if the level is not strictly between 0 and 1.
 */
double
shnor_tail_of_level(double level)
{
	if (!(level > 0.0 && level < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("confidence level is out of range"),
				 errdetail("level is %g.", level),
				 errhint("The level must be greater than 0 and less than 1, for example 0.95.")));
	return (1.0 - level) / 2.0;
}

/*
 * beta_cdf(x, a, b): probability that a beta variable is at most x.
 */
Datum
shnor_beta_cdf_sql(PG_FUNCTION_ARGS)
{
	double		x = PG_GETARG_FLOAT8(0);
	double		a = PG_GETARG_FLOAT8(1);
	double		b = PG_GETARG_FLOAT8(2);
	double		lower;
	double		upper;

	check_unit("x", x);
	check_shape("a", a);
	check_shape("b", b);
	shnor_beta_cdf(x, 1.0 - x, a, b, &lower, &upper);
	PG_RETURN_FLOAT8(lower);
}

/*
 * beta_quantile(p, a, b): the x at which beta_cdf is p.
 */
Datum
shnor_beta_quantile_sql(PG_FUNCTION_ARGS)
{
	double		p = PG_GETARG_FLOAT8(0);
	double		a = PG_GETARG_FLOAT8(1);
	double		b = PG_GETARG_FLOAT8(2);
	double		x;
	double		y;

	check_unit("p", p);
	check_shape("a", a);
	check_shape("b", b);
	shnor_beta_quantile(p, 1.0 - p, a, b, &x, &y);
	PG_RETURN_FLOAT8(x);
}

/*
 * normal_cdf(z): probability that a standard normal variable is at most z.
 */
Datum
shnor_normal_cdf_sql(PG_FUNCTION_ARGS)
{
	double		z = PG_GETARG_FLOAT8(0);

	if (isnan(z))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument of a distribution function is out of range"),
				 errdetail("z is %g.", z),
				 errhint("z must be a number; either infinity is allowed.")));
	PG_RETURN_FLOAT8(shnor_normal_cdf(z));
}

/*
 * normal_quantile(p): the z at which normal_cdf is p.
 */
Datum
shnor_normal_quantile_sql(PG_FUNCTION_ARGS)
{
	double		p = PG_GETARG_FLOAT8(0);

	if (!(p > 0.0 && p < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("argument of a distribution function is out of range"),
				 errdetail("p is %g.", p),
				 errhint("p must be greater than 0 and less than 1.")));
	PG_RETURN_FLOAT8(shnor_normal_quantile(p));
}

/*
 * digamma(x) and trigamma(x), for x > 0.  The extension's script does not
 * declare them; the regression tests do, to compare them with references.
 */
Datum
shnor_digamma_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(shnor_digamma(PG_GETARG_FLOAT8(0)));
}

Datum
shnor_trigamma_sql(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(shnor_trigamma(PG_GETARG_FLOAT8(0)));
}

/*
 * Wilson's score interval without continuity correction: the shares p with
 * (k - n p)^2 <= z^2 n p (1 - p) (Wilson 1927; Newcombe 1998, method 3).
 * Requires 0 <= k <= n and n > 0.
 *
 * The lower root is taken as the product of the roots, k^2 / (n (n + z^2)),
 * over the upper one: the textbook difference cancels for small shares.
 */
static void
wilson_interval(int64 k, int64 n, double level, double *low, double *high)
{
	/* many intervals are of one level: its quantile is computed once */
	static double last_level = 0.0;
	static double last_z = 0.0;
	double		z = level == last_level ? last_z :
	shnor_normal_quantile(shnor_tail_of_level(level));
	double		z2 = z * z;
	double		total = (double) n;
	double		failed = (double) k;
	double		rest = (double) (n - k);
	double		share = failed / total;
	double		root = fabs(z) * sqrt(z2 + 4.0 * failed * (rest / total));
	double		sum = 2.0 * failed + z2 + root;

	last_level = level;
	last_z = z;
	*low = k == 0 ? 0.0 : fmin(2.0 * failed / sum * share, share);
	*high = k == n ? 1.0 :
		fmin(fmax(sum / (2.0 * (total + z2)), share), 1.0);
}

/*
 * Clopper and Pearson's interval (1934): its ends are the shares at which k
 * or more, or k or fewer, have probability (1 - level) / 2.  Requires
 * 0 <= k <= n and n > 0.
 */
static double
clopper_pearson(int64 k, int64 n, double level, bool is_low)
{
	double		tail = shnor_tail_of_level(level);
	double		failed = (double) k;
	double		rest = (double) (n - k);
	double		x;
	double		y;

	if (is_low)
	{
		if (k == 0)
			return 0.0;
		shnor_beta_quantile(tail, 1.0 - tail, failed, rest + 1.0, &x, &y);
	}
	else
	{
		if (k == n)
			return 1.0;
		shnor_beta_quantile(1.0 - tail, tail, failed + 1.0, rest, &x, &y);
	}
	return x;
}

/*
 * Read and verify arguments k, n and level; false for n = 0.
 */
static bool
get_share(FunctionCallInfo fcinfo, int64 *k, int64 *n, double *level)
{
	*k = PG_GETARG_INT64(0);
	*n = PG_GETARG_INT64(1);
	*level = PG_GETARG_FLOAT8(2);
	shnor_check_share_counts(*k, *n);
	(void) shnor_tail_of_level(*level);
	return *n > 0;
}

/*
 * One end of an interval of k out of n at the level.
 */
static Datum
wilson_end(FunctionCallInfo fcinfo, bool is_low)
{
	int64		k;
	int64		n;
	double		level;
	double		low;
	double		high;

	if (!get_share(fcinfo, &k, &n, &level))
		PG_RETURN_NULL();
	wilson_interval(k, n, level, &low, &high);
	PG_RETURN_FLOAT8(is_low ? low : high);
}

static Datum
clopper_pearson_end(FunctionCallInfo fcinfo, bool is_low)
{
	int64		k;
	int64		n;
	double		level;

	if (!get_share(fcinfo, &k, &n, &level))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(clopper_pearson(k, n, level, is_low));
}

/* wilson_low(k, n, level) */
Datum
shnor_wilson_low(PG_FUNCTION_ARGS)
{
	return wilson_end(fcinfo, true);
}

/* wilson_high(k, n, level) */
Datum
shnor_wilson_high(PG_FUNCTION_ARGS)
{
	return wilson_end(fcinfo, false);
}

/* clopper_pearson_low(k, n, level) */
Datum
shnor_clopper_pearson_low(PG_FUNCTION_ARGS)
{
	return clopper_pearson_end(fcinfo, true);
}

/* clopper_pearson_high(k, n, level) */
Datum
shnor_clopper_pearson_high(PG_FUNCTION_ARGS)
{
	return clopper_pearson_end(fcinfo, false);
}
