/* gemm_kernel.h -- the matrix product for one kind of number and one level of machine:
 * a template, included by gemm_plain.c, gemm_avx2.c and gemm_avx512.c for each kind.
 *
 * Wants these from its includer:
 *     Real, LANES, Vec       the numbers, and a vector of so many of them
 *     NAME(x)                x with a suffix of its own
 *     vec_*                  NAME(vec_zero) and so on, see below
 *     TILES(X)               X(rows, vectors) for each size of tile whose sums fit into
 *                            the registers, without gaps up to TALLk rows for k vectors
 *
 * A tile of C is summed up in registers, over the whole of k. A strip is what tiles below
 * each other share: some vectors of the lanes' side. Strips outside and tiles inside keep
 * the strip in the first-level cache.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* X is the side that is spread, Y the one along the lanes. */
typedef struct {
    const Real *x, *y;
    int64_t     x_row, x_k, y_k, y_lane;
    int64_t     k, chunk;            /* summed up so far at a time                      */
    bool        flip, pack;
    Real       *strip;               /* where Y is packed                               */
} NAME(Sides);

/* What the tiles of a strip share. */
typedef struct {
    const Real *y;
    int64_t     x_row, x_k, y_k, k;
    bool        more;                /* C has the sum of the chunks before              */
    int64_t     ld;                  /* of C's rows                                     */
    int         part;                /* lanes of the last vector that Y has             */
    int         keep;                /* and that may be written in C                    */
} NAME(Strip);

/* So many tiles below each other. */
typedef void NAME(Tile)(const NAME(Strip) *s, const Real *x, Real *c, int64_t tiles);

/* ---- tiles ---- */

/* With checks in it, unrolled code takes minutes to compile. */
#ifdef __SANITIZE_ADDRESS__
#define UNROLL
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define INLINE static inline __attribute__((always_inline))

/* Row r of p. Rows are reached from every third: that takes fewer registers for addresses
 * than a pointer each. */
#define ROW(p, r, row) ((r) < 3 ? p + (r)*(row) : (r) < 6 ? p##3 + ((r) - 3)*(row) : p##6 + ((r) - 6)*(row))

/* The last vectors of rows, of which perhaps only some lanes may be written. */
static void NAME(tile_store_part)(Real *c, int64_t ld, const Vec *last, int64_t rows, int keep)
{
    for (; rows > 0; rows--, c += ld, last++)
        if (keep == LANES) NAME(vec_store)(c, *last);
        else NAME(vec_store_part)(c, *last, keep);
}

/* rows, vecs and part are constants wherever these are used. */
INLINE void NAME(tile_store)(const NAME(Strip) *s, Real *c, Vec sum[8][4], const int rows, const int vecs,
                             const bool part)
{
    const int64_t ld = s->ld;
    const int whole = part ? vecs - 1 : vecs;
    Real *c3 = rows > 3 ? c + 3*ld : c, *c6 = rows > 6 ? c + 6*ld : c;
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < whole; v++) NAME(vec_store)(ROW(c, r, ld) + v*LANES, sum[r][v]);
    if (part) {
        Vec last[8];
        UNROLL for (int r = 0; r < rows; r++) last[r] = sum[r][vecs - 1];
        NAME(tile_store_part)(c + whole*LANES, ld, last, rows, s->keep);
    }
}

/* Where the sums begin. */
INLINE void NAME(tile_load)(const NAME(Strip) *s, const Real *c, Vec sum[8][4], const int rows, const int vecs,
                            const bool part)
{
    const int64_t ld = s->ld;
    const int whole = part ? vecs - 1 : vecs;
    const Real *c3 = rows > 3 ? c + 3*ld : c, *c6 = rows > 6 ? c + 6*ld : c;
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int v = 0; v < vecs; v++) sum[r][v] = NAME(vec_zero)();
    if (!s->more) return;
    const NAME(Mask) mask = NAME(vec_mask)(part ? s->keep : LANES);
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < whole; v++) sum[r][v] = NAME(vec_load)(ROW(c, r, ld) + v*LANES);
        if (part) sum[r][whole] = NAME(vec_load_part)(ROW(c, r, ld) + whole*LANES, mask);
    }
}

