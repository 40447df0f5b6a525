# Written by build-aux/sources; run that after adding or removing a file.

library_sources = \
  src/base/diag.c \
  src/base/diag.h \
  src/base/limits.h \
  src/base/loop.c \
  src/base/loop.h \
  src/base/mem.c \
  src/base/mem.h \
  src/base/rng.c \
  src/base/rng.h \
  src/base/stop.c \
  src/base/stop.h \
  src/base/text.c \
  src/base/text.h \
  src/lang/ast.c \
  src/lang/ast.h \
  src/lang/command.c \
  src/lang/expect.c \
  src/lang/expr.c \
  src/lang/lex.c \
  src/lang/lex.h \
  src/lang/parse.c \
  src/lang/parse.h \
  src/lang/parser.c \
  src/lang/parser.h \
  src/lang/statement.c \
  src/graph/apply.c \
  src/graph/block.c \
  src/graph/build.c \
  src/graph/build.h \
  src/graph/call.c \
  src/graph/define.h \
  src/graph/exec.c \
  src/graph/fields.c \
  src/graph/gbuild.c \
  src/graph/gbuild.h \
  src/graph/grad.c \
  src/graph/grad.h \
  src/graph/grads.c \
  src/graph/grads.h \
  src/graph/journal.c \
  src/graph/journal.h \
  src/graph/natives.h \
  src/graph/natives_core.c \
  src/graph/natives_tensor.c \
  src/graph/node.c \
  src/graph/node.h \
  src/graph/op.c \
  src/graph/op.h \
  src/graph/ops_element.c \
  src/graph/ops_matrix.c \
  src/graph/ops_part.h \
  src/graph/ops_pass.c \
  src/graph/ops_pick.c \
  src/graph/ops_product.c \
  src/graph/ops_reduce.c \
  src/graph/ops_reduce.h \
  src/graph/ops_shape.c \
  src/graph/ops_spread.c \
  src/graph/prelude.h \
  src/graph/rule.h \
  src/graph/session.c \
  src/graph/session.h \
  src/graph/shape.c \
  src/graph/slope.c \
  src/graph/slope.h \
  src/graph/term.c \
  src/graph/term.h \
  src/graph/term_node.c \
  src/graph/term_text.c \
  src/graph/term_text.h \
  src/graph/tmpl.c \
  src/graph/tmpl.h \
  src/graph/update.c \
  src/graph/value.c \
  src/graph/value.h \
  src/learn/csv.c \
  src/learn/csv.h \
  src/learn/csv_number.c \
  src/learn/csv_open.c \
  src/learn/csv_open.h \
  src/learn/csv_reader.h \
  src/learn/csv_rows.c \
  src/learn/dataset.c \
  src/learn/dataset.h \
  src/learn/dataset_labels.c \
  src/learn/dataset_print.c \
  src/learn/dataset_scale.c \
  src/learn/natives.h \
  src/learn/natives_data.c \
  src/teach/chain.c \
  src/teach/equation.c \
  src/teach/equation.h \
  src/face/canvas.c \
  src/face/canvas.h \
  src/face/chart.c \
  src/face/chart.h \
  src/face/commands.c \
  src/face/complete.c \
  src/face/complete.h \
  src/face/gnuplot.c \
  src/face/gnuplot.h \
  src/face/gnuscript.c \
  src/face/gnuscript.h \
  src/face/help.c \
  src/face/histfile.c \
  src/face/histfile.h \
  src/face/line.c \
  src/face/line.h \
  src/face/live.c \
  src/face/picture.c \
  src/face/picture.h \
  src/face/plot.c \
  src/face/plot.h \
  src/face/repl.c \
  src/face/repl.h \
  src/face/screen.c \
  src/face/screen.h \
  src/face/sheet.c \
  src/face/sheet.h \
  src/face/show.c \
  src/face/show.h \
  src/face/tables.c \
  src/face/tables.h \
  src/face/term.c \
  src/face/term.h

prelude_sources = \
  src/prelude/activations.gr \
  src/prelude/basics.gr \
  src/prelude/initialisers.gr \
  src/prelude/layers.gr \
  src/prelude/losses.gr \
  src/prelude/metrics.gr \
  src/prelude/neurons.gr \
  src/prelude/optimizers.gr

unit_sources = \
  tests/units/ast_test.c \
  tests/units/chart_test.c \
  tests/units/csv_test.c \
  tests/units/dataset_test.c \
  tests/units/diag_test.c \
  tests/units/gnuplot_test.c \
  tests/units/gnuscript_test.c \
  tests/units/lex_test.c \
  tests/units/mem_test.c \
  tests/units/ops_test.c \
  tests/units/parse_test.c \
  tests/units/picture_test.c \
  tests/units/rng_test.c \
  tests/units/shape_test.c \
  tests/units/sheet_test.c \
  tests/units/show_test.c \
  tests/units/stop_test.c \
  tests/units/term_test.c \
  tests/units/text_test.c \
  tests/units/units.h \
  tests/units/units_main.c \
  tests/units/value_test.c

test_runners = \
  tests/doctest.sh \
  tests/lessons.sh \
  tests/sessions.sh \
  tests/units.sh

extra_files = \
  data \
  tests/data \
  tests/screens

info_TEXINFOS =

dist_man_MANS =
