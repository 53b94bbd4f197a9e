-- Statistics of items: profiles against an order of difficulty, Guttman
-- errors, mark groups item by item, answer patterns within a class. What they
-- find is a sign that asks for analysis, never proof.

CREATE FUNCTION shnor.profile_spearman(a double precision[], b double precision[])
    RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_profile_spearman';
COMMENT ON FUNCTION shnor.profile_spearman(double precision[], double precision[]) IS
    'Spearman''s rank correlation of two profiles (values by item), -1..1: Pearson''s correlation of the midranks (Kendall and Gibbons 1990, ch. 3). Items with a NULL in either are left out; NULL when what is left of a or of b is all equal, or has fewer than two items. Errors: 22023 for profiles of different lengths, 22003 for more than 100 items or a value that is NaN or infinite';

CREATE FUNCTION shnor.profile_kendall(a double precision[], b double precision[])
    RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_profile_kendall';
COMMENT ON FUNCTION shnor.profile_kendall(double precision[], double precision[]) IS
    'Kendall''s tau-b of two profiles (values by item), -1..1: pairs of items in the same order less those in the opposite one, over the root of the pairs not tied in a times those not tied in b (Kendall 1945). NULL and errors as profile_spearman';

CREATE FUNCTION shnor.item_inversion(d shnor.task_dist, reference shnor.task_dist, max_scores integer[],
    OUT items integer, OUT spearman double precision, OUT kendall double precision,
    OUT inversions integer, OUT inversion_share double precision,
    OUT half_items integer, OUT easy_below integer, OUT easy_gap double precision,
    OUT hard_above integer, OUT hard_gap double precision, OUT is_inverted boolean)
    RETURNS record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_item_inversion';
COMMENT ON FUNCTION shnor.item_inversion(shnor.task_dist, shnor.task_dist, integer[]) IS
    'Marker M6: a group''s profile of completions against the order of difficulty of a reference, best the rest of the region (region - school). spearman, kendall: rank correlations of the profiles, -1..1. inversions: pairs of items of which the group does worse on the one easier in the reference, in number and as inversion_share (0..1) of the pairs the reference orders: the Guttman errors of the profile. Items are halved by the reference''s completions (ties by item number, the middle of an odd number left out), half_items in each half: easy_below of the easy ones and hard_above of the hard ones are below and above the reference; easy_gap and hard_gap are the differences -1..1 of the halves'' completions, points got over points possible. is_inverted: easy_gap < 0 and hard_gap > 0, «простые задания хуже, чем в среднем по региону, а сложные лучше» (Rosobrnadzor''s analysis of 2018 as the press reported it). NULL row if either summary is of nobody; a correlation or share is NULL where all items are equal, the gaps where there is one item. Errors: 22023 and 22003 as completions';

CREATE FUNCTION shnor.item_contrast(scores smallint[], reference shnor.task_dist, max_scores integer[])
    RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_item_contrast';
COMMENT ON FUNCTION shnor.item_contrast(smallint[], shnor.task_dist, integer[]) IS
    'One participant''s completion of the hard half of the items less that of the easy half, -1..1, the halves being those of item_inversion. Its mean over a group less its mean over the reference is hard_gap - easy_gap; its standard deviation tells how far that is from chance. NULL for an empty array, a reference of nobody, or one item. Errors: 22023 for another number of items, 22003 for a score above its maximum';

CREATE FUNCTION shnor.guttman_errors(scores smallint[], reference shnor.task_dist, max_scores integer[])
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_guttman_errors';
COMMENT ON FUNCTION shnor.guttman_errors(smallint[], shnor.task_dist, integer[]) IS
    'Guttman errors of one participant: pairs of item steps of which the one easier in the reference is failed and the harder is passed, 0 upwards. A score of x is the first x steps of an item passed; a step is the easier the more of the reference passed it, those equal by item, then step; an item not attempted has all steps failed (van der Flier 1977; Emons 2008 for items of several points). NULL for an empty array or a reference of nobody. Errors: 22023 for another number of items or maxima, 22003 for a score above its maximum';

