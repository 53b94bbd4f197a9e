-- What a cycle says of schools in their context, against plain SQL over the
-- raw rows: index, groups, expected result, types, peers; and what happens
-- when there is no context, too little of it, or the same thing twice.
\ir include/warehouse.sql
BEGIN;
SELECT plan(71);
SET client_min_messages = error;

-- Sixty schools in two districts; the conditions get better with the number,
-- and so do the scores, but school 5 does well and school 55 badly.
INSERT INTO school (municipality_id, name)
SELECT m.municipality_id, format('Школа № %s', n)
FROM generate_series(5, 60) AS n
JOIN municipality AS m ON m.code = CASE WHEN n <= 30 THEN '01' ELSE '02' END
ORDER BY n;
SELECT open_year(2021), open_administration(2021, 'vpr', 'math', 5, max_score => 20) \g /dev/null
CREATE FUNCTION helper.dice(key bigint, sides integer)
RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN ((key * 7919 + 104729) % 1000003 * 31 % sides)::integer;
CREATE FUNCTION helper.id(indicator text)
RETURNS integer
LANGUAGE sql STABLE
RETURN (SELECT i.context_indicator_id FROM monitoring.context_indicator AS i WHERE i.code = id.indicator);
INSERT INTO result (administration_id, school_id, academic_year, score, mark, participant)
SELECT a.administration_id, s, a.academic_year, f.score,
       CASE WHEN f.score < 7 THEN 2 WHEN f.score < 11 THEN 3 WHEN f.score < 15 THEN 4 ELSE 5 END, format('p%s-%s', s, p)
FROM administration AS a
JOIN assessment AS n USING (assessment_id)
CROSS JOIN generate_series(1, 60) AS s
CROSS JOIN generate_series(1, 40) AS p
CROSS JOIN LATERAL (
    SELECT least(20, 2 + s / 8 + CASE s WHEN 5 THEN 8 WHEN 55 THEN -7 ELSE 0 END
                     + dice(a.administration_id * 1000000 + s * 1000 + p, 12)) AS score) AS f
WHERE n.fail_by = 'mark' AND p <= 10 + s % 7 * 5 AND s <> 60;
INSERT INTO school_context (school_id, context_indicator_id, academic_year, numerator, denominator)
SELECT s, id(i), y,
       CASE i WHEN 'both_parents_higher' THEN 20 + s + dice(s * 100 + y, 15) WHEN 'incomplete_families' THEN 80 - s + dice(s * 200 + y, 15)
              ELSE 15 - s / 5 + dice(s * 300 + y, 5) END, 100
FROM generate_series(1, 60) AS s, generate_series(2021, 2023) AS y,
     unnest(ARRAY['both_parents_higher', 'incomplete_families', 'registered_pupils']) AS i;
-- School 59 lacks one indicator of 2023 and has one of 2022; school 58 lacks
-- one of both years and has no index.
DELETE FROM school_context WHERE school_id = 59 AND academic_year = 2023 AND context_indicator_id = id('registered_pupils');
DELETE FROM school_context WHERE school_id = 58 AND academic_year > 2021 AND context_indicator_id = id('registered_pupils');

-- Two numbers that differ by rounding only.
CREATE FUNCTION helper.near(a double precision, b double precision, tolerance double precision DEFAULT 1e-9)
RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN a IS NULL OR b IS NULL THEN a IS NULL AND b IS NULL
            ELSE abs(a - b) <= tolerance * greatest(1, abs(a), abs(b)) END;

-- Without thresholds nothing but the list is made.
UPDATE context_rule SET is_automatic = false;
SELECT cycle_id AS bare FROM run_cycle(2023) \gset
SELECT is((SELECT count(*) FROM context_outcome), 0::bigint, 'without thresholds a cycle has no context');
UPDATE context_rule SET is_automatic = true;
SELECT cycle_id AS before FROM run_cycle(2022) \gset
SELECT cycle_id AS own FROM run_cycle(2023) \gset
SELECT isnt(:own, :bare, 'context makes another cycle');
SELECT is((SELECT cycle_id FROM run_cycle(2023)), :own, 'the same data give the same cycle');
SELECT is((SELECT ROW(a.in_list, a.risk_zone)::text FROM cycle AS a WHERE cycle_id = :own),
          (SELECT ROW(a.in_list, a.risk_zone)::text FROM cycle AS a WHERE cycle_id = :bare), 'context changes no list');
