-- Data checks of what federal systems publish about groups against what the
-- warehouse has of the pupils. Individual results win; a difference is shown.

INSERT INTO data_check (check_code, severity, name, meaning, resolution) VALUES
    ('percent_without_count', 'warning', 'Проценты, которые не дают целого числа участников',
     'Строки сводных данных отклонены: опубликованный процент от этого числа участников не получается ни при каком целом числе. Проверка общая для всех лет.',
     'Возьмите файл заново из системы: число участников или процент в нём изменены.'),
    ('school_against_published', 'warning', 'Результаты организации расходятся с опубликованными',
     'Участников или отметок по результатам участников не столько, сколько в сводных данных о той же организации. В расчёте участвуют результаты участников.',
     'Загрузите недостающие классы или более новую редакцию одного из файлов.'),
    ('territory_against_published', 'warning', 'Итоги муниципалитета или региона расходятся с опубликованными',
     'Участников или отметок по результатам участников на территории не столько, сколько в сводных данных о ней.',
     'Найдите организации, которых не хватает: check_missing_school, check_unmatched_code, check_school_against_published.'),
    ('published_sums', 'warning', 'Опубликованное по организациям не складывается в опубликованное по муниципалитету',
     'Сумма сводных данных по организациям муниципалитета не равна строке муниципалитета в той же форме.',
     'Проверьте отклонённые строки файла в import_reject: организации с неизвестными кодами в сумму не вошли.');

