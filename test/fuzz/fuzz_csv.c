/*
 * fuzz_csv.c
 *		Splits arbitrary bytes into cells and checks what every split promises.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "csv_core.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char delimiters[] = ";,\t|";
	CsvCell		cells[64];
	const char *record;
	size_t		len;
	char		delimiter;
	char	   *out;
	int			count;
	const char *last;

	if (size < 1)
		return 0;
	delimiter = delimiters[data[0] % 4];
	record = (const char *) data + 1;
	len = size - 1;
	count = csv_split(record, len, delimiter, cells, 64);
	if (count == 0 || count < -1 || count > 64)
		abort();

	/* cells lie inside the record, in its order, and do not overlap */
	last = record;
	out = malloc(len + 1);
	for (int i = 0; i < count; i++)
	{
		size_t		written;

		if (cells[i].start < last || cells[i].start > record + len ||
			cells[i].len > (size_t) (record + len - cells[i].start))
			abort();
		last = cells[i].start + cells[i].len;
		written = csv_unquote(&cells[i], out);
		if (written > cells[i].len)
			abort();
	}
	free(out);

	/* a line that ends inside quotes is one whose last cell is not closed */
	if (count > 0 && csv_ends_inside_quotes(record, len, delimiter, false) &&
		last != record + len)
		abort();
	(void) csv_ends_inside_quotes(record, len, delimiter, true);
	return 0;
}
