/*
 * rule_core.h
 *		Arithmetic and logic of the low-result rules, free of the server.
 *
 * Shares are compared in integers and never overflow: an administration is
 * low when 100 * failed >= percent * n, exactly 30 % being low ("at
 * least 30 %": act of the education ministry of Omsk region, December 2025).
 */
#ifndef SHNOR_RULE_CORE_H
#define SHNOR_RULE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known of one assessment of a school in the two years of the rule */
#define RULE_LAST_LOW		0x01	/* low in the judged year */
#define RULE_LAST_PASSED	0x02	/* has data and is not low in that year */
#define RULE_BEFORE_LOW		0x04	/* the same for the year before it */
#define RULE_BEFORE_PASSED	0x08

#define RULE_LAST_MASK		(RULE_LAST_LOW | RULE_LAST_PASSED)
#define RULE_BEFORE_MASK	(RULE_BEFORE_LOW | RULE_BEFORE_PASSED)
#define RULE_ALL_FLAGS		(RULE_LAST_MASK | RULE_BEFORE_MASK)

typedef struct RuleKey
{
	char	   *bytes;			/* the assessment's key, not terminated */
	uint32_t	len;			/* bytes in it */
	uint8_t		flags;			/* RULE_... bits */
} RuleKey;

extern int64_t rule_low_count(int64_t n, int percent);
extern bool rule_is_low(int64_t failed, int64_t n, int percent, int64_t min_n);
extern int64_t rule_pupils_from_threshold(int64_t failed, int64_t n,
										  int percent);
extern const char *rule_failure_band(int64_t failed, int64_t n);
extern int	rule_compare_shares(int64_t failed_a, int64_t n_a,
								int64_t failed_b, int64_t n_b);

extern bool rule_flags_valid(uint8_t flags);
extern int	rule_compare_bytes(const char *a, uint32_t alen,
							   const char *b, uint32_t blen);
extern bool rule_find_key(const RuleKey *keys, int nkeys,
						  const char *bytes, uint32_t len, int *position);
extern const char *rule_verdict(const RuleKey *keys, int nkeys,
								bool same_assessment, int low_needed);

#endif							/* SHNOR_RULE_CORE_H */
