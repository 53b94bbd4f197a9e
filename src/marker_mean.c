/*
 * marker_mean.c
 *		Means and variances of a group against the rest: Welch's test, variance
 *		within and between schools, the change of a share.
 */
#include "postgres.h"

#include <math.h>

#include "access/attnum.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "utils/array.h"

#include "distribution.h"
#include "marker.h"
#include "score_dist.h"
#include "share_interval.h"
#include "special_core.h"

PG_FUNCTION_INFO_V1(shnor_mean_test);
PG_FUNCTION_INFO_V1(shnor_welch_test);
PG_FUNCTION_INFO_V1(shnor_variance_accum);
PG_FUNCTION_INFO_V1(shnor_variance_combine);
PG_FUNCTION_INFO_V1(shnor_variance_final);
PG_FUNCTION_INFO_V1(shnor_variance_test);
PG_FUNCTION_INFO_V1(shnor_share_change_test);

/* Means and deviations beyond this are refused: their squares stay finite. */
#define NUMBER_MAX	1e100

/*
 * What a test of means knows of one group.
 */
typedef struct Sample
{
	double		n;
	double		mean;
	double		squares;		/* sum of squared differences from the mean */
	double		fourths;		/* the same of fourth powers */
} Sample;

/*
 * State of variance_within: doubles in an array, so that it can be sent
 * between processes as it is.
 */
typedef enum VarianceSum
{
	VARIANCE_GROUPS,
	VARIANCE_N,					/* scored participants */
	VARIANCE_N_SQUARES,			/* sum of the groups' n^2 */
	VARIANCE_MEAN,				/* of all participants */
	VARIANCE_BETWEEN,			/* sum of n (group's mean - mean)^2 */
	VARIANCE_WITHIN,			/* sum of squares within the groups */
	VARIANCE_FOURTHS,			/* sum of fourth powers within the groups */
	VARIANCE_LEN
} VarianceSum;

/*
 * The scores of a score_dist.  The mean of equal scores is exact, so that
 * their squares are exactly 0.
 */
static Sample
sample_of(const ScoreDist *dist)
{
	Sample		sample = {.n = (double) dist->scored};
	int64		sum = 0;

	for (int64 s = 0; s < dist->nbins; s++)
		sum += s * dist->bin[s];
	if (dist->scored == 0)
		return sample;
	sample.mean = (double) sum / sample.n;
	for (int s = 0; s < dist->nbins; s++)
	{
		double		square = (s - sample.mean) * (s - sample.mean);

		sample.squares += (double) dist->bin[s] * square;
		sample.fourths += (double) dist->bin[s] * square * square;
	}
	return sample;
}

/*
 * The test of a group's mean against the rest's (Welch 1947), with degrees of
 * freedom by Satterthwaite (1946): the variance of the difference is that of
 * both means and of the schools' true means, `between`, which is taken as
 * known.  A group of fewer than two, or no variance, leaves it undefined.
 */
static Datum
test_means(FunctionCallInfo fcinfo, const Sample *group, const Sample *rest,
		   double between)
{
	ShnorRow	row = {0};
	double		difference = NAN;
	double		effect = NAN;
	double		t = NAN;
	double		df = NAN;

	if (group->n >= 1.0 && rest->n >= 1.0)
		difference = group->mean - rest->mean;
	if (rest->n >= 2.0 && rest->squares > 0.0)
		effect = difference / sqrt(rest->squares / (rest->n - 1.0));
	if (group->n >= 2.0 && rest->n >= 2.0)
	{
		double		group_part = group->squares / (group->n - 1.0) / group->n;
		double		rest_part = rest->squares / (rest->n - 1.0) / rest->n;
		double		sampling = group_part + rest_part;

		if (sampling > 0.0)
		{
			double		a = group_part / sampling;
			double		b = rest_part / sampling;
			double		whole = 1.0 + between / sampling;

			t = difference / sqrt(sampling + between);
			df = whole * whole /
				(a * a / (group->n - 1.0) + b * b / (rest->n - 1.0));
			df = Min(df, SHNOR_DF_MAX);
		}
	}
	shnor_row_int64(&row, (int64) group->n);
	shnor_row_int64(&row, (int64) rest->n);
	shnor_row_float8(&row, difference);
	shnor_row_float8(&row, effect);
	shnor_row_tails(&row, t, df);
	return shnor_row_datum(fcinfo, &row);
}

/*
 * Raise an error unless a variance is a number of at least 0.
 */
