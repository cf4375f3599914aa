"""Collecting at the door by appointment: asked for, confirmed, a receipt prepared, the money taken or not.

Source: 三(4)③ (上门收取: 应先确认对方姓名、业主姓名、住址、上门服务时间及费用; 携带开好的票据, 按约定的时间上门收取).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.paying import lock_cases, lock_units, take_payment
from billing.actions.receipting import draw_number
from billing.models import Bill, DoorBill, DoorVisit, PreparedReceipt, Receipt
from billing.papers import render
from billing.permissions import can_arrange_door, can_collect_at_door, can_prepare_receipt, can_report_missed
from billing.queries.doors import is_collector
from billing.queries.owed import liable_in, owner_liable
from billing.queries.paper import carried_form
from billing.rules.exact import LARGEST, NOTHING
from billing.states import DOOR_METHODS, DOOR_OPEN, DOOR_TRANSITIONS, DoorState, Missed, Series, VoidReason
from cases.actions import next_number
from core.errors import Invalid, NotAllowed, NotNow
from core.transitions import Step, require
from core.words import reason_of
from estate.models import Unit
from records.actions import audit, store_bytes
from records.models import new_token

PREFIX = "SM"
LONGEST, LONGEST_NOTE, LONGEST_SAID = 100, 200, 500
MOST_BILLS = 100
LABELS = dict(DoorState.choices)


@dataclass(frozen=True)
class Window:
    """When somebody is expected at the door: within one day of the project."""

    start: datetime
    end: datetime


def _lock(visit: DoorVisit) -> DoorVisit:
    """The visit as it stands, locked first of all: whoever collects, cancels or hands in waits for the other."""
    rows = DoorVisit.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("project", "unit__project", "household", "collector").get(pk=visit.pk)


@transaction.atomic
def ask_for_visit(
    *,
    unit: Unit,
    bills: Sequence[Bill],
    payer: str,
    collector: User,
    window: Window,
    note: str = "",
    by: User,
    at: datetime,
) -> DoorVisit:
    """Note down that bills of a home are to be collected at its door: by whom, when, and who asked for it.

    Raises:
        NotAllowed: neither cashier, front desk nor supervisor of the project.
        Invalid: no bill, bills of two households, nobody who asked, no collector of the project, no time to come.
        NotNow: nothing is owed of one of them any more, or another visit is to collect it.
    """
    project = unit.project
    if not can_arrange_door(by, project):
        raise NotAllowed(_("Only cashiers, the front desk and supervisors arrange to collect at the door."))
    lock_units({unit.pk})
    wanted = _owed(unit, bills)
    _check_words({"payer": (payer, LONGEST, True), "note": (note, LONGEST_NOTE, False)})
    if not is_collector(collector, project):
        raise Invalid(_("Choose who collects."), fields={"collector": _("No collector of this project.")})
    _check_window(unit, window, at)
    household = wanted[0].household
    liable = liable_in(household) if household is not None else owner_liable(unit)
    visit = DoorVisit.objects.create(
        number=next_number(prefix=PREFIX, day=at.astimezone(project.tz).date()),
        project=project,
        unit=unit,
        household=household,
        person_id=wanted[0].debtor_id or liable.person,
        payer=payer.strip(),
        window_start=window.start,
        window_end=window.end,
        collector=collector,
        amount=sum((bill.outstanding for bill in wanted), NOTHING),
        note=note.strip(),
        asked_at=at,
        asked_by=by,
    )
    DoorBill.objects.bulk_create([DoorBill(visit=visit, bill=bill, amount=bill.outstanding) for bill in wanted])
    _note(visit, "door.asked", by=by, at=at)
    return visit


def _owed(unit: Unit, bills: Sequence[Bill]) -> list[Bill]:
    """The bills as they stand, all of one household of the home and owed; its units are locked."""
    rows = Bill.objects.filter(pk__in=[bill.pk for bill in bills[: MOST_BILLS + 1]], unit=unit)
    found = list(rows.select_related("household", "item").order_by("due_on", "pk"))
    if not 0 < len(found) <= MOST_BILLS or len(found) != len(bills) or len({one.household_id for one in found}) != 1:
        raise Invalid(
            _("Choose what is to be collected, of one household."), fields={"bills": _("Choose at least one.")}
        )
    for bill in found:
        if not bill.outstanding:
            raise NotNow(_changed_words(bill), code="changed")
    if sum((bill.outstanding for bill in found), NOTHING) > LARGEST:
        raise Invalid(_("This is too much for one payment: choose fewer bills."), fields={"bills": _("Out of range.")})
    taken = DoorBill.objects.filter(bill__in=found, visit__state__in=DOOR_OPEN).select_related("visit", "bill").first()
    if taken is not None:
        raise NotNow(
            _("%(bill)s is to be collected by %(visit)s already.")
            % {"bill": taken.bill.number, "visit": taken.visit.number},
            code="arranged",
        )
    return found


def _check_words(given: dict[str, tuple[str, int, bool]]) -> None:
    """Raise `Invalid` for words that are missing or too long; by field: the words, how long, and whether needed."""
    problems: dict[str, object] = {}
    for name, (words, longest, needed) in given.items():
        if needed and not words.strip():
            problems[name] = _("Required.")
        elif len(words) > longest:
            problems[name] = _("Too long.")
    if problems:
        raise Invalid(_("Something is missing, or too long."), fields=problems)


def _check_window(unit: Unit, window: Window, at: datetime) -> None:
    zone = unit.project.tz
    first, last = window.start.astimezone(zone), window.end.astimezone(zone)
    if window.end <= window.start or first.date() != last.date():
        raise Invalid(
            _("The appointment ends after it begins, on the same day."), fields={"window_end": _("Out of range.")}
        )
    if window.end <= at:
        raise Invalid(_("This appointment is over already."), fields={"window_start": _("Out of range.")})


@transaction.atomic
def confirm(
    *,
    visit: DoorVisit,
    spoke_to: str,
    said: str,
    amount: Decimal,
    window: Window | None = None,
    by: User,
    at: datetime,
) -> DoorVisit:
    """Write down that identity, address, time and amount were confirmed by phone; the amount is fixed by it.

    `amount` is what was told; it has to be what is owed now. Bills that are owed no more leave the visit. Confirmed
    anew, a receipt that was prepared is void.

    Raises:
        NotAllowed: neither cashier, front desk nor supervisor of the project.
        NotNow: the money was taken, the visit is over, nothing is owed any more, or another amount than was told.
        Invalid: nobody was spoken to, nothing was said, or no time to come.
    """
    locked = _lock(visit)
    _require_arranger(by, locked)
    step = require(DOOR_TRANSITIONS, "confirm", locked.state, labels=LABELS)
    _check_words({"spoke_to": (spoke_to, LONGEST, True), "said": (said, LONGEST_SAID, True)})
    window = window or Window(locked.window_start, locked.window_end)
    _check_window(locked.unit, window, at)
    lock_units({locked.unit_id})
    owed = _fix(locked)
    if owed != amount:
        raise NotNow(
            _("¥%(owed)s is owed now, not ¥%(told)s. Tell the resident, and confirm anew.")
            % {"owed": owed, "told": amount},
            code="changed",
        )
    _void_paper(locked, VoidReason.ANEW, by=by, at=at)
    locked.amount, locked.spoke_to, locked.said = owed, spoke_to.strip(), said.strip()
    locked.window_start, locked.window_end = window.start, window.end
    locked.confirmed_at, locked.confirmed_by, locked.state = at, by, step.target
    locked.save()
    _note(locked, step.event, by=by, at=at)
    return locked


def _require_arranger(by: User, visit: DoorVisit) -> None:
    if not can_arrange_door(by, visit.project):
        raise NotAllowed(_("Only cashiers, the front desk and supervisors arrange to collect at the door."))


def _fix(visit: DoorVisit) -> Decimal:
    """Bring the visit's lines to what is owed now, and return the sum in yuan."""
    owed = NOTHING
    for line in visit.lines.select_related("bill"):
        if not line.bill.outstanding:
            line.delete()
            continue
        owed += line.bill.outstanding
        if line.amount != line.bill.outstanding:
            line.amount = line.bill.outstanding
            line.save(update_fields=["amount"])
    if not owed:
        raise NotNow(_("Nothing of this is owed any more: cancel the visit."), code="not_owed")
    return owed


