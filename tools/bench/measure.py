"""What is measured: pages, search and the sweep, each beside its floor, all taken back afterwards."""

import resource
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Project, User
from cases.models import Case
from cases.states import Phase
from records.queries import find
from sla.actions import sweep_clocks
from sla.models import Clock
from tickets.actions import NewTicket, open_ticket
from tickets.models import Category
from tools.bench.figures import Figure, counted, milliseconds, statements
from tools.bench.floors import plain_site

RARE = "鹦鹉"
SAID = "厨房水管漏水"
BACKEND = "servicedesk.signin.DeskBackend"


@contextmanager
def taken_back() -> Iterator[None]:
    """Nothing of what happens inside stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def at_size(size: int) -> Iterator[Figure]:
    """Fill the database up to the size and measure."""
    _fill(size)
    yield from _pages(size)
    yield from _create(size)
    yield from _search(size)
    yield from _sweep(size)


def _fill(size: int) -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_defaults", verbosity=0)
    if not Project.objects.exists():
        call_command("load_demo", verbosity=0)
    call_command("seed_cases", size)
    project = Project.objects.get(code="demo")
    if not find(query=RARE, projects=[project.pk], kind="case", limit=1):
        desk = User.objects.get(username="frontdesk")
        unit = project.units.earliest("pk")
        said = f"{RARE}飞进了风管"
        open_ticket(new=NewTicket(project=project, unit=unit, description=said), by=desk, at=_now())
    sweep_clocks(at=_now())


def _now() -> datetime:
    return timezone.now()  # noqa: TID251  a command


def _signed_in(username: str) -> Client:
    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    return client


def _get(client: Client, address: str) -> Callable[[], Any]:
    def visit() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            message = f"{address} answered {answer.status_code}"
            raise RuntimeError(message)

    return visit


def _pages(size: int) -> Iterator[Figure]:
    client = _signed_in("supervisor")
    handler = User.objects.get(username="technician").pk
    for name, query in (
        ("list", ""),
        ("list by assignee", f"?handler={handler}"),
        ("list by category", "?category=pipe"),
        ("list of all, newest first", "?view=all"),
    ):
        visit = _get(client, f"/tickets/{query}")
        with plain_site():
            floor = milliseconds(_get(_signed_in("supervisor"), f"/list/{query.replace('?view=all', '')}"))
        yield Figure(name, size, milliseconds(visit), floor, statements(visit), "≤ 6 statements, ≤ 2.5 × a bare page")
    case = Case.objects.filter(kind="repair", phase=Phase.CLOSED).latest("pk")
    visit = _get(client, f"/tickets/{case.number}/")
    yield Figure("detail", size, milliseconds(visit), None, statements(visit), "≤ 8 statements")
    visit = _get(client, "/dispatch/")
    yield Figure("dispatch board", size, milliseconds(visit), None, statements(visit))
    visit = _get(_signed_in("frontdesk"), "/desk/")
    yield Figure("front desk", size, milliseconds(visit), None, statements(visit))


def _create(size: int) -> Iterator[Figure]:
    desk = User.objects.get(username="frontdesk")
    project = Project.objects.get(code="demo")
    unit = project.units.select_related("project", "building").earliest("pk")
    category = Category.objects.get(code="pipe")
    new = NewTicket(project=project, unit=unit, category=category, description=SAID, contact_phone="13900000000")

    def act() -> None:
        with taken_back():
            open_ticket(new=new, by=desk, at=_now())

    desk.active_memberships  # noqa: B018  read with every request, before any action
    yield Figure("open a ticket (the action)", size, milliseconds(act), None, statements(act), "≤ 12 statements")
    with plain_site(), taken_back():
        floor = milliseconds(_post(_signed_in("frontdesk"), "/insert/", {"said": SAID}))
    visit = _post(_signed_in("frontdesk"), "/intake/", {"unit": unit.number, "description": SAID, "channel": "phone"})
    with taken_back():
        taken, asked = milliseconds(visit), statements(visit)
    yield Figure("quick intake (page, ticket and log)", size, taken, floor, asked, "≤ 4 × a bare insert page")


def _post(client: Client, address: str, body: dict[str, str]) -> Callable[[], Any]:
    def send() -> None:
        answer = client.post(address, body)
        if answer.status_code != 302:
            message = f"{address} answered {answer.status_code}"
            raise RuntimeError(message)

    return send


def _search(size: int) -> Iterator[Figure]:
    project = Project.objects.get(code="demo").pk
    phone = Case.objects.filter(kind="repair").earliest("pk").contact_phone
    for name, query in (("a rare word", RARE), ("a common word", "漏水"), ("a phone", phone)):

        def look(query: str = query) -> object:
            return find(query=query, projects=[project], kind="case", limit=20)

        yield Figure(f"search: {name}", size, milliseconds(look), None, statements(look), "≤ 50 ms")


def _sweep(size: int) -> Iterator[Figure]:
    at = _now()
    yield Figure(
        "sweep, none due",
        size,
        milliseconds(lambda: sweep_clocks(at=at)),
        None,
        statements(lambda: sweep_clocks(at=at)),
        "< 5 ms",
    )
    yield from _sweep_many(size, at, 10_000)


def _sweep_many(size: int, at: datetime, due: int) -> Iterator[Figure]:
    with taken_back():
        pks = list(Clock.objects.filter(next_at__isnull=False).order_by("pk").values_list("pk", flat=True)[:due])
        Clock.objects.filter(pk__in=pks).update(next_at=at - timedelta(seconds=1), due_at=at - timedelta(seconds=1))
        floor = _floor_of_sweep(pks, at)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        with counted() as sent:
            done = sweep_clocks(at=at)
        took = (time.perf_counter() - began) * 1000
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    name = f"sweep of {done['clocks']} due (memory +{grown:.0f} MB)"
    yield Figure(name, size, took, floor, len(sent), "≤ 5 × one UPDATE and INSERT of the same rows")


def _floor_of_sweep(pks: list[int], at: datetime) -> float:
    """One statement that marks the clocks and writes an event for each; taken back."""
    began = time.perf_counter()
    with transaction.atomic():
        point = transaction.savepoint()
        with connection.cursor() as cursor:
            cursor.execute(
                "WITH moved AS (UPDATE sla_clock SET state = 'missed', breached_at = due_at, next_at = NULL "
                "WHERE id = ANY(%s) RETURNING id, case_id) INSERT INTO sla_clockevent "
                "(clock_id, kind, at, recorded_at, data) SELECT id, 'breached', %s, %s, '{}' FROM moved",
                [pks, at, at],
            )
        took = (time.perf_counter() - began) * 1000
        transaction.savepoint_rollback(point)
    return took


def growth(found: Iterable[Figure], *, most: float) -> Iterator[dict[str, Any]]:
    """How each figure grew from the smallest size to the largest."""
    by_name: dict[str, list[Figure]] = {}
    for figure in found:
        by_name.setdefault(figure.name.partition(" (memory")[0], []).append(figure)
    for name, figures in by_name.items():
        low, high = min(figures, key=lambda f: f.cases), max(figures, key=lambda f: f.cases)
        if low.cases != high.cases:
            yield {"growth of": name, "from": low.cases, "to": high.cases, "times": round(high.ms / low.ms, 2),
                   "aim": f"≤ {most}"}  # fmt: skip
