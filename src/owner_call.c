/*
 * owner_call.c
 *		Calling a function of the schema a table lives in, as its owner.
 *
 * The server's own foreign keys are verified with the rights of the table's
 * owner, whoever changes the table; so are the summaries kept.  A role that
 * may enter results needs no rights on the summaries, and row security on
 * them does not make them wrong.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_proc.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "compat.h"
#include "owner_call.h"

/* Returns the owner of a table, which exists. */
static Oid
table_owner(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for relation %u", relid);
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * Calls the function of that name and those argument types in the table's
 * schema, as the table's owner, whatever it returns; the caller need not be
 * allowed to see that schema.  On an error the transaction's end restores the
 * user, as for foreign keys.
 */
void
call_as_owner(Oid relid, const char *name, int nargs, const Oid *types,
			  const NullableDatum *args)
{
	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);
	char	   *schema = get_namespace_name(get_rel_namespace(relid));
	Oid			owner = table_owner(relid);
	Oid			caller;
	int			sec_context;
	Oid			function;
	AclResult	allowed;
	FmgrInfo	flinfo;

	GetUserIdAndSecContext(&caller, &sec_context);
	SetUserIdAndSecContext(owner, sec_context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_NOFORCE_RLS);
	function = LookupFuncName(list_make2(makeString(schema),
										 makeString(pstrdup(name))),
							  nargs, types, false);
	allowed = shnor_function_aclcheck(function, owner);
	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_FUNCTION, name);

	fmgr_info(function, &flinfo);
	InitFunctionCallInfoData(*fcinfo, &flinfo, nargs, DEFAULT_COLLATION_OID,
							 NULL, NULL);
	for (int i = 0; i < nargs; i++)
		fcinfo->args[i] = args[i];
	(void) FunctionCallInvoke(fcinfo);
	SetUserIdAndSecContext(caller, sec_context);
}
