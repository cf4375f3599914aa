"""Tax invoices (发票) that were issued elsewhere, registered against the receipts that they are for."""

from collections.abc import Collection
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models.bills import money_projects
from billing.models.payments import Receipt


class TaxInvoiceQuerySet(models.QuerySet["TaxInvoice"]):
    """Reads of invoices."""

    def visible_to(self, user: User) -> Self:
        """Invoices of the projects whose money the person works with."""
        return self.all() if user.is_superuser else self.filter(project_id__in=money_projects(user))

    def needing_red(self, refunded: Collection[int] = ()) -> Self:
        """Those that stand although a receipt of theirs was reversed: a red-letter invoice is owed.

        `refunded`: keys of others, whose money was given back (`billing.queries.invoices.refunded`).
        """
        reversed_one = TaxInvoiceLine.objects.filter(invoice=OuterRef("pk"), receipt__reversed_at__isnull=False)
        return self.filter(Exists(reversed_one) | Q(pk__in=refunded), original=None, red=None)


class TaxInvoice(models.Model):
    """An invoice as issued: code and number, buyer, amount in yuan, day. Append-only.

    A fully digital one has twenty digits and no code. A red-letter invoice (红字发票) names the original that it takes
    back, all of it; its amount is written without a sign.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_index=False, verbose_name=_("project"))
    code = models.CharField(_("invoice code"), max_length=12, blank=True)
    number = models.CharField(_("invoice number"), max_length=20)
    title = models.CharField(_("buyer's title"), max_length=100)
    tax_number = models.CharField(_("buyer's tax number"), max_length=20, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    day = models.DateField(_("issued on"))
    original = models.OneToOneField("self", models.PROTECT, related_name="red", null=True)
    at = models.DateTimeField(_("registered"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("registered by"))

    objects = TaxInvoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("tax invoice")
        verbose_name_plural = _("tax invoices")
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="tax_invoice_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="tax_invoice_of_something"),
        ]
        indexes = [models.Index(fields=["project", "day"], name="tax_invoice_project_day")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}".strip()

    @property
    def stands(self) -> bool:
        """Say whether it is no red letter and none took it back."""
        return self.original_id is None and getattr(self, "red", None) is None

    @property
    def has_reversed(self) -> bool:
        """Say whether one of its receipts, which are read, was reversed."""
        return any(line.receipt.reversed_at is not None for line in self.lines.all())


class TaxInvoiceLine(models.Model):
    """How much of an invoice is for which receipt, in yuan; of a red-letter one, what it takes back. Append-only."""

    invoice = models.ForeignKey(TaxInvoice, models.PROTECT, related_name="lines")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="invoice_lines")
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="tax_invoice_line_of_something"),
            models.UniqueConstraint(fields=["invoice", "receipt"], name="tax_invoice_line_once_per_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.receipt_id} {self.amount}"
