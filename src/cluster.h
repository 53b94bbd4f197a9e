/*
 * cluster.h
 *		What the files of clusters share: the composite value "clusters".
 */
#ifndef SHNOR_CLUSTER_H
#define SHNOR_CLUSTER_H

#include "cluster_space_core.h"
#include "sample.h"

extern void shnor_check_cluster_number(int k);
pg_noreturn extern void shnor_too_many_clusters(int k, int64 distinct);
extern void shnor_space_allocate(ShnorSpace *space);
extern Datum shnor_clusters_datum(FunctionCallInfo fcinfo,
								  const ShnorSample *sample,
								  const ShnorSpace *space, double total,
								  double silhouette);

#endif							/* SHNOR_CLUSTER_H */
