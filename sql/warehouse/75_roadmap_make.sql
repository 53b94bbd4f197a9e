-- New roadmaps: an empty one, and one made after a template.

-- Whose a roadmap is: the key must exist on the level named.
CREATE FUNCTION territory_label(level text, territory_id integer)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT r.name FROM region AS r WHERE territory_label.level = 'region' AND r.region_id = territory_id
    UNION ALL
    SELECT m.name FROM municipality AS m WHERE territory_label.level = 'municipality' AND m.municipality_id = territory_id
    UNION ALL
    SELECT s.name FROM school AS s WHERE territory_label.level = 'school' AND s.school_id = territory_id;
END;
COMMENT ON FUNCTION territory_label(text, integer) IS
'Наименование региона, муниципалитета или организации (по уровню) с этим ключом; NULL — такого нет';

CREATE FUNCTION add_roadmap(name text, level text, territory_id integer, plan_from date, plan_to date,
    order_number text DEFAULT NULL, order_date date DEFAULT NULL, due_shift text DEFAULT 'none')
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own_name text := cell_text(add_roadmap.name);
    own_level text := add_roadmap.level;
    new_id integer;
BEGIN
    IF own_name IS NULL THEN
        RAISE EXCEPTION 'у дорожной карты нет наименования'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Назовите её так, чтобы узнавать: «Дорожная карта края, приказ 681 от 06.03.2023».';
    END IF;
    IF own_level IS NULL OR own_level NOT IN ('region', 'municipality', 'school') THEN
        RAISE EXCEPTION 'нет такого уровня дорожной карты'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Уровень: %s.', quote_nullable(own_level)),
                  HINT = 'Уровни: region, municipality, school.';
    END IF;
    IF territory_label(own_level, add_roadmap.territory_id) IS NULL THEN
        RAISE EXCEPTION 'нет такой территории или организации'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Уровень %s, ключ %s.', own_level, coalesce(add_roadmap.territory_id::text, 'NULL')),
                  HINT = format('Ключи: SELECT %1$s_id, name FROM %1$s.', own_level);
    END IF;
    IF add_roadmap.plan_from IS NULL OR add_roadmap.plan_to IS NULL
        OR add_roadmap.plan_from > add_roadmap.plan_to OR add_roadmap.plan_to >= add_roadmap.plan_from + 3660
        OR add_roadmap.plan_from < DATE '2000-01-01' OR add_roadmap.plan_to >= DATE '2101-01-01'
    THEN
        RAISE EXCEPTION 'период плана не годится'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('С %s по %s.', coalesce(add_roadmap.plan_from::text, 'NULL'),
                                  coalesce(add_roadmap.plan_to::text, 'NULL')),
                  HINT = 'Первый день не позже последнего, всего не больше десяти лет, с 2000 по 2100 год.';
    END IF;
    IF add_roadmap.due_shift IS NULL OR add_roadmap.due_shift NOT IN ('none', 'next', 'previous') THEN
        RAISE EXCEPTION 'нет такого правила переноса сроков с выходных'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Правило: %s.', quote_nullable(add_roadmap.due_shift)),
                  HINT = 'Правила: none — не переносить, next — на следующий рабочий день, previous — на предыдущий.';
    END IF;
    IF EXISTS (SELECT FROM roadmap AS r WHERE r.name = own_name) THEN
        RAISE EXCEPTION 'дорожная карта с таким наименованием уже есть'
            USING ERRCODE = 'unique_violation',
                  DETAIL = format('Наименование: %L.', own_name),
                  HINT = 'Назовите новую иначе или, если отметок о выполнении ещё нет, удалите прежнюю: DELETE FROM roadmap WHERE name = ...';
    END IF;
    INSERT INTO roadmap (name, level, region_id, municipality_id, school_id, plan_from, plan_to,
                         order_number, order_date, due_shift)
    VALUES (own_name, own_level,
            CASE own_level WHEN 'region' THEN add_roadmap.territory_id END,
            CASE own_level WHEN 'municipality' THEN add_roadmap.territory_id END,
            CASE own_level WHEN 'school' THEN add_roadmap.territory_id END,
            add_roadmap.plan_from, add_roadmap.plan_to,
            cell_text(add_roadmap.order_number), add_roadmap.order_date, add_roadmap.due_shift)
    RETURNING roadmap_id INTO new_id;
    RETURN new_id;
END
$$;
COMMENT ON FUNCTION add_roadmap(text, text, integer, date, date, text, date, text) IS
'Заводит пустую дорожную карту: наименование, уровень (region, municipality, school) и ключ территории или организации этого уровня, период плана, приказ, правило переноса сроков с выходных. Возвращает её ключ';

