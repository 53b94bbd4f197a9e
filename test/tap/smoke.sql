-- The extension's place in a database: a schema of its own, never one that
-- somebody prepared beforehand.
BEGIN;
SELECT plan(6);

SELECT has_extension('shnor', 'the extension is installed');
SELECT has_schema('shnor', 'its script made the schema');
SELECT schema_owner_is('shnor', current_user, 'the installing role owns it');
SELECT throws_ok(
    'DROP SCHEMA shnor', '2BP01', NULL,
    'the schema is a member: it cannot be dropped by itself');

DROP EXTENSION shnor;
SELECT hasnt_schema('shnor', 'dropping the extension takes the schema along');
CREATE SCHEMA shnor;
SELECT throws_ok(
    'CREATE EXTENSION shnor', '42P06', NULL,
    'a schema made beforehand is refused, not taken over');

SELECT * FROM finish();
ROLLBACK;
