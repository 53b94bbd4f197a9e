/*
 * deadline_grammar_core.c
 *		Reading one deadline of a phrase at a time: dates and periods, how
 *		often, anchors to events and plans.
 *
 * Every function that reads something returns whether it did; when not, the
 * parser stands where it stood.
 */
#include "deadline_grammar_core.h"

#include <string.h>

/* Returns the token that is n ahead; beyond the last one, the end. */
static DeadlineToken *
ahead(DeadlineParser *parser, int n)
{
	DeadlineToken *token = &parser->tokens[parser->at];

	while (n-- > 0 && token->type != T_END)
		token++;
	return token;
}

/* Returns the word that is n ahead, a misspelt one too, or W_UNKNOWN. */
static int
word_ahead(DeadlineParser *parser, int n)
{
	DeadlineToken *token = ahead(parser, n);

	if (token->type != T_WORD)
		return W_UNKNOWN;
	if (!token->guessed)
	{
		DeadlineFolded folded;
		const DeadlineEntry *entry;

		token->guessed = true;
		deadline_fold(parser->phrase->text + token->start,
					  (size_t) (token->end - token->start), &folded);
		entry = deadline_guess_word(&folded);
		if (entry != NULL)
		{
			token->word = entry->word;
			token->value = entry->value;
		}
	}
	return token->word;
}

/* Goes on by n tokens, which are there. */
static void
step(DeadlineParser *parser, int n)
{
	parser->at += n;
	if (parser->at > parser->furthest)
		parser->furthest = parser->at;
}

static bool
take_type(DeadlineParser *parser, int type)
{
	if (parser->tokens[parser->at].type != type)
		return false;
	step(parser, 1);
	return true;
}

static bool
take(DeadlineParser *parser, int word)
{
	if (word_ahead(parser, 0) != word)
		return false;
	step(parser, 1);
	return true;
}

/* Takes the two words if both are there. */
static bool
take_both(DeadlineParser *parser, int first, int second)
{
	if (word_ahead(parser, 0) != first || word_ahead(parser, 1) != second)
		return false;
	step(parser, 2);
	return true;
}

static bool
is_unit(DeadlineParser *parser, int n, int unit)
{
	return word_ahead(parser, n) == W_UNIT && ahead(parser, n)->value == unit;
}

/* Takes год in any form, plural too. */
static bool
take_year_word(DeadlineParser *parser)
{
	if (!is_unit(parser, 0, DEADLINE_YEAR) &&
		word_ahead(parser, 0) != W_YEARS)
		return false;
	step(parser, 1);
	return true;
}

/* Puts the parser back; returns false, for the caller to return. */
static bool
back(DeadlineParser *parser, int at)
{
	parser->at = at;
	return false;
}

/* The same for words that can be read, of something that does not exist. */
static bool
wrong(DeadlineParser *parser, int at)
{
	parser->wrong = at;
	return back(parser, at);
}

/* Returns the number that is n ahead if it has so many digits, else -1. */
static int
number_ahead(DeadlineParser *parser, int n, int min_digits, int max_digits)
{
	DeadlineToken *token = ahead(parser, n);

	if (token->type != T_NUMBER || token->digits < min_digits ||
		token->digits > max_digits)
		return -1;
	return token->number;
}

/* Returns the year in four figures that is n ahead, or 0. */
static int
year_ahead(DeadlineParser *parser, int n)
{
	int			year = number_ahead(parser, n, 4, 4);

	return year >= DEADLINE_FIRST_YEAR && year <= DEADLINE_LAST_YEAR ? year : 0;
}

/* Returns the ordinal number that is n ahead, in whatever figures, or 0. */
static int
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
static int
count_ahead(DeadlineParser *parser, int n)
{
	int			number = number_ahead(parser, n, 1, 3);

	if (number >= 1 && number <= 366)
		return number;
	return word_ahead(parser, n) == W_CARDINAL ? ahead(parser, n)->value : 0;
}