SELECT is((SELECT array_agg(school_id ORDER BY school_id) FROM context_outcome WHERE cycle_id = :own AND index_z IS NULL), ARRAY[58], 'an indicator is missing');
SELECT is((SELECT ROW(outcome_type, conditions, cluster, fail_share IS NULL)::text FROM context_outcome WHERE cycle_id = :own AND school_id = 58),
          '(,,,f)', 'then there is no index, no group, no type, but the result');

-- The index: mean of three z-scores, then 50 + 10 z.
CREATE TEMP VIEW oracle_value AS
SELECT DISTINCT ON (school_id, context_indicator_id) school_id, context_indicator_id, value,
       CASE WHEN context_indicator_id = id('both_parents_higher') THEN 1 ELSE -1 END AS sign
FROM school_context
WHERE academic_year BETWEEN 2022 AND 2023
ORDER BY school_id, context_indicator_id, academic_year DESC;
CREATE TEMP VIEW oracle_z AS
SELECT v.school_id, v.context_indicator_id, v.sign * (v.value - r.mean) / r.sd AS z
FROM oracle_value AS v
JOIN (SELECT context_indicator_id, avg(value) AS mean, stddev_samp(value) AS sd FROM oracle_value GROUP BY 1) AS r USING (context_indicator_id);
CREATE TEMP TABLE oracle_index AS
SELECT c.school_id, c.composite, (c.composite - avg(c.composite) OVER ()) / stddev_samp(c.composite) OVER () AS z
FROM (SELECT school_id, avg(z) AS composite FROM oracle_z GROUP BY school_id HAVING count(*) = 3) AS c;
SELECT is((SELECT count(*) FROM context_outcome AS o JOIN oracle_index AS i USING (school_id)
           WHERE o.cycle_id = :own AND near(o.composite, i.composite) AND near(o.index_z, i.z) AND near(o.index_value, 50 + 10 * i.z)),
          59::bigint, 'the index of every school');
SELECT is((SELECT count(*) FROM context_outcome AS o JOIN oracle_index AS i USING (school_id)
           WHERE o.cycle_id = :own AND near(o.index_rank, ((SELECT count(*) FROM oracle_index AS l WHERE l.z < i.z) + 0.5) / 59)),
          59::bigint, 'and its rank');
SELECT is((SELECT array_agg(value ORDER BY place) FROM context_outcome, unnest(component_values::double precision[]) WITH ORDINALITY AS v (value, place)
           WHERE cycle_id = :own AND school_id = 59),
          (SELECT array_agg(v.value ORDER BY c.place) FROM oracle_value AS v JOIN welfare_component AS c USING (context_indicator_id)
           JOIN welfare_index AS w USING (welfare_index_id) WHERE w.code = 'isbsh' AND v.school_id = 59), 'the values are kept, last year''s where need be');
SELECT results_eq(format($$SELECT indicator_code, sign, schools, round(mean::numeric, 10), round(sd::numeric, 10) FROM welfare_index_profile WHERE cycle_id = %s ORDER BY place$$, :own),
    $$SELECT i.code, v.sign, count(*), round(avg(v.value)::numeric, 10), round(stddev_samp(v.value)::numeric, 10)
      FROM oracle_value AS v JOIN context_indicator AS i USING (context_indicator_id) GROUP BY i.code, v.sign ORDER BY i.code$$, 'what it is made of');

-- Groups: no other division of the index into five has a smaller sum of
-- squares; moving one border by one school makes it larger.
SELECT is((SELECT clusters FROM welfare_run WHERE cycle_id = :own), 5, 'five groups');
CREATE TEMP TABLE ordered AS
SELECT row_number() OVER (ORDER BY o.index_z) AS rank, o.index_z, k.position
FROM context_outcome AS o JOIN context_cluster AS k ON (k.cycle_id, k.label) = (o.cycle_id, o.cluster)
WHERE o.cycle_id = :own;
SELECT is((SELECT count(*) FROM (SELECT position < lag(position) OVER (ORDER BY rank) AS falls FROM ordered) AS f WHERE falls), 0::bigint, 'groups are intervals of the index');
CREATE FUNCTION helper.cost(borders bigint[])
RETURNS double precision
LANGUAGE sql STABLE
AS $$
    SELECT sum(g.n * g.v) FROM (
        SELECT count(*) AS n, var_pop(index_z) AS v FROM ordered GROUP BY width_bucket(rank::integer, borders::integer[])) AS g
