"""What a client knows on disk: every request before it goes out, and what became of it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Journal:
    """One client's file, a line a fact, written through at once."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", buffering=1)

    def write(self, state: str, **facts: Any) -> None:
        """Add a line. States: asked, doubt, done, refused."""
        self._file.write(json.dumps({"state": state, "t": time.time(), **facts}) + "\n")


def entries(folder: Path) -> Iterator[Entry]:
    """Every line of every client's journal."""
    for path in sorted(folder.glob("journal-*.jsonl")):
        for line in path.read_text().splitlines():
            yield json.loads(line)


def intentions(folder: Path) -> dict[str, Entry]:
    """What each client meant to do once, by its mark: asked, done or refused as far as it knows, how often sent."""
    found: dict[str, Entry] = {}
    for entry in entries(folder):
        one = found.setdefault(entry["mark"], {**entry, "sent": 0, "doubts": 0})
        one["sent"] += entry["state"] == "asked"
        one["doubts"] += entry["state"] == "doubt"
        if entry["state"] in ("done", "refused"):
            one.update(entry)
        elif one["state"] == "doubt":
            one["state"] = "asked"
    return found
