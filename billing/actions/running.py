"""Billing runs (出账): reckoned, looked at, raised in batches, taken back as far as nothing was paid; as long work."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, User
from billing.actions import cancelling
from billing.actions.charging import PREFIX
from billing.actions.raising import NewBill, raise_new
from billing.actions.voiding import lock_with_cases, take_back
from billing.models import Bill, BillingRun, BillLine, ChargeItem, Usage
from billing.permissions import require_biller
from billing.queries.drafts import Batch, Draft
from billing.queries.owed import without_money
from billing.queries.paper import span_words
from billing.queries.reckoning import Prices
from billing.queries.running import (
    BATCH,
    CANCEL,
    PREVIEW,
    RAISE,
    as_looked_at,
    at_prices_looked_at,
    batch_of,
    batches_of,
    charges_of,
    prices_of,
    same_terms,
    tariffs_of,
    terms_of,
)
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from billing.rules.periods import month_of
from billing.states import RunState
from cases.actions import next_numbers
from core.errors import Invalid, NotNow
from core.watch import Watch
from records import work as long_work
from records.actions import audit
from records.ahead import require_near
from records.bulk import insert, no_garbage_collection
from records.models import LongWork

MOST_MONTHS = 36
FIRST_ROWS = 50


@transaction.atomic
def prepare_run(
    *, project: Project, items: Sequence[ChargeItem], start: date, end: date, due_on: date, by: User, at: datetime
) -> BillingRun:
    """Begin a run of some charge items for whole months; a worker reckons it, so that it can be looked at.

    Raises:
        NotAllowed: neither cashier nor supervisor of the project.
        Invalid: no items, months that are none or too many, or bills that fall due before they begin.
    """
    require_biller(by, project)
    if not items or any(item.project_id != project.pk for item in items):
        raise Invalid(_("Choose what is billed."), fields={"items": _("Required.")})
    first, last = month_of(start).start, month_of(end).end
    if last < first or (last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS:
        raise Invalid(_("Choose one month or more, at most three years."), fields={"end": _("Out of range.")})
    if due_on < first:
        raise Invalid(_("Bills cannot fall due before their time begins."), fields={"due_on": _("Too early.")})
    require_near(due_on, at, "due_on")
    run = BillingRun.objects.create(
        project=project, period_start=first, period_end=last, due_on=due_on, made_at=at, made_by=by
    )
    run.items.set(items)
    _begin(run, PREVIEW, by=by, at=at)
    return run


@transaction.atomic
def raise_run(*, run: BillingRun, by: User, at: datetime) -> LongWork:
    """Raise the bills of a run that was looked at. What is billed already, by whichever run, is left out.

    Raises `NotNow` where the run is not ready, was raised, or is being raised; or a price, or what a unit bears, was
    set, changed or ended since it was worked out: it raises by what was looked at.
    """
    run = _locked(run, by)
    if run.state != RunState.PREVIEWED or _works(run):
        raise NotNow(_("This run is not ready to be raised, or was raised already."))
    cancelling.require_not_asked(run.project, cancelling.RUN, str(run.pk))
    if not same_terms(run):
        raise NotNow(
            _("A price, or a charge of a unit, was changed since this run was worked out. Work it out again first."),
            code="prices",
        )
    audit(
        at=at, by=by, project=run.project, action="run.raised", target=f"run {run.pk}", data={"total": str(run.total)}
    )
    return _begin(run, RAISE, by=by, at=at)


@transaction.atomic
def reckon_again(*, run: BillingRun, by: User, at: datetime) -> LongWork:
    """Reckon a run anew before it is raised: areas were put right, meters read, prices published meanwhile.

    Raises `NotNow` where it was raised or cancelled, or is being worked on.
    """
    run = _locked(run, by)
    if run.state not in (RunState.DRAFT, RunState.PREVIEWED) or _works(run):
        raise NotNow(_("This run is being worked on, was raised or cancelled."))
    return _begin(run, PREVIEW, by=by, at=at)


def bills_to_cancel(run: BillingRun) -> QuerySet[Bill]:
    """What becomes void when a run is taken back: the bills of it that no money was taken for."""
    return without_money(Bill.objects.filter(run=run))


def _require_not_cancelled(run: BillingRun) -> None:
    if run.state == RunState.CANCELLED:
        raise NotNow(_("This run was cancelled already."))


def _require_idle(run: BillingRun) -> None:
    if _works(run):
        raise NotNow(_("This run is being worked on. Stop it first."))


def _begin_cancelling(run: BillingRun, *, by: User, at: datetime, reason: str, approval: int | None) -> LongWork:
    return _begin(run, CANCEL, by=by, at=at, reason=reason, approval=approval)


CANCELLING = cancelling.Cancelling(
    kind=cancelling.RUN,
    model=BillingRun,
    action="run.cancelled",
    target=lambda run: f"run {run.pk}",
    name=lambda run: span_words(run.period_start, run.period_end),
    bills=bills_to_cancel,
    require_standing=_require_not_cancelled,
    require_idle=_require_idle,
    begin=_begin_cancelling,
    stops=True,
)


@transaction.atomic
def stop_run(*, run: BillingRun, by: User, at: datetime) -> None:
    """Stop the worker between two batches; what it raised stays, and raising again adds the rest."""
    run = _locked(run, by)
    if run.work is None or not long_work.stop(run.work, at=at):
        raise NotNow(_("Nothing of this run is being worked on."))


def _locked(run: BillingRun, by: User) -> BillingRun:
    rows = BillingRun.objects.select_for_update(of=("self",)).select_related("project", "work")
    locked = rows.get(pk=run.pk)
    require_biller(by, locked.project)
    return locked


def _works(run: BillingRun) -> bool:
    return run.work is not None and run.work.state in long_work.OPEN


def _begin(run: BillingRun, kind: str, *, by: User, at: datetime, **payload: Any) -> LongWork:
    payload |= {"run": run.pk, "months": span_words(run.period_start, run.period_end)}
    run.work = long_work.start(kind=kind, project=run.project, by=by, at=at, payload=payload)
    run.save(update_fields=["work"])
    return run.work


def _run_of(work: LongWork) -> BillingRun:
    return BillingRun.objects.select_related("project").get(pk=work.payload["run"])


def preview(work: LongWork, watch: Watch) -> None:
    """Reckon a run as a worker does: how many bills, what they come to, the first of them, and what is left out."""
    run = _run_of(work)
    terms, total, done = terms_of(run), charges_of(run, tariffs_of(run)).count(), 0
    found = Batch()
    items: dict[str, tuple[int, Decimal]] = {}
    first: list[dict[str, str]] = []
    looked_at: dict[str, str] = {}
    for batch in batches_of(run, today=_day(run, watch.now)):
        looked_at[str(batch.after)] = batch.borne
        for draft in batch.drafts:
            count, amount = items.get(draft.charge.tariff.item.name, (0, NOTHING))
            items[draft.charge.tariff.item.name] = (count + 1, amount + draft.amount)
        first += [_row(draft) for draft in batch.drafts[: FIRST_ROWS - len(first)]]
        found.add(batch)
        done += batch.size
        long_work.report(work, done=done, total=total, at=watch.now)
    count, amount = sum(n for n, _sum in items.values()), sum((part for _n, part in items.values()), NOTHING)
    by_item = [[name, n, str(part)] for name, (n, part) in sorted(items.items())]
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=run.project_id)  # as whoever sets prices
        if terms_of(run) != terms:
            raise long_work.StoppedError(
                _("A price, or a charge of a unit, was changed while this was worked out. Work it out again.")
            )
        run.found = {
            "first": first,
            "items": by_item,
            "left_out": dict(found.left_out),
            "rooms": found.rooms,
            "owners": {"count": len(found.changed), "rooms": found.changed_rooms},
            "terms": terms,
            "prices": prices_of(run),
            "batches": looked_at,
            "at": watch.now.isoformat(),
        }
        run.count, run.total, run.state = count, amount, RunState.PREVIEWED
        run.save(update_fields=["found", "count", "total", "state"])
        long_work.finish(work, result={"count": count, "total": str(amount)}, at=watch.now)


def _day(run: BillingRun, at: datetime) -> date:
    return at.astimezone(run.project.tz).date()


def _row(draft: Draft) -> dict[str, str]:
    return {
        "unit": draft.charge.room,
        "item": draft.charge.tariff.item.name,
        "period": span_words(draft.period.start, draft.period.end),
        "words": "; ".join(draft.words_of(line) for line in draft.lines),
        "amount": str(draft.amount),
    }


def raise_bills(work: LongWork, watch: Watch) -> None:
    """Raise a run as a worker does: each batch in a transaction of its own, found again where a worker died."""
    run = _run_of(work)
    total, done, after, prices = charges_of(run, tariffs_of(run)).count(), 0, 0, Prices()
    while True:
        with transaction.atomic():
            _take_turns(run, work)
            batch = _raise_batch(run, after=after, prices=prices, by=work.by, at=watch.now)
        if batch is None:
            break
        done, after = done + batch.size, batch.last
        _report(work, done=done, total=total, at=watch.now, words=_("Stopped. What was raised so far stays."))
    with transaction.atomic():
        result = _raised(run)
        run.count, run.total = result["count"], result["total"]
        run.state, run.raised_at = RunState.RAISED, watch.now
        run.save(update_fields=["count", "total", "state", "raised_at"])
        told = {"count": result["count"], "total": str(result["total"])}
        long_work.finish(work, result=told, at=watch.now)


def _report(work: LongWork, *, done: int, total: int, at: datetime, words: str) -> None:
    """Say how far it is; where it was asked to stop, say what stays."""
    try:
        long_work.report(work, done=done, total=total, at=at)
    except long_work.StoppedError as stopped:
        raise long_work.StoppedError(words) from stopped


def _raised(run: BillingRun) -> dict[str, Any]:
    return run.bills.filter(voided_at=None).aggregate(count=Count("pk"), total=MoneySum("amount", default=NOTHING))


def _take_turns(run: BillingRun, work: LongWork) -> None:
    """Let one worker write at a time for a project, so that no run bills what another is about to.

    Raises `StoppedError` where the run was given to another work meanwhile: it is being taken back.

    Nobody who sets prices writes meanwhile, either: whoever does takes the same turn.
    """
    Project.objects.select_for_update(no_key=True).get(pk=run.project_id)
    if not BillingRun.objects.filter(pk=run.pk, work=work).exists():
        raise long_work.StoppedError(_("Stopped: this run is being taken back."))


def _require_as_looked_at(same: bool) -> None:
    """Raise `StoppedError` where a price or a unit's charge differs from when it was worked out, whoever wrote it."""
    if not same:
        raise long_work.StoppedError(
            _(
                "Stopped: a price, or a charge of a unit, was changed. What was raised so far stays. Work it out "
                "again, then raise the rest."
            )
        )


