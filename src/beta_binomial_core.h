/*
 * beta_binomial_core.h
 *		Fitting a beta-binomial distribution to groups' counts, in pure C.
 */
#ifndef SHNOR_BETA_BINOMIAL_CORE_H
#define SHNOR_BETA_BINOMIAL_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bounds of alpha + beta between which a maximum of the likelihood is looked
 * for.  At the upper one the shares' standard deviation beyond chance is at
 * most 5e-7; at the lower one groups are all or nothing.
 */
#define SHNOR_BB_CONCENTRATION_MIN 1e-9
#define SHNOR_BB_CONCENTRATION_MAX 1e12

/* One group: 0 <= k <= n, n > 0. */
typedef struct ShnorBbPair
{
	int64_t		k;
	int64_t		n;
} ShnorBbPair;

/* A positive number, and how many groups have it. */
typedef struct ShnorBbCount
{
	double		value;
	double		groups;
} ShnorBbCount;

/*
 * All the likelihood needs of the groups: k, n - k and n, each as distinct
 * positive values with their frequencies.
 */
typedef struct ShnorBbData
{
	const ShnorBbCount *k;
	const ShnorBbCount *rest;
	const ShnorBbCount *n;
	size_t		k_len;
	size_t		rest_len;
	size_t		n_len;
	double		k_sum;			/* sum of k over all groups */
	double		rest_sum;		/* sum of n - k */
	double		log_choose;		/* sum of log (n choose k) */
	void		(*tick) (void); /* called now and then; may not return */
} ShnorBbData;

extern bool shnor_bb_pair_valid(int64_t k, int64_t n);
extern int	shnor_bb_pair_compare(const void *left, const void *right);
extern double shnor_bb_log_choose(const ShnorBbPair *pairs, size_t len);
extern bool shnor_bb_moments(const ShnorBbPair *pairs, size_t len,
							 double *alpha, double *beta);
extern double shnor_bb_log_likelihood(const ShnorBbData *data,
									  double alpha, double beta);
extern bool shnor_bb_fit(const ShnorBbData *data, double *alpha, double *beta);

#endif							/* SHNOR_BETA_BINOMIAL_CORE_H */
