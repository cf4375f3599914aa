"""The container files describe the processes of `make run`. No engine runs here: they are read, their scripts run."""

import json
import re
from typing import Any

import pytest
import yaml
from django.db import connection

from docker import migrate, probe
from tools.tree import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
EXAMPLE = (ROOT / "docker" / "env.example").read_text(encoding="utf-8")
LASTING = sorted(set(SERVICES) - {"migrate"})


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_is_watched_and_comes_back(name: str) -> None:
    assert "healthcheck" in SERVICES[name]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_every_foreign_image_is_pinned_by_digest() -> None:
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    images = [one["image"] for one in SERVICES.values() if "build" not in one]
    images += re.findall(r"^ARG \w+=(\S+)$", recipe, re.MULTILINE)
    assert len(images) == 5
    assert all(re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", image) for image in images)


def test_the_desk_does_not_run_as_root() -> None:
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^USER (\w+)$", recipe, re.MULTILINE) == ["desk"]


def test_no_secret_stands_in_a_file_and_every_one_is_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert not re.findall(r"(?i)(?:password|secret|key)\w*: (?!\$\{)\S+", text)
    asked = {name for name in re.findall(r"\$\{(\w+)", text) if name != "DESK_VERSION"}
    assert asked == set(re.findall(r"^(\w+)=$", EXAMPLE, re.MULTILINE))


def test_migrations_use_another_role_than_the_running_processes() -> None:
    roles = {
        name: one["environment"]["DATABASE_URL"].split("//")[1].split(":")[0]
        for name, one in SERVICES.items()
        if "DATABASE_URL" in one["environment"]
    }
    assert roles == {
        "migrate": "desk_owner",
        "web": "desk_app",
        "worker": "desk_app",
        "long": "desk_app",
        "beat": "desk_app",
    }


@pytest.mark.skipif(connection.vendor != "postgresql", reason="roles are PostgreSQL's")
@pytest.mark.django_db
def test_the_running_role_may_add_to_append_only_tables_and_no_more() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {migrate.RUNNING_ROLE}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {migrate.RUNNING_ROLE}")
        assert migrate.narrow() > 0
        cursor.execute(
            "SELECT " + ", ".join(f"has_table_privilege(%s, 'cases_event', '{verb}')" for verb in ("INSERT", "UPDATE")),
            [migrate.RUNNING_ROLE] * 2,
        )
        assert cursor.fetchone() == (True, False)
        verbs = ("INSERT", "UPDATE", "DELETE")
        asked = ", ".join(f"has_table_privilege(%s, 'billing_receipt', '{verb}')" for verb in verbs)
        cursor.execute(f"SELECT {asked}", [migrate.RUNNING_ROLE] * 3)
        assert cursor.fetchone() == (True, True, False), "a receipt is printed and reversed later"


WELL = {"database": "ok", "broker": "ok", "beat": "ok"}


@pytest.mark.parametrize(
    ("status", "found", "part", "well"),
    [
        (200, WELL, "", True),
        (503, WELL | {"beat": "late"}, "", False),
        (0, "refused", "", False),
        (503, WELL | {"beat": "late"}, "beat", False),
        (503, WELL | {"broker": "away"}, "beat", True),
        (503, WELL | {"database": "away", "beat": "unknown"}, "beat", True),
        (0, "refused", "beat", True),
    ],
)
def test_the_probe_blames_the_scheduler_for_its_own_silence_only(
    status: int, found: object, part: str, well: bool
) -> None:
    body = found if isinstance(found, str) else json.dumps(found)
    assert probe.is_well(status, body.encode(), part) is well


def test_the_probe_says_that_nobody_answers() -> None:
    assert probe.main(["http://127.0.0.1:9/healthz"]) == 1
