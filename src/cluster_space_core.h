/*
 * cluster_space_core.h
 *		k-means of rows of several numbers, the distance of a row to centres,
 *		and the matching of two sets of centres.
 *
 * Pure C: nothing here reports an error, allocates, or knows PostgreSQL.
 */
#ifndef SHNOR_CLUSTER_SPACE_CORE_H
#define SHNOR_CLUSTER_SPACE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most centres of a set that is matched: 2^this sets of them are tried. */
#define SHNOR_MATCH_MAX	16

/*
 * Rows in clusters.  The caller gives row, len, width and k, and room for the
 * rest.
 */
typedef struct ShnorSpace
{
	const double *row;			/* len x width */
	size_t		len;
	int			width;
	int			k;				/* clusters there are to be */
	int			made;			/* clusters there are */
	int		   *label;			/* len: 0 .. made - 1 */
	double	   *centre;			/* k x width */
	double	   *size;			/* k */
	double	   *within;			/* k: sum of squares about the centre */
	void		(*tick) (void); /* called now and then */
} ShnorSpace;

extern double shnor_square_distance(const double *a, const double *b,
									int width);
extern void shnor_space_measure(ShnorSpace *space);
extern bool shnor_space_split(ShnorSpace *space, double *work);
extern bool shnor_space_improve(ShnorSpace *space);
extern void shnor_space_order(ShnorSpace *space, int *rank);
extern int	shnor_nearest(const double *x, const double *centre, int k,
						  int width, double *nearest, double *next);
extern void shnor_match_centres(const double *cost, int olds, int news,
								double *work, uint8_t *choice, int *match);

#endif							/* SHNOR_CLUSTER_SPACE_CORE_H */
