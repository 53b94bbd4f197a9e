/*
 * score_dist_core.c
 *		Arithmetic on the working form of score_dist, the one codec of its
 *		byte and text forms, and the one validator.
 */
#include <string.h>

#include "score_dist_core.h"

#define FORMAT_VERSION		1
#define FLAG_SCORES			0x01
#define FLAG_MARKS			0x02
#define FLAG_JOURNAL		0x04

/* Returns a phrase saying what is wrong, fit for an error's detail. */
const char *
score_dist_result_text(ScoreDistResult result)
{
	switch (result)
	{
		case SCORE_DIST_OK:
			return "nothing is wrong";
		case SCORE_DIST_TRUNCATED:
			return "the bytes end too early";
		case SCORE_DIST_TRAILING:
			return "there are bytes after the end of the value";
		case SCORE_DIST_VERSION:
			return "the version is not 1";
		case SCORE_DIST_FLAGS:
			return "the flags are not a valid combination";
		case SCORE_DIST_VARINT:
			return "an integer is not in its shortest form";
		case SCORE_DIST_EDGE_BIN:
			return "the first or the last count of scores is zero";
		case SCORE_DIST_MASK:
			return "the mask of marks does not agree with the flags";
		case SCORE_DIST_ZERO_COUNT:
			return "a count is zero";
		case SCORE_DIST_SYNTAX:
			return "unexpected character or end";
		case SCORE_DIST_REPEATED:
			return "a score or a mark is given twice";
		case SCORE_DIST_SCORE_RANGE:
			return "a score is above 1000";
		case SCORE_DIST_MARK_RANGE:
			return "a mark is not within 2..5";
		case SCORE_DIST_COUNT_RANGE:
			return "a count is above 1000000000000";
		case SCORE_DIST_TOO_MANY:
			return "there are more than 1000000000000 participants";
		case SCORE_DIST_NEGATIVE:
			return "a count is negative";
		case SCORE_DIST_SUM:
			return "the totals do not agree with the counts";
		case SCORE_DIST_SCORED_EXCESS:
			return "there are more scores than participants";
		case SCORE_DIST_UNMARKED_EXCESS:
			return "there are more participants without a mark than scores";
	}
	return "unknown trouble";
}

/* Is it a value out of range, rather than a malformed one? */
bool
score_dist_result_is_range(ScoreDistResult result)
{
	return result == SCORE_DIST_SCORE_RANGE ||
		result == SCORE_DIST_MARK_RANGE ||
		result == SCORE_DIST_COUNT_RANGE ||
		result == SCORE_DIST_TOO_MANY;
}

/* Returns the number of bins that holds scores up to score, or none (-1). */
int
score_dist_bins_for(int score)
{
	int			nbins = SCORE_DIST_MIN_BINS;

	while (nbins <= score)
		nbins *= 2;
	return nbins;
}

/* Makes *dist the empty value with nbins bins at bin. */
void
score_dist_init(ScoreDist *dist, int64_t *bin, int nbins)
{
	memset(dist, 0, sizeof(*dist));
	memset(bin, 0, sizeof(*bin) * (size_t) nbins);
	dist->bin = bin;
	dist->nbins = nbins;
}

/* Returns the lowest score that somebody has, -1 when nobody has one. */
int
score_dist_lowest(const ScoreDist *dist)
{
	if (dist->scored == 0)
		return -1;
	for (int s = 0; s < dist->nbins; s++)
		if (dist->bin[s] != 0)
			return s;
	return -1;
}

/* Returns the highest score that somebody has, -1 when nobody has one. */
int
score_dist_highest(const ScoreDist *dist)
{
	if (dist->scored == 0)
		return -1;
	for (int s = dist->nbins - 1; s >= 0; s--)
		if (dist->bin[s] != 0)
			return s;
	return -1;
}

/* Returns the number of participants without a mark. */
int64_t
score_dist_unmarked(const ScoreDist *dist)
{
	int64_t		unmarked = 0;

	for (int j = 0; j < SCORE_DIST_MARKS; j++)
		unmarked += dist->cell[SCORE_DIST_CELL(0, j)];
	return unmarked;
}

