/*
 * item_guttman_core.c
 *		Counting Guttman errors, and the most there can be.
 *
 * No sum wraps: ranks are at most 10^4, as many of them are summed, and
 * 10^8 < 2^31.
 */
#include "item_guttman_core.h"

/*
 * Writes the steps of a work at step, which has room for the sum of the
 * maxima, item by item; returns their number.  Nobody in the reference has
 * more than the maximum.
 */
int
guttman_list_steps(const TaskDist *reference, const int *max_score,
				   GuttmanStep *step)
{
	int			nsteps = 0;

	for (int i = 0; i < reference->items; i++)
	{
		const int64_t *cell = task_dist_item(reference, i);
		int64_t		passed = 0;

		for (int s = max_score[i]; s >= 1; s--)
		{
			GuttmanStep *this = &step[nsteps + s - 1];

			if (TASK_DIST_COLUMN(s) < reference->columns)
				passed += cell[TASK_DIST_COLUMN(s)];
			this->passed = passed;
			this->item = i;
			this->step = s;
		}
		nsteps += max_score[i];
	}
	return nsteps;
}

/* qsort() comparison of steps: the easiest first, no two are equal. */
int
guttman_compare_steps(const void *a, const void *b)
{
	const GuttmanStep *s = a;
	const GuttmanStep *t = b;

	if (s->passed != t->passed)
		return s->passed > t->passed ? -1 : 1;
	if (s->item != t->item)
		return s->item - t->item;
	return s->step - t->step;
}

/*
 * From sorted steps sets rank_sum[first[i] + x], for every item i and its
 * scores x from 0, to the sum of the places of its first x steps; first[i] is
 * where an item's sums begin, one more than its maximum of them.
 */
void
guttman_sum_ranks(const GuttmanStep *step, int nsteps, const int *first,
				  int32_t *rank_sum)
{
	for (int r = 0; r < nsteps; r++)
	{
		int32_t    *sum = &rank_sum[first[step[r].item]];

		/* the steps of an item come in their order, each after the one below */
		if (step[r].step == 1)
			sum[0] = 0;
		sum[step[r].step] = sum[step[r].step - 1] + r + 1;
	}
}

/* Returns the Guttman errors of a row whose scores are within the maxima. */
int32_t
guttman_errors(const ItemScores *row, const int *first,
			   const int32_t *rank_sum)
{
	int32_t		sum = 0;
	int32_t		total = 0;

	for (int i = 0; i < row->items; i++)
	{
		int			x = row->score[i] > 0 ? row->score[i] : 0;

		sum += rank_sum[first[i] + x];
		total += x;
	}
	return sum - total * (total + 1) / 2;
}

/*
 * Adds one item to most[], which says for every total the largest sum of
 * places that the items so far can have.  Their maxima sum to total; the new
 * item's rank_sum[] has max_score + 1 elements.  Before the first item,
 * most[0] is 0.  Afterwards most[0 .. total + max_score] is set.
 */
void
guttman_extend_most(int32_t *most, int total, int max_score,
					const int32_t *rank_sum)
{
	for (int t = total + max_score; t >= 0; t--)
	{
		int32_t		best = -1;

		/* the item gets x of t points, the items before it the rest */
		for (int x = t > total ? t - total : 0; x <= max_score && x <= t; x++)
			if (most[t - x] + rank_sum[x] > best)
				best = most[t - x] + rank_sum[x];
		most[t] = best;
	}
}
