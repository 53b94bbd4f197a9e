/*
 * sample.c
 *		The state that the fits' aggregates share: rows of numbers, and the
 *		parameters that do not vary between rows.
 *
 * A fit keeps all rows, for two reasons.  Sorted before anything is summed,
 * they give the same bits in whatever order and by whatever plan they came, so
 * a cycle run again finds what it found.  And sums of squares are taken about
 * the mean, where nothing cancels.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "compat.h"
#include "sample.h"

/* First byte of a serialised state. */
#define STATE_VERSION	1

/* Bytes of a serialised state before its numbers. */
#define STATE_HEADER	(1 + 3 * sizeof(int32) + 2 * sizeof(int64) + \
						 SHNOR_SAMPLE_PARAMETERS * sizeof(int32))

/* So many numbers fit into a bytea. */
#define STATE_MAX_NUMBERS	((MaxAllocSize - VARHDRSZ - STATE_HEADER) / \
							 sizeof(float8))

#define STATE_FIRST_NUMBERS	64

PG_FUNCTION_INFO_V1(shnor_sample_accum);
PG_FUNCTION_INFO_V1(shnor_sample_combine);
PG_FUNCTION_INFO_V1(shnor_sample_serialize);
PG_FUNCTION_INFO_V1(shnor_sample_deserialize);

/*
 * One call's arguments after the state.
 */
typedef struct SampleRow
{
	bool		has_null;
	int			width;			/* 0 when a NULL array hides it */
	int			singles;		/* numbers that are arguments themselves */
	double		value[SHNOR_SAMPLE_WIDTH];
	int			nparameters;
	int32		parameter[SHNOR_SAMPLE_PARAMETERS];
} SampleRow;

/*
 * Room for numbers that may exceed a gigabyte.
 */
double *
shnor_alloc_numbers(size_t len)
{
	return palloc_extended(Max(len, 1) * sizeof(double), MCXT_ALLOC_HUGE);
}

/*
 * What long computations in pure C call now and then.
 */
void
shnor_check_for_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/*
 * Append an argument of type double precision[] to the row.
 */
static void
row_add_array(SampleRow *row, Datum array)
{
	ShnorNumbers numbers;

	shnor_get_numbers(array, &numbers);
	if (numbers.len == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("array of numbers must not be empty")));
	memcpy(row->value + row->width, numbers.value,
		   numbers.len * sizeof(double));
	row->width += numbers.len;
	row->has_null |= numbers.nulls > 0;
}

/*
 * Append an argument that is the same in all rows.
 */
static void
row_add_parameter(SampleRow *row, FunctionCallInfo fcinfo, int n, bool is_bool)
{
	if (PG_ARGISNULL(n))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("parameter of an aggregate must not be null"),
				 errdetail("Argument %d is.", n)));
	row->parameter[row->nparameters++] =
		is_bool ? PG_GETARG_BOOL(n) : PG_GETARG_INT32(n);
}

/*
 * Read the arguments: numbers and arrays of numbers make the row, integers and
 * booleans are parameters.
 */
static void
row_read(SampleRow *row, FunctionCallInfo fcinfo)
{
	bool		hides_width = false;

	row->has_null = false;
	row->width = 0;
	row->singles = 0;
	row->nparameters = 0;
	memset(row->parameter, 0, sizeof(row->parameter));
	for (int n = 1; n < PG_NARGS(); n++)
	{
		Oid			type = get_fn_expr_argtype(fcinfo->flinfo, n);

		if (type == INT4OID || type == BOOLOID)
			row_add_parameter(row, fcinfo, n, type == BOOLOID);
		else if (PG_ARGISNULL(n))
		{
			row->has_null = true;
			row->width += type == FLOAT8OID;
			row->singles += type == FLOAT8OID;
			hides_width |= type != FLOAT8OID;
		}
		else if (type == FLOAT8ARRAYOID)
			row_add_array(row, PG_GETARG_DATUM(n));
		else if (type == FLOAT8OID)
		{
			/* -0 becomes 0, as in arrays */
			row->value[row->width] = PG_GETARG_FLOAT8(n) + 0.0;
			shnor_check_number(row->value[row->width], 0);
			row->width++;
			row->singles++;
		}
		else
			elog(ERROR, "unexpected argument type %u", type);
	}
	if (hides_width)
		row->width = 0;
}

