/* rows_test.c -- rows of data sets split, added, altered and scaled back; classes by name;
 * toy data; all through the language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "graph/natives.h"
#include "graph/session.h"
#include "learn/natives.h"
#include "units.h"

static Session *session_rows(void)
{
    const char *root = getenv("srcdir");
    const char *const roots[] = { root ? root : ".", ".", "..", "../.." };
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/data/iris.csv", roots[i]);
        if (access(path, R_OK) == 0) setenv("GRADUS_DATA", roots[i], 0);
    }
    Session *s = session_new();
    session_add_table(s, natives_core);
    session_add_table(s, natives_tensor);
    session_add_table(s, natives_draw);
    session_add_table(s, natives_data);
    session_add_table(s, natives_files);
    session_add_table(s, natives_rows);
    session_add_table(s, natives_scale);
    session_add_table(s, natives_classes);
    return s;
}

/* Run text; then every expression, up to NULL, must be 1: true. */
static void holds(const char *text, ...)
{
    Session *s = session_rows();
    Diag d = { 0 };
    int line = 0;
    rng_seed(&s->rng, 1);
    CU_ASSERT_EQUAL(session_run_text(s, "test", text, &d, &line), OK);
    if (d.code != OK) printf("\n    %s: %s\n", text, d.text);
    va_list ap;
    va_start(ap, text);
    for (const char *e; (e = va_arg(ap, const char *)) != NULL;) {
        double got = session_number(s, e);
        CU_ASSERT_EQUAL(got, 1);
        if (got != 1) printf("\n    %s: %s is %g\n", text, e, got);
    }
    va_end(ap);
    session_free(s);
}

static void refuses(const char *text, Status code, const char *words, const char *hint)
{
    Session *s = session_rows();
    Diag d = { 0 };
    int line = 0;
    CU_ASSERT_EQUAL(session_run_text(s, "test", text, &d, &line), code);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, words));
    CU_ASSERT_PTR_NOT_NULL(strstr(d.hint, hint));
    CU_ASSERT_TRUE(d.at.to > d.at.from);
    if (!strstr(d.text, words) || !strstr(d.hint, hint)) printf("\n    %s: %s | %s\n", text, d.text, d.hint);
    session_free(s);
}

/* ---- split ---- */

static void split_takes_several_parts_and_sizes(void)
{
    holds("p = split(data(\"iris\"), 0.6, 0.2, seed=1)", "size(p[0]) == 90", "size(p[1]) == 30", "size(p[2]) == 30",
          "sum(p[1].y[:, 0]) == 10", "abs(sum(p[0].x) + sum(p[1].x) + sum(p[2].x) - sum(data(\"iris\").x)) < 1e-9", NULL);
    holds("p = split(data(\"iris\"), 100, 30)", "size(p[0]) == 100", "size(p[1]) == 30", "size(p[2]) == 20", NULL);
    holds("p = split(data(\"iris\"), [0.5, 0.5])", "size(p[0]) == 75", "size(p[1]) == 75", NULL);
    holds("p = split(data(\"iris\"), 75, 75, stratified=1)", "sum(p[0].y[:, 2]) + sum(p[1].y[:, 2]) == 50",
          "abs(sum(p[0].y[:, 2]) - 25) <= 1", NULL);
    holds("p = split(data(\"wine\"), 100, stratified=0)", "size(p[1]) == 78", NULL);
}

/* wine has 59, 71 and 48 rows of its classes. */
static void every_part_has_the_classes_in_proportion(void)
{
    holds("p = split(data(\"wine\"), 0.5, 0.3)\nq = p[1]", "size(p[0]) == 89", "size(q) == 53",
          "abs(sum(q.y[:, 0]) - 53*59/178) < 1", "abs(sum(q.y[:, 1]) - 53*71/178) < 1",
          "abs(sum(q.y[:, 2]) - 53*48/178) < 1", NULL);
}

