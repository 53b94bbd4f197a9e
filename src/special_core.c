/*
 * special_core.c
 *		Special functions: gamma corrections, normal and beta distributions.
 *
 * Nothing here takes the difference of two log gammas: for shapes of 1e9 that
 * loses nine digits.  Gamma functions appear only through their Stirling
 * corrections and powers only through deviances, as in C. Loader, "Fast and
 * accurate computation of binomial probabilities" (2000).
 *
 * A&S is Abramowitz and Stegun, Handbook of Mathematical Functions; DLMF is
 * the NIST Digital Library of Mathematical Functions.
 *
 * Must not be compiled with -ffast-math.
 */
#include "special_core.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#define LN_2PI			1.8378770664093454836
#define SQRT_2PI		2.5066282746310005024
#define SQRT_HALF		0.70710678118654752440

#define lengthof(array)	(sizeof(array) / sizeof((array)[0]))

/* From here on the asymptotic series below are exact to double precision. */
#define ASYMPTOTIC_FROM	12.0

/* Least shape for the quadrature; below it the continued fraction is short. */
#define QUADRATURE_FROM	20.0

/* exp of minus this is below a double's precision. */
#define NEGLIGIBLE		40.0

/* Bounds of log(x / (1 - x)) beyond which x or 1 - x is not a normal double. */
#define LOGIT_MAX		700.0

/*
 * log(1 + t) - t for t > -1, without cancellation near 0.
 *
 * log(1 + t) = 2 atanh(u) with u = t / (2 + t) (A&S 4.1.29), and
 * t - 2u = t u.
 */
double
shnor_log1pmx(double t)
{
	double		u = t / (2.0 + t);
	double		u2 = u * u;
	double		power = u2;
	double		sum = 0.0;

	if (t < -0.5 || t > 0.5)
		return log1p(t) - t;

	/* |u| <= 1/3, so 18 terms reach 1e-17 of the sum */
	for (int i = 3; i <= 37; i += 2)
	{
		double		term = power / i;

		sum += term;
		if (term <= sum * (DBL_EPSILON / 8))
			break;
		power *= u2;
	}
	return 2.0 * u * sum - t * u;
}

/*
 * exp(w) - 1 - w, without cancellation near 0.
 */
static double
expm1mx(double w)
{
	double		term = w * w / 2.0;
	double		sum = term;

	if (w < -0.5 || w > 0.5)
		return expm1(w) - w;

	for (int i = 3; i <= 20; i++)
	{
		term *= w / i;
		sum += term;
		if (fabs(term) <= sum * (DBL_EPSILON / 8))
			break;
	}
	return sum;
}

/*
 * Polynomial with the coefficients, the constant one first.
 */
static double
horner(const double *coefficients, size_t len, double x)
{
	double		sum = 0.0;

	while (len > 0)
		sum = sum * x + coefficients[--len];
	return sum;
}

/*
 * Binet's function log Gamma(x) - (x - 1/2) log x + x - log(2 pi) / 2, the
 * error of Stirling's formula, for x > 0.
 *
 * A&S 6.1.41 for large x, reached by Gamma(x + 1) = x Gamma(x).
 */
double
shnor_stirling_error(double x)
{
	static const double terms[] = {
		1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188,
		-691.0 / 360360, 1.0 / 156
	};
	double		sum = 0.0;

	for (; x < ASYMPTOTIC_FROM; x += 1.0)
		sum += (x + 0.5) * log1p(1.0 / x) - 1.0;
	return sum + horner(terms, lengthof(terms), 1.0 / (x * x)) / x;
}

/*
 * log x - 1 / (2x) - digamma(x) for x > 0: what is left of digamma after its
 * leading terms.
 *
 * A&S 6.3.18 for large x, reached by digamma(x + 1) = digamma(x) + 1 / x.
 */
double
shnor_digamma_remainder(double x)
{
	static const double terms[] = {
		1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132,
		-691.0 / 32760, 1.0 / 12
	};
	double		sum = 0.0;

	for (; x < ASYMPTOTIC_FROM; x += 1.0)
		sum += 0.5 / x + 0.5 / (x + 1.0) - log1p(1.0 / x);
	return sum + horner(terms, lengthof(terms), 1.0 / (x * x)) / (x * x);
}

/*
 * Derivative of log Gamma(x), for x > 0 (A&S 6.3.5, 6.3.18).
 */
double
shnor_digamma(double x)
{
	double		sum = 0.0;

	for (; x < ASYMPTOTIC_FROM; x += 1.0)
		sum += 1.0 / x;
	return log(x) - 0.5 / x - shnor_digamma_remainder(x) - sum;
}

/*
 * Second derivative of log Gamma(x), for x > 0 (A&S 6.4.6, 6.4.12).
 */