$$;
SELECT array_agg(rank ORDER BY rank) AS borders
FROM (SELECT rank, position > lag(position) OVER (ORDER BY rank) AS begins FROM ordered) AS f WHERE begins \gset
SELECT is((SELECT count(*) FROM (
               SELECT cost(array_agg(x + CASE WHEN n = b THEN d ELSE 0 END ORDER BY n)) AS moved
               FROM unnest(:'borders'::bigint[]) WITH ORDINALITY AS t (x, n), generate_series(1, 4) AS b, unnest(ARRAY[-2, -1, 1, 2]) AS d
               GROUP BY b, d) AS m
           WHERE m.moved < cost(:'borders'::bigint[]) - 1e-9), 0::bigint, 'no border moved by a school or two makes them tighter');
SELECT is((SELECT count(*) FROM context_cluster AS k
           JOIN (SELECT cluster, count(*) AS n, avg(index_z) AS mean, min(index_z) AS low, max(index_z) AS high,
                        sum(failed)::double precision / sum(participants) AS share
                 FROM context_outcome WHERE cycle_id = :own GROUP BY cluster) AS o ON o.cluster = k.label
           WHERE k.cycle_id = :own AND k.schools = o.n AND near(k.index_mean, o.mean) AND k.index_low = o.low AND k.index_high = o.high AND near(k.fail_share, o.share)),
          5::bigint, 'their means');
SELECT is((SELECT count(*) FROM context_cluster_profile AS p
           JOIN (SELECT o.cluster, v.context_indicator_id, avg(v.value) AS mean
                 FROM context_outcome AS o JOIN oracle_value AS v USING (school_id) WHERE o.cycle_id = :own AND o.cluster IS NOT NULL GROUP BY 1, 2) AS o
             USING (cluster, context_indicator_id)
           WHERE p.cycle_id = :own AND near(p.mean, o.mean)), 15::bigint, 'and what they mean in the indicators themselves');
SELECT is((SELECT array_agg(label ORDER BY position) FROM context_cluster WHERE cycle_id = :before), ARRAY[1, 2, 3, 4, 5], 'numbered from the hardest on at first');
SELECT is((SELECT bool_and(is_matched) FROM context_cluster WHERE cycle_id = :own), true, 'then matched');
SELECT is((SELECT bool_or(is_matched) FROM context_cluster WHERE cycle_id = :before), false, 'the first have nothing to match');

-- Expected results: weighted least squares in closed form.
SELECT results_eq(
    format('SELECT school_id, participants, failed FROM context_outcome WHERE cycle_id = %s AND participants IS NOT NULL ORDER BY school_id', :own),
    $$SELECT school_id, count(*), count(*) FILTER (WHERE mark = 2) FROM result WHERE academic_year = 2023 GROUP BY school_id ORDER BY school_id$$, 'failures of the year');
SELECT is((SELECT count(*) FROM context_outcome AS o
           JOIN (SELECT r.school_id, avg((r.score - a.mean) / a.sd) AS mean_result
                 FROM result AS r
                 JOIN (SELECT administration_id, avg(score)::double precision AS mean, stddev_samp(score)::double precision AS sd
                       FROM result WHERE academic_year = 2023 GROUP BY 1) AS a USING (administration_id)
                 GROUP BY r.school_id) AS m USING (school_id)
           WHERE o.cycle_id = :own AND near(o.mean_result, m.mean_result)), 59::bigint, 'mean results, each work in its own deviations');
