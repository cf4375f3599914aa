"""Entries of the audit trail about money: payments, receipts, bills and runs."""

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models import Payment, Receipt
from records.about import About, nothing, register_about
from records.sentences import register_actions, register_names


def _receipts(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Receipts by number, with their page."""
    rows = Receipt.objects.visible_to(user).filter(payment__project=project, number__in=list(targets))
    return {
        number: About(number, reverse("receipt", args=[number])) for number in rows.values_list("number", flat=True)
    }


def _payments(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Payments by number, with the page of their receipt."""
    rows = Payment.objects.visible_to(user).filter(project=project, number__in=list(targets))
    found = rows.values_list("number", "receipt__number")
    return {number: About(number, reverse("receipt", args=[receipt])) for number, receipt in found}


register_actions(
    {
        "payment.taken": _("Took money"),
        "receipt.reversed": _("Reversed a receipt"),
        "receipt.reprinted": _("Printed a receipt again"),
        "bill.voided": _("Made a bill void"),
        "run.raised": _("Raised bills"),
        "run.cancelled": _("Took a billing run back"),
        "arrears.bundled": _("Took out a legal file"),
    }
)
register_names({"amount": _("Amount"), "total": _("Total"), "nth": _("Reprint number")})
register_about(["receipt.reversed", "receipt.reprinted"], _receipts)
register_about(["payment.taken"], _payments)
register_about(["run.raised", "run.cancelled"], nothing, otherwise=_("a billing run"))
