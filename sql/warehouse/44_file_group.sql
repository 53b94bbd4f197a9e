-- import_file, groups: records of a group layout become published_group.

-- The long form of the journal comparison has a group's name on a line of its
-- own and a line for each outcome under it; here they become one record:
-- name, all, percentages of lower, same, higher.
CREATE FUNCTION fold_journal()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    CREATE TEMPORARY TABLE import_folded AS
    WITH named AS (
        SELECT r.line, r.cells, r.header_line, r.exam_line, header_text(r.cells[1]) AS outcome,
               max(r.line) FILTER (WHERE r.filled = 1 AND r.kind = 'service') OVER (ORDER BY r.line) AS name_line
        FROM import_record AS r
    )
    SELECT n.name_line AS line, min(n.header_line) AS header_line, min(n.exam_line) AS exam_line,
           ARRAY[min(g.cells[1]), min(n.cells[2]) FILTER (WHERE n.outcome = 'всего'),
                 min(n.cells[3]) FILTER (WHERE n.outcome LIKE 'понизили%'),
                 min(n.cells[3]) FILTER (WHERE n.outcome LIKE 'подтвердили%'),
                 min(n.cells[3]) FILTER (WHERE n.outcome LIKE 'повысили%')] AS cells
    FROM named AS n
    JOIN import_record AS g ON g.line = n.name_line
    WHERE n.header_line IS NOT NULL AND n.outcome ~ '^(понизили|подтвердили|повысили|всего)'
    GROUP BY n.name_line;
    DELETE FROM import_record AS r WHERE r.kind = 'data' OR r.line IN (SELECT f.line FROM import_folded AS f);
    INSERT INTO import_record (line, cells, filled, kind, header_line, exam_line)
    SELECT f.line, f.cells, 5, 'data', f.header_line, f.exam_line FROM import_folded AS f;
    UPDATE import_record AS r SET cells = array_fill('-'::text, '{5}') WHERE r.kind = 'header';
    DELETE FROM import_header;
    INSERT INTO import_header (line, role, place, header)
    SELECT DISTINCT f.header_line, v.role, v.place, v.role
    FROM import_folded AS f
    CROSS JOIN (VALUES ('group', 1), ('participants', 2), ('journal_lower', 3), ('journal_same', 4),
                       ('journal_higher', 5)) AS v (role, place);
    DROP TABLE pg_temp.import_folded;
END
$$;
COMMENT ON FUNCTION fold_journal() IS
'Сводит длинную форму сравнения с журналом к одной записи на группу. Вызывается из import_file';

-- Reads the records into import_work: label, participants, percentages.
CREATE FUNCTION read_groups(given import_form)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
#variable_conflict use_column
BEGIN
    CREATE TEMPORARY TABLE import_work AS
    WITH percent_place AS (
        SELECT h.line,
               array_agg(h.place ORDER BY h.place) FILTER (WHERE h.role ~ '^mark_[2-5]$') AS marks,
               array_agg(h.place ORDER BY h.role = 'journal_higher', h.role = 'journal_same')
                   FILTER (WHERE h.role ~ '^journal_') AS journal,
               array_agg(h.place ORDER BY h.header::integer) FILTER (WHERE h.role = 'score') AS scores,
               array_agg(h.header::integer ORDER BY h.header::integer) FILTER (WHERE h.role = 'score') AS score_values,
               array_agg(h.place ORDER BY item_order(h.header), h.place) FILTER (WHERE h.role = 'task') AS tasks,
               array_agg(DISTINCT h.place ORDER BY h.place) AS known
        FROM import_header AS h
        GROUP BY h.line
    )
    SELECT r.line, (SELECT string_agg(coalesce(r.cells[k.place], ''), ';' ORDER BY k.ordinality)
                    FROM unnest(c.known) WITH ORDINALITY AS k (place)) AS row_text,
           nullif(concat_ws('; ', r.refusal, torn_row(r.cells[p.width + 1])), '') AS reason,
           r.cells[p.group_name] AS label, r.cells[p.participants] AS participants_text,
           whole_number(r.cells[p.participants]) AS participants,
           find_assessment(
               coalesce(given.exam, x.exam, 'vpr'), coalesce(given.subject, s.subject, x.subject),
               coalesce(given.level, s.level, x.level, 'none'),
               int_or_null(coalesce(given.grade, r.cells[p.grade], x.grade), 1, 12)) AS assessment_id,
           int_or_null(coalesce(given.academic_year, r.cells[p.academic_year], x.academic_year), 2000, 2100)
               AS academic_year,
           percents(r.cells, c.marks) AS marks, percents(r.cells, c.journal) AS journal,
           percents(r.cells, c.scores) AS scores, c.score_values, percents(r.cells, c.tasks) AS tasks,
           (SELECT bad_value('процент', coalesce(r.cells[s.place], ''), 'ожидается число от 0 до 100')
            FROM unnest(c.marks || c.journal || c.scores) WITH ORDINALITY AS s (place)
            WHERE percent_number(r.cells[s.place]) IS NULL
            ORDER BY s.ordinality LIMIT 1) AS no_number
    FROM import_record AS r
    JOIN column_places() AS p ON p.line = r.header_line
    JOIN percent_place AS c ON c.line = r.header_line
    LEFT JOIN import_exam AS x ON x.line = coalesce(r.exam_line, 0)
    LEFT JOIN subject_code AS s
      ON s.file_exam = coalesce(given.exam, x.exam, 'vpr') AND s.code = header_text(r.cells[p.subject_name])
    WHERE r.kind = 'data'
    ORDER BY r.line;
