"""Paying online: an order of a resident, and the provider's word that becomes money once, however often it comes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Membership, Project, User
from billing.actions.paying import take_payment
from billing.models import Bill, OnlineOrder, OnlineOrderBill, OnlinePayment, Receipt
from billing.online.providers import Provider, Refused, Told, the_provider
from billing.permissions import BILLERS, require_online_payer
from billing.rules.exact import LARGEST, NOTHING
from billing.states import Late, Method, OrderState, Outcome
from cases.actions import next_number
from core.errors import Invalid, NotNow
from notifications.actions import Notice, tell
from notifications.states import Level
from records.actions import audit

log = structlog.get_logger(__name__)
PREFIX = "XS"
LASTS = timedelta(minutes=30)
MOST_BILLS = 200
# How often the bills that are still owed are looked for, where the desk takes money for them at the same moment.
TRIES = 3
# What is longer is cut off, and then reads as nothing.
LONGEST_NOTICE = 10_000
NOTED_AN_HOUR = 60


@transaction.atomic
def order_online(*, bills: Sequence[Bill], by: User, at: datetime) -> OnlineOrder:
    """Ask to pay bills of one home online, all that is owed of them; the order waits half an hour for its money.

    Raises:
        NotAllowed: the bills are not of a household that the person is in.
        Invalid: no bill, too many, bills of two homes, or more than one payment takes.
        NotNow: nothing is owed of one any more, or nobody pays online here.
    """
    provider = the_provider()
    if provider is None:
        raise NotNow(_("Nobody can pay online here yet."), code="no_provider")
    if not 0 < len(bills) <= MOST_BILLS or len({(bill.unit_id, bill.household_id) for bill in bills}) != 1:
        raise Invalid(_("Choose what you want to pay, of one home."), fields={"bills": _("Choose at least one.")})
    first = bills[0]
    household = require_online_payer(by, first)
    if any(not bill.outstanding for bill in bills):
        raise NotNow(_("One of these bills is paid already. Look at what is owed now."), code="not_owed")
    amount = sum((bill.outstanding for bill in bills), NOTHING)
    if amount > LARGEST:
        raise Invalid(_("This is too much for one payment: choose fewer bills."), fields={"bills": _("Out of range.")})
    order = OnlineOrder.objects.create(
        number=next_number(prefix=PREFIX, day=at.astimezone(first.project.tz).date()),
        project=first.project,
        unit=first.unit,
        household_id=household,
        by=by,
        provider=provider.key,
        amount=amount,
        at=at,
        expires_at=at + LASTS,
    )
    OnlineOrderBill.objects.bulk_create(
        [OnlineOrderBill(order=order, bill=bill, amount=bill.outstanding) for bill in bills]
    )
    return order


@transaction.atomic
def hear(*, told: Told, at: datetime) -> OnlinePayment | None:
    """Take a provider's word about an order, which was verified: once, however often it comes.

    Returns what the money became, the same each time; None where the provider says that it failed.

    Money settles the bills that the order is for. What they need no more, because the order had expired, was paid
    before, or the desk took the money meanwhile, is the household's credit, and the cashiers are told.

    Raises `Refused` for an order that is not there, another amount than it asked for, or a transaction that another
    order was paid by. Source: BIL-4 (same request sent twice takes money once).
    """
    rows = OnlineOrder.objects.select_for_update(of=("self",), no_key=True).select_related(
        "project", "unit__project", "by"
    )
    order = rows.filter(number=told.order, provider=told.provider).first()
    if order is None:
        raise Refused(_("There is no such order."), code="no_such_order")
    if told.amount != order.amount:
        raise Refused(_("The order is of another amount."), code="wrong_amount")
    if told.outcome == Outcome.FAILED:
        if order.state == OrderState.WAITING:
            _move(order, OrderState.FAILED)
        return None
    made = OnlinePayment.objects.filter(provider=told.provider, transaction=told.transaction)
    known = made.select_related("payment__receipt").first()
    if known is None:
        return _take(order, told, at)
    if known.order_id != order.pk:
        raise Refused(_("Another order was paid by this transaction."), code="other_order")
    return known


def _move(order: OnlineOrder, state: OrderState) -> None:
    order.state = state
    order.save(update_fields=["state"])


def _take(order: OnlineOrder, told: Told, at: datetime) -> OnlinePayment:
    """Book the money of a transaction that nobody has heard of before; the order is locked."""
    late = _why_late(order, at)
    receipt = _credited(order, told, at) if late else _settled(order, told, at)
    try:
        with transaction.atomic():
            made = OnlinePayment.objects.create(
                order=order,
                provider=told.provider,
                transaction=told.transaction,
                payment=receipt.payment,
                late=late or _over(order, receipt),
                at=at,
            )
    except IntegrityError as error:
        raise Refused(_("Another order was paid by this transaction."), code="other_order") from error
    _move(order, OrderState.PAID)
    data = {"amount": str(order.amount), "order": order.number, "transaction": told.transaction}
    audit(at=at, by=None, project=order.project, action="online.paid", target=receipt.number, data=data)
    _tell(order, made, receipt, at)
    return made


def _why_late(order: OnlineOrder, at: datetime) -> str:
    if order.state == OrderState.PAID:
        return Late.TWICE
    return Late.EXPIRED if at > order.expires_at else ""


def _over(order: OnlineOrder, receipt: Receipt) -> str:
    """Why some of the money is left over: one of the bills was paid, waived or made void meanwhile."""
    settled = sum((line.amount for line in receipt.payment.lines.all()), NOTHING)
    return Late.NOT_OWED if settled != order.amount else ""


def _settled(order: OnlineOrder, told: Told, at: datetime) -> Receipt:
    """Pay what is still owed of the order's bills; the desk may take money for one of them at the same moment."""
    for _try in range(TRIES):
        open_bills = list(Bill.objects.open().filter(pk__in=order.lines.values("bill")).order_by("pk"))
        try:
            return _paid(order, told, at, open_bills)
        except NotNow as error:
            if error.code != "not_owed":
                raise
    return _credited(order, told, at)


