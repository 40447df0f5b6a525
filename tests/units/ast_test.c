/* ast_test.c -- trees are printed so that they read back, and places are counted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lang/parse.h"
#include "units.h"

static bool some_command(void *ctx, const char *name)
{
    static const char *const known[] = { "step", "why", "derive", "train", "plot", "view",
                                         "lesson", "help", "show", "print", "sweep", "watch" };
    (void)ctx;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i], name)) return true;
    return false;
}

static Source *read_one(const char *text)
{
    Reader r = { .name = "test", .text = text, .len = strlen(text), .line = 1,
                 .is_command = some_command };
    Source *s;
    Diag d = { 0 };
    if (parse_next(&r, &s, &d) == OK) return s;
    printf("\n  %s: %s\n", text, d.text);
    source_drop(s);
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_tree(const Ast *a, const Ast *b)
{
    if (!a || !b) return a == b;
    if (a->kind != b->kind || a->n != b->n || !same_text(a->text, b->text)) return false;
    if (a->kind == A_NUM && a->num != b->num) return false;
    for (int i = 0; i < a->n; i++)
        if (!same_tree(a->kid[i], b->kid[i])) return false;
    return true;
}

static void check_prints(const char *text, const char *expected)
{
    Source *s = read_one(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    Text t = { 0 };
    ast_print(&t, s->tree);
    CU_ASSERT_STRING_EQUAL(text_str(&t), expected);
    if (strcmp(text_str(&t), expected)) printf("\n  printed: %s\n", text_str(&t));
    text_free(&t);
    source_drop(s);
}

static void check_same(const char *text)
{
    check_prints(text, text);
}

/* Print, read, compare trees; and the second print equals the first. */
static void check_reads_back(const char *text)
{
    Source *a = read_one(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(a);
    Text first = { 0 }, second = { 0 };
    ast_print(&first, a->tree);
    Source *b = read_one(text_str(&first));
    CU_ASSERT_PTR_NOT_NULL_FATAL(b);
    ast_print(&second, b->tree);
    CU_ASSERT_TRUE(same_tree(a->tree, b->tree));
    CU_ASSERT_STRING_EQUAL(text_str(&first), text_str(&second));
    text_free(&first);
    text_free(&second);
    source_drop(a);
    source_drop(b);
}

static void spacing(void)
{
    check_same("Error = 1/2*(prediction - 1)^2");
    check_same("w5, w6 <- w5 - 0.05*grad(Error, w5), w6 - 0.05*grad(Error, w6)");
    check_same("xor = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)");
    check_same("train xor, d, loss=bce, optimizer=adam(lr=0.1), epochs=500");
    check_same("z = x @ W + b");
    check_same("param W[inputs, units] = glorot(inputs, units)");
    check_same("0 < x and not x >= 1 or y != 2");
    check_same("A[0:2, :] + A[-1] + A[..., 0] + A[:, ::2] + A[1:]'");
    check_same("s = \"a\\\"b\\\\ \\n\\t é\"");
    check_same("break when abs(grad(E, w5)) > 1");
    check_same("f'(x, k=1) = [x, []]");
}

static void brackets(void)
{
    check_prints("((a + b)) - (c - d) - ((e))", "a + b - (c - d) - e");
    check_prints("(a*b)/(c*d)", "a*b/(c*d)");
    check_prints("a - (-b)", "a - -b");
    check_prints("(-2)^2 + (-(2^2))", "(-2)^2 + -2^2");
    check_prints("2^(-1) + (2^3)^4 + 2^(3^4)", "2^-1 + (2^3)^4 + 2^3^4");
    check_prints("-(a*b)*(-a)*b", "-(a*b)*-a*b");
    check_prints("not (a == b) and (not a) == b", "not a == b and (not a) == b");
    check_prints("(a < b) == c", "(a < b) == c");
    check_prints("((a -> b) -> c) -> (d -> e)", "a -> b -> c -> (d -> e)");
    check_prints("(f + g)(x) + (f(x))[0] + (a.b).c + (2)(3)",
                 "(f + g)(x) + f(x)[0] + a.b.c + (2)(3)");
    check_prints("z = (if a { 1 } else { 2 })*3", "z = (if a { 1 } else { 2 })*3");
    check_prints("(h: a + 1) -> (g: (b -> c))", "h: a + 1 -> g: (b -> c)");
}

static void blocks(void)
{
    check_prints("f(x) = {\n\n  # why\n  a = x; b = a;\n b; c }",
                 "f(x) = {\n    # why\n    a = x\n    b = a\n    b;\n    c\n}");
    check_prints("if a {1}\nelse if b {\n2}\nelse {x<-3;y<-4}",
                 "if a { 1 } else if b { 2 } else {\n    x <- 3\n    y <- 4\n}");
    check_prints("layer id(x) = x", "layer id(x) = { x }");
    check_prints("repeat 3 { for x in d { while x > 0 { break } } }",
                 "repeat 3 {\n    for x in d {\n        while x > 0 { break }\n    }\n}");
    check_prints("sweep lr=[0.1, 1] { train n, d, lr=lr }",
                 "sweep lr=[0.1, 1] { train n, d, lr=lr }");
}

/* The code of the language's own page, and every construct in uneasy company. */
static const char *const samples[] = {
    "p = neuron([3, -2], bias=1, activation=sigmoid)",
    "p([-1, 2])",
    "param w5 = 0.14, w6 = 0.15",
    "h1 = 0.85;",
    "prediction = h1*w5 + h2*w6",
    "step Error", "step", "why grad(Error, w6)", "derive Error, w6", "Error",
    "w5, w6 <- w5 - 0.05*grad(Error, w5), w6 - 0.05*grad(Error, w6)",
    "d    = data(\"xor\")", "xor([1, 0])", "plot history", "view xor", "lesson perceptron",
    "y <- 5", "net.h.W[0, 1] <- 3", "net([1, 2, 3])",
    "plot sigmoid, tanh, relu, from=-6, to=6", "plot relu, relu'", "plot net.h.W, as=histogram",
    "plot E, w5, from=-1, to=1", "plot confusion(net, d)", "print (a + b)*2, [1]",
    "[[w1, w3], [w2, w4]]", "grad(grad(E, w), w)", "dense(4, relu)", "residual(h: dense(2))",
    "help +", "help for", "? why", "help", "show adam", "watch x", "break", "break when nan(E)",
    "f(x) = { a = x^2; b = a + 1; b }", "f''(x, k=-1) = -x'^k'", "g() = if a { 1 } else { b }",
    "layer dense(x, units, activation=linear) = { param W[rank(x), units] = w; W@x + 1 }",
    "optimizer sgd(w, g, lr=0.01, optimizer=none) = { state m = 0, v[2] = 1\n w <- w - lr*g }",
    "repeat 10 { x <- x + 1 }", "for x in [1, 2, 3] { print x }", "while x < 3 { x <- x + 1 }",
    "if a { 1 } else if b { 2 } else { 3 }", "if a { if b { 1 } } else { 2 }",
    "if a { 1 } else { if b { 2 }; 3 }", "x = 2^-1^-2", "x = -(-1)", "x = --1", "x = (-1)'",
    "x = not not a == (not b)", "x = a or (b or c) and d", "x = (a or b) and c",
    "x = a - (b + c) - (d - e)", "x = a/(b/c)/(d*e) @ f", "x = (a + 1).b[c(1)](2)'.d",
    "A[-1, i + 1:n - 1:2, ::, ..., :, (a -> b)]", "x = (h: a) + 1", "x = a -> (h: (g: b)) -> c",
    "f(x, each={ a\n b <- 3 }, y=(1 -> f))", "x = 1e-3 + .5 + 2. + 1E5 + 007",
    "x = (2).a + 2.[0] + (2)(3)", "sweep a=[1], b=2 { c }",
};

static void samples_read_back(void)
{
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) check_reads_back(samples[i]);
}

