#!/bin/bash
# bench.sh: run test/bench/*.sql on a throw-away server; each prints its table.
# Started by sandbox.sh (make bench). ROWS reaches the scripts as :rows.
set -e
bin=$("$PG_CONFIG" --bindir)
server=$SANDBOX/server
settings='shared_buffers work_mem maintenance_work_mem max_parallel_workers_per_gather jit fsync'

shopt -s nullglob
scripts=(test/bench/*.sql)
if [ ${#scripts[@]} = 0 ]; then
    echo "No test/bench/*.sql to run."
    exit 0
fi
mkdir -p build/log
make -s with_llvm=no PG_CONFIG="$PG_CONFIG" all install DESTDIR="$SANDBOX/stage" \
    >build/log/build.log 2>&1 || { cat build/log/build.log >&2; exit 1; }
SERVER_CONF="shared_buffers = 2GB
work_mem = 128MB
maintenance_work_mem = 1GB
max_wal_size = 16GB
max_parallel_workers_per_gather = 2
jit = off" bash test/server.sh start "$server" "$SANDBOX/stage"

export PGHOST=$server PGUSER=postgres PAGER=cat
"$bin/psql" -X -q -d postgres -c 'CREATE DATABASE bench'
"$bin/psql" -X -q -d bench -c 'CREATE EXTENSION shnor'
"$bin/psql" -X -At -d bench -c 'SELECT version()'
echo "$(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), rows = ${ROWS:-5000000}"
for s in $settings; do
    printf '%s = %s\n' "$s" "$("$bin/psql" -X -At -d bench -c "SHOW $s")"
done
for f in "${scripts[@]}"; do
    echo
    echo "== $f"
    "$bin/psql" -X -q -P pager=off -d bench -v ON_ERROR_STOP=1 -v rows="${ROWS:-5000000}" -f "$f" || exit
done | tee build/log/bench.txt
exit "${PIPESTATUS[0]}"