static void parts_that_cannot_be_are_refused(void)
{
    refuses("split(data(\"xor\"), -0.2)", E_RANGE, "between 0 and 1, not -0.2", "80 of 100");
    refuses("split(data(\"xor\"), 0)", E_RANGE, "between 0 and 1, not 0", "");
    refuses("split(data(\"xor\"), nan)", E_RANGE, "between 0 and 1", "");
    refuses("split(data(\"xor\"), 0.7, 0.7)", E_RANGE, "add up to 1.4", "at most 1");
    refuses("split(data(\"xor\"), 3, 3)", E_RANGE, "6 rows were asked for", "at most 4");
    refuses("split(data(\"xor\"), 4)", E_RANGE, "leave the second part empty", "");
    refuses("split(data(\"xor\"), 0.01)", E_RANGE, "leave the first part empty", "at least one row");
    refuses("split(data(\"xor\"), 0.5, 0.01)", E_RANGE, "leave the second part empty", "");
    refuses("split(data(\"xor\"), 2, 0.5)", E_RANGE, "all fractions or all numbers of rows", "");
    refuses("split(dataset([1], [1]), 0.5)", E_RANGE, "empty", "one row cannot be split");
    refuses("split(data(\"xor\"), range(40))", E_LIMIT, "parts", "");
    refuses("split(data(\"xor\"), 0.5, stratified=1)", E_TYPE, "stratified=1 needs classes", "");
}

/* ---- batches ---- */

static void batches_are_the_rows_in_order(void)
{
    holds("b = batches(data(\"iris\"), 40)", "size(b[0]) == 40", "size(b[3]) == 30", "b[3].x[29, 0] == 5.9",
          "b[1].x[0, 2] == data(\"iris\").x[40, 2]", NULL);
    holds("b = batches(data(\"xor\"), 4)", "size(b[0]) == 4", NULL);
    refuses("batches(data(\"xor\"), 5)", E_RANGE, "5 rows cannot be taken from 4 rows", "1 to 4 rows");
    refuses("batches(data(\"xor\"), 0)", E_RANGE, "a batch of 0 rows", "");
}

/* ---- append ---- */

static void rows_are_added(void)
{
    const char *begin = "d = dataset([[0, 0], [0, 1]], [\"no\", \"yes\"])\n";
    char text[400];
    snprintf(text, sizeof text, "%sd <- append(d, [1, 1], \"yes\")\nd <- append(d, [[1, 0], [2, 2]], [\"no\", \"no\"])", begin);
    holds(text, "size(d) == 5", "d.x[2, 1] == 1", "d.label[2] == 1", "d.y[4, 0] == 1", "d.x[4, 0] == 2", NULL);
    snprintf(text, sizeof text, "%sd <- append(d, [1, 1], 1)\nd <- append(d, [5, 5], [0.8, 0.2])", begin);
    holds(text, "d.label[2] == 1", "d.label[3] == 0", NULL);
    holds("d = append(data(\"xor\"), [0.5, 0.5], 0.25)", "d.y[4, 0] == 0.25", "size(d) == 5", NULL);
    holds("d = append(data(\"xor\"), data(\"and\"))", "size(d) == 8", "sum(d.y) == 3", NULL);
    holds("d = dataset([1, 2], [[1, 2, 3], [4, 5, 6]])\nd <- append(d, [3], [7, 8, 9])", "d.y[2, 2] == 9", NULL);
}

static void classes_are_matched_by_name(void)
{
    holds("a = dataset([1, 2], [\"cat\", \"dog\"])\nb = dataset([3, 4], [\"dog\", \"cat\"])\nd = append(a, b)",
          "d.label[2] == 1", "d.label[3] == 0", NULL);
    refuses("a = dataset([1, 2], [\"cat\", \"dog\"])\nappend(a, dataset([3], [\"cow\"]))", E_NAME, "\"cow\"", "cat, dog");
    refuses("a = dataset([1, 2], [\"cat\", \"dog\"])\nappend(a, [3], \"cow\")", E_NAME, "\"cow\"", "cat, dog");
}

static void rows_that_do_not_fit_are_refused(void)
{
    refuses("append(data(\"xor\"), [1, 2, 3], 1)", E_SHAPE, "new samples have shape (3)", "");
    refuses("append(data(\"xor\"), [1, 2], [1, 2])", E_SHAPE, "new targets have shape (2)", "");
    refuses("append(data(\"xor\"), [[1, 2]], [1, 2])", E_SHAPE, "new targets", "");
    refuses("append(data(\"xor\"), [[1, 2], [3, 4]], [1, 2, 3])", E_SHAPE, "x has 2 rows, but y has 3", "");
    refuses("append(data(\"iris\"), data(\"wine\"))", E_SHAPE, "(13)", "");
    refuses("append(data(\"xor\"), 3)", E_TYPE, "a data set, not a number", "append(d, [0, 1], 1)");
    refuses("k = standardize(data(\"iris\"))\nappend(k, data(\"iris\"))", E_RANGE, "not scaled as the data set",
            "standardize(more, like=d)");
    refuses("append(data(\"xor\"), dataset([[1, 2]], [0], classes=1))", E_TYPE, "have classes", "");
}

