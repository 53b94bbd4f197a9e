/*
 * deadline_grammar_core.c
 *		Reading one element of a deadline phrase at a time, whatever it is.
 */
#include "deadline_cursor_core.h"

#include <string.h>

/* Adds an element; returns it, or NULL when there are too many. */
DeadlineElement *
deadline_add_element(DeadlineParser *parser, int type, int separator)
{
	DeadlineElement *element;

	if (parser->nelements == DEADLINE_MAX_ELEMENTS)
		return NULL;
	element = &parser->elements[parser->nelements++];
	memset(element, 0, sizeof(DeadlineElement));
	element->type = (uint8_t) type;
	element->separator = (uint8_t) separator;
	element->owner = -1;
	return element;
}

/* Reads the form of work that follows dates: постоянно действующий вебинар. */
static bool
read_text(DeadlineParser *parser, int separator)
{
	int			first = parser->at;
	DeadlineElement *element;

	if (parser->nelements == 0 || separator == SEPARATOR_STRONG)
		return false;
	(void) take(parser, W_CONSTANTLY);
	while (take(parser, W_FORMAT_ADJECTIVE))
		;
	if (!take(parser, W_FORMAT))
		return back(parser, first);
	element = &parser->elements[parser->nelements - 1];
	if (element->text_end == 0)
		element->text_start = parser->tokens[first].start;
	element->text_end = parser->tokens[parser->at - 1].end;
	return true;
}

/* Reads one element of a phrase; false when nothing fits. */
bool
deadline_read_element(DeadlineParser *parser, int separator)
{
	return deadline_read_recurrence(parser, separator) ||
		deadline_read_span(parser, separator) ||
		deadline_read_anchor(parser, separator) ||
		read_text(parser, separator);
}
