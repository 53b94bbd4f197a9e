/*
 * item_rank_core.c
 *		Rank correlations with ties.
 */
#include <math.h>

#include "item_rank_core.h"

/*
 * Returns xy / sqrt(xx * yy), within -1..1 whatever the roots' rounding; exact
 * for equal xx and yy, so without ties.
 */
static double
correlation(double xy, double xx, double yy)
{
	return xx == yy ? xy / xx :
		fmax(-1, fmin(1, xy / (sqrt(xx) * sqrt(yy))));
}

/* Counts the pairs of x[0..n) and y[0..n) by how they are ordered. */
ItemPairs
item_count_pairs(const double *x, const double *y, int n)
{
	ItemPairs	pairs = {0, 0, 0, 0};

	for (int i = 1; i < n; i++)
		for (int j = 0; j < i; j++)
		{
			int			by_x = (x[i] > x[j]) - (x[i] < x[j]);
			int			by_y = (y[i] > y[j]) - (y[i] < y[j]);

			pairs.same += by_x * by_y > 0;
			pairs.opposite += by_x * by_y < 0;
			pairs.tied_x += by_x == 0 && by_y != 0;
			pairs.tied_y += by_x != 0 && by_y == 0;
		}
	return pairs;
}

/*
 * Sets *tau to Kendall's tau-b (Kendall 1945, Biometrika 33:239): same less
 * opposite, over the root of the pairs not tied in x times those not tied in
 * y.  Returns false where all of x or all of y is equal.
 */
bool
item_kendall(const ItemPairs *pairs, double *tau)
{
	double		strict = (double) pairs->same + pairs->opposite;
	double		in_x = strict + pairs->tied_y;
	double		in_y = strict + pairs->tied_x;

	if (in_x == 0 || in_y == 0)
		return false;
	*tau = correlation(pairs->same - pairs->opposite, in_x, in_y);
	return true;
}

/* Returns twice the midrank of x[i], less n + 1: the mean of these is 0. */
static int
centred_rank(const double *x, int n, int i)
{
	int			rank = 0;

	for (int j = 0; j < n; j++)
		rank += (x[i] > x[j]) - (x[i] < x[j]);
	return rank;
}

/*
 * Sets *rho to Spearman's rank correlation: Pearson's of the midranks
 * (Spearman 1904; Kendall and Gibbons 1990, ch. 3).  The sums are exact
 * integers.  Returns false where all of x or all of y is equal.
 */
bool
item_spearman(const double *x, const double *y, int n, double *rho)
{
	int			xx = 0;
	int			yy = 0;
	int			xy = 0;

	for (int i = 0; i < n; i++)
	{
		int			rx = centred_rank(x, n, i);
		int			ry = centred_rank(y, n, i);

		xx += rx * rx;
		yy += ry * ry;
		xy += rx * ry;
	}
	if (xx == 0 || yy == 0)
		return false;
	*rho = correlation(xy, xx, yy);
	return true;
}
