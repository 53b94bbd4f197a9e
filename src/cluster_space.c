/*
 * cluster_space.c
 *		Clusters of rows of several numbers: the aggregate k_means, and the
 *		matching of clusters of two years.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"

#include "cluster.h"
#include "cluster_line_core.h"

/*
 * Passes over all rows after a split and at the end.  Some tens are usual;
 * where nothing is clustered, early ones need not go on to the last move.
 */
#define SPLIT_PASSES	10
#define K_MEANS_PASSES	1000

PG_FUNCTION_INFO_V1(shnor_k_means);
PG_FUNCTION_INFO_V1(shnor_match_clusters);

/*
 * Subtract from each number of the rows the mean of its column, which goes to
 * shift: far from 0 distances would be lost in rounding.
 */
static void
centre_rows(double *row, size_t len, int width, double *shift)
{
	for (int j = 0; j < width; j++)
	{
		shift[j] = 0.0;
		for (size_t i = 0; i < len; i++)
			shift[j] += row[i * width + j] / (double) len;
		for (size_t i = 0; i < len; i++)
			row[i * width + j] -= shift[j];
	}
}

/*
 * Sum of squares about the mean of all rows, before they are split.
 */
static double
start_total(ShnorSpace *space)
{
	shnor_space_measure(space);
	return space->within[0];
}

/*
 * Move rows until no move is worth it, in at most so many passes.
 */
static void
improve_space(ShnorSpace *space, int passes)
{
	bool		moved = true;

	while (moved && passes-- > 0)
		moved = shnor_space_improve(space);
}

/*
 * Split the rows into k clusters, one at a time, and move rows after each.
 */
static void
fit_space(ShnorSpace *space)
{
	double	   *work = shnor_alloc_numbers((size_t) 3 * space->k *
										   space->width);

	while (space->made < space->k)
	{
		if (!shnor_space_split(space, work))
			shnor_too_many_clusters(space->k, space->made);
		shnor_space_measure(space);
		improve_space(space, SPLIT_PASSES);
	}
	improve_space(space, K_MEANS_PASSES);
	pfree(work);
}

/*
 * Order the clusters, and move the centres back to where the rows were.
 */
static void
order_space(ShnorSpace *space, const double *shift)
{
	int			rank[SHNOR_CLUSTERS_MAX];

	shnor_space_order(space, rank);
	for (size_t i = 0; i < space->len; i++)
		space->label[i] = rank[space->label[i]];
	shnor_space_measure(space);
	for (int i = 0; i < space->k * space->width; i++)
		space->centre[i] += shift[i % space->width];
}

/*
 * Mean of the rows' simplified silhouettes; not a number for one cluster.
 */
static double
mean_silhouette(const ShnorSpace *space, const double *shift)
{
	double	   *x = shnor_alloc_numbers(space->width);
	double		sum = 0.0;

	for (size_t i = 0; i < space->len; i++)
	{
		double		nearest;
		double		next;

		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < space->width; j++)
			x[j] = space->row[i * space->width + j] + shift[j];
		(void) shnor_nearest(x, space->centre, space->k, space->width,
							 &nearest, &next);
		if (next > 0.0)
			sum += 1.0 - nearest / next;
	}
	pfree(x);
	return space->k > 1 ? sum / (double) space->len : NAN;
}

/*
 * Final function of k_means: NULL over no rows.
 */
Datum
shnor_k_means(PG_FUNCTION_ARGS)
{
	const ShnorSample *sample = PG_GETARG_SAMPLE(0);
	ShnorSpace	space = {.len = sample->len,.width = sample->width,
	.k = sample->parameter[0],.tick = shnor_check_for_interrupts};
	double		shift[SHNOR_NUMBERS_MAX];
	double	   *row;
	double		total;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");
	shnor_check_cluster_number(space.k);
	if (sample->len == 0)
		PG_RETURN_NULL();

	row = shnor_sample_sorted(sample);
	centre_rows(row, space.len, space.width, shift);
	space.row = row;
	shnor_space_allocate(&space);
	total = start_total(&space);
	fit_space(&space);
	order_space(&space, shift);
	PG_RETURN_DATUM(shnor_clusters_datum(fcinfo, sample, &space, total,
										 mean_silhouette(&space, shift)));
}

/*
 * Centres from an argument.
 */
static void
get_centres(Datum datum, ShnorMatrix *centres)
{
	if (!shnor_get_matrix(datum, centres) ||
		centres->rows > SHNOR_MATCH_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("array does not hold centres of clusters"),
				 errhint("Pass one number for each of 1 to %d centres, or one row of numbers for each, none of them NULL.",
						 SHNOR_MATCH_MAX)));
	for (int i = 0; i < centres->rows * centres->columns; i++)
		shnor_check_number(centres->value[i], i + 1);
}

/*
 * match_clusters(old_centres, new_centres)
 */
Datum
shnor_match_clusters(PG_FUNCTION_ARGS)
{
	ShnorMatrix old;
	ShnorMatrix new;
	double		cost[SHNOR_MATCH_MAX * SHNOR_MATCH_MAX];
	int			match[SHNOR_MATCH_MAX];
	Datum		elements[SHNOR_MATCH_MAX];
	bool		nulls[SHNOR_MATCH_MAX];
	int			lower = 1;

	get_centres(PG_GETARG_DATUM(0), &old);
	get_centres(PG_GETARG_DATUM(1), &new);
	shnor_check_same_length(new.columns, old.columns);
	for (int i = 0; i < new.rows; i++)
		for (int j = 0; j < old.rows; j++)
			cost[i * old.rows + j] =
				sqrt(shnor_square_distance(new.value + i * new.columns,
										   old.value + j * old.columns,
										   old.columns));
	shnor_match_centres(cost, old.rows, new.rows,
						shnor_alloc_numbers((size_t) 2 << old.rows),
						palloc((size_t) new.rows << old.rows), match);
	for (int i = 0; i < new.rows; i++)
	{
		elements[i] = Int32GetDatum(match[i] + 1);
		nulls[i] = match[i] < 0;
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls, 1, &new.rows,
											 &lower, INT4OID, sizeof(int32),
											 true, TYPALIGN_INT));
}
