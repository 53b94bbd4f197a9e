/*
 * deadline_write_core.c
 *		Writing what was read of a deadline phrase: its normal form, its notes.
 */
#include "deadline_lexer_core.h"

#include <string.h>

/* Text that grows in a caller's buffer; what does not fit is dropped. */
typedef struct Writer
{
	char	   *out;
	size_t		size;
	size_t		len;
} Writer;

static void
put_bytes(Writer *writer, const char *bytes, size_t n)
{
	if (n > writer->size - writer->len)
		n = writer->size - writer->len;
	memcpy(writer->out + writer->len, bytes, n);
	writer->len += n;
}

static void
put(Writer *writer, const char *text)
{
	put_bytes(writer, text, strlen(text));
}

/* Writes a number from 0 up. */
static void
put_number(Writer *writer, int number)
{
	char		digits[12];
	size_t		at = sizeof(digits);

	do
	{
		digits[--at] = (char) ('0' + number % 10);
		number /= 10;
	} while (number > 0);
	put_bytes(writer, digits + at, sizeof(digits) - at);
}

/*
 * Writes bytes of the phrase with every run of white space as one blank; none
 * at the end, and at the beginning only when something stands before it.
 */
static void
put_verbatim(Writer *writer, const DeadlinePhrase *phrase, size_t start,
			 size_t end, bool begun)
{
	const unsigned char *p = (const unsigned char *) phrase->text + start;
	const unsigned char *stop = (const unsigned char *) phrase->text + end;
	bool		blank = false;

	while (p < stop)
	{
		uint32_t	c;
		size_t		n = deadline_decode(p, stop, &c);

		if (deadline_is_space(c))
			blank = true;
		else
		{
			if (blank && begun)
				put(writer, " ");
			blank = false;
			begun = true;
			put_bytes(writer, (const char *) p, n);
		}
		p += n;
	}
}

/* Writes an anchor's text. */
static void
put_anchor(Writer *writer, const DeadlinePhrase *phrase,
		   const DeadlinePart *part)
{
	if (part->fixed_anchor)
		put(writer, deadline_texts[part->anchor_class & DEADLINE_SEPARATE_PLAN ?
								   TEXT_SEPARATE_PLAN :
								   part->anchor_class & DEADLINE_SEPARATE_SCHEDULE ?
								   TEXT_SEPARATE_SCHEDULE : TEXT_WORK_PLAN]);
	else
	{
		/* the first word is a preposition: no capital */
		const unsigned char *p = (const unsigned char *) phrase->text +
		part->anchor_start;
		bool		capital = p[0] == 0xD0 && p[1] >= 0x90 && p[1] <= 0xAF;

		if (capital)
		{
			char		lower[2];

			lower[0] = (char) (p[1] < 0xA0 ? 0xD0 : 0xD1);
			lower[1] = (char) (p[1] < 0xA0 ? p[1] + 0x20 : p[1] - 0x20);
			put_bytes(writer, lower, 2);
		}
		put_verbatim(writer, phrase, part->anchor_start + (capital ? 2 : 0),
					 part->anchor_end, capital);
	}
}

/* Writes a Roman number of 1 to 4. */
static void
put_roman(Writer *writer, int number)
{
	static const char *const roman[] = {"", "I", "II", "III", "IV"};

	put(writer, roman[number]);
}

/* Writes 2023/2024. */
static void
put_school_year(Writer *writer, int year)
{
	put_number(writer, year);
	put(writer, "/");
	put_number(writer, year + 1);
}

/* Writes a point, in the genitive if said so. */
static void
put_point(Writer *writer, const DeadlinePoint *point, bool genitive)
{
	int			g = genitive ? 1 : 0;

	switch (point->unit)
	{
		case DEADLINE_DAY:
			put_number(writer, point->day);
			put(writer, " ");
			put(writer, deadline_months[1][point->number - 1]);
			break;
		case DEADLINE_MONTH:
			if (point->piece == DEADLINE_TEN_DAYS)
			{
				put_roman(writer, point->day);
				put(writer, deadline_texts[TEXT_TEN_DAYS + g]);
				g = 1;
			}
			else if (point->piece == DEADLINE_HALF_MONTH)
			{
				put(writer, deadline_texts[TEXT_HALF_MONTH +
										   2 * (point->day - 1) + g]);
				g = 1;
			}
			else if (point->piece == DEADLINE_MONTH_WEEK)
			{
				if (point->day > 0)
					put_number(writer, point->day);
				else
					put(writer, deadline_texts[TEXT_LAST + g]);
				put(writer, deadline_texts[TEXT_WEEK + g]);
				g = 1;
			}
			put(writer, deadline_months[g][point->number - 1]);
			break;
		case DEADLINE_QUARTER:
		case DEADLINE_TERM:
		case DEADLINE_HALF:
			put_roman(writer, point->number);
			put(writer, " ");
			put(writer, deadline_units[point->unit][g]);
			if (point->school && point->year == 0)
			{
				put(writer, " ");
				put(writer, deadline_units[DEADLINE_SCHOOL_YEAR][1]);
			}
			break;
		case DEADLINE_YEAR:
		case DEADLINE_SCHOOL_YEAR:
			if (point->year != 0)
			{
				if (point->unit == DEADLINE_YEAR)
					put_number(writer, point->year);
				else
					put_school_year(writer, point->year);
				put(writer, " ");
			}
			put(writer, deadline_units[point->unit][g]);
			return;
		default:
			put(writer, deadline_units[DEADLINE_PLAN][1]);
			return;
	}
	if (point->year != 0)
	{
		put(writer, " ");
		if (point->school)
		{
			put_school_year(writer, point->year);
			put(writer, " ");
			put(writer, deadline_units[DEADLINE_SCHOOL_YEAR][1]);
		}
		else
			put_number(writer, point->year);
	}
}

