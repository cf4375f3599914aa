"""A common cost shared out (分摊): its shares fixed and looked at, raised as bills all at once, taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions import cancelling
from billing.actions.charging import PREFIX
from billing.actions.raising import NewBill, raise_new
from billing.actions.voiding import lock_with_cases, take_back
from billing.models import Bill, BillLine, ChargeItem, Share, SharedCost
from billing.permissions import require_biller
from billing.queries.owed import Liable, Owners, without_money
from billing.queries.shares import weights_of
from billing.rules.apportion import apportion
from billing.rules.exact import LARGEST
from billing.states import RunState, ShareBy
from cases.actions import next_numbers
from core.errors import Invalid, NotNow
from core.money import require_cents
from core.watch import Watch
from estate.models import Building
from records import work as long_work
from records.actions import audit
from records.ahead import require_near
from records.models import LongWork

RAISE, CANCEL = "billing.share", "billing.unshare"
NAMED = 100
AT_ONCE = 2000


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What is shared out: the supplier's amount in yuan, for which days, over which units, by what."""

    item: ChargeItem
    words: str
    amount: Decimal
    start: date
    end: date
    due_on: date
    by: str
    meter_kind: str = ""
    building: Building | None = None


@transaction.atomic
def share_out(*, project: Project, cost: Cost, by: User, at: datetime) -> SharedCost:
    """Work out who bears how much of a common cost, to the cent, so that it can be looked at; nothing is billed yet.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: no amount, an item whose money would be ours, days that are none, or nobody who counts.
    Source: 水电等费用的分摊; 物业管理条例 44 (collected on behalf, no fee on top).
    """
    require_biller(by, project)
    _check(project, cost, at)
    made = SharedCost(
        project=project,
        item=cost.item,
        building=cost.building,
        words=cost.words.strip(),
        amount=cost.amount,
        period_start=cost.start,
        period_end=cost.end,
        by=cost.by,
        meter_kind=cost.meter_kind if cost.by == ShareBy.METER else "",
        due_on=cost.due_on,
        made_at=at,
        made_by=by,
    )
    weights = weights_of(made)
    if not weights.counted:
        raise Invalid(_("Nobody counts by this: no room has what it is shared by."), fields={"by": _("Nobody counts.")})
    made.found = {"without": len(weights.without), "rooms": weights.without[:NAMED]}
    made.save()
    parts = apportion(cost.amount, list(weights.counted.values()))
    Share.objects.bulk_create(
        [
            Share(cost=made, unit_id=unit, weight=weight, amount=amount)
            for (unit, weight), amount in zip(weights.counted.items(), parts, strict=True)
        ],
        batch_size=AT_ONCE,
    )
    return made


def _check(project: Project, cost: Cost, at: datetime) -> None:
    if not cost.words.strip():
        raise Invalid(_("Say what it is for."), fields={"words": _("Required.")})
    require_cents(cost.amount, most=LARGEST)
    if cost.item.project_id != project.pk or (cost.building is not None and cost.building.project_id != project.pk):
        raise Invalid(_("Choose what is billed."), fields={"item": _("Required.")})
    if not cost.item.on_behalf:
        raise Invalid(_("Choose a charge that is collected on behalf."), fields={"item": _("Not collected on behalf.")})
    if cost.end < cost.start:
        raise Invalid(_("The period ends before it starts."), fields={"end": _("Before the first day.")})
    if cost.due_on < cost.start:
        raise Invalid(_("Bills cannot fall due before their time begins."), fields={"due_on": _("Too early.")})
    require_near(cost.due_on, at, "due_on")
    if cost.by == ShareBy.METER and not cost.meter_kind:
        raise Invalid(_("Say which meters count."), fields={"meter_kind": _("Required.")})


@transaction.atomic
def raise_shares(*, cost: SharedCost, by: User, at: datetime) -> LongWork:
    """Raise the bills of a cost that was looked at, all of them or none.

    Raises `NotAllowed`; `NotNow` where they were raised, cancelled, or are being worked on.
    """
    cost = _locked(cost, by)
    if cost.state != RunState.PREVIEWED or _works(cost):
        raise NotNow(_("These bills were raised already, or are being raised."))
    said = {"amount": str(cost.amount)}
    audit(at=at, by=by, project=cost.project, action="cost.shared", target=cost.words, data=said)
    return _begin(cost, RAISE, by=by, at=at)


def bills_to_cancel(cost: SharedCost) -> QuerySet[Bill]:
    """What becomes void when a cost is taken back: the bills of it that no money was taken for."""
    return without_money(Bill.objects.filter(share__cost=cost))


def _locked(cost: SharedCost, by: User) -> SharedCost:
    rows = SharedCost.objects.select_for_update(of=("self",)).select_related("project", "work")
    locked = rows.get(pk=cost.pk)
    require_biller(by, locked.project)
    return locked


def _works(cost: SharedCost) -> bool:
    return cost.work is not None and cost.work.state in long_work.OPEN