static void
check_between(double between)
{
	if (!(between >= 0.0 && between <= NUMBER_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("variance between schools is out of range"),
				 errdetail("The variance is %g.", between),
				 errhint("Pass 0, or variance_between of the schools.")));
}

/*
 * mean_test(d, rest, between)
 */
Datum
shnor_mean_test(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	Sample		group = sample_of(PG_GETARG_SCORE_DIST(0, &buffer));
	Sample		rest = sample_of(PG_GETARG_SCORE_DIST(1, &buffer));
	double		between = PG_GETARG_FLOAT8(2);

	check_between(between);
	PG_RETURN_DATUM(test_means(fcinfo, &group, &rest, between));
}

/*
 * The sample of arguments first..first + 2: its number, mean and standard
 * deviation, of which the last two may be NULL where they are undefined.
 */
static Sample
get_sample(FunctionCallInfo fcinfo, int first)
{
	Sample		sample = {.n = (double) PG_GETARG_INT64(first)};
	double		deviation = 0.0;

	if (PG_GETARG_INT64(first) < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of participants is out of range"),
				 errdetail("The number is %lld.",
						   (long long) PG_GETARG_INT64(first)),
				 errhint("It must not be negative.")));
	shnor_check_count_limit(PG_GETARG_INT64(first));
	if (!PG_ARGISNULL(first + 1))
		sample.mean = PG_GETARG_FLOAT8(first + 1);
	else
		sample.n = 0.0;
	if (!PG_ARGISNULL(first + 2))
		deviation = PG_GETARG_FLOAT8(first + 2);
	else
		sample.n = Min(sample.n, 1.0);
	if (!(fabs(sample.mean) <= NUMBER_MAX) ||
		!(deviation >= 0.0 && deviation <= NUMBER_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("mean or standard deviation is out of range"),
				 errdetail("The mean is %g, the standard deviation %g.",
						   sample.mean, deviation),
				 errhint("Both must be numbers within %g of 0, the deviation not negative.",
						 NUMBER_MAX)));
	sample.squares = (sample.n - 1.0) * deviation * deviation;
	return sample;
}

/*
 * welch_test(n, mean, stddev, rest_n, rest_mean, rest_stddev, between)
 */
Datum
shnor_welch_test(PG_FUNCTION_ARGS)
{
	Sample		group;
	Sample		rest;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3) || PG_ARGISNULL(6))
		PG_RETURN_NULL();
	check_between(PG_GETARG_FLOAT8(6));
	group = get_sample(fcinfo, 0);
	rest = get_sample(fcinfo, 3);
	PG_RETURN_DATUM(test_means(fcinfo, &group, &rest, PG_GETARG_FLOAT8(6)));
}

/*
 * The state's doubles, or an error if it is not what this file makes: anybody
 * may call the support functions with an array of his own.
 */
static double *
get_variance_sums(ArrayType *array)
{
	const double *sums = (const double *) ARR_DATA_PTR(array);

	if (ARR_NDIM(array) != 1 || ARR_DIMS(array)[0] != VARIANCE_LEN ||
		ARR_HASNULL(array) || ARR_ELEMTYPE(array) != FLOAT8OID ||
		!(sums[VARIANCE_GROUPS] >= 0.0 &&
		  sums[VARIANCE_GROUPS] <= sums[VARIANCE_N] &&
		  sums[VARIANCE_N] <= 1e18))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("state of variance_components must be an array of %d sums",
						VARIANCE_LEN),
				 errhint("Call the aggregate, not its support functions.")));
	return (double *) ARR_DATA_PTR(array);
}

/*
 * Add the sums of `more` to the state, by the rule of Chan, Golub and LeVeque
 * (1983) for sums of squares of two sets with means of their own.
 */
static void
add_variance_sums(double *sums, const double *more)
{
	double		n = sums[VARIANCE_N];
	double		m = more[VARIANCE_N];
	double		apart = more[VARIANCE_MEAN] - sums[VARIANCE_MEAN];

	sums[VARIANCE_MEAN] += apart * (m / (n + m));
	sums[VARIANCE_BETWEEN] += more[VARIANCE_BETWEEN] +
		apart * apart * (n * (m / (n + m)));
	sums[VARIANCE_GROUPS] += more[VARIANCE_GROUPS];
	sums[VARIANCE_N] += m;
	sums[VARIANCE_N_SQUARES] += more[VARIANCE_N_SQUARES];
	sums[VARIANCE_WITHIN] += more[VARIANCE_WITHIN];
	sums[VARIANCE_FOURTHS] += more[VARIANCE_FOURTHS];
}

