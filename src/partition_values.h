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
 * Computes the results of a partition's rows, result[row], from the values
 * that are not NULL, ascending.  Rows left alone get NULL.
 */
typedef void (*ShnorPartitionCompute) (WindowObject winobj,
									   const ShnorPartitionValue *values,
									   int64 len, double *result);

extern bool shnor_partition_result(FunctionCallInfo fcinfo,
								   double low, double high, const char *hint,
								   ShnorPartitionCompute compute,
								   double *result);
extern Datum shnor_partition_datum(WindowObject winobj, int n, int64 row,
								   bool *isnull);
extern Datum shnor_partition_constant(WindowObject winobj, int n);
extern void shnor_partition_mid_ranks(const ShnorPartitionValue *values,
									  int64 len, double *result);

#endif							/* SHNOR_PARTITION_VALUES_H */
