"""The lock files: installable by hash alone, naming no host, and the second holding all of the first."""

import re
from pathlib import Path

import pytest

from tools.setup import LOCKS, ROOT

pytestmark = pytest.mark.pure

NAMES = [*LOCKS.values(), "requirements-node.lock"]


def pins(name: str) -> set[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return {line.split("\\")[0].strip() for line in text.splitlines() if re.match(r"^[a-z0-9]", line, re.IGNORECASE)}


def test_the_development_lock_holds_everything_of_the_other_at_the_same_version() -> None:
    assert pins(LOCKS["run"]) - pins(LOCKS["dev"]) == set()


@pytest.mark.parametrize("name", NAMES)
def test_every_package_has_a_version_and_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8"))
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("name", [*NAMES, "package-lock.json"])
def test_no_lock_names_a_host(name: str) -> None:
    text = Path(ROOT / name).read_text(encoding="utf-8")
    funding = re.sub(r'"funding":\s*(\{[^}]*\}|\[[^\]]*\]|"[^"]*")', "", text)
    assert re.findall(r"https?://\S+|--index-url|\"resolved\"", funding) == []
