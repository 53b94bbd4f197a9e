/*
 * marker_heaping.c
 *		Heaping of scores at official mark boundaries: the counts on either
 *		side of one, and the excess over a smooth distribution.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "marker.h"
#include "regression_core.h"
#include "score_dist.h"
#include "special_core.h"

PG_FUNCTION_INFO_V1(shnor_cut_test);
PG_FUNCTION_INFO_V1(shnor_excess_mass);

/* Points of the histogram that no score_dist exceeds. */
#define MAX_POINTS	(SHNOR_MAX_SCORE + 1)

/*
 * Least number of participants expected near the cuts for Student's
 * distribution to be near that of the excess.
 */
#define LEAST_EXPECTED	5.0

/*
 * Raise an error unless low <= value <= high.
 */
static void
check_parameter(const char *name, int32 value, int32 low, int32 high)
{
	if (value < low || value > high)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter of a heaping test is out of range"),
				 errdetail("%s is %d.", name, value),
				 errhint("%s must be between %d and %d.", name, low, high)));
}

/*
 * Participants with a score in from..to, either of which may lie outside.
 */
static int64
count_between(const ScoreDist *dist, int from, int to)
{
	int64		count = 0;

	for (int s = Max(from, 0); s <= Min(to, dist->nbins - 1); s++)
		count += dist->bin[s];
	return count;
}

/*
 * cut_test(d, cut, width, share): NULL without scores.  Probabilities are NULL
 * when nobody is near the cut, or the scores below it are fewer than width.
 *
 * P(X >= k) of a binomial variable is I_share(k, n - k + 1), A&S 26.5.24.
 */
Datum
shnor_cut_test(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	const ScoreDist *dist = PG_GETARG_SCORE_DIST(0, &buffer);
	int32		cut = PG_GETARG_INT32(1);
	int32		width = PG_GETARG_INT32(2);
	double		share = PG_GETARG_FLOAT8(3);
	int64		below;
	int64		above;
	double		at_least = NAN;
	double		at_most = NAN;
	double		other;
	ShnorRow	row = {0};

	check_parameter("cut", cut, 1, SHNOR_MAX_SCORE);
	check_parameter("width", width, 1, SHNOR_MAX_SCORE);
	if (!(share > 0.0 && share < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter of a heaping test is out of range"),
				 errdetail("share is %g.", share),
				 errhint("share must be greater than 0 and less than 1, for example 0.5.")));
	if (dist->scored == 0)
		PG_RETURN_NULL();

	below = count_between(dist, cut - width, cut - 1);
	above = count_between(dist, cut, cut + width - 1);
	if (below + above > 0 && cut >= width)
	{
		at_least = at_most = 1.0;
		if (above > 0)
			shnor_beta_cdf(share, 1.0 - share, (double) above,
						   (double) below + 1.0, &at_least, &other);
		if (below > 0)
			shnor_beta_cdf(share, 1.0 - share, (double) above + 1.0,
						   (double) below, &other, &at_most);
	}
	shnor_row_int64(&row, below);
	shnor_row_int64(&row, above);
	shnor_row_float8(&row, at_least);
	shnor_row_float8(&row, at_most);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}

/*
 * Fill side[] of the scores 0..max_score: 1 from a cut on, -1 before it, each
 * for width scores, 0 elsewhere.  `only`, unless 0, must be one of the cuts.
 * Returns how many cuts there are; 0 also when a score is on both sides.
 */
static int
mark_sides(ArrayType *array, int32 max_score, int32 width, int32 only,
		   int *side)
{
	Datum	   *cuts;
	bool	   *nulls;
	int			len;
	int			found = 0;
	bool		overlap = false;
	bool		has_only = false;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT,
					  &cuts, &nulls, &len);
	memset(side, 0, (max_score + 1) * sizeof(int));
	for (int i = 0; i < len; i++)
	{
		int32		cut;

		if (nulls[i])
			continue;
		cut = DatumGetInt32(cuts[i]);
		check_parameter("cut", cut, 1, max_score);
		if (cut == only)
			has_only = true;
		for (int s = Max(cut - width, 0);
			 s <= Min(cut + width - 1, max_score); s++)
		{
			if (side[s] != 0)
				overlap = true;
			side[s] = s < cut ? -1 : 1;
		}
		found++;
	}
	if (only != 0 && found > 0 && !has_only)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the score is no mark boundary"),
				 errdetail("cut is %d.", only),
				 errhint("Pass one of the cuts.")));
	return overlap ? 0 : found;
}

