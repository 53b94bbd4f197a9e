/*
 * deadline_span_core.c
 *		Reading dates and periods of a deadline with what stands before them: до, с
 *		and по, в течение, ranges and lists.
 */
#include "deadline_cursor_core.h"

#include <string.h>

/*
 * Adds a span as an element.  A day after до and a day is under the same до.
 * Of постоянно and a period beside it, the period is what is meant.
 */
static bool
add_span(DeadlineParser *parser, const DeadlineSpan *given, int separator)
{
	DeadlinePhrase *phrase = parser->phrase;
	DeadlineSpan span = *given;
	DeadlineElement *element;

	if (span.form == DEADLINE_FROM_TO)
	{
		if (!deadline_order_range(&span))
			return false;
	}
	else if (!deadline_settle_year(&span.from))
		return false;
	if (span.form == DEADLINE_BY && span.from.unit == DEADLINE_DAY)
		span.form = DEADLINE_UNTIL;
	if (parser->nelements > 0 && separator < SEPARATOR_STRONG &&
		parser->elements[parser->nelements - 1].type == ELEMENT_SPAN)
	{
		DeadlineSpan *before = &phrase->spans[phrase->nspans - 1];
		int			kind = deadline_span_kind(&span);

		if (before->form == DEADLINE_UNTIL && span.form == DEADLINE_WHOLE &&
			before->from.unit == DEADLINE_DAY &&
			span.from.unit == DEADLINE_DAY)
			span.form = DEADLINE_UNTIL;
		if (span.form == DEADLINE_WHOLE && span.from.unit == DEADLINE_PLAN &&
			deadline_span_kind(before) == DEADLINE_CONTINUOUS)
			return true;
		if (before->form == DEADLINE_WHOLE &&
			before->from.unit == DEADLINE_PLAN &&
			(kind == DEADLINE_CONTINUOUS || kind == DEADLINE_RANGE))
		{
			*before = span;
			return true;
		}
	}
	if (phrase->nspans == DEADLINE_MAX_SPANS)
		return false;
	element = deadline_add_element(parser, ELEMENT_SPAN, separator);
	if (element == NULL)
		return false;
	element->span = phrase->nspans;
	phrase->spans[phrase->nspans++] = span;
	return true;
}

/*
 * Reads several numbers of one thing: I, III кварталы 2024 года, 10-20 марта,
 * 10, 20 и 30 марта 2024, первая и вторая четверть.  With since, numbers may
 * be joined by по.
 */
static bool
read_numbered(DeadlineParser *parser, int separator, bool since)
{
	int			at = parser->at;
	int			nelements = parser->nelements;
	int			nspans = parser->phrase->nspans;
	int			numbers[DEADLINE_MAX_SPANS];
	bool		joined[DEADLINE_MAX_SPANS];
	int			n = 0;
	DeadlineSpan span;
	DeadlinePoint last;

	memset(&last, 0, sizeof(last));
	for (;;)
	{
		int			ordinal = ordinal_ahead(parser, n ? 1 : 0);

		if (ordinal == 0 || n == DEADLINE_MAX_SPANS)
			return back(parser, at);
		numbers[n] = ordinal;
		joined[n] = n > 0 && (ahead(parser, 0)->type == T_DASH || since);
		step(parser, n++ ? 2 : 1);
		if (ahead(parser, 0)->type == T_COMMA && !since)
			continue;
		if (ahead(parser, 0)->type == T_DASH)
		{
			if (joined[n - 1])
				return back(parser, at);
			continue;
		}
		if (word_ahead(parser, 0) == W_AND && !since)
			continue;
		if (since && n == 1 && (word_ahead(parser, 0) == W_BY ||
								word_ahead(parser, 0) == W_UNTIL))
			continue;
		break;
	}
	if (n < 2)
		return back(parser, at);

	/* what is numbered; 10-20.05.2024 ends in a whole date */
	if (word_ahead(parser, 0) == W_MONTH)
	{
		last.unit = DEADLINE_DAY;
		last.number = ahead(parser, 0)->value;
		step(parser, 1);
	}
	else if (word_ahead(parser, 0) == W_UNIT &&
			 deadline_unit_numbers(ahead(parser, 0)->value) > 0)
	{
		last.unit = ahead(parser, 0)->value;
		step(parser, 1);
	}
	else if (n == 2 && joined[1] && ahead(parser, 0)->type == T_DOT)
	{
		parser->at--;
		if (!deadline_read_numeric_date(parser, &last))
			return back(parser, at);
	}
	else
		return back(parser, at);
	if (last.year == 0)
		(void) deadline_read_year(parser, &last);

	memset(&span, 0, sizeof(span));
	for (int i = 0; i < n; i++)
	{
		DeadlinePoint point = last;

		if (last.unit == DEADLINE_DAY)
		{
			point.day = (uint8_t) (numbers[i] > 31 ? 0 : numbers[i]);

			/* in one month a range goes up: 20-10 is a slip */
			if (!deadline_day_exists(&point) ||
				(i > 0 && joined[i] && numbers[i] < numbers[i - 1]))
			{
				parser->wrong = at;
				return drop(parser, at, nelements, nspans);
			}
		}
		else
		{
			point.number = (uint8_t) numbers[i];
			if (numbers[i] > deadline_unit_numbers(point.unit))
			{
				parser->wrong = at;
				return drop(parser, at, nelements, nspans);
			}
		}
		if (i + 1 < n && joined[i + 1])
		{
			span.form = DEADLINE_FROM_TO;
			span.from = point;
			continue;
		}
		if (i > 0 && joined[i])
			span.to = point;
		else
		{
			span.form = DEADLINE_WHOLE;
			span.from = point;
		}
		if (!add_span(parser, &span, separator))
			return drop(parser, at, nelements, nspans);
		separator = SEPARATOR_WEAK;
	}
	return true;
}

