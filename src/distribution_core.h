/*
 * distribution_core.h
 *		Tails of the distributions behind tests: Student, F, hypergeometric,
 *		beta-binomial, and the sum of hypergeometric strata.
 *
 * Requirements on arguments are the callers' to check; nothing here reports an
 * error, allocates, or knows PostgreSQL.
 */
#ifndef SHNOR_DISTRIBUTION_CORE_H
#define SHNOR_DISTRIBUTION_CORE_H

#include <stdbool.h>

/* Bounds of degrees of freedom: twice those of the beta distribution's shapes. */
#define SHNOR_DF_MIN	2e-3
#define SHNOR_DF_MAX	2e19

/* Most trials of a beta-binomial variable: its tail is summed term by term. */
#define SHNOR_BETA_BINOMIAL_MAX	1e7

/*
 * Which probability a test returns: of outcomes at most the observed one, at
 * least it, or no more probable than it.
 */
typedef enum ShnorAlternative
{
	SHNOR_LESS,
	SHNOR_GREATER,
	SHNOR_TWO_SIDED
} ShnorAlternative;

/*
 * One stratum of an exact test: of `population` pupils, `successes` of them
 * with the property, `sample` belong to the group.  Whole numbers.
 */
typedef struct ShnorStratum
{
	double		sample;
	double		successes;
	double		population;
} ShnorStratum;

extern void shnor_student_tails(double t, double df,
								double *lower, double *upper);
extern double shnor_student_quantile(double tail, double df);
extern void shnor_f_tails(double f, double df1, double df2,
						  double *lower, double *upper);
extern double shnor_hypergeometric_test(double k, const ShnorStratum *stratum,
										ShnorAlternative alternative);
extern double shnor_beta_binomial_test(double k, double n,
									   double alpha, double beta,
									   ShnorAlternative alternative);
extern double shnor_stratum_min(const ShnorStratum *stratum);
extern double shnor_stratum_max(const ShnorStratum *stratum);
extern double shnor_stratum_mean(const ShnorStratum *stratum);
extern double shnor_stratum_variance(const ShnorStratum *stratum);
extern double shnor_strata_upper(const ShnorStratum *strata, int len,
								 double least, double *work);

#endif							/* SHNOR_DISTRIBUTION_CORE_H */
