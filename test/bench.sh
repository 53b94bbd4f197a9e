#!/bin/bash
# bench.sh: time the warehouse on a throw-away server, against DuckDB on the
# same rows where Node is there, and write test/bench/RESULTS.md.
# Started by sandbox.sh (make bench). Settings are in test/bench/settings.sh;
# each measure is one file NN_name.sql, which says what it compares.
set -e -o pipefail
. test/bench/settings.sh
bin=$("$PG_CONFIG" --bindir)
server=$SANDBOX/server
node_modules=$PWD/build/node
mkdir -p build/log "$node_modules"
exec 3>&1

make -s with_llvm=no PG_CONFIG="$PG_CONFIG" all install DESTDIR="$SANDBOX/stage" \
    >build/log/build.log 2>&1 || { cat build/log/build.log >&2; exit 1; }
SERVER_CONF=$SERVER_CONF bash test/server.sh start "$server" "$SANDBOX/stage"
export PGHOST=$server PGUSER=postgres PAGER=cat
"$bin/psql" -X -q -d postgres -c 'CREATE DATABASE bench'
"$bin/psql" -X -q -d bench -c 'CREATE EXTENSION shnor'

# sql NAME [OPTION...]: run test/bench/NAME.sql with the settings of this size.
sql() {
    local name=$1 started=$SECONDS
    shift
    PGOPTIONS="-c bench.rows=${rows:-0} -c bench.dir=${dir:-} -c bench.runs=$RUNS -c bench.limit=$LIMIT
        -c bench.region=$REGION_ROWS -c bench.schools=$DETECTION_SCHOOLS -c bench.honest=$HONEST_REGIONS
        -c bench.tampered=$TAMPERED_REGIONS" $STEP "$bin/psql" -X -q -At -d bench -v ON_ERROR_STOP=1 "$@" -f "test/bench/$name.sql"
    if [ -n "$rows" ]; then echo "$rows rows: $name $* $((SECONDS - started)) s" >&3; fi
}

skip() {
    "$bin/psql" -X -q -d bench -v ON_ERROR_STOP=1 -v measure="$1" -v rows="$rows" -v why="$2" <<<\
        "INSERT INTO bench.skipped VALUES (:'measure', :rows, :'why')"
}

machine() {
    "$bin/psql" -X -q -d bench -v ON_ERROR_STOP=1 -v name="$1" -v value="$2" <<<\
        "INSERT INTO bench.machine (name, value) VALUES (:'name', :'value')"
}

no_duckdb=
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    no_duckdb='there is no Node'
elif ! npm install --prefix "$node_modules" --no-save --no-audit --no-fund --fetch-retries=1 \
    --fetch-timeout=30000 @duckdb/node-api >build/log/npm.log 2>&1; then
    no_duckdb='npm could not install @duckdb/node-api'
fi

duckdb() {
    local started=$SECONDS
    if [ -n "$no_duckdb" ]; then
        skip DuckDB "$no_duckdb"
        return
    fi
    $STEP node test/bench/duckdb.mjs "$node_modules" "$dir" "$RUNS" >"$dir/duckdb_times.txt" 2>"$dir/duckdb_version"
    duckdb_version=$(cat "$dir/duckdb_version")
    echo "$rows rows: DuckDB $((SECONDS - started)) s" >&3
    sql 50_agree
}

load() {
    dir=$SANDBOX/files_$rows
    mkdir -p "$dir"
    sql 10_files
    sql 11_warehouse
    for administration in 1 2 3 4 5 6 7 8 9; do
        sql 12_copy -v administration=$administration
    done
    sql 13_size
}

sql data
sql tools
machine Machine "$(nproc) cores ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)), $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo) memory"
machine System "$(. /etc/os-release; echo "$PRETTY_NAME")"
machine PostgreSQL "$("$bin/psql" -X -At -d bench -c 'SHOW server_version')"
machine Settings "$(for s in $SETTINGS; do printf '%s = %s, ' $s "$("$bin/psql" -X -At -d bench -c "SHOW $s")"; done | sed 's/, $//')"

rows=$REGION_ROWS
load
sql 40_cycle
sql 41_list
duckdb
sql 80_roadmap
rm -rf "$dir"
sql 80_markers -v regions=1
if [ "$HONEST_REGIONS" -gt 0 ] && [ "$TAMPERED_REGIONS" -gt 0 ]; then
    sql detection
fi

for rows in $ROWS; do
    load
    sql 20_rebuild
    sql 21_rebuild_empty
    sql 31_aggregate -v what='aggregate, in the order loaded' -v source=country.result
    sql 30_shuffle
    sql 31_aggregate -v what='aggregate, in random order' -v source=bench.shuffled
    "$bin/psql" -X -q -d bench -c 'DROP TABLE bench.shuffled'
    sql 40_cycle
    sql 41_list
    duckdb
    sql 60_replace
    if [ "$rows" = "$IMPORT_ROWS" ]; then
        sql 70_import_file
    fi
    if [ "$rows" = "$MARKER_ROWS" ]; then
        sql 80_markers -v regions=37
    fi
    rm -rf "$dir"
done
if [ -n "$duckdb_version" ]; then machine DuckDB "$duckdb_version"; fi
rows=
sql report >build/log/RESULTS.md
cat build/log/RESULTS.md
