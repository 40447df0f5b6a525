/* natives_classes.c -- classes of a data set by name and by number: TABLE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/args.h"
#include "learn/natives.h"

static Status class_number(Call *c, const Names *classes, const char *name, Span at, double *out)
{
    for (int i = 0; i < classes->n; i++) {
        if (strcmp(classes->s[i], name) != 0) continue;
        *out = i;
        return OK;
    }
    Text t = { 0 };
    text_add_safe(&t, name, strnlen(name, 60));
    diag_set(c->d, E_NAME, at, "there is no class \"%s\" in the data set", text_str(&t));
    text_clear(&t);
    for (int i = 0; i < classes->n && t.len < 300; i++) {
        text_add(&t, i ? ", " : "");
        text_add_safe(&t, classes->s[i], strnlen(classes->s[i], 60));
    }
    diag_hint(c->d, "The classes are %s.", text_str(&t));
    text_free(&t);
    return E_NAME;
}

static Status need_classes(Call *c, Record **r, Names *classes)
{
    TRY(call_dataset(c, r));
    *classes = names_of_classes(*r);
    if (classes->n) return OK;
    names_free(classes);
    diag_set(c->d, E_TYPE, call_span(c, 0), "the data set has no classes");
    return diag_hint(c->d, "dataset(x, y, classes=[\"no\", \"yes\"]) and csv(file, classes=1) make them.");
}

static Status index_of_names(Call *c, const Names *classes, Value v, Value *out)
{
    Span at = call_span(c, 1);
    Names wanted = { 0 };
    if (v.kind == V_STR) {
        double one;
        TRY(class_number(c, classes, v.str->s, at, &one));
        *out = value_num(one);
        return OK;
    }
    TRY(names_from(c, v, at, "class_index", &wanted));
    int64_t n = wanted.n;
    Shape s = shape_of(1, &n);
    Node *leaf = node_leaf(&s, NULL, c->d);
    Status status = leaf ? OK : c->d->code;
    for (int i = 0; i < n && status == OK; i++) {
        status = class_number(c, classes, wanted.s[i], at, &leaf->val[i]);
    }
    names_free(&wanted);
    if (status == OK) *out = value_node(leaf);
    else node_drop(leaf);
    return status;
}

static Status run_class_index(Call *c, Value *out)
{
    Record *r;
    Names classes;
    Value v;
    TRY(call_value(c, 1, &v));
    TRY(need_classes(c, &r, &classes));
    Status s = index_of_names(c, &classes, v, out);
    names_free(&classes);
    return s;
}

/* The class that n numbers name: one is its index, several are scores of each. */
static Status class_meant(Call *c, const Names *classes, const double *v, int64_t n, Value *out)
{
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++) {
        if (v[i] > v[best]) best = i;
    }
    double index = n == 1 ? v[0] : (double)best;
    if (index >= 0 && index < classes->n && index == floor(index)) {
        *out = value_str(classes->s[(int)index]);
        return OK;
    }
    char b[NUM_TEXT];
    return diag_set(c->d, E_RANGE, call_span(c, 1), "there is no class %s; they have the numbers 0 to %d",
                    num_exact(b, index), classes->n - 1);
}

static Status names_of_rows(Call *c, const Names *classes, const Node *y, const double *v, Value *out)
{
    bool scores = y->shape.rank && y->shape.dim[y->shape.rank - 1] == classes->n && classes->n > 1;
    int64_t each = scores ? classes->n : 1, n = y->len / each;
    if (n == 1 && y->shape.rank <= 1) return class_meant(c, classes, v, each, out);
    List *l = list_new((int)n);
    *out = value_list(l);
    for (int i = 0; i < l->n; i++) {
        Status s = class_meant(c, classes, v + i * each, each, &l->item[i]);
        if (s == OK) continue;
        value_drop(out);
        return s;
    }
    return OK;
}

static Status run_class_of(Call *c, Value *out)
{
    Record *r;
    Names classes;
    Node *y;
    TRY(call_node(c, 1, &y));
    const double *v = node_eval(y, c->d);
    if (!v) return c->d->code;
    TRY(need_classes(c, &r, &classes));
    Status s = y->len == 0 || y->len > LIMIT_DIM
                   ? diag_set(c->d, E_SHAPE, call_span(c, 1), "numbers or scores of classes are needed here")
                   : names_of_rows(c, &classes, y, v, out);
    names_free(&classes);
    return s;
}

static Status run_binary(Call *c, Value *out)
{
    Record *r, *to = NULL;
    Names classes;
    const char *name = NULL;
    double one = 1;
    TRY(need_classes(c, &r, &classes));
    Status s = call_key_text(c, "one", NULL, &name);
    if (s == OK && name) s = class_number(c, &classes, name, call_key_span(c, "one"), &one);
    names_free(&classes);
    if (s == OK) s = dataset_binary(r, (int64_t)one, &to, c->d);
    return give(c, s, to, out);
}

/* ---- TABLE ---- */

const Builtin natives_classes[] = {
    { .name = "class_of", .usage = "class_of(d, y)",
      .help = "The name of a class of d from its number, from a one-hot row or from a network's "
              "outputs, where the largest counts; of several rows a list of names.",
      .example = "d = data(\"iris\")\nclass_of(d, 2)\nclass_of(d, [0.1, 0.7, 0.2])\nclass_of(d, d.y[0:2])",
      .group = "data", .keys = NULL, .min_args = 2, .max_args = 2, .run = run_class_of },
    { .name = "class_index", .usage = "class_index(d, NAME)",
      .help = "The number of a class of d, or of several in a list; one_hot(class_index(d, NAME), n) "
              "is its row in y.",
      .example = "class_index(data(\"iris\"), \"virginica\")\n"
                 "one_hot(class_index(data(\"iris\"), [\"setosa\", \"virginica\"]), 3)",
      .group = "data", .keys = NULL, .min_args = 2, .max_args = 2, .run = run_class_index },
    { .name = "binary", .usage = "binary(d, one=second class)",
      .help = "A data set of two classes with y as one column, (rows, 1): 1 for the class named by "
              "one=, 0 for the other; for a network with a single sigmoid output.",
      .example = "binary(data(\"breast_cancer\"), one=\"malignant\").y[0]\nbinary(moons(n=4)).y.shape",
      .group = "data", .keys = "one", .min_args = 1, .max_args = 1, .run = run_binary },
    { .name = NULL }
};
