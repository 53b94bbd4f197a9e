/*
 * score_dist.h
 *		What the files of the SQL type score_dist share: fetching an argument,
 *		building a value, the state of a running aggregate.
 */
#ifndef SHNOR_SCORE_DIST_H
#define SHNOR_SCORE_DIST_H

#include "fmgr.h"

#include "compat.h"
#include "score_dist_core.h"

/*
 * The state of a running aggregate: a value of the type in another form than
 * the packed bytes, which begins with a version that those never have.  It
 * is counted up in place, travels from parallel workers to their leader as it
 * is, and the aggregate's final function packs it.  Every function of the
 * type reads it like a packed value.
 *
 * With many groups their states do not fit the processor's caches, and what a
 * row costs is the memory it touches.  So a state begins with counts of one
 * byte; a count that does not fit moves it to two bytes, then to eight.
 *
 * Slot SCORE_DIST_STATE_BIN(s) counts those with score s, -1 standing for
 * none.
 */
typedef struct ScoreDistState
{
	int32		vl_len_;		/* varlena header, do not touch directly */
	uint8		version;		/* SCORE_DIST_STATE_VERSION */
	uint8		width;			/* bytes of a slot: 1, 2 or 8 */
	uint16		nbins;			/* power of two, 64..1024 */
	uint8		slot[FLEXIBLE_ARRAY_MEMBER];
} ScoreDistState;

#define SCORE_DIST_STATE_VERSION	0

/* Slots: the cells, the participants (only where 8 bytes wide), the bins. */
#define SCORE_DIST_STATE_TOTAL		SCORE_DIST_CELLS
#define SCORE_DIST_STATE_BIN(s)		(32 + (s))
#define SCORE_DIST_STATE_SIZE(width, nbins) \
	(offsetof(ScoreDistState, slot) + \
	 (Size) (width) * SCORE_DIST_STATE_BIN(nbins))

/* score_dist_state.c */
extern ScoreDistState *score_dist_make_state(Datum value);
extern ScoreDistState *score_dist_make_empty_state(void);
extern ScoreDistState *score_dist_state_count(ScoreDistState *state, int score,
											  int cell);
extern ScoreDistState *score_dist_state_remove(ScoreDistState *state,
											   int score, int cell);
extern ScoreDistState *score_dist_state_add(ScoreDistState *state,
											Datum value);
extern ScoreDistState *score_dist_state_subtract(ScoreDistState *state,
												 const ScoreDist *other);

/* score_dist_value.c */
extern const ScoreDist *score_dist_get(Datum value, ScoreDistBuffer *buffer);
extern const ScoreDist *score_dist_read(Datum value);
extern struct varlena *score_dist_packed(Datum value);
extern void score_dist_check_state(const uint8 *bytes, Size len);
extern Datum score_dist_flat_datum(const ScoreDist *dist);
pg_noreturn extern void score_dist_complain(ScoreDistResult result);
pg_noreturn extern void score_dist_bad_mark(int32 mark);
pg_noreturn extern void score_dist_bad_score(int32 score);

/* Decodes argument n into *buffer. */
#define PG_GETARG_SCORE_DIST(n, buffer) \
	score_dist_get(PG_GETARG_DATUM(n), (buffer))

/* Decodes argument n; the result is good until the next call of this. */
#define PG_READARG_SCORE_DIST(n) \
	score_dist_read(PG_GETARG_DATUM(n))

/*
 * Returns the state a datum is, to be changed in place; NULL when it is packed.
 * Requires a transition value, which is never toasted.
 */
static inline ScoreDistState *
score_dist_get_state(Datum value)
{
	ScoreDistState *state = (ScoreDistState *) DatumGetPointer(value);

	if (unlikely(!VARATT_IS_4B_U(state) ||
				 state->version != SCORE_DIST_STATE_VERSION))
		return NULL;
	return state;
}

/*
 * Counts one participant, whose score may be -1, if the state has counts of a
 * byte and room for it; else returns false without a change.
 */
static inline bool
score_dist_state_count_narrow(ScoreDistState *state, int score, int cell)
{
	uint8	   *in_cell = &state->slot[cell];
	uint8	   *in_bin = &state->slot[SCORE_DIST_STATE_BIN(score)];

	if (unlikely(state->width != 1 || score >= state->nbins ||
				 *in_cell == PG_UINT8_MAX || *in_bin == PG_UINT8_MAX))
		return false;
	(*in_cell)++;
	(*in_bin)++;
	return true;
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
