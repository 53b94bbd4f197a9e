/*
 * shnor_rule.c
 *		Aggregate shnor_rule: the two-year rule over one school's assessments.
 *
 * The state is a sorted array of the assessments met in the two years of the
 * rule.  Everything that decides is in rule_core.c.
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"

#include "compat.h"
#include "rule_core.h"

/*
 * Limit on assessments of one group, far above what a region holds: it keeps
 * the insertions into the array and all sizes small.
 */
#define SHNOR_RULE_MAX_KEYS		10000

/*
 * A state has room for so many keys, which is what a school has assessments;
 * an integer key of theirs needs no memory of its own.
 */
#define SHNOR_RULE_FIRST_KEYS	9

/* Longest part of a key to show in a message, in bytes */
#define SHNOR_RULE_SHOWN_KEY	64

/* Serialized form: its version and flags */
#define SHNOR_RULE_VERSION		1
#define SHNOR_RULE_TEXT_KEYS	0x01
#define SHNOR_RULE_HAS_YEAR		0x02
#define SHNOR_RULE_SAME			0x04
#define SHNOR_RULE_KNOWN_FLAGS	\
	(SHNOR_RULE_TEXT_KEYS | SHNOR_RULE_HAS_YEAR | SHNOR_RULE_SAME)

typedef struct ShnorRuleState
{
	bool		text_keys;		/* keys are text, else int8 in network order */
	bool		has_year;		/* a row with a year was met */
	bool		same_assessment;	/* branch B needs the same assessment */
	int32		year;			/* the judged year, if has_year */
	int32		low_needed;		/* low assessments branch A needs, >= 1 */
	int			nkeys;
	int			maxkeys;		/* room in keys */
	RuleKey    *keys;			/* sorted by bytes, distinct */
	RuleKey		first_keys[SHNOR_RULE_FIRST_KEYS];	/* keys, while they fit */
	uint64		first_bytes[SHNOR_RULE_FIRST_KEYS]; /* in order of arrival */
} ShnorRuleState;

PG_FUNCTION_INFO_V1(shnor_rule_accum_int8);
PG_FUNCTION_INFO_V1(shnor_rule_accum_text);
PG_FUNCTION_INFO_V1(shnor_rule_combine);
PG_FUNCTION_INFO_V1(shnor_rule_serial);
PG_FUNCTION_INFO_V1(shnor_rule_deserial);
PG_FUNCTION_INFO_V1(shnor_rule_final);

/* A state without rows in the given memory context. */
static ShnorRuleState *
shnor_rule_make(MemoryContext context, bool text_keys, bool same_assessment,
				int32 low_needed)
{
	ShnorRuleState *state = MemoryContextAlloc(context, sizeof(*state));

	memset(state, 0, offsetof(ShnorRuleState, first_keys));
	state->maxkeys = SHNOR_RULE_FIRST_KEYS;
	state->keys = state->first_keys;
	state->text_keys = text_keys;
	state->same_assessment = same_assessment;
	state->low_needed = low_needed;
	return state;
}

/* Note the judged year of a row or of another state: it must be one. */
static void
shnor_rule_note_year(ShnorRuleState *state, int32 year)
{
	if (state->has_year && state->year != year)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the judged year differs inside one group of shnor_rule"),
				 errdetail("Years %d and %d were given.",
						   Min(state->year, year), Max(state->year, year)),
				 errhint("Judge one year at a time, or group by the judged year.")));
	state->has_year = true;
	state->year = year;
}

/* Require the same parameters of the rule as the state's. */
static void
shnor_rule_check_parameters(const ShnorRuleState *state, bool same_assessment,
							int32 low_needed)
{
	if (state->same_assessment != same_assessment)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("same_assessment differs inside one group of shnor_rule"),
				 errdetail("Both true and false were given."),
				 errhint("Apply one rule to a group, or group by the rule.")));
	if (state->low_needed != low_needed)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("low_needed differs inside one group of shnor_rule"),
				 errdetail("Values %d and %d were given.",
						   Min(state->low_needed, low_needed),
						   Max(state->low_needed, low_needed)),
				 errhint("Apply one rule to a group, or group by the rule.")));
}

