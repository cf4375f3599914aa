"""The house's order, where the import linter does not look: relations between tables name their target by a string."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Field, Model

from tools.tree import ROOT, files

pytestmark = pytest.mark.pure

# Files of a room, or folders of that name, that answer pages, API, jobs and commands alike.
DEEP = {"actions", "queries", "reads", "models", "permissions", "rules", "states"}
HTTP = ("django.http", "django.shortcuts", "django.forms", "django.views", "django.test", "rest_framework")


def storeys() -> dict[str, int]:
    """Every room and its height, the lowest 0, as the import contract says; rooms of one storey are strangers."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers: list[str] = next(one["layers"] for one in contracts if one["type"] == "layers" and "containers" not in one)
    return {
        room.strip(" ()"): height
        for height, layer in enumerate(reversed(layers))
        for room in layer.replace(":", "|").split("|")
    }


def relations() -> Iterator[tuple[type[Model], "Field[object, object]", type[Model]]]:
    """Every foreign key, one-to-one and many-to-many of our tables, with its target."""
    ours = storeys()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in ours:
            for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
                target = field.related_model
                if isinstance(target, type) and issubclass(target, Model):
                    yield model, field, target


def may_point(source: str, target: str, heights: dict[str, int]) -> bool:
    """Down, or within the room; to packages from outside always."""
    return target not in heights or source == target or heights[target] < heights[source]


def test_the_contract_names_every_room_of_ours() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/apps.py")} | {
        path.parent.name for path in ROOT.glob("*/models.py")
    }
    assert rooms - storeys().keys() == set()


def test_relations_point_down_or_stay_in_the_room() -> None:
    heights = storeys()
    found = list(relations())
    assert found, "no relation of ours was found: the test looks in the wrong place"
    upward = [
        f"{model._meta.label}.{field.name} → {target._meta.label}"
        for model, field, target in found
        if not may_point(model._meta.app_label, target._meta.app_label, heights)
    ]
    assert upward == []


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        ("tickets", "cases", True),
        ("cases", "cases", True),
        ("cases", "contenttypes", True),
        ("cases", "tickets", False),
        ("accounts", "records", False),
    ],
)
def test_down_is_what_the_contract_calls_down(source: str, target: str, allowed: bool) -> None:
    assert may_point(source, target, storeys()) is allowed


def test_strangers_of_one_storey_may_not_point_at_each_other() -> None:
    heights = {"complaints": 5, "renovation": 5}
    assert not may_point("complaints", "renovation", heights)


def deep_files(root: Path, rooms: set[str]) -> Iterator[Path]:
    """Every file below the pages: `tickets/actions.py`, `tickets/actions/opening.py`, `tickets/rules_dispatch.py`."""
    for room in sorted(rooms):
        for path in files(root / room, ".py"):
            first = path.relative_to(root / room).parts[0].removesuffix(".py")
            if first in DEEP or first.split("_")[0] in DEEP:
                yield path


def imported(path: Path) -> Iterator[str]:
    """Every module or name that a file imports, with its dots."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)


def speaking_http(root: Path, rooms: set[str]) -> list[str]:
    """What below the pages imports from the web's side; import-linter cannot name a part of a package from outside."""
    return [
        f"{path.relative_to(root)}: {name}"
        for path in deep_files(root, rooms)
        for name in imported(path)
        if any(name == one or name.startswith(f"{one}.") for one in HTTP)
    ]


def test_actions_reads_and_models_know_nothing_of_http() -> None:
    rooms = set(storeys())
    assert len(list(deep_files(ROOT, rooms))) > len(rooms), "the test looks in the wrong place"
    assert speaking_http(ROOT, rooms) == []


def test_an_import_of_http_below_the_pages_is_found(tmp_path: Path) -> None:
    for name in ("actions/opening.py", "rules_dispatch.py", "views.py"):
        path = tmp_path / "tickets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("from django.http import Http404\nfrom django.db import models\nimport rest_framework.views\n")
    assert speaking_http(tmp_path, {"tickets"}) == [
        "tickets/actions/opening.py: django.http.Http404",
        "tickets/actions/opening.py: rest_framework.views",
        "tickets/rules_dispatch.py: django.http.Http404",
        "tickets/rules_dispatch.py: rest_framework.views",
    ]


# Where money is added up; what makes rows for a bench, which PostgreSQL alone runs; what adds up no money.
SUMS = "billing/queries/sums.py"
ELSEWHERE = {"tests", "tools"}
WHOLE_NUMBERS = {"billing/queries/running.py"}
IN_SQL = re.compile(r"\bsum\s*\(", re.IGNORECASE)


def adding_up(path: Path) -> Iterator[str]:
    """Where a file adds up in the database by itself: Django's `Sum`, however it is named, or SQL's in a string."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.db.models"):
            yield from (f"{node.lineno}: {one.name}" for one in node.names if one.name == "Sum")
        elif isinstance(node, ast.Attribute) and node.attr == "Sum":
            yield f"{node.lineno}: .Sum"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and IN_SQL.search(node.value):
            yield f"{node.lineno}: SQL"


def test_money_is_added_up_in_one_place() -> None:
    """Django's `Sum` strays on SQLite: a proof of the books found differences that were none."""
    found = {
        str(path.relative_to(ROOT)): list(adding_up(path))
        for path in files(ROOT, ".py")
        if path.relative_to(ROOT).parts[0] not in ELSEWHERE and str(path.relative_to(ROOT)) not in WHOLE_NUMBERS
    }
    assert found.pop(SUMS), "the test looks in the wrong place"
    assert {path: places for path, places in found.items() if places} == {}


@pytest.mark.parametrize(
    "code",
    [
        "from django.db.models import Count, Sum as Added",
        "from django.db.models.aggregates import Sum",
        "from django.db import models\nmodels.Sum('amount')",
        "SQL = 'SELECT SUM (amount) FROM billing_bill'",
    ],
)
def test_a_sum_of_ones_own_is_found(tmp_path: Path, code: str) -> None:
    path = tmp_path / "one.py"
    path.write_text(code, encoding="utf-8")
    assert list(adding_up(path))
