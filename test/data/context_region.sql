-- context_region.sql: what the step "context" of the demonstration's cycle of
-- 2022 read, for test/data/context_region.csv:
--
--   KEEP=1 make demo            prints how to connect
--   PGOPTIONS='-c search_path=monitoring,shnor' psql -X -q 'CONNECTION' \
--       -f test/data/context_region.sql >test/data/context_region.csv
--
-- A line a school.  Participants and failed are empty where the school has no
-- results; indicators are those of both shipped versions of the index, shares
-- as counts of counts, levels as whole numbers.
COPY (
    WITH given AS (
        SELECT DISTINCT ON (k.school_id, i.code) k.school_id, i.code,
               coalesce(k.numerator || '/' || k.denominator, k.amount::integer::text) AS cell
        FROM cycle AS y
        JOIN welfare_run AS r USING (cycle_id)
        JOIN welfare_index AS w USING (welfare_index_id)
        JOIN school_context AS k ON k.academic_year BETWEEN y.result_year - w.value_years + 1 AND y.result_year
        JOIN context_indicator AS i USING (context_indicator_id)
        WHERE y.is_current AND y.result_year = 2022 AND i.direction <> 0
        ORDER BY k.school_id, i.code, k.academic_year DESC, k.measurement DESC
    )
    SELECT o.school_id AS school, o.participants, o.failed,
           max(g.cell) FILTER (WHERE g.code = 'remoteness') AS remoteness,
           max(g.cell) FILTER (WHERE g.code = 'economic_potential') AS economic_potential,
           max(g.cell) FILTER (WHERE g.code = 'cultural_resources') AS cultural_resources,
           max(g.cell) FILTER (WHERE g.code = 'equipment') AS equipment,
           max(g.cell) FILTER (WHERE g.code = 'staff_deficit') AS staff_deficit,
           max(g.cell) FILTER (WHERE g.code = 'incomplete_families') AS incomplete_families,
           max(g.cell) FILTER (WHERE g.code = 'troubled_families') AS troubled_families,
           max(g.cell) FILTER (WHERE g.code = 'low_income_families') AS low_income_families,
           max(g.cell) FILTER (WHERE g.code = 'low_parent_education') AS low_parent_education,
           max(g.cell) FILTER (WHERE g.code = 'behaviour_problems') AS behaviour_problems,
           max(g.cell) FILTER (WHERE g.code = 'health_problems') AS health_problems,
           max(g.cell) FILTER (WHERE g.code = 'special_needs') AS special_needs,
           max(g.cell) FILTER (WHERE g.code = 'non_native_russian') AS non_native_russian,
           max(g.cell) FILTER (WHERE g.code = 'both_parents_higher') AS both_parents_higher,
           max(g.cell) FILTER (WHERE g.code = 'registered_pupils') AS registered_pupils
    FROM context_outcome AS o
    JOIN cycle AS y USING (cycle_id)
    JOIN given AS g USING (school_id)
    WHERE y.is_current AND y.result_year = 2022
    GROUP BY o.school_id, o.participants, o.failed
    ORDER BY o.school_id
) TO STDOUT (FORMAT csv, HEADER);
