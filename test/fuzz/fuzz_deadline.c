/*
 * fuzz_deadline.c
 *		Fuzz target of the parser of deadlines: the input is read as a phrase,
 *		and again as the numbers of words to make a phrase of.  Aborts where a
 *		promise is broken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deadline_core.h"
#include "deadline_lexer_core.h"

#define REQUIRE(condition) \
	do { \
		if (!(condition)) \
		{ \
			fprintf(stderr, "%s:%d: broken promise: %s\n" \
					"phrase: %.*s\nread: %.*s\n", \
					__FILE__, __LINE__, #condition, \
					(int) (source_len > 4000 ? 4000 : source_len), source, \
					(int) (tried_len > 4000 ? 4000 : tried_len), tried); \
			abort(); \
		} \
	} while (0)

/* The phrase at hand, and its normal form or it once more. */
static const char *source = "";
static size_t source_len = 0;
static const char *tried = "";
static size_t tried_len = 0;

static DeadlinePhrase phrase;
static DeadlinePhrase again;
static DeadlineOccurrence occurrences[SHNOR_DEADLINE_MAX_OCCURRENCES];
static DeadlineOccurrence same[SHNOR_DEADLINE_MAX_OCCURRENCES];

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold of the tables and the calendar, once. */
static void
check_tables(void)
{
	static bool checked = false;
	int			next = deadline_day(1800, 1, 1);

	if (checked)
		return;
	checked = true;
	for (int i = 0; i < deadline_nwords; i++)
	{
		const DeadlineEntry *entry = &deadline_words[i];
		DeadlineFolded folded;

		tried = entry->form;
		tried_len = strlen(tried);
		REQUIRE(i == 0 || strcmp(deadline_words[i - 1].form, tried) < 0);
		REQUIRE(2 * (size_t) entry->letters == tried_len);
		deadline_fold(tried, tried_len, &folded);
		REQUIRE(folded.letters == entry->letters);
		REQUIRE(memcmp(folded.bytes, tried, tried_len) == 0);
		REQUIRE(deadline_find_word(&folded) == entry);
		REQUIRE(deadline_letter_set(&folded) == entry->letter_set);
	}
	REQUIRE(deadline_day(2000, 1, 1) == 0);
	REQUIRE(deadline_day(2023, 9, 1) == 8644);
	for (int year = 1800; year < 2300; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= deadline_month_days(year, month); day++)
			{
				int			y;
				int			m;
				int			d;

				REQUIRE(deadline_day(year, month, day) == next);
				deadline_civil(next, &y, &m, &d);
				REQUIRE(y == year && m == month && d == day);
				next++;
			}
}

