/*
 * fuzz_score_dist.c
 *		Fuzz target of the pure-C core of score_dist: the input is read as a
 *		byte form and as a text form.  Aborts where the core breaks a promise.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "score_dist_core.h"

#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: broken promise: %s\n", \
					__FILE__, __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

static ScoreDistBuffer value;
static ScoreDistBuffer twin;
static ScoreDistBuffer sum;
static uint8_t bytes[SCORE_DIST_MAX_BYTES];
static uint8_t twin_bytes[SCORE_DIST_MAX_BYTES];

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Encodes into memory of exactly the size promised; returns that. */
static size_t
encode(const ScoreDist *dist, uint8_t *out)
{
	size_t		size = score_dist_encoded_size(dist);
	uint8_t    *exact;

	REQUIRE(size <= SCORE_DIST_MAX_BYTES);
	exact = malloc(size);
	REQUIRE(exact != NULL);
	score_dist_encode(dist, exact);
	memcpy(out, exact, size);
	free(exact);
	return size;
}

/* Tries everything that must hold for a value that was accepted. */
static void
try_value(const ScoreDist *dist)
{
	size_t		size = encode(dist, bytes);
	size_t		text_size = score_dist_text_size(dist);
	char	   *text = malloc(text_size);
	TextSpan	span;
	ScoreDistResult result;

	REQUIRE(score_dist_check(dist) == SCORE_DIST_OK);

	/* the byte form is canonical and comes back */
	REQUIRE(score_dist_decode(bytes, size, &twin) == SCORE_DIST_OK);
	REQUIRE(score_dist_check(&twin.dist) == SCORE_DIST_OK);
	REQUIRE(twin.dist.nbins ==
			score_dist_bins_for(score_dist_highest(&twin.dist)));
	REQUIRE(encode(&twin.dist, twin_bytes) == size);
	REQUIRE(memcmp(bytes, twin_bytes, size) == 0);

	/* no proper beginning of it is a value, nor is it with a byte more */
	for (size_t n = 0; n < size; n += 1 + size / 16)
		REQUIRE(score_dist_decode(bytes, n, &twin) != SCORE_DIST_OK);
	if (size < sizeof(bytes))
	{
		bytes[size] = 0;
		REQUIRE(score_dist_decode(bytes, size + 1, &twin) != SCORE_DIST_OK);
	}

	/* so does the text form */
	REQUIRE(text != NULL);
	score_dist_format(dist, text);
	REQUIRE(strlen(text) < text_size);
	REQUIRE(score_dist_parse(text, strlen(text), &twin, &span) ==
			SCORE_DIST_OK);
	REQUIRE(encode(&twin.dist, twin_bytes) == size);
	REQUIRE(memcmp(bytes, twin_bytes, size) == 0);
	free(text);

	/* 0 + a = a; a + a - a = a; a - a = 0 */
	score_dist_init(&sum.dist, sum.bin, SCORE_DIST_MAX_BINS);
	REQUIRE(score_dist_add(&sum.dist, dist) == SCORE_DIST_OK);
	REQUIRE(score_dist_check(&sum.dist) == SCORE_DIST_OK);
	result = score_dist_add(&sum.dist, dist);
	if (dist->participants > SHNOR_MAX_PARTICIPANTS / 2)
		REQUIRE(result == SCORE_DIST_TOO_MANY);
	else
	{
		REQUIRE(result == SCORE_DIST_OK);
		REQUIRE(score_dist_check(&sum.dist) == SCORE_DIST_OK);
		REQUIRE(score_dist_subtract(&sum.dist, dist) == SCORE_DIST_OK);
	}
	REQUIRE(score_dist_check(&sum.dist) == SCORE_DIST_OK);
	REQUIRE(encode(&sum.dist, twin_bytes) == size);
	REQUIRE(memcmp(bytes, twin_bytes, size) == 0);
	REQUIRE(score_dist_subtract(&sum.dist, dist) == SCORE_DIST_OK);
	REQUIRE(encode(&sum.dist, twin_bytes) == 2);
	if (dist->participants > 0)
	{
		REQUIRE(score_dist_subtract(&sum.dist, dist) == SCORE_DIST_NEGATIVE);
		REQUIRE(sum.dist.participants == 0);
	}

	/* taking participants away one by one never gives an invalid value */
	(void) score_dist_add(&sum.dist, dist);
	for (int c = 0; c < SCORE_DIST_CELLS; c++)
	{
		int			score = c % 2 ? -1 : score_dist_lowest(&sum.dist);

		if (score >= 0 || c >= SCORE_DIST_MARKS)
			(void) score_dist_remove_one(&sum.dist, score, c);
		REQUIRE(score_dist_check(&sum.dist) == SCORE_DIST_OK);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TextSpan	span;
	ScoreDistResult result = score_dist_decode(data, size, &value);

	REQUIRE(strcmp(score_dist_result_text(result), "unknown trouble") != 0);
	if (result == SCORE_DIST_OK)
	{
		REQUIRE(score_dist_encoded_size(&value.dist) == size);
		score_dist_encode(&value.dist, bytes);
		REQUIRE(memcmp(bytes, data, size) == 0);
		try_value(&value.dist);
	}

	result = score_dist_parse((const char *) data, size, &value, &span);
	REQUIRE(span.start <= span.end && span.end <= size);
	if (result == SCORE_DIST_OK)
		try_value(&value.dist);
	return 0;
}
