-- score_dist(score, mark, journal_mark) with its accessors per group, against
-- the plain SQL that gives the same 14 columns in one pass; :source is the
-- table, :what its order.
\set QUIET on
CALL bench.plan_aggregate(:'what', :'source');
CALL bench.run(:'what');
