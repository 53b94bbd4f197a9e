-- vpr.sql: made-up results of ВПР, item by item, honest and tampered with: for
-- the demo, for the benchmark of markers and for their test.
--
-- Whoever includes it fills vpr_cell, a row for a school, a year and a work,
-- and reads vpr_pupil(year). Everything is a hash of the cell's key, so that
-- each run and each server version gives the same rows.
--
-- What honest schools are like: levels differ (see vpr_region for how much),
-- pupils within a school differ by 0.85 on the logistic scale; a score is the
-- level put on the work's scale; item scores follow the partial credit model
-- given the score, every class being better at some items than the region, as
-- its textbook and its teacher are; the journal's mark is that of the pupil's
-- level with an error and with the school's leniency.
--
-- Needs tools.sql.

CREATE FUNCTION pg_temp.chance(key bigint, throw bigint)
RETURNS double precision
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN ((hashint8extended(key, throw) & 4503599627370495) + 0.5) / 4503599627370496;

CREATE FUNCTION pg_temp.normal(key bigint, throw bigint)
RETURNS double precision
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN shnor.normal_quantile(pg_temp.chance(key, throw));

CREATE FUNCTION pg_temp.logit(share double precision)
RETURNS double precision
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN ln(share / (1 - share));

-- A level on the scale of a work: 0 .. max_score.
CREATE FUNCTION pg_temp.vpr_score(level double precision, max_score integer)
RETURNS integer
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN floor((max_score + 1) / (1 + exp(-level)))::integer;

-- The works, with items made up so that their highest scores add up to that of
-- the work; usual is the level of the average school, at which one pupil in
-- eleven gets a 2.
CREATE TEMP TABLE vpr_work AS
SELECT a.assessment_no, a.subject, a.grade, a.cut3, a.cut4, a.cut5, a.max_score, i.item_max,
       pg_temp.logit(a.cut3 / (1.0 + a.max_score)) + 1.27 AS usual
FROM (VALUES
    ( 1, '{1,1,1,1,2,1,2,2,1,2,1,1,2,2}'::integer[]),
    ( 2, '{1,1,1,1,1,1,2,1,1,2,1,1,2}'),
    ( 3, '{4,3,2,5,3,2,1,2,3,2,3,2,2,3,2,1,3,2}'),
    ( 4, '{4,3,2,4,3,2,3,2,3,2,2,3,2,3,2,3,2,2,2,2}'),
    (10, '{1,1,1,2,1,1,2,1,2,1,2,2,1,2}'),
    (11, '{4,3,3,1,3,2,1,2,3,2,1,1,2,3,1,2,1,3}')
) AS i (assessment_no, item_max)
JOIN demo_assessment AS a USING (assessment_no);

-- One work in one school. failed: how many get a 2, NULL where chance decides.
-- tampering: none, lifted, copied, raised, matched; see vpr_pupil.
CREATE TEMP TABLE vpr_cell (
    school_no integer NOT NULL,
    academic_year integer NOT NULL,
    assessment_no integer NOT NULL,
    cell_key bigint NOT NULL,
    participants integer NOT NULL,
    failed integer,
    level double precision NOT NULL,
    leniency double precision NOT NULL,
    tampering text NOT NULL DEFAULT 'none',
    strength integer NOT NULL DEFAULT 0 CHECK (strength BETWEEN 0 AND 3),
    PRIMARY KEY (school_no, academic_year, assessment_no)
);

-- What a tampering school does, in percent, by strength:
--   lifted   of those one point short of a mark who get the point; of those
--            two points short who get both
--   copied   of the first class who hand in one and the same work, but for
--            three items in a hundred
--   raised   of the points a pupil lost that the pupil is given, item by item
--   matched  of those whose mark is not the journal's who get the journal's
CREATE TEMP TABLE vpr_tampering AS
SELECT t.*
FROM (VALUES
    ('none',    0,   0,   0),
    ('lifted',  1,  50,   0), ('lifted',  2, 100, 0), ('lifted',  3, 100, 100),
    ('copied',  1,  30,   0), ('copied',  2,  60, 0), ('copied',  3, 100, 0),
    ('raised',  1,  25,   0), ('raised',  2,  50, 0), ('raised',  3,  75, 0),
    ('matched', 1,  50,   0), ('matched', 2,  80, 0), ('matched', 3, 100, 0)
) AS t (tampering, strength, percent, further);