CREATE TEMP TABLE oracle_fit AS
WITH point AS (
    SELECT i.school_id, i.z AS x, r.failed::double precision / r.n AS y, r.n::double precision AS w
    FROM oracle_index AS i
    JOIN (SELECT school_id, count(*) AS n, count(*) FILTER (WHERE mark = 2) AS failed FROM result WHERE academic_year = 2023 GROUP BY 1) AS r USING (school_id)
), centre AS (
    SELECT sum(w) AS sw, sum(w * x) / sum(w) AS mx, sum(w * y) / sum(w) AS my FROM point
), line AS (
    SELECT c.*, sum(p.w * (p.x - c.mx) * (p.y - c.my)) / sum(p.w * (p.x - c.mx) ^ 2) AS slope, sum(p.w * (p.x - c.mx) ^ 2) AS sxx,
           sum(p.w * (p.y - c.my) ^ 2) AS syy, count(*) AS n
    FROM centre AS c, point AS p GROUP BY c.sw, c.mx, c.my
), off AS (
    SELECT p.*, l.*, l.my + l.slope * (p.x - l.mx) AS fitted, p.w * (1 / l.sw + (p.x - l.mx) ^ 2 / l.sxx) AS h FROM point AS p, line AS l
), summed AS (
    SELECT sum(w * (y - fitted) ^ 2) AS sse FROM off
)
SELECT o.school_id, o.slope, o.n, o.fitted, o.y - o.fitted AS residual, 1 - s.sse / o.syy AS r2,
       sqrt(o.w) * (o.y - o.fitted) / sqrt((1 - o.h) * (s.sse - o.w * (o.y - o.fitted) ^ 2 / (1 - o.h)) / (o.n - 3)) AS t
FROM off AS o, summed AS s;
SELECT is((SELECT count(*) FROM expected_outcome AS e JOIN oracle_fit AS f USING (school_id)
           WHERE e.cycle_id = :own AND e.outcome = 'fail_share' AND e.predictors = 'index'
             AND near(e.expected, f.fitted) AND near(e.residual, f.residual) AND near(e.studentised, f.t, 1e-8)
             AND e.expected_low < e.expected AND e.expected < e.expected_high
             AND near(e.expected - e.expected_low, e.expected_high - e.expected)),
          58::bigint, 'expected, residual, studentised residual');
SELECT is((SELECT near(f.r2, o.r2) AND near((f.coefficients::double precision[])[2], o.slope) AND f.schools = o.n
           FROM context_fit AS f, (SELECT DISTINCT r2, slope, n FROM oracle_fit) AS o
           WHERE f.cycle_id = :own AND f.outcome = 'fail_share' AND f.predictors = 'index'), true, 'how much the index explains');
SELECT is((SELECT count(*) FROM context_fit WHERE cycle_id = :own), 4::bigint, 'two results by the index and by all indicators');
SELECT is((SELECT g.r2 >= f.r2 FROM context_fit AS f JOIN context_fit AS g USING (cycle_id, outcome)
           WHERE cycle_id = :own AND outcome = 'fail_share' AND f.predictors = 'index' AND g.predictors = 'indicators'), true, 'all indicators explain no less');
SELECT is((SELECT count(*) FROM context_outcome AS o JOIN welfare_run AS r USING (cycle_id)
           WHERE o.cycle_id = :own AND o.fail_share IS NOT NULL AND near(o.shrunken_share, (o.failed + r.alpha) / (o.participants + r.alpha + r.beta))), 59::bigint, 'shares drawn towards the mean');

-- Types.
SELECT is((SELECT count(*) FROM (
        SELECT o.*, s.in_list, 100 * o.index_rank <= 33 AS hard, 100 * o.index_rank >= 33 AS good,
               100 * (count(*) FILTER (WHERE o.shrunken_share IS NOT NULL) OVER (ORDER BY o.shrunken_share) - 0.5) / 59 <= 50 AS better
        FROM context_outcome AS o JOIN school_outcome AS s USING (cycle_id, school_id)
        WHERE o.cycle_id = :own) AS t
    WHERE t.outcome_type IS NOT DISTINCT FROM CASE
        WHEN t.index_rank IS NULL OR t.fail_share IS NULL THEN NULL
        WHEN t.hard AND t.in_list THEN 'shnor_hard' WHEN t.in_list THEN 'underperforming'
        WHEN t.hard AND t.better THEN 'resilient' WHEN t.better THEN 'strong' ELSE 'middle' END), 60::bigint, 'types by the thresholds');
