-- Roadmaps: documents, their sections and events, who answers for an event,
-- the days it falls due and what was done about it.

CREATE TABLE roadmap (
    roadmap_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    level text NOT NULL CHECK (level IN ('region', 'municipality', 'school')),
    region_id integer REFERENCES region,
    municipality_id integer REFERENCES municipality,
    school_id integer REFERENCES school,
    parent_id integer REFERENCES roadmap CHECK (parent_id <> roadmap_id),
    order_number text CHECK (order_number <> ''),
    order_date date,
    plan_from date NOT NULL,
    plan_to date NOT NULL,
    due_shift text NOT NULL DEFAULT 'none' CHECK (due_shift IN ('none', 'next', 'previous')),
    uid text NOT NULL UNIQUE DEFAULT gen_random_uuid()::text CHECK (is_code(uid, 40)),
    lines_read integer CHECK (lines_read >= 0),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    created_by text NOT NULL DEFAULT current_user,
    CHECK (plan_from <= plan_to AND plan_to < plan_from + 3660),
    CHECK (plan_from >= DATE '2000-01-01' AND plan_to < DATE '2101-01-01'),
    CHECK ((level = 'region') = (region_id IS NOT NULL)),
    CHECK ((level = 'municipality') = (municipality_id IS NOT NULL)),
    CHECK ((level = 'school') = (school_id IS NOT NULL))
);
CREATE INDEX ON roadmap (region_id);
CREATE INDEX ON roadmap (municipality_id);
CREATE INDEX ON roadmap (school_id);
CREATE INDEX ON roadmap (parent_id);
COMMENT ON TABLE roadmap IS 'Дорожные карты (планы мероприятий): документы региона, муниципалитетов и школ';
COMMENT ON COLUMN roadmap.roadmap_id IS 'Ключ дорожной карты';
COMMENT ON COLUMN roadmap.name IS 'Краткое наименование, по которому документ узнают; в хранилище не повторяется';
COMMENT ON COLUMN roadmap.level IS 'Кем принята: region — регион, municipality — муниципалитет, school — школа';
COMMENT ON COLUMN roadmap.region_id IS 'Регион, если карта региональная';
COMMENT ON COLUMN roadmap.municipality_id IS 'Муниципальное образование, если карта муниципальная';
COMMENT ON COLUMN roadmap.school_id IS 'Организация, если карта школьная';
COMMENT ON COLUMN roadmap.parent_id IS 'Карта, по образцу которой составлена эта; пусто — самостоятельная';
COMMENT ON COLUMN roadmap.order_number IS 'Номер утвердившего приказа';
COMMENT ON COLUMN roadmap.order_date IS 'Дата утвердившего приказа';
COMMENT ON COLUMN roadmap.plan_from IS 'Первый день периода плана; из него берётся год, не указанный в сроке';
COMMENT ON COLUMN roadmap.plan_to IS 'Последний день периода плана; сроки за его пределами допустимы';
COMMENT ON COLUMN roadmap.due_shift IS 'Куда переносить срок, попавший на выходной: none — не переносить, next — на следующий рабочий день, previous — на предыдущий';
COMMENT ON COLUMN roadmap.uid IS 'Неизменный признак документа для календарных программ (см. roadmap_ics)';
COMMENT ON COLUMN roadmap.lines_read IS 'Сколько строк было в загруженном тексте; пусто — карта не загружалась';
COMMENT ON COLUMN roadmap.created_at IS 'Когда заведена';
COMMENT ON COLUMN roadmap.created_by IS 'Кем заведена';

-- A template of a template and so on must come to an end.
CREATE FUNCTION check_roadmap_parent()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    chain text;
BEGIN
    WITH RECURSIVE above AS (
        SELECT r.roadmap_id, r.parent_id, format('«%s»', r.name) AS path FROM roadmap AS r WHERE r.roadmap_id = NEW.roadmap_id
        UNION ALL
        SELECT r.roadmap_id, r.parent_id, format('%s — «%s»', a.path, r.name)
        FROM above AS a JOIN roadmap AS r ON r.roadmap_id = a.parent_id
        WHERE a.parent_id <> NEW.roadmap_id
    ) CYCLE roadmap_id SET is_cycle USING passed
    SELECT a.path INTO chain FROM above AS a WHERE a.parent_id = NEW.roadmap_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'карты ссылаются друг на друга как на образец'
            USING ERRCODE = 'check_violation',
                  DETAIL = format('По цепочке образцов: %s — «%s».', chain, NEW.name),
                  HINT = 'Образцом может быть карта, которая сама не составлена по этой; уберите parent_id одной из них.',
                  SCHEMA = tg_table_schema, TABLE = tg_table_name, COLUMN = 'parent_id';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION check_roadmap_parent() IS
