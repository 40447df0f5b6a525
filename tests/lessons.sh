#!/usr/bin/env bash
# lessons.sh -- every lesson and demo runs, prints what it says, and its solutions pass its checks.
# SPDX-License-Identifier: GPL-3.0-or-later
. "$(dirname "$0")/common"
set -- "$top"/lessons/*.md "$top"/lessons/demos/*.md
if [ ! -e "$1" ]; then report lessons 0 0; exit; fi
relay lessons --test-lessons "$@"
