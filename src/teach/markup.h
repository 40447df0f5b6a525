/* markup.h -- CommonMark as text for the terminal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_MARKUP_H
#define GRADUS_MARKUP_H

#include <stdbool.h>

#include "base/text.h"

struct cmark_node;

typedef struct {
    int  width;        /* columns to wrap at                              */
    bool ansi;         /* emphasis by escapes; otherwise by plain marks   */
} MarkupLook;

/* The siblings from `from` before `end` (NULL: to the last). What comes from the
 * file passes the funnel; the only escapes are our own. */
void markup_blocks(Text *t, struct cmark_node *from, struct cmark_node *end, MarkupLook look);

/* One paragraph of plain text with `code` in backquotes, wrapped, each line behind
 * the prefix. */
void markup_paragraph(Text *t, const char *text, const char *prefix, MarkupLook look);

/* Text as it stands, each line behind the prefix. */
void markup_verbatim(Text *t, const char *text, const char *prefix);

#endif
