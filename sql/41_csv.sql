-- Lines of files as spreadsheet programs write them.

CREATE FUNCTION shnor.csv_cells(record text, delimiter text)
    RETURNS text[]
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_csv_cells';
COMMENT ON FUNCTION shnor.csv_cells(text, text) IS
    'Cells of a record of comma-separated values (RFC 4180: a cell may be quoted, a quote inside is doubled; one with text behind its closing quote is taken as it stands), without the white space around them, an empty cell as NULL; the delimiter is one ASCII character. NULL for more than 2000 cells. Errors: 22023 for another delimiter';

CREATE FUNCTION shnor.csv_inside_accum(inside boolean, line text, delimiter text)
    RETURNS boolean
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_csv_inside';
COMMENT ON FUNCTION shnor.csv_inside_accum(boolean, text, text) IS
    'Transition of the aggregate shnor.csv_inside; not for direct use';

CREATE AGGREGATE shnor.csv_inside(line text, delimiter text) (
    SFUNC = shnor.csv_inside_accum,
    STYPE = boolean,
    INITCOND = 'false',
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE shnor.csv_inside(text, text) IS
    'Do the lines, in their order, end inside a quoted cell, so that the record goes on in the next line? Use with ORDER BY, as an aggregate or over a window; a NULL line changes nothing. Errors: 22023 for a delimiter that is not one ASCII character';

CREATE FUNCTION shnor.raw_is_utf8(line text)
    RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_raw_is_utf8';
COMMENT ON FUNCTION shnor.raw_is_utf8(text) IS
    'For a line that COPY read with ENCODING LATIN1, a character for each byte of the file: are its bytes valid UTF-8? NULL if it has characters that LATIN1 does not, so that it was not read so';

CREATE FUNCTION shnor.raw_text(line text, encoding text)
    RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_raw_text';
COMMENT ON FUNCTION shnor.raw_text(text, text) IS
    'For a line that COPY read with ENCODING LATIN1, a character for each byte of the file: the text its bytes are in the encoding, without byte order marks (of UTF-8) and carriage returns at its ends. NULL if an argument is NULL. Errors: 22021, 22P05 for bytes that are no text in the encoding, 22P05 for a line that has characters LATIN1 does not, 22023 for an encoding that is not known';

CREATE FUNCTION shnor.next_file_line(cell text, sequence text)
    RETURNS bigint
    LANGUAGE c IMMUTABLE
    AS 'MODULE_PATHNAME', 'shnor_next_file_line';
COMMENT ON FUNCTION shnor.next_file_line(text, text) IS
    'nextval(sequence), whatever the cell is: numbers the rows of a table that COPY fills, in the order they come, in a generated column, the only kind that \copy without a list of columns leaves out. Such a column takes only functions declared IMMUTABLE; this one is not, and is for nothing else. NULL if sequence is NULL. Errors: those of nextval';

CREATE FUNCTION shnor.csv_filled(cells text[])
    RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_csv_filled';
COMMENT ON FUNCTION shnor.csv_filled(text[]) IS
    'How many cells of a record are not empty (not NULL)';

CREATE FUNCTION shnor.csv_pick(cells text[], places integer[])
    RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_csv_pick';
COMMENT ON FUNCTION shnor.csv_pick(text[], integer[]) IS
    'The cells at the places, counted from 1, joined by semicolons; a missing or empty cell as X, semicolons inside a cell as commas. NULL if either argument is NULL';

CREATE FUNCTION shnor.answer_scores(short_answers text, long_answers text)
    RETURNS text
    LANGUAGE c IMMUTABLE PARALLEL SAFE
    AS 'MODULE_PATHNAME', 'shnor_answer_scores';
COMMENT ON FUNCTION shnor.answer_scores(text, text) IS
    'Task scores joined by semicolons from the answer strings of a РИС ГИА protocol: short_answers has a character a task (+ for 1, - for 0, a digit for itself), long_answers score(maximum) a task, for example ++-2 and 1(1)2(3) give 1;1;0;2;1;2. Either may be NULL. NULL when a string is written otherwise, a score is above its maximum or there is no task';
