/*
 * item_inversion.c
 *		Item profiles compared: a school's with the region's order of
 *		difficulty, and a weaker group's with a stronger one's.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "item_rank_core.h"
#include "item_scores.h"
#include "marker.h"
#include "special_core.h"
#include "task_dist.h"
#include "task_dist_stats.h"

PG_FUNCTION_INFO_V1(shnor_profile_spearman);
PG_FUNCTION_INFO_V1(shnor_profile_kendall);
PG_FUNCTION_INFO_V1(shnor_item_inversion);
PG_FUNCTION_INFO_V1(shnor_item_contrast);
PG_FUNCTION_INFO_V1(shnor_item_crossing);

/*
 * Sets x and y, of SHNOR_MAX_ITEMS elements, to the pairs of arguments 0 and 1
 * of which neither is NULL; returns their number.
 */
static int
get_profiles(FunctionCallInfo fcinfo, double *x, double *y)
{
	Datum	   *value[2];
	bool	   *isnull[2];
	int			items[2];
	int			n = 0;

	for (int a = 0; a < 2; a++)
	{
		ArrayType  *array = PG_GETARG_ARRAYTYPE_P(a);

		if (ARR_NDIM(array) > 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("profile must have one dimension"),
					 errdetail("It has %d dimensions.", ARR_NDIM(array))));
		deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
						  TYPALIGN_DOUBLE, &value[a], &isnull[a], &items[a]);
	}
	if (items[0] != items[1])
		task_dist_bad_length(items[0], items[1]);
	if (items[0] > SHNOR_MAX_ITEMS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("too many items: %d", items[0]),
				 errdetail("A work has at most %d items.", SHNOR_MAX_ITEMS)));
	for (int i = 0; i < items[0]; i++)
	{
		if (isnull[0][i] || isnull[1][i])
			continue;
		x[n] = DatumGetFloat8(value[0][i]);
		y[n] = DatumGetFloat8(value[1][i]);
		if (!isfinite(x[n]) || !isfinite(y[n]))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("value of a profile is not finite"),
					 errdetail("Element %d of a profile is NaN or infinite.",
							   i + 1)));
		n++;
	}
	return n;
}

/* profile_spearman(a, b) */
Datum
shnor_profile_spearman(PG_FUNCTION_ARGS)
{
	double		x[SHNOR_MAX_ITEMS];
	double		y[SHNOR_MAX_ITEMS];
	int			n = get_profiles(fcinfo, x, y);
	double		rho;

	if (!item_spearman(x, y, n, &rho))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(rho);
}

/* profile_kendall(a, b) */
Datum
shnor_profile_kendall(PG_FUNCTION_ARGS)
{
	double		x[SHNOR_MAX_ITEMS];
	double		y[SHNOR_MAX_ITEMS];
	int			n = get_profiles(fcinfo, x, y);
	ItemPairs	pairs = item_count_pairs(x, y, n);
	double		tau;

	if (!item_kendall(&pairs, &tau))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(tau);
}

/*
 * Sets p to the completion of every item.  Both integers are exact in a
 * double, so equal shares of groups of different sizes are equal doubles.
 */
static void
get_completions(const TaskDist *dist, const int *max_score, double *p)
{
	for (int i = 0; i < dist->items; i++)
		p[i] = (double) task_dist_item_sum(dist, i) /
			(double) (dist->participants * max_score[i]);
}

/*
 * Splits the items by the reference's completions p: sets half[i] to -1 for
 * the easier half, 1 for the harder half, and 0 for the middle one of an odd
 * number; of equal completion the earlier item is taken for the easier.
 * Returns the size of a half.
 */
static int
split_items(const double *p, int items, int *half)
{
	int			size = items / 2;

	for (int i = 0; i < items; i++)
	{
		int			easier = 0;

		for (int j = 0; j < items; j++)
			easier += p[j] > p[i] || (p[j] == p[i] && j < i);
		half[i] = easier < size ? -1 : easier >= items - size ? 1 : 0;
	}
	return size;
}