INLINE void NAME(tile_sum)(const NAME(Strip) *s, const Real *x, Real *c, const int rows, const int vecs,
                           const bool part)
{
    const int64_t x_row = s->x_row, x_k = s->x_k, y_k = s->y_k;
    const Real *y = s->y, *x3 = rows > 3 ? x + 3*x_row : x, *x6 = rows > 6 ? x + 6*x_row : x;
    const NAME(Mask) mask = NAME(vec_mask)(part ? s->part : LANES);
    Vec sum[8][4];
    NAME(tile_load)(s, c, sum, rows, vecs, part);
    for (int64_t k = s->k; k > 0; k--) {
        Vec b[4];
        UNROLL for (int v = 0; v < vecs; v++)
            b[v] = part && v == vecs - 1 ? NAME(vec_load_part)(y + v*LANES, mask)
                                         : NAME(vec_load)(y + v*LANES);
        UNROLL for (int r = 0; r < rows; r++) {
            Vec a = NAME(vec_all)(ROW(x, r, x_row));
            UNROLL for (int v = 0; v < vecs; v++) sum[r][v] = NAME(vec_fma)(a, b[v], sum[r][v]);
        }
        x += x_k, x3 += x_k, x6 += x_k, y += y_k;
    }
    NAME(tile_store)(s, c, sum, rows, vecs, part);
}

INLINE void NAME(tile_column)(const NAME(Strip) *s, const Real *x, Real *c, int64_t tiles, const int rows,
                              const int vecs, const bool part)
{
    const NAME(Strip) t = *s;        /* of our own, so that no store can change it        */
    for (; tiles > 0; tiles--, x += rows*t.x_row, c += rows*t.ld) NAME(tile_sum)(&t, x, c, rows, vecs, part);
}

