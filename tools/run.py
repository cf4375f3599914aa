"""Serve the desk on this machine: prepare, start web and jobs, say where, keep them alive, stop them all.

Without `DATABASE_URL` and `REDIS_URL` it needs nothing else: SQLite in `var/`, and one worker with the scheduler in
it over a spool of files. With them, the same code runs on PostgreSQL and with a worker and a scheduler of their own.
"""

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TextIO

from tools.supervise import Program, Supervisor, die_with_parent, say

ROOT = Path(__file__).resolve().parent.parent
DEFAULTS = {"PORT": "8000", "BIND": "127.0.0.1", "DEMO": "1", "DEMO_PASSWORD": "demo-desk-2026", "LOG_LEVEL": "WARNING"}
# This is one machine's own use: plain HTTP, and never the debugging pages.
FIXED = {"DEBUG": "0", "PLAIN_HTTP": "1", "DJANGO_SETTINGS_MODULE": "servicedesk.settings", "PYTHONUNBUFFERED": "1"}
PARTS = ("database", "broker", "beat")
READY_EVERY = 10.0  # seconds between two looks at /readyz
SILENT_LOOKS = 6  # looks in a row that find the scheduler silent before it is started again


class CannotRun(Exception):
    """Something stands in the way; the message says what to do."""


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of every program: what was given, our defaults, and what `make run` always means."""
    merged = {**DEFAULTS, **{name: value for name, value in given.items() if value}, **FIXED}
    if os.geteuid() == 0:  # in a container of one's own, say; the worker would print a page about it at every start
        merged.setdefault("PYTHONWARNINGS", "ignore:You're running the worker with superuser privileges")
    host = merged["BIND"]
    if host not in {"127.0.0.1", "localhost", "0.0.0.0", "::"}:  # noqa: S104 (compared, not bound)
        merged.setdefault("ALLOWED_HOSTS", f"localhost,127.0.0.1,[::1],{host}")
    return merged


def programs(env: Mapping[str, str]) -> list[Program]:
    """Return what has to run: the web, and the jobs in one program or in three: nothing long holds up a deadline."""
    web = "-m gunicorn servicedesk.wsgi:application --worker-class servicedesk.worker.DeskWorker --workers 2"
    web += " --threads 8 --timeout 60 --graceful-timeout 8 --no-control-socket --log-level warning --bind"
    celery = f"-m celery --app servicedesk --skip-checks --quiet {{}} --loglevel {env['LOG_LEVEL'].lower()}"
    if env.get("REDIS_URL"):
        alone = " --without-gossip --without-mingle"
        jobs = {
            "worker": celery.format("worker") + " --concurrency 2" + alone,
            "long": celery.format("worker") + " --queues long --concurrency 1 --hostname long@%h" + alone,
            "beat": celery.format("beat") + " --pidfile=",
        }
    else:
        jobs = {"worker": celery.format("worker") + " --queues celery,long --beat --pool threads --concurrency 2"}
    started = {name: [sys.executable, *line.split()] for name, line in jobs.items()}
    address = f"{env['BIND']}:{env['PORT']}"
    return [
        Program("web", [sys.executable, *web.split(), address]),
        *(Program(name, command) for name, command in started.items()),
    ]


def hold_folder(env: Mapping[str, str]) -> TextIO:
    """Claim the data folder for this run; two workers on one spool would lose messages."""
    folder = Path(env.get("VAR_DIR") or ROOT / "var")
    folder.mkdir(parents=True, exist_ok=True)
    handle = (folder / "run.lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotRun(f"The desk already runs on {folder}. Stop that one first (Ctrl-C in its window).") from None
    return handle


def check_port(env: Mapping[str, str]) -> None:
    """Say so at once when somebody else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((env["BIND"], int(env["PORT"])))
        except OSError as problem:
            other = f"PORT={int(env['PORT']) + 1} make run"
            raise CannotRun(f"Port {env['PORT']} cannot be used ({problem.strerror}). Try: {other}") from None
        except ValueError:
            raise CannotRun(f"PORT is a number; “{env['PORT']}” is none.") from None


def prepare(env: Mapping[str, str]) -> list[dict[str, str]]:
    """Bring database and static files up to date; return the demo accounts."""
    command = [sys.executable, "-m", "tools.prepare"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(env),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=die_with_parent,
    )
    if done.returncode:
        raise CannotRun("The database or the static files could not be prepared; the reason is above.")
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def ask(env: Mapping[str, str], path: str) -> tuple[int, bytes]:
    """Ask our own web server; 0 when it does not answer."""
    host = "127.0.0.1" if env["BIND"] in {"0.0.0.0", "::", "localhost"} else env["BIND"]  # noqa: S104
    connection = http.client.HTTPConnection(host, int(env["PORT"]), timeout=2)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def welcome(env: Mapping[str, str], accounts: list[dict[str, str]]) -> str:
    """Return what the person at the terminal wants to know: where, and as whom."""
    lines = ["", f"  物业服务台  http://localhost:{env['PORT']}/", ""]
    if accounts:
        lines += [f"  {one['username']:<12} {one['role']:　<8} {one['project']}".rstrip() for one in accounts]
        lines += ["", f"  密码 password: {env['DEMO_PASSWORD']}"]
    return "\n".join([*lines, "  Ctrl-C 停止 stops everything; the data stays in var/", ""])


class Restarts(Protocol):
    """Whoever can end a program that then starts again."""

    def restart(self, name: str) -> None:
        """End it."""


class Watch:
    """What is done beside keeping programs alive: the welcome, and an eye on the scheduler's heartbeat."""

    def __init__(
        self, supervisor: Restarts, env: Mapping[str, str], text: str | None, *, every: float = READY_EVERY
    ) -> None:
        self.supervisor = supervisor
        self.env = env
        self.text = text
        self.every = every
        self.look_at = 0.0
        self.silent = 0

    def __call__(self, now: float) -> None:
        """Look once when it is time."""
        if now < self.look_at:
            return
        if self.text is None:
            self.look_at = now + self.every
            self.listen_for_heartbeat()
        elif ask(self.env, "/healthz")[0] == 200:
            say(self.text)
            self.text = None
            self.look_at = now + self.every

    def listen_for_heartbeat(self) -> None:
        """Start the jobs again when the scheduler has been silent for a minute although its process lives."""
        status, body = ask(self.env, "/readyz")
        if not status:
            return
        self.silent = self.silent + 1 if is_silent(body) else 0
        if self.silent >= SILENT_LOOKS:
            say("! the scheduler's heart does not beat; starting it again")
            self.supervisor.restart("beat" if self.env.get("REDIS_URL") else "worker")
            self.silent = 0


def is_silent(body: bytes) -> bool:
    """Say whether `/readyz` complains of the heartbeat alone (a database that is away is no fault of the scheduler)."""
    try:
        found = json.loads(body)
    except ValueError:
        return False
    # What else is told there (clocks set aside) is no fault of anybody's heart.
    return {part for part in PARTS if found.get(part) != "ok"} == {"beat"}


def main() -> int:
    """Run until stopped; return the exit code."""
    if "MAKELEVEL" in os.environ:
        die_with_parent()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    env = environment(os.environ)
    try:
        with hold_folder(env):
            check_port(env)
            accounts = prepare(env)
            supervisor = Supervisor(programs(env), env)
            supervisor.listen()
            supervisor.run(Watch(supervisor, env, welcome(env, accounts)))
    except CannotRun as problem:
        say(f"✗ {problem}")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    say("Stopped.")
    return 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
