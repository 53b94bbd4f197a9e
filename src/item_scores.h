/*
 * item_scores.h
 *		Reading arrays of item scores and of their maxima from arguments.
 */
#ifndef SHNOR_ITEM_SCORES_H
#define SHNOR_ITEM_SCORES_H

#include "fmgr.h"

#include "task_dist_core.h"

extern void item_scores_get(Datum array, ItemScores *row);
extern int	item_maxima_get(Datum array, int *max_score);

/* Reads argument n, an int2[] that is not NULL. */
#define PG_GETARG_ITEM_SCORES(n, row) \
	item_scores_get(PG_GETARG_DATUM(n), (row))

#endif							/* SHNOR_ITEM_SCORES_H */
