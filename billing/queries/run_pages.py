"""What the pages of billing runs show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Aggregate, Count, Q, QuerySet

from accounts.models import Project, User
from billing.models import Bill, BillingRun, ChargeItem
from billing.models.bills import STATES
from billing.queries.owed import without_money
from billing.queries.paper import span_words
from billing.queries.running import same_terms
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from billing.states import BillState, LeftOut, RunState
from records.models import LongWork

PER_PAGE = 50


@dataclass(frozen=True)
class Left:
    """Why some stretches make no bill, how many, and the first of their rooms."""

    why: LeftOut
    count: int
    rooms: Sequence[str]

    @property
    def more(self) -> bool:
        """Whether there are rooms beyond those named; several stretches may be one room's."""
        return self.count > len(self.rooms)


@dataclass(frozen=True)
class Standing:
    """How many of some bills are in a state, and what they come to, in yuan."""

    state: BillState
    count: int
    total: Decimal


@dataclass(frozen=True)
class RunPage:
    """A run with what it would raise, and what became of what it raised. `free`: how many could be taken back now.

    `is_stale`: a price or a unit's charge was changed since it was worked out, so that it is not raised as it is.
    """

    run: BillingRun
    items: Sequence[tuple[str, int, str]]
    left: Sequence[Left]
    standing: Sequence[Standing]
    free: int
    is_stale: bool

    @property
    def worked_out_at(self) -> datetime | None:
        """When it was worked out, by the prices of then."""
        at = self.run.found.get("at")
        return datetime.fromisoformat(at) if at else None

    @property
    def months(self) -> str:
        """For which months."""
        return span_words(self.run.period_start, self.run.period_end)

    @property
    def works(self) -> bool:
        """Whether a worker has it, or will."""
        return self.run.work is not None and self.run.work.state in (LongWork.State.WAITING, LongWork.State.RUNNING)

    @property
    def is_ready(self) -> bool:
        """Whether it was worked out, by the prices that hold yet, and there is something to raise."""
        return self.run.state == RunState.PREVIEWED and not self.works and not self.is_stale and bool(self.run.count)

    @property
    def kept(self) -> int:
        """How many of its bills stay whatever happens, because money was taken for them."""
        return sum(one.count for one in self.standing if one.state != BillState.VOID) - self.free

    @property
    def is_begun(self) -> bool:
        """Whether some of it was raised, though not all: it was stopped on the way."""
        return self.run.state == RunState.PREVIEWED and bool(self.standing)


def runs_of(user: User, project: Project) -> QuerySet[BillingRun]:
    """The runs of a project, the newest first."""
    rows = BillingRun.objects.visible_to(user).filter(project=project)
    return rows.select_related("made_by", "work").prefetch_related("items")


def items_to_bill(user: User, project: Project) -> QuerySet[ChargeItem]:
    """The charge items of a project that have a price."""
    return (
        ChargeItem.objects.visible_to(user).filter(project=project, tariffs__isnull=False).distinct().order_by("name")
    )


def run_page(run: BillingRun) -> RunPage:
    """A run as its page shows it, in two statements, and one more before it is raised."""
    found = run.found
    left = [
        Left(LeftOut(why), count, found.get("rooms", {}).get(why, []))
        for why, count in sorted(found.get("left_out", {}).items(), key=lambda one: -one[1])
    ]
    items = [(name, count, total) for name, count, total in found.get("items", [])]
    bills = Bill.objects.filter(run=run)
    free = without_money(bills.filter(amount__gt=0)).count()
    return RunPage(
        run,
        items,
        left,
        standing_of(bills),
        free,
        is_stale=run.state == RunState.PREVIEWED and not same_terms(run),
    )


def standing_of(bills: QuerySet[Bill]) -> list[Standing]:
    """Bills by their states, those without any left out, in one statement."""
    sums: dict[str, Aggregate] = {}
    for state, rows in STATES.items():
        sums[f"{state}_count"] = Count("pk", filter=rows)
        sums[f"{state}_total"] = MoneySum("amount", filter=rows, default=NOTHING)
    found = bills.filter(Q(amount__gt=0)).aggregate(**sums)
    states = [BillState.UNPAID, BillState.PART, BillState.PAID, BillState.WAIVED, BillState.VOID]
    listed = [Standing(state, found[f"{state.value}_count"], found[f"{state.value}_total"]) for state in states]
    return [one for one in listed if one.count]