/*
 * Reads a school year: 2023/2024 учебный год, учебный год 2023-2024, 2023/24,
 * учебный год.  *year is the year it begins in, 0 for none.
 */
static bool
read_school_year(DeadlineParser *parser, int *year)
{
	int			at = parser->at;
	int			after = 0;
	int			join;

	*year = 0;
	if (word_ahead(parser, 0) == W_SCHOOL)
	{
		step(parser, 1);
		if (!take_year_word(parser))
			return back(parser, at);
		after = 1;
	}
	join = ahead(parser, 1)->type;
	if (year_ahead(parser, 0) != 0 && (join == T_DASH || join == T_SLASH))
	{
		int			first = year_ahead(parser, 0);
		int			second = number_ahead(parser, 2, 4, 4);

		if (second < 0)
			second = number_ahead(parser, 2, 2, 2);
		if (second == first + 1 || second == (first + 1) % 100)
		{
			int			here = parser->at;

			step(parser, 3);
			if (after)
			{
				*year = first;
				return true;
			}
			if (take(parser, W_SCHOOL))
			{
				(void) take_year_word(parser);
				*year = first;
				return true;
			}
			if (join == T_SLASH)
			{
				(void) take_year_word(parser);
				*year = first;
				return true;
			}
			/* a school year, or two years? */
			(void) wrong(parser, here);
		}
	}
	return after ? true : back(parser, at);
}

/*
 * Reads the year of a point: 2023 г., 23 г., текущего года, 2023/2024 учебного
 * года.
 */
static bool
read_year(DeadlineParser *parser, DeadlinePoint *point)
{
	int			year;

	if (read_school_year(parser, &year))
	{
		point->year = (int16_t) year;
		point->school = year != 0 || point->unit == DEADLINE_HALF;
		return true;
	}
	year = year_ahead(parser, 0);
	if (year != 0)
	{
		step(parser, 1);
		(void) take_year_word(parser);
		point->year = (int16_t) year;
		return true;
	}
	year = number_ahead(parser, 0, 2, 2);
	if (year >= 0 && is_unit(parser, 1, DEADLINE_YEAR))
	{
		step(parser, 2);
		point->year = (int16_t) (2000 + year);
		return true;
	}
	if (word_ahead(parser, 0) == W_CURRENT && is_unit(parser, 1, DEADLINE_YEAR))
	{
		step(parser, 2);
		return true;
	}
	return false;
}

/* Is it a day that its month can have? */
static bool
day_exists(const DeadlinePoint *point)
{
	return point->number >= 1 && point->number <= 12 && point->day >= 1 &&
		point->day <= deadline_month_days(point->year && !point->school ?
										  point->year : 2000, point->number);
}

/*
 * Reads a date in figures: 01.10.2022, 1.10.22 г., 01.10, 2022-10-01,
 * 01-10-2022, 01/10/2022.  Two figures of a year are of this century.
 */
static bool
read_numeric_date(DeadlineParser *parser, DeadlinePoint *point)
{
	int			at = parser->at;
	int			join = ahead(parser, 1)->type;
	int			month = number_ahead(parser, 2, 1, 2);
	int			day = number_ahead(parser, 0, 1, 2);
	int			year = year_ahead(parser, 0);

	memset(point, 0, sizeof(DeadlinePoint));
	point->unit = DEADLINE_DAY;
	if (month < 0)
		return false;
	if (year != 0 && join == T_DASH && ahead(parser, 3)->type == T_DASH)
	{
		day = number_ahead(parser, 4, 1, 2);
		if (day < 0)
			return false;
		step(parser, 5);
	}
	else if (day >= 0 && join == T_DOT)
	{
		step(parser, 3);
		if (ahead(parser, 0)->type == T_DOT)
		{
			year = year_ahead(parser, 1);
			if (year == 0 && number_ahead(parser, 1, 2, 2) >= 0)
				year = 2000 + number_ahead(parser, 1, 2, 2);
			if (year != 0)
			{
				step(parser, 2);
				(void) take_year_word(parser);
			}
			else if (ahead(parser, 1)->type == T_NUMBER)
				return back(parser, at);
		}
	}
	else if (day >= 0 && (join == T_DASH || join == T_SLASH) &&
			 ahead(parser, 3)->type == join && year_ahead(parser, 4) != 0)
	{
		year = year_ahead(parser, 4);
		step(parser, 5);
		(void) take_year_word(parser);
	}
	else
		return false;
	point->number = (uint8_t) month;
	point->day = (uint8_t) day;
	point->year = (int16_t) year;
	return day_exists(point) ? true : wrong(parser, at);
}

