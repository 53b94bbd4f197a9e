-- score_dist: what the accessors say at the edges.
SET search_path = shnor, public;

CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
    detail text;
BEGIN
    EXECUTE statement INTO result;
    RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN format('%s: %s / %s', SQLSTATE, SQLERRM, detail);
END
$$;

-- Nothing, scores only, marks only, both, journal marks without marks
CREATE TEMP TABLE kind (id integer, d score_dist);
INSERT INTO kind VALUES
    (0, NULL), (1, '{}'), (2, '{7:1}'), (3, '{5:2,7:1,20:1}'), (4, '{|2:3,3:4,4:2,5:1}'),
    (5, '{5:2,7:1|-:1,2:1,4/2:1}'), (6, '{5:3|-/2:2,-/5:1}'), (7, '{0:1,1000:1|2/5:1,5/2:1}'),
    (8, '{|2/2:1,2/3:2,2/4:4,2/5:8,3/2:16,3/3:32,3/4:64,3/5:128,4/2:256,4/3:512,4/4:1024,4/5:2048,5/2:4096,5/3:8192,5/4:16384,5/5:32768}');
SELECT id, participants(d), fail_count(d), fail_count(d, 6) AS below_6, fail_share(d), fail_share(d, 6) AS share_below_6,
       low_result(d, 30, 0) AS low, low_result(d, 30, 0, 6) AS low_by_score
FROM kind ORDER BY id;
SELECT id, mark_count(d, 2) AS m2, mark_count(d, 3) AS m3, mark_count(d, 4) AS m4, mark_count(d, 5) AS m5,
       mark_share(d, 2) AS s2, mark_share(d, 5) AS s5
FROM kind ORDER BY id;
SELECT id, mean(d), stddev(d), percentile(d, 0) AS p0, percentile(d, 0.5) AS median, percentile(d, 1) AS p1,
       array_dims(score_counts(d)) AS dims, (score_counts(d))[5] AS fives, (SELECT count(*) FROM scores(d)) AS scores
FROM kind ORDER BY id;
SELECT id, journal_compared(d), journal_lower(d), journal_same(d), journal_higher(d), journal_gap2(d)
FROM kind ORDER BY id;
SELECT journal_lower(d) = 2 + 4 + 8 + 64 + 128 + 2048 AS lower, journal_same(d) = 1 + 32 + 1024 + 32768 AS same,
       journal_higher(d) = 16 + 256 + 512 + 4096 + 8192 + 16384 AS higher,
       journal_gap2(d) = 4 + 8 + 128 + 256 + 4096 + 8192 AS gap2
FROM kind WHERE id = 8;
SELECT string_agg(journal_count(d, m, j)::text, ' ' ORDER BY m, j) AS cells
FROM kind, generate_series(2, 5) AS m, generate_series(2, 5) AS j WHERE id = 8;
SELECT id, journal_count(d, 5, 2) FROM kind ORDER BY id;
SELECT journal_count('{}', 6, 2);
SELECT journal_count('{}', 2, 1);
SELECT score_counts('{0:4,3:1}') AS counts, score_counts('{2:5}') AS from_zero;
SELECT * FROM scores('{0:4,3:1,1000:2|2:7}');
SELECT k.id, s.* FROM kind AS k LEFT JOIN scores(k.d) AS s ON true WHERE id IN (0, 1, 3, 4, 7) ORDER BY k.id, s.score;
-- as a set in the select list, stopped early, joined with itself
SELECT scores('{1:1,2:2,3:3}') LIMIT 2;
SELECT a.score, b.score FROM scores('{1:1,2:2}') AS a, scores('{3:1,64:2}') AS b;

-- Exactly 30 % is low; shares are compared in integers.
SELECT low_result('{|2:3,3:7}', 30, 10) AS three_of_ten, low_result('{|2:29999,3:70001}', 30, 1) AS just_below,
       low_result('{|2:299999999999,3:700000000001}', 30, 1) AS just_below_large,
       low_result('{|2:300000000000,3:700000000000}', 30, 1) AS exactly_large,
       low_result('{|2:1,3:2}', 33, 1) AS third_over_33, low_result('{|2:1,3:2}', 34, 1) AS third_under_34;
