"""Users, projects, departments, roles and memberships."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.states import STAFF_ROLES, DepartmentKind, Role
from core.names import Named


def check_time_zone(value: str) -> None:
    """Refuse a name that is no IANA time zone."""
    if value not in available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone."), params={"value": value})


class User(AbstractUser):
    """Anyone who signs in: staff by membership, residents by their person in the register."""

    name = models.CharField(_("name"), max_length=100)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True)
    shortcuts_off = models.BooleanField(_("single-key shortcuts off"), default=False)
    is_demo = models.BooleanField(_("demo account"), default=False)
    # Whether there is a second factor, where whoever read the person asked that too.
    has_second_factor: bool | None = None

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def active_memberships(self) -> list["Membership"]:
        """Memberships in force, with their projects; read once per request."""
        if not self.is_active:
            return []
        return list(self.memberships.active().select_related("project", "department"))

    @property
    def belongs_everywhere(self) -> bool:
        """Say whether the person belongs to the whole company, and so to each of its projects."""
        return self.is_superuser or any(m.project_id is None for m in self.active_memberships)

    @cached_property
    def projects(self) -> list["Project"]:
        """The projects the person belongs to, by code; read once per request."""
        if self.belongs_everywhere:
            return list(Project.objects.order_by("code"))
        found = {m.project.pk: m.project for m in self.active_memberships if m.project is not None}
        return sorted(found.values(), key=lambda project: project.code)

    def has_role(self, project_id: int | None, *roles: str) -> bool:
        """Say whether the person has one of `roles` in the project (or in the whole company)."""
        return any(m.role in roles and m.project_id in (None, project_id) for m in self.active_memberships)

    def projects_as(self, *roles: str) -> list[int]:
        """Ids of the projects in which the person has one of `roles`."""
        found = {m.project_id for m in self.active_memberships if m.role in roles}
        if None in found:
            return [project.pk for project in self.projects]
        return [pk for pk in found if pk is not None]

    @cached_property
    def is_office(self) -> bool:
        """Say whether the person works for the company (needs a second factor, sees staff pages)."""
        return self.is_superuser or any(m.role in STAFF_ROLES for m in self.active_memberships)

    @cached_property
    def is_resident(self) -> bool:
        """Say whether the person lives in one of the communities, whatever else they are."""
        return any(m.role == Role.RESIDENT for m in self.active_memberships)


class ProjectQuerySet(models.QuerySet["Project"]):
    """Reads of projects."""

    def visible_to(self, user: User) -> Self:
        """Projects the person belongs to."""
        if user.belongs_everywhere:
            return self.all()
        return self.filter(pk__in=[m.project_id for m in user.active_memberships])


class Project(Named):
    """A residential community (小区) that the company manages. Times in it are in its own zone."""

    code = models.SlugField(_("code"), max_length=30, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai", validators=[check_time_zone])
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("service phone"), max_length=30, blank=True)
    is_demo = models.BooleanField(_("demo"), default=False)
    export_alone = models.PositiveIntegerField(
        _("rows one person takes out alone"),
        default=1000,
        help_text=_("an export of more rows is approved by a second person"),
    )
    takeover_since = models.DateTimeField(
        null=True, editable=False, help_text="past requests are being taken over; empty once all of them are"
    )

    objects = ProjectQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["takeover_since"])

    class Meta:
        ordering = ["code"]
        verbose_name = _("project")
        verbose_name_plural = _("projects")

    @property
    def tz(self) -> ZoneInfo:
        """The project's time zone."""
        return ZoneInfo(self.time_zone)


class Department(Named):
    """A department of a project; its head is the member with the role head."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="departments", verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=20, choices=DepartmentKind.choices)
    history = HistoricalRecords()

    class Meta:
        ordering = ["project", "pk"]
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        constraints = [models.UniqueConstraint(fields=["project", "name_zh"], name="department_once_per_project")]


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Reads of memberships."""

    def active(self) -> Self:
        """Memberships that have not ended."""
        return self.filter(ended_at=None)

    def staff_of(self, project_ids: Iterable[int], roles: Iterable[str]) -> Self:
        """Active memberships with one of `roles` in the projects or company-wide, of people who can sign in."""
        return self.active().filter(
            Q(project_id__in=list(project_ids)) | Q(project_id=None), role__in=list(roles), user__is_active=True
        )


class Membership(models.Model):
    """A person's role in a project, or in the whole company where `project` is empty."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("user"))
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="memberships", verbose_name=_("project"), null=True, blank=True
    )
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="memberships", verbose_name=_("department"), null=True, blank=True
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    started_at = models.DateTimeField(_("since"), auto_now_add=True)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "project", "role"], condition=Q(ended_at=None), name="membership_once_while_active"
            ),
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(ended_at=None, project=None),
                name="company_membership_once_while_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    def clean(self) -> None:
        """Refuse an end that lies ahead: whoever has one at all is out at once."""
        super().clean()
        if self.ended_at is not None and self.ended_at > timezone.now():  # noqa: TID251  forms ask it, no action does
            words = _("A role ends at once. Leave this empty until the day has come, or enter a time that is over.")
            raise ValidationError({"ended_at": words})


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Reads of absences."""

    def at(self, moment: datetime) -> Self:
        """Absences at a moment: the first instant belongs to them, the last does not."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment, called_off_at=None)

    def of_projects(self, project_ids: Iterable[int]) -> Self:
        """Absences of the people who work in the projects or in the whole company."""
        here = Q(project_id__in=list(project_ids)) | Q(project_id=None)
        staff = Membership.objects.active().filter(here).exclude(role=Role.RESIDENT)
        return self.filter(user_id__in=staff.values("user_id"))


class Absence(models.Model):
    """Somebody is away for a time, and who is told in their place. Called off rather than removed."""

    user = models.ForeignKey(User, models.PROTECT, related_name="absences", verbose_name=_("who is away"))
    substitute = models.ForeignKey(
        User, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("stand-in")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    made_at = models.DateTimeField(_("entered"))
    called_off_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    called_off_at = models.DateTimeField(null=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(substitute=None) | ~Q(substitute=F("user")), name="nobody_stands_in_for_oneself"
            ),
            models.CheckConstraint(
                condition=Q(called_off_at=None, called_off_by=None)
                | Q(called_off_at__isnull=False, called_off_by__isnull=False),
                name="absence_called_off_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="absence_not_over", condition=Q(called_off_at=None))]

    def __str__(self) -> str:
        return f"{self.user_id} {self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"