SELECT is((SELECT outcome_type FROM context_outcome WHERE cycle_id = :own AND school_id = 5), 'resilient', 'the school that does well in hard conditions');
SELECT is((SELECT outcome_type FROM context_outcome WHERE cycle_id = :own AND school_id = 55), 'underperforming', 'the one that does badly in good ones');
SELECT is((SELECT outcome_type FROM context_outcome WHERE cycle_id = :own AND school_id = 60), NULL, 'no results, no type');
SELECT is((SELECT ROW(resilient_years, is_resilient)::text FROM resilient_school WHERE school_id = 5), '(2,t)', 'two years of three are steady');
SELECT is((SELECT resilient_years FROM context_outcome WHERE cycle_id = :before AND school_id = 5), 1, 'one is not yet');
SELECT is((SELECT count(*) FROM shnor_in_context), (SELECT count(*) FROM shnor_list), 'the list in context is the list');
SELECT is((SELECT ROW(shnor_hard, resilient, underperforming, strong, middle, typed)::text FROM context_summary WHERE cycle_id = :own),
          (SELECT ROW(count(*) FILTER (WHERE outcome_type = 'shnor_hard'), count(*) FILTER (WHERE outcome_type = 'resilient'),
                      count(*) FILTER (WHERE outcome_type = 'underperforming'), count(*) FILTER (WHERE outcome_type = 'strong'),
                      count(*) FILTER (WHERE outcome_type = 'middle'), count(outcome_type))::text
           FROM context_outcome WHERE cycle_id = :own), 'summed up');

-- Peers by brute force.
SELECT results_eq(
    'SELECT school_id, place, peer_school_id FROM school_peer ORDER BY school_id, place',
    format($$SELECT * FROM (
        SELECT o.school_id, row_number() OVER (PARTITION BY o.school_id ORDER BY abs(p.index_z - o.index_z), p.school_id)::integer AS place, p.school_id
        FROM context_outcome AS o JOIN context_outcome AS p USING (cycle_id)
        WHERE cycle_id = %s AND o.index_z IS NOT NULL AND p.index_z IS NOT NULL AND p.fail_share IS NOT NULL AND p.school_id <> o.school_id) AS n
        WHERE place <= 10 ORDER BY 1, 2$$, :own), 'the ten nearest in context of every school');

-- Old scales: what was computed can be computed again, whatever changed since.
CREATE TEMP TABLE past AS SELECT school_id, index_value FROM context_outcome WHERE cycle_id = :own;
UPDATE school_context SET numerator = 0 WHERE school_id = 1 AND academic_year = 2023;
SELECT is((SELECT count(*) FROM past AS p JOIN welfare_on_scale(:own) AS s USING (school_id) WHERE p.index_value IS NOT DISTINCT FROM s.index_value
           OR near(p.index_value, s.index_value, 1e-12)), 60::bigint, 'a past index from the values kept with it');
SELECT cycle_id AS corrected FROM run_cycle(2023) \gset
SELECT isnt(:corrected, :own, 'a correction of context makes a new cycle');
SELECT is((SELECT index_value FROM welfare_on_scale(:own) WHERE school_id = 1) <> (SELECT index_value FROM context_outcome WHERE cycle_id = :corrected AND school_id = 1),
          true, 'with another index');
SELECT is((SELECT near(s.index_value, 50 + 10 * (avg(p.sign * (k.value - p.mean) / p.sd) - w.mean) / w.sd)
           FROM welfare_on_scale(:own, 2022) AS s
           JOIN school_context AS k ON k.school_id = s.school_id AND k.academic_year = 2022
           JOIN welfare_run_component AS p USING (context_indicator_id)
           JOIN welfare_run AS w USING (welfare_run_id)
           WHERE w.cycle_id = :own AND s.school_id = 7
           GROUP BY s.index_value, w.mean, w.sd), true, 'another year on the scale of this one');

-- Every normalisation and way to combine; the recomputation agrees with each.
CREATE FUNCTION helper.run_with(change text, OUT cycle integer, OUT schools bigint, OUT recomputed bigint, OUT nan bigint)
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE 'UPDATE monitoring.welfare_index SET ' || change || $q$ WHERE code = 'isbsh'$q$;
    cycle := (SELECT c.cycle_id FROM run_cycle(2023) AS c);
    SELECT count(o.index_value), count(*) FILTER (WHERE near(o.index_value, s.index_value, 1e-10)),
           count(*) FILTER (WHERE 'NaN' IN (o.index_value, o.composite, o.index_z, o.silhouette))
    INTO schools, recomputed, nan
    FROM monitoring.context_outcome AS o LEFT JOIN welfare_on_scale(cycle) AS s USING (school_id)
    WHERE o.cycle_id = cycle;