#define TILE(rows, vecs)                                                                  \
    static void NAME(tile_##rows##_##vecs)(const NAME(Strip) *s, const Real *x, Real *c, int64_t tiles) \
    { NAME(tile_column)(s, x, c, tiles, rows, vecs, false); }                             \
    static void NAME(part_##rows##_##vecs)(const NAME(Strip) *s, const Real *x, Real *c, int64_t tiles) \
    { NAME(tile_column)(s, x, c, tiles, rows, vecs, true); }
TILES(TILE)
#undef TILE

#define WHOLE(rows, vecs) [vecs][rows] = NAME(tile_##rows##_##vecs),
#define PART(rows, vecs) [vecs][rows] = NAME(part_##rows##_##vecs),
static NAME(Tile) *const NAME(tiles)[2][5][9] = { { TILES(WHOLE) }, { TILES(PART) } };
#undef WHOLE
#undef PART
#undef ROW

/* ---- strips ---- */

/* Vectors of the next strip, with so many left and so many rows of tiles. */
static int NAME(strip_vecs)(int64_t left, int64_t rows)
{
    if (left <= 3) return (int)left;
    return rows <= TALL4 ? (left > 4 && left < 8 ? (int)(left + 1)/2 : 4) : 2;
}

/* One k after the other: y lies along the lanes. */
static void NAME(strip_copy)(Real *to, int64_t wide, const Real *y, int64_t y_k, int64_t k, int64_t count)
{
    const int64_t whole = count/LANES*LANES;
    const int rest = (int)(count - whole);
    const NAME(Mask) mask = NAME(vec_mask)(rest);
    for (; k > 0; k--, to += wide, y += y_k) {
        for (int64_t l = 0; l < whole; l += LANES) NAME(vec_store)(to + l, NAME(vec_load)(y + l));
        if (rest) NAME(vec_store)(to + whole, NAME(vec_load_part)(y + whole, mask));
    }
}

/* Any other layout, in squares that are turned in registers where k runs along memory.
 * Lanes that are left over repeat another: any numbers do, their sums are not kept. */
static void NAME(strip_turn)(Real *to, int64_t wide, const Real *y, int64_t y_k, int64_t y_lane, int64_t n_k,
                             int64_t count)
{
    for (int64_t at = 0; at < wide; at += TURN, to += TURN) {
        int64_t fit = count - at < TURN ? count - at : TURN, k = 0;
        const Real *from = fit > 0 ? y + at*y_lane : y;
        if (fit == TURN && y_k == 1)
            for (; k + TURN <= n_k; k += TURN) NAME(vec_turn)(to + k*wide, wide, from + k, y_lane);
        for (; k < n_k; k++)
            for (int64_t l = 0; l < TURN; l++) to[k*wide + l] = from[k*y_k + (l < fit ? l*y_lane : 0)];
    }
}

static int64_t NAME(tile_tall)(int vecs)
{
    return vecs == 1 ? TALL1 : vecs == 2 ? TALL2 : vecs == 3 ? TALL3 : TALL4;
}

/* Tiles of the next height, and their height: full ones; then two halves of what is left
 * below two, so that no tile is flat. */
static int64_t NAME(tile_count)(int64_t rows, int64_t tall, int64_t *high)
{
    *high = rows >= 2*tall ? tall : rows > tall ? (rows + 1)/2 : rows;
    return rows >= 2*tall ? rows/tall - (rows%tall != 0) : 1;
}

static void NAME(strip_run)(const NAME(Strip) *t, const Real *x, int64_t rows, int vecs, Real *c)
{
    NAME(Tile) *const *tile = NAME(tiles)[t->part < LANES || t->keep < LANES][vecs];
    const int64_t tall = NAME(tile_tall)(vecs);
    for (int64_t high, step; rows > 0; rows -= step, x += step*t->x_row, c += step*t->ld) {
        step = NAME(tile_count)(rows, tall, &high);
        tile[high](t, x, c, step);
        step *= high;
    }
}

/* The tile of C' to where it belongs in C. */
static void NAME(tile_flip)(Real *c, int64_t ld, const Real *tile, int64_t wide, int64_t rows,
                            int64_t lanes)
{
    if (rows == 1 && ld == 1) memcpy(c, tile, (size_t)lanes*sizeof *c);
    else
        for (int64_t r = 0; r < rows; r++)
            for (int64_t l = 0; l < lanes; l++) c[l*ld + r] = tile[r*wide + l];
}

/* The same flipped: the rows are columns of C, all in one tile as they are so few. */
static void NAME(strip_run_flip)(NAME(Strip) *t, const Real *x, int64_t rows, int64_t lanes, int vecs,
                                 Real *c, int64_t ld)
{
    Real tile[LANES*4*LANES];
    t->ld = vecs*LANES;
    for (int64_t l = 0; t->more && l < lanes; l++)
        for (int64_t r = 0; r < rows; r++) tile[r*t->ld + l] = c[l*ld + r];
    NAME(strip_run)(t, x, rows, vecs, tile);
    NAME(tile_flip)(c, ld, tile, t->ld, rows, lanes);
}

/* Rows of X and lanes of Y that make one block, of which whole vectors may be written
 * when it is padded. */
typedef struct {
    int64_t row, rows, lane, lanes;
    Real   *c;
    int64_t ld;
    bool    padded;
} NAME(Block);

static void NAME(strip)(const NAME(Sides) *s, const NAME(Block) *b, NAME(Strip) *t, int64_t l, int64_t count,
                        int vecs, int64_t k)
{
    const int64_t wide = vecs*LANES;
    const int last = (int)(count - (wide - LANES));
    const Real *x = s->x + b->row*s->x_row + k*s->x_k, *y = s->y + (b->lane + l)*s->y_lane + k*s->y_k;
    t->part = s->pack ? LANES : last;
    t->keep = b->padded || s->flip ? LANES : last;
    t->y = s->pack ? s->strip : y;
    t->y_k = s->pack ? wide : s->y_k;
    if (s->pack && s->y_lane == 1) NAME(strip_copy)(s->strip, wide, y, s->y_k, t->k, count);
    else if (s->pack) NAME(strip_turn)(s->strip, wide, y, s->y_k, s->y_lane, t->k, count);
    if (s->flip) NAME(strip_run_flip)(t, x, b->rows, count, vecs, b->c + l*b->ld, b->ld);
    else NAME(strip_run)(t, x, b->rows, vecs, b->c + l);
}

static void NAME(block_run)(const NAME(Sides) *s, const NAME(Block) *b)
{
    NAME(Strip) t = { .x_row = s->x_row, .x_k = s->x_k, .ld = b->ld };
    int64_t k = 0;
    do {
        t.k = s->k - k < s->chunk ? s->k - k : s->chunk;
        t.more = k > 0;
        for (int64_t l = 0, count; l < b->lanes; l += count) {
            int vecs = NAME(strip_vecs)((b->lanes - l + LANES - 1)/LANES, b->rows);
            count = b->lanes - l < vecs*LANES ? b->lanes - l : vecs*LANES;
            NAME(strip)(s, b, &t, l, count, vecs, k);
        }
        k += t.k;
    } while (k < s->k);
}

/* ---- blocks ---- */

static NAME(Sides) NAME(sides)(const GemmShape *s, const GemmCall *call, const GemmCut *cut)
{
    NAME(Sides) side = { .k = s->k, .chunk = cut->chunk, .flip = cut->flip, .pack = cut->pack,
                         .strip = call->room };
    if (s->k == 0) {                 /* nothing is read: the operands may be anything     */
        side.x = side.y = call->c ? call->c : call->room;
        side.pack = false;
    } else if (cut->flip) {
        side.x = call->b, side.x_row = s->b_col, side.x_k = s->b_row;
        side.y = call->a, side.y_lane = s->a_row, side.y_k = s->a_col;
    } else {
        side.x = call->a, side.x_row = s->a_row, side.x_k = s->a_col;
        side.y = call->b, side.y_lane = s->b_col, side.y_k = s->b_row;
    }
    return side;
}

/* The next block's part of what is left: no small block at the end. */
static int64_t NAME(block_side)(int64_t left, int64_t most, int64_t whole)
{
    if (left <= most) return left;
    if (left >= 2*most) return most;
    int64_t half = ((left + 1)/2 + whole - 1)/whole*whole;
    return half < most ? half : most;
}

static void NAME(block)(const NAME(Sides) *side, const GemmCall *call, Real *room, int64_t i,
                        int64_t rows, int64_t j, int64_t cols)
{
    Real *c = call->c ? (Real *)call->c + i*call->c_row + j : room;
    int64_t ld = call->c ? call->c_row : side->flip ? cols : (cols + LANES - 1)/LANES*LANES;
    if (side->flip) NAME(block_run)(side, &(NAME(Block)){ j, cols, i, rows, c, ld, false });
    else NAME(block_run)(side, &(NAME(Block)){ i, rows, j, cols, c, ld, !call->c });
    if (call->take) call->take(call->ctx, i, j, rows, cols, c, ld);
}

static void NAME(product)(const GemmShape *s, const GemmCall *call)
{
    const GemmCut cut = gemm_cut(s, sizeof(Real), LANES);
    const NAME(Sides) side = NAME(sides)(s, call, &cut);
    Real *room = cut.pack_bytes ? (Real *)((char *)call->room + cut.pack_bytes) : call->room;
    for (int64_t i = call->i0, rows; i < call->i1; i += rows) {
        rows = NAME(block_side)(call->i1 - i, cut.rows, cut.flip ? LANES : 1);
        for (int64_t j = call->j0, cols; j < call->j1; j += cols) {
            cols = NAME(block_side)(call->j1 - j, cut.cols, 2*LANES);
            NAME(block)(&side, call, room, i, rows, j, cols);
        }
    }
}

#undef UNROLL
#undef INLINE
