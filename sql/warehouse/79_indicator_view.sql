-- Indicators as people and BI tools read them: values reported and computed,
-- against targets, and beside the events that are to change them.

-- Values of the results of a year are known when the school year has ended:
-- they are dated by 30 June.
CREATE VIEW indicator_result WITH (security_invoker = true) AS
WITH computed AS (
    SELECT i.indicator_id, o.school_id, c.result_year, o.failed AS numerator, o.participants AS denominator
    FROM indicator AS i
    JOIN assessment_outcome AS o USING (assessment_id)
    JOIN cycle AS c ON (c.cycle_id, c.result_year) = (o.cycle_id, o.academic_year)
    WHERE i.computed_by = 'failed' AND c.is_current
    UNION ALL
    SELECT i.indicator_id, o.school_id, c.result_year, o.in_list::integer, 1
    FROM indicator AS i
    CROSS JOIN school_outcome AS o
    JOIN cycle AS c USING (cycle_id)
    WHERE i.computed_by = 'listed' AND c.is_current AND o.data_status = 'judged'
), value_of AS (
    SELECT c.indicator_id,
           CASE grouping(m.municipality_id, s.school_id) WHEN 3 THEN 'region' WHEN 1 THEN 'municipality' ELSE 'school' END AS level,
           m.region_id, m.municipality_id, s.school_id, make_date(c.result_year, 6, 30) AS measured_on,
           c.result_year AS academic_year, sum(c.numerator)::numeric AS numerator,
           sum(c.denominator)::numeric AS denominator, sum(c.numerator)::numeric / sum(c.denominator) AS value,
           true AS is_computed
    FROM computed AS c
    JOIN school AS s USING (school_id)
    JOIN municipality AS m USING (municipality_id)
    GROUP BY c.indicator_id, c.result_year,
             GROUPING SETS ((m.region_id), (m.region_id, m.municipality_id), (m.region_id, m.municipality_id, s.school_id))
    HAVING grouping(m.municipality_id) = 0 OR sees_every_school()
    UNION ALL
    SELECT v.indicator_id,
           CASE WHEN v.region_id IS NOT NULL THEN 'region' WHEN v.municipality_id IS NOT NULL THEN 'municipality' ELSE 'school' END,
           coalesce(v.region_id, m.region_id), m.municipality_id, v.school_id, v.measured_on, v.academic_year,
           v.numerator, v.denominator, v.value, false
    FROM indicator_value AS v
    LEFT JOIN school AS s ON s.school_id = v.school_id
    LEFT JOIN municipality AS m ON m.municipality_id = coalesce(v.municipality_id, s.municipality_id)
)
SELECT v.indicator_id, i.code AS indicator_code, i.name AS indicator, i.unit, i.direction, v.level, v.region_id,
       v.municipality_id, m.name AS municipality, v.school_id, s.name AS school, v.measured_on, v.academic_year,
       v.numerator, v.denominator, v.value, v.is_computed
FROM value_of AS v
JOIN indicator AS i USING (indicator_id)
LEFT JOIN municipality AS m ON m.municipality_id = v.municipality_id
LEFT JOIN school AS s ON s.school_id = v.school_id;
COMMENT ON VIEW indicator_result IS 'Значения показателей регионов, муниципалитетов и школ: сообщённые (indicator_value) и вычисленные по итогам текущих циклов; вычисленное по региону видят те, кому доступны все его организации';

