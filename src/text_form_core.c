/*
 * text_form_core.c
 *		Reading and writing the parts of a text form.  White space is ASCII's,
 *		and is allowed before every part.
 */
#include "text_form_core.h"

/* Moves past white space; an empty span is left there. */
void
text_skip_space(TextReader *r)
{
	while (r->pos < r->len &&
		   (r->text[r->pos] == ' ' ||
			(r->text[r->pos] >= '\t' && r->text[r->pos] <= '\r')))
		r->pos++;
	r->span.start = r->span.end = r->pos;
}

/* Moves past white space; is c next? */
bool
text_next_is(TextReader *r, char c)
{
	text_skip_space(r);
	return r->pos < r->len && r->text[r->pos] == c;
}

/* Moves past white space, then past c if it is there and says whether. */
bool
text_read_char(TextReader *r, char c)
{
	if (!text_next_is(r, c))
		return false;
	r->pos++;
	return true;
}

/*
 * Reads an unsigned number of at most max, which is at most 10^17.  The span
 * is that of its digits; *value is set on TEXT_OK only.
 */
TextResult
text_read_number(TextReader *r, int64_t max, int64_t *value)
{
	int64_t		result = 0;

	text_skip_space(r);
	while (r->pos < r->len && r->text[r->pos] >= '0' && r->text[r->pos] <= '9')
	{
		/* ten times a number up to 10^17 does not wrap */
		if (result <= max)
			result = result * 10 + (r->text[r->pos] - '0');
		r->pos++;
	}
	r->span.end = r->pos;
	if (r->span.start == r->span.end)
		return TEXT_NO_NUMBER;
	if (result > max)
		return TEXT_TOO_LARGE;
	*value = result;
	return TEXT_OK;
}

/* Returns the number of decimal digits of value, which is not negative. */
size_t
text_number_size(int64_t value)
{
	size_t		digits = 1;

	while (value >= 10)
	{
		value /= 10;
		digits++;
	}
	return digits;
}

/* Writes value in decimal at p; returns the position after it. */
char *
text_put_number(char *p, int64_t value)
{
	size_t		digits = text_number_size(value);

	for (char *q = p + digits; q > p; value /= 10)
		*--q = (char) ('0' + value % 10);
	return p + digits;
}
