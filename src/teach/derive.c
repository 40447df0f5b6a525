/* derive.c -- the command `derive`: a derivative rule by rule, one rule a line.
 *
 * A line of a quantity's derivation is valid Gradus: what is still to be
 * differentiated stands as grad(u, w), and all lines have one value. A line that
 * would not hold (a name that means something else by now) is left out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph/calculus.h"
#include "graph/op.h"
#include "graph/tmpl.h"
#include "teach/ask.h"
#include "teach/equation.h"
#include "teach/explain.h"

enum { ROUNDS_MOST = 60, LINE_LONGEST = 440, COMMENT_COLUMN = 60, FORMALS_MOST = 8 };

typedef struct {
    Text formula, comment;
} Line;

typedef struct {
    Session  *s;
    Arena     a;
    Calculus *c;
    int       n, cap;
    Line     *line;
    const Term *end;         /* what the last line says */
    bool      checked;       /* lines are held against the value */
    double    value;
    Text      head;          /* what is derived, "grad(E, w)"; a function's: empty */
    Text      note;          /* why not even the first line is there */
} Derivation;

/* ---- lines ---- */

static void line_put(Derivation *p, Text formula, const char *comment)
{
    GROW(p->line, p->n, p->cap);
    Line *l = &p->line[p->n++];
    *l = (Line){ .formula = formula };
    text_add(&l->comment, comment);
}

static bool line_is(const Derivation *p, const Text *formula)
{
    return p->n && !strcmp(text_str(&p->line[p->n - 1].formula), text_str(formula));
}

static Text term_text(const Term *t)
{
    Text text = { 0 };
    term_print(&text, t, TERM_NAMES, (NumFormat){ NUM_SIG, 17 }, CALCULUS_FOLD);
    return text;
}

static bool line_holds(const Derivation *p, const Text *formula)
{
    if (!p->checked) return true;
    double v = session_number(p->s, text_str(formula));
    if (isnan(p->value)) return isnan(v);
    return v == p->value || fabs(v - p->value) <= 1e-7 * fabs(p->value) + 1e-13;
}

/* false: too long to be read. */
static bool line_add(Derivation *p, const Term *t, const char *comment)
{
    Text text = term_text(t);
    bool fits = text.len <= LINE_LONGEST;
    if (fits && !line_is(p, &text) && line_holds(p, &text)) {
        line_put(p, text, comment);
        return true;
    }
    if (line_is(p, &text) && *comment) {
        Text *old = &p->line[p->n - 1].comment;
        text_addf(old, "%s%s", old->len ? ", " : "", comment);
    }
    text_free(&text);
    return fits;
}

static void lines_print(Text *to, const Derivation *p)
{
    int wide = 0;
    for (int i = 0; i < p->n; i++) {
        int w = text_columns(text_str(&p->line[i].formula), p->line[i].formula.len);
        if (p->line[i].comment.len && w > wide && w <= COMMENT_COLUMN) wide = w;
    }
    for (int i = 0; i < p->n; i++) {
        const Line *l = &p->line[i];
        text_addf(to, "  = %s", text_str(&l->formula));
        if (l->comment.len) {
            text_pad(to, 4 + wide);
            text_addf(to, "  # %s", text_str(&l->comment));
        }
        text_addc(to, '\n');
    }
}

static void derivation_free(Derivation *p)
{
    for (int i = 0; i < p->n; i++) {
        text_free(&p->line[i].formula);
        text_free(&p->line[i].comment);
    }
    free(p->line);
    text_free(&p->head);
    text_free(&p->note);
    if (p->c) calculus_free(p->c);
    arena_clear(&p->a);
}

/* ---- the rules, line by line ---- */

/* The first grad(...) left, and the first name in what it is still to be taken of. */
static const Term *grad_left(const Derivation *p, const Term *t)
{
    const Term *found = NULL;
    if (!calculus_open(p->c, t)) return NULL;
    if (calculus_is_grad(p->c, t)) return t;
    for (int i = 0; i < t->n && !found; i++) found = grad_left(p, t->kid[i]);
    return found;
}

static const Term *name_in(Derivation *p, const Term *t)
{
    const Term *found = NULL;
    if (t->kind == T_REF && t->node->label) return calculus_depends(p->c, t) ? t : NULL;
    if (t->kind == T_REF) return name_in(p, calculus_formula(&p->a, t->node, t->at));
    for (int i = 0; i < t->n && !found; i++) found = name_in(p, t->kid[i]);
    return found;
}

