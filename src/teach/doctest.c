/* doctest.c -- the examples in a text, run and compared with what it says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/doctest.h"

#include <cmark.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- CommonMark ---- */

static bool first_word_is(const char *info, const char *word)
{
    size_t n = strlen(word);
    return info && !strncmp(info, word, n) && (!info[n] || isspace((unsigned char)info[n]));
}

static void commonmark_read(Examples *e, const char *text, size_t len)
{
    cmark_node *doc = cmark_parse_document(text, len, CMARK_OPT_VALIDATE_UTF8);
    cmark_iter *walk = cmark_iter_new(doc);
    while (cmark_iter_next(walk) != CMARK_EVENT_DONE) {
        cmark_node *n = cmark_iter_get_node(walk);
        if (cmark_node_get_type(n) != CMARK_NODE_CODE_BLOCK) continue;
        if (!first_word_is(cmark_node_get_fence_info(n), "gradus")) continue;
        examples_read(e, cmark_node_get_literal(n), cmark_node_get_start_line(n) + 1);
    }
    cmark_iter_free(walk);
    cmark_node_free(doc);
}

/* ---- Texinfo ---- */

static bool line_is(const char *line, size_t n, const char *word)
{
    return n == strlen(word) && !strncmp(line, word, n);
}

/* One line of an example as a reader sees it: @@ is @, @{ is {, @dots{} is three
 * points, and of any other @command{...} what it holds. */
static void texinfo_line(Text *t, const char *s, size_t n)
{
    int open = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '@' && i + 1 < n && strchr("@{}", s[i + 1])) {
            text_addc(t, s[++i]);
        } else if (s[i] == '@') {
            size_t w = 1;
            while (i + w < n && isalpha((unsigned char)s[i + w])) w++;
            if (line_is(s + i, w, "@dots")) text_add(t, "...");
            i += w - 1;
        } else if (s[i] == '{') {
            open++;
        } else if (s[i] == '}' && open) {
            open--;
        } else {
            text_addc(t, s[i]);
        }
    }
    text_addc(t, '\n');
}

typedef struct {
    Examples *to;
    Text      block;
    bool      inside, ours;     /* in an @example; it began with the mark */
    int       line, first;      /* now, and of the block's first line     */
} Texinfo;

static void texinfo_take(Texinfo *x, const char *line, size_t n)
{
    if (line_is(line, n, "@example")) {
        x->inside = true;
        x->ours = false;
        text_clear(&x->block);
        x->first = x->line + 2;
    } else if (!x->inside) {
        return;
    } else if (line_is(line, n, "@end example")) {
        if (x->ours) examples_read(x->to, text_str(&x->block), x->first);
        x->inside = false;
    } else if (x->line == x->first - 1) {
        x->ours = line_is(line, n, "@c gradus");
    } else if (line_is(line, n, "@group") || line_is(line, n, "@end group")) {
        text_addc(&x->block, '\n');
    } else if (n >= 3 && !strncmp(line, "@c ", 3)) {
        text_addc(&x->block, '\n');
    } else {
        texinfo_line(&x->block, line, n);
    }
}

static void texinfo_read(Examples *e, const char *text, size_t len)
{
    Texinfo x = { .to = e, .line = 1 };
    for (size_t at = 0; at < len; x.line++) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at, keep = n;
        while (keep && strchr(" \t\r", text[at + keep - 1])) keep--;
        texinfo_take(&x, text + at, keep);
        at += n + 1;
    }
    text_free(&x.block);
}

/* ---- files ---- */

static bool ends_in(const char *file, const char *tail)
{
    size_t n = strlen(file), k = strlen(tail);
    return n >= k && !strcmp(file + n - k, tail);
}

void doctest_read(Examples *e, const char *file, const char *text, size_t len)
{
    if (ends_in(file, ".texi") || ends_in(file, ".texinfo") || ends_in(file, ".txi"))
        texinfo_read(e, text, len);
    else commonmark_read(e, text, len);
}

void doctest_text(Session *s, const char *file, const char *text, size_t len, Tally *t)
{
    Examples e = { 0 };
    doctest_read(&e, file, text, len);
    examples_check(s, &e, file, t);
    examples_free(&e);
}
