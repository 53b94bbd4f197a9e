/*
 * cluster_line_core.c
 *		Optimal groups of numbers on a line, and how well each number lies in
 *		its group.
 *
 * Groups with the least sum of squares about their means are intervals, so
 * dynamic programming over the sorted numbers finds them exactly (Fisher 1958;
 * Wang and Song 2011, The R Journal 3/2).  The split in front of the last
 * group moves to the right with the number of points, so a layer is filled by
 * halving, in O(n log n) (Groenlund et al. 2017, arXiv 1701.07204).
 */
#include "cluster_line_core.h"

#include <math.h>

/* The number of distinct values among sorted ones. */
size_t
shnor_distinct(const double *sorted, size_t len)
{
	size_t		distinct = 0;

	for (size_t i = 0; i < len; i++)
		distinct += i == 0 || sorted[i] != sorted[i - 1];
	return distinct;
}

/*
 * Sets *total to the sum of itself, *rest and x, *rest to what the double
 * *total does not hold of it (Neumaier 1974).
 */
static void
add_exactly(double *total, double *rest, double x)
{
	double		sum = *total + x;

	*rest += fabs(*total) >= fabs(x) ? (*total - sum) + x : (x - sum) + *total;
	*total = sum;
}

/*
 * Sets *points, whose arrays have the room, from one or more numbers in
 * ascending order.
 */
void
shnor_line_points(const double *sorted, size_t len, ShnorLinePoints *points)
{
	double		middle = sorted[len / 2];
	double		range = sorted[len - 1] - sorted[0];
	double		sum = 0.0;
	double		sum_rest = 0.0;
	double		square = 0.0;
	double		square_rest = 0.0;
	size_t		used = 0;

	points->count[0] = points->sum[0] = points->square[0] = 0.0;
	for (size_t i = 0; i < len; i++)
	{
		double		x = range > 0.0 ? (sorted[i] - middle) / range : 0.0;

		if (i == 0 || sorted[i] != sorted[i - 1])
			points->value[used++] = sorted[i];
		add_exactly(&sum, &sum_rest, x);
		add_exactly(&square, &square_rest, x * x);
		points->count[used] = (double) (i + 1);
		points->sum[used] = sum + sum_rest;
		points->square[used] = square + square_rest;
	}
	points->len = used;
}

/*
 * Sum of squares about their mean of the numbers first .. end - 1.
 */
static double
interval_cost(const ShnorLinePoints *points, size_t first, size_t end)
{
	double		n = points->count[end] - points->count[first];
	double		sum = points->sum[end] - points->sum[first];
	double		square = points->square[end] - points->square[first];

	return end - first == 1 ? 0.0 : fmax(square - sum * (sum / n), 0.0);
}

/*
 * Fill cost[end] and split[end] for low <= end < high, the best split lying
 * within first .. last: the middle one by trying all, then both halves.
 */
static void
fill_layer(const ShnorLinePoints *points, const double *previous,
		   double *cost, uint32_t *split,
		   size_t low, size_t high, size_t first, size_t last)
{
	while (low < high)
	{
		size_t		end = low + (high - low) / 2;
		size_t		best = first;

		cost[end] = HUGE_VAL;
		for (size_t i = first; i <= last && i < end; i++)
		{
			double		sum = previous[i] + interval_cost(points, i, end);

			if (sum < cost[end])
			{
				cost[end] = sum;
				best = i;
			}
		}
		split[end] = (uint32_t) best;
		fill_layer(points, previous, cost, split, low, end, first, best);
		low = end + 1;
		first = best;
	}
}

/*
 * Sets cost[end], for groups <= end <= len, to the least cost of the first
 * `end` numbers in so many groups, split[end] to where the last group begins:
 * of equally good places the first.  `previous` is the cost for one group
 * less; it is not looked at for one group.
 */
void
shnor_line_layer(const ShnorLinePoints *points, size_t groups,
				 const double *previous, double *cost, uint32_t *split)
{
	if (groups > 1)
	{
		fill_layer(points, previous, cost, split, groups, points->len + 1,
				   groups - 1, points->len - 1);
		return;
	}
	for (size_t end = 1; end <= points->len; end++)
	{
		cost[end] = interval_cost(points, 0, end);
		split[end] = 0;
	}
}

/*
 * Sets first[0 .. k] to where the k groups begin, and len: `split` has the
 * layers 1 .. k one after the other, len + 1 elements each.
 */
void
shnor_line_groups(const ShnorLinePoints *points, int k,
				  const uint32_t *split, size_t *first)
{
	first[k] = points->len;
	for (int g = k - 1; g >= 0; g--)
		first[g] = split[(size_t) g * (points->len + 1) + first[g + 1]];
}

/*
 * Sets result[i] to the silhouette of each number (Rousseeuw 1987): a being
 * the mean distance to the others of its group, b to the nearest other group,
 * (b - a) / max(a, b); 0 when it is alone in its group or a = b = 0; not a
 * number when there is no other group.  Requires ascending numbers and labels
 * 0 .. k - 1.  Distances to a group are differences of running sums, so this
 * takes O(n k).  `work` has room for 4 k numbers.
 */
void
shnor_line_silhouettes(const double *sorted, const int *label, size_t len,
					   int k, double *work, double *result)
{
	double	   *count = work;
	double	   *sum = work + k;
	double	   *below = work + 2 * k;
	double	   *sum_below = work + 3 * k;
	double		middle = len > 0 ? sorted[len / 2] : 0.0;

	for (int i = 0; i < 4 * k; i++)
		work[i] = 0.0;
	for (size_t i = 0; i < len; i++)
	{
		count[label[i]] += 1.0;
		sum[label[i]] += sorted[i] - middle;
	}
	for (size_t i = 0; i < len; i++)
	{
		double		x = sorted[i] - middle;
		double		own = 0.0;
		double		other = HUGE_VAL;
		double		larger;

		for (int g = 0; g < k; g++)
		{
			double		distance = x * below[g] - sum_below[g] +
			(sum[g] - sum_below[g]) - x * (count[g] - below[g]);

			distance = fmax(distance, 0.0);
			if (g == label[i])
				own = distance / fmax(count[g] - 1.0, 1.0);
			else if (count[g] > 0.0)
				other = fmin(other, distance / count[g]);
		}
		below[label[i]] += 1.0;
		sum_below[label[i]] += x;

		larger = fmax(own, other);
		if (other == HUGE_VAL)
			result[i] = NAN;
		else if (count[label[i]] == 1.0 || larger == 0.0)
			result[i] = 0.0;
		else
			result[i] = (other - own) / larger;
	}
}
