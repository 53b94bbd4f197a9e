/*
 * cluster_space_core.c
 *		k-means of rows of several numbers, the distance of a row to centres,
 *		and the matching of two sets of centres.
 */
#include "cluster_space_core.h"

#include <float.h>
#include <math.h>

/*
 * A row moves when that lessens the sum of squares by more than this part of
 * what it adds where it is.  A row that stays is then strictly nearer to its
 * own centre than to any other: the sizes in the comparison differ by more.
 */
#define MOVE_PART	1e-12

/* Rows between two calls of tick. */
#define TICK_ROWS	1024

/* The square of the Euclidean distance. */
double
shnor_square_distance(const double *a, const double *b, int width)
{
	double		sum = 0.0;

	for (int j = 0; j < width; j++)
		sum += (a[j] - b[j]) * (a[j] - b[j]);
	return sum;
}

/*
 * Sets the centres, sizes and sums of squares by the labels.
 */
void
shnor_space_measure(ShnorSpace *space)
{
	int			width = space->width;

	for (int g = 0; g < space->made; g++)
	{
		space->size[g] = space->within[g] = 0.0;
		for (int j = 0; j < width; j++)
			space->centre[g * width + j] = 0.0;
	}
	for (size_t i = 0; i < space->len; i++)
	{
		double	   *centre = space->centre + space->label[i] * width;

		space->size[space->label[i]] += 1.0;
		for (int j = 0; j < width; j++)
			centre[j] += space->row[i * width + j];
	}
	for (int g = 0; g < space->made; g++)
		for (int j = 0; j < width; j++)
			space->centre[g * width + j] /= space->size[g];
	for (size_t i = 0; i < space->len; i++)
	{
		int			g = space->label[i];

		space->within[g] += shnor_square_distance(space->row + i * width,
												  space->centre + g * width,
												  width);
	}
}

/*
 * Number j of cluster g: its sum of squares about the mean, more than 0 when
 * it varies at all, and the place to split it, at the mean but so that
 * something lies on either side.
 */
static double
cluster_spread(const ShnorSpace *space, int g, int j, const double *low,
			   const double *high, const double *square, double *place)
{
	int			at = g * space->width + j;

	*place = fmax(space->centre[at], low[at]);
	if (*place >= high[at])
		*place = low[at];
	return low[at] < high[at] ? fmax(square[at], DBL_MIN) : 0.0;
}

/*
 * Make one cluster more: split the cluster and number with the largest sum of
 * squares at the mean, as Su and Dy (2007, Intelligent Data Analysis 11:319)
 * start k-means ("Var-Part").  Requires measured clusters; false when all rows
 * of each cluster are equal.  `work` has room for 3 k width numbers.
 */
bool
shnor_space_split(ShnorSpace *space, double *work)
{
	int			width = space->width;
	double	   *low = work;
	double	   *high = work + space->k * width;
	double	   *square = work + 2 * space->k * width;
	double		most = 0.0;
	double		split_place = 0.0;
	int			split_group = 0;
	int			split_number = 0;

	for (int at = 0; at < space->made * width; at++)
	{
		low[at] = HUGE_VAL;
		high[at] = -HUGE_VAL;
		square[at] = 0.0;
	}
	for (size_t i = 0; i < space->len; i++)
		for (int j = 0; j < width; j++)
		{
			int			at = space->label[i] * width + j;
			double		x = space->row[i * width + j];

			low[at] = fmin(low[at], x);
			high[at] = fmax(high[at], x);
			square[at] += (x - space->centre[at]) * (x - space->centre[at]);
		}
	for (int g = 0; g < space->made; g++)
		for (int j = 0; j < width; j++)
		{
			double		place;
			double		spread = cluster_spread(space, g, j, low, high, square,
												&place);

			if (spread > most)
			{
				most = spread;
				split_group = g;
				split_number = j;
				split_place = place;
			}
		}
	if (most == 0.0)
		return false;
	for (size_t i = 0; i < space->len; i++)
		if (space->label[i] == split_group &&
			space->row[i * width + split_number] > split_place)
			space->label[i] = space->made;
	space->made++;
	return true;
}

/*
 * Move row i from cluster `from` to cluster `to`, and their centres along.
 */
static void
move_row(ShnorSpace *space, size_t i, int from, int to)
{
	int			width = space->width;

	space->size[from] -= 1.0;
	space->size[to] += 1.0;
	for (int j = 0; j < width; j++)
	{
		double		x = space->row[i * width + j];
		double	   *out = &space->centre[from * width + j];
		double	   *in = &space->centre[to * width + j];

		*out -= (x - *out) / space->size[from];
		*in += (x - *in) / space->size[to];
	}
	space->label[i] = to;
}

/*
 * Look at each row once, and move it when that lessens the sum of squares,
 * its effect on both centres counted (Hartigan 1975; what no move improves,
 * Lloyd's method would not improve either: Telgarsky and Vattani 2010).  No
 * cluster loses its last row.  Requires measured clusters and leaves them
 * measured; false when nothing moved.
 */
