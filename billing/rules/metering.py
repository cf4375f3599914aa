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
RIGHT = "right"
# What is explained; a yes settles the others, but digits that a meter does not have are a slip.
EXPLAINED = frozenset({Doubt.LOWER, Doubt.CHANGE})


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


@dataclass(frozen=True)
class Asked:
    """What was asked about a reading, and the reading that it was asked about."""

    doubt: Doubt
    about: Taken


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

    A lower one needs to be explained (changed, wrapped), the others need a yes. Whatever is asked where another
    reading is kept for the day says so as well: it is asked about alone only where nothing else is.
    """
    if taken.value >= Decimal(10) ** digits:
        return Doubt.DIGITS
    before = [one for one in readings if one.day < taken.day]
    moved = step(before[-1].value, taken, digits) if before else Decimal(0)
    if moved < 0:
        return Doubt.LOWER
    known = usual(before, digits)
    if known is not None and moved > SLIGHT and moved > UNUSUAL * known * (taken.day - before[-1].day).days:
        return Doubt.HIGH
    after = next((one for one in readings if one.day > taken.day), None)
    if after is not None and step(taken.value, after, digits) < 0:
        return Doubt.HIGH
    return Doubt.OTHER if any(one.day == taken.day and one != taken for one in readings) else None


def is_kept(taken: Taken, readings: Sequence[Taken]) -> bool:
    """Say whether a reading is kept already, with the same change and the same beginning again: it adds nothing."""
    return taken in readings


def reading_of(
    day: date, value: Decimal, answer: str, old_final: Decimal | None = None, new_start: Decimal | None = None
) -> Taken:
    """A reading as it was typed, with what an answer says of it: a change of meter with its ends, a new beginning."""
    if answer == ReadHow.CHANGED:
        return Taken(day, value, ReadHow.CHANGED, old_final, new_start)
    return Taken(day, value, ReadHow.WRAPPED if answer == ReadHow.WRAPPED else ReadHow.PLAIN)


def judged(
    said: Taken, readings: Sequence[Taken], digits: int, *, answer: str = "", asked: Asked | None = None
) -> tuple[Taken, Doubt | None]:
    """The reading that is to be kept, and what is still to be asked about it, the answer to what was asked considered.

    `said`: the reading with what the answer says of it; `answer`: empty, a yes, or of `ReadHow`. An answer counts for
    the question and the value that were asked, and for no other: a value changed since is judged as if it was new.
    A change of meter needs the last value of the old one and the first of the new, and neither goes backwards. None
    but a lower value can be of a meter that began again.
    """
    plain = Taken(said.day, said.value)
    doubt = doubts(plain, readings, digits)
    if doubt == Doubt.DIGITS:
        return plain, doubt
    explains = asked is not None and _explains(said, answer, asked)
    if answer == ReadHow.CHANGED and not (explains and _is_changed(said, readings, digits)):
        return plain, question_of_change(said, readings, digits)
    taken = plain if said.how == ReadHow.WRAPPED and not (explains and doubt == Doubt.LOWER) else said
    doubt = doubts(taken, readings, digits)
    # Who explained it was told that it replaces what is kept.
    is_told = doubt == Doubt.OTHER and taken.how != ReadHow.PLAIN
    # A yes to a reading that was explained is given by its explanation.
    yes = RIGHT if taken.how == ReadHow.PLAIN else taken.how
    is_right = answer == yes and asked is not None and (asked.doubt, asked.about) == (doubt, taken)
    return taken, None if is_told or (is_right and doubt not in EXPLAINED) else doubt


def _explains(said: Taken, answer: str, asked: Asked) -> bool:
    """Whether what is said of a reading answers what was asked of it: what happened, or whether it is right so."""
    of_it = (asked.about.day, asked.about.value) == (said.day, said.value)
    return of_it and (asked.doubt in EXPLAINED or asked.about.how == answer)


def question_of_change(said: Taken, readings: Sequence[Taken], digits: int) -> Doubt:
    """What a change of meter is asked about by: the value is lower than before, or it is not."""
    lower = doubts(Taken(said.day, said.value), readings, digits) == Doubt.LOWER
    return Doubt.LOWER if lower else Doubt.CHANGE


def _is_changed(said: Taken, readings: Sequence[Taken], digits: int) -> bool:
    """Whether both ends of a change are there, and neither of the two meters went backwards."""
    if said.old_final is None or said.new_start is None:
        return False
    before = [read for read in readings if read.day < said.day]
    went_on = step(before[-1].value, Taken(said.day, said.old_final), digits) if before else Decimal(0)
    return went_on >= 0 and said.value >= said.new_start
