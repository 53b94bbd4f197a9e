/*
 * regression_core.c
 *		Least squares: a weighted line with its deletion residuals, and a
 *		polynomial through a histogram.
 *
 * Where the data are on the line but for rounding, ratios of rounding errors
 * must not come out as statistics; the bounds below tell the two apart.
 */
#include "regression_core.h"

#include <float.h>
#include <math.h>

/*
 * Sums of squares below this part of those of the data themselves are rounding
 * errors: the square of some hundred units in the last place.
 */
#define ROUNDING_PART	1e-27

/*
 * A point's residual explains all but this part of the sum of squares: then
 * the others are on a line and the deletion residual has no scale.
 */
#define ALONE_PART		1e-12

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
	if (line->sxx <= ROUNDING_PART * size_x)
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
	if (line->rss <= ROUNDING_PART * size_y)
		line->rss = 0.0;
	return true;
}

/*
 * A point's residual, leverage and externally studentised residual: the
 * residual over its standard error, the variance taken from the line without
 * the point (Belsley, Kuh and Welsch 1980, 2.8; rstudent of R).
 */
void
shnor_line_residual(const ShnorLine *line, const ShnorPoint *point,
					ShnorResidual *residual)
{
	double		w = point->w / line->scale;
	double		dx = point->x - line->mean_x;
	double		e;
	double		free_part;
	double		own_part;
	double		others;

	residual->fitted = line->mean_y + line->slope * dx;
	e = point->y - line->mean_y - line->slope * dx;
	residual->residual = e;
	residual->leverage = fmin(w * (1.0 / line->weight + dx * dx / line->sxx),
							  1.0);
	residual->t = NAN;
	residual->df = (double) line->points - 3.0;

	free_part = 1.0 - residual->leverage;
	if (residual->df < 1.0 || line->rss == 0.0 || free_part <= ALONE_PART)
		return;
	own_part = w * e * e / free_part;
	others = line->rss - own_part;
	if (others <= ALONE_PART * line->rss)
		return;
	residual->t = e * sqrt(w * residual->df / (others * free_part));
}

/*
 * Fit a polynomial of the degree by least squares to the points i of 0..len-1
 * that are used, and evaluate it at all of them: fitted[i].  Sets *rss, the
 * sum of squares of the residuals of the used points (0 when they are but
 * rounding errors), and *contrast_norm, the number by which the residual
 * variance is multiplied to give the variance of the sum of
 * contrast[i] (y[i] - fitted[i]), where contrast is 0 at used points.
 * Returns the number of used points; 0, without results, when they do not
 * exceed the coefficients.
 *
 * Orthonormal polynomials on the used points, by the three-term recurrence of
 * Forsythe (1957): no matrix is formed and nothing is lost for high degrees.
 * `work` has room for three times len numbers.
 */
int
shnor_fit_polynomial(const double *y, int len, const bool *used, int degree,
					 const double *contrast, double *fitted, double *work,
					 double *rss, double *contrast_norm)
{
	double	   *previous = work;
	double	   *current = work + len;
	double	   *rest = work + 2 * len;
	double		middle = (len - 1) / 2.0;
	double		size = 0.0;
	int			points = 0;

	for (int i = 0; i < len; i++)
		points += used[i];
	if (points <= degree + 1)
		return 0;

	*contrast_norm = 0.0;
	for (int i = 0; i < len; i++)
	{
		previous[i] = 0.0;
		current[i] = 1.0 / sqrt(points);
		rest[i] = y[i];
		fitted[i] = 0.0;
		*contrast_norm += contrast[i] * contrast[i];
		if (used[i])
			size += y[i] * y[i];
	}

	for (int k = 0; k <= degree; k++)
	{
		double		coefficient = 0.0;
		double		predicted = 0.0;
		double		alpha = 0.0;
		double		beta = 0.0;
		double		norm = 0.0;

		/* from the residuals so far, which keeps the small ones exact */
		for (int i = 0; i < len; i++)
			if (used[i])
				coefficient += rest[i] * current[i];
		for (int i = 0; i < len; i++)
		{
			double		x = (i - middle) / (middle + 1.0);

			fitted[i] += coefficient * current[i];
			rest[i] -= coefficient * current[i];
			predicted += contrast[i] * current[i];
			if (used[i])
			{
				alpha += x * current[i] * current[i];
				beta += x * current[i] * previous[i];
			}
		}
		*contrast_norm += predicted * predicted;

		for (int i = 0; i < len; i++)
		{
			double		x = (i - middle) / (middle + 1.0);
			double		next = (x - alpha) * current[i] - beta * previous[i];

			previous[i] = current[i];
			current[i] = next;
			if (used[i])
				norm += next * next;
		}
		norm = sqrt(norm);
		for (int i = 0; i < len; i++)
			current[i] /= norm;
	}

	*rss = 0.0;
	for (int i = 0; i < len; i++)
		if (used[i])
			*rss += rest[i] * rest[i];
	if (*rss <= ROUNDING_PART * size * points)
		*rss = 0.0;
	return points;
}