CREATE FUNCTION shnor.guttman_max(scores smallint[], reference shnor.task_dist, max_scores integer[])
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_guttman_max';
COMMENT ON FUNCTION shnor.guttman_max(smallint[], shnor.task_dist, integer[]) IS
    'The most Guttman errors a participant with the same total can have; r * (k - r) for r of k items of one point. sum(guttman_errors) / sum(guttman_max) is the share for a group. NULL and errors as guttman_errors';

CREATE FUNCTION shnor.guttman_normed(scores smallint[], reference shnor.task_dist, max_scores integer[])
    RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_guttman_normed';
COMMENT ON FUNCTION shnor.guttman_normed(smallint[], shnor.task_dist, integer[]) IS
    'Guttman errors of one participant over the most there can be, 0 (easy steps first) to 1 (hard steps first): G* of van der Flier (1977), for items of several points that of Emons (2008). NULL where there can be none, as with nothing or everything solved; otherwise NULL and errors as guttman_errors';

CREATE FUNCTION shnor.item_crossing(weaker shnor.task_dist, stronger shnor.task_dist, max_scores integer[])
    RETURNS TABLE (item integer, weaker_completion double precision, stronger_completion double precision,
                   excess double precision, z double precision, p_value double precision)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    ROWS 20
    AS 'MODULE_PATHNAME', 'shnor_item_crossing';
COMMENT ON FUNCTION shnor.item_crossing(shnor.task_dist, shnor.task_dist, integer[]) IS
    'Marker M8: a row for each item with the completions (0..1) of two groups of other participants, such as those with mark 3 and mark 4, and excess, the weaker''s less the stronger''s: above 0 the lines of the groups cross (FIOKO''s recommendations of 2026, sec. 7, informative from 10 participants in each; a common margin is 0.05). z and the one-sided p_value say how unusual the weaker group''s points are if the two did not differ: the normal approximation, corrected for continuity, of the permutation distribution (Pitman 1937); NULL where all participants have the same score. No rows if either summary is of nobody. Errors: 22023 and 22003 as completions';

