"""What one person asks for and another one decides: waivers, refunds, bulk exports, legal filing."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from records.deciders import decided_by
from records.states import Decision


class ApprovalQuerySet(models.QuerySet["Approval"]):
    """Reads of approvals."""

    def visible_to(self, user: User) -> Self:
        """What the person asked for in a project they still work in, and what they may decide about."""
        if user.is_superuser:
            return self.all()
        own = Q(asked_by=user, project__in=[project.pk for project in user.projects])
        return self.filter(own | _decidable(user))

    def waiting(self) -> Self:
        """What nobody has decided or taken back yet."""
        return self.filter(decision=Decision.WAITING)

    def to_decide(self, user: User) -> Self:
        """What waits for the person: never what they asked for themselves."""
        return self.waiting().filter(_decidable(user)).exclude(asked_by=user)


def _decidable(user: User) -> Q:
    found = Q(pk__in=[])
    for kinds, projects in decided_by(user):
        found |= Q(kind__in=kinds, project__in=projects)
    return found


class Approval(models.Model):
    """One question to a second person, and the answer. `kind` and `subject` say about what, `data` how exactly.

    A decision once given stays as it is; asking again is a question of its own.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("about"), max_length=100)
    data = models.JSONField(default=dict)
    reason = models.CharField(_("reason"), max_length=500)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("asked by")
    )
    asked_at = models.DateTimeField(_("asked at"))
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, default=Decision.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_reason = models.CharField(_("reason of the decision"), max_length=500, blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval by a second person")
        verbose_name_plural = _("approvals by a second person")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind", "subject"],
                condition=Q(decision=Decision.WAITING),
                name="approval_once_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(decision=Decision.WAITING, decided_at=None, decided_by=None)
                | (~Q(decision=Decision.WAITING) & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="approval_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(decision__in=[Decision.APPROVED, Decision.REFUSED]) | ~Q(decided_by=F("asked_by")),
                name="approval_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(decision=Decision.WITHDRAWN) | Q(decided_by=F("asked_by")),
                name="approval_withdrawn_by_who_asked",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="approval_project_newest"),
            models.Index(fields=["asked_by", "-id"], name="approval_asked_newest"),
            models.Index(fields=["project"], name="approval_waiting", condition=Q(decision=Decision.WAITING)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def is_waiting(self) -> bool:
        """Whether it still waits."""
        return self.decision == Decision.WAITING