/* Returns the number of participants with the mark of index m. */
int64_t
score_dist_with_mark(const ScoreDist *dist, int m)
{
	int64_t		count = 0;

	for (int j = 0; j < SCORE_DIST_MARKS; j++)
		count += dist->cell[SCORE_DIST_CELL(m, j)];
	return count;
}

/* Returns the number of those with a lower score, which may be any number. */
int64_t
score_dist_below(const ScoreDist *dist, int score)
{
	int64_t		count = 0;

	for (int s = 0; s < score && s < dist->nbins; s++)
		count += dist->bin[s];
	return count;
}

/* Verifies invariants 2 and 3 and the cap, given right totals. */
static ScoreDistResult
check_totals(const ScoreDist *dist)
{
	if (dist->participants > SHNOR_MAX_PARTICIPANTS)
		return SCORE_DIST_TOO_MANY;
	if (dist->scored > dist->participants)
		return SCORE_DIST_SCORED_EXCESS;
	if (score_dist_unmarked(dist) > dist->scored)
		return SCORE_DIST_UNMARKED_EXCESS;
	return SCORE_DIST_OK;
}

/*
 * The validator: verifies every invariant of *dist from its counts alone.
 * No sum of counts that pass the bound one by one can wrap: there are at most
 * 1024 of them, 1024 * 10^12 < 2^63.
 */
ScoreDistResult
score_dist_check(const ScoreDist *dist)
{
	int64_t		participants = 0;
	int64_t		scored = 0;

	for (int c = 0; c < SCORE_DIST_CELLS; c++)
	{
		if (dist->cell[c] < 0)
			return SCORE_DIST_NEGATIVE;
		if (dist->cell[c] > SHNOR_MAX_PARTICIPANTS)
			return SCORE_DIST_TOO_MANY;
		participants += dist->cell[c];
	}
	for (int s = 0; s < dist->nbins; s++)
	{
		if (dist->bin[s] < 0)
			return SCORE_DIST_NEGATIVE;
		if (dist->bin[s] > SHNOR_MAX_PARTICIPANTS)
			return SCORE_DIST_TOO_MANY;
		if (dist->bin[s] != 0 && s > SHNOR_MAX_SCORE)
			return SCORE_DIST_SCORE_RANGE;
		scored += dist->bin[s];
	}
	if (participants != dist->participants || scored != dist->scored)
		return SCORE_DIST_SUM;
	return check_totals(dist);
}

/*
 * Takes back what score_dist_count_one() counted; score may exceed the bins.
 * Returns SCORE_DIST_OK, or without a change to *dist what would be broken.
 */
ScoreDistResult
score_dist_remove_one(ScoreDist *dist, int score, int cell)
{
	ScoreDistResult result;

	if (dist->cell[cell] == 0 ||
		(score >= 0 && (score >= dist->nbins || dist->bin[score] == 0)))
		return SCORE_DIST_NEGATIVE;

	dist->participants--;
	dist->cell[cell]--;
	if (score >= 0)
	{
		dist->scored--;
		dist->bin[score]--;
	}
	result = check_totals(dist);
	if (result != SCORE_DIST_OK)
	{
		dist->participants++;
		dist->cell[cell]++;
		if (score >= 0)
		{
			dist->scored++;
			dist->bin[score]++;
		}
	}
	return result;
}

/*
 * Adds other to *dist, which must have bins for the highest score of other.
 * Returns SCORE_DIST_OK, or SCORE_DIST_TOO_MANY without a change.
 */
ScoreDistResult
score_dist_add(ScoreDist *dist, const ScoreDist *other)
{
	int			nbins = other->nbins < dist->nbins ? other->nbins : dist->nbins;

	if (dist->participants > SHNOR_MAX_PARTICIPANTS - other->participants)
		return SCORE_DIST_TOO_MANY;
	dist->participants += other->participants;
	dist->scored += other->scored;
	for (int c = 0; c < SCORE_DIST_CELLS; c++)
		dist->cell[c] += other->cell[c];
	for (int s = 0; s < nbins; s++)
		dist->bin[s] += other->bin[s];
	return SCORE_DIST_OK;
}

/*
 * Takes other away from *dist.  Returns SCORE_DIST_OK, or without a change to
 * *dist what would be broken.
 */