def _credited(order: OnlineOrder, told: Told, at: datetime) -> Receipt:
    return _paid(order, told, at, [])


def _paid(order: OnlineOrder, told: Told, at: datetime, bills: Sequence[Bill]) -> Receipt:
    return take_payment(
        project=order.project,
        unit=order.unit,
        bills=bills,
        amount=order.amount,
        method=Method.ONLINE,
        reference=told.transaction,
        household=order.household,
        by=None,
        at=at,
    )


def _tell(order: OnlineOrder, made: OnlinePayment, receipt: Receipt, at: datetime) -> None:
    """Tell who asked that the money came; the cashiers and supervisors too where some of it became credit."""
    data = {"amount": str(order.amount), "room": order.unit.number, "receipt": receipt.number}
    notices = [
        Notice(
            key=f"online.paid:{made.pk}",
            template="online.paid",
            to=(order.by,),
            project=order.project,
            page=("portal_receipt", receipt.number),
            data=data,
        )
    ]
    if made.late:
        staff = Membership.objects.staff_of([order.project_id], BILLERS).select_related("user").order_by("pk")
        notices.append(
            Notice(
                key=f"online.late:{made.pk}",
                template="online.late",
                to=tuple(dict.fromkeys(row.user for row in staff)),
                project=order.project,
                page=("receipt", receipt.number),
                data={**data, "why": _in_both(Late(made.late)), "order": order.number},
                level=Level.WARNING,
            )
        )
    tell(notices, at=at)


def _in_both(late: Late) -> dict[str, str]:
    """The reason in the words of both languages: the message is read in the reader's."""
    with override("zh-hans"):
        chinese = str(late.label)
    with override("en"):
        return {"zh": chinese, "en": str(late.label)}


def listen(provider: Provider, *, body: bytes, headers: Mapping[str, str], at: datetime) -> tuple[Told, str]:
    """Hear what was sent as the provider's word; returns it with the number of the receipt, empty where it failed.

    What is not believed is written down. Raises `Refused`.
    """
    told = None
    try:
        told = provider.read(body[: LONGEST_NOTICE + 1], headers, at=at)
        made = hear(told=told, at=at)
    except Refused as error:
        number = told.order if told else ""
        found = OnlineOrder.objects.select_related("project").filter(number=number).first() if number else None
        note_refusal(provider, number, found.project if found else None, error, at)
        raise
    return told, made.payment.receipt.number if made else ""


def note_refusal(provider: Provider, number: str, project: Project | None, error: Refused, at: datetime) -> None:
    """Write down that something was not believed: all of what was signed, of the rest so many an hour.

    Anybody can send nonsense to this address; the trail is not to grow by it without end. `number` is that of what it
    is about, as far as it was signed.
    """
    if not number and not _is_room_for_more(at):
        log.warning("online_notice_refused", why=error.code)
        return
    audit(
        at=at,
        by=None,
        project=project,
        action="online.refused",
        target=number,
        data={"why": error.code, "provider": provider.key},
    )


def _is_room_for_more(at: datetime) -> bool:
    key = f"online-refused:{at:%Y%m%d%H}"
    cache.add(key, 0, timeout=int(timedelta(hours=2).total_seconds()))
    try:
        return cache.incr(key) <= NOTED_AN_HOUR
    except ValueError:  # forgotten between the two
        return True


def expire(at: datetime) -> dict[str, int]:
    """Orders whose half hour is over wait no longer. Money that comes for one nevertheless is kept."""
    over = OnlineOrder.objects.filter(state=OrderState.WAITING, expires_at__lt=at)
    return {"expired": over.update(state=OrderState.EXPIRED) if over.exists() else 0}
