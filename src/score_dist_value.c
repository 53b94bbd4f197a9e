/*
 * score_dist_value.c
 *		Between datums and working forms of score_dist, and the errors that its
 *		functions share.
 */
#include "postgres.h"

#include "compat.h"
#include "score_dist.h"

/* Raises the error for a stored value that cannot be one. */
pg_noreturn static void
complain_about_damage(ScoreDistResult result)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored value of type score_dist is damaged"),
			 errdetail("In its bytes %s.", score_dist_result_text(result))));
}

/*
 * Raises the error for len bytes, from the version on, that are no state of
 * an aggregate: only a damaged disk can store them.
 */
void
score_dist_check_state(const uint8 *bytes, Size len)
{
	const Size	header = offsetof(ScoreDistState, version);
	ScoreDistState state;

	if (len >= offsetof(ScoreDistState, slot) - header)
	{
		memcpy(&state.version, bytes, offsetof(ScoreDistState, slot) - header);
		if ((state.width == 1 || state.width == 2 || state.width == 8) &&
			state.nbins <= SCORE_DIST_MAX_BINS &&
			state.nbins == score_dist_bins_for(state.nbins - 1) &&
			len == SCORE_DIST_STATE_SIZE(state.width, state.nbins) - header)
			return;
	}
	complain_about_damage(SCORE_DIST_VERSION);
}

/* Reads a state from the version on; it may lie anywhere. */
static void
read_state(const uint8 *bytes, Size len, ScoreDistBuffer *buffer)
{
	const Size	header = offsetof(ScoreDistState, version);
	ScoreDist  *dist = &buffer->dist;
	ScoreDistState state;
	const uint8 *slot;
	uint64		participants = 0;
	uint64		scored = 0;
	ScoreDistResult result;

	score_dist_check_state(bytes, len);
	memcpy(&state.version, bytes, offsetof(ScoreDistState, slot) - header);
	slot = bytes + offsetof(ScoreDistState, slot) - header;
	dist->bin = buffer->bin;
	dist->nbins = state.nbins;
	if (state.width == 8)
	{
		memcpy(dist->cell, slot, sizeof(dist->cell));
		memcpy(dist->bin, slot + 8 * SCORE_DIST_STATE_BIN(0),
			   sizeof(int64) * dist->nbins);
	}
	else if (state.width == 2)
	{
		uint16		narrow[SCORE_DIST_STATE_BIN(SCORE_DIST_MAX_BINS)];

		memcpy(narrow, slot, 2 * SCORE_DIST_STATE_BIN(dist->nbins));
		for (int c = 0; c < SCORE_DIST_CELLS; c++)
			dist->cell[c] = narrow[c];
		for (int s = 0; s < dist->nbins; s++)
			dist->bin[s] = narrow[SCORE_DIST_STATE_BIN(s)];
	}
	else
	{
		for (int c = 0; c < SCORE_DIST_CELLS; c++)
			dist->cell[c] = slot[c];
		for (int s = 0; s < dist->nbins; s++)
			dist->bin[s] = slot[SCORE_DIST_STATE_BIN(s)];
	}

	/* damaged counts may sum to anything */
	for (int c = 0; c < SCORE_DIST_CELLS; c++)
		participants += (uint64) dist->cell[c];
	for (int s = 0; s < dist->nbins; s++)
		scored += (uint64) dist->bin[s];
	dist->participants = (int64) participants;
	dist->scored = (int64) scored;
	result = score_dist_check(dist);
	if (result != SCORE_DIST_OK)
		complain_about_damage(result);
}

/* Decodes len bytes, packed or a state, into *buffer. */
static void
decode(const uint8 *bytes, Size len, ScoreDistBuffer *buffer)
{
	ScoreDistResult result;

	if (len > 0 && *bytes == SCORE_DIST_STATE_VERSION)
	{
		read_state(bytes, len, buffer);
		return;
	}
	result = score_dist_decode(bytes, len, buffer);
	if (result != SCORE_DIST_OK)
		complain_about_damage(result);
}

/* Decodes a datum into *buffer; returns the working form there. */
const ScoreDist *
score_dist_get(Datum value, ScoreDistBuffer *buffer)
{
	struct varlena *flat = (struct varlena *) DatumGetPointer(value);
	struct varlena *plain = pg_detoast_datum_packed(flat);

	decode((const uint8 *) VARDATA_ANY(plain), VARSIZE_ANY_EXHDR(plain),
		   buffer);
	if (plain != flat)
		pfree(plain);
	return &buffer->dist;
}

/*
 * The last value that was decoded for reading or packed by an aggregate, with
 * its packed bytes to know it again by: a query that asks for one statistic of
 * a value mostly asks for more, each by a call of its own.
 */
static struct
{
	Size		len;			/* 0 when there is none */
	uint8		bytes[SCORE_DIST_MAX_BYTES];
	ScoreDistBuffer buffer;
}			last;

/* Decodes a datum; the result is good until the next call. */
const ScoreDist *
score_dist_read(Datum value)
{
	struct varlena *flat = (struct varlena *) DatumGetPointer(value);
	struct varlena *plain = pg_detoast_datum_packed(flat);
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(plain);
	Size		len = VARSIZE_ANY_EXHDR(plain);

	if (len == 0 || len != last.len || memcmp(bytes, last.bytes, len) != 0)
	{
		last.len = 0;
		decode(bytes, len, &last.buffer);
		if (len <= sizeof(last.bytes))
		{
			memcpy(last.bytes, bytes, len);
			last.len = len;
		}
	}
	if (plain != flat)
		pfree(plain);
	return &last.buffer.dist;
}

/* Returns bytes as a flat datum in the current context. */
static Datum
make_datum(const uint8 *bytes, Size len)
{
	struct varlena *flat = palloc(VARHDRSZ + len);

	SET_VARSIZE(flat, VARHDRSZ + len);
	memcpy(VARDATA(flat), bytes, len);
	return PointerGetDatum(flat);
}

/* Returns a flat datum in the current context; *dist must be valid. */
Datum
score_dist_flat_datum(const ScoreDist *dist)
{
	uint8		bytes[SCORE_DIST_MAX_BYTES];

	Assert(score_dist_check(dist) == SCORE_DIST_OK);
	return make_datum(bytes, score_dist_encode(dist, bytes));
}

/* Returns a datum packed, and as detoasted as is needed to read its bytes. */
struct varlena *
score_dist_packed(Datum value)
{
	struct varlena *plain = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(value));
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(plain);
	Size		len = VARSIZE_ANY_EXHDR(plain);

	if (len == 0 || *bytes != SCORE_DIST_STATE_VERSION)
		return plain;
	last.len = 0;
	decode(bytes, len, &last.buffer);
	last.len = score_dist_encode(&last.buffer.dist, last.bytes);
	return (struct varlena *) DatumGetPointer(make_datum(last.bytes, last.len));
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