'Триггер roadmap: образцы не ссылаются друг на друга по кругу (ошибка 23514)';
CREATE TRIGGER check_roadmap_parent
    AFTER INSERT OR UPDATE OF parent_id ON roadmap
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION check_roadmap_parent();

CREATE TABLE roadmap_section (
    roadmap_section_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_id integer NOT NULL REFERENCES roadmap ON DELETE CASCADE,
    place integer NOT NULL CHECK (place > 0),
    level text NOT NULL CHECK (level IN ('region', 'municipality', 'school')),
    number text CHECK (number <> ''),
    title text CHECK (title <> ''),
    source_line integer CHECK (source_line > 0),
    UNIQUE (roadmap_id, place)
);
COMMENT ON TABLE roadmap_section IS 'Разделы дорожных карт';
COMMENT ON COLUMN roadmap_section.roadmap_section_id IS 'Ключ раздела';
COMMENT ON COLUMN roadmap_section.roadmap_id IS 'Дорожная карта';
COMMENT ON COLUMN roadmap_section.place IS 'Порядок в документе';
COMMENT ON COLUMN roadmap_section.level IS 'Кто исполняет: region — регион, municipality — муниципалитеты, school — школы';
COMMENT ON COLUMN roadmap_section.number IS 'Номер, как напечатан';
COMMENT ON COLUMN roadmap_section.title IS 'Наименование; пусто — мероприятия стоят в документе вне разделов';
COMMENT ON COLUMN roadmap_section.source_line IS 'Строка загруженного текста';

CREATE TABLE roadmap_event (
    roadmap_event_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_section_id integer NOT NULL REFERENCES roadmap_section ON DELETE CASCADE,
    place integer NOT NULL CHECK (place > 0),
    number text CHECK (number <> ''),
    title text NOT NULL CHECK (title <> ''),
    school_activity text CHECK (school_activity <> ''),
    goal text CHECK (goal <> ''),
    deadline text CHECK (deadline <> ''),
    deadline_kind text,
    deadline_canonical text,
    evidence_form text CHECK (evidence_form <> ''),
    expected_result text CHECK (expected_result <> ''),
    indicator text CHECK (indicator <> ''),
    responsible text CHECK (responsible <> ''),
    responsible_rest text CHECK (responsible_rest <> ''),
    other text CHECK (other <> ''),
    source_line integer CHECK (source_line > 0),
    parent_event_id integer REFERENCES roadmap_event ON DELETE SET NULL CHECK (parent_event_id <> roadmap_event_id),
    UNIQUE (roadmap_section_id, place)
);
CREATE INDEX ON roadmap_event (parent_event_id);
COMMENT ON TABLE roadmap_event IS 'Мероприятия дорожных карт: одна строка документа — одно мероприятие';
COMMENT ON COLUMN roadmap_event.roadmap_event_id IS 'Ключ мероприятия';
COMMENT ON COLUMN roadmap_event.roadmap_section_id IS 'Раздел';
COMMENT ON COLUMN roadmap_event.place IS 'Порядок в разделе';
COMMENT ON COLUMN roadmap_event.number IS 'Номер, как напечатан (в документах номера повторяются и пропускаются)';
COMMENT ON COLUMN roadmap_event.title IS 'Мероприятие';
COMMENT ON COLUMN roadmap_event.school_activity IS 'Мероприятия школы, если в документе для них есть столбец';
COMMENT ON COLUMN roadmap_event.goal IS 'Задача, напечатанная в этой строке (объединённая ячейка относится и к следующим строкам)';
COMMENT ON COLUMN roadmap_event.deadline IS 'Срок, как напечатан; пусто — ячейка пуста';
COMMENT ON COLUMN roadmap_event.deadline_kind IS 'Вид срока (см. deadline_kind); вычисляется';
COMMENT ON COLUMN roadmap_event.deadline_canonical IS 'Срок в единообразной записи (см. deadline_canonical); вычисляется';
COMMENT ON COLUMN roadmap_event.evidence_form IS 'Форма предъявления: приказ, справка, вебинар, ...';
COMMENT ON COLUMN roadmap_event.expected_result IS 'Планируемый результат';
COMMENT ON COLUMN roadmap_event.indicator IS 'Показатель выполнения, напечатанный в этой строке';
COMMENT ON COLUMN roadmap_event.responsible IS 'Ответственные, как напечатаны (без имён людей)';
COMMENT ON COLUMN roadmap_event.responsible_rest IS 'Что в ячейке ответственных не нашлось среди сокращений документа; вычисляется';
COMMENT ON COLUMN roadmap_event.other IS 'Прочие столбцы документа: «заголовок: значение»';
COMMENT ON COLUMN roadmap_event.source_line IS 'Строка загруженного текста';
COMMENT ON COLUMN roadmap_event.parent_event_id IS 'Мероприятие карты-образца, из которого взято это';