/* Random trees: the printer must set every bracket that reading needs. */
static unsigned random_next(unsigned *seed, unsigned below)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % below;
}

static void random_print(Text *to, unsigned *seed, int depth)
{
    static const char *const ops[] = { " or ", " and ", " == ", " < ", " + ", " - ", "*", "/",
                                       " @ ", "^", " -> ", " -> k: " };
    unsigned kind = depth <= 0 ? 7 : random_next(seed, 8);
    text_addc(to, '(');
    if (kind < 4) {
        random_print(to, seed, depth - 1);
        text_add(to, ops[random_next(seed, 12)]);
        random_print(to, seed, depth - 1);
    } else if (kind < 6) {
        text_add(to, random_next(seed, 2) ? "-" : "not ");
        random_print(to, seed, depth - 1);
    } else if (kind == 6) {
        static const char *const tails[] = { "'", "[0, :]", ".a", "(x, k=1)" };
        random_print(to, seed, depth - 1);
        text_add(to, tails[random_next(seed, 4)]);
    } else {
        text_add(to, random_next(seed, 2) ? "x" : "2.5");
    }
    text_addc(to, ')');
}

static void random_trees_read_back(void)
{
    unsigned seed = 7;
    for (int i = 0; i < 3000; i++) {
        Text t = { 0 };
        random_print(&t, &seed, 6);
        check_reads_back(text_str(&t));
        text_free(&t);
    }
}

