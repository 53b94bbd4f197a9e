/*
 * task_dist_io.c
 *		Text input and output of task_dist, and binary input.
 */
#include "postgres.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"

#include "compat.h"
#include "task_dist.h"

PG_FUNCTION_INFO_V1(task_dist_in);
PG_FUNCTION_INFO_V1(task_dist_out);
PG_FUNCTION_INFO_V1(task_dist_recv);

/*
 * Raises the error for a text that task_dist_parse() refused.  The span is of
 * ASCII digits and signs, of nothing, or of the whole text.
 */
static void
complain_about_text(const char *text, TaskDistResult result, TextSpan span)
{
	const char *trouble = task_dist_result_text(result);
	int			len = (int) (span.end - span.start);
	const char *detail;

	if (result == TASK_DIST_SYNTAX)
		detail = psprintf("At character %d: %s.",
						  pg_mbstrlen_with_len(text, (int) span.start) + 1,
						  trouble);
	else if (span.start > 0 && len > 0)
		detail = psprintf("At \"%.*s\" %s.", len, text + span.start, trouble);
	else
		detail = psprintf("In it %s.", trouble);

	if (task_dist_result_is_range(result))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value out of range for type task_dist: \"%s\"",
						text),
				 errdetail_internal("%s", detail)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input syntax for type task_dist: \"%s\"", text),
			 errdetail_internal("%s", detail),
			 errhint("Write the participants, then for each item its scores: \"{25|0:3,1:20|0:1,1:8,2:16}\".")));
}

/* cstring -> task_dist */
Datum
task_dist_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	int64_t    *cell = palloc(sizeof(int64_t) * TASK_DIST_MAX_CELLS);
	TaskDist	dist;
	TextSpan	span;
	TaskDistResult result;
	Datum		flat;

	result = task_dist_parse(text, strlen(text), cell, &dist, &span);
	if (result != TASK_DIST_OK)
		complain_about_text(text, result, span);
	flat = task_dist_flat_datum(&dist);
	pfree(cell);
	return flat;
}

/* task_dist -> cstring */
Datum
task_dist_out(PG_FUNCTION_ARGS)
{
	const TaskDist *dist = PG_GETARG_TASK_DIST(0);
	char	   *text = palloc(task_dist_text_size(dist));

	task_dist_format(dist, text);
	PG_RETURN_CSTRING(text);
}

/* Binary form -> task_dist; the whole message is the value. */
Datum
task_dist_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);
	int			items;
	int			columns;
	TaskDistResult result;
	struct varlena *flat;

	result = task_dist_measure((const uint8_t *) bytes, (size_t) len, &items,
							   &columns);
	if (result != TASK_DIST_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary form of type task_dist"),
				 errdetail("In its %d bytes %s.", len,
						   task_dist_result_text(result))));
	pq_getmsgend(buf);

	/* the bytes accepted are the canonical ones */
	flat = palloc(VARHDRSZ + len);
	SET_VARSIZE(flat, VARHDRSZ + len);
	memcpy(VARDATA(flat), bytes, len);
	PG_RETURN_POINTER(flat);
}