/* A key as one may show it to the user, in the current memory context. */
static char *
shnor_rule_key_text(const ShnorRuleState *state, const RuleKey *key)
{
	if (!state->text_keys)
	{
		uint64		number;

		memcpy(&number, key->bytes, sizeof(number));
		return psprintf("%lld", (long long) pg_ntoh64(number));
	}
	else
	{
		int			len = pg_mbcliplen(key->bytes, key->len,
									   SHNOR_RULE_SHOWN_KEY);

		return psprintf("\"%.*s\"%s", len, key->bytes,
						len < (int) key->len ? "..." : "");
	}
}

/*
 * Make room at position, which rule_find_key gave, and put a new key there;
 * its bytes are copied into the given memory context, the one of the state.
 */
static RuleKey *
shnor_rule_insert(ShnorRuleState *state, MemoryContext context, int position,
				  const char *bytes, uint32 len)
{
	RuleKey    *key;
	char	   *copy;

	if (state->nkeys >= SHNOR_RULE_MAX_KEYS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different assessments in one group of shnor_rule"),
				 errdetail("The limit is %d.", SHNOR_RULE_MAX_KEYS),
				 errhint("Group by school; an assessment is an exam, not a pupil's result.")));

	if (state->nkeys == state->maxkeys)
	{
		int			maxkeys = state->maxkeys * 2;

		if (state->keys == state->first_keys)
		{
			state->keys = MemoryContextAlloc(context,
											 maxkeys * sizeof(RuleKey));
			memcpy(state->keys, state->first_keys, sizeof(state->first_keys));
		}
		else
			state->keys = repalloc(state->keys, maxkeys * sizeof(RuleKey));
		state->maxkeys = maxkeys;
	}

	if (!state->text_keys && state->nkeys < SHNOR_RULE_FIRST_KEYS)
		copy = (char *) &state->first_bytes[state->nkeys];
	else
		copy = MemoryContextAlloc(context, len);
	memcpy(copy, bytes, len);

	key = &state->keys[position];
	memmove(key + 1, key, (state->nkeys - position) * sizeof(RuleKey));
	state->nkeys++;
	key->bytes = copy;
	key->len = len;
	key->flags = 0;
	return key;
}

/* Add what is known of one assessment; context is the one of the state. */
static void
shnor_rule_add(ShnorRuleState *state, MemoryContext context,
			   const char *bytes, uint32 len, uint8 flags)
{
	int			position;
	RuleKey    *key;

	if (rule_find_key(state->keys, state->nkeys, bytes, len, &position))
		key = &state->keys[position];
	else
		key = shnor_rule_insert(state, context, position, bytes, len);

	key->flags |= flags;
	if (!rule_flags_valid(key->flags))
	{
		bool		last = (key->flags & RULE_LAST_MASK) == RULE_LAST_MASK;

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("contradictory rows for one assessment and year"),
				 errdetail("Assessment %s is both low and not low in %lld.",
						   shnor_rule_key_text(state, key),
						   (long long) state->year - (last ? 0 : 1)),
				 errhint("Aggregate first: shnor_rule expects one row for each assessment of a school and year.")));
	}
}

/* Report a NULL in a row that has data. */
static void
shnor_rule_null_error(const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s of shnor_rule is null in a row with data", argument),
			 errhint("Only a row whose is_low is null may leave it out.")));
}

/* Report a NULL parameter of the rule. */
static void
shnor_rule_null_parameter_error(const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s of shnor_rule must not be null", argument),
			 errhint("Leave the argument out to get its default.")));
}

/*
 * Transition for both types of keys and all numbers of arguments:
 * (internal, result_year, assessment, is_low, year
 * [, same_assessment [, low_needed]]) -> internal; called on NULL input.
 *
 * The parameters of the rule are looked at in every row, the rest of the row
 * only if is_low is not NULL.
 */
