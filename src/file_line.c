/*
 * file_line.c
 *		Lines of a file as COPY reads them: their numbers, their encoding.
 *
 * COPY with ENCODING LATIN1 takes every byte of a file for a character, so a
 * line keeps its bytes whatever the file's encoding is.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/sequence.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(shnor_next_file_line);
PG_FUNCTION_INFO_V1(shnor_raw_is_utf8);
PG_FUNCTION_INFO_V1(shnor_raw_text);

/*
 * next_file_line(cell text, sequence text) -> bigint: nextval(sequence),
 * declared IMMUTABLE for a generated column.  The cell, which may be NULL, is
 * there to keep it from being computed once for all rows.  A sequence that is
 * the same in all rows is looked up once a statement.
 */
Datum
shnor_next_file_line(PG_FUNCTION_ARGS)
{
	Oid		   *known = fcinfo->flinfo->fn_extra;
	Oid			sequence;
	List	   *name;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (known != NULL)
		PG_RETURN_INT64(nextval_internal(*known, true));
	name = textToQualifiedNameList(PG_GETARG_TEXT_PP(1));
	sequence = RangeVarGetRelid(makeRangeVarFromNameList(name), NoLock, false);
	if (get_fn_expr_arg_stable(fcinfo->flinfo, 1))
	{
		known = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(Oid));
		*known = sequence;
		fcinfo->flinfo->fn_extra = known;
	}
	PG_RETURN_INT64(nextval_internal(sequence, true));
}

/*
 * Writes the bytes of a line read as LATIN1 to bytes, which has room for
 * those of the line, and returns their number; -1 when the line has other
 * characters, so that it was not read as LATIN1.
 */
static int
get_raw_bytes(const text * line, char *bytes)
{
	const unsigned char *p = (const unsigned char *) VARDATA_ANY(line);
	const unsigned char *end = p + VARSIZE_ANY_EXHDR(line);
	int			len = 0;

	/* LATIN1 in UTF-8 is one byte, or C2 or C3 and a continuation byte */
	while (p < end)
	{
		if (*p < 0x80)
			bytes[len++] = *p++;
		else if ((*p == 0xC2 || *p == 0xC3) && p + 1 < end)
		{
			bytes[len++] = (char) (((*p & 0x03) << 6) | (p[1] & 0x3F));
			p += 2;
		}
		else
			return -1;
	}
	return len;
}

/* raw_is_utf8(line): are the line's bytes valid UTF-8? */
Datum
shnor_raw_is_utf8(PG_FUNCTION_ARGS)
{
	text	   *line = PG_GETARG_TEXT_PP(0);
	char	   *bytes = palloc(VARSIZE_ANY_EXHDR(line));
	int			len = get_raw_bytes(line, bytes);

	if (len < 0)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(pg_encoding_verifymbstr(PG_UTF8, bytes, len) == len);
}

/*
 * raw_text(line, encoding): the text in that encoding that the line's bytes
 * are, without byte order marks of UTF-8 and carriage returns at its ends.
 */
Datum
shnor_raw_text(PG_FUNCTION_ARGS)
{
	text	   *line = PG_GETARG_TEXT_PP(0);
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(1));
	int			encoding = pg_char_to_encoding(name);
	char	   *bytes = palloc(VARSIZE_ANY_EXHDR(line));
	int			len = get_raw_bytes(line, bytes);
	char	   *decoded;

	if (encoding < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid encoding"),
				 errdetail("The encoding given is \"%s\".", name),
				 errhint("Use a name PostgreSQL knows, for example UTF8 or WIN1251.")));
	if (len < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("the line was not read as LATIN1"),
				 errhint("It is text already, in the encoding COPY was told.")));
	for (;;)
	{
		if (len > 0 && *bytes == '\r')
			bytes++, len--;
		else if (len > 0 && bytes[len - 1] == '\r')
			len--;
		else if (encoding == PG_UTF8 && len >= 3 &&
				 memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
			bytes += 3, len -= 3;
		else if (encoding == PG_UTF8 && len >= 3 &&
				 memcmp(bytes + len - 3, "\xEF\xBB\xBF", 3) == 0)
			len -= 3;
		else
			break;
	}
	decoded = pg_any_to_server(bytes, len, encoding);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(decoded, decoded == bytes ? len :
											  (int) strlen(decoded)));
}
