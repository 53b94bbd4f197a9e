/*
 * special_core.h
 *		Special functions behind the statistics of a share, in pure C.
 *
 * Requirements on arguments are the callers' to check; nothing here reports an
 * error, allocates, or knows PostgreSQL.
 */
#ifndef SHNOR_SPECIAL_CORE_H
#define SHNOR_SPECIAL_CORE_H

#include <stdbool.h>

/*
 * Bounds of a beta distribution's shape parameters.  The lower one keeps the
 * continued fraction short (its length grows as 1 / shape), the upper one is
 * above any bigint.
 */
#define SHNOR_SHAPE_MIN 1e-3
#define SHNOR_SHAPE_MAX 1e19

extern void shnor_from_logit(double s, double *x, double *y);
extern double shnor_log1pmx(double t);
extern double shnor_stirling_error(double x);
extern double shnor_digamma_remainder(double x);
extern double shnor_digamma(double x);
extern double shnor_trigamma(double x);

extern double shnor_normal_cdf(double z);
extern double shnor_normal_quantile(double p);

extern double shnor_log_deviance(double a, double b, double x, double y);
extern double shnor_log_choose(double n, double k);
extern double shnor_binomial_log_pmf(double k, double n, double p);

extern void shnor_beta_cdf(double x, double y, double a, double b,
						   double *lower, double *upper);
extern void shnor_beta_quantile(double p, double q, double a, double b,
								double *x, double *y);

#endif							/* SHNOR_SPECIAL_CORE_H */