/* Writes a span. */
static void
put_span(Writer *writer, const DeadlineSpan *span)
{
	int			unit = span->from.unit;

	switch (span->form)
	{
		case DEADLINE_WHOLE:
			if (unit == DEADLINE_PLAN)
				put(writer, "постоянно");
			else if (unit >= DEADLINE_YEAR && span->from.year == 0)
			{
				put(writer, "в течение ");
				put_point(writer, &span->from, true);
			}
			else
				put_point(writer, &span->from, false);
			break;
		case DEADLINE_FROM_TO:
			if (span->before_end || (span->to.unit >= DEADLINE_YEAR &&
									 unit < DEADLINE_YEAR))
			{
				put(writer, "с ");
				put_point(writer, &span->from, true);
				put(writer, span->before_end ? " до " : " до конца ");
				put_point(writer, &span->to, true);
				break;
			}
			put_point(writer, &span->from, false);
			put(writer, " - ");
			put_point(writer, &span->to, false);
			break;
		case DEADLINE_UNTIL:
			put(writer, unit == DEADLINE_SCHOOL_YEAR ? "до начала " : "до ");
			put_point(writer, &span->from, true);
			break;
		case DEADLINE_BY:
			put(writer, "до конца ");
			put_point(writer, &span->from, true);
			break;
		case DEADLINE_SINCE:
			put(writer, "с ");
			put_point(writer, &span->from, true);
			break;
	}
}

/* Writes how often. */
static void
put_recurrence(Writer *writer, const DeadlineRecurrence *recurrence)
{
	int			count = recurrence->count;
	int			every = recurrence->every;

	if (recurrence->moment == DEADLINE_AT_END)
	{
		put(writer, "в конце ");
		put(writer, deadline_units[recurrence->unit][5]);
		return;
	}
	if (!recurrence->at_least && !recurrence->at_most && count == 1 &&
		every == 1 && deadline_adverbs[recurrence->unit] != NULL)
		put(writer, deadline_adverbs[recurrence->unit]);
	else
	{
		bool		genitive = recurrence->at_least || recurrence->at_most;
		int			few = count % 10 >= 2 && count % 10 <= 4 &&
		count / 10 % 10 != 1;

		if (genitive)
		{
			put(writer, deadline_texts[recurrence->at_least ? TEXT_AT_LEAST :
									   TEXT_AT_MOST]);
			few = count % 10 == 1 && count % 100 != 11;
		}
		put_number(writer, count);
		put(writer, deadline_texts[TEXT_TIMES + (few ? 1 : 0)]);
		if (every > 1)
		{
			put_number(writer, every);
			put(writer, " ");
		}
		put(writer, deadline_units[recurrence->unit]
			[every == 1 ? 2 : every % 10 >= 2 && every % 10 <= 4 &&
			 every / 10 != 1 ? 3 : 4]);
	}
	switch (recurrence->moment)
	{
		case DEADLINE_ON_DAY:
			put(writer, " до ");
			put_number(writer, recurrence->day);
			put(writer, " числа");
			break;
		case DEADLINE_NEXT_MONTH:
			put(writer, " до ");
			put_number(writer, recurrence->day);
			put(writer, " числа следующего месяца");
			break;
		case DEADLINE_ON_WEEKDAY:
			put(writer, " по ");
			put(writer, deadline_weekdays[recurrence->day]);
			break;
	}
}

/*
 * Would a comma between these change what they mean?  A day takes on the до
 * of a day before it; the whole plan gives way to a period beside it.
 */
static bool
merge_by_comma(const DeadlineSpan *before, const DeadlineSpan *span)
{
	if (before->form == DEADLINE_UNTIL)
		return before->from.unit == DEADLINE_DAY &&
			span->form == DEADLINE_WHOLE && span->from.unit == DEADLINE_DAY;
	return before->from.unit == DEADLINE_PLAN ||
		span->from.unit == DEADLINE_PLAN;
}