/* ---- augment ---- */

static void noise_is_in_deviations_of_each_feature(void)
{
    holds("d = data(\"iris\")\na = augment(d, noise=0.5, copies=20)\nn = a.x[150:] - concat(d.x, d.x, d.x, d.x, d.x, d.x, d.x, "
          "d.x, d.x, d.x, d.x, d.x, d.x, d.x, d.x, d.x, d.x, d.x, d.x, d.x)",
          "size(a) == 3150", "sum(abs(a.x[0:150] - d.x)) == 0", "abs(std(n[:, 0])/std(d.x[:, 0]) - 0.5) < 0.02",
          "abs(std(n[:, 3])/std(d.x[:, 3]) - 0.5) < 0.02", "abs(mean(n[:, 2])) < 0.05", "a.label[150 + 149] == 2", NULL);
}

static void shifted_images_keep_their_pixels(void)
{
    /* A 5 x 5 image with one pixel lit in the middle: wherever it goes, it stays one pixel, at
     * most one row and one column away, and every one of the nine places comes up. */
    holds("x = zeros(1, 5, 5)\nx[0, 2, 2] <- 7\nd = dataset(x, [1])\na = augment(d, shift=1, copies=200)\ns = sum(a.x, axis=0)",
          "size(a) == 201", "sum(a.x) == 7*201", "sum(s[1:4, 1:4]) == 7*201", "min(s[1:4, 1:4]) > 0", "max(s) < 7*60", NULL);
    holds("x = zeros(1, 25)\nx[0, 12] <- 7\nd = dataset(x, [1])\na = augment(d, shift=2, image=[5, 5], copies=400)",
          "sum(a.x) == 7*401", "min(sum(a.x, axis=0)) > 0", NULL);
    holds("a = augment(data(\"digits\"), shift=1, image=[8, 8], seed=3)\nb = augment(data(\"digits\"), shift=1, image=[8, 8], "
          "seed=3)", "sum(abs(a.x - b.x)) == 0", "sum(abs(a.x[0:1797] - data(\"digits\").x)) == 0", NULL);
}

static void alterations_that_cannot_be_are_refused(void)
{
    refuses("augment(data(\"digits\"), shift=1)", E_SHAPE, "shift= moves images", "image=[8, 8]");
    refuses("augment(data(\"digits\"), shift=1, image=[7, 8])", E_SHAPE, "does not fit a sample of 64", "");
    refuses("augment(data(\"digits\"), shift=8, image=[8, 8])", E_RANGE, "out of an image of 8 by 8", "");
    refuses("augment(data(\"iris\"))", E_RANGE, "needs noise= or shift=", "");
    refuses("augment(data(\"iris\"), noise=-1)", E_RANGE, "0 or more", "");
    size_t budget = mem_budget();
    mem_set_budget(mem_taken() + (8 << 20));
    refuses("augment(data(\"digits\"), noise=1, copies=1000)", E_LIMIT, "1798797 rows", "fewer copies");
    mem_set_budget(budget);
    refuses("augment(data(\"iris\"), noise=1, copies=0)", E_RANGE, "1 to 1000", "");
    refuses("augment(data(\"iris\"), shift=1, image=[0, 4])", E_RANGE, "height and width", "");
}

/* ---- scale ---- */

static void scaling_is_taken_back(void)
{
    holds("d = data(\"wine\")\nk = standardize(d)\nb = unscale(k)", "max(abs(b.x - d.x)) < 1e-9",
          "max(abs(unscale(k.x, like=k) - d.x)) < 1e-9", "max(abs(standardize(d.x[3], like=k) - k.x[3])) < 1e-12",
          "max(abs(unscale(minmax(d)).x - d.x)) < 1e-9", NULL);
    holds("k = minmax(data(\"iris\"))\nx = [5, 3, 4, 1]\nz = minmax(x, like=k)\nbefore = z[0] + 0\nx <- [6, 3, 4, 1]",
          "abs(z[0] - (6 - 4.3)/3.6) < 1e-12", NULL);      /* an expression that follows x */
    refuses("unscale(data(\"iris\"))", E_TYPE, "has not been scaled", "standardize(d)");
    refuses("standardize([1, 2])", E_TYPE, "needs like=", "like=known");
    refuses("standardize([1, 2], like=standardize(data(\"iris\")))", E_SHAPE, "(2) is neither a sample", "");
    refuses("unscale([1, 2, 3, 4], like=data(\"iris\"))", E_TYPE, "has not been scaled", "");
}

