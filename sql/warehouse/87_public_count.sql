-- Counts for publication: small ones are hidden, and so many others with them
-- that no hidden one follows from the rest.
--
-- A published table is one assessment of one year in a region: the counts of
-- its schools add up to those of municipalities, these to the region's, for
-- participants and for those who failed. Known are the counts shown, the sums,
-- 0 <= failed <= participants, and that whoever is listed has a participant. In
-- such a tree the exact range of every hidden count is found by one pass of
-- sums up and one pass of differences down. A count stays hidden safely when
-- its range is at least as wide as the threshold (or as wide as it can be).
-- The two measures hang together where both are hidden; each is judged as if
-- the other one were known in full, which only narrows the ranges.

CREATE TABLE public_count (
    public_count_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle_id integer NOT NULL REFERENCES cycle ON DELETE CASCADE,
    academic_year integer NOT NULL,
    assessment_id integer NOT NULL REFERENCES assessment,
    level text NOT NULL CHECK (level IN ('region', 'municipality', 'school')),
    region_id integer NOT NULL REFERENCES region,
    municipality_id integer REFERENCES municipality,
    school_id integer REFERENCES school,
    participants bigint,
    failed bigint,
    threshold integer NOT NULL,
    CHECK (participants IS NOT NULL OR failed IS NULL),
    CHECK (num_nonnulls(municipality_id, school_id) = CASE level WHEN 'region' THEN 0 WHEN 'municipality' THEN 1 ELSE 2 END),
    UNIQUE NULLS NOT DISTINCT (cycle_id, assessment_id, region_id, municipality_id, school_id)
);
CREATE INDEX ON public_count (assessment_id);
CREATE INDEX ON public_count (region_id);
CREATE INDEX ON public_count (municipality_id);
CREATE INDEX ON public_count (school_id);
COMMENT ON TABLE public_count IS 'Данные для публикации: малые числа скрыты, а с ними и те, из которых их можно вычислить; пишет publish_counts';
COMMENT ON COLUMN public_count.public_count_id IS 'Ключ строки';
COMMENT ON COLUMN public_count.cycle_id IS 'Цикл, из итогов которого взяты числа';
COMMENT ON COLUMN public_count.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN public_count.assessment_id IS 'Процедура';
COMMENT ON COLUMN public_count.level IS 'Чьи данные: region — региона, municipality — муниципального образования, school — организации';
COMMENT ON COLUMN public_count.region_id IS 'Регион';
COMMENT ON COLUMN public_count.municipality_id IS 'Муниципальное образование; пусто — данные региона';
COMMENT ON COLUMN public_count.school_id IS 'Организация; пусто — данные региона или муниципального образования';
COMMENT ON COLUMN public_count.participants IS 'Участников; пусто — скрыто';
COMMENT ON COLUMN public_count.failed IS 'Из них не справились; пусто — скрыто';
COMMENT ON COLUMN public_count.threshold IS 'Порог, по которому скрыто (настройка small_cell_threshold)';

CREATE VIEW public_result WITH (security_invoker = true) AS
SELECT p.public_count_id, p.academic_year, p.level, r.name AS region, p.municipality_id, m.name AS municipality,
       p.school_id, s.name AS school, p.assessment_id, a.name AS assessment,
       p.participants, p.failed, p.failed::numeric / p.participants AS fail_share,
       p.failed IS NULL AS is_hidden,
       CASE WHEN p.participants IS NULL THEN 'число участников и не справившихся скрыто'
            WHEN p.failed IS NULL THEN 'число не справившихся скрыто' END AS note
