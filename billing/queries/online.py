"""What a household pays for online: the open bills of its homes, its orders, and the receipts it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.models import Project, User
from billing.models import Bill, OnlineOrder, OnlineOrderBill, OnlineRefund, Payment, Receipt
from billing.models.bills import own_households
from billing.queries.paper import period_words
from billing.rules.exact import NOTHING
from billing.states import Method, OrderState
from estate.models import Unit

MOST = 50


@dataclass(frozen=True)
class OwnBill:
    """A bill of the own household: what for, and whether its day has passed."""

    bill: Bill
    words: str
    late: bool


@dataclass(frozen=True)
class OwnHome:
    """What a household owes for one of its homes."""

    unit: Unit
    rows: tuple[OwnBill, ...]

    @property
    def total(self) -> Decimal:
        """What is owed, in yuan."""
        return sum((row.bill.outstanding for row in self.rows), NOTHING)


def own_bills(user: User, project: Project) -> list[Bill]:
    """The open bills of the households that the person is in, in a project, the oldest first."""
    rows = Bill.objects.visible_to(user).open().filter(project=project, household_id__in=own_households(user))
    return list(rows.select_related("project", "unit", "item").order_by("due_on", "pk"))


def homes_owing(user: User, project: Project, homes: Iterable[Unit], *, today: date) -> list[OwnHome]:
    """The person's homes with what they owe."""
    by_unit: dict[int, list[Bill]] = {}
    for bill in own_bills(user, project):
        by_unit.setdefault(bill.unit_id, []).append(bill)
    return [
        OwnHome(
            unit=unit,
            rows=tuple(
                OwnBill(bill=bill, words=period_words(bill), late=bill.due_on < today)
                for bill in by_unit.get(unit.pk, ())
            ),
        )
        for unit in homes
    ]


def receipts_of_own_home(user: User) -> QuerySet[Receipt]:
    """Receipts of the households that the person is in now, whatever else they are."""
    return Receipt.objects.visible_to(user).filter(payment__household_id__in=own_households(user))


def own_receipts(user: User, project: Project) -> list[Receipt]:
    """The receipts of the households that the person is in, the newest first."""
    rows = receipts_of_own_home(user).filter(payment__project=project)
    return list(rows.select_related("payment__unit").order_by("-pk")[:MOST])


def waiting_orders(user: User, project: Project) -> list[OnlineOrder]:
    """The person's orders that still wait for their money, the newest first."""
    rows = OnlineOrder.objects.of_own_home(user).filter(project=project, state=OrderState.WAITING)
    return list(rows.select_related("unit").order_by("-pk")[:MOST])


def online_refund_of(payment: Payment) -> OnlineRefund | None:
    """What the provider is asked to give back of a payment; None where nothing is."""
    return OnlineRefund.objects.filter(payment__payment=payment).first() if payment.method == Method.ONLINE else None


@dataclass(frozen=True)
class OrderPage:
    """An order with its bills, and the receipts of what was paid for it: two where it was paid twice."""

    order: OnlineOrder
    rows: tuple[tuple[OnlineOrderBill, str], ...]
    receipts: tuple[Receipt, ...]


def order_page(order: OnlineOrder) -> OrderPage:
    """Read the rest of an order's page: two statements."""
    lines = order.lines.select_related("bill__item")
    receipts = Receipt.objects.filter(payment__online__order=order).select_related("payment").order_by("pk")
    return OrderPage(
        order=order, rows=tuple((line, period_words(line.bill)) for line in lines), receipts=tuple(receipts)
    )