/* Tries everything that must hold of a text. */
static void
try_text(const char *text, size_t len)
{
	static const int32_t terms[][2] = {
		{8643, 8700}, {8711, 8764}, {8774, 8846}, {8856, 8911}, {9010, 9100}
	};
	static const int32_t plans[][2] = {{8401, 8765}, {8644, 9009}, {8401, 15705}};
	DeadlineCalendar calendars[] = {{0, NULL}, {5, terms}};
	char	   *normal = malloc(DEADLINE_TEXT_SIZE(len));
	char	   *normal2;
	size_t		normal_len;
	size_t		normal2_len;

	source = tried = text;
	source_len = tried_len = len;
	deadline_parse(text, len, &phrase);
	normal_len = deadline_canonical(&phrase, normal, DEADLINE_TEXT_SIZE(len));
	REQUIRE(normal_len < DEADLINE_TEXT_SIZE(len));
	REQUIRE(phrase.nparts <= DEADLINE_MAX_PARTS);
	REQUIRE(phrase.nspans <= DEADLINE_MAX_SPANS);
	REQUIRE((phrase.kind == DEADLINE_UNRECOGNISED) == (phrase.nparts == 0));
	REQUIRE(phrase.kind != DEADLINE_UNRECOGNISED ||
			(phrase.position >= 1 &&
			 (size_t) phrase.position <= len + 1 &&
			 phrase.position <= SHNOR_DEADLINE_MAX_CHARS + 1));
	for (int i = 0; i < phrase.nparts; i++)
	{
		const DeadlinePart *part = &phrase.parts[i];

		REQUIRE(part->first_span + part->nspans <= phrase.nspans);
		REQUIRE(part->anchor_start <= part->anchor_end &&
				part->anchor_end <= len);
		REQUIRE(part->text_start <= part->text_end && part->text_end <= len);
		REQUIRE(part->kind > DEADLINE_UNRECOGNISED &&
				part->kind < DEADLINE_COMPOSITE);
	}

	/* the normal form is its own and means the same */
	normal2 = malloc(DEADLINE_TEXT_SIZE(normal_len));
	tried = normal;
	tried_len = normal_len;
	if (phrase.kind == DEADLINE_UNRECOGNISED &&
		normal_len > SHNOR_DEADLINE_MAX_CHARS)
		phrase.position = 1;
	else
	{
		deadline_parse(normal, normal_len, &again);
		REQUIRE(again.kind == phrase.kind ||
				phrase.kind == DEADLINE_UNRECOGNISED);
		if (again.kind == phrase.kind)
		{
			normal2_len = deadline_canonical(&again, normal2,
											 DEADLINE_TEXT_SIZE(normal_len));
			REQUIRE(normal2_len == normal_len &&
					memcmp(normal2, normal, normal_len) == 0);
		}
	}

	/* two of the plans and calendars */
	for (int k = (int) (len % 3);
		 k < 6 && phrase.kind != DEADLINE_UNRECOGNISED; k += 3)
	{
		const int32_t *plan = plans[k % 3];
		int			n = deadline_expand(&phrase, plan[0], plan[1],
										&calendars[k / 3], occurrences);
		int			n2 = deadline_expand(&again, plan[0], plan[1],
										 &calendars[k / 3], same);

		REQUIRE(n >= 1 && n <= SHNOR_DEADLINE_MAX_OCCURRENCES);
		REQUIRE(n == n2);
		for (int i = 0; i < n; i++)
		{
			const DeadlineOccurrence *one = &occurrences[i];
			char		note[DEADLINE_TEXT_SIZE(8192)];

			REQUIRE(one->starts_on == same[i].starts_on &&
					one->due_on == same[i].due_on &&
					one->part == same[i].part && one->flags == same[i].flags);
			REQUIRE(one->part < phrase.nparts);
			REQUIRE(one->starts_on == DEADLINE_NO_DAY ||
					one->due_on == DEADLINE_NO_DAY ||
					one->starts_on <= one->due_on);
			REQUIRE(i == 0 || occurrences[i - 1].part < one->part ||
					(occurrences[i - 1].part == one->part &&
					 occurrences[i - 1].due_on <= one->due_on));
			REQUIRE(one->due_on == DEADLINE_NO_DAY ||
					(one->due_on > deadline_day(1900, 1, 1) &&
					 one->due_on < deadline_day(2300, 1, 1)));
			if (i < 3 && len < 8192)
				REQUIRE(deadline_note(&phrase, one->part, one->flags, note,
									  sizeof(note)) < sizeof(note));
		}
		/* every part has a row */
		REQUIRE(occurrences[0].part == 0 &&
				occurrences[n - 1].part == phrase.nparts - 1);
		for (int i = 1; i < n; i++)
			REQUIRE(occurrences[i].part <= occurrences[i - 1].part + 1);
	}
	free(normal);
	free(normal2);
}

/* Makes a phrase of words, signs and numbers that the bytes stand for. */
static void
try_words(const uint8_t *data, size_t size)
{
	static const char *const signs[] = {
		", ", "; ", ": ", "-", " - ", "/", ".", " (", ") ", " 2023", " 2024 ",
		" 2023/2024 ", " 1", " 2 ", " 3", " 10", " 31 ", " 01.10.2024", " 15.03",
		" II ", " IV", " I", " 5-", " 23 ", "\n", " 1990 ", " 2100"
	};
	size_t		nsigns = sizeof(signs) / sizeof(signs[0]);
	char		text[4096];
	size_t		len = 0;

	for (size_t i = 0; i + 1 < size && len < sizeof(text) - 64; i += 2)
	{
		size_t		number = data[i] * 256u + data[i + 1];
		const char *word;

		if (number % 3 == 0)
			word = signs[number / 3 % nsigns];
		else
		{
			word = deadline_words[number % (size_t) deadline_nwords].form;
			text[len++] = ' ';
		}
		memcpy(text + len, word, strlen(word));
		len += strlen(word);
	}
	try_text(text, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_tables();
	try_text((const char *) data, size);
	try_words(data, size);
	if (size > 8 && data[1] == data[size - 1] && data[2] == data[size - 2] &&
		data[3] == data[size - 3])
	{
		/* the same over and over, a megabyte */
		size_t		len = 1 << 20;
		char	   *text = malloc(len);

		for (size_t at = 0; at < len; at += size)
			memcpy(text + at, data, len - at < size ? len - at : size);
		try_text(text, len);
		free(text);
	}
	return 0;
}
