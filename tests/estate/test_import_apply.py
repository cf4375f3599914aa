"""Taking a workbook over: all or nothing, the same file twice adds nothing, and what people did since stays."""

import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Project
from core.errors import NotAllowed, NotNow
from estate.imports.apply import ImportOutcome, RowsBadError, apply
from estate.imports.draft import Counts
from estate.imports.plan import ImportPlan, plan
from estate.imports.roll_back import roll_back
from estate.models import Building, Household, HouseholdMember, ParkingSpace, Person, PersonPhone, Unit, Vehicle
from estate.states import PersonKind, Relation, SpaceKind, UnitKind, UnitStatus
from estate.workbooks import read_workbook
from records.models import AuditEntry, SearchToken
from records.queries import find
from tests.cast import NOON, Cast
from tests.estate.books import (
    ASSET,
    ASSETS,
    BUILDINGS,
    OWNER,
    PEOPLE,
    ROOM,
    ROOMS,
    SINCE,
    SPACE,
    SPACES,
    changed,
    workbook,
)

pytestmark = [pytest.mark.req("EST-1", "EST-2", "EST-3"), pytest.mark.django_db]
PLAIN_ROOM = changed(ROOM, A=1011, H=0, I=None)
WIFE = [2, "李秀英", "女", 30, 13900000002, None, 1002, 1]
COMPANY = [3, "翠湖物业有限公司", "男", 1, "0755-26881234", None, 1001, 3]
BOOK: dict[str, Any] = {
    "楼栋单元": [BUILDINGS, [1, 1, 33, "有"], [1, 2, 30, "有"], [9, 1, 6, "否"]],
    "业主信息": [PEOPLE, OWNER, WIFE, COMPANY],
    "房屋信息": [ROOMS, PLAIN_ROOM, changed(PLAIN_ROOM, A="05", C=0, G=3, J=120), changed(PLAIN_ROOM, A=1012, G=None)],
    "车位信息": [SPACES, SPACE],
}  # fmt: skip
MODELS = (Building, Unit, Person, PersonPhone, Household, HouseholdMember, ParkingSpace, Vehicle)


def plan_of(sheets: dict[str, Any], project: Project) -> ImportPlan:
    return plan(workbook(sheets), project)


def take(sheets: dict[str, Any], cast: Cast, **options: Any) -> ImportOutcome:
    return apply(plan_of(sheets, cast.project), by=cast.admin, at=NOON, **options)


def totals() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in MODELS}


def sentences(found: ImportPlan) -> list[tuple[str, str]]:
    return [(error.place, error.code) for error in found.errors]


def test_a_plan_counts_and_writes_nothing(cast: Cast) -> None:
    before = totals()
    found = plan_of(BOOK, cast.project)
    assert found.is_clean
    assert found.by_sheet == {
        "楼栋单元": Counts(created=3),
        "业主信息": Counts(created=3),
        "房屋信息": Counts(created=3),
        "车位信息": Counts(created=1),
    }
    assert totals() == before


def test_a_workbook_becomes_buildings_units_households_people_spaces_and_vehicles(cast: Cast) -> None:
    take(BOOK, cast)
    building = Building.objects.get(project=cast.project, code="1")
    assert (building.floors, building.has_lift) == (33, True)
    unit = Unit.objects.get(project=cast.project, number="1-1-1011")
    assert (unit.building, unit.entrance, unit.room, unit.floor) == (building, "1", "1011", 1)
    assert (unit.kind, unit.area, unit.layout, unit.rent) == (UnitKind.HOME, Decimal("94.56"), "", None)
    household = unit.households.get()
    assert (household.is_owner, household.lives_here) == (True, True)
    assert {(m.person.name, m.relation) for m in household.members.all()} == {
        ("王建国", Relation.OWNER), ("李秀英", Relation.FAMILY),
    }  # fmt: skip
    shop = Unit.objects.get(project=cast.project, number="1-0-05")
    company = shop.households.get().members.get().person
    assert (shop.kind, company.kind, company.phones.get().number) == (
        UnitKind.SHOP,
        PersonKind.ORGANISATION,
        "075526881234",
    )
    assert not Unit.objects.get(project=cast.project, number="1-1-1012").households.exists()
    car = Vehicle.objects.get(project=cast.project, plate="粤B12345")
    assert car.space is not None
    assert (car.space.code, car.space.kind, car.unit, car.space.is_sold) == ("C0001", SpaceKind.ABOVE, unit, False)
    assert car.person == Person.objects.get(project=cast.project, reference="1")


