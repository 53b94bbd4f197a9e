/*
 * principal_component.c
 *		The aggregate principal_component and the scores of its component.
 */
#include "postgres.h"

#include <math.h>

#include "executor/executor.h"

#include "compat.h"
#include "marker.h"
#include "principal_core.h"
#include "sample.h"

PG_FUNCTION_INFO_V1(shnor_principal_component);
PG_FUNCTION_INFO_V1(shnor_component_score);

/*
 * Verify that the component is one direction, and turn it so that indicator
 * sign_by, from 1, has a positive loading.
 */
static void
fix_direction(ShnorPrincipal *component, int width, int sign_by)
{
	double		fixing = component->loading[sign_by - 1];

	if (component->variance - component->next <=
		SHNOR_PRINCIPAL_EXACT * component->variance)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("indicators have no first principal component"),
				 errdetail("The two largest variances are equal: %g and %g.",
						   component->variance, component->next),
				 errhint("The indicators have nothing in common; use a weighted mean.")));
	if (fabs(fixing) <= SHNOR_PRINCIPAL_EXACT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sign of the principal component is not determined"),
				 errdetail("Indicator %d has no part in it.", sign_by),
				 errhint("Fix the sign by another indicator.")));
	for (int i = 0; i < width && fixing < 0.0; i++)
		component->loading[i] = component->loading[i] == 0.0 ? 0.0 :
			-component->loading[i];
}

/*
 * The component of the sample; false when there is none: fewer than two rows,
 * or nothing varies.
 */
static bool
fit_component(const ShnorSample *sample, bool standardise,
			  ShnorPrincipal *component)
{
	int			width = sample->width;
	double	   *row;
	double	   *matrix = shnor_alloc_numbers(width * width);
	double	   *vector = shnor_alloc_numbers(width * width);

	if (sample->len < 2)
		return false;
	component->mean = shnor_alloc_numbers(width);
	component->sd = shnor_alloc_numbers(width);
	component->loading = shnor_alloc_numbers(width);
	row = shnor_sample_sorted(sample);
	shnor_covariances(row, sample->len, width, standardise, component, matrix,
					  shnor_check_for_interrupts);
	pfree(row);
	if (!shnor_eigenvectors(matrix, width, vector))
		elog(ERROR, "eigenvectors of %d indicators did not converge", width);
	shnor_first_component(matrix, vector, width, component);
	return component->variance > 0.0;
}

/*
 * Final function of principal_component: NULL without a component.
 */
Datum
shnor_principal_component(PG_FUNCTION_ARGS)
{
	const ShnorSample *sample = PG_GETARG_SAMPLE(0);
	int			sign_by = sample->parameter[0];
	bool		standardise = sample->nparameters < 2 ||
	sample->parameter[1] != 0;
	ShnorPrincipal component;
	ShnorRow	row = {0};

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (sample->width > 0 && (sign_by < 1 || sign_by > sample->width))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no such indicator to fix the sign by"),
				 errdetail("sign_by is %d, the indicators are 1 to %d.",
						   sign_by, sample->width)));
	if (!fit_component(sample, standardise, &component))
		PG_RETURN_NULL();
	fix_direction(&component, sample->width, sign_by);

	shnor_row_int64(&row, sample->len);
	shnor_row_int64(&row, sample->skipped);
	shnor_row_any(&row, Int32GetDatum(sign_by));
	shnor_row_any(&row, BoolGetDatum(standardise));
	shnor_row_any(&row, shnor_numbers_datum(component.mean, sample->width));
	shnor_row_any(&row, shnor_numbers_datum(component.sd, sample->width));
	shnor_row_any(&row, shnor_numbers_datum(component.loading, sample->width));
	shnor_row_float8(&row, component.variance);
	shnor_row_float8(&row, component.variance / component.total);
	shnor_row_float8(&row, component.next / component.total);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}

/*
 * component_score(indicators, component): NULL when an indicator that takes
 * part in the component is missing.
 */
Datum
shnor_component_score(PG_FUNCTION_ARGS)
{
	HeapTupleHeader component = PG_GETARG_HEAPTUPLEHEADER(1);
	ShnorNumbers indicators;
	ShnorMatrix mean;
	ShnorMatrix sd;
	ShnorMatrix loading;
	bool		isnull;
	bool		standardise;
	double		score = 0.0;

	shnor_get_numbers(PG_GETARG_DATUM(0), &indicators);
	standardise = DatumGetBool(GetAttributeByName(component, "is_standardised",
												  &isnull));
	if (isnull || !shnor_column_matrix(component, "means", &mean) ||
		!shnor_column_matrix(component, "sds", &sd) ||
		!shnor_column_matrix(component, "loadings", &loading) ||
		mean.columns * sd.columns * loading.columns != 1 ||
		mean.rows != sd.rows || mean.rows != loading.rows)
		shnor_bad_fit("principal_component");
	shnor_check_same_length(indicators.len, mean.rows);

	for (int i = 0; i < mean.rows; i++)
	{
		double		unit = standardise ? sd.value[i] : 1.0;

		if (loading.value[i] == 0.0)
			continue;
		if (indicators.isnull[i])
			PG_RETURN_NULL();
		score += loading.value[i] *
			((indicators.value[i] - mean.value[i]) / unit);
	}
	if (!isfinite(score))
		shnor_bad_fit("principal_component");
	PG_RETURN_FLOAT8(score);
}
