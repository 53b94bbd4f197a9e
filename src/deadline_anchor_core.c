/*
 * deadline_anchor_core.c
 *		Reading what a deadline without a date hangs on: an event, a plan of work,
 *		a schedule, a demand.
 */
#include "deadline_cursor_core.h"

#include <string.h>

/* Does the word at a token begin with these letters (two bytes each)? */
static bool
begins_with(DeadlineParser *parser, const DeadlineToken *token,
			const char *letters)
{
	DeadlineFolded folded;
	size_t		len = strlen(letters);

	if (token->end - token->start < (int) len / 2)
		return false;
	deadline_fold(parser->phrase->text + token->start,
				  (size_t) (token->end - token->start), &folded);
	return 2 * (size_t) folded.letters >= len &&
		memcmp(folded.bytes, letters, len) == 0;
}

/* Does a date, a period or a recurrence begin at the token? */
static bool
dates_begin(DeadlineParser *parser, int token)
{
	int			at = parser->at;
	int			furthest = parser->furthest;
	int			nelements = parser->nelements;
	int			nspans = parser->phrase->nspans;
	int			n = 0;
	bool		begin;

	/* so that постоянно before it is not replaced */
	parser->at = token;
	begin = deadline_read_recurrence(parser, SEPARATOR_STRONG) ||
		deadline_read_span(parser, SEPARATOR_STRONG);
	while (begin && (ahead(parser, n)->type == T_DASH ||
					 ahead(parser, n)->type == T_SLASH))
		n++;
	begin = begin && (ends_ahead(parser, n) ||
					  ahead(parser, 0)->type == T_SLASH ||
					  word_ahead(parser, 0) == W_FREQUENCY ||
					  word_ahead(parser, 0) == W_MONTH);
	(void) drop(parser, at, nelements, nspans);
	parser->furthest = furthest;
	return begin;
}

/* Is it said, within the next words, from when a time is counted? */
static bool
counted_from(DeadlineParser *parser)
{
	for (int n = 2; n < 7; n++)
	{
		int			word = word_ahead(parser, n);

		if (word == W_AFTER || word == W_SINCE || word == W_FROM)
			return ahead(parser, n + 1)->type == T_WORD;
	}
	return false;
}

/* Does the token begin an anchor? */
static bool
anchor_begins(DeadlineParser *parser)
{
	int			word = word_ahead(parser, 0);
	int			next = word_ahead(parser, 1);
	int			far = word_ahead(parser, 2);

	switch (word)
	{
		case W_BY:
			return next == W_PLAN || next == W_SCHEDULE ||
				next == W_SEPARATE || next == W_MEASURE || next == W_NEED ||
				next == W_RESULT || next == W_ANCHOR_NOUN;
		case W_IN:
			return next == W_ACCORDANCE || next == W_OCCASION ||
				next == W_TERM_TIME ||
				(next == W_SPAN && far == W_EVENT_NOUN) ||
				(next == W_COURSE && (count_ahead(parser, 2) != 0 ||
									  far == W_UNIT) &&
				 counted_from(parser)) ||
				is_unit(parser, 1, DEADLINE_DAY);
		case W_ACCORDING:
		case W_AFTER:
		case W_BEFORE:
			return next != W_UNKNOWN || ahead(parser, 1)->type == T_WORD ||
				ahead(parser, 1)->type == T_NUMBER;
		case W_THROUGH:
			return counted_from(parser);
		case W_AT:
			return next == W_NEED || next == W_ANCHOR_NOUN;
		case W_SINCE:
			return next == W_MOMENT || is_unit(parser, 1, DEADLINE_DAY);
		case W_UNTIL:
			return next == W_EVENT_NOUN ||
				((next == W_START || next == W_END) &&
				 ahead(parser, 2)->type == T_WORD);
		case W_PER:
			return count_ahead(parser, 1) != 0 && far == W_UNIT &&
				word_ahead(parser, 3) == W_UNTIL;
		case W_NOT:
			return next == W_LATER && ahead(parser, 2)->type != T_END &&
				count_ahead(parser, word_ahead(parser, 2) == W_THAN ||
							word_ahead(parser, 2) == W_PER ? 3 : 2) != 0 &&
				(counted_from(parser) || word_ahead(parser, 2) == W_PER);
		default:
			return false;
	}
}

/*
 * Names what the tokens from first up to end anchor to; returns the classes.
 */
