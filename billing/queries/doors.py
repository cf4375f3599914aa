"""Collecting at the door as it is read: the list, one visit, and what somebody has still to hand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from accounts.models import Membership, Project, User
from billing.models import DoorBill, DoorVisit, HandIn, PreparedReceipt
from billing.models.doors import NOTHING
from billing.permissions import DOOR_ROLES
from billing.queries.paper import period_words
from billing.states import DOOR_METHODS, DOOR_OPEN, DoorState, Method
from estate.models import HouseholdMember, PersonPhone
from estate.states import Relation
from sla.queries import calendar_for

PAGE = 30
# Nobody rests longer than this; a calendar without working days is none.
LONGEST_REST = 31


# --- who -------------------------------------------------------------------------------------------------------------
def collectors_of(project: Project) -> list[User]:
    """Whoever may go to the door: cashiers, front desk and supervisors of the project, by name."""
    rows = Membership.objects.staff_of([project.pk], DOOR_ROLES).select_related("user")
    return sorted({row.user for row in rows if row.user.is_active}, key=lambda user: (str(user), user.pk))


def is_collector(user: User, project: Project) -> bool:
    """Say whether somebody may go to the door in the project."""
    return user.is_active and user.has_role(project.pk, *DOOR_ROLES)


# --- the list --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class DoorRow:
    """A visit in the list: whether its money is overdue to be handed in, and whether its time is over."""

    visit: DoorVisit
    is_overdue: bool
    is_late: bool


def last_working_day(project: Project, *, before: date) -> date:
    """The last day before a day on which people work, by the project's calendar; without one, the day before."""
    version = calendar_for(project)
    eve = before - timedelta(days=1)
    if version is None:
        return eve
    calendar = version.working_time(project.tz)
    days = (before - timedelta(days=back) for back in range(1, LONGEST_REST + 1))
    return next((day for day in days if calendar.hours(day)), eve)


def overdue(project: Project, *, today: date) -> Q:
    """Visits whose money should have been handed in: the working day after they were collected is over."""
    return Q(state=DoorState.COLLECTED, payment__day__lt=last_working_day(project, before=today))


