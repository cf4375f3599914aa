"""One household on one page, people's data, moving in and out."""

import re
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.test import Client

from accounts.models import Membership, User
from accounts.states import Role
from cases.models import Case
from estate.actions import MoveIn, move_in, reindex_register, save_person, save_vehicle
from estate.models import Household, HouseholdMember, Person, PersonPhone
from estate.states import Relation
from reception import actions
from records.models import AuditEntry
from tests.cast import NOON, Cast, make_home
from tests.reception.desk import (
    HOUR,
    MASKED,
    PHONE,
    ROOM,
    call,
    clock_at,
    findable,
    queries_for,
    repair,
    text_of,
    words_of,
)

SignIn = Callable[[User], Client]
ADDRESS = f"/units/demo/{ROOM}/"


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    findable(cast)
    with clock_at(NOON + HOUR):
        yield


def place_of(cast: Cast, room: str = ROOM) -> HouseholdMember:
    """The owner's place."""
    return HouseholdMember.objects.get(household=cast.households[room], person=cast.people[room])


@pytest.mark.req("EST-4", "DSK-2")
def test_people_cars_dates_open_matters_and_everything_over_time_stand_on_one_page(
    cast: Cast, signed_in: SignIn
) -> None:
    unit, person = cast.units[ROOM], cast.people[ROOM]
    save_vehicle(project=cast.project, values={"plate": "浙A12345", "unit": unit}, by=cast.frontdesk, at=NOON)
    save_person(
        project=cast.project, person=person, values={"preferences": "耳背，请大声些"}, by=cast.frontdesk, at=NOON
    )
    repair(cast, "厨房水管漏水")
    actions.answer(contact=call(cast, said="问物业费"), by=cast.frontdesk, at=NOON, done="已告知缴费方式")
    words = words_of(signed_in(cast.frontdesk).get(ADDRESS))
    for expected in (
        "3-2-1501 张小明", "Owner", MASKED, "浙A12345", "耳背，请大声些", "94.56", "厨房水管漏水", "Technical response",
        "问物业费", "已告知缴费方式", "张小明 (Owner) moved in", "Handed over to the owner", "Completion accepted",
    ):  # fmt: skip
        assert expected in words
    assert words.index("厨房水管漏水") < words.index("Everything over time"), "what is open stands first"


