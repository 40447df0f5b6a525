#!/usr/bin/env bash
# counts.sh -- how many instructions the training of bench/w1.gr to w4.gr takes, inside the
# plan alone: callgrind counts them, and they repeat, so no clock is asked. Each must stay
# within what stands here; who makes it quicker lowers the number. Every workload is also
# run as it is, which is all that a sanitizer's build and a machine without AVX2 allow.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/common"
passed=0 failed=0

# judge OK TEXT
judge() {
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$2"
    fi
}

# The workload with fewer rows and epochs, in file $work/NAME.gr.
smaller() {
    sed -e "s/EPOCHS/$2/" -e 's/60000/640/g' "$top/bench/$1.gr" > "$work/$1.gr"
}

countable() {
    command -v valgrind > /dev/null && grep -q -w avx2 /proc/cpuinfo && ! grep -q asan_init "$gradus"
}

# instructions NAME OPTION...: inside plan_run
instructions() {
    valgrind --tool=callgrind --collect-atstart=no --toggle-collect=plan_run \
        --callgrind-out-file=/dev/null "$gradus" --threads 1 "${@:2}" "$work/$1.gr" 2>&1 |
        sed -n 's/.*Collected : //p'
}

# count NAME EPOCHS UPDATES MOST OPTION...: at most MOST instructions an update
count() {
    local name=$1 updates=$3 most=$4 got each
    smaller "$name" "$2"
    timeout "$slow" "$gradus" "${@:5}" "$work/$name.gr" < /dev/null > "$work/out" 2>&1
    judge $? "$name ${*:5}: $(tail -n 3 "$work/out")"
    countable || return 0
    got=$(instructions "$name" "${@:5}")
    each=$((${got:-0} / updates))
    [ "$each" -gt 0 ] && [ "$each" -le "$most" ]
    judge $? "$name ${*:5}: $each instructions an update, at most $most are allowed"
    [ -z "${COUNTS_SHOW-}" ] || echo "$name ${*:5}: $each of $most"
}

GRADUS_CPU=avx2
export GRADUS_CPU
count w1 2000 8000 180
count w2 10 10 540000
count w3 1 57 163000
count w4 1 10 8400000
count w2 10 10 275000 --precision single
count w3 1 57 98000 --precision single
count w4 1 10 4250000 --precision single
report counts "$passed" "$failed"
