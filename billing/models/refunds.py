"""Money given back: what a household had paid in advance, paid out to it again after a second person approved."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models.bills import money_projects, own_households
from billing.models.ledger import Entry
from billing.models.reversals import Reversal
from billing.states import Method
from estate.models import Household, Unit
from records.models import Approval, StoredFile


class RefundQuerySet(models.QuerySet["Refund"]):
    """Reads of refunds."""

    def visible_to(self, user: User) -> Self:
        """Refunds of the projects whose money the person works with; residents see their own household's."""
        if user.is_superuser:
            return self.all()
        return self.filter(Q(project_id__in=money_projects(user)) | Q(household_id__in=own_households(user)))


class Refund(models.Model):
    """What was paid in advance, given back (退费): how much, how, to whom, and which two people. Append-only."""

    number = models.CharField(_("number"), max_length=30, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="refunds", verbose_name=_("unit"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", null=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    method = models.CharField(_("how"), max_length=10, choices=Method.choices)
    payee = models.CharField(_("to whom"), max_length=100)
    reason = models.CharField(_("reason"), max_length=500)
    at = models.DateTimeField(_("approved at"))
    day = models.DateField(_("day"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("approved by"))
    approval = models.OneToOneField(Approval, models.PROTECT, related_name="+")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="refund")

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something"),
            models.CheckConstraint(condition=~Q(by=F("asked_by")), name="refund_by_two_people"),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="refund_project_newest"),
            models.Index(fields=["project", "day"], name="refund_project_day"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reversal(self) -> Reversal | None:
        """How it was taken back; None while it stands. Its entry is read."""
        return getattr(self.entry, "reversal", None)


class RefundPaper(models.Model):
    """The voucher (退款单) of a refund as it was printed; a later print is the same file. Append-only."""

    refund = models.OneToOneField(Refund, models.PROTECT, related_name="paper")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.refund_id}"
