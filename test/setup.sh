# setup.sh: sourced; chooses the PostgreSQL to use and sees to its packages.
#
# setup PURPOSE     PURPOSE is demo (enough to build and run a server) or test.
# Sets PG_CONFIG. Exits with status 1 and the apt-get line to run when a
# package is missing and may not be installed from here.

# The major version: of $PG_CONFIG when given, else the newest one installed,
# else the one that the distribution's own "postgresql" package stands for.
pg_major() {
    local found
    if [ -n "$PG_CONFIG" ]; then
        "$PG_CONFIG" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/'
        return
    fi
    found=$(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null |
        sed -E 's#.*/([0-9]+)/bin/postgres#\1#' | sort -n | tail -1)
    if [ -z "$found" ]; then
        found=$(apt-cache show postgresql 2>/dev/null |
            sed -nE 's/^Depends:.*postgresql-([0-9]+).*/\1/p' | sort -n | tail -1)
    fi
    echo "$found"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

# Installs packages. No cluster is made and no service started meanwhile: the
# machine gets programs, not a running database.
apt_install() {
    local conf=/etc/postgresql-common/createcluster.d/shnor-setup.conf
    local policy=/usr/sbin/policy-rc.d own_policy= own_dir= status=0
    local apt="apt-get install -y -q --no-install-recommends"

    export DEBIAN_FRONTEND=noninteractive
    [ -d "${conf%/*}" ] || own_dir=1
    [ -e "$policy" ] || own_policy=1
    echo "Installing $*" >&2
    (
        trap 'as_root rm -f "$conf"
              if [ -n "$own_dir" ]; then as_root rmdir "${conf%/*}" 2>/dev/null; fi
              if [ -n "$own_policy" ]; then as_root rm -f "$policy"; fi' EXIT
        trap 'exit 130' INT
        trap 'exit 143' TERM HUP
        if [ -n "$own_policy" ]; then
            printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
            as_root chmod 755 "$policy"
        fi
        # The directory is read once postgresql-common, installed first, is there.
        as_root env DEBIAN_FRONTEND=noninteractive $apt postgresql-common || exit
        as_root mkdir -p "${conf%/*}"
        echo "create_main_cluster = false" | as_root tee "$conf" >/dev/null
        as_root env DEBIAN_FRONTEND=noninteractive $apt "$@"
    ) </dev/null >"$setup_log" 2>&1 || status=$?
    return $status
}

apt_update() {
    as_root apt-get update -q </dev/null >"$setup_log" 2>&1 ||
        { cat "$setup_log" >&2; return 1; }
}

# Packages of the list that are not installed.
missing() {
    local p
    for p in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
            printf '%s ' "$p"
    done
}

setup() {
    local purpose=$1 major wanted lack setup_log

    if ! command -v dpkg-query >/dev/null; then
        PG_CONFIG=${PG_CONFIG:-pg_config}
        if ! "$PG_CONFIG" --pgxs >/dev/null 2>&1; then
            echo "Not a Debian system: install PostgreSQL 15 or later with its server headers, a C compiler${purpose/#test/, pgTAP, IPC::Run}, and name it with PG_CONFIG=/path/to/pg_config." >&2
            exit 1
        fi
        export PG_CONFIG
        return
    fi

    setup_log=$(mktemp)
    trap 'rm -f "$setup_log"' EXIT
    major=$(pg_major)
    if [ -z "$major" ] && may_install; then
        apt_update || exit 1
        major=$(pg_major)
    fi
    if [ -z "$major" ]; then
        # No package lists to ask: what the releases are known to carry.
        case $(. /etc/os-release; echo "$VERSION_ID") in
            12) major=15 ;;
            13) major=17 ;;
            *) major=18 ;;
        esac
    fi

    wanted="gcc libc6-dev make postgresql-$major postgresql-server-dev-$major"
    if [ "$purpose" = test ]; then
        wanted="$wanted perl libipc-run-perl postgresql-$major-pgtap libtap-parser-sourcehandler-pgtap-perl libexcel-writer-xlsx-perl libdata-ical-perl libpostgresql-jdbc-java postgresql-$major-ogr-fdw postgresql-$major-cron"
        # Layout is judged by one release of the tool: Debian 12's.
        if [ "$(. /etc/os-release; echo "$ID$VERSION_ID")" = debian12 ]; then
            wanted="$wanted pg-bsd-indent"
        fi
    fi
    lack=$(missing $wanted)
    if [ -n "$lack" ]; then
        if ! may_install; then
            echo "Missing packages. As root, run:" >&2
            echo "apt-get install ${lack% }" >&2
            exit 1
        fi
        # Lists may be absent or stale: refresh them and try once more.
        if ! apt_install $lack && ! { apt_update && apt_install $lack; }; then
            cat "$setup_log" >&2
            echo "apt-get install ${lack% } failed." >&2
            exit 1
        fi
    fi
    rm -f "$setup_log"
    trap - EXIT
    PG_CONFIG=${PG_CONFIG:-/usr/lib/postgresql/$major/bin/pg_config}
    export PG_CONFIG
}