CREATE TABLE body (
    body_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    level text CHECK (level IN ('region', 'municipality', 'school'))
);
COMMENT ON TABLE body IS 'Исполнители: органы управления, учреждения, должности (не люди)';
COMMENT ON COLUMN body.body_id IS 'Ключ исполнителя';
COMMENT ON COLUMN body.name IS 'Наименование';
COMMENT ON COLUMN body.level IS 'Уровень: region, municipality, school; пусто — не указан';

CREATE TABLE body_alias (
    body_alias_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_id integer NOT NULL REFERENCES roadmap ON DELETE CASCADE,
    alias text NOT NULL CHECK (alias <> ''),
    body_id integer NOT NULL REFERENCES body,
    UNIQUE (roadmap_id, alias)
);
CREATE INDEX ON body_alias (body_id);
COMMENT ON TABLE body_alias IS 'Как исполнители названы в документе: одно и то же сокращение в разных документах значит разное';
COMMENT ON COLUMN body_alias.body_alias_id IS 'Ключ обозначения';
COMMENT ON COLUMN body_alias.roadmap_id IS 'Дорожная карта, в которой так пишут';
COMMENT ON COLUMN body_alias.alias IS 'Обозначение, как в документе';
COMMENT ON COLUMN body_alias.body_id IS 'Исполнитель';

CREATE TABLE roadmap_event_body (
    roadmap_event_body_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_event_id integer NOT NULL REFERENCES roadmap_event ON DELETE CASCADE,
    body_id integer NOT NULL REFERENCES body,
    from_alias boolean NOT NULL DEFAULT false,
    UNIQUE (roadmap_event_id, body_id)
);
CREATE INDEX ON roadmap_event_body (body_id);
COMMENT ON TABLE roadmap_event_body IS 'Кто отвечает за мероприятие';
COMMENT ON COLUMN roadmap_event_body.roadmap_event_body_id IS 'Ключ строки';
COMMENT ON COLUMN roadmap_event_body.roadmap_event_id IS 'Мероприятие';
COMMENT ON COLUMN roadmap_event_body.body_id IS 'Исполнитель';
COMMENT ON COLUMN roadmap_event_body.from_alias IS 'Найден по сокращениям документа (такие строки assign_bodies составляет заново); ложно — указан человеком';

CREATE TABLE roadmap_event_school (
    roadmap_event_school_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_event_id integer NOT NULL REFERENCES roadmap_event ON DELETE CASCADE,
    school_id integer NOT NULL REFERENCES school,
    UNIQUE (roadmap_event_id, school_id)
);
CREATE INDEX ON roadmap_event_school (school_id);
COMMENT ON TABLE roadmap_event_school IS 'Каким школам адресовано мероприятие (меры поддержки)';
COMMENT ON COLUMN roadmap_event_school.roadmap_event_school_id IS 'Ключ строки';
COMMENT ON COLUMN roadmap_event_school.roadmap_event_id IS 'Мероприятие';
COMMENT ON COLUMN roadmap_event_school.school_id IS 'Организация';

CREATE TABLE roadmap_effect (
    roadmap_effect_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_event_id integer NOT NULL REFERENCES roadmap_event ON DELETE CASCADE,
    indicator_id integer NOT NULL REFERENCES indicator,
    UNIQUE (roadmap_event_id, indicator_id)
);
CREATE INDEX ON roadmap_effect (indicator_id);
COMMENT ON TABLE roadmap_effect IS 'На какие показатели направлено мероприятие';
COMMENT ON COLUMN roadmap_effect.roadmap_effect_id IS 'Ключ строки';
COMMENT ON COLUMN roadmap_effect.roadmap_event_id IS 'Мероприятие';
COMMENT ON COLUMN roadmap_effect.indicator_id IS 'Показатель, который должен улучшиться';

