"""Money acts that were taken back: refunds, waivers, and what had become of a deposit."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from billing.models.ledger import Entry
from records.models import Approval


class ByTwo(models.Model):
    """What one person asked to take back and another approved: why, booked on which local day, and who the two are."""

    reason = models.CharField(_("reason"), max_length=500)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("reversed"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by"))
    approval = models.OneToOneField(Approval, models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Reversal(ByTwo):
    """A refund, a waiver, or a movement of a deposit was taken back with a reason, by two people. Append-only.

    `entry` is what had been booked, `back` what takes it back on the day of the decision; money that came back is in
    the till of `asked_by`.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="reversal")
    back = models.OneToOneField(Entry, models.PROTECT, related_name="reversal_of")

    class Meta:
        verbose_name = _("reversal")
        verbose_name_plural = _("reversals")
        constraints = [
            models.CheckConstraint(condition=~Q(by=F("asked_by")), name="reversal_by_two_people"),
            models.CheckConstraint(condition=~Q(reason=""), name="reversal_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.day:%Y-%m-%d}"
