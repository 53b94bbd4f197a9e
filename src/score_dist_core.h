/*
 * score_dist_core.h
 *		The working form of score_dist, its byte and text forms, its validator.
 *
 * Pure C: no PostgreSQL headers, no allocation, no error exits.  Functions
 * report through ScoreDistResult and are given their memory by the caller.
 *
 * A score_dist is an exact summary of one group of results: how many
 * participants got each score, and how many each mark by each journal mark.
 * Every participant is in exactly one of the 25 cells (mark or none) x
 * (journal mark or none); a participant with a score is also in one bin.
 *
 * Invariants, verified by score_dist_check():
 *	1.	participants = sum of the cells <= SHNOR_MAX_PARTICIPANTS;
 *	2.	scored = sum of the bins <= participants;
 *	3.	sum of the cells without a mark <= scored, since a participant with
 *		neither score nor mark does not count.
 *
 * Byte form (version 1).  It does not depend on the machine, and equal values
 * have equal bytes.  Varint is the minimal LEB128 of packing_core.c.
 *
 *	byte 0	version, 1
 *	byte 1	flags; all other bits are zero
 *			0x01  there are scores
 *			0x02  there are marks: a cell other than none/none is not zero
 *			0x04  there are journal marks; only together with 0x02
 *	if scores
 *			varint	lowest score
 *			varint	number of bins - 1; lowest score + this <= 1000
 *			varint	count, for each bin; the first and the last are not zero
 *	if marks
 *			without journal marks, one byte: bit m is set when the cell
 *			(mark m, none) is not zero; with journal marks, four bytes, lowest
 *			first: bit 5 * m + j is set when the cell (m, j) is not zero.
 *			m and j: 0 none, 1..4 the marks 2..5
 *			varint	count, for each bit set, lowest bit first, none zero
 *	if no marks, every scored participant is in the cell none/none.
 *
 * The empty value is the two bytes 1, 0.
 *
 * Text form: "{", then score:count ascending, then, when there are marks, "|"
 * and mark[/journal mark]:count in the order of the cells, "-" standing for
 * no mark, items separated by ",", then "}".
 */
#ifndef SHNOR_SCORE_DIST_CORE_H
#define SHNOR_SCORE_DIST_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packing_core.h"
#include "text_form_core.h"

#define SHNOR_MAX_SCORE			1000
#define SHNOR_MIN_MARK			2
#define SHNOR_MAX_MARK			5

/* Values of a mark within a cell's index: 0 none, 1..4 the marks 2..5. */
#define SCORE_DIST_MARKS		5
#define SCORE_DIST_CELLS		(SCORE_DIST_MARKS * SCORE_DIST_MARKS)
#define SCORE_DIST_CELL(m, j)	((m) * SCORE_DIST_MARKS + (j))

/* Number of bins: a power of two, so that growth is amortised. */
#define SCORE_DIST_MIN_BINS		64
#define SCORE_DIST_MAX_BINS		1024

/*
 * Longest byte form: version, flags, two varints of two bytes, 1001 counts
 * and 25 counts of at most six bytes (10^12 < 2^42), a mask of four bytes.
 */
#define SCORE_DIST_MAX_BYTES	(2 + 4 + 1001 * 6 + 4 + 25 * 6)

typedef struct ScoreDist
{
	int64_t		participants;	/* sum of the cells */
	int64_t		scored;			/* sum of the bins */
	int64_t    *bin;			/* count by score; nbins of them */
	int			nbins;			/* power of two, 64..1024 */
	int64_t		cell[SCORE_DIST_CELLS]; /* by mark, then journal mark */
} ScoreDist;

/* A working form together with room for every bin. */
typedef struct ScoreDistBuffer
{
	ScoreDist	dist;
	int64_t		bin[SCORE_DIST_MAX_BINS];
} ScoreDistBuffer;

typedef enum ScoreDistResult
{
	SCORE_DIST_OK,
	/* the byte form */
	SCORE_DIST_TRUNCATED,
	SCORE_DIST_TRAILING,
	SCORE_DIST_VERSION,
	SCORE_DIST_FLAGS,
	SCORE_DIST_VARINT,
	SCORE_DIST_EDGE_BIN,
	SCORE_DIST_MASK,
	SCORE_DIST_ZERO_COUNT,
	/* the text form */
	SCORE_DIST_SYNTAX,
	SCORE_DIST_REPEATED,
	/* ranges */
	SCORE_DIST_SCORE_RANGE,
	SCORE_DIST_MARK_RANGE,
	SCORE_DIST_COUNT_RANGE,
	SCORE_DIST_TOO_MANY,
	/* invariants */
	SCORE_DIST_NEGATIVE,
	SCORE_DIST_SUM,
	SCORE_DIST_SCORED_EXCESS,
	SCORE_DIST_UNMARKED_EXCESS
} ScoreDistResult;

extern const char *score_dist_result_text(ScoreDistResult result);
extern bool score_dist_result_is_range(ScoreDistResult result);

extern int	score_dist_bins_for(int score);
extern void score_dist_init(ScoreDist *dist, int64_t *bin, int nbins);
extern int	score_dist_lowest(const ScoreDist *dist);
extern int	score_dist_highest(const ScoreDist *dist);
extern int64_t score_dist_unmarked(const ScoreDist *dist);
extern int64_t score_dist_with_mark(const ScoreDist *dist, int m);
extern int64_t score_dist_below(const ScoreDist *dist, int score);
extern ScoreDistResult score_dist_check(const ScoreDist *dist);

extern ScoreDistResult score_dist_remove_one(ScoreDist *dist, int score,
											 int cell);
extern ScoreDistResult score_dist_add(ScoreDist *dist, const ScoreDist *other);
extern ScoreDistResult score_dist_subtract(ScoreDist *dist,
										   const ScoreDist *other);

extern size_t score_dist_encoded_size(const ScoreDist *dist);
extern size_t score_dist_encode(const ScoreDist *dist, uint8_t *bytes);
extern ScoreDistResult score_dist_decode(const uint8_t *bytes, size_t len,
										 ScoreDistBuffer *buffer);

extern size_t score_dist_text_size(const ScoreDist *dist);
extern void score_dist_format(const ScoreDist *dist, char *text);
extern ScoreDistResult score_dist_parse(const char *text, size_t len,
										ScoreDistBuffer *buffer,
										TextSpan *span);

/*
 * Counts one participant.  Requires score < nbins, -1 standing for none, and
 * a cell with a mark when there is no score.  Returns SCORE_DIST_OK or
 * SCORE_DIST_TOO_MANY, then without a change.
 */
static inline ScoreDistResult
score_dist_count_one(ScoreDist *dist, int score, int cell)
{
	if (dist->participants >= SHNOR_MAX_PARTICIPANTS)
		return SCORE_DIST_TOO_MANY;
	dist->participants++;
	dist->cell[cell]++;
	if (score >= 0)
	{
		dist->scored++;
		dist->bin[score]++;
	}
	return SCORE_DIST_OK;
}

#endif							/* SHNOR_SCORE_DIST_CORE_H */
