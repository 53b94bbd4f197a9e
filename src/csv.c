/*
 * csv.c
 *		SQL functions over lines of files: cells and quotes.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"
#include "csv_core.h"

PG_FUNCTION_INFO_V1(shnor_csv_cells);
PG_FUNCTION_INFO_V1(shnor_csv_inside);
PG_FUNCTION_INFO_V1(shnor_csv_filled);
PG_FUNCTION_INFO_V1(shnor_csv_pick);
PG_FUNCTION_INFO_V1(shnor_answer_scores);

/* Returns argument n as a delimiter: one ASCII character but no quote. */
static char
get_delimiter(FunctionCallInfo fcinfo, int n)
{
	text	   *arg = PG_GETARG_TEXT_PP(n);

	if (VARSIZE_ANY_EXHDR(arg) != 1 || *VARDATA_ANY(arg) == '"' ||
		IS_HIGHBIT_SET(*VARDATA_ANY(arg)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid delimiter"),
				 errdetail("The delimiter given is \"%s\".",
						   text_to_cstring(arg)),
				 errhint("Use one ASCII character other than the double quote, for example ';'.")));
	return *VARDATA_ANY(arg);
}

/*
 * Returns the cell as a text datum without the white space around it, in
 * freshly allocated memory.
 */
static Datum
cell_text(const CsvCell *cell)
{
	text	   *result = palloc(VARHDRSZ + cell->len);
	char	   *start = VARDATA(result);
	size_t		len = cell->len;
	size_t		skip = 0;

	if (cell->doubled)
		len = csv_unquote(cell, start);
	else
		memcpy(start, cell->start, len);
	while (len > 0 && (unsigned char) start[len - 1] <= ' ')
		len--;
	while (skip < len && (unsigned char) start[skip] <= ' ')
		skip++;
	if (skip > 0)
		memmove(start, start + skip, len - skip);
	SET_VARSIZE(result, VARHDRSZ + len - skip);
	return PointerGetDatum(result);
}

/*
 * csv_cells(record, delimiter): the record's cells, an empty one as NULL;
 * NULL for a record of more than SHNOR_MAX_CELLS cells.
 */
Datum
shnor_csv_cells(PG_FUNCTION_ARGS)
{
	text	   *record = PG_GETARG_TEXT_PP(0);
	char		delimiter = get_delimiter(fcinfo, 1);
	CsvCell		cells[SHNOR_MAX_CELLS];
	Datum		values[SHNOR_MAX_CELLS];
	bool		nulls[SHNOR_MAX_CELLS];
	int			lower = 1;
	int			count = csv_split(VARDATA_ANY(record),
								  VARSIZE_ANY_EXHDR(record), delimiter,
								  cells, SHNOR_MAX_CELLS);

	if (count < 0)
		PG_RETURN_NULL();
	for (int i = 0; i < count; i++)
	{
		values[i] = cell_text(&cells[i]);
		nulls[i] = VARSIZE(DatumGetPointer(values[i])) == VARHDRSZ;
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 1, &count, &lower,
											 TEXTOID, -1, false,
											 TYPALIGN_INT));
}

/*
 * Transition of csv_inside(line, delimiter): does the line end inside quotes,
 * given whether the line before it did?  A NULL line changes nothing.
 */
Datum
shnor_csv_inside(PG_FUNCTION_ARGS)
{
	bool		inside = PG_GETARG_BOOL(0);
	text	   *line;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_BOOL(inside);
	line = PG_GETARG_TEXT_PP(1);
	PG_RETURN_BOOL(csv_ends_inside_quotes(VARDATA_ANY(line),
										  VARSIZE_ANY_EXHDR(line),
										  get_delimiter(fcinfo, 2), inside));
}

