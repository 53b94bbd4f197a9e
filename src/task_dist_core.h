/*
 * task_dist_core.h
 *		The working form of task_dist, its byte and text forms, its validator.
 *
 * Pure C: no PostgreSQL headers, no allocation, no error exits.  Functions
 * report through TaskDistResult and are given their memory by the caller.
 *
 * A task_dist is an exact summary of one group's item scores: how many
 * participants got each score in each item of the work, and how many did not
 * attempt it.  All of a group wrote the same form: the number of items is one
 * for all of them.  The value of no participants has no items either, so that
 * taking everything away leaves the one empty value.
 *
 * Invariants, verified by task_dist_check():
 *	1.	0 <= participants <= SHNOR_MAX_PARTICIPANTS;
 *	2.	in every item the counts sum to participants;
 *	3.	items is 1..100 when there are participants.
 *
 * Byte form (version 1).  It does not depend on the machine, and equal values
 * have equal bytes.  Varint is the minimal LEB128 of packing_core.c.
 *
 *	byte 0	version, 1
 *	byte 1	number of items, 0..100; the high bit is reserved and zero
 *	if there are items
 *			varint	participants, not zero
 *			for each item
 *				byte	number of scores, 0..101: the highest score that
 *						somebody has, plus 1
 *				varint	count, for each score from 0; the last is not zero
 *	the participants that no count of an item holds did not attempt it.
 *
 * The empty value is the two bytes 1, 0.
 *
 * Text form: "{", the participants, then for each item "|" and its
 * score:count ascending, separated by ",", then "}".  Counts of zero are left
 * out, so an item nobody attempted has nothing behind its "|".  The empty
 * value is "{}".
 */
#ifndef SHNOR_TASK_DIST_CORE_H
#define SHNOR_TASK_DIST_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packing_core.h"
#include "text_form_core.h"

#define SHNOR_MAX_ITEMS			100
#define SHNOR_MAX_ITEM_SCORE	100

/* An item that was not attempted, among item scores. */
#define ITEM_NOT_ATTEMPTED		(-1)

/*
 * Cells of an item: first those who did not attempt it, then by score.  Their
 * number is a power of two, so that growth is amortised.
 */
#define TASK_DIST_MIN_COLUMNS	4
#define TASK_DIST_MAX_COLUMNS	128
#define TASK_DIST_COLUMN(score)	((score) + 1)
#define TASK_DIST_MAX_CELLS		(SHNOR_MAX_ITEMS * TASK_DIST_MAX_COLUMNS)

/*
 * Longest byte form: version, number of items, participants, and per item a
 * byte and 101 counts of at most six bytes (10^12 < 2^42).
 */
#define TASK_DIST_MAX_BYTES		(2 + 6 + SHNOR_MAX_ITEMS * (1 + 101 * 6))

typedef struct TaskDist
{
	int64_t		participants;
	int			items;			/* 0..100 */
	int			columns;		/* cells per item, power of two, 4..128 */
	int64_t    *cell;			/* items * columns counts, item by item */
} TaskDist;

/* The item scores of one participant. */
typedef struct ItemScores
{
	int			items;			/* 0 when the row does not count */
	int			highest;		/* highest score, -1 when nothing attempted */
	int16_t		score[SHNOR_MAX_ITEMS]; /* 0..100 or ITEM_NOT_ATTEMPTED */
} ItemScores;

typedef enum TaskDistResult
{
	TASK_DIST_OK,
	/* the byte form */
	TASK_DIST_TRUNCATED,
	TASK_DIST_TRAILING,
	TASK_DIST_VERSION,
	TASK_DIST_ITEM_BYTE,
	TASK_DIST_SCORES_BYTE,
	TASK_DIST_VARINT,
	TASK_DIST_LAST_COUNT,
	/* the text form */
	TASK_DIST_SYNTAX,
	TASK_DIST_REPEATED,
	TASK_DIST_ZERO_COUNT,
	/* ranges */
	TASK_DIST_ITEM_RANGE,
	TASK_DIST_SCORE_RANGE,
	TASK_DIST_COUNT_RANGE,
	TASK_DIST_TOO_MANY,
	/* invariants */
	TASK_DIST_NOBODY,
	TASK_DIST_NO_ITEMS,
	TASK_DIST_EXCESS,
	TASK_DIST_NEGATIVE,
	TASK_DIST_SUM,
	TASK_DIST_LENGTH
} TaskDistResult;

extern const char *task_dist_result_text(TaskDistResult result);
extern bool task_dist_result_is_range(TaskDistResult result);

extern int	task_dist_columns_for(int score);
extern void task_dist_init(TaskDist *dist, int64_t *cell, int items,
						   int columns);
extern int	task_dist_highest(const TaskDist *dist, int item);
extern TaskDistResult task_dist_check(const TaskDist *dist);

extern TaskDistResult task_dist_remove_row(TaskDist *dist,
										   const ItemScores *row);
extern TaskDistResult task_dist_add(TaskDist *dist, const TaskDist *other);
extern TaskDistResult task_dist_subtract(TaskDist *dist,
										 const TaskDist *other);

extern size_t task_dist_encoded_size(const TaskDist *dist);
extern void task_dist_encode(const TaskDist *dist, uint8_t *bytes);
extern TaskDistResult task_dist_measure(const uint8_t *bytes, size_t len,
										int *items, int *columns);
extern void task_dist_decode(const uint8_t *bytes, size_t len,
							 TaskDist *dist);

extern size_t task_dist_text_size(const TaskDist *dist);
extern void task_dist_format(const TaskDist *dist, char *text);
extern TaskDistResult task_dist_parse(const char *text, size_t len,
									  int64_t *cell, TaskDist *dist,
									  TextSpan *span);

/* Returns the cells of an item, counted from 0. */
static inline int64_t *
task_dist_item(const TaskDist *dist, int item)
{
	return dist->cell + (size_t) item * (size_t) dist->columns;
}

/*
 * Counts one participant.  Requires as many items as the row has and columns
 * for its scores.  Returns TASK_DIST_OK, or TASK_DIST_TOO_MANY without a
 * change.
 */
static inline TaskDistResult
task_dist_count_row(TaskDist *dist, const ItemScores *row)
{
	int64_t    *cell = dist->cell;

	if (dist->participants >= SHNOR_MAX_PARTICIPANTS)
		return TASK_DIST_TOO_MANY;
	dist->participants++;
	for (int i = 0; i < row->items; i++, cell += dist->columns)
		cell[TASK_DIST_COLUMN(row->score[i])]++;
	return TASK_DIST_OK;
}

#endif							/* SHNOR_TASK_DIST_CORE_H */
