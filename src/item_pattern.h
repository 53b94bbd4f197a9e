/*
 * item_pattern.h
 *		Participants of a group, kept to find identical answer patterns.
 */
#ifndef SHNOR_ITEM_PATTERN_H
#define SHNOR_ITEM_PATTERN_H

#include "utils/array.h"

#include "item_scores.h"
#include "marker.h"

typedef struct Similarity Similarity;

extern ArrayType *similarity_baseline(Datum baseline, bool isnull);
extern void similarity_check_baseline(const ArrayType *before, Datum baseline,
									  bool isnull);
extern Similarity *similarity_make(MemoryContext context, int items,
								   const ArrayType *baseline);
extern void similarity_count(Similarity *state, const ItemScores *row);
extern void similarity_row(const Similarity *state, ShnorRow *result);

#endif							/* SHNOR_ITEM_PATTERN_H */
