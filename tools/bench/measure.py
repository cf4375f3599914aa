"""What is measured at a size: pages, creating, search and the sweep, beside their floors, all taken back afterwards."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from accounts.models import Project, User
from cases.models import Case
from records.queries import find
from sla.actions import sweep_clocks
from tickets.actions import NewTicket, open_ticket
from tools.bench.create import create
from tools.bench.figures import Figure, milliseconds, statements, took
from tools.bench.pages import pages
from tools.bench.sweeping import sweeping

RARE = "鹦鹉"
NOW = timezone.now  # noqa: TID251  a command


def at_size(size: int) -> Iterator[Figure]:
    """Fill the database up to the size and measure."""
    yield _filled(size)
    yield from pages(size)
    yield from create(size)
    yield from _search(size)
    yield from sweeping(size, NOW())


def _filled(size: int) -> Figure:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_defaults", verbosity=0)
    if not Project.objects.exists():
        call_command("load_demo", verbosity=0)
    before = Case.objects.count()
    # In a process of its own: what it leaves in memory would slow every page measured here, as it slows none at work.
    seeding = took(lambda: subprocess.run([sys.executable, "manage.py", "seed_cases", str(size)], check=True))
    project = Project.objects.get(code="demo")
    if not find(query=RARE, projects=[project.pk], kind="case", limit=1):
        desk = User.objects.get(username="frontdesk")
        unit = project.units.earliest("pk")
        open_ticket(new=NewTicket(project=project, unit=unit, description=f"{RARE}飞进了风管"), by=desk, at=NOW())
    sweep_clocks(at=NOW())
    return Figure("seeding", size, seeding, aim="well under 15 minutes", more={"added": Case.objects.count() - before})


def _search(size: int) -> Iterator[Figure]:
    project = Project.objects.get(code="demo").pk
    phone = Case.objects.filter(kind="repair").earliest("pk").contact_phone
    for name, query in (("a rare word", RARE), ("a common word", "漏水"), ("a phone", phone)):

        def look(query: str = query) -> object:
            return find(query=query, projects=[project], kind="case", limit=20)

        yield Figure(f"search: {name}", size, milliseconds(look), None, statements(look), "≤ 50 ms")


def growth(found: Iterable[Figure], *, most: float) -> Iterator[dict[str, Any]]:
    """How each figure grew from the smallest size to the largest; those with a floor also by their ratio."""
    by_name: dict[str, list[Figure]] = {}
    for figure in found:
        if figure.name != "seeding":
            by_name.setdefault(figure.name, []).append(figure)
    for name, figures in by_name.items():
        low, high = min(figures, key=lambda f: f.cases), max(figures, key=lambda f: f.cases)
        if low.cases == high.cases:
            continue
        grown: dict[str, Any] = {"growth of": name, "from": low.cases, "to": high.cases}
        grown |= {
            "times": round(high.time.wall / low.time.wall, 2),
            "cpu times": round(high.time.cpu / low.time.cpu, 2),
        }
        yield grown | {"aim": f"≤ {most}"}
