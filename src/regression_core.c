/*
 * regression_core.c
 *		Least squares: a weighted line with its deletion residuals, and a
 *		polynomial through a histogram.
 */
#include "regression_core.h"

#include <float.h>
#include <math.h>

#include "rounding_core.h"

/* Most steps of a log-linear fit, and the last change, as a part of all. */
#define LOGLINEAR_STEPS	60
#define LOGLINEAR_EXACT	1e-12

/* Logarithms of means are kept within this, or the weights would vanish. */
#define LOG_MEAN_MAX	60.0

/*
 * Fit the line.  Requires weights greater than 0 and arguments within
 * SHNOR_REGRESSION_MAX.  False with fewer than three points, or when all x
 * are the same.
 */
bool
shnor_fit_line(const ShnorPoint *points, size_t len, ShnorLine *line)
{
	double		sum_x = 0.0;
	double		sum_y = 0.0;
	double		sxy = 0.0;
	double		size_x = 0.0;
	double		size_y = 0.0;

	if (len < 3)
		return false;
	line->points = len;
	line->scale = 0.0;
	for (size_t i = 0; i < len; i++)
		line->scale = fmax(line->scale, points[i].w);

	line->weight = 0.0;
	for (size_t i = 0; i < len; i++)
	{
		double		w = points[i].w / line->scale;

		line->weight += w;
		sum_x += w * points[i].x;
		sum_y += w * points[i].y;
	}
	line->mean_x = sum_x / line->weight;
	line->mean_y = sum_y / line->weight;

	line->sxx = 0.0;
	for (size_t i = 0; i < len; i++)
	{
		double		w = points[i].w / line->scale;
		double		dx = points[i].x - line->mean_x;

		line->sxx += w * dx * dx;
		sxy += w * dx * (points[i].y - line->mean_y);
		size_x += w * points[i].x * points[i].x;
		size_y += w * points[i].y * points[i].y;
	}
	if (line->sxx <= SHNOR_ROUNDING_PART * size_x)
		return false;
	line->slope = sxy / line->sxx;

	line->rss = 0.0;
	for (size_t i = 0; i < len; i++)
	{
		double		w = points[i].w / line->scale;
		double		e = points[i].y - line->mean_y -
		line->slope * (points[i].x - line->mean_x);

		line->rss += w * e * e;
	}
	if (line->rss <= SHNOR_ROUNDING_PART * size_y)
		line->rss = 0.0;
	return true;
}

/*
 * Externally studentised residual of a row of a least-squares fit: the residual
 * over its standard error, the variance taken from the fit without the row
 * (Belsley, Kuh and Welsch 1980, 2.8; rstudent of R).  Requires the row's
 * weight and leverage, the weighted sum of squares of all residuals, and the
 * degrees of freedom left without the row.  Not a number where it is undefined.
 */
double
shnor_deletion_t(double residual, double weight, double leverage,
				 double rss, double df)
{
	double		free_part = 1.0 - leverage;
	double		others;

	if (df < 1.0 || rss == 0.0 || free_part <= SHNOR_ALONE_PART)
		return NAN;
	others = rss - weight * residual * residual / free_part;
	if (others <= SHNOR_ALONE_PART * rss)
		return NAN;
	return residual * sqrt(weight * df / (others * free_part));
}

/*
 * A point's residual, leverage and externally studentised residual.
 */
void
shnor_line_residual(const ShnorLine *line, const ShnorPoint *point,
					ShnorResidual *residual)
{
	double		w = point->w / line->scale;
	double		dx = point->x - line->mean_x;

	residual->fitted = line->mean_y + line->slope * dx;
	residual->residual = point->y - line->mean_y - line->slope * dx;
	residual->leverage = fmin(w * (1.0 / line->weight + dx * dx / line->sxx),
							  1.0);
	residual->df = (double) line->points - 3.0;
	residual->t = shnor_deletion_t(residual->residual, w, residual->leverage,
								   line->rss, residual->df);
}

/*
 * Fit a polynomial of the degree by least squares to the points i of 0..len-1
 * with weight[i] > 0, and evaluate it at all of them: fitted[i].  Sets *rss,
 * the weighted sum of squares of the residuals (0 when they are but rounding
 * errors), and *predicted, the number by which the residual variance is
 * multiplied to give the variance of the sum of contrast[i] fitted[i].
 * Returns the number of points with a weight; 0, without results, when they do
 * not exceed the coefficients.
 *
 * Orthonormal polynomials on the weighted points, by the three-term recurrence
 * of Forsythe (1957): no matrix is formed and nothing is lost for high
 * degrees.  `work` has room for three times len numbers.
 */
