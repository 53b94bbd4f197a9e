/*
 * score_dist_state.c
 *		The state of a running aggregate of score_dist: making it, counting in
 *		it, making room in it.
 *
 * Functions that change a state return where it is now: there, or a larger
 * copy in the current context.  Nothing is freed; that is up to nodeAgg.c and
 * nodeWindowAgg.c, which keep what a transition function returns.
 */
#include "postgres.h"

#include "compat.h"
#include "score_dist.h"

/* Returns slot i. */
static inline int64
get_slot(const ScoreDistState *state, int i)
{
	switch (state->width)
	{
		case 1:
			return state->slot[i];
		case 2:
			return ((const uint16 *) state->slot)[i];
		default:
			return ((const int64 *) state->slot)[i];
	}
}

/* Sets slot i, for which count must not be too large. */
static inline void
set_slot(ScoreDistState *state, int i, int64 count)
{
	switch (state->width)
	{
		case 1:
			state->slot[i] = (uint8) count;
			break;
		case 2:
			((uint16 *) state->slot)[i] = (uint16) count;
			break;
		default:
			((int64 *) state->slot)[i] = count;
	}
}

/* Returns the width of slots that hold a count. */
static inline int
width_for(int64 count)
{
	return count <= PG_UINT8_MAX ? 1 : count <= PG_UINT16_MAX ? 2 : 8;
}

/* Returns a new empty state with slots of that width and that many bins. */
static ScoreDistState *
make_empty(int width, int nbins)
{
	Size		size = SCORE_DIST_STATE_SIZE(width, nbins);
	ScoreDistState *state = palloc0(size);

	SET_VARSIZE(state, size);
	state->version = SCORE_DIST_STATE_VERSION;
	state->width = (uint8) width;
	state->nbins = (uint16) nbins;
	return state;
}

/* Returns a new empty state. */
ScoreDistState *
score_dist_make_empty_state(void)
{
	return make_empty(1, SCORE_DIST_MIN_BINS);
}

/* Returns the state with slots of at least width and at least nbins bins. */
static ScoreDistState *
make_room(ScoreDistState *state, int width, int nbins)
{
	ScoreDistState *larger;
	int64		participants = 0;

	if (width <= state->width && nbins <= state->nbins)
		return state;
	larger = make_empty(Max(width, state->width), Max(nbins, state->nbins));
	for (int i = 0; i < SCORE_DIST_STATE_BIN(state->nbins); i++)
		set_slot(larger, i, get_slot(state, i));
	if (larger->width == 8 && state->width < 8)
	{
		for (int c = 0; c < SCORE_DIST_CELLS; c++)
			participants += get_slot(state, c);
		set_slot(larger, SCORE_DIST_STATE_TOTAL, participants);
	}
	return larger;
}

/*
 * Counts one participant, whose score may be -1.  Narrow counts cannot exceed
 * SHNOR_MAX_PARTICIPANTS: 25 * 2^16 < 10^12.
 */
ScoreDistState *
score_dist_state_count(ScoreDistState *state, int score, int cell)
{
	int			bin = SCORE_DIST_STATE_BIN(score);
	int			nbins = score_dist_bins_for(score);
	int64		count;

	state = make_room(state, 1, nbins);
	count = Max(get_slot(state, cell), get_slot(state, bin)) + 1;
	state = make_room(state, width_for(count), nbins);
	if (state->width == 8)
	{
		int64	   *total = (int64 *) state->slot + SCORE_DIST_STATE_TOTAL;

		if (*total >= SHNOR_MAX_PARTICIPANTS)
			score_dist_complain(SCORE_DIST_TOO_MANY);
		(*total)++;
	}
	set_slot(state, cell, get_slot(state, cell) + 1);
	set_slot(state, bin, get_slot(state, bin) + 1);
	return state;
}

/*
 * Makes *view a working form of a state of the full width.  Its bins are
 * those of the state; close_view() takes the other counts back.
 */
static void
open_view(ScoreDistState *state, ScoreDist *view)
{
	int64	   *slot = (int64 *) state->slot;

	Assert(state->width == 8);
	memcpy(view->cell, slot, sizeof(view->cell));
	view->participants = slot[SCORE_DIST_STATE_TOTAL];
	view->scored = view->participants - slot[SCORE_DIST_STATE_BIN(-1)];
	view->bin = slot + SCORE_DIST_STATE_BIN(0);
	view->nbins = state->nbins;
}

/* Writes a view that was changed back to its state. */
static void
close_view(ScoreDistState *state, const ScoreDist *view)
{
	int64	   *slot = (int64 *) state->slot;

	memcpy(slot, view->cell, sizeof(view->cell));
	slot[SCORE_DIST_STATE_TOTAL] = view->participants;
	slot[SCORE_DIST_STATE_BIN(-1)] = view->participants - view->scored;
}

