-- Text of imported files: reading cells without errors, fingerprints of lines.

CREATE FUNCTION shnor.cell_text(cell text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'cell_text';
COMMENT ON FUNCTION shnor.cell_text(text) IS
'The text of a file''s cell without ASCII white-space characters and no-break spaces (U+00A0) around it; NULL if nothing is left, and for NULL. No errors.';

CREATE FUNCTION shnor.cell_code(cell text)
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'cell_code';
COMMENT ON FUNCTION shnor.cell_code(text) IS
'lower(cell_text(cell)) in less time: the code written in a file''s cell, in lower-case letters; NULL if nothing is written, and for NULL. No errors.';

CREATE FUNCTION shnor.int_or_null(value text, low integer, high integer)
RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'int_or_null';
COMMENT ON FUNCTION shnor.int_or_null(text, integer, integer) IS
'The decimal integer written in value if it lies in [low, high], otherwise NULL; never an error. Accepted: digits 0-9 with one optional sign + or - right before them, surrounded by any number of ASCII white-space characters and no-break spaces (U+00A0). Anything else, an empty value, a fraction or a NULL argument gives NULL; so does low > high.';

CREATE FUNCTION shnor.is_code(value text, max_length integer)
RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'is_code';
COMMENT ON FUNCTION shnor.is_code(text, integer) IS
'Is value a code: from 1 to max_length characters, each a digit 0-9, a Latin letter A-Z or a-z, _ or -? The same as value ~ ''^[0-9A-Za-z_-]+$'' with a bound, in a fraction of the time, for CHECK constraints that every row pays for. NULL if an argument is NULL; no errors.';

CREATE FUNCTION shnor.scores_or_null(value text)
RETURNS smallint[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'scores_or_null';
COMMENT ON FUNCTION shnor.scores_or_null(text) IS
'The task scores written in value, otherwise NULL; never an error. Accepted: from 1 to 100 scores separated by semicolons, each from 0 to 100 in at most three digits, or X for a task not attempted (the Latin or the Russian letter, of either case), which is NULL in the result; spaces and no-break spaces (U+00A0) around a score do not count. NULL for NULL.';

CREATE FUNCTION shnor.fingerprint_accum(state internal, line text)
RETURNS internal
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'fingerprint_accum';
COMMENT ON FUNCTION shnor.fingerprint_accum(internal, text) IS
'Transition of the aggregate shnor.fingerprint; not for direct use';

CREATE FUNCTION shnor.fingerprint_final(state internal)
RETURNS text
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'fingerprint_final';
COMMENT ON FUNCTION shnor.fingerprint_final(internal) IS
'Final function of the aggregate shnor.fingerprint; not for direct use';

-- No COMBINEFUNC: the order of the lines matters.
CREATE AGGREGATE shnor.fingerprint(line text)
(
    SFUNC = shnor.fingerprint_accum,
    STYPE = internal,
    SSPACE = 65600,
    FINALFUNC = shnor.fingerprint_final,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.fingerprint(text) IS
'SHA-256 fingerprint of lines in their order (use ORDER BY inside the call), 64 hexadecimal digits; NULL over no rows. The lines make a stream of bytes: for a line its length in bytes as 4 bytes, highest first, then its bytes in the encoding of the database; for a NULL the 4 bytes ff ff ff ff. The stream is cut into blocks of 65536 bytes, the last possibly shorter, never empty; from a state of 32 zero bytes, state = sha256(state || block) for each block, and the last state is the result. Memory: 64 KiB a group, whatever the size of the input.';
