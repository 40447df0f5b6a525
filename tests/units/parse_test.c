/* parse_test.c -- statements to trees, faults to messages, completion.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lang/parse.h"
#include "units.h"

static bool some_command(void *ctx, const char *name)
{
    static const char *const known[] = { "step", "why", "train", "plot", "help", "show", "print",
                                         "sweep", "undo" };
    (void)ctx;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i], name)) return true;
    return false;
}

static Reader reader_over(const char *text)
{
    return (Reader){ .name = "test.gr", .text = text, .len = strlen(text), .line = 1,
                     .is_command = some_command };
}

static void dump(Text *to, const Ast *a);

/* All statements and faults of a text whose end comes into sight byte by byte, from `first` on,
 * `step` at a time; a copy of just what is in sight, so that looking behind it is seen. */
static void read_in_parts(const char *text, size_t first, size_t step, Text *to)
{
    Reader r = { .name = "test.gr", .line = 1, .is_command = some_command };
    size_t all = strlen(text), sight = first < all ? first : all;
    char *part = NULL;
    for (bool more = true;;) {
        if (more) {
            free(part);
            part = mem_strn(text, sight);
            part = mem_grow(part, sight + !sight, 1);
            r.text = part;
            r.len = sight;
            r.more = sight < all;
            more = false;
        }
        Source *s;
        Diag d = { 0 };
        Status code = parse_next(&r, &s, &d);
        if (code == OK && !s && !r.more) break;
        if (code == OK && !s) {
            sight = sight + step < all ? sight + step : all;
            more = true;
            continue;
        }
        text_addf(to, "%d:%d-%d %s", code, s->line, s->col, s->text);
        if (s->tree) dump(to, s->tree);
        if (s->tree && s->tree->doc) text_addf(to, " doc %s", s->tree->doc);
        text_addf(to, " next %zu %d | %s\n", r.at, r.line, d.text);
        source_drop(s);
        if (code == E_INCOMPLETE) break;
    }
    free(part);
}

static void parts(void)
{
    const char *text =
        "#!/usr/bin/gradus\n# a doc\n# of two lines\nx = 12.5e3 # behind\n\ny <- x² + α·2; print y\n"
        "if x > 1 { y <- 2 }\n\n# between\nelse if x > 0 { y <- 3\n}\nelse { y <- 4 }\nif x { 1 }\nelsewhere = 3\n"
        "f(a,\n  b=2) = {\n c = a +\n b\n c^2 }\nx == = 3\n[1, 2,\n 3]\nhelp a b\n\"text \\\" # x\" \nrepeat 3 { x <- 1 }}\n"
        "net = input(2) ->\n h: dense(2)\n# last";
    Text whole = { 0 };
    read_in_parts(text, strlen(text), 1, &whole);
    int wrong = 0;
    for (size_t step = 1; step < 40; step += 1 + step / 4)
        for (size_t first = 0; first <= strlen(text); first++) {
            Text got = { 0 };
            read_in_parts(text, first, step, &got);
            wrong += strcmp(text_str(&got), text_str(&whole)) != 0;
            text_free(&got);
        }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(strstr(text_str(&whole), "doc a doc\nof two lines") != NULL);
    CU_ASSERT(strstr(text_str(&whole), "net = input(2)") != NULL);
    text_free(&whole);
}

/* (kind text kid kid ...), leaves bare, a missing kid as _. */
static void dump(Text *to, const Ast *a)
{
    static const char *const kinds[] = {
        "num", "str", "name", "list", "call", "key", "index", "slice", "...", "field", "prime",
        "", "", "", "named", "block", "if", "=", "function", "layer", "optimizer", "param",
        "state", "decl", "<-", "command", "repeat", "for", "while", "break",
    };
    if (!a) {
        text_addc(to, '_');
        return;
    }
    if (a->kind == A_NUM || a->kind == A_NAME) {
        text_add(to, a->text);
        return;
    }
    text_addf(to, "(%s%s%s", kinds[a->kind], a->text && *kinds[a->kind] ? " " : "",
              a->text ? a->text : "");
    for (int i = 0; i < a->n; i++) {
        text_addc(to, ' ');
        dump(to, a->kid[i]);
    }
    text_addc(to, ')');
}

