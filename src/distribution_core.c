/*
 * distribution_core.c
 *		Tails of the distributions behind tests, each computed itself and not
 *		as the complement of the other, so that small ones keep their digits.
 *
 * A&S is Abramowitz and Stegun, Handbook of Mathematical Functions.
 */
#include "distribution_core.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#include "special_core.h"

#define LN_2PI			1.8378770664093454836

/*
 * Outcomes whose probability exceeds that of the observed one by no more than
 * this part count as equally probable, so that rounding does not break ties.
 */
#define TIE_TOLERANCE	1e-7

/* A tail's rest is left out when it is below this part of the sum. */
#define NEGLIGIBLE_PART	1e-17

/*
 * A discrete distribution on the whole numbers lo..hi.
 */
typedef struct Family
{
	double		lo;
	double		hi;
	double		mode;			/* where the probabilities are greatest, or
								 * near it; only used when they are
								 * log-concave */
	bool		log_concave;
	double		par[3];			/* of log_pmf and ratio */
	double		(*log_pmf) (const struct Family *family, double k);
	/* P(k + 1) / P(k), for lo <= k < hi */
	double		(*ratio) (const struct Family *family, double k);
} Family;

/*
 * Probabilities that a Student variable with df degrees of freedom is at most
 * t, and at least t (A&S 26.7.1).  Requires a t that is a number and df within
 * its bounds; infinite t gives 0 and 1.
 */
void
shnor_student_tails(double t, double df, double *lower, double *upper)
{
	double		r = fabs(t) / sqrt(df);
	double		x;
	double		y;
	double		outside;
	double		inside;

	/* x = df / (df + t^2), y = 1 - x, without squaring a large number */
	if (r > 1.0)
	{
		double		s = (1.0 / r) * (1.0 / r);

		x = s / (1.0 + s);
		y = 1.0 / (1.0 + s);
	}
	else
	{
		x = 1.0 / (1.0 + r * r);
		y = r * r / (1.0 + r * r);
	}
	shnor_beta_cdf(x, y, 0.5 * df, 0.5, &outside, &inside);
	*lower = t < 0.0 ? 0.5 * outside : 1.0 - 0.5 * outside;
	*upper = t < 0.0 ? 1.0 - 0.5 * outside : 0.5 * outside;
}

/*
 * The t that a Student variable with df degrees of freedom exceeds with
 * probability `tail`.  Requires 0 < tail < 1/2 and df within its bounds.
 */
double
shnor_student_quantile(double tail, double df)
{
	double		x;
	double		y;

	shnor_beta_quantile(2.0 * tail, 1.0 - 2.0 * tail, 0.5 * df, 0.5, &x, &y);
	return sqrt(df * (y / x));
}

/*
 * Probabilities that an F variable with df1 and df2 degrees of freedom is at
 * most f, and at least f (A&S 26.6.2).  Requires f >= 0, which may be
 * infinite, and degrees of freedom within their bounds.
 */
void
shnor_f_tails(double f, double df1, double df2, double *lower, double *upper)
{
	double		r = f * (df1 / df2);
	double		x = r > 1.0 ? 1.0 / (1.0 + 1.0 / r) : r / (1.0 + r);
	double		y = r > 1.0 ? 1.0 / r / (1.0 + 1.0 / r) : 1.0 / (1.0 + r);

	shnor_beta_cdf(x, y, 0.5 * df1, 0.5 * df2, lower, upper);
}

/*
 * log of Gamma(k + rest + 1) / (Gamma(k + 1) Gamma(rest + 1)) p^k q^rest for
 * k, rest >= 0, not both 0, 0 < p < 1 and q = 1 - p: for whole numbers a
 * binomial probability (Loader 2000).
 */
