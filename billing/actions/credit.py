"""What households paid in advance (预存款), kept for each of them; whoever changes it has locked the unit."""

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Round

from billing.models import Credit
from estate.models import Unit


def add_credit(unit: Unit, household: int | None, amount: Decimal) -> None:
    """Keep what a household, whose unit is locked, paid in advance; a negative amount uses it up.

    Rounded where it is reckoned: SQLite adds in binary fractions.
    """
    kept = Credit.objects.filter(unit=unit, household=household)
    if not kept.update(amount=Round(F("amount") + amount, precision=2)):
        Credit.objects.create(unit=unit, household_id=household, project_id=unit.project_id, amount=amount)


def lock_credit(unit: Unit, household: int | None) -> Decimal:
    """What a household, whose unit is locked, has paid in advance, in yuan."""
    credit = Credit.objects.select_for_update().filter(unit=unit, household=household).first()
    return credit.amount if credit is not None else Decimal(0)


def add_credits(project: int, amounts: Mapping[tuple[int, int | None], Decimal]) -> None:
    """Keep what households paid in advance, many at once: by the keys of unit and household, the units locked."""
    if not amounts:
        return
    rows = Credit.objects.select_for_update().filter(unit__in={unit for unit, _household in amounts}).order_by("pk")
    known = {(row.unit_id, row.household_id): row for row in rows}
    for key in amounts.keys() & known.keys():
        known[key].amount += amounts[key]
    Credit.objects.bulk_update(known.values(), ["amount"], batch_size=1000)
    Credit.objects.bulk_create(
        [
            Credit(unit_id=unit, household_id=household, project_id=project, amount=amount)
            for (unit, household), amount in amounts.items()
            if (unit, household) not in known
        ]
    )
