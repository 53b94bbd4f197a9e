-- task_dist: the type, its input and output, operators and operator classes.

CREATE TYPE shnor.task_dist;

CREATE FUNCTION shnor.task_dist_in(value cstring)
    RETURNS shnor.task_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_in';
COMMENT ON FUNCTION shnor.task_dist_in(cstring) IS
    'Text input of task_dist. Errors: 22P02 for a malformed text, 22003 for a value out of range';

CREATE FUNCTION shnor.task_dist_out(value shnor.task_dist)
    RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_out';
COMMENT ON FUNCTION shnor.task_dist_out(shnor.task_dist) IS
    'Text output of task_dist: {participants|score:count,...|score:count,...}, a bar before each item; participants missing from an item did not attempt it';

CREATE FUNCTION shnor.task_dist_recv(value internal)
    RETURNS shnor.task_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_recv';
COMMENT ON FUNCTION shnor.task_dist_recv(internal) IS
    'Binary input of task_dist: its canonical bytes. Errors: 22P03 for any other bytes';

CREATE FUNCTION shnor.task_dist_send(value shnor.task_dist)
    RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_send';
COMMENT ON FUNCTION shnor.task_dist_send(shnor.task_dist) IS
    'Binary output of task_dist: its canonical bytes; equal values give equal bytes on every machine';

CREATE TYPE shnor.task_dist (
    INPUT = shnor.task_dist_in,
    OUTPUT = shnor.task_dist_out,
    RECEIVE = shnor.task_dist_recv,
    SEND = shnor.task_dist_send,
    INTERNALLENGTH = VARIABLE,
    ALIGNMENT = int4,
    STORAGE = extended
);
COMMENT ON TYPE shnor.task_dist IS
    'Exact summary of the item scores of one group that wrote the same form: for each of its 1..100 items the counts by score (0..100) and of those who did not attempt it. At most 10^12 participants';

CREATE FUNCTION shnor.task_dist_plus(a shnor.task_dist, b shnor.task_dist)
    RETURNS shnor.task_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_plus';
COMMENT ON FUNCTION shnor.task_dist_plus(shnor.task_dist, shnor.task_dist) IS
    'a + b: the summary of both groups together; NULL if either is. The empty value {} adds nothing. Errors: 22003 above 10^12 participants, 22023 for different numbers of items';

CREATE FUNCTION shnor.task_dist_minus(a shnor.task_dist, b shnor.task_dist)
    RETURNS shnor.task_dist
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_minus';
COMMENT ON FUNCTION shnor.task_dist_minus(shnor.task_dist, shnor.task_dist) IS
    'a - b: the summary of group a without its part b; a - a is {}; NULL if either is. Errors: 22003 if b is no part of a, a different number of items included';

