/* term_node.c -- whole nodes as expressions over labels: z = x @ W + b.
 *
 * Every operation prints as what a user would type to get it: operators and
 * calls by their rows, the others by a TABLE of printers. An expression that
 * would be too deep or too long ends in the numbers themselves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "graph/term_text.h"

#include <stdlib.h>
#include <string.h>

enum { NODE_BUDGET = 2000, LITERAL_MOST = 100, LITERAL_SHORT = 4 };

typedef struct {
    int budget;              /* nodes that may still be written out */
    int depth;
} NodePrinter;

static Piece expr_piece(NodePrinter *p, Node *n);
static Piece open_piece(NodePrinter *p, Node *n);

/* ---- literals ---- */

static Piece dims_call(const char *name, const char *first, const Shape *s)
{
    Piece p = piece_atom("%s(%s", name, first);
    for (int i = 0; i < s->rank; i++)
        text_addf(&p.text, "%s%lld", i || *first ? ", " : "", (long long)s->dim[i]);
    text_addc(&p.text, ')');
    return p;
}

static Piece filled_piece(double v, const Shape *s)
{
    char buf[NUM_TEXT];
    if (v == 0) return dims_call("zeros", "", s);
    if (v == 1) return dims_call("ones", "", s);
    return dims_call("full", num_exact(buf, v), s);
}

static bool all_equal(const double *v, int64_t n)
{
    for (int64_t i = 1; i < n; i++)
        if (v[i] != v[0]) return false;
    return true;
}

static void literal_axis(Text *to, const Shape *s, const double *v, int axis)
{
    char buf[NUM_TEXT];
    if (axis == s->rank) {
        text_add(to, num_exact(buf, *v));
        return;
    }
    int64_t stride = 1;
    for (int i = axis + 1; i < s->rank; i++) stride *= s->dim[i];
    text_addc(to, '[');
    for (int64_t i = 0; i < s->dim[axis]; i++) {
        if (i) text_add(to, ", ");
        literal_axis(to, s, v + i * stride, axis + 1);
    }
    text_addc(to, ']');
}

static Piece literal_piece(const Shape *s, const double *v)
{
    char buf[NUM_TEXT];
    int64_t len = shape_len(s);
    if (!s->rank) return piece_exact(*v);
    if (!len) return s->rank == 1 ? piece_atom("[]") : dims_call("zeros", "", s);
    if (len > LITERAL_SHORT && all_equal(v, len)) return filled_piece(*v, s);
    if (len > LITERAL_MOST) return piece_atom("[%s, ...]", num_exact(buf, *v));
    Piece p = piece_atom("%s", "");
    literal_axis(&p.text, s, v, 0);
    return p;
}

static Piece numbers_piece(Node *n)
{
    Diag d = { 0 };
    const double *v = node_eval(n, &d);
    return v ? literal_piece(&n->shape, v) : piece_atom("nan");
}

/* ---- operations that do not print as their row says ---- */

static Piece list_call(const char *name, NodePrinter *p, Node *n)
{
    Piece *kid = mem_new(sizeof *kid * (size_t)(n->n_in + 1));
    for (int i = 0; i < n->n_in; i++) kid[i] = expr_piece(p, n->in[i]);
    Piece out = piece_call(name, n->n_in, kid);
    free(kid);
    return out;
}

/* name(x, axis=1): the call with its closing bracket taken off again */
static void call_reopen(Piece *call)
{
    call->text.s[--call->text.len] = 0;
}

static Piece axis_call(NodePrinter *p, Node *n, const char *name, int64_t otherwise)
{
    Piece out = list_call(name, p, n);
    if (n->attr[0] == otherwise) return out;
    call_reopen(&out);
    text_addf(&out.text, ", axis=%lld)", (long long)n->attr[0]);
    return out;
}

static Piece print_concat(NodePrinter *p, Node *n) { return axis_call(p, n, "concat", 0); }

static Piece print_stack(NodePrinter *p, Node *n)
{
    if (n->attr[0]) return axis_call(p, n, "stack", 0);
    Piece out = list_call("", p, n);
    out.text.s[0] = '[';
    out.text.s[out.text.len - 1] = ']';
    return out;
}

