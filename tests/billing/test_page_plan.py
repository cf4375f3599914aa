"""The plan of a building: every home with its letters, what it owes by the month, and the way to the till."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Project, User
from billing.queries.plan import plan_of
from billing.states import Standing
from estate.models import Building, Household, HouseholdMember, Person, Unit
from tests.billing.money import HOME, NEXT_DOOR, charged, paid, yuan
from tests.cast import NOON, Cast, make_home
from tests.tickets.pages import read_in_english, words_of

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-3"), pytest.mark.django_db]
TODAY = NOON.date()
PLAN = "/plan/demo/3/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def stands(cast: Cast, number: str) -> tuple[str, Any, Any]:
    """How a home stands, what it owes, and how much of that is late."""
    building = cast.units[HOME].building
    cell = next(cell for cell in plan_of(building, cast.cashier, today=TODAY).cells if cell.number == number)
    return cell.standing, cell.owed, cell.late


def tower(project: Project, count: int) -> Building:
    """A building of so many homes, ten on a floor, each with its owner."""
    building = Building.objects.create(project=project, code="88")
    rooms = [(nth // 10 + 1, f"{nth // 10 + 1}{nth % 10 + 1:02}") for nth in range(count)]
    place = {"project": project, "building": building, "entrance": "1"}
    units = Unit.objects.bulk_create(
        [Unit(number=f"88-1-{room}", floor=floor, room=room, **place) for floor, room in rooms]
    )
    homes = Household.objects.bulk_create([Household(project=project, unit=unit) for unit in units])
    owners = Person.objects.bulk_create([Person(project=project, name=f"业主{unit.number}") for unit in units])
    HouseholdMember.objects.bulk_create(
        [HouseholdMember(household=home, person=owner) for home, owner in zip(homes, owners, strict=True)]
    )
    return building


def test_a_home_is_paid_up_owes_or_is_empty(cast: Cast) -> None:
    bill = charged(cast, 100)
    charged(cast, "10.50", due_on=TODAY - timedelta(days=1))
    assert stands(cast, HOME) == (Standing.OWES, yuan("110.50"), yuan("10.50"))
    assert stands(cast, NEXT_DOOR) == (Standing.PAID, 0, 0)
    paid(cast, bill, amount=40)
    assert stands(cast, HOME)[1] == yuan("70.50")
    cast.households[NEXT_DOOR].ended_on = TODAY
    cast.households[NEXT_DOOR].save()
    assert stands(cast, NEXT_DOOR)[0] == Standing.EMPTY
    charged(cast, 1, home=NEXT_DOOR)
    assert stands(cast, NEXT_DOOR)[0] == Standing.OWES, "what is owed comes first"
    cast.units[HOME].status = "vacant"
    cast.units[HOME].save()
    assert stands(cast, HOME)[0] == Standing.OWES


def test_a_bill_for_a_later_month_does_not_count_yet(cast: Cast) -> None:
    next_month = TODAY.replace(month=12, day=1)
    later = charged(cast, 100, due_on=next_month + timedelta(days=6))
    ends = next_month + timedelta(days=30)
    type(later).objects.filter(pk=later.pk).update(period_start=next_month, period_end=ends)
    assert stands(cast, HOME)[0] == Standing.PAID
    type(later).objects.filter(pk=later.pk).update(due_on=TODAY)
    assert stands(cast, HOME) == (Standing.OWES, yuan(100), 0), "due in this month, paid in advance or not"


def test_the_page_shows_letters_counts_and_sums_and_leads_to_the_till(cast: Cast, signed_in: SignIn) -> None:
    read_in_english(cast)
    charged(cast, 100)
    charged(cast, 30, home=NEXT_DOOR, due_on=TODAY - timedelta(days=1))
    client = signed_in(cast.cashier)
    page = client.get(PLAN)
    text, words = page.content.decode(), words_of(page)
    assert f'href="/till/demo/{HOME}/"' in text
    sums = ("2 homes ¥130.00", "of them 1 home overdue ¥30.00")
    for said in ("1501 Owes", "1502 Owes", *sums, "Entrance 2"):
        assert said in words, said
    assert 'class="plan-cell is-owes is-late"' in text
    assert "is-out" not in text
    late = client.get(PLAN, {"show": "overdue"}).content.decode()
    assert re.search(rf'is-out" href="/till/demo/{HOME}/"', late), "what is not overdue stays, without its colour"
    assert re.search(rf'is-late" href="/till/demo/{NEXT_DOOR}/"', late)


def test_the_till_begins_with_the_building_that_was_looked_at_last(cast: Cast, signed_in: SignIn) -> None:
    make_home(cast.project, "10-1-101", "王五", "13800000000")
    make_home(cast.project, "2-1-101", "赵六", "13800000001")
    client = signed_in(cast.cashier)
    first = client.get("/till/").content.decode()
    assert "/till/demo/2-1-101/" in first
    assert first.index("/plan/demo/2/") < first.index("/plan/demo/3/") < first.index("/plan/demo/10/")
    client.get(PLAN)
    for address in ("/till/", "/plan/"):
        assert f"/till/demo/{HOME}/" in client.get(address).content.decode()
    assert "data-plan" not in client.get("/till/", {"q": "zzzz"}).content.decode()


def test_a_project_without_homes_says_what_to_do(cast: Cast, signed_in: SignIn) -> None:
    HouseholdMember.objects.all().delete()
    Household.objects.all().delete()
    Unit.objects.all().delete()
    client = signed_in(cast.cashier)
    assert client.get("/till/").status_code == client.get("/plan/").status_code == 200
    assert client.get(PLAN).status_code == 404


@pytest.mark.req("SEC-1")
def test_only_who_takes_money_sees_it(cast: Cast, signed_in: SignIn) -> None:
    for who in ("frontdesk", "supervisor", "gm", "admin", "resident"):
        assert signed_in(cast.users[who]).get(PLAN).status_code == 403, who
    for who in ("frontdesk2", "technician", "guard"):
        assert signed_in(cast.users[who]).get(PLAN).status_code == 404, who
    assert signed_in(cast.cashier).get("/plan/demo/99/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("address", ["/plan/demo/88/", "/till/"])
def test_it_takes_the_same_number_of_statements(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int, address: str
) -> None:
    building = tower(cast.project, rows)
    cast.units |= {unit.number: unit for unit in building.units.all()}
    for unit in building.units.all():
        charged(cast, 5, home=unit.number)
    client = signed_in(cast.cashier)
    client.get("/plan/demo/88/")
    with django_assert_num_queries(PLAN_QUERIES[address]):
        page = client.get(address)
    assert page.content.decode().count('href="/till/demo/88-') == rows


# The plan asks four: buildings, homes, people, bills. The rest is the frame's, and which building was meant.
PLAN_QUERIES = {"/plan/demo/88/": 11, "/till/": 7}


def test_a_building_of_500_homes_is_quick(cast: Cast, signed_in: SignIn) -> None:
    tower(cast.project, 500)
    client = signed_in(cast.cashier)
    client.get("/plan/demo/88/")
    began = time.process_time()
    page = client.get("/plan/demo/88/")
    took = time.process_time() - began
    assert page.content.decode().count("plan-cell") == 500
    assert took < 1, f"{took:.2f} s"
