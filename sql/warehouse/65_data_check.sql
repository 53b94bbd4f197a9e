-- Data checks: a catalogue of what to look for, one function a check, and
-- data_checks(year), which runs those that are enabled. Check "x" of the
-- catalogue is the function check_x(academic_year): a row a finding.

CREATE TABLE data_check (
    data_check_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    check_code text NOT NULL UNIQUE CHECK (check_code ~ '^[a-z][a-z0-9_]*$'),
    severity text NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
    name text NOT NULL CHECK (name <> ''),
    meaning text NOT NULL CHECK (meaning <> ''),
    resolution text NOT NULL CHECK (resolution <> ''),
    reads text NOT NULL DEFAULT 'summary' CHECK (reads IN ('summary', 'result')),
    is_enabled boolean NOT NULL DEFAULT true,
    parameter numeric,
    parameter_meaning text,
    CHECK (num_nulls(parameter, parameter_meaning) IN (0, 2))
);
COMMENT ON TABLE data_check IS 'Проверки данных: что ищет каждая и что делать с найденным; строки можно выключать и менять их важность и параметр. Проверка с кодом x — функция check_x(учебный год)';
COMMENT ON COLUMN data_check.data_check_id IS 'Ключ проверки';
COMMENT ON COLUMN data_check.check_code IS 'Код проверки';
COMMENT ON COLUMN data_check.severity IS 'Важность: error — итог будет неверным, run_cycle откажется; warning — нужно посмотреть; info — к сведению';
COMMENT ON COLUMN data_check.name IS 'Наименование';
COMMENT ON COLUMN data_check.meaning IS 'Что ищет и почему это важно';
COMMENT ON COLUMN data_check.resolution IS 'Что делать с найденным';
COMMENT ON COLUMN data_check.reads IS 'Что читает: summary — сводки, такие проверки выполняет и run_cycle; result — сами результаты, это дольше, их выполняет только data_checks';
COMMENT ON COLUMN data_check.is_enabled IS 'Выполняется ли';
COMMENT ON COLUMN data_check.parameter IS 'Число, от которого зависит проверка; пусто — такого нет';
COMMENT ON COLUMN data_check.parameter_meaning IS 'Что значит это число';

CREATE FUNCTION check_parameter(check_code text)
RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT d.parameter FROM data_check AS d WHERE d.check_code = check_parameter.check_code);
COMMENT ON FUNCTION check_parameter(text) IS 'Параметр проверки данных из data_check';

CREATE FUNCTION school_label(school_id integer)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT format('%s, %s', s.name, m.name)
        FROM school AS s JOIN municipality AS m USING (municipality_id)
        WHERE s.school_id = school_label.school_id);
COMMENT ON FUNCTION school_label(integer) IS 'Организация словами: наименование и муниципальное образование';

CREATE FUNCTION administration_label(administration_id integer)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT format('%s, %s год', n.name, a.academic_year)
        FROM administration AS a JOIN assessment AS n USING (assessment_id)
        WHERE a.administration_id = administration_label.administration_id);
COMMENT ON FUNCTION administration_label(integer) IS 'Проведение словами: процедура и учебный год';

