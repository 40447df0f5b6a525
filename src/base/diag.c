/* diag.c -- filling a Diag: the first fault wins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/diag.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Format into buf; text that does not fit ends in "..." and never in half of a
 * UTF-8 character. */
static void format_cut(char *buf, size_t size, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

static void format_cut(char *buf, size_t size, const char *fmt, va_list ap)
{
    int need = vsnprintf(buf, size, fmt, ap);
    if (need < 0) {
        buf[0] = '\0';
    } else if ((size_t)need >= size) {
        size_t end = size - sizeof "...";
        while (end > 0 && ((unsigned char)buf[end] & 0xC0) == 0x80) end--;
        memcpy(buf + end, "...", sizeof "...");
    }
}

Status diag_set(Diag *d, Status code, Span at, const char *fmt, ...)
{
    assert(d && code != OK);
    if (d->code != OK) return d->code;
    d->code = code;
    d->at = at;
    d->hint[0] = '\0';
    va_list ap;
    va_start(ap, fmt);
    format_cut(d->text, sizeof d->text, fmt, ap);
    va_end(ap);
    return code;
}

Status diag_hint(Diag *d, const char *fmt, ...)
{
    assert(d);
    if (d->code == OK || d->hint[0]) return d->code;
    va_list ap;
    va_start(ap, fmt);
    format_cut(d->hint, sizeof d->hint, fmt, ap);
    va_end(ap);
    return d->code;
}

void diag_clear(Diag *d)
{
    d->code = OK;
    d->at = (Span){ 0, 0 };
    d->text[0] = '\0';
    d->hint[0] = '\0';
}
