-- The warehouse's version, and who may call what.

CREATE FUNCTION warehouse_version()
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '0.1.0';
COMMENT ON FUNCTION warehouse_version() IS 'Версия хранилища; по ней выбираются шаги обновления';

-- Nothing of a warehouse is PUBLIC's: the owner grants what each role needs.
DO $$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN
        SELECT p.oid FROM pg_proc AS p WHERE p.pronamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', routine);
    END LOOP;
END
$$;
