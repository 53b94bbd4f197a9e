-- Reading deadlines in one process: phrases of three documents, and those that
-- the test of generated deadlines makes. Then the occurrences of a plan of 150
-- events for a year, with the documents' deadlines.
\set QUIET on
SET client_min_messages = warning;
\o /dev/null
\ir ../sql/deadline_generated.sql
\o
\set content `cat test/data/deadline_phrases.tsv`
CREATE TABLE bench.document_phrase AS
SELECT line.place, split_part(line.body, E'\t', 2) AS phrase
FROM string_to_table(:'content', E'\n') WITH ORDINALITY AS line (body, place)
WHERE line.place > 1 AND line.body <> '';
CREATE TABLE bench.phrase AS
SELECT 'phrases of documents' AS source, p.phrase
FROM generate_series(1, 1000) AS n CROSS JOIN bench.document_phrase AS p
UNION ALL
SELECT 'generated phrases', g.phrase FROM generate_series(1, 10) AS n CROSS JOIN generated AS g;
INSERT INTO bench.fact
SELECT 'count', p.source, bench.input_rows(), count(*) FROM bench.phrase AS p GROUP BY p.source;
INSERT INTO bench.query (measure, place, variant, kind, setup, query)
SELECT 'deadline', 3 * s.place + f.place, s.source || ': ' || f.name, 'select', 'SET max_parallel_workers_per_gather = 0',
       format('SELECT %s WHERE p.source = %L', f.call, s.source)
FROM (VALUES (1, 'phrases of documents'), (2, 'generated phrases')) AS s (place, source)
CROSS JOIN (VALUES
    (1, 'kind', 'count(shnor.deadline_kind(p.phrase)) FROM bench.phrase AS p'),
    (2, 'normal form', 'count(shnor.deadline_canonical(p.phrase)) FROM bench.phrase AS p'),
    (3, 'dates in a year', 'count(o.due_on) FROM bench.phrase AS p
         CROSS JOIN shnor.deadline_occurrences(p.phrase, ''2023-01-01'', ''2023-12-31'') AS o')) AS f (place, name, call);
CALL bench.run('deadline');

CALL shnor.create_warehouse('plans');
SET search_path = plans, shnor;
INSERT INTO region (code, name) VALUES ('1', 'Регион');
INSERT INTO roadmap_section (roadmap_id, place, level)
SELECT add_roadmap('Карта', 'region', region_id, '2023-01-01', '2023-12-31'), 1, 'region' FROM region;
INSERT INTO roadmap_event (roadmap_section_id, place, title, deadline)
SELECT s.roadmap_section_id, n, 'Мероприятие ' || n, p.phrase
FROM generate_series(1, 150) AS n
JOIN (SELECT phrase, row_number() OVER (ORDER BY place) AS place, count(*) OVER () AS total
      FROM bench.document_phrase) AS p ON p.place = 1 + (n - 1) % p.total
CROSS JOIN roadmap_section AS s;
INSERT INTO bench.fact SELECT 'count', 'occurrences of 150 events', bench.input_rows(), count(*) FROM roadmap_occurrence;
RESET search_path;
INSERT INTO bench.query (measure, place, variant, kind, setup, query) VALUES
    ('roadmap', 1, '150 events expanded', 'statement', 'DELETE FROM plans.roadmap_occurrence',
     'SELECT plans.expand_events(ARRAY(SELECT roadmap_event_id FROM plans.roadmap_event))'),
    ('roadmap', 2, '150 events expanded anew, nothing to change', 'statement', '',
     'SELECT plans.expand_events(ARRAY(SELECT roadmap_event_id FROM plans.roadmap_event))');
CALL bench.run('roadmap');
SET client_min_messages = warning;
DROP SCHEMA plans CASCADE;
DROP TABLE bench.phrase, bench.document_phrase;