/* Why it ends before all is derived, and how to go on. */
static void end_early(Derivation *p, bool too_long)
{
    const Term *grad = grad_left(p, p->end), *name = grad ? name_in(p, grad->kid[0]) : NULL;
    Text *last = p->n ? &p->line[p->n - 1].comment : &p->note;
    text_add(last, last->len ? "; " : "");
    text_add(last, too_long ? "the next line would be too long" : "a long sum is not written out");
    if (!name || calculus_is_by(p->c, name)) return;
    text_add(last, "; go on with: derive ");
    term_print_ref(last, name->node, name->at);
    text_add(last, ", ");
    term_print_ref(last, grad->kid[1]->node, grad->kid[1]->at);
}

static void rounds_run(Derivation *p, const Term *t)
{
    Text rules = { 0 };
    bool fits = true;
    for (int i = 0; i < ROUNDS_MOST && calculus_open(p->c, t); i++) {
        const Term *next = calculus_round(p->c, algebra_tidy(&p->a, t), &rules);
        if (!rules.len) break;
        fits = line_add(p, next, text_str(&rules));
        if (!fits) break;
        t = next;
    }
    text_free(&rules);
    p->end = t;
    if (calculus_open(p->c, t)) {
        end_early(p, !fits);
        return;
    }
    p->end = algebra_tidy(&p->a, t);
    line_add(p, p->end, "");
}

static void derivation_run(Derivation *p, const Term *t, const char *name)
{
    const Term *first = calculus_grad(p->c, t);
    Text text = term_text(first);
    bool repeats = p->head.len && !strcmp(text_str(&text), text_str(&p->head));
    text_free(&text);
    p->end = first;
    if (repeats || line_add(p, first, name)) rounds_run(p, first);
    else end_early(p, true);
}

/* ---- numbers ---- */

static double grad_number(void *ctx, const Term *grad)
{
    Derivation *p = ctx;
    Text t = term_text(grad);
    double v = session_number(p->s, text_str(&t));
    text_free(&t);
    return v;
}

static void numbers_add(Derivation *p)
{
    const Term *t = calculus_close(p->c, p->end, grad_number, p);
    NumFormat f = p->s->format;
    Text line = { 0 };
    for (; f.digits <= 17; f.digits++) {
        text_clear(&line);
        term_print(&line, t, TERM_NUMBERS, f, CALCULUS_FOLD);
        if (equation_holds(p->s, text_str(&line), p->value, p->s->format)) break;
    }
    if (f.digits <= 17 && line.len <= LINE_LONGEST && !line_is(p, &line)) line_put(p, line, "");
    else text_free(&line);
}

static void value_add(Derivation *p)
{
    Text value = { 0 };
    text_num(&value, p->value, p->s->format);
    if (!line_is(p, &value)) {
        line_put(p, value, text_str(&p->note));
        return;
    }
    text_add(&p->line[p->n - 1].comment, text_str(&p->note));
    text_free(&value);
}

/* ---- derive E, w ---- */

/* dE/dw as a number, from the graph. */
static Status gradient_number(Call *c, const Asked *E, const Asked *w, double *out)
{
    Node *root = E->node, *part = NULL;
    if (root->len != 1) {
        Text t = { 0 };
        Value v = { 0 };
        text_add(&t, text_str(&E->name));
        Status st = session_eval(c->s, text_str(&t), &v, c->d);
        text_free(&t);
        if (st == OK && v.kind == V_NODE) root = part = node_keep(v.node);
        value_drop(&v);
        TRY(st);
    }
    Node *g = session_grad(c->s, root, w->node, call_span(c, 0), c->d);
    const double *v = g ? node_eval(g, c->d) : NULL;
    if (v) *out = v[w->at];
    node_drop(g);
    node_drop(part);
    return v ? OK : c->d->code;
}

static Status ask_by(Call *c, const Asked *E, Asked *w)
{
    if (c->n > 1) {
        TRY(ask_element(c, 1, w));
        TRY(asked_is_number(c, 1, w, "derive goes by one number"));
        if (w->node->label) return OK;
        diag_set(c->d, E_NAME, call_span(c, 1), "derive goes by a named quantity");
        return diag_hint(c->d, "Give it a name first, for example: x = %s", text_str(&w->name));
    }
    int n;
    Node **all = session_params(c->s, E->node, &n);
    *w = (Asked){ 0 };
    if (n == 1 && all[0]->len == 1) w->node = node_keep(all[0]);
    else {
        diag_set(c->d, E_NAME, call_span(c, 0), n ? "derive needs to know by what: %s depends on %d parameters"
                 : "derive needs to know by what: %s depends on no parameter", text_str(&E->name), n);
        Text t = { 0 };
        if (n) term_print_ref(&t, all[0], 0);
        diag_hint(c->d, "For example: derive %s, %s", text_str(&E->name), n ? text_str(&t) : "x");
        text_free(&t);
    }
    free(all);
    return w->node ? term_print_ref(&w->name, w->node, 0), OK : c->d->code;
}

