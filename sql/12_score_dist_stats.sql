-- score_dist: statistics. All of them give NULL for NULL.

CREATE FUNCTION shnor.participants(d shnor.score_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_participants';
COMMENT ON FUNCTION shnor.participants(shnor.score_dist) IS
    'Participants of the group: everybody with a score or a mark; 0 for the empty value';

CREATE FUNCTION shnor.marked(d shnor.score_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_marked';
COMMENT ON FUNCTION shnor.marked(shnor.score_dist) IS
    'Participants with a mark, those a rule by marks can judge; 0 when there are none';

CREATE FUNCTION shnor.scored(d shnor.score_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_scored';
COMMENT ON FUNCTION shnor.scored(shnor.score_dist) IS
    'Participants with a score, those a rule by a lowest passing score can judge; 0 when there are none';

CREATE FUNCTION shnor.fail_count(d shnor.score_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_fail_count';
COMMENT ON FUNCTION shnor.fail_count(shnor.score_dist) IS
    'Participants with a mark of 2; NULL when no participant has a mark';

CREATE FUNCTION shnor.fail_count(d shnor.score_dist, min_score integer)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_fail_count';
COMMENT ON FUNCTION shnor.fail_count(shnor.score_dist, integer) IS
    'Participants with a score below min_score; NULL when no participant has a score';

CREATE FUNCTION shnor.fail_share(d shnor.score_dist)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_fail_share';
COMMENT ON FUNCTION shnor.fail_share(shnor.score_dist) IS
    'Share 0..1 of participants with a mark of 2: fail_count(d) / participants(d); NULL when no participant has a mark. The denominator is all participants: one without a mark is neither failed nor dropped, so keep rows without a mark out of the summary if they must not count';

CREATE FUNCTION shnor.fail_share(d shnor.score_dist, min_score integer)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_fail_share';
COMMENT ON FUNCTION shnor.fail_share(shnor.score_dist, integer) IS
    'Share 0..1 of participants with a score below min_score: fail_count(d, min_score) / participants(d); NULL when no participant has a score. The denominator is all participants: one without a score is neither failed nor dropped, so keep rows without a score out of the summary if they must not count';

CREATE FUNCTION shnor.low_result(d shnor.score_dist, percent integer, min_participants integer)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_low_result';
COMMENT ON FUNCTION shnor.low_result(shnor.score_dist, integer, integer) IS
    'Is the result low: participants >= min_participants and 100 * fail_count(d) >= percent * participants, in integers, so that exactly 30 % is low; NULL when no participant has a mark. Errors: 22023 for a percent outside 0..100';

CREATE FUNCTION shnor.low_result(d shnor.score_dist, percent integer, min_participants integer, min_score integer)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_low_result';
COMMENT ON FUNCTION shnor.low_result(shnor.score_dist, integer, integer, integer) IS
    'Is the result low: participants >= min_participants and 100 * fail_count(d, min_score) >= percent * participants, in integers, so that exactly 30 % is low; NULL when no participant has a score. Errors: 22023 for a percent outside 0..100';

CREATE FUNCTION shnor.mark_count(d shnor.score_dist, mark integer)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_mark_count';
COMMENT ON FUNCTION shnor.mark_count(shnor.score_dist, integer) IS
    'Participants with the mark (2..5); NULL when no participant has a mark. Errors: 22003 for another mark';

CREATE FUNCTION shnor.mark_share(d shnor.score_dist, mark integer)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_mark_share';
COMMENT ON FUNCTION shnor.mark_share(shnor.score_dist, integer) IS
    'Share 0..1 of participants with the mark (2..5): mark_count(d, mark) / participants(d), of all participants, marked or not; NULL when no participant has a mark. Errors: 22003 for another mark';

CREATE FUNCTION shnor.mean(d shnor.score_dist)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_mean';
COMMENT ON FUNCTION shnor.mean(shnor.score_dist) IS
    'Mean score of those who have one, equal to avg(score); NULL when no participant has a score';

CREATE FUNCTION shnor.stddev(d shnor.score_dist)
    RETURNS numeric
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_stddev';
COMMENT ON FUNCTION shnor.stddev(shnor.score_dist) IS
    'Sample standard deviation (divisor n - 1) of the scores, equal to stddev_samp(score); NULL below two scores';

CREATE FUNCTION shnor.percentile(d shnor.score_dist, p double precision)
    RETURNS double precision
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_percentile';
COMMENT ON FUNCTION shnor.percentile(shnor.score_dist, double precision) IS
    'Score below which the share p (0..1) lies, interpolated, equal to percentile_cont(p) over the scores (Hyndman and Fan 1996, definition 7); NULL when no participant has a score. Errors: 22023 for p outside 0..1';

CREATE FUNCTION shnor.score_counts(d shnor.score_dist)
    RETURNS bigint[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_score_counts';
COMMENT ON FUNCTION shnor.score_counts(shnor.score_dist) IS
    'Counts by score: the subscript is the score, from 0 to the highest one; NULL when no participant has a score';

CREATE FUNCTION shnor.scores(d shnor.score_dist)
    RETURNS TABLE (score integer, participants bigint)
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    ROWS 30
    AS 'MODULE_PATHNAME', 'score_dist_scores';
COMMENT ON FUNCTION shnor.scores(shnor.score_dist) IS
    'A row for each score that somebody has, ascending, with the number of participants; no rows when no participant has a score';

CREATE FUNCTION shnor.journal_compared(d shnor.score_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_journal_compared';
COMMENT ON FUNCTION shnor.journal_compared(shnor.score_dist) IS
    'Participants with both a mark and a journal mark: the denominator of journal_lower, journal_same, journal_higher and journal_gap2; 0 when there are none';

CREATE FUNCTION shnor.journal_lower(d shnor.score_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_journal_lower';
COMMENT ON FUNCTION shnor.journal_lower(shnor.score_dist) IS
    'Participants whose mark is below their journal mark; NULL when none has both';

CREATE FUNCTION shnor.journal_same(d shnor.score_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_journal_same';
COMMENT ON FUNCTION shnor.journal_same(shnor.score_dist) IS
    'Participants whose mark equals their journal mark; NULL when none has both';

CREATE FUNCTION shnor.journal_higher(d shnor.score_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_journal_higher';
COMMENT ON FUNCTION shnor.journal_higher(shnor.score_dist) IS
    'Participants whose mark is above their journal mark; NULL when none has both';

CREATE FUNCTION shnor.journal_gap2(d shnor.score_dist)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_journal_gap2';
COMMENT ON FUNCTION shnor.journal_gap2(shnor.score_dist) IS
    'Participants whose mark differs from their journal mark by 2 or more; NULL when none has both';

CREATE FUNCTION shnor.journal_count(d shnor.score_dist, mark integer, journal_mark integer)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_journal_count';
COMMENT ON FUNCTION shnor.journal_count(shnor.score_dist, integer, integer) IS
    'Participants with this mark and this journal mark; NULL when none has both. Errors: 22003 for a mark outside 2..5';
