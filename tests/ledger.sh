#!/usr/bin/env bash
# ledger.sh -- doc/decks.md is true: each row's expression gives its exact value, the verdict
# is what the printed number deserves, and the session it names is there.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/common"
ledger=$top/doc/decks.md

# The blocks of definitions and the rows, in order: "line<TAB>text" and
# "line<TAB>what<TAB>printed<TAB>expression<TAB>exact<TAB>verdict<TAB>session".
awk -F' [|] ' -v OFS='\t' '
    /^```/ { inside = $0 == "```gradus"; next }
    inside { print NR, $0; next }
    /^[|] (what|---) / { next }
    /^[|]/ {
        sub(/^[|] /, "", $1); sub(/ [|]$/, "", $NF); gsub(/`/, "", $3)
        print NR, $1, $2, $3, $4, $5, $6
    }' "$ledger" > "$work/rows"

# A number, a list, or a call of a function that makes one; anything else is words.
is_value() { [[ $1 =~ ^(-?[0-9.]+|\[.*\]|ones\(.*\)|zeros\(.*\))$ ]]; }

# For each row a line "@ LINE" and what the program makes of it: 1 for the exact value, then
# what the verdict needs.
while IFS=$'\t' read -r at what printed expr exact verdict session; do
    if [ -z "$session" ]; then echo "$what"; continue; fi
    echo "digits 17"
    echo "print \"@ $at\""
    echo "print max(abs(($expr) - ($exact)) - 1e-12*abs($exact)) <= 1e-15"
    case $verdict in
    matches) echo "print max(abs(($expr) - ($printed))) <= 1e-15" ;;
    errs) if is_value "$printed"; then echo "print max(abs(($expr) - ($printed))) > 1e-4"; fi ;;
    rounds*) echo "digits ${verdict#* }, mode=round"; echo "print $expr" ;;
    cuts*) echo "digits ${verdict#* }, mode=trunc"; echo "print $expr" ;;
    esac
    echo "digits 6"
done < "$work/rows" > "$work/ledger.gr"
timeout "$slow" "$gradus" "$work/ledger.gr" > "$work/got" 2>&1
status=$?

# answer LINE: what stands between its mark and the next, in one line.
answer() { awk -v mark="@ $1" '/^@ /{ on = $0 == mark; next } on' "$work/got" | paste -s -d ' '; }

passed=0 failed=0
while IFS=$'\t' read -r at what printed expr exact verdict session; do
    if [ -z "$session" ]; then continue; fi
    bare=${printed//[\[\],]/}
    case $verdict in
    matches) want='1 1' ;;
    errs) if is_value "$printed"; then want='1 1'; else want=1; fi ;;
    rounds* | cuts*) want="1 $bare" ;;
    ours | inferred) want=1 ;;
    *) want="a verdict this test knows" ;;
    esac
    got=$(answer "$at")
    if [ "$got" = "$want" ] && [ -e "$top/tests/sessions/$session.gr" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "doc/decks.md:$at: $what: $verdict, but got '$got', not '$want' ($session)"
    fi
done < "$work/rows"
if [ $status -ne 0 ]; then
    failed=$((failed + 1))
    tail -n 5 "$work/got"
fi
report ledger $passed $failed
