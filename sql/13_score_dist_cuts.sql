-- score_dist: marks against a scale of cuts.

CREATE FUNCTION shnor.marks_by_cuts(d shnor.score_dist, cut_3 integer, cut_4 integer, cut_5 integer)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_marks_by_cuts';
COMMENT ON FUNCTION shnor.marks_by_cuts(shnor.score_dist, integer, integer, integer) IS
    'Can every mark be the one the scale gives for the score: true when there are as many of each mark as the scores give (2 below cut_3, 3 from cut_3, 4 from cut_4, 5 from cut_5), or when nobody has a mark, or nobody a score; false when not as many, or when that cannot be told because some have only a score or only a mark. True does not prove the marks right: two may be exchanged. NULL for a NULL argument';
