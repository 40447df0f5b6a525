/* markup.c -- CommonMark as text for the terminal.
 *
 * The tree is walked by cmark's iterator, never by recursion: how deep a file
 * nests is up to its author.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/markup.h"

#include <cmark.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_MOST = 32 };     /* columns of indentation; deeper goes no further in */

typedef struct {
    Text      *to;
    MarkupLook look;
    Text       inl;            /* the paragraph being gathered                  */
    Text       prefix;         /* of every line                                 */
    int        unpushed;       /* levels that were too deep for the prefix      */
    Text       mark;           /* "1. ", waiting for the item's first line      */
    bool       gap;            /* an empty line is due before the next block    */
} Markup;

/* ---- lines ---- */

static void line_begin(Markup *m)
{
    size_t keep = m->prefix.len;
    if (m->mark.len && m->mark.len <= keep) keep -= m->mark.len;
    text_addn(m->to, text_str(&m->prefix), keep);
    text_addn(m->to, text_str(&m->mark), m->mark.len);
    text_clear(&m->mark);
}

/* s in lines of at most width columns, broken at blanks; '\n' is a forced break. */
static void wrap(Markup *m, const char *s)
{
    int room = m->look.width - (int)m->prefix.len, used = 0;
    bool open = false;
    for (; *s; s += *s == '\n') {
        for (size_t n; *s && *s != '\n'; s += n) {
            s += strspn(s, " ");
            n = strcspn(s, " \n");
            if (!n) continue;
            int columns = text_columns(s, n);
            if (open && used + 1 + columns > room) text_addc(m->to, '\n'), open = false;
            if (!open) line_begin(m), used = 0;
            else text_addc(m->to, ' '), used++;
            text_addn(m->to, s, n);
            used += columns;
            open = true;
        }
        if (open) text_addc(m->to, '\n');
        open = false;
    }
}

static void gap(Markup *m)
{
    if (m->gap) text_addc(m->to, '\n');
    m->gap = false;
}

/* ---- inside a paragraph ---- */

static void style(Markup *m, const char *escape, const char *plain)
{
    text_add(&m->inl, m->look.ansi ? escape : plain);
}

static void safe(Text *t, const char *s)
{
    if (s) text_add_safe(t, s, strlen(s));
}

static void code_inline(Markup *m, const char *s)
{
    style(m, "\033[36m", "`");
    safe(&m->inl, s);
    style(m, "\033[39m", "`");
}

static void link_end(Markup *m, cmark_node *n)
{
    const char *url = cmark_node_get_url(n);
    cmark_node *only = cmark_node_first_child(n);
    const char *words = only ? cmark_node_get_literal(only) : NULL;
    if (!url || (words && !strcmp(words, url))) return;
    text_add(&m->inl, " <");
    safe(&m->inl, url);
    text_addc(&m->inl, '>');
}

static void inline_event(Markup *m, cmark_node *n, bool enter)
{
    switch (cmark_node_get_type(n)) {
    case CMARK_NODE_TEXT: safe(&m->inl, cmark_node_get_literal(n)); break;
    case CMARK_NODE_SOFTBREAK: text_addc(&m->inl, ' '); break;
    case CMARK_NODE_LINEBREAK: text_addc(&m->inl, '\n'); break;
    case CMARK_NODE_CODE: code_inline(m, cmark_node_get_literal(n)); break;
    case CMARK_NODE_EMPH: style(m, enter ? "\033[3m" : "\033[23m", "*"); break;
    case CMARK_NODE_STRONG: style(m, enter ? "\033[1m" : "\033[22m", "*"); break;
    case CMARK_NODE_LINK: if (!enter) link_end(m, n); break;
    case CMARK_NODE_IMAGE: text_addc(&m->inl, enter ? '[' : ']'); break;
    default: break;
    }
}

/* ---- blocks ---- */

static void prefix_push(Markup *m, const char *s)
{
    if (m->unpushed || m->prefix.len + strlen(s) > PREFIX_MOST) m->unpushed++;
    else text_add(&m->prefix, s);
}

static void prefix_pop(Markup *m, size_t columns)
{
    if (m->unpushed) m->unpushed--;
    else m->prefix.s[m->prefix.len -= columns] = '\0';
}

static bool tight(cmark_node *n)
{
    cmark_node *item = cmark_node_parent(n), *list = item ? cmark_node_parent(item) : NULL;
    return list && cmark_node_get_type(item) == CMARK_NODE_ITEM && cmark_node_get_list_tight(list);
}

static void paragraph_end(Markup *m, cmark_node *n)
{
    gap(m);
    wrap(m, text_str(&m->inl));
    text_clear(&m->inl);
    m->gap = !tight(n);
}

