/* dataset_test.c -- data sets: made, split, scaled, shown, and used from the language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "graph/natives.h"
#include "graph/session.h"
#include "learn/dataset.h"
#include "learn/natives.h"
#include "units.h"

static const Span nowhere = { 0, 0 };

/* ---- helpers ---- */

/* The data folder of the source tree, unless GRADUS_DATA says otherwise. */
static void folder_set(void)
{
    const char *root = getenv("srcdir");
    const char *const roots[] = { root ? root : ".", ".", "..", "../.." };
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/data/iris.csv", roots[i]);
        if (access(path, R_OK) == 0) setenv("GRADUS_DATA", roots[i], 0);
    }
}

static Record *load(const char *name)
{
    folder_set();
    Record *r = NULL;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(dataset_load(name, nowhere, &r, &d), OK);
    if (!r) printf("\n    %s %s\n", d.text, d.hint);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    return r;
}

static void release(Record *r)
{
    Value v = value_record(r);
    value_drop(&v);
}

static DataView view(Record *r)
{
    DataView v;
    Diag d = { 0 };
    Value value = { .kind = V_RECORD, .record = r };
    CU_ASSERT_EQUAL(dataset_view(value, nowhere, &v, &d), OK);
    return v;
}

static Node *matrix(int64_t rows, int64_t columns, const double *v)
{
    Diag d = { 0 };
    Shape s = shape_of(2, (int64_t[]){ rows, columns });
    return node_leaf(&s, v, &d);
}

static const char *name_at(const Record *r, const char *field, int i)
{
    return record_find(r, field)->list->item[i].str->s;
}

/* ---- sets by name ---- */

static void logic_tables_are_built_in(void)
{
    static const struct {
        const char *name;
        double      y[4];
    } want[] = {
        { "xor", { 0, 1, 1, 0 } }, { "and", { 0, 0, 0, 1 } }, { "or", { 0, 1, 1, 1 } },
        { "nand", { 1, 1, 1, 0 } }, { "nor", { 1, 0, 0, 0 } },
    };
    static const double x[] = { 0, 0, 0, 1, 1, 0, 1, 1 };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        Record *r = load(want[i].name);
        DataView v = view(r);
        CU_ASSERT_EQUAL(v.rows, 4);
        CU_ASSERT_EQUAL(v.n_in, 2);
        CU_ASSERT_EQUAL(v.n_out, 1);
        CU_ASSERT_EQUAL(memcmp(v.x, x, sizeof x), 0);
        CU_ASSERT_EQUAL(memcmp(v.y, want[i].y, sizeof want[i].y), 0);
        CU_ASSERT_PTR_NULL(v.classes);
        CU_ASSERT_STRING_EQUAL(name_at(r, "names", 1), "x2");
        release(r);
    }
}

static void iris_is_fishers(void)
{
    Record *r = load("iris");
    DataView v = view(r);
    CU_ASSERT_EQUAL(v.rows, 150);
    CU_ASSERT_EQUAL(v.n_in, 4);
    CU_ASSERT_EQUAL(v.n_class, 3);
    CU_ASSERT_STRING_EQUAL(v.classes[2], "virginica");
    CU_ASSERT_STRING_EQUAL(name_at(r, "names", 2), "petal_length");
    CU_ASSERT_STRING_EQUAL(record_find(r, "target")->str->s, "species");
    CU_ASSERT_EQUAL(v.x[3], 0.2);
    CU_ASSERT_EQUAL(v.x[149 * 4], 5.9);
    int count[3] = { 0, 0, 0 };
    for (int i = 0; i < 150; i++) count[dataset_class(&v, i)]++;
    CU_ASSERT_TRUE(count[0] == 50 && count[1] == 50 && count[2] == 50);
    CU_ASSERT_EQUAL(dataset_node(r, "label")->val[60], 1);
    CU_ASSERT_EQUAL(v.y[60 * 3 + 1], 1);
    CU_ASSERT_EQUAL(v.y[60 * 3 + 2], 0);
    dataset_view_free(&v);
    release(r);
}

