-- Risk profiles of schools: factors as a code list, their significance term by
-- term with every correction kept, an antirisk programme for each active one.

CREATE TABLE risk_factor (
    risk_factor_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    number integer NOT NULL CHECK (number >= 1),
    name text NOT NULL CHECK (name <> ''),
    first_year integer CHECK (first_year BETWEEN 2000 AND 2100),
    last_year integer CHECK (last_year BETWEEN 2000 AND 2100),
    source text NOT NULL CHECK (source <> ''),
    CHECK (first_year <= last_year),
    UNIQUE NULLS NOT DISTINCT (code, first_year)
);
COMMENT ON TABLE risk_factor IS 'Факторы риска («500+»); перечень и названия меняются по годам строками с годами действия';
COMMENT ON COLUMN risk_factor.risk_factor_id IS 'Ключ фактора';
COMMENT ON COLUMN risk_factor.code IS 'Код фактора; у переименованного — прежний';
COMMENT ON COLUMN risk_factor.number IS 'Номер в перечне';
COMMENT ON COLUMN risk_factor.name IS 'Наименование фактора';
COMMENT ON COLUMN risk_factor.first_year IS 'Первый учебный год действия; пусто — не ограничен';
COMMENT ON COLUMN risk_factor.last_year IS 'Последний учебный год действия; пусто — не ограничен';
COMMENT ON COLUMN risk_factor.source IS 'Откуда взят фактор';

CREATE TABLE risk_profile (
    risk_profile_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer NOT NULL REFERENCES school,
    risk_factor_id integer NOT NULL REFERENCES risk_factor,
    academic_year integer NOT NULL CHECK (academic_year BETWEEN 2000 AND 2100),
    term integer NOT NULL CHECK (term BETWEEN 1 AND 4),
    significance text NOT NULL CHECK (significance IN ('high', 'medium', 'low')),
    is_active boolean NOT NULL DEFAULT false,
    reason text CHECK (reason <> ''),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user,
    UNIQUE (school_id, risk_factor_id, academic_year, term)
);
CREATE INDEX ON risk_profile (risk_factor_id);
COMMENT ON TABLE risk_profile IS 'Рисковые профили: значимость факторов у школы по четвертям; не внесённое в четверти остаётся прежним';
COMMENT ON COLUMN risk_profile.risk_profile_id IS 'Ключ строки';
COMMENT ON COLUMN risk_profile.school_id IS 'Организация';
COMMENT ON COLUMN risk_profile.risk_factor_id IS 'Фактор риска';
COMMENT ON COLUMN risk_profile.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN risk_profile.term IS 'Четверть, в которой профиль составлен или скорректирован';
COMMENT ON COLUMN risk_profile.significance IS 'Значимость: high — высокая, medium — средняя, low — низкая';
COMMENT ON COLUMN risk_profile.is_active IS 'Школа работает с этим фактором: нужна антирисковая программа';
COMMENT ON COLUMN risk_profile.reason IS 'Основание оценки или коррекции';
COMMENT ON COLUMN risk_profile.recorded_at IS 'Когда записано';
COMMENT ON COLUMN risk_profile.recorded_by IS 'Кем записано';

CREATE TABLE risk_profile_change (
    risk_profile_change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer NOT NULL REFERENCES school,
    risk_factor_id integer NOT NULL REFERENCES risk_factor,
    academic_year integer NOT NULL,
    term integer NOT NULL,
    significance_before text NOT NULL,
    significance_after text,
    was_active boolean NOT NULL,
    recorded_before timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user
);
CREATE INDEX ON risk_profile_change (school_id);
CREATE INDEX ON risk_profile_change (risk_factor_id);
COMMENT ON TABLE risk_profile_change IS 'История правок внутри четверти: прежние оценки; записывается сама';
COMMENT ON COLUMN risk_profile_change.risk_profile_change_id IS 'Ключ правки';
COMMENT ON COLUMN risk_profile_change.school_id IS 'Организация';
COMMENT ON COLUMN risk_profile_change.risk_factor_id IS 'Фактор риска';
COMMENT ON COLUMN risk_profile_change.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN risk_profile_change.term IS 'Четверть';
COMMENT ON COLUMN risk_profile_change.significance_before IS 'Прежняя значимость';
COMMENT ON COLUMN risk_profile_change.significance_after IS 'Новая значимость; пусто — оценка удалена';
COMMENT ON COLUMN risk_profile_change.was_active IS 'Работала ли школа с фактором прежде';
COMMENT ON COLUMN risk_profile_change.recorded_before IS 'Когда была записана прежняя оценка';
COMMENT ON COLUMN risk_profile_change.recorded_at IS 'Когда исправлено';
COMMENT ON COLUMN risk_profile_change.recorded_by IS 'Кем исправлено';

