/* prelude.h -- the library that is written in Gradus, carried inside the program.
 *
 * The table is made from src/prelude/ at build time, in alphabetical order of
 * the files, and ends with a row of zeros.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_PRELUDE_H
#define GRADUS_PRELUDE_H

typedef struct PreludeFile {
    const char *name;       /* "prelude/losses.gr", as errors name it */
    const char *text;
} PreludeFile;

extern const PreludeFile prelude_files[];

#endif
