/*
 * deadline_recurrence_core.c
 *		Reading how often: ежемесячно, 2 раза в год, до 10 числа, по пятницам.
 */
#include "deadline_cursor_core.h"

#include <string.h>

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
bool
deadline_read_recurrence(DeadlineParser *parser, int separator)
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
		/* weekdays say when in a week, not in two or in a month */
		if (word == W_BY && separator < SEPARATOR_STRONG &&
			parser->nelements > 0 &&
			parser->elements[parser->nelements - 1].type == ELEMENT_RECURRENCE)
			return wrong(parser, at);
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
		/* в конце 1 полугодия is a period with its number */
		if (count_ahead(parser, 0) != 0 ||
			!read_unit(parser, &recurrence) || !ends_ahead(parser, 0) ||
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
	element = deadline_add_element(parser, ELEMENT_RECURRENCE, separator);
	if (element == NULL)
		return back(parser, at);
	element->recurrence = recurrence;
	return true;
}
