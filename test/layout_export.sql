-- layout_export.sql: writes a warehouse's results back into the layouts of
-- ФИС ОКО and РИС ГИА, a line of text a row, for tests that import them again.
--
-- Include it with search_path on the warehouse. It makes functions in pg_temp,
-- each a set of lines in the order of the file:
--
--   export_canonical(year)            the canonical form, every exam and attempt
--   export_f1(administration)         Ф1, first attempts
--   export_protocol(exam, year)       РИС protocols of oge (with gve) or ege,
--                                     stacked, each re-sit on a later day
--   export_marks(administration)      Ф3, percentages by mark
--   export_journal(administration)    marks and journal marks, 8 columns
--   export_scores(administration)     distribution of primary scores
--   export_items(administration)      item completion
--   export_working_marks(year)        regional working table, every ВПР
--
-- and export_files(), a row a line: file_name, kind, place, line, for all of the
-- individual layouts of all years, each ВПР a file, ОГЭ and ЕГЭ one a year.
-- Aggregates count first attempts. A work whose items are not stored becomes
-- one item worth the whole score, since Ф1 has item columns.

CREATE FUNCTION pg_temp.csv_line(VARIADIC cells text[])
RETURNS text
LANGUAGE sql IMMUTABLE
RETURN (SELECT string_agg(
                   CASE WHEN c.cell ~ '[;"\r\n]' THEN '"' || replace(c.cell, '"', '""') || '"'
                        ELSE coalesce(c.cell, '') END, ';' ORDER BY c.place)
        FROM unnest(cells) WITH ORDINALITY AS c (cell, place));

-- Of 12 pupils 1 is 8,33.
CREATE FUNCTION pg_temp.percent_cell(count bigint, of_all bigint)
RETURNS text
LANGUAGE sql IMMUTABLE
RETURN translate(round(100.0 * count / nullif(of_all, 0), 2)::text, '.', ',');

CREATE TEMP VIEW export_administration AS
SELECT a.administration_id, a.academic_year, a.max_score, e.code AS exam, s.code AS subject,
       n.level, n.grade, a.fail_by,
       upper(left(s.name, 1)) || substr(s.name, 2)
           || CASE n.level WHEN 'base' THEN ' базовая' WHEN 'profile' THEN ' профильная' ELSE '' END AS title,
       CASE WHEN e.code = 'gve' THEN CASE s.code WHEN 'rus' THEN '51' WHEN 'math' THEN '52' END
            WHEN n.level = 'base' THEN '22'
            ELSE lpad(array_position(ARRAY['rus', 'math', 'phys', 'chem', 'inf', 'bio', 'hist', 'geo', 'soc',
                                           'lit', 'eng', 'ger', 'fra', 'spa'], s.code)::text, 2, '0') END AS number
FROM administration AS a
JOIN assessment AS n USING (assessment_id)
JOIN exam AS e USING (exam_id)
JOIN subject AS s USING (subject_id);

CREATE TEMP VIEW export_school AS
SELECT s.school_id, s.name, m.name AS municipality, g.name AS region,
       (SELECT min(c.code) FROM school_code AS c
        WHERE c.school_id = s.school_id AND c.kind = 'fis_oko') AS login,
       (SELECT min(c.code) FROM school_code AS c
        WHERE c.school_id = s.school_id AND c.kind = 'ris_gia') AS ris
FROM school AS s
JOIN municipality AS m USING (municipality_id)
JOIN region AS g USING (region_id);

CREATE FUNCTION pg_temp.export_canonical(the_year integer)
RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    SELECT 'academic_year;exam;subject;level;grade;school_code_kind;school_code;participant;class;attempt;score;mark;journal_mark;task_scores'
    UNION ALL
    (SELECT pg_temp.csv_line(r.academic_year::text, a.exam, a.subject, a.level, a.grade::text,
                             CASE WHEN a.exam = 'vpr' THEN 'fis_oko' ELSE 'ris_gia' END,
                             CASE WHEN a.exam = 'vpr' THEN s.login ELSE s.ris END,
                             r.participant, r.class, r.attempt::text, r.score::text, r.mark::text,
                             r.journal_mark::text, array_to_string(r.task_scores, ';', 'X'))
     FROM result AS r
     JOIN export_administration AS a USING (administration_id)
     JOIN export_school AS s USING (school_id)
     WHERE r.academic_year = the_year
     ORDER BY r.administration_id, r.school_id, r.participant, r.attempt)
