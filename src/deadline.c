/*
 * deadline.c
 *		SQL functions over deadlines as plans write them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "compat.h"
#include "deadline_core.h"

PG_FUNCTION_INFO_V1(shnor_deadline_occurrences);
PG_FUNCTION_INFO_V1(shnor_deadline_kind);
PG_FUNCTION_INFO_V1(shnor_deadline_canonical);

/* Years that a plan or a calendar may lie in. */
#define FIRST_PLAN_YEAR 1900
#define LAST_PLAN_YEAR 2200

/* What deadline_occurrences() keeps between its rows. */
typedef struct OccurrenceState
{
	DeadlinePhrase phrase;
	DeadlineOccurrence *occurrences;
	char	   *note;			/* of DEADLINE_TEXT_SIZE bytes */
	size_t		note_size;
} OccurrenceState;

/*
 * Parses a text datum; what is parsed points into it, or into a copy in the
 * current memory context when the database is not in UTF-8.
 */
static void
parse_text(text * value, DeadlinePhrase *phrase)
{
	char	   *bytes = VARDATA_ANY(value);
	int			len = VARSIZE_ANY_EXHDR(value);

	if (GetDatabaseEncoding() != PG_UTF8 &&
		GetDatabaseEncoding() != PG_SQL_ASCII)
	{
		char	   *converted = pg_server_to_any(bytes, len, PG_UTF8);

		if (converted != bytes)
		{
			bytes = converted;
			len = strlen(bytes);
		}
	}
	deadline_parse(bytes, len, phrase);
}

/* Returns UTF-8 bytes as a text datum in the database's encoding. */
static Datum
utf8_text(const char *bytes, size_t len)
{
	if (GetDatabaseEncoding() != PG_UTF8 &&
		GetDatabaseEncoding() != PG_SQL_ASCII && len > 0)
	{
		char	   *converted = pg_any_to_server(bytes, (int) len, PG_UTF8);

		if (converted != bytes)
			return CStringGetTextDatum(converted);
	}
	return PointerGetDatum(cstring_to_text_with_len(bytes, (int) len));
}

/* Raises the error for a calendar that is none. */
pg_noreturn static void
bad_calendar(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid calendar of school terms"),
			 errdetail("%s", detail),
			 errhint("Give an array of pairs in ascending order, the first and the last day of each term, for example array_agg(ARRAY[starts_on, ends_on] ORDER BY starts_on).")));
}

/* Is the date finite, in the years that plans and calendars may lie in? */
static bool
date_in_bounds(DateADT date)
{
	return date >= deadline_day(FIRST_PLAN_YEAR, 1, 1) &&
		date <= deadline_day(LAST_PLAN_YEAR, 12, 31);
}

/*
 * Reads a calendar, an array of pairs of dates, into *calendar, which points
 * into *terms, of SHNOR_DEADLINE_MAX_TERMS.  An empty array is the default
 * calendar.
 */
static void
read_calendar(ArrayType *array, DeadlineCalendar *calendar,
			  int32_t (*terms)[2])
{
	const DateADT *dates;

	calendar->nterms = 0;
	calendar->terms = terms;
	if (ARR_NDIM(array) == 0)
		return;
	if (ARR_NDIM(array) != 2 || ARR_DIMS(array)[1] != 2)
		bad_calendar("The array is not one of pairs.");
	if (ARR_DIMS(array)[0] > SHNOR_DEADLINE_MAX_TERMS)
		bad_calendar(psprintf("The array has %d pairs; %d are the most.",
							  ARR_DIMS(array)[0], SHNOR_DEADLINE_MAX_TERMS));
	if (array_contains_nulls(array))
		bad_calendar("A date is NULL.");
	calendar->nterms = ARR_DIMS(array)[0];
	dates = (const DateADT *) ARR_DATA_PTR(array);
	for (int i = 0; i < calendar->nterms; i++)
	{
		terms[i][0] = dates[2 * i];
		terms[i][1] = dates[2 * i + 1];
		if (!date_in_bounds(terms[i][0]) || !date_in_bounds(terms[i][1]))
			bad_calendar(psprintf("A date of pair %d is outside the years %d to %d.",
								  i + 1, FIRST_PLAN_YEAR, LAST_PLAN_YEAR));
		if (terms[i][0] > terms[i][1])
			bad_calendar(psprintf("Pair %d ends before it begins.", i + 1));
		if (i > 0 && terms[i][0] <= terms[i - 1][1])
			bad_calendar(psprintf("Pair %d begins before the one before it ends.",
								  i + 1));
	}
}

/* Refuses a plan that is none, or too long. */
static void
check_plan(DateADT plan_from, DateADT plan_to)
{
	int			first;
	int			last;
	int			unused;

	if (!date_in_bounds(plan_from) || !date_in_bounds(plan_to))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid period of a plan"),
				 errdetail("It is outside the years %d to %d.",
						   FIRST_PLAN_YEAR, LAST_PLAN_YEAR),
				 errhint("Give the first and the last day of the plan.")));
	if (plan_from > plan_to)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid period of a plan"),
				 errdetail("It ends %d days before it begins.",
						   plan_from - plan_to),
				 errhint("Give the first day of the plan, then the last one.")));
	deadline_civil(plan_from, &first, &unused, &unused);
	deadline_civil(plan_to, &last, &unused, &unused);
	if (last - first >= SHNOR_DEADLINE_MAX_YEARS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period of a plan is too long"),
				 errdetail("It touches %d calendar years; %d are the most.",
						   last - first + 1, SHNOR_DEADLINE_MAX_YEARS),
				 errhint("Ask for a part of it at a time.")));
}

