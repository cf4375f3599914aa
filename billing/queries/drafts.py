"""The bills that a run would raise, before they are any."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.queries.chains import Charge
from billing.queries.metering import Used
from billing.queries.owed import Liable
from billing.rules.periods import Period
from billing.rules.pricing import Priced
from billing.states import LeftOut

SAMPLES = 100


@dataclass(frozen=True)
class Thing:
    """A vehicle or parking space that has a bill of its own; `words` is its plate or number.

    `since` and `until` are the days on which it is the home's. `liable`: who owes its fee, where it is not the owner.
    """

    vehicle: int | None
    space: int | None
    words: str
    since: date | None
    until: date | None
    liable: Liable | None = None


@dataclass(slots=True, eq=False)
class Draft:
    """A bill that a run raises: which charge for which days, reckoned line by line, and who is liable for it.

    `tariffs`: from which day on which tariff holds, where the price changes within the days. `amount`: what its lines
    come to, in yuan.
    """

    charge: Charge
    tariffs: tuple[tuple[date, int], ...]
    period: Period
    lines: tuple[Priced, ...]
    amount: Decimal
    liable: Liable
    thing: Thing | None = None
    uses: tuple[Used, ...] = ()

    @property
    def tariff_id(self) -> int:
        """The key of the tariff under which it begins."""
        return self.tariffs[0][1]

    def tariff_of(self, line: Priced) -> int | None:
        """The key of a line's tariff where it is another than the one under which the bill begins."""
        if len(self.tariffs) == 1:
            return None
        found = next(tariff for start, tariff in reversed(self.tariffs) if start <= line.period.start)
        return None if found == self.tariff_id else found

    def words_of(self, line: Priced) -> str:
        """The sum written out, after what it is for where that is one vehicle or parking space."""
        named = f"{self.thing.words}: " if self.thing else ""
        shown = ", ".join(_shown(use) for use in self.uses)
        return named + line.formula_words + (f" ({shown})" if shown else "")


def _shown(use: Used) -> str:
    """What was read, and what of days charged before is made up for: 3 → 13, +9."""
    made_up = f", {'+' if use.made_up > 0 else '−'}{_plain(abs(use.made_up))}" if use.made_up else ""
    return f"{_plain(use.opening)} → {_plain(use.closing)}{made_up}"


def _plain(value: Decimal) -> str:
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


@dataclass
class Batch:
    """Some of a run's charges: the bills they make, and what is left out, with some of the rooms."""

    drafts: list[Draft] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    rooms: dict[str, list[str]] = field(default_factory=dict)
    # Homes that another owned at the first day of a bill's time than at its end, or owns now; some of them by name.
    changed: set[int] = field(default_factory=set)
    changed_rooms: list[str] = field(default_factory=list)
    # Behind which charge it begins, with which it ends, how many there are; in one word, what they say.
    after: int = 0
    last: int = 0
    size: int = 0
    borne: str = ""

    def leave_out(self, charge: Charge, why: LeftOut) -> None:
        """Say why a stretch of a charge makes no bill."""
        self.left_out[why.value] += 1
        rooms = self.rooms.setdefault(why.value, [])
        if len(rooms) < SAMPLES and charge.room not in rooms:
            rooms.append(charge.room)

    def point_out(self, charge: Charge) -> None:
        """Say of a home that its owner changed."""
        if charge.unit_id not in self.changed:
            self.changed.add(charge.unit_id)
            if len(self.changed_rooms) < SAMPLES:
                self.changed_rooms.append(charge.room)

    def add(self, other: "Batch") -> None:
        """Take over what another batch leaves out and points out."""
        new = [room for room in other.changed_rooms if room not in self.changed_rooms]
        self.changed |= other.changed
        self.changed_rooms += new[: SAMPLES - len(self.changed_rooms)]
        self.left_out += other.left_out
        for why, rooms in other.rooms.items():
            mine = self.rooms.setdefault(why, [])
            mine += [room for room in rooms if room not in mine][: SAMPLES - len(mine)]
