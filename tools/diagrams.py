"""Draw the state diagram of every app that has a transition table, as Mermaid in `docs/states/<app>.md`.

`--check` fails when a drawing is not what the table says.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import django
from django.db.models import TextChoices
from django.utils import translation

from core.transitions import Step
from tools.tree import ROOT

FOLDER = Path("docs") / "states"
INTRODUCTION = """# States: {app}

Drawn from `{app}/states.py` by `make fix`; `make check` compares. Each arrow is a verb, with the event it leaves in
brackets. A verb that does not change the state stands in the table.
"""


@dataclass(frozen=True)
class Table:
    """A transition table where it stands, and its states in the order in which the app lists them."""

    app: str
    name: str
    transitions: Mapping[str, Step]
    order: Sequence[str]


def tables(root: Path = ROOT) -> Iterator[Table]:
    """Yield every transition table: `TRANSITIONS`, or `…_TRANSITIONS` for a second one."""
    for path in sorted(root.glob("*/states.py")):
        app = path.parent.name
        module = vars(import_module(f"{app}.states"))
        for name, value in module.items():
            if name.endswith("TRANSITIONS") and name.isupper() and isinstance(value, Mapping):
                yield Table(app, name, value, order_of(value, module.values()))


def order_of(transitions: Mapping[str, Step], candidates: Iterable[object]) -> list[str]:
    """Return the values of the enumeration that lists every state of a table; nothing when there is none."""
    states = {state for step in transitions.values() for state in (*step.sources, step.target)} - {""}
    for one in candidates:
        if isinstance(one, type) and issubclass(one, TextChoices) and states <= set(one.values):
            return list(one.values)
    return []


def arrows(transitions: Mapping[str, Step]) -> list[str]:
    """Return the arrows of a table, one for each source of each verb; a verb without a source begins the matter."""
    return [
        f"    {source} --> {step.target}: {verb} ({step.event})"
        for verb, step in transitions.items()
        if step.target
        for source in sorted(step.sources) or ["[*]"]
    ]


def ends(transitions: Mapping[str, Step]) -> list[str]:
    """Return an arrow to the end for every state that nothing leaves."""
    left = {source for step in transitions.values() for source in step.sources if step.target}
    return [f"    {state} --> [*]" for state in sorted({step.target for step in transitions.values()} - left - {""})]


def beginnings(transitions: Mapping[str, Step], order: Sequence[str] = ()) -> list[str]:
    """Return an arrow from the start, where no verb begins the matter.

    It leads to every state that nothing reaches; else to the first one in the order in which the app lists its states.
    """
    if any(not step.sources for step in transitions.values()):
        return []
    sources = {source for step in transitions.values() for source in step.sources}
    found = sorted(sources - {step.target for step in transitions.values()})
    return [f"    [*] --> {state}" for state in found or [one for one in order if one in sources][:1]]


def staying(transitions: Mapping[str, Step]) -> list[str]:
    """Return a table of the verbs that leave the state as it is."""
    rows = [
        f"| `{verb}` | {', '.join(f'`{one}`' for one in sorted(step.sources))} | `{step.event}` |"
        for verb, step in transitions.items()
        if not step.target
    ]
    return ["", "| Verb | In | Event |", "|---|---|---|", *rows] if rows else []


def draw(transitions: Mapping[str, Step], order: Sequence[str] = ()) -> str:
    """Return one table as a diagram and what does not fit into it."""
    lines = [*beginnings(transitions, order), *arrows(transitions), *ends(transitions)]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", *staying(transitions), ""])


def title(name: str) -> str:
    """Return a heading for a table: `JOB_TRANSITIONS` is of a job, plain `TRANSITIONS` of the case."""
    return name.removesuffix("TRANSITIONS").strip("_").replace("_", " ").capitalize() or "Case"


def pages(root: Path = ROOT) -> dict[Path, str]:
    """Return every page that should be there, with its text."""
    found: dict[Path, str] = {}
    for table in tables(root):
        path = FOLDER / f"{table.app}.md"
        found.setdefault(path, INTRODUCTION.format(app=table.app))
        found[path] += f"\n## {title(table.name)}\n\n{draw(table.transitions, table.order)}"
    return found


def write(wanted: Mapping[Path, str], root: Path) -> None:
    """Write what is wanted and remove what is not."""
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    for path in (root / FOLDER).glob("*.md"):
        if path.relative_to(root) not in wanted:
            path.unlink()
    for path, text in wanted.items():
        (root / path).write_text(text, encoding="utf-8")


def differences(wanted: Mapping[Path, str], root: Path) -> list[str]:
    """Return a line for every drawing that is missing, old or left over."""
    there = {path.relative_to(root): path.read_text(encoding="utf-8") for path in (root / FOLDER).glob("*.md")}
    return [f"{path}: not what the table says" for path in sorted(wanted) if there.get(path) != wanted[path]] + [
        f"{path}: no such table any more" for path in sorted(there) if path not in wanted
    ]


def main(arguments: list[str]) -> int:
    """Draw, or with `--check` compare; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "servicedesk.settings")
    django.setup()
    with translation.override("en"):
        wanted = pages()
    if "--check" not in arguments:
        write(wanted, ROOT)
        return 0
    problems = differences(wanted, ROOT)
    print("\n".join([*problems, "`make fix` draws them anew."] if problems else [f"{len(wanted)} pages are current"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