END
$$;
-- Three groups after five: those of the five that are nearest, all pairings
-- tried, keep their numbers.
SELECT is((SELECT r.schools FROM run_with('clusters = 3') AS r), 59::bigint, 'three groups after five');
CREATE TEMP VIEW group_of_2023 AS
SELECT k.* FROM context_cluster AS k JOIN cycle AS c USING (cycle_id) WHERE c.is_current AND c.result_year = 2023;
SELECT is((SELECT array_agg(label ORDER BY position) FROM group_of_2023),
          (SELECT ARRAY[a.label, b.label, d.label]
           FROM context_cluster AS a, context_cluster AS b, context_cluster AS d,
                (SELECT array_agg(index_mean ORDER BY position) AS m FROM group_of_2023) AS n
           WHERE a.cycle_id = :before AND b.cycle_id = :before AND d.cycle_id = :before
             AND a.label <> b.label AND a.label <> d.label AND b.label <> d.label
           ORDER BY abs(a.index_mean - n.m[1]) + abs(b.index_mean - n.m[2]) + abs(d.index_mean - n.m[3]) LIMIT 1),
          'keep the numbers of the nearest');
SELECT is((SELECT r.schools FROM run_with('clusters = 7') AS r), 59::bigint, 'seven groups after five');
SELECT is((SELECT array_agg(label ORDER BY label) FROM group_of_2023), ARRAY[1, 2, 3, 4, 5, 6, 7], 'the two new ones have new numbers');
SELECT is((SELECT count(*) FROM group_of_2023 WHERE is_matched = (label <= 5)), 7::bigint, 'and say so');
SELECT is((SELECT ROW(r.schools, r.recomputed, r.nan)::text FROM run_with(v) AS r), '(59,60,0)', v)
FROM unnest(ARRAY[
    $$normalisation = 'min_max'$$, $$normalisation = 'percentile_rank'$$, $$normalisation = 'z', output_scale = 'percent'$$,
    $$output_scale = 'z', cluster_by = 'quantile'$$, $$cluster_by = 'k_means', clusters = 3$$,
    $$combine = 'principal_component', cluster_by = 'optimal', clusters = 2, clusters_max = 6$$]) AS v;
SELECT is((SELECT ROW(r.schools, r.recomputed, r.nan)::text FROM run_with(v) AS r), '(60,60,0)', v)
FROM unnest(ARRAY[
    $$missing = 'mean', min_present = 2$$,
    $$combine = 'weighted_mean', missing = 'renormalise', min_present = 2, clusters_max = NULL, clusters = 5, output_scale = 't'$$]) AS v;
SELECT is((SELECT near(o.composite, avg(p.sign * (k.value - p.mean) / p.sd))
           FROM context_outcome AS o
           JOIN cycle AS c USING (cycle_id)
           JOIN welfare_run AS w USING (cycle_id)
           JOIN welfare_run_component AS p USING (welfare_run_id)
           JOIN school_context AS k ON (k.context_indicator_id, k.school_id, k.academic_year) = (p.context_indicator_id, o.school_id, 2023)
           WHERE c.is_current AND c.result_year = 2023 AND o.school_id = 58
           GROUP BY o.composite), true, 'weights are divided between the indicators present');
SELECT is((SELECT ROW(r.schools, r.recomputed)::text FROM run_with($$min_present = 3$$) AS r), '(59,60)', 'but three are needed now');

-- The first component of two indicators is known in closed form.
DELETE FROM welfare_component AS c USING welfare_index AS w
WHERE w.welfare_index_id = c.welfare_index_id AND w.code = 'isbsh' AND c.context_indicator_id = id('registered_pupils');
SELECT is((SELECT ROW(r.schools, r.recomputed, r.nan)::text
           FROM run_with($$combine = 'principal_component', missing = 'require', min_present = 1$$) AS r), '(60,60,0)', 'two indicators');
SELECT is((SELECT near(r.variance_share, (1 + abs(corr.r)) / 2) AND near(r.next_share, (1 - abs(corr.r)) / 2)
           FROM context_summary AS r
           CROSS JOIN (SELECT corr(a.value, b.value) AS r FROM school_context AS a JOIN school_context AS b USING (school_id, academic_year)
                       WHERE academic_year = 2023 AND a.context_indicator_id = id('both_parents_higher') AND b.context_indicator_id = id('incomplete_families')) AS corr
           WHERE r.is_current AND r.result_year = 2023), true, 'their share of variance is (1 + |r|) / 2');