def test_the_same_file_twice_adds_nothing_and_changes_nothing(cast: Cast) -> None:
    take(BOOK, cast)
    before = totals()
    history = Unit.history.count()
    again = take(BOOK, cast)
    assert totals() == before
    assert again.plan.changes_nothing
    assert {counts.unchanged for counts in again.by_sheet.values()} == {3, 1}
    assert sum(counts.created + counts.updated for counts in again.by_sheet.values()) == 0
    assert Unit.history.count() == history


def test_a_changed_file_updates_what_it_says_and_leaves_what_it_does_not(cast: Cast) -> None:
    take(BOOK, cast)
    Unit.objects.filter(number="1-1-1011").update(handed_over_on=date(2020, 1, 1))
    rows = {"房屋信息": [["房屋编号", "楼栋编号", "单元编号", "建筑面积"], [1011, 1, 1, 101.5]]}
    found = plan_of(rows, cast.project)
    assert [(d.label, d.before, d.after) for change in found.draft.changes for d in change.differences] == [
        (str(Unit._meta.get_field("area").verbose_name), "94.56", "101.50")
    ]
    apply(found, by=cast.admin, at=NOON)
    unit = Unit.objects.get(project=cast.project, number="1-1-1011")
    assert (unit.area, unit.inner_area, unit.handed_over_on) == (Decimal("101.50"), Decimal("94.56"), date(2020, 1, 1))


def test_a_bad_row_stops_everything(cast: Cast) -> None:
    before = totals()
    sheets = BOOK | {"房屋信息": [ROOMS, PLAIN_ROOM, changed(PLAIN_ROOM, A=1012, F="约九十")]}
    with pytest.raises(RowsBadError):
        take(sheets, cast)
    assert totals() == before
    assert not AuditEntry.objects.filter(action="register.imported").exists()


def test_bad_rows_are_left_out_when_asked(cast: Cast) -> None:
    sheets = BOOK | {"房屋信息": [ROOMS, PLAIN_ROOM, changed(PLAIN_ROOM, A=1012, F="约九十")]}
    outcome = take(sheets, cast, skip_bad=True)
    assert outcome.by_sheet["房屋信息"] == Counts(created=1)
    assert not Unit.objects.filter(project=cast.project, number="1-1-1012").exists()


def test_a_failure_half_way_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    before, tokens = totals(), SearchToken.objects.count()
    monkeypatch.setattr(Vehicle._default_manager, "bulk_create", _explode)
    with pytest.raises(ZeroDivisionError):
        take(BOOK, cast)
    assert totals() == before
    assert SearchToken.objects.count() == tokens


