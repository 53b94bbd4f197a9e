/*
 * result_recount.h
 *		Reading what the aggregate recount_results() returns.
 */
#ifndef SHNOR_RESULT_RECOUNT_H
#define SHNOR_RESULT_RECOUNT_H

#include "result_groups.h"

/* Where in the packed groups one is; the files come before the groups. */
typedef struct RecountReader
{
	const char *from;
	const char *end;
	uint32		groups;			/* how many there are */
	uint32		files_left;
	int			tasks_left;		/* of the group read last */
	Size		room;			/* of dist */
	ScoreDistState *dist;		/* of the group read last */
} RecountReader;

/* A packed group; what it points to is good until the next is read. */
typedef struct RecountedGroup
{
	GroupKey	key;
	int64		results;
	ScoreDistState *dist;		/* NULL for none */
} RecountedGroup;

extern void recount_start(RecountReader *reader, const bytea *packed);
extern bool recount_next_file(RecountReader *reader, Tally *tally);
extern bool recount_next_group(RecountReader *reader, RecountedGroup *group);
extern struct varlena *recount_next_tasks(RecountReader *reader);

#endif							/* SHNOR_RESULT_RECOUNT_H */
