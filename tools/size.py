"""Hold functions and files to a size that fits a head: fails over the limits, prints where we stand."""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.tree import ROOT, files

LONGEST_FUNCTION = 60  # lines
LONGEST_FILE = 500  # lines
CORE = 300  # lines in all of core/


@dataclass(frozen=True)
class Length:
    """Something and how many lines it has."""

    name: str
    lines: int


def functions(path: Path, root: Path) -> Iterator[Length]:
    """Yield every function of a file, its decorators not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Length(f"{path.relative_to(root)}:{node.lineno} {node.name}", lines)


def file_lengths(paths: Sequence[Path], root: Path) -> list[Length]:
    """Return the length of every file."""
    return [Length(str(path.relative_to(root)), len(path.read_text(encoding="utf-8").splitlines())) for path in paths]


def percentile(lengths: Sequence[Length], share: float) -> int:
    """Return the number of lines that `share` of them do not exceed; 0 of nothing."""
    ordered = sorted(length.lines for length in lengths)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def too_long(lengths: Sequence[Length], limit: int) -> list[str]:
    """Return a sentence for everything over the limit, longest first."""
    over = sorted((one for one in lengths if one.lines > limit), key=lambda one: -one.lines)
    return [f"{one.name}: {one.lines} lines, at most {limit}" for one in over]


def summary(what: str, lengths: Sequence[Length]) -> str:
    """Return one line of figures."""
    most = max(lengths, key=lambda one: one.lines, default=Length("none", 0))
    return (
        f"{what:<10} {len(lengths):>5}  median {percentile(lengths, 0.5):>3}  p95 {percentile(lengths, 0.95):>3}"
        f"  max {most.lines:>3} ({most.name})"
    )


def measure(root: Path = ROOT) -> tuple[list[str], list[str]]:
    """Return the figures and what is too long."""
    code, pages = list(files(root, ".py")), list(files(root, ".html"))
    every_function = [one for path in code for one in functions(path, root)]
    code_files, page_files = file_lengths(code, root), file_lengths(pages, root)
    figures = [summary("functions", every_function), summary("files", code_files), summary("templates", page_files)]
    problems = too_long(every_function, LONGEST_FUNCTION) + too_long(code_files + page_files, LONGEST_FILE)
    core = sum(one.lines for one in code_files if one.name.startswith("core/"))
    figures.append(f"core       {core:>5} lines of {CORE}")
    if core > CORE:
        problems.append(f"core/: {core} lines in all, at most {CORE}; what it holds belongs to a room")
    return figures, problems


def main() -> int:
    """Print the figures; return 1 when something is too long."""
    figures, problems = measure()
    print("\n".join([*figures, *problems]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
