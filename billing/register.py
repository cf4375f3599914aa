"""The sheet of charges and the units' charge columns of a register workbook."""

from dataclasses import dataclass, field

from accounts.models import Project
from billing.models import ChargeItem, Tariff, UnitCharge
from billing.queries.tariffs import billed_ever
from billing.states import Basis, Rhythm
from estate.imports.columns import SheetKind
from estate.imports.draft import Draft
from estate.imports.messages import RowError
from estate.imports.reading import Register
from estate.imports.registry import SheetImporter
from estate.imports.rows import Formula, RoomRow, TariffRow
from estate.imports.snapshot import Snapshot
from estate.models import Unit

BASES = {Formula.AREA: Basis.AREA, Formula.FIXED: Basis.FIXED}


@dataclass
class _Known:
    """A project's charges as they stand, kept up while a draft is worked out."""

    items: dict[str, ChargeItem] = field(default_factory=dict)
    tariffs: dict[str, Tariff] = field(default_factory=dict)
    charges: dict[tuple[int, int], UnitCharge] = field(default_factory=dict)
    # By identity: what this draft brings has no keys yet.
    drafted: dict[tuple[int, int], UnitCharge] = field(default_factory=dict)
    # Tariffs that something was billed by: their prices stay.
    billed: set[int] = field(default_factory=set)

    def charge(self, unit: Unit, tariff: Tariff) -> UnitCharge | None:
        """The unit's charge, whether the register has it or an earlier row brings it."""
        drafted = self.drafted.get((id(unit), id(tariff)))
        if drafted is None and unit.pk and tariff.pk:
            return self.charges.get((unit.pk, tariff.pk))
        return drafted


def known_fees(project: Project) -> frozenset[str]:
    """Numbers of charges the project already has."""
    return frozenset(Tariff.objects.filter(project=project).exclude(reference="").values_list("reference", flat=True))


def draft_charges(draft: Draft, register: Register, snapshot: Snapshot) -> None:
    """Draft charge items and tariffs, and which units bear them from when."""
    known = _read(draft.project)
    refused = [row for row in register.of(TariffRow) if not _tariff(draft, register, known, row)]
    numbers = {row.number for row in refused}
    for room in register.of(RoomRow):
        home = snapshot.home_of(room)
        if home is not None:
            _unit_charges(draft, known, room, home.unit, without=numbers)


def _read(project: Project) -> _Known:
    charges = UnitCharge.objects.filter(unit__project=project, ended_on=None)
    tariffs = Tariff.objects.filter(project=project).exclude(reference="").select_related("item")
    known = {tariff.reference: tariff for tariff in tariffs}
    return _Known(
        items={item.name: item for item in ChargeItem.objects.filter(project=project)},
        tariffs=known,
        billed=billed_ever(known.values()),
        charges={(charge.unit_id, charge.tariff_id): charge for charge in charges},
    )


def _tariff(draft: Draft, register: Register, known: _Known, row: TariffRow) -> bool:
    """Draft one tariff; False where its number is another charge's already, or it was billed at another price."""
    found = known.tariffs.get(row.number)
    if found is not None and found.item.name != row.name:
        column = register.header_of(row.sheet, "number")
        error = RowError(row.sheet, row.row, column, row.number, "fee_taken", "number", {"other": found.item.name})
        draft.refuse(error)
        return False
    if found is not None and found.pk in known.billed and _reprices(found, row):
        column = register.header_of(row.sheet, "number")
        draft.refuse(RowError(row.sheet, row.row, column, row.number, "fee_billed", "number", {}))
        return False
    values = {"project": draft.project, "name": row.name, "category": row.category}
    item = known.items[row.name] = draft.put(row, ChargeItem, known.items.get(row.name), values, row.name)
    tariff = {
        "project": draft.project,
        "item": item,
        "reference": row.number,
        "basis": BASES[row.formula],
        "rhythm": Rhythm.RECURRING if row.recurring else Rhythm.ONCE,
        "unit_price": row.unit_price,
        "fixed_amount": row.fixed_amount,
        "period_months": row.period_months,
        "prepaid": row.prepaid,
        "issuing": row.issuing,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
    }
    known.tariffs[row.number] = draft.put(row, Tariff, found, tariff, f"{row.name} {row.number}")
    return True


def _reprices(tariff: Tariff, row: TariffRow) -> bool:
    """Say whether the row would give a tariff another price."""
    now = (tariff.basis, tariff.unit_price, tariff.fixed_amount, tariff.starts_on)
    return now != (BASES[row.formula], row.unit_price, row.fixed_amount, row.starts_on)


def _unit_charges(draft: Draft, known: _Known, room: RoomRow, unit: Unit, *, without: set[str]) -> None:
    for fee in room.fees:
        if fee.fee in without:
            continue
        tariff = known.tariffs[fee.fee]
        values = {"unit": unit, "tariff": tariff, "starts_on": fee.starts_on}
        label = f"{room.number} · {tariff.item.name}"
        charge = draft.put(room, UnitCharge, known.charge(unit, tariff), values, label)
        known.drafted[id(unit), id(tariff)] = charge


IMPORTER = SheetImporter(
    key="billing", kinds=frozenset({SheetKind.TARIFFS}), draft=draft_charges, known_fees=known_fees
)
