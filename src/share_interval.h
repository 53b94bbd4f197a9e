/*
 * share_interval.h
 *		Checks of a share's counts and of the level of an interval.
 */
#ifndef SHNOR_SHARE_INTERVAL_H
#define SHNOR_SHARE_INTERVAL_H

extern double shnor_tail_of_level(double level);
extern void shnor_check_share_counts(int64 k, int64 n);

#endif							/* SHNOR_SHARE_INTERVAL_H */
