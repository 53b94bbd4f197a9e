-- Small counts in data for publication: three attacks on random regions. The
-- published table is solved as linear equations by elimination; ranges are
-- narrowed by sums and bounds as far as they go; tiny tables are solved by
-- trying every table there can be. What only hides the small counts falls.
\ir include/warehouse.sql
BEGIN;
SELECT plan(24);
SET jit = off;
SELECT setseed(0.31);
\echo # seed 0.31

-- Municipalities of 1, 1, 2, 3, 5, 8, 12 schools besides the two with two each.
INSERT INTO municipality (region_id, code, name) SELECT 1, '1' || n, 'Район ' || n FROM generate_series(1, 7) AS n;
INSERT INTO school (municipality_id, name)
SELECT m.municipality_id, format('Школа %s/%s', m.code, n)
FROM (VALUES ('11', 1), ('12', 1), ('13', 2), ('14', 3), ('15', 5), ('16', 8), ('17', 12)) AS v (code, schools)
JOIN municipality AS m USING (code), generate_series(1, v.schools) AS n;

-- A cycle a year with outcomes of two assessments in it; many schools are small,
-- few pupils fail.
CREATE FUNCTION helper.random_cycle(year integer, largest integer, share double precision, schools text)
RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    own integer;
BEGIN
    INSERT INTO cycle (result_year, list_year, is_current, rule_set_id, rule_snapshot, input_fingerprint)
    SELECT year, year, true, (SELECT min(rule_set_id) FROM rule_set), '{}', repeat('0', 64)
    RETURNING cycle_id INTO own;
    INSERT INTO assessment_outcome (cycle_id, school_id, assessment_id, academic_year, participants, failed, fail_share,
                                    share_low, share_high, pupils_from_threshold, band)
    SELECT own, r.school_id, r.a, year, r.n, least(r.n, floor(r.n * r.p)::integer), 0, 0, 1, 0, 'none'
    FROM (SELECT s.school_id, a, ceil(largest * random() ^ 2)::integer AS n,
                 CASE WHEN random() < 0.1 THEN 1 ELSE random() * share END AS p, random() AS keep
          FROM school AS s, generate_series(1, 2) AS a
          WHERE s.name ~ schools) AS r
    WHERE r.keep < 0.85;
    RETURN own;
END
$$;

-- What is published, and what would be if only small counts were hidden.
CREATE TEMP TABLE shown (kind text, academic_year integer, assessment_id integer, level text, municipality_id integer,
                         school_id integer, n bigint, f bigint);
CREATE TEMP TABLE truth (academic_year integer, assessment_id integer, level text, municipality_id integer, school_id integer, n bigint, f bigint);
CREATE FUNCTION helper.publish(year integer, threshold integer)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE setting SET value = 0 WHERE code = 'small_cell_threshold';
    PERFORM publish_counts(year);
    INSERT INTO truth SELECT p.academic_year, p.assessment_id, p.level, p.municipality_id, p.school_id, p.participants, p.failed
    FROM public_count AS p WHERE p.academic_year = year;
    INSERT INTO shown
    SELECT 'naive', t.academic_year, t.assessment_id, t.level, t.municipality_id, t.school_id, CASE WHEN t.n >= threshold THEN t.n END,
           CASE WHEN t.n >= threshold AND t.f >= threshold AND t.n - t.f >= threshold THEN t.f END
    FROM truth AS t WHERE t.academic_year = year;
    UPDATE setting SET value = threshold WHERE code = 'small_cell_threshold';
    PERFORM publish_counts(year);
    INSERT INTO shown SELECT 'published', p.academic_year, p.assessment_id, p.level, p.municipality_id, p.school_id, p.participants, p.failed
    FROM public_count AS p WHERE p.academic_year = year;
END
$$;

