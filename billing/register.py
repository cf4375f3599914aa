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
    # By the unit's key: all that it bears, and by its identity what this draft has it bear.
    of_units: dict[int, list[UnitCharge]] = field(default_factory=lambda: defaultdict(list))
    new_of_units: dict[int, list[UnitCharge]] = field(default_factory=lambda: defaultdict(list))
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

    def standing(self, unit: Unit, charge: UnitCharge) -> UnitCharge | None:
        """What the unit bears for the same item on some of the days of a charge that is not drafted yet."""
        return charge.doubled_by([*(self.of_units[unit.pk] if unit.pk else ()), *self.new_of_units[id(unit)]])


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
            column = register.header_of(room.sheet, "fees")
            _unit_charges(draft, known, room, home.unit, without=numbers, column=column)


def _read(project: Project) -> _Known:
    tariffs = list(Tariff.objects.filter(project=project).select_related("item"))
    numbered = {tariff.reference: tariff for tariff in tariffs if tariff.reference}
    known = _Known(
        items={item.name: item for item in ChargeItem.objects.filter(project=project)},
        tariffs=numbered,
        successions=successions(tariffs),
        billed=billed_ever(numbered.values()),
    )
    by_key = {tariff.pk: tariff for tariff in tariffs}
    for charge in UnitCharge.objects.filter(unit__project=project).order_by("pk"):
        charge.tariff = by_key[charge.tariff_id]
        known.charges[charge.unit_id, charge.tariff_id].append(charge)
        known.of_units[charge.unit_id].append(charge)
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


def _unit_charges(draft: Draft, known: _Known, room: RoomRow, unit: Unit, *, without: set[str], column: str) -> None:
    for fee in room.fees:
        if fee.fee in without:
            continue
        tariff = known.tariffs[fee.fee]
        label = f"{room.number} · {tariff.item.name}"
        found = known.charge(unit, tariff, fee.starts_on)
        # A later price stands in the place of this one, or the register has ended it: the workbook is older.
        is_older = found is not None and (found.ended_on is not None or found.tariff_id != tariff.pk)
        wanted = [] if is_older else _wanted(known.prices(tariff), unit, found, fee.starts_on)
        stands = next(filter(None, (known.standing(unit, one) for one in wanted)), None)
        if stands is not None:
            until = f"{stands.ended_on:%Y-%m-%d}" if stands.ended_on else ""
            said = {"item": tariff.item.name, "said": f"{stands.starts_on:%Y-%m-%d} – {until}".strip()}
            draft.refuse(RowError(room.sheet, room.row, column, fee.fee, "charge_stands", "fees", said))
            continue
        if found is None:
            charges = _bear(draft, room, wanted, label)
            known.new_of_units[id(unit)] += charges
            charge = charges[-1]
        else:
            charge = draft.put(room, UnitCharge, found, {} if is_older else {"starts_on": fee.starts_on}, label)
        known.drafted[id(unit), id(tariff)] = charge


def _wanted(chain: Sequence[Tariff], unit: Unit, found: UnitCharge | None, since: date) -> list[UnitCharge]:
    """What the unit would bear on days on which it does not yet: by a tariff, and each price that followed it."""
    if found is not None:
        if not found.pk or since >= found.starts_on:
            return []
        return [UnitCharge(pk=found.pk, unit=unit, tariff=found.tariff, starts_on=since, ended_on=found.ended_on)]
    starts = [since, *(max(since, one.starts_on) for one in chain[1:])]
    ends = [*(one.starts_on - DAY for one in chain[1:]), None]
    return [
        UnitCharge(unit=unit, tariff=tariff, starts_on=start, ended_on=end)
        for tariff, start, end in zip(chain, starts, ends, strict=True)
        if end is None or end >= start
    ]


def _bear(draft: Draft, room: RoomRow, wanted: Sequence[UnitCharge], label: str) -> list[UnitCharge]:
    """Let a unit bear something that it does not yet."""
    names = ("unit", "tariff", "starts_on", "ended_on")
    return [draft.put(room, UnitCharge, None, {name: getattr(one, name) for name in names}, label) for one in wanted]


IMPORTER = SheetImporter(
    key="billing", kinds=frozenset({SheetKind.TARIFFS}), draft=draft_charges, known_fees=known_fees
)
