-- The rebuild of all summaries when nothing is to be corrected, against
-- count(*) of the same table, and with one process against two.
\set QUIET on
INSERT INTO bench.query (measure, place, variant, kind, setup, query) VALUES
    ('rebuild', 1, 'count(*)', 'select', '', 'SELECT count(*) FROM country.result'),
    ('rebuild', 2, 'nothing to correct', 'statement', '', 'SELECT country.rebuild_summaries(2024, 2025)'),
    ('rebuild', 3, 'nothing to correct, one process', 'statement',
     'SET max_parallel_workers_per_gather = 0', 'SELECT country.rebuild_summaries(2024, 2025)'),
    ('rebuild', 4, 'nothing to correct, two processes', 'statement',
     'SET max_parallel_workers_per_gather = 1', 'SELECT country.rebuild_summaries(2024, 2025)');
UPDATE bench.query SET setup = 'RESET max_parallel_workers_per_gather' WHERE setup = '';
CALL bench.run('rebuild');
