"""The ledger: accounts, and the transfers between them that are never changed, only reversed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from billing.states import EntryKind, Side
from core.names import Named
from estate.models import Household, Unit


class Account(Named):
    """An account of the ledger, by its code: the same chart in every project."""

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    side = models.CharField(_("side"), max_length=10, choices=Side.choices)

    class Meta:
        ordering = ["code"]
        verbose_name = _("account of the ledger")
        verbose_name_plural = _("accounts of the ledger")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Entry(models.Model):
    """One thing that moved money on a day of the project, with its postings. Append-only."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=20, choices=EntryKind.choices)
    at = models.DateTimeField()
    day = models.DateField(help_text="the local day it counts for")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    text = models.CharField(max_length=500, blank=True)
    run = models.ForeignKey("billing.BillingRun", models.PROTECT, related_name="entries", null=True)
    payment = models.ForeignKey("billing.Payment", models.PROTECT, related_name="entries", null=True)
    reverses = models.OneToOneField("self", models.PROTECT, related_name="reversed_by", null=True)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes = [models.Index(fields=["project", "day"], name="entry_project_day")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.kind}"


class Posting(models.Model):
    """A transfer of `amount` yuan from the account `credit` to the account `debit`: balanced by itself. Append-only.

    `unit` says which home it is about, `bill` which bill; `household` whose it is that was paid in advance; `reverses`
    names the transfer that this one takes back.
    """

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="postings")
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    debit = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    credit = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", null=True, db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", null=True, db_index=False)
    bill = models.ForeignKey("billing.Bill", models.PROTECT, related_name="postings", null=True, db_index=False)
    reverses = models.OneToOneField("self", models.PROTECT, related_name="reversed_by", null=True)

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="posting_moves_something"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="posting_between_two_accounts"),
        ]
        indexes = [
            models.Index(fields=["project", "debit", "day"], name="posting_debit_day"),
            models.Index(fields=["project", "credit", "day"], name="posting_credit_day"),
            models.Index(fields=["bill"], name="posting_bill", condition=Q(bill__isnull=False)),
            models.Index(fields=["unit", "day"], name="posting_unit_day", condition=Q(unit__isnull=False)),
            models.Index(
                fields=["household", "day"], name="posting_household_day", condition=Q(household__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credit_id} → {self.debit_id} {self.amount}"


class ClosedMonth(models.Model):
    """A month of a project's ledger into which nothing is booked any more. `month` is its first day. Append-only."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    month = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        constraints = [models.UniqueConstraint(fields=["project", "month"], name="month_closed_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
