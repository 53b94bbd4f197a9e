/*
 * compat.h
 *		Every test of the server's version lives here.
 *
 * The supported range is PostgreSQL 15 to 18.
 */
#ifndef SHNOR_COMPAT_H
#define SHNOR_COMPAT_H

#if PG_VERSION_NUM < 150000
#error "shnor requires PostgreSQL 15 or later"
#endif

/* From 16 on the varlena macros have a header of their own. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 18 replaced the attribute at the end by a keyword at the start. */
#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#endif

/* 16 has one function for the privileges of all kinds of objects. */
#if PG_VERSION_NUM >= 160000
#define shnor_function_aclcheck(function, role) \
	object_aclcheck(ProcedureRelationId, function, role, ACL_EXECUTE)
#else
#define shnor_function_aclcheck(function, role) \
	pg_proc_aclcheck(function, role, ACL_EXECUTE)
#endif

#endif							/* SHNOR_COMPAT_H */
