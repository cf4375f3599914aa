"""The outbox: what must be told to whom, written in the transaction that made it true."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from accounts.states import Role
from cases.models import Case
from notifications.models.means import Channel
from notifications.sentences import is_waited_for
from notifications.states import Delivery, Level

IN_APP = "in_app"
# What may wait for the morning and go together; an escalation goes by itself.
LOW = (Level.INFO, Level.WARNING)


# Who sees what everybody in their project was told.
OVERSEERS = (Role.SUPERVISOR, Role.GM, Role.ADMIN)


class MessageQuerySet(models.QuerySet["Message"]):
    """Reads of messages."""

    def visible_to(self, user: User) -> Self:
        """One's own inbox, without what it says of a matter that passes the person by now. Source: 六.2."""
        seen = Case.objects.visible_to(user).filter(pk=OuterRef("case"))
        open_to_all = Q(case=None) | Q(case__reserved_for="")
        return self.filter(open_to_all | Q(Exists(seen)), user=user, channel=IN_APP)

    def unread(self) -> Self:
        """Messages not yet read."""
        return self.filter(read_at=None)

    def overseen_by(self, user: User) -> Self:
        """What was told to anybody in the projects that the person leads, about cases that they see."""
        return self._of_projects(user, OVERSEERS)

    def administered_by(self, user: User) -> Self:
        """The outbox of the projects that the person administers, as far as they see the cases that it is about."""
        return self._of_projects(user, (Role.ADMIN,))

    def _of_projects(self, user: User, roles: Iterable[Role]) -> Self:
        if user.is_superuser:
            return self.all()
        seen = Q(case=None) | Q(case__in=Case.objects.visible_to(user))
        return self.filter(seen, project_id__in=user.projects_as(*roles))

    def to_send(self, at: datetime) -> Self:
        """What may leave the application now."""
        return self.filter(Q(not_before=None) | Q(not_before__lte=at), state=Delivery.PENDING)


class Message(models.Model):
    """One message to one person over one channel. `key` is stable, so that telling twice tells once.

    What stands in the inbox is told; `to_plan` says that the ways outside are still to be chosen for it, which the next
    pass does (`actions.planning`): whoever opens a ticket waits for none of that. `template` names a sentence of
    `notifications.sentences`; `data` fills it, in the reader's language.
    """

    key = models.CharField(max_length=150, unique=True)
    channel = models.CharField(_("channel"), max_length=20)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", null=True, verbose_name=_("to")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    via = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", null=True, db_index=False, verbose_name=_("over")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, db_index=False, verbose_name=_("for")
    )
    # The index of the project begins one of those below.
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="messages", null=True, db_index=False, verbose_name=_("case")
    )
    template = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    level = models.CharField(max_length=12, choices=Level.choices, default=Level.INFO)
    state = models.CharField(_("state"), max_length=10, choices=Delivery.choices, default=Delivery.PENDING)
    created_at = models.DateTimeField(_("written at"))
    to_plan = models.BooleanField(default=False)
    not_before = models.DateTimeField(
        _("not before"), null=True, help_text="end of quiet hours or of the time to gather"
    )
    told_with = models.ForeignKey(
        "self", models.PROTECT, related_name="digest", null=True, db_index=False, help_text="the first of its digest"
    )
    attempt = models.PositiveSmallIntegerField(default=1)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    read_at = models.DateTimeField(_("read at"), null=True)
    error = models.CharField(max_length=500, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["created_at"], name="message_open", condition=Q(state__in=["pending", "sending"])),
            models.Index(fields=["user", "-created_at"], name="message_inbox", condition=Q(channel="in_app")),
            models.Index(fields=["user"], name="message_unread", condition=Q(channel="in_app", read_at__isnull=True)),
            models.Index(fields=["case"], name="message_case"),
            models.Index(fields=["id"], name="message_to_plan", condition=Q(to_plan=True)),
            models.Index(fields=["project", "-created_at", "-id"], name="message_project_newest"),
            # A digest is looked for by its first, what became of it is found with it.
            models.Index(fields=["told_with"], name="message_told_with", condition=Q(told_with__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def due_by(self) -> datetime | None:
        """When what it announces is due; None where it announces nothing that is."""
        due = self.data.get("due")
        return datetime.fromisoformat(due["by"]) if isinstance(due, dict) and "by" in due else None

    def presses(self, until: datetime) -> bool:
        """Say whether it must not wait so long: it is due before, or somebody stands waiting for who reads it."""
        return is_waited_for(self.template) or (self.due_by is not None and self.due_by < until)

    @property
    def is_to_stranger(self) -> bool:
        """Say whether it goes to somebody without an account: a resident's number on file."""
        return self.user_id is None and bool(self.address)