@no_garbage_collection()
def _raise_batch(run: BillingRun, *, after: int, prices: Prices, by: User, at: datetime) -> Batch | None:
    """Raise the next bills of a run; its statements are as many for one bill as for all of a batch."""
    day = _day(run, at)
    _require_as_looked_at(at_prices_looked_at(run))
    batch = batch_of(run, after=after, prices=prices, today=day)
    _require_as_looked_at(as_looked_at(run, after, batch))
    if batch is None or not batch.drafts:
        return batch
    numbers = next_numbers(prefix=PREFIX, day=day, count=len(batch.drafts))
    bills = [_bill(draft, number) for draft, number in zip(batch.drafts, numbers, strict=True)]
    books = {draft.charge.tariff.item_id: draft.charge.tariff.item.books_to for draft in batch.drafts}
    raise_new(bills, project=run.project, books=books, due_on=run.due_on, by=by, day=day, at=at, run=run)
    _write_lines(bills, batch.drafts)
    return batch


def _bill(draft: Draft, number: str) -> NewBill:
    charge, thing = draft.charge, draft.thing
    return NewBill(
        number=number,
        unit_id=charge.unit_id,
        household_id=draft.liable.household,
        debtor_id=draft.liable.person,
        item_id=charge.tariff.item_id,
        tariff_id=draft.tariff_id,
        charge_id=charge.pk,
        vehicle_id=thing.vehicle if thing else None,
        space_id=thing.space if thing else None,
        words=thing.words if thing else "",
        period_start=draft.period.start,
        period_end=draft.period.end,
        amount=draft.amount,
    )


