#!/bin/bash
# indent.sh --check | --write: the C sources' layout, by PostgreSQL's own tool.
# --check prints what would change and fails if anything would.
cd "$(dirname "$0")/.." || exit
if ! command -v pg_bsd_indent >/dev/null; then
    echo "pg_bsd_indent is missing: apt-get install pg-bsd-indent" >&2
    exit 1
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
shopt -s nullglob
files=(src/*.[ch] test/fuzz/*.[ch])

# The tool must know which names are types: those of the server's headers, of
# C's own and of this tree. Not "text", which is a variable's name as well: its
# declarations come out right all the same.
{
    printf '%s\n' bool int{8,16,32,64}_t uint{8,16,32,64}_t size_t ssize_t va_list FILE
    for dir in "$("${PG_CONFIG:-pg_config}" --includedir-server)" src test/fuzz; do
        grep -rhoE '^\} ?[A-Za-z_][A-Za-z_0-9]*;' --include='*.[ch]' "$dir" | tr -d '} ;'
        grep -rhE '^typedef .*;' --include='*.[ch]' "$dir" |
            sed -E 's/\[[^]]*\];/;/; s/^typedef .*\(\*? ?([A-Za-z_0-9]+)\) *\(.*$/\1/; s/^.*[ *]([A-Za-z_0-9]+);.*$/\1/'
    done
} | grep -E '^[A-Za-z_][A-Za-z_0-9]*$' | grep -vx text | sort -u >"$tmp/typedefs"

status=0
for f in "${files[@]}"; do
    pg_bsd_indent -bad -bap -bbb -bc -bl -cli1 -cp33 -cdb -nce -d0 -di12 -nfc1 -i4 -l79 \
        -lp -lpl -nip -npro -sac -tpg -ts4 "-U$tmp/typedefs" "$f" "$tmp/out" >"$tmp/err" 2>&1
    # As pgindent does: one space before the star of a return type.
    sed -i -E 's/^([A-Za-z_][^[:space:]]*)[[:space:]]+\*$/\1 */' "$tmp/out"
    if [ -s "$tmp/err" ]; then
        echo "$f:"
        cat "$tmp/err"
        status=1
    elif ! cmp -s "$f" "$tmp/out"; then
        if [ "$1" = --write ]; then
            cat "$tmp/out" >"$f"
            echo "$f"
        else
            diff -u "$f" "$tmp/out"
            status=1
        fi
    fi
done
exit $status
