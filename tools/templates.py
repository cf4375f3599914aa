"""Hold templates to what the content security policy lets through, and make sure that each of them compiles.

No `style=` and no `on…=` attribute, no `javascript:` address, no inline style sheet, no script without the page's
nonce: a browser would silently ignore them.
"""

import os
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import django
from django.template import Engine, TemplateSyntaxError

from tools.tree import ROOT, files

# A tag of the template language inside an HTML tag would confuse the parser; line breaks stay, for the line numbers.
TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
VALUE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
COMMENT = re.compile(r"\{%\s*comment\b.*?%\}.*?\{%\s*endcomment\s*%\}", re.DOTALL)


def without_tags(text: str) -> str:
    """Return plain HTML: tags of the template language gone, its values replaced by a letter."""
    bare = COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    bare = TAG.sub(lambda found: "\n" * found[0].count("\n") or " ", bare)
    return VALUE.sub(lambda found: "x" + "\n" * found[0].count("\n"), bare)


class Reader(HTMLParser):
    """Reads one template and notes what the policy would block."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one opening tag."""
        line = self.getpos()[0]
        names = {name for name, _value in attrs}
        self.problems += [(line, what) for what in blocked(tag, names)]
        addresses = [name for name, value in attrs if (value or "").lstrip().lower().startswith("javascript:")]
        self.problems += [(line, f"javascript: in {name}=") for name in addresses]


def blocked(tag: str, names: set[str]) -> Iterator[str]:
    """Yield what is wrong with a tag that has these attributes."""
    if "style" in names:
        yield "style= attribute; write a class"
    for name in sorted(names):
        if name.startswith(("on", "hx-on")):
            yield f"{name}= attribute; write a listener in static/js"
    if tag == "style":
        yield "inline style sheet; write it in static/css"
    if tag == "script" and "nonce" not in names:
        yield "script without nonce"


def read(text: str) -> list[tuple[int, str]]:
    """Return the line and the fault of everything the policy would block."""
    reader = Reader()
    reader.feed(without_tags(text))
    reader.close()
    return reader.problems


def templates(root: Path) -> Iterator[Path]:
    """Yield every template of ours, the apps' own too."""
    for path in files(root, ".html"):
        inner = path.relative_to(root).parts
        if "templates" in inner and inner[0] not in {"tests", "tools"}:
            yield path


def check(root: Path, engine: Engine) -> list[str]:
    """Return a line for every fault of every template."""
    problems = []
    for path in templates(root):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(root)
        problems += [f"{name}:{line}: {what}" for line, what in read(text)]
        try:
            engine.from_string(text)
        except TemplateSyntaxError as problem:
            problems.append(f"{name}: does not compile: {problem}")
    return problems


def main() -> int:
    """Print what is wrong; return 1 when anything is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    problems = check(ROOT, Engine.get_default())
    print("\n".join(problems) or f"{len(list(templates(ROOT)))} templates compile and keep to the policy")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
