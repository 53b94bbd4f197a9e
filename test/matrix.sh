#!/bin/bash
# matrix.sh [SUITE...]: make test inside other Debian releases, for the other
# PostgreSQL majors: trixie has 17, sid has 18.
#
# Each release is debootstrapped once into build/matrix/SUITE, from the mirror
# this machine's own apt uses, and kept for the next run (make matrix-clean
# removes them all). Needs root. Mounts are made in a namespace of their own,
# so that none outlives the run.
set -e
cd "$(dirname "$0")/.."
root=$PWD
[ $# -gt 0 ] || set -- trixie sid
unset MAKEFLAGS MAKEOVERRIDES MAKELEVEL MFLAGS PG_CONFIG LC_ALL

if [ "$(id -u)" != 0 ]; then
    echo "make matrix needs root: it makes and enters chroot folders. Run: sudo make matrix" >&2
    exit 1
fi
if ! command -v debootstrap >/dev/null; then
    { apt-get install -y -q --no-install-recommends debootstrap ||
        { apt-get update -q && apt-get install -y -q --no-install-recommends debootstrap; }; } >/dev/null
fi

# The mirror: the first source that carries this machine's own release.
mirror() {
    local codename
    codename=$(. /etc/os-release; echo "$VERSION_CODENAME")
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -nE "s/^deb +(\[[^]]*\] +)?([^ ]+) +$codename( .*)?$/\2/p"
    for f in /etc/apt/sources.list.d/*.sources; do
        [ -e "$f" ] || continue
        awk -v RS= -v suite="$codename" '
            {
                uri = ""; mine = 0; off = 0
                n = split($0, line, "\n")
                for (i = 1; i <= n; i++) {
                    m = split(line[i], word, /[ \t]+/)
                    key = tolower(word[1])
                    if (key == "uris:") uri = word[2]
                    if (key == "enabled:" && tolower(word[2]) == "no") off = 1
                    if (key == "suites:")
                        for (j = 2; j <= m; j++) if (word[j] == suite) mine = 1
                }
                if (mine && !off && uri != "") print uri
            }' "$f"
    done
}
uri=$(mirror | head -1)
if [ -z "$uri" ]; then
    echo "matrix.sh: no apt source of this machine carries its own release." >&2
    exit 1
fi

# inside DIR COMMAND: as root in the chroot, with /proc, /dev and shared memory.
inside() {
    unshare --mount --pid --fork --kill-child bash -c '
        dir=$1
        shift
        mount --rbind /dev "$dir/dev"
        mount -t tmpfs tmpfs "$dir/dev/shm"
        mount -t proc proc "$dir/proc"
        chroot "$dir" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
            LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive CI="$CI" \
            ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
        # Not the last command: this shell stays to reap what the tests orphan.
        exit $?' bash "$@" </dev/null
}

mkdir -p build/matrix
status=0
summary=
for suite in "$@"; do
    dir=$root/build/matrix/$suite
    if [ ! -d "$dir" ]; then
        echo "== $suite: debootstrap"
        rm -rf "$dir.part"
        if ! unshare --mount --fork --kill-child \
            debootstrap --variant=minbase --include=make,git "$suite" "$dir.part" "$uri" \
            >"build/matrix/$suite.log" 2>&1; then
            tail -n 20 "build/matrix/$suite.log" "$dir.part/debootstrap/debootstrap.log" >&2
            exit 1
        fi
        # What this machine had to tell its apt about the way to the mirror.
        apt-config dump | grep -iE '^Acquire::([a-z]+::Proxy|Check-Valid-Until|Check-Date) ' \
            >"$dir.part/etc/apt/apt.conf.d/90outer" || true
        mv "$dir.part" "$dir"
    fi
    cp -L /etc/resolv.conf /etc/hosts "$dir/etc/" 2>/dev/null || true
    rm -rf "$dir/srv/shnor"
    mkdir -p "$dir/srv/shnor"
    tar --exclude=./build --exclude=./.git -cf - . | tar -C "$dir/srv/shnor" --no-same-owner -xf -
    echo "== $suite: make test"
    result=0
    inside "$dir" make --no-print-directory -C /srv/shnor test 2>&1 | tee "build/matrix/$suite.test.log" || true
    result=${PIPESTATUS[0]}
    [ "$result" = 0 ] || status=1
    summary="$summary$suite: $(grep -m1 -E '^PostgreSQL ' "build/matrix/$suite.test.log" | cut -d, -f1): $(
        grep -E '^[0-9]+ passed, [0-9]+ failed$' "build/matrix/$suite.test.log" | tail -1 ||
            echo 'did not finish')
"
done
echo
printf '%s' "$summary"
exit $status