-- A common target holds for every territory that has a value and no target of
-- its own for that day.
CREATE VIEW indicator_progress WITH (security_invoker = true) AS
WITH value_of AS MATERIALIZED (
    SELECT r.* FROM indicator_result AS r
), own AS (
    SELECT t.indicator_target_id, t.indicator_id, t.due_on, t.value AS target, t.source,
           CASE WHEN t.region_id IS NOT NULL THEN 'region' WHEN t.municipality_id IS NOT NULL THEN 'municipality' ELSE 'school' END AS level,
           coalesce(t.region_id, m.region_id) AS region_id, m.municipality_id, m.name AS municipality,
           s.school_id, s.name AS school
    FROM indicator_target AS t
    LEFT JOIN school AS s ON s.school_id = t.school_id
    LEFT JOIN municipality AS m ON m.municipality_id = coalesce(t.municipality_id, s.municipality_id)
    WHERE num_nonnulls(t.region_id, t.municipality_id, t.school_id) = 1
), wanted AS (
    SELECT o.* FROM own AS o
    UNION ALL
    SELECT DISTINCT t.indicator_target_id, t.indicator_id, t.due_on, t.value, t.source, v.level, v.region_id,
           v.municipality_id, v.municipality, v.school_id, v.school
    FROM indicator_target AS t
    JOIN value_of AS v USING (indicator_id)
    WHERE num_nonnulls(t.region_id, t.municipality_id, t.school_id) = 0
      AND NOT EXISTS (
          SELECT FROM own AS o
          WHERE (o.indicator_id, o.due_on, o.level, o.region_id) = (t.indicator_id, t.due_on, v.level, v.region_id)
            AND (o.municipality_id, o.school_id) IS NOT DISTINCT FROM (v.municipality_id, v.school_id))
), latest AS (
    SELECT DISTINCT ON (w.indicator_target_id, w.region_id, w.municipality_id, w.school_id)
           w.*, v.measured_on, v.academic_year, v.numerator, v.denominator, v.value
    FROM wanted AS w
    LEFT JOIN value_of AS v
      ON (v.indicator_id, v.level, v.region_id) = (w.indicator_id, w.level, w.region_id)
     AND (v.municipality_id, v.school_id) IS NOT DISTINCT FROM (w.municipality_id, w.school_id)
     AND v.measured_on <= w.due_on
    ORDER BY w.indicator_target_id, w.region_id, w.municipality_id, w.school_id, v.measured_on DESC
)
SELECT l.indicator_target_id, l.indicator_id, i.code AS indicator_code, i.name AS indicator, i.unit, i.direction, l.level,
       l.region_id, l.municipality_id, l.municipality, l.school_id, l.school, l.due_on AS target_due_on, l.target,
       l.measured_on, l.academic_year, l.numerator, l.denominator, l.value, reaches(i.direction, l.value, l.target) AS is_reached,
       l.due_on < current_date AS is_due, l.source AS target_source
FROM latest AS l
JOIN indicator AS i USING (indicator_id);
COMMENT ON VIEW indicator_progress IS 'Целевые значения и последнее значение показателя не позже дня цели; общая цель — строка на каждую территорию, у которой есть значения';

-- Before: the last value measured before the plan began; after: the latest one
-- since. The target is the plan's: the last within its period, else the next.
CREATE VIEW event_effect WITH (security_invoker = true) AS
WITH value_of AS MATERIALIZED (
    SELECT r.* FROM indicator_result AS r
), linked AS MATERIALIZED (
    SELECT f.roadmap_effect_id, f.indicator_id, e.roadmap_event_id, e.number, e.title, r.roadmap_id, r.roadmap,
           r.level, r.region_id, r.municipality_id, r.municipality, r.school_id, r.school, r.plan_from, r.plan_to
    FROM roadmap_effect AS f
    JOIN roadmap_event AS e USING (roadmap_event_id)
    JOIN roadmap_section AS s USING (roadmap_section_id)
    JOIN roadmap_list AS r USING (roadmap_id)
), own_value AS MATERIALIZED (
    SELECT l.roadmap_effect_id, v.measured_on, v.numerator, v.denominator, v.value,
           v.measured_on < l.plan_from AS is_before,
           row_number() OVER (PARTITION BY l.roadmap_effect_id, v.measured_on < l.plan_from
                              ORDER BY v.measured_on DESC) AS place
    FROM linked AS l
    JOIN value_of AS v
      ON (v.indicator_id, v.level, v.region_id) = (l.indicator_id, l.level, l.region_id)
     AND (v.municipality_id, v.school_id) IS NOT DISTINCT FROM (l.municipality_id, l.school_id)
)
SELECT l.roadmap_effect_id, l.roadmap_id, l.roadmap, l.level, l.municipality_id, l.municipality, l.school_id, l.school,
       l.roadmap_event_id, l.number, l.title, l.indicator_id, i.code AS indicator_code, i.name AS indicator, i.unit, i.direction,
       b.measured_on AS measured_before, b.numerator AS numerator_before, b.denominator AS denominator_before,
       b.value AS value_before,
       a.measured_on AS measured_after, a.numerator AS numerator_after, a.denominator AS denominator_after,
       a.value AS value_after,
       a.value - b.value AS change, NOT reaches(i.direction, b.value, a.value) AS is_better,
       t.value AS target, t.due_on AS target_due_on, reaches(i.direction, a.value, t.value) AS is_reached
