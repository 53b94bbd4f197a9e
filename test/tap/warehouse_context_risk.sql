-- Risk profiles: factors by year, corrections term by term, programmes.
\ir include/warehouse.sql
BEGIN;
SELECT plan(17);
SET client_min_messages = warning;

CREATE FUNCTION helper.factor(code text)
RETURNS integer
LANGUAGE sql STABLE
RETURN (SELECT f.risk_factor_id FROM monitoring.risk_factor AS f WHERE f.code = factor.code ORDER BY f.first_year DESC NULLS LAST LIMIT 1);

SELECT is((SELECT count(*) FROM risk_factor), 12::bigint, 'the shipped factors');
SELECT is((SELECT string_agg(code, ' ') FROM risk_factor WHERE source !~ '^Не подтверждено'), 'failure_risk', 'of which one has a document');

-- A list that changes with the year: a factor renamed from 2024 on.
UPDATE risk_factor SET last_year = 2023 WHERE code = 'climate';
INSERT INTO risk_factor (code, number, name, first_year, source)
VALUES ('climate', 9, 'Пониженное качество школьной образовательной и воспитательной среды', 2024, 'пример');
SELECT matches(error_of($$INSERT INTO risk_profile (school_id, risk_factor_id, academic_year, term, significance)
                          VALUES (1, factor('climate'), 2023, 1, 'high')$$),
               '^23514\nфактор риска «Пониженное качество .*» в 2023 учебном году не действует', 'a factor of another year');
SELECT matches(error_of($$INSERT INTO antirisk_programme (school_id, risk_factor_id, academic_year, name) VALUES (1, factor('climate'), 2023, 'x')$$),
               '^23514\n', 'nor for a programme');
SELECT matches(error_of($$INSERT INTO risk_profile (school_id, risk_factor_id, academic_year, term, significance)
                          VALUES (1, factor('staff'), 2023, 5, 'high')$$), '^23514\n', 'there are four terms');
SELECT matches(error_of($$INSERT INTO risk_profile (school_id, risk_factor_id, academic_year, term, significance)
                          VALUES (1, factor('staff'), 2023, 1, 'huge')$$), '^23514\n', 'and three significances');

INSERT INTO risk_profile (school_id, risk_factor_id, academic_year, term, significance, is_active) VALUES
    (1, factor('staff'), 2023, 1, 'high', true), (1, factor('motivation'), 2023, 1, 'medium', false),
    (1, factor('parents'), 2023, 1, 'high', true), (2, factor('staff'), 2023, 2, 'low', false),
    (1, factor('staff'), 2023, 2, 'medium', true), (1, factor('staff'), 2023, 4, 'low', false),
    (1, factor('staff'), 2022, 4, 'high', true);
INSERT INTO antirisk_programme (school_id, risk_factor_id, academic_year, name, approved_on) VALUES (1, factor('staff'), 2023, 'Кадры', '2023-02-01');

SELECT results_eq(
    $$SELECT factor_code, term, significance_text, significance_text_before, is_active, corrections, programme
      FROM school_risk_profile WHERE school_id = 1 AND academic_year = 2023 ORDER BY factor_code$$,
    $$VALUES ('motivation', 1, 'средняя', NULL, false, 0::bigint, NULL), ('parents', 1, 'высокая', NULL, true, 0, NULL),
             ('staff', 4, 'низкая', 'средняя', false, 2, 'Кадры')$$, 'the last assessment of each factor stands');
SELECT is((SELECT term FROM school_risk_profile WHERE academic_year = 2022), 4, 'each year by itself');
SELECT is((SELECT string_agg(format('%s %s', academic_year, factor_code), ', ' ORDER BY academic_year) FROM risk_without_programme), '2022 staff, 2023 parents',
          'factors at work without a programme');
INSERT INTO antirisk_programme (school_id, risk_factor_id, academic_year, name) VALUES (1, factor('parents'), 2023, 'Родители');
SELECT is((SELECT count(*) FROM risk_without_programme WHERE academic_year = 2023), 0::bigint, 'one programme a factor');
SELECT matches(error_of($$INSERT INTO antirisk_programme (school_id, risk_factor_id, academic_year, name) VALUES (1, factor('parents'), 2023, 'Ещё')$$),
               '^23505\n', 'and no more');
SELECT is((SELECT string_agg(format('%s:%s', term, is_corrected), ' ' ORDER BY term) FROM risk_profile_term WHERE school_id = 1 AND academic_year = 2023),
          '1:t 2:t 3:f 4:t', 'in which terms the profile was looked at');
SELECT results_eq(
    $$SELECT factor_code, schools, high, medium, low, active, with_programme FROM risk_by_factor WHERE academic_year = 2023 ORDER BY factor_code$$,
    $$SELECT f.code, count(*), count(*) FILTER (WHERE p.significance = 'high'), count(*) FILTER (WHERE p.significance = 'medium'),
             count(*) FILTER (WHERE p.significance = 'low'), count(*) FILTER (WHERE p.is_active),
             count(*) FILTER (WHERE p.is_active AND EXISTS (
                 SELECT FROM antirisk_programme AS a WHERE (a.school_id, a.risk_factor_id, a.academic_year) = (p.school_id, p.risk_factor_id, 2023)))
      FROM risk_profile AS p JOIN risk_factor AS f USING (risk_factor_id)
      WHERE p.academic_year = 2023 AND p.term = (SELECT max(q.term) FROM risk_profile AS q
                                                 WHERE (q.school_id, q.risk_factor_id, q.academic_year) = (p.school_id, p.risk_factor_id, 2023))
      GROUP BY f.code ORDER BY f.code$$, 'factors over all schools');

-- Corrections within a term leave a trace, empty ones none.
SELECT is((SELECT count(*) FROM risk_profile_change), 0::bigint, 'a new term is no correction of an old one');
UPDATE risk_profile SET significance = 'medium', reason = 'опрос' WHERE term = 4 AND academic_year = 2023;
UPDATE risk_profile SET reason = 'опрос родителей' WHERE term = 4 AND academic_year = 2023;
DELETE FROM risk_profile WHERE school_id = 2;
SELECT is((SELECT string_agg(format('%s/%s: %s→%s', school_id, term, significance_before, coalesce(significance_after, '∅')), '; ' ORDER BY risk_profile_change_id)
           FROM risk_profile_change), '1/4: low→medium; 2/2: low→∅', 'what was before and what after');
SELECT is((SELECT significance FROM school_risk_profile WHERE school_id = 1 AND factor_code = 'staff' AND academic_year = 2023), 'medium', 'and the profile follows');
SELECT is((SELECT bool_and(recorded_by = current_user AND recorded_at >= recorded_before) FROM risk_profile_change), true, 'with who and when');

SELECT * FROM finish();
ROLLBACK;
