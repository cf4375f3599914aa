#!/bin/sh
# Once, on an empty data volume: the role that owns and migrates the tables, and the one that runs, which owns nothing.
set -eu
mkdir -p /var/lib/postgresql/data/archive
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE desk_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE desk_app LOGIN PASSWORD :'app_password';
CREATE DATABASE desk OWNER desk_owner;
REVOKE ALL ON DATABASE desk FROM PUBLIC;
GRANT CONNECT ON DATABASE desk TO desk_app;
\connect desk
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO desk_owner;
GRANT USAGE ON SCHEMA public TO desk_app;
ALTER DEFAULT PRIVILEGES FOR ROLE desk_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO desk_app;
ALTER DEFAULT PRIVILEGES FOR ROLE desk_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO desk_app;
SQL
