/*
 * deadline_core.h
 *		Deadlines as plans write them, in Russian: what a phrase means, its dates
 *		within a plan, its normal form.
 *
 * Nothing here allocates: a parsed phrase is a structure of fixed size that
 * points into the caller's text, and every output goes to a caller's buffer.
 *
 * A day is a number of days since 2000-01-01, as PostgreSQL counts them.  A
 * school year is named by the calendar year it begins in.
 */
#ifndef SHNOR_DEADLINE_CORE_H
#define SHNOR_DEADLINE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer phrase is not read; token places fit uint16_t (4 bytes each). */
#define SHNOR_DEADLINE_MAX_CHARS 2000
#define DEADLINE_MAX_TOKENS 512
#define DEADLINE_MAX_SPANS 64
#define DEADLINE_MAX_PARTS 32

/* A plan may cover at most so many calendar years. */
#define SHNOR_DEADLINE_MAX_YEARS 20
#define SHNOR_DEADLINE_MAX_OCCURRENCES 1000

/* Terms in a calendar given by a caller: 100 years of four terms. */
#define SHNOR_DEADLINE_MAX_TERMS 400

/* Years that a phrase may name; also bounds the days computed from them. */
#define DEADLINE_FIRST_YEAR 1990
#define DEADLINE_LAST_YEAR 2100

/* No date: an occurrence without a start or without a due date. */
#define DEADLINE_NO_DAY INT32_MIN

/* Bytes that always hold a note or a normal form of a phrase of len bytes. */
#define DEADLINE_TEXT_SIZE(len) ((size_t) 24576 + (len))

typedef enum DeadlineKind
{
	DEADLINE_UNRECOGNISED,
	DEADLINE_UNDATED,
	DEADLINE_ONCE,
	DEADLINE_RANGE,
	DEADLINE_MULTI,
	DEADLINE_CONTINUOUS,
	DEADLINE_RECURRING,
	DEADLINE_COMPOSITE
} DeadlineKind;

typedef enum DeadlineUnit
{
	DEADLINE_NO_UNIT,
	DEADLINE_DAY,
	DEADLINE_WEEK,
	DEADLINE_MONTH,
	DEADLINE_QUARTER,			/* of the calendar year */
	DEADLINE_TERM,				/* of the school year: четверть */
	DEADLINE_HALF,				/* of either year */
	DEADLINE_YEAR,
	DEADLINE_SCHOOL_YEAR,
	DEADLINE_PLAN				/* the whole period of the plan */
} DeadlineUnit;

/* A part of a month. */
typedef enum DeadlinePiece
{
	DEADLINE_WHOLE_MONTH,
	DEADLINE_TEN_DAYS,			/* 1-10, 11-20, 21-end */
	DEADLINE_HALF_MONTH,		/* 1-15, 16-end */
	DEADLINE_MONTH_WEEK			/* days 1-7, 8-14, ...; the last seven days */
} DeadlinePiece;

/* A day or a period that a phrase names. */
typedef struct DeadlinePoint
{
	uint8_t		unit;			/* DeadlineUnit */
	uint8_t		number;			/* month, quarter, term or half, from 1 */
	uint8_t		day;			/* of the month; which piece, 0 the last week */
	uint8_t		piece;			/* DeadlinePiece */
	bool		school;			/* year is a school year */
	int16_t		year;			/* 0 when the phrase leaves it to the plan */
} DeadlinePoint;

typedef enum DeadlineForm
{
	DEADLINE_WHOLE,				/* the point itself */
	DEADLINE_FROM_TO,
	DEADLINE_UNTIL,				/* до: a day inclusive, before a period */
	DEADLINE_BY,				/* не позднее, до конца: the
								 * period inclusive */
	DEADLINE_SINCE				/* с: to the end of the plan */
} DeadlineForm;

typedef struct DeadlineSpan
{
	uint8_t		form;			/* DeadlineForm */
	bool		before_end;		/* FROM_TO ends before the last point */
	DeadlinePoint from;			/* the only point but in FROM_TO */
	DeadlinePoint to;
} DeadlineSpan;

typedef enum DeadlineMoment
{
	DEADLINE_ANY_TIME,			/* the due day is the last of the period */
	DEADLINE_AT_END,			/* the same, said so */
	DEADLINE_ON_DAY,			/* the day of the period's last month */
	DEADLINE_NEXT_MONTH,		/* the day of the month after the period */
	DEADLINE_ON_WEEKDAY
} DeadlineMoment;

