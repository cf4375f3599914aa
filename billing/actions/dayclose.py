"""Closing a cashier's day, opening it again, and the one guard that keeps money out of a closed day.

Source: BIL-8 (每月收费结算工作: counted against recorded, differences explained).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.posting import close_month
from billing.models import ClosedMonth, DayClose, DayCloseLine, DayCloseRemark, DayReopen, Payment, Receipt
from billing.permissions import can_close_day, can_reopen_day, require_closer
from billing.queries.dayclose import open_days, receipts_of, recorded, standing_close
from billing.queries.ledger import is_closed
from billing.rules.exact import NOTHING
from billing.rules.periods import month_of
from billing.states import Method
from core.errors import Invalid, NotAllowed, NotNow
from core.money import to_cents
from core.words import reason_of
from records.actions import audit

LARGEST = Decimal("99999999.99")
LONGEST, LONGEST_WORDS, LONGEST_REMARK = 100, 500, 200


@dataclass(frozen=True, kw_only=True)
class Count:
    """What was counted of one way of paying, in yuan; `explanation`: why it differs; `pieces`: notes and coins."""

    counted: Decimal
    explanation: str = ""
    pieces: Mapping[str, int] = field(default_factory=dict)


def _hold(cashier: int) -> None:
    """Let a person's till be changed by one transaction at a time, so that no money slips past the count."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=cashier)


def require_day_open(*, project: Project, cashier: User, day: date) -> None:
    """Raise `NotNow` where the person has closed that day; else keep it open until the transaction ends.

    Money that is taken or given back asks this, last but for the counters. Source: BIL-8.
    """
    _hold(cashier.pk)
    close = standing_close(project, cashier.pk, day)
    if close is not None:
        raise NotNow(
            _(
                "%(who)s closed %(day)s at %(time)s: no money moves on it any more. Take it tomorrow, or ask a "
                "supervisor to open the day again."
            )
            % {"who": cashier, "day": day.isoformat(), "time": f"{close.closed_at.astimezone(project.tz):%H:%M}"},
            code="day_closed",
        )


def refuse_deposit(payment: Payment) -> None:
    """Raise `NotNow` for the payment of a deposit: what is held may have been given back since."""
    if hasattr(payment, "deposit"):
        raise NotNow(
            _("This receipt is of deposit %(deposit)s: give the deposit back instead.")
            % {"deposit": payment.deposit.number},
            code="deposit",
        )


@transaction.atomic
def close_day(
    *,
    project: Project,
    day: date,
    counts: Mapping[str, Count],
    remarks: Mapping[int, str] | None = None,
    handed_to: str,
    note: str = "",
    seen: Mapping[str, Decimal] | None = None,
    by: User,
    at: datetime,
) -> DayClose:
    """Close one's own day: what was counted stands beside what is recorded, each difference explained.

    `remarks` are words by the key of a receipt. `seen` is what was recorded when the count was made.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: the day is closed, still to come or empty; or money moved since `seen`.
        Invalid: an amount that is none, a difference without a word, nobody who took the money over.
    """
    if not can_close_day(by, project):
        raise NotAllowed(_("Only cashiers and supervisors close their day."))
    _hold(by.pk)
    if standing_close(project, by.pk, day) is not None:
        raise NotNow(_("You closed this day already."), code="day_closed")
    if day > at.astimezone(project.tz).date():
        raise NotNow(_("This day is still to come."))
    moved = recorded(project, by.pk, day)
    _require_unmoved(moved, seen)
    receipts = {receipt.pk: receipt for receipt in receipts_of(project, by.pk, day)}
    said = {pk: words.strip() for pk, words in (remarks or {}).items() if words.strip()}
    _check(moved, counts, receipts, said, handed_to, note)
    close = _write(project, day, handed_to=handed_to, note=note, by=by, at=at)
    lines = [_line(close, method, moved.get(method, NOTHING), count) for method, count in counts.items()]
    DayCloseLine.objects.bulk_create(lines)
    DayCloseRemark.objects.bulk_create(
        [DayCloseRemark(close=close, receipt_id=pk, words=words) for pk, words in said.items()]
    )
    difference = sum((line.counted - line.recorded for line in lines), NOTHING)
    audit(
        at=at, by=by, project=project, action="day.closed", target=str(close.pk), data={"difference": str(difference)}
    )
    return close


