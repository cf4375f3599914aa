"""The one search and the register's actions: whoever calls, whatever they say first, leads to the home."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from core.errors import Invalid, NotAllowed
from estate.actions import MoveIn, move_in, move_out, reindex_register, reveal, save_person, save_unit, save_vehicle
from estate.models import Household, HouseholdMember, Person, PersonPhone, Unit
from estate.queries import Hit, find_households, household_summary, households_of_phone, match_unit
from estate.search import plain_phone, typed
from estate.states import Relation, UnitStatus
from records.models import AuditEntry, SearchToken
from tests.cast import NOON, Cast, make_home

TODAY = date(2026, 11, 23)


@pytest.fixture
def register(cast: Cast) -> Cast:
    """The cast's homes with a car, and one home of the other project; all findable."""
    unit, person = cast.units["3-2-1501"], cast.people["3-2-1501"]
    reindex_register(project=cast.project)
    save_vehicle(
        project=cast.project, values={"plate": "浙A12345", "person": person, "unit": unit}, by=cast.frontdesk, at=NOON
    )
    make_home(cast.other_project, "3-2-1501", "曾国华", "13812341234")
    reindex_register(project=cast.other_project)
    return cast


def look(cast: Cast, query: str, user: Any = None) -> list[Hit]:
    """What the desk finds."""
    return find_households(query=query, user=user or cast.frontdesk, projects=[cast.project.pk, cast.other_project.pk])


@pytest.mark.req("DSK-2")
@pytest.mark.parametrize(
    "query",
    [
        "3-2-1501", "321501", "1501", "3栋2单元1501", "3号楼2单元1501室", "3 2 1501", "３－２－１５０１",
        "张小明", "小明", "zxm", "zhangxiaoming", "zhangx", "13812341234", "138 1234 1234", "+86 138-1234-1234",
        "浙A12345", "浙a·12345", "12345", "A1234", "张 1501", "1501 zxm",
    ],
)  # fmt: skip
def test_everything_one_may_say_finds_the_home(register: Cast, query: str) -> None:
    assert [hit.unit.number for hit in look(register, query)] == ["3-2-1501"]


@pytest.mark.req("DSK-2")
def test_the_last_four_digits_find_every_home_that_has_them(register: Cast) -> None:
    assert [hit.name for hit in look(register, "1234")] == ["张小明"]
    assert [hit.name for hit in look(register, "5678")] == ["单小红"]


@pytest.mark.req("DSK-2")
@pytest.mark.parametrize(("name", "initials"), [("单小红", "sxh"), ("曾国华", "zgh"), ("仇英", "qy"), ("解放", "xf")])
def test_surnames_are_read_as_surnames(register: Cast, name: str, initials: str) -> None:
    unit, _, _ = make_home(register.project, "9-1-101", name, "13700000009")
    reindex_register(project=register.project)
    assert unit.pk in [hit.unit.pk for hit in look(register, initials)]


def test_a_beginning_of_a_phone_finds_nobody(register: Cast) -> None:
    assert look(register, "138123") == []


@pytest.mark.req("DSK-2")
def test_the_room_typed_in_full_comes_first(register: Cast) -> None:
    for number in ("1-1-1201", "1-1-1202", "1-1-120"):
        make_home(register.project, number, "王建", "13500000000")
    reindex_register(project=register.project)
    assert [hit.unit.number for hit in look(register, "1-1-120")] == ["1-1-120", "1-1-1201", "1-1-1202"]
    assert [hit.exact for hit in look(register, "1-1-120")] == [True, False, False]


def test_a_room_comes_before_a_person_and_a_person_before_a_car(register: Cast) -> None:
    unit, _, _ = make_home(register.project, "2-1-1234", "赵云", "13700001111")
    driver_unit, _, driver = make_home(register.project, "2-1-101", "马超", "13700002222")
    save_vehicle(
        project=register.project, values={"plate": "浙B51234", "person": driver}, by=register.frontdesk, at=NOON
    )
    reindex_register(project=register.project)
    assert [hit.unit.number for hit in look(register, "1234")] == [unit.number, "3-2-1501", driver_unit.number]
    assert look(register, "浙B51234")[0].plate == "浙B51234"


@pytest.mark.req("DSK-2", "SEC-1")
def test_the_other_project_stays_unseen_and_so_does_everything_to_whom_the_register_is_closed(register: Cast) -> None:
    assert {hit.unit.project_id for hit in look(register, "3-2-1501")} == {register.project.pk}
    for role in ("technician", "guard", "head", "resident"):
        assert look(register, "3-2-1501", getattr(register, role)) == []
    assert [h.name for h in look(register, "3-2-1501", register.frontdesk2)] == ["曾国华"]


def test_nothing_and_nonsense_find_nothing(register: Cast) -> None:
    for query in ("", "   ", "-", "·", "%", "无此人", "99-9-9999", "x" * 500):
        assert look(register, query) == []


