-- task_dist: statistics. All of them give NULL for NULL, and for the value of
-- nobody, {}, unless stated. Shares are of all participants of the work, those
-- who did not attempt the item included.

CREATE FUNCTION shnor.participants(d shnor.task_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_participants';
COMMENT ON FUNCTION shnor.participants(shnor.task_dist) IS
    'Participants of the group: everybody with an array of item scores; 0 for the empty value';

CREATE FUNCTION shnor.items(d shnor.task_dist)
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_items';
COMMENT ON FUNCTION shnor.items(shnor.task_dist) IS
    'Number of items of the work, 1..100; 0 for the empty value';

CREATE FUNCTION shnor.attempted(d shnor.task_dist, item integer)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_attempted';
COMMENT ON FUNCTION shnor.attempted(shnor.task_dist, integer) IS
    'Participants with a score, zero included, in the item (from 1); NULL for the empty value. Errors: 22003 for an item the works do not have';

CREATE FUNCTION shnor.score_sum(d shnor.task_dist, item integer)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_score_sum';
COMMENT ON FUNCTION shnor.score_sum(shnor.task_dist, integer) IS
    'Sum of the scores in the item (from 1); NULL for the empty value. Errors: 22003 for an item the works do not have';

CREATE FUNCTION shnor.completion(d shnor.task_dist, item integer, max_score integer)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_completion';
COMMENT ON FUNCTION shnor.completion(shnor.task_dist, integer, integer) IS
    'Completion of the item, a share 0..1: score_sum(d, item) / (participants(d) * max_score), an item not attempted counting as zero; round(100 * completion, 2) is the percentage of the report «Выполнение заданий». NULL for the empty value. Errors: 22003 for an item the works do not have, or a max_score outside 1..100 or below a score somebody has';

CREATE FUNCTION shnor.completions(d shnor.task_dist, max_scores integer[])
    RETURNS numeric[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_completions';
COMMENT ON FUNCTION shnor.completions(shnor.task_dist, integer[]) IS
    'completion(d, i, max_scores[i]) of every item; NULL for the empty value. Errors: 22023 for another number of maxima than items, 22004 for a NULL among them, 22003 for a maximum outside 1..100 or below a score somebody has';

CREATE FUNCTION shnor.full_share(d shnor.task_dist, item integer, max_score integer)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_full_share';
COMMENT ON FUNCTION shnor.full_share(shnor.task_dist, integer, integer) IS
    'Share 0..1 of the participants with max_score in the item; NULL for the empty value. Errors: 22003 as completion';

CREATE FUNCTION shnor.zero_share(d shnor.task_dist, item integer)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_zero_share';
COMMENT ON FUNCTION shnor.zero_share(shnor.task_dist, integer) IS
    'Share 0..1 of the participants who attempted the item and got nothing; NULL for the empty value. Errors: 22003 for an item the works do not have';

CREATE FUNCTION shnor.not_attempted_share(d shnor.task_dist, item integer)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_not_attempted_share';
COMMENT ON FUNCTION shnor.not_attempted_share(shnor.task_dist, integer) IS
    'Share 0..1 of the participants who did not attempt the item; NULL for the empty value. Errors: 22003 for an item the works do not have';

CREATE FUNCTION shnor.item_scores(d shnor.task_dist)
    RETURNS TABLE (item integer, score integer, participants bigint)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    ROWS 60
    AS 'MODULE_PATHNAME', 'task_dist_item_scores';
COMMENT ON FUNCTION shnor.item_scores(shnor.task_dist) IS
    'A row for each item and score that somebody has in it, ascending, with the number of participants; a NULL score, after the others of its item, is that of those who did not attempt it. No rows for the empty value';

CREATE FUNCTION shnor.item_results(d shnor.task_dist, max_scores integer[])
    RETURNS TABLE (item integer, max_score integer, participants bigint, attempted bigint, score_sum bigint,
                   completion numeric, full_share numeric, zero_share numeric, not_attempted_share numeric)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    ROWS 20
    AS 'MODULE_PATHNAME', 'task_dist_item_results';
COMMENT ON FUNCTION shnor.item_results(shnor.task_dist, integer[]) IS
    'A row for each item with the statistics that have functions of their own by the same names; no rows for the empty value. Errors: as completions';
