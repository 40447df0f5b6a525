/* value.h -- what an expression can be: a node, a text, a function, a list, a record.
 *
 * Values are counted. A Value in a struct or array owns one count.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_VALUE_H
#define GRADUS_VALUE_H

#include "graph/node.h"
#include "lang/ast.h"

typedef enum { V_NONE, V_NODE, V_STR, V_FUNC, V_LIST, V_RECORD } ValueKind;

typedef struct Session Session;
typedef struct Env     Env;
typedef struct Call    Call;
typedef struct Func    Func;
typedef struct Record  Record;
typedef struct List    List;
typedef struct Str     Str;
typedef struct Builtin Builtin;
typedef struct Scope   Scope;

typedef struct Value {
    ValueKind kind;
    union {
        Node   *node;
        Str    *str;
        Func   *func;
        List   *list;
        Record *record;
    };
} Value;

struct Str    { int refs; char *s; };
struct List   { int refs; int n; Value *item; };
/* Named fields, in order: a data set (x, y, names, ...), a history (loss, ...). */
struct Record { int refs; const char *type; int n; char **name; Value *field; };

/* ---- functions ---- */
typedef enum {
    FN_DEF,        /* f(x) = ...            : ast S_FUNCTION                        */
    FN_LAYER,      /* layer f(x) = { ... }                                          */
    FN_OPTIMIZER,  /* optimizer f(w, g) = { ... }                                   */
    FN_NATIVE,     /* a row of a Builtin table                                      */
    FN_BOUND,      /* of with some arguments given: a layer, an optimizer, f(k=2)   */
    FN_CHAIN,      /* a -> b -> c: a network                                        */
    FN_PRIME,      /* of' : derivative with respect to the first argument           */
    FN_OP          /* an elementwise row of the operation tables: exp, log, where   */
} FuncKind;

/* One state or parameter leaf that a layer or an optimizer owns. */
typedef struct {
    char *path;              /* "W"; of an optimizer's state "m"                    */
    Node *node;              /* a NODE_PARAM leaf, or the user's own expression     */
    Node *of;                /* an optimizer's state: the parameter it belongs to   */
} Owned;

struct Func {
    int       refs;
    FuncKind  kind;
    char     *name;          /* "sigmoid"; a network or layer: its full path "net.h"; may be NULL */
    /* FN_DEF, FN_LAYER, FN_OPTIMIZER */
    Source   *src;
    Ast      *ast;
    bool      prelude;
    /* FN_NATIVE, FN_OP */
    const Builtin *row;
    const struct Op *op;
    /* FN_BOUND, FN_PRIME */
    Func     *of;
    int       n_key;         /* arguments bound by formal name                      */
    char    **key;
    Value    *key_val;
    bool      inner;         /* made in the body of a layer, which owns its leaves  */
    /* FN_BOUND of a layer: its own leaves, made at the first call */
    int       n_own, cap_own;
    Owned    *own;
    /* FN_CHAIN */
    int       n_stage;
    Func    **stage;
    char    **stage_name;    /* "h", "dense1": last part of the stage's path        */
    bool      has_input;     /* began with input(...)                               */
    Shape     input;         /* of one sample                                       */
    /* latest call: what f.u and net.h.z mean */
    Scope    *last;
    /* training's memory: which data, loss and optimizer a network was last used with */
    Record   *task;
    /* FN_DEF, FN_PRIME: elementwise template, see tmpl.h; -1 not tried, 0 none, 1 made */
    int       tmpl_state;
    Tmpl     *tmpl;
    uint64_t  tmpl_at;       /* the session's structure it was made at; user functions only */
    char    **tmpl_dep;      /* user names its body looked up, NULL-ended */
};

/* The inside of one call: its locals by name. */
struct Scope {
    int     refs;
    uint64_t build;          /* which definition's building made it, see Env */
    int     calls;           /* of the same function in that building        */
    int     n, cap;
    char  **name;
    Value  *val;
    Node   *out;
    int     n_sub, cap_sub;
    char  **sub_name;        /* stages or layers called inside                      */
    Scope **sub;
};

Value value_none(void);
Value value_node(Node *n);            /* takes over the caller's count */
Value value_num(double v);
Value value_str(const char *s);
Value value_func(Func *f);            /* takes over */
Value value_list(List *l);
Value value_record(Record *r);
Value value_keep(Value v);
void  value_drop(Value *v);           /* and makes it V_NONE */
const char *value_kind(Value v);      /* "a number", "a text", "a function", "a network": for messages */

List   *list_new(int n);
Record *record_new(const char *type);
void    record_set(Record *r, const char *name, Value v);  /* takes over v */
Value  *record_find(const Record *r, const char *name);    /* NULL */
Func   *func_new(FuncKind kind, const char *name);
void    func_drop(Func *f);
Func   *func_keep(Func *f);
Scope  *scope_new(void);
void    scope_drop(Scope *s);
Scope  *scope_keep(Scope *s);
void    scope_set(Scope *s, const char *name, Value v);    /* takes over v */
Value  *scope_find(Scope *s, const char *name);

/* Print as a user sees it: numbers by format, tensors in aligned brackets,
 * long ones folded, functions as their definition. */
void value_print(Text *to, Value v, NumFormat f);
void tensor_print(Text *to, const Shape *s, const double *v, NumFormat f);

#endif
