"""Taking a matter, beside a bare page that inserts the very same rows."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Max
from django.utils import timezone

from accounts.models import Project, User
from cases.models import Case
from complaints.actions import NewComplaint, register
from tickets.actions import NewTicket, open_ticket
from tickets.models import Category
from tools.bench import floors
from tools.bench.clients import on_the_bare_site, post, signed_in, taken_back
from tools.bench.figures import Figure, beside, milliseconds, statements

SAID = "厨房水管漏水"
AIM = "≤ 4 × a bare page that inserts the same rows"


def create(size: int) -> Iterator[Figure]:
    """One ticket by the action alone, over the API, and with its contact from the page of the desk; one complaint."""
    yield _action(size)
    yield _complaint(size)
    unit = Project.objects.get(code="demo").units.earliest("pk").number
    # Found on a round: one case and nothing in the desk's log. A bare page answers with less than the whole ticket.
    found = {"project": "demo", "unit": unit, "description": SAID, "channel": "patrol"}
    told = {"unit": unit, "description": SAID, "channel": "phone"}
    yield _beside("create (API, one ticket found on a round)", size, "/api/v1/tickets/", found, unit)
    yield _beside("create (page, ticket and log)", size, "/intake/", told, unit)


def _action(size: int) -> Figure:
    desk = User.objects.get(username="frontdesk")
    unit = Project.objects.get(code="demo").units.select_related("project", "building").earliest("pk")
    category = Category.objects.get(code="pipe")
    new = NewTicket(project=unit.project, unit=unit, category=category, description=SAID, contact_phone="13900000000")

    def act() -> None:
        with taken_back():
            open_ticket(new=new, by=desk, at=timezone.now())  # noqa: TID251  a command

    desk.active_memberships  # noqa: B018  read with every request, before any action
    return Figure("create (the action)", size, milliseconds(act), None, statements(act), "≤ 12 statements")


def _complaint(size: int) -> Figure:
    desk = User.objects.get(username="frontdesk")
    unit = Project.objects.get(code="demo").units.select_related("project", "building").earliest("pk")
    new = NewComplaint(project=unit.project, unit=unit, description="电梯困人四十分钟，老人受伤")

    def act() -> None:
        with taken_back():
            register(new=new, by=desk, at=timezone.now())  # noqa: TID251  a command

    desk.active_memberships  # noqa: B018  read with every request, before any action
    return Figure("register (major complaint)", size, milliseconds(act), None, statements(act), "≤ 14 statements")


def _beside(name: str, size: int, address: str, body: dict[str, str], unit: str) -> Figure:
    client, bare = signed_in("frontdesk"), on_the_bare_site("frontdesk")
    with taken_back():
        last = Case.objects.aggregate(last=Max("pk"))["last"]
        send = _with_key(client, address, body)
        send()
        floors.SAME = floors.rows_after(last)
        ours, floor = beside(send, post(bare, "/insert/", {"unit": unit}))
        rows = sum(len(written) for written in floors.SAME.values())
        asked, least = statements(send), statements(post(bare, "/insert/", {"unit": unit}))
    return Figure(name, size, ours, floor, asked, AIM, {"rows": rows, "floor_statements": least})


def _with_key(client: Any, address: str, body: dict[str, str]) -> Callable[[], Any]:
    """Send it each time as the first time: every form has a key of its own."""

    def send() -> Any:
        key = uuid.uuid4().hex
        return post(client, address, body | {"idempotency_key": key}, headers={"Idempotency-Key": key})()

    return send