-- Attack 1: Gauss-Jordan elimination. Returns the hidden counts it finds.
CREATE FUNCTION helper.solve(own_kind text, year integer, assessment integer)
RETURNS TABLE (cell text, value numeric)
LANGUAGE plpgsql
AS $$
DECLARE
    unknown text[];
    equation numeric[];
    cells integer;
    width integer;
    height integer := 0;
    pivot_row integer := 1;
    pivot numeric;
    factor numeric;
    best integer;
    r record;
BEGIN
    -- names of the unknown: measure, municipality, school
    SELECT array_agg(c.name ORDER BY c.name) INTO unknown
    FROM shown AS s, LATERAL (VALUES (format('n %s %s', s.municipality_id, s.school_id), s.n),
                                     (format('f %s %s', s.municipality_id, s.school_id), s.f)) AS c (name, value)
    WHERE (s.kind, s.academic_year, s.assessment_id) = (own_kind, year, assessment) AND c.value IS NULL;
    cells := coalesce(cardinality(unknown), 0);
    width := cells + 1;
    -- an equation is: parent - children = 0, with what is shown moved to the right
    FOR r IN
        WITH term AS MATERIALIZED (
            SELECT v.m, c.measure, array_position(unknown, format('%s %s %s', c.measure, s.municipality_id, s.school_id)) AS place,
                   v.sign, c.value
            FROM shown AS s,
                LATERAL (VALUES (coalesce(s.municipality_id, 0), CASE s.level WHEN 'school' THEN -1 ELSE 1 END),
                                (CASE s.level WHEN 'municipality' THEN 0 END, -1)) AS v (m, sign),
                LATERAL (VALUES ('n', s.n), ('f', s.f)) AS c (measure, value)
            WHERE (s.kind, s.academic_year, s.assessment_id) = (own_kind, year, assessment) AND v.m IS NOT NULL
        )
        SELECT (SELECT array_agg(coalesce(t.sign, 0)::numeric ORDER BY p)
                FROM generate_series(1, cells) AS p
                LEFT JOIN term AS t ON (t.m, t.measure, t.place) = (g.m, g.measure, p)) AS line,
               -coalesce(sum(g.sign * g.value) FILTER (WHERE g.place IS NULL), 0) AS known
        FROM term AS g
        GROUP BY g.m, g.measure
    LOOP
        equation := equation || r.line || r.known;
        height := height + 1;
    END LOOP;

    FOR c IN 1 .. cells LOOP
        best := NULL;
        FOR i IN pivot_row .. height LOOP
            IF equation[(i - 1) * width + c] <> 0 THEN
                best := i;
                EXIT;
            END IF;
        END LOOP;
        CONTINUE WHEN best IS NULL;
        pivot := equation[(best - 1) * width + c];
        FOR j IN 1 .. width LOOP
            factor := equation[(best - 1) * width + j] / pivot;
            equation[(best - 1) * width + j] := equation[(pivot_row - 1) * width + j];
            equation[(pivot_row - 1) * width + j] := factor;
        END LOOP;
        FOR i IN 1 .. height LOOP
            factor := equation[(i - 1) * width + c];
            IF i <> pivot_row AND factor <> 0 THEN
                FOR j IN 1 .. width LOOP
                    equation[(i - 1) * width + j] := equation[(i - 1) * width + j] - factor * equation[(pivot_row - 1) * width + j];
                END LOOP;
            END IF;
        END LOOP;
        pivot_row := pivot_row + 1;
        EXIT WHEN pivot_row > height;
    END LOOP;
    -- a row with one unknown gives it away
    FOR i IN 1 .. height LOOP
        IF (SELECT count(*) FROM generate_series(1, cells) AS j WHERE equation[(i - 1) * width + j] <> 0) = 1 THEN
            RETURN QUERY SELECT unknown[j], equation[i * width] FROM generate_series(1, cells) AS j WHERE equation[(i - 1) * width + j] <> 0;
        END IF;
    END LOOP;
END
$$;