ScoreDistResult
score_dist_subtract(ScoreDist *dist, const ScoreDist *other)
{
	int			nbins = other->nbins < dist->nbins ? other->nbins : dist->nbins;
	int64_t		participants = dist->participants - other->participants;
	int64_t		scored = dist->scored - other->scored;

	for (int c = 0; c < SCORE_DIST_CELLS; c++)
		if (dist->cell[c] < other->cell[c])
			return SCORE_DIST_NEGATIVE;
	for (int s = 0; s < nbins; s++)
		if (dist->bin[s] < other->bin[s])
			return SCORE_DIST_NEGATIVE;
	if (score_dist_highest(other) >= dist->nbins)
		return SCORE_DIST_NEGATIVE;
	if (scored > participants)
		return SCORE_DIST_SCORED_EXCESS;
	if (score_dist_unmarked(dist) - score_dist_unmarked(other) > scored)
		return SCORE_DIST_UNMARKED_EXCESS;

	dist->participants = participants;
	dist->scored = scored;
	for (int c = 0; c < SCORE_DIST_CELLS; c++)
		dist->cell[c] -= other->cell[c];
	for (int s = 0; s < nbins; s++)
		dist->bin[s] -= other->bin[s];
	return SCORE_DIST_OK;
}

/* The bits of a 25-bit mask that stand for cells without a journal mark. */
#define NO_JOURNAL_BITS		UINT32_C(0x108421)

/*
 * Returns the flags of the byte form of *dist, and in *mask its mask of marks
 * (5 bits without FLAG_JOURNAL, 25 with it).
 */
static unsigned
flags_of(const ScoreDist *dist, uint32_t *mask)
{
	unsigned	flags = dist->scored > 0 ? FLAG_SCORES : 0;
	uint32_t	all = 0;

	for (int c = 0; c < SCORE_DIST_CELLS; c++)
		all |= (uint32_t) (dist->cell[c] != 0) << c;
	if (all > 1)
		flags |= FLAG_MARKS;
	if ((all & ~NO_JOURNAL_BITS) != 0)
	{
		*mask = all;
		return flags | FLAG_JOURNAL;
	}
	*mask = 0;
	for (int m = 0; m < SCORE_DIST_MARKS; m++)
		*mask |= ((all >> SCORE_DIST_CELL(m, 0)) & 1) << m;
	return flags;
}

/* Returns the length of the byte form of *dist, which must be valid. */
size_t
score_dist_encoded_size(const ScoreDist *dist)
{
	size_t		size = 2;
	uint32_t	mask;
	unsigned	flags = flags_of(dist, &mask);

	if (flags & FLAG_SCORES)
	{
		int			lowest = score_dist_lowest(dist);
		int			highest = score_dist_highest(dist);

		size += packing_varint_size((uint64_t) lowest);
		size += packing_varint_size((uint64_t) (highest - lowest));
		for (int s = lowest; s <= highest; s++)
			size += packing_varint_size((uint64_t) dist->bin[s]);
	}
	if (flags & FLAG_MARKS)
	{
		size += (flags & FLAG_JOURNAL) ? 4 : 1;
		for (int c = 0; c < SCORE_DIST_CELLS; c++)
			if (dist->cell[c] != 0)
				size += packing_varint_size((uint64_t) dist->cell[c]);
	}
	return size;
}

/*
 * Writes the byte form of *dist, which must be valid, at bytes, which must
 * have room for score_dist_encoded_size(dist); returns that.
 */
size_t
score_dist_encode(const ScoreDist *dist, uint8_t *bytes)
{
	uint8_t    *p = bytes;
	uint32_t	mask;
	unsigned	flags = flags_of(dist, &mask);

	*p++ = FORMAT_VERSION;
	*p++ = (uint8_t) flags;
	if (flags & FLAG_SCORES)
	{
		int			lowest = score_dist_lowest(dist);
		int			highest = score_dist_highest(dist);

		p = packing_put_varint(p, (uint64_t) lowest);
		p = packing_put_varint(p, (uint64_t) (highest - lowest));
		for (int s = lowest; s <= highest; s++)
			p = packing_put_varint(p, (uint64_t) dist->bin[s]);
	}
	if (flags & FLAG_MARKS)
	{
		int			mask_bytes = (flags & FLAG_JOURNAL) ? 4 : 1;

		for (int i = 0; i < mask_bytes; i++)
			*p++ = (uint8_t) (mask >> (8 * i));
		for (int c = 0; c < SCORE_DIST_CELLS; c++)
			if (dist->cell[c] != 0)
				p = packing_put_varint(p, (uint64_t) dist->cell[c]);
	}
	return (size_t) (p - bytes);
}

