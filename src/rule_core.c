/*
 * rule_core.c
 *		Arithmetic and logic of the low-result rules, free of the server.
 */
#include "rule_core.h"

#include <string.h>

/*
 * The smallest number of failed participants that reaches percent of n, that
 * is ceil(percent * n / 100).  Requires n >= 0 and percent in 0..100.
 *
 * With n = 100 * q + r the product splits into percent * q, at most n, and
 * percent * r, at most 9900: no intermediate value overflows for any n.
 */
int64_t
rule_low_count(int64_t n, int percent)
{
	return (n / 100) * percent + ((n % 100) * percent + 99) / 100;
}

/*
 * True when there are at least min_n participants, at least one, and
 * 100 * failed >= percent * n.  Requires 0 <= failed <= n and percent in
 * 0..100.  Source: as in rule_core.h.
 */
bool
rule_is_low(int64_t failed, int64_t n, int percent, int64_t min_n)
{
	return n > 0 && n >= min_n && failed >= rule_low_count(n, percent);
}

/*
 * How far failed is from the border of "low", never 0: k > 0 when it is low
 * and k failing participants fewer would take it out, -k when it is not and k
 * more would make it low.  Requires 0 <= failed <= n, n > 0 and percent in
 * 1..100 (with 0 there is no way out of "low").
 */
int64_t
rule_pupils_from_threshold(int64_t failed, int64_t n, int percent)
{
	int64_t		border = rule_low_count(n, percent);

	return failed >= border ? failed - border + 1 : failed - border;
}

/*
 * The band of the failing share: [30,40) basic, [40,50] moderate, (50,100]
 * severe, none below.  Requires 0 <= failed <= n and n > 0.  Source: plan of
 * Poshekhonye municipal district for 2024, whose borders overlap; its "more
 * than 50" leaves 50 itself to the band below.
 */
const char *
rule_failure_band(int64_t failed, int64_t n)
{
	if (failed > n / 2)
		return "severe";
	if (failed >= rule_low_count(n, 40))
		return "moderate";
	if (failed >= rule_low_count(n, 30))
		return "basic";
	return "none";
}

/*
 * Negative, zero or positive as failed_a / n_a is below, equal to or above
 * failed_b / n_b, exactly.  Requires 0 <= failed <= n and n > 0 of both.
 *
 * Counts below 2^31 are multiplied across; larger ones are compared as
 * continued fractions: the whole parts, then the remainders turned upside
 * down, which swaps the two sides.
 */
int
rule_compare_shares(int64_t failed_a, int64_t n_a,
					int64_t failed_b, int64_t n_b)
{
	if (n_a <= INT32_MAX && n_b <= INT32_MAX)
	{
		int64_t		a = failed_a * n_b;
		int64_t		b = failed_b * n_a;

		return (a > b) - (a < b);
	}

	for (;;)
	{
		int64_t		whole_a = failed_a / n_a;
		int64_t		whole_b = failed_b / n_b;
		int64_t		rest_a = failed_a % n_a;
		int64_t		rest_b = failed_b % n_b;

		if (whole_a != whole_b)
			return whole_a > whole_b ? 1 : -1;
		if (rest_a == 0 || rest_b == 0)
			return (rest_a != 0) - (rest_b != 0);
		failed_a = n_b;
		failed_b = n_a;
		n_a = rest_b;
		n_b = rest_a;
	}
}

/* True when flags say something, and no year is both low and passed. */
bool
rule_flags_valid(uint8_t flags)
{
	return flags != 0 &&
		(flags & ~RULE_ALL_FLAGS) == 0 &&
		(flags & RULE_LAST_MASK) != RULE_LAST_MASK &&
		(flags & RULE_BEFORE_MASK) != RULE_BEFORE_MASK;
}

/* Negative, zero or positive as a sorts before, with or after b, by bytes. */
int
rule_compare_bytes(const char *a, uint32_t alen, const char *b, uint32_t blen)
{
	int			cmp = memcmp(a, b, alen < blen ? alen : blen);

	if (cmp != 0)
		return cmp;
	return (alen > blen) - (alen < blen);
}

/*
 * Look for a key among nkeys sorted, distinct ones.  Returns whether it is
 * there; *position is set to where it is, or to where it belongs.
 */
bool
rule_find_key(const RuleKey *keys, int nkeys, const char *bytes, uint32_t len,
			  int *position)
{
	int			low = 0;
	int			high = nkeys;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			cmp = rule_compare_bytes(keys[middle].bytes,
											 keys[middle].len, bytes, len);

		if (cmp == 0)
		{
			*position = middle;
			return true;
		}
		if (cmp < 0)
			low = middle + 1;
		else
			high = middle;
	}

	*position = low;
	return false;
}

/*
 * The verdict of the two-year rule over a school's distinct assessments, or
 * NULL when none has data in the judged year.  Requires valid flags and
 * low_needed >= 1.
 *
 * Branch A: at least low_needed assessments low in the judged year.  Branch B:
 * one low in each of the two years, the same one if same_assessment.  Source:
 * plan of Poshekhonye municipal district for 2024 (both branches); act of the
 * education ministry of Omsk region, December 2025 (the same assessment).
 */
const char *
rule_verdict(const RuleKey *keys, int nkeys, bool same_assessment,
			 int low_needed)
{
	bool		has_data = false;
	bool		low_before = false;
	bool		low_in_both = false;
	int			low_last = 0;
	bool		branch_a;
	bool		branch_b;

	for (int i = 0; i < nkeys; i++)
	{
		uint8_t		flags = keys[i].flags;

		if (flags & RULE_LAST_MASK)
			has_data = true;
		if (flags & RULE_LAST_LOW)
			low_last++;
		if (flags & RULE_BEFORE_LOW)
		{
			low_before = true;
			if (flags & RULE_LAST_LOW)
				low_in_both = true;
		}
	}

	if (!has_data)
		return NULL;

	branch_a = low_last >= low_needed;
	branch_b = same_assessment ? low_in_both : low_last > 0 && low_before;

	if (branch_a)
		return branch_b ? "both" : "two_assessments";
	return branch_b ? "two_years" : "none";
}
