-- What keeps a warehouse's summaries in step with its results.

CREATE FUNCTION shnor.collect_result_changes()
RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'collect_result_changes';
COMMENT ON FUNCTION shnor.collect_result_changes() IS
'Trigger function of a warehouse''s table result and of its partitions, AFTER INSERT, UPDATE or DELETE, FOR EACH STATEMENT, with transition tables: adds up what the statement changed by administration, school and class, and calls check_changed_results, apply_result_changes and apply_file_changes of result''s schema as result''s owner; AFTER TRUNCATE calls forget_missing_results. Does nothing on a table that is no partition of a table result. Errors: 39P01 when called otherwise, 42703 for a table that is not a table of results.';

CREATE FUNCTION shnor.call_as_table_owner()
RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'call_as_table_owner';
COMMENT ON FUNCTION shnor.call_as_table_owner() IS
'Trigger function, AFTER INSERT or UPDATE, FOR EACH ROW: calls the function named by its first argument, of the table''s schema, with the value of the integer column named by the second, as the table''s owner; so what must be true of all rows does not depend on which rows the caller may see. Errors: 39P01 when called otherwise, 42703 without such a column.';

CREATE FUNCTION shnor.follow_partitions()
RETURNS event_trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'follow_partitions';
COMMENT ON FUNCTION shnor.follow_partitions() IS
'Event trigger function: when a partition of a warehouse''s table result is attached, detached, created or dropped, calls follow_partitions() of that warehouse as the table''s owner, so that summaries change in the same transaction. Does nothing for other tables. Error 39P03 when called otherwise.';

CREATE EVENT TRIGGER shnor_partition_changed ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE')
    EXECUTE FUNCTION shnor.follow_partitions();
CREATE EVENT TRIGGER shnor_partition_dropped ON sql_drop
    WHEN TAG IN ('DROP TABLE', 'DROP SCHEMA', 'DROP OWNED')
    EXECUTE FUNCTION shnor.follow_partitions();
COMMENT ON EVENT TRIGGER shnor_partition_changed IS
'Tells warehouses of partitions of their table result that were attached, detached or created.';
COMMENT ON EVENT TRIGGER shnor_partition_dropped IS
'Tells warehouses of partitions of their table result that were dropped.';
