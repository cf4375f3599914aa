"""Entries of the audit trail about money: payments, receipts, bills, refunds and runs."""

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from billing.models import Bill, Payment, Receipt, Refund
from records.about import About, nothing, register_about
from records.sentences import register_actions, register_companywide, register_names, register_values


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


def _bills(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Bills by number, with their page."""
    rows = Bill.objects.visible_to(user).filter(project=project, number__in=list(targets))
    return {number: About(number, reverse("bill", args=[number])) for number in rows.values_list("number", flat=True)}


def _refunds(user: User, project: Project, targets: Collection[str]) -> Mapping[str, About]:
    """Refunds by number, with their page."""
    rows = Refund.objects.visible_to(user).filter(project=project, number__in=list(targets))
    return {number: About(number, reverse("refund", args=[number])) for number in rows.values_list("number", flat=True)}


register_actions(
    {
        "payment.taken": _("Took money"),
        "receipt.reversed": _("Reversed a receipt"),
        "receipt.reprinted": _("Printed a receipt again"),
        "bill.voided": _("Made a bill void"),
        "bill.waived": _("Waived some of a bill"),
        "waiver.reversed": _("Took a waiver back"),
        "credit.used": _("Settled from what was paid in advance"),
        "credit.use_reversed": _("Took back what was settled from what was paid in advance"),
        "online.paid": _("Took money that was paid online"),
        "online.refused": _("Did not believe what was sent as a provider's word"),
        "online.refund_asked": _("Asked for money to be given back online"),
        "online.refunded": _("Gave money back online"),
        "online.refund_refused": _("Was refused by the provider to give money back"),
        "refund.made": _("Gave back what was paid in advance"),
        "refund.reversed": _("Took a refund back"),
        "opening.taken_over": _("Took opening balances over"),
        "run.raised": _("Raised bills"),
        "run.cancelled": _("Took a billing run back"),
        "meter.hung": _("Noted meters down"),
        "meter.changed": _("Changed a meter"),
        "readings.taken": _("Took readings down"),
        "readings.imported": _("Took readings over from a workbook"),
        "cost.shared": _("Shared a cost out"),
        "cost.cancelled": _("Took a shared cost back"),
        "arrears.bundled": _("Took out a legal file"),
    }
)
register_names(
    {
        "amount": _("Amount"),
        "total": _("Total"),
        "nth": _("Reprint number"),
        "count": _("How many"),
        "replaced": _("Replaced"),
        "day": _("Day"),
        "order": _("Order"),
        "transaction": _("Transaction number"),
        "provider": _("Provider"),
        "refund": _("Refund number"),
        "why": _("Why"),
    }
)
REFUNDED = ["online.refund_asked", "online.refunded", "online.refund_refused"]
register_about(["receipt.reversed", "receipt.reprinted", "online.paid", *REFUNDED], _receipts)
register_values(
    {
        ("why", "unreadable"): _("no notice of a payment"),
        ("why", "bad_signature"): _("the signature was not the provider's"),
        ("why", "not_fresh"): _("it was sent long ago"),
        ("why", "no_such_order"): _("there is no such order"),
        ("why", "wrong_amount"): _("the order is of another amount"),
        ("why", "no_such_refund"): _("there is no such refund"),
        ("why", "ended_otherwise"): _("the refund ended otherwise"),
        ("why", "other_order"): _("another order was paid by this transaction"),
    }
)
register_companywide(["online.refused"])
register_about(["payment.taken"], _payments)
register_about(["bill.voided", "bill.waived", "waiver.reversed"], _bills)
register_about(["refund.made", "refund.reversed"], _refunds)
register_about(["credit.used", "credit.use_reversed"], nothing)
register_about(["run.raised", "run.cancelled"], nothing, otherwise=_("a billing run"))
register_about(["opening.taken_over"], nothing, otherwise=_("an import"))