static void shipped_files_have_their_shapes(void)
{
    static const struct {
        const char *name;
        int rows, features, classes;
    } want[] = {
        { "wine", 178, 13, 3 }, { "breast_cancer", 569, 30, 2 }, { "digits", 1797, 64, 10 },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        Record *r = load(want[i].name);
        DataView v = view(r);
        CU_ASSERT_EQUAL(v.rows, want[i].rows);
        CU_ASSERT_EQUAL(v.n_in, want[i].features);
        CU_ASSERT_EQUAL(v.n_class, want[i].classes);
        CU_ASSERT_EQUAL(v.n_out, want[i].classes);
        dataset_view_free(&v);
        release(r);
    }
    Record *digits = load("digits");
    CU_ASSERT_STRING_EQUAL(name_at(digits, "classes", 9), "9");
    CU_ASSERT_EQUAL(dataset_node(digits, "label")->val[1796], 8);
    release(digits);
}

static void unknown_names_get_the_nearest(void)
{
    Record *r = NULL;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(dataset_load("irirs", nowhere, &r, &d), E_NAME);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "xor, and, or, nand, nor, iris, wine"));
    CU_ASSERT_PTR_NOT_NULL(strstr(d.hint, "data(\"iris\")"));
    CU_ASSERT_PTR_NULL(r);
}

/* ---- look into one ---- */

static void views_take_pairs_and_check_rows(void)
{
    static const double eight[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
    List *l = list_new(2);
    l->item[0] = value_node(matrix(4, 2, eight));
    l->item[1] = value_node(matrix(4, 1, eight));
    Value pair = value_list(l);
    DataView v;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(dataset_view(pair, nowhere, &v, &d), OK);
    CU_ASSERT_TRUE(v.rows == 4 && v.n_in == 2 && v.n_out == 1);
    CU_ASSERT_EQUAL(v.x[7], 8);
    value_drop(&l->item[1]);
    l->item[1] = value_node(matrix(3, 1, eight));
    CU_ASSERT_EQUAL(dataset_view(pair, nowhere, &v, &d), E_SHAPE);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "x has 4 rows, but y has 3"));
    value_drop(&pair);
    Value both = value_node(matrix(2, 4, eight));
    diag_clear(&d);
    CU_ASSERT_EQUAL(dataset_view(both, nowhere, &v, &d), OK);
    CU_ASSERT_TRUE(v.rows == 4 && v.n_in == 1 && v.n_out == 1);
    CU_ASSERT_EQUAL(v.y[0], 5);
    value_drop(&both);
    Value text = value_str("iris");
    CU_ASSERT_EQUAL(dataset_view(text, nowhere, &v, &d), E_TYPE);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "not a text"));
    value_drop(&text);
}

/* ---- split ---- */

static void check_split(bool stratify, int want_first_class)
{
    Record *r = load("iris"), *part[2] = { NULL, NULL };
    Rng rng = { 0 };
    Diag d = { 0 };
    rng_seed(&rng, 7);
    /* Each row's number stands in its first feature, so that rows can be told apart. */
    Node *x = dataset_node(r, "x");
    for (int i = 0; i < 150; i++) leaf_set_at(x, i * 4, i);
    CU_ASSERT_EQUAL(dataset_split(r, 0.7, stratify, &rng, part, &d), OK);
    int seen[150] = { 0 }, first_class = 0, in_order = 1, wrong = 0;
    for (int p = 0; p < 2; p++) {
        DataView v = view(part[p]);
        CU_ASSERT_EQUAL(v.rows, p == 0 ? 105 : 45);
        for (int i = 0; i < v.rows; i++) {
            int row = (int)v.x[i * 4];
            seen[row]++;
            if (p == 0) first_class += row < 50;
            if (i > 0 && v.x[i * 4] < v.x[i * 4 - 4]) in_order = 0;
            wrong += dataset_class(&v, i) != row / 50;
            wrong += dataset_node(part[p], "label")->val[i] != row / 50;
        }
        dataset_view_free(&v);
        release(part[p]);
    }
    for (int i = 0; i < 150; i++) wrong += seen[i] != 1;
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_FALSE(in_order);
    if (want_first_class) {
        CU_ASSERT_EQUAL(first_class, want_first_class);
    }
    release(r);
}