-- Attack 2: what every count can be at least and at most, narrowed by the sums,
-- 0 <= f <= n and 1 <= n until nothing changes,
-- or twenty-five times.
CREATE TEMP TABLE bound (kind text, year integer, assessment integer, level text, m integer, s integer, hidden_n boolean, hidden_f boolean,
                         n_lo bigint, n_hi bigint, f_lo bigint, f_hi bigint);
CREATE FUNCTION helper.narrow(own_kind text)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    changed bigint;
    moved bigint;
BEGIN
    INSERT INTO bound
    SELECT s.kind, s.academic_year, s.assessment_id, s.level, coalesce(s.municipality_id, 0), coalesce(s.school_id, 0), s.n IS NULL, s.f IS NULL,
           coalesce(s.n, 1), coalesce(s.n, 1000000), coalesce(s.f, 0), coalesce(s.f, 1000000)
    FROM shown AS s WHERE s.kind = own_kind AND s.academic_year <= 2020;
    ANALYZE bound;
    FOR round IN 1 .. 25 LOOP
        moved := 0;
        UPDATE bound SET n_lo = greatest(n_lo, f_lo), f_hi = least(f_hi, n_hi)
        WHERE kind = own_kind AND (n_lo < f_lo OR f_hi > n_hi);
        GET DIAGNOSTICS changed = ROW_COUNT;
        moved := moved + changed;
        -- parents from children
        WITH total AS (
            SELECT c.year, c.assessment, CASE c.level WHEN 'school' THEN c.m ELSE 0 END AS m, sum(c.n_lo) AS n_lo, sum(c.n_hi) AS n_hi,
                   sum(c.f_lo) AS f_lo, sum(c.f_hi) AS f_hi
            FROM bound AS c WHERE c.kind = own_kind AND c.level <> 'region' GROUP BY 1, 2, 3
        )
        UPDATE bound AS b
        SET n_lo = greatest(b.n_lo, t.n_lo), n_hi = least(b.n_hi, t.n_hi), f_lo = greatest(b.f_lo, t.f_lo), f_hi = least(b.f_hi, t.f_hi)
        FROM total AS t
        WHERE b.kind = own_kind AND b.s = 0 AND (b.year, b.assessment, b.m) = (t.year, t.assessment, t.m)
          AND (b.n_lo < t.n_lo OR b.n_hi > t.n_hi OR b.f_lo < t.f_lo OR b.f_hi > t.f_hi);
        GET DIAGNOSTICS changed = ROW_COUNT;
        moved := moved + changed;
        -- children from the parent and the other children
        WITH total AS (
            SELECT c.year, c.assessment, CASE c.level WHEN 'school' THEN c.m ELSE 0 END AS m, sum(c.n_lo) AS n_lo, sum(c.n_hi) AS n_hi,
                   sum(c.f_lo) AS f_lo, sum(c.f_hi) AS f_hi
            FROM bound AS c WHERE c.kind = own_kind AND c.level <> 'region' GROUP BY 1, 2, 3
        ), better AS (
            SELECT c.year, c.assessment, c.m, c.s, p.n_lo - (t.n_hi - c.n_hi) AS n_lo, p.n_hi - (t.n_lo - c.n_lo) AS n_hi,
                   p.f_lo - (t.f_hi - c.f_hi) AS f_lo, p.f_hi - (t.f_lo - c.f_lo) AS f_hi
            FROM bound AS c
            JOIN total AS t ON (t.year, t.assessment, t.m) = (c.year, c.assessment, CASE c.level WHEN 'school' THEN c.m ELSE 0 END)
            JOIN bound AS p ON (p.kind, p.year, p.assessment, p.m, p.s) = (own_kind, c.year, c.assessment, t.m, 0)
            WHERE c.kind = own_kind AND c.level <> 'region'
        )
        UPDATE bound AS b
        SET n_lo = greatest(b.n_lo, v.n_lo), n_hi = least(b.n_hi, v.n_hi), f_lo = greatest(b.f_lo, v.f_lo), f_hi = least(b.f_hi, v.f_hi)
        FROM better AS v
        WHERE b.kind = own_kind AND (b.year, b.assessment, b.m, b.s) = (v.year, v.assessment, v.m, v.s)
          AND (b.n_lo < v.n_lo OR b.n_hi > v.n_hi OR b.f_lo < v.f_lo OR b.f_hi > v.f_hi);
        GET DIAGNOSTICS changed = ROW_COUNT;
        EXIT WHEN moved + changed = 0;
    END LOOP;