CREATE FUNCTION shnor.pattern_baseline(reference shnor.task_dist, totals shnor.score_dist, most_alike double precision DEFAULT 1)
    RETURNS double precision[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    COST 10000
    AS 'MODULE_PATHNAME', 'shnor_pattern_baseline';
COMMENT ON FUNCTION shnor.pattern_baseline(shnor.task_dist, shnor.score_dist, double precision) IS
    'The chances that two ([1][t]) and that three ([2][t]) independent participants with the total t have identical item scores, t from 0 to the highest possible total; NULL where no pattern of the reference has that total. reference: item scores of a large group, best the region; totals: score_dist of the same participants'' sums of item scores; most_alike: totals at which a pair is identical more often than that get NULL, and pattern_similarity leaves them out. Near the lowest and the highest total there are few patterns, and which of them a class has depends on what it was taught: 0.01 keeps honest classes of able pupils from standing out. Partial credit model (Masters 1982) fitted by conditional maximum likelihood: given the total, abilities do not matter and items are independent; an item not attempted is an outcome of its own with no points. NULL for a reference of nobody. Errors: 22023 if the totals are not those of the reference or most_alike is not within 0..1, 22003 for more than 300 points';

CREATE TYPE shnor.pattern_similarity AS (
    participants bigint,
    pairs bigint,
    identical bigint,
    largest integer,
    expected double precision,
    deviation double precision,
    p_value double precision
);
COMMENT ON TYPE shnor.pattern_similarity IS
    'How many participants of a group have identical item scores, against what chance makes of independent work';
COMMENT ON COLUMN shnor.pattern_similarity.participants IS
    'Participants with item scores';
COMMENT ON COLUMN shnor.pattern_similarity.pairs IS
    'Pairs of participants with the same total whose patterns could differ and have chances in the baseline';
COMMENT ON COLUMN shnor.pattern_similarity.identical IS
    'Those pairs whose item scores are identical, item by item';
COMMENT ON COLUMN shnor.pattern_similarity.largest IS
    'Participants in the largest set of identical patterns among them; NULL when there are no such totals';
COMMENT ON COLUMN shnor.pattern_similarity.expected IS
    'Identical pairs expected of independent work given the totals; NULL without pairs or without a baseline';
COMMENT ON COLUMN shnor.pattern_similarity.deviation IS
    'Standard deviation of their number under independence; NULL as expected';
COMMENT ON COLUMN shnor.pattern_similarity.p_value IS
    'Chance of as many identical pairs or more under independence, 0..1; NULL as expected';

CREATE FUNCTION shnor.pattern_similarity_accum(state internal, scores smallint[], baseline double precision[])
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_pattern_similarity_accum';
COMMENT ON FUNCTION shnor.pattern_similarity_accum(internal, smallint[], double precision[]) IS
    'Transition function of pattern_similarity; not for direct use';

CREATE FUNCTION shnor.pattern_similarity_final(state internal)
    RETURNS shnor.pattern_similarity
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_pattern_similarity_final';
COMMENT ON FUNCTION shnor.pattern_similarity_final(internal) IS
    'Final function of pattern_similarity; not for direct use';

CREATE AGGREGATE shnor.pattern_similarity(scores smallint[], baseline double precision[]) (
    SFUNC = shnor.pattern_similarity_accum,
    STYPE = internal,
    SSPACE = 1024,
    FINALFUNC = shnor.pattern_similarity_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.pattern_similarity(smallint[], double precision[]) IS
    'Marker M10: identical answer patterns within a group, such as a class. Pairs of participants with identical item scores are counted among those with the same total and compared with what pattern_baseline() expects of independent work; p_value is the tail of the negative binomial distribution with the mean and variance the chances of pairs and triples give, or of the Poisson distribution where that variance is not above the mean; with up to 10 pairs expected it is not below the tail of independent pairs and triples with the expected numbers of each, for identical works come in clusters. Totals with one possible pattern (nothing solved, everything solved) say nothing and are left out, as are totals without chances. The order of the rows does not matter. Rows whose array is NULL or empty are skipped; NULL when there is no other; with a NULL baseline pairs are counted, nothing is expected. Errors: 22023 for different numbers of items or different baselines in a group, 22003 for a score outside 0..100 or a chance outside 0..1, 54000 above 1000000 participants';

CREATE TYPE shnor.answer_groups AS (
    classes text[],
    similarity shnor.pattern_similarity[],
    tasks shnor.task_dist[]
);
COMMENT ON TYPE shnor.answer_groups IS
    'Item scores of a school''s participants by class and by mark';
COMMENT ON COLUMN shnor.answer_groups.classes IS
    'Classes, in the order of their bytes';
COMMENT ON COLUMN shnor.answer_groups.similarity IS
    'What pattern_similarity gives for each of them';
COMMENT ON COLUMN shnor.answer_groups.tasks IS
    'What task_dist gives for the participants with mark 2 ([2]) to mark 5 ([5]); NULL for a mark nobody has';

CREATE FUNCTION shnor.answer_groups_accum(state internal, class text, mark smallint, scores smallint[], items integer,
                                          baseline double precision[])
    RETURNS internal
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_answer_groups_accum';
COMMENT ON FUNCTION shnor.answer_groups_accum(internal, text, smallint, smallint[], integer, double precision[]) IS
    'Transition function of answer_groups; not for direct use';

CREATE FUNCTION shnor.answer_groups_final(state internal)
    RETURNS shnor.answer_groups
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_answer_groups_final';
COMMENT ON FUNCTION shnor.answer_groups_final(internal) IS
    'Final function of answer_groups; not for direct use';

CREATE AGGREGATE shnor.answer_groups(class text, mark smallint, scores smallint[], items integer, baseline double precision[]) (
    SFUNC = shnor.answer_groups_accum,
    STYPE = internal,
    SSPACE = 4096,
    FINALFUNC = shnor.answer_groups_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.answer_groups(text, smallint, smallint[], integer, double precision[]) IS
    'Markers M8 and M10 of a school in one pass over its participants: pattern_similarity(scores, baseline) of each class and task_dist(scores) of each mark. Rows whose array is NULL or empty or has not so many items are skipped, and NULL when there is no other; with NULL items works of different lengths are an error. A NULL class is the class of no name; a participant with a NULL mark counts in the class only. The order of the rows does not matter. Errors: those of pattern_similarity, and 22003 for a mark outside 2..5';