$$;

CREATE FUNCTION pg_temp.export_titles(report text, the_administration integer)
RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    SELECT t.line
    FROM export_administration AS a
    CROSS JOIN LATERAL (VALUES
        (1, pg_temp.csv_line(report)),
        (2, ''),
        (3, pg_temp.csv_line(format('ВПР %s %s %s класс', a.academic_year, a.title, a.grade))),
        (4, pg_temp.csv_line('Предмет:', a.title)),
        (5, pg_temp.csv_line('Максимальный первичный балл:', a.max_score::text)),
        (6, pg_temp.csv_line('Дата:', format('15.04.%s', a.academic_year)))) AS t (place, line)
    WHERE a.administration_id = the_administration
    ORDER BY t.place
$$;

-- The highest score seen of each item; one item worth everything without items.
CREATE FUNCTION pg_temp.item_maxima(the_administration integer)
RETURNS integer[]
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        (SELECT array_agg(i.maximum ORDER BY i.place)
         FROM (SELECT t.place, greatest(max(t.score), 1) AS maximum
               FROM result AS r, unnest(r.task_scores) WITH ORDINALITY AS t (score, place)
               WHERE r.administration_id = the_administration
               GROUP BY t.place) AS i),
        (SELECT ARRAY[a.max_score] FROM administration AS a WHERE a.administration_id = the_administration))
$$;

CREATE FUNCTION pg_temp.export_f1(the_administration integer)
RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    WITH item AS MATERIALIZED (
        SELECT pg_temp.item_maxima(the_administration) AS maxima
    ), pupil AS MATERIALIZED (
        SELECT r.*, s.name, s.login, s.municipality
        FROM result AS r
        JOIN export_school AS s USING (school_id)
        WHERE r.administration_id = the_administration AND r.attempt = 1
    )
    SELECT t FROM pg_temp.export_titles('Индивидуальные результаты', the_administration) AS t
    UNION ALL
    SELECT pg_temp.csv_line(VARIADIC ARRAY['', '', '', '', '', 'Уровень сложности задания']
               || ARRAY(SELECT CASE WHEN m > 1 THEN 'П' ELSE 'Б' END FROM unnest(i.maxima) AS m))
    FROM item AS i
    UNION ALL
    SELECT pg_temp.csv_line(VARIADIC
               ARRAY['ОО', 'Муниципалитет', 'Название ОО', 'Код участника', 'Класс', 'Вариант']
               || ARRAY(SELECT format('%s (%sб)', place, m)
                        FROM unnest(i.maxima) WITH ORDINALITY AS u (m, place) ORDER BY place)
               || ARRAY['Первичный балл', 'Отметка', 'Отметка по журналу'])
    FROM item AS i
    UNION ALL
    (SELECT l.line
     FROM (
         SELECT p.login, '' AS participant,
                pg_temp.csv_line(format('%s(%s)', min(p.name), p.login),
                                 'Кол-во участников: ' || count(*)) AS line
         FROM pupil AS p
         GROUP BY p.login
         UNION ALL
         SELECT p.login, p.participant,
                pg_temp.csv_line(VARIADIC
                    ARRAY[p.login, p.municipality, p.name, p.participant, p.class, '1']
                    || CASE WHEN p.task_scores IS NULL THEN
                                CASE WHEN cardinality(i.maxima) = 1 THEN ARRAY[p.score::text]
                                     ELSE array_fill(''::text, ARRAY[cardinality(i.maxima)]) END
                            ELSE string_to_array(array_to_string(p.task_scores, ';', 'X'), ';') END
                    || ARRAY[p.score::text, p.mark::text, coalesce(p.journal_mark::text, 'нет отметки')])
         FROM pupil AS p, item AS i) AS l
     ORDER BY l.login COLLATE "C", l.participant COLLATE "C")
$$;