END
$$;

-- Forty regions, some with many small schools, some with few.
SELECT helper.random_cycle(2000 + n, (ARRAY[8, 20, 60, 200])[1 + n % 4], (ARRAY[0.2, 0.5, 1])[1 + n % 3], CASE WHEN n % 5 = 0 THEN '/' ELSE '.' END)
FROM generate_series(1, 40) AS n \g /dev/null
SELECT helper.publish(2000 + n, 5) FROM generate_series(1, 40) AS n \g /dev/null

SELECT is((SELECT count(DISTINCT (academic_year, assessment_id)) FROM shown), 80::bigint, 'eighty tables');
SELECT is_empty($$SELECT * FROM truth AS t JOIN shown AS s ON s.kind = 'published' AND (s.academic_year, s.assessment_id) = (t.academic_year, t.assessment_id)
                      AND s.municipality_id IS NOT DISTINCT FROM t.municipality_id AND s.school_id IS NOT DISTINCT FROM t.school_id
                  WHERE s.n <> t.n OR s.f <> t.f OR s.f IS NOT NULL AND s.n IS NULL$$, 'what is shown is true');
SELECT is((SELECT count(*) FROM truth), (SELECT count(*) FROM shown WHERE kind = 'published'), 'every count has its row');
SELECT is_empty($$SELECT * FROM shown WHERE kind = 'published' AND (n < 5 OR f < 5 OR n - f < 5)$$, 'no small count is shown');
ANALYZE shown;
ANALYZE truth;
CREATE TEMP TABLE solved AS
SELECT k AS kind, y AS year, a AS assessment, v.cell, v.value
FROM unnest(ARRAY['naive', 'published']) AS k, generate_series(2001, 2040) AS y, generate_series(1, 2) AS a, helper.solve(k, y, a) AS v;
SELECT cmp_ok((SELECT count(*) FROM solved WHERE kind = 'naive'), '>', 100::bigint, 'where only small counts are hidden, elimination finds many');
SELECT is_empty($$SELECT v.* FROM solved AS v
                  JOIN truth AS t ON v.cell IN (format('n %s %s', t.municipality_id, t.school_id), format('f %s %s', t.municipality_id, t.school_id))
                  WHERE (t.academic_year, t.assessment_id) = (v.year, v.assessment) AND v.value <> CASE left(v.cell, 1) WHEN 'n' THEN t.n ELSE t.f END$$,
                'and finds them right');
SELECT is_empty($$SELECT * FROM solved WHERE kind = 'published'$$,
                'in what is published it finds nothing');

SELECT helper.narrow(k) FROM unnest(ARRAY['naive', 'published']) AS k \g /dev/null
SELECT cmp_ok((SELECT count(*) FROM bound WHERE kind = 'naive' AND (hidden_n AND n_lo = n_hi OR hidden_f AND f_lo = f_hi)), '>', 50::bigint,
              'where only small counts are hidden, bounds find some');
SELECT is_empty($$SELECT * FROM bound WHERE kind = 'published' AND (hidden_n AND n_lo = n_hi OR hidden_f AND f_lo = f_hi)$$,
                'in what is published none');
SELECT is_empty($$SELECT * FROM bound AS b JOIN truth AS t
                  ON (t.academic_year, t.assessment_id, coalesce(t.municipality_id, 0), coalesce(t.school_id, 0)) = (b.year, b.assessment, b.m, b.s)
                  WHERE t.n NOT BETWEEN b.n_lo AND b.n_hi OR t.f NOT BETWEEN b.f_lo AND b.f_hi$$, 'the truth is within the bounds');
