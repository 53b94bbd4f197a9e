/*
 * score_dist_ops.c
 *		Comparison and hashing of score_dist: equal values have equal bytes,
 *		so all of it is work on bytes.
 */
#include "postgres.h"

#include "compat.h"
#include "packed_value.h"
#include "score_dist.h"

DEFINE_PACKED_OPERATORS(score_dist, score_dist_packed);
