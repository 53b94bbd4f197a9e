/*
 * score_dist_expanded.c
 *		Between datums and working forms of score_dist: the expanded object of
 *		a running aggregate, flat values, and the errors they share.
 */
#include "postgres.h"

#include "nodes/memnodes.h"
#include "utils/memutils.h"

#include "compat.h"
#include "score_dist.h"

static Size expanded_flat_size(ExpandedObjectHeader *eohptr);
static void expanded_flatten(ExpandedObjectHeader *eohptr, void *result,
							 Size allocated_size);

static const ExpandedObjectMethods methods = {
	expanded_flat_size,
	expanded_flatten
};

#define SHARED_CONTEXT_NAME	"shnor score_dist states"

/*
 * Sets dist, empty and with at least SCORE_DIST_MIN_BINS bins, to the counts
 * of a narrow object.  Their total does not wrap, nor does it exceed
 * SHNOR_MAX_PARTICIPANTS: 25 * 2^32 < 10^12.
 */
static void
copy_narrow(const ExpandedScoreDist *exp, ScoreDist *dist)
{
	for (int c = 0; c < SCORE_DIST_CELLS; c++)
	{
		dist->cell[c] = exp->cell[c];
		dist->participants += exp->cell[c];
	}
	for (int s = 0; s < SCORE_DIST_MIN_BINS; s++)
	{
		dist->bin[s] = exp->bin[s];
		dist->scored += exp->bin[s];
	}
}

/* Returns the value of an expanded object: its own, or copied to *buffer. */
static const ScoreDist *
read_expanded(const ExpandedScoreDist *exp, ScoreDistBuffer *buffer)
{
	Assert(exp->magic == EXPANDED_SCORE_DIST_MAGIC);
	if (exp->wide != NULL)
		return exp->wide;
	score_dist_init(&buffer->dist, buffer->bin, SCORE_DIST_MIN_BINS);
	copy_narrow(exp, &buffer->dist);
	return &buffer->dist;
}

/* Returns the size of the flat form, header included. */
static Size
expanded_flat_size(ExpandedObjectHeader *eohptr)
{
	ScoreDistBuffer buffer;

	return VARHDRSZ +
		score_dist_encoded_size(read_expanded((ExpandedScoreDist *) eohptr,
											  &buffer));
}

/* Writes the flat form, allocated_size bytes, at result. */
static void
expanded_flatten(ExpandedObjectHeader *eohptr, void *result,
				 Size allocated_size)
{
	ScoreDistBuffer buffer;
	const ScoreDist *dist = read_expanded((ExpandedScoreDist *) eohptr,
										  &buffer);

	Assert(score_dist_check(dist) == SCORE_DIST_OK);
	Assert(allocated_size == expanded_flat_size(eohptr));
	SET_VARSIZE(result, allocated_size);
	score_dist_encode(dist, (uint8_t *) VARDATA(result));
}

/*
 * Returns the context for a new state: a child of aggcontext, as nodeAgg.c
 * and nodeWindowAgg.c demand for adopting an expanded object without copying.
 *
 * Plain aggregation keeps one state per group, and for each new group walks
 * over all contexts under aggcontext to learn how much memory is in use; a
 * context per state would make hashing quadratic in the number of groups.  So
 * all states of one aggcontext share a context.  That is safe because nobody
 * but our transition functions sees a read-write pointer to a state, and they
 * never replace it by another object: nothing deletes or reparents eoh_context
 * but the end of aggcontext itself.  In a window each state has its own.
 */
static MemoryContext
state_context(FunctionCallInfo fcinfo, MemoryContext aggcontext)
{
	if (AggCheckCallContext(fcinfo, NULL) == AGG_CONTEXT_AGGREGATE)
	{
		for (MemoryContext child = aggcontext->firstchild; child != NULL;
			 child = child->nextchild)
			if (strcmp(child->name, SHARED_CONTEXT_NAME) == 0)
				return child;
		return AllocSetContextCreate(aggcontext, SHARED_CONTEXT_NAME,
									 ALLOCSET_DEFAULT_SIZES);
	}
	return AllocSetContextCreate(aggcontext, "shnor score_dist state",
								 ALLOCSET_SMALL_SIZES);
}

/*
 * Returns a new expanded object equal to value, or empty when that is NULL,
 * that lives as long as aggcontext.  Requires a call by an aggregate.
 */
ExpandedScoreDist *
score_dist_make_expanded(FunctionCallInfo fcinfo, MemoryContext aggcontext,
						 const ScoreDist *value)
{
	MemoryContext context = state_context(fcinfo, aggcontext);
	ExpandedScoreDist *exp;

	exp = MemoryContextAllocZero(context, sizeof(ExpandedScoreDist));
	EOH_init_header(&exp->hdr, &methods, context);
	exp->magic = EXPANDED_SCORE_DIST_MAGIC;
	if (value != NULL)
		(void) score_dist_add_expanded(exp, value);
	return exp;
}

