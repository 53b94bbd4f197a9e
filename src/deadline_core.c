/*
 * deadline_core.c
 *		Reading a deadline phrase as a whole.
 */
#include "deadline_grammar_core.h"

#include <string.h>

/* Reads the elements of a phrase; false where nothing fits. */
static bool
read_elements(DeadlineParser *parser)
{
	int			separator = SEPARATOR_NONE;
	bool		open_end = false;
	bool		dash = false;

	for (;;)
	{
		int			before = parser->nelements;
		const DeadlineToken *token = &parser->tokens[parser->at];
		int			found = SEPARATOR_NONE;

		if (token->type == T_END)
			return !open_end && parser->nelements > 0;
		switch (token->type)
		{
			case T_COMMA:
			case T_DOT:
			case T_CLOSE:
				found = SEPARATOR_WEAK;
				open_end = false;
				break;
			case T_DASH:
			case T_SLASH:
				found = SEPARATOR_WEAK;
				open_end = true;
				break;
			case T_OPEN:
				found = SEPARATOR_OPEN;
				break;
			case T_COLON:
				found = SEPARATOR_COLON;
				break;
			case T_SEMICOLON:
				found = SEPARATOR_STRONG;
				break;
			case T_WORD:
				if (token->word == W_AND)
				{
					found = SEPARATOR_WEAK;
					open_end = true;
				}
				else if (token->word == W_THEN)
				{
					found = SEPARATOR_STRONG;
					open_end = true;
				}
				break;
		}
		if (found != SEPARATOR_NONE)
		{
			/* before the first element only a dash or a parenthesis */
			if (parser->nelements == 0 && token->type != T_DASH &&
				token->type != T_OPEN)
				return false;
			if (found > separator)
				separator = found;
			dash = dash || token->type == T_DASH;
			parser->at++;
			if (parser->at > parser->furthest)
				parser->furthest = parser->at;
			continue;
		}
		if (parser->nelements == 0)
			separator = SEPARATOR_NONE;
		if (!deadline_read_element(parser, separator))
			return false;

		/* a range that read_periods() did not take is not a list */
		if (dash && before > 0 && parser->nelements > before &&
			parser->elements[before].type == ELEMENT_SPAN)
			return false;
		dash = false;
		separator = SEPARATOR_NONE;
		open_end = false;
	}
}

/* Is there nothing but dashes, or the word that stands for an empty cell? */
static bool
is_empty(const DeadlineParser *parser)
{
	for (int i = 0; parser->tokens[i].type != T_END; i++)
	{
		const DeadlineToken *token = &parser->tokens[i];

		if (token->type != T_DASH && token->type != T_OPEN &&
			token->type != T_CLOSE &&
			!(token->type == T_WORD && token->word == W_EMPTY))
			return false;
	}
	return true;
}

/*
 * Reads a phrase of len bytes, UTF-8 meant but not required, into *phrase,
 * which keeps pointing into it.  What cannot be read gives the kind
 * UNRECOGNISED and the place of the first character that does not fit.
 */
void
deadline_parse(const char *text, size_t len, DeadlinePhrase *phrase)
{
	DeadlineParser parser;
	int			ntokens;

	phrase->text = text;
	phrase->len = len;
	phrase->kind = DEADLINE_UNRECOGNISED;
	phrase->nparts = 0;
	phrase->nspans = 0;
	phrase->position = 0;
	parser.phrase = phrase;
	parser.at = 0;
	parser.furthest = 0;
	parser.wrong = -1;
	parser.nelements = 0;

	ntokens = deadline_tokens(text, len, parser.tokens);
	if (ntokens < 0)
	{
		while (parser.tokens[parser.furthest].end >
			   parser.tokens[parser.furthest].start)
			parser.furthest++;
		phrase->position = parser.tokens[parser.furthest].place;
		return;
	}
	if (is_empty(&parser))
	{
		phrase->kind = DEADLINE_UNDATED;
		phrase->nparts = 1;
		memset(&phrase->parts[0], 0, sizeof(DeadlinePart));
		phrase->parts[0].kind = DEADLINE_UNDATED;
		return;
	}
	if (!read_elements(&parser) || !deadline_join_elements(&parser))
	{
		phrase->nparts = 0;
		phrase->nspans = 0;
		if (parser.wrong >= parser.at)
			parser.furthest = parser.wrong;
		phrase->position = parser.tokens[parser.furthest].place;
	}
}

/* Returns the name of a kind, as SQL shows it. */
const char *
deadline_kind_name(int kind)
{
	static const char *const names[] = {
		"unrecognised", "undated", "once", "range", "multi", "continuous",
		"recurring", "composite"
	};

	return names[kind];
}
