#!/usr/bin/env bash
# docs.sh -- the manual page, the manual and --help speak of the same options, the manual
# page is well formed, and every word that the manual uses as a command is one.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/common"
passed=0 failed=0

# holds SENTENCE COMMAND...: one promise.
holds() {
    local sentence=$1
    shift
    if "$@" > "$work/said" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $sentence"
        cat "$work/said"
    fi
}

long_options() { grep -oE -- '--[a-z][a-z-]*' | LC_ALL=C sort -u; }

in_help() { "$gradus" --help | long_options; }
# What is meant for tests need not stand in --help.
in_page() { sed 's/\\-/-/g' "$top/doc/gradus.1" | grep -v '^\.\\"' | long_options | grep -vx -e --test-lessons; }
in_manual() {
    sed -n '/^@node Running Gradus/,/^@include/p' "$top/doc/gradus.texi" | grep -E '^@itemx? -' |
        long_options | grep -vx -e --test-lessons
}

same_options() { diff <(in_help) <("$1"); }

# groff -ww says what it finds doubtful on standard error.
page_is_sound() {
    command -v groff > /dev/null || return 0
    ! groff -man -Tascii -ww -z "$top/doc/gradus.1" 2>&1 | grep .
}

# Every @findex of the manual that is a word can be looked up in the program.
words_are_known() {
    local word status=0
    for word in $(sed -n 's/^@findex \([a-z][a-z_]*\)$/\1/p' "$top/doc/gradus.texi" | sort -u); do
        "$gradus" -e "help $word" > /dev/null 2>&1 || { echo "no help on $word"; status=1; }
    done
    return $status
}

holds 'the manual page names the options of --help' same_options in_page
holds 'the manual names the options of --help' same_options in_manual
holds 'the manual page is well formed' page_is_sound
holds 'there is help on every word of the manual' words_are_known
report docs $passed $failed
