/*
 * deadline_words_core.c
 *		The words that deadlines are made of, in every form, and how a
 *		misspelt one is recognised.
 */
#include "deadline_lexer_core.h"

#include <string.h>

#include "deadline_words.inc"

const int	deadline_nwords = sizeof(deadline_words) / sizeof(deadline_words[0]);

/* Returns the entry of a word spelt as in the table, or NULL. */
const DeadlineEntry *
deadline_find_word(const DeadlineFolded *folded)
{
	int			low = 0;
	int			high = deadline_nwords;

	if (folded->letters == 0)
		return NULL;
	while (low < high)
	{
		int			mid = (low + high) / 2;
		const DeadlineEntry *entry = &deadline_words[mid];
		int			shorter = entry->letters < folded->letters ?
		entry->letters : folded->letters;
		int			order = memcmp(folded->bytes, entry->form,
								   2 * (size_t) shorter);

		if (order == 0)
			order = folded->letters - entry->letters;
		if (order == 0)
			return entry;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

/* Returns the set of a word's letters, a bit each from а up. */
uint32_t
deadline_letter_set(const DeadlineFolded *folded)
{
	uint32_t	set = 0;

	for (int i = 0; i < folded->letters; i++)
	{
		/* а to п are D0 B0 to D0 BF, the others D1 80 to D1 8F */
		int			letter = folded->bytes[2 * i + 1] & 0x0F;

		if (folded->bytes[2 * i] == '\xD1')
			letter += 16;
		set |= UINT32_C(1) << letter;
	}
	return set;
}

/* Returns the number of bits set. */
static int
count_bits(uint32_t bits)
{
	bits -= bits >> 1 & 0x55555555;
	bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
	return (int) (((bits + (bits >> 4)) & 0x0F0F0F0F) * 0x01010101u >> 24);
}

/* Are letter i of a and letter j of b the same? */
static bool
same_letter(const char *a, int i, const char *b, int j)
{
	return a[2 * i] == b[2 * j] && a[2 * i + 1] == b[2 * j + 1];
}

/*
 * Returns the number of letters to insert, delete, replace or swap with a
 * neighbour to make b of a, or limit + 1 when it is above limit (1 or 2).
 * Optimal string alignment: no letter is edited twice.
 */
static int
distance(const char *a, int na, const char *b, int nb, int limit)
{
	uint8_t		rows[3][DEADLINE_WORD_LETTERS + 1];
	uint8_t    *older = rows[0];
	uint8_t    *old = rows[1];
	uint8_t    *now = rows[2];

	while (na > 0 && nb > 0 && same_letter(a, na - 1, b, nb - 1))
	{
		na--;
		nb--;
	}
	while (na > 0 && nb > 0 && same_letter(a, 0, b, 0))
	{
		a += 2;
		b += 2;
		na--;
		nb--;
	}
	if (na == 0 || nb == 0)
		return na + nb <= limit ? na + nb : limit + 1;

	/* what is left is edited at both ends */
	if (limit == 1)
	{
		if (na == 1 && nb == 1)
			return 1;
		return na == 2 && nb == 2 && same_letter(a, 0, b, 1) &&
			same_letter(a, 1, b, 0) ? 1 : 2;
	}
	for (int j = 0; j <= nb; j++)
		old[j] = (uint8_t) j;
	for (int i = 1; i <= na; i++)
	{
		uint8_t    *swap;
		int			best = now[0] = (uint8_t) i;

		for (int j = 1; j <= nb; j++)
		{
			int			d = old[j - 1] +
			(same_letter(a, i - 1, b, j - 1) ? 0 : 1);

			if (old[j] + 1 < d)
				d = old[j] + 1;
			if (now[j - 1] + 1 < d)
				d = now[j - 1] + 1;
			if (i > 1 && j > 1 && same_letter(a, i - 1, b, j - 2) &&
				same_letter(a, i - 2, b, j - 1) && older[j - 2] + 1 < d)
				d = older[j - 2] + 1;
			now[j] = (uint8_t) d;
			if (d < best)
				best = d;
		}
		if (best > limit)
			return limit + 1;
		swap = older;
		older = old;
		old = now;
		now = swap;
	}
	return old[nb];
}

/*
 * Returns the entry that a misspelt word stands for, or NULL.
 *
 * A form of six letters or more may have one error, one of nine or more two.
 * Shorter words are not guessed: карта is one letter from марта.  When forms of
 * different meaning are equally near, there is no answer.
 */
static const DeadlineEntry *
guess_word(const DeadlineFolded *folded)
{
	const DeadlineEntry *found = NULL;
	int			nearest = 3;
	bool		ambiguous = false;
	uint32_t	letters = deadline_letter_set(folded);

	if (folded->letters < 5)
		return NULL;
	for (int i = 0; i < deadline_nwords; i++)
	{
		const DeadlineEntry *entry = &deadline_words[i];
		int			gap = entry->letters - folded->letters;
		int			limit = entry->letters < 9 ? 1 : 2;
		int			d;

		if (entry->letters < 6)
			continue;
		if (limit > nearest)
			limit = nearest;
		if (gap > limit || -gap > limit)
			continue;
		/* an edit takes one letter away and brings one at most */
		if (count_bits(letters ^ entry->letter_set) > 2 * limit)
			continue;
		d = distance(folded->bytes, folded->letters,
					 entry->form, entry->letters, limit);
		if (d > limit)
			continue;
		if (d < nearest)
		{
			nearest = d;
			found = entry;
			ambiguous = false;
		}
		else if (found->word != entry->word || found->value != entry->value)
			ambiguous = true;
	}
	return ambiguous ? NULL : found;
}

/* Looks for the word that a token of the text misspells, if it does, once. */
void
deadline_guess_token(DeadlineToken *token, const char *text)
{
	DeadlineFolded folded;
	const DeadlineEntry *entry;

	token->guessed = true;
	deadline_fold(text + token->start, (size_t) (token->end - token->start),
				  &folded);
	entry = guess_word(&folded);
	if (entry != NULL)
	{
		token->word = entry->word;
		token->value = entry->value;
	}
}
