/*
 * fuzz_task_dist.c
 *		Fuzz target of the pure-C core of task_dist: the input is read as a
 *		byte form and as a text form.  Aborts where the core breaks a promise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task_dist_core.h"

#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: broken promise: %s\n", \
					__FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

static int64_t parse_cell[TASK_DIST_MAX_CELLS];
static int64_t sum_cell[TASK_DIST_MAX_CELLS];
static uint8_t bytes[TASK_DIST_MAX_BYTES + 1];
static uint8_t twin_bytes[TASK_DIST_MAX_BYTES];

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Encodes into memory of exactly the size promised; returns that. */
static size_t
encode(const TaskDist *dist, uint8_t *out)
{
	size_t		size = task_dist_encoded_size(dist);
	uint8_t    *exact;

	REQUIRE(size <= TASK_DIST_MAX_BYTES);
	exact = malloc(size);
	REQUIRE(exact != NULL);
	task_dist_encode(dist, exact);
	memcpy(out, exact, size);
	free(exact);
	return size;
}

/* Decodes, into memory of exactly the size measured, what must be valid. */
static void
decode(const uint8_t *from, size_t size, TaskDist *dist)
{
	int			items;
	int			columns;
	int64_t    *cell;

	REQUIRE(task_dist_measure(from, size, &items, &columns) == TASK_DIST_OK);
	cell = malloc(sizeof(int64_t) * (size_t) (items * columns) + 1);
	REQUIRE(cell != NULL);
	task_dist_init(dist, cell, items, columns);
	task_dist_decode(from, size, dist);
	REQUIRE(task_dist_check(dist) == TASK_DIST_OK);
}

/* Is the encoded form of *dist the first size bytes? */
static bool
has_bytes(const TaskDist *dist, size_t size)
{
	return encode(dist, twin_bytes) == size &&
		memcmp(bytes, twin_bytes, size) == 0;
}

/* Sums and differences, in memory with room for more than they need. */
static void
try_arithmetic(const TaskDist *dist, size_t size)
{
	TaskDist	sum;
	TaskDistResult result;

	/* 0 + a = a; a + a - a = a; a - a = 0 */
	task_dist_init(&sum, sum_cell, dist->items, TASK_DIST_MAX_COLUMNS);
	REQUIRE(task_dist_add(&sum, dist) == TASK_DIST_OK);
	REQUIRE(task_dist_check(&sum) == TASK_DIST_OK);
	result = task_dist_add(&sum, dist);
	if (dist->participants > SHNOR_MAX_PARTICIPANTS / 2)
		REQUIRE(result == TASK_DIST_TOO_MANY);
	else
	{
		REQUIRE(result == TASK_DIST_OK);
		REQUIRE(task_dist_check(&sum) == TASK_DIST_OK);
		REQUIRE(task_dist_subtract(&sum, dist) == TASK_DIST_OK);
	}
	REQUIRE(task_dist_check(&sum) == TASK_DIST_OK);
	REQUIRE(has_bytes(&sum, size));
	REQUIRE(task_dist_subtract(&sum, dist) == TASK_DIST_OK);
	REQUIRE(encode(&sum, twin_bytes) == 2);
	if (dist->participants == 0)
		return;
	REQUIRE(task_dist_subtract(&sum, dist) == TASK_DIST_NEGATIVE);
	REQUIRE(sum.participants == 0);

	/* other lengths are refused without a change */
	(void) task_dist_add(&sum, dist);
	sum.items--;
	REQUIRE(task_dist_add(&sum, dist) == TASK_DIST_LENGTH);
	REQUIRE(task_dist_subtract(&sum, dist) == TASK_DIST_LENGTH);
	sum.items++;
	REQUIRE(has_bytes(&sum, size));
}

/* Rows counted and taken back, the highest score of every item among them. */
static void
try_rows(const TaskDist *dist, size_t size)
{
	TaskDist	sum;
	ItemScores	row;

	task_dist_init(&sum, sum_cell, dist->items, TASK_DIST_MAX_COLUMNS);
	(void) task_dist_add(&sum, dist);
	row.items = dist->items;
	row.highest = -1;
	for (int i = 0; i < dist->items; i++)
	{
		row.score[i] = (int16_t) task_dist_highest(dist, i);
		if (row.score[i] > row.highest)
			row.highest = row.score[i];
	}
	if (dist->items > 0 && dist->participants < SHNOR_MAX_PARTICIPANTS)
	{
		REQUIRE(task_dist_count_row(&sum, &row) == TASK_DIST_OK);
		REQUIRE(task_dist_check(&sum) == TASK_DIST_OK);
		REQUIRE(task_dist_remove_row(&sum, &row) == TASK_DIST_OK);
		REQUIRE(has_bytes(&sum, size));
	}
	for (int n = 0; n < 5; n++)
	{
		(void) task_dist_remove_row(&sum, &row);
		REQUIRE(task_dist_check(&sum) == TASK_DIST_OK);
	}
}

/* Tries everything that must hold for a value that was accepted. */
static void
try_value(const TaskDist *dist)
{
	size_t		size = encode(dist, bytes);
	size_t		text_size = task_dist_text_size(dist);
	char	   *text = malloc(text_size);
	TaskDist	twin;
	TextSpan	span;
	int			items;
	int			columns;

	REQUIRE(task_dist_check(dist) == TASK_DIST_OK);

	/* the byte form is canonical and comes back */
	decode(bytes, size, &twin);
	REQUIRE(has_bytes(&twin, size));
	try_arithmetic(&twin, size);
	try_rows(&twin, size);
	free(twin.cell);

	/* no proper beginning of it is a value, nor is it with a byte more */
	for (size_t n = 0; n < size; n += 1 + size / 16)
		REQUIRE(task_dist_measure(bytes, n, &items, &columns) !=
				TASK_DIST_OK);
	bytes[size] = 0;
	REQUIRE(task_dist_measure(bytes, size + 1, &items, &columns) ==
			TASK_DIST_TRAILING);

	/* so does the text form */
	REQUIRE(text != NULL);
	task_dist_format(dist, text);
	REQUIRE(strlen(text) < text_size);
	REQUIRE(task_dist_parse(text, strlen(text), parse_cell, &twin, &span) ==
			TASK_DIST_OK);
	REQUIRE(has_bytes(&twin, size));
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TaskDist	value;
	TextSpan	span;
	int			items;
	int			columns;
	TaskDistResult result = task_dist_measure(data, size, &items, &columns);

	REQUIRE(strcmp(task_dist_result_text(result), "unknown trouble") != 0);
	if (result == TASK_DIST_OK)
	{
		decode(data, size, &value);
		REQUIRE(task_dist_encoded_size(&value) == size);
		task_dist_encode(&value, bytes);
		REQUIRE(memcmp(bytes, data, size) == 0);
		try_value(&value);
		free(value.cell);
	}

	result = task_dist_parse((const char *) data, size, parse_cell, &value,
							 &span);
	REQUIRE(span.start <= span.end && span.end <= size);
	if (result == TASK_DIST_OK)
		try_value(&value);
	return 0;
}
