"""The outbox: what must be told to whom, written in the transaction that made it true."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from cases.models import Case
from notifications.states import Delivery, Level

IN_APP = "in_app"


class MessageQuerySet(models.QuerySet["Message"]):
    """Reads of messages."""

    def visible_to(self, user: User) -> Self:
        """One's own inbox."""
        return self.filter(user=user, channel=IN_APP)

    def unread(self) -> Self:
        """Messages not yet read."""
        return self.filter(read_at=None)


class Message(models.Model):
    """One message to one person over one channel. `key` is stable, so that telling twice tells once.

    `template` names a sentence of `notifications.sentences`; `data` fills it, in the reader's language.
    """

    key = models.CharField(max_length=150, unique=True)
    channel = models.CharField(_("channel"), max_length=20)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", null=True, verbose_name=_("to")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", verbose_name=_("project"))
    case = models.ForeignKey(
        Case, models.PROTECT, related_name="messages", null=True, db_index=False, verbose_name=_("case")
    )
    template = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    level = models.CharField(max_length=12, choices=Level.choices, default=Level.INFO)
    state = models.CharField(_("state"), max_length=10, choices=Delivery.choices, default=Delivery.PENDING)
    created_at = models.DateTimeField(_("written at"))
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
        ]

    def __str__(self) -> str:
        return self.key
