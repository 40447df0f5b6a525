#!/usr/bin/env bash
# screens.sh -- keys in, screen out: the program on a pseudo terminal (tests/screens/).
#   tests/screens.sh [WORD...]     only the tests whose names hold a word
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/common"
unset LINES COLUMNS
export GRADUS=$gradus PYTHONDONTWRITEBYTECODE=1
cd "$work" || exit 99
timeout 1200 /usr/bin/python3 "$top/tests/screens/screens.py" "$@" < /dev/null
