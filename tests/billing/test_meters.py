"""Meters: readings kept or asked about, put right without loss, and charged between what was charged last and now."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from billing.actions.meters import (
    Changed,
    Hung,
    Typed,
    change_meter,
    hang_in_every_unit,
    hang_meter,
    take_readings,
)
from billing.actions.voiding import void
from billing.models import Bill, ChargeItem, Meter, Reading, Usage
from billing.rules.metering import RIGHT, Asked, Taken, doubts, used
from billing.states import Basis, Book, Doubt, LeftOut, ReadHow
from core.errors import Invalid, NotAllowed
from tests.billing.money import HOME, NEXT_DOOR, assert_books_agree, borne, management_fee, on
from tests.billing.test_running import prepared, raised
from tests.cast import NOON, Cast, make_user

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.req("BIL-6"), pytest.mark.django_db]
OCTOBER, NOVEMBER = date(2026, 10, 25), date(2026, 11, 20)


@pytest.fixture
def water(cast: Cast) -> ChargeItem:
    """Water at 3.20 a cubic metre, collected on behalf, borne by one home."""
    item = ChargeItem.objects.create(project=cast.project, name="水费", account_id=Book.ON_BEHALF)
    borne(cast.units[HOME], management_fee(cast, item=item, basis=Basis.READING, unit_price=Decimal("3.2")))
    return item


def hung(cast: Cast, item: ChargeItem | None = None, *, home: str = HOME, first: Any = 100, **more: Any) -> Meter:
    """A water meter that showed `first` in October."""
    taken = Taken(OCTOBER, Decimal(first)) if first is not None else None
    given = {"project": cast.project, "unit": cast.units[home], "first": taken, "by": cast.cashier, "at": NOON, **more}
    return hang_meter(hung=Hung(kind="water", item=item, digits=given.pop("digits", 6)), **given)


def told(
    cast: Cast, meter: Meter, value: Any, day: date = NOVEMBER, *, at: datetime = NOON, **more: Any
) -> Asked | None:
    """What is asked about a value typed for a day, and of which reading; nothing where it is kept."""
    typed = Typed(meter=meter.pk, value=Decimal(value), **more)
    return take_readings(project=cast.project, day=day, typed=[typed], by=cast.cashier, at=at).get(meter.pk)


def read(cast: Cast, meter: Meter, value: Any, *when: date, at: datetime = NOON, **more: Any) -> Doubt | None:
    """What is asked about a value typed for a day; with an answer, what is asked once that was given to it."""
    asked = told(cast, meter, value, *when, at=at)
    if asked is not None and more:
        asked = told(cast, meter, value, *when, at=at, asked=asked, **more)
    return None if asked is None else asked.doubt


def test_water_is_charged_from_two_readings_once_and_booked_as_anothers_money(cast: Cast, water: ChargeItem) -> None:
    meter = hung(cast, water)
    assert prepared(cast).found["left_out"] == {LeftOut.NO_READING: 1}
    assert read(cast, meter, "112.5") is None
    for count in (1, 0):
        assert raised(cast, prepared(cast)).count == count
    bill = Bill.objects.get()
    assert (bill.amount, bill.lines.get().words) == (Decimal("40.00"), "12.5 × 3.2 (100 → 112.5)")
    assert (on(Book.ON_BEHALF, cast), Usage.objects.get().quantity) == (Decimal(40), Decimal("12.5"))
    assert_books_agree(cast)


def test_a_month_without_a_reading_is_charged_with_the_next_and_a_void_bill_is_charged_again(
    cast: Cast, water: ChargeItem
) -> None:
    meter = hung(cast, water, first=None)
    for day, value in ((date(2026, 8, 20), 90), (date(2026, 9, 20), 100), (NOVEMBER, 130)):
        assert read(cast, meter, value, day) is None
    run = raised(cast, prepared(cast, start=date(2026, 9, 1)))
    assert {bill.period_start.month: bill.amount for bill in run.bills.all()} == {9: 32, 11: 96}  # type: ignore[union-attr]
    assert run.found["left_out"] == {LeftOut.NO_READING: 1}
    void(bill=run.bills.get(period_start=date(2026, 9, 1)), reason="表抄错", by=cast.supervisor, at=NOON)
    again = raised(cast, prepared(cast, start=date(2026, 9, 1)))
    assert [bill.amount for bill in again.bills.all()] == [32]
    assert_books_agree(cast)


def test_what_a_meter_showed_when_it_was_taken_down_is_charged_with_the_next_month_once(
    cast: Cast, water: ChargeItem
) -> None:
    """Read on the 10th and billed; taken down on the 25th with four more; the new one is read in November."""
    old = hung(cast, water, first=None)
    read(cast, old, 96, date(2026, 9, 30))
    read(cast, old, 100, date(2026, 10, 10))
    october = {"start": date(2026, 10, 1), "end": date(2026, 10, 31), "due_on": date(2026, 11, 10)}
    assert raised(cast, prepared(cast, **october)).total == Decimal("12.80")
    read(cast, old, 104, OCTOBER)
    down = Changed(number="", item=water, multiplier=Decimal(1), digits=6, ended_on=OCTOBER)
    change_meter(meter=old, changed=down, by=cast.cashier, at=NOON)
    new = hung(cast, water, first=0)
    read(cast, new, 5)
    run = raised(cast, prepared(cast))
    assert (run.count, run.total) == (1, Decimal("28.80"))  # (4 + 5) × 3.20
    assert [use.quantity for use in Usage.objects.filter(bill__run=run).order_by("meter")] == [4, 5]
    read(cast, new, 6, date(2026, 11, 21))
    december = {"start": date(2026, 12, 1), "end": date(2026, 12, 31), "due_on": date(2027, 1, 10)}
    assert raised(cast, prepared(cast, **december)).total == Decimal("3.20")


def test_a_reading_put_right_after_it_was_charged_is_made_up_for_by_the_next(cast: Cast, water: ChargeItem) -> None:
    meter = hung(cast, water)
    read(cast, meter, 130)
    raised(cast, prepared(cast))
    assert read(cast, meter, 120) is Doubt.OTHER
    assert read(cast, meter, 120, answer=RIGHT) is None
    assert Reading.objects.filter(meter=meter, day=NOVEMBER).count() == 2, "what was read first stays"
    later = NOON + timedelta(days=35)
    typed = [Typed(meter=meter.pk, value=Decimal(150))]
    assert not take_readings(project=cast.project, day=date(2026, 12, 25), typed=typed, by=cast.cashier, at=later)
    raised(cast, prepared(cast, start=date(2026, 12, 1), end=date(2026, 12, 31), due_on=date(2026, 12, 31)))
    assert sum(Usage.objects.values_list("quantity", flat=True)) == 50


def test_what_looks_wrong_is_asked_about_and_kept_once_explained(cast: Cast) -> None:
    meter = hung(cast)
    assert read(cast, meter, 20) is Doubt.LOWER
    assert read(cast, meter, 20, answer=RIGHT) is Doubt.LOWER, "a yes explains nothing"
    assert read(cast, meter, 20, answer=ReadHow.CHANGED, old_final=Decimal(90)) is Doubt.LOWER
    assert read(cast, meter, "1234567") is Doubt.DIGITS
    assert read(cast, meter, 20, answer=ReadHow.CHANGED, old_final=Decimal(108), new_start=Decimal(5)) is None
    for _time in range(2):
        again: dict[str, Any] = {"answer": ReadHow.CHANGED, "old_final": Decimal(108), "new_start": Decimal(5)}
        assert told(cast, meter, 20, **again) is None, "the same once more adds nothing"
    assert Reading.objects.filter(meter=meter).count() == 2
    assert not Reading.objects.filter(meter__project=cast.other_project).exists()


def test_the_rule_of_doubt_and_of_use() -> None:
    past = [Taken(date(2026, 8, 1), Decimal(0)), Taken(date(2026, 9, 1), Decimal(31))]
    month = date(2026, 10, 1)
    assert doubts(Taken(month, Decimal(61)), past, 5) is None
    assert doubts(Taken(month, Decimal(200)), past, 5) is Doubt.HIGH
    assert doubts(Taken(date(2026, 8, 15), Decimal(40)), past, 5) is Doubt.HIGH, "more than was read afterwards"
    assert used(Decimal(99990), [Taken(month, Decimal(15), ReadHow.WRAPPED)], 5) == 25
    changed = Taken(month, Decimal(20), ReadHow.CHANGED, Decimal(108), Decimal(5))
    assert used(Decimal(100), [changed, Taken(month + timedelta(days=9), Decimal(30))], 5) == 33


def test_who_may_and_what_is_refused(cast: Cast) -> None:
    meter = hung(cast, number="A-1")
    with pytest.raises(NotAllowed):
        take_readings(project=cast.project, day=NOVEMBER, typed=[], by=cast.frontdesk, at=NOON)
    with pytest.raises(Invalid):
        read(cast, meter, 130, NOON.date() + timedelta(days=1))
    with pytest.raises(Invalid):
        hung(cast, number="A-1")
    down = Changed(number="A-2", item=None, multiplier=Decimal(10), digits=5, ended_on=NOVEMBER)
    assert change_meter(meter=meter, changed=down, by=cast.supervisor, at=NOON).ended_on == NOVEMBER
    with pytest.raises(NotAllowed):
        change_meter(meter=meter, changed=down, by=cast.gm, at=NOON)
    far = make_user("cashier2", "cashier", cast.other_project)
    elsewhere = [Typed(meter=meter.pk, value=Decimal(1))]
    with pytest.raises(Invalid):
        take_readings(project=cast.other_project, day=NOVEMBER, typed=elsewhere, by=far, at=NOON)


def fields_of(page: str) -> dict[str, str]:
    """What a page of readings would send as it stands, without choosing or typing anything."""
    inputs = re.findall(r'<input[^>]* name="(m\d+-\w+)"[^>]*>', page)
    tags = {name: re.search(rf'<input[^>]* name="{name}"[^>]*>', page) for name in inputs}
    given = {name: re.search(r' value="([^"]*)"', tag[0]) for name, tag in tags.items() if tag}
    return {name: value[1] if value else "" for name, value in given.items()}


@time_machine.travel(NOON, tick=False)
def test_down_the_list_everything_plain_is_kept_and_the_rest_comes_back_as_typed(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.cashier)
    sent = {"kind": "water", "every": "on", "multiplier": "1", "digits": "6"}
    assert client.post("/readings/meters/new/", sent).headers["Location"] == "/readings/?kind=water"
    assert hang_in_every_unit(project=cast.project, hung=Hung(kind="water"), by=cast.cashier, at=NOON) == 0
    mine, theirs = (Meter.objects.get(unit=cast.units[home]) for home in (HOME, NEXT_DOOR))
    address = "/readings/?kind=water&day=2026-10-25"
    first = {f"m{mine.pk}-value": "100", f"m{theirs.pk}-value": "50"}
    assert client.post(address, first).status_code == 302
    answer = client.post("/readings/", {f"m{mine.pk}-value": "90", f"m{theirs.pk}-value": "60.5"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert [line.doubt for line in answer.context["lines"]] == [Doubt.LOWER, None]
    assert 'value="90"' in page
    assert Reading.objects.filter(meter=theirs).latest("day").value == Decimal("60.5")
    explained = fields_of(page) | {f"m{mine.pk}-answer": "changed", f"m{mine.pk}-old_final": "101"}
    assert explained[f"m{mine.pk}-new_start"] == "0", "most meters begin at nothing: it stands there to be seen"
    assert client.post("/readings/", explained).status_code == 302
    assert Reading.objects.count() == 4
    page = client.get(f"/readings/meters/{mine.pk}/").content.decode()
    assert "101 / 0" in page
    assert client.post(f"/readings/meters/{mine.pk}/", {"multiplier": "0", "digits": "5"}).status_code == 422
    assert client.post(f"/readings/meters/{mine.pk}/", {"multiplier": "2", "digits": "5"}).status_code == 302
    assert client.post("/readings/", {f"m{mine.pk}-value": "ninety"}).status_code == 422
    assert signed_in(cast.gm).get("/readings/").status_code == 200
    assert signed_in(cast.gm).post("/readings/", first).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_of_readings_costs_the_same_for_any_number(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for number in range(rows):
        hung(cast, number=f"N{number}")
    client = signed_in(cast.cashier)
    client.get("/readings/")
    with django_assert_num_queries(7):
        client.get("/readings/")


@pytest.mark.parametrize(("kind", "measure"), [("water", "m³"), ("power", "kWh"), ("gas", "m³"), ("heat", "kWh")])
def test_values_are_read_with_what_they_are_of(cast: Cast, signed_in: Any, kind: str, measure: str) -> None:
    meter = Meter.objects.create(project=cast.project, unit=cast.units[HOME], kind=kind)
    Reading.objects.create(meter=meter, day=NOON.date(), value=12, at=NOON, by=cast.cashier)
    client = signed_in(cast.cashier)
    for page in (f"/readings/?kind={kind}&day=2026-11-30", f"/readings/meters/{meter.pk}/"):
        assert f">{measure}<" in client.get(page).content.decode(), page
