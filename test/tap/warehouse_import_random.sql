-- Random files, good and bad cells mixed, against a second, slow reading of
-- the rules in plpgsql: which lines are refused and why, what is stored, whose
-- it is, and the counts of every import.
\ir include/warehouse.sql
SELECT plan(7);
\set seed 0.20240806
SELECT diag('seed ' || :'seed');
SELECT setseed(:seed) \g /dev/null
SELECT open_administration(2021, 'vpr', 'math', 5, max_score => 20) \g /dev/null

-- Random values.
CREATE FUNCTION helper.pick(VARIADIC pool text[])
RETURNS text
LANGUAGE sql VOLATILE
RETURN pool[1 + floor(random() * cardinality(pool))::integer];
-- Mostly the first, at times one of the others.
CREATE FUNCTION helper.mostly(usual text, VARIADIC pool text[])
RETURNS text
LANGUAGE sql VOLATILE
RETURN CASE WHEN random() < 0.96 THEN usual ELSE helper.pick(VARIADIC pool) END;

CREATE TABLE helper.file_line (LIKE import_form);
ALTER TABLE helper.file_line ADD COLUMN line bigint GENERATED ALWAYS AS IDENTITY (START 2);

CREATE FUNCTION helper.random_file(rows integer, participants integer)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    TRUNCATE helper.file_line RESTART IDENTITY;
    INSERT INTO helper.file_line (academic_year, exam, subject, level, grade, school_code_kind, school_code,
                                  participant, class, attempt, score, mark, journal_mark, task_scores)
    SELECT helper.mostly(p.year, '2021', '2024', '23', '', NULL, 'год', '1999', '2100', ' 2023', E'2022\t'),
           helper.mostly(p.exam, 'VPR', E'\u00a0vpr ', 'ege', 'oge', 'впр', '', NULL),
           helper.mostly(p.subject, 'Math ', 'rus', 'phys', '', NULL),
           helper.mostly('', NULL, 'none', ' None', 'base', 'x'),
           helper.mostly(p.grade, ' 5', '05', '11', '13', 'x', '', NULL),
           helper.mostly('fis_oko', 'ris_gia', 'FIS_OKO ', 'inn', '', NULL),
           helper.mostly('edu99000' || 1 + floor(random() * 4), '990003', E' edu990002\u00a0', 'EDU990001', '', NULL),
           helper.mostly('p' || floor(random() * participants), ' p7 ', 'P7', 'Иванов', 'Ivanov I', '', NULL,
                         E'p\u00a01', repeat('p', 40), repeat('p', 41)),
           helper.mostly('5А', '5Б', NULL, '', ' 5А', repeat('Я', 20), repeat('Я', 21)),
           helper.mostly('', NULL, '1', '2', ' 2', '0', '9', '10', 'a', '1.0'),
           helper.mostly(floor(random() * 3)::text, '', NULL, '20', '21', '45', '46', '100', '101', '1001', '+7', '-0', '-1', '1 0', E'8\n'),
           helper.mostly(CASE WHEN p.exam <> 'ege' THEN helper.pick('2', '3') ELSE '' END,
                         '', NULL, '1', '2', '5', '6', ' 4', '+3', 'н', '33'),
           helper.mostly(helper.pick('', '4'), NULL, '1', '2', '6', E'3\u00a0', 'X'),
           helper.mostly(helper.pick('', '1;X'), NULL, 'x;Х;х', ' 1 ; 2', '1,2', ';', '1;', '100', '101', '999', '1000', '-1', 'XX',
                         repeat('1;', 99) || '1', repeat('1;', 100) || '1')
    FROM generate_series(1, rows) AS n
    CROSS JOIN LATERAL (
        SELECT v.* FROM (VALUES ('2023', 'vpr', 'math', '5', 1), ('2022', 'vpr', 'math', '5', 2),
                                ('2023', 'vpr', 'rus', '5', 3), ('2023', 'ege', 'rus', '11', 4)) AS v (year, exam, subject, grade, k)
        WHERE v.k = 1 + n % 4) AS p;
END
$$;

