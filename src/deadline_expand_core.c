/*
 * deadline_expand_core.c
 *		The dates of a deadline within a plan.
 */
#include "deadline_core.h"

#include <string.h>

/* Days of the default school year, see default_term(). */
static const struct
{
	int8_t		later;			/* years after the school year's first */
	int8_t		month;
	int8_t		day;
}			default_terms[4][2] = {
	{{0, 9, 1}, {0, 10, 27}},
	{{0, 11, 6}, {0, 12, 30}},
	{{1, 1, 9}, {1, 3, 22}},
	{{1, 4, 1}, {1, 5, 26}}
};

/* What dates are asked for, and where they go. */
typedef struct Expansion
{
	const DeadlinePhrase *phrase;
	int32_t		plan_from;
	int32_t		plan_to;
	int			first_year;		/* calendar years of the plan */
	int			last_year;
	const DeadlineCalendar *calendar;
	int			part;
	int			flags;			/* of the part */
	int			count;			/* occurrences so far */
	int			limit;			/* they may reach */
	bool		overflow;
	DeadlineOccurrence *out;
} Expansion;

/* A number of days; first may be NO_DAY. */
typedef struct Days
{
	int32_t		first;
	int32_t		last;
} Days;

/*
 * Returns the day number of a date of the Gregorian calendar, years 1 to 9999.
 * The year is counted from March, so that a leap day is its last.
 */
int32_t
deadline_day(int year, int month, int day)
{
	int			y = month > 2 ? year : year - 1;
	int			m = month > 2 ? month - 3 : month + 9;

	/* 730425 days are from 0000-03-01 to 2000-01-01 */
	return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 -
		730425;
}

/* Returns the date of a day number within the years 1 to 9999. */
void
deadline_civil(int32_t day, int *year, int *month, int *mday)
{
	int32_t		n = day + 730425;
	int			y = (int) ((n * INT64_C(10000) + 14780) / 3652425);
	int			rest = n - (365 * y + y / 4 - y / 100 + y / 400);
	int			m;

	if (rest < 0)
	{
		y--;
		rest = n - (365 * y + y / 4 - y / 100 + y / 400);
	}
	m = (100 * rest + 52) / 3060;
	*month = m < 10 ? m + 3 : m - 9;
	*year = y + (m >= 10);
	*mday = rest - (m * 306 + 5) / 10 + 1;
}

/* Returns the number of days of a month. */
int
deadline_month_days(int year, int month)
{
	static const uint8_t days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	30, 31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month];
}

static Days
months(int year, int first, int last)
{
	Days		days;

	days.first = deadline_day(year, first, 1);
	days.last = deadline_day(year, last, deadline_month_days(year, last));
	return days;
}

/*
 * Finds a term of the school year that begins in the year; number 0 is the
 * last one.  A calendar's terms belong to the school year from August to July
 * that they begin in, and are numbered in their order.  A school year of which
 * the calendar has no term is an assumed one: from 1 September to 26 May, with
 * nine days of holidays after each of the first three terms.  False when there
 * is no such term.
 */
static bool
find_term(Expansion *expansion, int school_year, int number, Days *days)
{
	const DeadlineCalendar *calendar = expansion->calendar;
	int32_t		begin = deadline_day(school_year, 8, 1);
	int32_t		end = deadline_day(school_year + 1, 8, 1);
	int			low = 0;
	int			high = calendar->nterms;
	int			n;

	while (low < high)
	{
		int			mid = (low + high) / 2;

		if (calendar->terms[mid][0] < begin)
			low = mid + 1;
		else
			high = mid;
	}
	n = low;
	while (n < calendar->nterms && calendar->terms[n][0] < end)
		n++;
	if (n == low)
	{
		if (number > 4)
			return false;
		n = number ? number - 1 : 3;
		expansion->flags |= DEADLINE_DEFAULT_CALENDAR;
		days->first = deadline_day(school_year + default_terms[n][0].later,
								   default_terms[n][0].month,
								   default_terms[n][0].day);
		days->last = deadline_day(school_year + default_terms[n][1].later,
								  default_terms[n][1].month,
								  default_terms[n][1].day);
		return true;
	}
	low = number ? low + number - 1 : n - 1;
	if (low >= n)
		return false;
	days->first = calendar->terms[low][0];
	days->last = calendar->terms[low][1];
	return true;
}

