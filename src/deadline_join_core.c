/*
 * deadline_join_core.c
 *		Making parts of the elements of a phrase: which dates belong to which
 *		recurrence, years inherited along lists, kinds.
 */
#include "deadline_grammar_core.h"

#include <string.h>

/* A place in the year; 32 to the month leaves room for its days. */
#define PLACE(month, day) ((month) * 32 + (day))

/*
 * Returns where in the calendar year a point begins, for comparisons only;
 * terms as most calendars have them.
 */
int
deadline_point_order(const DeadlinePoint *point)
{
	static const uint8_t term_month[] = {0, 9, 11, 1, 4};
	static const uint8_t piece_days[] = {0, 10, 15, 7};

	switch (point->unit)
	{
		case DEADLINE_DAY:
			return PLACE(point->number, point->day);
		case DEADLINE_MONTH:
			if (point->piece == DEADLINE_WHOLE_MONTH)
				return PLACE(point->number, 0);
			if (point->day == 0)
				return PLACE(point->number, 25);
			return PLACE(point->number, 1 + (point->day - 1) *
						 piece_days[point->piece]);
		case DEADLINE_QUARTER:
			return PLACE(3 * point->number - 2, 0);
		case DEADLINE_TERM:
			return PLACE(term_month[point->number], 0);
		case DEADLINE_HALF:
			if (point->school)
				return PLACE(point->number == 1 ? 9 : 1, 0);
			return PLACE(6 * point->number - 5, 0);
		case DEADLINE_SCHOOL_YEAR:
			return PLACE(9, 0);
		default:
			return 0;
	}
}

/* The same for a point that ends a range. */
static int
order_of_end(const DeadlinePoint *point)
{
	if (point->unit == DEADLINE_YEAR)
		return PLACE(13, 0);
	return deadline_point_order(point);
}

/* Returns the calendar year that a point with a year begins in. */
static int
calendar_year(const DeadlinePoint *point)
{
	if (point->school && deadline_point_order(point) < PLACE(9, 0))
		return point->year + 1;
	return point->year;
}

/*
 * Turns the school year of a month, a day or a quarter into its calendar year.
 * False for the third quarter, which lies in two, and for a year of a year.
 */
bool
deadline_settle_year(DeadlinePoint *point)
{
	if (!point->school || point->unit == DEADLINE_TERM ||
		point->unit == DEADLINE_HALF || point->unit == DEADLINE_SCHOOL_YEAR)
		return true;
	if (point->unit == DEADLINE_YEAR ||
		(point->unit == DEADLINE_QUARTER && point->number == 3))
		return false;
	point->year = (int16_t) calendar_year(point);
	point->school = false;
	return true;
}

/*
 * Gives both ends of a range their years as far as one is known, and settles
 * them.  False when it would end before it begins.
 */
bool
deadline_order_range(DeadlineSpan *span)
{
	DeadlinePoint *from = &span->from;
	DeadlinePoint *to = &span->to;
	bool		wraps = deadline_point_order(from) > order_of_end(to);

	if (to->unit == DEADLINE_PLAN)
	{
		span->form = DEADLINE_SINCE;
		return deadline_settle_year(from);
	}
	if (from->unit == DEADLINE_PLAN ||
		((from->unit == DEADLINE_YEAR || from->unit == DEADLINE_SCHOOL_YEAR) &&
		 (from->year == 0 || to->year == 0)))
		return false;
	if (to->unit == DEADLINE_SCHOOL_YEAR)
	{
		if (!deadline_settle_year(from))
			return false;
		if (to->year == 0 && from->year != 0)
			to->year = (int16_t) (from->school ? from->year :
								  deadline_point_order(from) >= PLACE(9, 0) ?
								  from->year : from->year - 1);
		if (from->year == 0 && to->year != 0)
		{
			from->school = true;
			from->year = to->year;
		}
	}
	else if (from->year == 0 && to->year != 0)
	{
		from->school = to->school;
		from->year = (int16_t) (to->school || !wraps ? to->year : to->year - 1);
	}
	else if (from->year != 0 && to->year == 0)
	{
		to->school = from->school;
		to->year = (int16_t) (from->school || !wraps ?
							  from->year : from->year + 1);
	}
	else if (from->year == 0 && (from->school || to->school))
		from->school = to->school = from->unit == DEADLINE_HALF ||
			from->unit == DEADLINE_TERM;
	if (!deadline_settle_year(from) || !deadline_settle_year(to))
		return false;
	if (from->year != 0)
	{
		int			first = calendar_year(from);
		int			last = calendar_year(to);

		return first < last || to->unit == DEADLINE_SCHOOL_YEAR ||
			(first == last && deadline_point_order(from) <= order_of_end(to));
	}
	return true;
}