static Datum
shnor_rule_accum(FunctionCallInfo fcinfo, bool text_keys)
{
	MemoryContext aggcontext;
	ShnorRuleState *state;
	bool		same_assessment = false;
	int32		low_needed = 2;
	int32		result_year;
	bool		is_low;
	uint8		flags;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "shnor_rule_accum called in non-aggregate context");

	if (PG_NARGS() > 5)
	{
		if (PG_ARGISNULL(5))
			shnor_rule_null_parameter_error("same_assessment");
		same_assessment = PG_GETARG_BOOL(5);
	}
	if (PG_NARGS() > 6)
	{
		if (PG_ARGISNULL(6))
			shnor_rule_null_parameter_error("low_needed");
		low_needed = PG_GETARG_INT32(6);
		if (low_needed < 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("low_needed of shnor_rule must be positive"),
					 errdetail("low_needed is %d.", low_needed),
					 errhint("Give the number of low assessments of one year that is enough, usually 2.")));
	}

	if (PG_ARGISNULL(0))
		state = shnor_rule_make(aggcontext, text_keys, same_assessment,
								low_needed);
	else
	{
		state = (ShnorRuleState *) PG_GETARG_POINTER(0);
		shnor_rule_check_parameters(state, same_assessment, low_needed);
	}
	if (!PG_ARGISNULL(4))
		shnor_rule_note_year(state, PG_GETARG_INT32(4));

	if (PG_ARGISNULL(3))
		PG_RETURN_POINTER(state);
	if (PG_ARGISNULL(1))
		shnor_rule_null_error("result_year");
	if (PG_ARGISNULL(2))
		shnor_rule_null_error("assessment");
	if (PG_ARGISNULL(4))
		shnor_rule_null_error("year");

	result_year = PG_GETARG_INT32(1);
	is_low = PG_GETARG_BOOL(3);
	if (result_year == state->year)
		flags = is_low ? RULE_LAST_LOW : RULE_LAST_PASSED;
	else if (result_year == (int64) state->year - 1)
		flags = is_low ? RULE_BEFORE_LOW : RULE_BEFORE_PASSED;
	else
		PG_RETURN_POINTER(state);

	if (text_keys)
	{
		text	   *key = PG_GETARG_TEXT_PP(2);

		shnor_rule_add(state, aggcontext, VARDATA_ANY(key),
					   VARSIZE_ANY_EXHDR(key), flags);
	}
	else
	{
		uint64		key = pg_hton64((uint64) PG_GETARG_INT64(2));

		shnor_rule_add(state, aggcontext, (const char *) &key, sizeof(key),
					   flags);
	}

	PG_RETURN_POINTER(state);
}

Datum
shnor_rule_accum_int8(PG_FUNCTION_ARGS)
{
	return shnor_rule_accum(fcinfo, false);
}

Datum
shnor_rule_accum_text(PG_FUNCTION_ARGS)
{
	return shnor_rule_accum(fcinfo, true);
}

/*
 * Combine: (internal, internal) -> internal; called on NULL input.  The second
 * state may live in a context that goes away, so nothing of it is kept.
 */
Datum
shnor_rule_combine(PG_FUNCTION_ARGS)
{
	MemoryContext aggcontext;
	ShnorRuleState *state;
	ShnorRuleState *other;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "shnor_rule_combine called in non-aggregate context");

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = (ShnorRuleState *) PG_GETARG_POINTER(1);

	if (PG_ARGISNULL(0))
		state = shnor_rule_make(aggcontext, other->text_keys,
								other->same_assessment, other->low_needed);
	else
	{
		state = (ShnorRuleState *) PG_GETARG_POINTER(0);
		Assert(state->text_keys == other->text_keys);
		shnor_rule_check_parameters(state, other->same_assessment,
									other->low_needed);
	}
	if (other->has_year)
		shnor_rule_note_year(state, other->year);

	for (int i = 0; i < other->nkeys; i++)
	{
		CHECK_FOR_INTERRUPTS();
		shnor_rule_add(state, aggcontext, other->keys[i].bytes,
					   other->keys[i].len, other->keys[i].flags);
	}

	PG_RETURN_POINTER(state);
}

/*
 * Serialize: (internal) -> bytea; strict.
 *
 * version (1 byte), flags (1), year (4), low_needed (4), number of keys (4),
 * then for each key, sorted: flags (1), length (4), bytes.  Network order.
 */
Datum
shnor_rule_serial(PG_FUNCTION_ARGS)
{
	ShnorRuleState *state;
	StringInfoData buf;
	uint8		flags = 0;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "shnor_rule_serial called in non-aggregate context");
	state = (ShnorRuleState *) PG_GETARG_POINTER(0);

	if (state->text_keys)
		flags |= SHNOR_RULE_TEXT_KEYS;
	if (state->has_year)
		flags |= SHNOR_RULE_HAS_YEAR;
	if (state->same_assessment)
		flags |= SHNOR_RULE_SAME;

	pq_begintypsend(&buf);
	pq_sendbyte(&buf, SHNOR_RULE_VERSION);
	pq_sendbyte(&buf, flags);
	pq_sendint32(&buf, (uint32) state->year);
	pq_sendint32(&buf, (uint32) state->low_needed);
	pq_sendint32(&buf, (uint32) state->nkeys);
	for (int i = 0; i < state->nkeys; i++)
	{
		const RuleKey *key = &state->keys[i];

		CHECK_FOR_INTERRUPTS();
		pq_sendbyte(&buf, key->flags);
		pq_sendint32(&buf, key->len);
		pq_sendbytes(&buf, key->bytes, (int) key->len);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* Report a partial state whose bytes do not make sense. */
static void
shnor_rule_bad_bytes(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid partial state of shnor_rule"),
			 errdetail("%s", what),
			 errhint("All servers and processes must run the same version of the extension.")));
}

