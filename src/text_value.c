/*
 * text_value.c
 *		Reading values out of imported text cells without ever failing.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"

/* The most task scores a work may have, and the highest of them. */
#define MAX_TASKS 100
#define MAX_TASK_SCORE 100

PG_FUNCTION_INFO_V1(cell_text);
PG_FUNCTION_INFO_V1(cell_code);
PG_FUNCTION_INFO_V1(int_or_null);
PG_FUNCTION_INFO_V1(is_code);
PG_FUNCTION_INFO_V1(scores_or_null);

/*
 * Bytes of the no-break space U+00A0 in the database's encoding; their number
 * goes to *len, 0 where the encoding is not known.  The extension's script has
 * letters that only these encodings have.
 */
static const char *
no_break_space(int *len)
{
	switch (GetDatabaseEncoding())
	{
		case PG_UTF8:
			*len = 2;
			return "\xC2\xA0";
		case PG_WIN1251:
			*len = 1;
			return "\xA0";
		default:
			*len = 0;
			return "";
	}
}

/* True for the white space of ASCII, whatever the locale. */
static inline bool
is_ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * Moves *start and *end, the ends of a text, to its first character that is
 * not blank and behind its last one; to the same place when all are.
 */
static inline void
trim_blanks(const char **start, const char **end)
{
	const char *p = *start;
	const char *q = *end;
	int			nbsp_len;
	const char *nbsp = no_break_space(&nbsp_len);

	for (;;)
	{
		if (p < q && is_ascii_space(*p))
			p++;
		else if (nbsp_len > 0 && q - p >= nbsp_len &&
				 memcmp(p, nbsp, nbsp_len) == 0)
			p += nbsp_len;
		else
			break;
	}
	for (;;)
	{
		if (p < q && is_ascii_space(q[-1]))
			q--;
		else if (nbsp_len > 0 && q - p >= nbsp_len &&
				 memcmp(q - nbsp_len, nbsp, nbsp_len) == 0)
			q -= nbsp_len;
		else
			break;
	}
	*start = p;
	*end = q;
}

/*
 * Returns the cell's text without the blanks around it, which is the cell
 * itself if there are none, as in most cells; NULL if it is empty.
 */
static text *
trimmed_cell(text * cell)
{
	const char *start = VARDATA_ANY(cell);
	const char *end = start + VARSIZE_ANY_EXHDR(cell);

	trim_blanks(&start, &end);
	if (start == end)
		return NULL;
	if (end - start == (int) VARSIZE_ANY_EXHDR(cell))
		return cell;
	return cstring_to_text_with_len(start, end - start);
}

/* cell_text(cell text) -> text; strict */
Datum
cell_text(PG_FUNCTION_ARGS)
{
	text	   *result = trimmed_cell(PG_GETARG_TEXT_PP(0));

	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(result);
}

/*
 * cell_code(cell text) -> text; strict: lower(cell_text(cell)), which is not
 * called for what is lower-case ASCII already.
 */
Datum
cell_code(PG_FUNCTION_ARGS)
{
	text	   *result = trimmed_cell(PG_GETARG_TEXT_PP(0));

	if (result == NULL)
		PG_RETURN_NULL();
	for (int i = 0; i < (int) VARSIZE_ANY_EXHDR(result); i++)
	{
		char		c = VARDATA_ANY(result)[i];

		if (IS_HIGHBIT_SET(c) || (c >= 'A' && c <= 'Z'))
			PG_RETURN_DATUM(DirectFunctionCall1Coll(lower, PG_GET_COLLATION(),
													PointerGetDatum(result)));
	}
	PG_RETURN_TEXT_P(result);
}

/*
 * int_or_null(value text, low integer, high integer) -> integer; strict
 *
 * Allocates nothing unless the value arrives compressed or out of line, which
 * happens to no cell of sensible length.
 */
