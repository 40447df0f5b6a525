/* script.c -- a lesson or a demo as pieces: prose, and the block that ends it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "teach/script.h"

#include <cmark.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static const Span nowhere = { 0, 0 };

/* ---- lines of a block ---- */

typedef struct {
    const char *s;
    size_t      n;
    int         number;
} Line;

/* The next line, without blanks at its end; false: there is none. */
static bool line_next(const char **text, Line *l)
{
    if (!**text) return false;
    size_t n = strcspn(*text, "\n");
    l->s = *text;
    l->n = n;
    l->number++;
    while (l->n && strchr(" \t\r", l->s[l->n - 1])) l->n--;
    *text += n + ((*text)[n] == '\n');
    return true;
}

/* What stands behind "key:" in the line (malloc'ed), or NULL. */
static char *line_value(const Line *l, const char *key)
{
    size_t k = strlen(key);
    if (l->n <= k || strncmp(l->s, key, k) || l->s[k] != ':') return NULL;
    for (k++; k < l->n && l->s[k] == ' ';) k++;
    return mem_strn(l->s + k, l->n - k);
}

/* Lines put together to one paragraph. */
static void paragraph_add(char **to, const char *s, size_t n)
{
    while (n && *s == ' ') s++, n--;
    Text t = { 0 };
    if (*to && **to && n) text_addf(&t, "%s ", *to);
    else if (*to) text_add(&t, *to);
    text_addn(&t, s, n);
    free(*to);
    *to = mem_str(text_str(&t));
    text_free(&t);
}

/* ---- the blocks ---- */

typedef Status BlockRead(Piece *s, const char *text, int line, Diag *d);

static Status gradus_read(Piece *s, const char *text, int line, Diag *d)
{
    (void)d;
    s->kind = PIECE_RUN;
    examples_read(&s->code, text, line);
    return OK;
}

static Status command_read(Piece *s, const char *name, const char *text, int line)
{
    Text t = { 0 };
    text_addf(&t, "%s %s", name, text);
    s->kind = PIECE_RUN;
    examples_read(&s->code, text_str(&t), line);
    text_free(&t);
    return OK;
}

static Status plot_read(Piece *s, const char *text, int line, Diag *d)
{
    (void)d;
    return command_read(s, "plot", text, line);
}

static Status view_read(Piece *s, const char *text, int line, Diag *d)
{
    (void)d;
    return command_read(s, "view", text, line);
}

static void check_add(Piece *s, char *expr)
{
    GROW(s->check, s->n_check, s->cap_check);
    s->check[s->n_check++] = expr;
}

static Status try_read(Piece *s, const char *text, int line, Diag *d)
{
    Line l = { .number = line - 1 };
    char *v;
    s->kind = PIECE_TRY;
    while (line_next(&text, &l)) {
        if ((v = line_value(&l, "check"))) check_add(s, v);
        else if ((v = line_value(&l, "praise"))) free(s->praise), s->praise = v;
        else if (l.n == 9 && !strncmp(l.s, "solution:", 9)) break;
        else paragraph_add(&s->ask, l.s, l.n);
    }
    if (!s->n_check) return diag_set(d, E_SYNTAX, nowhere, "a try block needs a line check: EXPR");
    if (!*text)
        return diag_set(d, E_SYNTAX, nowhere, "a try block ends in solution: and code below it");
    examples_read(&s->code, text, l.number + 1);
    return OK;
}

static Status digits_read(const char *v, int *digits, Diag *d)
{
    *digits = isdigit((unsigned char)*v) && strlen(v) < 3 ? atoi(v) : 0;
    if (*digits >= 1 && *digits <= 15) return OK;
    return diag_set(d, E_SYNTAX, nowhere, "digits: is a number from 1 to 15, not %s", v);
}

static Status guess_read(Piece *s, const char *text, int line, Diag *d)
{
    Line l = { .number = line - 1 };
    char *v;
    s->kind = PIECE_GUESS;
    s->digits = 2;
    while (line_next(&text, &l)) {
        if ((v = line_value(&l, "value"))) free(s->value), s->value = v;
        else if ((v = line_value(&l, "answer"))) free(s->answer), s->answer = v;
        else if ((v = line_value(&l, "praise"))) free(s->praise), s->praise = v;
        else if ((v = line_value(&l, "digits"))) {
            Status st = digits_read(v, &s->digits, d);
            free(v);
            TRY(st);
        } else paragraph_add(&s->ask, l.s, l.n);
    }
    if (!s->value || !*s->value)
        return diag_set(d, E_SYNTAX, nowhere, "a guess block needs a line value: EXPR");
    if (!s->ask) return diag_set(d, E_SYNTAX, nowhere, "a guess block says what is asked");
    return OK;
}

static void choice_add(Piece *s, const Line *l)
{
    GROW(s->choice, s->n_choice, s->cap_choice);
    s->choice[s->n_choice++] = (Choice){ .text = mem_strn(l->s + 4, l->n - 4),
                                         .right = l->s[1] == 'x' };
}

static bool choice_line(const Line *l)
{
    return l->n > 4 && (!strncmp(l->s, "( ) ", 4) || !strncmp(l->s, "(x) ", 4));
}

