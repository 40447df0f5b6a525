/* define.h -- making a definition; between session.c and exec.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_DEFINE_H
#define GRADUS_DEFINE_H

#include "graph/build.h"

typedef struct {
    BindingKind    kind;
    Source        *src;
    Ast           *ast;
    Record_of_use *use;      /* emptied into the binding; may be NULL */
    Span           at;
} Definition;

/* Bind name to v (takes over v's count on OK only). */
Status   define_name(Session *s, const char *name, Value v, const Definition *def, Diag *d);
void     session_put(Session *s, const char *name, Binding *b);    /* NULL: remove */
Binding *binding_keep(Binding *b);
void     binding_drop(Binding *b);
Binding *binding_new(const char *name, Value v, BindingKind kind, Source *src, Ast *ast);
void     binding_take_use(Binding *b, Record_of_use *u);           /* empties u; NULL is fine */
/* The slot of the name for def: the old one, journalled, when the shape stays (*same). */
Status   slot_for(Session *s, Binding *old, const char *name, Node *def, Span at, Diag *d, Value *out, bool *same);
size_t   hash_text(const char *s);
void     func_forget_call(Func *f);
/* follow.c: everything that must follow a redefinition of `name`; structural: with
 * another shape or kind. */
Status   follow_change(Session *s, const char *name, bool structural, Diag *d);
/* A declaration `param W[2, 3] = ...` or `state m[3] = 0`: a new leaf with that flag,
 * NODE_PARAM or NODE_STATE. */
Status   declared_leaf(Env *e, const Ast *decl, unsigned flag, Node **out);
/* The sizes in it. */
Status   declared_shape(Env *e, const Ast *decl, Shape *s);
/* From now on the layer's leaf of that path is n. */
void     own_add(Func *f, const char *path, Node *n);

#endif
