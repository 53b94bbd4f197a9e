/*
 * rounding_core.h
 *		Where a sum of squares is nothing but rounding errors.
 *
 * Where data are constant, or on a line, but for rounding, ratios of rounding
 * errors must not come out as statistics; the bound below tells the two apart.
 */
#ifndef SHNOR_ROUNDING_CORE_H
#define SHNOR_ROUNDING_CORE_H

/*
 * Sums of squares below this part of those of the data themselves are rounding
 * errors: the square of some hundred units in the last place.
 */
#define SHNOR_ROUNDING_PART	1e-27

#endif							/* SHNOR_ROUNDING_CORE_H */
