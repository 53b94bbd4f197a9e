#!/bin/bash
# test.sh: every suite, in every build. Started by sandbox.sh (make test).
#
# Builds: plain (what users get), strict (assertions on, warnings are errors),
# ubsan (undefined behaviour aborts). Suites: regress, isolation, pgTAP, Perl.
# Then the fuzz targets, under ASan and UBSan, on their corpus and a short
# seeded run. The last line counts single tests: "N passed, N failed".
passed=0
failed=0
top=$PWD
log=$top/build/log
bin=$("$PG_CONFIG" --bindir)
pgxs=$(dirname "$(dirname "$("$PG_CONFIG" --pgxs)")")
mkdir -p "$log"
shopt -s nullglob

note() { printf '%-28s %s\n' "$1" "$2"; }

# tally NAME STATUS LOG: count the tests in LOG, the output of pg_regress (any
# version) or of a TAP producer, whose exit status was STATUS.
tally() {
    local ok bad
    ok=$(grep -cE '^ok |^not ok .*# (TODO|SKIP)|\.\.\. +ok ' "$3")
    bad=$(grep -E '^not ok |\.\.\. +FAILED' "$3" | grep -cvE '# (TODO|SKIP)')
    # A suite that broke off has failed, whatever it printed before.
    if [ "$2" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
    if [ "$2" = 0 ] && [ "$ok" = 0 ]; then bad=1; fi
    passed=$((passed + ok))
    failed=$((failed + bad))
    note "$1" "$ok passed, $bad failed"
    [ "$bad" = 0 ]
}

# one NAME COMMAND...: a check that counts as a single test.
one() {
    local name=$1 file
    shift
    file=$log/${name//[: ]/-}.log
    if "$@" >"$file" 2>&1; then
        passed=$((passed + 1))
        note "$name" ok
    else
        failed=$((failed + 1))
        note "$name" FAILED
        # A compiler's first errors tell; the many that follow from them do not.
        if [ "$(wc -l <"$file")" -gt 60 ]; then
            grep -nE -A3 'error:|ERROR' "$file" | head -n 30
            echo "... (all of it in build/log/${TASK:-test}/${file##*/})"
        fi
        tail -n 60 "$file"
        return 1
    fi
}

# build VARIANT FLAGS: a copy of the tree, compiled and staged in build/VARIANT.
compile() {
    mkdir -p "build/$1" &&
        tar --exclude=./build -cf - . | tar -C "build/$1" -xf - &&
        make -C "build/$1" -j2 with_llvm=no PG_CONFIG="$PG_CONFIG" COPT="$2" all &&
        make -C "build/$1" with_llvm=no PG_CONFIG="$PG_CONFIG" COPT="$2" install DESTDIR="$top/build/$1/stage"
}

start() {
    bash test/server.sh start "$SANDBOX/$1" "$top/build/$1/stage" || return
    export PGHOST=$SANDBOX/$1 PGUSER=postgres PGDATABASE=postgres
}

# A backend that crashed or a sanitizer that spoke fails the build, even where
# the tests went on.
finish() {
    local status=0
    "$bin/pg_ctl" -D "$SANDBOX/$1/data" -m fast -w -s stop || status=1
    cp "$SANDBOX/$1/log" "$log/$1-server.log"
    cp -R "build/$1/results" "$log/$1-results" 2>/dev/null
    cp -R "build/$1/output_iso/results" "$log/$1-isolation-results" 2>/dev/null
    one "$1: server unharmed" quiet_log "$log/$1-server.log" && [ "$status" = 0 ]
}
quiet_log() {
    ! grep -nE -A20 'runtime error:|TRAP:|terminated by signal|Sanitizer' "$1"
}

# run_suite VARIANT SUITE: one of the suites `make installcheck` has.
run_suite() {
    local off
    case $2 in
    regress) off="ISOLATION= TAP_TESTS=" ;;
    isolation) off="REGRESS= TAP_TESTS=" ;;
    perl) off="REGRESS= ISOLATION= PROVE_FLAGS=-v" ;;
    esac
    make -s -C "build/$1" with_llvm=no PG_CONFIG="$PG_CONFIG" $off installcheck >"$log/$1-$2.log" 2>&1
}

# judge_suite VARIANT SUITE STATUS: counts what it gave, and shows what failed.
judge_suite() {
    local v=$1 suite=$2 file=$log/$1-$2.log f
    tally "$v: $suite" "$3" "$file" && return
    case $suite in
    perl)
        grep -vE '^ok |^# (Running|Loaded)' "$file" | tail -n 100
        # Why a file died is in its own log only: before the text of what was run.
        grep -lE '^(not ok|.*(died|error running SQL))' "build/$v/tmp_check/log/"regress_log_* 2>/dev/null |
            while read -r f; do
                echo "== $f"
                grep -nE -A3 'died|error running SQL|ERROR:|FATAL:' "$f" | head -n 40
                tail -n 30 "$f"
            done
        ;;
    *) grep -E '^not ok |\.\.\. +FAILED|ERROR|FATAL|could not|command failed' "$file" | head -n 40 ;;
    esac
    for f in "build/$v/regression.diffs" "build/$v/output_iso/regression.diffs"; do
        if [ -s "$f" ]; then
            cp "$f" "$log/$v-$suite.diffs"
            head -n 300 "$f"
            rm "$f"
        fi
    done
    return 1
}

