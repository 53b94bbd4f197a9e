-- The star for BI tools: names that tools find keys, joins and measures by,
-- references that lead somewhere, nothing counted twice, figures as computed
-- from the outcomes and from the results themselves.
\ir include/warehouse.sql
BEGIN;
SELECT plan(31);

-- Ten pupils of each school in two subjects and two years; in 2023 school 4
-- sends nothing, school 1 fails by 3 of 10 in both subjects.
INSERT INTO result (administration_id, school_id, academic_year, participant, score, mark)
SELECT administration(y, 'vpr', e.subject, 5), s, y, 'p' || n, n, CASE WHEN n <= e.failing[s] THEN 2 ELSE 4 END
FROM (VALUES (2022, 'math', ARRAY[0, 3, 5, 1]), (2022, 'rus', ARRAY[1, 0, 4, 1]),
             (2023, 'math', ARRAY[3, 4, 0, NULL]), (2023, 'rus', ARRAY[3, 2, 1, NULL])) AS e (y, subject, failing),
     generate_series(1, 4) AS s, generate_series(1, 10) AS n
WHERE e.failing[s] IS NOT NULL;
INSERT INTO school_year (school_id, academic_year, enrolment) VALUES (1, 2023, 300);
SELECT error_of($$SELECT run_cycle(y) FROM generate_series(2022, 2023) AS y$$) \g /dev/null

-- A second cycle of 2023, with one failure more: the first is no longer current.
UPDATE result SET mark = 2 WHERE academic_year = 2023 AND school_id = 3 AND participant = 'p9'
    AND administration_id = administration(2023, 'vpr', 'math', 5);
SELECT error_of('SELECT run_cycle(2023)') \g /dev/null
SELECT is((SELECT count(*) FROM cycle), 3::bigint, 'there is a cycle that is not current');

-- A roadmap of the region and one of a school, into the year 2024.
SELECT error_of($cmd$
    SELECT import_roadmap($$
| № | Мероприятие | Срок | Ответственные |
|---|---|---|---|
| 1 | Совещание | до 31 августа 2023 года | ИРО |
| 2 | Семинар | до 1 сентября 2023 года | ИРО |
| 3 | Сопровождение | по отдельному графику | ИРО |
$$, 'Карта', 'region', 1, '2023-01-01', '2023-12-31');
    SELECT import_roadmap($$
| № | Мероприятие | Срок | Ответственные |
|---|---|---|---|
| 1 | Отчёт | до 15 октября 2023 года | Директор |
$$, 'Карта школы', 'school', 2, '2023-01-01', '2023-12-31');
$cmd$) \g /dev/null
SELECT error_of($$SELECT mark_done(roadmap_occurrence_id, '2023-08-20') FROM roadmap_today WHERE title = 'Совещание'$$) \g /dev/null

CREATE TEMP VIEW star AS
SELECT c.oid, c.relname::text AS name, a.attname::text AS attname, format_type(a.atttypid, NULL) AS type
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'monitoring'::regnamespace AND c.relname ~ '^(dim|fact)_';

-- Names
SELECT set_eq($$SELECT DISTINCT name FROM star$$,
              ARRAY['dim_school', 'dim_assessment', 'dim_year', 'fact_assessment_outcome', 'fact_school_outcome', 'fact_marker',
                    'fact_deadline'],
              'the star is these views');
SELECT is_empty($$SELECT name FROM star GROUP BY name HAVING NOT bool_or(attname = 'id' AND type IN ('integer', 'bigint'))$$,
                'the key of each is id, a whole number');
SELECT is_empty($$SELECT s.name, s.attname FROM star AS s
                  WHERE s.attname ~ '^(dim|fact)_' AND NOT EXISTS (SELECT FROM star AS d WHERE d.name || '_id' = s.attname)$$,
                'every reference names a view');
SELECT is_empty($$SELECT name, attname, type FROM star WHERE attname ~ '_count$' AND type NOT IN ('integer', 'bigint')$$,
                'what adds up is whole');
SELECT is_empty($$SELECT name FROM star WHERE name ~ '^fact_' GROUP BY name
                  HAVING NOT bool_or(attname = 'academic_year' AND type = 'integer')$$, 'every fact has its academic year');