CREATE FUNCTION derive_roadmap(template_id integer, level text, territory_id integer,
    name text DEFAULT NULL, order_number text DEFAULT NULL, order_date date DEFAULT NULL,
    plan_from date DEFAULT NULL, plan_to date DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    template roadmap := require_roadmap(derive_roadmap.template_id);
    own_level text := derive_roadmap.level;
    new_id integer;
    derived roadmap;
BEGIN
    IF NOT EXISTS (
        SELECT FROM roadmap_section AS s JOIN roadmap_event AS e USING (roadmap_section_id)
        WHERE s.roadmap_id = template.roadmap_id AND s.level = own_level)
    THEN
        RAISE EXCEPTION 'в образце нет мероприятий этого уровня'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Карта «%s», уровень %s.', template.name, quote_nullable(own_level)),
                  HINT = 'Уровни разделов образца: SELECT DISTINCT level FROM roadmap_section WHERE roadmap_id = ...';
    END IF;
    new_id := add_roadmap(
        coalesce(derive_roadmap.name,
                 format('%s — %s', template.name, territory_label(own_level, derive_roadmap.territory_id))),
        own_level, derive_roadmap.territory_id,
        coalesce(derive_roadmap.plan_from, template.plan_from), coalesce(derive_roadmap.plan_to, template.plan_to),
        derive_roadmap.order_number, derive_roadmap.order_date, template.due_shift);
    UPDATE roadmap AS r SET parent_id = template.roadmap_id WHERE r.roadmap_id = new_id RETURNING r.* INTO derived;
    IF roadmap_region(derived) <> roadmap_region(template) THEN
        RAISE EXCEPTION 'образец другого региона'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Образец «%s», карта «%s».', template.name, derived.name),
                  HINT = 'Карту составляют по карте своего региона; ни по чему не составленную заводит add_roadmap.';
    END IF;

    WITH new_section AS (
        INSERT INTO roadmap_section (roadmap_id, place, level, number, title)
        SELECT new_id, s.place, s.level, s.number, s.title
        FROM roadmap_section AS s
        WHERE s.roadmap_id = template.roadmap_id AND s.level = own_level
        ORDER BY s.place
        RETURNING roadmap_section_id, place
    ), new_event AS (
        INSERT INTO roadmap_event (roadmap_section_id, place, number, title, school_activity, goal, deadline,
                                   evidence_form, expected_result, indicator, responsible, other, parent_event_id)
        SELECT n.roadmap_section_id, e.place, e.number, e.title, e.school_activity, e.goal, e.deadline,
               e.evidence_form, e.expected_result, e.indicator, e.responsible, e.other, e.roadmap_event_id
        FROM roadmap_event AS e
        JOIN roadmap_section AS s USING (roadmap_section_id)
        JOIN new_section AS n ON n.place = s.place
        WHERE s.roadmap_id = template.roadmap_id
        ORDER BY s.place, e.place
        RETURNING roadmap_event_id, parent_event_id
    ), new_body AS (
        INSERT INTO roadmap_event_body (roadmap_event_id, body_id, from_alias)
        SELECT n.roadmap_event_id, b.body_id, false
        FROM new_event AS n
        JOIN roadmap_event_body AS b ON b.roadmap_event_id = n.parent_event_id
        WHERE NOT b.from_alias
        ORDER BY n.roadmap_event_id, b.roadmap_event_body_id
    ), new_effect AS (
        INSERT INTO roadmap_effect (roadmap_event_id, indicator_id)
        SELECT n.roadmap_event_id, f.indicator_id
        FROM new_event AS n
        JOIN roadmap_effect AS f ON f.roadmap_event_id = n.parent_event_id
        ORDER BY n.roadmap_event_id, f.roadmap_effect_id
    )
    INSERT INTO body_alias (roadmap_id, alias, body_id)
    SELECT new_id, a.alias, a.body_id
    FROM body_alias AS a
    WHERE a.roadmap_id = template.roadmap_id
    ORDER BY a.body_alias_id;
    RETURN new_id;
END
$$;
COMMENT ON FUNCTION derive_roadmap(integer, text, integer, text, text, date, date, date) IS
'Составляет карту муниципалитета или школы по образцу: разделы и мероприятия этого уровня, сроки, обозначения исполнителей, связи с показателями; отметки о выполнении не переносятся. Период, если не указан, — как у образца. Возвращает ключ новой карты; дальше её правят как обычную';