/*
 * Makes the object wide, with at least nbins bins, a power of two; returns
 * its working form.
 */
ScoreDist *
score_dist_widen(ExpandedScoreDist *exp, int nbins)
{
	MemoryContext context = exp->hdr.eoh_context;
	ScoreDist  *dist = exp->wide;
	int64	   *bin;

	if (dist == NULL)
	{
		dist = MemoryContextAlloc(context, sizeof(ScoreDist));
		nbins = Max(nbins, SCORE_DIST_MIN_BINS);
		bin = MemoryContextAlloc(context, sizeof(int64) * nbins);
		score_dist_init(dist, bin, nbins);
		copy_narrow(exp, dist);
		exp->wide = dist;
	}
	else if (nbins > dist->nbins)
	{
		bin = MemoryContextAllocZero(context, sizeof(int64) * nbins);
		memcpy(bin, dist->bin, sizeof(int64) * dist->nbins);
		pfree(dist->bin);
		dist->bin = bin;
		dist->nbins = nbins;
	}
	return dist;
}

/* Adds to a narrow object; returns false, without a change, if it must widen. */
static bool
add_narrow(ExpandedScoreDist *exp, const ScoreDist *other)
{
	uint64		carry = 0;

	if (exp->wide != NULL || other->nbins > SCORE_DIST_MIN_BINS)
		return false;
	for (int c = 0; c < SCORE_DIST_CELLS; c++)
		carry |= ((uint64) exp->cell[c] + other->cell[c]) >> 32;
	for (int s = 0; s < SCORE_DIST_MIN_BINS; s++)
		carry |= ((uint64) exp->bin[s] + other->bin[s]) >> 32;
	if (carry != 0)
		return false;

	for (int c = 0; c < SCORE_DIST_CELLS; c++)
		exp->cell[c] += (uint32) other->cell[c];
	for (int s = 0; s < SCORE_DIST_MIN_BINS; s++)
		exp->bin[s] += (uint32) other->bin[s];
	return true;
}

/* score_dist_add() for an expanded object, which grows as needed. */
ScoreDistResult
score_dist_add_expanded(ExpandedScoreDist *exp, const ScoreDist *other)
{
	if (add_narrow(exp, other))
		return SCORE_DIST_OK;
	return score_dist_add(score_dist_widen(exp, score_dist_bins_for(score_dist_highest(other))),
						  other);
}

/*
 * Returns the working form of a datum for reading: the one of an expanded
 * object that is wide, else one made in *buffer.
 */
const ScoreDist *
score_dist_get(Datum value, ScoreDistBuffer *buffer)
{
	struct varlena *flat = (struct varlena *) DatumGetPointer(value);
	struct varlena *plain;
	ScoreDistResult result;

	if (VARATT_IS_EXTERNAL_EXPANDED(flat))
		return read_expanded((ExpandedScoreDist *) DatumGetEOHP(value),
							 buffer);
	plain = pg_detoast_datum_packed(flat);
	result = score_dist_decode((const uint8_t *) VARDATA_ANY(plain),
							   VARSIZE_ANY_EXHDR(plain), buffer);
	if (result != SCORE_DIST_OK)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value of type score_dist is damaged"),
				 errdetail("In its bytes %s.",
						   score_dist_result_text(result))));
	if (plain != flat)
		pfree(plain);
	return &buffer->dist;
}

/* Returns a flat datum in the current context; *dist must be valid. */
Datum
score_dist_flat_datum(const ScoreDist *dist)
{
	Size		size = VARHDRSZ + score_dist_encoded_size(dist);
	struct varlena *flat = palloc(size);

	Assert(score_dist_check(dist) == SCORE_DIST_OK);
	SET_VARSIZE(flat, size);
	score_dist_encode(dist, (uint8_t *) VARDATA(flat));
	return PointerGetDatum(flat);
}

/* Raises the error for an operation that would give no valid score_dist. */
void
score_dist_complain(ScoreDistResult result)
{
	if (score_dist_result_is_range(result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score_dist out of range"),
				 errdetail("In the result %s.",
						   score_dist_result_text(result))));
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("cannot subtract what a score_dist does not contain"),
			 errdetail("In the result %s.", score_dist_result_text(result)),
			 errhint("Subtract only a part of the same group.")));
}

/* Raises the error for a mark that is not one. */
void
score_dist_bad_mark(int32 mark)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("mark out of range: %d", mark),
			 errdetail("A mark is an integer from %d to %d.",
					   SHNOR_MIN_MARK, SHNOR_MAX_MARK),
			 errhint("Pass NULL for a participant without a mark.")));
}

/* Raises the error for a score that is not one. */
void
score_dist_bad_score(int32 score)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("score out of range: %d", score),
			 errdetail("A score is an integer from 0 to %d.",
					   SHNOR_MAX_SCORE),
			 errhint("Pass NULL for a participant without a score.")));
}
