"""Letting bills be, and collecting them again: they stay owed, and their limitation is watched all the while."""

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.easing import ease
from billing.actions.arrears.marking import mark
from billing.actions.arrears.turns import Turn, begin, go_on_visiting
from billing.models import Arrears, ArrearsBill
from billing.permissions import leads_collection
from billing.queries.arrears import LIMITATION_CLOCK, total_of
from billing.states import ArrearsState
from cases.family import lock_lines
from cases.models import Event
from cases.words import words_of
from core.errors import NotNow
from estate.models import Unit
from sla.models import Clock
from visits.actions import call_off


@transaction.atomic
def excuse(
    *,
    arrears: Arrears,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Let these bills be, with the reason: they stay owed, nobody is reminded of them again.

    Limitation of them is watched on, and they may be taken up again. What falls due later is collected anew. Raises
    `NotAllowed` for all but supervisor and general manager, `NotNow`, `Invalid`. Source: 民法典 188.
    """
    only = _("Only the supervisor or the general manager excuses.")
    turn = begin(arrears, by=by, at=at, may=leads_collection, sentence=only, expected=expected, claimed_at=claimed_at)
    step = turn.step("excuse")
    words = words_of(reason, _("Say why."), field="reason")
    call_off(parent=turn.case, why={"zh": "暂缓催缴", "en": "they are excused"}, at=at, by=by)
    # Promise and dispute stay as they were: taken up again, it goes on with them, and with the visit.
    turn.save(ended_at=at, excused_at=at)
    _mark(turn.arrears)
    turn.happen(step.event, state=step.target, text=words)
    turn.hush()
    return turn.arrears


@transaction.atomic
def take_up(
    *,
    arrears: Arrears,
    reason: str,
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Collect excused bills again, with the reason: from where they stood, or in the case that took up what came later.

    Returns the case that collects them now. Raises like `excuse`.
    """
    newer = _climbing_beside(arrears)
    if newer is not None:
        lock_lines(arrears.case, newer.case)
    only = _("Only the supervisor or the general manager has excused bills collected again.")
    turn = begin(arrears, by=by, at=at, may=leads_collection, sentence=only, expected=expected, claimed_at=claimed_at)
    turn.step("take_up")
    words = words_of(reason, _("Say why."), field="reason")
    Unit.objects.select_for_update(no_key=True).get(pk=arrears.unit_id)  # nobody opens a case here meanwhile
    if _climbing_beside(arrears) != newer:
        raise NotNow(_("Another case of this home began or ended just now. Try again."))
    if newer is not None:
        return _merge(turn, newer, words)
    paid = list(turn.arrears.links.filter(ended_at__gt=turn.arrears.excused_at))
    turn.save(ended_at=None, excused_at=None)
    _mark(turn.arrears)
    excused = Event.objects.filter(case=turn.case, kind="arrears.excused").latest("pk")
    turn.happen("arrears.taken_up", state=turn.standing, text=words, takes_back=excused)
    go_on_visiting(turn)
    if paid:  # nothing of what it goes on with is about them any more
        ease(turn, paid)
    turn.retitle()
    return turn.arrears


def _climbing_beside(arrears: Arrears) -> Arrears | None:
    if arrears.filed_at is not None:  # it goes back to the legal channel, beside whatever climbs
        return None
    rows = Arrears.objects.climbing().alike(arrears).exclude(pk=arrears.pk)
    return rows.select_related("case__project", "unit", "debtor").first()


def _mark(arrears: Arrears) -> None:
    mark(arrears.links.filter(ended_at=None).values_list("bill_id", flat=True))


def _merge(turn: Turn, newer: Arrears, words: str) -> Arrears:
    """Put the bills into the newer case: there they are told of and demanded, and limitation counts as it did here."""
    into = Turn(newer, lock_lines(newer.case)[0], turn.by, turn.at)
    newer.case = into.case
    bills = turn.bills
    numbers = [bill.number for bill in bills]
    clocks = Clock.objects.live().filter(case=turn.case, key=LIMITATION_CLOCK, subject__in=numbers)
    since = dict(clocks.values_list("subject", "started_at"))
    turn.arrears.links.filter(ended_at=None).update(ended_at=turn.at)
    data = {"bills": numbers, "case": newer.case.number}
    turn.happen("arrears.merged", state=ArrearsState.MERGED, data=data, text=words)
    ArrearsBill.objects.bulk_create([ArrearsBill(arrears=newer, bill=bill, added_at=turn.at) for bill in bills])
    _mark(newer)
    added = "arrears.bills_joined" if newer.case.state in (ArrearsState.PROMISED, ArrearsState.DISPUTED) else ""
    amount = f"{total_of(bills):.2f}"
    into.happen(added or "arrears.bills_added", data={"count": len(bills), "amount": amount}, text=words)
    into.retitle()
    begun: dict[datetime, list[str]] = defaultdict(list)
    for number in numbers:
        if number in since:
            begun[since[number]].append(number)
    for moment, some in begun.items():
        into.happen("arrears.limitation_kept", subjects=some, data={"bills": some}, since=moment)
    return newer
