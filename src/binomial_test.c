/*
 * binomial_test.c
 *		The exact binomial test as an SQL function.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"

#include "distribution.h"
#include "share_interval.h"
#include "special_core.h"

/*
 * Outcomes whose probability exceeds that of the observed one by no more than
 * this part count as equally probable, so that rounding does not break ties.
 */
#define TIE_TOLERANCE	1e-7

PG_FUNCTION_INFO_V1(shnor_binomial_test);

/*
 * Probability of k or fewer successes in n trials (A&S 26.5.24), for k < n
 * and n > 0; 0 for k < 0.
 */
static double
binomial_lower(int64 k, int64 n, double p)
{
	double		lower;
	double		upper;

	if (k < 0)
		return 0.0;
	if (k >= n)
		return 1.0;
	shnor_beta_cdf(p, 1.0 - p, (double) k + 1.0, (double) (n - k),
				   &lower, &upper);
	return upper;
}

/*
 * Probability of k or more successes in n trials (A&S 26.5.24).
 */
static double
binomial_upper(int64 k, int64 n, double p)
{
	double		lower;
	double		upper;

	if (k <= 0)
		return 1.0;
	if (k > n)
		return 0.0;
	shnor_beta_cdf(p, 1.0 - p, (double) k, (double) (n - k) + 1.0,
				   &lower, &upper);
	return lower;
}

/*
 * Total probability of the outcomes no more probable than k, for 0 < p < 1.
 *
 * Probabilities only fall away from the mean on either side, so on the other
 * side of it the outcomes that count are those from some number outwards; a
 * binary search finds it.
 */
static double
two_sided(int64 k, int64 n, double p)
{
	double		mean = (double) n * p;
	double		limit;
	int64		near;
	int64		far;

	if ((double) k == mean)
		return 1.0;

	limit = shnor_binomial_log_pmf((double) k, (double) n, p) +
		log1p(TIE_TOLERANCE);

	if ((double) k < mean)
	{
		double		edge = ceil(mean);

		/* the least outcome in [near, n] that counts, or n + 1 */
		near = edge >= (double) n ? n : (int64) edge;
		if (shnor_binomial_log_pmf((double) n, (double) n, p) > limit)
			return binomial_lower(k, n, p);
		far = n;
		while (near < far)
		{
			int64		middle = near + (far - near) / 2;

			if (shnor_binomial_log_pmf((double) middle, (double) n, p) <= limit)
				far = middle;
			else
				near = middle + 1;
		}
		return binomial_lower(k, n, p) + binomial_upper(far, n, p);
	}
	else
	{
		double		edge = floor(mean);

		/* the greatest outcome in [0, near] that counts, or none */
		near = edge >= (double) n ? n : (int64) edge;
		if (shnor_binomial_log_pmf(0.0, (double) n, p) > limit)
			return binomial_upper(k, n, p);
		far = 0;
		while (far < near)
		{
			int64		middle = far + (near - far + 1) / 2;

			if (shnor_binomial_log_pmf((double) middle, (double) n, p) <= limit)
				far = middle;
			else
				near = middle - 1;
		}
		return binomial_lower(far, n, p) + binomial_upper(k, n, p);
	}
}

/*
 * binomial_test(k, n, p, alternative): the p-value; NULL for n = 0.
 */
Datum
shnor_binomial_test(PG_FUNCTION_ARGS)
{
	int64		k = PG_GETARG_INT64(0);
	int64		n = PG_GETARG_INT64(1);
	double		p = PG_GETARG_FLOAT8(2);
	ShnorAlternative alternative = shnor_get_alternative(fcinfo, 3, true);
	bool		less = alternative == SHNOR_LESS;
	bool		greater = alternative == SHNOR_GREATER;
	double		result;

	shnor_check_share_counts(k, n);
	if (!(p >= 0.0 && p <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("tested probability is out of range"),
				 errdetail("p is %g.", p),
				 errhint("The probability must be between 0 and 1.")));
	if (n == 0)
		PG_RETURN_NULL();

	/* a certain outcome: all trials fail or all succeed */
	if (p == 0.0 || p == 1.0)
	{
		int64		certain = p == 0.0 ? 0 : n;

		PG_RETURN_FLOAT8(k == certain ||
						 (less && k > certain) ||
						 (greater && k < certain) ? 1.0 : 0.0);
	}

	if (less)
		result = binomial_lower(k, n, p);
	else if (greater)
		result = binomial_upper(k, n, p);
	else
		result = two_sided(k, n, p);
	PG_RETURN_FLOAT8(Min(result, 1.0));
}
