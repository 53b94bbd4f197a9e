/*
 * text_value.c
 *		Reading values out of imported text cells without ever failing.
 */
#include "postgres.h"

#include "fmgr.h"
#include "mb/pg_wchar.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(int_or_null);
PG_FUNCTION_INFO_V1(is_code);

/*
 * Bytes of the no-break space U+00A0 in the database's encoding; their number
 * goes to *len, 0 where the encoding has none or is not known.
 */
static const char *
no_break_space(int *len)
{
	switch (GetDatabaseEncoding())
	{
		case PG_UTF8:
			*len = 2;
			return "\xC2\xA0";
		case PG_KOI8R:
		case PG_KOI8U:
			*len = 1;
			return "\x9A";
		case PG_WIN866:
			*len = 1;
			return "\xFF";
		case PG_SQL_ASCII:
			*len = 0;
			return "";
		default:
			/* all other single-byte encodings have it at 0xA0 */
			*len = pg_database_encoding_max_length() == 1 ? 1 : 0;
			return "\xA0";
	}
}

/* True for the white space of ASCII, whatever the locale. */
static inline bool
is_ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
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
	int			nbsp_len;
	const char *nbsp = no_break_space(&nbsp_len);
	bool		negative = false;
	int64		number = 0;

	for (;;)
	{
		if (p < end && is_ascii_space(*p))
			p++;
		else if (nbsp_len > 0 && end - p >= nbsp_len &&
				 memcmp(p, nbsp, nbsp_len) == 0)
			p += nbsp_len;
		else
			break;
	}
	for (;;)
	{
		if (p < end && is_ascii_space(end[-1]))
			end--;
		else if (nbsp_len > 0 && end - p >= nbsp_len &&
				 memcmp(end - nbsp_len, nbsp, nbsp_len) == 0)
			end -= nbsp_len;
		else
			break;
	}

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
