"""Taking a ticket."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Project
from cases.actions import NewCase, open_case
from cases.models import Case, CaseAccess
from core.errors import Invalid, NotAllowed
from estate.models import Household, HouseholdMember, Person
from estate.states import Relation
from notifications.models import Message
from sla.actions import happen
from tests.cast import NOON, Cast, make_home
from tests.tickets.flow import category, clock, completed, kinds, opened
from tickets.actions import Caller, NewTicket, join, join_caller, open_ticket, reopen
from tickets.models import Ticket
from tickets.queries import likely_duplicates, suggest
from tickets.sentences import charge_sentence
from tickets.states import Charge, Kind, State
from tools.bench.figures import counted

pytestmark = pytest.mark.req("REP-1")


def test_room_and_words_are_enough(cast: Cast) -> None:
    new = NewTicket(project=cast.project, unit=cast.units["3-2-1501"], description="厨房水龙头滴水\n每天晚上都滴")
    ticket = open_ticket(new=new, by=cast.frontdesk, at=NOON)
    case = Case.objects.get(pk=ticket.case_id)
    assert (case.number, case.state, case.title) == ("BX-20261123-0001", State.PENDING, "厨房水龙头滴水")
    assert (case.category, case.urgency) == ("pipe", "normal")
    assert case.department == cast.departments["maintenance"]
    assert case.household == cast.households["3-2-1501"]
    assert (case.contact_name, case.contact_phone) == ("张小明", "13812341234")
    assert case.taken_by == cast.frontdesk
    assert kinds(case) == ["ticket.opened"]
    assert case.events.get().for_resident


def test_its_clocks_start_with_it(cast: Cast) -> None:
    case = opened(cast).case
    assert clock(case, "ticket.respond").due_at == NOON + timedelta(minutes=10)
    assert clock(case, "ticket.feedback").due_at == NOON + timedelta(hours=24)


def test_it_takes_twelve_statements_at_most(cast: Cast) -> None:
    opened(cast)
    cast.frontdesk.active_memberships  # noqa: B018  read with every request, before any action
    with counted() as sent:
        opened(cast)
    assert sent[0] <= 12 + 1, "the test itself looks the category up"


@pytest.mark.parametrize(
    ("code", "prefix"), [("lamp", "BX"), ("unclog", "FW"), ("technical", "ZX"), ("suggestion", "JY")]
)
def test_each_kind_has_its_number(cast: Cast, code: str, prefix: str) -> None:
    assert opened(cast, code=code).case.number == f"{prefix}-20261123-0001"


def test_the_numbers_day_is_the_projects(cast: Cast) -> None:
    shanghai = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert opened(cast, at=shanghai - timedelta(seconds=1)).case.number == "BX-20261123-0001"
    assert opened(cast, at=shanghai).case.number == "BX-20261124-0001"
    there = Project.objects.create(code="ny", name_zh="纽约", time_zone="America/New_York")
    unit, _, _ = make_home(there, "1-1-101", "Ann", "13700000000")
    new = NewTicket(project=there, unit=unit, description="no heat")
    cast.frontdesk.memberships.create(project=there, role="frontdesk")
    del cast.frontdesk.__dict__["active_memberships"]
    assert open_ticket(new=new, by=cast.frontdesk, at=shanghai).case.number == "BX-20261123-0002"


def test_an_urgent_one_is_told_to_the_head_at_once(cast: Cast) -> None:
    case = opened(cast, code="pipe", description="水管爆管了").case
    assert case.urgency == "urgent"
    told = Message.objects.filter(case=case, channel="in_app", template="ticket.urgent")
    assert [message.user for message in told] == [cast.head]


def test_the_department_sees_it_and_other_departments_do_not(cast: Cast) -> None:
    case = opened(cast, code="fire").case
    assert case.department == cast.departments["security"]
    assert CaseAccess.objects.filter(case=case, department=cast.departments["security"], ended_at=None).exists()
    assert not Ticket.objects.visible_to(cast.head).exists()
    assert Ticket.objects.visible_to(cast.frontdesk).exists()
    assert not Ticket.objects.visible_to(cast.frontdesk2).exists()


def test_a_caller_whose_phone_is_known_is_of_that_household(cast: Cast) -> None:
    unit = cast.units["3-2-1501"]
    tenants = cast.households["3-2-1502"]
    tenants.unit, tenants.is_owner = unit, False
    tenants.save()
    assert opened(cast, contact_phone="13912345678").case.household == tenants
    assert opened(cast, contact_phone="13812341234").case.household == cast.households["3-2-1501"]
    assert opened(cast, contact_phone="").case.household == tenants, "who lives there as a tenant before the owner"


def test_common_parts_need_no_unit(cast: Cast) -> None:
    building = cast.units["3-2-1501"].building
    ticket = opened(cast, code="public_light", unit=None, building=building, place="3号楼大堂", contact_name="")
    assert (ticket.case.building, ticket.case.place, ticket.case.household) == (building, "3号楼大堂", None)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"description": " \n "}, "description"),
        ({"description": "字" * 5001}, "description"),
        ({"kind": "complaint", "category": None}, "kind"),
        ({"channel": "pigeon"}, "channel"),
        ({"urgency": "very"}, "urgency"),
        ({"preferred_from": NOON}, "preferred_to"),
        ({"preferred_from": NOON, "preferred_to": NOON}, "preferred_to"),
        ({"kind": "service"}, "category"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        opened(cast, **given)
    assert field in refused.value.fields
    assert not Case.objects.exists()


def test_another_projects_unit_or_building_is_refused(cast: Cast) -> None:
    unit, _, _ = make_home(cast.other_project, "9-1-101", "外人", "13700000000")
    with pytest.raises(Invalid):
        opened(cast, unit=unit)
    with pytest.raises(Invalid) as refused:
        opened(cast, unit=None, building=unit.building)
    assert "building" in refused.value.fields


@pytest.mark.parametrize("who", ["frontdesk", "supervisor", "technician", "guard", "head"])
def test_staff_may_take_one(cast: Cast, who: str) -> None:
    assert opened(cast, by=getattr(cast, who)).case.taken_by == getattr(cast, who)


def test_a_resident_may_for_the_own_home_only(cast: Cast) -> None:
    assert opened(cast, by=cast.resident).pk
    with pytest.raises(NotAllowed):
        opened(cast, by=cast.resident2)
    with pytest.raises(NotAllowed):
        opened(cast, by=cast.resident, unit=None)


def test_staff_of_another_project_may_not(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        opened(cast, by=cast.frontdesk2)


def test_it_knows_the_case_it_came_from(cast: Cast) -> None:
    first = opened(cast).case
    second = opened(cast, parent=first).case
    assert Case.objects.get(pk=second.pk).parent == first


def test_taken_over_from_a_former_system_nobody_is_told(cast: Cast) -> None:
    ticket = opened(cast, code="pipe", description="水管爆管", is_history=True, reference="101000")
    assert (ticket.case.is_history, ticket.case.reference, ticket.charge) == (True, "101000", Charge.FREE)
    assert not Message.objects.exists()


# --- who pays ---------------------------------------------------------------------------------------------------------
@pytest.mark.req("REP-2")
@pytest.mark.parametrize(
    ("code", "charge", "form", "words"),
    [
        ("lamp", Charge.FREE, "free", "2027"),
        ("wet_room_leak", Charge.FREE, "free", "2030"),
        ("lift", Charge.FREE, "free", ""),
        ("unclog", Charge.PAID, "paid", ""),
        ("other", Charge.UNDECIDED, "free", ""),
    ],
)
def test_category_and_dates_decide_who_pays(cast: Cast, code: str, charge: str, form: str, words: str) -> None:
    ticket = opened(cast, code=code)
    assert (ticket.charge, ticket.form) == (charge, form)
    sentence = charge_sentence(ticket)
    assert sentence
    assert words in sentence


@pytest.mark.req("REP-2")
def test_an_old_home_pays(cast: Cast) -> None:
    unit = cast.units["3-2-1501"]
    unit.handed_over_on = date(2020, 6, 1)
    unit.save()
    assert opened(cast).charge == Charge.PAID
    assert opened(cast, code="wet_room_leak").charge == Charge.PAID
    assert opened(cast, code="structure").charge == Charge.FREE


@pytest.mark.req("REP-2")
def test_without_the_handover_date_nobody_guesses(cast: Cast) -> None:
    unit = cast.units["3-2-1501"]
    unit.handed_over_on = None
    unit.save()
    ticket = opened(cast)
    assert (ticket.charge, ticket.charge_reason["missing"]) == (Charge.UNDECIDED, "handover")


@pytest.mark.req("REP-2")
def test_the_day_that_counts_is_the_projects(cast: Cast) -> None:
    """One second past local midnight after the last day of the warranty."""
    unit = cast.units["3-2-1501"]
    unit.handed_over_on = date(2024, 11, 23)
    unit.save()
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert opened(cast, at=midnight - timedelta(seconds=1)).charge == Charge.FREE
    assert opened(cast, at=midnight).charge == Charge.PAID


# --- the same matter twice --------------------------------------------------------------------------------------------
def test_likely_duplicates_same_room_before_same_building(cast: Cast) -> None:
    near = opened(cast, unit=cast.units["3-2-1502"], code="pipe", description="水管漏水")
    here = opened(cast, code="pipe", description="厨房水管漏水")
    opened(cast, description="客厅吸顶灯不亮")
    found = likely_duplicates(
        user=cast.frontdesk,
        project=cast.project,
        text="厨房水管漏水严重",
        at=NOON,
        unit=cast.units["3-2-1501"],
        category=category("pipe"),
    )
    assert found == [here, near]


def test_closed_old_and_invisible_ones_are_no_duplicates(cast: Cast) -> None:
    opened(cast, code="pipe", description="水管漏水", at=NOON - timedelta(days=31))
    mine = {"project": cast.project, "text": "水管漏水", "at": NOON, "unit": cast.units["3-2-1501"]}
    assert likely_duplicates(user=cast.frontdesk, **mine) == []  # type: ignore[arg-type]
    opened(cast, code="pipe", description="水管漏水")
    assert likely_duplicates(user=cast.frontdesk2, **mine) == []  # type: ignore[arg-type]


def test_another_caller_joins_without_a_second_ticket(cast: Cast) -> None:
    ticket = opened(cast, code="lift", unit=None, place="3号楼")
    caller = Caller(name="单小红", phone="13912345678", text="我也遇到", unit=cast.units["3-2-1502"])
    join_caller(ticket=ticket, caller=caller, by=cast.frontdesk, at=NOON + timedelta(minutes=5))
    event = ticket.case.events.get(kind="ticket.joined")
    assert (event.text, event.for_resident, event.data) == ("我也遇到", False, {"other": "3-2-1502 单小红"})
    assert Case.objects.count() == 1


def test_a_duplicate_ends_and_both_say_so(cast: Cast) -> None:
    original, twin = opened(cast, code="lift", unit=None), opened(cast, code="lift", unit=None)
    join(duplicate=twin, original=original, by=cast.frontdesk, at=NOON + timedelta(minutes=5))
    twin.refresh_from_db()
    twin.case.refresh_from_db()
    assert (twin.joined_to, twin.case.state) == (original, State.CANCELLED)
    assert clock(twin.case, "ticket.respond").state == "cancelled"
    assert kinds(original.case) == ["ticket.opened", "ticket.joined"]
    assert clock(original.case, "ticket.respond").state == "running"


def test_a_ticket_does_not_join_itself_or_another_projects(cast: Cast) -> None:
    ticket = opened(cast)
    with pytest.raises(Invalid):
        join(duplicate=ticket, original=ticket, by=cast.frontdesk, at=NOON)
    foreign = open_case(
        new=NewCase(kind="repair", state="pending", project=cast.other_project, title="x"), at=NOON, by=None
    )
    happen(case=foreign, kind="ticket.opened", at=NOON, by=None)
    with pytest.raises(Invalid):
        join(duplicate=ticket, original=Ticket.objects.create(case=foreign), by=cast.frontdesk, at=NOON)


@pytest.mark.req("REP-6")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("卫生间墙面渗漏，楼下说滴水", "wet_room_leak"),
        ("卫生间天花板渗水", "wet_room_leak"),
        ("阳台漏水", "wet_room_leak"),
        ("飘窗漏水", "facade_leak"),
        ("墙面渗水", "facade_leak"),
        ("厨房水龙头漏水", "pipe"),
        ("没水了", "pipe"),
        ("消防栓漏水", "fire"),
        ("着火了", "fire"),
        ("电线冒烟", "power"),
    ],
)
def test_water_that_comes_through_the_house_is_a_leak_and_a_dripping_tap_is_none(
    cast: Cast, words: str, code: str
) -> None:
    found = suggest(words, Kind.REPAIR).category
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("who", ["frontdesk", "supervisor"])
def test_what_was_worked_on_is_joined_by_whoever_may_cancel_it(cast: Cast, who: str) -> None:
    twin = reopen(
        ticket=completed(cast, opened(cast)), reason="又坏了", by=cast.frontdesk, at=NOON + timedelta(hours=3)
    )
    original, at = opened(cast), NOON + timedelta(hours=4)
    if who == "frontdesk":
        with pytest.raises(NotAllowed):
            join(duplicate=twin, original=original, by=cast.frontdesk, at=at)
        assert Case.objects.get(pk=twin.case_id).state == State.REOPENED
    else:
        join(duplicate=twin, original=original, by=cast.supervisor, at=at)
        assert Case.objects.get(pk=twin.case_id).state == State.CANCELLED


def test_a_repair_is_not_the_same_matter_as_an_enquiry(cast: Cast) -> None:
    with pytest.raises(Invalid):
        join(duplicate=opened(cast), original=opened(cast, code="technical"), by=cast.frontdesk, at=NOON)


def test_what_a_landlord_reports_is_the_landlords_matter(cast: Cast) -> None:
    unit, owners = cast.units["3-2-1501"], cast.households["3-2-1501"]
    owners.lives_here = False
    owners.save()
    tenants = Household.objects.create(project=cast.project, unit=unit, is_owner=False)
    tenant = Person.objects.create(project=cast.project, name="租客")
    HouseholdMember.objects.create(household=tenants, person=tenant, relation=Relation.TENANT)
    new = NewTicket(project=cast.project, unit=unit, description="阳台门锁坏了")
    case = open_ticket(new=new, by=cast.resident, at=NOON).case
    assert (case.household, case.contact_name, case.contact_phone) == (owners, "张小明", "13812341234")
    assert Case.objects.visible_to(cast.resident).filter(pk=case.pk).exists()
    assert open_ticket(new=new, by=cast.frontdesk, at=NOON).case.household == tenants
