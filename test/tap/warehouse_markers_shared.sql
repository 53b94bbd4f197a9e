-- A region's year is judged once for all cycles that find the same in it: what
-- a cycle has is always what judging everything anew gives.
\ir include/warehouse.sql
\ir include/markers.sql
BEGIN;
SELECT plan(29);
\set seed 20261122
SELECT diag('seed ' || :'seed');
SELECT add_schools(24) \g /dev/null
WITH added AS (INSERT INTO region (code, name) VALUES ('98', 'Край') RETURNING region_id)
INSERT INTO municipality (region_id, code, name) SELECT region_id, '01', 'Третий район' FROM added;
INSERT INTO school (municipality_id, name) SELECT (SELECT max(municipality_id) FROM municipality), 'Лицей № ' || n FROM generate_series(1, 24) AS n;
SELECT administration(2022, 'vpr', 'math', 5) AS before, administration(2023, 'vpr', 'math', 5) AS now \gset
SELECT write_works(:seed, a, 1, 48, 12) FROM unnest(ARRAY[:before, :now]) AS a \g /dev/null

-- Region and year of the judgements that a cycle added to those there are.
CREATE TEMP TABLE known AS SELECT marker_judgement_id FROM marker_judgement;
CREATE FUNCTION pg_temp.new_judgements(result_year integer)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    added text;
BEGIN
    PERFORM run_cycle(result_year, allow_errors => true);
    SELECT string_agg(g.code || ' ' || j.academic_year, ', ' ORDER BY g.code, j.academic_year) INTO added
    FROM marker_judgement AS j JOIN region AS g USING (region_id)
    WHERE j.marker_judgement_id NOT IN (SELECT k.marker_judgement_id FROM known AS k);
    INSERT INTO known SELECT j.marker_judgement_id FROM marker_judgement AS j EXCEPT TABLE known;
    RETURN added;
END
$$;
-- What the current cycle of a year has otherwise than judge_markers does.
CREATE FUNCTION pg_temp.differences(result_year integer)
RETURNS bigint
LANGUAGE sql
AS $$
    WITH own AS (
        SELECT j.region_id, o.administration_id, j.academic_year, o.school_id, m.code, o.class, o.sample, o.value, o.expected, o.size,
               o.direction, o.p, o.q, o.is_flagged, o.reason
        FROM cycle AS c
        JOIN cycle_judgement AS k USING (cycle_id)
        JOIN marker_judgement AS j USING (marker_judgement_id)
        JOIN marker_outcome AS o USING (marker_judgement_id)
        JOIN marker AS m USING (marker_id)
        WHERE c.is_current AND c.result_year = differences.result_year
    ), anew AS (
        SELECT v.* FROM judge_markers(ARRAY(SELECT a.administration_id FROM administration AS a
                                            WHERE a.academic_year BETWEEN result_year - 2 AND result_year)) AS v
    )
    SELECT count(*) + CASE WHEN EXISTS (SELECT FROM anew) THEN 0 ELSE 1 END
    FROM ((TABLE own EXCEPT ALL TABLE anew) UNION ALL (TABLE anew EXCEPT ALL TABLE own)) AS d;
$$;

SELECT is(pg_temp.new_judgements(2022), '98 2022, 99 2022', 'the first cycle judges every region');
SELECT is(pg_temp.differences(2022), 0::bigint, 'as judge_markers does');
SELECT is(pg_temp.new_judgements(2023), '98 2023, 99 2023', 'the next year''s cycle judges its own year');
SELECT is(pg_temp.differences(2023), 0::bigint, 'and has both');
SELECT is((SELECT count(*) FROM cycle_judgement), 6::bigint, 'the year before is shared');
SELECT results_eq('SELECT academic_year, count(DISTINCT cycle_id), min(result_year) FROM school_markers JOIN cycle USING (cycle_id) GROUP BY 1 ORDER BY 1',
                  'VALUES (2022, 1::bigint, 2022), (2023, 1, 2023)', 'and shown once, by its own cycle');