/* Reads 2024-2026 годы. */
static bool
read_years(DeadlineParser *parser, int separator)
{
	int			at = parser->at;
	DeadlineSpan span;

	if (year_ahead(parser, 0) == 0 || ahead(parser, 1)->type != T_DASH ||
		year_ahead(parser, 2) == 0 || word_ahead(parser, 3) != W_YEARS)
		return false;
	memset(&span, 0, sizeof(span));
	span.form = DEADLINE_FROM_TO;
	span.from.unit = span.to.unit = DEADLINE_YEAR;
	span.from.year = (int16_t) year_ahead(parser, 0);
	span.to.year = (int16_t) year_ahead(parser, 2);
	step(parser, 4);
	return add_span(parser, &span, separator) ? true : back(parser, at);
}

/* Reads periods without до or с: a point, a range, numbered ones. */
static bool
read_periods(DeadlineParser *parser, int separator, bool bare_year)
{
	int			at = parser->at;
	DeadlineSpan span;

	if (read_years(parser, separator) ||
		read_numbered(parser, separator, false))
		return true;
	memset(&span, 0, sizeof(span));
	if (!deadline_read_point(parser, &span.from, bare_year))
		return false;
	if (ahead(parser, 0)->type == T_DASH)
	{
		int			dash = parser->at;
		bool		end;

		/* - конец года; конец мая is a point itself */
		step(parser, 1);
		end = word_ahead(parser, 0) == W_END &&
			word_ahead(parser, 1) != W_MONTH;
		if (end)
			step(parser, 1);
		if (deadline_read_point(parser, &span.to, end))
		{
			span.form = DEADLINE_FROM_TO;
			return add_span(parser, &span, separator) ? true :
				wrong(parser, at);
		}
		parser->at = dash;
	}
	return add_span(parser, &span, separator) ? true : wrong(parser, at);
}

/* Reads what follows до or не позднее; form is UNTIL or BY. */
static bool
read_bound(DeadlineParser *parser, int separator, int form)
{
	int			at = parser->at;
	DeadlineSpan span;

	memset(&span, 0, sizeof(span));
	span.form = (uint8_t) form;
	if (take(parser, W_END))
	{
		span.form = DEADLINE_BY;
		if (!deadline_read_point(parser, &span.from, true))
			return back(parser, at);
	}
	else if (take(parser, W_START))
	{
		span.form = DEADLINE_UNTIL;
		if (!deadline_read_point(parser, &span.from, true) ||
			span.from.unit == DEADLINE_PLAN ||
			(span.from.unit == DEADLINE_YEAR && span.from.year == 0))
			return back(parser, at);
	}
	else if (word_ahead(parser, 0) == W_MIDDLE ||
			 !deadline_read_point(parser, &span.from, false))
		return back(parser, at);
	if (take(parser, W_INCLUSIVE))
		span.form = DEADLINE_BY;
	if (!add_span(parser, &span, separator))
		return back(parser, at);
	return true;
}