def test_search_costs_the_same_for_one_hit_and_for_many(
    register: Cast, django_assert_max_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    for room in range(30):
        make_home(register.project, f"8-1-{room + 100}", "张小明", f"1370000{room:04d}")
    reindex_register(project=register.project)
    assert register.frontdesk.active_memberships
    with django_assert_max_num_queries(7):
        assert len(look(register, "张小明")) == 20
    with django_assert_max_num_queries(7):
        assert len(look(register, "浙A12345")) == 1


@pytest.mark.req("DSK-2")
def test_a_caller_with_two_homes_is_shown_both_and_a_stranger_none(register: Cast) -> None:
    move_in(
        new=MoveIn(
            unit=register.units["3-2-1502"], person=register.people["3-2-1501"], relation=Relation.TENANT, on=TODAY
        ),
        by=register.frontdesk,
        at=NOON,
    )
    mine: dict[str, Any] = {"user": register.frontdesk, "projects": [register.project.pk]}
    assert [h.unit.number for h in households_of_phone(number="013812341234", **mine)] == ["3-2-1501", "3-2-1502"]
    assert households_of_phone(number="13800000000", **mine) == []
    assert households_of_phone(number="1234", **mine) == [], "four digits are not a number that calls"


@pytest.mark.parametrize(
    ("raw", "plain"),
    [("+86 138 1234 1234", "13812341234"), ("0571-88880000", "057188880000"), ("013812341234", "13812341234")],
)
def test_phones_are_kept_in_one_form(raw: str, plain: str) -> None:
    assert plain_phone(raw) == plain


def test_a_building_said_alone_means_its_rooms() -> None:
    assert typed("3号楼") == "3-"
    assert typed("3栋2单元") == "3-2-"


def test_a_room_is_matched_only_where_it_is_the_only_one(register: Cast) -> None:
    make_home(register.project, "1-1-1502", "王建", "13500000000")
    mine: dict[str, Any] = {"project_id": register.project.pk, "user": register.frontdesk}
    assert match_unit(number="3栋2单元1501", **mine) == register.units["3-2-1501"]
    assert match_unit(number="1501", **mine) == register.units["3-2-1501"]
    reindex_register(project=register.project)
    assert match_unit(number="1502", **mine) is None, "two rooms 1502"
    assert match_unit(number="1-1-1502", project_id=register.project.pk, user=register.technician) is None


# --- saving ----------------------------------------------------------------------------------------------------------
@pytest.mark.req("EST-1")
def test_a_new_unit_is_found_at_once_and_a_renumbered_one_under_its_new_number(register: Cast) -> None:
    unit = save_unit(project=register.project, values={"number": "5-1-201"}, by=register.supervisor, at=NOON)
    assert (unit.building.code, unit.entrance, unit.room) == ("5", "1", "201")
    assert [h.unit.pk for h in look(register, "5-1-201")] == [unit.pk]
    save_unit(project=register.project, values={"number": "5-1-299"}, unit=unit, by=register.supervisor, at=NOON)
    assert Unit.objects.get(pk=unit.pk).room == "299"
    assert look(register, "5-1-201") == []
    assert [h.unit.pk for h in look(register, "5-1-299")] == [unit.pk]


def test_a_unit_number_is_taken_once_and_dates_keep_their_order(register: Cast) -> None:
    with pytest.raises(Invalid):
        save_unit(project=register.project, values={"number": "3-2-1501"}, by=register.admin, at=NOON)
    values = {"number": "5-1-1", "completed_on": TODAY, "handed_over_on": date(2025, 1, 1)}
    with pytest.raises(Invalid) as refused:
        save_unit(project=register.project, values=values, by=register.admin, at=NOON)
    assert "handed_over_on" in refused.value.fields
    assert not Unit.objects.filter(number="5-1-1").exists()


def test_only_keepers_change_the_register(register: Cast) -> None:
    for role in ("technician", "cashier", "guard", "quality", "frontdesk2"):
        with pytest.raises(NotAllowed):
            save_unit(project=register.project, values={"number": "7-1-1"}, by=getattr(register, role), at=NOON)


@pytest.mark.req("EST-2")
def test_a_changed_phone_ends_and_stays_on_record(register: Cast) -> None:
    person = register.people["3-2-1501"]
    save_person(
        project=register.project,
        person=person,
        values={"name": "张晓明"},
        phones=["139 9999 0000", "057188887777"],
        by=register.frontdesk,
        at=NOON,
        reviewed=True,
    )
    assert [(p.number, p.is_primary) for p in person.phones.filter(ended_at=None)] == [
        ("13999990000", True),
        ("057188887777", False),
    ]
    assert PersonPhone.objects.get(person=person, number="13812341234").ended_at == NOON
    assert look(register, "13812341234") == []
    assert [h.unit.number for h in look(register, "zxm 1501")] == ["3-2-1501"]
    assert Person.objects.get(pk=person.pk).reviewed_at == NOON


def test_what_is_no_phone_is_refused_and_nothing_is_saved(register: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        save_person(project=register.project, values={"name": "新人"}, phones=["12"], by=register.frontdesk, at=NOON)
    assert "phones" in refused.value.fields


@pytest.mark.req("EST-2")
def test_a_tenancy_begins_and_ends_and_its_history_stays(register: Cast) -> None:
    unit = register.units["3-2-1502"]
    tenant = save_person(
        project=register.project, values={"name": "周租户"}, phones=["13612345678"], by=register.frontdesk, at=NOON
    )
    assert look(register, "周租户") == [], "nobody lives anywhere yet"
    new = MoveIn(unit=unit, person=tenant, relation=Relation.TENANT, on=date(2026, 1, 1))
    place = move_in(new=new, by=register.frontdesk, at=NOON)
    assert not place.household.is_owner
    assert [h.unit.number for h in look(register, "周租户")] == ["3-2-1502"]
    move_out(household=place.household, on=TODAY, by=register.frontdesk, at=NOON)
    home = household_summary(unit)
    assert [h.pk for h in home.former] == [place.household_id]
    assert look(register, "周租户") == []
    assert HouseholdMember.objects.get(pk=place.pk).ended_on == TODAY


def test_a_home_whose_last_people_left_is_vacant_and_lived_in_again_when_somebody_comes(register: Cast) -> None:
    household = register.households["3-2-1501"]
    move_out(household=household, on=TODAY, by=register.frontdesk, at=NOON)
    unit = Unit.objects.get(pk=household.unit_id)
    assert unit.status == UnitStatus.VACANT
    new = MoveIn(unit=unit, person=register.people["3-2-1502"], relation=Relation.OWNER, on=TODAY)
    move_in(new=new, by=register.frontdesk, at=NOON)
    unit.refresh_from_db()
    assert unit.status == UnitStatus.OCCUPIED


def test_nobody_moves_in_twice_out_twice_or_out_before_in(register: Cast) -> None:
    unit, person = register.units["3-2-1501"], register.people["3-2-1501"]
    with pytest.raises(Invalid):
        move_in(new=MoveIn(unit=unit, person=person, relation=Relation.OWNER, on=TODAY), by=register.admin, at=NOON)
    household = register.households["3-2-1501"]
    place = household.members.get()
    place.started_on = TODAY
    place.save()
    with pytest.raises(Invalid):
        move_out(household=household, on=date(2020, 1, 1), by=register.admin, at=NOON)
    move_out(household=household, on=TODAY, by=register.admin, at=NOON)
    with pytest.raises(Invalid):
        move_out(household=household, on=TODAY, by=register.admin, at=NOON)


def test_family_needs_somebody_whose_family_it_is(register: Cast) -> None:
    empty = save_unit(project=register.project, values={"number": "6-1-101"}, by=register.admin, at=NOON)
    child = save_person(project=register.project, values={"name": "张小小"}, by=register.admin, at=NOON)
    with pytest.raises(Invalid):
        move_in(new=MoveIn(unit=empty, person=child, relation=Relation.FAMILY, on=TODAY), by=register.admin, at=NOON)
    home = register.units["3-2-1501"]
    place = move_in(new=MoveIn(unit=home, person=child, relation=Relation.FAMILY, on=TODAY), by=register.admin, at=NOON)
    assert place.household_id == Household.objects.get(unit=home).pk


@pytest.mark.req("SEC-1", "SEC-2")
def test_a_reveal_needs_a_reason_and_leaves_it_on_record(register: Cast) -> None:
    person = save_person(
        project=register.project,
        person=register.people["3-2-1501"],
        values={},
        id_number="330106199001011234",
        by=register.frontdesk,
        at=NOON,
    )
    with pytest.raises(Invalid):
        reveal(person=person, field="phone", reason="  ", by=register.frontdesk, at=NOON)
    with pytest.raises(NotAllowed):
        reveal(person=person, field="phone", reason="要打电话", by=register.technician, at=NOON)
    assert not AuditEntry.objects.filter(action="person.revealed").exists()
    assert reveal(person=person, field="phone", reason="回电", by=register.frontdesk, at=NOON) == "13812341234"
    assert reveal(person=person, field="id_number", reason="核对", by=register.cashier, at=NOON) == "330106199001011234"
    reasons = AuditEntry.objects.filter(action="person.revealed", target=f"person {person.pk}")
    assert [(entry.reason, entry.data["field"]) for entry in reasons.order_by("pk")] == [
        ("回电", "phone"),
        ("核对", "id_number"),
    ]
    assert "330106199001011234" not in str(SearchToken.objects.values_list("token", flat=True))
