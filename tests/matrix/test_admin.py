"""The admin site: who comes in, whose rows they find, and that nothing in it is a way around the actions."""

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse

from accounts.models import Department, Membership, Project, User
from billing.models import ChargeItem, Tariff, UnitCharge
from billing.states import Basis
from cases.models import Case
from estate.models import (
    Building,
    Household,
    HouseholdMember,
    ParkingSpace,
    Person,
    PersonDocument,
    Unit,
    Vehicle,
)
from notifications.models import Message
from records.actions import audit
from records.models import AuditEntry
from sla.models import Clock, Policy
from tests.cast import NOON
from tests.matrix.probe import Prober, addresses
from tests.matrix.world import CASES, FOREIGN, MISSING, OWN, PLACES, REGISTER, ROLES, Place, World, marker
from tickets.models import Category, PriceItem, TechnicianSkill, Ticket, WarrantyPart
from visits.models import Callback, CallbackScript

READ_ONLY: list[type[Model]] = [AuditEntry, Callback, Clock, Message, Policy, Ticket]
# Of the whole company: every administrator who is let in finds the same rows.
SHARED: list[type[Model]] = [CallbackScript, Category, Policy, WarrantyPart]
EDITED: list[type[Model]] = [
    Building,
    CallbackScript,
    Category,
    ChargeItem,
    Department,
    Household,
    HouseholdMember,
    Membership,
    ParkingSpace,
    Person,
    PersonDocument,
    PriceItem,
    Project,
    Tariff,
    TechnicianSkill,
    Unit,
    UnitCharge,
    Vehicle,
    WarrantyPart,
]
OURS = READ_ONLY + EDITED
pytestmark = [pytest.mark.req("SEC-1"), pytest.mark.django_db]


def name_of(model: type[Model], page: str) -> str:
    return f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"


def _tariff(here: Place) -> Tariff:
    rate = {"item": _item(here), "basis": Basis.AREA, "unit_price": 2, "starts_on": NOON.date()}
    return Tariff.objects.get_or_create(project=here.project, reference="own", defaults=rate)[0]


def _item(here: Place) -> ChargeItem:
    return ChargeItem.objects.get_or_create(project=here.project, name=f"fee {here.unit.number}")[0]


def _unit_charge(here: Place) -> UnitCharge:
    since = {"starts_on": NOON.date()}
    return UnitCharge.objects.get_or_create(unit=here.unit, tariff=_tariff(here), defaults=since)[0]


def _price(here: Place) -> PriceItem:
    line = {"name_zh": f"price {here.unit.number}", "unit": "个", "price": 1}
    return PriceItem.objects.get_or_create(project=here.project, code=f"own-{here.unit.pk}", defaults=line)[0]


def _skill(here: Place) -> TechnicianSkill:
    lamp = Category.objects.get(code="lamp")
    return TechnicianSkill.objects.get_or_create(user=here.technician, category=lamp)[0]


def _space(here: Place) -> ParkingSpace:
    person = _person(here)
    return ParkingSpace.objects.get_or_create(project=here.project, code=person.name, holder=person)[0]


def _document(here: Place) -> PersonDocument:
    person = _person(here)
    return PersonDocument.objects.get_or_create(person=person, title=person.name, defaults={"added_at": NOON})[0]


def _person(here: Place) -> Person:
    return Person.objects.get(pk=str(here.ids["person"]["pk"]))


def _case(here: Place, kind: str = "case") -> Case:
    return Case.objects.get(number=here.ids[kind]["number"])


def _audited(here: Place) -> AuditEntry:
    return audit(at=NOON, by=here.desk, action="x", project=here.project, target=_case(here).title)


# The row of each model in a place.
ROWS: dict[type[Model], Callable[[Place], Model]] = {
    AuditEntry: _audited,
    Building: lambda here: here.unit.building,
    Callback: lambda here: _case(here, "callback").callback,
    ChargeItem: _item,
    Clock: lambda here: Clock.objects.get(pk=str(here.ids["clock"]["pk"])),
    Department: lambda here: here.project.departments.earliest("pk"),
    Household: lambda here: here.unit.households.get(),
    HouseholdMember: lambda here: here.unit.households.get().members.get(),
    Membership: lambda here: here.desk.memberships.get(),
    Message: lambda here: Message.objects.filter(case=_case(here)).earliest("pk"),
    ParkingSpace: _space,
    Person: _person,
    PersonDocument: _document,
    PriceItem: _price,
    Project: lambda here: here.project,
    Tariff: _tariff,
    TechnicianSkill: _skill,
    Ticket: lambda here: _case(here).ticket,
    Unit: lambda here: here.unit,
    UnitCharge: _unit_charge,
    Vehicle: lambda here: Vehicle.objects.get(pk=str(here.ids["vehicle"]["pk"])),
}


def pk_of(world: World, model: type[Model], place: str) -> int:
    """The row of a model in a place; one that does not exist where it is missing."""
    if place == MISSING:
        return 999_999_999
    if model in SHARED:
        return int(model._default_manager.earliest("pk").pk)
    return int(ROWS[model](world.places[place]).pk)


def test_what_the_site_shows_is_what_this_test_knows() -> None:
    assert set(admin.site._registry) - {User} >= set(OURS)
    rooms = ("accounts", "records", "estate", "notifications", "sla", "visits", "billing", "tickets")
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


@pytest.mark.parametrize("path", [*ODD, *map(path_of, NAMED)])
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
