"""What was used between two readings of a meter, and which readings are asked about before they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.states import Doubt, ReadHow

# More than this many times what is usual a day, and by more than so many steps, is asked about.
UNUSUAL = 3
SLIGHT = Decimal(10)
# Fewer days of readings say nothing about what is usual.
KNOWN_DAYS = 20
# What a yes settles; a lower value is explained instead, and digits that a meter does not have are a slip.
CONFIRMED = frozenset({Doubt.HIGH, Doubt.OTHER})


@dataclass(frozen=True)
class Taken:
    """A reading in the meter's own steps; of a meter changed on the way also the old one's last value and the new
    one's first.
    """

    day: date
    value: Decimal
    how: str = ReadHow.PLAIN
    old_final: Decimal | None = None
    new_start: Decimal | None = None


def step(before: Decimal, taken: Taken, digits: int) -> Decimal:
    """How far the meter went from the value before to a reading; below zero where it stands lower unexplained."""
    if taken.how == ReadHow.CHANGED and taken.old_final is not None and taken.new_start is not None:
        return taken.old_final - before + taken.value - taken.new_start
    return taken.value - before + (Decimal(10) ** digits if taken.how == ReadHow.WRAPPED else 0)


def used(opening: Decimal, readings: Sequence[Taken], digits: int) -> Decimal:
    """How far the meter went from the opening value over all of the readings, oldest first."""
    total = Decimal(0)
    for taken in readings:
        total += step(opening, taken, digits)
        opening = taken.value
    return total


def usual(readings: Sequence[Taken], digits: int) -> Decimal | None:
    """Steps a day over all of the readings, oldest first; None where too few days are known."""
    if len(readings) < 2 or (days := (readings[-1].day - readings[0].day).days) < KNOWN_DAYS:
        return None
    return used(readings[0].value, readings[1:], digits) / days


def doubts(taken: Taken, readings: Sequence[Taken], digits: int) -> Doubt | None:
    """What is to be asked about a new reading, given those kept, oldest first; None where it is as one expects.

    A lower one needs to be explained (changed, wrapped); the other two need a yes.
    """
    if taken.value >= Decimal(10) ** digits:
        return Doubt.DIGITS
    before = [one for one in readings if one.day < taken.day]
    moved = step(before[-1].value, taken, digits) if before else Decimal(0)
    if moved < 0:
        return Doubt.LOWER
    if any(one.day == taken.day and one.value != taken.value for one in readings):
        return Doubt.OTHER
    known = usual(before, digits)
    if known is not None and moved > SLIGHT and moved > UNUSUAL * known * (taken.day - before[-1].day).days:
        return Doubt.HIGH
    after = next((one for one in readings if one.day > taken.day), None)
    return Doubt.HIGH if after is not None and step(taken.value, after, digits) < 0 else None


def is_kept(taken: Taken, readings: Sequence[Taken]) -> bool:
    """Say whether a reading is kept already: taken once more it adds nothing."""
    return any(read == taken or (read.day, read.value) == (taken.day, taken.value) for read in readings)


def still_asked(taken: Taken, readings: Sequence[Taken], digits: int, *, answer: str = "") -> Doubt | None:
    """What is still to be asked about a reading, the answer considered: empty, a yes, or of `ReadHow`."""
    doubt = doubts(taken, readings, digits)
    if answer == ReadHow.CHANGED and taken.how != ReadHow.CHANGED:
        return Doubt.LOWER
    if taken.how == ReadHow.CHANGED and _went_back(taken, readings, digits):
        return Doubt.LOWER
    return None if answer and doubt in CONFIRMED else doubt


def _went_back(taken: Taken, readings: Sequence[Taken], digits: int) -> bool:
    """Whether one of the two meters would have gone backwards."""
    before = [read for read in readings if read.day < taken.day]
    old_final, new_start = taken.old_final or Decimal(0), taken.new_start or Decimal(0)
    went_on = step(before[-1].value, Taken(taken.day, old_final), digits) if before else Decimal(0)
    return went_on < 0 or taken.value < new_start
