"""The admin site: who comes in, whose rows they find, and that nothing in it is a way around the actions."""

import re

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from accounts.models import Membership, Project, User
from billing.models import ChargeItem, Tariff, UnitCharge
from tests.matrix.admin_rows import EDITED, OURS, READ_ONLY, SHARED, name_of, pk_of
from tests.matrix.probe import Prober, addresses
from tests.matrix.world import CASES, FOREIGN, MISSING, OWN, PLACES, REGISTER, ROLES, marker
from tests.turns import in_turn
from tickets.models import PriceItem, TechnicianSkill

pytestmark = [pytest.mark.req("SEC-1"), pytest.mark.django_db]


def test_what_the_site_shows_is_what_this_test_knows() -> None:
    assert set(admin.site._registry) - {User} >= set(OURS)
    rooms = ("accounts", "records", "estate", "notifications", "sla", "visits", "billing", "tickets", "complaints")
    assert {model for model in admin.site._registry if model._meta.app_label in rooms} - {User} == set(OURS)


@pytest.mark.parametrize("model", [m for m in admin.site._registry if m not in OURS], ids=lambda m: m.__name__)
def test_what_a_library_registers_is_for_superusers(prober: Prober, model: type[Model]) -> None:
    for page in ("changelist", "add"):
        assert prober.ask("keeper", "GET", name_of(model, page), {}).status == 403


def path_of(name: str) -> str:
    """An address of the site with something in the place of its parameters."""
    pattern = dict(addresses())[name].pattern
    count = len(pattern.converters) or pattern.regex.groups
    return reverse(name, args=["1"] * count) if count else reverse(name)


# Those without a name lead to others; the list of an app takes its name.
ODD = ["/admin/no/such/page/", "/admin/sla/clock/1/", "/admin/sla/", "/admin/accounts/", "/admin/estate/"]
NAMED = sorted({n for n, _ in addresses() if re.fullmatch(r"admin:\w+", n) and n != "admin:app_list"})


@pytest.mark.parametrize("path", in_turn([*ODD, *map(path_of, NAMED)]))
def test_nobody_else_comes_in_at_any_address(prober: Prober, path: str) -> None:
    for role in (*ROLES, "resident3"):
        for method in ("GET", "POST"):
            answer = prober.ask_path(role, method, path)
            assert answer.status in {302, 403, 404, 405}, (role, method, answer.status)
            assert not answer.wrote


@pytest.mark.parametrize("model", [m for m in OURS if m not in SHARED], ids=lambda m: m.__name__)
def test_a_projects_administrator_finds_the_own_projects_rows(prober: Prober, model: type[Model]) -> None:
    world = prober.world
    pks = {place: pk_of(world, model, place) for place in (*PLACES, MISSING)}
    listed = prober.ask("keeper", "GET", name_of(model, "changelist"), {})
    assert listed.status == 200
    for family in (CASES, REGISTER):
        assert marker(family, FOREIGN) not in listed.text.lower()
    assert not any(place.phone in listed.text for place in world.places.values())
    for page in ("change", "history", "delete"):
        own, foreign, missing = (
            prober.ask_path("keeper", "GET", reverse(name_of(model, page), args=[pks[place]]))
            for place in (OWN, FOREIGN, MISSING)
        )
        assert own.status == (403 if page == "delete" and model is not TechnicianSkill else 200), page
        assert not any(place.phone in own.text for place in world.places.values())
        assert foreign.status in {302, 403, 404}
        assert foreign.bare == missing.bare, page
        assert marker(REGISTER, FOREIGN) not in (own.text + foreign.text).lower()


