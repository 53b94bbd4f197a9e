/*
 * csv_core.c
 *		Splitting a record of comma-separated values into cells.
 */
#include "csv_core.h"

#include <string.h>

/* Is the character a blank that may stand around a quoted cell? */
static bool
is_blank(char c, char delimiter)
{
	return (c == ' ' || c == '\t' || c == '\r') && c != delimiter;
}

/*
 * Returns the first character of a cell that is not blank, or end.
 */
static const char *
skip_blanks(const char *p, const char *end, char delimiter)
{
	while (p < end && is_blank(*p, delimiter))
		p++;
	return p;
}

/* Is there anything but white space from p to end? */
static bool
has_text(const char *p, const char *end)
{
	while (p < end && (unsigned char) *p <= ' ')
		p++;
	return p < end;
}

/*
 * Returns the quote that closes the cell whose text begins at p, or end when
 * none does; *doubled tells of doubled quotes before it.
 */
static const char *
find_closing_quote(const char *p, const char *end, bool *doubled)
{
	*doubled = false;
	for (; p < end; p++)
	{
		if (*p != '"')
			continue;
		if (p + 1 == end || p[1] != '"')
			return p;
		*doubled = true;
		p++;
	}
	return end;
}

/*
 * Splits the record into cells, at most max_cells, and returns their number;
 * -1 when there are more.  A record of no bytes has one empty cell.  A cell
 * with text behind its closing quote is not a quoted one and keeps its quotes;
 * an unclosed quote takes the rest of the record.
 */
int
csv_split(const char *record, size_t len, char delimiter,
		  CsvCell *cells, int max_cells)
{
	const char *p = record;
	const char *end = record + len;

	for (int count = 1;; count++)
	{
		const char *text = skip_blanks(p, end, delimiter);
		CsvCell    *cell = &cells[count - 1];
		const char *next;

		if (count > max_cells)
			return -1;
		if (text < end && *text == '"')
		{
			const char *stop = find_closing_quote(text + 1, end,
												  &cell->doubled);
			const char *cell_end;

			next = memchr(stop, delimiter, (size_t) (end - stop));
			cell_end = next ? next : end;
			cell->start = text + 1;
			cell->len = (size_t) (stop - cell->start);
			if (stop < end && has_text(stop + 1, cell_end))
			{
				cell->start = text;
				cell->len = (size_t) (cell_end - text);
				cell->doubled = false;
			}
		}
		else
		{
			next = memchr(p, delimiter, (size_t) (end - p));
			cell->start = p;
			cell->len = (size_t) ((next ? next : end) - p);
			cell->doubled = false;
		}
		if (next == NULL)
			return count;
		p = next + 1;
	}
}

/*
 * Does a line of text end inside a quoted cell, so that its record goes on in
 * the next line?  inside tells whether the line begins there.
 */
bool
csv_ends_inside_quotes(const char *text, size_t len, char delimiter,
					   bool inside)
{
	const char *p = text;
	const char *end = text + len;
	bool		doubled;

	for (;;)
	{
		const char *next;

		if (!inside)
		{
			const char *start = skip_blanks(p, end, delimiter);

			inside = start < end && *start == '"';
			if (inside)
				p = start + 1;
		}
		if (inside)
		{
			p = find_closing_quote(p, end, &doubled);
			if (p == end)
				return true;
			inside = false;
		}
		next = memchr(p, delimiter, (size_t) (end - p));
		if (next == NULL)
			return false;
		p = next + 1;
	}
}

/*
 * Writes the cell's text with doubled quotes made single; out has room for
 * cell->len bytes.  Returns the number of bytes written.
 */
size_t
csv_unquote(const CsvCell *cell, char *out)
{
	char	   *to = out;

	for (size_t i = 0; i < cell->len; i++)
	{
		*to++ = cell->start[i];
		if (cell->start[i] == '"')
			i++;
	}
	return (size_t) (to - out);
}
