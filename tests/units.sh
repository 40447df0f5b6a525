#!/usr/bin/env bash
# units.sh -- run the unit tests (tests/units/), if CUnit was there to build them.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/common"
units=${UNITS:-$top/build/tests/units/units}
if [ ! -x "$units" ]; then
    echo 'skipped: CUnit (libcunit1-dev) was not there when this was configured'
    exit 77
fi
cd "$work" || exit 99
srcdir=$top timeout 600 "$units" "$@" < /dev/null
