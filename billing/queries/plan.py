"""A building as the till sees it: every home in its place, and whether it is paid up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice

from django.db.models import Q

from accounts.models import Project, User
from billing.models import Bill
from billing.queries.sums import MoneySum
from billing.rules.exact import NOTHING
from billing.rules.periods import month_of
from billing.rules.plan import Spot, lay_out, natural, standing
from billing.states import Standing
from estate.models import Building, HouseholdMember, Unit
from estate.states import UnitStatus

VACANT = frozenset({UnitStatus.UNSOLD, UnitStatus.VACANT, UnitStatus.IDLE})


@dataclass(frozen=True)
class Cell:
    """A home on the plan: what it owes by the end of the month, and how much of that is overdue, in yuan."""

    number: str
    room: str
    standing: Standing
    owed: Decimal
    late: Decimal


@dataclass(frozen=True)
class Floor:
    """A floor from left to right, by entrance; None where there is no room. `name` is None where nobody knows it."""

    name: int | None
    entrances: tuple[tuple[Cell | None, ...], ...]


@dataclass(frozen=True)
class Plan:
    """A building with its homes, the top floor first, and what they come to."""

    building: Building
    entrances: tuple[tuple[str, int], ...]
    floors: tuple[Floor, ...]
    cells: tuple[Cell, ...]

    @property
    def owed(self) -> Decimal:
        """What all of them owe by the end of the month."""
        return sum((cell.owed for cell in self.cells), NOTHING)

    @property
    def late(self) -> Decimal:
        """How much of it is overdue."""
        return sum((cell.late for cell in self.cells), NOTHING)

    @property
    def late_homes(self) -> int:
        """How many homes owe something overdue."""
        return sum(1 for cell in self.cells if cell.late)

    @property
    def paid_homes(self) -> int:
        """How many homes are paid up."""
        return self._count(Standing.PAID)

    @property
    def owing_homes(self) -> int:
        """How many homes owe something by the end of the month."""
        return self._count(Standing.OWES)

    @property
    def empty_homes(self) -> int:
        """In how many homes there is nobody to ask."""
        return self._count(Standing.EMPTY)

    def _count(self, wanted: Standing) -> int:
        return sum(1 for cell in self.cells if cell.standing == wanted)


def buildings_with_homes(project: Project) -> list[Building]:
    """The buildings of a project that have homes, as people count them; one statement."""
    rows = Building.objects.filter(project=project, pk__in=Unit.objects.filter(project=project).values("building"))
    return sorted(rows, key=lambda building: natural(building.code))


def plan_of(building: Building, user: User, *, today: date) -> Plan:
    """A building with the homes that the person may see, in three statements.

    What they owe is as of the month: bills for a later one do not count before they are due in this one.
    """
    rows = Unit.objects.visible_to(user).filter(building=building).order_by("number")
    units = list(rows.values_list("pk", "number", "entrance", "floor", "room", "status"))
    people = HouseholdMember.objects.current().filter(household__unit__building=building)
    registered = set(people.values_list("household__unit_id", flat=True))
    owing = _owing(building, today)
    cells = []
    for pk, number, _entrance, _floor, room, status in units:
        owed, late = owing.get(pk, (NOTHING, NOTHING))
        stands = standing(owed=owed, is_registered=pk in registered, is_vacant=status in VACANT)
        cells.append(Cell(number, room, stands, owed, late))
    spots = [Spot(entrance, floor, room) for _pk, _number, entrance, floor, room, _status in units]
    return _laid_out(building, cells, spots)


def _laid_out(building: Building, cells: Sequence[Cell], spots: Sequence[Spot]) -> Plan:
    grid = lay_out(spots)
    widths = [width for _entrance, width in grid.entrances]
    floors = []
    for name, row in grid.floors:
        found = iter(None if index is None else cells[index] for index in row)
        floors.append(Floor(name, tuple(tuple(islice(found, width)) for width in widths)))
    return Plan(building, grid.entrances, tuple(floors), tuple(cells))


def _owing(building: Building, today: date) -> dict[int, tuple[Decimal, Decimal]]:
    """What each home of a building owes by the end of the month, and how much of it is overdue, by the home's key."""
    end = month_of(today).end
    by_now = Q(period_start=None) | Q(period_start__lte=end) | Q(due_on__lte=end)
    rows = Bill.objects.open().filter(by_now, unit__building=building).values("unit").order_by("unit")
    sums = rows.annotate(
        owed=MoneySum("outstanding"), late=MoneySum("outstanding", filter=Q(due_on__lt=today), default=NOTHING)
    )
    return {unit: (owed, late) for unit, owed, late in sums.values_list("unit", "owed", "late")}
