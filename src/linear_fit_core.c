/*
 * linear_fit_core.c
 *		Least squares on several predictors.
 */
#include "linear_fit_core.h"

#include <math.h>

#include "rounding_core.h"

/*
 * A predictor of which the intercept and the predictors before it leave no
 * more than this part is collinear with them; the tolerance of lm() of R.
 */
#define COLLINEAR_PART	1e-7

/* Euclidean length. */
static double
length(const double *x, size_t len)
{
	double		sum = 0.0;

	for (size_t i = 0; i < len; i++)
		sum += x[i] * x[i];
	return sqrt(sum);
}

/*
 * Reflect y by I - factor v v'.
 */
static void
reflect(const double *v, double factor, size_t len, double *y)
{
	double		sum = 0.0;

	for (size_t i = 0; i < len; i++)
		sum += v[i] * y[i];
	sum *= factor;
	for (size_t i = 0; i < len; i++)
		y[i] -= sum * v[i];
}

/*
 * Make column j of `columns` 0 below row j by a Householder reflection of the
 * rows from j on (Golub and Van Loan 2013, 5.2), of the last column too, and
 * take row j of R.  Requires norm, the length of the column from row j on.
 */
static void
eliminate(double *column, size_t len, int columns, int j, double norm,
		  ShnorLinearFit *fit)
{
	double	   *v = column + j * len + j;
	double		corner = v[0] > 0.0 ? -norm : norm;
	double		factor = 1.0 / (norm * (norm + fabs(v[0])));

	v[0] -= corner;
	for (int k = 0; k < fit->terms; k++)
		fit->root[j * fit->terms + k] = 0.0;
	fit->root[j * fit->terms + j] = corner;
	for (int k = j + 1; k < columns; k++)
	{
		reflect(v, factor, len - j, column + k * len + j);
		if (k < fit->terms)
			fit->root[j * fit->terms + k] = column[k * len + j];
	}
}

/*
 * Solve R x = b by back substitution, x in place of b.
 */
static void
solve_upper(const double *root, int terms, double *b)
{
	for (int j = terms - 1; j >= 0; j--)
	{
		for (int k = j + 1; k < terms; k++)
			b[j] -= root[j * terms + k] * b[k];
		b[j] /= root[j * terms + j];
	}
}

/*
 * Sets deviation[j] to the length of row j of the inverse of R.
 */
static void
row_lengths(const ShnorLinearFit *fit, double *work)
{
	int			terms = fit->terms;

	for (int j = 0; j < terms; j++)
		fit->deviation[j] = 0.0;
	for (int k = 0; k < terms; k++)
	{
		for (int j = 0; j < terms; j++)
			work[j] = j == k ? 1.0 : 0.0;
		solve_upper(fit->root, terms, work);
		for (int j = 0; j < terms; j++)
			fit->deviation[j] = hypot(fit->deviation[j], work[j]);
	}
}

/*
 * Fit by least squares.  `column` holds, one after the other, terms + 1
 * columns of `len` numbers: ones, the predictors and the result, each row
 * times the root of its weight; they are overwritten.  Requires more rows than
 * terms.  Returns 0, or the number of the first predictor that is collinear
 * with those before it and the intercept.
 *
 * By reflections of the data themselves, not from sums of their products,
 * which would square the error (Golub and Van Loan 2013, 5.3).
 */
int
shnor_linear_fit(double *column, size_t len, ShnorLinearFit *fit,
				 void (*tick) (void))
{
	int			terms = fit->terms;
	double	   *result = column + terms * len;
	double		size = length(result, len);

	for (int j = 0; j < terms; j++)
		fit->deviation[j] = length(column + j * len, len);
	for (int j = 0; j < terms; j++)
	{
		double		norm = length(column + j * len + j, len - j);

		tick();
		if (norm <= COLLINEAR_PART * fit->deviation[j])
			return j;
		eliminate(column, len, terms + 1, j, norm, fit);
	}

	fit->rss = length(result + terms, len - terms);
	fit->rss *= fit->rss;
	if (fit->rss <= SHNOR_ROUNDING_PART * size * size)
		fit->rss = 0.0;
	fit->tss = length(result + 1, len - 1);
	fit->tss *= fit->tss;
	if (fit->tss <= SHNOR_ROUNDING_PART * size * size)
		fit->tss = 0.0;
	for (int j = 0; j < terms; j++)
		fit->coefficient[j] = result[j];
	solve_upper(fit->root, terms, fit->coefficient);
	row_lengths(fit, result);
	return 0;
}

/*
 * The fitted value at the terms - 1 predictors x.
 */
double
shnor_linear_value(const double *coefficient, int terms, const double *x)
{
	double		value = coefficient[0];

	for (int j = 1; j < terms; j++)
		value += coefficient[j] * x[j - 1];
	return value;
}

/*
 * The variance of the fitted value at x as a part of sigma^2: a row's leverage
 * is its weight times that.  `work` has room for terms numbers.
 */
double
shnor_linear_distance(const double *root, int terms, const double *x,
					  double *work)
{
	double		sum = 0.0;

	for (int j = 0; j < terms; j++)
	{
		work[j] = j == 0 ? 1.0 : x[j - 1];
		for (int k = 0; k < j; k++)
			work[j] -= root[k * terms + j] * work[k];
		work[j] /= root[j * terms + j];
		sum += work[j] * work[j];
	}
	return sum;
}
