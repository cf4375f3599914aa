"""Common costs: shared out to the cent, looked at, raised all at once, taken back as far as nothing was paid."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from billing.actions.cancelling import cancel
from billing.actions.charging import standing_item
from billing.actions.meters import Hung, hang_meter
from billing.actions.sharing import CANCELLING, Cost, raise_shares, share_out
from billing.models import Bill, Reading, SharedCost
from billing.queries.shares import typed_before
from billing.rules.metering import Taken
from billing.states import Book, RunState
from core.errors import Invalid, NotAllowed, NotNow
from estate.models import HouseholdMember, Unit
from records.work import run_waiting
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, on, paid
from tests.cast import NOON, Cast

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-6"), pytest.mark.django_db]
SINCE, UNTIL = date(2026, 10, 1), date(2026, 10, 31)


def shared(cast: Cast, amount: Any = "100.01", **more: Any) -> SharedCost:
    """October's power of the stairs."""
    given: dict[str, Any] = {
        "item": standing_item(cast.project, "公摊电费", Book.ON_BEHALF),
        "words": "10月楼道电费",
        "amount": Decimal(amount),
        "start": SINCE,
        "end": UNTIL,
        "due_on": date(2026, 12, 10),
        "by": "area",
        **more,
    }
    return share_out(project=cast.project, cost=Cost(**given), by=cast.cashier, at=NOON)


def raised(cast: Cast, cost: SharedCost) -> SharedCost:
    raise_shares(cost=cost, by=cast.cashier, at=NOON)
    assert run_waiting(NOON)["failed"] == 0
    cost.refresh_from_db()
    return cost


def parts(cost: SharedCost) -> dict[str, Decimal]:
    return {share.unit.number: share.amount for share in cost.shares.select_related("unit")}


def test_by_area_the_parts_sum_to_the_cent_and_the_bills_are_anothers_money(cast: Cast) -> None:
    bare = Unit.objects.create(project=cast.project, building=cast.units[HOME].building, number="3-2-1503", room="1503")
    cost = shared(cast)
    assert parts(cost) == {HOME: Decimal("50.01"), NEXT_DOOR: Decimal("50.00")}
    assert cost.found == {"without": 1, "rooms": [bare.number]}
    paid(cast, amount=60)
    cost = raised(cast, cost)
    assert (cost.state, on(Book.ON_BEHALF, cast)) == (RunState.RAISED.value, Decimal("100.01"))
    bill = Bill.objects.get(unit=cast.units[HOME])
    assert (bill.outstanding, bill.debtor, bill.period_end) == (Decimal(0), cast.people[HOME], UNTIL)
    assert bill.lines.get().words == "10月楼道电费: 100.01 × 94.56/189.12"
    with pytest.raises(NotNow):
        raise_shares(cost=cost, by=cast.cashier, at=NOON)
    assert_books_agree(cast)


def test_by_head_and_by_meter(cast: Cast) -> None:
    HouseholdMember.objects.create(household=cast.households[HOME], person=cast.people[NEXT_DOOR], relation="family")
    assert parts(shared(cast, 10, by="head")) == {HOME: Decimal("6.67"), NEXT_DOOR: Decimal("3.33")}
    for home, used in ((HOME, 30), (NEXT_DOOR, 10)):
        first = Taken(date(2026, 9, 30), Decimal(100))
        given: dict[str, Any] = {"project": cast.project, "hung": Hung(kind="power"), "by": cast.cashier, "at": NOON}
        meter = hang_meter(unit=cast.units[home], first=first, **given)
        Reading.objects.create(meter=meter, day=UNTIL, value=100 + used, at=NOON, by=cast.cashier)
    by_meter = shared(cast, 10, by="meter", meter_kind="power")
    assert parts(by_meter) == {HOME: Decimal("7.50"), NEXT_DOOR: Decimal("2.50")}


def test_taken_back_what_was_paid_stays(cast: Cast) -> None:
    cost = raised(cast, shared(cast))
    paid(cast, Bill.objects.get(unit=cast.units[HOME]), amount=1)
    cancel(CANCELLING, cost, reason="电表看错", by=cast.supervisor, at=NOON)
    run_waiting(NOON)
    cost.refresh_from_db()
    assert cost.work is not None
    assert (cost.state, cost.work.result) == (RunState.CANCELLED.value, {"void": 1, "kept": 1})
    assert on(Book.ON_BEHALF, cast) == Decimal("50.01")
    with pytest.raises(NotNow):
        cancel(CANCELLING, cost, reason="再来", by=cast.supervisor, at=NOON)
    assert_books_agree(cast)


