-- Who answers for an event: a cell of bodies is split by the aliases of its
-- document, longest first; what they do not cover is left to a person.

-- Names of people are not kept: a roadmap names posts and institutions.
CREATE FUNCTION without_names(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(regexp_replace(regexp_replace(value,
    '[А-ЯЁ][а-яё]+(-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ][а-яё]+\s+[А-ЯЁ][а-яё]+(вич|вна|ична|инична)(а|у|ем|ы|е|ой)?(?![а-яё])', '***', 'g'),
    '[А-ЯЁ][а-яё]+(-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?[А-ЯЁ](\.|(?![А-ЯЁа-яё]))', '***', 'g'),
    '(^|[^А-ЯЁа-яё])[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]+(-[А-ЯЁ][а-яё]+)?', '\1***', 'g');
COMMENT ON FUNCTION without_names(text) IS
'Текст, в котором имена людей (фамилия с инициалами или с именем и отчеством) заменены на ***';

CREATE FUNCTION body_words(cell text)
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_remove(regexp_split_to_array(btrim(
    regexp_replace(translate(cell, '«»"“”()' || chr(160), ''), '\s*([,;/]|\.(\s|$))\s*', ' , ', 'g')), '\s+'), '');
COMMENT ON FUNCTION body_words(text) IS
'Слова ячейки ответственных, разделители — отдельным словом «,»';

CREATE FUNCTION split_bodies(cell text, aliases text[], body_ids integer[])
RETURNS TABLE (bodies integer[], rest text)
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    words text[] := body_words(cell);
    lowered text[] := body_words(translate(lower_text(cell), 'ё', 'е'));
    known text[];
    longest integer;
    best integer;
    i integer := 1;
    n integer;
    left_over text[] := '{}';
BEGIN
    bodies := '{}';
    WHILE i <= cardinality(words) LOOP
        longest := 0;
        FOR n IN 1 .. coalesce(cardinality(aliases), 0) LOOP
            known := body_words(translate(lower_text(aliases[n]), 'ё', 'е'));
            IF cardinality(known) > longest AND lowered[i:i + cardinality(known) - 1] = known THEN
                longest := cardinality(known);
                best := n;
            END IF;
        END LOOP;
        IF longest > 0 THEN
            IF body_ids[best] <> ALL (bodies) THEN
                bodies := bodies || body_ids[best];
            END IF;
            left_over := left_over || ','::text;
            i := i + longest;
        ELSE
            left_over := left_over || words[i];
            i := i + 1;
        END IF;
    END LOOP;
    SELECT string_agg(p.part, '; ' ORDER BY p.place) INTO rest
    FROM (
        SELECT btrim(t.part) AS part, min(t.place) AS place
        FROM regexp_split_to_table(array_to_string(left_over, ' '), ',') WITH ORDINALITY AS t (part, place)
        GROUP BY btrim(t.part)) AS p
    WHERE p.part !~ '^[* ]*$' AND p.part NOT IN ('и', 'а также');
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION split_bodies(text, text[], integer[]) IS
'Разбирает ячейку ответственных по обозначениям документа (самое длинное прежде): ключи исполнителей в порядке ячейки и то, что осталось неузнанным, через точку с запятой. Слова сравниваются целиком, без различия регистра и «е» с «ё»';

CREATE FUNCTION require_roadmap(roadmap_id integer)
RETURNS roadmap
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    found_one roadmap;
BEGIN
    SELECT r.* INTO found_one FROM roadmap AS r WHERE r.roadmap_id = require_roadmap.roadmap_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'нет такой дорожной карты'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Ключ: %s.', coalesce(roadmap_id::text, 'NULL')),
                  HINT = 'Карты с ключами: SELECT roadmap_id, name FROM roadmap.';
    END IF;
    RETURN found_one;
END
$$;
COMMENT ON FUNCTION require_roadmap(integer) IS 'Дорожная карта по ключу; если её нет — ошибка P0002';

CREATE FUNCTION assign_bodies(roadmap_id integer)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own_roadmap roadmap := require_roadmap(assign_bodies.roadmap_id);
    aliases text[];
    body_ids integer[];
    unknown integer;
BEGIN
    SELECT array_agg(a.alias ORDER BY a.body_alias_id), array_agg(a.body_id ORDER BY a.body_alias_id)
    INTO aliases, body_ids
    FROM body_alias AS a
    WHERE a.roadmap_id = own_roadmap.roadmap_id;

    DELETE FROM roadmap_event_body AS b
    USING roadmap_event AS e, roadmap_section AS s
    WHERE b.roadmap_event_id = e.roadmap_event_id AND e.roadmap_section_id = s.roadmap_section_id
      AND s.roadmap_id = own_roadmap.roadmap_id AND b.from_alias;
    -- Equal cells are many, so each is split once; an empty one has no rest.
    WITH cell AS MATERIALIZED (
        SELECT c.responsible, p.bodies, p.rest
        FROM (
            SELECT DISTINCT coalesce(e.responsible, '') AS responsible
            FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id)
            WHERE s.roadmap_id = own_roadmap.roadmap_id) AS c
        CROSS JOIN LATERAL split_bodies(c.responsible, aliases, body_ids) AS p
    ), rests AS (
        UPDATE roadmap_event AS e
        SET responsible_rest = c.rest
        FROM roadmap_section AS s, cell AS c
        WHERE s.roadmap_section_id = e.roadmap_section_id AND s.roadmap_id = own_roadmap.roadmap_id
          AND c.responsible = coalesce(e.responsible, '') AND e.responsible_rest IS DISTINCT FROM c.rest
    ), links AS (
        INSERT INTO roadmap_event_body (roadmap_event_id, body_id, from_alias)
        SELECT e.roadmap_event_id, b.body_id, true
        FROM roadmap_event AS e
        JOIN roadmap_section AS s USING (roadmap_section_id)
        JOIN cell AS c USING (responsible)
        CROSS JOIN LATERAL unnest(c.bodies) WITH ORDINALITY AS b (body_id, place)
        WHERE s.roadmap_id = own_roadmap.roadmap_id
        ORDER BY e.roadmap_event_id, b.place
        ON CONFLICT (roadmap_event_id, body_id) DO NOTHING
    )
    SELECT count(*) INTO unknown
    FROM roadmap_event AS e
    JOIN roadmap_section AS s USING (roadmap_section_id)
    LEFT JOIN cell AS c USING (responsible)
    WHERE s.roadmap_id = own_roadmap.roadmap_id AND c.rest IS NOT NULL;
    RETURN unknown;
