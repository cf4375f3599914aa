"""An installation that is killed piece by piece: database, broker, and web, worker, beat as `make run` has them.

Embedded: SQLite and the spool of files. Server: a Redis of its own always, and a PostgreSQL cluster of its own, or a
database of its own in the server that the suite was given.
"""

import contextlib
import http.client
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sla.stage import ROOT, SERVER, maintenance, statement
from tools.run import environment, programs
from tools.supervise import Child, die_with_parent


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def can_make_clusters() -> bool:
    """Say whether a PostgreSQL server can be made here."""
    return bool(shutil.which("initdb") and shutil.which("pg_ctl")) and (os.geteuid() != 0 or bool(other_user()))


def other_user() -> str:
    """PostgreSQL refuses to run as root; who else there is."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return ""


class Cluster:
    """A PostgreSQL server of the test's own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="psd-pg-"))
        self.port = free_port()
        self.user = other_user() if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user)
        self._run("initdb", "--pgdata", str(self.data), "--username", "desk", "--auth", "trust", "--no-instructions")
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgres://desk@127.0.0.1:{self.port}/postgres"

    def _run(self, *command: str) -> None:
        subprocess.run(
            command, user=self.user, cwd="/", check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "--pgdata", str(self.data), "--log", log, "--options", options, "--wait", "start")

    def crash(self) -> None:
        """As `kill -9` would: no checkpoint, what is committed is in the log."""
        self._run("pg_ctl", "--pgdata", str(self.data), "--mode", "immediate", "--wait", "stop")

    def remove(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)