/* Deserialize: (bytea, internal) -> internal; strict; trusts no byte. */
Datum
shnor_rule_deserial(PG_FUNCTION_ARGS)
{
	bytea	   *bytes;
	StringInfoData buf;
	ShnorRuleState *state;
	uint8		flags;
	uint32		year;
	uint32		low_needed;
	uint32		nkeys;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "shnor_rule_deserial called in non-aggregate context");

	bytes = PG_GETARG_BYTEA_PP(0);
	buf.data = VARDATA_ANY(bytes);
	buf.len = VARSIZE_ANY_EXHDR(bytes);
	buf.maxlen = buf.len;
	buf.cursor = 0;

	if (buf.len < 14)
		shnor_rule_bad_bytes("The head is cut short.");
	if (pq_getmsgbyte(&buf) != SHNOR_RULE_VERSION)
		shnor_rule_bad_bytes("The version is not known.");
	flags = (uint8) pq_getmsgbyte(&buf);
	if ((flags & ~SHNOR_RULE_KNOWN_FLAGS) != 0)
		shnor_rule_bad_bytes("Reserved bits are set.");
	year = pq_getmsgint(&buf, 4);
	low_needed = pq_getmsgint(&buf, 4);
	if (low_needed < 1 || low_needed > PG_INT32_MAX)
		shnor_rule_bad_bytes("low_needed is out of range.");
	nkeys = pq_getmsgint(&buf, 4);
	if (nkeys > SHNOR_RULE_MAX_KEYS)
		shnor_rule_bad_bytes("There are too many assessments.");
	if ((flags & SHNOR_RULE_HAS_YEAR) == 0 && (year != 0 || nkeys != 0))
		shnor_rule_bad_bytes("There is data without a year.");

	state = shnor_rule_make(CurrentMemoryContext,
							(flags & SHNOR_RULE_TEXT_KEYS) != 0,
							(flags & SHNOR_RULE_SAME) != 0,
							(int32) low_needed);
	state->has_year = (flags & SHNOR_RULE_HAS_YEAR) != 0;
	state->year = (int32) year;

	for (uint32 i = 0; i < nkeys; i++)
	{
		RuleKey    *key;
		uint8		key_flags;
		uint32		len;
		const char *data;
		int			position;

		CHECK_FOR_INTERRUPTS();
		if (buf.len - buf.cursor < 5)
			shnor_rule_bad_bytes("An assessment is cut short.");
		key_flags = (uint8) pq_getmsgbyte(&buf);
		len = pq_getmsgint(&buf, 4);
		if (len > (uint32) (buf.len - buf.cursor))
			shnor_rule_bad_bytes("An assessment is cut short.");
		data = pq_getmsgbytes(&buf, (int) len);

		if (!rule_flags_valid(key_flags))
			shnor_rule_bad_bytes("The flags of an assessment are not valid.");
		if (!state->text_keys && len != sizeof(uint64))
			shnor_rule_bad_bytes("An integer key has a wrong length.");
		if (rule_find_key(state->keys, state->nkeys, data, len, &position) ||
			position != state->nkeys)
			shnor_rule_bad_bytes("The assessments are not sorted.");

		key = shnor_rule_insert(state, CurrentMemoryContext, position, data,
								len);
		key->flags = key_flags;
	}
	if (buf.cursor != buf.len)
		shnor_rule_bad_bytes("There are bytes after the end.");

	PG_RETURN_POINTER(state);
}

/* Final: (internal) -> text; leaves the state alone. */
Datum
shnor_rule_final(PG_FUNCTION_ARGS)
{
	ShnorRuleState *state;
	const char *verdict;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (ShnorRuleState *) PG_GETARG_POINTER(0);

	verdict = rule_verdict(state->keys, state->nkeys, state->same_assessment,
						   state->low_needed);
	if (verdict == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(verdict));
}
