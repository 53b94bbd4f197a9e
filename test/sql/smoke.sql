-- The extension is there, in a schema of its own, under a version number.
SELECT extversion ~ '^[0-9]+\.[0-9]+\.[0-9]+$' AS has_version
FROM pg_extension WHERE extname = 'shnor';
SELECT shnor.warehouse_script() IS NOT NULL AS has_script;
