-- Reference: territories, schools, their codes and their state in a year.

CREATE TABLE region (
    region_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> '')
);
COMMENT ON TABLE region IS 'Субъекты Российской Федерации';
COMMENT ON COLUMN region.region_id IS 'Ключ региона';
COMMENT ON COLUMN region.code IS 'Код региона, например 23';
COMMENT ON COLUMN region.name IS 'Наименование региона';

CREATE TABLE municipality (
    municipality_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    region_id integer NOT NULL REFERENCES region,
    code text NOT NULL CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    UNIQUE (region_id, code)
);
COMMENT ON TABLE municipality IS 'Муниципальные образования';
COMMENT ON COLUMN municipality.municipality_id IS 'Ключ муниципального образования';
COMMENT ON COLUMN municipality.region_id IS 'Регион';
COMMENT ON COLUMN municipality.code IS 'Код муниципального образования внутри региона';
COMMENT ON COLUMN municipality.name IS 'Наименование муниципального образования';

CREATE TABLE school (
    school_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    municipality_id integer NOT NULL REFERENCES municipality,
    name text NOT NULL CHECK (name <> ''),
    is_rural boolean,
    first_year integer CHECK (first_year BETWEEN 1900 AND 2100),
    last_year integer CHECK (last_year BETWEEN 1900 AND 2100),
    successor_id integer REFERENCES school CHECK (successor_id <> school_id),
    succeeded_in integer CHECK (succeeded_in BETWEEN 2000 AND 2100),
    CHECK (first_year <= last_year),
    CHECK (num_nulls(successor_id, succeeded_in) IN (0, 2))
);
CREATE INDEX ON school (municipality_id);
CREATE INDEX ON school (successor_id);
COMMENT ON TABLE school IS 'Общеобразовательные организации';
COMMENT ON COLUMN school.school_id IS 'Ключ организации';
COMMENT ON COLUMN school.municipality_id IS 'Муниципальное образование';
COMMENT ON COLUMN school.name IS 'Краткое наименование организации';
COMMENT ON COLUMN school.is_rural IS 'Сельская организация; пусто — не указано';
COMMENT ON COLUMN school.first_year IS 'Первый учебный год работы (год окончания); пусто — работала всегда';
COMMENT ON COLUMN school.last_year IS 'Последний учебный год работы (год окончания); пусто — работает';
COMMENT ON COLUMN school.successor_id IS 'Правопреемник: организация, к которой эта присоединена или которой продолжена; пусто — нет';
COMMENT ON COLUMN school.succeeded_in IS 'С какого учебного года вместо этой организации оценивается правопреемник';

CREATE TABLE school_code (
    school_code_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer NOT NULL REFERENCES school,
    kind text NOT NULL CHECK (kind IN ('fis_oko', 'ris_gia', 'inn', 'local')),
    code text NOT NULL CHECK (code <> ''),
    UNIQUE (kind, code)
);
CREATE INDEX ON school_code (school_id);
COMMENT ON TABLE school_code IS 'Коды организаций в федеральных и региональных системах';
COMMENT ON COLUMN school_code.school_code_id IS 'Ключ кода';
COMMENT ON COLUMN school_code.school_id IS 'Организация';
COMMENT ON COLUMN school_code.kind IS 'Система: fis_oko — логин ФИС ОКО, ris_gia — код ОО в РИС ГИА, inn — ИНН, local — код региона';
COMMENT ON COLUMN school_code.code IS 'Код в этой системе';

CREATE TABLE school_type (
    school_type_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z_]+$'),
    name text NOT NULL CHECK (name <> '')
);
COMMENT ON TABLE school_type IS 'Типы организаций; какие из них не оцениваются, решает набор правил (rule_excluded_type)';
COMMENT ON COLUMN school_type.school_type_id IS 'Ключ типа';
COMMENT ON COLUMN school_type.code IS 'Код типа';
COMMENT ON COLUMN school_type.name IS 'Наименование типа';

CREATE TABLE school_year (
    school_year_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id integer NOT NULL REFERENCES school,
    academic_year integer NOT NULL CHECK (academic_year BETWEEN 2000 AND 2100),
    school_type text NOT NULL DEFAULT 'general' REFERENCES school_type (code),
    exclusion_reason text CHECK (exclusion_reason <> ''),
    enrolment integer CHECK (enrolment >= 0),
    UNIQUE (school_id, academic_year)
);
CREATE INDEX ON school_year (school_type);
COMMENT ON TABLE school_year IS 'Состояние организации в учебном году: тип, исключение из оценки, контингент';
COMMENT ON COLUMN school_year.school_year_id IS 'Ключ строки';
COMMENT ON COLUMN school_year.school_id IS 'Организация';
COMMENT ON COLUMN school_year.academic_year IS 'Учебный год по году окончания (2023 — это 2022/23)';
COMMENT ON COLUMN school_year.school_type IS 'Тип организации в этом году (school_type.code)';
COMMENT ON COLUMN school_year.exclusion_reason IS 'Почему организация не оценивается в этом году; пусто — оценивается';
COMMENT ON COLUMN school_year.enrolment IS 'Численность обучающихся, человек';