/* csv_filled(cells): how many of the cells are not empty. */
Datum
shnor_csv_filled(PG_FUNCTION_ARGS)
{
	ArrayType  *cells = PG_GETARG_ARRAYTYPE_P(0);
	int			count = ArrayGetNItems(ARR_NDIM(cells), ARR_DIMS(cells));
	const bits8 *bitmap = ARR_NULLBITMAP(cells);
	int			filled = 0;

	if (bitmap == NULL)
		PG_RETURN_INT32(count);
	for (int i = 0; i < count; i++)
		filled += (bitmap[i / 8] >> (i % 8)) & 1;
	PG_RETURN_INT32(filled);
}

/*
 * csv_pick(cells, places): the cells at the places (from 1), joined by
 * semicolons, a missing or empty one as X.  Semicolons in a cell become
 * commas, so that it remains one value, if a wrong one.
 */
Datum
shnor_csv_pick(PG_FUNCTION_ARGS)
{
	ArrayType  *cells = PG_GETARG_ARRAYTYPE_P(0);
	ArrayType  *places = PG_GETARG_ARRAYTYPE_P(1);
	Datum	   *cell;
	Datum	   *place;
	bool	   *cell_null;
	bool	   *place_null;
	int			ncells;
	int			nplaces;
	StringInfoData buf;

	deconstruct_array(cells, TEXTOID, -1, false, TYPALIGN_INT,
					  &cell, &cell_null, &ncells);
	deconstruct_array(places, INT4OID, sizeof(int32), true, TYPALIGN_INT,
					  &place, &place_null, &nplaces);
	initStringInfo(&buf);
	for (int i = 0; i < nplaces; i++)
	{
		int			at = place_null[i] ? 0 : DatumGetInt32(place[i]);

		if (i > 0)
			appendStringInfoChar(&buf, ';');
		if (at < 1 || at > ncells || cell_null[at - 1])
			appendStringInfoChar(&buf, 'X');
		else
		{
			text	   *value = DatumGetTextPP(cell[at - 1]);
			int			start = buf.len;

			appendBinaryStringInfo(&buf, VARDATA_ANY(value),
								   VARSIZE_ANY_EXHDR(value));
			for (int c = start; c < buf.len; c++)
				if (buf.data[c] == ';')
					buf.data[c] = ',';
		}
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(buf.data, buf.len));
}

/*
 * answer_scores(short, long): the scores written as answer strings, joined by
 * semicolons.  short has a character a task, + for 1, - for 0, a digit for
 * itself; long has score(maximum) a task.  Either may be NULL.  NULL when a
 * string is written otherwise or both have no task.
 */
Datum
shnor_answer_scores(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	initStringInfo(&buf);
	if (!PG_ARGISNULL(0))
	{
		text	   *brief = PG_GETARG_TEXT_PP(0);

		for (int i = 0; i < (int) VARSIZE_ANY_EXHDR(brief); i++)
		{
			char		c = VARDATA_ANY(brief)[i];

			CHECK_FOR_INTERRUPTS();
			if (c == '+' || c == '-')
				c = c == '+' ? '1' : '0';
			else if (c < '0' || c > '9')
				PG_RETURN_NULL();
			appendStringInfo(&buf, "%s%c", buf.len > 0 ? ";" : "", c);
		}
	}
	if (!PG_ARGISNULL(1))
	{
		char	   *p = text_to_cstring(PG_GETARG_TEXT_PP(1));

		while (*p != '\0')
		{
			size_t		digits = strspn(p, "0123456789");
			size_t		maximum;

			CHECK_FOR_INTERRUPTS();
			if (digits < 1 || digits > 3 || p[digits] != '(')
				PG_RETURN_NULL();
			maximum = strspn(p + digits + 1, "0123456789");
			if (maximum < 1 || maximum > 3 ||
				p[digits + 1 + maximum] != ')' ||
				atoi(p) > atoi(p + digits + 1))
				PG_RETURN_NULL();
			appendStringInfo(&buf, "%s%.*s", buf.len > 0 ? ";" : "",
							 (int) digits, p);
			p += digits + maximum + 2;
		}
	}
	if (buf.len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(buf.data, buf.len));
}
