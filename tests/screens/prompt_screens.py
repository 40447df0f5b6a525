"""The prompt on a terminal: editing, pasting, history, and giving the terminal back.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import signal
import stat
import time

from screens import Shell, Term, check, fresh_home


def history_file(home):
    """Where the history of that home is kept."""
    return os.path.join(home, "state", "gradus", "history")


def test_the_prompt_answers():
    t = Term()
    t.line("1 + 1")
    t.wait_line("2")
    t.wait_prompt()


def test_ctrl_c_clears_a_half_typed_line():
    t = Term()
    t.send("40 + 2000")
    t.wait(">> 40 + 2000")
    t.key("ctrl_c")
    t.wait_prompt()
    t.wait_line(">> 40 + 2000^C")
    t.line("1 + 2")
    t.wait_line("3")
    check("2040" not in t.text(), "the cleared line was run")


def test_ctrl_c_clears_all_rows_of_a_block():
    t = Term()
    t.line("(1 +")
    t.wait_last(".. ")
    t.key("ctrl_c")
    t.wait_prompt()
    t.line("2 + 2")
    t.wait_line("4")


def test_ctrl_c_leaves_a_search():
    t = Term()
    t.line("1 + 1")
    t.wait_line("2")
    t.wait_prompt()
    t.key("ctrl_r")
    t.send("1 +")
    t.wait("(reverse-i-search)")
    t.key("ctrl_c")
    t.wait_prompt()
    t.line("3 + 3")
    t.wait_line("6")


def test_two_hundred_ctrl_c_do_no_harm():
    t = Term()
    for i in range(200):
        t.send(f"x{i}")
        t.key("ctrl_c")
    t.settle()
    t.line("1 + 1")
    t.wait_line("2")


def test_tab_completes_a_name():
    t = Term()
    t.send("sigm")
    t.key("tab")
    t.wait_last(">> sigmoid")
    t.send("X")
    t.wait_last(">> sigmoidX")


def test_tab_lists_several_names():
    t = Term()
    t.send("soft")
    t.key("tab", "tab")
    t.wait("softmax")
    t.wait("softplus")
    t.wait_last(">> soft")


def test_tab_never_offers_files():
    t = Term(home=fresh_home())
    open(os.path.join(t.home, "zzyzx_file"), "w", encoding="utf-8").close()
    t.send(t.home + "/zzyzx")
    t.key("tab")
    t.settle()
    check("zzyzx_file" not in t.text(), "a file name was completed")


def test_tab_writes_greek_letters():
    t = Term()
    t.send("\\eta")
    t.key("tab")
    t.wait_last(">> η")
    t.send(" * \\The")
    t.key("tab")
    t.wait_last(">> η * Θ")


def test_enter_in_an_open_bracket_goes_on():
    t = Term()
    t.line("(1 +")
    t.wait_last(".. ")
    t.line("2 +")
    t.line("3)")
    t.wait_line("6")
    t.wait_line(".. 2 +")
    t.wait_prompt()


def test_up_recalls_a_block_whole_and_moves_between_its_rows():
    t = Term()
    t.line("(1 +")
    t.line("2)")
    t.wait_line("3")
    t.wait_prompt()
    t.key("up")
    t.wait_last(".. 2)")
    t.key("up", "end")
    t.send(" 10 +")
    t.wait_line(">> (1 + 10 +")
    t.key("enter")
    t.wait_line("13")


def test_two_empty_rows_hand_in_an_open_bracket():
    t = Term()
    t.line("(1 +")
    t.key("enter", "enter", "enter")
    t.wait_prompt()
    t.line("1 + 1")
    t.wait_line("2")


def test_a_pasted_block_of_many_lines_runs_line_by_line():
    t = Term(size=(60, 80))
    t.paste("\n".join(f"{i} + 100" for i in range(12)))
    t.wait(".. 11 + 100")
    t.key("enter")
    for i in range(12):
        t.wait_line(str(i + 100))
    t.wait_prompt()


def test_a_pasted_function_stays_whole():
    t = Term()
    t.paste("(10 +\n20 +\n30)\n")
    t.key("enter")
    t.wait_line("60")


def test_history_survives_a_restart():
    home = fresh_home()
    t = Term(home=home)
    t.line("7 + 7")
    t.wait_line("14")
    t.line("(20 +")
    t.line("3)")
    t.wait_line("23")
    t.line("quit")
    check(t.end() == 0, "quit is status 0")
    mode = stat.S_IMODE(os.stat(history_file(home)).st_mode)
    check(mode == 0o600, f"the history file has mode {mode:o}")
    t = Term(home=home)
    t.key("up")
    t.wait_last(">> quit")
    t.key("up")
    t.wait_line(">> (20 +")
    t.wait_last(".. 3)")
    t.key("enter")
    t.wait_line("23")


def test_history_is_kept_when_the_program_is_killed():
    home = fresh_home()
    t = Term(home=home)
    t.line("8 + 8")
    t.wait_line("16")
    t.signal(signal.SIGKILL)
    check(t.end() == -signal.SIGKILL, "died by SIGKILL")
    t = Term(home=home)
    t.key("up")
    t.wait_last(">> 8 + 8")


def test_a_history_file_that_is_no_file_does_no_harm():
    home = fresh_home()
    os.makedirs(os.path.dirname(history_file(home)))
    os.mkfifo(history_file(home))
    t = Term(home=home)
    t.line("1 + 1")
    t.wait_line("2")


def test_dumb_terminals_get_no_escapes():
    for name in ("dumb", "", None, "unknown"):
        t = Term(term="dumb", env={"TERM": name})
        t.line("1 + 1")
        t.wait_line("2")
        t.line("(1 +")
        t.wait(".. ")
        t.line("4)")
        t.wait_line("5")
        t.wait_prompt()
        t.key("ctrl_d")
        check(t.end() == 0, f"status 0 with TERM={name}")
        check(b"\033" not in t.raw, f"an escape was written with TERM={name}: {t.raw!r}")
        t.check_restored()


def test_an_unknown_terminal_still_has_a_prompt():
    t = Term(term="no-such-terminal")
    t.line("1 + 1")
    t.wait_line("2")


def test_without_a_terminal_on_the_other_side_there_is_no_prompt():
    t = Term(command=["/bin/sh", "-c", 'printf "1 + 1\\n" | "$0" -q; echo ended $?',
                      os.environ.get("GRADUS", "./gradus")], ready=None)
    t.wait("ended 0")
    check(t.lines()[0] == "2", "just the value")
    check(">>" not in t.text(), "no prompt for a pipe")
    check(b"\033" not in t.raw, "no escapes for a pipe")


def test_resizing_while_typing_keeps_the_line():
    t = Term()
    t.send("1 + 2 + 3 + 4")
    for rows, columns in [(24, 40), (10, 12), (24, 200), (1, 1), (50, 80)]:
        t.resize(rows, columns)
        time.sleep(0.05)
    t.settle()
    t.key("enter")
    t.settle()
    t.line("100 + 1")
    t.wait_line("101")
    check(b"10" in t.raw, "the line was kept")


def stop_a_loop(loop, ask, changes=True):
    """Ctrl-C ends the loop at once and keeps what it has come to; undo takes all of it back."""
    t = Term()
    for name in "ab":
        t.line(f"{name} <- 0;")
        t.wait_prompt()
    t.line(loop)
    time.sleep(1)
    asked = time.monotonic()
    t.key("ctrl_c")
    t.wait("stopped")
    t.wait_prompt()
    check(time.monotonic() - asked < 1, "the loop went on for a second after Ctrl-C")
    t.line(ask)
    t.wait_line("1")
    t.wait_prompt()
    if not changes:
        return
    t.line("undo")
    t.wait_prompt()
    t.line("a == 0 and b == 0")
    t.wait_line("1")


def test_ctrl_c_stops_a_loop_of_numbers_and_keeps_them():
    stop_a_loop("while 1 { a <- a + 1 }", "a > 1000 and floor(a) == a")


def test_ctrl_c_stops_a_loop_inside_a_loop():
    stop_a_loop("repeat 3 { b <- b + 1; while 1 { a <- a + 1 } }", "b == 1 and a > 1000")
    stop_a_loop("while 1 { b <- b + 1; while a - 5*b < 0 { a <- a + 1 } }", "a - 5*b >= -5 and b > 1000")


def test_ctrl_c_stops_a_loop_of_nothing():
    stop_a_loop("while 1 { }", "a == 0", False)


def test_reading_a_large_file_is_shown_and_ctrl_c_stops_it():
    name = os.path.join(fresh_home(), "large.csv")
    with open(name, "wb") as f:
        f.write(b"a,b\n1,2\n" + b"\n" * (80 << 20))
    t = Term()
    t.line(f'd = csv("{name}")')
    t.wait("reading large.csv  [")
    t.key("ctrl_c")
    t.wait("reading was stopped")
    t.wait_prompt()
    check("left" not in t.text(), "the line that shows reading is still there")
    os.remove(name)
    t.line("20 + 3")
    t.wait_line("23")


def test_ctrl_z_gives_the_terminal_back_and_fg_returns_to_the_line():
    t = Shell()
    t.send("20 + 3")
    t.wait(">> 20 + 3")
    for _ in range(3):
        t.key("ctrl_z")
        t.wait_last("sh: ")
        check(t.modes()[3] == t.before[3], "the modes are the shell's while we are stopped")
        t.line("fg")
        t.wait_last(">> 20 + 3")
    t.send("00")
    t.wait_last(">> 20 + 300")
    t.key("enter")
    t.wait_line("320")
    t.wait_prompt()
    t.key("ctrl_d")
    t.wait_last("sh: ")
    t.check_restored()


def test_stopped_by_force_and_continued_the_line_is_shown_again():
    t = Term()
    t.send("1 + 5")
    t.wait(">> 1 + 5")
    t.signal(signal.SIGSTOP)
    time.sleep(0.1)
    t.signal(signal.SIGCONT)
    t.settle()
    t.key("enter")
    t.wait_line("6")


def leave(how, status):
    """Leave in that way with a half-typed line; all must be as before."""
    t = Term()
    t.line("1 + 1")
    t.wait_line("2")
    t.wait_prompt()
    how(t)
    got = t.end()
    check(got == status, f"status {status} expected, not {got}")
    t.check_restored()


def test_quit_gives_the_terminal_back():
    leave(lambda t: t.line("quit"), 0)


def test_ctrl_d_gives_the_terminal_back():
    leave(lambda t: t.key("ctrl_d"), 0)


def by_signal(number):
    """Type half a line, then send the signal."""
    def how(t):
        t.send("2 + ")
        t.wait(">> 2 +")
        t.signal(number)
    return how


def test_sigterm_gives_the_terminal_back():
    leave(by_signal(signal.SIGTERM), -signal.SIGTERM)


def test_sighup_gives_the_terminal_back():
    leave(by_signal(signal.SIGHUP), -signal.SIGHUP)


def test_a_crash_gives_the_terminal_back():
    for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL,
                   signal.SIGQUIT, signal.SIGXCPU):
        leave(by_signal(number), -number)
