/* check.c -- the command `check`: gradients against central differences.
 *
 *     dE/dw is about (E(w + h) - E(w - h))/(2*h)
 *
 * with h = 1e-5*max(1, |w|): rounding costs about 1e-16*|E|/h and the curve of E
 * about h^2, so both stay near 1e-10. Where that does not agree, smaller steps
 * tell a kink from a fault: on a smooth curve the slopes to the left and
 * to the right come together, at a kink they stay apart.
 *
 * Source of the method: Goodfellow et al. 2016, section 11.5.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "graph/term.h"
#include "teach/ask.h"
#include "teach/explain.h"

enum { CHECKED_MOST = 1000, ROWS_SHOWN = 10, NAMES_SHOWN = 5, FINER = 2 };
static const double default_tol = 1e-6, first_step = 1e-5, finer = 32, KINK = 1e-3;

typedef struct {
    Node   *leaf;
    int64_t at;
    double  gradient, difference, error;
    double  left, right;     /* one-sided slopes */
    bool    kink;
} Row;

typedef struct {
    Session *s;
    Diag    *d;
    Node    *E;
    double   here;           /* E now */
    double   floor;          /* gradients below it are compared absolutely */
    double   tol;
    int64_t  total;          /* parameter elements */
    int      n, done;
    Row     *row;
} Check;

/* ---- slopes by differences ---- */

/* E with element r->at set to w; the leaf is put back by the caller. */
static bool value_at(Check *k, const Row *r, double w, double *out)
{
    leaf_set_at(r->leaf, r->at, w);
    const double *v = node_eval(k->E, k->d);
    if (v) *out = v[0];
    return v != NULL;
}

/* Central difference with step h, and the slopes on both sides. */
static bool slopes(Check *k, Row *r, double h, double *central)
{
    double w = r->leaf->val[r->at], up = 0, down = 0;
    volatile double above = w + h, below = w - h;       /* the steps that are really taken */
    bool done = value_at(k, r, above, &up) && value_at(k, r, below, &down);
    leaf_set_at(r->leaf, r->at, w);
    if (!done) return false;
    r->right = (up - k->here)/(above - w);
    r->left = (k->here - down)/(w - below);
    *central = (up - down)/(above - below);
    return true;
}

static double error_of(const Check *k, double a, double b)
{
    double scale = fmax(fmax(fabs(a), fabs(b)), k->floor);
    return a == b ? 0 : scale > 0 ? fabs(a - b)/scale : INFINITY;
}

static double gap(const Check *k, const Row *r) { return error_of(k, r->left, r->right); }

/* Once more with a smaller step; the better of the two answers stays. */
static bool check_finer(Check *k, Row *r, double h)
{
    double fine;
    if (!slopes(k, r, h, &fine)) return false;
    double error = error_of(k, r->gradient, fine);
    if (error < r->error) r->difference = fine, r->error = error;
    return true;
}

/* A gap that a curve makes shrinks with the step, and that of a kink nearby goes;
 * only at the kink itself it stays. */
static bool check_row(Check *k, Row *r)
{
    double h = first_step*fmax(1, fabs(r->leaf->val[r->at]));
    if (!slopes(k, r, h, &r->difference)) return false;
    double wide = gap(k, r);
    r->error = error_of(k, r->gradient, r->difference);
    for (int i = 0; i < FINER && (r->error > k->tol || gap(k, r) > KINK); i++)
        if (!check_finer(k, r, h /= finer)) return false;
    r->kink = gap(k, r) > KINK && gap(k, r) > wide/2;
    return true;
}

/* ---- what is checked ---- */

static void rows_choose(Check *k, Node *const *w, int n)
{
    for (int i = 0; i < n; i++) k->total += w[i]->len;
    k->n = k->total > CHECKED_MOST ? CHECKED_MOST : (int)k->total;
    k->row = mem_new(sizeof *k->row * (size_t)(k->n + 1));
    int64_t before = 0;
    for (int i = 0, leaf = 0; i < k->n; i++) {
        int64_t at = (int64_t)((double)i*(double)k->total/k->n);
        while (at - before >= w[leaf]->len) before += w[leaf++]->len;
        k->row[i] = (Row){ .leaf = w[leaf], .at = at - before };
    }
}

