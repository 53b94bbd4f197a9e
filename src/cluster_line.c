/*
 * cluster_line.c
 *		Groups of numbers on a line: the aggregate optimal_clusters, and window
 *		functions that label each row or judge its label.
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"

#include "cluster.h"
#include "cluster_line_core.h"
#include "partition_values.h"

PG_FUNCTION_INFO_V1(shnor_optimal_clusters);
PG_FUNCTION_INFO_V1(shnor_optimal_cluster);
PG_FUNCTION_INFO_V1(shnor_silhouette);
PG_FUNCTION_INFO_V1(shnor_quantile_band);

/*
 * Numbers being grouped.
 */
typedef struct LineFit
{
	const double *sorted;
	size_t		len;
	ShnorLinePoints points;
	double	   *cost[2];		/* of the layer before and of this one */
	uint32	   *split;			/* all layers */
	int		   *label;			/* len: 0 .. k - 1 */
	double	   *silhouette;		/* len */
} LineFit;

/*
 * Prepare to group numbers, in ascending order, into at most k_max groups.
 */
static void
line_fit_create(LineFit *fit, const double *sorted, size_t len,
				size_t distinct, int k_max)
{
	fit->sorted = sorted;
	fit->len = len;
	fit->points.value = shnor_alloc_numbers(distinct);
	fit->points.count = shnor_alloc_numbers(distinct + 1);
	fit->points.sum = shnor_alloc_numbers(distinct + 1);
	fit->points.square = shnor_alloc_numbers(distinct + 1);
	fit->cost[0] = shnor_alloc_numbers(distinct + 1);
	fit->cost[1] = shnor_alloc_numbers(distinct + 1);
	fit->split = palloc_extended((size_t) k_max * (distinct + 1) *
								 sizeof(uint32), MCXT_ALLOC_HUGE);
	fit->label = palloc_extended(len * sizeof(int), MCXT_ALLOC_HUGE);
	fit->silhouette = shnor_alloc_numbers(len);
	shnor_line_points(sorted, len, &fit->points);
}

/*
 * Extend the table by the layer of k groups; those before are there.
 */
static void
line_fit_extend(LineFit *fit, int k)
{
	CHECK_FOR_INTERRUPTS();
	shnor_line_layer(&fit->points, k, fit->cost[(k - 1) % 2],
					 fit->cost[k % 2],
					 fit->split + (size_t) (k - 1) * (fit->points.len + 1));
}

/*
 * Label the numbers by the best k groups.
 */
static void
line_fit_label(LineFit *fit, int k)
{
	size_t		first[SHNOR_CLUSTERS_MAX + 1];
	int			group = 0;

	shnor_line_groups(&fit->points, k, fit->split, first);
	for (size_t i = 0; i < fit->len; i++)
	{
		while (group + 1 < k &&
			   fit->sorted[i] >= fit->points.value[first[group + 1]])
			group++;
		fit->label[i] = group;
	}
}

/*
 * Mean silhouette of the labelled numbers; not a number for one group.
 */
static double
line_fit_silhouette(LineFit *fit, int k)
{
	double	   *work = shnor_alloc_numbers(4 * k);
	double		sum = 0.0;

	shnor_line_silhouettes(fit->sorted, fit->label, fit->len, k, work,
						   fit->silhouette);
	pfree(work);
	for (size_t i = 0; i < fit->len; i++)
		sum += fit->silhouette[i];
	return sum / (double) fit->len;
}

/*
 * Group numbers in ascending order into the k groups, k_min <= k <= k_max, of
 * the greatest mean silhouette, and label them.  Returns k.
 */
static int
fit_line(LineFit *fit, const double *sorted, size_t len, int k_min, int k_max)
{
	size_t		distinct = shnor_distinct(sorted, len);
	double		best = -HUGE_VAL;
	int			chosen = k_min;

	if ((size_t) k_min > distinct)
		shnor_too_many_clusters(k_min, distinct);
	k_max = Min((size_t) k_max, distinct);
	line_fit_create(fit, sorted, len, distinct, k_max);
	for (int k = 1; k <= k_max; k++)
	{
		line_fit_extend(fit, k);
		if (k >= k_min && k_min < k_max)
		{
			double		silhouette;

			line_fit_label(fit, k);
			silhouette = line_fit_silhouette(fit, k);
			if (silhouette > best)
			{
				best = silhouette;
				chosen = k;
			}
		}
	}
	line_fit_label(fit, chosen);
	return chosen;
}

/*
 * Bounds of the number of clusters from the aggregate's parameters.
 */
static void
get_cluster_numbers(const ShnorSample *sample, int *k_min, int *k_max)
{
	*k_min = sample->parameter[0];
	*k_max = sample->parameter[sample->nparameters - 1];
	shnor_check_cluster_number(*k_min);
	shnor_check_cluster_number(*k_max);
	if (sample->nparameters > 1 && (*k_min < 2 || *k_min > *k_max))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bounds of the number of clusters are out of order"),
				 errdetail("k_min is %d, k_max is %d.", *k_min, *k_max),
				 errhint("k_min must be 2 or more, k_max not less.")));
}

/*
 * Final function of optimal_clusters: NULL over no numbers.
 */