class GivenDatabase:
    """A database of one's own in the server that the suite was given; it goes away by letting nobody in."""

    def __init__(self) -> None:
        self.name = f"psd_chaos_{os.getpid()}"
        statement("CREATE DATABASE {}", self.name)
        base, _, _ = SERVER.rpartition("/")
        self.url = f"{base}/{self.name}"

    def crash(self) -> None:
        statement("ALTER DATABASE {} ALLOW_CONNECTIONS false", self.name)
        with maintenance() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self.name])

    def start(self) -> None:
        statement("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name)

    def remove(self) -> None:
        statement("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)


class Redis:
    """A Redis of the test's own, with or without its append-only file."""

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.port = free_port()
        self.command = [
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "",
            "--appendonly", "yes" if durable else "no", "--loglevel", "warning",
        ]  # fmt: skip
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)  # noqa: PLW1509

    def crash(self) -> None:
        self.process.kill()
        self.process.wait()

    remove = crash


@dataclass
class Site:
    """The installation, its killers and its clients. `tick` keeps everything alive; call it all the time."""

    folder: Path
    env: dict[str, str]
    database: Cluster | GivenDatabase | None = None
    redis: Redis | None = None
    children: dict[str, Child] = field(default_factory=dict)
    clients: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    kills: "Counter[str]" = field(default_factory=Counter)
    back: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.env['PORT']}"

    def run(self, *command: str) -> str:
        """Run a program to its end; its last line."""
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return (done.stdout.strip().splitlines() or [""])[-1]

    def prepare(self, scene: str) -> None:
        """Tables, cast, and whatever else the scene wants."""
        self.run("-m", scene, "prepare")
        self.children = {program.name: Child(program, self.env) for program in programs(self.env)}

    def tick(self) -> None:
        """Start what has died and what is to come back."""
        now = time.monotonic()
        for child in self.children.values():
            child.failures = 0  # killed on purpose: no growing pause
            child.tend(now)
        for due in [due for due in self.back if due[0] <= now]:
            self.back.remove(due)
            due[1]()
        time.sleep(0.05)

    def wait(
        self,
        seconds: float,
        until: Callable[[], bool] = lambda: False,
        each: Callable[[float], None] = lambda _now: None,
    ) -> bool:
        """Go on for that long, or until something is so; say whether it was."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if until():
                return True
            self.tick()
            each(time.monotonic())
        return until()

    def ask(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str, Any]:
        """Status, body and headers; status 0 where nobody answers."""
        connection = http.client.HTTPConnection(self.address, timeout=20)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace"), answer.headers
        except (OSError, http.client.HTTPException):
            return 0, "", {}
        finally:
            connection.close()

    def is_up(self) -> bool:
        return self.ask("/healthz")[0] == 200

    def is_ready(self) -> bool:
        return self.ask("/readyz")[0] == 200

    def load(self, count: int, *words: str) -> None:
        """Let clients work."""
        for number in range(count):
            command = [sys.executable, "-m", "tests.chaos.client", str(self.folder), str(number), self.address, *words]
            self.clients.append(subprocess.Popen(command, cwd=ROOT, preexec_fn=die_with_parent))  # noqa: PLW1509

    def unload(self, patience: float) -> None:
        """Tell the clients to stop; each first gets its last answer."""
        (self.folder / "stop").touch()
        self.wait(patience, lambda: all(client.poll() is not None for client in self.clients))
        assert [client.poll() for client in self.clients] == [0] * len(self.clients), "a client was never answered"

    def targets(self) -> list[str]:
        """What may be killed, once around: the web, which is slow to come back, less often than what is quick."""
        quick = [name for name in self.children if name != "web"] + ["one web process"]
        services = ["redis"] * bool(self.redis) + ["database"] * bool(self.database)
        return ["web", *quick, *quick, *services]

    def kill(self, target: str, away: float = 1.0) -> None:
        """`kill -9`, without a word."""
        self.kills[target] += 1
        if target in self.children:
            self.children[target].signal_group(signal.SIGKILL)
        elif target == "one web process":
            self.kill_one_of("web")
        else:
            service = self.redis if target == "redis" else self.database
            assert service is not None
            service.crash()
            self.back.append((time.monotonic() + away, service.start))

    def kill_one_of(self, name: str) -> None:
        """Kill one of the processes that a program forked."""
        process = self.children[name].process
        if process is None:
            return
        listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        for pid in listed.read_text().split()[:1] if listed.exists() else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def rampage(self, *, kills: int, pause: tuple[float, float], seed: int) -> None:
        """Kill something again and again at random moments: mostly while all is at work, at times two at once."""
        chance = random.Random(seed)
        order: list[str] = []
        while self.kills.total() < kills:
            if not order:
                order = self.targets()
                chance.shuffle(order)
            target = order.pop()
            if target == "web" or chance.random() < 0.8:
                assert self.wait(120, self.is_up), "the web did not come back"
            self.wait(chance.uniform(*pause))
            if not self.back or target not in ("redis", "database"):
                self.kill(target, away=chance.uniform(0.2, 3.0))

    def settle(self, patience: float) -> dict[str, Any]:
        """Wait until nothing due is left undone, without any help, and count."""
        assert self.wait(patience, self.is_ready), self.ask("/readyz")
        found: dict[str, Any] = {}

        def is_settled() -> bool:
            nonlocal found
            found = json.loads(self.run("-m", "tests.chaos.scene", "check"))
            return not found["still due"] and not found["pending"]

        self.wait(patience, is_settled)
        return found

    def close(self) -> None:
        """Leave nothing behind."""
        for client in self.clients:
            client.kill()
            client.wait()
        for child in self.children.values():
            child.signal_group(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
        for service in (self.redis, self.database):
            if service is not None:
                service.remove()


def make_site(
    folder: Path,
    *,
    server: bool,
    own_cluster: bool = False,
    durable: bool = True,
    more: Mapping[str, str] | None = None,
    scene: str = "tests.chaos.scene",
) -> Site:
    """An installation in a folder of its own, with nothing running yet but its database and its broker."""
    given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    env = environment({**given, "VAR_DIR": str(folder), "PORT": str(free_port()), "DEMO": "1", "LOG_LEVEL": "ERROR"})
    env |= {"DJANGO_SETTINGS_MODULE": "tests.chaos.settings", **(more or {})}
    site = Site(folder, env)
    try:
        if server:
            site.redis = Redis(folder, durable=durable)
            site.env["REDIS_URL"] = f"redis://127.0.0.1:{site.redis.port}/0"
            site.database = Cluster() if own_cluster else GivenDatabase()
            site.env["DATABASE_URL"] = site.database.url
        site.prepare(scene)
    except BaseException:
        site.close()
        raise
    return site
