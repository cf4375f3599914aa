"""Which stretches of days a billing run charges for."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from billing.rules.formula import Formula
from billing.rules.periods import DAY, Period, step
from billing.states import Basis

# By these one bill is raised for each vehicle or space, where the price has no part that is the whole home's.
EACH: dict[str, str] = {Basis.VEHICLE: "vehicles", Basis.SPACE: "spaces"}


def stretches(since: date, every: int, run: Period) -> Iterator[Period]:
    """The stretches of `every` whole months that begin in the months of a run, oldest first.

    They are counted from the month of `since`, when the charge began: a quarter that began in February begins again
    in May. The run is of whole months. Raises `Invalid` beyond the calendar.
    """
    first = since.replace(day=1)
    past = (run.start.year - first.year) * 12 + run.start.month - first.month
    number = max(0, -(-past // every))
    while (start := step(first, number * every)) <= run.end:
        number += 1
        yield Period(start, step(first, number * every) - DAY)


def borne(stretch: Period, since: date, until: date | None) -> Period | None:
    """The days of a stretch on which something holds that began at `since` and ended at `until`; None for none."""
    if until is not None and until < since:
        return None
    return stretch.common(Period(since, until or max(since, stretch.end)))


def each_of(basis: str, fixed_amount: Decimal) -> str | None:
    """What a price raises one bill each for; None where the home has one bill."""
    return None if fixed_amount else EACH.get(basis)


def thing_of(basis: str, fixed_amount: Decimal, formula: str) -> str:
    """What a price charges for: vehicles or spaces, one by one, what meters show, or the home; each is billed apart."""
    by_meter = basis == Basis.READING or (basis == Basis.FORMULA and "reading" in Formula.parse(formula).names)
    return "meters" if by_meter else each_of(basis, fixed_amount) or "home"


def is_about(billed: tuple[int | None, int | None], thing: tuple[int | None, int | None] | None) -> bool:
    """Whether what was billed is about a thing: each a vehicle and a parking space, by their keys.

    Everything of a home is about the home (`thing` None), and what is of the home as a whole about all that is in it.
    Of two vehicles that are known it is the vehicle that counts, else the space.
    """
    vehicle, space = billed
    if thing is None or (vehicle is None and space is None):
        return True
    if vehicle is not None and thing[0] is not None:
        return vehicle == thing[0]
    return space is not None and space == thing[1]