def _unchanged(visit: DoorVisit) -> list[DoorBill]:
    """Lock what the visit is for, and return its lines. Raises `NotNow` where a bill is not as it was confirmed."""
    lines = list(visit.lines.select_related("bill__item"))
    lock_cases([line.bill for line in lines])
    lock_units({visit.unit_id})
    rows = Bill.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=[line.bill_id for line in lines])
    now = {bill.pk: bill for bill in rows.order_by("pk")}
    for line in lines:
        if now[line.bill_id].outstanding != line.amount:
            raise NotNow(_changed_words(line.bill), code="changed")
    return lines


def _changed_words(bill: Bill) -> str:
    return _(
        "%(bill)s was paid, waived or made void meanwhile, all of it or a part. Confirm with the resident anew what is "
        "to be collected."
    ) % {"bill": bill.number}


@transaction.atomic
def prepare(*, visit: DoorVisit, link: Callable[[str], str], fonts: Path, by: User, at: datetime) -> PreparedReceipt:
    """Number and set the receipt that is carried to the door.

    `link` says for a token where the receipt's code leads.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: not confirmed, or a bill is not as it was confirmed.
        FontMissingError: the paper would be blank where it is Chinese.
    """
    locked = _lock(visit)
    if not can_prepare_receipt(by, locked.project):
        raise NotAllowed(_("Only cashiers and supervisors print receipts."))
    step = require(DOOR_TRANSITIONS, "prepare", locked.state, labels=LABELS)
    lines = _unchanged(locked)
    locked.state = step.target
    locked.save(update_fields=["state"])
    project, token = locked.project, new_token()
    # The series waits for the paper: a number is on a paper, or it was never drawn.
    drawn = draw_number(project, at.astimezone(project.tz).date(), Series.DOOR)
    form = carried_form(locked, number=drawn.number, lines=lines, url=link(token), at=at)
    file = store_bytes(
        content=render(form, fonts=fonts),
        name=f"{drawn.number}.pdf",
        content_type="application/pdf",
        project=project,
        by=by,
        at=at,
    )
    paper = PreparedReceipt.objects.create(
        visit=locked,
        number=drawn.number,
        series_id=drawn.series,
        nth=drawn.nth,
        token=token,
        amount=locked.amount,
        file=file,
        prepared_at=at,
        prepared_by=by,
    )
    _note(locked, step.event, by=by, at=at, receipt=paper.number)
    return paper


