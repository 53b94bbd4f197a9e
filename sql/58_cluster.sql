-- Clusters of schools: on a line, exactly; in several indicators; from year to year.

CREATE TYPE shnor.clusters AS (
    rows bigint,
    skipped bigint,
    k integer,
    centres double precision[],
    sizes bigint[],
    within double precision[],
    total double precision,
    explained double precision,
    silhouette double precision
);
COMMENT ON TYPE shnor.clusters IS
'Clusters of rows, labelled from 1 on, kept to tell which one another row is nearest to';
COMMENT ON COLUMN shnor.clusters.rows IS
'Rows they were made of, those without a NULL';
COMMENT ON COLUMN shnor.clusters.skipped IS
'Rows left out because something in them is NULL';
COMMENT ON COLUMN shnor.clusters.k IS
'Number of clusters';
COMMENT ON COLUMN shnor.clusters.centres IS
'Means of the clusters, of two dimensions: centres[i][j] is the mean of indicator j in the cluster labelled i; one column for clusters of single values';
COMMENT ON COLUMN shnor.clusters.sizes IS
'Rows of each cluster';
COMMENT ON COLUMN shnor.clusters.within IS
'Sum of squared distances to the centre, of each cluster';
COMMENT ON COLUMN shnor.clusters.total IS
'Sum of squared distances of all rows to the mean of all';
COMMENT ON COLUMN shnor.clusters.explained IS
'Share of total that lies between the clusters, 0 to 1; NULL when all rows are equal';
COMMENT ON COLUMN shnor.clusters.silhouette IS
'Mean silhouette of the rows, -1 to 1: of single values exact, as silhouette(), of several indicators simplified, as centroid_silhouette(); NULL for one cluster';

CREATE FUNCTION shnor.sample_accum(state internal, value double precision, parameter integer)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_accum';
COMMENT ON FUNCTION shnor.sample_accum(internal, double precision, integer) IS
'Transition function of optimal_clusters; not for direct use';

CREATE FUNCTION shnor.sample_accum(state internal, value double precision, parameter integer, second_parameter integer)
RETURNS internal
LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_sample_accum';
COMMENT ON FUNCTION shnor.sample_accum(internal, double precision, integer, integer) IS
'Transition function of optimal_clusters; not for direct use';

CREATE FUNCTION shnor.optimal_clusters_final(state internal)
RETURNS shnor.clusters
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_optimal_clusters';
COMMENT ON FUNCTION shnor.optimal_clusters_final(internal) IS
'Final function of optimal_clusters; not for direct use';