def _explode(*args: object, **options: object) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    "who", ["frontdesk", "cashier", "technician", "head", "gm", "guard", "quality", "resident", "frontdesk2"]
)
def test_only_administrators_and_supervisors_take_over_registers(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        apply(plan_of(BOOK, cast.project), by=getattr(cast, who), at=NOON)
    assert not Unit.objects.filter(number="1-1-1011").exists()


def test_a_supervisor_may(cast: Cast) -> None:
    apply(plan_of(BOOK, cast.project), by=cast.supervisor, at=NOON)
    assert Unit.objects.filter(number="1-1-1011").exists()


def test_what_came_in_can_be_found(cast: Cast) -> None:
    take(BOOK, cast)
    unit, owner = Unit.objects.get(number="1-1-1011"), Person.objects.get(reference="1")
    projects = [cast.project.pk]
    assert unit.pk in find(query="1-1-1011", projects=projects, kind="unit")
    assert find(query="wjg", projects=projects, kind="person") == [owner.pk]
    assert find(query="5678", projects=projects, kind="person")
    assert find(query="粤b12345", projects=projects, kind="vehicle")


def test_an_import_is_in_the_audit_trail_and_in_every_history(cast: Cast) -> None:
    outcome = take(BOOK, cast, name="hc.xlsx")
    entry = AuditEntry.objects.get(action="register.imported")
    assert (entry.by, entry.project, entry.target, entry.data["file"]) == (
        cast.admin,
        cast.project,
        outcome.reason,
        "hc.xlsx",
    )
    assert entry.data["sheets"]["房屋信息"] == {"created": 3, "updated": 0, "unchanged": 0}
    record = Unit.history.get(number="1-1-1011")
    assert (record.history_user, record.history_change_reason, record.history_date) == (
        cast.admin,
        outcome.reason,
        NOON,
    )


def test_id_numbers_are_stored_encrypted_and_compared_in_clear(cast: Cast) -> None:
    sheets = {"业主信息": [PEOPLE, changed(OWNER, F="440301198001010018")]}
    take(sheets, cast)
    person = Person.objects.get(reference="1")
    assert person.id_number == "440301198001010018"
    assert "4403" not in person.id_number_stored
    assert plan_of(sheets, cast.project).changes_nothing


def test_projects_do_not_meet(cast: Cast) -> None:
    apply(plan_of(BOOK, cast.other_project), by=None, at=NOON)
    take(BOOK, cast)
    assert Unit.objects.filter(number="1-1-1011").count() == 2
    assert Person.objects.filter(reference="1").count() == 2


# Whose number it is, and who lives there


def test_a_number_of_somebody_else_is_refused_rather_than_renamed(cast: Cast) -> None:
    take(BOOK, cast)
    other = changed(OWNER, B="赵刚", E=13700000009)
    found = plan_of({"业主信息": [PEOPLE, other]}, cast.project)
    assert sentences(found) == [("业主信息!2 业主编号", "reference_taken")]
    assert not found.is_clean


def test_a_refused_owner_s_number_gives_nobody_else_his_room_his_family_or_his_space(cast: Cast) -> None:
    take(BOOK, cast)
    sheets = {
        "业主信息": [PEOPLE, changed(OWNER, B="赵刚", E=13700000009), changed(WIFE, B="赵太太", E=13700000008)],
        "房屋信息": [ROOMS, changed(PLAIN_ROOM, A=1601)],
        "车位信息": [SPACES, changed(SPACE, B="C0002", F="粤B54321")],
    }
    found = plan_of(sheets, cast.project)
    assert sentences(found) == [
        ("业主信息!2 业主编号", "reference_taken"),
        ("业主信息!3 业主编号", "owner_stays_out"),
        ("房屋信息!2 业主编号", "owner_left_out"),
        ("车位信息!2 业主编号", "owner_left_out"),
    ]
    apply(found, by=cast.admin, at=NOON, skip_bad=True)
    assert not Unit.objects.get(number="1-1-1601").households.exists()
    assert not Person.objects.filter(name__in=["赵刚", "赵太太"]).exists()
    assert ParkingSpace.objects.get(code="C0002").holder is None
    car = Vehicle.objects.get(plate="粤B54321")
    assert (car.person, car.unit) == (None, None)


@pytest.mark.parametrize(("name", "owners"), [("赵刚", []), ("王建国", ["王建国"])])
def test_an_owner_whose_row_cannot_be_read_leaves_the_number_to_nobody_else(
    cast: Cast, name: str, owners: list[str]
) -> None:
    take(BOOK, cast)
    sheets = {
        "业主信息": [PEOPLE, changed(OWNER, B=name, E="没有电话")],
        "房屋信息": [ROOMS, changed(PLAIN_ROOM, A=1601)],
    }
    take(sheets, cast, skip_bad=True)
    unit = Unit.objects.get(number="1-1-1601")
    assert [place.person.name for household in unit.households.all() for place in household.members.all()] == owners


def test_a_workbook_without_kinds_leaves_offices_offices(cast: Cast) -> None:
    take({"资产信息": [ASSETS, changed(ASSET, G=120), changed(ASSET, C=1002, G=119)]}, cast)
    rows = [["房屋编号", "楼栋编号", "单元编号", "建筑面积"], [1001, 1, 1, 88], [1002, 1, 1, 88], [1003, 1, 1, 88]]
    take({"房屋信息": [*rows, ["05", 1, 0, 30]]}, cast)
    units = Unit.objects.filter(project=cast.project, building__code="1").order_by("number")
    assert [unit.kind for unit in units] == [UnitKind.SHOP, UnitKind.OFFICE, UnitKind.DORMITORY, UnitKind.HOME]


def test_the_same_workbook_twice_leaves_a_car_where_it_was_named_first(cast: Cast) -> None:
    sheets = {"车位信息": [SPACES, changed(SPACE, E=None), changed(SPACE, B="C0002", E=None)]}
    take(sheets, cast)
    assert take(sheets, cast).plan.changes_nothing
    car = Vehicle.objects.get(plate="粤B12345")
    assert car.space is not None
    assert car.space.code == "C0001"


@pytest.mark.req("BIL-9")
def test_a_car_is_charged_from_the_day_that_the_workbook_says(cast: Cast) -> None:
    dated = {"车位信息": [[*SPACES, SINCE], [*changed(SPACE, E=None), "2026-11-16"]]}
    take(dated, cast)
    car = Vehicle.objects.get(plate="粤B12345")
    assert car.started_on == date(2026, 11, 16)
    assert car.space is not None
    assert car.space.started_on == date(2020, 1, 1)
    assert take(dated, cast).plan.changes_nothing
    # A workbook without the column, or with an empty cell, leaves the day as it is.
    for sheet in ([SPACES, changed(SPACE, E=None)], [[*SPACES, SINCE], [*changed(SPACE, E=None), None]]):
        assert take({"车位信息": sheet}, cast).plan.changes_nothing
    take({"车位信息": [[*SPACES, SINCE], [*changed(SPACE, E=None), "2026-12-1"]]}, cast)
    car.refresh_from_db()
    assert car.started_on == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("room", "errors"), [("会所", [("房屋信息!2 房屋编号", "no_place")]), ("3-2-1501", []), ("3-2", [])]
)
def test_a_number_alone_means_a_unit_the_register_knows(cast: Cast, room: str, errors: list[tuple[str, str]]) -> None:
    Unit.objects.filter(number="3-2-1502").update(number="3-2", entrance="")
    found = plan_of({"房屋信息": [["房屋编号", "建筑面积"], [room, 101.5]]}, cast.project)
    assert sentences(found) == errors
    assert found.draft.new(Unit) == []


