"""A workbook somebody is taking over: uploaded, matched, mended, written, perhaps taken back."""

import json
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.states import Role
from records.crypto import decrypt, encrypt
from records.models import LongWork, StoredFile, new_token


class RegisterImportQuerySet(models.QuerySet["RegisterImport"]):
    """Reads of imports."""

    def visible_to(self, user: User) -> Self:
        """Imports into projects that the person administers or supervises."""
        if user.is_superuser:
            return self.all()
        return self.filter(project_id__in=user.projects_as(Role.ADMIN, Role.SUPERVISOR))


class RegisterImport(models.Model):
    """One upload. The workbook and the cells mended by hand hold ID numbers: both are stored encrypted."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project"))
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("uploaded at"))
    choices = models.JSONField(default=dict, blank=True)
    fixes_stored = models.TextField(blank=True, editable=False)
    work = models.OneToOneField(LongWork, models.PROTECT, related_name="+", null=True, blank=True)
    rolled_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = RegisterImportQuerySet.as_manager()

    class Meta:
        app_label = "estate"
        ordering = ["-created_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file.name

    @property
    def fixes(self) -> dict[tuple[str, int, int], str]:
        """Cells mended by hand: sheet, row number, column from 0 → text."""
        rows: list[list[Any]] = json.loads(decrypt(self.fixes_stored) or "[]")
        return {(sheet, row, column): text for sheet, row, column, text in rows}

    @fixes.setter
    def fixes(self, value: dict[tuple[str, int, int], str]) -> None:
        self.fixes_stored = encrypt(json.dumps([[*place, text] for place, text in value.items()]))
