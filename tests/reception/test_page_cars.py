"""The cars of a home: added, changed and ended on its page, with history, found by their plate."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from estate.actions import reindex_register, save_vehicle
from estate.models import ParkingSpace, Vehicle
from estate.queries import find_households, spaces_named, vehicle_stamp
from records.models import SearchToken
from tests.cast import NOON, Cast
from tests.reception.desk import HOUR, ROOM, clock_at, findable, words_of

SignIn = Callable[[User], Client]
ADDRESS = f"/units/demo/{ROOM}/"
pytestmark = [pytest.mark.django_db, pytest.mark.req("EST-4")]
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _reading(cast: Cast) -> Iterator[None]:
    findable(cast)
    with clock_at(NOON + HOUR):
        yield


def space(cast: Cast, code: str = "A-12", lot: str = "B1") -> ParkingSpace:
    return ParkingSpace.objects.create(project=cast.project, lot=lot, code=code)


def car_of(cast: Cast, **values: Any) -> Vehicle:
    given = {"plate": "浙A12345", "unit": cast.units[ROOM], **values}
    return save_vehicle(project=cast.project, values=given, by=cast.frontdesk, at=NOON)


def new(cast: Cast) -> str:
    return f"/homes/{cast.units[ROOM].pk}/cars/new/"


def found(cast: Cast, plate: str) -> bool:
    hits = find_households(query=plate, user=cast.frontdesk, projects=[cast.project.pk])
    return [hit.unit for hit in hits] == [cast.units[ROOM]]


@pytest.mark.req("DSK-2")
def test_a_car_is_entered_on_the_page_of_its_home_and_found_by_its_plate(cast: Cast, signed_in: SignIn) -> None:
    client, stands = signed_in(cast.frontdesk), space(cast)
    assert new(cast) in client.get(ADDRESS).content.decode()
    body = {
        "plate": "浙a·88k66",
        "person": cast.people[ROOM].pk,
        "brand": "比亚迪",
        "color": "白",
        "space": "a-12",
        "started_on": "2026-11-01",
        "idempotency_key": "k",
    }
    assert client.post(new(cast), body)["Location"] == ADDRESS
    car = Vehicle.objects.get()
    assert (car.plate, car.unit, car.person, car.space) == ("浙A88K66", cast.units[ROOM], cast.people[ROOM], stands)
    assert (car.brand, car.color, car.started_on, car.ended_on) == ("比亚迪", "白", date(2026, 11, 1), None)
    assert car.history.get().history_user == cast.frontdesk
    assert "浙A88K66" in words_of(client.get(ADDRESS))
    assert found(cast, "88K66")


def test_it_is_changed_and_taken_off_the_register_and_its_history_stays(cast: Cast, signed_in: SignIn) -> None:
    client, car = signed_in(cast.supervisor), car_of(cast, started_on=date(2026, 1, 1))
    page = client.get(f"/cars/{car.pk}/", {"unit": ROOM})
    stamp = page.context["form"].initial["stamp"]
    sent = {"plate": "浙A54321", "brand": "蔚来", "started_on": "2026-01-01", "stamp": stamp}
    assert client.post(f"/cars/{car.pk}/?unit={ROOM}", sent | {"idempotency_key": "1"})["Location"] == ADDRESS
    car.refresh_from_db()
    assert (car.plate, car.brand) == ("浙A54321", "蔚来")
    assert (found(cast, "54321"), found(cast, "12345")) == (True, False)
    ends = sent | {"stamp": vehicle_stamp(car), "ended_on": TODAY.isoformat(), "idempotency_key": "2"}
    assert client.post(f"/cars/{car.pk}/", ends)["Location"] == ADDRESS
    car.refresh_from_db()
    assert car.ended_on == TODAY
    assert client.get(ADDRESS).context["home"].vehicles == []
    assert not SearchToken.objects.filter(kind="vehicle", object_id=car.pk).exists()
    assert [row.history_user for row in car.history.order_by("history_id")][1:] == [cast.supervisor] * 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"plate": ""}, "plate"),
        ({"plate": "浙A1234567890123456789012"}, "plate"),
        ({"space": "Z-99"}, "space"),
        ({"person": "999"}, "person"),
        ({"started_on": "9999-99-99"}, "started_on"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, signed_in: SignIn, wrong: dict[str, str], field: str
) -> None:
    answer = signed_in(cast.frontdesk).post(new(cast), {"plate": "浙A12345", "color": "孔雀蓝"} | wrong)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "孔雀蓝" in answer.content.decode()
    assert not Vehicle.objects.exists()


def test_a_plate_is_in_a_project_once_and_ends_on_a_day_that_has_come(cast: Cast, signed_in: SignIn) -> None:
    client, car = signed_in(cast.frontdesk), car_of(cast, started_on=date(2026, 11, 1))
    assert client.post(new(cast), {"plate": "浙A 12345", "idempotency_key": "k"}).status_code == 422
    for day in (TODAY + timedelta(days=1), date(2026, 10, 31)):
        sent = {"plate": car.plate, "started_on": "2026-11-01", "ended_on": day.isoformat(), "idempotency_key": "e"}
        answer = client.post(f"/cars/{car.pk}/", sent)
        assert (answer.status_code, "ended_on" in answer.context["form"].errors) == (422, True)
    car.refresh_from_db()
    assert car.ended_on is None


def test_of_two_who_change_it_the_second_sees_what_the_first_saved(cast: Cast, signed_in: SignIn) -> None:
    client, car = signed_in(cast.frontdesk), car_of(cast)
    stamp = client.get(f"/cars/{car.pk}/").context["form"].initial["stamp"]
    save_vehicle(project=cast.project, vehicle=car, values={"color": "红"}, by=cast.supervisor, at=NOON)
    sent = {"plate": car.plate, "color": "白", "stamp": stamp, "idempotency_key": "k"}
    answer = client.post(f"/cars/{car.pk}/", sent)
    assert answer.status_code == 422
    assert [(pair.yours, pair.now) for pair in answer.context["stale"].pairs] == [("白", "红")]
    again = sent | {"stamp": answer.context["form"]["stamp"].value(), "idempotency_key": "l"}
    assert client.post(f"/cars/{car.pk}/", again).status_code == 302
    car.refresh_from_db()
    assert car.color == "白"


def test_spaces_of_one_number_are_told_apart_by_their_car_park(cast: Cast) -> None:
    first, second = space(cast, "12", "B1"), space(cast, "12", "B2")
    ParkingSpace.objects.create(project=cast.other_project, lot="B3", code="12")
    assert spaces_named(cast.project, "12") == [first, second]
    assert spaces_named(cast.project, "b2 12") == [second]
    assert spaces_named(cast.project, "13") == []


@pytest.mark.req("SEC-1")
@pytest.mark.parametrize("who", ["cashier", "gm", "technician", "resident"])
def test_whoever_does_not_keep_the_register_changes_no_car(cast: Cast, signed_in: SignIn, who: str) -> None:
    client, car = signed_in(cast.users[who]), car_of(cast)
    assert client.get(new(cast)).status_code == 404
    assert client.post(f"/cars/{car.pk}/", {"plate": "x"}).status_code == 404
    assert new(cast) not in client.get(ADDRESS).content.decode()


def test_the_search_finds_it_after_everything_is_written_anew(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.frontdesk)
    client.post(new(cast), {"plate": "浙A·88K66", "idempotency_key": "k"})
    reindex_register(project=cast.project)
    assert found(cast, "浙A88K66")