SELECT is((SELECT array_agg(round(loading::numeric, 9) ORDER BY place) FROM welfare_index_profile WHERE result_year = 2023), ARRAY[0.707106781, 0.707106781],
          'their loadings are equal, and higher is better');

-- The same indicator under two names: the index stands, the regression on
-- both says why it cannot be.
INSERT INTO context_indicator (code, topic, name, unit, kind, numerator, denominator, denominator_role, direction, source)
SELECT 'twin', topic, name || ' (копия)', unit, kind, numerator, denominator, denominator_role, direction, 'пример'
FROM context_indicator WHERE code = 'incomplete_families';
INSERT INTO school_context (school_id, context_indicator_id, academic_year, numerator, denominator)
SELECT school_id, id('twin'), academic_year, numerator, denominator FROM school_context WHERE context_indicator_id = id('incomplete_families');
INSERT INTO welfare_component (welfare_index_id, context_indicator_id, place, sign)
SELECT welfare_index_id, id('twin'), 3, -1 FROM welfare_index WHERE code = 'isbsh';
SELECT is((SELECT ROW(r.schools, r.recomputed, r.nan)::text FROM run_with($$combine = 'principal_component'$$) AS r), '(60,60,0)', 'collinear indicators have a component');
SELECT is((SELECT string_agg(f.outcome || ' ' || f.predictors, ', ' ORDER BY f.outcome) FROM context_fit AS f JOIN cycle AS c USING (cycle_id)
           WHERE c.is_current AND c.result_year = 2023), 'fail_share index, mean_result index', 'but only the index predicts');
-- A constant one takes no part.
UPDATE school_context SET numerator = 10 WHERE context_indicator_id = id('twin');
SELECT is((SELECT ROW(r.schools, r.recomputed, r.nan)::text FROM run_with($$combine = 'weighted_mean'$$) AS r), '(60,60,0)', 'a constant indicator');
SELECT is((SELECT array_agg(takes_part ORDER BY place) FROM welfare_index_profile WHERE result_year = 2023), ARRAY[true, true, false], 'takes no part');
SELECT is((SELECT count(*) FROM check_context_constant(2023)), 1::bigint, 'and a check says so');

-- One number for all, one school, fewer values than groups.
UPDATE school_context SET numerator = 10;
SELECT is((SELECT ROW(r.schools, r.nan)::text FROM run_with($$clusters = 5$$) AS r), '(0,0)', 'nothing tells schools apart: no index');
SELECT is((SELECT count(*) FROM context_outcome AS o JOIN cycle AS c USING (cycle_id)
           WHERE c.is_current AND c.result_year = 2023 AND o.fail_share IS NOT NULL AND o.outcome_type IS NULL), 59::bigint, 'results without a type');
UPDATE school_context SET numerator = school_id % 3 WHERE context_indicator_id = id('incomplete_families');
SELECT is((SELECT r.schools FROM run_with($$clusters = 5$$) AS r), 60::bigint, 'three values');
SELECT is((SELECT clusters FROM context_summary WHERE is_current AND result_year = 2023), 3, 'make three groups, not five');
DELETE FROM school_context WHERE school_id <> 1;
SELECT is((SELECT ROW(r.schools, r.nan)::text FROM run_with($$missing = 'require'$$) AS r), '(0,0)', 'one school has no index');
SELECT is((SELECT count(*) FROM context_outcome AS o JOIN cycle AS c USING (cycle_id) WHERE c.is_current AND c.result_year = 2023), 1::bigint, 'but its row');

-- An index that cannot be made leaves the list alone.
SELECT is((SELECT count(*) FROM cycle WHERE result_year = 2023 AND in_list <> (SELECT in_list FROM cycle AS b WHERE b.cycle_id = :bare)), 0::bigint,
          'all along the list was the same');
DELETE FROM school_context;
SELECT is((SELECT cycle_id FROM run_cycle(2023)) > 0, true, 'without context again');
SELECT is((SELECT count(*) FROM school_in_context WHERE is_latest), 0::bigint, 'the views are empty');
DELETE FROM cycle;
SELECT is((SELECT count(*) FROM context_outcome) + (SELECT count(*) FROM expected_outcome) + (SELECT count(*) FROM welfare_run), 0::bigint, 'outcomes go with their cycle');

SELECT * FROM finish();
ROLLBACK;
