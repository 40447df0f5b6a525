/* reference.c -- reads the reference values and holds the session against them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "face/tables.h"
#include "reference.h"

/* ---- reading ---- */

FILE *reference_open(const char *name)
{
    const char *root = getenv("srcdir");
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/reference/%s", root ? root : ".", name);
    FILE *f = fopen(path, "r");
    if (!f) printf("cannot read %s\n", path);
    CU_ASSERT_PTR_NOT_NULL(f);
    return f;
}

/* "tensor NAME RANK D1 ... Dn" is read up to NAME; then its sizes and its numbers. */
static bool tensor_read(FILE *f, RefTensor *t)
{
    t->n = 1;
    if (fscanf(f, "%47s %d", t->name, &t->rank) != 2 || t->rank < 0 || t->rank > LIMIT_RANK) return false;
    for (int i = 0; i < t->rank; i++) {
        if (fscanf(f, "%ld", &t->dim[i]) != 1 || t->dim[i] < 0 || t->dim[i] > 1 << 20) return false;
        t->n *= t->dim[i];
    }
    t->v = mem_new(sizeof *t->v * (size_t)(t->n + 1));
    for (int64_t i = 0; i < t->n; i++)
        if (fscanf(f, "%lf", &t->v[i]) != 1) return false;
    return true;
}

static bool case_line(FILE *f, RefCase *c, const char *word)
{
    if (!strcmp(word, "tol")) return fscanf(f, "%lf %lf", &c->rtol, &c->atol) == 2;
    if (!strcmp(word, "attr")) {
        if (c->n_attr == 24) return false;
        RefAttr *a = &c->attr[c->n_attr++];
        return fscanf(f, "%47s %159s", a->name, a->value) == 2;
    }
    if (!strcmp(word, "tensor")) {
        c->tensor = mem_grow(c->tensor, (size_t)c->n_tensor + 1, sizeof *c->tensor);
        RefTensor *t = &c->tensor[c->n_tensor++];
        memset(t, 0, sizeof *t);
        return tensor_read(f, t);
    }
    return false;
}

static void line_skip(FILE *f)
{
    for (int c; (c = getc(f)) != EOF && c != '\n';) continue;
}

static bool file_read(FILE *f, Reference *r)
{
    char word[32];
    RefCase *c = NULL;
    while (fscanf(f, "%31s", word) == 1) {
        if (word[0] == '#' || !strcmp(word, "note")) {
            line_skip(f);
        } else if (!strcmp(word, "case")) {
            r->c = mem_grow(r->c, (size_t)r->n + 1, sizeof *r->c);
            c = memset(&r->c[r->n++], 0, sizeof *c);
            if (fscanf(f, "%79s", c->id) != 1) return false;
        } else if (!strcmp(word, "end")) {
            c = NULL;
        } else if (!c || !case_line(f, c, word)) {
            return false;
        }
    }
    return !c;
}

Reference *reference_read(const char *name)
{
    Reference *r = mem_new(sizeof *r);
    *r = (Reference){ 0 };
    FILE *f = reference_open(name);
    bool good = f && file_read(f, r);
    if (f) fclose(f);
    if (!good) printf("%s: not in the format, near case %s\n", name, r->n ? r->c[r->n - 1].id : "(none)");
    CU_ASSERT(good);
    CU_ASSERT(r->n > 0);
    return r;
}

void reference_free(Reference *r)
{
    for (int i = 0; i < r->n; i++) {
        for (int k = 0; k < r->c[i].n_tensor; k++) free(r->c[i].tensor[k].v);
        free(r->c[i].tensor);
    }
    free(r->c);
    free(r);
}

/* ---- looking ---- */

const RefCase *reference_case(const Reference *r, const char *id)
{
    for (int i = 0; i < r->n; i++)
        if (!strcmp(r->c[i].id, id)) return &r->c[i];
    return NULL;
}

const RefTensor *reference_tensor(const RefCase *c, const char *name)
{
    for (int i = 0; i < c->n_tensor; i++)
        if (!strcmp(c->tensor[i].name, name)) return &c->tensor[i];
    return NULL;
}

