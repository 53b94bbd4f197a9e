/*
 * deadline_lexer_core.c
 *		Cutting a deadline phrase into tokens; its own case folding, so that no
 *		locale has a say.
 */
#include "deadline_lexer_core.h"

#include <string.h>

/*
 * Decodes a character; returns its bytes.  A byte that begins no valid
 * character counts as one, U+FFFD.
 */
size_t
deadline_decode(const unsigned char *p, const unsigned char *end, uint32_t *c)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t		n = p[0] < 0x80 ? 1 : p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 :
	p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;

	if (n == 1)
	{
		*c = p[0];
		return 1;
	}
	if (n == 2 && end - p >= 2 && (p[1] & 0xC0) == 0x80)
	{
		*c = (uint32_t) (p[0] & 0x1F) << 6 | (p[1] & 0x3F);
		return 2;
	}
	if (n > 2 && (size_t) (end - p) >= n)
	{
		uint32_t	value = p[0] & (0x7Fu >> n);
		size_t		i;

		for (i = 1; i < n && (p[i] & 0xC0) == 0x80; i++)
			value = value << 6 | (p[i] & 0x3F);
		if (i == n && value >= smallest[n] && value <= 0x10FFFF &&
			(value < 0xD800 || value > 0xDFFF))
		{
			*c = value;
			return n;
		}
	}
	*c = 0xFFFD;
	return 1;
}

/* The same, quicker for ASCII and Cyrillic. */
static inline size_t
decode(const unsigned char *p, const unsigned char *end, uint32_t *c)
{
	if (p[0] < 0x80)
	{
		*c = p[0];
		return 1;
	}
	if ((p[0] == 0xD0 || p[0] == 0xD1) && end - p >= 2 &&
		(p[1] & 0xC0) == 0x80)
	{
		*c = (uint32_t) (p[0] & 0x1F) << 6 | (p[1] & 0x3F);
		return 2;
	}
	return deadline_decode(p, end, c);
}

/* Is it white space, or a control character? */
bool
deadline_is_space(uint32_t c)
{
	return c <= ' ' || c == 0x7F || c == 0x85 || c == 0xA0 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
		c == 0x202F || c == 0x205F || c == 0x3000;
}

/* Does it leave no trace, in a word as between words? */
static bool
is_invisible(uint32_t c)
{
	return c == 0xAD || (c >= 0x200B && c <= 0x200F) || c == 0x2060 ||
		c == 0xFEFF || c == 0x301 || c == 0x300;
}

/* Does it set words off without meaning anything here? */
static bool
is_quote(uint32_t c)
{
	return c == '"' || c == '\'' || c == '`' || c == '*' || c == '_' ||
		c == 0xAB || c == 0xBB || (c >= 0x2018 && c <= 0x201F);
}

/* Is it one of the many dashes? */
static bool
is_dash(uint32_t c)
{
	return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 ||
		c == 0x2E3A || c == 0xFE58 || c == 0xFE63 || c == 0xFF0D;
}

/*
 * Returns the letter in the table's alphabet: lower-case Cyrillic, ё as е, and
 * for a Latin letter the Cyrillic one it looks like; other letters in lower
 * case, 0 for what is no letter.
 */
static uint32_t
fold_letter(uint32_t c)
{
	/* а to я where a Latin letter looks like one, for a to z */
	static const uint16_t like_lower[26] = {
		0x430, 0x44C, 0x441, 0, 0x435, 0, 0, 0, 0, 0, 0x43A, 0, 0x43C,
		0, 0x43E, 0x440, 0, 0, 0, 0x442, 0, 0, 0, 0x445, 0x443, 0
	};
	static const uint16_t like_upper[26] = {
		0x430, 0x432, 0x441, 0, 0x435, 0, 0, 0x43D, 0, 0, 0x43A, 0, 0x43C,
		0, 0x43E, 0x440, 0, 0, 0, 0x442, 0, 0, 0, 0x445, 0x443, 0
	};

	if (c >= 0x430 && c <= 0x44F)
		return c;
	if (c >= 0x410 && c <= 0x42F)
		return c + 0x20;
	if (c == 0x451 || c == 0x401)
		return 0x435;
	if (c >= 'a' && c <= 'z')
		return like_lower[c - 'a'] ? like_lower[c - 'a'] : c;
	if (c >= 'A' && c <= 'Z')
		return like_upper[c - 'A'] ? like_upper[c - 'A'] : c + 0x20;
	if (c == 0x406 || c == 0x456 || c == 0x4C0 || c == 0x4CF)
		return 'i';
	if ((c >= 0x400 && c <= 0x52F) ||
		(c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7))
		return c;
	return 0;
}

