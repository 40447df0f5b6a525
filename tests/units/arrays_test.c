/* arrays_test.c -- arrays from NumPy's and MNIST's files: what NumPy wrote is what is read.
 *
 * The files in tests/data/arrays were written by NumPy 1.24 and Python's gzip.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "learn/csv.h"
#include "learn/idx.h"
#include "learn/npy.h"
#include "learn/npz.h"
#include "units.h"

static const Span nowhere = { 0, 0 };

static const char *array_path(const char *name)
{
    static char path[1024];
    const char *root = getenv("srcdir");
    const char *const roots[] = { root ? root : ".", ".", "..", "../.." };
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        snprintf(path, sizeof path, "%s/tests/data/arrays/%s", roots[i], name);
        if (access(path, R_OK) == 0) return path;
    }
    return name;
}

static bool holds(const Node *n, const double *want, int64_t count)
{
    if (n->len != count) return false;
    for (int64_t i = 0; i < count; i++) {
        if (n->val[i] != want[i] && !(isnan(n->val[i]) && isnan(want[i]))) return false;
    }
    return true;
}

static Node *npy_ok(const char *name)
{
    Node *n = NULL;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(npy_read(array_path(name), nowhere, NULL, &n, &d), OK);
    if (!n) printf("\n    %s: %s\n", name, d.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(n);
    return n;
}

static void npy_holds(const char *name, const double *want, int64_t count)
{
    Node *n = npy_ok(name);
    CU_ASSERT_TRUE(holds(n, want, count));
    if (!holds(n, want, count)) printf("\n    %s\n", name);
    node_drop(n);
}

static void every_kind_of_number_is_read(void)
{
    static const char *const kinds[] = { "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        double want[] = { 0, 1, 2, 100, kinds[i][0] == 'u' ? 5 : -5, 7 };
        if (kinds[i][0] == 'f') want[1] = 0.5;
        char name[16];
        snprintf(name, sizeof name, "%s.npy", kinds[i]);
        npy_holds(name, want, 6);
    }
    npy_holds("bool.npy", (const double[]){ 0, 0, 1, 1, 1, 1 }, 6);
    npy_holds("special_f2.npy", (const double[]){ NAN, INFINITY, -INFINITY, 0x1p-24, -0.0, 65504 }, 6);
}

static void byte_order_and_versions_do_not_matter(void)
{
    static const char *const names[] = { "big_f8.npy", "big_i4.npy", "big_u2.npy", "version1.npy",
                                         "version2.npy", "version3.npy" };
    static const double want[] = { 0, 1, 2, 100, 5, 7 };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) npy_holds(names[i], want, 6);
}

static void columns_first_are_turned(void)
{
    static const double want[] = { 0, 1, 2, 100, 5, 7 };
    npy_holds("columns_f8.npy", want, 6);
    npy_holds("columns_i4.npy", want, 6);
    npy_holds("columns_u2.npy", want, 6);
    double all[24];
    for (int i = 0; i < 24; i++) all[i] = i;
    npy_holds("columns3.npy", all, 24);
}

static void shapes_are_kept(void)
{
    Node *n = npy_ok("columns3.npy");
    Shape want = shape_of(3, (int64_t[]){ 2, 3, 4 });
    CU_ASSERT_TRUE(shape_equal(&n->shape, &want));
    node_drop(n);
    n = npy_ok("scalar.npy");
    CU_ASSERT_EQUAL(n->shape.rank, 0);
    CU_ASSERT_EQUAL(n->val[0], 4.5);
    node_drop(n);
    n = npy_ok("none.npy");
    CU_ASSERT_EQUAL(n->len, 0);
    CU_ASSERT_EQUAL(n->shape.dim[1], 3);
    node_drop(n);
}

/* ---- refusals ---- */

static void npy_fails(const char *path, Status code, const char *words)
{
    Node *n = NULL;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(npy_read(path, nowhere, NULL, &n, &d), code);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, words));
    if (!strstr(d.text, words)) printf("\n    %s\n", d.text);
    CU_ASSERT_PTR_NULL(n);
}

static void what_is_no_number_is_named(void)
{
    npy_fails(array_path("complex.npy"), E_TYPE, "complex numbers");
    npy_fails(array_path("text.npy"), E_TYPE, "texts");
    npy_fails(array_path("date.npy"), E_TYPE, "dates");
    npy_fails(array_path("objects.npy"), E_TYPE, "Python objects");
    npy_fails(array_path("named.npy"), E_TYPE, "named columns");
    npy_fails(array_path("stored.npz"), E_IO, "is not a NumPy array");
}

static const char *scratch(const void *s, size_t n)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/gradus_arrays_test_%ld", (long)getpid());
    FILE *f = fopen(path, "wb");
    fwrite(s, 1, n, f);
    fclose(f);
    return path;
}

