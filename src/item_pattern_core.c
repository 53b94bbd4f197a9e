/*
 * item_pattern_core.c
 *		The model of answer patterns given totals, and its consequences.
 */
#include <math.h>
#include <string.h>

#include "item_pattern_core.h"
#include "special_core.h"

/* Pairs expected and counted up to which triples are looked at apart. */
#define CLUSTERED_MEAN	10.0
#define CLUSTERED_COUNT 1000.0

/* Returns the points of a column of a task_dist's cells. */
static inline int
points_of(int column)
{
	return column > 0 ? column - TASK_DIST_COLUMN(0) : 0;
}

/* Returns the highest total that the scores of a group allow. */
int
pattern_most_points(const TaskDist *reference)
{
	int			points = 0;

	for (int i = 0; i < reference->items; i++)
	{
		int			highest = task_dist_highest(reference, i);

		points += highest > 0 ? highest : 0;
	}
	return points;
}

/* Sets the weights to the outcomes' shares: the model if abilities are one. */
void
pattern_start(PatternModel *model)
{
	const TaskDist *reference = model->reference;

	for (int i = 0; i < reference->items; i++)
		for (int c = 0; c < reference->columns; c++)
			model->weight[i][c] = (double) task_dist_item(reference, i)[c] /
				(double) reference->participants;
}

/*
 * Multiplies a series, whose highest power is *degree, by the sum over the
 * outcomes of an item of weight^power z^points.
 */
static void
multiply_item(const PatternModel *model, int item, int power, double *series,
			  int *degree)
{
	const TaskDist *reference = model->reference;
	int			highest = task_dist_highest(reference, item);
	PatternSeries product;

	if (highest < 0)
		highest = 0;
	memset(product, 0, sizeof(double) * (size_t) (*degree + highest + 1));
	for (int c = 0; c <= TASK_DIST_COLUMN(highest); c++)
	{
		double		w = model->weight[item][c];

		if (c >= reference->columns || w == 0)
			continue;
		w *= power > 1 ? (power > 2 ? w * w : w) : 1;
		for (int t = 0; t <= *degree; t++)
			product[t + points_of(c)] += w * series[t];
	}
	*degree += highest;
	memcpy(series, product, sizeof(double) * (size_t) (*degree + 1));
}

/*
 * Sets series[0 .. most_points] to the coefficients of the product over all
 * items but one (none for -1) of the sums of weight^power z^points.
 */
static void
product_without(const PatternModel *model, int without, int power,
				double *series)
{
	int			degree = 0;

	memset(series, 0, sizeof(double) * (size_t) (model->most_points + 1));
	series[0] = 1;
	for (int i = 0; i < model->reference->items; i++)
		if (i != without)
			multiply_item(model, i, power, series, &degree);
}

/*
 * Scales the weights of every item in turn so that its expected counts are
 * the observed ones, and norms them to the sum 1.  Returns the largest
 * difference found, as a share of the participants.
 */
double
pattern_improve(PatternModel *model)
{
	const TaskDist *reference = model->reference;
	double		n = (double) reference->participants;
	double		worst = 0;

	for (int i = 0; i < reference->items; i++)
	{
		const int64_t *cell = task_dist_item(reference, i);
		PatternSeries others;
		PatternSeries all;
		double		sum = 0;
		int			degree = 0;

		product_without(model, i, 1, others);
		memcpy(all, others, sizeof(double) * (size_t) (model->most_points + 1));
		degree = model->most_points;
		if (task_dist_highest(reference, i) > 0)
			degree -= task_dist_highest(reference, i);
		multiply_item(model, i, 1, all, &degree);
		for (int c = 0; c < reference->columns; c++)
		{
			double		expected = 0;

			if (cell[c] == 0)
				continue;
			for (int t = points_of(c); t <= model->most_points; t++)
				if (model->by_total[t] != 0 && all[t] > 0)
					expected += (double) model->by_total[t] *
						(others[t - points_of(c)] / all[t]);
			expected *= model->weight[i][c];
			worst = fmax(worst, fabs(expected - (double) cell[c]) / n);
			if (expected > 0)
				model->weight[i][c] *= (double) cell[c] / expected;
			sum += model->weight[i][c];
		}
		for (int c = 0; c < reference->columns; c++)
			model->weight[i][c] /= sum;
	}
	return worst;
}