/* How often: count times in a period of every units. */
typedef struct DeadlineRecurrence
{
	uint8_t		unit;			/* DeadlineUnit, never NO_UNIT or PLAN */
	uint8_t		moment;			/* DeadlineMoment */
	uint8_t		day;			/* of the month 1-31, of the week 1-7 */
	bool		at_least;
	bool		at_most;
	uint16_t	every;			/* 1..99 */
	uint16_t	count;			/* 1..366 */
} DeadlineRecurrence;

/* What a part's spans are for its recurrence. */
typedef enum DeadlineRole
{
	DEADLINE_DATES,				/* the dates themselves */
	DEADLINE_WINDOW				/* where the recurrence applies */
} DeadlineRole;

/* What an anchor names; a set of bits. */
#define DEADLINE_SEPARATE_PLAN 0x001
#define DEADLINE_SEPARATE_SCHEDULE 0x002
#define DEADLINE_OWN_WORK_PLAN 0x004
#define DEADLINE_AGREEMENT 0x008
#define DEADLINE_WORK_PLAN 0x010
#define DEADLINE_ASSESSMENT_SCHEDULE 0x020
#define DEADLINE_SCHEDULE 0x040
#define DEADLINE_ASSESSMENT_PROCEDURE 0x080
#define DEADLINE_EVENT 0x100
#define DEADLINE_ON_DEMAND 0x200
#define DEADLINE_DOCUMENT 0x400

typedef struct DeadlinePart
{
	uint8_t		kind;			/* DeadlineKind, neither first nor last */
	uint8_t		role;			/* DeadlineRole */
	bool		recurs;			/* recurrence is set */
	bool		fixed_anchor;	/* the anchor's class says all of it */
	uint8_t		first_span;
	uint8_t		nspans;
	uint16_t	anchor_class;	/* bits, 0 when there is no anchor */
	uint16_t	anchor_start;	/* bytes of the phrase */
	uint16_t	anchor_end;
	uint16_t	text_start;		/* a form of work after the dates */
	uint16_t	text_end;
	DeadlineRecurrence recurrence;
} DeadlinePart;

typedef struct DeadlinePhrase
{
	const char *text;			/* the caller's, len bytes */
	size_t		len;
	uint8_t		kind;			/* DeadlineKind */
	uint8_t		nparts;			/* 0 only for UNRECOGNISED */
	uint8_t		nspans;
	int			position;		/* UNRECOGNISED: the character, from 1 */
	DeadlinePart parts[DEADLINE_MAX_PARTS];
	DeadlineSpan spans[DEADLINE_MAX_SPANS];
} DeadlinePhrase;

/* First and last days of school terms, ascending; none for the default. */
typedef struct DeadlineCalendar
{
	int			nterms;
	const int32_t (*terms)[2];
} DeadlineCalendar;

/* What a note says about one occurrence. */
#define DEADLINE_YEAR_OF_PLAN 0x01	/* the phrase names no year */
#define DEADLINE_OUTSIDE_PLAN 0x02	/* no date in the plan: the nearest */
#define DEADLINE_DEFAULT_CALENDAR 0x04
#define DEADLINE_NOT_EXPANDED 0x08	/* one row for too many */
#define DEADLINE_NO_DATE 0x10	/* the dates named do not exist */

typedef struct DeadlineOccurrence
{
	int32_t		starts_on;		/* or DEADLINE_NO_DAY */
	int32_t		due_on;			/* or DEADLINE_NO_DAY */
	uint8_t		part;			/* from 0 */
	uint8_t		flags;
} DeadlineOccurrence;

extern void deadline_parse(const char *text, size_t len,
						   DeadlinePhrase *phrase);
extern const char *deadline_kind_name(int kind);
extern int	deadline_expand(const DeadlinePhrase *phrase, int32_t plan_from,
							int32_t plan_to, const DeadlineCalendar *calendar,
							DeadlineOccurrence *out);
extern size_t deadline_note(const DeadlinePhrase *phrase, int part, int flags,
							char *out, size_t size);
extern size_t deadline_canonical(const DeadlinePhrase *phrase, char *out,
								 size_t size);

extern int32_t deadline_day(int year, int month, int day);
extern void deadline_civil(int32_t day, int *year, int *month, int *mday);
extern int	deadline_month_days(int year, int month);
extern int	deadline_point_order(const DeadlinePoint *point);
extern DeadlineKind deadline_span_kind(const DeadlineSpan *span);

#endif							/* SHNOR_DEADLINE_CORE_H */