static void check_tree(const char *text, const char *expected)
{
    Reader r = reader_over(text);
    Source *s;
    Diag d = { 0 };
    Text t = { 0 };
    Status code = parse_next(&r, &s, &d);
    CU_ASSERT_EQUAL(code, OK);
    if (code == OK) dump(&t, s->tree);
    else text_add(&t, d.text);
    if (strcmp(text_str(&t), expected)) printf("\n  %s: %s\n", text, text_str(&t));
    CU_ASSERT_STRING_EQUAL(text_str(&t), expected);
    text_free(&t);
    source_drop(s);
}

static Diag fault_of(const char *text)
{
    Reader r = reader_over(text);
    Source *s;
    Diag d = { 0 };
    CU_ASSERT_NOT_EQUAL(parse_next(&r, &s, &d), OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_PTR_NULL(s->tree);
    source_drop(s);
    return d;
}

static void check_fault(const char *text, const char *says, int from, const char *hint)
{
    Diag d = fault_of(text);
    if (strcmp(d.text, says) || strcmp(d.hint, hint)) printf("\n  %s: %s (%s)\n", text, d.text,
                                                            d.hint);
    CU_ASSERT_STRING_EQUAL(d.text, says);
    CU_ASSERT_EQUAL(d.at.from, from);
    CU_ASSERT_TRUE(d.at.to > d.at.from);
    CU_ASSERT_STRING_EQUAL(d.hint, hint);
}

static void binding(void)
{
    check_tree("-2^2", "(- (^ 2 2))");
    check_tree("2^-1", "(^ 2 (- 1))");
    check_tree("2^3^4", "(^ 2 (^ 3 4))");
    check_tree("2^-x*3", "(* (^ 2 (- x)) 3)");
    check_tree("-a*b", "(* (- a) b)");
    check_tree("a - b - c", "(- (- a b) c)");
    check_tree("a + b*c @ d", "(+ a (@ (* b c) d))");
    check_tree("not a == b and c or d", "(or (and (not (== a b)) c) d)");
    check_tree("x -> f or g -> h", "(-> (-> x (or f g)) h)");
    check_tree("-f'(x).y[0]^2", "(- (^ (index (field y (call (prime f) x)) 0) 2))");
    check_tree("x² − y", "(- (^ x 2) y)");
}

static void subscripts(void)
{
    check_tree("A[0:2, :]", "(index A (slice 0 2 _) (slice _ _ _))");
    check_tree("A[-1]", "(index A (- 1))");
    check_tree("A[..., 0]", "(index A (...) 0)");
    check_tree("A[:, ::2]", "(index A (slice _ _ _) (slice _ _ 2))");
    check_tree("A[a + 1:]", "(index A (slice (+ a 1) _ _))");
}

static void definitions(void)
{
    check_tree("y = 2*x", "(= y (* 2 x))");
    check_tree("f(x, k=1) = x^k", "(function f x (key k 1) (^ x k))");
    check_tree("f'(x) = { a = x; a }", "(function f' x (block (= a x) a))");
    check_tree("f() = 3", "(function f 3)");
    check_tree("x == 3", "(== x 3)");
    check_tree("f(x) == 3", "(== (call f x) 3)");
    check_tree("param w5 = 0.14, w6 = 0.15", "(param (decl w5 0.14) (decl w6 0.15))");
    check_tree("layer d(x, n) = { param W[n, 2] = g\n x @ W }",
               "(layer d x n (block (param (decl W g n 2)) (@ x W)))");
    check_tree("optimizer s(w, g, lr=1) = { state m = 0\n w <- w - lr*g }",
               "(optimizer s w g (key lr 1) (block (state (decl m 0)) "
               "(<- w (- w (* lr g)))))");
    check_tree("xor = input(2) -> h: dense(2, tanh) -> o: dense(1)",
               "(= xor (-> (-> (call input 2) (named h (call dense 2 tanh))) "
               "(named o (call dense 1))))");
    check_tree("n = a: f -> g", "(= n (-> (named a f) g))");
}

static void assignments(void)
{
    check_tree("x <- 3", "(<- x 3)");
    check_tree("a, net.W[0, 1] <- b, a", "(<- a (index (field W net) 0 1) b a)");
    check_fault("a, b <- 1, 2, 3", "2 names before <- but 3 values behind it", 5,
                "Every name on the left takes one value: a, b <- 1, 2.");
    check_fault("2*x <- 3", "expected a name, a field or an element before <-, found 2*x", 0, "");
    check_fault("a, b = 1, 2", "an equation defines one name, found several", 5,
                "Only <- takes several: a, b <- 1, 2.");
}

static void commands(void)
{
    check_tree("step", "(command step)");
    check_tree("train xor, d, optimizer=adam(lr=0.1)",
               "(command train xor d (key optimizer (call adam (key lr 0.1))))");
    check_tree("print (a+b)*2", "(command print (* (+ a b) 2))");
    check_tree("print(a)*2", "(* (call print a) 2)");
    check_tree("print -1", "(command print (- 1))");
    check_tree("step = 3", "(= step 3)");
    check_tree("step.x + 1", "(+ (field x step) 1)");
    check_tree("sweep lr=[1, 2] { step }",
               "(command sweep (key lr (list 1 2)) (block (command step)))");
    check_tree("break", "(break)");
    check_tree("break when x > 1", "(command break (> x 1))");
    check_tree("break x > 1", "(command break (> x 1))");
}

static void topics(void)
{
    check_tree("help +", "(command help (str +))");
    check_tree("help for", "(command help (str for))");
    check_tree("help [", "(command help (str [))");
    check_tree("help =", "(command help (str =))");
    check_tree("show adam", "(command show adam)");
    check_tree("show net.W[0]", "(command show (index (field W net) 0))");
    check_tree("? why", "(command help why)");
    check_tree("?? \"", "(command help (str ? \"))");
    check_tree("?", "(command help)");
}

static void control(void)
{
    check_tree("repeat 3 { step }", "(repeat 3 (block (command step)))");
    check_tree("for x in d { x\n\n y; }", "(for x d (block x y))");
    check_tree("while x < 3 { break }", "(while (< x 3) (block (break)))");
    check_tree("if a { 1 }\n# so\n\nelse if b { 2 }\nelse { 3 }",
               "(if a (block 1) (block (if b (block 2) (block 3))))");
    check_tree("f(x) = { if x { 1 }\n else { 2 }\n }",
               "(function f x (block (if x (block 1) (block 2))))");
    check_tree("if a { 1 }\nb", "(if a (block 1) _)");
}

static void lines(void)
{
    static const char text[] = "\xEF\xBB\xBF# head\r\n\r\na = [1,\r\n 2]; b\r\n  # doc\r\n"
                               "  # more\r\nc = 1 +\n 2\n\n# lost\n\nd";
    static const struct { const char *text; int line, col; bool quiet; const char *doc; } rows[] = {
        { "a = [1,\r\n 2]", 3, 1, true, NULL }, { "b", 4, 6, false, NULL },
        { "c = 1 +\n 2", 7, 1, false, "doc\nmore" }, { "d", 12, 1, false, NULL },
    };
    Reader r = reader_over(text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Source *s;
        Diag d = { 0 };
        CU_ASSERT_EQUAL_FATAL(parse_next(&r, &s, &d), OK);
        CU_ASSERT_STRING_EQUAL(s->text, rows[i].text);
        CU_ASSERT_EQUAL(s->line, rows[i].line);
        CU_ASSERT_EQUAL(s->col, rows[i].col);
        CU_ASSERT_EQUAL(s->tree->quiet, rows[i].quiet);
        CU_ASSERT_STRING_EQUAL(s->tree->doc ? s->tree->doc : "-", rows[i].doc ? rows[i].doc : "-");
        source_drop(s);
    }
    Source *s;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(parse_next(&r, &s, &d), OK);
    CU_ASSERT_PTR_NULL(s);
}

static void inner_docs(void)
{
    Reader r = reader_over("f(x) = {\n    # why\n    a = x\n    a\n}");
    Source *s;
    Diag d = { 0 };
    CU_ASSERT_EQUAL_FATAL(parse_next(&r, &s, &d), OK);
    const Ast *block = s->tree->kid[1];
    CU_ASSERT_STRING_EQUAL(block->kid[0]->doc, "why");
    CU_ASSERT_PTR_NULL(block->kid[1]->doc);
    source_drop(s);
}

static void spans(void)
{
    Reader r = reader_over("y = (a + b)*f(c)[0]");
    Source *s;
    Diag d = { 0 };
    CU_ASSERT_EQUAL_FATAL(parse_next(&r, &s, &d), OK);
    const Ast *product = s->tree->kid[0], *sum = product->kid[0], *item = product->kid[1];
    CU_ASSERT_EQUAL(s->tree->at.to, 19);
    CU_ASSERT_EQUAL(product->at.from, 4);
    CU_ASSERT_EQUAL(product->op.from, 11);
    CU_ASSERT_EQUAL(sum->at.from, 4);
    CU_ASSERT_EQUAL(sum->at.to, 11);
    CU_ASSERT_EQUAL(sum->op.from, 7);
    CU_ASSERT_TRUE(sum->parens);
    CU_ASSERT_EQUAL(item->at.from, 12);
    CU_ASSERT_EQUAL(item->op.from, 16);
    CU_ASSERT_EQUAL(item->kid[0]->at.to, 16);
    source_drop(s);
}

static void messages(void)
{
    check_fault("foo bar", "expected an operator or the end of the line after foo, found bar", 4,
                "");
    check_fault("x = )", "expected an expression after =, found )", 4, "");
    check_fault("y = (1 + 2]", "expected ) to close the ( opened in column 5, found ]", 10, "");
    check_fault("y = [1\n 2 3)", "expected , or ] after 1, found 2", 8, "");
    check_fault("y = [1,\n 2)", "expected ] to close the [ opened in line 1, column 5, found )",
                10, "");
    check_fault("if x = 3 { 1 }", "expected { after x, found =", 5,
                "= makes an equation; == compares.");
    check_fault("0 < x < 1", "comparisons do not chain: found a second <", 6,
                "Join two comparisons: 0 < x and x < 1.");
    check_fault("x = 'text'", "expected an expression after =, found '", 4,
                "Text goes in double quotes, as \"text\".");
    check_fault("def f(x): x", "expected an operator or the end of the line after def, found f", 4,
                "Write f(x) = ... without def.");
    check_fault("f = lambda x: x",
                "expected an operator or the end of the line after lambda, found x", 11,
                "Write f(x) = ... on a line of its own.");
    check_fault("x = 2(3 + 4)", "expected an operator after 2, found (", 5, "Write 2*( ... ).");
    check_fault("x = 1,5", "expected an operator or the end of the line after 1, found ,", 5,
                "A decimal point is written 1.5; several values stand in [ ].");
    check_fault("a + not b", "expected an expression after +, found the keyword not", 4,
                "not binds loosely; put it in brackets: (not x).");
    check_fault("W[0] = 3", "expected a name before =, found W[0]", 5,
                "An element or a field is changed with <-.");
    check_fault("repeat 3", "expected { after 3, found the end of the line", 8, "");
    check_fault("plot a b", "expected , or the end of the line after a, found b", 7, "");
    check_fault("x = a ** b", "** is not an operator", 6, "Write ^ for a power.");
    check_fault("x y ** b", "expected an operator or the end of the line after x, found y", 2, "");
}

static void definition_messages(void)
{
    check_fault("in = 3", "in is a keyword and cannot be a name", 0, "");
    check_fault("param for = 3", "expected a name after param, found the keyword for", 6,
                "for is a keyword and cannot be a name.");
    check_fault("f(2) = 3", "expected the name of an argument, found 2", 2,
                "A definition lists names, f(x, k=1) = ...; == compares.");
    check_fault("f(x, x) = 3", "x stands twice among the arguments", 5, "");
    check_fault("y = { 1 }", "expected an expression after =, found {", 4,
                "A block is the body of a function: y(x) = { ... }.");
    check_fault("param w", "expected = and the first value of w, found the end of the line", 7, "");
    check_fault("f' = 2", "a derivative is declared with its argument", 3, "Write f'(x) = ....");
    check_fault("else { 1 }", "else without an if before it", 0,
                "At the prompt, else follows on the line of the closing }.");
}

static void incomplete(void)
{
    static const char *const texts[] = { "x = (1", "f(x) = {\n a\n", "x = 1 +", "x = 1 +\n\n",
                                         "a,", "y =", "x ->", "train a,\n" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CU_ASSERT_EQUAL(fault_of(texts[i]).code, E_INCOMPLETE);
    CU_ASSERT_EQUAL(fault_of("x = [1, {").code, E_SYNTAX);
    CU_ASSERT_EQUAL(fault_of("x = \"abc").code, E_SYNTAX);
    CU_ASSERT_EQUAL(fault_of("(a b").code, E_SYNTAX);
    CU_ASSERT_EQUAL(fault_of("repeat 3").code, E_SYNTAX);
}

/* The statements of text that are read after its faults, joined by |. */
static const char *read_on(const char *text)
{
    static char out[256];
    Reader r = reader_over(text);
    out[0] = '\0';
    for (int guard = 0; guard < 20; guard++) {
        Source *s;
        Diag d = { 0 };
        Status code = parse_next(&r, &s, &d);
        if (code == OK && !s) return out;
        size_t n = strlen(out);
        snprintf(out + n, sizeof out - n, "%s%d:%s", n ? "|" : "", s->line,
                 code == OK ? s->text : "!");
        source_drop(s);
    }
    return "endless";
}

static void recovery(void)
{
    CU_ASSERT_STRING_EQUAL(read_on("a b\nc\n) d; e\nf"), "1:!|2:c|3:!|3:e|4:f");
    CU_ASSERT_STRING_EQUAL(read_on("f(x) = {\n a b\n c\n}\ng"), "1:!|5:g");
    CU_ASSERT_STRING_EQUAL(read_on("q = (1 + 2\nw = 3\nv = 4"), "1:!|2:w = 3|3:v = 4");
    CU_ASSERT_STRING_EQUAL(read_on("x = \"a\ny"), "1:!|2:y");
    CU_ASSERT_STRING_EQUAL(read_on("x = (1,\n"), "1:!");
    CU_ASSERT_STRING_EQUAL(read_on("help (\nx"), "1:help (|2:x");
    CU_ASSERT_STRING_EQUAL(read_on("help { \nx"), "1:help {|2:x");
}

static char *repeated(const char *piece, size_t times, const char *tail)
{
    size_t n = strlen(piece);
    char *text = malloc(n * times + strlen(tail) + 1);
    for (size_t i = 0; i < times; i++) memcpy(text + i * n, piece, n);
    strcpy(text + n * times, tail);
    return text;
}

static void nesting(void)
{
    static const char *const pieces[] = { "(", "[", "-", "not ", "a^", "f(", "if ", "A[" };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *text = repeated(pieces[i], 100000, "x");
        Diag d = fault_of(text);
        CU_ASSERT_EQUAL(d.code, E_LIMIT);
        CU_ASSERT_STRING_EQUAL(d.text, "nested deeper than 200");
        free(text);
    }
    char open[512] = "";
    memset(open, '(', 200);
    strcpy(open + 200, "x");
    memset(open + 201, ')', 200);
    Reader r = reader_over(open);
    Source *s;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(parse_next(&r, &s, &d), OK);
    source_drop(s);
}

static void long_lines(void)
{
    enum { MEGA = 1 << 20 };
    char *text = repeated("1+", MEGA * 25, "1\ny = 2");
    clock_t start = clock();
    Reader r = reader_over(text);
    Source *s;
    Diag d = { 0 };
    CU_ASSERT_EQUAL(parse_next(&r, &s, &d), E_LIMIT);
    CU_ASSERT_STRING_EQUAL(d.text, "a statement longer than 1048576 bytes");
    CU_ASSERT_TRUE(strlen(s->text) <= 64);
    source_drop(s);
    CU_ASSERT_EQUAL(parse_next(&r, &s, &d), OK);
    CU_ASSERT_STRING_EQUAL(s->text, "y = 2");
    CU_ASSERT_EQUAL(s->line, 2);
    CU_ASSERT_TRUE(clock() - start < 5 * CLOCKS_PER_SEC);
    source_drop(s);
    free(text);
    text = repeated("1+", MEGA / 2 - 1, "1\n");
    r = reader_over(text);
    CU_ASSERT_EQUAL(parse_next(&r, &s, &d), OK);
    source_drop(s);
    free(text);
}

static void large_blocks(void)
{
    char *body = repeated("x\n", 100001, "}\ny"), *text = malloc(strlen(body) + 16);
    sprintf(text, "f(x) = {\n%s", body);
    Diag d = fault_of(text);
    CU_ASSERT_EQUAL(d.code, E_LIMIT);
    CU_ASSERT_STRING_EQUAL(d.text, "more than 100000 statements in one block");
    free(body);
    free(text);
}

static void expressions(void)
{
    Diag d = { 0 };
    Source *s = parse_expr("slope", " 1 - y^2\n", &d);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    Text t = { 0 };
    dump(&t, s->tree);
    CU_ASSERT_STRING_EQUAL(text_str(&t), "(- 1 (^ y 2))");
    CU_ASSERT_EQUAL(s->tree->op.from, 3);
    text_free(&t);
    source_drop(s);
    CU_ASSERT_PTR_NULL(parse_expr("slope", "1 +", &d));
    CU_ASSERT_EQUAL(d.code, E_INCOMPLETE);
    CU_ASSERT_PTR_NULL(parse_expr("slope", "1\n2", &d));
    CU_ASSERT_PTR_NULL(parse_expr("slope", "x = 2", &d));
    CU_ASSERT_PTR_NULL(parse_expr("slope", "", &d));
}

/* What is expected at the | in text. */
static void check_expected(const char *text, Expect kind, const char *callee, const char *key,
                           int word)
{
    char buf[256];
    const char *bar = strchr(text, '|');
    snprintf(buf, sizeof buf, "%.*s%s", (int)(bar - text), text, bar + 1);
    Expected e = parse_expected(buf, (int)(bar - text), some_command, NULL);
    if (e.kind != kind || strcmp(e.callee, callee) || strcmp(e.key, key) || e.word != word)
        printf("\n  %s: %d <%s> <%s> %d\n", text, e.kind, e.callee, e.key, e.word);
    CU_ASSERT_EQUAL(e.kind, kind);
    CU_ASSERT_STRING_EQUAL(e.callee, callee);
    CU_ASSERT_STRING_EQUAL(e.key, key);
    CU_ASSERT_EQUAL(e.word, word);
}

static void completion(void)
{
    check_expected("|", EXPECT_STATEMENT, "", "", 0);
    check_expected("tr|", EXPECT_STATEMENT, "", "", 0);
    check_expected("x = 1; tr|", EXPECT_STATEMENT, "", "", 7);
    check_expected("f(x) = { a = 1\n b|", EXPECT_STATEMENT, "", "", 16);
    check_expected("x = si|", EXPECT_EXPR, "", "", 4);
    check_expected("x = θη|", EXPECT_EXPR, "", "", 4);
    check_expected("x = a + |", EXPECT_EXPR, "", "", 8);
    check_expected("y |", EXPECT_NOTHING, "", "", 2);
    check_expected("x = 12|", EXPECT_NOTHING, "", "", 4);
    check_expected("param w|", EXPECT_NOTHING, "", "", 6);
    check_expected("# tr|", EXPECT_NOTHING, "", "", 2);
    check_expected("repeat n|", EXPECT_EXPR, "", "", 7);
}

static void completion_of_arguments(void)
{
    check_expected("train |", EXPECT_ARG, "train", "", 6);
    check_expected("train xor, d, lo|", EXPECT_ARG, "train", "", 14);
    check_expected("train xor, loss=bc|", EXPECT_VALUE, "train", "loss", 16);
    check_expected("train xor, optimizer=|", EXPECT_VALUE, "train", "optimizer", 21);
    check_expected("train xor, optimizer=adam(l|", EXPECT_ARG, "adam", "", 26);
    check_expected("x = dense(4, activation=re|, 3)", EXPECT_VALUE, "dense", "activation", 24);
    check_expected("x = dense(f(1), |", EXPECT_ARG, "dense", "", 16);
    check_expected("x = net.h(|", EXPECT_ARG, "net.h", "", 10);
    check_expected("x = a + net.h[0].W|", EXPECT_FIELD, "net.h[0]", "", 17);
    check_expected("show net.|", EXPECT_FIELD, "net", "", 9);
    check_expected("d = data(\"mo|", EXPECT_STRING, "data", "", 10);
    check_expected("? so|", EXPECT_ARG, "help", "", 2);
    check_expected("layer d(x, u|", EXPECT_NOTHING, "", "", 11);
    check_expected("f(x, [a, b|", EXPECT_EXPR, "", "", 9);
}

CU_TestInfo parse_tests[] = {
    { "operators bind as on the language's page", binding },
    { "subscripts take slices, dots and negative numbers", subscripts },
    { "definitions are told from expressions by their first tokens", definitions },
    { "an assignment takes as many values as names", assignments },
    { "a command is a call without parentheses", commands },
    { "help takes any word or sign as its topic", topics },
    { "control holds blocks, and else may stand on the next line", control },
    { "the reader gives each statement its text, line, column and doc", lines },
    { "a text in parts is read as the whole would be", parts },
    { "the comment above a statement in a block is its doc", inner_docs },
    { "every piece knows its place", spans },
    { "a fault names what was expected and found, at its place", messages },
    { "a faulty definition is told what a definition looks like", definition_messages },
    { "text that could go on is incomplete, not wrong", incomplete },
    { "reading goes on behind a faulty statement", recovery },
    { "nesting is limited by name, without recursion beyond", nesting },
    { "a line of 50 million bytes is refused at once and skipped", long_lines },
    { "a block of too many statements is refused", large_blocks },
    { "an expression alone is read whole or not at all", expressions },
    { "completion knows statements, expressions and new names", completion },
    { "completion knows whose argument, value or field is typed", completion_of_arguments },
    CU_TEST_INFO_NULL
};
