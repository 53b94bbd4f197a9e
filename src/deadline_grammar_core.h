/*
 * deadline_grammar_core.h
 *		State of a parser of deadline phrases, and what its files call of each
 *		other.
 *
 * Private to the parser of deadlines (deadline_*_core.c).
 */
#ifndef SHNOR_DEADLINE_GRAMMAR_CORE_H
#define SHNOR_DEADLINE_GRAMMAR_CORE_H

#include "deadline_lexer_core.h"

/* Spans, recurrences, anchors and texts of one phrase together. */
#define DEADLINE_MAX_ELEMENTS 96

/* What stands before an element, from loose to strict. */
typedef enum DeadlineSeparator
{
	SEPARATOR_NONE,
	SEPARATOR_WEAK,				/* comma, и, slash, closing parenthesis */
	SEPARATOR_OPEN,				/* opening parenthesis */
	SEPARATOR_COLON,
	SEPARATOR_STRONG			/* semicolon, далее */
} DeadlineSeparator;

typedef enum DeadlineElementType
{
	ELEMENT_SPAN,
	ELEMENT_RECURRENCE,
	ELEMENT_ANCHOR
} DeadlineElementType;

typedef struct DeadlineElement
{
	uint8_t		type;			/* DeadlineElementType */
	uint8_t		separator;		/* DeadlineSeparator before it */
	uint8_t		span;			/* of a span */
	int8_t		owner;			/* element whose recurrence has this span */
	bool		fixed_anchor;
	bool		per_event;		/* an anchor that comes again and again */
	uint16_t	anchor_class;
	uint16_t	start;			/* bytes of an anchor */
	uint16_t	end;
	uint16_t	text_start;		/* of a form of work that follows */
	uint16_t	text_end;
	DeadlineRecurrence recurrence;
} DeadlineElement;

typedef struct DeadlineParser
{
	DeadlinePhrase *phrase;
	int			at;				/* the next token */
	int			furthest;		/* the furthest that was next */
	int			wrong;			/* the last that reads well and cannot be */
	int			nelements;
	DeadlineElement elements[DEADLINE_MAX_ELEMENTS];
	DeadlineToken tokens[DEADLINE_MAX_TOKENS + 1];
} DeadlineParser;

/* deadline_point_core.c */
extern bool deadline_day_exists(const DeadlinePoint *point);
extern int	deadline_unit_numbers(int unit);
extern bool deadline_read_year(DeadlineParser *parser, DeadlinePoint *point);
extern bool deadline_read_numeric_date(DeadlineParser *parser,
									   DeadlinePoint *point);
extern bool deadline_read_piece(DeadlineParser *parser, DeadlinePoint *point);
extern bool deadline_read_point(DeadlineParser *parser, DeadlinePoint *point,
								bool bare_year);

/* what is read of a phrase; separator is a DeadlineSeparator */
extern bool deadline_read_span(DeadlineParser *parser, int separator);
extern bool deadline_read_recurrence(DeadlineParser *parser, int separator);
extern bool deadline_read_anchor(DeadlineParser *parser, int separator);
extern bool deadline_read_element(DeadlineParser *parser, int separator);
extern DeadlineElement *deadline_add_element(DeadlineParser *parser, int type,
											 int separator);

/* deadline_join_core.c */
extern bool deadline_join_elements(DeadlineParser *parser);
extern bool deadline_settle_year(DeadlinePoint *point);
extern bool deadline_order_range(DeadlineSpan *span);

#endif							/* SHNOR_DEADLINE_GRAMMAR_CORE_H */