CREATE TABLE antirisk_programme (
    antirisk_programme_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer NOT NULL REFERENCES school,
    risk_factor_id integer NOT NULL REFERENCES risk_factor,
    academic_year integer NOT NULL CHECK (academic_year BETWEEN 2000 AND 2100),
    name text NOT NULL CHECK (name <> ''),
    approved_on date,
    document_number text CHECK (document_number <> ''),
    link text CHECK (link <> ''),
    roadmap_note text CHECK (roadmap_note <> ''),
    UNIQUE (school_id, risk_factor_id, academic_year)
);
CREATE INDEX ON antirisk_programme (risk_factor_id);
COMMENT ON TABLE antirisk_programme IS 'Антирисковые программы школ: по одной на фактор, с которым школа работает';
COMMENT ON COLUMN antirisk_programme.antirisk_programme_id IS 'Ключ программы';
COMMENT ON COLUMN antirisk_programme.school_id IS 'Организация';
COMMENT ON COLUMN antirisk_programme.risk_factor_id IS 'Фактор риска';
COMMENT ON COLUMN antirisk_programme.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN antirisk_programme.name IS 'Наименование программы';
COMMENT ON COLUMN antirisk_programme.approved_on IS 'Когда утверждена; пусто — не утверждена';
COMMENT ON COLUMN antirisk_programme.document_number IS 'Номер приказа';
COMMENT ON COLUMN antirisk_programme.link IS 'Ссылка на документ';
COMMENT ON COLUMN antirisk_programme.roadmap_note IS 'Каким разделом дорожной карты школы выполняется';

CREATE FUNCTION check_risk_factor_year()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    factor risk_factor;
BEGIN
    SELECT f.* INTO factor FROM risk_factor AS f WHERE f.risk_factor_id = new.risk_factor_id;
    IF new.academic_year NOT BETWEEN coalesce(factor.first_year, 0) AND coalesce(factor.last_year, 9999) THEN
        RAISE EXCEPTION 'фактор риска «%» в % учебном году не действует', factor.name, new.academic_year
            USING ERRCODE = 'check_violation',
                  DETAIL = format('Действует с %s по %s год.', coalesce(factor.first_year::text, '…'), coalesce(factor.last_year::text, '…')),
                  HINT = 'Возьмите строку risk_factor этого года.',
                  SCHEMA = tg_table_schema, TABLE = tg_table_name, COLUMN = 'risk_factor_id';
    END IF;
    RETURN new;
END
$$;
COMMENT ON FUNCTION check_risk_factor_year() IS
'Триггер risk_profile и antirisk_programme: фактор должен действовать в этом учебном году (ошибка 23514)';
CREATE TRIGGER check_factor BEFORE INSERT OR UPDATE ON risk_profile
    FOR EACH ROW EXECUTE FUNCTION check_risk_factor_year();
CREATE TRIGGER check_factor BEFORE INSERT OR UPDATE ON antirisk_programme
    FOR EACH ROW EXECUTE FUNCTION check_risk_factor_year();

CREATE FUNCTION record_risk_change()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    INSERT INTO risk_profile_change (school_id, risk_factor_id, academic_year, term, significance_before,
                                     significance_after, was_active, recorded_before)
    VALUES (old.school_id, old.risk_factor_id, old.academic_year, old.term, old.significance,
            CASE WHEN tg_op = 'UPDATE' THEN new.significance END, old.is_active, old.recorded_at);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION record_risk_change() IS