def test_a_bill_of_a_supplier_that_is_typed_again_is_pointed_out(cast: Cast, signed_in: SignIn) -> None:
    first = raised(cast, shared(cast))
    building = cast.units[HOME].building
    again = shared(cast, "100.02")
    assert typed_before(again) == first
    assert typed_before(shared(cast, building=building)) == first
    assert typed_before(shared(cast, words="10月电梯电费")) is None
    assert typed_before(shared(cast, start=date(2026, 10, 2))) is None
    client, address = signed_in(cast.cashier), f"/shared-costs/{first.pk}/"
    assert address in client.get(f"/shared-costs/{again.pk}/").content.decode()
    assert f"/shared-costs/{again.pk}/" not in client.get(address).content.decode()
    for cost in SharedCost.objects.exclude(pk=again.pk):
        cancel(CANCELLING, cost, reason="重复", by=cast.cashier, at=NOON)
    assert run_waiting(NOON)["failed"] == 0
    assert typed_before(again) is None


def test_what_is_no_cost_to_share_is_refused(cast: Cast) -> None:
    ours = standing_item(cast.project, "维修费")
    wrong: list[dict[str, Any]] = [
        {"amount": 0},
        {"item": ours},
        {"end": date(2026, 9, 1)},
        {"by": "meter"},
        {"by": "meter", "meter_kind": "gas"},
        {"words": " "},
        {"due_on": date(2999, 1, 1)},
    ]
    for given in wrong:
        with pytest.raises(Invalid):
            shared(cast, **given)
    cost = shared(cast)
    for who in (cast.gm, cast.frontdesk):
        with pytest.raises(NotAllowed):
            raise_shares(cost=cost, by=who, at=NOON)
    assert not Bill.objects.exists()


@time_machine.travel(NOON, tick=False)
def test_on_the_page_it_is_seen_before_it_is_raised_and_two_clicks_raise_once(cast: Cast, signed_in: SignIn) -> None:
    item = standing_item(cast.project, "公摊电费", Book.ON_BEHALF)
    client = signed_in(cast.cashier)
    sent = {
        "item": item.pk,
        "words": "10月楼道电费",
        "amount": "100.01",
        "start": "2026-10-01",
        "end": "2026-10-31",
        "by": "area",
        "due_on": "2026-12-10",
    }
    bad = client.post("/shared-costs/new/", sent | {"end": "2026-09-01"})
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["end", "__all__"])
    assert "10月楼道电费" in bad.content.decode()
    address = client.post("/shared-costs/new/", sent).headers["Location"]
    page = client.get(address).content.decode()
    assert "50.01" in page
    assert not Bill.objects.exists()
    for _time in range(2):
        client.post(f"{address}raise/", {"idempotency_key": "k"})
    run_waiting(NOON)
    assert Bill.objects.count() == 2
    assert Bill.objects.first().number in client.get(address).content.decode()  # type: ignore[union-attr]
    assert client.post(f"{address}cancel/", {"reason": " "}).status_code == 422


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_cost_the_same_for_any_number(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    Unit.objects.exclude(pk=cast.units[HOME].pk).update(area=94 if rows == 3 else None)
    costs = [shared(cast) for _ in range(rows)]
    client = signed_in(cast.cashier)
    address = f"/shared-costs/{costs[0].pk}/"
    client.get(address)
    with django_assert_num_queries(4):
        client.get("/shared-costs/")
    with django_assert_num_queries(11):
        client.get(address)


def test_the_button_says_how_many_bills_really_come(cast: Cast, signed_in: SignIn) -> None:
    cost = shared(cast, "0.01")
    page = signed_in(cast.cashier).get(f"/shared-costs/{cost.pk}/").content.decode()
    assert "出账 1 张" in page
    assert "出账 2 张" not in page
    assert Bill.objects.filter(share__cost=raised(cast, cost)).count() == 1
