-- Resource deficits: indicators of context whose level says how much a school
-- lacks, compared from one measurement to the next.

CREATE FUNCTION deficit_text(deficit integer)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE deficit WHEN 0 THEN 'дефицита нет' WHEN 1 THEN 'средний дефицит' WHEN 2 THEN 'высокий дефицит' END;
COMMENT ON FUNCTION deficit_text(integer) IS 'Уровень дефицита словами';

-- A sign test: of the schools that changed, as many would improve as worsen if
-- nothing but chance were at work.
CREATE FUNCTION effect_text(improved bigint, worsened bigint)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN improved + worsened = 0 THEN 'уровни не изменились'
            WHEN binomial_test(improved, improved + worsened) >= 0.05
            THEN 'изменения в пределах случайных: заключения об эффекте сделать нельзя'
            WHEN improved > worsened THEN 'дефицит снизился у большего числа школ, чем бывает случайно'
            ELSE 'дефицит вырос у большего числа школ, чем бывает случайно' END;
COMMENT ON FUNCTION effect_text(bigint, bigint) IS
'Заключение по повторному измерению: сколько школ улучшили уровень и сколько ухудшили, против равных возможностей того и другого (критерий знаков, 5 %). О причинах изменений оно не говорит';

CREATE VIEW deficit_level WITH (security_invoker = true) AS
SELECT k.school_context_id AS deficit_level_id, k.academic_year, k.measurement,
       measurement_text(k.academic_year, k.measurement) AS measured,
       s.municipality_id, m.name AS municipality, k.school_id, s.name AS school,
       k.context_indicator_id, i.code AS factor_code, i.topic, i.name AS factor,
       k.value, coalesce(l.name, round(k.value::numeric, 3)::text) AS value_text,
       d.deficit, deficit_text(d.deficit) AS deficit_text
FROM school_context AS k
JOIN context_indicator AS i USING (context_indicator_id)
JOIN school AS s USING (school_id)
JOIN municipality AS m USING (municipality_id)
LEFT JOIN context_level AS l ON l.context_indicator_id = k.context_indicator_id AND l.level = k.value AND i.kind = 'level'
CROSS JOIN LATERAL (
    SELECT CASE WHEN i.kind = 'level' THEN l.deficit
                WHEN i.direction * k.value <= i.direction * i.high_deficit_from THEN 2
                WHEN i.direction * k.value <= i.direction * i.medium_deficit_from THEN 1
                WHEN coalesce(i.high_deficit_from, i.medium_deficit_from) IS NOT NULL THEN 0 END AS deficit) AS d
WHERE d.deficit IS NOT NULL;
COMMENT ON VIEW deficit_level IS 'Ресурсные дефициты: уровень каждого фактора у каждой организации по замерам (октябрь, июнь)';
COMMENT ON COLUMN deficit_level.deficit_level_id IS 'Ключ значения (school_context)';
COMMENT ON COLUMN deficit_level.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN deficit_level.measurement IS 'Замер учебного года: 1 — октябрь, 2 — июнь';
COMMENT ON COLUMN deficit_level.measured IS 'Замер словами';
COMMENT ON COLUMN deficit_level.municipality_id IS 'Ключ муниципального образования';
COMMENT ON COLUMN deficit_level.municipality IS 'Муниципальное образование';
COMMENT ON COLUMN deficit_level.school_id IS 'Организация';
COMMENT ON COLUMN deficit_level.school IS 'Наименование организации';
COMMENT ON COLUMN deficit_level.context_indicator_id IS 'Ключ показателя';
COMMENT ON COLUMN deficit_level.factor_code IS 'Код показателя';
COMMENT ON COLUMN deficit_level.topic IS 'Группа показателей';
COMMENT ON COLUMN deficit_level.factor IS 'Фактор дефицита';
COMMENT ON COLUMN deficit_level.value IS 'Значение показателя';
COMMENT ON COLUMN deficit_level.value_text IS 'Значение показателя словами, как в форме';
COMMENT ON COLUMN deficit_level.deficit IS 'Уровень дефицита: 0 — нет, 1 — средний, 2 — высокий';
COMMENT ON COLUMN deficit_level.deficit_text IS 'Уровень дефицита словами';

