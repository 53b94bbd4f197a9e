/*
 * regression_core.h
 *		Least squares: a weighted line with its deletion residuals, and a
 *		polynomial through a histogram.
 *
 * Pure C: nothing here reports an error, allocates, or knows PostgreSQL.
 */
#ifndef SHNOR_REGRESSION_CORE_H
#define SHNOR_REGRESSION_CORE_H

#include <stdbool.h>
#include <stddef.h>

/* Arguments beyond this are refused by callers: squares must stay finite. */
#define SHNOR_REGRESSION_MAX	1e50

/*
 * A row's residual explains all but this part of the sum of squares: then the
 * others are on the fit, and the deletion residual has no scale.
 */
#define SHNOR_ALONE_PART		1e-12

/* Highest degree of a polynomial. */
#define SHNOR_DEGREE_MAX		12

/*
 * A point of a line's data, weight > 0.
 */
typedef struct ShnorPoint
{
	double		x;
	double		y;
	double		w;
} ShnorPoint;

/*
 * A weighted least-squares line y = mean_y + slope (x - mean_x).
 */
typedef struct ShnorLine
{
	size_t		points;
	double		weight;			/* sum of the weights, each over the greatest */
	double		scale;			/* the greatest weight */
	double		mean_x;
	double		mean_y;
	double		sxx;			/* weighted sum of squares of x - mean_x */
	double		slope;
	double		rss;			/* weighted sum of squares of the residuals; 0
								 * when all of them are rounding errors */
} ShnorLine;

/*
 * What the line says of one of its points.  t is not a number where it is
 * undefined.
 */
typedef struct ShnorResidual
{
	double		fitted;
	double		residual;
	double		leverage;
	double		t;				/* externally studentised residual */
	double		df;				/* of t */
} ShnorResidual;

extern bool shnor_fit_line(const ShnorPoint *points, size_t len,
						   ShnorLine *line);
extern double shnor_deletion_t(double residual, double weight, double leverage,
							   double rss, double df);
extern void shnor_line_residual(const ShnorLine *line, const ShnorPoint *point,
								ShnorResidual *residual);
extern int	shnor_fit_polynomial(const double *y, const double *weight,
								 int len, int degree, const double *contrast,
								 double *fitted, double *work,
								 double *rss, double *predicted);
extern int	shnor_fit_loglinear(const double *y, const bool *used, int len,
								int degree, const double *contrast,
								double *fitted, double *work,
								double *chi2, double *predicted);

#endif							/* SHNOR_REGRESSION_CORE_H */
