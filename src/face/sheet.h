/* sheet.h -- a grid of characters to draw text charts on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SHEET_H
#define GRADUS_SHEET_H

#include <stdbool.h>
#include "base/text.h"

typedef struct {
    char s[8];                /* one character in UTF-8; "" right of a wide one */
} SheetCell;

typedef struct {
    int        columns, rows;
    bool       utf8;          /* else what is not ASCII becomes '?'             */
    SheetCell *cell;
} Sheet;

/* All blanks; free it with sheet_free. */
Sheet sheet_make(int columns, int rows, bool utf8);
void  sheet_free(Sheet *s);

/* One glyph at column x, row y; outside the sheet: nothing. */
void sheet_put(Sheet *s, int x, int y, const char *glyph);

/* The glyph there, " " for a blank; the place must be on the sheet. */
const char *sheet_get(const Sheet *s, int x, int y);

/* Text from anywhere from column x on, at most width columns, a cut marked by
 * '~'. Returns the columns used. */
int sheet_text(Sheet *s, int x, int y, const char *text, int width);

/* The columns that sheet_text would use without a limit. */
int sheet_width(const char *text, bool utf8);

/* Append all rows, each without blanks at its end and with a newline. */
void sheet_print(const Sheet *s, Text *out);

#endif