def test_a_name_mended_under_the_same_phone_is_an_update(cast: Cast) -> None:
    take(BOOK, cast)
    take({"业主信息": [PEOPLE, changed(OWNER, B="王建国（大）")]}, cast)
    assert Person.objects.get(reference="1").name == "王建国（大）"


def test_a_unit_of_other_people_keeps_them_and_says_so(cast: Cast) -> None:
    people = Person.objects.count()
    row = changed(ASSET, A=3, B=2, C=1501, I=120)
    found = plan_of({"资产信息": [ASSETS, row]}, cast.project)
    assert sentences(found) == [("资产信息!2 业主名称", "occupants_differ")]
    apply(found, by=cast.admin, at=NOON)
    unit = cast.units["3-2-1501"]
    unit.refresh_from_db()
    assert unit.area == 120
    assert Person.objects.count() == people


def test_a_household_that_claims_another_project_stops_no_import(cast: Cast) -> None:
    Household.objects.filter(unit=cast.units["3-2-1501"]).update(project=cast.other_project)
    Person.objects.filter(name="单小红").update(project=cast.other_project)
    for project in (cast.project, cast.other_project):
        assert plan_of(BOOK, project).is_clean
    found = plan_of({"资产信息": [ASSETS, changed(ASSET, A=3, B=2, C=1501, I=120)]}, cast.project)
    assert sentences(found) == [("资产信息!2 业主名称", "occupants_differ")]


def test_one_row_makes_the_room_its_owner_and_the_phone(cast: Cast) -> None:
    take({"资产信息": [ASSETS, ASSET]}, cast)
    unit = Unit.objects.get(project=cast.project, number="1-1-1001")
    member = unit.households.get().members.get()
    assert (member.relation, member.person.name, member.person.phones.get().number) == (
        "owner",
        "王建国",
        "13812345678",
    )
    assert (unit.status, unit.building.floors) == (UnitStatus.OCCUPIED, 33)
    assert plan_of({"资产信息": [ASSETS, ASSET]}, cast.project).changes_nothing