int
shnor_fit_polynomial(const double *y, const double *weight, int len,
					 int degree, const double *contrast,
					 double *fitted, double *work,
					 double *rss, double *predicted)
{
	double	   *previous = work;
	double	   *current = work + len;
	double	   *rest = work + 2 * len;
	double		middle = (len - 1) / 2.0;
	double		size = 0.0;
	double		weights = 0.0;
	int			points = 0;

	for (int i = 0; i < len; i++)
	{
		if (weight[i] > 0.0)
			points++;
		weights += weight[i];
	}
	if (points <= degree + 1)
		return 0;

	*predicted = 0.0;
	for (int i = 0; i < len; i++)
	{
		previous[i] = 0.0;
		current[i] = 1.0 / sqrt(weights);
		rest[i] = y[i];
		fitted[i] = 0.0;
		size += weight[i] * y[i] * y[i];
	}

	for (int k = 0; k <= degree; k++)
	{
		double		coefficient = 0.0;
		double		sum = 0.0;
		double		alpha = 0.0;
		double		beta = 0.0;
		double		norm = 0.0;

		/* from the residuals so far, which keeps the small ones exact */
		for (int i = 0; i < len; i++)
			coefficient += weight[i] * rest[i] * current[i];
		for (int i = 0; i < len; i++)
		{
			double		x = (i - middle) / (middle + 1.0);

			fitted[i] += coefficient * current[i];
			rest[i] -= coefficient * current[i];
			sum += contrast[i] * current[i];
			alpha += weight[i] * x * current[i] * current[i];
			beta += weight[i] * x * current[i] * previous[i];
		}
		*predicted += sum * sum;

		for (int i = 0; i < len; i++)
		{
			double		x = (i - middle) / (middle + 1.0);
			double		next = (x - alpha) * current[i] - beta * previous[i];

			previous[i] = current[i];
			current[i] = next;
			norm += weight[i] * next * next;
		}
		norm = sqrt(norm);
		for (int i = 0; i < len; i++)
			current[i] /= norm;
	}

	*rss = 0.0;
	for (int i = 0; i < len; i++)
		*rss += weight[i] * rest[i] * rest[i];
	if (*rss <= SHNOR_ROUNDING_PART * size * points)
		*rss = 0.0;
	return points;
}

/*
 * The same for counts y that are Poisson variables whose logarithm of the mean
 * is the polynomial (Lindsey 1974; Holland and Thayer 1987 smooth score
 * distributions by it): fitted[i] is the mean.  Points with `used` count.
 * Sets *chi2, the sum of (y - mean)^2 / mean, and *predicted, the variance of
 * the sum of contrast[i] fitted[i] at a dispersion of 1.  Returns the number
 * of points; 0, without results, also when the likelihood has no maximum.
 *
 * Iteratively reweighted least squares (McCullagh and Nelder 1989, 2.5).
 * `work` has room for seven times len numbers.
 */
int
shnor_fit_loglinear(const double *y, const bool *used, int len, int degree,
					const double *contrast, double *fitted, double *work,
					double *chi2, double *predicted)
{
	double	   *z = work + 3 * len;
	double	   *weight = work + 4 * len;
	double	   *log_mean = work + 5 * len;
	double	   *scaled = work + 6 * len;
	double		total = 0.0;
	double		all = 0.0;
	int			points = 0;
	bool		converged = false;

	for (int i = 0; i < len; i++)
	{
		if (used[i])
			total += y[i];
		all += y[i];
		log_mean[i] = log(y[i] + 0.5);
		fitted[i] = y[i] + 0.5;
	}
	if (total <= 0.0)
		return 0;

	for (int step = 0; step < LOGLINEAR_STEPS && !converged; step++)
	{
		double		change = 0.0;
		double		rss;

		for (int i = 0; i < len; i++)
		{
			weight[i] = used[i] ? fitted[i] : 0.0;
			z[i] = log_mean[i] + (y[i] - fitted[i]) / fitted[i];
			scaled[i] = contrast[i] * fitted[i];
		}
		points = shnor_fit_polynomial(z, weight, len, degree, scaled,
									  log_mean, work, &rss, predicted);
		if (points == 0)
			return 0;
		for (int i = 0; i < len; i++)
		{
			double		mean;

			log_mean[i] = fmin(fmax(log_mean[i], -LOG_MEAN_MAX),
							   LOG_MEAN_MAX);
			mean = exp(log_mean[i]);
			change = fmax(change, fabs(mean - fitted[i]));
			fitted[i] = mean;
		}
		converged = change <= LOGLINEAR_EXACT * total;
	}
	if (!converged)
		return 0;

	/* where scores are bunched, a gap between them is filled without bound */
	for (int i = 0; i < len; i++)
		if (fitted[i] > all)
			return 0;

	*chi2 = 0.0;
	for (int i = 0; i < len; i++)
		if (used[i])
			*chi2 += (y[i] - fitted[i]) * ((y[i] - fitted[i]) / fitted[i]);
	return points;
}
