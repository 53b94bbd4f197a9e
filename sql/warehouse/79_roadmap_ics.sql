-- roadmap_ics: due days as an iCalendar text (RFC 5545) for calendar programs.

-- RFC 5545, 3.3.11.
CREATE FUNCTION ics_text(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
    replace(replace(replace(replace(replace(value, '\', '\\'), ';', '\;'), ',', '\,'), E'\r', ''), E'\n', '\n'),
    '[\x01-\x1f\x7f]', ' ', 'g');
COMMENT ON FUNCTION ics_text(text) IS
'Текст для свойства iCalendar: \, «;», «,» и конец строки записаны с обратной чертой (RFC 5545, 3.3.11)';

-- RFC 5545, 3.1: no line longer than 75 octets; the blank that continues a line
-- counts. No character is cut.
CREATE FUNCTION ics_line(line text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    octets bytea := convert_to(line, 'UTF8');
    size integer := octet_length(octets);
    pieces text[] := '{}';
    first integer := 0;
    next integer := 75;
BEGIN
    WHILE next < size LOOP
        -- An octet 10xxxxxx continues a character.
        WHILE get_byte(octets, next) & 192 = 128 LOOP
            next := next - 1;
        END LOOP;
        pieces := pieces || convert_from(substr(octets, first + 1, next - first), 'UTF8');
        first := next;
        next := first + 74;
    END LOOP;
    RETURN array_to_string(pieces || convert_from(substr(octets, first + 1), 'UTF8'), E'\r\n ') || E'\r\n';
END
$$;
COMMENT ON FUNCTION ics_line(text) IS
'Строка iCalendar, разбитая не длиннее 75 октетов по границам знаков, с концом строки CRLF (RFC 5545, 3.1)';

CREATE FUNCTION roadmap_ics(roadmap_id integer DEFAULT NULL, from_day date DEFAULT NULL, to_day date DEFAULT NULL,
    body_id integer DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    IF roadmap_ics.roadmap_id IS NOT NULL THEN
        PERFORM require_roadmap(roadmap_ics.roadmap_id);
    END IF;
    IF roadmap_ics.body_id IS NOT NULL AND NOT EXISTS (SELECT FROM body AS b WHERE b.body_id = roadmap_ics.body_id) THEN
        RAISE EXCEPTION 'нет такого исполнителя'
            USING ERRCODE = 'no_data_found',
                  DETAIL = format('Ключ: %s.', roadmap_ics.body_id),
                  HINT = 'Исполнители с ключами: SELECT body_id, name FROM body.';
    END IF;
    IF from_day > to_day THEN
        RAISE EXCEPTION 'период кончается раньше, чем начинается'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('С %s по %s.', from_day, to_day),
                  HINT = 'Поменяйте дни местами; период без начала или конца не ограничен.';
    END IF;
    RETURN (
    SELECT ics_line('BEGIN:VCALENDAR') || ics_line('VERSION:2.0') || ics_line('PRODID:-//shnor//roadmap//RU')
           || ics_line('CALSCALE:GREGORIAN') || ics_line('METHOD:PUBLISH')
           || ics_line('X-WR-CALNAME:' || ics_text(coalesce(
                  (SELECT r.name FROM roadmap AS r WHERE r.roadmap_id = roadmap_ics.roadmap_id), 'Дорожные карты')))
           || coalesce(string_agg(x.event, '' ORDER BY x.due_on, x.roadmap_occurrence_id), '')
           || ics_line('END:VCALENDAR')
    FROM (
        SELECT o.roadmap_occurrence_id, o.due_on,
               ics_line('BEGIN:VEVENT')
               || ics_line(format('UID:%s.%s@shnor', o.roadmap_occurrence_id, r.uid))
               || ics_line('DTSTAMP:' || to_char(o.updated_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'))
               || ics_line('SEQUENCE:' || (SELECT count(*) FROM roadmap_occurrence_change AS c
                                           WHERE c.roadmap_occurrence_id = o.roadmap_occurrence_id))
               || ics_line('DTSTART;VALUE=DATE:' || to_char(o.due_on, 'YYYYMMDD'))
               || ics_line('DTEND;VALUE=DATE:' || to_char(o.due_on + 1, 'YYYYMMDD'))
               || ics_line('SUMMARY:' || ics_text(concat_ws(' ',
                      CASE WHEN o.done_on IS NOT NULL THEN '[выполнено]' END, e.number || '.',
                      CASE WHEN length(e.title) > 120 THEN left(e.title, 119) || '…' ELSE e.title END)))
               || ics_line('DESCRIPTION:' || ics_text(concat_ws(E'\n', e.title,
                      'Срок: ' || e.deadline, 'С ' || to_char(nullif(o.starts_on, o.due_on), 'DD.MM.YYYY'),
                      'Исполнители: ' || event_bodies(e.roadmap_event_id),
                      'Форма: ' || e.evidence_form, 'Документ: ' || r.name)))
               || ics_line('CATEGORIES:' || CASE s.level WHEN 'region' THEN 'Регион'
                                                         WHEN 'municipality' THEN 'Муниципалитет' ELSE 'Школа' END)
               || ics_line('STATUS:' || CASE WHEN num_nonnulls(o.cancelled_on, o.withdrawn_on) > 0
                                             THEN 'CANCELLED' ELSE 'CONFIRMED' END)
               || ics_line('TRANSP:TRANSPARENT')
               || ics_line('END:VEVENT') AS event
        FROM roadmap_occurrence AS o
        JOIN roadmap_event AS e USING (roadmap_event_id)
        JOIN roadmap_section AS s USING (roadmap_section_id)
        JOIN roadmap AS r USING (roadmap_id)
        WHERE o.due_on IS NOT NULL
          AND (roadmap_ics.roadmap_id IS NULL OR r.roadmap_id = roadmap_ics.roadmap_id)
          AND (from_day IS NULL OR o.due_on >= from_day)
          AND (to_day IS NULL OR o.due_on <= to_day)
          AND (roadmap_ics.body_id IS NULL
               OR EXISTS (SELECT FROM roadmap_event_body AS b
                          WHERE b.roadmap_event_id = o.roadmap_event_id AND b.body_id = roadmap_ics.body_id))) AS x);
END
$$;
COMMENT ON FUNCTION roadmap_ics(integer, date, date, integer) IS
'Сроки как текст iCalendar (RFC 5545) для календарных программ: карты (или всех), за период (или все), исполнителя (или всех); событие на весь день срока. Признаки событий (UID) неизменны, SEQUENCE растёт с каждым изменением; отменённые и больше не предусмотренные помечены CANCELLED. Наступления без даты не входят. Нет такой карты или исполнителя — ошибка P0002, период наоборот — 22023';
