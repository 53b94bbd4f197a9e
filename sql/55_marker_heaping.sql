-- Heaping of scores at official mark boundaries.

CREATE TYPE shnor.cut_test AS (
    below bigint,
    above bigint,
    p_higher double precision,
    p_lower double precision
);
COMMENT ON TYPE shnor.cut_test IS
'Counts on either side of a mark boundary';
COMMENT ON COLUMN shnor.cut_test.below IS
'Participants with one of the width scores just below the cut';
COMMENT ON COLUMN shnor.cut_test.above IS
'Participants with one of the width scores from the cut on';
COMMENT ON COLUMN shnor.cut_test.p_higher IS
'Probability of so many above or more by chance. NULL when nobody is near the cut, or fewer than width scores are below it';
COMMENT ON COLUMN shnor.cut_test.p_lower IS
'Probability of so few above or fewer by chance';

CREATE FUNCTION shnor.cut_test(d shnor.score_dist, cut integer, width integer DEFAULT 1, share double precision DEFAULT 0.5)
RETURNS shnor.cut_test
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_cut_test';
COMMENT ON FUNCTION shnor.cut_test(shnor.score_dist, integer, integer, double precision) IS
'Are there more participants at a mark boundary than just below it: exact binomial test, marker M5. Arguments: a summary; cut, the lowest score of an official mark, 1 to 1000, never one inferred from the data; width, scores counted on either side, 1 to 1000; share, greater than 0 and less than 1, how many of those near the cut are above it in a smooth distribution: 1/2 where it is level, less where it falls, for example above / (below + above) of works written under observation. Range: see the columns of the type. NULL without scores or for NULL. Errors: 22023 for an argument out of range. Source: the local randomisation test at a cut, Cattaneo, Frandsen and Titiunik 2015; tails by Abramowitz and Stegun 26.5.24';

CREATE TYPE shnor.excess_mass AS (
    scored bigint,
    points bigint,
    excess double precision,
    missing double precision,
    moved double precision,
    standard_error double precision,
    t double precision,
    df double precision,
    p_higher double precision,
    p_lower double precision
);
COMMENT ON TYPE shnor.excess_mass IS
'Excess of participants at mark boundaries over a smooth distribution of scores';
COMMENT ON COLUMN shnor.excess_mass.scored IS
'Participants with a score';
COMMENT ON COLUMN shnor.excess_mass.points IS
'Scores the polynomial is fitted to: those away from all boundaries, also where nobody has them';
COMMENT ON COLUMN shnor.excess_mass.excess IS
'Participants above the fitted number on the scores from a boundary on';
COMMENT ON COLUMN shnor.excess_mass.missing IS
'Participants short of the fitted number on the scores just below a boundary';
COMMENT ON COLUMN shnor.excess_mass.moved IS
'How many seem to have been moved over a boundary: the mean of excess and missing; negative when there are more below';
COMMENT ON COLUMN shnor.excess_mass.standard_error IS
'Standard error of moved, from the residuals of the fitted scores; 0 when these are all on the polynomial of the linear model';
COMMENT ON COLUMN shnor.excess_mass.t IS
'moved over its standard error. NULL when that is 0, and when fewer than 5 participants are expected near the boundaries';
COMMENT ON COLUMN shnor.excess_mass.df IS
'Degrees of freedom of t: points less the polynomial''s coefficients';
COMMENT ON COLUMN shnor.excess_mass.p_higher IS
'Probability of a t that high or higher by chance';
COMMENT ON COLUMN shnor.excess_mass.p_lower IS
'Probability of a t that low or lower by chance';

CREATE FUNCTION shnor.excess_mass(d shnor.score_dist, cuts integer[], max_score integer, degree integer DEFAULT 4, width integer DEFAULT 1, model text DEFAULT 'loglinear')
RETURNS shnor.excess_mass
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_excess_mass';
COMMENT ON FUNCTION shnor.excess_mass(shnor.score_dist, integer[], integer, integer, integer, text) IS
'Heaping at all mark boundaries together, marker M5: a polynomial is fitted to the counts by score, 0 to max_score, leaving out width scores on either side of every boundary, and what these have beyond it is the excess. Arguments: a summary; cuts, the lowest scores of official marks, 1 to max_score, NULL elements ignored, never inferred from the data; max_score 1 to 1000; degree 0 to 12; width 1 to 1000; model: loglinear (the logarithm of the mean count is a polynomial, counts vary as Poisson''s or more) or linear (the count itself is, all counts vary equally: the published form, which near the middle of a distribution finds heaping too often). Range: see the columns of the type. NULL, not evaluated, for NULL, without cuts or scores, when two cuts are closer than twice the width, when there are no more fitted scores than coefficients, and when few or bunched scores leave the log-linear model without a maximum. Errors: 22023 for an argument out of range, an unknown model or a score above max_score. Source: Dee, Dobbie, Jacob and Rockoff 2019 (American Economic Journal: Applied 11(3):382), with the regression''s standard error; log-linear smoothing of score distributions, Holland and Thayer 1987';

CREATE FUNCTION shnor.excess_mass_at(d shnor.score_dist, cuts integer[], max_score integer, cut integer, degree integer DEFAULT 4, width integer DEFAULT 1, model text DEFAULT 'loglinear')
RETURNS shnor.excess_mass
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shnor_excess_mass';
COMMENT ON FUNCTION shnor.excess_mass_at(shnor.score_dist, integer[], integer, integer, integer, integer, text) IS
'excess_mass of one of the boundaries: the polynomial leaves out all cuts, the excess is that at cut. Arguments, range, NULL and errors as of excess_mass; 22023 also for a cut that is not among the cuts';
