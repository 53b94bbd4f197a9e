/*
 * beta_binomial_core.c
 *		Likelihood, maximum and moments of a beta-binomial distribution.
 *
 * A group's k of n has probability C(n, k) B(alpha + k, beta + n - k) /
 * B(alpha, beta) (Skellam 1948).  Written as products, the beta functions are
 * rising factorials a (a + 1) ... (a + k - 1) of alpha, beta and their sum;
 * each is split here into a^k, which together are the binomial likelihood at
 * the mean share mu = alpha / (alpha + beta), and a rest that vanishes as the
 * concentration M = alpha + beta grows.  So nothing cancels at large M, where
 * a difference of two likelihoods decides whether there is a maximum at all.
 */
#include "beta_binomial_core.h"

#include <float.h>
#include <math.h>

#include "special_core.h"

/* Up to this k the products are multiplied out. */
#define DIRECT_UP_TO	8.0

/* Concentrations tried in search of maxima: two in a decade. */
#define GRID_STEP		1.1512925464970228420

/* Call data->tick each time so many values have been summed. */
#define TICK_EVERY		4096

/*
 * Whether k and n may stand in a state.
 */
bool
shnor_bb_pair_valid(int64_t k, int64_t n)
{
	return n > 0 && k >= 0 && k <= n;
}

/*
 * Order of pairs for qsort: by n, then by k.  Sums taken in this order do not
 * depend on that of the rows.
 */
int
shnor_bb_pair_compare(const void *left, const void *right)
{
	const ShnorBbPair *a = left;
	const ShnorBbPair *b = right;

	if (a->n != b->n)
		return a->n < b->n ? -1 : 1;
	if (a->k != b->k)
		return a->k < b->k ? -1 : 1;
	return 0;
}

/*
 * Sum of log (n choose k) over the groups.
 */
double
shnor_bb_log_choose(const ShnorBbPair *pairs, size_t len)
{
	double		sum = 0.0;
	double		last = 0.0;

	for (size_t i = 0; i < len; i++)
	{
		if (i == 0 || shnor_bb_pair_compare(&pairs[i - 1], &pairs[i]) != 0)
			last = shnor_log_choose((double) pairs[i].n, (double) pairs[i].k);
		sum += last;
	}
	return sum;
}

/*
 * Method of moments on the raw shares k / n: alpha and beta of the beta
 * distribution with their mean and sample variance (Gelman et al., Bayesian
 * Data Analysis, 5.1).  False if there is no such distribution: fewer than
 * two groups, no variance, or as much of it as all-or-nothing shares have.
 */
bool
shnor_bb_moments(const ShnorBbPair *pairs, size_t len,
				 double *alpha, double *beta)
{
	double		mean = 0.0;
	double		squares = 0.0;
	double		variance;
	double		concentration;

	if (len < 2)
		return false;
	for (size_t i = 0; i < len; i++)
		mean += (double) pairs[i].k / (double) pairs[i].n;
	mean /= (double) len;
	for (size_t i = 0; i < len; i++)
	{
		double		off = (double) pairs[i].k / (double) pairs[i].n - mean;

		squares += off * off;
	}

	variance = squares / (double) (len - 1);
	if (!(variance > 0.0))
		return false;
	concentration = mean * (1.0 - mean) / variance - 1.0;

	*alpha = mean * concentration;
	*beta = (1.0 - mean) * concentration;
	return *alpha > 0.0 && *beta > 0.0 && isfinite(*alpha) && isfinite(*beta);
}

/*
 * Sum over the values k of log (a (a + 1) ... (a + k - 1) / a^k), for a > 0.
 *
 * For larger k by Stirling's formula:
 * (a + k - 1/2) log(1 + k/a) - k and the difference of Stirling errors.
 */
static double
log_factorial_excess(const ShnorBbCount *values, size_t len, double a,
					 void (*tick) (void))
{
	double		error_a = shnor_stirling_error(a);
	double		sum = 0.0;

	for (size_t i = 0; i < len; i++)
	{
		double		k = values[i].value;
		double		term = 0.0;

		if (k <= DIRECT_UP_TO)
			for (double j = 1.0; j < k; j += 1.0)
				term += log1p(j / a);
		else
		{
			double		t = k / a;
			double		log_t = log1p(t);

			term = a * (shnor_log1pmx(t) + t * log_t) - 0.5 * log_t +
				(shnor_stirling_error(a + k) - error_a);
		}
		sum += values[i].groups * term;
		if (i % TICK_EVERY == TICK_EVERY - 1)
			tick();
	}
	return sum;
}

