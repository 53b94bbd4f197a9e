/*
 * task_dist_stats.c
 *		Statistics of a task_dist: everything an analyst reads from one.
 *
 * The functions only read; an aggregate's expanded object is read in place.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"

#include "compat.h"
#include "item_scores.h"
#include "task_dist.h"
#include "task_dist_stats.h"

PG_FUNCTION_INFO_V1(task_dist_participants);
PG_FUNCTION_INFO_V1(task_dist_items);
PG_FUNCTION_INFO_V1(task_dist_attempted);
PG_FUNCTION_INFO_V1(task_dist_score_sum);
PG_FUNCTION_INFO_V1(task_dist_completion);
PG_FUNCTION_INFO_V1(task_dist_completions);
PG_FUNCTION_INFO_V1(task_dist_full_share);
PG_FUNCTION_INFO_V1(task_dist_zero_share);
PG_FUNCTION_INFO_V1(task_dist_not_attempted_share);
PG_FUNCTION_INFO_V1(task_dist_item_scores);
PG_FUNCTION_INFO_V1(task_dist_item_results);

/*
 * Returns the sum of an item's scores, exact: at most 100 * 10^12.
 */
int64
task_dist_item_sum(const TaskDist *dist, int item)
{
	const int64_t *cell = task_dist_item(dist, item);
	int64		sum = 0;

	for (int64 s = 1; TASK_DIST_COLUMN(s) < dist->columns; s++)
		sum += s * cell[TASK_DIST_COLUMN(s)];
	return sum;
}

/*
 * Verifies that the maxima are as many as the items and that nobody has more
 * than the maximum.  Requires participants.
 */
void
task_dist_check_maxima(const TaskDist *dist, const int *max_score, int items)
{
	if (items != dist->items)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("numbers of items differ"),
				 errdetail("The works have %d items, the maxima are of %d.",
						   dist->items, items),
				 errhint("Pass the highest score of every item, in the order of the items.")));
	for (int i = 0; i < items; i++)
		task_dist_check_maximum(dist, i, max_score[i]);
}

/*
 * Verifies that a maximum is one, and that nobody has more in the item.
 */
void
task_dist_check_maximum(const TaskDist *dist, int item, int max_score)
{
	int			highest = task_dist_highest(dist, item);

	if (max_score < 1 || max_score > SHNOR_MAX_ITEM_SCORE ||
		highest > max_score)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("maximum of item %d out of range: %d", item + 1,
						max_score),
				 errdetail("The highest score somebody has in it is %d; a maximum is at most %d.",
						   Max(highest, 0), SHNOR_MAX_ITEM_SCORE),
				 errhint("Pass the highest score one can get for the item.")));
}

/* Returns dividend / divisor; the divisor is not zero. */
static Datum
divide(int64 dividend, int64 divisor)
{
	return DirectFunctionCall2(numeric_div,
							   NumericGetDatum(int64_to_numeric(dividend)),
							   NumericGetDatum(int64_to_numeric(divisor)));
}

/*
 * Returns the value of argument 0 and in *item argument 1, counted from 0;
 * NULL for the value of nobody.  An error if there is no such item.
 */
static const TaskDist *
get_item(FunctionCallInfo fcinfo, int *item)
{
	const TaskDist *dist = PG_GETARG_TASK_DIST(0);
	int32		number = PG_GETARG_INT32(1);

	if (dist->participants == 0)
		return NULL;
	if (number < 1 || number > dist->items)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("item out of range: %d", number),
				 errdetail("The works have %d items.", dist->items),
				 errhint("Items are numbered from 1.")));
	*item = number - 1;
	return dist;
}

/* participants(d) */
Datum
task_dist_participants(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_TASK_DIST(0)->participants);
}

/* items(d) */
Datum
task_dist_items(PG_FUNCTION_ARGS)
{
	const TaskDist *dist = PG_GETARG_TASK_DIST(0);

	PG_RETURN_INT32(dist->participants > 0 ? dist->items : 0);
}