/*
 * Finds the days of a point whose year is the one given: the calendar year it
 * begins in, or for a point of a school year that one.  False when it does not
 * exist.
 */
static bool
point_days(Expansion *expansion, const DeadlinePoint *point, int year,
		   Days *days)
{
	int			number = point->number;
	Days		other;

	switch (point->unit)
	{
		case DEADLINE_DAY:
			if (point->day > deadline_month_days(year, number))
				return false;
			days->first = days->last = deadline_day(year, number, point->day);
			return true;
		case DEADLINE_MONTH:
			*days = months(year, number, number);
			if (point->piece == DEADLINE_TEN_DAYS)
			{
				days->first += 10 * (point->day - 1);
				if (point->day < 3)
					days->last = days->first + 9;
			}
			else if (point->piece == DEADLINE_HALF_MONTH)
			{
				if (point->day == 1)
					days->last = days->first + 14;
				else
					days->first += 15;
			}
			else if (point->piece == DEADLINE_MONTH_WEEK)
			{
				if (point->day == 0)
					days->first = days->last - 6;
				else
				{
					days->first += 7 * (point->day - 1);
					days->last = days->first + 6;
				}
			}
			return true;
		case DEADLINE_QUARTER:
			*days = months(year, 3 * number - 2, 3 * number);
			return true;
		case DEADLINE_TERM:
			return find_term(expansion, point->school || number <= 2 ? year :
							 year - 1, number, days);
		case DEADLINE_HALF:
			if (!point->school)
			{
				*days = months(year, 6 * number - 5, 6 * number);
				return true;
			}
			if (!find_term(expansion, year, number == 1 ? 2 : 3, days) ||
				!find_term(expansion, year, number == 1 ? 1 : 0, &other))
				return false;
			if (number == 1)
				days->first = other.first;
			else
				days->last = other.last;
			return true;
		case DEADLINE_YEAR:
			*days = months(year, 1, 12);
			return true;
		case DEADLINE_SCHOOL_YEAR:
			days->first = deadline_day(year, 9, 1);
			days->last = deadline_day(year + 1, 8, 31);
			return true;
		default:
			days->first = expansion->plan_from;
			days->last = expansion->plan_to;
			return true;
	}
}

/* Returns the day that до a point means. */
static int32_t
until(const DeadlinePoint *point, const Days *days)
{
	return point->unit == DEADLINE_DAY || point->unit == DEADLINE_TERM ||
		point->unit == DEADLINE_PLAN ? days->first : days->first - 1;
}

/* Finds the last day of a point that ends something. */
static bool
by(Expansion *expansion, const DeadlinePoint *point, int year, Days *days)
{
	if (point->unit == DEADLINE_SCHOOL_YEAR)
		return find_term(expansion, year, 0, days);
	return point_days(expansion, point, year, days);
}

/*
 * Finds the days of a span whose first point is in the year given, unless it
 * names its own; false when there are none, as of a range from July to the end
 * of the school year.  A bound has no first day; SINCE has no last one after
 * the plan.
 */
static bool
span_days(Expansion *expansion, const DeadlineSpan *span, int year,
		  Days *days)
{
	const DeadlinePoint *from = &span->from;
	const DeadlinePoint *to = &span->to;
	Days		end;
	int			last = to->year;

	if (from->year != 0)
		year = from->year;
	switch (span->form)
	{
		case DEADLINE_WHOLE:
			return point_days(expansion, from, year, days);
		case DEADLINE_UNTIL:
			if (!point_days(expansion, from, year, days))
				return false;
			days->last = until(from, days);
			days->first = DEADLINE_NO_DAY;
			return true;
		case DEADLINE_BY:
			if (!by(expansion, from, year, days))
				return false;
			days->first = DEADLINE_NO_DAY;
			return true;
		case DEADLINE_SINCE:
			if (!point_days(expansion, from, year, days))
				return false;
			days->last = days->first <= expansion->plan_to ?
				expansion->plan_to : DEADLINE_NO_DAY;
			return true;
	}
	if (last == 0)
	{
		if (to->unit == DEADLINE_SCHOOL_YEAR)
			last = deadline_point_order(from) >= 9 * 32 ? year : year - 1;
		else
			last = to->unit != DEADLINE_YEAR && !from->school &&
				deadline_point_order(from) > deadline_point_order(to) ?
				year + 1 : year;
	}
	if (!point_days(expansion, from, year, days) ||
		!(from->unit < DEADLINE_YEAR ? by(expansion, to, last, &end) :
		  point_days(expansion, to, last, &end)))
		return false;
	days->last = span->before_end ? until(to, &end) : end.last;
	return days->last >= days->first;
}

