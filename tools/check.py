"""Run every check, two at a time, and say what failed in the words of the tool that found it."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tools.tree import ROOT

AT_ONCE = 2
SHOWN = 60  # lines of a failed check's output
# Longest first, so that the short ones fill the gaps. What follows the environment's Python, or a script beside it.
CHECKS: dict[str, str] = {
    "types": "-m mypy .",
    "imports": "lint-imports --no-cache",
    "migrations": "manage.py makemigrations --check --dry-run",
    "settings": "manage.py check --fail-level WARNING",
    "templates": "-m tools.templates",
    "style sheets": "-m tools.styles",
    "state diagrams": "-m tools.diagrams --check",
    "catalogues": "-m tools.catalogues check",
    "requirements": "-m tools.trace --quiet",
    "sizes": "-m tools.size",
    "style": "-m ruff check --quiet .",
    "format": "-m ruff format --quiet --check .",
}


@dataclass(frozen=True)
class Outcome:
    """What one check said."""

    name: str
    code: int
    seconds: float
    output: str


def run(name: str) -> Outcome:
    """Run one check."""
    began = time.monotonic()
    words = CHECKS[name].split()
    script = Path(sys.executable).parent / words[0]
    command = [str(script), *words[1:]] if script.exists() else [sys.executable, *words]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return Outcome(name, done.returncode, time.monotonic() - began, done.stdout)


def report(outcome: Outcome) -> None:
    """Print a line for a check, and its output where it failed or is only figures."""
    mark = "✗" if outcome.code else "✓"
    print(f"{mark} {outcome.name:<15} {outcome.seconds:5.1f} s", flush=True)
    if outcome.code or outcome.name == "sizes":
        lines = outcome.output.rstrip().splitlines()
        print("\n".join(f"    {line}" for line in lines[:SHOWN]), flush=True)
        if len(lines) > SHOWN:
            print(f"    … and {len(lines) - SHOWN} lines more", flush=True)


def main(names: list[str]) -> int:
    """Run the named checks (all when none is named); return 1 when one fails."""
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"no such check: {', '.join(unknown)}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    failed = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for outcome in pool.map(run, names or CHECKS):
            report(outcome)
            if outcome.code:
                failed.append(outcome.name)
    print(f"✗ {len(failed)} failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
