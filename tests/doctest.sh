#!/usr/bin/env bash
# doctest.sh -- the examples in README and manual print what they say they print.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/common"
files=()
for file in "$top"/README "$top"/README.md "$top"/doc/*.texi "$top"/doc/*.md; do
    if [ -e "$file" ]; then files+=("$file"); fi
done
if [ ${#files[@]} -eq 0 ]; then report doctest 0 0; exit; fi
relay doctest --doctest "${files[@]}"
