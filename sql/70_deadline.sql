-- Deadlines as plans write them, in Russian.

CREATE FUNCTION shnor.deadline_occurrences(
    phrase text,
    plan_from date,
    plan_to date,
    calendar date[] DEFAULT NULL,
    OUT starts_on date,
    OUT due_on date,
    OUT kind text,
    OUT part integer,
    OUT note text)
    RETURNS SETOF record
    LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
    COST 10 ROWS 4
    AS 'MODULE_PATHNAME', 'shnor_deadline_occurrences';
COMMENT ON FUNCTION shnor.deadline_occurrences(text, date, date, date[]) IS
    'The dates of a deadline, a phrase in Russian, in a plan from plan_from to plan_to: a row for every occurrence, in the order of the phrase''s parts (from 1) and in a part by date. starts_on is NULL when the phrase has only a last day, both dates are NULL when it names none; due_on is inclusive. kind is that of the part: once, range, multi, continuous, recurring, undated, or unrecognised, one row with position=N, the first character that could not be read, in note. note is NULL or items name=value joined by semicolons: freq, min, max, at, anchor, year=plan (the phrase names no year), outside=plan (no such date in the plan: the nearest), calendar=default, expanded=no (more than 1000 occurrences: one row for the whole plan), date=none (the dates do not exist), text. calendar is an array of pairs, the first and last day of every school term, ascending, at most 400; a school year (August to July) without terms in it, or a NULL or empty calendar, has 1 September - 27 October, 6 November - 30 December, 9 January - 22 March, 1 April - 26 May, which is an assumption. No rows when phrase, plan_from or plan_to is NULL. Errors: 22023 when the plan ends before it begins, touches more than 20 calendar years or is outside the years 1900 to 2200, and for another calendar. Never an error for a phrase; one of more than 2000 characters or 512 words and signs is unrecognised';

CREATE FUNCTION shnor.deadline_kind(phrase text)
    RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    COST 10
    AS 'MODULE_PATHNAME', 'shnor_deadline_kind';
COMMENT ON FUNCTION shnor.deadline_kind(text) IS
    'What kind of deadline a phrase is as a whole: once, range, multi (several dates or ranges), continuous (a whole calendar or school year, or the whole plan), recurring, undated (an event, a plan of work, an empty text), composite (parts of several kinds) or unrecognised. NULL for NULL; never an error';

CREATE FUNCTION shnor.deadline_canonical(phrase text)
    RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
    COST 10
    AS 'MODULE_PATHNAME', 'shnor_deadline_canonical';
COMMENT ON FUNCTION shnor.deadline_canonical(text) IS
    'The normal form of a deadline: phrases that say the same have the same one, it has the occurrences of the phrase, and it is its own normal form. Years inherited in a list are written out, those left to the plan are not. The form of work after a date is left out; an unrecognised phrase only gets its white space made single. NULL for NULL; never an error';