/* Reads what follows с: to the end of the plan, or по and another point. */
static bool
read_since(DeadlineParser *parser, int separator)
{
	int			at = parser->at;
	DeadlineSpan span;

	if (read_numbered(parser, separator, true))
		return true;
	memset(&span, 0, sizeof(span));
	span.form = DEADLINE_SINCE;
	(void) take(parser, W_START);
	if (!deadline_read_point(parser, &span.from, true) ||
		span.from.unit == DEADLINE_PLAN ||
		(span.from.unit == DEADLINE_YEAR && span.from.year == 0))
		return back(parser, at);
	if (word_ahead(parser, 0) == W_BY || word_ahead(parser, 0) == W_UNTIL ||
		ahead(parser, 0)->type == T_DASH)
	{
		bool		until = word_ahead(parser, 0) == W_UNTIL;
		int			here = parser->at;

		step(parser, 1);
		if (take(parser, W_END))
			until = false;
		if (deadline_read_point(parser, &span.to, !until))
		{
			span.form = DEADLINE_FROM_TO;
			if (take(parser, W_INCLUSIVE))
				until = false;
			span.before_end = until && span.to.unit != DEADLINE_DAY;
		}
		else
			parser->at = here;
	}
	return add_span(parser, &span, separator) ? true : wrong(parser, at);
}

/* Reads one date, period or list of them, with what stands before it. */
bool
deadline_read_span(DeadlineParser *parser, int separator)
{
	int			at = parser->at;
	bool		bare_year = false;
	DeadlineSpan span;

	memset(&span, 0, sizeof(span));
	if (word_ahead(parser, 0) == W_CONSTANTLY &&
		word_ahead(parser, 1) != W_FORMAT_ADJECTIVE)
	{
		step(parser, 1);
		span.from.unit = DEADLINE_PLAN;
		return add_span(parser, &span, separator) ? true : back(parser, at);
	}
	if (word_ahead(parser, 0) == W_ON &&
		word_ahead(parser, 1) == W_CONSTANT &&
		word_ahead(parser, 2) == W_BASIS)
	{
		step(parser, 3);
		span.from.unit = DEADLINE_PLAN;
		return add_span(parser, &span, separator) ? true : back(parser, at);
	}
	if (take(parser, W_YEAR_ROUND))
	{
		span.from.unit = DEADLINE_YEAR;
		return add_span(parser, &span, separator) ? true : back(parser, at);
	}

	/* срок исполнения: ... */
	if (take(parser, W_TERM_TIME))
	{
		(void) take(parser, W_EXECUTION);
		if (!take_type(parser, T_COLON))
			(void) take_type(parser, T_DASH);
	}
	if (word_ahead(parser, 0) == W_IN || word_ahead(parser, 0) == W_ON)
	{
		step(parser, 1);
		if (take(parser, W_COURSE) || take(parser, W_SPAN))
			bare_year = true;
		else if (!take(parser, W_TERM_TIME))
			bare_year = word_ahead(parser, 0) == W_ALL;
	}
	else if (take(parser, W_COURSE))
		bare_year = true;
	else if (word_ahead(parser, 0) == W_ALL ||
			 word_ahead(parser, 0) == W_SCHOOL)
		bare_year = true;
	else if (word_ahead(parser, 0) == W_SPAN)
	{
		step(parser, 1);
		(void) take_type(parser, T_COLON);
	}

	/*
	 * в конце года is by its end, в начале учебного года
	 * in September
	 */
	if (word_ahead(parser, 0) == W_END || word_ahead(parser, 0) == W_START)
	{
		int			here = parser->at;
		DeadlinePoint month;

		memset(&month, 0, sizeof(month));
		if (!deadline_read_piece(parser, &month))
		{
			bool		end = take(parser, W_END);

			if (!end)
				step(parser, 1);
			if (!deadline_read_point(parser, &span.from, true))
				return back(parser, at);
			if (end)
				span.form = DEADLINE_BY;
			else if (span.from.unit == DEADLINE_SCHOOL_YEAR)
			{
				span.from.unit = DEADLINE_MONTH;
				span.from.number = 9;
				span.from.school = false;
			}
			else
				return back(parser, at);
			return add_span(parser, &span, separator) ? true :
				back(parser, at);
		}
		parser->at = here;
	}
	if (take(parser, W_UNTIL) || take(parser, W_TOWARDS))
		return read_bound(parser, separator, DEADLINE_UNTIL) ? true :
			back(parser, at);
	if (take_both(parser, W_NOT, W_LATER))
	{
		(void) take(parser, W_THAN);
		(void) take(parser, W_UNTIL);
		return read_bound(parser, separator, DEADLINE_BY) ? true :
			back(parser, at);
	}
	if (take_both(parser, W_NOT, W_EARLIER) ||
		take_both(parser, W_BEGINNING, W_SINCE) || take(parser, W_SINCE))
		return read_since(parser, separator) ? true : back(parser, at);
	if (take(parser, W_BY))
	{
		span.form = DEADLINE_UNTIL;
		if (!deadline_read_point(parser, &span.from, false) ||
			span.from.unit != DEADLINE_DAY)
			return back(parser, at);
		return add_span(parser, &span, separator) ? true : back(parser, at);
	}
	return read_periods(parser, separator, bare_year) ? true :
		back(parser, at);
}