/*
 * Adds a character to a word folded so far; false when the word cannot be in
 * the table.
 */
static inline bool
fold_add(DeadlineFolded *folded, uint32_t c)
{
	char	   *next = &folded->bytes[2 * folded->letters];
	uint32_t	letter = fold_letter(c);

	if (letter >= 0x430 && letter <= 0x44F)
	{
		if (folded->letters == DEADLINE_WORD_LETTERS)
			return false;
		next[0] = (char) (0xC0 | letter >> 6);
		next[1] = (char) (0x80 | (letter & 0x3F));
		folded->letters++;
		return true;
	}
	/* и with a breve is й */
	if (c == 0x306 && folded->letters > 0 && next[-2] == '\xD0' &&
		next[-1] == '\xB8')
		next[-1] = '\xB9';
	return c == 0x306 || c == 0x308 || is_invisible(c);
}

/*
 * Folds a word, combining marks included, to the alphabet of the table.
 */
void
deadline_fold(const char *text, size_t len, DeadlineFolded *out)
{
	const unsigned char *p = (const unsigned char *) text;
	const unsigned char *end = p + len;

	out->letters = 0;
	while (p < end)
	{
		uint32_t	c;

		p += decode(p, end, &c);
		if (!fold_add(out, c))
		{
			out->letters = 0;
			return;
		}
	}
}

/*
 * Returns the value of one Roman digit, whatever letters stand for it, or 0.
 */
static int
roman_digit(uint32_t c)
{
	switch (c)
	{
		case 'I':
		case 'i':
		case 'l':
		case 0x406:
		case 0x456:
		case 0x4C0:
		case 0x4CF:
			return 1;
		case 'V':
		case 'v':
		case 0x423:
		case 0x443:
			return 5;
		case 'X':
		case 'x':
		case 0x425:
		case 0x445:
			return 10;
		default:
			return 0;
	}
}

/* Adds a character to a Roman number of 1 to 12 in lax notation. */
typedef struct RomanNumber
{
	int			total;
	int			last;
	bool		valid;
} RomanNumber;

static void
roman_add(RomanNumber *roman, uint32_t c)
{
	int			digit = roman_digit(c);

	if (digit == 0 || roman->total > 30)
		roman->valid = false;
	else
	{
		roman->total += digit;
		if (roman->last != 0 && roman->last < digit)
			roman->total -= 2 * roman->last;
		roman->last = digit;
	}
}

/* Is it an ending of an ordinal written in figures, as in 5-го? */
static bool
is_ordinal_ending(const DeadlineFolded *folded)
{
	static const char *const endings[] = {
		"й", "ый", "ой", "го", "ого", "его", "е", "ое", "ая", "я", "му",
		"м", "ом", "ем", "ю", "ую", "х", "ти", "и", "ей"
	};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (strlen(endings[i]) == 2 * (size_t) folded->letters &&
			memcmp(endings[i], folded->bytes, strlen(endings[i])) == 0)
			return true;
	return false;
}

/*
 * Reads the letters at p; returns where they end and the number of characters
 * in *chars, and what the word is.
 */
static const unsigned char *
scan_word(const unsigned char *p, const unsigned char *end,
		  DeadlineToken *token, int *chars)
{
	RomanNumber roman = {0, 0, true};
	DeadlineFolded folded;
	const DeadlineEntry *entry;
	bool		tabled = true;

	folded.letters = 0;
	*chars = 0;
	while (p < end)
	{
		uint32_t	c;
		size_t		n = decode(p, end, &c);

		if (c == 0x306 || c == 0x308 || is_invisible(c))
			roman.valid = roman.valid && is_invisible(c);
		else if (fold_letter(c) != 0)
			roman_add(&roman, c);
		else
			break;
		tabled = tabled && fold_add(&folded, c);
		p += n;
		(*chars)++;
	}
	if (!tabled)
		folded.letters = 0;
	entry = deadline_find_word(&folded);
	token->type = T_WORD;
	token->word = entry ? entry->word : W_UNKNOWN;
	token->value = entry ? entry->value : 0;
	token->guessed = entry != NULL;
	if (roman.valid && roman.total >= 1 && roman.total <= 12)
		token->roman = (uint8_t) roman.total;
	else if (folded.letters == 1 && folded.bytes[0] == '\xD0' &&
			 folded.bytes[1] == '\xBF')
		token->roman = 2;		/* П for II */
	else if (folded.letters == 1 && folded.bytes[0] == '\xD1' &&
			 folded.bytes[1] == '\x88')
		token->roman = 3;		/* Ш for III */
	return p;
}

