/* plan_test.c -- the two ways to run a graph give one answer: updates by a plan
 * (kernels over an arena, or a scalar program) and updates by nodes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "face/tables.h"
#include "learn/task.h"
#include "run/place.h"
#include "run/scalar_value.h"

/* An assertion that says in words what failed. */
static void holds(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void holds(bool ok, const char *fmt, ...)
{
    char buf[500];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(buf, sizeof buf, fmt, ap);
    va_end(ap);
    CU_assertImplementation(ok, __LINE__, buf, __FILE__, "", CU_FALSE);
}

/* ---- counting allocations; a sanitizer has its own malloc ---- */

static long allocations;

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#define COUNTS true
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

void *malloc(size_t n)
{
    allocations++;
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    allocations++;
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    allocations++;
    return __libc_realloc(p, n);
}
#else
#define COUNTS false
#endif

/* ---- a network, its data, its task ---- */

enum { ROWS = 12, FEATURES = 3, MOST_OUT = 3, UPDATES = 9 };

typedef struct {
    const char *net, *loss, *rule;     /* in Gradus */
    const char *more;                  /* definitions before the network, or NULL */
    int         out;
    enum { REAL, UNIT, ONE_HOT, BIT } target;
} Case;

typedef struct {
    Session *s;
    Task     task;
    DataView data;
    double   x[ROWS * FEATURES], y[ROWS * MOST_OUT];
    uint32_t order[ROWS];
} Rig;

static Func *func_of(Session *s, const char *expr)
{
    Value v;
    Diag d = { 0 };
    Status st = session_eval(s, expr, &v, &d);
    holds(st == OK && v.kind == V_FUNC, "%s: %s", expr, d.text);
    return v.func;
}

static void fill(Rig *r, const Case *c)
{
    for (int i = 0; i < ROWS * FEATURES; i++) r->x[i] = 2 * rng_uniform(&r->s->rng) - 1;
    for (int i = 0; i < ROWS * c->out; i++) {
        double u = rng_uniform(&r->s->rng);
        r->y[i] = c->target == REAL ? 2 * u - 1 : c->target == BIT ? u > 0.5 : u;
    }
    if (c->target == ONE_HOT)
        for (int i = 0; i < ROWS; i++)
            for (int k = 0; k < c->out; k++) r->y[i * c->out + k] = k == i * 7 % c->out;
    for (uint32_t i = 0; i < ROWS; i++) r->order[i] = i;
    rng_shuffle(&r->s->rng, r->order, ROWS);
}

static void rig_open(Rig *r, const Case *c)
{
    Diag d = { 0 };
    Text t = { 0 };
    int line;
    *r = (Rig){ .s = session_new() };
    tables_add(r->s);
    text_addf(&t, "%s\nseed 7\nnet = %s\n", c->more ? c->more : "", c->net);
    Status st = session_run_text(r->s, "case", text_str(&t), &d, &line);
    holds(st == OK, "%s: %s", c->net, d.text);
    text_free(&t);
    fill(r, c);
    r->task = (Task){ .s = r->s,
                      .net = func_of(r->s, "net"),
                      .loss = func_of(r->s, c->loss),
                      .rule = func_of(r->s, c->rule),
                      .net_name = mem_str("net"),
                      .data_name = mem_str("data") };
    r->data = (DataView){ .x = r->x,
                          .y = r->y,
                          .rows = ROWS,
                          .n_in = FEATURES,
                          .n_out = c->out,
                          .sample = shape_of(1, (int64_t[]){ FEATURES }),
                          .target = shape_of(1, (int64_t[]){ c->out }) };
}

static void rig_close(Rig *r)
{
    task_close(&r->task);
    tables_free(r->s);
    session_free(r->s);
}

/* ---- the same updates, three ways ---- */

typedef struct {
    int64_t len;
    double *num;             /* all leaves after the updates */
    double  loss;            /* summed over the updates      */
} Answer;

static void batch_set(const Rig *r, const Pass *p, int64_t batch)
{
    int64_t rows = p->x->shape.dim[0];
    for (int64_t i = 0; i < rows; i++) {
        int64_t row = r->order[batch * rows + i];
        memcpy(p->x->val + i * r->data.n_in, r->x + row * r->data.n_in,
               sizeof(double) * (size_t)r->data.n_in);
        memcpy(p->y->val + i * r->data.n_out, r->y + row * r->data.n_out,
               sizeof(double) * (size_t)r->data.n_out);
    }
    leaf_touch(p->x);
    leaf_touch(p->y);
}

static Answer answer_of(const Update *u)
{
    Answer a = { 0 };
    for (int i = 0; i < u->n; i++) a.len += u->leaf[i]->len;
    a.num = mem_new(sizeof *a.num * (size_t)(a.len + 1));
    double *to = a.num;
    for (int i = 0; i < u->n; to += u->leaf[i++]->len)
        memcpy(to, u->leaf[i]->val, sizeof *to * (size_t)u->leaf[i]->len);
    return a;
}

/* Bring the leaves back to what they were. */
static void answer_set(const Update *u, const Answer *a)
{
    const double *from = a->num;
    for (int i = 0; i < u->n; from += u->leaf[i++]->len) leaf_set(u->leaf[i], from);
}

static Answer by_nodes(Rig *r, Pass *p)
{
    Diag d = { 0 };
    Answer start = answer_of(&p->update), end;
    int64_t batches = ROWS / p->x->shape.dim[0];
    double loss = 0;
    for (int k = 0; k < UPDATES; k++) {
        batch_set(r, p, k % batches);
        loss += node_scalar(p->ask[0], &d);
        CU_ASSERT_EQUAL(update_commit(r->s, &p->update, &d), OK);
    }
    end = answer_of(&p->update);
    end.loss = loss;
    answer_set(&p->update, &start);
    free(start.num);
    return end;
}

static bool by_plan(Rig *r, Pass *p, PlanKind kind, bool single, Answer *out)
{
    Diag d = { 0 };
    Store store;
    Recipe recipe = pass_recipe(p);
    CU_ASSERT_EQUAL(store_open(&store, recipe.leaf, recipe.n, single, &d), OK);
    float fx[ROWS * FEATURES], fy[ROWS * MOST_OUT];
    for (int i = 0; i < ROWS * FEATURES; i++) fx[i] = (float)r->x[i];
    for (int i = 0; i < ROWS * MOST_OUT; i++) fy[i] = (float)r->y[i];
    long built = allocations;
    Plan *plan = plan_build(&recipe, &store, kind, &d);
    bool made = plan != NULL;
    CU_ASSERT(!COUNTS || allocations > built);
    *out = (Answer){ 0 };
    int64_t batches = ROWS / p->x->shape.dim[0];
    long before = allocations;
    for (int k = 0; k < UPDATES && made; k++) {
        double loss;
        Feed f = { .x = single ? (const void *)fx : r->x,
                   .y = single ? (const void *)fy : r->y,
                   .order = r->order,
                   .from = k % batches * p->x->shape.dim[0],
                   .batches = 1,
                   .epochs = 1 };
        plan_run(plan, &f, &loss);
        out->loss += loss;
    }
    CU_ASSERT_EQUAL(allocations - before, 0);
    double loss = out->loss;
    Answer start = answer_of(&p->update);
    store_save(&store, r->s);
    *out = answer_of(&p->update);
    out->loss = loss;
    answer_set(&p->update, &start);
    free(start.num);
    plan_free(plan);
    store_close(&store);
    return made;
}

static bool near(double a, double b, bool single)
{
    if (isnan(a) || isnan(b)) return false;
    return fabs(a - b) <= (single ? 2e-5 : 1e-12) * fmax(1, fmax(fabs(a), fabs(b)));
}

static void same_answer(const Answer *a, const Answer *b, const char *who, bool single, const Case *c)
{
    holds(near(a->loss, b->loss, single), "%s: %s, %s, %s: loss %.17g, by nodes %.17g", who, c->net,
          c->loss, c->rule, b->loss, a->loss);
    CU_ASSERT_EQUAL(a->len, b->len);
    for (int64_t i = 0; i < a->len; i++)
        if (!near(a->num[i], b->num[i], single)) {
            holds(false, "%s: %s, %s, %s: number %lld is %.17g, by nodes %.17g", who, c->net,
                  c->loss, c->rule, (long long)i, b->num[i], a->num[i]);
            return;
        }
}

static void hold_case(const Case *c, int64_t batch, PlanKind kind, bool single, const char *who)
{
    Rig r;
    Pass p;
    Diag d = { 0 };
    rig_open(&r, c);
    Status st = pass_build(&r.task, &r.data, batch, &p, &d);
    holds(st == OK, "%s: %s", c->net, d.text);
    if (st == OK) {
        Answer nodes = by_nodes(&r, &p), plan;
        bool made = by_plan(&r, &p, kind, single, &plan);
        holds(made, "%s: %s could not be compiled", who, c->net);
        if (made) same_answer(&nodes, &plan, who, single, c);
        free(nodes.num);
        free(plan.num);
        pass_free(&p);
    }
    rig_close(&r);
}

/* ---- the cases ---- */

#define DENSE(activation) "input(3) -> h: dense(4, " activation ") -> o: dense(2)"
#define SMALL(activation) "input(3) -> h: dense(2, " activation ") -> o: dense(1, sigmoid)"

static const Case cases[] = {
    { DENSE("linear"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("sigmoid"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("tanh"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("relu"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("leaky_relu"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("elu"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("softplus"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("softsign"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("silu"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("swish"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("gelu"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("heaviside"), "mse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("bent"), "mse", "sgd(lr=0.1)", "bent(x) = (sqrt(x^2 + 1) - 1)/2 + x", 2, REAL },
    { DENSE("tanh"), "sse", "sgd(lr=0.1)", NULL, 2, REAL },
    { DENSE("tanh"), "mine", "sgd(lr=0.1)", "mine(o, t) = mean(abs(o - t)^3) + 0.01*sum(o^2)", 2,
      REAL },
    { "input(3) -> dense(4, tanh) -> dense(3, softmax)", "crossentropy", "adam(lr=0.05)", NULL, 3,
      ONE_HOT },
    { "input(3) -> dense(4, tanh) -> dense(3)", "crossentropy_logits", "adam(lr=0.05)", NULL, 3,
      ONE_HOT },
    { "input(3) -> dense(4, tanh) -> dense(2, sigmoid)", "bce", "adam(lr=0.05)", NULL, 2, BIT },
    { "input(3) -> dense(4, tanh) -> dense(2)", "bce_logits", "adam(lr=0.05)", NULL, 2, UNIT },
    { "input(3) -> dense(4, tanh, bias=none) -> dense(4, relu) -> dense(1)", "mse", "adam(lr=0.01)",
      NULL, 1, REAL },
    { DENSE("tanh"), "mse", "sgd(lr=0.1, momentum=0.9)", NULL, 2, REAL },
    { DENSE("tanh"), "mse", "sgd(lr=0.1, momentum=0.9, nesterov=1)", NULL, 2, REAL },
    { DENSE("tanh"), "mse", "sgd(lr=0.1, weight_decay=0.01)", NULL, 2, REAL },
    { DENSE("tanh"), "mse", "sgd(lr=0.1, clipvalue=0.05)", NULL, 2, REAL },
    { DENSE("tanh"), "mse", "sgd(lr=0.1, clipnorm=0.1)", NULL, 2, REAL },
    { DENSE("tanh"), "mse", "adam(lr=0.02)", NULL, 2, REAL },
    { DENSE("tanh"), "mse", "swap(lr=0.1)",
      "optimizer swap(w, g, lr=1) = { state a = 0, b = 1; a <- b; b <- a + g; w <- w - lr*a }", 2,
      REAL },
    { "input(3) -> dense(2, tanh, weights=A) -> dense(3, weights=A', bias=none)", "mse",
      "sgd(lr=0.1)", "param A[3, 2] = [[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]]", 3, REAL },
};
enum { N_CASE = sizeof cases / sizeof *cases };

static const Case small[] = {
    { SMALL("sigmoid"), "sse", "sgd(lr=0.5)", NULL, 1, BIT },
    { SMALL("linear"), "sse", "sgd(lr=0.5)", NULL, 1, BIT },
    { SMALL("tanh"), "bce", "adam(lr=0.1)", NULL, 1, BIT },
    { SMALL("relu"), "bce", "adam(lr=0.1)", NULL, 1, BIT },
    { SMALL("leaky_relu"), "mse", "sgd(lr=0.5, momentum=0.9)", NULL, 1, UNIT },
    { SMALL("elu"), "mse", "sgd(lr=0.5, momentum=0.9, nesterov=1)", NULL, 1, UNIT },
    { SMALL("softplus"), "mse", "sgd(lr=0.5, weight_decay=0.01)", NULL, 1, UNIT },
    { SMALL("softsign"), "mse", "sgd(lr=0.5, clipvalue=0.01)", NULL, 1, UNIT },
    { SMALL("silu"), "mse", "sgd(lr=0.5, clipnorm=0.1)", NULL, 1, UNIT },
    { SMALL("gelu"), "mse", "sgd(lr=0.5)", NULL, 1, UNIT },
    { SMALL("heaviside"), "mse", "sgd(lr=0.5)", NULL, 1, UNIT },
    { SMALL("bent"), "mse", "sgd(lr=0.5)", "bent(x) = (sqrt(x^2 + 1) - 1)/2 + x^3 + 1/x^2", 1,
      UNIT },
    { SMALL("tanh"), "mse", "swap(lr=0.1)",
      "optimizer swap(w, g, lr=1) = { state a = 0, b = 1; a <- b; b <- a + g; w <- w - lr*a }", 1,
      UNIT },
    { "input(3) -> dense(3, tanh) -> dense(3, tanh) -> dense(3)", "mse", "sgd(lr=0.3)", NULL, 3,
      REAL },
    { "input(3) -> dense(3)", "largest", "sgd(lr=0.3)",
      "largest(o, t) = sum(o*t) + prod(o[0]) + sum(exp(o))", 3, REAL },
    { "neuron(w, bias=b, activation=sigmoid)", "mse", "sgd(lr=0.3)",
      "param w = [0.1, -0.2, 0.3], b = 0.5", 1, UNIT },
};
enum { N_SMALL = sizeof small / sizeof *small };

static void kernels_equal_nodes(void)
{
    for (int i = 0; i < N_CASE; i++) {
        hold_case(&cases[i], 4, PLAN_TENSOR, false, "kernels");
        hold_case(&cases[i], 1, PLAN_TENSOR, false, "kernels");
    }
    for (int i = 0; i < N_SMALL; i++) hold_case(&small[i], 3, PLAN_TENSOR, false, "kernels");
}

static void single_equals_nodes(void)
{
    for (int i = 0; i < N_CASE; i++) hold_case(&cases[i], 4, PLAN_TENSOR, true, "single");
    for (int i = 0; i < N_SMALL; i++) hold_case(&small[i], 3, PLAN_TENSOR, true, "single");
}

static void program_equals_nodes(void)
{
    for (int i = 0; i < N_SMALL; i++) {
        hold_case(&small[i], 1, PLAN_SCALAR, false, "program");
        hold_case(&small[i], 4, PLAN_SCALAR, false, "program");
    }
}

/* ---- size ---- */

/* The XOR network's update; more would be a lost pattern. */
static void xor_is_short(void)
{
    Case c = {
        "input(2) -> dense(2, sigmoid) -> dense(1, sigmoid)", "sse", "sgd(lr=0.5)", NULL, 1, BIT
    };
    Rig r;
    Pass p;
    Store store;
    Diag d = { 0 };
    rig_open(&r, &c);
    r.data.n_in = r.data.sample.dim[0] = 2;
    CU_ASSERT_EQUAL_FATAL(pass_build(&r.task, &r.data, 1, &p, &d), OK);
    Recipe recipe = pass_recipe(&p);
    CU_ASSERT_EQUAL(store_open(&store, recipe.leaf, recipe.n, false, &d), OK);
    Plan *plan = plan_build(&recipe, &store, PLAN_ANY, &d);
    CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
    CU_ASSERT(plan_is_scalar(plan));
    holds(plan_steps(plan) <= 96, "XOR takes %lld instructions", (long long)plan_steps(plan));
    plan_free(plan);
    store_close(&store);
    pass_free(&p);
    rig_close(&r);
}

static long train_allocations(Session *s, const char *options, int epochs)
{
    char text[300];
    Diag d = { 0 };
    int line;
    snprintf(text, sizeof text, "train net, x, y, epochs=%d%s", epochs, options);
    long before = allocations;
    CU_ASSERT_EQUAL(session_run_text(s, "test", text, &d, &line), OK);
    text_clear(&s->out);
    return allocations - before;
}

static void epochs_allocate_nothing(void)
{
    static const char *const options[] = { ", batch=1, shuffle=0", ", batch=7",
                                           ", batch=7, validate=[x, y]" };
    static const char *const nets[] = { "input(2) -> dense(2, sigmoid) -> dense(1, sigmoid)",
                                        "input(2) -> dense(90, relu) -> dense(1)" };
    for (int i = 0; i < 2; i++) {
        Session *s = session_new();
        Diag d = { 0 };
        int line;
        char text[200];
        tables_add(s);
        snprintf(text, sizeof text, "net = %s\nx = uniform(20, 2)\ny = x[:, 0:1]", nets[i]);
        CU_ASSERT_EQUAL(session_run_text(s, "test", text, &d, &line), OK);
        for (int k = 0; k < 3; k++) {
            train_allocations(s, options[k], 300);
            long few = train_allocations(s, options[k], 3),
                 many = train_allocations(s, options[k], 300);
            holds(labs(many - few) < 100, "%s%s: %ld allocations in 3 epochs, %ld in 300", nets[i], options[k],
                  few, many);
        }
        tables_free(s);
        session_free(s);
    }
}

/* ---- threads ---- */

/* Large enough to be shared; the same numbers whoever computes which part. */
static void threads_change_nothing(void)
{
    enum { WIDE = 96, TURNS = 300 };
    static const char text[] = "seed 3\nnet = input(96) -> dense(80, tanh) -> dense(96)\n"
                               "x = uniform(64, 96)\ny = uniform(64, 96)\n"
                               "train net, x, y, optimizer=adam(lr=0.01), batch=64, epochs=%d";
    double *num[2] = { NULL, NULL };
    int64_t len = 0;
    for (int k = 0; k < 2; k++) {
        Session *s = session_new();
        Diag d = { 0 };
        int line;
        char buf[sizeof text + 20];
        tables_add(s);
        s->threads = k + 1;
        snprintf(buf, sizeof buf, text, TURNS);
        holds(session_run_text(s, "threads", buf, &d, &line) == OK, "%s", d.text);
        int n;
        Func *net = func_of(s, "net");
        Node **w = func_params(net, &n);
        len = 0;
        for (int i = 0; i < n; i++) len += w[i]->len;
        num[k] = mem_new(sizeof(double) * (size_t)len);
        for (int i = 0, at = 0; i < n; at += (int)w[i++]->len)
            memcpy(num[k] + at, w[i]->val, sizeof(double) * (size_t)w[i]->len);
        free(w);
        func_drop(net);
        tables_free(s);
        session_free(s);
    }
    CU_ASSERT(len > WIDE * 80 && !memcmp(num[0], num[1], sizeof(double) * (size_t)len));
    free(num[0]);
    free(num[1]);
}

/* ---- system calls ---- */

/* A process of its own makes a thousand updates while every system call but exit would
 * kill it. */
static void updates_call_no_system(void)
{
    Case c = { DENSE("tanh"), "mse", "adam(lr=0.01)", NULL, 2, REAL };
    Rig r;
    Pass p;
    Store store;
    Diag d = { 0 };
    rig_open(&r, &c);
    CU_ASSERT_EQUAL_FATAL(pass_build(&r.task, &r.data, 4, &p, &d), OK);
    Recipe recipe = pass_recipe(&p);
    CU_ASSERT_EQUAL(store_open(&store, recipe.leaf, recipe.n, false, &d), OK);
    for (int kind = PLAN_TENSOR; kind <= PLAN_SCALAR; kind++) {
        Plan *plan = plan_build(&recipe, &store, (PlanKind)kind, &d);
        double sum[400];
        int status = -1;
        pid_t child = fork();
        if (child == 0) {
            if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT)) syscall(SYS_exit, 77);
            plan_run(plan, &(Feed){ .x = r.x, .y = r.y, .order = r.order, .batches = 3, .epochs = 334 }, sum);
            syscall(SYS_exit, 0);
        }
        CU_ASSERT(child > 0 && waitpid(child, &status, 0) == child);
        holds(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77),
              "a thousand updates, way %d: the child ended with status %x", kind, status);
        plan_free(plan);
    }
    store_close(&store);
    pass_free(&p);
    rig_close(&r);
}

/* ---- parts ---- */


/* Registers 0 and 1 are a and b. */
static void rewriting_is_shared(void)
{
    Values s;
    values_open(&s);
    int a = value_register(&s, 0), b = value_register(&s, 1), half = value_number(&s, 0.5),
        two = value_number(&s, 2);
    int ab = value_apply(&s, s.sub, (int[]){ a, b }, 2),
        ba = value_apply(&s, s.sub, (int[]){ b, a }, 2);
    int scaled =
        value_apply(&s, s.mul, (int[]){ half, value_apply(&s, s.mul, (int[]){ two, ab }, 2) }, 2);
    CU_ASSERT_EQUAL(scaled, ab);
    CU_ASSERT_EQUAL(value_apply(&s, s.neg, &ab, 1), ba);
    CU_ASSERT_EQUAL(value_apply(&s, s.add, (int[]){ a, b }, 2),
                    value_apply(&s, s.add, (int[]){ b, a }, 2));
    CU_ASSERT_EQUAL(value_apply(&s, s.mul, (int[]){ a, value_number(&s, 1) }, 2), a);
    CU_ASSERT(value_is(&s, value_apply(&s, s.mul, (int[]){ two, two }, 2), 4));
    int third = value_number(&s, 1. / 3);
    int thrice =
        value_apply(&s, s.mul, (int[]){ third, value_apply(&s, s.mul, (int[]){ third, a }, 2) }, 2);
    CU_ASSERT_NOT_EQUAL(thrice, value_apply(&s, s.mul, (int[]){ value_number(&s, 1. / 9), a },
                                            2)); /* would round otherwise */
    values_close(&s);
}

static void places_do_not_overlap(void)
{
    Buffer b[40];
    Rng rng = { 0 };
    rng_seed(&rng, 3);
    for (int i = 0; i < 40; i++)
        b[i] = (Buffer){ .len = rng_below(&rng, 50), .from = i, .to = i + (int)rng_below(&rng, 6) };
    int64_t total = buffers_place(b, 40), sum = 0;
    for (int i = 0; i < 40; i++) {
        sum += b[i].len;
        CU_ASSERT_EQUAL(b[i].at % 8, 0);
        CU_ASSERT(b[i].at + b[i].len <= total);
        for (int k = 0; k < i; k++) {
            bool both_live = b[k].to >= b[i].from;
            bool apart = b[k].at + b[k].len <= b[i].at || b[i].at + b[i].len <= b[k].at;
            holds(!both_live || apart, "buffers %d and %d share numbers", k, i);
        }
    }
    CU_ASSERT(total < sum);
}

CU_TestInfo plan_tests[] = {
    { "updates by kernels are updates by nodes, without one allocation", kernels_equal_nodes },
    { "updates in single precision are updates by nodes, to its digits", single_equals_nodes },
    { "updates by a scalar program are updates by nodes, without one allocation",
      program_equals_nodes },
    { "one update of XOR is a short line", xor_is_short },
    { "epochs allocate nothing", epochs_allocate_nothing },
    { "threads change no number", threads_change_nothing },
    { "a thousand updates make no system call", updates_call_no_system },
    { "rewriting shares what is equal and keeps what rounds otherwise", rewriting_is_shared },
    { "buffers that live together never overlap, the others share", places_do_not_overlap },
    CU_TEST_INFO_NULL
};