static Status gradients_read(Check *k, Span at)
{
    Node *last = NULL, *g = NULL;
    const double *v = NULL;
    double largest = 0;
    for (int i = 0; i < k->n; i++) {
        Row *r = &k->row[i];
        if (r->leaf != last) {
            node_drop(g);
            g = session_grad(k->s, k->E, r->leaf, at, k->d);
            v = g ? node_eval(g, k->d) : NULL;
            if (!v) break;
            last = r->leaf;
        }
        r->gradient = v[r->at];
        if (fabs(r->gradient) > largest) largest = fabs(r->gradient);
    }
    node_drop(g);
    k->floor = 1e-3*fmax(fabs(k->here), largest);
    return v ? OK : k->d->code;
}

static void progress_tell(Check *k)
{
    char line[80];
    if (!k->s->progress || k->done % 50 || !k->done) return;
    snprintf(line, sizeof line, "check: %d of %d", k->done, k->n);
    k->s->progress(k->s, line);
}

static Status rows_check(Check *k)
{
    for (; k->done < k->n; k->done++) {
        progress_tell(k);
        if (stop_asked()) diag_set(k->d, E_STOP, (Span){ 0, 0 }, "stopped");
        if (k->d->code != OK || !check_row(k, &k->row[k->done])) return k->d->code;
    }
    return OK;
}

/* ---- the table ---- */

static bool is_fault(const Check *k, const Row *r) { return !r->kink && !(r->error <= k->tol); }

static double badness(const Row *r) { return isnan(r->error) ? INFINITY : r->error; }

static const Check *sorting;               /* qsort has no context */

/* Faults first, then kinks, then by error. */
static int worst_first(const void *a, const void *b)
{
    const Row *x = a, *y = b;
    int bx = is_fault(sorting, x), by = is_fault(sorting, y);
    if (bx != by) return by - bx;
    if (x->kink != y->kink) return y->kink - x->kink;
    double ex = badness(x), ey = badness(y);
    return (ex < ey) - (ex > ey);
}

static void brief_num(Text *to, double v) { text_num(to, v, (NumFormat){ NUM_SIG, 2 }); }

static void cell(Text *to, const Text *t, int wide)
{
    text_add(to, text_str(t));
    for (int k = text_columns(text_str(t), t->len); k < wide; k++) text_addc(to, ' ');
}

enum { COLUMNS = 4 };

static void row_cells(Check *k, const Row *r, Text t[COLUMNS])
{
    term_print_ref(&t[0], r->leaf, r->at);
    text_num(&t[1], r->gradient, k->s->format);
    text_num(&t[2], r->difference, k->s->format);
    if (!r->kink) return brief_num(&t[3], r->error);
    text_add(&t[3], "kink: slopes ");
    text_num(&t[3], r->left, k->s->format);
    text_add(&t[3], " and ");
    text_num(&t[3], r->right, k->s->format);
}

static void table_put(Check *k)
{
    static const char *const head[COLUMNS] = { "parameter", "gradient", "by differences", "relative error" };
    int n = k->done < ROWS_SHOWN ? k->done : ROWS_SHOWN, wide[COLUMNS] = { 0 };
    Text t[ROWS_SHOWN + 1][COLUMNS];
    memset(t, 0, sizeof t);
    for (int c = 0; c < COLUMNS; c++) text_add(&t[0][c], head[c]);
    for (int i = 0; i < n; i++) row_cells(k, &k->row[i], t[i + 1]);
    for (int i = 0; i <= n; i++)
        for (int c = 0; c < COLUMNS; c++) {
            int w = text_columns(text_str(&t[i][c]), t[i][c].len);
            if (w > wide[c]) wide[c] = w;
        }
    for (int i = 0; i <= n; i++) {
        for (int c = 0; c < COLUMNS - 1; c++) cell(&k->s->out, &t[i][c], wide[c] + 2);
        text_addf(&k->s->out, "%s\n", text_str(&t[i][COLUMNS - 1]));
        for (int c = 0; c < COLUMNS; c++) text_free(&t[i][c]);
    }
}

/* "and 90 more, all within 1e-9" */
static void rest_put(Check *k)
{
    double worst = 0;
    int rest = k->done - ROWS_SHOWN;
    for (int i = ROWS_SHOWN; i < k->done; i++)
        if (!(k->row[i].error <= worst)) worst = k->row[i].error;
    if (rest < 1) return;
    text_addf(&k->s->out, "and %d more, all within ", rest);
    brief_num(&k->s->out, worst > 0 ? pow(10, ceil(log10(worst))) : 1e-16);
    text_addc(&k->s->out, '\n');
}

