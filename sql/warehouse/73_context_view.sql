-- Views of schools in their context: the list, resilient schools, peers,
-- groups, the quality of the index. They read what run_cycle stored.

CREATE FUNCTION conditions_text(conditions text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE conditions WHEN 'hard' THEN 'сложные' WHEN 'middle' THEN 'средние' WHEN 'good' THEN 'благоприятные'
                       ELSE 'нет данных' END;
COMMENT ON FUNCTION conditions_text(text) IS 'Условия словами';

CREATE FUNCTION outcome_type_text(outcome_type text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE outcome_type
    WHEN 'shnor_hard' THEN 'низкие результаты в сложных условиях'
    WHEN 'resilient' THEN 'резильентная: высокие результаты в сложных условиях'
    WHEN 'underperforming' THEN 'низкие результаты в благоприятных условиях'
    WHEN 'strong' THEN 'высокие результаты в благоприятных условиях'
    WHEN 'middle' THEN 'без выраженного типа'
    ELSE 'нет данных' END;
COMMENT ON FUNCTION outcome_type_text(text) IS 'Тип школы по условиям и результатам словами';

CREATE VIEW school_in_context WITH (security_invoker = true) AS
SELECT o.context_outcome_id, o.cycle_id, c.result_year, o.academic_year,
       c.result_year = (SELECT max(l.result_year) FROM cycle AS l WHERE l.is_current) AS is_latest,
       s.municipality_id, m.name AS municipality, o.school_id, s.name AS school,
       w.code AS index_version, o.index_value, o.index_z, o.index_rank,
       o.cluster, k.position AS cluster_position, o.silhouette, o.conditions, conditions_text(o.conditions) AS conditions_text,
       o.participants, o.failed, o.fail_share, o.shrunken_share, o.share_rank,
       e.expected AS expected_share, greatest(e.expected_low, 0) AS expected_low, least(e.expected_high, 1) AS expected_high,
       e.residual, e.studentised, o.mean_result, n.expected AS expected_mean, n.studentised AS mean_studentised,
       o.result_level, o.outcome_type, outcome_type_text(o.outcome_type) AS outcome_type_text,
       y.in_list, y.in_risk_zone, o.resilient_years, o.is_resilient
FROM context_outcome AS o
JOIN cycle AS c USING (cycle_id)
JOIN school_outcome AS y USING (cycle_id, school_id)
JOIN school AS s USING (school_id)
JOIN municipality AS m USING (municipality_id)
JOIN welfare_run AS r USING (cycle_id)
JOIN welfare_index AS w USING (welfare_index_id)
JOIN context_rule AS t USING (context_rule_id)
LEFT JOIN context_cluster AS k ON k.cycle_id = o.cycle_id AND k.label = o.cluster
LEFT JOIN expected_outcome AS e
  ON (e.cycle_id, e.school_id, e.outcome, e.predictors) = (o.cycle_id, o.school_id, 'fail_share', t.predictors)
LEFT JOIN expected_outcome AS n
  ON (n.cycle_id, n.school_id, n.outcome, n.predictors) = (o.cycle_id, o.school_id, 'mean_result', t.predictors)
WHERE c.is_current;
COMMENT ON VIEW school_in_context IS 'Организации в сопоставлении с условиями по годам: индекс, группа, ожидаемый результат, тип';
COMMENT ON COLUMN school_in_context.context_outcome_id IS 'Ключ итога';
COMMENT ON COLUMN school_in_context.cycle_id IS 'Цикл';
COMMENT ON COLUMN school_in_context.result_year IS 'Год результатов';
COMMENT ON COLUMN school_in_context.academic_year IS 'Оцениваемый учебный год по году окончания';
COMMENT ON COLUMN school_in_context.is_latest IS 'Последний год, за который есть цикл';
COMMENT ON COLUMN school_in_context.municipality_id IS 'Ключ муниципального образования';
COMMENT ON COLUMN school_in_context.municipality IS 'Муниципальное образование';
COMMENT ON COLUMN school_in_context.school_id IS 'Организация';
COMMENT ON COLUMN school_in_context.school IS 'Наименование организации';
COMMENT ON COLUMN school_in_context.index_version IS 'Код версии индекса: разные версии и разные годы между собой не сравниваются';
COMMENT ON COLUMN school_in_context.cluster_position IS 'Место группы по условиям: 1 — самые сложные';
COMMENT ON COLUMN school_in_context.conditions_text IS 'Условия словами';
COMMENT ON COLUMN school_in_context.expected_share IS 'Доля не справившихся, обычная при таких условиях';
COMMENT ON COLUMN school_in_context.expected_low IS 'Нижняя граница, в которую укладывается доля у школы такого размера';
COMMENT ON COLUMN school_in_context.expected_high IS 'Верхняя граница';
COMMENT ON COLUMN school_in_context.residual IS 'Отклонение доли от ожидаемой: отрицательное — лучше, чем обычно при таких условиях';
COMMENT ON COLUMN school_in_context.studentised IS 'Оно же в стандартных ошибках; признак, требует анализа';
COMMENT ON COLUMN school_in_context.expected_mean IS 'Средний результат, обычный при таких условиях';
COMMENT ON COLUMN school_in_context.mean_studentised IS 'Отклонение среднего результата от него в стандартных ошибках';
COMMENT ON COLUMN school_in_context.outcome_type_text IS 'Тип словами';
COMMENT ON COLUMN school_in_context.in_list IS 'В списке ШНОР';
COMMENT ON COLUMN school_in_context.in_risk_zone IS 'В зоне риска';

CREATE VIEW shnor_in_context WITH (security_invoker = true) AS
SELECT context_outcome_id, result_year, academic_year, municipality_id, municipality, school_id, school, index_version,
       index_value, index_rank, cluster, cluster_position, conditions, conditions_text, participants, failed, fail_share,
       expected_share, expected_low, expected_high, residual, studentised, outcome_type, outcome_type_text
FROM school_in_context
WHERE is_latest AND in_list;
COMMENT ON VIEW shnor_in_context IS 'Действующий список ШНОР в сопоставлении с условиями';

CREATE VIEW resilient_school WITH (security_invoker = true) AS
SELECT context_outcome_id, result_year, academic_year, municipality_id, municipality, school_id, school, index_version,
       index_value, index_rank, cluster, cluster_position, participants, failed, fail_share, shrunken_share,
       expected_share, expected_low, expected_high, residual, studentised, outcome_type, outcome_type_text,
       resilient_years, is_resilient
FROM school_in_context
WHERE is_latest AND (is_resilient OR outcome_type = 'resilient');
COMMENT ON VIEW resilient_school IS 'Резильентные школы: высокие результаты в сложных условиях; is_resilient — устойчиво, из года в год';

-- coalesce() keeps the LEFT JOINs from becoming inner ones in a search by names,
-- which may then begin with the schools found and compute all peers for each.
CREATE VIEW school_peer WITH (security_invoker = true) AS
SELECT o.context_outcome_id, c.result_year, o.academic_year, o.school_id, s.name AS school, o.index_value, o.fail_share,
       p.place, p.school_id AS peer_school_id,
       coalesce(z.name, '') AS peer_school, z.municipality_id AS peer_municipality_id,
       coalesce(m.name, '') AS peer_municipality,
       p.index_value AS peer_index_value, p.index_z - o.index_z AS index_difference,
       p.participants AS peer_participants, p.failed AS peer_failed, p.fail_share AS peer_fail_share,
       p.shrunken_share < o.shrunken_share AS peer_is_better,
       p.outcome_type AS peer_outcome_type, outcome_type_text(p.outcome_type) AS peer_outcome_type_text
FROM context_outcome AS o
JOIN cycle AS c USING (cycle_id)
LEFT JOIN school AS s USING (school_id)
CROSS JOIN LATERAL (
    SELECT n.*, row_number() OVER (ORDER BY abs(n.index_z - o.index_z), n.school_id)::integer AS place
    FROM (
        (SELECT h.school_id, h.index_z, h.index_value, h.participants, h.failed, h.fail_share, h.shrunken_share, h.outcome_type
         FROM context_outcome AS h
         WHERE h.cycle_id = o.cycle_id AND h.index_z >= o.index_z AND h.school_id <> o.school_id AND h.fail_share IS NOT NULL
         ORDER BY h.index_z, h.school_id
         LIMIT 10)
        UNION ALL
        (SELECT l.school_id, l.index_z, l.index_value, l.participants, l.failed, l.fail_share, l.shrunken_share, l.outcome_type
         FROM context_outcome AS l
         WHERE l.cycle_id = o.cycle_id AND l.index_z < o.index_z AND l.fail_share IS NOT NULL
         ORDER BY l.index_z DESC, l.school_id
         LIMIT 10)) AS n
    ORDER BY place
    LIMIT 10) AS p
LEFT JOIN school AS z ON z.school_id = p.school_id
LEFT JOIN municipality AS m ON m.municipality_id = z.municipality_id
WHERE c.is_current AND c.result_year = (SELECT max(l.result_year) FROM cycle AS l WHERE l.is_current);
COMMENT ON VIEW school_peer IS 'Кто работает в таких же условиях: десять ближайших по индексу школ каждой организации и их результаты; координатор муниципалитета видит соседей только среди своих организаций';
COMMENT ON COLUMN school_peer.place IS 'Место по близости условий, от 1 до 10';
COMMENT ON COLUMN school_peer.peer_school_id IS 'Ключ похожей школы';
COMMENT ON COLUMN school_peer.peer_school IS 'Похожая школа';
COMMENT ON COLUMN school_peer.peer_municipality_id IS 'Ключ её муниципального образования';
COMMENT ON COLUMN school_peer.peer_municipality IS 'Её муниципальное образование';
COMMENT ON COLUMN school_peer.peer_index_value IS 'Её индекс';
COMMENT ON COLUMN school_peer.index_difference IS 'Насколько её условия лучше, в стандартных отклонениях индекса';
COMMENT ON COLUMN school_peer.peer_participants IS 'Её участий в процедурах';
COMMENT ON COLUMN school_peer.peer_failed IS 'Из них не справились';
COMMENT ON COLUMN school_peer.peer_fail_share IS 'Её доля не справившихся, от 0 до 1';
COMMENT ON COLUMN school_peer.peer_is_better IS 'Её сглаженная доля меньше; пусто — сглаженных долей нет';
COMMENT ON COLUMN school_peer.peer_outcome_type IS 'Её тип';
COMMENT ON COLUMN school_peer.peer_outcome_type_text IS 'Её тип словами';

CREATE VIEW context_cluster_profile WITH (security_invoker = true) AS
SELECT p.context_cluster_mean_id, k.cycle_id, c.result_year, k.label AS cluster, k.position AS cluster_position, k.is_matched,
       k.schools, k.index_low, k.index_mean, k.index_high, k.silhouette, k.fail_share, k.mean_result,
       p.context_indicator_id, i.code AS indicator_code, i.topic, i.name AS indicator, i.unit,
       p.schools AS measured, p.mean, p.region_mean
FROM context_cluster AS k
JOIN cycle AS c USING (cycle_id)
JOIN context_cluster_mean AS p USING (context_cluster_id)
JOIN context_indicator AS i USING (context_indicator_id)
WHERE c.is_current;
COMMENT ON VIEW context_cluster_profile IS 'Группы школ по условиям: средние показателей группы рядом со средними по региону';
COMMENT ON COLUMN context_cluster_profile.context_cluster_mean_id IS 'Ключ строки';
COMMENT ON COLUMN context_cluster_profile.is_matched IS 'Группа с этим номером была в предыдущем цикле';
COMMENT ON COLUMN context_cluster_profile.schools IS 'Школ в группе';
COMMENT ON COLUMN context_cluster_profile.index_low IS 'Наименьший индекс (z) в группе';
COMMENT ON COLUMN context_cluster_profile.index_mean IS 'Средний индекс (z)';
COMMENT ON COLUMN context_cluster_profile.index_high IS 'Наибольший индекс (z)';
COMMENT ON COLUMN context_cluster_profile.silhouette IS 'Средний силуэт: около 0 — граница группы условна';
COMMENT ON COLUMN context_cluster_profile.fail_share IS 'Доля не справившихся во всех школах группы вместе';
COMMENT ON COLUMN context_cluster_profile.mean_result IS 'Средний результат школ группы';
COMMENT ON COLUMN context_cluster_profile.context_indicator_id IS 'Ключ показателя';
COMMENT ON COLUMN context_cluster_profile.indicator_code IS 'Код показателя';
COMMENT ON COLUMN context_cluster_profile.topic IS 'Группа показателей';
COMMENT ON COLUMN context_cluster_profile.indicator IS 'Показатель';
COMMENT ON COLUMN context_cluster_profile.unit IS 'Единица измерения';
COMMENT ON COLUMN context_cluster_profile.measured IS 'Школ группы, у которых показатель есть';
COMMENT ON COLUMN context_cluster_profile.mean IS 'Среднее по ним (доли — от 0 до 1)';
COMMENT ON COLUMN context_cluster_profile.region_mean IS 'Среднее по всем школам';

CREATE VIEW welfare_index_profile WITH (security_invoker = true) AS
SELECT p.welfare_run_component_id, r.cycle_id, c.result_year, w.code AS index_version, w.name AS index_name,
       r.normalisation, r.combine, p.place, p.context_indicator_id, i.code AS indicator_code, i.topic, i.name AS indicator, i.unit,
       p.sign, p.weight, p.loading, p.takes_part, p.schools, p.mean, p.sd, p.low, p.high
FROM welfare_run AS r
JOIN cycle AS c USING (cycle_id)
JOIN welfare_index AS w USING (welfare_index_id)
JOIN welfare_run_component AS p USING (welfare_run_id)
JOIN context_indicator AS i USING (context_indicator_id)
WHERE c.is_current;
COMMENT ON VIEW welfare_index_profile IS 'Из чего сложился индекс в текущих циклах: показатели, веса, нагрузки, средние';
COMMENT ON COLUMN welfare_index_profile.welfare_run_component_id IS 'Ключ строки';
COMMENT ON COLUMN welfare_index_profile.index_name IS 'Версия индекса';
COMMENT ON COLUMN welfare_index_profile.normalisation IS 'Приведение показателей к одной шкале (см. welfare_index)';
COMMENT ON COLUMN welfare_index_profile.combine IS 'Как показатели сведены в индекс: weighted_mean, principal_component';
COMMENT ON COLUMN welfare_index_profile.place IS 'Порядок показателя';
COMMENT ON COLUMN welfare_index_profile.context_indicator_id IS 'Ключ показателя';
COMMENT ON COLUMN welfare_index_profile.indicator_code IS 'Код показателя';
COMMENT ON COLUMN welfare_index_profile.topic IS 'Группа показателей';
COMMENT ON COLUMN welfare_index_profile.indicator IS 'Показатель';
COMMENT ON COLUMN welfare_index_profile.unit IS 'Единица измерения';
COMMENT ON COLUMN welfare_index_profile.sign IS '1 — больше значит благополучнее, -1 — больше значит хуже';
COMMENT ON COLUMN welfare_index_profile.weight IS 'Вес во взвешенном среднем';
COMMENT ON COLUMN welfare_index_profile.loading IS 'Нагрузка главной компоненты; пусто — взвешенное среднее';
COMMENT ON COLUMN welfare_index_profile.takes_part IS 'Вошёл в индекс; ложно — значений нет или они у всех школ одинаковы';
COMMENT ON COLUMN welfare_index_profile.schools IS 'У скольких школ есть значение';
COMMENT ON COLUMN welfare_index_profile.mean IS 'Среднее по школам (доли — от 0 до 1)';
COMMENT ON COLUMN welfare_index_profile.sd IS 'Стандартное отклонение';
COMMENT ON COLUMN welfare_index_profile.low IS 'Наименьшее';
COMMENT ON COLUMN welfare_index_profile.high IS 'Наибольшее';

CREATE VIEW context_summary WITH (security_invoker = true) AS
SELECT r.cycle_id, c.result_year, c.is_current, w.code AS index_version, t.code AS context_rule, r.schools, r.variance_share,
       r.next_share, r.clusters, r.silhouette, f.r2 AS share_r2, (f.coefficients::double precision[])[2] AS share_slope,
       g.r2 AS share_r2_indicators, n.r2 AS mean_r2,
       o.typed, o.shnor_hard, o.resilient, o.underperforming, o.strong, o.middle, o.steadily_resilient
FROM welfare_run AS r
JOIN cycle AS c USING (cycle_id)
JOIN welfare_index AS w USING (welfare_index_id)
JOIN context_rule AS t USING (context_rule_id)
LEFT JOIN context_fit AS f ON (f.cycle_id, f.outcome, f.predictors) = (r.cycle_id, 'fail_share', 'index')
LEFT JOIN context_fit AS g ON (g.cycle_id, g.outcome, g.predictors) = (r.cycle_id, 'fail_share', 'indicators')
LEFT JOIN context_fit AS n ON (n.cycle_id, n.outcome, n.predictors) = (r.cycle_id, 'mean_result', 'index')
LEFT JOIN LATERAL (
    SELECT count(x.outcome_type) AS typed,
           count(*) FILTER (WHERE x.outcome_type = 'shnor_hard') AS shnor_hard,
           count(*) FILTER (WHERE x.outcome_type = 'resilient') AS resilient,
           count(*) FILTER (WHERE x.outcome_type = 'underperforming') AS underperforming,
           count(*) FILTER (WHERE x.outcome_type = 'strong') AS strong,
           count(*) FILTER (WHERE x.outcome_type = 'middle') AS middle,
           count(*) FILTER (WHERE x.is_resilient) AS steadily_resilient
    FROM context_outcome AS x
    WHERE x.cycle_id = r.cycle_id) AS o ON sees_every_school();
COMMENT ON VIEW context_summary IS 'Сводка циклов по условиям: насколько индекс объясняет результаты и сколько школ каждого типа (пусто — роли доступны не все школы)';
COMMENT ON COLUMN context_summary.is_current IS 'Текущий цикл этого года результатов';
COMMENT ON COLUMN context_summary.context_rule IS 'Код набора порогов';
COMMENT ON COLUMN context_summary.schools IS 'У скольких школ есть индекс';
COMMENT ON COLUMN context_summary.variance_share IS 'Доля разброса показателей в первой главной компоненте; пусто — взвешенное среднее';
COMMENT ON COLUMN context_summary.next_share IS 'Доля второй компоненты';
COMMENT ON COLUMN context_summary.clusters IS 'Число групп';
COMMENT ON COLUMN context_summary.silhouette IS 'Средний силуэт групп';
COMMENT ON COLUMN context_summary.share_r2 IS 'Какая часть различий школ в доле не справившихся связана с индексом (R2), от 0 до 1';
COMMENT ON COLUMN context_summary.share_slope IS 'На сколько меняется доля не справившихся при индексе выше на одно стандартное отклонение';
COMMENT ON COLUMN context_summary.share_r2_indicators IS 'То же, что share_r2, по всем показателям сразу';
COMMENT ON COLUMN context_summary.mean_r2 IS 'Какая часть различий в среднем результате связана с индексом';
COMMENT ON COLUMN context_summary.typed IS 'Школ, у которых определён тип';
COMMENT ON COLUMN context_summary.shnor_hard IS 'Низкие результаты в сложных условиях';
COMMENT ON COLUMN context_summary.resilient IS 'Резильентные: высокие результаты в сложных условиях';
COMMENT ON COLUMN context_summary.underperforming IS 'Низкие результаты в благоприятных условиях';
COMMENT ON COLUMN context_summary.strong IS 'Высокие результаты в благоприятных условиях';
COMMENT ON COLUMN context_summary.middle IS 'Без выраженного типа';
COMMENT ON COLUMN context_summary.steadily_resilient IS 'Резильентные устойчиво, из года в год';

-- Columns that repeat a column of a table or an earlier view keep its comment.
DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT DISTINCT ON (v.view_name, a.attname) v.view_name, a.attname, d.description
        FROM (VALUES (1, 'school_in_context'), (2, 'shnor_in_context'), (3, 'resilient_school'), (4, 'school_peer'),
                     (5, 'context_cluster_profile'), (6, 'welfare_index_profile'), (7, 'context_summary')) AS v (place, view_name)
        JOIN pg_attribute AS a ON a.attrelid = v.view_name::regclass AND a.attnum > 0
        JOIN (VALUES (1, 'context_outcome'), (2, 'school_in_context')) AS t (place, table_name) ON true
        JOIN pg_attribute AS o ON o.attrelid = t.table_name::regclass AND o.attname = a.attname
        JOIN pg_description AS d ON (d.objoid, d.classoid, d.objsubid) = (o.attrelid, 'pg_class'::regclass, o.attnum)
        WHERE col_description(a.attrelid, a.attnum) IS NULL
        ORDER BY v.view_name, a.attname, t.place DESC
    LOOP
        EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', col.view_name, col.attname, col.description);
    END LOOP;
END
$$;