SELECT is_empty($$SELECT name, attname FROM star WHERE type = 'numeric'$$, 'nothing is numeric, which Cube takes for text');

-- Keys and references hold.
CREATE FUNCTION pg_temp.broken_keys()
RETURNS TABLE (name text, rows bigint)
LANGUAGE plpgsql
AS $$
BEGIN
    FOR name IN SELECT DISTINCT s.name FROM star AS s LOOP
        EXECUTE format('SELECT count(*) - count(DISTINCT id) FROM monitoring.%I', name) INTO rows;
        IF rows > 0 THEN RETURN NEXT; END IF;
    END LOOP;
END
$$;
CREATE FUNCTION pg_temp.broken_references()
RETURNS TABLE (name text, reference text, rows bigint)
LANGUAGE plpgsql
AS $$
BEGIN
    FOR name, reference IN SELECT s.name, s.attname FROM star AS s WHERE s.attname ~ '^dim_' LOOP
        EXECUTE format('SELECT count(*) FROM monitoring.%I AS f WHERE f.%I IS NOT NULL AND NOT EXISTS (SELECT FROM monitoring.%I AS d WHERE d.id = f.%2$I)',
                       name, reference, regexp_replace(reference, '_id$', '')) INTO rows;
        IF rows > 0 THEN RETURN NEXT; END IF;
    END LOOP;
END
$$;
SELECT is_empty('SELECT * FROM pg_temp.broken_keys()', 'keys are unique');
SELECT is_empty('SELECT * FROM pg_temp.broken_references()', 'references lead to a row');
SELECT is_empty($$SELECT id FROM fact_assessment_outcome WHERE num_nulls(dim_school_id, dim_assessment_id, dim_year_id) > 0
                  UNION ALL SELECT id FROM fact_school_outcome WHERE num_nulls(dim_school_id, dim_year_id) > 0
                  UNION ALL SELECT id FROM fact_deadline WHERE dim_year_id IS NULL$$, 'and are there');
SELECT is_empty($$SELECT id FROM fact_deadline WHERE academic_year <> dim_year_id
                  UNION ALL SELECT id FROM fact_school_outcome WHERE academic_year <> dim_year_id
                  UNION ALL SELECT id FROM fact_assessment_outcome WHERE academic_year <> dim_year_id$$, 'the two years are one');

-- Dimensions
SELECT results_eq($$SELECT s.name, s.municipality, s.region, s.fis_oko_code, s.ris_gia_code FROM dim_school AS s WHERE s.id = 3$$,
                  $$VALUES ('Школа № 3', 'Второй район', 'Область', 'edu990003', '990003')$$, 'a school with its codes');
SELECT is((SELECT count(*) FROM dim_school), 4::bigint, 'every school once');
SELECT results_eq($$SELECT id, name, first_day, last_day, list_year, is_latest FROM dim_year ORDER BY id$$,
                  $$VALUES (2022, '2021/22', '2021-09-01'::date, '2022-08-31'::date, 2023, false),
                           (2023, '2022/23', '2022-09-01', '2023-08-31', 2024, true),
                           (2024, '2023/24', '2023-09-01', '2024-08-31', NULL, false)$$,
                  'years of results and of deadlines, each with its current cycle');
SELECT is((SELECT exam || '|' || subject || '|' || grade FROM dim_assessment WHERE name = 'ВПР, математика, 5 класс'), 'ВПР|математика|5', 'an assessment');

-- Figures
SELECT results_eq(
    $$SELECT f.dim_school_id, f.academic_year, sum(f.participant_count)::bigint, sum(f.failed_count)::bigint
      FROM fact_assessment_outcome AS f GROUP BY 1, 2 ORDER BY 1, 2$$,
    $$SELECT r.school_id, r.academic_year, count(*), count(*) FILTER (WHERE r.mark = 2)
      FROM result AS r GROUP BY 1, 2 ORDER BY 1, 2$$, 'participants and failures add up to those of the results');
