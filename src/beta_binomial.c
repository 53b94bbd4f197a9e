/*
 * beta_binomial.c
 *		Aggregates that fit a beta-binomial distribution to groups' counts,
 *		and the share shrunk by it.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "access/htup_details.h"
#include "common/int.h"
#include "fmgr.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "beta_binomial_core.h"
#include "distribution.h"
#include "share_interval.h"
#include "special_core.h"

/* First byte of a serialised state. */
#define STATE_VERSION	1

/* Bytes of a serialised state before its pairs, and of each pair. */
#define STATE_HEADER	(1 + sizeof(int64))
#define STATE_PAIR		(2 * sizeof(int64))

/* So many pairs fit into a bytea, and their bytes into a size_t. */
#define STATE_MAX_PAIRS	((MaxAllocSize - VARHDRSZ - STATE_HEADER) / STATE_PAIR)

#define STATE_FIRST_PAIRS	64

/*
 * State of both aggregates: the counted groups in order of arrival.  It lives
 * in the aggregate's context.
 */
typedef struct BetaBinomialState
{
	size_t		len;
	size_t		capacity;
	int64		participants;	/* sum of n */
	ShnorBbPair *pairs;
} BetaBinomialState;

#define GETARG_STATE(n)	((BetaBinomialState *) PG_GETARG_POINTER(n))

PG_FUNCTION_INFO_V1(shnor_beta_binomial_accum);
PG_FUNCTION_INFO_V1(shnor_beta_binomial_combine);
PG_FUNCTION_INFO_V1(shnor_beta_binomial_serialize);
PG_FUNCTION_INFO_V1(shnor_beta_binomial_deserialize);
PG_FUNCTION_INFO_V1(shnor_beta_binomial_fit);
PG_FUNCTION_INFO_V1(shnor_beta_binomial_moments);
PG_FUNCTION_INFO_V1(shnor_shrunken_share);

/*
 * A state without groups, in the given context, with room for some.
 */
static BetaBinomialState *
state_create(MemoryContext context, size_t capacity)
{
	BetaBinomialState *state = MemoryContextAlloc(context,
												  sizeof(BetaBinomialState));

	state->len = 0;
	state->capacity = Max(capacity, STATE_FIRST_PAIRS);
	state->participants = 0;
	state->pairs = MemoryContextAllocHuge(context,
										  state->capacity * sizeof(ShnorBbPair));
	return state;
}

/*
 * Make room for `more` further groups; the room at least doubles.
 */
static void
state_reserve(BetaBinomialState *state, size_t more)
{
	size_t		capacity;

	if (more > STATE_MAX_PAIRS - state->len)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many groups for a beta-binomial fit"),
				 errdetail("At most %zu groups can be held.",
						   (size_t) STATE_MAX_PAIRS),
				 errhint("Fit a sample of the groups.")));
	if (state->len + more <= state->capacity)
		return;

	capacity = Max(state->capacity * 2, state->len + more);
	capacity = Min(capacity, STATE_MAX_PAIRS);
	state->pairs = repalloc_huge(state->pairs, capacity * sizeof(ShnorBbPair));
	state->capacity = capacity;
}

/*
 * Add participants to the state's total, or raise an error on overflow.
 */
static void
state_add_participants(BetaBinomialState *state, int64 n)
{
	int64		total;

	if (pg_add_s64_overflow(state->participants, n, &total))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of participants is out of range"),
				 errdetail("%lld and %lld more do not fit in a bigint.",
						   (long long) state->participants, (long long) n),
				 errhint("Check the values of n.")));
	state->participants = total;
}

/*
 * Transition: count a group.  A row with a NULL count, or without
 * participants, counts for nothing.
 */
