/* natives_scale.c -- features brought to comparable size, and back: TABLE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/gbuild.h"
#include "learn/args.h"
#include "learn/natives.h"

static Status scale_like(Call *c, Record **like)
{
    Value v;
    *like = NULL;
    if (!call_has(c, "like")) return OK;
    TRY(call_key(c, "like", &v));
    return need_dataset(c, v, call_key_span(c, "like"), like);
}

/* shift and scale of like=, fit for x, which is a sample or rows of them. */
static Status tensor_like(Call *c, const Record *like, const Node *x, Node **shift, Node **scale)
{
    if (!like) {
        diag_set(c->d, E_TYPE, call_span(c, 0), "%s of a tensor needs like=, a data set that was scaled",
                 c->row->name);
        return diag_hint(c->d, "%s(x, like=known) uses the numbers that known was scaled with.",
                         c->row->name);
    }
    *shift = dataset_node(like, "shift");
    *scale = dataset_node(like, "scale");
    if (!*shift || !*scale) {
        return diag_set(c->d, E_TYPE, call_key_span(c, "like"),
                        "the data set of like= has not been scaled");
    }
    const Shape *s = &x->shape, *of = &(*shift)->shape;
    bool fits = s->rank >= of->rank && s->rank <= of->rank + 1;
    for (int i = 0; i < of->rank && fits; i++) {
        fits = s->dim[s->rank - of->rank + i] == of->dim[i];
    }
    if (fits) return OK;
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    return diag_set(c->d, E_SHAPE, call_span(c, 0),
                    "shape %s is neither a sample of like=, %s, nor rows of them", shape_print(a, s),
                    shape_print(b, of));
}

/* (x - shift)/scale or x*scale + shift, as an expression that follows x. */
static Status tensor_scale(Call *c, Node *x, bool back, Value *out)
{
    Record *like;
    Node *shift, *scale;
    TRY(scale_like(c, &like));
    TRY(tensor_like(c, like, x, &shift, &scale));
    Node *first = back ? gb_mul(x, scale) : gb_sub(x, shift);
    *out = value_node(back ? gb_add(first, shift) : gb_div(first, scale));
    node_drop(first);
    return OK;
}

static Status run_scale(Call *c, ScaleKind kind, Value *out)
{
    Record *r, *like, *to = NULL;
    Value v;
    TRY(call_value(c, 0, &v));
    if (v.kind == V_NODE) return tensor_scale(c, v.node, false, out);
    TRY(call_dataset(c, &r));
    TRY(scale_like(c, &like));
    Status s = dataset_scale(r, kind, like, &to, c->d);
    if (s != OK && like) placed(c, s, call_key_span(c, "like"));
    return give(c, s, to, out);
}

static Status run_unscale(Call *c, Value *out)
{
    Record *r, *to = NULL;
    Value v;
    TRY(call_value(c, 0, &v));
    if (v.kind == V_NODE) return tensor_scale(c, v.node, true, out);
    TRY(call_dataset(c, &r));
    Status s = dataset_unscale(r, &to, c->d);
    return give(c, s, to, out);
}

static Status run_standardize(Call *c, Value *out) { return run_scale(c, SCALE_STANDARD, out); }
static Status run_minmax(Call *c, Value *out) { return run_scale(c, SCALE_MINMAX, out); }

/* ---- TABLE ---- */

const Builtin natives_scale[] = {
    { .name = "standardize", .usage = "standardize(d, like=)",
      .help = "Every feature with mean 0 and standard deviation 1 (divided by the number of "
              "rows); a constant feature becomes 0. The fields shift and scale remember mean "
              "and deviation; like=train uses those of another set, as a test set must, and d may "
              "then be a sample or rows of them. unscale takes it back. Error if that set was never "
              "scaled or has samples of another shape.",
      .example = "s = split(data(\"iris\"), 0.8, seed=1)\ntrain_set = standardize(s[0])\n"
                 "test_set = standardize(s[1], like=train_set)\ntrain_set.shift\n"
                 "standardize([5, 3, 4, 1], like=train_set)",
      .group = "data", .keys = "like", .min_args = 1, .max_args = 1, .run = run_standardize },
    { .name = "minmax", .usage = "minmax(d, like=)",
      .help = "Every feature moved and stretched to run from 0 to 1; a constant feature becomes "
              "0. shift is the smallest value, scale the range; like= as in standardize.",
      .example = "minmax(data(\"digits\")).x[0, 0:8]",
      .group = "data", .keys = "like", .min_args = 1, .max_args = 1, .run = run_minmax },
    { .name = "unscale", .usage = "unscale(d)  unscale(x, like=d)",
      .help = "What standardize or minmax did, taken back: of a scaled data set, or of a sample or "
              "rows on the scale of like=.",
      .example = "d = standardize(data(\"iris\"))\nunscale(d).x[0]\nunscale(d.x[0], like=d)",
      .group = "data", .keys = "like", .min_args = 1, .max_args = 1, .run = run_unscale },
    { .name = NULL }
};