-- The model: what must be stored.
CREATE TABLE helper.model (
    academic_year integer, assessment text, school_id integer, participant text, attempt integer,
    class text, score integer, mark integer, journal_mark integer, tasks text[], owner text, line bigint,
    PRIMARY KEY (academic_year, assessment, school_id, participant, attempt));
CREATE TABLE helper.parsed AS TABLE helper.model WITH NO DATA;
ALTER TABLE helper.parsed ADD COLUMN tags text[];

CREATE FUNCTION helper.trimmed(cell text)
RETURNS text
LANGUAGE sql
RETURN nullif(regexp_replace(cell, '^[\s\u00a0]+|[\s\u00a0]+$', '', 'g'), '');
CREATE FUNCTION helper.whole(cell text, low integer, high integer)
RETURNS integer
LANGUAGE sql
RETURN CASE WHEN cell ~ '^[-+]?\d+$' THEN CASE WHEN cell::numeric BETWEEN low AND high THEN cell::integer END END;

-- One line of a file: its values, and the kinds of reasons against it.
CREATE FUNCTION helper.parse(f helper.file_line)
RETURNS helper.parsed
LANGUAGE plpgsql
AS $$
DECLARE
    p helper.parsed;
    year_number integer := helper.whole(helper.trimmed(f.academic_year), 2000, 2100);
    score_cell text := helper.trimmed(f.score);
    mark_cell text := helper.trimmed(f.mark);
    max_score integer;
    judged_by text;
    part text;
BEGIN
    p.line := f.line;
    p.academic_year := year_number;
    p.tags := '{}';

    SELECT v.name, v.max_score, v.judged_by INTO p.assessment, max_score, judged_by
    FROM (VALUES ('vpr', 'math', 5, 'vpr math 5', 20, 'mark'), ('vpr', 'rus', 5, 'vpr rus 5', 45, 'mark'),
                 ('ege', 'rus', 11, 'ege rus 11', 100, 'min_score')) AS v (exam, subject, grade, name, max_score, judged_by)
    WHERE v.exam = lower(helper.trimmed(f.exam)) AND v.subject = lower(helper.trimmed(f.subject))
      AND v.grade = helper.whole(helper.trimmed(f.grade), 1, 12)
      AND lower(coalesce(helper.trimmed(f.level), 'none')) = 'none';
    IF year_number IS NULL THEN
        p.tags := p.tags || 'year'::text;
    ELSIF p.assessment IS NULL THEN
        -- known to the warehouse, yet never held in these years
        p.tags := p.tags || CASE WHEN helper.trimmed(f.exam) = 'oge' AND lower(helper.trimmed(f.subject)) IN ('math', 'rus')
                                      AND helper.whole(helper.trimmed(f.grade), 1, 12) = 9
                                 THEN 'administration' ELSE 'assessment' END;
    ELSIF year_number = 2021 AND p.assessment = 'vpr math 5' THEN
        p.tags := p.tags || 'unopened'::text;
    ELSIF year_number NOT IN (2022, 2023) THEN
        p.tags := p.tags || 'administration'::text;
    END IF;
    IF year_number IS NULL OR NOT (year_number IN (2022, 2023) OR p.tags = '{unopened}') THEN
        max_score := NULL;
        judged_by := NULL;
    END IF;

    p.school_id := CASE lower(helper.trimmed(f.school_code_kind))
        WHEN 'fis_oko' THEN substring(helper.trimmed(f.school_code) FROM '^edu99000([1-4])$')
        WHEN 'ris_gia' THEN substring(helper.trimmed(f.school_code) FROM '^99000([1-4])$') END;
    IF p.school_id IS NULL THEN p.tags := p.tags || 'school'::text; END IF;
    p.participant := helper.trimmed(f.participant);
    IF p.participant IS NULL OR length(p.participant) > 40
       OR translate(lower(p.participant), 'abcdefghijklmnopqrstuvwxyz0123456789-_', '') <> '' THEN
        p.tags := p.tags || 'participant'::text;
    END IF;
    p.class := coalesce(helper.trimmed(f.class), '');
    IF octet_length(p.class) > 40 THEN p.tags := p.tags || 'class'::text; END IF;
    p.attempt := helper.whole(coalesce(helper.trimmed(f.attempt), '1'), 1, 9);
    IF p.attempt IS NULL THEN p.tags := p.tags || 'attempt'::text; END IF;
    p.score := helper.whole(score_cell, 0, 1000);
    IF score_cell IS NOT NULL AND (p.score IS NULL OR p.score > max_score) THEN p.tags := p.tags || 'score'::text; END IF;
    p.mark := helper.whole(mark_cell, 2, 5);
    IF mark_cell IS NOT NULL AND p.mark IS NULL THEN p.tags := p.tags || 'mark'::text; END IF;
    p.journal_mark := helper.whole(helper.trimmed(f.journal_mark), 2, 5);
    IF helper.trimmed(f.journal_mark) IS NOT NULL AND p.journal_mark IS NULL THEN p.tags := p.tags || 'journal'::text; END IF;
    IF score_cell IS NULL AND mark_cell IS NULL THEN
        p.tags := p.tags || 'neither'::text;
    ELSIF judged_by = 'mark' AND mark_cell IS NULL THEN
        p.tags := p.tags || 'mark needed'::text;
    ELSIF judged_by = 'min_score' AND score_cell IS NULL THEN
        p.tags := p.tags || 'score needed'::text;
    END IF;
    IF helper.trimmed(f.task_scores) IS NOT NULL THEN
        FOREACH part IN ARRAY string_to_array(helper.trimmed(f.task_scores), ';') LOOP
            part := helper.trimmed(part);
            p.tasks := p.tasks || CASE WHEN part IN ('x', 'X', 'х', 'Х') THEN NULL ELSE coalesce(part, '?') END;
        END LOOP;
        IF cardinality(p.tasks) > 100
           OR EXISTS (SELECT FROM unnest(p.tasks) AS u WHERE u IS NOT NULL AND helper.whole(u, 0, 100) IS NULL) THEN
            p.tags := p.tags || 'tasks'::text;
        END IF;
    END IF;
    RETURN p;
