/*
 * principal_core.h
 *		First principal component of several indicators.
 *
 * Pure C: nothing here reports an error, allocates, or knows PostgreSQL.
 */
#ifndef SHNOR_PRINCIPAL_CORE_H
#define SHNOR_PRINCIPAL_CORE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Variances closer than this part, and loadings nearer to 0, are not told
 * apart: the directions they stand for are then rounding errors.
 */
#define SHNOR_PRINCIPAL_EXACT	1e-8

/*
 * The component of `width` indicators.
 */
typedef struct ShnorPrincipal
{
	double	   *mean;			/* width of each of these */
	double	   *sd;				/* 0 for a constant indicator */
	double	   *loading;		/* of unit length; 0 for a constant one */
	double		variance;		/* of the scores */
	double		total;			/* variance of all components */
	double		next;			/* variance of the second; not a number with
								 * one indicator */
} ShnorPrincipal;

extern void shnor_covariances(const double *row, size_t len, int width,
							  bool standardise, ShnorPrincipal *component,
							  double *matrix, void (*tick) (void));
extern bool shnor_eigenvectors(double *matrix, int width, double *vector);
extern void shnor_first_component(const double *matrix, const double *vector,
								  int width, ShnorPrincipal *component);

#endif							/* SHNOR_PRINCIPAL_CORE_H */