-- Days: exams of one kind in June, a week for each further attempt from July.
CREATE FUNCTION pg_temp.export_protocol(the_exam text, the_year integer)
RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    WITH sitting AS MATERIALIZED (
        SELECT r.*, a.exam, a.level, a.fail_by, s.ris,
               format('%s - %s %s', a.number, a.title,
                      to_char(make_date(the_year, 6, 2)
                              + CASE WHEN r.attempt = 1 THEN 0 ELSE 7 * (r.attempt + 2) END,
                              'YYYY.MM.DD')) AS exam_line,
               a.number,
               row_number() OVER (PARTITION BY r.administration_id, r.attempt
                                  ORDER BY s.ris COLLATE "C", r.participant COLLATE "C") AS place
        FROM result AS r
        JOIN export_administration AS a USING (administration_id)
        JOIN export_school AS s USING (school_id)
        WHERE r.academic_year = the_year
          AND (a.exam = the_exam OR the_exam = 'oge' AND a.exam = 'gve')
    ), maxima AS (
        SELECT b.administration_id, pg_temp.item_maxima(b.administration_id) AS maxima
        FROM (SELECT DISTINCT administration_id FROM sitting) AS b
    )
    SELECT l.line
    FROM (
        SELECT DISTINCT t.attempt, t.number, t.administration_id, h.place::bigint, h.line
        FROM sitting AS t
        CROSS JOIN LATERAL (VALUES
            (-1, pg_temp.csv_line(t.exam_line)),
            (0, CASE WHEN the_exam = 'ege'
                     THEN '№;Код ППЭ;Код ОО;Класс;Код ООП;Профиль;Фамилия;Имя;Отчество;Вариант;Код участника;№ бланка;Ответы в краткой форме;Ответы в развернутой форме;Первичный балл;Итоговый балл'
                     ELSE '№;Код ОО;Класс;Код ППЭ;Аудитория;Код участника;Фамилия;Имя;Отчество;Серия;Номер;Ответы в краткой форме;Ответы в развернутой форме;Первичный балл;Оценка' END)) AS h (place, line)
        UNION ALL
        SELECT t.attempt, t.number, t.administration_id, t.place,
               CASE WHEN the_exam = 'ege'
                    THEN pg_temp.csv_line(t.place::text, '9911', t.ris, t.class, '1', '', 'Фамилия1', 'Имя1',
                             'Отчество1', '301', t.participant, '2197700000001', '', w.answers,
                             CASE WHEN t.level = 'base' THEN t.score::text END,
                             CASE WHEN t.level = 'base' THEN t.mark ELSE t.score END::text)
                    ELSE pg_temp.csv_line(t.place::text, t.ris, t.class, '9901', '0001', t.participant,
                             'Фамилия1', 'Имя1', 'Отчество1', '9977', '770001', '', w.answers,
                             t.score::text, t.mark::text) END
        FROM sitting AS t
        JOIN maxima AS m USING (administration_id)
        CROSS JOIN LATERAL (
            SELECT string_agg(format('%s(%s)', coalesce(u.score, 0), m.maxima[u.place]), '' ORDER BY u.place) AS answers
            FROM unnest(t.task_scores) WITH ORDINALITY AS u (score, place)) AS w) AS l
    ORDER BY l.attempt, l.number, l.administration_id, l.place
$$;

-- First attempts of an administration with the groups a report has: the whole
-- sample, the region, municipalities, schools.
CREATE FUNCTION pg_temp.export_groups(the_administration integer)
RETURNS TABLE (place bigint, label text, schools text, participants bigint,
               marks bigint[], journal bigint[], scores smallint[])
LANGUAGE sql STABLE
AS $$
    SELECT row_number() OVER (ORDER BY g.region NULLS FIRST, g.municipality NULLS FIRST, g.login NULLS FIRST),
           CASE WHEN g.login IS NOT NULL THEN format('%s(%s)', g.name, g.login)
                ELSE coalesce(g.municipality, g.region, 'Вся выборка') END,
           CASE WHEN g.login IS NULL THEN g.schools::text ELSE '' END,
           g.participants, g.marks, g.journal, g.scores
    FROM (
        SELECT s.region, s.municipality, s.login, min(s.name) AS name,
               count(DISTINCT r.school_id) AS schools, count(*) AS participants,
               ARRAY[count(*) FILTER (WHERE r.mark = 2), count(*) FILTER (WHERE r.mark = 3),
                     count(*) FILTER (WHERE r.mark = 4), count(*) FILTER (WHERE r.mark = 5)] AS marks,
               ARRAY[count(*) FILTER (WHERE r.mark < r.journal_mark), count(*) FILTER (WHERE r.mark = r.journal_mark),
                     count(*) FILTER (WHERE r.mark > r.journal_mark)] AS journal,
               array_agg(r.score) AS scores
        FROM result AS r
        JOIN export_school AS s USING (school_id)
        WHERE r.administration_id = the_administration AND r.attempt = 1 AND r.mark IS NOT NULL
        GROUP BY GROUPING SETS ((), (s.region), (s.region, s.municipality), (s.region, s.municipality, s.login))
    ) AS g