END
$$;

-- Plays an import on the model; returns the counts as helper.counts does. The
-- rejects are left in helper.parsed.
CREATE FUNCTION helper.play(name text)
RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    p helper.parsed;
    m helper.model;
    twin helper.parsed;
    stored integer := 0;
    replaced integer := 0;
    unchanged integer := 0;
    withdrawn integer;
BEGIN
    TRUNCATE helper.parsed;
    INSERT INTO helper.parsed SELECT q.* FROM helper.file_line AS f, helper.parse(f) AS q;

    -- Lines about one result.
    UPDATE helper.parsed AS a
    SET tags = CASE WHEN EXISTS (
                        SELECT FROM helper.parsed AS b
                        WHERE (b.academic_year, b.assessment, b.school_id, b.participant, b.attempt)
                              = (a.academic_year, a.assessment, a.school_id, a.participant, a.attempt)
                          AND b.tags = '{}'
                          AND (b.class IS DISTINCT FROM a.class OR b.score IS DISTINCT FROM a.score
                               OR b.mark IS DISTINCT FROM a.mark OR b.journal_mark IS DISTINCT FROM a.journal_mark
                               OR b.tasks IS DISTINCT FROM a.tasks))
                    THEN '{contradiction}'::text[]
                    WHEN EXISTS (
                        SELECT FROM helper.parsed AS b
                        WHERE (b.academic_year, b.assessment, b.school_id, b.participant, b.attempt)
                              = (a.academic_year, a.assessment, a.school_id, a.participant, a.attempt)
                          AND b.tags = '{}' AND b.line < a.line)
                    THEN '{repeat}'::text[]
                    ELSE '{}' END
    WHERE a.tags = '{}';

    FOR p IN SELECT * FROM helper.parsed AS x WHERE x.tags = '{}' LOOP
        SELECT * INTO m FROM helper.model AS x
        WHERE (x.academic_year, x.assessment, x.school_id, x.participant, x.attempt)
              = (p.academic_year, p.assessment, p.school_id, p.participant, p.attempt);
        IF NOT FOUND THEN
            stored := stored + 1;
            INSERT INTO helper.model
            VALUES (p.academic_year, p.assessment, p.school_id, p.participant, p.attempt, p.class, p.score, p.mark,
                    p.journal_mark, p.tasks, name, p.line);
        ELSIF m.class = p.class AND m.score IS NOT DISTINCT FROM p.score AND m.mark IS NOT DISTINCT FROM p.mark
              AND m.journal_mark IS NOT DISTINCT FROM p.journal_mark AND m.tasks IS NOT DISTINCT FROM p.tasks THEN
            unchanged := unchanged + 1;
        ELSIF m.owner = name THEN
            replaced := replaced + 1;
            UPDATE helper.model AS x
            SET class = p.class, score = p.score, mark = p.mark, journal_mark = p.journal_mark, tasks = p.tasks
            WHERE (x.academic_year, x.assessment, x.school_id, x.participant, x.attempt)
                  = (p.academic_year, p.assessment, p.school_id, p.participant, p.attempt);
        ELSE
            UPDATE helper.parsed AS x SET tags = '{taken}' WHERE x.line = p.line;
        END IF;
    END LOOP;
    DELETE FROM helper.model AS x
    WHERE x.owner = name
      AND NOT EXISTS (
          SELECT FROM helper.parsed AS y
          WHERE y.tags = '{}'
            AND (y.academic_year, y.assessment, y.school_id, y.participant, y.attempt)
                = (x.academic_year, x.assessment, x.school_id, x.participant, x.attempt));
    GET DIAGNOSTICS withdrawn = ROW_COUNT;
    RETURN format('%s = %s + %s + %s + %s, %s', (SELECT count(*) FROM helper.parsed), stored, replaced, unchanged,
                  (SELECT count(*) FROM helper.parsed WHERE tags <> '{}'), withdrawn);