def test_family_and_tenants_of_one_room_in_rows_of_their_own(cast: Cast) -> None:
    rows = [
        ASSET,
        changed(ASSET, M="李秀英", O=13900000002, Q=1002),
        changed(ASSET, M="陈租客", O=13900000003, Q=1003),
        changed(ASSET, M="客人", O=18999999999, Q=1004),
    ]
    take({"资产信息": [ASSETS, *rows]}, cast)
    owners, tenants = Unit.objects.get(project=cast.project, number="1-1-1001").households.order_by("-is_owner")
    assert [(m.person.name, m.relation) for m in owners.members.all()] == [("王建国", "owner"), ("李秀英", "family")]
    assert [(m.person.name, m.relation) for m in tenants.members.all()] == [("陈租客", "tenant"), ("客人", "temporary")]
    assert (owners.lives_here, tenants.lives_here) == (False, True)
    assert plan_of({"资产信息": [ASSETS, *rows]}, cast.project).changes_nothing


def test_two_owners_in_one_cell_are_one_household(cast: Cast) -> None:
    row = changed(ASSET, M="王建国,李秀英", O="13812345678,13900000002")
    take({"资产信息": [ASSETS, row]}, cast)
    household = Unit.objects.get(project=cast.project, number="1-1-1001").households.get()
    assert sorted(m.person.name for m in household.members.all()) == ["李秀英", "王建国"]
    assert plan_of({"资产信息": [ASSETS, row]}, cast.project).changes_nothing


def test_an_owner_of_two_rooms_is_one_person_by_name_and_phone(cast: Cast) -> None:
    take({"资产信息": [ASSETS, ASSET, changed(ASSET, C=1002)]}, cast)
    assert Person.objects.filter(project=cast.project, name="王建国").count() == 1


def test_a_co_owner_added_later_joins_the_household(cast: Cast) -> None:
    take({"资产信息": [ASSETS, ASSET]}, cast)
    take({"资产信息": [ASSETS, ASSET, changed(ASSET, M="李秀英", O=None)]}, cast)
    household = Unit.objects.get(project=cast.project, number="1-1-1001").households.get()
    assert household.members.count() == 2


def test_a_tenant_of_an_owner_with_two_rooms_is_kept_without_a_room_and_said(cast: Cast) -> None:
    sheets = {
        "业主信息": [PEOPLE, OWNER, [2, "陈租客", "男", 1, None, None, 1003, 1]],
        "房屋信息": [ROOMS, PLAIN_ROOM, changed(PLAIN_ROOM, A=1012)],
    }
    found = plan_of(sheets, cast.project)
    assert sentences(found) == [("业主信息!3 业主编号", "room_unclear")]
    apply(found, by=cast.admin, at=NOON)
    assert not Person.objects.get(name="陈租客").places.exists()
    assert plan_of(sheets, cast.project).changes_nothing


def test_a_man_is_no_information_and_a_woman_is(cast: Cast) -> None:
    take(BOOK, cast)
    assert Person.objects.get(reference="1").gender == ""
    assert Person.objects.get(name="李秀英").gender == "female"


def test_a_new_phone_is_added_and_the_old_one_stays_first(cast: Cast) -> None:
    take(BOOK, cast)
    take({"业主信息": [PEOPLE, changed(OWNER, E="13812345678/13700000001")]}, cast)
    phones = Person.objects.get(reference="1").phones.order_by("pk")
    assert [(phone.number, phone.is_primary) for phone in phones] == [("13812345678", True), ("13700000001", False)]