static void split_keeps_every_row_once_and_classes_in_proportion(void)
{
    check_split(true, 35);
    check_split(false, 0);
}

static void split_rounds_by_largest_remainder(void)
{
    /* 5 + 3 + 2 rows at one half: 2.5, 1.5 and 1 make 5 rows: 3 (first of the ties), 1, 1. */
    static const double x[10] = { 0 }, label[] = { 0, 0, 0, 0, 0, 1, 1, 1, 2, 2 };
    static const char *const names[] = { "a", "b", "c" };
    Diag d = { 0 };
    Record *r = dataset_new(matrix(10, 1, x), NULL), *part[2];
    CU_ASSERT_EQUAL(dataset_set_classes(r, label, names, 3, &d), OK);
    Rng rng = { 0 };
    rng_seed(&rng, 1);
    CU_ASSERT_EQUAL(dataset_split(r, 0.5, true, &rng, part, &d), OK);
    int count[3] = { 0, 0, 0 };
    Node *l = dataset_node(part[0], "label");
    for (int64_t i = 0; i < l->len; i++) count[(int)l->val[i]]++;
    CU_ASSERT_TRUE(count[0] == 3 && count[1] == 1 && count[2] == 1);
    release(part[0]);
    release(part[1]);
    CU_ASSERT_EQUAL(dataset_split(r, 0.96, true, &rng, part, &d), E_RANGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "0.96 of 10 rows would leave the second part empty"));
    diag_clear(&d);
    CU_ASSERT_EQUAL(dataset_split(r, 80, true, &rng, part, &d), E_RANGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "between 0 and 1, not 80"));
    diag_clear(&d);
    CU_ASSERT_EQUAL(dataset_split(r, NAN, true, &rng, part, &d), E_RANGE);
    release(r);
}

/* ---- scale ---- */

static void standardize_gives_mean_zero_and_deviation_one(void)
{
    /* Means and biased variances of iris as scikit-learn's StandardScaler gives them. */
    static const double mean[] = { 5.84333333, 3.05733333, 3.758, 1.19933333 };
    static const double variance[] = { 0.68112222, 0.18871289, 3.09550267, 0.57713289 };
    Record *r = load("iris"), *to, *again;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(dataset_scale(r, SCALE_STANDARD, NULL, &to, &d), OK);
    DataView v = view(to);
    for (int c = 0; c < 4; c++) {
        double sum = 0, square = 0, scale = dataset_node(to, "scale")->val[c];
        for (int i = 0; i < 150; i++) {
            sum += v.x[i * 4 + c];
            square += v.x[i * 4 + c] * v.x[i * 4 + c];
        }
        CU_ASSERT_DOUBLE_EQUAL(sum / 150, 0, 1e-14);
        CU_ASSERT_DOUBLE_EQUAL(square / 150, 1, 1e-13);
        CU_ASSERT_DOUBLE_EQUAL(dataset_node(to, "shift")->val[c], mean[c], 1e-8);
        CU_ASSERT_DOUBLE_EQUAL(scale * scale, variance[c], 1e-8);
    }
    CU_ASSERT_EQUAL(dataset_scale(r, SCALE_STANDARD, to, &again, &d), OK);
    CU_ASSERT_EQUAL(memcmp(dataset_node(again, "x")->val, v.x, 600 * sizeof *v.x), 0);
    CU_ASSERT_EQUAL(dataset_node(r, "x")->val[0], 5.1);
    dataset_view_free(&v);
    release(r);
    release(to);
    release(again);
}