/*
 * A state without rows in the given context, with room for some numbers.
 */
static ShnorSample *
sample_create(MemoryContext context, int singles, int nparameters,
			  const int32 *parameter, size_t numbers)
{
	ShnorSample *sample = MemoryContextAllocZero(context, sizeof(ShnorSample));

	sample->singles = singles;
	sample->nparameters = nparameters;
	for (int i = 0; i < nparameters; i++)
		sample->parameter[i] = parameter[i];
	sample->capacity = Max(numbers, STATE_FIRST_NUMBERS);
	sample->value = MemoryContextAllocHuge(context,
										   sample->capacity * sizeof(double));
	return sample;
}

/*
 * Make room for further numbers; the room at least doubles.
 */
static void
sample_reserve(ShnorSample *sample, size_t numbers)
{
	size_t		used = sample->len * sample->width;
	size_t		capacity;

	if (numbers > STATE_MAX_NUMBERS - used)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many numbers for a fit"),
				 errdetail("At most %zu numbers can be held.",
						   (size_t) STATE_MAX_NUMBERS),
				 errhint("Fit a sample of the rows.")));
	if (used + numbers <= sample->capacity)
		return;
	capacity = Max(sample->capacity * 2, used + numbers);
	capacity = Min(capacity, STATE_MAX_NUMBERS);
	sample->value = repalloc_huge(sample->value, capacity * sizeof(double));
	sample->capacity = capacity;
}

/*
 * Agree with a row or another state on the width, when it is known, and on the
 * parameters.
 */
static void
sample_agree(ShnorSample *sample, int width, const int32 *parameter)
{
	if (sample->width == 0)
		sample->width = width;
	if (width != 0)
		shnor_check_same_length(width - sample->singles,
								sample->width - sample->singles);
	for (int i = 0; i < sample->nparameters; i++)
		if (parameter[i] != sample->parameter[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("parameter of an aggregate differs within a group"),
					 errdetail("One row has %d, another %d.",
							   sample->parameter[i], parameter[i]),
					 errhint("Pass the same value in all rows, or group by it.")));
}

/*
 * Transition: keep a row, or count it as skipped when anything in it is NULL.
 */
Datum
shnor_sample_accum(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	ShnorSample *sample = PG_ARGISNULL(0) ? NULL : PG_GETARG_SAMPLE(0);
	SampleRow	row;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");

	row_read(&row, fcinfo);
	if (sample == NULL)
		sample = sample_create(context, row.singles, row.nparameters,
							   row.parameter, 0);
	sample_agree(sample, row.width, row.parameter);
	if (row.has_null)
		sample->skipped++;
	else
	{
		sample_reserve(sample, row.width);
		memcpy(sample->value + sample->len * sample->width, row.value,
			   row.width * sizeof(double));
		sample->len++;
	}
	PG_RETURN_POINTER(sample);
}

/*
 * Combine two states, either of which may be NULL.  The second one need not
 * live in the aggregate's context, so its rows are copied.
 */
Datum
shnor_sample_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context;
	ShnorSample *sample = PG_ARGISNULL(0) ? NULL : PG_GETARG_SAMPLE(0);
	ShnorSample *other = PG_ARGISNULL(1) ? NULL : PG_GETARG_SAMPLE(1);

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "aggregate function called in non-aggregate context");

	if (other != NULL)
	{
		size_t		numbers = other->len * other->width;

		if (sample == NULL)
			sample = sample_create(context, other->singles,
								   other->nparameters, other->parameter,
								   numbers);
		sample_agree(sample, other->width, other->parameter);
		sample_reserve(sample, numbers);
		memcpy(sample->value + sample->len * sample->width, other->value,
			   numbers * sizeof(double));
		sample->len += other->len;
		sample->skipped += other->skipped;
	}
	if (sample == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(sample);
}

/*
 * Serialise: version byte, width, singles, number of parameters, the parameters, rows
 * skipped and kept, and the numbers, in network order.
 */
