"""Closing a cashier's day, opening it again, and the one guard that keeps money out of a closed day.

Source: BIL-8 (每月收费结算工作: counted against recorded, differences explained).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions.posting import close_month
from billing.models import ClosedMonth, DayClose, DayCloseLine, DayCloseRemark, DayReopen, Receipt
from billing.permissions import can_reopen_day, require_closer, require_day_closer
from billing.queries.dayclose import open_days, receipts_of, recorded, standing_close
from billing.queries.doors import UnderWay, under_way
from billing.queries.ledger import is_closed
from billing.rules.exact import NOTHING
from billing.rules.periods import month_of
from billing.states import Method
from core.errors import Invalid, NotAllowed, NotNow
from core.money import to_cents
from core.words import reason_of
from notifications.actions import Notice, tell
from records.actions import audit

LARGEST = Decimal("99999999.99")
LONGEST, LONGEST_WORDS, LONGEST_REMARK = 100, 500, 200
# Notes and coins that are in the drawers, in yuan.
PIECES = ("100", "50", "20", "10", "5", "1", "0.5", "0.1")


@dataclass(frozen=True, kw_only=True)
class Count:
    """What was counted of one way of paying, in yuan; `explanation`: why it differs; `pieces`: notes and coins."""

    counted: Decimal
    explanation: str = ""
    pieces: Mapping[str, int] = field(default_factory=dict)


def counted_in_cash(typed: Decimal | None, pieces: Mapping[str, int]) -> Decimal:
    """What was counted, as a sum, by notes and coins (how many by their value in yuan), or by both.

    Raises `Invalid` where neither is given, or one contradicts the other.
    """
    if typed is None and not pieces:
        raise Invalid(_("Say what you counted, 0 where there is none."))
    comes_to = sum((Decimal(piece) * count for piece, count in pieces.items()), NOTHING)
    if pieces and typed is not None and typed != comes_to:
        raise Invalid(_("Notes and coins come to ¥%(sum)s. Correct one of both.") % {"sum": comes_to})
    return comes_to if typed is None else typed


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
    cashier: User | None = None,
    reason: str = "",
    by: User,
    at: datetime,
) -> DayClose:
    """Close a day: what was counted stands beside what is recorded, each difference explained.

    One's own; or that of `cashier`, who left without closing it: then a leader counts, says why, and they are told.
    `remarks` are words by the key of a receipt. `seen` is what was recorded when the count was made.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project; somebody else's day, and no leader.
        NotNow: the day is closed, still to come or empty; or money moved since `seen`.
        Invalid: an amount that is none, a difference without a word, nobody who took the money over; no reason.
    """
    whose = cashier or by
    reason = _require_may(project, whose, reason, by)
    _hold(whose.pk)
    if standing_close(project, whose.pk, day) is not None:
        raise NotNow(_("This day is closed already."), code="day_closed")
    if day > at.astimezone(project.tz).date():
        raise NotNow(_("This day is still to come."))
    moved = recorded(project, whose.pk, day)
    _require_unmoved(moved, seen)
    receipts = {receipt.pk: receipt for receipt in receipts_of(project, whose.pk, day)}
    said = {pk: words.strip() for pk, words in (remarks or {}).items() if words.strip()}
    _check(moved, counts, receipts, said, handed_to, note)
    other = by if whose.pk != by.pk else None
    given = {"handed_to": handed_to.strip(), "note": note.strip(), "closed_by": other, "reason": reason}
    close = _write(project=project, cashier=whose, day=day, closed_at=at, **given)
    lines = [_line(close, method, moved.get(method, NOTHING), count) for method, count in counts.items()]
    DayCloseLine.objects.bulk_create(lines)
    DayCloseRemark.objects.bulk_create(
        [DayCloseRemark(close=close, receipt_id=pk, words=words) for pk, words in said.items()]
    )
    _record(close, sum((line.counted - line.recorded for line in lines), NOTHING), by=by, at=at)
    return close


def _require_may(project: Project, whose: User, reason: str, by: User) -> str:
    """The reason for closing somebody else's day; raises where `by` may not close the day at all."""
    require_day_closer(by, project, whose)
    return "" if whose.pk == by.pk else reason_of(reason)


def _record(close: DayClose, difference: Decimal, *, by: User, at: datetime) -> None:
    """Write down that a day was closed; whose day a leader closed is told, as long as they can sign in."""
    project, cashier = close.project, close.cashier
    data = {"difference": f"{difference:.2f}"}
    if close.closed_by is None:
        audit(at=at, by=by, project=project, action="day.closed", target=str(close.pk), data=data)
        return
    told = data | {"cashier": cashier.username}
    audit(at=at, by=by, project=project, action="day.closed_for", target=str(close.pk), reason=close.reason, data=told)
    if cashier.is_active:
        words = data | {"day": {"on": close.day.isoformat()}, "who": str(by), "reason": close.reason}
        page, key = ("dayclose", str(close.pk)), f"day.closed_for:{close.pk}"
        to = (cashier,)
        tell([Notice(key=key, template="day.closed_for", to=to, project=project, page=page, data=words)], at=at)


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


def _write(*, project: Project, cashier: User, day: date, **given: object) -> DayClose:
    nth = DayClose.objects.of(project, cashier.pk, day).count() + 1
    try:
        with transaction.atomic():
            return DayClose.objects.create(project=project, cashier=cashier, day=day, nth=nth, **given)
    except IntegrityError as error:
        raise NotNow(_("This day is closed already."), code="day_closed") from error


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
def close_books(*, project: Project, month: date, by: User, at: datetime, despite: str = "") -> ClosedMonth:
    """Close a month of the ledger once every day of it is closed, and the cash from the door is handed in.

    `despite` says why it is closed though some is not; then whose it is, how much and since when stands in the record.

    Raises like `close_month`, and `NotNow`; its `values` name the cash that is under way.
    """
    require_closer(by, project)
    span = month_of(month)
    left = open_days(project, span.start, span.end)
    if left:
        words = {"day": left[-1].day.isoformat(), "who": left[-1].cashier, "count": len(left)}
        raise NotNow(
            _("Days are still open: %(count)s, the first %(day)s of %(who)s. Have them closed first.") % words,
            code="days_open",
        )
    cash = under_way(project, until=span.end)
    reason = despite.strip()[:LONGEST_WORDS]
    if cash and not reason:
        raise NotNow(_cash_words(cash), code="cash_under_way")
    closed = close_month(project=project, month=month, by=by, at=at)
    named = [
        {"collector": one.collector.username, "amount": str(one.amount), "since": one.since.isoformat()} for one in cash
    ]
    told = {"under_way": named} if named else {}
    target = f"{closed.month:%Y-%m}"
    audit(at=at, by=by, project=project, action="month.closed", target=target, reason=reason if cash else "", data=told)
    return closed


def _cash_words(cash: Sequence[UnderWay]) -> str:
    each = [
        _("%(who)s ¥%(amount)s since %(day)s")
        % {"who": one.collector, "amount": one.amount, "day": one.since.isoformat()}
        for one in cash
    ]
    words = _(
        "Cash that was collected at the door is not handed in: %(each)s. Have it handed in first, or say why the month "
        "is closed without it."
    )
    return words % {"each": "; ".join(each)}
