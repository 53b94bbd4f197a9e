/*
 * linear_fit.c
 *		The aggregate linear_fit, and rows against its fit.
 */
#include "postgres.h"

#include <math.h>

#include "executor/executor.h"

#include "distribution_core.h"
#include "linear_fit_core.h"
#include "marker.h"
#include "regression_core.h"
#include "sample.h"
#include "share_interval.h"

/* Smaller weights than this count as none. */
#define LEAST_WEIGHT	(1.0 / SHNOR_NUMBER_LIMIT)

PG_FUNCTION_INFO_V1(shnor_linear_fit_final);
PG_FUNCTION_INFO_V1(shnor_linear_fit_unweighted);
PG_FUNCTION_INFO_V1(shnor_linear_residual);

/*
 * A fit as an argument.
 */
typedef struct FitArgument
{
	int			terms;
	const double *coefficient;
	const double *root;
	double		sigma;
	double		df;
} FitArgument;

/*
 * The weight of a sorted row; an error for a negative one.
 */
static double
row_weight(const double *row, int width, bool is_weighted)
{
	double		weight = is_weighted ? row[width - 1] : 1.0;

	if (weight < 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight is negative"),
				 errdetail("A row has weight %g.", weight),
				 errhint("Pass the number of participants, or 0 for a row that does not count.")));
	return weight >= LEAST_WEIGHT ? weight : 0.0;
}

/*
 * The sample's rows with a weight as columns for shnor_linear_fit(); sets
 * *used to their number.
 */
static double *
make_columns(const ShnorSample *sample, int terms, bool is_weighted,
			 size_t *used)
{
	int			width = sample->width;
	double	   *row = shnor_sample_sorted(sample);
	double	   *column = shnor_alloc_numbers(sample->len * (terms + 1));
	size_t		len = 0;
	size_t		at = 0;

	for (size_t i = 0; i < sample->len; i++)
		if (row_weight(row + i * width, width, is_weighted) > 0.0)
			len++;
	for (size_t i = 0; i < sample->len; i++)
	{
		double		root = sqrt(row_weight(row + i * width, width, is_weighted));

		if (root == 0.0)
			continue;
		column[at] = root;
		for (int j = 1; j <= terms; j++)
			column[j * len + at] = root * row[i * width + j - 1];
		at++;
	}
	pfree(row);
	*used = len;
	return column;
}

/*
 * The composite value of a fit.
 */
static Datum
fit_datum(FunctionCallInfo fcinfo, const ShnorSample *sample, size_t used,
		  const ShnorLinearFit *fit)
{
	double		df = (double) used - fit->terms;
	double		sigma = sqrt(fit->rss / df);
	ShnorRow	row = {0};

	for (int j = 0; j < fit->terms; j++)
		fit->deviation[j] *= sigma;
	shnor_row_int64(&row, used);
	shnor_row_int64(&row, sample->skipped + (int64) (sample->len - used));
	shnor_row_int64(&row, (int64) df);
	shnor_row_any(&row, shnor_numbers_datum(fit->coefficient, fit->terms));
	shnor_row_any(&row, shnor_numbers_datum(fit->deviation, fit->terms));
	shnor_row_float8(&row, sigma);
	shnor_row_float8(&row, fit->tss > 0.0 ? fmax(1.0 - fit->rss / fit->tss, 0.0) :
					 NAN);
	shnor_row_any(&row, shnor_matrix_datum(fit->root, fit->terms, fit->terms));
	return shnor_row_datum(fcinfo, &row);
}

/*
 * Final function: NULL unless there are more rows than coefficients.
 */
static Datum
linear_fit_final(FunctionCallInfo fcinfo, bool is_weighted)
{
	const ShnorSample *sample = PG_GETARG_SAMPLE(0);
	ShnorLinearFit fit;
	double	   *column;
	size_t		used;
	int			collinear;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");
	if (sample->len == 0)
		PG_RETURN_NULL();

	/* of a row's numbers one is the result, in place of which is the one */
	fit.terms = sample->width - (is_weighted ? 1 : 0);
	fit.coefficient = shnor_alloc_numbers(fit.terms);
	fit.deviation = shnor_alloc_numbers(fit.terms);
	fit.root = shnor_alloc_numbers((size_t) fit.terms * fit.terms);
	column = make_columns(sample, fit.terms, is_weighted, &used);
	if (used <= (size_t) fit.terms)
		PG_RETURN_NULL();
	collinear = shnor_linear_fit(column, used, &fit,
								 shnor_check_for_interrupts);
	if (collinear > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("predictor %d is collinear", collinear),
				 errdetail("It is constant, or a sum of multiples of the predictors before it."),
				 errhint("Leave it out.")));
	pfree(column);
	PG_RETURN_DATUM(fit_datum(fcinfo, sample, used, &fit));
}

/*
 * Final function of linear_fit(x, y, w).
 */