def visits_of(project: Project, user: User, *, show: str = "", today: date) -> QuerySet[DoorVisit]:
    """The visits that the person sees: what is to be done, of `mine` or all of it; or with those that are over, `all`.

    What is overdue to be handed in comes first, then what comes first by its appointment.
    """
    rows = DoorVisit.objects.visible_to(user).filter(project=project)
    if show != "all":
        rows = rows.filter(state__in=[*DOOR_OPEN, DoorState.COLLECTED])
    if show == "mine":
        rows = rows.filter(collector=user)
    late = Case(
        When(overdue(project, today=today), then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    ordered = ("-is_overdue", "-pk") if show == "all" else ("-is_overdue", "window_start", "pk")
    return rows.select_related("unit", "collector").annotate(is_overdue=late).order_by(*ordered)


def rows_of(visits: Sequence[DoorVisit], at: datetime) -> list[DoorRow]:
    """The rows of a page of `visits_of`."""
    return [
        DoorRow(one, bool(getattr(one, "is_overdue", False)), one.state in DOOR_OPEN and one.window_end < at)
        for one in visits
    ]


# --- one visit -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class DoorLine:
    """A bill of a visit: what for, what was confirmed of it, and whether something else is owed by now."""

    line: DoorBill
    words: str
    changed: bool


@dataclass(frozen=True)
class DoorPage:
    """A visit with its bills, the receipts that were prepared for it, the owners' names and the payer's phone.

    `owed` is what its bills come to now, in yuan.
    """

    visit: DoorVisit
    lines: tuple[DoorLine, ...]
    papers: tuple[PreparedReceipt, ...]
    owners: str
    phone: PersonPhone | None
    owed: Decimal

    @property
    def is_changed(self) -> bool:
        """Say whether a bill is not as it was last said, while that matters."""
        return self.visit.state in DOOR_OPEN and any(line.changed for line in self.lines)

    @property
    def carried(self) -> PreparedReceipt | None:
        """The receipt that stands: carried, or handed out."""
        return next((paper for paper in self.papers if paper.voided_at is None), None)


def door_page(visit: DoorVisit) -> DoorPage:
    """Read the rest of a visit's page, in four statements."""
    lines = tuple(
        DoorLine(line, period_words(line.bill), line.bill.outstanding != line.amount)
        for line in visit.lines.select_related("bill__item")
    )
    phones = PersonPhone.objects.filter(person=visit.person_id, ended_at=None)
    return DoorPage(
        visit=visit,
        lines=lines,
        papers=tuple(visit.papers.select_related("prepared_by", "voided_by", "handed_back")),
        owners=_owners(visit),
        phone=phones.select_related("person").order_by("-is_primary", "pk").first() if visit.person_id else None,
        owed=sum((line.line.bill.outstanding for line in lines), NOTHING),
    )


def _owners(visit: DoorVisit) -> str:
    owners = HouseholdMember.objects.current().filter(
        household__unit=visit.unit_id, household__is_owner=True, relation=Relation.OWNER
    )
    return "、".join(owners.order_by("pk").values_list("person__name", flat=True))


# --- handing in ------------------------------------------------------------------------------------------------------
def visits_to_hand_in(project: Project, collector: User) -> QuerySet[DoorVisit]:
    """What somebody collected and has not handed in, with its payment and receipt."""
    rows = DoorVisit.objects.filter(project=project, collector=collector, state=DoorState.COLLECTED)
    return rows.select_related("unit", "payment__receipt").order_by("pk")


def papers_to_hand_back(project: Project, collector: User) -> QuerySet[PreparedReceipt]:
    """The void receipts that somebody carried and has not given back."""
    rows = PreparedReceipt.objects.filter(visit__project=project, visit__collector=collector)
    return rows.filter(voided_at__isnull=False, handed_back=None).select_related("visit__unit").order_by("pk")


@dataclass(frozen=True)
class HandInPage:
    """What one collector has to hand in: visits, void receipts, and the cash that is recorded, in yuan."""

    collector: User
    visits: tuple[DoorVisit, ...]
    papers: tuple[PreparedReceipt, ...]

    @property
    def recorded(self) -> Decimal:
        """The cash that should be there."""
        return sum((visit.cash for visit in self.visits), NOTHING)

    @property
    def others(self) -> list[tuple[str, Decimal]]:
        """What was paid otherwise, by way of paying: its slips are compared, it is in its account already."""
        found: dict[str, Decimal] = {}
        for visit in self.visits:
            payment = visit.payment
            if payment is not None and payment.method != Method.CASH and payment.receipt.reversed_at is None:
                found[payment.method] = found.get(payment.method, NOTHING) + payment.amount
        return [(str(label), found[method]) for method, label in DOOR_METHODS if method in found]


def hand_in_page(project: Project, collector: User) -> HandInPage:
    """Read what somebody has to hand in: two statements."""
    return HandInPage(
        collector, tuple(visits_to_hand_in(project, collector)), tuple(papers_to_hand_back(project, collector))
    )


def who_owes(project: Project) -> list[User]:
    """Whoever has money or void receipts from the door in hand, by name: one statement."""
    visits = DoorVisit.objects.filter(project=project)
    money = Q(pk__in=visits.filter(state=DoorState.COLLECTED).values("collector"))
    paper = Q(pk__in=visits.filter(papers__voided_at__isnull=False, papers__handed_back=None).values("collector"))
    return list(User.objects.filter(money | paper).order_by("name", "pk"))


@dataclass(frozen=True)
class UnderWay:
    """Cash that somebody collected at doors and has not handed in: how much, in yuan, and since which day."""

    collector: User
    amount: Decimal
    since: date


def under_way(project: Project, *, until: date) -> list[UnderWay]:
    """The cash that was collected at doors up to a day and is in nobody's till yet, by collector: one statement."""
    visits = DoorVisit.objects.filter(project=project, state=DoorState.COLLECTED, payment__day__lte=until)
    cash = visits.filter(payment__method=Method.CASH, payment__receipt__reversed_at=None)
    found: dict[int, UnderWay] = {}
    for visit in cash.select_related("collector", "payment").order_by(
        "collector__name", "collector_id", "payment__day"
    ):
        payment, so_far = visit.payment, found.get(visit.collector_id)
        if payment is None:
            continue
        since = so_far.since if so_far else payment.day
        amount = (so_far.amount if so_far else NOTHING) + payment.amount
        found[visit.collector_id] = UnderWay(visit.collector, amount, since)
    return list(found.values())


def handed_in(hand_in: HandIn) -> tuple[list[DoorVisit], list[PreparedReceipt]]:
    """The visits and void receipts of a hand-in: two statements."""
    visits = hand_in.visits.select_related("unit", "payment__receipt").order_by("pk")
    return list(visits), list(hand_in.papers.select_related("visit__unit").order_by("pk"))