/*
 * Transition: count a group, unless it has no scores.
 */
Datum
shnor_variance_accum(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	double	   *sums;
	ScoreDistBuffer buffer;
	Sample		sample;
	double		more[VARIANCE_LEN];

	sample = sample_of(PG_GETARG_SCORE_DIST(1, &buffer));
	if (sample.n == 0.0)
		PG_RETURN_ARRAYTYPE_P(array);
	if (!AggCheckCallContext(fcinfo, NULL))
		array = PG_GETARG_ARRAYTYPE_P_COPY(0);
	sums = get_variance_sums(array);
	more[VARIANCE_GROUPS] = 1.0;
	more[VARIANCE_N] = sample.n;
	more[VARIANCE_N_SQUARES] = sample.n * sample.n;
	more[VARIANCE_MEAN] = sample.mean;
	more[VARIANCE_BETWEEN] = 0.0;
	more[VARIANCE_WITHIN] = sample.squares;
	more[VARIANCE_FOURTHS] = sample.fourths;
	add_variance_sums(sums, more);
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * Combine two states.
 */
Datum
shnor_variance_combine(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P_COPY(0);
	const double *more = get_variance_sums(PG_GETARG_ARRAYTYPE_P(1));
	double	   *sums = get_variance_sums(array);

	if (more[VARIANCE_N] > 0.0)
		add_variance_sums(sums, more);
	PG_RETURN_ARRAYTYPE_P(array);
}

/*
 * Final function of variance_components: within by pooling, between by
 * equating the mean square between groups with its expectation (analysis of
 * variance of groups of unequal size; Searle, Casella and McCulloch 1992,
 * 3.6), not below 0.  NULL without any group.
 */
Datum
shnor_variance_final(PG_FUNCTION_ARGS)
{
	const double *sums = get_variance_sums(PG_GETARG_ARRAYTYPE_P(0));
	double		groups = sums[VARIANCE_GROUPS];
	double		n = sums[VARIANCE_N];
	double		df = n - groups;
	double		within = NAN;
	double		between = NAN;
	ShnorRow	row = {0};

	if (groups == 0.0)
		PG_RETURN_NULL();
	if (df > 0.0)
		within = sums[VARIANCE_WITHIN] / df;
	if (groups > 1.0 && df > 0.0)
	{
		double		typical = (n - sums[VARIANCE_N_SQUARES] / n) /
		(groups - 1.0);

		between = (sums[VARIANCE_BETWEEN] / (groups - 1.0) - within) / typical;
		between = Max(between, 0.0);
	}
	shnor_row_int64(&row, (int64) groups);
	shnor_row_int64(&row, (int64) n);
	shnor_row_float8(&row, sums[VARIANCE_MEAN]);
	shnor_row_float8(&row, within);
	shnor_row_int64(&row, (int64) df);
	shnor_row_float8(&row, between);
	shnor_row_float8(&row, sums[VARIANCE_WITHIN]);
	shnor_row_float8(&row, sums[VARIANCE_FOURTHS]);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}

/*
 * Degrees of freedom of a variance of n values whose fourth moment is
 * `kurtosis` times the squared variance, 3 for normal ones (Shoemaker 2003).
 * n > 1 and kurtosis >= 1, which every distribution has, make it positive.
 */
static double
variance_df(double n, double kurtosis)
{
	return 2.0 * n / (kurtosis - (n - 3.0) / (n - 1.0));
}

/*
 * Column n of a row, 0 where it is NULL.
 */
static double
get_float8(HeapTupleHeader row, AttrNumber n, bool *isnull)
{
	Datum		value = GetAttributeByNum(row, n, isnull);

	return *isnull ? 0.0 : DatumGetFloat8(value);
}

/*
 * variance_test(d, groups): the group's variance against the pooled one of the
 * other groups, those of all groups less its own.  NULL when a column of
 * variance_components that it needs is.
 */
Datum
shnor_variance_test(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	Sample		group = sample_of(PG_GETARG_SCORE_DIST(0, &buffer));
	HeapTupleHeader all = PG_GETARG_HEAPTUPLEHEADER(1);
	bool		isnull[4];
	int64		groups = DatumGetInt64(GetAttributeByNum(all, 1, &isnull[0]));
	int64		n = DatumGetInt64(GetAttributeByNum(all, 2, &isnull[1]));
	double		squares = get_float8(all, 7, &isnull[2]);
	double		fourths = get_float8(all, 8, &isnull[3]);
	double		rest_n = (double) n - group.n;
	double		rest_groups = (double) groups - (group.n > 0.0 ? 1.0 : 0.0);
	double		rest_df = rest_n - rest_groups;
	double		variance = NAN;
	double		rest_variance = NAN;
	double		ratio = NAN;
	double		df = NAN;
	double		df_rest = NAN;
	double		lower = NAN;
	double		upper = NAN;
	ShnorRow	row = {0};

	if (isnull[0] || isnull[1] || isnull[2] || isnull[3])
		PG_RETURN_NULL();
	if (groups < 1 || n < groups || rest_df < 0.0 ||
		!(squares >= group.squares * (1.0 - 1e-9)) ||
		!(fourths >= group.fourths * (1.0 - 1e-9)) ||
		!isfinite(squares) || !isfinite(fourths))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the group is no part of the groups it is compared with"),
				 errdetail("All groups: participants %lld, groups %lld, sum of squares %g, of fourth powers %g; the group: %.0f, %g, %g.",
						   (long long) n, (long long) groups, squares, fourths,
						   group.n, group.squares, group.fourths),
				 errhint("Pass variance_components of all groups, this one among them.")));

	if (group.n >= 2.0)
		variance = group.squares / (group.n - 1.0);
	if (rest_df >= 1.0)
		rest_variance = Max(squares - group.squares, 0.0) / rest_df;
	/* a difference that is but rounding is no variance */
	if (rest_variance * rest_df <= 1e-12 * squares)
		rest_variance = 0.0;
	if (rest_variance > 0.0)
		ratio = variance / rest_variance;
	if (group.n >= 2.0 && rest_variance > 0.0)
	{
		double		second = squares / (double) n;
		double		kurtosis = fourths / (double) n / (second * second);

		kurtosis = Max(kurtosis, 1.0);
		df = variance_df(group.n, kurtosis);
		df_rest = variance_df(rest_df + 1.0, kurtosis);
		if (df >= SHNOR_DF_MIN && df_rest >= SHNOR_DF_MIN)
			shnor_f_tails(ratio, df, df_rest, &lower, &upper);
	}
	shnor_row_int64(&row, (int64) group.n);
	shnor_row_float8(&row, variance);
	shnor_row_float8(&row, rest_variance);
	shnor_row_float8(&row, ratio);
	shnor_row_float8(&row, df);
	shnor_row_float8(&row, df_rest);
	shnor_row_float8(&row, upper);
	shnor_row_float8(&row, lower);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}