/*
 * Skips the ending of a number, with its dash or without; returns where it
 * ends and its characters in *chars, or p when there is none.  After a Roman
 * number another one is no ending.
 */
static const unsigned char *
skip_ordinal_ending(const unsigned char *p, const unsigned char *end,
					bool after_roman, int *chars)
{
	const unsigned char *q = p;
	DeadlineToken word = {0};
	DeadlineFolded folded;
	const unsigned char *stop;
	uint32_t	c;
	int			letters;
	int			dash = 0;

	if (q < end)
	{
		size_t		n = deadline_decode(q, end, &c);

		if (is_dash(c))
		{
			q += n;
			dash = 1;
		}
	}
	if (q >= end)
		return p;
	deadline_decode(q, end, &c);
	if (fold_letter(c) < 0x430)
		return p;
	stop = scan_word(q, end, &word, &letters);
	deadline_fold((const char *) q, (size_t) (stop - q), &folded);
	if (folded.letters == 0 || !is_ordinal_ending(&folded) ||
		(after_roman && word.roman != 0))
		return p;
	*chars = letters + dash;
	return stop;
}

/*
 * Cuts text of len bytes into tokens, closed by a T_END that stands where the
 * text ends, or where it grows too long to be read.  Returns their number
 * without the last, or -1 when the text is too long.  There is room for
 * DEADLINE_MAX_TOKENS + 1.
 */
int
deadline_tokens(const char *text, size_t len, DeadlineToken *tokens)
{
	/* a character has at most four bytes */
	const size_t max_bytes = 4 * SHNOR_DEADLINE_MAX_CHARS + 4;
	const unsigned char *base = (const unsigned char *) text;
	const unsigned char *end = base + (len < max_bytes ? len : max_bytes);
	const unsigned char *p = base;
	int			place = 1;
	int			count = 0;

	for (;;)
	{
		DeadlineToken *token = &tokens[count];
		uint32_t	c;
		size_t		n;
		int			chars = 1;
		uint32_t	letter;

		memset(token, 0, sizeof(DeadlineToken));
		token->start = token->end = (uint16_t) (p - base);
		token->place = (uint16_t) place;
		if (p == end && end == base + len)
			return count;
		if (p == end || place > SHNOR_DEADLINE_MAX_CHARS ||
			count == DEADLINE_MAX_TOKENS)
			return -1;
		n = decode(p, end, &c);
		letter = fold_letter(c);
		if (deadline_is_space(c) || is_invisible(c) || is_quote(c))
		{
			p += n;
			place++;
			continue;
		}
		if (c >= '0' && c <= '9')
		{
			const unsigned char *q = p;
			const unsigned char *stop;
			int			more = 0;

			token->type = T_NUMBER;
			while (q < end && *q >= '0' && *q <= '9')
			{
				if (token->number <= 99999999)
					token->number = token->number * 10 + (*q - '0');
				if (token->digits < 100)
					token->digits++;
				q++;
			}
			chars = (int) (q - p);
			stop = skip_ordinal_ending(q, end, false, &more);
			token->ordinal = stop != q;
			chars += more;
			p = stop;
		}
		else if (letter != 0)
		{
			p = scan_word(p, end, token, &chars);
			if (token->roman != 0 && token->word == W_UNKNOWN)
			{
				int			more = 0;

				p = skip_ordinal_ending(p, end, true, &more);
				chars += more;
			}
		}
		else
		{
			if (c >= 0x2160 && c <= 0x217B)
			{
				int			value = (int) ((c - 0x2160) % 16) + 1;

				token->type = T_WORD;
				token->roman = value <= 12 ? (uint8_t) value : 0;
			}
			else if (is_dash(c))
				token->type = T_DASH;
			else if (c == ',')
				token->type = T_COMMA;
			else if (c == ';')
				token->type = T_SEMICOLON;
			else if (c == ':')
				token->type = T_COLON;
			else if (c == '/')
				token->type = T_SLASH;
			else if (c == '(')
				token->type = T_OPEN;
			else if (c == ')')
				token->type = T_CLOSE;
			else if (c == '.')
			{
				if (count == 0 || tokens[count - 1].type != T_NUMBER)
				{
					p += n;
					place++;
					continue;
				}
				token->type = T_DOT;
			}
			else
				token->type = T_OTHER;
			p += n;
		}
		place += chars;
		if (place > SHNOR_DEADLINE_MAX_CHARS + 1)
			return -1;
		token->end = (uint16_t) (p - base);
		count++;
	}
}
