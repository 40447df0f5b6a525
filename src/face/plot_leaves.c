/* plot_leaves.c -- pictures of a quantity against the leaves it follows from.
 *
 * A leaf is moved through its range and put back; the numbers come from the graph
 * itself. What is built upon numbers (if, repeat, A[i]) is built again for each.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "face/plotparts.h"
#include "graph/build.h"
#include "teach/ledger.h"

enum { GRID = 41, NAMES_MOST = 8 };

/* ---- the leaf ---- */

typedef struct {
    Node   *leaf;
    int64_t at;
    double  was;
    const char *name;
    double  from, to;
} Knob;

/* Which element of the leaf a[...] means. */
static Status knob_element(Call *c, int i, Knob *w)
{
    Node *place = NULL, *iota = node_leaf(&w->leaf->shape, NULL, c->d);
    if (!iota) return c->d->code;
    for (int64_t j = 0; j < iota->len; j++) iota->val[j] = (double)j;
    leaf_touch(iota);
    Status st = index_node(c->env, iota, c->ast[i], &place);
    if (st == OK && place->len == 1) w->at = (int64_t)node_scalar(place, c->d);
    if (st == OK && place->len != 1) st = diag_set(c->d, E_SHAPE, call_span(c, i), "a plot moves one number at a time");
    node_drop(iota);
    if (place) node_drop(place);
    return st;
}

static Status knob_check(Call *c, int i, Knob *w)
{
    if (w->leaf->flags & NODE_CONST)
        return diag_set(c->d, E_TYPE, call_span(c, i), "%s is a fixed number; a plot moves a leaf such as a parameter", w->name);
    if (w->leaf->op != &op_leaf)
        return diag_set(c->d, E_TYPE, call_span(c, i), "%s is computed; a plot moves a leaf such as a parameter", w->name);
    if (c->ast[i]->kind == A_INDEX) return knob_element(c, i, w);
    if (w->leaf->len == 1) return OK;
    char buf[SHAPE_TEXT];
    diag_set(c->d, E_SHAPE, call_span(c, i), "%s has shape %s", w->name, shape_print(buf, &w->leaf->shape));
    return diag_hint(c->d, "Name one element, for example %s[%s].", w->name, w->leaf->shape.rank > 1 ? "0, 0" : "0");
}

/* Around where it is now, unless the range was said. */
static void knob_range(const Sketch *k, Knob *w)
{
    double half = isfinite(w->was) ? fmax(1, 2*fabs(w->was)) : 1, middle = isfinite(w->was) ? w->was : 0;
    w->from = k->ranged ? k->from : middle - half;
    w->to = k->ranged ? k->to : middle + half;
}

static void add_name(Text *t, int *n, const char *name)
{
    if ((*n)++ < NAMES_MOST) text_addf(t, "%s%s", t->len ? ", " : "", name);
    else if (*n == NAMES_MOST + 1) text_add(t, ", ...");
}

/* What could have been named instead. */
static void hint_leaves(Call *c, Node *E)
{
    Text t = { 0 };
    int n, names = 0;
    Node **param = session_params(c->s, E, &n);
    for (int i = 0; i < n; i++)
        if (param[i]->label) add_name(&t, &names, param[i]->label);
    free(param);
    Binding **b = session_bindings(c->s, &n);
    for (int i = 0; i < n; i++) {
        bool leaf = b[i]->kind == B_LEAF || b[i]->kind == B_PARAM;
        Node *own = leaf && b[i]->value.kind == V_NODE ? node_through(b[i]->value.node) : NULL;
        bool told = own && own->label && own->flags & NODE_PARAM;
        if (own && !told && node_depends(E, own)) add_name(&t, &names, b[i]->name);
    }
    free(b);
    if (t.len) diag_hint(c->d, "It depends on %s.", text_str(&t));
    else diag_hint(c->d, "It depends on no leaf at all.");
    text_free(&t);
}

/* Whether a definition was built upon a number that follows the leaf: if w > 0 ... */
static bool is_built_upon(Call *c, Node *leaf)
{
    int n;
    Binding **b = session_bindings(c->s, &n);
    bool any = false;
    for (int i = 0; i < n && !any; i++)
        for (int g = 0; g < b[i]->n_guard && !any; g++) any = node_depends(b[i]->guard[g].node, leaf);
    free(b);
    return any;
}

static Status knob_of(Call *c, Sketch *k, Node *E, int i, Knob *w)
{
    const Ast *a = c->ast[i];
    Node *base;
    TRY(build_node(c->env, a->kind == A_INDEX ? a->kid[0] : a, &base));
    *w = (Knob){ .leaf = node_through(base), .name = sketch_text(k, a, "w") };
    Status st = knob_check(c, i, w);
    node_drop(base);                                  /* its name holds the leaf */
    TRY(st);
    w->was = w->leaf->val[w->at];
    knob_range(k, w);
    if (node_depends(E, w->leaf) || is_built_upon(c, w->leaf)) return OK;
    diag_set(c->d, E_NAME, call_span(c, i), "%s does not depend on %s", sketch_text(k, c->ast[0], "this"), w->name);
    hint_leaves(c, E);
    return c->d->code;
}

static double knob_turn(const Knob *w, int i, int n)
{
    double x = w->from + (w->to - w->from)*i/(n - 1);
    leaf_set_at(w->leaf, w->at, x);
    return x;
}

/* ---- the quantity ---- */

/* What was named, built once more. */
static Status rebuild(Call *c, Env *e, Node **E)
{
    Value v = { 0 };
    TRY(build_value(e, c->ast[0], &v));
    *E = value_to_node(c->s, v, call_span(c, 0), c->d);
    if (*E) node_keep(*E);
    value_drop(&v);
    return c->d->code;
}