/* ---- classes ---- */

static void classes_go_by_name(void)
{
    holds("d = data(\"iris\")", "class_index(d, \"virginica\") == 2", "class_index(d, class_of(d, 1)) == 1",
          "class_index(d, class_of(d, [0.2, 0.7, 0.1])) == 1", "sum(class_index(d, class_of(d, d.y)) - d.label) == 0",
          "sum(abs(one_hot(class_index(d, class_of(d, d.label)), 3) - d.y)) == 0", NULL);
    refuses("class_of(data(\"iris\"), 3)", E_RANGE, "no class 3; they have the numbers 0 to 2", "");
    refuses("class_of(data(\"iris\"), 0.5)", E_RANGE, "no class 0.5", "");
    refuses("class_of(data(\"xor\"), 0)", E_TYPE, "has no classes", "classes=");
    refuses("class_index(data(\"iris\"), \"rose\")", E_NAME, "no class \"rose\"", "setosa");
}

static void two_classes_become_one_column(void)
{
    holds("d = data(\"breast_cancer\")\nb = binary(d, one=\"malignant\")",
          "sum(abs(b.y[:, 0] - d.y[:, class_index(d, \"malignant\")])) == 0", "b.y.shape[1] == 1", NULL);
    refuses("binary(data(\"iris\"))", E_TYPE, "the data set has 3", "dense(3, softmax)");
    refuses("binary(moons(), one=\"left\")", E_NAME, "no class \"left\"", "upper, lower");
}

/* ---- files ---- */

static void test_data_are_read_like_training_data(void)
{
    char path[64], text[300];
    snprintf(path, sizeof path, "/tmp/gradus_rows_test_%ld.csv", (long)getpid());
    FILE *f = fopen(path, "w");
    fputs("sepal_length,sepal_width,petal_length,petal_width,species\n1,2,3,4,virginica\n5,6,7,8,setosa\n", f);
    fclose(f);
    snprintf(text, sizeof text, "d = csv(\"iris.csv\", target=species)\nt = csv(\"%s\", like=d)", path);
    holds(text, "t.label[0] == 2", "t.label[1] == 0", "t.y.shape[1] == 3", NULL);
    snprintf(text, sizeof text, "csv(\"%s\", like=data(\"wine\"))", path);
    refuses(text, E_NAME, ":2:5: \"virginica\" in column 5 (species)", "class_0");
    snprintf(text, sizeof text, "d = dataset([[1, 2, 3, 4]], [\"virginica\"], classes=[\"virginica\", \"setosa\"])\n"
             "csv(\"%s\", like=d)", path);
    refuses(text, E_NAME, "feature 0 of the file is \"sepal_length\", that of like= is \"x1\"", "same columns");
    unlink(path);
}

static void images_and_labels_become_a_data_set(void)
{
    holds("d = idx(\"digits-images.idx\", \"digits-labels.idx\")\ng = data(\"digits\")", "d.x.shape[3] == 1",
          "sum(abs(reshape(d.x, 100, 64) - g.x[0:100])) == 0", "sum(abs(d.label - g.label[0:100])) == 0", NULL);
    holds("d = idx(\"digits-images.idx\", \"digits-labels.idx\", flat=1, rows=3, divide=16, classes=10)", "size(d) == 3",
          "d.x.shape[1] == 64", "max(d.x) <= 1", "d.y.shape[1] == 10", NULL);
    refuses("idx(\"digits-images.idx\", \"digits-images.idx\")", E_SHAPE, "100 images", "same set");
    refuses("idx(\"digits-images.idx\", \"digits-labels.idx\", classes=9)", E_RANGE, "labels up to 9", "");
    refuses("idx(\"digits-images.idx\", \"digits-labels.idx\", divide=0)", E_RANGE, "divide=", "");
    refuses("idx(\"digits-images.idx\", rows=0)", E_RANGE, "1 or more", "");
}

