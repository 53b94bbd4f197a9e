/*
 * result_groups.h
 *		Adding up rows of a table of results by administration, school, year
 *		and class, and counting them by the files they are from.
 */
#ifndef SHNOR_RESULT_GROUPS_H
#define SHNOR_RESULT_GROUPS_H

#include "score_dist.h"
#include "task_dist.h"

typedef struct GroupKey
{
	int32		administration;
	int32		school;
	int32		academic_year;
	int32		class_len;
	const char *class_name;		/* not terminated */
} GroupKey;

/* One row, read. */
typedef struct CountedResult
{
	GroupKey	key;
	int32		import_file;
	bool		has_file;
	bool		is_first;		/* attempt */
	bool		has_tasks;
	int			score;			/* -1 for none */
	int			cell;			/* mark and journal mark, SCORE_DIST_CELL */
	Datum		tasks;			/* smallint[] */
} CountedResult;

/* The item scores of a group's works of so many items. */
typedef struct TaskGroup
{
	struct TaskGroup *next;
	int			items;
	bool		lost;			/* a work was removed */
	TaskDist	added;			/* first attempts */
	TaskDist	removed;
} TaskGroup;

typedef struct ResultGroup
{
	GroupKey	key;			/* first: the hash table points to it */
	struct ResultGroup *next;	/* in the order of their first rows */
	int			highest;		/* score added, -1 for none */
	int			highest_removed;	/* score removed, -1 for none */
	int64		results;		/* rows added less rows removed */
	bool		lost;			/* a row was removed */
	ScoreDistState *added;		/* first attempts; NULL for none */
	ScoreDistState *removed;
	TaskGroup  *tasks;			/* by number of items, latest first */
} ResultGroup;

/* Entries of the hash table are small, and move; groups do not. */
typedef struct GroupEntry
{
	const GroupKey *key;		/* the group's */
	uint32		hash;
	char		status;
} GroupEntry;

/* Counts by administration and, for the files, by import file. */
typedef struct TallyKey
{
	int32		import_file;	/* 0 where only administrations matter */
	int32		administration;
	int32		academic_year;
} TallyKey;

typedef struct Tally
{
	TallyKey	key;
	char		status;
	int			highest;
	int64		results;
} Tally;

#define SH_PREFIX group_table
#define SH_ELEMENT_TYPE GroupEntry
#define SH_KEY_TYPE const GroupKey *
#define SH_SCOPE extern
#define SH_DECLARE
#include "lib/simplehash.h"

#define SH_PREFIX tally_table
#define SH_ELEMENT_TYPE Tally
#define SH_KEY_TYPE TallyKey
#define SH_SCOPE extern
#define SH_DECLARE
#include "lib/simplehash.h"

/* The sums of the rows counted so far. */
typedef struct ResultGroups
{
	MemoryContext context;		/* of the groups */
	group_table_hash *groups;
	ResultGroup *first;
	ResultGroup *last;
	ResultGroup *latest;		/* rows of one group come in a row, or */
	ResultGroup *before;		/* those of a school's two classes mixed */
	tally_table_hash *files;	/* live on when the groups are forgotten */
	Tally	   *latest_file;
} ResultGroups;

extern void result_groups_init(ResultGroups *sums, MemoryContext context);
extern void result_groups_restart(ResultGroups *sums);
extern ResultGroup *result_groups_get(ResultGroups *sums, const GroupKey *key);
extern TaskGroup *result_groups_tasks(ResultGroups *sums, ResultGroup *group,
									  int items);
extern void result_groups_count(ResultGroups *sums, const CountedResult *row,
								int sign);
extern Tally *result_tally(tally_table_hash * table, int32 import_file,
						   int32 administration, int32 academic_year);

#endif							/* SHNOR_RESULT_GROUPS_H */