FROM public_count AS p
JOIN cycle AS c USING (cycle_id)
JOIN region AS r ON r.region_id = p.region_id
LEFT JOIN municipality AS m ON m.municipality_id = p.municipality_id
LEFT JOIN school AS s ON s.school_id = p.school_id
JOIN assessment AS a USING (assessment_id)
WHERE c.is_current;
COMMENT ON VIEW public_result IS 'Итоги по процедурам для публикации: регион, муниципальные образования, организации; малые числа и то, из чего их можно вычислить, скрыты';
COMMENT ON COLUMN public_result.public_count_id IS 'Ключ строки';
COMMENT ON COLUMN public_result.academic_year IS 'Учебный год по году окончания';
COMMENT ON COLUMN public_result.level IS 'Чьи данные: region — региона, municipality — муниципального образования, school — организации';
COMMENT ON COLUMN public_result.region IS 'Регион';
COMMENT ON COLUMN public_result.municipality_id IS 'Ключ муниципального образования';
COMMENT ON COLUMN public_result.municipality IS 'Муниципальное образование; пусто — данные региона';
COMMENT ON COLUMN public_result.school_id IS 'Ключ организации';
COMMENT ON COLUMN public_result.school IS 'Организация; пусто — данные региона или муниципального образования';
COMMENT ON COLUMN public_result.assessment_id IS 'Ключ процедуры';
COMMENT ON COLUMN public_result.assessment IS 'Процедура';
COMMENT ON COLUMN public_result.participants IS 'Участников; пусто — скрыто';
COMMENT ON COLUMN public_result.failed IS 'Из них не справились; пусто — скрыто';
COMMENT ON COLUMN public_result.fail_share IS 'Доля не справившихся, от 0 до 1; пусто — скрыто';
COMMENT ON COLUMN public_result.is_hidden IS 'Скрыто ли что-нибудь';
COMMENT ON COLUMN public_result.note IS 'Что скрыто';

-- One row a node; municipality_id and school_id are 0 above them. x is the
-- count of the measure being hidden, low and high what it can be by itself.
CREATE FUNCTION open_public_cells(own_cycle integer)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET client_min_messages = warning
AS $$
BEGIN
    DROP TABLE IF EXISTS pg_temp.public_cell;
    CREATE TEMPORARY TABLE public_cell AS
    SELECT o.assessment_id, m.region_id, coalesce(m.municipality_id, 0) AS municipality_id,
           coalesce(o.school_id, 0) AS school_id,
           CASE WHEN m.municipality_id IS NULL THEN 1 WHEN o.school_id IS NULL THEN 2 ELSE 3 END AS depth,
           sum(o.participants)::bigint AS participants, sum(o.failed)::bigint AS failed,
           false AS hidden_participants, false AS hidden,
           0::bigint AS x, 0::bigint AS low, 0::bigint AS high, 0::bigint AS need
    FROM assessment_outcome AS o
    JOIN cycle AS c ON c.cycle_id = o.cycle_id AND o.academic_year = c.result_year
    JOIN school AS s USING (school_id)
    JOIN municipality AS m USING (municipality_id)
    WHERE o.cycle_id = own_cycle
    GROUP BY GROUPING SETS ((o.assessment_id, m.region_id), (o.assessment_id, m.region_id, m.municipality_id),
                            (o.assessment_id, m.region_id, m.municipality_id, o.school_id));
    ALTER TABLE public_cell ADD PRIMARY KEY (assessment_id, region_id, municipality_id, school_id);
    ANALYZE public_cell;
END
$$;
COMMENT ON FUNCTION open_public_cells(integer) IS 'Шаг publish_counts: числа цикла по организациям, муниципальным образованиям и региону во временной таблице public_cell';