@transaction.atomic
def collect(*, visit: DoorVisit, method: str, reference: str = "", by: User, at: datetime) -> Receipt:
    """Take the confirmed amount at the door. The payment's receipt is the one that was carried there.

    Cash is under way until it is handed in; everything else goes to its account at once.

    Raises:
        NotAllowed: somebody else than the collector.
        NotNow: no receipt is prepared, the money was taken already, a bill is not as it was confirmed, or the month is
            closed.
        Invalid: an unknown way of paying.
    """
    locked = _lock(visit)
    if not can_collect_at_door(by, locked):
        raise NotAllowed(_("Only the collector of this visit takes its money."))
    step = require(DOOR_TRANSITIONS, "collect", locked.state, labels=LABELS)
    if method not in dict(DOOR_METHODS):
        raise Invalid(_("Choose how it is paid."), fields={"method": _("Unknown way.")})
    _check_words({"reference": (reference, LONGEST, False)})
    lines = _unchanged(locked)
    receipt = take_payment(
        project=locked.project,
        unit=locked.unit,
        bills=[line.bill for line in lines],
        amount=locked.amount,
        method=method,
        reference=reference.strip(),
        payer=locked.payer,
        by=by,
        at=at,
        prepared=locked.papers.select_for_update(of=("self",)).get(voided_at=None),
    )
    locked.payment, locked.state = receipt.payment, step.target
    locked.save(update_fields=["payment", "state"])
    _note(locked, step.event, by=by, at=at, receipt=receipt.number)
    return receipt


@transaction.atomic
def miss(*, visit: DoorVisit, why: str, reason: str = "", by: User, at: datetime) -> DoorVisit:
    """Say that nothing was collected: nobody was home, or they would not pay. The receipt that was carried is void.

    Raises:
        NotAllowed: neither the collector nor a supervisor.
        NotNow: no receipt is prepared, the money was taken, or the visit is over.
        Invalid: no such reason, or no word on it where somebody was home.
    """
    locked = _lock(visit)
    if not can_report_missed(by, locked):
        raise NotAllowed(_("Only the collector of this visit, or a supervisor, says that nothing was collected."))
    step = require(DOOR_TRANSITIONS, "miss", locked.state, labels=LABELS)
    if why not in Missed.values:
        raise Invalid(_("Say why."), fields={"why": _("Required.")})
    reason = reason_of(reason) if reason.strip() or why != Missed.NOBODY else ""
    locked.missed = why
    return _end(locked, step, reason, VoidReason.MISSED, by=by, at=at)


@transaction.atomic
def cancel(*, visit: DoorVisit, reason: str, by: User, at: datetime) -> DoorVisit:
    """Call a visit off before the money is taken, with the reason. A receipt that was prepared is void.

    Raises:
        NotAllowed: neither cashier, front desk nor supervisor of the project.
        NotNow: the money was taken, or the visit is over.
        Invalid: no reason is given.
    """
    locked = _lock(visit)
    _require_arranger(by, locked)
    step = require(DOOR_TRANSITIONS, "cancel", locked.state, labels=LABELS)
    return _end(locked, step, reason_of(reason), VoidReason.CANCELLED, by=by, at=at)


def _end(visit: DoorVisit, step: Step, reason: str, void: VoidReason, *, by: User, at: datetime) -> DoorVisit:
    _void_paper(visit, void, by=by, at=at)
    visit.state, visit.ended_at, visit.ended_by, visit.ended_reason = step.target, at, by, reason
    visit.save(update_fields=["state", "missed", "ended_at", "ended_by", "ended_reason"])
    _note(visit, step.event, by=by, at=at, reason=reason)
    return visit


def _void_paper(visit: DoorVisit, reason: VoidReason, *, by: User, at: datetime) -> None:
    """Make the receipt that was prepared void, if there is one: it keeps its number, and is handed back."""
    visit.papers.filter(voided_at=None).update(voided_at=at, voided_by=by, voided_reason=reason)


def _note(visit: DoorVisit, action: str, *, by: User, at: datetime, reason: str = "", **more: str) -> None:
    data = {"amount": str(visit.amount), **more}
    audit(at=at, by=by, project=visit.project, action=action, target=visit.number, reason=reason, data=data)
