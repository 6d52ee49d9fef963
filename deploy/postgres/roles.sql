-- The roles of the database. Run once by a superuser, connected to the empty database:
--
--     psql --dbname suxin --file deploy/postgres/roles.sql
--
-- Running it again changes nothing. It sets no passwords: let pg_hba.conf say who may be whom
-- (peer over the local socket), or set them afterwards with \password.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['suxin_owner', 'suxin_app', 'suxin_sealer', 'suxin_eraser'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', name);
        END IF;
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO suxin_owner, suxin_app, suxin_sealer, suxin_eraser',
        current_database()
    );
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO suxin_owner;
GRANT USAGE ON SCHEMA public TO suxin_app, suxin_sealer, suxin_eraser;