/* Writes a part of the normal form. */
static void
put_part(Writer *writer, const DeadlinePhrase *phrase,
		 const DeadlinePart *part)
{
	if (part->anchor_class != 0)
	{
		put_anchor(writer, phrase, part);
		if (part->nspans == 0 && !part->recurs)
			return;
		put(writer, ": ");
	}
	if (part->recurs)
	{
		put_recurrence(writer, &part->recurrence);
		if (part->nspans > 0)
			put(writer, ": ");
	}
	for (int i = 0; i < part->nspans; i++)
	{
		const DeadlineSpan *span = &phrase->spans[part->first_span + i];

		if (i > 0)
			put(writer, part->recurs || !merge_by_comma(&span[-1], span) ?
				", " : "; ");
		put_span(writer, span);
	}
}

/*
 * Writes the normal form, which reads as the phrase does and is its own normal
 * form; of an unrecognised phrase, its text with white space made single.
 * Returns its bytes; DEADLINE_TEXT_SIZE(len) is enough room.
 */
size_t
deadline_canonical(const DeadlinePhrase *phrase, char *out, size_t size)
{
	Writer		writer = {out, size, 0};

	if (phrase->kind == DEADLINE_UNRECOGNISED)
		put_verbatim(&writer, phrase, 0, phrase->len, false);
	for (int i = 0; i < phrase->nparts; i++)
	{
		if (i > 0)
			put(&writer, "; ");
		put_part(&writer, phrase, &phrase->parts[i]);
	}
	return writer.len;
}

/* Writes what stands between two items of a note. */
static void
put_item(Writer *writer)
{
	if (writer->len > 0)
		put(writer, "; ");
}

/* Writes the classes of an anchor, joined by plus signs. */
static void
put_classes(Writer *writer, int classes)
{
	static const char *const names[] = {
		"separate_plan", "separate_schedule", "own_work_plan", "agreement",
		"work_plan", "assessment_schedule", "schedule",
		"assessment_procedure", "event", "on_demand", "document"
	};
	bool		more = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
	{
		if ((classes & (1 << i)) == 0)
			continue;
		if (more)
			put(writer, "+");
		put(writer, names[i]);
		more = true;
	}
}

/*
 * Writes what there is to note of an occurrence of a part (from 0), items
 * name=value joined by semicolons; returns its bytes, 0 for nothing.  flags are
 * those of the occurrence.  DEADLINE_TEXT_SIZE(len) is enough room.
 */
size_t
deadline_note(const DeadlinePhrase *phrase, int number, int flags, char *out,
			  size_t size)
{
	static const char *const periods[] = {NULL, "D", "W", "M", "M", NULL,
	"M", "Y", NULL};
	Writer		writer = {out, size, 0};
	const DeadlinePart *part;

	if (phrase->kind == DEADLINE_UNRECOGNISED)
	{
		put(&writer, "position=");
		put_number(&writer, phrase->position);
		return writer.len;
	}
	part = &phrase->parts[number];
	if (part->recurs)
	{
		const DeadlineRecurrence *recurrence = &part->recurrence;
		int			every = recurrence->every;

		put(&writer, "freq=");
		if (periods[recurrence->unit] == NULL)
		{
			put_number(&writer, recurrence->count);
			put(&writer, "/");
			if (every > 1)
				put_number(&writer, every);
			put(&writer, recurrence->unit == DEADLINE_TERM ?
				"academic_term" : "academic_year");
		}
		else
		{
			if (recurrence->count > 1)
			{
				put_number(&writer, recurrence->count);
				put(&writer, "/");
			}
			if (recurrence->unit == DEADLINE_QUARTER)
				every *= 3;
			if (recurrence->unit == DEADLINE_HALF)
				every *= 6;
			put(&writer, "P");
			put_number(&writer, every);
			put(&writer, periods[recurrence->unit]);
		}
		if (recurrence->at_least)
			put(&writer, "; min=1");
		if (recurrence->at_most)
			put(&writer, "; max=1");
		if (recurrence->moment == DEADLINE_AT_END)
			put(&writer, "; at=end");
	}
	else if (part->kind == DEADLINE_RECURRING)
		put(&writer, "freq=per_event");
	if (part->anchor_class != 0)
	{
		put_item(&writer);
		put(&writer, "anchor=");
		put_classes(&writer, part->anchor_class);
		put(&writer, ": ");
		put_anchor(&writer, phrase, part);
	}
	else if (part->kind == DEADLINE_UNDATED)
	{
		put_item(&writer);
		put(&writer, "anchor=none");
	}
	if (flags & DEADLINE_YEAR_OF_PLAN)
	{
		put_item(&writer);
		put(&writer, "year=plan");
	}
	if (flags & DEADLINE_OUTSIDE_PLAN)
	{
		put_item(&writer);
		put(&writer, "outside=plan");
	}
	if (flags & DEADLINE_DEFAULT_CALENDAR)
	{
		put_item(&writer);
		put(&writer, "calendar=default");
	}
	if (flags & DEADLINE_NOT_EXPANDED)
	{
		put_item(&writer);
		put(&writer, "expanded=no");
	}
	if (flags & DEADLINE_NO_DATE)
	{
		put_item(&writer);
		put(&writer, "date=none");
	}
	if (part->text_end > 0)
	{
		put_item(&writer);
		put(&writer, "text=");
		put_verbatim(&writer, phrase, part->text_start, part->text_end, false);
	}
	return writer.len;
}
