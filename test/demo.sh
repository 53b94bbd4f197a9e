#!/bin/bash
# demo.sh: build the extension, show demo/run.sql on a throw-away server.
# Started by sandbox.sh (make demo), in a copy of the tree.
set -e
bin=$("$PG_CONFIG" --bindir)
server=$SANDBOX/server

echo "Building for $("$PG_CONFIG" --version) ..."
mkdir -p build/log
make -s with_llvm=no PG_CONFIG="$PG_CONFIG" all install DESTDIR="$SANDBOX/stage" \
    >build/log/build.log 2>&1 || { cat build/log/build.log >&2; exit 1; }
bash test/server.sh start "$server" "$SANDBOX/stage"

export PGHOST=$server PGUSER=postgres PAGER=cat
status=0
"$bin/psql" -X -q -d postgres -c 'CREATE DATABASE demo'
# From standard input, so that messages carry no file name.
(
    cd demo
    PGDATABASE=demo "$bin/psql" -X -q -v ON_ERROR_STOP=1 -P pager=off <run.sql
) || status=$?
cp "$server/log" build/log/server.log
if [ "$status" != 0 ]; then
    echo "The demo failed (psql: $status); the server's log is in build/log/demo." >&2
    exit "$status"
fi
if [ -n "$KEEP" ]; then
    touch keep
    echo
    echo "The server is left running. Connect:"
    echo "    psql 'host=$server user=postgres dbname=demo'"
    echo "Stop and remove it:"
    echo "    bash test/server.sh stop $SANDBOX"
fi