-- The chances of a work's items given the points left for them and those that
-- follow, for each of eight textbooks: of item i with the maximum m, when r
-- points are left, the chances of at most 0, .., m - 1 points, in 16384ths,
-- stand from place 1 + (max_score + 1) * (maxima of items before i) + r * m on.
CREATE FUNCTION pg_temp.vpr_chances(assessment_no integer, textbook integer, item_max integer[], max_score integer)
RETURNS smallint[]
LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    items integer := cardinality(item_max);
    chances smallint[] := array_fill(0::smallint, ARRAY[max_score * (max_score + 1)]);
    ways double precision[] := array_fill(0::double precision, ARRAY[max_score + 1]);
    before double precision[];
    weight double precision[];
    place integer := max_score * (max_score + 1);
    difficulty double precision;
    up_to double precision;
BEGIN
    -- ways[1 + r]: sum over the patterns of r points of the later items
    ways[1] := 1;
    FOR i IN REVERSE items .. 1 LOOP
        -- easy items first, but not strictly; what the textbook does to each
        difficulty := 3.0 * (i - 1) / (items - 1) - 1.5 + 0.5 * pg_temp.normal(assessment_no * 100 + i, 201)
                      + 0.3 * pg_temp.normal((assessment_no * 100 + i) * 100 + textbook, 202);
        weight := '{1}';
        FOR x IN 1 .. item_max[i] LOOP
            weight := weight || weight[x] * exp(-difficulty - 0.35 * (x - (item_max[i] + 1) / 2.0));
        END LOOP;
        before := ways;
        place := place - (max_score + 1) * item_max[i];
        FOR r IN 0 .. max_score LOOP
            ways[1 + r] := 0;
            FOR x IN 0 .. least(r, item_max[i]) LOOP
                ways[1 + r] := ways[1 + r] + weight[1 + x] * before[1 + r - x];
            END LOOP;
            up_to := 0;
            FOR x IN 0 .. item_max[i] - 1 LOOP
                IF x <= r AND ways[1 + r] > 0 THEN
                    up_to := up_to + weight[1 + x] * before[1 + r - x] / ways[1 + r];
                END IF;
                chances[1 + place + r * item_max[i] + x] := round(16384 * up_to)::smallint;
            END LOOP;
        END LOOP;
    END LOOP;
    RETURN chances;
END
$$;
CREATE TEMP TABLE vpr_chance (
    assessment_no integer,
    textbook integer,
    item_max integer[],
    max_score integer,
    chances smallint[]
);
-- read for every pupil
ALTER TABLE vpr_chance ALTER chances SET STORAGE PLAIN;
INSERT INTO vpr_chance
SELECT w.assessment_no, t AS textbook, w.item_max, w.max_score,
       pg_temp.vpr_chances(w.assessment_no, t, w.item_max, w.max_score) AS chances
FROM vpr_work AS w
CROSS JOIN generate_series(1, 8) AS t;

-- Item scores that add up to the score; a quarter of the zeros are items that
-- were not attempted.
CREATE FUNCTION pg_temp.vpr_items(key bigint, score integer, item_max integer[], max_score integer, chances smallint[])
RETURNS smallint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    scores smallint[] := '{}';
    skipped bigint := hashint8extended(key, 211) & hashint8extended(key, 212);
    luck bigint;
    place integer := 1;
    points_left integer := score;
    at integer;
    x integer;
    m integer;
BEGIN
    FOR i IN 1 .. cardinality(item_max) LOOP
        luck := CASE WHEN i % 4 = 1 THEN hashint8extended(key, 212 + i) ELSE luck >> 14 END;
        m := item_max[i];
        at := place + points_left * m;
        x := 0;
        WHILE x < m AND chances[at + x] <= luck & 16383 LOOP
            x := x + 1;
        END LOOP;
        scores[i] := CASE WHEN x > 0 OR (skipped >> i) & 1 = 0 THEN x END;
        place := place + (max_score + 1) * m;
        points_left := points_left - x;
    END LOOP;
    RETURN scores;
END
$$;

-- A work of which the percentage of items is another's: all points, or the
-- same points as a model.
CREATE FUNCTION pg_temp.vpr_replaced(key bigint, scores smallint[], model integer[], percent integer)
RETURNS smallint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT array_agg(CASE WHEN pg_temp.dice(key, 240 + i, 100) < percent THEN model[i] ELSE scores[i] END ORDER BY i)
        FROM generate_series(1, cardinality(scores)) AS i);

