"""Find the classes in our style sheets that nothing wears: no template, no script, no string of ours says their name.

A name that is put together (`state-{{ phase }}`, `at-${hour}`) counts for every class that begins so.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tools.tree import ROOT, files

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")
WORN = re.compile(r'class="((?:\{%.*?%\}|\{\{.*?\}\}|[^"{]|\{)*)"', re.DOTALL)
BODY = re.compile(r"\{% block \w+_class %\}(.*?)\{% endblock", re.DOTALL)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
STRING = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|`[^`]*`')
WORD = re.compile(r"[A-Za-z_][\w-]*")
STEM = re.compile(r"([A-Za-z_][\w-]*-)(?=\$?\{)")
ELSEWHERE = {"tests", "tools", "docs"}


@dataclass
class Names:
    """What is worn: whole names, and beginnings of those that are put together."""

    words: set[str] = field(default_factory=set)
    stems: set[str] = field(default_factory=set)

    def read(self, text: str) -> None:
        """Take in a text that may name classes."""
        self.stems.update(STEM.findall(text))
        self.words.update(WORD.findall(TAG.sub(" ", text)))

    def has(self, name: str) -> bool:
        """Say whether something wears the class."""
        return name in self.words or name.startswith(tuple(self.stems))


def strings(code: str) -> Iterator[str]:
    """Yield every string of Python code; the value in an f-string is a brace."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{" for part in node.values)


def ours(root: Path, suffix: str) -> Iterator[str]:
    """Yield the texts of the product's files with a suffix."""
    for path in files(root, suffix):
        if path.relative_to(root).parts[0] not in ELSEWHERE:
            yield path.read_text(encoding="utf-8")


def worn(root: Path) -> Names:
    """Read what pages, scripts and code wear."""
    names = Names()
    for text in ours(root, ".html"):
        for value in (*WORN.findall(text), *BODY.findall(text)):
            names.read(value)
    for text in ours(root, ".js"):
        for value in STRING.findall(text):
            names.read(value)
    for text in ours(root, ".py"):
        for value in strings(text):
            names.read(value)
    return names


def classes(sheet: str) -> Iterator[tuple[int, str]]:
    """Yield each class that a style sheet has a rule for, with its line."""
    bare = COMMENT.sub(lambda found: "\n" * found[0].count("\n"), sheet)
    for number, line in enumerate(bare.splitlines(), start=1):
        selectors = re.sub(r"\{[^{}]*\}?", "{", line)
        for name in CLASS.findall(selectors):
            yield number, name


def unworn(root: Path) -> list[str]:
    """Return a line for every class that nothing wears."""
    names = worn(root)
    found = []
    for path in files(root, ".css"):
        sheet = path.read_text(encoding="utf-8")
        place = path.relative_to(root)
        found += [f"{place}:{line}: nothing wears .{name}" for line, name in classes(sheet) if not names.has(name)]
    return found


def main() -> int:
    """Print what is not worn; return 1 when anything is."""
    problems = unworn(ROOT)
    print("\n".join(problems) or "every class in the style sheets is worn")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
