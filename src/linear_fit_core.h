/*
 * linear_fit_core.h
 *		Least squares on several predictors.
 *
 * Pure C: nothing here reports an error, allocates, or knows PostgreSQL.
 */
#ifndef SHNOR_LINEAR_FIT_CORE_H
#define SHNOR_LINEAR_FIT_CORE_H

#include <stddef.h>

/*
 * A fit with an intercept, which is term 0.  The caller gives terms and the
 * arrays.
 */
typedef struct ShnorLinearFit
{
	int			terms;			/* predictors and intercept */
	double	   *coefficient;	/* terms */
	double	   *deviation;		/* terms: standard errors as parts of sigma */
	double	   *root;			/* terms x terms, upper triangular: R of QR */
	double		rss;			/* weighted sum of squares of the residuals; 0
								 * when all of them are rounding errors */
	double		tss;			/* the same about the weighted mean */
} ShnorLinearFit;

extern int	shnor_linear_fit(double *column, size_t len, ShnorLinearFit *fit,
							 void (*tick) (void));
extern double shnor_linear_value(const double *coefficient, int terms,
								 const double *x);
extern double shnor_linear_distance(const double *root, int terms,
									const double *x, double *work);

#endif							/* SHNOR_LINEAR_FIT_CORE_H */
