"""What the rows of a register workbook become: one frozen value per row, with the place it came from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from estate.states import Relation, SpaceKind, UnitKind, UnitStatus


class Formula(StrEnum):
    """How a charge is reckoned (1001: area × unit price + fixed amount; 2002: the fixed amount)."""

    AREA = "area"
    FIXED = "fixed"


class VehicleKind(StrEnum):
    """What a vehicle is (9901 to 9903)."""

    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"


@dataclass(frozen=True, kw_only=True)
class Row:
    """Where a row stands: the sheet's name and the row number Excel shows."""

    sheet: str
    row: int


@dataclass(frozen=True, kw_only=True)
class BuildingRow(Row):
    """One entrance of a building. Entrance `0` holds the building's shops."""

    building: str
    entrance: str
    floors: int | None = None
    has_lift: bool | None = None


@dataclass(frozen=True, kw_only=True)
class PersonRow(Row):
    """A person; `owner_number` names the owner this person belongs to (their own where they are the owner)."""

    name: str
    relation: Relation
    number: str = ""
    owner_number: str = ""
    gender: str = ""
    age: int | None = None
    phones: tuple[str, ...] = ()
    id_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class TariffRow(Row):
    """A charge that rooms refer to by number. Prices in yuan; the period in months; `issuing` in the file's words."""

    number: str
    category: str
    name: str
    recurring: bool
    prepaid: bool | None
    period_months: int
    issuing: str
    starts_on: date
    ends_on: date | None
    formula: Formula
    unit_price: Decimal
    fixed_amount: Decimal


@dataclass(frozen=True)
class FeeStart:
    """A charge a room bears, and from which day."""

    fee: str
    starts_on: date


@dataclass(frozen=True, kw_only=True)
class RoomRow(Row):
    """A room. Areas in m², rent in yuan; fields the file leaves open are None or empty.

    `written` is the whole number as the cell has it, where it is one; a number that does not part into building,
    entrance and room leaves these empty, and means a unit the register knows by it.
    """

    building: str
    entrance: str
    room: str
    written: str = ""
    kind: UnitKind | None = None
    floor: int | None = None
    layout: str = ""
    area: Decimal | None = None
    inner_area: Decimal | None = None
    rent: Decimal | None = None
    status: UnitStatus | None = None
    handed_over_on: date | None = None
    completed_on: date | None = None
    owner_number: str = ""
    fees: tuple[FeeStart, ...] = ()

    @property
    def number(self) -> str:
        """The room as people write it: `1-1-1001`, a shop `1-0-05`."""
        return f"{self.building}-{self.entrance}-{self.room}" if self.building else self.written


@dataclass(frozen=True, kw_only=True)
class AssetRow(Row):
    """Room and people in one row. A room with several people takes several rows, the owner's first."""

    entrance: BuildingRow
    room: RoomRow
    people: tuple[PersonRow, ...]


@dataclass(frozen=True, kw_only=True)
class SpaceRow(Row):
    """A parking space, and who uses it with which vehicle from when to when, where it is let or sold.

    `car_since` is the vehicle's own: the first day for which its parking is charged.
    """

    car_park: str
    space: str
    kind: SpaceKind | None = None
    area: Decimal | None = None
    owner_number: str = ""
    plate: str = ""
    brand: str = ""
    vehicle_kind: VehicleKind | None = None
    colour: str = ""
    is_sold: bool | None = None
    car_since: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PastPaymentRow(Row):
    """What a room (`1-1-1001`) or a vehicle owed for a time in the old system, and what of it was paid. In yuan.

    `ends_on` as the sheet has it; `paid_on` is None where nothing was paid, `due_on` where the sheet does not say.
    """

    room: str
    plate: str
    fee: str
    period_months: int
    starts_on: date
    ends_on: date
    paid_on: date | None
    due: Decimal
    paid: Decimal
    due_on: date | None = None
    cashier: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class MeterRow(Row):
    """A meter of a room and the charge it feeds."""

    name: str
    number: str
    kind: str
    prepaid: bool
    room: str
    fee: str
    maker: str = ""
    collector: str = ""