/* What was named, as the leaves are now. */
static Status probe(Call *c, Node **E, double *out)
{
    Record_of_use use = { 0 };
    Env e = *c->env;
    e.use = &use;
    Status st = session_refresh(c->s, c->d);
    if (st == OK && !*E) st = rebuild(c, &e, E);
    if (st == OK) *out = node_scalar(*E, c->d);
    if (use.n_guard || c->s->n_guarded) node_drop(*E), *E = NULL;
    use_free(&use);
    return st == OK ? c->d->code : st;
}

/* Put back, and everything with it, whatever went wrong in between. */
static Status knobs_return(Call *c, Status st, const Knob *w, int n)
{
    Diag ignored = { 0 };
    for (int i = 0; i < n; i++) leaf_set_at(w[i].leaf, w[i].at, w[i].was);
    Status back = session_refresh(c->s, st == OK ? c->d : &ignored);
    return st == OK ? back : st;
}

/* ---- a curve ---- */

Status sketch_against(Call *c, Sketch *k, Node *E)
{
    Knob w;
    Node *now = NULL;
    double y = NAN;
    TRY(knob_of(c, k, E, 1, &w));
    PictureSeries *s = sketch_series(k, sketch_text(k, c->ast[0], "y"), PLOT_POINTS);
    Status st = OK;
    for (int i = 0; i < PLOT_POINTS && st == OK; i++) {
        double x = knob_turn(&w, i, PLOT_POINTS);
        st = probe(c, &now, &y);
        sketch_point(s, i, x, y);
    }
    st = knobs_return(c, st, &w, 1);
    if (st == OK) st = probe(c, &now, &y);
    node_drop(now);
    TRY(st);
    PictureSeries *here = sketch_series(k, "now", 1);
    sketch_point(here, 0, w.was, y);
    k->p.kind = PICTURE_LINES;
    k->p.x_range = (PictureRange){ w.from, w.to };
    k->p.x_label = w.name;
    k->p.y_label = k->series[0].name;
    return c->d->code;
}

/* ---- a surface ---- */

/* Which turns of both paths belong together: counted from their ends, in updates. */
static void add_path(Sketch *k, const Way *u, const Way *w)
{
    int64_t shift = u->n && w->n ? w->update[w->n - 1] - u->update[u->n - 1] : 0;
    int n = 0, most = u->n < w->n ? u->n : w->n;
    if (most < 2) return;
    PictureSeries *s = sketch_series(k, "path of the training", most);
    for (int i = 0, j = 0; i < u->n; i++) {
        while (j < w->n && w->update[j] < u->update[i] + shift) j++;
        if (j < w->n && w->update[j] == u->update[i] + shift) sketch_point(s, n++, u->val[i], w->val[j]);
    }
    s->n = n;
}

/* Wide enough for the path, unless the range was said. */
static void range_over(const Sketch *k, Knob *w, const Way *t)
{
    for (int i = 0; i < t->n && !k->ranged; i++) {
        double v = t->val[i], air = 0.1*(w->to - w->from);
        if (!isfinite(v) || fabs(v) > 1e6*(1 + fabs(w->was))) continue;
        if (v < w->from) w->from = v - air;
        if (v > w->to) w->to = v + air;
    }
}

static Status fill_grid(Call *c, Sketch *k, const Knob w[2])
{
    double *z = ARENA_ARRAY(&k->arena, double, GRID*GRID);
    Node *now = NULL;
    Status st = OK;
    for (int r = 0; r < GRID && st == OK; r++)
        for (int q = 0; q < GRID && st == OK; q++) {
            knob_turn(&w[0], q, GRID);
            knob_turn(&w[1], r, GRID);
            st = probe(c, &now, &z[r*GRID + q]);
        }
    node_drop(now);
    k->p.rows = k->p.cols = GRID;
    k->p.cell = z;
    return knobs_return(c, st, w, 2);
}

static Status add_now(Call *c, Sketch *k, const Knob w[2])
{
    Node *now = NULL;
    double *z = ARENA_ARRAY(&k->arena, double, 1);
    TRY(probe(c, &now, z));
    node_drop(now);
    PictureSeries *s = sketch_series(k, "now", 1);
    sketch_point(s, 0, w[0].was, w[1].was);
    s->z = z;
    return OK;
}

Status sketch_surface(Call *c, Sketch *k, Node *E)
{
    Knob w[2];
    Way u = { 0 }, v = { 0 };
    TRY(knob_of(c, k, E, 1, &w[0]));
    TRY(knob_of(c, k, E, 2, &w[1]));
    if (w[0].leaf == w[1].leaf && w[0].at == w[1].at)
        return diag_set(c->d, E_NAME, call_span(c, 2), "a surface needs two different leaves; this is %s again", w[0].name);
    way_of(c->s, w[0].leaf, w[0].at, &u);
    way_of(c->s, w[1].leaf, w[1].at, &v);
    range_over(k, &w[0], &u);
    range_over(k, &w[1], &v);
    add_path(k, &u, &v);
    way_free(&u);
    way_free(&v);
    k->p.kind = PICTURE_SURFACE;
    k->p.x_range = (PictureRange){ w[0].from, w[0].to };
    k->p.y_range = (PictureRange){ w[1].from, w[1].to };
    k->p.x_label = w[0].name;
    k->p.y_label = w[1].name;
    k->p.z_label = sketch_text(k, c->ast[0], "E");
    TRY(fill_grid(c, k, w));
    return add_now(c, k, w);
}
