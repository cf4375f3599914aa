"""Files, long work with progress, idempotency, audit, drafts and search tokens."""

import secrets
from collections.abc import Collection
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.states import Role
from records.withheld import withheld_from


def new_token() -> str:
    """A 128-bit random token for URLs that strangers may hold."""
    return secrets.token_urlsafe(16)


# What every picture that somebody took is called.
PICTURE = "photo"


class StoredFile(models.Model):
    """An upload as kept: re-encoded, outside the web root, served only through a view of its owner."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    file = models.FileField(upload_to="%Y/%m/")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)

    def __str__(self) -> str:
        return self.name


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Reads of the audit trail."""

    READERS = (Role.SUPERVISOR, Role.GM, Role.QUALITY, Role.ADMIN)

    def visible_to(self, user: User) -> Self:
        """Entries of the projects in which the person supervises or checks quality.

        What belongs to no project is for those who do so in the whole company.
        """
        if user.is_superuser:
            return self.all()
        mine = Q(project_id__in=user.projects_as(*self.READERS))
        return self.filter(mine | Q(project=None) if user.has_role(None, *self.READERS) else mine)

    def not_withheld(self, user: User) -> Self:
        """Without what is about something that passes the person by: the trail's own page names it without a link."""
        found = self
        for targets in () if user.is_superuser else withheld_from(user):
            found = found.exclude(target__in=targets)
        return found

    def companywide(self, user: User, actions: Collection[str]) -> Self:
        """Entries of these actions that belong to no project, for whoever reads a trail in any."""
        reads = any(membership.role in self.READERS for membership in user.active_memberships)
        return self.filter(project=None, action__in=list(actions)) if reads else self.none()


class AuditEntry(models.Model):
    """Who did a sensitive thing, when, to what and why. Append-only."""

    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("by"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", null=True, verbose_name=_("project"))
    action = models.CharField(_("action"), max_length=60)
    target = models.CharField(_("target"), max_length=100, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["project", "-at"], name="audit_project_at"),
            models.Index(fields=["target", "-at"], name="audit_target_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.target}"


class IdempotencyRecord(models.Model):
    """A request that was carried out, so that the same one sent twice acts once."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    scope = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "scope", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class LongWork(models.Model):
    """Work that outlives a request (import, billing run, export, report): a row that a worker claims."""

    class State(models.TextChoices):
        """Where the work stands."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(max_length=40)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    payload = models.JSONField(default=dict)
    source = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    result = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="longwork_open", condition=Q(state__in=["waiting", "running"]))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class DraftQuerySet(models.QuerySet["Draft"]):
    """Reads of drafts."""

    def visible_to(self, user: User) -> Self:
        """One's own drafts, and nobody else's."""
        return self.filter(user=user, sent_at=None)


class Draft(models.Model):
    """A form that was begun and not sent: kept so that a call in between loses nothing. Several at once, one a tab.

    A sent one stays for a while, emptied, so that a save that arrives late does not bring it back.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    form = models.CharField(max_length=40)
    page = models.CharField(max_length=300, help_text="where the form stands")
    title = models.CharField(max_length=100, blank=True)
    data = models.JSONField(default=dict, help_text="per field what was typed")
    saved_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="draft_once_each")]

    def __str__(self) -> str:
        return f"{self.form} {self.saved_at:%Y-%m-%d %H:%M}"

    @property
    def link(self) -> str:
        """The address of its page that brings it back."""
        return f"{self.page}{'&' if '?' in self.page else '?'}{urlencode({'draft': self.key})}"

    @property
    def words(self) -> str:
        """What a person recognises it by: the first of what was typed into its texts."""
        named = [self.first(name) for name in ("unit", "place", "description", "said", "text", "report", "reason")]
        who = [self.first(name) for name in ("name", "contact_name", "phone", "contact_phone")]
        said = " ".join(word for word in named if word) or next((word for word in who if word), "")
        # The project and whose window it was go along hidden: nobody typed them.
        return said or next((word for name, word in self.values.items() if name not in ("project", "whose")), "")

    @property
    def values(self) -> dict[str, str]:
        """Per field the first of what was typed."""
        return {name: values[0] for name, values in self.data.items() if values}

    def first(self, name: str) -> str:
        """What was typed into a field."""
        return self.values.get(name, "")


class SearchToken(models.Model):
    """One word by which one thing is found: pinyin, initials, last digits, plates, numbers, bigrams of text.

    Every prefix worth typing is its own row, so that a lookup is one equality on a B-tree, alike on both
    databases. `rank` orders hits of one token (a case's opening moment, so that new ones come first).
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    token = models.CharField(max_length=40)
    rank = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id", "token"], name="search_token_once")]
        indexes = [models.Index(fields=["token", "project", "kind", "-rank"], name="search_token_hits")]

    def __str__(self) -> str:
        return f"{self.token} → {self.kind} {self.object_id}"
