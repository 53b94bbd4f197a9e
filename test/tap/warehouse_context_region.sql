-- The context step of run_cycle against R on the made-up region: index, groups,
-- expected share of failures and their deviations, the first component. R made
-- test/data/context_region_*.csv of the rows this file loads; the functions
-- alone are in test/sql/context_region.sql. Run in the repository's top folder.
\ir include/warehouse.sql
SELECT plan(16);
SET client_min_messages = error;

CREATE TEMP TABLE line (
    school integer, participants integer, failed integer, remoteness text, economic_potential text, cultural_resources text,
    equipment text, staff_deficit text, incomplete_families text, troubled_families text, low_income_families text,
    low_parent_education text, behaviour_problems text, health_problems text, special_needs text, non_native_russian text,
    both_parents_higher text, registered_pupils text);
CREATE TEMP TABLE wanted_number (quantity text, place integer, value double precision);
CREATE TEMP TABLE wanted (
    school_id integer, index double precision, component double precision, fitted double precision, low double precision,
    high double precision, residual double precision, leverage double precision, t double precision, indicators_t double precision);
\copy line FROM 'test/data/context_region.csv' WITH (FORMAT csv, HEADER)
\copy wanted_number FROM 'test/data/context_region_fit.csv' WITH (FORMAT csv, HEADER)
\copy wanted FROM 'test/data/context_region_reference.csv' WITH (FORMAT csv, HEADER, NULL 'NULL')

CREATE FUNCTION helper.agrees(got double precision, want double precision)
RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN abs(got - want) <= 1e-8 * abs(want);
CREATE FUNCTION helper.r(quantity text, place integer DEFAULT 1)
RETURNS double precision
LANGUAGE sql STABLE
RETURN (SELECT w.value FROM wanted_number AS w WHERE (w.quantity, w.place) = (r.quantity, r.place));

-- The region's schools with their context of 2022 and, as one assessment, all
-- they sat that year.
INSERT INTO school (municipality_id, name)
SELECT (SELECT min(municipality_id) FROM municipality), 'Школа № ' || n
FROM generate_series((SELECT max(school_id) + 1 FROM school), (SELECT max(school) FROM line)) AS n;
INSERT INTO school_context (school_id, context_indicator_id, academic_year, numerator, denominator, amount)
SELECT l.school, i.context_indicator_id, 2022, p.part[1], p.part[2], CASE WHEN p.part[2] IS NULL THEN c.value::double precision END
FROM line AS l
CROSS JOIN LATERAL jsonb_each_text(to_jsonb(l) - ARRAY['school', 'participants', 'failed']) AS c (code, value)
JOIN context_indicator AS i USING (code)
CROSS JOIN LATERAL (
    SELECT CASE WHEN c.value LIKE '%/%' THEN string_to_array(c.value, '/')::bigint[] END AS part) AS p;
INSERT INTO school_summary (academic_year, administration_id, school_id, judged, failed, results, participants)
SELECT 2022, administration(2022, 'vpr', 'math', 5), school, participants, failed, participants, participants
FROM line WHERE participants IS NOT NULL;
SELECT is((SELECT count(*) FROM wanted), (SELECT count(*) FROM school), 'R read as many schools');

SELECT cycle_id AS own FROM run_cycle(2022) \gset
SELECT is((SELECT count(*) FROM context_outcome AS o JOIN wanted AS w USING (school_id)
           WHERE o.cycle_id = :own AND agrees(o.index_z, w.index) AND agrees(o.index_value, 50 + 10 * w.index)),
          (SELECT count(*) FROM line), 'the index of every school');
SELECT ok((SELECT agrees(sd, r('composite_sd')) FROM welfare_run WHERE cycle_id = :own), 'its scale');
SELECT is((SELECT count(*) FROM welfare_run_component AS c JOIN welfare_run AS u USING (welfare_run_id)
           JOIN (VALUES ('both_parents_higher', 14), ('incomplete_families', 6), ('registered_pupils', 15)) AS p (code, column_no)
             ON p.code = (SELECT i.code FROM context_indicator AS i WHERE i.context_indicator_id = c.context_indicator_id)
           WHERE u.cycle_id = :own AND agrees(c.mean, r('mean', p.column_no)) AND agrees(c.sd, r('sd', p.column_no))),
          3::bigint, 'means and deviations of its indicators');
