"""The sheets of past payments (缴费历史): what they say becomes opening balances.

Decided from the templates that companies fill in, and from what is right for whoever owes:

- A row is one charge of one room (or vehicle) for one time: what was due (应缴金额) and what of it was paid (实缴金额).
  The difference is still owed and becomes a bill of that amount. A row that was paid books nothing; its days count as
  billed. More than was due is pointed out and taken as paid.
- An end on the same day of a month as the start (2016-01-01 to 2017-01-01, as in the templates, where the next row
  begins on it) is the first day after the time. Any other end belongs to it.
- What has no day to be paid by falls due on the last day of its time.
- The owner of now is liable. Where they came after the time, the preview says so.
- The same row again adds nothing: it is known by room, charge, time and vehicle. Days about which something else is on
  record are refused, whoever billed them.

Source: BIL-4; EST-3.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import Project
from billing.actions.cancelling import asked_about
from billing.actions.opening import Opening, give_up, take_over, to_give_up
from billing.models import Bill, ChargeItem, Posting
from billing.queries.paper import span_words
from billing.queries.second import needs_two
from billing.rules.periods import DAY, Period
from billing.rules.running import is_about
from billing.states import EntryKind
from estate.imports.columns import SheetKind
from estate.imports.draft import Draft, Saving
from estate.imports.messages import RowError
from estate.imports.reading import Register
from estate.imports.registry import SheetImporter
from estate.imports.roll_back import RolledBack, Undoing
from estate.imports.rows import PastPaymentRow
from estate.imports.snapshot import Snapshot
from estate.models import Unit, Vehicle
from records.models import AuditEntry

# By identity: what this draft brings has no keys yet.
Place = tuple[int, int]


@dataclass(frozen=True)
class _Known:
    """A bill that stands, as far as rows are compared with it. `owed`: what was owed of it when it was taken over."""

    number: str
    period: Period
    vehicle: int | None
    space: int | None
    is_opening: bool
    amount: Decimal
    owed: bool

    def is_of(self, vehicle: Vehicle | None) -> bool:
        """Whether it is about the vehicle."""
        return is_about((self.vehicle, self.space), (vehicle.pk, vehicle.space_id) if vehicle else None)

    def says(self, one: Opening) -> bool:
        """Whether it is what the row would become, for the same time and vehicle."""
        mine = one.vehicle.pk if one.vehicle else None
        return self.is_opening and (self.period, self.vehicle) == (one.period, mine)


@dataclass
class _Drafter:
    """Works out what the rows of past payments become."""

    draft: Draft
    register: Register
    snapshot: Snapshot
    items: dict[str, ChargeItem]
    known: dict[Place, list[_Known]]
    drafted: dict[Place, list[tuple[PastPaymentRow, Opening]]] = field(default_factory=lambda: defaultdict(list))
    found: list[Opening] = field(default_factory=list)

    def take(self, row: PastPaymentRow) -> None:
        """Draft one row, or say in which cell it is wrong."""
        vehicle = self._vehicle(row) if row.plate else None
        unit = vehicle.unit if vehicle else None if row.plate else self._unit(row)
        item = self.items.get(row.fee)
        if item is None:
            self._refuse(row, "unknown_charge", "fee", row.fee)
        if unit is None or item is None:
            return
        one = _opening(row, unit, item, vehicle)
        label = f"{unit.number} · {item.name} {span_words(one.period.start, one.period.end)}"
        if self._is_known(row, one):
            self.draft.will(row, Bill, label, new=False)
        elif self._is_free(row, one):
            self.drafted[id(unit), id(item)].append((row, one))
            self.found.append(one)
            self.draft.will(row, Bill, label, new=True)
            self._doubt_owner(row, one)

    def _doubt_owner(self, row: PastPaymentRow, one: Opening) -> None:
        """Point out whom a bill asks to pay for days before they came."""
        home = self.snapshot.homes.get(one.unit.number)
        since = home.owners.household.started_on if home and home.owners else None
        if one.owed and since is not None and since > one.period.end:
            self._refuse(row, "owner_came_later", "ends_on", f"{row.ends_on}", said=f"{since:%Y-%m-%d}")

    def _unit(self, row: PastPaymentRow) -> Unit | None:
        home = self.snapshot.homes.get(row.room)
        if home is None:
            self._refuse(row, "unknown_room", "room", row.room)
        return home.unit if home else None

    def _vehicle(self, row: PastPaymentRow) -> Vehicle | None:
        found = self.snapshot.vehicles.get(row.plate)
        if found is None:
            self._refuse(row, "unknown_plate", "plate", row.plate)
        elif found.unit is None:
            self._refuse(row, "plate_without_unit", "plate", row.plate)
        return found if found and found.unit else None

    def _is_known(self, row: PastPaymentRow, one: Opening) -> bool:
        return any(
            bill.says(one) and (bill.amount, bill.owed) == (one.amount, one.owed > 0) for bill in self._bills(one)
        )

    def _is_free(self, row: PastPaymentRow, one: Opening) -> bool:
        """Whether nothing else is about these days; says what is."""
        for bill in self._bills(one):
            if bill.says(one):
                self._refuse(row, "taken_over_otherwise", "due", other=bill.number, said=f"{bill.amount:.2f}")
                return False
            if bill.is_of(one.vehicle) and bill.period.common(one.period):
                self._refuse(row, "days_billed", "starts_on", f"{row.starts_on}", other=bill.number)
                return False
        for earlier, other in self.drafted[id(one.unit), id(one.item)]:
            alike = one.vehicle is other.vehicle or one.vehicle is None or other.vehicle is None
            if alike and other.period.common(one.period):
                self._refuse(row, "days_twice", "starts_on", f"{row.starts_on}", number=earlier.row)
                return False
        return True

    def _bills(self, one: Opening) -> Sequence[_Known]:
        return self.known.get((one.unit.pk, one.item.pk), ()) if one.unit.pk and one.item.pk else ()

    def _refuse(self, row: PastPaymentRow, code: str, field_name: str, value: str = "", **params: Any) -> None:
        column = self.register.header_of(row.sheet, field_name)
        self.draft.refuse(RowError(row.sheet, row.row, column, value, code, field_name, params))


def draft_openings(draft: Draft, register: Register, snapshot: Snapshot) -> None:
    """Draft a bill for each row of past payments, behind the units, vehicles and charges of the same workbook."""
    rows = register.of(PastPaymentRow)
    if not rows:
        return
    items = {item.name: item for item in ChargeItem.objects.filter(project=draft.project)}
    items |= {item.name: item for item in draft.new(ChargeItem)}
    drafter = _Drafter(draft, register, snapshot, items, _bills(draft.project, rows))
    for row in rows:
        drafter.take(row)
    openings = drafter.found

    def save(saving: Saving) -> None:
        take_over(
            openings,
            project=draft.project,
            by=saving.by,
            at=saving.at,
            text=saving.reason,
            between=saving.between,
        )

    if openings:
        draft.then(save)
        draft.sums.append(_sums(openings))


def _sums(openings: Sequence[Opening]) -> str:
    """What the rows come to, to be held beside the list of the former system."""
    owed = [one.owed for one in openings if one.owed]
    words = _("Still owed: ¥%(owed)s in %(bills)s bills. %(paid)s rows were paid; they book nothing.")
    total = sum(owed, Decimal("0.00"))
    return words % {"owed": f"{total:.2f}", "bills": len(owed), "paid": len(openings) - len(owed)}


def _opening(row: PastPaymentRow, unit: Unit, item: ChargeItem, vehicle: Vehicle | None) -> Opening:
    period = period_of(row)
    paid_on = f"{row.paid_on:%Y-%m-%d}" if row.paid_on else ""
    return Opening(
        unit=unit,
        item=item,
        period=period,
        due_on=row.due_on or period.end,
        due=row.due,
        paid=row.paid,
        vehicle=vehicle,
        words=" ".join(filter(None, (paid_on, row.cashier, row.note))),
    )


def period_of(row: PastPaymentRow) -> Period:
    """The days a row is about; see the module for which end belongs to them."""
    is_next = row.ends_on > row.starts_on and row.ends_on.day == row.starts_on.day
    return Period(row.starts_on, row.ends_on - DAY if is_next else row.ends_on)


def _bills(project: Project, rows: Iterable[PastPaymentRow]) -> dict[Place, list[_Known]]:
    """The standing bills of the charges that the rows name, for their time, by the keys of unit and charge."""
    periods = [period_of(row) for row in rows]
    booked = Posting.objects.filter(bill=OuterRef("pk"), entry__kind=EntryKind.OPENING)
    standing: Any = Bill.objects.standing().filter(
        project=project,
        share=None,
        item__name__in={row.fee for row in rows},
        period_end__gte=min(period.start for period in periods),
        period_start__lte=max(period.end for period in periods),
    )
    opening = Bill.objects.opening().filter(pk=OuterRef("pk"))
    found: dict[Place, list[_Known]] = defaultdict(list)
    names = ("number", "unit_id", "item_id", "vehicle_id", "space_id", "period_start", "period_end", "amount")
    compared = standing.annotate(is_opening=Exists(opening), was_owed=Exists(booked)).order_by("pk")
    for bill in compared.values(*names, "is_opening", "was_owed").iterator():
        known = _Known(
            number=bill["number"],
            period=Period(bill["period_start"], bill["period_end"]),
            vehicle=bill["vehicle_id"],
            space=bill["space_id"],
            is_opening=bill["is_opening"],
            amount=bill["amount"],
            owed=bill["was_owed"],
        )
        found[bill["unit_id"], bill["item_id"]].append(known)
    return found


def undo(project: Project, undoing: Undoing) -> RolledBack:
    """Make void what an import took over; what was paid or waived since stays and is named."""
    at = _taken_over_at(project, undoing.reason)
    if at is None:
        return RolledBack()
    gone, kept = give_up(
        project=project,
        taken_over_at=at,
        reason=_("The import was taken back."),
        by=undoing.by,
        at=undoing.at,
        approval=undoing.approval,
    )
    return RolledBack(removed=len(gone), kept=[bill.number for bill in kept])


def weigh(project: Project, reason: str, at: datetime) -> dict[str, Any] | None:
    """What taking an import back would make void, where that takes two people; None where one may."""
    taken_over_at = _taken_over_at(project, reason)
    if taken_over_at is None:
        return None
    bills = to_give_up(project, taken_over_at)
    return asked_about(bills, "") if needs_two(bills, project, at) else None


def _taken_over_at(project: Project, reason: str) -> datetime | None:
    """When the import wrote what it names `reason`; None where there was none."""
    done = AuditEntry.objects.filter(project=project, action="register.imported", target=reason)
    return done.values_list("at", flat=True).first()


IMPORTER = SheetImporter(
    key="billing.opening",
    kinds=frozenset({SheetKind.ROOM_PAYMENTS, SheetKind.VEHICLE_PAYMENTS}),
    draft=draft_openings,
    undo=undo,
    weigh=weigh,
)
