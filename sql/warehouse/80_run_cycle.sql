-- run_cycle and its steps. Every step reads what the step before it stored.

-- What counts for a school: its pupils' results where there are any, else what
-- was published about it as a whole. fail_percent is the share in whole
-- percent, rounded down: for a whole threshold "fail_percent >= threshold" is
-- "share >= threshold", and an index finds it.
CREATE FUNCTION own_results(years integer[], rule_set_id integer, lowest_percent integer)
RETURNS TABLE (administration_id integer, assessment_id integer, academic_year integer, school_id integer,
               participants bigint, failed bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT s.administration_id, a.assessment_id, s.academic_year, s.school_id, s.judged::bigint, s.failed::bigint
    FROM school_summary AS s
    JOIN administration AS a USING (administration_id)
    JOIN rule_assessment AS r USING (assessment_id)
    WHERE r.rule_set_id = own_results.rule_set_id
      AND s.academic_year = ANY (years)
      AND s.fail_percent >= lowest_percent;
END;
COMMENT ON FUNCTION own_results(integer[], integer, integer) IS
'Сколько участников и сколько не справилось у организаций по процедурам набора правил в указанные учебные годы по результатам участников (первая попытка), если не справилось не меньше lowest_percent процентов (0 — все)';

CREATE FUNCTION published_results(years integer[], rule_set_id integer, lowest_percent integer)
RETURNS TABLE (administration_id integer, assessment_id integer, academic_year integer, school_id integer,
               participants bigint, failed bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.administration_id, a.assessment_id, p.academic_year, p.school_id, p.participants, p.mark_2
    FROM published_group AS p
    JOIN administration AS a USING (administration_id)
    JOIN rule_assessment AS r USING (assessment_id)
    WHERE r.rule_set_id = published_results.rule_set_id
      AND p.academic_year = ANY (years)
      AND 100 * p.mark_2 >= lowest_percent * p.participants
      AND p.kind = 'fis_marks' AND p.level = 'school' AND a.fail_by = 'mark'
      AND NOT EXISTS (
          SELECT FROM school_summary AS s
          WHERE (s.administration_id, s.school_id) = (p.administration_id, p.school_id)
            AND s.participants > 0);
END;
COMMENT ON FUNCTION published_results(integer[], integer, integer) IS
'То же по опубликованным данным об организациях, у которых результатов участников нет';

CREATE FUNCTION counted_results(years integer[], rule_set_id integer)
RETURNS TABLE (administration_id integer, assessment_id integer, academic_year integer, school_id integer,
               participants bigint, failed bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT * FROM own_results(years, counted_results.rule_set_id, 0)
    UNION ALL
    SELECT * FROM published_results(years, counted_results.rule_set_id, 0);
END;
COMMENT ON FUNCTION counted_results(integer[], integer) IS
'Сколько участников и сколько не справилось у организаций по процедурам набора правил в указанные учебные годы: own_results и published_results';

CREATE FUNCTION has_published(result_year integer)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN EXISTS (SELECT FROM published_group AS p
               WHERE p.academic_year BETWEEN has_published.result_year - 2 AND has_published.result_year);
COMMENT ON FUNCTION has_published(integer) IS
'Есть ли опубликованные данные за три учебных года, последний из которых указан';

-- What a school had before it was succeeded counts for the school that now
-- stands for it. The last two arguments tell the planner of parts that are
-- empty: it leaves them out.
CREATE FUNCTION standing_results(years integer[], standing_year integer, rule_set_id integer, lowest_percent integer,
                                 joined integer[], published boolean)
RETURNS TABLE (school_id integer, assessment_id integer, academic_year integer, participants bigint, failed bigint)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT o.school_id, o.assessment_id, o.academic_year, o.participants, o.failed
    FROM own_results(years, standing_results.rule_set_id, lowest_percent) AS o
    WHERE o.school_id <> ALL (joined)
    UNION ALL
    SELECT o.school_id, o.assessment_id, o.academic_year, o.participants, o.failed
    FROM published_results(years, standing_results.rule_set_id, lowest_percent) AS o
    WHERE published AND o.school_id <> ALL (joined)
    UNION ALL
    SELECT p.standing_id, c.assessment_id, c.academic_year, sum(c.participants)::bigint, sum(c.failed)::bigint
    FROM standing_schools(standing_year) AS p
    JOIN counted_results(years, standing_results.rule_set_id) AS c USING (school_id)
    WHERE cardinality(joined) > 0
      AND p.school_id = ANY (joined)
      AND c.school_id = ANY (joined)    -- follows from the join; an index finds them by it
      AND (p.succeeded_in IS NULL OR c.academic_year < p.succeeded_in)
    GROUP BY p.standing_id, c.assessment_id, c.academic_year
    HAVING 100 * sum(c.failed) >= lowest_percent * sum(c.participants);
END;
COMMENT ON FUNCTION standing_results(integer[], integer, integer, integer, integer[], boolean) IS
'То же, что counted_results, у тех, кто стоит за организации в учебном году standing_year, если не справилось не меньше lowest_percent процентов; joined — joined_schools(standing_year), published — has_published(standing_year)';

-- The rule, school by school. A list needs none but the low results, a cycle
-- all of them: who is in the list is the same.
CREATE FUNCTION school_verdicts(result_year integer, rules rule_set, lowest_percent integer, joined integer[],
                                published boolean)
RETURNS TABLE (school_id integer, verdict text, low_count bigint, low_count_before bigint, worst bigint[])
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.school_id,
           shnor_rule(c.academic_year, c.assessment_id, c.is_low, school_verdicts.result_year,
                      rules.same_assessment, rules.low_needed),
           count(*) FILTER (WHERE c.is_low AND c.academic_year = school_verdicts.result_year),
           count(*) FILTER (WHERE c.is_low AND c.academic_year = school_verdicts.result_year - 1),
           worst_result(c.assessment_id, c.failed, c.participants)
               FILTER (WHERE c.is_low IS NOT NULL AND c.academic_year = school_verdicts.result_year)
    FROM (
        SELECT r.school_id, r.assessment_id, r.academic_year, r.participants, r.failed,
               CASE WHEN r.participants >= rules.min_participants
                    THEN low_result(r.failed, r.participants, rules.threshold_percent, rules.min_participants) END AS is_low
        FROM standing_results(ARRAY[school_verdicts.result_year - 1, school_verdicts.result_year],
                              school_verdicts.result_year, rules.rule_set_id, school_verdicts.lowest_percent,
                              school_verdicts.joined, school_verdicts.published) AS r
        OFFSET 0) AS c          -- is_low is read four times, computed once
    GROUP BY c.school_id;
END;
COMMENT ON FUNCTION school_verdicts(integer, rule_set, integer, integer[], boolean) IS
'Вердикт правила по организациям, число процедур с низкими результатами в году и годом раньше, худшая процедура года {ключ, не справилось, участников}; из результатов, где не справилось не меньше lowest_percent процентов: 0 — все, порог правила — хватает для списка';

-- Results of the judged year and the two years before it, in the order of the
-- keys, which are then written at the end of their indexes.
CREATE FUNCTION write_assessment_outcomes(own_cycle cycle, rules rule_set)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    joined integer[] := joined_schools(own_cycle.result_year);
    published boolean := has_published(own_cycle.result_year);
    years integer[] := ARRAY[own_cycle.result_year - 2, own_cycle.result_year - 1, own_cycle.result_year];
    written bigint;
BEGIN
    INSERT INTO assessment_outcome (cycle_id, school_id, assessment_id, academic_year, participants, failed,
                                    fail_share, share_low, share_high, is_low, pupils_from_threshold, band)
    SELECT own_cycle.cycle_id, c.school_id, c.assessment_id, c.academic_year, c.participants, c.failed,
           c.failed::numeric / c.participants,
           wilson_low(c.failed, c.participants, rules.interval_level::double precision),
           wilson_high(c.failed, c.participants, rules.interval_level::double precision),
           CASE WHEN c.participants >= rules.min_participants
                THEN low_result(c.failed, c.participants, rules.threshold_percent, rules.min_participants) END,
           pupils_from_threshold(c.failed, c.participants, rules.threshold_percent),
           failure_band(c.failed, c.participants)
    FROM standing_results(years, own_cycle.result_year, rules.rule_set_id, 0, joined, published) AS c
    ORDER BY c.school_id, c.assessment_id, c.academic_year;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
COMMENT ON FUNCTION write_assessment_outcomes(cycle, rule_set) IS
'Шаг run_cycle: итоги организаций по процедурам; возвращает их число';

-- Two of the risk conditions; the third, exactly one low result, is in the
-- verdict's counts. A school meets "growth" when one assessment's share rose in
-- both of the last two years, compared by cross-multiplication.
CREATE FUNCTION risk_conditions(own_cycle cycle, rules rule_set)
RETURNS TABLE (school_id integer, near boolean, growth boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT o.school_id,
           coalesce(bool_or(NOT o.is_low
               AND 100 * o.failed >= (rules.threshold_percent - rules.risk_within_points) * o.participants), false),
           coalesce(bool_or(o.is_low IS NOT NULL AND p.is_low IS NOT NULL AND pp.is_low IS NOT NULL
               AND p.failed * o.participants < o.failed * p.participants
               AND pp.failed * p.participants < p.failed * pp.participants), false)
    FROM assessment_outcome AS o
    LEFT JOIN assessment_outcome AS p
      ON (p.school_id, p.assessment_id) = (o.school_id, o.assessment_id)
     AND p.cycle_id = own_cycle.cycle_id AND p.academic_year = own_cycle.result_year - 1
    LEFT JOIN assessment_outcome AS pp
      ON (pp.school_id, pp.assessment_id) = (o.school_id, o.assessment_id)
     AND pp.cycle_id = own_cycle.cycle_id AND pp.academic_year = own_cycle.result_year - 2
    WHERE o.cycle_id = own_cycle.cycle_id AND o.academic_year = own_cycle.result_year
    GROUP BY o.school_id;
END;
COMMENT ON FUNCTION risk_conditions(cycle, rule_set) IS
'Шаг run_cycle: выполняет ли организация условия зоны риска «доля близка к порогу» и «доля растёт»';

-- The enabled conditions combined as the rule set says, in words.
CREATE FUNCTION risk_text(one_low boolean, near boolean, growth boolean, rules rule_set)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN count(*) FILTER (WHERE c.met) >= CASE rules.risk_combine WHEN 'any' THEN 1 ELSE count(*) END
                THEN string_agg(c.wording, '; ' ORDER BY c.place) FILTER (WHERE c.met) END
    FROM (VALUES
        (1, rules.risk_one_low, one_low, 'одна процедура с низкими результатами, годом раньше ни одной'),
        (2, rules.risk_within_points IS NOT NULL, near,
            format('доля не справившихся не дальше %s п.п. от порога', rules.risk_within_points)),
        (3, rules.risk_growth, growth, 'доля не справившихся растёт два года подряд')
    ) AS c (place, enabled, met, wording)
    WHERE c.enabled
    HAVING count(*) > 0;
END;
COMMENT ON FUNCTION risk_text(boolean, boolean, boolean, rule_set) IS
'Шаг run_cycle: почему организация в зоне риска по условиям набора правил; NULL — не в зоне риска';

CREATE FUNCTION school_exclusion(result_year integer, rule_set_id integer)
RETURNS TABLE (school_id integer, exclusion_reason text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT y.school_id, y.exclusion_reason
    FROM school_year AS y
    WHERE y.academic_year = school_exclusion.result_year AND y.exclusion_reason IS NOT NULL
    UNION ALL
    SELECT y.school_id, t.reason
    FROM rule_excluded_type AS t
    JOIN school_year AS y USING (school_type)
    WHERE t.rule_set_id = school_exclusion.rule_set_id
      AND y.academic_year = school_exclusion.result_year AND y.exclusion_reason IS NULL;
END;
COMMENT ON FUNCTION school_exclusion(integer, integer) IS
'Организации, исключённые из оценки в этом году, с причинами';

-- Membership of the previous list and of any list before it; that of a school
-- since succeeded is its successor's.
CREATE FUNCTION earlier_lists(result_year integer, previous_cycle_id integer, joined integer[])
RETURNS TABLE (school_id integer, in_previous boolean, in_earlier boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(p.standing_id, o.school_id),
           bool_or(o.cycle_id = earlier_lists.previous_cycle_id),
           bool_or(o.cycle_id <> earlier_lists.previous_cycle_id)
    FROM cycle AS c
    JOIN school_outcome AS o USING (cycle_id)
    LEFT JOIN (
        SELECT t.school_id, t.standing_id
        FROM standing_schools(earlier_lists.result_year) AS t
        WHERE t.school_id = ANY (joined)) AS p USING (school_id)
    WHERE c.is_current AND c.result_year < earlier_lists.result_year AND o.in_list
    GROUP BY 1;
END;
COMMENT ON FUNCTION earlier_lists(integer, integer, integer[]) IS
'Организации, которые (или те, чей они правопреемник) были в прежних списках: в предыдущем, в более ранних';

CREATE FUNCTION previous_cycle(result_year integer)
RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT c.cycle_id
        FROM cycle AS c
        WHERE c.is_current AND c.result_year < previous_cycle.result_year
        ORDER BY c.result_year DESC LIMIT 1);
COMMENT ON FUNCTION previous_cycle(integer) IS
'Текущий цикл ближайшего из более ранних годов: с его списком сравнивается список этого года; NULL — такого нет';

CREATE FUNCTION dynamics_code(in_list boolean, in_previous boolean, in_earlier boolean)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN in_list AND in_previous THEN 'stayed'
            WHEN in_list AND in_earlier THEN 'returned'
            WHEN in_list THEN 'new'
            WHEN in_previous THEN 'left'
            WHEN in_earlier THEN 'left_earlier'
            ELSE 'never' END;
COMMENT ON FUNCTION dynamics_code(boolean, boolean, boolean) IS
'Динамика (school_outcome.dynamics) по тому, была ли организация в этом, предыдущем и более ранних списках';

CREATE FUNCTION write_school_outcomes(own_cycle cycle, rules rule_set)
RETURNS bigint
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    joined integer[] := joined_schools(own_cycle.result_year);
    published boolean := has_published(own_cycle.result_year);
    written bigint;
BEGIN
    INSERT INTO school_outcome (cycle_id, school_id, academic_year, data_status, exclusion_reason, verdict,
                                in_list, low_count, low_count_before, worst_assessment_id, failed, participants,
                                fail_share, share_low, share_high, pupils_from_threshold, band,
                                dynamics, in_risk_zone, risk_reason)
    SELECT own_cycle.cycle_id, j.school_id, own_cycle.result_year, j.data_status, j.exclusion_reason, j.verdict,
           j.in_list, j.low_count, j.low_count_before, j.worst[1], j.worst[2], j.worst[3],
           j.worst[2]::numeric / j.worst[3],
           wilson_low(j.worst[2], j.worst[3], rules.interval_level::double precision),
           wilson_high(j.worst[2], j.worst[3], rules.interval_level::double precision),
           pupils_from_threshold(j.worst[2], j.worst[3], rules.threshold_percent),
           failure_band(j.worst[2], j.worst[3]),
           dynamics_code(j.in_list, j.in_previous, j.in_earlier),
           r.risk_reason IS NOT NULL, r.risk_reason
    FROM (
        SELECT s.school_id, v.verdict, v.worst, e.exclusion_reason, d.data_status, l.in_list,
               coalesce(v.low_count, 0) AS low_count, coalesce(v.low_count_before, 0) AS low_count_before,
               v.low_count = 1 AND v.low_count_before = 0 AS one_low, k.near, k.growth,
               p.in_previous, p.in_earlier
        FROM school AS s
        LEFT JOIN school_verdicts(own_cycle.result_year, rules, 0, joined, published) AS v USING (school_id)
        LEFT JOIN school_exclusion(own_cycle.result_year, rules.rule_set_id) AS e USING (school_id)
        LEFT JOIN risk_conditions(own_cycle, rules) AS k USING (school_id)
        LEFT JOIN earlier_lists(own_cycle.result_year, own_cycle.previous_cycle_id, joined) AS p USING (school_id)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN e.exclusion_reason IS NOT NULL THEN 'excluded'
                        WHEN v.verdict IS NULL THEN 'no_data'
                        ELSE 'judged' END AS data_status) AS d
        CROSS JOIN LATERAL (
            SELECT d.data_status = 'judged' AND v.verdict <> 'none' AS in_list) AS l
        WHERE works_in(s, own_cycle.result_year)) AS j
    LEFT JOIN (
        SELECT b.one_low, b.near, b.growth, risk_text(b.one_low, b.near, b.growth, rules) AS risk_reason
        FROM (VALUES (false, false, false), (false, false, true), (false, true, false), (false, true, true),
                     (true, false, false), (true, false, true), (true, true, false), (true, true, true))
             AS b (one_low, near, growth)) AS r
      ON (r.one_low, r.near, r.growth) = (j.one_low, j.near, j.growth)
     AND j.data_status = 'judged' AND NOT j.in_list
    ORDER BY j.school_id;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;
COMMENT ON FUNCTION write_school_outcomes(cycle, rule_set) IS
'Шаг run_cycle: вердикт, зона риска и динамика каждой организации; возвращает их число';

CREATE FUNCTION write_cycle_totals(own_cycle cycle, started timestamptz)
RETURNS void
LANGUAGE sql VOLATILE
BEGIN ATOMIC
    UPDATE cycle AS c
    SET schools = t.schools, judged = t.judged, no_data = t.no_data, excluded = t.excluded,
        in_list = t.in_list, risk_zone = t.risk_zone, stayed = t.stayed, appeared = t.appeared,
        returned = t.returned, previous_in_list = p.in_list,
        departed = p.in_list - t.stayed,
        departed_unjudged = p.in_list - t.stayed - t.left_judged,
        seconds = round(extract(epoch FROM clock_timestamp() - started), 3)
    FROM (
        SELECT count(*) AS schools,
               count(*) FILTER (WHERE o.data_status = 'judged') AS judged,
               count(*) FILTER (WHERE o.data_status = 'no_data') AS no_data,
               count(*) FILTER (WHERE o.data_status = 'excluded') AS excluded,
               count(*) FILTER (WHERE o.in_list) AS in_list,
               count(*) FILTER (WHERE o.in_risk_zone) AS risk_zone,
               count(*) FILTER (WHERE o.dynamics = 'stayed') AS stayed,
               count(*) FILTER (WHERE o.dynamics = 'new') AS appeared,
               count(*) FILTER (WHERE o.dynamics = 'returned') AS returned,
               count(*) FILTER (WHERE o.dynamics = 'left' AND o.data_status = 'judged') AS left_judged
        FROM school_outcome AS o
        WHERE o.cycle_id = own_cycle.cycle_id) AS t
    LEFT JOIN cycle AS p ON p.cycle_id = own_cycle.previous_cycle_id
    WHERE c.cycle_id = own_cycle.cycle_id;
END;
COMMENT ON FUNCTION write_cycle_totals(cycle, timestamptz) IS
'Шаг run_cycle: итоги цикла в строке cycle';

-- Everything the outcome depends on, in a fixed order: the counts of three
-- years, how they are judged, schools, exclusions, the rules, the earlier
-- lists, who stands for whom, the context. The counts of an administration are hashed by
-- themselves first: sorting integers is cheaper than sorting lines.
CREATE FUNCTION cycle_fingerprint(own_cycle cycle, rules rule_set, judgements marker_judgement[])
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT fingerprint(i.line ORDER BY i.part, i.key_1, i.key_2)
    FROM (
        SELECT 1 AS part, 0 AS key_1, 0 AS key_2, own_cycle.rule_snapshot AS line
        UNION ALL
        SELECT 2, a.administration_id, 0,
               concat_ws('|', a.administration_id, a.assessment_id, a.academic_year, a.fail_by, a.min_score)
        FROM administration AS a
        JOIN rule_assessment AS r USING (assessment_id)
        WHERE r.rule_set_id = rules.rule_set_id
          AND a.academic_year BETWEEN own_cycle.result_year - 2 AND own_cycle.result_year
        UNION ALL
        SELECT 3, c.administration_id, 0,
               concat_ws('|', c.administration_id, fingerprint(
                   c.school_id || '|' || c.participants || '|' || c.failed ORDER BY c.school_id))
        FROM counted_results(ARRAY[own_cycle.result_year - 2, own_cycle.result_year - 1, own_cycle.result_year],
                             rules.rule_set_id) AS c
        GROUP BY c.administration_id
        UNION ALL
        SELECT 4, s.school_id, 0, concat_ws('|', s.school_id, e.exclusion_reason)
        FROM school AS s
        LEFT JOIN school_exclusion(own_cycle.result_year, rules.rule_set_id) AS e USING (school_id)
        WHERE works_in(s, own_cycle.result_year)
        UNION ALL
        SELECT 5, p.school_id, 0, concat_ws('|', p.school_id, p.in_previous, p.in_earlier)
        FROM earlier_lists(own_cycle.result_year, own_cycle.previous_cycle_id,
                           joined_schools(own_cycle.result_year)) AS p
        UNION ALL
        SELECT 6, p.school_id, 0, concat_ws('|', p.school_id, p.standing_id, p.succeeded_in)
        FROM standing_schools(own_cycle.result_year) AS p
        WHERE p.succeeded_in IS NOT NULL
        UNION ALL
        SELECT 7, j.region_id, j.academic_year, concat_ws('|', j.region_id, j.academic_year, j.input_fingerprint)
        FROM unnest(judgements) AS j
        UNION ALL
        SELECT 8, 0, 0, x.line
        FROM context_fingerprint(own_cycle.result_year, own_cycle.previous_cycle_id) AS x (line)
    ) AS i;
END;
COMMENT ON FUNCTION cycle_fingerprint(cycle, rule_set, marker_judgement[]) IS
'Шаг run_cycle: отпечаток (SHA-256) всего, от чего зависит итог цикла';

CREATE FUNCTION rule_snapshot(rules rule_set)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT (to_jsonb(rules) || jsonb_build_object(
        'markers', marker_preset_snapshot(rules.marker_preset_id),
        'assessments', (
            SELECT jsonb_agg(jsonb_build_object('number', r.indicator_number, 'assessment', a.name)
                             ORDER BY r.indicator_number)
            FROM rule_assessment AS r JOIN assessment AS a USING (assessment_id)
            WHERE r.rule_set_id = rules.rule_set_id),
        'excluded_types', (
            SELECT jsonb_agg(jsonb_build_object('type', t.school_type, 'reason', t.reason)
                             ORDER BY t.school_type)
            FROM rule_excluded_type AS t
            WHERE t.rule_set_id = rules.rule_set_id)))::text;
END;
COMMENT ON FUNCTION rule_snapshot(rule_set) IS
'Набор правил со своими процедурами и исключениями в виде JSON — для хранения в цикле';

-- Counts the checks that found something, and stops at errors unless told not to.
CREATE FUNCTION run_checks(result_year integer, allow_errors boolean,
    OUT checks_error integer, OUT checks_warning integer, OUT checks_info integer)
RETURNS record
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    listed data_check;
    found_rows bigint;
    errors text;
BEGIN
    checks_error := 0;
    checks_warning := 0;
    checks_info := 0;
    FOR listed IN SELECT * FROM enabled_checks('summary') LOOP
        EXECUTE format('SELECT count(*) FROM %I($1)', 'check_' || listed.check_code) INTO found_rows USING result_year;
        CONTINUE WHEN found_rows = 0;
        CASE listed.severity
        WHEN 'error' THEN
            checks_error := checks_error + 1;
            errors := concat_ws('; ', errors, format('%s: %s', listed.name, found_rows));
        WHEN 'warning' THEN
            checks_warning := checks_warning + 1;
        ELSE
            checks_info := checks_info + 1;
        END CASE;
    END LOOP;
    IF checks_error > 0 AND allow_errors IS NOT TRUE THEN
        RAISE EXCEPTION 'проверки данных за % год нашли ошибки: итог был бы неверным', result_year
            USING ERRCODE = 'data_exception',
                  DETAIL = errors || '.',
                  HINT = format('Что найдено и что делать — SELECT * FROM data_checks(%s). Рассчитать вопреки ошибкам: run_cycle(%s, allow_errors => true).',
                                result_year, result_year);
    END IF;
END
$$;
COMMENT ON FUNCTION run_checks(integer, boolean) IS
'Шаг run_cycle: сколько проверок данных что-то нашли, по важности; есть ошибки, а allow_errors не true — ошибка 22000';

-- Its queries are long by rows, not by expressions: compiling them only costs.
CREATE FUNCTION run_cycle(result_year integer, rule_set text DEFAULT NULL, allow_errors boolean DEFAULT false)
RETURNS cycle_summary
LANGUAGE plpgsql
SET search_path FROM CURRENT
SET jit = off
AS $$
DECLARE
    started timestamptz := clock_timestamp();
    rules rule_set;
    own cycle;
    judgements marker_judgement[];
    same_cycle_id integer;
    result_row cycle_summary;
BEGIN
    PERFORM check_year(result_year);
    rules := find_rule_set(result_year, rule_set);
    -- Cycles of one warehouse run one after another: each reads earlier lists.
    PERFORM pg_advisory_xact_lock('cycle'::regclass::oid::integer, 0);

    SELECT c.checks_error, c.checks_warning, c.checks_info
    INTO own.checks_error, own.checks_warning, own.checks_info
    FROM run_checks(run_cycle.result_year, allow_errors) AS c;
    RAISE NOTICE 'цикл %: проверки данных, что-то нашедшие: ошибок — %, предупреждений — %, к сведению — %; % с',
        result_year, own.checks_error, own.checks_warning, own.checks_info, seconds_since(started);

    IF NOT EXISTS (SELECT FROM school_summary AS s WHERE s.academic_year = run_cycle.result_year)
        AND NOT EXISTS (SELECT FROM published_group AS p WHERE p.academic_year = run_cycle.result_year) THEN
        RAISE EXCEPTION 'за % учебный год нет ни одного результата', result_year
            USING ERRCODE = 'no_data_found',
                  DETAIL = 'Без результатов действующий список стал бы пустым.',
                  HINT = 'Проверьте год и загрузите результаты: import_results.';
    END IF;
    own.result_year := result_year;
    own.rule_snapshot := rule_snapshot(rules);
    own.previous_cycle_id := previous_cycle(result_year);
    judgements := ARRAY(SELECT j FROM marker_judgements(result_year, rules.marker_preset_id) AS j);
    own.input_fingerprint := cycle_fingerprint(own, rules, judgements);

    SELECT c.cycle_id INTO same_cycle_id
    FROM cycle AS c
    WHERE c.is_current AND c.result_year = run_cycle.result_year
      AND c.input_fingerprint = own.input_fingerprint
      AND c.previous_cycle_id IS NOT DISTINCT FROM own.previous_cycle_id;
    IF FOUND THEN
        RAISE NOTICE 'цикл %: данные и правила прежние, итог прежний (цикл %)', result_year, same_cycle_id;
    ELSE
        same_cycle_id := write_cycle(own, rules, judgements, started);
    END IF;
    SELECT * INTO result_row FROM cycle_summary AS s WHERE s.cycle_id = same_cycle_id;
    RETURN result_row;
END
$$;
COMMENT ON FUNCTION run_cycle(integer, text, boolean) IS
'Выполняет цикл мониторинга за год результатов по набору правил (без кода — по действующему в этом году): проверки данных (найденные ими ошибки останавливают расчёт, если не указано allow_errors => true), сводки, итоги по процедурам, список ШНОР, зона риска, динамика. При прежних данных и правилах возвращает прежний цикл. Возвращает строку cycle_summary';

-- Only an owner may ANALYZE, and without it the planner takes the new rows for
-- none: twenty seconds instead of two tenths for a region.
CREATE FUNCTION analyze_outcomes(cycle_id integer)
RETURNS void
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    ANALYZE assessment_outcome;
END
$$;
COMMENT ON FUNCTION analyze_outcomes(integer) IS
'Вызывается триггером cycle от имени владельца, когда run_cycle записал итоги по процедурам: статистика для планировщика';
CREATE TRIGGER analyze_outcomes
    AFTER UPDATE OF seconds ON cycle
    FOR EACH ROW WHEN (old.schools IS NULL AND new.schools IS NULL)
    EXECUTE FUNCTION call_as_table_owner('analyze_outcomes', 'cycle_id');

CREATE FUNCTION write_cycle(own cycle, rules rule_set, judgements marker_judgement[], started timestamptz)
RETURNS integer
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
DECLARE
    judged integer;
    written bigint;
    later_years text;
BEGIN
    UPDATE cycle AS c SET is_current = false WHERE c.is_current AND c.result_year = own.result_year;
    INSERT INTO cycle (result_year, list_year, is_current, rule_set_id, rule_snapshot,
                       input_fingerprint, previous_cycle_id, checks_error, checks_warning, checks_info)
    VALUES (own.result_year, own.result_year + rules.list_year_offset, true, rules.rule_set_id,
            own.rule_snapshot, own.input_fingerprint, own.previous_cycle_id,
            own.checks_error, own.checks_warning, own.checks_info)
    RETURNING * INTO own;

    written := write_assessment_outcomes(own, rules);
    RAISE NOTICE 'цикл %: итогов по процедурам за три года — %; % с', own.result_year, written,
        seconds_since(started);
    -- Sets off analyze_outcomes: what follows joins the new rows with each other.
    UPDATE cycle AS c SET seconds = seconds_since(started) WHERE c.cycle_id = own.cycle_id;
    written := write_school_outcomes(own, rules);
    RAISE NOTICE 'цикл %: организаций — %; % с', own.result_year, written, seconds_since(started);
    SELECT m.* INTO judged, written FROM write_marker_outcomes(own, rules, judgements) AS m;
    RAISE NOTICE 'цикл %: проверок признаков необъективности (регион за год) — %, из них новых — %, заключений в них — %; % с',
        own.result_year, cardinality(judgements), judged, written, seconds_since(started);
    written := write_context(own);
    RAISE NOTICE 'цикл %: организаций с показателями условий — %; % с', own.result_year, written, seconds_since(started);
    PERFORM write_cycle_totals(own, started);

    SELECT string_agg(c.result_year::text, ', ' ORDER BY c.result_year) INTO later_years
    FROM cycle AS c
    WHERE c.is_current AND c.result_year > own.result_year;
    IF later_years IS NOT NULL THEN
        RAISE NOTICE 'списки более поздних лет (%) сравнивались с прежним списком: выполните их циклы заново', later_years;
    END IF;
    RETURN own.cycle_id;
END
$$;
COMMENT ON FUNCTION write_cycle(cycle, rule_set, marker_judgement[], timestamptz) IS
'Шаг run_cycle: записывает новый текущий цикл со всеми итогами; возвращает его ключ';

CREATE FUNCTION seconds_since(started timestamptz)
RETURNS numeric
LANGUAGE sql VOLATILE
RETURN round(extract(epoch FROM clock_timestamp() - started), 2);
COMMENT ON FUNCTION seconds_since(timestamptz) IS 'Сколько секунд прошло, с точностью до сотых';
