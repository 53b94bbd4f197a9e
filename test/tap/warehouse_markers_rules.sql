-- What markers are not: a region where everybody does the same, a school that
-- is good, a sample too small. And what a cycle keeps: presets, calibration,
-- words.
\ir include/warehouse.sql
\ir include/markers.sql
BEGIN;
SELECT plan(45);
\set seed 77
SELECT diag('seed ' || :'seed');
SELECT add_schools(30) \g /dev/null
SELECT open_administration(2022, 'vpr', s, 4, max_score => 15, cut_3 => 5, cut_4 => 8, cut_5 => 11) FROM unnest(ARRAY['rus', 'math']) AS s \g /dev/null
SELECT open_administration(2023, 'oge', 'math', 9, max_score => 31) \g /dev/null
SELECT administration(2023, 'vpr', 'math', 5) AS now, administration(2022, 'vpr', 'math', 4) AS grade_4,
       administration(2023, 'vpr', 'rus', 5) AS rus, administration(2023, 'oge', 'math', 9) AS oge,
       administration(2022, 'vpr', 'rus', 4) AS rus_4 \gset

-- The region is honest but for its lyceum, which is just good, and for what
-- everybody does.
SELECT write_works(:seed, a, 1, 2, 20), write_works(:seed, a, 3, 3, 20, 2.5), write_works(:seed, a, 4, 29, 20)
FROM unnest(ARRAY[:now, :grade_4, :rus, :rus_4]) AS a \g /dev/null
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark)
SELECT :oge, s, 2023, 'o' || p, greatest(0, least(31, round(15 + CASE s WHEN 3 THEN 12 ELSE 0 END + 3 * gauss(:seed, s, 2, 2) + 5 * gauss(:seed, s, p, 9)))), 3
FROM generate_series(1, 29) AS s, generate_series(1, 20) AS p;
INSERT INTO school_year (school_id, academic_year, school_type) SELECT 3, y, 'general' FROM generate_series(2022, 2023) AS y;
CREATE TEMP TABLE verdict AS SELECT * FROM judge_markers(ARRAY[:now]) WITH NO DATA;
CREATE FUNCTION pg_temp.judge(preset text)
RETURNS bigint
LANGUAGE sql
AS $$
    DELETE FROM verdict;
    INSERT INTO verdict SELECT * FROM judge_markers(ARRAY(SELECT a.administration_id FROM administration AS a), preset);
    SELECT count(*) FILTER (WHERE is_flagged) FROM verdict;
$$;
CREATE VIEW cycle_outcome AS
SELECT k.cycle_id, c.is_current, j.academic_year, o.*
FROM marker_outcome AS o
JOIN marker_judgement AS j USING (marker_judgement_id)
JOIN cycle_judgement AS k USING (marker_judgement_id)
JOIN cycle AS c USING (cycle_id);

-- A school that is simply good, whatever its type, is above the region and no
-- more: no cell is flagged.
SELECT run_cycle(2023, allow_errors => true) \g /dev/null
SELECT ok((SELECT bool_and(p < 0.01) FROM marker_outcome JOIN marker USING (marker_id) WHERE code = 'mean_high' AND school_id = 3),
          'a good school is far above the region');
SELECT is((SELECT string_agg(m.aspect, ' ') FROM markers AS m WHERE m.school_id = 3 AND m.aspect <> 'level'), NULL, 'and nothing else');
SELECT is_empty('SELECT * FROM marker_cell WHERE is_flagged AND school_id = 3', 'which alone flags no cell');
UPDATE rule_set SET marker_preset_id = (find_marker_preset('federal')).marker_preset_id;
SELECT run_cycle(2023, allow_errors => true) \g /dev/null
SELECT is_empty('SELECT * FROM marker_cell WHERE is_flagged AND school_id = 3', 'nor by the federal rules');
SELECT is_empty('SELECT * FROM marker_list', 'whose list is empty');
UPDATE school_year SET school_type = 'lyceum' WHERE school_id = 3;
SELECT is((SELECT array_agg(DISTINCT reason) FROM judge_markers(ARRAY[:now, :grade_4], 'statistical') WHERE school_id = 3 AND marker IN ('mean_high', 'no_fail')),
          '{exempt}', 'a lyceum is not asked');

