"""Buildings, units, households, people, parking and vehicles: the register (业户档案)."""

from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Project, User
from accounts.states import Role
from estate.imports.models import RegisterImport  # noqa: F401  Django looks for models here
from estate.states import PersonKind, Relation, SpaceKind, UnitKind, UnitStatus
from records.crypto import decrypt, encrypt
from records.models import StoredFile

# Who works with the register. Technicians and guards meet people through their cases only.
REGISTER_ROLES = (Role.FRONTDESK, Role.CASHIER, Role.SUPERVISOR, Role.GM, Role.QUALITY, Role.ADMIN)


class Building(models.Model):
    """A building (楼栋); its entrances (单元) are part of each unit's number."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="buildings", verbose_name=_("project"))
    code = models.CharField(_("number"), max_length=40)
    name = models.CharField(_("name"), max_length=100, blank=True)
    floors = models.PositiveSmallIntegerField(_("floors"), null=True, blank=True)
    has_lift = models.BooleanField(_("lift"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["project", "code"]
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        constraints = [models.UniqueConstraint(fields=["project", "code"], name="building_once_per_project")]

    def __str__(self) -> str:
        return self.name or self.code


class UnitQuerySet(models.QuerySet["Unit"]):
    """Reads of units."""

    def visible_to(self, user: User) -> Self:
        """Units of the projects whose register the person works with, and a resident's own."""
        if user.is_superuser:
            return self.all()
        own = HouseholdMember.objects.current().filter(person__user=user).values("household__unit_id")
        return self.filter(Q(project_id__in=user.projects_as(*REGISTER_ROLES)) | Q(pk__in=own))


class Unit(models.Model):
    """A home, shop or office (房屋); `number` is building-entrance-room and unique within its project."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="units", verbose_name=_("project"))
    building = models.ForeignKey(Building, models.PROTECT, related_name="units", verbose_name=_("building"))
    number = models.CharField(_("unit number"), max_length=60)
    entrance = models.CharField(_("entrance"), max_length=20, blank=True)
    room = models.CharField(_("room"), max_length=40)
    floor = models.SmallIntegerField(_("floor"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind.choices, default=UnitKind.HOME)
    layout = models.CharField(_("layout"), max_length=20, blank=True)
    area = models.DecimalField(_("built area (m²)"), max_digits=10, decimal_places=2, null=True, blank=True)
    inner_area = models.DecimalField(_("inner area (m²)"), max_digits=10, decimal_places=2, null=True, blank=True)
    rent = models.DecimalField(_("rent"), max_digits=12, decimal_places=2, null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=UnitStatus.choices, default=UnitStatus.OCCUPIED)
    completed_on = models.DateField(_("completion acceptance"), null=True, blank=True)
    handed_over_on = models.DateField(_("handover date"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["project", "number"]
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="unit_once_per_project")]

    def __str__(self) -> str:
        return self.number


class PersonQuerySet(models.QuerySet["Person"]):
    """Reads of people."""

    def visible_to(self, user: User) -> Self:
        """People of the projects whose register the person works with; a resident sees the own household."""
        if user.is_superuser:
            return self.all()
        own = HouseholdMember.objects.current().filter(person__user=user).values("household_id")
        with_me = HouseholdMember.objects.current().filter(household_id__in=own).values("person_id")
        return self.filter(Q(project_id__in=user.projects_as(*REGISTER_ROLES)) | Q(pk__in=with_me))


class Person(models.Model):
    """Somebody in the register: an owner, tenant, family member or organisation."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="people", verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=12, choices=PersonKind.choices, default=PersonKind.PERSON)
    name = models.CharField(_("name"), max_length=100)
    gender = models.CharField(_("gender"), max_length=10, blank=True)
    reference = models.CharField(_("number in the former system"), max_length=40, blank=True)
    id_number_stored = models.CharField(max_length=300, blank=True, editable=False)
    preferences = models.TextField(_("preferences"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="person",
        null=True,
        blank=True,
        verbose_name=_("account"),
    )
    verified_at = models.DateTimeField(_("identity verified at"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("verified by")
    )
    reviewed_at = models.DateTimeField(_("contact data reviewed at"), null=True, blank=True)

    objects = PersonQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["id_number_stored"])

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "reference"], condition=~Q(reference=""), name="person_reference_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def id_number(self) -> str:
        """The ID number in clear; whoever shows it logs a reveal."""
        return decrypt(self.id_number_stored)

    @id_number.setter
    def id_number(self, value: str) -> None:
        self.id_number_stored = encrypt(value)


