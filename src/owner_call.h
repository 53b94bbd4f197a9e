/*
 * owner_call.h
 *		Calling a function of the schema a table lives in, as its owner.
 */
#ifndef SHNOR_OWNER_CALL_H
#define SHNOR_OWNER_CALL_H

extern void call_as_owner(Oid relid, const char *name, int nargs,
						  const Oid *types, const NullableDatum *args);

#endif							/* SHNOR_OWNER_CALL_H */