static void numbers_without_text(void)
{
    Ast two = { .kind = A_NUM, .num = -0.1 }, k = { .kind = A_NUM, .num = 2 };
    Ast power = { .kind = A_BINARY, .text = "^", .n = 2, .kid = (Ast *[]){ &two, &k } };
    Ast minus = { .kind = A_BINARY, .text = "-", .n = 2, .kid = (Ast *[]){ &power, &two } };
    Text t = { 0 };
    ast_print(&t, &minus);
    CU_ASSERT_STRING_EQUAL(text_str(&t), "(-0.1)^2 - -0.1");
    text_free(&t);
}

static void long_sums(void)
{
    Text t = { 0 }, again = { 0 };
    text_add(&t, "1");
    for (int i = 0; i < 100000; i++) text_add(&t, i % 2 ? " + 1" : " - f(1)");
    Source *s = read_one(text_str(&t));
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    ast_print(&again, s->tree);
    CU_ASSERT_EQUAL(strcmp(text_str(&t), text_str(&again)), 0);
    text_free(&t);
    text_free(&again);
    source_drop(s);
}

static void places(void)
{
    Source s = { .text = (char *)(size_t)"θ = [1,\n  θé + 2]", .line = 5, .col = 3 };
    int line, col;
    source_place(&s, 0, &line, &col);
    CU_ASSERT_EQUAL(line, 5);
    CU_ASSERT_EQUAL(col, 3);
    source_place(&s, 3, &line, &col);
    CU_ASSERT_EQUAL(col, 5);
    source_place(&s, (int)(strchr(s.text, '+') - s.text), &line, &col);
    CU_ASSERT_EQUAL(line, 6);
    CU_ASSERT_EQUAL(col, 6);
    source_place(&s, 1000, &line, &col);
    CU_ASSERT_EQUAL(line, 6);
    CU_ASSERT_EQUAL(col, 10);
}

static void counts(void)
{
    Source *s = read_one("x = 1");
    CU_ASSERT_EQUAL(s->refs, 1);
    CU_ASSERT_PTR_EQUAL(source_keep(s), s);
    source_drop(s);
    CU_ASSERT_STRING_EQUAL(s->tree->text, "x");
    source_drop(s);
    source_drop(NULL);
}

static void powers(void)
{
    static const struct { const char *op; int power; } rows[] = {
        { "->", 0 }, { "or", 1 }, { "and", 2 }, { "not", 3 }, { "==", 4 }, { ">=", 4 },
        { "+", 5 }, { "-", 5 }, { "*", 6 }, { "/", 6 }, { "@", 6 }, { "^", 8 }, { "%", -1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CU_ASSERT_EQUAL(ast_power(rows[i].op), rows[i].power);
}

CU_TestInfo ast_tests[] = {
    { "a tree prints with the spacing of the board", spacing },
    { "brackets stand where they are needed and nowhere else", brackets },
    { "a block prints one statement a line", blocks },
    { "what is printed reads back as the same tree", samples_read_back },
    { "random trees read back as the same tree", random_trees_read_back },
    { "a negative number gets brackets under a power", numbers_without_text },
    { "a sum of a hundred thousand terms prints without recursion", long_sums },
    { "places count lines and characters from where the text begins", places },
    { "a source lives as long as it is counted", counts },
    { "the binding powers are those of the language's page", powers },
    CU_TEST_INFO_NULL
};