const char *reference_attr(const RefCase *c, const char *name)
{
    for (int i = 0; i < c->n_attr; i++)
        if (!strcmp(c->attr[i].name, name)) return c->attr[i].value;
    return NULL;
}

bool reference_is(const RefTensor *t, const char *group)
{
    return !strncmp(t->name, group, strlen(group));
}

bool reference_near(double got, double ref, double rtol, double atol)
{
    if (isnan(ref)) return isnan(got);
    if (isinf(ref)) return got == ref;
    return fabs(got - ref) <= atol + rtol*fabs(ref);
}

/* ---- holding ---- */

static void tensor_text(Text *t, const int64_t *dim, int rank, const double **v)
{
    if (!rank) {
        text_addf(t, "%.17g", *(*v)++);
        return;
    }
    text_addc(t, '[');
    for (int64_t i = 0; i < dim[0]; i++) {
        if (i) text_add(t, ", ");
        tensor_text(t, dim + 1, rank - 1, v);
    }
    text_addc(t, ']');
}

static void define_group(Text *t, const RefCase *c, const char *group, const char *begin)
{
    for (int i = 0; i < c->n_tensor; i++) {
        const RefTensor *x = &c->tensor[i];
        const double *v = x->v;
        if (!reference_is(x, group)) continue;
        text_addf(t, "%s%s = ", begin, x->name + strlen(group));
        tensor_text(t, x->dim, x->rank, &v);
        text_addc(t, '\n');
    }
}

void reference_define(Session *s, const RefCase *c)
{
    Text t = { 0 };
    define_group(&t, c, "in.", "");
    reference_run(s, c, text_str(&t));
    text_free(&t);
}

bool reference_run(Session *s, const RefCase *c, const char *text)
{
    Diag d = { 0 };
    int line = 0;
    bool good = session_run_text(s, c->id, text, &d, &line) == OK;
    if (!good) printf("%s: line %d: %s\n", c->id, line, d.text);
    CU_ASSERT(good);
    return good;
}

/* A single number may stand as a vector of one. */
static bool shape_holds(const RefTensor *t, const Shape *s)
{
    if (t->n == 1 && t->rank <= 1 && shape_len(s) == 1) return true;
    bool same = s->rank == t->rank;
    for (int i = 0; i < t->rank && same; i++) same = s->dim[i] == t->dim[i];
    return same;
}

static bool value_holds(const RefCase *c, const RefTensor *t, const char *expr, Node *n, const double *got)
{
    char buf[SHAPE_TEXT];
    if (!shape_holds(t, &n->shape)) {
        printf("%s %s: %s has shape %s\n", c->id, t->name, expr, shape_print(buf, &n->shape));
        return false;
    }
    for (int64_t i = 0; i < t->n; i++) {
        if (reference_near(got[i], t->v[i], c->rtol, c->atol)) continue;
        printf("%s %s: %s: element %ld is %.17g, not %.17g\n", c->id, t->name, expr, (long)i, got[i], t->v[i]);
        return false;
    }
    return true;
}

bool reference_holds(Session *s, const RefCase *c, const RefTensor *t, const char *expr)
{
    Diag d = { 0 };
    Value v = { 0 };
    Span nowhere = { 0, 0 };
    Node *n = session_eval(s, expr, &v, &d) == OK ? value_to_node(s, v, nowhere, &d) : NULL;
    const double *got = n ? node_eval(n, &d) : NULL;
    if (!got) printf("%s %s: %s: %s\n", c->id, t->name, expr, d.text);
    bool good = got && value_holds(c, t, expr, n, got);
    value_drop(&v);
    CU_ASSERT(good);
    return good;
}

/* ---- a file by a table ---- */

static void attr_add(Text *t, const char *value)
{
    bool yes = !strcmp(value, "True"), no = !strcmp(value, "False");
    text_add(t, yes ? "1" : no ? "0" : value);
}

