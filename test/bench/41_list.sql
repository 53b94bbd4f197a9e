-- The list of the country: as the last cycle stored it, and computed from the
-- summaries while it is asked for.
\set QUIET on
INSERT INTO bench.query (measure, place, variant, kind, query) VALUES
    ('list', 1, 'stored list', 'select', 'SELECT * FROM country.shnor_list');
SELECT to_regprocedure('country.live_list(integer, text)') IS NOT NULL AS live \gset
\if :live
INSERT INTO bench.query (measure, place, variant, kind, query) VALUES
    ('list', 2, 'computed from summaries', 'select', 'SELECT * FROM country.live_list(2025)');
\else
SELECT bench.skip('list computed from summaries', 'the warehouse has no function live_list(year)') \g /dev/null
\endif
CALL bench.run('list');