def test_a_thousand_rooms_take_a_bounded_number_of_statements(cast: Cast, django_assert_max_num_queries: Any) -> None:
    rows = [
        changed(ASSET, A=number // 100 + 10, C=1000 + number % 100, M=f"业主{number}", O=13800000000 + number)
        for number in range(300)
    ]
    found = plan_of({"资产信息": [ASSETS, *rows]}, cast.project)
    with django_assert_max_num_queries(20):
        plan_of({"资产信息": [ASSETS, *rows]}, cast.project)
    apply(found, by=cast.admin, at=NOON + timedelta(days=1))
    assert Unit.objects.filter(project=cast.project, building__code__gte="10").count() >= 300


# Back again


def test_an_import_nobody_used_goes_without_a_trace_but_its_history(cast: Cast) -> None:
    before, tokens = totals(), SearchToken.objects.count()
    outcome = take(BOOK, cast)
    done = roll_back(project=cast.project, reason=outcome.reason, by=cast.admin, at=NOON + timedelta(hours=1))
    assert totals() == before
    assert SearchToken.objects.count() == tokens
    assert done.kept == []
    gone = Unit.history.filter(number="1-1-1011", history_type="-").get()
    assert (gone.history_user, gone.history_change_reason) == (cast.admin, f"undo {outcome.reason}")


def test_changed_values_come_back(cast: Cast) -> None:
    row = changed(ASSET, A=3, B=2, C=1501, I=120, M=None, O=None)
    outcome = take({"资产信息": [ASSETS, row]}, cast)
    done = roll_back(project=cast.project, reason=outcome.reason, by=cast.admin, at=NOON + timedelta(hours=1))
    unit = Unit.objects.get(pk=cast.units["3-2-1501"].pk)
    assert (unit.area, unit.floor, done.removed) == (Decimal("94.56"), 15, 0)


def test_search_finds_people_by_their_former_words_again(cast: Cast) -> None:
    take(BOOK, cast)
    projects = [cast.project.pk]
    owner = Person.objects.get(reference="1")
    mended = changed(OWNER, B="王建军", E="13812345678/13700000001")
    outcome = take({"业主信息": [PEOPLE, mended], "房屋信息": [ROOMS, changed(PLAIN_ROOM, A=1701)]}, cast)
    assert find(query="1701 wjj", projects=projects, kind="person") == [owner.pk]
    roll_back(project=cast.project, reason=outcome.reason, by=cast.admin, at=NOON + timedelta(hours=1))
    assert find(query="wjg", projects=projects, kind="person") == [owner.pk]
    assert find(query="wjj", projects=projects, kind="person") == []
    assert find(query="13700000001", projects=projects, kind="person") == []
    assert find(query="1701", projects=projects, kind="person") == []


def test_what_was_used_or_edited_since_stays_and_is_named(cast: Cast) -> None:
    outcome = take(BOOK, cast)
    edited = Unit.objects.get(number="1-1-1012")
    edited.area = Decimal(80)
    edited.save()
    used = Person.objects.get(reference="3")
    PersonPhone.objects.create(person=used, number="13700000001")
    done = roll_back(project=cast.project, reason=outcome.reason, by=cast.admin, at=NOON + timedelta(hours=1))
    assert Unit.objects.filter(pk=edited.pk).exists()
    assert Person.objects.filter(pk=used.pk).exists()
    assert Building.objects.filter(project=cast.project, code="1").exists()
    assert not Unit.objects.filter(number="1-1-1011").exists()
    assert sorted(done.kept) == ["1", "1-1-1012", "翠湖物业有限公司"]


def test_an_import_is_taken_back_once_and_by_those_who_may(cast: Cast) -> None:
    outcome = take(BOOK, cast)
    with pytest.raises(NotAllowed):
        roll_back(project=cast.project, reason=outcome.reason, by=cast.frontdesk, at=NOON)
    with pytest.raises(NotNow):
        roll_back(project=cast.other_project, reason=outcome.reason, by=None, at=NOON)
    roll_back(project=cast.project, reason=outcome.reason, by=cast.admin, at=NOON)
    again = roll_back(project=cast.project, reason=outcome.reason, by=cast.admin, at=NOON)
    assert (again.removed, again.restored) == (0, 0)


# The files companies really have


@pytest.mark.skipif("REAL_DATA" not in os.environ, reason="REAL_DATA does not name the folder of real input")
@pytest.mark.parametrize("name", ["hc.xlsx", "importRoom.xlsx"])
def test_real_files_twice(cast: Cast, name: str) -> None:
    content = (Path(os.environ["REAL_DATA"]) / "imports" / name).read_bytes()
    first = apply(plan(read_workbook(content), cast.other_project), by=None, at=NOON)
    before = totals()
    second = apply(plan(read_workbook(content), cast.other_project), by=None, at=NOON + timedelta(hours=1))
    assert totals() == before
    assert not first.plan.changes_nothing
    assert second.plan.changes_nothing