installcheck() {
    local status=0
    run_suite "$1" "$2" || status=$?
    judge_suite "$1" "$2" "$status"
}

# pgTAP: every file has a database of its own, so what one leaves behind does
# not reach the next. pgTAP is in schema tap, found through the search path.
pgtap() {
    local v=$1 file=$log/$1-pgtap.log status=0 f db
    set -- test/tap/*.sql
    [ $# -gt 0 ] || return 0
    "$bin/psql" -X -q -v ON_ERROR_STOP=1 >"$file" 2>&1 <<'SQL' || status=$?
CREATE DATABASE tap_template;
\connect tap_template
CREATE SCHEMA tap;
CREATE EXTENSION pgtap SCHEMA tap;
CREATE EXTENSION shnor;
SQL
    for f in "$@"; do
        db=tap_$(basename "$f" .sql)
        {
            "$bin/createdb" -T tap_template "$db" &&
                "$bin/psql" -X -q -d "$db" -c "ALTER DATABASE $db SET search_path = public, tap" &&
                pg_prove -v --psql-bin "$bin/psql" -d "$db" "$f"
        } >>"$file" 2>&1 || status=1
    done
    tally "$v: pgtap" "$status" "$file" || { grep -vE '^ok ' "$file" | tail -n 100; return 1; }
}

# What the sources must not hold, outside comments that speak of it.
sources_clean() {
    local status=0
    if sed 's/--.*//' sql/[0-9]*.sql |
        grep -niE 'OR REPLACE|IF NOT EXISTS|SECURITY DEFINER'; then
        echo "in the extension script"
        status=1
    fi
    if grep -rnE '\b(TODO|FIXME)\b|(--|/?\*|//) *XXX\b' --include='*.[ch]' --include='*.sql' src sql test; then
        status=1
    fi
    return $status
}

# The version is named in the control file, in META.json twice, in the changelog.
versions_agree() {
    local control meta log
    control=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" shnor.control)
    meta=$(perl -MJSON::PP -0777 -ne \
        '$m = decode_json($_); print "$m->{version} $m->{provides}{shnor}{version}"' META.json)
    log=$(sed -nE 's/^## \[([^]]*)\].*/\1/p' CHANGELOG.md | head -1)
    echo "control file: $control; META.json: $meta; changelog: $log"
    [ "$meta $log" = "$control $control $control" ]
}

# Every fuzz target: its corpus as it is, then mutations from a fixed seed.
fuzz_targets() {
    local t name corpus asan=()
    # ASan's fixed shadow and a large random base of mappings do not agree.
    if setarch -R true 2>/dev/null; then asan=(setarch -R); fi
    export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
    for t in build/fuzz/fuzz_*; do
        name=${t##*/fuzz_}
        corpus=()
        if [ -d "test/fuzz/corpus/$name" ]; then
            corpus=("test/fuzz/corpus/$name")
            one "fuzz $name: corpus" "${asan[@]}" "$t" "${corpus[@]}"
        fi
        one "fuzz $name: ${FUZZ_RUNS:-100000} runs" timeout 120 "${asan[@]}" "$t" \
            "-seed=${SEED:-1}" "-runs=${FUZZ_RUNS:-100000}" "${corpus[@]}"
    done
}

if [ "$TASK" = fuzz ]; then
    one "fuzz: build" make -s -C test/fuzz OUT="$top/build/fuzz" && fuzz_targets
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
    exit
fi

began=$SECONDS
perl=
echo "$("$PG_CONFIG" --version), $(${CC:-gcc} --version | head -1)"

if one "plain: build" compile plain "" && one "plain: server" start plain; then
    # The Perl suite starts servers of its own and often waits for them: it runs
    # beside the others, and is judged after them.
    TEMP_CONFIG=$SANDBOX/plain/stage.conf run_suite plain perl &
    perl=$!
    installcheck plain regress
    installcheck plain isolation
    pgtap plain
    finish plain
fi

# The server's own headers are not ours to mend: they count as system headers.
strict="-isystem $("$PG_CONFIG" --includedir-server) -DUSE_ASSERT_CHECKING -Wall -Wextra -Werror -Wno-declaration-after-statement"
if one "strict: build" compile strict "$strict" && one "strict: server" start strict; then
    installcheck strict regress
    installcheck strict isolation
    pgtap strict
    finish strict
fi
one "strict: sources" sources_clean
one "strict: versions" versions_agree
if pg_bsd_indent --version 2>/dev/null | grep -q ' 2\.1\.1'; then
    one "strict: layout" bash test/indent.sh --check
fi

ubsan="-fno-wrapv -fsanitize=undefined -fno-sanitize-recover=all"
if one "ubsan: build" compile ubsan "$ubsan" && one "ubsan: server" start ubsan; then
    installcheck ubsan regress
    installcheck ubsan isolation
    pgtap ubsan
    finish ubsan
fi

set -- test/fuzz/fuzz_*.c
if [ $# -gt 0 ]; then
    one "fuzz: build" make -s -C test/fuzz OUT="$top/build/fuzz" && fuzz_targets
fi

if [ -n "$perl" ]; then
    status=0
    wait "$perl" || status=$?
    judge_suite plain perl "$status"
fi

echo "$((SECONDS - began)) s"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