/*
 * share_change_test(k1, n1, k2, n2, rest_k1, rest_n1, rest_k2, rest_n2): NULL
 * when a group is empty.
 *
 * The change of a share net of the rest's is a linear function of four shares.
 * Its variance is taken at the shares (k + 1/2) / (n + 1), which keep it right
 * for small groups and for shares of 0 and 1 (Price and Bonett 2004).
 */
Datum
shnor_share_change_test(PG_FUNCTION_ARGS)
{
	double		share[4] = {0};
	double		adjusted = 0.0;
	double		variance = 0.0;
	double		z;
	bool		is_empty = false;
	ShnorRow	row = {0};

	for (int i = 0; i < 4; i++)
	{
		int64		k = PG_GETARG_INT64(2 * i);
		int64		n = PG_GETARG_INT64(2 * i + 1);
		double		p;

		shnor_check_share_counts(k, n);
		if (n == 0)
		{
			is_empty = true;
			continue;
		}
		share[i] = (double) k / (double) n;
		p = ((double) k + 0.5) / ((double) n + 1.0);
		variance += p * (1.0 - p) / ((double) n + 1.0);
		adjusted += (i == 1 || i == 2) ? p : -p;
	}
	if (is_empty)
		PG_RETURN_NULL();
	z = adjusted / sqrt(variance);
	shnor_row_float8(&row, share[1] - share[0]);
	shnor_row_float8(&row, share[3] - share[2]);
	shnor_row_float8(&row, share[1] - share[0] - (share[3] - share[2]));
	shnor_row_float8(&row, z);
	shnor_row_float8(&row, shnor_normal_cdf(-z));
	shnor_row_float8(&row, shnor_normal_cdf(z));
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}