END
$$;
COMMENT ON FUNCTION assign_bodies(integer) IS
'Составляет заново, кто отвечает за мероприятия карты, по её обозначениям (body_alias); указанное человеком не трогает. Вызывается сама, когда добавлено мероприятие или изменена ячейка ответственных. Возвращает число мероприятий, в ячейках которых осталось неузнанное (roadmap_event.responsible_rest)';

CREATE FUNCTION add_body_alias(roadmap_id integer, alias text, body text, level text DEFAULT NULL)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own_roadmap roadmap := require_roadmap(add_body_alias.roadmap_id);
    own_alias text := cell_text(add_body_alias.alias);
    own_name text := cell_text(add_body_alias.body);
    own_level text := add_body_alias.level;
    own_body integer;
BEGIN
    IF without_names(own_name) <> own_name OR without_names(own_alias) <> own_alias THEN
        RAISE EXCEPTION 'имена людей не хранятся'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Назовите должность или учреждение.';
    END IF;
    IF own_alias IS NULL OR own_name IS NULL OR cardinality(body_words(own_alias)) = 0
        OR ',' = ANY (body_words(own_alias))
    THEN
        RAISE EXCEPTION 'обозначение исполнителя не годится'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('Обозначение %s, исполнитель %s.', quote_nullable(own_alias), quote_nullable(own_name)),
                  HINT = 'Укажите одно обозначение без запятых, как в документе: add_body_alias(1, ''ИРО'', ''Институт развития образования'').';
    END IF;
    INSERT INTO body AS b (name, level)
    VALUES (own_name, own_level)
    ON CONFLICT (name) DO UPDATE SET level = coalesce(excluded.level, b.level)
    RETURNING b.body_id INTO own_body;
    INSERT INTO body_alias (roadmap_id, alias, body_id)
    VALUES (own_roadmap.roadmap_id, own_alias, own_body)
    ON CONFLICT (roadmap_id, alias) DO UPDATE SET body_id = excluded.body_id;
    RETURN assign_bodies(own_roadmap.roadmap_id);