FROM linked AS l
JOIN indicator AS i USING (indicator_id)
LEFT JOIN own_value AS b ON b.roadmap_effect_id = l.roadmap_effect_id AND b.is_before AND b.place = 1
LEFT JOIN own_value AS a ON a.roadmap_effect_id = l.roadmap_effect_id AND NOT a.is_before AND a.place = 1
LEFT JOIN LATERAL (
    SELECT g.value, g.due_on
    FROM indicator_target AS g
    WHERE g.indicator_id = l.indicator_id AND g.due_on >= l.plan_from
      AND ((g.region_id, g.municipality_id, g.school_id)
           IS NOT DISTINCT FROM (CASE WHEN l.level = 'region' THEN l.region_id END,
                                 CASE WHEN l.level = 'municipality' THEN l.municipality_id END, l.school_id)
           OR num_nonnulls(g.region_id, g.municipality_id, g.school_id) = 0)
    ORDER BY num_nonnulls(g.region_id, g.municipality_id, g.school_id) DESC, g.due_on > l.plan_to,
             abs(g.due_on - l.plan_to)
    LIMIT 1) AS t ON true;
COMMENT ON VIEW event_effect IS 'Мероприятия и показатели, на которые они направлены: значение до начала плана и после, цель; совпадение по времени — не доказательство влияния';

DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT a.attrelid::regclass AS view_name, a.attname, v.wording
        FROM (VALUES
            ('roadmap_effect_id', 'Ключ связи мероприятия с показателем'),
            ('roadmap_id', 'Ключ дорожной карты'),
            ('roadmap', 'Дорожная карта'),
            ('roadmap_event_id', 'Ключ мероприятия'),
            ('number', 'Номер мероприятия, как напечатан'),
            ('title', 'Мероприятие'),
            ('indicator_target_id', 'Ключ целевого значения'),
            ('indicator_id', 'Ключ показателя'),
            ('indicator_code', 'Обозначение показателя'),
            ('indicator', 'Показатель'),
            ('unit', 'Единица: share — доля от 0 до 1, count — количество, number — иное число'),
            ('direction', 'Что улучшение: up — рост, down — снижение, none — ни то, ни другое'),
            ('level', 'Чьё значение: region — регион, municipality — муниципалитет, school — школа'),
            ('region_id', 'Ключ региона'),
            ('municipality_id', 'Ключ муниципального образования; пусто — регион в целом'),
            ('municipality', 'Муниципальное образование'),
            ('school_id', 'Ключ организации; пусто — не школа'),
            ('school', 'Организация'),
            ('measured_on', 'По состоянию на какой день'),
            ('academic_year', 'Учебный год этого дня по году окончания'),
            ('numerator', 'Числитель'),
            ('denominator', 'Знаменатель'),
            ('value', 'Значение'),
            ('is_computed', 'Вычислено по результатам; нет — сообщено'),
            ('target', 'Целевое значение'),
            ('target_due_on', 'К какому дню цель'),
            ('target_source', 'Документ, которым цель поставлена'),
            ('is_reached', 'Цель достигнута; пусто — сравнить не с чем'),
            ('is_due', 'День цели прошёл'),
            ('measured_before', 'День последнего значения до начала плана'),
            ('numerator_before', 'Его числитель'),
            ('denominator_before', 'Его знаменатель'),
            ('value_before', 'Значение до начала плана'),
            ('measured_after', 'День последнего значения после начала плана'),
            ('numerator_after', 'Его числитель'),
            ('denominator_after', 'Его знаменатель'),
            ('value_after', 'Значение после начала плана'),
            ('change', 'Изменение; отрицательное — снизилось'),
            ('is_better', 'Стало лучше; пусто — сравнить не с чем')) AS v (attname, wording)
        JOIN pg_attribute AS a ON a.attname = v.attname AND a.attnum > 0
        JOIN (VALUES ('indicator_result'), ('indicator_progress'), ('event_effect')) AS w (view_name)
          ON a.attrelid = w.view_name::regclass
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', col.view_name, col.attname, col.wording);
    END LOOP;
END
$$;
