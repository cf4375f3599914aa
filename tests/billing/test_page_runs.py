"""Billing runs in the browser: chosen, worked out, looked at, raised once, left and come back to, taken back."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from billing.models import Bill, BillingRun
from billing.states import RunState
from estate.models import Unit
from records.work import run_waiting, running_of
from servicedesk.templatetags.desk import money
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, borne, management_fee, paid
from tests.billing.test_running import prepared
from tests.cast import NOON, Cast

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-2"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as hands:
        yield hands


def sent(*items: Any, **more: Any) -> dict[str, Any]:
    return {"items": [item.pk for item in items], "start": "2026-11", "end": "2026-11", "due_on": "2026-12-10", **more}


def test_from_choosing_to_taking_back(cast: Cast, signed_in: SignIn) -> None:
    fee, client = management_fee(cast), signed_in(cast.cashier)
    for unit in cast.units.values():
        borne(unit, fee)
    Unit.objects.filter(number=NEXT_DOOR).update(area=None)
    page = client.post("/runs/new/", sent(fee.item, idempotency_key="a")).headers["Location"]
    assert client.post("/runs/new/", sent(fee.item, idempotency_key="a")).headers["Location"] == page
    assert [url for _work, _name, url in running_of(cast.cashier)] == [page], "it can be left and come back to"
    assert "hx-get" in client.get(page).content.decode()
    run_waiting(NOON)
    assert client.get(f"{page}progress/").headers["HX-Redirect"] == page
    seen = client.get(page).content.decode()
    for words in (HOME, "94.56 × 2.8", money("264.77"), f"/units/demo/{NEXT_DOOR}/"):
        assert words in seen, words
    Unit.objects.filter(number=NEXT_DOOR).update(area=100)
    client.post(f"{page}again/")
    run_waiting(NOON)
    for _time in range(2):
        assert client.post(f"{page}raise/", {"idempotency_key": "k"}).status_code == 302
    run_waiting(NOON)
    assert Bill.objects.count() == 2
    late = client.post(f"{page}raise/", {"idempotency_key": "other"})
    assert late.status_code == 409
    paid(cast, Bill.objects.get(unit=cast.units[HOME]), amount=1)
    assert client.post(f"{page}cancel/", {"reason": " "}).status_code == 422
    client.post(f"{page}cancel/", {"reason": "单价错了"})
    run_waiting(NOON)
    assert client.get(page).status_code == 200
    assert (BillingRun.objects.get().state, BillingRun.objects.get().count) == (RunState.CANCELLED.value, 1)
    assert_books_agree(cast)


def test_waiting_work_is_stopped_and_taken_up_again(cast: Cast, signed_in: SignIn) -> None:
    fee, client = management_fee(cast), signed_in(cast.supervisor)
    borne(cast.units[HOME], fee)
    page = client.post("/runs/new/", sent(fee.item)).headers["Location"]
    client.post(f"{page}stop/")
    run_waiting(NOON)
    assert BillingRun.objects.get().state == RunState.DRAFT
    client.post(f"{page}again/")
    run_waiting(NOON)
    assert BillingRun.objects.get().count == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"items": []}, "items"),
        ({"items": ["9" * 30]}, "items"),
        ({"start": "soon"}, "start"),
        ({"end": "2026-10"}, "end"),
        ({"due_on": "2026-10-01"}, "due_on"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_nothing_typed_is_lost(
    cast: Cast, signed_in: SignIn, wrong: dict[str, Any], field: str
) -> None:
    answer = signed_in(cast.cashier).post("/runs/new/", sent(management_fee(cast).item) | wrong)
    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    assert ("2026-12-10" if field == "items" else str(wrong[field])) in answer.content.decode()
    assert not BillingRun.objects.exists()


def test_who_looks_and_who_acts(cast: Cast, signed_in: SignIn) -> None:
    borne(cast.units[HOME], management_fee(cast))
    page = f"/runs/{prepared(cast).pk}/"
    assert signed_in(cast.gm).get(page).status_code == 200
    assert signed_in(cast.gm).post(f"{page}raise/").status_code == 403
    for who in (cast.technician, cast.resident, cast.frontdesk2):
        assert signed_in(who).get(page).status_code == 404
        assert signed_in(who).post(f"{page}raise/").status_code == 404
    assert signed_in(cast.cashier).post(f"{page}burn/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_cost_the_same_for_any_number(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    fee = management_fee(cast)
    for unit in list(cast.units.values())[:rows]:
        borne(unit, fee)
    runs = [prepared(cast) for _ in range(rows)]
    client = signed_in(cast.cashier)
    client.get("/runs/")
    with django_assert_num_queries(5):
        client.get("/runs/")
    with django_assert_num_queries(10):
        client.get(f"/runs/{runs[0].pk}/")
