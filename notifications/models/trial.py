"""A test of a channel: one message to an address that somebody typed; in nobody's inbox."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.models.means import Channel
from notifications.states import Delivery

# By then the worker that sent it is gone, or none has come by: it is not sent any more.
LOST_AFTER = timedelta(minutes=2)


class ChannelTest(models.Model):
    """What was sent over a channel to see whether it works, and what became of it."""

    channel = models.ForeignKey(Channel, models.PROTECT, related_name="tests", verbose_name=_("channel"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    at = models.DateTimeField(_("sent at"))
    state = models.CharField(_("state"), max_length=10, choices=Delivery.choices, default=Delivery.PENDING)
    error = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("test of a channel")
        verbose_name_plural = _("tests of channels")
        indexes = [models.Index(fields=["id"], name="channel_test_waiting", condition=Q(state="pending"))]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}"

    @property
    def is_open(self) -> bool:
        """Say whether the worker still has to come by or to answer."""
        return self.state in (Delivery.PENDING, Delivery.SENDING)

    def is_lost(self, at: datetime) -> bool:
        """Say whether whoever sent it never came back to say what became of it."""
        return self.state == Delivery.SENDING and at >= self.at + LOST_AFTER
