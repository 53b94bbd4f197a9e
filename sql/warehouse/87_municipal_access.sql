-- What a municipal coordinator may see: own municipalities, by the name of the
-- role that asks. grant_roles() makes the policies that use this.

CREATE TABLE municipality_member (
    municipality_member_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    role_name text NOT NULL CHECK (role_name <> ''),
    municipality_id integer NOT NULL REFERENCES municipality,
    granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    granted_by text NOT NULL DEFAULT current_user,
    UNIQUE (role_name, municipality_id)
);
CREATE INDEX ON municipality_member (municipality_id);
COMMENT ON TABLE municipality_member IS 'Какие муниципальные образования видит роль, входящая в shnor_municipal; нет строк — не видит ни одного';
COMMENT ON COLUMN municipality_member.municipality_member_id IS 'Ключ строки';
COMMENT ON COLUMN municipality_member.role_name IS 'Имя роли, под которой входит координатор (current_user), а не группы, в которую она включена; роль удалили — удалите и строку';
COMMENT ON COLUMN municipality_member.municipality_id IS 'Муниципальное образование';
COMMENT ON COLUMN municipality_member.granted_at IS 'Когда дано право';
COMMENT ON COLUMN municipality_member.granted_by IS 'Кем дано право';

-- A mistyped name would be nobody's: the coordinator would see nothing.
CREATE FUNCTION require_member_role()
RETURNS trigger
LANGUAGE plpgsql
SET search_path FROM CURRENT
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = new.role_name) THEN
        RAISE EXCEPTION 'нет такой роли'
            USING ERRCODE = 'undefined_object',
                  DETAIL = format('Роль: %s.', new.role_name),
                  HINT = 'Запишите имя роли координатора так, как в pg_roles, или сначала создайте её: CREATE ROLE ... LOGIN IN ROLE shnor_municipal.';
    END IF;
    RETURN new;
END
$$;
COMMENT ON FUNCTION require_member_role() IS 'Триггер municipality_member: ошибка 42704, если роли с таким именем нет';
CREATE TRIGGER require_member_role BEFORE INSERT OR UPDATE OF role_name ON municipality_member
    FOR EACH ROW EXECUTE FUNCTION require_member_role();

CREATE FUNCTION own_municipalities()
RETURNS integer[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ARRAY(SELECT m.municipality_id FROM municipality_member AS m WHERE m.role_name = current_user::text);
COMMENT ON FUNCTION own_municipalities() IS
'Муниципальные образования, назначенные нынешней роли (current_user) в municipality_member; пустой массив, если ни одного';

CREATE FUNCTION own_schools()
RETURNS integer[]
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ARRAY(SELECT s.school_id
             FROM municipality_member AS m JOIN school AS s USING (municipality_id)
             WHERE m.role_name = current_user::text);
COMMENT ON FUNCTION own_schools() IS
'Организации муниципальных образований, назначенных нынешней роли (current_user) в municipality_member; пустой массив, если ни одной';
