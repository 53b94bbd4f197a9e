#!/bin/bash
# server.sh: a throw-away server that only its owner reaches, by Unix socket.
#
#   server.sh start DIR STAGE   make and start it; data, socket and log in DIR;
#                               STAGE is the DESTDIR the extension is in
#   server.sh stop DIR          stop every server below DIR and remove DIR
#
# start needs PG_CONFIG, leaves in DIR/stage.conf the settings that make STAGE
# visible, and refuses to run as root, as PostgreSQL does. SERVER_CONF holds
# further settings, one a line.
set -e

# Prints the settings with which the server in $1 finds the extension in $2.
stage_conf() {
    local bin share lib
    bin=$("$PG_CONFIG" --bindir)
    share=$("$PG_CONFIG" --sharedir)
    lib=$("$PG_CONFIG" --pkglibdir)
    echo "dynamic_library_path = '$2$lib:$lib'"
    if "$bin/postgres" -D "$1/data" -C extension_control_path >/dev/null 2>&1; then
        echo "extension_control_path = '$2$share:\$system'"
    elif "$bin/postgres" -D "$1/data" -C extension_destdir >/dev/null 2>&1; then
        echo "extension_destdir = '$2'"
    else
        echo "server.sh: this PostgreSQL knows neither extension_control_path (18) nor extension_destdir (Debian): use make install and make installcheck" >&2
        return 1
    fi
}

start() {
    local bin
    bin=$("$PG_CONFIG" --bindir)
    mkdir -p "$1"
    LC_ALL=C.UTF-8 "$bin/initdb" -D "$1/data" -U postgres -A trust -E UTF8 \
        --locale=C.UTF-8 --no-sync >"$1/initdb.log" 2>&1 ||
        { cat "$1/initdb.log" >&2; return 1; }
    stage_conf "$1" "$2" >"$1/stage.conf"
    {
        cat "$1/stage.conf"
        cat <<CONF
listen_addresses = ''
unix_socket_directories = '$1'
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 256MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
max_prepared_transactions = 10
CONF
        printf '%s\n' "$SERVER_CONF"
    } >>"$1/data/postgresql.conf"
    "$bin/pg_ctl" -D "$1/data" -l "$1/log" -w -t 60 -s start </dev/null >/dev/null 2>&1 ||
        { cat "$1/log" >&2; return 1; }
}

stop() {
    local file pid
    find "$1" -name postmaster.pid 2>/dev/null | while read -r file; do
        pid=$(head -1 "$file" 2>/dev/null) || continue
        kill -INT "$pid" 2>/dev/null || continue
        for _ in $(seq 100); do
            kill -0 "$pid" 2>/dev/null || continue 2
            sleep 0.1
        done
        kill -QUIT "$pid" 2>/dev/null || true
    done
    rm -rf "$1"
}

case "$1 $2" in
"start /"*) start "$2" "$3" ;;
"stop /"*/shnor.*) stop "${2%/}" ;;
*) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