/* Adds an occurrence, or notes that there are too many. */
static void
emit(Expansion *expansion, int32_t starts_on, int32_t due_on, int flags)
{
	DeadlineOccurrence *occurrence;

	if (expansion->count >= expansion->limit)
	{
		expansion->overflow = true;
		return;
	}
	occurrence = &expansion->out[expansion->count++];
	occurrence->starts_on = starts_on;
	occurrence->due_on = due_on;
	occurrence->part = (uint8_t) expansion->part;
	occurrence->flags = (uint8_t) (flags | expansion->flags);
}

static int32_t
later(int32_t a, int32_t b)
{
	return a > b ? a : b;
}

static int32_t
earlier(int32_t a, int32_t b)
{
	return a < b ? a : b;
}

/*
 * Tells how a span's days lie to the plan: 2 in it, 1 only partly, 0 outside,
 * with the days between in *gap.
 */
static int
in_plan(const Expansion *expansion, const DeadlineSpan *span, const Days *days,
		int32_t *gap)
{
	int32_t		first = days->first != DEADLINE_NO_DAY ? days->first :
	days->last;
	int32_t		last = days->last != DEADLINE_NO_DAY ? days->last : first;
	int			year_first;
	int			year_last;
	int			unused;

	*gap = later(first - expansion->plan_to, expansion->plan_from - last);
	if (*gap > 0)
		return 0;
	if (span->form == DEADLINE_SINCE || span->form == DEADLINE_WHOLE)
		return first >= expansion->plan_from ||
			span->form == DEADLINE_WHOLE ? 2 : 1;

	/* of periods over New Year those count first that begin in the plan */
	deadline_civil(first, &year_first, &unused, &unused);
	deadline_civil(last, &year_last, &unused, &unused);
	return year_first == year_last || first >= expansion->plan_from ? 2 : 1;
}

/*
 * Emits the occurrences of a span that leaves its year to the plan: in every
 * year of it; if there is none in the plan, the nearest one.
 */
static void
expand_bare(Expansion *expansion, const DeadlineSpan *span, int every)
{
	int			best = -1;
	int32_t		best_gap = INT32_MAX;
	Days		best_days = {0, 0};
	int			best_flags = 0;
	int			before = expansion->flags;
	bool		clip = span->form == DEADLINE_WHOLE &&
	span->from.unit >= DEADLINE_YEAR;
	int			flag = span->from.unit == DEADLINE_PLAN ? 0 :
	DEADLINE_YEAR_OF_PLAN;

	/* the first pass finds how well the best one lies */
	for (int pass = 0; pass < 2; pass++)
	{
		if (pass == 1 && best < 1)
			break;
		for (int year = expansion->first_year - 1;
			 year <= expansion->last_year + 1; year++)
		{
			Days		days;
			int			quality;
			int32_t		gap;

			if (span->from.unit == DEADLINE_PLAN &&
				year != expansion->first_year)
				continue;
			expansion->flags = before;
			if (!span_days(expansion, span, year, &days))
				continue;
			quality = in_plan(expansion, span, &days, &gap);
			if (pass == 0)
			{
				if (quality > best || (quality == 0 && best == 0 &&
									   gap < best_gap))
				{
					best = quality;
					best_gap = gap;
					best_days = days;
					best_flags = expansion->flags;
				}
				continue;
			}
			if (quality < best ||
				(every > 1 && (year - expansion->first_year) % every != 0))
				continue;
			if (clip)
			{
				days.first = later(days.first, expansion->plan_from);
				days.last = earlier(days.last, expansion->plan_to);
			}
			emit(expansion, days.first, days.last, flag);
			if (span->form == DEADLINE_SINCE)
				break;
		}
	}
	expansion->flags = before;
	if (best == 0)
	{
		expansion->flags = best_flags;
		emit(expansion, best_days.first, best_days.last,
			 flag | DEADLINE_OUTSIDE_PLAN);
		expansion->flags = before;
	}
}

