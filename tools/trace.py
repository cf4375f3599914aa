"""Show which tests stand behind each requirement: `docs/requirements.md` against the marks in `tests/`.

Fails on a row marked done (`yes`) that no test shows, on a row with an unknown mark, and on a test that names a row
which is not there.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.tree import ROOT, files

ROW = re.compile(r"^\|\s*([A-Z]{3}-\d+)\s*\|(.*)\|\s*(\S+)\s*\|\s*$")
MARKS = {"yes", "begun", "no"}


@dataclass(frozen=True)
class Row:
    """One thing the desk must do, in our words."""

    key: str
    text: str
    done: str


def rows(page: Path) -> list[Row]:
    """Return the rows of the page, in its order."""
    found = (ROW.match(line) for line in page.read_text(encoding="utf-8").splitlines())
    return [Row(match[1], match[2].strip(), match[3]) for match in found if match]


def marked(nodes: list[ast.expr]) -> Iterator[str]:
    """Yield the IDs of every `pytest.mark.req("…")` among some expressions."""
    for outer in nodes:
        for node in ast.walk(outer):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.req":
                yield from (
                    one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)
                )


def module_marks(tree: ast.Module) -> list[str]:
    """Return the IDs of a `pytestmark` that holds for the whole file."""
    values = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "pytestmark" for target in node.targets)
    ]
    return list(marked(values))


def tests_of(path: Path, root: Path) -> Iterator[tuple[str, str]]:
    """Yield ID and name of every marked test of a file; marks on a class or on the file hold for what is inside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = path.relative_to(root).as_posix()
    inherited = module_marks(tree)
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            shared = [*inherited, *marked(node.decorator_list)]
            yield from named_tests(node.body, f"{name}::{node.name}", shared)
    yield from named_tests(tree.body, name, inherited)


def named_tests(body: list[ast.stmt], name: str, inherited: list[str]) -> Iterator[tuple[str, str]]:
    """Yield ID and name of the marked test functions among some statements."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            for key in {*inherited, *marked(node.decorator_list)}:
                yield key, f"{name}::{node.name}"


def collect(root: Path = ROOT) -> dict[str, list[str]]:
    """Return the tests of every ID that a test names."""
    found: dict[str, list[str]] = {}
    for path in files(root / "tests", ".py"):
        for key, name in tests_of(path, root):
            found.setdefault(key, []).append(name)
    return found


def problems(wanted: list[Row], tests: Mapping[str, list[str]]) -> list[str]:
    """Return what does not fit together."""
    known = {row.key for row in wanted}
    done = {row.key for row in wanted if row.done == "yes"}
    doubled = sorted({row.key for row in wanted if sum(other.key == row.key for other in wanted) > 1})
    return [
        *(f"{key} is marked done and no test shows it" for key in sorted(done - tests.keys())),
        *(f"{row.key} is marked “{row.done}”; use yes, begun or no" for row in wanted if row.done not in MARKS),
        *(f"{key} stands there twice" for key in doubled),
        *(f"{key} is no row: {', '.join(tests[key])}" for key in sorted(tests) if key not in known),
    ]


def table(wanted: list[Row], tests: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield the whole picture, a line for each row and its tests below."""
    for row in wanted:
        names = sorted(tests.get(row.key, []))
        yield f"{row.key:<7} {row.done:<6} {len(names):>3}  {row.text}"
        yield from (f"{'':<20}{name}" for name in names)
    counts = ", ".join(f"{sum(row.done == mark for row in wanted)} {mark}" for mark in ("yes", "begun", "no"))
    yield f"{len(wanted)} rows: {counts}"


def main(arguments: list[str]) -> int:
    """Print the picture (`--quiet`: only what is wrong); return 1 when something is."""
    wanted = rows(ROOT / "docs" / "requirements.md")
    tests = collect()
    found = problems(wanted, tests)
    if "--quiet" not in arguments:
        print("\n".join(table(wanted, tests)))
    print("\n".join(f"✗ {one}" for one in found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
