/*
 * expanded_state.h
 *		Where the states of running aggregates live that are expanded objects.
 */
#ifndef SHNOR_EXPANDED_STATE_H
#define SHNOR_EXPANDED_STATE_H

#include "fmgr.h"

extern MemoryContext shnor_state_context(FunctionCallInfo fcinfo,
										 MemoryContext aggcontext);

#endif							/* SHNOR_EXPANDED_STATE_H */