CREATE FUNCTION shnor.task_dist_eq(a shnor.task_dist, b shnor.task_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_eq';
COMMENT ON FUNCTION shnor.task_dist_eq(shnor.task_dist, shnor.task_dist) IS
    'a = b: every count is the same; NULL if either is';

CREATE FUNCTION shnor.task_dist_ne(a shnor.task_dist, b shnor.task_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_ne';
COMMENT ON FUNCTION shnor.task_dist_ne(shnor.task_dist, shnor.task_dist) IS
    'a <> b: some count differs; NULL if either is';

CREATE FUNCTION shnor.task_dist_lt(a shnor.task_dist, b shnor.task_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_lt';
COMMENT ON FUNCTION shnor.task_dist_lt(shnor.task_dist, shnor.task_dist) IS
    'a < b in the order of the canonical bytes, which has no other meaning; NULL if either is';

CREATE FUNCTION shnor.task_dist_le(a shnor.task_dist, b shnor.task_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_le';
COMMENT ON FUNCTION shnor.task_dist_le(shnor.task_dist, shnor.task_dist) IS
    'a <= b in the order of the canonical bytes, which has no other meaning; NULL if either is';

CREATE FUNCTION shnor.task_dist_gt(a shnor.task_dist, b shnor.task_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_gt';
COMMENT ON FUNCTION shnor.task_dist_gt(shnor.task_dist, shnor.task_dist) IS
    'a > b in the order of the canonical bytes, which has no other meaning; NULL if either is';

CREATE FUNCTION shnor.task_dist_ge(a shnor.task_dist, b shnor.task_dist)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_ge';
COMMENT ON FUNCTION shnor.task_dist_ge(shnor.task_dist, shnor.task_dist) IS
    'a >= b in the order of the canonical bytes, which has no other meaning; NULL if either is';

CREATE FUNCTION shnor.task_dist_cmp(a shnor.task_dist, b shnor.task_dist)
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_cmp';
COMMENT ON FUNCTION shnor.task_dist_cmp(shnor.task_dist, shnor.task_dist) IS
    'Comparison for the btree class: -1, 0 or 1 in the order of the canonical bytes; NULL if either is';

CREATE FUNCTION shnor.task_dist_hash(value shnor.task_dist)
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_hash';
COMMENT ON FUNCTION shnor.task_dist_hash(shnor.task_dist) IS
    'Hash of the canonical bytes, for the hash class; NULL for NULL';

CREATE FUNCTION shnor.task_dist_hash_extended(value shnor.task_dist, seed bigint)
    RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'task_dist_hash_extended';
COMMENT ON FUNCTION shnor.task_dist_hash_extended(shnor.task_dist, bigint) IS
    '64-bit hash of the canonical bytes with a seed, for the hash class; NULL if either is';

CREATE OPERATOR shnor.+ (
    FUNCTION = shnor.task_dist_plus,
    LEFTARG = shnor.task_dist,
    RIGHTARG = shnor.task_dist,
    COMMUTATOR = OPERATOR(shnor.+)
);
COMMENT ON OPERATOR shnor.+ (shnor.task_dist, shnor.task_dist) IS
    'the summary of both groups together';

CREATE OPERATOR shnor.- (
    FUNCTION = shnor.task_dist_minus,
    LEFTARG = shnor.task_dist,
    RIGHTARG = shnor.task_dist
);
COMMENT ON OPERATOR shnor.- (shnor.task_dist, shnor.task_dist) IS
    'the summary of the left group without its part on the right';

CREATE OPERATOR shnor.= (
    FUNCTION = shnor.task_dist_eq,
    LEFTARG = shnor.task_dist,
    RIGHTARG = shnor.task_dist,
    COMMUTATOR = OPERATOR(shnor.=),
    NEGATOR = OPERATOR(shnor.<>),
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES,
    MERGES
);
COMMENT ON OPERATOR shnor.= (shnor.task_dist, shnor.task_dist) IS
    'every count is the same';

CREATE OPERATOR shnor.<> (
    FUNCTION = shnor.task_dist_ne,
    LEFTARG = shnor.task_dist,
    RIGHTARG = shnor.task_dist,
    COMMUTATOR = OPERATOR(shnor.<>),
    NEGATOR = OPERATOR(shnor.=),
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);
COMMENT ON OPERATOR shnor.<> (shnor.task_dist, shnor.task_dist) IS
    'some count differs';

CREATE OPERATOR shnor.< (
    FUNCTION = shnor.task_dist_lt,
    LEFTARG = shnor.task_dist,
    RIGHTARG = shnor.task_dist,
    COMMUTATOR = OPERATOR(shnor.>),
    NEGATOR = OPERATOR(shnor.>=),
    RESTRICT = scalarltsel,
    JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR shnor.< (shnor.task_dist, shnor.task_dist) IS
    'before, in the order of the canonical bytes';

CREATE OPERATOR shnor.<= (
    FUNCTION = shnor.task_dist_le,
    LEFTARG = shnor.task_dist,
    RIGHTARG = shnor.task_dist,
    COMMUTATOR = OPERATOR(shnor.>=),
    NEGATOR = OPERATOR(shnor.>),
    RESTRICT = scalarlesel,
    JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR shnor.<= (shnor.task_dist, shnor.task_dist) IS
    'before or equal, in the order of the canonical bytes';

CREATE OPERATOR shnor.> (
    FUNCTION = shnor.task_dist_gt,
    LEFTARG = shnor.task_dist,
    RIGHTARG = shnor.task_dist,
    COMMUTATOR = OPERATOR(shnor.<),
    NEGATOR = OPERATOR(shnor.<=),
    RESTRICT = scalargtsel,
    JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR shnor.> (shnor.task_dist, shnor.task_dist) IS
    'after, in the order of the canonical bytes';

CREATE OPERATOR shnor.>= (
    FUNCTION = shnor.task_dist_ge,
    LEFTARG = shnor.task_dist,
    RIGHTARG = shnor.task_dist,
    COMMUTATOR = OPERATOR(shnor.<=),
    NEGATOR = OPERATOR(shnor.<),
    RESTRICT = scalargesel,
    JOIN = scalargejoinsel
);
COMMENT ON OPERATOR shnor.>= (shnor.task_dist, shnor.task_dist) IS
    'after or equal, in the order of the canonical bytes';

CREATE OPERATOR FAMILY shnor.task_dist_ops USING btree;
COMMENT ON OPERATOR FAMILY shnor.task_dist_ops USING btree IS
    'order of task_dist by canonical bytes';

CREATE OPERATOR CLASS shnor.task_dist_ops
    DEFAULT FOR TYPE shnor.task_dist USING btree FAMILY shnor.task_dist_ops AS
        OPERATOR 1 shnor.<,
        OPERATOR 2 shnor.<=,
        OPERATOR 3 shnor.=,
        OPERATOR 4 shnor.>=,
        OPERATOR 5 shnor.>,
        FUNCTION 1 shnor.task_dist_cmp(shnor.task_dist, shnor.task_dist);
COMMENT ON OPERATOR CLASS shnor.task_dist_ops USING btree IS
    'order of task_dist by canonical bytes';

CREATE OPERATOR FAMILY shnor.task_dist_ops USING hash;
COMMENT ON OPERATOR FAMILY shnor.task_dist_ops USING hash IS
    'hashing of task_dist by canonical bytes';

CREATE OPERATOR CLASS shnor.task_dist_ops
    DEFAULT FOR TYPE shnor.task_dist USING hash FAMILY shnor.task_dist_ops AS
        OPERATOR 1 shnor.=,
        FUNCTION 1 shnor.task_dist_hash(shnor.task_dist),
        FUNCTION 2 shnor.task_dist_hash_extended(shnor.task_dist, bigint);
COMMENT ON OPERATOR CLASS shnor.task_dist_ops USING hash IS
    'hashing of task_dist by canonical bytes';
