"""The documents: links lead somewhere, named commands exist, and nothing betrays the machine it was written on."""

import re
import subprocess
from pathlib import Path

import pytest

from tools.tree import ROOT, files

pytestmark = pytest.mark.pure

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#:]+)(?:#[^)]*)?\)")
PAGES = [path for path in files(ROOT, ".md") if "tests" not in path.parts]
# Spelled in pieces, so that this file does not find itself.
HOSTS = ["pypi" + ".org", "registry." + "npmjs", "pythonhosted" + ".org"]
BETRAYALS = ["/" + "work/", "/" + "root/", "/opt/" + "pypi", *HOSTS]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/operations.md"])
def test_every_command_named_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)\b(?=[ `;,]|$)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE))
    assert named, "the page names no command"
    assert named - targets == set()


def test_contributing_fits_a_screen() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) <= 40


def test_adrs_are_numbered_without_a_gap_and_fit_a_page() -> None:
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(len(pages)))
    assert all(len(page.read_text(encoding="utf-8").splitlines()) <= 60 for page in pages)


def test_no_file_names_a_package_host_or_a_folder_of_some_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    found = []
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file():
            text = path.read_bytes().decode("utf-8", errors="ignore")
            found += [f"{name}: {one}" for one in BETRAYALS if one in text]
    assert found == []