static double
log_binomial_term(double k, double rest, double p, double q)
{
	double		n = k + rest;

	if (k <= 0.0)
		return rest * (p < q ? log1p(-p) : log(q));
	if (rest <= 0.0)
		return k * (q < p ? log1p(-q) : log(p));
	return 0.5 * (log(n / k / rest) - LN_2PI)
		+ shnor_stirling_error(n)
		- shnor_stirling_error(k) - shnor_stirling_error(rest)
		+ shnor_log_deviance(k, rest, p, q);
}

/*
 * Sum of P(j) / P(at) over j = from..to, which contain `at`.
 *
 * Stops early only where log-concavity bounds what is left out: after a term
 * with ratio r < 1 to the next one the rest is at most r / (1 - r) of it.
 */
static double
relative_sum(const Family *family, double at, double from, double to)
{
	double		sum = 1.0;
	double		term = 1.0;

	for (double k = at; k < to; k += 1.0)
	{
		double		ratio = family->ratio(family, k);

		term *= ratio;
		sum += term;
		if (family->log_concave &&
			term * ratio <= (1.0 - ratio) * NEGLIGIBLE_PART * sum)
			break;
	}
	term = 1.0;
	for (double k = at; k > from; k -= 1.0)
	{
		double		ratio = 1.0 / family->ratio(family, k - 1.0);

		term *= ratio;
		sum += term;
		if (family->log_concave &&
			term * ratio <= (1.0 - ratio) * NEGLIGIBLE_PART * sum)
			break;
	}
	return sum;
}

/*
 * Probability of the outcomes from..to; 0 when there are none.  Summed outward
 * from the most probable of them, so that no term outgrows a double.
 */
static double
probability_between(const Family *family, double from, double to)
{
	double		at;
	double		log_p;

	from = fmax(from, family->lo);
	to = fmin(to, family->hi);
	if (from > to)
		return 0.0;
	if (from <= family->lo && to >= family->hi)
		return 1.0;

	if (family->log_concave)
	{
		at = fmin(fmax(family->mode, from), to);
		log_p = family->log_pmf(family, at);
	}
	else
	{
		/* the probabilities fall, rise, or do first the one, then the other */
		double		log_to = family->log_pmf(family, to);

		at = from;
		log_p = family->log_pmf(family, from);
		if (log_to > log_p)
		{
			at = to;
			log_p = log_to;
		}
	}
	return fmin(exp(log_p + log(relative_sum(family, at, from, to))), 1.0);
}

/*
 * Probability of the outcomes no more probable than k, for a log-concave
 * family: those beyond k, and on the other side of the mode those from some
 * number outwards, which a binary search finds.
 */
static double
probability_two_sided(const Family *family, double k)
{
	double		limit = family->log_pmf(family, k) + log1p(TIE_TOLERANCE);
	double		near;
	double		far;

	if (family->log_pmf(family, family->mode) <= limit)
		return 1.0;
	if (k < family->mode)
	{
		/* the least outcome above the mode that counts, or hi + 1 */
		near = family->mode;
		far = family->hi + 1.0;
		while (far - near > 1.0)
		{
			double		middle = floor(near + (far - near) / 2.0);

			if (family->log_pmf(family, middle) <= limit)
				far = middle;
			else
				near = middle;
		}
		return fmin(probability_between(family, family->lo, k) +
					probability_between(family, far, family->hi), 1.0);
	}
	else
	{
		/* the greatest outcome below the mode that counts, or lo - 1 */
		near = family->mode;
		far = family->lo - 1.0;
		while (near - far > 1.0)
		{
			double		middle = ceil(near - (near - far) / 2.0);

			if (family->log_pmf(family, middle) <= limit)
				far = middle;
			else
				near = middle;
		}
		return fmin(probability_between(family, family->lo, far) +
					probability_between(family, k, family->hi), 1.0);
	}
}

/*
 * Least and greatest number of successes a stratum's sample can have.
 */
double
shnor_stratum_min(const ShnorStratum *stratum)
{
	return fmax(0.0, stratum->sample -
				(stratum->population - stratum->successes));
}