/* attempted(d, item) */
Datum
task_dist_attempted(PG_FUNCTION_ARGS)
{
	int			item;
	const TaskDist *dist = get_item(fcinfo, &item);

	if (dist == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT64(dist->participants - task_dist_item(dist, item)[0]);
}

/* score_sum(d, item) */
Datum
task_dist_score_sum(PG_FUNCTION_ARGS)
{
	int			item;
	const TaskDist *dist = get_item(fcinfo, &item);

	if (dist == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT64(task_dist_item_sum(dist, item));
}

/*
 * Returns the share of the points that the participants got of those they
 * could get: sum of scores / (participants * maximum), which is at most
 * 10^14 in integers.
 */
static Datum
completion(const TaskDist *dist, int item, int max_score)
{
	return divide(task_dist_item_sum(dist, item),
				  dist->participants * max_score);
}

/* completion(d, item, max_score) */
Datum
task_dist_completion(PG_FUNCTION_ARGS)
{
	int			item;
	const TaskDist *dist = get_item(fcinfo, &item);
	int32		max_score = PG_GETARG_INT32(2);

	if (dist == NULL)
		PG_RETURN_NULL();
	task_dist_check_maximum(dist, item, max_score);
	return completion(dist, item, max_score);
}

/* completions(d, max_scores) */
Datum
task_dist_completions(PG_FUNCTION_ARGS)
{
	const TaskDist *dist = PG_GETARG_TASK_DIST(0);
	int			max_score[SHNOR_MAX_ITEMS];
	Datum		share[SHNOR_MAX_ITEMS];
	int			items = item_maxima_get(PG_GETARG_DATUM(1), max_score);

	if (dist->participants == 0)
		PG_RETURN_NULL();
	task_dist_check_maxima(dist, max_score, items);
	for (int i = 0; i < items; i++)
		share[i] = completion(dist, i, max_score[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(share, items, NUMERICOID, -1, false,
										  TYPALIGN_INT));
}

/* Returns the participants who have a score, which may exceed the columns. */
static int64
with_score(const TaskDist *dist, int item, int score)
{
	return TASK_DIST_COLUMN(score) < dist->columns ?
		task_dist_item(dist, item)[TASK_DIST_COLUMN(score)] : 0;
}

/* full_share(d, item, max_score) */
Datum
task_dist_full_share(PG_FUNCTION_ARGS)
{
	int			item;
	const TaskDist *dist = get_item(fcinfo, &item);
	int32		max_score = PG_GETARG_INT32(2);

	if (dist == NULL)
		PG_RETURN_NULL();
	task_dist_check_maximum(dist, item, max_score);
	return divide(with_score(dist, item, max_score), dist->participants);
}

/* zero_share(d, item) */
Datum
task_dist_zero_share(PG_FUNCTION_ARGS)
{
	int			item;
	const TaskDist *dist = get_item(fcinfo, &item);

	if (dist == NULL)
		PG_RETURN_NULL();
	return divide(with_score(dist, item, 0), dist->participants);
}

/* not_attempted_share(d, item) */
Datum
task_dist_not_attempted_share(PG_FUNCTION_ARGS)
{
	int			item;
	const TaskDist *dist = get_item(fcinfo, &item);

	if (dist == NULL)
		PG_RETURN_NULL();
	return divide(task_dist_item(dist, item)[0], dist->participants);
}

/*
 * item_scores(d): a row for each score that somebody has in an item, by item
 * and score; those who did not attempt it come last, with a NULL score.
 */
Datum
task_dist_item_scores(PG_FUNCTION_ARGS)
{
	const TaskDist *dist = PG_GETARG_TASK_DIST(0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (int i = 0; i < dist->items; i++)
		for (int c = 1; c <= dist->columns; c++)
		{
			int			column = c % dist->columns;
			int64		count = task_dist_item(dist, i)[column];
			Datum		values[3];
			bool		nulls[3] = {false, column == 0, false};

			if (count == 0)
				continue;
			values[0] = Int32GetDatum(i + 1);
			values[1] = Int32GetDatum(column - TASK_DIST_COLUMN(0));
			values[2] = Int64GetDatum(count);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
								 nulls);
		}
	return (Datum) 0;
}

/* item_results(d, max_scores): a row for each item with its statistics */
Datum
task_dist_item_results(PG_FUNCTION_ARGS)
{
	const TaskDist *dist = PG_GETARG_TASK_DIST(0);
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			max_score[SHNOR_MAX_ITEMS];
	int			items = item_maxima_get(PG_GETARG_DATUM(1), max_score);

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (dist->participants == 0)
		return (Datum) 0;
	task_dist_check_maxima(dist, max_score, items);
	for (int i = 0; i < items; i++)
	{
		int64		n = dist->participants;
		int64		not_attempted = task_dist_item(dist, i)[0];
		Datum		values[9];
		bool		nulls[9] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = Int32GetDatum(max_score[i]);
		values[2] = Int64GetDatum(n);
		values[3] = Int64GetDatum(n - not_attempted);
		values[4] = Int64GetDatum(task_dist_item_sum(dist, i));
		values[5] = completion(dist, i, max_score[i]);
		values[6] = divide(with_score(dist, i, max_score[i]), n);
		values[7] = divide(with_score(dist, i, 0), n);
		values[8] = divide(not_attempted, n);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
