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

/* Returns the size of the flat form, header included. */
static Size
expanded_flat_size(ExpandedObjectHeader *eohptr)
{
	ExpandedScoreDist *exp = (ExpandedScoreDist *) eohptr;

	Assert(exp->magic == EXPANDED_SCORE_DIST_MAGIC);
	return VARHDRSZ + score_dist_encoded_size(&exp->dist);
}

/* Writes the flat form, allocated_size bytes, at result. */
static void
expanded_flatten(ExpandedObjectHeader *eohptr, void *result,
				 Size allocated_size)
{
	ExpandedScoreDist *exp = (ExpandedScoreDist *) eohptr;

	Assert(exp->magic == EXPANDED_SCORE_DIST_MAGIC);
	Assert(score_dist_check(&exp->dist) == SCORE_DIST_OK);
	Assert(allocated_size == expanded_flat_size(eohptr));
	SET_VARSIZE(result, allocated_size);
	score_dist_encode(&exp->dist, (uint8_t *) VARDATA(result));
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
	int			nbins = value ? value->nbins : SCORE_DIST_MIN_BINS;
	int64	   *bin;

	exp = MemoryContextAlloc(context, sizeof(ExpandedScoreDist));
	bin = exp->first_bins;
	if (nbins > SCORE_DIST_MIN_BINS)
		bin = MemoryContextAlloc(context, sizeof(int64) * nbins);
	EOH_init_header(&exp->hdr, &methods, context);
	exp->magic = EXPANDED_SCORE_DIST_MAGIC;
	if (value == NULL)
		score_dist_init(&exp->dist, bin, nbins);
	else
	{
		memcpy(bin, value->bin, sizeof(int64) * nbins);
		exp->dist = *value;
		exp->dist.bin = bin;
	}
	return exp;
}

/* Sees to it that the object has at least nbins bins, a power of two. */
void
score_dist_need_bins(ExpandedScoreDist *exp, int nbins)
{
	ScoreDist  *dist = &exp->dist;
	int64	   *bin;

	if (nbins <= dist->nbins)
		return;
	bin = MemoryContextAllocZero(exp->hdr.eoh_context, sizeof(int64) * nbins);
	memcpy(bin, dist->bin, sizeof(int64) * dist->nbins);
	if (dist->bin != exp->first_bins)
		pfree(dist->bin);
	dist->bin = bin;
	dist->nbins = nbins;
}

/*
 * Returns the working form of a datum for reading: the one inside an expanded
 * object, else the one decoded into *buffer.
 */
const ScoreDist *
score_dist_get(Datum value, ScoreDistBuffer *buffer)
{
	struct varlena *flat = (struct varlena *) DatumGetPointer(value);
	struct varlena *plain;
	ScoreDistResult result;

	if (VARATT_IS_EXTERNAL_EXPANDED(flat))
	{
		ExpandedScoreDist *exp = (ExpandedScoreDist *) DatumGetEOHP(value);

		Assert(exp->magic == EXPANDED_SCORE_DIST_MAGIC);
		return &exp->dist;
	}
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
