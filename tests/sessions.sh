#!/usr/bin/env bash
# sessions.sh -- what is typed and what is printed: run every tests/sessions/NAME.gr in an
# empty folder and compare all output and the exit status with NAME.out.
#   tests/sessions.sh [NAME...]            compare (all, or those)
#   tests/sessions.sh --accept [NAME...]   take what is printed now as right; read the diff
# Beside NAME.gr there may be NAME.in (standard input) and NAME.d/ (files to find there).
# A first line `# gradus: OPTION...` gives the program options.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/common"
folder=$top/tests/sessions

# session NAME: run it, print what it printed and its status.
session() {
    local name=$1 here=$work/here options=() input=/dev/null status=0
    rm -rf "$here"
    mkdir "$here"
    if [ -d "$folder/$name.d" ]; then cp -R "$folder/$name.d/." "$here"; fi
    cp "$folder/$name.gr" "$here"
    chmod -R u+w "$here"
    if [ -e "$folder/$name.in" ]; then input=$folder/$name.in; fi
    read -ra options <<< "$(sed -n '1s/^# gradus: //p' "$folder/$name.gr")"
    (cd "$here" && timeout "$slow" "$gradus" "${options[@]}" "$name.gr") \
        < "$input" > "$work/raw" 2>&1 || status=$?
    # Where we happen to stand is no part of what is promised; a last line gets its end.
    sed -e "s|$here|HERE|g" -e "s|$top|TOP|g" -e '$a\' "$work/raw"
    echo "[exit $status]"
}

accept=no
if [ "${1-}" = --accept ]; then
    accept=yes
    shift
fi
if [ $# -eq 0 ]; then
    for file in "$folder"/*.gr; do
        if [ -e "$file" ]; then set -- "$@" "$(basename "$file" .gr)"; fi
    done
fi
passed=0 failed=0
for name; do
    name=$(basename "$name" .gr)
    session "$name" > "$work/got"
    if [ "$accept" = yes ]; then cp "$work/got" "$folder/$name.out"; fi
    if diff -u --label "$name.out (promised)" --label "$name (printed)" \
            "$folder/$name.out" "$work/got"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done
report sessions $passed $failed
