-- score_dist: the type, its input and output, operators and operator classes.

CREATE TYPE shnor.score_dist;

CREATE FUNCTION shnor.score_dist_in(value cstring)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_in';
COMMENT ON FUNCTION shnor.score_dist_in(cstring) IS
    'Text input of score_dist. Errors: 22P02 for a malformed text, 22003 for a value out of range';

CREATE FUNCTION shnor.score_dist_out(value shnor.score_dist)
    RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_out';
COMMENT ON FUNCTION shnor.score_dist_out(shnor.score_dist) IS
    'Text output of score_dist: {score:count,...|mark/journal mark:count,...}, - for a missing mark';

CREATE FUNCTION shnor.score_dist_recv(value internal)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_recv';
COMMENT ON FUNCTION shnor.score_dist_recv(internal) IS
    'Binary input of score_dist: its canonical bytes. Errors: 22P03 for any other bytes';

CREATE FUNCTION shnor.score_dist_send(value shnor.score_dist)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_send';
COMMENT ON FUNCTION shnor.score_dist_send(shnor.score_dist) IS
    'Binary output of score_dist: its canonical bytes; equal values give equal bytes on every machine';

CREATE TYPE shnor.score_dist (
    INPUT = shnor.score_dist_in,
    OUTPUT = shnor.score_dist_out,
    RECEIVE = shnor.score_dist_recv,
    SEND = shnor.score_dist_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE shnor.score_dist IS
    'Exact summary of one group of results: counts by score (0..1000), and by mark and journal mark (2..5 or none). At most 10^12 participants';

CREATE FUNCTION shnor.score_dist_plus(a shnor.score_dist, b shnor.score_dist)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_plus';
COMMENT ON FUNCTION shnor.score_dist_plus(shnor.score_dist, shnor.score_dist) IS
    'a + b: the summary of both groups together; NULL if either is. Errors: 22003 above 10^12 participants';

CREATE FUNCTION shnor.score_dist_minus(a shnor.score_dist, b shnor.score_dist)
    RETURNS shnor.score_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_minus';
COMMENT ON FUNCTION shnor.score_dist_minus(shnor.score_dist, shnor.score_dist) IS
    'a - b: the summary of group a without its part b; a - a is {}; NULL if either is. Errors: 22003 if b is no part of a';

CREATE FUNCTION shnor.score_dist_eq(a shnor.score_dist, b shnor.score_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_eq';
COMMENT ON FUNCTION shnor.score_dist_eq(shnor.score_dist, shnor.score_dist) IS
    'a = b: every count is the same; NULL if either is';

CREATE FUNCTION shnor.score_dist_ne(a shnor.score_dist, b shnor.score_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_ne';
COMMENT ON FUNCTION shnor.score_dist_ne(shnor.score_dist, shnor.score_dist) IS
    'a <> b: some count differs; NULL if either is';

CREATE FUNCTION shnor.score_dist_lt(a shnor.score_dist, b shnor.score_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_lt';
COMMENT ON FUNCTION shnor.score_dist_lt(shnor.score_dist, shnor.score_dist) IS
    'a < b in the order of the canonical bytes, which has no other meaning; NULL if either is';

CREATE FUNCTION shnor.score_dist_le(a shnor.score_dist, b shnor.score_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_le';
COMMENT ON FUNCTION shnor.score_dist_le(shnor.score_dist, shnor.score_dist) IS
    'a <= b in the order of the canonical bytes, which has no other meaning; NULL if either is';

CREATE FUNCTION shnor.score_dist_gt(a shnor.score_dist, b shnor.score_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_gt';
COMMENT ON FUNCTION shnor.score_dist_gt(shnor.score_dist, shnor.score_dist) IS
    'a > b in the order of the canonical bytes, which has no other meaning; NULL if either is';

CREATE FUNCTION shnor.score_dist_ge(a shnor.score_dist, b shnor.score_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_ge';
COMMENT ON FUNCTION shnor.score_dist_ge(shnor.score_dist, shnor.score_dist) IS
    'a >= b in the order of the canonical bytes, which has no other meaning; NULL if either is';

CREATE FUNCTION shnor.score_dist_cmp(a shnor.score_dist, b shnor.score_dist)
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_cmp';
COMMENT ON FUNCTION shnor.score_dist_cmp(shnor.score_dist, shnor.score_dist) IS
    'Comparison for the btree class: -1, 0 or 1 in the order of the canonical bytes; NULL if either is';

CREATE FUNCTION shnor.score_dist_hash(value shnor.score_dist)
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_hash';
COMMENT ON FUNCTION shnor.score_dist_hash(shnor.score_dist) IS
    'Hash of the canonical bytes, for the hash class; NULL for NULL';

CREATE FUNCTION shnor.score_dist_hash_extended(value shnor.score_dist, seed bigint)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'score_dist_hash_extended';
COMMENT ON FUNCTION shnor.score_dist_hash_extended(shnor.score_dist, bigint) IS
    '64-bit hash of the canonical bytes with a seed, for the hash class; NULL if either is';

CREATE OPERATOR shnor.+ (
    FUNCTION = shnor.score_dist_plus,
    LEFTARG = shnor.score_dist,
    RIGHTARG = shnor.score_dist,
    COMMUTATOR = OPERATOR(shnor.+)
);
COMMENT ON OPERATOR shnor.+ (shnor.score_dist, shnor.score_dist) IS
    'the summary of both groups together';

CREATE OPERATOR shnor.- (
    FUNCTION = shnor.score_dist_minus,
    LEFTARG = shnor.score_dist,
    RIGHTARG = shnor.score_dist
);
COMMENT ON OPERATOR shnor.- (shnor.score_dist, shnor.score_dist) IS
    'the summary of the left group without its part on the right';

CREATE OPERATOR shnor.= (
    FUNCTION = shnor.score_dist_eq,
    LEFTARG = shnor.score_dist,
    RIGHTARG = shnor.score_dist,
    COMMUTATOR = OPERATOR(shnor.=),
    NEGATOR = OPERATOR(shnor.<>),
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES,
    MERGES
);
COMMENT ON OPERATOR shnor.= (shnor.score_dist, shnor.score_dist) IS
    'every count is the same';

CREATE OPERATOR shnor.<> (
    FUNCTION = shnor.score_dist_ne,
    LEFTARG = shnor.score_dist,
    RIGHTARG = shnor.score_dist,
    COMMUTATOR = OPERATOR(shnor.<>),
    NEGATOR = OPERATOR(shnor.=),
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);
COMMENT ON OPERATOR shnor.<> (shnor.score_dist, shnor.score_dist) IS
    'some count differs';

CREATE OPERATOR shnor.< (
    FUNCTION = shnor.score_dist_lt,
    LEFTARG = shnor.score_dist,
    RIGHTARG = shnor.score_dist,
    COMMUTATOR = OPERATOR(shnor.>),
    NEGATOR = OPERATOR(shnor.>=),
    RESTRICT = scalarltsel,
    JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR shnor.< (shnor.score_dist, shnor.score_dist) IS
    'before, in the order of the canonical bytes';

CREATE OPERATOR shnor.<= (
    FUNCTION = shnor.score_dist_le,
    LEFTARG = shnor.score_dist,
    RIGHTARG = shnor.score_dist,
    COMMUTATOR = OPERATOR(shnor.>=),
    NEGATOR = OPERATOR(shnor.>),
    RESTRICT = scalarlesel,
    JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR shnor.<= (shnor.score_dist, shnor.score_dist) IS
    'before or equal, in the order of the canonical bytes';

CREATE OPERATOR shnor.> (
    FUNCTION = shnor.score_dist_gt,
    LEFTARG = shnor.score_dist,
    RIGHTARG = shnor.score_dist,
    COMMUTATOR = OPERATOR(shnor.<),
    NEGATOR = OPERATOR(shnor.<=),
    RESTRICT = scalargtsel,
    JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR shnor.> (shnor.score_dist, shnor.score_dist) IS
    'after, in the order of the canonical bytes';

CREATE OPERATOR shnor.>= (
    FUNCTION = shnor.score_dist_ge,
    LEFTARG = shnor.score_dist,
    RIGHTARG = shnor.score_dist,
    COMMUTATOR = OPERATOR(shnor.<=),
    NEGATOR = OPERATOR(shnor.<),
    RESTRICT = scalargesel,
    JOIN = scalargejoinsel
);
COMMENT ON OPERATOR shnor.>= (shnor.score_dist, shnor.score_dist) IS
    'after or equal, in the order of the canonical bytes';

CREATE OPERATOR FAMILY shnor.score_dist_ops USING btree;
COMMENT ON OPERATOR FAMILY shnor.score_dist_ops USING btree IS
    'order of score_dist by canonical bytes';

CREATE OPERATOR CLASS shnor.score_dist_ops
    DEFAULT FOR TYPE shnor.score_dist USING btree FAMILY shnor.score_dist_ops AS
        OPERATOR 1 shnor.<,
        OPERATOR 2 shnor.<=,
        OPERATOR 3 shnor.=,
        OPERATOR 4 shnor.>=,
        OPERATOR 5 shnor.>,
        FUNCTION 1 shnor.score_dist_cmp(shnor.score_dist, shnor.score_dist);
COMMENT ON OPERATOR CLASS shnor.score_dist_ops USING btree IS
    'order of score_dist by canonical bytes';

CREATE OPERATOR FAMILY shnor.score_dist_ops USING hash;
COMMENT ON OPERATOR FAMILY shnor.score_dist_ops USING hash IS
    'hashing of score_dist by canonical bytes';

CREATE OPERATOR CLASS shnor.score_dist_ops
    DEFAULT FOR TYPE shnor.score_dist USING hash FAMILY shnor.score_dist_ops AS
        OPERATOR 1 shnor.=,
        FUNCTION 1 shnor.score_dist_hash(shnor.score_dist),
        FUNCTION 2 shnor.score_dist_hash_extended(shnor.score_dist, bigint);
COMMENT ON OPERATOR CLASS shnor.score_dist_ops USING hash IS
    'hashing of score_dist by canonical bytes';
