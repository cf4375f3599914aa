"""Money at the counter, and the pages of who takes and collects it."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.urls import reverse

from accounts.models import Project, User
from billing.actions.paying import take_payment
from billing.models import Bill
from billing.queries.ladder import Bar, ages
from billing.states import KIND, Method
from billing.views.till import till_url
from cases.models import Case
from tools.bench.clients import get, post, signed_in, taken_back
from tools.bench.figures import Figure, beside, milliseconds, statements
from tools.bench.money_rows import CASHIER, SUPERVISOR, now

# Of what takes seconds.
FEW_ROUNDS = {"rounds": 3, "warm": 1}
FEW = "≤ 20 statements"
GROUPED = """
    SELECT due_on, count(*), sum(outstanding) FROM billing_bill
    WHERE project_id = %s AND outstanding > 0 GROUP BY due_on
"""


def counter(project: Project) -> Iterator[Figure]:
    """One payment by the action alone and from the page of the till; that page itself."""
    units = project.units.count()
    bill = Bill.objects.open().filter(project=project).select_related("unit__project").latest("pk")
    cashier = User.objects.get(username=CASHIER)
    cashier.active_memberships  # noqa: B018  read with every request, before any action

    def take() -> None:
        with taken_back():
            take_payment(
                project=project,
                unit=bill.unit,
                bills=[bill],
                amount=bill.outstanding,
                method=Method.CASH,
                by=cashier,
                at=now(),
            )

    client, address = signed_in(CASHIER), till_url(bill.unit)
    get(client, address)()  # from now on the session is in this project
    body = {"bills": bill.number, "received": str(bill.outstanding), "method": Method.CASH.value}
    pay = _taken_back(_paying(client, address, body))
    visit = get(client, address)
    for name, work, aim in (
        ("counter payment (the action)", take, FEW),
        ("counter payment (page)", pay, FEW),
        ("the till of a home", visit, ""),
    ):
        yield Figure(name, units, milliseconds(work), None, statements(work), aim, of="units")


def _paying(client: Any, address: str, body: dict[str, str]) -> Callable[[], Any]:
    def pay() -> Any:
        """Each time as the first time: every form has a key of its own."""
        return post(client, address, body | {"idempotency_key": uuid.uuid4().hex})()

    return pay


def _taken_back(work: Callable[[], Any]) -> Callable[[], None]:
    def act() -> None:
        with taken_back():
            work()

    return act


def ageing(project: Project) -> Iterator[Figure]:
    """How old is what is owed, beside one grouping of the same bills by an index that holds all it reads."""
    reader, today = User.objects.get(username=SUPERVISOR), now().astimezone(project.tz).date()
    bills = Bill.objects.filter(project=project).count()
    reader.active_memberships  # noqa: B018  read with every request

    def look() -> list[Bar]:
        return ages(reader, project, today)

    with taken_back(), connection.cursor() as cursor:
        # Made here, so that the floor has it whatever indexes the product has.
        cursor.execute(
            "CREATE INDEX bench_ages ON billing_bill (project_id, due_on) INCLUDE (outstanding) WHERE outstanding > 0"
        )

        def group() -> object:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(GROUPED, [project.pk])
            found = cursor.fetchall()
            cursor.execute("RESET enable_seqscan")
            return found

        ours, floor = beside(look, group, **FEW_ROUNDS)
    counted = sum(bar.count for bar in look())
    more = {"counted": counted}
    yield Figure("ageing", bills, ours, floor, statements(look), "≤ 1.5 × a covering index", more, of="bills")
    client, case = signed_in(SUPERVISOR), Case.objects.filter(project=project, kind=KIND).latest("pk")
    get(client, reverse("arrears_case", args=[case.number]))()  # from now on the session is in this project
    visit = get(client, reverse("arrears"))
    yield Figure("the ladder", bills, milliseconds(visit, **FEW_ROUNDS), None, statements(visit), of="bills")
