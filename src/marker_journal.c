/*
 * marker_journal.c
 *		Agreement of marks with journal marks.
 */
#include "postgres.h"

#include <math.h>

#include "distribution_core.h"
#include "marker.h"
#include "score_dist.h"
#include "special_core.h"

PG_FUNCTION_INFO_V1(shnor_journal_agreement);
PG_FUNCTION_INFO_V1(shnor_journal_match_test);

/* Marks that are marks: index 0 of a cell is none. */
#define MARKS	(SCORE_DIST_MARKS - 1)

/*
 * Up to so many compared participants the distribution of agreements is
 * computed exactly, in steps that grow with their square.
 */
#define EXACT_UP_TO	10000

/*
 * Participants with both marks, and those of them with the mark equal to the
 * journal mark, by journal mark.
 */
static void
count_journal(const ScoreDist *dist, int64 *compared, int64 *same)
{
	for (int j = 0; j < MARKS; j++)
	{
		compared[j] = 0;
		for (int m = 0; m < MARKS; m++)
			compared[j] += dist->cell[SCORE_DIST_CELL(m + 1, j + 1)];
		same[j] = dist->cell[SCORE_DIST_CELL(j + 1, j + 1)];
	}
}

/*
 * journal_agreement(d): NULL when nobody has both marks.
 *
 * Correlation of Pearson; kappa of Cohen (1960), and weighted by the squared
 * difference of marks (Cohen 1968).
 */
Datum
shnor_journal_agreement(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	const ScoreDist *dist = PG_GETARG_SCORE_DIST(0, &buffer);
	int64		n = 0;
	int64		by_mark[MARKS] = {0};
	int64		by_journal[MARKS] = {0};
	int64		mark_sum = 0;
	int64		journal_sum = 0;
	int64		same = 0;
	int64		gap = 0;		/* sum of squared differences */
	double		mark_mean;
	double		journal_mean;
	double		mark_squares = 0.0;
	double		journal_squares = 0.0;
	double		products = 0.0;
	double		chance_same = 0.0;
	double		chance_gap = 0.0;
	double		total;
	double		correlation = NAN;
	double		kappa = NAN;
	double		weighted_kappa = NAN;
	ShnorRow	row = {0};

	for (int m = 0; m < MARKS; m++)
		for (int j = 0; j < MARKS; j++)
		{
			int64		count = dist->cell[SCORE_DIST_CELL(m + 1, j + 1)];

			n += count;
			by_mark[m] += count;
			by_journal[j] += count;
			mark_sum += m * count;
			journal_sum += j * count;
			gap += (m - j) * (m - j) * count;
			if (m == j)
				same += count;
		}
	if (n == 0)
		PG_RETURN_NULL();

	/* the mean of equal marks is exact, and so is their variance of 0 */
	total = (double) n;
	mark_mean = (double) mark_sum / total;
	journal_mean = (double) journal_sum / total;
	for (int m = 0; m < MARKS; m++)
	{
		mark_squares += (double) by_mark[m] *
			(m - mark_mean) * (m - mark_mean);
		journal_squares += (double) by_journal[m] *
			(m - journal_mean) * (m - journal_mean);
		for (int j = 0; j < MARKS; j++)
		{
			double		chance = (double) by_mark[m] / total *
			((double) by_journal[j] / total);

			products += (double) dist->cell[SCORE_DIST_CELL(m + 1, j + 1)] *
				(m - mark_mean) * (j - journal_mean);
			chance_gap += (m - j) * (m - j) * chance;
			if (m == j)
				chance_same += chance;
		}
	}
	if (mark_squares > 0.0 && journal_squares > 0.0)
		correlation = fmin(fmax(products /
								sqrt(mark_squares * journal_squares), -1.0),
						   1.0);

	/* chance gives no disagreement only where all marks are one and the same */
	if (chance_gap > 0.0)
	{
		kappa = ((double) same / total - chance_same) / (1.0 - chance_same);
		weighted_kappa = 1.0 - (double) gap / total / chance_gap;
	}
	shnor_row_int64(&row, n);
	shnor_row_float8(&row, (double) (mark_sum - journal_sum) / total);
	shnor_row_float8(&row, correlation);
	shnor_row_float8(&row, kappa);
	shnor_row_float8(&row, weighted_kappa);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}

/*
 * journal_match_test(d, rest): NULL when nobody on either side has both marks.
 *
 * A stratum is a journal mark.  Within it, were the group like the rest, its
 * agreements would be a random sample of those of both: hypergeometric.
 */
Datum
shnor_journal_match_test(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	int64		compared[MARKS];
	int64		same[MARKS];
	int64		rest_compared[MARKS];
	int64		rest_same[MARKS];
	ShnorStratum strata[MARKS];
	int			len = 0;
	int64		n = 0;
	int64		rest_n = 0;
	int64		agreed = 0;
	double		expected = 0.0;
	double		variance = 0.0;
	double		upper;
	ShnorRow	row = {0};

	count_journal(PG_GETARG_SCORE_DIST(0, &buffer), compared, same);
	count_journal(PG_GETARG_SCORE_DIST(1, &buffer), rest_compared, rest_same);
	for (int j = 0; j < MARKS; j++)
	{
		ShnorStratum *stratum = &strata[len];

		n += compared[j];
		rest_n += rest_compared[j];
		agreed += same[j];
		if (compared[j] == 0)
			continue;
		stratum->sample = (double) compared[j];
		stratum->successes = (double) (same[j] + rest_same[j]);
		stratum->population = (double) (compared[j] + rest_compared[j]);
		expected += shnor_stratum_mean(stratum);
		variance += shnor_stratum_variance(stratum);
		len++;
	}
	if (n == 0 || rest_n == 0)
		PG_RETURN_NULL();

	if (n <= EXACT_UP_TO)
	{
		double	   *work = palloc(3 * (n + 1) * sizeof(double));

		upper = shnor_strata_upper(strata, len, (double) agreed, work);
		pfree(work);
	}
	else if (variance > 0.0)
		upper = shnor_normal_cdf((expected - (double) agreed + 0.5) /
								 sqrt(variance));
	else
		upper = 1.0;
	shnor_row_int64(&row, n);
	shnor_row_int64(&row, rest_n);
	shnor_row_int64(&row, agreed);
	shnor_row_float8(&row, expected);
	shnor_row_float8(&row, upper);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}
