"""Keep a few programs alive, and leave none behind.

Every program gets a process group of its own. One that dies is started again after a pause that grows with each
failure; what its group left behind is killed first, for instance the scheduler that a killed worker would orphan.
When the supervisor goes, by signal or by `kill -9`, its programs are told by the kernel (Linux) and go too.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

TICK = 0.2  # seconds between two looks
PATIENCE = 10.0  # seconds a program may take to stop before it is killed
STEADY = 60.0  # seconds after which earlier failures are forgotten
LONGEST_PAUSE = 30.0  # seconds
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """A program to keep alive."""

    name: str
    command: Sequence[str]


def pause_after(failures: int) -> float:
    """Return the seconds to wait before the next start: 1, 2, 4 … up to half a minute."""
    return min(2.0 ** (failures - 1), LONGEST_PAUSE)


def die_with_parent() -> None:
    """Ask the kernel to send SIGTERM to this process when its parent dies; elsewhere than on Linux, do nothing."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def say(text: str) -> None:
    """Print a line at once."""
    print(text, file=sys.stderr, flush=True)


class Child:
    """One program, its process when it has one, and how often it has failed lately."""

    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self.program = program
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0.0
        self.start_at = 0.0
        self.failures = 0

    def tend(self, now: float) -> None:
        """Start the program if it is time, or notice that it has died."""
        if self.process is None:
            if now >= self.start_at:
                self.start(now)
        elif self.process.poll() is not None:
            self.bury(now)

    def start(self, now: float) -> None:
        """Start the program in a session of its own, without the terminal's Ctrl-C."""
        self.started = now
        self.process = subprocess.Popen(
            self.program.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (this process has one thread)
        )

    def bury(self, now: float) -> None:
        """Kill what the dead program left behind and plan its next start."""
        if self.process is None:
            return
        self.signal_group(signal.SIGKILL)
        if now - self.started >= STEADY:
            self.failures = 0
        self.failures += 1
        pause = pause_after(self.failures)
        say(f"! {self.program.name} ended with {self.process.returncode}; starting it again in {pause:.0f} s")
        self.process = None
        self.start_at = now + pause

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the program itself; it stops its own children."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def signal_group(self, number: int) -> None:
        """Send a signal to everything the program started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    @property
    def is_running(self) -> bool:
        """Say whether the program's own process lives."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """All programs together, until somebody says stop."""

    def __init__(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        self.children = [Child(program, environment) for program in programs]
        self.asked_at: float | None = None
        self.hurry = False

    def listen(self) -> None:
        """Let Ctrl-C, SIGTERM and a closed terminal end the run; a second one ends it at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.hear)

    def hear(self, _number: int, _frame: object) -> None:
        """Remember that somebody asked to stop, and whether they asked again (a second later, not in one breath)."""
        now = time.monotonic()
        if self.asked_at is None:
            self.asked_at = now
        elif now - self.asked_at > 1.0:
            self.hurry = True

    def run(self, every_tick: Callable[[float], None]) -> None:
        """Keep the programs alive until asked to stop, then stop them all."""
        try:
            while self.asked_at is None:
                now = time.monotonic()
                for child in self.children:
                    child.tend(now)
                every_tick(now)
                time.sleep(TICK)
        finally:
            self.stop()

    def restart(self, name: str) -> None:
        """End one program; the next tick finds it dead and starts it again."""
        for child in self.children:
            if child.program.name == name:
                child.signal_group(signal.SIGKILL)

    def stop(self) -> None:
        """Stop every program, politely first, and return when none is left."""
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + PATIENCE
        while any(child.is_running for child in self.children) and time.monotonic() < deadline and not self.hurry:
            time.sleep(TICK)
        for child in self.children:
            child.signal_group(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
