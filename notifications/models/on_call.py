"""Who is on call for a role or a department of a project, from when to when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Project, User
from accounts.states import STAFF_ROLES, Role

# The roles that a step of a deadline tells as a whole; heads are on call for their department.
POSTS = (Role.FRONTDESK, Role.SUPERVISOR, Role.GM, Role.QUALITY)


class OnCallQuerySet(models.QuerySet["OnCall"]):
    """Reads of the roster."""

    def visible_to(self, user: User) -> Self:
        """Those of the projects that the person works in: whoever works there must know whom to ring up."""
        return self.filter(project_id__in=user.projects_as(*STAFF_ROLES))

    def standing(self) -> Self:
        """Those that were not called off."""
        return self.filter(called_off_at=None)

    def at(self, moment: datetime, project_ids: Iterable[int]) -> Self:
        """Who is on call at a moment: its first instant belongs to a duty, its last does not."""
        return self.standing().filter(starts_at__lte=moment, ends_at__gt=moment, project_id__in=list(project_ids))


class OnCall(models.Model):
    """Somebody is on call for a time. Called off rather than removed."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project"))
    role = models.CharField(_("role"), max_length=20, blank=True, choices=[(role, role.label) for role in POSTS])
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("department")
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who is on call"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    made_at = models.DateTimeField(_("entered"))
    called_off_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    called_off_at = models.DateTimeField(null=True)

    objects = OnCallQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("on-call duty")
        verbose_name_plural = _("on-call duties")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="on_call_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(role="", department__isnull=False) | (~Q(role="") & Q(department=None)),
                name="on_call_for_a_role_or_a_department",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at=None, called_off_by=None)
                | Q(called_off_at__isnull=False, called_off_by__isnull=False),
                name="on_call_called_off_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "ends_at"], name="on_call_not_over", condition=Q(called_off_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.starts_at:%Y-%m-%d %H:%M} – {self.ends_at:%Y-%m-%d %H:%M}"

    @property
    def post(self) -> str:
        """For what: the role or the department, in words."""
        return str(Role(self.role).label) if self.role else str(self.department)
