/*
 * score_dist.h
 *		What the files of the SQL type score_dist share: fetching an argument,
 *		building a value, the expanded object.
 */
#ifndef SHNOR_SCORE_DIST_H
#define SHNOR_SCORE_DIST_H

#include "fmgr.h"
#include "utils/expandeddatum.h"

#include "compat.h"
#include "score_dist_core.h"

#define EXPANDED_SCORE_DIST_MAGIC	0x53444953

/*
 * The expanded object.  Only the state of a running aggregate is ever one.
 *
 * With many groups their states do not fit the processor's caches, and what a
 * row costs is the memory it touches.  So a state begins narrow: counts of 32
 * bits for scores below 64, inside the object, without totals.  A score or a
 * count that does not fit, or taking something away, makes it wide for good:
 * a working form in the same memory context, and the narrow counts mean
 * nothing any more.
 */
typedef struct ExpandedScoreDist
{
	ExpandedObjectHeader hdr;
	int			magic;			/* EXPANDED_SCORE_DIST_MAGIC */
	ScoreDist  *wide;			/* NULL while the object is narrow */
	uint32		cell[SCORE_DIST_CELLS]; /* narrow counts by marks */
	uint32		bin[SCORE_DIST_MIN_BINS];	/* narrow counts by score */
} ExpandedScoreDist;

/* score_dist_expanded.c */
extern ExpandedScoreDist *score_dist_make_expanded(FunctionCallInfo fcinfo,
												   MemoryContext aggcontext,
												   const ScoreDist *value);
extern ScoreDist *score_dist_widen(ExpandedScoreDist *exp, int nbins);
extern ScoreDistResult score_dist_add_expanded(ExpandedScoreDist *exp,
											   const ScoreDist *other);
extern const ScoreDist *score_dist_get(Datum value, ScoreDistBuffer *buffer);
extern Datum score_dist_flat_datum(const ScoreDist *dist);
pg_noreturn extern void score_dist_complain(ScoreDistResult result);
pg_noreturn extern void score_dist_bad_mark(int32 mark);
pg_noreturn extern void score_dist_bad_score(int32 score);

/* Decodes argument n, or reads it in place when it is an expanded object. */
#define PG_GETARG_SCORE_DIST(n, buffer) \
	score_dist_get(PG_GETARG_DATUM(n), (buffer))

/* Returns the object behind a read-write pointer, NULL for any other datum. */
static inline ExpandedScoreDist *
score_dist_get_expanded_rw(Datum value)
{
	ExpandedScoreDist *exp;

	if (!VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(value)))
		return NULL;
	exp = (ExpandedScoreDist *) DatumGetEOHP(value);
	Assert(exp->magic == EXPANDED_SCORE_DIST_MAGIC);
	return exp;
}

/* Returns the place of a mark in a cell's index; an error if it is no mark. */
static inline int
score_dist_mark_index(int32 mark)
{
	if (unlikely(mark < SHNOR_MIN_MARK || mark > SHNOR_MAX_MARK))
		score_dist_bad_mark(mark);
	return mark - SHNOR_MIN_MARK + 1;
}

#endif							/* SHNOR_SCORE_DIST_H */
