#!/usr/bin/python3
"""view_cost -- what looking costs: training with the view open against training at the
prompt, pictures a second, and how soon a key is answered meanwhile.

    view_cost.py [ROWSxCOLUMNS] [PAIRS]      (60x200, 5)

The program is $GRADUS (./gradus otherwise), on a pseudo terminal whose other end reads
at once. Each pair trains the same network for the same epochs once at the prompt and
once in the view, in turn; the ratio is that of the medians of the CPU seconds (what the
machine's other work cannot move) and of the wall clock. Keys are Tabs at uneven times;
the answer is the mark of the pane that then has the keys.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import fcntl
import os
import pty
import random
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.abspath(os.environ.get("GRADUS", "./gradus"))
MARK = "\u25b8".encode()

NETS = {
    "xor, a sample an update": (
        'net = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)\nd = data("xor")\n',
        "train net, d, loss=sse, optimizer=opt, batch=1, shuffle=0, epochs=%d", 8000000),
    "xor, all rows": (
        'net = input(2) -> h: dense(2, tanh) -> o: dense(1, sigmoid)\nd = data("xor")\n',
        "train net, d, loss=bce, optimizer=opt, epochs=%d", 8000000),
    "rings, 2-16-16-1": (
        "x = 2*uniform(400, 2) - 1\ny = reshape(sum(x^2, axis=1) > 0.6, 400, 1)\nd = dataset(x, y)\n"
        "net = input(2) -> a: dense(16, tanh) -> b: dense(16, tanh) -> o: dense(1, sigmoid)\n",
        "train net, d, loss=bce, optimizer=opt, batch=32, epochs=%d", 20000),
    "iris, 4-16-3": (
        'd = data("iris")\nnet = input(4) -> h: dense(16, tanh) -> o: dense(3, softmax)\n',
        "train net, d, loss=crossentropy, optimizer=opt, batch=16, epochs=%d", 40000),
    "digits, 64-32-10": (
        'd = data("digits")\nnet = input(64) -> h: dense(32, relu) -> o: dense(10, softmax)\n',
        "train net, d, loss=crossentropy, optimizer=opt, batch=32, epochs=%d", 1500),
}


class Terminal:
    """The program on a terminal whose output is read and timed."""

    def __init__(self, rows, columns, script):
        self.home = tempfile.TemporaryDirectory()
        path = os.path.join(self.home.name, "net.gr")
        with open(path, "w", encoding="utf-8") as file:
            file.write("seed 1\n" + script + "lr = 0.01\nopt = sgd(lr=lr)\n")
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        env = dict(os.environ, GRADUS_DATA=ROOT, TERM="xterm-256color", LANG="C.UTF-8", HOME=self.home.name,
                   XDG_STATE_HOME=self.home.name, XDG_CONFIG_HOME=self.home.name)
        self.process = subprocess.Popen([PROGRAM, "-q", "-i", path], stdin=slave, stdout=slave,
                                        stderr=slave, env=env, start_new_session=True)
        os.close(slave)
        self.raw = b""
        self.bursts = []            # when output came that was more than a moment after the last

    def read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        data = os.read(self.master, 1 << 16)
        now = time.monotonic()
        if not self.bursts or now - self.last > 0.004:
            self.bursts.append(now)
        self.last = now
        self.raw += data
        return data

    def until(self, pattern, start, seconds=120):
        end = time.monotonic() + seconds
        while not re.search(pattern, self.raw[start:]):
            if time.monotonic() > end:
                sys.exit(f"view_cost: no {pattern!r} came:\n{self.raw[start:][-2000:]!r}")
            self.read(0.5)

    def quiet(self):
        while self.read(0.3):
            pass

    def send(self, text):
        os.write(self.master, text.encode())

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        self.home.cleanup()


def prompt_run(size, script, command):
    t = Terminal(*size, script)
    t.until(rb">> ", 0)
    t.send(command)
    t.quiet()
    start, began, cpu = len(t.raw), time.monotonic(), t.cpu()
    t.send("\r")
    t.until(rb"parameters\b", start)
    took = t.cpu() - cpu, time.monotonic() - began
    t.close()
    return took


def view_run(size, script, command, keys):
    t = Terminal(*size, script)
    t.until(rb">> ", 0)
    t.send("view net, d\r")
    t.until(rb"leave", 0)
    t.send(":" + command)
    t.quiet()
    start, began, cpu, waits = len(t.raw), time.monotonic(), t.cpu(), []
    t.bursts = []
    t.send("\r")
    pause = random.Random(7)
    due = time.monotonic() + 0.2 if keys else float("inf")
    while not re.search(rb"parameters\b", t.raw[start:]):
        t.read(0.01)
        if time.monotonic() < due:
            continue
        at, sent = len(t.raw), time.monotonic()
        t.send("\t")
        while MARK not in t.raw[at:] and time.monotonic() < sent + 2:
            t.read(0.01)
        waits.append(time.monotonic() - sent)
        due = time.monotonic() + pause.uniform(0.05, 0.15)
    took = t.cpu() - cpu, time.monotonic() - began
    frames = [b for b in t.bursts if began + 0.2 < b < began + took[1] - 0.1]
    rate = (len(frames) - 1) / (frames[-1] - frames[0]) if len(frames) > 2 else float("nan")
    t.close()
    return took, rate, waits


def main():
    rows, columns = (int(n) for n in (sys.argv[1] if len(sys.argv) > 1 else "60x200").split("x"))
    pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    print(f"view at {columns}x{rows}, {pairs} pairs")
    print(f"{'network':26} {'cpu s':>7} {'in view':>7} {'cost':>6} {'wall':>6} {'pictures/s':>10}"
          f" {'key ms: median':>15} {'worst':>6}")
    for name, (script, command, epochs) in NETS.items():
        plain, seen, rates, waits = [], [], [], []
        for _ in range(pairs):
            plain.append(prompt_run((rows, columns), script, command % epochs))
            took, rate, _ = view_run((rows, columns), script, command % epochs, False)
            seen.append(took)
            rates.append(rate)
        waits = view_run((rows, columns), script, command % epochs, True)[2]
        ratio = [statistics.median(s[i] / p[i] for s, p in zip(seen, plain)) for i in (0, 1)]
        print(f"{name:26} {statistics.median(p[0] for p in plain):7.2f}"
              f" {statistics.median(s[0] for s in seen):7.2f} {100 * (ratio[0] - 1):5.1f}%"
              f" {100 * (ratio[1] - 1):5.1f}% {statistics.median(rates):10.1f}"
              f" {1000 * statistics.median(waits or [float('nan')]):15.1f}"
              f" {1000 * max(waits or [float('nan')]):6.1f}", flush=True)


main()
