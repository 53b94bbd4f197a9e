/*
 * task_dist_core.c
 *		Arithmetic on the working form of task_dist, the one codec of its byte
 *		and text forms, and the one validator.
 */
#include <string.h>

#include "task_dist_core.h"

#define FORMAT_VERSION		1

/* Returns a phrase saying what is wrong, fit for an error's detail. */
const char *
task_dist_result_text(TaskDistResult result)
{
	switch (result)
	{
		case TASK_DIST_OK:
			return "nothing is wrong";
		case TASK_DIST_TRUNCATED:
			return "the bytes end too early";
		case TASK_DIST_TRAILING:
			return "there are bytes after the end of the value";
		case TASK_DIST_VERSION:
			return "the version is not 1";
		case TASK_DIST_ITEM_BYTE:
			return "the number of items is not within 0..100";
		case TASK_DIST_SCORES_BYTE:
			return "the number of scores of an item is not within 0..101";
		case TASK_DIST_VARINT:
			return "an integer is not in its shortest form";
		case TASK_DIST_LAST_COUNT:
			return "the last count of an item is zero";
		case TASK_DIST_SYNTAX:
			return "unexpected character or end";
		case TASK_DIST_REPEATED:
			return "a score is given twice for one item";
		case TASK_DIST_ZERO_COUNT:
			return "a count is zero";
		case TASK_DIST_ITEM_RANGE:
			return "there are more than 100 items";
		case TASK_DIST_SCORE_RANGE:
			return "an item score is above 100";
		case TASK_DIST_COUNT_RANGE:
			return "a count is above 1000000000000";
		case TASK_DIST_TOO_MANY:
			return "there are more than 1000000000000 participants";
		case TASK_DIST_NOBODY:
			return "there are items but no participants";
		case TASK_DIST_NO_ITEMS:
			return "there are participants but no items";
		case TASK_DIST_EXCESS:
			return "an item has more scores than there are participants";
		case TASK_DIST_NEGATIVE:
			return "a count is negative";
		case TASK_DIST_SUM:
			return "the counts of an item do not sum to the participants";
		case TASK_DIST_LENGTH:
			return "the numbers of items differ";
	}
	return "unknown trouble";
}

/* Is it a value out of range, rather than a malformed one? */
bool
task_dist_result_is_range(TaskDistResult result)
{
	return result == TASK_DIST_ITEM_RANGE ||
		result == TASK_DIST_SCORE_RANGE ||
		result == TASK_DIST_COUNT_RANGE ||
		result == TASK_DIST_TOO_MANY;
}

/* Returns the number of columns that holds scores up to score, or -1. */
int
task_dist_columns_for(int score)
{
	int			columns = TASK_DIST_MIN_COLUMNS;

	while (columns <= TASK_DIST_COLUMN(score))
		columns *= 2;
	return columns;
}

/* Makes *dist the value of nobody, with items * columns zeroed cells. */
void
task_dist_init(TaskDist *dist, int64_t *cell, int items, int columns)
{
	dist->participants = 0;
	dist->items = items;
	dist->columns = columns;
	dist->cell = cell;
	memset(cell, 0, sizeof(*cell) * (size_t) items * (size_t) columns);
}

/*
 * Returns the highest score that somebody has in an item, -1 when nobody
 * attempted it.
 */
int
task_dist_highest(const TaskDist *dist, int item)
{
	const int64_t *cell = task_dist_item(dist, item);

	for (int c = dist->columns - 1; c >= TASK_DIST_COLUMN(0); c--)
		if (cell[c] != 0)
			return c - TASK_DIST_COLUMN(0);
	return -1;
}

/*
 * The validator: verifies every invariant of *dist.  No sum of counts that
 * pass the bound one by one can wrap: there are at most 128 in an item,
 * 128 * 10^12 < 2^63.
 */
TaskDistResult
task_dist_check(const TaskDist *dist)
{
	if (dist->participants < 0)
		return TASK_DIST_NEGATIVE;
	if (dist->participants > SHNOR_MAX_PARTICIPANTS)
		return TASK_DIST_TOO_MANY;
	if (dist->items < 0 || dist->items > SHNOR_MAX_ITEMS)
		return TASK_DIST_ITEM_RANGE;
	if (dist->participants > 0 && dist->items == 0)
		return TASK_DIST_NO_ITEMS;
	for (int i = 0; i < dist->items; i++)
	{
		const int64_t *cell = task_dist_item(dist, i);
		int64_t		sum = 0;

		for (int c = 0; c < dist->columns; c++)
		{
			if (cell[c] < 0)
				return TASK_DIST_NEGATIVE;
			if (cell[c] > SHNOR_MAX_PARTICIPANTS)
				return TASK_DIST_COUNT_RANGE;
			if (cell[c] != 0 && c > TASK_DIST_COLUMN(SHNOR_MAX_ITEM_SCORE))
				return TASK_DIST_SCORE_RANGE;
			sum += cell[c];
		}
		if (sum != dist->participants)
			return TASK_DIST_SUM;
	}
	return TASK_DIST_OK;
}