/* Returns the first (which = 0) or last month of a point, or 0. */
static int
month_of(const DeadlinePoint *point, int which)
{
	switch (point->unit)
	{
		case DEADLINE_MONTH:
			return point->piece == DEADLINE_WHOLE_MONTH ? point->number : 0;
		case DEADLINE_QUARTER:
			return 3 * point->number - (which ? 0 : 2);
		case DEADLINE_HALF:
			return point->school ? 0 : 6 * point->number - (which ? 0 : 5);
		default:
			return 0;
	}
}

/*
 * Returns the kind of a single span.  A range of a whole calendar year, or of
 * a school year from September to May or later, is continuous.
 */
DeadlineKind
deadline_span_kind(const DeadlineSpan *span)
{
	const DeadlinePoint *from = &span->from;
	const DeadlinePoint *to = &span->to;
	int			first;
	int			last;

	switch (span->form)
	{
		case DEADLINE_WHOLE:
			if (from->unit == DEADLINE_DAY || from->unit == DEADLINE_MONTH)
				return DEADLINE_ONCE;
			return from->unit >= DEADLINE_YEAR ? DEADLINE_CONTINUOUS :
				DEADLINE_RANGE;
		case DEADLINE_FROM_TO:
			break;
		case DEADLINE_SINCE:
			return DEADLINE_RANGE;
		default:
			return DEADLINE_ONCE;
	}
	if (span->before_end)
		return DEADLINE_RANGE;
	if (from->unit >= DEADLINE_YEAR)
		return DEADLINE_CONTINUOUS;
	if (from->unit == to->unit && from->number == 1 &&
		((from->unit == DEADLINE_TERM && to->number == 4) ||
		 (from->unit == DEADLINE_HALF && from->school && to->number == 2)))
		return (from->school ? from->year == to->year :
				from->year == 0 || to->year == from->year + 1) ?
			DEADLINE_CONTINUOUS : DEADLINE_RANGE;
	first = month_of(from, 0);
	last = month_of(to, 1);
	if (first == 1 && last == 12 && from->year == to->year)
		return DEADLINE_CONTINUOUS;
	if (first == 9 && last >= 5 && last <= 8 &&
		(from->year == 0 || to->year == from->year + 1))
		return DEADLINE_CONTINUOUS;
	return DEADLINE_RANGE;
}

/* Can the span be given a year by its neighbours? */
static bool
lacks_year(const DeadlineSpan *span)
{
	return span->from.year == 0 && span->from.unit <= DEADLINE_HALF &&
		!(span->form == DEADLINE_FROM_TO &&
		  span->to.unit == DEADLINE_SCHOOL_YEAR);
}

/* Can it give one?  A school year or several years leave it open. */
static bool
gives_year(const DeadlineSpan *span)
{
	if (span->from.year == 0)
		return false;
	if (span->from.unit <= DEADLINE_HALF)
		return true;
	return span->from.unit == DEADLINE_YEAR && span->form == DEADLINE_WHOLE;
}

/* Gives a span the year, a school year or not, that its first point is in. */
static void
set_first_year(DeadlineSpan *span, int year, bool school)
{
	span->from.year = (int16_t) year;
	span->from.school = school;
	if (span->form == DEADLINE_FROM_TO)
		(void) deadline_order_range(span);
}

/*
 * Gives a span the year of the one after it (forward false) or before it, so
 * that they follow each other in time.
 */