CREATE TABLE roadmap_occurrence (
    roadmap_occurrence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_event_id integer NOT NULL REFERENCES roadmap_event ON DELETE CASCADE,
    starts_on date,
    due_on date,
    phrase_due_on date,
    kind text NOT NULL,
    part integer,
    note text,
    is_moved boolean NOT NULL DEFAULT false,
    valid_from date,
    withdrawn_on date,
    done_on date,
    cancelled_on date,
    changed_on date,
    reason text,
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (starts_on <= due_on),
    CHECK (starts_on > DATE '1900-01-01' AND due_on > DATE '1900-01-01' AND due_on < DATE '2300-01-01'),
    CHECK (done_on > DATE '1900-01-01' AND done_on < DATE '2300-01-01'),
    CHECK (num_nonnulls(done_on, cancelled_on) < 2),
    CHECK (num_nonnulls(done_on, withdrawn_on) < 2)
);
CREATE INDEX ON roadmap_occurrence (roadmap_event_id);
CREATE INDEX ON roadmap_occurrence (due_on) WHERE withdrawn_on IS NULL;
COMMENT ON TABLE roadmap_occurrence IS 'Наступления сроков: когда мероприятие должно быть выполнено и выполнено ли; составляются по сроку и календарю';
COMMENT ON COLUMN roadmap_occurrence.roadmap_occurrence_id IS 'Ключ наступления';
COMMENT ON COLUMN roadmap_occurrence.roadmap_event_id IS 'Мероприятие';
COMMENT ON COLUMN roadmap_occurrence.starts_on IS 'С какого дня; пусто — не указано';
COMMENT ON COLUMN roadmap_occurrence.due_on IS 'По какой день включительно; пусто — у срока нет даты';
COMMENT ON COLUMN roadmap_occurrence.phrase_due_on IS 'Последний день, как его читает deadline_occurrences, до переноса с выходного и человеком';
COMMENT ON COLUMN roadmap_occurrence.kind IS 'Вид срока: once, recurring, range, multi, undated, continuous, composite, unrecognised';
COMMENT ON COLUMN roadmap_occurrence.part IS 'Которая часть составного срока';
COMMENT ON COLUMN roadmap_occurrence.note IS 'Пояснение к прочтению срока';
COMMENT ON COLUMN roadmap_occurrence.is_moved IS 'Срок перенесён человеком';
COMMENT ON COLUMN roadmap_occurrence.valid_from IS 'С какого дня наступление в плане; пусто — с самого начала';
COMMENT ON COLUMN roadmap_occurrence.withdrawn_on IS 'С какого дня наступления в плане больше нет (срок мероприятия изменён); пусто — есть';
COMMENT ON COLUMN roadmap_occurrence.done_on IS 'Когда выполнено';
COMMENT ON COLUMN roadmap_occurrence.cancelled_on IS 'Когда отменено';
COMMENT ON COLUMN roadmap_occurrence.changed_on IS 'Каким днём сделано последнее изменение';
COMMENT ON COLUMN roadmap_occurrence.reason IS 'Основание последнего изменения';
COMMENT ON COLUMN roadmap_occurrence.updated_at IS 'Когда последнее изменение записано';

