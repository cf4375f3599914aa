"""Proofs of the books: what was held against the ledger, when, and whether it agreed."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models.closing import CLOSERS


class BooksProofQuerySet(models.QuerySet["BooksProof"]):
    """Reads of proofs."""

    def visible_to(self, user: User) -> Self:
        """Proofs of the projects whose books the person closes."""
        return self.all() if user.is_superuser else self.filter(project_id__in=user.projects_as(*CLOSERS))


class BooksProof(models.Model):
    """Bills, credit, receipts, deposits and office costs of a project were held against its ledger. Append-only.

    `by` is nobody for the night's own, of which there is one a day. `checks` are the sums, then each thing that
    differs, as far as they are kept; `differing` is how many did not agree.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("proved"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    holds = models.BooleanField(_("in order"))
    differing = models.PositiveIntegerField(default=0)
    checks = models.JSONField(default=list)

    objects = BooksProofQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("proof of the books")
        verbose_name_plural = _("proofs of the books")
        constraints = [
            models.UniqueConstraint(fields=["project", "day"], condition=Q(by=None), name="books_proof_once_a_night"),
            models.CheckConstraint(
                condition=Q(holds=True, differing=0) | Q(holds=False, differing__gt=0), name="books_proof_says_how_many"
            ),
        ]
        indexes = [models.Index(fields=["project", "-at"], name="books_proof_project_at")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.day:%Y-%m-%d}"
