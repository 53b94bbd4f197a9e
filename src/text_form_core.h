/*
 * text_form_core.h
 *		Reading and writing the numbers, signs and white space of which the
 *		text forms of the summary types consist.
 *
 * Pure C: no PostgreSQL headers, so that the fuzz targets link it alone.
 */
#ifndef SHNOR_TEXT_FORM_CORE_H
#define SHNOR_TEXT_FORM_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes [start, end) of a text. */
typedef struct TextSpan
{
	size_t		start;
	size_t		end;
} TextSpan;

/* A text being read. */
typedef struct TextReader
{
	const char *text;
	size_t		len;
	size_t		pos;			/* of the next byte to read */
	TextSpan	span;			/* of the number read last, or the trouble */
} TextReader;

typedef enum TextResult
{
	TEXT_OK,
	TEXT_NO_NUMBER,				/* there is no digit */
	TEXT_TOO_LARGE				/* above the bound asked for */
} TextResult;

extern void text_skip_space(TextReader *r);
extern bool text_next_is(TextReader *r, char c);
extern bool text_read_char(TextReader *r, char c);
extern TextResult text_read_number(TextReader *r, int64_t max,
								   int64_t *value);

extern size_t text_number_size(int64_t value);
extern char *text_put_number(char *p, int64_t value);

#endif							/* SHNOR_TEXT_FORM_CORE_H */
