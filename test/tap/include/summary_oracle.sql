-- Whether a warehouse "monitoring" has its summaries in step with its results,
-- counted in plain SQL.

-- Results as the summaries should have them, or the summaries, as lines.
CREATE FUNCTION helper.expected_summaries()
RETURNS TABLE (line text)
LANGUAGE sql STABLE
SET search_path = monitoring, pg_catalog
AS $$
    SELECT format('school %s %s %s: %s %s %s %s', r.academic_year, r.administration_id, r.school_id,
                  count(*) FILTER (WHERE r.attempt = 1 AND CASE a.fail_by WHEN 'mark' THEN r.mark ELSE r.score END IS NOT NULL),
                  count(*) FILTER (WHERE r.attempt = 1 AND CASE a.fail_by WHEN 'mark' THEN r.mark = 2 ELSE r.score < a.min_score END),
                  count(*), count(*) FILTER (WHERE r.attempt = 1))
    FROM result AS r JOIN administration AS a USING (administration_id)
    GROUP BY r.academic_year, r.administration_id, r.school_id
    UNION ALL
    SELECT format('class %s %s %s %s: %s, marks %s %s %s %s, journal %s %s %s %s', academic_year, administration_id, school_id, class, count(*),
                  count(*) FILTER (WHERE attempt = 1 AND mark = 2), count(*) FILTER (WHERE attempt = 1 AND mark = 3),
                  count(*) FILTER (WHERE attempt = 1 AND mark = 4), count(*) FILTER (WHERE attempt = 1 AND mark = 5),
                  count(*) FILTER (WHERE attempt = 1 AND mark < journal_mark), count(*) FILTER (WHERE attempt = 1 AND mark = journal_mark),
                  count(*) FILTER (WHERE attempt = 1 AND mark > journal_mark), count(*) FILTER (WHERE attempt = 1))
    FROM result
    GROUP BY academic_year, administration_id, school_id, class
    UNION ALL
    SELECT format('score %s %s %s %s: %s %s', academic_year, administration_id, school_id, class, score, count(*))
    FROM result
    WHERE attempt = 1 AND score IS NOT NULL
    GROUP BY academic_year, administration_id, school_id, class, score
    UNION ALL
    SELECT format('file %s %s %s: %s', academic_year, administration_id, import_file_id, count(*))
    FROM result
    WHERE import_file_id IS NOT NULL
    GROUP BY academic_year, administration_id, import_file_id
    UNION ALL
    SELECT format('item %s %s %s %s %s/%s: %s %s', r.academic_year, r.administration_id, r.school_id, r.class, i.place,
                  cardinality(r.task_scores), i.score, count(*))
    FROM result AS r, unnest(r.task_scores) WITH ORDINALITY AS i (score, place)
    WHERE r.attempt = 1
    GROUP BY r.academic_year, r.administration_id, r.school_id, r.class, i.place, cardinality(r.task_scores), i.score
$$;
CREATE FUNCTION helper.kept_summaries()
RETURNS TABLE (line text)
LANGUAGE sql STABLE
SET search_path = monitoring, shnor, pg_catalog
AS $$
    SELECT format('school %s %s %s: %s %s %s %s', academic_year, administration_id, school_id, judged, failed, results, participants)
    FROM school_summary
    UNION ALL
    SELECT format('class %s %s %s %s: %s, marks %s %s %s %s, journal %s %s %s %s', academic_year, administration_id, school_id, class, results,
                  coalesce(mark_count(dist, 2), 0), coalesce(mark_count(dist, 3), 0), coalesce(mark_count(dist, 4), 0), coalesce(mark_count(dist, 5), 0),
                  coalesce(journal_lower(dist), 0), coalesce(journal_same(dist), 0), coalesce(journal_higher(dist), 0), coalesce(participants(dist), 0))
    FROM result_summary
    UNION ALL
    SELECT format('score %s %s %s %s: %s %s', academic_year, administration_id, school_id, class, s.score, s.count)
    FROM result_summary, scores(dist) AS s (score, count)
    UNION ALL
    SELECT format('file %s %s %s: %s', academic_year, administration_id, import_file_id, results)
    FROM import_file_summary
    UNION ALL
    SELECT format('item %s %s %s %s %s/%s: %s %s', academic_year, administration_id, school_id, class, i.item, items, i.score, i.participants)
    FROM task_summary, item_scores(dist) AS i
$$;

-- NULL when they are in step, else what is not: in the summaries and not in
-- the results (+), the other way round (-), or found by verify_summaries().
CREATE FUNCTION helper.out_of_step()
RETURNS text
LANGUAGE sql STABLE
SET search_path = monitoring, helper, pg_catalog
AS $$
    SELECT string_agg(d.line, E'\n' ORDER BY d.line)
    FROM (
        (SELECT '+ ' || line AS line FROM kept_summaries() EXCEPT ALL SELECT '+ ' || line FROM expected_summaries())
        UNION ALL
        (SELECT '- ' || line FROM expected_summaries() EXCEPT ALL SELECT '- ' || line FROM kept_summaries())
        UNION ALL
        SELECT format('verify: %s %s %s %s %s', kind, administration_id, school_id, class, import_file_id) FROM verify_summaries()
    ) AS d
$$;
CREATE FUNCTION helper.in_step(description text)
RETURNS text
LANGUAGE sql
RETURN tap.is(helper.out_of_step(), NULL, 'in step: ' || description);
