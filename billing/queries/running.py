"""What a billing run would raise: charge by charge, in batches, each in a constant number of statements."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from billing.models import BillingRun, UnitCharge
from billing.queries.chains import chains_of
from billing.queries.drafts import Batch
from billing.queries.reckoning import Reckoner
from billing.rules.periods import Period
from billing.rules.running import stretches
from billing.states import Rhythm

BATCH = 5000


def charges_of(run: BillingRun) -> QuerySet[UnitCharge]:
    """The charges of the run's items that are borne in its months, by key; what is charged once, where it begins."""
    recurring = Q(tariff__rhythm=Rhythm.RECURRING)
    once = Q(tariff__rhythm=Rhythm.ONCE, starts_on__gte=run.period_start)
    return (
        UnitCharge.objects.filter(
            recurring | once,
            Q(ended_on=None) | Q(ended_on__gte=run.period_start),
            unit__project=run.project,
            tariff__item__in=run.items.all(),
            starts_on__lte=run.period_end,
        )
        .select_related("unit", "tariff__item")
        .order_by("pk")
    )


def batch_of(run: BillingRun, *, after: int, size: int = BATCH) -> Batch | None:
    """The next charges of a run behind the key `after`; None behind the last."""
    charges = list(charges_of(run).filter(pk__gt=after)[:size])
    if not charges:
        return None
    months = Period(run.period_start, run.period_end)
    chains = chains_of(charges, run.items.all())
    reckoner = Reckoner(charges, chains, run.period_start)
    batch = Batch(last=charges[-1].pk, size=len(charges))
    for charge in charges:
        if charge.tariff.rhythm == Rhythm.ONCE:
            reckoner.add_once(batch, charge)
            continue
        began = chains.get(charge.pk, (charge,))[0].starts_on
        for stretch in stretches(began, charge.tariff.period_months, months):
            reckoner.add(batch, charge, stretch)
    return batch


def batches_of(run: BillingRun, *, size: int = BATCH) -> Iterator[Batch]:
    """All of a run, batch by batch, as it stands now."""
    after = 0
    while (batch := batch_of(run, after=after, size=size)) is not None:
        after = batch.last
        yield batch