CREATE FUNCTION pg_temp.vpr_mark(score integer, cut3 integer, cut4 integer, cut5 integer)
RETURNS integer
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN CASE WHEN score < cut3 THEN 2 WHEN score < cut4 THEN 3 WHEN score < cut5 THEN 4 ELSE 5 END;

-- The pupils of all cells of a year, in classes of at most 30.
CREATE FUNCTION pg_temp.vpr_pupil(academic_year integer)
RETURNS TABLE (school_no integer, assessment_no integer, number integer, class text,
               score integer, mark integer, journal_mark integer, task_scores smallint[])
LANGUAGE sql STABLE
AS $$
    WITH pupil AS (
        SELECT c.school_no, c.assessment_no, c.cell_key, c.participants, c.failed, c.level, c.leniency, c.tampering,
               w.grade, w.cut3, w.cut4, w.cut5, w.max_score, t.percent, t.further, p AS number,
               c.cell_key * 1000 + p AS key,
               -- classes of nearly the same size
               1 + (p - 1) * ((c.participants + 29) / 30) / c.participants AS class_no,
               shnor.normal_cdf((pg_temp.logit(w.cut3 / (1.0 + w.max_score)) - c.level) / 0.85) AS share_failing,
               -- 7919 is a prime above every school's size: a permutation
               (p * 7919 + pg_temp.dice(c.cell_key, 221, 1000)) % c.participants < c.failed AS fails
        FROM vpr_cell AS c
        JOIN vpr_work AS w USING (assessment_no)
        JOIN vpr_tampering AS t USING (tampering, strength)
        CROSS JOIN generate_series(1, c.participants) AS p
        WHERE c.academic_year = $1
        OFFSET 0
    ), able AS (
        SELECT i.*,
               level + 0.85 * shnor.normal_quantile(
                   CASE fails
                       WHEN true THEN share_failing * pg_temp.chance(key, 222)
                       WHEN false THEN share_failing + (1 - share_failing) * pg_temp.chance(key, 222)
                       ELSE pg_temp.chance(key, 222)
                   END) AS pupil_level
        FROM pupil AS i
        OFFSET 0
    ), written AS (
        SELECT a.*, pg_temp.vpr_score(pupil_level, max_score) AS own_score,
               pg_temp.vpr_mark(pg_temp.vpr_score(pupil_level + leniency + 0.45 * pg_temp.normal(key, 223), max_score),
                                cut3, cut4, cut5) AS journal_mark
        FROM able AS a
        OFFSET 0
    ), corrected AS (
        SELECT w.*,
               CASE
                   WHEN tampering = 'lifted' AND own_score + 1 IN (cut3, cut4, cut5)
                       AND pg_temp.dice(key, 224, 100) < percent THEN own_score + 1
                   WHEN tampering = 'lifted' AND own_score + 2 IN (cut3, cut4, cut5)
                       AND pg_temp.dice(key, 224, 100) < further THEN own_score + 2
                   WHEN tampering = 'matched' AND pg_temp.vpr_mark(own_score, cut3, cut4, cut5) <> journal_mark
                       AND journal_mark > 2 AND pg_temp.dice(key, 224, 100) < percent THEN
                       CASE journal_mark
                           WHEN 3 THEN cut3 + pg_temp.dice(key, 225, cut4 - cut3)
                           WHEN 4 THEN cut4 + pg_temp.dice(key, 225, cut5 - cut4)
                           ELSE cut5 + pg_temp.dice(key, 225, max_score + 1 - cut5)
                       END
                   ELSE own_score
               END AS new_score
        FROM written AS w
        OFFSET 0
    ), answered AS (
        SELECT c.*, h.item_max, h.chances,
               pg_temp.vpr_items(key, new_score, h.item_max, h.max_score, h.chances) AS own_scores
        FROM corrected AS c
        JOIN vpr_chance AS h ON h.assessment_no = c.assessment_no
             AND h.textbook = 1 + pg_temp.dice(c.school_no * 1000 + c.grade * 100 + c.class_no, 226, 8)
        OFFSET 0
    ), handed_in AS (
        SELECT a.*,
               CASE
                   WHEN tampering = 'raised' THEN pg_temp.vpr_replaced(key, own_scores, item_max, percent)
                   WHEN tampering = 'copied' AND class_no = 1 AND pg_temp.dice(key, 227, 100) < percent THEN
                       pg_temp.vpr_replaced(key, own_scores,
                           pg_temp.vpr_items(cell_key, cut5, item_max, max_score, chances)::integer[], 97)
                   ELSE own_scores
               END AS scores,
               tampering IN ('raised', 'copied') AS is_rewritten
        FROM answered AS a
        OFFSET 0
    ), scored AS (
        SELECT h.*,
               CASE WHEN is_rewritten THEN (SELECT coalesce(sum(x), 0)::integer FROM unnest(scores) AS x)
                    ELSE new_score END AS score
        FROM handed_in AS h
        OFFSET 0
    )
    SELECT school_no, assessment_no, number, grade || substr('АБВГД', class_no, 1), score,
           pg_temp.vpr_mark(score, cut3, cut4, cut5), journal_mark, scores
    FROM scored
