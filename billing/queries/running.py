"""What a billing run would raise: charge by charge, in batches, each in a constant number of statements.

A run raises by the terms by which it was worked out and looked at, or not at all: where a price, or what a unit bears,
was set, changed or ended since, it stops, and is worked out again.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.expressions import Combinable
from django.db.models.functions import ExtractDay, ExtractMonth, ExtractYear

from billing.models import BillingRun, ChargeItem, Tariff, UnitCharge
from billing.queries.chains import Chain, Charge, chains_of, read
from billing.queries.drafts import Batch
from billing.queries.reckoning import Prices, Reckoner
from billing.rules.periods import Period
from billing.rules.running import stretches
from billing.states import Rhythm
from records.bulk import no_garbage_collection, one_of
from records.work import OPEN

BATCH = 5000
PREVIEW, RAISE, CANCEL = "billing.preview", "billing.raise", "billing.cancel"
# A prime: charges weigh differently, and the sums of millions of them still fit a number of the database.
WEIGHTS = 9973
# What of a tariff decides what a bill comes to, and for which days.
PRICING = ("pk", "basis", "formula", "unit_price", "fixed_amount", "rhythm", "period_months", "starts_on", "ends_on")


def terms_of(run: BillingRun) -> str:
    """A run's prices and which units bear them as they stand now, in one word: another one once any of it changed."""
    return _mark([prices_of(run), _borne(run)])


def prices_of(run: BillingRun) -> str:
    """A run's prices as they stand now, in one word."""
    rows = Tariff.objects.filter(item__in=run.items.all()).order_by("pk").values_list(*PRICING)
    return _mark([tuple(map(str, row)) for row in rows])


def _mark(what: Sequence[object]) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()


def _borne(run: BillingRun) -> tuple[int, ...]:
    """What units bear by the end of a run's months, in sums that the database makes: a batch does not read all others.

    What ended before counts too: the first price of a chain says when its periods begin. An end after the months is
    none. The key of a charge is its weight, so that no two changes make up for one another.
    """
    weight = F("pk") % WEIGHTS + 1
    ended = Case(When(ended_on__lte=run.period_end, then=_number("ended_on")), default=0)
    sums = {"units": F("unit_id"), "tariffs": F("tariff_id"), "since": _number("starts_on"), "until": ended}
    items = run.items.all()
    begun = UnitCharge.objects.filter(unit__project=run.project, tariff__item__in=items, starts_on__lte=run.period_end)
    found = begun.order_by().aggregate(
        count=Count("pk"),
        **{name: Sum(weight * term, output_field=BigIntegerField(), default=0) for name, term in sums.items()},
    )
    return found["count"], *(found[name] for name in sums)


def _number(day: str) -> Combinable:
    """A day as a number, another one for each."""
    return ExtractYear(day) * 372 + ExtractMonth(day) * 31 + ExtractDay(day)


def same_terms(run: BillingRun) -> bool:
    """Whether the terms are still those by which the run was worked out, where it says which they were."""
    return run.found.get("terms") in (None, terms_of(run))


def at_prices_looked_at(run: BillingRun) -> bool:
    """Whether the prices are still those that were looked at, where the run says which they were."""
    return run.found.get("prices") in (None, prices_of(run))


def as_looked_at(run: BillingRun, after: int, batch: Batch | None) -> bool:
    """Whether a batch behind the key `after` is of the charges that were looked at, or none was left then either.

    A batch is held to what it has read itself: all of a run's charges would be read for each of its batches.
    """
    if "batches" not in run.found:  # worked out before they were kept
        return True
    return bool(run.found["batches"].get(str(after)) == (batch.borne if batch is not None else None))


def _borne_by(charges: Iterable[Charge], chains: Mapping[int, Chain], end: date) -> str:
    """What some charges and those of their chains say of a run's months, in one word. An end after them is none."""
    every = {one.pk: one for charge in charges for one in chains.get(charge.pk, (charge,)) if one.starts_on <= end}
    ends = {pk: one.ended_on if one.ended_on and one.ended_on <= end else None for pk, one in every.items()}
    return _mark([(pk, one.unit_id, one.tariff_id, one.starts_on, ends[pk]) for pk, one in sorted(every.items())])


