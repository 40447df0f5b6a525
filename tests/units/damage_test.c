/* damage_test.c -- files that were damaged: every reader gives numbers or a sentence.
 *
 * Good files are cut off, get wrong bytes, get bytes more or fewer, and have fields set to
 * extreme counts. The same seed makes the same damage every time. What a sanitizer would
 * find, what is not given back and what is refused without a word are failures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/rng.h"
#include "learn/csv.h"
#include "learn/idx.h"
#include "learn/npy.h"
#include "learn/npz.h"
#include "units.h"

enum { ROOM = 8192, BUDGET = 64 << 20 };

static const Span nowhere = { 0, 0 };

typedef struct {
    unsigned char s[ROOM];
    size_t        n;
} File;

typedef Status (*Reader)(const char *path, Diag *d);

/* ---- the readers ---- */

/* Every number is looked at, so that a sanitizer sees what was not written. */
static void node_use(Node *n)
{
    static volatile double sink;
    for (int64_t i = 0; i < n->len; i++) sink = n->val[i];
    (void)sink;
    node_drop(n);
}

static Status use_npy(const char *path, Diag *d)
{
    Node *n = NULL;
    Status s = npy_read(path, nowhere, NULL, &n, d);
    CU_ASSERT_EQUAL(s == OK, n != NULL);
    if (n) node_use(n);
    return s;
}

static Status use_idx(const char *path, Diag *d)
{
    Node *n = NULL;
    Status s = idx_read(path, 0, nowhere, NULL, &n, d);
    CU_ASSERT_EQUAL(s == OK, n != NULL);
    if (n) node_use(n);
    return s;
}

static Status use_npz(const char *path, Diag *d)
{
    Npz z;
    TRY(npz_open(path, nowhere, NULL, &z, d));
    Status s = OK;
    for (int i = 0; i < z.n && s == OK; i++) {
        Node *n = NULL;
        s = npz_read(&z, i, &n, d);
        CU_ASSERT_EQUAL(s == OK, n != NULL);
        if (n) node_use(n);
    }
    npz_close(&z);
    return s;
}

static Status use_csv_as(const char *path, CsvMissing missing, bool classes, Diag *d)
{
    CsvTable t;
    CsvOptions o = csv_options();
    o.missing = missing;
    o.classes = classes;
    Status s = csv_read(path, &o, &t, d);
    CU_ASSERT_EQUAL(s == OK, t.rows > 0);
    for (int64_t i = 0; i < t.rows && t.n_class; i++) CU_ASSERT_TRUE(t.y[i] >= 0 && t.y[i] < t.n_class);
    csv_table_free(&t);
    return s;
}

static Status use_csv(const char *path, Diag *d) { return use_csv_as(path, CSV_MISSING_ERROR, false, d); }
static Status use_csv_drop(const char *path, Diag *d) { return use_csv_as(path, CSV_MISSING_DROP, true, d); }
static Status use_csv_mean(const char *path, Diag *d) { return use_csv_as(path, CSV_MISSING_MEAN, false, d); }

/* ---- damage ---- */

static void cut(File *f, Rng *rng)
{
    f->n = rng_below(rng, (uint32_t)f->n + 1);
}

static void flip(File *f, Rng *rng)
{
    for (uint32_t k = rng_below(rng, 4) + 1; k > 0 && f->n > 0; k--) {
        f->s[rng_below(rng, (uint32_t)f->n)] ^= (unsigned char)(1u << rng_below(rng, 8));
    }
}

static void replace(File *f, Rng *rng)
{
    static const char odd[] = "\"\",;\t\n\r\0 .-+eE'(){}[]\\\xff\x80PK\x01";
    for (uint32_t k = rng_below(rng, 4) + 1; k > 0 && f->n > 0; k--) {
        f->s[rng_below(rng, (uint32_t)f->n)] = (unsigned char)odd[rng_below(rng, sizeof odd - 1)];
    }
}

static void insert(File *f, Rng *rng)
{
    uint32_t more = rng_below(rng, 40) + 1, at = rng_below(rng, (uint32_t)f->n + 1);
    if (f->n + more > ROOM) return;
    memmove(f->s + at + more, f->s + at, f->n - at);
    for (uint32_t i = 0; i < more; i++) f->s[at + i] = (unsigned char)rng_below(rng, 256);
    f->n += more;
}

static void take_out(File *f, Rng *rng)
{
    uint32_t at = rng_below(rng, (uint32_t)f->n + 1), less = rng_below(rng, 40) + 1;
    if (at + less > f->n) less = (uint32_t)f->n - at;
    memmove(f->s + at, f->s + at + less, f->n - at - less);
    f->n -= less;
}