/* Says in the terms of score_dist why an integer could not be read. */
static ScoreDistResult
varint_trouble(PackingResult result, ScoreDistResult too_large)
{
	switch (result)
	{
		case PACKING_OK:
			break;
		case PACKING_TRUNCATED:
			return SCORE_DIST_TRUNCATED;
		case PACKING_NOT_MINIMAL:
			return SCORE_DIST_VARINT;
		case PACKING_TOO_LARGE:
			return too_large;
	}
	return SCORE_DIST_OK;
}

/* Reads a count into *count; moves *p past it. */
static inline ScoreDistResult
get_count(const uint8_t **p, const uint8_t *end, int64_t *count)
{
	uint64_t	value;
	PackingResult result;

	if (*p < end && **p < 0x80)
	{
		*count = *(*p)++;
		return SCORE_DIST_OK;
	}
	result = packing_get_varint(p, end, SHNOR_MAX_PARTICIPANTS, &value);
	if (result != PACKING_OK)
		return varint_trouble(result, SCORE_DIST_COUNT_RANGE);
	*count = (int64_t) value;
	return SCORE_DIST_OK;
}

/* Reads the part of the byte form that holds the scores. */
static ScoreDistResult
decode_scores(const uint8_t **p, const uint8_t *end, ScoreDistBuffer *buffer)
{
	ScoreDist  *dist = &buffer->dist;
	uint64_t	lowest;
	uint64_t	more;
	int64_t		scored = 0;
	PackingResult packing;

	packing = packing_get_varint(p, end, SHNOR_MAX_SCORE, &lowest);
	if (packing == PACKING_OK)
		packing = packing_get_varint(p, end, SHNOR_MAX_SCORE - lowest, &more);
	if (packing != PACKING_OK)
		return varint_trouble(packing, SCORE_DIST_SCORE_RANGE);

	score_dist_init(dist, buffer->bin, score_dist_bins_for((int) (lowest + more)));
	for (uint64_t s = lowest; s <= lowest + more; s++)
	{
		int64_t		count = 0;
		ScoreDistResult result = get_count(p, end, &count);

		if (result != SCORE_DIST_OK)
			return result;
		buffer->bin[s] = count;
		scored += count;
	}
	dist->scored = scored;
	if (dist->bin[lowest] == 0 || dist->bin[lowest + more] == 0)
		return SCORE_DIST_EDGE_BIN;
	return SCORE_DIST_OK;
}

/* Reads the part of the byte form that holds the marks. */
static ScoreDistResult
decode_marks(const uint8_t **p, const uint8_t *end, bool journal,
			 ScoreDist *dist)
{
	int			mask_bytes = journal ? 4 : 1;
	int			nbits = journal ? SCORE_DIST_CELLS : SCORE_DIST_MARKS;
	int			step = journal ? 1 : SCORE_DIST_MARKS;
	uint32_t	mask = 0;
	bool		has_mark = false;
	bool		has_journal = false;

	if (end - *p < mask_bytes)
		return SCORE_DIST_TRUNCATED;
	for (int i = 0; i < mask_bytes; i++)
		mask |= (uint32_t) *(*p)++ << (8 * i);
	if (mask >> nbits != 0)
		return SCORE_DIST_MASK;

	for (int bit = 0; bit < nbits; bit++)
	{
		int			c = bit * step;
		ScoreDistResult result;

		if ((mask & (UINT32_C(1) << bit)) == 0)
			continue;
		has_mark |= c != 0;
		has_journal |= c % SCORE_DIST_MARKS != 0;
		result = get_count(p, end, &dist->cell[c]);
		if (result != SCORE_DIST_OK)
			return result;
		dist->participants += dist->cell[c];
		if (dist->cell[c] == 0)
			return SCORE_DIST_ZERO_COUNT;
	}
	if (!has_mark || has_journal != journal)
		return SCORE_DIST_MASK;
	return SCORE_DIST_OK;
}

