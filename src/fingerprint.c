/*
 * fingerprint.c
 *		Aggregate fingerprint(text): SHA-256 over lines in their order, in
 *		bounded memory.
 *
 * The lines make one stream of bytes: a line is its length in bytes, four
 * bytes with the highest first, and its bytes in the database's encoding; a
 * NULL is four bytes 0xFF, which is no possible length.  The stream is cut
 * into blocks of 65536 bytes, the last one possibly shorter, never empty.
 * Starting with a state of 32 zero bytes, state = sha256(state || block) for
 * each block; the fingerprint is the last state in hexadecimal.
 *
 * The lengths keep ('ab','c') apart from ('a','bc'); the state in front of
 * every block, the first included, keeps a chain from being presented as the
 * text of a block.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "compat.h"

#define FINGERPRINT_HASH_SIZE	32
#define FINGERPRINT_BLOCK_SIZE	65536
#define FINGERPRINT_NULL_MARK	PG_UINT32_MAX

/*
 * The buffer is laid out as a bytea of state || block, so it can be hashed
 * where it stands.
 */
typedef struct FingerprintState
{
	int			used;			/* bytes of the block filled so far */
	union
	{
		struct varlena header;
		char		bytes[VARHDRSZ + FINGERPRINT_HASH_SIZE +
						  FINGERPRINT_BLOCK_SIZE];
	}			buffer;
} FingerprintState;

#define FINGERPRINT_HASH(state)		((state)->buffer.bytes + VARHDRSZ)
#define FINGERPRINT_BLOCK(state)	\
	(FINGERPRINT_HASH(state) + FINGERPRINT_HASH_SIZE)

PG_FUNCTION_INFO_V1(fingerprint_accum);
PG_FUNCTION_INFO_V1(fingerprint_final);

/*
 * sha256(state || block), as 32 bytes in the current memory context.  Leaves
 * the state as it is but for the length word of the buffer.
 */
static const char *
fingerprint_hash(FingerprintState *state)
{
	bytea	   *hash;

	SET_VARSIZE(&state->buffer, VARHDRSZ + FINGERPRINT_HASH_SIZE + state->used);
	hash = DatumGetByteaPP(DirectFunctionCall1(sha256_bytea,
											   PointerGetDatum(&state->buffer)));
	Assert(VARSIZE_ANY_EXHDR(hash) == FINGERPRINT_HASH_SIZE);
	return VARDATA_ANY(hash);
}

/* Append len bytes to the stream, folding each block that gets full. */
static void
fingerprint_append(FingerprintState *state, const char *bytes, size_t len)
{
	while (len > 0)
	{
		size_t		part = Min(len,
							   (size_t) (FINGERPRINT_BLOCK_SIZE - state->used));

		memcpy(FINGERPRINT_BLOCK(state) + state->used, bytes, part);
		state->used += (int) part;
		bytes += part;
		len -= part;

		if (state->used == FINGERPRINT_BLOCK_SIZE)
		{
			CHECK_FOR_INTERRUPTS();
			memcpy(FINGERPRINT_HASH(state), fingerprint_hash(state),
				   FINGERPRINT_HASH_SIZE);
			state->used = 0;
		}
	}
}

/* Transition: (internal, line text) -> internal; called on NULL input */
Datum
fingerprint_accum(PG_FUNCTION_ARGS)
{
	FingerprintState *state;
	MemoryContext aggcontext;
	uint32		prefix;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		elog(ERROR, "fingerprint_accum called in non-aggregate context");

	if (PG_ARGISNULL(0))
	{
		state = MemoryContextAlloc(aggcontext, sizeof(FingerprintState));
		state->used = 0;
		memset(FINGERPRINT_HASH(state), 0, FINGERPRINT_HASH_SIZE);
	}
	else
		state = (FingerprintState *) PG_GETARG_POINTER(0);

	if (PG_ARGISNULL(1))
	{
		prefix = pg_hton32(FINGERPRINT_NULL_MARK);
		fingerprint_append(state, (const char *) &prefix, sizeof(prefix));
	}
	else
	{
		text	   *line = PG_GETARG_TEXT_PP(1);
		size_t		len = VARSIZE_ANY_EXHDR(line);

		prefix = pg_hton32((uint32) len);
		fingerprint_append(state, (const char *) &prefix, sizeof(prefix));
		fingerprint_append(state, VARDATA_ANY(line), len);
	}

	PG_RETURN_POINTER(state);
}

/* Final: (internal) -> text, NULL over no rows; keeps the state usable */
Datum
fingerprint_final(PG_FUNCTION_ARGS)
{
	FingerprintState *state;
	const char *hash;
	text	   *result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = (FingerprintState *) PG_GETARG_POINTER(0);

	hash = state->used > 0 ? fingerprint_hash(state) : FINGERPRINT_HASH(state);
	result = palloc(VARHDRSZ + 2 * FINGERPRINT_HASH_SIZE);
	SET_VARSIZE(result, VARHDRSZ + 2 * FINGERPRINT_HASH_SIZE);
	hex_encode(hash, FINGERPRINT_HASH_SIZE, VARDATA(result));
	PG_RETURN_TEXT_P(result);
}
