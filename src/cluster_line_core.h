/*
 * cluster_line_core.h
 *		Optimal groups of numbers on a line, and how well each number lies in
 *		its group.
 *
 * Pure C: nothing here reports an error, allocates, or knows PostgreSQL.
 */
#ifndef SHNOR_CLUSTER_LINE_CORE_H
#define SHNOR_CLUSTER_LINE_CORE_H

#include <stddef.h>
#include <stdint.h>

/* Most groups. */
#define SHNOR_CLUSTERS_MAX	100

/*
 * Distinct numbers in ascending order, and running sums over the rows that
 * have the first i of them, of the numbers as parts of the range about the
 * middle one.
 */
typedef struct ShnorLinePoints
{
	size_t		len;			/* distinct numbers */
	double	   *value;			/* len */
	double	   *count;			/* len + 1 of each of these */
	double	   *sum;
	double	   *square;
} ShnorLinePoints;

extern size_t shnor_distinct(const double *sorted, size_t len);
extern void shnor_line_points(const double *sorted, size_t len,
							  ShnorLinePoints *points);
extern void shnor_line_layer(const ShnorLinePoints *points, size_t groups,
							 const double *previous, double *cost,
							 uint32_t *split);
extern void shnor_line_groups(const ShnorLinePoints *points, int k,
							  const uint32_t *split, size_t *first);
extern void shnor_line_silhouettes(const double *sorted, const int *label,
								   size_t len, int k, double *work,
								   double *result);

#endif							/* SHNOR_CLUSTER_LINE_CORE_H */