static void constant_features_become_zero(void)
{
    static const double x[] = { 0.1, 1, 0.1, 3, 0.1, 5 };
    for (int kind = SCALE_STANDARD; kind <= SCALE_MINMAX; kind++) {
        Record *r = dataset_new(matrix(3, 2, x), matrix(3, 1, x)), *to;
        Diag d = { 0 };
        CU_ASSERT_EQUAL(dataset_scale(r, (ScaleKind)kind, NULL, &to, &d), OK);
        const double *y = dataset_node(to, "x")->val;
        CU_ASSERT_TRUE(y[0] == 0 && y[2] == 0 && y[4] == 0);
        CU_ASSERT_EQUAL(dataset_node(to, "scale")->val[0], 1);
        CU_ASSERT_DOUBLE_EQUAL(y[5], kind == SCALE_MINMAX ? 1 : sqrt(1.5), 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(y[3], kind == SCALE_MINMAX ? 0.5 : 0, 1e-15);
        release(r);
        release(to);
    }
}

static void like_must_have_been_scaled_and_fit(void)
{
    Record *iris = load("iris"), *wine = load("wine"), *scaled, *to;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(dataset_scale(iris, SCALE_STANDARD, wine, &to, &d), E_TYPE);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.hint, "like=train"));
    diag_clear(&d);
    CU_ASSERT_EQUAL(dataset_scale(wine, SCALE_STANDARD, NULL, &scaled, &d), OK);
    CU_ASSERT_EQUAL(dataset_scale(iris, SCALE_STANDARD, scaled, &to, &d), E_SHAPE);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "(4)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "(13)"));
    release(iris);
    release(wine);
    release(scaled);
}

/* ---- show ---- */

static const char *printed(Text *t, Record *r, int rows)
{
    text_clear(t);
    dataset_print(t, r, rows, (NumFormat){ NUM_SIG, 6 });
    return text_str(t);
}

static void tables_are_aligned_and_folded(void)
{
    Text t = { 0 };
    Record *r = load("iris");
    CU_ASSERT_STRING_EQUAL(printed(&t, r, 2),
        "150 rows, 4 features, 3 classes: setosa (50), versicolor (50), virginica (50)\n"
        "     sepal_length  sepal_width  petal_length  petal_width  species\n"
        "  0           5.1          3.5           1.4          0.2  setosa\n"
        "… 148 more\n"
        "149           5.9            3           5.1          1.8  virginica\n");
    release(r);
    r = load("xor");
    CU_ASSERT_STRING_EQUAL(printed(&t, r, 10),
        "4 rows, 2 features, 1 output\n"
        "   x1  x2  xor\n"
        "0   0   0    0\n"
        "1   0   1    1\n"
        "2   1   0    1\n"
        "3   1   1    0\n");
    release(r);
    text_free(&t);
}

static void no_line_of_a_table_is_wider_than_the_screen(void)
{
    Text t = { 0 };
    static const char *const names[] = { "digits", "wine", "breast_cancer" };
    for (int i = 0; i < 3; i++) {
        Record *r = load(names[i]);
        printed(&t, r, 12);
        for (const char *s = text_str(&t); *s; s += strcspn(s, "\n") + 1) {
            CU_ASSERT_TRUE(text_columns(s, strcspn(s, "\n")) <= 80);
        }
        CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "…  "));
        release(r);
    }
    text_free(&t);
}

static void names_from_files_cannot_reach_the_terminal(void)
{
    static const double x[] = { 1, 2 }, label[] = { 0, 1 };
    const char *const names[] = { "\x1b]0;owned\x07", "a name that is much longer than a column" };
    Text t = { 0 };
    Diag d = { 0 };
    Record *r = dataset_new(matrix(2, 1, x), NULL);
    CU_ASSERT_EQUAL(dataset_set_classes(r, label, names, 2, &d), OK);
    printed(&t, r, 5);
    CU_ASSERT_PTR_NULL(strchr(text_str(&t), 0x1B));
    CU_ASSERT_PTR_NOT_NULL(strstr(text_str(&t), "a name that is much…"));
    release(r);
    text_free(&t);
}