/* Returns how many of the unit a year has, or 0 for a unit not numbered. */
static int
unit_numbers(int unit)
{
	return unit == DEADLINE_QUARTER || unit == DEADLINE_TERM ? 4 :
		unit == DEADLINE_HALF ? 2 : 0;
}

/*
 * Reads a part of a month: первая декада марта, вторая половина мая, последняя
 * неделя августа, конец мая; or половина of a year.
 */
static bool
read_piece(DeadlineParser *parser, DeadlinePoint *point)
{
	int			at = parser->at;
	int			which = ordinal_ahead(parser, 0);
	int			word = word_ahead(parser, 1);
	bool		last = word_ahead(parser, 0) == W_LAST;

	point->unit = DEADLINE_MONTH;
	if (which == 0 && !last)
	{
		word = word_ahead(parser, 0);
		if (word != W_START && word != W_MIDDLE && word != W_END)
			return false;
		which = word == W_START ? 1 : word == W_MIDDLE ? 2 : 3;
		point->piece = DEADLINE_TEN_DAYS;
		step(parser, 1);
	}
	else if (word == W_DECADE)
	{
		if (last)
			which = 3;
		point->piece = DEADLINE_TEN_DAYS;
		step(parser, 2);
	}
	else if (word == W_HALF_OF && !last)
	{
		if (which > 2)
			return false;
		point->piece = DEADLINE_HALF_MONTH;
		step(parser, 2);
	}
	else if (is_unit(parser, 1, DEADLINE_WEEK))
	{
		if (which > 4)
			return false;
		point->piece = DEADLINE_MONTH_WEEK;
		step(parser, 2);
	}
	else
		return false;
	if (which > 3 && point->piece != DEADLINE_MONTH_WEEK)
		return back(parser, at);
	point->day = (uint8_t) which;
	if (word_ahead(parser, 0) == W_MONTH)
	{
		point->number = ahead(parser, 0)->value;
		step(parser, 1);
		(void) read_year(parser, point);
		return true;
	}
	if (point->piece == DEADLINE_HALF_MONTH)
	{
		point->unit = DEADLINE_HALF;
		point->piece = 0;
		point->number = (uint8_t) which;
		point->day = 0;
		if (read_year(parser, point))
			return true;
	}
	return back(parser, at);
}

/*
 * Reads a day or a period.  bare_year allows one that names only its kind:
 * год, учебный год, весь период.
 */
