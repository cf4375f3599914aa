"""The register over the API: what each role sees, masked; entering, changing, revealing."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Membership, Project, User
from accounts.states import Role
from estate.models import Household, ParkingSpace, Person, PersonPhone, Unit, Vehicle
from records.models import AuditEntry
from tests.cast import NOON, Cast, make_home, make_user

Api = Callable[[User], APIClient]
READERS = ["frontdesk", "cashier", "supervisor", "gm", "quality", "admin"]
OTHERS = ["technician", "head", "guard"]
KEEPERS = ["frontdesk", "supervisor", "admin"]
UNITS, PEOPLE, VEHICLES, PROJECTS = (f"/api/v1/{name}/" for name in ("units", "people", "vehicles", "projects"))


def results(client: APIClient, path: str, **filters: Any) -> list[dict[str, Any]]:
    answer = client.get(path, filters)
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == {"results", "next"}
    return list(answer.json()["results"])


@pytest.fixture
def car(cast: Cast) -> Vehicle:
    person = cast.people["3-2-1501"]
    return Vehicle.objects.create(
        project=cast.project, plate="浙A12345", person=person, unit=cast.units["3-2-1501"], brand="BYD"
    )


# --- who sees what ---------------------------------------------------------------------------------------------------
@pytest.mark.req("EST-1", "SEC-1")
@pytest.mark.parametrize("role", READERS)
def test_whoever_works_with_the_register_sees_its_project(cast: Cast, api: Api, car: Vehicle, role: str) -> None:
    make_home(cast.other_project, "9-9-901", "王大锤", "13700001111")
    client = api(cast.users[role])
    assert [u["number"] for u in results(client, UNITS)] == ["3-2-1502", "3-2-1501"]
    assert [p["name"] for p in results(client, PEOPLE)] == ["单小红", "张小明"]
    assert [v["plate"] for v in results(client, VEHICLES)] == ["浙A12345"]
    assert [p["code"] for p in results(client, PROJECTS)] == ["demo"]


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("role", OTHERS)
def test_whoever_meets_people_through_cases_only_sees_no_register(
    cast: Cast, api: Api, car: Vehicle, role: str
) -> None:
    client = api(cast.users[role])
    assert [results(client, path) for path in (UNITS, PEOPLE, VEHICLES)] == [[], [], []]
    for path in (
        f"{UNITS}{cast.units['3-2-1501'].pk}/",
        f"{PEOPLE}{cast.people['3-2-1501'].pk}/",
        f"{VEHICLES}{car.pk}/",
    ):
        assert client.get(path).status_code == 404


@pytest.mark.req("SEC-1")
def test_a_resident_sees_the_own_home_and_the_people_in_it(cast: Cast, api: Api, car: Vehicle) -> None:
    client = api(cast.resident)
    assert [u["number"] for u in results(client, UNITS)] == ["3-2-1501"]
    assert [p["name"] for p in results(client, PEOPLE)] == ["张小明"]
    assert client.get(f"{UNITS}{cast.units['3-2-1502'].pk}/").status_code == 404
    assert client.get(f"{PEOPLE}{cast.people['3-2-1502'].pk}/").status_code == 404


@pytest.mark.req("SEC-1")
def test_phones_are_masked_for_everybody_and_id_numbers_never_shown(cast: Cast, api: Api) -> None:
    person = cast.people["3-2-1501"]
    person.id_number = "330106199001011234"
    person.save()
    for user in cast.users.values():
        for path in (PEOPLE, f"{PEOPLE}{person.pk}/", UNITS, VEHICLES):
            body = api(user).get(path).content.decode()
            assert "13812341234" not in body
            assert "330106199001011234" not in body
            assert person.id_number_stored not in body
    shown = api(cast.frontdesk).get(f"{PEOPLE}{person.pk}/").json()
    assert shown["phones"][0]["number"] == "138****1234"
    assert shown["has_id_number"] is True


def test_people_cannot_be_found_by_guessing_a_masked_number(cast: Cast, api: Api) -> None:
    person = cast.people["3-2-1501"]
    person.id_number = "330106199001011234"
    person.save()
    client = api(cast.frontdesk)
    for guess in ({"phones__number": "999"}, {"id_number_stored": "x"}, {"phones__number__startswith": "1390"}):
        assert client.get(PEOPLE, guess).status_code == 400, "there is no such filter"


# --- lists -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("path", "count"), [(UNITS, 3), (PEOPLE, 5), (VEHICLES, 3), (PROJECTS, 3)])
@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_costs_the_same_statements_at_any_length(
    cast: Cast, api: Api, django_assert_num_queries: Any, path: str, count: int, rows: int
) -> None:
    Membership.objects.create(user=cast.frontdesk, project=cast.other_project, role=Role.FRONTDESK)
    for n in range(rows):
        unit, _, person = make_home(cast.other_project, f"1-1-10{n}", f"钱{n}", f"1370000111{n}")
        Vehicle.objects.create(project=cast.other_project, plate=f"浙B{n}", person=person, unit=unit)
    client = api(cast.frontdesk)
    with django_assert_num_queries(count):  # token, memberships, rows; for people their phones and places
        answer = client.get(path, {} if path == PROJECTS else {"project": "demo2"})
    assert len(answer.json()["results"]) == (2 if path == PROJECTS else rows)


def test_filters_name_what_one_would_say(cast: Cast, api: Api, car: Vehicle) -> None:
    client = api(cast.frontdesk)
    assert [u["id"] for u in results(client, UNITS, number="3-2-1501")] == [cast.units["3-2-1501"].pk]
    assert results(client, UNITS, project="demo2") == []
    assert results(client, UNITS, building="4") == []
    assert [p["name"] for p in results(client, PEOPLE, unit="3-2-1502")] == ["单小红"]
    assert [v["plate"] for v in results(client, VEHICLES, current="true", plate="浙A12345")] == ["浙A12345"]
    assert client.get(UNITS, {"status": "palace"}).status_code == 400


def test_pages_follow_a_cursor(cast: Cast, api: Api) -> None:
    client = api(cast.frontdesk)
    first = client.get(UNITS, {"page_size": 1}).json()
    second = client.get(first["next"]).json()
    assert [u["number"] for u in first["results"] + second["results"]] == ["3-2-1502", "3-2-1501"]
    assert second["next"] is None
    assert client.get(UNITS, {"cursor": "nonsense"}).status_code == 404


# --- entering and changing -------------------------------------------------------------------------------------------
@pytest.mark.req("EST-1")
@pytest.mark.parametrize("role", KEEPERS)
def test_the_desk_enters_a_unit_with_its_dates(cast: Cast, api: Api, role: str) -> None:
    body = {
        "project": "demo",
        "number": "5-1-302",
        "kind": "shop",
        "area": "88.50",
        "completed_on": "2020-05-01",
        "handed_over_on": "2020-09-01",
        "status": "vacant",
    }
    answer = api(cast.users[role]).post(UNITS, body, format="json")
    assert answer.status_code == 201, answer.content
    unit = Unit.objects.get(pk=answer.json()["id"])
    assert (unit.building.code, unit.entrance, unit.room, unit.kind) == ("5", "1", "302", "shop")
    assert {name: answer.json()[name] for name in body} == body
    assert unit.history.count() == 1


@pytest.mark.req("EST-1")
def test_a_unit_is_changed_and_its_history_kept(cast: Cast, api: Api) -> None:
    unit = cast.units["3-2-1501"]
    answer = api(cast.frontdesk).patch(f"{UNITS}{unit.pk}/", {"status": "renovating"}, format="json")
    assert (answer.status_code, answer.json()["status"]) == (200, "renovating")
    assert [row.status for row in unit.history.order_by("history_id")] == ["occupied", "renovating"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"number": "3-2-1501"}, None),
        ({"number": ""}, "number"),
        ({"number": "5-1-1", "kind": "castle"}, "kind"),
        ({"number": "5-1-1", "area": "much"}, "area"),
        ({"number": "5-1-1", "completed_on": "2021-01-02", "handed_over_on": "2021-01-01"}, "handed_over_on"),
        ({"number": "x" * 61}, "number"),
        ({"number": "5-1-1\u0000"}, "number"),
    ],
)
def test_a_unit_that_cannot_be_is_refused_beside_its_field(
    cast: Cast, api: Api, body: dict[str, Any], field: str | None
) -> None:
    answer = api(cast.frontdesk).post(UNITS, {"project": "demo"} | body, format="json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "detail", "fields"}
    assert field is None or field in answer.json()["fields"]
    assert Unit.objects.count() == 2


@pytest.mark.req("EST-2")
def test_the_desk_enters_a_person_with_several_phones(cast: Cast, api: Api) -> None:
    body = {"project": "demo", "name": "钱七", "phones": ["138-0000-1111", "0571 8888 0000"], "id_number": "X1234567"}
    answer = api(cast.frontdesk).post(PEOPLE, body | {"preferences": "不吃辣", "reviewed": True}, format="json")
    assert answer.status_code == 201, answer.content
    assert [p["number"] for p in answer.json()["phones"]] == ["138****1111", "****00"]
    assert "X1234567" not in answer.content.decode()
    person = Person.objects.get(pk=answer.json()["id"])
    assert person.id_number == "X1234567"
    assert "X1234567" not in person.id_number_stored
    assert person.reviewed_at is not None


@pytest.mark.req("EST-2")
def test_a_phone_that_changes_ends_and_stays_on_record(cast: Cast, api: Api) -> None:
    person = cast.people["3-2-1501"]
    answer = api(cast.frontdesk).patch(f"{PEOPLE}{person.pk}/", {"phones": ["13900009999"]}, format="json")
    assert [p["number"] for p in answer.json()["phones"]] == ["139****9999"]
    old = PersonPhone.objects.get(person=person, number="13812341234")
    assert old.ended_at is not None


def test_the_desk_enters_a_car_and_takes_it_off(cast: Cast, api: Api) -> None:
    ParkingSpace.objects.create(project=cast.project, code="B1-001")
    client = api(cast.frontdesk)
    body = {"project": "demo", "plate": "浙a99999", "person": cast.people["3-2-1501"].pk, "unit": "3-2-1501"}
    answer = client.post(VEHICLES, body | {"space": "B1-001"}, format="json")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["plate"], answer.json()["space"]) == ("浙A99999", "B1-001")
    gone = client.patch(f"{VEHICLES}{answer.json()['id']}/", {"ended_on": "2026-11-23"}, format="json")
    assert gone.json()["ended_on"] == "2026-11-23"
    assert results(client, VEHICLES, current="true") == []


@pytest.mark.req("SEC-1")
def test_a_car_is_tied_to_nobody_elses_people_or_homes(cast: Cast, api: Api) -> None:
    _, _, stranger = make_home(cast.other_project, "9-9-901", "王大锤", "13700001111")
    client = api(cast.frontdesk)
    for name, foreign, missing in (("person", stranger.pk, 10**9), ("unit", "9-9-901", "9-9-902")):
        answers = [
            client.post(VEHICLES, {"project": "demo", "plate": "浙A1", name: value}, format="json")
            for value in (foreign, missing)
        ]
        assert [a.status_code for a in answers] == [400, 400]
        assert answers[0].content == answers[1].content
    assert not Vehicle.objects.exists()


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("role", ["cashier", "gm", "quality"])
def test_who_only_reads_the_register_cannot_change_it(cast: Cast, api: Api, role: str) -> None:
    client = api(cast.users[role])
    assert client.post(UNITS, {"project": "demo", "number": "5-1-1"}, format="json").status_code == 403
    assert client.post(PEOPLE, {"project": "demo", "name": "x"}, format="json").status_code == 403
    assert client.post(VEHICLES, {"project": "demo", "plate": "x"}, format="json").status_code == 403
    unit = cast.units["3-2-1501"]
    assert client.patch(f"{UNITS}{unit.pk}/", {"status": "vacant"}, format="json").status_code == 403


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("path", [UNITS, PEOPLE, VEHICLES])
def test_another_project_is_answered_like_one_that_does_not_exist(cast: Cast, api: Api, path: str) -> None:
    body = {"number": "5-1-1", "name": "x", "plate": "x"}
    foreign, missing = (
        api(cast.frontdesk).post(path, body | {"project": code}, format="json") for code in ("demo2", "nowhere")
    )
    assert foreign.status_code == missing.status_code == 400
    assert foreign.content.replace(b"demo2", b"nowhere") == missing.content


def test_nothing_is_deleted(cast: Cast, api: Api, car: Vehicle) -> None:
    client = api(cast.admin)
    for path, row in (
        (UNITS, cast.units["3-2-1501"]),
        (PEOPLE, cast.people["3-2-1501"]),
        (VEHICLES, car),
    ):
        assert client.delete(f"{path}{row.pk}/").status_code == 405
        assert client.put(f"{path}{row.pk}/", {}, format="json").status_code == 405


def test_the_same_key_enters_once(cast: Cast, api: Api) -> None:
    client = api(cast.frontdesk)
    body = {"project": "demo", "name": "钱七"}
    first, second = (client.post(PEOPLE, body, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Person.objects.filter(name="钱七").count() == 1
    other = client.post(PEOPLE, body | {"name": "钱八"}, format="json", headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


# --- projects --------------------------------------------------------------------------------------------------------
@pytest.mark.req("EST-1")
def test_an_administrator_of_the_company_takes_on_a_project(cast: Cast, api: Api) -> None:
    chief = make_user("chief", Role.ADMIN, None)
    body = {"code": "lake", "name_zh": "湖畔", "name_en": "Lake", "time_zone": "America/New_York"}
    answer = api(chief).post(PROJECTS, body, format="json")
    assert answer.status_code == 201, answer.content
    project = Project.objects.get(code="lake")
    assert project.tz.key == "America/New_York"
    assert project.history.get().history_user == chief


@pytest.mark.parametrize("body", [{"code": "demo2"}, {"time_zone": "Mars/Olympus"}, {"code": "no blanks"}])
def test_a_project_that_cannot_be_is_refused(cast: Cast, api: Api, body: dict[str, str]) -> None:
    chief = make_user("chief", Role.ADMIN, None)
    answer = api(chief).post(PROJECTS, {"code": "lake", "name_zh": "湖畔"} | body, format="json")
    assert answer.status_code == 400
    assert set(body) <= set(answer.json()["fields"])


def test_a_projects_administrator_changes_the_own_one_and_opens_none(cast: Cast, api: Api) -> None:
    client = api(cast.admin)
    assert client.patch(f"{PROJECTS}demo/", {"phone": "0571-1"}, format="json").json()["phone"] == "0571-1"
    assert client.patch(f"{PROJECTS}demo2/", {"phone": "x"}, format="json").status_code == 404
    assert client.post(PROJECTS, {"code": "lake", "name_zh": "湖畔"}, format="json").status_code == 403
    assert api(cast.supervisor).patch(f"{PROJECTS}demo/", {"phone": "x"}, format="json").status_code == 403


# --- revealing -------------------------------------------------------------------------------------------------------
@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("role", READERS)
def test_a_number_is_revealed_with_a_reason_that_stays_on_record(cast: Cast, api: Api, role: str) -> None:
    person = cast.people["3-2-1501"]
    body = {"field": "phone", "reason": "水管爆裂，要马上通知"}
    answer = api(cast.users[role]).post(f"{PEOPLE}{person.pk}/reveal/", body, format="json")
    assert (answer.status_code, answer.json()) == (200, {"field": "phone", "value": "13812341234"})
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.project, entry.reason) == (cast.users[role], cast.project, body["reason"])
    assert entry.target == f"person {person.pk}"
    assert "13812341234" not in str(entry.data)


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize(
    "body", [{"field": "phone"}, {"field": "phone", "reason": " "}, {"field": "name", "reason": "x"}]
)
def test_without_a_reason_nothing_is_revealed_and_nothing_written(cast: Cast, api: Api, body: dict[str, str]) -> None:
    answer = api(cast.frontdesk).post(f"{PEOPLE}{cast.people['3-2-1501'].pk}/reveal/", body, format="json")
    assert answer.status_code == 400
    assert not AuditEntry.objects.exists()


@pytest.mark.req("SEC-1")
def test_a_resident_reveals_nobody_and_strangers_find_nobody(cast: Cast, api: Api) -> None:
    person = cast.people["3-2-1501"]
    body = {"field": "phone", "reason": "x"}
    assert api(cast.resident).post(f"{PEOPLE}{person.pk}/reveal/", body, format="json").status_code == 403
    for user in (cast.resident2, cast.technician, cast.guard, cast.frontdesk2):
        assert api(user).post(f"{PEOPLE}{person.pk}/reveal/", body, format="json").status_code == 404
    assert not AuditEntry.objects.exists()


def test_one_of_several_phones_is_named_by_its_id_and_only_the_persons_own(cast: Cast, api: Api) -> None:
    person, other = cast.people["3-2-1501"], cast.people["3-2-1502"]
    second = PersonPhone.objects.create(person=person, number="13700002222")
    path, body = f"{PEOPLE}{person.pk}/reveal/", {"field": "phone", "reason": "x"}
    client = api(cast.frontdesk)
    assert client.post(path, body | {"phone": second.pk}, format="json").json()["value"] == "13700002222"
    foreign = client.post(path, body | {"phone": other.phones.get().pk}, format="json")
    missing = client.post(path, body | {"phone": 10**9}, format="json")
    assert (foreign.status_code, foreign.content) == (400, missing.content)


@pytest.mark.req("EST-2")
def test_a_tenancy_that_ended_leaves_its_history_and_no_access(cast: Cast, api: Api) -> None:
    household = Household.objects.get(unit__number="3-2-1501")
    household.ended_on = NOON.date()
    household.save()
    assert results(api(cast.resident), UNITS) == []
    assert results(api(cast.resident), PEOPLE) == []
    assert household.history.count() == 2
    assert results(api(cast.frontdesk), PEOPLE, unit="3-2-1501") == []
    assert Person.objects.filter(places__household=household).exists()