double
shnor_stratum_max(const ShnorStratum *stratum)
{
	return fmin(stratum->sample, stratum->successes);
}

/*
 * Mean and variance of the number of successes in a stratum's sample
 * (A&S 26.1.21).  Require a population that is not 0; one of 1 has no
 * variance.
 */
double
shnor_stratum_mean(const ShnorStratum *stratum)
{
	return stratum->sample * (stratum->successes / stratum->population);
}

double
shnor_stratum_variance(const ShnorStratum *stratum)
{
	double		n = stratum->population;
	double		share = stratum->successes / n;

	if (n <= 1.0)
		return 0.0;
	return stratum->sample * share * ((n - stratum->successes) / n) *
		((n - stratum->sample) / (n - 1.0));
}

/*
 * log of the hypergeometric probability of k successes, as three binomial
 * ones with the same p (Loader 2000).  par: sample, successes, population.
 * Requires lo < hi, so that p is neither 0 nor 1.
 */
static double
hypergeometric_log_pmf(const Family *family, double k)
{
	double		sample = family->par[0];
	double		successes = family->par[1];
	double		population = family->par[2];
	double		p = sample / population;
	double		q = (population - sample) / population;

	return log_binomial_term(k, successes - k, p, q) +
		log_binomial_term(sample - k, population - successes - (sample - k),
						  p, q) -
		log_binomial_term(sample, population - sample, p, q);
}

static double
hypergeometric_ratio(const Family *family, double k)
{
	double		sample = family->par[0];
	double		successes = family->par[1];
	double		population = family->par[2];

	return (successes - k) / (k + 1.0) *
		((sample - k) / (population - successes - sample + k + 1.0));
}

/*
 * The family of a stratum's number of successes.
 */
static Family
hypergeometric_family(const ShnorStratum *stratum)
{
	Family		family = {
		.lo = shnor_stratum_min(stratum),
		.hi = shnor_stratum_max(stratum),
		.log_concave = true,
		.par = {stratum->sample, stratum->successes, stratum->population},
		.log_pmf = hypergeometric_log_pmf,
		.ratio = hypergeometric_ratio
	};

	/* a product of up to 1e24 rounds, but not further than to a neighbour */
	family.mode = floor((stratum->sample + 1.0) *
						((stratum->successes + 1.0) /
						 (stratum->population + 2.0)));
	family.mode = fmin(fmax(family.mode, family.lo), family.hi);
	return family;
}

/*
 * P-value of k successes in a stratum's sample: Fisher's exact test of a
 * two-by-two table with its margins given (Fisher 1935).  Requires whole
 * numbers, k within the stratum's least and greatest.
 */
double
shnor_hypergeometric_test(double k, const ShnorStratum *stratum,
						  ShnorAlternative alternative)
{
	Family		family = hypergeometric_family(stratum);

	if (family.lo >= family.hi)
		return 1.0;
	if (alternative == SHNOR_LESS)
		return probability_between(&family, family.lo, k);
	if (alternative == SHNOR_GREATER)
		return probability_between(&family, k, family.hi);
	return probability_two_sided(&family, k);
}

/*
 * log of the beta-binomial probability of k of n (Skellam 1948).  par: n,
 * alpha, beta.
 *
 * C(n, k) B(alpha + k, beta + n - k) / B(alpha, beta) is, up to a rational
 * factor, two binomial probabilities over a third, all of them with p =
 * n / (n + alpha + beta), whose powers cancel: then nothing is the difference
 * of large log gammas.
 */
static double
beta_binomial_log_pmf(const Family *family, double k)
{
	double		n = family->par[0];
	double		alpha = family->par[1];
	double		beta = family->par[2];
	double		rest = n - k;
	double		total = n + alpha + beta;
	double		p = n / total;
	double		q = (alpha + beta) / total;

	return log(alpha / (k + alpha)) + log(beta / (rest + beta)) +
		log(total / (alpha + beta)) +
		log_binomial_term(k, alpha, p, q) +
		log_binomial_term(rest, beta, p, q) -
		log_binomial_term(n, alpha + beta, p, q);
}

