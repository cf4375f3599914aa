"""Giving back what was paid online: the provider is asked once the receipt is reversed, and again until it answers.

The books move first: what a reversed receipt took is to be given back online (its own account), so that no bill and no
credit is used twice while the provider is silent. Its answer moves it on: given back, out of its account; refused, to
what the household has paid in advance, where it is used or given back another way. A provider gives back once under one
number, so that asking again doubles nothing. Source: BIL-4 (never lose or double money).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from billing.actions.credit import add_credit
from billing.actions.online import LONGEST_NOTICE, note_refusal
from billing.actions.paying import lock_units
from billing.actions.posting import Line, post
from billing.models import Entry, OnlinePayment, OnlineRefund, Payment, Receipt
from billing.online.providers import Provider, RefundAsked, RefundTold, Refused, UnansweredError, the_provider
from billing.permissions import BILLERS, can_ask_provider_again
from billing.states import Book, EntryKind, RefundOutcome, RefundState
from cases.actions import next_number
from core.errors import NotAllowed, NotNow
from notifications.actions import Notice, tell
from notifications.states import Level
from records.actions import audit

log = structlog.get_logger(__name__)
PREFIX = "XT"
BATCH = 50
OF_PAYMENT = ("payment__payment__receipt", "payment__payment__unit")
# Whoever asks has so long to write the answer down; then another worker asks again, under the same number.
LEASE = timedelta(minutes=5)
# How long after the first, second … time without an end it is asked again; the last one holds from then on.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
ENDS: dict[str, RefundState] = {RefundOutcome.DONE: RefundState.DONE, RefundOutcome.REFUSED: RefundState.REFUSED}


def of_provider(payment: Payment) -> OnlinePayment | None:
    """The provider's transaction that a payment came by; None for most, and for what a cashier took down as online."""
    return OnlinePayment.objects.filter(payment=payment).first()


def owe_back(online: OnlinePayment, payment: Payment, *, by: User, at: datetime) -> OnlineRefund:
    """Put in line that a provider is to give back what it took, in the transaction that reverses the receipt."""
    day = at.astimezone(payment.project.tz).date()
    refund = OnlineRefund.objects.create(
        number=next_number(prefix=PREFIX, day=day),
        project=payment.project,
        payment=online,
        amount=payment.amount,
        at=at,
        by=by,
        next_at=at,
    )
    _record("online.refund_asked", refund, by=by, at=at)
    return refund


def _record(action: str, refund: OnlineRefund, *, by: User | None, at: datetime, **more: str) -> None:
    data = {"amount": str(refund.amount), "refund": refund.number, **more}
    receipt = refund.payment.payment.receipt.number
    audit(at=at, by=by, project=refund.project, action=action, target=receipt, data=data)


def ask_due(at: datetime) -> dict[str, int]:
    """Ask providers for what is due to be given back; what one of them does holds up no other. Returns how many."""
    due = OnlineRefund.objects.filter(next_at__lte=at).order_by("next_at", "pk").values_list("pk", flat=True)
    counts = {"asked": 0}
    for pk in list(due[:BATCH]):
        refund = _claim(pk, at)
        if refund is not None:
            counts["asked"] += 1
            _ask(refund, at)
    return counts


def _claim(pk: int, at: datetime) -> OnlineRefund | None:
    """Take a refund that is due for oneself, for a while; None where somebody else has it."""
    mine = OnlineRefund.objects.filter(pk=pk, next_at__lte=at)
    first = Coalesce("first_asked_at", at)
    if not mine.update(next_at=at + LEASE, last_asked_at=at, first_asked_at=first, tries=F("tries") + 1):
        return None
    return OnlineRefund.objects.select_related("project", "payment__order", *OF_PAYMENT).get(pk=pk)


def _ask(refund: OnlineRefund, at: datetime) -> None:
    """Ask the provider, outside of any transaction, and write down what it says."""
    try:
        told = _answer(refund, at)
        hear_refund(told=told, at=at)
    except (UnansweredError, Refused) as problem:
        log.warning("online_refund_unanswered", refund=refund.number, why=repr(problem))
        _stay_unknown(refund, at)
    except Exception:
        if not connection.is_usable():
            raise
        log.exception("online_refund_failed", refund=refund.number)
        _stay_unknown(refund, at)


def _answer(refund: OnlineRefund, at: datetime) -> RefundTold:
    online, provider = refund.payment, the_provider()
    if provider is None or provider.key != online.provider:
        raise UnansweredError(online.provider)
    asked = RefundAsked(
        number=refund.number,
        order=online.order.number,
        transaction=online.transaction,
        amount=refund.amount,
        since=refund.first_asked_at or at,
    )
    told = provider.refund(asked, at=at)
    if told.number != refund.number:
        raise UnansweredError(told.number)
    return told


def _later(refund: OnlineRefund, at: datetime) -> datetime:
    return at + WAITS[min(max(refund.tries, 1), len(WAITS)) - 1]


@transaction.atomic
def _stay_unknown(refund: OnlineRefund, at: datetime) -> None:
    """Write down that nobody knows; the cashiers are told once, and it is asked again."""
    locked = OnlineRefund.objects.select_for_update(of=("self",), no_key=True).get(pk=refund.pk)
    if locked.ended_at is not None:
        return
    locked.state, locked.next_at = RefundState.UNKNOWN, _later(locked, at)
    locked.save(update_fields=["state", "next_at"])
    _tell_staff(refund, "online.refund_unknown", at)