static bool
read_point(DeadlineParser *parser, DeadlinePoint *point, bool bare_year)
{
	int			at = parser->at;
	int			ordinal;
	int			year;

	if (read_numeric_date(parser, point))
		return true;
	memset(point, 0, sizeof(DeadlinePoint));
	if (word_ahead(parser, 0) == W_MONTH)
	{
		point->unit = DEADLINE_MONTH;
		point->number = ahead(parser, 0)->value;
		step(parser, 1);
		if (is_unit(parser, 0, DEADLINE_MONTH))
			step(parser, 1);
		(void) read_year(parser, point);
		return true;
	}
	ordinal = ordinal_ahead(parser, 0);
	if (ordinal != 0 && word_ahead(parser, 1) == W_MONTH)
	{
		point->unit = DEADLINE_DAY;
		point->day = (uint8_t) (ordinal > 31 ? 0 : ordinal);
		point->number = ahead(parser, 1)->value;
		step(parser, 2);
		(void) read_year(parser, point);
		return day_exists(point) ? true : wrong(parser, at);
	}
	if (ordinal != 0 && word_ahead(parser, 1) == W_UNIT &&
		ordinal <= unit_numbers(ahead(parser, 1)->value))
	{
		point->unit = ahead(parser, 1)->value;
		point->number = (uint8_t) ordinal;
		step(parser, 2);
		(void) read_year(parser, point);
		return true;
	}
	if (read_piece(parser, point))
		return true;
	memset(point, 0, sizeof(DeadlinePoint));
	if (read_school_year(parser, &year))
	{
		point->unit = DEADLINE_SCHOOL_YEAR;
		point->year = (int16_t) year;
		point->school = true;
		if (year != 0 || bare_year)
			return true;
		return back(parser, at);
	}
	point->unit = DEADLINE_YEAR;
	(void) take(parser, W_CALENDAR);
	year = year_ahead(parser, 0);
	if (year != 0 && !(ahead(parser, 1)->type == T_DASH &&
					   ahead(parser, 2)->type == T_NUMBER))
	{
		step(parser, 1);
		point->year = (int16_t) year;
		(void) take(parser, W_CALENDAR);
		(void) take_year_word(parser);
		return true;
	}
	if (take(parser, W_CURRENT))
		bare_year = true;
	if (!bare_year)
		return back(parser, at);
	(void) take(parser, W_ALL);
	(void) take(parser, W_CALENDAR);
	if (read_school_year(parser, &year))
	{
		point->unit = DEADLINE_SCHOOL_YEAR;
		point->year = (int16_t) year;
		point->school = true;
		return true;
	}
	year = year_ahead(parser, 0);
	if (year != 0)
	{
		step(parser, 1);
		point->year = (int16_t) year;
	}
	if (take_year_word(parser))
		return true;
	if (year != 0)
		return back(parser, at);
	if (take(parser, W_SPAN) || take(parser, W_TERM_TIME))
	{
		point->unit = DEADLINE_PLAN;
		(void) take(parser, W_EXECUTION);
		(void) take(parser, W_REALISATION);
		(void) take(parser, W_PLAN);
		while (take(parser, W_ROADMAP))
			;
		return true;
	}
	return back(parser, at);
}

/* Adds an element; returns it, or NULL when there are too many. */
static DeadlineElement *
add_element(DeadlineParser *parser, int type, int separator)
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
	element = add_element(parser, ELEMENT_SPAN, separator);
	if (element == NULL)
		return false;
	element->span = phrase->nspans;
	phrase->spans[phrase->nspans++] = span;
	return true;
}

