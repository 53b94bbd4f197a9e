-- The warehouse: ordinary objects in a schema of the caller's choice, owned by
-- the caller, so that dropping the extension can never drop a result.

CREATE PROCEDURE shnor.create_warehouse(schema text DEFAULT 'monitoring')
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- BI tools hide schemas whose name contains pg_; a name cut by the server
    -- would be another name than the caller asked for.
    IF schema IS NULL OR schema !~ '^[a-z][a-z0-9_]*$' OR schema LIKE '%pg\_%'
        OR octet_length(schema) > 63 OR schema IN ('shnor', 'information_schema', 'public')
    THEN
        RAISE EXCEPTION 'invalid warehouse schema name'
            USING ERRCODE = 'invalid_schema_name',
                  DETAIL = format('The name given is %L.', schema),
                  HINT = 'Use lower-case Latin letters, digits and underscores, at most 63 bytes, not containing "pg_", for example: CALL shnor.create_warehouse(''monitoring'').';
    END IF;

    IF getdatabaseencoding() <> 'UTF8' THEN
        RAISE EXCEPTION 'a warehouse needs a database in UTF8'
            USING ERRCODE = 'feature_not_supported',
                  DETAIL = format('The encoding of this database is %s.', getdatabaseencoding()),
                  HINT = 'Make one with CREATE DATABASE ... TEMPLATE template0 ENCODING ''UTF8''. Files may be in Windows-1251 all the same.';
    END IF;

    EXECUTE format('CREATE SCHEMA %I', schema);
    -- Local to this procedure: its SET clause restores the caller's path.
    PERFORM set_config('search_path', format('%I, shnor, pg_temp', schema), true);
    EXECUTE shnor.warehouse_script();
    EXECUTE format('COMMENT ON SCHEMA %I IS %L', schema,
                   'Мониторинг качества образования: результаты, циклы, списки ШНОР');
END
$$;
COMMENT ON PROCEDURE shnor.create_warehouse(text) IS
'Creates a warehouse: a new schema of the given name (default monitoring) with all tables, views and functions, owned by the caller and not members of the extension. Needs CREATE on the database. Errors: 3F000 for a name BI tools would hide or the server would cut, 42P06 when the schema exists, 0A000 in a database whose encoding is not UTF8.';
REVOKE EXECUTE ON PROCEDURE shnor.create_warehouse(text) FROM PUBLIC;
