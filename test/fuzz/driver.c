/*
 * driver.c
 *		Stands in for libFuzzer where there is none: replays inputs, then runs
 *		seeded mutations of them.
 *
 *	target [-seed=S] [-runs=N] [file or directory]...
 *
 * Every file named, or found in a directory named, is run once.  Then N
 * mutations of those files, or of the empty input, are run.  The seed is
 * printed, so that a crash can be had again; the input that is being run is
 * kept in the file "crash-input" when the target aborts.
 */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_SIZE	8192
#define MAX_FILES	4096

typedef struct Input
{
	size_t		size;
	uint8_t		data[INPUT_SIZE];
} Input;

static Input *corpus[MAX_FILES];
static size_t ncorpus = 0;
static Input current;
static uint64_t state;

/* Returns the next number of xorshift64* (Vigna 2016). */
static uint64_t
next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(0x2545F4914F6CDD1D);
}

/* Returns a number below n, which is not zero. */
static size_t
below(size_t n)
{
	return (size_t) (next_random() >> 16) % n;
}

/* Keeps the input that made the target abort. */
static void
save_input(int signal_number)
{
	FILE	   *f = fopen("crash-input", "wb");

	if (f != NULL)
	{
		fwrite(current.data, 1, current.size, f);
		fclose(f);
	}
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

/* Runs the current input, in memory of exactly its size. */
static void
run_current(void)
{
	uint8_t    *copy = malloc(current.size ? current.size : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, current.data, current.size);
	LLVMFuzzerTestOneInput(copy, current.size);
	free(copy);
}

/* Adds a file to the corpus and runs it. */
static void
add_file(const char *path)
{
	FILE	   *f = fopen(path, "rb");

	if (f == NULL)
	{
		perror(path);
		exit(2);
	}
	current.size = fread(current.data, 1, INPUT_SIZE, f);
	fclose(f);
	run_current();
	if (ncorpus < MAX_FILES)
	{
		corpus[ncorpus] = malloc(sizeof(Input));
		if (corpus[ncorpus] == NULL)
			abort();
		*corpus[ncorpus++] = current;
	}
}

/* Adds a file, or all files of a directory in the order of their names. */
static void
add_path(const char *path)
{
	struct dirent **entry;
	int			n = scandir(path, &entry, NULL, alphasort);

	if (n < 0)
	{
		add_file(path);
		return;
	}
	for (int i = 0; i < n; i++)
	{
		char		name[4096];

		if (entry[i]->d_name[0] != '.')
		{
			snprintf(name, sizeof(name), "%s/%s", path, entry[i]->d_name);
			add_file(name);
		}
		free(entry[i]);
	}
	free(entry);
}

/* Inserts n bytes at a place of the current input; what overflows is cut. */
static void
insert_bytes(size_t at, const uint8_t *bytes, size_t n)
{
	if (n > INPUT_SIZE - current.size)
		n = INPUT_SIZE - current.size;
	memmove(current.data + at + n, current.data + at, current.size - at);
	memcpy(current.data + at, bytes, n);
	current.size += n;
}

/* Changes the current input in one small way. */
static void
mutate_once(void)
{
	static const uint8_t special[] = {0, 1, 2, 7, 0x7f, 0x80, 0xff,
	'0', '1', '9', ':', ',', '|', '/', '-', '{', '}', ' '};
	size_t		at = current.size ? below(current.size) : 0;

	switch (below(8))
	{
		case 0:
			if (current.size)
				current.data[at] ^= (uint8_t) (1u << below(8));
			break;
		case 1:
			if (current.size)
				current.data[at] = special[below(sizeof(special))];
			break;
		case 2:
			if (current.size)
				current.data[at] = (uint8_t) next_random();
			break;
		case 3:
			insert_bytes(at, &special[below(sizeof(special))], 1);
			break;
		case 4:
			if (current.size)
			{
				size_t		n = 1 + below(current.size - at);

				memmove(current.data + at, current.data + at + n,
						current.size - at - n);
				current.size -= n;
			}
			break;
		case 5:
			if (ncorpus)
			{
				const Input *other = corpus[below(ncorpus)];

				if (other->size)
				{
					size_t		from = below(other->size);

					insert_bytes(at, other->data + from,
								 1 + below(other->size - from));
				}
			}
			break;
		case 6:
			if (current.size)
				current.data[at] = (uint8_t) (current.data[at] +
											  (below(2) ? 1 : -1));
			break;
		case 7:
			if (current.size > 1)
			{
				size_t		to = below(current.size);
				uint8_t		swap = current.data[at];

				current.data[at] = current.data[to];
				current.data[to] = swap;
			}
			break;
	}
}

int
main(int argc, char **argv)
{
	uint64_t	seed = 20260101;
	unsigned long runs = 0;

	signal(SIGABRT, save_input);
	for (int i = 1; i < argc; i++)
	{
		if (strncmp(argv[i], "-seed=", 6) == 0)
			seed = strtoull(argv[i] + 6, NULL, 10);
		else if (strncmp(argv[i], "-runs=", 6) == 0)
			runs = strtoul(argv[i] + 6, NULL, 10);
		else
			add_path(argv[i]);
	}
	printf("seed %llu: %zu inputs replayed, %lu mutations to run\n",
		   (unsigned long long) seed, ncorpus, runs);
	fflush(stdout);

	/* zero is the one state xorshift cannot leave */
	state = seed ? seed : 1;
	for (unsigned long run = 0; run < runs; run++)
	{
		size_t		changes = 1 + below(4);

		if (ncorpus)
			current = *corpus[below(ncorpus)];
		else
			current.size = 0;
		while (changes-- > 0)
			mutate_once();
		run_current();
	}
	for (size_t i = 0; i < ncorpus; i++)
		free(corpus[i]);
	printf("done\n");
	return 0;
}