static Status choose_read(Piece *s, const char *text, int line, Diag *d)
{
    Line l = { .number = line - 1 };
    int right = 0;
    s->kind = PIECE_CHOOSE;
    while (line_next(&text, &l)) {
        if (choice_line(&l)) choice_add(s, &l), right += l.s[1] == 'x';
        else paragraph_add(s->n_choice ? &s->choice[s->n_choice - 1].reply : &s->ask, l.s, l.n);
    }
    if (!s->ask) return diag_set(d, E_SYNTAX, nowhere, "a choose block says what is asked");
    if (right != 1)
        return diag_set(d, E_SYNTAX, nowhere, "exactly one answer is the right one (x), not %d",
                        right);
    for (int i = 0; i < s->n_choice; i++)
        if (!s->choice[i].reply)
            return diag_set(d, E_SYNTAX, nowhere, "the reply to the answer \"%.80s\" is missing",
                            s->choice[i].text);
    return OK;
}

static Status hint_read(Piece *s, const char *text, int line, Diag *d)
{
    (void)line;
    (void)d;
    Line l = { 0 };
    char *hint = NULL;
    while (line_next(&text, &l)) paragraph_add(&hint, l.s, l.n);
    GROW(s->hint, s->n_hint, s->cap_hint);
    s->hint[s->n_hint++] = hint ? hint : mem_str("");
    return OK;
}

static const struct {
    const char *word;
    BlockRead  *read;
} blocks[] = {
    { "gradus", gradus_read }, { "try", try_read }, { "guess", guess_read },
    { "choose", choose_read },
    { "plot", plot_read }, { "view", view_read }, { "hint", hint_read }
};

static BlockRead *block_reader(cmark_node *n)
{
    if (cmark_node_get_type(n) != CMARK_NODE_CODE_BLOCK) return NULL;
    const char *info = cmark_node_get_fence_info(n);
    size_t k = info ? strcspn(info, " \t") : 0;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (k && k == strlen(blocks[i].word) && !strncmp(info, blocks[i].word, k))
            return blocks[i].read;
    return NULL;
}

/* ---- the file ---- */

static Piece *piece_add(Script *s, cmark_node *from, cmark_node *end)
{
    GROW(s->piece, s->n, s->cap);
    s->piece[s->n] = (Piece){ .from = from, .end = end,
                              .line = from ? cmark_node_get_start_line(from) : 1 };
    return &s->piece[s->n++];
}

static void title_take(Script *s, cmark_node *n)
{
    if (s->title || cmark_node_get_type(n) != CMARK_NODE_HEADING) return;
    Text t = { 0 };
    for (cmark_node *in = cmark_node_first_child(n); in; in = cmark_node_next(in)) {
        const char *literal = cmark_node_get_literal(in);
        if (literal) text_add(&t, literal);
    }
    s->title = mem_str(text_str(&t));
    text_free(&t);
}

/* One block at the top level. *from: where the prose not yet in a piece begins. */
static Status node_take(Script *s, cmark_node *n, cmark_node **from, Diag *d)
{
    BlockRead *read = block_reader(n);
    title_take(s, n);
    if (read == hint_read) {
        if (!s->n || s->piece[s->n - 1].kind == PIECE_READ)
            return diag_set(d, E_SYNTAX, nowhere, "a hint stands below the block it helps with");
        return hint_read(&s->piece[s->n - 1], cmark_node_get_literal(n), 0, d);
    }
    bool rule = cmark_node_get_type(n) == CMARK_NODE_THEMATIC_BREAK;
    if (!read && !rule) return OK;
    Piece *piece = piece_add(s, *from, n);
    *from = cmark_node_next(n);
    if (rule) return OK;
    piece->line = cmark_node_get_start_line(n) + 1;
    return read(piece, cmark_node_get_literal(n), piece->line, d);
}

/* Is anything but hints left from there on? */
static bool prose_left(cmark_node *n)
{
    for (; n; n = cmark_node_next(n))
        if (!block_reader(n)) return true;
    return false;
}

Script *script_read(const char *text, size_t len, int *line, Diag *d)
{
    *line = 1;
    if (len > LIMIT_LESSON)
        return diag_set(d, E_LIMIT, nowhere, "a lesson has at most %d MiB",
                        LIMIT_LESSON >> 20), NULL;
    Script *s = mem_new(sizeof *s);
    s->doc = cmark_parse_document(text, len, CMARK_OPT_VALIDATE_UTF8);
    cmark_node *from = cmark_node_first_child(s->doc);
    Status st = OK;
    for (cmark_node *n = from; n && st == OK; n = cmark_node_next(n)) {
        *line = cmark_node_get_start_line(n);
        st = node_take(s, n, &from, d);
    }
    if (st == OK && prose_left(from)) piece_add(s, from, NULL);
    if (st == OK && (!s->title || !s->n)) {
        *line = 1;
        st = diag_set(d, E_SYNTAX, nowhere, s->title ? "a lesson has at least one piece"
                                                     : "a lesson begins with a heading, its title");
    }
    if (st == OK) return s;
    script_free(s);
    return NULL;
}

static void texts_free(char **v, int n)
{
    for (int i = 0; i < n; i++) free(v[i]);
    free(v);
}

static void piece_free(Piece *p)
{
    examples_free(&p->code);
    texts_free(p->check, p->n_check);
    texts_free(p->hint, p->n_hint);
    for (int i = 0; i < p->n_choice; i++) {
        free(p->choice[i].text);
        free(p->choice[i].reply);
    }
    free(p->choice);
    free(p->ask);
    free(p->praise);
    free(p->value);
    free(p->answer);
}

void script_free(Script *s)
{
    if (!s) return;
    for (int i = 0; i < s->n; i++) piece_free(&s->piece[i]);
    free(s->piece);
    free(s->title);
    cmark_node_free(s->doc);
    free(s);
}