SELECT results_eq($$SELECT sum(low_count), sum(judged_count) FROM fact_assessment_outcome WHERE academic_year = 2022$$,
                  $$SELECT 3::bigint, 8::bigint$$, 'so do low results: 3, 5 and 4 of 10');
SELECT results_eq($$SELECT assessment_outcome_id, fail_share FROM school_profile ORDER BY 1$$,
                  $$SELECT id, (failed_count::numeric / participant_count) FROM fact_assessment_outcome ORDER BY 1$$,
                  'the results are those of school_profile');
SELECT results_eq(
    $$SELECT academic_year, count(*), sum(judged_count), sum(listed_count), sum(risk_zone_count), sum(new_count), sum(stayed_count),
             sum(returned_count), sum(left_count)
      FROM fact_school_outcome GROUP BY 1 ORDER BY 1$$,
    $$SELECT result_year, schools::bigint, judged::bigint, in_list::bigint, risk_zone::bigint, appeared::bigint, stayed::bigint, returned::bigint,
             (SELECT count(*) FROM school_status AS o WHERE o.result_year = c.result_year AND o.dynamics = 'left')
      FROM cycle_summary AS c WHERE is_current ORDER BY 1$$, 'schools add up to the totals of the cycles');
SELECT results_eq($$SELECT dim_school_id, in_list, enrolment_count, worst_participants, worst_failed, branch FROM fact_school_outcome
                    WHERE academic_year = 2023 AND dim_school_id IN (1, 4) ORDER BY 1$$,
                  $$VALUES (1, true, 300, 10::bigint, 3::bigint, 'несколько процедур за год'), (4, false, NULL, NULL, NULL, 'нет данных')$$,
                  'a school of the list and one without data');
SELECT results_eq($$SELECT title, academic_year, dim_school_id, municipality, status, due_count, done_count, overdue_count
                    FROM fact_deadline ORDER BY id$$,
                  $$VALUES ('Совещание', 2023, NULL::integer, NULL::text, 'done', 1, 1, 0), ('Семинар', 2024, NULL, NULL, 'overdue', 1, 0, 1),
                           ('Сопровождение', 2024, NULL, NULL, 'planned', 0, 0, 0), ('Отчёт', 2024, 2, 'Первый район', 'overdue', 1, 0, 1)$$,
                  'deadlines: the last day of August is still the old year; what has no date counts for the plan''s last');

-- Markers: all of them once, each year by one cycle; the report is what is marked.
UPDATE marker_outcome SET is_flagged = true, reason = NULL
WHERE marker_outcome_id = (SELECT min(o.marker_outcome_id) FROM marker_outcome AS o
                           JOIN marker_year AS y USING (marker_judgement_id) WHERE y.academic_year = 2023);
SELECT cmp_ok((SELECT count(*) FROM fact_marker), '>', 40::bigint, 'there are markers');
SELECT results_eq(
    $$SELECT academic_year, dim_school_id, dim_assessment_id, marker_code, count(*), sum(evaluated_count), sum(flagged_count)
      FROM fact_marker GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4$$,
    $$SELECT j.academic_year, o.school_id, a.assessment_id, m.code, count(*), count(*) FILTER (WHERE o.reason IS NULL),
             count(*) FILTER (WHERE o.is_flagged)
      FROM marker_outcome AS o
      JOIN marker_judgement AS j USING (marker_judgement_id)
      JOIN cycle_judgement AS k USING (marker_judgement_id)
      JOIN cycle AS c ON c.cycle_id = k.cycle_id AND c.is_current AND c.result_year = j.academic_year
      JOIN administration AS a USING (administration_id)
      JOIN marker AS m USING (marker_id)
      GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4$$, 'they are those of the year''s own cycle');
SELECT results_eq($$SELECT "Организация", "Процедура", "Признак, требует анализа", "Участников" FROM report_marker$$,
                  $$SELECT school, assessment, marker, sample FROM markers$$, 'the report of markers');
SELECT is((SELECT count(*) FROM report_marker), 1::bigint, 'has the one that is marked');

