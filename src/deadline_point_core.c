/*
 * deadline_point_core.c
 *		Reading a day or a period of a deadline: dates in figures and words, parts
 *		of months, quarters and terms, calendar and school years.
 *
 * Every function that reads something returns whether it did; when not, the
 * parser stands where it stood.
 */
#include "deadline_cursor_core.h"

#include <string.h>

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
bool
deadline_read_year(DeadlineParser *parser, DeadlinePoint *point)
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
bool
deadline_day_exists(const DeadlinePoint *point)
{
	return point->number >= 1 && point->number <= 12 && point->day >= 1 &&
		point->day <= deadline_month_days(point->year && !point->school ?
										  point->year : 2000, point->number);
}

/*
 * Reads a date in figures: 01.10.2022, 1.10.22 г., 01.10, 2022-10-01,
 * 01-10-2022, 01/10/2022.  Two figures of a year are of this century.
 */
bool
deadline_read_numeric_date(DeadlineParser *parser, DeadlinePoint *point)
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
	return deadline_day_exists(point) ? true : wrong(parser, at);
}

/* Returns how many of the unit a year has, or 0 for a unit not numbered. */
int
deadline_unit_numbers(int unit)
{
	return unit == DEADLINE_QUARTER || unit == DEADLINE_TERM ? 4 :
		unit == DEADLINE_HALF ? 2 : 0;
}

/*
 * Reads a part of a month: первая декада марта, вторая половина мая, последняя
 * неделя августа, конец мая; or половина of a year.
 */
bool
deadline_read_piece(DeadlineParser *parser, DeadlinePoint *point)
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
		(void) deadline_read_year(parser, point);
		return true;
	}
	if (point->piece == DEADLINE_HALF_MONTH)
	{
		point->unit = DEADLINE_HALF;
		point->piece = 0;
		point->number = (uint8_t) which;
		point->day = 0;
		if (deadline_read_year(parser, point))
			return true;
	}
	return back(parser, at);
}

/*
 * Reads a day or a period.  bare_year allows one that names only its kind:
 * год, учебный год, весь период.
 */
bool
deadline_read_point(DeadlineParser *parser, DeadlinePoint *point, bool bare_year)
{
	int			at = parser->at;
	int			ordinal;
	int			year;

	if (deadline_read_numeric_date(parser, point))
		return true;
	memset(point, 0, sizeof(DeadlinePoint));
	if (word_ahead(parser, 0) == W_MONTH)
	{
		point->unit = DEADLINE_MONTH;
		point->number = ahead(parser, 0)->value;
		step(parser, 1);
		if (is_unit(parser, 0, DEADLINE_MONTH))
			step(parser, 1);
		(void) deadline_read_year(parser, point);
		return true;
	}
	ordinal = ordinal_ahead(parser, 0);
	if (ordinal != 0 && word_ahead(parser, 1) == W_MONTH)
	{
		point->unit = DEADLINE_DAY;
		point->day = (uint8_t) (ordinal > 31 ? 0 : ordinal);
		point->number = ahead(parser, 1)->value;
		step(parser, 2);
		(void) deadline_read_year(parser, point);
		return deadline_day_exists(point) ? true : wrong(parser, at);
	}
	if (ordinal != 0 && word_ahead(parser, 1) == W_UNIT &&
		ordinal <= deadline_unit_numbers(ahead(parser, 1)->value))
	{
		point->unit = ahead(parser, 1)->value;
		point->number = (uint8_t) ordinal;
		step(parser, 2);
		(void) deadline_read_year(parser, point);
		return true;
	}
	if (deadline_read_piece(parser, point))
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
