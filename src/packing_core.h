/*
 * packing_core.h
 *		Variable-length integers and the bounds of counts, shared by the byte
 *		formats of the summary types.
 *
 * Pure C: no PostgreSQL headers, so that the fuzz targets link it alone.
 */
#ifndef SHNOR_PACKING_CORE_H
#define SHNOR_PACKING_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Most participants one summary may hold.  With scores up to 1000 the sum of
 * squares is at most 1000^2 * 10^12 = 10^18 < 2^63, so every sum a statistic
 * needs fits int64_t; so does the total of one count per score in a hostile
 * value, 1001 * 10^12, before it is compared with this bound.
 */
#define SHNOR_MAX_PARTICIPANTS	INT64_C(1000000000000)

/* Longest form of a 64-bit integer: ten groups of seven bits. */
#define PACKING_VARINT_MAX		10

typedef enum PackingResult
{
	PACKING_OK,
	PACKING_TRUNCATED,			/* the bytes end inside the integer */
	PACKING_NOT_MINIMAL,		/* a shorter form of the same integer exists */
	PACKING_TOO_LARGE			/* above the bound asked for */
} PackingResult;

extern size_t packing_varint_size(uint64_t value);
extern uint8_t *packing_put_varint(uint8_t *p, uint64_t value);
extern PackingResult packing_get_varint(const uint8_t **p, const uint8_t *end,
										uint64_t max, uint64_t *value);

#endif							/* SHNOR_PACKING_CORE_H */