/* The row's text with its attributes put in. */
static void row_text(Text *t, const RefRow *row, const RefCase *c)
{
    char name[48];
    for (const char *p = row->text; *p; p++) {
        if (*p != '$') {
            text_addc(t, *p);
            continue;
        }
        size_t n = strspn(p + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
        snprintf(name, sizeof name, "%.*s", (int)n, p + 1);
        const char *value = reference_attr(c, name);
        if (!value) printf("%s: no attribute %s\n", c->id, name);
        CU_ASSERT_PTR_NOT_NULL(value);
        if (value) attr_add(t, value);
        p += n;
    }
    text_addc(t, '\n');
}

/* total: what every grad.* is the gradient of. */
static void total_text(Text *t, const RefCase *c)
{
    int n = 0;
    const char *first = NULL;
    for (int i = 0; i < c->n_tensor; i++) {
        const char *name = strchr(c->tensor[i].name, '.') + 1;
        if (!first && reference_is(&c->tensor[i], "out.")) first = name;
        if (!reference_is(&c->tensor[i], "up.")) continue;
        text_addf(t, "%ssum(up_%s*out_%s)", n++ ? " + " : "total = ", name, name);
    }
    if (!n) text_addf(t, "total = sum(out_%s)", first);
    text_addc(t, '\n');
}

static bool skipped(const RefRow *row, const char *name)
{
    char word[64];
    snprintf(word, sizeof word, " %s ", name);
    return row->skip && strstr(row->skip, word);
}

static void result_hold(Session *s, const RefRow *row, const RefCase *c, const RefTensor *t)
{
    char expr[80];
    const char *name = strchr(t->name, '.') + 1;
    if (skipped(row, t->name)) return;
    if (reference_is(t, "out.")) snprintf(expr, sizeof expr, "out_%s", name);
    else if (reference_is(t, "grad.")) snprintf(expr, sizeof expr, "grad(total, %s)", name);
    else return;
    reference_holds(s, c, t, expr);
}

static bool has_group(const RefCase *c, const char *group)
{
    for (int i = 0; i < c->n_tensor; i++)
        if (reference_is(&c->tensor[i], group)) return true;
    return false;
}

static void row_hold(const RefRow *row, const RefCase *c)
{
    Session *s = session_new();
    Text t = { 0 };
    tables_add(s);
    define_group(&t, c, "in.", "param ");
    define_group(&t, c, "par.", "param ");
    define_group(&t, c, "up.", "up_");
    row_text(&t, row, c);
    if (has_group(c, "grad.")) total_text(&t, c);
    if (reference_run(s, c, text_str(&t)))
        for (int i = 0; i < c->n_tensor; i++) result_hold(s, row, c, &c->tensor[i]);
    text_free(&t);
    tables_free(s);
    session_free(s);
}

static bool pattern_used(const Reference *r, const char *cases)
{
    for (int i = 0; i < r->n; i++)
        if (!fnmatch(cases, r->c[i].id, 0)) return true;
    printf("no case is %s\n", cases);
    return false;
}

void reference_rows(const char *file, const RefRow *row, int n, const RefLater *later, int n_later)
{
    Reference *r = reference_read(file);
    int held = 0, waiting = 0;
    for (int i = 0; i < r->n; i++) {
        int rows = 0, reasons = 0;
        for (int k = 0; k < n_later; k++) reasons += !fnmatch(later[k].cases, r->c[i].id, 0);
        for (int k = 0; k < n; k++) {
            if (fnmatch(row[k].cases, r->c[i].id, 0)) continue;
            row_hold(&row[k], &r->c[i]);
            rows++;
        }
        if (!rows == !reasons) printf("%s: %d rows and %d reasons\n", r->c[i].id, rows, reasons);
        CU_ASSERT(!rows != !reasons);
        held += rows > 0;
        waiting += reasons > 0;
    }
    for (int k = 0; k < n; k++) CU_ASSERT(pattern_used(r, row[k].cases));
    for (int k = 0; k < n_later; k++) CU_ASSERT(pattern_used(r, later[k].cases));
    printf("%s: %d cases held, %d not yet covered\n", file, held, waiting);
    reference_free(r);
}