Datum
shnor_optimal_clusters(PG_FUNCTION_ARGS)
{
	const ShnorSample *sample = PG_GETARG_SAMPLE(0);
	ShnorSpace	space = {.len = sample->len,.width = 1};
	LineFit		fit;
	double		total;
	int			k_min;
	int			k_max;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");
	get_cluster_numbers(sample, &k_min, &k_max);
	if (sample->len == 0)
		PG_RETURN_NULL();

	space.row = shnor_sample_sorted(sample);
	space.k = fit_line(&fit, space.row, sample->len, k_min, k_max);
	shnor_space_allocate(&space);
	shnor_space_measure(&space);
	total = space.within[0];
	space.label = fit.label;
	space.made = space.k;
	shnor_space_measure(&space);
	PG_RETURN_DATUM(shnor_clusters_datum(fcinfo, sample, &space, total,
										 line_fit_silhouette(&fit, space.k)));
}

/*
 * Labels of a partition's values, from 1.
 */
static void
label_partition(const ShnorPartition *partition, double *result)
{
	int			k = DatumGetInt32(shnor_partition_constant(partition, 1));
	LineFit		fit;

	shnor_check_cluster_number(k);
	(void) fit_line(&fit, shnor_partition_numbers(partition), partition->len, k, k);
	for (int64 i = 0; i < partition->len; i++)
		result[partition->values[i].row] = fit.label[i] + 1;
}

/*
 * qsort comparator of int32.
 */
static int
int32_compare(const void *left, const void *right)
{
	int32		a = *(const int32 *) left;
	int32		b = *(const int32 *) right;

	return a < b ? -1 : a > b;
}

/*
 * Number the labels 0, 1, ... in ascending order; returns how many there are.
 */
static int
number_labels(int32 *label, int64 len)
{
	int32	   *known = palloc_extended(Max(len, 1) * sizeof(int32),
										MCXT_ALLOC_HUGE);
	int			k = 0;

	memcpy(known, label, len * sizeof(int32));
	qsort(known, len, sizeof(int32), int32_compare);
	for (int64 i = 0; i < len; i++)
		if (k == 0 || known[i] != known[k - 1])
			known[k++] = known[i];
	if (k > SHNOR_CLUSTERS_MAX)
		shnor_check_cluster_number(k);
	for (int64 i = 0; i < len; i++)
		label[i] = (int32 *) bsearch(&label[i], known, k, sizeof(int32),
									 int32_compare) - known;
	pfree(known);
	return k;
}

/*
 * Silhouettes of a partition's values in the clusters that argument 1 names;
 * a value whose cluster is NULL does not count.
 */
static void
judge_partition(const ShnorPartition *partition, double *result)
{
	const ShnorPartitionValue *values = partition->values;
	int64		len = partition->len;
	double	   *sorted = shnor_alloc_numbers(len);
	double	   *silhouette = shnor_alloc_numbers(len);
	int32	   *label = palloc_extended(len * sizeof(int32), MCXT_ALLOC_HUGE);
	int64	   *row = palloc_extended(len * sizeof(int64), MCXT_ALLOC_HUGE);
	int64		used = 0;
	int			k;

	for (int64 i = 0; i < len; i++)
	{
		bool		isnull;
		Datum		datum = shnor_partition_datum(partition, 1, values[i].row,
												  &isnull);

		CHECK_FOR_INTERRUPTS();
		if (isnull)
			continue;
		sorted[used] = values[i].value;
		label[used] = DatumGetInt32(datum);
		row[used] = values[i].row;
		used++;
	}
	k = number_labels(label, used);
	shnor_line_silhouettes(sorted, label, used, k,
						   shnor_alloc_numbers(4 * k), silhouette);
	for (int64 i = 0; i < used; i++)
		result[row[i]] = silhouette[i];
}

/*
 * Bands of a partition's values: of k parts of the ranks the one in which the
 * middle rank of equal values lies.
 */
static void
band_partition(const ShnorPartition *partition, double *result)
{
	const ShnorPartitionValue *values = partition->values;
	int64		len = partition->len;
	int			k = DatumGetInt32(shnor_partition_constant(partition, 1));
	int64		end;

	shnor_check_cluster_number(k);
	for (int64 first = 0; first < len; first = end)
	{
		int64		band;

		end = first + 1;
		while (end < len && values[end].value == values[first].value)
			end++;
		band = ((first + end) * k + 2 * len - 1) / (2 * len);
		for (int64 i = first; i < end; i++)
			result[values[i].row] = band;
	}
}

/*
 * The current row's result, a whole number.
 */
static Datum
partition_int32(FunctionCallInfo fcinfo, ShnorPartitionCompute compute)
{
	double		result;

	if (!shnor_partition_result(fcinfo, -SHNOR_NUMBER_LIMIT,
								SHNOR_NUMBER_LIMIT,
								"Pass NULL for a missing value.",
								compute, &result))
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) result);
}

/*
 * optimal_cluster(value, k) OVER (...)
 */
Datum
shnor_optimal_cluster(PG_FUNCTION_ARGS)
{
	return partition_int32(fcinfo, label_partition);
}

/*
 * quantile_band(value, k) OVER (...)
 */
Datum
shnor_quantile_band(PG_FUNCTION_ARGS)
{
	return partition_int32(fcinfo, band_partition);
}

/*
 * silhouette(value, cluster) OVER (...): NULL when there is but one cluster.
 */
Datum
shnor_silhouette(PG_FUNCTION_ARGS)
{
	double		result;

	if (!shnor_partition_result(fcinfo, -SHNOR_NUMBER_LIMIT,
								SHNOR_NUMBER_LIMIT,
								"Pass NULL for a missing value.",
								judge_partition, &result))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(result);
}