/*
 * Takes back what task_dist_count_row() counted; the row may be of any length
 * and have any scores.  Returns TASK_DIST_OK, or without a change to *dist
 * what would be broken.
 */
TaskDistResult
task_dist_remove_row(TaskDist *dist, const ItemScores *row)
{
	int64_t    *cell = dist->cell;

	if (dist->participants == 0)
		return TASK_DIST_NEGATIVE;
	if (row->items != dist->items)
		return TASK_DIST_LENGTH;
	if (TASK_DIST_COLUMN(row->highest) >= dist->columns)
		return TASK_DIST_NEGATIVE;
	for (int i = 0; i < row->items; i++, cell += dist->columns)
		if (cell[TASK_DIST_COLUMN(row->score[i])] == 0)
			return TASK_DIST_NEGATIVE;

	dist->participants--;
	cell = dist->cell;
	for (int i = 0; i < row->items; i++, cell += dist->columns)
		cell[TASK_DIST_COLUMN(row->score[i])]--;
	return TASK_DIST_OK;
}

/*
 * Adds other to *dist, which must have as many items, unless other has no
 * participants, and columns for the scores of other.  Returns TASK_DIST_OK,
 * or without a change TASK_DIST_TOO_MANY or TASK_DIST_LENGTH.
 */
TaskDistResult
task_dist_add(TaskDist *dist, const TaskDist *other)
{
	int			columns = dist->columns < other->columns ?
	dist->columns : other->columns;

	if (other->participants == 0)
		return TASK_DIST_OK;
	if (dist->items != other->items)
		return TASK_DIST_LENGTH;
	if (dist->participants > SHNOR_MAX_PARTICIPANTS - other->participants)
		return TASK_DIST_TOO_MANY;
	dist->participants += other->participants;
	for (int i = 0; i < dist->items; i++)
	{
		int64_t    *to = task_dist_item(dist, i);
		const int64_t *from = task_dist_item(other, i);

		for (int c = 0; c < columns; c++)
			to[c] += from[c];
	}
	return TASK_DIST_OK;
}

/*
 * Takes other away from *dist.  Returns TASK_DIST_OK, or without a change to
 * *dist what would be broken.
 */
TaskDistResult
task_dist_subtract(TaskDist *dist, const TaskDist *other)
{
	if (other->participants == 0)
		return TASK_DIST_OK;
	if (dist->participants < other->participants)
		return TASK_DIST_NEGATIVE;
	if (dist->items != other->items)
		return TASK_DIST_LENGTH;
	for (int i = 0; i < dist->items; i++)
	{
		const int64_t *has = task_dist_item(dist, i);
		const int64_t *wants = task_dist_item(other, i);

		for (int c = 0; c < other->columns; c++)
			if ((c < dist->columns ? has[c] : 0) < wants[c])
				return TASK_DIST_NEGATIVE;
	}

	dist->participants -= other->participants;
	for (int i = 0; i < dist->items; i++)
	{
		int64_t    *from = task_dist_item(dist, i);
		const int64_t *what = task_dist_item(other, i);

		for (int c = 0; c < dist->columns && c < other->columns; c++)
			from[c] -= what[c];
	}
	return TASK_DIST_OK;
}

/* Returns the length of the byte form of *dist, which must be valid. */
size_t
task_dist_encoded_size(const TaskDist *dist)
{
	size_t		size = 2;

	if (dist->participants == 0)
		return size;
	size += packing_varint_size((uint64_t) dist->participants);
	for (int i = 0; i < dist->items; i++)
	{
		const int64_t *cell = task_dist_item(dist, i);
		int			end = TASK_DIST_COLUMN(task_dist_highest(dist, i));

		size++;
		for (int c = TASK_DIST_COLUMN(0); c <= end; c++)
			size += packing_varint_size((uint64_t) cell[c]);
	}
	return size;
}

/*
 * Writes the byte form of *dist, which must be valid, at bytes, which must
 * have room for task_dist_encoded_size(dist).
 */
void
task_dist_encode(const TaskDist *dist, uint8_t *bytes)
{
	uint8_t    *p = bytes;

	*p++ = FORMAT_VERSION;
	if (dist->participants == 0)
	{
		*p = 0;
		return;
	}
	*p++ = (uint8_t) dist->items;
	p = packing_put_varint(p, (uint64_t) dist->participants);
	for (int i = 0; i < dist->items; i++)
	{
		const int64_t *cell = task_dist_item(dist, i);
		int			end = TASK_DIST_COLUMN(task_dist_highest(dist, i));

		*p++ = (uint8_t) end;
		for (int c = TASK_DIST_COLUMN(0); c <= end; c++)
			p = packing_put_varint(p, (uint64_t) cell[c]);
	}
}

