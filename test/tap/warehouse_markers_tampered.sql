-- What markers find in a made-up region where it is known who tampered
-- (demo/vpr.sql), and whom they must leave alone: lyceums that are simply good,
-- regions where everybody marks work lower than the journal, tiny and odd samples.
\ir include/warehouse.sql
SELECT plan(15);
\ir ../../demo/tools.sql
\set seed 7
SELECT diag('seed ' || :'seed');

INSERT INTO school (municipality_id, name)
SELECT (SELECT min(municipality_id) FROM municipality), 'Школа № ' || n
FROM generate_series((SELECT max(school_id) + 1 FROM school), 250) AS n;
SELECT open_year(2025) \g /dev/null
CREATE TEMP TABLE work AS
SELECT w.assessment_no, open_administration(2025, 'vpr', w.subject, w.grade, max_score => w.max_score, cut_3 => w.cut3,
                                            cut_4 => w.cut4, cut_5 => w.cut5, source => 'Вымышленные данные') AS administration_id
FROM vpr_work AS w WHERE w.grade <= 5;

CREATE FUNCTION pg_temp.write_region()
RETURNS void
LANGUAGE sql VOLATILE
AS $$
    DELETE FROM result WHERE academic_year = 2025;
    DELETE FROM school_year;
    INSERT INTO school_year (school_id, academic_year, school_type) SELECT school_no, 2025, school_type FROM vpr_school;
    INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark, journal_mark, task_scores)
    SELECT w.administration_id, p.school_no, 2025, p.number::text, p.class, p.score, p.mark, p.journal_mark, p.task_scores
    FROM pg_temp.vpr_pupil(2025) AS p JOIN work AS w USING (assessment_no);
$$;
CREATE FUNCTION pg_temp.judged(preset text)
RETURNS TABLE (school_id integer, administration_id integer, marker text, aspect text, sample integer, value double precision,
               expected double precision, size double precision, p double precision, q double precision, is_flagged boolean, reason text)
LANGUAGE sql VOLATILE
AS $$
    SELECT j.school_id, j.administration_id, j.marker, m.aspect, j.sample, j.value, j.expected, j.size, j.p, j.q, j.is_flagged, j.reason
    FROM judge_markers(ARRAY(SELECT administration_id FROM work), preset) AS j
    JOIN marker AS m ON m.code = j.marker
$$;

-- 240 schools, honest but for eight of 50 and 100 pupils, two a tampering.
SELECT pg_temp.vpr_region(:seed, 240, 2025, 2025, NULL) \g /dev/null
CREATE TEMP TABLE culprit AS
SELECT s.school_no, (ARRAY['lifted', 'copied', 'raised', 'matched'])[1 + (row_number() OVER (ORDER BY s.school_no) - 1) % 4] AS tampering
FROM vpr_school AS s WHERE s.size >= 50 AND s.school_type = 'general' ORDER BY s.school_no LIMIT 8;
UPDATE vpr_cell AS c SET tampering = u.tampering, strength = 3 FROM culprit AS u WHERE u.school_no = c.school_no;
SELECT pg_temp.write_region() \g /dev/null
-- Odd works: a school where all have everything, one where all have nothing,
-- one of one pupil, one of three, one without journal marks and items, and a
-- school without anything.
INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark, journal_mark, task_scores)
SELECT w.administration_id, o.school_id, 2025, p::text, '5А', o.share * v.max_score, 2 + 3 * o.share,
       CASE WHEN o.school_id <> 245 THEN 2 + 3 * o.share END,
       CASE WHEN o.school_id <> 245 THEN (SELECT array_agg(o.share * m ORDER BY i) FROM unnest(v.item_max) WITH ORDINALITY AS u (m, i)) END
FROM (VALUES (241, 40, 1), (242, 40, 0), (243, 1, 1), (244, 3, 0), (245, 30, 1)) AS o (school_id, size, share)
CROSS JOIN work AS w
JOIN vpr_work AS v USING (assessment_no)
CROSS JOIN generate_series(1, o.size) AS p;
CREATE TEMP TABLE outcome AS SELECT * FROM pg_temp.judged('statistical');