$$;

-- A region for measuring markers: schools of about 10, 25, 50 and 100 pupils a
-- work, a quarter each; ВПР of grades 4 and 5 a year. Levels of honest schools
-- differ by 0.33 for good, by 0.12 from subject to subject, by 0.18 from work to
-- work; one large school in twelve is a lyceum, 1.0 better. Journals are more
-- lenient than the work by leniency, give or take 0.12 by school and 0.08 by
-- work: at 0.4 a third of marks is below the journal's.
--
-- Of every so many quadruples of schools of the four sizes one tampers with its
-- works of the last year, until each of the four tamperings at each of the
-- three strengths has had its quadruple: 48 schools of 1,088 for 22, none for
-- NULL.
CREATE TEMP TABLE vpr_school (
    school_no integer PRIMARY KEY,
    size integer NOT NULL,
    school_type text NOT NULL,
    tampering text NOT NULL,
    strength integer NOT NULL
);
CREATE FUNCTION pg_temp.vpr_region(seed bigint, schools integer, first_year integer, last_year integer,
                                   every integer, leniency double precision DEFAULT 0.4)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    TRUNCATE vpr_school, vpr_cell;
    INSERT INTO vpr_school
    SELECT s + 1, (ARRAY[10, 25, 50, 100])[1 + s % 4],
           CASE WHEN k.way IS NULL AND s % 4 >= 2 AND pg_temp.dice(seed * 100000 + s, 231, 12) = 0
                THEN 'lyceum' ELSE 'general' END,
           coalesce((ARRAY['lifted', 'copied', 'raised', 'matched'])[1 + k.way % 4], 'none'),
           coalesce(1 + k.way / 4, 0)
    FROM generate_series(0, schools - 1) AS s
    CROSS JOIN LATERAL (SELECT CASE WHEN s / 4 % every = 0 AND s / 4 / every < 12 THEN s / 4 / every END AS way) AS k;

    INSERT INTO vpr_cell
    SELECT s.school_no, y, w.assessment_no, k.cell_key,
           s.size * (90 + pg_temp.dice(k.cell_key, 232, 21)) / 100, NULL,
           w.usual + CASE s.school_type WHEN 'lyceum' THEN 1.0 ELSE 0 END
               + 0.33 * pg_temp.normal(k.school_key, 233)
               + 0.12 * pg_temp.normal(k.school_key, CASE w.subject WHEN 'rus' THEN 234 ELSE 235 END)
               + 0.18 * pg_temp.normal(k.cell_key, 236),
           vpr_region.leniency + 0.12 * pg_temp.normal(k.school_key, 237) + 0.08 * pg_temp.normal(k.cell_key, 238),
           CASE WHEN y = last_year THEN s.tampering ELSE 'none' END,
           CASE WHEN y = last_year THEN s.strength ELSE 0 END
    FROM vpr_school AS s
    CROSS JOIN generate_series(first_year, last_year) AS y
    CROSS JOIN vpr_work AS w
    CROSS JOIN LATERAL (
        SELECT seed * 100000 + s.school_no AS school_key,
               ((seed * 100000 + s.school_no) * 100 + y % 100) * 100 + w.assessment_no AS cell_key
    ) AS k
    WHERE w.grade <= 5;
    ANALYZE vpr_school, vpr_cell;
END
$$;
