/*
 * deadline_cursor_core.h
 *		Looking at the tokens of a phrase and going on over them.
 *
 * Private to the parser of deadlines (deadline_*_core.c).  What takes returns
 * whether the token was there; when not, the parser stands where it stood.
 */
#ifndef SHNOR_DEADLINE_CURSOR_CORE_H
#define SHNOR_DEADLINE_CURSOR_CORE_H

#include "deadline_grammar_core.h"

/* Puts the parser back; returns false, for the caller to return. */
static inline bool
back(DeadlineParser *parser, int at)
{
	parser->at = at;
	return false;
}

/* The same for words that can be read, of something that does not exist. */
static inline bool
wrong(DeadlineParser *parser, int at)
{
	parser->wrong = at;
	return back(parser, at);
}

/* Drops the elements and spans from these numbers on. */
static inline bool
drop(DeadlineParser *parser, int at, int nelements, int nspans)
{
	parser->nelements = nelements;
	parser->phrase->nspans = (uint8_t) nspans;
	return back(parser, at);
}

/* Goes on by n tokens, which are there. */
static inline void
step(DeadlineParser *parser, int n)
{
	parser->at += n;
	if (parser->at > parser->furthest)
		parser->furthest = parser->at;
}

static inline bool
take_type(DeadlineParser *parser, int type)
{
	if (parser->tokens[parser->at].type != type)
		return false;
	step(parser, 1);
	return true;
}

/* Returns the token that is n ahead; beyond the last one, the end. */
static inline DeadlineToken *
ahead(DeadlineParser *parser, int n)
{
	DeadlineToken *token = &parser->tokens[parser->at];

	while (n-- > 0 && token->type != T_END)
		token++;
	return token;
}

/* Returns the word that is n ahead, a misspelt one too, or W_UNKNOWN. */
static inline int
word_ahead(DeadlineParser *parser, int n)
{
	DeadlineToken *token = ahead(parser, n);

	if (token->type != T_WORD)
		return W_UNKNOWN;
	if (!token->guessed)
		deadline_guess_token(token, parser->phrase->text);
	return token->word;
}

static inline bool
take(DeadlineParser *parser, int word)
{
	if (word_ahead(parser, 0) != word)
		return false;
	step(parser, 1);
	return true;
}

/* Takes the two words if both are there. */
static inline bool
take_both(DeadlineParser *parser, int first, int second)
{
	if (word_ahead(parser, 0) != first || word_ahead(parser, 1) != second)
		return false;
	step(parser, 2);
	return true;
}

static inline bool
is_unit(DeadlineParser *parser, int n, int unit)
{
	return word_ahead(parser, n) == W_UNIT && ahead(parser, n)->value == unit;
}

/* Takes год in any form, plural too. */
static inline bool
take_year_word(DeadlineParser *parser)
{
	if (!is_unit(parser, 0, DEADLINE_YEAR) &&
		word_ahead(parser, 0) != W_YEARS)
		return false;
	step(parser, 1);
	return true;
}

/* Returns the number that is n ahead if it has so many digits, else -1. */
static inline int
number_ahead(DeadlineParser *parser, int n, int min_digits, int max_digits)
{
	DeadlineToken *token = ahead(parser, n);

	if (token->type != T_NUMBER || token->digits < min_digits ||
		token->digits > max_digits)
		return -1;
	return token->number;
}

/* Returns the year in four figures that is n ahead, or 0. */
static inline int
year_ahead(DeadlineParser *parser, int n)
{
	int			year = number_ahead(parser, n, 4, 4);

	return year >= DEADLINE_FIRST_YEAR && year <= DEADLINE_LAST_YEAR ? year : 0;
}

/* Returns the ordinal number that is n ahead, in whatever figures, or 0. */
static inline int
ordinal_ahead(DeadlineParser *parser, int n)
{
	DeadlineToken *token = ahead(parser, n);

	if (token->type == T_NUMBER)
		return token->digits <= 2 ? token->number : 0;
	if (token->type != T_WORD)
		return 0;
	if (token->word == W_UNKNOWN && token->roman != 0)
		return token->roman;
	return word_ahead(parser, n) == W_ORDINAL ? token->value : 0;
}

/* Returns the count that is n ahead, 1 to 366, or 0. */
static inline int
count_ahead(DeadlineParser *parser, int n)
{
	int			number = number_ahead(parser, n, 1, 3);

	if (number >= 1 && number <= 366)
		return number;
	return word_ahead(parser, n) == W_CARDINAL ? ahead(parser, n)->value : 0;
}

/* Does an element end before the token n ahead? */
static inline bool
ends_ahead(DeadlineParser *parser, int n)
{
	int			type = ahead(parser, n)->type;

	return type == T_END || type == T_COMMA || type == T_SEMICOLON ||
		type == T_COLON || type == T_OPEN || type == T_CLOSE ||
		type == T_DOT || (type == T_WORD && word_ahead(parser, n) == W_AND);
}

#endif							/* SHNOR_DEADLINE_CURSOR_CORE_H */
