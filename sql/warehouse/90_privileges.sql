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
    -- But who may read a view may call the functions it words its columns by,
    -- and those that tell what of the rows the reader sees.
    FOR routine IN
        SELECT p.oid
        FROM pg_depend AS d
        JOIN pg_proc AS p ON p.oid = d.refobjid
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_proc'::regclass
          AND p.pronamespace = current_schema()::regnamespace
          AND (p.provolatile = 'i' OR p.proname IN ('sees_every_school', 'sees_municipality'))
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', routine);
    END LOOP;
END
$$;
