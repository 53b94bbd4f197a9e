/*
 * score_dist_agg.c
 *		Transition functions of the aggregates over results and over
 *		score_dist; the latter are the operators + and -.
 *
 * In an aggregate the state is an expanded object that is updated in place;
 * nothing is allocated per row.  A state can also come flat: the first input
 * of a strict aggregate, or a partial result.  Called as plain functions they
 * leave their arguments alone and return flat values.
 */
#include "postgres.h"

#include "compat.h"
#include "score_dist.h"

PG_FUNCTION_INFO_V1(score_dist_accum);
PG_FUNCTION_INFO_V1(score_dist_moving_accum);
PG_FUNCTION_INFO_V1(score_dist_moving_remove);
PG_FUNCTION_INFO_V1(score_dist_moving_final);
PG_FUNCTION_INFO_V1(score_dist_plus);
PG_FUNCTION_INFO_V1(score_dist_minus);

/* One row of results, validated. */
typedef struct ResultRow
{
	int			score;			/* -1 for none */
	int			cell;			/* of the mark and the journal mark */
	bool		counts;			/* it has a score or a mark */
} ResultRow;

/*
 * Reads the arguments after the state: score [, mark [, journal mark]].
 * Every value is verified, also those of a row that does not count.
 */
static inline ResultRow
get_row(FunctionCallInfo fcinfo)
{
	ResultRow	row = {-1, 0, false};

	if (!PG_ARGISNULL(1))
	{
		row.score = PG_GETARG_INT32(1);
		if (unlikely(row.score < 0 || row.score > SHNOR_MAX_SCORE))
			score_dist_bad_score(row.score);
		row.counts = true;
	}
	if (PG_NARGS() > 2 && !PG_ARGISNULL(2))
	{
		int			m = score_dist_mark_index(PG_GETARG_INT32(2));

		row.cell = SCORE_DIST_CELL(m, 0);
		row.counts = true;
	}
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
		row.cell += score_dist_mark_index(PG_GETARG_INT32(3));
	return row;
}

/*
 * The part of get_state() that runs once per state: makes an expanded object
 * of a NULL or flat argument 0.
 */
static pg_noinline ExpandedScoreDist *
make_state(FunctionCallInfo fcinfo, MemoryContext aggcontext)
{
	ScoreDistBuffer buffer;

	return score_dist_make_expanded(fcinfo, aggcontext,
									PG_ARGISNULL(0) ? NULL :
									PG_GETARG_SCORE_DIST(0, &buffer));
}

/*
 * Returns the state, argument 0, as an expanded object to be updated in
 * place, made now if it is NULL or flat; NULL when no aggregate is calling.
 */
static inline ExpandedScoreDist *
get_state(FunctionCallInfo fcinfo)
{
	MemoryContext aggcontext;

	if (unlikely(!AggCheckCallContext(fcinfo, &aggcontext)))
		return NULL;
	if (likely(!PG_ARGISNULL(0)))
	{
		ExpandedScoreDist *exp;

		exp = score_dist_get_expanded_rw(PG_GETARG_DATUM(0));
		if (likely(exp != NULL))
			return exp;
	}
	return make_state(fcinfo, aggcontext);
}

/*
 * Copies argument 0, empty when it is NULL, into a buffer with room for any
 * score: what get_state() is for calls that are not by an aggregate.
 */
static ScoreDist *
copy_argument(FunctionCallInfo fcinfo, ScoreDistBuffer *buffer)
{
	ScoreDistBuffer decoded;

	score_dist_init(&buffer->dist, buffer->bin, SCORE_DIST_MAX_BINS);
	if (!PG_ARGISNULL(0))
		(void) score_dist_add(&buffer->dist,
							  PG_GETARG_SCORE_DIST(0, &decoded));
	return &buffer->dist;
}

/* What accumulate() does when no aggregate is calling. */
static pg_noinline Datum
accumulate_copy(FunctionCallInfo fcinfo, ResultRow row)
{
	ScoreDistBuffer buffer;
	ScoreDist  *dist = copy_argument(fcinfo, &buffer);
	ScoreDistResult result = score_dist_count_one(dist, row.score, row.cell);

	if (result != SCORE_DIST_OK)
		score_dist_complain(result);
	return score_dist_flat_datum(dist);
}

/* Counts a row in a state that is wide, or becomes so because of the row. */
static pg_noinline void
accumulate_wide(ExpandedScoreDist *exp, ResultRow row)
{
	ScoreDist  *dist = score_dist_widen(exp, score_dist_bins_for(row.score));
	ScoreDistResult result = score_dist_count_one(dist, row.score, row.cell);

	if (result != SCORE_DIST_OK)
		score_dist_complain(result);
}

/*
 * Counts a row that counts: the common part of both accum functions.
 *
 * A state's datum points into the object itself, so the places to be counted
 * at can be asked for all at once, before the header that tells where they
 * are has come.  For any other datum this fetches something useless, nothing
 * worse.  (Not a function of its own: gcc 12 takes one that only prefetches
 * for one without effect and drops the call.)
 */