Datum
shnor_sample_serialize(PG_FUNCTION_ARGS)
{
	ShnorSample *sample = PG_GETARG_SAMPLE(0);
	size_t		numbers = sample->len * sample->width;
	StringInfoData buf;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");

	pq_begintypsend(&buf);
	enlargeStringInfo(&buf, STATE_HEADER + numbers * sizeof(float8));
	pq_sendbyte(&buf, STATE_VERSION);
	pq_sendint32(&buf, sample->width);
	pq_sendint32(&buf, sample->singles);
	pq_sendint32(&buf, sample->nparameters);
	for (int i = 0; i < SHNOR_SAMPLE_PARAMETERS; i++)
		pq_sendint32(&buf, sample->parameter[i]);
	pq_sendint64(&buf, sample->skipped);
	pq_sendint64(&buf, sample->len);
	for (size_t i = 0; i < numbers; i++)
		pq_sendfloat8(&buf, sample->value[i]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * Read what precedes the numbers of a serialised state of so many bytes into
 * *head; false when it cannot be the beginning of one.
 */
static bool
read_header(StringInfo buf, size_t size, ShnorSample *head)
{
	if (size < STATE_HEADER || pq_getmsgbyte(buf) != STATE_VERSION)
		return false;
	head->width = pq_getmsgint(buf, 4);
	head->singles = pq_getmsgint(buf, 4);
	head->nparameters = pq_getmsgint(buf, 4);
	for (int i = 0; i < SHNOR_SAMPLE_PARAMETERS; i++)
		head->parameter[i] = pq_getmsgint(buf, 4);
	head->skipped = pq_getmsgint64(buf);
	head->len = pq_getmsgint64(buf);
	return head->width >= 0 && head->width <= SHNOR_SAMPLE_WIDTH &&
		head->nparameters >= 0 &&
		head->nparameters <= SHNOR_SAMPLE_PARAMETERS &&
		head->skipped >= 0 && head->len <= STATE_MAX_NUMBERS &&
		(head->width > 0 || head->len == 0) &&
		head->len * head->width * sizeof(float8) == size - STATE_HEADER;
}

/*
 * Deserialise, trusting no byte.
 */
Datum
shnor_sample_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	size_t		size = VARSIZE_ANY_EXHDR(bytes);
	StringInfoData buf;
	ShnorSample head = {0};
	ShnorSample *sample;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "aggregate function called in non-aggregate context");

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, VARDATA_ANY(bytes), size);
	if (!read_header(&buf, size, &head))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid state of a fit"),
				 errdetail("%zu rows of %d numbers in %zu bytes.",
						   head.len, head.width, size)));

	sample = sample_create(CurrentMemoryContext, head.singles,
						   head.nparameters, head.parameter,
						   head.len * head.width);
	sample->width = head.width;
	sample->skipped = head.skipped;
	sample->len = head.len;
	for (size_t i = 0; i < head.len * head.width; i++)
	{
		sample->value[i] = pq_getmsgfloat8(&buf);
		shnor_check_number(sample->value[i], 0);
	}
	pq_getmsgend(&buf);
	pfree(buf.data);
	PG_RETURN_POINTER(sample);
}

/*
 * qsort comparator of numbers, none of which is NaN.
 */
static int
number_compare(const void *left, const void *right)
{
	double		a = *(const double *) left;
	double		b = *(const double *) right;

	return a < b ? -1 : a > b;
}

/*
 * qsort_arg comparator of pointers to rows of *arg numbers.
 */
static int
row_compare(const void *left, const void *right, void *arg)
{
	const double *a = *(const double *const *) left;
	const double *b = *(const double *const *) right;
	int			width = *(const int *) arg;
	int			order = 0;

	for (int i = 0; i < width && order == 0; i++)
		order = number_compare(&a[i], &b[i]);
	return order;
}

/*
 * A palloc'd copy of the rows in ascending order of their numbers.
 */
double *
shnor_sample_sorted(const ShnorSample *sample)
{
	size_t		width = sample->width;
	double	   *sorted = shnor_alloc_numbers(sample->len * width);
	const double **row;

	if (width <= 1)
	{
		memcpy(sorted, sample->value, sample->len * width * sizeof(double));
		qsort(sorted, sample->len * width, sizeof(double), number_compare);
		return sorted;
	}
	row = palloc_extended(Max(sample->len, 1) * sizeof(double *),
						  MCXT_ALLOC_HUGE);
	for (size_t i = 0; i < sample->len; i++)
		row[i] = sample->value + i * width;
	qsort_arg(row, sample->len, sizeof(double *), row_compare,
			  unconstify(int *, &sample->width));
	for (size_t i = 0; i < sample->len; i++)
		memcpy(sorted + i * width, row[i], width * sizeof(double));
	pfree(row);
	return sorted;
}