END
$$;
COMMENT ON FUNCTION add_body_alias(integer, text, text, text) IS
'Вносит обозначение исполнителя в документе (исполнитель заводится, если его нет) и разбирает ячейки ответственных карты заново. Возвращает число мероприятий с неузнанным остатком, как assign_bodies';

CREATE FUNCTION adopt_bodies(roadmap_id integer)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
DECLARE
    own_roadmap roadmap := require_roadmap(adopt_bodies.roadmap_id);
    adopted integer;
BEGIN
    WITH part AS (
        SELECT DISTINCT btrim(p) AS name
        FROM roadmap_event AS e
        JOIN roadmap_section AS s USING (roadmap_section_id)
        CROSS JOIN LATERAL regexp_split_to_table(e.responsible_rest, ';') AS p
        WHERE s.roadmap_id = own_roadmap.roadmap_id AND btrim(p) <> ''
    ), made AS (
        INSERT INTO body (name)
        SELECT p.name FROM part AS p
        ON CONFLICT (name) DO NOTHING
        RETURNING body_id, name
    ), named AS (
        INSERT INTO body_alias (roadmap_id, alias, body_id)
        SELECT own_roadmap.roadmap_id, p.name, coalesce(m.body_id, b.body_id)
        FROM part AS p
        LEFT JOIN made AS m USING (name)
        LEFT JOIN body AS b USING (name)
        ON CONFLICT (roadmap_id, alias) DO NOTHING
        RETURNING 1
    )
    SELECT count(*) INTO adopted FROM named;
    PERFORM assign_bodies(own_roadmap.roadmap_id);
    RETURN adopted;
END
$$;
COMMENT ON FUNCTION adopt_bodies(integer) IS
'Заводит исполнителями всё, что осталось в ячейках ответственных карты неузнанным, под теми же словами. Вызывается человеком, который остаток просмотрел (см. roadmap_unknown_body). Возвращает число новых обозначений';

CREATE VIEW roadmap_unknown_body WITH (security_invoker = true) AS
SELECT r.roadmap_id, r.name AS roadmap, p.part AS words, count(*) AS events, min(e.source_line) AS first_line
FROM roadmap_event AS e
JOIN roadmap_section AS s USING (roadmap_section_id)
JOIN roadmap AS r USING (roadmap_id)
CROSS JOIN LATERAL (SELECT btrim(t) AS part FROM regexp_split_to_table(e.responsible_rest, ';') AS t) AS p
WHERE p.part <> ''
GROUP BY r.roadmap_id, p.part;
COMMENT ON VIEW roadmap_unknown_body IS 'Неузнанное в ячейках ответственных: для чего нужны обозначения (add_body_alias) или согласие завести исполнителей (adopt_bodies)';
COMMENT ON COLUMN roadmap_unknown_body.roadmap_id IS 'Дорожная карта';
COMMENT ON COLUMN roadmap_unknown_body.roadmap IS 'Наименование карты';
COMMENT ON COLUMN roadmap_unknown_body.words IS 'Неузнанные слова';
COMMENT ON COLUMN roadmap_unknown_body.events IS 'В скольких мероприятиях';
COMMENT ON COLUMN roadmap_unknown_body.first_line IS 'Строка загруженного текста, где встречены впервые';