SELECT cmp_ok((SELECT count(*)::integer FROM outcome AS o JOIN culprit AS c ON c.school_no = o.school_id
               WHERE (c.tampering, o.marker) = (v.tampering, v.marker)
                 -- the federal preset's threshold
                 AND CASE o.marker WHEN 'mean_high' THEN o.p <= 0.00135 ELSE o.is_flagged END),
              '>=', 6, format('%s: found by %s in six works of eight', v.tampering, v.marker))
FROM (VALUES ('lifted', 'cut_heaping'), ('copied', 'same_answers'), ('raised', 'mean_high'), ('matched', 'journal_same')) AS v (tampering, marker);
SELECT cmp_ok((SELECT count(*) FROM outcome AS o
               WHERE o.is_flagged AND o.school_id <= 240 AND NOT EXISTS (SELECT FROM culprit AS c WHERE c.school_no = o.school_id))::integer, '<=',
              (SELECT count(*) / 10 FROM outcome AS o WHERE o.is_flagged)::integer, 'one flag in ten at most is of an honest school');
SELECT is((SELECT count(*) FROM outcome WHERE school_id IN (243, 244) AND (reason IS NULL OR is_flagged)), 0::bigint, 'tiny samples: a reason and no flag');
SELECT is((SELECT count(*) FROM outcome WHERE reason IS NOT NULL AND num_nonnulls(value, expected, size, p, q) > 0), 0::bigint, 'where there is a reason there is no value');
SELECT is((SELECT string_agg(DISTINCT reason, ' ' ORDER BY reason) FROM outcome WHERE school_id = 245 AND (marker LIKE 'journal%' OR aspect = 'items')),
          'no_items no_journal', 'without journal marks and items the reason says so');
SELECT is((SELECT count(*) FROM outcome AS o CROSS JOIN LATERAL unnest(ARRAY[o.value, o.expected, o.size, o.p, o.q]) AS x
           WHERE x IN ('NaN', 'Infinity', '-Infinity')), 0::bigint, 'no NaN, no infinity');
SELECT is((SELECT count(*) FROM outcome WHERE reason IS NULL AND (p IS NULL OR p NOT BETWEEN 0 AND 1 OR q < p)), 0::bigint, 'what is evaluated has p and q');

-- Lyceums that are simply good.
SELECT cmp_ok((SELECT avg(p.mark) - (SELECT avg(mark) FROM result WHERE academic_year = 2025)
               FROM result AS p JOIN vpr_school AS s ON s.school_no = p.school_id WHERE p.academic_year = 2025 AND s.school_type = 'lyceum'),
              '>', 0.5, 'lyceums are half a mark better');
SELECT is((SELECT count(*) FROM (
               SELECT o.school_id FROM (TABLE outcome UNION ALL SELECT * FROM pg_temp.judged('federal')) AS o
               JOIN vpr_school AS s ON s.school_no = o.school_id
               WHERE s.school_type = 'lyceum' AND o.is_flagged
               GROUP BY o.school_id, o.administration_id HAVING count(DISTINCT o.aspect) >= 2) AS f), 0::bigint,
          'and not flagged by two markers together');

-- A region where everybody marks work lower than the journal.
SELECT pg_temp.vpr_region(:seed + 1, 240, 2025, 2025, NULL, 1.2) \g /dev/null
SELECT pg_temp.write_region() \g /dev/null
SELECT cmp_ok((SELECT avg((mark < journal_mark)::integer) FROM result WHERE academic_year = 2025), '>', 0.5, 'most marks are lower');
SELECT cmp_ok((SELECT count(*) FROM pg_temp.judged('fioko_2026') WHERE marker = 'journal_lower' AND is_flagged)::integer, '>', 400,
              'the absolute threshold flags most schools');
SELECT is((SELECT count(*) FROM pg_temp.judged('statistical') WHERE marker LIKE 'journal%' AND is_flagged), 0::bigint,
          'the rule relative to the region flags none');
SELECT * FROM finish();
