-- The roles that grant_roles() of a warehouse grants rights to. Roles belong to
-- the whole cluster, so they are no part of the extension: run this once, as a
-- role that may create roles; again, it changes nothing.
--
--   psql -f "$(pg_config --sharedir)/extension/shnor_roles.sql"
--
-- People and programs log in with roles of their own that are members:
--
--   CREATE ROLE metabase LOGIN PASSWORD '...' IN ROLE shnor_bi;

DO $$
DECLARE
    role record;
BEGIN
    FOR role IN
        SELECT *
        FROM (VALUES
            ('shnor_reader', 'ШНОР: итоги, списки и планы; результатов участников не видит'),
            ('shnor_analyst', 'ШНОР: читает всё, в том числе результаты участников'),
            ('shnor_loader', 'ШНОР: загружает файлы с результатами'),
            ('shnor_admin', 'ШНОР: правила, справочники, планы, циклы, задания по расписанию'),
            ('shnor_municipal', 'ШНОР: читает только свои муниципалитеты (таблица municipality_member)'),
            ('shnor_bi', 'ШНОР: читает итоги и представления для BI')
        ) AS r (name, description)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = role.name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role.name);
            EXECUTE format('COMMENT ON ROLE %I IS %L', role.name, role.description);
        END IF;
    END LOOP;
END
$$;