-- The list, with a school whose high result in grade 4 nothing confirms: good
-- in ВПР, weak in the exam.
UPDATE result SET score = greatest(score - 20, 0) WHERE school_id = 3 AND administration_id = :oge;
UPDATE school_year SET school_type = 'general' WHERE school_id = 3;
SELECT run_cycle(2023, allow_errors => true) \g /dev/null
SELECT results_eq('SELECT academic_year, school_id, rus_4, math_4, rus_5, math_5, marker_count FROM marker_list',
                  'VALUES (2023, 3, 0::bigint, 0::bigint, 0::bigint, 1::bigint, 1::bigint)', 'one not confirmed by the exam is in the list');
SELECT is((SELECT flagged_schools FROM markers_by_municipality AS b JOIN school AS s USING (municipality_id) WHERE s.school_id = 3 AND b.academic_year = 2023),
          1::bigint, 'and counted in its municipality');
SELECT is((SELECT sum(schools) FROM markers_by_municipality WHERE academic_year = 2023), 29::numeric, 'among those that wrote');
SELECT is_empty('SELECT * FROM markers_repeated', 'one year is no repetition');

-- In words: all a school's history, and in the view what asks for analysis.
SELECT bag_eq('SELECT academic_year, assessment, class, marker, status, what_is_seen, how_unusual, by_chance FROM school_marker_history(3) WHERE is_flagged',
              'SELECT academic_year, assessment, class, marker, status, what_is_seen, how_unusual, by_chance FROM markers WHERE school_id = 3',
              'what is flagged in the words of the view');
SELECT bag_eq($$SELECT what_is_seen FROM school_marker_history(3) WHERE what_is_seen ~ '^(средний балл|по ВПР)'$$,
              $$SELECT CASE m.code
                           WHEN 'mean_high' THEN 'средний балл ' || replace(round(o.value::numeric, 2)::text, '.', ',')
                               || ', у остальных школ региона ' || replace(round(o.expected::numeric, 2)::text, '.', ',')
                           ELSE 'по ВПР школа выше ' || replace(round(100 * o.value::numeric, 1)::text, '.', ',')
                               || ' % школ региона, по экзамену того же предмета — выше '
                               || replace(round(100 * o.expected::numeric, 1)::text, '.', ',') || ' %'
                       END AS what_is_seen
                FROM cycle_outcome AS o JOIN marker AS m USING (marker_id)
                WHERE o.is_current AND o.school_id = 3 AND o.reason IS NULL AND m.code IN ('mean_high', 'exam_gap')$$, 'numbers as a Russian reader writes them');
SELECT is((SELECT count(*) FILTER (WHERE num_nonnulls(what_is_seen, how_unusual, by_chance) <> CASE WHEN is_flagged THEN 3 ELSE 0 END)
           FROM school_markers), 0::bigint, 'the view words what is flagged');

-- Everybody's marks are below the journal's: absolute thresholds flag all, the
-- region is no sign of itself.
CREATE TEMP TABLE honest AS SELECT * FROM result;
UPDATE result SET journal_mark = least(mark + 1 + (hashtext(participant) & 1), 5) WHERE journal_mark IS NOT NULL AND mark < 5;
SELECT ok(pg_temp.judge('fioko_2026') > 29, 'everybody lowers: an absolute threshold flags the region');
SELECT pg_temp.judge('statistical') \g /dev/null
SELECT is((SELECT count(*) FROM verdict WHERE is_flagged AND marker IN ('journal_lower', 'journal_gap', 'journal_same')), 0::bigint,
          'by the region, nobody');
SELECT copy_marker_preset('fioko_2026', 'relative', 'К региону') \g /dev/null
UPDATE marker_rule SET threshold_kind = 'region', threshold = 4 WHERE marker_preset_id = (find_marker_preset('relative')).marker_preset_id;
SELECT pg_temp.judge('relative') \g /dev/null
SELECT is((SELECT count(*) FROM verdict WHERE is_flagged AND marker IN ('journal_lower', 'journal_gap')), 0::bigint, 'nor by a relative threshold');
UPDATE result SET journal_mark = mark WHERE journal_mark IS NOT NULL AND school_id <> 9;
UPDATE result SET journal_mark = least(mark + 1, 5) WHERE journal_mark IS NOT NULL AND school_id = 9;
SELECT pg_temp.judge('relative') \g /dev/null
SELECT is((SELECT array_agg(DISTINCT school_id) FROM verdict WHERE is_flagged AND marker = 'journal_lower'), '{9}', 'which finds who does alone');
UPDATE result AS r SET journal_mark = h.journal_mark FROM honest AS h
WHERE (r.administration_id, r.school_id, r.participant) = (h.administration_id, h.school_id, h.participant) AND r.school_id <> 9;
SELECT pg_temp.judge('statistical') \g /dev/null
SELECT is((SELECT array_agg(DISTINCT school_id) FROM verdict WHERE p < 0.001 AND marker = 'journal_lower'), '{9}', 'as the statistical one does');

