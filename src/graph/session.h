/* session.h -- names, equations, and what a statement does to them.
 *
 * A statement is a transaction: it runs against a journal; on an error the
 * journal is rolled back and nothing of the statement stays; on success it
 * becomes one step of undo.
 *
 * A name bound by `=` to numbers has a slot node that stays when the name is
 * redefined, so what depends on it follows. A definition of another shape or
 * kind makes the session build its dependants again from their text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_SESSION_H
#define GRADUS_SESSION_H

#include "base/rng.h"
#include "base/text.h"
#include "graph/value.h"
#include "lang/parse.h"

typedef enum {
    B_EQUATION,   /* slot: y = 2*x                                       */
    B_LEAF,       /* slot whose definition is a leaf: x = 2, x <- 3      */
    B_PARAM,      /* slot whose definition is a NODE_PARAM leaf          */
    B_OTHER       /* function, network, text, data set: value            */
} BindingKind;

typedef struct Binding Binding;
struct Binding {
    int          refs;
    char        *name;
    BindingKind  kind;
    Value        value;       /* the slot node, or the other value        */
    Source      *src;         /* text it was defined by                   */
    Ast         *ast;         /* S_EQUATION, S_DECL, S_FUNCTION, ...      */
    int          n_dep, cap_dep;
    char       **dep;         /* names its building looked up             */
    int          n_guard, cap_guard;
    struct Guard { Node *node; double was; } *guard; /* numbers it was built upon */
    bool         deep;        /* uses grad: depends on the inside of dep  */
    int          n_call, cap_call;
    struct CallSeen { Func *func; Scope *scope; } *call;  /* calls made while building it */
    uint64_t     order;       /* when defined, for `names`                */
};

typedef struct Journal Journal;

/* A parameter moves by a rule: told before its numbers change (after a training
 * run: once, with the number of its updates). */
typedef struct {
    Node         *leaf;
    const double *old, *now;  /* leaf->len numbers                        */
    Node         *next;       /* what now was computed by, all below it still holding the
                                 old numbers; NULL: not told              */
    Func         *rule;       /* the optimizer; NULL: an assignment       */
    int64_t       times;
} Moved;

enum { SESSION_ROWS = 1024 };     /* places of a hash: well above the number of builtins */

struct Session {
    Text       out;           /* what the statement printed so far        */
    NumFormat  format;
    bool       single;        /* training computes with floats            */
    int        threads;       /* that training may use; 0: as many as there are cores */
    Rng        rng;
    bool       echo;          /* prompt: definitions echo their value     */
    bool       quiet;         /* this statement ended in ';'              */
    bool       safe;          /* lesson code: no files, no export         */
    int        n_name, cap_name;
    Binding  **name;          /* hash table, see session.c                */
    uint64_t   structure;     /* moves when any definition is made or replaced */
    Journal   *journal;       /* of the running statement                 */
    Value      ans;
    const Builtin *table[32];
    int        n_table;
    const Builtin *row[SESSION_ROWS];         /* all of them by name, see session.c */
    int        n_indexed;
    uint64_t   builds;        /* definitions built so far                 */
    Source    *running;       /* the statement being run: what Diag spans point into */
    void     (*flush)(Session *s);            /* face: show s->out now    */
    void     (*progress)(Session *s, const char *line); /* face: transient line, NULL erases it */
    void      *face;          /* the face's own                           */
    void      *teach;         /* stepping state, teach/step.h             */
    void      *learn;         /* learn/: its own                          */
    void      *ledger;        /* past of the parameters, teach/ledger.h   */
    void     (*moved)(Session *s, const Moved *m);       /* keeps it; may be NULL */
    struct GradCache *grads;  /* gradients already built, see grads.c     */
    struct Memory { char *text; Func *func; } *memory;  /* optimizers written out in a command, */
    int        n_memory, cap_memory;                    /* by their text: they keep their state */
    struct PreludeIndex *prelude;
    Node      *training;      /* 1 while a graph is built for training, see modes.c */
    Node      *convention;    /* 0 torch, 1 keras                         */
    double     per_epoch;     /* updates in one epoch of the training that is being built, else 1 */
    int        n_guarded, n_deep;   /* bindings that need looking after   */
    uint64_t   refreshed;     /* clock of the last session_refresh        */
    /* called after every change of numbers or names, for live views; may be NULL */
    void     (*changed)(Session *s);
};

/* ---- make ---- */
Session *session_new(void);
void     session_free(Session *s);
void     session_add_table(Session *s, const Builtin *rows);   /* ended by name NULL */

/* ---- run ---- */
/* One statement as a transaction. Output goes to s->out. d speaks of spans in src. */
Status session_run(Session *s, Source *src, Diag *d);
/* All statements of a text; stops at the first error. For tests and lessons;
 * a fault's message is left in d, with *line its line. */
Status session_run_text(Session *s, const char *name, const char *text, Diag *d, int *line);
/* The value of one expression's text, outside any transaction. */
Status session_eval(Session *s, const char *expr, Value *out, Diag *d);
/* A number; NAN when it fails. For tests. */
double session_number(Session *s, const char *expr);
bool   session_is_command(void *s, const char *name);
/* The command that was meant by a word that is no name here, or NULL. */
const char *session_near_command(void *s, const char *word);
Status session_undo(Session *s, Diag *d);
Status session_redo(Session *s, Diag *d);