'Триггер risk_profile: прежние оценки — в risk_profile_change';
CREATE TRIGGER record_update AFTER UPDATE ON risk_profile FOR EACH ROW
    WHEN ((old.school_id, old.risk_factor_id, old.academic_year, old.term, old.significance, old.is_active)
          IS DISTINCT FROM (new.school_id, new.risk_factor_id, new.academic_year, new.term, new.significance, new.is_active))
    EXECUTE FUNCTION record_risk_change();
CREATE TRIGGER record_delete AFTER DELETE ON risk_profile
    FOR EACH ROW EXECUTE FUNCTION record_risk_change();

CREATE FUNCTION significance_text(significance text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE significance WHEN 'high' THEN 'высокая' WHEN 'medium' THEN 'средняя' WHEN 'low' THEN 'низкая' END;
COMMENT ON FUNCTION significance_text(text) IS 'Значимость фактора риска словами';

CREATE VIEW school_risk_profile WITH (security_invoker = true) AS
SELECT p.risk_profile_id, p.academic_year, p.term, s.municipality_id, m.name AS municipality, p.school_id, s.name AS school,
       p.risk_factor_id, f.number, f.code AS factor_code, f.name AS factor,
       p.significance, significance_text(p.significance) AS significance_text,
       p.significance_before, significance_text(p.significance_before) AS significance_text_before,
       p.is_active, p.corrections, a.antirisk_programme_id IS NOT NULL AS has_programme, a.name AS programme, a.approved_on,
       p.reason
FROM (
    SELECT p.*, lag(p.significance) OVER w AS significance_before, count(*) OVER w - 1 AS corrections,
           lead(p.term) OVER w AS next_term
    FROM risk_profile AS p
    WINDOW w AS (PARTITION BY p.school_id, p.risk_factor_id, p.academic_year ORDER BY p.term)) AS p
JOIN risk_factor AS f USING (risk_factor_id)
JOIN school AS s USING (school_id)
JOIN municipality AS m USING (municipality_id)
LEFT JOIN antirisk_programme AS a USING (school_id, risk_factor_id, academic_year)
WHERE p.next_term IS NULL;
COMMENT ON VIEW school_risk_profile IS 'Рисковый профиль организации в учебном году: последняя оценка каждого фактора';
COMMENT ON COLUMN school_risk_profile.risk_profile_id IS 'Ключ строки профиля';
COMMENT ON COLUMN school_risk_profile.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN school_risk_profile.term IS 'Четверть последней оценки';
COMMENT ON COLUMN school_risk_profile.municipality_id IS 'Ключ муниципального образования';
COMMENT ON COLUMN school_risk_profile.municipality IS 'Муниципальное образование';
COMMENT ON COLUMN school_risk_profile.school_id IS 'Организация';
COMMENT ON COLUMN school_risk_profile.school IS 'Наименование организации';
COMMENT ON COLUMN school_risk_profile.risk_factor_id IS 'Ключ фактора';
COMMENT ON COLUMN school_risk_profile.number IS 'Номер фактора в перечне';
COMMENT ON COLUMN school_risk_profile.factor_code IS 'Код фактора';
COMMENT ON COLUMN school_risk_profile.factor IS 'Фактор риска';
COMMENT ON COLUMN school_risk_profile.significance IS 'Значимость: high, medium, low';
COMMENT ON COLUMN school_risk_profile.significance_text IS 'Значимость словами';
COMMENT ON COLUMN school_risk_profile.significance_before IS 'Значимость до последней коррекции; пусто — коррекций не было';
COMMENT ON COLUMN school_risk_profile.significance_text_before IS 'Она же словами';
COMMENT ON COLUMN school_risk_profile.is_active IS 'Школа работает с этим фактором';
COMMENT ON COLUMN school_risk_profile.corrections IS 'Сколько раз за год оценка корректировалась';
COMMENT ON COLUMN school_risk_profile.has_programme IS 'Антирисковая программа есть';
COMMENT ON COLUMN school_risk_profile.programme IS 'Антирисковая программа';
COMMENT ON COLUMN school_risk_profile.approved_on IS 'Когда утверждена';
COMMENT ON COLUMN school_risk_profile.reason IS 'Основание оценки';

CREATE VIEW risk_without_programme WITH (security_invoker = true) AS
SELECT risk_profile_id, academic_year, term, municipality_id, municipality, school_id, school, risk_factor_id, number,
       factor_code, factor, significance, significance_text
FROM school_risk_profile
WHERE is_active AND NOT has_programme;
COMMENT ON VIEW risk_without_programme IS 'Факторы, с которыми школа работает, а антирисковой программы нет';

CREATE VIEW risk_by_factor WITH (security_invoker = true) AS
SELECT p.academic_year, p.risk_factor_id, p.number, p.factor_code, p.factor, count(*) AS schools,
       count(*) FILTER (WHERE p.significance = 'high') AS high, count(*) FILTER (WHERE p.significance = 'medium') AS medium,
       count(*) FILTER (WHERE p.significance = 'low') AS low, count(*) FILTER (WHERE p.is_active) AS active,
       count(*) FILTER (WHERE p.is_active AND p.has_programme) AS with_programme
FROM school_risk_profile AS p
GROUP BY p.academic_year, p.risk_factor_id, p.number, p.factor_code, p.factor;
COMMENT ON VIEW risk_by_factor IS 'Факторы риска по годам: у скольких школ какой значимости';
COMMENT ON COLUMN risk_by_factor.schools IS 'Школ, у которых фактор оценён';
COMMENT ON COLUMN risk_by_factor.high IS 'С высокой значимостью';
COMMENT ON COLUMN risk_by_factor.medium IS 'Со средней';
COMMENT ON COLUMN risk_by_factor.low IS 'С низкой';
COMMENT ON COLUMN risk_by_factor.active IS 'Школ, которые с ним работают';
COMMENT ON COLUMN risk_by_factor.with_programme IS 'Из них с антирисковой программой';

CREATE VIEW risk_profile_term WITH (security_invoker = true) AS
SELECT y.academic_year, t.term, s.municipality_id, m.name AS municipality, y.school_id, s.name AS school,
       count(p.risk_profile_id) AS factors, count(p.risk_profile_id) > 0 AS is_corrected
FROM (SELECT DISTINCT p.school_id, p.academic_year FROM risk_profile AS p) AS y
CROSS JOIN generate_series(1, 4) AS t (term)
JOIN school AS s USING (school_id)
JOIN municipality AS m USING (municipality_id)
LEFT JOIN risk_profile AS p ON (p.school_id, p.academic_year, p.term) = (y.school_id, y.academic_year, t.term)
GROUP BY y.academic_year, t.term, s.municipality_id, m.name, y.school_id, s.name;
COMMENT ON VIEW risk_profile_term IS 'Составлялся или корректировался ли профиль в каждой четверти (требуется не реже раза в четверть)';
COMMENT ON COLUMN risk_profile_term.factors IS 'Сколько факторов оценено в этой четверти';
COMMENT ON COLUMN risk_profile_term.is_corrected IS 'Профиль в этой четверти составлен или скорректирован';

-- Columns that repeat a column of school_risk_profile keep its comment.
DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT v.view_name, a.attname, col_description(o.attrelid, o.attnum) AS description
        FROM (VALUES ('risk_without_programme'), ('risk_by_factor'), ('risk_profile_term')) AS v (view_name)
        JOIN pg_attribute AS a ON a.attrelid = v.view_name::regclass AND a.attnum > 0
        JOIN pg_attribute AS o ON o.attrelid = 'school_risk_profile'::regclass AND o.attname = a.attname
        WHERE col_description(a.attrelid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', col.view_name, col.attname, col.description);
    END LOOP;
END
$$;
