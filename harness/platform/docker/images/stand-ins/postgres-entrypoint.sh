#!/bin/sh
# What the official image does: an empty data directory becomes a cluster with one user and one database, by a server that
# listens on a Unix socket only; then the server of the command takes over as process 1.
set -eu
# A shell that is process 1 has no default way to end.
trap 'exit 130' INT
trap 'exit 143' TERM

case "${1-}" in
  -*) set -- postgres "$@" ;;
esac
if [ "${1-}" != postgres ]; then
  exec "$@"
fi

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}

initialise() {
  if [ -z "${POSTGRES_PASSWORD-}" ] && [ "$method" != trust ]; then
    echo 'error: POSTGRES_PASSWORD is empty: give the superuser a password, or set POSTGRES_HOST_AUTH_METHOD=trust' >&2
    exit 1
  fi
  mkdir -p "$PGDATA"
  if ! chmod 700 "$PGDATA"; then
    echo "error: $PGDATA belongs to somebody else than $(id -u): mount it for this user, as with --tmpfs $PGDATA:uid=$(id -u)" >&2
    exit 1
  fi
  # Settings of one's own come first, so that they win where both name the same.
  # shellcheck disable=SC2086 # POSTGRES_INITDB_ARGS is a list of words, as in the official image.
  printf '%s\n' "${POSTGRES_PASSWORD:-unused}" |
    initdb --username="$user" --pwfile=/dev/stdin --auth-local=trust --auth-host="$method" ${POSTGRES_INITDB_ARGS-}
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
  printf "\nlisten_addresses = '*'\n" >>"$PGDATA/postgresql.conf"

  pg_ctl -w -o "$(settings "$@") -c listen_addresses=''" start
  run() { psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$user" "$@"; }
  if [ "$database" != postgres ]; then
    echo 'CREATE DATABASE :"name";' | run --dbname postgres --set name="$database"
  fi
  for file in /docker-entrypoint-initdb.d/*; do
    case "$file" in
      *.sql) run --dbname "$database" --file "$file" ;;
      *.sh) sh "$file" ;;
    esac
  done
  pg_ctl -w -m fast stop
}

# The words after `postgres`, each in quotes for pg_ctl's shell.
settings() {
  shift
  for word; do
    printf "'%s' " "$(printf '%s' "$word" | awk '{ gsub(/\x27/, "\x27\\\x27\x27"); print }')"
  done
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initialise "$@"
fi
exec "$@"
