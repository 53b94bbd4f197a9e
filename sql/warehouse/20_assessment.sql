-- Assessments (exam x subject x level x programme grade), the sourced score
-- cuts, and what was held in which year.

CREATE TABLE exam (
    exam_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z]+$'),
    name text NOT NULL CHECK (name <> ''),
    full_name text NOT NULL CHECK (full_name <> '')
);
COMMENT ON TABLE exam IS 'Виды оценочных процедур';
COMMENT ON COLUMN exam.exam_id IS 'Ключ вида';
COMMENT ON COLUMN exam.code IS 'Код вида: vpr, oge, ege, gve, kdr, niko';
COMMENT ON COLUMN exam.name IS 'Сокращённое наименование';
COMMENT ON COLUMN exam.full_name IS 'Полное наименование';

CREATE TABLE subject (
    subject_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z]+$'),
    name text NOT NULL CHECK (name <> '')
);
COMMENT ON TABLE subject IS 'Учебные предметы';
COMMENT ON COLUMN subject.subject_id IS 'Ключ предмета';
COMMENT ON COLUMN subject.code IS 'Код предмета: rus, math, ...';
COMMENT ON COLUMN subject.name IS 'Наименование предмета';

CREATE TABLE assessment (
    assessment_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exam_id integer NOT NULL REFERENCES exam,
    subject_id integer NOT NULL REFERENCES subject,
    level text NOT NULL DEFAULT 'none' CHECK (level IN ('none', 'base', 'profile', 'advanced')),
    grade integer NOT NULL CHECK (grade BETWEEN 1 AND 12),
    fail_by text NOT NULL DEFAULT 'mark' CHECK (fail_by IN ('mark', 'min_score')),
    name text NOT NULL UNIQUE CHECK (name <> ''),
    UNIQUE (exam_id, subject_id, level, grade)
);
CREATE INDEX ON assessment (subject_id);
COMMENT ON TABLE assessment IS 'Оценочные процедуры: вид, предмет, уровень, класс программы';
COMMENT ON COLUMN assessment.assessment_id IS 'Ключ процедуры';
COMMENT ON COLUMN assessment.exam_id IS 'Вид процедуры';
COMMENT ON COLUMN assessment.subject_id IS 'Предмет';
COMMENT ON COLUMN assessment.level IS 'Уровень: none — не различается, base — базовый, profile — профильный, advanced — углублённый';
COMMENT ON COLUMN assessment.grade IS 'Класс программы, по которой проведена работа (не класс обучения в день работы)';
COMMENT ON COLUMN assessment.fail_by IS 'Что обычно считается неудачей: mark — отметка «2», min_score — балл ниже минимального';
COMMENT ON COLUMN assessment.name IS 'Наименование процедуры';

CREATE TABLE mark_cut (
    mark_cut_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    assessment_id integer NOT NULL REFERENCES assessment,
    first_year integer,
    last_year integer,
    max_score integer NOT NULL CHECK (max_score BETWEEN 1 AND 1000),
    min_score integer CHECK (min_score BETWEEN 1 AND max_score),
    cut_3 integer CHECK (cut_3 BETWEEN 1 AND max_score),
    cut_4 integer CHECK (cut_4 > cut_3 AND cut_4 <= max_score),
    cut_5 integer CHECK (cut_5 > cut_4 AND cut_5 <= max_score),
    source text NOT NULL CHECK (source <> ''),
    CHECK (first_year <= last_year),
    CHECK (num_nulls(cut_3, cut_4, cut_5) IN (0, 3)),
    UNIQUE (assessment_id, first_year, max_score)
);
COMMENT ON TABLE mark_cut IS 'Опубликованные шкалы перевода баллов в отметки и минимальные баллы; строки нет — шкала не подтверждена источником';
COMMENT ON COLUMN mark_cut.mark_cut_id IS 'Ключ шкалы';
COMMENT ON COLUMN mark_cut.assessment_id IS 'Процедура';
COMMENT ON COLUMN mark_cut.first_year IS 'Первый учебный год действия; пусто — источник не ограничивает';
COMMENT ON COLUMN mark_cut.last_year IS 'Последний учебный год действия; пусто — источник не ограничивает';
COMMENT ON COLUMN mark_cut.max_score IS 'Максимальный балл';
COMMENT ON COLUMN mark_cut.min_score IS 'Минимальный балл, с которого порог преодолён';
COMMENT ON COLUMN mark_cut.cut_3 IS 'Наименьший балл отметки «3»';
COMMENT ON COLUMN mark_cut.cut_4 IS 'Наименьший балл отметки «4»';
COMMENT ON COLUMN mark_cut.cut_5 IS 'Наименьший балл отметки «5»';
COMMENT ON COLUMN mark_cut.source IS 'Откуда взята шкала';

