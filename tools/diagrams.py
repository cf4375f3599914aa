"""Draw the state diagram of every app that has a transition table, as Mermaid in `docs/states/<app>.md`.

`--check` fails when a drawing is not what the table says.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import django
from django.utils import translation

from core.transitions import Step
from tools.tree import ROOT

FOLDER = Path("docs") / "states"
INTRODUCTION = """# States: {app}

Drawn from `{app}/states.py` by `make fix`; `make check` compares. Each arrow is a verb, with the event it leaves in
brackets. A verb that does not change the state stands in the table.
"""


def tables(root: Path = ROOT) -> Iterator[tuple[str, str, Mapping[str, Step]]]:
    """Yield app, name and contents of every transition table: `TRANSITIONS`, or `…_TRANSITIONS` for a second one."""
    for path in sorted(root.glob("*/states.py")):
        module = import_module(f"{path.parent.name}.states")
        for name, value in vars(module).items():
            if name.endswith("TRANSITIONS") and isinstance(value, Mapping) and name.isupper():
                yield path.parent.name, name, value


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


def beginnings(transitions: Mapping[str, Step]) -> list[str]:
    """Return an arrow from the start for every state that nothing reaches, where no verb begins the matter."""
    if any(not step.sources for step in transitions.values()):
        return []
    reached = {step.target for step in transitions.values()}
    found = {source for step in transitions.values() for source in step.sources} - reached
    return [f"    [*] --> {state}" for state in sorted(found)]


def staying(transitions: Mapping[str, Step]) -> list[str]:
    """Return a table of the verbs that leave the state as it is."""
    rows = [
        f"| `{verb}` | {', '.join(f'`{one}`' for one in sorted(step.sources))} | `{step.event}` |"
        for verb, step in transitions.items()
        if not step.target
    ]
    return ["", "| Verb | In | Event |", "|---|---|---|", *rows] if rows else []


def draw(transitions: Mapping[str, Step]) -> str:
    """Return one table as a diagram and what does not fit into it."""
    lines = [*beginnings(transitions), *arrows(transitions), *ends(transitions)]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", *staying(transitions), ""])


def title(name: str) -> str:
    """Return a heading for a table: `JOB_TRANSITIONS` is of a job, plain `TRANSITIONS` of the case."""
    return name.removesuffix("TRANSITIONS").strip("_").replace("_", " ").capitalize() or "Case"


def pages(root: Path = ROOT) -> dict[Path, str]:
    """Return every page that should be there, with its text."""
    found: dict[Path, str] = {}
    for app, name, transitions in tables(root):
        path = FOLDER / f"{app}.md"
        found.setdefault(path, INTRODUCTION.format(app=app))
        found[path] += (
            f"\n## {name.removesuffix('TRANSITIONS').strip('_').replace('_', ' ').capitalize() or 'Case'}\n\n"
        )
        found[path] += draw(transitions)
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