class PersonPhone(models.Model):
    """One of a person's phones."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="phones", verbose_name=_("person"))
    number = models.CharField(_("phone"), max_length=20, db_index=True)
    label = models.CharField(_("label"), max_length=20, blank=True)
    is_primary = models.BooleanField(_("first choice"), default=False)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["-is_primary", "pk"]
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "number"], condition=Q(ended_at=None), name="phone_once_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"…{self.number[-4:]}"


class Household(models.Model):
    """People who own or live in a unit together, for a time (住户). An owner's stays beside a tenant's."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="households", verbose_name=_("project"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="households", verbose_name=_("unit"))
    is_owner = models.BooleanField(_("the owner's"), default=True)
    lives_here = models.BooleanField(_("lives here"), default=True)
    started_on = models.DateField(_("moved in"), null=True, blank=True)
    ended_on = models.DateField(_("moved out"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["unit", "pk"]
        verbose_name = _("household")
        verbose_name_plural = _("households")
        indexes = [models.Index(fields=["unit"], name="household_now", condition=Q(ended_on=None))]

    def __str__(self) -> str:
        return f"{self.unit}"


class HouseholdMemberQuerySet(models.QuerySet["HouseholdMember"]):
    """Reads of household members."""

    def current(self) -> Self:
        """Members who have not left, of households that have not ended."""
        return self.filter(ended_on=None, household__ended_on=None)


class HouseholdMember(models.Model):
    """A person in a household."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="members", verbose_name=_("household"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="places", verbose_name=_("person"))
    relation = models.CharField(_("relation"), max_length=12, choices=Relation.choices, default=Relation.OWNER)
    started_on = models.DateField(_("since"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    objects = HouseholdMemberQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["household", "pk"]
        verbose_name = _("household member")
        verbose_name_plural = _("household members")
        constraints = [
            models.UniqueConstraint(
                fields=["household", "person"], condition=Q(ended_on=None), name="member_once_per_household"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.get_relation_display()}"


class SpaceQuerySet(models.QuerySet["ParkingSpace"]):
    """Reads of parking spaces."""

    def visible_to(self, user: User) -> Self:
        """Spaces of the projects whose register the person works with."""
        return self.all() if user.is_superuser else self.filter(project_id__in=user.projects_as(*REGISTER_ROLES))


class ParkingSpace(models.Model):
    """A parking space and the unit it belongs to or is let to."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="spaces", verbose_name=_("project"))
    lot = models.CharField(_("car park"), max_length=20, blank=True)
    code = models.CharField(_("number"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=SpaceKind.choices, default=SpaceKind.ABOVE)
    area = models.DecimalField(_("area (m²)"), max_digits=10, decimal_places=2, null=True, blank=True)
    holder = models.ForeignKey(
        Person, models.PROTECT, related_name="spaces", null=True, blank=True, verbose_name=_("holder")
    )
    is_sold = models.BooleanField(_("sold"), null=True, blank=True)
    started_on = models.DateField(_("since"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    objects = SpaceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["project", "lot", "code"]
        verbose_name = _("parking space")
        verbose_name_plural = _("parking spaces")
        constraints = [models.UniqueConstraint(fields=["project", "lot", "code"], name="space_once_per_project")]

    def __str__(self) -> str:
        return self.code


class VehicleQuerySet(models.QuerySet["Vehicle"]):
    """Reads of vehicles."""

    def visible_to(self, user: User) -> Self:
        """Vehicles of the projects whose register the person works with."""
        return self.all() if user.is_superuser else self.filter(project_id__in=user.projects_as(*REGISTER_ROLES))


class Vehicle(models.Model):
    """A car, found by its plate. Its parking is charged from `started_on` on; always, without it."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="vehicles", verbose_name=_("project"))
    plate = models.CharField(_("plate"), max_length=20)
    person = models.ForeignKey(
        Person, models.PROTECT, related_name="vehicles", null=True, blank=True, verbose_name=_("person")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="vehicles", null=True, blank=True, verbose_name=_("unit")
    )
    space = models.ForeignKey(
        ParkingSpace, models.PROTECT, related_name="vehicles", null=True, blank=True, verbose_name=_("parking space")
    )
    brand = models.CharField(_("brand"), max_length=40, blank=True)
    color = models.CharField(_("colour"), max_length=20, blank=True)
    started_on = models.DateField(_("parking fee since"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    objects = VehicleQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["project", "plate"]
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "plate"], condition=Q(ended_on=None), name="plate_once_per_project"
            ),
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                name="vehicle_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.plate

    def clean(self) -> None:
        """Say that a car cannot leave before its first day, in whichever form or call it is entered."""
        if self.started_on and self.ended_on and self.ended_on < self.started_on:
            raise ValidationError({"ended_on": _("It cannot end before it begins.")})


class PersonDocument(models.Model):
    """A copy of a person's paper, and who keeps the original (SEC-3)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="documents", verbose_name=_("person"))
    title = models.CharField(_("title"), max_length=100)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True, blank=True)
    original_held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("original kept by"),
    )
    original_place = models.CharField(_("where the original is"), max_length=100, blank=True)
    added_at = models.DateTimeField(_("added at"))
    history = HistoricalRecords()

    class Meta:
        ordering = ["-added_at"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return self.title
