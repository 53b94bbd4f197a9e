-- The markers' tests on made-up regions: how many honest schools the adjusted
-- p-values flag, and how many tampered ones. Schools differ in ability and in
-- how often their marks agree with the journal.

-- A region of schools of 10, 25, 50 and 100 pupils; `tampered` schools of 50
-- and 100 (one in `every`) get one kind of tampering.
CREATE FUNCTION pg_temp.region(regions int, schools int, every int)
RETURNS TABLE (region int, school int, n int, kind text, d shnor.score_dist)
LANGUAGE sql
BEGIN ATOMIC
    WITH school AS (
        SELECT r, i, n, CASE WHEN n >= 50 AND i / 4 % every = 0
                             THEN (ARRAY['raised', 'lifted', 'copied'])[1 + (i / 4 / every + i) % 3] ELSE 'honest' END AS kind,
               1.5 * shnor.normal_quantile(random() + 1e-17) AS ability,
               0.6 + 0.08 * shnor.normal_quantile(random() + 1e-17) AS agreement
        FROM generate_series(1, regions) AS r, generate_series(1, schools) AS i,
             LATERAL (SELECT (ARRAY[10, 25, 50, 100])[1 + i % 4] AS n) AS size
    ), pupil AS (
        SELECT r, i, n, kind, agreement, random() AS u, random() AS v,
               round(12 + ability + 4.5 * shnor.normal_quantile(random() + 1e-17))::int
                   + CASE kind WHEN 'raised' THEN 9 ELSE 0 END AS written
        FROM school, LATERAL generate_series(1, n)
    ), scored AS (
        SELECT *, least(24, greatest(0, CASE WHEN kind = 'lifted' AND written IN (7, 12, 17)
                                             THEN written + 1 ELSE written END)) AS score
        FROM pupil
    ), marked AS (
        SELECT *, CASE WHEN score < 8 THEN 2 WHEN score < 13 THEN 3 WHEN score < 18 THEN 4 ELSE 5 END AS mark
        FROM scored
    )
    SELECT r, i, n, kind,
           shnor.score_dist(score, mark,
               CASE WHEN u < CASE kind WHEN 'copied' THEN 0.99 ELSE agreement END THEN mark
                    WHEN mark = 5 THEN 4 WHEN mark = 2 THEN 3 WHEN v < 0.8 THEN mark + 1 ELSE mark - 1 END)
    FROM marked
    GROUP BY r, i, n, kind;
END;

-- The p-values of each marker and what is left of them after adjustment within
-- a region. One-sided: only what looks better than it should.
CREATE FUNCTION pg_temp.judge(which text)
RETURNS TABLE (region int, n int, kind text, marker text, p double precision, q double precision)
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN QUERY EXECUTE format($q$
    WITH whole AS (
        SELECT region, shnor.rollup(d) AS t, shnor.variance_components(d) AS v,
               shnor.beta_binomial_fit(shnor.journal_same(d), shnor.journal_compared(d)) AS agree,
               shnor.beta_binomial_fit(shnor.fail_count(d), shnor.participants(d)) AS fail
        FROM %I GROUP BY region
    ), tested AS (
        SELECT s.region, s.n, s.kind, m.marker, m.p
        FROM %I AS s
        JOIN whole AS w USING (region), LATERAL (VALUES
            ('mean', (shnor.mean_test(d, t OPERATOR(shnor.-) d, (v).variance_between)).p_higher),
            ('mean as one body', (shnor.mean_test(d, t OPERATOR(shnor.-) d)).p_higher),
            ('heaping', (shnor.excess_mass(d, '{8,13,18}', 24)).p_higher),
            ('agreement', shnor.beta_binomial_test(shnor.journal_same(d), shnor.journal_compared(d),
                                                   (agree).alpha, (agree).beta, 'greater')),
            ('variance', (shnor.variance_test(d, v)).p_lower),
            ('no failures', shnor.beta_binomial_test(shnor.fail_count(d), shnor.participants(d),
                                                     (fail).alpha, (fail).beta, 'less'))) AS m (marker, p)
    )
    SELECT region, n, kind, marker, p, shnor.bh_adjust(p) OVER (PARTITION BY region, marker) FROM tested
    $q$, which, which);
END
$$;

-- Twenty regions without tampering, seed 0.77: at a false-discovery rate of
-- 5 % one of twenty regions may have an alarm, within its standard error three.
SELECT setseed(0.77);
CREATE TEMP TABLE honest AS SELECT * FROM pg_temp.region(20, 120, 1000000) WHERE kind = 'honest';
CREATE TEMP TABLE honest_p AS SELECT * FROM pg_temp.judge('honest');
SELECT marker, avg((p < 0.05)::int) < 0.07 AS level, count(DISTINCT region) FILTER (WHERE q <= 0.05) <= 3 AS false_discovery
FROM honest_p GROUP BY marker ORDER BY marker COLLATE "C";

-- A region with tampered schools, seed 0.78: of those of 50 pupils and more the
-- marker made for the kind finds over 80 %, and few others are flagged by it.
SELECT setseed(0.78);
CREATE TEMP TABLE tampered AS SELECT * FROM pg_temp.region(1, 1200, 10);
CREATE TEMP TABLE tampered_p AS SELECT * FROM pg_temp.judge('tampered');
SELECT kind, marker, count(*) >= 15 AS enough, avg((q <= 0.05)::int) > 0.8 AS found
FROM tampered_p
WHERE (kind, marker) IN (('raised', 'mean'), ('lifted', 'heaping'), ('copied', 'agreement'))
GROUP BY kind, marker ORDER BY kind COLLATE "C";
SELECT marker, (count(*) FILTER (WHERE q <= 0.05 AND kind <> own))::numeric / greatest(1, count(*) FILTER (WHERE q <= 0.05)) <= 0.1 AS few_false
FROM tampered_p
JOIN (VALUES ('mean', 'raised'), ('heaping', 'lifted'), ('agreement', 'copied')) AS o (marker, own) USING (marker)
GROUP BY marker ORDER BY marker COLLATE "C";