/* ---- in the language ---- */

static Session *session_data(void)
{
    folder_set();
    Session *s = session_new();
    session_add_table(s, natives_tensor);
    session_add_table(s, natives_draw);
    session_add_table(s, natives_data);
    session_add_table(s, natives_files);
    session_add_table(s, natives_rows);
    session_add_table(s, natives_scale);
    session_add_table(s, natives_classes);
    return s;
}

/* Run text; the value of expr afterwards must be a number equal to want. */
static void says(const char *text, const char *expr, double want)
{
    Session *s = session_data();
    Diag d = { 0 };
    int line = 0;
    Status status = session_run_text(s, "test", text, &d, &line);
    CU_ASSERT_EQUAL(status, OK);
    double got = session_number(s, expr);
    CU_ASSERT_DOUBLE_EQUAL(got, want, 1e-12);
    if (status != OK || got != want) printf("\n    %s: %s %s: %g\n", text, d.text, expr, got);
    session_free(s);
}

static void refuses(const char *text, Status code, const char *words)
{
    Session *s = session_data();
    Diag d = { 0 };
    int line = 0;
    CU_ASSERT_EQUAL(session_run_text(s, "test", text, &d, &line), code);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, words));
    CU_ASSERT_TRUE(d.at.to > d.at.from);
    if (!strstr(d.text, words)) printf("\n    %s: %s\n", text, d.text);
    session_free(s);
}

static void every_example_runs(void)
{
    for (const Builtin *row = natives_data; row->name; row++) {
        Session *s = session_data();
        Diag d = { 0 };
        int line = 0;
        CU_ASSERT_EQUAL(session_run_text(s, row->name, row->example, &d, &line), OK);
        if (d.code != OK) printf("\n    %s line %d: %s %s\n", row->name, line, d.text, d.hint);
        session_free(s);
    }
}

static void data_sets_are_used_from_the_language(void)
{
    says("d = data(\"xor\")", "d.y[2, 0]", 1);
    says("d = data(\"iris\")", "d.x[149, 3]", 1.8);
    says("d = dataset([[1, 2], [3, 4]], [5, 6])", "d.y[1, 0]", 6);
    says("d = dataset([1, 2, 3], [0, 2, 1], classes=3)", "d.y[1, 2]", 1);
    says("d = dataset([1, 2], [\"b\", \"a\"])", "d.label[1]", 1);
    says("d = dataset([1, 2], [\"b\", \"a\"], classes=[\"a\", \"b\"])", "d.label[1]", 0);
    says("d = dataset([1, 2], [[0.2, 0.8], [0.9, 0.1]], classes=[\"a\", \"b\"])", "d.y[0, 1]",
         0.8);
    says("d = dataset([1, 2], [[0.2, 0.8], [0.9, 0.1]], classes=[\"a\", \"b\"])", "d.label[0]", 1);
    says("w = 2\nd = dataset([w, 1], [1, 2])\nw <- 5", "d.x[0, 0]", 2);
    says("d = rows(data(\"iris\"), 50, 52)", "d.x[1, 0]", 6.4);
    says("d = rows(data(\"iris\"), -1)", "d.x[0, 0]", 5.9);
    says("d = csv(\"iris.csv\", target=\"petal_width\", skip=\"species\")", "d.y[100, 0]", 2.5);
    says("d = csv(\"iris.csv\", target=-2, skip=[\"species\", \"sepal_width\"])", "d.x[0, 1]",
         1.4);
    says("s = split(data(\"iris\"), 0.8, seed=3)\na = s[0]", "sum(a.y[:, 1])", 40);
    says("d = minmax(data(\"iris\"))", "d.x[0, 0] + d.shift[0] + d.scale[0]",
         (5.1 - 4.3) / 3.6000000000000005 + 4.3 + 3.6000000000000005);
}