static double
beta_binomial_ratio(const Family *family, double k)
{
	double		n = family->par[0];
	double		alpha = family->par[1];
	double		beta = family->par[2];

	return (n - k) / (k + 1.0) * ((k + alpha) / (n - k - 1.0 + beta));
}

/*
 * Probability of k or fewer, or of k or more, of n under a beta-binomial
 * distribution.  Requires 0 <= k <= n, 0 < n <= SHNOR_BETA_BINOMIAL_MAX,
 * shapes within their bounds, and an alternative that is not two-sided.
 */
double
shnor_beta_binomial_test(double k, double n, double alpha, double beta,
						 ShnorAlternative alternative)
{
	Family		family = {
		.lo = 0.0,
		.hi = n,
		.log_concave = alpha >= 1.0 && beta >= 1.0,
		.par = {n, alpha, beta},
		.log_pmf = beta_binomial_log_pmf,
		.ratio = beta_binomial_ratio
	};

	/* where the ratio to the next probability passes 1 */
	if (alpha + beta > 2.0)
		family.mode = floor(fmin(fmax((n * (alpha - 1.0) + 1.0 - beta) /
									  (alpha + beta - 2.0) + 1.0, 0.0), n));
	if (alternative == SHNOR_LESS)
		return probability_between(&family, 0.0, k);
	return probability_between(&family, k, n);
}

/*
 * Fill pmf[0 .. hi - lo] with the probabilities of lo..hi successes.
 */
static void
fill_probabilities(const Family *family, double *pmf)
{
	int			len = (int) (family->hi - family->lo) + 1;
	int			at = (int) (family->mode - family->lo);

	if (len == 1)
	{
		pmf[0] = 1.0;
		return;
	}
	pmf[at] = exp(family->log_pmf(family, family->mode));
	for (int i = at; i + 1 < len; i++)
		pmf[i + 1] = pmf[i] * family->ratio(family, family->lo + i);
	for (int i = at; i > 0; i--)
		pmf[i - 1] = pmf[i] / family->ratio(family, family->lo + i - 1);
}

/*
 * Probability that the strata's samples together have at least `least`
 * successes: the exact conditional test of a common property in several
 * two-by-two tables (Birch 1964; Gart 1971).
 *
 * Requires strata with a population and room for three times (sum of the
 * samples + 1) numbers in `work`.  Takes the product of the strata's lengths
 * in steps.
 */
double
shnor_strata_upper(const ShnorStratum *strata, int len, double least,
				   double *work)
{
	double		room = 1.0;
	double	   *sum;
	double	   *next;
	double	   *pmf;
	int			sum_len = 1;
	double		lo = 0.0;
	double		upper = 0.0;

	for (int i = 0; i < len; i++)
		room += strata[i].sample;
	sum = work;
	next = work + (size_t) room;
	pmf = next + (size_t) room;
	sum[0] = 1.0;

	for (int i = 0; i < len; i++)
	{
		Family		family = hypergeometric_family(&strata[i]);
		int			pmf_len = (int) (family.hi - family.lo) + 1;
		double	   *swap;

		fill_probabilities(&family, pmf);
		for (int j = 0; j < sum_len + pmf_len - 1; j++)
			next[j] = 0.0;
		for (int j = 0; j < sum_len; j++)
			for (int m = 0; m < pmf_len; m++)
				next[j + m] += sum[j] * pmf[m];
		swap = sum;
		sum = next;
		next = swap;
		sum_len += pmf_len - 1;
		lo += family.lo;
	}

	/* from the far end, where the terms are small */
	for (int j = sum_len - 1; j >= 0 && lo + j >= least; j--)
		upper += sum[j];
	return fmin(upper, 1.0);
}