static void heading_end(Markup *m, cmark_node *n)
{
    gap(m);
    Text line = { 0 };
    if (m->look.ansi) text_addf(&line, "\033[1m%s\033[22m", text_str(&m->inl));
    else text_add(&line, text_str(&m->inl));
    wrap(m, text_str(&line));
    int columns = text_columns(text_str(&line), line.len);
    line_begin(m);
    char under = cmark_node_get_heading_level(n) == 1 ? '=' : '-';
    for (int i = 0; i < columns && i < m->look.width; i++) text_addc(m->to, under);
    text_addc(m->to, '\n');
    text_free(&line);
    text_clear(&m->inl);
    m->gap = true;
}

static bool is_hint(cmark_node *n)
{
    const char *info = cmark_node_get_fence_info(n);
    return info && !strncmp(info, "hint", 4);
}

static void code_block(Markup *m, cmark_node *n)
{
    if (is_hint(n)) return;
    gap(m);
    prefix_push(m, "    ");
    for (const char *s = cmark_node_get_literal(n); s && *s;) {
        size_t k = strcspn(s, "\n");
        if (k) line_begin(m);
        text_add_safe(m->to, s, k);
        text_addc(m->to, '\n');
        s += k + (s[k] == '\n');
    }
    prefix_pop(m, 4);
    m->gap = true;
}

/* The list's own count of items lies in its user data. */
static void item_mark(char buf[24], cmark_node *item, bool next)
{
    cmark_node *list = cmark_node_parent(item);
    intptr_t i = (intptr_t)cmark_node_get_user_data(list);
    if (cmark_node_get_list_type(list) != CMARK_ORDERED_LIST) {
        strcpy(buf, "- ");
        return;
    }
    snprintf(buf, 24, "%ld. ", (long)(cmark_node_get_list_start(list) + i));
    if (next) cmark_node_set_user_data(list, (void *)(i + 1));
}

static void item_event(Markup *m, cmark_node *n, bool enter)
{
    char mark[24], blank[24];
    item_mark(mark, n, !enter);
    snprintf(blank, sizeof blank, "%*s", (int)strlen(mark), "");
    if (enter) prefix_push(m, blank);
    else prefix_pop(m, strlen(mark));
    text_clear(&m->mark);
    if (enter && !m->unpushed) text_add(&m->mark, mark);
}

static void list_event(Markup *m, cmark_node *n, bool enter)
{
    if (enter) {
        cmark_node_set_user_data(n, NULL);
        if (!tight(n)) gap(m);
    } else {
        m->gap = !tight(n);
    }
}

static void block_event(Markup *m, cmark_node *n, bool enter)
{
    switch (cmark_node_get_type(n)) {
    case CMARK_NODE_PARAGRAPH: if (!enter) paragraph_end(m, n); break;
    case CMARK_NODE_HEADING: if (!enter) heading_end(m, n); break;
    case CMARK_NODE_CODE_BLOCK: code_block(m, n); break;
    case CMARK_NODE_LIST: list_event(m, n, enter); break;
    case CMARK_NODE_ITEM: item_event(m, n, enter); break;
    case CMARK_NODE_BLOCK_QUOTE:
        if (enter) prefix_push(m, "| ");
        else prefix_pop(m, 2);
        break;
    default: inline_event(m, n, enter);
    }
}

static void markup_free(Markup *m)
{
    text_free(&m->inl);
    text_free(&m->prefix);
    text_free(&m->mark);
}

void markup_blocks(Text *t, cmark_node *from, cmark_node *end, MarkupLook look)
{
    Markup m = { .to = t, .look = look };
    for (cmark_node *n = from; n && n != end; n = cmark_node_next(n)) {
        cmark_iter *walk = cmark_iter_new(n);
        for (cmark_event_type e; (e = cmark_iter_next(walk)) != CMARK_EVENT_DONE;)
            block_event(&m, cmark_iter_get_node(walk), e == CMARK_EVENT_ENTER);
        cmark_iter_free(walk);
    }
    markup_free(&m);
}

/* ---- plain texts ---- */

void markup_paragraph(Text *t, const char *text, const char *prefix, MarkupLook look)
{
    Markup m = { .to = t, .look = look };
    text_add(&m.prefix, prefix);
    bool code = false;
    for (size_t n; *text; text += n + (text[n] == '`')) {
        n = strcspn(text, "`");
        text_add_safe(&m.inl, text, n);
        if (text[n] != '`') continue;
        style(&m, code ? "\033[39m" : "\033[36m", "`");
        code = !code;
    }
    if (code) style(&m, "\033[39m", "");
    wrap(&m, text_str(&m.inl));
    markup_free(&m);
}

void markup_verbatim(Text *t, const char *text, const char *prefix)
{
    for (size_t n; *text; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        if (n) text_add(t, prefix);
        text_add_safe(t, text, n);
        text_addc(t, '\n');
    }
}
