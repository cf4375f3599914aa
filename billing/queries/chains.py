"""Charges that follow each other on a unit: a price that changed within a period is one bill with a line for each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from billing.models import Tariff, UnitCharge
from billing.rules.periods import DAY, Period
from billing.rules.running import borne
from billing.states import Rhythm


@dataclass(slots=True, eq=False)
class Charge:
    """A charge on a unit as a run reads it; of many thousands a model's object costs too much.

    `room` is the unit's number, `area` in square metres.
    """

    pk: int
    unit_id: int
    tariff_id: int
    starts_on: date
    ended_on: date | None
    room: str
    area: Decimal | None
    tariff: Tariff


Chain = tuple[Charge, ...]


@dataclass(slots=True, eq=False)
class Piece:
    """The days of a stretch on which one of the charges of a chain is borne and its tariff in force."""

    charge: Charge
    period: Period


def read(charges: QuerySet[UnitCharge], tariffs: Mapping[int, Tariff]) -> Iterator[Charge]:
    """The charges that a query finds, with of their units what prices ask for; those of a tariff have the same one."""
    rows = charges.values_list("pk", "unit_id", "tariff_id", "starts_on", "ended_on", "unit__number", "unit__area")
    return (Charge(*row, tariffs[row[2]]) for row in rows)


def chains_of(charges: Iterable[Charge]) -> dict[int, Chain]:
    """The chain that each charge belongs to, by its key, oldest first; `charges` are all that their homes bear.

    A charge that nothing follows and that follows none is a chain of its own, and left out of the answer.
    """
    recurring = [charge for charge in charges if charge.tariff.rhythm == Rhythm.RECURRING]
    homes = {charge.unit_id for charge in recurring if charge.ended_on is not None}
    found: dict[int, Chain] = {}
    for chain in _linked(charge for charge in recurring if charge.unit_id in homes):
        found |= dict.fromkeys((charge.pk for charge in chain), chain)
    return found


def beside_each_other(charges: Iterable[Charge], chains: Mapping[int, Chain]) -> dict[int, set[int]]:
    """Charges whose home bears the same by others that are no chain of theirs: by key the keys of all.

    `charges`: all that their homes bear. None should be borne beside another one, but those of an older register may
    be; and one that has ended has billed days that another begins on.
    """
    every = {charge.pk: charge for charge in charges}
    kinds = {pk: tariff.kind for pk, tariff in {one.tariff_id: one.tariff for one in every.values()}.items()}
    alike: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for pk, charge in every.items():
        alike[charge.unit_id, kinds[charge.tariff_id]].add(pk)
    found: dict[int, set[int]] = {}
    for pk, charge in every.items():
        chain = chains.get(pk, (charge,))
        keys = alike[charge.unit_id, kinds[charge.tariff_id]]
        if len(chain) > 1:
            keys = keys.union(*(alike[one.unit_id, kinds[one.tariff_id]] for one in chain))
        if len(keys) > len(chain):
            found[pk] = keys
    return found


def _linked(charges: Iterable[Charge]) -> list[Chain]:
    """Chains of two charges or more."""
    by_kind: dict[tuple[int, int, int], list[Charge]] = defaultdict(list)
    for charge in charges:
        by_kind[charge.unit_id, charge.tariff.item_id, charge.tariff.period_months].append(charge)
    made: list[list[Charge]] = []
    for borne_here in by_kind.values():
        chains: list[list[Charge]] = []
        for charge in sorted(borne_here, key=lambda one: (one.starts_on, one.pk)):
            before = [chain for chain in chains if _follows(charge, chain[-1])]
            # Of two prices of one charge that changed on the same day each is followed by its own kind.
            before.sort(key=lambda chain: chain[-1].tariff.basis != charge.tariff.basis)
            if before:
                before[0].append(charge)
            else:
                chains.append([charge])
        made += [chain for chain in chains if len(chain) > 1]
    return [tuple(chain) for chain in made]


def _follows(charge: Charge, before: Charge) -> bool:
    next_day = before.ended_on is not None and charge.starts_on == before.ended_on + DAY
    ends = before.tariff.ends_on
    return next_day and ends is not None and charge.tariff.starts_on == ends + DAY


def successions(tariffs: Iterable[Tariff]) -> dict[int, tuple[Tariff, ...]]:
    """Each of a project's tariffs with the prices that followed it on the page of prices, by its key, oldest first.

    A tariff with a number of its own from a former system follows none: it is another charge's.
    """
    ordered = sorted(tariffs, key=lambda one: (one.starts_on, one.pk))
    after: dict[int, Tariff] = {}
    for tariff in ordered:
        before = [one for one in ordered if one.pk not in after and not tariff.reference and _replaces(tariff, one)]
        if before:
            after[min(before, key=lambda one: (one.basis != tariff.basis, one.pk)).pk] = tariff
    found: dict[int, tuple[Tariff, ...]] = {}
    for tariff in reversed(ordered):
        following = after.get(tariff.pk)
        found[tariff.pk] = (tariff, *(found[following.pk] if following else ()))
    return found


def _replaces(tariff: Tariff, before: Tariff) -> bool:
    alike = all(getattr(tariff, name) == getattr(before, name) for name in ("item_id", "rhythm", "period_months"))
    return alike and before.ends_on is not None and tariff.starts_on == before.ends_on + DAY


def borne_in(chain: Chain, stretch: Period) -> list[Piece]:
    """The days of a stretch on which each charge of a chain is borne, whether its tariff is in force or not."""
    found = ((charge, borne(stretch, charge.starts_on, charge.ended_on)) for charge in chain)
    return [Piece(charge, period) for charge, period in found if period is not None]


def in_force(pieces: Iterable[Piece]) -> list[Piece]:
    """What of the pieces their tariffs cover."""
    found = ((one, borne(one.period, one.charge.tariff.starts_on, one.charge.tariff.ends_on)) for one in pieces)
    return [Piece(one.charge, period) for one, period in found if period is not None]


def unbroken(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces in stretches without a gap, oldest first: each makes a bill of its own."""
    found: list[list[Piece]] = []
    for piece in pieces:
        if found and piece.period.start == found[-1][-1].period.end + DAY:
            found[-1].append(piece)
        else:
            found.append([piece])
    return found
