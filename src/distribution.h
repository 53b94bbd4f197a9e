/*
 * distribution.h
 *		Checks of arguments that the statistical functions share.
 */
#ifndef SHNOR_DISTRIBUTION_H
#define SHNOR_DISTRIBUTION_H

#include "fmgr.h"

#include "distribution_core.h"

extern ShnorAlternative shnor_get_alternative(FunctionCallInfo fcinfo, int n,
											  bool allow_two_sided);
extern void shnor_check_count_limit(int64 n);

#endif							/* SHNOR_DISTRIBUTION_H */