/*
 * Reads a byte form.  On SCORE_DIST_OK buffer->dist is valid and has as many
 * bins as its highest score needs; otherwise the buffer is undefined.  Every
 * accepted sequence of bytes is the one that score_dist_encode() writes.
 */
ScoreDistResult
score_dist_decode(const uint8_t *bytes, size_t len, ScoreDistBuffer *buffer)
{
	const uint8_t *p = bytes;
	const uint8_t *end = bytes + len;
	ScoreDist  *dist = &buffer->dist;
	ScoreDistResult result;
	unsigned	flags;

	if (len < 2)
		return SCORE_DIST_TRUNCATED;
	if (*p++ != FORMAT_VERSION)
		return SCORE_DIST_VERSION;
	flags = *p++;
	if ((flags & ~(unsigned) (FLAG_SCORES | FLAG_MARKS | FLAG_JOURNAL)) != 0 ||
		(flags & (FLAG_MARKS | FLAG_JOURNAL)) == FLAG_JOURNAL)
		return SCORE_DIST_FLAGS;

	if (flags & FLAG_SCORES)
		result = decode_scores(&p, end, buffer);
	else
	{
		score_dist_init(dist, buffer->bin, SCORE_DIST_MIN_BINS);
		result = SCORE_DIST_OK;
	}
	if (result != SCORE_DIST_OK)
		return result;

	if (flags & FLAG_MARKS)
		result = decode_marks(&p, end, (flags & FLAG_JOURNAL) != 0, dist);
	else
		dist->participants = dist->cell[0] = dist->scored;
	if (result != SCORE_DIST_OK)
		return result;
	if (p != end)
		return SCORE_DIST_TRAILING;
	return check_totals(dist);
}

/* Returns the length of the text form of *dist with its terminating zero. */
size_t
score_dist_text_size(const ScoreDist *dist)
{
	size_t		size = sizeof("{|}");

	for (int s = 0; s < dist->nbins; s++)
		if (dist->bin[s] != 0)
			size += text_number_size(s) + text_number_size(dist->bin[s]) + sizeof(":,") - 1;
	for (int c = 0; c < SCORE_DIST_CELLS; c++)
		if (dist->cell[c] != 0)
			size += text_number_size(dist->cell[c]) + sizeof("2/3:,") - 1;
	return size;
}

/*
 * Writes the text form of *dist, which must be valid, with a terminating zero
 * at text, which must have room for score_dist_text_size(dist).
 */
void
score_dist_format(const ScoreDist *dist, char *text)
{
	static const char mark_name[SCORE_DIST_MARKS] = {'-', '2', '3', '4', '5'};
	char	   *p = text;
	const char *separator = "{";
	uint32_t	mask;

	if (dist->scored == 0)
		*p++ = '{';
	else
		for (int s = 0; s < dist->nbins; s++)
		{
			if (dist->bin[s] == 0)
				continue;
			*p++ = *separator;
			p = text_put_number(p, s);
			*p++ = ':';
			p = text_put_number(p, dist->bin[s]);
			separator = ",";
		}
	if (flags_of(dist, &mask) & FLAG_MARKS)
	{
		separator = "|";
		for (int c = 0; c < SCORE_DIST_CELLS; c++)
		{
			if (dist->cell[c] == 0)
				continue;
			*p++ = *separator;
			*p++ = mark_name[c / SCORE_DIST_MARKS];
			if (c % SCORE_DIST_MARKS != 0)
			{
				*p++ = '/';
				*p++ = mark_name[c % SCORE_DIST_MARKS];
			}
			*p++ = ':';
			p = text_put_number(p, dist->cell[c]);
			separator = ",";
		}
	}
	*p++ = '}';
	*p = '\0';
}

/* Reads an unsigned number of at most max; above it gives too_large. */
static ScoreDistResult
read_number(TextReader *r, int64_t max, ScoreDistResult too_large,
			int64_t *value)
{
	switch (text_read_number(r, max, value))
	{
		case TEXT_OK:
			return SCORE_DIST_OK;
		case TEXT_NO_NUMBER:
			return SCORE_DIST_SYNTAX;
		case TEXT_TOO_LARGE:
			break;
	}
	return too_large;
}