static void faults_in_the_language_are_placed(void)
{
    refuses("d = data(\"irs\")", E_NAME, "no data set named \"irs\"");
    refuses("d = dataset([1, 2, 3], [1, 2])", E_SHAPE, "x has 3 rows, but y has 2");
    refuses("d = dataset(3, 4)", E_SHAPE, "needs rows");
    refuses("d = dataset([1, 2], [0, 2], classes=2)", E_RANGE, "row 1 of y is 2");
    refuses("d = dataset([1, 2], [0, 1], names=[\"a\", \"b\"])", E_SHAPE, "names= has 2 names");
    refuses("d = dataset([1, 2], [\"a\", \"c\"], classes=[\"a\", \"b\"])", E_NAME, "\"c\"");
    refuses("d = split(data(\"xor\"), 1.5)", E_RANGE, "between 0 and 1");
    refuses("d = split(data(\"xor\"), 0.5, stratify=1)", E_TYPE, "needs classes");
    refuses("d = split(3, 0.5)", E_TYPE, "works on a data set, not on a number");
    refuses("d = shuffle(data(\"xor\"), seed=-1)", E_RANGE, "0 to 4294967295");
    refuses("d = rows(data(\"xor\"), 0, 9)", E_RANGE, "rows 0 to 3");
    refuses("d = rows(data(\"xor\"), 2, 2)", E_RANGE, "no rows from 2 up to 2");
    refuses("d = standardize(data(\"xor\"), like=data(\"or\"))", E_TYPE, "has not been scaled");
    refuses("d = csv(\"nowhere.csv\")", E_IO, "no such file");
    refuses("d = csv(\"iris.csv\", target=\"specie\")", E_NAME, "no column of that name");
    refuses("d = csv(\"iris.csv\", header=2)", E_RANGE, "0, 1 or auto");
    refuses("d = csv(\"iris.csv\", separator=\"5\")", E_RANGE, "one character");
    refuses("d = csv(\"iris.csv\", missing=\"zero\")", E_RANGE, "not \"zero\"");
}

static void same_seed_gives_the_same_rows(void)
{
    const char *text = "a = shuffle(data(\"iris\"), seed=5)\nb = shuffle(data(\"iris\"), seed=5)\n"
                       "c = shuffle(data(\"iris\"), seed=6)";
    says(text, "sum(abs(a.x - b.x))", 0);
    Session *s = session_data();
    Diag d = { 0 };
    int line = 0;
    session_run_text(s, "test", text, &d, &line);
    CU_ASSERT_TRUE(session_number(s, "sum(abs(a.x - c.x))") > 1);
    session_free(s);
}

CU_TestInfo dataset_tests[] = {
    { "logic tables are built in", logic_tables_are_built_in },
    { "iris is Fisher's", iris_is_fishers },
    { "shipped files have their shapes", shipped_files_have_their_shapes },
    { "unknown names get the nearest", unknown_names_get_the_nearest },
    { "views take pairs and check rows", views_take_pairs_and_check_rows },
    { "split keeps every row once, and classes in proportion",
      split_keeps_every_row_once_and_classes_in_proportion },
    { "split rounds by largest remainder", split_rounds_by_largest_remainder },
    { "standardize gives mean 0 and deviation 1", standardize_gives_mean_zero_and_deviation_one },
    { "constant features become zero", constant_features_become_zero },
    { "like= must have been scaled, and fit", like_must_have_been_scaled_and_fit },
    { "tables are aligned and folded", tables_are_aligned_and_folded },
    { "no line of a table is wider than the screen", no_line_of_a_table_is_wider_than_the_screen },
    { "names from files cannot reach the terminal", names_from_files_cannot_reach_the_terminal },
    { "every example runs", every_example_runs },
    { "data sets are used from the language", data_sets_are_used_from_the_language },
    { "faults in the language are placed", faults_in_the_language_are_placed },
    { "the same seed gives the same rows", same_seed_gives_the_same_rows },
    CU_TEST_INFO_NULL
};