-- What most checks start from.
CREATE FUNCTION result_counts(academic_year integer)
RETURNS TABLE (administration_id integer, school_id integer, results bigint, participants bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.administration_id, s.school_id, s.results::bigint, s.participants::bigint
    FROM school_summary AS s
    WHERE s.academic_year = result_counts.academic_year;
END;
COMMENT ON FUNCTION result_counts(integer) IS
'Результаты учебного года по проведениям и организациям: всех попыток, первых';

INSERT INTO data_check (check_code, severity, name, meaning, resolution) VALUES
    ('uncovered_results', 'warning', 'Результаты процедуры, которую не учитывает ни один набор правил',
     'Такие результаты хранятся, но ни на один список не влияют. Часто это неверно указанный уровень или класс программы.',
     'Если процедура должна учитываться, добавьте её в rule_assessment; если она указана ошибочно, исправьте файл и загрузите его снова.'),
    ('no_cuts', 'info', 'У проведения нет ни шкалы отметок, ни минимального балла',
     'Отметки принимаются такими, какие они в файле: сверить их с баллами не с чем.',
     'Если шкала известна, укажите её: open_administration(..., cut_3 => , cut_4 => , cut_5 => ).'),
    ('missing_mark', 'error', 'Результаты без того, по чему они оцениваются',
     'Первая попытка без отметки там, где неудача — отметка «2», или без балла там, где она определяется минимальным баллом. В долю не справившихся такой участник не попадёт.',
     'Внесите отметку (балл) или удалите результат; если процедура оценивается иначе, исправьте administration.fail_by.'),
    ('mark_against_cuts', 'error', 'Отметка противоречит шкале проведения',
     'По баллу и шкале положена другая отметка. У ОГЭ и ГВЭ здесь только отметки выше положенной: ниже они бывают законно (см. mark_below_cuts).',
     'Проверьте шкалу проведения (administration.cut_3, cut_4, cut_5); если она верна, исправьте результаты и загрузите файл снова.'),
    ('mark_below_cuts', 'info', 'Отметка ОГЭ или ГВЭ ниже, чем положена по баллу',
     'Бывает законно: для отметки нужны и баллы за геометрию или грамотность.',
     'Убедитесь, что дело в этих условиях, если таких участников много.'),
    ('swapped_marks', 'warning', 'Отметки внутри класса перепутаны',
     'Баллов, по которым положена каждая отметка, в классе столько же, сколько самих отметок, но стоят они не у тех участников. Доля не справившихся от этого не меняется, а у участников отметки неверны.',
     'Исправьте отметки в файле и загрузите его снова. У ОГЭ и ГВЭ сверьте их с условиями по геометрии и грамотности.'),
    ('over_enrolment', 'warning', 'Участников больше, чем обучающихся',
     'Участники самой многолюдной работы каждого класса, сложенные по классам, превышают численность обучающихся в school_year.',
     'Проверьте численность в school_year и не загружены ли результаты под кодом другой организации.'),
    ('missing_school', 'warning', 'Организация писала в прошлом году, а в этом результатов нет',
     'Организация работает и не исключена, в прошлом учебном году у неё (или у тех, чей она правопреемник) были результаты, а в этом нет ни одного.',
     'Загрузите её файл; если у неё сменился код — assign_school_code или merge_schools; если закрыта — укажите school.last_year.'),
    ('missing_first_attempt', 'warning', 'Пересдача без первой попытки',
     'Правило учитывает только первую попытку; участник, у которого есть вторая, а первой нет, в долю не попадает.',
     'Загрузите протокол основного дня; если эта попытка и есть первая, исправьте её номер.'),
    ('school_without_code', 'warning', 'Работающая организация без единого кода',
     'Её результаты загрузить нельзя: в файлах организации узнаются по кодам school_code.',
     'Внесите коды в school_code; если такой организации нет, укажите school.last_year.'),
    ('unmatched_code', 'warning', 'Коды из файлов, не отнесённые ни к одной организации',
     'Строки с такими кодами отклонены и ни в какой итог не вошли. Список общий для всех лет.',
     'Подберите организацию: suggest_schools(вид, код), затем assign_school_code(вид, код, организация), и загрузите файл снова.'),
    ('file_balance', 'error', 'Хранится не столько результатов файла, сколько записано при загрузке',
     'Для каждого файла число хранимых результатов равно сохранённым минус удалённым по всем неотменённым редакциям; иначе результаты удалены или добавлены в обход загрузки. Проверка общая для всех лет.',
     'Отмените загрузку файла (undo_import) и загрузите его заново, целый или исправленный.'),
    ('closed_school', 'warning', 'Результаты организации в году, когда она не работала',
     'Год раньше school.first_year или позже school.last_year: такая организация не оценивается.',
     'Исправьте годы работы организации или код в файле.'),
    ('succeeded_school', 'error', 'Результаты организации, которую уже заменил правопреемник',
     'Результаты с года замены не считаются ни у неё, ни у правопреемника.',
     'Переведите её код на правопреемника (UPDATE school_code SET school_id = ...) и загрузите файл снова или исправьте год замены в school.succeeded_in.'),
    ('excluded_school', 'info', 'Результаты организации, исключённой из оценки',
     'Организация исключена в school_year; её результаты хранятся, но она не оценивается.',
     'Ничего, если исключение верно.'),
    ('year_not_open', 'warning', 'Проведения есть, а учебный год не открыт',
     'Результаты этого года отклоняются при загрузке.',
     'Откройте год: SELECT open_year(год).'),
    ('rule_without_results', 'warning', 'Процедура правила, по которой в этом году нет результатов',
     'Действующий набор правил учитывает процедуру, но за год по ней ничего не загружено: школы оцениваются по остальным.',
     'Загрузите файл; если процедура не проводилась, ничего делать не нужно.');

INSERT INTO data_check (check_code, severity, name, meaning, resolution, parameter, parameter_meaning) VALUES
    ('duplicate_participant', 'warning', 'Один участник в двух организациях или классах',
     'Код участника встречается в одном проведении у двух организаций или в двух классах одной. Если коды повторяются у многих, значит, они свои в каждой организации, и между организациями не сравниваются.',
     'Найдите, где участник писал на самом деле, исправьте файл другой организации и загрузите его снова.',
     5, 'Наибольший процент повторяющихся кодов, при котором они считаются общими для региона'),
    ('only_high_marks', 'warning', 'В многочисленной работе только отметки «4» и «5»',
     'Ни одной «2» и «3». Это признак, требующий анализа, а не доказательство.',
     'Сравните с другими работами и годами организации; при отборе в неё это нормально.',
     20, 'Наименьшее число отметок, с которого проверяется работа организации'),
    ('class_size_jump', 'info', 'Число участников резко изменилось за год',
     'Участников той же процедуры в организации стало больше или меньше во много раз и не меньше чем на 10.',
     'Проверьте, не загружена ли часть классов, не попали ли в файл чужие; объединение организаций записывает merge_schools.',
     2, 'Во сколько раз');

CREATE FUNCTION check_uncovered_results(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT administration_label(a.administration_id), format('результатов: %s', r.results),
           NULL::integer, a.administration_id
    FROM (
        SELECT c.administration_id, sum(c.results) AS results
        FROM result_counts(check_uncovered_results.academic_year) AS c
        GROUP BY c.administration_id) AS r
    JOIN administration AS a USING (administration_id)
    WHERE NOT EXISTS (SELECT FROM rule_assessment AS u WHERE u.assessment_id = a.assessment_id);
END;

CREATE FUNCTION check_no_cuts(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT administration_label(a.administration_id),
           format('максимальный балл %s, отметок не проверить', a.max_score), NULL::integer, a.administration_id
    FROM administration AS a
    WHERE a.academic_year = check_no_cuts.academic_year
      AND a.cut_3 IS NULL AND a.min_score IS NULL;
END;

-- Who is not judged is known from the summary; the results are read only where
-- there is somebody to name.
CREATE FUNCTION check_missing_mark(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', school_label(s.school_id), administration_label(s.administration_id)),
           format('без %s: %s, например %s',
                  CASE a.fail_by WHEN 'mark' THEN 'отметки' ELSE 'балла' END, s.participants - s.judged, e.participant),
           s.school_id, s.administration_id
    FROM school_summary AS s
    JOIN administration AS a USING (administration_id)
    CROSS JOIN LATERAL (
        SELECT min(r.participant) AS participant
        FROM result AS r
        WHERE (r.administration_id, r.school_id) = (s.administration_id, s.school_id)
          AND r.academic_year = check_missing_mark.academic_year
          AND r.attempt = 1
          AND CASE a.fail_by WHEN 'mark' THEN r.mark ELSE r.score END IS NULL) AS e
    WHERE s.academic_year = check_missing_mark.academic_year
      AND s.participants > s.judged;
END;

-- The mark that score and cuts give; the caller says which marks contradict it.
CREATE FUNCTION due_mark(score integer, cut_3 integer, cut_4 integer, cut_5 integer)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN score >= cut_5 THEN 5 WHEN score >= cut_4 THEN 4 WHEN score >= cut_3 THEN 3 ELSE 2 END;
COMMENT ON FUNCTION due_mark(integer, integer, integer, integer) IS 'Отметка, положенная по баллу и шкале';

-- Where a class has as many of every mark as its scores give, no mark is off,
-- or some are exchanged, and that is for another check. The results of the
-- other classes are read by their keys, hence the OFFSET.
CREATE FUNCTION marks_off_cuts(academic_year integer)
RETURNS TABLE (school_id integer, administration_id integer, exam text, participant text, score integer,
               mark integer, due_mark integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.school_id, s.administration_id, e.code, r.participant, r.score, r.mark, r.due_mark
    FROM result_summary AS s
    JOIN administration AS a USING (administration_id)
    JOIN assessment AS n USING (assessment_id)
    JOIN exam AS e USING (exam_id)
    CROSS JOIN LATERAL (
        SELECT r.participant, r.score::integer, r.mark::integer,
               due_mark(r.score, a.cut_3, a.cut_4, a.cut_5) AS due_mark
        FROM result AS r
        WHERE (r.administration_id, r.school_id, r.class) = (s.administration_id, s.school_id, s.class)
          AND r.academic_year = marks_off_cuts.academic_year
          AND r.attempt = 1 AND r.score IS NOT NULL AND r.mark IS NOT NULL
        OFFSET 0) AS r
    WHERE s.academic_year = marks_off_cuts.academic_year
      AND a.cut_3 IS NOT NULL
      AND NOT marks_by_cuts(s.dist, a.cut_3, a.cut_4, a.cut_5)
      AND r.mark <> r.due_mark;
END;
COMMENT ON FUNCTION marks_off_cuts(integer) IS
'Первые попытки учебного года, отметка которых не та, что положена по баллу и шкале проведения, в классах, где это видно по сводке: отметок не столько, сколько дают баллы';

CREATE FUNCTION check_mark_against_cuts(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', school_label(m.school_id), administration_label(m.administration_id)),
           format('таких отметок: %s, например %s', count(*),
                  min(format('%s — балл %s, отметка %s вместо %s', m.participant, m.score, m.mark, m.due_mark))),
           m.school_id, m.administration_id
    FROM marks_off_cuts(check_mark_against_cuts.academic_year) AS m
    WHERE m.mark > m.due_mark OR m.exam NOT IN ('oge', 'gve')
    GROUP BY m.school_id, m.administration_id;
END;

CREATE FUNCTION check_mark_below_cuts(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', school_label(m.school_id), administration_label(m.administration_id)),
           format('таких отметок: %s, например %s', count(*),
                  min(format('%s — балл %s, отметка %s вместо %s', m.participant, m.score, m.mark, m.due_mark))),
           m.school_id, m.administration_id
    FROM marks_off_cuts(check_mark_below_cuts.academic_year) AS m
    WHERE m.mark < m.due_mark AND m.exam IN ('oge', 'gve')
    GROUP BY m.school_id, m.administration_id;
END;

CREATE FUNCTION check_swapped_marks(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', school_label(r.school_id), administration_label(r.administration_id)),
           format('таких отметок: %s, например %s', count(*),
                  min(format('%s — балл %s, отметка %s вместо %s', r.participant, r.score, r.mark, d.due_mark))),
           r.school_id, r.administration_id
    FROM result AS r
    JOIN administration AS a USING (administration_id)
    JOIN result_summary AS s USING (administration_id, school_id, class)
    CROSS JOIN LATERAL (SELECT due_mark(r.score, a.cut_3, a.cut_4, a.cut_5) AS due_mark) AS d
    WHERE r.academic_year = check_swapped_marks.academic_year
      AND r.attempt = 1 AND a.cut_3 IS NOT NULL
      AND r.score IS NOT NULL AND r.mark IS NOT NULL AND r.mark <> d.due_mark
      AND marks_by_cuts(s.dist, a.cut_3, a.cut_4, a.cut_5)
    GROUP BY r.school_id, r.administration_id;
END;

-- A pupil is in one grade, so the largest work of each grade counts pupils
-- once; together they cannot be more than the school has.
CREATE FUNCTION check_over_enrolment(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT school_label(y.school_id),
           format('участников по классам: %s, вместе %s; обучающихся %s', g.by_grade, g.pupils, y.enrolment),
           y.school_id, NULL::integer
    FROM (
        SELECT p.school_id, sum(p.pupils) AS pupils,
               string_agg(format('%s — %s', p.grade, p.pupils), ', ' ORDER BY p.grade) AS by_grade
        FROM (
            SELECT c.school_id, n.grade, max(c.participants) AS pupils
            FROM result_counts(check_over_enrolment.academic_year) AS c
            JOIN administration AS a USING (administration_id)
            JOIN assessment AS n USING (assessment_id)
            GROUP BY c.school_id, n.grade) AS p
        GROUP BY p.school_id) AS g
    JOIN school_year AS y
      ON y.school_id = g.school_id AND y.academic_year = check_over_enrolment.academic_year
    WHERE g.pupils > y.enrolment;
END;

-- Schools with results, by who stands for them in the year asked about: few
-- were ever joined to another.
CREATE FUNCTION schools_with_results(academic_year integer, standing_year integer)
RETURNS TABLE (school_id integer, assessment_id integer, participants bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.school_id, a.assessment_id, c.participants
    FROM result_counts(schools_with_results.academic_year) AS c
    JOIN administration AS a USING (administration_id)
    WHERE c.school_id NOT IN (SELECT unnest(joined_schools(schools_with_results.standing_year)))
    UNION ALL
    SELECT p.standing_id, a.assessment_id, sum(c.participants)::bigint
    FROM result_counts(schools_with_results.academic_year) AS c
    JOIN administration AS a USING (administration_id)
    JOIN standing_schools(schools_with_results.standing_year) AS p USING (school_id)
    WHERE c.school_id IN (SELECT unnest(joined_schools(schools_with_results.standing_year)))
      AND (p.succeeded_in IS NULL OR schools_with_results.academic_year < p.succeeded_in)
    GROUP BY p.standing_id, a.assessment_id;
END;
COMMENT ON FUNCTION schools_with_results(integer, integer) IS
'Участники первых попыток учебного года по процедурам у организаций, которые стоят за писавшие в другом (standing_year) году';

CREATE FUNCTION check_missing_school(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT school_label(s.school_id), format('участий в %s году: %s', check_missing_school.academic_year - 1, b.participants),
           s.school_id, NULL::integer
    FROM school AS s
    JOIN (
        SELECT w.school_id, sum(w.participants) AS participants
        FROM schools_with_results(check_missing_school.academic_year - 1, check_missing_school.academic_year) AS w
        GROUP BY w.school_id) AS b USING (school_id)
    WHERE works_in(s, check_missing_school.academic_year)
      AND s.school_id NOT IN (
          SELECT w.school_id
          FROM schools_with_results(check_missing_school.academic_year, check_missing_school.academic_year) AS w)
      AND NOT EXISTS (
          SELECT FROM published_group AS p
          WHERE p.school_id = s.school_id AND p.academic_year = check_missing_school.academic_year)
      AND NOT EXISTS (
          SELECT FROM school_year AS y
          WHERE y.school_id = s.school_id AND y.academic_year = check_missing_school.academic_year
            AND y.exclusion_reason IS NOT NULL);
END;

-- A code in two schools means one pupil only where codes are region-wide.
CREATE FUNCTION check_duplicate_participant(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH coded AS (
        SELECT r.administration_id, r.participant, min(r.school_id) AS first_school, max(r.school_id) AS last_school
        FROM result AS r
        WHERE r.academic_year = check_duplicate_participant.academic_year
        GROUP BY r.administration_id, r.participant
    ), regional AS (
        SELECT c.administration_id
        FROM coded AS c
        GROUP BY c.administration_id
        HAVING 100 * count(*) FILTER (WHERE c.first_school <> c.last_school)
               <= check_parameter('duplicate_participant') * count(*)
    ), reclassed AS (
        SELECT r.administration_id, r.school_id, r.participant, min(r.class) AS first_class, max(r.class) AS last_class
        FROM result AS r
        WHERE r.academic_year = check_duplicate_participant.academic_year AND r.class <> ''
          AND EXISTS (
              SELECT FROM result AS l
              WHERE l.academic_year = check_duplicate_participant.academic_year AND l.attempt > 1
                AND (l.administration_id, l.school_id, l.participant)
                    = (r.administration_id, r.school_id, r.participant))
        GROUP BY r.administration_id, r.school_id, r.participant
        HAVING min(r.class) <> max(r.class)
    )
    SELECT format('%s: участник %s', administration_label(c.administration_id), c.participant),
           format('%s; %s', school_label(c.first_school), school_label(c.last_school)),
           c.first_school, c.administration_id
    FROM coded AS c
    JOIN regional USING (administration_id)
    WHERE c.first_school <> c.last_school
    UNION ALL
    SELECT format('%s: участник %s', administration_label(d.administration_id), d.participant),
           format('%s, классы %s и %s', school_label(d.school_id), d.first_class, d.last_class),
           d.school_id, d.administration_id
    FROM reclassed AS d;
END;

CREATE FUNCTION check_only_high_marks(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', school_label(c.school_id), administration_label(c.administration_id)),
           format('отметок: %s, «2» и «3» нет', marked(c.dist)), c.school_id, c.administration_id
    FROM (
        SELECT s.administration_id, s.school_id, rollup(s.dist) AS dist
        FROM school_summary AS w
        JOIN administration AS a USING (administration_id)
        JOIN result_summary AS s USING (administration_id, school_id)
        WHERE w.academic_year = check_only_high_marks.academic_year
          -- nobody failed: known without counting the marks
          AND (w.failed = 0 OR a.fail_by <> 'mark')
          AND w.participants >= (SELECT check_parameter('only_high_marks'))
        GROUP BY s.administration_id, s.school_id) AS c
    WHERE mark_count(c.dist, 2) = 0 AND mark_count(c.dist, 3) = 0
      AND marked(c.dist) >= (SELECT check_parameter('only_high_marks'));
END;

CREATE FUNCTION check_missing_first_attempt(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', school_label(r.school_id), administration_label(r.administration_id)),
           format('участников: %s, например %s', count(DISTINCT r.participant), min(r.participant)),
           r.school_id, r.administration_id
    FROM result AS r
    WHERE r.academic_year = check_missing_first_attempt.academic_year
      AND r.attempt > 1
      AND NOT EXISTS (
          SELECT FROM result AS f
          WHERE f.academic_year = check_missing_first_attempt.academic_year AND f.attempt = 1
            AND (f.administration_id, f.school_id, f.participant)
                = (r.administration_id, r.school_id, r.participant))
    GROUP BY r.school_id, r.administration_id;
END;

CREATE FUNCTION check_class_size_jump(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s: %s', school_label(t.school_id), administration_label(a.administration_id)),
           format('участников %s, годом раньше %s', t.participants, b.participants),
           t.school_id, a.administration_id
    FROM schools_with_results(check_class_size_jump.academic_year, check_class_size_jump.academic_year) AS t
    JOIN schools_with_results(check_class_size_jump.academic_year - 1, check_class_size_jump.academic_year) AS b
      USING (school_id, assessment_id)
    JOIN administration AS a
      ON a.assessment_id = t.assessment_id AND a.academic_year = check_class_size_jump.academic_year
    WHERE greatest(t.participants, b.participants)
              >= (SELECT check_parameter('class_size_jump')) * least(t.participants, b.participants)
      AND abs(t.participants - b.participants) >= 10;
END;

CREATE FUNCTION check_school_without_code(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT school_label(s.school_id), 'нет ни одного кода', s.school_id, NULL::integer
    FROM school AS s
    WHERE works_in(s, check_school_without_code.academic_year)
      AND NOT EXISTS (SELECT FROM school_code AS c WHERE c.school_id = s.school_id);
END;

CREATE FUNCTION check_unmatched_code(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s %s', u.kind, u.code),
           format('%s; строк %s, файл «%s»', coalesce(nullif(concat_ws(', ', u.name, u.municipality), ''),
                                                      'название не указано'), u.row_count, f.file_name),
           NULL::integer, NULL::integer
    FROM unmatched_school AS u
    JOIN import_file AS f ON f.import_file_id = u.last_file_id
    WHERE u.resolved_at IS NULL;
END;

CREATE FUNCTION check_file_balance(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('файл «%s»', j.file_name),
           format('должно храниться %s, хранится %s', j.due, j.found), NULL::integer, NULL::integer
    FROM (
        SELECT f.file_name,
               coalesce(sum(f.rows_stored - f.rows_withdrawn) FILTER (WHERE f.undone_at IS NULL), 0) AS due,
               sum(coalesce(r.found, 0)) AS found
        FROM import_file AS f
        LEFT JOIN (
            SELECT r.import_file_id, sum(r.found) AS found
            FROM (
                SELECT s.import_file_id, s.results AS found FROM import_file_summary AS s
                UNION ALL
                SELECT p.import_file_id, count(*) FROM published_group AS p GROUP BY p.import_file_id
                UNION ALL
                SELECT k.import_file_id, count(*) FROM school_context AS k GROUP BY k.import_file_id) AS r
            GROUP BY r.import_file_id) AS r USING (import_file_id)
        GROUP BY f.file_name) AS j
    WHERE j.due <> j.found;
END;

CREATE FUNCTION check_closed_school(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT school_label(s.school_id),
           format('результатов %s; работает с %s по %s год', sum(c.results),
                  coalesce(s.first_year::text, '…'), coalesce(s.last_year::text, '…')),
           s.school_id, NULL::integer
    FROM result_counts(check_closed_school.academic_year) AS c
    JOIN school AS s USING (school_id)
    WHERE check_closed_school.academic_year < s.first_year OR check_closed_school.academic_year > s.last_year
    GROUP BY s.school_id;
END;

CREATE FUNCTION check_succeeded_school(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT school_label(s.school_id),
           format('результатов %s; с %s года правопреемник — %s', sum(c.results), s.succeeded_in,
                  school_label(s.successor_id)),
           s.school_id, NULL::integer
    FROM result_counts(check_succeeded_school.academic_year) AS c
    JOIN school AS s USING (school_id)
    WHERE s.succeeded_in <= check_succeeded_school.academic_year
    GROUP BY s.school_id;
END;

CREATE FUNCTION check_excluded_school(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT school_label(y.school_id), format('результатов %s; исключена: %s', sum(c.results), y.exclusion_reason),
           y.school_id, NULL::integer
    FROM result_counts(check_excluded_school.academic_year) AS c
    JOIN school_year AS y
      ON y.school_id = c.school_id AND y.academic_year = check_excluded_school.academic_year
    WHERE y.exclusion_reason IS NOT NULL
    GROUP BY y.school_year_id;
END;

CREATE FUNCTION check_year_not_open(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT format('%s учебный год', check_year_not_open.academic_year), format('проведений: %s', count(*)),
           NULL::integer, NULL::integer
    FROM administration AS a
    WHERE a.academic_year = check_year_not_open.academic_year
      AND NOT year_is_open(check_year_not_open.academic_year)
    HAVING count(*) > 0;
END;

CREATE FUNCTION check_rule_without_results(academic_year integer)
RETURNS TABLE (subject text, detail text, school_id integer, administration_id integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT n.name,
           CASE WHEN a.administration_id IS NULL THEN 'проведение не заведено' ELSE 'результатов нет' END,
           NULL::integer, a.administration_id
    FROM (
        SELECT r.rule_set_id
        FROM rule_set AS r
        WHERE r.is_automatic AND coalesce(r.first_result_year, 0) <= check_rule_without_results.academic_year
        ORDER BY coalesce(r.first_result_year, 0) DESC, r.rule_set_id
        LIMIT 1) AS s
    JOIN rule_assessment AS u USING (rule_set_id)
    JOIN assessment AS n USING (assessment_id)
    LEFT JOIN administration AS a
      ON a.assessment_id = n.assessment_id AND a.academic_year = check_rule_without_results.academic_year
    WHERE a.administration_id IS NULL
       OR (NOT EXISTS (
           SELECT FROM school_summary AS r WHERE r.administration_id = a.administration_id)
       AND NOT EXISTS (
           SELECT FROM published_group AS p
           WHERE p.administration_id = a.administration_id AND p.level = 'school' AND p.mark_2 IS NOT NULL));
END;

CREATE FUNCTION enabled_checks(reads text)
RETURNS SETOF data_check
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT d.* FROM data_check AS d
    WHERE d.is_enabled AND d.reads = coalesce(enabled_checks.reads, d.reads)
    ORDER BY array_position(ARRAY['error', 'warning', 'info'], d.severity), d.check_code;
END;
COMMENT ON FUNCTION enabled_checks(text) IS
'Включённые проверки данных — все или, если указано reads, только читающие сводки (summary) или результаты (result) — в порядке важности';

CREATE FUNCTION data_checks(academic_year integer, reads text DEFAULT NULL)
RETURNS TABLE (check_code text, severity text, name text, found bigint, sample text, resolution text)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    listed data_check;
BEGIN
    PERFORM check_year(academic_year);
    FOR listed IN SELECT * FROM enabled_checks(data_checks.reads) LOOP
        RETURN QUERY EXECUTE format($query$
            SELECT $1, $2, $3, count(*),
                   string_agg(f.subject || ' (' || f.detail || ')', '; ' ORDER BY f.place) FILTER (WHERE f.place <= 3),
                   $4
            FROM (SELECT c.subject, c.detail, row_number() OVER (ORDER BY c.subject, c.detail) AS place
                  FROM %I($5) AS c) AS f
            $query$, 'check_' || listed.check_code)
        USING listed.check_code, listed.severity, listed.name, listed.resolution, academic_year;
    END LOOP;
END
$$;
COMMENT ON FUNCTION data_checks(integer, text) IS
'Выполняет включённые проверки данных за учебный год — все или, если указано reads, только читающие сводки (summary) или результаты (result): важность, сколько найдено, первые три находки, что с ними делать. Все находки одной проверки — SELECT * FROM check_<код>(год). Год вне 2000–2100 — ошибка 22003';

UPDATE data_check SET reads = 'result'
WHERE check_code IN ('duplicate_participant', 'missing_first_attempt', 'swapped_marks');

-- A check's comment is its entry in the catalogue.
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
