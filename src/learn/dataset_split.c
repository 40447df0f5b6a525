/* dataset_split.c -- a data set cut at random into several, class by class if wanted.
 *
 * Part by part, every class gives its share of what the part still needs: rounded
 * down, then the largest remainders up, so that the parts have exactly the rows
 * that were asked for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "learn/dataset.h"

static const Span nowhere = { 0, 0 };

typedef struct {
    int64_t left;                  /* rows of the class not yet promised to a part */
    int64_t quota[SPLIT_PARTS];    /* rows for each part                           */
    double  rest;                  /* what rounding down left                      */
} Stratum;

/* Quotas for one part of `total` rows out of the `left` ones. */
static void strata_share(Stratum *s, int n, int part, int64_t total, int64_t left)
{
    for (int i = 0; i < n; i++) {
        double exact = (double)total * (double)s[i].left / (double)left;
        s[i].quota[part] = (int64_t)exact;
        s[i].rest = exact - (double)s[i].quota[part];
    }
    for (int i = 0; i < n; i++) total -= s[i].quota[part];
    for (; total > 0; total--) {
        int best = -1;
        for (int i = 0; i < n; i++) {
            if (s[i].quota[part] < s[i].left && (best < 0 || s[i].rest > s[best].rest)) best = i;
        }
        s[best].quota[part]++;
        s[best].rest = -1;
    }
    for (int i = 0; i < n; i++) s[i].left -= s[i].quota[part];
}

static Stratum *stratum_of(Stratum *s, const DataView *v, int64_t row)
{
    return v->classes ? &s[dataset_class(v, row)] : s;
}

/* Distribute the shuffled rows: of each class the first ones to the first part, and so on. */
static void strata_deal(Stratum *s, const DataView *v, const uint32_t *order, uint32_t **part)
{
    for (int64_t i = 0; i < v->rows; i++) {
        Stratum *of = stratum_of(s, v, order[i]);
        int which = 0;
        while (of->quota[which] == 0) which++;
        of->quota[which]--;
        *part[which]++ = order[i];
    }
}

static Status parts_pick(const Record *r, const uint32_t *dealt, const int64_t *rows, int n,
                         Record **out, Diag *d)
{
    for (int i = 0; i < n; dealt += rows[i++]) {
        out[i] = NULL;
        if (dataset_pick(r, dealt, rows[i], &out[i], d) == OK) continue;
        while (i > 0) dataset_release(out[--i]);
        return d->code;
    }
    return OK;
}

static Status parts_deal(const Record *r, const DataView *v, const int64_t *rows, int n, Stratum *s,
                         Rng *rng, Record **out, Diag *d)
{
    size_t all = (size_t)v->rows;
    uint32_t *order = mem_new(sizeof *order * 2 * all), *dealt = order + all, *part[SPLIT_PARTS];
    for (size_t i = 0; i < all; i++) order[i] = (uint32_t)i;
    rng_shuffle(rng, order, (uint32_t)all);
    part[0] = dealt;
    for (int i = 1; i < n; i++) part[i] = part[i - 1] + rows[i - 1];
    strata_deal(s, v, order, part);
    Status status = parts_pick(r, dealt, rows, n, out, d);
    free(order);
    return status;
}

Status dataset_split_rows(const Record *r, const int64_t *rows, int n, bool stratify, Rng *rng,
                          Record **out, Diag *d)
{
    DataView v;
    Value whole = { .kind = V_RECORD, .record = (Record *)r };
    TRY(dataset_view(whole, nowhere, &v, d));
    if (!stratify) dataset_view_free(&v);
    int classes = v.classes ? v.n_class : 1;
    Stratum *s = mem_new(sizeof *s * (size_t)classes);
    for (int64_t i = 0; i < v.rows; i++) stratum_of(s, &v, i)->left++;
    int64_t left = v.rows;
    for (int i = 0; i < n; left -= rows[i++]) strata_share(s, classes, i, rows[i], left);
    Status status = parts_deal(r, &v, rows, n, s, rng, out, d);
    free(s);
    dataset_view_free(&v);
    return status;
}

/* ---- how many rows ---- */