CREATE TABLE roadmap_occurrence_change (
    roadmap_occurrence_change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_occurrence_id bigint NOT NULL REFERENCES roadmap_occurrence ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('done', 'reopened', 'moved', 'replanned', 'cancelled', 'restored', 'withdrawn')),
    happened_on date NOT NULL,
    starts_before date,
    due_before date,
    due_after date,
    was_moved boolean NOT NULL,
    done_before date,
    done_after date,
    reason text,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user
);
CREATE INDEX ON roadmap_occurrence_change (roadmap_occurrence_id, happened_on);
COMMENT ON TABLE roadmap_occurrence_change IS 'История наступлений: что и каким днём изменено; записывается сама';
COMMENT ON COLUMN roadmap_occurrence_change.roadmap_occurrence_change_id IS 'Ключ изменения';
COMMENT ON COLUMN roadmap_occurrence_change.roadmap_occurrence_id IS 'Наступление';
COMMENT ON COLUMN roadmap_occurrence_change.kind IS 'done — выполнено, reopened — отметка снята, moved — перенесено человеком, replanned — изменён срок мероприятия или календарь, cancelled — отменено, restored — возвращено, withdrawn — больше не предусмотрено';
COMMENT ON COLUMN roadmap_occurrence_change.happened_on IS 'Каким днём';
COMMENT ON COLUMN roadmap_occurrence_change.starts_before IS 'С какого дня было';
COMMENT ON COLUMN roadmap_occurrence_change.due_before IS 'По какой день было';
COMMENT ON COLUMN roadmap_occurrence_change.due_after IS 'По какой день стало';
COMMENT ON COLUMN roadmap_occurrence_change.was_moved IS 'Был ли срок уже перенесён человеком';
COMMENT ON COLUMN roadmap_occurrence_change.done_before IS 'Отметка о выполнении до изменения';
COMMENT ON COLUMN roadmap_occurrence_change.done_after IS 'Отметка о выполнении после изменения';
COMMENT ON COLUMN roadmap_occurrence_change.reason IS 'Основание';
COMMENT ON COLUMN roadmap_occurrence_change.recorded_at IS 'Когда записано';
COMMENT ON COLUMN roadmap_occurrence_change.recorded_by IS 'Кем записано';

CREATE TABLE roadmap_evidence (
    roadmap_evidence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_occurrence_id bigint NOT NULL REFERENCES roadmap_occurrence,
    what text NOT NULL CHECK (what <> ''),
    presented_on date NOT NULL,
    body_id integer REFERENCES body,
    document_number text CHECK (document_number <> ''),
    link text CHECK (link <> ''),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    recorded_by text NOT NULL DEFAULT current_user,
    CHECK (num_nonnulls(document_number, link) > 0)
);
CREATE INDEX ON roadmap_evidence (roadmap_occurrence_id);
CREATE INDEX ON roadmap_evidence (body_id);
COMMENT ON TABLE roadmap_evidence IS 'Подтверждения выполнения: документ или ссылка';
COMMENT ON COLUMN roadmap_evidence.roadmap_evidence_id IS 'Ключ подтверждения';
COMMENT ON COLUMN roadmap_evidence.roadmap_occurrence_id IS 'Наступление срока, к которому относится';
COMMENT ON COLUMN roadmap_evidence.what IS 'Что представлено: приказ, справка, ...';
COMMENT ON COLUMN roadmap_evidence.presented_on IS 'Когда представлено';
COMMENT ON COLUMN roadmap_evidence.body_id IS 'Кем представлено (исполнитель, не человек)';
COMMENT ON COLUMN roadmap_evidence.document_number IS 'Номер документа';
COMMENT ON COLUMN roadmap_evidence.link IS 'Ссылка';
COMMENT ON COLUMN roadmap_evidence.recorded_at IS 'Когда записано';
COMMENT ON COLUMN roadmap_evidence.recorded_by IS 'Кем записано';

CREATE TABLE roadmap_review (
    roadmap_review_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    roadmap_id integer NOT NULL REFERENCES roadmap ON DELETE CASCADE,
    roadmap_event_id integer REFERENCES roadmap_event ON DELETE SET NULL,
    line integer NOT NULL CHECK (line > 0),
    reason text NOT NULL CHECK (reason <> ''),
    excerpt text,
    resolved_at timestamptz,
    resolved_by text,
    CHECK (num_nulls(resolved_at, resolved_by) IN (0, 2))
);
CREATE INDEX ON roadmap_review (roadmap_id);
CREATE INDEX ON roadmap_review (roadmap_event_id);
COMMENT ON TABLE roadmap_review IS 'На что при загрузке документа должен посмотреть человек';
COMMENT ON COLUMN roadmap_review.roadmap_review_id IS 'Ключ замечания';
COMMENT ON COLUMN roadmap_review.roadmap_id IS 'Дорожная карта';
COMMENT ON COLUMN roadmap_review.roadmap_event_id IS 'Мероприятие; пусто — замечание не о мероприятии';
COMMENT ON COLUMN roadmap_review.line IS 'Строка загруженного текста';
COMMENT ON COLUMN roadmap_review.reason IS 'В чём дело';
COMMENT ON COLUMN roadmap_review.excerpt IS 'Начало строки (имена людей заменены на ***)';
COMMENT ON COLUMN roadmap_review.resolved_at IS 'Когда разобрано; пусто — не разобрано';
COMMENT ON COLUMN roadmap_review.resolved_by IS 'Кем разобрано';