static void
inherit_year(DeadlineSpan *span, const DeadlineSpan *donor, bool forward)
{
	const DeadlinePoint *giver = &donor->from;
	const DeadlinePoint *last = span->form == DEADLINE_FROM_TO ?
	&span->to : &span->from;
	int			year;

	if (forward && donor->form == DEADLINE_FROM_TO)
		giver = &donor->to;
	if (giver->unit == DEADLINE_YEAR)
	{
		set_first_year(span, giver->year, false);
		return;
	}
	if (giver->unit == DEADLINE_SCHOOL_YEAR)
	{
		set_first_year(span, giver->year + 1, false);
		return;
	}
	if (giver->school && span->from.unit == giver->unit)
	{
		set_first_year(span, giver->year, true);
		return;
	}
	span->from.school = false;
	year = calendar_year(giver);
	if (forward)
	{
		if (deadline_point_order(&span->from) < deadline_point_order(giver))
			year++;
	}
	else
	{
		if (order_of_end(last) > deadline_point_order(giver))
			year--;
		if (deadline_point_order(&span->from) > order_of_end(last))
			year--;
	}
	set_first_year(span, year, false);
}

/*
 * Spreads years among the spans of elements with this owner: to those before
 * a year first, then to those after it.
 */
static void
inherit_years(DeadlineParser *parser, int owner)
{
	DeadlineSpan *spans = parser->phrase->spans;

	for (int pass = 0; pass < 2; pass++)
	{
		const DeadlineSpan *donor = NULL;

		for (int k = 0; k < parser->nelements; k++)
		{
			int			i = pass == 0 ? parser->nelements - 1 - k : k;
			const DeadlineElement *element = &parser->elements[i];
			DeadlineSpan *span = &spans[element->span];

			if (element->type != ELEMENT_SPAN || element->owner != owner)
				continue;
			if (donor != NULL && lacks_year(span))
				inherit_year(span, donor, pass == 1);
			if (gives_year(span))
				donor = span;
		}
	}
}

/* Does the recurrence come once a year or more rarely? */
static bool
is_yearly(const DeadlineRecurrence *recurrence)
{
	return recurrence->unit >= DEADLINE_YEAR;
}

/* Returns how many times a year it is, or 0 if that varies. */
static int
times_a_year(const DeadlineRecurrence *recurrence)
{
	int			periods = 0;

	switch (recurrence->unit)
	{
		case DEADLINE_YEAR:
		case DEADLINE_SCHOOL_YEAR:
			periods = recurrence->every == 1 ? 1 : 0;
			break;
		case DEADLINE_HALF:
			periods = 2 % recurrence->every ? 0 : 2 / recurrence->every;
			break;
		case DEADLINE_QUARTER:
		case DEADLINE_TERM:
			periods = 4 % recurrence->every ? 0 : 4 / recurrence->every;
			break;
		case DEADLINE_MONTH:
			periods = 12 % recurrence->every ? 0 : 12 / recurrence->every;
			break;
	}
	return periods * recurrence->count;
}

/* Does the span limit a yearly recurrence, rather than date it? */
static bool
limits_years(const DeadlineSpan *span)
{
	if (span->form == DEADLINE_WHOLE)
		return span->from.unit >= DEADLINE_YEAR;
	if (span->form == DEADLINE_SINCE)
		return true;
	return span->from.year != 0 || span->from.unit >= DEADLINE_YEAR;
}

static DeadlineSpan *
span_of(DeadlineParser *parser, int i)
{
	return &parser->phrase->spans[parser->elements[i].span];
}

static bool
is_free_span(DeadlineParser *parser, int i)
{
	return i >= 0 && i < parser->nelements &&
		parser->elements[i].type == ELEMENT_SPAN &&
		parser->elements[i].owner < 0;
}

/*
 * Gives a recurrence the spans right before it that it says how often of:
 * ноябрь ежегодно; в течение года, ежемесячно.
 */
static bool
take_spans_before(DeadlineParser *parser, int i)
{
	const DeadlineElement *element = &parser->elements[i];
	int			first = i;

	if (element->separator >= SEPARATOR_COLON || !is_free_span(parser, i - 1))
		return false;
	if (is_yearly(&element->recurrence))
	{
		while (is_free_span(parser, first - 1) &&
			   span_of(parser, first - 1)->from.year == 0 &&
			   !limits_years(span_of(parser, first - 1)) &&
			   (first == i ||
				parser->elements[first].separator < SEPARATOR_COLON))
			first--;
		if (first == i && limits_years(span_of(parser, i - 1)) &&
			deadline_span_kind(span_of(parser, i - 1)) == DEADLINE_CONTINUOUS)
			first--;
	}
	else
	{
		const DeadlineSpan *span = span_of(parser, i - 1);
		int			kind = deadline_span_kind(span);

		if (kind == DEADLINE_CONTINUOUS ||
			(element->separator == SEPARATOR_NONE &&
			 (kind == DEADLINE_RANGE || span->form == DEADLINE_UNTIL ||
			  span->form == DEADLINE_BY)))
			first--;
	}
	for (int k = first; k < i; k++)
		parser->elements[k].owner = (int8_t) i;
	return first < i;
}