static void names_put(Check *k, bool kinks)
{
    int shown = 0;
    for (int i = 0; i < k->done && shown < NAMES_SHOWN; i++) {
        const Row *r = &k->row[i];
        if (kinks ? !r->kink : !is_fault(k, r)) continue;
        if (shown++) text_add(&k->s->out, ", ");
        term_print_ref(&k->s->out, r->leaf, r->at);
    }
}

static void kinks_put(Check *k, int kinks)
{
    if (!kinks) return;
    text_addf(&k->s->out, "%d at a kink, where the slopes on both sides differ and either will do: ", kinks);
    names_put(k, true);
    text_add(&k->s->out, kinks > NAMES_SHOWN ? ", ...\n" : "\n");
}

static void verdict_put(Check *k)
{
    int faults = 0, kinks = 0;
    double worst = 0;
    Text *out = &k->s->out;
    for (int i = 0; i < k->done; i++) {
        const Row *r = &k->row[i];
        faults += is_fault(k, r);
        kinks += r->kink;
        if (!r->kink && r->error > worst) worst = r->error;
    }
    kinks_put(k, kinks);
    if (faults) {
        text_addf(out, "%d of %d gradients do not agree: ", faults, k->done);
        names_put(k, false);
        text_add(out, faults > NAMES_SHOWN ? ", ...\n" : "\n");
    } else if (k->done > kinks) {
        const char *all = k->done < k->n ? "" : "all ";
        text_addf(out, "%s%d gradient%s agree%s (worst relative error ", k->done - kinks == 1 ? "" : all,
                  k->done - kinks, k->done - kinks == 1 ? "" : "s", k->done - kinks == 1 ? "s" : "");
        brief_num(out, worst);
        text_add(out, ")\n");
    }
    if (k->n < k->total)
        text_addf(out, "%d of %lld parameters were checked, evenly spread\n", k->done, (long long)k->total);
    if (k->done < k->n) text_addf(out, "stopped after %d of %d\n", k->done, k->n);
}

static void report(Check *k)
{
    if (!k->done) return;
    sorting = k;
    qsort(k->row, (size_t)k->done, sizeof *k->row, worst_first);
    table_put(k);
    rest_put(k);
    verdict_put(k);
}

/* ---- the command ---- */

static Status check_params(Call *c, Check *k, const char *name)
{
    int n;
    Node **w = session_params(c->s, k->E, &n);
    Status st = OK;
    if (n) {
        rows_choose(k, w, n);
        st = gradients_read(k, call_span(c, 0));
    } else {
        st = diag_set(c->d, E_NAME, call_span(c, 0),
                      "%s depends on no parameter, so there is no gradient to check", name);
        diag_hint(c->d, "Mark what may be learned with param, for example: param w = 0.5");
    }
    if (st == OK) st = rows_check(k);
    if (c->s->progress) c->s->progress(c->s, NULL);
    if (st == OK || st == E_STOP) report(k);
    free(w);
    return st;
}

static Status check_quantity(Call *c, const Asked *E)
{
    Check k = { .s = c->s, .d = c->d, .E = E->node };
    TRY(asked_is_number(c, 0, E, "check needs one number"));
    TRY(call_key_number(c, "tol", default_tol, &k.tol));
    if (!(k.tol > 0))
        return diag_set(c->d, E_RANGE, call_key_span(c, "tol"), "tol must be greater than 0");
    const double *v = node_eval(k.E, c->d);
    if (!v) return c->d->code;
    k.here = v[0];
    if (!isfinite(k.here)) {
        char buf[NUM_TEXT];
        return diag_set(c->d, E_RANGE, call_span(c, 0), "%s is %s, so there are no differences to take",
                        text_str(&E->name), num_print(buf, k.here, c->s->format));
    }
    Status st = check_params(c, &k, text_str(&E->name));
    free(k.row);
    return st;
}

Status check_run(Call *c, Value *out)
{
    (void)out;
    Node *whole;
    Asked E = { 0 };
    TRY(call_node(c, 0, &whole));
    E = (Asked){ .node = node_keep(whole), .whole = whole->len != 1 };
    if (whole->label) text_add(&E.name, whole->label);
    else if (c->ast[0]) ast_print(&E.name, c->ast[0]);
    Status st = check_quantity(c, &E);
    asked_free(&E);
    return st;
}