-- Participants and marks 2 to 5 of first attempts, where something was published.
CREATE FUNCTION own_totals(academic_year integer)
RETURNS TABLE (administration_id integer, school_id integer, participants bigint,
               mark_2 bigint, mark_3 bigint, mark_4 bigint, mark_5 bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT g.administration_id, g.school_id, participants(g.dist),
           coalesce(mark_count(g.dist, 2), 0), coalesce(mark_count(g.dist, 3), 0),
           coalesce(mark_count(g.dist, 4), 0), coalesce(mark_count(g.dist, 5), 0)
    FROM (
        SELECT s.administration_id, s.school_id, rollup(s.dist) AS dist
        FROM result_summary AS s
        WHERE s.administration_id IN (
            SELECT p.administration_id FROM published_group AS p WHERE p.academic_year = own_totals.academic_year)
        GROUP BY s.administration_id, s.school_id) AS g
    WHERE participants(g.dist) > 0;
END;
COMMENT ON FUNCTION own_totals(integer) IS
'Участники первых попыток учебного года и их отметки по организациям и тем проведениям, о которых есть сводные данные';

-- Marks that were not published differ from nothing.
CREATE FUNCTION totals_differ(participants bigint, marks bigint[], published bigint, published_marks bigint[])
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN participants <> published
       OR coalesce(marks[1] <> published_marks[1], false) OR coalesce(marks[2] <> published_marks[2], false)
       OR coalesce(marks[3] <> published_marks[3], false) OR coalesce(marks[4] <> published_marks[4], false);
COMMENT ON FUNCTION totals_differ(bigint, bigint[], bigint, bigint[]) IS
'Расходятся ли участники и отметки «2»–«5» с опубликованными; неопубликованные отметки ни с чем не расходятся';

CREATE FUNCTION totals_text(participants bigint, marks bigint[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN format('участников %s%s', participants,
              CASE WHEN marks[1] IS NOT NULL THEN ', отметки 2–5: ' || array_to_string(marks, ', ', '—') END);
COMMENT ON FUNCTION totals_text(bigint, bigint[]) IS 'Участники и отметки «2»–«5» словами';

CREATE FUNCTION check_percent_without_count(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('файл «%s», строка %s', f.file_name, r.line), r.reason, NULL::integer, NULL::integer
    FROM import_reject AS r
    JOIN import_file AS f USING (import_file_id)
    WHERE r.reason LIKE '%не даёт целого числа%'
      AND f.undone_at IS NULL
      AND f.version = (SELECT max(l.version) FROM import_file AS l WHERE l.file_name = f.file_name);
END;

CREATE FUNCTION check_school_against_published(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', school_label(p.school_id), administration_label(p.administration_id)),
           format('результаты: %s; опубликовано (%s): %s',
                  totals_text(o.participants, ARRAY[o.mark_2, o.mark_3, o.mark_4, o.mark_5]), f.file_name,
                  totals_text(p.participants, ARRAY[p.mark_2, p.mark_3, p.mark_4, p.mark_5])),
           p.school_id, p.administration_id
    FROM published_group AS p
    JOIN own_totals(check_school_against_published.academic_year) AS o USING (administration_id, school_id)
    JOIN import_file AS f USING (import_file_id)
    WHERE p.academic_year = check_school_against_published.academic_year AND p.level = 'school'
      AND totals_differ(o.participants, ARRAY[o.mark_2, o.mark_3, o.mark_4, o.mark_5],
                        p.participants, ARRAY[p.mark_2, p.mark_3, p.mark_4, p.mark_5]);
END;

-- A region stands for its municipalities; the whole sample is not ours to add.
CREATE FUNCTION check_territory_against_published(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH own AS (
        SELECT o.administration_id, s.municipality_id, sum(o.participants)::bigint AS participants,
               ARRAY[sum(o.mark_2)::bigint, sum(o.mark_3)::bigint,
                     sum(o.mark_4)::bigint, sum(o.mark_5)::bigint] AS marks
        FROM own_totals(check_territory_against_published.academic_year) AS o
        JOIN school AS s USING (school_id)
        GROUP BY GROUPING SETS ((o.administration_id, s.municipality_id), (o.administration_id))
    )
    SELECT format('%s: %s', p.label, administration_label(p.administration_id)),
           format('результаты: %s; опубликовано (%s): %s', totals_text(o.participants, o.marks), f.file_name,
                  totals_text(p.participants, ARRAY[p.mark_2, p.mark_3, p.mark_4, p.mark_5])),
           NULL::integer, p.administration_id
    FROM published_group AS p
    JOIN own AS o
      ON o.administration_id = p.administration_id
     AND CASE p.level WHEN 'municipality' THEN o.municipality_id = p.municipality_id
                      ELSE o.municipality_id IS NULL END
    JOIN import_file AS f USING (import_file_id)
    WHERE p.academic_year = check_territory_against_published.academic_year
      AND (p.level = 'municipality' OR p.level = 'region' AND (SELECT count(*) FROM region) = 1)
      AND totals_differ(o.participants, o.marks,
                        p.participants, ARRAY[p.mark_2, p.mark_3, p.mark_4, p.mark_5]);
END;

CREATE FUNCTION check_published_sums(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', p.label, administration_label(p.administration_id)),
           format('по организациям: %s; по муниципалитету (%s): %s', totals_text(s.participants, s.marks), f.file_name,
                  totals_text(p.participants, ARRAY[p.mark_2, p.mark_3, p.mark_4, p.mark_5])),
           NULL::integer, p.administration_id
    FROM published_group AS p
    JOIN (
        SELECT g.administration_id, g.kind, c.municipality_id, sum(g.participants)::bigint AS participants,
               CASE WHEN bool_and(g.mark_2 IS NOT NULL)
                    THEN ARRAY[sum(g.mark_2)::bigint, sum(g.mark_3)::bigint,
                               sum(g.mark_4)::bigint, sum(g.mark_5)::bigint] END AS marks
        FROM published_group AS g
        JOIN school AS c USING (school_id)
        WHERE g.academic_year = check_published_sums.academic_year AND g.level = 'school'
        GROUP BY g.administration_id, g.kind, c.municipality_id) AS s
      USING (administration_id, kind, municipality_id)
    JOIN import_file AS f USING (import_file_id)
    WHERE p.level = 'municipality'
      AND totals_differ(s.participants, s.marks,
                        p.participants, ARRAY[p.mark_2, p.mark_3, p.mark_4, p.mark_5]);
END;

DO $$
DECLARE
    listed data_check;
BEGIN
    FOR listed IN SELECT * FROM data_check LOOP
        EXECUTE format('COMMENT ON FUNCTION %I(integer) IS %L', 'check_' || listed.check_code,
                       format('Проверка данных за учебный год. %s. %s', listed.name, listed.meaning));
    END LOOP;
END
$$;
