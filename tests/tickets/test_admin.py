"""What admins keep for tickets, and what they may only read."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import Cast
from tests.tickets.flow import category, completed, opened
from tickets.defaults import CATEGORIES, PARTS, PRICES, load
from tickets.models import Category, PriceItem, TechnicianSkill, WarrantyPart
from visits.defaults import load as load_scripts
from visits.models import CallbackScript

SignedIn = Callable[[User], Client]


@pytest.fixture
def keeper(cast: Cast) -> User:
    """The administrator of the project, let into the admin site."""
    cast.admin.is_staff = True
    cast.admin.save()
    return cast.admin


def test_the_defaults_are_loaded_once_and_edits_stay(cast: Cast) -> None:
    lamp = category("lamp")
    lamp.keywords = ["灯"]
    lamp.save()
    assert load() == load_scripts() == 0
    lamp.refresh_from_db()
    assert lamp.keywords == ["灯"]
    assert Category.objects.count() == len(CATEGORIES) >= 25
    assert WarrantyPart.objects.count() == len(PARTS)
    assert PriceItem.objects.count() == len(PRICES) >= 20
    assert all(row.history.count() >= 1 for row in Category.objects.all())
    assert not Category.objects.filter(charging="warranty", kind="service").exists()
    roof = WarrantyPart.objects.get(code="roof")
    assert (roof.length, roof.period, roof.clause) == (5, "years", "建设工程质量管理条例 第四十条")


def test_a_price_is_edited_and_its_history_kept(cast: Cast, keeper: User, signed_in: SignedIn) -> None:
    item = PriceItem.objects.get(code="hose")
    answer = signed_in(keeper).post(
        f"/admin/tickets/priceitem/{item.pk}/change/",
        {"name_zh": "进水软管", "name_en": "", "code": "hose", "unit": "根", "price": "22.00", "kind": "material",
         "active": "on", "order": "12", "project": ""},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    item.refresh_from_db()
    assert item.price == Decimal("22.00")
    newest, before = item.history.order_by("-pk")
    assert (newest.price, newest.history_user, before.price) == (Decimal("22.00"), keeper, Decimal("20.00"))


def test_another_projects_prices_and_people_are_not_there(cast: Cast, keeper: User, signed_in: SignedIn) -> None:
    theirs = PriceItem.objects.create(
        project=cast.other_project, code="own", name_zh="别家价", unit="个", price=Decimal(1)
    )
    skill = TechnicianSkill.objects.create(user=cast.frontdesk2, category=category("lamp"))
    client = signed_in(keeper)
    assert "别家价" not in client.get("/admin/tickets/priceitem/").content.decode()
    assert client.get(f"/admin/tickets/priceitem/{theirs.pk}/change/").status_code == 302
    assert client.get(f"/admin/tickets/technicianskill/{skill.pk}/change/").status_code == 302
    form = client.get("/admin/tickets/technicianskill/add/").content.decode()
    assert "Technician2" in form
    assert "Frontdesk2" not in form
    assert "Resident2" not in form


@pytest.mark.parametrize("path", ["tickets/category", "tickets/warrantypart", "tickets/priceitem",
                                  "tickets/technicianskill", "visits/callbackscript"])  # fmt: skip
def test_reference_data_has_its_pages(cast: Cast, keeper: User, signed_in: SignedIn, path: str) -> None:
    client = signed_in(keeper)
    assert client.get(f"/admin/{path}/").status_code == 200
    assert client.get("/admin/visits/callbackscript/").status_code == 200
    script = CallbackScript.objects.get(category="leak")
    assert client.get(f"/admin/visits/callbackscript/{script.pk}/history/").status_code == 200


@pytest.mark.req("SEC-2")
def test_tickets_and_callbacks_are_to_read_as_far_as_one_may_see_them(
    cast: Cast, keeper: User, signed_in: SignedIn
) -> None:
    ticket = completed(cast, opened(cast))
    client = signed_in(keeper)
    callback = ticket.case.children.get().callback
    for path in (f"tickets/ticket/{ticket.pk}", f"visits/callback/{callback.pk}"):
        shown = client.get(f"/admin/{path}/change/")
        assert shown.status_code == 200
        assert 'name="_save"' not in shown.content.decode()
        assert client.post(f"/admin/{path}/change/", {"report": "改"}).status_code == 403
        assert client.post(f"/admin/{path}/delete/", {"post": "yes"}).status_code == 403
    keeper.memberships.update(project=cast.other_project)
    client = signed_in(User.objects.get(pk=keeper.pk))
    assert ticket.case.number not in client.get("/admin/tickets/ticket/").content.decode()
    assert client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").status_code == 302


def test_nothing_that_tickets_point_at_is_deleted(cast: Cast, keeper: User, signed_in: SignedIn) -> None:
    client = signed_in(keeper)
    assert client.post(f"/admin/tickets/category/{category('lamp').pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_choice_that_is_no_key_is_refused_with_a_sentence(cast: Cast, signed_in: Any) -> None:
    """The admin's own search box asks the database for whatever was sent as a key, and fails."""
    cast.admin.is_staff = True
    cast.admin.save()
    client = signed_in(cast.admin)
    answer = client.post("/admin/tickets/technicianskill/add/", {"user": cast.technician.pk, "category": "%(count)s"})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
