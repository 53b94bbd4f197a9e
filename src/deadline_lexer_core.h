/*
 * deadline_lexer_core.h
 *		Tokens of a deadline phrase, and the words that deadlines are made of.
 *
 * Private to the parser of deadlines (deadline_*_core.c).
 */
#ifndef SHNOR_DEADLINE_LEXER_CORE_H
#define SHNOR_DEADLINE_LEXER_CORE_H

#include "deadline_core.h"

typedef enum DeadlineWord
{
	W_UNKNOWN,
	W_MONTH,
	W_ORDINAL,
	W_LAST,
	W_CARDINAL,
	W_TIMES_ADVERB,
	W_TIMES,
	W_UNIT,
	W_YEARS,
	W_ROADMAP,
	W_SCHOOL,
	W_CALENDAR,
	W_FREQUENCY,
	W_EACH,
	W_UNTIL,
	W_TOWARDS,
	W_SINCE,
	W_BY,
	W_IN,
	W_ON,
	W_PER,
	W_NOT,
	W_AND,
	W_THAN,
	W_LATER,
	W_EARLIER,
	W_SELDOMER,
	W_OFTENER,
	W_LESS,
	W_MORE,
	W_MINIMUM,
	W_COURSE,
	W_SPAN,
	W_TERM_TIME,
	W_EXECUTION,
	W_ALL,
	W_END,
	W_START,
	W_MIDDLE,
	W_HALF_OF,
	W_DECADE,
	W_DAY_NUMBER,
	W_CONSTANTLY,
	W_YEAR_ROUND,
	W_CONSTANT,
	W_BASIS,
	W_INCLUSIVE,
	W_THEN,
	W_BEGINNING,
	W_CURRENT,
	W_NEXT,
	W_REPORTED,
	W_REALISATION,
	W_PLAN,
	W_SCHEDULE,
	W_SEPARATE,
	W_WORK,
	W_ACCORDANCE,
	W_ACCORDING,
	W_AFTER,
	W_BEFORE,
	W_AT,
	W_THROUGH,
	W_FROM,
	W_MOMENT,
	W_MEASURE,
	W_NEED,
	W_RESULT,
	W_ANCHOR_NOUN,
	W_OCCASION,
	W_EVENT_NOUN,
	W_WORKING,
	W_WEEKDAY,
	W_EMPTY,
	W_FORMAT_ADJECTIVE,
	W_FORMAT
} DeadlineWord;

/* The longest word looked up, in letters; the table's longest has 14. */
#define DEADLINE_WORD_LETTERS 24

typedef enum DeadlineTokenType
{
	T_END,
	T_NUMBER,
	T_WORD,
	T_DASH,
	T_COMMA,
	T_SEMICOLON,
	T_COLON,
	T_DOT,						/* only after a number */
	T_SLASH,
	T_OPEN,
	T_CLOSE,
	T_OTHER
} DeadlineTokenType;

typedef struct DeadlineToken
{
	uint8_t		type;			/* DeadlineTokenType */
	uint8_t		word;			/* DeadlineWord, of a word */
	uint8_t		value;			/* what the word stands for */
	uint8_t		roman;			/* a word that may be a Roman number: 1..12 */
	uint8_t		digits;			/* of a number */
	bool		ordinal;		/* a number with an ending: 5-го */
	bool		guessed;		/* misspelling was already looked for */
	uint16_t	start;			/* bytes */
	uint16_t	end;
	uint16_t	place;			/* characters, from 1 */
	int32_t		number;			/* of a number, at most 999999999 */
} DeadlineToken;

/* A word in the table's form: lower-case Cyrillic, ё as е, two bytes each. */
typedef struct DeadlineFolded
{
	int			letters;		/* 0 when it has other letters or too many */
	char		bytes[2 * DEADLINE_WORD_LETTERS];
} DeadlineFolded;

typedef struct DeadlineEntry
{
	const char *form;
	uint8_t		letters;
	uint8_t		word;			/* DeadlineWord */
	uint8_t		value;
	uint32_t	letter_set;		/* bits from а up */
} DeadlineEntry;

/* Texts of the normal form; the comments of deadline_words.inc tell more. */
typedef enum DeadlineText
{
	TEXT_SEPARATE_PLAN,
	TEXT_SEPARATE_SCHEDULE,
	TEXT_WORK_PLAN,
	TEXT_HALF_MONTH,			/* first, its genitive, second, its genitive */
	TEXT_TEN_DAYS = TEXT_HALF_MONTH + 4,
	TEXT_WEEK = TEXT_TEN_DAYS + 2,
	TEXT_LAST = TEXT_WEEK + 2,
	TEXT_AT_LEAST = TEXT_LAST + 2,
	TEXT_AT_MOST,
	TEXT_TIMES,					/* for five, for two */
} DeadlineText;

typedef enum DeadlineStem
{
	STEM_PROCEDURE,
	STEM_AGREEMENT,
	STEM_CONTRACT,
	STEM_ASSESSMENTS,			/* and all after it */
	STEM_END = STEM_ASSESSMENTS + 9
} DeadlineStem;

extern const char *const deadline_months[2][12];
extern const char *const deadline_units[10][6];
extern const char *const deadline_adverbs[10];
extern const char *const deadline_weekdays[8];
extern const char *const deadline_texts[];
extern const char *const deadline_stems[];
extern const DeadlineEntry deadline_words[];
extern const int deadline_nwords;

extern int	deadline_tokens(const char *text, size_t len,
							DeadlineToken *tokens);
extern void deadline_fold(const char *text, size_t len, DeadlineFolded *out);
extern size_t deadline_decode(const unsigned char *p,
							  const unsigned char *end, uint32_t *c);
extern bool deadline_is_space(uint32_t c);
extern uint32_t deadline_letter_set(const DeadlineFolded *folded);
extern const DeadlineEntry *deadline_find_word(const DeadlineFolded *folded);
extern void deadline_guess_token(DeadlineToken *token, const char *text);

#endif							/* SHNOR_DEADLINE_LEXER_CORE_H */