static int
classify_anchor(DeadlineParser *parser, int first, int end, bool *fixed,
				bool *per_event)
{
	bool		plan = false;
	bool		schedule = false;
	bool		separate = false;
	bool		time = false;
	bool		procedure = false;
	bool		agreement = false;
	bool		assessment = false;
	bool		event = false;
	bool		again = false;
	bool		demand = false;
	bool		others = false;
	int			classes = 0;

	*per_event = false;
	for (int i = first; i < end; i++)
	{
		const DeadlineToken *token = &parser->tokens[i];

		/* the words after the first few are names and not worth guessing */
		if (i < first + 4)
		{
			int			at = parser->at;

			parser->at = i;
			(void) word_ahead(parser, 0);
			parser->at = at;
		}
		switch (token->type == T_WORD ? token->word : W_UNKNOWN)
		{
			case W_PLAN:
				plan = true;
				break;
			case W_SCHEDULE:
				schedule = true;
				break;
			case W_SEPARATE:
				separate = true;
				break;
			case W_TERM_TIME:
				time = others = true;
				break;
			case W_AFTER:
			case W_BEFORE:
			case W_THROUGH:
			case W_MOMENT:
			case W_RESULT:
			case W_OCCASION:
			case W_EVENT_NOUN:
			case W_UNTIL:
			case W_COURSE:
				event = others = true;
				break;
			case W_EACH:
				again = others = true;
				break;
			case W_NEED:
			case W_MEASURE:
				demand = others = true;
				break;
			case W_BY:
				others = others || i > first;
				break;
			case W_WORK:
				others = others || separate;
				break;
			default:
				others = true;
				if (token->type != T_WORD)
					break;
				for (int k = 0; k < STEM_END; k++)
				{
					if (!begins_with(parser, token, deadline_stems[k]))
						continue;
					if (k == STEM_PROCEDURE)
						procedure = true;
					else if (k < STEM_ASSESSMENTS)
						agreement = true;
					else
						assessment = true;
				}
				break;
		}
	}
	if (agreement)
		classes |= DEADLINE_AGREEMENT;
	if (separate && plan)
		classes |= DEADLINE_SEPARATE_PLAN;
	else if (separate && schedule)
		classes |= DEADLINE_SEPARATE_SCHEDULE;
	else if (plan)
		classes |= others || schedule ? DEADLINE_WORK_PLAN :
			DEADLINE_OWN_WORK_PLAN;
	else if (schedule)
		classes |= DEADLINE_SCHEDULE;
	if (time)
		classes |= assessment ? DEADLINE_ASSESSMENT_SCHEDULE :
			DEADLINE_SCHEDULE;
	if (event && classes == 0)
	{
		classes |= procedure ? DEADLINE_ASSESSMENT_PROCEDURE : DEADLINE_EVENT;
		*per_event = (procedure || again) &&
			(parser->tokens[first].word == W_AFTER ||
			 parser->tokens[first].word == W_BY);
	}
	if (demand)
		classes |= DEADLINE_ON_DEMAND;
	if (classes == 0)
		classes = DEADLINE_DOCUMENT;
	*fixed = !others && (plan != schedule) &&
		(classes & (DEADLINE_SEPARATE_PLAN | DEADLINE_SEPARATE_SCHEDULE |
					DEADLINE_OWN_WORK_PLAN)) != 0;
	return classes;
}

/*
 * Reads an anchor: everything up to a semicolon, or to a comma, colon or
 * parenthesis after which dates follow.
 */
bool
deadline_read_anchor(DeadlineParser *parser, int separator)
{
	int			first = parser->at;
	int			depth = 0;
	int			i;
	int			end;
	DeadlineElement *element;

	if (!anchor_begins(parser))
		return false;
	for (i = first + 1; parser->tokens[i].type != T_END; i++)
	{
		int			type = parser->tokens[i].type;

		if (type == T_SEMICOLON)
			break;
		if (type == T_CLOSE && depth-- == 0)
			break;
		if (type == T_COMMA || type == T_COLON || type == T_OPEN)
		{
			if (dates_begin(parser, i + 1))
				break;
			if (type == T_OPEN)
				depth++;
		}
	}
	end = i;
	while (parser->tokens[end - 1].type != T_WORD &&
		   parser->tokens[end - 1].type != T_NUMBER &&
		   parser->tokens[end - 1].type != T_OTHER &&
		   parser->tokens[end - 1].type != T_CLOSE)
		end--;
	element = deadline_add_element(parser, ELEMENT_ANCHOR, separator);
	if (element == NULL)
		return false;
	element->start = parser->tokens[first].start;
	element->end = parser->tokens[end - 1].end;
	element->anchor_class = (uint16_t)
		classify_anchor(parser, first, end, &element->fixed_anchor,
						&element->per_event);
	step(parser, i - first);
	return true;
}
