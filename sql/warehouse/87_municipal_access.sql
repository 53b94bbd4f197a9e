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
