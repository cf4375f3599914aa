"""Payments, the receipts handed out for them, and what a household has paid in advance."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models.bills import Bill, money_projects, own_households
from billing.models.ledger import Entry
from billing.states import Method, Series
from estate.models import Household, Person, Unit
from records.models import StoredFile, new_token


class Credit(models.Model):
    """What a household of a unit has paid in advance, in yuan; proved against the ledger.

    It stays the household's: whoever buys the home settles nothing from what the seller paid. Without a household it is
    of a unit that nobody is registered in.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="credits", db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", null=True, db_index=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(default=0, max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="credit_never_negative"),
            models.UniqueConstraint(fields=["unit", "household"], name="credit_once_a_household"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(household=None), name="credit_once_where_nobody_is_registered"
            ),
        ]
        indexes = [models.Index(fields=["project"], name="credit_project")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.household_id} {self.amount}"


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Reads of payments."""

    def visible_to(self, user: User) -> Self:
        """Payments of the projects whose money the person works with; residents see their own household's."""
        if user.is_superuser:
            return self.all()
        return self.filter(Q(project_id__in=money_projects(user)) | Q(household_id__in=own_households(user)))


class Payment(models.Model):
    """Money that was taken: how much, how, from whom and for which unit. Append-only; taken back by a reversal."""

    number = models.CharField(_("number"), max_length=30, unique=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="payments", db_index=False, verbose_name=_("unit"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="+", null=True)
    payer = models.CharField(_("paid by"), max_length=100, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True, db_index=False)
    method = models.CharField(_("how"), max_length=10, choices=Method.choices)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    at = models.DateTimeField(_("taken"))
    claimed_at = models.DateTimeField(null=True, help_text="when whoever was out of signal says it was taken")
    day = models.DateField(_("day"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("cashier"),
        help_text="nobody where it was paid online: it is in no cashier's till",
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | Q(method=Method.ONLINE), name="payment_by_a_cashier_or_online"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "day"], name="payment_project_day"),
            models.Index(fields=["unit", "-at"], name="payment_unit_at"),
        ]

    def __str__(self) -> str:
        return self.number


class PaymentLine(models.Model):
    """How much of a payment went to which bill; the rest of it is the household's credit. Append-only."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="lines")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="payment_lines")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("line of a payment")
        verbose_name_plural = _("lines of payments")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_line_of_something"),
            models.UniqueConstraint(fields=["payment", "bill"], name="payment_line_once_per_bill"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.bill_id} {self.amount}"


class ReceiptSeries(models.Model):
    """The last number given out of a project's receipts of a year; counted on last of all, so that no number is lost.

    Receipts prepared for the door are a series of their own: they are numbered before anything is paid.
    Source: law.md, receipts: a gapless series.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Series.choices, default=Series.DESK)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "year", "kind"], name="receipt_series_once_a_year")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.year} {self.kind} {self.last}"


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    """Reads of receipts."""

    def visible_to(self, user: User) -> Self:
        """Receipts of the payments that the person sees."""
        return self.all() if user.is_superuser else self.filter(payment__in=Payment.objects.visible_to(user))


class Receipt(models.Model):
    """The receipt (收据, no invoice) for a payment; made void by a reversal, its number never used again."""

    number = models.CharField(_("number"), max_length=60, unique=True)
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="receipt", verbose_name=_("payment"))
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", null=True)
    reversed_at = models.DateTimeField(_("reversed"), null=True)
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    reversed_reason = models.CharField(max_length=500, blank=True)
    reversed_entry = models.OneToOneField(Entry, models.PROTECT, related_name="+", null=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.CheckConstraint(
                condition=Q(reversed_at=None, reversed_by=None, reversed_entry=None)
                | Q(reversed_at__isnull=False, reversed_by__isnull=False, reversed_entry__isnull=False),
                name="receipt_reversed_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.number


class ReceiptPrint(models.Model):
    """A receipt went to the printer: the first time as it is, later ones marked as reprints (补打). Append-only."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="prints")
    nth = models.PositiveSmallIntegerField()
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["nth"]
        constraints = [models.UniqueConstraint(fields=["receipt", "nth"], name="receipt_print_once_each")]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.nth}"