static Piece reshape_call(Piece x, const Shape *s)
{
    Piece out = piece_call("reshape", 1, &x);
    call_reopen(&out);
    if (!s->rank) text_add(&out.text, ", []");
    for (int i = 0; i < s->rank; i++) text_addf(&out.text, ", %lld", (long long)s->dim[i]);
    text_addc(&out.text, ')');
    return out;
}

/* One subscript of a slice: start, step, count. */
static void print_cut(Text *to, const int64_t *cut, int64_t size, bool drop)
{
    int64_t start = cut[0], step = cut[1], end = start + cut[1] * cut[2];
    if (drop) {
        text_addf(to, "%lld", (long long)start);
        return;
    }
    bool down = step < 0;
    if (start != (down ? size - 1 : 0)) text_addf(to, "%lld", (long long)start);
    text_addc(to, ':');
    if (down ? end >= 0 : end < size) text_addf(to, "%lld", (long long)end);
    if (step != 1) text_addf(to, ":%lld", (long long)step);
}

static Piece slice_piece(NodePrinter *p, Node *n, const bool *drop)
{
    Node *x = n->in[0];
    Piece base = expr_piece(p, x), out = { .power = POWER_ATOM };
    int last = x->shape.rank - 1;
    piece_put(&out.text, &base, POWER_ATOM);
    for (; last > 0; last--) {
        const int64_t *cut = n->attr + 3 * last;
        bool whole = !cut[0] && cut[1] == 1 && cut[2] == x->shape.dim[last];
        if (!whole || (drop && drop[last])) break;
    }
    for (int i = 0; i <= last; i++) {
        text_add(&out.text, i ? ", " : "[");
        print_cut(&out.text, n->attr + 3 * i, x->shape.dim[i], drop && drop[i]);
    }
    text_addc(&out.text, ']');
    return out;
}

static Piece print_slice(NodePrinter *p, Node *n) { return slice_piece(p, n, NULL); }

/* Which axes of length 1 go when `from` becomes `to`; false: it is no mere dropping. */
static bool drop_match(const Shape *from, int i, const Shape *to, int k, bool *drop)
{
    if (i == from->rank) return k == to->rank;
    drop[i] = true;
    if (from->dim[i] == 1 && drop_match(from, i + 1, to, k, drop)) return true;
    drop[i] = false;
    return k < to->rank && from->dim[i] == to->dim[k] && drop_match(from, i + 1, to, k + 1, drop);
}

/* x[2, :] is a slice of one row that then loses its axis. */
static Piece print_reshape(NodePrinter *p, Node *n)
{
    Node *x = n->in[0];
    bool drop[LIMIT_RANK];
    bool drops = n->shape.rank < x->shape.rank && drop_match(&x->shape, 0, &n->shape, 0, drop);
    if (drops && !x->label && x->op == op_find("slice")) return slice_piece(p, x, drop);
    Piece base = expr_piece(p, x);
    if (drops && !n->shape.rank) return piece_element(base, x, 0);
    return reshape_call(base, &n->shape);
}

static bool swaps_last_two(const Node *n)
{
    int r = n->shape.rank;
    if (!n->n_attr) return true;
    for (int i = 0; i < r - 2; i++)
        if (n->attr[i] != i) return false;
    return r >= 2 && n->attr[r - 1] == r - 2 && n->attr[r - 2] == r - 1;
}

static Piece print_transpose(NodePrinter *p, Node *n)
{
    Piece x = expr_piece(p, n->in[0]);
    if (swaps_last_two(n)) {
        Piece out = { .power = POWER_ATOM };
        piece_put(&out.text, &x, POWER_ATOM);
        text_addc(&out.text, '\'');
        return out;
    }
    Piece out = piece_call("transpose", 1, &x);
    call_reopen(&out);
    for (int i = 0; i < n->shape.rank; i++) text_addf(&out.text, ", %lld", (long long)n->attr[i]);
    text_addc(&out.text, ')');
    return out;
}

/* sum(x) becomes sum(x, axis=[0, 1], keep=1); axis left out when it is all of them */
static Piece reduce_call(Piece out, const Shape *s, unsigned axes, bool keep)
{
    unsigned all = (1u << s->rank) - 1;
    call_reopen(&out);
    if (axes != all) {
        bool many = (axes & (axes - 1)) != 0, some = false;
        text_add(&out.text, many ? ", axis=[" : ", axis=");
        for (int i = 0; i < s->rank; i++) {
            if (!(axes >> i & 1)) continue;
            text_addf(&out.text, "%s%d", some ? ", " : "", i);
            some = true;
        }
        if (many) text_addc(&out.text, ']');
    }
    text_add(&out.text, keep ? ", keep=1)" : ")");
    return out;
}