/* Drops the elements and spans from these numbers on. */
static bool
drop(DeadlineParser *parser, int at, int nelements, int nspans)
{
	parser->nelements = nelements;
	parser->phrase->nspans = (uint8_t) nspans;
	return back(parser, at);
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
			 unit_numbers(ahead(parser, 0)->value) > 0)
	{
		last.unit = ahead(parser, 0)->value;
		step(parser, 1);
	}
	else if (n == 2 && joined[1] && ahead(parser, 0)->type == T_DOT)
	{
		parser->at--;
		if (!read_numeric_date(parser, &last))
			return back(parser, at);
	}
	else
		return back(parser, at);
	if (last.year == 0)
		(void) read_year(parser, &last);

	memset(&span, 0, sizeof(span));
	for (int i = 0; i < n; i++)
	{
		DeadlinePoint point = last;

		if (last.unit == DEADLINE_DAY)
		{
			point.day = (uint8_t) (numbers[i] > 31 ? 0 : numbers[i]);
			if (!day_exists(&point))
			{
				parser->wrong = at;
				return drop(parser, at, nelements, nspans);
			}
		}
		else
		{
			point.number = (uint8_t) numbers[i];
			if (numbers[i] > unit_numbers(point.unit))
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
	if (!read_point(parser, &span.from, bare_year))
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
		if (read_point(parser, &span.to, end))
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
		if (!read_point(parser, &span.from, true))
			return back(parser, at);
	}
	else if (take(parser, W_START))
	{
		span.form = DEADLINE_UNTIL;
		if (!read_point(parser, &span.from, true) ||
			span.from.unit == DEADLINE_PLAN ||
			(span.from.unit == DEADLINE_YEAR && span.from.year == 0))
			return back(parser, at);
	}
	else if (word_ahead(parser, 0) == W_MIDDLE ||
			 !read_point(parser, &span.from, false))
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
	if (!read_point(parser, &span.from, true) ||
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
		if (read_point(parser, &span.to, !until))
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
static bool
read_span(DeadlineParser *parser, int separator)
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
		if (!read_piece(parser, &month))
		{
			bool		end = take(parser, W_END);

			if (!end)
				step(parser, 1);
			if (!read_point(parser, &span.from, true))
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
		if (!read_point(parser, &span.from, false) ||
			span.from.unit != DEADLINE_DAY)
			return back(parser, at);
		return add_span(parser, &span, separator) ? true : back(parser, at);
	}
	return read_periods(parser, separator, bare_year) ? true :
		back(parser, at);
}

/* Does an element end before the token n ahead? */
static bool
ends_ahead(DeadlineParser *parser, int n)
{
	int			type = ahead(parser, n)->type;

	return type == T_END || type == T_COMMA || type == T_SEMICOLON ||
		type == T_COLON || type == T_OPEN || type == T_CLOSE ||
		type == T_DOT || (type == T_WORD && word_ahead(parser, n) == W_AND);
}

/*
 * Reads the period of a recurrence: квартал, два месяца, учебный год, каждый
 * месяц.
 */
static bool
read_unit(DeadlineParser *parser, DeadlineRecurrence *recurrence)
{
	int			at = parser->at;
	int			every;

	(void) take(parser, W_COURSE);
	(void) take(parser, W_EACH);
	recurrence->every = 1;
	every = count_ahead(parser, 0);
	if (every != 0)
	{
		if (every > 99)
			return back(parser, at);
		recurrence->every = (uint16_t) every;
		step(parser, 1);
	}
	(void) take(parser, W_CALENDAR);
	if (take(parser, W_SCHOOL))
	{
		if (!take_year_word(parser))
			return back(parser, at);
		recurrence->unit = DEADLINE_SCHOOL_YEAR;
		return true;
	}
	if (word_ahead(parser, 0) == W_YEARS)
	{
		recurrence->unit = DEADLINE_YEAR;
		step(parser, 1);
		return true;
	}
	if (word_ahead(parser, 0) != W_UNIT)
		return back(parser, at);
	recurrence->unit = ahead(parser, 0)->value;
	step(parser, 1);
	return true;
}

/*
 * Reads how many times: 2 раза, один раз, дважды, раз, 1-2 раза (the lower).
 * Returns 0 when nothing was read.  Without times_needed, as after не реже,
 * the word раз may be missing.
 */
static int
read_count(DeadlineParser *parser, bool *lower, bool times_needed)
{
	int			at = parser->at;
	int			count;

	*lower = false;
	if (word_ahead(parser, 0) == W_TIMES_ADVERB)
	{
		count = ahead(parser, 0)->value;
		step(parser, 1);
		return count;
	}
	if (take(parser, W_TIMES))
		return 1;
	count = count_ahead(parser, 0);
	if (count == 0)
		return 0;
	step(parser, 1);
	if (ahead(parser, 0)->type == T_DASH && count_ahead(parser, 1) > count)
	{
		step(parser, 2);
		*lower = true;
	}
	if (!take(parser, W_TIMES) && times_needed)
	{
		(void) back(parser, at);
		return 0;
	}
	return count;
}

/*
 * Reads 10 числа with what follows it; the recurrence gets its day, and its
 * period when the words say one.
 */
static bool
read_day_of_month(DeadlineParser *parser, DeadlineRecurrence *recurrence)
{
	int			day = number_ahead(parser, 0, 1, 2);
	int			at = parser->at;

	if (day < 1 || day > 31 || word_ahead(parser, 1) != W_DAY_NUMBER)
		return false;
	step(parser, 2);
	recurrence->day = (uint8_t) day;
	recurrence->moment = DEADLINE_ON_DAY;
	if (take(parser, W_EACH))
	{
		if (!is_unit(parser, 0, DEADLINE_MONTH))
			return back(parser, at);
		step(parser, 1);
		if (recurrence->unit == DEADLINE_NO_UNIT)
			recurrence->unit = DEADLINE_MONTH;
	}
	else if (is_unit(parser, 0, DEADLINE_MONTH))
		step(parser, 1);
	if (word_ahead(parser, 0) == W_NEXT ||
		(ahead(parser, 0)->type == T_COMMA && word_ahead(parser, 1) == W_NEXT))
	{
		(void) take_type(parser, T_COMMA);
		step(parser, 1);
		recurrence->moment = DEADLINE_NEXT_MONTH;
		if (is_unit(parser, 0, DEADLINE_MONTH))
			step(parser, 1);
		if (take(parser, W_PER))
		{
			if (!take(parser, W_REPORTED))
				return back(parser, at);
			if (word_ahead(parser, 0) == W_UNIT)
			{
				if (recurrence->unit == DEADLINE_NO_UNIT)
					recurrence->unit = ahead(parser, 0)->value;
				step(parser, 1);
			}
			else
				(void) take(parser, W_SPAN);
		}
		if (recurrence->unit == DEADLINE_NO_UNIT)
			recurrence->unit = DEADLINE_MONTH;
	}
	return true;
}

/* Reads the moment of a recurrence that is there: до 10 числа, по пятницам. */
static void
read_moment(DeadlineParser *parser, DeadlineRecurrence *recurrence)
{
	int			at = parser->at;
	DeadlineRecurrence with = *recurrence;

	if (ahead(parser, 0)->type == T_COMMA || ahead(parser, 0)->type == T_OPEN)
		step(parser, 1);
	if (recurrence->unit == DEADLINE_WEEK && recurrence->count == 1 &&
		recurrence->every == 1)
	{
		if (!take(parser, W_BY))
			(void) take(parser, W_IN);
		if (word_ahead(parser, 0) == W_WEEKDAY)
		{
			recurrence->moment = DEADLINE_ON_WEEKDAY;
			recurrence->day = ahead(parser, 0)->value;
			step(parser, 1);
			return;
		}
		(void) back(parser, at);
		return;
	}
	if (!take(parser, W_UNTIL) && !take(parser, W_TOWARDS) &&
		take_both(parser, W_NOT, W_LATER))
		(void) take(parser, W_THAN);
	if (recurrence->count == 1 && read_day_of_month(parser, &with) &&
		(with.moment == DEADLINE_NEXT_MONTH ?
		 with.unit >= DEADLINE_MONTH : with.unit == DEADLINE_MONTH))
	{
		*recurrence = with;
		return;
	}
	(void) back(parser, at);
}

/*
 * Reads how often.
 */
static bool
read_recurrence(DeadlineParser *parser, int separator)
{
	int			at = parser->at;
	DeadlineRecurrence recurrence;
	DeadlineElement *element;
	int			word = word_ahead(parser, 0);
	int			next = word_ahead(parser, 1);
	int			count;
	bool		lower;

	memset(&recurrence, 0, sizeof(recurrence));
	recurrence.every = recurrence.count = 1;
	if (word == W_FREQUENCY)
	{
		recurrence.unit = ahead(parser, 0)->value;
		step(parser, 1);
	}
	else if ((word == W_EACH && next == W_WEEKDAY) ||
			 (word == W_BY && next == W_WEEKDAY) ||
			 (word == W_IN && next == W_EACH &&
			  word_ahead(parser, 2) == W_WEEKDAY))
	{
		step(parser, word == W_IN ? 2 : 1);
		recurrence.unit = DEADLINE_WEEK;
		recurrence.moment = DEADLINE_ON_WEEKDAY;
		recurrence.day = ahead(parser, 0)->value;
		step(parser, 1);
	}
	else if (word == W_EACH || ((word == W_IN || word == W_PER) &&
								next == W_EACH))
	{
		if (word != W_EACH)
			step(parser, 1);
		if (!read_unit(parser, &recurrence))
			return back(parser, at);
	}
	else if ((word == W_IN && next == W_END) || word == W_END ||
			 (word == W_BY && next == W_RESULT))
	{
		step(parser, word == W_END ? 1 : 2);
		if (word_ahead(parser, 0) != W_EACH &&
			(is_unit(parser, 0, DEADLINE_YEAR) ||
			 word_ahead(parser, 0) == W_CALENDAR ||
			 (word != W_BY && word_ahead(parser, 0) == W_SCHOOL)))
			return back(parser, at);
		if (!read_unit(parser, &recurrence) || !ends_ahead(parser, 0) ||
			recurrence.unit == DEADLINE_DAY || recurrence.every > 1)
			return back(parser, at);
		recurrence.moment = DEADLINE_AT_END;
	}
	else if (word == W_BY && next == W_UNIT &&
			 ahead(parser, 1)->value >= DEADLINE_WEEK &&
			 ahead(parser, 1)->value <= DEADLINE_HALF)
	{
		recurrence.unit = ahead(parser, 1)->value;
		step(parser, 2);
	}
	else if (ahead(parser, 0)->type == T_NUMBER || word == W_UNTIL ||
			 word == W_TOWARDS || (word == W_NOT && next == W_LATER))
	{
		if (ahead(parser, 0)->type != T_NUMBER)
			step(parser, word == W_NOT ? 2 : 1);
		if (read_day_of_month(parser, &recurrence))
		{
			if (recurrence.unit == DEADLINE_NO_UNIT)
			{
				if (word_ahead(parser, 0) != W_FREQUENCY ||
					ahead(parser, 0)->value != DEADLINE_MONTH)
					return back(parser, at);
				step(parser, 1);
				recurrence.unit = DEADLINE_MONTH;
			}
		}
		else if (word == W_UNTIL || word == W_TOWARDS || word == W_NOT)
			return back(parser, at);
	}
	if (recurrence.unit == DEADLINE_NO_UNIT)
	{
		(void) back(parser, at);
		if (word == W_NOT && (next == W_SELDOMER || next == W_LESS))
			recurrence.at_least = true;
		else if (word == W_NOT && (next == W_OFTENER || next == W_MORE))
			recurrence.at_most = true;
		if (recurrence.at_least || recurrence.at_most)
		{
			step(parser, 2);
			(void) take(parser, W_THAN);
		}
		else if (take(parser, W_MINIMUM))
			recurrence.at_least = true;
		count = read_count(parser, &lower,
						   !recurrence.at_least && !recurrence.at_most);
		if (count == 0)
			return back(parser, at);
		if (lower)
			recurrence.at_least = true;
		recurrence.count = (uint16_t) count;
		if (!take(parser, W_IN) && !take(parser, W_PER) &&
			!take(parser, W_ON) && !take_type(parser, T_SLASH))
			return back(parser, at);
		if (!read_unit(parser, &recurrence))
			return back(parser, at);
	}
	if (recurrence.moment == DEADLINE_ANY_TIME)
		read_moment(parser, &recurrence);
	element = add_element(parser, ELEMENT_RECURRENCE, separator);
	if (element == NULL)
		return back(parser, at);
	element->recurrence = recurrence;
	return true;
}

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
	begin = read_recurrence(parser, SEPARATOR_STRONG) ||
		read_span(parser, SEPARATOR_STRONG);
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
static bool
read_anchor(DeadlineParser *parser, int separator)
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
	element = add_element(parser, ELEMENT_ANCHOR, separator);
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
deadline_read_element(DeadlineParser *parser, DeadlineSeparator separator)
{
	return read_recurrence(parser, separator) ||
		read_span(parser, separator) || read_anchor(parser, separator) ||
		read_text(parser, separator);
}