$$;

CREATE FUNCTION pg_temp.export_marks(the_administration integer)
RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    SELECT t FROM pg_temp.export_titles('Статистика по отметкам', the_administration) AS t
    UNION ALL
    SELECT 'Группы участников;Кол-во ОО;Кол-во участников;2;3;4;5'
    UNION ALL
    (SELECT pg_temp.csv_line(VARIADIC ARRAY[g.label, g.schools, g.participants::text]
                || ARRAY(SELECT pg_temp.percent_cell(m, g.participants)
                         FROM unnest(g.marks) WITH ORDINALITY AS u (m, n) ORDER BY n))
     FROM pg_temp.export_groups(the_administration) AS g
     ORDER BY g.place)
$$;

CREATE FUNCTION pg_temp.export_journal(the_administration integer)
RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    SELECT t FROM pg_temp.export_titles('Сравнение отметок с отметками по журналу', the_administration) AS t
    UNION ALL
    SELECT 'Группы участников;Кол-во участников(всего);'
           || 'Понизили (Отметка < Отметка по журналу) %;Понизили (Отметка < Отметка по журналу) Кол-во участников;'
           || 'Подтвердили (Отметка = Отметке по журналу) %;Подтвердили (Отметка = Отметке по журналу) Кол-во участников;'
           || 'Повысили (Отметка > Отметка по журналу) %;Повысили (Отметка > Отметка по журналу) Кол-во участников'
    UNION ALL
    (SELECT pg_temp.csv_line(g.label, n.compared::text,
                pg_temp.percent_cell(g.journal[1], n.compared), g.journal[1]::text,
                pg_temp.percent_cell(g.journal[2], n.compared), g.journal[2]::text,
                pg_temp.percent_cell(g.journal[3], n.compared), g.journal[3]::text)
     FROM pg_temp.export_groups(the_administration) AS g
     CROSS JOIN LATERAL (SELECT g.journal[1] + g.journal[2] + g.journal[3] AS compared) AS n
     WHERE n.compared > 0
     ORDER BY g.place)
$$;

CREATE FUNCTION pg_temp.export_scores(the_administration integer)
RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    SELECT t FROM pg_temp.export_titles('Распределение первичных баллов', the_administration) AS t
    UNION ALL
    SELECT 'Группы участников;Кол-во ОО;Кол-во участников;'
           || (SELECT string_agg(n::text, ';' ORDER BY n)
               FROM administration AS a, generate_series(0, a.max_score) AS n
               WHERE a.administration_id = the_administration)
    UNION ALL
    (SELECT pg_temp.csv_line(VARIADIC ARRAY[g.label, g.schools, g.participants::text]
                || ARRAY(SELECT pg_temp.percent_cell(
                                    (SELECT count(*) FROM unnest(g.scores) AS s WHERE s = n), g.participants)
                         FROM generate_series(0, a.max_score) AS n ORDER BY n))
     FROM administration AS a, pg_temp.export_groups(the_administration) AS g
     WHERE a.administration_id = the_administration
     ORDER BY g.place)
$$;

