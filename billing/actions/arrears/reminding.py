"""Reminding: by phone, by SMS, in person. Each attempt is kept, and why somebody does not pay is written down."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from billing.actions.arrears.easing import told_on
from billing.actions.arrears.pausing import only_collectors
from billing.actions.arrears.turns import TEMPLATE, Turn, begin
from billing.models import Arrears, ArrearsNotice, Bill
from billing.permissions import can_collect
from billing.queries.arrears import period_of, phone_of, total_of
from billing.states import ArrearsState, Cause, Reminder
from cases.words import kept
from core.errors import Invalid, NotNow
from notifications.actions.outside import Sms, send_sms, sms_channel


@transaction.atomic
def notify(
    *,
    arrears: Arrears,
    how: str,
    reached: bool = True,
    note: str = "",
    cause: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> ArrearsNotice:
    """Keep one attempt to remind, with amount, period and deadline; an SMS is sent with it.

    Reached by phone or in person about bills that they were not told of yet, the three months to the letter begin. An
    SMS reaches nobody for certain. Raises `NotAllowed`, `NotNow`, `Invalid`. Source: 三(4)④; ARR-2.
    """
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    turn.step("notify")
    if how not in Reminder.values:
        raise Invalid(_("Say how they were reminded."), fields={"how": _("Unknown way.")})
    _check_cause(cause)
    text = kept(note, field="note")
    bills = turn.bills
    reached = reached and how != Reminder.SMS
    notice = notice_of(turn.arrears, bills, how=how, reached=reached, note=text, turn=turn)
    if how == Reminder.SMS:
        _send(turn, bills)
    notice.save()
    data = said(bills, notice) | {"how": HOW[Reminder(how)]}
    if how == Reminder.SMS:
        turn.happen("arrears.sms_sent", data=data, text=text)
    elif not reached:
        turn.happen("arrears.not_reached", data=data, text=text)
    else:
        _told(turn, data, text)
    if cause:
        turn.save(cause=cause, cause_note=text or turn.arrears.cause_note)
    return notice


def _told(turn: Turn, data: Mapping[str, Any], text: str) -> None:
    """They were reached: something new to them moves the ladder, the same said again does not."""
    unheard = turn.arrears.links.filter(ended_at=None, told_at=None)
    if turn.arrears.filed_at is not None or not unheard.update(told_at=turn.at):
        turn.happen("arrears.reminded", data=data, text=text)
        return
    turn.save(notified_at=turn.at)
    state = ArrearsState.NOTIFIED if turn.case.state == ArrearsState.TO_REMIND else ""
    # Of each day on which they heard of something new the three months are waited for by themselves.
    turn.happen("arrears.notified", state=state, data=data, text=text, subjects=[told_on(turn, turn.at)])


HOW: dict[Reminder, dict[str, str]] = {
    Reminder.PHONE: {"zh": "电话", "en": "by phone"},
    Reminder.SMS: {"zh": "短信", "en": "by SMS"},
    Reminder.VISIT: {"zh": "当面", "en": "in person"},
}


def notice_of(
    arrears: Arrears, bills: Sequence[Bill], *, how: str, reached: bool, turn: Turn, note: str = ""
) -> ArrearsNotice:
    """An attempt with what it names; not saved."""
    start, end = period_of(bills)
    return ArrearsNotice(
        arrears=arrears,
        how=how,
        reached=reached,
        at=turn.at,
        by=turn.by,
        amount=total_of(bills),
        count=len(bills),
        period_start=start,
        period_end=end,
        pay_by=turn.terms.pay_by(turn.today),
        note=note,
    )


def said(bills: Sequence[Bill], notice: ArrearsNotice) -> dict[str, Any]:
    """What a notice says, as data: how much, for when, until when."""
    start, end = notice.period_start, notice.period_end
    period: Any = ""
    if start is not None and end is not None:
        period = {"from": {"on": start.isoformat()}, "to": {"on": end.isoformat()}}
    elif bills:
        period = bills[0].words
    amount: Decimal = notice.amount
    return {"amount": f"{amount:.2f}", "period": period, "pay_by": {"on": notice.pay_by.isoformat()}}


def _send(turn: Turn, bills: Sequence[Bill]) -> None:
    """Put the SMS into the outbox: once on a local day."""
    channel, phone = sms_channel(turn.case.project), phone_of(turn.arrears)
    if channel is None:
        raise NotNow(_("No way to send an SMS is set up. Call them, or ask an administrator."), code="no_channel")
    if not phone:
        raise Invalid(_("There is no phone of who is liable."), fields={"how": _("No phone on file.")})
    last = turn.arrears.notices.filter(how=Reminder.SMS).order_by("pk").last()
    if last is not None and last.at.astimezone(turn.case.project.tz).date() == turn.today:
        raise NotNow(_("An SMS went out today already."), code="sent_today")
    notice = notice_of(turn.arrears, bills, how=Reminder.SMS, reached=False, turn=turn)
    key = f"arrears:{turn.case.number}:{turn.today:%Y%m%d}"
    sms = Sms(key=key, case=turn.case, address=phone, template=TEMPLATE, data=sms_data(turn.arrears, bills, notice))
    send_sms([sms], project=turn.case.project, channel=channel, at=turn.at)


def sms_data(arrears: Arrears, bills: Sequence[Bill], notice: ArrearsNotice) -> dict[str, Any]:
    """What the SMS is filled from."""
    project = arrears.case.project
    return {"room": arrears.unit.number, "service_phone": project.phone, **said(bills, notice)}


def _check_cause(cause: str) -> None:
    if cause and cause not in Cause.values:
        raise Invalid(_("Choose why they do not pay."), fields={"cause": _("Unknown reason.")})


@transaction.atomic
def find_cause(
    *,
    arrears: Arrears,
    cause: str,
    note: str = "",
    by: User,
    at: datetime,
    expected: int | None = None,
    claimed_at: datetime | None = None,
) -> Arrears:
    """Write down why they do not pay. Raises `NotAllowed`, `NotNow`, `Invalid`. Source: 三(4)④ (找出原因)."""
    turn = begin(
        arrears, by=by, at=at, may=can_collect, sentence=only_collectors(), expected=expected, claimed_at=claimed_at
    )
    step = turn.step("find_cause")
    if not cause:
        raise Invalid(_("Choose why they do not pay."), fields={"cause": _("Required.")})
    _check_cause(cause)
    text = kept(note, field="note")
    turn.save(cause=cause, cause_note=text)
    turn.happen(step.event, data={"cause": CAUSES[Cause(cause)]}, text=text)
    return turn.arrears


CAUSES: dict[Cause, dict[str, str]] = {
    Cause.FORGOT: {"zh": "忘记或不知情", "en": "forgot, or did not know"},
    Cause.AWAY: {"zh": "不在本地、联系不上", "en": "away, not to be reached"},
    Cause.EMPTY: {"zh": "房屋空置", "en": "home stands empty"},
    Cause.HARDSHIP: {"zh": "暂时困难", "en": "cannot pay now"},
    Cause.SERVICE: {"zh": "对服务不满意", "en": "not content with the service"},
    Cause.REPAIR: {"zh": "报修或工程遗留问题未解决", "en": "a repair or construction fault is open"},
    Cause.AMOUNT: {"zh": "对金额有异议", "en": "doubts the amount"},
    Cause.REFUSES: {"zh": "无理由拒缴", "en": "refuses without a reason"},
    Cause.OTHER: {"zh": "其他", "en": "something else"},
}