/*
 * excess_mass(d, cuts, max_score, degree, width, model), and excess_mass_at
 * with a cut after max_score.  NULL, that is not evaluated, without cuts or
 * scores, when two cuts are closer than twice the width, when the scores
 * outside do not exceed the polynomial's coefficients, and when the log-linear
 * model has no maximum.
 *
 * The contrast is +1/2 above a cut and -1/2 below: its sum over the counts
 * less the fitted ones is the number moved.  Its variance is that of the
 * counts, independent of the fit, which left them out, and of the fit.
 */
Datum
shnor_excess_mass(PG_FUNCTION_ARGS)
{
	int			shift = PG_NARGS() == 7 ? 1 : 0;
	ScoreDistBuffer buffer;
	const ScoreDist *dist = PG_GETARG_SCORE_DIST(0, &buffer);
	ArrayType  *cuts = PG_GETARG_ARRAYTYPE_P(1);
	int32		max_score = PG_GETARG_INT32(2);
	int32		only = shift ? PG_GETARG_INT32(3) : 0;
	int32		degree = PG_GETARG_INT32(3 + shift);
	int32		width = PG_GETARG_INT32(4 + shift);
	char	   *model = text_to_cstring(PG_GETARG_TEXT_PP(5 + shift));
	bool		is_linear = strcmp(model, "linear") == 0;
	int			side[MAX_POINTS];
	bool		used[MAX_POINTS];
	double		y[MAX_POINTS];
	double		contrast[MAX_POINTS];
	double		fitted[MAX_POINTS];
	double		work[7 * MAX_POINTS];
	int			len;
	int			points;
	double		squares;
	double		predicted;
	double		own = 0.0;
	double		expected = 0.0;
	double		df;
	double		dispersion;
	double		error;
	double		excess = 0.0;
	double		missing = 0.0;
	double		moved;
	ShnorRow	row = {0};

	check_parameter("max_score", max_score, 1, SHNOR_MAX_SCORE);
	len = max_score + 1;
	check_parameter("degree", degree, 0, SHNOR_DEGREE_MAX);
	check_parameter("width", width, 1, SHNOR_MAX_SCORE);
	if (shift)
		check_parameter("cut", only, 1, max_score);
	if (!is_linear && strcmp(model, "loglinear") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown model of a distribution of scores"),
				 errdetail("The model is \"%s\".", model),
				 errhint("Use \"loglinear\" or \"linear\".")));
	if (dist->scored > 0 && score_dist_highest(dist) > max_score)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a score is above the maximum"),
				 errdetail("max_score is %d, the highest score %d.",
						   max_score, score_dist_highest(dist)),
				 errhint("Pass the administration's maximum score.")));
	if (mark_sides(cuts, max_score, width, only, side) == 0 ||
		dist->scored == 0)
		PG_RETURN_NULL();

	for (int s = 0; s < len; s++)
	{
		bool		counts = side[s] != 0 &&
		(only == 0 || (s >= only - width && s < only + width));

		y[s] = s < dist->nbins ? (double) dist->bin[s] : 0.0;
		used[s] = side[s] == 0;
		contrast[s] = counts ? side[s] * 0.5 : 0.0;
	}
	if (is_linear)
	{
		double		weight[MAX_POINTS];

		for (int s = 0; s < len; s++)
			weight[s] = used[s] ? 1.0 : 0.0;
		points = shnor_fit_polynomial(y, weight, len, degree, contrast,
									  fitted, work, &squares, &predicted);
	}
	else
		points = shnor_fit_loglinear(y, used, len, degree, contrast,
									 fitted, work, &squares, &predicted);
	if (points == 0)
		PG_RETURN_NULL();

	for (int s = 0; s < len; s++)
	{
		if (contrast[s] > 0.0)
			excess += y[s] - fitted[s];
		else if (contrast[s] < 0.0)
			missing += fitted[s] - y[s];
		if (contrast[s] != 0.0)
			expected += fitted[s];
		own += contrast[s] * contrast[s] * (is_linear ? 1.0 : fitted[s]);
	}
	moved = (excess + missing) / 2.0;
	df = points - degree - 1.0;
	/* counts vary at least as Poisson's do */
	dispersion = squares / df;
	if (!is_linear)
		dispersion = Max(dispersion, 1.0);
	error = sqrt(dispersion * (own + predicted));

	shnor_row_int64(&row, dist->scored);
	shnor_row_int64(&row, points);
	shnor_row_float8(&row, excess);
	shnor_row_float8(&row, missing);
	shnor_row_float8(&row, moved);
	shnor_row_float8(&row, error);
	shnor_row_tails(&row, error > 0.0 && expected >= LEAST_EXPECTED ?
					moved / error : NAN, df);
	PG_RETURN_DATUM(shnor_row_datum(fcinfo, &row));
}