/* Reads a count into *count; moves *p past it. */
static inline TaskDistResult
get_count(const uint8_t **p, const uint8_t *end, int64_t *count)
{
	uint64_t	value = 0;
	PackingResult result;

	if (*p < end && **p < 0x80)
	{
		*count = *(*p)++;
		return TASK_DIST_OK;
	}
	result = packing_get_varint(p, end, SHNOR_MAX_PARTICIPANTS, &value);
	*count = (int64_t) value;
	return result == PACKING_OK ? TASK_DIST_OK :
		result == PACKING_TRUNCATED ? TASK_DIST_TRUNCATED :
		result == PACKING_NOT_MINIMAL ? TASK_DIST_VARINT :
		TASK_DIST_COUNT_RANGE;
}

/*
 * Validates a byte form.  On TASK_DIST_OK sets *items and *columns to what
 * task_dist_decode() needs; otherwise leaves both alone.  Every accepted
 * sequence of bytes is the one that task_dist_encode() writes.
 */
TaskDistResult
task_dist_measure(const uint8_t *bytes, size_t len, int *items, int *columns)
{
	const uint8_t *p = bytes;
	const uint8_t *end = bytes + len;
	int64_t		participants = 0;
	int			highest = -1;
	int			n;
	TaskDistResult result;

	if (len < 2)
		return TASK_DIST_TRUNCATED;
	if (*p++ != FORMAT_VERSION)
		return TASK_DIST_VERSION;
	n = *p++;
	if (n > SHNOR_MAX_ITEMS)
		return TASK_DIST_ITEM_BYTE;
	if (n > 0)
	{
		result = get_count(&p, end, &participants);
		if (result != TASK_DIST_OK)
			return result;
		if (participants == 0)
			return TASK_DIST_NOBODY;
	}
	for (int i = 0; i < n; i++)
	{
		int64_t		sum = 0;
		int64_t		count = 1;
		int			scores;

		if (p == end)
			return TASK_DIST_TRUNCATED;
		scores = *p++;
		if (scores > SHNOR_MAX_ITEM_SCORE + 1)
			return TASK_DIST_SCORES_BYTE;
		for (int s = 0; s < scores; s++)
		{
			result = get_count(&p, end, &count);
			if (result != TASK_DIST_OK)
				return result;
			/* 101 * 10^12 < 2^63 */
			sum += count;
		}
		if (count == 0)
			return TASK_DIST_LAST_COUNT;
		if (sum > participants)
			return TASK_DIST_EXCESS;
		if (scores - 1 > highest)
			highest = scores - 1;
	}
	if (p != end)
		return TASK_DIST_TRAILING;
	*items = n;
	*columns = task_dist_columns_for(highest);
	return TASK_DIST_OK;
}

/*
 * Reads a byte form that task_dist_measure() accepted into *dist, which
 * task_dist_init() made with the items and columns it told.
 */
void
task_dist_decode(const uint8_t *bytes, size_t len, TaskDist *dist)
{
	const uint8_t *p = bytes + 2;
	const uint8_t *end = bytes + len;

	if (dist->items == 0)
		return;
	(void) get_count(&p, end, &dist->participants);
	for (int i = 0; i < dist->items; i++)
	{
		int64_t    *cell = task_dist_item(dist, i);
		int			scores = *p++;

		cell[0] = dist->participants;
		for (int s = 0; s < scores; s++)
		{
			(void) get_count(&p, end, &cell[TASK_DIST_COLUMN(s)]);
			cell[0] -= cell[TASK_DIST_COLUMN(s)];
		}
	}
}

/* Returns the length of the text form of *dist with its terminating zero. */
size_t
task_dist_text_size(const TaskDist *dist)
{
	size_t		size = sizeof("{}") + text_number_size(dist->participants);

	for (int i = 0; i < dist->items; i++)
	{
		const int64_t *cell = task_dist_item(dist, i);

		size++;
		for (int c = TASK_DIST_COLUMN(0); c < dist->columns; c++)
			if (cell[c] != 0)
				size += text_number_size(c) + text_number_size(cell[c]) +
					sizeof(":,") - 1;
	}
	return size;
}

/*
 * Writes the text form of *dist, which must be valid, with a terminating zero
 * at text, which must have room for task_dist_text_size(dist).
 */
