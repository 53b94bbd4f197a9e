-- What federal systems publish about groups of participants, with the counts
-- rebuilt from percentages.

CREATE TABLE published_group (
    published_group_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    import_file_id integer NOT NULL REFERENCES import_file,
    kind text NOT NULL REFERENCES layout (code),
    administration_id integer NOT NULL,
    academic_year integer NOT NULL,
    level text NOT NULL CHECK (level IN ('all', 'region', 'municipality', 'school')),
    label text NOT NULL CHECK (label <> ''),
    school_id integer REFERENCES school,
    municipality_id integer REFERENCES municipality,
    participants bigint NOT NULL CHECK (participants > 0),
    mark_2 bigint CHECK (mark_2 >= 0),
    mark_3 bigint CHECK (mark_3 >= 0),
    mark_4 bigint CHECK (mark_4 >= 0),
    mark_5 bigint CHECK (mark_5 >= 0),
    journal_lower bigint CHECK (journal_lower >= 0),
    journal_same bigint CHECK (journal_same >= 0),
    journal_higher bigint CHECK (journal_higher >= 0),
    dist score_dist,
    task_percents numeric[],
    FOREIGN KEY (administration_id, academic_year)
        REFERENCES administration (administration_id, academic_year),
    CHECK ((level = 'school') = (school_id IS NOT NULL)),
    CHECK (mark_2 + mark_3 + mark_4 + mark_5 = participants),
    CHECK (journal_lower + journal_same + journal_higher <= participants),
    UNIQUE (administration_id, kind, level, label)
);
CREATE INDEX ON published_group (import_file_id);
CREATE INDEX ON published_group (kind);
CREATE INDEX ON published_group (school_id);
CREATE INDEX ON published_group (municipality_id);
COMMENT ON TABLE published_group IS 'Опубликованные сводные данные по группам участников; учитываются там, где нет результатов участников';
COMMENT ON COLUMN published_group.published_group_id IS 'Ключ строки';
COMMENT ON COLUMN published_group.import_file_id IS 'Загрузка';
COMMENT ON COLUMN published_group.kind IS 'Форма файла (layout.code)';
COMMENT ON COLUMN published_group.administration_id IS 'Проведение процедуры';
COMMENT ON COLUMN published_group.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN published_group.level IS 'all — вся выборка, region — регион, municipality — муниципалитет, school — организация';
COMMENT ON COLUMN published_group.label IS 'Группа, как она названа в файле';
COMMENT ON COLUMN published_group.school_id IS 'Организация';
COMMENT ON COLUMN published_group.municipality_id IS 'Муниципальное образование, если оно узнано';
COMMENT ON COLUMN published_group.participants IS 'Участников';
COMMENT ON COLUMN published_group.mark_2 IS 'С отметкой «2»; пусто — по процентам число не восстанавливается (больше 10 000 участников) или в форме его нет';
COMMENT ON COLUMN published_group.mark_3 IS 'С отметкой «3»';
COMMENT ON COLUMN published_group.mark_4 IS 'С отметкой «4»';
COMMENT ON COLUMN published_group.mark_5 IS 'С отметкой «5»';
COMMENT ON COLUMN published_group.journal_lower IS 'Понизили: отметка ниже отметки по журналу';
COMMENT ON COLUMN published_group.journal_same IS 'Подтвердили: отметка равна отметке по журналу';
COMMENT ON COLUMN published_group.journal_higher IS 'Повысили: отметка выше отметки по журналу';
COMMENT ON COLUMN published_group.dist IS 'Распределение первичных баллов (тип score_dist)';
COMMENT ON COLUMN published_group.task_percents IS 'Процент выполнения заданий по порядку';

CREATE FUNCTION whole_number(cell text)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN translate(cell, ' ' || chr(160) || chr(8201) || chr(8239), '') ~ '^\d{1,12}$'
            THEN translate(cell, ' ' || chr(160) || chr(8201) || chr(8239), '')::bigint END;
COMMENT ON FUNCTION whole_number(text) IS
'Целое число ячейки (пробелы между разрядами допустимы) или NULL, если там не целое число';

CREATE FUNCTION percent_number(cell text)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN cell ~ '^\d{1,3}([.,]\d{1,10})?\s?%?$' THEN translate(cell, ', %' || chr(160), '.')::numeric END;
COMMENT ON FUNCTION percent_number(text) IS
'Процент ячейки (дробная часть после точки или запятой, знак % необязателен) или NULL, если там не число';

-- A count is known when one whole number alone gives the percentage printed
-- with two decimals, which holds up to 10,000 participants.
CREATE FUNCTION count_of_percent(percent numeric, n bigint)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN n BETWEEN 1 AND 10000
                 AND abs(100.0 * round(percent * n / 100) / n - percent) <= 0.0050001
            THEN round(percent * n / 100)::bigint END;
COMMENT ON FUNCTION count_of_percent(numeric, bigint) IS
'Сколько участников из n составляют напечатанный с двумя знаками процент; NULL, если ни одно целое число его не даёт или n больше 10 000';

CREATE FUNCTION nearest_counts(percent numeric, n bigint)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT format('«%s %%» от «%s» не даёт целого числа участников: ближайшие «%s (%s %%)» и «%s (%s %%)»',
                      replace(percent::text, '.', ','), n,
                      l.low, replace(round(100 * l.low / n, 2)::text, '.', ','),
                      l.low + 1, replace(round(100 * (l.low + 1) / n, 2)::text, '.', ','))
        FROM (VALUES (floor(percent * n / 100))) AS l (low));
COMMENT ON FUNCTION nearest_counts(numeric, bigint) IS
'Причина отказа: процент и два ближайших к нему целых числа участников с их процентами';
