#!/usr/bin/python3
"""screens -- keys in, screen out: tests of the program on a pseudo terminal.

    screens.py [WORD ...]       runs each test_* of *_screens.py beside this file
                                whose name has one of the words in it (none: all)

The program is $GRADUS (./gradus otherwise). Each test is given nothing and makes
its own Term; a failed one shows the screen as it stood. Closes with the line
`screens: N passed, M failed`. Exit status 0, 1 when one failed, 77 (skipped, as
automake has it) where pyte is missing.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import atexit
import contextlib
import copy
import fcntl
import glob
import importlib.util
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import traceback

try:
    import pyte
except ImportError:
    print("screens: 0 passed, 0 failed, 1 skipped")
    print("(python3-pyte is not installed)", file=sys.stderr)
    sys.exit(77)

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.abspath(os.environ.get("GRADUS", "./gradus"))
PATIENCE = float(os.environ.get("SCREENS_PATIENCE", "10"))

KEYS = {
    "enter": "\r", "tab": "\t", "escape": "\033", "backspace": "\177",
    "up": "\033[A", "down": "\033[B", "right": "\033[C", "left": "\033[D",
    "home": "\033[H", "end": "\033[F", "page_up": "\033[5~", "page_down": "\033[6~",
    "ctrl_a": "\001", "ctrl_c": "\003", "ctrl_d": "\004", "ctrl_l": "\014", "ctrl_r": "\022",
    "ctrl_u": "\025", "ctrl_z": "\032", "quit_signal": "\034",
}
# With the keypad switched on (in a view) a terminal sends these instead.
APPLICATION = {
    "up": "\033OA", "down": "\033OB", "right": "\033OC", "left": "\033OD",
    "home": "\033OH", "end": "\033OF",
}


class Failure(AssertionError):
    """A screen that is not as it should be."""


open_terms = []


class Term:
    """A program on a terminal of its own.

    args: of the program ([] for the bare prompt), or a whole command with
    `command`. size: (rows, columns). env: changes to the environment, None removes.
    The state and configuration folders are fresh unless `home` (see fresh_home) is
    given, so nothing is left from or to anybody else."""

    def __init__(self, args=(), size=(24, 80), term="xterm-256color", env=None, command=None,
                 home=None, ready=">> "):
        self.rows, self.columns = size
        self.screen = pyte.Screen(self.columns, self.rows)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.unfed = b""            # the start of a sequence that is not yet complete
        self.main_screen = None     # while the alternate screen is shown
        self.home = home or fresh_home()
        self.master, self.slave = pty.openpty()
        self._set_size(self.rows, self.columns)
        self.before = termios.tcgetattr(self.slave)
        argv = list(command) if command else [PROGRAM, "-q", *args]
        self.process = subprocess.Popen(
            argv, stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env=self._environment(term, env or {}), start_new_session=True,
            preexec_fn=self._in_child)
        self.pid = self.process.pid
        open_terms.append(self)
        if ready:
            self.wait(ready)

    @staticmethod
    def _in_child():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        # Python ignores SIGPIPE, and a caller may ignore more; all is inherited.
        for number in range(1, signal.NSIG):
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])

    def _environment(self, term, changes):
        env = {k: v for k, v in os.environ.items()
               if k not in ("LINES", "COLUMNS", "NO_COLOR", "COLORTERM", "INPUTRC")
               and not k.startswith("LC_")}
        env.update(TERM=term, LANG="C.UTF-8", NCURSES_NO_UTF8_ACS="1", HOME=self.home,
                   XDG_STATE_HOME=self.home + "/state", XDG_CONFIG_HOME=self.home + "/config",
                   INPUTRC="/dev/null")
        env.update(changes)
        return {k: v for k, v in env.items() if v is not None}

    # --- to the program ---

    def send(self, text):
        """Type text as it is."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            sent = os.write(self.master, data[:512])
            data = data[sent:]
            self.read(0)

    def key(self, *names):
        """Press keys by name (KEYS), or characters."""
        application = self.raw.rfind(b"\033[?1h") > self.raw.rfind(b"\033[?1l")
        for name in names:
            known = APPLICATION.get(name) if application else None
            self.send(known or KEYS.get(name, name))

    def line(self, text):
        """Type a line and Enter."""
        self.send(text + "\r")

    def paste(self, text):
        """Paste as a terminal does when the program asked for bracketed paste."""
        text = text.replace("\n", "\r")
        asked = self.raw.rfind(b"\033[?2004h") > self.raw.rfind(b"\033[?2004l")
        self.send("\033[200~" + text + "\033[201~" if asked else text)

    def _set_size(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        """Change the terminal's size; the kernel tells the program."""
        self.rows, self.columns = rows, columns
        self._set_size(rows, columns)
        if 0 < rows <= 1000 and 0 < columns <= 1000:
            self.screen.resize(rows, columns)

    def signal(self, number):
        """Send a signal to the program."""
        os.kill(self.pid, number)

    # --- from the program ---

    def read(self, seconds):
        """Take in what comes within so many seconds; True when there was something."""
        ready, _, _ = select.select([self.master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.raw += data
        self._feed(data)
        return bool(data)

    def _feed(self, data):
        # pyte has no alternate screen: keep the main one aside while it is on.
        parts = re.split(rb"(\033\[\?1049[hl])", self.unfed + data)
        self.unfed = re.search(rb"(\033(\[(\?(1(0(4(9)?)?)?)?)?)?)?$", parts[-1]).group()
        parts[-1] = parts[-1][:len(parts[-1]) - len(self.unfed)]
        for part in parts:
            if part == b"\033[?1049h" and self.main_screen is None:
                self.main_screen = (copy.deepcopy(self.screen.buffer),
                                    self.screen.cursor.x, self.screen.cursor.y)
                self.screen.erase_in_display(2)
            elif part == b"\033[?1049l" and self.main_screen is not None:
                self.screen.buffer, self.screen.cursor.x, self.screen.cursor.y = self.main_screen
                self.main_screen = None
            elif part:
                self.stream.feed(part)

    def settle(self, quiet=0.15):
        """Read until nothing has come for so many seconds."""
        while self.read(quiet):
            pass

    def lines(self):
        """The rows of the screen, blanks at their ends left out."""
        return [row.rstrip() for row in self.screen.display]

    def text(self):
        """The screen as one text, empty rows at its end left out."""
        return "\n".join(self.lines()).rstrip("\n")

    def _until(self, true, what, seconds):
        end = time.monotonic() + (seconds or PATIENCE)
        while not true():
            if time.monotonic() > end:
                raise Failure(f"{what}\n{self.picture()}")
            if not self.read(0.05) and self.process.poll() is not None:
                self.settle(0.05)
                if not true():
                    raise Failure(f"the program ended: {what}\n{self.picture()}")

    def wait(self, text, seconds=None):
        """Until text is on the screen."""
        self._until(lambda: text in self.text() + " ", f"never shown: {text!r}", seconds)

    def wait_gone(self, text, seconds=None):
        """Until text is not on the screen any more."""
        self._until(lambda: text not in self.text(), f"still shown: {text!r}", seconds)

    def wait_line(self, line, seconds=None):
        """Until one row reads just so."""
        self._until(lambda: line.rstrip() in self.lines(), f"no such row: {line!r}", seconds)

    def wait_last(self, line, seconds=None):
        """Until the last row that is not empty reads just so."""
        self._until(lambda: self.text().split("\n")[-1] == line.rstrip(),
                    f"not the last row: {line!r}", seconds)

    def wait_prompt(self, seconds=None):
        """Until the last row is an empty prompt."""
        self.wait_last(">> ", seconds)

    def wait_raw(self, data, seconds=None):
        """Until the program has written these very bytes."""
        self._until(lambda: data in self.raw, f"never written: {data!r}", seconds)

    def style(self, text):
        """How the first cell of text is shown: pyte's Char (fg, bg, bold, reverse)."""
        for y, row in enumerate(self.screen.display):
            if text in row:
                return self.screen.buffer[y][row.index(text)]
        raise Failure(f"not shown: {text!r}\n{self.picture()}")

    # --- the end ---

    def end(self, seconds=None):
        """Wait for the program's end; its status as Popen has it (-15: SIGTERM)."""
        end = time.monotonic() + (seconds or PATIENCE)
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise Failure(f"the program did not end\n{self.picture()}")
            self.read(0.02)
        self.settle(0.05)
        return self.process.returncode

    def modes(self):
        """The terminal's modes now."""
        return termios.tcgetattr(self.slave)

    def check_restored(self):
        """Modes as before the start; main screen, cursor, no paste marks, no mouse."""
        after = self.modes()
        if after != self.before:
            names = ["iflag", "oflag", "cflag", "lflag", "ispeed", "ospeed", "characters"]
            wrong = [f"{n}: {b!r} became {a!r}"
                     for n, b, a in zip(names, self.before, after) if a != b]
            raise Failure("the terminal's modes are not as before: " + "; ".join(wrong))
        for on, off, what in [(b"\033[?1049h", b"\033[?1049l", "the alternate screen"),
                              (b"\033[?2004h", b"\033[?2004l", "bracketed paste"),
                              (b"\033[?1000h", b"\033[?1000l", "the mouse"),
                              (b"\033[?25l", b"\033[?25h", "the hidden cursor"),
                              (b"\033[?1h", b"\033[?1l", "the keypad")]:
            if self.raw.rfind(on) > self.raw.rfind(off):
                raise Failure(f"left on: {what}\n{self.picture()}")

    def picture(self):
        """The screen in a frame, for people."""
        edge = "+" + "-" * self.columns + "+"
        rows = ["|" + row.ljust(self.columns) + "|" for row in self.screen.display]
        return "\n".join([edge, *rows, edge])

    def close(self):
        """End everything that runs on this terminal."""
        if self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
        for fd in (self.master, self.slave):
            with contextlib.suppress(OSError):
                os.close(fd)


homes = []


@atexit.register
def remove_homes():
    """Leave nothing behind."""
    while homes:
        shutil.rmtree(homes.pop(), ignore_errors=True)


def fresh_home():
    """A new empty folder that is removed at the end."""
    homes.append(tempfile.mkdtemp(prefix="gradus-screens-"))
    return homes[-1]


class Shell(Term):
    """The program under a shell with job control: Ctrl-Z needs one, for the kernel
    drops SIGTSTP for a group without a parent."""

    def __init__(self, **how):
        super().__init__(command=["/bin/sh", "-i"], ready=None,
                         env={"PS1": "sh: ", "ENV": None}, **how)
        self.wait("sh: ")
        self.line(f"{PROGRAM} -q")
        self.wait(">> ")


def check(true, what):
    """Fail with a sentence unless it is so."""
    if not true:
        raise Failure(what)


def collect(words):
    """The tests: (name, function), by file and place."""
    found = []
    sys.modules.setdefault("screens", sys.modules[__name__])
    for path in sorted(glob.glob(os.path.join(HERE, "*_screens.py"))):
        name = os.path.basename(path)[:-3]
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += [(f"{name}.{n}", f) for n, f in vars(module).items()
                  if n.startswith("test_") and callable(f)]
    return [(n, f) for n, f in found if not words or any(w in n for w in words)]


def run(name, test):
    """One test; True when it passed."""
    start = time.monotonic()
    try:
        test()
    except Failure as failure:
        print(f"FAIL {name}: {failure}")
        return False
    except Exception:
        print(f"FAIL {name}:")
        traceback.print_exc(file=sys.stdout)
        return False
    finally:
        while open_terms:
            open_terms.pop().close()
    print(f"ok   {name} ({time.monotonic() - start:.1f} s)", flush=True)
    return True


def main():
    """Run them all."""
    sys.path.insert(0, HERE)
    if not os.access(PROGRAM, os.X_OK):
        print(f"screens: no program {PROGRAM}; set GRADUS", file=sys.stderr)
        return 1
    tests = collect(sys.argv[1:])
    passed = sum(run(name, test) for name, test in tests)
    print(f"screens: {passed} passed, {len(tests) - passed} failed")
    return 0 if passed == len(tests) and tests else 1


if __name__ == "__main__":
    sys.exit(main())
