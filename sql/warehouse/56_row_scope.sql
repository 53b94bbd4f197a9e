-- What of the schools' rows the reader sees: a total of all of them is told
-- only to those who see all, for a part of it looks just the same.

-- Who reads every row is said once, by the policies that restrict_rows makes.
CREATE FUNCTION sees_every_school()
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN NOT row_security_active('school_context'::regclass)
       OR EXISTS (SELECT FROM pg_policy AS p, unnest(p.polroles) AS r (role)
                  WHERE p.polrelid = 'school_context'::regclass AND p.polname = 'every_row'
                    AND pg_has_role(r.role, 'USAGE'));
COMMENT ON FUNCTION sees_every_school() IS
'Видит ли нынешняя роль строки всех организаций; ложно — координатор муниципалитета, которому суммы по видимым строкам нельзя выдавать за итоги региона';

-- In PL/pgSQL, so that a view that asks this does not depend on a table that
-- only coordinators may read.
CREATE FUNCTION sees_municipality(municipality_id integer)
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path FROM CURRENT
AS $$
BEGIN
    IF sees_every_school() THEN
        RETURN true;
    END IF;
    RETURN has_table_privilege('municipality_member', 'SELECT')
           AND EXISTS (SELECT FROM municipality_member AS m
                       WHERE m.role_name = current_user AND m.municipality_id = sees_municipality.municipality_id);
END
$$;
COMMENT ON FUNCTION sees_municipality(integer) IS
'Видит ли нынешняя роль строки организаций этого муниципального образования: все роли, кроме координаторов муниципалитетов, видят всё, а координатор — назначенные ему';
