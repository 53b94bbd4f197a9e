-- tools.sql: what the generators of the demo share: a deterministic die, the
-- assessments with their cuts, and the table of cells to be filled.

-- A die of the given number of sides, thrown once and for all for each key.
CREATE FUNCTION pg_temp.dice(key bigint, throw bigint, sides integer)
RETURNS integer
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN ((hashint8extended(key, throw) & 9223372036854775807) % sides)::integer;

-- The nine assessments that the list counts, and ВПР of grade 4, which only the
-- markers look at.  Marks 3, 4, 5 start at cut3, cut4, cut5; where marks are
-- not given, cut3 is the lowest passing score.  "usual" is the ordinary share of
-- failures in percent, "proneness" how often it is this assessment that turns
-- out low in a weak school.
CREATE TEMP TABLE demo_assessment AS
SELECT a.*
FROM (VALUES
    (1, 'vpr', 'math', 'none',     5,  20,  7, 11,   15, 10, 10),
    (2, 'vpr', 'math', 'none',     6,  16,  6, 10,   14, 12, 12),
    (3, 'vpr', 'rus',  'none',     5,  45, 18, 29,   39, 11,  9),
    (4, 'vpr', 'rus',  'none',     6,  51, 25, 35,   45, 12, 10),
    (5, 'oge', 'math', 'none',     9,  31,  8, 15,   22,  9,  8),
    (6, 'oge', 'rus',  'none',     9,  33, 15, 23,   29,  5,  3),
    (7, 'ege', 'math', 'base',    11,  21,  7, 12,   17,  6,  3),
    (8, 'ege', 'math', 'profile', 11, 100, 27, NULL, NULL, 8, 4),
    (9, 'ege', 'rus',  'none',    11, 100, 24, NULL, NULL, 2, 1),
    (10, 'vpr', 'math', 'none',    4,  20,  6, 10,   15, NULL, NULL),
    (11, 'vpr', 'rus',  'none',    4,  38, 14, 24,   33, NULL, NULL)
) AS a (assessment_no, exam, subject, level, grade, max_score,
        cut3, cut4, cut5, usual, proneness);

-- One row for a school, year and assessment: how many write it, how many
-- fail, and under which code the school stands in the file; for ВПР whether it
-- is a lyceum, and how the school tampers with the results (see vpr.sql).
CREATE TEMP TABLE demo_cell (
    school_no integer NOT NULL,
    academic_year integer NOT NULL,
    assessment_no integer NOT NULL,
    school_code_kind text NOT NULL,
    school_code text NOT NULL,
    participants integer NOT NULL,
    failed integer NOT NULL,
    is_lyceum boolean NOT NULL DEFAULT false,
    tampering text NOT NULL DEFAULT 'none',
    strength integer NOT NULL DEFAULT 0,
    PRIMARY KEY (school_no, academic_year, assessment_no)
);

-- Shares of 0..1 as people write them, in percent: 20,5 and 20,5 %.
CREATE FUNCTION pg_temp.hundredths(share numeric)
RETURNS text
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN replace(round(100 * share, 1)::text, '.', ',');

CREATE FUNCTION pg_temp.percent(share numeric)
RETURNS text
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN lpad(pg_temp.hundredths(share) || ' %', 7);

-- Other numbers, with a comma.
CREATE FUNCTION pg_temp.decimal(value double precision, digits integer)
RETURNS text
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN lpad(replace(round(value::numeric, digits)::text, '.', ','), 6);

CREATE FUNCTION pg_temp.level_text(level text)
RETURNS text
IMMUTABLE STRICT PARALLEL SAFE
LANGUAGE sql
RETURN CASE level WHEN 'region' THEN 'регион' WHEN 'municipality' THEN 'муниципалитет' ELSE 'школа' END;

\ir vpr.sql
