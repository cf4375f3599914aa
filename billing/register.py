"""The sheet of charges and the units' charge columns of a register workbook."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from accounts.models import Project
from billing.models import ChargeItem, Tariff, UnitCharge
from billing.queries.chains import successions
from billing.queries.tariffs import billed_ever
from billing.rules.periods import DAY
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
    # Tariffs by key with the prices that followed them: a workbook goes on speaking of the first.
    successions: dict[int, tuple[Tariff, ...]] = field(default_factory=dict)
    charges: dict[tuple[int, int], list[UnitCharge]] = field(default_factory=lambda: defaultdict(list))
    # By identity: what this draft brings has no keys yet.
    drafted: dict[tuple[int, int], UnitCharge] = field(default_factory=dict)
    # Tariffs that something was billed by: their prices stay.
    billed: set[int] = field(default_factory=set)

    def prices(self, tariff: Tariff) -> tuple[Tariff, ...]:
        """The tariff and those that followed it, the oldest first."""
        return self.successions.get(tariff.pk, (tariff,)) if tariff.pk else (tariff,)

    def charge(self, unit: Unit, tariff: Tariff, since: date) -> UnitCharge | None:
        """What the unit bears by the tariff or a later price of it, whether known or brought by an earlier row.

        What goes on before what has ended; what ended before the day is another matter.
        """
        drafted = self.drafted.get((id(unit), id(tariff)))
        if drafted is not None or not (unit.pk and tariff.pk):
            return drafted
        borne = [charge for one in self.prices(tariff) for charge in self.charges.get((unit.pk, one.pk), ())]
        standing = [charge for charge in borne if charge.ended_on is None]
        ended = [charge for charge in borne if charge.ended_on is not None and charge.ended_on >= since]
        return next(iter([*standing, *ended]), None)


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
    tariffs = list(Tariff.objects.filter(project=project).select_related("item"))
    numbered = {tariff.reference: tariff for tariff in tariffs if tariff.reference}
    known = _Known(
        items={item.name: item for item in ChargeItem.objects.filter(project=project)},
        tariffs=numbered,
        successions=successions(tariffs),
        billed=billed_ever(numbered.values()),
    )
    for charge in UnitCharge.objects.filter(unit__project=project).order_by("pk"):
        known.charges[charge.unit_id, charge.tariff_id].append(charge)
    return known


def _tariff(draft: Draft, register: Register, known: _Known, row: TariffRow) -> bool:
    """Draft one tariff; False where its number is another charge's already, or it was billed at another price."""
    found = known.tariffs.get(row.number)
    if found is not None and found.item.name != row.name:
        column = register.header_of(row.sheet, "number")
        error = RowError(row.sheet, row.row, column, row.number, "fee_taken", "number", {"other": found.item.name})
        draft.refuse(error)
        return False
    chain = known.prices(found) if found is not None else ()
    fixed = len(chain) > 1 or (found is not None and found.pk in known.billed)
    if fixed and not _is_said(chain, row):
        column = register.header_of(row.sheet, "number")
        code = "fee_billed" if len(chain) == 1 else "fee_followed"
        draft.refuse(RowError(row.sheet, row.row, column, row.number, code, "number", {}))
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
    # A price that another has followed is history: publishing that one ended it, of which no workbook knows.
    said = tariff if len(chain) < 2 else {}
    known.tariffs[row.number] = draft.put(row, Tariff, found, said, f"{row.name} {row.number}")
    return True


def _is_said(chain: Sequence[Tariff], row: TariffRow) -> bool:
    """Whether the row has the price of a tariff, or one that followed it, from its own day on or from the first."""
    said = (BASES[row.formula], row.unit_price, row.fixed_amount)
    return any(
        (one.basis, one.unit_price, one.fixed_amount) == said and row.starts_on in (chain[0].starts_on, one.starts_on)
        for one in chain
    )


def _unit_charges(draft: Draft, known: _Known, room: RoomRow, unit: Unit, *, without: set[str]) -> None:
    for fee in room.fees:
        if fee.fee in without:
            continue
        tariff = known.tariffs[fee.fee]
        label = f"{room.number} · {tariff.item.name}"
        found = known.charge(unit, tariff, fee.starts_on)
        if found is None:
            charge = _bear(draft, known.prices(tariff), room, unit, fee.starts_on, label)
        elif found.ended_on is None and found.tariff_id == tariff.pk:
            charge = draft.put(room, UnitCharge, found, {"starts_on": fee.starts_on}, label)
        else:
            # A later price stands in the place of this one, or the register has ended it: the workbook is older.
            charge = draft.put(room, UnitCharge, found, {}, label)
        known.drafted[id(unit), id(tariff)] = charge


def _bear(draft: Draft, chain: Sequence[Tariff], room: RoomRow, unit: Unit, since: date, label: str) -> UnitCharge:
    """Let a unit bear a tariff from a day on, and each price that followed it in its time; returns the last."""
    starts = [since, *(max(since, one.starts_on) for one in chain[1:])]
    ends = [*(one.starts_on - DAY for one in chain[1:]), None]
    made = [
        draft.put(room, UnitCharge, None, {"unit": unit, "tariff": tariff, "starts_on": start, "ended_on": end}, label)
        for tariff, start, end in zip(chain, starts, ends, strict=True)
        if end is None or end >= start
    ]
    return made[-1]


IMPORTER = SheetImporter(
    key="billing", kinds=frozenset({SheetKind.TARIFFS}), draft=draft_charges, known_fees=known_fees
)
