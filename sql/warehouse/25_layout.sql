-- Layouts of files, recognised by the texts of their header cells.

CREATE TABLE layout (
    layout_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z_]+$'),
    name text NOT NULL CHECK (name <> ''),
    content text NOT NULL CHECK (content IN ('individual', 'group', 'context')),
    exam text REFERENCES exam (code),
    grade integer CHECK (grade BETWEEN 1 AND 12),
    school_code_kind text,
    derives_mark boolean NOT NULL DEFAULT false
);
CREATE INDEX ON layout (exam);
COMMENT ON TABLE layout IS 'Формы файлов, которые узнаёт import_file';
COMMENT ON COLUMN layout.layout_id IS 'Ключ формы';
COMMENT ON COLUMN layout.code IS 'Код формы';
COMMENT ON COLUMN layout.name IS 'Наименование формы';
COMMENT ON COLUMN layout.content IS 'individual — результаты участников, group — сводные данные по группам участников, context — показатели условий организаций';
COMMENT ON COLUMN layout.exam IS 'Вид процедуры, если форма его определяет';
COMMENT ON COLUMN layout.grade IS 'Класс программы, если форма его определяет';
COMMENT ON COLUMN layout.school_code_kind IS 'Система, чьими кодами названы организации';
COMMENT ON COLUMN layout.derives_mark IS 'Отметки в форме нет: она ставится по шкале проведения (cut_3, cut_4, cut_5)';

CREATE TABLE layout_column (
    layout_column_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    layout_id integer NOT NULL REFERENCES layout ON DELETE CASCADE,
    role text NOT NULL CHECK (role ~ '^[a-z_0-9]+$'),
    header text CHECK (header <> ''),
    header_pattern text CHECK (header_pattern <> ''),
    is_required boolean NOT NULL DEFAULT false,
    is_forbidden boolean NOT NULL DEFAULT false,
    CHECK (NOT (is_required AND is_forbidden)),
    CHECK (num_nonnulls(header, header_pattern) = 1),
    UNIQUE (layout_id, role, header)
);
COMMENT ON TABLE layout_column IS 'Заголовки столбцов форм; у одного столбца может быть несколько вариантов заголовка';
COMMENT ON COLUMN layout_column.layout_column_id IS 'Ключ строки';
COMMENT ON COLUMN layout_column.layout_id IS 'Форма';
COMMENT ON COLUMN layout_column.role IS 'Что в столбце: participant, class, score, mark, item, ...';
COMMENT ON COLUMN layout_column.header IS 'Заголовок строчными буквами, пробелы одиночные, «ё» как «е»';
COMMENT ON COLUMN layout_column.header_pattern IS 'Регулярное выражение для заголовков, которых бывает несколько (задания, баллы)';
COMMENT ON COLUMN layout_column.is_required IS 'Без такого столбца форма не узнаётся';
COMMENT ON COLUMN layout_column.is_forbidden IS 'С таким столбцом это другая форма';

CREATE TABLE subject_code (
    subject_code_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_exam text NOT NULL REFERENCES exam (code),
    code text NOT NULL CHECK (code <> ''),
    exam text NOT NULL REFERENCES exam (code),
    subject text NOT NULL REFERENCES subject (code),
    level text NOT NULL DEFAULT 'none',
    source text NOT NULL,
    UNIQUE (file_exam, code)
);
CREATE INDEX ON subject_code (exam);
CREATE INDEX ON subject_code (subject);
COMMENT ON TABLE subject_code IS 'Коды и названия предметов в файлах: какой процедуре они соответствуют';
COMMENT ON COLUMN subject_code.subject_code_id IS 'Ключ строки';
COMMENT ON COLUMN subject_code.file_exam IS 'Вид процедуры формы файла';
COMMENT ON COLUMN subject_code.code IS 'Код предмета (01, 02, ...) или его название строчными буквами, как в файле';
COMMENT ON COLUMN subject_code.exam IS 'Вид процедуры на самом деле: коды 51 и 52 — ГВЭ';
COMMENT ON COLUMN subject_code.subject IS 'Предмет';
COMMENT ON COLUMN subject_code.level IS 'Уровень';
COMMENT ON COLUMN subject_code.source IS 'Откуда известно соответствие';

-- lower() knows Cyrillic only where the database's locale does.
CREATE FUNCTION lower_text(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(lower(value), 'АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ', 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя');
COMMENT ON FUNCTION lower_text(text) IS
'Строчные буквы, и русские тоже, в базе данных с любой локалью';

-- A header cell as layout_column.header spells it.
CREATE FUNCTION header_text(cell text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN btrim(regexp_replace(translate(lower_text(cell), 'ё' || chr(160) || chr(65279), 'е '), '\s+', ' ', 'g'));
COMMENT ON FUNCTION header_text(text) IS
'Текст ячейки заголовка для сравнения: строчные буквы, одиночные пробелы, «ё» как «е»';
