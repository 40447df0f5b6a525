/* build.h -- trees to nodes; shared by the files of the builder, nobody else.
 *
 *   build.c    expressions
 *   apply.c    calling functions, layers, networks, templates
 *   block.c    statements inside functions
 *   call.c     arguments of builtins
 *   update.c   optimizers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_BUILD_H
#define GRADUS_BUILD_H

#include "graph/session.h"
#include "graph/tmpl.h"

/* What one definition was built upon: names looked up and numbers relied on. */
typedef struct {
    int    n_dep, cap_dep;
    char **dep;
    int    n_guard, cap_guard;
    struct Guard *guard;
    bool   deep;
    bool   shaped;           /* asked for the shape of something              */
    int    n_call, cap_call;
    struct CallSeen *call;
} Record_of_use;

/* Where an expression is evaluated. */
struct Env {
    Session *s;
    Diag    *d;
    Record_of_use *use;      /* NULL: nobody wants to know                       */
    Scope   *scope;          /* locals; NULL at top level                        */
    Func    *owner;          /* the layer whose body this is: owns its params    */
    const char *under;       /* "dense1.": in a layer of the owner's body; NULL: in the owner */
    const char *path;        /* prefix of labels, "net.h"; NULL: no labels       */
    bool     prelude;        /* body of a prelude definition: no user names      */
    bool     inside;         /* body of a function: blame the call               */
    Span     blame;
    int      depth;
    uint64_t build;          /* number of the definition being built             */
    bool     broke;          /* a break was met                                  */
    bool     rule;           /* body of an optimizer                             */
    struct RuleBody *body;   /* its states and assignments, update.c             */
    struct LayerBody *memory; /* what the layer remembers, states.c              */
};

/* The place to blame for a fault at `at`. */
Span env_span(const Env *e, Span at);

/* ---- build.c ---- */
Status build_value(Env *e, const Ast *a, Value *out);          /* *out counted */
Status build_node(Env *e, const Ast *a, Node **out);           /* *out counted */
/* The number that node has now; the definition being built will be built again
 * when it changes. */
Status env_static(Env *e, Node *n, Span at, double *out);
Status static_int(Env *e, Node *n, Span at, const char *what, int64_t *out);
void   use_dep(Env *e, const char *name);
void   use_free(Record_of_use *u);
void   use_shape(Env *e);            /* e may be NULL */
void   use_take_named(Env *e, Record_of_use *from);
bool   node_is_fixed(Node *n);       /* depends on nothing that can change */
Status index_node(Env *e, Node *base, const Ast *a, Node **out);
Status op_apply(Env *e, const Op *op, Node *const *in, int n, Span at, Value *out);
Status lookup_name(Env *e, const char *name, Span at, Value *out);

/* ---- apply.c ---- */
typedef struct {
    int     n;               /* positional */
    Value  *val;
    int     n_key;
    const char **key;
    Value  *key_val;
    Span    at;
} Args;
Status func_apply(Env *e, Func *f, const Args *a, Value *out);
Status call_ast(Env *e, Func *f, Ast *const *kid, int n, Span at, Value *out);
/* Names a network and its stages and makes its parameters when its input is known. */
Status func_name_as(Env *e, Func *f, const char *name);
Status layer_ready(Env *e, Value *v, Span at);
Func  *chain_compose(Func *left, Func *right, const char *right_name);
const Tmpl *func_tmpl(Env *e, Func *f);
Status apply_chain(Env *e, Func *f, const Args *a, Value *out);    /* network.c */
const char *formal_name(const Func *f, int i);
Env    body_env(Env *e, const Func *f, Span at);
/* Labels inside a call of f: "f", or "f.call2" for the second call in one definition. */
void   call_path(char *path, size_t size, const Env *e, const Func *f, const char *name);
/* What f.u means from now on, and again when the definition is entered. */
void   remember_scope(Env *e, Func *f, Scope *scope, const char *name);
Status scope_finish(Env *body, Value *out);
/* What was made without a name in the body of a layer: dense1, dense2, net1 in order. */
char  *inner_name(const Env *e, const char *base);
int    formal_count(const Func *f);
const Ast *formal_at(const Func *f, int i);
Owned *func_own(Func *f, const char *path);
Node  *label_result(Node *n, const char *label);               /* counted; may wrap */

/* ---- block.c ---- */
Status build_block(Env *e, const Ast *block, Value *out);
/* How often repeat runs its block: a whole number from 0 on. */
Status loop_times(Env *e, const Ast *a, int64_t *times);

/* ---- call.c ---- */
Status native_call(Env *e, const Builtin *row, Ast *const *kid, int n, const Args *given,
                   Span at, Value *out);

/* ---- prelude.c ---- */
bool   prelude_lookup(Session *s, const char *name, Value *out);
/* All its names, f' among them; array from malloc, names borrowed. */
const char **prelude_names(Session *s, int *n);
void   prelude_free(Session *s);

/* ---- session.c ---- */
Status grad_note_deep(Env *e, Node *E);

#endif
