-- The schema is made by the script, never with IF NOT EXISTS: one prepared by
-- somebody else beforehand must make CREATE EXTENSION fail.
CREATE SCHEMA shnor;
COMMENT ON SCHEMA shnor IS 'Education-quality monitoring: types, statistics, rules; no user data';
GRANT USAGE ON SCHEMA shnor TO PUBLIC;