CREATE FUNCTION pg_temp.export_items(the_administration integer)
RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    WITH item AS MATERIALIZED (
        SELECT pg_temp.item_maxima(the_administration) AS maxima
    ), pupil AS MATERIALIZED (
        SELECT s.region, s.municipality, s.login, s.name, r.school_id,
               coalesce(r.task_scores, ARRAY[r.score]) AS scores
        FROM result AS r
        JOIN export_school AS s USING (school_id)
        WHERE r.administration_id = the_administration AND r.attempt = 1
    ), size AS (
        SELECT p.region, p.municipality, p.login, min(p.name) AS name, count(*) AS participants,
               count(DISTINCT p.school_id) AS schools
        FROM pupil AS p
        GROUP BY GROUPING SETS ((), (p.region), (p.region, p.municipality), (p.region, p.municipality, p.login))
    ), total AS (
        SELECT p.region, p.municipality, p.login, u.place, sum(u.score) AS points
        FROM pupil AS p, unnest(p.scores) WITH ORDINALITY AS u (score, place)
        GROUP BY u.place,
                 GROUPING SETS ((), (p.region), (p.region, p.municipality), (p.region, p.municipality, p.login))
    )
    SELECT t FROM pg_temp.export_titles('Выполнение заданий', the_administration) AS t
    UNION ALL
    SELECT pg_temp.csv_line(VARIADIC ARRAY['Группы участников', 'Кол-во ОО', 'Кол-во участников']
               || ARRAY(SELECT u.n::text FROM generate_series(1, cardinality(i.maxima)) AS u (n) ORDER BY u.n))
    FROM item AS i
    UNION ALL
    SELECT pg_temp.csv_line(VARIADIC ARRAY['Максимальный балл', '', ''] || i.maxima::text[]) FROM item AS i
    UNION ALL
    (SELECT pg_temp.csv_line(VARIADIC
                ARRAY[CASE WHEN g.login IS NOT NULL THEN format('%s(%s)', g.name, g.login)
                           ELSE coalesce(g.municipality, g.region, 'Вся выборка') END,
                      CASE WHEN g.login IS NULL THEN g.schools::text ELSE '' END, g.participants::text]
                || ARRAY(SELECT pg_temp.percent_cell(coalesce(t.points, 0), g.participants * i.maxima[n])
                         FROM generate_series(1, cardinality(i.maxima)) AS n
                         LEFT JOIN total AS t
                           ON t.place = n
                          AND (t.region, t.municipality, t.login)
                              IS NOT DISTINCT FROM (g.region, g.municipality, g.login)
                         ORDER BY n))
     FROM size AS g, item AS i
     ORDER BY g.region NULLS FIRST, g.municipality NULLS FIRST, g.login NULLS FIRST)
$$;

CREATE FUNCTION pg_temp.export_working_marks(the_year integer)
RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    SELECT 'Год;Класс;Предмет;Муниципалитет;Логин;ОО;Кол-во участников;2;3;4;5'
    UNION ALL
    (SELECT pg_temp.csv_line(VARIADIC
                ARRAY[a.academic_year::text, a.grade::text, a.title, s.municipality, s.login, s.name,
                      count(*)::text]
                || ARRAY[pg_temp.percent_cell(count(*) FILTER (WHERE r.mark = 2), count(*)),
                         pg_temp.percent_cell(count(*) FILTER (WHERE r.mark = 3), count(*)),
                         pg_temp.percent_cell(count(*) FILTER (WHERE r.mark = 4), count(*)),
                         pg_temp.percent_cell(count(*) FILTER (WHERE r.mark = 5), count(*))])
     FROM result AS r
     JOIN export_administration AS a USING (administration_id)
     JOIN export_school AS s USING (school_id)
     WHERE r.academic_year = the_year AND a.exam = 'vpr' AND r.attempt = 1 AND r.mark IS NOT NULL
     GROUP BY a.administration_id, a.academic_year, a.grade, a.title, s.school_id, s.municipality, s.login, s.name
     ORDER BY a.administration_id, s.login COLLATE "C")
$$;

CREATE FUNCTION pg_temp.export_files()
RETURNS TABLE (file_name text, kind text, place bigint, line text)
LANGUAGE sql STABLE
AS $$
    SELECT format('f1_%s_%s%s_%s.csv', a.academic_year, a.subject, a.grade, a.administration_id), 'f1',
           f.place, f.line
    FROM export_administration AS a
    CROSS JOIN LATERAL pg_temp.export_f1(a.administration_id) WITH ORDINALITY AS f (line, place)
    WHERE a.exam = 'vpr'
      AND EXISTS (SELECT FROM result AS r
                  WHERE r.administration_id = a.administration_id AND r.academic_year = a.academic_year)
    UNION ALL
    SELECT format('%s_%s.csv', y.exam, y.academic_year), y.exam, f.place, f.line
    FROM (SELECT DISTINCT a.academic_year, CASE a.exam WHEN 'gve' THEN 'oge' ELSE a.exam END AS exam
          FROM export_administration AS a
          WHERE a.exam IN ('oge', 'gve', 'ege')
            AND EXISTS (SELECT FROM result AS r
                        WHERE r.administration_id = a.administration_id
                          AND r.academic_year = a.academic_year)) AS y
    CROSS JOIN LATERAL pg_temp.export_protocol(y.exam, y.academic_year) WITH ORDINALITY AS f (line, place)
$$;