/* Emits the occurrences of a span. */
static void
expand_span(Expansion *expansion, const DeadlineSpan *span, int every)
{
	Days		days;
	int			before = expansion->flags;

	if (span->from.year == 0)
	{
		expand_bare(expansion, span, every);
		return;
	}
	if (span_days(expansion, span, 0, &days))
		emit(expansion, days.first, days.last, 0);
	expansion->flags = before;
}

/* Orders the occurrences from first on by their dates; few, nearly ordered. */
static void
sort_occurrences(Expansion *expansion, int first)
{
	DeadlineOccurrence *out = expansion->out;

	for (int i = first + 1; i < expansion->count; i++)
	{
		DeadlineOccurrence one = out[i];
		int			at = i;

		while (at > first && (out[at - 1].due_on > one.due_on ||
							  (out[at - 1].due_on == one.due_on &&
							   out[at - 1].starts_on > one.starts_on)))
		{
			out[at] = out[at - 1];
			at--;
		}
		out[at] = one;
	}
}

/*
 * Emits the occurrences of one period of a recurrence, cut to the window.
 * False when the window or the room is at its end.
 */
static bool
emit_period(Expansion *expansion, const DeadlineRecurrence *recurrence,
			const Days *period, const Days *window)
{
	int32_t		length = period->last - period->first + 1;
	int			count = recurrence->count;
	int			year;
	int			month;
	int			day;
	int			next_year;
	int			next_month;
	int			next_day;
	int			months_long;
	bool		by_months;

	if (period->first > window->last || expansion->overflow)
		return false;
	if (period->last < window->first)
		return true;
	deadline_civil(period->first, &year, &month, &day);
	if (recurrence->moment == DEADLINE_ON_DAY ||
		recurrence->moment == DEADLINE_NEXT_MONTH)
	{
		int32_t		due;

		deadline_civil(period->last, &year, &month, &day);
		if (recurrence->moment == DEADLINE_NEXT_MONTH && ++month == 13)
		{
			month = 1;
			year++;
		}
		day = deadline_month_days(year, month);
		due = deadline_day(year, month, recurrence->day < day ?
						   recurrence->day : day);
		if (recurrence->moment == DEADLINE_NEXT_MONTH ||
			(due >= window->first && due <= window->last))
			emit(expansion, earlier(due, later(period->first, window->first)),
				 due, 0);
		return true;
	}
	if (recurrence->moment == DEADLINE_AT_END)
	{
		/* its end is what is meant: not cut */
		if (period->last <= window->last)
			emit(expansion, later(period->first, window->first),
				 period->last, 0);
		return true;
	}
	if (recurrence->moment == DEADLINE_ON_WEEKDAY)
	{
		int32_t		due = period->first + recurrence->day - 1;

		if (due >= window->first && due <= window->last)
			emit(expansion, due, due, 0);
		return true;
	}

	/* whole months if they can be divided so, else days */
	deadline_civil(period->last + 1, &next_year, &next_month, &next_day);
	months_long = next_month - month + 12 * (next_year - year);
	by_months = day == 1 && next_day == 1 && months_long % count == 0;
	for (int k = 0; k < count; k++)
	{
		int32_t		first;
		int32_t		last;

		if (by_months)
		{
			int			step = months_long / count;
			int			m0 = month - 1 + k * step;
			int			m1 = m0 + step;

			first = deadline_day(year + m0 / 12, m0 % 12 + 1, 1);
			last = deadline_day(year + m1 / 12, m1 % 12 + 1, 1) - 1;
		}
		else
		{
			first = period->first + (int32_t) ((int64_t) length * k / count);
			last = period->first +
				(int32_t) ((int64_t) length * (k + 1) / count) - 1;
			if (last < first)
				last = first;
		}
		if (last < window->first || first > window->last)
			continue;
		emit(expansion, later(first, window->first),
			 earlier(last, window->last), 0);
		if (expansion->overflow)
			return false;
	}
	return true;
}

