"""An installation of its own for tests with real processes: a database, a broker, and what runs on them.

A file with the embedded broker, or a new PostgreSQL database with Redis where the suite runs on those.
"""

import contextlib
import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from tools.supervise import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER, BROKER = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
QUEUE = 14  # the Redis database of this test alone
PATIENCE = 120.0
# A sweep that wrote nothing but its heartbeat is no middle to be killed in: wait until it writes what fell due.
IN_THE_MIDDLE = (
    """SELECT 1 FROM pg_stat_activity WHERE datname = %s AND xact_start IS NOT NULL AND query ~* %s LIMIT 1"""
)
WRITING = 'insert into "(sla|cases|notifications)_|update "sla_clock"|from "sla_clock"'


@dataclass
class Stage:
    """A database, a broker, and the processes on them."""

    folder: Path
    env: dict[str, str]
    database: str = ""
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, *command: str) -> "subprocess.Popen[bytes]":
        """Start a program in a process group of its own."""
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.env,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  this process has one thread
        )
        self.processes.append(process)
        return process

    def run(self, *command: str) -> str:
        """Run a program to its end and return its last line."""
        words = [sys.executable, *command]
        done = subprocess.run(words, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        # Kept like the output of the others: what it sends counts too.
        (self.folder / f"run-{time.monotonic_ns()}.log").write_text(done.stdout + done.stderr)
        assert done.returncode == 0, done.stderr[-3000:]
        return (done.stdout.strip().splitlines() or [""])[-1]

    def sweep(self) -> "subprocess.Popen[bytes]":
        return self.start("manage.py", "sweep")

    def celery(self, *words: str) -> "subprocess.Popen[bytes]":
        return self.start("-m", "celery", "--app", "servicedesk", "--skip-checks", *words, "--loglevel", "warning")

    def make(self, count: int) -> None:
        self.run("-m", "tests.sla.kill_scene", "make", str(count))

    def count(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("-m", "tests.sla.kill_scene", "count"))
        return found

    def wait_for_the_middle(self, *running: "subprocess.Popen[bytes]") -> bool:
        """Wait until a sweep is writing; False where it was over before that was seen."""
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up and any(process.poll() is None for process in running):
            if self.is_writing():
                return True
            time.sleep(0.002)
        return False

    def is_writing(self) -> bool:
        """Say whether somebody is in the middle of writing what fell due."""
        if self.database:
            with self.watcher.cursor() as cursor:
                cursor.execute(IN_THE_MIDDLE, [self.database, WRITING])
                return cursor.fetchone() is not None
        with (self.folder / "desk.sqlite3.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """`kill -9` for the program and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def clear(self) -> None:
        """Leave nothing behind."""
        for process in self.processes:
            self.kill(process)

    @property
    def watcher(self) -> Any:
        """A connection that looks on."""
        if not hasattr(self, "_watcher"):
            self._watcher = maintenance()
        return self._watcher

    def sent(self) -> dict[str, int]:
        """How often each case's message left over the console, from every process's output."""
        left: dict[str, int] = {}
        for log in self.folder.glob("*.log"):
            for found in re.findall(r"event='message'.*?case='([^']+)'", log.read_text(errors="replace")):
                left[found] = left.get(found, 0) + 1
        return left


def maintenance() -> Any:
    """A connection to the server itself, each statement for itself."""
    connection = psycopg2.connect(urlsplit(SERVER)._replace(scheme="postgresql", path="/postgres").geturl())
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    return connection


def statement(text: str, name: str) -> None:
    """Run a statement about a database by its name."""
    connection = maintenance()
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(text).format(sql.Identifier(name)))
    finally:
        connection.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """An empty installation of its own, gone afterwards."""
    given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    env = given | {
        "VAR_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "servicedesk.settings",
        "PLAIN_HTTP": "1",
        "DEMO": "1",
        "NOTIFY_CHANNELS": "console",
        "LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
    }
    made = Stage(folder=tmp_path, env=env)
    if SERVER.startswith("postgres"):
        made.database = f"psd_kill_{os.getpid()}"
        statement("CREATE DATABASE {}", made.database)
        made.env["DATABASE_URL"] = urlsplit(SERVER)._replace(path=f"/{made.database}").geturl()
    if BROKER:
        made.env["REDIS_URL"] = urlsplit(BROKER)._replace(path=f"/{QUEUE}").geturl()
        redis.Redis.from_url(made.env["REDIS_URL"]).flushdb()
    try:
        made.run("manage.py", "migrate", "--verbosity", "0")
        yield made
    finally:
        made.clear()
        if made.database:
            statement("DROP DATABASE {} WITH (FORCE)", made.database)
