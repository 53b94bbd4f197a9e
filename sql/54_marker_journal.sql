-- Agreement of marks with journal marks.

CREATE TYPE shnor.journal_agreement AS (
    compared bigint,
    mean_difference double precision,
    correlation double precision,
    kappa double precision,
    weighted_kappa double precision
);
COMMENT ON TYPE shnor.journal_agreement IS
'How marks of a work agree with marks of the journal';
COMMENT ON COLUMN shnor.journal_agreement.compared IS
'Participants with both a mark and a journal mark';
COMMENT ON COLUMN shnor.journal_agreement.mean_difference IS
'Mean of mark minus journal mark, -3 to 3: negative when the work is marked lower than the journal';
COMMENT ON COLUMN shnor.journal_agreement.correlation IS
'Pearson''s correlation of mark and journal mark, -1 to 1. NULL when all marks, or all journal marks, are the same';
COMMENT ON COLUMN shnor.journal_agreement.kappa IS
'Cohen''s kappa: agreement beyond chance over what chance leaves, at most 1. NULL when all marks and journal marks are one and the same';
COMMENT ON COLUMN shnor.journal_agreement.weighted_kappa IS
'The same with disagreement weighted by its square, so that a gap of two marks counts four times a gap of one';

CREATE FUNCTION shnor.journal_agreement(d shnor.score_dist)
RETURNS shnor.journal_agreement
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_journal_agreement';
COMMENT ON FUNCTION shnor.journal_agreement(shnor.score_dist) IS
'Agreement of marks with journal marks: mean difference, correlation, kappa. Range: see the columns of the type. NULL when nobody has both marks; what is undefined is a NULL column. Source: Pearson; Cohen 1960 and 1968';

CREATE TYPE shnor.journal_match_test AS (
    compared bigint,
    rest_compared bigint,
    agreed bigint,
    expected double precision,
    p_higher double precision
);
COMMENT ON TYPE shnor.journal_match_test IS
'How improbable a group''s agreement of marks with journal marks is';
COMMENT ON COLUMN shnor.journal_match_test.compared IS
'Participants of the group with both a mark and a journal mark';
COMMENT ON COLUMN shnor.journal_match_test.rest_compared IS
'The same of the rest';
COMMENT ON COLUMN shnor.journal_match_test.agreed IS
'Participants of the group whose mark is their journal mark';
COMMENT ON COLUMN shnor.journal_match_test.expected IS
'How many these would be if, at each journal mark, the group agreed as often as group and rest together';
COMMENT ON COLUMN shnor.journal_match_test.p_higher IS
'Probability of so many agreements or more in that case';

CREATE FUNCTION shnor.journal_match_test(d shnor.score_dist, rest shnor.score_dist)
RETURNS shnor.journal_match_test
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_journal_match_test';
COMMENT ON FUNCTION shnor.journal_match_test(shnor.score_dist, shnor.score_dist) IS
'Do a group''s marks agree with the journal improbably often, given how often marks agree elsewhere at the same journal marks: marker M4; rest is the region minus the group. An exact test of all four journal marks together, given at each of them the sizes of group and rest and how many agree in both. It asks whether the group differs from the rest at all; where schools honestly differ in how often marks agree, beta_binomial_test(journal_same(d), journal_compared(d), alpha, beta, ''greater'') with the shapes that beta_binomial_fit finds over schools asks whether it differs more than they do. Range: p_higher from 0 to 1; what is below 1e-300 may be 0. NULL when nobody on either side has both marks, or for NULL. Above 10000 compared participants p_higher is a normal approximation. Source: the exact conditional test of several two-by-two tables, Birch 1964, Gart 1971';