/*
 * *first = sum over the values k of j / (a + j), 0 <= j < k, which is minus
 * the derivative of log_factorial_excess by log a; *second (may be NULL) = sum
 * of a j / (a + j)^2, its derivative by log a.  For larger k they are
 * k - a (digamma(a + k) - digamma(a)) and so on, with digamma's leading terms
 * taken together first.
 *
 * *second is meant for the slope of Newton's iteration only: it loses digits
 * as a grows, when it is of no weight there.
 */
static void
sum_slopes(const ShnorBbCount *values, size_t len, double a,
		   double *first, double *second, void (*tick) (void))
{
	double		remainder_a = shnor_digamma_remainder(a);
	double		trigamma_a = shnor_trigamma(a);

	*first = 0.0;
	if (second)
		*second = 0.0;
	for (size_t i = 0; i < len; i++)
	{
		double		k = values[i].value;
		double		groups = values[i].groups;
		double		q = 0.0;
		double		r = 0.0;

		if (k <= DIRECT_UP_TO)
			for (double j = 1.0; j < k; j += 1.0)
			{
				q += j / (a + j);
				r += a * j / ((a + j) * (a + j));
			}
		else
		{
			double		t = k / a;

			q = -a * shnor_log1pmx(t) - 0.5 * k / (a + k) +
				a * (shnor_digamma_remainder(a + k) - remainder_a);
			if (second)
				r = k - q - a * a * (trigamma_a - shnor_trigamma(a + k));
		}
		*first += groups * q;
		if (second)
			*second += groups * r;
		if (i % TICK_EVERY == TICK_EVERY - 1)
			tick();
	}
}

/*
 * Number of groups behind the values.
 */
static double
count_groups(const ShnorBbCount *values, size_t len)
{
	double		sum = 0.0;

	for (size_t i = 0; i < len; i++)
		sum += values[i].groups;
	return sum;
}

/*
 * Set *logit to the log odds of the mu that maximises the likelihood at the
 * given concentration, and return the derivative of the maximum by the
 * concentration's logarithm.  *logit is the starting point on entry and lies
 * between low and high, as the answer does.
 *
 * The likelihood is concave in mu, so its derivative by the log odds,
 * nu A - mu B with A = sum of alpha / (alpha + j) over j < k and B the same of
 * beta and n - k, has one root.  Newton's iteration, with bisection when a
 * step leaves the bracket.
 */
static double
profile_slope(const ShnorBbData *data, double concentration,
			  double low, double high, double *logit)
{
	double		k_first = 0.0;
	double		rest_first = 0.0;
	double		n_first;

	for (int i = 0; i < 200; i++)
	{
		double		mu;
		double		nu;
		double		k_second;
		double		rest_second;
		double		a;
		double		b;
		double		value;
		double		slope;
		double		next;
		double		step;

		data->tick();
		shnor_from_logit(*logit, &mu, &nu);
		sum_slopes(data->k, data->k_len, concentration * mu,
				   &k_first, &k_second, data->tick);
		sum_slopes(data->rest, data->rest_len, concentration * nu,
				   &rest_first, &rest_second, data->tick);
		a = data->k_sum - k_first;
		b = data->rest_sum - rest_first;
		value = nu * a - mu * b;
		slope = nu * nu * k_second + mu * mu * rest_second -
			mu * nu * (a + b);
		next = *logit - value / slope;

		if (value > 0.0)
			low = *logit;
		else
			high = *logit;
		if (!(slope < 0.0 && next >= low && next <= high))
			next = low + (high - low) / 2.0;
		step = fabs(next - *logit);
		*logit = next;
		if (step <= 4.0 * DBL_EPSILON * fmax(fabs(next), 1.0))
			break;
	}
	sum_slopes(data->n, data->n_len, concentration, &n_first, NULL,
			   data->tick);
	return n_first - k_first - rest_first;
}

/*
 * How much the log-likelihood at alpha, beta exceeds that of the binomial
 * distribution with the groups' common share.
 */