/* A .npy file of that header and `bytes` zeros. */
static const char *npy_written(const char *header, size_t bytes)
{
    char s[512] = "\x93NUMPY\x01";
    size_t n = strlen(header);
    s[7] = 0;
    s[8] = (char)(n & 255);
    s[9] = (char)(n >> 8);
    memcpy(s + 10, header, n);
    return scratch(s, 10 + n + bytes);
}

static void lying_headers_are_refused_before_memory_is_taken(void)
{
    size_t before = mem_taken();
    npy_fails(npy_written("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }", 95), E_IO,
              "cut off or damaged: its header speaks of 12 numbers, and there is room for at most 11");
    npy_fails(npy_written("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }", 97), E_IO, "more follows");
    npy_fails(npy_written("{'descr': '<f8', 'fortran_order': False, 'shape': (2000000000, 2000000000), }", 8), E_LIMIT,
              "more numbers than there can be");
    npy_fails(npy_written("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000,), }", 8), E_IO, "at most 8");
    npy_fails(npy_written("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,), }", 8), E_IO,
              "the length of an axis");
    npy_fails(npy_written("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 9999999999), }", 0), E_LIMIT,
              "an axis of 9999999999");
    npy_fails(npy_written("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }", 8), E_IO, "the length of an axis");
    npy_fails(npy_written("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", 1), E_LIMIT, "axes");
    npy_fails(npy_written("{'descr': '|u1', 'fortran_order': False, }", 1), E_IO, "descr, fortran_order and shape");
    npy_fails(npy_written("{'descr': '|u1', 'descr': '|u1', 'shape': (1,), }", 1), E_IO, "each once");
    npy_fails(npy_written("{'descr': '|u1'", 1), E_IO, "header is damaged");
    npy_fails(npy_written("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", 16), E_TYPE, "another kind");
    npy_fails(scratch("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12), E_LIMIT, "the limit is");
    npy_fails(scratch("\x93NUMPY\x09\x00\x01\x00 ", 11), E_IO, "version 9");
    npy_fails(scratch("", 0), E_IO, "cut off");
    npy_fails("/tmp", E_IO, "is a folder");
    CU_ASSERT_EQUAL(mem_taken(), before);
    unlink(scratch("", 0));
}

/* ---- npz ---- */

static void npz_array_is(const Npz *z, const char *name, const double *want, int64_t count)
{
    int at;
    Node *n = NULL;
    Diag d = { 0 };
    CU_ASSERT_EQUAL_FATAL(npz_find(z, name, nowhere, &at, &d), OK);
    CU_ASSERT_EQUAL(npz_read(z, at, &n, &d), OK);
    if (!n) printf("\n    %s\n", d.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(n);
    CU_ASSERT_TRUE(n->len >= count);
    for (int64_t i = 0; i < count; i++) CU_ASSERT_EQUAL(n->val[i], want[i]);
    node_drop(n);
}

static void archive_is_read(const char *file)
{
    Npz z;
    Diag d = { 0 };
    CU_ASSERT_EQUAL_FATAL(npz_open(array_path(file), nowhere, NULL, &z, &d), OK);
    CU_ASSERT_EQUAL(z.n, 2);
    npz_array_is(&z, "x", (const double[]){ 0, 1, 2, 100, 5, 7 }, 6);
    npz_array_is(&z, "label", (const double[]){ 1, 0 }, 2);
    int at;
    CU_ASSERT_EQUAL(npz_find(&z, "labels", nowhere, &at, &d), E_NAME);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.hint, "\"label\""));
    npz_close(&z);
}

static void archives_are_read(void)
{
    archive_is_read("stored.npz");
#ifdef HAVE_ZLIB
    archive_is_read("packed.npz");
#endif
}

static void other_files_are_no_archives(void)
{
    Npz z;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(npz_open(array_path("f8.npy"), nowhere, NULL, &z, &d), E_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.hint, "npy(file)"));
    d = (Diag){ 0 };
    CU_ASSERT_EQUAL(npz_open(array_path("images.idx"), nowhere, NULL, &z, &d), E_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.hint, "savez"));
}

static void a_wrong_byte_is_found_by_the_checksum(void)
{
    char s[4096];
    FILE *f = fopen(array_path("stored.npz"), "rb");
    size_t n = fread(s, 1, sizeof s, f);
    fclose(f);
    /* The numbers of x: 100 is 59 40 in its upper bytes. */
    char *at = memmem(s, n, "\x00\x00\x59\x40", 4);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    at[2] = 0x58;
    Npz z;
    Diag d = { 0 };
    Node *x = NULL;
    CU_ASSERT_EQUAL_FATAL(npz_open(scratch(s, n), nowhere, NULL, &z, &d), OK);
    Status status = npz_read(&z, 0, &x, &d);
#ifdef HAVE_ZLIB
    CU_ASSERT_EQUAL(status, E_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "checksum"));
