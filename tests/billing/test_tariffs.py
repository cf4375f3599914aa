"""Prices: published with a worked example, changed from a day on, the old row left as it was billed."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from billing.actions.tariffs import Price, add_price, set_price
from billing.models import Bill, Tariff, UnitCharge
from billing.states import Basis
from billing.wording import price_words
from core.errors import Invalid, NotAllowed, NotNow
from records.models import AuditEntry
from tests.billing.money import borne, charged, management_fee
from tests.cast import NOON, Cast, make_user

SignIn = Callable[[User], Client]
LIST = "/tariffs/"
HOME = "3-2-1501"
pytestmark = pytest.mark.req("BIL-1")


def price(unit_price: object = "3.10", since: date = date(2027, 1, 1), **more: Any) -> Price:
    return Price(**{"starts_on": since, "basis": Basis.AREA, "unit_price": Decimal(str(unit_price)), **more})


def change(cast: Cast, tariff: Tariff, wanted: Price, **more: Any) -> Tariff:
    given = {"reason": "业主大会决议", "by": cast.supervisor, "at": NOON, **more}
    return set_price(tariff=tariff, price=wanted, **given)


def billed(cast: Cast, tariff: Tariff, until: date) -> Bill:
    bill = charged(cast)
    Bill.objects.filter(pk=bill.pk).update(tariff=tariff, period_start=date(2026, 1, 1), period_end=until)
    return bill


def typed(**more: Any) -> dict[str, Any]:
    given = {"starts_on": "2027-01-01", "basis": "area", "unit_price": "3.10", "fixed_amount": "", "formula": ""}
    return {**given, "reason": "业主大会决议", "act": "set", **more}


# --- the act ---------------------------------------------------------------------------------------------------------
def test_a_new_price_is_a_new_row_and_the_old_one_ends_the_day_before(cast: Cast) -> None:
    old = management_fee(cast, period_months=3, prepaid=True)
    new = change(cast, old, price())
    old.refresh_from_db()
    assert (old.unit_price, old.ends_on) == (Decimal("2.8"), date(2026, 12, 31))
    assert (new.unit_price, new.starts_on, new.ends_on) == (Decimal("3.10"), date(2027, 1, 1), None)
    assert (new.item, new.period_months, new.prepaid) == (old.item, 3, True)


def test_units_that_bear_the_old_price_bear_the_new_one(cast: Cast) -> None:
    old = management_fee(cast)
    here, there = cast.units.values()
    goes_on, gone = borne(here, old), borne(there, old, until=date(2026, 6, 30))
    later = borne(there, old, since=date(2027, 3, 1))
    new = change(cast, old, price())
    rows = UnitCharge.objects.order_by("pk").values_list("unit", "tariff", "starts_on", "ended_on")
    assert list(rows) == [
        (here.pk, old.pk, date(2026, 1, 1), date(2026, 12, 31)),
        (there.pk, old.pk, date(2026, 1, 1), gone.ended_on),
        (there.pk, new.pk, date(2027, 3, 1), None),
        (here.pk, new.pk, date(2027, 1, 1), None),
    ]
    assert goes_on.history.latest("history_id").history_user == cast.supervisor
    assert later.history.latest("history_id").history_change_reason == "业主大会决议"


def test_what_is_billed_is_not_priced_anew(cast: Cast) -> None:
    old = management_fee(cast)
    bill = billed(cast, old, date(2027, 3, 31))
    with pytest.raises(Invalid, match="2027-04-01") as refused:
        change(cast, old, price(since=date(2027, 3, 31)))
    assert "starts_on" in refused.value.fields
    change(cast, old, price(since=date(2027, 4, 1)))
    bill.refresh_from_db()
    assert (bill.amount, bill.tariff) == (Decimal("100.00"), old)


def test_a_price_that_was_to_end_hands_its_end_on(cast: Cast) -> None:
    old = management_fee(cast, ends_on=date(2037, 1, 1))
    new = change(cast, old, price())
    old.refresh_from_db()
    assert (old.ends_on, new.starts_on, new.ends_on) == (date(2026, 12, 31), date(2027, 1, 1), date(2037, 1, 1))


def test_in_the_admin_site_prices_are_only_looked_at(cast: Cast, signed_in: SignIn) -> None:
    tariff = management_fee(cast)
    cast.admin.is_staff = True
    cast.admin.save()
    client, address = signed_in(cast.admin), f"/admin/billing/tariff/{tariff.pk}/change/"
    page = client.get(address).content.decode()
    assert 'name="unit_price"' not in page
    assert f"/tariffs/{tariff.pk}/change/" in page
    given = {"project": cast.project.pk, "item": tariff.item_id, "unit_price": "9", "starts_on": "2026-11-01"}
    assert client.post(address, given).status_code == 403
    assert client.get("/admin/billing/tariff/add/").status_code == 403
    assert client.post("/admin/billing/tariff/add/", given).status_code == 403
    tariff.refresh_from_db()
    assert (tariff.unit_price, Tariff.objects.count()) == (Decimal("2.8"), 1)


def test_in_the_admin_site_what_a_home_was_billed_by_stays_and_whoever_ends_it_says_why(
    cast: Cast, signed_in: SignIn
) -> None:
    tariff = management_fee(cast)
    charge = borne(cast.units[HOME], tariff)
    bill = billed(cast, tariff, date(2026, 3, 31))
    Bill.objects.filter(pk=bill.pk).update(charge=charge)
    cast.admin.is_staff = True
    cast.admin.save()
    client, address = signed_in(cast.admin), f"/admin/billing/unitcharge/{charge.pk}/change/"
    given = {"unit": charge.unit_id, "tariff": tariff.pk, "starts_on": "2026-01-01", "reason": "空置"}
    for wrong in ({"starts_on": "2026-06-01"}, {"ended_on": "2026-03-30"}, {"ended_on": "2026-04-30", "reason": ""}):
        assert client.post(address, given | wrong).status_code == 200
    assert client.post(address, given | {"ended_on": "2026-04-30"}).status_code == 302
    charge.refresh_from_db()
    assert charge.ended_on == date(2026, 4, 30)
    assert charge.history.first().history_change_reason == "空置"


def test_in_the_admin_site_whose_money_a_billed_charge_is_stays(cast: Cast, signed_in: SignIn) -> None:
    tariff = management_fee(cast)
    cast.admin.is_staff = True
    cast.admin.save()
    client, address = signed_in(cast.admin), f"/admin/billing/chargeitem/{tariff.item_id}/change/"
    assert 'name="account"' in client.get(address).content.decode()
    charged(cast, item=tariff.item)
    assert 'name="account"' not in client.get(address).content.decode()


def test_a_price_with_an_end_is_followed_by_another_already(cast: Cast) -> None:
    old = management_fee(cast)
    change(cast, old, price())
    with pytest.raises(NotNow, match="2026-12-31"):
        change(cast, old, price(since=date(2027, 6, 1)))
    assert Tariff.objects.count() == 2


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (price(since=date(2026, 1, 1)), "starts_on"),
        (price(0), "unit_price"),
        (price(-1), "unit_price"),
        (price(basis=Basis.FIXED), "fixed_amount"),
        (price(basis=Basis.FORMULA), "formula"),
        *(
            (price(basis=Basis.FORMULA, formula=formula), "formula")
            for formula in ("area ** 2", "area / 0", "-area", "0", "area - 1000", "999999999 * 999999999 * area")
        ),
    ],
)
def test_a_price_that_is_none_is_refused_beside_its_field(cast: Cast, wanted: Price, field: str) -> None:
    old = management_fee(cast)
    with pytest.raises(Invalid) as refused:
        change(cast, old, wanted)
    assert field in refused.value.fields
    old.refresh_from_db()
    assert (old.ends_on, Tariff.objects.count()) == (None, 1)


def test_the_same_price_and_no_reason_are_refused(cast: Cast) -> None:
    old = management_fee(cast)
    with override("en"):
        with pytest.raises(Invalid, match="Nothing is changed"):
            change(cast, old, price("2.8"))
        with pytest.raises(Invalid, match="decision"):
            change(cast, old, price(), reason=" ")


@pytest.mark.parametrize("role", ["frontdesk", "cashier", "technician", "head", "guard", "quality", "resident"])
def test_who_may_not_set_prices(cast: Cast, role: str) -> None:
    with pytest.raises(NotAllowed):
        change(cast, management_fee(cast), price(), by=cast.users[role])


def test_a_change_is_on_record_with_both_prices(cast: Cast) -> None:
    change(cast, management_fee(cast), price(), by=cast.gm)
    entry = AuditEntry.objects.get(action="tariff.changed")
    assert (entry.by, entry.target, entry.reason) == (cast.gm, "物业管理费", "业主大会决议")
    assert entry.data["since"] == "2027-01-01"
    assert "2.80" in entry.data["before"]
    assert "3.10" in entry.data["after"]


def test_a_charge_without_a_price_gets_one(cast: Cast) -> None:
    given: dict[str, Any] = {"project": cast.project, "reason": "前期合同", "by": cast.admin, "at": NOON}
    add_price(name="车位费", price=price(150, basis=Basis.SPACE), **given)
    tariff = add_price(name="车位费", price=price(80, basis=Basis.SPACE), period_months=12, **given)
    assert tariff.item.tariffs.count() == 2
    with override("en"), pytest.raises(Invalid, match="Name"):
        add_price(name=" ", price=price(), **given)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "¥2.80 per m² and month"),
        ({"fixed_amount": Decimal(5)}, "¥2.80 per m² and month, and ¥5.00 per month"),
        ({"basis": Basis.READING, "unit_price": Decimal("0.5380")}, "¥0.538 per unit on the meter"),
        ({"basis": Basis.FIXED, "fixed_amount": Decimal(30), "rhythm": "once"}, "¥30.00 once"),
        ({"basis": Basis.FORMULA, "formula": "min(面积, 60) * 2"}, "min(area in m², 60) × 2"),
    ],
)
def test_prices_in_words(cast: Cast, more: dict[str, Any], words: str) -> None:
    with override("en"):
        assert price_words(management_fee(cast, **more)) == words


# --- the pages -------------------------------------------------------------------------------------------------------
@time_machine.travel(NOON, tick=False)
def test_a_supervisor_changes_a_price_and_residents_read_it(cast: Cast, signed_in: SignIn) -> None:
    old = management_fee(cast)
    borne(cast.units[HOME], old)
    supervisor, resident = signed_in(cast.supervisor), signed_in(cast.resident)
    assert "94.56 × 2.8" in supervisor.get(LIST).content.decode()
    assert "264.77" in resident.get(reverse("portal_tariffs")).content.decode()
    address = reverse("tariff_change", args=[old.pk])
    assert supervisor.get(address).context["form"].initial["starts_on"] == date(2026, 12, 1)
    shown = supervisor.post(address, typed(act="example"))
    assert (shown.status_code, shown.context["drafted"].line.amount) == (200, Decimal("293.14"))
    assert Tariff.objects.count() == 1
    assert supervisor.post(address, typed()).status_code == 302
    for page in (supervisor.get(LIST), resident.get(reverse("portal_tariffs"))):
        (charge,) = page.context["charges"]
        assert [(one.state, one.tariff.unit_price) for one in charge.current] == [
            ("in_force", Decimal("2.8")),
            ("to_come", Decimal("3.1")),
        ]
        assert charge.current[1].before == old
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        (charge,) = signed_in(cast.supervisor).get(LIST).context["charges"]
        assert [[one.tariff.pk for one in rows] for rows in (charge.past, charge.current)] == [
            [old.pk],
            [old.pk + 1],
        ]


def test_pressed_twice_it_is_published_once(cast: Cast, signed_in: SignIn) -> None:
    old = management_fee(cast)
    client, address = signed_in(cast.gm), reverse("tariff_change", args=[old.pk])
    answers = [client.post(address, typed(idempotency_key="k1")).status_code for _time in range(2)]
    assert answers == [302, 302]
    assert Tariff.objects.count() == 2


def test_what_was_typed_comes_back_with_the_mistake(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.gm)
    address = reverse("tariff_change", args=[management_fee(cast).pk])
    page = client.post(address, typed(basis="formula", formula="area * prize"))
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["formula"])
    assert "area * prize" in page.content.decode()
    page = client.post(address, typed(starts_on="2025-01-01"))
    assert (page.status_code, "starts_on" in page.context["form"].errors) == (422, True)


def test_a_new_charge_is_published_on_the_page(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.admin)
    assert client.get(reverse("tariff_new")).status_code == 200
    sent = typed(name="车位费", basis="space", unit_price="150", rhythm="recurring", period_months="1")
    assert client.post(reverse("tariff_new"), sent).status_code == 302
    assert Tariff.objects.get().item.name == "车位费"


def test_who_reads_and_who_is_refused(cast: Cast, signed_in: SignIn) -> None:
    address = reverse("tariff_change", args=[management_fee(cast).pk])
    assert signed_in(cast.cashier).get(LIST).status_code == 200
    assert signed_in(cast.cashier).post(address, typed()).status_code == 403
    stranger = make_user("supervisor2", "supervisor", cast.other_project)
    for user in (cast.technician, cast.guard, cast.resident):
        assert signed_in(user).get(LIST).status_code == 404
    for user in (cast.technician, cast.resident, stranger):
        assert signed_in(user).post(address, typed()).status_code == 404
    assert signed_in(stranger).get(LIST).context["charges"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_what_it_costs_does_not_grow_with_the_rows(
    cast: Cast, signed_in: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for number in range(rows):
        borne(cast.units[HOME], management_fee(cast, unit_price=Decimal(number + 1)))
    for client, address, queries in (
        (signed_in(cast.gm), LIST, 6),  # the three of every page, the prices, the homes of the examples
        (signed_in(cast.resident), reverse("portal_tariffs"), 6),  # … the own homes
    ):
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)