LINE = ("bill_id", "tariff_id", "period_start", "period_end", "quantity", "unit_price", "amount", "words")
USAGE = ("bill_id", "meter_id", "since", "until", "opening", "closing", "quantity", "multiplier")


def _write_lines(bills: Sequence[NewBill], drafts: Sequence[Draft]) -> None:
    lines = [
        (
            bill.id,
            draft.tariff_of(line),
            line.period.start,
            line.period.end,
            line.quantity,
            line.unit_price,
            line.amount,
            draft.words_of(line)[:300],
        )
        for bill, draft in zip(bills, drafts, strict=True)
        for line in draft.lines
    ]
    insert(BillLine, LINE, lines)
    uses = [
        (bill.id, use.meter, use.since, use.until, use.opening, use.closing, use.quantity, use.multiplier)
        for bill, draft in zip(bills, drafts, strict=True)
        for use in draft.uses
    ]
    insert(Usage, USAGE, uses)


def cancel_bills(work: LongWork, watch: Watch) -> None:
    """Take a run back as a worker does: bills that no money was taken for become void, batch by batch.

    Raises `StoppedError` before the first where others would become void than a second person approved.
    """
    run, asked, done = _run_of(work), cancelling.approved(work), work.result.get("void", 0)
    unpaid = cancelling.of_approved(asked, bills_to_cancel(run)).order_by("pk").values_list("pk", flat=True)
    total = done + unpaid.count()
    while True:
        with transaction.atomic():
            _take_turns(run, work)
            bills = lock_with_cases(list(unpaid[:BATCH]))
            if not done:
                cancelling.require_as_approved(asked, bills_to_cancel(run))
            if bills:
                take_back(bills, reason=work.payload["reason"], by=work.by, at=watch.now)
                done += len(bills)
                long_work.keep(work, result={"void": done})
        if not bills:
            break
        _report(work, done=done, total=total, at=watch.now, words=_("Stopped. What was made void so far stays void."))
    with transaction.atomic():
        result = _raised(run)
        run.count, run.total = result["count"], result["total"]
        run.state, run.cancelled_at = RunState.CANCELLED, watch.now
        run.save(update_fields=["count", "total", "state", "cancelled_at"])
        told = {"void": done, "kept": result["count"], "total": str(result["total"])}
        long_work.finish(work, result=told, at=watch.now)


def found_again(work: LongWork) -> tuple[str, str]:
    """The name and the page of a run's work."""
    return _("Bills %(months)s") % {"months": work.payload.get("months", "")}, reverse(
        "run", args=[work.payload["run"]]
    )


RUNNERS: dict[str, Callable[[LongWork, Watch], None]] = {
    PREVIEW: preview,
    RAISE: raise_bills,
    CANCEL: cancel_bills,
}
