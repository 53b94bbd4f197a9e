/*
 * task_dist_stats.h
 *		What the item statistics read from a task_dist.
 */
#ifndef SHNOR_TASK_DIST_STATS_H
#define SHNOR_TASK_DIST_STATS_H

#include "task_dist_core.h"

extern int64 task_dist_item_sum(const TaskDist *dist, int item);
extern void task_dist_check_maximum(const TaskDist *dist, int item,
									int max_score);
extern void task_dist_check_maxima(const TaskDist *dist, const int *max_score,
								   int items);

#endif							/* SHNOR_TASK_DIST_STATS_H */