END
$$;

-- The kind of a reason that the warehouse gave.
CREATE FUNCTION helper.tag(reason text)
RETURNS text
LANGUAGE sql
RETURN CASE
    WHEN reason ~ '^учебный год: ' THEN 'year'
    WHEN reason ~ '^учебный год \d+ не открыт' THEN 'unopened'
    WHEN reason ~ '^процедура ' THEN 'assessment'
    WHEN reason ~ '^проведение ' THEN 'administration'
    WHEN reason ~ '^(нет кода|код) организации' THEN 'school'
    WHEN reason ~ '^(нет кода|код) участника' THEN 'participant'
    WHEN reason ~ '^класс: ' THEN 'class'
    WHEN reason ~ '^попытка: ' THEN 'attempt'
    WHEN reason ~ '^балл: ' THEN 'score'
    WHEN reason ~ '^отметка: ' THEN 'mark'
    WHEN reason ~ '^отметка по журналу: ' THEN 'journal'
    WHEN reason ~ '^нет ни балла' THEN 'neither'
    WHEN reason ~ '^нет отметки, а' THEN 'mark needed'
    WHEN reason ~ '^нет балла, а' THEN 'score needed'
    WHEN reason ~ '^баллы за задания: ' THEN 'tasks'
    WHEN reason ~ '^повторяет строку' THEN 'repeat'
    WHEN reason ~ '^в файле несколько' THEN 'contradiction'
    WHEN reason ~ '^результат уже внесён из файла' THEN 'taken'
    ELSE reason END;

-- Imports, each played on the model too. A step is a file name; a repeated
-- step reads the same lines under the same name again.
CREATE TABLE helper.step (step integer, name text, expected text, got text, other_rejects bigint, other_results bigint);
CREATE FUNCTION helper.run(steps integer)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    name text;
    expected text;
    got monitoring.import_file;
