"""Office costs as they are read: the list, one of them with its reckoning, a month of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from accounts.models import Membership, Project, User
from accounts.states import STAFF_ROLES
from billing.models import OfficeBooking, OfficeCost, OfficePayment, OfficeReversal, OfficeTerms
from billing.models.office import USUAL_LIMIT, OfficeCostQuerySet
from billing.queries.ledger import balance
from billing.rules.exact import NOTHING
from billing.rules.statements import Asked
from billing.states import Book, Method, OfficeKind, OfficeState
from records.models import Approval

PAGE = 30
# Kind, name and colleague: two of them may have the same name.
Key = tuple[str, str, int]
STANDING = (OfficeState.ASKED, OfficeState.APPROVED, OfficeState.PAID)


def limit_of(project: Project) -> Decimal:
    """Up to which amount a supervisor approves: the project's own terms, else the company's, else the usual ones."""
    rows = OfficeTerms.objects.filter(Q(project=project) | Q(project=None))
    found = rows.order_by(F("project").asc(nulls_last=True)).first()
    return found.limit if found else USUAL_LIMIT


def claimants(project: Project) -> QuerySet[User]:
    """Who may be paid back: the staff of a project."""
    members = Membership.objects.staff_of([project.pk], STAFF_ROLES)
    return User.objects.filter(pk__in=members.values("user")).order_by("name", "username")


def same_share(project: Project, *, supplier: str, whole: Decimal, start: date, end: date) -> OfficeCost | None:
    """The cost by which the same bill of a supplier is shared already; what was refused or taken back is none."""
    rows = OfficeCost.objects.filter(project=project, supplier=supplier, whole=whole, period_start=start)
    found = rows.filter(period_end=end).told().order_by("-pk")
    return next((one for one in found if one.state in STANDING), None)


@dataclass(frozen=True)
class SoughtCosts:
    """Which costs are looked for: in a state, by a beginning of the number or a part of the words; empty is any."""

    q: str = ""
    state: str = ""

    @property
    def is_any(self) -> bool:
        """Say whether nothing narrows it."""
        return not (self.q or self.state)


@dataclass(frozen=True)
class CostRows:
    """A page of costs, the newest first; `next` is the key to go on with, None on the last."""

    rows: Sequence[OfficeCost]
    next: int | None


def list_costs(project: Project, user: User, sought: SoughtCosts, *, before: int | None = None) -> CostRows:
    """A page of the costs that the person sees: one statement."""
    rows = OfficeCost.objects.visible_to(user).filter(project=project)
    if sought.state:
        rows = rows.in_state(sought.state)
    if sought.q:
        named = Q(claimant__name__icontains=sought.q) | Q(supplier__icontains=sought.q)
        rows = rows.filter(named | Q(number__istartswith=sought.q) | Q(words__icontains=sought.q))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.told().order_by("-pk")[: PAGE + 1])
    return CostRows(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def waiting_reversal(cost: OfficeCost, kind: str) -> Approval | None:
    """The question, of a kind, whether the cost is taken back, that nobody has decided yet."""
    rows = Approval.objects.waiting().filter(project=cost.project_id, kind=kind, subject=cost.number)
    return rows.select_related("asked_by").first()


# --- a month of them -------------------------------------------------------------------------------------------------
@dataclass
class PayeeRow:
    """What the office bore for one supplier or colleague in a month, in yuan."""

    kind: OfficeKind
    payee: str
    count: int = 0
    booked: Decimal = NOTHING
    reversed: Decimal = NOTHING

    @property
    def borne(self) -> Decimal:
        """Booked less what was taken back."""
        return self.booked - self.reversed


@dataclass(frozen=True)
class OfficeMonth:
    """A month of office costs: by whom they are paid to, how they were paid, and what is still to be paid at its end.

    `lines` are the costs approved in the month, `undone` those taken back in it, whenever they were approved.
    """

    project: Project
    asked: Asked
    rows: Sequence[PayeeRow]
    paid: Sequence[tuple[str, Decimal]]
    payable: Decimal
    lines: Sequence[OfficeCost] = field(default_factory=tuple)
    undone: Sequence[OfficeCost] = field(default_factory=tuple)

    @property
    def booked(self) -> Decimal:
        """What was approved in the month."""
        return sum((row.booked for row in self.rows), NOTHING)

    @property
    def reversed(self) -> Decimal:
        """What was taken back in the month."""
        return sum((row.reversed for row in self.rows), NOTHING)

    @property
    def borne(self) -> Decimal:
        """What the month's expense comes to."""
        return self.booked - self.reversed

    @property
    def paid_sum(self) -> Decimal:
        """What was paid out, less what came back."""
        return sum((amount for _way, amount in self.paid), NOTHING)

    @property
    def count(self) -> int:
        """How many costs it names."""
        return len(self.lines) + len(self.undone)


def office_month(project: Project, user: User, asked: Asked) -> OfficeMonth:
    """Read a month: six statements, whatever its size."""
    span = (asked.period.start, asked.period.end)
    seen = OfficeCost.objects.visible_to(user).filter(project=project)
    lines = _lines(seen.filter(booking__day__range=span))
    undone = _lines(seen.filter(reversal__day__range=span))
    return OfficeMonth(
        project=project,
        asked=asked,
        rows=_rows(lines, undone),
        paid=_paid(project, span),
        payable=balance(Book.PAYABLE, project, as_of=asked.period.end),
        lines=lines,
        undone=undone,
    )


def _lines(costs: OfficeCostQuerySet) -> list[OfficeCost]:
    return list(costs.told().select_related("booking__by", "payment__by", "reversal__by").order_by("pk"))


def _rows(lines: Sequence[OfficeCost], undone: Sequence[OfficeCost]) -> list[PayeeRow]:
    found: dict[Key, PayeeRow] = {}
    for cost in lines:
        row = _row(found, cost)
        row.count, row.booked = row.count + 1, row.booked + cost.amount
    for cost in undone:
        _row(found, cost).reversed += cost.amount
    return [found[key] for key in sorted(found, reverse=True)]


def _row(found: dict[Key, PayeeRow], cost: OfficeCost) -> PayeeRow:
    key = (cost.kind, cost.payee, cost.claimant_id or 0)
    return found.setdefault(key, PayeeRow(OfficeKind(cost.kind), cost.payee))


def _paid(project: Project, span: tuple[date, date]) -> list[tuple[str, Decimal]]:
    """What went out in the days, less what came back in them, by way of paying in the order of the till."""
    sums: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    out = OfficePayment.objects.filter(cost__project=project, day__range=span)
    for method, amount in out.values_list("method", "cost__amount"):
        sums[method] += amount
    back = OfficeReversal.objects.filter(cost__project=project, day__range=span, payment_entry__isnull=False)
    for method, amount in back.values_list("cost__payment__method", "cost__amount"):
        sums[method] -= amount
    return [(str(method.label), sums[method]) for method in Method if method in sums]


def booked_of(cost: OfficeCost) -> OfficeBooking | None:
    """The booking of a cost; None before a second person approved."""
    found: OfficeBooking | None = getattr(cost, "booking", None)
    return found


def paid_of(cost: OfficeCost) -> OfficePayment | None:
    """The payment of a cost; None before it was paid."""
    found: OfficePayment | None = getattr(cost, "payment", None)
    return found


def undone_of(cost: OfficeCost) -> OfficeReversal | None:
    """The reversal of a cost; None for most."""
    found: OfficeReversal | None = getattr(cost, "reversal", None)
    return found