-- BI tools read a column of all rows: only the tables it needs are read.
CREATE FUNCTION pg_temp.planned(part text, query text)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    plan jsonb;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    RETURN (SELECT string_agg(DISTINCT p.name #>> '{}', ' ' ORDER BY p.name #>> '{}')
            FROM jsonb_path_query(plan, ('$.**."' || part || '"')::jsonpath) AS p (name));
END
$$;
CREATE TEMP TABLE reading (view_name, col, tables) AS VALUES
    ('school_markers', 'is_flagged', 'cycle cycle_judgement marker_judgement marker_outcome'),
    ('school_markers', 'status', 'cycle cycle_judgement marker_judgement marker_outcome'),
    ('school_markers', 'school', 'cycle cycle_judgement marker_judgement marker_outcome school'),
    ('school_markers', 'municipality', 'cycle cycle_judgement marker_judgement marker_outcome municipality school'),
    ('school_markers', 'municipality_id', 'cycle cycle_judgement marker_judgement marker_outcome school'),
    ('school_markers', 'assessment', 'administration assessment cycle cycle_judgement marker_judgement marker_outcome'),
    ('school_markers', 'assessment_id', 'administration cycle cycle_judgement marker_judgement marker_outcome'),
    ('school_markers', 'what_is_seen', 'cycle cycle_judgement marker marker_judgement marker_outcome'),
    ('school_markers', 'by_chance', 'cycle cycle_judgement marker_judgement marker_outcome marker_run'),
    ('markers', 'sample', 'cycle cycle_judgement marker_judgement marker_outcome'),
    ('report_marker', '"Что видно"', 'cycle cycle_judgement marker marker_judgement marker_outcome'),
    ('fact_marker', 'flagged_count', 'cycle cycle_judgement marker_judgement marker_outcome'),
    ('fact_marker', 'marker', 'cycle cycle_judgement marker marker_judgement marker_outcome'),
    ('fact_marker', 'dim_assessment_id', 'administration cycle cycle_judgement marker_judgement marker_outcome'),
    ('school_peer', 'peer_school_id', 'context_outcome cycle');
SELECT results_eq(
    $$SELECT view_name, col, pg_temp.planned('Relation Name', format('SELECT %s FROM %I GROUP BY 1 ORDER BY 1 LIMIT 1000', col, view_name))
      FROM reading ORDER BY 1, 2$$,
    'SELECT view_name, col, tables FROM reading ORDER BY 1, 2', 'a column brings in only the tables it needs');
SET LOCAL enable_seqscan = off;
SELECT matches(pg_temp.planned('Index Name', 'SELECT * FROM markers'), '\ymarker_outcome_flagged\y', 'what is flagged is found by its index');
RESET enable_seqscan;

-- Reports
SELECT results_eq($$SELECT "Организация", "Положение", "Доля, %" FROM report_school WHERE "Год результатов" = 2023 ORDER BY "Организация"$$,
                  $$VALUES ('Школа № 1', 'в списке ШНОР', 30.0), ('Школа № 2', 'в списке ШНОР', 40.0),
                           ('Школа № 3', 'вне списка', 10.0), ('Школа № 4', 'нет данных', NULL)$$, 'the report of schools');
SELECT is((SELECT count(*) FROM report_result), (SELECT count(*) FROM fact_assessment_outcome), 'the report of results has every result');
SELECT results_eq($$SELECT "Муниципалитет", "Организаций", "В списке ШНОР" FROM report_municipality WHERE "Год результатов" = 2023 ORDER BY 1$$,
                  $$VALUES ('Второй район', 2::bigint, 0::bigint), ('Первый район', 2, 2)$$, 'the report of municipalities');

SELECT results_eq($$SELECT "Кто исполняет", "Организация", "Мероприятие", "Состояние", "Опоздание, дней" > 0 FROM report_deadline
                    WHERE "Состояние" <> 'предстоит' ORDER BY "Срок"$$,
                  $$VALUES ('регион', NULL, 'Совещание', 'выполнено', NULL), ('регион', NULL, 'Семинар', 'просрочено', true),
                           ('школа', 'Школа № 2', 'Отчёт', 'просрочено', true)$$, 'the report of deadlines');

SELECT * FROM finish();
ROLLBACK;