static double
likelihood_excess(const ShnorBbData *data, double alpha, double beta)
{
	double		concentration = alpha + beta;

	return shnor_log_deviance(data->k_sum, data->rest_sum,
							  alpha / concentration, beta / concentration) +
		log_factorial_excess(data->k, data->k_len, alpha, data->tick) +
		log_factorial_excess(data->rest, data->rest_len, beta, data->tick) -
		log_factorial_excess(data->n, data->n_len, concentration, data->tick);
}

/*
 * Log-likelihood of the groups, binomial coefficients included.  Requires a
 * k > 0 and an n - k > 0 among the groups, alpha > 0, beta > 0.
 */
double
shnor_bb_log_likelihood(const ShnorBbData *data, double alpha, double beta)
{
	double		total = data->k_sum + data->rest_sum;

	return data->log_choose +
		data->k_sum * log(data->k_sum / total) +
		data->rest_sum * log(data->rest_sum / total) +
		likelihood_excess(data, alpha, beta);
}

/*
 * Maximum likelihood estimate.  False if the likelihood has no maximum at
 * finite positive alpha and beta with a sum within the bounds of the header:
 * it rises towards the binomial distribution (shares vary no more than chance
 * makes them), or towards all or nothing, or towards a mean share of 0 or 1.
 *
 * The likelihood maximised over the mean share is a function of the
 * concentration alone.  It may have several maxima, so its derivative is
 * looked at on a grid; each change of sign from plus to minus is refined by
 * regula falsi in the Illinois form (Dowell and Jarratt 1971), and the highest
 * of the maxima is compared with the limit at infinite concentration.
 */
bool
shnor_bb_fit(const ShnorBbData *data, double *alpha, double *beta)
{
	double		groups = count_groups(data->n, data->n_len);
	double		with_k = count_groups(data->k, data->k_len);
	double		with_rest = count_groups(data->rest, data->rest_len);
	double		end = log(SHNOR_BB_CONCENTRATION_MAX);
	double		low;
	double		high;
	double		logit;
	double		last_at;
	double		last_slope;
	double		best = 0.0;
	bool		found = false;

	if (groups < 2.0 || with_k == 0.0 || with_rest == 0.0)
		return false;

	/* without a mixed group the likelihood rises towards M = 0 */
	if (with_k + with_rest <= groups)
		return false;

	/* A lies between with_k and k_sum, B between with_rest and rest_sum */
	low = log(with_k / data->rest_sum) - 1e-6;
	high = log(data->k_sum / with_rest) + 1e-6;
	logit = fmin(fmax(log(with_k / with_rest), low), high);

	last_at = log(SHNOR_BB_CONCENTRATION_MIN);
	last_slope = profile_slope(data, exp(last_at), low, high, &logit);

	while (last_at < end)
	{
		double		at = fmin(last_at + GRID_STEP, end);
		double		slope = profile_slope(data, exp(at), low, high, &logit);

		if (last_slope > 0.0 && slope <= 0.0)
		{
			double		left = last_at;
			double		left_slope = last_slope;
			double		right = at;
			double		right_slope = slope;
			double		top = at;
			double		top_logit = logit;
			double		a;
			double		b;
			double		excess;
			int			side = 0;

			for (int i = 0; i < 200 && slope < 0.0; i++)
			{
				double		middle;

				top = left + left_slope / (left_slope - right_slope) *
					(right - left);
				if (!(top > left && top < right))
					top = left + (right - left) / 2.0;
				if (right - left <= 4.0 * DBL_EPSILON * fmax(fabs(top), 1.0))
					break;
				middle = profile_slope(data, exp(top), low, high, &top_logit);
				if (middle == 0.0)
					break;
				if (middle > 0.0)
				{
					left = top;
					left_slope = middle;
					if (side == 1)
						right_slope *= 0.5;
					side = 1;
				}
				else
				{
					right = top;
					right_slope = middle;
					if (side == -1)
						left_slope *= 0.5;
					side = -1;
				}
			}

			shnor_from_logit(top_logit, &a, &b);
			a *= exp(top);
			b *= exp(top);
			excess = likelihood_excess(data, a, b);
			if (excess > best)
			{
				best = excess;
				*alpha = a;
				*beta = b;
				found = true;
			}
		}
		last_at = at;
		last_slope = slope;
	}
	return found;
}