Datum
shnor_beta_binomial_accum(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	BetaBinomialState *state = PG_ARGISNULL(0) ? NULL : GETARG_STATE(0);
	int64		k;
	int64		n;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2))
	{
		k = PG_GETARG_INT64(1);
		n = PG_GETARG_INT64(2);
		shnor_check_share_counts(k, n);
		/* of larger groups the likelihood has no digits left */
		shnor_check_count_limit(n);
		if (n > 0)
		{
			if (state == NULL)
				state = state_create(context, 0);
			state_reserve(state, 1);
			state_add_participants(state, n);
			state->pairs[state->len].k = k;
			state->pairs[state->len].n = n;
			state->len++;
		}
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/*
 * Combine two states, either of which may be NULL.  The second one need not
 * live in the aggregate's context, so its groups are copied.
 */
Datum
shnor_beta_binomial_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	BetaBinomialState *state = PG_ARGISNULL(0) ? NULL : GETARG_STATE(0);
	BetaBinomialState *other = PG_ARGISNULL(1) ? NULL : GETARG_STATE(1);

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");

	if (other != NULL)
	{
		if (state == NULL)
			state = state_create(context, other->len);
		state_reserve(state, other->len);
		state_add_participants(state, other->participants);
		memcpy(state->pairs + state->len, other->pairs,
			   other->len * sizeof(ShnorBbPair));
		state->len += other->len;
	}
	if (state == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(state);
}

/*
 * Serialise: version byte, number of groups, then k and n of each, integers
 * in network order.
 */
Datum
shnor_beta_binomial_serialize(PG_FUNCTION_ARGS)
{
	BetaBinomialState *state = GETARG_STATE(0);
	StringInfoData buf;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");

	pq_begintypsend(&buf);
	enlargeStringInfo(&buf, STATE_HEADER + state->len * STATE_PAIR);
	pq_sendbyte(&buf, STATE_VERSION);
	pq_sendint64(&buf, state->len);
	for (size_t i = 0; i < state->len; i++)
	{
		pq_sendint64(&buf, state->pairs[i].k);
		pq_sendint64(&buf, state->pairs[i].n);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * Deserialise, trusting no byte.
 */
Datum
shnor_beta_binomial_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	size_t		size = VARSIZE_ANY_EXHDR(bytes);
	StringInfoData buf;
	BetaBinomialState *state;
	int			version = 0;
	uint64		len = 0;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, VARDATA_ANY(bytes), size);

	if (size >= STATE_HEADER)
	{
		version = pq_getmsgbyte(&buf);
		len = (uint64) pq_getmsgint64(&buf);
	}
	if (version != STATE_VERSION || len > STATE_MAX_PAIRS ||
		len * STATE_PAIR != size - STATE_HEADER)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid state of a beta-binomial fit"),
				 errdetail("Version %d, %llu groups in %zu bytes.",
						   version, (unsigned long long) len, size)));

	state = state_create(CurrentMemoryContext, len);
	for (uint64 i = 0; i < len; i++)
	{
		ShnorBbPair *pair = &state->pairs[i];

		pair->k = pq_getmsgint64(&buf);
		pair->n = pq_getmsgint64(&buf);
		if (!shnor_bb_pair_valid(pair->k, pair->n))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("invalid state of a beta-binomial fit"),
					 errdetail("A group has k %lld and n %lld.",
							   (long long) pair->k, (long long) pair->n)));
		state_add_participants(state, pair->n);
	}
	state->len = len;
	pq_getmsgend(&buf);
	pfree(buf.data);
	PG_RETURN_POINTER(state);
}

/*
 * What the fit calls now and then.
 */
static void
check_for_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/*
 * qsort comparator of int64.
 */
static int
int64_compare(const void *left, const void *right)
{
	int64		a = *(const int64 *) left;
	int64		b = *(const int64 *) right;

	return a < b ? -1 : a > b;
}

/*
 * Distinct positive values among `values`, which it sorts, ascending, with
 * their frequencies.  Returns a palloc'd array and sets *distinct.
 */
static ShnorBbCount *
count_values(int64 *values, size_t len, size_t *distinct)
{
	ShnorBbCount *counts;
	size_t		used = 0;

	qsort(values, len, sizeof(int64), int64_compare);
	for (size_t i = 0; i < len; i++)
		if (values[i] > 0 && (i == 0 || values[i] != values[i - 1]))
			used++;
	counts = palloc_extended(Max(used, 1) * sizeof(ShnorBbCount),
							 MCXT_ALLOC_HUGE);
	used = 0;
	for (size_t i = 0; i < len; i++)
	{
		if (values[i] <= 0)
			continue;
		if (i == 0 || values[i] != values[i - 1])
		{
			counts[used].value = (double) values[i];
			counts[used].groups = 0.0;
			used++;
		}
		counts[used - 1].groups += 1.0;
	}
	*distinct = used;
	return counts;
}

/*
 * Common part of the final functions: a copy of the state's groups in
 * canonical order, and the summary of them the likelihood works on.
 */