double
shnor_trigamma(double x)
{
	static const double terms[] = {
		1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66,
		-691.0 / 2730, 7.0 / 6
	};
	double		sum = 0.0;

	for (; x < ASYMPTOTIC_FROM; x += 1.0)
		sum += 1.0 / (x * x);
	return sum + (1.0 + (0.5 + horner(terms, lengthof(terms), 1.0 / (x * x)) /
						 x) / x) / x;
}

/*
 * Probability that a standard normal variable is at most z (A&S 26.2.29).
 * Infinite z gives 0 or 1.
 */
double
shnor_normal_cdf(double z)
{
	return 0.5 * erfc(-z * SQRT_HALF);
}

/*
 * The z with shnor_normal_cdf(z) = p, for 0 < p < 1.
 *
 * A&S 26.2.23 (absolute error under 4.5e-4) and Halley's iteration, whose
 * three steps take that below a double's precision.  The residual is taken
 * from the centre by erf or from the nearer tail by erfc, whichever keeps the
 * digits of p.
 */
double
shnor_normal_quantile(double p)
{
	bool		upper = p > 0.5;
	double		tail = upper ? 1.0 - p : p;
	double		t = sqrt(-2.0 * log(tail));
	double		z;

	if (p == 0.5)
		return 0.0;
	z = (2.515517 + t * (0.802853 + t * 0.010328)) /
		(1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
	for (int i = 0; i < 3; i++)
	{
		double		residual;
		double		half;
		double		step;

		if (tail > 0.25)
			residual = 0.5 * erf(z * SQRT_HALF) - (tail - 0.5);
		else
			residual = 0.5 * erfc(-z * SQRT_HALF) - tail;
		/* in halves: where p is subnormal exp(z^2 / 2) is no double */
		half = exp(0.25 * z * z);
		step = residual * half * SQRT_2PI * half;
		z -= step / (1.0 + 0.5 * z * step);
	}
	return upper ? -z : z;
}

/*
 * The *x and *y = 1 - *x with log(*x / *y) = s, each to full precision.
 */
void
shnor_from_logit(double s, double *x, double *y)
{
	double		odds = exp(-fabs(s));

	*x = (s < 0.0 ? odds : 1.0) / (1.0 + odds);
	*y = (s < 0.0 ? 1.0 : odds) / (1.0 + odds);
}

/*
 * (a + b) x - a = b - (a + b) y for x + y = 1: how far x is from the mean of
 * the beta distribution, times a + b.
 *
 * Taken from the smaller of x and y, with one rounding: of the larger one the
 * digits that matter are already gone.
 */
static double
mean_offset(double a, double b, double x, double y)
{
	double		n = a + b;
	double		part = n - a;
	double		n_error = (a - (n - part)) + (b - part);

	if (x <= y)
		return fma(n, x, -a) + n_error * x;
	return -(fma(n, y, -b) + n_error * y);
}

/*
 * a log((a + b) x / a) + b log((a + b) y / b) for positive a, b, x, y and
 * x + y = 1: minus half the deviance of Loader (2000), never positive.
 */
double
shnor_log_deviance(double a, double b, double x, double y)
{
	double		n = a + b;
	double		offset = mean_offset(a, b, x, y);
	double		sum;

	if (offset >= -0.5 * a)
		sum = a * shnor_log1pmx(offset / a);
	else
		sum = a * log(n * x / a) - offset;
	if (offset <= 0.5 * b)
		sum += b * shnor_log1pmx(-offset / b);
	else
		sum += b * log(n * y / b) + offset;
	return sum < 0.0 ? sum : 0.0;
}

/*
 * Logarithm of the number of ways to choose k of n, for 0 <= k <= n.
 */
double
shnor_log_choose(double n, double k)
{
	double		rest = n - k;
	double		share = fmin(k, rest) / n;

	if (k <= 0.0 || rest <= 0.0)
		return 0.0;
	return 0.5 * (log(n / k / rest) - LN_2PI)
		+ shnor_stirling_error(n)
		- shnor_stirling_error(k) - shnor_stirling_error(rest)
		- n * (share * log(share) + (1.0 - share) * log1p(-share));
}

/*
 * Logarithm of the binomial probability of k successes in n trials, for
 * 0 <= k <= n, n > 0 and 0 < p < 1 (Loader 2000).
 */
double
shnor_binomial_log_pmf(double k, double n, double p)
{
	double		rest = n - k;

	if (k <= 0.0)
		return n * log1p(-p);
	if (rest <= 0.0)
		return n * log(p);
	return 0.5 * (log(n / k / rest) - LN_2PI)
		+ shnor_stirling_error(n)
		- shnor_stirling_error(k) - shnor_stirling_error(rest)
		+ shnor_log_deviance(k, rest, p, 1.0 - p);
}

/*
 * log of x^a y^b / B(a, b), for x, y > 0.
 */
static double
beta_log_prefactor(double x, double y, double a, double b)
{
	double		n = a + b;

	return 0.5 * (log(a * (b / n)) - LN_2PI)
		+ shnor_stirling_error(n)
		- shnor_stirling_error(a) - shnor_stirling_error(b)
		+ shnor_log_deviance(a, b, x, y);
}

/*
 * I_x(a, b) B(a, b) / (x^a y^b) by a continued fraction, for offset =
 * (a + b) x - a <= 0.
 *
 * It is the even part of DLMF 8.17.22 (the fraction of DiDonato and Morris
 * 1992, TOMS 708), its partial denominators rearranged here so that the
 * offset stands for (a + b) x - a: then nothing cancels when x nears 1.
 * Evaluated by Lentz's method as modified by Thompson and Barnett (1986).
 */
static double
beta_fraction(double x, double y, double a, double b, double offset)
{
	double		f = (1.0 - offset) / (a + 1.0);
	double		c = f;
	double		d = 0.0;

	for (double m = 1.0; m <= 1e6; m += 1.0)
	{
		double		am = a + m;
		double		a2m = am + m;
		double		even = m * (b - m) * x / (a2m * (a2m - 1.0));
		double		alpha;
		double		beta;
		double		factor;

		alpha = even * x * (am - 1.0) * (am + b - 1.0) /
			((a2m - 2.0) * (a2m - 1.0));
		beta = even +
			(am * (1.0 - offset + m * (2.0 + y)) + m * (m + 1.0)) /
			(a2m * (a2m + 1.0));
		d = beta + alpha * d;
		if (fabs(d) < DBL_MIN)
			d = DBL_MIN;
		d = 1.0 / d;
		c = beta + alpha / c;
		if (fabs(c) < DBL_MIN)
			c = DBL_MIN;
		factor = c * d;
		f *= factor;
		if (fabs(factor - 1.0) <= DBL_EPSILON)
			break;
	}
	return 1.0 / (a * f);
}

/*
 * Logarithm of the integrand of beta_quadrature relative to its value at
 * v = 0; concave, 0 at v = 0, never rising when offset <= 0.
 *
 * It is -a v - n log(1 + x (exp(-v) - 1)) with n = a + b, of which the linear
 * part (offset v) is taken out exactly; for x > y the same in terms of y.
 */
static double
quadrature_exponent(double v, double x, double y, double n, double offset)
{
	if (x <= y)
		return offset * v - n * (x * expm1mx(-v) + shnor_log1pmx(x * expm1(-v)));
	return offset * v - n * (y * expm1mx(v) + shnor_log1pmx(y * expm1(v)));
}

/*
 * I_x(a, b) B(a, b) / (x^a y^b) by quadrature, for a, b >= QUADRATURE_FROM
 * and offset = (a + b) x - a <= 0.
 *
 * With t = x exp(-v) / (1 + x (exp(-v) - 1)), that is with v the distance in
 * log odds, the defining integral (DLMF 8.17.1) becomes that of a smooth
 * log-concave function over v > 0, whose singularities are pi away from the
 * axis.  Its length is that of the tail, so the work does not depend on a, b.
 * Gauss-Legendre rule with 20 nodes (A&S table 25.4) on each of four panels.
 */
static double
beta_quadrature(double x, double y, double a, double b, double offset)
{
	static const double rule[10][2] = {
		{0.076526521133497333755, 0.15275338713072585070},
		{0.22778585114164507808, 0.14917298647260374679},
		{0.37370608871541956067, 0.14209610931838205133},
		{0.51086700195082709800, 0.13168863844917662690},
		{0.63605368072651502545, 0.11819453196151841731},
		{0.74633190646015079261, 0.10193011981724043504},
		{0.83911697182221882339, 0.083276741576704748725},
		{0.91223442825132590587, 0.062672048334109063570},
		{0.96397192727791379127, 0.040601429800386941331},
		{0.99312859918509492479, 0.017614007139152118312}
	};
	const int	panels = 4;
	double		n = a + b;
	double		root;
	double		length;
	double		half;
	double		sum = 0.0;

	/*
	 * The first length is that of the second-order expansion.  Mend it until
	 * what is cut off is negligible and a panel holds at most about 15 units
	 * of the exponent, where the rule is exact to double precision.
	 */
	root = sqrt(offset * offset + 2.0 * NEGLIGIBLE * n * x * y);
	length = 2.0 * NEGLIGIBLE / (root - offset);
	for (int i = 0; i < 30; i++)
	{
		double		drop = -quadrature_exponent(length, x, y, n, offset);

		if (drop < NEGLIGIBLE)
			length *= 1.05 * NEGLIGIBLE / drop;
		else if (drop > 1.5 * NEGLIGIBLE)
			length *= sqrt(1.1 * NEGLIGIBLE / drop);
		else
			break;
	}

	half = length / (2 * panels);

	for (int panel = 0; panel < panels; panel++)
	{
		double		centre = half * (2 * panel + 1);

		for (int i = 0; i < 10; i++)
		{
			double		shift = half * rule[i][0];

			sum += rule[i][1] *
				(exp(quadrature_exponent(centre - shift, x, y, n, offset)) +
				 exp(quadrature_exponent(centre + shift, x, y, n, offset)));
		}
	}
	return sum * half;
}

/*
 * I_x(a, b) B(a, b) / (x^a y^b), for offset = (a + b) x - a <= 0, that is on
 * the near side of the mean.
 */
static double
beta_tail_ratio(double x, double y, double a, double b, double offset)
{
	if (a >= QUADRATURE_FROM && b >= QUADRATURE_FROM)
		return beta_quadrature(x, y, a, b, offset);
	return beta_fraction(x, y, a, b, offset);
}

/*
 * Regularised incomplete beta function: *lower = I_x(a, b), *upper = 1 - that.
 *
 * Requires x, y >= 0, x + y = 1 and shapes within their bounds.  Both x and y
 * are taken, so that either may be tiny.  The tail on x's side of the mean is
 * computed itself and the other is its complement.  A tail too small for a
 * double is 0.
 */
void
shnor_beta_cdf(double x, double y, double a, double b,
			   double *lower, double *upper)
{
	double		offset;
	double		ratio;
	double		tail;

	if (x <= 0.0 || y <= 0.0)
	{
		*lower = x <= 0.0 ? 0.0 : 1.0;
		*upper = 1.0 - *lower;
		return;
	}

	offset = mean_offset(a, b, x, y);
	ratio = offset <= 0.0 ?
		beta_tail_ratio(x, y, a, b, offset) :
		beta_tail_ratio(y, x, b, a, -offset);
	tail = exp(beta_log_prefactor(x, y, a, b) + log(ratio));

	if (tail > 1.0)
		tail = 1.0;
	*lower = offset <= 0.0 ? tail : 1.0 - tail;
	*upper = offset <= 0.0 ? 1.0 - tail : tail;
}

/*
 * Inverse of the regularised incomplete beta function: the *x and *y = 1 - *x
 * with I_x(a, b) = p.
 *
 * Requires p, q >= 0, p + q = 1 and shapes within their bounds.  Newton's
 * iteration on log I as a function of s = log(x / y).  The density of s is
 * log-concave, hence log I is concave in s (Prekopa 1973), and the iteration
 * converges from any start, from the left after the first step.  The start is
 * the normal approximation in s.  An x or y below exp(-700) is 0.
 */
void
shnor_beta_quantile(double p, double q, double a, double b,
					double *x, double *y)
{
	double		log_p;
	double		s;

	if (p > q)
	{
		shnor_beta_quantile(q, p, b, a, y, x);
		return;
	}
	if (p <= 0.0)
	{
		*x = 0.0;
		*y = 1.0;
		return;
	}

	log_p = log(p);
	s = log(a / b) +
		shnor_normal_quantile(p) * sqrt(1.0 / a + 1.0 / b);

	for (int i = 0; i < 100; i++)
	{
		double		offset;
		double		log_prefactor;
		double		log_lower;
		double		ratio;
		double		excess;
		double		step;

		s = fmin(fmax(s, -LOGIT_MAX), LOGIT_MAX);
		shnor_from_logit(s, x, y);
		offset = mean_offset(a, b, *x, *y);
		log_prefactor = beta_log_prefactor(*x, *y, a, b);
		if (offset <= 0.0)
		{
			ratio = beta_tail_ratio(*x, *y, a, b, offset);
			log_lower = log_prefactor + log(ratio);
		}
		else
		{
			double		upper = exp(log_prefactor +
									log(beta_tail_ratio(*y, *x, b, a, -offset)));

			log_lower = log1p(-fmin(upper, 1.0 - DBL_EPSILON));
			ratio = exp(log_lower - log_prefactor);
		}

		excess = log_p - log_lower;
		step = excess * ratio;

		if (s <= -LOGIT_MAX && step < 0.0)
		{
			*x = 0.0;
			*y = 1.0;
			return;
		}
		if (s >= LOGIT_MAX && step > 0.0)
		{
			*x = 1.0;
			*y = 0.0;
			return;
		}
		s += step;

		/* the error of a Newton step is the square of the one before it */
		if (fabs(excess) < 1e-9 ||
			fabs(step) <= 4.0 * DBL_EPSILON * fmax(fabs(s), 1.0))
			break;
	}

	shnor_from_logit(fmin(fmax(s, -LOGIT_MAX), LOGIT_MAX), x, y);
}