-- What can be known of every count from those that are shown.
CREATE FUNCTION public_ranges()
RETURNS TABLE (assessment_id integer, region_id integer, municipality_id integer, school_id integer, depth integer,
               hidden boolean, x bigint, slack bigint, need bigint, lowest bigint, highest bigint, sum_width bigint)
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH school AS (
        SELECT c.*, CASE WHEN c.hidden THEN c.low ELSE c.x END AS lo, CASE WHEN c.hidden THEN c.high ELSE c.x END AS hi
        FROM pg_temp.public_cell AS c WHERE c.depth = 3
    ), municipality AS (
        SELECT c.*, t.lo AS sum_lo, t.hi AS sum_hi,
               CASE WHEN c.hidden THEN greatest(c.low, t.lo) ELSE c.x END AS lo,
               CASE WHEN c.hidden THEN least(c.high, t.hi) ELSE c.x END AS hi
        FROM pg_temp.public_cell AS c
        JOIN (SELECT s.assessment_id, s.municipality_id, sum(s.lo)::bigint AS lo, sum(s.hi)::bigint AS hi
              FROM school AS s GROUP BY s.assessment_id, s.municipality_id) AS t USING (assessment_id, municipality_id)
        WHERE c.depth = 2
    ), region AS (
        SELECT c.*, t.lo AS sum_lo, t.hi AS sum_hi,
               CASE WHEN c.hidden THEN greatest(c.low, t.lo) ELSE c.x END AS lo,
               CASE WHEN c.hidden THEN least(c.high, t.hi) ELSE c.x END AS hi
        FROM pg_temp.public_cell AS c
        JOIN (SELECT m.assessment_id, m.region_id, sum(m.lo)::bigint AS lo, sum(m.hi)::bigint AS hi
              FROM municipality AS m GROUP BY m.assessment_id, m.region_id) AS t USING (assessment_id, region_id)
        WHERE c.depth = 1
    ), municipality_down AS (
        SELECT m.*, greatest(m.lo, r.lo - (r.sum_hi - m.hi)) AS last_lo, least(m.hi, r.hi - (r.sum_lo - m.lo)) AS last_hi
        FROM municipality AS m JOIN region AS r USING (assessment_id, region_id)
    )
    SELECT s.assessment_id, s.region_id, s.municipality_id, s.school_id, 3, s.hidden, s.x,
           least(s.x - s.low, s.high - s.x), s.need,
           greatest(s.lo, m.last_lo - (m.sum_hi - s.hi)), least(s.hi, m.last_hi - (m.sum_lo - s.lo)), NULL::bigint
    FROM school AS s JOIN municipality_down AS m USING (assessment_id, region_id, municipality_id)
    UNION ALL
    SELECT m.assessment_id, m.region_id, m.municipality_id, 0, 2, m.hidden, m.x,
           least(m.x - m.low, m.high - m.x), m.need, m.last_lo, m.last_hi, m.sum_hi - m.sum_lo
    FROM municipality_down AS m
    UNION ALL
    SELECT r.assessment_id, r.region_id, 0, 0, 1, r.hidden, r.x,
           least(r.x - r.low, r.high - r.x), r.need, r.lo, r.hi, r.sum_hi - r.sum_lo
    FROM region AS r;
END
$$;
COMMENT ON FUNCTION public_ranges() IS
'Шаг publish_counts: наименьшее и наибольшее значения каждого числа public_cell, какие следуют из показанных; sum_width — ширина того, что следует из чисел уровнем ниже';

-- Hides one more count wherever a hidden one is known too well: a school of the
-- municipality, the municipality itself, another municipality, the region, in
-- that order; of equals the smallest that can move enough.
CREATE FUNCTION hide_complements()
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    hidden_now bigint;
    hidden_total bigint := 0;
BEGIN
    LOOP
        WITH known AS MATERIALIZED (
            SELECT r.*, r.hidden AND r.highest - r.lowest < r.need AS too_well FROM public_ranges() AS r
        ), own AS (     -- groups of a municipality with its schools
            SELECT k.assessment_id, k.region_id, k.municipality_id,
                   bool_or(k.too_well AND (k.depth = 3 OR k.sum_width < k.need)) AS narrow,
                   bool_or(k.too_well) AS narrow_any, bool_or(NOT k.hidden) AS has_shown
            FROM known AS k
            WHERE k.depth > 1
            GROUP BY k.assessment_id, k.region_id, k.municipality_id
        ), whole AS (   -- groups of a region with its municipalities
            SELECT k.assessment_id, k.region_id
            FROM known AS k WHERE k.depth = 1 AND k.too_well
            UNION
            SELECT o.assessment_id, o.region_id FROM own AS o WHERE o.narrow_any AND NOT (o.narrow AND o.has_shown)
        ), chosen AS (
            SELECT DISTINCT ON (k.assessment_id, k.region_id, k.municipality_id)
                   k.assessment_id, k.region_id, k.municipality_id, k.school_id
            FROM known AS k
            JOIN own AS o USING (assessment_id, region_id, municipality_id)
            WHERE o.narrow AND NOT k.hidden
            ORDER BY k.assessment_id, k.region_id, k.municipality_id, k.depth DESC, k.slack >= k.need DESC,
                     CASE WHEN k.slack >= k.need THEN k.x END, k.slack DESC, k.school_id
        ), chosen_above AS (
            SELECT DISTINCT ON (k.assessment_id, k.region_id)
                   k.assessment_id, k.region_id, k.municipality_id, k.school_id
            FROM known AS k
            JOIN whole AS w USING (assessment_id, region_id)
            WHERE k.depth < 3 AND NOT k.hidden
            ORDER BY k.assessment_id, k.region_id, k.depth DESC, k.slack >= k.need DESC,
                     CASE WHEN k.slack >= k.need THEN k.x END, k.slack DESC, k.municipality_id
        )
        UPDATE pg_temp.public_cell AS c
        SET hidden = true
        FROM (SELECT * FROM chosen UNION SELECT * FROM chosen_above) AS h
        WHERE (c.assessment_id, c.region_id, c.municipality_id, c.school_id)
              = (h.assessment_id, h.region_id, h.municipality_id, h.school_id);
        GET DIAGNOSTICS hidden_now = ROW_COUNT;
        EXIT WHEN hidden_now = 0;
        hidden_total := hidden_total + hidden_now;
    END LOOP;
    RETURN hidden_total;