def test_people_who_left_stay_in_the_history(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    body = {"on": "2026-11-20", "member": "", "idempotency_key": "k"}
    answer = client.post(f"/households/{cast.households[ROOM].pk}/leave/", body)
    assert answer["Location"] == ADDRESS
    assert Household.objects.get(pk=cast.households[ROOM].pk).ended_on == date(2026, 11, 20)
    words = words_of(client.get(ADDRESS))
    assert "张小明 (Owner) moved out" in words
    assert "Nobody is registered here" in words


def test_one_member_leaves_and_the_others_stay(cast: Cast, signed_in: SignIn) -> None:
    child = save_person(project=cast.project, values={"name": "张小小"}, by=cast.frontdesk, at=NOON)
    new = MoveIn(unit=cast.units[ROOM], person=child, relation=Relation.FAMILY, on=date(2026, 1, 1))
    place = move_in(new=new, by=cast.frontdesk, at=NOON)
    client = signed_in(cast.frontdesk)
    client.post(f"/households/{place.household_id}/leave/", {"on": "2026-11-20", "member": str(place.pk)})
    assert HouseholdMember.objects.get(pk=place.pk).ended_on == date(2026, 11, 20)
    assert Household.objects.get(pk=place.household_id).ended_on is None


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("role", ["technician", "guard", "head", "resident", "resident2", "frontdesk2"])
def test_other_roles_other_projects_and_residents_get_the_same_404_as_for_what_is_not_there(
    cast: Cast, signed_in: SignIn, role: str
) -> None:
    client = signed_in(getattr(cast, role))
    assert client.get(ADDRESS).status_code == 404
    assert client.get("/units/demo/9-9-9/").status_code == 404
    for address in (
        f"/residents/{cast.people[ROOM].pk}/",
        f"/homes/{cast.units[ROOM].pk}/new/",
    ):
        assert client.get(address).status_code == 404
        assert client.post(address, {"name": "x", "relation": "owner", "on": "2026-11-20"}).status_code == 404
    for address in (f"/residents/{cast.people[ROOM].pk}/reveal/", f"/households/{cast.households[ROOM].pk}/leave/"):
        body = {"field": "phone", "reason": "想看", "on": "2026-11-20"}
        assert client.post(address, body).status_code == 404
    assert Person.objects.get(pk=cast.people[ROOM].pk).name == "张小明"
    assert not AuditEntry.objects.filter(action="person.revealed").exists()


@pytest.mark.parametrize("role", ["cashier", "gm", "quality"])
def test_who_reads_the_register_changes_nothing(cast: Cast, signed_in: SignIn, role: str) -> None:
    client = signed_in(getattr(cast, role))
    page = client.get(ADDRESS)
    assert page.status_code == 200
    for hidden in ("/intake/?unit=", f"/residents/{cast.people[ROOM].pk}/?unit", "/leave/"):
        assert hidden not in text_of(page)
    assert client.get(f"/residents/{cast.people[ROOM].pk}/").status_code == 404


@pytest.mark.req("SEC-1", "SEC-2")
def test_a_number_is_shown_after_a_reason_was_written_down(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    page = text_of(client.get(ADDRESS))
    assert PHONE not in page
    address = f"/residents/{cast.people[ROOM].pk}/reveal/"
    phone = cast.people[ROOM].phones.get()
    shown = client.post(address, {"field": "phone", "phone": phone.pk, "reason": "回电"}, HTTP_HX_REQUEST="true")
    assert PHONE in text_of(shown)
    assert [entry.reason for entry in AuditEntry.objects.filter(action="person.revealed")] == ["回电"]
    refused = client.post(address, {"field": "phone", "phone": phone.pk, "reason": " "}, HTTP_HX_REQUEST="true")
    assert refused.status_code == 422
    assert "Say why you need the number." in words_of(refused)
    assert PHONE not in text_of(refused)
    assert AuditEntry.objects.filter(action="person.revealed").count() == 1


def test_a_phone_of_somebody_else_is_not_shown_under_this_person(cast: Cast, signed_in: SignIn) -> None:
    other = cast.people["3-2-1502"].phones.get()
    body = {"field": "phone", "phone": other.pk, "reason": "回电"}
    address = f"/residents/{cast.people[ROOM].pk}/reveal/"
    assert signed_in(cast.frontdesk).post(address, body).status_code == 404


@pytest.mark.req("EST-2")
def test_a_new_phone_is_added_and_starred_ones_stay(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    address = f"/residents/{cast.people[ROOM].pk}/?unit={ROOM}"
    assert MASKED in text_of(client.get(address))
    answer = client.post(address, {"name": "张小明", "phones": f"13900001111\n{MASKED}", "reviewed": "on"})
    assert answer["Location"] == ADDRESS
    phones = cast.people[ROOM].phones.filter(ended_at=None)
    assert [(p.number, p.is_primary) for p in phones] == [("13900001111", True), (PHONE, False)]
    assert Person.objects.get(pk=cast.people[ROOM].pk).reviewed_at == NOON + HOUR


def test_a_starred_number_that_is_not_theirs_keeps_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    answer = signed_in(cast.frontdesk).post(
        f"/residents/{cast.people[ROOM].pk}/", {"name": "张大明", "phones": "137****9999"}
    )
    assert answer.status_code == 422
    assert 'value="张大明"' in text_of(answer)
    assert Person.objects.get(pk=cast.people[ROOM].pk).name == "张小明"


@pytest.mark.req("EST-2")
def test_somebody_moves_in_and_a_known_name_and_phone_is_the_same_person(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    unit = cast.units["3-2-1502"]
    body = {"name": "张小明", "phone": PHONE, "relation": "tenant", "on": "2026-11-01", "lives_here": "on"}
    answer = client.post(f"/homes/{unit.pk}/new/", body)
    assert answer["Location"] == "/units/demo/3-2-1502/"
    assert Person.objects.filter(name="张小明").count() == 1
    place = HouseholdMember.objects.get(household__unit=unit, person__name="张小明")
    assert (place.relation, place.household.is_owner) == ("tenant", False)
    client.post(f"/homes/{unit.pk}/new/", body | {"name": "赵新", "phone": "13500001111"})
    assert Person.objects.get(name="赵新").phones.get().number == "13500001111"


def test_a_move_that_makes_no_sense_says_why_and_keeps_what_was_typed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    body = {"name": "张小明", "phone": PHONE, "relation": "owner", "on": "2026-11-01"}
    answer = client.post(f"/homes/{cast.units[ROOM].pk}/new/", body)
    assert answer.status_code == 422
    assert "already belongs to 3-2-1501" in words_of(answer)
    assert f'value="{PHONE}"' in text_of(answer)


def test_a_unit_whose_number_has_a_slash_opens_from_the_search(cast: Cast, signed_in: SignIn) -> None:
    make_home(cast.project, "A/1-1-101", "奇数", "13511112222")
    reindex_register(project=cast.project)
    client = signed_in(cast.frontdesk)
    answer = client.get("/search/", {"q": "奇数"})
    assert client.get(answer["Location"]).status_code == 200


def test_it_costs_the_same_for_one_matter_and_for_three(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    for n in range(3):
        repair(cast, f"第{n}件：灯坏")
        if n in (0, 2):
            assert queries_for(client, ADDRESS) == 12


@pytest.mark.parametrize("before", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:00-12:00", "x"])
def test_a_page_of_the_history_that_no_calendar_holds_is_the_first(cast: Cast, signed_in: SignIn, before: str) -> None:
    assert signed_in(cast.frontdesk).get(f"{ADDRESS}?before={before}").context["before"] is None


def also_in(cast: Cast, user: User, role: Role = Role.FRONTDESK) -> None:
    """Somebody of the first project works in the second one too."""
    Membership.objects.create(user=user, role=role, project=cast.other_project)


@pytest.mark.req("REP-1")
def test_a_repair_begun_on_a_home_of_another_of_ones_projects_is_taken_there(cast: Cast, signed_in: SignIn) -> None:
    """Both projects have the room: the form says in which it was shown, whatever another window opened meanwhile."""
    make_home(cast.other_project, ROOM, "别人", "13700000000")
    also_in(cast, cast.frontdesk)
    client = signed_in(cast.frontdesk)
    assert client.get(f"/units/demo2/{ROOM}/").status_code == 200
    form = client.get(f"/intake/?unit={ROOM}")
    assert 'name="project" value="demo2"' in text_of(form)
    client.get(ADDRESS)
    client.post("/intake/", {"project": "demo2", "unit": ROOM, "description": "门锁坏了", "channel": "phone"})
    assert [case.project.code for case in Case.objects.filter(kind="repair")] == ["demo2"]


@pytest.mark.parametrize("verb", ["leave", "new"])
def test_nobody_moves_on_a_day_still_to_come(cast: Cast, signed_in: SignIn, verb: str) -> None:
    client, home = signed_in(cast.frontdesk), cast.households[ROOM]
    if verb == "leave":
        client.post(f"/households/{home.pk}/leave/", {"on": "2026-11-24", "member": ""})
    else:
        body = {"name": "赵新", "phone": "", "relation": "tenant", "on": "2026-11-24"}
        answer = client.post(f"/homes/{home.unit_id}/new/", body)
        assert answer.status_code == 422
        assert "Still to come." in words_of(answer)
    assert [h.ended_on for h in Household.objects.filter(unit=home.unit_id)] == [None]


@pytest.mark.req("EST-2")
def test_a_number_added_while_the_form_was_open_stays(cast: Cast, signed_in: SignIn) -> None:
    person = cast.people[ROOM]
    shown = ",".join(str(phone.pk) for phone in person.phones.all())
    PersonPhone.objects.create(person=person, number="13777776666")
    body = {"name": person.name, "phones": MASKED, "shown": shown, "preferences": ""}
    signed_in(cast.frontdesk).post(f"/residents/{person.pk}/", body)
    assert set(person.phones.filter(ended_at=None).values_list("number", flat=True)) == {PHONE, "13777776666"}


@pytest.mark.req("EST-2")
def test_two_who_edit_one_person_are_both_shown_and_nothing_is_overwritten(cast: Cast, signed_in: SignIn) -> None:
    person = cast.people[ROOM]
    address = f"/residents/{person.pk}/"
    mine, theirs = signed_in(cast.frontdesk), signed_in(cast.supervisor)
    PersonPhone.history.update(history_date=NOON)  # the cast was made by a clock of its own
    stamp = mine.get(address).context["form"]["stamp"].value()
    body = {"phones": MASKED, "shown": str(person.phones.get().pk), "stamp": stamp}
    theirs.post(address, body | {"name": "张晓明", "preferences": "下午来"})
    answer = mine.post(address, body | {"name": "张小明", "preferences": "晚上来"})
    assert answer.status_code == 422
    words = words_of(answer)
    for both in ("Name 张小明 张晓明", "Wishes and notes 晚上来 下午来", f"{cast.supervisor}, "):
        assert both in words, "mine, theirs, who and when"
    assert "晚上来</textarea>" in text_of(answer)
    person.refresh_from_db()
    assert (person.name, person.preferences) == ("张晓明", "下午来")
    again = answer.context["form"]["stamp"].value()
    assert again != stamp
    mine.post(address, body | {"name": "张小明", "preferences": "晚上来", "stamp": again})
    person.refresh_from_db()
    assert (person.name, person.preferences) == ("张小明", "晚上来"), "pressed again, mine is in its place"


@pytest.mark.req("EST-2")
def test_a_number_taken_away_meanwhile_is_shown_and_not_guessed(cast: Cast, signed_in: SignIn) -> None:
    person = cast.people[ROOM]
    client = signed_in(cast.frontdesk)
    stamp = client.get(f"/residents/{person.pk}/").context["form"]["stamp"].value()
    phone = person.phones.get()
    phone.ended_at, phone.is_primary = NOON, False
    phone.save()
    body = {"name": person.name, "phones": MASKED, "shown": str(phone.pk), "stamp": stamp}
    answer = client.post(f"/residents/{person.pk}/", body)
    assert answer.status_code == 422
    assert f"Phones {MASKED} —" in words_of(answer)


@pytest.mark.req("EST-2")
def test_two_numbers_that_read_alike_both_stay_or_are_asked_for(cast: Cast, signed_in: SignIn) -> None:
    person = cast.people[ROOM]
    twin = PersonPhone.objects.create(person=person, number=PHONE[:3] + "9999" + PHONE[-4:])
    client, address = signed_in(cast.frontdesk), f"/residents/{person.pk}/"
    body = {"name": person.name, "preferences": ""}
    client.post(address, body | {"phones": f"{MASKED}\n{MASKED}"})
    assert person.phones.filter(ended_at=None).count() == 2
    assert client.post(address, body | {"phones": MASKED}).status_code == 422
    client.post(address, body | {"phones": twin.number})
    assert [phone.number for phone in person.phones.filter(ended_at=None)] == [twin.number]


def test_pressing_twice_moves_out_once(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    body = {"on": "2026-11-20", "member": "", "idempotency_key": "twice"}
    address = f"/households/{cast.households[ROOM].pk}/leave/"
    for _ in range(2):
        assert client.post(address, body).headers["Location"] == ADDRESS
    assert "already" not in words_of(client.get(ADDRESS))


# --- somebody else moved people meanwhile ----------------------------------------------------------------------------
def shown_living(client: Client, address: str) -> str:
    """Who lives there as the form was shown."""
    found = re.search(r'name="living" value="([^"]*)"', text_of(client.get(address)))
    assert found is not None
    return found[1]


@pytest.mark.req("EST-2")
def test_who_moves_somebody_in_second_sees_who_came_meanwhile_and_decides(cast: Cast, signed_in: SignIn) -> None:
    client, unit = signed_in(cast.frontdesk), cast.units[ROOM]
    address = f"/homes/{unit.pk}/new/"
    seen = shown_living(client, address)
    assert seen == "张小明"
    new = MoveIn(unit=unit, name="赵新", relation=Relation.FAMILY, on=date(2026, 11, 1))
    move_in(new=new, by=cast.supervisor, at=NOON)
    body = {"name": "赵新", "phone": "", "relation": "family", "on": "2026-11-20", "living": seen}
    answer = client.post(address, body)
    assert answer.status_code == 422
    words = words_of(answer)
    assert "Who lives here 张小明 张小明、赵新" in words
    assert "Nothing of yours is lost" in words
    assert HouseholdMember.objects.filter(person__name="赵新").count() == 1
    assert 'name="living" value="张小明、赵新"' in text_of(answer)
    assert client.post(address, body | {"living": "张小明、赵新"}).status_code == 302
    assert HouseholdMember.objects.filter(person__name="赵新").count() == 2


@pytest.mark.req("EST-2")
def test_who_moves_a_household_out_second_sees_who_came_meanwhile(cast: Cast, signed_in: SignIn) -> None:
    client, home = signed_in(cast.frontdesk), cast.households[ROOM]
    seen = shown_living(client, ADDRESS)
    new = MoveIn(unit=cast.units[ROOM], name="赵新", relation=Relation.FAMILY, on=date(2026, 11, 1))
    move_in(new=new, by=cast.supervisor, at=NOON)
    body = {"on": "2026-11-20", "member": "", "living": seen}
    answer = client.post(f"/households/{home.pk}/leave/", body)
    assert answer.status_code == 422
    assert "Who lives here 张小明 张小明、赵新" in words_of(answer)
    assert Household.objects.get(pk=home.pk).ended_on is None
    assert client.post(f"/households/{home.pk}/leave/", body | {"living": "张小明、赵新"}).status_code == 302
    assert Household.objects.get(pk=home.pk).ended_on == date(2026, 11, 20)


@pytest.mark.req("EST-2")
def test_a_day_that_does_not_fit_comes_back_with_who_was_to_leave(cast: Cast, signed_in: SignIn) -> None:
    home = cast.households[ROOM]
    place = home.members.get()
    body = {"on": "2026-11-24", "member": str(place.pk)}
    answer = signed_in(cast.frontdesk).post(f"/households/{home.pk}/leave/", body)
    assert answer.status_code == 422
    assert "Still to come." in words_of(answer)
    assert f'value="{place.pk}"' in text_of(answer)
    assert "Only 张小明" in words_of(answer)


@pytest.mark.req("SEC-2")
def test_a_reason_that_does_not_fit_says_what_is_wrong_and_stays(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    address, words = f"/residents/{cast.people[ROOM].pk}/reveal/", "回电" * 101
    body = {"field": "phone", "phone": cast.people[ROOM].phones.get().pk, "reason": words}
    for headers in ({"HX-Request": "true"}, {}):
        refused = client.post(address, body, headers=headers)
        assert refused.status_code == 422
        page = text_of(refused)
        assert words in page
        assert "at most 200 characters" in page
        assert PHONE not in page
    assert client.post(address, body | {"phone": "x"}, HTTP_HX_REQUEST="true").status_code == 400
    assert not AuditEntry.objects.filter(action="person.revealed").exists()


def test_the_day_of_a_move_is_today_where_the_home_stands(cast: Cast, signed_in: SignIn) -> None:
    Membership.objects.create(user=cast.frontdesk, role=Role.FRONTDESK, project=cast.other_project)
    cast.other_project.time_zone = "Pacific/Auckland"
    cast.other_project.save()
    unit = make_home(cast.other_project, ROOM, "别处的人", "13700001111")[0]
    with clock_at(NOON.replace(hour=12)):  # 20:00 in Shanghai, the next day in Auckland
        page = signed_in(cast.frontdesk).get(f"/homes/{unit.pk}/new/")
    assert page.context["form"]["on"].value() == date(2026, 11, 24)
