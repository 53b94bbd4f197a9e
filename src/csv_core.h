/*
 * csv_core.h
 *		Splitting a record of comma-separated values into cells.
 *
 * Quoting as spreadsheet programs write it (RFC 4180): a cell that begins
 * with a double quote, blanks before it aside, ends at the next quote that is
 * not doubled.  A quote inside an unquoted cell is an ordinary character.
 */
#ifndef SHNOR_CSV_CORE_H
#define SHNOR_CSV_CORE_H

#include <stdbool.h>
#include <stddef.h>

/* A record may have at most so many cells. */
#define SHNOR_MAX_CELLS 2000

/* One cell: bytes of the record, between its quotes if it is quoted. */
typedef struct CsvCell
{
	const char *start;
	size_t		len;			/* in bytes */
	bool		doubled;		/* has doubled quotes, which stand for one */
} CsvCell;

extern int	csv_split(const char *record, size_t len, char delimiter,
					  CsvCell *cells, int max_cells);
extern bool csv_ends_inside_quotes(const char *text, size_t len,
								   char delimiter, bool inside);
extern size_t csv_unquote(const CsvCell *cell, char *out);

#endif							/* SHNOR_CSV_CORE_H */