/*
 * Sets pair[t] and triple[t], for every total up to most_points, to the
 * chances that two and that three independent participants of that total
 * have the same pattern; to -1 where no pattern of the reference has it.
 */
void
pattern_chances(const PatternModel *model, double *pair, double *triple)
{
	PatternSeries one;

	product_without(model, -1, 1, one);
	product_without(model, -1, 2, pair);
	product_without(model, -1, 3, triple);
	for (int t = 0; t <= model->most_points; t++)
	{
		/* divided one by one: a square or a cube could underflow */
		double		p = pair[t] / one[t] / one[t];
		double		q = triple[t] / one[t] / one[t] / one[t];

		if (one[t] > 0 && p > 0 && q > 0 && isfinite(p) && isfinite(q))
		{
			/* a total with one pattern, but for rounding */
			pair[t] = p > 1 - 1e-12 ? 1 : p;

			/*
			 * three alike are two alike and one more, nor rarer than by
			 * chance
			 */
			triple[t] = fmax(fmin(q, pair[t]), pair[t] * pair[t]);
		}
		else
			pair[t] = triple[t] = -1;
	}
}

/*
 * Returns P(X >= count) of the Poisson distribution, count from 1, by summing
 * the tail that does not hold the mean: its terms shrink from the first on.
 */
static double
poisson_tail(double count, double mean)
{
	double		first = count > mean ? count : count - 1;
	double		term = exp(first * log(mean) - mean - lgamma(first + 1));
	double		sum = 0;

	if (count > mean)
	{
		for (double k = count; term > sum * 1e-17; k++)
		{
			sum += term;
			term *= mean / (k + 1);
		}
		return fmin(sum, 1);
	}
	for (double k = first; term > sum * 1e-17; k--)
	{
		sum += term;
		term *= k / mean;
	}
	return fmax(1 - sum, 0);
}

/*
 * Returns P(pairs + 3 triples >= count), both numbers being independent and
 * distributed as Poisson's with these means, count from 1.
 */
static double
clustered_tail(double count, double pairs, double triples)
{
	double		most = ceil(count / 3);
	double		sum = triples > 0 ? poisson_tail(most, triples) : 0;
	double		chance = exp(-triples);

	for (double k = 0; k < most && chance > 0; k++)
	{
		if (pairs > 0)
			sum += chance * poisson_tail(count - 3 * k, pairs);
		chance *= triples / (k + 1);
	}
	return fmin(sum, 1);
}

/*
 * Returns about the chance of count or more pairs, given the mean and the
 * variance of their number and the mean number of triples, each of which is
 * three of the pairs: by the negative binomial distribution of that mean and
 * variance, or the Poisson distribution where the variance is not larger,
 * which then errs on the safe side.  Where few pairs are expected, three of
 * them are mostly one triple, and so much likelier than three by themselves:
 * there it is not below the tail of isolated pairs and triples.
 */
double
pattern_tail(double count, double mean, double variance, double triples)
{
	double		size;
	double		tail;
	double		upper;

	if (count <= 0)
		return 1;
	if (mean <= 0)
		return 0;
	if (variance <= mean * (1 + 1e-9))
		tail = poisson_tail(count, mean);
	else
	{
		size = mean * mean / (variance - mean);
		/* below what the beta function is made for: Markov's inequality */
		if (size < SHNOR_SHAPE_MIN)
			return fmin(mean / count, 1);
		shnor_beta_cdf(1 - mean / variance, mean / variance, count, size,
					   &tail, &upper);
	}
	if (mean <= CLUSTERED_MEAN && count <= CLUSTERED_COUNT)
		tail = fmax(tail, clustered_tail(count, fmax(mean - 3 * triples, 0),
										 triples));
	return tail;
}
