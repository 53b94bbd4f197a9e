/*
 * item_rank_core.h
 *		Agreement of two orders of items.
 *
 * Pure C: no PostgreSQL headers.  Values must be finite; n is at most
 * SHNOR_MAX_ITEMS, so quadratic loops are the shortest way.
 */
#ifndef SHNOR_ITEM_RANK_CORE_H
#define SHNOR_ITEM_RANK_CORE_H

#include <stdbool.h>

/* Pairs of items by how two profiles order them. */
typedef struct ItemPairs
{
	int			same;			/* strictly, the same way */
	int			opposite;		/* strictly, the opposite way */
	int			tied_x;			/* equal in x only */
	int			tied_y;			/* equal in y only */
} ItemPairs;

extern ItemPairs item_count_pairs(const double *x, const double *y, int n);
extern bool item_kendall(const ItemPairs *pairs, double *tau);
extern bool item_spearman(const double *x, const double *y, int n,
						  double *rho);

#endif							/* SHNOR_ITEM_RANK_CORE_H */
