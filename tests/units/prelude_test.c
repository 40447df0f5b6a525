/* prelude_test.c -- the library in Gradus: found by name as it stands in its files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "face/tables.h"
#include "graph/prelude.h"
#include "graph/session.h"

/* The definition as the lazy index finds it, against the file read from its beginning. */
static void found_as_it_stands(Session *s, const PreludeFile *file, const Source *src)
{
    Value v = { 0 };
    bool found = session_lookup(s, src->tree->text, &v);
    bool same = found && v.kind == V_FUNC && v.func->prelude && !strcmp(v.func->src->text, src->text) &&
                v.func->src->line == src->line && !strcmp(v.func->src->name, file->name);
    if (!same) printf("%s:%d: %s is not what its name finds\n", file->name, src->line, src->tree->text);
    CU_ASSERT(same);
    const char *doc = src->tree->doc;
    bool explained = strchr(src->tree->text, '\'') || (doc && strlen(doc) > 10);
    if (!explained) printf("%s:%d: nothing is said above %s\n", file->name, src->line, src->tree->text);
    CU_ASSERT(explained);
    value_drop(&v);
}

static void every_definition(void)
{
    Session *s = session_new();
    int definitions = 0, n;
    tables_add(s);
    for (const PreludeFile *f = prelude_files; f->name; f++) {
        Reader r = { .name = f->name, .text = f->text, .len = strlen(f->text), .line = 1 };
        for (;;) {
            Diag d = { 0 };
            Source *src = NULL;
            Status st = parse_next(&r, &src, &d);
            if (st != OK) printf("%s:%d: %s\n", f->name, r.line, d.text);
            CU_ASSERT_EQUAL(st, OK);
            if (!src) break;
            if (st == OK) found_as_it_stands(s, f, src), definitions += !strchr(src->tree->text, '\'');
            source_drop(src);
        }
    }
    const char **name = session_names(s, &n);
    int known = 0;
    for (int i = 0; i < n; i++) {
        Value v = { 0 };
        bool found = !session_builtin(s, name[i]) && session_lookup(s, name[i], &v);
        known += found && v.kind == V_FUNC && v.func->prelude;
        value_drop(&v);
    }
    CU_ASSERT_EQUAL(known, definitions);
    CU_ASSERT(definitions > 100);
    free(name);
    tables_free(s);
    session_free(s);
}

CU_TestInfo prelude_tests[] = {
    { "every definition is found by its name, as it stands in its file, with a word above it", every_definition },
    CU_TEST_INFO_NULL
};