def _begin(cost: SharedCost, kind: str, *, by: User, at: datetime, **more: Any) -> LongWork:
    payload = {"cost": cost.pk, "words": cost.words, **more}
    cost.work = long_work.start(kind=kind, project=cost.project, by=by, at=at, payload=payload)
    cost.save(update_fields=["work"])
    return cost.work


def _require_standing(cost: SharedCost) -> None:
    if cost.state == RunState.CANCELLED:
        raise NotNow(_("This shared cost was cancelled already."))


def _require_idle(cost: SharedCost) -> None:
    if _works(cost):
        raise NotNow(_("This shared cost is being worked on. Wait until that is done."))


def _begin_cancelling(cost: SharedCost, *, by: User, at: datetime, reason: str, approval: int | None) -> LongWork:
    return _begin(cost, CANCEL, by=by, at=at, reason=reason, approval=approval)


CANCELLING = cancelling.Cancelling(
    kind=cancelling.SHARES,
    model=SharedCost,
    action="cost.cancelled",
    target=lambda cost: cost.words,
    name=lambda cost: cost.words,
    bills=bills_to_cancel,
    require_standing=_require_standing,
    require_idle=_require_idle,
    begin=_begin_cancelling,
)


def raise_bills(work: LongWork, watch: Watch) -> None:
    """Raise all bills of a cost in one transaction, so that they sum to it whatever happens."""
    at = watch.now
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=work.project_id)
        cost = _locked(SharedCost(pk=work.payload["cost"]), work.by)
        shares = list(cost.shares.filter(amount__gt=0, bill=None).select_related("unit").order_by("pk"))
        bills = _write(cost, shares, by=work.by, at=at)
        for share, bill in zip(shares, bills, strict=True):
            share.bill_id = bill.id
        Share.objects.bulk_update(shares, ["bill"], batch_size=500)
        cost.state, cost.raised_at = RunState.RAISED, at
        cost.save(update_fields=["state", "raised_at"])
        long_work.finish(work, result={"count": len(bills), "total": str(cost.amount)}, at=watch.now)


def _write(cost: SharedCost, shares: Sequence[Share], *, by: User, at: datetime) -> list[NewBill]:
    whole = sum((share.weight for share in cost.shares.all()), Decimal(0))
    day = at.astimezone(cost.project.tz).date()
    owners = Owners.of([share.unit_id for share in shares], since=cost.period_start, today=day)
    numbers = next_numbers(prefix=PREFIX, day=day, count=len(shares))
    bills = [
        _bill(cost, share, owners.on(share.unit_id, cost.period_end, since=cost.period_start), number)
        for share, number in zip(shares, numbers, strict=True)
    ]
    books = {cost.item_id: ChargeItem.objects.get(pk=cost.item_id).books_to}
    raise_new(bills, project=cost.project, books=books, due_on=cost.due_on, by=by, day=day, at=at, text=cost.words)
    BillLine.objects.bulk_create(
        [
            BillLine(
                bill_id=bill.id,
                period_start=cost.period_start,
                period_end=cost.period_end,
                quantity=share.weight,
                unit_price=0,
                amount=share.amount,
                words=f"{cost.words}: {cost.amount} × {share.weight.normalize():f}/{whole.normalize():f}"[:300],
            )
            for bill, share in zip(bills, shares, strict=True)
        ],
        batch_size=AT_ONCE,
    )
    return bills


def _bill(cost: SharedCost, share: Share, owes: Liable, number: str) -> NewBill:
    return NewBill(
        number=number,
        unit_id=share.unit_id,
        household_id=owes.household,
        debtor_id=owes.person,
        item_id=cost.item_id,
        words=cost.words,
        period_start=cost.period_start,
        period_end=cost.period_end,
        amount=share.amount,
    )


def cancel_bills(work: LongWork, watch: Watch) -> None:
    """Take back the bills of a cost that no money was taken for, in one transaction; what was paid stays.

    Raises `StoppedError` where others would become void than a second person approved.
    """
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=work.project_id)
        rows = SharedCost.objects.select_for_update(of=("self",)).select_related("project")
        cost = rows.get(pk=work.payload["cost"])
        bills = lock_with_cases(list(bills_to_cancel(cost).values_list("pk", flat=True)))
        cancelling.require_as_approved(cancelling.approved(work), bills_to_cancel(cost))
        if bills:
            take_back(bills, reason=work.payload["reason"], by=work.by, at=watch.now)
        cost.state, cost.cancelled_at = RunState.CANCELLED, watch.now
        cost.save(update_fields=["state", "cancelled_at"])
        kept = Bill.objects.standing().filter(share__cost=cost).count()
        long_work.finish(work, result={"void": len(bills), "kept": kept}, at=watch.now)


def found_again(work: LongWork) -> tuple[str, str]:
    """The name and the page of a cost's work."""
    return work.payload["words"], reverse("shared_cost", args=[work.payload["cost"]])


RUNNERS: dict[str, Callable[[LongWork, Watch], None]] = {RAISE: raise_bills, CANCEL: cancel_bills}