static Status derive_quantity(Call *c, const Asked *E, const Asked *w)
{
    Derivation p = { .s = c->s, .checked = true };
    if (!node_eval(E->node, c->d)) return c->d->code;
    TRY(gradient_number(c, E, w, &p.value));
    text_addf(&p.head, "grad(%s, %s)", text_str(&E->name), text_str(&w->name));
    p.c = calculus_new(&p.a, E->node, w->node, w->at);
    const Term *t = calculus_formula(&p.a, E->node, E->at);
    derivation_run(&p, t, E->node->label ? text_str(&E->name) : "");
    numbers_add(&p);
    value_add(&p);
    text_addf(&c->s->out, "%s\n", text_str(&p.head));
    lines_print(&c->s->out, &p);
    derivation_free(&p);
    return OK;
}

static Status derive_number(Call *c)
{
    Asked E = { 0 }, w = { 0 };
    Status st = ask_element(c, 0, &E);
    if (st == OK) st = asked_is_number(c, 0, &E, "derive takes the derivative of one number");
    if (st == OK) st = ask_by(c, &E, &w);
    if (st == OK) st = derive_quantity(c, &E, &w);
    asked_free(&E);
    asked_free(&w);
    return st;
}

/* ---- derive f ---- */

typedef struct {
    int   n;
    Node *arg[FORMALS_MOST]; /* leaves, labelled with the formals' names */
    int   by;
} Formals;

static void formals_free(Formals *f)
{
    for (int i = 0; i < f->n; i++) node_drop(f->arg[i]);
}

static const Func *definition_of(const Func *f)
{
    while (f->kind == FN_PRIME || f->kind == FN_BOUND) f = f->of;
    return f;
}

static int formal_total(const Func *def)
{
    return def->kind == FN_OP ? def->op->max_in : def->ast->n - 1;
}

static const char *formal_text(const Func *def, int i)
{
    static const char *const of_op[] = { "a", "b", "c" };
    if (def->kind == FN_OP) return def->op->max_in == 1 ? "x" : of_op[i];
    return def->ast->kid[i]->text;
}

static bool formal_is_given(const Func *def, int i)
{
    return def->kind == FN_OP || def->ast->kid[i]->kind == A_NAME;
}

/* The formal that argument 1 names; -1 and an error when there is none. */
static int formal_by(Call *c, const Func *def)
{
    const char *name = c->n > 1 ? call_name(c, 1) : NULL;
    if (c->n < 2) return 0;
    for (int i = 0; name && i < formal_total(def); i++)
        if (!strcmp(formal_text(def, i), name)) return i;
    diag_set(c->d, E_NAME, call_span(c, 1), "%s has no argument named %s", def->name, name ? name : "like that");
    diag_hint(c->d, "Its first argument is %s.", formal_text(def, 0));
    return -1;
}

static Status formal_leaf(Call *c, const Func *def, int i, Node **out)
{
    Shape scalar = { 0 };
    double v = 0.5 + i;
    bool given = formal_is_given(def, i);
    if (!given) {
        Text t = { 0 };
        ast_print(&t, def->ast->kid[i]->kid[0]);
        v = session_number(c->s, text_str(&t));
        text_free(&t);
    }
    *out = node_leaf(&scalar, &v, c->d);
    if (!*out) return c->d->code;
    node_label(*out, "%s", formal_text(def, i));
    return OK;
}

static Status formals_make(Call *c, const Func *def, Formals *f)
{
    f->by = formal_by(c, def);
    if (f->by < 0) return c->d->code;
    int total = formal_total(def), most = f->by;
    for (int i = 0; i < total; i++)
        if (formal_is_given(def, i) && i > most) most = i;
    if (total < 1 || most >= FORMALS_MOST)
        return diag_set(c->d, E_TYPE, call_span(c, 0), "%s has %s arguments to be derived",
                        def->name, total ? "too many" : "no");
    for (int i = 0; i <= most; i++) {
        TRY(formal_leaf(c, def, i, &f->arg[i]));
        f->n++;
    }
    return OK;
}

static void call_print(Text *to, const char *name, const Formals *f)
{
    text_addf(to, "%s(", name);
    for (int i = 0; i < f->n; i++) text_addf(to, "%s%s", i ? ", " : "", f->arg[i]->label);
    text_addc(to, ')');
}

