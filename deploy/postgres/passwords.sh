#!/bin/sh
# Gives the roles their passwords inside the database container, after roles.sql.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" --set sealer="$SEALER_PASSWORD" <<'SQL'
ALTER ROLE suxin_owner PASSWORD :'owner';
ALTER ROLE suxin_app PASSWORD :'app';
ALTER ROLE suxin_sealer PASSWORD :'sealer';
SQL