CREATE TABLE administration (
    administration_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    assessment_id integer NOT NULL REFERENCES assessment,
    academic_year integer NOT NULL CHECK (academic_year BETWEEN 2000 AND 2100),
    max_score integer NOT NULL CHECK (max_score BETWEEN 1 AND 1000),
    fail_by text NOT NULL DEFAULT 'mark' CHECK (fail_by IN ('mark', 'min_score')),
    min_score integer CHECK (min_score BETWEEN 1 AND max_score),
    cut_3 integer CHECK (cut_3 BETWEEN 1 AND max_score),
    cut_4 integer CHECK (cut_4 > cut_3 AND cut_4 <= max_score),
    cut_5 integer CHECK (cut_5 > cut_4 AND cut_5 <= max_score),
    is_controlled boolean NOT NULL DEFAULT false,
    source text,
    CHECK (fail_by <> 'min_score' OR min_score IS NOT NULL),
    CHECK (num_nulls(cut_3, cut_4, cut_5) IN (0, 3)),
    UNIQUE (assessment_id, academic_year),
    UNIQUE (administration_id, academic_year)
);
COMMENT ON TABLE administration IS 'Проведение процедуры в учебном году';
COMMENT ON COLUMN administration.administration_id IS 'Ключ проведения';
COMMENT ON COLUMN administration.assessment_id IS 'Процедура';
COMMENT ON COLUMN administration.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN administration.max_score IS 'Максимальный балл';
COMMENT ON COLUMN administration.fail_by IS 'Что считать неудачей: mark — отметка «2», min_score — балл ниже минимального';
COMMENT ON COLUMN administration.min_score IS 'Минимальный балл, с которого порог преодолён';
COMMENT ON COLUMN administration.cut_3 IS 'Наименьший балл отметки «3»; пусто — шкала не задана';
COMMENT ON COLUMN administration.cut_4 IS 'Наименьший балл отметки «4»';
COMMENT ON COLUMN administration.cut_5 IS 'Наименьший балл отметки «5»';
COMMENT ON COLUMN administration.is_controlled IS 'Проведена с независимыми наблюдателями и внешней проверкой';
COMMENT ON COLUMN administration.source IS 'Документ, которым заданы баллы';

CREATE FUNCTION find_assessment(exam text, subject text, level text, grade integer)
RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT a.assessment_id
    FROM assessment AS a
    JOIN exam AS e USING (exam_id)
    JOIN subject AS s USING (subject_id)
    WHERE e.code = find_assessment.exam
      AND s.code = find_assessment.subject
      AND a.level = find_assessment.level
      AND a.grade = find_assessment.grade;
END;
COMMENT ON FUNCTION find_assessment(text, text, text, integer) IS
'Ключ процедуры по кодам вида, предмета, уровня и классу программы; NULL, если такой процедуры нет';