static void numpy_files_become_tensors(void)
{
    holds("a = npz(\"iris.npz\")\nd = dataset(a.x, a.label, classes=3)\ng = data(\"iris\")",
          "sum(abs(d.x - g.x)) == 0", "sum(abs(d.y - g.y)) == 0", "sum(abs(npy(\"iris.npy\") - g.x)) == 0",
          "sum(abs(npz(\"iris.npz\", \"label\") - g.label)) == 0", NULL);
    refuses("npz(\"iris.npz\", \"labels\")", E_NAME, "no array \"labels\"", "\"label\"");
    refuses("npz(\"iris.npz\", \"zzz\")", E_NAME, "no array \"zzz\"", "x, label");
    refuses("npy(\"iris.npz\")", E_IO, "not a NumPy array", "npz(file)");
}

/* ---- toy data ---- */

static void toy_points_lie_where_they_should(void)
{
    /* The angles are NumPy's RandomState(1).random_sample(4)*pi. */
    holds("m = moons(n=4, noise=0)", "abs(m.x[0, 0] - 0.25774059) < 1e-8", "abs(m.x[1, 0] - 1.63820914) < 1e-8",
          "abs(m.x[3, 1] + 0.31330252) < 1e-8", "sum(m.label) == 2", NULL);
    holds("m = moons(n=40, noise=0)\nr = sqrt((m.x[:, 0] - m.label)^2 + (m.x[:, 1] - m.label/2)^2)", "max(abs(r - 1)) < 1e-12",
          NULL);
    holds("d = circles(n=30, noise=0, classes=3)\nr = sqrt(d.x[:, 0]^2 + d.x[:, 1]^2)",
          "max(abs(r - (d.label + 1)/3)) < 1e-12", "d.y.shape[1] == 3", NULL);
    holds("d = xor_cloud(n=400, noise=0.1)\nright = (d.x[:, 0] > 1/2) != (d.x[:, 1] > 1/2)", "sum(abs(right - d.label)) == 0",
          "sum(d.label) == 200", NULL);
    holds("d = blobs(n=90, classes=3, features=5, noise=0)", "d.x.shape[1] == 5", "sum(abs(d.x[0] - d.x[3])) == 0",
          "sum(abs(d.x[0] - d.x[1])) > 0", NULL);
    /* One arm is the other turned by half a circle: both have angle - 2 pi radius constant. */
    holds("d = spirals(n=60, noise=0)\nr = sqrt(d.x[:, 0]^2 + d.x[:, 1]^2)\na = 2*pi*r + pi*d.label",
          "max(abs(d.x[:, 0] - r*cos(a))) < 1e-12", "max(abs(d.x[:, 1] - r*sin(a))) < 1e-12", "max(r) <= 1", NULL);
}

static void toy_data_follow_the_seed(void)
{
    holds("a = blobs()\nb = blobs()", "sum(abs(a.x - b.x)) > 1", NULL);
    refuses("moons(n=0)", E_SHAPE, "it needs rows", "");
    refuses("moons(noise=-1)", E_RANGE, "must not be negative", "");
    refuses("circles(classes=0)", E_RANGE, "classes=", "");
}

CU_TestInfo rows_tests[] = {
    { "split takes several parts and sizes", split_takes_several_parts_and_sizes },
    { "every part has the classes in proportion", every_part_has_the_classes_in_proportion },
    { "parts that cannot be are refused", parts_that_cannot_be_are_refused },
    { "batches are the rows in order", batches_are_the_rows_in_order },
    { "rows are added", rows_are_added },
    { "classes are matched by name", classes_are_matched_by_name },
    { "rows that do not fit are refused", rows_that_do_not_fit_are_refused },
    { "noise is in deviations of each feature", noise_is_in_deviations_of_each_feature },
    { "shifted images keep their pixels", shifted_images_keep_their_pixels },
    { "alterations that cannot be are refused", alterations_that_cannot_be_are_refused },
    { "scaling is taken back", scaling_is_taken_back },
    { "classes go by name", classes_go_by_name },
    { "two classes become one column", two_classes_become_one_column },
    { "test data are read like training data", test_data_are_read_like_training_data },
    { "images and labels become a data set", images_and_labels_become_a_data_set },
    { "NumPy files become tensors", numpy_files_become_tensors },
    { "toy points lie where they should", toy_points_lie_where_they_should },
    { "toy data follow the seed", toy_data_follow_the_seed },
    CU_TEST_INFO_NULL
};