CREATE VIEW deficit_change WITH (security_invoker = true) AS
SELECT c.*, c.deficit - c.deficit_before AS change,
       CASE sign(c.deficit - c.deficit_before) WHEN -1 THEN 'снизился' WHEN 0 THEN 'прежний' WHEN 1 THEN 'вырос' END AS change_text
FROM (
    SELECT d.deficit_level_id, d.academic_year, d.measurement, d.measured, d.municipality_id, d.municipality,
           d.school_id, d.school, d.context_indicator_id, d.factor_code, d.topic, d.factor, d.deficit, d.deficit_text,
           lag(d.measured) OVER w AS measured_before, lag(d.deficit) OVER w AS deficit_before,
           lag(d.deficit_text) OVER w AS deficit_text_before
    FROM deficit_level AS d
    WINDOW w AS (PARTITION BY d.school_id, d.context_indicator_id ORDER BY d.academic_year, d.measurement)) AS c
WHERE c.deficit_before IS NOT NULL;
COMMENT ON VIEW deficit_change IS 'Ресурсные дефициты: каждый замер рядом с предыдущим замером того же фактора у той же организации';
COMMENT ON COLUMN deficit_change.measured_before IS 'Предыдущий замер словами';
COMMENT ON COLUMN deficit_change.deficit_before IS 'Уровень дефицита в предыдущем замере';
COMMENT ON COLUMN deficit_change.deficit_text_before IS 'Он же словами';
COMMENT ON COLUMN deficit_change.change IS 'Изменение уровня: отрицательное — дефицит снизился';
COMMENT ON COLUMN deficit_change.change_text IS 'Изменение словами';

CREATE VIEW deficit_by_municipality WITH (security_invoker = true) AS
SELECT d.academic_year, d.measurement, d.measured, d.municipality_id, d.municipality,
       d.context_indicator_id, d.factor_code, d.topic, d.factor, count(*) AS schools,
       count(*) FILTER (WHERE d.deficit = 2) AS high, count(*) FILTER (WHERE d.deficit = 1) AS medium,
       count(*) FILTER (WHERE d.deficit = 0) AS none,
       count(*) FILTER (WHERE d.deficit = 2)::numeric / count(*) AS high_share,
       avg(d.deficit) AS mean_deficit
FROM deficit_level AS d
GROUP BY d.academic_year, d.measurement, d.measured, d.municipality_id, d.municipality,
         d.context_indicator_id, d.factor_code, d.topic, d.factor;
COMMENT ON VIEW deficit_by_municipality IS 'Карта дефицитов: сколько организаций муниципалитета с каким уровнем каждого фактора';
COMMENT ON COLUMN deficit_by_municipality.schools IS 'Организаций, у которых фактор измерен';
COMMENT ON COLUMN deficit_by_municipality.high IS 'Из них с высоким дефицитом';
COMMENT ON COLUMN deficit_by_municipality.medium IS 'Со средним';
COMMENT ON COLUMN deficit_by_municipality.none IS 'Без дефицита';
COMMENT ON COLUMN deficit_by_municipality.high_share IS 'Доля организаций с высоким дефицитом, от 0 до 1';
COMMENT ON COLUMN deficit_by_municipality.mean_deficit IS 'Средний уровень, от 0 до 2: по нему муниципалитеты упорядочиваются на карте';

CREATE VIEW school_with_deficits WITH (security_invoker = true) AS
SELECT d.academic_year, d.measurement, d.measured, d.municipality_id, d.municipality, d.school_id, d.school,
       count(*) AS factors, count(*) FILTER (WHERE d.deficit = 2) AS high,
       string_agg(d.factor, '; ' ORDER BY d.factor) FILTER (WHERE d.deficit = 2) AS high_factors
FROM deficit_level AS d
GROUP BY d.academic_year, d.measurement, d.measured, d.municipality_id, d.municipality, d.school_id, d.school
HAVING count(*) FILTER (WHERE d.deficit = 2) >= (
    SELECT r.many_deficits
    FROM context_rule AS r
    WHERE r.is_automatic AND coalesce(r.first_result_year, 0) <= d.academic_year
    ORDER BY coalesce(r.first_result_year, 0) DESC, r.context_rule_id
    LIMIT 1);