END
$$;
COMMENT ON FUNCTION read_groups(import_form) IS
'Разбирает записи о группах участников во временную таблицу import_work. Вызывается из import_groups';

CREATE FUNCTION percents(cells text[], places integer[])
RETURNS numeric[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_agg(percent_number(cells[p.place]) ORDER BY p.ordinality)
    FROM unnest(places) WITH ORDINALITY AS p (place);
END;
COMMENT ON FUNCTION percents(text[], integer[]) IS
'Проценты из ячеек на данных местах, NULL на месте того, что не число. Вызывается из read_groups';

-- The first of the percentages that no whole count gives, in words.
CREATE FUNCTION unfit_percent(shares numeric[], n bigint)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN s.share > 100 THEN format('«%s %%» — больше 100', replace(s.share::text, '.', ','))
                ELSE nearest_counts(s.share, n) END
    FROM unnest(shares) WITH ORDINALITY AS s (share)
    WHERE s.share > 100 OR (n <= 10000 AND count_of_percent(s.share, n) IS NULL)
    ORDER BY s.ordinality
    LIMIT 1;
END;
COMMENT ON FUNCTION unfit_percent(numeric[], bigint) IS
'Первый из процентов, который не даёт целого числа участников, словами; NULL — таких нет. Вызывается из judge_groups';

-- Percentages of the same whole, each rounded to two decimals, sum to 100 but
-- for the rounding.
CREATE FUNCTION bad_total(shares numeric[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN abs(sum(s.share) - 100) > 0.005 * count(*) + 0.001
                THEN format('проценты в сумме дают «%s», а не 100', replace(sum(s.share)::text, '.', ',')) END
    FROM unnest(shares) AS s (share);
END;
COMMENT ON FUNCTION bad_total(numeric[]) IS
'Почему проценты не могут быть частями одного целого; NULL — могут. Вызывается из judge_groups';

CREATE FUNCTION bad_task_percent(shares numeric[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN 100 < ANY (shares) THEN 'процент выполнения задания больше 100' END;
COMMENT ON FUNCTION bad_task_percent(numeric[]) IS
'Почему проценты выполнения заданий неверны; NULL — верны. Вызывается из judge_groups';

CREATE FUNCTION counts_of_percents(shares numeric[], n bigint)
RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN n <= 10000 THEN array_agg(count_of_percent(s.share, n) ORDER BY s.ordinality) END
    FROM unnest(shares) WITH ORDINALITY AS s (share);
END;
COMMENT ON FUNCTION counts_of_percents(numeric[], bigint) IS
'Числа участников по процентам; NULL при числе участников больше 10 000. Вызывается из judge_groups';

CREATE FUNCTION sum_of(counts bigint[])
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT sum(c.n) FROM unnest(counts) AS c (n);
END;
COMMENT ON FUNCTION sum_of(bigint[]) IS 'Сумма чисел массива';

-- Finds each group's administration, level and counts, or why it has none.
CREATE FUNCTION judge_groups()
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    ALTER TABLE import_work
        ADD COLUMN administration_id integer, ADD COLUMN level text, ADD COLUMN school_id integer,
        ADD COLUMN municipality_id integer, ADD COLUMN mark_counts bigint[], ADD COLUMN journal_counts bigint[],
        ADD COLUMN score_counts bigint[], ADD COLUMN state text NOT NULL DEFAULT 'new';

    UPDATE import_work AS g
    SET administration_id = (SELECT a.administration_id FROM administration AS a
                             WHERE (a.assessment_id, a.academic_year) = (g.assessment_id, g.academic_year)),
        school_id = (SELECT c.school_id FROM school_code AS c
                     WHERE c.kind = 'fis_oko' AND c.code = school_login(g.label)),
        municipality_id = (SELECT min(m.municipality_id) FROM municipality AS m
                           WHERE header_text(m.name) = header_text(regexp_replace(g.label, '\(.*\)$', ''))
                           HAVING count(*) = 1),
        mark_counts = counts_of_percents(g.marks, g.participants),
        journal_counts = counts_of_percents(g.journal, g.participants),
        score_counts = counts_of_percents(g.scores, g.participants);
    UPDATE import_work AS g
    SET level = CASE WHEN g.label ~ '^[=+@-]' THEN NULL
                     WHEN school_login(g.label) IS NOT NULL THEN 'school'
                     WHEN header_text(g.label) = 'вся выборка' THEN 'all'
                     WHEN g.label ~ '\(reg\d+_m\d+\)' OR g.municipality_id IS NOT NULL THEN 'municipality'
                     WHEN EXISTS (SELECT FROM region AS r WHERE header_text(r.name) = header_text(g.label))
                     THEN 'region' END;
    UPDATE import_work AS g
    SET reason = nullif(concat_ws('; ',
            g.reason,
            CASE WHEN g.label IS NULL THEN 'группа не названа'
                 WHEN g.level IS NULL
                 THEN format('группа: «%s» — не логин организации, не регион и не муниципалитет', left(g.label, 40))
                 WHEN g.level = 'school' AND g.school_id IS NULL
                 THEN bad_value('код организации', school_login(g.label), 'нет в school_code') END,
            CASE WHEN g.administration_id IS NULL
                 THEN 'неизвестно, о какой процедуре строка, или её проведение не заведено (open_administration)' END,
            CASE WHEN g.participants IS NULL OR g.participants = 0
                 THEN bad_value('участников', coalesce(g.participants_text, ''), 'ожидается целое число больше нуля')
                 ELSE coalesce(
                     g.no_number, unfit_percent(g.marks, g.participants), unfit_percent(g.journal, g.participants),
                     unfit_percent(g.scores, g.participants),
                     bad_task_percent(g.tasks),
                     bad_total(g.marks), bad_total(g.scores),
                     (SELECT format('балл %s больше максимального %s', max(v.score), max(a.max_score))
                      FROM administration AS a, unnest(g.score_values, g.scores) AS v (score, share)
                      WHERE a.administration_id = g.administration_id AND v.score > a.max_score AND v.share > 0
                      HAVING count(*) > 0),
                     CASE WHEN sum_of(g.mark_counts) <> g.participants OR sum_of(g.score_counts) <> g.participants
                               OR sum_of(g.journal_counts) > g.participants
                          THEN format('по процентам участников «%s», а указано «%s»',
                                      coalesce(sum_of(g.mark_counts), sum_of(g.score_counts), sum_of(g.journal_counts)),
                                      g.participants) END) END), '');
    UPDATE import_work SET state = 'reject' WHERE reason IS NOT NULL;
    UPDATE import_work AS g
    SET state = 'reject', reason = format('повторяет группу строки %s', f.first_line)
    FROM (
        SELECT i.administration_id, i.level, i.label, min(i.line) AS first_line
        FROM import_work AS i WHERE i.state = 'new'
        GROUP BY i.administration_id, i.level, i.label) AS f
    WHERE (f.administration_id, f.level, f.label) = (g.administration_id, g.level, g.label)
      AND g.state = 'new' AND g.line > f.first_line;
END
$$;
COMMENT ON FUNCTION judge_groups() IS
'Находит для каждой группы проведение, уровень и числа участников или причину отказа. Вызывается из import_groups';

-- A published_group without its key and file, for comparison.
CREATE FUNCTION group_values(g published_group)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(g.academic_year, g.school_id, g.municipality_id, g.participants, g.mark_2, g.mark_3, g.mark_4, g.mark_5,
           g.journal_lower, g.journal_same, g.journal_higher, g.dist, g.task_percents)::text;
COMMENT ON FUNCTION group_values(published_group) IS
'Значения строки published_group без ключа и загрузки, для сравнения';

-- The rows a file gives, as published_group will hold them.
CREATE FUNCTION group_rows(kind text, import_file_id integer)
RETURNS SETOF published_group
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
BEGIN
    RETURN QUERY
        SELECT g.line, group_rows.import_file_id, group_rows.kind, g.administration_id, g.academic_year, g.level,
               g.label, g.school_id, g.municipality_id, g.participants,
               g.mark_counts[1], g.mark_counts[2], g.mark_counts[3], g.mark_counts[4],
               g.journal_counts[1], g.journal_counts[2], g.journal_counts[3],
               (SELECT ('{' || string_agg(v.score || ':' || v.n, ',' ORDER BY v.score) || '}')::score_dist
                FROM unnest(g.score_values, g.score_counts) AS v (score, n) WHERE v.n > 0),
               g.tasks
        FROM import_work AS g
        WHERE g.state <> 'reject';
END
$$;
COMMENT ON FUNCTION group_rows(text, integer) IS
'Строки published_group, которые даёт файл; ключ — номер строки файла. Вызывается из import_groups';

CREATE FUNCTION import_groups(new_file import_file, own_layout layout, given import_form, started timestamptz)
RETURNS import_file
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    PERFORM read_groups(given);
    IF NOT EXISTS (SELECT FROM import_work) THEN
        RAISE EXCEPTION 'в файле нет строк о группах участников'
            USING ERRCODE = 'no_data_found', DETAIL = format('Файл «%s».', new_file.file_name),
                  HINT = 'Под заголовком должны быть строки групп: вся выборка, регион, муниципалитет, организация.';
    END IF;
    PERFORM judge_groups();
    PERFORM FROM administration AS a
    WHERE a.administration_id IN (SELECT g.administration_id FROM import_work AS g WHERE g.state = 'new')
    ORDER BY a.administration_id FOR NO KEY UPDATE;
    UPDATE import_work AS g
    SET state = CASE WHEN group_values(p) = group_values(n) THEN 'unchanged'
                     WHEN f.file_name = new_file.file_name THEN 'replace' ELSE 'reject' END,
        reason = CASE WHEN group_values(p) <> group_values(n) AND f.file_name <> new_file.file_name
                      THEN format('группа уже внесена из файла «%s» с другими значениями', f.file_name) END
    FROM group_rows(own_layout.code, NULL) AS n
    JOIN published_group AS p USING (administration_id, kind, level, label)
    JOIN import_file AS f ON f.import_file_id = p.import_file_id
    WHERE n.published_group_id = g.line;
    new_file.lines_service := new_file.lines_service - (SELECT count(*) FROM import_work);
    RETURN record_import(new_file, NULL, started);
END
$$;
COMMENT ON FUNCTION import_groups(import_file, layout, import_form, timestamptz) IS
'Общая часть import_file для сводных данных: группы — в published_group, остальное — в import_reject; возвращает строку import_file';

CREATE FUNCTION write_groups(recorded import_file)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    withdrawn bigint;
BEGIN
    DELETE FROM published_group AS p
    USING import_file AS f
    WHERE f.import_file_id = p.import_file_id AND f.file_name = recorded.file_name
      AND NOT EXISTS (
          SELECT FROM import_work AS g
          WHERE g.state = 'unchanged'
            AND (g.administration_id, g.level, g.label) = (p.administration_id, p.level, p.label));
    GET DIAGNOSTICS withdrawn = ROW_COUNT;
    INSERT INTO published_group (import_file_id, kind, administration_id, academic_year, level, label, school_id,
                                 municipality_id, participants, mark_2, mark_3, mark_4, mark_5, journal_lower,
                                 journal_same, journal_higher, dist, task_percents)
    SELECT n.import_file_id, n.kind, n.administration_id, n.academic_year, n.level, n.label, n.school_id,
           n.municipality_id, n.participants, n.mark_2, n.mark_3, n.mark_4, n.mark_5, n.journal_lower,
           n.journal_same, n.journal_higher, n.dist, n.task_percents
    FROM group_rows(recorded.kind, recorded.import_file_id) AS n
    JOIN import_work AS g ON g.line = n.published_group_id
    WHERE g.state IN ('new', 'replace')
    ORDER BY n.published_group_id;
    INSERT INTO import_reject (import_file_id, line, row_text, reason)
    SELECT recorded.import_file_id, g.line, g.row_text, g.reason
    FROM import_work AS g WHERE g.state = 'reject' ORDER BY g.line;
    PERFORM note_unmatched_schools(recorded.import_file_id, ARRAY(
        SELECT ROW('fis_oko', school_login(g.label),
                   nullif(min(regexp_replace(g.label, '\s*\(edu\d+\)$', '')), min(g.label)), NULL, count(*))::school_mention
        FROM import_work AS g
        WHERE g.level = 'school' AND g.school_id IS NULL
        GROUP BY school_login(g.label)));
    RETURN withdrawn - recorded.rows_replaced;
END
$$;
COMMENT ON FUNCTION write_groups(import_file) IS
'Пишет группы и отказы загрузки, удаляет отозванные группы; возвращает число удалённых. Вызывается из record_import';