/* A count somewhere becomes an extreme one. */
static void extreme(File *f, Rng *rng)
{
    static const uint32_t counts[] = { 0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000,
                                       0xFFFFFFFE, 0xFFFFFFFF };
    uint32_t v = counts[rng_below(rng, sizeof counts / sizeof *counts)], size = 1u << rng_below(rng, 3);
    if (f->n < size) return;
    uint32_t at = rng_below(rng, (uint32_t)(f->n - size) + 1);
    if (rng_below(rng, 2)) at &= ~(size - 1);    /* where headers have their fields */
    for (uint32_t i = 0; i < size; i++) f->s[at + i] = (unsigned char)(v >> 8 * i);
}

/* A piece of the file once more, elsewhere: headers within numbers, two directories. */
static void repeat(File *f, Rng *rng)
{
    uint32_t n = rng_below(rng, 64) + 1;
    if (f->n < n || f->n + n > ROOM) return;
    memcpy(f->s + f->n, f->s + rng_below(rng, (uint32_t)(f->n - n) + 1), n);
    f->n += n;
}

static void damage(File *f, Rng *rng)
{
    static void (*const ways[])(File *, Rng *) = { cut, flip, replace, insert, take_out, extreme, repeat };
    for (uint32_t k = rng_below(rng, 3) + 1; k > 0; k--) ways[rng_below(rng, 7)](f, rng);
}

/* ---- cases ---- */

static bool file_load(File *f, const char *folder, const char *name)
{
    char path[1024];
    const char *root = getenv("srcdir");
    const char *const roots[] = { root ? root : ".", ".", "..", "../.." };
    f->n = 0;
    for (size_t i = 0; i < sizeof roots / sizeof *roots && f->n == 0; i++) {
        snprintf(path, sizeof path, "%s/tests/data/%s/%s", roots[i], folder, name);
        FILE *in = fopen(path, "rb");
        if (!in) continue;
        f->n = fread(f->s, 1, ROOM, in);
        fclose(in);
    }
    return f->n > 0;
}

static const char *scratch_path(void)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/gradus_damage_test_%ld", (long)getpid());
    return path;
}

static void file_store(const File *f)
{
    FILE *out = fopen(scratch_path(), "wb");
    fwrite(f->s, 1, f->n, out);
    fclose(out);
}

/* One damaged file: numbers, or a fault with words and a known code; nothing is kept. */
static bool case_run(const File *f, Reader reader)
{
    size_t taken = mem_taken();
    int64_t nodes = node_count();
    Diag d = { 0 };
    file_store(f);
    Status s = reader(scratch_path(), &d);
    bool good = (s == OK) == (d.code == OK) && s == d.code && (s == OK || strlen(d.text) > strlen(scratch_path()));
    good = good && s != E_STOP && s != E_INCOMPLETE;
    return good && mem_taken() == taken && node_count() == nodes;
}

static void damaged(const char *folder, const char *name, Reader reader, int cases)
{
    static File good, bad;
    Rng rng = { 0 };
    rng_seed(&rng, 20240229);
    CU_ASSERT_TRUE_FATAL(file_load(&good, folder, name));
    size_t budget = mem_budget();
    mem_set_budget(mem_taken() + BUDGET);
    int wrong = 0;
    for (int i = 0; i < cases; i++) {
        bad = good;
        damage(&bad, &rng);
        if (case_run(&bad, reader)) continue;
        if (!wrong++) printf("\n    %s, case %d\n", name, i);
    }
    mem_set_budget(budget);
    unlink(scratch_path());
    CU_ASSERT_EQUAL(wrong, 0);
}

static void damaged_npy_files_are_answered(void)
{
    damaged("arrays", "f8.npy", use_npy, 500);
    damaged("arrays", "columns3.npy", use_npy, 300);
    damaged("arrays", "version2.npy", use_npy, 300);
}

static void damaged_archives_are_answered(void)
{
    damaged("arrays", "stored.npz", use_npz, 800);
    damaged("arrays", "packed.npz", use_npz, 800);
}

static void damaged_idx_files_are_answered(void)
{
    damaged("arrays", "images.idx", use_idx, 500);
    damaged("arrays", "f8.idx", use_idx, 200);
    damaged("arrays", "images.idx.gz", use_idx, 400);
}

static void damaged_tables_are_answered(void)
{
    damaged("csv", "plain.csv", use_csv, 400);
    damaged("csv", "quotes.csv", use_csv_drop, 400);
    damaged("csv", "missing.csv", use_csv_drop, 300);
    damaged("csv", "missing.csv", use_csv_mean, 300);
    damaged("csv", "semicolon.csv", use_csv_drop, 300);
    damaged("csv", "tab.csv", use_csv, 300);
    damaged("arrays", "plain.csv.gz", use_csv, 300);
}

CU_TestInfo damage_tests[] = {
    { "damaged .npy files are answered", damaged_npy_files_are_answered },
    { "damaged .npz archives are answered", damaged_archives_are_answered },
    { "damaged IDX files are answered", damaged_idx_files_are_answered },
    { "damaged tables are answered", damaged_tables_are_answered },
    CU_TEST_INFO_NULL
};
