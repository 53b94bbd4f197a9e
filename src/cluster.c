/*
 * cluster.c
 *		The composite value "clusters": making it, and the place of a row
 *		among its centres.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"

#include "cluster.h"
#include "cluster_line_core.h"
#include "marker.h"

PG_FUNCTION_INFO_V1(shnor_cluster_of_value);
PG_FUNCTION_INFO_V1(shnor_cluster_of);
PG_FUNCTION_INFO_V1(shnor_centroid_silhouette);

/*
 * Raise an error unless there may be so many clusters.
 */
void
shnor_check_cluster_number(int k)
{
	if (k < 1 || k > SHNOR_CLUSTERS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of clusters is out of range"),
				 errdetail("k is %d.", k),
				 errhint("It must be between 1 and %d.", SHNOR_CLUSTERS_MAX)));
}

/*
 * Raise the error for more clusters than there is to put into them.
 */
void
shnor_too_many_clusters(int k, int64 distinct)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("more clusters than different values"),
			 errdetail("k is %d, the number of different values %lld.",
					   k, (long long) distinct),
			 errhint("Ask for at most so many clusters as there are different values.")));
}

/*
 * Allocate the results of a space whose len, width and k are set; all rows are
 * in one cluster.
 */
void
shnor_space_allocate(ShnorSpace *space)
{
	space->label = palloc_extended(Max(space->len, 1) * sizeof(int),
								   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	space->centre = shnor_alloc_numbers((size_t) space->k * space->width);
	space->size = shnor_alloc_numbers(space->k);
	space->within = shnor_alloc_numbers(space->k);
	space->made = 1;
}

/*
 * A bigint[] from whole numbers.
 */
static Datum
counts_datum(const double *count, int len)
{
	Datum	   *elements = palloc(len * sizeof(Datum));

	for (int i = 0; i < len; i++)
		elements[i] = Int64GetDatum((int64) count[i]);
	return PointerGetDatum(construct_array(elements, len, INT8OID,
										   sizeof(int64), FLOAT8PASSBYVAL,
										   TYPALIGN_DOUBLE));
}

/*
 * The composite value for measured clusters; total is the sum of squares of
 * all rows about their mean, silhouette not a number when it is undefined.
 */
Datum
shnor_clusters_datum(FunctionCallInfo fcinfo, const ShnorSample *sample,
					 const ShnorSpace *space, double total, double silhouette)
{
	ShnorRow	row = {0};
	double		within = 0.0;

	for (int g = 0; g < space->k; g++)
		within += space->within[g];
	shnor_row_int64(&row, sample->len);
	shnor_row_int64(&row, sample->skipped);
	shnor_row_any(&row, Int32GetDatum(space->k));
	shnor_row_any(&row, shnor_matrix_datum(space->centre, space->k,
										   space->width));
	shnor_row_any(&row, counts_datum(space->size, space->k));
	shnor_row_any(&row, shnor_numbers_datum(space->within, space->k));
	shnor_row_float8(&row, total);
	shnor_row_float8(&row, total > 0.0 ? fmax(1.0 - within / total, 0.0) : NAN);
	shnor_row_float8(&row, silhouette);
	return shnor_row_datum(fcinfo, &row);
}

/*
 * Label, from 1, of the centre nearest to x, and the distances to it and to
 * the next one; an error when the clusters are of another width.
 */
static int
find_cluster(HeapTupleHeader clusters, const double *x, int width,
			 double *nearest, double *next)
{
	ShnorMatrix centres;

	if (!shnor_column_matrix(clusters, "centres", &centres))
		shnor_bad_fit("k_means");
	shnor_check_same_length(width, centres.columns);
	return shnor_nearest(x, centres.value, centres.rows, width,
						 nearest, next) + 1;
}

/*
 * cluster_of(value, clusters)
 */
Datum
shnor_cluster_of_value(PG_FUNCTION_ARGS)
{
	double		value = PG_GETARG_FLOAT8(0);
	double		nearest;
	double		next;

	shnor_check_number(value, 0);
	PG_RETURN_INT32(find_cluster(PG_GETARG_HEAPTUPLEHEADER(1), &value, 1,
								 &nearest, &next));
}

/*
 * cluster_of(indicators, clusters): NULL when one is missing.
 */
Datum
shnor_cluster_of(PG_FUNCTION_ARGS)
{
	ShnorNumbers x;
	double		nearest;
	double		next;
	int			label;

	shnor_get_numbers(PG_GETARG_DATUM(0), &x);
	label = find_cluster(PG_GETARG_HEAPTUPLEHEADER(1), x.value, x.len,
						 &nearest, &next);
	if (x.nulls > 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(label);
}

/*
 * centroid_silhouette(indicators, clusters): NULL when an indicator is
 * missing, and when there is but one cluster.
 */
Datum
shnor_centroid_silhouette(PG_FUNCTION_ARGS)
{
	ShnorNumbers x;
	double		nearest;
	double		next;

	shnor_get_numbers(PG_GETARG_DATUM(0), &x);
	(void) find_cluster(PG_GETARG_HEAPTUPLEHEADER(1), x.value, x.len,
						&nearest, &next);
	if (x.nulls > 0 || next == HUGE_VAL)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(next > 0.0 ? 1.0 - nearest / next : 0.0);
}