END
$$;
COMMENT ON FUNCTION hide_complements() IS
'Шаг publish_counts: скрывает в public_cell, кроме малых чисел, столько других, чтобы ни одно скрытое не вычислялось из показанных; возвращает, сколько скрыто';

CREATE FUNCTION publish_counts(result_year integer)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET jit = off
AS $$
DECLARE
    limit_count bigint := setting_value('small_cell_threshold');
    own_cycle integer;
    hides boolean := limit_count > 1;
    written bigint;
BEGIN
    PERFORM check_year(result_year);
    -- As run_cycle does: one publication after another, of the cycle current then.
    PERFORM pg_advisory_xact_lock('cycle'::regclass::oid::integer, 0);
    SELECT c.cycle_id INTO own_cycle FROM cycle AS c WHERE c.is_current AND c.result_year = publish_counts.result_year;
    IF own_cycle IS NULL THEN
        RAISE EXCEPTION 'за % год цикла нет', result_year
            USING ERRCODE = 'no_data_found', HINT = format('Сначала выполните цикл: run_cycle(%s).', result_year);
    END IF;
    PERFORM open_public_cells(own_cycle);
    IF hides THEN
        UPDATE pg_temp.public_cell AS c
        SET hidden = c.participants < limit_count, x = c.participants, low = greatest(c.failed, 1),
            high = c.participants + 1000000000, need = limit_count;
        PERFORM hide_complements();
        UPDATE pg_temp.public_cell AS c
        SET hidden_participants = c.hidden, hidden = c.hidden OR least(c.failed, c.participants - c.failed) < limit_count,
            x = c.failed, low = 0, high = c.participants, need = least(limit_count, c.participants);
        PERFORM hide_complements();
    END IF;
    DELETE FROM public_count AS p WHERE p.cycle_id = own_cycle;
    INSERT INTO public_count (cycle_id, academic_year, assessment_id, level, region_id, municipality_id, school_id,
                              participants, failed, threshold)
    SELECT own_cycle, publish_counts.result_year, c.assessment_id,
           CASE c.depth WHEN 1 THEN 'region' WHEN 2 THEN 'municipality' ELSE 'school' END,
           c.region_id, nullif(c.municipality_id, 0), nullif(c.school_id, 0),
           CASE WHEN NOT c.hidden_participants THEN c.participants END, CASE WHEN NOT c.hidden THEN c.failed END,
           limit_count
    FROM pg_temp.public_cell AS c
    ORDER BY c.assessment_id, c.region_id, c.depth, c.municipality_id, c.school_id;
    GET DIAGNOSTICS written = ROW_COUNT;
    DROP TABLE pg_temp.public_cell;
    RETURN written;
END
$$;
COMMENT ON FUNCTION publish_counts(integer) IS
'Готовит данные для публикации (public_count, public_result) из итогов действующего цикла этого года: числа участников, не справившихся и справившихся меньше настройки small_cell_threshold скрываются, и с ними столько других, чтобы скрытые нельзя было найти вычитанием или решением уравнений. Возвращает число строк. Сам цикл этого не делает: публикация — отдельное решение; повторите её, изменив настройку или выполнив цикл заново. Цикла нет — ошибка P0002';