SELECT low_result('{|2:3,3:7}', 30, 11) AS too_few, low_result('{|2:3,3:7}', 30, 10) AS enough,
       low_result('{|3:7}', 0, 1) AS zero_percent, low_result('{|2:7}', 100, 1) AS hundred_percent,
       low_result('{|3:7}', 1, -5) AS negative_minimum, low_result('{}', 30, 0) AS nothing,
       low_result('{7:3}', 30, 1) AS no_marks, low_result('{|2:3}', 30, 1, 20) AS no_scores;
-- The first score that passes does pass.
SELECT fail_count('{23:3,24:5}', 24) AS below_24, fail_count('{23:3,24:5}', 0) AS below_0,
       fail_count('{23:3,24:5}', -7) AS below_negative, fail_count('{23:3,24:5}', 2147483647) AS below_any,
       low_result('{23:3,24:7}', 30, 1, 24) AS low, low_result('{23:3,24:8}', 30, 1, 24) AS not_low;
-- Participants without a mark count in the denominator.
SELECT fail_share('{5:4|-:3,2:1}') AS of_all, fail_share('{5:1|2:1}') AS of_marked, mark_share('{5:4|-:3,2:1}', 2) AS mark;

-- Parameters out of range
SELECT q AS statement, pg_temp.try(q) AS result
FROM unnest(ARRAY[
    $$SELECT low_result('{|2:1}', -1, 1)$$, $$SELECT low_result('{|2:1}', 101, 1)$$, $$SELECT low_result('{}', 101, 1)$$,
    $$SELECT low_result('{|2:1}', 101, 1, 5)$$, $$SELECT low_result('{|2:1}', NULL, 1)$$,
    $$SELECT mark_count('{|2:1}', 1)$$, $$SELECT mark_count('{}', 6)$$, $$SELECT mark_share('{|2:1}', 0)$$,
    $$SELECT mark_share('{|2:1}', -2147483648)$$,
    $$SELECT percentile('{7:1}', -0.5)$$, $$SELECT percentile('{7:1}', 1.5)$$, $$SELECT percentile('{}', 2)$$,
    $$SELECT percentile('{7:1}', 'NaN')$$, $$SELECT percentile('{7:1}', 'Infinity')$$, $$SELECT percentile('{7:1}', NULL)$$
]) AS q;

-- Values as large as they can be: no sum overflows; oracle by numeric.
SELECT mean(d) = 500 AS mean,
       stddev(d) = round(sqrt(250000::numeric * 1e12 / (1e12 - 1)), scale(stddev(d))) AS stddev,
       percentile(d, 0.5) AS median, participants(d), fail_share(d, 1) AS share
FROM (SELECT '{0:500000000000,1000:500000000000}'::score_dist AS d) AS x;
SELECT mean('{1000:1000000000000}') AS mean, stddev('{1000:1000000000000}'::score_dist) AS stddev,
       stddev('{1000:1}'::score_dist) IS NULL AS one,
       percentile('{0:1,1000:999999999999}', 0) AS lowest, percentile('{0:999999999999,1000:1}', 1) AS highest;

-- stddev has every digit of stddev_samp, also where numeric_sqrt would give
-- more: 3000 pairs and triples of scores
SELECT count(*) AS samples, bool_and(stddev(d)::text = plain::text) AS stddev, bool_and(mean(d)::text = mean::text) AS mean
FROM (SELECT k, score_dist(s) AS d, stddev_samp(s) AS plain, avg(s) AS mean
      FROM (SELECT i % 3000 AS k, i * 7919 % (1 + i % 3000 % 1001) AS s FROM generate_series(1, 8500) AS i) AS r
      GROUP BY k) AS x;
