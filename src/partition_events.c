/*
 * partition_events.c
 *		The event trigger by which a warehouse hears of partitions of result
 *		that were attached, detached, created or dropped.
 *
 * Such commands change what result holds without firing any trigger of its
 * own.  A warehouse is known by what nothing else has: a partitioned table
 * result with a trigger that calls collect_result_changes.  Its function
 * follow_partitions() is called as the table's owner.
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "commands/event_trigger.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"
#include "owner_call.h"

PG_FUNCTION_INFO_V1(follow_partitions);

#define WAREHOUSES \
	"SELECT t.tgrelid" \
	" FROM pg_catalog.pg_trigger AS t" \
	" JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) t.tgrelid" \
	" JOIN pg_catalog.pg_proc AS f ON f.oid OPERATOR(pg_catalog.=) t.tgfoid" \
	" JOIN pg_catalog.pg_proc AS own ON own.pronamespace OPERATOR(pg_catalog.=) f.pronamespace" \
	" WHERE own.oid OPERATOR(pg_catalog.=) $1" \
	" AND f.proname OPERATOR(pg_catalog.=) 'collect_result_changes'" \
	" AND c.relkind OPERATOR(pg_catalog.=) 'p'" \
	" AND c.relname OPERATOR(pg_catalog.=) 'result'" \
	" AND NOT c.relispartition" \
	" GROUP BY t.tgrelid ORDER BY t.tgrelid"

/* Does the command attach, detach or create a partition?  Of which table? */
static RangeVar *
partitioned_table(Node *command)
{
	ListCell   *cell;

	if (IsA(command, CreateStmt))
	{
		CreateStmt *stmt = (CreateStmt *) command;

		return stmt->partbound != NULL ? linitial(stmt->inhRelations) : NULL;
	}
	if (!IsA(command, AlterTableStmt))
		return NULL;
	foreach(cell, ((AlterTableStmt *) command)->cmds)
	{
		AlterTableCmd *cmd = lfirst(cell);

		if (cmd->subtype == AT_AttachPartition ||
			cmd->subtype == AT_DetachPartition ||
			cmd->subtype == AT_DetachPartitionFinalize)
			return ((AlterTableStmt *) command)->relation;
	}
	return NULL;
}

/* Returns the root of the partition tree a named table is in. */
static Oid
root_of(RangeVar *name)
{
	Oid			relid = RangeVarGetRelid(name, NoLock, true);
	List	   *ancestors;

	if (!OidIsValid(relid))
		return InvalidOid;
	ancestors = get_partition_ancestors(relid);
	return ancestors != NIL ? llast_oid(ancestors) : relid;
}

/* Was a table dropped that had a trigger of ours?  Requires SPI. */
static bool
dropped_partition(void)
{
	if (SPI_execute("SELECT FROM pg_catalog.pg_event_trigger_dropped_objects()"
					" WHERE object_type OPERATOR(pg_catalog.=) 'trigger'"
					" AND address_names[3] OPERATOR(pg_catalog.~~) 'keep_summaries%'",
					false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the dropped objects");
	return SPI_processed > 0;
}

/* Calls follow_partitions() of the warehouse whose table result this is. */
static void
tell_warehouse(Oid relid)
{
	Relation	rel = table_open(relid, AccessShareLock);

	call_as_owner(relid, "follow_partitions", 0, NULL, NULL);
	table_close(rel, NoLock);
}

/* The event trigger function, for ddl_command_end and sql_drop. */
Datum
follow_partitions(PG_FUNCTION_ARGS)
{
	EventTriggerData *event = (EventTriggerData *) fcinfo->context;
	Oid			argtype = OIDOID;
	Datum		own = ObjectIdGetDatum(fcinfo->flinfo->fn_oid);
	Oid			changed = InvalidOid;

	if (!CALLED_AS_EVENT_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_EVENT_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("follow_partitions is an event trigger function")));
	if (strcmp(event->event, "sql_drop") != 0)
	{
		RangeVar   *table = partitioned_table(event->parsetree);

		if (table != NULL)
			changed = root_of(table);
		if (!OidIsValid(changed))
			PG_RETURN_NULL();
	}

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (OidIsValid(changed) || dropped_partition())
	{
		SPITupleTable *warehouses;
		uint64		n;

		if (SPI_execute_with_args(WAREHOUSES, 1, &argtype, &own, NULL, false,
								  0) != SPI_OK_SELECT)
			elog(ERROR, "could not look for warehouses");
		warehouses = SPI_tuptable;
		n = SPI_processed;
		for (uint64 i = 0; i < n; i++)
		{
			bool		isnull;
			Oid			relid;

			relid = DatumGetObjectId(SPI_getbinval(warehouses->vals[i],
												   warehouses->tupdesc, 1,
												   &isnull));
			if (!OidIsValid(changed) || relid == changed)
				tell_warehouse(relid);
		}
	}
	SPI_finish();
	PG_RETURN_NULL();
}