-- An academic year, or a result year, within what the tables take.
CREATE FUNCTION check_year(academic_year integer)
RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
AS $$
BEGIN
    IF academic_year IS NULL OR academic_year NOT BETWEEN 2000 AND 2100 THEN
        RAISE EXCEPTION 'учебный год вне допустимых пределов'
            USING ERRCODE = 'numeric_value_out_of_range',
                  DETAIL = format('Получено: %s.', coalesce(academic_year::text, 'NULL')),
                  HINT = 'Укажите календарный год окончания учебного года от 2000 до 2100, например 2023 для 2022/23.';
    END IF;
END
$$;
COMMENT ON FUNCTION check_year(integer) IS
'Ошибка 22003, если учебный год не указан или не от 2000 до 2100';

-- Values not given are taken from the published cuts of that year, if any.
CREATE FUNCTION open_administration(academic_year integer, exam text, subject text,
    grade integer, level text DEFAULT 'none', max_score integer DEFAULT NULL,
    fail_by text DEFAULT NULL, min_score integer DEFAULT NULL,
    cut_3 integer DEFAULT NULL, cut_4 integer DEFAULT NULL, cut_5 integer DEFAULT NULL,
    is_controlled boolean DEFAULT false, source text DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    the_assessment integer := find_assessment(exam, subject, level, grade);
    usual_fail_by text := (SELECT a.fail_by FROM assessment AS a WHERE a.assessment_id = the_assessment);
    published mark_cut;
    result_id integer;
BEGIN
    PERFORM check_year(open_administration.academic_year);
    IF the_assessment IS NULL THEN
        RAISE EXCEPTION 'процедура не найдена в таблице assessment'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Вид %s, предмет %s, уровень %s, класс %s.', exam, subject, level, grade),
                  HINT = 'Добавьте строку в assessment или проверьте коды в exam и subject.';
    END IF;

    SELECT * INTO published
    FROM mark_cut AS c
    WHERE c.assessment_id = the_assessment
      AND open_administration.academic_year
          BETWEEN coalesce(c.first_year, 0) AND coalesce(c.last_year, 9999)
      AND c.max_score = coalesce(open_administration.max_score, c.max_score)
    ORDER BY c.first_year DESC NULLS LAST
    LIMIT 1;

    IF coalesce(open_administration.max_score, published.max_score) IS NULL THEN
        RAISE EXCEPTION 'не указан максимальный балл, и опубликованной шкалы для этого года нет'
            USING ERRCODE = 'null_value_not_allowed',
                  DETAIL = format('Процедура «%s», учебный год %s.',
                                  (SELECT a.name FROM assessment AS a WHERE a.assessment_id = the_assessment),
                                  open_administration.academic_year),
                  HINT = 'Укажите его: open_administration(..., max_score => 20).';
    END IF;

    INSERT INTO administration AS a (assessment_id, academic_year, max_score, fail_by, min_score,
                                     cut_3, cut_4, cut_5, is_controlled, source)
    VALUES (the_assessment, open_administration.academic_year,
            coalesce(open_administration.max_score, published.max_score),
            coalesce(open_administration.fail_by, usual_fail_by),
            coalesce(open_administration.min_score, published.min_score),
            coalesce(open_administration.cut_3, published.cut_3),
            coalesce(open_administration.cut_4, published.cut_4),
            coalesce(open_administration.cut_5, published.cut_5),
            open_administration.is_controlled,
            coalesce(open_administration.source, published.source))
    ON CONFLICT (assessment_id, academic_year) DO UPDATE
    SET max_score = excluded.max_score, fail_by = excluded.fail_by,
        min_score = excluded.min_score, cut_3 = excluded.cut_3, cut_4 = excluded.cut_4,
        cut_5 = excluded.cut_5, is_controlled = excluded.is_controlled, source = excluded.source
    RETURNING a.administration_id INTO result_id;
    RETURN result_id;
END
$$;
COMMENT ON FUNCTION open_administration(integer, text, text, integer, text, integer, text, integer, integer, integer, integer, boolean, text) IS
'Заводит проведение процедуры в учебном году, а если оно есть — задаёт его заново; не указанные баллы берутся из mark_cut, если источник есть, признак неудачи — из assessment. Возвращает ключ проведения';