-- Presets.
SELECT is((SELECT array_agg(code ORDER BY code) FROM marker_preset), '{federal,fioko_2026,relative,statistical}', 'presets');
SELECT is((SELECT count(DISTINCT administration_id) FROM judge_markers(ARRAY(SELECT administration_id FROM administration), 'federal')), 4::bigint,
          'the federal one judges its four assessments');
SELECT matches(error_of('SELECT judge_markers(ARRAY[1], ''none'')'), '^P0002\nнабор признаков не найден\n.*none.*\nИзвестны наборы: federal, fioko_2026',
               'an unknown preset');
SELECT matches(error_of('SELECT copy_marker_preset(''federal'', ''statistical'', ''x'')'), '^42710\n', 'a code that is taken');
SELECT copy_marker_preset('federal', 'copy', 'Копия') \g /dev/null
SELECT is((SELECT count(DISTINCT marker_preset_snapshot(marker_preset_id) - '{code,name,source,marker_preset_id}'::text[])
           FROM marker_preset WHERE code IN ('federal', 'copy')), 1::bigint, 'a copy has the same rules');
SELECT is_empty('SELECT * FROM judge_markers(NULL)', 'no administrations');
SELECT matches(error_of('SELECT judge_markers(ARRAY[1, 987, NULL, 986])'), '^P0002\nнет такого проведения процедуры\n.*: 986, 987, NULL\..*\nКлючи проведений',
    'unknown administrations are an error, not nothing');

-- However many processes there are, to the last digit.
SELECT pg_temp.judge('statistical') \g /dev/null
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT set_eq('SELECT * FROM judge_markers(ARRAY(SELECT administration_id FROM administration))', 'SELECT * FROM verdict',
              'one process judges as several do');
SET LOCAL max_parallel_workers_per_gather TO DEFAULT;

-- Cycles: the same input gives the same cycle, another threshold another.
UPDATE rule_set SET marker_preset_id = (find_marker_preset('statistical')).marker_preset_id;
SELECT cycle_id AS first FROM run_cycle(2023, allow_errors => true) \gset
SELECT is((SELECT cycle_id FROM run_cycle(2023, allow_errors => true)), :first, 'the same data: the same cycle');
UPDATE marker_rule SET min_sample = 200 WHERE marker_id = (SELECT marker_id FROM marker WHERE code = 'mean_high');
SELECT isnt((SELECT cycle_id FROM run_cycle(2023, allow_errors => true)), :first, 'another minimum: another cycle');
SELECT is((SELECT array_agg(DISTINCT status) FROM school_markers WHERE marker_code = 'mean_high'), '{"не оценён: мало участников"}', 'with its outcome');
SELECT bag_eq($$SELECT s.school_id, h.academic_year, h.assessment, h.class, h.marker, num_nulls(h.what_is_seen, h.how_unusual, h.by_chance) AS missing
                FROM school AS s CROSS JOIN LATERAL school_marker_history(s.school_id) AS h$$,
              $$SELECT o.school_id, o.academic_year, n.name AS assessment, o.class, m.name AS marker, CASE WHEN o.reason IS NULL THEN 0 ELSE 3 END AS missing
                FROM cycle_outcome AS o JOIN marker AS m USING (marker_id)
                JOIN administration AS a USING (administration_id) JOIN assessment AS n USING (assessment_id)
                WHERE o.is_current$$, 'histories have every marker, in words if it was judged');
SELECT ok(count(DISTINCT status) > 2, 'there are those with, without and not judged') FROM school_markers;
UPDATE result SET task_scores[1] = 1 - task_scores[1] WHERE administration_id = :now AND school_id = 9 AND participant = 'p1';
SELECT cycle_id AS third FROM run_cycle(2023, allow_errors => true) \gset
SELECT ok(:third > :first + 1, 'another item score, another');
SELECT ok((SELECT count(*) > 0 FROM cycle_outcome WHERE cycle_id = :first), 'earlier cycles stay as they were');
SELECT matches(error_of('DELETE FROM marker WHERE code = ''mean_high'''), '^23503\n', 'a marker that was judged stays');
DELETE FROM cycle WHERE cycle_id = :first;
SELECT is((SELECT count(*) FROM cycle_outcome WHERE cycle_id = :first), 0::bigint, 'a cycle takes its markers with it');
UPDATE rule_set SET marker_preset_id = NULL;
SELECT cycle_id AS bare FROM run_cycle(2023, allow_errors => true) \gset
SELECT is((SELECT count(*) FROM cycle_judgement WHERE cycle_id = :bare), 0::bigint, 'rules without a preset judge no markers');