static ShnorBbPair *
state_summarize(const BetaBinomialState *state, ShnorBbData *data)
{
	size_t		len = state->len;
	ShnorBbPair *pairs = palloc_extended(len * sizeof(ShnorBbPair),
										 MCXT_ALLOC_HUGE);
	int64	   *values = palloc_extended(len * sizeof(int64),
										 MCXT_ALLOC_HUGE);
	int64		k_sum = 0;

	memcpy(pairs, state->pairs, len * sizeof(ShnorBbPair));
	qsort(pairs, len, sizeof(ShnorBbPair), shnor_bb_pair_compare);

	/* k_sum is no more than the participants, which were checked */
	for (size_t i = 0; i < len; i++)
	{
		values[i] = pairs[i].k;
		k_sum += pairs[i].k;
	}
	data->k = count_values(values, len, &data->k_len);
	for (size_t i = 0; i < len; i++)
		values[i] = pairs[i].n - pairs[i].k;
	data->rest = count_values(values, len, &data->rest_len);
	for (size_t i = 0; i < len; i++)
		values[i] = pairs[i].n;
	data->n = count_values(values, len, &data->n_len);
	data->k_sum = (double) k_sum;
	data->rest_sum = (double) (state->participants - k_sum);
	data->log_choose = shnor_bb_log_choose(pairs, len);
	data->tick = check_for_interrupts;
	pfree(values);
	return pairs;
}

/*
 * The composite value of a fit.
 */
static Datum
fit_result(FunctionCallInfo fcinfo, const BetaBinomialState *state,
		   const ShnorBbData *data, double alpha, double beta)
{
	TupleDesc	desc;
	Datum		values[5];
	bool		nulls[5] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Float8GetDatum(alpha);
	values[1] = Float8GetDatum(beta);
	values[2] = Int64GetDatum((int64) state->len);
	values[3] = Int64GetDatum(state->participants);
	values[4] = Float8GetDatum(shnor_bb_log_likelihood(data, alpha, beta));
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values,
											 nulls));
}

/*
 * Final function of beta_binomial_fit: NULL without a finite maximum.
 */
Datum
shnor_beta_binomial_fit(PG_FUNCTION_ARGS)
{
	const BetaBinomialState *state = GETARG_STATE(0);
	ShnorBbData data;
	double		alpha;
	double		beta;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");

	(void) state_summarize(state, &data);
	if (!shnor_bb_fit(&data, &alpha, &beta))
		PG_RETURN_NULL();
	return fit_result(fcinfo, state, &data, alpha, beta);
}

/*
 * Final function of beta_binomial_moments: NULL when the shares' variance
 * belongs to no beta distribution.
 */
Datum
shnor_beta_binomial_moments(PG_FUNCTION_ARGS)
{
	const BetaBinomialState *state = GETARG_STATE(0);
	ShnorBbData data;
	ShnorBbPair *pairs;
	double		alpha;
	double		beta;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");

	pairs = state_summarize(state, &data);
	if (!shnor_bb_moments(pairs, state->len, &alpha, &beta))
		PG_RETURN_NULL();
	return fit_result(fcinfo, state, &data, alpha, beta);
}

/*
 * shrunken_share(k, n, alpha, beta): mean of the share's beta posterior.
 */
Datum
shnor_shrunken_share(PG_FUNCTION_ARGS)
{
	int64		k = PG_GETARG_INT64(0);
	int64		n = PG_GETARG_INT64(1);
	double		alpha = PG_GETARG_FLOAT8(2);
	double		beta = PG_GETARG_FLOAT8(3);
	double		passed;
	double		failed;

	shnor_check_share_counts(k, n);
	if (!(alpha > 0.0 && isfinite(alpha) && beta > 0.0 && isfinite(beta)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("parameters of a beta distribution are out of range"),
				 errdetail("alpha is %g, beta is %g.", alpha, beta),
				 errhint("Both must be greater than 0 and finite.")));
	failed = alpha + (double) k;
	passed = beta + (double) (n - k);

	/* halved, so that the sum does not overflow */
	if (failed > DBL_MAX / 2 || passed > DBL_MAX / 2)
		PG_RETURN_FLOAT8(failed / 2 / (failed / 2 + passed / 2));
	PG_RETURN_FLOAT8(failed / (failed + passed));
}