def _require_unmoved(moved: Mapping[str, Decimal], seen: Mapping[str, Decimal] | None) -> None:
    if not moved:
        raise NotNow(_("No money moved on this day: there is nothing to close."))
    if seen is not None and dict(seen) != dict(moved):
        raise NotNow(_("Money moved while you counted. Look at what is recorded now, and count again."), code="moved")


def _check(
    moved: Mapping[str, Decimal],
    counts: Mapping[str, Count],
    receipts: Mapping[int, Receipt],
    said: Mapping[int, str],
    handed_to: str,
    note: str,
) -> None:
    if any(pk not in receipts for pk in said) or any(len(words) > LONGEST_REMARK for words in said.values()):
        raise Invalid(_("A word on a receipt has at most 200 characters, and the receipt is one of this day."))
    explained = {receipts[pk].payment.method for pk in said}
    problems: dict[str, str] = {}
    for method in {*moved, *counts}:
        problems |= _wrong(method, counts.get(method), moved.get(method, NOTHING), noted=method in explained)
    if not 0 < len(handed_to.strip()) <= LONGEST:
        problems["handed_to"] = _("Say who took the money over.")
    if len(note) > LONGEST_WORDS:
        problems["note"] = _("Too long.")
    if problems:
        raise Invalid(_("The day is not closed yet: something is missing."), fields=problems)


def _wrong(method: str, count: Count | None, moved: Decimal, *, noted: bool) -> dict[str, str]:
    """What is wrong with the count of one way of paying, by field; `noted`: a receipt of it has a word."""
    if method not in Method.values or count is None:
        return {f"counted_{method}": _("Say what you counted, 0 where there is none.")}
    if abs(count.counted) > LARGEST or count.counted != to_cents(count.counted):
        return {f"counted_{method}": _("Out of range.")}
    if len(count.explanation) > LONGEST_WORDS:
        return {f"explanation_{method}": _("Too long.")}
    if count.counted != moved and not count.explanation.strip() and not noted:
        return {f"explanation_{method}": _("It differs: say why, or note it beside the receipt.")}
    return {}


def _write(project: Project, day: date, *, handed_to: str, note: str, by: User, at: datetime) -> DayClose:
    nth = DayClose.objects.of(project, by.pk, day).count() + 1
    try:
        with transaction.atomic():
            return DayClose.objects.create(
                project=project,
                cashier=by,
                day=day,
                nth=nth,
                closed_at=at,
                handed_to=handed_to.strip(),
                note=note.strip(),
            )
    except IntegrityError as error:
        raise NotNow(_("You closed this day already."), code="day_closed") from error


def _line(close: DayClose, method: str, amount: Decimal, count: Count) -> DayCloseLine:
    return DayCloseLine(
        close=close,
        method=method,
        recorded=amount,
        counted=count.counted,
        explanation=count.explanation.strip(),
        pieces=dict(count.pieces),
    )


@transaction.atomic
def reopen_day(*, close: DayClose, reason: str, by: User, at: datetime) -> DayReopen:
    """Open a closed day again, with the reason: money moves on it once more, and it is to be closed anew.

    Raises:
        NotAllowed: no leader of the project, or the person's own day.
        NotNow: it was opened again already, or its month is closed.
        Invalid: no reason is given.
    """
    if not can_reopen_day(by, close):
        raise NotAllowed(_("Only a supervisor or the general manager opens a day again, and never their own."))
    reason = reason_of(reason)
    _hold(close.cashier_id)
    if DayReopen.objects.filter(close=close).exists():
        raise NotNow(_("This day was opened again already."))
    if is_closed(close.project, close.day):
        raise NotNow(_("The month of this day is closed."), code="month_closed")
    opened = DayReopen.objects.create(close=close, reason=reason, at=at, by=by)
    audit(at=at, by=by, project=close.project, action="day.reopened", target=str(close.pk), reason=reason)
    return opened


@transaction.atomic
def close_books(*, project: Project, month: date, by: User, at: datetime) -> ClosedMonth:
    """Close a month of the ledger once every day of it is closed. Raises like `close_month`, and `NotNow`."""
    require_closer(by, project)
    span = month_of(month)
    left = open_days(project, span.start, span.end)
    if left:
        words = {"day": left[-1].day.isoformat(), "who": left[-1].cashier, "count": len(left)}
        raise NotNow(
            _("Days are still open: %(count)s, the first %(day)s of %(who)s. Have them closed first.") % words,
            code="days_open",
        )
    closed = close_month(project=project, month=month, by=by, at=at)
    audit(at=at, by=by, project=project, action="month.closed", target=f"{closed.month:%Y-%m}")
    return closed