CREATE AGGREGATE shnor.optimal_clusters(value double precision, k integer) (
    SFUNC = shnor.sample_accum,
    STYPE = internal,
    FINALFUNC = shnor.optimal_clusters_final,
    COMBINEFUNC = shnor.sample_combine,
    SERIALFUNC = shnor.sample_serialize,
    DESERIALFUNC = shnor.sample_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.optimal_clusters(double precision, integer) IS
'The k groups of values with the least sum of squared distances to their means, labelled from 1, the lowest, to k; found exactly, in O(k n log n), not by a heuristic; the result does not depend on the order of rows, to the last bit. Equal values are in one group. Arguments: value, within 1e50 of 0; k, from 1 to 100, the same in every row. NULLs are left out and counted in skipped. NULL over no values. Errors: 22023 for a k that is out of range, varies, or is more than the number of different values; 22004 for a NULL number of clusters; 22003 for a value out of range. Source: dynamic programming of Fisher 1958, as Ckmeans.1d.dp of Wang and Song 2011, The R Journal 3/2; filled by halving, Groenlund et al. 2017, arXiv 1701.07204';

CREATE AGGREGATE shnor.optimal_clusters(value double precision, k_min integer, k_max integer) (
    SFUNC = shnor.sample_accum,
    STYPE = internal,
    FINALFUNC = shnor.optimal_clusters_final,
    COMBINEFUNC = shnor.sample_combine,
    SERIALFUNC = shnor.sample_serialize,
    DESERIALFUNC = shnor.sample_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.optimal_clusters(double precision, integer, integer) IS
'As optimal_clusters(value, k) with the k from k_min to k_max whose groups have the greatest mean silhouette, of equal ones the least k. Arguments: value, within 1e50 of 0; k_min and k_max, from 2 to 100, the same in every row; k_max is cut to the number of different values. NULLs are left out and counted in skipped. NULL over no values. Errors: 22023 for bounds that are out of range or out of order, vary, or a k_min above the number of different values; 22004 for a NULL number of clusters; 22003 for a value out of range. Source of the criterion: Rousseeuw 1987';

CREATE FUNCTION shnor.optimal_cluster(value double precision, k integer)
RETURNS integer
WINDOW LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_optimal_cluster';
COMMENT ON FUNCTION shnor.optimal_cluster(double precision, integer) IS
'Window function: label of the row in the groups of optimal_clusters(value, k) over its partition, 1 for the lowest values to k. All rows of the partition count, ORDER BY and frame make no difference. Arguments: value, within 1e50 of 0; k, from 1 to 100, that of the partition''s first row holds for all. A NULL value gives NULL and does not count. Errors: 22023 for a k out of range or more than the number of different values; 22004 for a NULL k; 22003 for a value out of range';

CREATE FUNCTION shnor.k_means_final(state internal)
RETURNS shnor.clusters
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_k_means';
COMMENT ON FUNCTION shnor.k_means_final(internal) IS
'Final function of k_means; not for direct use';

CREATE AGGREGATE shnor.k_means(indicators double precision[], k integer) (
    SFUNC = shnor.sample_accum,
    STYPE = internal,
    FINALFUNC = shnor.k_means_final,
    COMBINEFUNC = shnor.sample_combine,
    SERIALFUNC = shnor.sample_serialize,
    DESERIALFUNC = shnor.sample_deserialize,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.k_means(double precision[], integer) IS
'k clusters of rows of several indicators with a small sum of squared distances to their means: without chance, the widest cluster is split until there are k, rows move to the better after each split, and at the end until none can or 1000 times all have been looked at. That is a local optimum, which a lucky start may undercut; for single values optimal_clusters is exact. Labels ascend with the mean of the centre''s coordinates, so give indicators of one direction on one scale, by scaled(value, ''z'', direction). The result does not depend on the order of rows, to the last bit. Arguments: indicators, an array of one dimension with the same indicators in the same order in every row, at most 100, numbers within 1e50 of 0; k, from 1 to 100, the same in every row. A row with a NULL element or a NULL array is left out and counted in skipped. NULL over no rows. Errors: 22023 for arrays of different or wrong sizes, a k that is out of range, varies, or is more than the number of different rows; 22004 for a NULL k; 22003 for a number out of range. Source: splits of Su and Dy 2007 (Var-Part); moves of single rows, Hartigan 1975';

CREATE FUNCTION shnor.cluster_of(value double precision, clusters shnor.clusters)
RETURNS integer
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_cluster_of_value';
COMMENT ON FUNCTION shnor.cluster_of(double precision, shnor.clusters) IS
'Label of the cluster whose centre is nearest to the value, the lower one of equally near centres; for a value that optimal_clusters grouped, its group. Arguments: value, within 1e50 of 0; clusters, of optimal_clusters(). NULL for a NULL. Errors: 22023 for clusters of several indicators or that no aggregate made; 22003 for a value out of range';

CREATE FUNCTION shnor.cluster_of(indicators double precision[], clusters shnor.clusters)
RETURNS integer
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_cluster_of';
COMMENT ON FUNCTION shnor.cluster_of(double precision[], shnor.clusters) IS
'Label of the cluster whose centre is nearest to the row, the lower one of equally near centres; for a row that k_means placed, its cluster. Arguments: indicators, as for k_means; clusters, of k_means() or optimal_clusters(). NULL for a NULL, also for a NULL element. Errors: 22023 for another number of indicators or clusters that no aggregate made; 22003 for a number out of range';

CREATE FUNCTION shnor.silhouette(value double precision, cluster integer)
RETURNS double precision
WINDOW LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_silhouette';
COMMENT ON FUNCTION shnor.silhouette(double precision, integer) IS
'Window function: how well a value lies in its cluster: (b - a) / max(a, b), a being its mean distance to the others of its cluster and b that to the nearest other cluster; -1 to 1, near 0 between two clusters, below 0 nearer to another one; 0 for the only member of a cluster. Exact, for any labels, in O(n k) after sorting. All rows of the partition count, ORDER BY and frame make no difference. Arguments: value, within 1e50 of 0; cluster, at most 100 different ones. A row with a NULL gives NULL and does not count; NULL also when there is one cluster only. Errors: 22023 for more clusters; 22003 for a value out of range. Source: Rousseeuw 1987, as silhouette() of the R package cluster';

CREATE FUNCTION shnor.centroid_silhouette(indicators double precision[], clusters shnor.clusters)
RETURNS double precision
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_centroid_silhouette';
COMMENT ON FUNCTION shnor.centroid_silhouette(double precision[], shnor.clusters) IS
'How well a row lies in its cluster: 1 - a / b, a being the distance to the nearest centre and b that to the next nearest one: 0 between two centres, 1 at a centre. The silhouette with distances to centres instead of mean distances to all rows, which would take O(n^2). Arguments: as of cluster_of(indicators, clusters). NULL for a NULL, also for a NULL element, and for one cluster. Errors: as of cluster_of. Source: simplified silhouette, Hruschka et al. 2004';

CREATE FUNCTION shnor.quantile_band(value double precision, k integer)
RETURNS integer
WINDOW LANGUAGE C IMMUTABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_quantile_band';
COMMENT ON FUNCTION shnor.quantile_band(double precision, integer) IS
'Window function: which of k equal parts of the partition''s ranks the value is in, 1 for the lowest: k times its mid-rank percentile, rounded up. Equal values are in one band, so bands may be of different sizes, or empty. All rows of the partition count, ORDER BY and frame make no difference. Arguments: value, within 1e50 of 0; k, from 1 to 100, that of the partition''s first row holds for all. A NULL value gives NULL and does not count. Errors: 22023 for a k out of range; 22004 for a NULL k; 22003 for a value out of range';

CREATE FUNCTION shnor.match_clusters(old_centres double precision[], new_centres double precision[])
RETURNS integer[]
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_match_clusters';
COMMENT ON FUNCTION shnor.match_clusters(double precision[], double precision[]) IS
'For each new cluster the label of the old one it continues: one to one, with the least sum of Euclidean distances between centres, found exactly. Where there are more new than old clusters, the elements of those left without a counterpart are NULL. Arguments: centres of an earlier and of a later year, in the same units, one number or one row of numbers each, as clusters.centres; at most 16 of either. NULL for a NULL array. Errors: 22023 for empty arrays, NULL elements, more centres, or rows of different lengths; 22003 for a number out of range. Source: dynamic programming over subsets, Held and Karp 1962';
