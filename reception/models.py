"""What the desk keeps of every call, visit and letter beside its case: the work log (工作日志)."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from reception.states import AskedFor, Outcome, Purpose


class ContactQuerySet(models.QuerySet["Contact"]):
    """Reads of contacts."""

    def visible_to(self, user: User) -> Self:
        """Contacts whose case the person sees."""
        return self.filter(case__in=Case.objects.visible_to(user))


class Contact(models.Model):
    """A call, visit, letter or message: who, why, what was said and done, and how it ended.

    Source: 三(1) 来访接待 (接听客户电话、接待客户来访并加以记录).
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="contact", verbose_name=_("case"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices, default=Purpose.ENQUIRY)
    is_resident = models.BooleanField(_("resident"), default=False)
    said = models.TextField(_("what was said"), blank=True)
    done = models.TextField(_("what was done"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    asked_for = models.CharField(_("asked for"), max_length=10, choices=AskedFor.choices, blank=True, default="")
    served_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("served by")
    )
    queued_at = models.DateTimeField(_("joined the line"), null=True, blank=True)
    served_at = models.DateTimeField(_("served"), null=True, blank=True)
    held_at = models.DateTimeField(_("put on hold"), null=True, blank=True)
    held_seconds = models.PositiveIntegerField(_("seconds on hold"), default=0)
    promised_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("specialist")
    )
    question = models.TextField(_("question"), blank=True)
    handed_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("handed to")
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.case.number

    def waited(self, now: datetime) -> timedelta | None:
        """How long the visitor stood in line, up to `now` while still there; nothing for who never stood in it."""
        if self.queued_at is None:
            return None
        return (self.served_at or self.case.closed_at or now) - self.queued_at
