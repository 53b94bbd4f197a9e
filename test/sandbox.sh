#!/bin/bash
# sandbox.sh TASK: run test/TASK.sh on a copy of the tree as an ordinary user.
#
# PostgreSQL refuses to run as root, and a clone may be anywhere (a private
# folder, a path with spaces, another user's). So the tree is copied into a
# temporary directory, owned by "postgres" when started by root, and the task
# runs there. What it leaves in build/log comes back to build/log/TASK.
# Whatever ends this script ends the task and its servers and removes the
# directory; a task that succeeds and leaves a file "keep" is left running.
set -e
root=$(cd "$(dirname "$0")/.." && pwd)
task=$1

# Nothing of the caller's make, libpq or locale settings reaches the task.
pg_config=$PG_CONFIG
unset MAKEFLAGS MAKEOVERRIDES MAKELEVEL MFLAGS LANGUAGE ${!LC_*} ${!PG*}
export LC_ALL=C.UTF-8
if [ -n "$pg_config" ]; then export PG_CONFIG=$pg_config; fi

. "$root/test/setup.sh"
case $task in
demo) setup demo ;;
*) setup test ;;
esac

# Short and plain, for a socket's path has at most 107 bytes.
base=${TMPDIR:-/tmp}
if [ "$(id -u)" = 0 ] || [ ${#base} -gt 40 ] || [ -n "${base//[A-Za-z0-9\/._-]/}" ]; then
    base=/tmp
fi
work=$(mktemp -d "$base/shnor.XXXXXX")
child=

finish() {
    local status=$?
    trap '' INT TERM HUP
    # The task has a process group of its own.
    if [ -n "$child" ]; then kill -TERM -- "-$child" 2>/dev/null || true; fi
    if [ -d "$work/src/build/log" ]; then
        rm -rf "$root/build/log/$task"
        mkdir -p "$root/build/log" 2>/dev/null &&
            cp -R "$work/src/build/log" "$root/build/log/$task" 2>/dev/null || true
    fi
    if [ "$status" != 0 ] || [ ! -e "$work/src/keep" ]; then
        bash "$root/test/server.sh" stop "$work" || rm -rf "$work"
    fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkdir "$work/src" "$work/home"
tar -C "$root" --exclude=./build --exclude=./.git --exclude='*.o' --exclude='*.bc' \
    --exclude='*.so' --exclude='./shnor--*.sql' -cf - . | tar -C "$work/src" --no-same-owner -xf -
chmod -R u+rwX "$work/src"

run=(env HOME="$work/home" TMPDIR="$work" SANDBOX="$work" SOURCE="$root"
    PATH="$PATH:/usr/sbin:/sbin" bash "test/$task.sh")
if [ "$(id -u)" = 0 ]; then
    chown -R postgres: "$work"
    run=(runuser -u postgres -- "${run[@]}")
fi
cd "$work/src"
set -m
"${run[@]}" </dev/null &
child=$!
set +m
status=0
wait "$child" || status=$?
child=
exit $status