void
task_dist_format(const TaskDist *dist, char *text)
{
	char	   *p = text;

	*p++ = '{';
	if (dist->participants > 0)
	{
		p = text_put_number(p, dist->participants);
		for (int i = 0; i < dist->items; i++)
		{
			const int64_t *cell = task_dist_item(dist, i);
			char		separator = '|';

			for (int s = 0; TASK_DIST_COLUMN(s) < dist->columns; s++)
			{
				if (cell[TASK_DIST_COLUMN(s)] == 0)
					continue;
				*p++ = separator;
				p = text_put_number(p, s);
				*p++ = ':';
				p = text_put_number(p, cell[TASK_DIST_COLUMN(s)]);
				separator = ',';
			}
			if (separator == '|')
				*p++ = separator;
		}
	}
	*p++ = '}';
	*p = '\0';
}

/* Reads a number of at most max; above it gives too_large. */
static TaskDistResult
read_number(TextReader *r, int64_t max, TaskDistResult too_large,
			int64_t *value)
{
	switch (text_read_number(r, max, value))
	{
		case TEXT_OK:
			break;
		case TEXT_NO_NUMBER:
			return TASK_DIST_SYNTAX;
		case TEXT_TOO_LARGE:
			return too_large;
	}
	return TASK_DIST_OK;
}

/* Reads the score:count of one item, all of whose cells are zero. */
static TaskDistResult
read_item(TextReader *r, int64_t *cell)
{
	if (text_next_is(r, '|') || text_next_is(r, '}'))
		return TASK_DIST_OK;
	do
	{
		int64_t		score = 0;
		int64_t		count = 0;
		TextSpan	key;
		TaskDistResult result;

		result = read_number(r, SHNOR_MAX_ITEM_SCORE, TASK_DIST_SCORE_RANGE,
							 &score);
		if (result != TASK_DIST_OK)
			return result;
		key = r->span;
		if (!text_read_char(r, ':'))
			return TASK_DIST_SYNTAX;
		result = read_number(r, SHNOR_MAX_PARTICIPANTS,
							 TASK_DIST_COUNT_RANGE, &count);
		if (result != TASK_DIST_OK)
			return result;
		if (count == 0)
			return TASK_DIST_ZERO_COUNT;
		if (cell[TASK_DIST_COLUMN(score)] != 0)
		{
			r->span = key;
			return TASK_DIST_REPEATED;
		}
		cell[TASK_DIST_COLUMN(score)] = count;
		cell[0] -= count;
	} while (text_read_char(r, ','));
	return TASK_DIST_OK;
}

/* Reads what stands between the braces, which are the caller's. */
static TaskDistResult
read_items(TextReader *r, TaskDist *dist)
{
	TaskDistResult result;

	if (text_next_is(r, '}'))
		return TASK_DIST_OK;
	result = read_number(r, SHNOR_MAX_PARTICIPANTS, TASK_DIST_TOO_MANY,
						 &dist->participants);
	if (result != TASK_DIST_OK)
		return result;
	if (dist->participants == 0)
		return TASK_DIST_ZERO_COUNT;
	while (text_read_char(r, '|'))
	{
		int64_t    *cell = task_dist_item(dist, dist->items);

		if (dist->items == SHNOR_MAX_ITEMS)
			return TASK_DIST_ITEM_RANGE;
		dist->items++;
		memset(cell, 0, sizeof(*cell) * TASK_DIST_MAX_COLUMNS);
		/* 101 * 10^12 < 2^63, so this cannot wrap either way */
		cell[0] = dist->participants;
		result = read_item(r, cell);
		if (result != TASK_DIST_OK)
			return result;
	}
	return TASK_DIST_OK;
}

/*
 * Reads a text form of len bytes: ASCII white space is allowed between its
 * parts, and the scores of an item may come in any order.  Requires
 * TASK_DIST_MAX_CELLS cells.  On TASK_DIST_OK *dist is valid; otherwise it is
 * undefined and *span says where the trouble is: a number for ranges and
 * repetitions, the place of the unexpected byte for TASK_DIST_SYNTAX, and the
 * whole text for broken invariants.
 */
TaskDistResult
task_dist_parse(const char *text, size_t len, int64_t *cell, TaskDist *dist,
				TextSpan *span)
{
	TextReader	r = {text, len, 0, {0, 0}};
	TaskDistResult result = TASK_DIST_SYNTAX;

	task_dist_init(dist, cell, 0, TASK_DIST_MAX_COLUMNS);
	if (text_read_char(&r, '{'))
		result = read_items(&r, dist);
	if (result == TASK_DIST_OK && !text_read_char(&r, '}'))
		result = TASK_DIST_SYNTAX;
	if (result == TASK_DIST_OK)
	{
		text_skip_space(&r);
		if (r.pos < len)
			result = TASK_DIST_SYNTAX;
	}
	*span = r.span;
	if (result == TASK_DIST_OK)
	{
		result = task_dist_check(dist);
		/* what the counts of an item lack, those who did not attempt it */
		if (result == TASK_DIST_NEGATIVE)
			result = TASK_DIST_EXCESS;
		span->start = 0;
		span->end = len;
	}
	return result;
}