def raising(item: ChargeItem) -> BillingRun | None:
    """A run that bills an item and that a worker raises now, or will."""
    rows = BillingRun.objects.filter(items=item, work__kind=RAISE, work__state__in=OPEN)
    return rows.order_by("pk").first()


def tariffs_of(run: BillingRun) -> dict[int, Tariff]:
    """All prices of a run's items, by their keys, with the items."""
    return Tariff.objects.filter(item__in=run.items.all()).select_related("item").in_bulk()


def charges_of(run: BillingRun, tariffs: Mapping[int, Tariff]) -> QuerySet[UnitCharge]:
    """The charges by a run's tariffs that are borne in its months, by key; what is charged once, where it begins.

    The tariffs by their keys: the database knows then how many charges there are, and reads on by theirs.
    """
    return UnitCharge.objects.filter(_billed_by(run, tariffs), unit__project=run.project).order_by("pk")


def _billed_by(run: BillingRun, tariffs: Mapping[int, Tariff]) -> Q:
    once = [pk for pk, tariff in tariffs.items() if tariff.rhythm == Rhythm.ONCE]
    there = Q(ended_on=None) | Q(ended_on__gte=run.period_start)
    begun = Q(starts_on__lte=run.period_end) & ~Q(tariff__in=once, starts_on__lt=run.period_start)
    return there & begun & Q(tariff__in=list(tariffs))


def _others(run: BillingRun, tariffs: Mapping[int, Tariff], charges: Sequence[Charge], after: int) -> list[Charge]:
    """What the homes of a batch bear by the run's tariffs beside the charges of the batch: before, later, elsewhere."""
    homes = {charge.unit_id: charge for charge in charges}
    in_batch = _billed_by(run, tariffs) & Q(pk__gt=after, pk__lte=charges[-1].pk)
    rows = UnitCharge.objects.filter(one_of("unit", homes), tariff__in=list(tariffs)).exclude(in_batch).order_by("pk")
    found = rows.values_list("pk", "unit_id", "tariff_id", "starts_on", "ended_on")
    return [Charge(*row, homes[row[1]].room, homes[row[1]].area, tariffs[row[2]]) for row in found]


@no_garbage_collection()
def batch_of(
    run: BillingRun, *, after: int, prices: Prices, size: int | None = None, today: date | None = None
) -> Batch | None:
    """The next charges of a run behind the key `after`; None behind the last. `prices`: what those before reckoned.

    `today`: on which local day it is raised; without one the day on which the run was made.
    """
    today = today or run.made_at.astimezone(run.project.tz).date()
    tariffs = tariffs_of(run)
    charges = list(read(charges_of(run, tariffs).filter(pk__gt=after)[: size or BATCH], tariffs))
    if not charges:
        return None
    months = Period(run.period_start, run.period_end)
    others = _others(run, tariffs, charges, after)
    chains = chains_of([*charges, *others])
    reckoner = Reckoner(charges, others, chains, months, prices, today)
    borne = _borne_by(charges, chains, run.period_end)
    batch = Batch(last=charges[-1].pk, size=len(charges), after=after, borne=borne)
    known: dict[tuple[date, int], list[Period]] = {}
    for charge in charges:
        if charge.tariff.rhythm == Rhythm.ONCE:
            reckoner.add_once(batch, charge)
            continue
        began = chains.get(charge.pk, (charge,))[0].starts_on
        key = (began, charge.tariff.period_months)
        if key not in known:
            known[key] = list(stretches(*key, months))
        for stretch in known[key]:
            reckoner.add(batch, charge, stretch)
    return batch


def batches_of(run: BillingRun, *, size: int | None = None, today: date | None = None) -> Iterator[Batch]:
    """All of a run, batch by batch, as it stands now; `today` as `batch_of` takes it."""
    after, prices = 0, Prices()
    while (batch := batch_of(run, after=after, prices=prices, size=size, today=today)) is not None:
        after = batch.last
        yield batch