Datum
int_or_null(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	int32		low = PG_GETARG_INT32(1);
	int32		high = PG_GETARG_INT32(2);
	const char *p = VARDATA_ANY(value);
	const char *end = p + VARSIZE_ANY_EXHDR(value);
	bool		negative = false;
	int64		number = 0;

	trim_blanks(&p, &end);
	if (p < end && (*p == '-' || *p == '+'))
		negative = *p++ == '-';
	if (p == end)
		PG_RETURN_NULL();

	for (; p < end; p++)
	{
		if (*p < '0' || *p > '9')
			PG_RETURN_NULL();
		number = number * 10 + (*p - '0');
		/* beyond the range of integer on either side: no bounds admit it */
		if (number > (int64) PG_INT32_MAX + 1)
			PG_RETURN_NULL();
	}
	if (negative)
		number = -number;

	if (number < low || number > high)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) number);
}

/* Is the text a code: 1 to max_length of 0-9, A-Z, a-z, _ and -? */
Datum
is_code(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	const char *p = VARDATA_ANY(value);
	int			len = VARSIZE_ANY_EXHDR(value);

	if (len < 1 || len > PG_GETARG_INT32(1))
		PG_RETURN_BOOL(false);
	for (int i = 0; i < len; i++)
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'A' && p[i] <= 'Z') ||
			  (p[i] >= 'a' && p[i] <= 'z') || p[i] == '_' || p[i] == '-'))
			PG_RETURN_BOOL(false);
	PG_RETURN_BOOL(true);
}

/* Moves the ends of a piece of UTF-8 past the spaces and no-break spaces there. */
static void
trim_utf8_spaces(const char **start, const char **end)
{
	const char *p = *start;
	const char *q = *end;

	for (;;)
	{
		if (p < q && *p == ' ')
			p++;
		else if (q - p >= 2 && memcmp(p, "\xC2\xA0", 2) == 0)
			p += 2;
		else if (p < q && q[-1] == ' ')
			q--;
		else if (q - p >= 2 && memcmp(q - 2, "\xC2\xA0", 2) == 0)
			q -= 2;
		else
			break;
	}
	*start = p;
	*end = q;
}

/*
 * Reads one score, or an X, a Latin or a Russian letter, from the len bytes of
 * UTF-8 at p, which has no blanks.  Returns false when it is neither; *is_null
 * tells an X.
 */
static bool
read_score(const char *p, int len, int16 *score, bool *is_null)
{
	static const char *const marks[] = {"X", "x", "\xD0\xA5", "\xD1\x85"};

	for (int i = 0; i < (int) lengthof(marks); i++)
		if (len == (int) strlen(marks[i]) && memcmp(p, marks[i], len) == 0)
			return *is_null = true;
	if (len < 1 || len > 3)
		return false;
	*is_null = false;
	*score = 0;
	for (int i = 0; i < len; i++)
	{
		if (p[i] < '0' || p[i] > '9')
			return false;
		*score = *score * 10 + (p[i] - '0');
	}
	return *score <= MAX_TASK_SCORE;
}

/*
 * scores_or_null(value text) -> smallint[]; strict
 */
Datum
scores_or_null(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	int			len = VARSIZE_ANY_EXHDR(value);
	char	   *from = pg_server_to_any(VARDATA_ANY(value), len, PG_UTF8);
	const char *end = from + (from == VARDATA_ANY(value) ? len :
							  (int) strlen(from));
	Datum		scores[MAX_TASKS];
	bool		nulls[MAX_TASKS];
	int			count = 0;
	int			lower = 1;

	for (const char *p = from;;)
	{
		const char *next = memchr(p, ';', end - p);
		const char *stop = next ? next : end;
		int16		score = 0;

		trim_utf8_spaces(&p, &stop);
		if (count == MAX_TASKS ||
			!read_score(p, (int) (stop - p), &score, &nulls[count]))
			PG_RETURN_NULL();
		scores[count++] = Int16GetDatum(score);
		if (next == NULL)
			break;
		p = next + 1;
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(scores, nulls, 1, &count, &lower,
											 INT2OID, sizeof(int16), true,
											 TYPALIGN_SHORT));
}
