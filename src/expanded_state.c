/*
 * expanded_state.c
 *		The memory of aggregates' states that are expanded objects.
 */
#include "postgres.h"

#include "nodes/memnodes.h"
#include "utils/memutils.h"

#include "compat.h"
#include "expanded_state.h"

#define SHARED_CONTEXT_NAME	"shnor aggregate states"

/*
 * Returns the context for a new state: a child of aggcontext, as nodeAgg.c
 * and nodeWindowAgg.c demand for adopting an expanded object without copying.
 * Requires a call by an aggregate.
 *
 * Plain aggregation keeps one state per group, and for each new group walks
 * over all contexts under aggcontext to learn how much memory is in use; a
 * context per state would make hashing quadratic in the number of groups.  So
 * all states of one aggcontext share a context.  That is safe because nobody
 * but our transition functions sees a read-write pointer to a state, and they
 * never replace it by another object: nothing deletes or reparents eoh_context
 * but the end of aggcontext itself.  In a window each state has its own.
 */
MemoryContext
shnor_state_context(FunctionCallInfo fcinfo, MemoryContext aggcontext)
{
	if (AggCheckCallContext(fcinfo, NULL) == AGG_CONTEXT_AGGREGATE)
	{
		for (MemoryContext child = aggcontext->firstchild; child != NULL;
			 child = child->nextchild)
			if (strcmp(child->name, SHARED_CONTEXT_NAME) == 0)
				return child;
		return AllocSetContextCreate(aggcontext, SHARED_CONTEXT_NAME,
									 ALLOCSET_DEFAULT_SIZES);
	}
	return AllocSetContextCreate(aggcontext, "shnor aggregate state",
								 ALLOCSET_SMALL_SIZES);
}