bool
shnor_space_improve(ShnorSpace *space)
{
	int			width = space->width;
	bool		moved = false;

	for (size_t i = 0; i < space->len; i++)
	{
		int			own = space->label[i];
		int			best = own;
		double		n = space->size[own];
		double		least;

		if (i % TICK_ROWS == 0)
			space->tick();
		if (n <= 1.0)
			continue;
		least = shnor_square_distance(space->row + i * width,
									  space->centre + own * width, width) *
			(n / (n - 1.0)) * (1.0 - MOVE_PART);
		for (int g = 0; g < space->made; g++)
		{
			double		m = space->size[g];
			double		added;

			if (g == own)
				continue;
			added = shnor_square_distance(space->row + i * width,
										  space->centre + g * width, width) *
				(m / (m + 1.0));
			if (added < least)
			{
				least = added;
				best = g;
			}
		}
		if (best != own)
		{
			move_row(space, i, own, best);
			moved = true;
		}
	}
	if (moved)
		shnor_space_measure(space);
	return moved;
}

/* Is centre a before centre b: by the sum of its numbers, then by each? */
static bool
centre_before(const double *a, const double *b, int width)
{
	double		sum_a = 0.0;
	double		sum_b = 0.0;

	for (int j = 0; j < width; j++)
	{
		sum_a += a[j];
		sum_b += b[j];
	}
	if (sum_a != sum_b)
		return sum_a < sum_b;
	for (int j = 0; j < width; j++)
		if (a[j] != b[j])
			return a[j] < b[j];
	return false;
}

/*
 * Sets rank[g] to the place of cluster g among the k when they are ordered by
 * the sum of the centre's numbers.
 */
void
shnor_space_order(ShnorSpace *space, int *rank)
{
	int			width = space->width;

	for (int g = 0; g < space->k; g++)
	{
		rank[g] = 0;
		for (int h = 0; h < space->k; h++)
			rank[g] += centre_before(space->centre + h * width,
									 space->centre + g * width, width);
	}
}

/*
 * Which of k centres is nearest to x, the first of equally near ones.  Sets
 * *nearest to the distance and *next to that of the next nearest centre,
 * infinite when there is none.
 */
int
shnor_nearest(const double *x, const double *centre, int k, int width,
			  double *nearest, double *next)
{
	int			found = 0;

	*nearest = *next = HUGE_VAL;
	for (int g = 0; g < k; g++)
	{
		double		distance = sqrt(shnor_square_distance(x, centre + g * width,
														  width));

		if (distance < *nearest)
		{
			*next = *nearest;
			*nearest = distance;
			found = g;
		}
		else
			*next = fmin(*next, distance);
	}
	return found;
}

/* Number of elements of a set. */
static int
set_size(uint32_t set)
{
	int			size = 0;

	for (; set != 0; set &= set - 1)
		size++;
	return size;
}

/*
 * Sets match[i], for each of `news` centres, to the one of `olds` centres that
 * it continues, or -1 when there are more new than old ones: one to one, the
 * sum of cost[i * olds + old] being least.  Exact, by dynamic programming over
 * the sets of old centres in use (Held and Karp 1962): `work` has room for
 * 2 * 2^olds numbers, `choice` for news * 2^olds.
 */
void
shnor_match_centres(const double *cost, int olds, int news,
					double *work, uint8_t *choice, int *match)
{
	uint32_t	sets = (uint32_t) 1 << olds;
	double	   *before = work;
	double	   *after = work + sets;
	int			pairs = news < olds ? news : olds;
	uint32_t	best = 0;

	for (uint32_t set = 0; set < sets; set++)
		before[set] = set == 0 ? 0.0 : HUGE_VAL;
	for (int i = 0; i < news; i++)
	{
		double	   *swap = before;

		for (uint32_t set = 0; set < sets; set++)
		{
			/* new centre i has no counterpart: choice `olds` */
			after[set] = before[set];
			choice[i * sets + set] = (uint8_t) olds;
			for (int old = 0; old < olds; old++)
			{
				uint32_t	rest = set & ~((uint32_t) 1 << old);
				double		sum = before[rest] + cost[i * olds + old];

				if (rest != set && sum < after[set])
				{
					after[set] = sum;
					choice[i * sets + set] = (uint8_t) old;
				}
			}
		}
		before = after;
		after = swap;
	}
	for (uint32_t set = 0; set < sets; set++)
		if (set_size(set) == pairs &&
			(set_size(best) != pairs || before[set] < before[best]))
			best = set;
	for (int i = news - 1; i >= 0; i--)
	{
		int			old = choice[i * sets + best];

		match[i] = old < olds ? old : -1;
		if (old < olds)
			best &= ~((uint32_t) 1 << old);
	}
}