/*
 * Returns the completion of a half of the items together: the sum of their
 * scores over what it could be.
 */
static double
half_completion(const TaskDist *dist, const int *max_score, const int *half,
				int which)
{
	int64		sum = 0;
	int64		most = 0;

	for (int i = 0; i < dist->items; i++)
	{
		if (half[i] != which)
			continue;
		sum += task_dist_item_sum(dist, i);
		most += max_score[i];
	}
	/* at most 100 items * 100 points * 10^12 participants = 10^16 < 2^63 */
	return (double) sum / (double) (dist->participants * most);
}

/*
 * Reads two summaries and the maxima, arguments 0 to 2.  Returns false when
 * either is of nobody.
 */
static bool
get_pair(FunctionCallInfo fcinfo, const TaskDist **a, const TaskDist **b,
		 int *max_score)
{
	int			items = item_maxima_get(PG_GETARG_DATUM(2), max_score);

	*a = PG_GETARG_TASK_DIST(0);
	*b = PG_GETARG_TASK_DIST(1);
	if ((*a)->participants == 0 || (*b)->participants == 0)
		return false;
	task_dist_check_maxima(*a, max_score, items);
	task_dist_check_maxima(*b, max_score, items);
	return true;
}

/* item_inversion(d, reference, max_scores) */
Datum
shnor_item_inversion(PG_FUNCTION_ARGS)
{
	const TaskDist *dist;
	const TaskDist *reference;
	int			max_score[SHNOR_MAX_ITEMS];
	double		p[SHNOR_MAX_ITEMS];
	double		q[SHNOR_MAX_ITEMS];
	int			half[SHNOR_MAX_ITEMS];
	int			below = 0;
	int			above = 0;
	int			size;
	int			ordered;
	double		gap[2] = {NAN, NAN};
	ItemPairs	pairs;
	double		rho = NAN;
	double		tau = NAN;
	ShnorRow	row = {0};

	if (!get_pair(fcinfo, &dist, &reference, max_score))
		PG_RETURN_NULL();
	get_completions(dist, max_score, p);
	get_completions(reference, max_score, q);
	if (!item_spearman(p, q, dist->items, &rho))
		rho = NAN;
	pairs = item_count_pairs(p, q, dist->items);
	if (!item_kendall(&pairs, &tau))
		tau = NAN;
	ordered = pairs.same + pairs.opposite + pairs.tied_x;
	size = split_items(q, dist->items, half);
	for (int i = 0; i < dist->items; i++)
	{
		below += half[i] < 0 && p[i] < q[i];
		above += half[i] > 0 && p[i] > q[i];
	}
	for (int h = 0; h < 2 && size > 0; h++)
		gap[h] = half_completion(dist, max_score, half, 2 * h - 1) -
			half_completion(reference, max_score, half, 2 * h - 1);

	shnor_row_any(&row, Int32GetDatum(dist->items));
	shnor_row_float8(&row, rho);
	shnor_row_float8(&row, tau);
	shnor_row_any(&row, Int32GetDatum(pairs.opposite));
	shnor_row_float8(&row, ordered > 0 ? (double) pairs.opposite / ordered : NAN);
	shnor_row_any(&row, Int32GetDatum(size));
	shnor_row_any(&row, Int32GetDatum(below));
	shnor_row_float8(&row, gap[0]);
	shnor_row_any(&row, Int32GetDatum(above));
	shnor_row_float8(&row, gap[1]);
	shnor_row_any(&row, BoolGetDatum(gap[0] < 0 && gap[1] > 0));
	row.nulls[row.len - 1] = size == 0;
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}