/* Emits the periods of a recurrence that touch a window of days. */
static void
expand_window(Expansion *expansion, const DeadlineRecurrence *recurrence,
			  const Days *window)
{
	int			every = recurrence->every;
	int			year;
	int			month;
	int			day;
	int			before = expansion->flags;
	Days		period;

	if (window->first > window->last)
		return;
	deadline_civil(window->first, &year, &month, &day);
	switch (recurrence->unit)
	{
		case DEADLINE_DAY:
		case DEADLINE_WEEK:
			period.first = window->first;
			if (recurrence->unit == DEADLINE_WEEK)
			{
				/* 2000-01-03 was a Monday */
				period.first -= ((period.first - 2) % 7 + 7) % 7;
				every *= 7;
			}
			do
			{
				period.last = period.first + every - 1;
				if (!emit_period(expansion, recurrence, &period, window))
					break;
				period.first += every;
			} while (true);
			break;
		case DEADLINE_MONTH:
		case DEADLINE_QUARTER:
		case DEADLINE_HALF:
		case DEADLINE_YEAR:
			every *= recurrence->unit == DEADLINE_MONTH ? 1 :
				recurrence->unit == DEADLINE_QUARTER ? 3 :
				recurrence->unit == DEADLINE_HALF ? 6 : 12;

			/* periods that divide a year begin with January */
			month = 12 % every == 0 ? 1 : month;
			if (recurrence->unit == DEADLINE_YEAR ||
				recurrence->unit == DEADLINE_HALF)
				month = 1;
			else if (recurrence->unit == DEADLINE_QUARTER && 12 % every != 0)
				month = (month - 1) / 3 * 3 + 1;
			month--;
			do
			{
				int			next = month + every;

				period.first = deadline_day(year + month / 12,
											month % 12 + 1, 1);
				period.last = deadline_day(year + next / 12,
										   next % 12 + 1, 1) - 1;
				month = next;
			} while (emit_period(expansion, recurrence, &period, window));
			break;
		case DEADLINE_SCHOOL_YEAR:
			if (month < 9)
				year--;
			do
			{
				period.first = deadline_day(year, 9, 1);
				period.last = deadline_day(year + every, 8, 31);
				if (recurrence->moment == DEADLINE_AT_END)
				{
					Days		term;

					expansion->flags = before;
					if (find_term(expansion, year + every - 1, 0, &term))
						period.last = term.last;
				}
				year += every;
			} while (emit_period(expansion, recurrence, &period, window));
			break;
		default:

			/* terms of the school years that touch the window */
			year--;
			for (int number = 1;;)
			{
				expansion->flags = before;
				if (!find_term(expansion, year, number, &period))
				{
					if (number == 1)
						break;
					year++;
					number = 1;
					continue;
				}
				if (every > 1)
				{
					Days		last;

					if (find_term(expansion, year, number + every - 1, &last))
						period.last = last.last;
					else if (find_term(expansion, year, 0, &last))
						period.last = last.last;
				}
				if (!emit_period(expansion, recurrence, &period, window))
					break;
				number += every;
			}
			break;
	}
	expansion->flags = before;
}