SELECT ok((SELECT count(*) = 5 AND agrees(sum(cost), r('cluster_cost'))
           FROM (SELECT sum((o.index_z - k.index_mean) ^ 2) AS cost
                 FROM context_outcome AS o JOIN context_cluster AS k ON (k.cycle_id, k.label) = (o.cycle_id, o.cluster)
                 WHERE o.cycle_id = :own GROUP BY o.cluster) AS g), 'five groups, as tight as kmeans finds in 500 starts');

SELECT ok(agrees(corr(o.index_z, o.fail_share), r('correlation')), 'correlation of index and share')
FROM context_outcome AS o WHERE o.cycle_id = :own;
SELECT ok(agrees(share_r2, r('weighted_correlation') ^ 2) AND agrees(share_slope, r('index_coefficient', 2)), 'as the summary has it')
FROM context_summary WHERE cycle_id = :own;
SELECT ok((SELECT bool_and(agrees(c, r(predictors || '_coefficient', n::integer)) AND agrees((f.standard_errors::double precision[])[n], r(predictors || '_standard_error', n::integer))
                           AND agrees(f.sigma, r(predictors || '_sigma')) AND agrees(f.r2, r(predictors || '_r2')) AND f.df = r(predictors || '_df'))
           FROM context_fit AS f, unnest(f.coefficients::double precision[]) WITH ORDINALITY AS v (c, n)
           WHERE f.cycle_id = :own AND f.outcome = 'fail_share' AND f.predictors = p), format('least squares by %s', p))
FROM unnest(ARRAY['index', 'indicators']) AS p;
SELECT is((SELECT count(*) FROM expected_outcome AS e JOIN wanted AS w USING (school_id)
           WHERE e.cycle_id = :own AND e.outcome = 'fail_share' AND e.predictors = 'index'
             AND agrees(e.expected, w.fitted) AND agrees(e.expected_low, w.low) AND agrees(e.expected_high, w.high)
             AND agrees(e.residual, w.residual) AND agrees(e.leverage, w.leverage) AND agrees(e.studentised, w.t)),
          (SELECT count(participants) FROM line), 'expected share, interval and deviation of every school with results');
SELECT is((SELECT count(*) FROM expected_outcome AS e JOIN wanted AS w USING (school_id)
           WHERE e.cycle_id = :own AND e.outcome = 'fail_share' AND e.predictors = 'indicators' AND agrees(e.studentised, w.indicators_t)),
          (SELECT count(participants) FROM line), 'and its deviation from what the indicators lead to expect');

-- The other shipped version: the first component of everything there is. R
-- has no column for the first indicator, of which the region has no value.
UPDATE context_rule SET welfare_index_id = (SELECT welfare_index_id FROM welfare_index WHERE code = 'isbsh_component');
SELECT cycle_id AS by_component FROM run_cycle(2022) \gset
SELECT isnt(:by_component, :own, 'another version of the index, another cycle');
SELECT ok(agrees(variance_share, r('variance_share')) AND agrees(next_share, r('next_share')) AND agrees(sd ^ 2, r('variance')),
          'variance of the first component, its share and the next one''s')
FROM welfare_run WHERE cycle_id = :by_component;
SELECT is((SELECT array_agg(c.place ORDER BY c.place) FROM welfare_run_component AS c JOIN welfare_run AS u USING (welfare_run_id)
           WHERE u.cycle_id = :by_component AND c.takes_part AND agrees(c.loading, r('loading', c.place - 1))
             AND agrees(c.mean, r('mean', c.place - 1)) AND agrees(c.sd, r('sd', c.place - 1))),
          ARRAY(SELECT generate_series(2, 16)), 'loadings');
SELECT is((SELECT count(*) FROM context_outcome AS o JOIN wanted AS w USING (school_id)
           WHERE o.cycle_id = :by_component AND agrees(o.composite, w.component)), (SELECT count(*) FROM line), 'every school''s score');
SELECT is((SELECT count(*) FROM welfare_on_scale(:own) AS s JOIN wanted AS w USING (school_id) WHERE agrees(s.index_z, w.index)),
          (SELECT count(*) FROM line), 'the first index again, from what its cycle kept');

SELECT * FROM finish();