COMMENT ON VIEW school_with_deficits IS 'Организации с несколькими высокими дефицитами в одном замере (порог — context_rule.many_deficits)';
COMMENT ON COLUMN school_with_deficits.factors IS 'Сколько факторов измерено';
COMMENT ON COLUMN school_with_deficits.high IS 'Из них с высоким дефицитом';
COMMENT ON COLUMN school_with_deficits.high_factors IS 'Какие';

CREATE VIEW deficit_effect WITH (security_invoker = true) AS
SELECT e.*, e.high_after - e.high_before AS high_change,
       binomial_test(e.improved, nullif(e.improved + e.worsened, 0)) AS p_value,
       effect_text(e.improved, e.worsened) AS statement
FROM (
    SELECT c.academic_year, c.measurement, c.measured_before, c.measured, c.municipality_id, c.municipality,
           c.context_indicator_id, c.factor_code, c.topic, c.factor, count(*) AS schools,
           count(*) FILTER (WHERE c.change < 0) AS improved, count(*) FILTER (WHERE c.change = 0) AS unchanged,
           count(*) FILTER (WHERE c.change > 0) AS worsened,
           count(*) FILTER (WHERE c.deficit_before = 2) AS high_before, count(*) FILTER (WHERE c.deficit = 2) AS high_after
    FROM deficit_change AS c
    GROUP BY GROUPING SETS (
        (c.academic_year, c.measurement, c.measured_before, c.measured,
         c.context_indicator_id, c.factor_code, c.topic, c.factor),
        (c.academic_year, c.measurement, c.measured_before, c.measured,
         c.context_indicator_id, c.factor_code, c.topic, c.factor, c.municipality_id, c.municipality))
    HAVING grouping(c.municipality_id) = 0 OR sees_every_school()) AS e;
COMMENT ON VIEW deficit_effect IS 'Повторное измерение дефицитов: что изменилось у тех же организаций и можно ли говорить об эффекте; строки без муниципалитета — по всем организациям (их видят те, кому доступны все)';
COMMENT ON COLUMN deficit_effect.municipality_id IS 'Ключ муниципального образования; пусто — по всем организациям';
COMMENT ON COLUMN deficit_effect.municipality IS 'Муниципальное образование; пусто — по всем организациям';
COMMENT ON COLUMN deficit_effect.measured_before IS 'Предыдущий замер словами';
COMMENT ON COLUMN deficit_effect.schools IS 'Организаций, измеренных оба раза';
COMMENT ON COLUMN deficit_effect.improved IS 'У скольких дефицит снизился';
COMMENT ON COLUMN deficit_effect.unchanged IS 'У скольких прежний';
COMMENT ON COLUMN deficit_effect.worsened IS 'У скольких вырос';
COMMENT ON COLUMN deficit_effect.high_before IS 'С высоким дефицитом было';
COMMENT ON COLUMN deficit_effect.high_after IS 'С высоким дефицитом стало';
COMMENT ON COLUMN deficit_effect.high_change IS 'Насколько изменилось их число';
COMMENT ON COLUMN deficit_effect.p_value IS 'Вероятность такого перевеса улучшений или ухудшений по случайности; пусто — изменений нет';
COMMENT ON COLUMN deficit_effect.statement IS 'Заключение';

-- Columns that repeat a column of deficit_level keep its comment.
DO $$
DECLARE
    col record;
BEGIN
    FOR col IN
        SELECT v.view_name, a.attname, col_description(o.attrelid, o.attnum) AS description
        FROM (VALUES ('deficit_change'), ('deficit_by_municipality'), ('school_with_deficits'), ('deficit_effect')) AS v (view_name)
        JOIN pg_attribute AS a ON a.attrelid = v.view_name::regclass AND a.attnum > 0
        JOIN pg_attribute AS o ON o.attrelid = 'deficit_level'::regclass AND o.attname = a.attname
        WHERE col_description(a.attrelid, a.attnum) IS NULL
    LOOP
        EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', col.view_name, col.attname, col.description);
    END LOOP;
END
$$;
