-- Three real documents load completely. They are no part of the repository:
-- the environment variable SHNOR_SEEDS names the directory that holds them.
\getenv seeds SHNOR_SEEDS
\if :{?seeds}
\ir include/warehouse.sql
BEGIN;
SELECT plan(13);
\set doc0 `cat "$SHNOR_SEEDS"/000_krasnodar_2023.txt`
\set doc1 `cat "$SHNOR_SEEDS"/001_poshekhonye_2024.txt`
\set doc2 `cat "$SHNOR_SEEDS"/002_kavkazsky_2022.txt`
SELECT * FROM import_roadmap(:'doc0', '000', 'region', 1, '2023-01-01', '2023-12-31', '681', '2023-03-06') \gset k_
SELECT * FROM import_roadmap(:'doc1', '001', 'municipality', 1, '2023-09-01', '2024-12-31') \gset p_
SELECT * FROM import_roadmap(:'doc2', '002', 'municipality', 2, '2021-09-01', '2022-08-31', '33/1', '2022-01-17') \gset v_

CREATE FUNCTION helper.counts(own integer)
RETURNS text
LANGUAGE sql STABLE
RETURN (SELECT string_agg(c.level || ' ' || c.counts, '; ' ORDER BY c.first_place)
        FROM (SELECT s.level, min(s.place) AS first_place,
                     string_agg((SELECT count(*) FROM roadmap_event AS e WHERE e.roadmap_section_id = s.roadmap_section_id)::text,
                                '+' ORDER BY s.place) AS counts
              FROM roadmap_section AS s WHERE s.roadmap_id = own GROUP BY s.level) AS c);
SELECT is(counts(:k_roadmap_id), 'region 31+71; municipality 24+12; school 12+6', '000: events per level and section');
SELECT is(counts(:p_roadmap_id), 'municipality 3+6+5+7', '001: 21 events');
SELECT is(counts(:v_roadmap_id), 'municipality 0+8+4+6', '002: 18 events');

-- Every row has its deadline but the two whose cell is empty, and every one
-- of them is read.
SELECT results_eq('SELECT roadmap_id, e.number FROM roadmap_event AS e JOIN roadmap_section USING (roadmap_section_id) WHERE deadline IS NULL ORDER BY 1, 2',
                  format('VALUES (%1$s, ''18''), (%1$s, ''19'')', :k_roadmap_id), 'rows without a deadline');
SELECT is_empty($$SELECT deadline FROM roadmap_event WHERE deadline_kind = 'unrecognised'$$, 'every other deadline is read');
SELECT is_empty('SELECT e.title FROM roadmap_event AS e WHERE NOT EXISTS (SELECT FROM roadmap_occurrence AS o WHERE o.roadmap_event_id = e.roadmap_event_id)',
                'every event has an occurrence');
SELECT is_empty($$SELECT roadmap_id, e.title FROM roadmap_event AS e JOIN roadmap_section USING (roadmap_section_id)
                  WHERE responsible IS NULL AND NOT (e.source_line BETWEEN 215 AND 224)$$,
                'and its bodies, but for the page of 000 that has them in one cell');

-- Words of the table against words stored.
CREATE FUNCTION helper.words(value text)
RETURNS TABLE (word text, times bigint)
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
    SELECT w, count(*)
    FROM regexp_split_to_table(lower_text(regexp_replace(value, '</?p>', ' ', 'g')), '[^а-яёa-z0-9]+') AS w
    WHERE length(w) > 2
    GROUP BY w;
END;
CREATE FUNCTION helper.stored(own integer)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT string_agg(t.line, ' ')
    FROM (
        SELECT s.title AS line FROM roadmap_section AS s WHERE s.roadmap_id = own
        UNION ALL
        SELECT concat_ws(' ', e.title, e.school_activity, e.goal, e.deadline, e.evidence_form, e.expected_result,
                         e.indicator, e.responsible, e.other)
        FROM roadmap_event AS e JOIN roadmap_section AS s USING (roadmap_section_id) WHERE s.roadmap_id = own
        UNION ALL
        SELECT v.excerpt FROM roadmap_review AS v WHERE v.roadmap_id = own AND v.reason ~ 'вне таблицы') AS t;
END;
CREATE FUNCTION helper.differences(document text, own integer, header text)
RETURNS TABLE (word text, in_text bigint, stored bigint)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT word, t.times, s.times
    FROM words(without_names(regexp_replace(replace(split_part(document, header, 2), E'\r', ''), E'^[^\n]*', ''))) AS t
    FULL JOIN words(stored(own)) AS s USING (word)
    WHERE t.times IS DISTINCT FROM s.times AND word NOT IN ('муниципальный', 'уровень', 'образовательной', 'организации', 'iii');
END;
SELECT is_empty(format('SELECT * FROM differences(%L, %s, %L)', :'doc0', :k_roadmap_id, E'Сроки выполнения\tОтветственные'), '000: no word is lost or invented');
SELECT is_empty(format('SELECT * FROM differences(%L, %s, %L)', :'doc1', :p_roadmap_id, E'\n\tСроки'), '001: no word is lost or invented');
SELECT is_empty(format('SELECT * FROM differences(%L, %s, %L)', :'doc2', :v_roadmap_id, E'Ответственные\tФорма'), '002: no word is lost or invented');
SELECT is_empty($$SELECT * FROM roadmap_event AS e WHERE e::text ~ '[А-ЯЁ][а-яё]+ [А-ЯЁ]\.[А-ЯЁ]'$$, 'no name of a person is kept');

-- A template for all.
SELECT is((SELECT count(*) FROM roadmap_not_derived WHERE template = '000' AND level = 'municipality'), 2::bigint, 'two municipalities are to make a plan');
SELECT derive_roadmap(:k_roadmap_id, 'municipality', 1) AS derived_id \gset
SELECT is((SELECT count(*) FROM roadmap_event JOIN roadmap_section USING (roadmap_section_id)
           WHERE roadmap_id = :derived_id), 36::bigint, 'one derives its 36 events');
SELECT * FROM finish();
ROLLBACK;
\else
SELECT plan(1);
SELECT skip('SHNOR_SEEDS names no directory of documents', 1);
SELECT * FROM finish();
\endif