/* The declared derivative says the same as what was derived? */
static bool same_function(Formals *f, const Term *derived, const Term *declared)
{
    static const double points[] = { 0.37, 1.9, -0.61, -2.3 };
    int agree = 0, asked = 0;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        leaf_set(f->arg[f->by], &points[i]);
        double u = term_eval(derived), v = term_eval(declared);
        if (!isfinite(u) || !isfinite(v)) continue;
        asked++;
        agree += fabs(u - v) <= 1e-9 * (fabs(u) + fabs(v)) + 1e-12;
    }
    return agree == asked;
}

/* sigmoid' is written in the prelude as it is taught: shown when it reads otherwise. */
static void declared_add(Derivation *p, Formals *f, const Term *call)
{
    if (call->kind != T_CALL || !call->fn->declared || f->by || calculus_open(p->c, p->end)) return;
    const Tmpl *slope = tmpl_slope(call->fn, 0);
    Term head = *call;
    head.fn = slope;
    const Term *declared = calculus_body(&p->a, &head);
    bool same = same_function(f, p->end, declared);
    line_add(p, declared, same ? "the same, as it is taught" : "as it is declared, which is NOT the same");
}

static void function_head(Text *to, const char *name, const Formals *f, const Term *body)
{
    Text t = term_text(body);
    call_print(to, name, f);
    if (t.len <= LINE_LONGEST) text_addf(to, " = %s", text_str(&t));
    text_add(to, "\n");
    if (f->by) text_add(to, "grad(");
    if (f->by) call_print(to, name, f);
    if (f->by) text_addf(to, ", %s)\n", f->arg[f->by]->label);
    if (f->by) return text_free(&t);
    Text primed = { 0 };
    text_addf(&primed, "%s'", name);
    call_print(to, text_str(&primed), f);
    text_add(to, "\n");
    text_free(&primed);
    text_free(&t);
}

static void function_lines(Call *c, const char *name, Formals *f, Node *y)
{
    Derivation p = { .s = c->s };
    Diag d = { 0 };
    node_eval(y, &d);
    p.c = calculus_new(&p.a, y, f->arg[f->by], 0);
    const Term *call = calculus_formula(&p.a, y, 0);
    const Term *body = calculus_body(&p.a, call);
    function_head(&c->s->out, name, f, body);
    derivation_run(&p, body, "");
    declared_add(&p, f, call);
    lines_print(&c->s->out, &p);
    if (p.note.len) text_addf(&c->s->out, "# its formula is too long to be written out\n");
    derivation_free(&p);
}

static Status derive_function(Call *c, Func *fn)
{
    const Func *def = definition_of(fn);
    Formals f = { 0 };
    Value arg[FORMALS_MOST], y = { 0 };
    Status st = formals_make(c, def, &f);
    for (int i = 0; i < f.n; i++) arg[i] = value_node(f.arg[i]);
    Scope *last = fn->last ? scope_keep(fn->last) : NULL;
    if (st == OK) st = func_call(c->s, c->env, fn, arg, f.n, call_span(c, 0), &y, c->d);
    scope_drop(fn->last);
    fn->last = last;
    Node *n = st == OK ? value_to_node(c->s, y, call_span(c, 0), c->d) : NULL;
    if (st == OK && !n) st = c->d->code;
    if (n && n->len != 1) {
        st = diag_set(c->d, E_SHAPE, call_span(c, 0), "%s of a number is not one number", def->name);
        diag_hint(c->d, "derive takes functions of numbers, or one element: derive E, w.");
    }
    if (st == OK) {
        Text name = { 0 };
        text_add(&name, def->name);
        for (const Func *p = fn; p->kind == FN_PRIME; p = p->of) text_addc(&name, '\'');
        function_lines(c, text_str(&name), &f, n);
        text_free(&name);
    }
    value_drop(&y);
    formals_free(&f);
    return st;
}

/* ---- the command ---- */

static bool is_plain_function(const Func *f)
{
    const Func *def = definition_of(f);
    return def->kind == FN_DEF || (def->kind == FN_OP && def->op->kind == OP_ELEMENT);
}

Status derive_run(Call *c, Value *out)
{
    (void)out;
    Value v;
    const Ast *a = c->ast[0];
    if (a && a->kind != A_NAME && a->kind != A_PRIME) return derive_number(c);
    TRY(call_value(c, 0, &v));
    if (v.kind != V_FUNC) return derive_number(c);
    if (is_plain_function(v.func)) return derive_function(c, v.func);
    diag_set(c->d, E_TYPE, call_span(c, 0),
             "derive takes an equation's number or a function of numbers, not %s", value_kind(v));
    return diag_hint(c->d, "For a network, derive its error: derive E, w.");
}
