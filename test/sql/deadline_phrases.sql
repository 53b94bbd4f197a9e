-- Every phrase of three real plans, read as a person read it
-- (test/data/README.md): kind, dates, recurrence, anchor.
\getenv abs_srcdir PG_ABS_SRCDIR
\if :{?abs_srcdir}
\else
    \set abs_srcdir test
\endif
\set file :abs_srcdir '/data/deadline_phrases.tsv'
\set content `cat :'file'`

CREATE TEMP TABLE plan (seed text PRIMARY KEY, plan_from date, plan_to date);
INSERT INTO plan VALUES
    ('000', '2023-01-01', '2023-12-31'), ('001', '2023-09-01', '2024-08-31'), ('002', '2021-09-01', '2022-08-31');

CREATE TEMP TABLE phrase AS
SELECT cell[1] AS seed, cell[2] AS phrase, cell[3] AS reading, place,
       (SELECT jsonb_object_agg(split_part(item, '=', 1), substr(item, position('=' IN item) + 1))
        FROM string_to_table(cell[3], ';') AS item) AS item
FROM string_to_table(:'content', E'\n') WITH ORDINALITY AS line (line, place)
CROSS JOIN string_to_array(line, E'\t') AS cell
WHERE place > 1 AND line <> '';

-- The rows that a reading promises: part, kind, starts_on, due_on.
CREATE FUNCTION pg_temp.whole_month(month text) RETURNS date[] LANGUAGE sql IMMUTABLE
RETURN ARRAY[to_date(month, 'YYYY-MM'), (to_date(month, 'YYYY-MM') + interval '1 month - 1 day')::date];

-- "once:2023-02-01..2023-02-28", "once:due=2022-11-30"
CREATE FUNCTION pg_temp.part_dates(part text) RETURNS date[] LANGUAGE sql IMMUTABLE
RETURN CASE WHEN part LIKE '%:due=%' THEN ARRAY[NULL, split_part(part, '=', 2)::date]
            ELSE ARRAY[split_part(split_part(part, ':', 2), '..', 1)::date, split_part(part, '..', 2)::date] END;

CREATE TEMP VIEW promised AS
SELECT place, 1 AS part, item ->> 'kind' AS kind, (item ->> 'from')::date AS starts_on,
       substring(coalesce(item ->> 'due', item ->> 'to') FROM '\d{4}-\d\d-\d\d')::date AS due_on
FROM phrase WHERE item ->> 'kind' IN ('once', 'range', 'continuous', 'undated')
UNION ALL
SELECT place, 1, 'multi', dates[1], dates[2]
FROM phrase CROSS JOIN string_to_table(item ->> 'months', ',') AS month
CROSS JOIN pg_temp.whole_month(month) AS dates
WHERE item ->> 'kind' = 'multi'
UNION ALL
SELECT place, 1, 'recurring', d::date, (d + step)::date - 1
FROM phrase
CROSS JOIN (VALUES ('P1M', interval '1 month'), ('P2M', '2 months'), ('P3M', '3 months'), ('2/P1Y', '6 months')) AS f (freq, step)
CROSS JOIN generate_series((item ->> 'from')::date, (item ->> 'to')::date, step) AS d
WHERE item ->> 'kind' = 'recurring' AND item ->> 'freq' = freq
UNION ALL
SELECT place, 1, 'recurring', t.starts_on::date, t.due_on::date
FROM phrase
CROSS JOIN (VALUES ('2023-01-09', '2023-03-22'), ('2023-04-01', '2023-05-26'), ('2023-09-01', '2023-10-27'),
                   ('2023-11-06', '2023-12-30')) AS t (starts_on, due_on)
WHERE item ->> 'freq' = '1/academic_term'
UNION ALL
SELECT place, 1, 'recurring', NULL, NULL FROM phrase WHERE item ->> 'freq' = 'per_event'
UNION ALL
SELECT place, n, split_part(item ->> ('part' || n), ':', 1), dates[1], dates[2]
FROM phrase CROSS JOIN generate_series(1, 2) AS n
CROSS JOIN pg_temp.part_dates(item ->> ('part' || n)) AS dates
WHERE item ->> 'kind' = 'composite' AND item ->> ('part' || n) NOT LIKE 'recurring:%'
UNION ALL
-- "recurring:P1Y,months=11,from=2023"
SELECT place, n, 'recurring', dates[1], dates[2]
FROM phrase CROSS JOIN generate_series(1, 2) AS n
CROSS JOIN regexp_match(item ->> ('part' || n), '^recurring:P1Y,months=(\d+),from=(\d+)') AS m
CROSS JOIN pg_temp.whole_month(m[2] || '-' || m[1]) AS dates
WHERE m IS NOT NULL;

CREATE TEMP VIEW read AS
SELECT place, o.*
FROM phrase JOIN plan USING (seed)
CROSS JOIN shnor.deadline_occurrences(phrase, plan_from, plan_to) AS o;

-- A reading that no branch above understands would promise nothing.
SELECT count(*) AS phrases, count(DISTINCT seed) AS plans,
       count(*) FILTER (WHERE place NOT IN (SELECT place FROM promised)) AS without_promise
FROM phrase;

-- Phrases read otherwise: none.
SELECT phrase, reading, shnor.deadline_kind(phrase) AS kind
FROM phrase WHERE shnor.deadline_kind(phrase) <> item ->> 'kind';
SELECT p.phrase, d.*
FROM (SELECT 'promised' AS side, place, part, kind, starts_on, due_on FROM promised
      EXCEPT ALL SELECT 'promised', place, part, kind, starts_on, due_on FROM read
      UNION ALL
      (SELECT 'read', place, part, kind, starts_on, due_on FROM read
       EXCEPT ALL SELECT 'read', place, part, kind, starts_on, due_on FROM promised)) AS d
JOIN phrase p USING (place)
ORDER BY place, side, part, due_on;

-- Recurrences, anchors and their names are in the notes.
SELECT phrase, reading, note
FROM phrase JOIN read USING (place)
WHERE item ? 'freq' AND note NOT LIKE 'freq=' || (item ->> 'freq') || '%'
   OR item ? 'min' AND note NOT LIKE '%; min=1%'
   OR item ? 'anchor' AND (note NOT LIKE '%anchor=' || split_part(item ->> 'anchor', ':', 1) || '%'
       OR EXISTS (SELECT FROM string_to_table(split_part(item ->> 'anchor', ':', 2), ',') AS name
                  WHERE strpos(note, name) = 0));
SELECT count(DISTINCT note) AS anchors FROM read WHERE note LIKE '%anchor=%';

-- The normal form is its own, and has the same occurrences.
SELECT count(*) FILTER (WHERE shnor.deadline_canonical(canonical) <> canonical) AS not_idempotent,
       count(*) FILTER (WHERE shnor.deadline_kind(canonical) <> shnor.deadline_kind(phrase)) AS other_kind,
       count(DISTINCT canonical) AS normal_forms
FROM phrase CROSS JOIN shnor.deadline_canonical(phrase) AS canonical;
SELECT count(*) AS read_otherwise
FROM (SELECT place, part, starts_on, due_on FROM read
      EXCEPT ALL
      SELECT place, part, starts_on, due_on
      FROM phrase JOIN plan USING (seed)
      CROSS JOIN shnor.deadline_occurrences(shnor.deadline_canonical(phrase), plan_from, plan_to)) AS d;
