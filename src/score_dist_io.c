/*
 * score_dist_io.c
 *		Text and binary input and output of score_dist.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"

#include "compat.h"
#include "score_dist.h"

PG_FUNCTION_INFO_V1(score_dist_in);
PG_FUNCTION_INFO_V1(score_dist_out);
PG_FUNCTION_INFO_V1(score_dist_recv);
PG_FUNCTION_INFO_V1(score_dist_send);

/*
 * Raises the error for a text that score_dist_parse() refused.  The span is
 * of ASCII digits and signs, of nothing, or of the whole text.
 */
static void
complain_about_text(const char *text, ScoreDistResult result,
					TextSpan span)
{
	const char *trouble = score_dist_result_text(result);
	int			len = (int) (span.end - span.start);
	const char *detail;

	if (result == SCORE_DIST_SYNTAX)
		detail = psprintf("At character %d: %s.",
						  pg_mbstrlen_with_len(text, (int) span.start) + 1,
						  trouble);
	else if (span.start > 0)
		detail = psprintf("At \"%.*s\" %s.", len, text + span.start, trouble);
	else
		detail = psprintf("In it %s.", trouble);

	if (score_dist_result_is_range(result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value out of range for type score_dist: \"%s\"",
						text),
				 errdetail_internal("%s", detail)));
	if (result == SCORE_DIST_SYNTAX || result == SCORE_DIST_REPEATED ||
		result == SCORE_DIST_ZERO_COUNT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type score_dist: \"%s\"",
						text),
				 errdetail_internal("%s", detail),
				 errhint("Write scores, then marks: \"{7:1,8:3|2:1,4/5:3}\".")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid value for type score_dist: \"%s\"", text),
			 errdetail_internal("%s", detail),
			 errhint("Every participant is counted once by score, if any, and once by marks; one without a mark has a score.")));
}

/* cstring -> score_dist */
Datum
score_dist_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	ScoreDistBuffer buffer;
	TextSpan	span;
	ScoreDistResult result;

	result = score_dist_parse(text, strlen(text), &buffer, &span);
	if (result != SCORE_DIST_OK)
		complain_about_text(text, result, span);
	return score_dist_flat_datum(&buffer.dist);
}

/* score_dist -> cstring */
Datum
score_dist_out(PG_FUNCTION_ARGS)
{
	ScoreDistBuffer buffer;
	const ScoreDist *dist = PG_GETARG_SCORE_DIST(0, &buffer);
	char	   *text = palloc(score_dist_text_size(dist));

	score_dist_format(dist, text);
	PG_RETURN_CSTRING(text);
}

/* Binary form -> score_dist; the whole message is the value. */
Datum
score_dist_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);
	ScoreDistBuffer buffer;
	ScoreDistResult result;

	result = score_dist_decode((const uint8_t *) bytes, (size_t) len, &buffer);
	if (result != SCORE_DIST_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type score_dist"),
				 errdetail("In its %d bytes %s.", len,
						   score_dist_result_text(result))));
	pq_getmsgend(buf);
	return score_dist_flat_datum(&buffer.dist);
}

/* score_dist -> binary form: its canonical bytes */
Datum
score_dist_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = score_dist_packed(PG_GETARG_DATUM(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
