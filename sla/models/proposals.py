"""What a rule and a calendar have in common: versions that are proposed, decided on and never edited."""

from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sla.states import VersionState

# Where a version stands, as `Proposal.state` says it of one.
IN_FORCE = models.Q(approved_at__isnull=False, replaced_at=None)
WAITING = models.Q(approved_at=None, withdrawn_at=None, refused_at=None)
_V = TypeVar("_V", bound="Proposal")


class ProposalQuerySet(models.QuerySet[_V]):
    """Reads of versions."""

    def in_force(self) -> Self:
        """The one that what begins now follows: approved and not replaced."""
        return self.filter(IN_FORCE)

    def waiting(self) -> Self:
        """Proposals that no leader has decided yet; one of each thing at most."""
        return self.filter(WAITING)


class Proposal(models.Model):
    """A version: proposed by one person, approved, refused or taken back by another. Afterwards it stays as it is.

    Source: 物业客服部规章制度 八.1 (经物业公司领导审批后执行).
    """

    number = models.PositiveIntegerField(_("version"))
    reason = models.CharField(_("why it is proposed"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("proposed at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("proposed by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("approved by")
    )
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    refused_at = models.DateTimeField(_("refused at"), null=True, blank=True)
    refused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True)
    refusal = models.CharField(_("why it was refused"), max_length=500, blank=True)

    class Meta:
        abstract = True

    @property
    def state(self) -> VersionState:
        """Where the version stands."""
        if self.approved_at is not None:
            return VersionState.IN_FORCE if self.replaced_at is None else VersionState.REPLACED
        if self.refused_at is not None:
            return VersionState.REFUSED
        return VersionState.PROPOSED if self.withdrawn_at is None else VersionState.WITHDRAWN


# What of a version is no part of the thing itself.
ABOUT_IT = frozenset(field.name for field in Proposal._meta.local_fields)  # noqa: SLF001  public in all but name
# Who proposed and decided: read with the versions where they are shown.
PEOPLE = ("created_by", "approved_by", "refused_by", "withdrawn_by")
