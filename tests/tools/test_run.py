"""What `make run` starts, and with which settings."""

import socket
import sys
from pathlib import Path

import pytest

from tools import run

pytestmark = pytest.mark.pure


def test_nothing_given_means_port_8000_the_demo_and_no_debugging() -> None:
    env = run.environment({})
    assert (env["PORT"], env["DEMO"], env["DEBUG"], env["BIND"]) == ("8000", "1", "0", "127.0.0.1")


def test_what_is_given_is_honoured_but_debugging_is_not() -> None:
    given = {
        "PORT": "9000",
        "DEMO_PASSWORD": "another-one-9",
        "DATABASE_URL": "postgres://x/y",
        "DEBUG": "1",
        "DEMO": "0",
    }
    env = run.environment(given)
    assert {name: env[name] for name in given} == {**given, "DEBUG": "0"}


def test_an_empty_port_is_the_default_one() -> None:
    assert run.environment({"PORT": ""})["PORT"] == "8000"


def test_without_redis_one_worker_carries_the_scheduler() -> None:
    started = {program.name: list(program.command) for program in run.programs(run.environment({}))}
    assert list(started) == ["web", "worker"]
    assert "--beat" in started["worker"]
    assert started["web"][-1] == "127.0.0.1:8000"
    assert started["web"][0] == sys.executable


def test_with_redis_worker_and_scheduler_are_apart() -> None:
    env = run.environment({"REDIS_URL": "redis://127.0.0.1:6379/3"})
    started = {program.name: list(program.command) for program in run.programs(env)}
    assert list(started) == ["web", "worker", "long", "beat"]
    assert "--beat" not in started["worker"]
    assert started["long"][started["long"].index("--queues") + 1] == "long"
    assert "--queues" not in started["worker"], "what takes minutes holds up no deadline"


def test_a_taken_port_is_said_at_once() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        with pytest.raises(run.CannotRun, match=f"Port {port} cannot be used"):
            run.check_port(run.environment({"PORT": port}))


def test_a_port_that_is_no_number_is_said() -> None:
    with pytest.raises(run.CannotRun, match="PORT is a number"):
        run.check_port(run.environment({"PORT": "web"}))


def test_a_second_run_on_the_same_data_is_refused(tmp_path: Path) -> None:
    env = run.environment({"VAR_DIR": str(tmp_path)})
    with run.hold_folder(env), pytest.raises(run.CannotRun, match="already runs"):
        run.hold_folder(env)
    run.hold_folder(env).close()


def test_the_welcome_names_address_accounts_and_password() -> None:
    env = run.environment({"PORT": "8123", "DEMO_PASSWORD": "secret-for-now"})
    text = run.welcome(env, [{"username": "frontdesk", "role": "前台", "project": "demo"}])
    assert "http://localhost:8123/" in text
    assert "frontdesk" in text
    assert "前台" in text
    assert "secret-for-now" in text


@pytest.mark.parametrize(
    ("body", "silent"),
    [
        (b'{"database": "ok", "broker": "ok", "beat": "silent for 70 s"}', True),
        (b'{"database": "ok", "broker": "ok", "beat": "silent for 70 s", "set_aside": 2}', True),
        (b'{"database": "ok", "broker": "ok", "beat": "ok", "set_aside": 2}', False),
        (b'{"database": "refused", "broker": "ok", "beat": "unknown"}', False),
        (b"<html>", False),
    ],
)
def test_only_a_silent_scheduler_is_started_again(body: bytes, silent: bool) -> None:
    assert run.is_silent(body) is silent