Datum
shnor_linear_fit_final(PG_FUNCTION_ARGS)
{
	return linear_fit_final(fcinfo, true);
}

/*
 * Final function of linear_fit(x, y).
 */
Datum
shnor_linear_fit_unweighted(PG_FUNCTION_ARGS)
{
	return linear_fit_final(fcinfo, false);
}

/*
 * Read a fit and verify that it can be one.
 */
static void
get_fit(HeapTupleHeader row, FitArgument *fit)
{
	ShnorMatrix coefficient;
	ShnorMatrix root;
	bool		isnull;

	if (!shnor_column_matrix(row, "coefficients", &coefficient) ||
		!shnor_column_matrix(row, "root", &root) ||
		coefficient.columns != 1 || root.rows != coefficient.rows ||
		root.columns != root.rows)
		shnor_bad_fit("linear_fit");
	fit->terms = root.rows;
	fit->coefficient = coefficient.value;
	fit->root = root.value;
	fit->sigma = shnor_column_number(row, "sigma");
	fit->df = (double) DatumGetInt64(GetAttributeByName(row, "df", &isnull));
	if (isnull || !(fit->sigma >= 0.0 && fit->df >= 1.0))
		shnor_bad_fit("linear_fit");
	for (int j = 0; j < fit->terms; j++)
		if (fit->root[j * fit->terms + j] == 0.0)
			shnor_bad_fit("linear_fit");
}

/*
 * Half the width, in standard errors, of an interval of the level.
 */
static double
interval_factor(double level, double df)
{
	/* the rows of a query are of one level and of few fits */
	static double last_level = 0.0;
	static double last_df = 0.0;
	static double last_factor = 0.0;

	if (level != last_level || df != last_df)
	{
		last_factor = shnor_student_quantile(shnor_tail_of_level(level), df);
		last_level = level;
		last_df = df;
	}
	return last_factor;
}

/*
 * Sets *residual, but for what needs no fit: residual, leverage and t, and
 * *standardised, the internally studentised residual, of a row of the fit.
 */
static void
judge_row(const FitArgument *fit, double weight, double distance,
		  ShnorResidual *residual, double *standardised)
{
	double		free_part;

	residual->leverage = fmin(weight * distance, 1.0);
	residual->df = fit->df - 1.0;
	residual->t = shnor_deletion_t(residual->residual, weight,
								   residual->leverage,
								   fit->sigma * fit->sigma * fit->df,
								   residual->df);
	free_part = 1.0 - residual->leverage;
	if (free_part > SHNOR_ALONE_PART && fit->sigma > 0.0)
		*standardised = residual->residual * sqrt(weight / free_part) /
			fit->sigma;
}

/*
 * linear_residual(x, y, w, fit, level): NULL without predictors or a fit; only
 * some columns without a result or a weight.
 */
Datum
shnor_linear_residual(PG_FUNCTION_ARGS)
{
	ShnorNumbers x;
	FitArgument fit;
	ShnorRow	row = {0};
	ShnorResidual residual = {NAN, NAN, NAN, NAN, NAN};
	double		standardised = NAN;
	double		half = NAN;
	double		weight = PG_ARGISNULL(2) ? 0.0 : PG_GETARG_FLOAT8(2);

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3) || PG_ARGISNULL(4))
		PG_RETURN_NULL();
	shnor_get_numbers(PG_GETARG_DATUM(0), &x);
	get_fit(PG_GETARG_HEAPTUPLEHEADER(3), &fit);
	shnor_check_same_length(x.len, fit.terms - 1);
	shnor_check_number(weight, 0);
	weight = row_weight(&weight, 1, true);
	(void) shnor_tail_of_level(PG_GETARG_FLOAT8(4));
	if (x.nulls > 0)
		PG_RETURN_NULL();

	residual.fitted = shnor_linear_value(fit.coefficient, fit.terms, x.value);
	if (!PG_ARGISNULL(1))
	{
		shnor_check_number(PG_GETARG_FLOAT8(1), 0);
		residual.residual = PG_GETARG_FLOAT8(1) - residual.fitted;
	}
	if (weight > 0.0)
	{
		double		work[SHNOR_NUMBERS_MAX + 1];
		double		distance = shnor_linear_distance(fit.root, fit.terms,
													 x.value, work);

		half = interval_factor(PG_GETARG_FLOAT8(4), fit.df) * fit.sigma *
			sqrt(1.0 / weight + distance);
		if (!PG_ARGISNULL(1))
			judge_row(&fit, weight, distance, &residual, &standardised);
	}
	shnor_row_float8(&row, residual.fitted);
	shnor_row_float8(&row, residual.fitted - half);
	shnor_row_float8(&row, residual.fitted + half);
	shnor_row_float8(&row, residual.residual);
	shnor_row_float8(&row, residual.leverage);
	shnor_row_float8(&row, standardised);
	shnor_row_tails(&row, residual.t, residual.df);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}
