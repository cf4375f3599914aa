"""The register as a workbook: readable back in, no formulas, no ID numbers, every export on record."""

import hashlib
import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Invalid, NotAllowed
from estate.exports import export_register
from estate.imports.apply import apply
from estate.imports.plan import plan
from estate.models import Household, HouseholdMember, ParkingSpace, Person, PersonPhone, Unit, Vehicle
from estate.states import Relation
from estate.workbooks import read_workbook
from records.models import AuditEntry
from records.spreadsheets import safe_cell
from tests.cast import NOON, Cast, make_home

pytestmark = [pytest.mark.req("EST-3", "SEC-1"), pytest.mark.django_db]


def take_out(cast: Cast, **options: Any) -> bytes:
    return export_register(project=cast.project, by=cast.admin, at=NOON, **options)


def test_it_reads_back_in_and_changes_nothing(cast: Cast) -> None:
    Unit.objects.update(handed_over_on=date(2020, 6, 10), completed_on=date(2020, 5, 1))
    space = ParkingSpace.objects.create(project=cast.project, lot="1", code="B1-001", is_sold=True)
    Vehicle.objects.create(project=cast.project, plate="粤B12345", space=space, started_on=date(2026, 11, 16))
    found = plan(read_workbook(take_out(cast, with_phones=True, reason="核对")), cast.project)
    assert found.is_clean
    assert found.changes_nothing
    assert {name: counts.total for name, counts in found.by_sheet.items()} == {"资产信息": 2, "车位信息": 1}


@pytest.mark.req("BIL-9")
def test_the_first_day_of_a_car_is_taken_along(cast: Cast) -> None:
    space = ParkingSpace.objects.create(project=cast.project, lot="1", code="B1-001")
    car = Vehicle.objects.create(project=cast.project, plate="粤B12345", space=space, started_on=date(2026, 11, 16))
    content = take_out(cast)
    Vehicle.objects.filter(pk=car.pk).update(started_on=None)
    apply(plan(read_workbook(content), cast.project), by=cast.admin, at=NOON)
    car.refresh_from_db()
    assert car.started_on == date(2026, 11, 16)


def test_masked_phones_read_back_as_nothing_said(cast: Cast) -> None:
    content = take_out(cast)
    text = str([cell for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].values for cell in row])
    assert "13812341234" not in text
    assert "138****1234" in text
    apply(plan(read_workbook(content), cast.project), by=cast.admin, at=NOON)
    assert PersonPhone.objects.filter(number="13812341234").count() == 1


@pytest.mark.parametrize("number", ["3-1501", "会所", "3栋-2-1503", "1-2-1504", "3-2-1505-A"])
def test_a_unit_reads_back_in_under_whatever_number_it_has(cast: Cast, number: str) -> None:
    unit, _, _ = make_home(cast.project, "3-2-1503", "赵刚", "13700000009")
    Unit.objects.filter(pk=unit.pk).update(number=number, entrance="", room=number.rpartition("-")[2])
    found = plan(read_workbook(take_out(cast, with_phones=True, reason="核对")), cast.project)
    assert found.is_clean
    assert found.changes_nothing


def test_a_tenant_s_family_and_an_owner_s_guest_stay_in_their_households(cast: Cast) -> None:
    unit = cast.units["3-2-1501"]
    let = Household.objects.create(project=cast.project, unit=unit, is_owner=False)
    own = unit.households.get(is_owner=True)
    for household, name, relation in (
        (let, "陈租客", Relation.TENANT), (let, "陈太太", Relation.FAMILY), (own, "张客人", Relation.TEMPORARY),
    ):  # fmt: skip
        person = Person.objects.create(project=cast.project, name=name)
        HouseholdMember.objects.create(household=household, person=person, relation=relation)
    found = plan(read_workbook(take_out(cast, with_phones=True, reason="核对")), cast.project)
    assert found.is_clean
    assert found.changes_nothing


def test_two_tenants_of_one_unit_stay_two_households(cast: Cast) -> None:
    for name in ("陈租客", "林租客"):
        let = Household.objects.create(project=cast.project, unit=cast.units["3-2-1501"], is_owner=False)
        person = Person.objects.create(project=cast.project, name=name)
        HouseholdMember.objects.create(household=let, person=person, relation=Relation.TENANT)
    found = plan(read_workbook(take_out(cast)), cast.project)
    assert found.is_clean
    assert found.changes_nothing


def test_it_makes_the_same_register_elsewhere(cast: Cast) -> None:
    apply(plan(read_workbook(take_out(cast, with_phones=True, reason="核对")), cast.other_project), by=None, at=NOON)
    names = Person.objects.filter(project=cast.other_project).values_list("name", flat=True)
    assert sorted(names) == sorted(["张小明", "单小红"])


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_a_name_that_looks_like_a_formula_is_text(cast: Cast, name: str) -> None:
    Person.objects.filter(name="张小明").update(name=name)
    content = take_out(cast)
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows() for cell in row]
    assert f"'{name}" in [cell.value for cell in cells]
    assert "f" not in {cell.data_type for cell in cells}
    found = plan(read_workbook(content), cast.project)
    assert found.changes_nothing


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_is_escaped(start: str) -> None:
    assert safe_cell(f"{start}cmd") == f"'{start}cmd"
    assert safe_cell("王小明") == "王小明"
    assert safe_cell(-1) == -1


def test_an_export_is_on_record_with_its_size_and_hash(cast: Cast) -> None:
    content = take_out(cast, with_phones=True, reason="业主委员会核对")
    entry = AuditEntry.objects.get(action="register.exported")
    assert (entry.by, entry.project, entry.reason) == (cast.admin, cast.project, "业主委员会核对")
    assert entry.data == {"filter": "all", "rows": 2, "phones": "clear", "sha256": hashlib.sha256(content).hexdigest()}


def test_only_the_entry_on_the_audit_trail_is_a_transaction(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as seen:
        take_out(cast)
    verbs = [query["sql"].split()[0] for query in seen.captured_queries]
    assert verbs.index("SAVEPOINT") == len(verbs) - 3
    assert verbs[-3:] == ["SAVEPOINT", "INSERT", "RELEASE"]


def test_id_numbers_never_leave(cast: Cast) -> None:
    person = Person.objects.get(name="张小明")
    person.id_number = "440301198001010018"
    person.save()
    content = take_out(cast, with_phones=True, reason="核对")
    values = [
        cell for sheet in openpyxl.load_workbook(io.BytesIO(content)).worksheets for row in sheet.values for cell in row
    ]
    assert "440301198001010018" not in values


def test_phones_in_clear_need_a_reason(cast: Cast) -> None:
    with pytest.raises(Invalid):
        take_out(cast, with_phones=True, reason=" ")
    assert not AuditEntry.objects.filter(action="register.exported").exists()


@pytest.mark.parametrize("who", ["frontdesk", "cashier", "technician", "head", "gm", "guard", "quality", "resident"])
def test_who_may_not(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        export_register(project=cast.project, by=getattr(cast, who), at=NOON)


def test_it_takes_the_same_number_of_statements_for_any_size(cast: Cast, django_assert_num_queries: Any) -> None:
    take_out(cast)  # the person's memberships are read once
    with django_assert_num_queries(8):
        take_out(cast)
    ParkingSpace.objects.create(project=cast.project, lot="1", code="B1-001")
    with django_assert_num_queries(8):
        take_out(cast)