static inline Datum
accumulate(FunctionCallInfo fcinfo, ResultRow row)
{
	ExpandedScoreDist *exp;

#if defined(__GNUC__)
	if (!PG_ARGISNULL(0))
	{
		const char *guess = DatumGetPointer(PG_GETARG_DATUM(0)) -
		offsetof(ExpandedScoreDist, hdr.eoh_rw_ptr);

		__builtin_prefetch(guess + offsetof(ExpandedScoreDist, wide), 1);
		__builtin_prefetch(guess + offsetof(ExpandedScoreDist, cell) +
						   row.cell * sizeof(uint32), 1);
		__builtin_prefetch(guess + offsetof(ExpandedScoreDist, bin) +
						   Max(row.score, 0) * sizeof(uint32), 1);
	}
#endif

	exp = get_state(fcinfo);
	if (unlikely(exp == NULL))
		return accumulate_copy(fcinfo, row);
	if (exp->wide != NULL || row.score >= SCORE_DIST_MIN_BINS ||
		exp->cell[row.cell] == PG_UINT32_MAX ||
		(row.score >= 0 && exp->bin[row.score] == PG_UINT32_MAX))
		accumulate_wide(exp, row);
	else
	{
		exp->cell[row.cell]++;
		if (row.score >= 0)
			exp->bin[row.score]++;
	}
	return EOHPGetRWDatum(&exp->hdr);
}

/*
 * Transition of score_dist(score [, mark [, journal mark]]).  The state stays
 * NULL until a row counts, so that a group without results has no summary.
 */
Datum
score_dist_accum(PG_FUNCTION_ARGS)
{
	ResultRow	row = get_row(fcinfo);

	if (row.counts)
		return accumulate(fcinfo, row);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	return PG_GETARG_DATUM(0);
}

/*
 * The same for moving windows, where a state may never be NULL: rows that do
 * not count leave the empty value.
 */
Datum
score_dist_moving_accum(PG_FUNCTION_ARGS)
{
	ResultRow	row = get_row(fcinfo);
	ExpandedScoreDist *exp;
	ScoreDistBuffer buffer;

	if (row.counts)
		return accumulate(fcinfo, row);
	exp = get_state(fcinfo);
	return exp != NULL ? EOHPGetRWDatum(&exp->hdr) :
		score_dist_flat_datum(copy_argument(fcinfo, &buffer));
}

/* Inverse transition for moving windows: takes a counted row back. */
Datum
score_dist_moving_remove(PG_FUNCTION_ARGS)
{
	ResultRow	row = get_row(fcinfo);
	ExpandedScoreDist *exp = get_state(fcinfo);
	ScoreDistBuffer buffer;
	ScoreDist  *dist;

	dist = exp != NULL ? score_dist_widen(exp, 0) :
		copy_argument(fcinfo, &buffer);
	if (row.counts)
	{
		ScoreDistResult result = score_dist_remove_one(dist, row.score,
													   row.cell);

		if (result != SCORE_DIST_OK)
			score_dist_complain(result);
	}
	return exp != NULL ? EOHPGetRWDatum(&exp->hdr) :
		score_dist_flat_datum(dist);
}

/* Final function for moving windows: NULL for a frame where nothing counts. */
Datum
score_dist_moving_final(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;

	if (PG_ARGISNULL(0) ||
		PG_GETARG_SCORE_DIST(0, &buffer)->participants == 0)
		PG_RETURN_NULL();
	return PG_GETARG_DATUM(0);
}

/*
 * a + b: the operator, the combine function, and the transition of rollup.
 * Requires arguments that are not NULL.
 */
Datum
score_dist_plus(PG_FUNCTION_ARGS)
{
	ExpandedScoreDist *exp = get_state(fcinfo);
	ScoreDistBuffer buffer;
	ScoreDistBuffer other_buffer;
	const ScoreDist *other = PG_GETARG_SCORE_DIST(1, &other_buffer);
	ScoreDistResult result;

	if (exp != NULL)
		result = score_dist_add_expanded(exp, other);
	else
		result = score_dist_add(copy_argument(fcinfo, &buffer), other);
	if (result != SCORE_DIST_OK)
		score_dist_complain(result);
	return exp != NULL ? EOHPGetRWDatum(&exp->hdr) :
		score_dist_flat_datum(&buffer.dist);
}

/*
 * a - b: the operator and the inverse transition of rollup.  Requires
 * arguments that are not NULL.
 */
Datum
score_dist_minus(PG_FUNCTION_ARGS)
{
	ExpandedScoreDist *exp = get_state(fcinfo);
	ScoreDistBuffer buffer;
	ScoreDistBuffer other_buffer;
	const ScoreDist *other = PG_GETARG_SCORE_DIST(1, &other_buffer);
	ScoreDist  *dist;
	ScoreDistResult result;

	dist = exp != NULL ? score_dist_widen(exp, 0) :
		copy_argument(fcinfo, &buffer);
	result = score_dist_subtract(dist, other);
	if (result != SCORE_DIST_OK)
		score_dist_complain(result);
	return exp != NULL ? EOHPGetRWDatum(&exp->hdr) :
		score_dist_flat_datum(dist);
}