/* Leading axes go, then axes that were repeated along shrink to 1. */
static Piece print_sum_to(NodePrinter *p, Node *n)
{
    Shape s = n->in[0]->shape;
    int extra = s.rank - n->shape.rank;
    unsigned lead = (1u << extra) - 1, inner = 0;
    Piece out = expr_piece(p, n->in[0]);
    if (lead) out = reduce_call(piece_call("sum", 1, &out), &s, lead, false);
    for (int i = 0; i < n->shape.rank; i++)
        if (n->shape.dim[i] != s.dim[extra + i]) inner |= 1u << i;
    return inner ? reduce_call(piece_call("sum", 1, &out), &n->shape, inner, true) : out;
}

static Piece print_spread(NodePrinter *p, Node *n)
{
    const Node *of = n->in[0];
    if (of->flags & NODE_CONST && of->len == 1) return filled_piece(*of->val, &n->shape);
    Piece x = expr_piece(p, n->in[0]), out = { .power = POWER_SUM };
    Piece zeros = dims_call("zeros", "", &n->shape);
    piece_put(&out.text, &x, POWER_SUM);
    text_add(&out.text, " + ");
    piece_put(&out.text, &zeros, POWER_ATOM);
    return out;
}

/* attr: { keep, number of axes, axis... } */
static Piece print_reduce(NodePrinter *p, Node *n)
{
    unsigned axes = n->attr[1] ? 0 : (1u << n->in[0]->shape.rank) - 1;
    for (int64_t i = 0; i < n->attr[1]; i++) axes |= 1u << n->attr[2 + i];
    return reduce_call(list_call(n->op->name, p, n), &n->in[0]->shape, axes, n->attr[0] != 0);
}

/* Calls whose axis is the last one unless said. */
static Piece print_along(NodePrinter *p, Node *n)
{
    return axis_call(p, n, n->op->name, n->in[0]->shape.rank - 1);
}

static Piece print_cumsum(NodePrinter *p, Node *n)
{
    Piece out = print_along(p, n);
    if (n->n_attr < 2 || !n->attr[1]) return out;
    call_reopen(&out);
    text_add(&out.text, ", reverse=1)");
    return out;
}

static void ints_print(Text *to, const int64_t *v, int n, int step)
{
    text_addc(to, '[');
    for (int i = 0; i < n; i++) text_addf(to, "%s%lld", i ? ", " : "", (long long)v[i * step]);
    text_addc(to, ']');
}

/* unslice(x, [3, 4], [1, 0], [1, 1]): shape, where x starts, its steps */
static Piece print_unslice(NodePrinter *p, Node *n)
{
    Piece out = list_call("unslice", p, n);
    int rank = n->shape.rank;
    const int64_t *cut = n->attr + rank;
    bool stepped = false;
    for (int i = 0; i < rank; i++) stepped |= cut[3 * i + 1] != 1;
    call_reopen(&out);
    text_add(&out.text, ", ");
    ints_print(&out.text, n->attr, rank, 1);
    text_add(&out.text, ", ");
    ints_print(&out.text, cut, rank, 3);
    if (stepped) text_add(&out.text, ", ");
    if (stepped) ints_print(&out.text, cut + 1, rank, 3);
    text_addc(&out.text, ')');
    return out;
}

static Piece print_gather(NodePrinter *p, Node *n)
{
    if (n->attr[0] || !n->in[1]->shape.rank) return axis_call(p, n, "gather", 0);
    Piece x = expr_piece(p, n->in[0]), index = expr_piece(p, n->in[1]);
    Piece out = { .power = POWER_ATOM };
    piece_put(&out.text, &x, POWER_ATOM);
    text_addc(&out.text, '[');
    piece_put(&out.text, &index, 0);
    text_addc(&out.text, ']');
    return out;
}

