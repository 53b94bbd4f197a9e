/*
 * item_pattern_core.h
 *		How often independent participants with the same total have the same
 *		answer pattern, and how unusual a count of such pairs is.
 *
 * Pure C: no PostgreSQL headers, no allocation.
 *
 * The model: given the ability, items are independent, and the chances of an
 * item's outcomes (not attempted, 0, 1, ... points) have ratios
 * w(i, c) * exp(ability * points of c): the partial credit model (Masters
 * 1982, Psychometrika 47:149; Rasch's for items of one point).  Given the
 * total t the ability cancels out: a pattern x has the chance
 *
 *		product of w(i, x[i]) / g(t),
 *
 * g(t) being the sum of these products over the patterns of total t, that is
 * the coefficient of z^t in the product over items of the sum over outcomes c
 * of w(i, c) z^points(c).  So two independent participants of total t have
 * the same pattern with the chance g2(t) / g(t)^2, three with g3(t) / g(t)^3,
 * where g2 and g3 are the same coefficients with the squares and the cubes of
 * w.  No assumption is made of how abilities are distributed.
 *
 * The weights are fitted to a reference group by conditional maximum
 * likelihood: the expected count of every outcome of every item, given the
 * totals the group has, equals the observed one.  Iterative proportional
 * scaling finds it (Kelderman 1984, Psychometrika 49:223, for the model as a
 * log-linear one with the total as a margin).
 */
#ifndef SHNOR_ITEM_PATTERN_CORE_H
#define SHNOR_ITEM_PATTERN_CORE_H

#include "task_dist_core.h"

/* Most points of a work: real ones have at most some 60. */
#define PATTERN_MAX_TOTAL	300

/* One coefficient for every total. */
typedef double PatternSeries[PATTERN_MAX_TOTAL + 1];

typedef struct PatternModel
{
	const TaskDist *reference;
	const int64_t *by_total;	/* participants by total, most_points + 1 */
	int			most_points;	/* highest total there can be */
	double		weight[SHNOR_MAX_ITEMS][TASK_DIST_MAX_COLUMNS]; /* by column */
} PatternModel;

extern int	pattern_most_points(const TaskDist *reference);
extern void pattern_start(PatternModel *model);
extern double pattern_improve(PatternModel *model);
extern void pattern_chances(const PatternModel *model, double *pair,
							double *triple);
extern double pattern_tail(double count, double mean, double variance,
						   double triples);

#endif							/* SHNOR_ITEM_PATTERN_CORE_H */
