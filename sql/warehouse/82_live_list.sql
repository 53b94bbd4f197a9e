-- The list as of now, from summaries, without a cycle.

CREATE FUNCTION live_list(result_year integer, rule_set text DEFAULT NULL)
RETURNS SETOF shnor_list
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
AS $$
DECLARE
    year integer := live_list.result_year;
    rules rule_set;
    joined integer[] := joined_schools(live_list.result_year);
    previous integer := previous_cycle(live_list.result_year);
BEGIN
    PERFORM check_year(year);
    rules := find_rule_set(year, live_list.rule_set);
    RETURN QUERY
    SELECT NULL::bigint, year, year + rules.list_year_offset, year, m.municipality_id, m.name, s.school_id, s.name,
           v.verdict, branch_text(v.verdict), d.dynamics, dynamics_text(d.dynamics),
           v.low_count::integer, v.low_count_before::integer, n.name, failure_band(v.worst[2], v.worst[3]),
           v.worst[3], v.worst[2], v.worst[2]::numeric / v.worst[3],
           wilson_low(v.worst[2], v.worst[3], rules.interval_level::double precision),
           wilson_high(v.worst[2], v.worst[3], rules.interval_level::double precision),
           pupils_from_threshold(v.worst[2], v.worst[3], rules.threshold_percent)
    FROM school_verdicts(year, rules, rules.threshold_percent, joined) AS v
    JOIN school AS s USING (school_id)
    JOIN municipality AS m USING (municipality_id)
    JOIN assessment AS n ON n.assessment_id = v.worst[1]
    LEFT JOIN earlier_lists(year, previous, joined) AS p USING (school_id)
    CROSS JOIN LATERAL (SELECT dynamics_code(true, p.in_previous, p.in_earlier) AS dynamics) AS d
    WHERE v.verdict <> 'none'
      AND works_in(s, year)
      AND v.school_id NOT IN (SELECT e.school_id FROM school_exclusion(year, rules.rule_set_id) AS e);
END
$$;
COMMENT ON FUNCTION live_list(integer, text) IS
'Список школ с низкими образовательными результатами, каким он был бы, если выполнить цикл сейчас: по сводкам, без записи цикла и без проверок данных; столбцы — как в shnor_list, school_outcome_id пуст. Набор правил — по коду, без кода — действующий для года. Неизвестный набор — ошибка P0002, год вне 2000–2100 — 22003';