/* item_contrast(scores, reference, max_scores) */
Datum
shnor_item_contrast(PG_FUNCTION_ARGS)
{
	const TaskDist *reference = PG_GETARG_TASK_DIST(1);
	ItemScores	row;
	int			max_score[SHNOR_MAX_ITEMS];
	double		q[SHNOR_MAX_ITEMS];
	int			half[SHNOR_MAX_ITEMS];
	int			items = item_maxima_get(PG_GETARG_DATUM(2), max_score);
	int			sum[3] = {0, 0, 0};
	int			most[3] = {0, 0, 0};

	PG_GETARG_ITEM_SCORES(0, &row);
	if (row.items == 0 || reference->participants == 0)
		PG_RETURN_NULL();
	if (row.items != reference->items)
		task_dist_bad_length(row.items, reference->items);
	task_dist_check_maxima(reference, max_score, items);
	get_completions(reference, max_score, q);
	if (split_items(q, items, half) == 0)
		PG_RETURN_NULL();
	for (int i = 0; i < items; i++)
	{
		if (row.score[i] > max_score[i])
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("item score above its maximum: %d", row.score[i]),
					 errdetail("The maximum of item %d is %d.", i + 1,
							   max_score[i])));
		sum[1 + half[i]] += Max(row.score[i], 0);
		most[1 + half[i]] += max_score[i];
	}
	PG_RETURN_FLOAT8((double) sum[2] / most[2] - (double) sum[0] / most[0]);
}

/*
 * Sets *sum and *sum2 to the sums of an item's scores and of their squares;
 * the latter is at most 10^4 * 10^12.
 */
static void
item_moments(const TaskDist *dist, int item, double *sum, double *sum2)
{
	const int64_t *cell = task_dist_item(dist, item);
	int64		squares = 0;

	for (int64 s = 1; TASK_DIST_COLUMN(s) < dist->columns; s++)
		squares += s * s * cell[TASK_DIST_COLUMN(s)];
	*sum = (double) task_dist_item_sum(dist, item);
	*sum2 = (double) squares;
}

/*
 * item_crossing(weaker, stronger, max_scores): a row for each item.
 *
 * z is that of the permutation distribution of the weaker group's sum when
 * the pooled scores are dealt to the groups at random: mean m * S / n and
 * variance m * k / (n * (n - 1)) * (Q - S^2 / n) for groups of m and k
 * participants, n in both, S and Q the pooled sums of scores and of squares
 * (Pitman 1937); less half a point for continuity.
 */
Datum
shnor_item_crossing(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	const TaskDist *weaker;
	const TaskDist *stronger;
	int			max_score[SHNOR_MAX_ITEMS];
	double		p[SHNOR_MAX_ITEMS];
	double		q[SHNOR_MAX_ITEMS];
	double		m;
	double		k;
	double		n;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (!get_pair(fcinfo, &weaker, &stronger, max_score))
		return (Datum) 0;
	get_completions(weaker, max_score, p);
	get_completions(stronger, max_score, q);
	m = (double) weaker->participants;
	k = (double) stronger->participants;
	n = m + k;
	for (int i = 0; i < weaker->items; i++)
	{
		double		sum[2];
		double		sum2[2];
		double		spread;
		Datum		values[6];
		bool		nulls[6] = {false};

		item_moments(weaker, i, &sum[0], &sum2[0]);
		item_moments(stronger, i, &sum[1], &sum2[1]);
		/* n * Q - S^2 is not negative, and exact for groups of any real size */
		spread = n * (sum2[0] + sum2[1]) -
			(sum[0] + sum[1]) * (sum[0] + sum[1]);
		values[0] = Int32GetDatum(i + 1);
		values[1] = Float8GetDatum(p[i]);
		values[2] = Float8GetDatum(q[i]);
		values[3] = Float8GetDatum(p[i] - q[i]);
		nulls[4] = nulls[5] = !(spread > 0);
		if (spread > 0)
		{
			double		sd = sqrt(m / n * (k / n) / (n - 1) * spread);
			double		z = (sum[0] - m * ((sum[0] + sum[1]) / n) - 0.5) / sd;

			values[4] = Float8GetDatum(z);
			values[5] = Float8GetDatum(shnor_normal_cdf(-z));
		}
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}
