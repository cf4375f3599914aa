"""Handing in (交款) what was collected at the door: cash counted against what is recorded, void receipts given back.

Source: 三(4)③ (上门收取), BIL-5 (handed in and reconciled afterwards).
"""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.dayclose import LARGEST, LONGEST_WORDS, require_day_open
from billing.actions.posting import Line, post
from billing.models import DoorVisit, Entry, HandIn, PreparedReceipt
from billing.permissions import can_receive_door_cash
from billing.queries.doors import papers_to_hand_back, visits_to_hand_in
from billing.rules.exact import NOTHING
from billing.states import DOOR_TRANSITIONS, Book, EntryKind
from cases.actions import next_number
from core.errors import Invalid, NotAllowed, NotNow
from core.money import to_cents
from records.actions import audit

PREFIX = "JK"


@transaction.atomic
def hand_in(
    *,
    project: Project,
    collector: User,
    visits: Collection[str],
    papers: Collection[str] = (),
    counted: Decimal,
    explanation: str = "",
    by: User,
    at: datetime,
) -> HandIn:
    """Receive everything that somebody collected at the door and has not handed in.

    `visits` are the numbers of the visits on the page on which it was counted, all that there are; `papers` those of
    the void receipts that are given back. `counted` is the cash, in yuan. What is recorded comes into the receiver's
    till, and what was counted beyond it or is missing stands beside it, as when a day is closed.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project, or the collector's own.
        NotNow: something was collected, handed in or reversed meanwhile, there is nothing, or the receiver's day or
            the month is closed.
        Invalid: an amount that is none, or a difference without a word.
    """
    if not can_receive_door_cash(by, project):
        raise NotAllowed(_("Only cashiers and supervisors receive what was collected at the door."))
    if by.pk == collector.pk:
        raise NotAllowed(_("Somebody else counts what you collected."))
    owed, void = _held(project, collector)
    back = [paper for paper in void if paper.number in set(papers)]
    if {visit.number for visit in owed} != set(visits) or len(back) != len(set(papers)):
        raise NotNow(_("Something changed while you counted. Look at what is recorded now, and count again."))
    if not owed and not back:
        raise NotNow(_("There is nothing to hand in."))
    recorded = sum((visit.cash for visit in owed), NOTHING)
    _check(counted, recorded, explanation)
    return _receive(
        project,
        collector,
        owed,
        back,
        recorded=recorded,
        counted=counted,
        explanation=explanation.strip(),
        by=by,
        at=at,
    )


def _held(project: Project, collector: User) -> tuple[list[DoorVisit], list[PreparedReceipt]]:
    """What somebody has in hand, locked, and read only then: a receipt may be reversed while one waits for the lock."""
    visits, papers = visits_to_hand_in(project, collector), papers_to_hand_back(project, collector)
    for rows in (visits, papers):
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))
    return list(visits), list(papers)


def _check(counted: Decimal, recorded: Decimal, explanation: str) -> None:
    if not 0 <= counted <= LARGEST or counted != to_cents(counted):
        raise Invalid(_("Say what you counted, 0 where there is none."), fields={"counted": _("Out of range.")})
    if len(explanation) > LONGEST_WORDS:
        raise Invalid(_("Something is missing, or too long."), fields={"explanation": _("Too long.")})
    if counted != recorded and not explanation.strip():
        raise Invalid(
            _("What was counted differs from what is recorded."), fields={"explanation": _("It differs: say why.")}
        )


def _receive(
    project: Project,
    collector: User,
    owed: list[DoorVisit],
    back: list[PreparedReceipt],
    *,
    recorded: Decimal,
    counted: Decimal,
    explanation: str,
    by: User,
    at: datetime,
) -> HandIn:
    day = at.astimezone(project.tz).date()
    number = next_number(prefix=PREFIX, day=day)
    made = HandIn.objects.create(
        number=number,
        project=project,
        collector=collector,
        received_by=by,
        at=at,
        day=day,
        recorded=recorded,
        counted=counted,
        explanation=explanation,
        entry=_book(project, owed, number, by=by, at=at) if recorded else None,
    )
    for visit in owed:
        visit.state, visit.hand_in = DOOR_TRANSITIONS["hand_in"].target, made
    DoorVisit.objects.bulk_update(owed, ["state", "hand_in"])
    PreparedReceipt.objects.filter(pk__in=[paper.pk for paper in back]).update(handed_back=made)
    data = {"amount": str(counted), "difference": str(made.difference), "count": len(owed)}
    audit(at=at, by=by, project=project, action=DOOR_TRANSITIONS["hand_in"].event, target=number, data=data)
    require_day_open(project=project, cashier=by, day=day)
    return made


def _book(project: Project, owed: list[DoorVisit], number: str, *, by: User, at: datetime) -> Entry:
    """Move the cash of the visits into the till; each transfer names the home, the entry the number of the hand-in."""
    lines = [
        Line(debit=Book.CASH, credit=Book.DOOR, amount=visit.cash, unit=visit.unit_id) for visit in owed if visit.cash
    ]
    day = at.astimezone(project.tz).date()
    return post(project=project, kind=EntryKind.HANDED_IN, day=day, lines=lines, by=by, at=at, text=number)
