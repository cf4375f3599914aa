"""Taking the register out as a workbook that can be read back in: units with their people, and parking spaces."""

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from openpyxl import Workbook as NewWorkbook

from accounts.models import Project, User
from core.errors import Invalid, NotAllowed
from estate.imports import builders
from estate.imports.columns import SHEETS, SheetKind
from estate.imports.permissions import can_import
from estate.models import HouseholdMember, ParkingSpace, PersonPhone, Unit, Vehicle
from records.actions import audit
from records.masking import masked_phone
from records.spreadsheets import safe_cell

V = TypeVar("V")
ASSET_FIELDS = (
    "building", "entrance", "room", "floor", "floors", "has_lift", "kind", "layout", "area", "inner_area", "rent",
    "status", "handed_over_on", "completed_on", "name", "gender", "phones", "relation",
)  # fmt: skip
SPACE_FIELDS = (
    "car_park", "space", "kind", "area", "owner_number", "plate", "brand", "colour", "car_since", "is_sold",
    "starts_on", "ends_on",
)  # fmt: skip


def export_register(*, project: Project, by: User, at: datetime, with_phones: bool = False, reason: str = "") -> bytes:
    """The project's units, people and parking spaces as an .xlsx file; phones masked unless asked for with a reason.

    ID numbers never leave. Every export is on the audit trail with its size and the hash of the file.

    Raises:
        NotAllowed: the person does not administer the project's register.
        Invalid: phones in clear need a reason.
    """
    if not can_import(by, project):
        raise NotAllowed(_("Only administrators and supervisors of the project take its register out."))
    if with_phones and not reason.strip():
        raise Invalid(_("Say why the phone numbers are needed."), fields={"reason": _("Say why.")})
    assets = list(_asset_rows(project, with_phones=with_phones))
    spaces = list(_space_rows(project))
    content = _workbook({SheetKind.ASSETS: (ASSET_FIELDS, assets), SheetKind.SPACES: (SPACE_FIELDS, spaces)})
    # The reading and the file take long; no other write waits for them.
    with transaction.atomic():
        audit(
            at=at,
            by=by,
            action="register.exported",
            project=project,
            reason=reason.strip(),
            data={
                "filter": "all",
                "rows": len(assets) + len(spaces),
                "phones": "clear" if with_phones else "masked",
                "sha256": hashlib.sha256(content).hexdigest(),
            },
        )
    return content


def rows_in(project: Project) -> int:
    """How many rows an export of the register has."""
    members = HouseholdMember.objects.current().filter(household__project=project)
    alone = Unit.objects.filter(project=project).exclude(pk__in=members.values("household__unit"))
    return members.count() + alone.count() + ParkingSpace.objects.filter(project=project).count()


def _workbook(sheets: Mapping[SheetKind, tuple[Sequence[str], list[list[Any]]]]) -> bytes:
    book = NewWorkbook(write_only=True)
    for kind, (names, rows) in sheets.items():
        spec = SHEETS[kind]
        sheet = book.create_sheet(spec.titles[0])
        sheet.append([spec.field(name).headers[0] for name in names])
        for row in rows:
            sheet.append([safe_cell(value) for value in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _asset_rows(project: Project, *, with_phones: bool) -> Iterator[list[Any]]:
    """One row for each person of each unit, the owner's household first; one for a unit without people."""
    members = (
        HouseholdMember.objects.current().select_related("person", "household").order_by("-household__is_owner", "pk")
    )
    phones = PersonPhone.objects.filter(ended_at=None)
    by_unit: dict[int, list[HouseholdMember]] = {}
    in_project = members.filter(household__project=project)
    for member in in_project.prefetch_related(Prefetch("person__phones", phones)):
        by_unit.setdefault(member.household.unit_id, []).append(member)
    for unit in Unit.objects.filter(project=project).select_related("building").order_by("number"):
        facts = _unit_cells(unit)
        for member in by_unit.get(unit.pk, []):
            yield [*facts, *_person_cells(member, with_phones=with_phones)]
        if unit.pk not in by_unit:
            yield [*facts, None, None, None, None]


def _unit_cells(unit: Unit) -> list[Any]:
    # Building and entrance stand in their own columns only where the number is made of them.
    place: list[str | None] = [unit.building.code, unit.entrance]
    if unit.number != f"{unit.building.code}-{unit.entrance}-{unit.room}":
        place = [None, None]
    lift = {True: "有", False: "无", None: None}[unit.building.has_lift]
    return [
        *place, unit.number, unit.floor, unit.building.floors, lift,
        _code(builders.UNIT_KINDS, unit.kind), unit.layout or None, unit.area, unit.inner_area, unit.rent,
        _code(builders.UNIT_STATUSES, unit.status), unit.handed_over_on, unit.completed_on,
    ]  # fmt: skip


def _person_cells(member: HouseholdMember, *, with_phones: bool) -> list[Any]:
    person = member.person
    numbers = [phone.number if with_phones else masked_phone(phone.number) for phone in person.phones.all()]
    gender = _code(builders.GENDERS, person.gender) if person.gender else None
    return [person.name, gender, "/".join(numbers) or None, _code(builders.RELATIONS, member.relation)]


def _space_rows(project: Project) -> Iterator[list[Any]]:
    cars: dict[int, Vehicle] = {}
    for car in Vehicle.objects.filter(project=project, ended_on=None).exclude(space=None).order_by("-pk"):
        cars[car.space_id or 0] = car
    for space in ParkingSpace.objects.filter(project=project).select_related("holder"):
        found = cars.get(space.pk)
        yield [
            space.lot, space.code, _code(builders.SPACE_KINDS, space.kind), space.area,
            (space.holder.reference or None) if space.holder else None,
            found.plate if found else None, found.brand if found else None, found.color if found else None,
            found.started_on if found else None,
            None if space.is_sold is None else _code(builders.SOLD, space.is_sold), space.started_on, space.ended_on,
        ]  # fmt: skip


def _code(meanings: Mapping[str, V], value: Any) -> str | None:
    """The file's own code or word for a value of ours."""
    return next((code for code, meaning in meanings.items() if meaning == value), None)