/* Reads a mark into *index: its place within a cell's index. */
static ScoreDistResult
read_mark(TextReader *r, int *index)
{
	int64_t		mark;
	ScoreDistResult result = read_number(r, SHNOR_MAX_MARK,
										 SCORE_DIST_MARK_RANGE, &mark);

	if (result != SCORE_DIST_OK)
		return result;
	if (mark < SHNOR_MIN_MARK)
		return SCORE_DIST_MARK_RANGE;
	*index = (int) (mark - SHNOR_MIN_MARK + 1);
	return SCORE_DIST_OK;
}

/*
 * Reads ":count" into *count, which must be zero so far, and adds it to *sum;
 * key is where the score or mark before it stands.
 */
static ScoreDistResult
read_count(TextReader *r, TextSpan key, int64_t *count, int64_t *sum)
{
	int64_t		value;
	ScoreDistResult result;

	if (!text_read_char(r, ':'))
		return SCORE_DIST_SYNTAX;
	result = read_number(r, SHNOR_MAX_PARTICIPANTS, SCORE_DIST_COUNT_RANGE,
						 &value);
	if (result != SCORE_DIST_OK)
		return result;
	if (value == 0)
		return SCORE_DIST_ZERO_COUNT;
	if (*count != 0)
	{
		r->span = key;
		return SCORE_DIST_REPEATED;
	}
	*count = value;
	*sum += value;
	return SCORE_DIST_OK;
}

/* Reads the items of both sides; the braces are the caller's. */
static ScoreDistResult
read_items(TextReader *r, ScoreDist *dist)
{
	ScoreDistResult result;

	if (!text_read_char(r, '|'))
	{
		if (r->pos < r->len && r->text[r->pos] == '}')
			return SCORE_DIST_OK;
		do
		{
			int64_t		score;

			result = read_number(r, SHNOR_MAX_SCORE, SCORE_DIST_SCORE_RANGE,
								 &score);
			if (result == SCORE_DIST_OK)
				result = read_count(r, r->span, &dist->bin[score],
									&dist->scored);
			if (result != SCORE_DIST_OK)
				return result;
		} while (text_read_char(r, ','));
		if (!text_read_char(r, '|'))
		{
			dist->participants = dist->cell[0] = dist->scored;
			return SCORE_DIST_OK;
		}
	}

	do
	{
		int			m = 0;
		int			j = 0;
		TextSpan	key;

		result = SCORE_DIST_OK;
		if (!text_read_char(r, '-'))
			result = read_mark(r, &m);
		key.start = m == 0 ? r->pos - 1 : r->span.start;
		if (result == SCORE_DIST_OK && text_read_char(r, '/'))
			result = read_mark(r, &j);
		if (result != SCORE_DIST_OK)
			return result;
		key.end = r->pos;
		result = read_count(r, key, &dist->cell[SCORE_DIST_CELL(m, j)],
							&dist->participants);
		if (result != SCORE_DIST_OK)
			return result;
	} while (text_read_char(r, ','));
	return SCORE_DIST_OK;
}

/*
 * Reads a text form of len bytes: ASCII white space is allowed between its
 * parts, and its items may come in any order.  On SCORE_DIST_OK buffer->dist
 * is valid; otherwise the buffer is undefined and *span says where the
 * trouble is: a number for ranges and repetitions, the place of the unexpected
 * byte for SCORE_DIST_SYNTAX, and the whole text for broken invariants.
 */
ScoreDistResult
score_dist_parse(const char *text, size_t len, ScoreDistBuffer *buffer,
				 TextSpan *span)
{
	TextReader	r = {text, len, 0, {0, 0}};
	ScoreDistResult result;

	score_dist_init(&buffer->dist, buffer->bin, SCORE_DIST_MAX_BINS);
	result = SCORE_DIST_SYNTAX;
	if (text_read_char(&r, '{'))
		result = read_items(&r, &buffer->dist);
	if (result == SCORE_DIST_OK && !text_read_char(&r, '}'))
		result = SCORE_DIST_SYNTAX;
	if (result == SCORE_DIST_OK)
	{
		text_skip_space(&r);
		if (r.pos < len)
			result = SCORE_DIST_SYNTAX;
	}
	*span = r.span;
	if (result == SCORE_DIST_OK)
	{
		result = score_dist_check(&buffer->dist);
		span->start = 0;
		span->end = len;
	}
	return result;
}