/* Gives a recurrence the spans after it that date or limit it. */
static void
take_spans_after(DeadlineParser *parser, int i)
{
	const DeadlineRecurrence *recurrence = &parser->elements[i].recurrence;
	int			close;
	int			stop = i + 1;
	bool		dates = true;
	int			n;

	while (is_free_span(parser, stop) &&
		   parser->elements[stop].separator != SEPARATOR_STRONG &&
		   (stop == i + 1 ||
			parser->elements[stop].separator != SEPARATOR_COLON))
		stop++;
	n = stop - i - 1;
	if (n == 0)
		return;
	close = parser->elements[i + 1].separator != SEPARATOR_WEAK;
	if (!is_yearly(recurrence))
	{
		/*
		 * as many dates as times: 1 раз в квартал (март,
		 * июнь, ...)
		 */
		for (int k = i + 1; k < stop; k++)
			dates = dates && span_of(parser, k)->form == DEADLINE_WHOLE &&
				deadline_span_kind(span_of(parser, k)) == DEADLINE_ONCE;
		if (n < 2 || !dates || n != times_a_year(recurrence))
		{
			for (int k = i + 1; k < stop; k++)
			{
				const DeadlineSpan *span = span_of(parser, k);
				int			kind = deadline_span_kind(span);

				if (!close && kind != DEADLINE_CONTINUOUS &&
					!(kind == DEADLINE_RANGE && k == i + 1))
				{
					stop = k;
					break;
				}
			}
		}
	}
	for (int k = i + 1; k < stop; k++)
		parser->elements[k].owner = (int8_t) i;
}

/* Returns the kind of n spans that have one kind each. */
static int
kind_of_run(int kind, int n)
{
	return n > 1 && kind != DEADLINE_CONTINUOUS ? DEADLINE_MULTI : kind;
}

/* Decides what a recurrence's spans are for it, and the kind of its part. */
static void
judge_recurring(DeadlinePart *part, const DeadlineSpan *spans)
{
	const DeadlineRecurrence *recurrence = &part->recurrence;
	bool		limits = true;
	bool		dates = true;

	part->kind = DEADLINE_RECURRING;
	part->role = DEADLINE_WINDOW;
	if (part->nspans == 0)
		return;
	for (int k = 0; k < part->nspans; k++)
	{
		const DeadlineSpan *span = &spans[part->first_span + k];

		limits = limits && limits_years(span);
		dates = dates && span->form == DEADLINE_WHOLE &&
			deadline_span_kind(span) == DEADLINE_ONCE;
	}
	if (is_yearly(recurrence))
	{
		/*
		 * 2 раза в год (июнь, октябрь 2023): as many as
		 * times
		 */
		if (limits && !dates)
			return;
		part->role = DEADLINE_DATES;
		if (recurrence->count > 1 && recurrence->count == part->nspans &&
			recurrence->every == 1)
			part->kind = DEADLINE_MULTI;
		return;
	}
	if (part->nspans > 1 && dates &&
		part->nspans == times_a_year(recurrence))
	{
		part->role = DEADLINE_DATES;
		part->kind = DEADLINE_MULTI;
	}
}

/* Adds a part; returns it, or NULL when there are too many. */
static DeadlinePart *
add_part(DeadlinePhrase *phrase, int kind)
{
	DeadlinePart *part;

	if (phrase->nparts == DEADLINE_MAX_PARTS)
		return NULL;
	part = &phrase->parts[phrase->nparts++];
	memset(part, 0, sizeof(DeadlinePart));
	part->kind = (uint8_t) kind;
	return part;
}

/* Is its year, which may be inherited, one that phrases may name, or none? */
static bool
year_in_bounds(const DeadlinePoint *point)
{
	return point->year == 0 || (point->year >= DEADLINE_FIRST_YEAR &&
								point->year <= DEADLINE_LAST_YEAR);
}