SELECT is_empty($$SELECT * FROM bound AS b JOIN truth AS t
                  ON (t.academic_year, t.assessment_id, coalesce(t.municipality_id, 0), coalesce(t.school_id, 0)) = (b.year, b.assessment, b.m, b.s)
                  WHERE b.kind = 'published' AND (b.hidden_n AND b.n_hi - b.n_lo < 5 OR b.hidden_f AND b.f_hi - b.f_lo < least(5, t.n))$$,
                'and these are as wide as the threshold, or as the count can be');
SELECT cmp_ok((SELECT count(*) FILTER (WHERE level = 'region' AND f IS NOT NULL)::numeric / count(*) FILTER (WHERE level = 'region')
               FROM shown WHERE kind = 'published'), '>', 0.5, 'most regions'' totals are shown all the same');
SELECT cmp_ok((SELECT count(*) FILTER (WHERE s.n IS NOT NULL)::numeric / count(*) FROM shown AS s JOIN truth AS t USING (academic_year, assessment_id, level, municipality_id, school_id)
               WHERE s.kind = 'published' AND t.level = 'school' AND t.n >= 5), '>', 0.5, 'and the participants of most schools with five or more');

-- Attack 3: three schools in two municipalities, at most five pupils, threshold
-- two: every table that agrees with what is shown (none with more than six).
SELECT helper.random_cycle(2040 + n, 5, 1, '^Школа (11/1|13/[12])$') FROM generate_series(1, 16) AS n \g /dev/null
SELECT helper.publish(2040 + n, 2) FROM generate_series(1, 16) AS n \g /dev/null
SELECT max(municipality_id) FILTER (WHERE code = '11') AS one, max(municipality_id) FILTER (WHERE code = '13') AS two FROM municipality \gset
CREATE TEMP TABLE tiny AS
SELECT s.kind, s.academic_year AS y, s.assessment_id AS a, s.level, s.municipality_id AS m, s.school_id AS s, s.n, s.f,
       row_number() OVER (PARTITION BY s.kind, s.academic_year, s.assessment_id, s.level, s.municipality_id ORDER BY s.school_id) AS place
FROM shown AS s
WHERE s.academic_year > 2040
  AND (s.kind, s.academic_year, s.assessment_id) IN (
      SELECT c.kind, c.academic_year, c.assessment_id FROM shown AS c WHERE c.level = 'school' GROUP BY 1, 2, 3 HAVING count(*) = 3);
CREATE TEMP TABLE possible AS
SELECT t.kind, t.y, t.a, t.m, t.place, v AS n, w AS f
FROM tiny AS t, generate_series(1, 6) AS v, generate_series(0, v) AS w
WHERE t.level = 'school' AND v = coalesce(t.n, v) AND w = coalesce(t.f, w);
ANALYZE tiny;
ANALYZE possible;
CREATE TEMP TABLE solution AS
SELECT kind, y, a, p.n AS n1, p.f AS f1, q.n AS n2, q.f AS f2, o.n AS n3, o.f AS f3
FROM possible AS p
JOIN possible AS q USING (kind, y, a)
JOIN possible AS o USING (kind, y, a)
JOIN tiny AS t USING (kind, y, a)
JOIN tiny AS u USING (kind, y, a)
JOIN tiny AS r USING (kind, y, a)
WHERE p.m = :two AND p.place = 1 AND q.m = :two AND q.place = 2 AND o.m = :one
  AND t.level = 'municipality' AND t.m = :two AND u.level = 'municipality' AND u.m = :one AND r.level = 'region'
  AND coalesce(t.n, p.n + q.n) = p.n + q.n AND coalesce(t.f, p.f + q.f) = p.f + q.f
  AND coalesce(u.n, o.n) = o.n AND coalesce(u.f, o.f) = o.f
  AND coalesce(r.n, p.n + q.n + o.n) = p.n + q.n + o.n AND coalesce(r.f, p.f + q.f + o.f) = p.f + q.f + o.f;
