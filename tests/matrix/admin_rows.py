"""What stands in the admin site: its models, and the row of each in a place."""

from collections.abc import Callable

from django.db.models import Model

from accounts.models import Department, Membership, Project
from billing.models import ArrearsTerms, ChargeItem, OfficeCost, OfficeTerms, Tariff, UnitCharge
from billing.states import Basis
from cases.models import Case
from complaints.models import Complaint, GradeGuide, StandardPhrase, Topic
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
from notifications.models import Channel, Message, MessageTemplate, TellingRule
from records.actions import audit
from records.models import AuditEntry
from sla.models import Clock, Policy
from tests.cast import NOON
from tests.matrix.world import MISSING, Place, World
from tickets.models import Category, PriceItem, TechnicianSkill, Ticket, WarrantyPart
from visits.models import Callback, CallbackScript, HomeVisit

READ_ONLY: list[type[Model]] = [
    AuditEntry,
    Callback,
    Clock,
    HomeVisit,
    Message,
    OfficeCost,
    Policy,
    Tariff,
    Ticket,
    Complaint,
]
# Of the whole company: every administrator who is let in finds the same rows.
SHARED: list[type[Model]] = [
    CallbackScript,
    Category,
    GradeGuide,
    MessageTemplate,
    Policy,
    StandardPhrase,
    Topic,
    WarrantyPart,
]
EDITED: list[type[Model]] = [
    ArrearsTerms,
    Building,
    CallbackScript,
    Category,
    Channel,
    ChargeItem,
    GradeGuide,
    StandardPhrase,
    Topic,
    Department,
    Household,
    HouseholdMember,
    Membership,
    MessageTemplate,
    OfficeTerms,
    ParkingSpace,
    Person,
    PersonDocument,
    PriceItem,
    Project,
    TechnicianSkill,
    TellingRule,
    Unit,
    UnitCharge,
    Vehicle,
    WarrantyPart,
]
OURS = READ_ONLY + EDITED


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


def _channel(here: Place) -> Channel:
    return Channel.objects.get_or_create(project=here.project, name_zh=f"channel {here.unit.number}", kind="sms")[0]


# The row of each model in a place.
ROWS: dict[type[Model], Callable[[Place], Model]] = {
    ArrearsTerms: lambda here: ArrearsTerms.objects.get_or_create(project=here.project)[0],
    AuditEntry: _audited,
    Building: lambda here: here.unit.building,
    Callback: lambda here: _case(here, "callback").callback,
    Channel: _channel,
    ChargeItem: _item,
    Clock: lambda here: Clock.objects.get(pk=str(here.ids["clock"]["pk"])),
    Department: lambda here: here.project.departments.earliest("pk"),
    HomeVisit: lambda here: _case(here, "home_visit").home_visit,
    Household: lambda here: here.unit.households.get(),
    HouseholdMember: lambda here: here.unit.households.get().members.get(),
    Membership: lambda here: here.desk.memberships.get(),
    Message: lambda here: Message.objects.filter(case=_case(here)).earliest("pk"),
    MessageTemplate: lambda here: _template(),
    OfficeCost: lambda here: OfficeCost.objects.get(number=here.ids["office_cost"]["number"]),
    OfficeTerms: lambda here: OfficeTerms.objects.get_or_create(project=here.project)[0],
    ParkingSpace: _space,
    Person: _person,
    PersonDocument: _document,
    PriceItem: _price,
    Project: lambda here: here.project,
    Tariff: _tariff,
    TechnicianSkill: _skill,
    TellingRule: lambda here: TellingRule.objects.get_or_create(project=here.project)[0],
    Complaint: lambda here: _case(here, "complaint").complaint,
    GradeGuide: lambda here: GradeGuide.objects.earliest("pk"),
    StandardPhrase: lambda here: StandardPhrase.objects.earliest("pk"),
    Topic: lambda here: Topic.objects.earliest("pk"),
    Ticket: lambda here: _case(here).ticket,
    Unit: lambda here: here.unit,
    UnitCharge: _unit_charge,
    Vehicle: lambda here: Vehicle.objects.get(pk=str(here.ids["vehicle"]["pk"])),
}


def _template() -> MessageTemplate:
    return MessageTemplate.objects.get_or_create(key="case.assigned", language="en", defaults={"body": "{case}"})[0]


def pk_of(world: World, model: type[Model], place: str) -> int:
    """The row of a model in a place; one that does not exist where it is missing."""
    if place == MISSING:
        return 999_999_999
    if model in SHARED and model not in ROWS:
        return int(model._default_manager.earliest("pk").pk)
    return int(ROWS[model](world.places[place]).pk)
