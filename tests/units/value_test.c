/* value_test.c -- counted values and how they read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "units.h"

#include <string.h>

#include "graph/session.h"

static const NumFormat six = { NUM_SIG, 6 };

static void check_prints(Value v, const char *expect)
{
    Text t = { 0 };
    value_print(&t, v, six);
    CU_ASSERT_STRING_EQUAL(text_str(&t), expect);
    if (strcmp(text_str(&t), expect)) fprintf(stderr, "\n<%s>\n<%s>\n", text_str(&t), expect);
    text_free(&t);
}

static Value tensor(int rank, const int64_t *dim, const double *v)
{
    Diag d = { 0 };
    Shape s = shape_of(rank, dim);
    return value_node(node_leaf(&s, v, &d));
}

static void check_tensor(int rank, const int64_t *dim, const double *v, const char *expect)
{
    Value t = tensor(rank, dim, v);
    check_prints(t, expect);
    value_drop(&t);
}

static const double count[200] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    26, 27
};

static void numbers_and_vectors(void)
{
    Value v = value_num(0.41);
    check_prints(v, "0.41");
    value_drop(&v);
    check_tensor(1, (int64_t[]){ 2 }, (double[]){ 0.85, 0.48 }, "[0.85, 0.48]");
    check_tensor(1, (int64_t[]){ 10 }, count, "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]");
    check_tensor(1, (int64_t[]){ 0 }, count, "[]");
    check_tensor(2, (int64_t[]){ 0, 3 }, count, "zeros(0, 3)");
}

static void columns_align(void)
{
    check_tensor(2, (int64_t[]){ 2, 2 }, (double[]){ 13, 27, 11, 17 }, "[[13, 27],\n [11, 17]]");
    check_tensor(2, (int64_t[]){ 2, 2 }, (double[]){ 1, -0.5, 100, 2 },
                 "[[   1, -0.5],\n [ 100,    2]]");
}

static void blank_line_between_matrices(void)
{
    check_tensor(3, (int64_t[]){ 2, 2, 2 }, count,
                 "[[[0, 1],\n  [2, 3]],\n\n [[4, 5],\n  [6, 7]]]");
}

static void long_ones_fold(void)
{
    check_tensor(1, (int64_t[]){ 28 }, count, "[0, 1, 2, ..., 25, 26, 27]  # (28)");
    check_tensor(2, (int64_t[]){ 1, 9 }, count, "[[0, 1, 2, ..., 6, 7, 8]]\n# (1, 9)");
    check_tensor(2, (int64_t[]){ 13, 1 }, count,
                 "[[ 0],\n [ 1],\n [ 2],\n ...,\n [10],\n [11],\n [12]]\n# (13, 1)");
}

static void lists_and_texts(void)
{
    List *l = list_new(3);
    l->item[0] = value_str("a \"b\"\n");
    l->item[1] = value_num(2);
    l->item[2] = tensor(1, (int64_t[]){ 2 }, count);
    Value v = value_list(l);
    check_prints(v, "[\"a \\\"b\\\"\\n\", 2, [0, 1]]");
    CU_ASSERT_STRING_EQUAL(value_kind(v), "a list");
    check_prints(l->item[0], "a \"b\"\n");
    value_drop(&v);
    CU_ASSERT_EQUAL(v.kind, V_NONE);
}

static void kinds_have_names(void)
{
    Value v = value_num(1);
    CU_ASSERT_STRING_EQUAL(value_kind(v), "a number");
    value_drop(&v);
    static const char *const word[] = { "a number", "a vector", "a matrix", "a tensor",
                                        "a tensor" };
    for (int rank = 0; rank < 5; rank++) {
        v = tensor(rank, (int64_t[]){ 1, 1, 1, 1 }, count);
        CU_ASSERT_STRING_EQUAL(value_kind(v), word[rank]);
        value_drop(&v);
    }
    Func *layer = func_new(FN_LAYER, "dense"), *bound = func_new(FN_BOUND, "net.h");
    bound->of = layer;
    v = value_func(bound);
    CU_ASSERT_STRING_EQUAL(value_kind(v), "a layer");
    value_drop(&v);
    v = value_func(func_new(FN_CHAIN, "net"));
    CU_ASSERT_STRING_EQUAL(value_kind(v), "a network");
    value_drop(&v);
    v = value_record(record_new("dataset"));
    CU_ASSERT_STRING_EQUAL(value_kind(v), "a data set");
    value_drop(&v);
    CU_ASSERT_STRING_EQUAL(value_kind(value_none()), "nothing");
}

static Func *bound_new(Func *of, const char *key, Value v)
{
    Func *f = func_new(FN_BOUND, of->name);
    f->of = of;
    f->n_key = 1;
    f->key = mem_new(sizeof *f->key);
    f->key_val = mem_new(sizeof *f->key_val);
    f->key[0] = mem_str(key);
    f->key_val[0] = v;
    return f;
}

static void optimizers_and_networks(void)
{
    List *l = list_new(1);
    l->item[0] = value_func(func_new(FN_DEF, "sigmoid"));
    Value v = value_list(l);
    check_prints(v, "[sigmoid]");
    value_drop(&v);
    v = value_func(bound_new(func_new(FN_OPTIMIZER, "adam"), "lr", value_num(0.1)));
    check_prints(v, "adam(lr=0.1)");
    value_drop(&v);
    Func *net = func_new(FN_CHAIN, "net");
    net->has_input = true;
    net->input = shape_of(1, (int64_t[]){ 2 });
    net->n_stage = 2;
    net->stage = mem_new(2 * sizeof *net->stage);
    net->stage_name = mem_new(2 * sizeof *net->stage_name);
    net->stage[0] = bound_new(func_new(FN_LAYER, "dense"), "units", value_num(2));
    net->stage_name[0] = mem_str("h");
    net->stage[1] = bound_new(func_new(FN_LAYER, "dense"), "units", value_num(1));
    net->stage_name[1] = mem_str("dense1");
    v = value_func(net);
    check_prints(v, "input(2) -> h: dense(units=2) -> dense(units=1)");
    value_drop(&v);
}

static void records_in_one_line(void)
{
    Record *r = record_new("dataset");
    List *names = list_new(2);
    names->item[0] = value_str("setosa");
    names->item[1] = value_str("versicolor");
    record_set(r, "x", tensor(2, (int64_t[]){ 50, 4 }, count));
    record_set(r, "classes", value_list(names));
    Value v = value_record(r);
    check_prints(v, "dataset: 50 rows, 4 features, classes setosa, versicolor");
    value_drop(&v);
    r = record_new("history");
    record_set(r, "loss", tensor(1, (int64_t[]){ 3 }, (double[]){ 0.69, 0.1, 0.003 }));
    v = value_record(r);
    check_prints(v, "history: 3 epochs, loss 0.69 -> 0.003");
    value_drop(&v);
}

static void fields_and_locals_are_replaced(void)
{
    Record *r = record_new("dataset");
    record_set(r, "a", value_num(1));
    record_set(r, "a", value_num(2));
    CU_ASSERT_EQUAL(r->n, 1);
    CU_ASSERT_EQUAL(record_find(r, "a")->node->val[0], 2);
    CU_ASSERT_PTR_NULL(record_find(r, "b"));
    Value v = value_record(r);
    value_drop(&v);
    Scope *s = scope_new();
    for (int i = 0; i < 20; i++) {
        char name[8];
        snprintf(name, sizeof name, "v%d", i % 17);
        scope_set(s, name, value_num(i));
    }
    CU_ASSERT_EQUAL(s->n, 17);
    CU_ASSERT_EQUAL(scope_find(s, "v2")->node->val[0], 19);
    scope_drop(s);
}

static void counts_give_back(void)
{
    int64_t before = node_count();
    Value v = value_num(3), w = value_keep(v);
    value_drop(&v);
    CU_ASSERT_EQUAL(node_count(), before + 1);
    CU_ASSERT_EQUAL(w.node->val[0], 3);
    value_drop(&w);
    CU_ASSERT_EQUAL(node_count(), before);
}

CU_TestInfo value_tests[] = {
    { "numbers and vectors print in one line", numbers_and_vectors },
    { "the columns of a matrix align", columns_align },
    { "a blank line separates the matrices of a tensor", blank_line_between_matrices },
    { "a long axis shows its first and last three and the shape", long_ones_fold },
    { "a text is quoted inside a list and bare alone", lists_and_texts },
    { "every kind of value has a name for messages", kinds_have_names },
    { "optimizers and networks print as they would be typed", optimizers_and_networks },
    { "data sets and histories print as one line", records_in_one_line },
    { "setting a field or a local again replaces it", fields_and_locals_are_replaced },
    { "a value lives as long as its last count", counts_give_back },
    CU_TEST_INFO_NULL
};
