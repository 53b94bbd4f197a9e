-- A region for tests of markers: schools of given sizes, pupils' works from a
-- model of ability, all by hashes of a seed. Included after warehouse.sql.
CREATE FUNCTION helper.uniform(seed bigint, a bigint, b bigint, c bigint)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashint8extended(a * 1000003 + b * 1009 + c, seed) & 9007199254740991) + 0.5) / 9007199254740992.0;
CREATE FUNCTION helper.gauss(seed bigint, a bigint, b bigint, c bigint)
RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sqrt(-2 * ln(uniform(seed, a, b, c))) * cos(2 * pi() * uniform(seed + 77, a, b, c));

-- Results of schools first .. last in one administration, size pupils and as
-- many as the school's number: 15 items from easy to hard, scores are their sums, journal marks are higher
-- than marks of the work.
CREATE FUNCTION helper.write_works(seed bigint, administration integer, first integer, last integer, size integer,
                                   lift double precision DEFAULT 0)
RETURNS void
LANGUAGE sql VOLATILE
SET search_path = monitoring, helper, pg_catalog
SET jit = off
BEGIN ATOMIC
    INSERT INTO result (administration_id, school_id, academic_year, participant, class, score, mark, journal_mark, task_scores)
    SELECT a.administration_id, s, a.academic_year, 'p' || p, '5' || p % 2, x.score,
           2 + (x.score >= a.cut_3)::integer + (x.score >= a.cut_4)::integer + (x.score >= a.cut_5)::integer,
           greatest(2, least(5, round(3.8 + 0.7 * x.ability + 0.55 * gauss(seed, h.key + 5, p, 3) + 0.25 * gauss(seed, s, 4, 4)))),
           x.items
    FROM administration AS a
    CROSS JOIN generate_series(first, last) AS s
    CROSS JOIN LATERAL (SELECT s * 1000::bigint + a.administration_id AS key) AS h
    CROSS JOIN generate_series(1, size + s) AS p
    CROSS JOIN LATERAL (
        SELECT b.ability, sum(t.hit)::integer AS score, array_agg(t.hit ORDER BY i)::smallint[] AS items
        FROM (SELECT lift + 0.4 * gauss(seed, s, 2, 2) + 0.2 * gauss(seed, h.key, 2, 3) + 0.9 * gauss(seed, h.key, p, 5) AS ability) AS b,
             generate_series(1, 15) AS i,
             LATERAL (SELECT (uniform(seed, h.key * 100 + i, p, 6) < 1 / (1 + exp(-(1.2 * b.ability + 0.5 - (i - 8) / 4.0))))::integer AS hit) AS t
        GROUP BY b.ability) AS x
    WHERE a.administration_id = write_works.administration;
END;

-- Schools up to so many.
CREATE FUNCTION helper.add_schools(schools integer)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO monitoring.school (municipality_id, name)
    SELECT (SELECT min(m.municipality_id) FROM monitoring.municipality AS m) + n % 2, 'Школа № ' || n
    FROM generate_series((SELECT max(school_id) + 1 FROM monitoring.school), schools) AS n;
END;
UPDATE monitoring.administration SET max_score = 15, cut_3 = 5, cut_4 = 8, cut_5 = 11
WHERE assessment_id IN (SELECT assessment_id FROM monitoring.assessment WHERE grade = 5);
