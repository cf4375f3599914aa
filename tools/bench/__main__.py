"""Print the figures as JSON lines, at 100,000 and at a million cases, and how much each grows between them.

`python -m tools.bench [SIZE …]`, and for money `python -m tools.bench money [--units N] [--bills N]`, on a PostgreSQL
database of its own: DATABASE_URL, else `servicedesk_bench` on this machine. The database is made and filled where it
is not, and kept for the next run.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterable
from typing import Any

import django

SIZES = (100_000, 1_000_000)
HOME = "postgres://127.0.0.1:5432/servicedesk_bench"
GROWTH = 1.3


def prepare() -> None:
    """Settings of a production-like process of the demonstration; then the database and Django."""
    os.environ.setdefault("DATABASE_URL", HOME)
    os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="servicedesk-bench-"))
    # As production has it (docker-compose.yml), for us and for the floors.
    os.environ.setdefault("PGOPTIONS", "-c random_page_cost=1.1")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "servicedesk.settings",
        "DEMO": "1",
        "PLAIN_HTTP": "1",
        "LOG_LEVEL": "ERROR",
    }
    from tools.services import check_postgres  # noqa: PLC0415  nothing of ours before the settings are said

    check_postgres(os.environ["DATABASE_URL"])
    django.setup()


def main(arguments: Iterable[str]) -> int:
    """Measure at each size; the exit code says whether everything was measured, not whether it was fast."""
    prepare()
    from tools.bench import measure, money  # noqa: PLC0415  read models

    said = list(arguments)
    if said[:1] == ["money"]:
        for figure in money.figures(*money.sizes(said[1:])):
            _print(figure.shown)
        return 0
    found = []
    for size in [int(argument) for argument in said] or SIZES:
        for figure in measure.at_size(size):
            found.append(figure)
            _print(figure.shown)
    for line in measure.growth(found, most=GROWTH):
        _print(line)
    return 0


def _print(line: dict[str, Any]) -> None:
    print(json.dumps(line, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