@transaction.atomic
def hear_refund(*, told: RefundTold, at: datetime) -> OnlineRefund:
    """Take a provider's word about a refund, its answer or a notice of its own, verified: it counts once.

    Raises `Refused` for a refund that is not there, of another amount, or that ended otherwise.
    """
    rows = OnlineRefund.objects.select_related("project", "payment__order__by", *OF_PAYMENT)
    known = rows.filter(number=told.number, payment__provider=told.provider).first()
    if known is None:
        raise Refused(_("There is no such refund."), code="no_such_refund")
    if told.amount != known.amount:
        raise Refused(_("The refund is of another amount."), code="wrong_amount")
    payment = known.payment.payment
    lock_units([payment.unit_id])
    refund = rows.select_for_update(of=("self",), no_key=True).get(pk=known.pk)
    if refund.ended_at is not None:
        if ENDS.get(told.outcome, refund.state) != refund.state:
            raise Refused(_("This refund ended otherwise."), code="ended_otherwise")
        return refund
    if told.outcome == RefundOutcome.PENDING:
        refund.state, refund.next_at = RefundState.ASKED, _later(refund, at)
        refund.save(update_fields=["state", "next_at"])
        return refund
    return _end(refund, told, at)


def _end(refund: OnlineRefund, told: RefundTold, at: datetime) -> OnlineRefund:
    """Book the answer of the provider; the unit and the refund are locked."""
    is_done = told.outcome == RefundOutcome.DONE
    refund.entry = _given_back(refund, at) if is_done else _kept(refund, at)
    refund.state, refund.next_at, refund.ended_at = ENDS[told.outcome], None, at
    refund.reference, refund.said = told.reference[:64], told.why[:200]
    refund.save(update_fields=["entry", "state", "next_at", "ended_at", "reference", "said"])
    action = "online.refunded" if is_done else "online.refund_refused"
    _record(action, refund, by=None, at=at)
    if is_done:
        _tell_payer(refund, at)
    else:
        _tell_staff(refund, "online.refund_refused", at)
    return refund


def _given_back(refund: OnlineRefund, at: datetime) -> Entry:
    payment = refund.payment.payment
    line = Line(debit=Book.REFUNDING, credit=Book.ONLINE, amount=refund.amount, unit=payment.unit_id)
    return _post(refund, EntryKind.ONLINE_REFUNDED, line, at)


def _kept(refund: OnlineRefund, at: datetime) -> Entry:
    """What the provider does not give back is the household's in advance."""
    payment = refund.payment.payment
    whose = {"unit": payment.unit_id, "household": payment.household_id}
    add_credit(payment.unit, payment.household_id, refund.amount)
    line = Line(debit=Book.REFUNDING, credit=Book.CREDIT, amount=refund.amount, **whose)
    return _post(refund, EntryKind.ONLINE_KEPT, line, at)


def _post(refund: OnlineRefund, kind: EntryKind, line: Line, at: datetime) -> Entry:
    project, payment = refund.project, refund.payment.payment
    day = at.astimezone(project.tz).date()
    return post(project=project, kind=kind, day=day, lines=[line], by=None, at=at, text=refund.number, payment=payment)


def _words(refund: OnlineRefund) -> dict[str, str]:
    payment = refund.payment.payment
    return {"amount": str(refund.amount), "room": payment.unit.number, "receipt": payment.receipt.number}


def _tell_payer(refund: OnlineRefund, at: datetime) -> None:
    notice = Notice(
        key=f"online.refunded:{refund.pk}",
        template="online.refunded",
        to=(refund.payment.order.by,),
        project=refund.project,
        page=("portal_receipt", refund.payment.payment.receipt.number),
        data=_words(refund),
    )
    tell([notice], at=at)


def _tell_staff(refund: OnlineRefund, template: str, at: datetime) -> None:
    staff = Membership.objects.staff_of([refund.project_id], BILLERS).select_related("user").order_by("pk")
    notice = Notice(
        key=f"{template}:{refund.pk}",
        template=template,
        to=tuple(dict.fromkeys(row.user for row in staff)),
        project=refund.project,
        page=("receipt", refund.payment.payment.receipt.number),
        data=_words(refund),
        level=Level.WARNING,
    )
    tell([notice], at=at)


@transaction.atomic
def ask_again(*, receipt: Receipt, by: User, at: datetime) -> OnlineRefund:
    """Have the provider asked again at once for the money of a reversed receipt.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        NotNow: no provider is asked for this receipt, or it has answered.
    """
    if not can_ask_provider_again(by, receipt):
        raise NotAllowed(_("Only cashiers and supervisors ask the provider again."))
    rows = OnlineRefund.objects.select_for_update(of=("self",), no_key=True)
    refund = rows.filter(payment__payment=receipt.payment_id).first()
    if refund is None or refund.ended_at is not None:
        raise NotNow(_("No provider is asked for this receipt, or it has answered already."), code="answered")
    refund.next_at = at
    refund.save(update_fields=["next_at"])
    return refund


def listen_refund(provider: Provider, *, body: bytes, headers: Mapping[str, str], at: datetime) -> OnlineRefund:
    """Hear what was sent as the provider's word about a refund. What is not believed is written down: `Refused`."""
    told = None
    try:
        told = provider.read_refund(body[: LONGEST_NOTICE + 1], headers, at=at)
        return hear_refund(told=told, at=at)
    except Refused as error:
        number = told.number if told else ""
        found = OnlineRefund.objects.select_related("project").filter(number=number).first() if number else None
        note_refusal(provider, number, found.project if found else None, error, at)
        raise