/* Gives a part the form of work that follows one of its elements. */
static void
add_text(DeadlinePart *part, const DeadlineElement *element)
{
	if (element->text_end == 0)
		return;
	if (part->text_end == 0)
		part->text_start = element->text_start;
	part->text_end = element->text_end;
}

/*
 * Makes the parts of a phrase of its elements; false when there are too many,
 * or when a year inherited is out of bounds.
 */
bool
deadline_join_elements(DeadlineParser *parser)
{
	DeadlinePhrase *phrase = parser->phrase;
	DeadlineElement *elements = parser->elements;
	int			n = parser->nelements;
	int			anchor = -1;
	DeadlinePart *part = NULL;

	for (int i = 0; i < n; i++)
	{
		if (elements[i].type != ELEMENT_RECURRENCE)
			continue;
		if ((i + 1 < n && elements[i + 1].separator == SEPARATOR_COLON) ||
			!take_spans_before(parser, i))
			take_spans_after(parser, i);
	}
	inherit_years(parser, -1);
	for (int i = 0; i < n; i++)
		if (elements[i].type == ELEMENT_RECURRENCE)
			inherit_years(parser, i);
	for (int i = 0; i < phrase->nspans; i++)
		if (!year_in_bounds(&phrase->spans[i].from) ||
			(phrase->spans[i].form == DEADLINE_FROM_TO &&
			 !year_in_bounds(&phrase->spans[i].to)))
			return false;

	for (int i = 0; i < n;)
	{
		const DeadlineElement *element = &elements[i];
		int			last = i;

		if (element->type == ELEMENT_ANCHOR)
		{
			/* with a colon it is about the part that follows */
			if (i + 1 < n && elements[i + 1].separator == SEPARATOR_COLON &&
				(elements[i + 1].type == ELEMENT_SPAN ||
				 elements[i + 1].type == ELEMENT_RECURRENCE))
				anchor = i;
			else if (part != NULL && part->kind == DEADLINE_UNDATED &&
					 elements[i - 1].type == ELEMENT_ANCHOR)
			{
				part->anchor_end = element->end;
				part->anchor_class |= element->anchor_class;
				part->fixed_anchor = false;
			}
			else
			{
				part = add_part(phrase, element->per_event ?
								DEADLINE_RECURRING : DEADLINE_UNDATED);
				if (part == NULL)
					return false;
				part->anchor_start = element->start;
				part->anchor_end = element->end;
				part->anchor_class = element->anchor_class;
				part->fixed_anchor = element->fixed_anchor;
			}
			if (anchor != i)
				add_text(part, element);
			i++;
			continue;
		}
		part = add_part(phrase, DEADLINE_ONCE);
		if (part == NULL)
			return false;
		if (element->type == ELEMENT_RECURRENCE || element->owner >= 0)
		{
			int			owner = element->owner >= 0 ? element->owner : i;

			part->recurs = true;
			part->recurrence = elements[owner].recurrence;
			if (element->owner < 0)
				last++;
			part->first_span = last < n ? elements[last].span : 0;
			while (last < n && elements[last].type == ELEMENT_SPAN &&
				   elements[last].owner == owner)
			{
				part->nspans++;
				last++;
			}
			if (element->owner >= 0)
				last++;
			if (part->nspans == 0)
				part->first_span = 0;
			judge_recurring(part, phrase->spans);
		}
		else
		{
			int			kind = deadline_span_kind(span_of(parser, i));

			part->first_span = element->span;
			while (last < n && is_free_span(parser, last) &&
				   (int) deadline_span_kind(span_of(parser, last)) == kind)
				last++;
			part->nspans = (uint8_t) (last - i);
			part->kind = (uint8_t) kind_of_run(kind, part->nspans);
		}
		for (int k = i; k < last; k++)
			add_text(part, &elements[k]);
		if (anchor >= 0)
		{
			part->anchor_start = elements[anchor].start;
			part->anchor_end = elements[anchor].end;
			part->anchor_class = elements[anchor].anchor_class;
			part->fixed_anchor = elements[anchor].fixed_anchor;
			anchor = -1;
		}
		i = last;
	}
	phrase->kind = phrase->nparts == 1 ? phrase->parts[0].kind :
		DEADLINE_COMPOSITE;
	return true;
}
