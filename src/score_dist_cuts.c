/*
 * score_dist_cuts.c
 *		Marks against scores: what a score_dist tells of a scale of cuts.
 */
#include "postgres.h"

#include "score_dist.h"

PG_FUNCTION_INFO_V1(score_dist_marks_by_cuts);

/* Returns the participants with a score of cut or more. */
static int64
scored_from(const ScoreDist *dist, int32 cut)
{
	int64		count = 0;

	for (int s = Max(cut, 0); s < dist->nbins; s++)
		count += dist->bin[s];
	return count;
}

/* Returns the participants with this mark or a higher one. */
static int64
marked_from(const ScoreDist *dist, int mark)
{
	int64		count = 0;

	for (int m = score_dist_mark_index(mark); m < SCORE_DIST_MARKS; m++)
		for (int j = 0; j < SCORE_DIST_MARKS; j++)
			count += dist->cell[SCORE_DIST_CELL(m, j)];
	return count;
}

/*
 * marks_by_cuts(d, cut_3, cut_4, cut_5): are there as many of every mark as
 * the scores give.
 *
 * When everybody has both a score and a mark, equal counts of every mark are
 * the same as equal counts of "this mark or a higher one".  When somebody has
 * but one of them, the counts are of different participants and say nothing.
 */
Datum
score_dist_marks_by_cuts(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	const ScoreDist *dist = PG_GETARG_SCORE_DIST(0, &buffer);
	int64		marked = dist->participants - score_dist_unmarked(dist);

	if (marked == 0 || dist->scored == 0)
		PG_RETURN_BOOL(true);
	if (marked < dist->participants || dist->scored < dist->participants)
		PG_RETURN_BOOL(false);
	for (int mark = 3; mark <= SHNOR_MAX_MARK; mark++)
		if (scored_from(dist, PG_GETARG_INT32(mark - 2)) !=
			marked_from(dist, mark))
			PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(true);
}
