/*
 * share_interval.h
 *		The check of a share's counts, common to all functions of a share.
 */
#ifndef SHNOR_SHARE_INTERVAL_H
#define SHNOR_SHARE_INTERVAL_H

extern void shnor_check_share_counts(int64 k, int64 n);

#endif							/* SHNOR_SHARE_INTERVAL_H */
