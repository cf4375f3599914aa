"""Whose turn it is to write: a queue before SQLite, which has none and refuses who waits with bad luck.

Threads of a process stand in line here, in the order in which they came. The first of each process waits for the
others' by two file locks: whoever holds the door is next, and waits alone for the one who writes. Without the door
whoever has just written could be first again and again; in the kernel's line at the door it stands behind the others.
"""

import contextlib
import fcntl
import os
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator

from django.db.utils import OperationalError

WAIT_SECONDS = 30.0
POLL_SECONDS = 0.002
TOO_LONG = "database is locked: it was nobody's turn to write in time"


class Line:
    """Threads that wait for the same thing, the first first: each is handed it by the one before."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    def enter(self, patience: float) -> bool:
        """Wait for one's turn, so many seconds at most; say whether it came."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(patience):
            return True
        with self._guard:
            if mine.is_set():  # handed over in this very moment
                return True
            self._waiting.remove(mine)
            return False

    def leave(self) -> None:
        """Hand it over to the next."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False


_LINES: dict[str, Line] = defaultdict(Line)
os.register_at_fork(after_in_child=_LINES.clear)  # whoever stood in line in the parent does not stand here


class Turn:
    """A connection's turn to write to a database: `path` is its file; without one, only this process has it."""

    def __init__(self, database: str, path: str | None) -> None:
        self._database, self._path = database, path
        self._line: Line | None = None
        self._fd: int | None = None

    def take(self) -> None:
        """Wait until it is one's turn. Raises `OperationalError` where somebody writes for too long."""
        if self._line is not None:
            return
        give_up = time.monotonic() + WAIT_SECONDS
        line = _LINES[self._database]
        if not line.enter(WAIT_SECONDS):
            raise OperationalError(TOO_LONG)
        try:
            self._fd = _first_of_all(self._path, give_up) if self._path else None
        except BaseException:
            line.leave()
            raise
        self._line = line

    def give_up(self) -> None:
        """Let the next write."""
        line, fd, self._line, self._fd = self._line, self._fd, None, None
        if fd is not None:
            os.close(fd)
        if line is not None:
            line.leave()


def _first_of_all(path: str, give_up: float) -> int:
    """The writers' lock, as an open file, once it is free: whoever holds it stays ahead of all processes."""
    with _open(f"{path}.next", keep=False) as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        with _open(f"{path}.lock", keep=True) as fd:
            while True:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return fd
                if time.monotonic() > give_up:
                    raise OperationalError(TOO_LONG)
                time.sleep(POLL_SECONDS)


@contextlib.contextmanager
def _open(path: str, *, keep: bool) -> Iterator[int]:
    """A file to lock; closed where that fails, and at the end unless it is kept."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield fd
    except BaseException:
        os.close(fd)
        raise
    if not keep:
        os.close(fd)