-- Calibration: on controlled works no more alarms than asked for.
SELECT matches(error_of('SELECT calibrate_markers(''statistical'', ''own'', ''Свой'')'), '^P0002\nнет проведений под наблюдением', 'nothing is controlled');
UPDATE administration SET is_controlled = true WHERE administration_id IN (:rus, :rus_4);
SELECT matches(error_of('SELECT calibrate_markers(''statistical'', ''own'', ''Свой'', 1)'), '^22003\n', 'a rate of 1');
CREATE TEMP TABLE fitted AS SELECT * FROM calibrate_markers('statistical', 'own', 'Свой', 0.1);
SELECT pg_temp.judge('own') \g /dev/null
SELECT results_eq(
    format('SELECT v.marker, count(*)::integer, count(*) FILTER (WHERE is_flagged)::integer FROM verdict AS v JOIN fitted AS f USING (marker)
            WHERE v.reason IS NULL AND f.threshold IS NOT NULL AND v.administration_id IN (%s, %s) GROUP BY v.marker ORDER BY 1', :rus, :rus_4),
    'SELECT marker, tested, alarmed FROM fitted WHERE threshold IS NOT NULL ORDER BY marker COLLATE "C"', 'alarms are as many as it says');
SELECT is((SELECT bool_and(alarmed BETWEEN 1 AND tested / 10.0) FROM fitted WHERE threshold IS NOT NULL), true, 'no more than a tenth, and not none');
SELECT is((SELECT bool_and(abs(r.alarm_rate - c.alarmed::float8 / c.tested) < 1e-12 AND r.threshold = c.threshold) FROM marker_calibration AS c JOIN marker_rule AS r USING (marker_rule_id)
           WHERE c.threshold IS NOT NULL), true, 'the rule keeps the rate');

-- Tiny samples, any of them: no NaN, no infinity, and a reason wherever there is no value.
TRUNCATE result;
UPDATE marker_rule SET min_sample = 1, min_schools = 1;
DELETE FROM marker_rule_exempt;
SELECT setseed(0.5) \g /dev/null
INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark, journal_mark, task_scores)
SELECT a.administration_id, s, a.academic_year, 'p' || p, CASE WHEN s % 2 = 0 THEN (p % 2)::text ELSE '' END,
       CASE WHEN s % 5 > 0 THEN CASE WHEN s % 3 = 0 THEN 5 ELSE floor(random() * 16) END END,
       CASE WHEN s % 5 = 0 OR random() < 0.7 THEN 2 + floor(random() * 4) END,
       CASE WHEN random() < 0.6 THEN 2 + floor(random() * 4) END,
       CASE WHEN random() < 0.7 THEN CASE WHEN s % 4 = 0 THEN ARRAY[1, 0, 1] ELSE ARRAY[floor(random() * 2), nullif(floor(random() * 3), 2), floor(random() * 3)] END END
FROM administration AS a JOIN assessment AS n USING (assessment_id), generate_series(1, 25) AS s, generate_series(1, 1 + (s * a.administration_id) % 6) AS p
WHERE n.grade < 11 AND a.administration_id % 4 > 0;
CREATE TEMP TABLE tiny AS
SELECT p.code AS preset, v.* FROM marker_preset AS p, judge_markers(ARRAY(SELECT administration_id FROM administration), p.code) AS v;
SELECT ok((SELECT count(*) FILTER (WHERE reason IS NULL) > 500 FROM tiny), 'random samples of one to six pupils are judged');
SELECT is_empty($$SELECT * FROM tiny, unnest(ARRAY[value, expected, size, p, q]) AS x WHERE x IN ('NaN', 'Infinity', '-Infinity') OR p NOT BETWEEN 0 AND 1$$,
                'no NaN, no infinity');
SELECT is_empty('SELECT * FROM tiny WHERE reason IS NOT NULL AND (num_nonnulls(value, expected, size, p, q, direction) > 0 OR is_flagged)', 'nothing beside a reason');

-- Words.
SELECT is(ARRAY[number_text(0.3722, 'share'), number_text(-1.5, 'number'), number_text(12, 'count'), number_text(0.25, 'count'), number_text(NULL, 'share')],
          ARRAY['37,2 %', '-1,50', '12', '0,25', NULL], 'numbers to read');

SELECT * FROM finish();
ROLLBACK;