@pytest.mark.parametrize("model", EDITED, ids=lambda m: m.__name__)
def test_forms_offer_no_row_of_another_project(prober: Prober, model: type[Model]) -> None:
    world = prober.world
    for place in PLACES:
        pk_of(world, model, place)
    paths = [reverse(name_of(model, "change"), args=[pk_of(world, model, OWN)])]
    if model is not Project:
        paths.append(reverse(name_of(model, "add")))
    for path in paths:
        text = prober.ask_path("keeper", "GET", path).text
        assert marker(REGISTER, FOREIGN) not in text.lower()
        for secret in ("frontdesk2", "technician3", "Frontdesk2", "第二小区", "9-9-901"):
            assert secret not in text, path


@pytest.mark.req("SEC-2")
@pytest.mark.parametrize("model", READ_ONLY, ids=lambda m: m.__name__)
@pytest.mark.parametrize("role", ["keeper", "chief"])
def test_what_actions_write_is_only_read_here(prober: Prober, model: type[Model], role: str) -> None:
    pk = pk_of(prober.world, model, OWN)
    path = reverse(name_of(model, "change"), args=[pk])
    assert prober.ask_path(role, "GET", path).status == 200
    assert prober.ask_path(role, "GET", reverse(name_of(model, "add"))).status == 403
    for target in (path, reverse(name_of(model, "add")), reverse(name_of(model, "delete"), args=[pk])):
        answer = prober.ask_path(role, "POST", target, {"action": "delete_selected", "_selected_action": str(pk)})
        assert answer.status == 403
        assert not answer.wrote
    chosen = {"action": "delete_selected", "_selected_action": str(pk), "post": "yes"}
    assert not prober.ask_path(role, "POST", reverse(name_of(model, "changelist")), chosen).wrote


@pytest.mark.parametrize("page", ["changelist", "add"])
def test_only_superusers_make_accounts(prober: Prober, page: str) -> None:
    assert prober.ask("keeper", "GET", name_of(User, page), {}).status == 403
    assert prober.ask("chief", "GET", name_of(User, page), {}).status == 200
    pk = prober.world.cast.users["frontdesk"].pk
    assert prober.ask_path("keeper", "GET", reverse(name_of(User, "change"), args=[pk])).status == 403
    assert prober.ask_path("keeper", "GET", reverse("admin:auth_user_password_change", args=[pk])).status == 403
    assert prober.ask_path("chief", "GET", reverse(name_of(User, "change"), args=[pk])).status == 200


def test_a_projects_administrator_gives_no_role_beyond_the_project(prober: Prober) -> None:
    world = prober.world
    add = reverse(name_of(Membership, "add"))
    body = {"user": world.cast.users["cashier"].pk, "role": "gm", "_save": "x"}
    for project in ("", world.cast.other_project.pk):
        answer = prober.ask_path("keeper", "POST", add, body | {"project": project})
        assert (answer.status, answer.wrote) == (200, []), "the form comes back"
    foreign = body | {"project": world.cast.project.pk, "user": world.cast.users["frontdesk2"].pk}
    assert not prober.ask_path("keeper", "POST", add, foreign).wrote
    given = prober.ask_path("keeper", "POST", add, body | {"project": world.cast.project.pk})
    assert given.status == 302
    assert "INSERT accounts_membership" in given.wrote
    assert "INSERT accounts_historicalmembership" in given.wrote


@pytest.mark.parametrize("model", [ChargeItem, Tariff, UnitCharge, PriceItem], ids=lambda m: m.__name__)
def test_who_administers_one_project_and_only_works_in_another_changes_nothing_there(
    prober: Prober, model: type[Model]
) -> None:
    world = prober.world
    keeper = world.cast.users["keeper"]
    membership = Membership.objects.create(user=keeper, role="frontdesk", project=world.cast.other_project)
    path = reverse(name_of(model, "change"), args=[pk_of(world, model, FOREIGN)])
    answer = prober.ask_path("keeper", "GET", path)
    membership.delete()
    assert answer.status in {302, 403, 404}


def test_a_number_in_other_digits_is_no_row(prober: Prober) -> None:
    assert prober.ask_path("keeper", "GET", "/admin/estate/unit/²/history/").status in {302, 404}
