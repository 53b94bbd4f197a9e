/*
 * result_groups.h
 *		Adding up the rows a statement changed in a table of results, by
 *		administration, school, year and class.
 */
#ifndef SHNOR_RESULT_GROUPS_H
#define SHNOR_RESULT_GROUPS_H

#include "executor/tuptable.h"
#include "utils/rel.h"

#include "score_dist.h"
#include "task_dist.h"

/* The columns that are read, and where they are. */
typedef enum ResultColumn
{
	ADMINISTRATION, SCHOOL, ACADEMIC_YEAR, IMPORT_FILE, ATTEMPT, SCORE, MARK,
	JOURNAL_MARK, CLASS, TASK_SCORES, N_COLUMNS
} ResultColumn;

typedef struct GroupKey
{
	int32		administration;
	int32		school;
	int32		academic_year;
	int32		class_len;
	const char *class_name;		/* not terminated */
} GroupKey;

/* What a statement changed in a group's works of so many items. */
typedef struct TaskChange
{
	struct TaskChange *next;
	int			items;
	bool		lost;			/* a work was removed */
	TaskDist	added;			/* first attempts */
	TaskDist	removed;
} TaskChange;

/* What a statement changed in one group. */
typedef struct ResultGroup
{
	GroupKey	key;
	uint32		hash;
	char		status;
	int			highest;		/* score added, -1 for none */
	int			highest_removed;	/* score removed, -1 for none */
	int64		results;		/* rows added less rows removed */
	bool		lost;			/* a row was removed */
	ScoreDist  *added;			/* first attempts; NULL for none */
	ScoreDist  *removed;
	TaskChange *tasks;			/* by number of items, latest first */
} ResultGroup;

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
#define SH_ELEMENT_TYPE ResultGroup
#define SH_KEY_TYPE GroupKey
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
	AttrNumber	column[N_COLUMNS];
	AttrNumber	last_column;
	MemoryContext context;		/* of the groups, and of nothing else */
	group_table_hash *groups;
	ResultGroup *latest;		/* rows of one group come in a row */
	tally_table_hash *administrations;	/* those of the groups */
	tally_table_hash *files;	/* live on when the groups are forgotten */
} ResultGroups;

extern void result_groups_init(ResultGroups *sums, Relation rel,
							   MemoryContext context);
extern void result_groups_restart(ResultGroups *sums);
extern void result_groups_count(ResultGroups *sums, TupleTableSlot *slot,
								int sign);
extern void result_groups_note(ResultGroups *sums, TupleTableSlot *slot);
extern Tally *result_groups_tally(tally_table_hash * table, int32 import_file,
								  int32 administration, int32 academic_year);
extern bool result_tasks_unchanged(const TaskChange *change);
extern bool result_group_unchanged(const ResultGroup *group);
extern bool result_group_tasks_unchanged(const ResultGroup *group);
extern int	result_group_compare(const void *a, const void *b);
extern Tally **result_tallies_sorted(tally_table_hash * table);

#endif							/* SHNOR_RESULT_GROUPS_H */
