-- report_detection.sql: the tables of what markers find, from bench.detection.
\qecho
\qecho '## What the markers find'
\qecho
SELECT format('The statistical preset at a false-discovery rate of 5 %%, one family of tests a region and year. Regions are made up (`demo/vpr.sql`): schools of 10, 25, 50 and 100 pupils a work, a quarter each, ВПР of grades 4 and 5 in mathematics and Russian. Without tampering: %s regions of %s schools; with: %s of %s, 48 schools of each tampering with all their works.',
              count(DISTINCT d.seed) FILTER (WHERE NOT d.is_tampered),
              max(s.schools::integer) FILTER (WHERE NOT d.is_tampered), count(DISTINCT d.seed) FILTER (WHERE d.is_tampered),
              max(s.schools::integer) FILTER (WHERE d.is_tampered))
FROM bench.detection AS d
JOIN (SELECT seed, sum(works) / 4 AS schools FROM bench.detection WHERE marker = 'several_aspects' GROUP BY seed) AS s USING (seed);
\qecho
\qecho '| tampering | strength 1 | strength 2 | strength 3 |'
\qecho '|---|---|---|---|'
\qecho '| lifted | half of those one point short of a mark get it | all of them | also those two points short |'
\qecho '| copied | 30 % of the first class hand in one work, three items in a hundred their own | 60 % | all |'
\qecho '| raised | a quarter of the lost points is given back, item by item | half | three quarters |'
\qecho '| matched | half of the marks that are not the journal''s become it | 80 % | all |'
\qecho
\qecho '### Without tampering'
\qecho
-- With no school to find, the false-discovery rate of a region is 1 when
-- anything is flagged, else 0.
WITH region AS (
    SELECT d.seed, (sum(d.flagged) > 0)::integer AS rate
    FROM bench.detection AS d
    WHERE NOT d.is_tampered AND d.marker <> 'several_aspects'
    GROUP BY d.seed
)
SELECT format('Realised false-discovery rate: %s %%, standard error %s %% (%s of %s regions with anything flagged).',
              round(100 * avg(rate), 1), round(100 * sqrt(0.05 * 0.95 / count(*)), 1), sum(rate), count(*))
FROM region;
\qecho
\qecho '| marker | works | evaluated | flagged | regions with a flag |'
\qecho '|---|---|---|---|---|'
SELECT format('| %s | %s | %s | %s | %s |', d.marker, to_char(sum(d.works), 'FM999,999,999'),
              to_char(sum(d.evaluated), 'FM999,999,999'), sum(d.flagged), count(DISTINCT d.seed) FILTER (WHERE d.flagged > 0))
FROM bench.detection AS d
WHERE NOT d.is_tampered
GROUP BY d.marker
ORDER BY d.marker = 'several_aspects', d.marker;
\qecho
\qecho '### The strongest tampering in schools of 50 and 100'
\qecho
\qecho '| tampering | marker made for it | works | found | target | met |'
\qecho '|---|---|---|---|---|---|'
SELECT format('| %s | %s | %s | %s %% | over 80 %% | %s |', d.tampering, d.marker, sum(d.works),
              round(100 * sum(d.flagged) / sum(d.works)), CASE WHEN sum(d.flagged) > 0.8 * sum(d.works) THEN 'yes' ELSE '**no**' END)
FROM bench.detection AS d
JOIN (VALUES ('lifted', 'cut_heaping'), ('copied', 'same_answers'), ('raised', 'mean_high'), ('matched', 'journal_same')) AS o (tampering, marker)
    USING (tampering, marker)
WHERE d.is_tampered AND d.strength = 3 AND d.size >= 50
GROUP BY d.tampering, d.marker
ORDER BY d.tampering;
\qecho
\qecho '### Every tampering'
\qecho
\qecho 'Works flagged, in percent of all such works; several: by markers of two or more aspects. A dash: the sample is below the marker''s minimum. Last, the honest schools of the same regions and of those without tampering.'
\qecho
\pset format unaligned
SELECT '| tampering | strength | pupils | works |' || string_agg(format(' %s |', n.marker), '' ORDER BY n.place)
FROM (VALUES (1, 'cut_heaping'), (2, 'cut_mass'), (3, 'same_answers'), (4, 'mean_high'), (5, 'year_change'), (6, 'cohort_change'),
             (7, 'journal_same'), (8, 'journal_higher'), (9, 'journal_difference'), (10, 'journal_gap'), (11, 'item_inversion'),
             (12, 'variance_small'), (13, 'journal_correlation'), (14, 'several')) AS n (place, marker);
SELECT '|' || repeat('---|', 18);
WITH counted AS (
    SELECT CASE WHEN d.tampering <> 'none' THEN 1 WHEN d.is_tampered THEN 2 ELSE 3 END AS part, d.tampering, d.strength, d.size,
           d.marker, sum(d.works) AS works, sum(d.evaluated) AS evaluated, sum(d.flagged) AS flagged
    FROM bench.detection AS d
    WHERE d.is_tampered OR d.tampering = 'none'
    GROUP BY 1, 2, 3, 4, 5
)
SELECT format('| %s | %s | %s | %s |%s',
              CASE c.part WHEN 2 THEN 'honest beside them' WHEN 3 THEN 'no tampering' ELSE c.tampering END,
              nullif(c.strength, 0), c.size, max(c.works),
              string_agg(format(' %s |', CASE WHEN c.evaluated = 0 THEN '—' ELSE
                  CASE WHEN c.part = 1 THEN round(100.0 * c.flagged / c.works)::text ELSE round(100.0 * c.flagged / c.works, 2)::text END END),
                  '' ORDER BY n.place))
FROM (VALUES (1, 'cut_heaping'), (2, 'cut_mass'), (3, 'same_answers'), (4, 'mean_high'), (5, 'year_change'), (6, 'cohort_change'),
             (7, 'journal_same'), (8, 'journal_higher'), (9, 'journal_difference'), (10, 'journal_gap'), (11, 'item_inversion'),
             (12, 'variance_small'), (13, 'journal_correlation'), (14, 'several_aspects')) AS n (place, marker)
JOIN counted AS c USING (marker)
GROUP BY c.part, c.tampering, c.strength, c.size
ORDER BY c.part, c.tampering, c.strength, c.size;
