/*
 * partition_values.h
 *		Window functions whose result for a row depends on the values of its
 *		whole partition.
 */
#ifndef SHNOR_PARTITION_VALUES_H
#define SHNOR_PARTITION_VALUES_H

#include "fmgr.h"
#include "windowapi.h"

/*
 * A row's argument 0.
 */
typedef struct ShnorPartitionValue
{
	double		value;
	int64		row;			/* place in the partition, from 0 */
} ShnorPartitionValue;

/*
 * A partition's values that are not NULL, ascending.
 */
typedef struct ShnorPartition
{
	WindowObject winobj;
	int64		len;
	ShnorPartitionValue *values;
} ShnorPartition;

/*
 * Computes the results of a partition's rows, result[row].  Rows left alone
 * get NULL.
 */
typedef void (*ShnorPartitionCompute) (const ShnorPartition *partition,
									   double *result);

extern bool shnor_partition_result(FunctionCallInfo fcinfo,
								   double low, double high, const char *hint,
								   ShnorPartitionCompute compute,
								   double *result);
extern Datum shnor_partition_datum(const ShnorPartition *partition, int n,
								   int64 row, bool *isnull);
extern Datum shnor_partition_constant(const ShnorPartition *partition, int n);
extern double *shnor_partition_numbers(const ShnorPartition *partition);
extern void shnor_partition_mid_ranks(const ShnorPartition *partition,
									  double *result);

#endif							/* SHNOR_PARTITION_VALUES_H */