/* Emits the occurrences of a part with a recurrence. */
static void
expand_recurrence(Expansion *expansion, const DeadlinePart *part)
{
	DeadlineOccurrence *out = expansion->out;
	int			first = expansion->count;
	int			nwindows;
	Days		windows[DEADLINE_MAX_SPANS + 1];

	if (part->nspans == 0)
	{
		Days		plan;

		plan.first = expansion->plan_from;
		plan.last = expansion->plan_to;

		/* a year's plan over New Year: twice a year is twice in it */
		if (part->recurrence.unit == DEADLINE_YEAR &&
			part->recurrence.every == 1 &&
			expansion->first_year != expansion->last_year &&
			plan.last - plan.first < 366)
			(void) emit_period(expansion, &part->recurrence, &plan, &plan);
		else
			expand_window(expansion, &part->recurrence, &plan);
		return;
	}

	/* the windows are found as occurrences are, then made room for */
	for (int i = 0; i < part->nspans; i++)
	{
		const DeadlineSpan *span =
		&expansion->phrase->spans[part->first_span + i];

		expand_span(expansion, span, 1);
	}
	sort_occurrences(expansion, first);
	nwindows = 0;
	for (int i = first; i < expansion->count; i++)
	{
		Days		window;

		window.first = out[i].starts_on != DEADLINE_NO_DAY ?
			out[i].starts_on : expansion->plan_from;
		window.last = out[i].due_on;
		if (window.last == DEADLINE_NO_DAY)
			continue;
		/* they are ordered by their ends: this one may swallow several */
		while (nwindows > 0 && window.first <= windows[nwindows - 1].last + 1)
		{
			window.first = earlier(window.first, windows[nwindows - 1].first);
			nwindows--;
		}
		if (nwindows <= DEADLINE_MAX_SPANS)
			windows[nwindows++] = window;
		else
			expansion->overflow = true;
	}
	expansion->count = first;
	for (int i = 0; i < nwindows; i++)
		expand_window(expansion, &part->recurrence, &windows[i]);
}

/*
 * Writes the occurrences of a phrase in a plan from plan_from to plan_to, at
 * most SHNOR_DEADLINE_MAX_OCCURRENCES, in the order of its parts and in each
 * by date; returns their number, at least 1 unless the phrase is unrecognised.
 * The plan begins before it ends, touches at most SHNOR_DEADLINE_MAX_YEARS
 * calendar years and lies within the years 1 to 9990; the calendar's terms are
 * ascending.  A part with more occurrences than there is room for has one, the
 * whole plan, marked so.
 */
int
deadline_expand(const DeadlinePhrase *phrase, int32_t plan_from,
				int32_t plan_to, const DeadlineCalendar *calendar,
				DeadlineOccurrence *out)
{
	Expansion	expansion;
	int			unused;

	memset(&expansion, 0, sizeof(expansion));
	expansion.phrase = phrase;
	expansion.plan_from = plan_from;
	expansion.plan_to = plan_to;
	expansion.calendar = calendar;
	expansion.out = out;
	deadline_civil(plan_from, &expansion.first_year, &unused, &unused);
	deadline_civil(plan_to, &expansion.last_year, &unused, &unused);

	for (int i = 0; i < phrase->nparts; i++)
	{
		const DeadlinePart *part = &phrase->parts[i];
		int			first = expansion.count;
		int			every = 1;

		expansion.part = i;
		expansion.flags = 0;
		expansion.overflow = false;
		/* every part after this one needs a place */
		expansion.limit = SHNOR_DEADLINE_MAX_OCCURRENCES -
			(phrase->nparts - 1 - i);
		if (part->recurs && part->role == DEADLINE_WINDOW)
			expand_recurrence(&expansion, part);
		else if (part->nspans > 0)
		{
			if (part->recurs && part->recurrence.unit >= DEADLINE_YEAR)
				every = part->recurrence.every;
			for (int k = 0; k < part->nspans; k++)
				expand_span(&expansion, &phrase->spans[part->first_span + k],
							every);
			sort_occurrences(&expansion, first);
		}
		else
			emit(&expansion, DEADLINE_NO_DAY, DEADLINE_NO_DAY, 0);
		if (expansion.overflow)
		{
			expansion.count = first;
			emit(&expansion, plan_from, plan_to, DEADLINE_NOT_EXPANDED);
		}
		else if (expansion.count == first)
			emit(&expansion, DEADLINE_NO_DAY, DEADLINE_NO_DAY,
				 DEADLINE_NO_DATE);
	}
	return expansion.count;
}