/*
 * deadline_occurrences(phrase, plan_from, plan_to, calendar): the dates of a
 * deadline in a plan, as a set.  No rows when one of the first three is NULL.
 */
Datum
shnor_deadline_occurrences(PG_FUNCTION_ARGS)
{
	FuncCallContext *funcctx;
	OccurrenceState *state;

	if (SRF_IS_FIRSTCALL())
	{
		MemoryContext oldcontext;
		TupleDesc	tupdesc;

		funcctx = SRF_FIRSTCALL_INIT();
		oldcontext = MemoryContextSwitchTo(funcctx->multi_call_memory_ctx);
		if (get_call_result_type(fcinfo, NULL, &tupdesc) !=
			TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		funcctx->tuple_desc = BlessTupleDesc(tupdesc);
		funcctx->max_calls = 0;
		if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1) && !PG_ARGISNULL(2))
		{
			DateADT		plan_from = PG_GETARG_DATEADT(1);
			DateADT		plan_to = PG_GETARG_DATEADT(2);
			DeadlineOccurrence occurrences[SHNOR_DEADLINE_MAX_OCCURRENCES];
			int32_t		terms[SHNOR_DEADLINE_MAX_TERMS][2];
			DeadlineCalendar calendar = {0, NULL};
			int			count;

			check_plan(plan_from, plan_to);
			if (!PG_ARGISNULL(3))
				read_calendar(PG_GETARG_ARRAYTYPE_P(3), &calendar, terms);

			/* the phrase points into the argument, kept for all rows */
			state = palloc(sizeof(OccurrenceState));
			parse_text(PG_GETARG_TEXT_P_COPY(0), &state->phrase);
			count = deadline_expand(&state->phrase, plan_from, plan_to,
									&calendar, occurrences);
			state->occurrences = palloc(sizeof(DeadlineOccurrence) *
										Max(count, 1));
			memcpy(state->occurrences, occurrences,
				   sizeof(DeadlineOccurrence) * count);
			state->note_size = DEADLINE_TEXT_SIZE(0);
			if (state->phrase.kind != DEADLINE_UNRECOGNISED)
				state->note_size = DEADLINE_TEXT_SIZE(state->phrase.len);
			state->note = palloc(state->note_size);
			funcctx->max_calls = Max(count, 1);
			funcctx->user_fctx = state;
		}
		MemoryContextSwitchTo(oldcontext);
	}

	funcctx = SRF_PERCALL_SETUP();
	state = funcctx->user_fctx;
	if (funcctx->call_cntr < funcctx->max_calls)
	{
		bool		read = state->phrase.kind != DEADLINE_UNRECOGNISED;
		DeadlineOccurrence occurrence = {DEADLINE_NO_DAY, DEADLINE_NO_DAY, 0, 0};
		Datum		values[5] = {0};
		bool		nulls[5] = {false, false, false, false, false};
		size_t		len;

		if (read)
			occurrence = state->occurrences[funcctx->call_cntr];
		values[0] = DateADTGetDatum(occurrence.starts_on);
		nulls[0] = occurrence.starts_on == DEADLINE_NO_DAY;
		values[1] = DateADTGetDatum(occurrence.due_on);
		nulls[1] = occurrence.due_on == DEADLINE_NO_DAY;
		values[2] = CStringGetTextDatum(deadline_kind_name(read ?
														   state->phrase.parts[occurrence.part].kind : DEADLINE_UNRECOGNISED));
		values[3] = Int32GetDatum(occurrence.part + 1);
		len = deadline_note(&state->phrase, occurrence.part, occurrence.flags,
							state->note, state->note_size);
		if (len > 0)
			values[4] = utf8_text(state->note, len);
		else
			nulls[4] = true;
		SRF_RETURN_NEXT(funcctx,
						HeapTupleGetDatum(heap_form_tuple(funcctx->tuple_desc,
														  values, nulls)));
	}
	SRF_RETURN_DONE(funcctx);
}

/* deadline_kind(phrase): what kind of deadline it is, as a whole. */
Datum
shnor_deadline_kind(PG_FUNCTION_ARGS)
{
	DeadlinePhrase phrase;

	parse_text(PG_GETARG_TEXT_PP(0), &phrase);
	PG_RETURN_TEXT_P(cstring_to_text(deadline_kind_name(phrase.kind)));
}

/* deadline_canonical(phrase): its normal form. */
Datum
shnor_deadline_canonical(PG_FUNCTION_ARGS)
{
	DeadlinePhrase phrase;
	size_t		size;
	char	   *out;

	parse_text(PG_GETARG_TEXT_PP(0), &phrase);
	size = DEADLINE_TEXT_SIZE(phrase.len);
	out = palloc(size);
	PG_RETURN_DATUM(utf8_text(out, deadline_canonical(&phrase, out, size)));
}