-- which hidden counts are the same in all of them
CREATE TEMP TABLE found_out AS
SELECT t.kind, t.y, t.a, t.level, t.m, t.place, v.measure
FROM tiny AS t
JOIN (
    SELECT kind, y, a, min(n1) = max(n1) AS n1, min(n2) = max(n2) AS n2, min(n3) = max(n3) AS n3,
           min(n1 + n2) = max(n1 + n2) AS n12, min(n1 + n2 + n3) = max(n1 + n2 + n3) AS n123,
           min(f1) = max(f1) AS f1, min(f2) = max(f2) AS f2, min(f3) = max(f3) AS f3,
           min(f1 + f2) = max(f1 + f2) AS f12, min(f1 + f2 + f3) = max(f1 + f2 + f3) AS f123
    FROM solution
    GROUP BY kind, y, a) AS s USING (kind, y, a)
CROSS JOIN LATERAL (
    SELECT CASE WHEN t.level = 'region' THEN ARRAY[n123, f123]
                WHEN t.m = :one THEN ARRAY[n3, f3]
                WHEN t.level = 'municipality' THEN ARRAY[n12, f12]
                WHEN t.place = 1 THEN ARRAY[n1, f1]
                ELSE ARRAY[n2, f2] END AS same) AS k
CROSS JOIN LATERAL (VALUES ('n', t.n IS NULL, k.same[1]), ('f', t.f IS NULL, k.same[2])) AS v (measure, hidden, same)
WHERE v.hidden AND v.same;
SELECT cmp_ok((SELECT count(DISTINCT (y, a)) FROM tiny), '>', 5::bigint, 'more than five tiny tables');
SELECT cmp_ok((SELECT count(*) FROM tiny WHERE kind = 'published' AND f IS NOT NULL), '>', 3::bigint, 'in which something is shown');
SELECT is_empty($$SELECT y, a FROM tiny WHERE kind = 'published' EXCEPT SELECT y, a FROM solution WHERE kind = 'published'$$, 'all of them have solutions');
SELECT cmp_ok((SELECT count(*) FROM found_out WHERE kind = 'naive'), '>', 5::bigint,
              'trying everything finds counts where only small ones are hidden');
SELECT is_empty($$SELECT * FROM found_out WHERE kind = 'published'$$, 'and none in what is published');

-- The view, the setting, the errors.
SELECT is((SELECT count(*) FROM public_result WHERE academic_year = 2001), (SELECT count(*) FROM public_count WHERE academic_year = 2001), 'the view shows all rows');
SELECT is_empty($$SELECT * FROM public_result WHERE (failed IS NULL) <> is_hidden OR (note IS NULL) = is_hidden OR (fail_share IS NULL) <> is_hidden$$, 'and says what is hidden');
UPDATE setting SET value = 0 WHERE code = 'small_cell_threshold';
SELECT publish_counts(2001) \g /dev/null
SELECT is((SELECT count(*) FROM public_result WHERE academic_year = 2001 AND is_hidden), 0::bigint, 'threshold 0 hides nothing');
SELECT is(error_of('SELECT publish_counts(2099)') ~ '^P0002', true, 'no cycle, nothing to publish');
SELECT is(error_of($$SELECT setting_value('none')$$) ~ '^P0002', true, 'no such setting');
UPDATE setting SET value = 1000000 / 20 WHERE code = 'small_cell_threshold';
SELECT publish_counts(2001) \g /dev/null
SELECT is((SELECT count(*) FROM public_result WHERE academic_year = 2001 AND participants IS NOT NULL), 0::bigint, 'a huge one everything');

SELECT * FROM finish();
ROLLBACK;