#else
    CU_ASSERT_EQUAL(status, OK);
    node_drop(x);
#endif
    npz_close(&z);
    unlink(scratch("", 0));
}

/* ---- idx ---- */

static void idx_holds(const char *name, int64_t rows, const double *want, int64_t count)
{
    Node *n = NULL;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(idx_read(array_path(name), rows, nowhere, NULL, &n, &d), OK);
    if (!n) printf("\n    %s\n", d.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(n);
    CU_ASSERT_TRUE(holds(n, want, count));
    node_drop(n);
}

static void idx_files_are_read(void)
{
    double all[24];
    for (int i = 0; i < 24; i++) all[i] = i;
    idx_holds("images.idx", 0, all, 24);
    idx_holds("images.idx", 2, all, 16);
    idx_holds("images.idx", 9, all, 24);
    static const char *const names[] = { "i1.idx", "i2.idx", "i4.idx", "f4.idx", "f8.idx" };
    for (int i = 0; i < 5; i++) idx_holds(names[i], 0, (const double[]){ -2, 0, 3 }, 3);
#ifdef HAVE_ZLIB
    idx_holds("images.idx.gz", 0, all, 24);
    idx_holds("images.idx.gz", 1, all, 8);
    idx_holds("labels.idx.gz", 0, (const double[]){ 2, 0, 1 }, 3);
#endif
}

static void idx_fails(const char *path, Status code, const char *words)
{
    Node *n = NULL;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(idx_read(path, 0, nowhere, NULL, &n, &d), code);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, words));
    if (!strstr(d.text, words)) printf("\n    %s\n", d.text);
    CU_ASSERT_PTR_NULL(n);
}

static void lying_idx_files_are_refused(void)
{
    idx_fails(array_path("f8.npy"), E_IO, "is not an IDX file");
    idx_fails(scratch("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x01" "a", 17), E_IO, "2 numbers, and there is room for at most 1");
    idx_fails(scratch("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x01" "abc", 19), E_IO, "more follows after the 18 bytes");
    idx_fails(scratch("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x01" "abc", 19), E_LIMIT, "axis");
    idx_fails(scratch("\0\0\x08\x03\x7f\xff\xff\xff\x7f\xff\xff\xff\x7f\xff\xff\xff" "abc", 19), E_LIMIT, "more numbers");
    idx_fails(scratch("\0\0\x08\x09", 4), E_LIMIT, "axes");
    idx_fails(scratch("\0\0\x08", 3), E_IO, "cut off");
    unlink(scratch("", 0));
}

/* ---- gzip, Ctrl-C, progress ---- */

static void gzipped_tables_are_read(void)
{
    CsvTable t;
    CsvOptions o = csv_options();
    Diag d = { 0 };
    Status s = csv_read(array_path("plain.csv.gz"), &o, &t, &d);
#ifdef HAVE_ZLIB
    CU_ASSERT_EQUAL(s, OK);
    CU_ASSERT_EQUAL(t.rows, 3);
    CU_ASSERT_STRING_EQUAL(t.names[1], "width");
#else
    CU_ASSERT_EQUAL(s, E_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(d.text, "built without zlib"));
#endif
    csv_table_free(&t);
}

static void told(void *to, double part)
{
    double *last = to;
    CU_ASSERT_TRUE(part >= *last && part <= 1);
    *last = part;
}

static void progress_is_told_and_ctrl_c_obeyed(void)
{
    double last = -1;
    ReadWatch watch = { told, &last };
    Node *n = NULL;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(npy_read(array_path("f8.npy"), nowhere, &watch, &n, &d), OK);
    CU_ASSERT_TRUE(last >= 0);
    node_drop(n);
    n = NULL;
    stop_flag = 1;
    CU_ASSERT_EQUAL(npy_read(array_path("f8.npy"), nowhere, &watch, &n, &d), E_STOP);
    stop_forget();
    CU_ASSERT_PTR_NULL(n);
}

CU_TestInfo arrays_tests[] = {
    { "every kind of number is read", every_kind_of_number_is_read },
    { "byte order and versions do not matter", byte_order_and_versions_do_not_matter },
    { "columns first are turned", columns_first_are_turned },
    { "shapes are kept", shapes_are_kept },
    { "what is no number is named", what_is_no_number_is_named },
    { "lying headers are refused before memory is taken", lying_headers_are_refused_before_memory_is_taken },
    { "archives are read", archives_are_read },
    { "other files are no archives", other_files_are_no_archives },
    { "a wrong byte is found by the checksum", a_wrong_byte_is_found_by_the_checksum },
    { "idx files are read", idx_files_are_read },
    { "lying idx files are refused", lying_idx_files_are_refused },
    { "gzipped tables are read", gzipped_tables_are_read },
    { "progress is told and Ctrl-C obeyed", progress_is_told_and_ctrl_c_obeyed },
    CU_TEST_INFO_NULL
};
