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
export srcdir=$top
# What the machine's level decides is tested at the lowest one as well: the same bits.
if [ $# -eq 0 ]; then
    for suite in fused plan train; do
        GRADUS_CPU=plain timeout 600 "$units" $suite < /dev/null > plain.log 2>&1 && continue
        cat plain.log
        echo "units: 0 passed, 1 failed"
        exit 1
    done
fi
timeout 600 "$units" "$@" < /dev/null
