-- Two warehouses: country keeps summaries, bare is the same without the
-- triggers that keep them and without what refers to summaries.
\set QUIET on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS country CASCADE;
CALL bench.new_warehouse('country');
CALL bench.new_warehouse('bare');
CALL bench.drop_summaries('bare');
