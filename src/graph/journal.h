/* journal.h -- what a statement changed, so that it can be taken back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GRADUS_JOURNAL_H
#define GRADUS_JOURNAL_H

#include "graph/session.h"

enum { LIMIT_UNDO = 200, LIMIT_UNDO_BYTES = 64 << 20 };

void journal_begin(Session *s);
void journal_commit(Session *s, bool undoable);
void journal_rollback(Session *s);
void journal_bind(Session *s, const char *name, Binding *old, Binding *now);
void journal_slot(Session *s, Node *slot, Node *now);
void journal_leaf(Session *s, Node *leaf);           /* before the numbers change */
/* Does the running statement's journal hold the name's old binding, the leaf's old numbers? */
bool journal_has(Session *s, const char *name, const Node *leaf);
void journal_free_all(Session *s);

#endif
