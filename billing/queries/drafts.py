"""The bills that a run would raise, before they are any."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.models import UnitCharge
from billing.queries.metering import Used
from billing.queries.owed import Liable
from billing.rules.periods import Period
from billing.rules.pricing import Priced
from billing.states import LeftOut

SAMPLES = 100


@dataclass(frozen=True)
class Thing:
    """A vehicle or parking space that has a bill of its own; `words` is its plate or number."""

    vehicle: int | None
    space: int | None
    words: str
    since: date | None
    until: date | None


@dataclass(frozen=True)
class Draft:
    """A bill that a run raises: which charge for which days, reckoned line by line, and who is liable for it.

    `tariffs`: from which day on which tariff holds, where the price changes within the days.
    """

    charge: UnitCharge
    tariffs: tuple[tuple[date, int], ...]
    period: Period
    lines: tuple[Priced, ...]
    liable: Liable
    thing: Thing | None = None
    uses: tuple[Used, ...] = ()

    @property
    def amount(self) -> Decimal:
        """What it comes to, in yuan."""
        return sum((line.amount for line in self.lines), Decimal("0.00"))

    @property
    def tariff_id(self) -> int:
        """The key of the tariff under which it begins."""
        return self.tariffs[0][1]

    def tariff_of(self, line: Priced) -> int | None:
        """The key of a line's tariff where it is another than the one under which the bill begins."""
        found = next(tariff for start, tariff in reversed(self.tariffs) if start <= line.period.start)
        return None if found == self.tariff_id else found

    def words_of(self, line: Priced) -> str:
        """The sum written out, after what it is for where that is one vehicle or parking space."""
        named = f"{self.thing.words}: " if self.thing else ""
        shown = ", ".join(f"{_plain(use.opening)} → {_plain(use.closing)}" for use in self.uses)
        return named + line.formula_words + (f" ({shown})" if shown else "")


def _plain(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


@dataclass
class Batch:
    """Some of a run's charges: the bills they make, and what is left out, with some of the rooms."""

    drafts: list[Draft] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    rooms: dict[str, list[str]] = field(default_factory=dict)
    last: int = 0
    size: int = 0

    def leave_out(self, charge: UnitCharge, why: LeftOut) -> None:
        """Say why a stretch of a charge makes no bill."""
        self.left_out[why.value] += 1
        rooms = self.rooms.setdefault(why.value, [])
        if len(rooms) < SAMPLES and charge.unit.number not in rooms:
            rooms.append(charge.unit.number)

    def add(self, other: "Batch") -> None:
        """Take over what another batch leaves out."""
        self.left_out += other.left_out
        for why, rooms in other.rooms.items():
            mine = self.rooms.setdefault(why, [])
            mine += [room for room in rooms if room not in mine][: SAMPLES - len(mine)]