/* Takes back what score_dist_state_count() counted. */
ScoreDistState *
score_dist_state_remove(ScoreDistState *state, int score, int cell)
{
	ScoreDist	view;
	ScoreDistResult result;

	state = make_room(state, 8, 0);
	open_view(state, &view);
	result = score_dist_remove_one(&view, score, cell);
	if (result != SCORE_DIST_OK)
		score_dist_complain(result);
	close_view(state, &view);
	return state;
}

/* Takes other away. */
ScoreDistState *
score_dist_state_subtract(ScoreDistState *state, const ScoreDist *other)
{
	ScoreDist	view;
	ScoreDistResult result;

	state = make_room(state, 8, 0);
	open_view(state, &view);
	result = score_dist_subtract(&view, other);
	if (result != SCORE_DIST_OK)
		score_dist_complain(result);
	close_view(state, &view);
	return state;
}

/*
 * Adds the slots of another state, slot by slot, if both have slots of a byte
 * and the same bins, and no sum is too large; else returns false without a
 * change.  other may lie anywhere.
 */
static bool
add_bytes(ScoreDistState *state, const uint8 *other, Size len)
{
	const Size	header = offsetof(ScoreDistState, version);
	int			nslots = SCORE_DIST_STATE_BIN(SCORE_DIST_MIN_BINS);
	unsigned	carry = 0;

	if (len != SCORE_DIST_STATE_SIZE(1, SCORE_DIST_MIN_BINS) - header ||
		memcmp(other, &state->version,
			   offsetof(ScoreDistState, slot) - header) != 0)
		return false;
	other += offsetof(ScoreDistState, slot) - header;
	for (int i = 0; i < nslots; i++)
		carry |= (unsigned) state->slot[i] + other[i];
	if (carry > PG_UINT8_MAX)
		return false;
	for (int i = 0; i < nslots; i++)
		state->slot[i] += other[i];
	return true;
}

/* Adds a value, which may be a state. */
ScoreDistState *
score_dist_state_add(ScoreDistState *state, Datum value)
{
	struct varlena *flat = (struct varlena *) DatumGetPointer(value);
	ScoreDistBuffer buffer;
	const ScoreDist *other;
	int			highest;
	int64		most = 0;

	if ((VARATT_IS_4B_U(flat) || VARATT_IS_1B(flat)) &&
		!VARATT_IS_EXTERNAL(flat) &&
		add_bytes(state, (const uint8 *) VARDATA_ANY(flat),
				  VARSIZE_ANY_EXHDR(flat)))
		return state;

	other = score_dist_get(value, &buffer);
	highest = score_dist_highest(other);
	state = make_room(state, 1, score_dist_bins_for(highest));
	if (state->width < 8)
	{
		most = get_slot(state, SCORE_DIST_STATE_BIN(-1)) +
			other->participants - other->scored;
		for (int c = 0; c < SCORE_DIST_CELLS; c++)
			most = Max(most, get_slot(state, c) + other->cell[c]);
		for (int s = 0; s <= highest; s++)
			most = Max(most, get_slot(state, SCORE_DIST_STATE_BIN(s)) +
					   other->bin[s]);
		state = make_room(state, width_for(most), 0);
	}
	if (state->width == 8)
	{
		ScoreDist	view;
		ScoreDistResult result;

		open_view(state, &view);
		result = score_dist_add(&view, other);
		if (result != SCORE_DIST_OK)
			score_dist_complain(result);
		close_view(state, &view);
		return state;
	}

	set_slot(state, SCORE_DIST_STATE_BIN(-1),
			 get_slot(state, SCORE_DIST_STATE_BIN(-1)) +
			 other->participants - other->scored);
	for (int c = 0; c < SCORE_DIST_CELLS; c++)
		set_slot(state, c, get_slot(state, c) + other->cell[c]);
	for (int s = 0; s <= highest; s++)
		set_slot(state, SCORE_DIST_STATE_BIN(s),
				 get_slot(state, SCORE_DIST_STATE_BIN(s)) + other->bin[s]);
	return state;
}

/* Returns a new state equal to a value, which may be a state. */
ScoreDistState *
score_dist_make_state(Datum value)
{
	struct varlena *plain = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(value));
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(plain);
	Size		len = VARSIZE_ANY_EXHDR(plain);
	ScoreDistState *state;

	if (len == 0 || *bytes != SCORE_DIST_STATE_VERSION)
		return score_dist_state_add(make_empty(1, SCORE_DIST_MIN_BINS), value);
	score_dist_check_state(bytes, len);
	state = palloc(VARHDRSZ + len);
	SET_VARSIZE(state, VARHDRSZ + len);
	memcpy(&state->version, bytes, len);
	return state;
}