/* ---- ask ---- */
Binding *session_find(Session *s, const char *name);           /* user's names only; NULL */
/* A user's name, a prelude definition or a builtin, in that order. */
bool     session_lookup(Session *s, const char *name, Value *out);  /* out gets a count */
const Builtin *session_builtin(Session *s, const char *name);
/* All user bindings in order of definition; array from malloc, borrowed items. */
Binding **session_bindings(Session *s, int *n);
/* Every known name (user, prelude, builtins), for completion and "nearest". Array from malloc, names borrowed. */
const char **session_names(Session *s, int *n);
/* From now on net.h.z, f.u and the like mean the calls inside E (and inside what E
 * depends on), not the latest ones: before E is stepped or explained. */
void     session_enter(Session *s, Node *E);
/* Bring guarded definitions up to date after numbers changed. */
Status   session_refresh(Session *s, Diag *d);

/* ---- change (journalled while a statement runs) ---- */
Status session_define(Session *s, const char *name, Value v, BindingKind kind, Source *src,
                      Ast *ast, Span at, Diag *d);
void   session_set_leaf(Session *s, Node *leaf, const double *v); /* undoable; keeps the old numbers */
Status session_forget(Session *s, const char *name, Diag *d);

/* ---- gradients and updates ---- */
/* dE/dx as a node (count 1), E scalar. Zeros of x's shape when E does not depend
 * on x. NULL and d when E is not a single number. */
Node  *session_grad(Session *s, Node *E, Node *x, Span at, Diag *d);
/* Parameters E depends on that are not frozen, in order of first use; array from malloc, borrowed. */
Node **session_params(Session *s, Node *E, int *n);

/* One update rule applied to n parameters with gradients g of E: for every leaf that
 * changes (weights, the rule's own state, and what layers below E remember) its new
 * value as a node. E NULL: not known, and no layers move.
 * All right sides read old values; commit with update_commit. */
typedef struct {
    int    n, cap;
    Node **leaf;       /* param and state leaves, borrowed from their owners */
    Node **next;       /* counted */
    int    n_weight;   /* the first n_weight entries are the parameters */
    Func  *rule;       /* borrowed */
} Update;
Status update_build(Session *s, Func *optimizer, Node *E, Node *const *w, Node *const *g, int n,
                    Update *out, Span at, Diag *d);
Status update_commit(Session *s, Update *u, Diag *d);   /* evaluates all, then assigns all */
void   update_free(Update *u);

/* Layers built from now on are built for training, or for use; what was before. */
bool session_training(Session *s, bool on);

/* ---- building ---- */
/* Call a function value on arguments; *out gets a count. env may be NULL. */
Status func_call(Session *s, Env *env, Func *f, Value *arg, int n, Span at, Value *out, Diag *d);
/* Field of a value: net.h.W, d.x, f.u. */
Status value_field(Session *s, Value v, const char *name, Span at, Value *out, Diag *d);
/* The node of a value (a network stage or layer: its latest output). Borrowed. */
Node  *value_to_node(Session *s, Value v, Span at, Diag *d);
/* Parameters of a network or layer in order, with full labels; array from malloc, borrowed. */
Node **func_params(Func *f, int *n);

/* An optimizer as a command names it: a value that keeps its own state, or, when
 * written out (adam(lr=0.1)), the one that an equal text used before. Borrowed. */
Func  *session_optimizer(Session *s, Value v, const Ast *typed);

/* ---- builtins: functions in C and commands, one row each ---- */
enum {
    BUILTIN_COMMAND = 1,   /* may be used without parentheses                   */
    BUILTIN_STEPPING = 2,  /* an empty line repeats it                          */
    BUILTIN_UNSAFE = 4,    /* refused in lesson code                            */
    BUILTIN_NO_UNDO = 8    /* not a step of undo (help, show, plot)             */
};
struct Builtin {
    const char *name, *usage, *help;   /* help: one or more sentences            */
    const char *example;               /* Gradus, one statement a line; tests run it */
    const char *group;                 /* "tensors", "stepping", ...             */
    const char *keys;                  /* allowed keywords, blank-separated; "*" any; NULL none */
    int         min_args, max_args;    /* max -1: any                            */
    unsigned    flags;
    Status    (*run)(Call *c, Value *out);   /* *out is V_NONE on entry          */
};

/* A call of a builtin. Arguments are evaluated when asked for, so that commands
 * can also see what was typed. */
struct Call {
    Session *s;
    Env     *env;
    const Builtin *row;
    Span     at;
    int      n;             /* positional arguments */
    Ast    **ast;           /* what was typed; entries may be NULL (called with values) */
    Value   *val;           /* V_NONE until asked for, see have */
    bool    *have;
    int      n_key;
    const char **key;
    Ast    **key_ast;
    Value   *key_val;
    bool    *key_have;
    Diag    *d;
};
Status call_value(Call *c, int i, Value *out);                 /* borrowed; value alive as long as the call */
Status call_node(Call *c, int i, Node **out);                  /* borrowed */
Status call_number(Call *c, int i, double *out);               /* now; guarded */
Status call_int(Call *c, int i, int64_t *out);                 /* whole number, now; guarded */
Status call_text(Call *c, int i, const char **out);
Status call_func(Call *c, int i, Func **out);
const char *call_name(Call *c, int i);                         /* typed as a bare name; NULL */
Span   call_span(Call *c, int i);                              /* of argument i, for blame */
bool   call_has(Call *c, const char *key);
Status call_key(Call *c, const char *key, Value *out);         /* V_NONE when absent */
Status call_key_number(Call *c, const char *key, double otherwise, double *out);
Status call_key_int(Call *c, const char *key, int64_t otherwise, int64_t *out);
Status call_key_text(Call *c, const char *key, const char *otherwise, const char **out);
Span   call_key_span(Call *c, const char *key);
/* A list of whole numbers: [2, 3] or 2. At most LIMIT_RANK. */
Status value_ints(Call *c, Value v, Span at, int64_t out[LIMIT_RANK], int *n);

#endif
