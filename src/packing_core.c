/*
 * packing_core.c
 *		Variable-length integers (LEB128, minimal form only): seven bits a
 *		byte, lowest first, the high bit set on every byte but the last.
 */
#include "packing_core.h"

/* Returns the number of bytes packing_put_varint() writes for value. */
size_t
packing_varint_size(uint64_t value)
{
	size_t		size = 1;

	while (value >= 0x80)
	{
		value >>= 7;
		size++;
	}
	return size;
}

/*
 * Writes value at p, which must have room for packing_varint_size(value)
 * bytes.  Returns the position after it.
 */
uint8_t *
packing_put_varint(uint8_t *p, uint64_t value)
{
	while (value >= 0x80)
	{
		*p++ = (uint8_t) (value | 0x80);
		value >>= 7;
	}
	*p++ = (uint8_t) value;
	return p;
}

/*
 * Reads an integer of at most max from *p, never touching end or beyond.  On
 * PACKING_OK sets *value and advances *p past it; otherwise leaves both alone.
 */
PackingResult
packing_get_varint(const uint8_t **p, const uint8_t *end, uint64_t max,
				   uint64_t *value)
{
	const uint8_t *q = *p;
	uint64_t	result = 0;

	for (unsigned shift = 0;; shift += 7)
	{
		uint8_t		byte;

		if (q == end)
			return PACKING_TRUNCATED;
		byte = *q++;
		/* of the tenth byte only the lowest bit fits 64 bits */
		if (shift == 63 && byte > 1)
			return PACKING_TOO_LARGE;
		result |= (uint64_t) (byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
		{
			if (byte == 0 && shift > 0)
				return PACKING_NOT_MINIMAL;
			break;
		}
	}
	if (result > max)
		return PACKING_TOO_LARGE;
	*p = q;
	*value = result;
	return PACKING_OK;
}
