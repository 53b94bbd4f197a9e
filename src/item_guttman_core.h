/*
 * item_guttman_core.h
 *		Guttman errors of one participant's item scores against a reference
 *		group's order of difficulty.
 *
 * Pure C: no PostgreSQL headers, no allocation.
 *
 * A score of x in an item is x item steps passed, the first ones; a step not
 * passed is failed, one of an item not attempted too.  Steps are ordered by
 * how many of the reference group passed them, the easiest first; those of
 * equal difficulty by item, then by step.  A Guttman error is a pair of steps
 * of which the easier is failed and the harder is passed.  For items of one
 * point this is the count of van der Flier (1977), for others that of Emons
 * (2008, Applied Psychological Measurement 32:224).
 *
 * With r(s) the place of step s in that order, from 1, and t steps passed,
 * every passed step has r(s) - 1 easier ones, of which t (t - 1) / 2 in all
 * are passed; so the errors are the sum of r(s) over the steps passed, less
 * t (t + 1) / 2.
 */
#ifndef SHNOR_ITEM_GUTTMAN_CORE_H
#define SHNOR_ITEM_GUTTMAN_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "task_dist_core.h"

#define GUTTMAN_MAX_STEPS	(SHNOR_MAX_ITEMS * SHNOR_MAX_ITEM_SCORE)

/* A step and by how many of the reference group it was passed. */
typedef struct GuttmanStep
{
	int64_t		passed;
	int			item;
	int			step;			/* from 1 */
} GuttmanStep;

extern int	guttman_list_steps(const TaskDist *reference,
							   const int *max_score, GuttmanStep *step);
extern int	guttman_compare_steps(const void *a, const void *b);
extern void guttman_sum_ranks(const GuttmanStep *step, int nsteps,
							  const int *first, int32_t *rank_sum);
extern int32_t guttman_errors(const ItemScores *row, const int *first,
							  const int32_t *rank_sum);
extern void guttman_extend_most(int32_t *most, int total, int max_score,
								const int32_t *rank_sum);

#endif							/* SHNOR_ITEM_GUTTMAN_CORE_H */