static Piece print_scatter(NodePrinter *p, Node *n)
{
    Piece out = list_call("scatter_add", p, n);
    call_reopen(&out);
    text_add(&out.text, ", ");
    ints_print(&out.text, n->attr + 1, n->shape.rank, 1);
    if (n->attr[0]) text_addf(&out.text, ", axis=%lld", (long long)n->attr[0]);
    text_addc(&out.text, ')');
    return out;
}

static Piece print_one_hot(NodePrinter *p, Node *n)
{
    Piece out = list_call("one_hot", p, n);
    call_reopen(&out);
    text_addf(&out.text, ", %lld)", (long long)n->attr[0]);
    return out;
}

/* ---- the table ---- */

typedef Piece Printer(NodePrinter *p, Node *n);

static const struct {
    const char *op;
    Printer    *print;
} printers[] = {
    { "sum", print_reduce }, { "prod", print_reduce }, { "max", print_reduce },
    { "min", print_reduce }, { "argmax", print_reduce }, { "argmin", print_reduce },
    { "first_max", print_reduce }, { "first_min", print_reduce },
    { "prod_others", print_reduce }, { "prod_pairs", print_reduce },
    { "cumsum", print_cumsum }, { "sort", print_along }, { "sort_by", print_along },
    { "unsort", print_along }, { "sum_to", print_sum_to }, { "spread", print_spread },
    { "reshape", print_reshape }, { "transpose", print_transpose }, { "slice", print_slice },
    { "unslice", print_unslice }, { "concat", print_concat }, { "stack", print_stack },
    { "gather", print_gather }, { "scatter_add", print_scatter }, { "one_hot", print_one_hot },
};

static Printer *printer_find(const char *op)
{
    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++)
        if (!strcmp(op, printers[i].op)) return printers[i].print;
    return NULL;
}

static Piece element_piece(NodePrinter *p, Node *n)
{
    Piece kid[3];
    for (int i = 0; i < n->n_in; i++) kid[i] = expr_piece(p, n->in[i]);
    return n->op->kind == OP_CALL ? piece_fn(n->fn, n->n_in, kid) : piece_op(n->op, n->n_in, kid);
}

static Piece open_piece(NodePrinter *p, Node *n)
{
    if (n->op == &op_slot) return expr_piece(p, n->in[0]);
    if (n->op == &op_leaf) return literal_piece(&n->shape, n->val);
    if (p->budget <= 0 || p->depth >= LIMIT_DEPTH) return numbers_piece(n);
    Printer *print = printer_find(n->op->name);
    bool plain = n->op->kind == OP_ELEMENT || n->op->kind == OP_CALL;
    p->budget--;
    p->depth++;
    Piece out;
    if (print) out = print(p, n);
    else if (plain || (n->op->power && n->n_in <= 2)) out = element_piece(p, n);
    else out = list_call(n->op->name, p, n);
    p->depth--;
    return out;
}

static Piece expr_piece(NodePrinter *p, Node *n)
{
    while (!n->label && n->op == &op_slot) n = n->in[0];
    return n->label ? piece_atom("%s", n->label) : open_piece(p, n);
}

/* ---- out ---- */

Piece piece_node(Node *n)
{
    NodePrinter p = { .budget = NODE_BUDGET };
    return expr_piece(&p, n);
}

Piece piece_node_open(Node *n)
{
    NodePrinter p = { .budget = NODE_BUDGET };
    return open_piece(&p, node_behind(n));
}

Piece piece_element(Piece whole, const Node *n, int64_t at)
{
    if (!n->shape.rank) return whole;
    int64_t index[LIMIT_RANK];
    Piece out = { .power = POWER_ATOM };
    piece_put(&out.text, &whole, POWER_ATOM);
    shape_unravel(&n->shape, at, index);
    for (int i = 0; i < n->shape.rank; i++)
        text_addf(&out.text, "%s%lld", i ? ", " : "[", (long long)index[i]);
    text_addc(&out.text, ']');
    return out;
}

Piece piece_ref(Node *n, int64_t at) { return piece_element(piece_node(n), n, at); }

static void piece_out(Text *to, Piece p) { piece_put(to, &p, 0); }

void term_print_node(Text *to, Node *n) { piece_out(to, piece_node(n)); }
void term_print_open(Text *to, Node *n) { piece_out(to, piece_node_open(n)); }
void term_print_ref(Text *to, Node *n, int64_t at) { piece_out(to, piece_ref(n, at)); }
