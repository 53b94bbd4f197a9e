/*
 * owner_call.h
 *		Calling a function of the schema a table lives in, as its owner.
 */
#ifndef SHNOR_OWNER_CALL_H
#define SHNOR_OWNER_CALL_H

#include "utils/relcache.h"

extern void call_as_owner(Relation rel, const char *name, int nargs,
						  const Oid *types, const NullableDatum *args);

#endif							/* SHNOR_OWNER_CALL_H */