static Status fraction_refuse(double fraction, Diag *d)
{
    char f[NUM_TEXT];
    diag_set(d, E_RANGE, nowhere, "the part of the rows must lie between 0 and 1, not %s",
             num_exact(f, fraction));
    return diag_hint(d, "split(d, 0.8) gives 80 of 100 rows to the first part.");
}

static Status part_empty(double part, int64_t all, int which, Diag *d)
{
    static const char *const ordinal[] = { "first", "second", "third", "last" };
    char f[NUM_TEXT];
    diag_set(d, E_RANGE, nowhere, "%s of %lld row%s would leave the %s part empty", num_exact(f, part),
             (long long)all, all == 1 ? "" : "s", ordinal[which < 3 ? which : 3]);
    return diag_hint(d, all > 1 ? "Take a part that has at least one row and leaves one."
                                : "A set of one row cannot be split.");
}

/* Sizes of parts given as fractions; what is left of 1 is one part more. */
static Status sizes_fractions(const double *part, int n, int64_t all, int64_t *rows, int *parts,
                              Diag *d)
{
    double sum = 0;
    int64_t used = 0;
    for (int i = 0; i < n; i++) {
        if (!(part[i] > 0 && part[i] < 1)) return fraction_refuse(part[i], d);
        sum += part[i];
        int64_t to = llround(sum * (double)all);
        if (sum > 1 + 1e-9) {
            char f[NUM_TEXT];
            num_print(f, sum, (NumFormat){ NUM_SIG, 6 });
            diag_set(d, E_RANGE, nowhere, "the parts add up to %s, more than all rows", f);
            return diag_hint(d, "Parts such as 0.6, 0.2 add up to at most 1; what is left is a part "
                             "of its own.");
        }
        rows[i] = to - used;
        used = to;
        if (rows[i] == 0) return part_empty(part[i], all, i, d);
    }
    *parts = n;
    if (sum > 1 - 1e-9) return OK;
    rows[(*parts)++] = all - used;
    return used < all ? OK : part_empty(part[n - 1], all, n, d);
}

/* Parts given as numbers of rows; the rows left over are one part more. */
static Status sizes_rows(const double *part, int n, int64_t all, int64_t *rows, int *parts, Diag *d)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        rows[i] = (int64_t)part[i];
        sum += part[i];
        if (sum > (double)all) {
            char f[NUM_TEXT];
            diag_set(d, E_RANGE, nowhere, "%s rows were asked for, but the data set has %lld",
                     num_exact(f, sum), (long long)all);
            return diag_hint(d, "Sizes add up to at most %lld; what is left is a part of its own.",
                             (long long)all);
        }
    }
    *parts = n;
    if (sum < (double)all) rows[(*parts)++] = all - (int64_t)sum;
    return *parts > 1 ? OK : part_empty(part[0], all, 1, d);
}

Status split_sizes(const double *part, int n, int64_t all, int64_t rows[SPLIT_PARTS], int *parts,
                   Diag *d)
{
    bool whole = true, any = false;
    for (int i = 0; i < n; i++) {
        bool count = part[i] >= 1 && part[i] == floor(part[i]) && part[i] <= UINT32_MAX;
        whole &= count;
        any |= count;
    }
    if (n >= SPLIT_PARTS) {
        return diag_set(d, E_LIMIT, nowhere, "%d parts; there can be %d", n, SPLIT_PARTS - 1);
    }
    if (whole && !(n == 1 && part[0] == 1)) return sizes_rows(part, n, all, rows, parts, d);
    if (any && n > 1) {
        diag_set(d, E_RANGE, nowhere, "parts are either all fractions or all numbers of rows");
        return diag_hint(d, "split(d, 0.6, 0.2) and split(d, 100, 30) are both fine.");
    }
    return sizes_fractions(part, n, all, rows, parts, d);
}

Status dataset_split(const Record *r, double fraction, bool stratify, Rng *rng, Record *out[2],
                     Diag *d)
{
    int64_t rows[SPLIT_PARTS];
    int parts;
    if (!(fraction > 0 && fraction < 1)) return fraction_refuse(fraction, d);
    TRY(split_sizes(&fraction, 1, dataset_node(r, "x")->shape.dim[0], rows, &parts, d));
    if (parts != 2) return fraction_refuse(fraction, d);
    return dataset_split_rows(r, rows, 2, stratify, rng, out, d);
}