BEGIN
    FOR n IN 1 .. steps LOOP
        IF n % 5 <> 0 THEN
            name := helper.pick('A', 'B', 'C');
            PERFORM helper.random_file(400, 150);
        END IF;
        PERFORM monitoring.open_staging();
        INSERT INTO pg_temp.import_staging
        SELECT academic_year, exam, subject, level, grade, school_code_kind, school_code, participant, class,
               attempt, score, mark, journal_mark, task_scores
        FROM helper.file_line ORDER BY line;
        expected := helper.play(name);
        got := monitoring.import_results(name);
        INSERT INTO helper.step VALUES (n, name, expected, helper.counts(got),
            (SELECT count(*)
             FROM (SELECT r.line, array_agg(helper.tag(u) ORDER BY helper.tag(u) COLLATE "C") AS tags
                   FROM monitoring.import_reject AS r, string_to_table(replace(r.reason, '; сам он', ' сам он'), '; ') AS u
                   WHERE r.import_file_id = got.import_file_id
                   GROUP BY r.line) AS g
             FULL JOIN (SELECT p.line, array_agg(u ORDER BY u COLLATE "C") AS tags
                        FROM helper.parsed AS p, unnest(p.tags) AS u
                        GROUP BY p.line) AS e USING (line)
             WHERE g.tags IS DISTINCT FROM e.tags),
            (SELECT count(*)
             FROM (SELECT r.academic_year, concat_ws(' ', e.code, s.code, a.grade) AS assessment, r.school_id, r.participant,
                          r.attempt::integer, r.class, r.score::integer, r.mark::integer, r.journal_mark::integer,
                          r.task_scores::integer[]::text AS tasks, f.file_name AS owner
                   FROM monitoring.result AS r
                   JOIN monitoring.administration USING (administration_id)
                   JOIN monitoring.assessment AS a USING (assessment_id)
                   JOIN monitoring.exam AS e USING (exam_id)
                   JOIN monitoring.subject AS s USING (subject_id)
                   JOIN monitoring.import_file AS f USING (import_file_id)) AS g
             FULL JOIN (SELECT m.academic_year, m.assessment, m.school_id, m.participant, m.attempt, m.class, m.score,
                               m.mark, m.journal_mark, m.tasks::integer[]::text AS tasks, m.owner
                        FROM helper.model AS m) AS x
               ON (g.academic_year, g.assessment, g.school_id, g.participant, g.attempt)
                  = (x.academic_year, x.assessment, x.school_id, x.participant, x.attempt)
             WHERE to_jsonb(g) IS DISTINCT FROM to_jsonb(x)));
    END LOOP;
END
$$;
SELECT run(25) \g /dev/null

SELECT is_empty('SELECT step, name, expected, got FROM step WHERE got <> expected AND step % 5 <> 0',
                'every import''s counts are as expected');
SELECT is_empty('SELECT step, name, other_rejects FROM step WHERE other_rejects > 0',
                'exactly the lines expected are refused, for exactly the reasons expected');
SELECT is_empty('SELECT step, name, other_results FROM step WHERE other_results > 0',
                'exactly the results expected are stored after every import');
SELECT is_empty($$SELECT s.step FROM step AS s JOIN step AS before ON before.step = s.step - 1
                  WHERE s.step % 5 = 0 AND s.got <> before.got$$,
                'a file read again gives the import it gave before');

-- The files were worth reading: every reason came up, and every outcome.
SELECT set_eq($$SELECT DISTINCT tag(u) FROM import_reject AS r, string_to_table(replace(r.reason, '; сам он', ' сам он'), '; ') AS u$$,
    $$SELECT unnest(ARRAY['year', 'unopened', 'assessment', 'administration', 'school', 'participant', 'class',
                          'attempt', 'score', 'mark', 'journal', 'neither', 'mark needed', 'score needed', 'tasks',
                          'repeat', 'contradiction', 'taken'])$$, 'every kind of reason came up');
SELECT cmp_ok((SELECT sum(rows_read) FROM import_file), '>', 5000::numeric, 'thousands of lines were read');
SELECT cmp_ok((SELECT least(sum(rows_stored), sum(rows_replaced), sum(rows_unchanged), sum(rows_withdrawn)) FROM import_file),
              '>', 20::numeric, 'and stored, replaced, found unchanged and withdrawn');

SELECT * FROM finish();
