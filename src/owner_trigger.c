/*
 * owner_trigger.c
 *		The row trigger that calls a function of the table's schema as the
 *		table's owner, with the key of the row that changed.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/rel.h"

#include "compat.h"
#include "owner_call.h"

PG_FUNCTION_INFO_V1(call_as_table_owner);

/*
 * AFTER INSERT OR UPDATE, FOR EACH ROW; arguments: the function's name, the
 * integer column whose value it is given.
 */
Datum
call_as_table_owner(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const Oid	type = INT4OID;
	TupleDesc	desc;
	NullableDatum key;
	int			column;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_AFTER(trigger->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ||
		trigger->tg_trigger->tgnargs != 2)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("call_as_table_owner is a trigger function"),
				 errdetail("It belongs to AFTER triggers for each row of INSERT or UPDATE with two arguments, a function and a column.")));

	desc = RelationGetDescr(trigger->tg_relation);
	column = SPI_fnumber(desc, trigger->tg_trigger->tgargs[1]);
	if (column <= 0 || TupleDescAttr(desc, column - 1)->atttypid != INT4OID)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table \"%s\" has no integer column \"%s\"",
						RelationGetRelationName(trigger->tg_relation),
						trigger->tg_trigger->tgargs[1])));
	key.value = SPI_getbinval(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ?
							  trigger->tg_newtuple : trigger->tg_trigtuple,
							  desc, column, &key.isnull);
	call_as_owner(RelationGetRelid(trigger->tg_relation),
				  trigger->tg_trigger->tgargs[0], 1, &type, &key);
	return PointerGetDatum(NULL);
}
