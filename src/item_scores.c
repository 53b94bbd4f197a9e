/*
 * item_scores.c
 *		Reading arrays of item scores and of their maxima from arguments.
 */
#include "postgres.h"

#include "utils/array.h"

#include "compat.h"
#include "item_scores.h"

/* Raises the error for an array that is no list of items. */
static void
bad_array(int ndim, int items)
{
	if (ndim > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("array of items must have one dimension"),
				 errdetail("It has %d dimensions.", ndim),
				 errhint("Pass one participant's item scores as one array, element 1 for the first item.")));
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("too many items: %d", items),
			 errdetail("A work has at most %d items.", SHNOR_MAX_ITEMS)));
}

/* Raises the error for an item score that is not one. */
static void
bad_score(int item, int score)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("item score out of range: %d", score),
			 errdetail("Item %d has it; an item score is an integer from 0 to %d.",
					   item, SHNOR_MAX_ITEM_SCORE),
			 errhint("Pass NULL for an item that was not attempted.")));
}

/*
 * Sets *row to the item scores of a smallint[]: element by element in their
 * order, whatever the lower bound; an empty array gives no items.
 *
 * Most arrays come from a table with a short varlena header.  Unpacking one
 * would copy it for every row, so its parts are read where they are, none of
 * them aligned: offsets are those of ArrayType less the header.
 */
void
item_scores_get(Datum array, ItemScores *row)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(array);
	const char *bytes = VARDATA_ANY(packed);
	const bits8 *bitmap = NULL;
	int32		ndim;
	int32		dataoffset;
	int32		items;

#define AT(offset) (bytes + (offset) - VARHDRSZ)
	memcpy(&ndim, AT(offsetof(ArrayType, ndim)), sizeof(int32));
	row->items = 0;
	row->highest = -1;
	if (ndim == 0)
		return;
	memcpy(&items, AT(sizeof(ArrayType)), sizeof(int32));
	if (ndim != 1 || items > SHNOR_MAX_ITEMS)
		bad_array(ndim, items);
	memcpy(&dataoffset, AT(offsetof(ArrayType, dataoffset)), sizeof(int32));
	if (dataoffset == 0)
		dataoffset = ARR_OVERHEAD_NONULLS(1);
	else
		bitmap = (const bits8 *) AT(sizeof(ArrayType) + 2 * sizeof(int32));
	bytes = AT(dataoffset);
#undef AT

	row->items = items;
	for (int i = 0; i < items; i++)
	{
		int16		score;

		if (bitmap != NULL && (bitmap[i / 8] & (1 << (i % 8))) == 0)
		{
			row->score[i] = ITEM_NOT_ATTEMPTED;
			continue;
		}
		memcpy(&score, bytes, sizeof(int16));
		bytes += sizeof(int16);
		if (unlikely(score < 0 || score > SHNOR_MAX_ITEM_SCORE))
			bad_score(i + 1, score);
		row->score[i] = score;
		row->highest = Max(row->highest, score);
	}
}

/*
 * Sets max_score, of SHNOR_MAX_ITEMS elements, to the maxima of an integer[];
 * returns their number.
 */
int
item_maxima_get(Datum array, int *max_score)
{
	ArrayType  *maxima = DatumGetArrayTypeP(array);
	int			items = ARR_NDIM(maxima) == 0 ? 0 : ARR_DIMS(maxima)[0];
	const int32 *value = (const int32 *) ARR_DATA_PTR(maxima);

	if (ARR_NDIM(maxima) > 1 || items > SHNOR_MAX_ITEMS)
		bad_array(ARR_NDIM(maxima), items);
	if (array_contains_nulls(maxima))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("maximum of an item must not be null"),
				 errhint("Pass the highest score of every item.")));
	for (int i = 0; i < items; i++)
	{
		if (value[i] < 1 || value[i] > SHNOR_MAX_ITEM_SCORE)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("maximum of an item out of range: %d", value[i]),
					 errdetail("Item %d has it; the highest score of an item is an integer from 1 to %d.",
							   i + 1, SHNOR_MAX_ITEM_SCORE)));
		max_score[i] = value[i];
	}
	return items;
}