-- Each thing a judgement depends on, changed in the second region.
UPDATE result SET score = score - 1, mark = greatest(mark - 1, 2) WHERE administration_id = :now AND school_id = 30 AND participant = 'p1';
SELECT is(pg_temp.new_judgements(2023), '98 2023', 'a score: its region and year');
SELECT is(pg_temp.differences(2023), 0::bigint, 'judged as everything anew');
UPDATE result SET journal_mark = 7 - journal_mark WHERE administration_id = :before AND school_id = 31 AND participant = 'p1';
SELECT is(pg_temp.new_judgements(2023), '98 2022, 98 2023', 'a result of the year before: the change since then too');
SELECT is(pg_temp.differences(2023), 0::bigint, 'judged as everything anew');
SELECT is(pg_temp.new_judgements(2022), NULL, 'which the cycle of that year finds done');
SELECT is(pg_temp.differences(2022), 0::bigint, 'and has');
UPDATE result SET task_scores[1] = 1 - task_scores[1] WHERE administration_id = :now AND school_id = 30 AND participant = 'p2';
SELECT is(pg_temp.new_judgements(2023), '98 2023', 'an item score');
INSERT INTO school_year (school_id, academic_year, school_type) VALUES (40, 2023, 'lyceum');
SELECT is(pg_temp.new_judgements(2023), '98 2023', 'the type of a school');
UPDATE administration SET cut_4 = cut_4 + 1 WHERE administration_id = :before;
SELECT is(pg_temp.new_judgements(2023), '98 2022, 98 2023, 99 2022, 99 2023', 'a cut: all regions, from that year on');
SELECT is(pg_temp.differences(2023), 0::bigint, 'judged as everything anew');
UPDATE administration SET cut_4 = cut_4 - 1 WHERE administration_id = :before;
SELECT is(pg_temp.new_judgements(2023), NULL, 'the former cut again: what was judged before is valid again');
SELECT is(pg_temp.differences(2023), 0::bigint, 'and is as everything anew');
UPDATE school SET municipality_id = (SELECT max(municipality_id) FROM municipality) WHERE school_id = 24;
SELECT is(pg_temp.new_judgements(2023), '98 2022, 98 2023, 99 2022, 99 2023', 'a school in another region: both regions');
SELECT is(pg_temp.differences(2023), 0::bigint, 'judged as everything anew');
UPDATE marker_rule SET min_sample = min_sample + 2 WHERE marker_id = (SELECT marker_id FROM marker WHERE code = 'mean_high');
SELECT is(pg_temp.new_judgements(2023), '98 2022, 98 2023, 99 2022, 99 2023', 'a threshold: everything');
SELECT is(pg_temp.differences(2023), 0::bigint, 'judged as everything anew');
DELETE FROM result WHERE administration_id = :now AND school_id >= 24;
SELECT is(pg_temp.new_judgements(2023), NULL, 'a region that has no results any more');
SELECT is(pg_temp.differences(2023), 0::bigint, 'judged as everything anew');

-- Judgements go with the last cycle that has them.
SELECT is(
    (SELECT count(*) FROM marker_judgement AS j WHERE NOT EXISTS (SELECT FROM cycle_judgement AS k WHERE k.marker_judgement_id = j.marker_judgement_id)),
    0::bigint, 'every judgement is of some cycle');
DELETE FROM cycle WHERE NOT is_current;
SELECT set_eq('SELECT marker_judgement_id FROM marker_judgement', 'SELECT marker_judgement_id FROM cycle_judgement', 'with the cycles go the judgements only they had');
SELECT set_eq('SELECT marker_judgement_id FROM marker_outcome', 'SELECT marker_judgement_id FROM marker_judgement', 'and their outcomes');
SELECT is(pg_temp.differences(2023), 0::bigint, 'what the current cycles have stays');
TRUNCATE cycle CASCADE;
SELECT is((SELECT count(*) FROM marker_judgement) + (SELECT count(*) FROM marker_run) + (SELECT count(*) FROM marker_outcome), 0::bigint,
          'with all cycles go all judgements');

SELECT * FROM finish();
ROLLBACK;
